/* How the values of number and date fields are spread: bins of round width between the least and the greatest
 * value that the caller has, and how many records of the question fall into each. One statement tells the bounds
 * of all fields, one more counts all their bins. */
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

static void put_value(struct sql *q, const struct spreading *c, size_t i)
{
	const struct odsql_scope *s = &c->scene.scope;
	int at = odsql_field(s, c->spreads[i].field->name);
	if (is_date(c->spreads[i].field)) {
		sql_lit(q, "CAST(");
		odsql_emit_wall(q, s, odsql_field_node(c->arena, s, at));
		sql_lit(q, " AS DATE)");
	} else {
		sql_lit(q, "CAST(");
		sql_column(q, (size_t)at, SQL_MAIN);
		sql_lit(q, " AS DOUBLE)");
	}
}

static void put_days(struct sql *q, const struct spreading *c, size_t i)
{
	sql_lit(q, "CAST(datediff('day', DATE '1970-01-01', ");
	put_value(q, c, i);
	sql_lit(q, ") AS DOUBLE)");
}

enum { LOW, HIGH, MEAN, BOUNDS };

static void put_bound(struct sql *q, const struct spreading *c, size_t i, size_t which)
{
	sql_put_literal(q, which == LOW ? STR("min(") : which == HIGH ? STR("max(") : STR("avg("));
	if (is_date(c->spreads[i].field)) {
		put_days(q, c, i);
	} else {
		/* What is no number or without end has no place among bins. */
		sql_lit(q, "CASE WHEN isfinite(");
		put_value(q, c, i);
		sql_lit(q, ") THEN ");
		put_value(q, c, i);
		sql_lit(q, " END");
	}
	sql_lit(q, ")");
}

