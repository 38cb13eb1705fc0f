/* One-time secrets: 256 random bits that are told once, in a letter or a hidden field, and kept as SHA-256. Using one is one
 * statement that takes its row away, so that of two uses at the same moment one succeeds. */
#include "account/inside.h"

enum { SECRET_BYTES = 32, HASH_TEXT = 2 * CRYPT_SHA256 + 1 };

static void hash_of(struct str token, char out[HASH_TEXT])
{
	unsigned char digest[CRYPT_SHA256];
	crypt_sha256(token, digest);
	crypt_hex(digest, sizeof digest, out);
}

bool account_secret_put(struct store_tx *tx, const struct account_scene *s, int kind, int64_t account, int64_t life_us, struct str detail,
                        char token[ACCOUNT_TOKEN_TEXT], struct err *e)
{
	unsigned char bytes[SECRET_BYTES];
	char hash[HASH_TEXT];
	struct buf b = { .p = token, .cap = ACCOUNT_TOKEN_TEXT, .max = ACCOUNT_TOKEN_TEXT };
	int64_t now = clock_now().us;
	crypt_random(bytes, sizeof bytes);
	crypt_put_base64url(&b, str_make((const char *)bytes, sizeof bytes));
	ensure(!b.over && b.n == ACCOUNT_TOKEN_TEXT - 1);
	token[b.n] = '\0';
	crypt_wipe(bytes, sizeof bytes);
	hash_of(str_of(token), hash);
	struct value owner = account ? VALUE_OF_INT(account) : VALUE_NULL_OF(VALUE_INT);
	return store_run(tx, ACCOUNT_Q(secret_put), s->tenant->id,
	                 STORE_PARAMS(VALUE_OF_TEXT(str_of(hash)), VALUE_OF_INT(kind), owner, VALUE_OF_INT(now), VALUE_OF_INT(now + life_us),
	                              VALUE_OF_TEXT(detail)), e);
}

bool account_secret_get(struct store_tx *tx, const struct account_scene *s, int kind, struct str token, struct account_secret *out, struct err *e)
{
	char hash[HASH_TEXT];
	struct store_rows *r;
	hash_of(token, hash);
	if (!store_ask(tx, ACCOUNT_Q(secret_get), s->tenant->id,
	               STORE_PARAMS(VALUE_OF_TEXT(str_of(hash)), VALUE_OF_INT(kind), VALUE_OF_INT(clock_now().us)), &r, e))
		return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW)
		*out = (struct account_secret){ .account = store_int(r, 0), .detail = arena_str(s->arena, store_text(r, 1)), .tries = store_int(r, 2) };
	store_stop(r);
	return step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_GONE, "this link is no longer good"));
}

bool account_secret_use(struct store_tx *tx, const struct account_scene *s, int kind, struct str token, struct account_secret *out, struct err *e)
{
	char hash[HASH_TEXT];
	hash_of(token, hash);
	if (!account_secret_get(tx, s, kind, token, out, e) ||
	    !store_run(tx, ACCOUNT_Q(secret_use), s->tenant->id,
	               STORE_PARAMS(VALUE_OF_TEXT(str_of(hash)), VALUE_OF_INT(kind), VALUE_OF_INT(clock_now().us)), e))
		return false;
	return store_changes(tx) == 1 || err_set(e, ERR_GONE, "this link is no longer good");
}

bool account_secret_try(struct store_tx *tx, const struct account_scene *s, struct str token, struct err *e)
{
	char hash[HASH_TEXT];
	hash_of(token, hash);
	return store_run(tx, ACCOUNT_Q(secret_try), s->tenant->id, STORE_PARAMS(VALUE_OF_TEXT(str_of(hash))), e);
}

bool account_secret_void(struct store_tx *tx, const struct account_scene *s, int64_t account, int kind, struct err *e)
{
	return store_run(tx, ACCOUNT_Q(secret_void), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_INT(kind)), e);
}

/* --- what only signing in reads ------------------------------------------------------------------------- */

