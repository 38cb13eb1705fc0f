/* What people type when they sign in, and hashes of other products: the first byte says which. A password is judged without a
 * fault and always alike, a code of an authenticator is right only when it is the code, and a hash that is read has what
 * its struct promises. */
#include "account/account.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(struct str s)
{
	static const struct str languages[] = { { "en", 2 } };
	struct tenant t = { .host = STR("isoc.example"), .languages = languages, .nlanguages = 1 };
	enum account_fault f = account_password_fault(&t, STR("ada.lovelace@isoc.example"), STR("Ada Lovelace"), true, s);
	ensure(f < ACCOUNT_FAULTS && f == account_password_fault(&t, STR("ada.lovelace@isoc.example"), STR("Ada Lovelace"), true, s));
	ensure(f == ACCOUNT_FINE || account_fault_sentence(f)[0]);
	if (f == ACCOUNT_FINE) ensure(s.n >= 8 && s.n <= ACCOUNT_PASSWORD_BYTES && !account_password_common(s));
}

static void try_code(struct str s)
{
	enum { AT = 1793613600, STEP = 30 };
	static const unsigned char secret[ACCOUNT_TOTP_BYTES] = { 1, 2, 3, 4, 5 };
	char now[7], before[7];
	account_totp_code(secret, AT / STEP, now);
	account_totp_code(secret, AT / STEP - 1, before);
	int64_t step = account_totp_step(secret, s, (struct instant){ AT * INT64_C(1000000) }, 0);
	ensure((step >= 0) == (str_eq(s, str_of(now)) || str_eq(s, str_of(before))));
}

static void read_hash(struct str s)
{
	struct account_pbkdf2 p;
	if (!account_pbkdf2_read(s, &p)) return;
	ensure(p.iterations >= 1 && p.iterations <= 4000000 && p.nsalt >= 1 && p.nsalt <= sizeof p.salt);
	ensure(str_starts(s, STR("pbkdf2_sha256$")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = str_make((const char *)data, size);
	if (!size) return 0;
	if (data[0] == 'c') try_code(str_from(s, 1));
	else if (data[0] == 'h') read_hash(str_from(s, 1));
	else judge(str_from(s, 1));
	return 0;
}
