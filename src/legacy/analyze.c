/* records/1.0/analyze: rows gathered by fields and parts of dates, and numbers of each group. Every x is an
 * axis of one field; an axis of dates has a group key for each of its components. */
#include "legacy/join.h"
#include "text/text.h"

enum { MOST_POINTS = 100000, MOST_SORTED = 19999 };

struct axis {
	struct str field;
	bool parts;     /* shown as an object of components */
	size_t first, n; /* its keys */
};
struct key { const char *component; struct odsql_node *expr; };
struct analysis {
	struct v1_call *c;
	VEC(struct axis) axes;
	VEC(struct key) keys;
	struct v1_all_series series;
	struct v1_items select, group_by, order_by;
	struct texts where;
	struct v1_join join;
	bool by_series;  /* sorted by a series */
	int64_t limit;
	/* while writing */
	const struct query_plan *plan;
	struct buf *b;
	double *totals;
	int64_t seen;
	bool csv;
	char separator;
};

/* --- components of dates ------------------------------------------------------------------------ */

static const struct component { const char *name, *function; } components[] = {
	{ "year", "year" }, { "month", "month" }, { "day", "day" }, { "hour", "hour" }, { "minute", "minute" },
	{ "second", "second" }, { "weekday", "#weekday" }, { "yearday", "#yearday" }, { "week", "#week" },
};
enum { LEVELS = 5 }; /* year to minute, each within the one before */

static const struct component *component_of(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(components); i++)
		if (str_eq(name, str_of(components[i].name))) return &components[i];
	return NULL;
}

static int level_of(struct str name)
{
	for (int i = 0; i < LEVELS; i++)
		if (str_eq(name, str_of(components[i].name))) return i;
	return -1;
}

static struct odsql_node *component_node(struct v1_call *c, const struct component *k, struct str field, bool monday)
{
	struct odsql_node *n = odsql_leaf(c->arena, ODSQL_FIELD, field);
	if (monday) n = odsql_call(c->arena, ODSQL_GROUP_BY, "#monday", &n, 1);
	return odsql_call(c->arena, ODSQL_GROUP_BY, k->function, &n, 1);
}

static void add_key(struct analysis *a, const char *component, struct odsql_node *expr)
{
	vec_push(a->c->arena, &a->keys, (struct key){ component, expr });
	a->axes.p[a->axes.n - 1].n++;
}

static bool refuse_word(struct err *e, const char *name, struct str found, const char *words)
{
	return err_set(e, ERR_PARAMETER, "Invalid value for %s parameter: %.*s was found but one of %s is expected.", name,
	               STR_ARG(text_cut(found, 60)), words);
}

/* periodic says where the calendar starts anew, precision how fine it goes from there; without a precision a
 * period stands for itself. */
static bool add_calendar(struct analysis *a, const struct field *f, struct err *e)
{
	struct v1_call *c = a->c;
	struct str periodic = v1_text(c, "periodic");
	struct str precision = v1_text(c, "precision");
	bool week = str_eq(precision, STR("week"));
	int from = periodic.n ? level_of(periodic) : 0;
	int to = precision.n ? level_of(precision) : periodic.n && from > 0 ? from : 2;
	const struct component *cycle = from < 0 ? component_of(periodic) : NULL;
	if (from < 0 && (!cycle || !(str_eq(periodic, STR("week")) || str_eq(periodic, STR("weekday")))))
		return refuse_word(e, "periodic", periodic, "year, month, week, weekday, day, hour and minute");
	if (to < 0 && !week) return refuse_word(e, "precision", precision, "year, month, week, day, hour and minute");
	if (cycle) {
		add_key(a, cycle->name, component_node(c, cycle, f->name, false));
		return true;
	}
	if (week) to = 2;
	if (!precision.n && level_of(f->precision) >= 0 && level_of(f->precision) < to) to = num_max(from, level_of(f->precision));
	for (int i = from; i <= num_max(from, to); i++)
		add_key(a, components[i].name, component_node(c, &components[i], f->name, week));
	return true;
}

/* --- axes --------------------------------------------------------------------------------------- */

static struct axis *axis_or_null(struct analysis *a, struct str field)
{
	for (size_t i = 0; i < a->axes.n; i++)
		if (str_eq(a->axes.p[i].field, field)) return &a->axes.p[i];
	return NULL;
}

