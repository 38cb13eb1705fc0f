/* Signing in, in one step or two, and out. Whatever is wrong with a name or a password, the page is the same (AUT-1). */
#include "gate/inside.h"
#include "text/text.h"

/* --- the first step ------------------------------------------------------------------------------------- */

static struct str address_of(const struct gate *g)
{
	struct str given = gate_field(g, "username");
	return str_trim(given.n ? given : gate_field(g, "email"));
}

/* The cookie that goes with every form did not come back (CKE-5). */
static bool needs_cookies(struct gate *g, struct err *e)
{
	*e = (struct err){ 0 };
	httpd_reply_status(g->v.reply, 403);
	gate_open(g, N_("Signing in needs cookies"));
	gate_paragraph(g, N_("Your browser did not send back the cookie that was given with the form, so we cannot keep you signed in. Please allow cookies for this site, then try again."));
	gate_paragraph(g, N_("Reading, searching and downloading work without any cookie."));
	html_buttons_open(&g->page.h);
	html_button(&g->page.h, &(struct html_button){ .label = N_("Try again"), .href = STR("/login/") });
	html_button(&g->page.h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Cookies policy"), .href = STR("/terms/cookies-policy/") });
	html_buttons_close(&g->page.h);
	return gate_close(g, e);
}

static bool show_login(struct gate *g, struct str next, struct err *e)
{
	struct html *h = &g->page.h;
	size_t leading, others;
	gate_open(g, N_("Sign in"));
	gate_said(g);
	if (!gate_put_providers(h, &g->v, next, true, &leading, e)) return false;
	if (leading) gate_paragraph(g, N_("Or with an address and a password:"));
	gate_form_open(g, NULL);
	if (!str_eq(next, STR("/"))) html_hidden(h, "next", next);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_EMAIL, .name = "username", .label = N_("E-mail address"), .autocomplete = "username",
	                                    .required = true, .autofocus = !address_of(g).n && !leading, .most = MAIL_ADDRESS_BYTES });
	gate_password(g, "password", N_("Password"), false, false, address_of(g).n > 0);
	html_check(h, &(struct html_check){ .name = "remember", .label = N_("Keep me signed in on this device"),
	                                    .hint = N_("For two weeks after each visit. Not on a device that others use.") });
	gate_submit(g, N_("Sign in"));
	if (!gate_put_providers(h, &g->v, next, false, &others, e)) return false;
	gate_link(g, "/password/reset/", N_("I have forgotten my password"));
	if (account_signup_mode(g->v.at.tenant) != ACCOUNT_SIGNUP_CLOSED) gate_link(g, "/signup/", N_("I have no account yet"));
	else if (str_eq(tenant_setting(g->v.at.tenant, "access"), STR("private")) && tenant_setting_on(g->v.at.tenant, "access.requests"))
		gate_link(g, "/request-access/", N_("Ask for access"));
	return gate_close(g, e);
}

static bool show_code(struct gate *g, struct str txn, struct str next, struct err *e)
{
	struct html *h = &g->page.h;
	gate_open(g, N_("One more step"));
	gate_paragraph(g, N_("Please type the six digits that your authenticator shows, or one of your recovery codes."));
	html_form_open(h, &(struct html_form){ .visit = &g->v, .action = STR("/login/verify/"), .errors = &g->errors });
	html_hidden(h, "txn", txn);
	if (!str_eq(next, STR("/"))) html_hidden(h, "next", next);
	gate_code(g, true);
	gate_submit(g, N_("Sign in"));
	gate_link(g, "/login/", N_("Back to the password"));
	return gate_close(g, e);
}

static bool json_code(struct gate *g, const char *txn, struct err *e)
{
	auto_buf b = BUF_INIT(256);
	struct str whole;
	buf_printf(&b, "{\"authenticated\":false,\"second_factor\":true,\"txn\":\"%s\"}", txn);
	if (!buf_end(&b, &whole, e)) return false;
	httpd_reply_type(g->v.reply, STR("application/json"));
	httpd_reply_take(g->v.reply, &b);
	return true;
}

#define REFUSED N_("The address or the password is not right.")

/* Who signs in with a one-time password chooses another, and then gets where they wanted to be. */
static bool choose_first(struct gate *g, const char *txn, struct str next, struct err *e)
{
	auto_buf to = BUF_INIT(16 << 10);
	buf_printf(&to, "/password/reset/%s/?first=1&next=", txn);
	text_put_url(&to, next);
	return gate_go(g, to.over ? STR("/") : arena_str(g->v.arena, buf_str(&to)), NULL, e);
}

bool gate_follow(struct gate *g, const struct account_outcome *o, struct str next, struct err *e)
{
	switch (o->verdict) {
	case ACCOUNT_PROVED: return gate_arrive(g, o->account, o->factors, o->remember, next, e);
	case ACCOUNT_NEEDS_CODE: return g->json ? json_code(g, o->txn, e) : show_code(g, str_of(o->txn), next, e);
	case ACCOUNT_MUST_CHANGE: return choose_first(g, o->txn, next, e);
	case ACCOUNT_THROTTLED:
		gate_wait(g, o->wait_s);
		return g->json ? gate_json_error(g, 429, "TooManyRequests", N_("Too many attempts. Please wait."), e) : show_login(g, next, e);
	case ACCOUNT_OVER:
	case ACCOUNT_REFUSED: break;
	}
	if (g->json) return gate_json_error(g, 403, "InvalidCredentials", REFUSED, e);
	gate_complain(g, "", REFUSED);
	return show_login(g, next, e);
}

