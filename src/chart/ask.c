/* The statements of a chart. They are written as ODSQL, so that names, types and rights are settled where they always are; what
 * the language has no word for (a standard deviation, a day of the week) takes the place of another node in its tree. */
#include <math.h>
#include <stdio.h>
#include "chart/inside.h"

#include "text/text.h"

enum { CLAUSE = 2 * LIMIT_CLAUSE_BYTES, AUTOMATIC_POINTS = 400, COUNTS_LEAST = 12, COUNTS_A_POINT = 4, BINS_LEAST = 5, BINS_MOST = 30 };
static const int64_t second_us = 1000000;

bool chart_is_time(const struct field *f) { return f->type == VALUE_DATE || f->type == VALUE_DATETIME; }

bool chart_is_number(const struct field *f) { return f->type == VALUE_INT || f->type == VALUE_DOUBLE; }

const struct field *chart_field_or_null(const struct query_target *t, struct str name)
{
	ptrdiff_t at = schema_find(t->schema, name);
	if (at < 0 || (t->schema->fields[at].flags & FIELD_HIDDEN)) return NULL;
	return !t->visible_or_null || t->visible_or_null[at] ? &t->schema->fields[at] : NULL;
}

/* --- clauses --------------------------------------------------------------------------------------------------------- */

struct swap { size_t item; const char *function; struct str field; };
struct clauses {
	struct arena *arena;
	struct buf select, group_by;
	size_t nselect, ngroup;
	struct swap swaps[CHART_SERIES + 2];  /* of select */
	size_t nswaps;
	struct swap key_swaps[2];
	size_t nkey_swaps;
};

/* Parts of a date are far cheaper to group by than the starts of periods; weeks and quarters have none. */
static size_t key_parts(const struct chart_key *k)
{
	static const size_t parts[CHART_SCALES] = { [CHART_SCALE_YEAR] = 1, [CHART_SCALE_MONTH] = 2, [CHART_SCALE_DAY] = 3, [CHART_SCALE_HOUR] = 4,
		[CHART_SCALE_MINUTE] = 5 };
	return chart_is_time(k->field) ? parts[k->scale] : 0;
}

/* A date is its day. */
static bool is_bare_day(const struct chart_key *k) { return k->field->type == VALUE_DATE && k->scale == CHART_SCALE_DAY; }

size_t chart_key_columns(const struct chart_key *k) { return is_bare_day(k) ? 1 : num_max(key_parts(k), (size_t)1); }

static void put_label(struct clauses *c, const char *label, size_t part)
{
	buf_printf(&c->group_by, " as %s%zu", label, part);
	c->ngroup++;
}

static void put_cycle(struct clauses *c, const struct chart_key *k, struct str name)
{
	static const char *const words[CHART_SCALES] = { [CHART_SCALE_IN_YEAR] = "month", [CHART_SCALE_IN_MONTH] = "day", [CHART_SCALE_IN_WEEK] = "day",
		[CHART_SCALE_IN_DAY] = "hour" };
	buf_printf(&c->group_by, "%s(%.*s)", words[k->scale], STR_ARG(name));
	if (k->scale == CHART_SCALE_IN_WEEK) c->key_swaps[c->nkey_swaps++] = (struct swap){ c->ngroup, "#weekday", k->field->name };
}

static void put_key(struct clauses *c, const struct chart_key *k, const char *label)
{
	static const char *const words[] = { "year", "month", "day", "hour", "minute" };
	struct str name = chart_name(c->arena, k->field->name);
	struct buf *b = &c->group_by;
	size_t parts = is_bare_day(k) ? 0 : key_parts(k);
	if (c->ngroup) buf_lit(b, ", ");
	for (size_t i = 0; i < parts; i++) {
		buf_printf(b, "%s%s(%.*s)", i ? ", " : "", words[i], STR_ARG(name));
		put_label(c, label, i);
	}
	if (parts) return;
	if (chart_is_time(k->field) && chart_scales[k->scale].cycle) {
		put_cycle(c, k, name);
	} else if (chart_is_time(k->field) && !is_bare_day(k)) {
		buf_printf(b, "range(%.*s, %s)", STR_ARG(name), k->scale == CHART_SCALE_WEEK ? "1 w" : "1 q");
	} else if (k->width > 0) {
		buf_printf(b, "range(%.*s, ", STR_ARG(name));
		text_put_double_plain(b, k->width);
		buf_lit(b, ")");
	} else {
		buf_put(b, name);
	}
	put_label(c, label, 0);
}

