/* A request's filters: where, refine, exclude, the facets that make refinements alternatives, and the
 * row filter of the caller's rights, which runs with names of its own and is joined to everything. */
#include "query/inside.h"

struct nodes { VEC(struct odsql_node *) v; };
struct filters { VEC(struct filter) v; };
struct specs { VEC(struct facet_spec) v; };

/* --- facets ---------------------------------------------------------------------------------------- */

struct facet_spec facet_of_field(const struct scene *s, int field)
{
	const struct field *f = &s->scope.schema->fields[field];
	bool date = f->type == VALUE_DATE || f->type == VALUE_DATETIME;
	return (struct facet_spec){ .name = f->name, .field = field, .disjunctive = f->flags & FIELD_DISJUNCTIVE,
		.hierarchical = date || (f->flags & FIELD_HIERARCHICAL), .separator = f->hierarchy,
		.sort = f->facetsort, .limit = LIMIT_FACET_VALUES };
}

static bool check_sort(const struct facet_spec *f, enum value_type type, struct err *e)
{
	struct str word = str_starts(f->sort, STR("-")) ? str_from(f->sort, 1) : f->sort;
	bool number = type == VALUE_INT || type == VALUE_DOUBLE;
	if (!word.n || str_eq(word, STR("count"))) return true;
	if (str_eq(word, STR("num")) || str_eq(word, STR("alphanum"))) return true;
	return odsql_complain(e, ODSQL_FACET, "sort=\"%.*s\" is not known; use count%s, with or without a leading minus.",
	                      STR_ARG(str_sub(f->sort, 0, 40)), number ? " or num" : " or alphanum");
}

static bool read_facet(struct scene *s, struct str text, struct facet_spec *out, struct err *e)
{
	struct odsql_facet said;
	if (!odsql_parse_facet(s->arena, text, &said, e)) return false;
	int field = odsql_field(&s->scope, said.name);
	if (field < 0) return odsql_complain(e, ODSQL_FACET, "Unknown field: %.*s.", STR_ARG(said.name));
	const struct field *f = &s->scope.schema->fields[field];
	if (f->type == VALUE_POINT || f->type == VALUE_SHAPE || f->type == VALUE_FILE || f->type == VALUE_JSON)
		return odsql_complain(e, ODSQL_FACET, "Field %.*s is not allowed in the current clause.", STR_ARG(said.name));
	*out = facet_of_field(s, field);
	out->name = said.name;
	if (said.given & ODSQL_FACET_DISJUNCTIVE) out->disjunctive = said.disjunctive;
	if (said.given & ODSQL_FACET_SEPARATOR) out->separator = said.separator;
	if (said.given & ODSQL_FACET_SORT) out->sort = said.sort;
	bool date = f->type == VALUE_DATE || f->type == VALUE_DATETIME;
	if ((said.given & ODSQL_FACET_HIERARCHICAL) && !date) out->hierarchical = said.hierarchical && f->type == VALUE_TEXT;
	if (out->hierarchical && !date && !out->separator.n)
		return odsql_complain(e, ODSQL_FACET, "A hierarchical facet needs separator=\"…\".");
	if (said.limit < 1 || said.limit > LIMIT_GROUP_ROWS)
		return odsql_complain(e, ODSQL_FACET, "limit of facet() goes from 1 to %d.", LIMIT_GROUP_ROWS);
	out->limit = said.limit;
	return check_sort(out, f->type, e);
}

/* A text given twice says nothing new. */
static bool is_repeated(const struct str *texts, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(texts[k], texts[i])) return true;
	return false;
}

static bool read_facets(struct scene *s, struct err *e)
{
	struct specs specs = { 0 };
	for (size_t i = 0; i < s->request->nfacet; i++) {
		if (!str_trim(s->request->facet[i]).n || is_repeated(s->request->facet, i)) continue;
		if (specs.v.n == LIMIT_FILTERS) return odsql_complain(e, ODSQL_FACET, "more than %d facets; ask for fewer at a time.", LIMIT_FILTERS);
		struct facet_spec spec;
		if (!read_facet(s, s->request->facet[i], &spec, e)) return false;
		vec_push(s->arena, &specs.v, spec);
	}
	s->facets = specs.v.p;
	s->nfacets = specs.v.n;
	return true;
}

