/* What the parser reads, the one spelling it gives back, and where its complaints point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "odsql/odsql.h"

struct pair { const char *text, *result; };

static const struct pair conditions[] = {
	{ "a OR b AND c", "(a or b and c)" },
	{ "NOT a = 1 AND b", "not (a = 1) and b" },
	{ "not(t != \"x\")", "not (t != \"x\")" },
	{ "name : 'x'", "name = \"x\"" },
	{ "`and`: \"value\"", "`and` = \"value\"" },
	{ "f:[1 TO 5]", "f in [1 to 5]" },
	{ "f in ]1..10[", "f in ]1 to 10[" },
	{ "f in [-1.5 .. date'2017'[", "f in [-1.5 to date'2017'[" },
	{ "name IN (\"Paris\", 'Bruxelles')", "name in (\"Paris\", \"Bruxelles\")" },
	{ "\"river\" IN tags", "\"river\" in tags" },
	{ "\"river\" AND NOT \"paris\"", "\"river\" and not (\"paris\")" },
	{ "(\"sea\" or \"metro\") and pop > 2", "(\"sea\" or \"metro\") and pop > 2" },
	{ "(pop + 1) * 2 <= 10", "((pop + 1) * 2) <= 10" },
	{ "pop * -2 <= -(area)", "(pop * -2) <= -(area)" },
	{ "f is not null", "f is not null" },
	{ "f IS NOT TRUE", "f is not true" },
	{ "name LIKE 'a\\'b'", "name like \"a'b\"" },
	{ "now(days=-7, hour=+0) < updated", "now(days=-7, hour=0) < updated" },
	{ "search(name, tags, \"PARI\")", "search(name, tags, \"PARI\")" },
	{ "search(*, 'x') or suggest('y')", "(search(*, \"x\") or suggest(\"y\"))" },
	{ "WITHIN_DISTANCE(loc, GEOM'POINT(2 48)', 100yd)", "within_distance(loc, geom'POINT(2 48)', 91.44)" },
	{ "distance(loc, geom'POINT(2 48)', 1 km)", "distance(loc, geom'POINT(2 48)', 1000.0)" },
	{ "distance(loc, geom'POINT(2 48)') < 3", "distance(loc, geom'POINT(2 48)') < 3" },
	{ "in_bbox(loc, 45, -5, 49.5, 3)", "in_bbox(loc, 45, -5, 49.5, 3)" },
	{ "geometry(loc, geom'X', within)", "geometry(loc, geom'X', within)" },
	{ "bbox(loc, geom'A', geom'B')", "bbox(loc, geom'A', geom'B')" },
	{ "default.title = 'x'", "`default.title` = \"x\"" },
	{ "custom.`data-owner` = 'x'", "`custom.data-owner` = \"x\"" },
	{ "date > date'2017'", "date > date'2017'" },
	{ "`a \\` \\\\ b` = .5", "`a \\` \\\\ b` = 0.5" },
	{ "x = 1e3", "x = 1000.0" },
	{ "x = 99999999999999999999", "x = 1e20" },
	{ "in = 3 and like like 'x'", "in = 3 and like like \"x\"" },
	{ "d\xc3\xa9partement = '\\u00e9\\ud83d\\ude00'", "`d\xc3\xa9partement` = \"\xc3\xa9\xf0\x9f\x98\x80\"" },
	{ "a\xc2\xa0=\t\v\f\r\n1", "a = 1" },
};

static const struct pair complaints[] = {
	{ "bogus(", "unexpected ( at position 5 in bogus(." },
	{ "garbage==", "unexpected = at position 8 in garbage==." },
	{ "contains(objet, 'x')", "unexpected ( at position 8 in " },
	{ "1_uai = 3", "unexpected _uai at position 1 in " },
	{ "f NOT IN (1)", "unexpected NOT at position 2 in " },
	{ "f <> 3", "unexpected > at position 3 in " },
	{ "height > 3,", "unexpected , at position 10 in " },
	{ "\xc3\xa9t\xc3\xa9 ; x", "unexpected ; at position 4 in " },
	{ "name = \"x", "unexpected \" at position 7 in " },
	{ "name =", "unexpected end of line at position 6 in " },
	{ "(a = 1", "unexpected end of line at position 6 in " },
	{ "(a = 1) = 2", "unexpected = at position 8 in " },
	{ "a = 1 = 2", "unexpected = at position 6 in " },
	{ "a + (b = 1) > 2", "unexpected = at position 7 in " },
	{ "a in (b)", "unexpected b at position 6 in " },
	{ "a in [b..c]", "unexpected b at position 6 in " },
	{ "a like 5", "unexpected 5 at position 7 in " },
	{ "a is 5", "unexpected 5 at position 5 in " },
	{ "select = 1", "unexpected select at position 0 in " },
	{ "count(*) > 3", "unexpected ( at position 5 in " },
	{ "a = 1 -- note", "unexpected - at position 7 in " },
	{ "within_distance(loc, geom'x', 3 miles)", "unexpected miles at position 32 in " },
	{ "startswith(name, 5)", "unexpected 5 at position 17 in " },
	{ "length()", "unexpected ) at position 7 in " },
	{ "length(a, b) = 1", "unexpected , at position 8 in " },
	{ "now(day=1.5) = 1", "unexpected 1.5 at position 8 in " },
};

static const struct { enum odsql_clause which; const char *text, *result; } lists[] = {
	{ ODSQL_SELECT, "*, length(name) as n", "*, length(name) as `n`" },
	{ ODSQL_SELECT, "count(*), RANGE", "count(*) as `count(*)`, `RANGE` as `RANGE`" },
	{ ODSQL_SELECT, "  sum( Pop )/count(pop) * 100 ", "((sum(Pop) / count(pop)) * 100) as `sum( Pop )/count(pop) * 100`" },
	{ ODSQL_SELECT, "include(p*, `a b`), exclude(tags), exclude(*)", "include(p*, `a b`), exclude(tags), exclude(*)" },
	{ ODSQL_SELECT, "name as `City name (long)`, 2 as two, d as date", "name as `City name (long)`, 2 as `two`, d as `date`" },
	{ ODSQL_SELECT, "count(distinct ifnull(country,'x'))", "count(distinct ifnull(country, \"x\")) as `count(distinct ifnull(country,'x'))`" },
	{ ODSQL_SELECT, "sum(x*(h=8))", "! unexpected = at position 8 in " },
	{ ODSQL_SELECT, "a b", "! unexpected b at position 2 in " },
	{ ODSQL_SELECT, "a,", "! unexpected end of line at position 2 in " },
	{ ODSQL_SELECT, "a as desc", "! unexpected desc at position 5 in " },
	{ ODSQL_SELECT, "geo_cluster(loc, 3)", "! unexpected ( at position 11 in " },
	{ ODSQL_GROUP_BY, "year(founded) as year, country", "year(founded) as `year`, country as `country`" },
	{ ODSQL_GROUP_BY, "RANGE(capacity,15)", "range(capacity, 15) as `RANGE(capacity,15)`" },
	{ ODSQL_GROUP_BY, "range(pop,*,1,2,*) as r", "range(pop, *, 1, 2, *) as `r`" },
	{ ODSQL_GROUP_BY, "range(pop, ]1,2]) as r", "range(pop, ]1, 2]) as `r`" },
	{ ODSQL_GROUP_BY, "range(d, 1 day) as r, range(d, 12hours) as s", "range(d, 1d) as `r`, range(d, 12h) as `s`" },
	{ ODSQL_GROUP_BY, "range(d, 1M) as r", "range(d, 1M) as `r`" },
	{ ODSQL_GROUP_BY, "geo_cluster(loc,10)", "geo_cluster(loc, 10) as `geo_cluster(loc,10)`" },
	{ ODSQL_GROUP_BY, "a + 1", "! unexpected + at position 2 in " },
	{ ODSQL_GROUP_BY, "sum(a)", "! unexpected ( at position 3 in " },
	{ ODSQL_ORDER_BY, "pop desc, name ASC, -area", "pop as `pop` desc, name as `name`, area as `area` desc" },
	{ ODSQL_ORDER_BY, "random(1), count(*) DESC", "random(1) as `random(1)`, count(*) as `count(*)` desc" },
	{ ODSQL_ORDER_BY, "pop up", "! unexpected up at position 4 in " },
};

static void check_text(const char *text, struct buf *got, const char *want)
{
	struct str s = buf_str(got);
	if (s.n != strlen(want) || memcmp(s.p, want, s.n) != 0)
		fail_msg("\n of: %s\nwas: %.*s\nnot: %s", text, STR_ARG(s), want);
}

static void reads_conditions_and_spells_them_one_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(conditions); i++) {
		auto_arena a = ARENA_INIT;
		auto_buf b = BUF_INIT(65536);
		struct err e = { 0 };
		struct odsql_node *n = NULL;
		if (!odsql_parse_where(&a, str_of(conditions[i].text), &n, &e))
			fail_msg("%s: %s", conditions[i].text, e.pub);
		odsql_put(&b, n);
		check_text(conditions[i].text, &b, conditions[i].result);
		/* What was spelled reads as the same tree. */
		struct str again = arena_str(&a, buf_str(&b));
		if (!odsql_parse_where(&a, again, &n, &e)) fail_msg("again %s: %s", again.p, e.pub);
		buf_clear(&b);
		odsql_put(&b, n);
		check_text(conditions[i].text, &b, conditions[i].result);
	}
}

