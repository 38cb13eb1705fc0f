/* All datasets that somebody may edit: found, narrowed, sorted, and what is done to one or to many of them. While something is under way
 * the page's script asks how it goes; without it the page says so when it is opened again. */
#include "back/dataset_inside.h"
#include "fetch/fetch.h"

enum { A_PAGE = 50, CEILING = 1000000 };
#define HOME "/backoffice/datasets/"

static const struct { const char *word, *title; int which; } shelves[] = {
	{ "", N_("All"), CONFIG_ANY }, { "published", N_("Published"), CONFIG_PUBLISHED }, { "unpublished", N_("Not published"), CONFIG_UNPUBLISHED },
	{ "deleted", N_("Deleted"), CONFIG_DELETED },
};

static bool read_state(struct visit *v, struct view_state *s, struct err *e)
{
	static const char *const names[] = { "q", "which", "access", "status", "source", "sort", "start" };
	return back_list_state(v, s, &(struct back_list){ .list = "datasets", .path = HOME, .names = names, .n = COUNT_OF(names), .aside = "which", .aside_value = "deleted" }, e);
}

static int64_t number(struct str s) { int64_t n; return str_to_int(s, &n) && n > 0 ? n : 0; }

static struct config_query query_of(const struct view_state *s)
{
	struct str access = view_state_get(s, STR("access"));
	struct str which = view_state_get(s, STR("which"));
	struct config_query q = { .search = str_trim(view_state_get(s, STR("q"))), .restricted = -1, .status = view_state_get(s, STR("status")),
		.source = view_state_get(s, STR("source")), .sort = view_state_get(s, STR("sort")), .limit = A_PAGE,
		.offset = number(view_state_get(s, STR("start"))) };
	if (access.n)
		q.restricted = str_eq(access, STR("restricted"));
	for (size_t i = 0; i < COUNT_OF(shelves); i++)
		if (str_eq(which, str_of(shelves[i].word)))
			q.which = shelves[i].which;
	if (!q.sort.n)
		q.sort = STR("-modified");
	return q;
}

static bool is_deleted(const struct view_state *s) { return str_eq(view_state_get(s, STR("which")), STR("deleted")); }

/* --- narrowing ---------------------------------------------------------------------------------------------------------- */

static void put_shelves(struct html *h, const struct view_state *s)
{
	struct html_tab tabs[COUNT_OF(shelves)];
	struct str which = view_state_get(s, STR("which"));
	for (size_t i = 0; i < COUNT_OF(shelves); i++) {
		struct str word = str_of(shelves[i].word);
		tabs[i] = (struct html_tab){ .url = view_state_url(s, STR("which"), NULL, word.n ? STR("which") : STR(""), word), .label = shelves[i].title,
			.current = str_eq(which, word) };
	}
	html_tabs(h, N_("Datasets"), tabs, COUNT_OF(shelves));
}

