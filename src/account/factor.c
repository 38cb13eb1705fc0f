/* Second factors: codes of an authenticator (RFC 6238) and recovery codes. The secret of an authenticator is sealed by the vault;
 * the store alone opens nothing. A code is good once: the step it belongs to is kept and never taken again. */
#include "account/inside.h"
#include <qrencode.h>

enum { STEP_SECONDS = 30, DIGITS = 6, ENROL_S = 600, RECOVERY_BYTES = 15, RECOVERY_LETTERS = 24, SALT_BYTES = 8 };
enum { FACTOR_TOTP = 2, FACTOR_RECOVERY = 4 };

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static void put_base32(const unsigned char *bytes, size_t n, char *out)
{
	size_t at = 0;
	for (size_t bit = 0; bit < n * 8; bit += 5) {
		unsigned v = 0;
		for (size_t k = 0; k < 5; k++) v = v << 1 | (bit + k < n * 8 ? (unsigned)bytes[(bit + k) / 8] >> (7 - (bit + k) % 8) & 1u : 0u);
		out[at++] = base32[v];
	}
	out[at] = '\0';
}

/* --- RFC 6238 --------------------------------------------------------------------------------------------------- */

void account_totp_code(const unsigned char secret[ACCOUNT_TOTP_BYTES], int64_t step, char out[7])
{
	unsigned char message[8], mac[CRYPT_SHA1];
	for (int i = 0; i < 8; i++) message[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
	crypt_hmac_sha1(str_make((const char *)secret, ACCOUNT_TOTP_BYTES), str_make((const char *)message, sizeof message), mac);
	unsigned at = mac[CRYPT_SHA1 - 1] & 0xf;
	uint32_t n = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 | (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	n %= 1000000;
	for (int i = DIGITS - 1; i >= 0; i--, n /= 10) out[i] = (char)('0' + n % 10);
	out[DIGITS] = '\0';
	crypt_wipe(mac, sizeof mac);
}

int64_t account_totp_step(const unsigned char secret[ACCOUNT_TOTP_BYTES], struct str code, struct instant now, int64_t last)
{
	int64_t step = now.us / ACCOUNT_SECOND_US / STEP_SECONDS, found = -1;
	char want[DIGITS + 1];
	for (int64_t s = step - 1; s <= step; s++) {
		account_totp_code(secret, s, want);
		if (crypt_equal(code, str_make(want, DIGITS)) && s > last) found = s;
	}
	return found;
}

/* --- recovery codes ------------------------------------------------------------------------------------------------ */

static void recovery_hash(const unsigned char salt[SALT_BYTES], struct str letters, char out[2 * (SALT_BYTES + CRYPT_SHA256) + 1])
{
	unsigned char whole[SALT_BYTES + CRYPT_SHA256];
	struct crypt_sha256_state h;
	crypt_sha256_start(&h);
	crypt_sha256_add(&h, str_make((const char *)salt, SALT_BYTES));
	crypt_sha256_add(&h, letters);
	memcpy(whole, salt, SALT_BYTES);
	crypt_sha256_end(&h, whole + SALT_BYTES);
	crypt_hex(whole, sizeof whole, out);
}

static bool make_codes(struct store_tx *tx, const struct account_scene *s, int64_t account, char codes[ACCOUNT_RECOVERY_CODES][ACCOUNT_RECOVERY_TEXT], struct err *e)
{
	if (!account_run(tx, ACCOUNT_Q(recovery_drop), s, account, e)) return false;
	for (size_t i = 0; i < ACCOUNT_RECOVERY_CODES; i++) {
		unsigned char bytes[RECOVERY_BYTES], salt[SALT_BYTES];
		char letters[RECOVERY_LETTERS + 1], hash[2 * (SALT_BYTES + CRYPT_SHA256) + 1];
		crypt_random(bytes, sizeof bytes);
		crypt_random(salt, sizeof salt);
		put_base32(bytes, sizeof bytes, letters);
		recovery_hash(salt, str_of(letters), hash);
		if (!store_run(tx, ACCOUNT_Q(recovery_put), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(str_of(hash))), e)) return false;
		for (size_t k = 0, at = 0; k < RECOVERY_LETTERS; k++) {
			if (k && k % 6 == 0) codes[i][at++] = '-';
			codes[i][at++] = letters[k];
			codes[i][at] = '\0';
		}
	}
	return true;
}

static int nibble(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0; }

static bool find_code(struct store_tx *tx, const struct account_scene *s, int64_t account, struct str letters, struct str *found, size_t *left, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	*left = 0;
	*found = STR("");
	if (!store_ask(tx, ACCOUNT_Q(recovery_list), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(account)), &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct str kept = store_text(r, 0);
		unsigned char salt[SALT_BYTES];
		char want[2 * (SALT_BYTES + CRYPT_SHA256) + 1];
		if (kept.n != sizeof want - 1) continue;
		for (size_t i = 0; i < SALT_BYTES; i++) salt[i] = (unsigned char)(nibble(kept.p[2 * i]) << 4 | nibble(kept.p[2 * i + 1]));
		recovery_hash(salt, letters, want);
		if (crypt_equal(kept, str_of(want))) *found = arena_str(s->arena, kept);
		else ++*left;
	}
	store_stop(r);
	return step == STORE_DONE;
}

static bool use_recovery(struct store_tx *tx, const struct account_scene *s, const struct account_private *p, struct str letters, unsigned *factor, size_t *left, struct err *e)
{
	struct str found;
	struct account who = { .email = p->email, .language = p->language };
	if (!find_code(tx, s, p->id, letters, &found, left, e)) return false;
	if (!found.n) return true;
	if (!store_run(tx, ACCOUNT_Q(recovery_use), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(p->id), VALUE_OF_TEXT(found)), e)) return false;
	if (store_changes(tx) != 1) return true;
	*factor = FACTOR_RECOVERY;
	account_note(s, EVENT_RECOVERY_USED, p->id, STR(""), STR(""));
	return account_letter_notice(tx, s, &who, N_("A recovery code was used at {0}"),
	                             N_("Somebody signed in to your account with one of your recovery codes. If it was you, nothing needs doing; the code is used up. If not, please change your password at once."), e);
}

