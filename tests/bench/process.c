/* Rows a second of each processor, and of a line of five ordinary ones: 12 columns, cells as a CSV gives them. The rival of
 * the same run is a line without processors. */
#include <stdio.h>
#include <stdlib.h>
#include "process/process.h"

enum { COLUMNS = 12, KINDS = 64 };

static const struct { const char *name, *processors; } lines[] = {
	{ "(none)", "[]" },
	{ "copy", "[{\"type\":\"copy\",\"field\":\"town\",\"output_field\":\"o\"}]" },
	{ "concat", "[{\"type\":\"concat\",\"left\":\"street\",\"right\":\"town\",\"separator\":\", \",\"output_field\":\"o\"}]" },
	{ "string_replace", "[{\"type\":\"string_replace\",\"field\":\"price\",\"old\":\" €\",\"new\":\"\"}]" },
	{ "string_replace, all fields", "[{\"type\":\"string_replace\",\"all_fields\":true,\"old\":\"€\",\"new\":\"EUR\"}]" },
	{ "regexp_replace", "[{\"type\":\"regexp_replace\",\"field\":\"street\",\"regexp\":\"\\\\s+\",\"new\":\" \"}]" },
	{ "string_extractor", "[{\"type\":\"string_extractor\",\"field\":\"street\",\"regexp\":\"(?P<no>\\\\d+) (?P<way>.+)\"}]" },
	{ "expression, numbers", "[{\"type\":\"expression\",\"expression\":\"=round(n * 1.2 + m, 2)\",\"output_field\":\"o\"}]" },
	{ "expression, text", "[{\"type\":\"expression\",\"expression\":\"=upper(left(town, 3)) & '-' & code\",\"output_field\":\"o\"}]" },
	{ "expression, {{ }}", "[{\"type\":\"expression\",\"expression\":\"{{street}}, {{code}} {{town}}\",\"output_field\":\"o\"}]" },
	{ "expression, date", "[{\"type\":\"expression\",\"expression\":\"=year(at) * 100 + month(at)\",\"output_field\":\"o\"}]" },
	{ "skip_record", "[{\"type\":\"skip_record\",\"field\":\"state\",\"value\":\"closed\"}]" },
	{ "skip_record, condition", "[{\"type\":\"skip_record\",\"value\":\"=n > 1000 and state == 'open'\"}]" },
	{ "split", "[{\"type\":\"split\",\"field\":\"tags\",\"separator\":\";\",\"index\":2,\"output_field\":\"o\"}]" },
	{ "deduplicate_multivalued", "[{\"type\":\"deduplicate_multivalued\",\"field\":\"tags\",\"output_field\":\"o\"}]" },
	{ "expand_multivalued", "[{\"type\":\"expand_multivalued\",\"field\":\"tags\",\"output_field\":\"o\"}]" },
	{ "date_normalizer", "[{\"type\":\"date_normalizer\",\"field\":\"day\",\"pattern\":\"%d/%m/%Y\"}]" },
	{ "set_timezone", "[{\"type\":\"set_timezone\",\"field\":\"at\",\"timezone\":\"Europe/Paris\"}]" },
	{ "extract_json", "[{\"type\":\"extract_json\",\"field\":\"meta\",\"paths\":[\"a\",\"b.c\"]}]" },
	{ "extract_html", "[{\"type\":\"extract_html\",\"field\":\"html\"}]" },
	{ "decode_html_entities", "[{\"type\":\"decode_html_entities\",\"field\":\"html\"}]" },
	{ "extract_urls", "[{\"type\":\"extract_urls\",\"field\":\"html\",\"output_field\":\"o\"}]" },
	{ "normalize_url", "[{\"type\":\"normalize_url\",\"field\":\"town\"}]" },
	{ "unicode_normalize", "[{\"type\":\"unicode_normalize\",\"fields\":[\"town\",\"street\"]}]" },
	{ "transform_boolean_columns", "[{\"type\":\"transform_boolean_columns\",\"fields\":[\"state\",\"n\",\"m\"],\"output_field\":\"o\"}]" },
	{ "create_geopoint", "[{\"type\":\"create_geopoint\",\"latitude\":\"n\",\"longitude\":\"m\",\"output_field\":\"o\"}]" },
	{ "five: replace, date, regexp, expression, concat",
	  "[{\"type\":\"string_replace\",\"field\":\"price\",\"old\":\" €\",\"new\":\"\"},{\"type\":\"date_normalizer\",\"field\":\"day\",\"pattern\":\"%d/%m/%Y\"},"
	  "{\"type\":\"regexp_replace\",\"field\":\"street\",\"regexp\":\"\\\\s+\",\"new\":\" \"},{\"type\":\"expression\",\"expression\":\"=round(n * 1.2 + m, 2)\",\"output_field\":\"o\"},"
	  "{\"type\":\"concat\",\"left\":\"street\",\"right\":\"town\",\"separator\":\", \",\"output_field\":\"address\"}]" },
};