/* Keys of an axis stand together, so an axis that is named again must be the last one. */
static bool open_axis(struct analysis *a, const struct field *f, bool parts, struct err *e)
{
	struct axis *old = axis_or_null(a, f->name);
	if (old && old == &a->axes.p[a->axes.n - 1] && old->parts && parts) return true;
	if (old) return err_set(e, ERR_PARAMETER, "The parameter x names the field %.*s twice; parts of one date stand side by side.",
	                        STR_ARG(f->name));
	vec_push(a->c->arena, &a->axes, (struct axis){ .field = f->name, .parts = parts, .first = a->keys.n });
	vec_push(a->c->arena, &a->where.v, arena_join(a->c->arena, v1_named(a->c, f->name), STR(" is not null")));
	return true;
}

static bool has_key(const struct analysis *a, const struct axis *x, const char *component)
{
	for (size_t i = x->first; i < x->first + x->n; i++)
		if (a->keys.p[i].component && strcmp(a->keys.p[i].component, component) == 0) return true;
	return false;
}

static bool add_x(struct analysis *a, struct str text, struct err *e)
{
	struct v1_call *c = a->c;
	const struct field *f = v1_field_or_null(c, text);
	if (f) {
		bool date = f->type == VALUE_DATE || f->type == VALUE_DATETIME;
		if (!open_axis(a, f, date, e)) return false;
		if (date) return a->axes.p[a->axes.n - 1].n > 0 || add_calendar(a, f, e);
		add_key(a, NULL, odsql_leaf(c->arena, ODSQL_FIELD, f->name));
		return true;
	}
	ptrdiff_t dot = str_rfind_char(text, '.');
	const struct component *part = dot < 0 ? NULL : component_of(str_from(text, (size_t)dot + 1));
	f = part ? v1_field_or_null(c, str_sub(text, 0, (size_t)dot)) : NULL;
	if (!f) return err_set(e, ERR_PARAMETER, "The parameter x names an unknown field: %.*s.", STR_ARG(text_cut(text, 100)));
	if (f->type != VALUE_DATE && f->type != VALUE_DATETIME)
		return err_set(e, ERR_PARAMETER, "The parameter x takes a part of %.*s, which is no date.", STR_ARG(f->name));
	if (!open_axis(a, f, true, e)) return false;
	if (!has_key(a, &a->axes.p[a->axes.n - 1], part->name)) add_key(a, part->name, component_node(c, part, f->name, false));
	return true;
}

static bool read_axes(struct analysis *a, struct err *e)
{
	enum { MOST_KEYS = 12 };
	struct str name;
	struct str value;
	for (size_t at = 0; v1_each(a->c, "x", &at, &name, &value);) {
		if (!name.n && !add_x(a, value, e)) return false;
		if (a->keys.n > MOST_KEYS) return err_set(e, ERR_PARAMETER, "There are more than %d fields and parts of dates in x.", MOST_KEYS);
	}
	for (size_t i = 0; i < a->keys.n; i++)
		vec_push(a->c->arena, &a->group_by.v, (struct odsql_item){ .expr = a->keys.p[i].expr,
		         .key = arena_printf(a->c->arena, "x%zu", i), .labelled = true, .place = -1 });
	return true;
}

/* --- order -------------------------------------------------------------------------------------- */

static void order_by(struct analysis *a, struct str label, bool descending)
{
	vec_push(a->c->arena, &a->order_by.v, (struct odsql_item){ .expr = odsql_leaf(a->c->arena, ODSQL_FIELD, label),
	         .descending = descending, .place = -1 });
}

static void order_keys(struct analysis *a, size_t from, size_t n, bool descending)
{
	for (size_t i = from; i < from + n; i++) order_by(a, a->group_by.v.p[i].key, descending);
}

/* "field" or "field.part" of a key. */
static bool order_x(struct analysis *a, struct str what, bool descending)
{
	for (size_t i = 0; i < a->axes.n; i++) {
		const struct axis *x = &a->axes.p[i];
		if (str_eq(what, x->field)) {
			order_keys(a, x->first, x->n, descending);
			return true;
		}
		for (size_t k = x->first; k < x->first + x->n; k++) {
			const char *part = a->keys.p[k].component;
			if (!part || !str_starts(what, x->field) || what.n != x->field.n + 1 + strlen(part)) continue;
			if (what.p[x->field.n] != '.' || !str_ends(what, str_of(part))) continue;
			order_keys(a, k, 1, descending);
			return true;
		}
	}
	return false;
}

