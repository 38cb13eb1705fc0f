/* Getting back in by letter (RST-1 … RST-3). The first page answers the same whatever the address; the second is nobody's to see
 * but the holder of the link: no referrer, no caches, nothing from elsewhere. */
#include "gate/inside.h"

/* Nobody is promised what cannot be: letters wait until there is somewhere to send them. */
static void say_paused(struct gate *g)
{
	if (!mail_where(g->v.arena, g->v.at.site->conf).n)
		html_notice(&g->page.h, HTML_WARNING, N_("This portal cannot send letters at present. Please ask the people who run it."));
}

/* The address as it must be, before anything is promised. */
static bool check_address(struct gate *g)
{
	struct str address;
	struct err why = { 0 };
	if (mail_address(g->v.arena, gate_field(g, "email"), &address, &why) && str_find_char(address, '@') > 0)
		return true;
	gate_complain(g, "email", N_("This is not an e-mail address, such as name@example.org."));
	return false;
}

static bool show_ask(struct gate *g, struct err *e)
{
	struct html *h = &g->page.h;
	gate_open(g, N_("Choose a new password"));
	gate_said(g);
	say_paused(g);
	gate_paragraph(g, N_("Give the address of your account. We send a letter with a link that lets you choose a new password."));
	gate_form_open(g, NULL);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_EMAIL, .name = "email", .label = N_("E-mail address"), .autocomplete = "username",
	                                    .required = true, .autofocus = true, .most = MAIL_ADDRESS_BYTES });
	gate_submit(g, N_("Send the letter"));
	gate_link(g, "/login/", N_("Back to signing in"));
	return gate_close(g, e);
}

static bool show_asked(struct gate *g, struct err *e)
{
	gate_open(g, N_("Please look into your mail"));
	say_paused(g);
	gate_paragraph(g, N_("If there is an account with this address, a letter is on its way. The link in it is good for one hour."));
	gate_paragraph(g, N_("No letter after some minutes? Look among unwanted mail, and check the address. At most three letters are sent in an hour."));
	gate_link(g, "/login/", N_("Back to signing in"));
	return gate_close(g, e);
}

static bool run_ask(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	int64_t wait_s;
	if (!gate_enter(&g, r, p, app, e)) return false;
	if (r->method != HTTPD_POST) return show_ask(&g, e);
	enum gate_posted how = gate_posted(&g, e);
	if (how == GATE_FAILED) return false;
	if (how == GATE_AGAIN || !check_address(&g)) return show_ask(&g, e);
	if (!account_reset_ask(&g.scene, str_trim(gate_field(&g, "email")), &wait_s, e)) return false;
	if (!wait_s) return show_asked(&g, e);
	gate_wait(&g, wait_s);
	return show_ask(&g, e);
}

const struct httpd_route gate_reset = { .method = HTTPD_GET, .pattern = "/password/reset/", .run = run_ask };
const struct httpd_route gate_reset_post = { .method = HTTPD_POST, .pattern = "/password/reset/", .run = run_ask };

/* --- the link -------------------------------------------------------------------------------------------------- */

static bool show_choose(struct gate *g, const struct account_bearer *b, struct err *e)
{
	struct html *h = &g->page.h;
	gate_open(g, N_("Choose a new password"));
	html_lit(h, "<p>");
	html_say_with(h, N_("Choose a password for the account of {0}."), HTML_ARG_STRONG(b->email));
	html_lit(h, "</p>");
	gate_form_open(g, NULL);
	html_lit(h, "<input type=\"text\" name=\"username\" autocomplete=\"username\" hidden readonly value=\"");
	html_text(h, b->email);
	html_lit(h, "\">");
	gate_password(g, "password", N_("New password"), true, b->second_factor, true);
	gate_submit(g, N_("Save"));
	return gate_close(g, e);
}

/* Whoever came by signing in with a one-time password has proved who they are, and has just typed the new one twice over: it is not asked
 * for a third time. A second factor is, as ever. */
static bool sign_in(struct gate *g, const struct account_bearer *b, struct err *e)
{
	struct account_outcome o;
	struct account_attempt a = { .email = b->email, .password = gate_field(g, "password"), .binding = gate_binding(g) };
	return account_sign_in(&g->scene, &a, &o, e) && gate_follow(g, &o, gate_next(g), e);
}

static bool run_choose(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct account_bearer b;
	if (!gate_enter(&g, r, p, app, e)) return false;
	g.secret = r->holes[0];
	if (!account_pass_read(&g.scene, ACCOUNT_PASS_RESET, g.secret, &b, e)) return gate_gone(&g, STR("/password/reset/"), e);
	if (r->method == HTTPD_POST) {
		enum account_fault fault = ACCOUNT_FINE;
		bool waits;
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED) return false;
		if (how == GATE_GOOD && !account_pass_password(&g.scene, ACCOUNT_PASS_RESET, g.secret, STR(""), gate_field(&g, "password"), &fault, &waits, e))
			return gate_gone(&g, STR("/password/reset/"), e);
		if (how == GATE_GOOD && fault == ACCOUNT_FINE) return httpd_query_or_null(r, STR("first")) ? sign_in(&g, &b, e) : gate_go(&g, STR("/login/"), "reset", e);
		if (how == GATE_GOOD) gate_complain_password(&g, fault, b.second_factor);
	}
	return show_choose(&g, &b, e);
}

const struct httpd_route gate_choose = { .method = HTTPD_GET, .pattern = "/password/reset/{token}", .run = run_choose };
const struct httpd_route gate_choose_post = { .method = HTTPD_POST, .pattern = "/password/reset/{token}", .lane = HTTPD_LANE_HASH, .run = run_choose };
