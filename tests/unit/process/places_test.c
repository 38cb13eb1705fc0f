/* The edges of places: masking moves as far as it says and always alike, keys meet however they are spelled, areas and divisions at poles and at the date
 * line, joins of many rows, faults of parameters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "geo/geo.h"
#include "process/keys.h"
#include "run.h"

static void expect(const char *processor, const char *before, const char *after)
{
	auto_arena a = ARENA_INIT;
	auto_buf got = BUF_INIT(1 << 22);
	auto_buf want = BUF_INIT(1 << 22);
	struct err e = { 0 };
	bool ok = run_json(&a, processor, before, &got, &e);
	if (!ok) fail_msg("%s: %s %.*s", processor, e.pub, STR_ARG(buf_str(&got)));
	run_canonical(&a, buf_str(&got), after, &want);
	if (!str_eq(buf_str(&got), buf_str(&want))) fail_msg("%s\n gave %.*s\n want %.*s", processor, STR_ARG(buf_str(&got)), STR_ARG(buf_str(&want)));
}

static void expect_fault(const char *processor, const char *part)
{
	auto_arena a = ARENA_INIT;
	auto_buf got = BUF_INIT(1 << 20);
	struct err e = { 0 };
	if (run_json(&a, processor, "[{\"a\":\"1\"}]", &got, &e)) fail_msg("%s was taken", processor);
	if (str_find(buf_str(&got), str_of(part)) < 0) fail_msg("%s: %.*s", processor, STR_ARG(buf_str(&got)));
}

static bool masked(const char *point, int64_t row, double *lat, double *lon)
{
	auto_arena a = ARENA_INIT;
	auto_buf got = BUF_INIT(1 << 20);
	struct err e = { 0 };
	auto_buf before = BUF_INIT(1 << 20);
	auto_json *doc = NULL;
	struct geo *g = geo_new();
	buf_lit(&before, "[");
	for (int64_t i = 1; i < row; i++) buf_lit(&before, "{\"p\":null},");
	buf_printf(&before, "{\"p\":\"%s\"}]", point);
	bool ok = run_json(&a, "{\"type\":\"geomasking\",\"field\":\"p\"}", arena_cstr(&a, buf_str(&before)), &got, &e) && json_read(buf_str(&got), &doc, &e);
	ok = ok && geo_spelled_point(g, json_text(json_get(json_at(json_root(doc), (size_t)row - 1), "p")), lat, lon);
	geo_free(g);
	return ok;
}

static void masks_within_its_ring_and_always_alike(void **state)
{
	static const struct { double lat, lon; } places[] = { { 48.85, 2.35 }, { 0, 0 }, { 90, 0 }, { -90, 12 }, { 10, 180 }, { 10, -180 }, { 89.999, 30 }, { -33.9, 151.2 } };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		char text[60];
		double lat;
		double lon;
		double again_lat;
		double again_lon;
		snprintf(text, sizeof text, "%.6f,%.6f", places[i].lat, places[i].lon);
		assert_true(masked(text, 1, &lat, &lon) && masked(text, 3, &again_lat, &again_lon));
		double m = geo_distance_m(places[i].lat, places[i].lon, lat, lon);
		if (m < 995 || m > 3005) fail_msg("%s was moved by %f m to %f,%f", text, m, lat, lon);
		/* The same place in another row: else the mean of many rows would tell it. */
		assert_true(fabs(lat - again_lat) < 1e-9 && fabs(lon - again_lon) < 1e-9);
	}
}

static void keys_meet_however_they_are_spelled(void **state)
{
	static const struct { const char *a, *b; bool cases, same; } cases[] = {
		{ "01262", "1262", false, true }, { "1262.0", "1262", false, true }, { "2", "2.00", false, true }, { " x ", "X", false, true }, { "ÉCOLE", "école", false, true },
		{ "X", "x", true, false }, { "0", "00.0", false, true }, { "-1", "1", false, false }, { "-0", "0", false, true }, { "+7", "7", false, true }, { "1.50", "1.5", false, true },
		{ ".5", "0.5", false, true }, { "12a", "012a", false, false }, { "1.2.3", "1.2.30", false, false }, { "2A004", "2a004", false, true }, { "10", "1", false, false },
		{ "12345678901234567890123", "012345678901234567890123", false, true }, { "-", "", false, false },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_buf a = BUF_INIT(1000);
		auto_buf b = BUF_INIT(1000);
		bool both = key_put(&a, (struct cell){ str_of(cases[i].a), CELL_FREE }, cases[i].cases);
		both = key_put(&b, (struct cell){ str_of(cases[i].b), CELL_FREE }, cases[i].cases) && both;
		if ((both && str_eq(buf_str(&a), buf_str(&b))) != cases[i].same) fail_msg("%s and %s: %.*s %.*s", cases[i].a, cases[i].b, STR_ARG(buf_str(&a)), STR_ARG(buf_str(&b)));
	}
}

