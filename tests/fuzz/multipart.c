/* Any bytes as a form with files: read or refused, and what is read lies inside the body. */
#include "httpd/httpd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct str body = str_make((const char *)data, size);
	const struct httpd_part *parts = NULL;
	size_t n = 0;
	struct err e = { 0 };
	if (!httpd_multipart(&a, STR("multipart/form-data; boundary=x"), body, &parts, &n, &e)) {
		ensure(e.code == ERR_BAD_REQUEST);
		return 0;
	}
	ensure(n <= HTTPD_PARTS);
	for (size_t i = 0; i < n; i++) {
		ensure(parts[i].name.n > 0 && parts[i].name.p >= body.p);
		ensure(parts[i].bytes.p >= body.p && parts[i].bytes.p + parts[i].bytes.n <= body.p + body.n);
		ensure(str_find(parts[i].bytes, STR("\r\n--x")) < 0);
	}
	return 0;
}
