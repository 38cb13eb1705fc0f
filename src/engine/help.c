/* More cores for a question that is alone. The library cuts the reading of a big version into tasks for as many threads as
 * the engine was given cores, and starts none of them itself: whoever asks does the tasks of its question one after the
 * other, and helpers take some of them while fewer questions run than there are cores. So clients that ask at once
 * disturb each other no more than if every question had one core.
 *
 * Helpers are started by the first question that is worth their while, so that a program that never asks one has none. */
#include "engine/inside.h"
#include <stdlib.h>
#include <time.h>

enum { STACK_BYTES = 1 << 20, PAUSE_NS = 30000 };

/* With the lock. The helper numbered 0 is the first to come and the last to go. */
static bool is_needed(const struct engine_helper *h)
{
	const struct engine *g = h->engine;
	return g->asking > 0 && g->asking + h->number < g->cores;
}

static void *work(void *arg)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	const struct engine_helper *h = arg;
	struct engine *g = h->engine;
	pthread_setname_np(pthread_self(), "engine");
	duckdb_task_state state = duckdb_create_task_state(g->db);
	lock_take(&g->lock);
	while (!g->closing) {
		if (!is_needed(h)) {
			lock_bell_wait(&g->help, &g->lock);
			continue;
		}
		lock_give(&g->lock);
		/* Between two steps of a statement there are no tasks, and nobody says when the next come. */
		if (!duckdb_execute_n_tasks_state(state, 1)) nanosleep(&pause, NULL);
		lock_take(&g->lock);
	}
	lock_give(&g->lock);
	duckdb_destroy_task_state(state);
	return NULL;
}

/* With the lock. A helper that cannot be had is done without. */
static void start(struct engine *g)
{
	pthread_attr_t attr;
	ensure(pthread_attr_init(&attr) == 0);
	ensure(pthread_attr_setstacksize(&attr, STACK_BYTES) == 0);
	g->helpers_tried = true;
	for (int i = 0; i + 1 < g->cores; i++) {
		struct engine_helper *h = &g->helpers[g->nhelpers];
		*h = (struct engine_helper){ .engine = g, .number = i };
		if (pthread_create(&h->thread, &attr, work, h) == 0) g->nhelpers++;
	}
	pthread_attr_destroy(&attr);
}

void help_begin(struct engine *g, bool big)
{
	if (!big || g->cores < 2) return;
	lock_take(&g->lock);
	g->asking++;
	if (!g->helpers_tried) start(g);
	if (g->asking < g->cores) lock_bell_ring_all(&g->help);
	lock_give(&g->lock);
}

void help_end(struct engine *g, bool big)
{
	if (!big || g->cores < 2) return;
	lock_take(&g->lock);
	g->asking--;
	lock_give(&g->lock);
}

void help_stop(struct engine *g)
{
	lock_take(&g->lock);
	g->closing = true;
	lock_bell_ring_all(&g->help);
	lock_give(&g->lock);
	for (int i = 0; i < g->nhelpers; i++) pthread_join(g->helpers[i].thread, NULL);
	g->nhelpers = 0;
}
