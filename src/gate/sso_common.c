/* Signing in by another provider: what its pages have in common. */
#include "gate/sso_common.h"

enum { NONCE_AT = 1, NONCE = 22, TOKENS = 8 };

struct sso_scene gate_sso_scene(const struct visit *v)
{
	struct site *s = v->at.site;
	return (struct sso_scene){ .store = s->store, .vault = s->vault, .events = s->events, .conf = s->conf, .tenant = v->at.tenant, .origin = v->origin,
		                   .client = v->request->client, .cancel_or_null = v->request->cancel, .arena = v->arena };
}

struct str gate_sso_binding(const struct visit *v)
{
	const struct httpd_pair *cookies;
	size_t n;
	struct err none = { 0 };
	struct str values[TOKENS];
	const struct registry_item *item = v->registry ? registry_item(v->registry, REGISTRY_CSRF) : NULL;
	struct str name = item ? item->name : STR("csrftoken");
	struct str binding = v->session ? arena_printf(v->arena, "s:%s", v->session->csrf_salt) : STR("a");
	if (!httpd_cookies(v->request, &cookies, &n, &none)) return STR("");
	size_t found = httpd_cookie_values(cookies, n, name, values, TOKENS);
	for (size_t i = 0; i < num_min(found, (size_t)TOKENS); i++)
		if (csrf_verify(v->at.site->vault, v->at.tenant->host, binding, clock_now(), values[i])) return str_sub(values[i], NONCE_AT, NONCE);
	return STR("");
}

/* --- buttons ------------------------------------------------------------------------------------------- */

static void put_button(struct html *h, struct visit *v, const struct sso_provider *p, struct str next, bool link)
{
	struct html_form form = { .visit = v, .action = arena_printf(v->arena, "/login/sso/%.*s/", STR_ARG(p->id)), .plain = true };
	struct html_button button = { .weight = HTML_SECONDARY, .text = p->label };
	html_form_open(h, &form);
	html_hidden(h, "next", next);
	if (link) html_hidden(h, "link", STR("on"));
	html_button(h, &button);
	html_form_close(h);
}

bool gate_put_providers(struct html *h, struct visit *v, struct str next, struct err *e)
{
	struct sso_scene s = gate_sso_scene(v);
	struct sso_provider *all;
	size_t n;
	if (!sso_provider_list(&s, &all, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (all[i].enabled) put_button(h, v, &all[i], next, false);
	return true;
}

static bool is_linked(const struct account_identity *ids, size_t n, struct str provider)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(ids[i].provider, provider)) return true;
	return false;
}

static void put_linked(struct html *h, struct visit *v, const struct sso_provider *p)
{
	struct html_form form = { .visit = v, .action = arena_printf(v->arena, "/account/identities/%.*s/", STR_ARG(p->id)), .plain = true };
	struct html_button button = { .weight = HTML_SECONDARY, .label = N_("Remove"), .about = p->label, .small = true };
	html_lit(h, "<p>");
	html_text(h, p->label);
	if (p->profile_url.n) {
		html_lit(h, " <a href=\"");
		html_url(h, p->profile_url);
		html_lit(h, "\" rel=\"noopener\">");
		html_say(h, N_("Profile there"));
		html_lit(h, "</a>");
	}
	html_lit(h, "</p>");
	html_form_open(h, &form);
	html_button(h, &button);
	html_form_close(h);
}

bool gate_put_identities(struct html *h, struct visit *v, struct err *e)
{
	struct sso_scene s = gate_sso_scene(v);
	struct sso_provider *all;
	struct account_identity *ids;
	size_t n, nids;
	if (!v->session) return true;
	if (!sso_provider_list(&s, &all, &n, e) || !account_identities(v->at.site->accounts, v->at.tenant->id, v->session->account, v->arena, &ids, &nids, e)) return false;
	for (size_t i = 0; i < n; i++) {
		if (is_linked(ids, nids, all[i].id)) put_linked(h, v, &all[i]);
		else if (all[i].enabled) put_button(h, v, &all[i], STR("/account/security/"), true);
	}
	return true;
}

/* --- not let in ------------------------------------------------------------------------------------------ */

