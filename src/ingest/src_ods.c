/* OpenDocument spreadsheets: the rows of one sheet, streamed out of content.xml. Repeated rows and cells are counted, not
 * believed: what nobody filled costs nothing, however often it is said to be there. */
#include "ingest/hidden.h"
#include "ingest/layer.h"
#include "ingest/merge.h"
#include "ingest/workbook.h"
#include "text/text.h"
#include <stdlib.h>

enum { MOST_COLUMNS = 16384, MOST_ROWS = 1048576, MOST_SHEETS = 1000 };

struct unseen { bool sheet; int64_t rows; }; /* is the sheet hidden; its hidden rows that hold something */
struct ods {
	struct workbook book;      /* its zip; only part_open is used */
	struct arena arena, texts;
	struct part part;
	VEC(struct str) sheets;
	VEC(struct unseen) unseen; /* one a sheet */
	size_t sheet, reading;     /* the one that is wanted; how many were passed */
	bool inside;
	struct cell *cells;
	size_t n;
	int64_t number, skip, read, again; /* rows so far; repeats of the present row that are still to come */
	struct merges merges;
	struct hidden hidden;
	size_t spans, columns;     /* columns told above the rows */
	bool hides;                /* the row is hidden */
};

static struct ods *of(struct source *s) { return s->state; }

static int64_t number_of(struct ods *o, const char *attribute, int64_t otherwise, int64_t most)
{
	struct str text = { 0 };
	int64_t n;
	if (!xml_attribute(o->part.xml, &o->texts, attribute, &text) || !text_to_int(text, &n) || n < 1) return otherwise;
	return num_min(n, most);
}

/* --- cells ------------------------------------------------------------------------------------------------ */

/* Paragraphs of the element just opened, to its end; notes beside the cell are none of it. */
static bool read_text(struct ods *o, struct buf *b, struct err *e)
{
	int aside = 0;
	for (int depth = 1; depth > 0;) {
		enum xml_event event;
		if (!xml_next(o->part.xml, &event, e)) return false;
		if (event == XML_END_OF_DOCUMENT) return true;
		if (event == XML_CLOSE) {
			if (aside == depth) aside = 0;
			depth--;
		} else if (event == XML_OPEN) {
			struct str name = xml_name(o->part.xml);
			depth++;
			if (!aside && str_eq(name, STR("annotation"))) aside = depth;
			if (!aside && str_eq(name, STR("p")) && b->n) buf_put_char(b, '\n');
			if (!aside && (str_eq(name, STR("s")) || str_eq(name, STR("tab")) || str_eq(name, STR("line-break")))) buf_put_char(b, ' ');
		} else if (!aside && depth > 1) {
			buf_put(b, xml_text(o->part.xml));
		}
	}
	return true;
}

static struct cell value_of(struct ods *o, struct str type, struct str value, struct str text)
{
	struct cell none = { .kind = CELL_NONE };
	double number;
	if (str_eq(type, STR("percentage"))) return workbook_percent(&o->texts, value);
	if (str_eq(type, STR("float")) || str_eq(type, STR("currency")))
		return text_to_double(value, &number) ? (struct cell){ value, CELL_NUMBER } : none;
	if (str_eq(type, STR("date"))) return (struct cell){ value, value.n ? CELL_STRING : CELL_NONE };
	if (str_eq(type, STR("boolean"))) return (struct cell){ value, value.n ? CELL_TRUTH : CELL_NONE };
	text = arena_str(&o->texts, str_trim(text));
	return (struct cell){ text, text.n == 0 ? CELL_NONE : str_eq(type, STR("time")) ? CELL_STRING : CELL_FREE };
}

