/* Other coordinate systems: figures of cs2cs, and what has no place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "geo/geo.h"

static void gives_the_figures_of_the_library_own_program(void **state)
{
	/* echo "48.8566 2.3522" | cs2cs -f %.4f EPSG:4326 EPSG:n (which follows the order of the authority) */
	static const struct { int epsg; double x, y; } cases[] = {
		{ 2154, 652469.0227, 6862035.2594 }, { 3857, 261845.7062, 6250564.3495 }, { 27700, 719172.1912, -106802.5034 },
		{ 4258, 2.3522, 48.8566 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct geo_transform *t = NULL;
		struct err e = { 0 };
		double x = 0;
		double y = 0;
		assert_true(geo_transform_open(cases[i].epsg, &t, &e));
		assert_true(geo_transform_point(t, 2.3522, 48.8566, &x, &y));
		if (fabs(x - cases[i].x) > 0.001 || fabs(y - cases[i].y) > 0.001) fail_msg("EPSG:%d gives %.4f %.4f", cases[i].epsg, x, y);
		assert_true(geo_transform_projjson(t).n > 100);
		geo_transform_close(t);
	}
}

static void refuses_codes_of_no_plane(void **state)
{
	static const int codes[] = { 1, 999999, 4978, 4979, 5773, 9001, -5, 0 };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		struct geo_transform *t = NULL;
		struct err e = { 0 };
		if (geo_transform_open(codes[i], &t, &e)) fail_msg("%d was taken", codes[i]);
		assert_int_equal(e.code, ERR_PARAMETER);
		assert_non_null(strstr(e.pub, "epsg"));
	}
}

static void moves_every_position_of_a_shape(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf out = BUF_INIT(10000);
	auto_buf text = BUF_INIT(10000);
	struct geo *g = geo_new();
	struct err e = { 0 };
	struct geo_transform *t = NULL;
	struct str wkb;
	assert_true(geo_transform_open(3857, &t, &e));
	assert_true(geo_parse(g, &a, STR("GEOMETRYCOLLECTION(POINT(0 0),POLYGON((0 0,180 0,180 45,0 0)),MULTILINESTRING((0 0,90 0)))"), &wkb, &e));
	assert_true(geo_transform_shape(t, wkb, &out));
	struct geo_box box;
	assert_true(geo_box(g, buf_str(&out), &box));
	assert_true(fabs(box.x1 - 20037508.3428) < 0.001 && fabs(box.y1 - 5621521.4862) < 0.001);
	assert_true(geo_put_wkt(g, &text, buf_str(&out)));
	assert_true(str_starts(buf_str(&text), STR("GEOMETRYCOLLECTION (POINT (")));
	geo_transform_close(t);
	geo_free(g);
}

static void leaves_out_what_has_no_place(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf out = BUF_INIT(10000);
	struct geo *g = geo_new();
	struct err e = { 0 };
	struct geo_transform *t = NULL;
	struct str wkb;
	double x;
	double y;
	assert_true(geo_transform_open(3857, &t, &e));
	assert_false(geo_transform_point(t, 0, 95, &x, &y));
	assert_false(geo_transform_point(t, NAN, 0, &x, &y));
	assert_true(geo_parse(g, &a, STR("LINESTRING(0 0,0 95)"), &wkb, &e));
	buf_lit(&out, "kept");
	assert_false(geo_transform_shape(t, wkb, &out));
	assert_false(geo_transform_shape(t, STR("rubbish"), &out));
	assert_true(str_eq(buf_str(&out), STR("kept")));
	geo_transform_close(t);
	geo_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_figures_of_the_library_own_program),
		cmocka_unit_test(refuses_codes_of_no_plane),
		cmocka_unit_test(moves_every_position_of_a_shape),
		cmocka_unit_test(leaves_out_what_has_no_place),
	};
	return cmocka_run_group_tests_name("geo transform", tests, NULL, NULL);
}
