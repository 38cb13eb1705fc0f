/* Pages by cursor put together are the whole, in any order, with any page size. */
#include "cities.h"

static struct cities cities;

static const char *const orders[] = { "", "pop", "pop desc", "country", "country desc, name", "capital, pop desc", "tags", "tags desc",
	"random(3)", "founded", "founded desc, area", "updated", "updated desc", "area", "length(name) desc", "lower(name)",
	"pop / 0", "recordid", "record_timestamp, datasetid desc", "area * -1", "year(founded), name desc" };

static struct query_request request_of(const char *order_by)
{
	return (struct query_request){ .target = &cities.target, .mode = QUERY_PAGE, .select = STR("name"), .order_by = str_of(order_by),
		.now_us = cities_now };
}

/* Adds the names of a page to `out`; gives the cursor of the next. */
static struct str put_page(struct buf *out, const struct query_request *r, struct arena *a)
{
	struct query_plan p;
	struct query_cursor *k;
	struct err e = { 0 };
	struct batch b;
	if (!query_plan_rows(a, r, &p, &e)) fail_msg("%.*s: %s", STR_ARG(r->order_by), e.pub);
	if (!query_open(cities.engine, &p, NULL, &k, &e)) fail_msg("%.*s: %s %s", STR_ARG(r->order_by), e.pub, e.priv);
	do {
		if (!query_next(k, &b, &e)) fail_msg("%.*s: %s %s", STR_ARG(r->order_by), e.pub, e.priv);
		for (size_t i = 0; i < b.nrows; i++) {
			assert_int_equal(b.ncolumns, 1);
			buf_put(out, b.columns[0].texts[i]);
			buf_put_char(out, ' ');
		}
	} while (b.nrows);
	struct str next = arena_str(a, query_next_cursor(k));
	query_close(k);
	query_plan_done(&p);
	return next;
}

static void pages_make_the_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		for (int size = 1; size <= 5; size++) {
			auto_arena a = ARENA_INIT;
			auto_buf whole = BUF_INIT(1 << 16);
			auto_buf paged = BUF_INIT(1 << 16);
			struct query_request r = request_of(orders[i]);
			r.limit = STR("100");
			(void)put_page(&whole, &r, &a);
			r.limit = arena_printf(&a, "%d", size);
			r.with_cursor = true;
			int pages = 0;
			do {
				r.cursor = put_page(&paged, &r, &a);
				pages++;
			} while (r.cursor.n);
			if (!str_eq(buf_str(&whole), buf_str(&paged)))
				fail_msg("order %s, pages of %d: %.*s, not %.*s", orders[i], size, STR_ARG(buf_str(&paged)), STR_ARG(buf_str(&whole)));
			assert_int_equal(pages, (4 + size - 1) / size);
		}
	}
}

static struct str refused(struct query_request r, struct arena *a)
{
	struct query_plan p;
	struct err e = { 0 };
	r.with_cursor = true;
	assert_false(query_plan_rows(a, &r, &p, &e));
	assert_int_equal(e.code, ERR_PARAMETER);
	return arena_str(a, str_of(e.pub));
}

static void a_cursor_of_something_else_is_refused(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf out = BUF_INIT(1 << 16);
	struct query_request r = request_of("pop desc");
	r.with_cursor = true;
	r.limit = STR("2");
	struct str next = put_page(&out, &r, &a);
	assert_true(next.n > 0);
	struct query_request other = request_of("pop");
	other.cursor = next;
	assert_true(str_find(refused(other, &a), STR("another question")) >= 0);
	const struct str where = STR("capital");
	other = request_of("pop desc");
	other.cursor = next;
	other.where = &where;
	other.nwhere = 1;
	assert_true(str_find(refused(other, &a), STR("another question")) >= 0);
	struct query_target changed = cities.target;
	changed.at.number++;
	other = request_of("pop desc");
	other.cursor = next;
	other.target = &changed;
	assert_true(str_find(refused(other, &a), STR("the data has changed")) >= 0);
}

static void what_is_no_cursor_is_refused(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf out = BUF_INIT(1 << 16);
	struct query_request r = request_of("name");
	r.with_cursor = true;
	r.limit = STR("2");
	struct str next = put_page(&out, &r, &a);
	for (size_t n = 1; n < next.n; n++) {
		r.cursor = str_sub(next, 0, n);
		(void)refused(r, &a);
	}
	r.cursor = STR("nonsense!");
	(void)refused(r, &a);
	r.cursor = arena_join(&a, next, STR("AAAA"));
	(void)refused(r, &a);
}

static void groups_aggregates_and_offsets_have_no_cursor(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct query_request r = request_of("");
	r.offset = STR("3");
	assert_true(str_find(refused(r, &a), STR("leave offset out")) >= 0);
	r = request_of("");
	r.select = STR("count(*)");
	assert_true(str_find(refused(r, &a), STR("aggregates")) >= 0);
	r.group_by = STR("country");
	assert_true(str_find(refused(r, &a), STR("groups")) >= 0);
}

static int begin(void **state)
{
	(void)state;
	cities_open(&cities);
	return 0;
}

static int end(void **state)
{
	(void)state;
	cities_close(&cities);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_make_the_whole),
		cmocka_unit_test(a_cursor_of_something_else_is_refused),
		cmocka_unit_test(what_is_no_cursor_is_refused),
		cmocka_unit_test(groups_aggregates_and_offsets_have_no_cursor),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
