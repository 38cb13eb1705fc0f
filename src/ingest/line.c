/* Rows of parts to the processors: later parts are brought under the columns of the first, by name or label. */
#include "ingest/line.h"
#include "text/text.h"
#include <stdlib.h>

/* --- compiling ------------------------------------------------------------------------------------------ */

static bool compile(struct line *n, struct err *e)
{
	struct process_faults faults = { .arena = n->a };
	struct process_scene *scene = arena_new(n->a, struct process_scene); /* the line may look at it again */
	*scene = (struct process_scene){ .seed = n->job->seed, .now = n->job->now, .language = n->job->language, .labels = &n->labels };
	if (scene->now.us == 0) scene->now = clock_now();
	if (process_line_new(n->processors, scene, &faults, &n->process, e)) return true;
	if (faults.list.n == 0) return false;
	const struct process_fault *f = &faults.list.p[0];
	*e = (struct err){ 0 };
	return err_set(e, ERR_PARAMETER, "%.*s: %.*s%s", STR_ARG(f->path), STR_ARG(f->message), faults.list.n > 1 ? " (and more)" : "");
}

static bool meet(struct line *n, struct err *e)
{
	const struct process_need *needs;
	size_t count = process_needs(n->process, &needs);
	size_t met = num_min(count, n->job->nsupplies);
	n->supplies = arena_array(n->a, struct supply_in *, count + 1);
	for (size_t i = 0; i < met; i++) {
		if (!supply_open(n->job->supplies[i], &n->supplies[i], e)) return false;
		n->nsupplies++;
		struct process_supply rows = supply_of(n->supplies[i]);
		if (!process_meet(n->process, i, &rows, e)) return false;
	}
	if (n->job->collect > 0) {
		process_collect(n->process, (size_t)n->job->collect - 1);
		return true;
	}
	return count == n->nsupplies || err_set(e, ERR_SYSTEM, "a processor lacks what it needs");
}

bool line_open(struct line *n, struct arena *a, const struct ingest_job *job, const struct line_sink *sink, struct err *e)
{
	*n = (struct line){ .a = a, .job = job, .sink = *sink };
	if (job->processors.n && !json_read_in(a, job->processors, &n->processors, e)) return false;
	if (json_count(n->processors) == 0) return true;
	return compile(n, e) && meet(n, e);
}

void line_close(struct line *n)
{
	process_line_free(n->process);
	for (size_t i = 0; i < n->nsupplies; i++) supply_close(n->supplies[i]);
	free(n->cells);
	n->process = NULL;
	n->cells = NULL;
	n->nsupplies = 0;
}

/* --- columns --------------------------------------------------------------------------------------------- */

static void set_out(struct line *n)
{
	const struct str *names;
	if (!n->process) {
		for (size_t i = n->out.n; i < n->first.n; i++) vec_push(n->a, &n->out, n->first.p[i]);
		return;
	}
	size_t count = process_names(n->process, SIZE_MAX, &names);
	for (size_t i = 0; i < count; i++) {
		/* Input columns keep their place, so labels do. */
		if (i == n->out.n) {
			struct str name = arena_str(n->a, names[i]);
			vec_push(n->a, &n->out, (struct heading){ .label = i < n->first.n ? n->first.p[i].label : name, .name = name });
		} else if (!str_eq(n->out.p[i].name, names[i])) {
			n->out.p[i].name = arena_str(n->a, names[i]);
		}
	}
}

size_t line_columns(struct line *n, const struct heading **out)
{
	const struct str *names;
	if (n->process && process_names(n->process, SIZE_MAX, &names) != n->out.n) set_out(n);
	*out = n->out.p;
	return n->out.n;
}

static bool tell_processors(struct line *n, struct err *e)
{
	if (n->process && (n->named < n->first.n || n->named == 0)) {
		struct str *names = arena_array(n->a, struct str, n->first.n + 1);
		for (size_t i = 0; i < n->first.n; i++) {
			struct str *label = arena_new(n->a, struct str);
			*label = n->first.p[i].label;
			names[i] = n->first.p[i].name;
			map_put(n->a, &n->labels, names[i], label);
		}
		if (!process_columns(n->process, names, n->first.n, e)) return false;
	}
	n->named = n->first.n;
	set_out(n);
	return true;
}

static bool same_words(struct str x, struct str y)
{
	auto_buf a = BUF_INIT(4096);
	auto_buf b = BUF_INIT(4096);
	text_fold(&a, x);
	text_fold(&b, y);
	return a.n > 0 && str_eq(buf_str(&a), buf_str(&b));
}

static size_t place_for(const struct line *n, const struct heading *h)
{
	for (size_t i = 0; i < n->first.n; i++)
		if (str_eq(n->first.p[i].name, h->name)) return i + 1;
	for (size_t i = 0; i < n->first.n; i++)
		if (same_words(n->first.p[i].label, h->label)) return i + 1;
	return 0;
}

static bool see_columns(struct line *n, struct part *p, size_t i, struct err *e)
{
	if (i == 0) {
		size_t had = n->first.n;
		for (size_t k = had; k < p->columns.n; k++) vec_push(n->a, &n->first, p->columns.p[k]);
		return (had == n->first.n && n->named) || tell_processors(n, e);
	}
	size_t *to = arena_array(n->a, size_t, p->columns.n + 1);
	for (size_t k = 0; k < p->columns.n; k++) to[k] = k < n->nto ? n->to[k] : place_for(n, &p->columns.p[k]);
	n->to = to;
	n->nto = p->columns.n;
	return true;
}

