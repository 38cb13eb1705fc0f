/* Configurations of strangers: an array of processors as JSON, then rows as JSON on the lines after it. Compiled or refused
 * with a fault by place; what compiles takes any rows, collecting or not, its needs met by a row of anything. */
#include "process/process.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 8 };
static const char *const names[MOST] = { "a", "b", "c", "d", "price", "name", "at", "field" };

struct supply { size_t left; struct cell cells[MOST]; };

static bool next(void *arg, struct process_row *out, bool *more, struct err *e)
{
	struct supply *s = arg;
	(void)e;
	*more = s->left > 0;
	if (*more) *out = (struct process_row){ s->cells, MOST, (int64_t)s->left-- };
	return true;
}

static bool take(void *arg, const struct process_row *row, struct err *e)
{
	size_t *rows = arg;
	(void)e;
	*rows += row->n > 0;
	return true;
}

static void tell(void *arg, size_t step, int64_t row, struct str field, struct str value, const char *message)
{
	(void)arg, (void)step, (void)row, (void)field, (void)value;
	ensure(message[0] != 0);
}

static bool ask(void *arg, size_t need, struct str question, struct err *e)
{
	(void)arg, (void)need, (void)e;
	ensure(question.n > 0);
	return true;
}

static struct cell cell_of(struct arena *a, const struct json_node *n)
{
	auto_buf b = BUF_INIT(1 << 20);
	switch (json_kind(n)) {
	case JSON_ABSENT: case JSON_NULL: return (struct cell){ 0 };
	case JSON_TEXT: return (struct cell){ arena_str(a, json_text(n)), CELL_FREE };
	case JSON_BOOL: return (struct cell){ json_bool(n, false) ? STR("true") : STR("false"), CELL_TRUTH };
	case JSON_INT: case JSON_REAL: case JSON_ARRAY: case JSON_OBJECT: break;
	}
	json_put_node(&b, n);
	enum json_kind k = json_kind(n);
	return (struct cell){ arena_str(a, buf_str(&b)), k == JSON_ARRAY ? CELL_LIST : k == JSON_OBJECT ? CELL_NEST : CELL_NUMBER };
}

static void run(struct arena *a, struct process_line *l, struct str rows)
{
	struct err e = { 0 };
	size_t got = 0;
	struct process_sink sink = { .arg = &got, .row = take, .tell = tell, .ask = ask };
	struct str line;
	struct str columns[MOST];
	for (size_t i = 0; i < MOST; i++) columns[i] = str_of(names[i]);
	if (!process_columns(l, columns, MOST, &e)) return;
	for (int64_t number = 1; rows.n && number < 50 && str_cut(&rows, '\n', &line); number++) {
		auto_json *doc = NULL;
		struct err bad = { 0 };
		struct cell cells[MOST] = { 0 };
		if (!json_read(line, &doc, &bad)) continue;
		for (size_t i = 0; i < MOST; i++) cells[i] = cell_of(a, json_get(json_root(doc), names[i]));
		struct process_row row = { cells, MOST, number };
		struct err why = { 0 };
		if (!process_run(l, &row, &sink, &why)) ensure(why.code != ERR_NONE);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 64 << 10) return 0;
	auto_arena a = ARENA_INIT;
	struct str text = arena_str(&a, str_make((const char *)data, size));
	struct str first;
	auto_json *doc = NULL;
	struct err e = { 0 };
	if (!str_cut(&text, '\n', &first) || !json_read(first, &doc, &e)) return 0;
	struct process_faults faults = { .arena = &a };
	struct process_scene scene = { .seed = 7, .now = { INT64_C(1790000000000000) } };
	struct process_line *l = NULL;
	if (!process_line_new(json_root(doc), &scene, &faults, &l, &e)) {
		ensure(e.code != ERR_NONE);
		return 0;
	}
	const struct process_need *needs;
	size_t n = process_needs(l, &needs);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		struct supply s = { .left = 3 };
		for (size_t k = 0; k < MOST; k++) s.cells[k] = (struct cell){ k % 2 ? STR("1") : STR("{\"type\":\"Point\",\"coordinates\":[1,2]}"), k % 2 ? CELL_NUMBER : CELL_SHAPE };
		struct process_supply supply = { &s, needs[i].columns, num_min(needs[i].ncolumns, (size_t)MOST), next };
		struct err bad = { 0 };
		ok = process_meet(l, i, &supply, &bad);
	}
	if (ok) run(&a, l, text);
	if (n && ok) {
		process_collect(l, 0);
		run(&a, l, text);
	}
	process_line_free(l);
	return 0;
}