static bool run_login(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	if (!gate_enter(&g, r, p, app, e)) return false;
	struct str next = gate_next(&g);
	if (r->method != HTTPD_POST) return g.v.session ? gate_go(&g, next, NULL, e) : show_login(&g, next, e);
	enum gate_posted how = gate_posted(&g, e);
	next = gate_next(&g);
	if (how == GATE_FAILED && e->code == ERR_CSRF && !g.json && !g.v.has_cookies) return needs_cookies(&g, e);
	if (how == GATE_FAILED) return false;
	if (how == GATE_AGAIN) return show_login(&g, next, e);
	struct account_outcome o;
	struct account_attempt a = { .email = address_of(&g), .password = gate_field(&g, "password"), .binding = gate_binding(&g),
	                             .remember = visitor_field_on(&g.form, STR("remember")) };
	return account_sign_in(&g.scene, &a, &o, e) && gate_follow(&g, &o, next, e);
}

const struct httpd_route gate_login = { .method = HTTPD_GET, .pattern = "/login/", .run = run_login };
const struct httpd_route gate_login_post = { .method = HTTPD_POST, .pattern = "/login/", .lane = HTTPD_LANE_HASH, .run = run_login };

/* --- the second ---------------------------------------------------------------------------------------------- */

static bool run_verify(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	if (!gate_enter(&g, r, p, app, e)) return false;
	if (r->method != HTTPD_POST) return gate_go(&g, STR("/login/"), NULL, e);
	enum gate_posted how = gate_posted(&g, e);
	if (how == GATE_FAILED) return false;
	struct str next = gate_next(&g), txn = gate_field(&g, "txn");
	if (how == GATE_AGAIN) return show_code(&g, txn, next, e);
	struct account_outcome o;
	struct account_attempt a = { .txn = txn, .code = gate_field(&g, "code"), .binding = gate_binding(&g) };
	if (!account_verify(&g.scene, &a, &o, e)) return false;
	if (o.verdict == ACCOUNT_PROVED && (o.factors & SESSION_RECOVERY))
		return gate_arrive(&g, o.account, o.factors, o.remember, arena_printf(g.v.arena, "/account/security/?recovery=%zu", o.recovery), e);
	if (o.verdict == ACCOUNT_PROVED || o.verdict == ACCOUNT_MUST_CHANGE) return gate_follow(&g, &o, next, e);
	if (o.verdict == ACCOUNT_OVER) {
		if (g.json) return gate_json_error(&g, 403, "TransactionOver", N_("The sign-in took too long. Please begin again."), e);
		gate_complain(&g, "", N_("The sign-in took too long, or too many codes were wrong. Please begin again with your password."));
		g.form = (struct visitor_form){ 0 };
		return show_login(&g, next, e);
	}
	if (o.verdict == ACCOUNT_THROTTLED) gate_wait(&g, o.wait_s);
	else gate_complain(&g, "code", N_("This code is not right, or was used already. Please wait for the next one."));
	if (g.json && o.verdict == ACCOUNT_THROTTLED) return gate_json_error(&g, 429, "TooManyRequests", N_("Too many attempts. Please wait."), e);
	if (g.json) return gate_json_error(&g, 403, "InvalidCredentials", N_("This code is not right, or was used already. Please wait for the next one."), e);
	return show_code(&g, txn, next, e);
}

const struct httpd_route gate_verify = { .method = HTTPD_GET, .pattern = "/login/verify/", .run = run_verify };
const struct httpd_route gate_verify_post = { .method = HTTPD_POST, .pattern = "/login/verify/", .run = run_verify };

/* --- after a suspension ------------------------------------------------------------------------------------------ */

static bool run_unlock(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct account_bearer b;
	if (!gate_enter(&g, r, p, app, e)) return false;
	g.secret = r->holes[0];
	if (!account_pass_read(&g.scene, ACCOUNT_PASS_UNLOCK, g.secret, &b, e)) return gate_gone(&g, STR("/login/"), e);
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED) return false;
		if (how == GATE_GOOD)
			return account_pass_apply(&g.scene, ACCOUNT_PASS_UNLOCK, g.secret, e) ? gate_go(&g, STR("/login/"), "unlocked", e) : gate_gone(&g, STR("/login/"), e);
	}
	gate_open(&g, N_("Accept your password again"));
	gate_paragraph(&g, N_("A hundred wrong passwords were tried for your account, so passwords are not accepted for it. If your password is a good one that nobody else knows, you can allow it again."));
	gate_form_open(&g, NULL);
	gate_submit(&g, N_("Accept it again"));
	return gate_close(&g, e);
}

const struct httpd_route gate_unlock = { .method = HTTPD_GET, .pattern = "/login/unlock/{token}", .run = run_unlock };
const struct httpd_route gate_unlock_post = { .method = HTTPD_POST, .pattern = "/login/unlock/{token}", .run = run_unlock };

/* --- out ------------------------------------------------------------------------------------------------------------ */

static bool run_logout(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	if (!gate_enter(&g, r, p, app, e)) return false;
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED) return false;
		if (how == GATE_GOOD) return gate_sso_leave(&g, e);
	}
	if (!g.v.session) return gate_go(&g, STR("/"), NULL, e);
	gate_open(&g, N_("Sign out"));
	gate_paragraph(&g, N_("Your session on this device ends. Others go on until they end by themselves or you end them."));
	gate_form_open(&g, NULL);
	gate_submit(&g, N_("Sign out"));
	return gate_close(&g, e);
}

const struct httpd_route gate_logout = { .method = HTTPD_GET, .pattern = "/logout/", .run = run_logout };
const struct httpd_route gate_logout_post = { .method = HTTPD_POST, .pattern = "/logout/", .run = run_logout };
