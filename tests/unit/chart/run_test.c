/* Tables of charts over four cities: points, series, breakdowns, sorting, cuts, and refusals that name their place. */
#include "../query/cities.h"
#include "chart/chart.h"

static struct cities cities;
static struct dataset dataset;

static bool find(void *arg, struct str name, struct chart_data *out, struct err *e)
{
	(void)arg;
	if (name.n && !str_eq(name, STR("cities"))) return err_set(e, ERR_NOT_FOUND, "no such dataset");
	*out = (struct chart_data){ .dataset = &dataset, .target = cities.target };
	return true;
}

static bool ask(struct arena *a, const char *json, struct chart_table *t, struct err *e)
{
	struct chart c;
	if (!chart_read(a, str_of(json), &c, e)) fail_msg("%s: %s", json, e->pub);
	struct chart *kept = arena_new(a, struct chart);
	*kept = c;
	struct chart_question q = { .chart = kept, .engine = cities.engine, .find = find, .lang = i18n_english(), .now_us = cities_now };
	return chart_run(&q, a, t, e);
}

/* "key label=1;2 …": points with the first number of every line, and notes. */
static void put_table(struct buf *b, const struct chart_table *t)
{
	for (size_t i = 0; i < t->nlines; i++) buf_printf(b, "%s%.*s", i ? "," : "", STR_ARG(t->lines[i].label));
	for (size_t i = 0; i < t->npoints; i++) {
		buf_printf(b, " | %.*s (%.*s)", STR_ARG(t->points[i].key), STR_ARG(t->points[i].label));
		for (size_t l = 0; l < t->nlines; l++)
			for (size_t k = 0; k < t->lines[l].numbers; k++) {
				double v = t->lines[l].values[i * t->lines[l].numbers + k];
				if (isnan(v)) buf_lit(b, " -");
				else buf_printf(b, " %.6g", v);
			}
	}
	for (size_t i = 0; i < t->nnotes; i++) buf_printf(b, " ! %.*s", STR_ARG(t->notes[i].text));
}

#define QUERY(members, charts) "{\"queries\":[{" members ",\"charts\":[" charts "]}]}"

