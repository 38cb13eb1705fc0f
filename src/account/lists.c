/* Lists of the back office come back as somebody left them: what they were narrowed and sorted by, kept with the account, so that nothing is kept
 * in a browser. */
#include "account/inside.h"

enum { LISTS = 50 };

bool account_list_kept(struct accounts *as, struct tenant_id t, int64_t account, struct str list, struct arena *a, struct str *out, struct err *e)
{
	struct account_list_left all[LISTS];
	size_t n;
	*out = STR("");
	if (!account_lists_left(as, t, account, a, all, LISTS, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i].list, list)) *out = all[i].query;
	return true;
}

bool account_lists_left(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a, struct account_list_left *out, size_t most, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	*n = 0;
	if (!store_begin(accounts_store(as), STORE_READ, &tx, e)) return false;
	if (store_ask(tx, ACCOUNT_Q(lists_left), t, STORE_PARAMS(VALUE_OF_INT(account)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			if (*n < most) out[(*n)++] = (struct account_list_left){ arena_str(a, store_text(r, 0)), arena_str(a, store_text(r, 1)) };
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}

bool account_list_keep(struct accounts *as, struct tenant_id t, int64_t account, struct str list, struct str query, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = query.n ? store_run(tx, ACCOUNT_Q(list_keep), t, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(list), VALUE_OF_TEXT(query)), e)
	                  : store_run(tx, ACCOUNT_Q(list_forget), t, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(list)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}
