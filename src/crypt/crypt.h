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

/* secret.c */
bool crypt_equal(struct str a, struct str b); /* time depends on lengths only */
void crypt_wipe(void *p, size_t n);

#endif
