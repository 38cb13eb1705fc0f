/* Counting the values of facets under the filters of the request, those on a disjunctive facet itself
 * left out so that its other values stay in sight. What tally.c has not counted for all levels at once
 * is one grouped statement a level. Children are listed for refined values only. */
#include "query/inside.h"
#include "text/text.h"

enum { DEEPEST = 16, DATE_LEVELS = 3 };

struct values { VEC(struct query_facet_value) v; };

static struct str separator_of(const struct level *l) { return is_date(l->field) ? STR("/") : l->spec->separator; }

/* --- SQL ------------------------------------------------------------------------------------------- */

static void put_text(struct sql *q, struct str s)
{
	sql_lit(q, "CAST(");
	sql_param(q, VALUE_OF_TEXT(s));
	sql_lit(q, " AS VARCHAR)");
}

/* The first depth + 1 parts of the path x. */
static void put_parts(struct sql *q, const struct level *l, const struct odsql_scope *s, const struct odsql_node *n_or_null)
{
	for (int turn = 0; turn < 2; turn++) {
		if (turn == 0) sql_lit(q, "array_to_string(list_slice(string_split(");
		if (turn == 0 && n_or_null) odsql_emit(q, s, n_or_null);
		if (turn == 0 && !n_or_null) sql_lit(q, "x");
		if (turn == 1) {
			sql_lit(q, ", 1, ");
			sql_int(q, (int64_t)l->depth + 1);
		}
		sql_put_literal(q, turn == 0 ? STR(", ") : STR("), "));
		put_text(q, l->spec->separator);
		sql_lit(q, ")");
	}
}

static void put_path_key(struct sql *q, const struct level *l, const struct odsql_scope *s, const struct odsql_node *n, struct arena *a)
{
	struct str below = arena_join(a, l->path, l->spec->separator);
	if (n->list) {
		sql_lit(q, "unnest(list_distinct(list_transform(");
		if (l->depth) sql_lit(q, "list_filter(");
		odsql_emit(q, s, n);
		if (l->depth) {
			sql_lit(q, ", lambda y: starts_with(y, ");
			put_text(q, below);
			sql_lit(q, "))");
		}
		sql_lit(q, ", lambda x: ");
		put_parts(q, l, s, NULL);
		sql_lit(q, ")))");
		return;
	}
	if (l->depth) {
		sql_lit(q, "CASE WHEN starts_with(");
		odsql_emit(q, s, n);
		sql_lit(q, ", ");
		put_text(q, below);
		sql_lit(q, ") THEN ");
	}
	put_parts(q, l, s, n);
	if (l->depth) sql_lit(q, " END");
}

static void put_level_key(struct sql *q, const struct counting *c, const struct level *l)
{
	static const struct str parts[DATE_LEVELS] = { { "year(", 5 }, { "month(", 6 }, { "day(", 4 } };
	const struct odsql_scope *s = &c->scene.scope;
	const struct odsql_node *n = odsql_field_node(c->arena, s, l->spec->field);
	if (is_date(l->field)) {
		sql_put_literal(q, parts[l->depth]);
		odsql_emit_wall(q, s, n);
		sql_lit(q, ")");
	} else if (l->spec->hierarchical) {
		put_path_key(q, l, s, n, c->arena);
	} else {
		odsql_emit_key(q, s, n);
	}
}

struct level_order level_order(const struct counting *c, const struct level *l)
{
	struct str sort = l->spec->sort;
	bool down = str_starts(sort, STR("-"));
	struct str word = down ? str_from(sort, 1) : sort;
	bool by_name = is_date(l->field) || (c->scene.scope.catalogue && l->field->type == VALUE_TEXT);
	if (!word.n) return (struct level_order){ .by_count = !by_name, .down = !by_name };
	return (struct level_order){ .by_count = str_eq(word, STR("count")), .down = down };
}

