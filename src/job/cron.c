/* Cron texts: minute, hour, day of the month, month, day of the week, as crontab(5) has them — numbers, names of months
 * and weekdays, ranges, lists, steps; when both kinds of days are bounded, either will do. In a zone with summer time:
 * what is due at a fixed hour comes once a day, moved on when its hour is skipped, at the first of two when the
 * hour is doubled; what comes every hour goes by the time that really passes. */
#include "job/inside.h"
#include "job/cron.h"

enum { MINUTES_OF_DAY = 1440, DAYS_AHEAD = 366 * 9, MOST_BYTES = 200, SAMPLE = 300 };
#define MINUTE_US INT64_C(60000000)

struct part { const char *name; int least, most; const char *words; };
static const struct part parts[CRON_PARTS] = {
	{ "the minute", 0, 59, NULL },
	{ "the hour", 0, 23, NULL },
	{ "the day of the month", 1, 31, NULL },
	{ "the month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec" },
	{ "the day of the week", 0, 7, "sunmontuewedthufrisat" },
};

/* --- reading ---------------------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* A number or a name at the start of *s, taken off it. */
static bool take(const struct part *p, struct str *s, int *out)
{
	size_t n = 0;
	int value = 0;
	while (n < s->n && n < 3 && is_digit(s->p[n])) value = value * 10 + (s->p[n++] - '0');
	if (!n && p->words && s->n >= 3) {
		struct str words = str_of(p->words);
		for (size_t i = 0; i + 3 <= words.n && !n; i += 3)
			if (str_eq_nocase(str_sub(*s, 0, 3), str_sub(words, i, 3))) {
				value = (int)(i / 3) + p->least;
				n = 3;
			}
	}
	*s = str_from(*s, n);
	*out = value;
	return n != 0;
}

/* One member of a list: "*", "5", "1-5", with "/2" behind. */
static bool read_member(const struct part *p, struct str s, uint64_t *bits)
{
	int from = p->least, to = p->most, step = 1;
	bool star = str_starts(s, STR("*")), range = star;
	if (star) {
		s = str_from(s, 1);
	} else {
		if (!take(p, &s, &from)) return false;
		to = from;
		range = str_starts(s, STR("-"));
		if (range) {
			s = str_from(s, 1);
			if (!take(p, &s, &to)) return false;
		}
	}
	if (str_starts(s, STR("/"))) {
		s = str_from(s, 1);
		if (!take(&(struct part){ .name = "" }, &s, &step) || step < 1) return false;
		if (!range) to = p->most;
	}
	if (s.n || from < p->least || to > p->most || from > to) return false;
	for (int v = from; v <= to; v += step) *bits |= UINT64_C(1) << v;
	return true;
}

static bool read_part(const struct part *p, struct str s, uint64_t *bits, struct err *e)
{
	struct str rest = s, member;
	*bits = 0;
	while (str_cut(&rest, ',', &member))
		if (!read_member(p, member, bits))
			return err_set(e, ERR_PARAMETER, "In the schedule, %s cannot be \"%.*s\": use *, a number from %d to %d, a range such as %d-%d, a list with commas, or a step such as */2.", p->name,
			               STR_ARG(str_sub(s, 0, 40)), p->least, p->most, p->least, p->least + 2);
	return true;
}

bool cron_read(struct str text, struct cron *out, struct err *e)
{
	struct str rest = str_trim(text), given[CRON_PARTS] = { 0 };
	size_t n = 0;
	if (rest.n > MOST_BYTES) return err_set(e, ERR_PARAMETER, "A schedule has at most %d characters.", MOST_BYTES);
	for (size_t i = 0; i < rest.n;) {
		size_t from = i;
		while (i < rest.n && rest.p[i] != ' ' && rest.p[i] != '\t') i++;
		if (n < CRON_PARTS) given[n] = str_sub(rest, from, i - from);
		n++;
		while (i < rest.n && (rest.p[i] == ' ' || rest.p[i] == '\t')) i++;
	}
	if (n != CRON_PARTS)
		return err_set(e, ERR_PARAMETER, "A schedule has five parts: minute, hour, day of the month, month, day of the week; \"0 6 * * *\" is every day at six. There %s %zu.", n == 1 ? "is" : "are", n);
	for (size_t i = 0; i < CRON_PARTS; i++)
		if (!read_part(&parts[i], given[i], &out->bits[i], e)) return false;
	if (out->bits[CRON_WEEKDAY] & (1u << 7)) out->bits[CRON_WEEKDAY] |= 1; /* Sunday is 0 and 7 */
	out->either_day = given[CRON_DAY].p[0] != '*' && given[CRON_WEEKDAY].p[0] != '*';
	return true;
}

