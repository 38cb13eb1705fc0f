/* Excel workbooks: the rows of one sheet, streamed. Formulas give the value that was saved with them;
 * numbers whose style is a date become dates. */
#include "ingest/hidden.h"
#include "ingest/layer.h"
#include "ingest/merge.h"
#include "ingest/workbook.h"
#include "text/text.h"
#include <stdlib.h>

enum { MOST_COLUMNS = 16384 };

struct xlsx {
	struct arena arena;
	struct workbook book;
	struct part part;       /* the sheet while it is read */
	size_t sheet;
	struct arena row;
	struct cell *cells;
	size_t n;
	int64_t number, skip, read;
	bool over, hides;       /* of the row: a cell is too large; it is hidden */
	struct merges merges;
	struct hidden hidden;
};

static struct xlsx *state_of(struct source *s) { return s->state; }

/* --- cells ------------------------------------------------------------------------------------------ */

/* "BC12" is column 54. Without a reference cells follow each other. */
static size_t column_of(struct str reference, size_t otherwise)
{
	size_t column = 0;
	for (size_t i = 0; i < reference.n && reference.p[i] >= 'A' && reference.p[i] <= 'Z' && i < 4; i++)
		column = column * 26 + (size_t)(reference.p[i] - 'A' + 1);
	return column ? column - 1 : otherwise;
}

struct raw { struct str type, style, value, inside; };

static void set_cell(struct xlsx *x, const struct raw *raw, struct cell *out)
{
	int64_t i;
	double v;
	struct str text = str_trim(raw->value.n ? raw->value : raw->inside);
	*out = (struct cell){ .kind = CELL_NONE };
	if (text.n == 0) return;
	if (str_eq(raw->type, STR("s"))) {
		if (!text_to_int(text, &i) || i < 0 || (size_t)i >= x->book.strings.n) return;
		text = str_trim(x->book.strings.p[i]);
		*out = (struct cell){ text, text.n ? CELL_FREE : CELL_NONE };
	} else if (str_eq(raw->type, STR("b"))) {
		*out = (struct cell){ str_eq(text, STR("1")) ? STR("true") : STR("false"), CELL_TRUTH };
	} else if (str_eq(raw->type, STR("e"))) {
		return;
	} else if (str_eq(raw->type, STR("str")) || str_eq(raw->type, STR("inlineStr"))) {
		*out = (struct cell){ text, CELL_FREE };
	} else if (str_eq(raw->type, STR("d"))) {
		*out = (struct cell){ text, CELL_STRING };
	} else {
		bool date = text_to_int(raw->style, &i) && i >= 0 && (size_t)i < x->book.dates.n && x->book.dates.p[i];
		struct str shown = date && text_to_double(text, &v) ? workbook_date(&x->row, &x->book, v) : (struct str){ 0 };
		bool percent = text_to_int(raw->style, &i) && i >= 0 && (size_t)i < x->book.percents.n && x->book.percents.p[i];
		if (percent && !shown.n) *out = workbook_percent(&x->row, text);
		else *out = shown.n ? (struct cell){ shown, CELL_STRING } : (struct cell){ text, CELL_NUMBER };
	}
}

/* Inside <c>: its value, or the string written in place. */
static bool read_cell(struct xlsx *x, struct raw *raw, struct err *e)
{
	for (int depth = 1; depth > 0;) {
		enum xml_event event;
		if (!xml_next(x->part.xml, &event, e)) return false;
		if (event == XML_END_OF_DOCUMENT) return true;
		if (event == XML_CLOSE) depth--;
		if (event != XML_OPEN) continue;
		struct str name = xml_name(x->part.xml);
		bool value = str_eq(name, STR("v"));
		if (!value && !str_eq(name, STR("is"))) {
			depth++;
			continue;
		}
		auto_buf b = BUF_INIT(LIMIT_CELL_BYTES + 1);
		if (!part_text(&x->part, &b, e)) return false;
		if (b.over) x->over = true;
		*(value ? &raw->value : &raw->inside) = arena_str(&x->row, buf_str(&b));
	}
	return true;
}

static bool take_cell(struct xlsx *x, size_t *next, struct err *e)
{
	struct str reference = { 0 };
	struct raw raw = { 0 };
	xml_attribute(x->part.xml, &x->row, "r", &reference);
	xml_attribute(x->part.xml, &x->row, "t", &raw.type);
	xml_attribute(x->part.xml, &x->row, "s", &raw.style);
	if (!read_cell(x, &raw, e)) return false;
	size_t at = column_of(reference, *next);
	if (at >= MOST_COLUMNS) return err_set(e, ERR_BAD_SOURCE, "the sheet has a cell beyond the last column of Excel");
	*next = at + 1;
	struct cell cell;
	set_cell(x, &raw, &cell);
	if (cell.kind == CELL_NONE) return true;
	for (; x->n <= at; x->n++) x->cells[x->n] = (struct cell){ .kind = CELL_NONE };
	x->cells[at] = cell;
	return true;
}

