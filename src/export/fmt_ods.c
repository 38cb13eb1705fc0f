/* ODS (OpenDocument 1.3): a zip whose first file says what it is and whose content.xml is written as it
 * grows. Numbers, dates, moments and truths keep their types; everything else is the text that CSV has. A
 * table that is full is followed by another. */
#include "export/inside.h"
#include "pack/pack.h"
#include "text/text.h"
#include <math.h>
#include <stdio.h>

enum { TABLE_ROWS = 1048576 /* what spreadsheets show, heading included */ };

#define MIME "application/vnd.oasis.opendocument.spreadsheet"
#define NS "urn:oasis:names:tc:opendocument:xmlns:"

struct book {
	struct pack_zip *zip;
	int tables;
	int64_t row;  /* of the present table; 0: none is open */
	int64_t empty; /* cells without content that were not written yet */
	struct buf cell;
};

static const char xml_head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

static const char manifest_xml[] =
	"<manifest:manifest xmlns:manifest=\"" NS "manifest:1.0\" manifest:version=\"1.3\">"
	"<manifest:file-entry manifest:full-path=\"/\" manifest:version=\"1.3\" manifest:media-type=\"" MIME "\"/>"
	"<manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/>"
	"</manifest:manifest>";

static const char content_head[] =
	"<office:document-content xmlns:office=\"" NS "office:1.0\" xmlns:table=\"" NS "table:1.0\" xmlns:text=\"" NS "text:1.0\" "
	"xmlns:style=\"" NS "style:1.0\" xmlns:number=\"" NS "datastyle:1.0\" xmlns:fo=\"" NS "xsl-fo-compatible:1.0\" office:version=\"1.3\">"
	"<office:automatic-styles>"
	"<number:date-style style:name=\"D\"><number:year number:style=\"long\"/><number:text>-</number:text>"
	"<number:month number:style=\"long\"/><number:text>-</number:text><number:day number:style=\"long\"/></number:date-style>"
	"<number:date-style style:name=\"T\"><number:year number:style=\"long\"/><number:text>-</number:text>"
	"<number:month number:style=\"long\"/><number:text>-</number:text><number:day number:style=\"long\"/><number:text> </number:text>"
	"<number:hours number:style=\"long\"/><number:text>:</number:text><number:minutes number:style=\"long\"/><number:text>:</number:text>"
	"<number:seconds number:style=\"long\"/></number:date-style>"
	"<style:style style:name=\"date\" style:family=\"table-cell\" style:data-style-name=\"D\"/>"
	"<style:style style:name=\"time\" style:family=\"table-cell\" style:data-style-name=\"T\"/>"
	"<style:style style:name=\"head\" style:family=\"table-cell\"><style:text-properties fo:font-weight=\"bold\"/></style:style>"
	"</office:automatic-styles><office:body><office:spreadsheet>";

static bool flush(struct export *x, struct book *k, bool all, struct err *e)
{
	if (x->out.over || k->cell.over) return err_set(e, ERR_TOO_LARGE, "one record of the export is too large");
	if (x->out.n == 0 || (!all && x->out.n < EXPORT_CHUNK)) return true;
	bool ok = pack_zip_put(k->zip, buf_str(&x->out), e);
	buf_clear(&x->out);
	return ok;
}

/* --- cells ------------------------------------------------------------------------------------------- */

static void fill_empty(struct export *x, struct book *k)
{
	if (k->empty == 1) buf_lit(&x->out, "<table:table-cell/>");
	else if (k->empty > 1) buf_printf(&x->out, "<table:table-cell table:number-columns-repeated=\"%lld\"/>", (long long)k->empty);
	k->empty = 0;
}

/* Blanks in a row, tabs and line ends have elements of their own: plain XML would lose them. */
static void put_paragraph(struct buf *b, struct str s)
{
	size_t from = 0;
	buf_lit(b, "<text:p>");
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\t' && (s.p[i] != ' ' || (i > 0 && s.p[i - 1] != ' ' && i + 1 < s.n))) continue;
		text_put_xml(b, str_sub(s, from, i - from));
		buf_put(b, s.p[i] == '\t' ? STR("<text:tab/>") : STR("<text:s/>"));
		from = i + 1;
	}
	text_put_xml(b, str_from(s, from));
	buf_lit(b, "</text:p>");
}

static void put_text_cell(struct export *x, struct book *k, struct str s, const char *style)
{
	struct str line;
	if (s.n == 0) {
		k->empty++;
		return;
	}
	fill_empty(x, k);
	buf_printf(&x->out, "<table:table-cell office:value-type=\"string\"%s>", style);
	while (str_cut(&s, '\n', &line)) {
		if (line.n && line.p[line.n - 1] == '\r') line.n--;
		put_paragraph(&x->out, line);
	}
	buf_lit(&x->out, "</table:table-cell>");
}

static void put_number_cell(struct export *x, struct book *k, double v)
{
	fill_empty(x, k);
	buf_lit(&x->out, "<table:table-cell office:value-type=\"float\" office:value=\"");
	size_t at = x->out.n;
	text_put_double_plain(&x->out, v);
	if (x->out.over) return;
	char figures[64];
	size_t n = num_min(x->out.n - at, sizeof figures);
	memcpy(figures, x->out.p + at, n);
	buf_lit(&x->out, "\"><text:p>");
	buf_put(&x->out, str_make(figures, n));
	buf_lit(&x->out, "</text:p></table:table-cell>");
}