/* The facet of a field: as the request describes it, else as its annotations do. */
static struct facet_spec spec_of(const struct scene *s, int field)
{
	for (size_t i = 0; i < s->nfacets; i++)
		if (s->facets[i].field == field) return s->facets[i];
	return facet_of_field(s, field);
}

/* --- filters --------------------------------------------------------------------------------------- */

static bool read_filter(struct scene *s, struct str text, bool exclude, struct filter *out, struct err *e)
{
	enum odsql_clause which = exclude ? ODSQL_EXCLUDE : ODSQL_REFINE;
	*out = (struct filter){ .exclude = exclude };
	if (!odsql_parse_refine(s->arena, which, text, &out->name, &out->value, e)) return false;
	out->field = odsql_field(&s->scope, out->name);
	if (out->field < 0) return odsql_complain(e, which, "Unknown field: %.*s.", STR_ARG(out->name));
	struct facet_spec spec = spec_of(s, out->field);
	struct str separator = spec.hierarchical ? spec.separator : STR("");
	if (!odsql_facet_test(s->arena, &s->scope, which, out->field, out->value, separator, &out->test, e)) return false;
	if (exclude) out->test = odsql_join(s->arena, ODSQL_NOT, &out->test, 1);
	return true;
}

static bool read_filters(struct scene *s, struct err *e)
{
	const struct query_request *r = s->request;
	struct filters filters = { 0 };
	for (size_t i = 0; i < r->nrefine + r->nexclude; i++) {
		bool exclude = i >= r->nrefine;
		const struct str *texts = exclude ? r->exclude : r->refine;
		size_t at = exclude ? i - r->nrefine : i;
		struct str text = texts[at];
		struct filter f;
		if (!str_trim(text).n || is_repeated(texts, at)) continue;
		if (filters.v.n == LIMIT_FILTERS)
			return odsql_complain(e, exclude ? ODSQL_EXCLUDE : ODSQL_REFINE, "more than %d of refine and exclude together; "
			                      "say it in where instead, as field in (\"a\", \"b\").", LIMIT_FILTERS);
		if (!read_filter(s, text, exclude, &f, e)) return false;
		vec_push(s->arena, &filters.v, f);
	}
	s->filters = filters.v.p;
	s->nfilters = filters.v.n;
	return true;
}

/* --- where ----------------------------------------------------------------------------------------- */

static bool read_where(struct scene *s, bool settle, struct err *e)
{
	struct nodes nodes = { 0 };
	for (size_t i = 0; i < s->request->nwhere; i++) {
		struct odsql_node *n;
		if (!odsql_parse_where(s->arena, s->request->where[i], &n, e)) return false;
		if (!n) continue;
		if (settle && !odsql_check_where(s->arena, &s->scope, n, e)) return false;
		vec_push(s->arena, &nodes.v, n);
	}
	s->nasked = nodes.v.n;
	for (size_t i = 0; i < s->request->nqv1; i++) {
		struct odsql_node *n;
		if (!qv1_where(s->arena, &s->scope, s->request->qv1[i], &n, e)) return false;
		if (n) vec_push(s->arena, &nodes.v, n);
	}
	s->where = nodes.v.p;
	s->nwhere = nodes.v.n;
	return true;
}

/* Words of a text, told roughly: what stands between blanks, commas and stars. */
static size_t words_in(struct str s)
{
	size_t many = 0;
	bool inside = false;
	for (size_t i = 0; i < s.n; i++) {
		bool between = str_find_char(STR(" \t\r\n,;*-'"), s.p[i]) >= 0;
		many += !between && !inside;
		inside = !between;
	}
	return many;
}

/* Words that are looked for in the texts of every row, and the texts they are looked for in; the engine can only be stopped
 * between batches of rows. */
struct text_tests { size_t words, reads; };

static size_t fields_read(const struct odsql_scope *s, const struct odsql_node *n)
{
	bool all = n->kind == ODSQL_WORDS || n->nargs == 1 || n->args[0]->kind == ODSQL_STAR;
	return n->kind == ODSQL_LIKE ? 1 : all ? odsql_text_fields(s) : n->nargs - 1;
}

