/* Signing in by another provider: what its pages have in common. */
#include "gate/inside.h"

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
	struct html_button button = { .weight = p->leads && !link ? HTML_PRIMARY : HTML_SECONDARY, .text = p->label };
	html_form_open(h, &form);
	html_hidden(h, "next", next);
	if (link) html_hidden(h, "link", STR("on"));
	html_button(h, &button);
	html_form_close(h);
}

bool gate_put_providers(struct html *h, struct visit *v, struct str next, bool leading, size_t *put, struct err *e)
{
	struct sso_scene s = gate_sso_scene(v);
	struct sso_provider *all;
	size_t n;
	if (!sso_provider_list(&s, &all, &n, e)) return false;
	*put = 0;
	for (size_t i = 0; i < n; i++) {
		if (!all[i].enabled || all[i].leads != leading) continue;
		if (!(*put)++) {
			html_lit(h, "<p>");
			html_say(h, leading ? N_("Sign in with:") : N_("You can also sign in with:"));
			html_lit(h, "</p>");
		}
		put_button(h, v, &all[i], next, false);
	}
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
	size_t shown = 0;
	for (size_t i = 0; i < n; i++) shown += all[i].enabled || is_linked(ids, nids, all[i].id);
	if (!shown) return true;
	html_panel_open(h, "identities", N_("Other ways to sign in"), N_("An account elsewhere that you link here opens this account, too."));
	for (size_t i = 0; i < n; i++) {
		if (is_linked(ids, nids, all[i].id)) put_linked(h, v, &all[i]);
		else if (all[i].enabled) put_button(h, v, &all[i], STR("/account/security/"), true);
	}
	html_panel_close(h);
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

bool gate_sso_refused(struct gate *g, const char *reason, struct err *e)
{
	httpd_reply_status(g->v.reply, 403);
	gate_open(g, N_("You are not signed in"));
	html_notice(&g->page.h, HTML_BAD, sentence_of(reason));
	html_lit(&g->page.h, "<p>");
	html_say_with(&g->page.h, N_("Reason for the portal's administrators: {0}"), HTML_ARG_CODE(str_of(reason)));
	html_lit(&g->page.h, "</p>");
	gate_link(g, "/login/", N_("Sign in"));
	return gate_close(g, e);
}

/* --- let in ------------------------------------------------------------------------------------------------ */

/* A second factor of one's own is asked for whichever way one comes; the form goes where that of the password goes. */
static bool ask_code(struct gate *g, const struct account_outcome *o, struct str next, struct err *e)
{
	gate_open(g, N_("One more step"));
	gate_paragraph(g, N_("Please type the six digits that your authenticator shows, or one of your recovery codes."));
	html_form_open(&g->page.h, &(struct html_form){ .visit = &g->v, .action = STR("/login/verify/"), .errors = &g->errors });
	html_hidden(&g->page.h, "txn", str_of(o->txn));
	if (!str_eq(next, STR("/"))) html_hidden(&g->page.h, "next", next);
	gate_code(g, true);
	gate_submit(g, N_("Sign in"));
	return gate_close(g, e);
}

bool gate_sso_enter(struct gate *g, const struct sso_identity *i, struct err *e)
{
	struct visit *v = &g->v;
	struct sso_scene s = gate_sso_scene(v);
	struct account_outcome o;
	const char *reason = "";
	int64_t account;
	/* Whose session began the linking must be there to end it. */
	if (i->link && (!v->session || v->session->account != i->link)) return gate_sso_refused(g, "binding", e);
	if (!sso_account(&s, v->at.site->accounts, i, &account, &reason, e)) {
		if (!*reason) return false;
		*e = (struct err){ 0 };
		return gate_sso_refused(g, reason, e);
	}
	if (i->link) return gate_go(g, i->next, "linked", e);
	if (!account_sign_in_by(&g->scene, account, true, gate_sso_binding(v), &o, e)) return false;
	if (o.verdict == ACCOUNT_NEEDS_CODE) return ask_code(g, &o, i->next, e);
	if (o.verdict != ACCOUNT_PROVED) return gate_sso_refused(g, "disabled", e);
	return gate_arrive(g, account, SESSION_PROVIDER, false, i->next, e);
}

/* --- out --------------------------------------------------------------------------------------------------- */

bool gate_sso_leave(struct gate *g, struct err *e)
{
	struct visit *v = &g->v;
	struct sso_scene s = gate_sso_scene(v);
	struct str url = STR("");
	/* Signing out here must not depend on what is known of the provider. */
	struct err none = { 0 };
	if (v->session && (v->session->factors & SESSION_PROVIDER) && !sso_logout_url(&s, v->at.site->accounts, v->session->account, &url, &none)) url = STR("");
	if (!visitor_sign_out(v, e)) return false;
	if (!url.n || g->json) return gate_go(g, STR("/"), NULL, e);
	if (!httpd_reply_header(v->reply, STR("Refresh"), arena_join(v->arena, STR("0; url="), url), e)) return false;
	gate_open(g, N_("You are signed out here"));
	gate_paragraph(g, N_("The identity provider is asked to sign you out there, too. If nothing happens, follow this link."));
	html_buttons_open(&g->page.h);
	html_button(&g->page.h, &(struct html_button){ .label = N_("Sign out"), .href = url });
	html_buttons_close(&g->page.h);
	return gate_close(g, e);
}
