/* Dates in words: names of months and days in the portal languages (ICU's, read once per language),
 * the long form for readers, and the patterns of ODSQL's date_format. */
#include "clock/clock.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <unicode/udat.h>
#include <unicode/udatpg.h>

enum { NAME_BYTES = 48 };

struct names {
	char month[12][NAME_BYTES], month_short[12][NAME_BYTES];   /* standing alone */
	char month_in_date[12][NAME_BYTES];                        /* beside a day: "de novembre" */
	char day[7][NAME_BYTES], day_short[7][NAME_BYTES];         /* Monday first */
	char long_date[64];                                        /* pattern of y, MMMM and d */
};

/* The locale of each portal language; the first is also that of unknown ones. Dates of the English
 * pages are written the British way. */
static const struct { const char lang[4]; const char *locale; } languages[] = {
	{ "en", "en_GB" }, { "fr", "fr" }, { "nl", "nl" }, { "pt", "pt" }, { "it", "it" }, { "ar", "ar" },
	{ "de", "de" },    { "es", "es" }, { "ca", "ca" }, { "eu", "eu" }, { "sv", "sv" },
};

/* The library gives UTF-16; no name of a month or a day needs a surrogate pair. */
static void to_utf8(char *to, size_t cap, const UChar *from, int32_t n)
{
	size_t at = 0;
	for (int32_t i = 0; i < n && at + 4 < cap; i++) {
		unsigned c = from[i];
		if (c < 0x80) {
			to[at++] = (char)c;
		} else if (c < 0x800) {
			to[at++] = (char)(0xc0 | c >> 6);
			to[at++] = (char)(0x80 | (c & 0x3f));
		} else {
			to[at++] = (char)(0xe0 | c >> 12);
			to[at++] = (char)(0x80 | (c >> 6 & 0x3f));
			to[at++] = (char)(0x80 | (c & 0x3f));
		}
	}
	to[at] = 0;
}

static void read_name(const UDateFormat *f, UDateFormatSymbolType kind, int32_t i, char *to)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar name[NAME_BYTES];
	int32_t n = udat_getSymbols(f, kind, i, name, NAME_BYTES, &status);
	if (U_SUCCESS(status)) to_utf8(to, NAME_BYTES, name, n);
}

static struct names *names_make(const char *locale)
{
	struct names *n = calloc(1, sizeof *n);
	UErrorCode status = U_ZERO_ERROR;
	ensure(n != NULL);
	UDateFormat *f = udat_open(UDAT_LONG, UDAT_LONG, locale, NULL, 0, NULL, 0, &status);
	ensure(U_SUCCESS(status));
	for (int32_t i = 0; i < 12; i++) {
		read_name(f, UDAT_STANDALONE_MONTHS, i, n->month[i]);
		read_name(f, UDAT_STANDALONE_SHORT_MONTHS, i, n->month_short[i]);
		read_name(f, UDAT_MONTHS, i, n->month_in_date[i]);
	}
	for (int32_t i = 0; i < 7; i++) { /* the library counts from Sunday = 1 */
		read_name(f, UDAT_STANDALONE_WEEKDAYS, (i + 1) % 7 + 1, n->day[i]);
		read_name(f, UDAT_STANDALONE_SHORT_WEEKDAYS, (i + 1) % 7 + 1, n->day_short[i]);
	}
	udat_close(f);
	UDateTimePatternGenerator *g = udatpg_open(locale, &status);
	UChar pattern[64];
	int32_t length = udatpg_getBestPattern(g, u"yMMMMd", -1, pattern, (int32_t)COUNT_OF(pattern), &status);
	if (U_SUCCESS(status)) to_utf8(n->long_date, sizeof n->long_date, pattern, length);
	udatpg_close(g);
	return n;
}

static const struct names *names_of(struct str lang)
{
	static _Atomic(struct names *) kept[COUNT_OF(languages)];
	size_t i = COUNT_OF(languages) - 1;
	while (i > 0 && !str_eq(lang, str_of(languages[i].lang))) i--;
	struct names *n = atomic_load_explicit(&kept[i], memory_order_acquire);
	if (n) return n;
	struct names *mine = names_make(languages[i].locale);
	if (atomic_compare_exchange_strong(&kept[i], &n, mine)) return mine;
	free(mine);
	return n;
}

/* One run of a pattern: a letter with its count, or text to copy. */
struct run {
	char letter; /* 0: copy `text` */
	int count;
	struct str text;
};

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* A quote opens text up to the next; two quotes are one, inside and outside of it. */
static bool next_run(struct str pattern, size_t *at, bool *quoted, struct run *out)
{
	while (*at < pattern.n) {
		char c = pattern.p[*at];
		size_t from = *at;
		if (c == '\'') {
			bool twice = *at + 1 < pattern.n && pattern.p[*at + 1] == '\'';
			*at += twice ? 2 : 1;
			if (!twice) {
				*quoted = !*quoted;
				continue;
			}
			*out = (struct run){ .text = STR("'") };
			return true;
		}
		if (is_letter(c) && !*quoted) {
			while (*at < pattern.n && pattern.p[*at] == c) (*at)++;
			*out = (struct run){ .letter = c, .count = (int)num_min(*at - from, (size_t)32) };
			return true;
		}
		while (*at < pattern.n && pattern.p[*at] != '\'' && (*quoted || !is_letter(pattern.p[*at]))) (*at)++;
		*out = (struct run){ .text = str_sub(pattern, from, *at - from) };
		return true;
	}
	return false;
}

