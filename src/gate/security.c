/* The security of one's own account: password, address, second factor, links to other sign-ins, and what happened of late. */
#include "gate/inside.h"

static bool own(struct gate *g, struct account *out, struct err *e)
{
	return account_get(g->scene.as, g->v.at.tenant->id, g->v.session->account, g->v.arena, out, e);
}

static void put_way(struct gate *g, const char *url, const char *label)
{
	struct html *h = &g->page.h;
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = label, .href = str_of(url) });
	html_buttons_close(h);
}

/* After signing in with a recovery code (AUT-8). */
static void put_recovery_left(struct gate *g)
{
	const struct str *given = httpd_query_or_null(g->v.request, STR("recovery"));
	int64_t n;
	if (!given || !str_to_int(*given, &n) || n < 0 || n > ACCOUNT_RECOVERY_CODES) return;
	html_notice_open(&g->page.h, HTML_WARNING);
	html_lit(&g->page.h, "<p>");
	html_say_plural(&g->page.h, N2_("You signed in with a recovery code. {0} is left.", "You signed in with a recovery code. {0} are left."), n);
	html_lit(&g->page.h, "</p>");
	html_notice_close(&g->page.h);
}

static const struct { enum event_kind kind; const char *message; } told[] = {
	{ EVENT_AUTH_SUCCESS, N_("Signed in") },
	{ EVENT_AUTH_FAILURE, N_("Wrong password") },
	{ EVENT_AUTH_THROTTLED, N_("Too many attempts") },
	{ EVENT_AUTH_SUSPENDED, N_("Passwords stopped after a hundred wrong ones") },
	{ EVENT_FACTOR_FAILED, N_("Wrong code") },
	{ EVENT_FACTOR_ADDED, N_("Second factor set up") },
	{ EVENT_FACTOR_REMOVED, N_("Second factor removed") },
	{ EVENT_RECOVERY_USED, N_("Recovery code used") },
	{ EVENT_RECOVERY_MADE, N_("New recovery codes") },
	{ EVENT_RESET_ASKED, N_("New password asked for") },
	{ EVENT_RESET_DONE, N_("New password chosen by letter") },
	{ EVENT_PASSWORD_CHANGED, N_("Password changed") },
	{ EVENT_EMAIL_CHANGED, N_("Address changed") },
	{ EVENT_KEY_CREATED, N_("API key made") },
	{ EVENT_KEY_REVOKED, N_("API key revoked") },
	{ EVENT_SESSION_REVOKED, N_("Session ended") },
	{ EVENT_SSO_LINKED, N_("Other sign-in linked") },
};

static const char *say_event(enum event_kind k)
{
	for (size_t i = 0; i < COUNT_OF(told); i++)
		if (told[i].kind == k) return told[i].message;
	return NULL;
}

