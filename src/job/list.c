/* What is shown of jobs: the list, the log of one, and the record errors of the last publication, read from the file of rejects that
 * lies beside the version. */
#include "io/io.h"
#include "job/inside.h"
#include "json/json.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_BYTES = 1 << 16 };

static struct job_item item_of(struct store_rows *r, struct arena *a)
{
	return (struct job_item){ .id = store_int(r, 0), .dataset = store_int(r, 1), .who = store_int(r, 2), .kind = (enum job_kind)store_int(r, 3),
		                  .slug = arena_str(a, store_text(r, 4)), .title = arena_str(a, store_text(r, 5)), .queued = { store_int(r, 6) },
		                  .started = { store_int(r, 7) }, .ended = { store_int(r, 8) }, .outcome = arena_str(a, store_text(r, 9)),
		                  .message = arena_str(a, store_text(r, 10)), .rows = store_int(r, 11), .errors = store_int(r, 12) };
}

/* What a job that has not ended is doing: from its row, or from its worker. */
static void put_now(struct site *s, struct job_item *i, struct store_rows *r, struct arena *a)
{
	struct job_now now;
	bool begun = i->started.us != 0, aborting = store_int(r, 17) != 0;
	struct job_status *n = &i->now;
	*n = (struct job_status){ .state = !begun ? JOB_QUEUED : aborting ? JOB_ABORTING : job_state_at_work(i->kind), .since = begun ? i->started : i->queued, .job = i->id,
		                  .phase = arena_str(a, store_text(r, 13)), .rows = i->rows, .total = store_int(r, 14), .errors = i->errors,
		                  .permille = begun ? (int)store_int(r, 15) : -1 };
	if (store_text(r, 16).n == 0) { /* it waits, perhaps for another try */
		n->state = JOB_QUEUED;
		n->permille = -1;
		return;
	}
	int64_t us = clock_now().us - i->started.us;
	if (jobs_now(s, i->id, &now)) {
		n->phase = arena_str(a, str_of(now.phase));
		n->rows = i->rows = now.rows;
		n->total = now.total;
		n->errors = i->errors = now.errors;
		n->permille = now.permille;
		us = (clock_monotonic_ns() - now.began_ns) / 1000;
	}
	if (us > 0) n->rows_per_second = (double)n->rows * 1e6 / (double)us;
}

static bool count(struct store_tx *tx, struct tenant_id t, int64_t dataset, int64_t *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, &job_q[JOB_Q_count], t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) return false;
	bool ok = store_step(r, e) == STORE_ROW;
	if (ok) *out = store_int(r, 0);
	store_stop(r);
	return ok;
}

bool job_list(struct site *s, struct tenant_id t, int64_t dataset, int64_t limit, int64_t offset, struct arena *a, struct job_item **out, size_t *n, int64_t *total, struct err *e)
{
	VEC(struct job_item) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (count(tx, t, dataset, total, e) &&
	    store_ask(tx, &job_q[JOB_Q_list], t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(limit), VALUE_OF_INT(offset)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) {
			struct job_item *i = vec_add(a, &list);
			*i = item_of(r, a);
			if (!i->ended.us) put_now(s, i, r, a);
		}
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

bool job_known(struct site *s, struct tenant_id t, int64_t job, bool *known, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &job_q[JOB_Q_known], t, STORE_PARAMS(VALUE_OF_INT(job)), &r, e)) {
		step = store_step(r, e);
		store_stop(r);
	}
	*known = step == STORE_ROW;
	return store_end(tx, STORE_ROLLBACK, &ignored) && step != STORE_FAILED;
}

bool job_log(struct site *s, struct tenant_id t, int64_t job, struct arena *a, struct job_line **out, size_t *n, struct err *e)
{
	VEC(struct job_line) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &job_q[JOB_Q_log], t, STORE_PARAMS(VALUE_OF_INT(job)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) {
			struct job_line *l = vec_add(a, &list);
			int64_t level = store_int(r, 1);
			l->at = (struct instant){ store_int(r, 0) };
			l->level = level == 2 ? JOB_FAULT : level == 1 ? JOB_WARNING : JOB_INFO;
			l->text = arena_str(a, store_text(r, 2));
		}
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

/* --- record errors ------------------------------------------------------------------------------------------- */

static bool read_version(struct site *s, struct tenant_id t, int64_t dataset, int64_t *version, int64_t *rejects, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	*version = *rejects = 0;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &job_q[JOB_Q_version], t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) {
			*version = store_int(r, 0);
			*rejects = store_int(r, 1);
		}
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

static struct str text_of(struct arena *a, const struct json_node *n)
{
	if (json_kind(n) == JSON_TEXT) return arena_str(a, json_text(n));
	if (json_kind(n) == JSON_INT) return arena_printf(a, "%lld", (long long)json_int(n, 0));
	return STR("");
}

static struct job_fault fault_of(struct arena *a, const struct json_node *o)
{
	const struct json_node *said = json_get(o, "message") ? json_get(o, "message") : json_get(o, "reason");
	return (struct job_fault){ .record = text_of(a, json_get(o, "record")), .field = text_of(a, json_get(o, "field")),
		                   .processor = text_of(a, json_get(o, "processor")), .value = text_of(a, json_get(o, "value")), .message = text_of(a, said),
		                   .row = json_int(json_get(o, "row"), 0) };
}

static void free_line(char **p)
{
	free(*p);
}

bool job_faults(struct site *s, struct tenant_id t, int64_t dataset, size_t most, struct arena *a, struct job_fault **out, size_t *n, int64_t *total, struct err *e)
{
	VEC(struct job_fault) list = { 0 };
	int64_t version;
	if (!read_version(s, t, dataset, &version, total, e)) return false;
	*out = NULL;
	*n = 0;
	if (!version || !*total) return true;
	struct str path = engine_path(s->engine, a, (struct version_ref){ .tenant = t, .dataset = dataset, .number = version });
	FILE *f = fopen(arena_printf(a, "%.*s.rejects.jsonl", STR_ARG(path)).p, "re");
	if (!f) return true; /* swept meanwhile: how many there were is all that is known */
	auto_with(free_line) char *line = NULL;
	size_t room = 0;
	ssize_t got;
	while (list.n < most && (got = getline(&line, &room, f)) > 0) {
		const struct json_node *o;
		struct err ignored = { 0 };
		if (got > LINE_BYTES || !json_read_in(a, str_make(line, (size_t)got), &o, &ignored)) continue;
		vec_push(a, &list, fault_of(a, o));
	}
	(void)fclose(f);
	*out = list.p;
	*n = list.n;
	return true;
}
