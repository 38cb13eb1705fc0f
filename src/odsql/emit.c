/* A settled tree as DuckDB SQL. Comparisons stay bare columns against constants wherever they can, so
 * that the engine skips row groups; whole numbers and dates are written out, all else is a hole. */
#include "odsql/emit.h"

static const int64_t DAY_US = 86400000000;

void put_text(struct emitter *m, struct str s)
{
	lit(m, "CAST(");
	sql_param(m->q, VALUE_OF_TEXT(s));
	lit(m, " AS VARCHAR)");
}

void put_double(struct emitter *m, double v)
{
	lit(m, "CAST(");
	sql_param(m->q, VALUE_OF_DOUBLE(v));
	lit(m, " AS DOUBLE)");
}

void put_blob(struct emitter *m, struct str s)
{
	lit(m, "CAST(");
	sql_param(m->q, VALUE_OF_BLOB(s));
	lit(m, " AS BLOB)");
}

static void put_int(struct emitter *m, int64_t v)
{
	/* The sign is kept apart from whatever stands before it; the lowest number has no positive twin. */
	lit(m, "CAST(");
	sql_int(m->q, v);
	lit(m, " AS BIGINT)");
}

void put_time(struct emitter *m, int64_t us, enum value_type as)
{
	if (as == VALUE_DATE) {
		int64_t day = us / DAY_US + (us % DAY_US > 0);
		lit(m, "CAST(make_timestamp(");
		sql_int(m->q, day * DAY_US);
		lit(m, ") AS DATE)");
		return;
	}
	lit(m, "make_timestamp(");
	sql_int(m->q, us);
	lit(m, ")");
}

/* --- values -------------------------------------------------------------------------------------- */

static void emit_null(struct emitter *m, const struct odsql_node *n)
{
	lit(m, "CAST(NULL AS ");
	sql_put_literal(m->q, str_of(value_kind(n->type)->duckdb));
	lit(m, ")");
}
static void emit_text(struct emitter *m, const struct odsql_node *n) { put_text(m, n->s); }
static void emit_int(struct emitter *m, const struct odsql_node *n) { put_int(m, n->i); }
static void emit_double(struct emitter *m, const struct odsql_node *n) { put_double(m, n->d); }
static void emit_bool(struct emitter *m, const struct odsql_node *n)
{
	sql_put_literal(m->q, n->b ? STR("TRUE") : STR("FALSE"));
}
static void emit_date(struct emitter *m, const struct odsql_node *n) { put_time(m, n->from, n->type); }
static void emit_geom(struct emitter *m, const struct odsql_node *n) { put_blob(m, n->args[0]->s); }

/* Bytes of the values a caller sees, each as text; a point counts as its two numbers. */
static void put_size(struct emitter *m)
{
	const struct schema *s = m->s->schema;
	lit(m, "(0");
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		if ((f->flags & FIELD_HIDDEN) || (m->s->visible_or_null && !m->s->visible_or_null[i])) continue;
		if (f->type == VALUE_POINT) lit(m, " + CASE WHEN ");
		else if (f->type == VALUE_SHAPE) lit(m, " + coalesce(octet_length(");
		else lit(m, " + coalesce(strlen(CAST(");
		sql_column(m->q, i, f->type == VALUE_POINT ? SQL_LAT : SQL_MAIN);
		if (f->type == VALUE_POINT) lit(m, " IS NULL THEN 0 ELSE 16 END");
		else if (f->type == VALUE_SHAPE) lit(m, "), 0)");
		else lit(m, " AS VARCHAR)), 0)");
	}
	lit(m, ")");
}

static void emit_translated(struct emitter *m, const struct odsql_node *n)
{
	lit(m, "coalesce(");
	sql_column(m->q, (size_t)n->translated - 1, SQL_MAIN);
	lit(m, ", ");
	sql_column(m->q, (size_t)n->field, SQL_MAIN);
	lit(m, ")");
}

