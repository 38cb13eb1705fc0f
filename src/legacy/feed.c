/* RSS 2.0 and Atom, with GeoRSS points. */
#include "legacy/inside.h"
#include "text/text.h"

static void put_element(struct buf *b, const char *name, struct str text)
{
	buf_printf(b, "<%s>", name);
	text_put_xml(b, text);
	buf_printf(b, "</%s>\n", name);
}

/* Tue, 23 Jun 2021 14:59:57 +0000 */
static void put_rfc822(struct buf *b, int64_t us)
{
	auto_buf t = BUF_INIT(64);
	clock_put_http(&t, us);
	struct str s = buf_str(&t);
	buf_put(b, str_sub(s, 0, s.n - 3));
	buf_lit(b, "+0000");
}

static void put_link(struct buf *b, const char *rel, struct str href)
{
	buf_printf(b, "<link rel=\"%s\" href=\"", rel);
	text_put_xml(b, href);
	buf_lit(b, "\"/>\n");
}

void v1_feed_open(struct v1_feed *f, const struct v1_call *c, struct str title, struct str address)
{
	struct buf *b = f->b;
	buf_lit(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
	if (f->kind == FEED_RSS) {
		buf_lit(b, "<rss version=\"2.0\" xmlns:georss=\"http://www.georss.org/georss\">\n<channel>\n");
		put_element(b, "title", title);
		put_element(b, "link", address);
		put_element(b, "description", title);
		put_element(b, "language", c->lang);
		return;
	}
	buf_lit(b, "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:georss=\"http://www.georss.org/georss\">\n");
	put_element(b, "title", title);
	put_element(b, "id", address);
	put_link(b, "alternate", address);
	buf_lit(b, "<updated>");
	clock_put_instant(b, c->target.record_timestamp_us, clock_utc());
	buf_lit(b, "</updated>\n<author><name>");
	text_put_xml(b, tenant_text(c->at.tenant, "title", c->lang));
	buf_lit(b, "</name></author>\n");
}

static void put_place(struct buf *b, const struct v1_feed_item *i)
{
	if (!i->placed) return;
	buf_lit(b, "<georss:point>");
	text_put_double_plain(b, i->lat);
	buf_put_char(b, ' ');
	text_put_double_plain(b, i->lon);
	buf_lit(b, "</georss:point>\n");
}

void v1_feed_put(struct v1_feed *f, const struct v1_feed_item *i)
{
	struct buf *b = f->b;
	bool rss = f->kind == FEED_RSS;
	buf_put(b, rss ? STR("<item>\n") : STR("<entry>\n"));
	put_element(b, "title", i->title);
	if (rss) {
		put_element(b, "link", i->address);
		put_element(b, "description", i->text);
		buf_printf(b, "<guid isPermaLink=\"%s\">", str_eq(i->id, i->address) ? "true" : "false");
		text_put_xml(b, i->id);
		buf_lit(b, "</guid>\n<pubDate>");
		put_rfc822(b, i->changed_us);
		buf_lit(b, "</pubDate>\n");
	} else {
		put_link(b, "alternate", i->address);
		put_element(b, "id", i->id);
		buf_lit(b, "<updated>");
		clock_put_instant(b, i->changed_us, clock_utc());
		buf_lit(b, "</updated>\n<summary type=\"html\">");
		text_put_xml(b, i->text);
		buf_lit(b, "</summary>\n");
	}
	for (size_t k = 0; k < i->ncategories; k++) {
		if (rss) {
			put_element(b, "category", i->categories[k]);
			continue;
		}
		buf_lit(b, "<category term=\"");
		text_put_xml(b, i->categories[k]);
		buf_lit(b, "\"/>\n");
	}
	put_place(b, i);
	buf_put(b, rss ? STR("</item>\n") : STR("</entry>\n"));
}

void v1_feed_close(struct v1_feed *f)
{
	buf_put(f->b, f->kind == FEED_RSS ? STR("</channel>\n</rss>\n") : STR("</feed>\n"));
}