static void put_sort(struct sql *q, const struct counting *c, const struct level *l)
{
	struct level_order o = level_order(c, l);
	sql_lit(q, " ORDER BY ");
	if (o.by_count) sql_put_literal(q, o.down ? STR("2 DESC, 1") : STR("2, 1"));
	else sql_put_literal(q, o.down ? STR("1 DESC") : STR("1"));
	sql_lit(q, " LIMIT ");
	sql_int(q, l->spec->limit);
}

static bool put_level(struct sql *q, const struct counting *c, const struct level *l, struct err *e)
{
	struct odsql_node *inside = NULL;
	if (is_date(l->field) && l->depth
	    && !odsql_facet_test(c->arena, &c->scene.scope, ODSQL_FACET, l->spec->field, l->path, STR(""), &inside, e))
		return false;
	sql_lit(q, "SELECT k0, count(*) FROM (SELECT ");
	put_level_key(q, c, l);
	sql_lit(q, " AS k0 FROM ");
	sql_relation(q, c->scene.request->target->at);
	(void)scene_put_where(q, &c->scene, l->spec->disjunctive ? l->spec->field : -1, inside);
	sql_lit(q, ") WHERE k0 IS NOT NULL GROUP BY k0");
	put_sort(q, c, l);
	return true;
}

/* --- values ---------------------------------------------------------------------------------------- */

static struct str part_of(struct arena *a, const struct level *l, const struct column *col, size_t row)
{
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	struct value v = column_value(col, row);
	if (is_date(l->field)) return arena_printf(a, l->depth ? "%02lld" : "%04lld", (long long)v.i);
	if (v.type == VALUE_TEXT) return arena_str(a, v.s);
	if (v.type == VALUE_BOOL) return v.b ? STR("true") : STR("false");
	if (v.type == VALUE_INT) buf_put_int(&b, v.i);
	else text_put_double(&b, v.d);
	return arena_str(a, buf_str(&b));
}

/* The value of a refine or exclude, spelled as the values of its facet are. */
static struct str spelled(struct arena *a, const struct field *f, struct str value)
{
	struct clock_text t;
	double d;
	if (is_date(f)) {
		char *p = arena_bytes(a, value.n + 1);
		for (size_t i = 0; i < value.n; i++) p[i] = value.p[i] == '-' ? '/' : value.p[i];
		if (!clock_parse(str_make(p, value.n), &t) || t.precision > CLOCK_DAY) return value;
		if (t.precision == CLOCK_YEAR) return arena_printf(a, "%04d", t.civil.year);
		if (t.precision == CLOCK_MONTH) return arena_printf(a, "%04d/%02d", t.civil.year, t.civil.month);
		return arena_printf(a, "%04d/%02d/%02d", t.civil.year, t.civil.month, t.civil.day);
	}
	if (f->type == VALUE_BOOL) return str_eq_nocase(value, STR("true")) ? STR("true") : STR("false");
	if ((f->type != VALUE_INT && f->type != VALUE_DOUBLE) || !text_to_double(value, &d)) return value;
	auto_buf b = BUF_INIT(400);
	if (f->type == VALUE_DOUBLE) text_put_double(&b, d);
	else text_put_double_plain(&b, d);
	return arena_str(a, buf_str(&b));
}

static bool is_above(const struct level *l, struct str path, struct str value)
{
	if (!l->spec->hierarchical) return false;
	struct str sep = separator_of(l);
	return value.n > path.n + sep.n && str_starts(value, path) && str_starts(str_from(value, path.n), sep);
}

/* Refined, or on the way to something refined. */
static bool is_refined(const struct counting *c, const struct level *l, struct str path)
{
	for (size_t i = 0; i < c->scene.nfilters; i++) {
		const struct filter *f = &c->scene.filters[i];
		if (f->exclude || f->field != l->spec->field) continue;
		struct str value = spelled(c->arena, l->field, f->value);
		if (str_eq(value, path) || is_above(l, path, value)) return true;
	}
	return false;
}

