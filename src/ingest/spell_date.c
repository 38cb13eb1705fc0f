/* A date is three parts in one of four orders, then perhaps a time, then perhaps an offset. One scan
 * takes the parts; whether the first two are day and month or month and day is left open until the
 * whole column has spoken. */
#include "ingest/spell_date.h"
#include "clock/clock.h"

struct moment {
	int first, second, third;   /* date parts as they stand */
	enum { YEAR_FIRST, YEAR_LAST, MONTH_NAMED } order;
	bool only_dmy;              /* points between the parts */
	bool short_year;            /* of two figures */
	bool has_time;
	int hour, minute, second_of, micro;
	bool has_offset;
	int offset_s;
};

static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

/* 1 to `most` digits; moves *at. */
static bool digits(struct str s, size_t *at, size_t most, int *out, size_t *count)
{
	int v = 0;
	size_t n = 0;
	while (*at + n < s.n && is_digit(s.p[*at + n])) {
		if (n == most) return false;
		v = v * 10 + (s.p[*at + n] - '0');
		n++;
	}
	*at += n;
	*out = v;
	*count = n;
	return n > 0;
}

static bool skip(struct str s, size_t *at, char c)
{
	if (*at >= s.n || s.p[*at] != c) return false;
	++*at;
	return true;
}

/* --- names of months ----------------------------------------------------------------------------- */

/* Folded by hand to bytes: accents written as they come in UTF-8. */
static const struct { const char *word; int month; } months[] = {
	{ "jan", 1 }, { "january", 1 }, { "janvier", 1 }, { "janv", 1 }, { "januar", 1 }, { "enero", 1 }, { "gennaio", 1 },
	{ "feb", 2 }, { "february", 2 }, { "f\xc3\xa9vrier", 2 }, { "fevrier", 2 }, { "f\xc3\xa9v", 2 }, { "fev", 2 },
	{ "februar", 2 }, { "febrero", 2 }, { "febbraio", 2 },
	{ "mar", 3 }, { "march", 3 }, { "mars", 3 }, { "m\xc3\xa4rz", 3 }, { "marzo", 3 },
	{ "apr", 4 }, { "april", 4 }, { "avril", 4 }, { "avr", 4 }, { "abril", 4 }, { "aprile", 4 },
	{ "may", 5 }, { "mai", 5 }, { "mayo", 5 }, { "maggio", 5 },
	{ "jun", 6 }, { "june", 6 }, { "juin", 6 }, { "juni", 6 }, { "junio", 6 }, { "giugno", 6 },
	{ "jul", 7 }, { "july", 7 }, { "juillet", 7 }, { "juil", 7 }, { "juli", 7 }, { "julio", 7 }, { "luglio", 7 },
	{ "aug", 8 }, { "august", 8 }, { "ao\xc3\xbbt", 8 }, { "aout", 8 }, { "agosto", 8 },
	{ "sep", 9 }, { "sept", 9 }, { "september", 9 }, { "septembre", 9 }, { "septiembre", 9 }, { "settembre", 9 },
	{ "oct", 10 }, { "october", 10 }, { "octobre", 10 }, { "oktober", 10 }, { "okt", 10 }, { "octubre", 10 }, { "ottobre", 10 },
	{ "nov", 11 }, { "november", 11 }, { "novembre", 11 }, { "noviembre", 11 },
	{ "dec", 12 }, { "december", 12 }, { "d\xc3\xa9""cembre", 12 }, { "decembre", 12 }, { "d\xc3\xa9""c", 12 },
	{ "dezember", 12 }, { "dez", 12 }, { "diciembre", 12 }, { "dicembre", 12 },
};

static bool month_word(struct str s, size_t *at, int *month)
{
	size_t n = 0;
	while (*at + n < s.n && (is_letter(s.p[*at + n]) || (unsigned char)s.p[*at + n] >= 0x80)) n++;
	if (n < 3 || n > 12) return false;
	struct str word = str_sub(s, *at, n);
	for (size_t i = 0; i < COUNT_OF(months); i++) {
		if (!str_eq_nocase(word, str_of(months[i].word))) continue;
		*month = months[i].month;
		*at += n;
		skip(s, at, '.');
		return true;
	}
	return false;
}

/* Blanks, one comma or one hyphen between the parts of a spelled-out date. */
static bool between(struct str s, size_t *at)
{
	size_t from = *at;
	if (skip(s, at, '-')) return true;
	skip(s, at, ',');
	while (skip(s, at, ' ')) continue;
	return *at > from;
}

