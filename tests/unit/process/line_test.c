/* Lines: how parameters are read and refused, both shapes of a processor, cells of every kind, lists, removed columns, rows
 * that become many or none, what is bounded; and properties that hold for any rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "run.h"

struct row { const char *processors, *before, *after; };

static size_t check(const struct row *rows, size_t n)
{
	size_t bad = 0;
	for (size_t i = 0; i < n; i++) {
		auto_arena a = ARENA_INIT;
		auto_buf got = BUF_INIT(64 << 20);
		auto_buf want = BUF_INIT(64 << 20);
		struct err e = { 0 };
		bool ok = run_json(&a, rows[i].processors, rows[i].before, &got, &e);
		if (ok) run_canonical(&a, buf_str(&got), rows[i].after, &want);
		if (ok && str_eq(buf_str(&got), buf_str(&want))) continue;
		print_error("%s\n  gave %.*s%s\n  want %.*s\n", rows[i].processors, STR_ARG(buf_str(&got)), ok ? "" : e.pub, STR_ARG(buf_str(&want)));
		bad++;
	}
	return bad;
}

static size_t refused(const struct row *rows, size_t n)
{
	size_t bad = 0;
	for (size_t i = 0; i < n; i++) {
		auto_arena a = ARENA_INIT;
		auto_buf got = BUF_INIT(1 << 20);
		struct err e = { 0 };
		bool ok = run_json(&a, rows[i].processors, "[]", &got, &e);
		if (!ok && e.code == ERR_PARAMETER && str_eq(buf_str(&got), str_of(rows[i].after))) continue;
		print_error("%s\n  gave %s%.*s\n  want %s\n", rows[i].processors, ok ? "no fault " : "", STR_ARG(buf_str(&got)), rows[i].after);
		bad++;
	}
	return bad;
}

static void faults_tell_the_place_and_what_was_expected(void **s)
{
	(void)s;
	static const struct row rows[] = {
		{ "{\"type\":\"concta\"}", NULL, "processors/0/type: there is no processor \"concta\"; did you mean \"concat\"?\n" },
		{ "{\"type\":\"paint_it\"}", NULL, "processors/0/type: there is no processor \"paint_it\".\n" },
		{ "{}", NULL, "processors/0/type: the type of the processor is missing, such as \"concat\".\n" },
		{ "[1]", NULL, "processors/0: a processor is an object with a type and its parameters.\n" },
		{ "{\"type\":\"copy\"}", NULL, "processors/0/field: field is missing: copy needs it.\nprocessors/0/output_field: output_field is missing: copy needs it.\n" },
		{ "{\"type\":\"copy\",\"feild\":\"a\",\"output_field\":\"b\"}", NULL,
		  "processors/0/feild: the processor copy has no parameter of this name; did you mean \"field\"?\nprocessors/0/field: field is missing: copy needs it.\n" },
		{ "{\"type\":\"copy\",\"field\":{},\"output_field\":\"?!\"}", NULL,
		  "processors/0/field: expected a text.\nprocessors/0/output_field: the name of a field has letters, digits and _ ; \"?!\" has none of them.\n" },
		{ "{\"type\":\"split\",\"field\":\"a\",\"separator\":\"-\",\"index\":\"two\",\"output_field\":\"b\"}", NULL, "processors/0/index: expected a whole number, such as 1.\n" },
		{ "{\"type\":\"split\",\"field\":\"a\",\"separator\":\"-\",\"index\":0,\"output_field\":\"b\"}", NULL, "processors/0/index: expected 1 for the first part, 2 for the second, -1 for the last.\n" },
		{ "{\"type\":\"set_timezone\",\"field\":\"a\",\"timezone\":\"Paris\"}", NULL, "processors/0/timezone: there is no time zone \"Paris\"; expected a name such as Europe/Paris or UTC.\n" },
		{ "{\"type\":\"regexp_replace\",\"field\":\"a\",\"regexp\":\"é(\"}", NULL, "processors/0/regexp: the regular expression cannot be read at position 2: missing closing parenthesis.\n" },
		{ "{\"type\":\"regexp_replace\",\"field\":\"a\",\"regexp\":\"(a)\",\"new\":\"\\\\g<x>\"}", NULL, "processors/0/new: the regular expression has no group \"x\".\n" },
		{ "{\"type\":\"string_extractor\",\"field\":\"a\",\"regexp\":\"(a)\"}", NULL, "processors/0/regexp: expected at least one named group, such as (?P<year>[0-9]+).\n" },
		{ "{\"type\":\"date_normalizer\",\"field\":\"a\",\"pattern\":\"%Q\"}", NULL,
		  "processors/0/pattern: there is no %Q (at position 0); the pattern has %a %A %w %d %b %B %m %y %Y %H %I %p %M %S %f %j %U %W %z.\n" },
		{ "{\"type\":\"string_replace\",\"old\":\"a\"}", NULL, "processors/0/field: expected the name of a field, or all_fields.\n" },
		{ "{\"type\":\"string_replace\",\"all_fields\":\"perhaps\",\"old\":\"a\"}", NULL, "processors/0/all_fields: expected true or false.\n" },
		{ "{\"type\":\"skip_record\",\"value\":\"x\"}", NULL, "processors/0/field: expected the name of a field, or a condition as the value, such as \"=price > 10\".\n" },
		{ "{\"type\":\"skip_record\",\"value\":\"=1 +\"}", NULL,
		  "processors/0/value: unexpected end of the expression at position 4: expected a number, a text in quotes, a field or a function.\nprocessors/0/field: expected the name of a field, or a condition as the value, such as \"=price > 10\".\n" },
		{ "{\"type\":\"extract_bit_range\",\"field\":\"a\",\"start\":8,\"stop\":2,\"output_field\":\"b\"}", NULL, "processors/0/stop: expected a bit from start to start + 63: 64 bits are read at most.\n" },
		{ "{\"type\":\"extract_bit_range\",\"field\":\"a\",\"start\":0,\"stop\":2,\"encoding\":\"octal\",\"output_field\":\"b\"}", NULL, "processors/0/encoding: expected one of: hex binary.\n" },
		{ "[{\"type\":\"copy\",\"field\":\"a\",\"output_field\":\"b\"},{\"type\":\"unicode_normalize\",\"fields\":[[]]}]", NULL, "processors/1/fields: expected a list of texts; number 1 of it is none.\n" },
	};
	assert_int_equal(refused(rows, COUNT_OF(rows)), 0);
}

static void both_shapes_and_other_words_are_read(void **s)
{
	(void)s;
	static const struct row rows[] = {
		{ "{\"name\":\"concat\",\"args\":{\"left\":\"a\",\"right\":\"b\",\"separator\":\"-\",\"output\":\"c\"}}", "[{\"a\":\"x\",\"b\":\"y\"}]", "[{\"a\":\"x\",\"b\":\"y\",\"c\":\"x-y\"}]" },
		{ "{\"uid\":\"pr_1\",\"type\":\"concat\",\"label\":\"Both\",\"left\":[\"a\"],\"right\":\"b\",\"separator\":null,\"output_field\":\"C!\"}", "[{\"a\":\"x\",\"b\":\"y\"}]",
		  "[{\"a\":\"x\",\"b\":\"y\",\"c\":\"xy\"}]" },
		{ "{\"type\":\"split\",\"field\":\"a\",\"separator\":\"-\",\"index\":\"2\",\"output\":\"b\"}", "[{\"a\":\"x-y\"}]", "[{\"a\":\"x-y\",\"b\":\"y\"}]" },
		{ "{\"type\":\"unicode_normalize\",\"fields\":\"a, b\"}", "[{\"a\":\"e\\u0301\",\"b\":\"x\"}]", "[{\"a\":\"\u00e9\",\"b\":\"x\"}]" },
		{ "{\"type\":\"expand_json_array\",\"field\":\"a\",\"output_field\":\"b\"}", "[{\"a\":[1,2]}]", "[{\"a\":[1,2],\"b\":1},{\"a\":[1,2],\"b\":2}]" },
		{ "{\"type\":\"copy\",\"field\":\"Rue Name\",\"output_field\":\"b\"}", "[{\"rue_name\":\"x\"}]", "[{\"rue_name\":\"x\",\"b\":\"x\"}]" },
		{ "[]", "[{\"a\":1}]", "[{\"a\":1}]" },
	};
	assert_int_equal(check(rows, COUNT_OF(rows)), 0);
}

static void cells_of_every_kind_are_handled(void **s)
{
	(void)s;
	static const struct row rows[] = {
		{ "{\"type\":\"string_replace\",\"field\":\"a\",\"old\":\"1\",\"new\":\"2\"}", "[{\"a\":11.5},{\"a\":3},{\"a\":true},{\"a\":null},{\"a\":[\"1\",2,\"x1\"]},{\"a\":{\"k\":1}}]",
		  "[{\"a\":\"22.5\"},{\"a\":3},{\"a\":true},{\"a\":null},{\"a\":[\"2\",2,\"x2\"]},{\"a\":\"{\\\"k\\\":2}\"}]" },
		{ "{\"type\":\"string_replace\",\"field\":\"nowhere\",\"old\":\"1\",\"new\":\"2\"}", "[{\"a\":1}]", "[{\"a\":1}]" },
		{ "{\"type\":\"string_replace\",\"all_fields\":true,\"old\":\"aa\",\"new\":\"a\"}", "[{\"a\":\"aaaaa\",\"b\":1}]", "[{\"a\":\"aaa\",\"b\":1}]" },
		{ "{\"type\":\"regexp_replace\",\"field\":\"a\",\"regexp\":\"x*\",\"new\":\"-\"}", "[{\"a\":\"abxd\"},{\"a\":\"\"},{\"a\":\"\u00e9\"}]", "[{\"a\":\"-a-b--d-\"},{\"a\":\"-\"},{\"a\":\"-\u00e9-\"}]" },
		{ "{\"type\":\"regexp_replace\",\"field\":\"a\",\"regexp\":\"(?P<y>\\\\d+)-(?P<m>\\\\d+)\",\"new\":\"\\\\g<m>/\\\\g<1>\\\\n$1\"}", "[{\"a\":\"2024-05\"}]", "[{\"a\":\"05/2024\\n$1\"}]" },
		{ "{\"type\":\"regexp_replace\",\"field\":\"a\",\"regexp\":\"^b\",\"new\":\"x\",\"multiline\":true,\"ignore_case\":true}", "[{\"a\":\"a\\nBc\"}]", "[{\"a\":\"a\\nxc\"}]" },
		{ "{\"type\":\"regexp_replace\",\"field\":\"a\",\"regexp\":\"a.b\",\"new\":\"x\",\"dot_all\":true}", "[{\"a\":\"a\\nb\"}]", "[{\"a\":\"x\"}]" },
		{ "{\"type\":\"regexp_replace\",\"field\":\"a\",\"regexp\":\"\\\\w+\",\"new\":\"w\"}", "[{\"a\":\"\u00e9t\u00e9 1\"}]", "[{\"a\":\"w w\"}]" },
		{ "{\"type\":\"date_normalizer\",\"field\":\"a\",\"pattern\":\"%A %d %B %Y\"}", "[{\"a\":\"monday 01 JULY 2024\"},{\"a\":[\"Mon 1 Jul 2024\"]}]", "[{\"a\":\"2024-07-01\"},{\"a\":[\"2024-07-01\"]}]" },
		{ "{\"type\":\"date_normalizer\",\"field\":\"a\",\"pattern\":\"%d%m%y\"}", "[{\"a\":\"010768\"},{\"a\":\"010769\"}]", "[{\"a\":\"2068-07-01\"},{\"a\":\"1969-07-01\"}]" },
		{ "{\"type\":\"date_normalizer\",\"field\":\"a\",\"pattern\":\"%Y %j\"}", "[{\"a\":\"2024 60\"}]", "[{\"a\":\"2024-02-29\"}]" },
		{ "{\"type\":\"date_normalizer\",\"field\":\"a\",\"pattern\":\"%Y W%W %w\"}", "[{\"a\":\"2024 W01 1\"}]", "[{\"a\":\"2024-01-01\"}]" },
		{ "{\"type\":\"date_normalizer\",\"field\":\"a\",\"pattern\":\"%Y U%U %a\"}", "[{\"a\":\"2024 U01 Sun\"}]", "[{\"a\":\"2024-01-07\"}]" },
		{ "{\"type\":\"date_normalizer\",\"field\":\"a\",\"pattern\":\"%d/%m/%Y %H:%M:%S.%f\"}", "[{\"a\":\"1/2/2024 03:04:05.25\"}]", "[{\"a\":\"2024-02-01T03:04:05.250000\"}]" },
		{ "{\"type\":\"date_normalizer\",\"field\":\"a\",\"pattern\":\"%Y%m%dT%H%M%S%z\"}", "[{\"a\":\"20240501T120000+0200\"}]", "[{\"a\":\"2024-05-01T10:00:00+00:00\"}]" },
		{ "{\"type\":\"date_normalizer\",\"field\":\"a\",\"pattern\":\"%d/%m/%Y\"}", "[{\"a\":\"1/2/2024 x\"}]",
		  "[{\"a\":null,\"!\":\"\\\"1/2/2024 x\\\" is not written as %d/%m/%Y: expected the end at position 8.\"}]" },
		{ "{\"type\":\"expand_multivalued\",\"field\":\"a\",\"output_field\":\"a\"}", "[{\"a\":[1,\"x\",null,true]},{\"a\":\";;\"},{\"a\":\"p\"}]", "[{\"a\":1},{\"a\":\"x\"},{\"a\":true},{\"a\":null},{\"a\":\"p\"}]" },
		{ "{\"type\":\"extract_json\",\"field\":\"a\",\"paths\":[\"x.y\",\"l\",\"g\"]}", "[{\"a\":\"{\\\"x\\\":{\\\"y\\\":1.50},\\\"l\\\":[1,2],\\\"g\\\":{\\\"type\\\":\\\"Point\\\",\\\"coordinates\\\":[1,2]}}\"},{\"a\":\"[1]\"}]",
		  "[{\"a\":\"{\\\"x\\\":{\\\"y\\\":1.50},\\\"l\\\":[1,2],\\\"g\\\":{\\\"type\\\":\\\"Point\\\",\\\"coordinates\\\":[1,2]}}\",\"x_y\":1.5,\"l\":[1,2],\"g\":{\"type\":\"Point\",\"coordinates\":[1,2]}},{\"a\":\"[1]\"}]" },
		{ "{\"type\":\"extract_html\",\"field\":\"a\"}", "[{\"a\":\"<script>if (a<b) x='</p>'</script>ok<!-- <b> --> <img alt='>'>x<\"},{\"a\":\"a<br/>b\"},{\"a\":\"<p\"}]",
		  "[{\"a\":\"ok x<\"},{\"a\":\"a b\"},{\"a\":\"\"}]" },
		{ "{\"type\":\"deduplicate_multivalued\",\"field\":\"a\",\"separator\":\"|\",\"output_field\":\"b\"}",
		  "[{\"a\":\"1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|1|17\"},{\"a\":[1,1,\"1\"]},{\"a\":5}]",
		  "[{\"a\":\"1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|1|17\",\"b\":\"1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17\"},{\"a\":[1,1,\"1\"],\"b\":[1]},{\"a\":5,\"b\":5}]" },
		{ "{\"type\":\"extract_bit_range\",\"field\":\"a\",\"start\":0,\"stop\":63,\"output_type\":\"uint\",\"output_field\":\"b\"}", "[{\"a\":\"ffffffffffffffff\"},{\"a\":\"ff\"}]",
		  "[{\"a\":\"ffffffffffffffff\",\"b\":1.8446744073709552e19},{\"a\":\"ff\",\"b\":null,\"!\":\"There are fewer bits than the range asks for.\"}]" },
		{ "{\"type\":\"extract_bit_range\",\"field\":\"a\",\"start\":0,\"stop\":31,\"output_type\":\"float\",\"output_field\":\"b\"}", "[{\"a\":\"3fc00000\"},{\"a\":\"7f800000\"}]",
		  "[{\"a\":\"3fc00000\",\"b\":1.5},{\"a\":\"7f800000\",\"b\":null,\"!\":\"The bits are no finite number.\"}]" },
		{ "{\"type\":\"set_timezone\",\"field\":\"a\",\"timezone\":\"America/New_York\"}", "[{\"a\":\"2024-03-10T02:30:00\"},{\"a\":[\"2024-01-01T00:00\"]}]",
		  "[{\"a\":\"2024-03-10T03:30:00-04:00\"},{\"a\":[\"2024-01-01T00:00:00-05:00\"]}]" },
		{ "{\"type\":\"skip_record\",\"field\":\"a\",\"value\":\"x\",\"exact_match\":true}", "[{\"a\":\"x\"},{\"a\":\"xy\"},{\"a\":[\"q\",\"x\"]}]", "[{\"a\":\"xy\"}]" },
		{ "{\"type\":\"skip_record\",\"field\":\"a\",\"value\":\"=b\",\"exact_match\":true}", "[{\"a\":\"1\",\"b\":1},{\"a\":2,\"b\":1}]", "[{\"a\":2,\"b\":1}]" },
		{ "{\"type\":\"skip_record\",\"value\":\"=a * 2 > 4\"}", "[{\"a\":3},{\"a\":\"word\"},{\"a\":1}]", "[{\"a\":\"word\",\"!\":\"Expected a number, not \\\"word\\\".\"},{\"a\":1}]" },
	};
	assert_int_equal(check(rows, COUNT_OF(rows)), 0);
}

static void columns_that_are_removed_are_gone_for_those_that_follow(void **s)
{
	(void)s;
	static const struct row rows[] = {
		{ "[{\"type\":\"transpose_columns\",\"fixed_fields\":[\"id\"],\"title_column\":\"year\",\"value_column\":\"n\"},{\"type\":\"skip_record\",\"field\":\"n\"},"
		  "{\"type\":\"copy\",\"field\":\"y1\",\"output_field\":\"seen\"},{\"type\":\"add_field\",\"field\":\"y1\"}]",
		  "[{\"id\":1,\"y1\":5,\"y2\":null}]", "[{\"id\":1,\"year\":\"y1\",\"n\":5,\"seen\":null,\"y1\":null}]" },
		{ "[{\"type\":\"transpose_columns\",\"fixed_fields\":[\"a\"],\"title_column\":\"t\",\"value_column\":\"v\"}]", "[{\"a\":1}]", "[{\"a\":1,\"t\":null,\"v\":null}]" },
		{ "[{\"type\":\"expand_multivalued\",\"field\":\"a\",\"output_field\":\"p\"},{\"type\":\"expand_multivalued\",\"field\":\"b\",\"output_field\":\"q\"},"
		  "{\"type\":\"string_replace\",\"field\":\"p\",\"old\":\"x\",\"new\":\"z\"}]",
		  "[{\"a\":\"x;y\",\"b\":\"1;2\"}]",
		  "[{\"a\":\"x;y\",\"b\":\"1;2\",\"p\":\"z\",\"q\":\"1\"},{\"a\":\"x;y\",\"b\":\"1;2\",\"p\":\"z\",\"q\":\"2\"},"
		  "{\"a\":\"x;y\",\"b\":\"1;2\",\"p\":\"y\",\"q\":\"1\"},{\"a\":\"x;y\",\"b\":\"1;2\",\"p\":\"y\",\"q\":\"2\"}]" },
	};
	assert_int_equal(check(rows, COUNT_OF(rows)), 0);
}

static struct str many(struct arena *a, const char *head, const char *piece, size_t n, const char *tail)
{
	auto_buf b = BUF_INIT(64 << 20);
	buf_put(&b, str_of(head));
	for (size_t i = 0; i < n; i++) buf_put(&b, str_of(piece));
	buf_put(&b, str_of(tail));
	return arena_str(a, buf_str(&b));
}

static void what_one_row_can_become_is_bounded(void **s)
{
	(void)s;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	auto_buf out = BUF_INIT(256 << 20);
	/* 400 × 400 rows of one. */
	struct str row = many(&a, "[{\"a\":\"", "v;", 400, "\"}]");
	assert_true(run_json(&a, "[{\"type\":\"expand_multivalued\",\"field\":\"a\",\"output_field\":\"b\"},{\"type\":\"expand_multivalued\",\"field\":\"a\",\"output_field\":\"c\"},"
	                         "{\"type\":\"skip_record\",\"value\":\"=true\"}]", row.p, &out, &e));
	assert_true(str_find(buf_str(&out), STR("More than 100000 rows come of this one")) > 0);
	/* Each of 1,000 rows would carry a text of 1 MiB. */
	buf_clear(&out);
	row = many(&a, many(&a, "[{\"b\":\"", "v;", 1000, "\",\"a\":\"").p, "aaaaaaaaaaaaaaaa", 65536, "\"}]");
	assert_true(run_json(&a, "[{\"type\":\"expand_multivalued\",\"field\":\"b\",\"output_field\":\"c\"},{\"type\":\"skip_record\",\"value\":\"=c == 'x'\"},"
	                         "{\"type\":\"copy\",\"field\":\"c\",\"output_field\":\"a\"}]", row.p, &out, &e));
	assert_true(str_find(buf_str(&out), STR("have more than 256 MiB")) > 0);
	/* Each replacing makes the text a hundred times longer. */
	buf_clear(&out);
	row = many(&a, "[{\"a\":\"", "aaaaaaaaaaaaaaaa", 4096, "\"}]");
	struct str longer = many(&a, "{\"type\":\"string_replace\",\"field\":\"a\",\"old\":\"a\",\"new\":\"", "a", 1000, "\"}");
	assert_true(run_json(&a, longer.p, row.p, &out, &e));
	assert_true(str_find(buf_str(&out), STR("The result is too large")) > 0);
	/* A pattern that would try all ways to part a text. */
	buf_clear(&out);
	row = many(&a, "[{\"a\":\"", "aaaaaaaaaaaaaaaa", 64, "!\"}]");
	int64_t from = clock_monotonic_ns();
	assert_true(run_json(&a, "{\"type\":\"regexp_replace\",\"field\":\"a\",\"regexp\":\"^(a+)+$\",\"new\":\"\"}", row.p, &out, &e));
	assert_true(str_find(buf_str(&out), STR("takes too many steps")) > 0);
	assert_true(clock_monotonic_ns() - from < INT64_C(5000000000));
}