static void put_find(struct html *h, const struct view_state *s)
{
	static const struct html_option access[] = { { .value = { "", 0 }, .message = N_("Any") }, { .value = { "public", 6 }, .message = N_("For everybody") },
		{ .value = { "restricted", 10 }, .message = N_("Restricted") } };
	static const struct html_option states[] = { { .value = { "", 0 }, .message = N_("Any") }, { .value = { "idle", 4 }, .message = N_("At rest") },
		{ .value = { "processing", 10 }, .message = N_("Being published") }, { .value = { "queued", 6 }, .message = N_("Waiting") },
		{ .value = { "error", 5 }, .message = N_("Failed") }, { .value = { "limit_reached", 13 }, .message = N_("Limit reached") } };
	struct html_option sources[40] = { { .value = STR(""), .message = N_("Any") } };
	size_t n = 1;
	for (const struct fetch_kind *k = fetch_kinds; k->type && n < COUNT_OF(sources); k++)
		if (strcmp(k->type, "federated") != 0) /* is found as "portal" */
			sources[n++] = (struct html_option){ .value = str_of(k->type), .message = k->label };
	html_form_open(h, &(struct html_form){ .inline_ = true, .action = STR(HOME), .label = N_("Find datasets") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_SEARCH, .name = "q", .label = N_("Title or identifier"), .value = view_state_get(s, STR("q")) });
	html_choice(h, &(struct html_choice){ .name = "access", .label = N_("Access"), .options = access, .noptions = COUNT_OF(access), .value = view_state_get(s, STR("access")) });
	html_choice(h, &(struct html_choice){ .name = "status", .label = N_("Status"), .options = states, .noptions = COUNT_OF(states), .value = view_state_get(s, STR("status")) });
	html_choice(h, &(struct html_choice){ .name = "source", .label = N_("Source"), .options = sources, .noptions = n, .value = view_state_get(s, STR("source")) });
	if (view_state_get(s, STR("which")).n)
		html_hidden(h, "which", view_state_get(s, STR("which")));
	if (view_state_get(s, STR("sort")).n)
		html_hidden(h, "sort", view_state_get(s, STR("sort")));
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Find"), .icon = ICON_SEARCH, .with_icon = true });
	html_form_close(h);
}

/* --- the table ------------------------------------------------------------------------------------------------------------ */

static const char *source_title(struct str type)
{
	for (const struct fetch_kind *k = fetch_kinds; k->type; k++)
		if (str_eq(type, str_of(k->type)))
			return k->label;
	return str_eq(type, STR("published")) ? N_("As published") : NULL;
}

static void put_act(struct html *h, struct visit *v, const struct config *c, const char *word, const char *label, enum html_weight weight)
{
	html_button(h, &(struct html_button){ .weight = weight, .label = label, .name = "do", .small = true, .about = c->title,
		.value = arena_printf(v->arena, "%s %.*s", word, STR_ARG(c->uid)) });
}

static void put_acts(struct html *h, struct visit *v, const struct config *c, bool deleted)
{
	if (deleted) {
		put_act(h, v, c, "undelete", N_("Bring back"), HTML_SECONDARY);
		return;
	}
	html_lit(h, "<details class=\"row-acts\"><summary>");
	html_say(h, N_("Actions"));
	html_lit(h, "<span class=\"visually-hidden\"> ");
	html_text(h, c->title);
	html_lit(h, "</span>");
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary><div>");
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Edit"), .small = true, .about = c->title,
		.href = arena_printf(v->arena, HOME "%.*s/", STR_ARG(c->uid)) });
	if (c->published)
		html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Explore"), .small = true, .about = c->title,
			.href = arena_printf(v->arena, "/explore/dataset/%.*s/", STR_ARG(c->slug)) });
	else
		put_act(h, v, c, "publish", N_("Publish"), HTML_PLAIN);
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Monitoring"), .small = true, .about = c->title,
		.href = arena_printf(v->arena, HOME "%.*s/monitoring/", STR_ARG(c->uid)) });
	put_act(h, v, c, "copy", N_("Duplicate"), HTML_PLAIN);
	if (c->published)
		put_act(h, v, c, "unpublish", N_("Unpublish"), HTML_PLAIN);
	if (c->published)
		html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Delete"), .small = true, .about = c->title,
			.href = arena_printf(v->arena, HOME "do/?uid=%.*s", STR_ARG(c->uid)) });
	else
		put_act(h, v, c, "delete", N_("Delete"), HTML_PLAIN);
	html_lit(h, "<p class=\"hint\">");
	html_say(h, N_("What is deleted can be brought back for 30 days."));
	html_lit(h, "</p></div></details>");
}

static bool is_busy_word(struct str status)
{
	return str_eq(status, STR("queued")) || str_eq(status, STR("processing")) || str_eq(status, STR("aborting_processing")) || str_eq(status, STR("deleting"));
}

