/* What is saved as readers see it: its page, and the words that stand in place of what a script draws. */
#include "studio/inside.h"

#include "text/text.h"

/* --- who may -------------------------------------------------------------------------------------------------- */

bool studio_is_admin(const struct visit *v)
{
	return v->session && v->who.who.admin;
}

/* What everyone finds in a list of the portal speaks in its name, as its pages do. */
bool studio_may_publish(const struct visit *v)
{
	return v->session && rights_may(&v->who, ACCOUNT_MAY_CREATE_PAGE);
}

struct str studio_url(const struct studio_kind *k, const struct visit *v, struct str slug, const char *rest)
{
	return arena_printf(v->arena, "%.*s%.*s/%s", STR_ARG(k->path), STR_ARG(slug), rest);
}

bool studio_find(const struct studio_kind *k, const struct visit *v, struct str slug, struct saved *out, struct err *e)
{
	if (!saved_find(v->at.site->store, v->at.tenant->id, k->saved, slug, v->arena, out, e))
		return false;
	return saved_may_see(out, v->session ? v->session->account : 0) || err_set(e, ERR_NOT_FOUND, "There is nothing saved under this name.");
}

void studio_cache(const struct visit *v)
{
	httpd_reply_vary(v->reply, HTTPD_VARY_COOKIE | HTTPD_VARY_LANGUAGE);
	if (v->has_session || !visitor_is_nobody(v))
		httpd_reply_cache_control(v->reply, STR("private, no-store"));
	else
		httpd_reply_cache_control(v->reply, STR("private, max-age=0, must-revalidate"));
}

/* --- the list of layers --------------------------------------------------------------------------------------- */

static void put_layers(struct view_page *p, const struct atlas *m)
{
	struct html *h = &p->h;
	const struct visit *v = p->visit;
	html_lit(h, "<ol class=\"layers\">");
	for (size_t i = 0; i < m->nlayers; i++) {
		const struct atlas_layer *l = &m->layers[i];
		const struct dataset *d = l->source.n ? NULL : rights_dataset_or_null(&v->at, &v->who, v->arena, l->dataset);
		struct str title = l->title.n ? l->title : d ? studio_dataset_title(v, d) : l->dataset;
		struct str filters = atlas_parameters(v->arena, l);
		html_lit(h, "<li>");
		if (d) {
			html_lit(h, "<a href=\"");
			html_url(h, arena_printf(v->arena, "/explore/dataset/%.*s/table/%s%.*s", STR_ARG(d->slug), filters.n ? "?" : "", STR_ARG(filters)));
			html_lit(h, "\"><bdi>");
			html_text(h, title);
			html_lit(h, "</bdi></a>");
		} else {
			html_lit(h, "<bdi>");
			html_text(h, title);
			html_lit(h, "</bdi>");
		}
		if (l->description.n) {
			html_lit(h, "<p>");
			html_text(h, l->description);
			html_lit(h, "</p>");
		}
		html_lit(h, "</li>");
	}
	html_lit(h, "</ol>");
}

/* --- the table of numbers ---------------------------------------------------------------------------------------- */

static bool find_data(void *arg, struct str dataset, struct chart_data *out, struct err *e)
{
	const struct visit *v = arg;
	struct rights_dataset own;
	if (!rights_find(&v->at, &v->who, v->arena, dataset, &own, e) || !rights_read(&own, e))
		return false;
	*out = (struct chart_data){ .dataset = own.dataset, .target = own.target };
	return true;
}

enum { SHOWN_POINTS = 200 };

