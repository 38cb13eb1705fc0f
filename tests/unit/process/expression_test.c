/* The expression language: every function by its example, every operator, how tightly each pair of them binds, kinds and
 * nulls, complaints with position, and what is bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include "run.h"
#include "process/expression.h"

/* The cell as text; "null"; a record error begins with "!", a compile error with "?". */
static struct str value(struct arena *a, const char *expression, const char *row)
{
	struct err e = { 0 };
	auto_buf p = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&p);
	buf_lit(&p, "{\"type\":\"expression\",\"output_field\":\"zz_out\",\"expression\":");
	json_put(&j, str_of(expression));
	buf_lit(&p, "}");
	auto_buf before = BUF_INIT(32 << 20);
	buf_printf(&before, "[%s]", row);
	auto_buf out = BUF_INIT(64 << 20);
	if (!run_json(a, arena_cstr(a, buf_str(&p)), arena_cstr(a, buf_str(&before)), &out, &e)) return arena_printf(a, "?%.*s", STR_ARG(buf_str(&out)));
	auto_json *doc = NULL;
	if (!json_read(buf_str(&out), &doc, &e)) return STR("not JSON");
	const struct json_node *got = json_at(json_root(doc), 0);
	if (json_get(got, "!")) return arena_printf(a, "!%.*s", STR_ARG(json_text(json_get(got, "!"))));
	const struct json_node *v = json_get(got, "zz_out");
	if (json_kind(v) == JSON_TEXT) return arena_str(a, json_text(v));
	auto_buf b = BUF_INIT(1 << 20);
	json_put_node(&b, v);
	return arena_str(a, buf_str(&b));
}

static const char *const ROW = "{\"a\":\"7\",\"b\":2.50,\"c\":null,\"t\":\"Marseille\",\"d\":\"2024-02-29\",\"at\":\"2024-05-09T13:45:10+02:00\",\"yes\":true,"
                               "\"big\":\"123456789012345678901\",\"e\":\"five\",\"_2024\":1,\"code\":\"01262\",\"x\":\"lower x\",\"list\":[\"p\",\"q\"]}";

struct line { const char *expression, *want; };

static size_t check(const struct line *lines, size_t n)
{
	size_t bad = 0;
	for (size_t i = 0; i < n; i++) {
		auto_arena a = ARENA_INIT;
		struct str got = value(&a, lines[i].expression, ROW);
		if (str_eq(got, str_of(lines[i].want))) continue;
		print_error("%s\n  gave %.*s\n  want %s\n", lines[i].expression, STR_ARG(got), lines[i].want);
		bad++;
	}
	return bad;
}
#define CHECK(lines) assert_int_equal(check(lines, COUNT_OF(lines)), 0)

static void every_function_does_what_its_example_says(void **s)
{
	(void)s;
	size_t bad = 0;
	for (const struct xfunction *f = expression_functions; f->name; f++) {
		auto_arena a = ARENA_INIT;
		struct str text = arena_printf(&a, "=%s", f->example);
		struct str got = value(&a, text.p, ROW);
		bool calls = strstr(f->example, f->name) != NULL;
		if (calls && str_eq(got, str_of(f->gives))) continue;
		print_error("%s gave %.*s, want %s\n", f->example, STR_ARG(got), f->gives);
		bad++;
	}
	assert_int_equal(bad, 0);
}

