/* The catalogue: what a portal has, searched, filtered and sorted. At "/" with the portal's own words
 * above it, at "/explore/" by itself; both are the same page with the same parameters. The catalogue is
 * asked as a dataset of its own, so filters mean here what they mean in the API. */
#include "front/inside.h"

#include "front/card.h"

enum { ROWS = 20 };

struct catalogue {
	struct visit visit;
	struct view_page page;
	struct view_state state;
	struct front_filter filter;
	struct site *site;
	bool home;
	bool descending;
	struct str sorted_by;      /* "default.modified" */
	int64_t start, rows, total;
	const struct dataset **found;
	size_t nfound;
	struct query_facets facets;
	struct err complaint;      /* of the address; ERR_NONE when there is none */
};

static const struct { const char *name; enum front_value kind; } facets[] = {
	{ "theme", FRONT_VALUE_THEME },
	{ "publisher", FRONT_VALUE_PLAIN },
	{ "keyword", FRONT_VALUE_PLAIN },
	{ "features", FRONT_VALUE_FEATURE },
	{ "modified", FRONT_VALUE_PLAIN },
	{ "language", FRONT_VALUE_LANGUAGE },
	{ "license", FRONT_VALUE_PLAIN },
};

/* Reads the identifiers of one page and looks their datasets up in the view at hand. */
static bool read_found(struct catalogue *c, struct err *e)
{
	struct visit *v = &c->visit;
	struct query_plan plan;
	if (!query_plan_rows(v->arena, &c->filter.request, &plan, e))
		return false;
	struct query_cursor *cursor;
	if (!query_open(c->site->engine, &plan, v->request->cancel, &cursor, e)) {
		query_plan_done(&plan);
		return false;
	}
	struct batch rows;
	bool ok;
	c->found = arena_array(v->arena, const struct dataset *, (size_t)c->rows);
	while ((ok = query_next(cursor, &rows, e)) && rows.nrows)
		for (size_t i = 0; i < rows.nrows && c->nfound < (size_t)c->rows; i++) {
			if (!column_has(&rows.columns[0], i))
				continue;
			const struct dataset *d = rights_dataset_or_null(&v->at, &v->who, v->arena, rows.columns[0].texts[i]);
			if (d)
				c->found[c->nfound++] = d;
		}
	query_close(cursor);
	query_plan_done(&plan);
	return ok;
}

static bool ask(struct catalogue *c, struct err *e)
{
	struct visit *v = &c->visit;
	struct query_request *r = &c->filter.request;
	struct engine *g = c->site->engine;
	if (!query_count(g, v->arena, r, v->request->cancel, &c->total, e))
		return false;
	struct query_request page = *r;
	struct str sort = view_state_get(&c->state, STR("sort"));
	page.select = STR("datasetid");
	page.order_by = front_filter_order(v->arena, v->at.view->reflected_schema, sort.n ? sort : STR("modified"),
	                                   &c->descending, &c->sorted_by);
	page.default_order = STR("modified desc, datasetid");
	page.limit = arena_printf(v->arena, "%lld", (long long)c->rows);
	page.offset = arena_printf(v->arena, "%lld", (long long)c->start);
	c->filter.request = page;
	if (c->total > 0 && !read_found(c, e))
		return false;
	struct query_request counts = *r;
	counts.select = counts.order_by = counts.limit = counts.offset = STR("");
	struct str *names = arena_array(v->arena, struct str, COUNT_OF(facets));
	for (size_t i = 0; i < COUNT_OF(facets); i++)
		names[i] = front_facet_spec(v->arena, &c->state, str_of(facets[i].name));
	counts.facet = names;
	counts.nfacet = COUNT_OF(facets);
	return query_facets(g, v->arena, &counts, v->request->cancel, &c->facets, e);
}

static void put_search(struct catalogue *c)
{
	struct html *h = &c->page.h;
	html_lit(h, "<form role=\"search\" class=\"search\" action=\"/explore/\"><stoa-suggest data-label=\"");
	html_say(h, N_("Suggestions"));
	html_lit(h, "\"><label class=\"visually-hidden\" for=\"q\">");
	html_say(h, N_("Search the datasets"));
	html_lit(h, "</label>");
	html_icon(h, ICON_SEARCH);
	html_lit(h, "<input id=\"q\" type=\"search\" name=\"q\" maxlength=\"500\" placeholder=\"");
	html_say(h, N_("Search the datasets"));
	html_lit(h, "\" value=\"");
	html_text(h, view_state_get(&c->state, STR("q")));
	html_lit(h, "\"></stoa-suggest>");
	view_state_inputs(h, &c->state, STR("q"));
	html_lit(h, "<button class=\"button\">");
	html_say(h, N_("Search"));
	html_lit(h, "</button></form>");
}

static void put_figure(struct html *h, int64_t n, const char *one, const char *many)
{
	html_lit(h, "<li>");
	html_lit(h, "<strong>");
	html_count(h, n);
	html_lit(h, "</strong> <span>");
	html_text(h, i18n_plural(h->lang, one, many, n));
	html_lit(h, "</span></li>");
}

