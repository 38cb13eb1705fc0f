/* From a chart to its table. Each query gives its points first, sorted and cut by the engine, with the values of its series; with a
 * breakdown, then the greatest groups, then the values of points by groups. Points of several queries meet by their keys. */
#include <math.h>
#include <stdlib.h>
#include "chart/inside.h"

#include "text/text.h"

enum { CELLS_MOST = CHART_POINTS_MOST * CHART_GROUPS_MOST, IN_LIST_MOST = 300 };

struct points { VEC(struct chart_point) v; };
struct lines { VEC(struct chart_line) v; };

/* The whole chart while it is made. Values are kept by point, in rows that grow: lines[i].values has room for `room` points. */
struct table {
	const struct chart_question *q;
	struct arena *arena;
	struct chart_table *out;
	struct points points;
	struct map by_key;             /* key → place + 1 */
	struct lines lines;
	size_t room;
	bool cut;
};

/* --- points and lines ------------------------------------------------------------------------------------------------- */

static size_t point_place(struct table *t, struct str key)
{
	return (size_t)(uintptr_t)map_get_or_null(&t->by_key, key);
}

static void widen(struct table *t)
{
	size_t room = t->room ? 2 * t->room : 64;
	for (size_t i = 0; i < t->lines.v.n; i++) {
		struct chart_line *l = &t->lines.v.p[i];
		double *values = arena_array(t->arena, double, room * l->numbers);
		for (size_t k = 0; k < room * l->numbers; k++) values[k] = k < t->room * l->numbers ? l->values[k] : NAN;
		l->values = values;
	}
	t->room = room;
}

/* The place of a point, which is new or known. */
static size_t add_point(struct table *t, const struct chart_point *p)
{
	size_t known = point_place(t, p->key);
	if (known) return known - 1;
	if (t->points.v.n == t->room) widen(t);
	struct chart_point *mine = vec_add(t->arena, &t->points.v);
	*mine = *p;
	map_put(t->arena, &t->by_key, p->key, (void *)(uintptr_t)t->points.v.n);
	return t->points.v.n - 1;
}

static struct chart_line *add_line(struct table *t, const struct chart_part *p, size_t series)
{
	const struct chart_series *s = &p->query->series[series];
	const struct field *y = s->y.n ? chart_field_or_null(&p->data.target, s->y) : NULL;
	bool takes = chart_types[s->type].numbers > 1 || chart_functions[s->function].takes_field;
	struct chart_line *l = vec_add(t->arena, &t->lines.v);
	bool counts = s->function == CHART_COUNT || s->function == CHART_DISTINCT;
	*l = (struct chart_line){ .query = p->place, .series = series, .of = s, .decimals = -1, .numbers = chart_types[s->type].numbers,
		.label = chart_series_label(t->arena, s, takes ? y : NULL, t->q->lang) };
	if (takes && y && (!counts || l->numbers > 1)) {
		l->y_label = y->label;
		l->unit = s->multiplier > 0 && s->multiplier != 1 ? STR("") : y->unit;
		l->decimals = y->decimals;
	}
	l->values = arena_array(t->arena, double, num_max(t->room, (size_t)1) * l->numbers);
	for (size_t i = 0; i < t->room * l->numbers; i++) l->values[i] = NAN;
	return l;
}

static void set_values(struct chart_line *l, size_t point, const struct batch *rows, size_t first_column, size_t row)
{
	double by = l->of->multiplier != 0 ? l->of->multiplier : 1;
	for (size_t i = 0; i < l->numbers; i++) {
		double v = l->of->function == CHART_CONSTANT && l->numbers == 1 ? l->of->constant : chart_number(&rows->columns[first_column + i], row) * by;
		l->values[point * l->numbers + i] = v;
	}
}

/* --- one query ------------------------------------------------------------------------------------------------------- */

struct filling {
	struct table *t;
	struct chart_part *p;
	struct chart_key x, b;
	size_t first_line;             /* of this query */
	struct points groups;          /* of its breakdown */
	struct map by_group;
	int64_t most, seen;
	bool more;
};

