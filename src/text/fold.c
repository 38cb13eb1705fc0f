/* The analyzer: case, accents and punctuation folded away (ODSQL §8.1). ASCII and the Latin letters
 * of Europe go through tables; anything else through ICU's compatibility decomposition. */
#include "text/text.h"
#include <assert.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>

/* U+00C0 … U+017F; a blank separates, an empty entry asks ICU. */
static const char latin[][3] = {
	"a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
	"", "n", "o", "o", "o", "o", "o", " ", "o", "u", "u", "u", "u", "y", "", "ss",
	"a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
	"", "n", "o", "o", "o", "o", "o", " ", "o", "u", "u", "u", "u", "y", "", "y",
	"a", "a", "a", "a", "a", "a", "c", "c", "c", "c", "c", "c", "c", "c", "d", "d",
	"d", "d", "e", "e", "e", "e", "e", "e", "e", "e", "e", "e", "g", "g", "g", "g",
	"g", "g", "g", "g", "h", "h", "", "", "i", "i", "i", "i", "i", "i", "i", "i",
	"i", "", "ij", "ij", "j", "j", "k", "k", "", "l", "l", "l", "l", "l", "l", "",
	"", "l", "l", "n", "n", "n", "n", "n", "n", "", "", "", "o", "o", "o", "o",
	"o", "o", "oe", "oe", "r", "r", "r", "r", "r", "r", "s", "s", "s", "s", "s", "s",
	"s", "s", "t", "t", "t", "t", "", "", "u", "u", "u", "u", "u", "u", "u", "u",
	"u", "u", "u", "u", "w", "w", "y", "y", "y", "z", "z", "z", "z", "z", "z", "s",
};
static_assert(COUNT_OF(latin) == 0x180 - 0xc0, "one entry for each letter");

struct folder {
	struct buf *out;
	size_t start; /* of this text in out */
	bool gap;     /* a separator was met since the last letter */
};

static void begin_letter(struct folder *f)
{
	if (f->gap && f->out->n > f->start) buf_put_char(f->out, ' ');
	f->gap = false;
}

/* One code point that is already decomposed. */
static void put_decomposed(struct folder *f, UChar32 c)
{
	if (u_getCombiningClass(c) != 0) return;
	/* Vowel signs of the scripts of India have class 0 and belong to their word. */
	bool mark = (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
	if (!u_isalnum(c) && !mark) {
		f->gap = true;
		return;
	}
	begin_letter(f);
	if (c >= 0xc0 && c < 0x180 && latin[c - 0xc0][0]) buf_put(f->out, str_of(latin[c - 0xc0]));
	else text_put_codepoint(f->out, (uint32_t)u_foldCase(c, U_FOLD_CASE_DEFAULT));
}

static void put_foreign(struct folder *f, uint32_t c)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar parts[32];
	const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&status);
	ensure(U_SUCCESS(status));
	int32_t n = unorm2_getDecomposition(nfkd, (UChar32)c, parts, (int32_t)COUNT_OF(parts), &status);
	if (n < 0 || U_FAILURE(status)) {
		put_decomposed(f, (UChar32)c);
		return;
	}
	for (int32_t i = 0; i < n;) {
		uint32_t part = parts[i++];
		if ((part & 0xfc00) == 0xd800 && i < n) /* a pair: the library gives UTF-16 */
			part = 0x10000 + ((part & 0x3ff) << 10) + (parts[i++] & 0x3ffu);
		put_decomposed(f, (UChar32)part);
	}
}

static void put_latin(struct folder *f, uint32_t c)
{
	const char *to = latin[c - 0xc0];
	if (to[0] == ' ') {
		f->gap = true;
	} else if (to[0]) {
		begin_letter(f);
		buf_put(f->out, str_of(to));
	} else {
		put_foreign(f, c);
	}
}

/* A run of ASCII from *i, written by hand: this is nearly all of what is ever folded. */
static void put_ascii_run(struct folder *f, struct str s, size_t *i)
{
	size_t at = *i;
	char *const room = buf_room(f->out, s.n - at + 1);
	char *to = room;
	bool gap = f->gap;
	bool any = f->out->n > f->start;
	for (; at < s.n && (unsigned char)s.p[at] < 0x80; at++) {
		unsigned char c = (unsigned char)s.p[at];
		if (c >= 'A' && c <= 'Z') c = (unsigned char)(c + ('a' - 'A'));
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
			gap = true;
			continue;
		}
		if (!room) continue;
		if (gap && any) *to++ = ' ';
		gap = false;
		any = true;
		*to++ = (char)c;
	}
	if (room) f->out->n += (size_t)(to - room);
	f->gap = gap;
	*i = at;
}

void text_fold(struct buf *out, struct str s)
{
	struct folder f = { .out = out, .start = out->n };
	for (size_t i = 0; i < s.n;) {
		if ((unsigned char)s.p[i] < 0x80) {
			put_ascii_run(&f, s, &i);
			continue;
		}
		uint32_t c = text_next(s, &i);
		if (c >= 0xc0 && c < 0x180) put_latin(&f, c);
		else put_foreign(&f, c);
	}
}

bool text_next_token(struct str folded, size_t *at, struct str *token)
{
	while (*at < folded.n && folded.p[*at] == ' ') (*at)++;
	if (*at >= folded.n) return false;
	size_t from = *at;
	while (*at < folded.n && folded.p[*at] != ' ') (*at)++;
	*token = str_sub(folded, from, *at - from);
	return true;
}
