/* A line: processors compiled once, columns bound when they become known, rows run through. Cells live in segments: a
 * processor that makes several rows of one hands each of them on in the cells of the next segment, so that what comes
 * after may change them in place and the next row still finds its own. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "process/line.h"
#include "text/text.h"

enum { ROW_BLOCK = 64 << 10 };

/* --- compiling ------------------------------------------------------------------------------------ */

static bool let_by(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)s;
	(void)r;
	(void)e;
	return true;
}

static const struct process_parameter nothing[] = { { 0 } };
static const struct process_works idle_works = { .row = let_by };
static const struct processor idle = { .type = "", .parameters = nothing, .works = &idle_works };

static bool step_open(struct line_step *s, const struct json_node *node, struct process_faults *f, struct err *e)
{
	struct process_line *l = s->step.line;
	struct str place = arena_printf(f->arena, "processors/%zu", s->step.index);
	if (json_kind(node) != JSON_OBJECT) {
		process_fault(f, place, "a processor is an object with a type and its parameters.");
		return true;
	}
	struct str type = parameters_type(node);
	const struct processor *kind = process_find_or_null(type);
	s->step.node = node;
	if (!kind) {
		struct str words[256] = { 0 };
		size_t n = 0;
		for (; process_table[n] && n < COUNT_OF(words); n++) words[n] = str_of(process_table[n]->type);
		struct str near = process_nearest(type, words, n);
		struct str where = arena_join(f->arena, place, STR("/type"));
		if (type.n == 0) process_fault(f, where, "the type of the processor is missing, such as \"concat\".");
		else if (near.n) process_fault(f, where, "there is no processor \"%.*s\"; did you mean \"%.*s\"?", STR_ARG(text_cut(type, 80)), STR_ARG(near));
		else process_fault(f, where, "there is no processor \"%.*s\".", STR_ARG(text_cut(type, 80)));
		return true;
	}
	/* Switched off: it keeps its place, reads nothing and lets rows by. */
	if (!json_bool(json_get(node, "enabled"), true)) kind = &idle;
	s->step.kind = kind;
	s->first_need = l->needs.n;
	if (kind == &idle) return true;
	while (kind->parameters[s->nvalues].name) s->nvalues++;
	s->values = arena_array(&l->keep, struct process_value, s->nvalues + 1);
	s->step.values = s->values;
	size_t before = f->list.n;
	parameters_read(s, f);
	if (f->list.n > before) return true;
	s->opened = true;
	if (kind->works->open && !kind->works->open(&s->step, f, e)) return false;
	s->nneeds = l->needs.n - s->first_need;
	return true;
}

static bool steps_open(struct process_line *l, const struct json_node *processors, struct process_faults *f, struct err *e)
{
	size_t n = json_count(processors);
	if (processors && json_kind(processors) != JSON_ARRAY && json_kind(processors) != JSON_NULL) {
		process_fault(f, STR("processors"), "expected a list of processors.");
		return err_set(e, ERR_PARAMETER, "processors: expected a list of processors.");
	}
	if (n > PROCESS_MOST_STEPS) {
		process_fault(f, STR("processors"), "%zu processors; at most %d can follow one another.", n, PROCESS_MOST_STEPS);
		return err_set(e, ERR_PARAMETER, "processors: at most %d processors.", PROCESS_MOST_STEPS);
	}
	l->steps = arena_array(&l->keep, struct line_step, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct line_step *s = &l->steps[i];
		s->step = (struct process_step){ .index = i, .scene = &l->scene, .keep = &l->keep, .bound = &l->bound, .line = l };
		s->segment = l->nsegments - 1;
		l->nsteps = i + 1;
		if (!step_open(s, json_at(processors, i), f, e)) return false;
		if (s->step.kind && s->step.kind->flags & PROCESS_MANY) l->nsegments++;
	}
	return true;
}

bool process_line_new(const struct json_node *processors, const struct process_scene *scene, struct process_faults *faults,
                      struct process_line **out, struct err *e)
{
	struct process_line *l = calloc(1, sizeof *l);
	ensure(l != NULL);
	l->scene = *scene;
	if (l->scene.language.n == 0) l->scene.language = STR("en");
	l->scene.language = arena_str(&l->keep, l->scene.language);
	l->collect = SIZE_MAX;
	l->nsegments = 1;
	arena_bytes(&l->row, ROW_BLOCK);
	l->row_start = (struct arena_mark){ l->row.last, 0 };
	size_t before = faults->list.n;
	bool ok = steps_open(l, processors, faults, e);
	if (ok && faults->list.n > before) {
		struct process_fault *first = &faults->list.p[before];
		ok = err_set(e, ERR_PARAMETER, "%.*s: %.*s", STR_ARG(first->path), STR_ARG(text_cut(first->message, 400)));
	}
	if (!ok) {
		process_line_free(l);
		return false;
	}
	l->met = arena_array(&l->keep, bool, l->needs.n + 1);
	l->segments = arena_array(&l->keep, struct cell *, l->nsegments);
	*out = l;
	return true;
}

