/* The inbox: what readers wrote about datasets, to the portal, and to be let in. An answer goes by letter. Publishers see what was written about
 * datasets, administrators all of it. */
#include "back/engage.h"

static const struct { const char *word, *label; enum engage_note_state state; } states[] = {
	{ "open", N_("Open"), ENGAGE_OPEN }, { "answered", N_("Answered"), ENGAGE_ANSWERED }, { "archived", N_("Archived"), ENGAGE_ARCHIVED } };

static enum engage_note_state state_of(const struct httpd_request *r)
{
	const struct str *s = httpd_query_or_null(r, STR("state"));
	for (size_t i = 0; s && i < COUNT_OF(states); i++)
		if (str_eq(*s, str_of(states[i].word)))
			return states[i].state;
	return ENGAGE_OPEN;
}

/* Which kinds somebody reads: -1 for all. */
static int kinds_of(const struct visit *v) { return rights_may(&v->who, ACCOUNT_MAY_EDIT_DOMAIN) ? -1 : ENGAGE_FEEDBACK; }

static struct str who_of(const struct visit *v, const struct engage_note *n)
{
	return n->name.n ? n->name : n->email.n ? n->email : i18n_text(v->lang, N_("Nobody known"));
}

static void put_row(struct html *h, struct html_table *t, struct visit *v, const struct engage_note *n)
{
	html_row_open(h, t);
	html_cell_open(h, t);
	html_lit(h, "<a href=\"/backoffice/messages/");
	html_int(h, n->id);
	html_lit(h, "/\"><bdi>");
	struct str first = str_trim(view_plain(v->arena, n->text, 90));
	html_text(h, first.n ? first : STR("–"));
	html_lit(h, "</bdi></a>");
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_say(h, engage_note_kind_sentence(n->kind));
	html_lit(h, "<small>");
	if (n->slug.n)
		back_put_dataset(h, v, n->slug);
	else
		html_text(h, n->about);
	html_lit(h, "</small>");
	html_cell_close(h, t);
	html_cell_text(h, t, who_of(v, n));
	html_cell_open(h, t);
	html_date(h, n->created.us, v->zone, false);
	html_cell_close(h, t);
	html_row_close(h, t);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Message"), .main = true }, { .title = N_("About") }, { .title = N_("From") }, { .title = N_("Since") } };
	static const char *const known[] = { "state", "start" };
	struct html_table t = { .caption = N_("Messages"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	auto_visit v = { 0 };
	struct engage_note *list;
	size_t n;
	int64_t all, start = back_engage_start(r);
	if (!back_enter(app, r, p, VIEW_OFFICE_MESSAGES, 0, &v, e))
		return back_answered(p, e);
	struct engage_scene s = back_engage(&v);
	if (!engage_notes(&s, kinds_of(&v), state_of(r), start, BACK_ENGAGE_ROWS, &list, &n, &all, e))
		return false;
	struct view_state state = { .arena = v.arena };
	view_state_only(&state, r, STR("/backoffice/messages/"), known, COUNT_OF(known));
	auto_page page = back_page(&v, N_("Messages"), "/backoffice/messages/");
	view_office_open(&page, VIEW_OFFICE_MESSAGES);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("What readers wrote: about datasets, to the portal, and to be let in. Who answers outside this page archives the message here."));
	html_heading_close(h);
	struct html_tab tabs[COUNT_OF(states)];
	for (size_t i = 0; i < COUNT_OF(states); i++)
		tabs[i] = (struct html_tab){ .url = arena_printf(v.arena, "/backoffice/messages/?state=%s", states[i].word), .label = states[i].label, .current = states[i].state == state_of(r) };
	html_tabs(h, N_("Messages"), tabs, COUNT_OF(tabs));
	back_said(&page, r);
	if (!n)
		html_empty(h, N_("No messages"), N_("Readers write on the page of a dataset and on the contact page."), NULL);
	else
		html_table_open(h, &t);
	for (size_t i = 0; i < n; i++)
		put_row(h, &t, &v, &list[i]);
	if (n) {
		html_table_close(h, &t);
		view_pager(h, &state, start, BACK_ENGAGE_ROWS, all, LIMIT_WINDOW_ROWS);
	}
	return view_close(&page, e);
}

const struct httpd_route back_messages = { .method = HTTPD_GET, .pattern = "/backoffice/messages/", .run = run };

/* --- one ----------------------------------------------------------------------------------------------------- */

static bool obey(struct visit *v, const struct engage_note *n, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	static const struct { const char *word, *said; enum engage_note_state to; } moves[] = { { "archive", "message-archived", ENGAGE_ARCHIVED }, { "reopen", "saved", ENGAGE_OPEN } };
	struct engage_scene s = back_engage(v);
	struct str what = visitor_field(f, STR("do")), inbox = STR("/backoffice/messages/");
	for (size_t i = 0; i < COUNT_OF(moves); i++)
		if (str_eq(what, str_of(moves[i].word)))
			return engage_note_move(&s, n->id, moves[i].to, e) && back_done(v, inbox, moves[i].said, e);
	if (str_eq(what, STR("delete")))
		return engage_note_drop(&s, n->id, e) && back_engage_noted(v, EVENT_MESSAGE_ERASED, "", n->id) && back_done(v, inbox, "removed", e);
	if (!str_trim(visitor_field(f, STR("answer"))).n)
		return html_complain(errors, v->lang, "answer", N_("Please write an answer."));
	if (engage_note_answer(&s, n->id, visitor_field(f, STR("answer")), e))
		return back_engage_noted(v, EVENT_MESSAGE_ANSWERED, "", n->id) && back_done(v, inbox, "message-answered", e);
	back_complain(v, errors, "answer", e);
	return false;
}

static void put_facts(struct html *h, struct visit *v, const struct engage_note *n)
{
	html_facts_open(h);
	html_fact(h, N_("State"), i18n_text(v->lang, engage_note_state_sentence(n->state)));
	html_fact(h, N_("From"), n->name.n ? n->name : STR("–"));
	html_fact(h, N_("E-mail address"), n->email.n ? n->email : STR("–"));
	for (size_t i = 0; engage_categories[i][0]; i++)
		if (str_eq(n->category, str_of(engage_categories[i][0])))
			html_fact(h, N_("What it is about"), i18n_text(v->lang, engage_categories[i][1]));
	if (n->slug.n) {
		html_fact_open(h, N_("Dataset"));
		back_put_dataset(h, v, n->slug);
		html_fact_close(h);
	}
	if (n->about.n)
		html_fact(h, n->kind == ENGAGE_FEEDBACK ? N_("Record") : n->kind == ENGAGE_ACCESS ? N_("What they would like to see") : N_("Subject"), n->about);
	html_fact_open(h, N_("Since"));
	html_date(h, n->created.us, v->zone, true);
	html_fact_close(h);
	html_facts_close(h);
}

static void put_answer(struct html *h, struct visit *v, const struct engage_note *n, const struct visitor_form *posted, const struct html_errors *errors)
{
	html_panel_open(h, "answer-panel", N_("Answer"), n->email.n ? N_("It goes by letter, with what was written above it.") : N_("Whoever wrote this left no address: it cannot be answered."));
	if (n->answer.n)
		back_put_words(h, n->answer);
	if (n->email.n) {
		html_form_open(h, &(struct html_form){ .visit = v, .posted = posted, .errors = errors });
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "answer", .label = N_("Answer"), .rows = 6, .most = ENGAGE_TEXT });
		html_buttons_open(h);
		html_button(h, &(struct html_button){ .label = N_("Send the answer"), .name = "do", .value = STR("answer") });
		html_buttons_close(h);
		html_form_close(h);
	}
	html_panel_close(h);
}

