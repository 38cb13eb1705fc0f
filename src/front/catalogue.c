/* The catalogue: what a portal has, searched, filtered and sorted. At "/" with the portal's own words
 * above it, at "/explore/" by itself; both are the same page with the same parameters. The catalogue is
 * asked as a dataset of its own, so filters mean here what they mean in the API. */
#include "front/page.h"
#include "front/catalogue.h"

void front_put_search(struct html *h, struct str words, const struct view_state *state_or_null)
{
	html_lit(h, "<form role=\"search\" class=\"search\" action=\"/explore/\"><stoa-suggest data-label=\"");
	html_say(h, N_("Suggestions"));
	html_lit(h, "\"><label class=\"visually-hidden\" for=\"q\">");
	html_say(h, N_("Search the datasets"));
	html_lit(h, "</label>");
	html_icon(h, ICON_SEARCH);
	html_lit(h, "<input id=\"q\" data-focus=\"q\" type=\"search\" name=\"q\" maxlength=\"500\" placeholder=\"");
	html_say(h, N_("Search the datasets"));
	html_lit(h, "\" value=\"");
	html_text(h, words);
	html_lit(h, "\"></stoa-suggest>");
	if (state_or_null)
		view_state_inputs(h, state_or_null, STR("q"));
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

static void put_figures(struct catalogue *c)
{
	struct html *h = &c->page.h;
	struct visit *v = &c->visit;
	int64_t records = 0;
	const struct dataset **seen;
	size_t n = rights_datasets(&v->at, &v->who, v->arena, &seen);
	for (size_t i = 0; i < n; i++)
		records += num_max(seen[i]->rows, INT64_C(0));
	if (!n)
		return;
	html_lit(h, "<ul class=\"figures\">");
	put_figure(h, (int64_t)n, N2_("dataset", "datasets"));
	put_figure(h, records, N2_("record", "records"));
	html_lit(h, "</ul>");
}

static void put_hero(struct catalogue *c)
{
	struct html *h = &c->page.h;
	struct visit *v = &c->visit;
	struct str description = tenant_text(v->at.tenant, "description", v->lang_code);
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
	front_put_search(h, view_state_get(&c->state, STR("q")), &c->state);
	if (c->home)
		put_figures(c);
	html_lit(h, "</div></div>");
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
	for (size_t i = 0; i < c->facets.n && i < c->kinds.n; i++) {
		const struct front_facet_kind *k = &c->kinds.list[i];
		front_facet_put(h, &c->state, &c->facets.facets[i], &(struct front_facet_look){ .param = arena_join(c->visit.arena, STR("refine."), k->name),
			.heading = k->heading, .kind = k->kind, .field = k->field, .open = i < FRONT_FACETS_OPEN });
	}
	if ((c->total || c->placed) && tenant_setting_on(c->visit.at.tenant, "catalogue.place"))
		front_catalogue_map(c);
	html_lit(h, "</aside>");
}

static void put_bar(struct catalogue *c)
{
	struct html *h = &c->page.h;
	html_lit(h, "<div class=\"bar\"><p class=\"total\" role=\"status\">");
	html_say_plural(h, N2_("{0} dataset", "{0} datasets"), c->total);
	html_lit(h, "</p>");
	if (c->facets.n && (c->total || front_is_filtered(&c->state))) {
		html_lit(h, "<a class=\"button quiet to-filters\" href=\"#filters\">");
		html_icon(h, ICON_FILTER);
		html_lit(h, "<span>");
		html_say(h, N_("Filters"));
		html_lit(h, "</span></a>");
	}
	if (c->total > 1)
		front_catalogue_sorts(c);
	html_lit(h, "</div>");
	if (c->no_figures && c->total > 1) {
		html_lit(h, "<p class=\"no-figures\">");
		html_say(h, N_("Nothing has been counted here yet, so the newest come first."));
		html_lit(h, "</p>");
	}
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
	put_bar(c);
	front_chips(h, &c->state, c->visit.at.view->reflected_schema, &c->kinds);
	if (c->total == 0) {
		front_catalogue_nothing(c);
	} else {
		html_lit(h, "<stoa-more>");
		front_put_cards(h, &c->visit, c->found, c->nfound, c->lines);
		view_pager(h, &c->state, c->start, c->rows, c->total, LIMIT_WINDOW_ROWS);
		html_lit(h, "</stoa-more>");
		if (!c->placed)
			front_catalogue_exports(c);
	}
	html_lit(h, "</section>");
}

static void drop(struct catalogue *c)
{
	view_drop(&c->page);
	visitor_leave(&c->visit);
}

static void fill_page(struct catalogue *c)
{
	struct visit *v = &c->visit;
	struct view_feed *feeds = arena_array(v->arena, struct view_feed, 2);
	struct str filters = str_from(view_state_url(&c->asked, STR("flg"), NULL, STR(""), STR("")), c->state.path.n);
	struct str title = i18n_text(v->lang, N_("Datasets"));
	feeds[0] = (struct view_feed){ arena_join(v->arena, STR("/feeds/catalogue.atom"), filters), STR("application/atom+xml"), title };
	feeds[1] = (struct view_feed){ arena_join(v->arena, STR("/feeds/catalogue.rss"), filters), STR("application/rss+xml"), title };
	c->page.visit = v;
	c->page.title = c->home ? STR("") : i18n_text(v->lang, N_("Catalogue"));
	c->page.description = tenant_text(v->at.tenant, "description", v->lang_code);
	if (!c->page.description.n)
		c->page.description = view_portal_title(v);
	c->page.path = c->usual ? c->state.path : view_state_url(&c->state, STR("flg"), NULL, STR(""), STR(""));
	c->page.place = VIEW_CATALOGUE;
	/* One of them is enough for search engines: the plain list, and its further pages. */
	c->page.noindex = (front_is_filtered(&c->state) && !c->usual) || view_state_get(&c->state, STR("sort")).n || view_state_get(&c->state, STR("layout")).n ||
	                  view_state_get(&c->state, STR("rows")).n;
	c->page.json_alternate = STR("/api/explore/v2.1/catalog/datasets");
	c->page.json_ld = front_describe_catalogue(v);
	c->page.image = STR("/preview/portal.png");
	c->page.feeds = feeds;
	c->page.nfeeds = 2;
}

static bool show(struct httpd_request *r, struct httpd_reply *p, struct site *site, bool home, struct err *e)
{
	auto_with(drop) struct catalogue c = { .site = site, .home = home };
	if (!visitor_enter(site, r, p, &c.visit, e))
		return false;
	front_catalogue_state(&c, r, home ? STR("/") : STR("/explore/"));
	if (!front_catalogue_ask(&c, &c.complaint)) {
		if (!front_is_complaint(&c.complaint)) {
			*e = c.complaint;
			return false;
		}
		httpd_reply_status(p, 400);
	}
	fill_page(&c);
	view_open(&c.page);
	struct html *h = &c.page.h;
	put_hero(&c);
	html_lit(h, "<stoa-live data-path=\"");
	html_text(h, c.state.path);
	html_lit(h, "\" data-here=\"");
	html_text(h, view_state_here(&c.state));
	html_lit(h, "\" data-failed=\"");
	html_say(h, N_("No answer came from the portal. What you see is what was there before."));
	html_lit(h, "\" data-again=\"");
	html_say(h, N_("Try again"));
	html_lit(h, "\" class=\"wide columns\">");
	put_results(&c);
	if (c.facets.n && (c.total || front_is_filtered(&c.state)))
		put_facets(&c);
	html_lit(h, "</stoa-live>");
	if (c.complaint.code == ERR_NONE) {
		visitor_cache_page(&c.visit, FRONT_CACHE_S);
		if (!c.total && view_state_get(&c.state, STR("q")).n)
			httpd_reply_mark(p, HTTPD_MARK_NOTHING);
	}
	return view_close(&c.page, e);
}

bool front_catalogue_home(struct httpd_request *r, struct httpd_reply *p, struct site *site, struct err *e)
{
	return show(r, p, site, true, e);
}

static bool run_explore(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return show(r, p, app, false, e);
}

const struct httpd_route front_explore = { .method = HTTPD_GET, .pattern = "/explore/", .run = run_explore };