static bool take_point(void *arg, const struct batch *rows, size_t i)
{
	struct filling *f = arg;
	struct chart_point point;
	if (!chart_point_of(f->p, &f->x, &rows->columns[0], i, &point)) return true;
	if (f->seen == f->most) {
		f->more = true;
		return false;
	}
	f->seen++;
	if (f->p->kind == CHART_X_TEXT) point.at = (double)f->t->points.v.n;
	size_t place = add_point(f->t, &point);
	if (f->p->breakdown_or_null) return true;
	for (size_t s = 0; s < f->p->query->nseries; s++)
		set_values(&f->t->lines.v.p[f->first_line + s], place, rows, chart_key_columns(&f->x) + chart_value_column(f->p->query, s), i);
	return true;
}

static bool take_group(void *arg, const struct batch *rows, size_t i)
{
	struct filling *f = arg;
	struct chart_point group;
	if (!chart_point_of(f->p, &f->b, &rows->columns[0], i, &group)) return true;
	if (f->groups.v.n == CHART_GROUPS_MOST) {
		f->more = true;
		return false;
	}
	vec_push(f->t->arena, &f->groups.v, group);
	return true;
}

static bool take_cell(void *arg, const struct batch *rows, size_t i)
{
	struct filling *f = arg;
	struct chart_point point, group;
	if (++f->seen > CELLS_MOST) {
		f->more = true;
		return false;
	}
	if (!chart_point_of(f->p, &f->x, &rows->columns[0], i, &point)) return true;
	size_t nx = chart_key_columns(&f->x), first = nx + chart_key_columns(&f->b);
	if (!chart_point_of(f->p, &f->b, &rows->columns[nx], i, &group)) return true;
	size_t x = point_place(f->t, point.key);
	size_t b = (size_t)(uintptr_t)map_get_or_null(&f->by_group, group.key);
	if (!x || !b) return true;
	for (size_t s = 0; s < f->p->query->nseries; s++)
		set_values(&f->t->lines.v.p[f->first_line + s * f->groups.v.n + b - 1], x - 1, rows, first + chart_value_column(f->p->query, s), i);
	return true;
}

/* "serie2-1" is the second series of the first query, as people count. */
static bool read_serie(struct str bare, size_t *query, size_t *series)
{
	ptrdiff_t dash = str_find_char(bare, '-');
	int64_t n, m;
	if (str_eq(bare, STR("y"))) {
		*query = *series = 0;
		return true;
	}
	if (!str_starts(bare, STR("serie")) || dash < 0) return false;
	if (!str_to_int(str_sub(bare, 5, (size_t)dash - 5), &n) || !str_to_int(str_from(bare, (size_t)dash + 1), &m)) return false;
	*query = (size_t)n - 1;
	*series = (size_t)m - 1;
	return true;
}

struct order { bool by_series, descending; size_t query, series; };

static struct order order_of(const struct chart_query *q, size_t place)
{
	struct order o = { .descending = str_starts(q->sort, STR("-")) };
	struct str bare = o.descending ? str_from(q->sort, 1) : q->sort;
	o.by_series = read_serie(bare, &o.query, &o.series);
	if (o.by_series && str_eq(bare, STR("y"))) o.query = place;
	return o;
}

/* The number of a series that orders: the middle of a box, the upper end of a range. */
static size_t leading_number(const struct chart_series *s)
{
	size_t numbers = chart_types[s->type].numbers;
	return numbers == 5 ? 2 : numbers - 1;
}

static struct str order_text(struct table *t, const struct chart_part *p, size_t ncolumns)
{
	struct order o = order_of(p->query, p->place);
	const char *down = o.descending ? " desc" : "";
	if (!o.by_series || o.query != p->place || o.series >= p->query->nseries) {
		auto_buf b = BUF_INIT(256);
		for (size_t i = 0; i < ncolumns; i++) buf_printf(&b, "%sx%zu%s", i ? ", " : "", i, o.by_series ? "" : down);
		return arena_str(t->arena, buf_str(&b));
	}
	size_t column = chart_value_column(p->query, o.series) + leading_number(&p->query->series[o.series]);
	return arena_printf(t->arena, "s%zu%s", column, down);
}

