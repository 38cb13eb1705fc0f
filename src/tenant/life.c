/* What happens to a portal as a whole: its names, whether it answers, and its end, which comes late enough to be taken back. */
#include "tenant/inside.h"

#define DAY_US INT64_C(86400000000)

/* One statement of a portal in a transaction of its own. */
static bool run_one(struct tenants *ts, struct tenant_id id, int query, struct value v, struct err *e)
{
	struct store_tx *t;
	if (!store_begin(tenants_store(ts), STORE_WRITE, &t, e)) return false;
	bool ok = store_run(t, &tenant_queries[query], id, STORE_PARAMS(v), e);
	bool found = ok && store_changes(t) > 0;
	ok = store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (ok && !found) return err_set(e, ERR_NO_PORTAL, "there is no such portal any more");
	return ok && tenants_changed(ts, id, e);
}

bool tenant_suspend(struct tenants *ts, struct tenant_id id, bool suspended, struct err *e)
{
	return run_one(ts, id, TENANT_Q_suspend, VALUE_OF_INT(suspended), e);
}

bool tenant_put_away(struct tenants *ts, struct tenant_id id, bool away, struct err *e)
{
	return run_one(ts, id, TENANT_Q_put_away, VALUE_OF_INT(away ? clock_now().us : 0), e);
}

/* --- names ------------------------------------------------------------------------------------------------- */

static bool check_hosts(const struct str *hosts, size_t n, struct err *e)
{
	if (n == 0) return err_set(e, ERR_PARAMETER, "a portal needs a host name");
	if (n > TENANT_HOSTS) return err_set(e, ERR_PARAMETER, "a portal has at most %d host names", TENANT_HOSTS);
	for (size_t i = 0; i < n; i++) {
		if (!tenant_host_ok(hosts[i], e)) return false;
		for (size_t k = 0; k < i; k++)
			if (str_eq(hosts[i], hosts[k])) return err_set(e, ERR_PARAMETER, "the host name %.*s stands twice", STR_ARG(hosts[i]));
	}
	return true;
}

bool tenant_hosts(struct tenants *ts, struct tenant_id id, const struct str *hosts, size_t n, struct err *e)
{
	struct store_tx *t;
	struct err ignored = { 0 };
	if (!check_hosts(hosts, n, e) || !store_begin(tenants_store(ts), STORE_WRITE, &t, e)) return false;
	bool ok = store_run(t, &tenant_queries[TENANT_Q_hosts_clear], id, STORE_NONE, e);
	for (size_t i = 0; ok && i < n; i++) ok = tenant_put_host(t, id, hosts[i], (int64_t)i, e);
	ok = ok && store_run(t, &tenant_queries[TENANT_Q_host_is], id, STORE_PARAMS(VALUE_OF_TEXT(hosts[0])), e);
	ok = store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
	return ok && tenants_changed(ts, id, e);
}

/* --- who runs it --------------------------------------------------------------------------------------------- */

static bool has_children(struct tenants *ts, struct tenant_id id)
{
	auto_arena a = ARENA_INIT;
	struct tenant_id *ids;
	bool found = false;
	size_t n = tenants_list(ts, &a, &ids);
	for (size_t i = 0; i < n && !found; i++) {
		const struct tenant *t = tenants_hold_or_null(ts, ids[i]);
		found = t && t->parent.v == id.v;
		tenant_release(ts, t);
	}
	return found;
}

static bool is_child(struct tenants *ts, struct tenant_id id)
{
	const struct tenant *t = tenants_hold_or_null(ts, id);
	bool child = t && t->parent.v != 0;
	tenant_release(ts, t);
	return child;
}

bool tenant_give_to(struct tenants *ts, struct tenant_id id, struct tenant_id parent, struct err *e)
{
	struct store_tx *t;
	struct err ignored = { 0 };
	if (parent.v && (parent.v == id.v || is_child(ts, parent) || has_children(ts, id)))
		return err_set(e, ERR_CONFLICT, "a portal that is run from another one cannot run portals itself");
	if (!store_begin(tenants_store(ts), STORE_WRITE, &t, e)) return false;
	bool ok = parent.v ? store_run(t, &tenant_queries[TENANT_Q_child_put], id, STORE_PARAMS(VALUE_OF_INT(parent.v)), e)
	                   : store_run(t, &tenant_queries[TENANT_Q_child_remove], id, STORE_NONE, e);
	ok = store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
	return ok && tenants_changed(ts, id, e);
}

/* --- its end --------------------------------------------------------------------------------------------------- */

bool tenants_sweep(struct tenants *ts, struct instant now, struct err *e)
{
	auto_arena a = ARENA_INIT;
	VEC(int64_t) gone = { 0 };
	struct store_tx *t;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(tenants_store(ts), STORE_READ, &t, e)) return false;
	if (store_ask_house(t, &tenant_house_queries[TENANT_H_long_gone], STORE_PARAMS(VALUE_OF_INT(now.us - TENANT_KEPT_DAYS * DAY_US)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) vec_push(&a, &gone, store_int(r, 0));
		store_stop(r);
	}
	if (!store_end(t, STORE_ROLLBACK, e) || step == STORE_FAILED) return false;
	for (size_t i = 0; i < gone.n; i++)
		if (!tenant_remove(ts, (struct tenant_id){ gone.p[i] }, e)) return false;
	return true;
}
