/* docs/PROCESSORS.md is made of the table of processors: scripts/process-docs writes what this prints with --write, and the
 * test says when it is not up to date. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "run.h"
#include "process/expression.h"

static void put_text(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '|') buf_lit(b, "\\|");
		else if (s.p[i] == '\n') buf_lit(b, " ");
		else buf_put_char(b, s.p[i]);
	}
}

static void put_cell(struct buf *b, const struct json_node *n)
{
	auto_buf json = BUF_INIT(1 << 20);
	if (json_kind(n) == JSON_ABSENT || json_kind(n) == JSON_NULL) return;
	if (json_kind(n) == JSON_TEXT) buf_put(&json, json_text(n));
	else json_put_node(&json, n);
	if (json.n == 0) return;
	struct str shown = text_cut(buf_str(&json), 160);
	buf_lit(b, "`");
	put_text(b, shown);
	buf_put(b, shown.n < json.n ? STR("…`") : STR("`"));
}

static void put_rows(struct buf *b, struct arena *a, const char *title, const char *rows)
{
	struct err e = { 0 };
	auto_json *doc = NULL;
	struct str *names;
	assert_true(json_read(str_of(rows), &doc, &e));
	size_t n = run_columns(a, json_root(doc), &names);
	bool errors = false;
	for (size_t i = 0; i < json_count(json_root(doc)); i++) errors |= json_get(json_at(json_root(doc), i), "!") != NULL;
	buf_printf(b, "%s:\n\n|", title);
	for (size_t k = 0; k < n; k++) buf_printf(b, " %.*s |", STR_ARG(names[k]));
	buf_printf(b, "%s\n|", errors ? " record error |" : "");
	for (size_t k = 0; k < n + errors; k++) buf_lit(b, "---|");
	buf_lit(b, "\n");
	for (size_t i = 0; i < json_count(json_root(doc)); i++) {
		const struct json_node *row = json_at(json_root(doc), i);
		buf_lit(b, "|");
		for (size_t k = 0; k < n; k++) {
			buf_lit(b, " ");
			put_cell(b, json_get(row, arena_cstr(a, names[k])));
			buf_lit(b, " |");
		}
		if (errors) {
			buf_lit(b, " ");
			put_text(b, json_text(json_get(row, "!")));
			buf_lit(b, " |");
		}
		buf_lit(b, "\n");
	}
	if (json_count(json_root(doc)) == 0) buf_lit(b, "| |\n");
	buf_lit(b, "\n");
}

/* A processor as programs send it: what the example is told of other datasets and servers is a table of its own. */
static void put_step(struct buf *b, struct arena *a, const char *text)
{
	struct err e = { 0 };
	auto_json *doc = NULL;
	assert_true(json_read(str_of(text), &doc, &e));
	const struct json_node *step = json_root(doc), *v;
	if (json_kind(step) == JSON_ARRAY && json_count(step) == 1) step = json_at(step, 0);
	assert_int_equal(json_kind(step), JSON_OBJECT);
	struct json_out j = JSON_OUT(b);
	struct str name;
	buf_lit(b, "```json\n");
	json_open(&j, '{');
	for (size_t at = 0; json_each(step, &at, &name, &v);) {
		if (str_starts(name, STR("!"))) continue;
		json_key(&j, name);
		json_value(&j);
		json_put_node(b, v);
	}
	json_close(&j, '}');
	buf_lit(b, "\n```\n\n");
	const struct json_node *told = json_get(step, "!supplies");
	for (size_t i = 0; i < json_count(told); i++) {
		auto_buf rows = BUF_INIT(1 << 20);
		struct str whole;
		json_put_node(&rows, json_at(told, i));
		assert_true(buf_end(&rows, &whole, &e));
		if (json_count(json_at(told, i))) put_rows(b, a, "There", arena_cstr(a, whole));
	}
}

static const char *kind_of(enum process_parameter_kind k)
{
	switch (k) {
	case PROCESS_FIELD: return "field";
	case PROCESS_FIELDS: return "fields";
	case PROCESS_OUTPUT: return "field, there or new";
	case PROCESS_TEXT: case PROCESS_LONG_TEXT: return "text";
	case PROCESS_REGEXP: return "regular expression";
	case PROCESS_EXPRESSION: return "text or expression";
	case PROCESS_BOOL: return "true or false";
	case PROCESS_INT: return "whole number";
	case PROCESS_DOUBLE: return "number";
	case PROCESS_CHOICE: return "one of";
	case PROCESS_EPSG: return "EPSG number";
	case PROCESS_ZONE: return "time zone";
	case PROCESS_DATASET: return "dataset";
	case PROCESS_REMOTE_FIELDS: return "fields of that dataset";
	case PROCESS_GEOMETRY: return "GeoJSON geometry";
	case PROCESS_LIST: return "list of texts";
	}
	return "";
}

