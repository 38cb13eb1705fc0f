/* A portal that was taken in from elsewhere begins to answer, in one step, in the place of another if need be. */
#include "tenant/inside.h"

static bool is_free(struct store_tx *t, struct str host, bool *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask_house(t, &tenant_house_queries[TENANT_H_host_taken], STORE_PARAMS(VALUE_OF_TEXT(host)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	store_stop(r);
	*out = step == STORE_DONE;
	return step != STORE_FAILED;
}

static bool put(struct store_tx *t, struct tenant_id id, struct str host, int64_t place, bool *put, struct err *e)
{
	return is_free(t, host, put, e) &&
	       (!*put || store_run(t, &tenant_queries[TENANT_Q_host_insert], id, STORE_PARAMS(VALUE_OF_TEXT(host), VALUE_OF_INT(place)), e));
}

/* What goes with the place and not with the portal: who runs whom, that it is closed or removed, limits that were set from above, and the backups, whose files nobody would
 * remove without their rows; who asked for those is nobody's number any more. If this is what a restore does, it is done in the same moment. */
static bool inherit(struct store_tx *t, struct tenant_id id, struct tenant_id replaced, struct err *e)
{
	if (!store_run_house(t, &tenant_house_queries[TENANT_H_heir_done], STORE_PARAMS(VALUE_OF_INT(replaced.v), VALUE_OF_INT(clock_now().us)), e)) return false;
	static const int heirs[] = { TENANT_H_heir_parent, TENANT_H_heir_children, TENANT_H_heir_backups, TENANT_H_heir_closed, TENANT_H_heir_ceilings, TENANT_H_heir_limits };
	for (size_t i = 0; i < COUNT_OF(heirs); i++)
		if (!store_run_house(t, &tenant_house_queries[heirs[i]], STORE_PARAMS(VALUE_OF_INT(id.v), VALUE_OF_INT(replaced.v)), e)) return false;
	return true;
}

bool tenant_open(struct tenants *ts, struct tenant_id id, const struct str *hosts, size_t n, struct tenant_id replaced, bool *answers, struct err *e)
{
	struct store_tx *t;
	struct err ignored = { 0 };
	if (!store_begin(tenants_store(ts), STORE_WRITE, &t, e)) return false;
	bool ok = replaced.v == 0 || (inherit(t, id, replaced, e) && store_run(t, &tenant_queries[TENANT_Q_tenant_delete], replaced, STORE_NONE, e));
	ok = ok && store_run(t, &tenant_queries[TENANT_Q_keys_opened], id, STORE_NONE, e);
	for (size_t i = 0; ok && i < n; i++) ok = put(t, id, hosts[i], (int64_t)i, &answers[i], e);
	if (ok && !answers[0])
		ok = err_set(e, ERR_CONFLICT, "the host name %.*s already belongs to a portal; `stoa portal list` shows which", STR_ARG(hosts[0]));
	ok = ok && store_run(t, &tenant_queries[TENANT_Q_tenant_opened], id, STORE_PARAMS(VALUE_OF_TEXT(hosts[0])), e);
	ok = store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
	if (!ok) return false;
	return (replaced.v == 0 || tenants_changed(ts, replaced, e)) && tenants_changed(ts, id, e);
}
