/* Lines of text by Unicode's rules: where one may begin, and which way its letters run. ICU reads UTF-16, so each answer
 * is carried back to the bytes it is about. */
#include "text/text.h"

#include <unicode/ubidi.h>
#include <unicode/ubrk.h>

enum { LINE_BYTES_MOST = 16 << 20 };

struct wide {
	UChar *p;
	uint32_t *byte; /* of each unit: where its character begins in the text; one more at the end */
	int32_t n;
};

static bool widen(struct arena *a, struct str s, struct wide *out, struct err *e)
{
	if (s.n > LINE_BYTES_MOST)
		return err_set(e, ERR_TOO_LARGE, "A paragraph has more than %d bytes.", (int)LINE_BYTES_MOST);
	out->p = arena_array(a, UChar, s.n + 1);
	out->byte = arena_array(a, uint32_t, s.n + 1);
	out->n = 0;
	for (size_t at = 0; at < s.n;) {
		size_t from = at;
		uint32_t c = text_next(s, &at);
		UChar units[2] = { (UChar)c, 0 };
		int32_t n = 1;
		if (c > 0xffff) {
			units[0] = (UChar)(0xd7c0 + (c >> 10));
			units[1] = (UChar)(0xdc00 + (c & 0x3ff));
			n = 2;
		}
		for (int32_t i = 0; i < n; i++) {
			out->byte[out->n] = (uint32_t)from;
			out->p[out->n++] = units[i];
		}
	}
	out->byte[out->n] = (uint32_t)s.n;
	return true;
}

bool text_bidi_levels(struct str s, bool rtl, unsigned char *out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct wide w;
	if (!widen(&a, s, &w, e))
		return false;
	if (w.n == 0)
		return true;
	UErrorCode status = U_ZERO_ERROR;
	UBiDi *bidi = ubidi_openSized(w.n, 0, &status);
	ubidi_setPara(bidi, w.p, w.n, rtl ? 1 : 0, NULL, &status);
	const UBiDiLevel *levels = U_SUCCESS(status) ? ubidi_getLevels(bidi, &status) : NULL;
	/* The first unit of a pair stands for no bytes of its own: its end is where it begins. */
	for (int32_t i = 0; levels && U_SUCCESS(status) && i < w.n; i++)
		memset(out + w.byte[i], levels[i], w.byte[i + 1] - w.byte[i]);
	ubidi_close(bidi);
	return U_SUCCESS(status) || err_set(e, ERR_SYSTEM, "This text could not be laid out.");
}

bool text_line_starts(struct str s, struct str lang, unsigned char *out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct wide w;
	if (!widen(&a, s, &w, e))
		return false;
	memset(out, 0, s.n);
	if (w.n == 0)
		return true;
	UErrorCode status = U_ZERO_ERROR;
	UBreakIterator *breaks = ubrk_open(UBRK_LINE, arena_cstr(&a, lang), w.p, w.n, &status);
	if (U_FAILURE(status))
		return err_set(e, ERR_SYSTEM, "This text could not be laid out.");
	for (int32_t at = ubrk_first(breaks); at != UBRK_DONE; at = ubrk_next(breaks))
		if (at > 0 && at < w.n)
			out[w.byte[at]] = 1;
	ubrk_close(breaks);
	return true;
}
