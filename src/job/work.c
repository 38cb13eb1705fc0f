/* One job done, on the thread of whoever calls: the work is publish/'s and the catalogue's; what is written down here is how it
 * ended, in words that tell what to do. */
#include "config/config.h"
#include "job/inside.h"
#include "live/live.h"

enum { BUSY_WAIT_S = 20 };

struct work {
	struct site *site;
	const struct job_task *task;
	const struct job_watch *watch;
	struct arena *arena;
	int64_t rows, errors;
};

static void say(void *arg, int level, struct str words)
{
	struct work *w = arg;
	job_say(w->site, w->task, level, words);
}

static void progress(void *arg, const struct publish_progress *p)
{
	struct work *w = arg;
	w->rows = p->rows;
	w->errors = p->errors;
	if (w->watch->progress) w->watch->progress(w->watch->arg, p);
}

/* --- the kinds ------------------------------------------------------------------------------------------- */

static bool publish(struct work *w, unsigned flags, struct job_ending *how, struct err *e)
{
	const struct publish_watch watch = { .progress = progress, .say = say, .arg = w, .cancel = w->watch->cancel };
	struct publish_outcome out = { 0 };
	/* What a clock or another dataset began: nobody has looked at the draft. */
	if (w->task->if_changed) flags |= PUBLISH_IF_CHANGED | (w->task->who ? 0 : PUBLISH_STANDING);
	if (!publish_dataset(w->site, w->task->tenant, w->task->dataset, flags, &watch, w->arena, &out, e)) {
		if (out.how != PUBLISH_LIMITED || out.version) return false;
		/* There is no room for one more: nothing is published, and trying again is of no use. */
		*how = (struct job_ending){ .outcome = "limit_reached", .state = JOB_LIMIT_REACHED, .bound = out.limit, .message = arena_str(w->arena, str_of(e->pub)) };
		*e = (struct err){ 0 };
		say(w, JOB_FAULT, how->message);
		return true;
	}
	*how = (struct job_ending){ .outcome = "done", .state = JOB_IDLE, .rows = out.rows, .errors = out.errors };
	if (out.how == PUBLISH_DONE)
		say(w, JOB_INFO, arena_printf(w->arena, "Published as version %lld: %lld records, %lld errors.", (long long)out.version, (long long)out.rows, (long long)out.errors));
	if (out.how == PUBLISH_UNCHANGED) {
		how->outcome = "unchanged";
		/* What was cut stays cut until the limit is raised. */
		if (out.limit.n) {
			how->state = JOB_LIMIT_REACHED;
			how->bound = out.limit;
		}
		say(w, JOB_INFO, STR("Sources and configuration have not changed since the last publication; there was nothing to do."));
	}
	if (out.how == PUBLISH_LIMITED) {
		how->outcome = "limit_reached";
		how->state = JOB_LIMIT_REACHED;
		how->bound = out.limit;
		how->message = STR("The limit of records is reached: the first ones are published, the others are left out.");
		say(w, JOB_WARNING, how->message);
	}
	return true;
}

static bool recover(struct work *w, struct job_ending *how, struct err *e)
{
	struct live_recovered done;
	bool ok = live_recover(w->site, w->task->tenant, w->task->dataset, w->watch->cancel, &done, e);
	w->rows = done.taken;
	w->errors = done.lost;
	*how = (struct job_ending){ .outcome = "done", .state = JOB_IDLE, .rows = done.taken, .errors = done.lost };
	if (!ok) return false;
	if (!done.taken && !done.lost) say(w, JOB_INFO, STR("Nothing was pushed that readers do not see; there was nothing to do."));
	else say(w, JOB_INFO, arena_printf(w->arena, "%lld pushed records were taken in again.", (long long)done.taken));
	if (done.lost) say(w, JOB_WARNING, arena_printf(w->arena, "%lld pushed records do not fit the fields of today and were left out.", (long long)done.lost));
	return true;
}

static bool unpublish(struct work *w, struct job_ending *how, struct err *e)
{
	struct store_tx *tx;
	struct job_dataset d;
	if (!store_begin(w->site->store, STORE_READ, &tx, e)) return false;
	bool ok = job_dataset_read(tx, w->task->tenant, w->task->dataset, w->arena, &d, e);
	if (!store_end(tx, STORE_ROLLBACK, e) || !ok) return false;
	*how = (struct job_ending){ .outcome = "done", .state = JOB_IDLE };
	return !d.published || catalog_unpublish(w->site->catalog, w->task->tenant, d.slug, e);
}

