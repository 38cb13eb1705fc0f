/* Records that come one by one (the Push API): taken against the dataset's schema, written to a journal
 * before they are answered, seen by readers a moment later, and now and then made one with the version
 * they were pushed onto. A version stays immutable: what readers see is {version, number of the last
 * push}, see version_ref. Refuses to know HTTP.
 *
 * - Durable: live_push answers once the push is synced to <data>/push/<portal>/<dataset>/ (journal.h).
 * - Visible: what was answered is let in at most every 200 ms a dataset, in order; the reflected
 *   catalogue follows every 5 s.
 * - Compaction: past max(10,000 rows, 10 % of the version), 64 MB of journal, or an hour of rest when the
 *   version is small, a new version is written and quietly takes the place. What cannot be compacted (a
 *   full disk) stays in memory; beyond twice as much further pushes are refused and nothing is lost.
 * - A publication from a file, and a roll-back, leave the pushes made onto another version behind: they
 *   stay in the journal, 256 MB of it, and count again when their version does.
 *
 * Threads: any. The caller of live_open holds the folder's lock. */
#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H

#include "base/base.h"
#include "clock/clock.h"
#include "site/site.h"

struct live;
/* Reads the journals, so that pushes are seen before the first question; sets s->live. `serves`: also
 * starts the threads that let pushes in and compact; without it pushing is refused. */
bool live_open(struct site *s, bool serves, struct err *e) must_use nonnull_all;
/* Journals of a portal that was taken in while a server runs, so that what was pushed to it is seen; nothing where none runs. */
bool live_take_up(struct site *s, struct tenant_id t, struct err *e) must_use nonnull_all;
/* Ends the threads; what was answered is in the journal. s->live becomes NULL, and may be already. */
void live_close(struct site *s);

/* --- who may push ---------------------------------------------------------------------------------- */

enum { LIVE_KEY_BYTES = 40 };
struct live_key { char text[LIVE_KEY_BYTES + 1]; }; /* shown once; empty: the former one goes on */

/* ERR_NOT_FOUND when the dataset is not published; ERR_PARAMETER for a resource that is no word of an
 * address. An empty resource is the former one, or "realtime". */
bool live_enable(struct site *s, struct tenant_id t, struct str slug, struct str resource, struct live_key *out,
                 struct err *e) must_use nonnull_all;
/* Pushes are refused; what was pushed stays. */
bool live_disable(struct site *s, struct tenant_id t, struct str slug, struct err *e) must_use nonnull_all;
/* The former key is good no longer. */
bool live_new_key(struct site *s, struct tenant_id t, struct str slug, struct live_key *out, struct err *e) must_use nonnull_all;

/* What was pushed onto former versions, and is kept in case one of them comes back, is deleted; what readers see stays. ERR_NOT_FOUND. */
bool live_forget(struct site *s, struct tenant_id t, struct str slug, struct err *e) must_use nonnull_all;

/* What was pushed onto former versions and was left behind when a source was published is pushed again, in its order, onto the present one:
 * a record with a key takes the place of its like, others are added. Nothing is taken in twice, but for the last entry before a kill.
 * `lost`: records that do not fit the fields of today. ERR_NOT_FOUND; ERR_CONFLICT and ERR_BUSY: try again later. */
struct live_recovered { int64_t taken, lost; };
bool live_recover(struct site *s, struct tenant_id t, int64_t dataset, struct cancel *c, struct live_recovered *out, struct err *e) must_use;

struct live_status {
	struct str resource;    /* in the arena; empty: push was never enabled */
	bool enabled;
	struct instant key_made;
	int64_t version, rows;
	int64_t waiting;        /* rows and replacements not compacted yet */
	int64_t last_push;      /* sequence number; 0: none */
	int64_t journal_bytes;
	struct str trouble;     /* why compaction fails; empty: it does not */
};
bool live_status(struct site *s, struct tenant_id t, struct str slug, struct arena *a, struct live_status *out,
                 struct err *e) must_use nonnull_all;

/* --- pushing ----------------------------------------------------------------------------------------- */

struct live_call {
	struct tenant_id tenant;
	struct str slug, resource, key;
	struct str body;            /* JSON: an object, or an array of objects */
	int64_t most;               /* records that the dataset may have; 0: no limit */
};
struct live_report {
	size_t taken, refused;
	struct str message;         /* which records were refused and why; empty: none */
};
/* ERR_NOT_FOUND (dataset or resource), ERR_UNAUTHENTICATED (no key), ERR_FORBIDDEN (a wrong one),
 * ERR_TOO_LARGE (nothing of a push is taken that would make more records than `most`; replacing and deleting is always fine),
 * ERR_CONFLICT (disabled), ERR_BAD_REQUEST (not JSON: line and column; no record that can be taken),
 * ERR_BUSY and ERR_DISK_FULL (try again later). True: what was taken is on the disk, in one piece. */
bool live_push(struct live *l, const struct live_call *c, struct arena *a, struct live_report *out, struct err *e) must_use nonnull_all;
/* The same for records to be deleted, given by their values. One that is not there is no error. */
bool live_delete(struct live *l, const struct live_call *c, struct arena *a, struct live_report *out, struct err *e) must_use nonnull_all;
/* ERR_PARAMETER when the id is no id. */
bool live_delete_id(struct live *l, const struct live_call *c, struct str id, struct err *e) must_use nonnull_all;

#endif
