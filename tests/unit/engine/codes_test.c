/* Codes beside texts: few values have them, too many give up, counting them is counting the texts, and tests of texts are
 * tests of codes; and what several threads compute together. */
#include "engine/engine.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many rows that helpers take part (see help.c). */
enum { ROWS = 210000, FIELDS = 5, WORD = 0, UNIQUE = 1, TAGS = 2 };

struct fixture { char folder[64]; struct engine *engine; struct version_ref at; };

static const struct str words[] = { { "b", 1 }, { "a", 1 }, { "b\xc3\xa9", 3 } };
static const struct str tags[] = { { "x", 1 }, { "y", 1 }, { "x", 1 } };

/* Row i: words[i % 3], null where i % 5 is 0; a text of its own; x, y, x where i is even, else nothing; i % 7; 1970 plus i % 400 days. */
static bool load(struct engine_load *l, struct err *e)
{
	static const uint8_t ids[LIMIT_BATCH_ROWS][16];
	for (size_t from = 0; from < ROWS; from += LIMIT_BATCH_ROWS) {
		auto_arena a = ARENA_INIT;
		size_t n = num_min((size_t)LIMIT_BATCH_ROWS, ROWS - from);
		struct str *word = arena_array(&a, struct str, n);
		struct str *unique = arena_array(&a, struct str, n);
		struct list_span *lists = arena_array(&a, struct list_span, n);
		int64_t *numbers = arena_array(&a, int64_t, n);
		int32_t *days = arena_array(&a, int32_t, n);
		uint64_t *valid = arena_array(&a, uint64_t, n / 64 + 1);
		for (size_t i = 0; i < n; i++) {
			size_t row = from + i;
			word[i] = words[row % 3];
			unique[i] = arena_printf(&a, "text %zu", row);
			lists[i] = (struct list_span){ 0, row % 2 ? 0 : 3 };
			numbers[i] = (int64_t)(row % 7);
			days[i] = (int32_t)(row % 400);
			if (row % 5) valid[i / 64] |= UINT64_C(1) << (i % 64);
		}
		struct column columns[FIELDS] = {
			{ .type = { VALUE_TEXT, false }, .valid = valid, .texts = word },
			{ .type = { VALUE_TEXT, false }, .texts = unique },
			{ .type = { VALUE_TEXT, true }, .lists = lists, .items = tags },
			{ .type = { VALUE_INT, false }, .ints = numbers },
			{ .type = { VALUE_DATE, false }, .days = days },
		};
		const struct batch b = { columns, FIELDS, n };
		if (!engine_load_rows(l, &b, ids, e)) return false;
	}
	return true;
}

static int begin(void **state)
{
	static struct field fields[FIELDS] = {
		{ .name = { "word", 4 }, .label = { "word", 4 }, .type = VALUE_TEXT }, { .name = { "unique", 6 }, .label = { "unique", 6 }, .type = VALUE_TEXT },
		{ .name = { "tags", 4 }, .label = { "tags", 4 }, .type = VALUE_TEXT, .flags = FIELD_MULTIVALUED },
		{ .name = { "number", 6 }, .label = { "number", 6 }, .type = VALUE_INT }, { .name = { "day", 3 }, .label = { "day", 3 }, .type = VALUE_DATE } };
	static const struct schema schema = { .fields = fields, .n = FIELDS };
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	struct engine_load *l;
	char path[128];
	if (!f) return -1;
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-codes-XXXXXX");
	if (!mkdtemp(f->folder)) return -1;
	struct engine_options o = { .folder = str_of(f->folder), .memory_mb = 256, .threads = 3 };
	f->at = (struct version_ref){ .tenant = { 1 }, .dataset = 1, .number = 1 };
	snprintf(path, sizeof path, "%s/1", f->folder);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/1/1", f->folder);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/1/1/v1.duckdb", f->folder);
	*state = f;
	if (!engine_load_begin(str_of(path), &schema, &l, &e)) return -1;
	bool ok = load(l, &e);
	return engine_load_end(l, ok ? LOAD_COMMIT : LOAD_ABANDON, &e) && ok && engine_open(&o, &f->engine, &e) ? 0 : -1;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char command[128];
	engine_close(f->engine);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	int code = system(command);
	free(f);
	return code;
}

static uint64_t count_of(const struct engine_tally *t, int64_t number)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->numbers[i] == number) return t->counts[i];
	return 0;
}

static void few_values_have_codes_and_many_have_none(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	const size_t fields[] = { WORD, UNIQUE, TAGS };
	struct engine_codes codes[3];
	assert_true(engine_codes(f->engine, f->at, &a, fields, 3, codes, &e));
	assert_int_equal(codes[0].n, 3);
	assert_true(str_eq(codes[0].values[0], STR("a")) && str_eq(codes[0].values[1], STR("b")) && str_eq(codes[0].values[2], STR("b\xc3\xa9")));
	assert_int_equal(codes[1].n, 0);
	assert_int_equal(codes[2].n, 2);
	assert_true(str_eq(codes[2].values[0], STR("x")) && str_eq(codes[2].values[1], STR("y")));
}

