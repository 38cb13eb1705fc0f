/* XLSX (ECMA-376): a zip of XML parts, written as it grows. Texts stand in their cells, so nothing is
 * remembered from row to row; a sheet that is full is followed by another. */
#include "export/inside.h"
#include "pack/pack.h"
#include "text/text.h"
#include <math.h>

enum {
	SHEET_ROWS = 1048576,   /* of the format, heading included */
	CELL_LETTERS = 32767,
	EPOCH_DAY = 25569,      /* 1970-01-01, counted from 1899-12-30 */
	FIRST_DAY = 61,         /* 1900-03-01: before it spreadsheets count a day that never was */
};
enum style { STYLE_PLAIN, STYLE_DATE, STYLE_TIME, STYLE_HEADING };

struct book {
	struct pack_zip *zip;
	int sheets;
	int64_t row;        /* of the present sheet, from 1; 0: none is open */
	struct buf cell;    /* a value as text */
	struct str *letters; /* A, B, … of the columns */
};

static const char xml_head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
#define MAIN_NS "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define REL_NS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE_NS "http://schemas.openxmlformats.org/package/2006"

static const char styles_xml[] =
	"<styleSheet xmlns=\"" MAIN_NS "\"><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>"
	"<numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/></numFmts>"
	"<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
	"<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
	"<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>"
	"<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
	"<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
	"<cellXfs count=\"4\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
	"<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
	"<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
	"<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/></cellXfs>"
	"<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";

static bool flush(struct export *x, struct book *k, bool all, struct err *e)
{
	if (x->out.over) return err_set(e, ERR_TOO_LARGE, "one record of the export is too large");
	if (x->out.n == 0 || (!all && x->out.n < EXPORT_CHUNK)) return true;
	bool ok = pack_zip_put(k->zip, buf_str(&x->out), e);
	buf_clear(&x->out);
	return ok;
}

/* --- cells ------------------------------------------------------------------------------------ */

static void open_cell(struct export *x, const struct book *k, size_t column, enum style style)
{
	buf_lit(&x->out, "<c r=\"");
	buf_put(&x->out, k->letters[column]);
	buf_put_int(&x->out, k->row);
	buf_put_char(&x->out, '"');
	if (style != STYLE_PLAIN) buf_printf(&x->out, " s=\"%d\"", (int)style);
}

static void put_text_cell(struct export *x, const struct book *k, size_t column, struct str s, enum style style)
{
	if (s.n == 0) return;
	open_cell(x, k, column, style);
	buf_lit(&x->out, " t=\"inlineStr\"><is><t xml:space=\"preserve\">");
	text_put_xml(&x->out, s.n > CELL_LETTERS ? text_cut(s, CELL_LETTERS) : s);
	buf_lit(&x->out, "</t></is></c>");
}

static void put_number_cell(struct export *x, const struct book *k, size_t column, double v, enum style style)
{
	open_cell(x, k, column, style);
	buf_lit(&x->out, "><v>");
	text_put_double_plain(&x->out, v);
	buf_lit(&x->out, "</v></c>");
}

/* The same text as in CSV. */
static void put_as_text(struct export *x, struct book *k, size_t column, const struct column *c, size_t row)
{
	put_text_cell(x, k, column, export_text(x, &k->cell, column, c, row), STYLE_PLAIN);
}

static void put_cell(struct export *x, struct book *k, size_t column, const struct column *c, size_t row)
{
	static const int64_t day_us = INT64_C(86400000000);
	if (!column_has(c, row)) return;
	if (c->type.list) {
		put_as_text(x, k, column, c, row);
		return;
	}
	switch (c->type.type) {
	case VALUE_INT:
		if (fabs((double)c->ints[row]) >= 1e15) break; /* a spreadsheet keeps 15 digits */
		put_number_cell(x, k, column, (double)c->ints[row], STYLE_PLAIN);
		return;
	case VALUE_DOUBLE:
		if (isfinite(c->doubles[row])) put_number_cell(x, k, column, c->doubles[row], STYLE_PLAIN);
		return;
	case VALUE_BOOL:
		open_cell(x, k, column, STYLE_PLAIN);
		buf_put(&x->out, c->bools[row] ? STR(" t=\"b\"><v>1</v></c>") : STR(" t=\"b\"><v>0</v></c>"));
		return;
	case VALUE_DATE:
		if (c->days[row] + EPOCH_DAY < FIRST_DAY || export_is_cut(x, column)) break;
		put_number_cell(x, k, column, c->days[row] + EPOCH_DAY, STYLE_DATE);
		return;
	case VALUE_DATETIME: {
		int64_t us = c->ints[row] + (int64_t)clock_offset_s(x->style.zone, c->ints[row]) * 1000000;
		double serial = (double)us / (double)day_us + EPOCH_DAY;
		if (serial < FIRST_DAY) break;
		put_number_cell(x, k, column, serial, STYLE_TIME);
		return;
	}
	case VALUE_TEXT:
		put_text_cell(x, k, column, c->texts[row], STYLE_PLAIN);
		return;
	case VALUE_POINT:
	case VALUE_SHAPE:
	case VALUE_FILE:
	case VALUE_JSON:
	case VALUE_TYPES: break;
	}
	put_as_text(x, k, column, c, row);
}

/* --- sheets ----------------------------------------------------------------------------------- */