static void operators_bind_as_documented(void **s)
{
	(void)s;
	static const struct line lines[] = {
		/* factorial, power, sign, //, products, sums, &, not, comparisons, and, or, ? : */
		{ "=2^3!", "64" }, { "=-3!", "-6" }, { "=7//3!", "1" }, { "=2*3!", "12" }, { "=1+3!", "7" }, { "=1&3!", "16" }, { "=not 0!", "false" },
		{ "=3!==6", "true" }, { "=3! == 6 and true", "true" },
		{ "=-2^2", "-4" }, { "=2^-1", "0.5" }, { "=2^3^2", "512" }, { "=9//2^2", "2" }, { "=3*2^2", "12" }, { "=1+2^2", "5" }, { "=1&2^2", "14" },
		{ "=-7//2", "-4" }, { "=-7*2", "-14" }, { "=3--2", "5" }, { "=3-+2", "1" }, { "=2*-3", "-6" }, { "=-1&2", "-12" }, { "=-1<0", "true" },
		{ "=2*7//2", "6" }, { "=7//2*2", "6" }, { "=12//5//2", "1" }, { "=1+7//2", "4" },
		{ "=7%4*2", "6" }, { "=8/4*2", "4" }, { "=8/4/2", "1" }, { "=1+2*3", "7" }, { "=2*3&4", "64" }, { "=2*3>5", "true" },
		{ "=10-2-3", "5" }, { "=1+2&3", "33" }, { "=1&2+3", "15" }, { "=1+2<4", "true" },
		{ "='a'&'b'=='ab'", "true" }, { "=not 'a'&'b' == 'false'", "!Expected true or false, not \"ab\"." }, { "=!true", "false" }, { "=!!true", "true" },
		{ "=not true == false", "true" }, { "=not 1 > 0", "!\"false\" and \"a number\" cannot be compared by size." }, { "=not (1 > 0)", "false" },
		{ "=2 * !false", "!Expected a number, not \"true\"." },
		{ "=1<2 and 2<3", "true" }, { "=1<2 or 1/0>2", "true" }, { "=true or true and false", "true" }, { "=(true or true) and false", "false" },
		{ "=true && false || true", "true" }, { "=false and true ? 1 : 2", "2" }, { "=true or false ? 1 : 2", "1" },
		{ "=1>2 ? 'a' : 2>1 ? 'b' : 'c'", "b" }, { "=true ? false ? 1 : 2 : 3", "2" }, { "=false ? 1", "null" }, { "=true ? 1", "1" },
		{ "=(1+2)*3", "9" }, { "=abs(-3)!", "6" }, { "=-abs(-3)", "-3" }, { "=abs(-2)^2", "4" }, { "=1 <= 1 ? 'x' & 'y' : 0", "xy" },
		{ "=1 != 2", "true" }, { "=1 = 1", "true" }, { "=2 >= 3", "false" }, { "=2 <= 3", "true" }, { "=5 in (1, 5)", "true" }, { "=not 5 in (1, 5)", "false" },
		{ "=c is null and a is not null", "true" }, { "=1 in (2) or true", "true" },
	};
	CHECK(lines);
}

/* Beyond 2^53 doubles round: identifiers of 17 figures must not become their neighbours. */
static void whole_numbers_are_exact_to_64_bits(void **s)
{
	(void)s;
	static const struct line lines[] = {
		{ "=9007199254740993 == 9007199254740992", "false" }, { "=9007199254740993 > 9007199254740992", "true" },
		{ "=9007199254740993 in (9007199254740992)", "false" }, { "='9007199254740993' + 0", "9007199254740993" },
		{ "=9007199254740993 + 0", "9007199254740993" }, { "=9007199254740992 + 1", "9007199254740993" }, { "=-9007199254740993", "-9007199254740993" },
		{ "=4611686018427387905 - 1 - 4611686018427387904", "0" }, { "=3037000499 * 3037000499", "9223372030926249001" }, { "=9007199254740993 // 2", "4503599627370496" }, { "=9007199254740993 % 10", "3" },
		{ "=-9007199254740993 % 10", "7" }, { "=9007199254740993 // -1", "-9007199254740993" }, { "=9007199254740993 % -1", "0" }, { "=-9007199254740993 // 10", "-900719925474100" },
		{ "=abs(-9007199254740993)", "9007199254740993" }, { "=round(9007199254740993)", "9007199254740993" }, { "=floor(9007199254740993)", "9007199254740993" },
		{ "=max(9007199254740993, 9007199254740992)", "9007199254740993" }, { "=9223372036854775807 + 1", "9.223372036854776e18" },
		{ "=9007199254740993.5 > 9007199254740993", "true" }, { "=1 + 1", "2" }, { "=abs(-3)", "3" }, { "=floor(-1.5)", "-2" },
	};
	CHECK(lines);
}