static void put_function(struct clauses *c, enum chart_function f, double quantile, struct str y)
{
	static const char *const words[CHART_FUNCTIONS] = { [CHART_AVG] = "avg", [CHART_SUM] = "sum", [CHART_MIN] = "min", [CHART_MAX] = "max",
		[CHART_MEDIAN] = "median", [CHART_STDDEV] = "avg" };
	struct str name = chart_name(c->arena, y);
	struct buf *b = &c->select;
	if (c->nselect) buf_lit(b, ", ");
	if (f == CHART_COUNT) {
		buf_lit(b, "count(*)");
	} else if (f == CHART_DISTINCT) {
		buf_printf(b, "count(distinct %.*s)", STR_ARG(name));
	} else if (f == CHART_QUANTILES) {
		buf_printf(b, "percentile(%.*s, ", STR_ARG(name));
		text_put_double_plain(b, quantile);
		buf_lit(b, ")");
	} else {
		buf_printf(b, "%s(%.*s)", words[f], STR_ARG(name));
		if (f == CHART_STDDEV) c->swaps[c->nswaps++] = (struct swap){ c->nselect, "#stddev", y };
	}
	buf_printf(b, " as s%zu", c->nselect++);
}

static void put_series(struct clauses *c, const struct chart_series *s)
{
	size_t numbers = chart_types[s->type].numbers;
	if (numbers == 5) {
		put_function(c, CHART_MIN, 0, s->y);
		put_function(c, CHART_QUANTILES, 25, s->y);
		put_function(c, CHART_MEDIAN, 0, s->y);
		put_function(c, CHART_QUANTILES, 75, s->y);
		put_function(c, CHART_MAX, 0, s->y);
	} else if (numbers == 2) {
		put_function(c, s->low, s->low_quantile, s->y);
		put_function(c, s->high, s->high_quantile, s->y);
	} else {
		/* A constant needs no column of its own, but columns are counted by place. */
		put_function(c, s->function == CHART_CONSTANT ? CHART_COUNT : s->function, s->quantile, s->y);
	}
}

size_t chart_value_column(const struct chart_query *q, size_t series)
{
	size_t at = 0;
	for (size_t i = 0; i < series; i++) at += chart_types[q->series[i].type].numbers;
	return at;
}

static void swap_nodes(struct arena *a, struct odsql_items *items, enum odsql_clause which, const struct swap *swaps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct odsql_node *field = odsql_leaf(a, ODSQL_FIELD, swaps[i].field);
		items->p[swaps[i].item].expr = odsql_call(a, which, swaps[i].function, &field, 1);
	}
}

static void clauses_done(struct clauses *c)
{
	buf_done(&c->select);
	buf_done(&c->group_by);
}

static bool make_query(struct arena *a, struct clauses *c, struct str order_by, struct odsql_query *out, struct err *e)
{
	struct str select, group_by;
	if (!buf_end(&c->select, &select, e) || !buf_end(&c->group_by, &group_by, e)) return false;
	if (!odsql_parse_items(a, ODSQL_SELECT, arena_str(a, select), &out->select, e)) return false;
	if (!odsql_parse_items(a, ODSQL_GROUP_BY, arena_str(a, group_by), &out->group_by, e)) return false;
	if (!odsql_parse_items(a, ODSQL_ORDER_BY, order_by, &out->order_by, e)) return false;
	swap_nodes(a, &out->select, ODSQL_SELECT, c->swaps, c->nswaps);
	swap_nodes(a, &out->group_by, ODSQL_GROUP_BY, c->key_swaps, c->nkey_swaps);
	return true;
}

/* --- asking ---------------------------------------------------------------------------------------------------------- */

