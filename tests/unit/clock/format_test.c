/* ODSQL date_format (§10.9) and dates in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "clock/clock.h"

static const struct civil example = { 2007, 11, 20, 1, 23, 45, 120000 };

static const struct { const char *pattern, *lang, *want; } formats[] = {
	{ "yy YY yyyy YYYY xx xxxx", "en", "07 07 2007 2007 07 2007" },
	{ "w ww e", "en", "47 47 2" },
	{ "E", "fr", "mar." }, { "EEE", "en", "Tue" }, { "EEEE", "fr", "mardi" }, { "EEEE", "en", "Tuesday" }, { "E", "nl", "di" },
	{ "D DDD", "en", "324 324" }, { "M MM", "en", "11 11" }, { "MMM", "fr", "nov." }, { "MMM", "en", "Nov" },
	{ "MMMM", "fr", "novembre" }, { "MMMM", "en", "November" }, { "MMMM", "ca", "novembre" }, { "EEEE", "ar", "الثلاثاء" },
	{ "MMMM", "pt", "novembro" }, { "MMMM", "it", "novembre" }, { "MMMM", "es", "noviembre" }, { "MMMM", "eu", "azaroa" },
	{ "MMMM", "sv", "november" }, { "EEEE", "de", "Dienstag" },
	{ "d dd", "en", "20 20" }, { "H HH", "en", "1 01" }, { "m mm", "en", "23 23" }, { "s ss", "en", "45 45" },
	{ "dd/MM/YYYY", "en", "20/11/2007" },
	{ "'day 'D' of 'yyyy", "en", "day 324 of 2007" },
	{ "'week '''ww''", "en", "week '47'" },
	{ "yyyy-MM-dd'T'HH:mm", "en", "2007-11-20T01:23" },
	{ "yyyyMMdd", "en", "20071120" },
	{ "'it''s' d", "en", "it's 20" },
	{ "h a K k C G S SSS", "en", "1 AM 1 1 20 AD 1 120" },
	{ "? , . : / -", "en", "? , . : / -" }, { "", "en", "" },
};

static void writes_every_symbol(void **s)
{
	(void)s;
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		struct err e = { 0 };
		auto_buf b = BUF_INIT(1000);
		if (!clock_format(&b, &example, str_of(formats[i].pattern), str_of(formats[i].lang), &e)) fail_msg("%s: %s", formats[i].pattern, e.pub);
		buf_put_char(&b, 0);
		assert_string_equal(b.p, formats[i].want);
	}
}

static void refuses_other_letters_and_open_quotes(void **s)
{
	(void)s;
	struct err e = { 0 };
	assert_false(clock_format_check(STR("yyyy-q"), &e));
	assert_int_equal(e.code, ERR_ODSQL);
	assert_non_null(strstr(e.pub, "letter q"));
	e = (struct err){ 0 };
	assert_false(clock_format_check(STR("'open"), &e));
	e = (struct err){ 0 };
	assert_true(clock_format_check(STR("'q' yyyy"), &e));
}

static void says_dates_in_words(void **s)
{
	(void)s;
	static const struct { const char *lang, *want; } rows[] = {
		{ "en", "20 November 2007, 01:23" }, { "fr", "20 novembre 2007, 01:23" }, { "de", "20. November 2007, 01:23" },
		{ "es", "20 de noviembre de 2007, 01:23" }, { "eu", "2007(e)ko azaroaren 20(a), 01:23" },
		{ "ca", "20 de novembre de 2007, 01:23" }, { "xx", "20 November 2007, 01:23" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		auto_buf b = BUF_INIT(1000);
		clock_put_long(&b, clock_us_of_civil(&example), clock_utc(), str_of(rows[i].lang), true);
		buf_put_char(&b, 0);
		assert_string_equal(b.p, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_every_symbol),
		cmocka_unit_test(refuses_other_letters_and_open_quotes),
		cmocka_unit_test(says_dates_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
