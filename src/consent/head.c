/* The heads that are signed each day, and what time does to the ledger: a signed head says that everything up to that day was so
 * and not otherwise; when the time of proof is over the texts of an entry go and its hashes stay. */
#include "consent/inside.h"

#include "json/json.h"

static struct str day_text(struct arena *a, int64_t day)
{
	auto_buf b = BUF_INIT(32);
	clock_put_date(&b, (int32_t)day);
	return arena_str(a, buf_str(&b));
}

struct str consent_head_text(struct arena *a, struct str host, struct str date, struct str head)
{
	auto_buf b = BUF_INIT(1024);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "date", date);
	json_member(&j, "domain", host);
	json_member(&j, "head", head);
	json_close(&j, '}');
	return arena_str(a, buf_str(&b));
}

struct str consent_signature(struct consent *c, struct arena *a, struct str host, struct str message)
{
	unsigned char signature[VAULT_SIGNATURE];
	auto_buf b = BUF_INIT(256);
	vault_sign(c->vault, host, message, signature);
	crypt_put_base64url(&b, str_make((const char *)signature, sizeof signature));
	return arena_str(a, buf_str(&b));
}

bool consent_signed(const unsigned char key[VAULT_PUBLIC], struct str message, struct str signature)
{
	auto_arena a = ARENA_INIT;
	struct str bytes;
	if (!crypt_base64url_decode(&a, signature, &bytes) || bytes.n != VAULT_SIGNATURE) return false;
	return vault_verify(key, message, (const unsigned char *)bytes.p);
}

static bool read_heads(struct store_tx *tx, const struct store_query *q, struct tenant_id t, const struct value *params, size_t np,
                       struct arena *a, struct consent_signed_head **out, size_t *n, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	VEC(struct consent_signed_head) v = { 0 };
	if (!store_ask(tx, q, t, params, np, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW)
		vec_push(a, &v, (struct consent_signed_head){ day_text(a, store_int(r, 0)), arena_str(a, store_text(r, 1)), arena_str(a, store_text(r, 2)) });
	store_stop(r);
	*out = v.p;
	*n = v.n;
	return step == STORE_DONE;
}

bool consent_heads(struct consent *c, struct tenant_id t, size_t most, struct arena *a, struct consent_signed_head **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	bool ok = read_heads(tx, CONSENT_Q(head_last), t, STORE_PARAMS(VALUE_OF_INT((int64_t)most)), a, out, n, e);
	bool ended = store_end(tx, STORE_ROLLBACK, &ignored);
	return ok && ended;
}

/* --- what is due -------------------------------------------------------------------------------------------- */

static bool last_hash(struct store_tx *tx, const struct tenant *t, char hash[CONSENT_HEX + 1], struct err *e)
{
	struct store_rows *r;
	consent_first(consent_ledger_name(t), hash);
	if (!store_ask(tx, CONSENT_Q(ledger_last), t->id, STORE_NONE, &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW && store_text(r, 1).n == CONSENT_HEX) memcpy(hash, store_text(r, 1).p, CONSENT_HEX);
	store_stop(r);
	return step != STORE_FAILED;
}

/* A clock that was set back signs nothing for a day that was signed. */
static bool sign_day(struct consent *c, struct store_tx *tx, const struct tenant *t, int64_t day, struct err *e)
{
	auto_arena a = ARENA_INIT;
	char hash[CONSENT_HEX + 1];
	struct consent_signed_head *last;
	size_t n;
	bool held;
	if (!consent_holds(tx, t->id, &held, e)) return false;
	if (held) return true;
	if (!read_heads(tx, CONSENT_Q(head_last), t->id, STORE_PARAMS(VALUE_OF_INT(1)), &a, &last, &n, e)) return false;
	struct str date = day_text(&a, day);
	if (n && str_cmp(last[0].date, date) >= 0) return true;
	if (!last_hash(tx, t, hash, e)) return false;
	struct str signature = consent_signature(c, &a, consent_ledger_name(t), consent_head_text(&a, consent_ledger_name(t), date, str_of(hash)));
	return store_run(tx, CONSENT_Q(head_insert), t->id,
	                 STORE_PARAMS(VALUE_OF_INT(day), VALUE_OF_TEXT(str_of(hash)), VALUE_OF_TEXT(signature)), e);
}

/* --- after a restore ------------------------------------------------------------------------------------------- */

bool consent_holds(struct store_tx *tx, struct tenant_id t, bool *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, CONSENT_Q(hold_get), t, STORE_NONE, &r, e)) return false;
	enum store_step step = store_step(r, e);
	*out = step == STORE_ROW;
	store_stop(r);
	return step != STORE_FAILED;
}

static bool hold(struct store_tx *tx, const struct tenant *t, struct err *e)
{
	auto_arena a = ARENA_INIT;
	char hash[CONSENT_HEX + 1], first[CONSENT_HEX + 1];
	struct consent_signed_head *last;
	size_t n;
	if (!last_hash(tx, t, hash, e) || !read_heads(tx, CONSENT_Q(head_last), t->id, STORE_PARAMS(VALUE_OF_INT(1)), &a, &last, &n, e)) return false;
	consent_first(consent_ledger_name(t), first);
	if (str_eq(str_of(hash), n ? last[0].head : str_of(first))) return true;
	return store_run(tx, CONSENT_Q(hold_set), t->id, STORE_PARAMS(VALUE_OF_TEXT(str_of(hash))), e);
}