/* The bounds of every field among all rows of the caller, whatever is asked for: they stay while one filters. */
static bool find_bounds(struct spreading *c, const struct query_request *r, struct err *e)
{
	const struct query_request whole = { .target = r->target, .mode = r->mode, .zone_or_null = r->zone_or_null, .lang = r->lang, .now_us = r->now_us };
	struct column_type *types = arena_array(c->arena, struct column_type, BOUNDS * c->n + 1);
	struct engine_cursor *k = NULL;
	struct batch b;
	struct sql q;
	if (!scene_open(c->arena, &whole, true, &c->scene, e)) return false;
	sql_init(&q, c->arena, &sql_duckdb);
	for (size_t i = 0; i < BOUNDS * c->n; i++) {
		sql_put_literal(&q, i ? STR(", ") : STR("SELECT "));
		put_bound(&q, c, i / BOUNDS, i % BOUNDS);
		types[i] = (struct column_type){ .type = VALUE_DOUBLE };
	}
	sql_lit(&q, " FROM ");
	sql_relation(&q, r->target->at);
	(void)scene_put_where(&q, &c->scene, -1, NULL);
	const struct engine_query question = { .at = r->target->at, .sql = &q, .columns = types, .ncolumns = BOUNDS * c->n };
	bool fine = engine_ask(c->engine, &question, c->cancel, &k, e) && engine_next(k, &b, e);
	for (size_t i = 0; fine && b.nrows && i < c->n; i++) {
		struct query_spread *s = &c->spreads[i];
		const struct column *found = &b.columns[BOUNDS * i];
		if (!column_has(&found[LOW], 0) || !column_has(&found[HIGH], 0) || !column_has(&found[MEAN], 0)) continue;
		s->low = found[LOW].doubles[0];
		s->high = found[HIGH].doubles[0];
		s->known = s->high > s->low && isfinite(s->high - s->low);
		c->bins[i].growing = !is_date(s->field) && s->low >= 0 && s->high >= 100 && found[MEAN].doubles[0] - s->low < (s->high - s->low) / 20;
	}
	engine_finish(k);
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

/* How many edges a value has passed, less one. */
static void put_growing(struct sql *q, const struct spreading *c, size_t i)
{
	const struct query_spread *s = &c->spreads[i];
	sql_lit(q, "CAST(-1");
	for (size_t k = 0; k <= s->n; k++) {
		sql_lit(q, " + CAST(");
		put_value(q, c, i);
		sql_lit(q, " >= CAST(");
		sql_param(q, VALUE_OF_DOUBLE(s->edges[k]));
		sql_lit(q, " AS DOUBLE) AS TINYINT)");
	}
	sql_lit(q, " AS DOUBLE)");
}

static void put_bin(struct sql *q, const struct spreading *c, size_t i)
{
	const struct bins *b = &c->bins[i];
	if (b->growing) {
		put_growing(q, c, i);
		return;
	}
	sql_lit(q, "CAST(floor((");
	if (b->months) {
		sql_lit(q, "year(");
		put_value(q, c, i);
		sql_lit(q, ") * 12 + month(");
		put_value(q, c, i);
		sql_lit(q, ") - 1");
	} else if (is_date(c->spreads[i].field)) {
		put_days(q, c, i);
	} else {
		put_value(q, c, i);
	}
	sql_lit(q, " - CAST(");
	sql_param(q, VALUE_OF_DOUBLE(b->start));
	sql_lit(q, " AS DOUBLE)) / CAST(");
	sql_param(q, VALUE_OF_DOUBLE(b->step));
	sql_lit(q, " AS DOUBLE)) AS DOUBLE)");
}

static void put_name(struct sql *q, size_t i)
{
	sql_lit(q, "b");
	sql_int(q, (int64_t)i);
}

/* One grouping a field over one reading of the rows. */
static void put_counts(struct sql *q, const struct spreading *c, const struct query_request *r)
{
	sql_lit(q, "SELECT ");
	for (size_t i = 0; i < c->n; i++) {
		put_name(q, i);
		sql_lit(q, ", grouping(");
		put_name(q, i);
		sql_lit(q, "), ");
	}
	sql_lit(q, "count(*) FROM (SELECT ");
	for (size_t i = 0; i < c->n; i++) {
		if (i) sql_lit(q, ", ");
		if (c->spreads[i].known) put_bin(q, c, i);
		else sql_lit(q, "CAST(NULL AS DOUBLE)");
		sql_lit(q, " AS ");
		put_name(q, i);
	}
	sql_lit(q, " FROM ");
	sql_relation(q, r->target->at);
	(void)scene_put_where(q, &c->scene, -1, NULL);
	sql_lit(q, ") GROUP BY GROUPING SETS (");
	for (size_t i = 0; i < c->n; i++) {
		sql_put_literal(q, i ? STR(", (") : STR("("));
		put_name(q, i);
		sql_lit(q, ")");
	}
	sql_lit(q, ")");
}

static void take(struct spreading *c, const struct batch *b, size_t row)
{
	for (size_t i = 0; i < c->n; i++) {
		struct query_spread *s = &c->spreads[i];
		if (b->columns[2 * i + 1].ints[row] != 0 || !column_has(&b->columns[2 * i], row) || !s->known) continue;
		double bin = b->columns[2 * i].doubles[row];
		if (bin >= 0 && bin < (double)s->n) s->counts[(size_t)bin] += b->columns[2 * c->n].ints[row];
	}
}

static bool count(struct spreading *c, const struct query_request *r, struct err *e)
{
	struct column_type *types = arena_array(c->arena, struct column_type, 2 * c->n + 2);
	struct engine_cursor *k = NULL;
	struct batch b = { 0 };
	struct sql q;
	if (!scene_open(c->arena, r, true, &c->scene, e)) return false;
	for (size_t i = 0; i < c->n; i++) types[2 * i] = (struct column_type){ .type = VALUE_DOUBLE };
	for (size_t i = 0; i < c->n; i++) types[2 * i + 1] = (struct column_type){ .type = VALUE_INT };
	types[2 * c->n] = (struct column_type){ .type = VALUE_INT };
	sql_init(&q, c->arena, &sql_duckdb);
	put_counts(&q, c, r);
	const struct engine_query question = { .at = r->target->at, .sql = &q, .columns = types, .ncolumns = 2 * c->n + 1 };
	bool fine = engine_ask(c->engine, &question, c->cancel, &k, e);
	do {
		fine = fine && engine_next(k, &b, e);
		for (size_t row = 0; fine && row < b.nrows; row++) take(c, &b, row);
	} while (fine && b.nrows);
	engine_finish(k);
	sql_done(&q);
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