/* What was typed, without blanks and hyphens, in capitals; false when it is too long to be a code. */
static bool tidy(struct str code, char out[RECOVERY_LETTERS + 1], size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i];
		if (c == ' ' || c == '-' || c == '\t') continue;
		if (*n == RECOVERY_LETTERS) return false;
		out[(*n)++] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
	}
	out[*n] = '\0';
	return true;
}

static bool open_secret(const struct account_scene *s, struct str sealed, unsigned char out[ACCOUNT_TOTP_BYTES], struct err *e)
{
	struct str plain;
	if (!vault_unseal(s->vault, s->tenant->host, STR("totp"), sealed, s->arena, &plain, e)) return false;
	if (plain.n != ACCOUNT_TOTP_BYTES) return err_set(e, ERR_SYSTEM, "the secret of a second factor has the wrong length");
	memcpy(out, plain.p, plain.n);
	return true;
}

bool account_code_check(struct store_tx *tx, const struct account_scene *s, const struct account_private *p, struct str code,
                        unsigned *factor, size_t *left, struct err *e)
{
	char given[RECOVERY_LETTERS + 1];
	unsigned char secret[ACCOUNT_TOTP_BYTES];
	size_t n;
	*factor = 0;
	if (!p->totp.n || !tidy(code, given, &n)) return true;
	if (n == RECOVERY_LETTERS) return use_recovery(tx, s, p, str_make(given, n), factor, left, e);
	if (n != DIGITS) return true;
	if (!open_secret(s, p->totp, secret, e)) return false;
	int64_t step = account_totp_step(secret, str_make(given, n), clock_now(), p->step);
	crypt_wipe(secret, sizeof secret);
	if (step < 0) return true;
	if (!store_run(tx, ACCOUNT_Q(account_step), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(p->id), VALUE_OF_INT(step)), e)) return false;
	if (store_changes(tx) == 1) *factor = FACTOR_TOTP;
	return true;
}

