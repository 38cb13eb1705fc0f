/* Shapes, paths, JSON and odd values: what the four cities do not have. */
#include "cities.h"
#include "geo/geo.h"

enum { ROWS = 4 };

static struct { struct arena arena; struct engine *engine; struct schema schema; struct query_target target; char folder[64]; } world;

static void load_rows(struct str path)
{
	static const char *const wkt[ROWS] = { "POLYGON((0 0,10 0,10 10,0 10,0 0))", "LINESTRING(5 5,15 5)",
		"POLYGON((178 -1,179 -1,179 1,178 1,178 -1))", NULL };
	static const struct str names[ROWS] = { { "square", 6 }, { "line", 4 }, { "far", 3 }, { "none", 4 } };
	static const struct str items[] = { { "a/b/c", 5 }, { "a/d", 3 }, { "a/b/c", 5 }, { "e", 1 }, { "e", 1 } };
	static const struct list_span paths[ROWS] = { { 0, 3 }, { 3, 2 }, { 0, 0 }, { 1, 1 } };
	static const struct str texts[ROWS] = { { "{\"a\": [1, 2]}", 13 }, { "oops \"x\"", 8 }, { "7", 1 }, { "", 0 } };
	static const int64_t numbers[ROWS] = { -1, -10, 0, INT64_MIN };
	static const uint64_t first3 = 7;
	struct str shapes[ROWS] = { 0 };
	struct geo *g = geo_new();
	struct err e = { 0 };
	for (size_t i = 0; i < 3; i++)
		assert_true(geo_parse(g, &world.arena, str_of(wkt[i]), &shapes[i], &e));
	geo_free(g);
	struct column columns[] = {
		{ .type = { VALUE_TEXT, false }, .texts = names },
		{ .type = { VALUE_SHAPE, false }, .valid = &first3, .texts = shapes },
		{ .type = { VALUE_TEXT, true }, .lists = paths, .items = items },
		{ .type = { VALUE_TEXT, false }, .valid = &first3, .texts = texts },
		{ .type = { VALUE_INT, false }, .ints = numbers },
		{ .type = { VALUE_FILE, false }, .valid = &first3, .texts = names },
		{ .type = { VALUE_JSON, false }, .valid = &first3, .texts = texts },
	};
	const struct batch b = { columns, COUNT_OF(columns), ROWS };
	uint8_t ids[ROWS][RECORD_ID_BYTES];
	struct engine_load *l = NULL;
	record_ids(&world.schema, STR(""), &b, ids);
	if (!engine_load_begin(path, &world.schema, &l, &e) || !engine_load_rows(l, &b, (const uint8_t(*)[RECORD_ID_BYTES])ids, &e)
	    || !engine_load_end(l, LOAD_COMMIT, &e))
		fail_msg("%s %s", e.pub, e.priv);
}

static int open_world(void **state)
{
	static const struct { const char *name; enum value_type type; unsigned flags; } fields[] = {
		{ "name", VALUE_TEXT, 0 }, { "shape", VALUE_SHAPE, 0 },
		{ "path", VALUE_TEXT, FIELD_MULTIVALUED | FIELD_HIERARCHICAL | FIELD_FACET }, { "text", VALUE_TEXT, 0 },
		{ "number", VALUE_INT, 0 }, { "photo", VALUE_FILE, 0 }, { "extra", VALUE_JSON, 0 },
	};
	(void)state;
	struct err e = { 0 };
	strcpy(world.folder, "/tmp/stoa-shapes-XXXXXX");
	assert_non_null(mkdtemp(world.folder));
	cities_mkdir(world.folder, "/1");
	cities_mkdir(world.folder, "/1/1");
	world.schema = (struct schema){ .fields = arena_array(&world.arena, struct field, COUNT_OF(fields)), .n = COUNT_OF(fields) };
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		world.schema.fields[i] = (struct field){ .name = str_of(fields[i].name), .label = str_of(fields[i].name),
			.type = fields[i].type, .flags = fields[i].flags, .hierarchy = STR("/") };
	struct engine_options o = { .folder = str_of(world.folder) };
	if (!engine_open(&o, &world.engine, &e)) fail_msg("%s %s", e.pub, e.priv);
	world.target = (struct query_target){ .at = { .tenant = { 1 }, .dataset = 1, .number = 1 }, .schema = &world.schema,
		.dataset_id = STR("shapes") };
	load_rows(engine_path(world.engine, &world.arena, world.target.at));
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	struct cities c = { .arena = world.arena, .engine = world.engine, .target = world.target };
	memcpy(c.folder, world.folder, sizeof c.folder);
	cities_close(&c);
	return 0;
}

