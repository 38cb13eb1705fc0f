/* Any clause: read or refused, never a crash; what is read has one spelling, which reads as the same
 * tree, and settles or is refused against a schema with a field of every type. */
#include "geo/geo.h"
#include "odsql/odsql.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct schema schema_of_every_type(struct arena *a)
{
	static const char *const names[] = { "name", "pop", "area", "capital", "founded", "updated", "loc", "shape", "photo", "extra" };
	struct schema s = { .fields = arena_array(a, struct field, VALUE_TYPES + 1), .n = VALUE_TYPES + 1 };
	for (size_t i = 0; i < VALUE_TYPES; i++)
		s.fields[i] = (struct field){ .name = str_of(names[i]), .label = str_of(names[i]), .type = (enum value_type)i };
	s.fields[VALUE_TYPES] = (struct field){ .name = STR("tags"), .label = STR("tags"), .type = VALUE_TEXT, .flags = FIELD_MULTIVALUED };
	return s;
}

static void try_where(struct arena *a, const struct odsql_scope *s, struct str text)
{
	auto_buf once = BUF_INIT(1 << 20);
	auto_buf twice = BUF_INIT(1 << 20);
	struct err e = { 0 };
	struct odsql_node *n = NULL;
	if (!odsql_parse_where(a, text, &n, &e)) {
		ensure(e.code == ERR_ODSQL_SYNTAX || e.code == ERR_ODSQL);
		ensure(text_is_utf8(str_of(e.pub)));
		return;
	}
	if (!n) return;
	odsql_put(&once, n);
	struct str spelled = arena_str(a, buf_str(&once));
	struct odsql_node *again = NULL;
	if (spelled.n <= LIMIT_CLAUSE_BYTES && odsql_parse_where(a, spelled, &again, &e)) {
		odsql_put(&twice, again);
		ensure(str_eq(spelled, buf_str(&twice)));
	}
	struct err bad = { 0 };
	if (!odsql_check_where(a, s, n, &bad)) {
		ensure(bad.code == ERR_ODSQL);
		return;
	}
	struct sql q;
	sql_init(&q, a, &sql_duckdb);
	odsql_emit_where(&q, s, n);
	sql_done(&q);
}

static void try_clauses(struct arena *a, const struct odsql_scope *s, struct str text)
{
	struct odsql_query q = { 0 };
	struct err e = { 0 };
	struct str part[3] = { STR(""), STR(""), STR("") };
	for (size_t i = 0; i < 3 && text.n; i++) (void)str_cut(&text, '\n', &part[i]);
	if (!odsql_parse_items(a, ODSQL_SELECT, part[0], &q.select, &e)) return;
	if (!odsql_parse_items(a, ODSQL_GROUP_BY, part[1], &q.group_by, &e)) return;
	if (!odsql_parse_items(a, ODSQL_ORDER_BY, part[2], &q.order_by, &e)) return;
	if (!odsql_check(a, s, &q, &e)) {
		ensure(e.code == ERR_ODSQL);
		return;
	}
	struct sql out;
	sql_init(&out, a, &sql_duckdb);
	for (size_t i = 0; i < q.group_by.n; i++) odsql_emit_key(&out, s, q.group_by.p[i].expr);
	for (size_t i = 0; i < q.columns.n; i++) {
		odsql_emit(&out, s, q.columns.p[i].expr);
		odsql_emit_over(&out, s, q.columns.p[i].expr);
	}
	sql_done(&out);
}

static void try_facets(struct arena *a, const struct odsql_scope *s, struct str text)
{
	struct odsql_facet facet;
	struct odsql_node *test;
	struct str name;
	struct str value;
	struct err e = { 0 };
	struct err e2 = { 0 };
	struct err e3 = { 0 };
	(void)!odsql_parse_facet(a, text, &facet, &e);
	if (!odsql_parse_refine(a, ODSQL_REFINE, text, &name, &value, &e2)) return;
	int field = odsql_field(s, name);
	if (field >= 0) (void)!odsql_facet_test(a, s, ODSQL_REFINE, field, value, STR("/"), &test, &e3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct str text = arena_str(&a, str_make((const char *)data, size));
	struct schema schema = schema_of_every_type(&a);
	const struct odsql_scope s = { .schema = &schema, .zone = clock_utc(), .lang = STR("en"), .now_us = 1620307210500000 };
	try_where(&a, &s, text);
	try_clauses(&a, &s, text);
	try_facets(&a, &s, text);
	return 0;
}
