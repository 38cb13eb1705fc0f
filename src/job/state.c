/* The state of a dataset: one row, changed in the transaction of what changes it. What moves every second (rows, how far) is
 * in memory while a job runs here, and in the job's row for everybody else. */
#include "job/inside.h"

bool job_state_set(struct store_tx *tx, struct tenant_id t, int64_t dataset, const struct job_turn *turn, struct err *e)
{
	return store_run(tx, &job_q[JOB_Q_state_put], t,
	                 STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_TEXT(str_of(job_state_word(turn->state))),
	                              VALUE_OF_TEXT(turn->next == JOB_IDLE ? STR("") : str_of(job_state_word(turn->next))), VALUE_OF_INT(clock_now().us),
	                              VALUE_OF_TEXT(turn->message), VALUE_OF_TEXT(turn->bound), VALUE_OF_INT(turn->job)),
	                 e);
}

bool job_state_get(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct arena *a, struct job_status *out, struct err *e)
{
	struct store_rows *r;
	*out = (struct job_status){ .permille = -1 };
	if (!store_ask(tx, &job_q[JOB_Q_state], t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) {
		out->state = job_state_of(store_text(r, 0));
		out->previous = job_state_of(store_text(r, 1));
		out->has_previous = store_text(r, 1).n != 0;
		out->next = job_state_of(store_text(r, 2));
		out->has_next = store_text(r, 2).n != 0;
		out->since = (struct instant){ store_int(r, 3) };
		out->message = arena_str(a, store_text(r, 4));
		out->limit = arena_str(a, store_text(r, 5));
		out->job = store_int(r, 6);
	}
	store_stop(r);
	return step != STORE_FAILED;
}

/* How far the last job is, as its row has it. */
static bool read_job(struct store_tx *tx, struct tenant_id t, struct arena *a, struct job_status *out, struct err *e)
{
	struct store_rows *r;
	if (!out->job) return true;
	if (!store_ask(tx, &job_q[JOB_Q_job], t, STORE_PARAMS(VALUE_OF_INT(out->job)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) {
		bool ended = store_int(r, 6) != 0;
		out->phase = ended ? STR("") : arena_str(a, store_text(r, 0));
		out->rows = store_int(r, 1);
		out->total = store_int(r, 2);
		out->errors = store_int(r, 3);
		out->permille = ended ? -1 : (int)store_int(r, 4);
		int64_t us = (ended ? store_int(r, 6) : clock_now().us) - store_int(r, 5);
		if (store_int(r, 5) && us > 0) out->rows_per_second = (double)out->rows * 1e6 / (double)us;
	}
	store_stop(r);
	return step != STORE_FAILED;
}

static void overlay(struct site *s, struct arena *a, struct job_status *out)
{
	struct job_now now;
	if (!out->job || !jobs_now(s, out->job, &now)) return;
	out->phase = arena_str(a, str_of(now.phase));
	out->rows = now.rows;
	out->total = now.total;
	out->errors = now.errors;
	out->permille = now.permille;
	int64_t ns = clock_monotonic_ns() - now.began_ns;
	if (ns > 0) out->rows_per_second = (double)now.rows * 1e9 / (double)ns;
}

bool job_status(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct job_status *out, struct err *e)
{
	struct store_tx *tx;
	struct job_status found;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = job_state_get(tx, t, dataset, a, &found, e) && read_job(tx, t, a, &found, e);
	if (!store_end(tx, STORE_ROLLBACK, e) || !ok) return false;
	overlay(s, a, &found);
	*out = found;
	return true;
}
