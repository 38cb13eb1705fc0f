/* A lane: a bounded queue served by its own threads, first come first served. A portal may hold
 * at most its share of the places, waiting or running, so that a busy one cannot starve a quiet
 * one. */
#include "pool/pool.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct task {
	void (*run)(void *arg);
	void *arg;
	size_t counter; /* place in `counters` of its portal */
};

/* How many tasks a portal has in the lane. A place is free when `tasks` is 0. */
struct counter {
	int64_t tenant;
	size_t tasks;
};

struct lane {
	struct lock lock; /* LOCK_LANE; guards all below */
	struct lock_bell filled;
	struct task *ring;
	size_t size, first, waiting;
	struct counter *counters;
	size_t ncounters;
	size_t top; /* counters beyond it were never used */
	size_t share;
	bool closing;
	char name[16];
	pthread_t *threads;
	int nthreads;
};

static void *work(void *arg)
{
	struct lane *l = arg;
	pthread_setname_np(pthread_self(), l->name);
	lock_take(&l->lock);
	for (;;) {
		while (l->waiting == 0 && !l->closing) lock_bell_wait(&l->filled, &l->lock);
		if (l->waiting == 0) break;
		struct task t = l->ring[l->first];
		l->first = (l->first + 1) % l->size;
		l->waiting--;
		lock_give(&l->lock);
		t.run(t.arg);
		lock_take(&l->lock);
		l->counters[t.counter].tasks--;
	}
	lock_give(&l->lock);
	return NULL;
}

static bool start_workers(struct lane *l, const struct lane_options *o, struct err *e)
{
	pthread_attr_t attr;
	ensure(pthread_attr_init(&attr) == 0);
	ensure(pthread_attr_setstacksize(&attr, o->stack_bytes ? o->stack_bytes : (size_t)1 << 20) == 0);
	bool good = true;
	for (int i = 0; good && i < o->workers; i++) {
		int said = pthread_create(&l->threads[i], &attr, work, l);
		if (said == 0) {
			l->nthreads++;
			continue;
		}
		errno = said;
		good = err_os(e, "start worker %d of lane %s", i, o->name);
	}
	pthread_attr_destroy(&attr);
	return good;
}

bool lane_open(const struct lane_options *o, struct lane **out, struct err *e)
{
	ensure(o->workers > 0 && o->queue > 0);
	struct lane *l = calloc(1, sizeof *l);
	ensure(l != NULL);
	lock_init(&l->lock, LOCK_LANE);
	lock_bell_init(&l->filled);
	l->size = o->queue;
	l->share = o->share;
	/* Every task holds one counter at most, so there is always a free place for a new portal. */
	l->ncounters = o->queue + (size_t)o->workers;
	l->ring = calloc(l->size, sizeof *l->ring);
	l->counters = calloc(l->ncounters, sizeof *l->counters);
	l->threads = calloc((size_t)o->workers, sizeof *l->threads);
	ensure(l->ring && l->counters && l->threads);
	snprintf(l->name, sizeof l->name, "%s", o->name);
	if (!start_workers(l, o, e)) {
		lane_close(l);
		return false;
	}
	*out = l;
	return true;
}

/* The portal's counter, or a free one. Freed places are reused from the front, so the busy ones
 * stay together and the search is as long as the most portals that were ever busy at once. */
static size_t find_counter(struct lane *l, int64_t tenant)
{
	size_t spare = l->ncounters;
	for (size_t i = 0; i < l->top; i++) {
		struct counter *c = &l->counters[i];
		if (c->tasks == 0) spare = num_min(spare, i);
		else if (c->tenant == tenant) return i;
	}
	if (spare < l->ncounters) return spare;
	ensure(l->top < l->ncounters);
	return l->top++;
}

bool lane_put(struct lane *l, int64_t tenant, void (*run)(void *arg), void *arg)
{
	bool taken = false;
	lock_take(&l->lock);
	if (l->waiting < l->size && !l->closing) {
		size_t i = find_counter(l, tenant);
		struct counter *c = &l->counters[i];
		if (c->tasks == 0) c->tenant = tenant;
		if (l->share == 0 || c->tasks < l->share) {
			c->tasks++;
			l->ring[(l->first + l->waiting) % l->size] = (struct task){ run, arg, i };
			l->waiting++;
			taken = true;
			lock_bell_ring(&l->filled);
		}
	}
	lock_give(&l->lock);
	return taken;
}

size_t lane_depth(struct lane *l)
{
	lock_take(&l->lock);
	size_t n = l->waiting;
	lock_give(&l->lock);
	return n;
}

void lane_close(struct lane *l)
{
	if (!l) return;
	lock_take(&l->lock);
	l->closing = true;
	lock_bell_ring_all(&l->filled);
	lock_give(&l->lock);
	for (int i = 0; i < l->nthreads; i++) pthread_join(l->threads[i], NULL);
	lock_bell_done(&l->filled);
	lock_done(&l->lock);
	free(l->ring);
	free(l->counters);
	free(l->threads);
	free(l);
}
