/* What an author has written and not published yet: one text an account, with the hash of what it was begun from. And how many
 * reports of browsers a portal takes in a moment. */
#include "registry/inside.h"

bool registry_working_get(struct registries *rs, struct tenant_id t, int64_t account, struct arena *a, struct registry_working *out, bool *found, struct err *e)
{
	struct store_tx *x;
	struct store_rows *r = NULL;
	struct err ignored = { 0 };
	*found = false;
	if (!store_begin(rs->store, STORE_READ, &x, e))
		return false;
	bool ok = store_ask(x, &registry_queries[REGISTRY_Q_working_get], t, STORE_PARAMS(VALUE_OF_INT(account)), &r, e);
	enum store_step step = ok ? store_step(r, e) : STORE_FAILED;
	if (step == STORE_ROW) {
		*found = true;
		*out = (struct registry_working){ .base = arena_str(a, store_text(r, 0)), .json = arena_str(a, store_text(r, 1)), .changed = { store_int(r, 2) } };
	}
	store_stop(r);
	ok = step != STORE_FAILED;
	return store_end(x, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool registry_working_put(struct registries *rs, struct tenant_id t, int64_t account, struct str base, struct str json, struct err *e)
{
	struct store_tx *x;
	if (json.n > REGISTRY_JSON_BYTES / 2)
		return err_set(e, ERR_TOO_LARGE, "the registry is longer than %d bytes", (int)REGISTRY_JSON_BYTES / 2);
	if (!store_begin(rs->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_run(x, &registry_queries[REGISTRY_Q_working_put], t,
	                    STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(base), VALUE_OF_TEXT(json), VALUE_OF_INT(clock_now().us)), e);
	return store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool registry_working_drop(struct registries *rs, struct tenant_id t, int64_t account, struct err *e)
{
	struct store_tx *x;
	if (!store_begin(rs->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_run(x, &registry_queries[REGISTRY_Q_working_drop], t, STORE_PARAMS(VALUE_OF_INT(account)), e);
	return store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* A bucket of reports a portal: filled at a steady rate, kept whoever sends, so that no state grows by sender. */
bool registry_report_admit(struct registries *rs, struct tenant_id t)
{
	enum { A_SECOND = 20, BURST = 50 };
	int64_t now = clock_monotonic_ns() / 1000000;
	lock_take(&rs->lock);
	struct registry_bucket *b = &rs->buckets[(uint64_t)t.v % REGISTRY_BUCKETS];
	int64_t gained = (now - b->at_ms) * A_SECOND;
	b->tokens = num_min(b->tokens + gained, (int64_t)BURST * 1000);
	b->at_ms = now;
	bool ok = b->tokens >= 1000;
	if (ok)
		b->tokens -= 1000;
	lock_give(&rs->lock);
	return ok;
}