static bool take_cell(struct ods *o, bool covered, struct err *e)
{
	struct str type = { 0 };
	struct str value = { 0 };
	int64_t times = number_of(o, "number-columns-repeated", 1, MOST_COLUMNS);
	int64_t across = number_of(o, "number-columns-spanned", 1, MOST_COLUMNS);
	int64_t down = number_of(o, "number-rows-spanned", 1, MOST_ROWS);
	xml_attribute(o->part.xml, &o->texts, "value-type", &type);
	if (!xml_attribute(o->part.xml, &o->texts, "value", &value) && !xml_attribute(o->part.xml, &o->texts, "date-value", &value))
		xml_attribute(o->part.xml, &o->texts, "boolean-value", &value);
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES + 1);
	if (!read_text(o, &b, e)) return false;
	struct cell c = covered ? (struct cell){ .kind = CELL_NONE } : value_of(o, type, value, buf_str(&b));
	size_t from = o->n;
	size_t to = num_min(from + (size_t)times, (size_t)MOST_COLUMNS);
	for (size_t i = from; i < to; i++) o->cells[i] = c;
	o->n = to;
	if (c.kind == CELL_NONE || across * down == 1 || o->spans++ > 100000) return true;
	struct merge one = { .row = (uint32_t)o->number, .column = (uint32_t)from, .last_row = (uint32_t)num_min(o->number + down - 1, (int64_t)MOST_ROWS),
		.last_column = (uint32_t)num_min((int64_t)from + across - 1, (int64_t)MOST_COLUMNS - 1) };
	merges_add(&o->merges, one);
	return true;
}

/* --- rows ------------------------------------------------------------------------------------------------- */

/* Hidden by hand ("collapse") or by a filter. */
static bool is_hidden(struct ods *o)
{
	struct str text = { 0 };
	return xml_attribute(o->part.xml, &o->texts, "visibility", &text) && (str_eq(text, STR("collapse")) || str_eq(text, STR("filter")));
}

static void take_column(struct ods *o)
{
	size_t n = (size_t)number_of(o, "number-columns-repeated", 1, MOST_COLUMNS);
	if (is_hidden(o)) hidden_columns(&o->hidden, o->columns, o->columns + n - 1);
	o->columns = num_min(o->columns + n, (size_t)MOST_COLUMNS);
}

static bool take_row(struct ods *o, struct err *e)
{
	int64_t times = number_of(o, "number-rows-repeated", 1, MOST_ROWS);
	arena_done(&o->texts);
	o->n = 0;
	o->number++;
	o->hides = is_hidden(o);
	for (int depth = 1; depth > 0;) {
		enum xml_event event;
		if (!xml_next(o->part.xml, &event, e)) return false;
		if (event == XML_END_OF_DOCUMENT) break;
		if (event == XML_CLOSE) depth--;
		if (event != XML_OPEN) continue;
		struct str name = xml_name(o->part.xml);
		bool covered = str_eq(name, STR("covered-table-cell"));
		if (!covered && !str_eq(name, STR("table-cell"))) depth++;
		else if (!take_cell(o, covered, e)) return false;
	}
	while (o->n > 0 && o->cells[o->n - 1].kind == CELL_NONE) o->n--;
	/* What a merged cell holds is seen as long as one of its rows is. */
	if (o->n > 0) o->n = merges_fill(&o->merges, o->number, o->cells, o->n, MOST_COLUMNS);
	o->n = hidden_skips(&o->hidden, o->hides) ? 0 : hidden_squeeze(&o->hidden, o->cells, o->n);
	o->again = o->n ? times - 1 : 0;
	if (o->n == 0) o->number += times - 1;
	return true;
}

static bool next_row(struct ods *o, bool *more, struct err *e)
{
	*more = true;
	if (o->again > 0) {
		o->again--;
		o->number++;
		return true;
	}
	for (;;) {
		enum xml_event event;
		if (!xml_next(o->part.xml, &event, e)) return false;
		*more = event != XML_END_OF_DOCUMENT;
		if (!*more) return true;
		if (event == XML_TEXT) continue;
		struct str name = xml_name(o->part.xml);
		bool table = str_eq(name, STR("table"));
		if (event == XML_OPEN && table) o->inside = o->reading++ == o->sheet;
		if (event == XML_OPEN && o->inside && str_eq(name, STR("table-column"))) take_column(o);
		if (event == XML_CLOSE && table && o->inside) {
			*more = false;
			return true;
		}
		if (!o->inside || event != XML_OPEN || !str_eq(name, STR("table-row"))) continue;
		if (!take_row(o, e)) return false;
		o->read++;
		if (o->n > 0) return true;
	}
}

static bool ods_rewind(struct source *s, struct err *e)
{
	struct ods *o = of(s);
	bool found;
	part_close(&o->part);
	o->number = o->read = o->again = 0;
	o->reading = 0;
	o->inside = false;
	o->spans = o->columns = 0;
	merges_done(&o->merges);
	if (!part_open(&o->book, STR("content.xml"), &o->part, &found, e)) return false;
	return found || err_set(e, ERR_BAD_SOURCE, "the spreadsheet is damaged: its content is missing");
}

