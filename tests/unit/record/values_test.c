/* Values as JSON (Explore API §17), as CSV (§12.4), and for readers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "record/record.h"

/* One column of one row, and how it is written. */
struct example {
	const char *what;
	struct column column;
	struct record_column how;
	const char *json, *csv, *reading;
};

static const int64_t i_value[] = { 369000 };
static const int64_t t_value[] = { INT64_C(1733318333000000) };
static const double d_whole[] = { 53550 }, d_part[] = { 4.6 }, d_nan[] = { 0.0 / 0.0 }, lat[] = { 49.27 }, lon[] = { -123.06 };
static const bool yes[] = { true };
static const int32_t day[] = { 6588 }; /* 1988-01-15 */
static const struct str word[] = { { "L'\"eau\"; vive", 13 } }, json[] = { { "{\"a\":\n1}", 8 } },
	file[] = { { "https://x.example/files/a.pdf?v=1", 33 } }, file_object[] = { { "{\"url\":\"https://x/y\"}", 21 } };
static const struct list_span two[] = { { 0, 2 } }, none[] = { { 0, 0 } };
static const struct str items[] = { { "river", 5 }, { "metro", 5 } };
static const uint64_t nothing = 0;
/* POINT(-123.06 49.27), little-endian */
static const struct str wkb[] = { { "\x01\x01\x00\x00\x00\xa4\x70\x3d\x0a\xd7\xc3\x5e\xc0\xc3\xf5\x28\x5c\x8f\xa2\x48\x40", 21 } };
static const struct str not_wkb[] = { { "\x01\x01\x00\x00\x00\xa4", 6 } };

static const struct example examples[] = {
	{ "null", { .type = { VALUE_INT, false }, .valid = &nothing, .ints = i_value }, { .json_text = false }, "null", "", "" },
	{ "int", { .type = { VALUE_INT, false }, .ints = i_value }, { .json_text = false }, "369000", "369000", "369,000" },
	{ "whole double", { .type = { VALUE_DOUBLE, false }, .doubles = d_whole }, { .json_text = false }, "53550.0", "53550", "53,550" },
	{ "double", { .type = { VALUE_DOUBLE, false }, .doubles = d_part }, { .json_text = false }, "4.6", "4.6", "4.6" },
	{ "not a number", { .type = { VALUE_DOUBLE, false }, .doubles = d_nan }, { .json_text = false }, "null", "", "" },
	{ "boolean", { .type = { VALUE_BOOL, false }, .bools = yes }, { .json_text = false }, "true", "True", "Yes" },
	{ "date", { .type = { VALUE_DATE, false }, .days = day }, { .json_text = false }, "\"1988-01-15\"", "1988-01-15", "15 January 1988" },
	{ "month", { .type = { VALUE_DATE, false }, .days = day }, { .precision = { "month", 5 } }, "\"1988-01\"", "1988-01", "January 1988" },
	{ "year", { .type = { VALUE_DATE, false }, .days = day }, { .precision = { "year", 4 } }, "\"1988\"", "1988", "1988" },
	{ "datetime", { .type = { VALUE_DATETIME, false }, .ints = t_value }, { .json_text = false },
	  "\"2024-12-04T13:18:53+00:00\"", "2024-12-04T13:18:53+00:00", "4 December 2024, 13:18" },
	{ "text", { .type = { VALUE_TEXT, false }, .texts = word }, { .json_text = false }, "\"L'\\\"eau\\\"; vive\"", "\"L'\"\"eau\"\"; vive\"", "L'\"eau\"; vive" },
	{ "text with JSON", { .type = { VALUE_TEXT, false }, .texts = json }, { .json_text = true }, "{\"a\": 1}", "\"{\"\"a\"\":\n1}\"", "{\"a\":\n1}" },
	{ "json_blob", { .type = { VALUE_JSON, false }, .texts = json }, { .json_text = false }, "{\"a\": 1}", "\"{\"\"a\"\":\n1}\"", "{\"a\":\n1}" },
	{ "list", { .type = { VALUE_TEXT, true }, .lists = two, .items = items }, { .json_text = false }, "[\"river\",\"metro\"]", "river,metro", "river, metro" },
	{ "empty list", { .type = { VALUE_TEXT, true }, .lists = none, .items = items }, { .json_text = false }, "null", "", "" },
	{ "point", { .type = { VALUE_POINT, false }, .lats = lat, .lons = lon }, { .json_text = false },
	  "{\"lon\":-123.06,\"lat\":49.27}", "49.27, -123.06", "49.27, -123.06" },
	{ "shape", { .type = { VALUE_SHAPE, false }, .texts = wkb }, { .json_text = false },
	  "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[-123.06,49.27]},\"properties\":{}}",
	  "\"{\"\"coordinates\"\": [-123.06, 49.27], \"\"type\"\": \"\"Point\"\"}\"", "Point" },
	{ "broken shape", { .type = { VALUE_SHAPE, false }, .texts = not_wkb }, { .json_text = false },
	  "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{}}", "null", "Point" },
	{ "file", { .type = { VALUE_FILE, false }, .texts = file }, { .json_text = false },
	  "{\"thumbnail\":false,\"filename\":\"a.pdf\",\"format\":\"pdf\",\"url\":\"https://x.example/files/a.pdf?v=1\"}",
	  "https://x.example/files/a.pdf?v=1", "https://x.example/files/a.pdf?v=1" },
	{ "file object", { .type = { VALUE_FILE, false }, .texts = file_object }, { .json_text = false },
	  "{\"url\":\"https://x/y\"}", "https://x/y", "https://x/y" },
};

