/* What an address says about a page: which parameters count, what forms send in parts, and what goes along to other tabs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "view/view.h"

struct page { struct arena arena; struct httpd_request request; struct view_state state; };

static void read_pairs(struct page *p, const struct httpd_pair *pairs, size_t n)
{
	*p = (struct page){ 0 };
	p->request.arena = &p->arena;
	p->request.query = (struct httpd_pair *)(uintptr_t)pairs;
	p->request.nquery = n;
	view_state_read(&p->state, &p->request, STR("/d/table/"));
}
#define READ(p, ...) read_pairs((p), (const struct httpd_pair[]){ __VA_ARGS__ }, COUNT_OF(((const struct httpd_pair[]){ __VA_ARGS__ })))
#define PAIR(n, v) { { n, sizeof n - 1 }, { v, sizeof v - 1 } }
#define WANT(p, text, want) assert_string_equal(arena_cstr(&(p).arena, (text)), (want))

static void what_nobody_knows_is_left_out(void **s)
{
	(void)s;
	struct page p;
	READ(&p, PAIR("q", "a b"), PAIR("utm_source", "x"), PAIR("refine.", "x"), PAIR("geofilter.circle", "1"), PAIR("q.", "x"), PAIR("sort", ""));
	WANT(p, view_state_here(&p.state), "/d/table/?q=a%20b");
	arena_done(&p.arena);
}

static void ends_that_a_form_sends_are_one_range(void **s)
{
	(void)s;
	struct page p;
	READ(&p, PAIR("q.range.pop", "pop:[1 TO 2]"), PAIR("min.pop", "10"), PAIR("max.pop", ""), PAIR("from.day", ""), PAIR("to.day", "2020-01-31"));
	assert_int_equal(p.state.n, 2);
	WANT(p, view_state_get(&p.state, STR("q.range.pop")), "pop:[10 TO *]");
	WANT(p, view_state_get(&p.state, STR("q.timerange.day")), "day:[* TO 2020-01-31]");
	arena_done(&p.arena);
	READ(&p, PAIR("q.range.pop", "pop:[1 TO 2]"), PAIR("min.pop", " "), PAIR("max.pop", ""));
	assert_int_equal(p.state.n, 0);
	arena_done(&p.arena);
}

static void boxes_that_are_ticked_are_one_list(void **s)
{
	(void)s;
	struct page p;
	READ(&p, PAIR("columns", "x"), PAIR("column", "a"), PAIR("column", "b"));
	WANT(p, view_state_here(&p.state), "/d/table/?columns=a%2Cb");
	arena_done(&p.arena);
}

static void filters_go_along_and_the_rest_stays(void **s)
{
	(void)s;
	struct page p;
	READ(&p, PAIR("q.x", "a:[1 TO 2]"), PAIR("start", "50"), PAIR("rows", "10"), PAIR("columns", "a"), PAIR("calendar", "day"), PAIR("as_of", "3"),
	     PAIR("geofilter.bbox", "1,2,3,4"), PAIR("find.f", "x"), PAIR("location", "3,4,5"), PAIR("sort", "-a"));
	WANT(p, view_state_filters(&p.state), "?q.x=a%3A%5B1%20TO%202%5D&as_of=3&geofilter.bbox=1%2C2%2C3%2C4&sort=-a");
	WANT(p, view_state_cleared(&p.state), "/d/table/?rows=10&columns=a&calendar=day&as_of=3&location=3%2C4%2C5&sort=-a");
	assert_true(view_state_is_filter(STR("geofilter.polygon")));
	assert_false(view_state_is_filter(STR("as_of")));
	assert_false(view_state_is_filter(STR("disjunctive.x")));
	arena_done(&p.arena);
}

static void a_link_leaves_paging_and_searching_behind(void **s)
{
	(void)s;
	struct page p;
	READ(&p, PAIR("start", "50"), PAIR("find.f", "x"), PAIR("refine.f", "1"), PAIR("refine.f", "2"));
	struct str two = STR("2");
	WANT(p, view_state_url(&p.state, STR("refine.f"), &two, STR("sort"), STR("a")), "/d/table/?refine.f=1&sort=a");
	arena_done(&p.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_knows_is_left_out),
		cmocka_unit_test(ends_that_a_form_sends_are_one_range),
		cmocka_unit_test(boxes_that_are_ticked_are_one_list),
		cmocka_unit_test(filters_go_along_and_the_rest_stays),
		cmocka_unit_test(a_link_leaves_paging_and_searching_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