/* All rows as JSON objects, apart by blanks; or the complaint. */
static struct str answer(struct arena *a, const struct query_request *r)
{
	const struct record_style style = { .zone = clock_utc() };
	struct query_plan p;
	struct query_cursor *c = NULL;
	struct err e = { 0 };
	struct batch b;
	auto_buf out = BUF_INIT(100000);
	if (!query_plan_rows(a, r, &p, &e)) return arena_str(a, str_of(e.pub));
	if (!query_open(world.engine, &p, NULL, &c, &e)) {
		query_plan_done(&p);
		return arena_str(a, str_of(e.code == ERR_ODSQL ? e.pub : e.priv));
	}
	struct record_keys *keys = record_keys(a, p.columns, p.ncolumns);
	for (;;) {
		if (!query_next(c, &b, &e)) {
			query_close(c);
			query_plan_done(&p);
			return arena_str(a, str_of(e.code == ERR_ODSQL ? e.pub : e.priv));
		}
		if (!b.nrows) break;
		for (size_t i = 0; i < b.nrows; i++) {
			if (out.n) buf_put_char(&out, ' ');
			record_put_object(&out, keys, &b, i, &style);
		}
	}
	query_close(c);
	query_plan_done(&p);
	return arena_str(a, buf_str(&out));
}

static void check(const char *select, const char *where, const char *group_by, const char *want)
{
	auto_arena a = ARENA_INIT;
	const struct str wheres[] = { str_of(where) };
	const struct query_request r = { .target = &world.target, .select = str_of(select), .where = wheres, .nwhere = 1,
		.group_by = str_of(group_by) };
	struct str got = answer(&a, &r);
	bool whole = want[0] == '{' || !*want;
	if (whole ? !str_eq(got, str_of(want)) : str_find(got, str_of(want)) < 0)
		fail_msg("select %s where %s group_by %s\n was %s\n not %s", select, where, group_by, got.p, want);
}

static void check_names(const char *where, const char *names)
{
	auto_buf want = BUF_INIT(1000);
	struct str rest = str_of(names);
	struct str name;
	while (rest.n && str_cut(&rest, ' ', &name)) {
		if (want.n) buf_put_char(&want, ' ');
		buf_printf(&want, "{\"name\":\"%.*s\"}", STR_ARG(name));
	}
	buf_put_char(&want, '\0');
	check("name", where, "", want.p);
}