static void add_where(struct arena *a, struct query_request *r, struct str where)
{
	struct str *all = arena_array(a, struct str, r->nwhere + 1);
	if (r->nwhere) memcpy(all, r->where, r->nwhere * sizeof *all);
	all[r->nwhere] = where;
	r->where = all;
	r->nwhere++;
}

static bool run(struct chart_part *p, const struct query_request *r, bool (*row)(void *arg, const struct batch *rows, size_t i), void *arg, struct err *e)
{
	struct query_plan plan;
	struct query_cursor *cursor;
	struct batch rows;
	bool ok, more = true;
	if (!query_plan_rows(p->arena, r, &plan, e)) return false;
	if (!query_open(p->question->engine, &plan, p->question->cancel_or_null, &cursor, e)) {
		query_plan_done(&plan);
		return false;
	}
	while ((ok = query_next(cursor, &rows, e)) && rows.nrows && more)
		for (size_t i = 0; i < rows.nrows && more; i++) more = row(arg, &rows, i);
	query_close(cursor);
	query_plan_done(&plan);
	return ok;
}

bool chart_ask(struct chart_part *p, const struct chart_ask *q, struct err *e)
{
	auto_with(clauses_done) struct clauses c = { .arena = p->arena, .select = BUF_INIT(CLAUSE), .group_by = BUF_INIT(CLAUSE) };
	static const char *const labels[] = { "x", "b" };
	struct odsql_query made = { 0 };
	struct query_request r = p->base;
	for (size_t i = 0; i < q->nkeys; i++) put_key(&c, &q->keys[i], labels[i]);
	if (q->with_values)
		for (size_t i = 0; i < p->query->nseries; i++) put_series(&c, &p->query->series[i]);
	else
		put_function(&c, CHART_COUNT, 0, STR(""));
	if (!make_query(p->arena, &c, q->order_by, &made, e)) return false;
	if (q->where.n) add_where(p->arena, &r, q->where);
	r.made_or_null = &made;
	r.mode = q->limit > LIMIT_GROUP_ROWS ? QUERY_EXPORT : QUERY_PAGE;
	r.limit = arena_printf(p->arena, "%lld", (long long)q->limit);
	return run(p, &r, q->row, q->arg, e);
}

double chart_number(const struct column *col, size_t row)
{
	if (!column_has(col, row)) return NAN;
	if (col->type.type == VALUE_DOUBLE) return isfinite(col->doubles[row]) ? col->doubles[row] : NAN;
	if (col->type.type == VALUE_DATE) return (double)col->days[row] * 86400 * 1e6;
	return col->type.type == VALUE_INT || col->type.type == VALUE_DATETIME ? (double)col->ints[row] : NAN;
}

/* The start of "[2020-01-01T00:00:00.000Z, …[", as wall time: an offset is what made it so. */
static bool read_start(struct str label, int64_t *us)
{
	struct clock_text t;
	ptrdiff_t comma = str_find_char(label, ',');
	if (comma < 2 || !clock_parse(str_sub(label, 1, (size_t)comma - 1), &t)) return false;
	*us = clock_us_of_civil(&t.civil);
	return true;
}

static void put_plain(struct buf *b, double v)
{
	text_put_double_plain(b, v);
}

static struct str number_label(struct arena *a, double v, const struct field *f, struct str lang)
{
	auto_buf b = BUF_INIT(64);
	text_put_number(&b, v, f->decimals, lang);
	return arena_str(a, buf_str(&b));
}

static bool bin_point(struct chart_part *p, const struct chart_key *k, struct str label, struct chart_point *out)
{
	ptrdiff_t comma = str_find_char(label, ',');
	auto_buf key = BUF_INIT(64);
	struct str lang = p->question->lang->code;
	double low;
	if (comma < 2 || !text_to_double(str_sub(label, 1, (size_t)comma - 1), &low)) return false;
	/* What floating numbers add is not shown: 0.30000000000000004 is three tenths. */
	low = round(low / k->width) * k->width;
	double until = low + k->width, scale = pow(10, 2 - floor(log10(k->width)));
	if (isfinite(scale) && scale > 1) {
		low = round(low * scale) / scale;
		until = round(until * scale) / scale;
	}
	put_plain(&key, low);
	struct str from = number_label(p->arena, low, k->field, lang), to = number_label(p->arena, until, k->field, lang);
	*out = (struct chart_point){ .key = arena_str(p->arena, buf_str(&key)), .at = low, .until = until,
		.label = arena_printf(p->arena, "%.*s – %.*s", STR_ARG(from), STR_ARG(to)) };
	return true;
}

