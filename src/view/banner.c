/* The first layer of consent, the way back to one's choices, and what is said after one. All of it is made of the registry and
 * of the request; the banner is the same bytes for everyone who has not chosen, so pages stay shared. */
#include "view/inside.h"

#include "asset/asset.h"
#include "json/json.h"
#include "text/text.h"

enum { PROVIDERS_SHOWN = 5, BACK_BYTES = 2000, PROOF_BYTES = 256 << 10 };

struct str view_registry_text(const struct visit *v, const struct registry_texts *t)
{
	if (!t->of || !v->registry)
		return STR("");
	return t->of[registry_language(v->registry, v->lang_code)];
}

struct str view_back(const struct visit *v)
{
	const struct httpd_request *r = v->request;
	auto_buf b = BUF_INIT(BACK_BYTES);
	char join = '?';
	buf_put(&b, r->raw_path);
	struct str rest = r->raw_query, part;
	while (rest.n && str_cut(&rest, '&', &part)) {
		if (str_starts(part, STR("cookies=")) || str_starts(part, STR("once=")) || !part.n)
			continue;
		buf_put_char(&b, join);
		buf_put(&b, part);
		join = '&';
	}
	return b.over ? arena_str(v->arena, r->raw_path) : arena_str(v->arena, buf_str(&b));
}

/* A language that was forced for one page stays forced for its form. */
static void put_action(struct html *h, const struct visit *v)
{
	const struct str *flg = httpd_query_or_null(v->request, STR("flg"));
	html_lit(h, "/cookies/preferences/");
	if (flg && flg->n && !v->lang_wanted.n) {
		html_lit(h, "?flg=");
		html_text(h, v->lang_code);
	}
}

static bool is_open(const struct consent_state *st, size_t i)
{
	return st->registry->services[i].basis == REGISTRY_BASIS_CONSENT && st->answers[i] == CONSENT_UNDECIDED;
}

static void put_name(struct html *h, struct str name)
{
	html_lit(h, "<bdi lang=\"\" translate=\"no\">");
	html_text(h, name);
	html_lit(h, "</bdi>");
}

/* --- the words ------------------------------------------------------------------------------------------ */

static void put_first_sentence(struct html *h, const struct visit *v)
{
	struct str own = view_registry_text(v, &v->registry->banner_first);
	if (own.n)
		html_text(h, own);
	else
		html_say(h, N_("Some services of other providers on this site store or read information on your device. They are used only if you agree."));
}

