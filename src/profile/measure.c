/* The questions behind a profile, in the language readers have too, so that a caller's row filter and hidden fields
 * hold here as everywhere. First what is cheap for all columns at once, then each column's shape. */
#include "profile/inside.h"

#include "text/text.h"
#include <math.h>
#include <stdlib.h>

enum { TOGETHER = 12, QUESTION_BYTES = 64 << 10, FEW = PROFILE_TOPS, DAY_S = 86400, TOP_BYTES = 200 };

struct measuring {
	struct engine *engine;
	const struct query_target *target;
	int64_t until_ns;
	struct cancel *cancel;
	struct kept *kept;
	struct profile_field *fields; /* of the profile */
	size_t *places;               /* of each in the schema */
	size_t n;
};

void kept_free(struct kept *k)
{
	struct arena a = k->arena;
	free(k);
	arena_done(&a);
}

/* --- asking ------------------------------------------------------------------------------------------------ */

typedef void take_rows(void *arg, const struct query_plan *p, const struct batch *rows);

/* ODSQL that does not suit a column is no failure of the whole: false in *suits then. */
static bool ask(struct measuring *m, struct str select, struct str group, struct str order, int limit, take_rows *take, void *arg, bool *suits, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct err why = { 0 };
	struct query_plan plan;
	struct query_cursor *k;
	struct batch rows;
	struct query_request r = { .target = m->target, .mode = QUERY_EXPORT, .select = select, .group_by = group, .order_by = order,
		.limit = limit ? arena_printf(&a, "%d", limit) : STR(""), .now_us = clock_now().us };
	*suits = true;
	bool ok = query_plan_rows(&a, &r, &plan, &why);
	if (ok) {
		ok = query_open(m->engine, &plan, m->cancel, &k, &why);
		if (ok) {
			while ((ok = query_next(k, &rows, &why)) && rows.nrows)
				take(arg, &plan, &rows);
			query_close(k);
		}
		query_plan_done(&plan);
	}
	if (ok)
		return true;
	*suits = false;
	if (why.code == ERR_ODSQL || why.code == ERR_ODSQL_SYNTAX || why.code == ERR_PARAMETER || why.code == ERR_CANCELLED)
		return true;
	*e = why;
	return false;
}

static bool late(const struct measuring *m)
{
	return (m->cancel && cancel_fired(m->cancel)) || clock_monotonic_ns() > m->until_ns;
}

static void put_name(struct buf *b, struct str name)
{
	buf_put_char(b, '`');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '`' || name.p[i] == '\\')
			buf_put_char(b, '\\');
		buf_put_char(b, name.p[i]);
	}
	buf_put_char(b, '`');
}

/* A cell as a number: dates in days, instants in seconds. */
static bool number_of(const struct batch *rows, size_t column, size_t row, double *out)
{
	const struct column *c = &rows->columns[column];
	if (!column_has(c, row))
		return false;
	switch (c->type.type) {
	case VALUE_INT:
		*out = (double)c->ints[row];
		return true;
	case VALUE_DOUBLE:
		*out = c->doubles[row];
		return isfinite(*out);
	case VALUE_DATE:
		*out = c->days[row];
		return true;
	case VALUE_DATETIME:
		*out = (double)c->ints[row] / 1e6;
		return true;
	case VALUE_TEXT: case VALUE_BOOL: case VALUE_POINT: case VALUE_SHAPE: case VALUE_FILE: case VALUE_JSON: case VALUE_TYPES:
		return false;
	}
	return false;
}

/* --- all columns: how many values, from where to where ---------------------------------------------------- */

static bool is_number(enum value_type t) { return t == VALUE_INT || t == VALUE_DOUBLE; }
static bool is_ranged(enum value_type t) { return is_number(t) || t == VALUE_DATE || t == VALUE_DATETIME; }

struct counting { struct measuring *m; size_t from, n; };

