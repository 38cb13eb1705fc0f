/* Secrets and digests: the door to libsodium and OpenSSL's libcrypto. Call crypt_open once at start. All else on any
 * thread. */
#ifndef CRYPT_CRYPT_H
#define CRYPT_CRYPT_H

#include "base/base.h"

bool crypt_open(struct err *e) must_use nonnull_all; /* idempotent */

/* random.c */
void crypt_random(void *out, size_t n);
/* n characters of [0-9A-Za-z], each equally likely; out gets n + 1 bytes, the last a NUL. */
void crypt_random_base62(char *out, size_t n);
/* n characters of [a-z0-9], likewise. */
void crypt_random_base36(char *out, size_t n);

/* hash.c */
enum { CRYPT_SHA256 = 32, CRYPT_HASH = 32, CRYPT_MAC = 32 };
void crypt_sha256(struct str s, unsigned char out[CRYPT_SHA256]);
struct crypt_sha256_state { _Alignas(8) unsigned char bytes[128]; };
void crypt_sha256_start(struct crypt_sha256_state *s);
void crypt_sha256_add(struct crypt_sha256_state *s, struct str bytes);
void crypt_sha256_end(struct crypt_sha256_state *s, unsigned char out[CRYPT_SHA256]);
/* BLAKE2b of n bytes (16 … 64), unkeyed: identity of content where nobody demands SHA-256. */
void crypt_blake2b(struct str s, unsigned char *out, size_t n);
/* Lower-case hexadecimal; out gets 2n + 1 bytes. */
void crypt_hex(const unsigned char *bytes, size_t n, char *out);
/* Base64 as in RFC 4648 §4, padded. */
void crypt_put_base64(struct buf *b, struct str bytes);
/* URL-safe base64 without padding: appends to a buf; decodes into the arena, false when
 * malformed. */
void crypt_put_base64url(struct buf *b, struct str bytes);
bool crypt_base64url_decode(struct arena *a, struct str text, struct str *out) must_use;

/* mac.c: HMAC-SHA-256 with a key of any length. */
void crypt_hmac(struct str key, struct str message, unsigned char out[CRYPT_MAC]);
bool crypt_hmac_verify(struct str key, struct str message, struct str mac) must_use;

/* HKDF-SHA-256 (RFC 5869): n bytes (at most 8,160) of a secret for one purpose. */
void crypt_hkdf(struct str key, struct str salt, struct str info, unsigned char *out, size_t n);

/* Authenticated encryption (XChaCha20-Poly1305): appends nonce and cipher text; `about` is bound to it and not kept.
 * Opening gives the plain text in the arena; false when anything was altered. */
enum { CRYPT_SEAL_KEY = 32 };
void crypt_seal(const unsigned char key[CRYPT_SEAL_KEY], struct str about, struct str plain, struct buf *out);
bool crypt_unseal(const unsigned char key[CRYPT_SEAL_KEY], struct str about, struct str sealed, struct arena *a, struct str *out) must_use;

/* Ed25519; the seed is the secret. */
enum { CRYPT_SIGN_SEED = 32, CRYPT_SIGN_PUBLIC = 32, CRYPT_SIGNATURE = 64 };
void crypt_sign(const unsigned char seed[CRYPT_SIGN_SEED], struct str message, unsigned char out[CRYPT_SIGNATURE]);
void crypt_sign_public(const unsigned char seed[CRYPT_SIGN_SEED], unsigned char out[CRYPT_SIGN_PUBLIC]);
bool crypt_sign_verify(const unsigned char key[CRYPT_SIGN_PUBLIC], struct str message, const unsigned char signature[CRYPT_SIGNATURE]) must_use;

/* HMAC-SHA-1, for codes of authenticators (RFC 6238) and nothing else. */
enum { CRYPT_SHA1 = 20 };
void crypt_hmac_sha1(struct str key, struct str message, unsigned char out[CRYPT_SHA1]);
/* PBKDF2 with HMAC-SHA-256, 32 bytes: to verify passwords that come from elsewhere. */
enum { CRYPT_PBKDF2 = 32 };
bool crypt_pbkdf2(struct str password, struct str salt, int iterations, unsigned char out[CRYPT_PBKDF2]) must_use;

/* verify.c: signatures of others by the names of JOSE (RFC 7518 §3.1, RFC 8037); nothing symmetric, and not "none". */
enum crypt_signature_kind {
	CRYPT_RS256, CRYPT_RS384, CRYPT_RS512, CRYPT_PS256, CRYPT_PS384, CRYPT_PS512, CRYPT_ES256, CRYPT_ES384, CRYPT_ES512, CRYPT_EDDSA
};
enum crypt_key_kind { CRYPT_RSA, CRYPT_P256, CRYPT_P384, CRYPT_P521, CRYPT_ED25519 };
bool crypt_signature_kind(struct str name, enum crypt_signature_kind *out) must_use; /* "RS256"; false: not one of these */
struct str crypt_signature_name(enum crypt_signature_kind k);
enum crypt_key_kind crypt_signature_key(enum crypt_signature_kind k);
/* A public key of its numbers, big-endian: RSA n and e (2,048 to 8,192 bits), EC x and y, Ed25519 x. False: it is none. */
struct crypt_public;
bool crypt_public_key(enum crypt_key_kind kind, struct str first, struct str second, struct crypt_public **out) must_use;
void crypt_public_free(struct crypt_public *k_or_null);
bool crypt_public_verify(const struct crypt_public *k, enum crypt_signature_kind how, struct str message, struct str signature) must_use;
/* The digest that goes with a kind of signature (SHA-512 with Ed25519); gives its length. */
enum { CRYPT_DIGEST_MOST = 64 };
size_t crypt_signature_digest(enum crypt_signature_kind how, struct str message, unsigned char out[CRYPT_DIGEST_MOST]);

/* password.c: argon2id (64 MiB, 3 passes); the text holds its own parameters. Slow by design (about
 * 100 ms) and hungry: never on the http thread. */
enum { CRYPT_PASSWORD_TEXT = 128 };
bool crypt_password_hash(struct str password, char out[CRYPT_PASSWORD_TEXT],
                         struct err *e) must_use nonnull_all;
bool crypt_password_verify(struct str password, const char *stored) must_use;
/* Same time as a verification, always false: for unknown names. */
bool crypt_password_dummy(struct str password);
/* True when the stored text was made with other parameters than today's. */
bool crypt_password_is_old(const char *stored);
/* The same at a cost of one's own; zero members are the default. Parallelism is always 1. */
struct crypt_cost { size_t memory_kb; unsigned passes; };
bool crypt_password_hash_at(const struct crypt_cost *cost, struct str password, char out[CRYPT_PASSWORD_TEXT], struct err *e) must_use nonnull_all;
bool crypt_password_dummy_at(const struct crypt_cost *cost, struct str password) nonnull_all;
bool crypt_password_is_old_at(const struct crypt_cost *cost, const char *stored) must_use nonnull_all;

/* secret.c */
bool crypt_equal(struct str a, struct str b); /* time depends on lengths only */
void crypt_wipe(void *p, size_t n);

#endif
