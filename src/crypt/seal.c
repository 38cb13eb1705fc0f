/* Keys made of keys, sealing and signing. */
#include "crypt/crypt.h"
#include <assert.h>
#include <sodium.h>

static const unsigned char *bytes_of(struct str s) { return (const unsigned char *)(s.p ? s.p : ""); }

void crypt_hkdf(struct str key, struct str salt, struct str info, unsigned char *out, size_t n)
{
	enum { MOST = 255 * CRYPT_MAC };
	unsigned char secret[CRYPT_MAC], block[CRYPT_MAC] = { 0 };
	ensure(n <= MOST);
	crypt_hmac(salt, key, secret);
	for (size_t at = 0, i = 1; at < n; at += sizeof block, i++) {
		unsigned char number = (unsigned char)i;
		crypto_auth_hmacsha256_state s;
		crypto_auth_hmacsha256_init(&s, secret, sizeof secret);
		if (i > 1) crypto_auth_hmacsha256_update(&s, block, sizeof block);
		crypto_auth_hmacsha256_update(&s, bytes_of(info), info.n);
		crypto_auth_hmacsha256_update(&s, &number, 1);
		crypto_auth_hmacsha256_final(&s, block);
		memcpy(out + at, block, num_min(n - at, sizeof block));
		sodium_memzero(&s, sizeof s);
	}
	sodium_memzero(secret, sizeof secret);
	sodium_memzero(block, sizeof block);
}

enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES };
static_assert(CRYPT_SEAL_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a key of the cipher");

void crypt_seal(const unsigned char key[CRYPT_SEAL_KEY], struct str about, struct str plain, struct buf *out)
{
	unsigned char *to = (unsigned char *)buf_room(out, NONCE + plain.n + TAG);
	unsigned long long n;
	if (!to) return;
	randombytes_buf(to, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(to + NONCE, &n, bytes_of(plain), plain.n, bytes_of(about), about.n, NULL, to, key);
	out->n += NONCE + (size_t)n;
}

bool crypt_unseal(const unsigned char key[CRYPT_SEAL_KEY], struct str about, struct str sealed, struct arena *a, struct str *out)
{
	unsigned long long n;
	const unsigned char *from = bytes_of(sealed);
	if (sealed.n < NONCE + TAG) return false;
	unsigned char *to = arena_bytes(a, sealed.n - NONCE - TAG + 1);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(to, &n, NULL, from + NONCE, sealed.n - NONCE, bytes_of(about), about.n, from, key) != 0)
		return false;
	*out = str_make((const char *)to, (size_t)n);
	return true;
}

static_assert(CRYPT_SIGN_SEED == crypto_sign_SEEDBYTES && CRYPT_SIGN_PUBLIC == crypto_sign_PUBLICKEYBYTES &&
              CRYPT_SIGNATURE == crypto_sign_BYTES, "sizes of Ed25519");

void crypt_sign(const unsigned char seed[CRYPT_SIGN_SEED], struct str message, unsigned char out[CRYPT_SIGNATURE])
{
	unsigned char public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	crypto_sign_seed_keypair(public, secret, seed);
	crypto_sign_detached(out, NULL, bytes_of(message), message.n, secret);
	sodium_memzero(secret, sizeof secret);
}

void crypt_sign_public(const unsigned char seed[CRYPT_SIGN_SEED], unsigned char out[CRYPT_SIGN_PUBLIC])
{
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
	crypto_sign_seed_keypair(out, secret, seed);
	sodium_memzero(secret, sizeof secret);
}

bool crypt_sign_verify(const unsigned char key[CRYPT_SIGN_PUBLIC], struct str message, const unsigned char signature[CRYPT_SIGNATURE])
{
	return crypto_sign_verify_detached(signature, bytes_of(message), message.n, key) == 0;
}
