/* Numbers as text and back, deaf to the C locale; numbers for readers with the marks of their
 * language (the door to ICU's number symbols). */
#include "text/text.h"
#include "text/shortest.h"
#include <locale.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

/* --- writing ---------------------------------------------------------------------------------- */

static size_t put_digits(char *to, uint64_t v)
{
	static const char pairs[] =
		"00010203040506070809101112131415161718192021222324252627282930313233343536373839"
		"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
		"8081828384858687888990919293949596979899";
	char back[20];
	size_t at = sizeof back;
	while (v >= 100) {
		at -= 2;
		memcpy(back + at, pairs + v % 100 * 2, 2);
		v /= 100;
	}
	if (v >= 10) {
		at -= 2;
		memcpy(back + at, pairs + v * 2, 2);
	} else {
		back[--at] = (char)('0' + v);
	}
	memcpy(to, back + at, sizeof back - at);
	return sizeof back - at;
}

/* Positional between 1e-5 and 1e16, otherwise d.ddde±x. At most 32 bytes. */
static size_t put_shortest(char *to, struct shortest d, bool point_zero)
{
	char digits[20];
	char *p = to;
	size_t n = put_digits(digits, d.digits);
	int point = (int)n + d.exponent; /* digits before the point */
	if (point < -4 || point > 16) {
		*p++ = digits[0];
		if (n > 1) {
			*p++ = '.';
			memcpy(p, digits + 1, n - 1);
			p += n - 1;
		}
		*p++ = 'e';
		if (point - 1 < 0) *p++ = '-';
		p += put_digits(p, (uint64_t)abs(point - 1));
	} else if (point <= 0) {
		*p++ = '0';
		*p++ = '.';
		for (int i = point; i < 0; i++) *p++ = '0';
		memcpy(p, digits, n);
		p += n;
	} else if ((size_t)point >= n) {
		memcpy(p, digits, n);
		p += n;
		for (size_t i = n; i < (size_t)point; i++) *p++ = '0';
		if (point_zero) {
			*p++ = '.';
			*p++ = '0';
		}
	} else {
		memcpy(p, digits, (size_t)point);
		p += point;
		*p++ = '.';
		memcpy(p, digits + point, n - (size_t)point);
		p += n - (size_t)point;
	}
	return (size_t)(p - to);
}

static void put_double(struct buf *b, double v, bool point_zero)
{
	if (!isfinite(v)) {
		buf_put(b, isnan(v) ? STR("NaN") : v < 0 ? STR("-Infinity") : STR("Infinity"));
		return;
	}
	char *room = buf_room(b, 34);
	char *to = room;
	if (!room) return;
	if (signbit(v) && v != 0) *to++ = '-'; /* -0 is 0 to a reader */
	to += put_shortest(to, shortest_of(fabs(v)), point_zero);
	b->n += (size_t)(to - room);
}

void text_put_double(struct buf *b, double v) { put_double(b, v, true); }
void text_put_double_plain(struct buf *b, double v) { put_double(b, v, false); }

/* --- reading ---------------------------------------------------------------------------------- */

bool text_to_int(struct str s, int64_t *out) { return str_to_int(s, out); }

enum { LONGEST_NUMBER = 1100 }; /* a double has at most 767 digits that matter */

struct scanned {
	uint64_t digits;   /* the first 19 */
	int exponent;      /* of `digits` */
	size_t significant;
	bool negative;
};

/* [+-] digits [. digits] [e [+-] digits], with a digit before or after the point. */
static bool scan(struct str s, struct scanned *out)
{
	struct scanned n = { 0 };
	size_t i = 0;
	bool any = false;
	bool fraction = false;
	if (i < s.n && (s.p[i] == '-' || s.p[i] == '+')) n.negative = s.p[i++] == '-';
	for (; i < s.n; i++) {
		char c = s.p[i];
		if (c == '.' && !fraction) {
			fraction = true;
			continue;
		}
		if (c < '0' || c > '9') break;
		any = true;
		if (n.significant > 0 || c != '0') n.significant++;
		if (n.significant <= 19) {
			n.digits = n.digits * 10 + (uint64_t)(c - '0');
			n.exponent -= fraction;
		} else {
			n.exponent += !fraction;
		}
	}
	if (!any) return false;
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		int64_t power;
		if (!str_to_int(str_from(s, i + 1), &power)) return false;
		n.exponent += (int)num_max(num_min(power, 100000), -100000);
		i = s.n;
	}
	*out = n;
	return i == s.n;
}

/* A locale object of our own: the process's locale is nobody's to rely on. */
static locale_t c_locale(void)
{
	static _Atomic(locale_t) made;
	locale_t l = atomic_load_explicit(&made, memory_order_acquire);
	if (l) return l;
	locale_t mine = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	ensure(mine != (locale_t)0);
	if (atomic_compare_exchange_strong(&made, &l, mine)) return mine;
	freelocale(mine);
	return l;
}

