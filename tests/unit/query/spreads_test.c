/* Histograms: bins of round width over what the caller has, counted under the filters of the question. */
#include "cities.h"

static struct cities cities;

static int open_cities(void **s)
{
	(void)s;
	cities_open_with(&cities, false);
	return 0;
}

static int close_cities(void **s)
{
	(void)s;
	cities_close(&cities);
	return 0;
}

static void ask(struct query_spread *spreads, size_t n, struct query_request *r)
{
	struct err e = { 0 };
	r->target = &cities.target;
	r->now_us = cities_now;
	if (!query_spreads(cities.engine, &cities.arena, r, spreads, n, NULL, &e)) fail_msg("spreads: %s %s", e.pub, e.priv);
}

static int64_t sum(const struct query_spread *s)
{
	int64_t all = 0;
	for (size_t i = 0; i < s->n; i++) all += s->counts[i];
	return all;
}

static const struct field *field(const char *name)
{
	return &cities.schema.fields[schema_find(&cities.schema, str_of(name))];
}

static void every_value_has_a_bin(void **s)
{
	(void)s;
	struct query_spread all[] = { { .field = field("pop") }, { .field = field("area") }, { .field = field("founded") }, { .field = field("updated") } };
	struct query_request r = { 0 };
	ask(all, COUNT_OF(all), &r);
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		assert_true(all[i].known);
		assert_int_equal(sum(&all[i]), 3);
		assert_true(all[i].n <= QUERY_BINS && all[i].edges[0] <= all[i].low && all[i].edges[all[i].n] > all[i].high);
		for (size_t k = 0; k < all[i].n; k++) assert_true(all[i].edges[k] < all[i].edges[k + 1]);
	}
	assert_true(all[0].low == 75000 && all[0].high == 2100000 && all[0].edges[0] == 0 && all[0].edges[1] == 100000);
	assert_int_equal(all[0].counts[21], 1);
	/* From 15 January 1988 to the end of 1990: months. */
	assert_true(all[2].edges[0] == cities_day("1988-01-01") && all[2].edges[1] == cities_day("1988-02-01") && all[2].n == 36);
	assert_int_equal(all[2].counts[0] + all[2].counts[30] + all[2].counts[35], 3);
}

static void bounds_stay_while_one_filters(void **s)
{
	(void)s;
	struct query_spread one = { .field = field("pop") };
	const struct str where = STR("country = 'BE'");
	struct query_request r = { .where = &where, .nwhere = 1 };
	ask(&one, 1, &r);
	assert_true(one.known && one.low == 75000 && one.high == 2100000);
	assert_int_equal(sum(&one), 1);
}

static void of_one_value_nothing_is_told(void **s)
{
	(void)s;
	struct query_spread one = { .field = field("pop") };
	struct query_request r = { 0 };
	cities.target.row_filter = STR("name = 'Paris'");
	ask(&one, 1, &r);
	cities.target.row_filter = STR("");
	assert_false(one.known);
	assert_int_equal(one.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_has_a_bin),
		cmocka_unit_test(bounds_stay_while_one_filters),
		cmocka_unit_test(of_one_value_nothing_is_told),
	};
	return cmocka_run_group_tests(tests, open_cities, close_cities);
}
