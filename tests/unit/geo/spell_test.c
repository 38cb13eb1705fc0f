/* Degrees in all their spellings, points, geohashes, encoded lines, ways back from other systems, and mending. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "geo/geo.h"

static void reads_degrees_as_people_write_them(void **state)
{
	static const struct { const char *text; double lat, lon; } cases[] = {
		{ "48\xc2\xb0" "51'24\"N 2\xc2\xb0" "21'07\"E", 48.856667, 2.351944 },
		{ "N 48\xc2\xb0" "51'24\" E 2\xc2\xb0" "21'07\"", 48.856667, 2.351944 },
		{ "48\xc2\xb0" "51\xe2\x80\xb2" "24\xe2\x80\xb3 Nord / 2\xc2\xb0" "21\xe2\x80\xb2" "07\xe2\x80\xb3 Ouest", 48.856667, -2.351944 },
		{ "48^51'24''S;2*21'07''O", -48.856667, -2.351944 },
		{ "48.85;-2.35", 48.85, -2.35 },
		{ "48.85, 2.35", 48.85, 2.35 },
		{ "48,85 2,35", 48.85, 2.35 },
		{ "48,85;2,35", 48.85, 2.35 },
		{ "48,2", 48, 2 },
		{ "48 2", 48, 2 },
		{ "48 51.4 2 21.1", 48.856667, 2.351667 },
		{ "48 51 24 2 21 7", 48.856667, 2.351944 },
		{ "48 51 24 -2 21 7", 48.856667, -2.351944 },
		{ "N48 51.4 E2 21.1", 48.856667, 2.351667 },
		{ "2\xc2\xb0" "21'07\"E, 48\xc2\xb0" "51'24\"N", 48.856667, 2.351944 },
		{ "48\xc2\xb0" "51,4' N; 2\xc2\xb0" "21,1' W", 48.856667, -2.351667 },
		{ "-33\xc2\xb0" "51' 151\xc2\xb0" "12'", -33.85, 151.2 },
		{ "\xe2\x88\x92" "33.85 151.2", -33.85, 151.2 },
		{ "90\xc2\xb0N 180\xc2\xb0W", 90, -180 },
		{ "48 deg 51 min 24 sec Norte, 2 deg 21 min Oeste", 48.856667, -2.35 },
		{ "52\xc2\xb0" "31' N 13\xc2\xb0" "24' \xc3\x96stlich", NAN, 0 },
		{ "0\xc2\xb0" "30'S 0\xc2\xb0" "30'W", -0.5, -0.5 },
		{ "48\xc2\xb0" "51'24\" 2\xc2\xb0" "21'07\"", 48.856667, 2.351944 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct geo_degrees d;
		const char *why = geo_degrees(str_of(cases[i].text), &d);
		if (isnan(cases[i].lat)) {
			assert_non_null(why);
			continue;
		}
		if (why) fail_msg("%s: %s", cases[i].text, why);
		if (d.n != 2 || fabs(d.lat - cases[i].lat) > 1e-5 || fabs(d.lon - cases[i].lon) > 1e-5)
			fail_msg("%s: %d coordinates, %f %f", cases[i].text, d.n, d.lat, d.lon);
	}
}

static void reads_one_coordinate_alone(void **state)
{
	static const struct { const char *text; double v; char axis; } cases[] = {
		{ "48\xc2\xb0" "51'24\"N", 48.856667, 'a' }, { "2\xc2\xb0" "21'07\"W", -2.351944, 'o' }, { "48 51 24", 48.856667, 0 }, { "-0\xc2\xb0" "30'", -0.5, 0 },
		{ "48,85\xc2\xb0", 48.85, 0 }, { "151.2", 151.2, 0 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct geo_degrees d;
		const char *why = geo_degrees(str_of(cases[i].text), &d);
		if (why) fail_msg("%s: %s", cases[i].text, why);
		if (d.n != 1 || fabs(d.lat - cases[i].v) > 1e-5 || d.axis != cases[i].axis) fail_msg("%s: %d, %f %d", cases[i].text, d.n, d.lat, d.axis);
	}
}

static void says_why_degrees_cannot_be_read(void **state)
{
	static const struct { const char *text, *part; } cases[] = {
		{ "", "empty" }, { "Paris", "word" }, { "120.5 48.2", "swapped" }, { "91 N", "latitude" }, { "10 N 181 E", "longitude" },
		{ "48 61 24", "minutes" }, { "48.5 30 2 10", "decimals" }, { "48 N 50 N", "same axis" }, { "1 2 3 4 5 6 7 8", "more than degrees" },
		{ "48\xc2\xb0 2\xc2\xb0 3\xc2\xb0", "more than two" }, { "N", "no number" }, { "48#2", "sign" }, { "48\xff", "no coordinate" }, { "- N", "sign" },
		{ "48 N S 2", "side by side" }, { "1111111111111111111111111111111111111111111111111111", "too long" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct geo_degrees d;
		const char *why = geo_degrees(str_of(cases[i].text), &d);
		if (!why || !strstr(why, cases[i].part)) fail_msg("%s: %s", cases[i].text, why ? why : "was read");
	}
}

static void reads_points_of_every_kind(void **state)
{
	static const struct { const char *text; bool fine; } cases[] = {
		{ "48.5,2.5", true }, { "[48.5, 2.5]", true }, { "{\"lat\":48.5,\"lon\":2.5}", true }, { "{\"type\":\"Point\",\"coordinates\":[2.5,48.5]}", true },
		{ "POINT(2.5 48.5)", true }, { "{\"longitude\":2.5,\"latitude\":48.5}", true }, { "98.5,2.5", false }, { "48.5", false },
		{ "LINESTRING(2.5 48.5,3 49)", false }, { "", false }, { "POINT EMPTY", false }, { "{", false }, { "[", false },
	};
	(void)state;
	struct geo *g = geo_new();
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		double lat = 0;
		double lon = 0;
		bool fine = geo_spelled_point(g, str_of(cases[i].text), &lat, &lon);
		if (fine != cases[i].fine || (fine && (fabs(lat - 48.5) > 1e-9 || fabs(lon - 2.5) > 1e-9))) fail_msg("%s: %d %f %f", cases[i].text, fine, lat, lon);
	}
	geo_free(g);
}

static void decodes_geohashes_and_lines(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(10000);
	struct geo_box box;
	struct str wkb;
	struct geo *g = geo_new();
	/* Jutland, the example of the geohash's inventor. */
	assert_true(geo_geohash(STR("u4pruydqqvj"), &box));
	assert_true(box.y0 < 57.64911 && box.y1 > 57.64911 - 1e-5 && box.x0 < 10.40744 && box.x1 > 10.40744 - 1e-5);
	assert_true(geo_geohash(STR("EZS42"), &box) && fabs(box.y0 - 42.583) < 0.001 && fabs(box.x1 + 5.581) < 0.001);
	assert_false(geo_geohash(STR("ezsa2"), &box));
	assert_false(geo_geohash(STR(""), &box));
	assert_false(geo_geohash(STR("0123456789bcd"), &box));
	/* The example of the format's description. */
	assert_true(geo_polyline(&a, STR("_p~iF~ps|U_ulLnnqC_mqNvxq`@"), 5, true, &wkb) && geo_put_wkt(g, &b, wkb));
	buf_put_char(&b, '\0');
	assert_string_equal(b.p, "LINESTRING (-120.2 38.5, -120.95 40.7, -126.453 43.252)");
	buf_clear(&b);
	assert_true(geo_polyline(&a, STR("_p~iF~ps|U"), 5, true, &wkb) && geo_put_wkt(g, &b, wkb));
	buf_put_char(&b, '\0');
	assert_string_equal(b.p, "POINT (-120.2 38.5)");
	assert_false(geo_polyline(&a, STR("_p~iF~ps|U"), 5, false, &wkb)); /* a latitude of -120 */
	assert_false(geo_polyline(&a, STR("_p~iF~ps|U_"), 5, true, &wkb));
	assert_false(geo_polyline(&a, STR("_p~iF"), 5, true, &wkb));
	assert_false(geo_polyline(&a, STR(""), 5, true, &wkb));
	assert_false(geo_polyline(&a, STR("\x80\x80"), 5, true, &wkb));
	assert_int_equal(geo_srid(STR("SRID=2154;POINT(652381 6862275)")), 2154);
	assert_int_equal(geo_srid(STR("01010000206A0800009A99999999D9234100000000C82D5A41")), 2154);
	assert_int_equal(geo_srid(STR("00200000010000086A")), 2154);
	assert_int_equal(geo_srid(STR("POINT(1 2)")), 0);
	assert_int_equal(geo_srid(STR("SRID=;")), 0);
	geo_free(g);
}

