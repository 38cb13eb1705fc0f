/* Runs processors over rows written as JSON, and gives what came out as JSON: an array of objects with all columns in
 * their order. Texts are cells as CSV gives them. A record error is the member "!" of the row it belongs to (of the
 * first one that came of it), or a row of its own when none came. What a processor needs from elsewhere is its
 * member "!supplies": a list with a list of rows for each need. */
#ifndef TESTS_PROCESS_RUN_H
#define TESTS_PROCESS_RUN_H

#include <stdio.h>
#include "process/process.h"
#include "text/text.h"

static inline void text_put_json_name(struct buf *b, struct str name)
{
	text_put_json(b, name);
	buf_lit(b, ":");
}

struct run {
	struct arena *a;
	struct process_line *line;
	struct buf *out;
	struct buf told;      /* sentences of the row at hand */
	bool first, row_out;
	struct buf asked;     /* questions, a line each */
	size_t rows;
};

static void run_put_cell(struct buf *b, struct cell c)
{
	struct err e = { 0 };
	auto_json *doc = NULL;
	struct json_out j = JSON_OUT(b);
	switch (c.kind) {
	case CELL_NONE: buf_lit(b, "null"); return;
	case CELL_FREE: case CELL_STRING: json_put(&j, c.text); return;
	case CELL_NUMBER: case CELL_TRUTH: case CELL_SHAPE: case CELL_NEST: case CELL_LIST:
		if (json_read(c.text, &doc, &e)) json_put_node(b, json_root(doc));
		else buf_printf(b, "\"NOT JSON: %.*s\"", STR_ARG(c.text));
	}
}

static bool run_row(void *arg, const struct process_row *row, struct err *e)
{
	struct run *t = arg;
	const struct str *names;
	size_t n = process_names(t->line, SIZE_MAX, &names);
	(void)e;
	if (!t->first) buf_lit(t->out, ",");
	t->first = false;
	t->row_out = true;
	t->rows++;
	buf_lit(t->out, "{");
	bool more = false;
	for (size_t i = 0; i < n; i++) {
		if (names[i].n == 0) continue;
		if (more) buf_lit(t->out, ",");
		more = true;
		text_put_json_name(t->out, names[i]);
		run_put_cell(t->out, i < row->n ? row->cells[i] : (struct cell){ 0 });
	}
	if (t->told.n) {
		struct json_out j = JSON_OUT(t->out);
		buf_lit(t->out, ",\"!\":");
		json_put(&j, buf_str(&t->told));
		buf_clear(&t->told);
	}
	buf_lit(t->out, "}");
	return true;
}

static void run_tell(void *arg, size_t step, int64_t row, struct str field, struct str value, const char *message)
{
	struct run *t = arg;
	(void)step, (void)row, (void)field, (void)value;
	if (t->told.n) buf_lit(&t->told, " | ");
	buf_put(&t->told, str_of(message));
}

static bool run_ask(void *arg, size_t need, struct str question, struct err *e)
{
	struct run *t = arg;
	(void)need, (void)e;
	buf_put(&t->asked, question);
	buf_lit(&t->asked, "\n");
	return true;
}

static struct cell run_cell(struct arena *a, const struct json_node *n)
{
	auto_buf b = BUF_INIT(64 << 20);
	switch (json_kind(n)) {
	case JSON_ABSENT: case JSON_NULL: return (struct cell){ 0 };
	case JSON_TEXT: return (struct cell){ arena_str(a, json_text(n)), CELL_FREE };
	case JSON_BOOL: return (struct cell){ json_bool(n, false) ? STR("true") : STR("false"), CELL_TRUTH };
	case JSON_INT: case JSON_REAL: case JSON_ARRAY: case JSON_OBJECT: break;
	}
	json_put_node(&b, n);
	struct cell c = { arena_str(a, buf_str(&b)), CELL_NUMBER };
	if (json_kind(n) == JSON_OBJECT) c.kind = json_get(n, "coordinates") ? CELL_SHAPE : CELL_NEST;
	if (json_kind(n) == JSON_ARRAY) {
		c.kind = CELL_LIST;
		for (size_t i = 0; i < json_count(n); i++) {
			enum json_kind k = json_kind(json_at(n, i));
			if (k == JSON_ARRAY || k == JSON_OBJECT) c.kind = CELL_NEST;
		}
	}
	return c;
}

/* Names of all members of all rows, in the order they are met. */
static size_t run_columns(struct arena *a, const struct json_node *rows, struct str **out)
{
	struct map m = { 0 };
	for (size_t i = 0; i < json_count(rows); i++) {
		struct str key;
		const struct json_node *value;
		for (size_t at = 0; json_each(json_at(rows, i), &at, &key, &value);)
			if (!str_eq(key, STR("!"))) map_put(a, &m, key, a);
	}
	*out = arena_array(a, struct str, m.n + 1);
	for (size_t i = 0; i < m.n; i++) (*out)[i] = m.entries[i].key;
	return m.n;
}

static struct process_row run_read(struct arena *a, const struct json_node *row, const struct str *names, size_t n, int64_t number)
{
	struct process_row r = { arena_array(a, struct cell, n + 1), n, number };
	for (size_t i = 0; i < n; i++) r.cells[i] = run_cell(a, json_get(row, arena_cstr(a, names[i])));
	return r;
}