static struct query_facet_value value_of(const struct counting *c, const struct level *l, struct str path, int64_t count)
{
	struct str name = path;
	if (l->depth) name = str_from(path, l->path.n + separator_of(l).n);
	return (struct query_facet_value){ .name = name, .path = path, .count = count,
		.state = is_refined(c, l, path) ? QUERY_REFINED : QUERY_DISPLAYED };
}

static void take_batch(const struct counting *c, const struct level *l, const struct batch *b, struct values *out)
{
	for (size_t row = 0; row < b->nrows; row++) {
		struct str path = part_of(c->arena, l, &b->columns[0], row);
		if (l->depth && is_date(l->field)) path = arena_printf(c->arena, "%.*s/%.*s", STR_ARG(l->path), STR_ARG(path));
		vec_push(c->arena, &out->v, value_of(c, l, path, b->columns[1].ints[row]));
	}
}

static bool ask(const struct counting *c, struct sql *q, const struct column_type *types, size_t ntypes, const struct level *l,
                struct values *out, struct err *e)
{
	const struct engine_query question = { .at = c->scene.request->target->at, .sql = q, .columns = types, .ncolumns = ntypes };
	struct engine_cursor *k = NULL;
	struct batch b;
	bool fine = engine_ask(c->engine, &question, c->cancel, &k, e);
	while (fine) {
		fine = engine_next(k, &b, e);
		if (!fine || !b.nrows) break;
		take_batch(c, l, &b, out);
	}
	engine_finish(k);
	return fine;
}

static void take_tally(const struct counting *c, const struct level *l, struct values *out)
{
	struct level_values found = { 0 };
	tally_level(c, l, &found);
	for (size_t i = 0; i < found.v.n; i++) vec_push(c->arena, &out->v, value_of(c, l, found.v.p[i].path, found.v.p[i].count));
}

static bool count_level(const struct counting *c, const struct level *l, struct values *out, struct err *e)
{
	if (l->tally->known) {
		take_tally(c, l, out);
		return true;
	}
	struct column_type types[2] = { { .type = is_date(l->field) ? VALUE_INT : l->field->type }, { .type = VALUE_INT } };
	struct sql q;
	sql_init(&q, c->arena, &sql_duckdb);
	bool fine = put_level(&q, c, l, e) && ask(c, &q, types, 2, l, out, e);
	sql_done(&q);
	return fine;
}

/* --- values that did not come by themselves ---------------------------------------------------------- */

static bool has_value(const struct values *v, struct str path)
{
	for (size_t i = 0; i < v->v.n; i++)
		if (str_eq(v->v.p[i].path, path)) return true;
	return false;
}

/* Whether a filter's value belongs to this level. */
static bool is_child(const struct level *l, struct str path)
{
	struct str sep = separator_of(l);
	if (!l->spec->hierarchical) return true;
	if (l->depth && !(path.n > l->path.n + sep.n && str_starts(path, l->path) && str_starts(str_from(path, l->path.n), sep)))
		return false;
	struct str rest = l->depth ? str_from(path, l->path.n + sep.n) : path;
	return str_find(rest, sep) < 0;
}

static bool count_one(const struct counting *c, const struct level *l, const struct odsql_node *test, int64_t *out, struct err *e)
{
	static const struct column_type type = { .type = VALUE_INT };
	struct engine_cursor *k = NULL;
	struct sql q;
	struct batch b;
	sql_init(&q, c->arena, &sql_duckdb);
	sql_lit(&q, "SELECT count(*) FROM ");
	sql_relation(&q, c->scene.request->target->at);
	(void)scene_put_where(&q, &c->scene, l->spec->disjunctive ? l->spec->field : -1, test);
	const struct engine_query question = { .at = c->scene.request->target->at, .sql = &q, .columns = &type, .ncolumns = 1 };
	bool fine = engine_ask(c->engine, &question, c->cancel, &k, e) && engine_next(k, &b, e);
	*out = fine && b.nrows ? b.columns[0].ints[0] : 0;
	engine_finish(k);
	sql_done(&q);
	return fine;
}