static bool run_one(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	struct engage_note note;
	int64_t id;
	if (!back_enter(app, r, p, VIEW_OFFICE_MESSAGES, 0, &v, e))
		return back_answered(p, e);
	struct engage_scene s = back_engage(&v);
	if (!back_number(r->holes[0], &id))
		return err_set(e, ERR_NOT_FOUND, "There is no such message.");
	if (!engage_note_get(&s, id, &note, e))
		return false;
	if (kinds_of(&v) >= 0 && (int)note.kind != kinds_of(&v))
		return err_set(e, ERR_NOT_FOUND, "There is no such message.");
	if (r->method == HTTPD_POST) {
		if (back_form_kept(&v, &form, &errors, e) && obey(&v, &note, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	auto_page page = back_page(&v, N_("Messages"), "/backoffice/messages/");
	page.title = i18n_text(v.lang, engage_note_kind_sentence(note.kind));
	view_office_open(&page, VIEW_OFFICE_MESSAGES);
	struct html *h = &page.h;
	html_heading_open(h, page.title, NULL);
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("All messages"), .href = STR("/backoffice/messages/") });
	html_heading_close(h);
	back_said(&page, r);
	html_panel_open(h, NULL, NULL, NULL);
	put_facts(h, &v, &note);
	back_put_words(h, note.text);
	html_buttons_open(h);
	if (note.state == ENGAGE_ARCHIVED)
		back_put_do(h, &v, "reopen", N_("Open again"), HTML_SECONDARY);
	else
		back_put_do(h, &v, "archive", N_("Archive"), HTML_SECONDARY);
	back_put_do(h, &v, "delete", N_("Delete"), HTML_DANGER);
	html_buttons_close(h);
	html_panel_close(h);
	put_answer(h, &v, &note, form.n ? &form : NULL, &errors);
	return view_close(&page, e);
}

BACK_PAGE(message, "/backoffice/messages/{message}/", run_one);
