/* The list of common and breached passwords, as 32-bit fingerprints (scripts/common-passwords.py makes it and says where it comes
 * from). A password is looked up as it is, and without what people hang onto one that was refused: capitals, and digits or
 * marks at its end. */
#include "account/inside.h"
#include "account/common.h"

enum { BUCKETS = 65536, TAIL = 6, LEAST = 6 };

/* Whether a text is an entry. */
static bool listed(struct str s)
{
	unsigned char digest[CRYPT_SHA256];
	size_t at = BUCKETS;
	crypt_sha256(s, digest);
	unsigned bucket = (unsigned)digest[0] << 8 | digest[1];
	for (unsigned i = 0; i < bucket; i++) at += 2u * common_data[i];
	for (unsigned i = 0; i < common_data[bucket]; i++, at += 2)
		if (common_data[at] == digest[2] && common_data[at + 1] == digest[3]) return true;
	return false;
}

static bool is_tail(char c) { return (c >= '0' && c <= '9') || (c && strchr("!?.,;:-_*+#$%&/() ", c)); }

bool account_password_common(struct str password)
{
	char lower[ACCOUNT_PASSWORD_BYTES];
	if (password.n > sizeof lower) return false;
	for (size_t i = 0; i < password.n; i++)
		lower[i] = password.p[i] >= 'A' && password.p[i] <= 'Z' ? (char)(password.p[i] + 32) : password.p[i];
	struct str s = str_make(lower, password.n);
	if (listed(s)) return true;
	for (size_t cut = 1; cut <= TAIL && s.n > LEAST && is_tail(s.p[s.n - 1]); cut++) {
		s.n--;
		if (listed(s)) return true;
	}
	return false;
}
