/* Datasets of other portals are asked after: once a day all that are published. */
#include "job/inside.h"

enum { MOST = 1000 };

bool job_refresh_far(struct site *s, struct tenant_id t, struct err *e)
{
	auto_arena a = ARENA_INIT;
	VEC(int64_t) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &job_q[JOB_Q_far_ones], t, STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW && list.n < MOST) vec_push(&a, &list, store_int(r, 0));
		store_stop(r);
	}
	if (!store_end(tx, STORE_ROLLBACK, e) || step == STORE_FAILED) return false;
	for (size_t i = 0; i < list.n; i++) {
		int64_t job;
		struct err own = { 0 };
		const struct job_order o = { .tenant = t, .dataset = list.p[i], .kind = JOB_PUBLISH, .if_changed = true };
		if (!job_put(s, &o, &job, &own) && own.code != ERR_CONFLICT) {
			*e = own;
			return false;
		}
	}
	return true;
}