bool text_to_double(struct str s, double *out)
{
	static const double tens[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
		                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
		                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	struct scanned n;
	if (s.n == 0 || s.n > LONGEST_NUMBER || !scan(s, &n)) return false;
	/* Both factors are exact doubles, so one rounding gives the nearest. */
	if (n.digits < (UINT64_C(1) << 53) && n.significant <= 19 && n.exponent >= -22 && n.exponent <= 22) {
		double v = (double)n.digits;
		v = n.exponent < 0 ? v / tens[-n.exponent] : v * tens[n.exponent];
		*out = n.negative ? -v : v;
		return true;
	}
	char text[LONGEST_NUMBER + 1];
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	double v = strtod_l(text, NULL, c_locale());
	if (!isfinite(v)) return false;
	*out = v;
	return true;
}

/* --- for readers ------------------------------------------------------------------------------ */

struct marks {
	char lang[4];
	char group[8], point[8], minus[8]; /* UTF-8, NUL-terminated */
	int32_t least; /* digits that must stand before the first group mark */
};

static void read_mark(UNumberFormat *f, UNumberFormatSymbol which, char *to, size_t cap)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar text[8];
	int32_t n = unum_getSymbol(f, which, text, (int32_t)COUNT_OF(text), &status);
	char utf8[32];
	int32_t length = 0;
	u_strToUTF8(utf8, sizeof utf8, &length, text, n, &status);
	if (U_FAILURE(status) || (size_t)length >= cap) return;
	memcpy(to, utf8, (size_t)length);
	to[length] = 0;
}

static struct marks *marks_make(struct str lang)
{
	struct marks *m = calloc(1, sizeof *m);
	ensure(m != NULL);
	*m = (struct marks){ .group = ",", .point = ".", .minus = "-", .least = 1 };
	memcpy(m->lang, lang.p, lang.n);
	char locale[32];
	/* European digits for every language: figures stand beside charts and codes. */
	snprintf(locale, sizeof locale, "%s@numbers=latn", m->lang);
	UErrorCode status = U_ZERO_ERROR;
	UNumberFormat *f = unum_open(UNUM_DECIMAL, NULL, 0, locale, NULL, &status);
	if (U_FAILURE(status)) return m;
	read_mark(f, UNUM_GROUPING_SEPARATOR_SYMBOL, m->group, sizeof m->group);
	read_mark(f, UNUM_DECIMAL_SEPARATOR_SYMBOL, m->point, sizeof m->point);
	read_mark(f, UNUM_MINUS_SIGN_SYMBOL, m->minus, sizeof m->minus);
	m->least = num_max(unum_getAttribute(f, UNUM_MINIMUM_GROUPING_DIGITS), 1);
	unum_close(f);
	return m;
}

/* Marks of a language, read once and kept; unknown languages read as English. */
static const struct marks *marks_of(struct str lang)
{
	static const char known[][4] = { "en", "fr", "nl", "pt", "it", "ar", "de", "es", "ca", "eu", "sv" };
	static _Atomic(struct marks *) kept[COUNT_OF(known)];
	size_t i = COUNT_OF(known) - 1;
	while (i > 0 && !str_eq(lang, str_of(known[i]))) i--;
	struct marks *m = atomic_load_explicit(&kept[i], memory_order_acquire);
	if (m) return m;
	struct marks *mine = marks_make(str_of(known[i]));
	if (atomic_compare_exchange_strong(&kept[i], &m, mine)) return mine;
	free(mine);
	return m;
}

/* Whole digits with group marks, then the fraction if any. */
static void put_marked(struct buf *b, const struct marks *m, bool negative, struct str whole, struct str fraction)
{
	if (negative) buf_put(b, str_of(m->minus));
	bool grouped = whole.n >= 3 + (size_t)m->least;
	for (size_t i = 0; i < whole.n; i++) {
		if (grouped && i > 0 && (whole.n - i) % 3 == 0) buf_put(b, str_of(m->group));
		buf_put_char(b, whole.p[i]);
	}
	if (fraction.n == 0) return;
	buf_put(b, str_of(m->point));
	buf_put(b, fraction);
}

void text_put_count(struct buf *b, int64_t v, struct str lang)
{
	char digits[20];
	size_t n = put_digits(digits, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
	put_marked(b, marks_of(lang), v < 0, str_make(digits, n), STR(""));
}

void text_put_number(struct buf *b, double v, int decimals, struct str lang)
{
	if (!isfinite(v) || fabs(v) >= 1e15) {
		text_put_double_plain(b, v);
		return;
	}
	char text[64];
	if (decimals < 0) {
		struct shortest d = shortest_of(fabs(v));
		decimals = d.exponent < 0 ? num_min(-d.exponent, 17) : 0;
	}
	int n = snprintf(text, sizeof text, "%.*f", num_min(decimals, 17), fabs(v));
	ensure(n > 0 && (size_t)n < sizeof text);
	struct str fraction = str_make(text, (size_t)n);
	struct str whole;
	str_cut(&fraction, '.', &whole);
	while (fraction.n > 0 && fraction.p[fraction.n - 1] == '0') fraction.n--;
	bool zero = fraction.n == 0 && str_eq(whole, STR("0"));
	put_marked(b, marks_of(lang), v < 0 && !zero, whole, fraction);
}
