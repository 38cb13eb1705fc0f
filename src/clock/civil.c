/* The proleptic Gregorian calendar, and dates and times as text. */
#include "clock/clock.h"

enum { DAYS_OF_ERA = 146097, DAYS_TO_1970 = 719468, SECONDS_OF_DAY = 86400 };
#define US_OF_DAY INT64_C(86400000000)

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Years are counted from March, so that the leap day is the last of its year; 400 such years are one
 * era of 146097 days. */
int32_t clock_days(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_div(y, 400);
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return (int32_t)(era * DAYS_OF_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970);
}

void clock_civil_of_days(int32_t days, struct civil *out)
{
	int64_t z = (int64_t)days + DAYS_TO_1970;
	int64_t era = floor_div(z, DAYS_OF_ERA);
	int64_t of_era = z - era * DAYS_OF_ERA;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t m = (5 * of_year + 2) / 153;
	*out = (struct civil){
		.year = (int32_t)(year + era * 400 + (m >= 10)),
		.month = (int)(m < 10 ? m + 3 : m - 9),
		.day = (int)(of_year - (153 * m + 2) / 5 + 1),
	};
}

void clock_civil_of_us(int64_t us, struct civil *out)
{
	int64_t days = floor_div(us, US_OF_DAY);
	int64_t rest = us - days * US_OF_DAY;
	clock_civil_of_days((int32_t)days, out);
	out->micro = (int)(rest % 1000000);
	int64_t s = rest / 1000000;
	out->hour = (int)(s / 3600);
	out->minute = (int)(s / 60 % 60);
	out->second = (int)(s % 60);
}

int64_t clock_us_of_civil(const struct civil *c)
{
	int64_t s = (int64_t)clock_days(c->year, c->month, c->day) * SECONDS_OF_DAY + c->hour * 3600 +
	            c->minute * 60 + c->second;
	return s * 1000000 + c->micro;
}

int clock_days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

int clock_weekday(int32_t days)
{
	int w = (int)(((int64_t)days + 3) % 7); /* day 0 is a Thursday */
	return (w < 0 ? w + 7 : w) + 1;
}

