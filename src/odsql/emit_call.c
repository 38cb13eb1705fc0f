/* Calls: the row's own form, or a hook here. Aggregates never fail on what the rows hold. */
#include "odsql/emit.h"

void emit_wall(struct emitter *m, const struct odsql_node *n)
{
	bool moved = n->type == VALUE_DATETIME && !is_utc(m->s);
	if (moved) lit(m, "stoa_local(");
	emit(m, n);
	if (!moved) return;
	lit(m, ", ");
	put_text(m, clock_zone_name(m->s->zone));
	lit(m, ")");
}

void emit_joined(struct emitter *m, const struct odsql_node *n)
{
	if (!n->list) {
		emit(m, n);
		return;
	}
	lit(m, "array_to_string(");
	emit(m, n);
	lit(m, ", ' ')");
}

/* What an aggregate is made of: least and greatest are of the type of their values, all else takes wide ones. */
static void emit_gathered(struct emitter *m, const struct odsql_node *n, const struct odsql_node *arg)
{
	bool wide = is_whole_arithmetic(arg) && !is_fn(n, FN_MIN) && !is_fn(n, FN_MAX);
	if (wide) emit_wide(m, arg);
	else emit(m, arg);
}

/* $1 of a form: dates arrive as wall time, lists as one text. */
static void emit_form(struct emitter *m, const struct odsql_node *n)
{
	struct str form = str_of(n->fn->duckdb);
	for (;;) {
		ptrdiff_t hole = str_find_char(form, '$');
		if (hole < 0) break;
		sql_put_literal(m->q, str_sub(form, 0, (size_t)hole));
		const struct odsql_node *arg = n->args[form.p[hole + 1] - '1'];
		if (n->fn->takes[0] == 'd') emit_wall(m, arg);
		else if (n->fn->takes[0] == 't') emit_joined(m, arg);
		else if (n->fn->flags & FN_AGG) emit_gathered(m, n, arg);
		else emit(m, arg);
		form = str_from(form, (size_t)hole + 2);
	}
	sql_put_literal(m->q, form);
}

static void emit_lower(struct emitter *m, const struct odsql_node *n)
{
	sql_put_literal(m->q, n->list ? STR("list_transform(") : STR("lower("));
	emit(m, n->args[0]);
	sql_put_literal(m->q, n->list ? STR(", lambda x: lower(x))") : STR(")"));
}

/* A pattern of plain numbers as the engine's own, which is three times as fast; false when it has
 * anything else in it. */
static bool plain_pattern(struct buf *out, struct str pattern)
{
	static const struct { struct str symbol; struct str form; } symbols[] = {
		{ { "yyyy", 4 }, { "%Y", 2 } }, { { "YYYY", 4 }, { "%Y", 2 } }, { { "MM", 2 }, { "%m", 2 } },
		{ { "dd", 2 }, { "%d", 2 } }, { { "HH", 2 }, { "%H", 2 } }, { { "mm", 2 }, { "%M", 2 } },
		{ { "ss", 2 }, { "%S", 2 } } };
	while (pattern.n) {
		size_t run = 1;
		size_t i = 0;
		while (run < pattern.n && pattern.p[run] == pattern.p[0]) run++;
		while (i < COUNT_OF(symbols) && !str_eq(symbols[i].symbol, str_sub(pattern, 0, run))) i++;
		if (i < COUNT_OF(symbols)) buf_put(out, symbols[i].form);
		else if (memchr("-/:. ", pattern.p[0], 5)) buf_put(out, str_sub(pattern, 0, run));
		else return false;
		pattern = str_from(pattern, run);
	}
	return !out->over;
}