static void take_counts(void *arg, const struct query_plan *p, const struct batch *rows)
{
	struct counting *c = arg;
	double v;
	size_t at = 0;
	if (!rows->nrows || !number_of(rows, at++, 0, &v))
		return;
	c->m->kept->profile.rows = (int64_t)v;
	for (size_t i = 0; i < c->n && at < p->ncolumns; i++) {
		struct profile_field *f = &c->m->fields[c->from + i];
		f->counted = number_of(rows, at++, 0, &v);
		f->filled = f->counted ? (int64_t)v : 0;
		if (!is_ranged(f->type))
			continue;
		f->ranges = number_of(rows, at, 0, &f->low) & number_of(rows, at + 1, 0, &f->high);
		at += 2;
		if (is_number(f->type))
			f->ranges &= number_of(rows, at++, 0, &f->mean);
	}
}

static bool count_some(struct measuring *m, size_t from, size_t n, bool *suits, struct err *e)
{
	auto_buf b = BUF_INIT(QUESTION_BYTES);
	struct counting c = { m, from, n };
	buf_lit(&b, "count(*) as rows_");
	for (size_t i = 0; i < n; i++) {
		static const struct { const char *call, *as; } asks[] = { { "count", "n" }, { "min", "low" }, { "max", "high" }, { "avg", "mean" } };
		const struct profile_field *f = &m->fields[from + i];
		size_t most = is_number(f->type) ? 4 : is_ranged(f->type) ? 3 : 1;
		for (size_t k = 0; k < most; k++) {
			buf_printf(&b, ", %s(", asks[k].call);
			put_name(&b, f->name);
			buf_printf(&b, ") as %s_%zu", asks[k].as, i);
		}
	}
	return ask(m, buf_str(&b), STR(""), STR(""), 0, take_counts, &c, suits, e);
}

static bool count_all(struct measuring *m, struct err *e)
{
	bool suits;
	for (size_t from = 0; from < m->n && !late(m); from += TOGETHER) {
		size_t n = num_min(m->n - from, (size_t)TOGETHER);
		if (!count_some(m, from, n, &suits, e))
			return false;
		for (size_t i = 0; !suits && i < n && !late(m); i++) {
			bool alone;
			if (!count_some(m, from + i, 1, &alone, e))
				return false;
		}
	}
	return true;
}

/* --- one column: its shape --------------------------------------------------------------------------------- */

static void take_shape(void *arg, const struct query_plan *p, const struct batch *rows)
{
	struct profile_field *f = arg;
	double v;
	if (rows->nrows && number_of(rows, 0, 0, &v))
		f->distinct = (int64_t)v;
	if (rows->nrows && p->ncolumns > 1)
		number_of(rows, 1, 0, &f->middle);
}

static bool ask_shape(struct measuring *m, struct profile_field *f, struct err *e)
{
	auto_buf b = BUF_INIT(QUESTION_BYTES);
	bool suits;
	buf_lit(&b, "count(distinct ");
	put_name(&b, f->name);
	buf_lit(&b, ") as d");
	if (is_number(f->type)) {
		buf_lit(&b, ", median(");
		put_name(&b, f->name);
		buf_lit(&b, ") as middle");
	}
	return ask(m, buf_str(&b), STR(""), STR(""), 0, take_shape, f, &suits, e);
}

struct topping { struct measuring *m; struct profile_field *f; };

static void put_top(struct buf *b, const struct column *c, size_t row)
{
	switch (c->type.type) {
	case VALUE_TEXT:
		buf_put(b, text_cut(c->texts[row], TOP_BYTES));
		return;
	case VALUE_BOOL:
		buf_put(b, c->bools[row] ? STR("true") : STR("false"));
		return;
	case VALUE_INT:
		buf_put_int(b, c->ints[row]);
		return;
	case VALUE_DOUBLE:
		text_put_double_plain(b, c->doubles[row]);
		return;
	case VALUE_DATE: case VALUE_DATETIME: case VALUE_POINT: case VALUE_SHAPE: case VALUE_FILE: case VALUE_JSON: case VALUE_TYPES:
		return;
	}
}

