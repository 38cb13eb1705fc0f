/* Who asks: keys in the Authorization field or in a parameter. */
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
	struct str token;
	struct str field = httpd_header(r, STR("Authorization"));
	if (after_scheme(field, STR("Apikey"), key)) return SHOWS_KEY;
	if (after_scheme(field, STR("Bearer"), &token)) return SHOWS_TOKEN;
	*key = given(r, STR("apikey"));
	if (key->n) return SHOWS_KEY;
	return given(r, STR("access_token")).n ? SHOWS_TOKEN : SHOWS_NOTHING;
}

bool is_private(const struct tenant *t) { return str_eq(tenant_setting(t, "access"), STR("private")); }

bool rights_caller(const struct site_visit *at, struct httpd_request *r, struct rights_caller *out, struct err *e)
{
	struct rights_caller w = { 0 };
	struct str key;
	switch (shown_by(r, &key)) {
	case SHOWS_NOTHING:
		if (is_private(at->tenant))
			return err_set(e, ERR_UNAUTHENTICATED, "This portal is private. Send an API key of it: \"Authorization: Apikey KEY\", or the parameter apikey.");
		break;
	case SHOWS_TOKEN:
		return err_set(e, ERR_UNAUTHENTICATED, "Access tokens (Bearer, access_token) are not accepted here. Send an API key: \"Authorization: Apikey KEY\", or the parameter apikey.");
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
	return who->account == 0 && who->key == 0 && !counts_calls(at->tenant);
}

struct str rights_fingerprint(const struct rights_caller *w, struct arena *a)
{
	return arena_printf(a, "%lld.%lld.%llu", (long long)w->account, (long long)w->key, (unsigned long long)w->generation);
}
