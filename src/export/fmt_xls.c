/* The spreadsheets of v2.0: "XML Spreadsheet 2003", one plain XML file. Texts are marked as texts, so none is
 * ever taken for a formula. A sheet that is full is followed by another. */
#include "export/inside.h"
#include "text/text.h"
#include <math.h>

enum { SHEET_ROWS = 65536, CELL_LETTERS = 32767 };
#define SHEET_NS "urn:schemas-microsoft-com:office:spreadsheet"

struct book { int64_t row; int sheets; struct buf cell; };

static const char head[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n"
	"<Workbook xmlns=\"" SHEET_NS "\" xmlns:ss=\"" SHEET_NS "\"><Styles>"
	"<Style ss:ID=\"head\"><Font ss:Bold=\"1\"/></Style>"
	"<Style ss:ID=\"day\"><NumberFormat ss:Format=\"yyyy\\-mm\\-dd\"/></Style>"
	"<Style ss:ID=\"time\"><NumberFormat ss:Format=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/></Style></Styles>";

static void put_cell(struct export *x, const char *style, const char *type, struct str s)
{
	buf_lit(&x->out, "<Cell");
	if (style[0]) buf_printf(&x->out, " ss:StyleID=\"%s\"", style);
	buf_printf(&x->out, "><Data ss:Type=\"%s\">", type);
	text_put_xml(&x->out, s.n > CELL_LETTERS ? text_cut(s, CELL_LETTERS) : s);
	buf_lit(&x->out, "</Data></Cell>");
}

static void put_instant(struct export *x, struct book *k, int64_t local_us, const char *style)
{
	struct civil c;
	clock_civil_of_us(local_us, &c);
	buf_clear(&k->cell);
	buf_printf(&k->cell, "%04d-%02d-%02dT%02d:%02d:%02d.%03d", c.year, c.month, c.day, c.hour, c.minute, c.second, c.micro / 1000);
	put_cell(x, style, "DateTime", buf_str(&k->cell));
}

/* True when the value has a form of its own; false: its text is written. */
static bool put_typed(struct export *x, struct book *k, size_t column, const struct column *c, size_t row)
{
	static const int64_t day_us = INT64_C(86400000000);
	enum { FIRST_DAY = -25508 }; /* 1900-03-01: spreadsheets count a day before it that never was */
	enum value_type type = c->type.list ? VALUE_TEXT : c->type.type;
	const int64_t most = 1000000000000000; /* a spreadsheet keeps 15 digits */
	bool small = type == VALUE_INT && c->ints[row] > -most && c->ints[row] < most;
	buf_clear(&k->cell);
	if (small || (type == VALUE_DOUBLE && isfinite(c->doubles[row]))) {
		text_put_double_plain(&k->cell, small ? (double)c->ints[row] : c->doubles[row]);
		put_cell(x, "", "Number", buf_str(&k->cell));
		return true;
	}
	if (type == VALUE_BOOL) {
		put_cell(x, "", "Boolean", c->bools[row] ? STR("1") : STR("0"));
		return true;
	}
	if (type == VALUE_DATE && c->days[row] >= FIRST_DAY && !export_is_cut(x, column)) {
		put_instant(x, k, c->days[row] * day_us, "day");
		return true;
	}
	if (type != VALUE_DATETIME || c->ints[row] < FIRST_DAY * day_us) return false;
	put_instant(x, k, c->ints[row] + (int64_t)clock_offset_s(x->style.zone, c->ints[row]) * 1000000, "time");
	return true;
}

static void open_sheet(struct export *x, struct book *k)
{
	buf_printf(&x->out, "<Worksheet ss:Name=\"Sheet%d\"><Table><Row>", ++k->sheets);
	for (size_t i = 0; i < x->ncolumns; i++) put_cell(x, "head", "String", x->headings[i]);
	buf_lit(&x->out, "</Row>");
	k->row = 1;
}

static void close_sheet(struct export *x) { buf_lit(&x->out, "</Table></Worksheet>"); }

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	struct book *k = x->state;
	for (size_t row = 0; row < b->nrows; row++) {
		if (k->row == SHEET_ROWS) {
			close_sheet(x);
			open_sheet(x, k);
		}
		buf_lit(&x->out, "<Row>");
		for (size_t i = 0; i < x->ncolumns; i++) {
			const struct column *c = &b->columns[i];
			if (!column_has(c, row)) buf_lit(&x->out, "<Cell/>");
			else if (!put_typed(x, k, i, c, row)) put_cell(x, "", "String", export_text(x, &k->cell, i, c, row));
		}
		buf_lit(&x->out, "</Row>");
		k->row++;
		if (!export_flush(x, false, e)) return false;
	}
	return true;
}

static bool run(struct export *x, struct err *e)
{
	struct book k = { .cell = BUF_INIT(LIMIT_CELL_BYTES) };
	x->state = &k;
	buf_put(&x->out, str_of(head));
	open_sheet(x, &k);
	bool ok = export_batches(x, rows, e);
	buf_done(&k.cell);
	if (!ok) return false;
	close_sheet(x);
	buf_lit(&x->out, "</Workbook>");
	return export_flush(x, true, e);
}

const struct export_format export_fmt_xls = {
	"xls", "application/vnd.ms-excel", "xls", EXPORT_LEGACY | EXPORT_TAKES_LABELS | EXPORT_TAKES_LISTS, run,
};
