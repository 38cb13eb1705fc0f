/* Counts of calls: their day, who shares them, what outlives a process; buckets of work. */
#include "quota/quota.h"
#include "crypt/crypt.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static const struct store_house_query insert_tenant = { "insert_tenant", "insert into tenant (host, created) values (?1, ?2)" };
#define DAY_US INT64_C(86400000000)

struct fixture { char folder[64]; struct store *store; struct quota *quota; struct tenant_id tenant; };

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	struct store_tx *t;
	char path[96];
	ensure(f != NULL);
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-quota-XXXXXX");
	if (!mkdtemp(f->folder) || !crypt_open(&e)) return -1;
	snprintf(path, sizeof path, "%s/stoa.db", f->folder);
	*state = f;
	if (!store_open(str_of(path), &f->store, &e) || !store_begin(f->store, STORE_WRITE, &t, &e)) return -1;
	if (!store_run_house(t, &insert_tenant, STORE_PARAMS(VALUE_OF_TEXT(STR("a.test")), VALUE_OF_INT(1)), &e)) return -1;
	f->tenant.v = store_last_id(t);
	return store_end(t, STORE_COMMIT, &e) && quota_open(f->store, &f->quota, &e) ? 0 : -1;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char command[160];
	quota_close(f->quota);
	store_close(f->store);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	int code = system(command);
	free(f);
	return code;
}

static struct quota_answer take(struct fixture *f, int64_t key, const char *client, int64_t calls, int64_t portal, int64_t at_us)
{
	struct quota_answer x;
	struct quota_ask a = { .tenant = f->tenant, .key = key, .client = str_of(client), .caller_calls = calls, .portal_calls = portal };
	quota_take(f->quota, &a, (struct instant){ at_us }, &x);
	return x;
}

static void a_day_ends_at_midnight_utc(void **state)
{
	struct fixture *f = *state;
	int64_t noon = (clock_now().us / DAY_US) * DAY_US + DAY_US / 2;
	assert_int_equal(take(f, 0, "192.0.2.1", 2, 0, noon).remaining, 1);
	assert_int_equal(take(f, 0, "192.0.2.1", 2, 0, noon).remaining, 0);
	struct quota_answer x = take(f, 0, "192.0.2.1", 2, 0, noon);
	assert_int_equal(x.verdict, QUOTA_CALLER_CALLS);
	assert_int_equal(x.wait_s, 43200);
	assert_int_equal(x.reset.us, noon + DAY_US / 2);
	assert_int_equal(take(f, 0, "192.0.2.1", 2, 0, noon + DAY_US / 2 - 1).verdict, QUOTA_CALLER_CALLS);
	assert_int_equal(take(f, 0, "192.0.2.1", 2, 0, noon + DAY_US / 2).verdict, QUOTA_FINE);
}

static void a_network_is_the_first_half_of_an_ipv6_address(void **state)
{
	struct fixture *f = *state;
	int64_t now = clock_now().us;
	uint64_t one = take(f, 0, "2001:db8::1", 9, 0, now).purse.network;
	assert_true(one == take(f, 0, "2001:db8::ffff:1", 9, 0, now).purse.network);
	assert_true(one != take(f, 0, "2001:db8:0:1::1", 9, 0, now).purse.network);
	assert_true(take(f, 0, "192.0.2.1", 9, 0, now).purse.network != take(f, 0, "192.0.2.2", 9, 0, now).purse.network);
	/* Another day, another salt: yesterday's hashes name nobody. */
	assert_true(one != take(f, 0, "2001:db8::1", 9, 0, now + DAY_US).purse.network);
}

static void the_nearer_limit_is_told(void **state)
{
	struct fixture *f = *state;
	int64_t now = clock_now().us;
	struct quota_answer x = take(f, 7, "", 100, 3, now);
	assert_true(x.limited);
	assert_int_equal(x.limit, 3);
	assert_int_equal(x.remaining, 2);
	assert_int_equal(take(f, 7, "", 2, 1000, now).limit, 2);
	assert_false(take(f, 7, "", 0, 0, now).limited);
}

static void a_refused_call_is_not_counted_elsewhere(void **state)
{
	struct fixture *f = *state;
	int64_t now = clock_now().us;
	assert_int_equal(take(f, 0, "192.0.2.1", 1, 9, now).verdict, QUOTA_FINE);
	for (int i = 0; i < 5; i++) assert_int_equal(take(f, 0, "192.0.2.1", 1, 9, now).verdict, QUOTA_CALLER_CALLS);
	assert_int_equal(take(f, 0, "192.0.2.2", 0, 9, now).remaining, 7);
}

static void counts_of_portals_and_keys_outlive_the_process(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t now = clock_now().us;
	for (int i = 0; i < 3; i++) assert_int_equal(take(f, 7, "", 10, 10, now).verdict, QUOTA_FINE);
	quota_close(f->quota);
	assert_true(quota_open(f->store, &f->quota, &e));
	assert_int_equal(take(f, 7, "", 10, 100, now).remaining, 6);
	assert_int_equal(take(f, 8, "", 100, 10, now).remaining, 5);
}

static struct quota_answer take_of(struct fixture *f, int64_t account, int64_t calls, enum quota_unit unit, int64_t at_us)
{
	struct quota_answer x;
	struct quota_ask a = { .tenant = f->tenant, .account = account, .account_calls = calls, .account_unit = unit };
	quota_take(f->quota, &a, (struct instant){ at_us }, &x);
	return x;
}