/* --- the date ------------------------------------------------------------------------------------ */

static bool named_date(struct str s, size_t *at, struct moment *m)
{
	size_t n;
	m->order = MONTH_NAMED;
	if (is_digit(s.p[*at])) {
		if (!digits(s, at, 2, &m->first, &n) || !between(s, at) || !month_word(s, at, &m->second)) return false;
	} else if (!month_word(s, at, &m->second) || !between(s, at) || !digits(s, at, 2, &m->first, &n)) {
		return false;
	}
	return between(s, at) && digits(s, at, 4, &m->third, &n) && n == 4;
}

/* Figures without three parts are a date only where they cannot be a code: "0101" and "0203-04" are read as they stand. */
static bool is_year(int year) { return year >= 1000; }

static bool year_alone(struct moment *m)
{
	m->second = 1;
	m->third = 1;
	return is_year(m->first);
}

/* "3/4/24", "03.04.24"; what has points and fewer figures is a number of a version. */
static bool short_year(struct moment *m, char mark, size_t first, size_t second)
{
	if (mark != '/' && !(mark == '.' && first == 2 && second == 2)) return false;
	m->short_year = true;
	m->third += m->third <= 68 ? 2000 : 1900;
	return true;
}

static bool numeric_date(struct str s, size_t *at, struct moment *m)
{
	size_t n, first, second;
	if (!digits(s, at, 8, &m->first, &n)) return false;
	first = n;
	if (n == 8 && *at == s.n) {
		m->order = YEAR_FIRST;
		m->third = m->first % 100;
		m->second = m->first / 100 % 100;
		m->first /= 10000;
		return is_year(m->first);
	}
	if (n != 4 && n > 2) return false;
	m->order = n == 4 ? YEAR_FIRST : YEAR_LAST;
	if (n == 4 && *at == s.n) return year_alone(m);
	char mark = s.n > *at ? s.p[*at] : 0;
	if (mark != '-' && mark != '/' && mark != '.') return false;
	m->only_dmy = mark == '.';
	++*at;
	if (!digits(s, at, 2, &m->second, &n)) return false;
	second = n;
	if (m->order == YEAR_FIRST && *at == s.n && n == 2 && mark == '-') {
		m->third = 1;
		return is_year(m->first);
	}
	if (!skip(s, at, mark) || !digits(s, at, 4, &m->third, &n)) return false;
	if (m->order == YEAR_FIRST) return n <= 2;
	return n == 2 ? short_year(m, mark, first, second) : n == 4;
}

/* --- the time ------------------------------------------------------------------------------------ */

static bool fraction(struct str s, size_t *at, struct moment *m)
{
	if (!skip(s, at, '.') && !skip(s, at, ',')) return true;
	int unit = 100000;
	size_t from = *at;
	for (; *at < s.n && is_digit(s.p[*at]); ++*at, unit /= 10) m->micro += unit * (s.p[*at] - '0');
	return *at > from;
}

static void noon_words(struct str s, size_t *at, struct moment *m, bool *ok)
{
	size_t to = *at;
	while (to < s.n && s.p[to] == ' ') to++;
	struct str word = str_sub(s, to, 2);
	bool pm = str_eq_nocase(word, STR("pm"));
	if (!pm && !str_eq_nocase(word, STR("am"))) return;
	*at = to + 2;
	*ok = m->hour >= 1 && m->hour <= 12;
	m->hour = m->hour % 12 + (pm ? 12 : 0);
}

static bool offset(struct str s, size_t *at, struct moment *m)
{
	while (skip(s, at, ' ')) continue;
	if (*at == s.n) return true;
	struct str rest = str_from(s, *at);
	m->has_offset = true;
	if (str_eq(rest, STR("Z")) || str_eq(rest, STR("z")) || str_eq(rest, STR("UTC")) || str_eq(rest, STR("GMT"))) {
		*at = s.n;
		return true;
	}
	int sign = rest.p[0] == '-' ? -1 : 1;
	if (rest.p[0] != '+' && rest.p[0] != '-') return false;
	++*at;
	int hours;
	int minutes = 0;
	size_t n;
	if (!digits(s, at, 4, &hours, &n)) return false;
	if (n > 2) {
		minutes = hours % 100;
		hours /= 100;
	} else if (skip(s, at, ':') && !digits(s, at, 2, &minutes, &n)) {
		return false;
	}
	m->offset_s = sign * (hours * 3600 + minutes * 60);
	return *at == s.n && hours <= 18 && minutes < 60;
}

