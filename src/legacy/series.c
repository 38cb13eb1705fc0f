/* y.S.func and its companions: the columns of numbers of analyze and of the clusters. */
#include "legacy/inside.h"
#include "text/text.h"
#include <math.h>

enum { MOST_SERIES = 50, MOST_SUBSETS = 50 };

static bool refuse(struct err *e, struct str series, const char *part, struct str found, const char *wanted)
{
	return err_set(e, ERR_PARAMETER, "Invalid value for y.%.*s.%s parameter: %.*s was found but %s is expected.",
	               STR_ARG(text_cut(series, 60)), part, STR_ARG(text_cut(found, 60)), wanted);
}

/* The value of y.S.part, empty when absent. */
static struct str part_of(const struct v1_call *c, struct str series, const char *part)
{
	struct str name;
	struct str value;
	struct str found = STR("");
	for (size_t at = 0; v1_each(c, "y", &at, &name, &value);)
		if (str_starts(name, series) && name.n > series.n && name.p[series.n] == '.'
		    && str_eq(str_from(name, series.n + 1), str_of(part)))
			found = value;
	return found;
}

/* --- aggregates --------------------------------------------------------------------------------- */

static const struct aggregate { const char *func, *word; } aggregates[] = {
	{ "COUNT", "count" }, { "AVG", "avg" }, { "SUM", "sum" }, { "MIN", "min" }, { "MAX", "max" }, { "STDDEV", "#stddev" },
	{ "SUMSQUARES", "#squares" }, { "QUANTILES", "percentile" },
};

struct odsql_node *v1_aggregate(struct v1_call *c, struct str series, struct str func, struct str expr, double subset, struct err *e)
{
	struct odsql_node *args[2] = { 0 };
	size_t i = 0;
	while (i < COUNT_OF(aggregates) && !str_eq_nocase(func, str_of(aggregates[i].func))) i++;
	if (i == COUNT_OF(aggregates)) {
		(void)refuse(e, series, "func", func, "COUNT, AVG, SUM, MIN, MAX, STDDEV, SUMSQUARES or QUANTILES");
		return NULL;
	}
	if (!expr.n && i > 0) {
		err_set(e, ERR_PARAMETER, "The parameter y.%.*s.expr is missing: only COUNT goes without it.", STR_ARG(text_cut(series, 60)));
		return NULL;
	}
	args[0] = expr.n ? v1_expression(c, arena_printf(c->arena, "y.%.*s.expr", STR_ARG(series)), expr, e)
	                 : odsql_leaf(c->arena, ODSQL_STAR, STR(""));
	if (!args[0]) return NULL;
	bool quantile = str_eq_nocase(func, STR("QUANTILES"));
	if (quantile) {
		args[1] = odsql_leaf(c->arena, ODSQL_DOUBLE, STR(""));
		args[1]->d = subset;
	}
	return odsql_call(c->arena, ODSQL_SELECT, aggregates[i].word, args, quantile ? 2 : 1);
}

/* --- reading ------------------------------------------------------------------------------------ */

static bool read_subsets(struct v1_call *c, struct v1_series *s, struct err *e)
{
	struct str text = part_of(c, s->name, "subsets");
	struct str one;
	s->subsets = arena_array(c->arena, double, MOST_SUBSETS);
	s->n = 0;
	if (!text.n) text = STR("50");
	while (str_cut(&text, ',', &one)) {
		double v;
		if (!text_to_double(str_trim(one), &v) || v < 0 || v > 100 || s->n == MOST_SUBSETS)
			return refuse(e, s->name, "subsets", one, "up to 50 numbers from 0 to 100");
		s->subsets[s->n++] = v;
	}
	return true;
}

