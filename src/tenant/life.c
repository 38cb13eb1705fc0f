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

bool tenant_restoring(struct tenants *ts, struct tenant_id id, bool restoring, struct err *e)
{
	return run_one(ts, id, TENANT_Q_restoring, VALUE_OF_INT(restoring ? clock_now().us : 0), e);
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

bool tenant_rename(struct tenants *ts, struct tenant_id id, const struct str *hosts, size_t n, const struct tenant_setting_value *also_or_null,
                   bool (*within)(struct store_tx *tx, void *arg, struct err *e), void *arg, struct err *e)
{
	struct store_tx *t;
	struct err ignored = { 0 };
	if (!check_hosts(hosts, n, e) || (also_or_null && !tenant_check_settings(also_or_null, 1, e)) || !store_begin(tenants_store(ts), STORE_WRITE, &t, e)) return false;
	bool ok = (!within || within(t, arg, e)) && store_run(t, &tenant_queries[TENANT_Q_hosts_clear], id, STORE_NONE, e);
	for (size_t i = 0; ok && i < n; i++) ok = tenant_put_host(t, id, hosts[i], (int64_t)i, e);
	ok = ok && store_run(t, &tenant_queries[TENANT_Q_host_is], id, STORE_PARAMS(VALUE_OF_TEXT(hosts[0])), e) &&
	     (!also_or_null || tenant_put_settings(t, id, also_or_null, 1, e));
	ok = store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
	return ok && tenants_changed(ts, id, e);
}

bool tenant_hosts(struct tenants *ts, struct tenant_id id, const struct str *hosts, size_t n, struct err *e)
{
	return tenant_rename(ts, id, hosts, n, NULL, NULL, NULL, e);
}

/* --- who runs it --------------------------------------------------------------------------------------------- */

bool tenant_family(struct store_tx *t, struct tenant_id id, int64_t *children, bool *is_child, struct err *e)
{
	struct store_rows *r;
	if (!store_ask_house(t, &tenant_house_queries[TENANT_H_family], STORE_PARAMS(VALUE_OF_INT(id.v)), &r, e)) return false;
	bool ok = store_step(r, e) == STORE_ROW;
	*children = ok ? store_int(r, 0) : 0;
	*is_child = ok && store_int(r, 1) > 0;
	store_stop(r);
	return ok;
}

static bool may_be_given(struct store_tx *t, struct tenant_id id, struct tenant_id parent, struct err *e)
{
	int64_t children, others;
	bool below, parent_below;
	if (!tenant_family(t, id, &children, &below, e) || !tenant_family(t, parent, &others, &parent_below, e)) return false;
	return (parent.v != id.v && !parent_below && !children) || err_set(e, ERR_CONFLICT, "a portal that is run from another one cannot run portals itself");
}

bool tenant_give_to(struct tenants *ts, struct tenant_id id, struct tenant_id parent, struct err *e)
{
	struct store_tx *t;
	struct err ignored = { 0 };
	if (!store_begin(tenants_store(ts), STORE_WRITE, &t, e)) return false;
	bool ok = parent.v ? may_be_given(t, id, parent, e) && store_run(t, &tenant_queries[TENANT_Q_child_put], id, STORE_PARAMS(VALUE_OF_INT(parent.v)), e)
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
