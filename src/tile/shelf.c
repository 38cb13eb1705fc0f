/* Sets of points that maps ask for, by key. A map asks for many tiles at once: the first question makes the set, the others
 * wait for it. */
#include <stdlib.h>
#include "tile/tile.h"

enum { SETS_MOST = 64 };

struct place {
	struct arena key_room;
	struct str key;
	struct tile_set *set;   /* NULL while it is made */
	bool used;
	int holders;            /* who waits for it, makes it or reads it */
	uint64_t last;
};
struct tile_shelf {
	struct lock lock;       /* LOCK_TILE; guards all below */
	struct lock_bell bell;  /* something was made, failed, or was given back */
	struct place places[SETS_MOST];
	size_t bytes, most;
	uint64_t turn;
};

void tile_shelf_open(size_t most_bytes, struct tile_shelf **out)
{
	struct tile_shelf *s = calloc(1, sizeof *s);
	ensure(s != NULL);
	lock_init(&s->lock, LOCK_TILE);
	lock_bell_init(&s->bell);
	s->most = most_bytes;
	*out = s;
}

static void drop(struct tile_shelf *s, struct place *p)
{
	if (p->set) s->bytes -= tile_set_bytes(p->set);
	tile_set_free(p->set);
	arena_done(&p->key_room);
	*p = (struct place){ 0 };
}

void tile_shelf_close(struct tile_shelf *s)
{
	if (!s) return;
	for (size_t i = 0; i < SETS_MOST; i++) drop(s, &s->places[i]);
	lock_bell_done(&s->bell);
	lock_done(&s->lock);
	free(s);
}

static struct place *find_or_null(struct tile_shelf *s, struct str key)
{
	for (size_t i = 0; i < SETS_MOST; i++)
		if (s->places[i].used && str_eq(s->places[i].key, key)) return &s->places[i];
	return NULL;
}

static struct place *oldest_or_null(struct tile_shelf *s)
{
	struct place *found = NULL;
	for (size_t i = 0; i < SETS_MOST; i++) {
		struct place *p = &s->places[i];
		if (p->used && p->set && !p->holders && (!found || p->last < found->last)) found = p;
	}
	return found;
}

/* Room for what has been made. What is being read stays, so that the most may be passed for a while. */
static void make_room(struct tile_shelf *s)
{
	for (struct place *p; s->bytes > s->most && (p = oldest_or_null(s)) != NULL;) drop(s, p);
}

/* A free place; NULL while all are in use. */
static struct place *place_or_null(struct tile_shelf *s)
{
	for (size_t i = 0; i < SETS_MOST; i++)
		if (!s->places[i].used) return &s->places[i];
	struct place *p = oldest_or_null(s);
	if (p) drop(s, p);
	return p;
}

/* With the lock; given back while the set is made. */
static bool fill(struct tile_shelf *s, struct place *p, struct str key, bool (*make)(void *arg, struct tile_set **out, struct err *e),
                 void *arg, struct err *e)
{
	struct tile_set *set = NULL;
	*p = (struct place){ .used = true, .holders = 1 };
	p->key = arena_str(&p->key_room, key);
	lock_give(&s->lock);
	bool done = make(arg, &set, e);
	lock_take(&s->lock);
	if (done) {
		p->set = set;
		s->bytes += tile_set_bytes(set);
		make_room(s);
	} else {
		drop(s, p);
	}
	lock_bell_ring_all(&s->bell);
	return done;
}

bool tile_shelf_take(struct tile_shelf *s, struct str key, bool (*make)(void *arg, struct tile_set **out, struct err *e), void *arg,
                     const struct tile_set **out, struct err *e)
{
	bool done = true;
	lock_take(&s->lock);
	for (;;) {
		struct place *p = find_or_null(s, key);
		if (p && p->set) {
			p->holders++;
			p->last = ++s->turn;
			*out = p->set;
			break;
		}
		struct place *fresh = p ? NULL : place_or_null(s);
		if (!fresh) {
			lock_bell_wait(&s->bell, &s->lock);
			continue;
		}
		done = fill(s, fresh, key, make, arg, e);
		if (!done) break;
		fresh->last = ++s->turn;
		*out = fresh->set;
		break;
	}
	lock_give(&s->lock);
	return done;
}

void tile_shelf_give(struct tile_shelf *s, const struct tile_set *set)
{
	lock_take(&s->lock);
	for (size_t i = 0; i < SETS_MOST; i++)
		if (s->places[i].set == set) s->places[i].holders--;
	make_room(s);
	lock_bell_ring_all(&s->bell);
	lock_give(&s->lock);
}