static bool ods_next(struct source *s, struct row *out, struct err *e)
{
	struct ods *o = of(s);
	bool more;
	do {
		if (!next_row(o, &more, e)) return false;
	} while (more && o->number <= o->skip);
	*out = (struct row){ .cells = o->cells, .n = o->n, .number = o->number, .more = more };
	return true;
}

/* --- which sheet, which row ------------------------------------------------------------------------------- */

/* Whether a sheet is shown is a matter of its style: styles that hide stand above. */
struct styles { struct str style; VEC(struct str) hiding; };

static void see_style(struct ods *o, struct styles *y, struct str element)
{
	struct str display = { 0 };
	if (str_eq(element, STR("style"))) {
		y->style = (struct str){ 0 };
		xml_attribute(o->part.xml, &o->arena, "name", &y->style);
	} else if (str_eq(element, STR("table-properties")) && xml_attribute(o->part.xml, &o->texts, "display", &display) && str_eq(display, STR("false"))) {
		if (y->hiding.n < MOST_SHEETS) vec_push(&o->arena, &y->hiding, y->style);
	}
}

static void see_sheet(struct ods *o, const struct styles *y)
{
	struct str name = { 0 };
	struct str style = { 0 };
	struct unseen one = { 0 };
	xml_attribute(o->part.xml, &o->arena, "name", &name);
	xml_attribute(o->part.xml, &o->texts, "style-name", &style);
	for (size_t i = 0; i < y->hiding.n; i++) one.sheet |= style.n && str_eq(style, y->hiding.p[i]);
	vec_push(&o->arena, &o->sheets, name);
	vec_push(&o->arena, &o->unseen, one);
}

static bool list_sheets(struct ods *o, struct err *e)
{
	struct styles styles = { 0 };
	int64_t times = 0; /* of the present row, while it is hidden and nothing of it was seen */
	for (;;) {
		enum xml_event event;
		struct str type = { 0 };
		if (!xml_next(o->part.xml, &event, e)) return false;
		if (event == XML_END_OF_DOCUMENT) return true;
		if (event != XML_OPEN) continue;
		struct str name = xml_name(o->part.xml);
		if (str_eq(name, STR("table"))) {
			if (o->sheets.n == MOST_SHEETS) return err_set(e, ERR_TOO_LARGE, "the spreadsheet has more than 1,000 sheets");
			see_sheet(o, &styles);
		} else if (o->sheets.n == 0) {
			see_style(o, &styles, name);
		} else if (str_eq(name, STR("table-row"))) {
			times = is_hidden(o) ? number_of(o, "number-rows-repeated", 1, MOST_ROWS) : 0;
			arena_done(&o->texts);
		} else if (times && str_eq(name, STR("table-cell")) && xml_attribute(o->part.xml, &o->texts, "value-type", &type)) {
			o->unseen.p[o->unseen.n - 1].rows += times;
			times = 0;
		}
	}
}

static bool look(struct ods *o, size_t *width, struct err *e)
{
	enum { ROWS = 50 };
	size_t filled[ROWS] = { 0 };
	int64_t numbers[ROWS];
	size_t n = 0;
	size_t widest = 0;
	for (; n < ROWS; n++) {
		bool more;
		if (!next_row(o, &more, e)) return false;
		if (!more) break;
		for (size_t i = 0; i < o->n; i++) filled[n] += o->cells[i].kind != CELL_NONE;
		widest = num_max(widest, filled[n]);
		numbers[n] = o->number;
	}
	*width = n ? num_max(widest, (size_t)1) : 0;
	o->skip = heading_skip(filled, numbers, n);
	return true;
}

