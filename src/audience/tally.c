/* Counters in memory, a table that never grows past its bounds: once a dimension has as many keys as its row allows, or the
 * table is full, what is new is counted as "other". So strangers who invent hosts and names fill neither memory nor store. */
#include "audience/inside.h"
#include <stdlib.h>

static const struct { const char *name; uint16_t most; } dims[] = {
#define DIM(symbol, name, kind, most) { name, most },
#include "audience/dimensions.def"
#undef DIM
};

const char *audience_dimension_name(enum audience_dimension d) { return dims[d].name; }

struct str tally_key(const struct tally *t, const struct tally_cell *c) { return str_make(t->bytes + c->at, c->nkey); }

static uint32_t hash_of(enum audience_dimension d, struct str key) { return (uint32_t)(map_hash(key) ^ ((uint64_t)d * 0x9e3779b1u)); }

static struct tally_cell *place(const struct tally *t, enum audience_dimension d, struct str key, uint32_t hash)
{
	size_t i = hash & (t->ncells - 1);
	for (;; i = (i + 1) & (t->ncells - 1)) {
		struct tally_cell *c = &t->cells[i];
		if (!c->used || (c->hash == hash && c->dim == (uint8_t)d && str_eq(tally_key(t, c), key))) return c;
	}
}

static void grow(struct tally *t)
{
	struct tally former = *t;
	t->ncells = former.ncells ? former.ncells * 2 : 128;
	t->cells = calloc(t->ncells, sizeof *t->cells);
	ensure(t->cells != NULL);
	for (size_t i = 0; i < former.ncells; i++) {
		const struct tally_cell *c = &former.cells[i];
		if (c->used) *place(t, (enum audience_dimension)c->dim, tally_key(t, c), c->hash) = *c;
	}
	free(former.cells);
}

static bool keep_key(struct tally *t, struct str key, uint32_t *at)
{
	size_t spare = str_eq(key, STR("other")) ? 4096 : 0; /* there is always room to say so */
	if (t->nbytes + key.n > TALLY_BYTES + spare) return false;
	if (t->nbytes + key.n > t->cap) {
		t->cap = t->cap ? t->cap * 2 : 4096;
		while (t->cap < t->nbytes + key.n) t->cap *= 2;
		if (t->cap > TALLY_BYTES + 4096) t->cap = TALLY_BYTES + 4096;
		t->bytes = realloc(t->bytes, t->cap);
		ensure(t->bytes != NULL);
	}
	*at = (uint32_t)t->nbytes;
	if (key.n) memcpy(t->bytes + t->nbytes, key.p, key.n);
	t->nbytes += key.n;
	return true;
}

void tally_add(struct tally *t, enum audience_dimension d, struct str key, int64_t n, int64_t us)
{
	if (key.n > 2 * KEY_BYTES + 1) key = STR("other");
	if (t->used * 4 >= t->ncells * 3) grow(t);
	uint32_t hash = hash_of(d, key);
	struct tally_cell *c = place(t, d, key, hash);
	if (!c->used) {
		uint32_t at = 0;
		bool other = str_eq(key, STR("other"));
		bool room = t->used < TALLY_CELLS * 3 / 4 - AUDIENCE_DIMENSIONS && t->keys[d] < dims[d].most;
		if (!other && (!room || !keep_key(t, key, &at))) {
			tally_add(t, d, STR("other"), n, us);
			return;
		}
		if (other && !keep_key(t, key, &at)) return;
		*c = (struct tally_cell){ .hash = hash, .at = at, .nkey = (uint16_t)key.n, .dim = (uint8_t)d, .used = 1 };
		t->used++;
		t->keys[d]++;
	}
	c->n += n;
	c->us += us;
}

void tally_pair(struct tally *t, enum audience_dimension d, struct str a, struct str b)
{
	char key[2 * KEY_BYTES + 1];
	if (a.n > KEY_BYTES || b.n > KEY_BYTES || !a.n || !b.n) return;
	memcpy(key, a.p, a.n);
	key[a.n] = SEPARATOR;
	memcpy(key + a.n + 1, b.p, b.n);
	tally_add(t, d, str_make(key, a.n + 1 + b.n), 1, 0);
}

/* The numbers are written; the keys stay known until the hour is over, so that their count stays bounded. */
void tally_clear(struct tally *t)
{
	for (size_t i = 0; i < t->ncells; i++) t->cells[i].n = t->cells[i].us = 0;
}

void tally_done(struct tally *t)
{
	free(t->cells);
	free(t->bytes);
	*t = (struct tally){ 0 };
}

size_t tally_bytes(const struct tally *t) { return t->ncells * sizeof *t->cells + t->cap; }