static void put_hero(struct catalogue *c)
{
	struct html *h = &c->page.h;
	struct visit *v = &c->visit;
	struct str description = tenant_text(v->at.tenant, "description", v->lang_code);
	int64_t records = 0;
	int64_t datasets = 0;
	const struct dataset **seen;
	size_t nseen = rights_datasets(&v->at, &v->who, v->arena, &seen);
	for (size_t i = 0; i < nseen; i++) {
		datasets++;
		records += num_max(seen[i]->rows, INT64_C(0));
	}
	if (c->home)
		html_lit(h, "<div class=\"hero\"><div class=\"wide\"><h1>");
	else
		html_lit(h, "<div class=\"hero small\"><div class=\"wide\"><h1>");
	if (c->home)
		html_text(h, view_portal_title(v));
	else
		html_say(h, N_("Catalogue"));
	html_lit(h, "</h1>");
	if (c->home && description.n) {
		html_lit(h, "<p class=\"lead\">");
		html_text(h, description);
		html_lit(h, "</p>");
	}
	put_search(c);
	if (c->home && datasets) {
		html_lit(h, "<ul class=\"figures\">");
		put_figure(h, datasets, N2_("dataset", "datasets"));
		put_figure(h, records, N2_("record", "records"));
		html_lit(h, "</ul>");
	}
	html_lit(h, "</div></div>");
}

static void put_sorts(struct catalogue *c)
{
	static const struct { const char *sort, *turned, *field, *label; } sorts[] = {
		{ "modified", "-modified", "default.modified", N_("Modified") },
		{ "title", "-title", "default.title", N_("Title") },
		{ "records_count", "-records_count", "default.records_count", N_("Records") },
	};
	struct html *h = &c->page.h;
	struct str now = view_state_get(&c->state, STR("sort"));
	html_lit(h, "<nav class=\"sorts\" aria-label=\"");
	html_say(h, N_("Sort by"));
	html_lit(h, "\"><span>");
	html_say(h, N_("Sort by"));
	html_lit(h, "</span>");
	for (size_t i = 0; i < COUNT_OF(sorts); i++) {
		bool on = str_eq(c->sorted_by, str_of(sorts[i].field));
		bool turn = on && !str_starts(now, STR("-"));
		html_lit(h, "<a rel=\"nofollow\" href=\"");
		html_url(h, view_state_url(&c->state, STR("sort"), NULL, STR("sort"), str_of(turn ? sorts[i].turned : sorts[i].sort)));
		html_lit(h, "\" data-focus=\"sort-");
		html_text(h, str_of(sorts[i].sort));
		if (on)
			html_lit(h, "\" aria-current=\"true\">");
		else
			html_lit(h, "\">");
		html_say(h, sorts[i].label);
		if (on) {
			html_lit(h, "<span class=\"visually-hidden\"> (");
			html_say(h, c->descending ? N_("descending") : N_("ascending"));
			html_lit(h, ")</span>");
			html_icon(h, c->descending ? ICON_ARROW_DOWN : ICON_ARROW_UP);
		}
		html_lit(h, "</a>");
	}
	html_lit(h, "</nav>");
}

static void put_exports(struct catalogue *c)
{
	static const struct { const char *format, *title; } formats[] = { { "csv", "CSV" }, { "xlsx", "Excel" }, { "json", "JSON" } };
	struct html *h = &c->page.h;
	struct str query = front_filter_api(c->visit.arena, &c->state, c->visit.at.view->reflected_schema, true);
	html_lit(h, "<p class=\"take\">");
	html_say(h, N_("This list as data:"));
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		html_lit(h, " <a rel=\"nofollow\" href=\"/api/explore/v2.1/catalog/exports/");
		html_text(h, str_of(formats[i].format));
		html_text(h, query);
		html_lit(h, "\">");
		html_text(h, str_of(formats[i].title));
		html_lit(h, "</a>");
	}
	html_lit(h, " <a rel=\"nofollow\" href=\"/api/explore/v2.1/catalog/datasets");
	html_text(h, query);
	html_lit(h, "\">");
	html_say(h, N_("API"));
	html_lit(h, "</a></p>");
}

static void put_facets(struct catalogue *c)
{
	struct html *h = &c->page.h;
	html_lit(h, "<aside class=\"filters\" id=\"filters\" aria-label=\"");
	html_say(h, N_("Filters"));
	html_lit(h, "\"><p class=\"close\"><a class=\"button quiet\" href=\"#results\">");
	html_icon(h, ICON_CLOSE);
	html_lit(h, "<span>");
	html_say(h, N_("Close the filters"));
	html_lit(h, "</span></a></p>");
	for (size_t i = 0; i < c->facets.n && i < COUNT_OF(facets); i++) {
		struct str name = str_of(facets[i].name);
		front_facet(h, &c->state, &c->facets.facets[i], arena_join(c->visit.arena, STR("refine."), name),
		            front_catalogue_label(h->lang, name), facets[i].kind, i < FRONT_FACETS_OPEN);
	}
	html_lit(h, "</aside>");
}