static bool read_private(struct store_tx *tx, const struct account_scene *s, const struct store_query *q, struct value by,
                         struct account_private *out, struct err *e)
{
	struct store_rows *r;
	struct arena *a = s->arena;
	*out = (struct account_private){ .state = ACCOUNT_DISABLED };
	if (!store_ask(tx, q, s->tenant->id, STORE_PARAMS(by), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW)
		*out = (struct account_private){
			.hash = arena_str(a, store_text(r, 0)), .state = (enum account_state)store_int(r, 1),
			.expired = !store_is_null(r, 2) && store_int(r, 2) <= clock_now().us, .must_change = store_int(r, 3) != 0,
			.totp = arena_str(a, store_text(r, 4)), .step = store_int(r, 5), .failures = store_int(r, 6),
			.suspended = store_int(r, 7) != 0, .email = arena_str(a, store_text(r, 8)), .name = arena_str(a, store_text(r, 9)),
			.language = arena_str(a, store_text(r, 10)), .id = store_int(r, 11) };
	store_stop(r);
	return step != STORE_FAILED;
}

bool account_private_of(struct store_tx *tx, const struct account_scene *s, struct str email, struct account_private *out, struct err *e)
{
	return read_private(tx, s, ACCOUNT_Q(account_secrets), VALUE_OF_TEXT(email), out, e);
}

bool account_private_by(struct store_tx *tx, const struct account_scene *s, int64_t id, struct account_private *out, struct err *e)
{
	return read_private(tx, s, ACCOUNT_Q(account_secrets_of), VALUE_OF_INT(id), out, e);
}

/* --- upkeep -------------------------------------------------------------------------------------------------- */

static bool sweep(struct store_tx *tx, const struct store_house_query *q, const int64_t *at, size_t nat, int64_t *n, struct err *e)
{
	struct value v[2];
	for (size_t i = 0; i < nat; i++) v[i] = VALUE_OF_INT(at[i]);
	if (!store_run_house(tx, q, v, nat, e)) return false;
	*n += store_changes(tx);
	return true;
}

static bool sweep_once(struct accounts *as, int64_t *gone, int64_t *accounts, struct err *e)
{
	enum { UNVERIFIED_DAYS = 7, COUNT_DAYS = 2 };
	struct store_tx *tx;
	int64_t now = clock_now().us;
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	int64_t counts = now - COUNT_DAYS * ACCOUNT_DAY_US, people[2] = { now, now - UNVERIFIED_DAYS * ACCOUNT_DAY_US };
	bool ok = sweep(tx, ACCOUNT_H(sweep_secrets), &now, 1, gone, e) && sweep(tx, ACCOUNT_H(sweep_throttle), &counts, 1, gone, e) &&
	          sweep(tx, ACCOUNT_H(sweep_accounts), people, 2, accounts, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool accounts_sweep(struct accounts *as, int64_t *n, struct err *e)
{
	enum { BATCHES = 1000 };
	int64_t gone = 0, accounts = 0, before = -1;
	bool ok = true;
	/* Small batches, so that others get the pen in between. */
	for (int i = 0; ok && i < BATCHES && gone + accounts != before; i++) {
		before = gone + accounts;
		ok = sweep_once(as, &gone, &accounts, e);
	}
	*n = gone + accounts;
	return ok && (!accounts || accounts_changed(as, (struct tenant_id){ 0 }, e));
}

bool accounts_reread(struct accounts *as, struct tenant_id t, struct err *e) { return accounts_changed(as, t, e); }

bool accounts_after_restore(struct accounts *as, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = store_run_house(tx, ACCOUNT_H(restored_epochs), STORE_NONE, e) && store_run_house(tx, ACCOUNT_H(restored_secrets), STORE_NONE, e) &&
	          store_run_house(tx, ACCOUNT_H(restored_throttle), STORE_NONE, e);
	return account_end(as, tx, (struct tenant_id){ 0 }, ok, e);
}
