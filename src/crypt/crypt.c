/* The door to libsodium, and to OpenSSL for SHA-256 (its code uses the processor's own instructions, about five times as
 * fast, and every exported byte goes through it) and for what others made with HMAC-SHA-1 and PBKDF2. */
#define OPENSSL_API_COMPAT 0x10100000L /* the streaming calls whose state needs no heap */
#include <openssl/evp.h> /* before ours, whose macro `unused` it uses as a name */
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include "crypt/crypt.h"
#include <assert.h>
#include <sodium.h>

bool crypt_open(struct err *e)
{
	if (sodium_init() >= 0) return true;
	return err_set(e, ERR_SYSTEM, "the system gives no random numbers");
}

/* --- random ----------------------------------------------------------------------------------- */

void crypt_random(void *out, size_t n) { randombytes_buf(out, n); }

static void random_letters(char *out, size_t n, const char *letters, uint32_t count)
{
	/* randombytes_uniform rejects what would make some letters likelier. */
	for (size_t i = 0; i < n; i++) out[i] = letters[randombytes_uniform(count)];
	out[n] = '\0';
}

void crypt_random_base62(char *out, size_t n)
{
	random_letters(out, n, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 62);
}

void crypt_random_base36(char *out, size_t n)
{
	random_letters(out, n, "0123456789abcdefghijklmnopqrstuvwxyz", 36);
}

/* --- digests ---------------------------------------------------------------------------------- */

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)(s.p ? s.p : "");
}

void crypt_sha256(struct str s, unsigned char out[CRYPT_SHA256])
{
	SHA256(bytes_of(s), s.n, out);
}

static_assert(sizeof(SHA256_CTX) <= sizeof(struct crypt_sha256_state),
              "the state fits its box");

void crypt_sha256_start(struct crypt_sha256_state *s)
{
	SHA256_Init((SHA256_CTX *)(void *)s->bytes);
}

void crypt_sha256_add(struct crypt_sha256_state *s, struct str bytes)
{
	SHA256_Update((SHA256_CTX *)(void *)s->bytes, bytes_of(bytes), bytes.n);
}

void crypt_sha256_end(struct crypt_sha256_state *s, unsigned char out[CRYPT_SHA256])
{
	SHA256_Final(out, (SHA256_CTX *)(void *)s->bytes);
}

void crypt_blake2b(struct str s, unsigned char *out, size_t n)
{
	ensure(n >= crypto_generichash_BYTES_MIN && n <= crypto_generichash_BYTES_MAX);
	crypto_generichash(out, n, bytes_of(s), s.n, NULL, 0);
}

void crypt_hex(const unsigned char *bytes, size_t n, char *out)
{
	sodium_bin2hex(out, 2 * n + 1, bytes, n);
}

static void put_base64(struct buf *b, struct str bytes, int variant)
{
	size_t n = sodium_base64_encoded_len(bytes.n, variant);
	char *to = buf_room(b, n);
	if (!to) return;
	sodium_bin2base64(to, n, bytes_of(bytes), bytes.n, variant);
	b->n += n - 1; /* without its NUL */
}

void crypt_put_base64(struct buf *b, struct str bytes) { put_base64(b, bytes, sodium_base64_VARIANT_ORIGINAL); }

