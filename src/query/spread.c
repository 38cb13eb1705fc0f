/* How the values of number and date fields are spread: bins of round width between the least and the greatest
 * value that the caller has, and how many records of the question fall into each. One statement tells the bounds
 * of all fields, one looks at some rows, and one reading of the rows counts all bins. */
#include "query/inside.h"

#include <math.h>

enum { BINS_WANTED = 32, DAYS_A_WEEK = 7 };

/* Bins count in units: of 1 for numbers, days or months for dates. */
struct bins {
	double start, step;  /* in units */
	bool months;
	bool growing;        /* edges of 1, 2, 5, 10 …: most values are small beside the greatest */
};

struct spreading {
	struct engine *engine;
	struct cancel *cancel;
	struct arena *arena;
	struct scene scene;
	struct query_spread *spreads;
	struct bins *bins;
	size_t n;
};

static bool is_counted_by_day(const struct spreading *c, size_t i) { return is_date(c->spreads[i].field); }

static size_t column_of(const struct spreading *c, size_t i)
{
	return (size_t)odsql_field(&c->scene.scope, c->spreads[i].field->name);
}

static void put_value(struct sql *q, const struct spreading *c, size_t i)
{
	sql_lit(q, "CAST(");
	sql_column(q, column_of(c, i), SQL_MAIN);
	sql_lit(q, " AS DOUBLE)");
}

static double number_of(const struct spreading *c, const struct column *col)
{
	struct civil local;
	switch (col->type.type) {
	case VALUE_INT: return (double)col->ints[0];
	case VALUE_DATE: return col->days[0];
	case VALUE_DATETIME:
		clock_us_to_local(c->scene.request->zone_or_null ? c->scene.request->zone_or_null : clock_utc(), col->ints[0], &local);
		return clock_days(local.year, local.month, local.day);
	case VALUE_DOUBLE: return col->doubles[0];
	case VALUE_TEXT: case VALUE_BOOL: case VALUE_POINT: case VALUE_SHAPE: case VALUE_FILE: case VALUE_JSON: case VALUE_TYPES: break;
	}
	return NAN;
}

/* Asks for one row and hands it to `take`. */
static bool ask_row(struct spreading *c, struct sql *q, const struct column_type *types, size_t ntypes, void (*take)(struct spreading *c, const struct batch *b),
                    struct err *e)
{
	struct engine_cursor *k = NULL;
	struct batch b;
	const struct engine_query question = { .at = c->scene.request->target->at, .sql = q, .columns = types, .ncolumns = ntypes };
	bool fine = engine_ask(c->engine, &question, c->cancel, &k, e) && engine_next(k, &b, e);
	if (fine && b.nrows) take(c, &b);
	engine_finish(k);
	return fine;
}

static void take_bounds(struct spreading *c, const struct batch *b)
{
	for (size_t i = 0; i < c->n; i++) {
		struct query_spread *s = &c->spreads[i];
		if (!column_has(&b->columns[2 * i], 0) || !column_has(&b->columns[2 * i + 1], 0)) continue;
		s->low = number_of(c, &b->columns[2 * i]);
		s->high = number_of(c, &b->columns[2 * i + 1]);
		s->known = isfinite(s->low) && isfinite(s->high) && s->high > s->low && isfinite(s->high - s->low);
	}
}

static void take_means(struct spreading *c, const struct batch *b)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct query_spread *s = &c->spreads[i];
		if (is_date(s->field) || !s->known || !column_has(&b->columns[i], 0)) continue;
		c->bins[i].growing = s->low >= 0 && s->high >= 100 && b->columns[i].doubles[0] - s->low < (s->high - s->low) / 20;
	}
}

/* Whether most values are small beside the greatest, by the first rows there are. */
static bool look_at_some(struct spreading *c, struct err *e)
{
	enum { SOME = 20000 };
	struct column_type *types = arena_array(c->arena, struct column_type, c->n + 1);
	struct sql q;
	sql_init(&q, c->arena, &sql_duckdb);
	for (size_t i = 0; i < c->n; i++) {
		sql_put_literal(&q, i ? STR(", ") : STR("SELECT "));
		if (is_date(c->spreads[i].field)) {
			sql_lit(&q, "CAST(NULL AS DOUBLE)");
		} else {
			sql_lit(&q, "avg(CASE WHEN isfinite(");
			put_value(&q, c, i);
			sql_lit(&q, ") THEN ");
			put_value(&q, c, i);
			sql_lit(&q, " END)");
		}
		types[i] = (struct column_type){ .type = VALUE_DOUBLE };
	}
	sql_lit(&q, " FROM (SELECT * FROM ");
	sql_relation(&q, c->scene.request->target->at);
	(void)scene_put_where(&q, &c->scene, -1, NULL);
	sql_lit(&q, " LIMIT ");
	sql_int(&q, SOME);
	sql_lit(&q, ")");
	bool fine = ask_row(c, &q, types, c->n, take_means, e);
	sql_done(&q);
	return fine;
}