static bool put_events(struct gate *g, struct err *e)
{
	enum { READ = 60, SHOWN = 12 };
	static const struct html_column columns[] = { { .title = N_("What"), .main = true }, { .title = N_("When") }, { .title = N_("Network") } };
	struct html *h = &g->page.h;
	struct event_line *lines;
	size_t n, shown = 0;
	struct html_table t = { .caption = N_("What happened of late"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	if (!event_list(g->v.at.site->events, g->v.at.tenant->id, g->v.session->account, READ, g->v.arena, &lines, &n, e)) return false;
	html_panel_open(h, "events", N_("What happened of late"), N_("Of addresses only the network is kept."));
	html_table_open(h, &t);
	for (size_t i = 0; i < n && shown < SHOWN; i++) {
		const char *what = say_event(lines[i].kind);
		if (!what) continue;
		shown++;
		html_row_open(h, &t);
		html_cell_text(h, &t, i18n_text(g->v.lang, what));
		html_cell_open(h, &t);
		html_date(h, lines[i].at.us, g->v.zone, true);
		html_cell_close(h, &t);
		html_cell_text(h, &t, lines[i].network);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
	html_panel_close(h);
	return true;
}

static bool run_security(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct account a;
	struct html *h = &g.page.h;
	if (!gate_enter_own(&g, r, p, app, e) || !own(&g, &a, e)) return false;
	gate_open_own(&g, N_("Security"), GATE_SECURITY);
	put_recovery_left(&g);
	html_panel_open(h, "password", N_("Password"), NULL);
	gate_paragraph(&g, a.has_password ? N_("Changing it ends your sessions on other devices.") : N_("Your account has no password: you sign in through another provider."));
	if (a.has_password) put_way(&g, "/account/password/", N_("Change the password"));
	html_panel_close(h);
	html_panel_open(h, "email", N_("E-mail address"), NULL);
	html_lit(h, "<p>");
	html_text(h, a.email);
	html_lit(h, "</p>");
	put_way(&g, "/account/email/", N_("Change the address"));
	html_panel_close(h);
	html_panel_open(h, "factor", N_("Second factor"), NULL);
	if (a.second_factor) {
		html_lit(h, "<p>");
		html_say_plural(h, N2_("{0} recovery code is left.", "{0} recovery codes are left."), (int64_t)a.recovery);
		html_lit(h, "</p>");
	} else {
		gate_paragraph(&g, N_("With a second factor a stolen password opens nothing: signing in also asks for six digits that change every half minute."));
	}
	put_way(&g, "/account/2fa/", a.second_factor ? N_("Manage the second factor") : N_("Set it up"));
	html_panel_close(h);
	if (!gate_put_identities(h, &g.v, e) || !put_events(&g, e)) return false;
	return gate_close(&g, e);
}

const struct httpd_route gate_security = { .method = HTTPD_GET, .pattern = "/account/security/", .run = run_security };

/* --- password ----------------------------------------------------------------------------------------------- */

static bool run_password(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct account a;
	if (!gate_enter_own(&g, r, p, app, e)) return false;
	if (r->method == HTTPD_POST) {
		enum account_fault fault;
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED || !visitor_fresh(&g.v, e)) return false;
		if (how == GATE_GOOD) {
			if (!account_password_change(&g.scene, g.v.session->account, gate_field(&g, "password"), &fault, e)) return false;
			if (fault == ACCOUNT_FINE) return visitor_survive(&g.v, e) && gate_go(&g, STR("/account/security/"), "password", e);
			gate_complain_password(&g, fault, g.v.who.who.second_factor);
		}
	}
	if (!visitor_fresh(&g.v, e) || !own(&g, &a, e)) return false;
	struct html *h = &g.page.h;
	gate_open_own(&g, N_("Change the password"), GATE_SECURITY);
	gate_form_open(&g, NULL);
	html_lit(h, "<input type=\"text\" name=\"username\" autocomplete=\"username\" hidden readonly value=\"");
	html_text(h, a.email);
	html_lit(h, "\">");
	gate_password(&g, "password", N_("New password"), true, a.second_factor, true);
	gate_submit(&g, N_("Save"));
	return gate_close(&g, e);
}

const struct httpd_route gate_own_password = { .method = HTTPD_GET, .pattern = "/account/password/", .run = run_password };
const struct httpd_route gate_own_password_post = { .method = HTTPD_POST, .pattern = "/account/password/", .lane = HTTPD_LANE_HASH, .run = run_password };

/* --- address ---------------------------------------------------------------------------------------------------- */

static bool run_email(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct account a;
	if (!gate_enter_own(&g, r, p, app, e)) return false;
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED || !visitor_fresh(&g.v, e)) return false;
		if (how == GATE_GOOD && account_email_ask(&g.scene, g.v.session->account, str_trim(gate_field(&g, "email")), e))
			return gate_go(&g, STR("/account/security/"), "email", e);
		if (how == GATE_GOOD && !gate_refused(&g, "email", e)) return false;
	}
	if (!visitor_fresh(&g.v, e) || !own(&g, &a, e)) return false;
	struct html *h = &g.page.h;
	gate_open_own(&g, N_("Change the address"), GATE_SECURITY);
	html_lit(h, "<p>");
	html_say_with(h, N_("Your address is {0}. The new one takes effect once you open the link that we send to it; the old one is told."), HTML_ARG_STRONG(a.email));
	html_lit(h, "</p>");
	gate_form_open(&g, NULL);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_EMAIL, .name = "email", .label = N_("New e-mail address"), .autocomplete = "email",
	                                    .required = true, .autofocus = true, .most = MAIL_ADDRESS_BYTES });
	gate_submit(&g, N_("Send the letter"));
	return gate_close(&g, e);
}

const struct httpd_route gate_email = { .method = HTTPD_GET, .pattern = "/account/email/", .run = run_email };
const struct httpd_route gate_email_post = { .method = HTTPD_POST, .pattern = "/account/email/", .run = run_email };

/* The links of letters: of the new address, and of the former one that may undo the change. */
static bool run_link(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct account_bearer b;
	if (!gate_enter(&g, r, p, app, e)) return false;
	bool undo = str_starts(r->path, STR("/account/email/undo/"));
	enum account_pass kind = undo ? ACCOUNT_PASS_EMAIL_UNDO : ACCOUNT_PASS_EMAIL;
	g.secret = r->holes[0];
	if (!account_pass_read(&g.scene, kind, g.secret, &b, e)) return gate_gone(&g, STR("/account/security/"), e);
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED) return false;
		if (how == GATE_GOOD && !account_pass_apply(&g.scene, kind, g.secret, e)) return gate_gone(&g, STR("/account/security/"), e);
		if (how == GATE_GOOD && undo) return gate_go(&g, STR("/password/reset/"), "email-undone", e);
		bool own_session = g.v.session && g.v.session->account == b.account;
		if (how == GATE_GOOD && own_session) return visitor_survive(&g.v, e) && gate_go(&g, STR("/account/security/"), "email-changed", e);
		if (how == GATE_GOOD) return gate_go(&g, STR("/login/"), "email-changed", e);
	}
	struct html *h = &g.page.h;
	gate_open(&g, undo ? N_("Undo the change of address") : N_("Confirm your new address"));
	html_lit(h, "<p>");
	html_say_with(h, N_("The address of the account becomes {0}."), HTML_ARG_STRONG(b.detail));
	html_lit(h, "</p>");
	gate_form_open(&g, NULL);
	gate_submit(&g, undo ? N_("Undo the change") : N_("Confirm"));
	return gate_close(&g, e);
}

const struct httpd_route gate_email_confirm = { .method = HTTPD_GET, .pattern = "/account/email/confirm/{token}", .run = run_link };
const struct httpd_route gate_email_confirm_post = { .method = HTTPD_POST, .pattern = "/account/email/confirm/{token}", .run = run_link };
const struct httpd_route gate_email_undo = { .method = HTTPD_GET, .pattern = "/account/email/undo/{token}", .run = run_link };
const struct httpd_route gate_email_undo_post = { .method = HTTPD_POST, .pattern = "/account/email/undo/{token}", .run = run_link };
