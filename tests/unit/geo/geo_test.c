/* Geometry in and out, relations with boundaries inside, distances on the sphere, hostile bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include "geo/geo.h"

static void reads_every_spelling_and_writes_geojson(void **state)
{
	static const struct { const char *text, *json; } cases[] = {
		{ "POINT(2.5 48.5)", "{\"coordinates\": [2.5, 48.5], \"type\": \"Point\"}" },
		{ " srid=4326;point (2.5 48.5) ", "{\"coordinates\": [2.5, 48.5], \"type\": \"Point\"}" },
		{ "0101000000000000000000044000000000004048C0", "{\"coordinates\": [2.5, -48.5], \"type\": \"Point\"}" },
		{ "POLYGON((0 0,1 0,1 1,0 1))",
		  "{\"coordinates\": [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]], \"type\": \"Polygon\"}" },
		{ "LINESTRING Z (0 0 5,1 2 6)", "{\"coordinates\": [[0.0, 0.0], [1.0, 2.0]], \"type\": \"LineString\"}" },
		{ "MULTIPOINT((0 0),(1 2))", "{\"coordinates\": [[0.0, 0.0], [1.0, 2.0]], \"type\": \"MultiPoint\"}" },
		{ "GEOMETRYCOLLECTION(POINT(1 2))",
		  "{\"geometries\": [{\"coordinates\": [1.0, 2.0], \"type\": \"Point\"}], \"type\": \"GeometryCollection\"}" },
		{ "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[4,50],[5,50],[5,51]]]}}",
		  "{\"coordinates\": [[[4.0, 50.0], [5.0, 50.0], [5.0, 51.0], [4.0, 50.0]]], \"type\": \"Polygon\"}" },
		{ "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0,9],[1,0],[1,1],[0,0]]]]}",
		  "{\"coordinates\": [[[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]], \"type\": \"MultiPolygon\"}" },
	};
	(void)state;
	struct geo *g = geo_new();
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena a = ARENA_INIT;
		auto_buf b = BUF_INIT(10000);
		struct err e = { 0 };
		struct str wkb;
		if (!geo_parse(g, &a, str_of(cases[i].text), &wkb, &e)) fail_msg("%s: %s", cases[i].text, e.pub);
		assert_true(geo_put_geojson(g, &b, wkb));
		buf_put_char(&b, '\0');
		assert_string_equal(b.p, cases[i].json);
	}
	geo_free(g);
}

static void refuses_what_is_no_geometry(void **state)
{
	static const char *const cases[] = { "", "POINT", "POINT(1)", "POINT(nan 2)", "POINT EMPTY", "0102", "zz",
		"010200000000ffffff", "{\"type\":\"Point\"}", "{\"type\":\"Point\",\"coordinates\":[1]}",
		"{\"type\":\"Feature\",\"geometry\":null}", "{\"type\":\"Circle\",\"coordinates\":[1,2]}", "{",
		"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[0,0]]]}", "POINT(1 2) x" };
	(void)state;
	struct geo *g = geo_new();
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena a = ARENA_INIT;
		struct err e = { 0 };
		struct str wkb;
		if (geo_parse(g, &a, str_of(cases[i]), &wkb, &e)) fail_msg("%s was read", cases[i]);
		assert_int_equal(e.code, ERR_ODSQL);
		assert_true(strlen(e.pub) > 20);
	}
	auto_arena a = ARENA_INIT;
	auto_buf deep = BUF_INIT(100000);
	struct err e = { 0 };
	struct str wkb;
	for (int i = 0; i < 3000; i++) buf_lit(&deep, "GEOMETRYCOLLECTION(");
	assert_false(geo_parse(g, &a, buf_str(&deep), &wkb, &e));
	geo_free(g);
}

static void counts_the_boundary_as_inside(void **state)
{
	(void)state;
	struct geo *g = geo_new();
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct str square;
	struct str line;
	struct geo_shape *s = NULL;
	assert_true(geo_parse(g, &a, STR("POLYGON((0 0,10 0,10 10,0 10,0 0))"), &square, &e));
	assert_true(geo_parse(g, &a, STR("LINESTRING(5 5,15 5)"), &line, &e));
	assert_true(geo_prepare(g, square, &s, &e));
	assert_true(geo_test_point(s, GEO_WITHIN, 5, 5));
	assert_true(geo_test_point(s, GEO_WITHIN, 0, 10));
	assert_false(geo_test_point(s, GEO_WITHIN, 5, 11));
	assert_true(geo_test_point(s, GEO_DISJOINT, 5, 11));
	assert_false(geo_test_point(s, GEO_DISJOINT, 10, 10));
	assert_false(geo_test_point(s, GEO_DISJOINT, NAN, 10));
	assert_true(geo_test(s, GEO_INTERSECTS, line));
	assert_false(geo_test(s, GEO_WITHIN, line));
	assert_false(geo_test(s, GEO_DISJOINT, line));
	assert_true(geo_test(s, GEO_WITHIN, square));
	assert_false(geo_test(s, GEO_INTERSECTS, STR("rubbish")));
	geo_shape_free(s);
	geo_free(g);
}

static void measures_on_the_sphere(void **state)
{
	(void)state;
	struct geo *g = geo_new();
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct str square;
	/* The figures of the language's own examples, to the last digit. */
	assert_true(fabs(geo_distance_m(50.8503, 4.3517, 48.8566, 2.3522) - 263975.77984139946) < 1e-9);
	assert_true(fabs(geo_distance_m(46.1603, -1.1511, 48.8566, 2.3522) - 398821.157989927) < 1e-9);
	assert_true(geo_parse(g, &a, STR("POLYGON((0 60,1 60,1 61,0 61,0 60))"), &square, &e));
	assert_true(geo_shape_distance_m(g, square, 60.5, 0.5) == 0);
	double east = geo_shape_distance_m(g, square, 60.5, 2);
	assert_true(fabs(east - geo_distance_m(60.5, 2, 60.5, 1)) < 50);
	assert_true(geo_shape_distance_m(g, STR("rubbish"), 1, 1) < 0);
	/* Empty parts have no distance, and the others keep theirs. */
	struct str parts;
	assert_true(geo_parse(g, &a, STR("GEOMETRYCOLLECTION(POINT EMPTY,POINT(1 60),POINT(3 60))"), &parts, &e));
	assert_true(fabs(geo_shape_distance_m(g, parts, 60, 2.5) - geo_distance_m(60, 2.5, 60, 3)) < 50);
	geo_free(g);
}

