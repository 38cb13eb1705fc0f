/* The galleries: what was saved as public, newest change first, searched by words. */
#include "studio/inside.h"

#include "text/text.h"

enum { ROWS = 24, MOST = 10000, ABOUT = 220 };

struct gallery {
	const struct studio_kind *k;
	struct visit v;
	struct view_page page;
	struct view_state state;
	struct saved *list;
	size_t n;
	int64_t total, start;
};

static void done(struct gallery *g)
{
	view_drop(&g->page);
	visitor_leave(&g->v);
}

static void put_card(struct gallery *g, const struct saved *x)
{
	struct html *h = &g->page.h;
	html_lit(h, "<li class=\"work-card\">");
	html_icon(h, g->k->icon);
	html_lit(h, "<div><h2><a href=\"");
	html_url(h, studio_url(g->k, &g->v, x->slug, ""));
	html_lit(h, "\"><bdi>");
	html_text(h, x->title);
	html_lit(h, "</bdi></a></h2>");
	if (x->description.n) {
		struct str cut = text_cut(x->description, ABOUT);
		html_lit(h, "<p><bdi>");
		html_text(h, cut);
		if (cut.n < x->description.n)
			html_lit(h, "…");
		html_lit(h, "</bdi></p>");
	}
	html_lit(h, "<p class=\"changed\">");
	html_date(h, x->changed.us, g->v.zone, false);
	html_lit(h, "</p></div></li>");
}

static void put_search(struct gallery *g)
{
	struct html *h = &g->page.h;
	html_lit(h, "<form class=\"search small\" role=\"search\" action=\"");
	html_url(h, g->k->gallery);
	html_lit(h, "\"><label class=\"visually-hidden\" for=\"q\">");
	html_say(h, g->k->search);
	html_lit(h, "</label>");
	html_icon(h, ICON_SEARCH);
	html_lit(h, "<input id=\"q\" type=\"search\" name=\"q\" maxlength=\"200\" placeholder=\"");
	html_say(h, g->k->search);
	html_lit(h, "\" value=\"");
	html_text(h, view_state_get(&g->state, STR("q")));
	html_lit(h, "\"><button class=\"button\">");
	html_say(h, N_("Search"));
	html_lit(h, "</button></form>");
}

static void put_list(struct gallery *g)
{
	struct html *h = &g->page.h;
	bool asked = view_state_get(&g->state, STR("q")).n > 0;
	html_lit(h, "<div class=\"bar\">");
	if (g->total || asked)
		put_search(g);
	html_button(h, &(struct html_button){ .label = g->k->new_one, .href = g->k->path, .icon = ICON_PLUS, .with_icon = true });
	html_lit(h, "</div>");
	if (!g->n) {
		html_empty(h, asked ? N_("Nothing was found") : g->k->none, asked ? N_("Fewer or other words may help.") : g->k->none_public, NULL);
		return;
	}
	html_lit(h, "<ul class=\"work-cards\">");
	for (size_t i = 0; i < g->n; i++)
		put_card(g, &g->list[i]);
	html_lit(h, "</ul>");
	view_pager(h, &g->state, g->start, ROWS, g->total, MOST);
}

static bool gallery(const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const char *const names[] = { "q", "start", "flg" };
	auto_with(done) struct gallery g = { .k = k };
	if (!visitor_enter(app, r, p, &g.v, e))
		return false;
	view_state_only(&g.state, r, k->gallery, names, COUNT_OF(names));
	if (!str_to_int(view_state_get(&g.state, STR("start")), &g.start) || g.start < 0 || g.start > MOST)
		g.start = 0;
	struct saved_question q = { .maps = k->saved == SAVED_MAP, .charts = k->saved == SAVED_CHART, .listed = true, .words = view_state_get(&g.state, STR("q")),
	                            .start = g.start, .rows = ROWS };
	if (!saved_list(g.v.at.site->store, g.v.at.tenant->id, &q, g.v.arena, &g.list, &g.n, &g.total, e))
		return false;
	g.page = (struct view_page){ .visit = &g.v, .title = i18n_text(g.v.lang, k->all), .description = i18n_text(g.v.lang, k->about),
	                             .path = view_state_url(&g.state, STR("flg"), NULL, STR(""), STR("")), .noindex = q.words.n > 0 };
	view_open(&g.page);
	html_lit(&g.page.h, "<div class=\"hero small\"><div class=\"wide\"><h1>");
	html_say(&g.page.h, k->all);
	html_lit(&g.page.h, "</h1><p class=\"lead\">");
	html_say(&g.page.h, k->about);
	html_lit(&g.page.h, "</p></div></div><div class=\"wide studio\">");
	put_list(&g);
	html_lit(&g.page.h, "</div>");
	studio_cache(&g.v);
	return view_close(&g.page, e);
}
STUDIO_PAGE(gallery, HTTPD_GET, gallery, "/maps/", "/charts/");