static bool close_sheet(struct export *x, struct book *k, struct err *e)
{
	if (k->row == 0) return true;
	buf_lit(&x->out, "</sheetData></worksheet>");
	k->row = 0;
	return flush(x, k, true, e);
}

static bool open_sheet(struct export *x, struct book *k, struct err *e)
{
	k->sheets++;
	struct str name = arena_printf(&x->arena, "xl/worksheets/sheet%d.xml", k->sheets);
	if (!pack_zip_entry(k->zip, name, e)) return false;
	buf_put(&x->out, str_of(xml_head));
	buf_lit(&x->out, "<worksheet xmlns=\"" MAIN_NS "\"><sheetViews><sheetView workbookViewId=\"0\">"
	        "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>"
	        "<sheetData><row r=\"1\">");
	k->row = 1;
	for (size_t i = 0; i < x->ncolumns; i++) put_text_cell(x, k, i, x->headings[i], STYLE_HEADING);
	buf_lit(&x->out, "</row>");
	return true;
}

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	struct book *k = x->state;
	for (size_t row = 0; row < b->nrows; row++) {
		if (k->row >= SHEET_ROWS && !(close_sheet(x, k, e) && open_sheet(x, k, e))) return false;
		k->row++;
		buf_lit(&x->out, "<row r=\"");
		buf_put_int(&x->out, k->row);
		buf_lit(&x->out, "\">");
		for (size_t i = 0; i < x->ncolumns; i++) put_cell(x, k, i, &b->columns[i], row);
		buf_lit(&x->out, "</row>");
		if (!flush(x, k, false, e)) return false;
	}
	return true;
}

/* --- the parts around them -------------------------------------------------------------------- */

static void put_types(struct buf *b, const struct book *k)
{
	buf_lit(b, "<Types xmlns=\"" PACKAGE_NS "/content-types\">"
	        "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
	        "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
	        "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
	        "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>");
	for (int i = 1; i <= k->sheets; i++)
		buf_printf(b, "<Override PartName=\"/xl/worksheets/sheet%d.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>", i);
	buf_lit(b, "</Types>");
}

static void put_root(struct buf *b, const struct book *k)
{
	(void)k;
	buf_lit(b, "<Relationships xmlns=\"" PACKAGE_NS "/relationships\"><Relationship Id=\"rId1\" Type=\"" REL_NS
	        "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
}

static void put_workbook(struct buf *b, const struct book *k)
{
	buf_lit(b, "<workbook xmlns=\"" MAIN_NS "\" xmlns:r=\"" REL_NS "\"><sheets>");
	for (int i = 1; i <= k->sheets; i++)
		buf_printf(b, "<sheet name=\"Sheet%d\" sheetId=\"%d\" r:id=\"rId%d\"/>", i, i, i);
	buf_lit(b, "</sheets></workbook>");
}

static void put_workbook_rels(struct buf *b, const struct book *k)
{
	buf_lit(b, "<Relationships xmlns=\"" PACKAGE_NS "/relationships\">");
	for (int i = 1; i <= k->sheets; i++)
		buf_printf(b, "<Relationship Id=\"rId%d\" Type=\"" REL_NS "/worksheet\" Target=\"worksheets/sheet%d.xml\"/>", i, i);
	buf_printf(b, "<Relationship Id=\"rId%d\" Type=\"" REL_NS "/styles\" Target=\"styles.xml\"/></Relationships>",
	           k->sheets + 1);
}

static void put_styles(struct buf *b, const struct book *k)
{
	(void)k;
	buf_put(b, str_of(styles_xml));
}

static const struct { const char *name; void (*put)(struct buf *b, const struct book *k); } parts[] = {
	{ "[Content_Types].xml", put_types },
	{ "_rels/.rels", put_root },
	{ "xl/workbook.xml", put_workbook },
	{ "xl/_rels/workbook.xml.rels", put_workbook_rels },
	{ "xl/styles.xml", put_styles },
};

static bool write_parts(struct export *x, struct book *k, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (!pack_zip_entry(k->zip, str_of(parts[i].name), e)) return false;
		buf_put(&x->out, str_of(xml_head));
		parts[i].put(&x->out, k);
		if (!flush(x, k, true, e)) return false;
	}
	return true;
}

static struct str letters_of(struct arena *a, size_t column)
{
	char back[8];
	size_t at = sizeof back;
	for (size_t n = column + 1; n > 0; n = (n - 1) / 26) back[--at] = (char)('A' + (n - 1) % 26);
	return arena_str(a, str_make(back + at, sizeof back - at));
}

static bool run(struct export *x, struct err *e)
{
	struct book k = { .cell = BUF_INIT((size_t)1 << 30), .letters = arena_array(&x->arena, struct str, x->ncolumns) };
	for (size_t i = 0; i < x->ncolumns; i++) k.letters[i] = letters_of(&x->arena, i);
	x->state = &k;
	if (!pack_zip_open(export_zip_sink, x, &k.zip, e)) return false;
	bool ok = open_sheet(x, &k, e) && export_batches(x, rows, e) && close_sheet(x, &k, e) && write_parts(x, &k, e);
	buf_done(&k.cell);
	if (ok) return pack_zip_end(k.zip, e);
	pack_zip_drop(k.zip);
	return false;
}

const struct export_format export_fmt_xlsx = {
	"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx",
	EXPORT_PACKED | EXPORT_CATALOGUE | EXPORT_TAKES_LABELS | EXPORT_TAKES_LISTS, run,
};