static void put_name(struct html *h, struct visit *v, const struct config_item *it, const struct back_live_list *live, bool deleted)
{
	const struct config *c = &it->head;
	if (!deleted) {
		html_lit(h, "<a href=\"");
		html_url(h, arena_printf(v->arena, HOME "%.*s/sources/", STR_ARG(c->uid)));
		html_lit(h, "\">");
	}
	html_lit(h, "<bdi>");
	html_text(h, c->title);
	html_lit(h, "</bdi>");
	if (!deleted)
		html_lit(h, "</a>");
	if (it->restricted) {
		html_lit(h, " ");
		html_badge(h, HTML_NEUTRAL, N_("Restricted"));
	}
	struct back_live one;
	if (!deleted && back_live_find(live, c->dataset, &one)) {
		html_lit(h, " ");
		back_put_live_badge(h, &one);
	}
	html_lit(h, "<small><code>");
	html_text(h, c->slug);
	html_lit(h, "</code></small>");
}

static void put_row(struct html *h, struct html_table *t, struct visit *v, const struct config_item *it, const struct back_live_list *live, bool deleted)
{
	const struct config *c = &it->head;
	html_row_open(h, t);
	html_cell_open(h, t);
	html_pick(h, "uid", c->uid, c->title);
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_name(h, v, it, live, deleted);
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_lit(h, "<span class=\"row-state\" data-uid=\"");
	html_text(h, c->uid);
	if (is_busy_word(it->status))
		html_lit(h, "\" data-busy=\"yes");
	html_lit(h, "\">");
	back_put_state(h, it->status, c->published);
	if (!deleted && c->published && c->revision > c->published_revision && !is_busy_word(it->status)) {
		html_lit(h, " <small>");
		html_say(h, N_("with changes not published"));
		html_lit(h, "</small>");
	}
	html_lit(h, "<span class=\"line\"></span></span>");
	if (it->message.n) {
		html_lit(h, "<small class=\"why\" dir=\"auto\">");
		html_text(h, text_cut(i18n_reason(v->lang, v->arena, it->message), 160));
		html_lit(h, "</small>");
	}
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (it->rows >= 0)
		html_count(h, it->rows);
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_date(h, deleted ? c->deleted.us : c->changed.us, v->zone, true);
	html_cell_close(h, t);
	html_cell_open(h, t);
	const char *source = source_title(it->source);
	if (source)
		html_say(h, source);
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_acts(h, v, c, deleted);
	html_cell_close(h, t);
	html_row_close(h, t);
}

static void put_bulk(struct html *h, bool deleted)
{
	html_lit(h, "<div class=\"bulk\"><span class=\"hint\">");
	html_say(h, N_("With those that are ticked:"));
	html_lit(h, "</span>");
	static const struct { const char *word, *label; bool deleted; } acts[] = { { "publish", N_("Publish"), false }, { "unpublish", N_("Unpublish"), false },
		{ "delete", N_("Delete"), false }, { "undelete", N_("Bring back"), true } };
	for (size_t i = 0; i < COUNT_OF(acts); i++)
		if (acts[i].deleted == deleted)
			html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = acts[i].label, .name = "do", .value = str_of(acts[i].word) });
	if (!deleted) {
		html_lit(h, "<button class=\"button quiet small\" formaction=\"/backoffice/datasets/bulk/\">");
		html_say(h, N_("Change information"));
		html_lit(h, "</button><span class=\"hint\">");
		html_say(h, N_("What is deleted can be brought back for 30 days."));
		html_lit(h, "</span>");
	}
	html_lit(h, "</div>");
}

