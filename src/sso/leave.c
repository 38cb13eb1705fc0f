/* Signing out with the provider, too; being told by the provider; what we tell providers about us; and a look at one before anybody
 * signs in by it. */
#include "crypt/crypt.h"
#include "sso/inside.h"
#include "text/text.h"

enum { URL_BYTES = 8192 };

/* --- away from here ------------------------------------------------------------------------------------- */

static bool provider_of(const struct sso_scene *s, struct accounts *as, int64_t account, struct sso_provider *out, bool *found, struct err *e)
{
	struct account_identity *ids;
	size_t n;
	*found = false;
	if (!account_identities(as, s->tenant->id, account, s->arena, &ids, &n, e)) return false;
	for (size_t i = 0; i < n && !*found; i++) {
		struct err none = { 0 };
		*found = sso_provider_get(s, ids[i].provider, out, &none) && out->kind == SSO_OIDC && out->enabled;
	}
	return true;
}

bool sso_logout_url(const struct sso_scene *s, struct accounts *as, int64_t account, struct str *out, struct err *e)
{
	struct sso_provider p;
	struct sso_oidc o;
	bool found, known;
	auto_buf b = BUF_INIT(URL_BYTES);
	*out = STR("");
	if (!provider_of(s, as, account, &p, &found, e)) return false;
	if (!found) return true;
	if (!sso_oidc_recall(s, &p, &o, &known, e)) return false;
	if (!known) return true;
	if (o.end_session.n) {
		buf_put(&b, o.end_session);
		buf_put_char(&b, str_find_char(o.end_session, '?') >= 0 ? '&' : '?');
		buf_lit(&b, "client_id=");
		text_put_url(&b, p.client_id);
		buf_lit(&b, "&post_logout_redirect_uri=");
		text_put_url(&b, arena_join(s->arena, s->origin, STR("/")));
		if (!b.over) *out = arena_str(s->arena, buf_str(&b));
	}
	sso_oidc_done(&o);
	return true;
}

/* --- told by the provider ---------------------------------------------------------------------------------- */

/* The issuer that a token names, unchecked: only to find the provider whose keys will check it. */
static struct str issuer_of(struct arena *a, struct str token)
{
	struct str rest = token, part, payload;
	auto_json *doc = NULL;
	struct err e = { 0 };
	if (token.n > SSO_TOKEN_BYTES || !token.n || !str_cut(&rest, '.', &part) || !str_cut(&rest, '.', &part)) return STR("");
	if (!crypt_base64url_decode(a, part, &payload) || !json_read(payload, &doc, &e)) return STR("");
	return arena_str(a, json_text(json_get(json_root(doc), "iss")));
}

static bool check_left(const struct sso_scene *s, const struct sso_provider *p, struct str token, struct account_identity *who, struct err *e)
{
	struct sso_oidc o;
	struct json_doc *claims = NULL;
	struct sso_expect x = { .logout = true };
	const char *reason = "";
	bool fresh = false;
	if (!sso_oidc_discover(s, p, &o, e)) return false;
	bool ok = sso_id_token(s, p, &o, token, &x, &claims, &reason, e);
	if (ok) {
		*who = (struct account_identity){ .provider = p->id, .subject = arena_str(s->arena, json_text(json_get(json_root(claims), "sub"))) };
		ok = sso_use_once(s, p->id, json_text(json_get(json_root(claims), "jti")), clock_now().us + SSO_DAY_US, &fresh, e);
		if (ok && !fresh) ok = sso_refuse(s, p->id, "replay", &reason, e);
	}
	json_free(claims);
	sso_oidc_done(&o);
	return ok;
}