static void points_at_the_character_that_does_not_fit(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(complaints); i++) {
		auto_arena a = ARENA_INIT;
		struct err e = { 0 };
		struct odsql_node *n = NULL;
		if (odsql_parse_where(&a, str_of(complaints[i].text), &n, &e)) fail_msg("%s was read", complaints[i].text);
		assert_int_equal(e.code, ERR_ODSQL_SYNTAX);
		if (!strstr(e.pub, complaints[i].result)) fail_msg("%s: %s", complaints[i].text, e.pub);
		assert_non_null(strstr(e.pub, "ODSQL syntax exception: "));
		assert_non_null(strstr(e.pub, " Clause(s) containing the error(s): where."));
	}
}

static void reads_lists_of_items(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		auto_arena a = ARENA_INIT;
		auto_buf b = BUF_INIT(65536);
		struct err e = { 0 };
		struct odsql_items items;
		bool fine = odsql_parse_items(&a, lists[i].which, str_of(lists[i].text), &items, &e);
		if (lists[i].result[0] == '!') {
			if (fine || !strstr(e.pub, lists[i].result + 2)) fail_msg("%s: %s", lists[i].text, e.pub);
			continue;
		}
		if (!fine) fail_msg("%s: %s", lists[i].text, e.pub);
		odsql_put_items(&b, &items, true);
		check_text(lists[i].text, &b, lists[i].result);
	}
}