/* A value as it is: a text, a number, a truth. */
static void value_point(struct chart_part *p, const struct chart_key *k, const struct column *col, size_t row, struct chart_point *out)
{
	struct record_column c = { .key = k->field->name, .type = col->type, .precision = k->field->precision };
	struct record_style style = { .zone = p->base.zone_or_null ? p->base.zone_or_null : clock_utc() };
	auto_buf label = BUF_INIT(LIMIT_CELL_BYTES);
	auto_buf key = BUF_INIT(LIMIT_CELL_BYTES);
	record_put_reading(&label, &c, k->field, col, row, &style, p->question->lang->code);
	if (col->type.type == VALUE_BOOL) buf_put(&key, col->bools[row] ? STR("true") : STR("false"));
	else if (chart_is_number(k->field)) put_plain(&key, chart_number(col, row));
	else if (col->type.type == VALUE_TEXT) buf_put(&key, col->texts[row]);
	else buf_put(&key, buf_str(&label));
	/* Of a path, readers know the last step. */
	struct str shown = buf_str(&label);
	ptrdiff_t slash = k->field->hierarchy.n == 1 ? str_rfind_char(shown, k->field->hierarchy.p[0]) : -1;
	if ((k->field->flags & FIELD_HIERARCHICAL) && slash >= 0 && (size_t)slash + 1 < shown.n) shown = str_from(shown, (size_t)slash + 1);
	*out = (struct chart_point){ .key = arena_str(p->arena, text_cut(buf_str(&key), 2000)),
		.label = arena_str(p->arena, text_cut(shown, 300)), .at = chart_is_number(k->field) ? chart_number(col, row) : 0 };
}

/* The start of the period that parts of a date name. */
static int64_t start_of(const struct chart_key *k, const struct column *cols, size_t row)
{
	struct civil c = { .month = 1, .day = 1 };
	int *const parts[] = { NULL, &c.month, &c.day, &c.hour, &c.minute };
	size_t n = chart_key_columns(k);
	c.year = (int32_t)chart_number(&cols[0], row);
	for (size_t i = 1; i < n; i++) *parts[i] = (int)chart_number(&cols[i], row);
	return clock_us_of_civil(&c);
}

bool chart_point_of(struct chart_part *p, const struct chart_key *k, const struct column *col, size_t row, struct chart_point *out)
{
	int64_t us;
	if (!column_has(col, row)) return false;
	if (is_bare_day(k)) {
		chart_time_point(p->arena, k->scale, (int64_t)col->days[row] * 86400 * second_us, p->question->lang, out);
	} else if (key_parts(k)) {
		chart_time_point(p->arena, k->scale, start_of(k, col, row), p->question->lang, out);
	} else if (chart_is_time(k->field) && chart_scales[k->scale].cycle) {
		int64_t n = (int64_t)chart_number(col, row) + (k->scale == CHART_SCALE_IN_WEEK);
		chart_cycle_point(p->arena, k->scale, n, p->question->lang, out);
	} else if (chart_is_time(k->field)) {
		if (!read_start(col->texts[row], &us)) return false;
		chart_time_point(p->arena, k->scale, us, p->question->lang, out);
	} else if (k->width > 0) {
		return bin_point(p, k, col->texts[row], out);
	} else {
		value_point(p, k, col, row, out);
	}
	return true;
}

/* --- opening --------------------------------------------------------------------------------------------------------- */

struct ends { double low, high; int64_t n; };

