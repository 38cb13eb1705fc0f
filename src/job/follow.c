/* Datasets that are made of others: what a publication read is noted with its version, and when that has another one the reader
 * is published again, whichever way it came to it. Datasets of other portals are asked after once a day. */
#include "config/config.h"
#include "job/inside.h"

enum { MOST = 100 };

/* --- what was read --------------------------------------------------------------------------------------------- */

static bool note(struct site *s, const struct job_task *task, const struct str *slugs, size_t n, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, &job_q[JOB_Q_reads_none], task->tenant, STORE_PARAMS(VALUE_OF_INT(task->dataset)), e);
	for (size_t i = 0; ok && i < n; i++)
		ok = store_run(tx, &job_q[JOB_Q_reads], task->tenant, STORE_PARAMS(VALUE_OF_INT(task->dataset), VALUE_OF_TEXT(slugs[i])), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* Processors say whether they want to follow what they read. */
static bool is_on(const struct json_node *n) { return json_bool(n, false) || str_eq(json_text(n), STR("true")); }

bool job_note_reads(struct site *s, const struct job_task *task, struct arena *a, struct err *e)
{
	struct job_dataset d;
	struct store_tx *tx;
	struct config c;
	struct str slugs[MOST];
	size_t n = 0;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = job_dataset_read(tx, task->tenant, task->dataset, a, &d, e);
	if (!store_end(tx, STORE_ROLLBACK, e) || !ok || !config_read(s, task->tenant, d.uid, a, &c, e)) return false;
	struct process_faults faults = { .arena = a };
	const struct process_scene scene = { .now = clock_now() };
	struct process_line *line = NULL;
	const struct process_need *needs;
	struct err ignored = { 0 };
	const struct json_node *processors = json_get(c.doc, "processors");
	if (process_line_new(processors, &scene, &faults, &line, &ignored)) {
		size_t count = process_needs(line, &needs);
		for (size_t i = 0; i < count && n < MOST; i++)
			if (needs[i].kind == PROCESS_NEEDS_DATASET && !str_eq(needs[i].dataset, d.slug) && is_on(json_get(json_at(processors, needs[i].step), "republish"))) slugs[n++] = arena_str(a, needs[i].dataset);
	}
	process_line_free(line);
	return note(s, task, slugs, n, e);
}

/* --- what has changed -------------------------------------------------------------------------------------------- */

struct reader { int64_t dataset; struct tenant_id tenant; };

static bool read_list(struct site *s, struct arena *a, const struct store_house_query *q, struct reader **out, size_t *n, struct err *e)
{
	VEC(struct reader) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask_house(tx, q, STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW && list.n < MOST) vec_push(a, &list, (struct reader){ store_int(r, 0), { store_int(r, 1) } });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

/* Those that read one another in a circle are left alone: each would wake the next for ever. */
bool job_follow_turn(struct site *s, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct reader *list;
	size_t n;
	if (!read_list(s, &a, &job_h[JOB_H_behind], &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++) {
		int64_t job;
		struct err own = { 0 };
		const struct job_order o = { .tenant = list[i].tenant, .dataset = list[i].dataset, .kind = JOB_PUBLISH };
		if (!job_put(s, &o, &job, &own) && own.code != ERR_CONFLICT) {
			*e = own;
			return false;
		}
		struct store_tx *tx;
		if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
		/* Noted at once: should the publication fail, it is tried again when the other dataset changes again. */
		bool ok = store_run(tx, &job_q[JOB_Q_caught_up], list[i].tenant, STORE_PARAMS(VALUE_OF_INT(list[i].dataset)), e);
		if (!store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
	}
	return true;
}

bool job_refresh_far(struct site *s, struct tenant_id t, struct err *e)
{
	auto_arena a = ARENA_INIT;
	VEC(int64_t) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &job_q[JOB_Q_far_ones], t, STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW && list.n < 10 * MOST) vec_push(&a, &list, store_int(r, 0));
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