static void shapes_are_tested_whole(void **state)
{
	(void)state;
	check_names("intersects(shape, geom'POINT(5 5)')", "square line");
	check_names("intersects(shape, geom'POLYGON((11 4,12 4,12 6,11 6,11 4))')", "line");
	check_names("within(shape, geom'POLYGON((-1 -1,11 -1,11 11,-1 11,-1 -1))')", "square");
	check_names("disjoint(shape, geom'POINT(5 5)')", "far");
	check_names("not intersects(shape, geom'POINT(5 5)')", "far none");
	check_names("geometry(shape, geom'POINT(178.5 0)')", "far");
	check_names("within_distance(shape, geom'POINT(5 5)', 0m)", "square line");
	check_names("within_distance(shape, geom'POINT(16 5)', 112km)", "line");
	check_names("within_distance(shape, geom'POINT(16 5)', 110km)", "");
	check_names("in_bbox(shape, 4, 14, 6, 20)", "line");
	check_names("in_bbox(shape, -2, 177, 2, 1)", "square far");
	check_names("in_bbox(shape, -2, 179.5, 2, -179)", "");
	check_names("shape is null", "none");
	check("count(shape), bbox(shape) as b", "not name = 'far'", "",
	      "{\"count(shape)\":2,\"b\":{\"type\":\"Feature\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
	      "[[[0,0],[15,0],[15,10],[0,10],[0,0]]]},\"properties\":{}}}");
	check("name", "shape = 'x'", "", "Field shape is not allowed in the current clause");
	check("envelope(shape)", "", "", "envelope() needs a geo_point_2d field");
	check("distance(shape, geom'POINT(1 1)')", "", "", "distance() needs a geo_point_2d field");
	check("", "", "shape", "Aggregation on geo point field is not possible.");
}

static void text_that_is_json_is_embedded(void **state)
{
	(void)state;
	check("json_format(text) as j", "", "", "{\"j\":{\"a\": [1, 2]}} {\"j\":\"oops \\\"x\\\"\"} {\"j\":7} {\"j\":null}");
	check("json_format(text, 'bad \"json\"') as j", "name = 'line'", "", "{\"j\":\"bad \\\"json\\\"\"}");
	check("json_format(text, null) as j", "name = 'line'", "", "{\"j\":null}");
}

static void files_and_json_only_tell_whether_they_are_there(void **state)
{
	(void)state;
	check_names("photo is null", "none");
	check_names("extra is not null", "square line far");
	check("name", "photo = 'line'", "", "Field photo is not allowed in the current clause");
	check("", "", "extra", "Field extra is not allowed in the current clause.");
	check("name", "photo like 'line'", "", "LIKE needs a text field");
	check("ifnull(photo, 'x')", "", "", "ifnull() needs a value that can be replaced");
}

static void an_empty_list_is_null_and_a_value_counts_once_a_row(void **state)
{
	(void)state;
	check_names("path is null", "far");
	check_names("path is not null", "square line none");
	check_names("path != 'e'", "square none");
	check_names("not path = 'e'", "square far none");
	check("count(path) as n, count(distinct path) as d", "", "", "{\"n\":3,\"d\":3}");
	check("count(*) as n", "", "path",
	      "{\"path\":null,\"n\":1} {\"path\":\"a/b/c\",\"n\":1} {\"path\":\"a/d\",\"n\":2} {\"path\":\"e\",\"n\":1}");
	check("count(*) as n", "", "lower(path) as p",
	      "{\"p\":null,\"n\":1} {\"p\":\"a/b/c\",\"n\":1} {\"p\":\"a/d\",\"n\":2} {\"p\":\"e\",\"n\":1}");
}

static void buckets_go_below_zero(void **state)
{
	(void)state;
	check("count(*) as n", "", "range(number, 10) as r",
	      "{\"r\":\"[-9223372036854775810, -9223372036854775801]\",\"n\":1} {\"r\":\"[-10, -1]\",\"n\":2} {\"r\":\"[0, 9]\",\"n\":1}");
	check("count(*) as n", "number > -100", "range(number, 2.5) as r",
	      "{\"r\":\"[-10.0, -7.5[\",\"n\":1} {\"r\":\"[-2.5, 0.0[\",\"n\":1} {\"r\":\"[0.0, 2.5[\",\"n\":1}");
	check("count(*) as n", "", "range(number, *, -10, 0) as r",
	      "{\"r\":\"[*, -11]\",\"n\":1} {\"r\":\"[-10, -1]\",\"n\":2}");
}

