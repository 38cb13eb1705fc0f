/* One's own account: what there is, name and language, and proving again that it is oneself before something that matters (SES-10). */
#include "gate/inside.h"

static bool own(struct gate *g, struct account *out, struct err *e)
{
	return account_get(g->scene.as, g->v.at.tenant->id, g->v.session->account, g->v.arena, out, e);
}

/* --- overview ------------------------------------------------------------------------------------------- */

static const char *role_name(struct str role)
{
	if (str_eq(role, STR("admin"))) return N_("Administrator");
	return str_eq(role, STR("publisher")) ? N_("Publisher") : N_("Member");
}

static void put_permissions(struct gate *g)
{
	struct html *h = &g->page.h;
	uint64_t bits = g->v.who.who.permissions;
	html_panel_open(h, "permissions", N_("What you may do"), NULL);
	if (!bits) gate_paragraph(g, N_("Read what is shown to you."));
	html_lit(h, "<ul>");
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++) {
		if (!(bits & ACCOUNT_BIT(i))) continue;
		html_lit(h, "<li>");
		html_say(h, account_permission_row((enum account_permission)i)->sentence);
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul>");
	html_panel_close(h);
}

static bool run_overview(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct account a;
	struct html *h = &g.page.h;
	if (!gate_enter_own(&g, r, p, app, e) || !own(&g, &a, e)) return false;
	gate_open_own(&g, N_("My account"), GATE_OVERVIEW);
	html_panel_open(h, NULL, N_("Account"), NULL);
	html_facts_open(h);
	if (a.name.n) html_fact(h, N_("Name"), a.name);
	html_fact(h, N_("E-mail address"), a.email);
	html_fact(h, N_("Role"), i18n_text(g.v.lang, role_name(a.role)));
	html_fact(h, N_("Second factor"), i18n_text(g.v.lang, a.second_factor ? N_("On") : N_("Off")));
	if (a.expires.us) {
		html_fact_open(h, N_("Good until"));
		html_date(h, a.expires.us, g.v.zone, false);
		html_fact_close(h);
	}
	html_fact_open(h, N_("Since"));
	html_date(h, a.created.us, g.v.zone, false);
	html_fact_close(h);
	html_facts_close(h);
	html_panel_close(h);
	put_permissions(&g);
	return gate_close(&g, e);
}

const struct httpd_route gate_account = { .method = HTTPD_GET, .pattern = "/account/", .run = run_overview };

/* --- profile ---------------------------------------------------------------------------------------------- */

static bool show_profile(struct gate *g, const struct account *a, struct err *e)
{
	struct html *h = &g->page.h;
	const struct tenant *t = g->v.at.tenant;
	struct html_option options[24] = { { .value = STR(""), .message = N_("As the page says") } };
	size_t n = 1;
	for (size_t i = 0; i < t->nlanguages && n < COUNT_OF(options); i++) {
		const struct i18n_lang *l = i18n_lang_or_null(t->languages[i]);
		if (l) options[n++] = (struct html_option){ .value = t->languages[i], .text = l->name };
	}
	gate_open_own(g, N_("Profile"), GATE_PROFILE);
	gate_form_open(g, NULL);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "name", .label = N_("Name"), .autocomplete = "name", .value = a->name, .most = ACCOUNT_NAME });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "language", .label = N_("Language of letters"),
	                                      .options = options, .noptions = n, .value = a->language });
	gate_submit(g, N_("Save"));
	return gate_close(g, e);
}

static bool run_profile(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct account a;
	if (!gate_enter_own(&g, r, p, app, e) || !own(&g, &a, e)) return false;
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED) return false;
		struct account_change c = { .flags = ACCOUNT_SET_NAME | ACCOUNT_SET_LANGUAGE, .name = str_trim(gate_field(&g, "name")), .language = gate_field(&g, "language") };
		if (how == GATE_GOOD && account_change(&g.scene, a.id, &c, e)) return gate_go(&g, STR("/account/profile/"), "saved", e);
		if (how == GATE_GOOD && !gate_refused(&g, "name", e)) return false;
	}
	return show_profile(&g, &a, e);
}

const struct httpd_route gate_profile = { .method = HTTPD_GET, .pattern = "/account/profile/", .run = run_profile };
const struct httpd_route gate_profile_post = { .method = HTTPD_POST, .pattern = "/account/profile/", .run = run_profile };

/* --- it is me ------------------------------------------------------------------------------------------------ */

static bool show_confirm(struct gate *g, const struct account *a, struct str next, struct err *e)
{
	struct html *h = &g->page.h;
	gate_open(g, N_("Is it you?"));
	gate_paragraph(g, N_("Before something that matters we ask again, in case somebody else sits at your device."));
	gate_form_open(g, NULL);
	html_hidden(h, "next", next);
	html_lit(h, "<input type=\"text\" name=\"username\" autocomplete=\"username\" hidden readonly value=\"");
	html_text(h, a->email);
	html_lit(h, "\">");
	if (a->has_password)
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_PASSWORD, .name = "password", .label = N_("Password"), .autocomplete = "current-password", .autofocus = true });
	if (a->second_factor)
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "code", .label = a->has_password ? N_("or a code of your authenticator") : N_("Code"),
		                                    .autocomplete = "one-time-code", .code = true, .most = 40 });
	gate_submit(g, N_("Go on"));
	if (!a->has_password && !a->second_factor) gate_paragraph(g, N_("Your account has neither a password nor a second factor. Please sign out, and in again."));
	gate_link(g, "/logout/", N_("Sign out"));
	return gate_close(g, e);
}

static bool confirm(struct gate *g, bool *good, struct err *e)
{
	struct account_outcome o;
	struct account_attempt a = { .password = gate_field(g, "password"), .code = str_trim(gate_field(g, "code")) };
	if (!account_confirm(&g->scene, g->v.session->account, &a, &o, e)) return false;
	*good = o.verdict == ACCOUNT_PROVED;
	if (o.verdict == ACCOUNT_THROTTLED) gate_wait(g, o.wait_s);
	else if (!*good) gate_complain(g, a.code.n ? "code" : "password", a.code.n ? N_("This code is not right, or was used already. Please wait for the next one.") : N_("This is not your password."));
	return true;
}

/* Only the gate's own pages and the portal's: back to where one was. */
static struct str back(struct gate *g)
{
	struct str next = gate_next(g);
	return str_eq(next, STR("/")) ? STR("/account/") : next;
}

static bool run_confirm(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct account a;
	bool good = false;
	if (!gate_enter_own(&g, r, p, app, e) || !own(&g, &a, e)) return false;
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED || (how == GATE_GOOD && !confirm(&g, &good, e))) return false;
	}
	if (!good) return show_confirm(&g, &a, back(&g), e);
	if (!visitor_freshen(&g.v, e)) return false;
	visitor_note(&g.v, EVENT_AUTH_FRESH, STR(""), STR(""));
	return gate_go(&g, back(&g), NULL, e);
}

const struct httpd_route gate_fresh = { .method = HTTPD_GET, .pattern = "/account/confirm/", .run = run_confirm };
const struct httpd_route gate_fresh_post = { .method = HTTPD_POST, .pattern = "/account/confirm/", .lane = HTTPD_LANE_HASH, .run = run_confirm };