static void check(const char *what, struct buf *b, const char *want)
{
	buf_put_char(b, 0);
	if (strcmp(b->p, want) != 0) fail_msg("%s: %s instead of %s", what, b->p, want);
	buf_clear(b);
}

static void every_type_is_written_in_every_way(void **s)
{
	(void)s;
	struct record_style style = { .zone = clock_utc() };
	struct record_csv csv = { ';', STR(","), false };
	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		const struct example *x = &examples[i];
		auto_buf b = BUF_INIT(1 << 16);
		record_put_json(&b, &x->how, &x->column, 0, &style);
		check(x->what, &b, x->json);
		record_put_csv(&b, &x->how, &x->column, 0, &style, &csv);
		check(x->what, &b, x->csv);
		record_put_reading(&b, &x->how, NULL, &x->column, 0, &style, STR("en"));
		check(x->what, &b, x->reading);
	}
}

static void objects_have_every_key_in_order(void **s)
{
	(void)s;
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(1 << 16);
	struct record_style style = { .zone = clock_utc() };
	struct record_column how[] = { { .key = STR("count(*)") }, { .key = STR("a \"b\"") } };
	struct column columns[] = { { .type = { VALUE_INT, false }, .ints = i_value },
		                    { .type = { VALUE_BOOL, false }, .valid = &nothing, .bools = yes } };
	struct batch rows = { columns, 2, 1 };
	record_put_object(&b, record_keys(&a, how, 2), &rows, 0, &style);
	check("object", &b, "{\"count(*)\":369000,\"a \\\"b\\\"\":null}");
	record_put_object(&b, record_keys(&a, how, 0), &rows, 0, &style);
	check("no columns", &b, "{}");
}

static void csv_honours_delimiter_separator_and_quotes(void **s)
{
	(void)s;
	auto_buf b = BUF_INIT(1 << 16);
	struct record_style style = { .zone = clock_utc() };
	struct record_csv csv = { ',', STR(" | "), true };
	struct record_column how = { .json_text = false };
	struct column list = { .type = { VALUE_TEXT, true }, .lists = two, .items = items };
	struct column point = { .type = { VALUE_POINT, false }, .lats = lat, .lons = lon };
	struct column number = { .type = { VALUE_INT, false }, .ints = i_value };
	record_put_csv(&b, &how, &list, 0, &style, &csv);
	check("list", &b, "\"river | metro\"");
	record_put_csv(&b, &how, &point, 0, &style, &csv);
	check("point", &b, "\"49.27, -123.06\"");
	record_put_csv(&b, &how, &number, 0, &style, &csv);
	check("number", &b, "369000");
}

static void datetimes_stand_in_the_zone_asked_for(void **s)
{
	(void)s;
	auto_buf b = BUF_INIT(1 << 16);
	struct record_style style = { .zone = clock_zone_or_null(STR("Europe/Paris")) };
	struct record_column how = { .json_text = false };
	struct column c = { .type = { VALUE_DATETIME, false }, .ints = t_value };
	record_put_json(&b, &how, &c, 0, &style);
	check("datetime", &b, "\"2024-12-04T14:18:53+01:00\"");
}

/* A polygon with a hole inside a multipolygon inside a collection, big-endian outside. */
static void nested_shapes_keep_their_levels(void **s)
{
	(void)s;
	auto_buf wkb_bytes = BUF_INIT(1 << 16);
	auto_buf b = BUF_INIT(1 << 16);
	static const double ring[][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 0, 0 } };
	struct record_style style = { .zone = clock_utc(), .geometry_only = true };
	struct record_column how = { .json_text = false };
	buf_put(&wkb_bytes, str_make("\0\0\0\0\x07\0\0\0\x01", 9));
	buf_put(&wkb_bytes, str_make("\x01\x06\0\0\0\x01\0\0\0", 9));
	buf_put(&wkb_bytes, str_make("\x01\x03\0\0\0\x01\0\0\0\x04\0\0\0", 13));
	buf_put(&wkb_bytes, str_make((const char *)ring, sizeof ring));
	struct str bytes = buf_str(&wkb_bytes);
	struct column c = { .type = { VALUE_SHAPE, false }, .texts = &bytes };
	record_put_json(&b, &how, &c, 0, &style);
	check("collection", &b, "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"MultiPolygon\",\"coordinates\":"
	      "[[[[0,0],[1,0],[1,1],[0,0]]]]}]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_written_in_every_way),
		cmocka_unit_test(objects_have_every_key_in_order),
		cmocka_unit_test(csv_honours_delimiter_separator_and_quotes),
		cmocka_unit_test(datetimes_stand_in_the_zone_asked_for),
		cmocka_unit_test(nested_shapes_keep_their_levels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