static void put_table(struct html *h, struct visit *v, const struct view_state *s, const struct config_item *items, size_t n)
{
	static const struct html_column columns[] = { { .title = N_("Choose"), .hide_title = true }, { .title = N_("Title"), .sort = "title", .main = true },
		{ .title = N_("Status") }, { .title = N_("Records"), .number = true }, { .title = N_("Last change"), .sort = "modified" },
		{ .title = N_("Source") }, { .title = N_("Actions"), .hide_title = true } };
	struct html_table table = { .caption = N_("Datasets"), .columns = columns, .ncolumns = COUNT_OF(columns), .state = s, .sorted = "-modified" };
	bool deleted = is_deleted(s);
	struct back_live_list live = back_live_read(v);
	html_lit(h, "<stoa-datasets data-url=\"" HOME "status/\">");
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR(HOME "do/"), .label = N_("Datasets") });
	html_hidden(h, "back", view_state_here(s));
	put_bulk(h, deleted);
	html_table_open(h, &table);
	for (size_t i = 0; i < n; i++)
		put_row(h, &table, v, &items[i], &live, deleted);
	html_table_close(h, &table);
	html_form_close(h);
	html_lit(h, "</stoa-datasets>");
}

/* Just deleted: one press brings it back. */
static void put_regret(struct html *h, struct visit *v)
{
	const struct str *gone = httpd_query_or_null(v->request, STR("deleted"));
	struct str uid, rest = gone ? *gone : STR("");
	if (!rest.n)
		return;
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR(HOME "do/"), .plain = true });
	html_lit(h, "<p class=\"regret\">");
	while (rest.n && str_cut(&rest, ',', &uid))
		html_hidden(h, "uid", uid);
	html_hidden(h, "back", STR(HOME));
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Undo the deletion"), .name = "do", .value = STR("undelete") });
	html_lit(h, "</p>");
	html_form_close(h);
}

static void put_nothing(struct html *h, const struct view_state *s, bool may_create)
{
	static const char *const narrowing[] = { "q", "access", "status", "source", "which" };
	bool narrowed = false;
	for (size_t i = 0; i < COUNT_OF(narrowing); i++)
		narrowed |= view_state_get(s, str_of(narrowing[i])).n > 0;
	if (is_deleted(s))
		html_empty(h, N_("Nothing was deleted"), N_("Datasets that are deleted wait here for 30 days."), NULL);
	else if (narrowed)
		html_empty(h, N_("No dataset fits"), N_("Look for less, or take a filter away."),
			&(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show all"), .href = STR(HOME "?q=") });
	else
		html_empty(h, N_("No dataset yet"), N_("A spreadsheet is a good beginning: drop it on the next page, look at it, publish it."),
			may_create ? &(struct html_button){ .label = N_("New dataset"), .href = STR(HOME "new/") } : NULL);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config_item *items;
	size_t n;
	int64_t total;
	if (!back_enter(app, r, p, VIEW_OFFICE_DATASETS, 0, &v, e))
		return back_answered(p, e);
	struct view_state state;
	if (!read_state(&v, &state, e))
		return false;
	struct config_query q = query_of(&state);
	if (!config_list(v.at.site, v.at.tenant->id, &v.who, &q, v.arena, &items, &n, &total, e))
		return false;
	auto_page page = back_page(&v, N_("Datasets"), HOME);
	view_office_open(&page, VIEW_OFFICE_DATASETS);
	struct html *h = &page.h;
	bool may_create = rights_may(&v.who, ACCOUNT_MAY_CREATE_DATASET);
	html_heading_open(h, page.title, NULL);
	if (may_create)
		html_button(h, &(struct html_button){ .label = N_("New dataset"), .href = STR(HOME "new/"), .icon = ICON_PLUS, .with_icon = true });
	html_heading_close(h);
	back_said(&page, r);
	put_regret(h, &v);
	put_shelves(h, &state);
	if (total || view_state_get(&state, STR("q")).n || q.restricted >= 0 || q.status.n || q.source.n)
		put_find(h, &state);
	back_put_left(h, &v, &state);
	if (n) {
		put_table(h, &v, &state, items, n);
		view_pager(h, &state, q.offset, A_PAGE, total, CEILING);
	} else {
		put_nothing(h, &state, may_create);
	}
	return view_close(&page, e);
}

const struct httpd_route back_datasets = { .method = HTTPD_GET, .pattern = HOME, .run = run };
