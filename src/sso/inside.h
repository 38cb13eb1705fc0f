/* What the files of the room share. */
#ifndef SSO_INSIDE_H
#define SSO_INSIDE_H

#include "json/json.h"
#include "sso/sso.h"

#define SSO_DAY_US INT64_C(86400000000)
enum { SSO_JSON_BYTES = 256 * 1024, SSO_TOKEN_BYTES = 64 * 1024, SSO_KEYS = 100, SSO_SKEW_S = 60, SSO_CLAIMS = 64, SSO_CLAIM_BYTES = 1024 };

/* providers.c */
enum sso_query {
#define Q(name, text) SSO_Q_##name,
#define HOUSE(name, text)
#include "sso/queries.def"
#undef Q
#undef HOUSE
	SSO_Q_COUNT
};
enum sso_house {
#define Q(name, text)
#define HOUSE(name, text) SSO_H_##name,
#include "sso/queries.def"
#undef Q
#undef HOUSE
	SSO_H_COUNT
};
extern const struct store_query sso_q[];
extern const struct store_house_query sso_h[];
/* One statement in a transaction of its own; *changed may be NULL. */
bool sso_write(const struct sso_scene *s, enum sso_query q, const struct value *params, size_t n, int64_t *changed, struct err *e) must_use;
bool sso_secret(const struct sso_scene *s, const struct sso_provider *p, struct str *out, struct err *e) must_use;
#define SSO_SEAL_SECRET STR("sso-secret")
#define SSO_SEAL_VERIFIER STR("sso-verifier")

/* transaction.c */
struct sso_transaction {
	struct str provider, nonce, verifier, next, response;
	int64_t link;
};
/* Makes one; state is given once. */
bool sso_transaction_begin(const struct sso_scene *s, const struct sso_start *b, struct str nonce, struct str verifier, char state[SSO_STATE_TEXT],
                           struct err *e) must_use;
/* Takes it away, whatever comes of it: ERR_GONE when it is over, was used, or never was; ERR_FORBIDDEN and *reason when another
 * browser began it. */
bool sso_transaction_end(const struct sso_scene *s, struct str state, struct str binding, struct sso_transaction *out, const char **reason,
                         struct err *e) must_use;
/* Notes that an id was used; false in *fresh when it was before. */
bool sso_use_once(const struct sso_scene *s, struct str provider, struct str id, int64_t until_us, bool *fresh, struct err *e) must_use;
/* ERR_FORBIDDEN with the reason, which the event log gets as well; returns false. */
bool sso_refuse(const struct sso_scene *s, struct str provider, const char *word, const char **reason, struct err *e);
/* 32 random bytes as 43 characters. */
void sso_random(char out[SSO_STATE_TEXT]);
void sso_hash(struct str s, char out[64 + 1]);
bool sso_is_word(struct str s); /* one line of printable text without controls */

/* jose.c */
struct sso_jose_header { struct str alg, kid; };
/* Checks a compact JWS against a key set and gives its payload. `offered`: names of algorithms allowed, a JSON array, or NULL: any of
 * those known. Nothing symmetric, no "none", no "crit". *reason on false: "token", "algorithm", "key", "signature"; *unknown_key: no
 * key of the set has the token's kid, so that a newer set may help. */
bool sso_jose_verify(struct arena *a, struct str token, const struct json_node *keys, const struct json_node *offered, struct str *payload,
                     struct sso_jose_header *header, bool *unknown_key, const char **reason) must_use;
/* The left half of the digest of a text, as at_hash has it, in base64url. */
struct str sso_half_hash(struct arena *a, struct str alg, struct str text);

/* oidc.c */
struct sso_oidc {                   /* a provider's discovery document */
	struct json_doc *doc;
	struct str issuer, authorization, token, userinfo, jwks, end_session;
};
bool sso_oidc_discover(const struct sso_scene *s, const struct sso_provider *p, struct sso_oidc *out, struct err *e) must_use;
/* What is known of it without asking; *known false: nothing. */
bool sso_oidc_recall(const struct sso_scene *s, const struct sso_provider *p, struct sso_oidc *out, bool *known, struct err *e) must_use;
void sso_oidc_done(struct sso_oidc *o);
bool sso_oidc_begin(const struct sso_scene *s, const struct sso_provider *p, const struct sso_start *b, struct str *url, struct err *e) must_use;
bool sso_oidc_test(const struct sso_scene *s, const struct sso_provider *p, struct sso_finding **out, size_t *n, struct err *e) must_use;
bool sso_fetch_json(const struct sso_scene *s, struct str url, struct str *out, struct err *e) must_use;
/* id_token.c: the claims of a token that is good for this sign-in. Fetches keys when needed. */
struct sso_expect { struct str nonce, access_token; bool logout; };
bool sso_id_token(const struct sso_scene *s, const struct sso_provider *p, const struct sso_oidc *o, struct str token, const struct sso_expect *x,
                  struct json_doc **claims, const char **reason, struct err *e) must_use;
/* The checks alone, at a time in seconds; a reason word, or NULL: good. */
const char *sso_id_claims(const struct json_node *claims, struct str issuer, struct str client, const struct sso_expect *x, struct str alg,
                          int64_t now_s, struct arena *a);

/* saml.c */
bool sso_saml_begin(const struct sso_scene *s, const struct sso_provider *p, const struct sso_start *b, struct str *url, struct err *e) must_use;
bool sso_saml_test(const struct sso_scene *s, const struct sso_provider *p, struct sso_finding **out, size_t *n, struct err *e) must_use;

#endif
