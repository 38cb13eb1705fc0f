/* Signatures made by others, as JOSE names them (RFC 7518, RFC 8037): OpenSSL does the work. A key that is too small, or not of
 * its curve, is no key. */
#include <stddef.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
/* Last: its word `unused` is a name in the headers above. */
#include "crypt/crypt.h"

enum { RSA_LEAST = 2048, RSA_MOST = 8192, EC_COORDINATE = 66 };

static const struct algorithm { const char *name; enum crypt_key_kind kind; const char *digest; size_t coordinate; bool pss; } algorithms[] = {
	[CRYPT_RS256] = { "RS256", CRYPT_RSA, "SHA256", 0, false },    [CRYPT_RS384] = { "RS384", CRYPT_RSA, "SHA384", 0, false },
	[CRYPT_RS512] = { "RS512", CRYPT_RSA, "SHA512", 0, false },    [CRYPT_PS256] = { "PS256", CRYPT_RSA, "SHA256", 0, true },
	[CRYPT_PS384] = { "PS384", CRYPT_RSA, "SHA384", 0, true },     [CRYPT_PS512] = { "PS512", CRYPT_RSA, "SHA512", 0, true },
	[CRYPT_ES256] = { "ES256", CRYPT_P256, "SHA256", 32, false },  [CRYPT_ES384] = { "ES384", CRYPT_P384, "SHA384", 48, false },
	[CRYPT_ES512] = { "ES512", CRYPT_P521, "SHA512", 66, false },  [CRYPT_EDDSA] = { "EdDSA", CRYPT_ED25519, "SHA512", 0, false },
};

bool crypt_signature_kind(struct str name, enum crypt_signature_kind *out)
{
	for (size_t i = 0; i < COUNT_OF(algorithms); i++) {
		if (!str_eq(name, str_of(algorithms[i].name))) continue;
		*out = (enum crypt_signature_kind)i;
		return true;
	}
	return false;
}

struct str crypt_signature_name(enum crypt_signature_kind k) { return str_of(algorithms[k].name); }
enum crypt_key_kind crypt_signature_key(enum crypt_signature_kind k) { return algorithms[k].kind; }

/* --- keys --------------------------------------------------------------------------------------------- */

static const unsigned char *bytes_of(struct str s) { return (const unsigned char *)(s.p ? s.p : ""); }

static EVP_PKEY *make(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	if (c && params && (EVP_PKEY_fromdata_init(c) != 1 || EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)) key = NULL;
	EVP_PKEY_CTX_free(c);
	OSSL_PARAM_free(params);
	if (!key) return NULL;
	/* Points off their curve end here. */
	EVP_PKEY_CTX *check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool good = check && EVP_PKEY_public_check(check) == 1;
	EVP_PKEY_CTX_free(check);
	if (good) return key;
	EVP_PKEY_free(key);
	return NULL;
}

static EVP_PKEY *rsa_key(struct str n, struct str e)
{
	if (n.n > RSA_MOST / 8 + 1 || e.n > 8) return NULL;
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *bn = BN_bin2bn(bytes_of(n), (int)n.n, NULL), *be = BN_bin2bn(bytes_of(e), (int)e.n, NULL);
	EVP_PKEY *key = NULL;
	bool fits = b && bn && be && BN_num_bits(bn) >= RSA_LEAST && BN_num_bits(bn) <= RSA_MOST && BN_is_odd(be) && BN_num_bits(be) > 1;
	if (fits && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, bn) == 1 && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, be) == 1)
		key = make("RSA", OSSL_PARAM_BLD_to_param(b));
	OSSL_PARAM_BLD_free(b);
	BN_free(bn);
	BN_free(be);
	return key;
}

static EVP_PKEY *ec_key(const char *group, size_t size, struct str x, struct str y)
{
	unsigned char point[1 + 2 * EC_COORDINATE] = { 4 }; /* uncompressed */
	if (x.n != size || y.n != size) return NULL;
	memcpy(point + 1, x.p, size);
	memcpy(point + 1 + size, y.p, size);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;
	if (b && OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * size) == 1)
		key = make("EC", OSSL_PARAM_BLD_to_param(b));
	OSSL_PARAM_BLD_free(b);
	return key;
}

bool crypt_public_key(enum crypt_key_kind kind, struct str first, struct str second, struct crypt_public **out)
{
	EVP_PKEY *key = NULL;
	switch (kind) {
	case CRYPT_RSA: key = rsa_key(first, second); break;
	case CRYPT_P256: key = ec_key("P-256", 32, first, second); break;
	case CRYPT_P384: key = ec_key("P-384", 48, first, second); break;
	case CRYPT_P521: key = ec_key("P-521", 66, first, second); break;
	case CRYPT_ED25519:
		if (first.n == 32) key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes_of(first), first.n);
		break;
	}
	*out = (struct crypt_public *)key;
	return key != NULL;
}

void crypt_public_free(struct crypt_public *k) { EVP_PKEY_free((EVP_PKEY *)k); }

/* --- signatures ----------------------------------------------------------------------------------------- */

static bool verify(EVP_PKEY *key, const struct algorithm *a, struct str message, const unsigned char *signature, size_t n)
{
	EVP_PKEY_CTX *of;
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool eddsa = a->kind == CRYPT_ED25519;
	bool ok = c && EVP_DigestVerifyInit_ex(c, &of, eddsa ? NULL : a->digest, NULL, NULL, key, NULL) == 1;
	if (ok && a->pss) ok = EVP_PKEY_CTX_set_rsa_padding(of, RSA_PKCS1_PSS_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_pss_saltlen(of, RSA_PSS_SALTLEN_DIGEST) == 1;
	ok = ok && EVP_DigestVerify(c, signature, n, bytes_of(message), message.n) == 1;
	EVP_MD_CTX_free(c);
	return ok;
}

/* JOSE puts the two numbers one after the other; OpenSSL wants them in DER. */
static bool verify_ec(EVP_PKEY *key, const struct algorithm *a, struct str message, struct str signature)
{
	unsigned char *der = NULL;
	if (signature.n != 2 * a->coordinate) return false;
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(bytes_of(signature), (int)a->coordinate, NULL), *s = BN_bin2bn(bytes_of(signature) + a->coordinate, (int)a->coordinate, NULL);
	if (!pair || !r || !s || ECDSA_SIG_set0(pair, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(pair);
		return false;
	}
	int n = i2d_ECDSA_SIG(pair, &der);
	bool ok = n > 0 && verify(key, a, message, der, (size_t)n);
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	return ok;
}

bool crypt_public_verify(const struct crypt_public *k, enum crypt_signature_kind how, struct str message, struct str signature)
{
	const struct algorithm *a = &algorithms[how];
	EVP_PKEY *key = (EVP_PKEY *)(uintptr_t)k;
	static const char *const types[] = { [CRYPT_RSA] = "RSA", [CRYPT_P256] = "EC", [CRYPT_P384] = "EC", [CRYPT_P521] = "EC", [CRYPT_ED25519] = "ED25519" };
	if (EVP_PKEY_is_a(key, types[a->kind]) != 1) return false;
	if (a->coordinate) return verify_ec(key, a, message, signature);
	return verify(key, a, message, bytes_of(signature), signature.n);
}

size_t crypt_signature_digest(enum crypt_signature_kind how, struct str message, unsigned char out[CRYPT_DIGEST_MOST])
{
	size_t n = 0;
	bool ok = EVP_Q_digest(NULL, algorithms[how].digest, NULL, bytes_of(message), message.n, out, &n) == 1;
	ensure(ok);
	return n;
}
