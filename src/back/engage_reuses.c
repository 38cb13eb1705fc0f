/* The review of reuses: what waits, what is shown, what was declined; one of them with what can be done about it. The names of who told of
 * it are theirs and never changed. */
#include "back/engage.h"

static const struct { const char *word, *label; enum engage_state state; } states[] = {
	{ "pending", N_("Waiting"), ENGAGE_PENDING }, { "approved", N_("Shown"), ENGAGE_APPROVED }, { "rejected", N_("Declined"), ENGAGE_REJECTED } };

static enum engage_state state_of(const struct httpd_request *r)
{
	const struct str *s = httpd_query_or_null(r, STR("state"));
	for (size_t i = 0; s && i < COUNT_OF(states); i++)
		if (str_eq(*s, str_of(states[i].word)))
			return states[i].state;
	return ENGAGE_PENDING;
}

static void put_tabs(struct html *h, struct visit *v, enum engage_state now)
{
	struct html_tab tabs[COUNT_OF(states)];
	for (size_t i = 0; i < COUNT_OF(states); i++)
		tabs[i] = (struct html_tab){ .url = arena_printf(v->arena, "/backoffice/reuses/?state=%s", states[i].word), .label = states[i].label, .current = states[i].state == now };
	html_tabs(h, N_("Reuses"), tabs, COUNT_OF(tabs));
}

static void put_row(struct html *h, struct html_table *t, struct visit *v, const struct engage_reuse *r)
{
	html_row_open(h, t);
	html_cell_open(h, t);
	html_lit(h, "<a href=\"/backoffice/reuses/");
	html_int(h, r->id);
	html_lit(h, "/\"><bdi>");
	html_text(h, r->title);
	html_lit(h, "</bdi></a><small>");
	html_say(h, engage_reuse_kind_sentence(r->kind));
	html_lit(h, "</small>");
	html_cell_close(h, t);
	html_cell_open(h, t);
	back_put_dataset(h, v, r->slug);
	html_cell_close(h, t);
	html_cell_text(h, t, str_trim(arena_printf(v->arena, "%.*s %.*s", STR_ARG(r->first_name), STR_ARG(r->last_name))));
	html_cell_open(h, t);
	html_date(h, r->created.us, v->zone, false);
	html_cell_close(h, t);
	html_row_close(h, t);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Title"), .main = true }, { .title = N_("Dataset") }, { .title = N_("By") }, { .title = N_("Since") } };
	static const char *const known[] = { "state", "start" };
	struct html_table t = { .caption = N_("Reuses"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	auto_visit v = { 0 };
	struct engage_reuse *list;
	size_t n;
	int64_t all;
	if (!back_enter(app, r, p, VIEW_OFFICE_REUSES, 0, &v, e))
		return back_answered(p, e);
	struct engage_scene s = back_engage(&v);
	struct engage_reuse_ask q = { .state = state_of(r), .rows = BACK_ENGAGE_ROWS, .start = back_engage_start(r), .private_ = true };
	if (!engage_reuses(&s, &q, &list, &n, &all, e))
		return false;
	struct view_state state = { .arena = v.arena };
	view_state_only(&state, r, STR("/backoffice/reuses/"), known, COUNT_OF(known));
	auto_page page = back_page(&v, N_("Reuses"), "/backoffice/reuses/");
	view_office_open(&page, VIEW_OFFICE_REUSES);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("What people made of the data. It is shown beside them once somebody has approved it here."));
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("See the gallery"), .href = STR("/reuses/") });
	html_heading_close(h);
	put_tabs(h, &v, q.state);
	back_said(&page, r);
	if (!n)
		html_empty(h, N_("Nothing here"), N_("Readers tell of a reuse on the page of a dataset."), NULL);
	else
		html_table_open(h, &t);
	for (size_t i = 0; i < n; i++)
		put_row(h, &t, &v, &list[i]);
	if (n) {
		html_table_close(h, &t);
		view_pager(h, &state, q.start, BACK_ENGAGE_ROWS, all, LIMIT_WINDOW_ROWS);
	}
	return view_close(&page, e);
}