static void kinds_are_read_as_what_is_wanted(void **s)
{
	(void)s;
	static const struct line lines[] = {
		{ "=a+1", "8" }, { "=a&1", "71" }, { "=b", "2.5" }, { "=b*2", "5" }, { "='1,5'*2", "3" }, { "=big", "123456789012345678901" }, { "=code", "01262" },
		{ "=code == '1262'", "false" }, { "=code == 1262", "true" }, { "=a < 10", "true" }, { "=t > 'Lyon'", "true" }, { "=t < 'Lyon'", "false" },
		{ "=c", "null" }, { "=c+1", "null" }, { "=c&'x'", "x" }, { "=c == ''", "true" }, { "=c == null", "true" }, { "=c < 1", "false" }, { "=c ? 1 : 2", "2" },
		{ "=yes ? 1 : 2", "1" }, { "=yes == 'true'", "true" }, { "=yes == true", "true" }, { "='false' ? 1 : 2", "2" }, { "=a ? 1 : 2", "1" },
		{ "=t ? 1 : 2", "!Expected true or false, not \"Marseille\"." }, { "=t * 2", "!Expected a number, not \"Marseille\"." },
		{ "=t + 1", "!Expected numbers to add, not \"Marseille\" and \"a number\"; texts are joined by &." },
		{ "=1/0", "null" }, { "=5 % 0", "null" }, { "=5 // 0", "null" }, { "=-7 % 3", "2" }, { "=7.5 % 2", "1.5" },
		{ "=171!", "!The factorial is that of a whole number from 0 to 170." }, { "=2.5!", "!The factorial is that of a whole number from 0 to 170." },
		{ "=1e300*1e300", "!The result is not a number that can be written." }, { "=sqrt(-1)", "!The result is not a number that can be written." },
		{ "=10^400", "!The result is not a number that can be written." },
		{ "=d", "2024-02-29" }, { "=year(d)", "2024" }, { "=year(t)", "!Expected a date such as 2024-05-31, not \"Marseille\"." }, { "=year(c)", "null" },
		{ "=hour(at)", "11" }, { "=hour(at, 'Europe/Paris')", "13" }, { "=hour(at, 'Nowhere')", "!There is no time zone \"Nowhere\"; expected a name such as Europe/Paris." },
		{ "=add_days(d, 1) > d", "true" }, { "=add_days(d, 1) == '2024-03-01'", "true" }, { "=add_years(d, 9000)", "!The date is not between the years 1 and 9999." },
		{ "=datediff(d, '2025-02-28', 'years')", "1" }, { "=datediff(d, '2025-02-27', 'year')", "0" }, { "=datediff('2024-03-31', '2024-02-29', 'month')", "-1" },
		{ "=datediff(d, at, 'HOURS')", "1691" }, { "=datediff(d, at, 'moons')", "!Expected a unit: year, quarter, month, week, day, hour, minute or second, not \"moon\"." },
		{ "=year(2024)", "2024" }, { "=month(date'2024-07-01')", "7" }, { "=now(days=-1, hours=1) < now()", "true" }, { "=now(moons=1)", "!now() is moved by years, months, weeks, days, hours, minutes or seconds, not by \"moons\"." },
		{ "=max(a, 10, c)", "10" }, { "=min(d, '2020-01-01')", "2020-01-01" }, { "=max(c)", "null" }, { "=ifnull(c, t)", "Marseille" },
		{ "=pi > 3.14 and e < 3", "true" }, { "=$e", "five" }, { "=`e`", "five" }, { "=$_2024 + 1", "2" }, { "=true", "true" }, { "=null", "null" },
		{ "=round(-2.5)", "-3" }, { "=round(1234.5678, -2)", "1200" }, { "=round(1.005, 2)", "1.01" }, { "=substring(t, -3)", "lle" }, { "=substring(t, 4)", "eille" },
		{ "=left(t, -1)", "" }, { "=mid(t, 0, 2)", "M" }, { "=right('é€😀', 2)", "€😀" }, { "=ljust(t, 20000)", "!A text is filled up to 10000 characters at most." },
		{ "=count(t, '')", "!Expected a text to be counted, not an empty one." }, { "=fromtimestamp(1e15)", "!The date is not between the years 1 and 9999." },
		{ "=length(c)", "null" }, { "=empty(c)", "true" }, { "=isalpha(c)", "false" }, { "=contains(c, 'x')", "false" }, { "=upper(a)", "7" },
		{ "=date_format(d, 'qqq')", "!The pattern of the date cannot be read: The date format contains the letter \"q\", which is not a symbol." },
		{ "=X", "lower x" }, { "=LENGTH(t)", "9" }, { "='it\\'s'", "it's" }, { "=\"a\\tb\"", "a\tb" }, { "=.5 + 1e1", "10.5" },
	};
	size_t bad = 0;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		/* The room of dates words its own complaint. */
		if (strstr(lines[i].expression, "qqq")) {
			auto_arena a = ARENA_INIT;
			bad += !str_starts(value(&a, lines[i].expression, ROW), STR("!The pattern of the date cannot be read: "));
		} else {
			bad += check(&lines[i], 1);
		}
	}
	assert_int_equal(bad, 0);
}