/* --- enrolment -------------------------------------------------------------------------------------------------------- */

/* The address that authenticators read: issuer and account, the secret in base32. */
static void describe(const struct account_scene *s, struct str email, const unsigned char secret[ACCOUNT_TOTP_BYTES], struct account_enrolment *out)
{
	put_base32(secret, ACCOUNT_TOTP_BYTES, out->secret);
	auto_buf b = BUF_INIT(8192);
	struct str parts[2] = { s->tenant->host, email };
	buf_lit(&b, "otpauth://totp/");
	for (size_t i = 0; i < 2; i++) {
		if (i) buf_put_char(&b, ':');
		for (size_t k = 0; k < parts[i].n; k++) {
			char c = parts[i].p[k];
			bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
			if (plain) buf_put_char(&b, c);
			else buf_printf(&b, "%%%02X", (unsigned char)c);
		}
	}
	buf_printf(&b, "?secret=%s&issuer=%.*s&algorithm=SHA1&digits=6&period=30", out->secret, STR_ARG(s->tenant->host));
	out->uri = arena_str(s->arena, buf_str(&b));
}

bool account_enrol_begin(const struct account_scene *s, int64_t account, struct account_enrolment *out, struct err *e)
{
	unsigned char secret[ACCOUNT_TOTP_BYTES];
	auto_buf sealed = BUF_INIT(4096);
	struct account who;
	struct store_tx *tx;
	*out = (struct account_enrolment){ 0 };
	crypt_random(secret, sizeof secret);
	if (!vault_seal(s->vault, s->tenant->host, STR("totp"), str_make((const char *)secret, sizeof secret), &sealed, e) || !account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, account, s->arena, &who, e) && account_secret_void(tx, s, account, ACCOUNT_SECRET_ENROL, e) &&
	          account_secret_put(tx, s, ACCOUNT_SECRET_ENROL, account, ENROL_S * ACCOUNT_SECOND_US, buf_str(&sealed), out->token, e);
	if (ok) describe(s, who.email, secret, out);
	crypt_wipe(secret, sizeof secret);
	return account_done(s, tx, ok, e);
}

static bool begun(struct store_tx *tx, const struct account_scene *s, int64_t account, struct str token, struct account_secret *secret,
                  unsigned char plain[ACCOUNT_TOTP_BYTES], struct err *e)
{
	return account_secret_get(tx, s, ACCOUNT_SECRET_ENROL, token, secret, e) &&
	       (secret->account == account || err_set(e, ERR_GONE, "this enrolment is somebody else's")) && open_secret(s, secret->detail, plain, e);
}

