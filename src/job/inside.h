/* What the files of the room share. */
#ifndef JOB_INSIDE_H
#define JOB_INSIDE_H

#include "job/job.h"
#include "publish/publish.h"

enum job_query {
#define Q(name, text) JOB_Q_##name,
#define HOUSE(name, text)
#include "job/queries.def"
#undef Q
#undef HOUSE
	JOB_Q_COUNT
};
enum job_house {
#define Q(name, text)
#define HOUSE(name, text) JOB_H_##name,
#include "job/queries.def"
#undef Q
#undef HOUSE
	JOB_H_COUNT
};
extern const struct store_query job_q[];
extern const struct store_house_query job_h[];

enum {
	JOB_WORKERS = 64,   /* at most */
	JOB_TRIES = 3,      /* before a job that is cut off again and again fails */
	JOB_LEASE_S = 60,
	JOB_BEAT_S = 10,    /* leases are renewed so often */
	JOB_LINES = 500,    /* of the log of one job */
	JOB_KEPT = 60,      /* jobs of a dataset that stay listed */
	JOB_HOLDER = 16,
};
#define JOB_SECOND_US INT64_C(1000000)
#define JOB_SECOND_NS INT64_C(1000000000)

/* One job as a worker has it. */
struct job_task {
	int64_t id, dataset, who, tries, queued;
	struct tenant_id tenant;
	enum job_kind kind;
	bool if_changed;
};

/* What is known of a running job in memory; guarded by the lock of struct jobs. */
struct job_now {
	const char *phase;
	int64_t rows, total, errors;
	int permille;
	int64_t began_ns, sign_ns; /* of life: the last progress */
};

/* far.c: datasets of other servers that are live; a thread of its own. far_stop(NULL) does nothing; jobs_done frees. */
struct far;
bool far_open(struct site *s, struct far **out, struct err *e) must_use nonnull_all;
void far_stop(struct far *f);

struct jobs;
struct job_worker {
	struct jobs *jobs;
	pthread_t thread;
	bool started;
	bool busy;            /* what follows means something */
	bool aborted;         /* somebody wants it to stop */
	bool yields;          /* its portal is being restored: back into the queue */
	bool silent;          /* no sign of life for too long: stopped by the clock */
	struct job_task task;
	struct job_now now;
	struct cancel cancel;
};

struct jobs {
	struct lock lock;     /* LOCK_JOB; guards the workers and the five below */
	struct lock_bell work, tick, idle; /* idle: a job has ended */
	bool woken, ticked, stopping;
	int64_t last_tenant;  /* whose job was taken last: portals take turns */
	struct job_worker workers[JOB_WORKERS];
	size_t nworkers;
	struct site *site;
	char holder[JOB_HOLDER + 1];
	int64_t silence_ns;   /* a job without a sign of life for so long is stopped */
	pthread_t clock;
	bool clock_started;
	int64_t looked_us;    /* the clock's own: wall time of its last look, to notice jumps */
	int64_t day;          /* … and the day of the last daily report */
	struct far *far;
};

/* state.c */
struct job_turn { enum job_state state, next; struct str message, bound; int64_t job; };
bool job_state_set(struct store_tx *tx, struct tenant_id t, int64_t dataset, const struct job_turn *turn, struct err *e) must_use nonnull_all;
bool job_state_get(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct arena *a, struct job_status *out, struct err *e) must_use nonnull_all;
enum job_state job_state_of(struct str word);
enum job_state job_state_at_work(enum job_kind k); /* processing or deleting */

/* queue.c */
struct job_dataset { struct str slug, uid; bool published; };
bool job_dataset_read(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct arena *a, struct job_dataset *out, struct err *e) must_use nonnull_all;
/* The next job that may begin, begun; *found false: none. */
bool job_claim(struct jobs *j, struct job_task *out, bool *found, struct err *e) must_use nonnull_all;
/* Begins one; *mine false: somebody else has it, or it was taken back. */
bool job_begin(struct site *s, const char *holder, const struct job_task *task, bool *mine, struct err *e) must_use nonnull_all;
bool job_is_aborting(struct site *s, const struct job_task *task) nonnull_all;
/* The end of a job: its row, the dataset's state, those that wait behind it. */
struct job_ending { const char *outcome; enum job_state state; struct str message, bound; int64_t rows, errors; };
bool job_finish(struct site *s, const struct job_task *task, const struct job_ending *how, struct err *e) must_use nonnull_all;
/* Back into the queue, not before a time; `forgiven`: the try does not count. */
bool job_requeue(struct site *s, const struct job_task *task, int64_t after_us, bool forgiven, struct err *e) must_use nonnull_all;
/* What an earlier process left under way is taken up, or fails with its reason. */
bool job_take_up(struct site *s, struct err *e) must_use nonnull_all;
void job_say(struct site *s, const struct job_task *task, int level, struct str text);

/* schedule.c: what is due begins. The clock's thread alone. */
bool job_schedules_turn(struct jobs *j, struct err *e) must_use nonnull_all;

/* tell.c: letters that are due. follow.c: datasets of other portals. */
bool job_letters_turn(struct site *s, struct err *e) must_use nonnull_all;
bool job_refresh_far(struct site *s, struct tenant_id t, struct err *e) must_use nonnull_all;

/* work.c: does one job, on the caller's thread, and writes down how it ended. */
struct job_watch {
	void (*progress)(void *arg, const struct publish_progress *p);
	void *arg;
	struct cancel *cancel;
	bool (*stopped)(void *arg, bool *silent, bool *closing); /* why the token was fired: true when somebody asked; may be NULL */
};
bool job_do(struct site *s, const struct job_task *task, const struct job_watch *w, struct err *e) must_use nonnull_all;

/* worker.c */
void jobs_wake(struct site *s);
void jobs_tick(struct site *s); /* the clock looks at once */
void jobs_stop(struct site *s, int64_t job);
bool jobs_now(struct site *s, int64_t job, struct job_now *out); /* false: not under way here */

#endif