static const char *const names[COLUMNS] = { "street", "town", "price", "n", "m", "code", "state", "tags", "day", "at", "meta", "html" };

static struct cell cell(struct arena *a, size_t column, size_t i)
{
	static const char *const towns[] = { "Metz", "Saint-Étienne", "Lyon", "Aix-en-Provence" };
	struct str t = { 0 };
	switch (column) {
	case 0: t = arena_printf(a, "%zu rue  de la Gare", i); break;
	case 1: t = str_of(towns[i % 4]); break;
	case 2: t = arena_printf(a, "%zu.50 €", i * 7); break;
	case 3: t = arena_printf(a, "%zu.25", i); break;
	case 4: t = arena_printf(a, "%zu", i % 90); break;
	case 5: t = arena_printf(a, "%05zu", i * 13); break;
	case 6: t = i % 3 ? STR("open") : STR("opening soon"); break;
	case 7: t = STR("tree;park;tree;lake"); break;
	case 8: t = arena_printf(a, "%02zu/%02zu/2024", i % 28 + 1, i % 12 + 1); break;
	case 9: t = arena_printf(a, "2024-%02zu-01T12:30:00", i % 12 + 1); break;
	case 10: t = arena_printf(a, "{\"a\":%zu,\"b\":{\"c\":\"x\"}}", i); break;
	default: t = STR("<p>Caf&eacute; <b>du Port</b>: see https://example.org/menu</p>"); break;
	}
	return (struct cell){ t, CELL_FREE };
}

static bool take(void *arg, const struct process_row *row, struct err *e)
{
	size_t *got = arg;
	(void)e;
	*got += row->cells[0].text.n;
	return true;
}

static double bench(const struct process_row *rows, const char *processors, size_t count)
{
	struct err e = { 0 };
	auto_arena a = ARENA_INIT;
	auto_json *doc = NULL;
	if (!json_read(str_of(processors), &doc, &e)) return 0;
	struct process_faults faults = { .arena = &a };
	struct process_scene scene = { .seed = 1 };
	struct process_line *l = NULL;
	if (!process_line_new(json_root(doc), &scene, &faults, &l, &e)) {
		fprintf(stderr, "%s\n", e.pub);
		return 0;
	}
	struct str columns[COLUMNS];
	for (size_t i = 0; i < COLUMNS; i++) columns[i] = str_of(names[i]);
	size_t got = 0;
	struct process_sink sink = { .arg = &got, .row = take };
	bool ok = process_columns(l, columns, COLUMNS, &e);
	int64_t from = clock_monotonic_ns();
	for (size_t i = 0; ok && i < count; i++) ok = process_run(l, &rows[i % KINDS], &sink, &e);
	double seconds = (double)(clock_monotonic_ns() - from) / 1e9;
	process_line_free(l);
	return ok ? (double)count / seconds : 0;
}

int main(int argc, char **argv)
{
	auto_arena a = ARENA_INIT;
	size_t count = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 1000000;
	struct process_row rows[KINDS];
	for (size_t i = 0; i < KINDS; i++) {
		rows[i] = (struct process_row){ arena_array(&a, struct cell, COLUMNS), COLUMNS, (int64_t)i + 1 };
		for (size_t k = 0; k < COLUMNS; k++) rows[i].cells[k] = cell(&a, k, i);
	}
	double none = 0;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		double speed = bench(rows, lines[i].processors, count);
		if (i == 0) none = speed;
		printf("%-50s %12.0f rows/s  %7.0f ns a row  %5.1f times a row without\n", lines[i].name, speed, 1e9 / speed, none / speed);
	}
	return 0;
}
