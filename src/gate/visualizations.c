/* One's own maps and charts: what was saved, and what is still being built. Opening, copying and deleting lead to their pages; who may see one
 * is changed here. */
#include "gate/inside.h"
#include "saved/saved.h"

enum { ROWS = 50, MOST = SAVED_MOST };

static const struct { const char *path, *name; } kinds[] = { [SAVED_MAP] = { "/map/", N_("Map") }, [SAVED_CHART] = { "/chart/", N_("Chart") } };
static const struct { struct str word; const char *label; } visibilities[] = {
	[SAVED_PRIVATE] = { { "private", 7 }, N_("Only I") }, [SAVED_UNLISTED] = { { "unlisted", 8 }, N_("Who has the address") },
	[SAVED_PUBLIC] = { { "public", 6 }, N_("Everyone, in the list") } };

static bool may_publish(const struct gate *g) { return rights_may(&g->v.who, ACCOUNT_MAY_CREATE_PAGE); }

static struct str url_of(struct gate *g, enum saved_kind k, struct str slug, const char *rest)
{
	return arena_printf(g->v.arena, "%s%.*s/%s", kinds[k].path, STR_ARG(slug), rest);
}

/* --- rows ------------------------------------------------------------------------------------------------------------ */

static void put_visibility(struct gate *g, const struct saved *x)
{
	struct html *h = &g->page.h;
	struct html_option options[COUNT_OF(visibilities)];
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(visibilities); i++)
		if (i != SAVED_PUBLIC || x->visibility == SAVED_PUBLIC || may_publish(g))
			options[n++] = (struct html_option){ .value = visibilities[i].word, .message = visibilities[i].label };
	html_form_open(h, &(struct html_form){ .visit = &g->v, .inline_ = true });
	html_hidden(h, "kind", x->kind == SAVED_MAP ? STR("map") : STR("chart"));
	html_hidden(h, "slug", x->slug);
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "visibility", .label_text = arena_printf(g->v.arena, "%.*s: %.*s",
	                                      STR_ARG(i18n_text(h->lang, N_("Who can see it"))), STR_ARG(x->title)),
	                                      .options = options, .noptions = n, .value = visibilities[x->visibility].word, .hide_label = true });
	html_button(h, &(struct html_button){ .label = N_("Apply"), .about = x->title, .weight = HTML_SECONDARY, .small = true });
	html_form_close(h);
}

static void put_actions(struct gate *g, enum saved_kind k, struct str slug, struct str about, bool copy)
{
	struct html *h = &g->page.h;
	html_lit(h, "<div class=\"buttons\">");
	html_button(h, &(struct html_button){ .label = N_("Edit"), .about = about, .href = url_of(g, k, slug, "edit/"), .weight = HTML_SECONDARY, .small = true });
	if (copy)
		html_button(h, &(struct html_button){ .label = N_("Duplicate"), .about = about, .weight = HTML_SECONDARY, .small = true,
		                                      .href = arena_printf(g->v.arena, "%s?from=%.*s", kinds[k].path, STR_ARG(slug)) });
	html_button(h, &(struct html_button){ .label = N_("Delete"), .about = about, .href = url_of(g, k, slug, "delete/"), .weight = HTML_SECONDARY, .small = true });
	html_lit(h, "</div>");
}

static void put_link(struct html *h, struct str url, struct str title)
{
	html_lit(h, "<a href=\"");
	html_url(h, url);
	html_lit(h, "\"><bdi>");
	html_text(h, title);
	html_lit(h, "</bdi></a>");
}

static void put_row(struct gate *g, struct html_table *t, const struct saved *x)
{
	struct html *h = &g->page.h;
	html_row_open(h, t);
	html_cell_open(h, t);
	put_link(h, url_of(g, x->kind, x->slug, ""), x->title);
	html_cell_close(h, t);
	html_cell_text(h, t, i18n_text(h->lang, kinds[x->kind].name));
	html_cell_open(h, t);
	html_date(h, x->changed.us, g->v.zone, true);
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_visibility(g, x);
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_actions(g, x->kind, x->slug, x->title, true);
	html_cell_close(h, t);
	html_row_close(h, t);
}

/* --- what is being built ---------------------------------------------------------------------------------------------- */