static void emit_date_format(struct emitter *m, const struct odsql_node *n)
{
	auto_buf form = BUF_INIT(LIMIT_CLAUSE_BYTES);
	if (plain_pattern(&form, n->args[1]->s)) {
		lit(m, "strftime(");
		emit_wall(m, n->args[0]);
		lit(m, ", ");
		put_text(m, buf_str(&form));
		lit(m, ")");
		return;
	}
	bool zoned = n->args[0]->type == VALUE_DATETIME && clock_format_asks_zone(n->args[1]->s);
	sql_put_literal(m->q, zoned ? STR("stoa_date_format_at(CAST(") : STR("stoa_date_format(CAST("));
	if (zoned) emit(m, n->args[0]);
	else emit_wall(m, n->args[0]);
	lit(m, " AS TIMESTAMP), ");
	put_text(m, n->args[1]->s);
	lit(m, ", ");
	put_text(m, m->s->lang);
	if (zoned) {
		lit(m, ", ");
		put_text(m, clock_zone_name(m->s->zone));
	}
	lit(m, ")");
}

static void emit_ifnull(struct emitter *m, const struct odsql_node *n)
{
	bool list = n->list;
	sql_put_literal(m->q, list ? STR("coalesce(CASE WHEN len(") : STR("coalesce("));
	emit(m, n->args[0]);
	if (list) {
		lit(m, ") > 0 THEN ");
		emit(m, n->args[0]);
		lit(m, " END");
	}
	sql_put_literal(m->q, list && !n->args[1]->list ? STR(", [") : STR(", "));
	emit(m, n->args[1]);
	sql_put_literal(m->q, list && !n->args[1]->list ? STR("])") : STR(")"));
}

static void put_json(struct emitter *m, const struct odsql_node *text)
{
	lit(m, "CAST(to_json(");
	emit(m, text);
	lit(m, ") AS VARCHAR)");
}

/* JSON text of the parsed value; what is no JSON becomes the fallback, or the text as a JSON string. */
static void emit_json_format(struct emitter *m, const struct odsql_node *n)
{
	lit(m, "CASE WHEN ");
	emit(m, n->args[0]);
	lit(m, " IS NOT NULL THEN coalesce(stoa_json(");
	emit(m, n->args[0]);
	lit(m, "), ");
	if (n->nargs > 1 && n->args[1]->kind == ODSQL_NULL) lit(m, "CAST(NULL AS VARCHAR)");
	else put_json(m, n->nargs > 1 ? n->args[1] : n->args[0]);
	lit(m, ") END");
}

static void emit_distance_call(struct emitter *m, const struct odsql_node *n)
{
	double lat = 0;
	double lon = 0;
	bool point = point_of(n->args[1], &lat, &lon);
	if (point) emit_distance(m, (size_t)n->args[0]->field, lat, lon);
	else lit(m, "CAST(NULL AS DOUBLE)");
}

static void emit_random(struct emitter *m, const struct odsql_node *n)
{
	/* Halved, since cursors carry it as a number with a sign. */
	lit(m, "CAST(hash(_id, CAST(");
	sql_int(m->q, n->args[0]->i);
	lit(m, " AS BIGINT)) >> 1 AS BIGINT)");
}

/* --- aggregates ---------------------------------------------------------------------------------- */

static void emit_count(struct emitter *m, const struct odsql_node *n)
{
	const struct odsql_node *x = n->args[0];
	bool distinct = n->flags & ODSQL_DISTINCT;
	if (x->kind == ODSQL_STAR) {
		lit(m, "count(*");
	} else if (x->list && distinct) {
		lit(m, "coalesce(len(list_distinct(flatten(list(");
		emit(m, x);
		lit(m, ")");
		lit(m, "))), 0)");
		return;
	} else if (x->list) {
		lit(m, "count(nullif(len(");
		emit(m, x);
		lit(m, "), 0)");
	} else if (x->type == VALUE_POINT && distinct) {
		lit(m, "count(DISTINCT CASE WHEN ");
		sql_column(m->q, (size_t)x->field, SQL_LAT);
		lit(m, " IS NOT NULL THEN row(");
		sql_column(m->q, (size_t)x->field, SQL_LAT);
		lit(m, ", ");
		sql_column(m->q, (size_t)x->field, SQL_LON);
		lit(m, ") END");
	} else {
		sql_put_literal(m->q, distinct ? STR("count(DISTINCT ") : STR("count("));
		emit_gathered(m, n, x);
	}
	lit(m, ")");
}