static bool take_away(struct work *w, struct job_ending *how, struct err *e)
{
	*how = (struct job_ending){ .outcome = "done", .state = JOB_IDLE };
	return config_delete(w->site, w->task->tenant, w->task->dataset, w->task->who, e);
}

static bool perform(struct work *w, struct job_ending *how, struct err *e)
{
	switch (w->task->kind) {
	case JOB_PUBLISH: return publish(w, 0, how, e);
	case JOB_PUBLISH_METADATA: return publish(w, PUBLISH_METADATA, how, e);
	case JOB_RECOVER: return recover(w, how, e);
	case JOB_UNPUBLISH: return unpublish(w, how, e);
	case JOB_DELETE: return take_away(w, how, e);
	}
	return err_set(e, ERR_SYSTEM, "a job of an unknown kind");
}

/* --- how it ended ------------------------------------------------------------------------------------------- */

/* What another publication under way, or a store that is busy for a while, should not fail. */
static bool passes(const struct err *why) { return why->code == ERR_BUSY || why->code == ERR_TOO_HEAVY || why->code == ERR_CONFLICT; }

static bool failed(struct work *w, const struct err *why, struct job_ending *how, bool *again, bool *forgiven, struct err *e)
{
	bool silent = false, closing = false, asked = w->watch->stopped && w->watch->stopped(w->watch->arg, &silent, &closing);
	int64_t later = clock_now().us + BUSY_WAIT_S * JOB_SECOND_US;
	*how = (struct job_ending){ .outcome = "error", .state = JOB_ERROR, .message = arena_str(w->arena, str_of(why->pub)), .rows = w->rows, .errors = w->errors };
	if (asked) {
		*how = (struct job_ending){ .outcome = "aborted", .state = JOB_IDLE, .rows = w->rows, .errors = w->errors };
		say(w, JOB_WARNING, STR("Stopped. What was published before stays as it was."));
		return true;
	}
	*again = closing || ((silent || passes(why)) && w->task->tries < JOB_TRIES);
	*forgiven = closing;
	if (silent) how->message = STR("It made no progress for too long and was stopped. If the source is slow, try again later; if not, look at the server's log.");
	if (closing) say(w, JOB_INFO, STR("The server ends; this is gone on with when it is back."));
	else say(w, *again ? JOB_WARNING : JOB_FAULT, how->message);
	return !*again || job_requeue(w->site, w->task, closing ? 0 : later, *forgiven, e);
}

static bool by_hand(void *arg, bool *silent, bool *closing)
{
	*silent = *closing = false;
	return cancel_fired(arg);
}

bool job_run(struct site *s, struct tenant_id t, int64_t job, struct cancel *c, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct job_task task = { .tenant = t };
	enum store_step step = STORE_FAILED;
	bool mine;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &job_q[JOB_Q_task], t, STORE_PARAMS(VALUE_OF_INT(job)), &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) {
			task.id = store_int(r, 0);
			task.dataset = store_int(r, 1);
			task.kind = (enum job_kind)store_int(r, 2);
			task.who = store_int(r, 3);
			task.if_changed = store_int(r, 4) != 0;
			task.tries = JOB_TRIES; /* nobody is there to try again */
			task.queued = store_int(r, 6);
		}
		store_stop(r);
	}
	if (!store_end(tx, STORE_ROLLBACK, e) || step == STORE_FAILED) return false;
	if (step == STORE_DONE) return err_set(e, ERR_NOT_FOUND, "there is no such job, or it has ended");
	if (!job_begin(s, "command", &task, &mine, e)) return false;
	if (!mine) return err_set(e, ERR_CONFLICT, "somebody else has begun it");
	const struct job_watch watch = { .cancel = c, .stopped = by_hand, .arg = c };
	return job_do(s, &task, &watch, e);
}

bool job_do(struct site *s, const struct job_task *task, const struct job_watch *watch, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct work w = { .site = s, .task = task, .watch = watch, .arena = &a };
	struct job_ending how = { 0 };
	struct err why = { 0 };
	bool again = false, forgiven = false;
	if (!perform(&w, &how, &why)) {
		log_failure(s->log, LOG_LEVEL_WARN, "job", &why);
		if (!failed(&w, &why, &how, &again, &forgiven, e)) return false;
	}
	if (again) return true;
	log_say(s->log, LOG_LEVEL_INFO, "job.ended", log_int("portal", task->tenant.v), log_int("dataset", task->dataset), log_int("job", task->id),
	        log_text("outcome", str_of(how.outcome)), log_int("rows", how.rows));
	return job_finish(s, task, &how, e);
}