static void emit_field(struct emitter *m, const struct odsql_node *n)
{
	if (n->field == ODSQL_DATASETID) put_text(m, m->s->dataset_id);
	else if (n->field == ODSQL_RECORD_TIMESTAMP) put_time(m, m->s->record_timestamp_us, VALUE_DATETIME);
	else if (n->field == ODSQL_RECORD_SIZE) put_size(m);
	else if (n->field == ODSQL_RECORDID) lit(m, "lower(lpad(to_hex(_id), 32, '0'))");
	else if (n->translated) emit_translated(m, n);
	else if (n->field >= 0) sql_column(m->q, (size_t)n->field, n->type == VALUE_POINT ? SQL_LAT : SQL_MAIN);
}

bool is_whole_arithmetic(const struct odsql_node *n)
{
	return (n->kind == ODSQL_ADD || n->kind == ODSQL_SUBTRACT || n->kind == ODSQL_MULTIPLY || n->kind == ODSQL_NEGATE) &&
	       n->type == VALUE_INT && !(n->flags & ODSQL_KEY);
}

static void put_operator(struct emitter *m, const struct odsql_node *n)
{
	sql_put_literal(m->q, n->kind == ODSQL_ADD ? STR(" + ") : n->kind == ODSQL_SUBTRACT ? STR(" - ") : STR(" * "));
}

/* A long sum is never too wide, and neither is a product of two narrow factors; a longer product is only let be as wide
 * as it comes out where that may fail. */
static bool goes_wide(const struct emitter *m, const struct odsql_node *n)
{
	return is_whole_arithmetic(n) && (m->exact || n->kind == ODSQL_ADD || n->kind == ODSQL_SUBTRACT);
}

static void put_narrow(struct emitter *m, const struct odsql_node *n)
{
	lit(m, "CAST(");
	emit(m, n);
	lit(m, " AS HUGEINT)");
}

static void put_wide(struct emitter *m, const struct odsql_node *n)
{
	if (goes_wide(m, n)) emit_wide(m, n);
	else put_narrow(m, n);
}

void emit_wide(struct emitter *m, const struct odsql_node *n)
{
	void (*put)(struct emitter *m, const struct odsql_node *n) = goes_wide(m, n) ? put_wide : put_narrow;
	lit(m, "(");
	if (n->kind == ODSQL_NEGATE) {
		lit(m, "-");
	} else {
		put(m, n->args[0]);
		put_operator(m, n);
	}
	put(m, n->args[n->nargs - 1]);
	lit(m, ")");
}

static void emit_divide(struct emitter *m, const struct odsql_node *n)
{
	lit(m, "(CAST(");
	emit(m, n->args[0]);
	lit(m, " AS DOUBLE) / nullif(CAST(");
	emit(m, n->args[1]);
	lit(m, " AS DOUBLE), 0))");
}

/* Whole numbers are computed wider than they are stored: what does not fit becomes null, not a failed
 * statement, unless a total would leave it out. */
static void emit_whole(struct emitter *m, const struct odsql_node *n)
{
	sql_put_literal(m->q, m->exact ? STR("CAST(") : STR("TRY_CAST("));
	emit_wide(m, n);
	lit(m, " AS BIGINT)");
}

static void emit_arithmetic(struct emitter *m, const struct odsql_node *n)
{
	if (n->type == VALUE_INT) {
		emit_whole(m, n);
		return;
	}
	lit(m, "(CAST(");
	emit(m, n->args[0]);
	lit(m, " AS DOUBLE)");
	put_operator(m, n);
	lit(m, "CAST(");
	emit(m, n->args[1]);
	lit(m, " AS DOUBLE))");
}

static void emit_negate(struct emitter *m, const struct odsql_node *n)
{
	if (n->type == VALUE_INT) {
		emit_whole(m, n);
		return;
	}
	lit(m, "(-CAST(");
	emit(m, n->args[0]);
	lit(m, " AS DOUBLE))");
}

/* --- comparisons --------------------------------------------------------------------------------- */

