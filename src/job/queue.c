/* The queue: jobs as rows, put in, begun, ended. Every change of a job changes the dataset's state in the same transaction, so that
 * what is shown is what is. */
#include "job/inside.h"

enum { MOST_OPEN = 16 };

struct open_job { int64_t id; enum job_kind kind; bool running, if_changed; };
struct scene { struct store_tx *tx; const struct job_order *o; struct job_status now; struct open_job jobs[MOST_OPEN]; size_t n; };

static struct value text(const char *s) { return VALUE_OF_TEXT(str_of(s)); }

bool job_dataset_read(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct arena *a, struct job_dataset *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, &job_q[JOB_Q_dataset], t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW)
		*out = (struct job_dataset){ arena_str(a, store_text(r, 0)), arena_str(a, store_text(r, 1)), !store_is_null(r, 2) };
	store_stop(r);
	if (step == STORE_DONE) return err_set(e, ERR_NOT_FOUND, "there is no such dataset");
	return step == STORE_ROW;
}

/* --- in ------------------------------------------------------------------------------------------------- */

static bool read_open(struct scene *s, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(s->tx, &job_q[JOB_Q_open_ones], s->o->tenant, STORE_PARAMS(VALUE_OF_INT(s->o->dataset)), &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW && s->n < MOST_OPEN)
		s->jobs[s->n++] = (struct open_job){ .id = store_int(r, 0), .kind = (enum job_kind)store_int(r, 1), .running = store_text(r, 2).n != 0,
			                             .if_changed = store_int(r, 3) != 0 };
	store_stop(r);
	return step != STORE_FAILED;
}

static bool refuse(const struct scene *s, struct err *e)
{
	return err_set(e, ERR_CONFLICT, "The dataset's status is '%s' but must be one of 'idle', 'error', 'limit_reached'.", job_state_word(s->now.state));
}

/* A job that waits and does all that is asked for; NULL: none. */
static const struct open_job *same_or_null(const struct scene *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->jobs[i].running && s->jobs[i].kind == s->o->kind) return &s->jobs[i];
	return NULL;
}

static bool may_put(const struct scene *s, const struct job_dataset *d, struct err *e)
{
	bool rests = s->now.state == JOB_IDLE || s->now.state == JOB_ERROR || s->now.state == JOB_LIMIT_REACHED;
	bool takes_away = s->o->kind == JOB_UNPUBLISH || s->o->kind == JOB_DELETE;
	if (s->o->kind == JOB_UNPUBLISH && !d->published) return err_set(e, ERR_CONFLICT, "The dataset is not published.");
	if (rests || s->now.state == JOB_QUEUED) return true;
	/* What nobody waits for may stand in line behind what is under way. */
	if (!takes_away && s->o->who == 0 && (s->now.state == JOB_PROCESSING || s->now.state == JOB_SAVING)) return true;
	return refuse(s, e);
}

static bool put_new(struct scene *s, int64_t *job, struct err *e)
{
	const struct job_order *o = s->o;
	int64_t now = clock_now().us;
	bool takes_away = o->kind == JOB_UNPUBLISH || o->kind == JOB_DELETE, running = s->n && s->jobs[0].running;
	if (takes_away && !store_run(s->tx, &job_q[JOB_Q_take_back], o->tenant, STORE_PARAMS(VALUE_OF_INT(o->dataset), VALUE_OF_INT(now)), e)) return false;
	if (!store_run(s->tx, &job_q[JOB_Q_put], o->tenant,
	               STORE_PARAMS(VALUE_OF_INT(o->dataset), VALUE_OF_INT(o->kind), VALUE_OF_INT(o->who), VALUE_OF_INT(o->if_changed), VALUE_OF_INT(now)), e))
		return false;
	*job = store_last_id(s->tx);
	const struct job_turn turn = { .state = JOB_QUEUED, .next = job_state_at_work(o->kind), .job = *job };
	return running || s->now.state == JOB_QUEUED ? true : job_state_set(s->tx, o->tenant, o->dataset, &turn, e);
}