static bool take_ends(void *arg, const struct batch *rows, size_t i)
{
	struct ends *ends = arg;
	ends->low = chart_number(&rows->columns[0], i);
	ends->high = chart_number(&rows->columns[1], i);
	ends->n = (int64_t)chart_number(&rows->columns[2], i);
	return true;
}

static bool ask_ends(struct chart_part *p, const struct field *f, struct ends *out, struct err *e)
{
	struct query_request r = p->base;
	struct str name = chart_name(p->arena, f->name);
	*out = (struct ends){ NAN, NAN, 0 };
	r.mode = QUERY_PAGE;
	r.select = arena_printf(p->arena, "min(%.*s) as low, max(%.*s) as high, count(*) as n", STR_ARG(name), STR_ARG(name));
	r.limit = STR("1");
	return run(p, &r, take_ends, out, e);
}

static bool only_counts(const struct chart_query *q)
{
	for (size_t i = 0; i < q->nseries; i++)
		if (q->series[i].function != CHART_COUNT) return false;
	return true;
}

/* The finest timescale that makes no more points than are wanted, and that the field is known to. Where records are counted, a point is of
 * several of them: moments that each stand alone show nothing. */
static bool choose_scale(struct chart_part *p, const struct field *f, enum chart_scale *out, struct err *e)
{
	static const struct { enum chart_scale scale; int64_t seconds; const char *precision; } finest_first[] = {
		{ CHART_SCALE_MINUTE, 60, "minute" }, { CHART_SCALE_HOUR, 3600, "hour" }, { CHART_SCALE_DAY, 86400, "day" },
		{ CHART_SCALE_MONTH, 2629746, "month" }, { CHART_SCALE_YEAR, 31556952, "year" },
	};
	struct ends ends;
	if (!ask_ends(p, f, &ends, e)) return false;
	double most = p->query->points > 0 ? (double)p->query->points : AUTOMATIC_POINTS;
	if (!p->query->points && only_counts(p->query)) most = fmin(most, fmax(COUNTS_LEAST, (double)ends.n / COUNTS_A_POINT));
	double span = isfinite(ends.low) ? (ends.high - ends.low) / (double)second_us : 0;
	size_t i = f->type == VALUE_DATE ? 2 : 0;
	for (size_t k = i; k < COUNT_OF(finest_first); k++)
		if (str_eq(f->precision, str_of(finest_first[k].precision))) i = k;
	while (i + 1 < COUNT_OF(finest_first) && span / (double)finest_first[i].seconds + 1 > most) i++;
	*out = finest_first[i].scale;
	return true;
}

