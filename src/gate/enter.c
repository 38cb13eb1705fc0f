/* What all pages of the gate do: come in, read a form, say what is wrong, lead on. */
#include "gate/inside.h"
#include "text/text.h"

void gate_done(struct gate *g)
{
	view_drop(&g->page);
	visitor_leave(&g->v);
}

static void prepare(struct gate *g)
{
	struct visit *v = &g->v;
	struct str accept = httpd_header(v->request, STR("Accept"));
	g->json = str_find(accept, STR("application/json")) >= 0 && str_find(accept, STR("text/html")) < 0;
	g->scene = (struct account_scene){
		.as = v->at.site->accounts, .vault = v->at.site->vault, .events = v->at.site->events, .mail = v->at.site->mail,
		.tenant = v->at.tenant, .origin = v->origin, .lang = v->lang, .client = v->request->client,
		.by = v->session ? v->session->account : 0, .arena = v->arena };
	visitor_private(v);
}

bool gate_enter(struct gate *g, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	if (!visitor_enter_anyone(app, r, p, &g->v, e)) return false;
	prepare(g);
	return true;
}

bool gate_enter_own(struct gate *g, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	/* The ways to the factor, and to the proof of a secret that it asks for. */
	static const char *const ways[] = { "/login/enrol/", "/account/2fa/", "/account/confirm/" };
	if (!gate_enter(g, r, p, app, e) || !visitor_signed_in(&g->v, e)) return false;
	if (!rights_lacks_factor(g->v.at.tenant, &g->v.who)) return true;
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (str_eq(r->path, str_of(ways[i]))) return true;
	return err_set(e, ERR_NO_FACTOR, "%s", err_kind(ERR_NO_FACTOR)->sentence);
}

/* --- what was posted ------------------------------------------------------------------------------------ */

enum gate_posted gate_posted(struct gate *g, struct err *e)
{
	if (visitor_form(&g->v, VISITOR_TOKEN, &g->form, e)) return GATE_GOOD;
	if (g->json || !visitor_may_retry(&g->v, e) || !g->v.has_cookies) return GATE_FAILED;
	*e = (struct err){ 0 };
	httpd_reply_status(g->v.reply, 403);
	html_complain(&g->errors, g->v.lang, "", N_("This page was open for too long, or you signed in or out elsewhere in between. Please send it again."));
	return GATE_AGAIN;
}

struct str gate_field(const struct gate *g, const char *name) { return visitor_field(&g->form, str_of(name)); }

struct str gate_binding(struct gate *g)
{
	enum { NONCE = 22 };
	char token[CSRF_TOKEN + 1];
	struct str given = str_trim(httpd_header(g->v.request, STR("X-CSRFToken")));
	if (!given.n) given = gate_field(g, "csrfmiddlewaretoken");
	/* The guard has compared it with the cookie, so it stands for it. */
	return csrf_unmask(given, token) ? arena_str(g->v.arena, str_make(token + 1, NONCE)) : STR("");
}

/* --- what is wrong ------------------------------------------------------------------------------------------ */

static void refuse_status(struct gate *g)
{
	if (httpd_reply_get_status(g->v.reply) == 200) httpd_reply_status(g->v.reply, 422);
}

void gate_complain(struct gate *g, const char *field, const char *message)
{
	html_complain(&g->errors, g->v.lang, field, message);
	refuse_status(g);
}

bool gate_refused(struct gate *g, const char *field, struct err *e)
{
	if (e->code != ERR_PARAMETER && e->code != ERR_CONFLICT && e->code != ERR_FORBIDDEN && e->code != ERR_INVALID) return false;
	html_complain_text(&g->errors, str_of(field), arena_str(g->v.arena, str_of(e->pub)));
	refuse_status(g);
	*e = (struct err){ 0 };
	return true;
}

/* A message with one hole. */
static struct str with(struct gate *g, const char *message, struct str value)
{
	struct str text = i18n_text(g->v.lang, message);
	ptrdiff_t at = str_find(text, STR("{0}"));
	if (at < 0) return text;
	return arena_printf(g->v.arena, "%.*s%.*s%.*s", (int)at, text.p, STR_ARG(value), STR_ARG(str_from(text, (size_t)at + 3)));
}

void gate_complain_password(struct gate *g, enum account_fault fault, bool second_factor)
{
	struct str least = arena_printf(g->v.arena, "%lld", (long long)account_password_least(g->v.at.tenant, second_factor));
	html_complain_text(&g->errors, STR("password"), with(g, account_fault_sentence(fault), least));
	refuse_status(g);
}

void gate_wait(struct gate *g, int64_t seconds)
{
	struct err ignored = { 0 };
	bool ok = httpd_reply_header(g->v.reply, STR("Retry-After"), arena_printf(g->v.arena, "%lld", (long long)seconds), &ignored);
	ensure(ok);
	httpd_reply_status(g->v.reply, 429);
	auto_buf b = BUF_INIT(64);
	text_put_count(&b, seconds, g->v.lang->code);
	html_complain_text(&g->errors, STR(""), with(g, N_("Too many attempts. Please wait {0} seconds and try again."), arena_str(g->v.arena, buf_str(&b))));
}