/* --- properties --------------------------------------------------------------------------------------------- */

/* Rows of chance: texts with separators, quotes and letters of many kinds, numbers, truths, lists, nulls. */
static struct str rows_of_chance(struct arena *a, uint64_t seed, size_t n)
{
	static const char *const values[] = { "null", "\"\"", "\"a;b;c\"", "\"\u00e9t\u00e9\"", "12", "-0.5", "true", "[\"x\",\"y\",3]", "[]", "\"{\\\"k\\\":[1,2]}\"", "\"2024-02-29\"",
		"\"31/12/1999\"", "\"<b>x</b> &amp;\"", "\"https://example.org/a.\"", "{\"k\":{\"l\":null}}", "\"0x1F\"", "\" \"", "\"\\u0000\\n\"" };
	auto_buf b = BUF_INIT(1 << 20);
	buf_lit(&b, "[");
	for (size_t i = 0; i < n; i++) {
		buf_printf(&b, "%s{", i ? "," : "");
		for (char c = 'a'; c <= 'e'; c++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			buf_printf(&b, "%s\"%c\":%s", c > 'a' ? "," : "", c, values[(seed >> 33) % COUNT_OF(values)]);
		}
		buf_lit(&b, "}");
	}
	buf_lit(&b, "]");
	return arena_str(a, buf_str(&b));
}

