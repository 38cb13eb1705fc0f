/* Which readings a text has, and what each gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "clock/clock.h"
#include "ingest/spell.h"

static const char *const names[SPELL_BITS] = { "int", "int,", "int.", "int_", "int'", "real", "real,", "1,0.0", "1.0,0", "1_0.0",
	"1_0,0", "1'0.0", "bool", "word", "ymd", "dmy", "mdy", "named", "t-ymd", "t-dmy", "t-mdy", "t-named", "point", "lonlat",
	"json", "wkt" };

static void has(const char *text, const char *readings)
{
	auto_buf b = BUF_INIT(1000);
	uint32_t found = spell_readings(str_of(text), ~0u);
	for (uint32_t i = 0; i < SPELL_BITS; i++)
		if (found & (1u << i)) buf_printf(&b, "%s%s", b.n ? " " : "", names[i]);
	buf_put_char(&b, 0);
	if (strcmp(b.p, readings) != 0) fail_msg("“%s” reads as “%s”, expected “%s”", text, b.p, readings);
}

#define WHOLE "int int, int. int_ int' real real, 1,0.0 1.0,0 1_0.0 1_0,0 1'0.0"

static void numbers(void **state)
{
	(void)state;
	has("12", WHOLE);
	has("13/4/24", "dmy t-dmy");
	has("-12", WHOLE);
	has("0", WHOLE " word");
	has("007", "");
	has("+12", "");
	has("-0", "real real, 1,0.0 1.0,0 1_0.0 1_0,0 1'0.0");
	has("1.5", "real 1,0.0 1_0.0 1'0.0");
	has("1,5", "real, 1.0,0 1_0,0 point lonlat");
	has("1,234", "int, real, 1,0.0 1.0,0 1_0,0");
	has("1.234", "int. real 1,0.0 1.0,0 1_0.0 1'0.0");
	has("1,234,567", "int, 1,0.0");
	has("1,234,56", "");
	has("1.234,5", "1.0,0 point lonlat");
	has("1 234", "int_ 1_0.0 1_0,0");
	has("1 234,5", "1_0,0");
	has("0,123", "real, 1.0,0 1_0,0 point");
	has("1'234'567", "int' 1'0.0");
	has(".5", "real 1,0.0 1_0.0 1'0.0");
	has("1e5", "");
	has("1.0e5", "real");
	has("1e-5", "real");
	has("1e+5", "real");
	has("9223372036854775807", "int int, int. int_ int'");
	has("9223372036854775808", "");
	has("1234567890123456.5", "");
	has("1..5", "");
	has("-", "");
	has("5%", "int int, int. int_ int' real real, 1,0.0 1.0,0 1_0.0 1_0,0 1'0.0");
	has("1 234,50 \xe2\x82\xac", "1_0,0");
	has("$1,234.50", "1,0.0");
	has("% 5", "");
	has("\xe2\x82\xac", "");
	has("1.", "");
	has("", "");
}

static void dates(void **state)
{
	(void)state;
	has("2020-01-31", "ymd t-ymd");
	has("2020/1/3", "ymd t-ymd");
	has("2020-13-01", "");
	has("2021-02-29", "");
	has("2020-02-29", "ymd t-ymd");
	has("03/04/2020", "dmy mdy t-dmy t-mdy");
	has("13/04/2020", "dmy t-dmy");
	has("04/13/2020", "mdy t-mdy");
	has("03.04.2020", "dmy t-dmy");
	has("03/04-2020", "");
	has("03/04/20", "dmy mdy t-dmy t-mdy");
	has("3 Jan 2020", "named t-named");
	has("Jan. 3, 2020", "named t-named");
	has("3 ao\xc3\xbbt 2020", "named t-named");
	has("3 Foo 2020", "");
	has("2020-01-31T10:20", "t-ymd");
	has("2020-01-31 10:20:30.123+02:00", "t-ymd");
	has("2020-01-31 25:00", "");
	has("2020-01-31 13:00 PM", "");
	has("2020-01-31x", "");
}

static void other_things(void **state)
{
	(void)state;
	has("TRUE", "bool word");
	has("oui", "word");
	has("48.85, 2.35", "point lonlat");
	has("2.35,148.85", "point");
	has("148.85,2.35", "lonlat");
	has("POINT (1 2)", "wkt");
	has("POINTED (1 2)", "");
	has("{\"type\":\"Point\",\"coordinates\":[1,2]}", "json");
	has("{\"a\":1}", "");
}

static void real_is(const char *text, enum spell_bit reading, double value)
{
	double v;
	if (!spell_real(str_of(text), reading, &v)) fail_msg("“%s” has not that reading", text);
	if (v != value) fail_msg("“%s” gives %.17g, expected %.17g", text, v, value);
}

static void casts_are_exact(void **state)
{
	(void)state;
	int64_t i;
	real_is("0.1", SPELL_REAL, 0.1);
	real_is("-123.456", SPELL_REAL, -123.456);
	real_is("179769313486231.5", SPELL_REAL, 179769313486231.5);
	real_is("0.30000000000000004", SPELL_REAL, 0.30000000000000004);
	real_is("2.2250738585072014e-308", SPELL_REAL, 2.2250738585072014e-308);
	real_is("1.234.567,25", SPELL_REAL_TH_POINT, 1234567.25);
	real_is("1,234", SPELL_REAL_TH_COMMA, 1234);
	real_is("1,234", SPELL_REAL_COMMA, 1.234);
	real_is("1\xe2\x80\xaf""234,5", SPELL_REAL_TH_BLANK_COMMA, 1234.5);
	assert_true(spell_int(STR("-9223372036854775808"), SPELL_INT, &i) && i == INT64_MIN);
	assert_true(spell_int(STR("1.234.567"), SPELL_INT_POINT, &i) && i == 1234567);
	assert_false(spell_int(STR("3.5"), SPELL_REAL, &i));
	assert_false(spell_int(STR("1.5"), SPELL_INT, &i));
	assert_false(spell_int(STR("9223372036854775808"), SPELL_INT, &i));
}

static void casts_of_dates(void **state)
{
	(void)state;
	int32_t days;
	int64_t us;
	bool local;
	assert_true(spell_date(STR("31/01/2020"), SPELL_DATE_DMY, &days) && days == clock_days(2020, 1, 31));
	assert_true(spell_date(STR("03/04/2020"), SPELL_DATE_MDY, &days) && days == clock_days(2020, 3, 4));
	assert_true(spell_date(STR("20200131"), SPELL_DATE_YMD, &days) && days == clock_days(2020, 1, 31));
	assert_true(spell_date(STR("2020"), SPELL_DATE_YMD, &days) && days == clock_days(2020, 1, 1));
	assert_false(spell_date(STR("2020-01-31 10:00"), SPELL_TIME_YMD, &days)); /* the hour would be lost */
	assert_true(spell_date(STR("2020-01-31 00:00:00"), SPELL_TIME_YMD, &days));
	assert_true(spell_time(STR("1970-01-01T02:00:00.5+02:00"), SPELL_TIME_YMD, &us, &local) && us == 500000 && !local);
	assert_true(spell_time(STR("1970-01-01 00:00:01"), SPELL_TIME_YMD, &us, &local) && us == 1000000 && local);
	assert_true(spell_time(STR("01/02/1970 12:30 am"), SPELL_TIME_MDY, &us, &local) && us == INT64_C(86400000000) + 1800000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(dates),
		cmocka_unit_test(other_things),
		cmocka_unit_test(casts_are_exact),
		cmocka_unit_test(casts_of_dates),
	};
	return cmocka_run_group_tests_name("ingest spell", tests, NULL, NULL);
}
