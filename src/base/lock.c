/* Ranked mutexes and conditions. The check of ranks costs a thread-local bit set. */
#include "base/base.h"
#include <errno.h>
#include <time.h>

static _Thread_local uint64_t held; /* bit r: this thread holds a lock of rank r */

void lock_init(struct lock *l, enum lock_rank rank)
{
	ensure(pthread_mutex_init(&l->mutex, NULL) == 0);
	l->rank = rank;
}

void lock_done(struct lock *l) { pthread_mutex_destroy(&l->mutex); }

void lock_take(struct lock *l)
{
	ensure((held >> l->rank) == 0);
	ensure(pthread_mutex_lock(&l->mutex) == 0);
	held |= UINT64_C(1) << l->rank;
}

void lock_give(struct lock *l)
{
	held &= ~(UINT64_C(1) << l->rank);
	ensure(pthread_mutex_unlock(&l->mutex) == 0);
}

void lock_bell_init(struct lock_bell *b)
{
	pthread_condattr_t attr;
	ensure(pthread_condattr_init(&attr) == 0);
	ensure(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	ensure(pthread_cond_init(&b->cond, &attr) == 0);
	pthread_condattr_destroy(&attr);
}

void lock_bell_done(struct lock_bell *b) { pthread_cond_destroy(&b->cond); }

void lock_bell_wait(struct lock_bell *b, struct lock *l)
{
	held &= ~(UINT64_C(1) << l->rank);
	ensure(pthread_cond_wait(&b->cond, &l->mutex) == 0);
	held |= UINT64_C(1) << l->rank;
}

bool lock_bell_wait_until(struct lock_bell *b, struct lock *l, int64_t monotonic_ns)
{
	struct timespec at = { .tv_sec = monotonic_ns / 1000000000, .tv_nsec = monotonic_ns % 1000000000 };
	held &= ~(UINT64_C(1) << l->rank);
	int said = pthread_cond_timedwait(&b->cond, &l->mutex, &at);
	held |= UINT64_C(1) << l->rank;
	ensure(said == 0 || said == ETIMEDOUT);
	return said == 0;
}

void lock_bell_ring(struct lock_bell *b) { pthread_cond_signal(&b->cond); }
void lock_bell_ring_all(struct lock_bell *b) { pthread_cond_broadcast(&b->cond); }
