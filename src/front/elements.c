/* The portal's elements for pages of others: the one script they load, and the page that documents them with live examples made
 * of a dataset of this portal. What is documented are the rows of elements.def. */
#include "front/inside.h"

struct row { const char *element, *attribute, *value, *text, *example; };
static const struct row rows[] = {
#define ELEMENT(name, sentence, example) { name, NULL, NULL, sentence, example },
#define ATTRIBUTE(name, value, sentence) { NULL, name, value, sentence, NULL },
#include "front/elements.def"
#undef ELEMENT
#undef ATTRIBUTE
};

/* What examples are made of: names of one dataset with as much as possible, and of one on a map. */
struct material { struct str dataset, facet, number, date, geo; };

static struct str first_field(const struct dataset *d, bool (*fits)(const struct field *f))
{
	for (size_t i = 0; i < d->schema.n; i++)
		if (!(d->schema.fields[i].flags & FIELD_HIDDEN) && fits(&d->schema.fields[i]))
			return d->schema.fields[i].name;
	return STR("");
}

static bool is_facet(const struct field *f)
{
	return (f->flags & FIELD_FACET) && f->type == VALUE_TEXT;
}

static bool is_number(const struct field *f)
{
	return value_kind(f->type)->numeric && !(f->flags & FIELD_MULTIVALUED);
}

static bool is_date(const struct field *f)
{
	return f->type == VALUE_DATE || f->type == VALUE_DATETIME;
}

static bool is_place(const struct field *f)
{
	return f->type == VALUE_POINT || f->type == VALUE_SHAPE;
}

enum { LOOKED_AT = 50, FIELDS_FEW = 20 };

static struct material choose(const struct visit *v)
{
	const struct dataset **all;
	size_t n = rights_datasets(&v->at, &v->who, v->arena, &all);
	struct material best = { 0 };
	int most = -1;
	for (size_t i = 0; i < n && i < LOOKED_AT; i++) {
		const struct dataset *d = all[i];
		if (!d->data_visible || d->rows <= 0)
			continue;
		struct material m = { d->slug, first_field(d, is_facet), first_field(d, is_number), first_field(d, is_date), STR("") };
		/* Few columns are read more easily. */
		int score = 4 * (m.facet.n > 0) + 4 * (m.number.n > 0) + 2 * (m.date.n > 0) + (d->schema.n < FIELDS_FEW);
		if (first_field(d, is_place).n && !best.geo.n)
			best.geo = d->slug;
		if (score <= most)
			continue;
		m.geo = best.geo;
		best = m;
		most = score;
	}
	return best;
}

/* The example with its holes filled; false when this portal has nothing to fill one with. */
static bool fill(struct buf *b, struct str example, const struct material *m)
{
	for (size_t i = 0; i < example.n; i++) {
		if (example.p[i] != '{' || i + 2 >= example.n || example.p[i + 2] != '}') {
			buf_put_char(b, example.p[i]);
			continue;
		}
		char c = example.p[i + 1];
		struct str name = c == 'd' ? m->dataset : c == 'f' ? m->facet : c == 'n' ? m->number : c == 't' ? m->date : m->geo;
		if (!name.n)
			return false;
		buf_put(b, name);
		i += 2;
	}
	return true;
}

static void fill_with_words(struct buf *b, struct str example)
{
	static const struct material words = { { "DATASET", 7 }, { "FACET", 5 }, { "NUMBER", 6 }, { "DATE", 4 }, { "DATASET", 7 } };
	if (!fill(b, example, &words))
		ensure(!"a word for every hole of an example");
}

/* The markup itself: literals of ours, names escaped. */
static void put_live(struct html *h, struct str example, const struct material *m)
{
	size_t from = 0;
	for (size_t i = 0; i + 2 < example.n; i++) {
		if (example.p[i] != '{' || example.p[i + 2] != '}')
			continue;
		html_put_literal(h, str_sub(example, from, i - from));
		char c = example.p[i + 1];
		html_text(h, c == 'd' ? m->dataset : c == 'f' ? m->facet : c == 'n' ? m->number : c == 't' ? m->date : m->geo);
		from = i + 3;
		i += 2;
	}
	html_put_literal(h, str_from(example, from));
}

