/* Letters changed without knowing a language: upper and lower case, normal forms, plain ASCII, and what kind of character one
 * is. ASCII goes by hand, as nearly all text does. */
#include "text/text.h"
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80) return false;
	return true;
}

static void put_ascii_case(struct buf *b, struct str s, char from, char to, int step)
{
	char *room = buf_room(b, s.n + 1);
	if (!room) return;
	for (size_t i = 0; i < s.n; i++) room[i] = s.p[i] >= from && s.p[i] <= to ? (char)(s.p[i] + step) : s.p[i];
	b->n += s.n;
}

void text_put_lower(struct buf *b, struct str s)
{
	if (is_ascii(s)) {
		put_ascii_case(b, s, 'A', 'Z', 'a' - 'A');
		return;
	}
	for (size_t i = 0; i < s.n;) text_put_codepoint(b, (uint32_t)u_tolower((UChar32)text_next(s, &i)));
}

void text_put_upper(struct buf *b, struct str s)
{
	if (is_ascii(s)) {
		put_ascii_case(b, s, 'a', 'z', 'A' - 'a');
		return;
	}
	for (size_t i = 0; i < s.n;) {
		uint32_t c = text_next(s, &i);
		if (c == 0xdf) buf_lit(b, "SS"); /* the one letter of Europe that has two capitals */
		else text_put_codepoint(b, (uint32_t)u_toupper((UChar32)c));
	}
}

void text_put_title(struct buf *b, struct str s, bool every_word)
{
	bool start = true;
	for (size_t i = 0; i < s.n;) {
		uint32_t c = text_next(s, &i);
		bool letter = u_isalnum((UChar32)c) || (U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK) != 0;
		text_put_codepoint(b, (uint32_t)(start && letter ? u_totitle((UChar32)c) : u_tolower((UChar32)c)));
		/* The apostrophe of l'été parts words, as it does in titles of Latin languages. */
		start = every_word && !letter;
	}
}

static bool is_composed(struct str s)
{
	UErrorCode status = U_ZERO_ERROR;
	if (is_ascii(s)) return true;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
	ensure(U_SUCCESS(status));
	for (size_t i = 0; i < s.n;) {
		UChar32 c = (UChar32)text_next(s, &i);
		/* Sure only of characters that neither combine nor change; the others are worth the work. */
		if (c >= 0x300 && !unorm2_isInert(nfc, c)) return false;
	}
	return true;
}

/* Runs a UTF-16 function over a text of UTF-8. */
static bool put_normal(struct buf *b, struct str s, const UNormalizer2 *form)
{
	UErrorCode status = U_ZERO_ERROR;
	if (s.n > INT32_MAX / 8) return false;
	int32_t cap = (int32_t)s.n + 1;
	UChar *from = malloc((size_t)cap * sizeof *from);
	int32_t most = cap * 3 + 64;
	UChar *to = malloc((size_t)most * sizeof *to);
	ensure(from != NULL && to != NULL);
	int32_t n = 0;
	u_strFromUTF8WithSub(from, cap, &n, s.p, (int32_t)s.n, 0xfffd, NULL, &status);
	n = unorm2_normalize(form, from, n, to, most, &status);
	if (status == U_BUFFER_OVERFLOW_ERROR) {
		status = U_ZERO_ERROR;
		UChar *more = realloc(to, ((size_t)n + 1) * sizeof *to);
		ensure(more != NULL);
		to = more;
		int32_t again = 0;
		u_strFromUTF8WithSub(from, cap, &again, s.p, (int32_t)s.n, 0xfffd, NULL, &status);
		n = unorm2_normalize(form, from, again, to, n + 1, &status);
	}
	int32_t bytes = 0;
	char *room = U_SUCCESS(status) ? buf_room(b, (size_t)n * 3 + 1) : NULL;
	if (room) u_strToUTF8(room, n * 3 + 1, &bytes, to, n, &status);
	if (room && U_SUCCESS(status)) b->n += (size_t)bytes;
	free(to);
	free(from);
	return room && U_SUCCESS(status);
}

bool text_put_nfc(struct buf *b, struct str s)
{
	UErrorCode status = U_ZERO_ERROR;
	if (is_composed(s)) {
		buf_put(b, s);
		return !b->over;
	}
	return put_normal(b, s, unorm2_getNFCInstance(&status));
}

bool text_put_ascii(struct buf *b, struct str s)
{
	static const struct { uint32_t c; const char *to; } others[] = {
		{ 0xc6, "AE" }, { 0xe6, "ae" }, { 0x152, "OE" }, { 0x153, "oe" }, { 0xdf, "ss" }, { 0xd8, "O" }, { 0xf8, "o" },
		{ 0x110, "D" }, { 0x111, "d" }, { 0x141, "L" }, { 0x142, "l" }, { 0xde, "Th" }, { 0xfe, "th" }, { 0xd0, "D" }, { 0xf0, "d" },
		{ 0x131, "i" }, { 0x2018, "'" }, { 0x2019, "'" }, { 0x201c, "\"" }, { 0x201d, "\"" }, { 0xab, "\"" }, { 0xbb, "\"" },
		{ 0x2010, "-" }, { 0x2011, "-" }, { 0x2013, "-" }, { 0x2014, "-" }, { 0xa0, " " }, { 0x202f, " " },
	};
	if (is_ascii(s)) {
		buf_put(b, s);
		return !b->over;
	}
	UErrorCode status = U_ZERO_ERROR;
	auto_buf parts = BUF_INIT(b->max);
	if (!put_normal(&parts, s, unorm2_getNFKDInstance(&status))) return false;
	struct str left = buf_str(&parts);
	for (size_t i = 0; i < left.n;) {
		uint32_t c = text_next(left, &i);
		if (c < 0x80) buf_put_char(b, (char)c);
		for (size_t k = 0; c >= 0x80 && k < COUNT_OF(others); k++)
			if (others[k].c == c) buf_put(b, str_of(others[k].to));
	}
	return !b->over;
}

unsigned text_class(uint32_t c)
{
	UChar32 u = (UChar32)c;
	int8_t type = u_charType(u);
	unsigned k = 0;
	if (u_isalpha(u)) k |= TEXT_ALPHA;
	if (u_isULowercase(u)) k |= TEXT_LOWER;
	if (u_isUUppercase(u)) k |= TEXT_UPPER;
	if (type == U_DECIMAL_DIGIT_NUMBER) k |= TEXT_DECIMAL | TEXT_DIGIT | TEXT_NUMERIC;
	if (u_getIntPropertyValue(u, UCHAR_NUMERIC_TYPE) == U_NT_DIGIT) k |= TEXT_DIGIT;
	if (u_getIntPropertyValue(u, UCHAR_NUMERIC_TYPE) != U_NT_NONE) k |= TEXT_NUMERIC;
	if (u_isUWhiteSpace(u)) k |= TEXT_BLANK;
	return k;
}
