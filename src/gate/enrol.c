/* The second factor: set up, replaced and removed at /account/2fa/, and set up at /login/enrol/ by people whom the portal asks for
 * one (AUT-5). Nothing changes by looking: the secret is made by a form, and takes effect with a code of it (AUT-7). */
#include "gate/inside.h"

/* The square as one path: drawn here, so that the secret is told to nobody. */
static void put_picture(struct html *h, struct str uri)
{
	enum { QUIET = 4 };
	auto_buf path = BUF_INIT(256 * 1024);
	int side;
	if (!account_qr(uri, &path, &side)) return;
	html_lit(h, "<svg class=\"qr\" role=\"img\" aria-label=\"");
	html_say(h, N_("Picture for your authenticator"));
	html_lit(h, "\" viewBox=\"-4 -4 ");
	html_int(h, side + 2 * QUIET);
	html_lit(h, " ");
	html_int(h, side + 2 * QUIET);
	html_lit(h, "\"><path class=\"ground\" d=\"M-4 -4h");
	html_int(h, side + 2 * QUIET);
	html_lit(h, "v");
	html_int(h, side + 2 * QUIET);
	html_lit(h, "h-");
	html_int(h, side + 2 * QUIET);
	html_lit(h, "z\"/><path class=\"ink\" d=\"");
	html_text(h, buf_str(&path));
	html_lit(h, "\"/></svg>");
}

void gate_put_enrolment(struct gate *g, const struct account_enrolment *n)
{
	struct html *h = &g->page.h;
	gate_paragraph(g, N_("Open an authenticator on your phone or computer, add an account, and let it read this picture. Then type the six digits it shows."));
	put_picture(h, n->uri);
	html_lit(h, "<p>");
	html_say(h, N_("If it cannot read the picture, type this secret instead:"));
	html_lit(h, " <code class=\"secret\" dir=\"ltr\" translate=\"no\">");
	for (size_t i = 0; n->secret[i]; i += 4) {
		if (i) html_lit(h, " ");
		html_text(h, str_sub(str_of(n->secret), i, 4));
	}
	html_lit(h, "</code></p>");
	html_form_open(h, &(struct html_form){ .visit = &g->v, .errors = &g->errors });
	html_hidden(h, "do", STR("finish"));
	html_hidden(h, "enrolment", str_of(n->token));
	html_hidden(h, "next", gate_next(g));
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_CODE, .name = "code", .label = N_("Code"), .autocomplete = "one-time-code",
	                                    .required = true, .autofocus = true, .most = 10 });
	gate_submit(g, N_("Switch it on"));
}

void gate_put_recovery(struct gate *g, char codes[ACCOUNT_RECOVERY_CODES][ACCOUNT_RECOVERY_TEXT])
{
	struct html *h = &g->page.h;
	html_notice(h, HTML_WARNING, N_("Keep these recovery codes in a safe place now: they are shown only this once."));
	gate_paragraph(g, N_("Each of them signs you in once when your authenticator is not at hand."));
	html_lit(h, "<ol class=\"codes\" dir=\"ltr\" translate=\"no\">");
	for (size_t i = 0; i < ACCOUNT_RECOVERY_CODES; i++) {
		html_lit(h, "<li><code>");
		html_text(h, str_of(codes[i]));
		html_lit(h, "</code></li>");
	}
	html_lit(h, "</ol>");
}

/* --- the two pages -------------------------------------------------------------------------------------------- */

static void open_page(struct gate *g, bool forced, const char *title)
{
	if (forced) gate_open(g, title);
	else gate_open_own(g, title, GATE_SECURITY);
}

static bool show_codes(struct gate *g, bool forced, char codes[ACCOUNT_RECOVERY_CODES][ACCOUNT_RECOVERY_TEXT], struct err *e)
{
	open_page(g, forced, N_("Your second factor is on"));
	gate_put_recovery(g, codes);
	html_buttons_open(&g->page.h);
	html_button(&g->page.h, &(struct html_button){ .label = N_("I have kept them"), .href = forced ? gate_next(g) : STR("/account/security/") });
	html_buttons_close(&g->page.h);
	return gate_close(g, e);
}

static bool show_enrolment(struct gate *g, bool forced, const struct account_enrolment *n, struct err *e)
{
	open_page(g, forced, N_("Set up a second factor"));
	gate_put_enrolment(g, n);
	return gate_close(g, e);
}

static bool begin(struct gate *g, bool forced, struct err *e)
{
	struct account_enrolment n;
	return account_enrol_begin(&g->scene, g->v.session->account, &n, e) && show_enrolment(g, forced, &n, e);
}

