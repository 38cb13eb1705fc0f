/* Reading is bounded and says where it stopped; writing keeps commas and nesting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "json/json.h"

static void reads_every_kind(void **s)
{
	(void)s;
	struct err e = { 0 };
	auto_json *d = NULL;
	assert_true(json_read(STR("{\"i\":-5,\"r\":2.5,\"t\":\"\\u00e9\",\"b\":true,\"n\":null,\"a\":[1,2],\"w\":3.0}"), &d, &e));
	const struct json_node *o = json_root(d);
	assert_int_equal(json_kind(o), JSON_OBJECT);
	assert_int_equal(json_int(json_get(o, "i"), 0), -5);
	assert_true(json_real(json_get(o, "r"), 0) == 2.5 && json_real(json_get(o, "i"), 0) == -5);
	assert_int_equal(json_int(json_get(o, "w"), 0), 3);
	assert_int_equal(json_int(json_get(o, "r"), 7), 7);
	assert_true(str_eq(json_text(json_get(o, "t")), STR("é")));
	assert_true(json_bool(json_get(o, "b"), false));
	assert_int_equal(json_kind(json_get(o, "n")), JSON_NULL);
	assert_int_equal(json_kind(json_get(o, "missing")), JSON_ABSENT);
	assert_int_equal(json_count(json_get(o, "a")), 2);
	assert_int_equal(json_int(json_at(json_get(o, "a"), 1), 0), 2);
	assert_null(json_at(json_get(o, "a"), 2));
	assert_int_equal(json_int(NULL, 9), 9);
}

static void keeps_the_order_of_members_and_the_last_of_repeats(void **s)
{
	(void)s;
	struct err e = { 0 };
	auto_json *d = NULL;
	auto_buf b = BUF_INIT(1000);
	assert_true(json_read(STR("{\"z\":1,\"a\":2,\"m\":3,\"a\":4}"), &d, &e));
	json_put_node(&b, json_root(d));
	assert_true(str_eq(buf_str(&b), STR("{\"z\":1,\"a\":4,\"m\":3}")));
}

static void says_where_it_stopped(void **s)
{
	(void)s;
	struct err e = { 0 };
	auto_json *d = NULL;
	assert_false(json_read(STR("{\"a\":\n [1,]}"), &d, &e));
	assert_int_equal(e.code, ERR_BAD_REQUEST);
	assert_non_null(strstr(e.pub, "line 2"));
	e = (struct err){ 0 };
	assert_false(json_read(STR("{} x"), &d, &e));
	e = (struct err){ 0 };
	assert_false(json_read(STR("\"\xff\""), &d, &e));
	e = (struct err){ 0 };
	assert_false(json_read(STR(""), &d, &e));
}

static void refuses_nesting_of_a_hundred_thousand(void **s)
{
	(void)s;
	struct err e = { 0 };
	auto_json *d = NULL;
	auto_buf b = BUF_INIT(1 << 20);
	for (int i = 0; i < 100000; i++) buf_put_char(&b, '[');
	assert_false(json_read(buf_str(&b), &d, &e));
	assert_non_null(strstr(e.pub, "nested deeper"));
	buf_clear(&b);
	for (int i = 0; i < LIMIT_JSON_DEPTH; i++) buf_put_char(&b, '[');
	for (int i = 0; i < LIMIT_JSON_DEPTH; i++) buf_put_char(&b, ']');
	e = (struct err){ 0 };
	assert_true(json_read(buf_str(&b), &d, &e));
}

static void brackets_in_strings_do_not_nest(void **s)
{
	(void)s;
	struct err e = { 0 };
	auto_json *d = NULL;
	auto_buf b = BUF_INIT(1 << 20);
	buf_put_char(&b, '"');
	for (int i = 0; i < 1000; i++) buf_lit(&b, "[{");
	buf_lit(&b, "\\\"\"");
	assert_true(json_read(buf_str(&b), &d, &e));
	assert_int_equal(json_text(json_root(d)).n, 2001);
}

static void reads_one_value_of_many(void **s)
{
	(void)s;
	struct err e = { 0 };
	auto_json *d = NULL;
	size_t used = 0;
	assert_true(json_read_prefix(STR(" {\"a\":[1]} , 2"), &d, &used, &e));
	assert_int_equal(used, 10);
	assert_int_equal(json_count(json_root(d)), 1);
}

static void whole_numbers_beyond_64_bits_become_reals(void **s)
{
	(void)s;
	struct err e = { 0 };
	auto_json *d = NULL;
	assert_true(json_read(STR("[12345678901234567890]"), &d, &e));
	assert_true(json_real(json_at(json_root(d), 0), 0) == 12345678901234567890.0);
	assert_int_equal(json_int(json_at(json_root(d), 0), -1), -1);
}

static void whole_numbers_beyond_64_bits_leave_the_others_alone(void **s)
{
	(void)s;
	const struct str text = STR("{\"a\":-18446744073709551615,\"b\":9007199254740993,\"c\":\"\\\"99999999999999999999\",\"d\":1.5e3}");
	struct err e = { 0 };
	auto_json *d = NULL;
	auto_json *t = NULL;
	auto_json *p = NULL;
	size_t used;
	assert_true(json_read(text, &d, &e));
	assert_int_equal(json_kind(json_get(json_root(d), "a")), JSON_REAL);
	assert_int_equal(json_int(json_get(json_root(d), "b"), 0), 9007199254740993);
	assert_true(str_eq(json_text(json_get(json_root(d), "c")), STR("\"99999999999999999999")));
	assert_true(json_real(json_get(json_root(d), "d"), 0) == 1500);
	assert_true(json_read_digits(text, &t, &e));
	assert_true(str_eq(json_text(json_get(json_root(t), "a")), STR("-18446744073709551615")));
	assert_int_equal(json_int(json_get(json_root(t), "b"), 0), 9007199254740993);
	assert_true(json_read_prefix(STR("[12345678901234567890] , 2"), &p, &used, &e));
	assert_int_equal(used, 22);
	struct json_doc *none = NULL;
	assert_false(json_read(STR("[1e999]"), &none, &e));
}

static void writes_nested_values(void **s)
{
	(void)s;
	auto_buf b = BUF_INIT(1000);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "a", STR("x\"y"));
	json_key(&j, STR("b"));
	json_open(&j, '[');
	json_put_int(&j, 1);
	json_put_real(&j, 2);
	json_put_real(&j, 0.0 / 0.0);
	json_open(&j, '{');
	json_close(&j, '}');
	json_put_null(&j);
	json_put_bool(&j, false);
	json_close(&j, ']');
	json_member_int(&j, "c", -3);
	json_key(&j, STR("d"));
	json_value(&j);
	buf_lit(&b, "[]");
	json_close(&j, '}');
	assert_true(str_eq(buf_str(&b), STR("{\"a\":\"x\\\"y\",\"b\":[1,2.0,null,{},null,false],\"c\":-3,\"d\":[]}")));
}

static void a_tree_in_an_arena_reads_like_any_other(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(4096);
	const struct json_node *n;
	struct err e = { 0 };
	struct str text = STR("{\"b\":[1,2.5,null,true],\"a\":{\"x\":\"y\"},\"n\":-7}");
	assert_true(json_read_in(&a, text, &n, &e));
	json_put_node(&b, n);
	assert_true(str_eq(buf_str(&b), text));
	assert_int_equal(json_count(n), 3);
	assert_int_equal(json_int(json_get(n, "n"), 0), -7);
	assert_true(json_real(json_at(json_get(n, "b"), 1), 0) == 2.5);
	assert_true(json_real(json_at(json_get(n, "b"), 0), 0) == 1);
	assert_true(json_bool(json_at(json_get(n, "b"), 3), false));
	assert_null(json_at(json_get(n, "b"), 4));
	assert_true(str_eq(json_text(json_get(json_get(n, "a"), "x")), STR("y")));
	assert_false(json_read_in(&a, STR("{"), &n, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind),
		cmocka_unit_test(a_tree_in_an_arena_reads_like_any_other),
		cmocka_unit_test(keeps_the_order_of_members_and_the_last_of_repeats),
		cmocka_unit_test(says_where_it_stopped),
		cmocka_unit_test(refuses_nesting_of_a_hundred_thousand),
		cmocka_unit_test(brackets_in_strings_do_not_nest),
		cmocka_unit_test(reads_one_value_of_many),
		cmocka_unit_test(whole_numbers_beyond_64_bits_become_reals),
		cmocka_unit_test(whole_numbers_beyond_64_bits_leave_the_others_alone),
		cmocka_unit_test(writes_nested_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