/* Refined values beyond the limit are counted on their own; excluded ones have no count. */
static bool add_filtered(const struct counting *c, const struct level *l, struct values *out, struct err *e)
{
	for (int excluded = 0; excluded < 2; excluded++) {
		for (size_t i = 0; i < c->scene.nfilters; i++) {
			const struct filter *f = &c->scene.filters[i];
			if (f->exclude != (excluded != 0) || f->field != l->spec->field) continue;
			struct str path = spelled(c->arena, l->field, f->value);
			if (!is_child(l, path) || has_value(out, path)) continue;
			struct query_facet_value v = value_of(c, l, path, 0);
			if (!excluded && !count_one(c, l, f->test, &v.count, e)) return false;
			if (!excluded && !v.count && !l->spec->disjunctive) continue;
			if (excluded) v.state = QUERY_EXCLUDED;
			vec_push(c->arena, &out->v, v);
		}
	}
	return true;
}

static bool fill(const struct counting *c, const struct level *l, struct query_facet_value **out, size_t *n, struct err *e)
{
	struct values values = { 0 };
	if (!count_level(c, l, &values, e) || !add_filtered(c, l, &values, e)) return false;
	size_t deepest = is_date(l->field) ? DATE_LEVELS : DEEPEST;
	for (size_t i = 0; i < values.v.n; i++) {
		struct query_facet_value *v = &values.v.p[i];
		if (!l->spec->hierarchical || v->state != QUERY_REFINED || l->depth + 1 >= deepest) continue;
		const struct level below = { .spec = l->spec, .field = l->field, .tally = l->tally, .path = v->path,
			.depth = l->depth + 1 };
		if (!fill(c, &below, &v->children, &v->nchildren, e)) return false;
	}
	*out = values.v.p;
	*n = values.v.n;
	return true;
}

/* --- the whole -------------------------------------------------------------------------------------- */

static bool is_declared(const struct scene *s, size_t i)
{
	const struct field *f = &s->scope.schema->fields[i];
	bool countable = value_kind(f->type)->orders;
	return (f->flags & FIELD_FACET) && countable && odsql_field(&s->scope, f->name) == (int)i;
}

static void choose_declared(struct scene *s)
{
	struct { VEC(struct facet_spec) v; } specs = { 0 };
	for (size_t i = 0; i < s->scope.schema->n; i++)
		if (is_declared(s, i)) vec_push(s->arena, &specs.v, facet_of_field(s, (int)i));
	s->facets = specs.v.p;
	s->nfacets = specs.v.n;
}

bool query_facets(struct engine *g, struct arena *a, const struct query_request *r, struct cancel *cancel,
                  struct query_facets *out, struct err *e)
{
	struct counting c = { .engine = g, .cancel = cancel, .arena = a };
	if (!scene_open(a, r, true, &c.scene, e)) return false;
	if (!c.scene.nfacets) choose_declared(&c.scene);
	if (!tally_facets(&c, e)) return false;
	struct query_facets result = { arena_array(a, struct query_facet, c.scene.nfacets + 1), c.scene.nfacets };
	for (size_t i = 0; i < result.n; i++) {
		const struct facet_spec *spec = &c.scene.facets[i];
		const struct field *field = &c.scene.scope.schema->fields[spec->field];
		struct query_facet *f = &result.facets[i];
		*f = (struct query_facet){ .name = spec->name, .field = field, .disjunctive = spec->disjunctive,
			.hierarchical = spec->hierarchical };
		const struct level top = { .spec = spec, .field = field, .tally = &c.tallies[i], .path = STR("") };
		if (!fill(&c, &top, &f->values, &f->nvalues, e)) return false;
	}
	*out = result;
	return true;
}
