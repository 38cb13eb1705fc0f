/* Doubles are written as short as reads back, and read as exactly as the C library does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "text/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void writes_the_shortest_that_reads_back(void **s)
{
	(void)s;
	static const struct { double v; const char *point, *plain; } rows[] = {
		{ 0.0, "0.0", "0" }, { -0.0, "0.0", "0" }, { 53550, "53550.0", "53550" }, { -10, "-10.0", "-10" },
		{ 4.6, "4.6", "4.6" }, { 0.1, "0.1", "0.1" }, { 1.0 / 3, "0.3333333333333333", "0.3333333333333333" },
		{ 48.8566, "48.8566", "48.8566" }, { 1e15, "1000000000000000.0", "1000000000000000" },
		{ 1e16, "1e16", "1e16" }, { 1e22, "1e22", "1e22" }, { 5e-324, "5e-324", "5e-324" },
		{ 1.7976931348623157e308, "1.7976931348623157e308", "1.7976931348623157e308" },
		{ 2.2250738585072014e-308, "2.2250738585072014e-308", "2.2250738585072014e-308" },
		{ 0.00001, "0.00001", "0.00001" }, { 1e-6, "1e-6", "1e-6" }, { 9007199254740993.0, "9007199254740992.0", "9007199254740992" },
		{ 19924.098671726755, "19924.098671726755", "19924.098671726755" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		auto_buf b = BUF_INIT(1 << 16);
		text_put_double(&b, rows[i].v);
		buf_put_char(&b, 0);
		assert_string_equal(b.p, rows[i].point);
		buf_clear(&b);
		text_put_double_plain(&b, rows[i].v);
		buf_put_char(&b, 0);
		assert_string_equal(b.p, rows[i].plain);
	}
}

/* Digits of the shortest of the C library's own attempts. */
static int least_digits(double v)
{
	char t[64];
	int p = 1;
	for (; p < 17; p++) {
		snprintf(t, sizeof t, "%.*e", p - 1, v);
		if (strtod(t, NULL) == v) break;
	}
	return p;
}

static void random_doubles_come_back_and_are_shortest(void **s)
{
	(void)s;
	uint64_t x = 88172645463325252u;
	auto_buf b = BUF_INIT(1 << 16);
	for (int i = 0; i < 100000; i++) {
		double v;
		double back;
		int digits = 0;
		bool leading = true;
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		memcpy(&v, &x, sizeof v);
		if (i % 2) v = 1 / (double)(x >> 20); /* of a size that people write */
		if (!isfinite(v)) continue;
		buf_clear(&b);
		text_put_double_plain(&b, v);
		assert_true(text_to_double(buf_str(&b), &back));
		assert_memory_equal(&back, &v, sizeof v);
		for (size_t k = 0; k < b.n && b.p[k] != 'e'; k++) {
			if (b.p[k] < '0' || b.p[k] > '9' || (leading && b.p[k] == '0')) continue;
			leading = false;
			digits++;
		}
		/* Above 2^53 zeros at the end are places, not digits. */
		if (fabs(v) < 1) assert_int_equal(digits, least_digits(v));
	}
}

static void reads_numbers_and_nothing_else(void **s)
{
	(void)s;
	static const struct { const char *in; bool ok; double v; } rows[] = {
		{ "1", true, 1 }, { "-1.5", true, -1.5 }, { "+2e3", true, 2000 }, { ".5", true, 0.5 }, { "5.", true, 5 },
		{ "1e-400", true, 0 }, { "123456789012345678901234567890", true, 123456789012345678901234567890.0 },
		{ "0.1000000000000000055511151231257827021181583404541015625", true, 0.1 }, { "1E5", true, 1e5 },
		{ "9007199254740993", true, 9007199254740992.0 }, { "17976931348623157e292", true, 1.7976931348623157e308 },
		{ "", false, 0 }, { ".", false, 0 }, { "-", false, 0 }, { "1e", false, 0 }, { "1e999", false, 0 },
		{ "nan", false, 0 }, { "inf", false, 0 }, { "0x10", false, 0 }, { " 1", false, 0 }, { "1 ", false, 0 },
		{ "1,5", false, 0 }, { "1.2.3", false, 0 }, { "1e5.0", false, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		double v = 0;
		if (text_to_double(str_of(rows[i].in), &v) != rows[i].ok) fail_msg("%s", rows[i].in);
		if (rows[i].ok && fabs(v - rows[i].v) > fabs(v) * 1e-15) fail_msg("%s gave %.17g", rows[i].in, v);
	}
}

static void integers_are_whole_and_fit(void **s)
{
	(void)s;
	int64_t v;
	assert_true(text_to_int(STR("-9223372036854775808"), &v) && v == INT64_MIN);
	assert_false(text_to_int(STR("9223372036854775808"), &v));
	assert_false(text_to_int(STR("1.0"), &v));
	assert_false(text_to_int(STR(""), &v));
}

static void counts_carry_the_marks_of_their_language(void **s)
{
	(void)s;
	static const struct { const char *lang, *count, *number; } rows[] = {
		{ "en", "1,234,567", "-1,234.57" }, { "fr", "1\xe2\x80\xaf" "234\xe2\x80\xaf" "567", "-1\xe2\x80\xaf" "234,57" },
		{ "de", "1.234.567", "-1.234,57" }, { "xx", "1,234,567", "-1,234.57" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		auto_buf b = BUF_INIT(1 << 16);
		text_put_count(&b, 1234567, str_of(rows[i].lang));
		buf_put_char(&b, 0);
		assert_string_equal(b.p, rows[i].count);
		buf_clear(&b);
		text_put_number(&b, -1234.567, 2, str_of(rows[i].lang));
		buf_put_char(&b, 0);
		assert_string_equal(b.p, rows[i].number);
	}
}

static void readings_drop_useless_zeros(void **s)
{
	(void)s;
	auto_buf b = BUF_INIT(1 << 16);
	text_put_number(&b, 1.5, 3, STR("en"));
	buf_put_char(&b, ' ');
	text_put_number(&b, 2.0, -1, STR("en"));
	buf_put_char(&b, ' ');
	text_put_number(&b, -0.001, 2, STR("en"));
	assert_true(str_eq(buf_str(&b), STR("1.5 2 0")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_shortest_that_reads_back),
		cmocka_unit_test(random_doubles_come_back_and_are_shortest),
		cmocka_unit_test(reads_numbers_and_nothing_else),
		cmocka_unit_test(integers_are_whole_and_fit),
		cmocka_unit_test(counts_carry_the_marks_of_their_language),
		cmocka_unit_test(readings_drop_useless_zeros),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