static void one_reading_counts_every_column(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	const size_t fields[] = { WORD, TAGS };
	struct engine_codes codes[2];
	struct engine_tally t[5];
	struct sql q;
	sql_init(&q, &a, &sql_duckdb);
	sql_lit(&q, "SELECT f0_code, f2_code, f3, f4, CAST(f4 AS TIMESTAMP) + INTERVAL 23 HOUR FROM ");
	sql_relation(&q, f->at);
	const struct engine_query ask = { .at = f->at, .sql = &q };
	assert_true(engine_codes(f->engine, f->at, &a, fields, 2, codes, &e));
	assert_true(engine_count(f->engine, &ask, &a, NULL, t, 5, &e));
	uint64_t expected[3] = { 0 };
	for (size_t i = 0; i < ROWS; i++) expected[i % 3] += i % 5 != 0;
	assert_int_equal(t[0].by_code[codes[0].codes[0]], expected[1]);
	assert_int_equal(t[0].by_code[codes[0].codes[1]], expected[0]);
	assert_int_equal(t[0].by_code[codes[0].codes[2]], expected[2]);
	/* x stands twice in a row and counts once. */
	assert_int_equal(t[1].by_code[codes[1].codes[0]], ROWS / 2);
	assert_int_equal(t[1].by_code[codes[1].codes[1]], ROWS / 2);
	assert_int_equal(t[2].n, 7);
	assert_int_equal(count_of(&t[2], 3), ROWS / 7);
	assert_int_equal(t[3].n, 400);
	assert_int_equal(count_of(&t[3], 399), ROWS / 400);
	assert_int_equal(t[4].n, 400);
	assert_int_equal(count_of(&t[4], 399), ROWS / 400);
	sql_done(&q);
}

static void too_many_numbers_are_told_as_such(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct engine_tally t[2];
	struct sql q;
	sql_init(&q, &a, &sql_duckdb);
	sql_lit(&q, "SELECT i, i % 10 FROM range(200000) t(i)");
	const struct engine_query ask = { .at = f->at, .sql = &q };
	assert_true(engine_count(f->engine, &ask, &a, NULL, t, 2, &e));
	assert_true(t[0].many && t[0].n == 0);
	assert_true(!t[1].many && count_of(&t[1], 9) == 20000);
	sql_done(&q);
}

static void a_fired_token_stops_the_count(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct engine_tally t[1];
	struct cancel c;
	struct sql q;
	cancel_init(&c);
	cancel_fire(&c);
	sql_init(&q, &a, &sql_duckdb);
	sql_lit(&q, "SELECT i FROM range(200000) t(i)");
	const struct engine_query ask = { .at = f->at, .sql = &q };
	assert_false(engine_count(f->engine, &ask, &a, &c, t, 1, &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	sql_done(&q);
	cancel_done(&c);
}

/* The number of rows that a test keeps; `spelled` stands where the statement would spell it. */
static int64_t kept(struct fixture *f, struct sql_coded test, struct str spelled)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct engine_cursor *k;
	struct batch b;
	struct sql q;
	static const struct column_type type = { .type = VALUE_INT };
	sql_init(&q, &a, &sql_duckdb);
	sql_lit(&q, "SELECT count(*) FROM ");
	sql_relation(&q, f->at);
	sql_lit(&q, " WHERE f3 >= 0 AND ");
	sql_coded_begin(&q, &test);
	sql_put_literal(&q, spelled);
	if (test.n) {
		sql_lit(&q, " AND ");
		sql_param(&q, VALUE_OF_TEXT(test.values[0]));
		sql_lit(&q, " = 'x'");
	}
	sql_coded_end(&q, &test);
	const struct engine_query ask = { .at = f->at, .sql = &q, .columns = &type, .ncolumns = 1 };
	assert_true(engine_ask(f->engine, &ask, NULL, &k, &e));
	assert_true(engine_next(k, &b, &e));
	int64_t n = b.columns[0].ints[0];
	engine_finish(k);
	sql_done(&q);
	return n;
}

/* What is spelled is wrong on purpose: the right number comes of codes only. */
static void tests_of_texts_are_tests_of_codes(void **state)
{
	static const struct str a[] = { { "a", 1 }, { "none", 4 }, { "b", 1 } };
	static const struct str x[] = { { "x", 1 }, { "none", 4 } };
	struct fixture *f = *state;
	const int64_t each = ROWS / 3 / 5 * 4; /* rows of one word: a fifth are null */
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_IN, .field = WORD, .values = a, .n = 1 }, STR("FALSE")), each);
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_IN, .field = WORD, .values = a, .n = 3 }, STR("FALSE")), 2 * each);
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_IN, .field = WORD, .values = a + 1, .n = 1 }, STR("TRUE")), 0);
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_NOT, .field = WORD, .values = a, .n = 1 }, STR("FALSE")), 2 * each);
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_NOT, .field = WORD, .values = a + 1, .n = 1 }, STR("FALSE")), 3 * each);
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_NONE, .field = WORD }, STR("FALSE")), ROWS - 3 * each);
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_SOME, .field = WORD }, STR("FALSE")), 3 * each);
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_IN, .field = TAGS, .list = true, .values = x, .n = 1 }, STR("FALSE")), ROWS / 2);
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_IN, .field = TAGS, .list = true, .values = x, .n = 2 }, STR("FALSE")), ROWS / 2);
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_NOT, .field = TAGS, .list = true, .values = x, .n = 1 }, STR("TRUE")), 0);
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_NOT, .field = TAGS, .list = true, .values = x + 1, .n = 1 }, STR("FALSE")), ROWS / 2);
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_NONE, .field = TAGS, .list = true }, STR("FALSE")), ROWS / 2);
	/* A field without codes keeps what is spelled. */
	assert_int_equal(kept(f, (struct sql_coded){ .how = SQL_CODED_SOME, .field = UNIQUE }, STR("f3 = 3")), ROWS / 7);
}

