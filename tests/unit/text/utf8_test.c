/* UTF-8 is strict; legacy bytes become UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "text/text.h"

static void tells_where_the_first_bad_byte_is(void **s)
{
	(void)s;
	assert_int_equal(text_utf8_error(STR("plain ASCII of more than eight bytes")), -1);
	assert_int_equal(text_utf8_error(STR("é€\xf0\x9f\x98\x80")), -1);
	assert_int_equal(text_utf8_error(STR("ab\xc3")), 2);
	assert_int_equal(text_utf8_error(STR("12345678\xff")), 8);
	assert_int_equal(text_utf8_error(STR("\xc0\xaf")), 0);         /* overlong */
	assert_int_equal(text_utf8_error(STR("\xe0\x80\xaf")), 0);     /* overlong */
	assert_int_equal(text_utf8_error(STR("\xed\xa0\x80")), 0);     /* surrogate */
	assert_int_equal(text_utf8_error(STR("\xf4\x90\x80\x80")), 0); /* beyond U+10FFFF */
	assert_true(text_is_utf8(STR("")));
}

static void steps_over_code_points(void **s)
{
	(void)s;
	size_t at = 0;
	struct str t = STR("aé€\xf0\x9f\x98\x80\xff");
	assert_int_equal(text_next(t, &at), 'a');
	assert_int_equal(text_next(t, &at), 0xe9);
	assert_int_equal(text_next(t, &at), 0x20ac);
	assert_int_equal(text_next(t, &at), 0x1f600);
	assert_int_equal(text_next(t, &at), 0xfffd);
	assert_int_equal(at, t.n);
}

static void writes_what_it_reads(void **s)
{
	(void)s;
	static const uint32_t points[] = { 'a', 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff };
	for (size_t i = 0; i < COUNT_OF(points); i++) {
		auto_buf b = BUF_INIT(64);
		size_t at = 0;
		text_put_codepoint(&b, points[i]);
		assert_int_equal(text_next(buf_str(&b), &at), points[i]);
		assert_int_equal(at, b.n);
	}
}

static void cuts_between_code_points(void **s)
{
	(void)s;
	assert_true(str_eq(text_cut(STR("aéb"), 2), STR("a")));
	assert_true(str_eq(text_cut(STR("aéb"), 3), STR("aé")));
	assert_int_equal(text_length(STR("aéb€")), 4);
}

static void converts_legacy_encodings(void **s)
{
	(void)s;
	struct err e = { 0 };
	auto_buf b = BUF_INIT(1 << 16);
	assert_true(text_from_encoding(&b, STR("caf\xe9 \x80"), "windows-1252", &e));
	assert_true(str_eq(buf_str(&b), STR("café €")));
	buf_clear(&b);
	assert_true(text_from_encoding(&b, str_make("a\0\xe9\0", 4), "utf-16le", &e));
	assert_true(str_eq(buf_str(&b), STR("aé")));
	assert_false(text_from_encoding(&b, STR("x"), "no-such-encoding", &e));
	assert_int_equal(e.code, ERR_BAD_SOURCE);
	assert_non_null(strstr(e.pub, "no-such-encoding"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_where_the_first_bad_byte_is),
		cmocka_unit_test(steps_over_code_points),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(cuts_between_code_points),
		cmocka_unit_test(converts_legacy_encodings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
