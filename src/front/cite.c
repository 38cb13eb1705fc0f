/* How a dataset is cited, what files lie beside it, and how programs ask for it. */
#include "front/information.h"

#include "json/json.h"
#include "text/text.h"

/* --- files ------------------------------------------------------------------------------------------------- */

void front_put_files(struct front_dataset *d, enum catalog_file_kind kind, const char *heading)
{
	struct html *h = &d->page.h;
	bool begun = false;
	for (size_t i = 0; i < d->dataset->nfiles; i++) {
		const struct dataset_file *f = &d->dataset->files[i];
		if (f->kind != kind)
			continue;
		if (!begun) {
			html_lit(h, "<section class=\"files\"><h2>");
			html_say(h, heading);
			html_lit(h, "</h2><ul>");
		}
		begun = true;
		html_lit(h, "<li><a download rel=\"nofollow\" href=\"/api/explore/v2.1/catalog/datasets/");
		html_text(h, d->dataset->slug);
		html_text(h, kind == CATALOG_ATTACHMENT ? STR("/attachments/") : STR("/alternative_exports/"));
		html_text(h, f->id);
		html_lit(h, "\">");
		html_icon(h, ICON_DOWNLOAD);
		html_lit(h, "<bdi>");
		html_text(h, f->title.n ? f->title : f->name);
		html_lit(h, "</bdi></a> <span class=\"size\" dir=\"ltr\">");
		html_bytes(h, f->bytes);
		html_lit(h, "</span>");
		if (f->description.n) {
			html_lit(h, "<p><bdi>");
			html_text(h, f->description);
			html_lit(h, "</bdi></p>");
		}
		html_lit(h, "</li>");
	}
	if (begun)
		html_lit(h, "</ul></section>");
}

/* --- citing ------------------------------------------------------------------------------------------------ */

struct cited { struct str author, title, portal, url; int year; struct str day; };

static struct cited cited_of(const struct front_dataset *d)
{
	const struct visit *v = &d->visit;
	struct str creator = front_meta(d, "dcat", "creator"), publisher = front_meta(d, "default", "publisher");
	struct civil at;
	clock_us_to_local(v->zone, d->dataset->modified.us, &at);
	return (struct cited){
		.author = creator.n ? creator : publisher.n ? publisher : view_portal_title(v),
		.title = d->title,
		.portal = view_portal_title(v),
		.url = arena_printf(v->arena, "%.*s%.*s", STR_ARG(v->origin), STR_ARG(d->url)),
		.year = at.year,
		.day = arena_printf(v->arena, "%04d/%02d/%02d", at.year, at.month, at.day),
	};
}

/* Braces, backslashes and line ends mean something to BibTeX; a reader of citations loses nothing without them. */
static void put_bib(struct buf *b, const char *key, struct str value)
{
	buf_printf(b, "  %s = {", key);
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];
		if (c == '&' || c == '%' || c == '$' || c == '#' || c == '_')
			buf_put_char(b, '\\');
		buf_put_char(b, c == '{' || c == '}' || c == '\\' || (unsigned char)c < ' ' ? ' ' : c);
	}
	buf_lit(b, "},\n");
}

static void put_bibtex(struct buf *b, const struct front_dataset *d, const struct cited *c)
{
	buf_lit(b, "@misc{");
	buf_put(b, d->dataset->slug);
	buf_lit(b, ",\n");
	put_bib(b, "author", arena_printf(d->visit.arena, "%.*s", STR_ARG(c->author)));
	put_bib(b, "title", c->title);
	buf_printf(b, "  year = {%d},\n", c->year);
	put_bib(b, "publisher", c->portal);
	buf_lit(b, "  howpublished = {\\url{");
	buf_put(b, c->url);
	buf_lit(b, "}},\n  note = {Data set}\n}\n");
}

static void put_ris_line(struct buf *b, const char *tag, struct str value)
{
	buf_printf(b, "%s  - ", tag);
	for (size_t i = 0; i < value.n; i++)
		buf_put_char(b, (unsigned char)value.p[i] < ' ' ? ' ' : value.p[i]);
	buf_lit(b, "\r\n");
}

static void put_ris(struct buf *b, const struct front_dataset *d, const struct cited *c)
{
	put_ris_line(b, "TY", STR("DATA"));
	put_ris_line(b, "AU", c->author);
	put_ris_line(b, "TI", c->title);
	put_ris_line(b, "PY", arena_printf(d->visit.arena, "%d", c->year));
	put_ris_line(b, "DA", c->day);
	put_ris_line(b, "PB", c->portal);
	put_ris_line(b, "UR", c->url);
	put_ris_line(b, "ER", STR(""));
}

