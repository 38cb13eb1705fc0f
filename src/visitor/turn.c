/* Whose turn it is: of requests that change the same place, one at a time goes from looking at what stands there to writing. Others wait a little, and are
 * then told that the portal is busy. The table is the process's; its lock is held for a look at it only. */
#include "visitor/inside.h"

enum { TURNS = 64, PATIENCE_S = 8 };

static struct {
	struct lock lock;
	struct lock_bell bell;
	uint64_t taken[TURNS]; /* 0: free */
} turns;
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void make(void)
{
	lock_init(&turns.lock, LOCK_TURN);
	lock_bell_init(&turns.bell);
}

/* A free place in the table; NULL: somebody has this turn, or all places are taken. */
static uint64_t *free_or_null(uint64_t key)
{
	uint64_t *found = NULL;
	for (size_t i = 0; i < TURNS; i++) {
		if (turns.taken[i] == key)
			return NULL;
		if (!turns.taken[i])
			found = &turns.taken[i];
	}
	return found;
}

bool visitor_turn_take(const struct httpd_request *r, uint64_t *turn, struct err *e)
{
	uint64_t key = map_hash(arena_printf(r->arena, "%.*s %.*s", STR_ARG(r->host), STR_ARG(r->path))) | 1;
	int64_t until = clock_monotonic_ns() + INT64_C(1000000000) * PATIENCE_S;
	uint64_t *place;
	bool waited = true;
	pthread_once(&made, make);
	lock_take(&turns.lock);
	while (!(place = free_or_null(key)) && waited)
		waited = lock_bell_wait_until(&turns.bell, &turns.lock, until);
	if (place)
		*place = key;
	lock_give(&turns.lock);
	*turn = place ? key : 0;
	return place || err_set(e, ERR_BUSY, "Somebody else is saving the same thing at this moment. Please try again.");
}

void visitor_turn_give(uint64_t turn)
{
	if (!turn)
		return;
	lock_take(&turns.lock);
	for (size_t i = 0; i < TURNS; i++)
		if (turns.taken[i] == turn)
			turns.taken[i] = 0;
	lock_bell_ring_all(&turns.bell);
	lock_give(&turns.lock);
}
