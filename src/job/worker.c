/* Threads: workers, each with one job at a time, and the clock, which renews leases, stops what gives no sign of life, and begins what
 * is due. A job holds nothing that outlives its worker: its lease ends by itself, and at the next start whatever was under way is
 * taken up. */
#include "crypt/crypt.h"
#include "job/inside.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { LOOK_S = 15, STACK_BYTES = 8 << 20, GRACE_S = 30 };

static void complain(struct jobs *j, const char *event, const struct err *e) { log_failure(j->site->log, LOG_LEVEL_ERROR, event, e); }

/* --- a worker ------------------------------------------------------------------------------------------------ */

static void on_progress(void *arg, const struct publish_progress *p)
{
	struct job_worker *w = arg;
	lock_take(&w->jobs->lock);
	int64_t began = w->now.began_ns;
	w->now = (struct job_now){ .phase = p->phase, .rows = p->rows, .total = p->total, .errors = p->errors, .permille = p->permille,
		                   .began_ns = began, .sign_ns = clock_monotonic_ns() };
	lock_give(&w->jobs->lock);
}

static bool why_stopped(void *arg, bool *silent, bool *closing)
{
	struct job_worker *w = arg;
	lock_take(&w->jobs->lock);
	bool asked = w->aborted;
	*silent = w->silent;
	*closing = (w->jobs->stopping || w->yields) && !w->silent;
	lock_give(&w->jobs->lock);
	return asked;
}

static void perform(struct job_worker *w, const struct job_task *task)
{
	const struct job_watch watch = { .progress = on_progress, .arg = w, .cancel = &w->cancel, .stopped = why_stopped };
	struct err e = { 0 };
	int64_t now = clock_monotonic_ns();
	cancel_init(&w->cancel);
	lock_take(&w->jobs->lock);
	w->task = *task;
	w->now = (struct job_now){ .phase = "", .permille = -1, .began_ns = now, .sign_ns = now };
	w->aborted = w->silent = w->yields = false;
	w->busy = true;
	bool stopping = w->jobs->stopping;
	lock_give(&w->jobs->lock);
	/* Who asked before this worker could be found has left word in the store. */
	bool taken_back = job_is_aborting(w->jobs->site, task);
	if (taken_back) jobs_stop(w->jobs->site, task->id);
	if (stopping) cancel_fire(&w->cancel);
	if (!job_do(w->jobs->site, task, &watch, &e)) complain(w->jobs, "job.not_noted", &e);
	lock_take(&w->jobs->lock);
	w->busy = false;
	lock_bell_ring_all(&w->jobs->idle);
	lock_give(&w->jobs->lock);
	cancel_done(&w->cancel);
	jobs_tick(w->jobs->site); /* what joined this dataset may be due */
}

static bool is_stopping(struct jobs *j)
{
	lock_take(&j->lock);
	bool stopping = j->stopping;
	lock_give(&j->lock);
	return stopping;
}

/* Waits until there may be work; false: the end. */
static bool rest(struct jobs *j)
{
	int64_t until = clock_monotonic_ns() + LOOK_S * JOB_SECOND_NS;
	lock_take(&j->lock);
	while (!j->woken && !j->stopping && lock_bell_wait_until(&j->work, &j->lock, until)) continue;
	j->woken = false;
	bool go_on = !j->stopping;
	lock_give(&j->lock);
	return go_on;
}

static void *work(void *arg)
{
	struct job_worker *w = arg;
	struct jobs *j = w->jobs;
	pthread_setname_np(pthread_self(), "job");
	do {
		struct job_task task;
		bool found = true;
		while (found && !is_stopping(j)) {
			struct err e = { 0 };
			if (!job_claim(j, &task, &found, &e)) {
				complain(j, "job.queue", &e);
				break;
			}
			if (!found) break;
			lock_take(&j->lock);
			j->last_tenant = task.tenant.v;
			lock_give(&j->lock);
			jobs_wake(j->site); /* there may be more for another worker */
			perform(w, &task);
		}
	} while (rest(j));
	return NULL;
}

/* --- the clock -------------------------------------------------------------------------------------------------- */

struct beat { struct job_task task; struct job_now now; };