bool sso_oidc_left(const struct sso_scene *s, struct accounts *as, struct str token, int64_t *account, struct err *e)
{
	struct sso_provider *all;
	size_t n;
	struct account_identity who;
	struct str issuer = issuer_of(s->arena, token);
	const char *reason;
	if (!sso_provider_list(s, &all, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (all[i].kind == SSO_OIDC && all[i].enabled && issuer.n && str_eq(all[i].issuer, issuer))
			return check_left(s, &all[i], token, &who, e) && account_by_identity(as, s->tenant->id, &who, account, e);
	return sso_refuse(s, STR(""), "issuer", &reason, e);
}

/* --- about us ------------------------------------------------------------------------------------------------ */

void sso_put_client_info(const struct sso_scene *s, struct buf *b)
{
	struct json_out j = JSON_OUT(b);
	struct str title = tenant_setting(s->tenant, "title");
	json_open(&j, '{');
	json_member(&j, "client_name", title.n ? title : s->tenant->host);
	json_member(&j, "application_type", STR("web"));
	json_member(&j, "client_uri", arena_join(s->arena, s->origin, STR("/")));
	json_key(&j, STR("redirect_uris"));
	json_open(&j, '[');
	json_put(&j, arena_join(s->arena, s->origin, STR("/oidc/authenticate")));
	json_close(&j, ']');
	json_key(&j, STR("post_logout_redirect_uris"));
	json_open(&j, '[');
	json_put(&j, arena_join(s->arena, s->origin, STR("/")));
	json_close(&j, ']');
	json_member(&j, "backchannel_logout_uri", arena_join(s->arena, s->origin, STR("/oidc/backchannel_logout")));
	json_member_bool(&j, "backchannel_logout_session_required", false);
	json_key(&j, STR("grant_types"));
	json_open(&j, '[');
	json_put(&j, STR("authorization_code"));
	json_close(&j, ']');
	json_key(&j, STR("response_types"));
	json_open(&j, '[');
	json_put(&j, STR("code"));
	json_close(&j, ']');
	json_member(&j, "scope", STR("openid profile email"));
	json_close(&j, '}');
}

/* --- a look ------------------------------------------------------------------------------------------------------ */

struct str sso_finding_text(const struct sso_finding *f, const struct i18n_lang *l, struct arena *a)
{
	auto_buf b = BUF_INIT(URL_BYTES);
	i18n_put_filled(&b, i18n_text(l, f->sentence), &f->arg, 1);
	return arena_str(a, buf_str(&b));
}

static void found(const struct sso_scene *s, struct sso_finding *list, size_t *n, bool good, const char *sentence, struct str arg)
{
	list[(*n)++] = (struct sso_finding){ good, sentence, arena_str(s->arena, arg) };
}

bool sso_oidc_test(const struct sso_scene *s, const struct sso_provider *p, struct sso_finding **out, size_t *n, struct err *e)
{
	struct sso_finding *list = arena_array(s->arena, struct sso_finding, 8);
	struct sso_oidc o;
	struct err own = { 0 };
	struct str keys;
	auto_json *doc = NULL;
	(void)e;
	*n = 0;
	*out = list;
	if (!sso_oidc_discover(s, p, &o, &own)) {
		found(s, list, n, false, N_("The discovery document could not be had: {0}"), str_of(own.pub));
		return true;
	}
	found(s, list, n, true, N_("The discovery document is of this issuer and names its endpoints."), STR(""));
	const struct json_node *methods = json_get(json_root(o.doc), "code_challenge_methods_supported");
	bool pkce = false;
	for (size_t i = 0; i < json_count(methods); i++) pkce = pkce || str_eq(json_text(json_at(methods, i)), STR("S256"));
	if (!pkce) found(s, list, n, true, N_("The provider does not say that it checks PKCE (S256); the code is sent with it all the same."), STR(""));
	if (!sso_fetch_json(s, o.jwks, &keys, &own) || !json_read(keys, &doc, &own))
		found(s, list, n, false, N_("The keys could not be had: {0}"), str_of(own.pub));
	else
		found(s, list, n, json_count(json_get(json_root(doc), "keys")) > 0, N_("Number of keys of the provider: {0}"),
		      arena_printf(s->arena, "%zu", json_count(json_get(json_root(doc), "keys"))));
	if (!p->has_secret) found(s, list, n, true, N_("There is no client secret: the portal is a public client there."), STR(""));
	if (!o.end_session.n) found(s, list, n, true, N_("The provider offers no sign-out of its own."), STR(""));
	sso_oidc_done(&o);
	return true;
}
