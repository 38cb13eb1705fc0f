/* The first page of a portal: a page of its own, the catalogue, or the built-in one: what there is, by theme, what is new, what is
 * read most and who publishes. One walk over the catalogue and one question to the counts. */
#include "front/page.h"

enum { LINES = 5, PUBLISHERS = 6 };

static void open_part(struct html *h, const char *heading, const char *kind)
{
	html_lit(h, "<section class=\"home-part ");
	html_put_literal(h, str_of(kind));
	html_lit(h, "\"><div class=\"wide\"><h2>");
	html_say(h, heading);
	html_lit(h, "</h2>");
}

static void close_part(struct html *h) { html_lit(h, "</div></section>"); }

static void put_more(struct html *h, const char *url, const char *label)
{
	html_lit(h, "<p class=\"more\"><a href=\"");
	html_url(h, str_of(url));
	html_lit(h, "\">");
	html_say(h, label);
	html_icon(h, ICON_NEXT);
	html_lit(h, "</a></p>");
}

static void put_hero(struct view_page *page, const struct content_census *c)
{
	struct html *h = &page->h;
	struct str about = tenant_text(page->visit->at.tenant, "description", page->visit->lang_code);
	html_lit(h, "<div class=\"hero home\"><div class=\"wide\"><h1>");
	html_text(h, view_portal_title(page->visit));
	html_lit(h, "</h1>");
	if (about.n) {
		html_lit(h, "<p class=\"lead\">");
		html_text(h, about);
		html_lit(h, "</p>");
	}
	if (c->ndatasets) {
		front_put_search(h, STR(""), NULL);
		content_put_counters(h, c);
	}
	html_lit(h, "</div></div>");
}

static void put_lists(struct html *h, const struct visit *v, const struct content_census *c)
{
	const struct dataset *list[LINES];
	size_t n = front_shelf.popular(v, list, LINES);
	html_lit(h, "<section class=\"home-part lists\"><div class=\"wide");
	if (n)
		html_lit(h, " two\"><div><h2>");
	else
		html_lit(h, "\"><div><h2>");
	html_say(h, N_("Latest datasets"));
	html_lit(h, "</h2>");
	front_put_cards(h, v, c->datasets, num_min(c->ndatasets, (size_t)LINES), true);
	put_more(h, "/explore/?sort=modified", N_("All datasets"));
	html_lit(h, "</div>");
	if (n) {
		html_lit(h, "<div><h2>");
		html_say(h, N_("Most popular datasets"));
		html_lit(h, "</h2>");
		front_put_cards(h, v, list, n, true);
		html_lit(h, "</div>");
	}
	close_part(h);
}

static void put_rest(struct html *h, const struct visit *v, const struct content_census *c)
{
	size_t before = h->out.n;
	open_part(h, N_("What others made"), "reuses");
	if (front_shelf.reuses(h, v, LINES)) {
		put_more(h, "/reuses/", N_("All reuses"));
		close_part(h);
	} else {
		h->out.n = before;
	}
	if (c->npublishers > 1) {
		open_part(h, N_("Publishers"), "who soft");
		content_put_publishers(h, v, c, PUBLISHERS);
		close_part(h);
	}
}

static void put_nothing(struct html *h)
{
	html_lit(h, "<section class=\"home-part\"><div class=\"wide\"><div class=\"empty\"><h2>");
	html_say(h, N_("Nothing has been published here yet."));
	html_lit(h, "</h2><p>");
	html_say(h, N_("Datasets will appear on this page as soon as the first one is published."));
	html_lit(h, "</p></div></div></section>");
}

static bool show_home(struct visit *v, struct err *e)
{
	struct content_census c;
	auto_page page = { .visit = v, .path = STR("/"), .place = VIEW_ELSEWHERE };
	page.description = tenant_text(v->at.tenant, "description", v->lang_code);
	page.json_ld = front_describe_catalogue(v);
	page.image = front_preview_portal(v);
	content_census(v, &c);
	view_open(&page);
	struct html *h = &page.h;
	put_hero(&page, &c);
	if (c.nthemes) {
		open_part(h, N_("Themes"), "soft");
		content_put_themes(h, &c, &front_shelf);
		close_part(h);
	}
	if (c.ndatasets) {
		put_lists(h, v, &c);
		put_rest(h, v, &c);
	} else {
		put_nothing(h);
	}
	visitor_cache_page(v, FRONT_CACHE_S);
	return view_close(&page, e);
}

/* Addresses of the time when the catalogue was the first page: filters go where the catalogue is. */
static bool is_search(const struct httpd_request *r)
{
	static const char *const names[] = { "q", "sort", "rows", "start" };
	for (size_t i = 0; i < r->nquery; i++) {
		for (size_t k = 0; k < COUNT_OF(names); k++)
			if (str_eq(r->query[i].name, str_of(names[k])))
				return true;
		if (str_starts(r->query[i].name, STR("refine.")) || str_starts(r->query[i].name, STR("exclude.")))
			return true;
	}
	return false;
}

/* What a stranger gets of a private portal, where its people chose a page for that; e holds why they were not let in. No dataset is
 * there for a stranger, whatever the page would show. */
static bool show_landing(struct httpd_request *r, struct httpd_reply *p, struct site *site, struct visit *v, struct err *e)
{
	const struct page_view *view = NULL;
	if (e->code != ERR_UNAUTHENTICATED || !visitor_lead(r, e).n)
		return false;
	struct err refused = *e;
	visitor_leave(v);
	*e = (struct err){ 0 };
	if (!visitor_enter_anyone(site, r, p, v, e) || !pages_hold(site->pages, v->at.tenant->id, &view, e))
		return false;
	const struct page *found = page_find_or_null(view, tenant_setting(v->at.tenant, "access.landing"));
	bool ok = false;
	if (found && found->open && !found->archived)
		ok = front_page_show(v, found, STR("/"), true, e);
	else
		*e = refused;
	pages_release(site->pages, view);
	return ok;
}

static bool run_home(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct site *site = app;
	auto_visit v = { 0 };
	if (!visitor_enter(site, r, p, &v, e))
		return show_landing(r, p, app, &v, e);
	struct str root = tenant_setting(v.at.tenant, "root.page");
	if (str_eq(root, STR("catalogue")))
		return front_catalogue_home(r, p, site, e);
	if (is_search(r) && !root.n)
		return httpd_reply_redirect(p, 301, arena_printf(v.arena, "/explore/?%.*s", STR_ARG(r->raw_query)), e);
	if (!root.n)
		return show_home(&v, e);
	const struct page_view *view = NULL;
	if (!pages_hold(site->pages, v.at.tenant->id, &view, e))
		return false;
	const struct page *found = page_find_or_null(view, root);
	/* A page that was taken back, or closed, leaves the built-in one. */
	bool ok = found && found->open ? front_page_show(&v, found, STR("/"), true, e) : show_home(&v, e);
	pages_release(site->pages, view);
	return ok;
}

const struct httpd_route front_home = { .method = HTTPD_GET, .pattern = "/", .run = run_home };