/* Leases of what is under way, and how far it is, for whoever asks the store. */
static void renew(struct jobs *j, const struct beat *beats, size_t n)
{
	struct store_tx *tx;
	struct err e = { 0 };
	int64_t lease = clock_now().us + JOB_LEASE_S * JOB_SECOND_US;
	if (!n) return;
	bool ok = store_begin(j->site->store, STORE_WRITE, &tx, &e);
	if (ok) {
		for (size_t i = 0; ok && i < n; i++) {
			const struct job_now *now = &beats[i].now;
			ok = store_run_house(tx, &job_h[JOB_H_renew],
			                     STORE_PARAMS(VALUE_OF_INT(beats[i].task.id), VALUE_OF_TEXT(str_of(j->holder)), VALUE_OF_INT(lease),
			                                  VALUE_OF_TEXT(str_of(now->phase)), VALUE_OF_INT(now->rows), VALUE_OF_INT(now->total), VALUE_OF_INT(now->errors),
			                                  VALUE_OF_INT(now->permille)), &e);
		}
		ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, &e) && ok;
	}
	if (!ok) complain(j, "job.lease", &e);
}

/* What gave no sign of life is stopped; its worker then says so and puts it back or ends it. */
static size_t look_at_workers(struct jobs *j, struct beat *beats)
{
	size_t n = 0;
	int64_t now = clock_monotonic_ns();
	lock_take(&j->lock);
	for (size_t i = 0; i < j->nworkers; i++) {
		struct job_worker *w = &j->workers[i];
		if (!w->busy) continue;
		if (now - w->now.sign_ns > j->silence_ns && !w->silent) {
			w->silent = true;
			cancel_fire(&w->cancel);
		}
		if (!w->silent) beats[n++] = (struct beat){ w->task, w->now };
	}
	lock_give(&j->lock);
	return n;
}

/* A dataset joined another that has a version since which it does not hold. One that is busy or unpublished is not begun. */
static void begin_joined(void *arg, struct tenant_id t, int64_t dataset)
{
	struct jobs *j = arg;
	struct err ignored = { 0 };
	int64_t job;
	const struct job_order o = { .tenant = t, .dataset = dataset, .kind = JOB_PUBLISH, .if_changed = true };
	if (!job_put(j->site, &o, &job, &ignored) && ignored.code != ERR_CONFLICT && ignored.code != ERR_NOT_FOUND) complain(j, "job.joins", &ignored);
}

static void *tick(void *arg)
{
	struct jobs *j = arg;
	struct beat beats[JOB_WORKERS];
	pthread_setname_np(pthread_self(), "job clock");
	int64_t beat_ns = num_min(JOB_BEAT_S * JOB_SECOND_NS, num_max(j->silence_ns / 4, JOB_SECOND_NS / 4));
	lock_take(&j->lock);
	while (!j->stopping) {
		lock_give(&j->lock);
		renew(j, beats, look_at_workers(j, beats));
		struct err e = { 0 };
		if (!job_schedules_turn(j, &e)) complain(j, "job.schedules", &e);
		e = (struct err){ 0 };
		if (!job_letters_turn(j->site, &e)) complain(j, "job.letters", &e);
		jobs_wake(j->site); /* what was to wait a little may be due */
		struct err late = { 0 };
		if (!publish_joins_turn(j->site, begin_joined, j, &late)) complain(j, "job.joins", &late);
		lock_take(&j->lock);
		int64_t until = clock_monotonic_ns() + beat_ns;
		while (!j->ticked && !j->stopping && lock_bell_wait_until(&j->tick, &j->lock, until)) continue;
		j->ticked = false;
	}
	lock_give(&j->lock);
	return NULL;
}

/* --- from other threads --------------------------------------------------------------------------------------------- */

void jobs_wake(struct site *s)
{
	struct jobs *j = s->jobs;
	if (!j) return;
	lock_take(&j->lock);
	j->woken = true;
	lock_bell_ring(&j->work);
	lock_give(&j->lock);
}

void jobs_tick(struct site *s)
{
	struct jobs *j = s->jobs;
	if (!j) return;
	lock_take(&j->lock);
	j->ticked = true;
	lock_bell_ring(&j->tick);
	lock_give(&j->lock);
}

void jobs_stop(struct site *s, int64_t job)
{
	struct jobs *j = s->jobs;
	if (!j) return;
	lock_take(&j->lock);
	for (size_t i = 0; i < j->nworkers; i++)
		if (j->workers[i].busy && j->workers[i].task.id == job) {
			j->workers[i].aborted = true;
			cancel_fire(&j->workers[i].cancel);
		}
	lock_give(&j->lock);
}

