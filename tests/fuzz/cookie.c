/* Any Cookie field: parsed or refused, and what is parsed keeps the promises of the header: names are
 * not empty, nothing holds a semicolon or a control byte, views lie inside the field. */
#include "httpd/httpd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct str field = str_make((const char *)data, size);
	const struct httpd_pair *pairs = NULL;
	size_t n = 0;
	struct err e = { 0 };
	if (!httpd_cookies_parse(&a, field, &pairs, &n, &e)) {
		ensure(e.code == ERR_BAD_REQUEST || e.code == ERR_HEADERS_TOO_LARGE);
		return 0;
	}
	ensure(n <= 200);
	for (size_t i = 0; i < n; i++) {
		ensure(pairs[i].name.n > 0);
		ensure(pairs[i].name.p >= field.p && pairs[i].value.p + pairs[i].value.n <= field.p + field.n);
		ensure(str_find_char(pairs[i].name, ';') < 0 && str_find_char(pairs[i].value, ';') < 0);
		ensure(str_find_char(pairs[i].name, '=') < 0);
	}
	return 0;
}
