/* The calendar, and the date texts of ODSQL §2.6 with the periods they stand for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "clock/clock.h"

static void days_and_dates_turn_into_each_other(void **s)
{
	(void)s;
	assert_int_equal(clock_days(1970, 1, 1), 0);
	assert_int_equal(clock_days(2000, 3, 1), 11017);
	for (int32_t d = clock_days(1, 1, 1); d <= clock_days(9999, 12, 31); d += 13) {
		struct civil c;
		clock_civil_of_days(d, &c);
		assert_int_equal(clock_days(c.year, c.month, c.day), d);
		assert_true(c.day >= 1 && c.day <= clock_days_in_month(c.year, c.month));
	}
}

static void instants_before_1970_keep_their_time(void **s)
{
	(void)s;
	struct civil c;
	clock_civil_of_us(-1, &c);
	assert_true(c.year == 1969 && c.month == 12 && c.day == 31 && c.hour == 23 && c.second == 59 && c.micro == 999999);
	assert_int_equal(clock_us_of_civil(&c), -1);
}

static void weeks_follow_iso_8601(void **s)
{
	(void)s;
	static const struct { int y, m, d, weekday, week_year, week; } rows[] = {
		{ 2007, 11, 20, 2, 2007, 47 }, { 2021, 1, 3, 7, 2020, 53 }, { 2021, 1, 4, 1, 2021, 1 },
		{ 2018, 12, 31, 1, 2019, 1 }, { 1970, 1, 1, 4, 1970, 1 }, { 1969, 12, 28, 7, 1969, 52 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int week_year;
		int week;
		int32_t d = clock_days(rows[i].y, rows[i].m, rows[i].d);
		clock_iso_week(d, &week_year, &week);
		assert_int_equal(clock_weekday(d), rows[i].weekday);
		assert_int_equal(week_year, rows[i].week_year);
		assert_int_equal(week, rows[i].week);
	}
}

static const struct { const char *in, *start, *end; enum clock_precision p; bool offset; int offset_s; } texts[] = {
	{ "2017", "2017-01-01T00:00:00+00:00", "2018-01-01T00:00:00+00:00", CLOCK_YEAR, false, 0 },
	{ "2017-04", "2017-04-01T00:00:00+00:00", "2017-05-01T00:00:00+00:00", CLOCK_MONTH, false, 0 },
	{ "2017/12", "2017-12-01T00:00:00+00:00", "2018-01-01T00:00:00+00:00", CLOCK_MONTH, false, 0 },
	{ "2017-04-03", "2017-04-03T00:00:00+00:00", "2017-04-04T00:00:00+00:00", CLOCK_DAY, false, 0 },
	{ "2018/4/1", "2018-04-01T00:00:00+00:00", "2018-04-02T00:00:00+00:00", CLOCK_DAY, false, 0 },
	{ "2017-04-03T08", "2017-04-03T08:00:00+00:00", "2017-04-03T09:00:00+00:00", CLOCK_HOUR, false, 0 },
	{ "2017-04-03T08:02", "2017-04-03T08:02:00+00:00", "2017-04-03T08:03:00+00:00", CLOCK_MINUTE, false, 0 },
	{ "2017-04-03 08:02:11", "2017-04-03T08:02:11+00:00", "2017-04-03T08:02:12+00:00", CLOCK_SECOND, false, 0 },
	{ "2017-04-03T08:02:11.250", "2017-04-03T08:02:11.250000+00:00", "2017-04-03T08:02:11.250001+00:00", CLOCK_MICRO, false, 0 },
	{ "2017-04-03T08:02:11Z", "2017-04-03T08:02:11+00:00", "2017-04-03T08:02:12+00:00", CLOCK_SECOND, true, 0 },
	{ "2017-04-03T08:02:11+02:00", "2017-04-03T08:02:11+00:00", "2017-04-03T08:02:12+00:00", CLOCK_SECOND, true, 7200 },
	{ "2017-04-03T08:02:11+0230", "2017-04-03T08:02:11+00:00", "2017-04-03T08:02:12+00:00", CLOCK_SECOND, true, 9000 },
	{ "2017-04-03T08-05", "2017-04-03T08:00:00+00:00", "2017-04-03T09:00:00+00:00", CLOCK_HOUR, true, -18000 },
};

static void check_instant(struct civil c, const char *want)
{
	auto_buf b = BUF_INIT(100);
	clock_put_instant(&b, clock_us_of_civil(&c), clock_utc());
	buf_put_char(&b, 0);
	assert_string_equal(b.p, want);
}

static void reads_every_accepted_spelling(void **s)
{
	(void)s;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct clock_text t;
		if (!clock_parse(str_of(texts[i].in), &t)) fail_msg("%s is refused", texts[i].in);
		check_instant(t.civil, texts[i].start);
		check_instant(clock_period_end(t.civil, t.precision), texts[i].end);
		assert_int_equal(t.precision, texts[i].p);
		assert_int_equal(t.has_offset, texts[i].offset);
		assert_int_equal(t.offset_s, texts[i].offset_s);
	}
}

static void refuses_what_is_no_date(void **s)
{
	(void)s;
	static const char *const bad[] = { "", "17", "0000", "2017-4-3", "2017-13", "2017-02-29", "2017-04-31", "2017-04/03",
		"2017-04-03T", "2017-04-03T24", "2017-04-03T08:60", "2017-04-03T08:02:11.", "2017-04-03T08+2", "2017-04-03x",
		"2017-04T08", "20170403", "2017-04-03T08:02:11+19:00", "yesterday" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct clock_text t;
		if (clock_parse(str_of(bad[i]), &t)) fail_msg("\"%s\" is accepted", bad[i]);
	}
}

static void writes_the_forms_of_the_apis(void **s)
{
	(void)s;
	auto_buf b = BUF_INIT(1000);
	clock_put_date(&b, clock_days(2012, 11, 13));
	buf_put_char(&b, ' ');
	clock_put_instant_ms_z(&b, INT64_C(1605225600000000));
	buf_put_char(&b, ' ');
	clock_put_http(&b, INT64_C(1795314600000000));
	buf_put_char(&b, ' ');
	clock_put_date(&b, clock_days(33, 4, 3));
	assert_true(str_eq(buf_str(&b), STR("2012-11-13 2020-11-13T00:00:00.000Z Sun, 22 Nov 2026 02:30:00 GMT 0033-04-03")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_and_dates_turn_into_each_other),
		cmocka_unit_test(instants_before_1970_keep_their_time),
		cmocka_unit_test(weeks_follow_iso_8601),
		cmocka_unit_test(reads_every_accepted_spelling),
		cmocka_unit_test(refuses_what_is_no_date),
		cmocka_unit_test(writes_the_forms_of_the_apis),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
