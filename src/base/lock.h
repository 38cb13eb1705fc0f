/* Locks with a rank: a lock may be taken only while every lock already held by this thread has a
 * lower rank. Debug builds check it. Ranks are rows of locks.def; a lock lives inside what it
 * guards, is held briefly, and nobody calls out, logs or waits for others while holding one. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum lock_rank {
	LOCK_RANK_NONE,
#define LOCK(symbol, guards) LOCK_##symbol,
#include "base/locks.def"
#undef LOCK
};

struct lock {
	pthread_mutex_t mutex;
	enum lock_rank rank;
};

void lock_init(struct lock *l, enum lock_rank rank);
void lock_done(struct lock *l);
void lock_take(struct lock *l);
void lock_give(struct lock *l);

/* A condition belongs to one lock, which the waiter holds. */
struct lock_bell {
	pthread_cond_t cond; /* monotonic clock */
};
void lock_bell_init(struct lock_bell *b);
void lock_bell_done(struct lock_bell *b);
void lock_bell_wait(struct lock_bell *b, struct lock *l);
/* Waits no longer than until a monotonic time in nanoseconds; false when the time came first. */
bool lock_bell_wait_until(struct lock_bell *b, struct lock *l, int64_t monotonic_ns);
void lock_bell_ring(struct lock_bell *b);     /* wakes one */
void lock_bell_ring_all(struct lock_bell *b);

#endif
