/* Any text as a portal's stylesheet: what comes out, read again, has nothing left to leave out, and asks for nothing that is not the portal's. */
#include "look/look.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_buf once = BUF_INIT(16 << 20);
	auto_buf twice = BUF_INIT(16 << 20);
	size_t dropped = 0;
	size_t again = 0;
	look_clean_css(&once, str_make((const char *)data, size), &dropped);
	ensure(!once.over);
	look_clean_css(&twice, buf_str(&once), &again);
	ensure(again == 0 && str_eq(buf_str(&once), buf_str(&twice)));
	struct err e = { 0 };
	bool whole = look_check_css(str_make((const char *)data, size), &e);
	ensure(whole || (e.code == ERR_INVALID && strstr(e.pub, "line ")) || (e.code == ERR_TOO_LARGE && size > LOOK_CSS_BYTES));
	/* In front of everything, nothing can hide it. */
	auto_buf worse = BUF_INIT(16 << 20);
	auto_buf safe = BUF_INIT(16 << 20);
	buf_lit(&worse, "@import 'https://undeclared.test/a';b{c:url(https://undeclared.test/b)}");
	buf_put(&worse, str_make((const char *)data, size));
	look_clean_css(&safe, buf_str(&worse), &again);
	ensure(again >= 2 && !str_starts(buf_str(&safe), STR("@import")));
	return 0;
}