static void processors_that_do_nothing_keep_the_rows(void **s)
{
	(void)s;
	static const char *const nothing[] = {
		"[]", "{\"type\":\"string_replace\",\"all_fields\":true,\"old\":\"no such text\",\"new\":\"x\"}", "{\"type\":\"regexp_replace\",\"all_fields\":true,\"regexp\":\"no such text\"}",
		"{\"type\":\"skip_record\",\"value\":\"=false\"}", "{\"type\":\"skip_record\",\"value\":\"=true\",\"keep\":true}", "{\"type\":\"copy\",\"field\":\"a\",\"output_field\":\"a\"}",
		"{\"type\":\"meta_expression\",\"expression\":\"=X\",\"fields\":[\"f\"]}", "{\"type\":\"unicode_normalize\",\"all_fields\":true}", "{\"type\":\"delete_record\",\"value\":\"=1 > 2\"}",
		"[{\"type\":\"string_replace\",\"field\":\"b\",\"old\":\"a\",\"new\":\"\\u0001\"},{\"type\":\"string_replace\",\"field\":\"b\",\"old\":\"\\u0001\",\"new\":\"a\"}]",
	};
	for (uint64_t seed = 1; seed <= 20; seed++) {
		auto_arena a = ARENA_INIT;
		struct str rows = rows_of_chance(&a, seed, 20);
		for (size_t i = 0; i < COUNT_OF(nothing); i++) {
			auto_buf plain = BUF_INIT(4 << 20);
			auto_buf got = BUF_INIT(4 << 20);
			struct err e = { 0 };
			assert_true(run_json(&a, "[]", rows.p, &plain, &e));
			assert_true(run_json(&a, nothing[i], rows.p, &got, &e));
			/* A cell of JSON that text replacing went through may come back as text; the two replacings are on such a column only where it is one. */
			if (i == COUNT_OF(nothing) - 1 && str_find(rows, STR("\"b\":{")) >= 0) continue;
			if (!str_eq(buf_str(&plain), buf_str(&got))) fail_msg("%s\n  gave %.*s\n  want %.*s", nothing[i], STR_ARG(buf_str(&got)), STR_ARG(buf_str(&plain)));
		}
	}
}