/* `b` in ("a", "b"): the engine need not gather what will not be shown. Lists, and fields of other types, are sifted here. */
static struct str in_list(struct table *t, const struct field *f, const struct chart_point *points, size_t n)
{
	auto_buf b = BUF_INIT(LIMIT_CLAUSE_BYTES - 64);
	if (f->type != VALUE_TEXT || (f->flags & FIELD_MULTIVALUED) || n > IN_LIST_MOST || !n) return STR("");
	buf_put(&b, chart_name(t->arena, f->name));
	buf_lit(&b, " in (");
	for (size_t i = 0; i < n; i++) {
		if (i) buf_lit(&b, ", ");
		buf_put(&b, chart_quote(t->arena, points[i].key));
	}
	buf_lit(&b, ")");
	return b.over ? STR("") : arena_str(t->arena, buf_str(&b));
}

static int by_place_in_time(const void *x, const void *y)
{
	const struct chart_point *a = x, *b = y;
	return (a->at > b->at) - (a->at < b->at);
}

static bool fill_groups(struct filling *f, struct err *e)
{
	struct table *t = f->t;
	struct chart_ask ask = { .keys = { f->b }, .nkeys = 1, .order_by = STR("s0 desc"), .limit = CHART_GROUPS_MOST + 2, .row = take_group, .arg = f };
	const struct field *b = f->p->breakdown_or_null;
	struct str name = chart_name(t->arena, b->name);
	ask.where = arena_printf(t->arena, "%.*s is not null", STR_ARG(name));
	/* The key of the only group is called x by chart_ask. */
	if (!chart_ask(f->p, &ask, e)) return false;
	if (f->more) chart_note(t->arena, t->out, t->q->lang, CHART_NOTE_GROUPS, CHART_GROUPS_MOST);
	f->more = false;
	if (chart_is_time(b) || chart_is_number(b)) qsort(f->groups.v.p, f->groups.v.n, sizeof *f->groups.v.p, by_place_in_time);
	for (size_t i = 0; i < f->groups.v.n; i++)
		map_put(t->arena, &f->by_group, f->groups.v.p[i].key, (void *)(uintptr_t)(i + 1));
	for (size_t s = 0; s < f->p->query->nseries; s++)
		for (size_t i = 0; i < f->groups.v.n; i++) {
			struct chart_line *l = add_line(t, f->p, s);
			const struct chart_point *g = &f->groups.v.p[i];
			l->has_group = true;
			l->group = g->key;
			l->group_label = g->label;
			l->label = f->p->query->nseries == 1 ? g->label
				: arena_printf(t->arena, "%.*s – %.*s", STR_ARG(g->label), STR_ARG(l->label));
		}
	return true;
}

static bool fill_cells(struct filling *f, const struct chart_point *points, size_t npoints, struct err *e)
{
	struct table *t = f->t;
	struct str groups = in_list(t, f->p->breakdown_or_null, f->groups.v.p, f->groups.v.n);
	struct str some = f->more ? in_list(t, f->p->x, points, npoints) : STR("");
	struct chart_ask ask = { .keys = { f->x, f->b }, .nkeys = 2, .with_values = true, .limit = CELLS_MOST + 1, .row = take_cell, .arg = f };
	struct str name = chart_name(t->arena, f->p->breakdown_or_null->name);
	ask.where = groups.n && some.n ? arena_printf(t->arena, "%.*s and %.*s", STR_ARG(groups), STR_ARG(some)) : groups.n ? groups : some;
	if (!ask.where.n) ask.where = arena_printf(t->arena, "%.*s is not null", STR_ARG(name));
	f->seen = 0;
	f->more = false;
	if (!f->groups.v.n) return true;
	if (!chart_ask(f->p, &ask, e)) return false;
	if (f->more) chart_note(t->arena, t->out, t->q->lang, CHART_NOTE_ROWS, CELLS_MOST);
	return true;
}

