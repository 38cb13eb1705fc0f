/* Maps as JSON: what is read is printed, defaults are left out, and what is wrong is named by its place. */
#include "atlas/atlas.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#define CHECK(given, printed)                                                                                        \
	do {                                                                                                         \
		auto_arena a = ARENA_INIT;                                                                           \
		auto_buf b = BUF_INIT(ATLAS_BYTES);                                                                  \
		struct atlas m;                                                                                      \
		struct err e = { 0 };                                                                                \
		if (!atlas_read(&a, STR(given), &m, &e)) fail_msg("%s", e.pub);                                      \
		atlas_put_json(&b, &m);                                                                              \
		buf_put_char(&b, '\0');                                                                              \
		assert_string_equal(b.p, printed);                                                                   \
	} while (0)

static void what_is_said_is_printed(void **state)
{
	(void)state;
	CHECK("{}", "{\"layers\":[]}");
	CHECK("{\"title\":\"T\",\"static\":true,\"wheel\":true,\"layers\":[{\"dataset\":\"d\",\"display\":\"auto\",\"size\":5}]}",
	      "{\"title\":\"T\",\"static\":true,\"layers\":[{\"dataset\":\"d\"}]}");
	CHECK("{\"location\":{\"lat\":46.5,\"lon\":2.5,\"zoom\":6},\"controls\":{\"search\":true},\"mode\":\"single\",\"layers\":[]}",
	      "{\"mode\":\"single\",\"location\":{\"zoom\":6,\"lat\":46.5,\"lon\":2.5},\"controls\":{\"search\":true},\"layers\":[]}");
	CHECK("{\"groups\":[{\"title\":\"G\",\"visible\":false}],\"layers\":[{\"dataset\":\"d\",\"group\":0,\"parameters\":{\"refine.a\":[\"x\",\"y\"],\"q\":\"z\"}}]}",
	      "{\"groups\":[{\"title\":\"G\",\"visible\":false}],\"layers\":[{\"dataset\":\"d\",\"parameters\":{\"refine.a\":[\"x\",\"y\"],\"q\":\"z\"},\"group\":0}]}");
	CHECK("{\"layers\":[{\"dataset\":\"d\",\"display\":\"choropleth\",\"value\":\"pop\",\"scale\":\"custom\",\"bounds\":[1,2.5],\"range\":[0,9],"
	      "\"colors\":[\"#fff\",\"#00ff00\"],\"categories\":[{\"value\":\"a\",\"color\":\"#123456\",\"icon\":\"tree\"}],\"tooltipFields\":[\"x\"],\"title\":null}]}",
	      "{\"layers\":[{\"dataset\":\"d\",\"display\":\"choropleth\",\"value\":\"pop\",\"scale\":\"custom\",\"bounds\":[1,2.5],\"range\":[0,9],"
	      "\"colors\":[\"#fff\",\"#00ff00\"],\"categories\":[{\"value\":\"a\",\"color\":\"#123456\",\"icon\":\"tree\"}],\"tooltipFields\":[\"x\"]}]}");
}

static void complain(const char *json, const char *expected)
{
	auto_arena a = ARENA_INIT;
	struct atlas m;
	struct err e = { 0 };
	assert_false(atlas_read(&a, str_of(json), &m, &e));
	if (strncmp(e.pub, expected, strlen(expected)) != 0) fail_msg("\"%s\" does not begin with \"%s\"", e.pub, expected);
	assert_true(e.code == ERR_PARAMETER || e.code == ERR_BAD_REQUEST);
}

static void what_is_wrong_is_named_by_its_place(void **state)
{
	(void)state;
	complain("[]", "the map: an object is expected.");
	complain("{\"layers\":[{\"dataset\":\"a\"},{\"dataset\":\"b\"},{\"dataset\":\"c\",\"radius\":0}]}", "layers[2].radius: a number from 1 to 200 is expected.");
	complain("{\"layers\":[{}]}", "layers[0].dataset: the id of a dataset is expected.");
	complain("{\"layers\":[7]}", "layers[0]: an object is expected.");
	complain("{\"layers\":[{\"dataset\":\"a\",\"colour\":\"#fff\"}]}", "layers[0].colour: there is no such member.");
	complain("{\"layers\":[{\"dataset\":\"a\",\"color\":\"red\"}]}", "layers[0].color: a colour is expected, \"#rrggbb\".");
	complain("{\"layers\":[{\"dataset\":\"a\",\"group\":0}]}", "layers[0].group: the place of one of groups is expected, from 0.");
	complain("{\"layers\":[{\"dataset\":\"a\",\"classes\":2.5}]}", "layers[0].classes: a whole number from 2 to 12 is expected.");
	complain("{\"layers\":[{\"dataset\":\"a\",\"display\":\"pie\"}]}", "layers[0].display: one of \"auto\", \"dots\"");
	complain("{\"layers\":[{\"dataset\":\"a\",\"bounds\":[2,1]}]}", "layers[0].bounds: numbers are expected, each above the one before.");
	complain("{\"layers\":[{\"dataset\":\"a\",\"scale\":\"custom\"}]}", "layers[0].bounds: the scale \"custom\" needs bounds between classes.");
	complain("{\"layers\":[{\"dataset\":\"a\",\"categories\":[{\"value\":1,\"color\":\"#fff\"}]}]}", "layers[0].categories[0].value: a text is expected.");
	complain("{\"layers\":[{\"dataset\":\"a\",\"source\":\"javascript:x\"}]}", "layers[0].source: an origin is expected");
	complain("{\"layers\":[{\"dataset\":\"a\",\"parameters\":[]}]}", "layers[0].parameters: an object is expected");
	complain("{\"location\":{\"zoom\":1,\"lat\":91,\"lon\":0}}", "location.lat: a number from -90 to 90 is expected.");
	complain("{\"controls\":{\"search\":1}}", "controls.search: true or false is expected.");
	complain("{\"groups\":{}}", "groups: a list is expected.");
	complain("{", "");
}