static const struct { const char *reason, *sentence; } sentences[] = {
	{ "state", N_("This sign-in is over or was used already. Please begin again.") },
	{ "late", N_("This sign-in took too long. Please begin again.") },
	{ "binding", N_("This sign-in was begun in another browser, or cookies are not kept. Please begin again.") },
	{ "access_denied", N_("The identity provider says that you did not sign in there.") },
	{ "condition", N_("You signed in there, but this portal is for a narrower circle of people. Its administrators can tell you more.") },
	{ "no_account", N_("You signed in there, but have no account here. The portal's administrators can invite you.") },
	{ "no_email", N_("The identity provider does not tell your e-mail address, so no account can be made.") },
	{ "address_taken", N_("There is an account with your e-mail address already. Sign in with your password first, then link the identity provider on the page about your account.") },
	{ "unreachable", N_("The identity provider cannot be reached at the moment. Please try again later.") },
	{ "disabled", N_("This account cannot be used at present. The portal's administrators can tell you more.") },
};

static const char *sentence_of(const char *reason)
{
	for (size_t i = 0; i < COUNT_OF(sentences); i++)
		if (strcmp(sentences[i].reason, reason) == 0) return sentences[i].sentence;
	return N_("The answer of the identity provider was not accepted. Nobody was signed in. Please begin again; if this goes on, tell the portal's administrators.");
}

bool gate_sso_refused(struct visit *v, const char *reason, struct err *e)
{
	auto_page page = { .visit = v, .title = i18n_text(v->lang, N_("You are not signed in")), .path = STR("/login/") };
	struct html_button again = { .label = N_("Sign in"), .href = STR("/login/") };
	httpd_reply_status(v->reply, 403);
	visitor_private(v);
	view_gate_open(&page);
	html_notice(&page.h, HTML_BAD, sentence_of(reason));
	html_lit(&page.h, "<p class=\"reason\">");
	html_say_with(&page.h, N_("Reason for the portal's administrators: {0}"), HTML_ARG_CODE(str_of(reason)));
	html_lit(&page.h, "</p>");
	html_button(&page.h, &again);
	return view_close(&page, e);
}

/* --- let in ------------------------------------------------------------------------------------------------ */

static struct account_scene account_scene(const struct visit *v)
{
	struct site *s = v->at.site;
	return (struct account_scene){ .as = s->accounts, .vault = s->vault, .events = s->events, .mail = s->mail, .tenant = v->at.tenant, .origin = v->origin,
		                       .lang = v->lang, .client = v->request->client, .arena = v->arena };
}

/* A second factor of one's own is asked for whichever way one comes; the form goes where that of the password goes. */
static bool ask_code(struct visit *v, const struct account_outcome *o, struct str next, struct err *e)
{
	auto_page page = { .visit = v, .title = i18n_text(v->lang, N_("Your code")), .path = STR("/login/verify/") };
	struct html_form form = { .visit = v, .action = STR("/login/verify/") };
	struct html_field code = { .kind = HTML_FIELD_CODE, .name = "code", .label = N_("Code of your authenticator, or a recovery code"), .autocomplete = "one-time-code",
		                   .required = true, .autofocus = true };
	struct html_button go = { .label = N_("Sign in") };
	visitor_private(v);
	view_gate_open(&page);
	html_form_open(&page.h, &form);
	html_hidden(&page.h, "txn", str_of(o->txn));
	html_hidden(&page.h, "next", next);
	html_field(&page.h, &code);
	html_button(&page.h, &go);
	html_form_close(&page.h);
	return view_close(&page, e);
}

bool gate_sso_enter(struct visit *v, const struct sso_identity *i, struct err *e)
{
	struct sso_scene s = gate_sso_scene(v);
	struct account_scene as = account_scene(v);
	struct account_outcome o;
	const char *reason = "";
	int64_t account;
	/* Whose session began the linking must be there to end it. */
	if (i->link && (!v->session || v->session->account != i->link)) return gate_sso_refused(v, "binding", e);
	if (!sso_account(&s, v->at.site->accounts, i, &account, &reason, e)) {
		if (!*reason) return false;
		*e = (struct err){ 0 };
		return gate_sso_refused(v, reason, e);
	}
	if (i->link) return httpd_reply_redirect(v->reply, 303, i->next, e);
	if (!account_sign_in_by(&as, account, true, gate_sso_binding(v), &o, e)) return false;
	if (o.verdict == ACCOUNT_NEEDS_CODE) return ask_code(v, &o, i->next, e);
	if (o.verdict != ACCOUNT_PROVED) return gate_sso_refused(v, "disabled", e);
	if (!visitor_sign_in(v, account, SESSION_PROVIDER, false, e)) return false;
	visitor_note(v, EVENT_AUTH_SUCCESS, STR("provider"), i->provider.id);
	return httpd_reply_redirect(v->reply, 303, i->next, e);
}