static bool put(struct scene *s, struct arena *a, int64_t *job, struct err *e)
{
	const struct job_order *o = s->o;
	struct job_dataset d;
	if (!job_dataset_read(s->tx, o->tenant, o->dataset, a, &d, e) || !job_state_get(s->tx, o->tenant, o->dataset, a, &s->now, e) ||
	    !read_open(s, e) || !may_put(s, &d, e))
		return false;
	const struct open_job *same = same_or_null(s);
	if (!same) return put_new(s, job, e);
	*job = same->id;
	if (!same->if_changed || o->if_changed) return true;
	return store_run(s->tx, &job_q[JOB_Q_widen], o->tenant, STORE_PARAMS(VALUE_OF_INT(same->id), VALUE_OF_INT(o->who)), e);
}

bool job_put(struct site *s, const struct job_order *o, int64_t *job, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct scene scene = { .o = o };
	if (!store_begin(s->store, STORE_WRITE, &scene.tx, e)) return false;
	bool ok = put(&scene, &a, job, e);
	if (!store_end(scene.tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
	jobs_wake(s);
	return true;
}

/* --- out: what a worker does ------------------------------------------------------------------------------- */

static bool find_next(struct jobs *j, struct job_task *out, bool *found, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	*found = false;
	if (!store_begin(j->site->store, STORE_READ, &tx, e)) return false;
	bool ok = store_ask_house(tx, &job_h[JOB_H_next], STORE_PARAMS(VALUE_OF_INT(clock_now().us), VALUE_OF_INT(j->last_tenant)), &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		*found = step == STORE_ROW;
		if (*found)
			*out = (struct job_task){ .id = store_int(r, 0), .tenant = { store_int(r, 1) }, .dataset = store_int(r, 2), .kind = (enum job_kind)store_int(r, 3),
				                  .who = store_int(r, 4), .if_changed = store_int(r, 5) != 0, .tries = store_int(r, 6) + 1, .queued = store_int(r, 7) };
		ok = step != STORE_FAILED;
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, e) && ok;
}

bool job_begin(struct site *s, const char *holder, const struct job_task *task, bool *mine, struct err *e)
{
	struct store_tx *tx;
	int64_t now = clock_now().us;
	const struct job_turn turn = { .state = job_state_at_work(task->kind), .job = task->id };
	*mine = false;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, &job_q[JOB_Q_begin], task->tenant,
	                    STORE_PARAMS(VALUE_OF_INT(task->id), text(holder), VALUE_OF_INT(now + JOB_LEASE_S * JOB_SECOND_US), VALUE_OF_INT(now)), e);
	bool taken = ok && store_changes(tx) == 1;
	if (taken) ok = job_state_set(tx, task->tenant, task->dataset, &turn, e);
	if (!store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
	*mine = taken;
	return true;
}

bool job_claim(struct jobs *j, struct job_task *out, bool *found, struct err *e)
{
	if (!find_next(j, out, found, e)) return false;
	return !*found || job_begin(j->site, j->holder, out, found, e);
}

/* The state after a job: that of the next one in line, or what the job has come to. */
static bool settle(struct store_tx *tx, const struct job_task *task, const struct job_ending *how, struct err *e)
{
	struct store_rows *r;
	struct job_turn turn = { .state = how->state, .message = how->message, .bound = how->bound, .job = task->id };
	if (!store_ask(tx, &job_q[JOB_Q_follower], task->tenant, STORE_PARAMS(VALUE_OF_INT(task->dataset)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW)
		turn = (struct job_turn){ .state = JOB_QUEUED, .next = job_state_at_work((enum job_kind)store_int(r, 1)), .message = how->message, .job = store_int(r, 0) };
	store_stop(r);
	return step != STORE_FAILED && job_state_set(tx, task->tenant, task->dataset, &turn, e);
}

/* Failures in a row of what nobody waits for. Success of any kind ends the streak. */
static bool count_streak(struct store_tx *tx, const struct job_task *task, const struct job_ending *how, struct err *e)
{
	const struct value dataset = VALUE_OF_INT(task->dataset);
	bool failed = how->state == JOB_ERROR;
	bool clean = task->kind == JOB_PUBLISH && strcmp(how->outcome, "done") == 0 && !how->errors;
	if (clean && !store_run(tx, &job_q[JOB_Q_told_errors], task->tenant, STORE_PARAMS(dataset, VALUE_OF_INT(0)), e)) return false;
	if (task->kind != JOB_PUBLISH || (failed && task->who) || strcmp(how->outcome, "aborted") == 0) return true;
	if (failed) return store_run(tx, &job_q[JOB_Q_streak_up], task->tenant, &dataset, 1, e) &&
		           store_run(tx, &job_q[JOB_Q_schedule_failed], task->tenant, STORE_PARAMS(dataset, VALUE_OF_INT(1)), e);
	return store_run(tx, &job_q[JOB_Q_streak], task->tenant, STORE_PARAMS(dataset, VALUE_OF_INT(0)), e) &&
	       store_run(tx, &job_q[JOB_Q_schedule_failed], task->tenant, STORE_PARAMS(dataset, VALUE_OF_INT(0)), e);
}

bool job_finish(struct site *s, const struct job_task *task, const struct job_ending *how, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, &job_q[JOB_Q_end], task->tenant,
	                    STORE_PARAMS(VALUE_OF_INT(task->id), VALUE_OF_INT(clock_now().us), text(how->outcome), VALUE_OF_TEXT(how->message),
	                                 VALUE_OF_INT(how->rows), VALUE_OF_INT(how->errors)), e) &&
	          settle(tx, task, how, e) && count_streak(tx, task, how, e) &&
	          store_run(tx, &job_q[JOB_Q_trim], task->tenant, STORE_PARAMS(VALUE_OF_INT(task->dataset), VALUE_OF_INT(JOB_KEPT)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool job_requeue(struct site *s, const struct job_task *task, int64_t after_us, bool forgiven, struct err *e)
{
	struct store_tx *tx;
	const struct job_turn turn = { .state = JOB_QUEUED, .next = job_state_at_work(task->kind), .job = task->id };
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, &job_q[JOB_Q_again], task->tenant,
	                    STORE_PARAMS(VALUE_OF_INT(task->id), VALUE_OF_INT(after_us), VALUE_OF_INT(forgiven ? 1 : 0)), e) &&
	          job_state_set(tx, task->tenant, task->dataset, &turn, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

void job_say(struct site *s, const struct job_task *task, int level, struct str words)
{
	struct store_tx *tx;
	struct err e = { 0 };
	bool ok = store_begin(s->store, STORE_WRITE, &tx, &e);
	if (ok) {
		ok = store_run(tx, &job_q[JOB_Q_line], task->tenant,
		               STORE_PARAMS(VALUE_OF_INT(task->id), VALUE_OF_INT(clock_now().us), VALUE_OF_INT(level), VALUE_OF_TEXT(str_sub(words, 0, 2000)), VALUE_OF_INT(JOB_LINES)), &e);
		ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, &e) && ok;
	}
	/* A line that cannot be kept (a full disk) must not end the work it tells of. */
	if (!ok) log_failure(s->log, LOG_LEVEL_WARN, "job.line", &e);
}

/* --- stopping ---------------------------------------------------------------------------------------------- */

static bool abort_it(struct store_tx *tx, const struct job_order *o, struct arena *a, int64_t *running, struct err *e)
{
	struct scene s = { .tx = tx, .o = o };
	struct job_dataset d;
	const struct value dataset = VALUE_OF_INT(o->dataset);
	*running = 0;
	if (!job_dataset_read(tx, o->tenant, o->dataset, a, &d, e) || !job_state_get(tx, o->tenant, o->dataset, a, &s.now, e) || !read_open(&s, e)) return false;
	if (!s.n || (s.now.state != JOB_QUEUED && s.now.state != JOB_PROCESSING))
		return err_set(e, ERR_CONFLICT, "The dataset's status is '%s' but must be one of 'queued', 'processing'.", job_state_word(s.now.state));
	if (!store_run(tx, &job_q[JOB_Q_take_back], o->tenant, STORE_PARAMS(dataset, VALUE_OF_INT(clock_now().us)), e)) return false;
	if (!s.jobs[0].running) return job_state_set(tx, o->tenant, o->dataset, &(struct job_turn){ .state = JOB_IDLE, .job = s.jobs[0].id }, e);
	*running = s.jobs[0].id;
	return store_run(tx, &job_q[JOB_Q_ask_abort], o->tenant, STORE_PARAMS(dataset), e) &&
	       job_state_set(tx, o->tenant, o->dataset, &(struct job_turn){ .state = JOB_ABORTING, .next = JOB_IDLE, .job = *running }, e);
}

bool job_abort(struct site *s, struct tenant_id t, int64_t dataset, struct err *e)
{
	auto_arena a = ARENA_INIT;
	const struct job_order o = { .tenant = t, .dataset = dataset };
	struct store_tx *tx;
	int64_t running;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = abort_it(tx, &o, &a, &running, e);
	if (!store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
	if (running) jobs_stop(s, running);
	return true;
}

bool job_is_aborting(struct site *s, const struct job_task *task)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err e = { 0 };
	bool abort = false;
	if (!store_begin(s->store, STORE_READ, &tx, &e)) return false;
	if (store_ask(tx, &job_q[JOB_Q_aborting], task->tenant, STORE_PARAMS(VALUE_OF_INT(task->id)), &r, &e)) {
		abort = store_step(r, &e) == STORE_ROW && store_int(r, 0) != 0;
		store_stop(r);
	}
	(void)!store_end(tx, STORE_ROLLBACK, &e);
	return abort;
}

/* --- after a crash ------------------------------------------------------------------------------------------ */

struct cut { struct job_task task; bool abort; };

static bool read_cut_off(struct site *s, struct arena *a, struct cut **out, size_t *n, struct err *e)
{
	VEC(struct cut) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask_house(tx, &job_h[JOB_H_cut_off], STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(a, &list, (struct cut){ .task = { .id = store_int(r, 0), .tenant = { store_int(r, 1) }, .dataset = store_int(r, 2),
			                                           .kind = (enum job_kind)store_int(r, 3), .tries = store_int(r, 4) }, .abort = store_int(r, 5) != 0 });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

static bool take_up(struct site *s, const struct cut *c, struct err *e)
{
	const struct str again = STR("The server ended while this was under way; it begins again.");
	const struct str enough = STR("The server ended three times while this was under way, so it is not tried again by itself. Look at the server's log and memory, then publish anew.");
	if (c->abort) return job_finish(s, &c->task, &(struct job_ending){ .outcome = "aborted", .state = JOB_IDLE }, e);
	if (c->task.tries >= JOB_TRIES) {
		job_say(s, &c->task, JOB_FAULT, enough);
		return job_finish(s, &c->task, &(struct job_ending){ .outcome = "error", .state = JOB_ERROR, .message = enough }, e);
	}
	job_say(s, &c->task, JOB_WARNING, again);
	return job_requeue(s, &c->task, 0, false, e);
}

/* States without a job behind them, as a restored copy may have: they are at rest. */
static bool ground(struct site *s, struct arena *a, struct err *e)
{
	struct adrift { int64_t dataset; struct tenant_id tenant; };
	VEC(struct adrift) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	if (store_ask_house(tx, &job_h[JOB_H_adrift], STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &list, (struct adrift){ store_int(r, 0), { store_int(r, 1) } });
		store_stop(r);
	}
	bool ok = step != STORE_FAILED;
	for (size_t i = 0; ok && i < list.n; i++) ok = job_state_set(tx, list.p[i].tenant, list.p[i].dataset, &(struct job_turn){ .state = JOB_IDLE }, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool job_take_up(struct site *s, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct cut *list;
	size_t n;
	if (!read_cut_off(s, &a, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (!take_up(s, &list[i], e)) return false;
	return ground(s, &a, e);
}
