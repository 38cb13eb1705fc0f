/* Signed tokens in their compact form (RFC 7515), against the keys of a set (RFC 7517). The algorithm a token names is looked up in a
 * table that holds public-key signatures only, and a key serves only algorithms of its own kind: so neither "none" nor a public
 * key taken for a shared secret is ever in question. */
#include "crypt/crypt.h"
#include "sso/inside.h"

enum { TRIES = 8 };

static bool find_text(const struct json_node *array, struct str wanted)
{
	for (size_t i = 0; i < json_count(array); i++)
		if (str_eq(json_text(json_at(array, i)), wanted)) return true;
	return false;
}

/* --- keys ------------------------------------------------------------------------------------------------ */

static bool number(struct arena *a, const struct json_node *key, const char *name, size_t most, struct str *out)
{
	struct str text = json_text(json_get(key, name));
	return text.n && text.n <= most && crypt_base64url_decode(a, text, out);
}

/* True when a key is of the kind an algorithm needs, and meant for checking signatures with it. */
static bool serves(const struct json_node *key, enum crypt_signature_kind how)
{
	static const struct { const char *kty, *crv; } kinds[] = {
		[CRYPT_RSA] = { "RSA", "" }, [CRYPT_P256] = { "EC", "P-256" }, [CRYPT_P384] = { "EC", "P-384" }, [CRYPT_P521] = { "EC", "P-521" },
		[CRYPT_ED25519] = { "OKP", "Ed25519" },
	};
	enum crypt_key_kind kind = crypt_signature_key(how);
	const struct json_node *use = json_get(key, "use"), *operations = json_get(key, "key_ops"), *alg = json_get(key, "alg");
	if (!str_eq(json_text(json_get(key, "kty")), str_of(kinds[kind].kty))) return false;
	if (kinds[kind].crv[0] && !str_eq(json_text(json_get(key, "crv")), str_of(kinds[kind].crv))) return false;
	if (use && !str_eq(json_text(use), STR("sig"))) return false;
	if (operations && !find_text(operations, STR("verify"))) return false;
	return !alg || str_eq(json_text(alg), crypt_signature_name(how));
}

static bool make_key(struct arena *a, const struct json_node *key, enum crypt_key_kind kind, struct crypt_public **out)
{
	struct str first, second = STR("");
	if (kind == CRYPT_RSA) return number(a, key, "n", 1400, &first) && number(a, key, "e", 12, &second) && crypt_public_key(kind, first, second, out);
	if (!number(a, key, "x", 128, &first)) return false;
	return (kind == CRYPT_ED25519 || number(a, key, "y", 128, &second)) && crypt_public_key(kind, first, second, out);
}

static bool verify_with(struct arena *a, const struct json_node *key, enum crypt_signature_kind how, struct str message, struct str signature)
{
	struct crypt_public *k;
	if (!make_key(a, key, crypt_signature_key(how), &k)) return false;
	bool good = crypt_public_verify(k, how, message, signature);
	crypt_public_free(k);
	return good;
}

/* --- tokens ---------------------------------------------------------------------------------------------- */

struct token { struct str signed_part, header, payload, signature; };

static bool cut(struct arena *a, struct str text, struct token *out)
{
	struct str rest = text, parts[3], more;
	if (!text.n || text.n > SSO_TOKEN_BYTES) return false;
	for (size_t i = 0; i < 3; i++)
		if (!str_cut(&rest, '.', &parts[i])) return false;
	if (str_cut(&rest, '.', &more)) return false;
	*out = (struct token){ .signed_part = str_make(text.p, parts[0].n + 1 + parts[1].n) };
	return crypt_base64url_decode(a, parts[0], &out->header) && crypt_base64url_decode(a, parts[1], &out->payload) &&
	       crypt_base64url_decode(a, parts[2], &out->signature);
}

static bool read_header(struct arena *a, struct str text, struct sso_jose_header *out)
{
	auto_json *doc = NULL;
	struct err e = { 0 };
	if (!json_read(text, &doc, &e)) return false;
	const struct json_node *h = json_root(doc);
	/* "crit" names extensions that must be understood; none is. */
	if (json_kind(h) != JSON_OBJECT || json_get(h, "crit") || json_kind(json_get(h, "alg")) != JSON_TEXT) return false;
	*out = (struct sso_jose_header){ .alg = arena_str(a, json_text(json_get(h, "alg"))), .kid = arena_str(a, json_text(json_get(h, "kid"))) };
	return true;
}

bool sso_jose_verify(struct arena *a, struct str text, const struct json_node *keys, const struct json_node *offered, struct str *payload,
                     struct sso_jose_header *header, bool *unknown_key, const char **reason)
{
	struct token t;
	enum crypt_signature_kind how;
	const struct json_node *list = json_get(keys, "keys");
	size_t tried = 0;
	*unknown_key = false;
	*reason = "token";
	if (!cut(a, text, &t) || !read_header(a, t.header, header)) return false;
	*reason = "algorithm";
	if (!crypt_signature_kind(header->alg, &how) || (json_kind(offered) == JSON_ARRAY && !find_text(offered, header->alg))) return false;
	for (size_t i = 0; i < json_count(list) && i < SSO_KEYS && tried < TRIES; i++) {
		const struct json_node *key = json_at(list, i);
		if (header->kid.n && !str_eq(json_text(json_get(key, "kid")), header->kid)) continue;
		if (!serves(key, how)) continue;
		tried++;
		if (!verify_with(a, key, how, t.signed_part, t.signature)) continue;
		*payload = t.payload;
		return true;
	}
	*unknown_key = tried == 0;
	*reason = tried ? "signature" : "key";
	return false;
}

struct str sso_half_hash(struct arena *a, struct str alg, struct str text)
{
	unsigned char digest[CRYPT_DIGEST_MOST];
	enum crypt_signature_kind how;
	auto_buf b = BUF_INIT(128);
	if (!crypt_signature_kind(alg, &how)) return STR("");
	size_t n = crypt_signature_digest(how, text, digest);
	crypt_put_base64url(&b, str_make((const char *)digest, n / 2));
	return arena_str(a, buf_str(&b));
}