static void put_purposes(struct html *h, const struct visit *v)
{
	const struct consent_state *st = &v->consent;
	html_lit(h, "<ul class=\"purposes\">");
	for (size_t i = 0; i < st->registry->nservices && i < CONSENT_SERVICES; i++) {
		struct str purpose = view_registry_text(v, &st->registry->services[i].purpose);
		bool said = !is_open(st, i);
		for (size_t k = 0; k < i && !said; k++)
			said = is_open(st, k) && str_eq(view_registry_text(v, &st->registry->services[k].purpose), purpose);
		if (said)
			continue;
		html_lit(h, "<li>");
		html_text(h, purpose);
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul>");
}

static size_t providers(const struct visit *v, struct str *names)
{
	const struct consent_state *st = &v->consent;
	size_t n = 0;
	for (size_t i = 0; i < st->registry->nservices && i < CONSENT_SERVICES; i++) {
		struct str name = st->registry->services[i].provider.name;
		bool known = !is_open(st, i);
		for (size_t k = 0; k < n && !known; k++)
			known = str_eq(names[k], name);
		if (!known)
			names[n++] = name;
	}
	return n;
}

static void put_providers(struct html *h, const struct visit *v)
{
	struct str names[CONSENT_SERVICES];
	size_t n = providers(v, names);
	html_say_plural(h, N2_("{0} provider would receive data:", "{0} providers would receive data:"), (int64_t)n);
	for (size_t i = 0; i < n && i < PROVIDERS_SHOWN; i++) {
		if (i)
			html_lit(h, ",");
		html_lit(h, " ");
		put_name(h, names[i]);
	}
	if (n > PROVIDERS_SHOWN) {
		html_lit(h, " <a href=\"/cookies/preferences/#services\">");
		html_say_plural(h, N2_("and {0} more", "and {0} more"), (int64_t)(n - PROVIDERS_SHOWN));
		html_lit(h, "</a>");
	}
	html_lit(h, ".");
}

/* From which version the reader's choice is to the one in force; 0: not known. */
static int64_t chosen_version(const struct visit *v)
{
	struct registry_version *list;
	size_t n;
	struct err ignored = { 0 };
	int64_t best = 0;
	if (!registry_versions(v->at.site->registries, v->at.tenant->id, v->arena, &list, &n, &ignored))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (list[i].epoch == v->consent.epoch && list[i].version > best)
			best = list[i].version;
	return best;
}

static void put_change(struct html *h, const struct visit *v)
{
	if (!v->consent.stored)
		return;
	int64_t from = chosen_version(v);
	struct str url = from ? arena_printf(v->arena, "/terms/cookies-policy/diff/%lld..%lld/", (long long)from, (long long)v->registry->version)
	                      : STR("/terms/cookies-policy/history/");
	html_lit(h, "<p class=\"changed\"><strong>");
	html_say_with(h, N_("Since your last choice {0}something has changed{1}. Only what changed is asked; your other choices stay."),
	              HTML_ARG_OPEN(url), HTML_ARG_CLOSE);
	html_lit(h, "</strong></p>");
}

void view_say_account_choices(struct html *h)
{
	html_say(h, N_("You are signed in: your choice is kept with your account, and holds on every device where you are signed in."));
}

void view_put_banner(struct html *h, const struct visit *v, struct str back)
{
	const struct registry *g = v->registry;
	struct str title = view_registry_text(v, &g->banner_title);
	html_lit(h, "<section class=\"consent\" aria-labelledby=\"consent-title\" data-nosnippet><form method=\"post\" action=\"");
	put_action(h, v);
	html_lit(h, "\"><div class=\"words\"><h2 id=\"consent-title\">");
	if (title.n)
		html_text(h, title);
	else
		html_say(h, N_("Your choice about cookies"));
	html_lit(h, "</h2>");
	put_change(h, v);
	html_lit(h, "<p>");
	put_first_sentence(h, v);
	html_lit(h, "</p>");
	put_purposes(h, v);
	html_lit(h, "<p>");
	put_providers(h, v);
	html_lit(h, " ");
	html_say_plural(h, N2_("Refusing has no effect on your access. Your choice is kept for {0} day.",
	                    "Refusing has no effect on your access. Your choice is kept for {0} days."),
	                registry_item(g, REGISTRY_PREFERENCES)->life_s / 86400);
	if (v->account_choices) {
		html_lit(h, " ");
		view_say_account_choices(h);
	}
	html_lit(h, " <a href=\"/terms/cookies-policy/\">");
	html_say(h, N_("Cookies policy"));
	html_lit(h, "</a></p></div><input type=\"hidden\" name=\"layer\" value=\"first\"><input type=\"hidden\" name=\"epoch\" value=\"");
	html_int(h, g->epoch);
	html_lit(h, "\"><input type=\"hidden\" name=\"return\" value=\"");
	html_text(h, back);
	html_lit(h, "\"><div class=\"choices\"><button class=\"choice\" name=\"action\" value=\"refuse_all\">");
	html_say(h, N_("Refuse all"));
	html_lit(h, "</button><button class=\"choice\" name=\"action\" value=\"accept_all\">");
	html_say(h, N_("Accept all"));
	html_lit(h, "</button><a class=\"choice outline\" href=\"/cookies/preferences/?return=");
	auto_buf b = BUF_INIT(4 * BACK_BYTES);
	text_put_url(&b, back);
	html_text(h, buf_str(&b));
	html_lit(h, "\">");
	html_say(h, N_("Customise"));
	html_lit(h, "</a></div></form></section>");
}

struct str view_banner_proof(const struct visit *v)
{
	struct html h = { .out = BUF_INIT(PROOF_BYTES), .lang = v->lang };
	html_lit(&h, "<!DOCTYPE html>\n<html lang=\"");
	html_text(&h, v->lang->code);
	view_put_either(&h, v->lang->rtl, STR("\" dir=\"rtl\">"), STR("\" dir=\"ltr\">"));
	html_lit(&h, "<meta charset=\"utf-8\"><title>");
	html_text(&h, v->at.tenant->host);
	html_lit(&h, "</title><link rel=\"stylesheet\" href=\"");
	html_url(&h, asset_url(STR("style.css")));
	html_lit(&h, "\"><body>");
	view_put_banner(&h, v, STR("/"));
	html_lit(&h, "</body></html>\n");
	struct str out = arena_str(v->arena, buf_str(&h.out));
	buf_done(&h.out);
	return out;
}

/* --- the footer ------------------------------------------------------------------------------------------- */

void view_put_manage_cookies(struct html *h, const struct visit *v, struct str back)
{
	html_lit(h, "<span class=\"manage-cookies\"><a href=\"/cookies/preferences/\">");
	html_say(h, N_("Manage cookies"));
	html_lit(h, "</a>");
	/* Only where the answer varies by signals: elsewhere pages are the same with and without. */
	if (v->registry && v->registry->needs_consent && v->consent.signal) {
		html_lit(h, " <span class=\"signal\">");
		html_say(h, N_("Privacy signal honoured"));
		html_lit(h, "</span>");
	}
	if (v->registry && v->consent.any_granted) {
		html_lit(h, "<form method=\"post\" action=\"");
		put_action(h, v);
		html_lit(h, "\"><input type=\"hidden\" name=\"action\" value=\"refuse_all\"><input type=\"hidden\" name=\"layer\" value=\"page\">"
		            "<input type=\"hidden\" name=\"epoch\" value=\"");
		html_int(h, v->registry->epoch);
		html_lit(h, "\"><input type=\"hidden\" name=\"return\" value=\"");
		html_text(h, back);
		html_lit(h, "\"><button>");
		html_say(h, N_("Withdraw all consent"));
		html_lit(h, "</button></form>");
	}
	html_lit(h, "</span>");
}

/* --- after a choice --------------------------------------------------------------------------------------- */

static const struct { const char *what, *message; } said[] = {
	{ "saved", N_("Your choice is saved.") },
	{ "accepted", N_("Your choice is saved: you accepted all services.") },
	{ "refused", N_("Your choice is saved: nothing that needs consent is used.") },
	{ "withdrawn", N_("Your consent is withdrawn.") },
	{ "account", N_("The choices about cookies that are kept with your account hold here now. What this device had refused stays refused.") },
};

static const char *const storage[] = {
	[REGISTRY_COOKIE] = "cookie", [REGISTRY_LOCAL_STORAGE] = "local", [REGISTRY_SESSION_STORAGE] = "session",
	[REGISTRY_INDEXED_DB] = "database", [REGISTRY_CACHE_STORAGE] = "cache",
};

/* What services that are not granted may have left behind where a script of ours can reach it. */
static bool put_leftovers(struct buf *b, const struct visit *v)
{
	const struct registry *g = v->registry;
	struct json_out j = JSON_OUT(b);
	bool any = false;
	json_open(&j, '[');
	for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++) {
		const struct registry_service *s = &g->services[i];
		for (size_t k = 0; !v->consent.granted[i] && k < s->nitems; k++) {
			const struct registry_item *item = &g->items[s->first_item + k];
			json_open(&j, '{');
			json_member(&j, "kind", str_of(storage[item->kind]));
			json_member(&j, "name", item->name);
			json_member(&j, "path", item->path.n ? item->path : STR("/"));
			json_member_bool(&j, "prefix", item->prefix_match);
			json_close(&j, '}');
			any = true;
		}
	}
	json_close(&j, ']');
	return any;
}

