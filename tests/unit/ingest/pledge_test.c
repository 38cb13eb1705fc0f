/* The published type of a field is a promise: what is decided, for every pair of types, and how cells are counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "ingest/pledge.h"

/* Without a cell that does not fit: only the wider type takes the place of the narrower. */
static void every_pair_of_types(void **state)
{
	(void)state;
	for (enum value_type was = 0; was < VALUE_TYPES; was++)
		for (enum value_type now = 0; now < VALUE_TYPES; now++) {
			struct pledge g = { .type = was };
			bool wider = (was == VALUE_INT && now == VALUE_DOUBLE) || (was == VALUE_DATE && now == VALUE_DATETIME);
			assert_int_equal(pledge_decide(&g, now, false), wider ? PLEDGE_WIDENED : PLEDGE_KEPT);
			assert_int_equal(pledge_decide(&g, now, true), PLEDGE_KEPT);
			assert_int_equal(pledge_wider(was) != was, was == VALUE_INT || was == VALUE_DATE);
		}
}

/* Of ten cells so many do not fit the type, and so many not the wider one. */
static void shares(void **state)
{
	static const struct { enum value_type was, now; int64_t misfits, beyond; enum pledge_way way; } rows[] = {
		{ VALUE_INT, VALUE_TEXT, 0, 10, PLEDGE_KEPT }, { VALUE_INT, VALUE_TEXT, 1, 10, PLEDGE_MISFITS }, { VALUE_INT, VALUE_TEXT, 5, 5, PLEDGE_MISFITS },
		{ VALUE_INT, VALUE_TEXT, 6, 6, PLEDGE_BROKEN }, { VALUE_INT, VALUE_DOUBLE, 6, 0, PLEDGE_WIDENED }, { VALUE_INT, VALUE_DOUBLE, 6, 1, PLEDGE_WIDENED },
		{ VALUE_INT, VALUE_DOUBLE, 1, 5, PLEDGE_MISFITS }, /* long whole numbers would lose digits */
		{ VALUE_INT, VALUE_DOUBLE, 0, 0, PLEDGE_KEPT },    /* 3.0 is whole */
		{ VALUE_DOUBLE, VALUE_TEXT, 6, 10, PLEDGE_BROKEN }, { VALUE_DOUBLE, VALUE_INT, 0, 10, PLEDGE_KEPT }, { VALUE_DATE, VALUE_DATETIME, 3, 0, PLEDGE_WIDENED },
		{ VALUE_DATE, VALUE_INT, 10, 10, PLEDGE_BROKEN }, { VALUE_DATETIME, VALUE_DATE, 0, 10, PLEDGE_KEPT }, { VALUE_BOOL, VALUE_INT, 6, 10, PLEDGE_BROKEN },
		{ VALUE_POINT, VALUE_TEXT, 2, 10, PLEDGE_MISFITS }, { VALUE_SHAPE, VALUE_TEXT, 10, 10, PLEDGE_BROKEN } };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct pledge g = { .type = rows[i].was, .counting = true, .seen = 10, .misfits = rows[i].misfits, .beyond = rows[i].beyond };
		if (pledge_decide(&g, rows[i].now, false) != rows[i].way) fail_msg("row %zu", i);
	}
	struct pledge open = { .type = VALUE_INT, .counting = true, .seen = 10, .open = 1 };
	assert_int_equal(pledge_decide(&open, VALUE_DOUBLE, false), PLEDGE_WIDENED);
}

