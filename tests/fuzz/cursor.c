/* Any bytes as the values of a cursor, behind the digest that its question asks for and without it: read or refused,
 * never a crash, and what is read makes a statement. */
#include "crypt/crypt.h"
#include "query/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool plan(struct arena *a, const struct query_target *t, struct str cursor, struct str *question)
{
	struct query_plan p;
	struct err e = { 0 };
	const struct query_request r = { .target = t, .mode = QUERY_PAGE, .order_by = STR("name, pop desc, area, capital, founded desc, updated"),
		.with_cursor = true, .cursor = cursor, .now_us = 1 };
	if (!query_plan_rows(a, &r, &p, &e)) {
		ensure(e.code == ERR_PARAMETER);
		return false;
	}
	*question = p.question;
	query_plan_done(&p);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct { const char *name; enum value_type type; } columns[] = { { "name", VALUE_TEXT }, { "pop", VALUE_INT },
		{ "area", VALUE_DOUBLE }, { "capital", VALUE_BOOL }, { "founded", VALUE_DATE }, { "updated", VALUE_DATETIME } };
	auto_arena a = ARENA_INIT;
	auto_buf whole = BUF_INIT(1 << 20);
	auto_buf text = BUF_INIT(2 << 20);
	struct schema s = { .fields = arena_array(&a, struct field, COUNT_OF(columns)), .n = COUNT_OF(columns) };
	struct str question;
	struct str ignored;
	for (size_t i = 0; i < s.n; i++)
		s.fields[i] = (struct field){ .name = str_of(columns[i].name), .label = str_of(columns[i].name), .type = columns[i].type };
	const struct query_target t = { .at = { { 1 }, 1, 1, 0, false }, .schema = &s, .dataset_id = STR("fuzz") };
	ensure(plan(&a, &t, STR(""), &question));
	buf_put(&whole, question);
	buf_put(&whole, str_make((const char *)data, size));
	crypt_put_base64url(&text, buf_str(&whole));
	if (!whole.over && !text.over) (void)plan(&a, &t, buf_str(&text), &ignored);
	(void)plan(&a, &t, str_make((const char *)data, size), &ignored);
	return 0;
}