/* The bounds of every field among all rows of the caller, whatever is asked for: they stay while one filters. */
static bool find_bounds(struct spreading *c, const struct query_request *r, struct err *e)
{
	struct query_request *whole = arena_new(c->arena, struct query_request);
	*whole = (struct query_request){ .target = r->target, .mode = r->mode, .zone_or_null = r->zone_or_null, .lang = r->lang, .now_us = r->now_us };
	struct column_type *types = arena_array(c->arena, struct column_type, 2 * c->n + 1);
	struct sql q;
	if (!scene_open(c->arena, whole, true, &c->scene, e)) return false;
	sql_init(&q, c->arena, &sql_duckdb);
	for (size_t i = 0; i < 2 * c->n; i++) {
		sql_put_literal(&q, i ? STR(", ") : STR("SELECT "));
		sql_put_literal(&q, i % 2 ? STR("max(") : STR("min("));
		sql_column(&q, column_of(c, i / 2), SQL_MAIN);
		sql_lit(&q, ")");
		types[i] = (struct column_type){ .type = c->spreads[i / 2].field->type };
	}
	sql_lit(&q, " FROM ");
	sql_relation(&q, r->target->at);
	(void)scene_put_where(&q, &c->scene, -1, NULL);
	bool fine = ask_row(c, &q, types, 2 * c->n, take_bounds, e) && look_at_some(c, e);
	sql_done(&q);
	return fine;
}

/* --- bins -------------------------------------------------------------------------------------------- */

/* The next 1, 2 or 5 times a power of ten. */
static double round_step(double width)
{
	double power = pow(10, floor(log10(width)));
	double first = width / power;
	return power * (first <= 1 ? 1 : first <= 2 ? 2 : first <= 5 ? 5 : 10);
}

static int32_t month_of(double days)
{
	struct civil c;
	clock_civil_of_days((int32_t)days, &c);
	return c.year * 12 + c.month - 1;
}

static double days_of_month(double month)
{
	int32_t m = (int32_t)month;
	return clock_days(num_max(m / 12, 1), m % 12 + 1, 1);
}

static struct bins date_bins(const struct query_spread *s)
{
	double days = s->high - s->low;
	double months = month_of(s->high) - month_of(s->low);
	if (days < 2 * BINS_WANTED) return (struct bins){ .start = s->low, .step = 1 };
	/* Day 4 of 1970 was a Monday. */
	if (months < 14) return (struct bins){ .start = floor((s->low - 4) / DAYS_A_WEEK) * DAYS_A_WEEK + 4, .step = DAYS_A_WEEK };
	double step = months <= 2 * BINS_WANTED ? 1 : months <= 6 * BINS_WANTED ? 3 : 12 * fmax(1, round_step(months / 12 / BINS_WANTED));
	return (struct bins){ .start = floor(month_of(s->low) / step) * step, .step = step, .months = true };
}

static struct bins number_bins(const struct query_spread *s)
{
	double step = round_step((s->high - s->low) / BINS_WANTED);
	if (s->field->type == VALUE_INT && step < 1) step = 1;
	return (struct bins){ .start = floor(s->low / step) * step, .step = step };
}

/* 0, then 1, 2, 5, 10 … up to the greatest; from ten times as little as the least where that is below 1. */
static void make_growing(struct spreading *c, size_t i)
{
	static const double times[] = { 1, 2, 5 };
	struct query_spread *s = &c->spreads[i];
	double power = s->low >= 1 ? pow(10, floor(log10(s->low))) : s->field->type == VALUE_INT || s->low <= 0 ? 1 : fmax(pow(10, floor(log10(s->low))), s->high / 1e9);
	s->edges = arena_array(c->arena, double, QUERY_BINS + 4);
	s->n = 0;
	if (s->low < power) s->edges[s->n++] = 0;
	for (size_t k = 0; s->n < QUERY_BINS; k++) {
		double edge = power * times[k % COUNT_OF(times)];
		if (k % COUNT_OF(times) == COUNT_OF(times) - 1) power *= 10;
		/* Edges that end below the least would hold nothing. */
		if (s->n == 1 && edge <= s->low) s->n = 0;
		s->edges[s->n++] = edge;
		if (edge > s->high) break;
	}
	s->n--;
	s->counts = arena_array(c->arena, int64_t, s->n + 1);
}

static void make_bins(struct spreading *c, size_t i)
{
	struct query_spread *s = &c->spreads[i];
	if (c->bins[i].growing) {
		make_growing(c, i);
		return;
	}
	bool date = is_date(s->field);
	struct bins b = date ? date_bins(s) : number_bins(s);
	double last = b.months ? month_of(s->high) : s->high;
	double many = floor((last - b.start) / b.step) + 1;
	if (!(many >= 1 && many <= QUERY_BINS)) {
		s->known = false;
		return;
	}
	c->bins[i] = b;
	s->n = (size_t)many;
	s->counts = arena_array(c->arena, int64_t, s->n + 1);
	s->edges = arena_array(c->arena, double, s->n + 1);
	for (size_t k = 0; k <= s->n; k++) {
		double edge = b.start + b.step * (double)k;
		s->edges[k] = b.months ? days_of_month(edge) : edge;
	}
}