/* The week of a day is the week of its Thursday. */
void clock_iso_week(int32_t days, int *week_year, int *week)
{
	int32_t thursday = days - clock_weekday(days) + 4;
	struct civil c;
	clock_civil_of_days(thursday, &c);
	*week_year = c.year;
	*week = (thursday - clock_days(c.year, 1, 1)) / 7 + 1;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct reader {
	struct str s;
	size_t at;
};

static char peek(const struct reader *r) { return r->at < r->s.n ? r->s.p[r->at] : 0; }

/* Between `least` and `most` digits. */
static bool digits(struct reader *r, size_t least, size_t most, int *out)
{
	size_t n = 0;
	int v = 0;
	while (n < most && peek(r) >= '0' && peek(r) <= '9') {
		v = v * 10 + (peek(r) - '0');
		r->at++;
		n++;
	}
	*out = v;
	return n >= least;
}

static bool skip(struct reader *r, char c)
{
	if (peek(r) != c) return false;
	r->at++;
	return true;
}

static bool read_date(struct reader *r, struct clock_text *t)
{
	struct civil *c = &t->civil;
	t->precision = CLOCK_YEAR;
	if (!digits(r, 4, 4, &c->year) || c->year < 1) return false;
	char mark = peek(r);
	if (mark != '-' && mark != '/') return true;
	size_t least = mark == '/' ? 1 : 2;
	r->at++;
	if (!digits(r, least, 2, &c->month) || c->month < 1 || c->month > 12) return false;
	t->precision = CLOCK_MONTH;
	if (!skip(r, mark)) return true;
	if (!digits(r, least, 2, &c->day) || c->day < 1) return false;
	t->precision = CLOCK_DAY;
	return c->day <= clock_days_in_month(c->year, c->month);
}

/* Digits after the sixth are read and dropped: an instant has microseconds. */
static bool read_fraction(struct reader *r, int *micro)
{
	int v = 0;
	int n = 0;
	for (; peek(r) >= '0' && peek(r) <= '9'; r->at++, n++)
		if (n < 6) v = v * 10 + (peek(r) - '0');
	for (int i = n; i < 6; i++) v *= 10;
	*micro = v;
	return n > 0 && n <= 12;
}

static bool read_offset(struct reader *r, struct clock_text *t)
{
	char sign = peek(r);
	int hours;
	int minutes = 0;
	t->has_offset = true;
	if (skip(r, 'Z') || skip(r, 'z')) return true;
	if (sign != '+' && sign != '-') return false;
	r->at++;
	if (!digits(r, 2, 2, &hours) || hours > 18) return false;
	if (skip(r, ':') || r->at < r->s.n)
		if (!digits(r, 2, 2, &minutes) || minutes > 59) return false;
	t->offset_s = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
	return true;
}

static bool read_time(struct reader *r, struct clock_text *t)
{
	struct civil *c = &t->civil;
	if (!digits(r, 2, 2, &c->hour) || c->hour > 23) return false;
	t->precision = CLOCK_HOUR;
	if (skip(r, ':')) {
		if (!digits(r, 2, 2, &c->minute) || c->minute > 59) return false;
		t->precision = CLOCK_MINUTE;
		if (skip(r, ':')) {
			if (!digits(r, 2, 2, &c->second) || c->second > 59) return false;
			t->precision = CLOCK_SECOND;
			if (skip(r, '.') || skip(r, ',')) {
				if (!read_fraction(r, &c->micro)) return false;
				t->precision = CLOCK_MICRO;
			}
		}
	}
	return r->at == r->s.n || read_offset(r, t);
}

bool clock_parse(struct str s, struct clock_text *out)
{
	struct reader r = { str_trim(s), 0 };
	struct clock_text t = { .civil = { .month = 1, .day = 1 } };
	if (!read_date(&r, &t)) return false;
	if (r.at < r.s.n) {
		if (t.precision != CLOCK_DAY || !(skip(&r, 'T') || skip(&r, 't') || skip(&r, ' '))) return false;
		if (!read_time(&r, &t)) return false;
	}
	if (r.at != r.s.n) return false;
	*out = t;
	return true;
}

struct civil clock_period_end(struct civil c, enum clock_precision p)
{
	static const int64_t lengths[] = {
		[CLOCK_DAY] = US_OF_DAY, [CLOCK_HOUR] = INT64_C(3600000000), [CLOCK_MINUTE] = 60000000,
		[CLOCK_SECOND] = 1000000, [CLOCK_MICRO] = 1,
	};
	if (p == CLOCK_YEAR) return (struct civil){ .year = c.year + 1, .month = 1, .day = 1 };
	if (p == CLOCK_MONTH)
		return (struct civil){ .year = c.year + (c.month == 12), .month = c.month % 12 + 1, .day = 1 };
	int64_t us = clock_us_of_civil(&c);
	us = (floor_div(us, lengths[p]) + 1) * lengths[p];
	struct civil next;
	clock_civil_of_us(us, &next);
	return next;
}

/* --- writing ---------------------------------------------------------------------------------- */

static char *put2(char *p, int v)
{
	*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

static char *put_day(char *p, const struct civil *c)
{
	p = put2(p, c->year / 100);
	p = put2(p, c->year % 100);
	*p++ = '-';
	p = put2(p, c->month);
	*p++ = '-';
	return put2(p, c->day);
}

static char *put_time(char *p, const struct civil *c)
{
	p = put2(p, c->hour);
	*p++ = ':';
	p = put2(p, c->minute);
	*p++ = ':';
	return put2(p, c->second);
}

void clock_put_date(struct buf *b, int32_t days)
{
	struct civil c;
	char *room = buf_room(b, 10);
	if (!room) return;
	clock_civil_of_days(days, &c);
	put_day(room, &c);
	b->n += 10;
}

void clock_put_instant(struct buf *b, int64_t us, const struct clock_zone *z)
{
	struct civil c;
	char *room = buf_room(b, 40);
	if (!room) return;
	int offset = clock_offset_s(z, us);
	clock_civil_of_us(us + (int64_t)offset * 1000000, &c);
	char *p = put_day(room, &c);
	*p++ = 'T';
	p = put_time(p, &c);
	if (c.micro) {
		*p++ = '.';
		p = put2(p, c.micro / 10000);
		p = put2(p, c.micro / 100 % 100);
		p = put2(p, c.micro % 100);
	}
	/* Offsets of long ago have seconds; ISO 8601 has no place for them. */
	int minutes = (offset < 0 ? -offset : offset) / 60;
	*p++ = offset < 0 ? '-' : '+';
	p = put2(p, minutes / 60);
	*p++ = ':';
	p = put2(p, minutes % 60);
	b->n += (size_t)(p - room);
}

void clock_put_instant_ms_z(struct buf *b, int64_t us)
{
	struct civil c;
	char *room = buf_room(b, 24);
	if (!room) return;
	clock_civil_of_us(us, &c);
	char *p = put_day(room, &c);
	*p++ = 'T';
	p = put_time(p, &c);
	*p++ = '.';
	*p++ = (char)('0' + c.micro / 100000);
	p = put2(p, c.micro / 1000 % 100);
	*p = 'Z';
	b->n += 24;
}

void clock_put_http(struct buf *b, int64_t us)
{
	static const char days[][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
		                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct civil c;
	clock_civil_of_us(us, &c);
	int weekday = clock_weekday(clock_days(c.year, c.month, c.day));
	buf_printf(b, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[weekday - 1], c.day, months[c.month - 1],
	           c.year, c.hour, c.minute, c.second);
}
