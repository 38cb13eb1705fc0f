/* Any bytes as an OpenDocument spreadsheet: the whole zip when they begin like one, else its content. */
#include "formats.h"
#include "pack/pack.h"

static bool into_buf(void *arg, struct str bytes, struct err *e)
{
	(void)e;
	buf_put(arg, bytes);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct pack_zip *z;
	struct err e = { 0 };
	auto_buf book = BUF_INIT(8 << 20);
	if (str_starts(text, STR("PK")) || size > 1 << 20) return fuzz_source("ods", "a.ods", data, size);
	ensure(pack_zip_open(into_buf, &book, &z, &e));
	ensure(pack_zip_plain(z, STR("mimetype"), STR("application/vnd.oasis.opendocument.spreadsheet"), &e));
	ensure(pack_zip_entry(z, STR("content.xml"), &e) && pack_zip_put(z, text, &e) && pack_zip_end(z, &e));
	return fuzz_source("ods", "a.ods", (const uint8_t *)book.p, book.n);
}