static struct str sentence(const struct front_dataset *d, const struct cited *c)
{
	return arena_printf(d->visit.arena, "%.*s (%d). %.*s [%.*s]. %.*s. %.*s", STR_ARG(c->author), c->year, STR_ARG(c->title),
	                    STR_ARG(i18n_text(d->visit.lang, N_("Data set"))), STR_ARG(c->portal), STR_ARG(c->url));
}

static void put_download(struct front_dataset *d, const char *style, const char *title)
{
	struct html *h = &d->page.h;
	html_lit(h, "<a class=\"button small quiet\" rel=\"nofollow\" download href=\"");
	html_url(h, d->url);
	html_lit(h, "citation/");
	html_text(h, str_of(style));
	html_lit(h, "\" translate=\"no\">");
	html_icon(h, ICON_DOWNLOAD);
	html_lit(h, "<span>");
	html_text(h, str_of(title));
	html_lit(h, "</span></a> ");
}

void front_put_citation(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	struct cited c = cited_of(d);
	html_lit(h, "<section class=\"cite\" aria-labelledby=\"cite\"><h2 id=\"cite\">");
	html_say(h, N_("Cite these data"));
	html_lit(h, "</h2>");
	view_code(h, "text", sentence(d, &c));
	html_lit(h, "<p class=\"actions\">");
	put_download(d, "bibtex", "BibTeX");
	put_download(d, "ris", "RIS");
	html_lit(h, "</p></section>");
}

static bool run_citation(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(front_dataset_leave) struct front_dataset d = { 0 };
	if (!front_dataset_enter(&d, app, r, p, r->holes[0], e))
		return false;
	bool bibtex = str_eq(r->holes[1], STR("bibtex"));
	if (!bibtex && !str_eq(r->holes[1], STR("ris")))
		return err_set(e, ERR_NOT_FOUND, "There is no such citation.");
	struct cited c = cited_of(&d);
	auto_buf b = BUF_INIT(1 << 20);
	if (bibtex)
		put_bibtex(&b, &d, &c);
	else
		put_ris(&b, &d, &c);
	struct str whole;
	if (!buf_end(&b, &whole, e))
		return false;
	httpd_reply_type(p, bibtex ? STR("application/x-bibtex; charset=utf-8") : STR("application/x-research-info-systems; charset=utf-8"));
	struct str name = arena_printf(r->arena, "attachment; filename=\"%.*s.%s\"", STR_ARG(d.dataset->slug), bibtex ? "bib" : "ris");
	if (!httpd_reply_header(p, STR("Content-Disposition"), name, e))
		return false;
	visitor_cache_page(&d.visit, FRONT_CACHE_S);
	httpd_reply_take(p, &b);
	return true;
}

const struct httpd_route front_citation = { .method = HTTPD_GET, .pattern = "/explore/dataset/{dataset}/citation/{style}", .run = run_citation };

/* --- by program -------------------------------------------------------------------------------------------- */

static void put_way(struct html *h, struct str url, struct str title)
{
	html_lit(h, "<li><a rel=\"nofollow\" href=\"");
	html_url(h, url);
	html_lit(h, "\" translate=\"no\">");
	html_text(h, title);
	html_lit(h, "</a></li>");
}

void front_put_ways(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	struct arena *a = d->visit.arena;
	struct str api = arena_printf(a, "/api/explore/v2.1/catalog/datasets/%.*s", STR_ARG(d->dataset->slug));
	struct str dcat = arena_printf(a, "/api/explore/v2.1/catalog/exports/ttl?where=datasetid%%3D%%22%.*s%%22", STR_ARG(d->dataset->slug));
	html_lit(h, "<section class=\"ways\" aria-labelledby=\"ways\"><h2 id=\"ways\">");
	html_say(h, N_("For programs"));
	html_lit(h, "</h2>");
	if (d->own.may_read && d->dataset->version.number > 0)
		view_code(h, "sh", arena_printf(a, "curl '%.*s%.*s/records?limit=20'", STR_ARG(d->visit.origin), STR_ARG(api)));
	html_lit(h, "<ul>");
	put_way(h, api, i18n_text(h->lang, N_("This dataset as JSON")));
	put_way(h, dcat, i18n_text(h->lang, N_("This dataset as DCAT")));
	if (d->own.may_read && d->dataset->version.number > 0)
		put_way(h, arena_join(a, d->url, STR("api/")), i18n_text(h->lang, N_("Build a question to the API")));
	html_lit(h, "</ul></section>");
}