/* The bin of a value by halving: edges [from, to] surround it. */
static void put_halves(struct sql *q, const struct spreading *c, size_t i, size_t from, size_t to)
{
	if (to - from < 2) {
		sql_int(q, (int64_t)from);
		return;
	}
	size_t middle = (from + to) / 2;
	sql_lit(q, "CASE WHEN ");
	put_value(q, c, i);
	sql_lit(q, " < CAST(");
	sql_param(q, VALUE_OF_DOUBLE(c->spreads[i].edges[middle]));
	sql_lit(q, " AS DOUBLE) THEN ");
	put_halves(q, c, i, from, middle);
	sql_lit(q, " ELSE ");
	put_halves(q, c, i, middle, to);
	sql_lit(q, " END");
}

/* A whole number: the bin, or the day that is put into its bin here. */
static void put_bin(struct sql *q, const struct spreading *c, size_t i)
{
	const struct bins *b = &c->bins[i];
	if (!c->spreads[i].known) {
		sql_lit(q, "CAST(NULL AS INTEGER)");
	} else if (is_counted_by_day(c, i)) {
		odsql_emit_wall(q, &c->scene.scope, odsql_field_node(c->arena, &c->scene.scope, (int)column_of(c, i)));
	} else if (b->growing) {
		sql_lit(q, "CASE WHEN ");
		sql_column(q, column_of(c, i), SQL_MAIN);
		sql_lit(q, " IS NOT NULL THEN CAST(");
		put_halves(q, c, i, 0, c->spreads[i].n);
		sql_lit(q, " AS INTEGER) END");
	} else {
		sql_lit(q, "CAST(floor((");
		put_value(q, c, i);
		sql_lit(q, " - CAST(");
		sql_param(q, VALUE_OF_DOUBLE(b->start));
		sql_lit(q, " AS DOUBLE)) / CAST(");
		sql_param(q, VALUE_OF_DOUBLE(b->step));
		sql_lit(q, " AS DOUBLE)) AS INTEGER)");
	}
}

static size_t bin_of(const struct spreading *c, size_t i, int64_t number)
{
	const struct query_spread *s = &c->spreads[i];
	size_t from = 0, to = s->n;
	if (!is_counted_by_day(c, i)) return number >= 0 && (uint64_t)number < s->n ? (size_t)number : s->n;
	if ((double)number < s->edges[0] || (double)number >= s->edges[s->n]) return s->n;
	while (to - from > 1) {
		size_t middle = (from + to) / 2;
		if ((double)number < s->edges[middle]) to = middle;
		else from = middle;
	}
	return from;
}

static void take(struct spreading *c, size_t i, const struct engine_tally *t)
{
	struct query_spread *s = &c->spreads[i];
	if (!s->known) return;
	s->known = !t->many;
	for (size_t k = 0; s->known && k < t->n; k++) {
		size_t bin = bin_of(c, i, t->numbers[k]);
		if (bin < s->n) s->counts[bin] += (int64_t)t->counts[k];
	}
}

static bool count(struct spreading *c, const struct query_request *r, struct err *e)
{
	struct engine_tally *tallies = arena_array(c->arena, struct engine_tally, c->n + 1);
	struct sql q;
	if (!scene_open(c->arena, r, true, &c->scene, e)) return false;
	sql_init(&q, c->arena, &sql_duckdb);
	for (size_t i = 0; i < c->n; i++) {
		sql_put_literal(&q, i ? STR(", ") : STR("SELECT "));
		put_bin(&q, c, i);
	}
	sql_lit(&q, " FROM ");
	sql_relation(&q, r->target->at);
	(void)scene_put_where(&q, &c->scene, -1, NULL);
	const struct engine_query question = { .at = r->target->at, .sql = &q };
	bool fine = engine_count(c->engine, &question, c->arena, c->cancel, tallies, c->n, e);
	sql_done(&q);
	for (size_t i = 0; fine && i < c->n; i++) take(c, i, &tallies[i]);
	return fine;
}

bool query_spreads(struct engine *g, struct arena *a, const struct query_request *r, struct query_spread *spreads, size_t n, struct cancel *cancel,
                   struct err *e)
{
	struct spreading c = { .engine = g, .cancel = cancel, .arena = a, .spreads = spreads, .n = n };
	bool some = false;
	if (!n) return true;
	c.bins = arena_array(a, struct bins, n);
	if (!find_bounds(&c, r, e)) return false;
	for (size_t i = 0; i < n; i++) {
		if (spreads[i].known) make_bins(&c, i);
		some |= spreads[i].known;
	}
	return !some || count(&c, r, e);
}
