/* Any v1 query: read or refused, never a crash; what is read is settled, has a spelling, and becomes SQL. */
#include "qv1/qv1.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	auto_buf spelled = BUF_INIT(1 << 20);
	struct str text = arena_str(&a, str_make((const char *)data, size));
	struct schema schema = schema_of_every_type(&a);
	const struct odsql_scope s = { .schema = &schema, .zone = clock_utc(), .lang = STR("en"), .now_us = 1620307210500000 };
	struct odsql_node *n = NULL;
	struct err e = { 0 };
	/* Words of a search box may be anything; this only looks at them. */
	(void)(qv1_speaks(&s, text) || size);
	if (!qv1_where(&a, &s, text, &n, &e)) {
		ensure(e.code == ERR_ODSQL_SYNTAX || e.code == ERR_ODSQL);
		ensure(text_is_utf8(str_of(e.pub)));
		return 0;
	}
	if (!n) return 0;
	odsql_put(&spelled, n);
	struct sql q;
	sql_init(&q, &a, &sql_duckdb);
	odsql_emit_where(&q, &s, n);
	sql_done(&q);
	return 0;
}