/* --- rows -------------------------------------------------------------------------------------------- */

static bool is_set(struct xlsx *x, const char *attribute)
{
	struct str text = { 0 };
	return xml_attribute(x->part.xml, &x->row, attribute, &text) && (str_eq(text, STR("1")) || str_eq(text, STR("true")));
}

/* <col min="2" max="4" hidden="1"/>, above the rows. */
static void take_columns(struct xlsx *x)
{
	struct str from = { 0 };
	struct str to = { 0 };
	int64_t first, last;
	if (is_set(x, "hidden") && xml_attribute(x->part.xml, &x->row, "min", &from) && xml_attribute(x->part.xml, &x->row, "max", &to) &&
	    text_to_int(from, &first) && text_to_int(to, &last) && first >= 1 && last >= first)
		hidden_columns(&x->hidden, (size_t)first - 1, (size_t)last - 1);
}

static bool take_row(struct xlsx *x, struct err *e)
{
	struct str given = { 0 };
	int64_t number;
	size_t next = 0;
	x->n = 0;
	x->over = false;
	arena_done(&x->row);
	x->number++;
	if (xml_attribute(x->part.xml, &x->row, "r", &given) && text_to_int(given, &number) && number >= x->number) x->number = number;
	x->hides = is_set(x, "hidden");
	for (;;) {
		enum xml_event event;
		if (!xml_next(x->part.xml, &event, e)) return false;
		if (event == XML_END_OF_DOCUMENT) return true;
		struct str name = event == XML_TEXT ? (struct str){ 0 } : xml_name(x->part.xml);
		if (event == XML_CLOSE && str_eq(name, STR("row"))) return true;
		if (event == XML_OPEN && str_eq(name, STR("c")) && !take_cell(x, &next, e)) return false;
	}
}

static bool next_row(struct xlsx *x, bool *more, struct err *e)
{
	*more = false;
	for (;;) {
		enum xml_event event;
		if (!xml_next(x->part.xml, &event, e)) return false;
		if (event == XML_END_OF_DOCUMENT) return true;
		if (event == XML_OPEN && str_eq(xml_name(x->part.xml), STR("col"))) take_columns(x);
		if (event != XML_OPEN || !str_eq(xml_name(x->part.xml), STR("row"))) continue;
		if (!take_row(x, e)) return false;
		x->read++;
		if (x->n == 0) continue; /* formatted, but empty */
		/* What a merged cell holds is seen as long as one of its rows is. */
		x->n = merges_fill(&x->merges, x->number, x->cells, x->n, MOST_COLUMNS);
		if (hidden_skips(&x->hidden, x->hides)) continue;
		x->n = hidden_squeeze(&x->hidden, x->cells, x->n);
		if (x->n == 0) continue;
		*more = true;
		return true;
	}
}

static bool open_sheet(struct xlsx *x, size_t i, struct err *e)
{
	bool found;
	part_close(&x->part);
	x->number = 0;
	x->read = 0;
	merges_rewind(&x->merges);
	if (!part_open(&x->book, x->book.sheets.p[i].path, &x->part, &found, e)) return false;
	if (found) return true;
	return err_set(e, ERR_BAD_SOURCE, "the workbook is damaged: its sheet “%.*s” is missing", STR_ARG(x->book.sheets.p[i].name));
}

static bool xlsx_rewind(struct source *s, struct err *e) { return open_sheet(state_of(s), state_of(s)->sheet, e); }

static bool xlsx_next(struct source *s, struct row *out, struct err *e)
{
	struct xlsx *x = state_of(s);
	bool more;
	do {
		if (!next_row(x, &more, e)) return false;
	} while (more && x->number <= x->skip);
	*out = (struct row){ .cells = x->cells, .n = x->n, .number = x->number, .more = more };
	if (more && x->over) out->fault = "a cell is larger than 16 MB";
	return true;
}

/* --- which sheet, which row --------------------------------------------------------------------------- */

static bool look(struct xlsx *x, size_t *width, struct err *e)
{
	enum { ROWS = 50 };
	int64_t numbers[ROWS];
	size_t filled[ROWS] = { 0 };
	size_t n = 0;
	size_t widest = 0;
	for (; n < ROWS; n++) {
		bool more;
		if (!next_row(x, &more, e)) return false;
		if (!more) break;
		for (size_t k = 0; k < x->n; k++) filled[n] += x->cells[k].kind != CELL_NONE;
		numbers[n] = x->number;
		widest = num_max(widest, filled[n]);
	}
	*width = n ? num_max(widest, (size_t)1) : 0;
	x->skip = heading_skip(filled, numbers, n);
	return true;
}