static void put_attributes(struct html *h, size_t at)
{
	if (at >= COUNT_OF(rows) || rows[at].element)
		return;
	html_lit(h, "<dl class=\"attributes\" lang=\"en\" dir=\"ltr\">");
	for (; at < COUNT_OF(rows) && !rows[at].element; at++) {
		html_lit(h, "<div><dt><code>");
		html_text(h, str_of(rows[at].attribute));
		html_lit(h, "</code>");
		if (rows[at].value[0]) {
			html_lit(h, " <span>");
			html_text(h, str_of(rows[at].value));
			html_lit(h, "</span>");
		}
		html_lit(h, "</dt><dd>");
		html_text(h, str_of(rows[at].text));
		html_lit(h, "</dd></div>");
	}
	html_lit(h, "</dl>");
}

static void put_element(struct html *h, size_t at, const struct material *m)
{
	struct str example = str_of(rows[at].example);
	html_lit(h, "<section class=\"element\" id=\"");
	html_text(h, str_of(rows[at].element));
	html_lit(h, "\"><h2><code>&lt;");
	html_text(h, str_of(rows[at].element));
	html_lit(h, "&gt;</code></h2><p>");
	html_say(h, rows[at].text);
	html_lit(h, "</p>");
	auto_buf code = BUF_INIT(LIMIT_URL_BYTES);
	bool whole = fill(&code, example, m);
	if (!whole) {
		buf_clear(&code);
		fill_with_words(&code, example);
	}
	view_code(h, "html", buf_str(&code));
	if (whole) {
		html_lit(h, "<div class=\"live\">");
		put_live(h, example, m);
		html_lit(h, "</div>");
	}
	put_attributes(h, at + 1);
	html_lit(h, "</section>");
}

static bool run_page(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!visitor_enter(app, r, p, &v, e))
		return false;
	auto_page page = { .visit = &v, .title = i18n_text(v.lang, N_("Elements for your pages")), .path = STR("/elements/") };
	page.description = i18n_text(v.lang, N_("Tables, maps, charts and figures of this portal's data, for any web page: one script, and one line for each."));
	struct material m = choose(&v);
	view_open(&page);
	struct html *h = &page.h;
	html_lit(h, "<div class=\"wide prose elements\"><h1>");
	html_say(h, N_("Elements for your pages"));
	html_lit(h, "</h1><p class=\"lead\">");
	html_text(h, page.description);
	html_lit(h, "</p>");
	view_code(h, "html", arena_printf(v.arena, "<script type=\"module\" src=\"%.*s/elements/stoa.js\"></script>", STR_ARG(v.origin)));
	html_lit(h, "<p>");
	html_say(h, N_("No cookie is set, nothing is kept in the browser, and nothing is asked of anyone but this portal."));
	html_lit(h, "</p><nav aria-label=\"");
	html_say(h, N_("Elements"));
	html_lit(h, "\"><ul class=\"index\">");
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].element) {
			html_lit(h, "<li><a href=\"#");
			html_text(h, str_of(rows[i].element));
			html_lit(h, "\"><code>");
			html_text(h, str_of(rows[i].element));
			html_lit(h, "</code></a></li>");
		}
	html_lit(h, "</ul></nav>");
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].element)
			put_element(h, i, &m);
	html_lit(h, "</div>");
	visitor_cache_page(&v, FRONT_CACHE_S);
	return view_close(&page, e);
}

/* The same address for ever, so that pages of others need no change: what it loads has the names of this release. */
static bool run_script(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app;
	(void)r;
	(void)e;
	struct str url = asset_url(STR("elements.js"));
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	buf_lit(&b, "import \"");
	buf_put(&b, url);
	buf_lit(&b, "\"\n");
	httpd_reply_type(p, STR("text/javascript; charset=utf-8"));
	httpd_reply_cache_control(p, STR("public, max-age=3600"));
	httpd_reply_lit(p, "Access-Control-Allow-Origin", "*");
	httpd_reply_lit(p, "Cross-Origin-Resource-Policy", "cross-origin");
	httpd_reply_take(p, &b);
	return true;
}

const struct httpd_route front_elements = { .method = HTTPD_GET, .pattern = "/elements/", .run = run_page };
const struct httpd_route front_elements_script = { .method = HTTPD_GET, .pattern = "/elements/stoa.js", .run = run_script };