static void put_bool_cell(struct export *x, struct book *k, bool v)
{
	fill_empty(x, k);
	buf_put(&x->out, v ? STR("<table:table-cell office:value-type=\"boolean\" office:boolean-value=\"true\"><text:p>TRUE</text:p></table:table-cell>")
	                   : STR("<table:table-cell office:value-type=\"boolean\" office:boolean-value=\"false\"><text:p>FALSE</text:p></table:table-cell>"));
}

static void put_date_cell(struct export *x, struct book *k, int32_t days)
{
	struct civil c;
	clock_civil_of_days(days, &c);
	fill_empty(x, k);
	buf_printf(&x->out, "<table:table-cell table:style-name=\"date\" office:value-type=\"date\" office:date-value=\"%04d-%02d-%02d\">"
	           "<text:p>%04d-%02d-%02d</text:p></table:table-cell>", (int)c.year, c.month, c.day, (int)c.year, c.month, c.day);
}

/* A spreadsheet knows no zones: the clock on the wall of the zone that was asked for. */
static void put_time_cell(struct export *x, struct book *k, int64_t us)
{
	struct civil c;
	char fraction[16] = "";
	clock_us_to_local(x->style.zone, us, &c);
	if (c.micro) snprintf(fraction, sizeof fraction, ".%06d", c.micro);
	fill_empty(x, k);
	buf_printf(&x->out, "<table:table-cell table:style-name=\"time\" office:value-type=\"date\" "
	           "office:date-value=\"%04d-%02d-%02dT%02d:%02d:%02d%s\"><text:p>%04d-%02d-%02d %02d:%02d:%02d</text:p></table:table-cell>",
	           (int)c.year, c.month, c.day, c.hour, c.minute, c.second, fraction, (int)c.year, c.month, c.day, c.hour, c.minute, c.second);
}

static void put_cell(struct export *x, struct book *k, size_t column, const struct column *c, size_t row)
{
	if (!column_has(c, row)) {
		k->empty++;
		return;
	}
	enum value_type t = c->type.list ? VALUE_TEXT : c->type.type;
	/* A spreadsheet keeps 15 digits of a number; the rest of a date shown as a month would be invented. */
	if (t == VALUE_INT && fabs((double)c->ints[row]) < 1e15) put_number_cell(x, k, (double)c->ints[row]);
	else if (t == VALUE_DOUBLE && isfinite(c->doubles[row])) put_number_cell(x, k, c->doubles[row]);
	else if (t == VALUE_BOOL) put_bool_cell(x, k, c->bools[row]);
	else if (t == VALUE_DATE && !export_is_cut(x, column)) put_date_cell(x, k, c->days[row]);
	else if (t == VALUE_DATETIME) put_time_cell(x, k, c->ints[row]);
	else put_text_cell(x, k, export_text(x, &k->cell, column, c, row), "");
}

/* --- tables ------------------------------------------------------------------------------------------ */

static void open_table(struct export *x, struct book *k)
{
	k->tables++;
	k->row = 1;
	buf_printf(&x->out, "<table:table table:name=\"Sheet%d\"><table:table-column table:number-columns-repeated=\"%zu\"/>"
	           "<table:table-header-rows><table:table-row>", k->tables, num_max(x->ncolumns, (size_t)1));
	for (size_t i = 0; i < x->ncolumns; i++) put_text_cell(x, k, x->headings[i], " table:style-name=\"head\"");
	fill_empty(x, k);
	buf_lit(&x->out, "</table:table-row></table:table-header-rows>");
}

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	struct book *k = x->state;
	for (size_t row = 0; row < b->nrows; row++) {
		if (k->row >= TABLE_ROWS) {
			buf_lit(&x->out, "</table:table>");
			open_table(x, k);
		}
		k->row++;
		buf_lit(&x->out, "<table:table-row>");
		for (size_t i = 0; i < x->ncolumns; i++) put_cell(x, k, i, &b->columns[i], row);
		fill_empty(x, k);
		buf_lit(&x->out, "</table:table-row>\n");
		if (!flush(x, k, false, e)) return false;
	}
	return true;
}

static bool write_content(struct export *x, struct book *k, struct err *e)
{
	if (!pack_zip_entry(k->zip, STR("content.xml"), e)) return false;
	buf_put(&x->out, str_of(xml_head));
	buf_put(&x->out, str_of(content_head));
	open_table(x, k);
	if (!export_batches(x, rows, e)) return false;
	buf_lit(&x->out, "</table:table></office:spreadsheet></office:body></office:document-content>");
	return flush(x, k, true, e);
}

static bool write_manifest(struct book *k, struct err *e)
{
	return pack_zip_entry(k->zip, STR("META-INF/manifest.xml"), e) && pack_zip_put(k->zip, str_of(xml_head), e) &&
	       pack_zip_put(k->zip, str_of(manifest_xml), e);
}

static bool run(struct export *x, struct err *e)
{
	struct book k = { .cell = BUF_INIT((size_t)1 << 30) };
	x->state = &k;
	if (!pack_zip_open(export_zip_sink, x, &k.zip, e)) return false;
	bool ok = pack_zip_plain(k.zip, STR("mimetype"), STR(MIME), e) && write_content(x, &k, e) && write_manifest(&k, e);
	buf_done(&k.cell);
	if (ok) return pack_zip_end(k.zip, e);
	pack_zip_drop(k.zip);
	return false;
}

const struct export_format export_fmt_ods = {
	"ods", MIME, "ods", EXPORT_PACKED | EXPORT_TAKES_LABELS | EXPORT_TAKES_LISTS, run,
};