/* Which texts a promised type takes; what a cast would leave empty is a misfit. */
static void cells(void **state)
{
	static const struct { const char *type, *fits, *does_not; } rows[] = {
		{ "int", "1|-5|3.0|1 234|007|9007199254740993|12 %", "1.5|x|2024-01-01|true" },
		{ "double", "1|1.5|1,5|1e-5|0007|12 €", "x|1.2.3|2024-01-01" },
		{ "date", "2024-01-02|02/01/2024|3 May 2020|2024-01-02T00:00:00", "2024-01-02T10:00:00|soon|1.5" },
		{ "datetime", "2024-01-02|2024-01-02T10:00:00Z|02/01/2024 10:00", "10:00|soon|1" },
		{ "boolean", "true|false|1|0|oui|non", "2|perhaps" },
		{ "geo_point_2d", "48.5,2.5|{\"type\":\"Point\",\"coordinates\":[2,48]}|POINT (2 48)", "Paris|91,181" },
		{ "geo_shape", "{\"type\":\"Point\",\"coordinates\":[2,48]}|LINESTRING (1 2, 3 4)", "Paris|48.5,2.5" },
		{ "text", "1|x|2024-01-01", "" },
		{ "json_blob", "1|{}", "" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		for (int which = 0; which < 2; which++) {
			struct arena a = ARENA_INIT;
			struct str rest = str_of(which ? rows[i].does_not : rows[i].fits);
			struct str one;
			int64_t n = 0;
			struct pledge g = { .counting = true };
			assert_true(value_type_of(str_of(rows[i].type), &g.type));
			while (rest.n && str_cut(&rest, '|', &one)) {
				struct cell c = { one, CELL_FREE };
				int64_t before = g.misfits;
				pledge_cell(&g, &a, &c, ++n, 0, 0, 0, SPELL_SIGN_NONE);
				if (pledge_counts(&g) && (g.misfits > before) != (which == 1)) fail_msg("%s: “%.*s”", rows[i].type, STR_ARG(one));
			}
			assert_int_equal(g.seen, n);
			if (which == 1 && n) assert_int_equal(g.row, 1);
			arena_done(&a);
		}
}

/* Until a cell takes the last reading of the type away, nothing is counted; then those before count as what they were. */
static void counting_begins_late(void **state)
{
	struct arena a = ARENA_INIT;
	struct pledge g = { .type = VALUE_INT };
	struct cell whole = { STR("7"), CELL_FREE };
	struct cell word = { STR("abc"), CELL_FREE };
	struct cell none = { STR("n/c"), CELL_FREE };
	(void)state;
	for (int64_t i = 0; i < 9; i++) pledge_cell(&g, &a, &whole, i, SPELL_NUMBERS, i, SPELL_NUMBERS, SPELL_SIGN_NONE);
	assert_false(g.counting);
	pledge_cell(&g, &a, &word, 9, SPELL_NUMBERS, 9, 0, SPELL_SIGN_NONE);
	pledge_cell(&g, &a, &none, 10, 0, 0, 0, SPELL_SIGN_NONE);
	assert_true(g.counting);
	assert_int_equal(g.seen, 10);
	assert_int_equal(g.misfits, 1);
	assert_int_equal(g.row, 9);
	assert_true(str_eq(g.value, STR("abc")));
	assert_int_equal(g.fits[SPELL_INT], 9);
	arena_done(&a);
}

static void what_is_kept_is_read(void **state)
{
	auto_arena a = ARENA_INIT;
	const struct json_node *types;
	struct err e = { 0 };
	(void)state;
	assert_true(json_read_in(&a, STR("[{\"column\":\"a\",\"type\":\"date\",\"dates\":\"month_first\"},{\"column\":\"b\",\"type\":\"double\",\"decimal\":\",\"},"
	                                 "{\"column\":\"c\",\"type\":\"file\"},{\"column\":\"d\",\"type\":\"nonsense\"},{\"column\":\"e\",\"type\":\"text\",\"list\":true}]"), &types, &e));
	assert_int_equal(pledge_of(&a, types, STR("a"))->order, 'm');
	assert_int_equal(pledge_of(&a, types, STR("b"))->decimal, ',');
	assert_null(pledge_of(&a, types, STR("c")));
	assert_null(pledge_of(&a, types, STR("d")));
	assert_true(pledge_of(&a, types, STR("e"))->list);
	assert_null(pledge_of(&a, types, STR("f")));
	assert_null(pledge_of(&a, NULL, STR("a")));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_pair_of_types), cmocka_unit_test(shares), cmocka_unit_test(cells),
		cmocka_unit_test(counting_begins_late), cmocka_unit_test(what_is_kept_is_read) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
