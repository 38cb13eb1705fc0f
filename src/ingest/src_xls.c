/* Old Excel workbooks, by the library that knows them. It reads a file as a whole; the cage's limit of memory holds. */
#include "ingest/layer.h"
#include "ingest/xls_merges.h"
#include "text/text.h"
#include <freexl.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_COLUMNS = 16384 };

struct xls {
	const void *book;
	unsigned rows, row;
	unsigned short columns;
	struct arena arena, texts;
	struct str sheet;
	struct cell *cells;
	int64_t skip;
	struct xls_beside beside;
};

static struct xls *of(struct source *s) { return s->state; }

static bool damaged(int code, struct err *e)
{
	err_set(e, ERR_BAD_SOURCE, "the workbook is damaged, or not one of Excel's; save it as .xlsx or CSV");
	return err_cause(e, "freexl: %d", code);
}

static struct cell cell_at(struct xls *x, unsigned row, unsigned short column)
{
	FreeXL_CellValue v = { 0 };
	struct cell none = { .kind = CELL_NONE };
	if (freexl_get_cell_value(x->book, row, column, &v) != FREEXL_OK) return none;
	auto_buf b = BUF_INIT(64);
	struct str text;
	switch (v.type) {
	case FREEXL_CELL_INT: return (struct cell){ arena_printf(&x->texts, "%d", v.value.int_value), CELL_NUMBER };
	case FREEXL_CELL_DOUBLE:
		if (v.value.double_value - v.value.double_value != 0) return none;
		text_put_double_plain(&b, v.value.double_value);
		return (struct cell){ arena_str(&x->texts, buf_str(&b)), CELL_NUMBER };
	case FREEXL_CELL_DATE:
	case FREEXL_CELL_DATETIME:
	case FREEXL_CELL_TIME:
	case FREEXL_CELL_TEXT:
	case FREEXL_CELL_SST_TEXT:
		text = v.value.text_value ? str_trim(str_of(v.value.text_value)) : (struct str){ 0 };
		if (text.n == 0 || text.n > LIMIT_CELL_BYTES || !text_is_utf8(text)) return none;
		return (struct cell){ arena_str(&x->texts, text), v.type == FREEXL_CELL_TEXT || v.type == FREEXL_CELL_SST_TEXT ? CELL_FREE : CELL_STRING };
	default: return none;
	}
}

static size_t take_row(struct xls *x, unsigned row)
{
	size_t n = 0;
	arena_done(&x->texts);
	for (unsigned short i = 0; i < x->columns; i++) {
		x->cells[i] = cell_at(x, row, i);
		if (x->cells[i].kind != CELL_NONE) n = (size_t)i + 1;
	}
	return n;
}

static bool next_row(struct xls *x, size_t *n)
{
	while (x->row < x->rows) {
		*n = take_row(x, x->row++);
		if (*n == 0) continue;
		/* What a merged cell holds is seen as long as one of its rows is. */
		*n = merges_fill(&x->beside.merges, x->row, x->cells, *n, MOST_COLUMNS);
		if (hidden_skips(&x->beside.hidden, x->row <= XLS_ROWS && x->beside.rows[x->row - 1])) continue;
		*n = hidden_squeeze(&x->beside.hidden, x->cells, *n);
		if (*n > 0) return true;
	}
	return false;
}

static bool xls_rewind(struct source *s, struct err *e)
{
	(void)e;
	of(s)->row = 0;
	merges_rewind(&of(s)->beside.merges);
	return true;
}

static bool xls_next(struct source *s, struct row *out, struct err *e)
{
	struct xls *x = of(s);
	size_t n = 0;
	bool more;
	(void)e;
	do more = next_row(x, &n);
	while (more && x->row <= x->skip);
	*out = (struct row){ .cells = x->cells, .n = n, .number = x->row, .more = more };
	return true;
}

/* Rows of few cells above the table are a title. */
static void look(struct xls *x)
{
	enum { ROWS = 50 };
	size_t filled[ROWS] = { 0 };
	int64_t numbers[ROWS];
	size_t seen = 0;
	size_t n;
	x->row = 0;
	merges_rewind(&x->beside.merges);
	while (seen < ROWS && next_row(x, &n)) {
		for (size_t i = 0; i < n; i++) filled[seen] += x->cells[i].kind != CELL_NONE;
		numbers[seen++] = x->row;
	}
	x->skip = heading_skip(filled, numbers, seen);
}

/* The sheet is the one that is read. */
static void take_sheet(struct source *s, unsigned i, struct str name)
{
	struct xls *x = of(s);
	x->sheet = arena_str(&x->arena, name);
	xls_beside(s->fd, i, &x->beside);
	for (unsigned row = 0; row < num_min(x->rows, (unsigned)XLS_ROWS) && !x->beside.hidden.take; row++)
		x->beside.hidden.rows += x->beside.rows[row] && take_row(x, row) > 0;
}