bool consent_after_restore(struct consent *c, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct tenant_id *ids;
	struct store_tx *tx;
	struct err ignored = { 0 };
	size_t n = tenants_list(c->tenants, &a, &ids);
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		const struct tenant *t = tenants_hold_or_null(c->tenants, ids[i]);
		if (!t) continue;
		ok = hold(tx, t, e);
		tenant_release(c->tenants, t);
	}
	bool ended = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored);
	return ok && ended;
}

static bool has_entry(struct store_tx *tx, struct tenant_id t, struct str hash, bool *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, CONSENT_Q(ledger_holds_hash), t, STORE_PARAMS(VALUE_OF_TEXT(hash)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	store_stop(r);
	*out = step == STORE_ROW;
	return step != STORE_FAILED;
}

bool consent_went_back(struct consent *c, struct tenant_id now, struct tenant_id was, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct err ignored = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	struct str last = STR("");
	bool kept = true;
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_ask(tx, CONSENT_Q(ledger_last), was, STORE_NONE, &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		if (step == STORE_ROW) last = arena_str(&a, store_text(r, 1));
		store_stop(r);
		ok = step != STORE_FAILED;
	}
	ok = ok && (!last.n || has_entry(tx, now, last, &kept, e)) && (kept || store_run(tx, CONSENT_Q(hold_set), now, STORE_PARAMS(VALUE_OF_TEXT(last)), e));
	bool ended = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored);
	return ok && ended;
}

bool consent_is_held(struct consent *c, struct tenant_id t, bool *out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	bool ok = consent_holds(tx, t, out, e);
	bool ended = store_end(tx, STORE_ROLLBACK, &ignored);
	return ok && ended;
}

bool consent_acknowledge(struct consent *c, struct tenant_id t, bool *was, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = consent_holds(tx, t, was, e) && store_run(tx, CONSENT_Q(hold_end), t, STORE_NONE, e);
	bool ended = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored);
	return ok && ended;
}

/* --- retention -------------------------------------------------------------------------------------------------- */

static int64_t months_before(int64_t us, int64_t months)
{
	struct civil t;
	clock_civil_of_us(us, &t);
	int64_t month = (int64_t)t.year * 12 + t.month - 1 - months;
	t.year = (int32_t)(month / 12);
	t.month = (int)(month % 12) + 1;
	t.day = num_min(t.day, clock_days_in_month(t.year, t.month));
	return clock_us_of_civil(&t);
}

static bool forget(struct store_tx *tx, const struct tenant *t, struct instant now, struct err *e)
{
	int64_t months = tenant_number(t, "consent.proof_months");
	return store_run(tx, CONSENT_Q(ledger_erase), t->id, STORE_PARAMS(VALUE_OF_INT(months_before(now.us, months))), e) &&
	       store_run(tx, CONSENT_Q(rendering_sweep), t->id, STORE_NONE, e);
}

static bool look_after(struct consent *c, const struct tenant *t, struct instant now, bool also_forget, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = sign_day(c, tx, t, now.us / CONSENT_DAY_US, e) && (!also_forget || forget(tx, t, now, e));
	bool ended = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored);
	return ok && ended;
}

bool consent_upkeep(struct consent *c, struct instant now, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct tenant_id *ids;
	bool ok = consent_tally_flush(c, e) && (!consent_waits(c) || consent_drain(c, e));
	lock_take(&c->lock);
	/* A new day, or a clock that went far back. */
	bool due = now.us >= c->next_daily_us || now.us + 2 * CONSENT_DAY_US < c->next_daily_us;
	lock_give(&c->lock);
	if (!ok || !due) return ok;
	size_t n = tenants_list(c->tenants, &a, &ids);
	for (size_t i = 0; ok && i < n; i++) {
		const struct tenant *t = tenants_hold_or_null(c->tenants, ids[i]);
		if (!t) continue;
		ok = look_after(c, t, now, true, e);
		tenant_release(c->tenants, t);
	}
	lock_take(&c->lock);
	if (ok) c->next_daily_us = (now.us / CONSENT_DAY_US + 1) * CONSENT_DAY_US;
	lock_give(&c->lock);
	return ok;
}

bool consent_head(struct consent *c, const struct tenant *t, struct instant now, struct arena *a, struct str *json, struct err *e)
{
	struct consent_signed_head *last;
	size_t n;
	unsigned char key[VAULT_PUBLIC];
	struct str today = day_text(a, now.us / CONSENT_DAY_US);
	if (!consent_heads(c, t->id, 1, a, &last, &n, e)) return false;
	if (!n || str_cmp(last[0].date, today) < 0) {
		if (!look_after(c, t, now, false, e) || !consent_heads(c, t->id, 1, a, &last, &n, e)) return false;
	}
	if (!n) return err_set(e, ERR_NOT_FOUND, "No head of the ledger has been signed yet.");
	auto_buf b = BUF_INIT(4096), k = BUF_INIT(128);
	vault_public(c->vault, consent_ledger_name(t), key);
	crypt_put_base64url(&k, str_make((const char *)key, sizeof key));
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "date", last[0].date);
	json_member(&j, "domain", consent_ledger_name(t));
	json_member(&j, "head", last[0].head);
	json_member(&j, "public_key", buf_str(&k));
	json_member(&j, "signature", last[0].signature);
	json_close(&j, '}');
	*json = arena_str(a, buf_str(&b));
	return true;
}
