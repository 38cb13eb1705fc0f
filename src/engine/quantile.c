/* Percentiles of a list of numbers. The engine's own quantiles keep their values where nobody frees them when a
 * statement is stopped among many groups; a list is the statement's and goes with it, and what is left to do is to
 * find the value at a place. That costs a time in proportion to the values whatever they are: each round cuts the
 * range of those that remain to a 256th. */
#include "engine/inside.h"
#include <math.h>

enum { PARTS_BITS = 8, PARTS = 1 << PARTS_BITS, FEW = 24 };

/* Whole numbers in the order of the numbers; what is no number comes last. */
static uint64_t key_of(double v)
{
	uint64_t bits;
	if (isnan(v)) return UINT64_MAX;
	memcpy(&bits, &v, sizeof bits);
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double number_of(uint64_t key)
{
	double v;
	uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
	if (key == UINT64_MAX) return (double)NAN;
	memcpy(&v, &bits, sizeof v);
	return v;
}

static void sort_few(uint64_t *keys, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint64_t key = keys[i];
		size_t at = i;
		for (; at > 0 && keys[at - 1] > key; at--) keys[at] = keys[at - 1];
		keys[at] = key;
	}
}

/* How far to shift what keys are above the lowest for one of PARTS parts. */
static int shift_for(uint64_t span)
{
	int bits = span ? 64 - __builtin_clzll(span) : 0;
	return bits > PARTS_BITS ? bits - PARTS_BITS : 0;
}

static void bounds_of(const uint64_t *keys, size_t n, uint64_t *low, uint64_t *high)
{
	*low = *high = keys[0];
	for (size_t i = 1; i < n; i++) {
		*low = num_min(*low, keys[i]);
		*high = num_max(*high, keys[i]);
	}
}

/* The key at a place of the order, and the one after it (the same where it is the last). Uses up the keys. */
static uint64_t key_at(uint64_t *keys, size_t n, size_t place, uint64_t *next)
{
	uint64_t above = UINT64_MAX; /* the least of those put aside behind what remains */
	bool some = false;
	while (n > FEW) {
		uint64_t low, high;
		size_t counts[PARTS] = { 0 };
		size_t part = 0, kept = 0;
		bounds_of(keys, n, &low, &high);
		if (low == high) break;
		int shift = shift_for(high - low);
		for (size_t i = 0; i < n; i++) counts[(keys[i] - low) >> shift]++;
		while (place >= counts[part]) place -= counts[part++];
		for (size_t i = 0; i < n; i++) {
			size_t of = (size_t)((keys[i] - low) >> shift);
			if (of == part) keys[kept++] = keys[i];
			else if (of > part) above = num_min(above, keys[i]);
			some |= of > part;
		}
		n = kept;
	}
	if (n <= FEW) sort_few(keys, n);
	*next = place + 1 < n ? keys[place + 1] : some ? above : keys[place];
	return keys[place];
}

bool quantile_of(struct arena *scratch, const double *values, const uint64_t *has_or_null, size_t from, size_t n, double fraction, double *out)
{
	struct arena_mark m = arena_mark(scratch);
	uint64_t *keys = arena_array(scratch, uint64_t, n + 1);
	size_t some = 0;
	for (size_t i = from; i < from + n; i++)
		if (!has_or_null || duckdb_validity_row_is_valid((uint64_t *)(uintptr_t)has_or_null, i)) keys[some++] = key_of(values[i]);
	if (some) {
		double exact = (double)(some - 1) * fraction;
		size_t place = (size_t)exact;
		double share = exact - (double)place;
		uint64_t next;
		double low = number_of(key_at(keys, some, place, &next));
		*out = share > 0 ? low * (1.0 - share) + number_of(next) * share : low;
	}
	arena_rewind(scratch, m);
	return some > 0;
}
