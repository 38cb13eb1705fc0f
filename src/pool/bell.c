/* Deadlines: one thread sleeping until the earliest of a heap. An alarm rings outside the lock,
 * so it may take any other; bell_unset waits for the one that is ringing right now. */
#include "pool/pool.h"
#include <errno.h>
#include <stdlib.h>
#include <time.h>

struct bell {
	struct lock lock; /* LOCK_BELL; guards all below */
	struct lock_bell changed;
	struct lock_bell rung;
	struct bell_alarm **heap;
	size_t n, cap;
	struct bell_alarm *ringing;
	int64_t asleep_until; /* nobody needs to wake the thread for anything later */
	bool closing;
	pthread_t thread;
};

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void place(struct bell *b, size_t i, struct bell_alarm *a)
{
	b->heap[i] = a;
	a->place = i + 1;
}

static void sift_up(struct bell *b, size_t i, struct bell_alarm *a)
{
	while (i > 0 && b->heap[(i - 1) / 2]->at_ns > a->at_ns) {
		place(b, i, b->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(b, i, a);
}

static void sift_down(struct bell *b, size_t i, struct bell_alarm *a)
{
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= b->n) break;
		if (child + 1 < b->n && b->heap[child + 1]->at_ns < b->heap[child]->at_ns) child++;
		if (b->heap[child]->at_ns >= a->at_ns) break;
		place(b, i, b->heap[child]);
		i = child;
	}
	place(b, i, a);
}

static void take_out(struct bell *b, struct bell_alarm *a)
{
	size_t i = a->place - 1;
	a->place = 0;
	struct bell_alarm *last = b->heap[--b->n];
	if (last == a) return;
	if (i > 0 && b->heap[(i - 1) / 2]->at_ns > last->at_ns) sift_up(b, i, last);
	else sift_down(b, i, last);
}

static void *watch(void *arg)
{
	struct bell *b = arg;
	pthread_setname_np(pthread_self(), "bell");
	lock_take(&b->lock);
	while (!b->closing) {
		if (b->n == 0 && b->asleep_until == INT64_MAX) {
			lock_bell_wait(&b->changed, &b->lock);
			continue;
		}
		int64_t next = b->n ? b->heap[0]->at_ns : INT64_MAX;
		if (next > now_ns()) {
			/* Sleeping on after an alarm was unset saves a wake-up for each of the next ones. */
			b->asleep_until = next;
			if (next != INT64_MAX) lock_bell_wait_until(&b->changed, &b->lock, next);
			continue;
		}
		struct bell_alarm *a = b->heap[0];
		take_out(b, a);
		b->ringing = a;
		void (*ring)(void *) = a->ring;
		void *what = a->arg;
		lock_give(&b->lock);
		ring(what);
		lock_take(&b->lock);
		b->ringing = NULL;
		lock_bell_ring_all(&b->rung);
	}
	lock_give(&b->lock);
	return NULL;
}

bool bell_open(struct bell **out, struct err *e)
{
	struct bell *b = calloc(1, sizeof *b);
	ensure(b != NULL);
	b->asleep_until = INT64_MAX;
	lock_init(&b->lock, LOCK_BELL);
	lock_bell_init(&b->changed);
	lock_bell_init(&b->rung);
	int said = pthread_create(&b->thread, NULL, watch, b);
	if (said != 0) {
		lock_bell_done(&b->changed);
		lock_bell_done(&b->rung);
		lock_done(&b->lock);
		free(b);
		errno = said;
		return err_os(e, "start the bell");
	}
	*out = b;
	return true;
}

void bell_close(struct bell *b)
{
	if (!b) return;
	lock_take(&b->lock);
	b->closing = true;
	lock_bell_ring_all(&b->changed);
	lock_give(&b->lock);
	pthread_join(b->thread, NULL);
	lock_bell_done(&b->changed);
	lock_bell_done(&b->rung);
	lock_done(&b->lock);
	free(b->heap);
	free(b);
}

void bell_set(struct bell *b, struct bell_alarm *a, int64_t at_monotonic_ns)
{
	lock_take(&b->lock);
	if (a->place) take_out(b, a);
	a->at_ns = at_monotonic_ns;
	if (b->n == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 64;
		b->heap = realloc(b->heap, b->cap * sizeof *b->heap);
		ensure(b->heap != NULL);
	}
	b->n++;
	sift_up(b, b->n - 1, a);
	if (a->place == 1 && at_monotonic_ns < b->asleep_until) lock_bell_ring(&b->changed);
	lock_give(&b->lock);
}

void bell_unset(struct bell *b, struct bell_alarm *a)
{
	bool inside = pthread_equal(pthread_self(), b->thread);
	lock_take(&b->lock);
	if (a->place) take_out(b, a);
	while (b->ringing == a && !inside) lock_bell_wait(&b->rung, &b->lock);
	lock_give(&b->lock);
}