static struct str sign_of(enum odsql_kind kind)
{
	switch ((int)kind) {
	case ODSQL_LT: return STR(" < ");
	case ODSQL_LE: return STR(" <= ");
	case ODSQL_GT: return STR(" > ");
	case ODSQL_GE: return STR(" >= ");
	case ODSQL_NE: return STR(" <> ");
	default: return STR(" = ");
	}
}

static void versus(struct emitter *m, const struct odsql_node *x, const char *sign, int64_t us)
{
	emit(m, x);
	sql_put_literal(m->q, str_of(sign));
	put_time(m, us, x->type);
}

/* A date against the period a literal stands for. */
static void emit_period(struct emitter *m, enum odsql_kind kind, const struct odsql_node *x, const struct odsql_node *y)
{
	lit(m, "(");
	if (kind == ODSQL_LT || kind == ODSQL_GE) {
		versus(m, x, kind == ODSQL_LT ? " < " : " >= ", y->from);
	} else if (kind == ODSQL_LE || kind == ODSQL_GT) {
		versus(m, x, kind == ODSQL_LE ? " < " : " >= ", y->to);
	} else {
		versus(m, x, kind == ODSQL_EQ ? " >= " : " < ", y->from);
		sql_put_literal(m->q, kind == ODSQL_EQ ? STR(" AND ") : STR(" OR "));
		versus(m, x, kind == ODSQL_EQ ? " < " : " >= ", y->to);
	}
	lit(m, ")");
}

/* --- tests of whole texts --------------------------------------------------------------------------- */

/* Notes a test of x against the texts args[1…]; false when it is none that codes could answer. */
static bool begin_coded(struct emitter *m, const struct odsql_node *n, enum sql_coded_how how, struct sql_coded *out)
{
	const struct odsql_node *x = n->args[0];
	bool values = how == SQL_CODED_IN || how == SQL_CODED_NOT;
	if (!has_codes(x)) return false;
	for (size_t i = 1; values && i < n->nargs; i++)
		if (n->args[i]->kind != ODSQL_TEXT || (n->args[i]->flags & ODSQL_KEY)) return false;
	struct str *texts = arena_array(m->q->arena, struct str, n->nargs);
	*out = (struct sql_coded){ .how = how, .field = (size_t)x->field, .list = x->list, .values = texts, .n = values ? n->nargs - 1 : 0 };
	for (size_t i = 0; i < out->n; i++) texts[i] = n->args[i + 1]->s;
	sql_coded_begin(m->q, out);
	return true;
}

static void end_coded(struct emitter *m, bool noted, struct sql_coded *c)
{
	if (noted) sql_coded_end(m->q, c);
}

/* Some element satisfies; != is the exception: there are elements, and none equals. */
static void emit_list_comparison(struct emitter *m, const struct odsql_node *n)
{
	const struct odsql_node *x = n->args[0];
	if (n->kind == ODSQL_NE) {
		lit(m, "(len(");
		emit(m, x);
		lit(m, ") > 0 AND NOT ");
	}
	if (n->kind == ODSQL_NE || n->kind == ODSQL_EQ) {
		lit(m, "list_contains(");
		emit(m, x);
		lit(m, ", ");
		emit(m, n->args[1]);
		sql_put_literal(m->q, n->kind == ODSQL_NE ? STR("))") : STR(")"));
		return;
	}
	lit(m, "(len(list_filter(");
	emit(m, x);
	lit(m, ", lambda x: x");
	sql_put_literal(m->q, sign_of(n->kind));
	emit(m, n->args[1]);
	lit(m, ")) > 0)");
}

/* The identity of a record is shown with check digits that the column does not have. */
static bool emit_recordid_test(struct emitter *m, const struct odsql_node *n)
{
	const struct odsql_node *x = n->args[0];
	const struct odsql_node *y = n->args[1];
	if (x->kind != ODSQL_FIELD || (x->flags & ODSQL_KEY) || x->field != ODSQL_RECORDID || y->kind != ODSQL_TEXT) return false;
	lit(m, "(");
	emit(m, x);
	sql_put_literal(m->q, sign_of(n->kind));
	put_text(m, str_sub(y->s, 0, 32));
	lit(m, ")");
	return true;
}