const struct httpd_route back_reuses = { .method = HTTPD_GET, .pattern = "/backoffice/reuses/", .run = run };

/* --- one ---------------------------------------------------------------------------------------------------- */

static bool save(struct visit *v, const struct engage_reuse *old, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct engage_scene s = back_engage(v);
	struct engage_reuse r = { .id = old->id, .title = str_trim(visitor_field(f, STR("title"))), .description = str_trim(visitor_field(f, STR("description"))), .url = str_trim(visitor_field(f, STR("url"))) };
	if (!engage_reuse_kind_of(visitor_field(f, STR("kind")), &r.kind))
		return html_complain(errors, v->lang, "kind", N_("Please choose one."));
	const struct httpd_part *sent = visitor_file_or_null(f, STR("picture"));
	struct engage_picture picture;
	if (sent && !engage_picture_make(&s, sent, &picture, e)) {
		if (e->code != ERR_PARAMETER && e->code != ERR_TOO_LARGE)
			return false;
		*e = (struct err){ 0 };
		return html_complain(errors, v->lang, "picture", N_("Please choose a picture: PNG, JPEG, GIF or WebP, of at most 10 MB."));
	}
	r.picture_or_null = sent ? &picture : NULL;
	if (!sent && visitor_field_on(f, STR("no_picture")) && !engage_picture_drop(&s, old->id, e))
		return false;
	if (engage_reuse_change(&s, &r, e))
		return back_done(v, arena_printf(v->arena, "/backoffice/reuses/%lld/", (long long)old->id), "saved", e);
	back_complain(v, errors, "", e);
	return false;
}

static bool obey(struct visit *v, const struct engage_reuse *r, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct engage_scene s = back_engage(v);
	struct str what = visitor_field(f, STR("do"));
	bool yes = str_eq(what, STR("approve"));
	if (yes || str_eq(what, STR("reject"))) {
		if (engage_reuse_decide(&s, r->id, yes, visitor_field(f, STR("reason")), e))
			return back_engage_noted(v, EVENT_REUSE_REVIEWED, yes ? "approved" : "rejected", r->id) && back_done(v, STR("/backoffice/reuses/"), yes ? "reuse-shown" : "reuse-declined", e);
		back_complain(v, errors, "reason", e);
		return false;
	}
	if (str_eq(what, STR("delete")))
		return engage_reuse_drop(&s, r->id, e) && back_engage_noted(v, EVENT_REUSE_REVIEWED, "deleted", r->id) && back_done(v, STR("/backoffice/reuses/"), "removed", e);
	return save(v, r, f, errors, e);
}

