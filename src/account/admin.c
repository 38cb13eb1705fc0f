/* What pages of administrators ask of accounts beyond their list. */
#include "account/inside.h"
#include <assert.h>

static_assert(ACCOUNT_WAITING == 3, "queries.def counts those who wait by this number");

bool account_portals(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a, struct tenant_id **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	struct err ignored = { 0 };
	VEC(struct tenant_id) found = { 0 };
	if (!store_begin(accounts_store(as), STORE_READ, &tx, e)) return false;
	if (store_ask_house(tx, ACCOUNT_H(elsewhere), STORE_PARAMS(VALUE_OF_INT(t.v), VALUE_OF_INT(account)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &found, (struct tenant_id){ store_int(r, 0) });
		store_stop(r);
	}
	if (!store_end(tx, STORE_ROLLBACK, &ignored) || step != STORE_DONE) return false;
	*out = found.p;
	*n = found.n;
	return true;
}

bool account_waiting(struct accounts *as, struct tenant_id t, int64_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	struct err ignored = { 0 };
	int64_t count = 0;
	if (!store_begin(accounts_store(as), STORE_READ, &tx, e)) return false;
	if (store_ask(tx, ACCOUNT_Q(waiting_count), t, STORE_NONE, &r, e)) {
		if ((step = store_step(r, e)) == STORE_ROW) count = store_int(r, 0);
		store_stop(r);
	}
	bool ok = store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_ROW;
	if (ok) *n = count;
	return ok;
}
