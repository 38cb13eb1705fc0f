/* Times of schedules, with hours that are skipped and hours that come twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "job/job.h"

/* The next times of a text in a zone, as UTC, must be those that are given. */
static void comes(const char *cron, const char *zone, const char *after, size_t n, const char *const *wanted)
{
	struct instant out[8];
	struct err e = { 0 };
	struct clock_text t;
	assert_true(clock_parse(str_of(after), &t));
	if (!job_cron_next(str_of(cron), str_of(zone), (struct instant){ clock_us_of_civil(&t.civil) }, n, out, &e)) fail_msg("%s: %s", cron, e.pub);
	for (size_t i = 0; i < n; i++) {
		auto_buf b = BUF_INIT(64);
		clock_put_instant(&b, out[i].us, clock_utc());
		struct str got = str_sub(buf_str(&b), 0, 16);
		if (!str_eq(got, str_of(wanted[i]))) fail_msg("%s in %s after %s: %.*s, not %s", cron, zone, after, STR_ARG(got), wanted[i]);
	}
}
#define COMES(cron, zone, after, ...) comes(cron, zone, after, COUNT_OF(((const char *const[]){ __VA_ARGS__ })), (const char *const[]){ __VA_ARGS__ })

static void plain_times_come(void **s)
{
	(void)s;
	COMES("0 6 * * *", "UTC", "2026-11-22T06:00:00", "2026-11-23T06:00", "2026-11-24T06:00");
	COMES("*/15 * * * *", "UTC", "2026-11-22T23:50:00", "2026-11-23T00:00", "2026-11-23T00:15");
	COMES("30 9 1 jan *", "UTC", "2026-11-22T00:00:00", "2027-01-01T09:30", "2028-01-01T09:30");
	COMES("0 0 29 2 *", "UTC", "2026-11-22T00:00:00", "2028-02-29T00:00", "2032-02-29T00:00");
	COMES("0 12 * * 7", "UTC", "2026-11-22T12:00:00", "2026-11-29T12:00");
	COMES("0 12 * * sun", "UTC", "2026-11-21T12:00:00", "2026-11-22T12:00");
	COMES("5 4 1-5/2 * *", "UTC", "2026-11-02T00:00:00", "2026-11-03T04:05", "2026-11-05T04:05", "2026-12-01T04:05");
}

static void either_kind_of_day_is_enough_when_both_are_bounded(void **s)
{
	(void)s;
	COMES("0 0 13 * fri", "UTC", "2026-11-12T12:00:00", "2026-11-13T00:00", "2026-11-20T00:00");
	COMES("0 0 */2 * fri", "UTC", "2026-11-12T12:00:00", "2026-11-13T00:00", "2026-11-27T00:00");
}

static void a_skipped_hour_is_moved_on(void **s)
{
	(void)s;
	/* Paris, 29 March 2026: 02:00 becomes 03:00. */
	COMES("30 2 * * *", "Europe/Paris", "2026-03-28T00:00:00", "2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30");
	COMES("0 3 * * *", "Europe/Paris", "2026-03-28T12:00:00", "2026-03-29T01:00", "2026-03-30T01:00");
	/* What comes every hour goes by the time that passes. */
	COMES("30 * * * *", "Europe/Paris", "2026-03-29T00:00:00", "2026-03-29T00:30", "2026-03-29T01:30", "2026-03-29T02:30");
}

static void a_doubled_hour_comes_once_unless_every_hour_does(void **s)
{
	(void)s;
	/* Paris, 25 October 2026: 03:00 becomes 02:00. */
	COMES("30 2 * * *", "Europe/Paris", "2026-10-24T12:00:00", "2026-10-25T00:30", "2026-10-26T01:30");
	COMES("30 * * * *", "Europe/Paris", "2026-10-25T00:00:00", "2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30");
}

static void zones_off_the_hour_and_days_without_midnight(void **s)
{
	(void)s;
	COMES("0 6 * * *", "Asia/Kathmandu", "2026-11-22T00:00:00", "2026-11-22T00:15", "2026-11-23T00:15");
	COMES("*/30 * * * *", "Asia/Kathmandu", "2026-11-22T00:00:00", "2026-11-22T00:15", "2026-11-22T00:45");
	/* Beirut, 29 March 2026: the day begins at 01:00. */
	COMES("0 0 * * *", "Asia/Beirut", "2026-03-27T23:00:00", "2026-03-28T22:00", "2026-03-29T21:00");
}

static void what_cannot_be_is_refused(void **s)
{
	(void)s;
	static const char *const bad[] = { "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 0 *", "* * * * 8", "a * * * *", "1- * * * *", "5-1 * * * *", "*/0 * * * *",
		"1,,2 * * * *", "1, * * * *", "-1 * * * *", "0 0 31 2 *", "1.5 * * * *", "@daily", "* * * foo *", "1/ * * * *", "9999999 * * * *" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct instant out;
		struct err e = { 0 };
		if (job_cron_next(str_of(bad[i]), STR("UTC"), (struct instant){ 0 }, 1, &out, &e)) fail_msg("\"%s\" was taken", bad[i]);
		assert_int_equal(e.code, ERR_PARAMETER);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_times_come), cmocka_unit_test(either_kind_of_day_is_enough_when_both_are_bounded), cmocka_unit_test(a_skipped_hour_is_moved_on),
		cmocka_unit_test(a_doubled_hour_comes_once_unless_every_hour_does), cmocka_unit_test(zones_off_the_hour_and_days_without_midnight),
		cmocka_unit_test(what_cannot_be_is_refused),
	};
	return cmocka_run_group_tests_name("cron", tests, NULL, NULL);
}