static void texts_are_filled_in(void **s)
{
	(void)s;
	static const struct line lines[] = {
		{ "plain text", "plain text" }, { "", "?processors/0/expression: expression is missing: expression needs it.\n" }, { "{{a}}-{{ upper(t) }}!", "7-MARSEILLE!" }, { "{{c}}", "" },
		{ "a { b } c", "a { b } c" }, { " =1+1", " =1+1" }, { "{{ '}}' }}", "}}" }, { "{{1}}{{2}}", "12" },
		{ "{{ 1 + t }}", "!Expected numbers to add, not \"a number\" and \"Marseille\"; texts are joined by &." },
	};
	CHECK(lines);
}

static void complaints_tell_where_and_what_was_expected(void **s)
{
	(void)s;
	static const struct line lines[] = {
		{ "=1 +", "?processors/0/expression: unexpected end of the expression at position 4: expected a number, a text in quotes, a field or a function.\n" },
		{ "=", "?processors/0/expression: unexpected end of the expression at position 1: expected a number, a text in quotes, a field or a function.\n" },
		{ "=(1", "?processors/0/expression: unexpected end of the expression at position 3: expected an operator or ).\n" },
		{ "=été 2", "?processors/0/expression: unexpected 2 at position 5: expected an operator, or the end of the expression.\n" },
		{ "=a ; b", "?processors/0/expression: unexpected ; at position 3: expected an operator, or the end of the expression.\n" },
		{ "='open", "?processors/0/expression: unexpected 'open at position 1 (the quote does not end): expected a number, a text in quotes, a field or a function.\n" },
		{ "=lenght(t)", "?processors/0/expression: There is no function lenght (did you mean length?) at position 1.\n" },
		{ "=frobnicate(t)", "?processors/0/expression: There is no function frobnicate at position 1.\n" },
		{ "=upper()", "?processors/0/expression: The function upper takes 1 argument, not 0 at position 1.\n" },
		{ "=1 < 2 < 3", "?processors/0/expression: unexpected < at position 7: expected one comparison only, as in a < b and b < c.\n" },
		{ "x {{ 1 + }} y", "?processors/0/expression: unexpected }} at position 9: expected a number, a text in quotes, a field or a function.\n" },
		{ "x {{ 1", "?processors/0/expression: unexpected end of the expression at position 6: expected an operator or }}.\n" },
		{ "=substring(t, 1", "?processors/0/expression: unexpected end of the expression at position 15: expected a comma or ).\n" },
		{ "=a is 5", "?processors/0/expression: unexpected 5 at position 6: expected null or not null.\n" },
		{ "=now(5)", "?processors/0/expression: unexpected 5 at position 5: expected a name such as days=-1.\n" },
		{ "=$ + 1", "?processors/0/expression: unexpected $ at position 1: expected a number, a text in quotes, a field or a function.\n" },
	};
	CHECK(lines);
}

