/* The Cookie field: split on semicolons only, nothing unquoted, decoded or guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "httpd/httpd.h"

static struct arena arena;

static void expect(struct str field, const char *pairs)
{
	const struct httpd_pair *p;
	size_t n;
	struct err e = { 0 };
	auto_buf b = BUF_INIT(10000);
	if (!httpd_cookies_parse(&arena, field, &p, &n, &e)) fail_msg("%s", e.pub);
	for (size_t i = 0; i < n; i++) buf_printf(&b, "[%.*s|%.*s]", STR_ARG(p[i].name), STR_ARG(p[i].value));
	if (!str_eq(buf_str(&b), str_of(pairs))) fail_msg("%.*s gives %.*s, expected %s", STR_ARG(field), STR_ARG(buf_str(&b)), pairs);
}

static void pairs_are_split_plainly(void **state)
{
	(void)state;
	expect(STR(""), "");
	expect(STR("a=1"), "[a|1]");
	expect(STR("a=1; b=2;c=3 ;\t d = 4 "), "[a|1][b|2][c|3][d|4]");
	expect(STR("a=1, django_language=fr"), "[a|1, django_language=fr]");
	expect(STR("$Version=1; django_language=fr; $Path=/"), "[$Version|1][django_language|fr][$Path|/]");
	expect(STR("x=\"; django_language=fr; y=\""), "[x|\"][django_language|fr][y|\"]");
	expect(STR("a=\"fr\""), "[a|\"fr\"]");
	expect(STR("a=%66%72"), "[a|%66%72]");
	expect(STR("a=b=c"), "[a|b=c]");
	expect(STR("sessionid; =sessionid; ;;;a=;"), "[a|]");
	expect(STR("\xc2\xa0""a=1; \xe2\x80\x80""b=2"), "[\xc2\xa0""a|1][\xe2\x80\x80""b|2]");
	expect(STR("a=1; a=2; A=3"), "[a|1][a|2][A|3]");
}

static void expect_refusal(struct str field, enum err_code code)
{
	const struct httpd_pair *p;
	size_t n;
	struct err e = { 0 };
	assert_false(httpd_cookies_parse(&arena, field, &p, &n, &e));
	assert_int_equal(e.code, code);
}

static void bounds_and_controls_are_refused(void **state)
{
	(void)state;
	static char big[8193];
	auto_buf many = BUF_INIT(10000);
	memset(big, 'a', sizeof big);
	expect_refusal(str_make(big, 8193), ERR_HEADERS_TOO_LARGE);
	expect(str_make(big, 8192), "");
	for (int i = 0; i < 200; i++) buf_lit(&many, "a=1;");
	const struct httpd_pair *p;
	size_t n;
	struct err e = { 0 };
	assert_true(httpd_cookies_parse(&arena, buf_str(&many), &p, &n, &e));
	assert_int_equal(n, 200);
	buf_lit(&many, "a=1");
	expect_refusal(buf_str(&many), ERR_HEADERS_TOO_LARGE);
	expect_refusal(STR("a=\x00"), ERR_BAD_REQUEST);
	expect_refusal(STR("a=\x0b"), ERR_BAD_REQUEST);
	expect_refusal(STR("a=\x7f"), ERR_BAD_REQUEST);
}

static void several_fields_are_one(void **state)
{
	(void)state;
	const struct httpd_pair heads[] = { { STR("cookie"), STR("a=1") }, { STR("Host"), STR("x") }, { STR("Cookie"), STR("b=2; a=1; a=3") } };
	struct httpd_request r = { .arena = &arena, .headers = heads, .nheaders = 3 };
	const struct httpd_pair *p;
	size_t n;
	struct err e = { 0 };
	struct str values[4];
	assert_true(httpd_cookies(&r, &p, &n, &e));
	assert_int_equal(n, 4);
	assert_int_equal(httpd_cookie_values(p, n, STR("a"), values, 4), 2);
	assert_true(str_eq(values[0], STR("1")) && str_eq(values[1], STR("3")));
	assert_int_equal(httpd_cookie_values(p, n, STR("a"), values, 1), 2);
	assert_int_equal(httpd_cookie_values(p, n, STR("A"), values, 4), 0);
}

static int clean(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(pairs_are_split_plainly), cmocka_unit_test(bounds_and_controls_are_refused),
		cmocka_unit_test(several_fields_are_one) };
	return cmocka_run_group_tests_name("httpd cookies", tests, NULL, clean);
}