static bool order_one(struct analysis *a, struct str one, struct err *e)
{
	bool minus = str_starts(one, STR("-"));
	struct str what = minus ? str_from(one, 1) : one;
	if (str_eq(what, STR("x"))) {
		order_keys(a, 0, a->keys.n, minus);
		return true;
	}
	if (str_starts(what, STR("x.")) && order_x(a, str_from(what, 2), minus)) return true;
	if (str_starts(what, STR("y."))) what = str_from(what, 2);
	for (size_t i = 0; i < a->series.v.n; i++) {
		if (!str_eq(what, a->series.v.p[i].name)) continue;
		a->by_series = true;
		order_by(a, a->series.v.p[i].columns[0], !minus);
		return true;
	}
	return err_set(e, ERR_PARAMETER, "Invalid value for sort parameter: %.*s was found but x, x.FIELD or the name of a series is expected.",
	               STR_ARG(text_cut(one, 60)));
}

static bool read_order(struct analysis *a, struct err *e)
{
	struct str name;
	struct str value;
	for (size_t at = 0; v1_each(a->c, "sort", &at, &name, &value);) {
		struct str one;
		while (!name.n && str_cut(&value, ',', &one))
			if (str_trim(one).n && !order_one(a, str_trim(one), e)) return false;
	}
	return true;
}

/* --- extremes over everything -------------------------------------------------------------------- */

static struct str agg_part(const struct v1_call *c, struct str n, const char *part)
{
	struct str name;
	struct str value;
	struct str found = STR("");
	for (size_t at = 0; v1_each(c, "agg", &at, &name, &value);)
		if (str_eq(name, arena_printf(c->arena, "%.*s.%s", STR_ARG(n), part))) found = value;
	return found;
}

struct extremes { struct texts names; struct v1_items select; VEC(struct str) words; };

static bool add_extreme(struct v1_call *c, struct extremes *x, struct str n, struct err *e)
{
	struct str func = agg_part(c, n, "func");
	struct str expr = agg_part(c, n, "expr");
	struct str label = arena_printf(c->arena, "a%zu", x->names.v.n);
	if (!str_eq_nocase(func, STR("MIN")) && !str_eq_nocase(func, STR("MAX")))
		return err_set(e, ERR_PARAMETER, "Invalid value for agg.%.*s.func parameter: %.*s was found but MIN or MAX is expected.",
		               STR_ARG(text_cut(n, 60)), STR_ARG(text_cut(func, 60)));
	if (!expr.n) return err_set(e, ERR_PARAMETER, "The parameter agg.%.*s.expr is missing.", STR_ARG(text_cut(n, 60)));
	if (x->names.v.n == 50) return err_set(e, ERR_PARAMETER, "There may be 50 aggregations at most.");
	struct odsql_node *node = v1_aggregate(c, n, func, expr, 0, e);
	if (!node) return false;
	vec_push(c->arena, &x->names.v, n);
	vec_push(c->arena, &x->words, str_eq_nocase(func, STR("MIN")) ? STR("MIN") : STR("MAX"));
	vec_push(c->arena, &x->select.v, (struct odsql_item){ .expr = node, .key = label, .labelled = true, .place = -1 });
	return true;
}

static bool read_extremes(struct v1_call *c, struct extremes *x, struct err *e)
{
	struct str name;
	struct str value;
	for (size_t at = 0; v1_each(c, "agg", &at, &name, &value);) {
		ptrdiff_t dot = str_rfind_char(name, '.');
		bool known = dot <= 0;
		struct str n = known ? name : str_sub(name, 0, (size_t)dot);
		for (size_t i = 0; i < x->names.v.n; i++) known = known || str_eq(x->names.v.p[i], n);
		if (!known && !add_extreme(c, x, n, e)) return false;
	}
	return true;
}

struct extremes_out { const struct extremes *x; struct buf *b; };
static bool put_extremes(void *arg, const struct batch *rows, size_t row, struct err *e)
{
	const struct extremes_out *o = arg;
	struct json_out j = JSON_OUT(o->b);
	(void)e;
	json_open(&j, '{');
	for (size_t i = 0; i < o->x->names.v.n; i++) {
		struct record_style style = { .zone = clock_utc() };
		static const struct record_column plain = { 0 };
		json_key(&j, o->x->names.v.p[i]);
		json_open(&j, '{');
		json_key(&j, o->x->words.p[i]);
		json_value(&j);
		record_put_json(o->b, &plain, &rows->columns[i], row, &style);
		json_close(&j, '}');
	}
	json_close(&j, '}');
	return true;
}