static void emit_sum(struct emitter *m, const struct odsql_node *n)
{
	bool whole = n->type == VALUE_INT;
	sql_put_literal(m->q, whole ? STR("CAST(coalesce(sum(") : STR("coalesce(sum("));
	emit_gathered(m, n, n->args[0]);
	lit(m, ")");
	sql_put_literal(m->q, whole ? STR(", 0) AS BIGINT)") : STR(", 0)"));
}

/* The fraction is written out in millionths of a percent. */
static void emit_percentile(struct emitter *m, const struct odsql_node *n)
{
	double p = 50;
	if (n->nargs > 1) p = n->args[1]->kind == ODSQL_INT ? (double)n->args[1]->i : n->args[1]->d;
	lit(m, "stoa_quantile(list(CAST(");
	emit_gathered(m, n, n->args[0]);
	lit(m, " AS DOUBLE)), ");
	sql_int(m->q, (int64_t)(p * 1000000 + 0.5));
	lit(m, " / CAST(100000000 AS DOUBLE)");
	lit(m, ")");
}

static void put_listed(struct emitter *m, size_t field, enum sql_part part)
{
	lit(m, "list(");
	sql_column(m->q, field, part);
	lit(m, ") FILTER (");
	sql_column(m->q, field, SQL_LAT);
	lit(m, " IS NOT NULL");
	lit(m, ")");
}

static void emit_envelope(struct emitter *m, const struct odsql_node *n)
{
	size_t field = (size_t)n->args[0]->field;
	lit(m, "stoa_hull(");
	put_listed(m, field, SQL_LAT);
	lit(m, ", ");
	put_listed(m, field, SQL_LON);
	lit(m, ")");
}

static void emit_bbox(struct emitter *m, const struct odsql_node *n)
{
	static const enum sql_part shape[] = { SQL_X0, SQL_Y0, SQL_X1, SQL_Y1 };
	static const enum sql_part point[] = { SQL_LON, SQL_LAT, SQL_LON, SQL_LAT };
	bool is_point = n->args[0]->type == VALUE_POINT;
	lit(m, "stoa_box(");
	for (size_t i = 0; i < 4; i++) {
		if (i) lit(m, ", ");
		sql_put_literal(m->q, i < 2 ? STR("min(") : STR("max("));
		sql_column(m->q, (size_t)n->args[0]->field, is_point ? point[i] : shape[i]);
		lit(m, ")");
	}
	lit(m, ")");
}

/* Shapes begin with the byte 1 and the number of their kind, lowest byte first: those of a kind lie in one
 * range of bytes, which the engine compares without reading the rest. */
static void emit_geometry_kind(struct emitter *m, const struct odsql_node *n)
{
	static const char *const kinds[] = { "", "point", "linestring", "polygon", "multipoint", "multilinestring",
		"multipolygon", "geometrycollection" };
	const struct odsql_node *f = n->args[0];
	size_t kind = 1;
	while (kind < COUNT_OF(kinds) && !str_eq_nocase(n->args[1]->s, str_of(kinds[kind]))) kind++;
	if (kind == COUNT_OF(kinds) || (f->type == VALUE_POINT && kind != 1)) {
		lit(m, "FALSE");
	} else if (f->type == VALUE_POINT) {
		lit(m, "(");
		sql_column(m->q, (size_t)f->field, SQL_LAT);
		lit(m, " IS NOT NULL)");
	} else {
		char low[2] = { 1, (char)kind };
		char high[2] = { 1, (char)(kind + 1) };
		lit(m, "(");
		emit(m, f);
		lit(m, " >= ");
		put_blob(m, str_make(low, 2));
		lit(m, " AND ");
		emit(m, f);
		lit(m, " < ");
		put_blob(m, str_make(high, 2));
		lit(m, ")");
	}
}