static void put_processor(struct buf *b, const struct processor *p)
{
	auto_arena a = ARENA_INIT;
	buf_printf(b, "### %s\n\n`%s` — ", p->label, p->type);
	put_text(b, str_of(p->help));
	buf_put(b, p->flags & PROCESS_OUTWARD ? STR(" Asks another server.\n\n") : STR("\n\n"));
	buf_lit(b, "| parameter | holds | default | meaning |\n|---|---|---|---|\n");
	for (const struct process_parameter *q = p->parameters; q->name; q++) {
		buf_printf(b, "| `%s`%s | %s%s%s | ", q->name, q->required ? " *" : "", kind_of(q->kind), q->choices ? " " : "", q->choices ? q->choices : "");
		if (q->otherwise && q->otherwise[0]) buf_printf(b, "`%s`", q->otherwise);
		buf_lit(b, " | ");
		put_text(b, str_of(q->label));
		buf_lit(b, ".");
		if (q->help) {
			buf_lit(b, " ");
			put_text(b, str_of(q->help));
		}
		buf_lit(b, " |\n");
	}
	buf_lit(b, "\n");
	for (const struct process_example *x = p->examples; x->processor; x++) {
		put_step(b, &a, x->processor);
		put_rows(b, &a, "Before", x->before);
		put_rows(b, &a, "After", x->after);
	}
}

static void put_processors(struct buf *b)
{
	static const struct { const char *family, *title; } families[] = {
		{ "generic", "Generic" }, { "text", "Text" }, { "date", "Dates" }, { "geo", "Places" } };
	for (size_t f = 0; f < COUNT_OF(families); f++) {
		buf_printf(b, "## %s\n\n", families[f].title);
		for (size_t i = 0; process_table[i]; i++)
			if (strcmp(process_table[i]->family, families[f].family) == 0) put_processor(b, process_table[i]);
	}
}

static void put_functions(struct buf *b)
{
	buf_lit(b, "| function | gives | example | result |\n|---|---|---|---|\n");
	for (const struct xfunction *f = expression_functions; f->name; f++) {
		buf_printf(b, "| `%s` | ", f->name);
		put_text(b, str_of(f->says));
		buf_lit(b, " | `");
		put_text(b, str_of(f->example));
		buf_lit(b, "` | ");
		put_text(b, str_of(f->gives));
		buf_lit(b, " |\n");
	}
}

/* A file of docs/, found upwards from where the test is built. */
static bool read_doc(const char *name, struct buf *out)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 64);
	for (; n > 0; n--) {
		if (path[n - 1] != '/') continue;
		snprintf(path + n, sizeof path - (size_t)n, "docs/%s", name);
		FILE *f = fopen(path, "rb");
		if (!f) continue;
		char bytes[4096];
		for (size_t got; (got = fread(bytes, 1, sizeof bytes, f)) > 0;) buf_put(out, str_make(bytes, got));
		fclose(f);
		return true;
	}
	return false;
}

static void make(struct buf *out)
{
	auto_buf frame = BUF_INIT(1 << 20);
	assert_true(read_doc("api/processors.md", &frame));
	struct str text = buf_str(&frame);
	ptrdiff_t first = str_find(text, STR("<!-- processors -->\n"));
	ptrdiff_t second = str_find(text, STR("<!-- functions -->\n"));
	assert_true(first > 0 && second > first);
	buf_put(out, str_sub(text, 0, (size_t)first));
	put_processors(out);
	buf_put(out, str_sub(text, (size_t)first + 21, (size_t)(second - first) - 21));
	put_functions(out);
	buf_put(out, str_from(text, (size_t)second + 19));
}

static void the_document_is_up_to_date(void **s)
{
	(void)s;
	auto_buf want = BUF_INIT(16 << 20);
	auto_buf got = BUF_INIT(16 << 20);
	make(&want);
	assert_true(read_doc("PROCESSORS.md", &got));
	if (!str_eq(buf_str(&want), buf_str(&got))) fail_msg("docs/PROCESSORS.md is not what the table says: run scripts/process-docs");
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--write") == 0) {
		auto_buf b = BUF_INIT(16 << 20);
		make(&b);
		return fwrite(b.p, 1, b.n, stdout) == b.n ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_document_is_up_to_date) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
