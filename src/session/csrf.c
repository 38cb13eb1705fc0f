/* Tokens against forged requests (CSR-1 … CSR-6): signed, bound to host and session, never stored. */
#include "session/inside.h"

enum { NONCE = 22, MAC = 41, DIGITS = 62, AT_MAC = 1 + NONCE };
#define GRACE_S INT64_C(2592000) /* 30 days that a key is good for after its successor was made */
static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static int digit(char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
	return c >= 'a' && c <= 'z' ? c - 'a' + 36 : -1;
}

/* The last 41 digits of a big-endian number in base 62. */
static void put_digits(unsigned char number[CRYPT_MAC], char out[MAC])
{
	for (size_t i = MAC; i-- > 0;) {
		unsigned rest = 0;
		for (size_t k = 0; k < CRYPT_MAC; k++) {
			unsigned v = rest << 8 | number[k];
			number[k] = (unsigned char)(v / DIGITS);
			rest = v % DIGITS;
		}
		out[i] = alphabet[rest];
	}
}

void csrf_compose(const unsigned char key[VAULT_KEY], char kid, struct str host, struct str binding, struct str nonce, char out[CSRF_TOKEN + 1])
{
	enum { MESSAGE = 1024 };
	unsigned char mac[CRYPT_MAC];
	auto_buf b = BUF_INIT(MESSAGE);
	ensure(nonce.n == NONCE);
	buf_lit(&b, "csrf1\x1f");
	buf_put(&b, host);
	buf_put_char(&b, 0x1f);
	buf_put(&b, binding);
	buf_put_char(&b, 0x1f);
	buf_put(&b, nonce);
	crypt_hmac(str_make((const char *)key, VAULT_KEY), buf_str(&b), mac);
	out[0] = kid;
	memmove(out + 1, nonce.p, NONCE);
	put_digits(mac, out + AT_MAC);
	out[CSRF_TOKEN] = '\0';
}

bool csrf_make(struct vault *v, struct str host, struct str binding, struct instant now, char out[CSRF_TOKEN + 1])
{
	unsigned char key[VAULT_KEY];
	char nonce[NONCE + 1];
	int64_t now_s = now.us / SECOND_US;
	char kid = vault_kid(v, now_s);
	if (!vault_key(v, kid, VAULT_CSRF, host, now_s, GRACE_S, key)) return false;
	crypt_random_base62(nonce, NONCE);
	csrf_compose(key, kid, host, binding, str_of(nonce), out);
	crypt_wipe(key, sizeof key);
	return true;
}

static bool is_base62(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (digit(s.p[i]) < 0) return false;
	return true;
}

bool csrf_verify(struct vault *v, struct str host, struct str binding, struct instant now, struct str token)
{
	unsigned char key[VAULT_KEY];
	char want[CSRF_TOKEN + 1];
	if (token.n != CSRF_TOKEN || !is_base62(token)) return false;
	/* A key of 30 days is followed even when nobody has asked for a new token since. */
	int64_t now_s = now.us / SECOND_US;
	vault_kid(v, now_s);
	if (!vault_key(v, token.p[0], VAULT_CSRF, host, now_s, GRACE_S, key)) return false;
	csrf_compose(key, token.p[0], host, binding, str_sub(token, 1, NONCE), want);
	crypt_wipe(key, sizeof key);
	return crypt_equal(str_of(want), token);
}

void csrf_mask(struct str token, char out[CSRF_MASKED + 1])
{
	ensure(token.n == CSRF_TOKEN && is_base62(token));
	crypt_random_base62(out, CSRF_TOKEN);
	for (size_t i = 0; i < CSRF_TOKEN; i++) out[CSRF_TOKEN + i] = alphabet[(digit(token.p[i]) + digit(out[i])) % DIGITS];
	out[CSRF_MASKED] = '\0';
}

bool csrf_unmask(struct str given, char out[CSRF_TOKEN + 1])
{
	if ((given.n != CSRF_TOKEN && given.n != CSRF_MASKED) || !is_base62(given)) return false;
	for (size_t i = 0; i < CSRF_TOKEN; i++)
		out[i] = given.n == CSRF_TOKEN ? given.p[i] : alphabet[(digit(given.p[CSRF_TOKEN + i]) - digit(given.p[i]) + DIGITS) % DIGITS];
	out[CSRF_TOKEN] = '\0';
	return true;
}