static bool add_series(struct v1_call *c, struct v1_all_series *all, struct v1_items *select, struct str name, struct err *e)
{
	struct v1_series s = { .name = name, .n = 1 };
	struct str func = part_of(c, name, "func");
	struct str cumulative = part_of(c, name, "cumulative");
	if (!func.n) return err_set(e, ERR_PARAMETER, "The parameter y.%.*s.func is missing.", STR_ARG(text_cut(name, 60)));
	if (all->v.n == MOST_SERIES) return err_set(e, ERR_PARAMETER, "There may be %d series at most.", MOST_SERIES);
	s.cumulative = str_eq_nocase(cumulative, STR("true")) || str_eq(cumulative, STR("1"));
	s.quantiles = str_eq_nocase(func, STR("QUANTILES"));
	if (s.quantiles && !read_subsets(c, &s, e)) return false;
	s.columns = arena_array(c->arena, struct str, s.n);
	for (size_t i = 0; i < s.n; i++) {
		s.columns[i] = arena_printf(c->arena, "s%zu_%zu", all->v.n, i);
		struct odsql_node *n = v1_aggregate(c, name, func, part_of(c, name, "expr"), s.quantiles ? s.subsets[i] : 0, e);
		if (!n) return false;
		vec_push(c->arena, &select->v, (struct odsql_item){ .expr = n, .key = s.columns[i], .labelled = true, .place = -1 });
	}
	vec_push(c->arena, &all->v, s);
	return true;
}

bool v1_series_of(struct v1_call *c, struct v1_all_series *out, struct v1_items *select, struct err *e)
{
	struct str name;
	struct str value;
	for (size_t at = 0; v1_each(c, "y", &at, &name, &value);) {
		ptrdiff_t dot = str_rfind_char(name, '.');
		bool known = dot <= 0;
		struct str series = known ? name : str_sub(name, 0, (size_t)dot);
		for (size_t i = 0; i < out->v.n; i++) known = known || str_eq(out->v.p[i].name, series);
		if (!known && !add_series(c, out, select, series, e)) return false;
	}
	return true;
}

/* --- writing ------------------------------------------------------------------------------------ */

bool v1_number(const struct batch *rows, size_t row, size_t column, double *out)
{
	const struct column *c = &rows->columns[column];
	if (!column_has(c, row)) return false;
	if (c->type.type != VALUE_INT && c->type.type != VALUE_DOUBLE) return false;
	*out = c->type.type == VALUE_INT ? (double)c->ints[row] : c->doubles[row];
	return isfinite(*out);
}

static void put_cell(struct json_out *j, const struct batch *rows, size_t row, size_t column, double *total_or_null)
{
	static const struct record_column plain = { 0 };
	const struct column *c = &rows->columns[column];
	struct record_style style = { .zone = clock_utc() };
	double v;
	bool whole = c->type.type == VALUE_INT;
	if (!v1_number(rows, row, column, &v)) {
		json_value(j);
		record_put_json(j->b, &plain, c, row, &style);
		return;
	}
	if (total_or_null) v = *total_or_null += v;
	if (whole && total_or_null) json_put_int(j, fabs(v) < 9e18 ? (int64_t)v : INT64_MAX);
	else if (whole) json_put_int(j, c->ints[row]);
	else json_put_real(j, v);
}

void v1_put_series(struct json_out *j, const struct v1_all_series *all, const struct batch *rows, size_t row, size_t first, double *totals)
{
	size_t column = first;
	for (size_t i = 0; i < all->v.n; i++) {
		const struct v1_series *s = &all->v.p[i];
		double *total = totals && s->cumulative && s->n == 1 ? &totals[i] : NULL;
		json_key(j, s->name);
		if (s->n == 1) {
			put_cell(j, rows, row, column++, total);
			continue;
		}
		json_open(j, '{');
		for (size_t k = 0; k < s->n; k++) {
			auto_buf name = BUF_INIT(64);
			text_put_double(&name, s->subsets[k]);
			json_key(j, buf_str(&name));
			put_cell(j, rows, row, column++, NULL);
		}
		json_close(j, '}');
	}
}