static void count_tests(const struct odsql_scope *s, const struct odsql_node *n, struct text_tests *out)
{
	if (n->kind == ODSQL_WORDS || n->kind == ODSQL_LIKE || (n->kind == ODSQL_CALL && odsql_is_full_text(n))) {
		size_t words = num_max((size_t)1, words_in(n->kind == ODSQL_WORDS ? n->s : n->args[n->nargs - 1]->s));
		out->words += words;
		out->reads += words * fields_read(s, n);
		return;
	}
	for (uint32_t i = 0; i < n->nargs; i++) count_tests(s, n->args[i], out);
}

static bool check_weight(const struct scene *s, struct err *e)
{
	struct text_tests tests = { 0 };
	for (size_t i = 0; i < s->nwhere; i++) count_tests(&s->scope, s->where[i], &tests);
	size_t many = tests.words;
	if (many <= LIMIT_ODSQL_TEXT_TESTS && tests.reads > LIMIT_ODSQL_TEXT_READS)
		return odsql_complain(e, ODSQL_WHERE, "%zu words are looked for in many fields each, %zu pairs of a word and a field; there can be %d at once. "
		                      "search(field, \"…\") looks in one field only.", many, tests.reads, LIMIT_ODSQL_TEXT_READS);
	if (many <= LIMIT_ODSQL_TEXT_TESTS) return true;
	return odsql_complain(e, ODSQL_WHERE, "There are %zu words in the conditions on texts (like, search and words); at most %d can be looked for at once. "
	                      "For whole values, field in (…) says the same.", many, LIMIT_ODSQL_TEXT_TESTS);
}

/* A rule that cannot be read lets nobody in: it fails the request, and says why only in the log. */
static bool add_barrier(struct scene *s, const struct odsql_scope *scope, struct str text, struct err *e)
{
	struct err bad = { 0 };
	struct odsql_node *node = NULL;
	if (!str_trim(text).n) return true;
	if (!odsql_parse_where(s->arena, text, &node, &bad) || (node && !odsql_check_where(s->arena, scope, node, &bad))) {
		err_set(e, ERR_SYSTEM, "The access rules of this dataset cannot be applied.");
		return err_cause(e, "row filter: %s", bad.pub);
	}
	if (node) s->barriers[s->nbarriers++] = (struct barrier){ *scope, node };
	return true;
}

static bool read_barriers(struct scene *s, struct err *e)
{
	const struct query_target *t = s->request->target;
	const struct schema_bound *bound = t->schema ? t->schema->bound_or_null : NULL;
	struct odsql_scope house = s->scope;
	house.visible_or_null = NULL;
	/* Who shows another portal's table knows no more of it than its readers do. */
	house.everything = !bound;
	/* A rule means the same whatever zone and language its caller asks for. */
	house.zone = clock_utc();
	house.lang = STR("en");
	s->house = house;
	if (!add_barrier(s, &house, t->row_filter, e)) return false;
	if (!bound) return true;
	struct odsql_scope there = house;
	there.schema = bound->schema;
	there.dataset_id = bound->dataset_id;
	there.everything = true;
	return add_barrier(s, &there, bound->filter, e) && add_barrier(s, &house, bound->own, e);
}

/* The 16 bytes of an id are a number, first byte highest; the engine's column holds it. */
static struct str decimal_of(struct arena *a, const uint8_t id[RECORD_ID_BYTES])
{
	__extension__ typedef unsigned __int128 wide_int;
	wide_int v = 0;
	char digits[48];
	size_t at = sizeof digits;
	for (size_t i = 0; i < RECORD_ID_BYTES; i++) v = v << 8 | id[i];
	bool negative = v >> 127;
	if (negative) v = -v;
	do {
		digits[--at] = (char)('0' + (int)(v % 10));
		v /= 10;
	} while (v);
	if (negative) digits[--at] = '-';
	return arena_str(a, str_make(digits + at, sizeof digits - at));
}

