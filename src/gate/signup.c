/* Signing up, and what the letters of sign-up and of invitations lead to. The form asks for no password and tells nothing about
 * addresses (RST-5); looking at a link changes nothing, its form does (RST-4). */
#include "gate/inside.h"

static void put_disclaimer(struct gate *g)
{
	struct str words = tenant_text(g->v.at.tenant, "access.disclaimer", g->v.lang->code);
	if (words.n) html_rich(&g->page.h, words);
}

static bool wants_message(const struct tenant *t)
{
	return account_signup_mode(t) == ACCOUNT_SIGNUP_APPROVAL && !str_eq(tenant_setting(t, "access.message"), STR("none"));
}

static bool must_say_why(const struct tenant *t)
{
	return wants_message(t) && str_eq(tenant_setting(t, "access.message"), STR("required"));
}

static struct str terms(const struct gate *g) { return tenant_text(g->v.at.tenant, "access.terms", g->v.lang->code); }

static bool show_form(struct gate *g, struct err *e)
{
	struct html *h = &g->page.h;
	const struct tenant *t = g->v.at.tenant;
	gate_open(g, N_("Make an account"));
	put_disclaimer(g);
	if (account_signup_mode(t) == ACCOUNT_SIGNUP_APPROVAL) gate_paragraph(g, N_("Somebody of this portal looks at each request. You will get a letter with the answer."));
	gate_form_open(g, NULL);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_EMAIL, .name = "email", .label = N_("E-mail address"), .autocomplete = "email",
	                                    .required = true, .autofocus = true, .most = MAIL_ADDRESS_BYTES });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "name", .label = N_("Name"), .autocomplete = "name", .most = ACCOUNT_NAME,
	                                    .hint = N_("How you would like to be called; may stay empty.") });
	if (wants_message(t))
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "message", .label = N_("Why do you ask for an account?"),
		                                    .most = ACCOUNT_MESSAGE, .required = must_say_why(t) });
	if (terms(g).n) {
		html_lit(h, "<p>");
		html_say_with(h, N_("Please read {0}the terms of use{1}."), HTML_ARG_OPEN(terms(g)), HTML_ARG_CLOSE);
		html_lit(h, "</p>");
		html_check(h, &(struct html_check){ .name = "terms", .label = N_("I accept the terms of use"), .required = true });
	}
	gate_submit(g, N_("Go on"));
	gate_link(g, "/login/", N_("I have an account already"));
	return gate_close(g, e);
}

/* The same for every address, known or not. */
static bool show_sent(struct gate *g, struct err *e)
{
	gate_open(g, N_("Please look into your mail"));
	gate_paragraph(g, N_("We have written to the address you gave. Open the link in that letter to go on; it is good for one day."));
	gate_paragraph(g, N_("No letter after some minutes? Look among unwanted mail, and check the address."));
	gate_link(g, "/signup/", N_("Back"));
	return gate_close(g, e);
}

static bool sign_up(struct gate *g, bool *sent, struct err *e)
{
	const struct tenant *t = g->v.at.tenant;
	struct str email = str_trim(gate_field(g, "email")), message = str_trim(gate_field(g, "message"));
	int64_t wait_s;
	if (!email.n) gate_complain(g, "email", N_("Please give your e-mail address."));
	if (terms(g).n && !visitor_field_on(&g->form, STR("terms"))) gate_complain(g, "terms", N_("An account needs your consent to the terms of use."));
	if (must_say_why(t) && !message.n) gate_complain(g, "message", N_("Please write a sentence about why you ask."));
	if (g->errors.n) return true;
	if (!account_sign_up(&g->scene, email, gate_field(g, "name"), wants_message(t) ? message : STR(""), &wait_s, e)) return gate_refused(g, "email", e);
	if (wait_s) gate_wait(g, wait_s);
	else *sent = true;
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	bool sent = false;
	if (!gate_enter(&g, r, p, app, e)) return false;
	if (account_signup_mode(g.v.at.tenant) == ACCOUNT_SIGNUP_CLOSED) {
		httpd_reply_status(p, 403);
		gate_open(&g, N_("By invitation only"));
		gate_paragraph(&g, N_("Accounts of this portal are made by invitation."));
		gate_link(&g, "/", N_("To the portal"));
		return gate_close(&g, e);
	}
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED || (how == GATE_GOOD && !sign_up(&g, &sent, e))) return false;
	}
	return sent ? show_sent(&g, e) : show_form(&g, e);
}