static void emit_comparison(struct emitter *m, const struct odsql_node *n)
{
	const struct odsql_node *x = n->args[0];
	const struct odsql_node *y = n->args[1];
	bool time = x->type == VALUE_DATE || x->type == VALUE_DATETIME;
	bool whole = n->kind == ODSQL_EQ || n->kind == ODSQL_NE;
	struct sql_coded c;
	bool coded = whole && begin_coded(m, n, n->kind == ODSQL_EQ ? SQL_CODED_IN : SQL_CODED_NOT, &c);
	if (x->list) {
		emit_list_comparison(m, n);
	} else if (time && y->kind == ODSQL_DATE && x->kind != ODSQL_DATE) {
		emit_period(m, n->kind, x, y);
	} else if (!emit_recordid_test(m, n)) {
		lit(m, "(");
		emit(m, x);
		sql_put_literal(m->q, sign_of(n->kind));
		emit(m, y);
		lit(m, ")");
	}
	end_coded(m, coded, &c);
}

static void emit_in_list(struct emitter *m, const struct odsql_node *n)
{
	const struct odsql_node *x = n->args[0];
	bool time = x->type == VALUE_DATE || x->type == VALUE_DATETIME;
	if (time) {
		lit(m, "(");
		for (size_t i = 1; i < n->nargs; i++) {
			if (i > 1) lit(m, " OR ");
			emit_period(m, ODSQL_EQ, x, n->args[i]);
		}
		lit(m, ")");
		return;
	}
	struct sql_coded c;
	bool coded = begin_coded(m, n, SQL_CODED_IN, &c);
	sql_put_literal(m->q, x->list ? STR("list_has_any(") : STR("("));
	emit(m, x);
	sql_put_literal(m->q, x->list ? STR(", [") : STR(" IN ("));
	for (size_t i = 1; i < n->nargs; i++) {
		if (i > 1) lit(m, ", ");
		emit(m, n->args[i]);
	}
	sql_put_literal(m->q, x->list ? STR("])") : STR("))"));
	end_coded(m, coded, &c);
}

static void emit_bound(struct emitter *m, const struct odsql_node *n, size_t arg)
{
	bool low = arg == 1;
	bool open = n->flags & (low ? ODSQL_OPEN_LEFT : ODSQL_OPEN_RIGHT);
	enum odsql_kind kind = low ? (open ? ODSQL_GT : ODSQL_GE) : (open ? ODSQL_LT : ODSQL_LE);
	struct odsql_node *const args[] = { n->args[0], n->args[arg] };
	struct odsql_node *copy[2] = { args[0], args[1] };
	const struct odsql_node test = { .kind = kind, .args = copy, .nargs = 2 };
	emit_comparison(m, &test);
}

/* Both bounds must hold for the same element of a list. */
static void emit_in_range(struct emitter *m, const struct odsql_node *n)
{
	lit(m, "(");
	if (n->args[0]->list) {
		lit(m, "len(list_filter(");
		emit(m, n->args[0]);
		sql_put_literal(m->q, n->flags & ODSQL_OPEN_LEFT ? STR(", lambda x: x > ") : STR(", lambda x: x >= "));
		emit(m, n->args[1]);
		sql_put_literal(m->q, n->flags & ODSQL_OPEN_RIGHT ? STR(" AND x < ") : STR(" AND x <= "));
		emit(m, n->args[2]);
		lit(m, ")) > 0");
	} else {
		emit_bound(m, n, 1);
		lit(m, " AND ");
		emit_bound(m, n, 2);
	}
	lit(m, ")");
}