static struct str repeat(struct arena *a, const char *head, const char *piece, size_t n, const char *tail)
{
	auto_buf b = BUF_INIT(1 << 22);
	buf_put(&b, str_of(head));
	for (size_t i = 0; i < n; i++) buf_put(&b, str_of(piece));
	buf_put(&b, str_of(tail));
	return arena_str(a, buf_str(&b));
}

static void hostile_expressions_are_bounded(void **s)
{
	(void)s;
	auto_arena a = ARENA_INIT;
	assert_true(str_find(value(&a, repeat(&a, "=", "(", 5000, "1").p, ROW), STR("nested too deep")) > 0);
	assert_true(str_find(value(&a, repeat(&a, "=", "-", 5000, "1").p, ROW), STR("nested too deep")) > 0);
	assert_true(str_find(value(&a, repeat(&a, "=", "not ", 3000, "true").p, ROW), STR("nested too deep")) > 0);
	assert_true(str_find(value(&a, repeat(&a, "=", "true ? ", 2000, "1").p, ROW), STR("nested too deep")) > 0);
	assert_true(str_find(value(&a, repeat(&a, "=1", "+1", 5000, "").p, ROW), STR("too long")) > 0);
	assert_true(str_find(value(&a, repeat(&a, "=1", "!", 5000, "").p, ROW), STR("too long")) > 0);
	assert_true(str_find(value(&a, repeat(&a, "=1", " ", 20000, "").p, ROW), STR("too long")) > 0);
	assert_true(str_find(value(&a, repeat(&a, "=concat('a'", ",'a'", 200, ")").p, ROW), STR("More than")) > 0);
	assert_string_equal(value(&a, repeat(&a, "=1", "+1", 300, "").p, ROW).p, "301");
	/* A text of 1 MiB joined with itself again and again meets the ceiling of a row. */
	struct str row = repeat(&a, "{\"t\":\"", "0123456789abcdef", 1 << 16, "\"}");
	assert_true(str_find(value(&a, repeat(&a, "=t", "&t", 30, "").p, row.p), STR("too large")) > 0);
	assert_true(str_find(value(&a, repeat(&a, "", "{{t}}", 30, "").p, row.p), STR("too large")) > 0);
}

static void fields_that_are_not_there_are_told(void **s)
{
	(void)s;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	auto_json *doc = NULL;
	assert_true(json_read(STR("[{\"type\":\"expression\",\"expression\":\"=popualtion * 2\",\"output_field\":\"o\"},{\"type\":\"copy\",\"field\":\"o\",\"output_field\":\"Zweite Spalte\"}]"), &doc, &e));
	struct process_faults faults = { .arena = &a };
	struct process_scene scene = { .seed = 1 };
	struct process_line *l = NULL;
	assert_true(process_line_new(json_root(doc), &scene, &faults, &l, &e));
	struct str names[] = { STR("population"), STR("town") };
	assert_true(process_columns(l, names, 2, &e));
	const struct process_absence *absent;
	assert_int_equal(process_absent(l, &absent), 1);
	assert_int_equal(absent[0].step, 0);
	assert_true(str_eq(absent[0].field, STR("popualtion")) && str_eq(absent[0].meant, STR("population")));
	const struct str *out;
	assert_int_equal(process_names(l, SIZE_MAX, &out), 4);
	assert_true(str_eq(out[3], STR("zweite_spalte")));
	struct str more[] = { STR("population"), STR("town"), STR("popualtion") };
	assert_true(process_columns(l, more, 3, &e));
	assert_int_equal(process_absent(l, &absent), 0);
	assert_int_equal(process_names(l, 0, &out), 3);
	process_line_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_are_exact_to_64_bits),
		cmocka_unit_test(every_function_does_what_its_example_says),
		cmocka_unit_test(operators_bind_as_documented),
		cmocka_unit_test(kinds_are_read_as_what_is_wanted),
		cmocka_unit_test(texts_are_filled_in),
		cmocka_unit_test(complaints_tell_where_and_what_was_expected),
		cmocka_unit_test(hostile_expressions_are_bounded),
		cmocka_unit_test(fields_that_are_not_there_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