static int64_t most_points(const struct chart_part *p)
{
	bool all = p->query->points == 0 || p->kind == CHART_X_BINS || p->kind == CHART_X_CYCLE;
	return all ? CHART_POINTS_MOST : num_min(p->query->points, (int64_t)CHART_POINTS_MOST);
}

static bool fill_query(struct table *t, struct chart_part *p, struct err *e)
{
	struct filling f = { .t = t, .p = p, .first_line = t->lines.v.n, .most = most_points(p) };
	f.x = (struct chart_key){ p->x, p->scale, p->kind == CHART_X_BINS ? p->width : 0 };
	f.b = (struct chart_key){ p->breakdown_or_null, p->breakdown_scale, 0 };
	struct chart_ask ask = { .keys = { f.x }, .nkeys = 1, .with_values = true, .order_by = order_text(t, p, chart_key_columns(&f.x)), .limit = f.most + 2,
		.row = take_point, .arg = &f };
	size_t from = t->points.v.n;
	bool rows = p->data.dataset->version.number > 0;
	if (!p->breakdown_or_null)
		for (size_t s = 0; s < p->query->nseries; s++) (void)add_line(t, p, s);
	if (!rows) return true;
	if (!chart_ask(p, &ask, e)) return false;
	t->cut = t->cut || f.more;
	if (f.more) chart_note(t->arena, t->out, t->q->lang, CHART_NOTE_POINTS, f.most);
	if (!p->breakdown_or_null) return true;
	bool more = f.more;
	f.more = false;
	if (!fill_groups(&f, e)) return false;
	f.more = more;
	return fill_cells(&f, t->points.v.p + from, t->points.v.n - from, e);
}

/* --- the whole --------------------------------------------------------------------------------------------------------- */

/* Bins and cycles have no holes: nothing in between is nothing, not left out. */
static void close_gaps(struct table *t, const struct chart_part *p)
{
	if (p->kind != CHART_X_BINS || !t->points.v.n || t->q->chart->nqueries > 1) return;
	double low = INFINITY, high = -INFINITY;
	for (size_t i = 0; i < t->points.v.n; i++) {
		low = fmin(low, t->points.v.p[i].at);
		high = fmax(high, t->points.v.p[i].at);
	}
	size_t n = (size_t)fmin((high - low) / p->width + 1.5, 1000);
	for (size_t i = 0; i < n; i++) {
		double at = low + (double)i * p->width;
		bool there = false;
		for (size_t k = 0; k < t->points.v.n && !there; k++) there = fabs(t->points.v.p[k].at - at) < p->width / 2;
		if (there) continue;
		struct chart_point point;
		auto_buf b = BUF_INIT(64);
		buf_put_char(&b, '[');
		text_put_double_plain(&b, at);
		buf_lit(&b, ", *[");
		struct str text = arena_str(t->arena, buf_str(&b));
		struct column col = { .type = { .type = VALUE_TEXT }, .texts = &text };
		struct chart_key key = { p->x, CHART_SCALE_NONE, p->width };
		struct chart_part mine = *p;
		if (chart_point_of(&mine, &key, &col, 0, &point)) (void)add_point(t, &point);
	}
}

struct sorting { double number; size_t place; };

static int upwards(const void *x, const void *y)
{
	const struct sorting *a = x, *b = y;
	/* What has no value comes last, whichever way the others go. */
	if (isnan(a->number) || isnan(b->number)) {
		if (isnan(a->number) != isnan(b->number)) return isnan(a->number) ? 1 : -1;
	} else if (a->number != b->number) {
		return a->number < b->number ? -1 : 1;
	}
	return (a->place > b->place) - (a->place < b->place);
}

static const struct chart_line *line_of(const struct table *t, size_t query, size_t series)
{
	for (size_t i = 0; i < t->lines.v.n; i++)
		if (t->lines.v.p[i].query == query && t->lines.v.p[i].series == series && !t->lines.v.p[i].has_group) return &t->lines.v.p[i];
	return NULL;
}

