/* One record on a page of its own: every field as people read it, pictures, its place on a small map, and the records before
 * and after it within the filters that led here. A table shows the same card over itself when scripts run. */
#include "front/inside.h"

#include "text/text.h"

enum { TITLE_CUT = 110, NEAR = 3, PLACE_ZOOM = 7 };

struct card {
	struct front_dataset d;
	struct front_records r;
	struct query_plan plan;
	struct str id, title;
	int64_t at;                 /* its number in the list that led here; -1: not known */
	struct str before, after;   /* ids; empty: none */
	struct front_tip tip;       /* what the publisher shows on a map in place of the fields: ?card=map */
};

static void leave(struct card *c)
{
	query_plan_done(&c->plan);
	front_dataset_leave(&c->d);
}

static bool not_there(struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "The requested record does not exist.");
}

/* --- the neighbours ---------------------------------------------------------------------------------------- */

static void plan_done(struct query_plan *p)
{
	query_plan_done(p);
}

static bool read_ids(struct card *c, struct query_request *q, struct str *ids, size_t *n, struct err *e)
{
	auto_with(plan_done) struct query_plan plan = { 0 };
	struct query_cursor *k;
	struct batch b = { 0 };
	struct arena *a = c->d.visit.arena;
	if (!query_plan_rows(a, q, &plan, e) || !query_open(c->d.site->engine, &plan, c->d.visit.request->cancel, &k, e))
		return false;
	bool ok;
	while ((ok = query_next(k, &b, e)) && b.nrows)
		for (size_t i = 0; i < b.nrows && *n < NEAR; i++)
			ids[(*n)++] = arena_str(a, b.columns[plan.id_column].texts[i]);
	query_close(k);
	return ok;
}

/* Only where the list of now still has the record at its number: a list may have changed since. */
static bool find_neighbours(struct card *c, struct err *e)
{
	struct front_dataset *d = &c->d;
	struct arena *a = d->visit.arena;
	struct str ids[NEAR], field;
	size_t n = 0;
	bool descending;
	if (c->at < 0)
		return true;
	struct query_request q = c->r.filter.request;
	int64_t first = num_max(c->at - 1, (int64_t)0);
	q.order_by = front_records_order(&c->r, &descending, &field);
	q.offset = arena_printf(a, "%lld", (long long)first);
	q.limit = arena_printf(a, "%d", NEAR);
	q.with_id = true;
	q.select = arena_printf(a, "`%.*s`", STR_ARG(c->plan.fields[0] ? c->plan.fields[0]->name : c->plan.columns[0].key));
	if (!read_ids(c, &q, ids, &n, e))
		return false;
	size_t here = (size_t)(c->at - first);
	if (here >= n || !str_eq(ids[here], c->id)) {
		c->at = -1;
		return true;
	}
	if (here)
		c->before = ids[here - 1];
	if (here + 1 < n && c->at + 1 < LIMIT_WINDOW_ROWS)
		c->after = ids[here + 1];
	return true;
}

/* Out of a frame a record opens beside it: pages of the portal are not for frames. */
void front_put_record_link(struct front_dataset *d, struct str id)
{
	struct html *h = &d->page.h;
	html_put_literal(h, d->embedded ? STR("<a target=\"_blank\" rel=\"noopener nofollow\" href=\"") : STR("<a class=\"record\" rel=\"nofollow\" href=\""));
	html_url(h, arena_printf(d->visit.arena, "%.*srecord/%.*s/%.*s", STR_ARG(d->url), STR_ARG(id), STR_ARG(view_state_filters(&d->state))));
	html_lit(h, "\">");
}

/* --- the page ---------------------------------------------------------------------------------------------- */

static struct str url_of(const struct card *c, struct str id, int64_t at)
{
	struct arena *a = c->d.visit.arena;
	struct str filters = view_state_filters(&c->d.state);
	if (at < 0)
		return arena_printf(a, "%.*srecord/%.*s/%.*s", STR_ARG(c->d.url), STR_ARG(id), STR_ARG(filters));
	return arena_printf(a, "%.*srecord/%.*s/%.*s%sat=%lld", STR_ARG(c->d.url), STR_ARG(id), STR_ARG(filters), filters.n ? "&" : "?", (long long)at);
}