/* The number of a shape's kind, from 1 for points to 7 for collections. */
static void emit_kind(struct emitter *m, const struct odsql_node *n)
{
	const struct odsql_node *f = n->args[0];
	lit(m, "CASE WHEN ");
	if (f->type == VALUE_POINT) {
		sql_column(m->q, (size_t)f->field, SQL_LAT);
		lit(m, " IS NOT NULL THEN 1 END");
		return;
	}
	for (char kind = 7; kind > 0; kind--) {
		char low[2] = { 1, kind };
		if (kind < 7) lit(m, " WHEN ");
		emit(m, f);
		lit(m, " >= ");
		put_blob(m, str_make(low, 2));
		lit(m, " THEN ");
		sql_int(m->q, kind);
	}
	lit(m, " END");
}

/* Equal for equal shapes, and the same in every version. */
static void emit_digest(struct emitter *m, const struct odsql_node *n)
{
	const struct odsql_node *f = n->args[0];
	lit(m, "md5(CAST(");
	if (f->type == VALUE_SHAPE) {
		emit(m, f);
	} else {
		sql_column(m->q, (size_t)f->field, SQL_LAT);
		lit(m, " AS VARCHAR) || ',' || CAST(");
		sql_column(m->q, (size_t)f->field, SQL_LON);
	}
	lit(m, " AS VARCHAR))");
}

static void emit_any(struct emitter *m, const struct odsql_node *n)
{
	if (n->args[0]->type == VALUE_POINT) {
		emit_bbox(m, n);
		return;
	}
	lit(m, "any_value(");
	emit(m, n->args[0]);
	lit(m, ")");
}

static void emit_plain_call(struct emitter *m, const struct odsql_node *n)
{
	if (n->fn->duckdb) {
		emit_form(m, n);
		return;
	}
	switch ((int)n->fn->symbol) {
	case FN_LOWER: emit_lower(m, n); break;
	case FN_DATE_FORMAT: emit_date_format(m, n); break;
	case FN_IFNULL: emit_ifnull(m, n); break;
	case FN_JSON_FORMAT: emit_json_format(m, n); break;
	case FN_DISTANCE: emit_distance_call(m, n); break;
	case FN_RANDOM: emit_random(m, n); break;
	case FN_COUNT: emit_count(m, n); break;
	case FN_SUM: emit_sum(m, n); break;
	case FN_MEDIAN: case FN_PERCENTILE: emit_percentile(m, n); break;
	case FN_ENVELOPE: emit_envelope(m, n); break;
	case FN_BBOX: emit_bbox(m, n); break;
	case FN_GEOMETRY_KIND: emit_geometry_kind(m, n); break;
	case FN_V1_KIND: emit_kind(m, n); break;
	case FN_V1_DIGEST: emit_digest(m, n); break;
	case FN_V1_ANY: emit_any(m, n); break;
	case FN_SEARCH: case FN_SUGGEST: case FN_STARTSWITH: emit_word_call(m, n); break;
	default: emit_geo_test(m, n); break;
	}
}

void emit_call(struct emitter *m, const struct odsql_node *n)
{
	if (!(n->fn->flags & FN_AGG)) {
		emit_plain_call(m, n);
	} else if (m->over) {
		lit(m, "(SELECT a");
		sql_int(m->q, n->total);
		lit(m, " FROM totals)");
	} else {
		emit_plain_call(&(struct emitter){ .q = m->q, .s = m->s, .exact = true }, n);
	}
}

/* Writes the aggregates of a tree and gives them their numbers. */
static void put_totals(struct emitter *m, struct odsql_node *n, uint32_t *count)
{
	if (n->kind == ODSQL_CALL && (n->fn->flags & FN_AGG)) {
		if (*count) lit(m, ", ");
		emit_call(m, n);
		lit(m, " AS a");
		sql_int(m->q, *count);
		n->total = (*count)++;
		return;
	}
	for (size_t i = 0; n->aggregate && i < n->nargs; i++) put_totals(m, n->args[i], count);
}

void odsql_emit_totals(struct sql *q, const struct odsql_scope *s, const struct odsql_items *of)
{
	struct emitter m = { .q = q, .s = s };
	uint32_t count = 0;
	for (size_t i = 0; i < of->n; i++) put_totals(&m, of->p[i].expr, &count);
}
