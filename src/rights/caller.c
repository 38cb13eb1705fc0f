/* Who asks: keys and access tokens in the Authorization field or in a parameter, and, when none came along, whoever is signed in. */
#include "rights/rights.h"
#include "rights/inside.h"

/* "Apikey KEY": the scheme in any case, then what follows it. False when the scheme is another. */
static bool after_scheme(struct str field, struct str scheme, struct str *rest)
{
	field = str_trim(field);
	if (field.n < scheme.n || !str_eq_nocase(str_sub(field, 0, scheme.n), scheme)) return false;
	if (field.n > scheme.n && field.p[scheme.n] != ' ' && field.p[scheme.n] != '\t') return false;
	*rest = str_trim(str_from(field, scheme.n));
	return true;
}

static struct str posted(const struct httpd_request *r, struct str name)
{
	const struct httpd_pair *pairs;
	size_t n;
	struct err ignored = { 0 };
	bool form = r->method == HTTPD_POST && r->body.n &&
	            str_starts(httpd_header(r, STR("Content-Type")), STR("application/x-www-form-urlencoded"));
	if (!form || !httpd_form(r->arena, r->body, &pairs, &n, &ignored)) return STR("");
	for (size_t i = 0; i < n; i++)
		if (str_eq(pairs[i].name, name)) return pairs[i].value;
	return STR("");
}

static struct str given(const struct httpd_request *r, struct str name)
{
	const struct str *v = httpd_query_or_null(r, name);
	return v && v->n ? *v : posted(r, name);
}

enum shown shown_by(const struct httpd_request *r, struct str *key)
{
	struct str field = httpd_header(r, STR("Authorization"));
	if (after_scheme(field, STR("Apikey"), key)) return SHOWS_KEY;
	/* One way of showing a token at a time (RFC 6750 §2). */
	if (after_scheme(field, STR("Bearer"), key)) return given(r, STR("access_token")).n ? SHOWS_TWO : SHOWS_TOKEN;
	*key = given(r, STR("apikey"));
	if (key->n) return SHOWS_KEY;
	*key = given(r, STR("access_token"));
	if (key->n && httpd_query_or_null(r, STR("access_token")) && posted(r, STR("access_token")).n) return SHOWS_TWO;
	return key->n ? SHOWS_TOKEN : SHOWS_NOTHING;
}

struct str rights_challenge(const struct httpd_request *r, const struct err *e)
{
	struct str key;
	enum shown how = shown_by(r, &key);
	bool token = how == SHOWS_TOKEN || how == SHOWS_TWO;
	if (e->code == ERR_UNAUTHENTICATED && !token) return STR("Apikey realm=\"API\", Bearer realm=\"API\"");
	if (e->code == ERR_UNAUTHENTICATED) return STR("Bearer realm=\"API\", error=\"invalid_token\", error_description=\"The access token is unknown, over or revoked\"");
	if (e->code == ERR_FORBIDDEN && token) return STR("Bearer realm=\"API\", error=\"insufficient_scope\", error_description=\"The access token does not allow this\"");
	if (e->code == ERR_BAD_REQUEST && how == SHOWS_TWO) return STR("Bearer realm=\"API\", error=\"invalid_request\", error_description=\"The access token came in two ways\"");
	return STR("");
}

bool is_private(const struct tenant *t) { return str_eq(tenant_setting(t, "access"), STR("private")); }

/* --- sessions ---------------------------------------------------------------------------------------- */

bool rights_foreign_frame(const struct httpd_request *r)
{
	static const struct str beginnings[] = { { "/explore/embed/", 15 }, { "/map/embed/", 11 }, { "/chart/embed/", 13 }, { "/pages/embed/", 13 } };
	for (size_t i = 0; i < COUNT_OF(beginnings); i++)
		if (str_starts(r->path, beginnings[i])) return true;
	return false;
}

/* SID-6: pages of a sibling below the same name are same-site, so what SameSite lets through is looked at again. */
bool rights_reads_cookies(const struct httpd_request *r)
{
	struct str key;
	if (shown_by(r, &key) != SHOWS_NOTHING || rights_foreign_frame(r)) return false;
	struct str site = httpd_header(r, STR("Sec-Fetch-Site"));
	/* Values that no browser sends are as good as none: whoever can choose them is no browser. */
	if (!str_eq(site, STR("same-site")) && !str_eq(site, STR("cross-site"))) return true;
	return r->method == HTTPD_GET && str_eq(httpd_header(r, STR("Sec-Fetch-Mode")), STR("navigate")) &&
	       str_eq(httpd_header(r, STR("Sec-Fetch-Dest")), STR("document"));
}