static void put_step(struct html *h, const struct card *c, struct str id, int64_t at, const char *rel, const char *word, bool back)
{
	if (!id.n)
		return;
	html_lit(h, "<a class=\"button quiet\" data-record rel=\"nofollow ");
	html_text(h, str_of(rel));
	html_lit(h, "\" href=\"");
	html_url(h, url_of(c, id, at));
	html_lit(h, "\">");
	if (back)
		html_icon(h, ICON_BEFORE);
	html_lit(h, "<span>");
	html_say(h, word);
	html_lit(h, "</span>");
	if (!back)
		html_icon(h, ICON_NEXT);
	html_lit(h, "</a>");
}

static void put_steps(struct html *h, const struct card *c)
{
	if (!c->before.n && !c->after.n)
		return;
	html_lit(h, "<nav class=\"steps\" aria-label=\"");
	html_say(h, N_("Records"));
	html_lit(h, "\">");
	put_step(h, c, c->before, c->at - 1, "prev", N_("Previous"), true);
	html_lit(h, "<span class=\"where\">");
	html_say_with(h, N_("Record {0}"), HTML_ARG_COUNT(c->at + 1));
	html_lit(h, "</span>");
	put_step(h, c, c->after, c->at + 1, "next", N_("Next"), false);
	html_lit(h, "</nav>");
}

static void put_field(struct html *h, const struct card *c, const struct batch *b, size_t i, struct buf *scratch)
{
	const struct field *f = c->plan.fields[i];
	struct record_style style = { .zone = c->d.visit.zone };
	struct front_value_at at = { .as = &c->plan.columns[i], .field_or_null = f, .column = &b->columns[i] };
	html_lit(h, "<div><dt><bdi>");
	html_text(h, f ? f->label : c->plan.columns[i].key);
	html_lit(h, "</bdi>");
	if (f && f->description.n) {
		html_lit(h, "<small>");
		html_text(h, f->description);
		html_lit(h, "</small>");
	}
	html_lit(h, "</dt><dd>");
	front_cell(h, &at, &style, scratch, true);
	if (f && f->unit.n && column_has(at.column, 0)) {
		html_lit(h, " <span class=\"unit\">");
		html_text(h, f->unit);
		html_lit(h, "</span>");
	}
	html_lit(h, "</dd></div>");
}

static bool is_name(const struct card *c, const struct batch *b, size_t i, bool strict)
{
	const struct column *col = &b->columns[i];
	const struct field *f = c->plan.fields[i];
	if (col->type.type != VALUE_TEXT || col->type.list || !column_has(col, 0) || !str_trim(col->texts[0]).n)
		return false;
	/* An address is a name of nothing. */
	bool link = str_starts(str_trim(col->texts[0]), STR("http://")) || str_starts(str_trim(col->texts[0]), STR("https://"));
	return !strict || (!link && (!f || !(f->flags & (FIELD_ID | FIELD_FACET))));
}

/* The first text that is neither a number nor a kind says what the record is; else the first text. */
static struct str title_of(const struct card *c, const struct batch *b)
{
	struct arena *a = c->d.visit.arena;
	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < c->plan.ncolumns; i++) {
			if (!is_name(c, b, i, turn == 0))
				continue;
			struct str text = str_trim(b->columns[i].texts[0]), cut = text_cut(text, TITLE_CUT);
			return cut.n < text.n ? arena_join(a, cut, STR("…")) : arena_str(a, text);
		}
	if (c->at < 0)
		return i18n_text(c->d.visit.lang, N_("Record"));
	struct html h = { .out = BUF_INIT(1000), .lang = c->d.visit.lang };
	html_say_with(&h, N_("Record {0}"), HTML_ARG_COUNT(c->at + 1));
	struct str said = arena_str(a, buf_str(&h.out));
	buf_done(&h.out);
	return said;
}