static bool time_of_day(struct str s, size_t *at, struct moment *m)
{
	size_t n;
	if (!skip(s, at, 'T') && !skip(s, at, 't')) {
		skip(s, at, ',');
		size_t from = *at;
		while (skip(s, at, ' ')) continue;
		if (*at == from) return false;
	}
	m->has_time = true;
	if (!digits(s, at, 2, &m->hour, &n) || !skip(s, at, ':') || !digits(s, at, 2, &m->minute, &n) || n != 2) return false;
	if (skip(s, at, ':')) {
		if (!digits(s, at, 2, &m->second_of, &n) || n != 2 || !fraction(s, at, m)) return false;
	}
	bool ok = true;
	noon_words(s, at, m, &ok);
	if (!ok || m->hour > 23 || m->minute > 59 || m->second_of > 60) return false;
	return offset(s, at, m);
}

static bool scan(struct str s, struct moment *m)
{
	*m = (struct moment){ 0 };
	if (s.n < 4 || s.n > 48) return false;
	size_t at = 0;
	bool letters = is_letter(s.p[0]) || (unsigned char)s.p[0] >= 0x80;
	if (letters || !numeric_date(s, &at, m)) {
		at = 0;
		*m = (struct moment){ 0 };
		if (!named_date(s, &at, m)) return false;
	}
	return at == s.n || time_of_day(s, &at, m);
}

/* --- readings ------------------------------------------------------------------------------------ */

static bool real_date(int year, int month, int day)
{
	return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 28 + 3 &&
	       (day <= 28 || day <= clock_days_in_month(year, month));
}

static bool parts_of(const struct moment *m, enum spell_bit reading, int *year, int *month, int *day)
{
	switch ((int)reading) {
	case SPELL_DATE_YMD:
	case SPELL_TIME_YMD:
		*year = m->first, *month = m->second, *day = m->third;
		return m->order == YEAR_FIRST;
	case SPELL_DATE_DMY:
	case SPELL_TIME_DMY:
		*year = m->third, *month = m->second, *day = m->first;
		return m->order == YEAR_LAST;
	case SPELL_DATE_MDY:
	case SPELL_TIME_MDY:
		*year = m->third, *month = m->first, *day = m->second;
		return m->order == YEAR_LAST && !m->only_dmy;
	case SPELL_DATE_NAMED:
	case SPELL_TIME_NAMED:
		*year = m->third, *month = m->second, *day = m->first;
		return m->order == MONTH_NAMED;
	default:
		return false;
	}
}

uint32_t spell_date_readings(struct str s)
{
	static const enum spell_bit dates[] = { SPELL_DATE_YMD, SPELL_DATE_DMY, SPELL_DATE_MDY, SPELL_DATE_NAMED };
	struct moment m;
	uint32_t found = 0;
	if (!scan(s, &m)) return 0;
	for (size_t i = 0; i < COUNT_OF(dates); i++) {
		int year;
		int month;
		int day;
		if (!parts_of(&m, dates[i], &year, &month, &day) || !real_date(year, month, day)) continue;
		if (!m.has_time) found |= 1u << dates[i];
		found |= 1u << (dates[i] + (SPELL_TIME_YMD - SPELL_DATE_YMD));
	}
	return found;
}

_Static_assert(SPELL_TIME_NAMED - SPELL_DATE_NAMED == SPELL_TIME_YMD - SPELL_DATE_YMD,
               "dates and times stand in one order");

bool spell_short_year(struct str s)
{
	struct moment m;
	return scan(s, &m) && m.short_year;
}

bool spell_date(struct str s, enum spell_bit reading, int32_t *days)
{
	struct moment m;
	int year;
	int month;
	int day;
	if (!scan(s, &m) || !parts_of(&m, reading, &year, &month, &day) || !real_date(year, month, day)) return false;
	bool timed = (1u << reading) & SPELL_TIMES;
	/* A time that is not midnight would be lost. */
	if (m.has_time && (!timed || m.hour || m.minute || m.second_of || m.micro)) return false;
	*days = clock_days(year, month, day);
	return true;
}

bool spell_time(struct str s, enum spell_bit reading, int64_t *us, bool *local)
{
	struct moment m;
	int year;
	int month;
	int day;
	if (!scan(s, &m) || !parts_of(&m, reading, &year, &month, &day) || !real_date(year, month, day)) return false;
	int64_t seconds = (int64_t)clock_days(year, month, day) * 86400 + m.hour * 3600 + m.minute * 60 + m.second_of;
	*us = (seconds - m.offset_s) * 1000000 + m.micro;
	*local = !m.has_offset;
	return true;
}
