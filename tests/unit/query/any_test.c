/* Random requests, always the same ones: whatever the checker lets through, the engine can run. */
#include "cities.h"

static struct cities cities;
static int failures;
static uint64_t seed = 88172645463325252u;

static unsigned dice(unsigned sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % sides;
}

#define ONE_OF(list) ((list)[dice(COUNT_OF(list))])

static void put_expr(struct buf *b, int depth);

static void put_field(struct buf *b)
{
	static const char *const fields[] = { "name", "country", "tags", "pop", "area", "founded", "updated", "capital", "loc",
		"recordid", "datasetid", "record_timestamp" };
	buf_put(b, str_of(ONE_OF(fields)));
}

static void put_literal(struct buf *b)
{
	static const char *const literals[] = { "'FR'", "\"river\"", "''", "5", "-3", "2.5", "1e9", "true", "false", "null",
		"date'1990'", "date'2021-05-06T12:34:55.5+02:00'", "'1990-07'", "'12'", "geom'POINT(2 48)'", "now()", "now(months=-3, hour=0)" };
	buf_put(b, str_of(ONE_OF(literals)));
}

static void put_call(struct buf *b, int depth)
{
	static const char *const unary[] = { "length", "lower", "year", "month", "day", "hour", "minute", "second" };
	static const char *const patterns[] = { "yyyy-MM", "EEEE d MMM", "'w'ww xxxx", "D e HH:mm:ss" };
	switch (dice(4)) {
	case 0:
		buf_lit(b, "ifnull(");
		put_expr(b, depth + 1);
		buf_lit(b, ", ");
		put_expr(b, depth + 1);
		break;
	case 1:
		buf_lit(b, "date_format(");
		put_expr(b, depth + 1);
		buf_printf(b, ", \"%s\"", ONE_OF(patterns));
		break;
	case 2:
		buf_lit(b, "distance(loc, geom'POINT(2.3 48.8)'");
		break;
	default:
		buf_put(b, str_of(ONE_OF(unary)));
		buf_lit(b, "(");
		put_expr(b, depth + 1);
		break;
	}
	buf_lit(b, ")");
}

static void put_expr(struct buf *b, int depth)
{
	switch (dice(depth > 3 ? 2 : 6)) {
	case 0: put_literal(b); break;
	case 1: case 2: put_field(b); break;
	case 3: put_call(b, depth); break;
	case 4:
		buf_lit(b, "(");
		put_expr(b, depth + 1);
		buf_printf(b, " %c ", "+-*/"[dice(4)]);
		put_expr(b, depth + 1);
		buf_lit(b, ")");
		break;
	default:
		buf_lit(b, "-");
		put_field(b);
		break;
	}
}

static void put_aggregate(struct buf *b)
{
	static const char *const functions[] = { "sum", "avg", "min", "max", "median", "count", "count(distinct", "envelope", "bbox" };
	const char *f = ONE_OF(functions);
	if (dice(6) == 0) {
		buf_lit(b, "percentile(area, 12.5)");
		return;
	}
	buf_put(b, str_of(f));
	buf_put(b, strchr(f, '(') ? STR(" ") : STR("("));
	if (dice(3)) put_field(b);
	else put_expr(b, 3);
	buf_lit(b, ")");
}

static void put_where(struct buf *b, int depth)
{
	static const char *const signs[] = { "=", "!=", "<", "<=", ">", ">=", ":" };
	static const char *const tests[] = { "search('paris riv')", "suggest(name, tags, 'la ro')", "startswith(tags, 'r')", "'river'",
		"\"bes*\"", "within_distance(loc, geom'POINT(2 48)', 100km)", "in_bbox(loc, 45, 170, 49, -3)", "capital",
		"intersects(loc, geom'POLYGON((0 0,5 0,5 50,0 0))')", "disjoint(loc, geom'POINT(1 1)')", "search(*, 'nmae x')" };
	switch (dice(depth > 3 ? 4 : 8)) {
	case 0: case 1:
		put_expr(b, 1);
		buf_printf(b, " %s ", ONE_OF(signs));
		put_expr(b, 2);
		break;
	case 2: buf_put(b, str_of(ONE_OF(tests))); break;
	case 3:
		put_field(b);
		buf_put(b, dice(2) ? STR(" is not null") : STR(" is null"));
		break;
	case 4:
		put_field(b);
		buf_put(b, dice(2) ? STR(" in (") : STR(" in ["));
		size_t list = b->n;
		put_literal(b);
		buf_put(b, b->p[list - 1] == '(' ? STR(", ") : STR(" to "));
		put_literal(b);
		buf_put(b, b->p[list - 1] == '(' ? STR(")") : dice(2) ? STR("]") : STR("["));
		break;
	case 5:
		put_field(b);
		buf_lit(b, " like 'Par* l''a'");
		break;
	default:
		buf_put(b, dice(2) ? STR("not (") : STR("("));
		put_where(b, depth + 1);
		buf_put(b, dice(2) ? STR(" and ") : STR(" or "));
		put_where(b, depth + 1);
		buf_lit(b, ")");
		break;
	}
}