static bool ask_extremes(struct v1_call *c, const struct query_request *from, const struct extremes *x, struct buf *b, struct err *e)
{
	struct query_request q = *from;
	struct odsql_query made = { .select = { x->select.v.p, x->select.v.n } };
	auto_plan plan = { 0 };
	struct extremes_out o = { x, b };
	int64_t n;
	q.where = NULL;
	q.nwhere = 0;
	q.made_or_null = &made;
	q.limit = STR("1");
	if (!query_plan_rows(c->arena, &q, &plan, e)) return false;
	if (!v1_each_row(c, &plan, c->r->cancel, put_extremes, &o, &n, e)) return false;
	if (n == 0) buf_lit(b, "{}");
	return true;
}

/* --- writing ------------------------------------------------------------------------------------ */

static void put_key(struct json_out *j, const struct analysis *a, const struct batch *rows, size_t row, size_t key)
{
	struct record_style style = { .zone = a->c->zone };
	json_value(j);
	record_put_json(j->b, &a->plan->columns[key], &rows->columns[key], row, &style);
}

static void put_axis(struct json_out *j, const struct analysis *a, const struct axis *x, const struct batch *rows, size_t row)
{
	if (a->join.given && str_eq(x->field, a->join.local)) {
		v1_join_put(j, &a->join, a->c->arena, &a->plan->columns[x->first], rows, row, x->first);
		return;
	}
	if (!x->parts) {
		put_key(j, a, rows, row, x->first);
		return;
	}
	json_open(j, '{');
	for (size_t i = x->first; i < x->first + x->n; i++) {
		json_key(j, str_of(a->keys.p[i].component));
		put_key(j, a, rows, row, i);
	}
	json_close(j, '}');
}

static void put_json_row(struct analysis *a, const struct batch *rows, size_t row)
{
	struct json_out j = JSON_OUT(a->b);
	if (a->seen) buf_put_char(a->b, ',');
	json_open(&j, '{');
	if (a->axes.n) json_key(&j, STR("x"));
	if (a->axes.n > 1) json_open(&j, '{');
	for (size_t i = 0; i < a->axes.n; i++) {
		if (a->axes.n > 1) json_key(&j, a->axes.p[i].field);
		put_axis(&j, a, &a->axes.p[i], rows, row);
	}
	if (a->axes.n > 1) json_close(&j, '}');
	v1_put_series(&j, &a->series, rows, row, a->keys.n, a->totals);
	json_close(&j, '}');
}

/* Totals run in the table, too. */
static void put_csv_row(struct analysis *a, const struct batch *rows, size_t row)
{
	struct record_style style = { .zone = a->c->zone };
	struct record_csv csv = { a->separator, STR(","), false };
	size_t column = 0;
	for (; column < a->keys.n; column++) {
		if (column) buf_put_char(a->b, a->separator);
		record_put_csv(a->b, &a->plan->columns[column], &rows->columns[column], row, &style, &csv);
	}
	for (size_t i = 0; i < a->series.v.n; i++) {
		const struct v1_series *s = &a->series.v.p[i];
		for (size_t k = 0; k < s->n; k++, column++) {
			double v;
			if (column) buf_put_char(a->b, a->separator);
			if (s->cumulative && s->n == 1 && v1_number(rows, row, column, &v)) text_put_double_plain(a->b, a->totals[i] += v);
			else record_put_csv(a->b, &a->plan->columns[column], &rows->columns[column], row, &style, &csv);
		}
	}
	buf_lit(a->b, "\r\n");
}

static void put_heading(struct analysis *a)
{
	for (size_t i = 0; i < a->axes.n; i++) {
		const struct axis *x = &a->axes.p[i];
		for (size_t k = x->first; k < x->first + x->n; k++) {
			struct str name = STR("x");
			if (a->axes.n > 1) name = arena_join(a->c->arena, STR("x."), x->field);
			if (x->parts) name = arena_printf(a->c->arena, "%.*s.%s", STR_ARG(name), a->keys.p[k].component);
			if (k) buf_put_char(a->b, a->separator);
			text_put_csv(a->b, name, a->separator, false);
		}
	}
	for (size_t i = 0; i < a->series.v.n; i++)
		for (size_t k = 0; k < a->series.v.p[i].n; k++) {
			auto_buf name = BUF_INIT(LIMIT_URL_BYTES + 100);
			buf_put(&name, a->series.v.p[i].name);
			if (a->series.v.p[i].n > 1) buf_put_char(&name, '.');
			if (a->series.v.p[i].n > 1) text_put_double(&name, a->series.v.p[i].subsets[k]);
			if (a->axes.n || i || k) buf_put_char(a->b, a->separator);
			text_put_csv(a->b, buf_str(&name), a->separator, false);
		}
	buf_lit(a->b, "\r\n");
}

