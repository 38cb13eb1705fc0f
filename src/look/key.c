/* The key of a portal by which a program gives its draft another stylesheet and sees it: one at a time, kept as a hash, good for nothing else. */
#include "clock/clock.h"
#include "crypt/crypt.h"
#include "look/inside.h"
#include "store/store.h"

static void hash_of(struct str key, char out[2 * CRYPT_SHA256 + 1])
{
	unsigned char digest[CRYPT_SHA256];
	crypt_sha256(key, digest);
	crypt_hex(digest, CRYPT_SHA256, out);
}

static bool change(struct looks *ls, const struct tenant *t, int query, const struct value *with, size_t n, struct err *e)
{
	struct store_tx *x;
	if (!store_begin(ls->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_run(x, &look_queries[query], t->id, with, n, e);
	struct err ignored = { 0 };
	return store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool look_key_make(struct looks *ls, const struct tenant *t, char text[LOOK_KEY + 1], struct err *e)
{
	char hash[2 * CRYPT_SHA256 + 1];
	crypt_random_base62(text, LOOK_KEY);
	hash_of(str_make(text, LOOK_KEY), hash);
	return change(ls, t, LOOK_Q_key_put, STORE_PARAMS(VALUE_OF_TEXT(str_of(hash)), VALUE_OF_INT(clock_now().us)), e);
}

bool look_key_revoke(struct looks *ls, const struct tenant *t, struct err *e)
{
	return change(ls, t, LOOK_Q_key_drop, STORE_NONE, e);
}

/* `hash` stays empty when there is no key. */
static bool read_key(struct looks *ls, struct tenant_id t, struct look_key *out, char hash[2 * CRYPT_SHA256 + 1], struct err *e)
{
	struct store_tx *x;
	struct store_rows *r;
	struct err ignored = { 0 };
	*out = (struct look_key){ 0 };
	hash[0] = 0;
	if (!store_begin(ls->store, STORE_READ, &x, e))
		return false;
	bool ok = store_ask(x, &look_queries[LOOK_Q_key_get], t, STORE_NONE, &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		ok = step != STORE_FAILED;
		if (step == STORE_ROW && store_text(r, 2).n == 2 * CRYPT_SHA256) {
			*out = (struct look_key){ .made_us = store_int(r, 0), .pushed_us = store_int(r, 1) };
			memcpy(hash, store_text(r, 2).p, 2 * CRYPT_SHA256);
			hash[2 * CRYPT_SHA256] = 0;
		}
		store_stop(r);
	}
	return store_end(x, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool look_key_read(struct looks *ls, const struct tenant *t, struct look_key *out, struct err *e)
{
	char hash[2 * CRYPT_SHA256 + 1];
	return read_key(ls, t->id, out, hash, e);
}

bool look_key_fits(struct looks *ls, const struct tenant *t, struct str key, bool *fits, struct err *e)
{
	char kept[2 * CRYPT_SHA256 + 1];
	char given[2 * CRYPT_SHA256 + 1];
	struct look_key facts;
	*fits = false;
	if (key.n != LOOK_KEY)
		return true;
	if (!read_key(ls, t->id, &facts, kept, e))
		return false;
	hash_of(key, given);
	*fits = kept[0] && crypt_equal(str_of(given), str_of(kept));
	return true;
}
