/* Accounts for tests, with a password and a second factor of their choice. Test builds only. */
#include "account/inside.h"

static int value_of(char c) { return c >= 'A' && c <= 'Z' ? c - 'A' : c >= '2' && c <= '7' ? c - '2' + 26 : -1; }

static bool read_base32(struct str s, unsigned char out[ACCOUNT_TOTP_BYTES])
{
	unsigned bits = 0, n = 0;
	size_t at = 0;
	for (size_t i = 0; i < s.n; i++) {
		int v = value_of(s.p[i]);
		if (v < 0) return false;
		bits = bits << 5 | (unsigned)v;
		n += 5;
		if (n < 8) continue;
		n -= 8;
		if (at == ACCOUNT_TOTP_BYTES) return false;
		out[at++] = (unsigned char)(bits >> n);
	}
	return at == ACCOUNT_TOTP_BYTES;
}

bool account_plant(const struct account_scene *s, struct str email, struct str name, struct str role, struct str password, struct str totp, struct err *e)
{
	struct account_new n = { .email = email, .name = name, .role = role.n ? role : STR("member"), .language = STR(""), .message = STR("") };
	unsigned char secret[ACCOUNT_TOTP_BYTES];
	auto_buf sealed = BUF_INIT(4096);
	char hash[ACCOUNT_HASH_TEXT] = "";
	struct store_tx *tx;
	int64_t id = 0;
	if (!account_new_check(s->arena, &n, e)) return false;
	/* A hash of another product goes in as it is, and none for an account without a password. */
	if (str_starts(password, STR("pbkdf2_sha256$")) && password.n < sizeof hash) memcpy(hash, password.p, password.n);
	else if (password.n && !account_hash(s->as, password, hash, e)) return false;
	n.hash = str_of(hash);
	if (totp.n && !read_base32(totp, secret)) return err_set(e, ERR_PARAMETER, "totp: expected 32 letters of base32");
	if (totp.n && !vault_seal(s->vault, s->tenant->host, STR("totp"), str_make((const char *)secret, sizeof secret), &sealed, e)) return false;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_number(tx, ACCOUNT_Q(account_id), s->tenant->id, VALUE_OF_TEXT(n.email), &id, e);
	if (ok && id) ok = account_take_away(tx, s, id, e);
	ok = ok && account_insert(tx, s->tenant->id, &n, &id, e) &&
	     (!totp.n || store_run(tx, ACCOUNT_Q(account_totp), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_TEXT(buf_str(&sealed)), VALUE_OF_INT(0)), e));
	return account_done_changed(s, tx, ok, e);
}
