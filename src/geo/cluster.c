/* Clusters in one greedy pass. Founders are kept in a hash of squares as wide as the radius, so a
 * place asks the nine squares around it and no more. */
#include <math.h>
#include <stdlib.h>
#include "geo/geo.h"

struct founder {
	double x, y;
	double count;
	int64_t column, row;
	uint32_t next;   /* the next founder of the same slot, plus 1 */
	uint32_t number; /* by fullness, once all are known */
};

struct founders {
	struct founder *p;
	uint32_t n;
	uint32_t *slots; /* index + 1 */
	size_t nslots;
	double radius;
};

static void to_map(double lat, double lon, double *x, double *y)
{
	const double degree = 3.14159265358979323846 / 180;
	double clamped = fmax(-85.05112878, fmin(85.05112878, lat));
	*x = 6378137.0 * lon * degree;
	*y = 6378137.0 * log(tan(3.14159265358979323846 / 4 + clamped * degree / 2));
}

static size_t slot_of(const struct founders *f, int64_t column, int64_t row)
{
	uint64_t h = (uint64_t)column * 0x9e3779b97f4a7c15u ^ (uint64_t)row * 0xc2b2ae3d27d4eb4fu;
	return (size_t)((h ^ h >> 29) % f->nslots);
}

static uint32_t nearest_in(const struct founders *f, int64_t column, int64_t row, double x, double y, double *best)
{
	uint32_t found = 0;
	for (uint32_t i = f->slots[slot_of(f, column, row)]; i; i = f->p[i - 1].next) {
		const struct founder *c = &f->p[i - 1];
		if (c->column != column || c->row != row) continue;
		double d = hypot(c->x - x, c->y - y);
		if (d >= *best) continue;
		*best = d;
		found = i;
	}
	return found;
}

static uint32_t join_or_found(struct founders *f, double x, double y)
{
	int64_t column = (int64_t)floor(x / f->radius);
	int64_t row = (int64_t)floor(y / f->radius);
	double best = f->radius;
	uint32_t found = 0;
	for (int64_t dc = -1; dc <= 1; dc++) {
		for (int64_t dr = -1; dr <= 1; dr++) {
			uint32_t near = nearest_in(f, column + dc, row + dr, x, y, &best);
			if (near) found = near;
		}
	}
	if (found) return found - 1;
	size_t slot = slot_of(f, column, row);
	f->p[f->n] = (struct founder){ .x = x, .y = y, .column = column, .row = row, .next = f->slots[slot] };
	f->slots[slot] = ++f->n;
	return f->n - 1;
}

static int fuller_first(const void *a, const void *b)
{
	const struct founder *x = *(struct founder *const *)a;
	const struct founder *y = *(struct founder *const *)b;
	if (x->count > y->count) return -1;
	if (x->count < y->count) return 1;
	return x < y ? -1 : 1;
}

static void number_founders(struct founders *f)
{
	struct founder **order = calloc(f->n + 1u, sizeof(struct founder *));
	ensure(order != NULL);
	for (uint32_t i = 0; i < f->n; i++) order[i] = &f->p[i];
	qsort(order, f->n, sizeof(struct founder *), fuller_first);
	for (uint32_t i = 0; i < f->n; i++) order[i]->number = i;
	free(order);
}

void geo_clusters(const double *lats, const double *lons, const double *counts, size_t n, double radius_m, uint32_t *cluster)
{
	struct founders f = { .nslots = n + n / 2 + 1, .radius = fmax(radius_m, 1e-3) };
	f.p = calloc(n + 1, sizeof *f.p);
	f.slots = calloc(f.nslots, sizeof *f.slots);
	ensure(f.p && f.slots);
	for (size_t i = 0; i < n; i++) {
		double x = 0;
		double y = 0;
		if (isfinite(lats[i]) && isfinite(lons[i])) to_map(lats[i], lons[i], &x, &y);
		cluster[i] = join_or_found(&f, x, y);
		f.p[cluster[i]].count += counts[i];
	}
	number_founders(&f);
	for (size_t i = 0; i < n; i++) cluster[i] = f.p[cluster[i]].number;
	free(f.p);
	free(f.slots);
}