static void put_numbers(struct html *h, const struct chart_table *t, struct str title)
{
	html_lit(h, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
	html_text(h, title);
	html_lit(h, "\"><table class=\"numbers\"><caption class=\"visually-hidden\">");
	html_text(h, title);
	html_lit(h, "</caption><thead><tr><th scope=\"col\">");
	html_text(h, t->x_label);
	html_lit(h, "</th>");
	for (size_t l = 0; l < t->nlines; l++) {
		html_lit(h, "<th scope=\"col\" class=\"number\">");
		html_text(h, t->lines[l].label);
		html_lit(h, "</th>");
	}
	html_lit(h, "</tr></thead><tbody>");
	for (size_t i = 0; i < t->npoints && i < SHOWN_POINTS; i++) {
		html_lit(h, "<tr><th scope=\"row\"><bdi>");
		html_text(h, t->points[i].label);
		html_lit(h, "</bdi></th>");
		for (size_t l = 0; l < t->nlines; l++) {
			const struct chart_line *line = &t->lines[l];
			auto_buf b = BUF_INIT(4096);
			for (size_t k = 0; k < line->numbers; k++) {
				if (k)
					buf_lit(&b, " – ");
				chart_put_number(&b, line, line->values[i * line->numbers + k], h->lang, true);
			}
			html_lit(h, "<td class=\"number\">");
			html_text(h, buf_str(&b));
			html_lit(h, "</td>");
		}
		html_lit(h, "</tr>");
	}
	html_lit(h, "</tbody></table></div>");
}

/* What cannot be answered is said in its place; the rest of the page stands. */
static bool put_chart(struct view_page *p, const struct chart *c, struct str title, struct err *e)
{
	struct visit *v = p->visit;
	struct chart_table t;
	struct err why = { 0 };
	struct chart_question q = { .chart = c, .engine = v->at.site->engine, .cancel_or_null = v->request->cancel, .find = find_data, .arg = v,
	                            .zone_or_null = v->zone, .lang = v->lang, .now_us = clock_now().us };
	if (!c->nqueries)
		return true;
	if (chart_run(&q, v->arena, &t, &why)) {
		put_numbers(&p->h, &t, title);
		return true;
	}
	if (err_kind(why.code)->status >= 500) {
		*e = why;
		return false;
	}
	html_notice(&p->h, HTML_WARNING, N_("The numbers cannot be shown: the dataset has changed, or is not public any more."));
	return true;
}

bool studio_put_plain(struct view_page *p, const struct studio_kind *k, const struct studio_work *w, struct err *e)
{
	struct html *h = &p->h;
	html_lit(h, "<noscript>");
	html_notice(h, HTML_INFO, k->without);
	html_lit(h, "</noscript>");
	if (k->saved == SAVED_MAP) {
		put_layers(p, &w->atlas);
		return true;
	}
	return put_chart(p, &w->chart, w->title.n ? w->title : i18n_text(h->lang, k->layers), e);
}

/* --- the element ----------------------------------------------------------------------------------------------- */

bool studio_put_work(struct view_page *p, const struct studio_kind *k, const struct studio_work *w, struct str title, struct studio_look look, struct err *e)
{
	struct html *h = &p->h;
	bool empty = k->saved == SAVED_MAP ? !w->atlas.nlayers : !w->chart.nqueries;
	if (w->hidden)
		html_notice(h, empty ? HTML_WARNING : HTML_INFO, k->hidden);
	if (empty && k->saved == SAVED_CHART)
		return true;
	html_lit(h, "<h2 class=\"visually-hidden\">");
	html_say(h, k->saved == SAVED_MAP ? N_("Map") : N_("Chart"));
	html_lit(h, "</h2>");
	html_put_literal(h, k->saved == SAVED_MAP ? STR("<stoa-map class=\"work\" legend label=\"") : STR("<stoa-chart class=\"work\" aria-label=\""));
	html_text(h, title);
	html_lit(h, "\" config=\"");
	html_text(h, w->json);
	html_lit(h, "\"");
	if (k->saved == SAVED_MAP)
		view_put_basemaps(p);
	if (look.still)
		html_lit(h, " static");
	if (k->saved == SAVED_MAP && look.framed)
		html_put_literal(h, look.wheel ? STR(" scroll-wheel-zoom=\"true\"") : STR(" scroll-wheel-zoom=\"false\""));
	html_lit(h, ">");
	if (!studio_put_plain(p, k, w, e))
		return false;
	html_put_literal(h, k->saved == SAVED_MAP ? STR("</stoa-map>") : STR("</stoa-chart>"));
	return true;
}

/* --- the page ---------------------------------------------------------------------------------------------------- */

static void put_share(struct view_page *p, const struct studio_kind *k, const struct saved *x, const struct studio_work *w)
{
	const struct visit *v = p->visit;
	const struct httpd_pair attributes[] = { { STR("config"), w->json } };
	if (x->visibility == SAVED_PRIVATE)
		return;
	view_put_share(p, &(struct view_share){
		.title = x->title, .path = studio_url(k, v, x->slug, ""),
		.frame = arena_printf(v->arena, "%.*sembed/%.*s/", STR_ARG(k->path), STR_ARG(x->slug)),
		.element = k->element, .attributes = attributes, .nattributes = COUNT_OF(attributes), .map = k->saved == SAVED_MAP });
}

static void put_tools(struct view_page *p, const struct studio_kind *k, const struct saved *x, const struct studio_work *w)
{
	struct html *h = &p->h;
	const struct visit *v = p->visit;
	bool own = v->session && saved_may_change(x, v->session->account);
	html_lit(h, "<div class=\"bar\">");
	if (own)
		html_button(h, &(struct html_button){ .label = k->edit, .href = studio_url(k, v, x->slug, "edit/"), .icon = ICON_EDIT, .with_icon = true });
	html_button(h, &(struct html_button){ .label = N_("Make one of your own of it"), .weight = HTML_SECONDARY,
	                                      .href = arena_printf(v->arena, "%.*s?from=%.*s", STR_ARG(k->path), STR_ARG(x->slug)) });
	if (own || studio_is_admin(v))
		html_button(h, &(struct html_button){ .label = N_("Delete"), .weight = HTML_SECONDARY, .href = studio_url(k, v, x->slug, "delete/"), .icon = ICON_TRASH,
		                                      .with_icon = true });
	put_share(p, k, x, w);
	html_lit(h, "</div>");
}

static void put_head(struct view_page *p, const struct studio_kind *k, const struct saved *x)
{
	struct html *h = &p->h;
	struct view_crumb crumbs[] = { { i18n_text(h->lang, k->all), k->gallery }, { x->title, STR("") } };
	html_lit(h, "<div class=\"hero small\"><div class=\"wide\">");
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_lit(h, "<h1><bdi>");
	html_text(h, x->title);
	html_lit(h, "</bdi></h1>");
	if (x->description.n) {
		html_lit(h, "<p class=\"lead\"><bdi>");
		html_text(h, x->description);
		html_lit(h, "</bdi></p>");
	}
	html_lit(h, "</div></div>");
}

static void put_note(struct view_page *p, const struct saved *x)
{
	struct html *h = &p->h;
	html_lit(h, "<p class=\"changed\">");
	html_say_with(h, N_("Changed on {0}"), HTML_ARG_DATE(x->changed.us, p->visit->zone));
	html_lit(h, "</p>");
}

static bool page(const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_page page = { 0 };
	struct saved x;
	struct studio_work w;
	if (!visitor_enter(app, r, p, &v, e) || !studio_find(k, &v, r->holes[0], &x, e) || !studio_read(k, &v, x.json, true, &w, e))
		return false;
	/* Addresses of what is in no list are in no list of the audience either. */
	if (x.visibility != SAVED_PUBLIC)
		httpd_reply_mark(p, HTTPD_MARK_UNCOUNTED);
	page = (struct view_page){ .visit = &v, .title = x.title, .description = text_cut(x.description, 300), .path = studio_url(k, &v, x.slug, ""),
	                           .noindex = x.visibility != SAVED_PUBLIC };
	view_open(&page);
	put_head(&page, k, &x);
	html_lit(&page.h, "<div class=\"wide studio\">");
	if (v.session && x.visibility != SAVED_PUBLIC)
		html_notice(&page.h, HTML_NEUTRAL, x.visibility == SAVED_PRIVATE ? N_("Only you can see this.") : N_("Whoever has the address can see this; it is in no list."));
	put_tools(&page, k, &x, &w);
	if (!studio_put_work(&page, k, &w, x.title, (struct studio_look){ 0 }, e))
		return false;
	put_note(&page, &x);
	html_lit(&page.h, "</div>");
	studio_cache(&v);
	return view_close(&page, e);
}
STUDIO_PAGE(page, HTTPD_GET, page, "/map/{slug}/", "/chart/{slug}/");

/* --- frames of other sites ----------------------------------------------------------------------------------------- */

static bool is_on(const struct httpd_request *r, struct str name)
{
	const struct str *v = httpd_query_or_null(r, name);
	return v && (str_eq(*v, STR("true")) || str_eq(*v, STR("1")));
}

static bool frame(const struct studio_kind *k, struct visit *v, struct str title, struct str url, struct str json, struct err *e)
{
	auto_page page = { 0 };
	struct studio_work w;
	const struct httpd_request *r = v->request;
	struct view_whole whole = { .title = title, .url = url, .card = is_on(r, STR("datasetcard")), .still = is_on(r, STR("static")) };
	if (!studio_read(k, v, json, true, &w, e))
		return false;
	if (!title.n)
		title = w.title.n ? w.title : i18n_text(v->lang, k->layers);
	page = (struct view_page){ .visit = v, .title = title, .path = url };
	view_frame_open(&page, &whole);
	html_lit(&page.h, "<h1 class=\"visually-hidden\">");
	html_text(&page.h, title);
	html_lit(&page.h, "</h1>");
	if (!studio_put_work(&page, k, &w, title, (struct studio_look){ .still = whole.still, .wheel = is_on(r, STR("scrollWheelZoom")), .framed = true }, e))
		return false;
	studio_cache(v);
	return view_close(&page, e);
}

static bool embed(const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct saved x;
	return visitor_enter(app, r, p, &v, e) && studio_find(k, &v, r->holes[0], &x, e) && frame(k, &v, x.title, studio_url(k, &v, x.slug, ""), x.json, e);
}
STUDIO_PAGE(embed, HTTPD_GET, embed, "/map/embed/{slug}/", "/chart/embed/{slug}/");

/* A chart that stands in the address alone. */
static bool run_chart_address(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	const struct str *given = httpd_query_or_null(r, STR("dataChart"));
	if (!visitor_enter(app, r, p, &v, e))
		return false;
	if (!given || !given->n)
		return err_set(e, ERR_NOT_FOUND, "A chart stands in the parameter dataChart.");
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES * 4);
	buf_put(&b, studio_chart.path);
	buf_lit(&b, "?dataChart=");
	text_put_url(&b, *given);
	return frame(&studio_chart, &v, STR(""), arena_str(v.arena, buf_str(&b)), *given, e);
}
const struct httpd_route studio_chart_embed_address = { .method = HTTPD_GET, .pattern = "/chart/embed/", .run = run_chart_address };
