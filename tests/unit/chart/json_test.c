/* A chart is read from JSON and from base64, printed so that it is read the same, and says where it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "chart/chart.h"
#include "crypt/crypt.h"

static const char seen[] =
	"{\"queries\":[{\"config\":{\"dataset\":\"sites\",\"options\":{\"refine.city\":[\"Paris\",\"Lyon\"],\"q\":\"a b\",\"apikey\":\"s3cret\"}},"
	"\"xAxis\":\"day\",\"maxpoints\":\"25\",\"sort\":\"\",\"timescale\":\"day\",\"seriesBreakdown\":\"\",\"seriesBreakdownTimescale\":\"\","
	"\"stacked\":null,\"charts\":[{\"type\":\"column\",\"func\":\"AVG\",\"yAxis\":\"price\",\"color\":\"range-Accent\",\"scientificDisplay\":true,"
	"\"alignMonth\":true,\"cumulative\":false,\"displayValues\":false,\"displayUnits\":true,\"yLabelOverride\":\"Mean\",\"yRangeMin\":0,"
	"\"thresholds\":[{\"value\":3.5,\"color\":\"#ff0000\"}]},"
	"{\"type\":\"arearange\",\"func\":\"COUNT\",\"yAxis\":\"price\",\"charts\":[{\"func\":\"MIN\"},{\"func\":\"QUANTILES\",\"subsets\":90}]}]}],"
	"\"timescale\":\"\",\"displayLegend\":false,\"alignMonth\":true,\"singleAxis\":true,\"unheard\":{\"of\":1}}";

static struct chart read_ok(struct arena *a, struct str text)
{
	struct chart c;
	struct err e = { 0 };
	if (!chart_read(a, text, &c, &e)) fail_msg("%s", e.pub);
	return c;
}

static void reads_what_published_portals_write(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct chart c = read_ok(&a, str_of(seen));
	assert_int_equal(c.nqueries, 1);
	assert_true(c.hide_legend && c.align_month && c.single_axis);
	const struct chart_query *q = c.queries;
	assert_true(str_eq(q->dataset, STR("sites")) && str_eq(q->x, STR("day")));
	assert_int_equal(q->points, 25);
	assert_int_equal(q->scale, CHART_SCALE_DAY);
	assert_int_equal(q->nfilters, 3);
	assert_int_equal(q->nseries, 2);
	const struct chart_series *s = q->series;
	assert_int_equal(s->type, CHART_COLUMN);
	assert_int_equal(s->function, CHART_AVG);
	assert_true(s->has_min && s->min == 0 && !s->has_max && s->scientific);
	assert_true(s->nthresholds == 1 && s->thresholds[0].value == 3.5);
	assert_int_equal(s[1].high, CHART_QUANTILES);
	assert_true(s[1].high_quantile == 90);
}

static void a_key_is_not_handed_on(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(1 << 16);
	struct chart c = read_ok(&a, str_of(seen));
	chart_put_json(&b, &c);
	assert_true(str_find(buf_str(&b), STR("s3cret")) < 0);
}

static void what_is_printed_is_read_the_same(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf first = BUF_INIT(1 << 16);
	auto_buf second = BUF_INIT(1 << 16);
	struct chart c = read_ok(&a, str_of(seen));
	chart_put_json(&first, &c);
	c = read_ok(&a, buf_str(&first));
	chart_put_json(&second, &c);
	assert_true(str_eq(buf_str(&first), buf_str(&second)));
	assert_true(str_find(buf_str(&first), STR("\"refine.city\":[\"Paris\",\"Lyon\"]")) > 0);
}

static void base64_of_either_alphabet_is_read(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf padded = BUF_INIT(1 << 16);
	crypt_put_base64(&padded, str_of(seen));
	struct chart c = read_ok(&a, buf_str(&padded));
	assert_int_equal(c.nqueries, 1);
	c = read_ok(&a, chart_address(&a, &c));
	assert_int_equal(c.queries[0].nseries, 2);
}

static void errors_name_their_place(void **state)
{
	(void)state;
	static const struct { const char *json, *place; } cases[] = {
		{ "{\"queries\":[]}", "queries: a list of 1 to 8" },
		{ "{\"queries\":[{\"xAxis\":\"a\",\"charts\":[]}]}", "queries[0].charts: a list of 1 to 12" },
		{ "{\"queries\":[{\"xAxis\":\"a\",\"charts\":[{\"func\":\"COUNT\"},{\"func\":\"NOPE\"}]}]}", "queries[0].charts[1].func: COUNT" },
		{ "{\"queries\":[{\"xAxis\":\"a\",\"maxpoints\":-3,\"charts\":[{}]}]}", "queries[0].maxpoints: a whole number" },
		{ "{\"queries\":[{\"xAxis\":\"a\",\"sort\":\"drop table\",\"charts\":[{}]}]}", "queries[0].sort: x, -x" },
		{ "{\"queries\":[{\"xAxis\":{\"a\":1},\"charts\":[{}]}]}", "queries[0].xAxis: a text" },
		{ "{\"queries\":[{\"xAxis\":\"a\",\"charts\":[{\"color\":\"url(x)\"}]}]}", "queries[0].charts[0].color: a colour" },
		{ "{\"queries\":[{\"xAxis\":\"a\",\"stacked\":\"odd\",\"charts\":[{}]}]}", "queries[0].stacked: none" },
		{ "{\"queries\":[{\"xAxis\":\"a\",\"timescale\":\"eon\",\"charts\":[{}]}]}", "queries[0].timescale: year" },
		{ "{\"queries\":[{\"xAxis\":\"a\",\"config\":{\"options\":{\"q\":{\"a\":1}}},\"charts\":[{}]}]}", "queries[0].config.options: " },
		{ "{\"queries\":", "The chart is not JSON" }, { "!!!", "neither JSON nor base64" }, { "", "not JSON" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena a = ARENA_INIT;
		struct chart c;
		struct err e = { 0 };
		if (chart_read(&a, str_of(cases[i].json), &c, &e)) fail_msg("%s was read", cases[i].json);
		assert_int_equal(e.code, ERR_PARAMETER);
		if (!strstr(e.pub, cases[i].place)) fail_msg("%s: %s", cases[i].json, e.pub);
	}
}

static void fields_of_a_form_make_a_chart(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct chart c = read_ok(&a, str_of(seen));
	const struct httpd_pair pairs[] = {
		{ STR("c.title"), STR("Prices") }, { STR("c.displayLegend"), STR("false") }, { STR("c.displayLegend"), STR("true") },
		{ STR("c.0.xAxis"), STR("town") }, { STR("c.0.maxpoints"), STR("many") }, { STR("c.0.0.type"), STR("pie") },
		{ STR("c.0.1.remove"), STR("1") }, { STR("c.0.add"), STR("1") }, { STR("c.7.dataset"), STR("far") }, { STR("c.1.dataset"), STR("other") },
		{ STR("c.0.99.type"), STR("pie") }, { STR("c..."), STR("") },
	};
	assert_true(chart_form_read(&a, pairs, COUNT_OF(pairs), &c));
	assert_true(str_eq(c.title, STR("Prices")) && !c.hide_legend);
	assert_int_equal(c.nqueries, 2);
	assert_true(str_eq(c.queries[0].x, STR("town")) && str_eq(c.queries[1].dataset, STR("other")));
	assert_int_equal(c.queries[0].points, 25);
	assert_int_equal(c.queries[0].nseries, 2);
	assert_int_equal(c.queries[0].series[0].type, CHART_PIE);
	assert_int_equal(c.queries[0].series[1].function, CHART_COUNT);
	const struct httpd_pair none[] = { { STR("q"), STR("x") } };
	assert_false(chart_form_read(&a, none, 1, &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_published_portals_write), cmocka_unit_test(a_key_is_not_handed_on),
		cmocka_unit_test(what_is_printed_is_read_the_same), cmocka_unit_test(base64_of_either_alphabet_is_read),
		cmocka_unit_test(errors_name_their_place), cmocka_unit_test(fields_of_a_form_make_a_chart),
	};
	return cmocka_run_group_tests_name("chart json", tests, NULL, NULL);
}