static void totals_are_right_or_refused(void **state)
{
	static const char refused[] = "does not fit 64 bits; multiply them by 1.0";
	(void)state;
	check("sum(number)", "", "", refused);
	check("sum(number - 1)", "", "", refused);
	check("sum(number * number) as s", "", "", refused);
	check("max(number * number) as s", "", "", refused);
	check("sum(ifnull(number * number, 0)) as s", "", "", refused);
	check("sum(number * number * number * 7) as s", "", "", refused);
	check("name, sum(number * number) as s", "", "", refused);
	check("sum(number * number) as s", "", "name", refused);
	check("sum(number * number) as s", "number > -100", "", "{\"s\":101}");
	check("sum(number) as s", "number < 0", "name", "{\"name\":\"line\",\"s\":-10} {\"name\":\"none\",\"s\":-9223372036854775808} {\"name\":\"square\",\"s\":-1}");
	/* What does not fit on its way only. */
	check("sum(number * number - number * number) as s", "", "", "{\"s\":0}");
	check("sum(number - 1 + number * 0 - number) as s", "", "", "{\"s\":-4}");
	check("sum(number * 1.0) as s, avg(number) as a", "", "", "{\"s\":-9.223372036854776e18,\"a\":-2.305843009213694e18}");
	check("avg(number * number) as a, median(number * number) as m", "", "", "{\"a\":2.1267647932558654e37,\"m\":50.5}");
	/* In the rows themselves there is nothing to leave out. */
	check("number * number as p, 1 + median(number) as m", "number < -1", "", "{\"p\":100,\"m\":-4.611686018427388e18} {\"p\":null,\"m\":-4.611686018427388e18}");
}

static void put_values(struct buf *b, const struct query_facet_value *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "%s%s%.*s=%.*s:%lld", i ? " " : "", v[i].state == QUERY_REFINED ? "!" : "",
		           STR_ARG(v[i].name), STR_ARG(v[i].path), (long long)v[i].count);
		if (!v[i].nchildren) continue;
		buf_lit(b, "(");
		put_values(b, v[i].children, v[i].nchildren);
		buf_lit(b, ")");
	}
}

static void check_facet(const char *refine, const char *want)
{
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(10000);
	const struct str refines[] = { str_of(refine) };
	const struct query_request r = { .target = &world.target, .refine = refines, .nrefine = 1 };
	struct query_facets f;
	struct err e = { 0 };
	if (!query_facets(world.engine, &a, &r, NULL, &f, &e)) fail_msg("%s: %s %s", refine, e.pub, e.priv);
	assert_int_equal(f.n, 1);
	put_values(&b, f.facets[0].values, f.facets[0].nvalues);
	buf_put_char(&b, '\0');
	assert_string_equal(b.p, want);
}

static void paths_of_lists_make_a_tree(void **state)
{
	(void)state;
	check_facet("", "a=a:2 e=e:1");
	check_facet("path:a", "!a=a:2(d=a/d:2 b=a/b:1)");
	check_facet("path:a/b", "!a=a:1(!b=a/b:1(c=a/b/c:1) d=a/d:1)");
	check_facet("path:e", "!e=e:1");
	auto_arena a = ARENA_INIT;
	const struct str refines[] = { STR("path:a/b") };
	const struct query_request r = { .target = &world.target, .select = STR("name"), .refine = refines, .nrefine = 1 };
	assert_string_equal(answer(&a, &r).p, "{\"name\":\"square\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_are_tested_whole),
		cmocka_unit_test(text_that_is_json_is_embedded),
		cmocka_unit_test(files_and_json_only_tell_whether_they_are_there),
		cmocka_unit_test(an_empty_list_is_null_and_a_value_counts_once_a_row),
		cmocka_unit_test(buckets_go_below_zero),
		cmocka_unit_test(totals_are_right_or_refused),
		cmocka_unit_test(paths_of_lists_make_a_tree),
	};
	return cmocka_run_group_tests_name("query shapes", tests, open_world, close_world);
}