/* The groups of a field, spelled wrong on purpose: "text count text count …" in the order of the texts, null first. */
static struct str groups(struct fixture *f, struct arena *a, size_t field, bool list, struct str spelled)
{
	static const struct column_type types[] = { { .type = VALUE_TEXT }, { .type = VALUE_INT } };
	struct sql_coded key = { .how = SQL_CODED_KEY, .field = field, .list = list };
	struct sql_coded name = { .how = SQL_CODED_NAME, .field = field };
	auto_buf out = BUF_INIT(4096);
	struct err e = { 0 };
	struct engine_cursor *k;
	struct batch b;
	struct sql q;
	sql_init(&q, a, &sql_duckdb);
	sql_lit(&q, "SELECT ");
	sql_coded_begin(&q, &name);
	sql_lit(&q, "k0");
	sql_coded_end(&q, &name);
	sql_lit(&q, ", count(*) FROM (SELECT *, ");
	sql_coded_begin(&q, &key);
	sql_put_literal(&q, spelled);
	sql_coded_end(&q, &key);
	sql_lit(&q, " AS k0 FROM ");
	sql_relation(&q, f->at);
	sql_lit(&q, ") GROUP BY k0 ORDER BY ");
	sql_coded_begin(&q, &name);
	sql_lit(&q, "k0");
	sql_coded_end(&q, &name);
	sql_lit(&q, " ASC NULLS FIRST");
	const struct engine_query ask = { .at = f->at, .sql = &q, .columns = types, .ncolumns = 2 };
	assert_true(engine_ask(f->engine, &ask, NULL, &k, &e));
	while (engine_next(k, &b, &e) && b.nrows) {
		for (size_t i = 0; i < b.nrows; i++) {
			buf_put(&out, column_has(&b.columns[0], i) ? b.columns[0].texts[i] : STR("null"));
			buf_printf(&out, " %lld ", (long long)b.columns[1].ints[i]);
		}
	}
	engine_finish(k);
	sql_done(&q);
	return arena_str(a, buf_str(&out));
}

static void texts_are_grouped_by_their_codes(void **state)
{
	auto_arena a = ARENA_INIT;
	assert_true(str_eq(groups(*state, &a, WORD, false, STR("'wrong'")), STR("null 42000 a 56000 b 56000 b\xc3\xa9 56000 ")));
	assert_true(str_eq(groups(*state, &a, TAGS, true, STR("'wrong'")), STR("null 105000 x 105000 y 105000 ")));
	/* A field without codes keeps what is spelled. */
	assert_true(str_eq(groups(*state, &a, UNIQUE, false, STR("'kept'")), STR("kept 210000 ")));
}

static void *ask_often(void *arg)
{
	static const struct str a[] = { { "a", 1 } };
	bool fine = true;
	for (int i = 0; i < 10; i++)
		fine = kept(arg, (struct sql_coded){ .how = SQL_CODED_IN, .field = WORD, .values = a, .n = 1 }, STR("FALSE")) == ROWS / 15 * 4 && fine;
	return fine ? arg : NULL;
}

/* One that asks alone has helpers, five at once have none: the same answers. */
static void whoever_helps_the_answer_is_the_same(void **state)
{
	enum { CLIENTS = 5 };
	pthread_t clients[CLIENTS];
	void *fine;
	assert_non_null(ask_often(*state));
	for (size_t i = 0; i < CLIENTS; i++) assert_int_equal(pthread_create(&clients[i], NULL, ask_often, *state), 0);
	for (size_t i = 0; i < CLIENTS; i++) {
		pthread_join(clients[i], &fine);
		assert_non_null(fine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_values_have_codes_and_many_have_none),
		cmocka_unit_test(one_reading_counts_every_column),
		cmocka_unit_test(too_many_numbers_are_told_as_such),
		cmocka_unit_test(a_fired_token_stops_the_count),
		cmocka_unit_test(tests_of_texts_are_tests_of_codes),
		cmocka_unit_test(texts_are_grouped_by_their_codes),
		cmocka_unit_test(whoever_helps_the_answer_is_the_same),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