static bool put_drafts(struct gate *g, struct err *e)
{
	static const struct html_column columns[] = {
		{ .title = N_("Draft"), .main = true }, { .title = N_("Kind") }, { .title = N_("Changed") }, { .title = N_("Actions"), .hide_title = true } };
	struct html *h = &g->page.h;
	struct saved_draft *list;
	size_t n, shown = 0;
	if (!saved_draft_list(g->v.at.site->store, g->v.at.tenant->id, g->v.session->account, g->v.arena, &list, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		shown += list[i].of == 0;
	if (!shown)
		return true;
	struct html_table t = { .caption = N_("Drafts"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_panel_open(h, "drafts", N_("Drafts"), N_("Kept by themselves while you build, until you save or delete them."));
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		if (list[i].of)
			continue;
		struct str title = list[i].title.n ? list[i].title : i18n_text(h->lang, N_("Without a title"));
		struct str slug = arena_join(g->v.arena, STR("+"), list[i].hash);
		html_row_open(h, &t);
		html_cell_open(h, &t);
		put_link(h, url_of(g, list[i].kind, slug, "edit/"), title);
		html_cell_close(h, &t);
		html_cell_text(h, &t, i18n_text(h->lang, kinds[list[i].kind].name));
		html_cell_open(h, &t);
		html_date(h, list[i].changed.us, g->v.zone, true);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		put_actions(g, list[i].kind, slug, title, false);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
	html_panel_close(h);
	return true;
}

/* --- the list ------------------------------------------------------------------------------------------------------------ */

static void put_new(struct gate *g)
{
	struct html *h = &g->page.h;
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Make a map"), .href = STR("/map/"), .icon = ICON_MAP, .with_icon = true });
	html_button(h, &(struct html_button){ .label = N_("Make a chart"), .href = STR("/chart/"), .icon = ICON_CHART, .with_icon = true, .weight = HTML_SECONDARY });
	html_buttons_close(h);
}

static void put_search(struct gate *g, const struct view_state *state)
{
	struct html *h = &g->page.h;
	html_form_open(h, &(struct html_form){ .action = state->path, .inline_ = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_SEARCH, .name = "q", .label = N_("Search"), .value = view_state_get(state, STR("q")), .most = 200 });
	html_button(h, &(struct html_button){ .label = N_("Search"), .weight = HTML_SECONDARY });
	html_form_close(h);
}

static bool put_list(struct gate *g, struct err *e)
{
	static const char *const names[] = { "q", "start" };
	static const struct html_column columns[] = { { .title = N_("Title"), .main = true }, { .title = N_("Kind") }, { .title = N_("Changed") },
	                                              { .title = N_("Who can see it") }, { .title = N_("Actions"), .hide_title = true } };
	struct html *h = &g->page.h;
	struct view_state state;
	struct saved *list;
	size_t n;
	int64_t total, start;
	view_state_only(&state, g->v.request, STR("/account/visualizations/"), names, COUNT_OF(names));
	if (!str_to_int(view_state_get(&state, STR("start")), &start) || start < 0 || start > MOST)
		start = 0;
	struct saved_question q = { .maps = true, .charts = true, .owner = g->v.session->account, .words = view_state_get(&state, STR("q")), .start = start, .rows = ROWS };
	if (!saved_list(g->v.at.site->store, g->v.at.tenant->id, &q, g->v.arena, &list, &n, &total, e))
		return false;
	if (!total && !q.words.n) {
		html_empty(h, N_("Nothing saved yet"), N_("Maps and charts that you make of the portal’s data and save are listed here."), NULL);
		return true;
	}
	put_search(g, &state);
	if (!n) {
		html_empty(h, N_("Nothing was found"), N_("Fewer or other words may help."), NULL);
		return true;
	}
	struct html_table t = { .caption = N_("Your maps and charts"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++)
		put_row(g, &t, &list[i]);
	html_table_close(h, &t);
	view_pager(h, &state, start, ROWS, total, MOST);
	return true;
}

static bool show(struct gate *g, struct err *e)
{
	gate_open_own(g, N_("Maps and charts"), GATE_VISUALIZATIONS);
	put_new(g);
	if (!put_drafts(g, e) || !put_list(g, e))
		return false;
	return gate_close(g, e);
}

static bool change(struct gate *g, struct err *e)
{
	struct saved x;
	struct str wanted = gate_field(g, "visibility");
	enum saved_kind kind = str_eq(gate_field(g, "kind"), STR("chart")) ? SAVED_CHART : SAVED_MAP;
	if (!saved_find(g->v.at.site->store, g->v.at.tenant->id, kind, gate_field(g, "slug"), g->v.arena, &x, e))
		return false;
	if (!saved_may_change(&x, g->v.session->account))
		return err_set(e, ERR_NOT_FOUND, "There is nothing saved under this name.");
	size_t to = 0;
	while (to < COUNT_OF(visibilities) && !str_eq(wanted, visibilities[to].word))
		to++;
	if (to == COUNT_OF(visibilities))
		return err_set(e, ERR_BAD_REQUEST, "visibility is private, unlisted or public.");
	if (to == SAVED_PUBLIC && x.visibility != SAVED_PUBLIC && !may_publish(g))
		return err_set(e, ERR_FORBIDDEN, "To list it for everyone, your account needs the permission create_page.");
	return saved_show(g->v.at.site->store, g->v.at.tenant->id, x.id, (enum saved_visibility)to, e) &&
	       gate_go(g, STR("/account/visualizations/"), "saved", e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	if (!gate_enter_own(&g, r, p, app, e))
		return false;
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED)
			return false;
		if (how == GATE_GOOD)
			return change(&g, e);
	}
	return show(&g, e);
}

const struct httpd_route gate_visualizations = { .method = HTTPD_GET, .pattern = "/account/visualizations/", .run = run };
const struct httpd_route gate_visualizations_post = { .method = HTTPD_POST, .pattern = "/account/visualizations/", .run = run };

/* --- for the owner's own file --------------------------------------------------------------------------------------------- */

bool gate_put_saved(struct gate *g, struct json_out *j, struct err *e)
{
	struct saved *list;
	size_t n;
	int64_t total;
	struct saved_question q = { .maps = true, .charts = true, .owner = g->v.session->account, .rows = SAVED_MOST };
	if (!saved_list(g->v.at.site->store, g->v.at.tenant->id, &q, g->v.arena, &list, &n, &total, e))
		return false;
	json_key(j, STR("visualizations"));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		json_member(j, "address", url_of(g, list[i].kind, list[i].slug, ""));
		json_member(j, "title", list[i].title);
		json_member(j, "description", list[i].description);
		json_member(j, "visibility", visibilities[list[i].visibility].word);
		json_close(j, '}');
	}
	json_close(j, ']');
	return true;
}
