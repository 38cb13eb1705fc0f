/* Record ids: equal values give equal ids, and a mistyped id is no id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "record/record.h"

static struct str texts[] = { { "ab", 2 }, { "a", 1 }, { "ab", 2 } };
static struct str others[] = { { "c", 1 }, { "bc", 2 }, { "c", 1 } };
static const int64_t ints[] = { 1, 1, 2 };
static struct column columns[] = {
	{ .type = { VALUE_TEXT, false }, .texts = texts },
	{ .type = { VALUE_TEXT, false }, .texts = others },
	{ .type = { VALUE_INT, false }, .ints = ints },
};

static void ids_are_of_values_and_of_nothing_else(void **s)
{
	(void)s;
	struct field fields[] = { { .type = VALUE_TEXT }, { .type = VALUE_TEXT }, { .type = VALUE_INT } };
	struct schema schema = { .fields = fields, .n = 3 };
	struct batch all = { columns, 3, 3 };
	uint8_t ids[3][RECORD_ID_BYTES];
	uint8_t again[1][RECORD_ID_BYTES];
	record_ids(&schema, STR(""), &all, ids);
	assert_memory_not_equal(ids[0], ids[1], RECORD_ID_BYTES); /* "ab","c" is not "a","bc" */
	assert_memory_not_equal(ids[0], ids[2], RECORD_ID_BYTES);
	struct column shifted[3] = { columns[0], columns[1], columns[2] };
	shifted[0].texts = texts + 2;
	shifted[1].texts = others + 2;
	shifted[2].ints = ints + 2;
	struct batch one = { shifted, 3, 1 };
	record_ids(&schema, STR(""), &one, again);
	assert_memory_equal(ids[2], again[0], RECORD_ID_BYTES);
}

static void only_fields_flagged_id_count_where_there_are_any(void **s)
{
	(void)s;
	struct field fields[] = { { .type = VALUE_TEXT, .flags = FIELD_ID | FIELD_FACET }, { .type = VALUE_TEXT }, { .type = VALUE_INT } };
	struct schema schema = { .fields = fields, .n = 3 };
	struct batch all = { columns, 3, 3 };
	uint8_t ids[3][RECORD_ID_BYTES];
	record_ids(&schema, STR(""), &all, ids);
	assert_memory_equal(ids[0], ids[2], RECORD_ID_BYTES);
	assert_memory_not_equal(ids[0], ids[1], RECORD_ID_BYTES);
}

static void a_salt_makes_other_ids_that_stay(void **s)
{
	(void)s;
	struct field fields[] = { { .type = VALUE_TEXT }, { .type = VALUE_TEXT }, { .type = VALUE_INT } };
	struct schema schema = { .fields = fields, .n = 3 };
	struct batch all = { columns, 3, 3 };
	uint8_t bare[3][RECORD_ID_BYTES], salted[3][RECORD_ID_BYTES], again[3][RECORD_ID_BYTES], other[3][RECORD_ID_BYTES];
	record_ids(&schema, STR(""), &all, bare);
	record_ids(&schema, STR("one"), &all, salted);
	record_ids(&schema, STR("one"), &all, again);
	record_ids(&schema, STR("two"), &all, other);
	assert_memory_equal(salted, again, sizeof salted);
	for (size_t i = 0; i < 3; i++) {
		assert_memory_not_equal(bare[i], salted[i], RECORD_ID_BYTES);
		assert_memory_not_equal(other[i], salted[i], RECORD_ID_BYTES);
	}
}

static void null_is_not_the_empty_text(void **s)
{
	(void)s;
	static const uint64_t valid = 1;
	static struct str empty[] = { { "", 0 }, { "", 0 } };
	struct field fields[] = { { .type = VALUE_TEXT } };
	struct schema schema = { .fields = fields, .n = 1 };
	struct column c = { .type = { VALUE_TEXT, false }, .valid = &valid, .texts = empty };
	struct batch b = { &c, 1, 2 };
	uint8_t ids[2][RECORD_ID_BYTES];
	record_ids(&schema, STR(""), &b, ids);
	assert_memory_not_equal(ids[0], ids[1], RECORD_ID_BYTES);
}

static void an_id_comes_back_and_a_slip_is_noticed(void **s)
{
	(void)s;
	static const uint8_t id[RECORD_ID_BYTES] = { 0xde, 0xad, 0xbe, 0xef, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
	uint8_t back[RECORD_ID_BYTES];
	char text[RECORD_ID_DIGITS];
	auto_buf b = BUF_INIT(100);
	record_id_put(&b, id);
	assert_int_equal(b.n, RECORD_ID_DIGITS);
	assert_true(record_id_parse(buf_str(&b), back));
	assert_memory_equal(id, back, sizeof id);
	assert_false(record_id_parse(str_sub(buf_str(&b), 0, 39), back));
	for (size_t i = 0; i < RECORD_ID_DIGITS; i++) {
		memcpy(text, b.p, sizeof text);
		text[i] = text[i] == '0' ? '1' : '0';
		assert_false(record_id_parse(str_make(text, sizeof text), back));
	}
	memcpy(text, b.p, sizeof text);
	text[3] = 'g';
	assert_false(record_id_parse(str_make(text, sizeof text), back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_of_values_and_of_nothing_else),
		cmocka_unit_test(only_fields_flagged_id_count_where_there_are_any),
		cmocka_unit_test(null_is_not_the_empty_text),
		cmocka_unit_test(a_salt_makes_other_ids_that_stay),
		cmocka_unit_test(an_id_comes_back_and_a_slip_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