/* Also of a job that was claimed before the portal was closed, and that no worker has yet. */
static bool is_held(struct site *s, struct tenant_id t, bool *held, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = store_ask(tx, &job_q[JOB_Q_held], t, STORE_NONE, &r, e);
	if (ok) {
		ok = store_step(r, e) == STORE_ROW;
		*held = ok && store_int(r, 0) > 0;
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

bool jobs_still(struct site *s, struct tenant_id t, struct cancel *c, struct err *e)
{
	struct jobs *j = s->jobs;
	bool held = j != NULL;
	while (held && !cancel_fired(c)) {
		if (!is_held(s, t, &held, e)) return false;
		lock_take(&j->lock);
		for (size_t i = 0; i < j->nworkers; i++) {
			struct job_worker *w = &j->workers[i];
			if (!w->busy || w->task.tenant.v != t.v) continue;
			held = w->yields = true;
			cancel_fire(&w->cancel);
		}
		if (held) (void)lock_bell_wait_until(&j->idle, &j->lock, clock_monotonic_ns() + JOB_SECOND_NS);
		lock_give(&j->lock);
	}
	return !cancel_fired(c) || err_set(e, ERR_CANCELLED, "interrupted");
}

bool jobs_now(struct site *s, int64_t job, struct job_now *out)
{
	struct jobs *j = s->jobs;
	bool found = false;
	if (!j) return false;
	lock_take(&j->lock);
	for (size_t i = 0; i < j->nworkers && !found; i++) {
		found = j->workers[i].busy && j->workers[i].task.id == job;
		if (found) *out = j->workers[i].now;
	}
	lock_give(&j->lock);
	return found;
}

/* --- opening and closing ------------------------------------------------------------------------------------------------ */

static bool start(pthread_t *thread, void *(*run)(void *arg), void *arg, struct err *e)
{
	pthread_attr_t attributes;
	ensure(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0);
	errno = pthread_create(thread, &attributes, run, arg);
	pthread_attr_destroy(&attributes);
	return errno == 0 || err_os(e, "start a worker");
}

static size_t wanted(const struct conf *c)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t n = c && c->job_workers ? c->job_workers : cores > 3 ? 2 : 1;
	return (size_t)num_min(n, JOB_WORKERS);
}

bool jobs_open(struct site *s, struct err *e)
{
	if (!job_take_up(s, e)) return false;
	struct jobs *j = calloc(1, sizeof *j);
	ensure(j != NULL);
	j->site = s;
	j->silence_ns = (s->conf ? s->conf->job_silence_s : 900) * JOB_SECOND_NS;
	crypt_random_base36(j->holder, JOB_HOLDER);
	lock_init(&j->lock, LOCK_JOB);
	lock_bell_init(&j->work);
	lock_bell_init(&j->tick);
	lock_bell_init(&j->idle);
	s->jobs = j;
	size_t n = wanted(s->conf);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		struct job_worker *w = &j->workers[i];
		w->jobs = j;
		lock_take(&j->lock);
		j->nworkers = i + 1;
		lock_give(&j->lock);
		ok = w->started = start(&w->thread, work, w, e);
	}
	ok = ok && (j->clock_started = start(&j->clock, tick, j, e)) && far_open(s, &j->far, e);
	if (!ok) jobs_close(s);
	return ok;
}

void jobs_close(struct site *s)
{
	struct jobs *j = s->jobs;
	if (!j) return;
	far_stop(j->far);
	lock_take(&j->lock);
	j->stopping = true;
	for (size_t i = 0; i < j->nworkers; i++)
		if (j->workers[i].busy) cancel_fire(&j->workers[i].cancel);
	lock_bell_ring_all(&j->work);
	lock_bell_ring_all(&j->tick);
	lock_give(&j->lock);
	for (size_t i = 0; i < j->nworkers; i++)
		if (j->workers[i].started) pthread_join(j->workers[i].thread, NULL);
	if (j->clock_started) pthread_join(j->clock, NULL);
	s->jobs = NULL;
	lock_bell_done(&j->work);
	lock_bell_done(&j->tick);
	lock_bell_done(&j->idle);
	lock_done(&j->lock);
	free(j);
}