static void makes_boxes_and_hulls(void **state)
{
	static const double lats[] = { 48.8566, 46.1603, 50.8503 };
	static const double lons[] = { 2.3522, -1.1511, 4.3517 };
	(void)state;
	struct geo *g = geo_new();
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(1000);
	struct str wkb;
	struct geo_box box;
	assert_true(geo_hull(g, &a, lats, lons, 3, &wkb));
	assert_true(geo_box(g, wkb, &box));
	assert_true(box.x0 == -1.1511 && box.y0 == 46.1603 && box.x1 == 4.3517 && box.y1 == 50.8503);
	assert_true(geo_hull(g, &a, lats, lons, 1, &wkb));
	assert_true(geo_put_wkt(g, &b, wkb));
	buf_put_char(&b, '\0');
	assert_string_equal(b.p, "POINT (2.3522 48.8566)");
	assert_true(geo_put_geojson(g, &b, geo_box_wkb(&a, box)));
	assert_false(geo_box(g, STR("\1\1\0\0\0rest"), &box));
	assert_false(geo_box(g, geo_point_wkb(&a, NAN, NAN), &box));
	assert_false(geo_box(g, geo_point_wkb(&a, INFINITY, 0), &box));
	/* A list that says it has four thousand million members. */
	assert_false(geo_box(g, STR("\1\4\0\0\0\377\377\377\377"), &box));
	geo_free(g);
}

/* Many points go another way than few: the corners alone, with thousands inside, have the same hull. */
static void hulls_of_many_points_are_those_of_their_corners(void **state)
{
	enum { MANY = 5000, CORNERS = 24 };
	double *lats = calloc(MANY, sizeof *lats);
	double *lons = calloc(MANY, sizeof *lons);
	uint64_t seed = 7;
	(void)state;
	assert_true(lats && lons);
	for (size_t i = 0; i < MANY; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		double angle = i < CORNERS ? (double)i * 6.283185307179586 / CORNERS : (double)(seed >> 33) / 1e6;
		double far = i < CORNERS ? 10 : 9.9 * cos(3.14159265358979 / CORNERS) * (double)(seed >> 40 & 0xffff) / 65536;
		lats[i] = 45 + far * sin(angle);
		lons[i] = 5 + far * cos(angle);
	}
	auto_arena a = ARENA_INIT;
	struct geo *g = geo_new();
	struct str few;
	struct str many;
	assert_true(geo_hull(g, &a, lats, lons, CORNERS, &few));
	assert_true(geo_hull(g, &a, lats, lons, MANY, &many));
	assert_true(str_eq(few, many));
	assert_int_equal(few.n, 13 + 16 * (CORNERS + 1));
	lats[MANY - 1] = NAN;
	assert_false(geo_hull(g, &a, lats, lons, MANY, &many));
	/* All at one place, and all on one line. */
	for (size_t i = 0; i < MANY; i++) lats[i] = lons[i] = 3;
	assert_true(geo_hull(g, &a, lats, lons, MANY, &many));
	for (size_t i = 0; i < MANY; i++) lats[i] = (double)i / MANY;
	assert_true(geo_hull(g, &a, lats, lons, MANY, &many));
	free(lats);
	free(lons);
	geo_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_spelling_and_writes_geojson),
		cmocka_unit_test(refuses_what_is_no_geometry),
		cmocka_unit_test(counts_the_boundary_as_inside),
		cmocka_unit_test(measures_on_the_sphere),
		cmocka_unit_test(makes_boxes_and_hulls),
		cmocka_unit_test(hulls_of_many_points_are_those_of_their_corners),
	};
	return cmocka_run_group_tests_name("geo", tests, NULL, NULL);
}