bool gate_json_error(struct gate *g, int status, const char *code, const char *message, struct err *e)
{
	auto_buf b = BUF_INIT(8192);
	struct str whole;
	buf_printf(&b, "{\"error_code\":\"%s\",\"message\":", code);
	text_put_json(&b, i18n_text(g->v.lang, message));
	buf_put_char(&b, '}');
	if (!buf_end(&b, &whole, e)) return false;
	httpd_reply_status(g->v.reply, status);
	httpd_reply_type(g->v.reply, STR("application/json"));
	httpd_reply_take(g->v.reply, &b);
	return true;
}

/* --- pages ------------------------------------------------------------------------------------------------------ */

static void page(struct gate *g, const char *title)
{
	g->page = (struct view_page){ .visit = &g->v, .title = i18n_text(g->v.lang, title), .path = g->v.request->path, .noindex = true,
	                              .secret_address = g->secret.n > 0 };
}

void gate_open(struct gate *g, const char *title)
{
	page(g, title);
	view_gate_open(&g->page);
}

void gate_open_own(struct gate *g, const char *title, enum gate_tab tab)
{
	static const struct { const char *url, *label; } tabs[] = {
		[GATE_OVERVIEW] = { "/account/", N_("Overview") },
		[GATE_PROFILE] = { "/account/profile/", N_("Profile") },
		[GATE_SECURITY] = { "/account/security/", N_("Security") },
		[GATE_SESSIONS] = { "/account/sessions/", N_("Sessions") },
		[GATE_KEYS] = { "/account/keys/", N_("API keys") },
		[GATE_PROGRAMS] = { "/account/programs/", N_("Programs") },
		[GATE_VISUALIZATIONS] = { "/account/visualizations/", N_("Maps and charts") },
		[GATE_NOTIFICATIONS] = { "/account/notifications/", N_("Notifications") },
		[GATE_FOLLOWS] = { "/account/follows/", N_("Followed datasets") },
		[GATE_DATA] = { "/account/data/", N_("My data") },
	};
	struct html_tab links[COUNT_OF(tabs)];
	page(g, title);
	view_account_open(&g->page);
	for (size_t i = 0; i < COUNT_OF(tabs); i++)
		links[i] = (struct html_tab){ .url = str_of(tabs[i].url), .label = tabs[i].label, .current = i == (size_t)tab };
	html_tabs(&g->page.h, N_("My account"), links, COUNT_OF(links));
	html_heading_open(&g->page.h, g->page.title, NULL);
	html_heading_close(&g->page.h);
	gate_said(g);
}

bool gate_close(struct gate *g, struct err *e) { return view_close(&g->page, e); }

void gate_form_open(struct gate *g, const char *label_or_null)
{
	html_form_open(&g->page.h, &(struct html_form){ .visit = &g->v, .posted = g->form.n ? &g->form : NULL, .errors = &g->errors, .label = label_or_null });
}

void gate_paragraph(struct gate *g, const char *message)
{
	html_lit(&g->page.h, "<p>");
	html_say(&g->page.h, message);
	html_lit(&g->page.h, "</p>");
}

void gate_submit(struct gate *g, const char *label)
{
	struct html *h = &g->page.h;
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = label });
	html_buttons_close(h);
	html_form_close(h);
}

void gate_password(struct gate *g, const char *name, const char *label, bool fresh, bool second_factor, bool focus)
{
	struct str least = arena_printf(g->v.arena, "%lld", (long long)account_password_least(g->v.at.tenant, second_factor));
	html_field(&g->page.h, &(struct html_field){
		.kind = HTML_FIELD_PASSWORD, .name = name, .label = label, .required = true, .autofocus = focus,
		.autocomplete = fresh ? "new-password" : "current-password",
		.hint_text = fresh ? with(g, N_("At least {0} characters. A few words in a row are easy to remember; blanks and any letters are welcome."), least) : STR("") });
}

void gate_code(struct gate *g, bool focus)
{
	html_field(&g->page.h, &(struct html_field){
		.kind = HTML_FIELD_TEXT, .name = "code", .label = N_("Code"), .autocomplete = "one-time-code", .required = true, .autofocus = focus, .code = true, .most = 40 });
}

void gate_link(struct gate *g, const char *href, const char *label)
{
	struct html *h = &g->page.h;
	html_lit(h, "<p class=\"aside\"><a href=\"");
	html_url(h, str_of(href));
	html_lit(h, "\">");
	html_say(h, label);
	html_lit(h, "</a></p>");
}

/* --- leading on --------------------------------------------------------------------------------------------------- */