/* A group's key comes first, or behind the count: by name. */
static void take_tops(void *arg, const struct query_plan *p, const struct batch *rows)
{
	struct topping *t = arg;
	size_t count = p->ncolumns > 1 && str_eq(p->columns[0].key, STR("times_")) ? 0 : 1;
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	for (size_t i = 0; i < rows->nrows && t->f->ntops < PROFILE_TOPS && p->ncolumns > 1; i++) {
		double n;
		const struct column *key = &rows->columns[1 - count];
		if (key->type.list || !column_has(key, i) || !number_of(rows, count, i, &n))
			continue;
		buf_clear(&b);
		put_top(&b, key, i);
		t->f->tops[t->f->ntops++] = (struct profile_top){ arena_str(&t->m->kept->arena, buf_str(&b)), (int64_t)n };
	}
}

static bool ask_tops(struct measuring *m, struct profile_field *f, struct err *e)
{
	auto_buf b = BUF_INIT(QUESTION_BYTES);
	struct topping t = { m, f };
	bool suits;
	put_name(&b, f->name);
	return ask(m, STR("count(*) as times_"), buf_str(&b), STR("times_ desc"), PROFILE_TOPS + 1, take_tops, &t, &suits, e);
}

/* The bucket that a label begins with: "[10.5, 11[" or "[2020-01-01T00:00:00.000Z, …". */
static bool label_low(struct str label, enum value_type t, double *out)
{
	struct clock_text when;
	ptrdiff_t comma = str_find_char(label, ',');
	if (label.n < 2 || comma < 2)
		return false;
	struct str low = str_trim(str_sub(label, 1, (size_t)comma - 1));
	if (is_number(t))
		return text_to_double(low, out);
	if (!clock_parse(low, &when))
		return false;
	double s = (double)(clock_us_of_civil(&when.civil) / 1000000);
	*out = t == VALUE_DATE ? s / DAY_S : s;
	return true;
}

static void take_bins(void *arg, const struct query_plan *p, const struct batch *rows)
{
	struct profile_field *f = arg;
	size_t count = p->ncolumns > 1 && str_eq(p->columns[0].key, STR("times_")) ? 0 : 1;
	double n, low;
	for (size_t i = 0; i < rows->nrows && p->ncolumns > 1; i++) {
		const struct column *key = &rows->columns[1 - count];
		if (key->type.type != VALUE_TEXT || !column_has(key, i) || !number_of(rows, count, i, &n) || !label_low(key->texts[i], f->type, &low))
			continue;
		size_t best = 0;
		for (size_t k = 1; k < f->nbins; k++)
			if (fabs(f->bins[k].from - low) < fabs(f->bins[best].from - low))
				best = k;
		f->bins[best].n += (int64_t)n;
	}
}

static void put_bound(struct buf *b, const struct profile_field *f, double v)
{
	if (f->type == VALUE_INT) {
		buf_put_int(b, (int64_t)v);
	} else if (f->type == VALUE_DOUBLE) {
		buf_printf(b, "%.12f", v);
	} else {
		buf_lit(b, "date'");
		clock_put_date(b, (int32_t)(f->type == VALUE_DATE ? v : floor(v / DAY_S)));
		buf_lit(b, "'");
	}
}

/* Equal steps over the range, whole ones for whole numbers and days; false where a histogram says nothing. */
static bool make_bins(struct profile_field *f)
{
	double unit = f->type == VALUE_DATETIME ? DAY_S : f->type == VALUE_DOUBLE ? 0 : 1;
	double low = unit > 0 ? floor(f->low / unit) * unit : f->low;
	double step = (f->high - low) / PROFILE_BINS;
	if (!f->ranges || !(f->high > f->low) || fabs(f->low) > 1e15 || fabs(f->high) > 1e15)
		return false;
	if (unit > 0)
		step = num_max(unit, floor(step / unit + 1) * unit);
	else if (step < 1e-9)
		return false;
	for (size_t i = 0; i < PROFILE_BINS && (i == 0 || low + step * (double)i <= f->high); i++)
		f->bins[f->nbins++] = (struct profile_bin){ low + step * (double)i, low + step * (double)(i + 1), 0 };
	return f->nbins > 1;
}

