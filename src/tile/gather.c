/* Points of a set in a tile: each by itself while they are few, else gathered in 64 × 64 squares of the tile, and these into
 * clusters where that is asked for. A gathered feature stands at the mean of its points. */
#include <math.h>
#include <stdlib.h>
#include "tile/inside.h"
#include "tile/set.h"

enum { SIDE_BITS = 6, CELLS = 1 << (2 * SIDE_BITS), MEMBERS = 3 };

/* What many points are together. */
struct sum {
	uint64_t n, nvalues;
	double x, y;         /* sums of units of the tile */
	double mean, spread; /* of the values, after Welford */
	double least, most;
	uint16_t word;
};

struct gatherer {
	struct tile_layer *l;
	const struct tile_set *s;
	const struct tile_gathering *how;
	uint64_t x0, y0, x1, y1;  /* the tile in parts of the world; ends are beyond it */
	double unit;              /* parts of the world in one unit of the tile */
	size_t met;
	struct sum *cells;        /* NULL while points are counted, or drawn one by one */
	bool draws;
};

static void add_value(struct sum *c, double v)
{
	if (!isfinite(v)) return;
	double before = c->mean;
	c->least = c->nvalues ? fmin(c->least, v) : v;
	c->most = c->nvalues ? fmax(c->most, v) : v;
	c->nvalues++;
	c->mean += (v - before) / (double)c->nvalues;
	c->spread += (v - before) * (v - c->mean);
}

/* Chan, Golub and LeVeque: two sums become one. */
static void join(struct sum *c, const struct sum *of)
{
	if (!c->n) c->word = of->word;
	if (of->nvalues) {
		double both = (double)(c->nvalues + of->nvalues);
		double step = of->mean - c->mean;
		c->spread += of->spread + step * step * (double)c->nvalues * (double)of->nvalues / both;
		c->mean += step * (double)of->nvalues / both;
		c->least = c->nvalues ? fmin(c->least, of->least) : of->least;
		c->most = c->nvalues ? fmax(c->most, of->most) : of->most;
	}
	c->n += of->n;
	c->nvalues += of->nvalues;
	c->x += of->x;
	c->y += of->y;
}

static double value_of(const struct sum *c, enum tile_function f)
{
	if (!c->nvalues) return NAN;
	switch (f) {
	case TILE_COUNT: return (double)c->nvalues;
	case TILE_AVG: return c->mean;
	case TILE_SUM: return c->mean * (double)c->nvalues;
	case TILE_MIN: return c->least;
	case TILE_MAX: return c->most;
	case TILE_STDDEV: return sqrt(c->spread / (double)c->nvalues);
	}
	return NAN;
}

static void put(struct gatherer *g, double x, double y, uint64_t n, double value, uint16_t word)
{
	struct tile_member m[MEMBERS];
	size_t k = 0;
	double lon;
	double lat;
	if (n > 1) m[k++] = (struct tile_member){ STR("n"), TILE_VALUE_INT((int64_t)n) };
	if (isfinite(value)) m[k++] = (struct tile_member){ STR("v"), TILE_VALUE_NUMBER(value) };
	if (word) m[k++] = (struct tile_member){ STR("w"), TILE_VALUE_TEXT(g->s->words.entries[word - 1].key) };
	tile_place(g->l->at, x, y, &lon, &lat);
	(void)!tile_add_point(g->l, 0, lon, lat, m, k);
}

static double unit_x(const struct gatherer *g, size_t i) { return ((double)g->s->of.x[i] - (double)g->x0) / g->unit; }
static double unit_y(const struct gatherer *g, size_t i) { return ((double)g->s->of.y[i] - (double)g->y0) / g->unit; }

static void meet(struct gatherer *g, size_t i)
{
	const struct tile_columns *of = &g->s->of;
	double value = of->values ? of->values[i] : NAN;
	uint16_t word = of->words ? of->words[i] : 0;
	g->met++;
	if (g->draws) {
		put(g, unit_x(g, i), unit_y(g, i), 1, value, word);
	} else if (g->cells) {
		double x = unit_x(g, i);
		double y = unit_y(g, i);
		size_t column = (size_t)num_min(x / (TILE_SIDE >> SIDE_BITS), (1 << SIDE_BITS) - 1.0);
		size_t row = (size_t)num_min(y / (TILE_SIDE >> SIDE_BITS), (1 << SIDE_BITS) - 1.0);
		struct sum *c = &g->cells[row << SIDE_BITS | column];
		if (!c->n++) c->word = word;
		c->x += x;
		c->y += y;
		if (of->values) add_value(c, value);
	}
}