static void put_map(struct html *h, const struct card *c, const struct batch *b)
{
	struct str geo = front_geo_field(c->r.filter.target.schema, c->r.filter.target.visible_or_null);
	const struct column *at = NULL;
	for (size_t i = 0; i < c->plan.ncolumns; i++)
		if (geo.n && c->plan.fields[i] && str_eq(c->plan.fields[i]->name, geo) && column_has(&b->columns[i], 0))
			at = &b->columns[i];
	if (!at || c->r.as_of)
		return;
	html_lit(h, "<stoa-map class=\"place\" static dataset=\"");
	html_text(h, c->d.dataset->slug);
	html_lit(h, "\" where=\"recordid = &quot;");
	html_text(h, c->id);
	html_lit(h, "&quot;");
	/* A point alone says nothing: far enough away to see the land around it. */
	if (at->type.type == VALUE_POINT) {
		auto_buf place = BUF_INIT(200);
		buf_printf(&place, "%d,", PLACE_ZOOM);
		text_put_double_plain(&place, at->lats[0]);
		buf_put_char(&place, ',');
		text_put_double_plain(&place, at->lons[0]);
		html_lit(h, "\" location=\"");
		html_text(h, buf_str(&place));
	}
	html_lit(h, "\"></stoa-map>");
}

static void put_actions(struct html *h, const struct card *c)
{
	const struct visit *v = &c->d.visit;
	html_lit(h, "<p class=\"actions\"><a class=\"button quiet\" href=\"/api/explore/v2.1/catalog/datasets/");
	html_text(h, c->d.dataset->slug);
	html_lit(h, "/records/");
	html_text(h, c->id);
	if (c->r.as_of) {
		html_lit(h, "?as_of=");
		html_int(h, c->r.as_of);
	}
	html_lit(h, "\">");
	html_icon(h, ICON_CODE);
	html_lit(h, "<span>JSON</span></a>");
	if (tenant_setting_on(v->at.tenant, "feedback")) {
		html_lit(h, "<a class=\"button quiet\" rel=\"nofollow\" href=\"");
		html_url(h, arena_printf(v->arena, "%.*sfeedback/?record=%.*s", STR_ARG(c->d.url), STR_ARG(c->id)));
		html_lit(h, "\">");
		html_icon(h, ICON_EDIT);
		html_lit(h, "<span>");
		html_say(h, N_("Write about this record"));
		html_lit(h, "</span></a>");
	}
	html_lit(h, "</p><stoa-copy class=\"code link\" data-done=\"");
	html_say(h, N_("Copied"));
	html_lit(h, "\" data-label=\"");
	html_say(h, N_("Copy the link"));
	html_lit(h, "\"><code dir=\"ltr\" translate=\"no\">");
	html_text(h, v->origin);
	html_text(h, c->d.url);
	html_lit(h, "record/");
	html_text(h, c->id);
	html_lit(h, "/</code></stoa-copy>");
}

static void put_crumbs(struct html *h, const struct card *c)
{
	const struct view_crumb crumbs[] = {
		{ i18n_text(c->d.visit.lang, N_("Catalogue")), STR("/explore/") },
		{ c->d.title, view_state_here(&c->d.state) },
		{ c->title, STR("") },
	};
	html_lit(h, "<div class=\"hero dataset record-of\"><div class=\"wide\">");
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_lit(h, "</div></div>");
}