static void put_nothing(struct catalogue *c)
{
	struct html *h = &c->page.h;
	html_lit(h, "<div class=\"empty\">");
	if (front_is_filtered(&c->state)) {
		html_lit(h, "<h2>");
		html_say(h, N_("No dataset matches your search."));
		html_lit(h, "</h2><p>");
		html_say(h, N_("Try fewer or other words, or take a filter away."));
		html_lit(h, "</p><p><a class=\"button\" href=\"");
		html_url(h, c->state.path);
		html_lit(h, "\">");
		html_say(h, N_("Show all datasets"));
		html_lit(h, "</a></p>");
	} else {
		html_lit(h, "<h2>");
		html_say(h, N_("Nothing has been published here yet."));
		html_lit(h, "</h2><p>");
		html_say(h, N_("Datasets will appear on this page as soon as the first one is published."));
		html_lit(h, "</p>");
	}
	html_lit(h, "</div>");
}

static void put_results(struct catalogue *c)
{
	struct html *h = &c->page.h;
	html_lit(h, "<section class=\"results\" id=\"results\" tabindex=\"-1\" aria-label=\"");
	html_say(h, N_("Datasets"));
	html_lit(h, "\">");
	if (c->complaint.code != ERR_NONE) {
		front_complaint(h, &c->state, &c->complaint);
		html_lit(h, "</section>");
		return;
	}
	html_lit(h, "<div class=\"bar\"><p class=\"total\" role=\"status\">");
	html_say_plural(h, N2_("{0} dataset", "{0} datasets"), c->total);
	html_lit(h, "</p>");
	if (c->facets.n) {
		html_lit(h, "<a class=\"button quiet to-filters\" href=\"#filters\">");
		html_icon(h, ICON_FILTER);
		html_lit(h, "<span>");
		html_say(h, N_("Filters"));
		html_lit(h, "</span></a>");
	}
	if (c->total > 1)
		put_sorts(c);
	html_lit(h, "</div>");
	front_chips(h, &c->state, c->visit.at.view->reflected_schema, true);
	if (c->total == 0)
		put_nothing(c);
	else {
		html_lit(h, "<ol class=\"cards\">");
		for (size_t i = 0; i < c->nfound; i++)
			front_card(h, &c->visit, c->found[i]);
		html_lit(h, "</ol>");
		view_pager(h, &c->state, c->start, c->rows, c->total, LIMIT_WINDOW_ROWS);
		put_exports(c);
	}
	html_lit(h, "</section>");
}

static void drop(struct catalogue *c)
{
	view_drop(&c->page);
	visitor_leave(&c->visit);
}

static bool show(struct httpd_request *r, struct httpd_reply *p, struct site *site, bool home, struct err *e)
{
	auto_with(drop) struct catalogue c = { .site = site, .home = home };
	if (!visitor_enter(site, r, p, &c.visit, e))
		return false;
	view_state_read(&c.state, r, home ? STR("/") : STR("/explore/"));
	front_filter_page(&c.state, ROWS, &c.start, &c.rows);
	if (c.visit.at.view->reflected.number != 0) {
		rights_catalogue(&c.visit.at, &c.visit.who, c.visit.arena, &c.filter.target);
		front_filter_make(&c.filter, &c.state, &c.visit);
		if (!ask(&c, &c.complaint)) {
			if (!front_is_complaint(&c.complaint)) {
				*e = c.complaint;
				return false;
			}
			httpd_reply_status(p, 400);
		}
	}
	const struct visit *v = &c.visit;
	c.page.visit = &c.visit;
	c.page.title = home ? STR("") : i18n_text(v->lang, N_("Catalogue"));
	c.page.description = tenant_text(v->at.tenant, "description", v->lang_code);
	c.page.path = view_state_url(&c.state, STR("flg"), NULL, STR(""), STR(""));
	c.page.place = VIEW_CATALOGUE;
	c.page.noindex = front_is_filtered(&c.state);
	view_open(&c.page);
	struct html *h = &c.page.h;
	put_hero(&c);
	html_lit(h, "<stoa-live data-path=\"");
	html_text(h, c.state.path);
	html_lit(h, "\" class=\"wide columns\">");
	put_results(&c);
	if (c.facets.n)
		put_facets(&c);
	html_lit(h, "</stoa-live>");
	if (c.complaint.code == ERR_NONE)
		visitor_cache_page(v, FRONT_CACHE_S);
	return view_close(&c.page, e);
}

static bool run_home(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return show(r, p, app, true, e);
}

static bool run_explore(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return show(r, p, app, false, e);
}

const struct httpd_route front_home = { .method = HTTPD_GET, .pattern = "/", .run = run_home };
const struct httpd_route front_explore = { .method = HTTPD_GET, .pattern = "/explore/", .run = run_explore };