static void an_account_has_its_calls_of_every_unit(void **state)
{
	struct fixture *f = *state;
	/* Ten days before the end of a year far enough away that nothing kept is over: 12:30:30 and a half. */
	const int64_t at = clock_days(2090, 12, 22) * DAY_US + INT64_C(45030500000);
	const int64_t ends[QUOTA_UNITS] = { at + 500000, at + 29500000, at + INT64_C(1769500000), clock_days(2090, 12, 23) * DAY_US, clock_days(2091, 1, 1) * DAY_US, clock_days(2091, 1, 1) * DAY_US };
	for (unsigned u = 0; u < QUOTA_UNITS; u++) {
		int64_t who = 100 + (int64_t)u;
		assert_int_equal(take_of(f, who, 2, (enum quota_unit)u, at).remaining, 1);
		struct quota_answer x = take_of(f, who, 2, (enum quota_unit)u, at);
		assert_int_equal(x.remaining, 0);
		assert_int_equal(x.reset.us, ends[u]);
		x = take_of(f, who, 2, (enum quota_unit)u, ends[u] - 1);
		assert_int_equal(x.verdict, QUOTA_ACCOUNT_CALLS);
		assert_int_equal(x.unit, u);
		assert_int_equal(x.reset.us, ends[u]);
		assert_int_equal(take_of(f, who, 2, (enum quota_unit)u, ends[u]).remaining, 1);
	}
	/* A year goes on through its months: the end of a day takes nothing away. */
	assert_int_equal(take_of(f, 7, 9, QUOTA_YEAR, clock_days(2092, 1, 31) * DAY_US).remaining, 8);
	assert_int_equal(take_of(f, 7, 9, QUOTA_YEAR, clock_days(2092, 12, 31) * DAY_US).remaining, 7);
	assert_int_equal(take_of(f, 7, 9, QUOTA_YEAR, clock_days(2093, 1, 1) * DAY_US).remaining, 8);
}

static void a_year_of_calls_outlives_the_process(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t now = clock_now().us;
	assert_int_equal(take_of(f, 7, 9, QUOTA_YEAR, now).remaining, 8);
	assert_int_equal(take_of(f, 8, 9, QUOTA_SECOND, now - 2000000).remaining, 8);
	quota_close(f->quota);
	assert_true(quota_open(f->store, &f->quota, &e));
	assert_int_equal(quota_used_by(f->quota, f->tenant, 7, (struct instant){ now }), 1);
	assert_int_equal(quota_used_by(f->quota, f->tenant, 8, (struct instant){ now }), 0);
}

static void the_larger_of_two_limits(void **state)
{
	(void)state;
	assert_true(quota_per_day(100, QUOTA_HOUR) > quota_per_day(1000, QUOTA_DAY));
	assert_true(quota_per_day(1, QUOTA_SECOND) > quota_per_day(2000000, QUOTA_MONTH));
	assert_true(quota_per_day(0, QUOTA_YEAR) > quota_per_day(INT64_MAX, QUOTA_SECOND));
}

static void strangers_never_fill_the_memory(void **state)
{
	struct fixture *f = *state;
	int64_t now = clock_now().us;
	char client[64];
	for (int i = 0; i < 5; i++) assert_int_equal(take(f, 0, "198.51.100.1", 1000, 0, now).remaining, 999 - i);
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(client, sizeof client, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		assert_int_equal(take(f, 0, client, 1000, 0, now).verdict, QUOTA_FINE);
	}
	/* Whoever calls often is not pushed out by those who called once. */
	assert_int_equal(take(f, 0, "198.51.100.1", 1000, 0, now).remaining, 994);
}

static struct quota_answer work(struct fixture *f, int64_t budget_ms)
{
	struct quota_answer x;
	struct quota_ask a = { .tenant = f->tenant, .client = STR("192.0.2.1"), .budget_ms = budget_ms };
	quota_take(f->quota, &a, clock_now(), &x);
	return x;
}

static void a_full_bucket_refuses_for_a_minute_at_most(void **state)
{
	struct fixture *f = *state;
	struct quota_answer x = work(f, 1000);
	assert_int_equal(x.verdict, QUOTA_FINE);
	quota_charge(f->quota, &x.purse, 999 * 1000);
	assert_int_equal(work(f, 1000).verdict, QUOTA_FINE);
	quota_charge(f->quota, &x.purse, INT64_C(600) * 1000 * 1000);
	x = work(f, 1000);
	assert_int_equal(x.verdict, QUOTA_WORK);
	assert_in_range(x.wait_s, 1, 61);
	/* Without a budget nothing is asked of anybody. */
	assert_int_equal(work(f, 0).verdict, QUOTA_FINE);
}

static void nobody_pays_nothing(void **state)
{
	struct fixture *f = *state;
	struct quota_purse nobody = { 0 };
	quota_charge(f->quota, &nobody, INT64_C(1) << 40);
	assert_int_equal(work(f, 1).verdict, QUOTA_FINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_day_ends_at_midnight_utc, begin, end),
		cmocka_unit_test_setup_teardown(a_network_is_the_first_half_of_an_ipv6_address, begin, end),
		cmocka_unit_test_setup_teardown(the_nearer_limit_is_told, begin, end),
		cmocka_unit_test_setup_teardown(a_refused_call_is_not_counted_elsewhere, begin, end),
		cmocka_unit_test_setup_teardown(counts_of_portals_and_keys_outlive_the_process, begin, end),
		cmocka_unit_test_setup_teardown(strangers_never_fill_the_memory, begin, end),
		cmocka_unit_test_setup_teardown(an_account_has_its_calls_of_every_unit, begin, end),
		cmocka_unit_test_setup_teardown(a_year_of_calls_outlives_the_process, begin, end), cmocka_unit_test(the_larger_of_two_limits),
		cmocka_unit_test_setup_teardown(a_full_bucket_refuses_for_a_minute_at_most, begin, end),
		cmocka_unit_test_setup_teardown(nobody_pays_nothing, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