static void takes_a_blank_text_as_absent(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct odsql_node *n = NULL;
	struct odsql_items items = { .n = 7 };
	assert_true(odsql_parse_where(&a, STR("  \t"), &n, &e));
	assert_null(n);
	assert_true(odsql_parse_items(&a, ODSQL_SELECT, STR(""), &items, &e));
	assert_int_equal(items.n, 0);
}

static void refuse_where(struct str text, const char *part)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct odsql_node *n = NULL;
	assert_false(odsql_parse_where(&a, text, &n, &e));
	assert_int_equal(e.code, ERR_ODSQL);
	if (!strstr(e.pub, part)) fail_msg("%s", e.pub);
}

static void keeps_its_ceilings(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(1 << 20);
	struct err e = { 0 };
	struct odsql_node *n = NULL;
	for (int i = 0; i < 64; i++) buf_put_char(&b, '(');
	buf_lit(&b, "a=1");
	for (int i = 0; i < 64; i++) buf_put_char(&b, ')');
	assert_true(odsql_parse_where(&a, buf_str(&b), &n, &e));
	struct str deeper = arena_printf(&a, "(%.*s)", STR_ARG(buf_str(&b)));
	refuse_where(deeper, "nested more than 64 levels");
	buf_clear(&b);
	for (int i = 0; i < 65; i++) buf_lit(&b, "not ");
	buf_lit(&b, "a");
	refuse_where(buf_str(&b), "nested more than 64 levels");
	buf_clear(&b);
	buf_lit(&b, "a in (1");
	for (int i = 0; i < 499; i++) buf_lit(&b, ",1");
	buf_lit(&b, ")");
	assert_true(odsql_parse_where(&a, buf_str(&b), &n, &e));
	b.n--;
	buf_lit(&b, ",1)");
	refuse_where(buf_str(&b), "more than 500 values");
	buf_clear(&b);
	buf_lit(&b, "1");
	for (int i = 0; i < 500; i++) buf_lit(&b, "+1");
	refuse_where(buf_str(&b), "more than 150 operators");
	buf_clear(&b);
	buf_lit(&b, "a");
	for (int i = 0; i < 2000; i++) buf_lit(&b, " or a");
	assert_true(odsql_parse_where(&a, buf_str(&b), &n, &e));
	while (b.n <= LIMIT_CLAUSE_BYTES) buf_lit(&b, " or a");
	refuse_where(buf_str(&b), "longer than 16384 bytes");
	refuse_where(STR("a = '\xff'"), "not UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_conditions_and_spells_them_one_way),
		cmocka_unit_test(points_at_the_character_that_does_not_fit),
		cmocka_unit_test(reads_lists_of_items),
		cmocka_unit_test(takes_a_blank_text_as_absent),
		cmocka_unit_test(keeps_its_ceilings),
	};
	return cmocka_run_group_tests_name("odsql_parse", tests, NULL, NULL);
}