/* Puts points (and their values) in another order; with one query the engine has sorted already. */
static void sort_points(struct table *t, enum chart_x kind)
{
	const struct chart *c = t->q->chart;
	struct order o = { 0 };
	for (size_t i = 0; i < c->nqueries; i++)
		if (c->queries[i].sort.n) {
			o = order_of(&c->queries[i], i);
			break;
		}
	const struct chart_line *by = o.by_series ? line_of(t, o.query, o.series) : NULL;
	bool by_x = !by && (c->nqueries > 1 || kind == CHART_X_BINS) && !o.by_series;
	if ((!by || c->nqueries == 1) && !by_x) return;
	size_t n = t->points.v.n;
	struct sorting *s = arena_array(t->arena, struct sorting, n + 1);
	struct chart_point *points = arena_array(t->arena, struct chart_point, n + 1);
	for (size_t i = 0; i < n; i++) {
		double v = by ? by->values[i * by->numbers + leading_number(by->of)] : t->points.v.p[i].at;
		s[i] = (struct sorting){ o.descending ? -v : v, i };
	}
	qsort(s, n, sizeof *s, upwards);
	for (size_t i = 0; i < n; i++) points[i] = t->points.v.p[s[i].place];
	t->points.v.p = points;
	for (size_t k = 0; k < t->lines.v.n; k++) {
		struct chart_line *l = &t->lines.v.p[k];
		double *values = arena_array(t->arena, double, (n + 1) * l->numbers);
		for (size_t i = 0; i < n; i++) memcpy(&values[i * l->numbers], &l->values[s[i].place * l->numbers], l->numbers * sizeof *values);
		l->values = values;
	}
}

/* A constant is everywhere; a count of nothing in a bin is 0; sums that go on. */
static void finish_line(struct table *t, struct chart_line *l, enum chart_x kind)
{
	double sum = 0;
	size_t n = t->points.v.n;
	bool counts = l->of->function == CHART_COUNT && l->numbers == 1;
	for (size_t i = 0; i < n && l->numbers == 1; i++) {
		double *v = &l->values[i];
		if (l->of->function == CHART_CONSTANT) *v = l->of->constant;
		if (counts && isnan(*v) && (kind == CHART_X_BINS || l->has_group)) *v = 0;
		if (!l->of->cumulative || l->of->function == CHART_CONSTANT) continue;
		if (!isnan(*v)) sum += *v;
		*v = sum;
	}
}

static void copy_axis(struct table *t, const struct chart_part *p)
{
	t->out->kind = p->kind;
	t->out->scale = p->scale;
	t->out->x_field = p->x->name;
	t->out->x_label = t->q->chart->x_label.n ? t->q->chart->x_label : p->x->label;
	t->out->x_unit = p->x->unit;
}

bool chart_run(const struct chart_question *q, struct arena *a, struct chart_table *out, struct err *e)
{
	struct chart_table table = { 0 };
	struct table t = { .q = q, .arena = a, .out = &table };
	struct chart_part *parts = arena_array(a, struct chart_part, q->chart->nqueries + 1);
	for (size_t i = 0; i < q->chart->nqueries; i++) {
		parts[i] = (struct chart_part){ .question = q, .arena = a, .query = &q->chart->queries[i], .place = i };
		if (!chart_part_open(&parts[i], e)) return false;
		/* Dates of several queries meet at one timescale. */
		if (i && parts[i].kind == CHART_X_TIME && parts[0].kind == CHART_X_TIME && !q->chart->queries[i].scale && !q->chart->scale)
			parts[i].scale = parts[0].scale;
		if (!fill_query(&t, &parts[i], e)) return false;
	}
	if (q->chart->nqueries) {
		close_gaps(&t, &parts[0]);
		sort_points(&t, parts[0].kind);
		copy_axis(&t, &parts[0]);
		for (size_t i = 0; i < t.lines.v.n; i++) finish_line(&t, &t.lines.v.p[i], parts[0].kind);
	}
	for (size_t i = 0; i < t.points.v.n && table.kind == CHART_X_TEXT; i++) t.points.v.p[i].at = (double)i;
	table.points = t.points.v.p;
	table.npoints = t.points.v.n;
	table.lines = t.lines.v.p;
	table.nlines = t.lines.v.n;
	*out = table;
	return true;
}