/* --- the next time ---------------------------------------------------------------------------------------------- */

static bool has(const struct cron *c, enum cron_part p, int v) { return (c->bits[p] >> v & 1) != 0; }

static bool fits_day(const struct cron *c, const struct civil *d)
{
	int weekday = clock_weekday(clock_days(d->year, d->month, d->day)) % 7;
	bool day = has(c, CRON_DAY, d->day), week = has(c, CRON_WEEKDAY, weekday);
	return has(c, CRON_MONTH, d->month) && (c->either_day ? day || week : day && week);
}

/* On one day of the calendar, the first time after an instant; false: none. */
static bool of_day(const struct cron *c, const struct clock_zone *z, struct civil day, int64_t after, int64_t *out)
{
	bool found = false;
	for (day.hour = 0; day.hour < 24; day.hour++) {
		if (!has(c, CRON_HOUR, day.hour)) continue;
		for (day.minute = 0; day.minute < 60; day.minute++) {
			if (!has(c, CRON_MINUTE, day.minute)) continue;
			int64_t us = clock_local_to_us(z, &day);
			/* A skipped hour is moved on past later ones, so the order of the clock is not that of time. */
			if (us > after && (!found || us < *out)) {
				*out = us;
				found = true;
			}
		}
	}
	return found;
}

/* By the time that passes, minute after minute of one day of the calendar. */
static bool of_hours(const struct cron *c, const struct clock_zone *z, const struct civil *day, int64_t after, int64_t *out)
{
	struct civil next, midnight = *day;
	int64_t us = clock_local_to_us(z, &midnight);
	if (us <= after) us = after - after % MINUTE_US + MINUTE_US;
	for (int i = 0; i < MINUTES_OF_DAY + 180; i++, us += MINUTE_US) {
		clock_us_to_local(z, us, &next);
		if (next.day != day->day) return false;
		if (us > after && has(c, CRON_MINUTE, next.minute)) {
			*out = us;
			return true;
		}
	}
	return false;
}

bool cron_next(const struct cron *c, const struct clock_zone *z, int64_t after, int64_t *out)
{
	struct civil local;
	bool every_hour = (c->bits[CRON_HOUR] & 0xffffff) == 0xffffff;
	clock_us_to_local(z, after, &local);
	int32_t first = clock_days(local.year, local.month, local.day);
	for (int32_t i = 0; i < DAYS_AHEAD; i++) {
		struct civil day = { 0 };
		clock_civil_of_days(first + i, &day);
		if (day.year > 9990 || !fits_day(c, &day)) continue;
		if (every_hour ? of_hours(c, z, &day, after, out) : of_day(c, z, day, after, out)) return true;
	}
	return false;
}

bool cron_least_minutes(const struct cron *c, int64_t from, int64_t *out)
{
	int64_t least = INT64_MAX, at = from, next;
	/* As if there were no summer time: an hour that is doubled once a year does not make a schedule too dense. */
	for (int i = 0; i < SAMPLE && cron_next(c, clock_utc(), at, &next); i++, at = next)
		if (i && next - at < least) least = next - at;
	*out = least == INT64_MAX ? INT64_MAX : least / MINUTE_US;
	return at != from;
}

bool job_cron_next(struct str cron, struct str timezone, struct instant after, size_t n, struct instant *out, struct err *e)
{
	struct cron c;
	const struct clock_zone *z = clock_zone_or_null(timezone);
	if (!z) return err_set(e, ERR_PARAMETER, "There is no time zone \"%.*s\"; they are called as Europe/Paris is.", STR_ARG(str_sub(timezone, 0, 60)));
	if (!cron_read(cron, &c, e)) return false;
	for (size_t i = 0; i < n; i++) {
		int64_t next;
		if (!cron_next(&c, z, i ? out[i - 1].us : after.us, &next)) return err_set(e, ERR_PARAMETER, "The schedule never comes: no month has such a day.");
		out[i] = (struct instant){ next };
	}
	return true;
}