static void parameters_become_a_query(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct atlas m;
	struct err e = { 0 };
	assert_true(atlas_read(&a, STR("{\"layers\":[{\"dataset\":\"d\",\"parameters\":{\"refine.city\":[\"Paris\",\"a&b\"]}}]}"), &m, &e));
	struct str q = atlas_parameters(&a, &m.layers[0]);
	assert_true(str_eq(q, STR("refine.city=Paris&refine.city=a%26b")));
}

static void shapes_come_before_points(void **state)
{
	(void)state;
	struct field fields[] = { { .type = VALUE_TEXT }, { .type = VALUE_POINT }, { .type = VALUE_SHAPE, .flags = FIELD_HIDDEN }, { .type = VALUE_SHAPE } };
	struct schema s = { .fields = fields, .n = 4 };
	assert_int_equal(atlas_places(&s), 3);
	s.n = 3;
	assert_int_equal(atlas_places(&s), 1);
	s.n = 1;
	assert_int_equal(atlas_places(&s), -1);
}

static void no_ground(const char *json, const char *expected)
{
	auto_arena a = ARENA_INIT;
	const struct atlas_ground *all;
	struct err e = { 0 };
	size_t n;
	assert_false(atlas_grounds(&a, str_of(json), STR("en"), &all, &n, &e));
	if (strncmp(e.pub, expected, strlen(expected)) != 0) fail_msg("\"%s\" does not begin with \"%s\"", e.pub, expected);
}

static void backgrounds_are_checked_and_addressed(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	const struct atlas_ground *all;
	struct str *templates;
	struct err e = { 0 };
	size_t n;
	assert_true(atlas_grounds(&a, STR(" "), STR("en"), &all, &n, &e) && n == 0);
	assert_true(atlas_grounds(&a, STR("[{\"id\":\"a\",\"label\":{\"en\":\"A\",\"fr\":\"B\"},\"tiles\":\"https://{s}.t.example/{z}/{x}/{y}.png\",\"subdomains\":\"u, v\",\"tms\":true},"
	                                  "{\"id\":\"w\",\"label\":\"W\",\"wms\":\"https://w.example/m\",\"layers\":\"x y\"}]"), STR("fr"), &all, &n, &e));
	assert_int_equal(n, 2);
	assert_true(str_eq(all[0].label, STR("B")));
	assert_true(str_eq(atlas_ground_tile(&a, &all[0], 3, 4, 5), STR("https://v.t.example/3/4/2.png")));
	assert_int_equal(atlas_ground_templates(&a, &all[0], &templates), 2);
	assert_true(str_eq(templates[1], STR("https://v.t.example/{z}/{x}/{y}.png")));
	assert_true(str_find(atlas_ground_tile(&a, &all[1], 0, 0, 0), STR("&LAYERS=x%20y&STYLES=&BBOX=-20037508.342789,-20037508.342789,20037508.342789,20037508.342789")) > 0);
	no_ground("{}", "basemaps: a list of at most 20 is expected.");
	no_ground("[{\"id\":\"A b\"}]", "basemaps[0].id: small letters");
	no_ground("[{\"id\":\"a\",\"label\":\"A\",\"tiles\":\"ftp://x\"}]", "basemaps[0].tiles: an address is expected");
	no_ground("[{\"id\":\"a\",\"label\":\"A\",\"tiles\":\"https://t.example/{z}\"}]", "basemaps[0].tiles: {z}, {x} and {y} are expected");
	no_ground("[{\"id\":\"a\",\"label\":\"A\",\"tiles\":\"http://t.example/{z}/{x}/{y}\",\"direct\":true}]", "basemaps[0].tiles: an address is expected");
	no_ground("[{\"id\":\"a\",\"maxZoom\":99}]", "basemaps[0].maxZoom: a whole number from 0 to 24 is expected.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_printed),
		cmocka_unit_test(what_is_wrong_is_named_by_its_place),
		cmocka_unit_test(parameters_become_a_query),
		cmocka_unit_test(shapes_come_before_points), cmocka_unit_test(backgrounds_are_checked_and_addressed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