/* 1, 2 or 5 times a power of ten. */
static double nice(double width)
{
	double power = pow(10, floor(log10(width)));
	double lead = width / power;
	return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

static bool choose_bins(struct chart_part *p, struct err *e)
{
	struct ends ends;
	if (!ask_ends(p, p->x, &ends, e)) return false;
	double n = p->query->bins ? (double)p->query->bins : ceil(2 * cbrt((double)ends.n));
	if (!p->query->bins) n = fmin(fmax(n, BINS_LEAST), BINS_MOST);
	double span = ends.high - ends.low;
	p->width = isfinite(span) && span > 0 ? nice(span / n) : 1;
	if (p->x->type == VALUE_INT) p->width = fmax(1, round(p->width));
	p->low = ends.low;
	p->high = ends.high;
	p->kind = CHART_X_BINS;
	return true;
}

static bool wants_bins(const struct chart_query *q)
{
	for (size_t i = 0; i < q->nseries; i++)
		if (q->series[i].type == CHART_HISTOGRAM) return true;
	return false;
}

static bool choose_kind(struct chart_part *p, struct err *e)
{
	const struct chart_query *q = p->query;
	enum chart_scale asked = q->scale ? q->scale : p->question->chart->scale;
	bool calendar = false;
	for (size_t i = 0; i < q->nseries; i++) calendar = calendar || q->series[i].type == CHART_CALENDAR;
	if (chart_is_time(p->x)) {
		p->scale = calendar ? CHART_SCALE_DAY : asked;
		if (!p->scale && !choose_scale(p, p->x, &p->scale, e)) return false;
		p->kind = chart_scales[p->scale].cycle ? CHART_X_CYCLE : CHART_X_TIME;
		return true;
	}
	if (calendar) return err_set(e, ERR_PARAMETER, "%s.xAxis: a calendar needs a date.", p->name);
	if (wants_bins(q)) {
		if (chart_is_number(p->x)) return choose_bins(p, e);
		return err_set(e, ERR_PARAMETER, "%s.xAxis: a histogram needs a number.", p->name);
	}
	p->kind = chart_is_number(p->x) ? CHART_X_NUMBER : CHART_X_TEXT;
	return true;
}

static bool check_series(struct chart_part *p, struct err *e)
{
	for (size_t i = 0; i < p->query->nseries; i++) {
		const struct chart_series *s = &p->query->series[i];
		bool several = chart_types[s->type].numbers > 1;
		if (!several && !chart_functions[s->function].takes_field) continue;
		const struct field *f = chart_field_or_null(&p->data.target, s->y);
		if (!s->y.n)
			return err_set(e, ERR_PARAMETER, "%s.charts[%zu].yAxis: a field is needed for %s.", p->name, i,
			               several ? chart_types[s->type].word : chart_functions[s->function].word);
		if (!f) return err_set(e, ERR_PARAMETER, "%s.charts[%zu].yAxis: there is no field %.*s.", p->name, i, STR_ARG(text_cut(s->y, 60)));
		if (!chart_takes_y(f, several ? CHART_AVG : s->function))
			return err_set(e, ERR_PARAMETER, "%s.charts[%zu].yAxis: %s needs a number, and %.*s is none.", p->name, i,
			               chart_functions[s->function].word, STR_ARG(text_cut(s->y, 60)));
	}
	return true;
}

static const struct field *find_key(struct chart_part *p, const char *member, struct str name, bool (*takes)(const struct field *), struct err *e)
{
	const struct field *f = chart_field_or_null(&p->data.target, name);
	if (f && takes(f)) return f;
	if (!name.n) err_set(e, ERR_PARAMETER, "%s.%s: a field is needed.", p->name, member);
	else if (!f) err_set(e, ERR_PARAMETER, "%s.%s: there is no field %.*s.", p->name, member, STR_ARG(text_cut(name, 60)));
	else err_set(e, ERR_PARAMETER, "%s.%s: a field of type %s does not fit here.", p->name, member, value_kind(f->type)->word);
	return NULL;
}

bool chart_part_open(struct chart_part *p, struct err *e)
{
	const struct chart_question *q = p->question;
	(void)snprintf(p->name, sizeof p->name, "queries[%zu]", p->place);
	if (!q->find(q->arg, p->query->dataset, &p->data, e)) return false;
	if (p->data.base_or_null) p->base = *p->data.base_or_null;
	p->base.target = &p->data.target;
	p->base.zone_or_null = q->zone_or_null;
	p->base.lang = q->lang->code;
	p->base.now_us = q->now_us;
	p->base.select = p->base.order_by = p->base.group_by = p->base.offset = STR("");
	p->base.made_or_null = NULL;
	p->base.with_id = p->base.with_cursor = false;
	p->x = find_key(p, "xAxis", p->query->x, chart_takes_x, e);
	if (!p->x || !check_series(p, e)) return false;
	if (p->query->breakdown.n) {
		p->breakdown_or_null = find_key(p, "seriesBreakdown", p->query->breakdown, chart_takes_breakdown, e);
		if (!p->breakdown_or_null) return false;
	}
	if (!chart_filters(p->arena, p->query, &p->data.target, p->name, &p->base, e)) return false;
	struct str name = chart_name(p->arena, p->x->name);
	add_where(p->arena, &p->base, arena_printf(p->arena, "%.*s is not null", STR_ARG(name)));
	p->breakdown_scale = p->query->breakdown_scale;
	if (p->breakdown_or_null && chart_is_time(p->breakdown_or_null) && !p->breakdown_scale) p->breakdown_scale = CHART_SCALE_YEAR;
	return choose_kind(p, e);
}