size_t rights_session_values(const struct tenant *t, const struct httpd_request *r, struct str out[RIGHTS_SESSIONS])
{
	const struct httpd_pair *cookies;
	size_t n;
	struct err e = { 0 };
	bool prefixed = registry_prefixed(t);
	if (!httpd_cookies(r, &cookies, &n, &e)) return 0;
	return httpd_cookie_values(cookies, n, prefixed ? STR("__Host-sessionid") : STR("sessionid"), out, RIGHTS_SESSIONS);
}

static void find_session(const struct site_visit *at, const struct httpd_request *r, struct rights_caller *w)
{
	struct str values[RIGHTS_SESSIONS];
	if (!at->site->sessions || !rights_reads_cookies(r)) return;
	size_t n = rights_session_values(at->tenant, r, values);
	if (!n) return;
	struct session *s = arena_new(r->arena, struct session);
	switch (session_find(at->site->sessions, at->tenant, values, n, clock_now(), r->client, s)) {
	case SESSION_NONE: return;
	case SESSION_AMBIGUOUS:
		w->ambiguous = true;
		return;
	case SESSION_ONE: break;
	}
	w->generation = tenants_generation(at->site->tenants, at->tenant->id);
	if (!accounts_who(at->site->accounts, at->tenant->id, s->account, r->arena, &w->who)) return;
	w->account = s->account;
	w->by_session = true;
	w->session = s;
}

bool rights_lacks_factor(const struct tenant *t, const struct rights_caller *who)
{
	return who->by_session && !who->who.second_factor && str_eq(tenant_setting(t, "second_factor.required"), STR("everyone"));
}

bool rights_is_narrow(const struct rights_caller *who) { return who->key && (who->who.scope & ACCOUNT_LISTED); }

static bool holds(const struct rights_caller *who, enum account_permission what)
{
	if (!who->account) return false;
	if (who->key && !(who->who.scope & ACCOUNT_WRITE)) return false;
	/* The key of an administrator that lists permissions has those and no more. */
	return (who->who.admin && !who->key) || (who->who.permissions >> what & 1);
}

bool rights_may(const struct rights_caller *who, enum account_permission what) { return !rights_is_narrow(who) && holds(who, what); }

bool rights_may_on(const struct rights_caller *who, enum account_permission what, int64_t dataset)
{
	bool listed = !rights_is_narrow(who);
	for (size_t i = 0; !listed && i < who->who.ndatasets; i++) listed = who->who.datasets[i] == dataset;
	return listed && holds(who, what);
}

/* --- the caller -------------------------------------------------------------------------------------- */

void rights_person(const struct site_visit *at, struct httpd_request *r, struct rights_caller *out)
{
	*out = (struct rights_caller){ 0 };
	find_session(at, r, out);
	out->stranger = !out->account && is_private(at->tenant);
}

bool rights_caller(const struct site_visit *at, struct httpd_request *r, struct rights_caller *out, struct err *e)
{
	struct rights_caller w = { 0 };
	struct str key;
	switch (shown_by(r, &key)) {
	case SHOWS_NOTHING:
		find_session(at, r, &w);
		if (!w.account && is_private(at->tenant))
			return err_set(e, ERR_UNAUTHENTICATED, "This portal is private. Send an API key of it: \"Authorization: Apikey KEY\", or the parameter apikey.");
		if (rights_lacks_factor(at->tenant, &w)) return err_set(e, ERR_NO_FACTOR, "%s", err_kind(ERR_NO_FACTOR)->sentence);
		break;
	case SHOWS_TWO: return err_set(e, ERR_BAD_REQUEST, "The access token came in two ways. Send it once: \"Authorization: Bearer TOKEN\".");
	case SHOWS_TOKEN:
		w.generation = tenants_generation(at->site->tenants, at->tenant->id);
		if (!oauth_who(at->site->oauth, at->tenant->id, key, clock_now(), r->arena, &w.who))
			return err_set(e, ERR_UNAUTHENTICATED, "The access token is not good: it is unknown, over or revoked.");
		w.account = w.who.account;
		w.key = w.who.key;
		break;
	case SHOWS_KEY:
		w.generation = tenants_generation(at->site->tenants, at->tenant->id);
		if (!accounts_key(at->site->accounts, at->tenant->id, key, clock_now(), r->arena, &w.who))
			return err_set(e, ERR_UNAUTHENTICATED, "The API key is not good: it is unknown, revoked or past its time.");
		w.account = w.who.account;
		w.key = w.who.key;
		break;
	}
	*out = w;
	return true;
}

bool rights_is_public(const struct site_visit *at, const struct rights_caller *who)
{
	return who->account == 0 && who->key == 0 && !who->metered && !counts_calls(at->tenant);
}

struct str rights_fingerprint(const struct rights_caller *w, struct arena *a)
{
	return arena_printf(a, "%lld.%lld.%llu", (long long)w->account, (long long)w->key, (unsigned long long)w->generation);
}