static void emit_is(struct emitter *m, const struct odsql_node *n)
{
	const struct odsql_node *x = n->args[0];
	bool not = n->flags & ODSQL_NEGATED;
	bool null = n->args[1]->kind == ODSQL_NULL;
	struct sql_coded c;
	bool coded = null && begin_coded(m, n, not ? SQL_CODED_SOME : SQL_CODED_NONE, &c);
	lit(m, "(");
	if (x->list && null) {
		lit(m, "coalesce(len(");
		emit(m, x);
		sql_put_literal(m->q, not ? STR("), 0) > 0)") : STR("), 0) = 0)"));
	} else {
		emit(m, x);
		sql_put_literal(m->q, not ? STR(" IS NOT ") : STR(" IS "));
		if (null) lit(m, "NULL");
		else emit(m, n->args[1]);
		lit(m, ")");
	}
	end_coded(m, coded, &c);
}

static void emit_not(struct emitter *m, const struct odsql_node *n)
{
	lit(m, "((");
	emit(m, n->args[0]);
	lit(m, ") IS NOT TRUE)");
}

static void emit_junction(struct emitter *m, const struct odsql_node *n)
{
	lit(m, "(");
	for (size_t i = 0; i < n->nargs; i++) {
		if (i) sql_put_literal(m->q, n->kind == ODSQL_AND ? STR(" AND ") : STR(" OR "));
		emit(m, n->args[i]);
	}
	lit(m, ")");
}

/* Stands only where its parent reads it itself. */
static void emit_nothing(struct emitter *m, const struct odsql_node *n)
{
	(void)n;
	lit(m, "NULL");
}

void emit(struct emitter *m, const struct odsql_node *n)
{
	static void (*const emitters[])(struct emitter *m, const struct odsql_node *n) = {
		[ODSQL_NULL] = emit_null, [ODSQL_TEXT] = emit_text, [ODSQL_INT] = emit_int,
		[ODSQL_DOUBLE] = emit_double, [ODSQL_BOOL] = emit_bool, [ODSQL_DATE] = emit_date,
		[ODSQL_GEOM] = emit_geom, [ODSQL_FIELD] = emit_field, [ODSQL_STAR] = emit_nothing,
		[ODSQL_CALL] = emit_call, [ODSQL_NEGATE] = emit_negate, [ODSQL_ADD] = emit_arithmetic,
		[ODSQL_SUBTRACT] = emit_arithmetic, [ODSQL_MULTIPLY] = emit_arithmetic,
		[ODSQL_DIVIDE] = emit_divide, [ODSQL_EQ] = emit_comparison, [ODSQL_NE] = emit_comparison,
		[ODSQL_LT] = emit_comparison, [ODSQL_LE] = emit_comparison, [ODSQL_GT] = emit_comparison,
		[ODSQL_GE] = emit_comparison, [ODSQL_LIKE] = emit_like, [ODSQL_IN_LIST] = emit_in_list,
		[ODSQL_IN_RANGE] = emit_in_range, [ODSQL_IN_FIELD] = emit_comparison, [ODSQL_IS] = emit_is,
		[ODSQL_WORDS] = emit_words, [ODSQL_NOT] = emit_not, [ODSQL_AND] = emit_junction,
		[ODSQL_OR] = emit_junction, [ODSQL_LENGTH] = emit_nothing, [ODSQL_INTERVAL] = emit_nothing,
		[ODSQL_NAMED] = emit_nothing, [ODSQL_MODE] = emit_nothing,
	};
	if (n->flags & ODSQL_KEY) emit_shown(m, n->key, (size_t)n->field);
	else emitters[n->kind](m, n);
}

void odsql_emit(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n)
{
	emit(&(struct emitter){ .q = q, .s = s }, n);
}

void odsql_emit_over(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n)
{
	emit(&(struct emitter){ .q = q, .s = s, .over = true }, n);
}

void odsql_emit_wall(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n)
{
	emit_wall(&(struct emitter){ .q = q, .s = s }, n);
}

void odsql_emit_where(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n)
{
	emit(&(struct emitter){ .q = q, .s = s }, n);
}

void odsql_emit_part(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n, enum sql_part part)
{
	(void)s;
	ensure(n->kind == ODSQL_FIELD && n->field >= 0);
	sql_column(q, (size_t)n->field, part);
}