static void put_name(struct buf *list, struct str name)
{
	if (list->n < 240) buf_printf(list, "%s“%.*s”", list->n ? ", " : "", STR_ARG(text_cut(name, 60)));
}

static bool choose(struct source *s, struct err *e)
{
	struct xls *x = of(s);
	unsigned count = 0;
	freexl_get_info(x->book, FREEXL_BIFF_SHEET_COUNT, &count);
	auto_buf list = BUF_INIT(400);
	auto_buf hidden = BUF_INIT(400);
	bool found = false;
	for (unsigned i = 0; i < count && i < 1000; i++) {
		const char *name = NULL;
		if (freexl_get_worksheet_name(x->book, (unsigned short)i, &name) != FREEXL_OK || !name) name = "";
		struct str known = text_is_utf8(str_of(name)) ? str_of(name) : STR("");
		bool unseen = xls_is_hidden(s->fd, i);
		put_name(&list, known);
		if (unseen) put_name(&hidden, known);
		if (found || (s->part.n ? !str_eq(s->part, known) : hidden_skips(&x->beside.hidden, unseen))) continue;
		if (freexl_select_active_worksheet(x->book, (unsigned short)i) != FREEXL_OK) continue;
		if (freexl_worksheet_dimensions(x->book, &x->rows, &x->columns) != FREEXL_OK) x->rows = 0;
		x->columns = (unsigned short)num_min((unsigned)x->columns, (unsigned)MOST_COLUMNS);
		if (!s->part.n && (x->rows == 0 || x->columns == 0)) continue;
		found = true;
		take_sheet(s, i, known);
	}
	if (!found && s->part.n)
		return err_set(e, ERR_BAD_SOURCE, "the workbook has no sheet “%.*s”; it has %.*s", STR_ARG(s->part), STR_ARG(buf_str(&list)));
	if (!found && hidden.n)
		return err_set(e, ERR_BAD_SOURCE, "all sheets of the workbook are empty, but for hidden ones (%.*s); name the sheet to take it", STR_ARG(buf_str(&hidden)));
	if (!found) return err_set(e, ERR_BAD_SOURCE, "all sheets of the workbook are empty");
	look(x);
	hidden_note(&x->beside.hidden, s->load, s->part.n ? STR("") : buf_str(&hidden));
	if (!s->part.n && count > 1) load_note(s->load, "The workbook has %u sheets; “%.*s” was read.", count, STR_ARG(x->sheet));
	return true;
}

static bool xls_open(struct source *s, struct err *e)
{
	struct xls *x = calloc(1, sizeof *x);
	ensure(x);
	s->state = x;
	x->cells = calloc(MOST_COLUMNS, sizeof *x->cells);
	ensure(x->cells);
	const char *path = arena_printf(&x->arena, "/proc/self/fd/%d", s->fd).p;
	int said = freexl_open(path, &x->book);
	if (said != FREEXL_OK) return damaged(said, e);
	hidden_begin(&x->beside.hidden, s);
	if (!choose(s, e)) return false;
	int64_t first = param_int(s, "first_row_no", 0);
	if (first > 0) x->skip = first - 1;
	else if (x->skip) load_note(s->load, "The rows above row %lld were taken for a title and left out.", (long long)x->skip + 1);
	s->table_row = x->skip + 1;
	s->spread = x->beside.merges.list.n > 0;
	return true;
}

static void xls_close(struct source *s)
{
	struct xls *x = of(s);
	if (x->book) freexl_close(x->book);
	arena_done(&x->texts);
	merges_done(&x->beside.merges);
	hidden_done(&x->beside.hidden);
	arena_done(&x->arena);
	free(x->cells);
	free(x);
	s->state = NULL;
}

static void xls_describe(struct source *s, struct json_out *j) { json_member(j, "part", of(s)->sheet); }
static void xls_used(struct source *s, struct json_out *j) { json_member(j, "sheet", of(s)->sheet); }
static int64_t xls_place(struct source *s) { return of(s)->rows ? (int64_t)((double)s->bytes * of(s)->row / of(s)->rows) : 0; }
static unsigned xls_sniff(struct str head) { return str_starts(head, STR("\xd0\xcf\x11\xe0")) ? 120 : 0; }

const struct source_format source_xls = { "xls", "xls", SOURCE_HEADED, xls_sniff, xls_open, xls_rewind, xls_next, NULL, xls_close, xls_describe,
	xls_place, xls_used };