static bool ask_bins(struct measuring *m, struct profile_field *f, struct err *e)
{
	auto_buf b = BUF_INIT(QUESTION_BYTES);
	bool suits;
	if (!make_bins(f)) {
		f->nbins = 0;
		return true;
	}
	buf_lit(&b, "range(");
	put_name(&b, f->name);
	for (size_t i = 0; i < f->nbins; i++) {
		buf_lit(&b, ", ");
		put_bound(&b, f, f->bins[i].from);
	}
	/* The last one is open, so that rounding cannot leave the greatest value out. */
	buf_lit(&b, ", *) as bin_");
	if (!ask(m, STR("count(*) as times_"), buf_str(&b), STR(""), 0, take_bins, f, &suits, e))
		return false;
	if (!suits)
		f->nbins = 0;
	return true;
}

static bool shape_one(struct measuring *m, struct profile_field *f, struct err *e)
{
	const struct field *field = &m->target->schema->fields[m->places[f - m->fields]];
	bool list = field->flags & FIELD_MULTIVALUED;
	bool compared = is_ranged(f->type) || f->type == VALUE_TEXT || f->type == VALUE_BOOL;
	f->distinct = -1;
	if (!compared || !f->filled) {
		f->shaped = f->counted;
		return true;
	}
	if (!list && f->type != VALUE_BOOL && !ask_shape(m, f, e))
		return false;
	bool few = f->type == VALUE_TEXT || f->type == VALUE_BOOL || (is_number(f->type) && f->distinct >= 0 && f->distinct <= FEW);
	/* Where every value is another, no value comes most often. */
	bool unique = f->distinct == f->filled && f->filled > FEW;
	if (few ? !unique && !ask_tops(m, f, e) : !ask_bins(m, f, e))
		return false;
	f->shaped = !late(m);
	return true;
}

/* --- all of it --------------------------------------------------------------------------------------------- */

static void list_fields(struct measuring *m)
{
	const struct query_target *t = m->target;
	struct arena *a = &m->kept->arena;
	m->fields = arena_array(a, struct profile_field, t->schema->n + 1);
	m->places = arena_array(a, size_t, t->schema->n + 1);
	for (size_t i = 0; i < t->schema->n; i++) {
		const struct field *f = &t->schema->fields[i];
		if ((f->flags & FIELD_HIDDEN) || (t->visible_or_null && !t->visible_or_null[i]))
			continue;
		m->places[m->n] = i;
		m->fields[m->n++] = (struct profile_field){ .name = arena_str(a, f->name), .type = f->type, .distinct = -1 };
	}
}

struct str profile_key(struct arena *a, const struct query_target *t)
{
	const struct schema_bound *bound = t->schema->bound_or_null;
	struct str filter = str_trim(t->row_filter);
	return bound ? arena_printf(a, "%.*s\n%.*s", STR_ARG(bound->mark), STR_ARG(filter)) : arena_str(a, filter);
}

bool profile_measure(struct engine *g, const struct query_target *t, int64_t until_ns, struct cancel *c_or_null, struct kept **out, struct err *e)
{
	struct kept *k = calloc(1, sizeof *k);
	if (!k)
		return err_set(e, ERR_SYSTEM, "out of memory");
	struct measuring m = { .engine = g, .target = t, .until_ns = until_ns, .cancel = c_or_null, .kept = k };
	list_fields(&m);
	bool ok = count_all(&m, e);
	size_t at = 0;
	while (ok && at < m.n && !late(&m))
		ok = shape_one(&m, &m.fields[at++], e);
	if (!ok) {
		kept_free(k);
		return false;
	}
	k->at = t->at;
	k->filter = profile_key(&k->arena, t);
	k->made_ns = clock_monotonic_ns();
	k->profile.fields = m.fields;
	k->profile.n = m.n;
	k->profile.whole = at == m.n && !late(&m);
	*out = k;
	return true;
}