static const struct { const char *word, *message; } saids[] = {
	{ "saved", N_("Saved.") },
	{ "password", N_("Your password was changed. Your other sessions have ended.") },
	{ "email", N_("We have written to the new address. The change takes effect when you open the link in that letter.") },
	{ "email-changed", N_("The address of your account was changed. Please sign in with it from now on.") },
	{ "email-undone", N_("Your account has its former address again. Please choose a new password now.") },
	{ "factor", N_("Your second factor was removed.") },
	{ "ended", N_("The session has ended.") },
	{ "ended-others", N_("Your other sessions have ended.") },
	{ "revoked", N_("The key is no longer good.") },
	{ "taken-back", N_("The program is let in no longer.") },
	{ "reset", N_("Your password was changed. Please sign in with it.") },
	{ "joined", N_("Your account is ready. Please sign in.") },
	{ "unlocked", N_("Your password is accepted again. If you have forgotten it, choose a new one.") },
	{ "undone", N_("Your account is back. Please sign in.") },
	{ "deleted", N_("Your account was deleted. The letter we sent you tells how to undo it within seven days.") },
	{ "out", N_("You are signed out.") },
	{ "unlinked", N_("The link to the other sign-in was removed.") },
	{ "linked", N_("The other sign-in is linked to your account.") },
};

bool gate_go(struct gate *g, struct str path, const char *said, struct err *e)
{
	if (said) path = arena_printf(g->v.arena, "%.*s%sdone=%s", STR_ARG(path), str_find_char(path, '?') >= 0 ? "&" : "?", said);
	return httpd_reply_redirect(g->v.reply, 303, path, e);
}

void gate_said(struct gate *g)
{
	const struct str *done = httpd_query_or_null(g->v.request, STR("done"));
	for (size_t i = 0; done && g->v.request->method != HTTPD_POST && i < COUNT_OF(saids); i++)
		if (str_eq(*done, str_of(saids[i].word))) html_notice(&g->page.h, HTML_SUCCESS, saids[i].message);
}

struct str gate_next(struct gate *g)
{
	static const char *const ours[] = { "/login", "/logout", "/signup", "/password/", "/invitation/", "/account/confirm", "/-/" };
	const struct httpd_request *r = g->v.request;
	const struct str *asked = httpd_query_or_null(r, STR("next"));
	struct str given = gate_field(g, "next");
	if (!given.n && asked) given = *asked;
	if (!given.n && r->method == HTTPD_POST) return STR("/");
	struct str next = visitor_next(r, g->v.arena, g->v.origin, given);
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		if (str_starts(next, str_of(ours[i]))) return STR("/");
	return next;
}

bool gate_gone(struct gate *g, struct str again, struct err *e)
{
	if (e->code != ERR_GONE) return false;
	*e = (struct err){ 0 };
	httpd_reply_status(g->v.reply, 410);
	gate_open(g, N_("This link is no longer good"));
	gate_paragraph(g, N_("It was used already, is too old, or a newer one was sent since. Please look for the newest letter."));
	html_buttons_open(&g->page.h);
	html_button(&g->page.h, &(struct html_button){ .label = N_("Go on"), .href = again });
	html_buttons_close(&g->page.h);
	return gate_close(g, e);
}

/* --- signed in ---------------------------------------------------------------------------------------------------- */

static bool greet(struct gate *g, struct err *e)
{
	struct session_line *lines;
	size_t n;
	if (!session_list(g->v.at.site->sessions, g->v.at.tenant, g->v.session->account, g->v.arena, &lines, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (lines[i].id == g->v.session->id) return account_signed_in(&g->scene, g->v.session->account, lines[i].label, lines[i].country, e);
	return true;
}

bool gate_arrive(struct gate *g, int64_t account, unsigned factors, bool remember, struct str next, struct err *e)
{
	struct visit *v = &g->v;
	if (!visitor_sign_in(v, account, factors, remember, e) || !greet(g, e)) return false;
	visitor_note(v, EVENT_AUTH_SUCCESS, STR(""), STR(""));
	bool told;
	if (!visitor_join_choices(v, &told, e)) return false;
	if (told) next = visitor_with_said(v->arena, next, "account");
	bool enrols = account_needs_factor(v->at.tenant, &v->who.who) && !v->who.who.second_factor &&
	              str_eq(tenant_setting(v->at.tenant, "second_factor.required"), STR("everyone"));
	if (!g->json) {
		if (!enrols) return gate_go(g, next, NULL, e);
		auto_buf b = BUF_INIT(LIMIT_URL_BYTES * 4);
		buf_lit(&b, "/login/enrol/?next=");
		text_put_url(&b, next);
		return gate_go(g, arena_str(v->arena, buf_str(&b)), NULL, e);
	}
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES * 4);
	struct str whole;
	buf_lit(&b, "{\"authenticated\":true,\"next\":");
	text_put_json(&b, next);
	buf_put_char(&b, '}');
	if (!buf_end(&b, &whole, e)) return false;
	httpd_reply_type(v->reply, STR("application/json"));
	httpd_reply_take(v->reply, &b);
	return true;
}