bool line_part(struct line *n, struct part *p, size_t i, struct err *e)
{
	n->nto = 0;
	if (i == 1) {
		n->cells = calloc(n->first.n + 1, sizeof *n->cells);
		ensure(n->cells);
	}
	return see_columns(n, p, i, e);
}

bool line_part_end(struct line *n, struct part *p, size_t i, struct err *e)
{
	auto_buf list = BUF_INIT(600);
	size_t ignored = 0;
	if (i == 0) return true;
	for (size_t k = 0; k < n->nto; k++) {
		if (n->to[k]) continue;
		if (ignored++ < 8) buf_printf(&list, "%s“%.*s”", list.n ? ", " : "", STR_ARG(text_cut(p->columns.p[k].label, 60)));
	}
	if (!ignored) return true;
	if (ignored == n->nto)
		return err_set(e, ERR_BAD_SOURCE, "none of the columns of “%.*s” (%.*s%s) is in the first source, whose fields the dataset has: all its values would be lost. "
		                                  "Give it a dataset of its own, or name its columns as the first source does",
		               STR_ARG(n->job->parts[i].name), STR_ARG(buf_str(&list)), ignored > 8 ? " …" : "");
	vec_push(n->a, &n->notes, arena_printf(n->a, "%.*s: columns that the first source does not have were left out (%zu): %.*s%s",
	                                       STR_ARG(n->job->parts[i].name), ignored, STR_ARG(buf_str(&list)), ignored > 8 ? " …" : "."));
	return true;
}

/* --- rows -------------------------------------------------------------------------------------------------- */

static bool pass_row(void *arg, const struct process_row *row, struct err *e)
{
	struct line *n = arg;
	/* A text that a processor left empty is nothing, as an empty cell of a file is. */
	for (size_t i = 0; i < row->n; i++)
		if (row->cells[i].kind == CELL_FREE && row->cells[i].text.n == 0) row->cells[i].kind = CELL_NONE;
	return *n->enough || n->sink.row(n->sink.arg, row, n->enough, e);
}

static void tell_error(void *arg, size_t step, int64_t row, struct str field, struct str value, const char *message)
{
	struct line *n = arg;
	struct str uid = json_text(json_get(json_at(n->processors, step), "uid"));
	n->telling = step;
	if (!n->failed && !n->sink.fault(n->sink.arg, uid.n ? uid : STR("processor"), row, field, value, message, &n->failure)) n->failed = true;
}

static void watch_row(void *arg, size_t step, const struct process_row *row)
{
	struct line *n = arg;
	n->sink.watch(n->sink.arg, step, row);
}

static bool ask_question(void *arg, size_t need, struct str question, struct err *e)
{
	struct line *n = arg;
	return n->sink.ask(n->sink.arg, need, question, e);
}

static bool drop_row(void *arg, size_t step, const struct process_row *row, struct err *e)
{
	struct line *n = arg;
	(void)step;
	return n->sink.drop(n->sink.arg, row, e);
}

static void arrange(struct line *n, const struct row *r, struct process_row *out)
{
	memset(n->cells, 0, n->first.n * sizeof *n->cells);
	for (size_t k = 0; k < r->n && k < n->nto; k++)
		if (n->to[k]) n->cells[n->to[k] - 1] = r->cells[k];
	out->cells = n->cells;
	out->n = n->first.n;
}

bool line_row(struct line *n, struct part *p, size_t i, const struct row *r, bool *enough, struct err *e)
{
	struct process_row row = { .cells = r->cells, .n = r->n, .number = ROW_OF_PART(i, r->number) };
	n->enough = enough;
	if (r->fault) {
		auto_arena a = ARENA_INIT; /* there may be millions of them */
		return n->sink.fault(n->sink.arg, STR(""), row.number, STR(""), row_words(r, &a), r->fault, e);
	}
	if (p->columns.n > (i ? n->nto : n->first.n) && !see_columns(n, p, i, e)) return false;
	if (i) arrange(n, r, &row);
	if (!n->process) {
		if (n->sink.watch) n->sink.watch(n->sink.arg, 0, &row);
		return n->sink.row(n->sink.arg, &row, enough, e);
	}
	const struct process_sink sink = { .arg = n, .row = pass_row, .tell = tell_error, .watch = n->sink.watch ? watch_row : NULL,
		.ask = n->sink.ask ? ask_question : NULL, .drop = n->sink.drop ? drop_row : NULL };
	if (!process_run(n->process, &row, &sink, e)) return false;
	if (n->failed) *e = n->failure;
	return !n->failed;
}

void line_notes(struct line *n, struct load *l)
{
	const struct process_absence *absent;
	for (size_t i = 0; i < n->notes.n; i++) load_note(l, "%.*s", STR_ARG(n->notes.p[i]));
	size_t count = n->process ? process_absent(n->process, &absent) : 0;
	for (size_t i = 0; i < count; i++) {
		struct str label = json_text(json_get(json_at(n->processors, absent[i].step), "label"));
		if (!label.n) label = json_text(json_get(json_at(n->processors, absent[i].step), "type"));
		if (absent[i].meant.n)
			load_note(l, "Processor %zu (%.*s) reads the field “%.*s”, which is not there; did you mean “%.*s”?", absent[i].step + 1, STR_ARG(label),
			          STR_ARG(absent[i].field), STR_ARG(absent[i].meant));
		else
			load_note(l, "Processor %zu (%.*s) reads the field “%.*s”, which is not there.", absent[i].step + 1, STR_ARG(label), STR_ARG(absent[i].field));
	}
}