static const struct { const char *json, *table; } cases[] = {
	{ QUERY("\"xAxis\":\"country\"", "{}"), "Number of records | BE (BE) 1 | FR (FR) 2" },
	{ QUERY("\"xAxis\":\"country\",\"sort\":\"-y\"", "{\"func\":\"SUM\",\"yAxis\":\"pop\"}"), "pop (Sum) | FR (FR) 2.175e+06 | BE (BE) 1.2e+06" },
	{ QUERY("\"xAxis\":\"country\",\"sort\":\"serie1-2\"", "{},{\"func\":\"AVG\",\"yAxis\":\"pop\",\"multiplier\":0.001}"),
	  "Number of records,pop (Average) | FR (FR) 2 1087.5 | BE (BE) 1 1200" },
	{ QUERY("\"xAxis\":\"country\",\"sort\":\"-x\",\"maxpoints\":1", "{}"), "Number of records | FR (FR) 2 ! Only the first 1 points are shown." },
	{ QUERY("\"xAxis\":\"tags\",\"sort\":\"-serie1-1\"", "{}"), "Number of records | river (river) 2 | metro (metro) 1 | sea (sea) 1" },
	{ QUERY("\"xAxis\":\"founded\",\"timescale\":\"year\"", "{}"), "Number of records | 1988 (1988) 1 | 1990 (1990) 2" },
	{ QUERY("\"xAxis\":\"founded\",\"timescale\":\"quarter\"", "{}"), "Number of records | 1988-Q1 (Q1 1988) 1 | 1990-Q3 (Q3 1990) 1 | 1990-Q4 (Q4 1990) 1" },
	{ QUERY("\"xAxis\":\"founded\",\"timescale\":\"month\"", "{\"cumulative\":true}"),
	  "Number of records | 1988-01 (January 1988) 1 | 1990-07 (July 1990) 2 | 1990-12 (December 1990) 3" },
	{ QUERY("\"xAxis\":\"updated\",\"timescale\":\"hour\",\"maxpoints\":0", "{}"),
	  "Number of records | 2021-01-01T00 (1 January 2021, 00:00) 1 | 2021-05-06T12 (6 May 2021, 12:00) 1 | 2021-05-06T23 (6 May 2021, 23:00) 1" },
	{ QUERY("\"xAxis\":\"founded\",\"timescale\":\"month\",\"sort\":\"-x\",\"maxpoints\":2", "{}"),
	  "Number of records | 1990-12 (December 1990) 1 | 1990-07 (July 1990) 1 ! Only the first 2 points are shown." },
	{ QUERY("\"xAxis\":\"founded\",\"timescale\":\"day\"", "{}"),
	  "Number of records | 1988-01-15 (15 January 1988) 1 | 1990-07-01 (1 July 1990) 1 | 1990-12-31 (31 December 1990) 1" },
	{ QUERY("\"xAxis\":\"updated\",\"timescale\":\"day\",\"seriesBreakdown\":\"founded\",\"seriesBreakdownTimescale\":\"month\"", "{}"),
	  "January 1988,July 1990 | 2021-01-01 (1 January 2021) 0 0 | 2021-05-06 (6 May 2021) 1 1" },
	{ QUERY("\"xAxis\":\"updated\",\"timescale\":\"week\"", "{}"), "Number of records | 2020-W53 (Week 53, 2020) 1 | 2021-W18 (Week 18, 2021) 2" },
	{ QUERY("\"xAxis\":\"updated\",\"timescale\":\"weekday\"", "{}"), "Number of records | 4 (Thursday) 2 | 5 (Friday) 1" },
	{ QUERY("\"xAxis\":\"updated\",\"timescale\":\"month month\"", "{}"), "Number of records | 1 (January) 1 | 5 (May) 2" },
	{ QUERY("\"xAxis\":\"updated\",\"timescale\":\"hour_of_day\"", "{}"), "Number of records | 0 (00:00) 1 | 12 (12:00) 1 | 23 (23:00) 1" },
	{ QUERY("\"xAxis\":\"founded\",\"maxpoints\":40", "{}"), "Number of records | 1988-01 (January 1988) 1 | 1990-07 (July 1990) 1 | 1990-12 (December 1990) 1" },
	{ QUERY("\"xAxis\":\"capital\"", "{\"func\":\"STDDEV\",\"yAxis\":\"pop\"}"), "pop (Standard deviation) | false (No) 0 | true (Yes) 450000" },
	{ QUERY("\"xAxis\":\"capital\"", "{\"func\":\"MEDIAN\",\"yAxis\":\"pop\"},{\"func\":\"DISTINCT\",\"yAxis\":\"country\"},{\"func\":\"CONSTANT\",\"constant\":7}"),
	  "pop (Median),country (Different values),Constant | false (No) 75000 1 7 | true (Yes) 1.65e+06 2 7" },
	{ QUERY("\"xAxis\":\"country\"", "{\"type\":\"boxplot\",\"yAxis\":\"pop\"}"), "pop | BE (BE) 1.2e+06 1.2e+06 1.2e+06 1.2e+06 1.2e+06 | FR (FR) 75000 581250 1.0875e+06 1.59375e+06 2.1e+06" },
	{ QUERY("\"xAxis\":\"country\"", "{\"type\":\"columnrange\",\"yAxis\":\"pop\"}"), "pop | BE (BE) 1.2e+06 1.2e+06 | FR (FR) 75000 2.1e+06" },
	{ QUERY("\"xAxis\":\"country\",\"seriesBreakdown\":\"capital\"", "{}"), "Yes,No | BE (BE) 1 0 | FR (FR) 1 1" },
	{ QUERY("\"xAxis\":\"country\",\"seriesBreakdown\":\"tags\"", "{\"func\":\"SUM\",\"yAxis\":\"pop\"}"),
	  "metro,river,sea | BE (BE) - - - | FR (FR) 2.1e+06 2.1e+06 75000" },
	{ QUERY("\"xAxis\":\"country\",\"seriesBreakdown\":\"founded\"", "{}"), "1988,1990 | BE (BE) 0 0 | FR (FR) 1 1" },
	{ QUERY("\"xAxis\":\"pop\",\"bins\":2", "{\"type\":\"histogram\"}"),
	  "Number of records | 0 (0 – 2,000,000) 2 | 2000000 (2,000,000 – 4,000,000) 1" },
	{ QUERY("\"xAxis\":\"area\",\"bins\":4", "{\"type\":\"histogram\"}"),
	  "Number of records | 20 (20 – 40) 1 | 40 (40 – 60) 0 | 60 (60 – 80) 1 | 80 (80 – 100) 0 | 100 (100 – 120) 1" },
	{ QUERY("\"xAxis\":\"country\",\"config\":{\"options\":{\"refine.country\":\"FR\",\"geofilter.distance\":\"48.8,2.3,20000\"}}", "{}"),
	  "Number of records | FR (FR) 1" },
	{ QUERY("\"xAxis\":\"country\",\"config\":{\"options\":{\"q\":\"pop>100000\",\"where\":\"capital\"}}", "{}"), "Number of records | BE (BE) 1 | FR (FR) 1" },
	{ QUERY("\"xAxis\":\"country\",\"config\":{\"options\":{\"q.timerange.founded\":\"founded:[1990/01/01 TO 1990/12/01]\"}}", "{}"), "Number of records | FR (FR) 1" },
	{ "{\"queries\":[{\"xAxis\":\"country\",\"charts\":[{}]},{\"xAxis\":\"name\",\"sort\":\"-serie1-1\",\"charts\":[{\"func\":\"MAX\",\"yAxis\":\"pop\",\"yLabelOverride\":\"most\"}],"
	  "\"config\":{\"options\":{\"refine.country\":\"BE\"}}}]}",
	  "Number of records,most | FR (FR) 2 - | BE (BE) 1 - | Bruxelles (Bruxelles) - 1.2e+06" },
};

