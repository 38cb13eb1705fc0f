/* The journal of one dataset's pushes: what was answered is on the disk before the answer. Segments are
 * files named after their first sequence number; each says in its head which version its pushes were
 * made onto. An entry carries its length and a checksum, so that a tail torn by a crash, which nobody
 * was told of, is found and cut. Pushes that come at the same time share one write and one sync. */
#ifndef LIVE_JOURNAL_H
#define LIVE_JOURNAL_H

#include "base/base.h"

/* --- bytes: pure functions ------------------------------------------------------------------------- */

enum journal_op {
	JOURNAL_PUT = 1,    /* records: JSON objects, a line each */
	JOURNAL_DELETE = 2, /* record ids, 16 bytes each */
};
struct journal_entry {
	int64_t seq;        /* counted from 1, a dataset's own; gaps are pushes that failed */
	int64_t at_us;      /* wall clock */
	enum journal_op op;
	struct str payload;
};
struct journal_head { int64_t base, first; };
enum { JOURNAL_HEAD_BYTES = 32, JOURNAL_ENTRY_BYTES = 32, JOURNAL_PAYLOAD_BYTES = 64 << 20 };

void journal_put_head(struct buf *b, const struct journal_head *h);
void journal_put(struct buf *b, const struct journal_entry *e);
bool journal_read_head(struct str segment, struct journal_head *out) must_use;
/* The entry at *at, which moves behind it; the payload is a view. Start with JOURNAL_HEAD_BYTES. */
enum journal_step { JOURNAL_ENTRY, JOURNAL_END, JOURNAL_TORN };
enum journal_step journal_read(struct str segment, size_t *at, struct journal_entry *out);

/* --- files ------------------------------------------------------------------------------------------ */

/* An entry on its way, one block of memory: freed with free(). */
struct journal_frame {
	struct journal_frame *next;
	struct journal_entry entry; /* its payload follows the struct */
	int64_t base;
	struct journal_wait *wait;  /* whoever waits for it; NULL once told */
};
struct journal;
/* The lock and bell are the owner's; `durable` is called with the lock, in order, and takes the frame. */
struct journal_options {
	struct str folder;          /* made with the first push */
	struct lock *lock;
	struct lock_bell *bell;
	void (*durable)(void *arg, struct journal_frame *f);
	void *arg;
	size_t segment_bytes;       /* 0: 32 MiB */
};
/* Cuts what a crash tore, and tells how many bytes that were. */
bool journal_open(const struct journal_options *o, struct journal **out, int64_t *cut, struct err *e) must_use nonnull_all;
void journal_close(struct journal *j);
/* Adds an entry and waits until it is on the disk. With the lock, given up meanwhile. On failure
 * (ERR_DISK_FULL, ERR_SYSTEM) the entry is not there and never comes back. */
bool journal_add(struct journal *j, int64_t base, enum journal_op op, struct str payload, int64_t *seq,
                 struct err *e) must_use nonnull_all;
/* With the lock: the last entry on the disk; the numbers in use never lie below `least`. */
int64_t journal_last(struct journal *j, int64_t least);
/* Without the lock: calls `take` with every entry after `after` up to `upto` of the segments made onto one
 * of two versions. */
bool journal_replay(struct journal *j, const int64_t bases[2], int64_t after, int64_t upto,
                    bool (*take)(void *arg, const struct journal_entry *entry, struct err *e), void *arg,
                    struct err *e) must_use;
/* The same with the segments that were made onto versions before `from` and after `to`. */
bool journal_replay_outside(struct journal *j, int64_t from, int64_t to, int64_t after, int64_t upto,
                            bool (*take)(void *arg, const struct journal_entry *entry, struct err *e), void *arg,
                            struct err *e) must_use;
/* Without the lock: numbers kept beside the segments, 0 when never set. JOURNAL_FROM: the newest version that came from a source, so that
 * pushes made onto versions below it are in none that readers see; JOURNAL_RECOVERED: the last push that was taken in again. */
enum journal_number { JOURNAL_FROM, JOURNAL_RECOVERED };
int64_t journal_number(struct journal *j, enum journal_number which);
bool journal_set_number(struct journal *j, enum journal_number which, int64_t n, struct err *e) must_use;
/* Without the lock: deletes the oldest segments that hold nothing after `seq`, as long as all together are
 * larger than `keep`. */
void journal_trim(struct journal *j, int64_t seq, int64_t keep);
/* Without the lock: deletes the segments that were made onto other versions than these two. */
void journal_forget(struct journal *j, const int64_t bases[2]);
/* Without the lock: bytes of all segments. */
int64_t journal_bytes(struct journal *j);

#endif