static bool no_such_sheet(const struct xlsx *x, struct str part, struct err *e)
{
	auto_buf list = BUF_INIT(240);
	for (size_t i = 0; i < x->book.sheets.n; i++)
		buf_printf(&list, "%s“%.*s”", i ? ", " : "", STR_ARG(text_cut(x->book.sheets.p[i].name, 60)));
	return err_set(e, ERR_BAD_SOURCE, "the workbook has no sheet “%.*s”; it has %.*s", STR_ARG(part), STR_ARG(text_cut(buf_str(&list), 200)));
}

static bool look_at(struct xlsx *x, size_t sheet, size_t *width, struct err *e)
{
	x->sheet = sheet;
	hidden_clear(&x->hidden);
	return merges_read(&x->merges, &x->hidden.rows, x->book.fd, x->book.sheets.p[sheet].path, e) && open_sheet(x, sheet, e) && look(x, width, e);
}

/* The one that is named; else the first with a table. A sheet of charts has no rows, one of a single column is words about the others: both are
 * passed over where there is something better. */
static bool find_sheet(struct xlsx *x, struct str part, struct err *e)
{
	size_t n = x->book.sheets.n;
	size_t words = n;
	size_t width;
	for (size_t i = 0; i < n; i++) {
		if (part.n && !str_eq(part, x->book.sheets.p[i].name)) continue;
		if (!part.n && hidden_skips(&x->hidden, x->book.sheets.p[i].hidden)) continue;
		if (!look_at(x, i, &width, e)) return false;
		if (part.n || width > 1) return true;
		if (width == 1 && words == n) words = i;
	}
	x->sheet = words;
	return words == n || look_at(x, words, &width, e);
}

static struct str hidden_sheets(struct xlsx *x)
{
	auto_buf list = BUF_INIT(4096);
	for (size_t i = 0; i < x->book.sheets.n && list.n < 200; i++)
		if (x->book.sheets.p[i].hidden) buf_printf(&list, "%s“%.*s”", list.n ? ", " : "", STR_ARG(text_cut(x->book.sheets.p[i].name, 60)));
	return arena_str(&x->arena, buf_str(&list));
}

static bool choose(struct source *s, struct err *e)
{
	struct xlsx *x = state_of(s);
	struct str part = s->part;
	struct str hidden = hidden_sheets(x);
	hidden_begin(&x->hidden, s);
	if (!find_sheet(x, part, e)) return false;
	if (x->sheet == x->book.sheets.n) {
		if (part.n) return no_such_sheet(x, part, e);
		if (hidden.n) return err_set(e, ERR_BAD_SOURCE, "all sheets of the workbook are empty, but for hidden ones (%.*s); name the sheet to take it", STR_ARG(hidden));
		return err_set(e, ERR_BAD_SOURCE, "all sheets of the workbook are empty");
	}
	hidden_note(&x->hidden, s->load, part.n ? STR("") : hidden);
	if (!part.n && x->book.sheets.n > 1)
		load_note(s->load, "The workbook has %zu sheets; “%.*s” was read.", x->book.sheets.n, STR_ARG(x->book.sheets.p[x->sheet].name));
	int64_t first = param_int(s, "first_row_no", 0);
	if (first > 0) x->skip = first - 1;
	else if (x->skip) load_note(s->load, "The rows above row %lld were taken for a title and left out.", (long long)x->skip + 1);
	s->table_row = x->skip + 1;
	s->spread = x->merges.list.n > 0;
	return true;
}

static bool xlsx_open(struct source *s, struct err *e)
{
	struct xlsx *x = calloc(1, sizeof *x);
	ensure(x);
	s->state = x;
	x->cells = calloc(MOST_COLUMNS, sizeof *x->cells);
	ensure(x->cells);
	return workbook_read(&x->book, &x->arena, s->fd, s->name, e) && choose(s, e);
}

static void xlsx_close(struct source *s)
{
	struct xlsx *x = state_of(s);
	part_close(&x->part);
	arena_done(&x->row);
	arena_done(&x->arena);
	merges_done(&x->merges);
	hidden_done(&x->hidden);
	free(x->cells);
	free(x);
	s->state = NULL;
}

static void xlsx_describe(struct source *s, struct json_out *j)
{
	const struct xlsx *x = state_of(s);
	if (x->sheet < x->book.sheets.n) json_member(j, "part", x->book.sheets.p[x->sheet].name);
	if (x->skip) json_member_int(j, "skipped_rows", x->skip);
}

static void xlsx_used(struct source *s, struct json_out *j)
{
	const struct xlsx *x = state_of(s);
	if (x->sheet < x->book.sheets.n) json_member(j, "sheet", x->book.sheets.p[x->sheet].name);
}

static int64_t xlsx_place(struct source *s) { return state_of(s)->read; }

static unsigned xlsx_sniff(struct str head) { return pack_kind_of(head) == PACK_ZIP ? 60 : 0; }

const struct source_format source_xlsx = { "xlsx", "xlsx xlsm", SOURCE_HEADED | SOURCE_ZIPPED, xlsx_sniff, xlsx_open, xlsx_rewind, xlsx_next,
	NULL, xlsx_close, xlsx_describe, xlsx_place, xlsx_used };