void process_line_free(struct process_line *l)
{
	if (!l) return;
	for (size_t i = 0; i < l->nsteps; i++) {
		struct line_step *s = &l->steps[i];
		if (s->opened && s->step.kind->works->close) s->step.kind->works->close(&s->step);
	}
	if (l->segments)
		for (size_t i = 0; i < l->nsegments; i++) free(l->segments[i]);
	buf_done(&l->scratch);
	arena_done(&l->row);
	arena_done(&l->bound);
	arena_done(&l->keep);
	free(l);
}

void process_step_fault(const struct process_step *s, struct process_faults *f, const char *parameter, const char *fmt, ...)
{
	char text[480];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	struct str said = text_cut(str_of(text), sizeof text - 4);
	process_fault(f, arena_printf(f->arena, "processors/%zu%s%s", s->index, parameter ? "/" : "", parameter ? parameter : ""),
	              "%.*s", STR_ARG(said));
}

/* --- needs ---------------------------------------------------------------------------------------- */

size_t process_declare(struct process_step *s, enum process_need_kind kind, struct str dataset, const struct str *columns, size_t n, size_t most)
{
	struct process_line *l = s->line;
	struct process_need need = { .step = s->index, .kind = kind, .most = most, .ncolumns = n };
	need.dataset = arena_str(&l->keep, dataset);
	need.columns = arena_array(&l->keep, struct str, n + 1);
	for (size_t i = 0; i < n; i++) need.columns[i] = arena_str(&l->keep, columns[i]);
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	json_put_node(&b, s->node);
	need.parameters = arena_str(&l->keep, buf_str(&b));
	vec_push(&l->keep, &l->needs, need);
	return l->needs.n - 1 - line_step_of(s)->first_need;
}

size_t process_needs(const struct process_line *l, const struct process_need **out)
{
	*out = l->needs.p;
	return l->needs.n;
}

bool process_meet(struct process_line *l, size_t need, const struct process_supply *rows, struct err *e)
{
	ensure(need < l->needs.n);
	struct line_step *s = &l->steps[l->needs.p[need].step];
	ensure(s->step.kind->works->meet != NULL);
	if (!s->step.kind->works->meet(&s->step, need - s->first_need, rows, e)) return false;
	l->met[need] = true;
	return true;
}

void process_collect(struct process_line *l, size_t need)
{
	ensure(need < l->needs.n);
	l->collect = need;
}

/* --- columns -------------------------------------------------------------------------------------- */

size_t process_width(const struct process_step *s, const struct str **names)
{
	*names = s->line->names.p;
	return s->line->names.n;
}

static size_t column_of(const struct process_line *l, struct str name)
{
	for (size_t i = 0; i < l->names.n; i++)
		if (l->names.p[i].n && str_eq(l->names.p[i], name)) return i;
	return PROCESS_NOWHERE;
}

/* As it is written, or as it would be written for a field. */
size_t process_column(const struct process_step *s, struct str name)
{
	struct process_line *l = s->line;
	size_t i = column_of(l, name);
	return i != PROCESS_NOWHERE || name.n == 0 ? i : column_of(l, text_field_name(&l->bound, name));
}

size_t process_make(struct process_step *s, struct str name)
{
	struct process_line *l = s->line;
	size_t i = process_column(s, name);
	if (i != PROCESS_NOWHERE) return i;
	vec_push(&l->bound, &l->names, text_field_name(&l->bound, name));
	return l->names.n - 1;
}

void process_drop(struct process_step *s, size_t column)
{
	if (column < s->line->names.n) s->line->names.p[column] = (struct str){ 0 };
}

void process_miss(struct process_step *s, struct str name)
{
	struct process_line *l = s->line;
	struct process_absence one = { s->index, arena_str(&l->bound, name), process_nearest(name, l->names.p, l->names.n) };
	vec_push(&l->bound, &l->absent, one);
}

static size_t find_or_miss(struct process_step *s, struct str name)
{
	size_t i = process_column(s, name);
	if (i == PROCESS_NOWHERE && name.n) process_miss(s, name);
	return i;
}