void crypt_put_base64url(struct buf *b, struct str bytes)
{
	put_base64(b, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool crypt_base64url_decode(struct arena *a, struct str text, struct str *out)
{
	unsigned char *to = arena_bytes(a, text.n + 1);
	size_t n;
	const char *end;
	/* The library takes some bytes beyond ASCII for letters. */
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80) return false;
	if (sodium_base642bin(to, text.n + 1, text.p ? text.p : "", text.n, NULL, &n, &end,
	                      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return false;
	if (text.n && end != text.p + text.n) return false;
	*out = str_make((const char *)to, n);
	return true;
}

void crypt_hmac(struct str key, struct str message, unsigned char out[CRYPT_MAC])
{
	crypto_auth_hmacsha256_state s;
	crypto_auth_hmacsha256_init(&s, bytes_of(key), key.n);
	crypto_auth_hmacsha256_update(&s, bytes_of(message), message.n);
	crypto_auth_hmacsha256_final(&s, out);
	sodium_memzero(&s, sizeof s);
}

bool crypt_hmac_verify(struct str key, struct str message, struct str mac)
{
	unsigned char want[CRYPT_MAC];
	crypt_hmac(key, message, want);
	return mac.n == sizeof want && sodium_memcmp(want, mac.p, sizeof want) == 0;
}

void crypt_hmac_sha1(struct str key, struct str message, unsigned char out[CRYPT_SHA1])
{
	unsigned int n = CRYPT_SHA1;
	ensure(HMAC(EVP_sha1(), bytes_of(key), (int)key.n, bytes_of(message), message.n, out, &n) && n == CRYPT_SHA1);
}

bool crypt_pbkdf2(struct str password, struct str salt, int iterations, unsigned char out[CRYPT_PBKDF2])
{
	if (password.n > 1 << 20 || salt.n > 1 << 20 || iterations < 1) return false;
	return PKCS5_PBKDF2_HMAC(password.p ? password.p : "", (int)password.n, bytes_of(salt), (int)salt.n, iterations, EVP_sha256(),
	                         CRYPT_PBKDF2, out) == 1;
}

/* --- passwords -------------------------------------------------------------------------------- */

enum { PASSES = 3, MEMORY_KB = 64 << 10 };
static_assert(CRYPT_PASSWORD_TEXT >= crypto_pwhash_STRBYTES, "the text of a hash fits");

static unsigned long long passes_of(const struct crypt_cost *c) { return c->passes ? c->passes : PASSES; }
static size_t bytes_of_cost(const struct crypt_cost *c) { return (c->memory_kb ? c->memory_kb : MEMORY_KB) << 10; }

bool crypt_password_hash_at(const struct crypt_cost *cost, struct str password, char out[CRYPT_PASSWORD_TEXT], struct err *e)
{
	char text[crypto_pwhash_STRBYTES];
	if (crypto_pwhash_str_alg(text, password.p ? password.p : "", password.n, passes_of(cost), bytes_of_cost(cost),
	                          crypto_pwhash_ALG_ARGON2ID13) != 0)
		return err_set(e, ERR_BUSY, "there is not enough memory to protect a password just now");
	memcpy(out, text, sizeof text);
	return true;
}

bool crypt_password_hash(struct str password, char out[CRYPT_PASSWORD_TEXT], struct err *e)
{
	return crypt_password_hash_at(&(struct crypt_cost){ 0 }, password, out, e);
}

bool crypt_password_verify(struct str password, const char *stored)
{
	char text[crypto_pwhash_STRBYTES] = "";
	size_t n = strnlen(stored, sizeof text - 1);
	memcpy(text, stored, n);
	return crypto_pwhash_str_verify(text, password.p ? password.p : "", password.n) == 0;
}

bool crypt_password_dummy_at(const struct crypt_cost *cost, struct str password)
{
	unsigned char out[32];
	static const unsigned char salt[crypto_pwhash_SALTBYTES] = { 1 };
	bool hashed = crypto_pwhash(out, sizeof out, password.p ? password.p : "", password.n, salt, passes_of(cost),
	                            bytes_of_cost(cost), crypto_pwhash_ALG_ARGON2ID13) == 0;
	sodium_memzero(out, sizeof out);
	(void)hashed; /* only the time it took matters */
	return false;
}

bool crypt_password_dummy(struct str password) { return crypt_password_dummy_at(&(struct crypt_cost){ 0 }, password); }

bool crypt_password_is_old_at(const struct crypt_cost *cost, const char *stored)
{
	char text[crypto_pwhash_STRBYTES] = "";
	size_t n = strnlen(stored, sizeof text - 1);
	memcpy(text, stored, n);
	return crypto_pwhash_str_needs_rehash(text, passes_of(cost), bytes_of_cost(cost)) != 0;
}

bool crypt_password_is_old(const char *stored) { return crypt_password_is_old_at(&(struct crypt_cost){ 0 }, stored); }

/* --- secrets ---------------------------------------------------------------------------------- */

bool crypt_equal(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

void crypt_wipe(void *p, size_t n) { sodium_memzero(p, n); }