const struct httpd_route gate_signup = { .method = HTTPD_GET, .pattern = "/signup/", .run = run };
const struct httpd_route gate_signup_post = { .method = HTTPD_POST, .pattern = "/signup/", .run = run };

/* --- the links of letters -------------------------------------------------------------------------------------- */

static bool show_password(struct gate *g, enum account_pass kind, const struct account_bearer *b, struct err *e)
{
	struct html *h = &g->page.h;
	bool invited = kind == ACCOUNT_PASS_INVITATION;
	gate_open(g, invited ? N_("You are invited") : N_("Confirm your address"));
	html_lit(h, "<p>");
	html_say_with(h, N_("Choose a password for the account of {0}."), HTML_ARG_STRONG(b->email));
	html_lit(h, "</p>");
	if (invited) put_disclaimer(g);
	gate_form_open(g, NULL);
	/* Password managers want to know whose it is. */
	html_lit(h, "<input type=\"text\" name=\"username\" autocomplete=\"username\" hidden readonly value=\"");
	html_text(h, b->email);
	html_lit(h, "\">");
	if (invited)
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "name", .label = N_("Name"), .autocomplete = "name", .value = b->name,
		                                    .most = ACCOUNT_NAME, .hint = N_("How you would like to be called; may stay empty.") });
	gate_password(g, "password", N_("Password"), true, b->second_factor, true);
	gate_submit(g, invited ? N_("Make my account") : N_("Confirm"));
	return gate_close(g, e);
}

static bool show_waiting(struct gate *g, struct err *e)
{
	g->secret = STR("");
	gate_open(g, N_("Thank you"));
	gate_paragraph(g, N_("Your address is confirmed. Somebody of this portal decides about your request now; you will get a letter with the answer."));
	gate_link(g, "/", N_("To the portal"));
	return gate_close(g, e);
}

static bool run_pass(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct account_bearer b;
	if (!gate_enter(&g, r, p, app, e)) return false;
	bool invited = str_starts(r->path, STR("/invitation/")), waits;
	enum account_pass kind = invited ? ACCOUNT_PASS_INVITATION : ACCOUNT_PASS_CONFIRM;
	struct str again = invited ? STR("/login/") : STR("/signup/");
	g.secret = r->holes[0];
	if (!account_pass_read(&g.scene, kind, g.secret, &b, e)) return gate_gone(&g, again, e);
	if (r->method == HTTPD_POST) {
		enum account_fault fault = ACCOUNT_FINE;
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED) return false;
		if (how == GATE_GOOD && !account_pass_password(&g.scene, kind, g.secret, str_trim(gate_field(&g, "name")), gate_field(&g, "password"), &fault, &waits, e)) {
			if (!gate_refused(&g, "name", e)) return gate_gone(&g, again, e);
		} else if (how == GATE_GOOD && fault == ACCOUNT_FINE) {
			return waits ? show_waiting(&g, e) : gate_go(&g, STR("/login/"), "joined", e);
		} else if (how == GATE_GOOD) {
			gate_complain_password(&g, fault, b.second_factor);
		}
	}
	return show_password(&g, kind, &b, e);
}

const struct httpd_route gate_confirm = { .method = HTTPD_GET, .pattern = "/signup/confirm/{token}", .run = run_pass };
const struct httpd_route gate_confirm_post = { .method = HTTPD_POST, .pattern = "/signup/confirm/{token}", .lane = HTTPD_LANE_HASH, .run = run_pass };
const struct httpd_route gate_invitation = { .method = HTTPD_GET, .pattern = "/invitation/{token}", .run = run_pass };
const struct httpd_route gate_invitation_post = { .method = HTTPD_POST, .pattern = "/invitation/{token}", .lane = HTTPD_LANE_HASH, .run = run_pass };
