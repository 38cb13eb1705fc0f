/* Letters of the portal: what waits, what failed and why, how letters leave the server. Recipients are masked; what a letter
 * says is shown to nobody. */
#include "back/inside.h"

#include "mail/mail.h"

enum { MAIL_SHOWN = 200 };

static void put_state(struct html *h, const struct mail_line *l, const struct clock_zone *zone)
{
	static const struct { const char *word; enum html_tone tone; } states[] = {
		[MAIL_IS_WAITING] = { N_("Waiting"), HTML_INFO },
		[MAIL_IS_SENT] = { N_("Sent"), HTML_SUCCESS },
		[MAIL_HAS_FAILED] = { N_("Failed"), HTML_BAD },
	};
	html_badge(h, l->state == MAIL_IS_WAITING && l->tries ? HTML_WARNING : states[l->state].tone, states[l->state].word);
	html_lit(h, "<small>");
	if (l->state != MAIL_IS_WAITING) {
		html_date(h, l->ended.us, zone, true);
	} else if (l->tries) {
		html_say(h, N_("next try:"));
		html_lit(h, " ");
		html_date(h, l->next.us, zone, true);
	}
	html_lit(h, "</small>");
}

static void put_deed(struct html *h, struct visit *v, const struct mail_line *l, const char *word, const char *label)
{
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR("/backoffice/mail/"), .plain = true });
	html_hidden(h, "letter", arena_printf(v->arena, "%lld", (long long)l->id));
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = label, .about = l->recipient, .name = "do",
		.value = str_of(word) });
	html_form_close(h);
}

static void put_row(struct html *h, struct html_table *t, struct visit *v, const struct mail_line *l)
{
	html_row_open(h, t);
	html_cell_open(h, t);
	html_say(h, mail_kind_sentence(l->kind));
	html_lit(h, "<small><bdi dir=\"ltr\">");
	html_text(h, l->recipient);
	html_lit(h, "</bdi></small>");
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_state(h, l, v->zone);
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_date(h, l->created.us, v->zone, true);
	html_cell_close(h, t);
	html_cell_count(h, t, l->tries);
	html_cell_open(h, t);
	if (l->error.n) {
		html_lit(h, "<span dir=\"auto\">");
		html_reason(h, l->error);
		html_lit(h, "</span>");
	} else {
		html_lit(h, "–");
	}
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (l->state == MAIL_IS_WAITING)
		put_deed(h, v, l, "retry", N_("Try now"));
	if (l->state != MAIL_IS_SENT)
		put_deed(h, v, l, "drop", N_("Drop"));
	html_cell_close(h, t);
	html_row_close(h, t);
}

static void put_all(struct html *h, struct visit *v, const char *word, const char *label)
{
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR("/backoffice/mail/"), .plain = true });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = label, .name = "do", .value = str_of(word) });
	html_form_close(h);
}

static void put_way(struct html *h, struct visit *v)
{
	struct str where = mail_where(v->arena, v->at.site->conf);
	html_panel_open(h, "way", N_("How letters leave"), NULL);
	if (where.n) {
		html_lit(h, "<p>");
		if (*v->at.site->conf->mail_folder)
			html_say(h, N_("Letters go to a folder of this server, not to their recipients."));
		else
			html_say_with(h, N_("Letters go to {0}."), HTML_ARG_STRONG(where));
		html_lit(h, "</p>");
	} else {
		html_notice(h, HTML_WARNING, N_("This server has no mail server: letters wait in the queue and nobody gets them. Whoever runs the server names one in its settings (smtp_host, mail_from)."));
	}
	html_buttons_open(h);
	put_all(h, v, "test", N_("Send a test letter to me"));
	html_buttons_close(h);
	html_panel_close(h);
}

/* A letter to the reader's own address and no other: the page is not for writing to people. */
static bool send_test(struct visit *v, struct err *e)
{
	struct site *s = v->at.site;
	struct account me;
	struct store_tx *t;
	if (!account_get(s->accounts, v->at.tenant->id, v->who.account, v->arena, &me, e))
		return false;
	struct mail_draft d = mail_draft(v->arena, s->vault, v->lang, view_portal_title(v), v->origin);
	mail_subject_with(&d, N_("A test letter of {0}"), d.portal);
	mail_say(&d, N_("This letter shows that the mail settings work. Nothing needs doing."));
	if (!store_begin(s->store, STORE_WRITE, &t, e))
		return false;
	bool ok = mail_post(t, v->at.tenant->id, &d, MAIL_TEST, me.email, e);
	if (!store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok)
		return false;
	mail_wake(s->mail);
	return back_done(v, STR("/backoffice/mail/"), "tested", e);
}

static bool act(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct str what = visitor_field(f, STR("do"));
	int64_t id = 0, n;
	struct site *s = v->at.site;
	if (str_eq(what, STR("test")))
		return send_test(v, e);
	bool all = str_eq(what, STR("retry-all")) || str_eq(what, STR("drop-failed"));
	bool retry = str_starts(what, STR("retry"));
	if (!all && (!back_number(visitor_field(f, STR("letter")), &id) || !(retry || str_eq(what, STR("drop")))))
		return html_complain(errors, v->lang, "", N_("It is not there any more."));
	if (retry ? mail_retry(s->store, v->at.tenant->id, id, &n, e) : mail_drop(s->store, v->at.tenant->id, id, &n, e)) {
		mail_wake(s->mail);
		return back_done(v, STR("/backoffice/mail/"), retry ? "retry" : "dropped", e);
	}
	back_complain(v, errors, "", e);
	return false;
}

static void put_letters(struct html *h, struct visit *v, const struct mail_line *lines, size_t n)
{
	static const struct html_column columns[] = {
		{ .title = N_("Letter"), .main = true }, { .title = N_("State") }, { .title = N_("Written") }, { .title = N_("Tries"), .number = true },
		{ .title = N_("Last answer") }, { .title = N_("Actions"), .hide_title = true },
	};
	struct html_table t = { .caption = N_("Letters"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	size_t waiting = 0, failed = 0;
	for (size_t i = 0; i < n; i++) {
		waiting += lines[i].state == MAIL_IS_WAITING;
		failed += lines[i].state == MAIL_HAS_FAILED;
	}
	html_buttons_open(h);
	if (waiting)
		put_all(h, v, "retry-all", N_("Try all that wait now"));
	if (failed)
		put_all(h, v, "drop-failed", N_("Drop all that failed"));
	html_buttons_close(h);
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++)
		put_row(h, &t, v, &lines[i]);
	html_table_close(h, &t);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct mail_line *lines;
	size_t n;
	if (!back_enter(app, r, p, VIEW_OFFICE_MAIL, 0, &v, e))
		return back_answered(p, e);
	if (r->method == HTTPD_POST) {
		if (!back_form(&v, &form, e))
			return false;
		if (act(&v, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	if (!mail_list(v.at.site->store, v.at.tenant->id, MAIL_SHOWN, v.arena, &lines, &n, e))
		return false;
	auto_page page = back_page(&v, N_("Mail"), "/backoffice/mail/");
	view_office_open(&page, VIEW_OFFICE_MAIL);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Letters that the portal sends: sent ones are listed for a week, failed ones for 30 days."));
	html_heading_close(h);
	back_said(&page, r);
	if (errors.n)
		html_notice_text(h, HTML_BAD, errors.items[0].text);
	put_way(h, &v);
	if (n)
		put_letters(h, &v, lines, n);
	else
		html_empty(h, N_("No letters"), N_("Nothing was sent lately, and nothing waits."), NULL);
	return view_close(&page, e);
}

BACK_PAGE(mail, "/backoffice/mail/", run);