bool scene_open(struct arena *a, const struct query_request *r, bool settle, struct scene *out, struct err *e)
{
	const struct query_target *t = r->target;
	*out = (struct scene){ .arena = a, .request = r };
	out->scope = (struct odsql_scope){ .schema = t->schema, .visible_or_null = t->visible_or_null,
		.catalogue = t->catalogue, .dataset_id = t->dataset_id, .record_timestamp_us = t->record_timestamp_us,
		.zone = r->zone_or_null ? r->zone_or_null : clock_utc(), .lang = r->lang.n ? r->lang : STR("en"),
		.text_lang = str_sub(t->language, 0, 2), .now_us = r->now_us };
	uint8_t id[RECORD_ID_BYTES];
	out->by_id = r->mode == QUERY_RECORD && record_id_parse(r->record_id, id);
	if (out->by_id) out->id_decimal = decimal_of(a, id);
	return read_barriers(out, e) && read_facets(out, e) && read_filters(out, e) && read_where(out, settle, e) &&
	       check_weight(out, e);
}

/* --- SQL ------------------------------------------------------------------------------------------- */

static void put_next(struct sql *q, bool *first)
{
	if (*first) sql_lit(q, " WHERE ");
	else sql_lit(q, " AND ");
	*first = false;
}

/* Refinements of one field: alternatives when its facet is disjunctive, else all of them. */
static void put_refinements(struct sql *q, const struct scene *s, size_t from, bool *first)
{
	struct nodes nodes = { 0 };
	int field = s->filters[from].field;
	for (size_t i = 0; i < from; i++)
		if (!s->filters[i].exclude && s->filters[i].field == field) return;
	for (size_t i = from; i < s->nfilters; i++)
		if (!s->filters[i].exclude && s->filters[i].field == field) vec_push(s->arena, &nodes.v, s->filters[i].test);
	enum odsql_kind kind = spec_of(s, field).disjunctive ? ODSQL_OR : ODSQL_AND;
	put_next(q, first);
	odsql_emit_where(q, &s->scope, odsql_join(s->arena, kind, nodes.v.p, nodes.v.n));
}

bool scene_put_where(struct sql *q, const struct scene *s, int but, const struct odsql_node *more)
{
	bool first = true;
	if (s->by_id) {
		put_next(q, &first);
		sql_lit(q, "_id = CAST(");
		sql_param(q, VALUE_OF_TEXT(s->id_decimal));
		sql_lit(q, " AS HUGEINT)");
	}
	for (size_t i = 0; i < s->nbarriers; i++) {
		put_next(q, &first);
		odsql_emit_where(q, &s->barriers[i].scope, s->barriers[i].node);
	}
	for (size_t i = 0; i < s->nwhere; i++) {
		put_next(q, &first);
		odsql_emit_where(q, &s->scope, s->where[i]);
	}
	for (size_t i = 0; i < s->nfilters; i++) {
		if (!s->filters[i].exclude) {
			if (s->filters[i].field != but) put_refinements(q, s, i, &first);
			continue;
		}
		put_next(q, &first);
		odsql_emit_where(q, &s->scope, s->filters[i].test);
	}
	if (more) {
		put_next(q, &first);
		odsql_emit_where(q, &s->scope, more);
	}
	return !first;
}

void scene_put(struct buf *b, const struct scene *s)
{
	for (size_t i = 0; i < s->nbarriers; i++) {
		buf_lit(b, " rows ");
		odsql_put(b, s->barriers[i].node);
	}
	for (size_t i = 0; i < s->nwhere; i++) {
		buf_lit(b, " where ");
		odsql_put(b, s->where[i]);
	}
	for (size_t i = 0; i < s->nfilters; i++) {
		buf_put(b, s->filters[i].exclude ? STR(" exclude ") : STR(" refine "));
		buf_put(b, spec_of(s, s->filters[i].field).disjunctive ? STR("any ") : STR("all "));
		odsql_put(b, s->filters[i].test);
	}
	buf_printf(b, " zone %.*s lang %.*s", STR_ARG(clock_zone_name(s->scope.zone)), STR_ARG(s->scope.lang));
	if (s->scope.text_lang.n) buf_printf(b, " texts %.*s", STR_ARG(s->scope.text_lang));
	/* Full text looks into what the caller sees, so two callers may get two answers. */
	const bool *visible = s->scope.visible_or_null;
	for (size_t i = 0; visible && i < s->scope.schema->n; i++)
		if (!visible[i]) buf_printf(b, " hidden %zu", i);
}