static void comes_back_from_other_systems(void **state)
{
	(void)state;
	struct geo_transform *t;
	struct err e = { 0 };
	double lat;
	double lon;
	double x;
	double y;
	assert_true(geo_transform_open(2154, &t, &e));
	assert_true(geo_transform_back(t, 652381.04, 6862275.2, &lon, &lat));
	assert_true(fabs(lat - 48.8588) < 0.001 && fabs(lon - 2.3505) < 0.001);
	assert_true(geo_transform_point(t, lon, lat, &x, &y) && fabs(x - 652381.04) < 0.01 && fabs(y - 6862275.2) < 0.01);
	geo_transform_close(t);
	assert_true(geo_transform_open(3857, &t, &e));
	assert_true(geo_transform_back(t, -20037508.342789, 0, &lon, &lat) && fabs(lon + 180) < 1e-6);
	assert_false(geo_transform_back(t, INFINITY, 0, &lon, &lat));
	geo_transform_close(t);
}

static void mends_and_simplifies(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct geo *g = geo_new();
	struct err e = { 0 };
	struct str wkb;
	struct str out;
	struct geo_box box;
	assert_true(geo_parse(g, &a, STR("POLYGON((0 0,2 2,2 0,0 2,0 0))"), &wkb, &e)); /* a bow tie */
	assert_true(geo_mend(g, &a, wkb, &out));
	struct geo_shape *shape;
	assert_true(geo_prepare(g, out, &shape, &e));
	assert_true(geo_test_point(shape, GEO_WITHIN, 1, 0.1) && geo_test_point(shape, GEO_WITHIN, 1, 1.9) && !geo_test_point(shape, GEO_WITHIN, 1.9, 1));
	geo_shape_free(shape);
	assert_true(geo_parse(g, &a, STR("POLYGON((0 0,1 1,2 2,0 0))"), &wkb, &e)); /* without any area */
	assert_false(geo_mend(g, &a, wkb, &out));
	assert_true(geo_parse(g, &a, STR("LINESTRING(0 0,1 0.00001,2 0)"), &wkb, &e));
	assert_true(geo_simplify(g, &a, wkb, 0.001, &out) && out.n < wkb.n);
	assert_true(geo_parse(g, &a, STR("POLYGON((0 0,0.0001 0,0.0001 0.0001,0 0.0001,0 0))"), &wkb, &e)); /* smaller than the tolerance */
	assert_true(geo_simplify(g, &a, wkb, 1, &out) && geo_box(g, out, &box) && box.x1 > box.x0);
	assert_false(geo_simplify(g, &a, STR("none"), 1, &out));
	assert_false(geo_mend(g, &a, STR("none"), &out));
	geo_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_degrees_as_people_write_them), cmocka_unit_test(reads_one_coordinate_alone),
		cmocka_unit_test(says_why_degrees_cannot_be_read), cmocka_unit_test(reads_points_of_every_kind),
		cmocka_unit_test(decodes_geohashes_and_lines), cmocka_unit_test(comes_back_from_other_systems), cmocka_unit_test(mends_and_simplifies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