void clock_put_long(struct buf *b, int64_t us, const struct clock_zone *z, struct str lang, bool with_time)
{
	const struct names *n = names_of(lang);
	struct civil c;
	struct run r;
	size_t at = 0;
	bool quoted = false;
	clock_us_to_local(z, us, &c);
	while (next_run(str_of(n->long_date), &at, &quoted, &r)) {
		if (r.letter == 'd') buf_put_int(b, c.day);
		else if (r.letter == 'y') buf_put_int(b, c.year);
		else if (r.letter == 'M') buf_put(b, str_of(n->month_in_date[c.month - 1]));
		else if (r.letter == 'L') buf_put(b, str_of(n->month[c.month - 1]));
		else buf_put(b, r.text);
	}
	if (with_time) buf_printf(b, ", %02d:%02d", c.hour, c.minute);
}

/* --- date_format ------------------------------------------------------------------------------ */

static const char symbols[] = "yYxweEDMdHmsGCaKhkSzZ";

bool clock_format_check(struct str pattern, struct err *e)
{
	struct run r;
	size_t at = 0;
	bool quoted = false;
	while (next_run(pattern, &at, &quoted, &r))
		if (r.letter && !strchr(symbols, r.letter))
			return err_set(e, ERR_ODSQL, "date_format: the letter %c is not a pattern symbol; put text "
			               "between single quotes.", r.letter);
	if (quoted) return err_set(e, ERR_ODSQL, "date_format: a single quote is not closed.");
	return true;
}

static void put_padded(struct buf *b, int v, int width) { buf_printf(b, "%0*d", width, v); }

static void put_year(struct buf *b, int year, int count)
{
	if (count == 2) put_padded(b, year % 100, 2);
	else put_padded(b, year, count);
}

static void put_month(struct buf *b, int month, int count, const struct names *n)
{
	if (count <= 2) put_padded(b, month, count);
	else buf_put(b, str_of(count == 3 ? n->month_short[month - 1] : n->month[month - 1]));
}

static void put_fraction(struct buf *b, int micro, int count)
{
	char six[8];
	for (int i = 5; i >= 0; i--, micro /= 10) six[i] = (char)('0' + micro % 10);
	for (int i = 0; i < count; i++) buf_put_char(b, i < 6 ? six[i] : '0');
}

static void put_symbol(struct buf *b, struct run r, const struct civil *c, const struct names *n)
{
	int32_t days = clock_days(c->year, c->month, c->day);
	int weekday = clock_weekday(days);
	int week_year;
	int week;
	clock_iso_week(days, &week_year, &week);
	switch (r.letter) {
	case 'y':
	case 'Y': put_year(b, c->year, r.count); break;
	case 'x': put_year(b, week_year, r.count); break;
	case 'w': put_padded(b, week, r.count); break;
	case 'e': put_padded(b, weekday, r.count); break;
	case 'E': buf_put(b, str_of(r.count > 3 ? n->day[weekday - 1] : n->day_short[weekday - 1])); break;
	case 'D': put_padded(b, days - clock_days(c->year, 1, 1) + 1, r.count); break;
	case 'M': put_month(b, c->month, r.count, n); break;
	case 'd': put_padded(b, c->day, r.count); break;
	case 'H': put_padded(b, c->hour, r.count); break;
	case 'm': put_padded(b, c->minute, r.count); break;
	case 's': put_padded(b, c->second, r.count); break;
	case 'G': buf_lit(b, "AD"); break;
	case 'C': put_padded(b, c->year / 100, r.count); break;
	case 'a': buf_put(b, c->hour < 12 ? STR("AM") : STR("PM")); break;
	case 'K': put_padded(b, c->hour % 12, r.count); break;
	case 'h': put_padded(b, (c->hour + 11) % 12 + 1, r.count); break;
	case 'k': put_padded(b, (c->hour + 23) % 24 + 1, r.count); break;
	case 'S': put_fraction(b, c->micro, r.count); break;
	default: ensure(false && "a symbol that clock_format_check lets through");
	}
}

static void put_zone(struct buf *b, struct run r, int64_t us, const struct clock_zone *z, struct str lang)
{
	if (r.letter == 'z') {
		clock_put_zone_name(b, z, us, lang, r.count > 3);
		return;
	}
	if (r.count > 2) {
		buf_put(b, clock_zone_name(z));
		return;
	}
	int minutes = clock_offset_s(z, us) / 60;
	int away = minutes < 0 ? -minutes : minutes;
	buf_printf(b, r.count == 2 ? "%c%02d:%02d" : "%c%02d%02d", minutes < 0 ? '-' : '+', away / 60, away % 60);
}

static bool put_pattern(struct buf *b, const struct civil *local, int64_t us, const struct clock_zone *zone_or_null, struct str pattern,
                        struct str lang, struct err *e)
{
	struct run r;
	size_t at = 0;
	bool quoted = false;
	if (!clock_format_check(pattern, e)) return false;
	const struct names *n = names_of(lang);
	while (next_run(pattern, &at, &quoted, &r)) {
		if (r.letter != 'z' && r.letter != 'Z' && r.letter) put_symbol(b, r, local, n);
		else if (!r.letter) buf_put(b, r.text);
		else if (zone_or_null) put_zone(b, r, us, zone_or_null, lang);
	}
	return true;
}

bool clock_format(struct buf *b, const struct civil *local, struct str pattern, struct str lang, struct err *e)
{
	return put_pattern(b, local, 0, NULL, pattern, lang, e);
}

bool clock_format_at(struct buf *b, int64_t us, const struct clock_zone *z, struct str pattern, struct str lang, struct err *e)
{
	struct civil local;
	clock_us_to_local(z, us, &local);
	return put_pattern(b, &local, us, z, pattern, lang, e);
}

bool clock_format_asks_zone(struct str pattern)
{
	struct run r;
	size_t at = 0;
	bool quoted = false;
	while (next_run(pattern, &at, &quoted, &r))
		if (r.letter == 'z' || r.letter == 'Z') return true;
	return false;
}