/* Every example's processor over rows of chance: rows come out, the same ones again, and what it leaves alone stays. */
static void every_processor_takes_any_row_and_gives_the_same_again(void **s)
{
	(void)s;
	for (size_t i = 0; process_table[i]; i++) {
		for (const struct process_example *x = process_table[i]->examples; x->processor; x++) {
			auto_arena a = ARENA_INIT;
			struct str rows = rows_of_chance(&a, i + 1, 30);
			/* The columns of the example, filled with anything. */
			auto_json *doc = NULL;
			struct err e = { 0 };
			assert_true(json_read(str_of(x->before), &doc, &e));
			struct str *names;
			size_t n = run_columns(&a, json_root(doc), &names);
			auto_buf renamed = BUF_INIT(4 << 20);
			for (size_t at = 0; at < rows.n; at++) {
				bool key = rows.p[at] == '"' && at + 3 < rows.n && rows.p[at + 2] == '"' && rows.p[at + 3] == ':' && rows.p[at + 1] >= 'a' && rows.p[at + 1] <= 'e' && at && (rows.p[at - 1] == '{' || rows.p[at - 1] == ',');
				size_t which = key ? (size_t)(rows.p[at + 1] - 'a') : 0;
				if (key && which < n) {
					buf_printf(&renamed, "\"%.*s\"", STR_ARG(names[which]));
					at += 2;
				} else {
					buf_put_char(&renamed, rows.p[at]);
				}
			}
			auto_buf once = BUF_INIT(16 << 20);
			auto_buf twice = BUF_INIT(16 << 20);
			const char *before = arena_cstr(&a, buf_str(&renamed));
			assert_true(run_json(&a, x->processor, before, &once, &e));
			assert_true(run_json(&a, x->processor, before, &twice, &e));
			if (!str_eq(buf_str(&once), buf_str(&twice)) || str_find(buf_str(&once), STR("NOT JSON")) >= 0)
				fail_msg("%s gave %.*s", x->processor, STR_ARG(buf_str(&once)));
		}
	}
}

