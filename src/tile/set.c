/* Points of one question. A latitude becomes its part of the world by a table of 65,537 places with a straight line between
 * two: at 85° that is off by less than 2 cm, and a tenth of the time of the formula. Points are sorted by counting into 256 × 256
 * squares over what they cover, so that a tile looks at its own squares only. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "tile/set.h"

enum { TABLE = 65536, FIRST = 4096 };

static const double PI = 3.14159265358979323846;
static const double NORTH = 85.05112877980659;
static const double WORLD = 4294967296.0;

struct tile_set *tile_set_new(bool with_values, bool with_words)
{
	struct tile_set *s = calloc(1, sizeof *s);
	double *table = calloc(TABLE + 1, sizeof *table);
	ensure(s && table);
	for (int i = 0; i <= TABLE; i++) {
		double lat = (-NORTH + 2 * NORTH * i / TABLE) * PI / 180;
		table[i] = (0.5 - log(tan(PI / 4 + lat / 2)) / (2 * PI)) * WORLD;
	}
	s->table = table;
	s->with_values = with_values;
	s->with_words = with_words;
	return s;
}

static void free_columns(struct tile_columns *c)
{
	free(c->x);
	free(c->y);
	free(c->values);
	free(c->words);
	*c = (struct tile_columns){ 0 };
}

void tile_set_free(struct tile_set *s)
{
	if (!s) return;
	free_columns(&s->of);
	free(s->table);
	free(s->from);
	arena_done(&s->arena);
	free(s);
}

static void *grown(void *p, size_t n, size_t size)
{
	void *q = realloc(p, n * size);
	ensure(q != NULL);
	return q;
}

static void grow(struct tile_set *s)
{
	size_t most = s->room ? s->room * 2 : FIRST;
	s->of.x = grown(s->of.x, most, sizeof *s->of.x);
	s->of.y = grown(s->of.y, most, sizeof *s->of.y);
	if (s->with_values) s->of.values = grown(s->of.values, most, sizeof *s->of.values);
	if (s->with_words) s->of.words = grown(s->of.words, most, sizeof *s->of.words);
	s->room = most;
}

uint32_t tile_set_word(struct tile_set *s, struct str word)
{
	uintptr_t at = (uintptr_t)map_get_or_null(&s->words, word);
	if (at || s->words.n >= TILE_WORDS_MOST) return (uint32_t)at;
	map_put(&s->arena, &s->words, arena_str(&s->arena, word), (void *)(uintptr_t)(s->words.n + 1));
	return (uint32_t)s->words.n;
}

static uint32_t part_of(double v)
{
	return (uint32_t)fmax(0, fmin(WORLD - 1, v));
}

bool tile_set_add(struct tile_set *s, double lon, double lat, double value, uint32_t word)
{
	if (!(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90)) return true;
	if (s->n == TILE_SET_MOST) {
		s->cut = true;
		return false;
	}
	if (s->n == s->room) grow(s);
	double at = (fmax(-NORTH, fmin(NORTH, lat)) + NORTH) / (2 * NORTH) * TABLE;
	size_t k = (size_t)fmin(at, TABLE - 1);
	double y = s->table[k] + (s->table[k + 1] - s->table[k]) * (at - (double)k);
	s->of.x[s->n] = part_of((lon + 180) / 360 * WORLD);
	s->of.y[s->n] = part_of(y);
	if (s->with_values) s->of.values[s->n] = value;
	if (s->with_words) s->of.words[s->n] = (uint16_t)word;
	s->n++;
	return true;
}

static void find_bounds(struct tile_set *s)
{
	uint32_t x0 = UINT32_MAX;
	uint32_t y0 = UINT32_MAX;
	uint32_t x1 = 0;
	uint32_t y1 = 0;
	for (size_t i = 0; i < s->n; i++) {
		x0 = num_min(x0, s->of.x[i]);
		x1 = num_max(x1, s->of.x[i]);
		y0 = num_min(y0, s->of.y[i]);
		y1 = num_max(y1, s->of.y[i]);
	}
	s->x0 = x0;
	s->y0 = y0;
	while ((num_max(x1 - x0, y1 - y0) >> s->shift) >= TILE_SET_SIDE) s->shift++;
}

static size_t square_of(const struct tile_set *s, size_t i)
{
	return (size_t)((s->of.y[i] - s->y0) >> s->shift) * TILE_SET_SIDE + ((s->of.x[i] - s->x0) >> s->shift);
}

void tile_set_seal(struct tile_set *s)
{
	free(s->table);
	s->table = NULL;
	s->from = calloc((size_t)TILE_SET_SIDE * TILE_SET_SIDE + 1, sizeof *s->from);
	ensure(s->from != NULL);
	s->sealed = true;
	if (!s->n) return;
	find_bounds(s);
	for (size_t i = 0; i < s->n; i++) s->from[square_of(s, i) + 1]++;
	for (size_t k = 1; k <= (size_t)TILE_SET_SIDE * TILE_SET_SIDE; k++) s->from[k] += s->from[k - 1];
	uint32_t *next = calloc((size_t)TILE_SET_SIDE * TILE_SET_SIDE, sizeof *next);
	ensure(next != NULL);
	memcpy(next, s->from, (size_t)TILE_SET_SIDE * TILE_SET_SIDE * sizeof *next);
	struct tile_columns to = { .x = grown(NULL, s->n, sizeof *to.x), .y = grown(NULL, s->n, sizeof *to.y) };
	if (s->with_values) to.values = grown(NULL, s->n, sizeof *to.values);
	if (s->with_words) to.words = grown(NULL, s->n, sizeof *to.words);
	for (size_t i = 0; i < s->n; i++) {
		uint32_t k = next[square_of(s, i)]++;
		to.x[k] = s->of.x[i];
		to.y[k] = s->of.y[i];
		if (to.values) to.values[k] = s->of.values[i];
		if (to.words) to.words[k] = s->of.words[i];
	}
	free(next);
	free_columns(&s->of);
	s->of = to;
	s->room = s->n;
}

size_t tile_set_count(const struct tile_set *s) { return s->n; }
bool tile_set_is_cut(const struct tile_set *s) { return s->cut; }

size_t tile_set_bytes(const struct tile_set *s)
{
	size_t one = sizeof(uint32_t) * 2 + (s->with_values ? sizeof(double) : 0) + (s->with_words ? sizeof(uint16_t) : 0);
	return sizeof *s + s->room * one + (size_t)TILE_SET_SIDE * TILE_SET_SIDE * sizeof *s->from + s->words.n * 64;
}