static void places_at_the_edges_of_the_map(void **state)
{
	(void)state;
	expect("{\"type\":\"create_geopoint\",\"latitude\":\"y\",\"longitude\":\"x\",\"output_field\":\"p\"}",
	       "[{\"y\":\"-90\",\"x\":\"180\"},{\"y\":\"90.0001\",\"x\":\"0\"},{\"y\":\"0\",\"x\":\"180.5\"},{\"y\":\"-0\",\"x\":\"-0.0\"},{\"y\":\"a\",\"x\":\"1\"}]",
	       "[{\"y\":\"-90\",\"x\":\"180\",\"p\":\"-90,180\"},{\"y\":\"90.0001\",\"x\":\"0\",\"p\":null,\"!\":\"The latitude is 90.0001, which is beyond 90 degrees: are latitude and longitude swapped?\"},"
	       "{\"y\":\"0\",\"x\":\"180.5\",\"p\":null,\"!\":\"The longitude is 180.5; it is from -180 to 180.\"},{\"y\":\"-0\",\"x\":\"-0.0\",\"p\":\"0,0\"},"
	       "{\"y\":\"a\",\"x\":\"1\",\"p\":null,\"!\":\"The latitude is not a number.\"}]");
	expect("{\"type\":\"retrieve_administrative_divisions\",\"field\":\"p\",\"country\":\"world\",\"level\":1,\"output_name\":\"n\",\"tolerance\":5,\"!supplies\":[["
	       "{\"code\":\"E\",\"name\":\"East\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[170,-90],[180,-90],[180,90],[170,90],[170,-90]]]}},"
	       "{\"code\":\"X\",\"name\":\"None\",\"geometry\":\"no\"}]]}",
	       "[{\"p\":\"90,180\"},{\"p\":\"-90,175\"},{\"p\":\"0,180\"},{\"p\":\"10,169.99\"}]",
	       "[{\"p\":\"90,180\",\"n\":\"East\"},{\"p\":\"-90,175\",\"n\":\"East\"},{\"p\":\"0,180\",\"n\":\"East\"},{\"p\":\"10,169.99\",\"n\":\"East\"}]");
	expect("{\"type\":\"correct_geo_shape\",\"field\":\"s\"}", "[{\"s\":\"POLYGON((0 0,2 2,2 0,0 2,0 0))\"}]",
	       "[{\"s\":{\"coordinates\":[[[[1.0,1.0],[2.0,2.0],[2.0,0.0],[1.0,1.0]]],[[[0.0,0.0],[0.0,2.0],[1.0,1.0],[0.0,0.0]]]],\"type\":\"MultiPolygon\"}}]");
}

static void joins_make_as_many_rows_as_there_are_partners(void **state)
{
	(void)state;
	expect("[{\"type\":\"join_datasets\",\"dataset\":\"o\",\"local_keys\":[\"k\"],\"remote_keys\":[\"k\"],\"output_fields\":[\"v\"],\"!supplies\":[[{\"k\":\"1\",\"v\":\"a\"},{\"k\":\"1\",\"v\":\"b\"},{\"k\":null,\"v\":\"c\"}]]},"
	       "{\"type\":\"join_datasets\",\"dataset\":\"p\",\"local_keys\":[\"v\"],\"remote_keys\":[\"v\"],\"output_fields\":[\"v\",\"w\"],\"!supplies\":[[{\"v\":\"A\",\"w\":1},{\"v\":\"A\",\"w\":2}]]}]",
	       "[{\"k\":\"01\"},{\"k\":\"\"}]",
	       "[{\"k\":\"01\",\"v\":\"a\",\"v_joined\":\"A\",\"w\":1},{\"k\":\"01\",\"v\":\"a\",\"v_joined\":\"A\",\"w\":2},{\"k\":\"01\",\"v\":\"b\",\"v_joined\":null,\"w\":null},"
	       "{\"k\":\"\",\"v\":null,\"v_joined\":null,\"w\":null}]");
}

static void parameters_that_make_no_sense_are_faults(void **state)
{
	(void)state;
	expect_fault("{\"type\":\"transform_coordinates\",\"field\":\"a\",\"epsg\":999999}", "processors/0/epsg");
	expect_fault("{\"type\":\"create_geopoint\",\"latitude\":\"a\",\"longitude\":\"a\",\"epsg\":5773,\"output_field\":\"p\"}", "processors/0/epsg");
	expect_fault("{\"type\":\"geomasking\",\"field\":\"a\",\"min_distance\":10,\"max_distance\":5}", "max_distance");
	expect_fault("{\"type\":\"polygon_filtering\",\"field\":\"a\",\"polygon\":{\"type\":\"Point\",\"coordinates\":[1,2]}}", "an area");
	expect_fault("{\"type\":\"polygon_filtering\",\"field\":\"a\",\"polygon\":\"here\"}", "GeoJSON polygon");
	expect_fault("{\"type\":\"simplify_geo_shape\",\"field\":\"a\",\"tolerance\":-1}", "tolerance");
	expect_fault("{\"type\":\"retrieve_administrative_divisions\",\"field\":\"a\",\"country\":\"fr\",\"level\":9,\"output_name\":\"n\"}", "1 to 7");
	expect_fault("{\"type\":\"join_datasets\",\"dataset\":\"o\",\"local_keys\":[\"a\"],\"remote_keys\":[\"x\",\"y\"],\"all_fields\":true}", "remote_keys");
	expect_fault("{\"type\":\"join_datasets\",\"dataset\":\"o\",\"local_keys\":[\"a\"],\"remote_keys\":[\"x\"]}", "output_fields");
	expect_fault("{\"type\":\"geocode\",\"service\":\"media\",\"fields\":[\"a\"],\"output_field\":\"p\"}", "no such service");
	expect_fault("{\"type\":\"polyline_to_geojson\",\"field\":\"a\",\"output_field\":\"p\",\"decimals\":40}", "decimals");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks_within_its_ring_and_always_alike), cmocka_unit_test(keys_meet_however_they_are_spelled),
		cmocka_unit_test(places_at_the_edges_of_the_map), cmocka_unit_test(joins_make_as_many_rows_as_there_are_partners),
		cmocka_unit_test(parameters_that_make_no_sense_are_faults),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