/* All points of the squares from `from` to `to`, those in the tile. */
static void meet_row(struct gatherer *g, uint32_t from, uint32_t to, bool inside)
{
	const struct tile_columns *of = &g->s->of;
	if (inside && !g->cells && !g->draws) {
		g->met += to - from;
		return;
	}
	for (uint32_t i = from; i < to; i++)
		if (inside || (of->x[i] >= g->x0 && of->x[i] < g->x1 && of->y[i] >= g->y0 && of->y[i] < g->y1)) meet(g, i);
}

static uint64_t square(uint64_t at, uint32_t origin, unsigned shift)
{
	return at <= origin ? 0 : num_min((at - origin) >> shift, (uint64_t)TILE_SET_SIDE - 1);
}

static void meet_all(struct gatherer *g)
{
	const struct tile_set *s = g->s;
	uint64_t end_x = (uint64_t)s->x0 + ((uint64_t)TILE_SET_SIDE << s->shift);
	uint64_t end_y = (uint64_t)s->y0 + ((uint64_t)TILE_SET_SIDE << s->shift);
	g->met = 0;
	if (!s->n || g->x1 <= s->x0 || g->y1 <= s->y0 || g->x0 >= end_x || g->y0 >= end_y) return;
	uint64_t c0 = square(g->x0, s->x0, s->shift);
	uint64_t c1 = square(g->x1 - 1, s->x0, s->shift);
	for (uint64_t row = square(g->y0, s->y0, s->shift), last = square(g->y1 - 1, s->y0, s->shift); row <= last; row++) {
		uint64_t top = s->y0 + (row << s->shift);
		bool tall = top >= g->y0 && top + (UINT64_C(1) << s->shift) <= g->y1;
		for (uint64_t c = c0; c <= c1; c++) {
			uint64_t left = s->x0 + (c << s->shift);
			size_t k = row * TILE_SET_SIDE + c;
			meet_row(g, s->from[k], s->from[k + 1], tall && left >= g->x0 && left + (UINT64_C(1) << s->shift) <= g->x1);
		}
	}
}

static void put_sum(struct gatherer *g, const struct sum *c)
{
	if (c->n) put(g, c->x / (double)c->n, c->y / (double)c->n, c->n, value_of(c, g->how->function), c->word);
}

static int fuller_first(const void *a, const void *b)
{
	const struct sum *x = *(const struct sum *const *)a;
	const struct sum *y = *(const struct sum *const *)b;
	if (x->n != y->n) return x->n > y->n ? -1 : 1;
	return x < y ? -1 : 1;
}

struct clustering {
	const struct sum *order[CELLS];
	double lats[CELLS], lons[CELLS], counts[CELLS];
	uint32_t cluster[CELLS];
	struct sum joined[CELLS];
};

/* Squares become clusters, the fullest first (geo_clusters). */
static void put_clusters(struct gatherer *g)
{
	static const double AROUND_M = 40075016.68557849;
	struct clustering *k = calloc(1, sizeof *k);
	size_t n = 0;
	ensure(k != NULL);
	for (size_t i = 0; i < CELLS; i++)
		if (g->cells[i].n) k->order[n++] = &g->cells[i];
	qsort(k->order, n, sizeof *k->order, fuller_first);
	for (size_t i = 0; i < n; i++) {
		k->counts[i] = (double)k->order[i]->n;
		tile_place(g->l->at, k->order[i]->x / k->counts[i], k->order[i]->y / k->counts[i], &k->lons[i], &k->lats[i]);
	}
	geo_clusters(k->lats, k->lons, k->counts, n, g->how->radius / TILE_SIDE * ldexp(AROUND_M, -(int)g->l->at.z), k->cluster);
	for (size_t i = 0; i < n; i++) join(&k->joined[k->cluster[i]], k->order[i]);
	for (size_t i = 0; i < n; i++) put_sum(g, &k->joined[i]);
	free(k);
}

bool tile_add_set(struct tile_layer *l, const struct tile_set *s, const struct tile_gathering *how)
{
	double unit = ldexp(4294967296.0, -(int)l->at.z) / TILE_SIDE;
	uint64_t side = UINT64_C(1) << (32 - l->at.z);
	struct gatherer g = { .l = l, .s = s, .how = how, .unit = unit, .x0 = l->at.x * side, .y0 = l->at.y * side };
	g.x1 = g.x0 + side;
	g.y1 = g.y0 + side;
	meet_all(&g);
	if (!g.met) return s->cut;
	if (g.met <= how->few) {
		g.draws = true;
		meet_all(&g);
		return s->cut || tile_layer_is_full(l);
	}
	g.cells = calloc(CELLS, sizeof *g.cells);
	ensure(g.cells != NULL);
	meet_all(&g);
	for (size_t i = 0; !how->radius && i < CELLS; i++) put_sum(&g, &g.cells[i]);
	if (how->radius > 0) put_clusters(&g);
	free(g.cells);
	return true;
}