static void put_providers_own(struct html *h, const struct visit *v)
{
	const struct registry *g = v->registry;
	bool any = false;
	for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++) {
		const struct registry_service *s = &g->services[i];
		if (v->consent.granted[i] || s->basis != REGISTRY_BASIS_CONSENT)
			continue;
		view_put_either(h, any, STR(", "), STR("<p>"));
		if (!any) {
			html_say(h, N_("What a provider stored under its own address we cannot delete; ask there:"));
			html_lit(h, " ");
		}
		any = true;
		html_lit(h, "<a rel=\"noopener noreferrer\" href=\"");
		html_url(h, s->policy_url);
		html_lit(h, "\">");
		put_name(h, s->provider.name);
		html_lit(h, "</a>");
	}
	if (any)
		html_lit(h, "</p>");
}

void view_put_said(struct html *h, const struct visit *v, struct str what)
{
	for (size_t i = 0; i < COUNT_OF(said); i++) {
		if (!str_eq(str_of(said[i].what), what))
			continue;
		bool withdrawn = str_eq(what, STR("withdrawn"));
		auto_buf b = BUF_INIT(PROOF_BYTES);
		html_lit(h, "<div class=\"consent-said\" data-consent-said");
		if (v->registry && put_leftovers(&b, v)) {
			html_lit(h, " data-forget=\"");
			html_text(h, buf_str(&b));
			html_lit(h, "\"");
		}
		html_lit(h, "><p role=\"status\">");
		html_say(h, said[i].message);
		html_lit(h, "</p>");
		if (withdrawn && v->registry)
			put_providers_own(h, v);
		html_lit(h, "</div>");
		if (b.n > 2) {
			html_lit(h, "<script type=\"module\" src=\"");
			html_url(h, asset_url(STR("forget.js")));
			html_lit(h, "\"></script>");
		}
	}
}