static void bind_values(struct line_step *s)
{
	for (size_t i = 0; i < s->nvalues; i++) {
		struct process_value *v = &s->values[i];
		switch (s->step.kind->parameters[i].kind) {
		case PROCESS_FIELD: v->column = find_or_miss(&s->step, v->text); break;
		case PROCESS_FIELDS:
			v->columns = arena_array(s->step.bound, size_t, v->n + 1);
			for (size_t k = 0; k < v->n; k++) v->columns[k] = find_or_miss(&s->step, v->list[k]);
			break;
		case PROCESS_OUTPUT: v->column = v->text.n ? process_make(&s->step, v->text) : PROCESS_NOWHERE; break;
		case PROCESS_TEXT: case PROCESS_LONG_TEXT: case PROCESS_REGEXP: case PROCESS_EXPRESSION: case PROCESS_BOOL:
		case PROCESS_INT: case PROCESS_DOUBLE: case PROCESS_CHOICE: case PROCESS_EPSG: case PROCESS_ZONE:
		case PROCESS_DATASET: case PROCESS_REMOTE_FIELDS: case PROCESS_GEOMETRY: case PROCESS_LIST: break;
		}
	}
}

static void names_after(struct process_line *l, struct str **names, size_t *n)
{
	*n = l->names.n;
	*names = arena_array(&l->bound, struct str, *n + 1);
	if (*n) memcpy(*names, l->names.p, *n * sizeof **names);
}

bool process_columns(struct process_line *l, const struct str *names, size_t n, struct err *e)
{
	arena_done(&l->bound);
	l->names.p = NULL;
	l->names.n = l->names.cap = 0;
	l->absent.p = NULL;
	l->absent.n = l->absent.cap = 0;
	for (size_t i = 0; i < n; i++) vec_push(&l->bound, &l->names, arena_str(&l->bound, names[i]));
	names_after(l, &l->input, &l->ninput);
	for (size_t i = 0; i < l->nsteps; i++) {
		struct line_step *s = &l->steps[i];
		bind_values(s);
		if (s->step.kind->works->bind && !s->step.kind->works->bind(&s->step, e)) return false;
		names_after(l, &s->names, &s->nnames);
	}
	if (l->names.n > LIMIT_COLUMNS)
		return err_set(e, ERR_BAD_SOURCE, "%zu columns after the processors; a dataset has at most %d.", l->names.n, LIMIT_COLUMNS);
	l->width = l->names.n;
	for (size_t i = 0; i < l->nsegments; i++) {
		free(l->segments[i]);
		l->segments[i] = calloc(l->width + 1, sizeof **l->segments);
		ensure(l->segments[i] != NULL);
	}
	return true;
}

size_t process_names(const struct process_line *l, size_t steps, const struct str **out)
{
	size_t at = num_min(steps, l->nsteps);
	*out = at ? l->steps[at - 1].names : l->input;
	return at ? l->steps[at - 1].nnames : l->ninput;
}

size_t process_absent(const struct process_line *l, const struct process_absence **out)
{
	*out = l->absent.p;
	return l->absent.n;
}

size_t process_steps(const struct process_line *l) { return l->nsteps; }

/* --- running -------------------------------------------------------------------------------------- */

static void watch(struct process_line *l, size_t step, struct process_row *r)
{
	if (!l->out->watch) return;
	struct process_row seen = *r;
	const struct str *names;
	seen.n = process_names(l, step, &names);
	l->out->watch(l->out->arg, step, &seen);
}

static bool collect(struct line_step *s, const struct process_row *r, struct err *e)
{
	for (size_t i = 0; i < s->nneeds; i++)
		if (s->step.kind->works->ask && !s->step.kind->works->ask(&s->step, i, r, e)) return false;
	return true;
}

static bool run_from(struct process_line *l, size_t at, struct process_row *r, struct err *e)
{
	for (size_t i = at; i < l->nsteps; i++) {
		struct line_step *s = &l->steps[i];
		if (l->collect != SIZE_MAX && i == l->needs.p[l->collect].step) return collect(s, r, e);
		if (!s->step.kind->works->row(&s->step, r, e)) return false;
		if (s->step.kind->flags & PROCESS_MANY) return true; /* the rows it made went on by process_pass */
		watch(l, i + 1, r);
	}
	return l->out->row(l->out->arg, r, e);
}

/* Rows that multiply carry the cells of the row they come of. A row that goes on alone is not counted: at most one pass a segment. */
static bool room_for(struct process_line *l, const struct process_row *r)
{
	size_t bytes = 0;
	if (PROCESS_MOST_ROWS - l->rows_left < l->nsegments) return true;
	for (size_t i = 0; i < r->n; i++) bytes += r->cells[i].text.n;
	if (bytes > l->copies_left) return false;
	l->copies_left -= bytes;
	return true;
}