static void tables_are_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena a = ARENA_INIT;
		auto_buf b = BUF_INIT(1 << 16);
		struct chart_table t;
		struct err e = { 0 };
		if (!ask(&a, cases[i].json, &t, &e)) fail_msg("%s: %s %s", cases[i].json, e.pub, e.priv);
		put_table(&b, &t);
		if (!str_eq(buf_str(&b), str_of(cases[i].table)))
			fail_msg("%s\n  is  %.*s\n  not %s", cases[i].json, STR_ARG(buf_str(&b)), cases[i].table);
	}
}

static void refusals_name_their_place(void **state)
{
	(void)state;
	static const struct { const char *json, *said; } refused[] = {
		{ QUERY("\"timescale\":\"year\"", "{}"), "queries[0].xAxis: a field is needed" },
		{ QUERY("\"xAxis\":\"nope\"", "{}"), "queries[0].xAxis: there is no field nope" },
		{ QUERY("\"xAxis\":\"loc\"", "{}"), "queries[0].xAxis: a field of type geo_point_2d" },
		{ QUERY("\"xAxis\":\"country\"", "{},{\"func\":\"AVG\"}"), "queries[0].charts[1].yAxis: a field is needed for AVG" },
		{ QUERY("\"xAxis\":\"country\"", "{\"func\":\"AVG\",\"yAxis\":\"name\"}"), "queries[0].charts[0].yAxis: AVG needs a number" },
		{ QUERY("\"xAxis\":\"country\",\"seriesBreakdown\":\"nope\"", "{}"), "queries[0].seriesBreakdown: there is no field" },
		{ QUERY("\"xAxis\":\"country\"", "{\"type\":\"histogram\"}"), "queries[0].xAxis: a histogram needs a number" },
		{ QUERY("\"xAxis\":\"country\"", "{\"type\":\"calendar\"}"), "queries[0].xAxis: a calendar needs a date" },
		{ QUERY("\"xAxis\":\"country\",\"config\":{\"options\":{\"geofilter.bbox\":\"1,2\"}}", "{}"), "queries[0].config.options.geofilter.bbox" },
	};
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		auto_arena a = ARENA_INIT;
		struct chart_table t;
		struct err e = { 0 };
		if (ask(&a, refused[i].json, &t, &e)) fail_msg("%s was answered", refused[i].json);
		if (!strstr(e.pub, refused[i].said)) fail_msg("%s: %s", refused[i].json, e.pub);
		assert_int_equal(e.code, ERR_PARAMETER);
	}
}

static void a_hidden_field_is_no_field(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct chart_table t;
	struct err e = { 0 };
	bool visible[CITIES_FIELDS];
	for (size_t i = 0; i < CITIES_FIELDS; i++) visible[i] = i != 3; /* pop */
	cities.target.visible_or_null = visible;
	assert_false(ask(&a, QUERY("\"xAxis\":\"country\"", "{\"func\":\"SUM\",\"yAxis\":\"pop\"}"), &t, &e));
	assert_non_null(strstr(e.pub, "there is no field pop"));
	e = (struct err){ 0 };
	cities.target.visible_or_null = NULL;
	cities.target.row_filter = STR("capital = true");
	assert_true(ask(&a, QUERY("\"xAxis\":\"country\"", "{\"func\":\"SUM\",\"yAxis\":\"pop\"}"), &t, &e));
	assert_true(t.npoints == 2 && t.lines[0].values[1] == 2100000);
	cities.target.row_filter = STR("");
}

static void the_first_chart_fits_the_schema(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct chart c;
	chart_default(&a, &dataset, &c);
	assert_true(str_eq(c.queries[0].x, STR("founded")));
	assert_int_equal(c.queries[0].series[0].type, CHART_LINE);
	assert_true(chart_applies(&dataset));
	struct dataset small = dataset;
	small.schema.n = 2;
	chart_default(&a, &small, &c);
	assert_true(str_eq(c.queries[0].x, STR("country")) && c.queries[0].points == 10);
	small.schema.n = 1;
	assert_false(chart_applies(&small));
	struct meta chosen = { STR("visualization"), STR("analyze_default"), STR(""),
		STR(QUERY("\"xAxis\":\"capital\"", "{\"type\":\"pie\"}")) };
	small = dataset;
	small.metas = &chosen;
	small.nmetas = 1;
	chart_default(&a, &small, &c);
	assert_int_equal(c.queries[0].series[0].type, CHART_PIE);
	chosen.json = STR(QUERY("\"xAxis\":\"gone\"", "{\"type\":\"pie\"}"));
	chart_default(&a, &small, &c);
	assert_int_equal(c.queries[0].series[0].type, CHART_LINE);
}

static int open_cities(void **state)
{
	(void)state;
	cities_open(&cities);
	dataset = (struct dataset){ .slug = STR("cities"), .version = cities.target.at, .schema = cities.schema };
	return 0;
}

static int close_cities(void **state)
{
	(void)state;
	cities_close(&cities);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_right), cmocka_unit_test(refusals_name_their_place), cmocka_unit_test(a_hidden_field_is_no_field),
		cmocka_unit_test(the_first_chart_fits_the_schema),
	};
	return cmocka_run_group_tests_name("chart run", tests, open_cities, close_cities);
}
