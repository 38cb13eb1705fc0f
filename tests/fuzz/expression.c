/* Expressions of strangers over cells of strangers: the first line is the expression, each further one a cell of a column a,
 * b, c … whose kind is its first letter. Read or refused, computed or told, never a crash, never for ever. */
#include "process/process.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool take(void *arg, const struct process_row *row, struct err *e)
{
	(void)arg, (void)e;
	for (size_t i = 0; i < row->n; i++) ensure(row->cells[i].kind != CELL_NONE || row->cells[i].text.n == 0);
	return true;
}

static void tell(void *arg, size_t step, int64_t row, struct str field, struct str value, const char *message)
{
	(void)arg, (void)step, (void)row, (void)field, (void)value;
	ensure(message[0] != 0 && text_is_utf8(str_of(message)));
}

static struct cell cell_of(struct str line)
{
	static const char letters[] = "nfs#t{[";
	const char *at = line.n ? memchr(letters, line.p[0], sizeof letters - 1) : NULL;
	static const enum cell_kind kinds[] = { CELL_NONE, CELL_FREE, CELL_STRING, CELL_NUMBER, CELL_TRUTH, CELL_NEST, CELL_LIST };
	enum cell_kind kind = at ? kinds[at - letters] : CELL_FREE;
	return kind == CELL_NONE ? (struct cell){ 0 } : (struct cell){ kind == CELL_NEST || kind == CELL_LIST ? line : str_from(line, at != NULL), kind };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { MOST = 8 };
	if (size > 64 << 10) return 0;
	auto_arena a = ARENA_INIT;
	struct str text = arena_str(&a, str_make((const char *)data, size));
	struct str line;
	struct cell cells[MOST] = { 0 };
	struct str names[MOST] = { STR("a"), STR("b"), STR("c"), STR("d"), STR("e"), STR("f"), STR("g"), STR("h") };
	struct err e = { 0 };
	struct process_expression *x = NULL;
	if (!str_cut(&text, '\n', &line)) return 0;
	bool reads = process_expression_new(line, &x, &e);
	ensure(reads || text_is_utf8(str_of(e.pub)));
	process_expression_free(x);
	for (size_t i = 0; i < MOST && text.n; i++) {
		struct str cell;
		if (str_cut(&text, '\n', &cell)) cells[i] = cell_of(cell);
	}
	if (!text_is_utf8(line)) return 0;
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	buf_lit(&b, "[{\"type\":\"expression\",\"output_field\":\"o\",\"expression\":");
	json_put(&j, line);
	buf_lit(&b, "}]");
	auto_json *doc = NULL;
	if (!json_read(buf_str(&b), &doc, &e)) return 0;
	struct process_faults faults = { .arena = &a };
	struct process_scene scene = { .seed = 7, .now = { INT64_C(1790000000000000) } };
	struct process_line *l = NULL;
	struct err e2 = { 0 };
	if (!process_line_new(json_root(doc), &scene, &faults, &l, &e2)) {
		ensure(e2.code == ERR_PARAMETER && faults.list.n > 0);
		return 0;
	}
	struct process_sink sink = { .row = take, .tell = tell };
	struct process_row row = { cells, MOST, 1 };
	struct err e3 = { 0 };
	ensure(process_columns(l, names, MOST, &e3) && process_run(l, &row, &sink, &e3));
	process_line_free(l);
	return 0;
}