bool process_pass(struct process_step *s, const struct process_row *r, struct err *e)
{
	struct process_line *l = s->line;
	if (l->rows_left == 0) return true;
	if (!room_for(l, r)) {
		l->rows_left = 0;
		process_tell(s, NULL, PROCESS_NOWHERE, (struct str){ 0 },
		             "The rows that come of this one have more than %d MiB, because each carries all its fields; the rest is left out. "
		             "Write the parts into the field they come from, or empty large fields first.", PROCESS_MOST_COPIES >> 20);
		return true;
	}
	if (--l->rows_left == 0) {
		process_tell(s, NULL, PROCESS_NOWHERE, (struct str){ 0 }, "More than %d rows come of this one; the rest is left out.", PROCESS_MOST_ROWS);
		return true;
	}
	struct process_row next = { l->segments[line_step_of(s)->segment + 1], r->n, r->number };
	memcpy(next.cells, r->cells, r->n * sizeof *r->cells);
	struct arena_mark mark = arena_mark(&l->row);
	size_t bytes = l->bytes_left;
	watch(l, s->index + 1, &next);
	bool ok = run_from(l, s->index + 1, &next, e);
	arena_rewind(&l->row, mark);
	l->bytes_left = bytes;
	return ok;
}

bool process_delete(struct process_step *s, const struct process_row *r, struct err *e)
{
	struct process_line *l = s->line;
	return !l->out->drop || l->out->drop(l->out->arg, s->index, r, e);
}

static bool all_met(const struct process_line *l, struct err *e)
{
	for (size_t i = 0; i < l->needs.n; i++) {
		if (l->collect != SIZE_MAX && l->needs.p[i].step >= l->needs.p[l->collect].step) break;
		if (!l->met[i]) return err_set(e, ERR_SYSTEM, "processor %zu has not got the rows it needs", l->needs.p[i].step);
	}
	return true;
}

bool process_run(struct process_line *l, const struct process_row *row, const struct process_sink *out, struct err *e)
{
	if (l->needs.n && !all_met(l, e)) return false;
	arena_rewind(&l->row, l->row_start);
	l->out = out;
	l->number = row->number;
	l->draws = 0;
	l->rows_left = PROCESS_MOST_ROWS;
	l->bytes_left = PROCESS_MOST_ROW;
	l->copies_left = PROCESS_MOST_COPIES;
	size_t n = num_min(row->n, l->ninput);
	struct process_row r = { l->segments[0], l->width, row->number };
	if (!r.cells) return err_set(e, ERR_SYSTEM, "the columns of the rows are not known");
	if (n) memcpy(r.cells, row->cells, n * sizeof *r.cells);
	memset(r.cells + n, 0, (l->width - n) * sizeof *r.cells);
	watch(l, 0, &r);
	bool ok = run_from(l, 0, &r, e);
	l->out = NULL;
	return ok;
}

struct buf *process_scratch(const struct process_step *s)
{
	struct buf *b = &s->line->scratch;
	b->max = PROCESS_MOST_CELL;
	buf_clear(b);
	return b;
}

struct arena *process_arena(const struct process_step *s) { return &s->line->row; }

char *process_bytes(struct process_step *s, size_t n)
{
	struct process_line *l = s->line;
	if (n > PROCESS_MOST_CELL || n > l->bytes_left) return NULL;
	l->bytes_left -= n;
	return arena_bytes(&l->row, n);
}

uint64_t process_draw(struct process_step *s)
{
	struct process_line *l = s->line;
	uint64_t parts[] = { l->scene.seed, (uint64_t)l->number, s->index, l->draws++ };
	uint64_t x = 0;
	for (size_t i = 0; i < COUNT_OF(parts); i++) { /* splitmix64 over the parts */
		x = (x ^ parts[i]) + UINT64_C(0x9e3779b97f4a7c15);
		x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
		x ^= x >> 31;
	}
	return x;
}

void process_tell(struct process_step *s, struct process_row *r, size_t column, struct str value, const char *fmt, ...)
{
	struct process_line *l = s->line;
	if (l->out->tell) {
		char text[400];
		va_list ap;
		va_start(ap, fmt);
		vsnprintf(text, sizeof text, fmt, ap);
		va_end(ap);
		text[text_cut(str_of(text), sizeof text - 5).n] = 0;
		/* Pieces of cells stand in it: bytes that are no letters must not reach who reads it. */
		for (ptrdiff_t bad; (bad = text_utf8_error(str_of(text))) >= 0;) text[bad] = '?';
		struct line_step *at = line_step_of(s);
		struct str field = column < at->nnames ? at->names[column] : (struct str){ 0 };
		l->out->tell(l->out->arg, s->index, l->number, field, value, text);
	}
	if (r) process_put_null(r, column);
}

void process_too_large(struct process_step *s, struct process_row *r, size_t column)
{
	process_tell(s, r, column, (struct str){ 0 }, "The result is too large: a cell has at most %d MiB, and all that is made of one row %d MiB.",
	             PROCESS_MOST_CELL >> 20, PROCESS_MOST_ROW >> 20);
}

bool process_ask(struct process_step *s, size_t i, struct str question, struct err *e)
{
	struct process_line *l = s->line;
	if (question.n == 0 || !l->out->ask) return true;
	return l->out->ask(l->out->arg, line_step_of(s)->first_need + i, question, e);
}
