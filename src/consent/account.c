/* Choices that go with an account (CON-32): the value that a cookie would hold, kept beside the account. It is signed for its portal
 * like a cookie, so it is read and judged like one; the ledger never learns whose it is. */
#include "consent/inside.h"

bool consent_account_get(struct consent *c, struct tenant_id t, int64_t account, struct arena *a, struct str *value, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	*value = STR("");
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, CONSENT_Q(account_get), t, STORE_PARAMS(VALUE_OF_INT(account)), &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) *value = arena_str(a, store_text(r, 0));
		store_stop(r);
	}
	bool ended = store_end(tx, STORE_ROLLBACK, &ignored);
	return step != STORE_FAILED && ended;
}

bool consent_account_put(struct consent *c, struct tenant_id t, int64_t account, struct str value, struct instant now, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = value.n ? store_run(tx, CONSENT_Q(account_put), t, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(value), VALUE_OF_INT(now.us)), e)
	                  : store_run(tx, CONSENT_Q(account_drop), t, STORE_PARAMS(VALUE_OF_INT(account)), e);
	bool ended = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored);
	return ok && ended;
}