/* The one that is named; else the first with a table, or, where there is none, with words in a single column. */
static bool find_sheet(struct source *s, struct err *e)
{
	struct ods *o = of(s);
	size_t words = o->sheets.n;
	size_t width;
	for (o->sheet = 0; o->sheet < o->sheets.n; o->sheet++) {
		if (s->part.n && !str_eq(s->part, o->sheets.p[o->sheet])) continue;
		if (!s->part.n && hidden_skips(&o->hidden, o->unseen.p[o->sheet].sheet)) continue;
		hidden_clear(&o->hidden);
		if (!ods_rewind(s, e) || !look(o, &width, e)) return false;
		if (s->part.n || width > 1) return true;
		if (width == 1 && words == o->sheets.n) words = o->sheet;
	}
	o->sheet = words;
	hidden_clear(&o->hidden);
	return words == o->sheets.n || (ods_rewind(s, e) && look(o, &width, e));
}

/* Names of sheets for a sentence: all of them, or those that are hidden. */
static struct str names_of(struct ods *o, bool hidden)
{
	auto_buf list = BUF_INIT(4096);
	for (size_t i = 0; i < o->sheets.n && list.n < 200; i++)
		if (!hidden || o->unseen.p[i].sheet) buf_printf(&list, "%s“%.*s”", list.n ? ", " : "", STR_ARG(text_cut(o->sheets.p[i], 60)));
	return arena_str(&o->arena, buf_str(&list));
}

static bool choose(struct source *s, struct err *e)
{
	struct ods *o = of(s);
	struct str hidden = names_of(o, true);
	hidden_begin(&o->hidden, s);
	if (!find_sheet(s, e)) return false;
	if (o->sheet == o->sheets.n) {
		if (s->part.n)
			return err_set(e, ERR_BAD_SOURCE, "the spreadsheet has no sheet “%.*s”; it has %.*s", STR_ARG(s->part), STR_ARG(names_of(o, false)));
		if (hidden.n) return err_set(e, ERR_BAD_SOURCE, "all sheets of the spreadsheet are empty, but for hidden ones (%.*s); name the sheet to take it", STR_ARG(hidden));
		return err_set(e, ERR_BAD_SOURCE, "all sheets of the spreadsheet are empty");
	}
	o->hidden.rows = o->unseen.p[o->sheet].rows;
	hidden_note(&o->hidden, s->load, s->part.n ? STR("") : hidden);
	if (!s->part.n && o->sheets.n > 1)
		load_note(s->load, "The spreadsheet has %zu sheets; “%.*s” was read.", o->sheets.n, STR_ARG(o->sheets.p[o->sheet]));
	int64_t first = param_int(s, "first_row_no", 0);
	if (first > 0) o->skip = first - 1;
	else if (o->skip) load_note(s->load, "The rows above row %lld were taken for a title and left out.", (long long)o->skip + 1);
	s->table_row = o->skip + 1;
	s->spread = o->merges.list.n > 0;
	return ods_rewind(s, e);
}

static bool ods_open(struct source *s, struct err *e)
{
	struct ods *o = calloc(1, sizeof *o);
	ensure(o);
	s->state = o;
	o->cells = calloc(MOST_COLUMNS, sizeof *o->cells);
	ensure(o->cells);
	o->book = (struct workbook){ .a = &o->arena, .fd = s->fd };
	return ods_rewind(s, e) && list_sheets(o, e) && choose(s, e);
}

static void ods_close(struct source *s)
{
	struct ods *o = of(s);
	part_close(&o->part);
	merges_done(&o->merges);
	hidden_done(&o->hidden);
	arena_done(&o->texts);
	arena_done(&o->arena);
	free(o->cells);
	free(o);
	s->state = NULL;
}

static struct str sheet_name(const struct ods *o) { return o->sheet < o->sheets.n ? o->sheets.p[o->sheet] : (struct str){ 0 }; }
static void ods_describe(struct source *s, struct json_out *j) { json_member(j, "part", sheet_name(of(s))); }
static void ods_used(struct source *s, struct json_out *j) { json_member(j, "sheet", sheet_name(of(s))); }
static int64_t ods_place(struct source *s) { return of(s)->read; }
static unsigned ods_sniff(struct str head)
{
	return str_starts(head, STR("PK")) && str_find(str_sub(head, 0, 120), STR("mimetypeapplication/vnd.oasis.opendocument.spreadsheet")) >= 0 ? 150 : 0;
}

const struct source_format source_ods = { "ods", "ods ots", SOURCE_HEADED | SOURCE_ZIPPED, ods_sniff, ods_open, ods_rewind, ods_next, NULL, ods_close,
	ods_describe, ods_place, ods_used };