bool account_enrol_again(const struct account_scene *s, int64_t account, struct str token, struct account_enrolment *out, struct err *e)
{
	unsigned char plain[ACCOUNT_TOTP_BYTES];
	struct account_secret secret;
	struct account who;
	struct store_tx *tx;
	struct err ignored = { 0 };
	*out = (struct account_enrolment){ 0 };
	if (!store_begin(accounts_store(s->as), STORE_READ, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, account, s->arena, &who, e) && begun(tx, s, account, token, &secret, plain, e);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	if (!ok || token.n >= sizeof out->token) return ok && err_set(e, ERR_GONE, "this enrolment is over");
	memcpy(out->token, token.p, token.n);
	describe(s, who.email, plain, out);
	crypt_wipe(plain, sizeof plain);
	return true;
}

bool account_enrol(const struct account_scene *s, int64_t account, struct str token, struct str code, bool *good,
                   char codes[ACCOUNT_RECOVERY_CODES][ACCOUNT_RECOVERY_TEXT], struct err *e)
{
	unsigned char plain[ACCOUNT_TOTP_BYTES];
	char given[RECOVERY_LETTERS + 1];
	struct account_secret secret;
	struct account who;
	struct store_tx *tx;
	int64_t step = -1, wait_s = 0;
	size_t n = 0;
	*good = false;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, account, s->arena, &who, e) && begun(tx, s, account, token, &secret, plain, e) &&
	          account_throttle(tx, s, ACCOUNT_COUNT_CODE, arena_printf(s->arena, "%lld", (long long)account), &wait_s, e);
	if (ok && !wait_s && tidy(code, given, &n) && n == DIGITS) step = account_totp_step(plain, str_make(given, n), clock_now(), 0);
	crypt_wipe(plain, sizeof plain);
	if (!ok || step < 0) return account_done(s, tx, ok, e);
	*good = true;
	ok = account_secret_use(tx, s, ACCOUNT_SECRET_ENROL, token, &secret, e) &&
	     store_run(tx, ACCOUNT_Q(account_totp), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(secret.detail), VALUE_OF_INT(step)), e) &&
	     make_codes(tx, s, account, codes, e) &&
	     account_unthrottle(tx, s, ACCOUNT_COUNT_CODE, arena_printf(s->arena, "%lld", (long long)account), e) &&
	     account_letter_notice(tx, s, &who, N_("A second factor was added to your account at {0}"),
	                           N_("From now on signing in asks for a code of your authenticator, too. If it was not you, please change your password at once."), e);
	if (!account_done_changed(s, tx, ok, e)) return false;
	account_note(s, EVENT_FACTOR_ADDED, account, STR("totp"), STR(""));
	return true;
}

bool account_unenrol(const struct account_scene *s, int64_t account, struct err *e)
{
	struct account who;
	struct account_who rights;
	struct store_tx *tx;
	if (accounts_who(s->as, s->tenant->id, account, s->arena, &rights) && account_needs_factor(s->tenant, &rights))
		return err_set(e, ERR_FORBIDDEN, "%.*s", STR_ARG(i18n_text(s->lang, N_("This portal asks your account for a second factor. It can be replaced, but not removed."))));
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, account, s->arena, &who, e) && account_run(tx, ACCOUNT_Q(account_drop_totp), s, account, e) &&
	          account_run(tx, ACCOUNT_Q(recovery_drop), s, account, e) &&
	          account_letter_notice(tx, s, &who, N_("The second factor of your account at {0} was removed"),
	                                N_("From now on your password alone signs you in. If it was not you, please change your password at once."), e);
	if (!account_done_changed(s, tx, ok, e)) return false;
	account_note(s, EVENT_FACTOR_REMOVED, account, STR("totp"), STR(""));
	return true;
}

bool account_recovery_renew(const struct account_scene *s, int64_t account, char codes[ACCOUNT_RECOVERY_CODES][ACCOUNT_RECOVERY_TEXT], struct err *e)
{
	struct account who;
	struct store_tx *tx;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, account, s->arena, &who, e) &&
	          (who.second_factor || err_set(e, ERR_CONFLICT, "the account has no second factor")) && make_codes(tx, s, account, codes, e);
	if (!account_done(s, tx, ok, e)) return false;
	account_note(s, EVENT_RECOVERY_MADE, account, STR(""), STR(""));
	return true;
}

/* --- the picture of it ---------------------------------------------------------------------------------------------------- */

static void free_code(QRcode **q) { QRcode_free(*q); }

bool account_qr(struct str text, struct buf *path, int *side)
{
	auto_arena a = ARENA_INIT;
	auto_with(free_code) QRcode *q = QRcode_encodeString8bit(arena_cstr(&a, text), 0, QR_ECLEVEL_M);
	if (!q) return false;
	*side = q->width;
	for (int y = 0; y < q->width; y++)
		for (int x = 0, run = 0; x < q->width; x += run + 1) {
			run = 0;
			while (x + run < q->width && q->data[y * q->width + x + run] & 1) run++;
			if (run) buf_printf(path, "M%d %dh%dv1h-%dz", x, y, run, run);
		}
	return !path->over;
}
