/* Ranges and places of an address as conditions; what cannot be read is never passed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "front/inside.h"

static struct field fields[] = {
	{ .name = { "pop", 3 }, .label = { "Pop", 3 }, .type = VALUE_INT, .decimals = -1 },
	{ .name = { "day", 3 }, .label = { "Day", 3 }, .type = VALUE_DATE, .decimals = -1 },
	{ .name = { "name", 4 }, .label = { "Name", 4 }, .type = VALUE_TEXT, .decimals = -1 },
	{ .name = { "shape", 5 }, .label = { "Shape", 5 }, .type = VALUE_SHAPE, .decimals = -1 },
	{ .name = { "at", 2 }, .label = { "At", 2 }, .type = VALUE_POINT, .decimals = -1 },
};
static const struct schema schema = { .fields = fields, .n = COUNT_OF(fields) };

struct row { const char *name, *value, *where, *qv1, *wrong; };

static void check(const struct row *r, const struct schema *s, const bool *visible)
{
	auto_arena a = ARENA_INIT;
	const struct httpd_pair pair = { str_of(r->name), str_of(r->value) };
	const struct view_state state = { .arena = &a, .path = STR("/"), .pairs = &pair, .n = 1 };
	struct front_conditions c;
	struct err e = { 0 };
	bool ok = front_conditions(&a, &state, s, visible, STR(""), &c, &e);
	assert_int_equal(ok, r->wrong == NULL);
	if (r->wrong) {
		assert_int_equal(e.code, ERR_PARAMETER);
		assert_non_null(strstr(e.pub, r->wrong));
	}
	assert_int_equal(c.nwhere, r->where != NULL);
	assert_int_equal(c.nqv1, r->qv1 != NULL);
	if (r->where) assert_string_equal(arena_cstr(&a, c.where[0]), r->where);
	if (r->qv1) assert_string_equal(arena_cstr(&a, c.qv1[0]), r->qv1);
}

static void every_range_is_a_condition(void **s)
{
	(void)s;
	static const struct row rows[] = {
		{ "q.range.pop", "pop:[1 TO 2.50]", "`pop` >= 1 and `pop` <= 2.5", NULL, NULL },
		{ "q.x", "pop:[* TO 7]", "`pop` <= 7", NULL, NULL },
		{ "q.x", "pop: [ 7 TO * ]", "`pop` >= 7", NULL, NULL },
		{ "q.timerange.day", "day:[2020/01/02 TO 2021]", "`day` >= date'2020-01-02' and `day` <= date'2021'", NULL, NULL },
		/* What is no range of numbers or days is for the older language to take or refuse. */
		{ "q.x", "pop:[a TO 2]", NULL, "pop:[a TO 2]", NULL },
		{ "q.x", "day:[1' or 1=1 TO 2020]", NULL, "day:[1' or 1=1 TO 2020]", NULL },
		{ "q.x", "nothing:[1 TO 2]", NULL, "nothing:[1 TO 2]", NULL },
		{ "q.x", "name:oak", NULL, "name:oak", NULL },
		{ "q.x", "pop:]1 TO 2[", NULL, "pop:]1 TO 2[", NULL },
		{ "q", "a \"b\"", "search(\"a \\\"b\\\"\")", NULL, NULL },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) check(&rows[i], &schema, NULL);
}

static void every_place_is_a_condition_or_a_complaint(void **s)
{
	(void)s;
	static const struct row rows[] = {
		{ "geofilter.bbox", "48.5,2.25,49,3", "in_bbox(`at`, 48.5, 2.25, 49, 3)", NULL, NULL },
		{ "geofilter.distance", "48.5,2.25,1000", "within_distance(`at`, geom'POINT(2.25 48.5)', 1000m)", NULL, NULL },
		{ "geofilter.polygon", "(1,2),(3,4),(5,6)", "intersects(`at`, geom'POLYGON((2 1, 4 3, 6 5, 2 1))')", NULL, NULL },
		{ "geofilter.bbox", "48.5,2.25,49", NULL, NULL, "lat,lon,lat,lon" },
		{ "geofilter.bbox", "91,2,49,3", NULL, NULL, "lat,lon,lat,lon" },
		{ "geofilter.bbox", "a,b,c,d", NULL, NULL, "lat,lon,lat,lon" },
		{ "geofilter.distance", "48", NULL, NULL, "metres" },
		{ "geofilter.distance", "48,2,-5", NULL, NULL, "metres" },
		{ "geofilter.polygon", "(1,2),(3,4)", NULL, NULL, "three corners" },
		{ "geofilter.polygon", "(1,2),(3,4),(5)", NULL, NULL, "three corners" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) check(&rows[i], &schema, NULL);
}

static void places_are_looked_for_in_a_field_one_may_see(void **s)
{
	(void)s;
	static const bool no_point[] = { true, true, true, true, false }, nowhere[] = { true, true, true, false, false };
	const struct row shape = { "geofilter.bbox", "1,2,3,4", "in_bbox(`shape`, 1, 2, 3, 4)", NULL, NULL };
	const struct row none = { "geofilter.bbox", "1,2,3,4", NULL, NULL, "no field of this dataset holds places" };
	check(&shape, &schema, no_point);
	check(&none, &schema, nowhere);
	/* And ranges of a field one may not see are those of a field that is not there. */
	static const bool no_pop[] = { false, true, true, true, true };
	const struct row hidden = { "q.x", "pop:[1 TO 2]", NULL, "pop:[1 TO 2]", NULL };
	check(&hidden, &schema, no_pop);
}

static void a_field_can_be_left_out(void **s)
{
	(void)s;
	auto_arena a = ARENA_INIT;
	static const struct httpd_pair pairs[] = { { { "q.x", 3 }, { "pop:[1 TO 2]", 12 } }, { { "q.y", 3 }, { "day:[2020 TO *]", 15 } } };
	const struct view_state state = { .arena = &a, .path = STR("/"), .pairs = pairs, .n = 2 };
	struct front_conditions c;
	struct err e = { 0 };
	assert_true(front_conditions(&a, &state, &schema, NULL, STR("pop"), &c, &e));
	assert_int_equal(c.nwhere, 1);
	assert_string_equal(arena_cstr(&a, c.where[0]), "`day` >= date'2020'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_range_is_a_condition),
		cmocka_unit_test(every_place_is_a_condition_or_a_complaint),
		cmocka_unit_test(places_are_looked_for_in_a_field_one_may_see),
		cmocka_unit_test(a_field_can_be_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
