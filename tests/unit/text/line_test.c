/* Where lines may begin and which way letters run, told by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "text/text.h"

static void check_levels(const char *text, bool rtl, const char *want)
{
	struct str s = str_of(text);
	unsigned char levels[256];
	struct err e = { 0 };
	assert_true(text_bidi_levels(s, rtl, levels, &e));
	for (size_t i = 0; i < s.n; i++)
		assert_int_equal(levels[i] + '0', want[i]);
	assert_int_equal(s.n, strlen(want));
}

static void levels_follow_the_direction_of_letters(void **state)
{
	(void)state;
	check_levels("ab c", false, "0000");
	check_levels("ab", true, "22");
	check_levels("a א", false, "0011");
	check_levels("א 12", true, "11122");
	check_levels("\xf0\x9f\x8d\xaa a", false, "000000"); /* a pair in UTF-16 */
	check_levels("", true, "");
}

static void an_isolate_keeps_a_name_in_its_own_order(void **state)
{
	(void)state;
	/* LRI, two letters, PDI between Hebrew letters. */
	check_levels("א\u2066ab\u2069א", true, "1111122" "111" "11");
}

static void check_starts(const char *text, const char *lang, const char *want)
{
	struct str s = str_of(text);
	unsigned char starts[256];
	struct err e = { 0 };
	assert_true(text_line_starts(s, str_of(lang), starts, &e));
	for (size_t i = 0; i < s.n; i++)
		assert_int_equal(starts[i] + '0', want[i]);
}

static void lines_begin_after_blanks_and_between_ideographs(void **state)
{
	(void)state;
	check_starts("ab cd", "en", "00010");
	check_starts("a_b c", "en", "00001");
	check_starts("说明", "zh", "000100");
	check_starts("", "en", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_follow_the_direction_of_letters),
		cmocka_unit_test(an_isolate_keeps_a_name_in_its_own_order),
		cmocka_unit_test(lines_begin_after_blanks_and_between_ideographs),
	};
	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
