/* RSS 2.0: an item a dataset, newest change first when the question says nothing else. */
#include "dcat/inside.h"
#include "text/text.h"

static void put_element(struct buf *b, const char *name, struct str text)
{
	if (text.n == 0) return;
	buf_printf(b, "<%s>", name);
	text_put_xml(b, text);
	buf_printf(b, "</%s>\n", name);
}

/* RFC 822 with a zone that every reader knows: "Sun, 22 Nov 2026 02:30:00 +0000". */
static void put_date(struct buf *b, const char *name, struct instant at)
{
	char room[64];
	struct buf date = { .p = room, .cap = sizeof room, .max = sizeof room };
	clock_put_http(&date, at.us);
	struct str text = buf_str(&date);
	if (str_ends(text, STR("GMT"))) text = str_sub(text, 0, text.n - 3);
	buf_printf(b, "<%s>%.*s+0000</%s>\n", name, STR_ARG(text), name);
}

static void begin(struct dcat *k)
{
	struct buf *b = k->out;
	struct str title = dcat_portal_title(k, k->o.lang), description = tenant_text(k->o.tenant, "description", k->o.lang);
	buf_lit(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	           "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n");
	put_element(b, "title", title);
	put_element(b, "link", arena_printf(&k->kept, "%.*s/explore/", STR_ARG(k->o.origin)));
	put_element(b, "description", description.n ? description : title);
	buf_lit(b, "<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"");
	text_put_xml(b, k->o.self);
	buf_lit(b, "\"/>\n");
	put_element(b, "language", k->o.lang);
	if (k->o.updated.us > 0) put_date(b, "lastBuildDate", k->o.updated);
}

static void put(struct dcat *k, const struct dcat_facts *f)
{
	struct buf *b = k->out;
	buf_lit(b, "<item>\n");
	put_element(b, "title", f->title);
	put_element(b, "link", f->page);
	put_element(b, "description", f->description);
	put_date(b, "pubDate", f->dataset->modified);
	put_element(b, "guid", f->page);
	put_element(b, "dc:creator", f->publisher);
	for (size_t i = 0; i < f->nthemes; i++) put_element(b, "category", f->themes[i]);
	for (size_t i = 0; i < f->nkeywords; i++) put_element(b, "category", f->keywords[i]);
	buf_lit(b, "</item>\n");
}

static void end(struct dcat *k) { buf_lit(k->out, "</channel>\n</rss>\n"); }

const struct dcat_writer dcat_writer_rss = { begin, put, end };
