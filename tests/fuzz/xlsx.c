/* Any bytes as an Excel workbook: the whole zip when they begin like one, else the XML of its only
 * sheet, which random changes to packed bytes would seldom reach. */
#include "ingest.h"
#include "pack/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool into_buf(void *arg, struct str bytes, struct err *e)
{
	(void)e;
	buf_put(arg, bytes);
	return true;
}

static void add(struct pack_zip *z, const char *name, struct str text)
{
	struct err e = { 0 };
	ensure(pack_zip_entry(z, str_of(name), &e) && pack_zip_put(z, text, &e));
}

static void wrap(struct buf *out, struct str sheet)
{
	struct pack_zip *z;
	struct err e = { 0 };
	ensure(pack_zip_open(into_buf, out, &z, &e));
	add(z, "xl/workbook.xml", STR("<workbook><sheets><sheet name='A' sheetId='1' id='r1'/></sheets></workbook>"));
	add(z, "xl/_rels/workbook.xml.rels", STR("<R><Relationship Id='r1' Target='worksheets/sheet1.xml'/></R>"));
	add(z, "xl/sharedStrings.xml", STR("<sst><si><t>one</t></si><si><r><t>t</t></r><r><t>wo</t></r></si></sst>"));
	add(z, "xl/styles.xml", STR("<s><cellXfs><xf numFmtId='0'/><xf numFmtId='22'/></cellXfs></s>"));
	add(z, "xl/worksheets/sheet1.xml", sheet);
	ensure(pack_zip_end(z, &e));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	if (str_starts(text, STR("PK")) || size > 1 << 20) return fuzz_source("xlsx", "a.xlsx", data, size);
	auto_buf book = BUF_INIT(8 << 20);
	wrap(&book, text);
	return fuzz_source("xlsx", "a.xlsx", (const uint8_t *)book.p, book.n);
}