static void put_card(struct html *h, struct card *c, const struct batch *b)
{
	auto_buf scratch = BUF_INIT(LIMIT_CELL_BYTES);
	html_lit(h, "<article class=\"wide record\" aria-labelledby=\"record-title\"><header><h1 id=\"record-title\" tabindex=\"-1\"><bdi>");
	html_text(h, c->title);
	html_lit(h, "</bdi></h1>");
	put_steps(h, c);
	html_lit(h, "</header>");
	if (c->tip.html.n)
		front_put_tip(&c->d, &(struct front_tip_row){ &c->tip, &c->plan, b, 0, c->id });
	html_lit(h, "<div class=\"parts\"><dl class=\"fields-of\">");
	for (size_t i = 0; i < c->plan.ncolumns; i++)
		put_field(h, c, b, i, &scratch);
	html_lit(h, "</dl><div class=\"beside\">");
	put_map(h, c, b);
	put_actions(h, c);
	html_lit(h, "</div></div></article>");
}

static void write_page(struct card *c, const struct batch *b)
{
	struct front_dataset *d = &c->d;
	c->title = title_of(c, b);
	d->page.visit = &d->visit;
	d->page.title = arena_printf(d->visit.arena, "%.*s — %.*s", STR_ARG(c->title), STR_ARG(text_cut(d->title, TITLE_CUT)));
	d->page.description = d->title;
	d->page.path = arena_printf(d->visit.arena, "%.*srecord/%.*s/", STR_ARG(d->url), STR_ARG(c->id));
	d->page.place = VIEW_CATALOGUE;
	d->page.noindex = true;
	d->page.json_alternate = arena_printf(d->visit.arena, "/api/explore/v2.1/catalog/datasets/%.*s/records/%.*s", STR_ARG(d->dataset->slug), STR_ARG(c->id));
	view_open(&d->page);
	put_crumbs(&d->page.h, c);
	put_card(&d->page.h, c, b);
}

static bool show(struct card *c, struct err *e)
{
	struct front_dataset *d = &c->d;
	struct arena *a = d->visit.arena;
	struct query_request q = { .target = &c->r.filter.target, .mode = QUERY_RECORD, .record_id = c->id, .zone_or_null = d->visit.zone,
		.lang = d->visit.lang->code, .now_us = clock_now().us };
	struct query_cursor *k;
	struct batch b = { 0 };
	if (c->tip.n)
		q.select = str_from(front_tip_select(a, &c->tip), 2);
	if (!query_plan_rows(a, &q, &c->plan, e) || !query_open(d->site->engine, &c->plan, d->visit.request->cancel, &k, e))
		return false;
	bool ok = query_next(k, &b, e);
	if (ok && !b.nrows)
		ok = not_there(e);
	ok = ok && c->plan.ncolumns && find_neighbours(c, e);
	if (ok)
		write_page(c, &b);
	query_close(k);
	return ok;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(leave) struct card c = { .at = -1, .id = r->holes[1] };
	uint8_t id[RECORD_ID_BYTES];
	const struct str *at = httpd_query_or_null(r, STR("at"));
	if (!front_dataset_enter(&c.d, app, r, p, r->holes[0], e))
		return false;
	if (!c.d.own.may_read || c.d.dataset->version.number == 0 || !record_id_parse(c.id, id))
		return not_there(e);
	view_state_read(&c.d.state, r, arena_printf(r->arena, "%.*stable/", STR_ARG(c.d.url)));
	if (at && (!str_to_int(*at, &c.at) || c.at < 0 || c.at >= LIMIT_WINDOW_ROWS - NEAR))
		c.at = -1;
	front_records_begin(&c.r, &c.d);
	if (!c.r.ok) {
		*e = c.r.complaint;
		return false;
	}
	if (c.r.filter.wrong.code)
		c.at = -1;
	const struct str *card = httpd_query_or_null(r, STR("card"));
	if (card && str_eq(*card, STR("map")) && front_tip_of(&c.d, &c.r.filter.target, "map", "map_tooltip_fields", &c.tip) && !c.tip.html.n)
		c.tip = (struct front_tip){ 0 };
	if (!show(&c, e))
		return false;
	visitor_cache_page(&c.d.visit, FRONT_CACHE_S);
	return view_close(&c.d.page, e);
}

const struct httpd_route front_record_page = { .method = HTTPD_GET, .pattern = "/explore/dataset/{dataset}/record/{record}/", .run = run };
