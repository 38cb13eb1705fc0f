/* Strict UTF-8, and the door to ICU's converters for legacy encodings. */
#include "text/text.h"
#include <unicode/ucnv.h>

/* Bytes of the well-formed sequence at p, or 0. Table 3-7 of the Unicode standard. */
static size_t sequence(const unsigned char *p, size_t left)
{
	unsigned char c = p[0];
	if (c < 0x80) return 1;
	if (c < 0xc2 || c > 0xf4) return 0;
	size_t n = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (left < n) return 0;
	unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (p[1] < low || p[1] > high) return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80) return 0;
	return n;
}

ptrdiff_t text_utf8_error(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;
	while (i < s.n) {
		uint64_t eight;
		if (s.n - i >= 8) {
			memcpy(&eight, p + i, 8);
			if (!(eight & 0x8080808080808080u)) {
				i += 8;
				continue;
			}
		}
		size_t n = sequence(p + i, s.n - i);
		if (n == 0) return (ptrdiff_t)i;
		i += n;
	}
	return -1;
}

bool text_is_utf8(struct str s) { return text_utf8_error(s) < 0; }

uint32_t text_next(struct str s, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s.p + *at;
	size_t n = sequence(p, s.n - *at);
	if (n == 0) {
		*at += 1;
		return 0xfffd;
	}
	*at += n;
	if (n == 1) return p[0];
	uint32_t c = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) c = c << 6 | (p[i] & 0x3fu);
	return c;
}

void text_put_codepoint(struct buf *b, uint32_t c)
{
	char out[4];
	size_t n;
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) c = 0xfffd;
	if (c < 0x80) {
		buf_put_char(b, (char)c);
		return;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		n = 2;
	} else if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		n = 3;
	} else {
		out[0] = (char)(0xf0 | c >> 18);
		n = 4;
	}
	for (size_t i = 1; i < n; i++) out[i] = (char)(0x80 | (c >> (6 * (n - 1 - i)) & 0x3f));
	buf_put(b, str_make(out, n));
}

size_t text_length(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

struct str text_cut(struct str s, size_t max_bytes)
{
	if (s.n <= max_bytes) return s;
	size_t n = max_bytes;
	while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80) n--;
	return str_make(s.p, n);
}

/* --- legacy encodings ------------------------------------------------------------------------- */

static bool convert(UConverter *to, UConverter *from, struct buf *out, struct str bytes, struct err *e)
{
	UChar pivot[1024];
	UChar *pivot_from = pivot;
	UChar *pivot_to = pivot;
	const char *source = bytes.p;
	bool reset = true;
	for (;;) {
		UErrorCode status = U_ZERO_ERROR;
		enum { STEP = 16 * 1024 };
		char *room = buf_room(out, STEP);
		if (!room) return err_set(e, ERR_TOO_LARGE, "more than %zu bytes", out->max);
		char *target = room;
		ucnv_convertEx(to, from, &target, room + STEP, &source, bytes.p + bytes.n, pivot, &pivot_from,
		               &pivot_to, pivot + COUNT_OF(pivot), reset, true, &status);
		reset = false;
		out->n += (size_t)(target - room);
		if (status == U_BUFFER_OVERFLOW_ERROR) continue;
		if (U_FAILURE(status))
			return err_set(e, ERR_BAD_SOURCE, "the text cannot be converted: %s", u_errorName(status));
		return true;
	}
}

bool text_from_encoding(struct buf *out, struct str bytes, const char *encoding, struct err *e)
{
	UErrorCode status = U_ZERO_ERROR;
	UConverter *from = ucnv_open(encoding, &status);
	if (U_FAILURE(status))
		return err_set(e, ERR_BAD_SOURCE, "the encoding \"%s\" is not known", encoding);
	UConverter *to = ucnv_open("UTF-8", &status);
	bool ok = U_SUCCESS(status) || err_set(e, ERR_SYSTEM, "no converter to UTF-8");
	if (ok && bytes.n > 0) ok = convert(to, from, out, bytes, e);
	ucnv_close(to);
	ucnv_close(from);
	return ok;
}