struct run_supply {
	struct arena *a;
	const struct json_node *rows;
	size_t at;
	struct process_supply s;
};

static bool run_next(void *arg, struct process_row *out, bool *more, struct err *e)
{
	struct run_supply *s = arg;
	(void)e;
	*more = s->at < json_count(s->rows);
	if (*more) {
		*out = run_read(s->a, json_at(s->rows, s->at), s->s.columns, s->s.ncolumns, (int64_t)s->at + 1);
		s->at++;
	}
	return true;
}

static bool run_meet(struct run *t, const struct json_node *processors, struct err *e)
{
	const struct process_need *needs;
	size_t n = process_needs(t->line, &needs);
	size_t of_step = 0;
	for (size_t i = 0; i < n; i++) {
		of_step = i && needs[i].step == needs[i - 1].step ? of_step + 1 : 0;
		const struct json_node *supplies = json_get(json_at(processors, needs[i].step), "!supplies");
		struct run_supply s = { .a = t->a, .rows = json_at(supplies, of_step) };
		s.s = (struct process_supply){ .arg = &s, .next = run_next };
		s.s.ncolumns = run_columns(t->a, s.rows, &s.s.columns);
		if (!process_meet(t->line, i, &s.s, e)) return false;
	}
	return true;
}

/* processors: an object or an array of them. False: *e, and the faults in `out`, a line each. */
unused static bool run_json(struct arena *a, const char *processors, const char *before, struct buf *out, struct err *e)
{
	auto_buf list = BUF_INIT(64 << 20);
	struct str text = str_trim(str_of(processors));
	if (text.n && text.p[0] == '[') buf_put(&list, text);
	else buf_printf(&list, "[%.*s]", STR_ARG(text));
	auto_json *p = NULL;
	auto_json *b = NULL;
	if (!json_read(buf_str(&list), &p, e) || !json_read(str_of(before), &b, e)) return false;
	struct process_faults faults = { .arena = a };
	struct process_scene scene = { .seed = 1, .now = { INT64_C(1790000000000000) } };
	struct run t = { .a = a, .out = out, .first = true, .told = BUF_INIT(1 << 20), .asked = BUF_INIT(1 << 20) };
	if (!process_line_new(json_root(p), &scene, &faults, &t.line, e)) {
		for (size_t i = 0; i < faults.list.n; i++)
			buf_printf(out, "%.*s: %.*s\n", STR_ARG(faults.list.p[i].path), STR_ARG(faults.list.p[i].message));
		return false;
	}
	struct process_sink sink = { .arg = &t, .row = run_row, .tell = run_tell, .ask = run_ask };
	struct str *names;
	size_t n = run_columns(a, json_root(b), &names);
	bool ok = run_meet(&t, json_root(p), e) && process_columns(t.line, names, n, e);
	buf_lit(out, "[");
	for (size_t i = 0; ok && i < json_count(json_root(b)); i++) {
		struct process_row r = run_read(a, json_at(json_root(b), i), names, n, (int64_t)i + 1);
		t.row_out = false;
		ok = process_run(t.line, &r, &sink, e);
		if (t.told.n) {
			struct json_out j = JSON_OUT(out);
			buf_printf(out, "%s{\"!\":", t.first ? "" : ",");
			t.first = false;
			json_put(&j, buf_str(&t.told));
			buf_lit(out, "}");
			buf_clear(&t.told);
		}
	}
	buf_lit(out, "]");
	process_line_free(t.line);
	buf_done(&t.told);
	buf_done(&t.asked);
	return ok;
}

/* The spelling of `want` that run_json would give: its members in the order of `got`, absent ones null. */
unused static void run_canonical(struct arena *a, struct str got, const char *want, struct buf *out)
{
	struct err e = { 0 };
	auto_json *g = NULL;
	auto_json *w = NULL;
	if (!json_read(got, &g, &e) || !json_read(str_of(want), &w, &e)) {
		buf_printf(out, "NOT JSON: %s", e.pub);
		return;
	}
	struct str *names, *others;
	size_t n = run_columns(a, json_root(g), &names);
	size_t nothers = run_columns(a, json_root(w), &others);
	buf_lit(out, "[");
	for (size_t i = 0; i < json_count(json_root(w)); i++) {
		const struct json_node *row = json_at(json_root(w), i);
		bool alone = json_count(row) == 1 && json_get(row, "!");
		buf_printf(out, "%s{", i ? "," : "");
		for (size_t k = 0; !alone && k < n; k++) {
			buf_printf(out, "%s", k ? "," : "");
			text_put_json_name(out, names[k]);
			const struct json_node *v = json_get(row, arena_cstr(a, names[k]));
			if (v) json_put_node(out, v);
			else buf_lit(out, "null");
		}
		for (size_t k = 0; k < nothers; k++) {
			bool known = false;
			for (size_t m = 0; m < n; m++) known |= str_eq(others[k], names[m]);
			if (!known) buf_printf(out, " NO COLUMN %.*s", STR_ARG(others[k]));
		}
		if (json_get(row, "!")) {
			buf_printf(out, "%s\"!\":", alone ? "" : ",");
			json_put_node(out, json_get(row, "!"));
		}
		buf_lit(out, "}");
	}
	buf_lit(out, "]");
}

#endif