static bool put_row(void *arg, const struct batch *rows, size_t row, struct err *e)
{
	struct analysis *a = arg;
	if (a->seen < a->limit && a->csv) put_csv_row(a, rows, row);
	else if (a->seen < a->limit) put_json_row(a, rows, row);
	a->seen++;
	return !a->b->over || err_set(e, ERR_TOO_LARGE, "This analysis is too large; set maxpoints or filter more.");
}

/* The local key is the one x, and no date: what stands in its place is one record. */
static bool read_join(struct analysis *a, struct err *e)
{
	if (!v1_join_read(a->c, &a->join, e)) return false;
	if (!a->join.given || (a->axes.n == 1 && !a->axes.p[0].parts && str_eq(a->axes.p[0].field, a->join.local))) return true;
	return err_set(e, ERR_PARAMETER, "The field %.*s of join.%.*s.localkey must be the one x of the analysis, and no date.",
	               STR_ARG(text_cut(a->join.local, 60)), STR_ARG(text_cut(a->join.name, 60)));
}

/* --- the endpoint ------------------------------------------------------------------------------- */

static bool read_options(struct analysis *a, struct err *e)
{
	static const char *const formats[] = { "json", "jsonp", "csv", NULL };
	struct v1_call *c = a->c;
	struct str separator = v1_text(c, "csv_separator");
	int64_t most;
	if (!v1_format(c, formats, e) || !v1_int(c, "maxpoints", 0, MOST_POINTS, 0, &most, e)) return false;
	a->csv = str_eq(c->format, STR("csv"));
	a->separator = separator.n ? separator.p[0] : ';';
	if (separator.n > 1 || (separator.n && (a->separator == '"' || a->separator < '\t' || a->separator > '~' || a->separator == '\n' || a->separator == '\r')))
		return err_set(e, ERR_PARAMETER, "The parameter csv_separator takes one ASCII character other than a quote.");
	a->limit = most;
	return true;
}

static bool ask(struct analysis *a, struct query_request *q, struct err *e)
{
	auto_plan plan = { 0 };
	int64_t n;
	int64_t ceiling = a->by_series ? MOST_SORTED : MOST_POINTS;
	struct odsql_query made = { .select = { a->select.v.p, a->select.v.n }, .group_by = { a->group_by.v.p, a->group_by.v.n },
		.order_by = { a->order_by.v.p, a->order_by.v.n } };
	if (!a->limit || a->limit > ceiling) a->limit = ceiling;
	q->made_or_null = &made;
	q->where = a->where.v.p;
	q->nwhere = a->where.v.n;
	/* One more than is shown tells that something is missing. */
	q->limit = arena_printf(a->c->arena, "%lld", (long long)a->limit + 1);
	if (!query_plan_rows(a->c->arena, q, &plan, e)) return false;
	a->plan = &plan;
	if (a->csv) put_heading(a);
	if (!v1_each_row(a->c, &plan, a->c->r->cancel, put_row, a, &n, e)) return false;
	if (n > a->limit) httpd_reply_lit(a->c->p, "ods-analyze-truncated", "true");
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_v1 c;
	auto_buf b = BUF_INIT(256 << 20);
	struct query_request q;
	struct extremes x = { 0 };
	if (!v1_enter(&c, r, p, app, e)) return false;
	struct analysis a = { .c = &c, .b = &b };
	if (!read_options(&a, e) || !v1_records(&c, e) || !v1_question(&c, &q, e)) return false;
	if (!read_axes(&a, e) || !v1_series_of(&c, &a.series, &a.select, e)) return false;
	/* Series without an axis are numbers over everything, in one row: what a widget that shows one number asks. */
	if (!a.axes.n && !a.series.v.n) return v1_missing(e, "x");
	if ((a.axes.n && !read_order(&a, e)) || !read_join(&a, e) || !read_extremes(&c, &x, e)) return false;
	a.totals = arena_array(c.arena, double, a.series.v.n);
	if (a.csv) return ask(&a, &q, e) && v1_answer_as(&c, &b, STR("text/csv; charset=utf-8"), e);
	if (x.names.v.n) buf_lit(&b, "{\"results\":");
	buf_put_char(&b, '[');
	if (!ask(&a, &q, e)) return false;
	buf_put_char(&b, ']');
	if (x.names.v.n) {
		buf_lit(&b, ",\"aggregations\":");
		if (!ask_extremes(&c, &q, &x, &b, e)) return false;
		buf_put_char(&b, '}');
	}
	return v1_answer(&c, &b, e);
}

V1_RECORDS(analyze, run);