static void put_key(struct buf *b)
{
	static const char *const keys[] = { "range(pop, 1000)", "range(area, 2.5)", "range(updated, 1 month)", "range(updated, 36 hours)",
		"range(founded, 1 week)", "range(founded, *, date'1989', date'1990', *)", "range(pop, *, 5, 1000000)", "geo_cluster(loc, 3)",
		"lower(tags)", "ifnull(tags, 'x')", "ifnull(pop, 2.5)", "date_format(updated, 'E')", "year(updated)", "tags", "capital" };
	if (dice(3)) buf_put(b, str_of(ONE_OF(keys)));
	else put_field(b);
}

static bool run(struct query_request *r, struct arena *a)
{
	struct query_plan p;
	struct query_cursor *c = NULL;
	struct err e = { 0 };
	struct batch b;
	if (!query_plan_rows(a, r, &p, &e)) {
		if (e.code != ERR_ODSQL && e.code != ERR_ODSQL_SYNTAX) fail_msg("%s %s", e.pub, e.priv);
		return false;
	}
	bool fine = query_open(cities.engine, &p, NULL, &c, &e);
	do fine = fine && query_next(c, &b, &e);
	while (fine && b.nrows);
	failures += !fine;
	if (!fine && failures < 10)
		print_error("select %.*s\nwhere %.*s\ngroup_by %.*s\norder_by %.*s\n%s %s\n", STR_ARG(r->select),
		         STR_ARG(r->where[0]), STR_ARG(r->group_by), STR_ARG(r->order_by), e.pub, e.priv);
	query_close(c);
	query_plan_done(&p);
	return true;
}

static bool one_request(bool grouped)
{
	auto_arena a = ARENA_INIT;
	auto_buf select = BUF_INIT(65536);
	auto_buf where = BUF_INIT(65536);
	auto_buf group = BUF_INIT(65536);
	auto_buf order = BUF_INIT(65536);
	unsigned aggregates = grouped ? 2 : dice(4) == 0;
	for (unsigned i = 0, n = dice(3) + 1; i < n && !grouped; i++) {
		if (i) buf_lit(&select, ", ");
		put_expr(&select, 0);
	}
	for (unsigned i = 0; i < aggregates; i++) {
		if (select.n) buf_lit(&select, ", ");
		put_aggregate(&select);
	}
	if (dice(2)) put_where(&where, 0);
	if (grouped) {
		put_key(&group);
		if (dice(2)) buf_lit(&group, ", "), put_key(&group);
	}
	if (dice(2) && grouped) put_aggregate(&order);
	else if (dice(2) && !grouped) put_expr(&order, 1), buf_lit(&order, " desc, random(3)");
	const struct str wheres[] = { buf_str(&where) };
	struct query_request r = { .target = &cities.target, .now_us = cities_now, .select = buf_str(&select), .where = wheres,
		.nwhere = where.n ? 1 : 0, .group_by = buf_str(&group), .order_by = buf_str(&order), .lang = STR("fr"), .with_id = dice(2),
		.mode = dice(4) ? QUERY_PAGE : QUERY_EXPORT };
	if (dice(2)) assert_true(query_zone(STR("Europe/Paris"), &r.zone_or_null, &(struct err){ 0 }));
	return run(&r, &a);
}

static void what_is_checked_can_be_run(void **state)
{
	(void)state;
	int ran = 0;
	for (int i = 0; i < 12000; i++) ran += one_request(i % 3 == 0);
	print_message("%d of 12000 requests made sense\n", ran);
	assert_int_equal(failures, 0);
	assert_true(ran > 500);
}

static int open_cities(void **state)
{
	(void)state;
	cities_open(&cities);
	return 0;
}

static int close_cities(void **state)
{
	(void)state;
	cities_close(&cities);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_checked_can_be_run) };
	return cmocka_run_group_tests_name("any query", tests, open_cities, close_cities);
}
