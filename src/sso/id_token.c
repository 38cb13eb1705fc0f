/* What an ID token must say to be good for one sign-in (OpenID Connect Core §3.1.3.7), and a logout token (Back-Channel Logout §2.6);
 * keys are fetched again when a token is signed with one that is not known. */
#include "crypt/crypt.h"
#include "sso/inside.h"

enum { LOGOUT_AGE_S = 600, ID_AGE_S = 3600, REFETCH_S = 60 };

/* --- the claims ------------------------------------------------------------------------------------------- */

static bool audience_has(const struct json_node *aud, struct str client)
{
	if (json_kind(aud) == JSON_TEXT) return str_eq(json_text(aud), client);
	for (size_t i = 0; i < json_count(aud); i++)
		if (str_eq(json_text(json_at(aud, i)), client)) return true;
	return false;
}

static const char *check_audience(const struct json_node *c, struct str client)
{
	const struct json_node *aud = json_get(c, "aud"), *azp = json_get(c, "azp");
	if (!audience_has(aud, client)) return "audience";
	/* A token for several needs to say for whom it was made; whoever says so says us. */
	if (json_kind(aud) == JSON_ARRAY && json_count(aud) > 1 && !azp) return "audience";
	return !azp || str_eq(json_text(azp), client) ? NULL : "audience";
}

static bool a_number(const struct json_node *n) { return json_kind(n) == JSON_INT || json_kind(n) == JSON_REAL; }

static const char *check_times(const struct json_node *c, bool logout, int64_t now)
{
	const struct json_node *exp = json_get(c, "exp"), *iat = json_get(c, "iat"), *nbf = json_get(c, "nbf");
	if (!a_number(iat) || (!a_number(exp) && !logout)) return "times";
	if (exp && (double)now >= json_real(exp, 0) + SSO_SKEW_S) return "expired";
	if (json_real(iat, 0) > (double)(now + SSO_SKEW_S)) return "times";
	if (json_real(iat, 0) < (double)(now - (logout ? LOGOUT_AGE_S : ID_AGE_S) - SSO_SKEW_S)) return "expired";
	return nbf && (!a_number(nbf) || json_real(nbf, 0) > (double)(now + SSO_SKEW_S)) ? "times" : NULL;
}

static const char *check_logout(const struct json_node *c)
{
	if (json_get(c, "nonce")) return "nonce";
	if (!json_text(json_get(c, "jti")).n) return "token";
	return json_kind(json_get(json_get(c, "events"), "http://schemas.openid.net/event/backchannel-logout")) == JSON_OBJECT ? NULL : "token";
}

const char *sso_id_claims(const struct json_node *c, struct str issuer, struct str client, const struct sso_expect *x, struct str alg, int64_t now_s, struct arena *a)
{
	const struct json_node *at_hash = json_get(c, "at_hash");
	struct str sub = json_text(json_get(c, "sub"));
	if (json_kind(c) != JSON_OBJECT) return "token";
	if (!str_eq(json_text(json_get(c, "iss")), issuer)) return "issuer";
	const char *fault = check_audience(c, client);
	if (!fault) fault = check_times(c, x->logout, now_s);
	if (fault) return fault;
	if (!sub.n || sub.n > 255 || !sso_is_word(sub)) return "subject";
	if (x->logout) return check_logout(c);
	if (!x->nonce.n || !crypt_equal(json_text(json_get(c, "nonce")), x->nonce)) return "nonce";
	if (at_hash && !str_eq(json_text(at_hash), sso_half_hash(a, alg, x->access_token))) return "at_hash";
	return NULL;
}

/* --- the keys ----------------------------------------------------------------------------------------------- */

struct keys { struct str text; int64_t at_us; };

static bool cached_keys(const struct sso_scene *s, struct str provider, struct keys *out, struct err *e)
{
	struct store_tx *t;
	struct store_rows *r;
	*out = (struct keys){ .text = STR("") };
	if (!store_begin(s->store, STORE_READ, &t, e)) return false;
	bool ok = store_ask(t, &sso_q[SSO_Q_cache], s->tenant->id, STORE_PARAMS(VALUE_OF_TEXT(provider)), &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		if (step == STORE_ROW) *out = (struct keys){ arena_str(s->arena, store_text(r, 2)), store_int(r, 3) };
		ok = step != STORE_FAILED;
		store_stop(r);
	}
	return store_end(t, STORE_ROLLBACK, e) && ok;
}

static bool fetch_keys(const struct sso_scene *s, struct str provider, struct str url, struct keys *out, struct err *e)
{
	auto_json *doc = NULL;
	if (!sso_fetch_json(s, url, &out->text, e) || !json_read(out->text, &doc, e)) return false;
	if (json_kind(json_get(json_root(doc), "keys")) != JSON_ARRAY) return err_set(e, ERR_UPSTREAM, "The keys of the identity provider cannot be read.");
	out->at_us = clock_now().us;
	return sso_write(s, SSO_Q_cache_keys, STORE_PARAMS(VALUE_OF_TEXT(provider), VALUE_OF_TEXT(out->text), VALUE_OF_INT(out->at_us)), NULL, e);
}

static bool verify(const struct sso_scene *s, struct str token, struct str keys, const struct json_node *offered, struct str *payload,
                   struct sso_jose_header *h, bool *unknown, const char **reason)
{
	auto_json *doc = NULL;
	struct err e = { 0 };
	*unknown = false;
	*reason = "key";
	return json_read(keys, &doc, &e) && sso_jose_verify(s->arena, token, json_root(doc), offered, payload, h, unknown, reason);
}

/* Keys as known; fetched when there are none, when they are a day old, and once more when the token's is not among them. */
static bool verified(const struct sso_scene *s, const struct sso_provider *p, const struct sso_oidc *o, struct str token, struct str *payload,
                     struct sso_jose_header *h, const char **reason, struct err *e)
{
	struct keys k;
	bool unknown;
	int64_t now = clock_now().us;
	const struct json_node *offered = json_get(json_root(o->doc), "id_token_signing_alg_values_supported");
	if (!cached_keys(s, p->id, &k, e)) return false;
	bool fresh = k.text.n && now - k.at_us < SSO_DAY_US && now >= k.at_us;
	if (!fresh && !fetch_keys(s, p->id, o->jwks, &k, e)) return false;
	if (verify(s, token, k.text, offered, payload, h, &unknown, reason)) return true;
	if (fresh && unknown && now - k.at_us > (int64_t)REFETCH_S * 1000000) {
		if (!fetch_keys(s, p->id, o->jwks, &k, e)) return false;
		if (verify(s, token, k.text, offered, payload, h, &unknown, reason)) return true;
	}
	return sso_refuse(s, p->id, *reason, reason, e);
}

bool sso_id_token(const struct sso_scene *s, const struct sso_provider *p, const struct sso_oidc *o, struct str token, const struct sso_expect *x,
                  struct json_doc **claims, const char **reason, struct err *e)
{
	struct sso_jose_header h;
	struct str payload;
	struct json_doc *doc = NULL;
	struct err own = { 0 };
	if (!verified(s, p, o, token, &payload, &h, reason, e)) return false;
	if (!json_read(payload, &doc, &own)) return sso_refuse(s, p->id, "token", reason, e);
	const char *fault = sso_id_claims(json_root(doc), p->issuer, p->client_id, x, h.alg, clock_now().us / 1000000, s->arena);
	if (fault) {
		json_free(doc);
		return sso_refuse(s, p->id, fault, reason, e);
	}
	*claims = doc;
	return true;
}