static void expanding_and_joining_again_is_what_it_was(void **s)
{
	(void)s;
	static const struct row rows[] = {
		/* The list taken apart, and each part filtered, is the list of what passes. */
		{ "[{\"type\":\"expand_multivalued\",\"field\":\"a\",\"separator\":\",\",\"output_field\":\"a\"},{\"type\":\"expression\",\"expression\":\"=upper(a)\",\"output_field\":\"u\"},"
		  "{\"type\":\"skip_record\",\"field\":\"u\",\"value\":\"B\",\"exact_match\":true}]",
		  "[{\"a\":\"a,b,c\",\"k\":1}]", "[{\"a\":\"a\",\"k\":1,\"u\":\"A\"},{\"a\":\"c\",\"k\":1,\"u\":\"C\"}]" },
		{ "[{\"type\":\"json_array_to_multivalued\",\"field\":\"a\",\"output_field\":\"m\"},{\"type\":\"expand_multivalued\",\"field\":\"m\",\"output_field\":\"m\"}]",
		  "[{\"a\":[1,2]}]", "[{\"a\":[1,2],\"m\":\"1\"},{\"a\":[1,2],\"m\":\"2\"}]" },
	};
	assert_int_equal(check(rows, COUNT_OF(rows)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_tell_the_place_and_what_was_expected),
		cmocka_unit_test(both_shapes_and_other_words_are_read),
		cmocka_unit_test(cells_of_every_kind_are_handled),
		cmocka_unit_test(columns_that_are_removed_are_gone_for_those_that_follow),
		cmocka_unit_test(what_one_row_can_become_is_bounded),
		cmocka_unit_test(processors_that_do_nothing_keep_the_rows),
		cmocka_unit_test(every_processor_takes_any_row_and_gives_the_same_again),
		cmocka_unit_test(expanding_and_joining_again_is_what_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
