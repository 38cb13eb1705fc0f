/* What browsers reported as blocked (REG-21): origin, directive, path of the page, day and count; nothing of who sent it. Rows
 * of a day are bounded, so that strangers cannot fill a disk by reporting nonsense. */
#include "registry/inside.h"
#include "text/text.h"

enum { ROWS_A_DAY = 500, KEPT_DAYS = 90 };
#define DAY_US INT64_C(86400000000)

static bool one_int(struct store_tx *x, const struct store_query *q, struct tenant_id t, const struct value *params, size_t n, int64_t *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(x, q, t, params, n, &r, e))
		return false;
	enum store_step step = store_step(r, e);
	*out = step == STORE_ROW ? store_int(r, 0) : 0;
	store_stop(r);
	return step != STORE_FAILED;
}

static bool put_report(struct store_tx *x, struct tenant_id t, int64_t day, const struct registry_report *r, struct err *e)
{
	int64_t known;
	int64_t rows;
	struct value key[] = { VALUE_OF_INT(day), VALUE_OF_TEXT(r->origin), VALUE_OF_TEXT(r->directive), VALUE_OF_TEXT(r->path), VALUE_OF_INT(r->n) };
	if (!one_int(x, &registry_queries[REGISTRY_Q_report_known], t, key, 4, &known, e) ||
	    !one_int(x, &registry_queries[REGISTRY_Q_report_rows], t, key, 1, &rows, e))
		return false;
	if (!known && rows >= ROWS_A_DAY)
		return true; /* counted no more: what is there shows the fault */
	return store_run(x, &registry_queries[REGISTRY_Q_report_count], t, key, COUNT_OF(key), e);
}

bool registry_report(struct registries *rs, struct tenant_id t, const struct registry_report *list, size_t n, struct err *e)
{
	struct store_tx *x;
	int64_t day = clock_now().us / DAY_US;
	if (!n)
		return true;
	if (!store_begin(rs->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_run(x, &registry_queries[REGISTRY_Q_reports_old], t, STORE_PARAMS(VALUE_OF_INT(day - KEPT_DAYS)), e);
	for (size_t i = 0; ok && i < n; i++)
		ok = put_report(x, t, day, &list[i], e);
	return store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool registry_reports(struct registries *rs, struct tenant_id t, int64_t days, size_t most, struct arena *a, struct registry_report **out, size_t *n,
                      struct err *e)
{
	VEC(struct registry_report) list = { 0 };
	struct store_tx *x;
	struct store_rows *r = NULL;
	struct err ignored = { 0 };
	if (!store_begin(rs->store, STORE_READ, &x, e))
		return false;
	bool ok = store_ask(x, &registry_queries[REGISTRY_Q_reports], t,
	                    STORE_PARAMS(VALUE_OF_INT(clock_now().us / DAY_US - days + 1), VALUE_OF_INT((int64_t)most)), &r, e);
	enum store_step step = STORE_DONE;
	while (ok && (step = store_step(r, e)) == STORE_ROW)
		vec_push(a, &list, (struct registry_report){ .origin = arena_str(a, store_text(r, 0)), .directive = arena_str(a, store_text(r, 1)),
		         .path = arena_str(a, store_text(r, 2)), .first_day = store_int(r, 3), .last_day = store_int(r, 4), .n = store_int(r, 5) });
	store_stop(r);
	ok = ok && step == STORE_DONE;
	if (!store_end(x, STORE_ROLLBACK, ok ? e : &ignored) || !ok)
		return false;
	*out = list.p;
	*n = list.n;
	return true;
}

bool registry_reports_forget(struct registries *rs, struct tenant_id t, struct str origin, struct err *e)
{
	struct store_tx *x;
	if (!store_begin(rs->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_run(x, &registry_queries[REGISTRY_Q_reports_forget], t, STORE_PARAMS(VALUE_OF_TEXT(origin)), e);
	return store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}
