/* Work on datasets that takes time: a queue in the store, workers with leases, schedules. A job that a crash cut off is found
 * by its lease and begun again, or fails with its reason; none is stuck. One job a dataset at a time; a second publication
 * waits as one that is queued, a third is the same as the second. Schedules publish the configuration that was published last, not the draft. What is done is publish/'s; here it is kept when, by whom, how far, and how it ended.
 *
 * The state of a dataset is that of management-api.md 3.3, kept in the store so that lists can ask for it. Threads: any. */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include "base/base.h"
#include "pool/pool.h"
#include "site/site.h"

enum job_kind { JOB_PUBLISH, JOB_PUBLISH_METADATA, JOB_UNPUBLISH, JOB_DELETE, JOB_RECOVER };
enum job_state { JOB_IDLE, JOB_QUEUED, JOB_PROCESSING, JOB_ABORTING, JOB_DELETING, JOB_ERROR, JOB_LIMIT_REACHED, JOB_SAVING };
const char *job_state_word(enum job_state s); /* "idle", "queued" … as the API spells it */

/* Workers and the clock of schedules; after site_open, in a server. Jobs that were under way are taken up. */
bool jobs_open(struct site *s, struct err *e) must_use nonnull_all;
void jobs_close(struct site *s);
void jobs_done(struct site *s); /* after the last request, and jobs_close */

/* Stops what is under way on a portal that is being restored (tenant_restoring), of which nothing is begun, and waits until it has stopped; it is back in
 * the queue then. False when `c` was fired meanwhile. */
bool jobs_still(struct site *s, struct tenant_id t, struct cancel *c, struct err *e) must_use nonnull_all;

struct job_order {
	struct tenant_id tenant;
	int64_t dataset, who;        /* who 0: a schedule */
	enum job_kind kind;
	bool if_changed;             /* a source that has not changed ends it without work */
};
/* Puts work in the queue; gives its number. ERR_CONFLICT ("…status is 'processing' but must be one of 'idle', 'error' …") when the
 * dataset's state does not allow it. */
bool job_put(struct site *s, const struct job_order *o, int64_t *job, struct err *e) must_use nonnull_all;
/* Stops what is under way on a dataset, or takes back what is queued; the published version stays whole. ERR_CONFLICT when nothing is. */
bool job_abort(struct site *s, struct tenant_id t, int64_t dataset, struct err *e) must_use nonnull_all;

/* Does a job here and now, without workers: for commands while no server runs. What an earlier process left under way is taken up first, and
 * waits. The outcome stands in the list; false only when it could not be begun or written down. */
bool job_run(struct site *s, struct tenant_id t, int64_t job, struct cancel *c, struct err *e) must_use nonnull_all;

struct job_status {
	enum job_state state, previous, next; /* next JOB_IDLE when there is none */
	bool has_previous, has_next;
	struct instant since;
	struct str message;          /* for people; of an error */
	int64_t job;                 /* the last one; 0: none yet */
	struct str phase;            /* "fetching", "reading", "processing", "loading", "finishing" */
	int64_t rows, total, errors; /* so far; total 0: not known */
	int permille;                /* of the whole work; -1: not known */
	double rows_per_second;
	struct str limit;            /* JSON {limit_type, limit, value} with JOB_LIMIT_REACHED */
};
bool job_status(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct job_status *out, struct err *e) must_use nonnull_all;
/* Record errors of the last publication: row, field, processor uid, message; at most `most`, and how many there are. */
struct job_fault { struct str record, field, processor, value, message; int64_t row; };
bool job_faults(struct site *s, struct tenant_id t, int64_t dataset, size_t most, struct arena *a, struct job_fault **out, size_t *n, int64_t *total, struct err *e) must_use nonnull_all;

struct job_item {
	int64_t id, dataset, who;
	enum job_kind kind;
	struct str slug, title;
	struct instant queued, started, ended;  /* us 0: not yet */
	struct str outcome;          /* "", "done", "unchanged", "error", "aborted", "limit_reached" */
	struct str message;
	int64_t rows, errors;
	struct job_status now;       /* while it runs */
};
/* Newest first; dataset 0: of the whole portal. */
bool job_list(struct site *s, struct tenant_id t, int64_t dataset, int64_t limit, int64_t offset, struct arena *a, struct job_item **out, size_t *n, int64_t *total, struct err *e) must_use nonnull_all;
/* Lines of what a job did, oldest first. */
struct job_line { struct instant at; enum { JOB_INFO, JOB_WARNING, JOB_FAULT } level; struct str text; };
/* Whether there is such a job; old ones are not kept. */
bool job_known(struct site *s, struct tenant_id t, int64_t job, bool *known, struct err *e) must_use nonnull_all;
bool job_log(struct site *s, struct tenant_id t, int64_t job, struct arena *a, struct job_line **out, size_t *n, struct err *e) must_use nonnull_all;

/* --- schedules ---------------------------------------------------------------------------------------------- */

struct job_schedule { struct str uid, cron, timezone; struct instant next, last; int64_t failures; };
bool job_schedules(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct job_schedule **out, size_t *n, struct err *e) must_use nonnull_all;
/* uid empty: a new one. ERR_PARAMETER says which of the five parts of the cron text is wrong, or that it is oftener than the portal allows
 * (setting schedule.least_minutes). timezone empty: the portal's. */
bool job_schedule_write(struct site *s, struct tenant_id t, int64_t dataset, struct str uid, struct str cron, struct str timezone, int64_t who,
                        struct arena *a, struct job_schedule *out, struct err *e) must_use nonnull_all;
bool job_schedule_remove(struct site *s, struct tenant_id t, int64_t dataset, struct str uid, struct err *e) must_use nonnull_all;
/* The next times of a cron text, for showing. */
bool job_cron_next(struct str cron, struct str timezone, struct instant after, size_t n, struct instant *out, struct err *e) must_use nonnull_all;

#endif
