/* The point that stands for a shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "ingest/fill.h"

static void stands_at(const char *wkt, double lon, double lat)
{
	auto_arena a = ARENA_INIT;
	struct geo *g = geo_new();
	struct err e = { 0 };
	struct str wkb;
	double x = 0;
	double y = 0;
	assert_true(geo_parse(g, &a, str_of(wkt), &wkb, &e));
	geo_free(g);
	assert_true(point_of_shape(wkb, &y, &x));
	if (fabs(x - lon) > 1e-9 || fabs(y - lat) > 1e-9) fail_msg("%s stands at %.12g %.12g, expected %g %g", wkt, x, y, lon, lat);
}

static void centres_of_mass(void **state)
{
	(void)state;
	stands_at("POINT (2 48)", 2, 48);
	stands_at("MULTIPOINT ((0 0), (4 2))", 2, 1);
	stands_at("LINESTRING (0 0, 4 0, 4 4)", 3, 1);
	stands_at("POLYGON ((0 0, 4 0, 4 2, 0 2, 0 0))", 2, 1);
	stands_at("POLYGON ((0 0, 0 2, 4 2, 4 0, 0 0))", 2, 1);
	stands_at("POLYGON ((100 10, 106 10, 106 16, 100 16, 100 10), (100 10, 103 10, 103 16, 100 16, 100 10))", 104.5, 13);
	stands_at("MULTIPOLYGON (((0 0, 2 0, 2 2, 0 2, 0 0)), ((10 0, 12 0, 12 2, 10 2, 10 0)))", 6, 1);
	stands_at("GEOMETRYCOLLECTION (POINT (50 50), POLYGON ((0 0, 4 0, 4 2, 0 2, 0 0)))", 2, 1);
	stands_at("POLYGON ((1 1, 1 1, 1 1, 1 1))", 1, 1);
}

static void a_shape_across_the_date_line_stands_on_its_side(void **state)
{
	(void)state;
	stands_at("POLYGON ((179 -18, -179 -18, -179 -17, 179 -17, 179 -18))", 180, -17.5);
	stands_at("POLYGON ((178 -18, -179 -18, -179 -17, 178 -17, 178 -18))", 179.5, -17.5);
	stands_at("POLYGON ((179 -18, 183 -18, 183 -17, 179 -17, 179 -18))", -179, -17.5);
	stands_at("MULTIPOLYGON (((178 0, 180 0, 180 1, 178 1, 178 0)), ((-180 0, -176 0, -176 1, -180 1, -180 0)))", -179, 0.5);
	stands_at("LINESTRING (176 0, -178 0)", 179, 0);
	/* The whole map, and all round a pole, are not. */
	stands_at("POLYGON ((-180 -90, 180 -90, 180 90, -180 90, -180 -90))", 0, 0);
	stands_at("POLYGON ((-180 -90, -90 -90, 0 -90, 90 -90, 180 -90, 180 -80, 90 -80, 0 -80, -90 -80, -180 -80, -180 -90))", 0, -85);
	/* What lies far apart stays so. */
	stands_at("MULTIPOINT ((165 -20), (-61 10))", 52, -5);
}

static void damaged_bytes_have_none(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct geo *g = geo_new();
	struct err e = { 0 };
	struct str wkb;
	double x;
	double y;
	assert_true(geo_parse(g, &a, STR("POLYGON ((0 0, 4 0, 4 2, 0 2, 0 0))"), &wkb, &e));
	geo_free(g);
	for (size_t n = 0; n < wkb.n; n++) assert_false(point_of_shape(str_sub(wkb, 0, n), &y, &x));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(centres_of_mass), cmocka_unit_test(a_shape_across_the_date_line_stands_on_its_side), cmocka_unit_test(damaged_bytes_have_none) };
	return cmocka_run_group_tests_name("ingest point", tests, NULL, NULL);
}
