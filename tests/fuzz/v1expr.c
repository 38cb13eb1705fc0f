/* Any numeric expression of the v1 API: read or refused, never a crash; what is read can be settled or is refused, and
 * what is settled becomes SQL of a bounded length. */
#include "legacy/inside.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_SQL = 4 << 20 };

static struct schema schema_of_every_type(struct arena *a)
{
	static const char *const names[] = { "name", "pop", "area", "capital", "founded", "updated", "loc", "shape", "photo", "extra" };
	struct schema s = { .fields = arena_array(a, struct field, VALUE_TYPES), .n = VALUE_TYPES };
	for (size_t i = 0; i < VALUE_TYPES; i++)
		s.fields[i] = (struct field){ .name = str_of(names[i]), .label = str_of(names[i]), .type = (enum value_type)i };
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct str text = arena_str(&a, str_make((const char *)data, size));
	struct schema schema = schema_of_every_type(&a);
	struct v1_call c = { .arena = &a, .target = { .schema = &schema } };
	struct err e = { 0 };
	/* The server has refused what is not UTF-8 before it gets here. */
	if (!text_is_utf8(text)) return 0;
	struct odsql_node *n = v1_expression(&c, STR("y.s.expr"), text, &e);
	if (!n) {
		ensure(e.code == ERR_PARAMETER);
		return 0;
	}
	const struct odsql_scope s = { .schema = &schema, .zone = clock_utc(), .lang = STR("en") };
	struct odsql_item item = { .expr = n, .key = STR("s"), .labelled = true, .place = -1 };
	struct odsql_query q = { .select = { &item, 1 } };
	struct err bad = { 0 };
	if (!odsql_check(&a, &s, &q, &bad)) {
		ensure(bad.code == ERR_ODSQL);
		return 0;
	}
	struct sql out;
	sql_init(&out, &a, &sql_duckdb);
	odsql_emit(&out, &s, q.columns.p[0].expr);
	ensure(out.text.n < MOST_SQL);
	sql_done(&out);
	return 0;
}