static bool finish(struct gate *g, bool forced, struct err *e)
{
	char codes[ACCOUNT_RECOVERY_CODES][ACCOUNT_RECOVERY_TEXT];
	struct account_enrolment n;
	int64_t account = g->v.session->account;
	struct str token = gate_field(g, "enrolment");
	struct str here = forced ? STR("/login/enrol/") : STR("/account/2fa/");
	bool good;
	if (!account_enrol(&g->scene, account, token, gate_field(g, "code"), &good, codes, e)) return gate_gone(g, here, e);
	if (good) return visitor_survive(&g->v, e) && show_codes(g, forced, codes, e);
	gate_complain(g, "code", N_("This code is not right. Is the clock of your device right? Please type the one it shows now."));
	if (!account_enrol_again(&g->scene, account, token, &n, e)) return gate_gone(g, here, e);
	return show_enrolment(g, forced, &n, e);
}

static void put_button(struct gate *g, const char *what, const char *label, enum html_weight weight)
{
	struct html *h = &g->page.h;
	html_form_open(h, &(struct html_form){ .visit = &g->v, .plain = true });
	html_hidden(h, "do", str_of(what));
	html_hidden(h, "next", gate_next(g));
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = label, .weight = weight });
	html_buttons_close(h);
	html_form_close(h);
}

static bool show_choice(struct gate *g, bool forced, struct err *e)
{
	struct account who;
	struct html *h = &g->page.h;
	if (!account_get(g->scene.as, g->v.at.tenant->id, g->v.session->account, g->v.arena, &who, e)) return false;
	open_page(g, forced, N_("Second factor"));
	for (size_t i = 0; i < g->errors.n; i++) html_notice_text(h, HTML_BAD, g->errors.items[i].text);
	if (forced && !who.second_factor)
		gate_paragraph(g, N_("This portal asks your account for a second factor before you go on. It takes a minute: you need an authenticator on your phone or computer."));
	else
		gate_paragraph(g, N_("With a second factor a stolen password opens nothing: signing in also asks for six digits that change every half minute."));
	put_button(g, "begin", who.second_factor ? N_("Set up another authenticator") : N_("Set it up"), HTML_PRIMARY);
	if (who.second_factor && !forced) {
		html_lit(h, "<h2>");
		html_say(h, N_("Recovery codes"));
		html_lit(h, "</h2><p>");
		html_say_plural(h, N2_("{0} recovery code is left.", "{0} recovery codes are left."), (int64_t)who.recovery);
		html_lit(h, "</p>");
		put_button(g, "codes", N_("Make new recovery codes"), HTML_SECONDARY);
		if (!account_needs_factor(g->v.at.tenant, &g->v.who.who)) put_button(g, "remove", N_("Remove the second factor"), HTML_DANGER);
	}
	if (forced) gate_link(g, "/logout/", N_("Sign out"));
	return gate_close(g, e);
}

static bool renew_codes(struct gate *g, struct err *e)
{
	char codes[ACCOUNT_RECOVERY_CODES][ACCOUNT_RECOVERY_TEXT];
	if (!account_recovery_renew(&g->scene, g->v.session->account, codes, e)) return gate_refused(g, "", e) && show_choice(g, false, e);
	gate_open_own(g, N_("New recovery codes"), GATE_SECURITY);
	gate_put_recovery(g, codes);
	gate_link(g, "/account/security/", N_("I have kept them"));
	return gate_close(g, e);
}

static bool act(struct gate *g, bool forced, struct err *e)
{
	struct str what = gate_field(g, "do");
	/* Whoever has just signed in and has no factor yet is as fresh as can be asked for. */
	if (!visitor_fresh(&g->v, e)) return false;
	if (str_eq(what, STR("begin"))) return begin(g, forced, e);
	if (str_eq(what, STR("finish"))) return finish(g, forced, e);
	if (str_eq(what, STR("codes"))) return renew_codes(g, e);
	if (!str_eq(what, STR("remove"))) return show_choice(g, forced, e);
	if (!account_unenrol(&g->scene, g->v.session->account, e)) return gate_refused(g, "", e) && show_choice(g, forced, e);
	return visitor_survive(&g->v, e) && gate_go(g, STR("/account/security/"), "factor", e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	bool forced = r->route_or_null && r->route_or_null->extra != NULL;
	if (!gate_enter_own(&g, r, p, app, e)) return false;
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED) return false;
		if (how == GATE_GOOD) return act(&g, forced, e);
	} else if (forced && g.v.who.who.second_factor) {
		return gate_go(&g, gate_next(&g), NULL, e);
	}
	return show_choice(&g, forced, e);
}

static const bool forced_page = true;
const struct httpd_route gate_enrol = { .method = HTTPD_GET, .pattern = "/login/enrol/", .run = run, .extra = &forced_page };
const struct httpd_route gate_enrol_post = { .method = HTTPD_POST, .pattern = "/login/enrol/", .run = run, .extra = &forced_page };
const struct httpd_route gate_factor = { .method = HTTPD_GET, .pattern = "/account/2fa/", .run = run };
const struct httpd_route gate_factor_post = { .method = HTTPD_POST, .pattern = "/account/2fa/", .run = run };
