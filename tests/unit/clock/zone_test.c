/* Zones: names, offsets through the centuries, gaps and overlaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "clock/clock.h"

static int64_t at(int y, int mo, int d, int h, int mi)
{
	struct civil c = { y, mo, d, h, mi, 0, 0 };
	return clock_us_of_civil(&c);
}

static void knows_iana_names_only(void **s)
{
	(void)s;
	assert_non_null(clock_zone_or_null(STR("Europe/Paris")));
	assert_non_null(clock_zone_or_null(STR("US/Eastern")));
	assert_non_null(clock_zone_or_null(STR("UTC")));
	assert_ptr_equal(clock_zone_or_null(STR("Europe/Paris")), clock_zone_or_null(STR("Europe/Paris")));
	static const char *const bad[] = { "", "europe/paris", "Nowhere", "Etc/Unknown", "GMT+25", "Europe/Paris ", "\xc3\xa9" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) assert_null(clock_zone_or_null(str_of(bad[i])));
}

static void offsets_follow_the_rules_of_their_year(void **s)
{
	(void)s;
	const struct clock_zone *paris = clock_zone_or_null(STR("Europe/Paris"));
	const struct clock_zone *kolkata = clock_zone_or_null(STR("Asia/Kolkata"));
	assert_int_equal(clock_offset_s(paris, at(2021, 5, 6, 12, 0)), 7200);
	assert_int_equal(clock_offset_s(paris, at(2021, 1, 6, 12, 0)), 3600);
	assert_int_equal(clock_offset_s(paris, at(2021, 3, 28, 0, 59)), 3600);
	assert_int_equal(clock_offset_s(paris, at(2021, 3, 28, 1, 0)), 7200);
	assert_int_equal(clock_offset_s(paris, at(1850, 1, 1, 0, 0)), 561);
	assert_int_equal(clock_offset_s(paris, at(3000, 7, 1, 0, 0)), 7200);
	assert_int_equal(clock_offset_s(paris, at(9999, 1, 1, 0, 0)), 3600);
	assert_int_equal(clock_offset_s(kolkata, at(2021, 1, 1, 0, 0)), 19800);
	assert_int_equal(clock_offset_s(clock_utc(), at(2021, 1, 1, 0, 0)), 0);
}

static void a_gap_moves_on_and_an_overlap_takes_the_earlier(void **s)
{
	(void)s;
	const struct clock_zone *paris = clock_zone_or_null(STR("Europe/Paris"));
	struct civil gap = { 2021, 3, 28, 2, 30, 0, 0 };
	struct civil overlap = { 2021, 10, 31, 2, 30, 0, 0 };
	assert_int_equal(clock_local_to_us(paris, &gap), at(2021, 3, 28, 1, 30));
	assert_int_equal(clock_local_to_us(paris, &overlap), at(2021, 10, 31, 0, 30));
}

static void local_times_come_back(void **s)
{
	(void)s;
	const struct clock_zone *z = clock_zone_or_null(STR("America/New_York"));
	for (int64_t us = at(1890, 1, 1, 0, 0); us < at(2060, 1, 1, 0, 0); us += INT64_C(86400000000) * 5 + 3600000000) {
		struct civil c;
		clock_us_to_local(z, us, &c);
		int64_t back = clock_local_to_us(z, &c);
		/* The hour that comes twice a year may come back an hour earlier. */
		assert_true(back == us || back == us - INT64_C(3600000000));
	}
}

static void writes_instants_with_their_offset(void **s)
{
	(void)s;
	auto_buf b = BUF_INIT(1000);
	clock_put_instant(&b, at(2021, 5, 6, 14, 34), clock_zone_or_null(STR("Europe/Paris")));
	buf_put_char(&b, ' ');
	clock_put_instant(&b, at(2021, 5, 6, 14, 34), clock_zone_or_null(STR("America/St_Johns")));
	assert_true(str_eq(buf_str(&b), STR("2021-05-06T16:34:00+02:00 2021-05-06T12:04:00-02:30")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_iana_names_only),
		cmocka_unit_test(offsets_follow_the_rules_of_their_year),
		cmocka_unit_test(a_gap_moves_on_and_an_overlap_takes_the_earlier),
		cmocka_unit_test(local_times_come_back),
		cmocka_unit_test(writes_instants_with_their_offset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
