/* The mark of a portal, and addresses that say a little more or less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "view/view.h"

static void the_formula_is_that_of_wcag(void **s)
{
	(void)s;
	assert_float_equal(view_contrast(0x000000, 0xffffff), 21.0, 0.001);
	assert_float_equal(view_contrast(0x777777, 0xffffff), 4.478, 0.01);
}

static void only_our_own_names_are_files(void **s)
{
	(void)s;
	static const char *const names[] = { "mark1.12345.svg", "mark1.1234567.svg", "mark1.zzzzzz.svg", "mark0.123456.svg", "mark1.123456.css", "", "mark1..svg" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		auto_buf b = BUF_INIT(1 << 16);
		struct str type;
		assert_false(view_mark_file(str_of(names[i]), &b, &type));
	}
	uint32_t c;
	assert_false(view_accent_parse(STR("123456"), &c));
	assert_false(view_accent_parse(STR("#12345g"), &c));
	assert_true(view_accent_parse(STR("#ABCDEF"), &c));
	assert_int_equal(c, 0xabcdef);
}

static void addresses_say_a_little_more_or_less(void **s)
{
	(void)s;
	auto_arena a = ARENA_INIT;
	const struct httpd_pair pairs[] = {
		{ STR("q"), STR("a b") }, { STR("refine.theme"), STR("x") }, { STR("refine.theme"), STR("y&z") },
		{ STR("unknown"), STR("1") }, { STR("start"), STR("50") }, { STR("sort"), STR("-title") }, { STR("exclude.k"), STR("") },
	};
	struct httpd_request r = { .query = pairs, .nquery = COUNT_OF(pairs), .arena = &a };
	struct view_state st;
	view_state_read(&st, &r, STR("/e/"));
	struct str x = STR("x");
	struct str none = STR("");
	assert_string_equal(arena_cstr(&a, view_state_url(&st, none, NULL, none, none)), "/e/?q=a%20b&refine.theme=x&refine.theme=y%26z&sort=-title");
	assert_string_equal(arena_cstr(&a, view_state_url(&st, STR("refine.theme"), &x, none, none)), "/e/?q=a%20b&refine.theme=y%26z&sort=-title");
	assert_string_equal(arena_cstr(&a, view_state_url(&st, STR("sort"), NULL, STR("sort"), STR("title"))), "/e/?q=a%20b&refine.theme=x&refine.theme=y%26z&sort=title");
	assert_string_equal(arena_cstr(&a, view_state_get(&st, STR("start"))), "50");
	assert_string_equal(arena_cstr(&a, view_state_get(&st, STR("unknown"))), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_formula_is_that_of_wcag),
		cmocka_unit_test(only_our_own_names_are_files),
		cmocka_unit_test(addresses_say_a_little_more_or_less),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