static void put_decision(struct html *h, struct visit *v, const struct engage_reuse *r, const struct visitor_form *posted, const struct html_errors *errors)
{
	html_panel_open(h, "decide", N_("Decide"), N_("Whoever told of it gets a letter. The address of somebody without an account is erased with it."));
	html_form_open(h, &(struct html_form){ .visit = v, .posted = posted, .errors = errors });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "reason", .label = N_("Reason, if it is declined"), .value = r->reason, .rows = 3, .most = 2000 });
	html_buttons_open(h);
	if (r->state != ENGAGE_APPROVED)
		html_button(h, &(struct html_button){ .label = N_("Approve"), .name = "do", .value = STR("approve") });
	if (r->state != ENGAGE_REJECTED)
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Decline"), .name = "do", .value = STR("reject") });
	html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Delete"), .name = "do", .value = STR("delete") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static void put_change(struct html *h, struct visit *v, const struct engage_reuse *r, const struct visitor_form *posted, const struct html_errors *errors)
{
	struct html_option kinds[ENGAGE_REUSE_KINDS];
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		kinds[i] = (struct html_option){ .value = str_of(engage_reuse_kind_word((enum engage_reuse_kind)i)), .message = engage_reuse_kind_sentence((enum engage_reuse_kind)i) };
	html_panel_open(h, "change", N_("What is shown"), NULL);
	if (r->pictured.us) {
		html_lit(h, "<img class=\"reuse-picture\" alt=\"");
		html_say(h, N_("Picture"));
		html_lit(h, "\" src=\"");
		html_url(h, engage_picture_path(v->arena, r));
		html_lit(h, "\">");
	}
	html_form_open(h, &(struct html_form){ .visit = v, .posted = posted, .errors = errors, .files = true });
	html_hidden(h, "do", STR("save"));
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "title", .label = N_("Title"), .value = r->title, .most = ENGAGE_TITLE, .required = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_URL, .name = "url", .label = N_("Address"), .value = r->url, .most = 2000, .required = true });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "kind", .label = N_("What it is"), .options = kinds, .noptions = COUNT_OF(kinds), .value = str_of(engage_reuse_kind_word(r->kind)) });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "description", .label = N_("Description"), .value = r->description, .rows = 6, .most = ENGAGE_TEXT, .required = true });
	html_file(h, "picture", N_("Picture"), N_("A new one takes the place of the old one."), "image/png,image/jpeg,image/gif,image/webp");
	if (r->pictured.us)
		html_check(h, &(struct html_check){ .name = "no_picture", .label = N_("Show no picture") });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Save") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static bool run_one(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	struct engage_reuse reuse;
	int64_t id;
	bool posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, VIEW_OFFICE_REUSES, 0, &v, e))
		return back_answered(p, e);
	struct engage_scene s = back_engage(&v);
	if (!back_number(r->holes[0], &id) || !engage_reuse_get(&s, id, &reuse, e))
		return e->code ? false : err_set(e, ERR_NOT_FOUND, "There is no such reuse.");
	if (posted) {
		if (back_form_kept(&v, &form, &errors, e) && obey(&v, &reuse, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	bool saving = posted && !str_eq(visitor_field(&form, STR("do")), STR("approve")) && !str_eq(visitor_field(&form, STR("do")), STR("reject"));
	auto_page page = back_page(&v, N_("Reuses"), "/backoffice/reuses/");
	page.title = reuse.title;
	view_office_open(&page, VIEW_OFFICE_REUSES);
	struct html *h = &page.h;
	html_heading_open(h, page.title, NULL);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Open the address"), .href = reuse.url, .icon = ICON_OUT, .with_icon = true });
	html_heading_close(h);
	back_said(&page, r);
	html_panel_open(h, NULL, NULL, NULL);
	html_facts_open(h);
	html_fact(h, N_("State"), i18n_text(v.lang, states[reuse.state].label));
	html_fact_open(h, N_("Dataset"));
	back_put_dataset(h, &v, reuse.slug);
	html_fact_close(h);
	struct str by = str_trim(arena_printf(v.arena, "%.*s %.*s", STR_ARG(reuse.first_name), STR_ARG(reuse.last_name)));
	html_fact(h, N_("By"), by.n ? by : STR("–"));
	if (reuse.email.n)
		html_fact(h, N_("E-mail address"), reuse.email);
	html_fact_open(h, N_("Since"));
	html_date(h, reuse.created.us, v.zone, true);
	html_fact_close(h);
	html_facts_close(h);
	html_panel_close(h);
	put_decision(h, &v, &reuse, posted && !saving ? &form : NULL, saving ? NULL : &errors);
	put_change(h, &v, &reuse, saving ? &form : NULL, saving ? &errors : NULL);
	return view_close(&page, e);
}

const struct httpd_route back_reuse = { .method = HTTPD_GET, .pattern = "/backoffice/reuses/{reuse}/", .run = run_one };
const struct httpd_route back_reuse_post = { .method = HTTPD_POST, .pattern = "/backoffice/reuses/{reuse}/", .flags = HTTPD_SPILLS, .body_max = ENGAGE_UPLOAD, .run = run_one };
