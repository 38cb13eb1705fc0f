/* Dates: the period a text stands for, and now() with its arguments. */
#include "odsql/check.h"

static const int64_t DAY_US = 86400000000;

static int64_t instant_of(const struct odsql_scope *s, const struct clock_text *t, const struct civil *at,
                          enum value_type field)
{
	if (t->has_offset) return clock_us_of_civil(at) - (int64_t)t->offset_s * 1000000;
	return field == VALUE_DATE ? clock_us_of_civil(at) : clock_local_to_us(s->zone, at);
}

bool odsql_period(const struct odsql_scope *s, struct str text, enum value_type field, int64_t *from, int64_t *to)
{
	struct clock_text t;
	if (!clock_parse(text, &t)) return false;
	*from = instant_of(s, &t, &t.civil, field);
	*to = *from + 1;
	if (t.precision >= CLOCK_SECOND) return true;
	/* The last year's end is beyond the calendar: everything up to it counts. */
	if (t.civil.year >= 9999 && t.precision <= CLOCK_DAY) {
		*to = *from + 366 * DAY_US;
		return true;
	}
	struct civil end = clock_period_end(t.civil, t.precision);
	*to = instant_of(s, &t, &end, field);
	return true;
}

/* --- now() --------------------------------------------------------------------------------------- */

enum part { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, MICRO, WEEKDAY, YEARS, MONTHS, WEEKS, DAYS, HOURS, MINUTES,
            SECONDS, MICROS, MONDAYS, TUESDAYS, WEDNESDAYS, THURSDAYS, FRIDAYS, SATURDAYS, SUNDAYS, PARTS };

/* Singular words set, within bounds; plural words add, so many units at most. */
static const struct { const char *word; int64_t low, high; } parts[PARTS] = {
	[YEAR] = { "year", 1, 9999 }, [MONTH] = { "month", 1, 12 }, [DAY] = { "day", 1, 31 },
	[HOUR] = { "hour", 0, 23 }, [MINUTE] = { "minute", 0, 59 }, [SECOND] = { "second", 0, 59 },
	[MICRO] = { "microsecond", 0, 999999 }, [WEEKDAY] = { "weekday", 0, 6 },
	[YEARS] = { "years", -9999, 9999 }, [MONTHS] = { "months", -119988, 119988 },
	[WEEKS] = { "weeks", -530000, 530000 }, [DAYS] = { "days", -3660000, 3660000 },
	[HOURS] = { "hours", -88000000, 88000000 }, [MINUTES] = { "minutes", -5300000000, 5300000000 },
	[SECONDS] = { "seconds", -320000000000, 320000000000 },
	[MICROS] = { "microseconds", -320000000000000000, 320000000000000000 },
	[MONDAYS] = { "mondays", -530000, 530000 }, [TUESDAYS] = { "tuesdays", -530000, 530000 },
	[WEDNESDAYS] = { "wednesdays", -530000, 530000 }, [THURSDAYS] = { "thursdays", -530000, 530000 },
	[FRIDAYS] = { "fridays", -530000, 530000 }, [SATURDAYS] = { "saturdays", -530000, 530000 },
	[SUNDAYS] = { "sundays", -530000, 530000 },
};

struct moves { int64_t v[PARTS]; bool given[PARTS]; };

static bool read_moves(struct checker *c, const struct odsql_node *n, struct moves *m)
{
	for (size_t i = 0; i < n->nargs; i++) {
		const struct odsql_node *arg = n->args[i];
		size_t part = 0;
		while (part < PARTS && !str_eq_nocase(arg->s, str_of(parts[part].word))) part++;
		if (part == PARTS)
			return odsql_complain(c->e, c->which, "now() has no argument named %.*s.", STR_ARG(arg->s));
		if (arg->i < parts[part].low || arg->i > parts[part].high)
			return odsql_complain(c->e, c->which, "%s of now() goes from %lld to %lld.", parts[part].word,
			                      (long long)parts[part].low, (long long)parts[part].high);
		m->v[part] = arg->i;
		m->given[part] = true;
	}
	return true;
}

static void set_parts(struct civil *t, const struct moves *m)
{
	if (m->given[YEAR]) t->year = (int32_t)m->v[YEAR];
	if (m->given[MONTH]) t->month = (int)m->v[MONTH];
	if (m->given[DAY]) t->day = (int)m->v[DAY];
	t->day = num_min(t->day, clock_days_in_month(t->year, t->month));
	if (m->given[HOUR]) t->hour = (int)m->v[HOUR];
	if (m->given[MINUTE]) t->minute = (int)m->v[MINUTE];
	if (m->given[SECOND]) t->second = (int)m->v[SECOND];
	if (m->given[MICRO]) t->micro = (int)m->v[MICRO];
}

/* False when the year leaves the calendar. */
static bool add_months(struct civil *t, const struct moves *m)
{
	int64_t months = t->year * INT64_C(12) + t->month - 1 + m->v[YEARS] * 12 + m->v[MONTHS];
	if (months < 12 || months >= 120000) return false;
	t->year = (int32_t)(months / 12);
	t->month = (int)(months % 12) + 1;
	t->day = num_min(t->day, clock_days_in_month(t->year, t->month));
	return true;
}

/* Days to the n-th weekday (1 Monday … 7 Sunday) after or before a day; on the day itself a whole
 * week counts. */
static int64_t weekday_move(int today, int wanted, int64_t n)
{
	if (n == 0) return 0;
	int64_t ahead = (wanted - today + 7) % 7;
	if (n > 0) return (ahead ? ahead : 7) + (n - 1) * 7;
	int64_t back = (today - wanted + 7) % 7;
	return -(back ? back : 7) + (n + 1) * 7;
}

static int64_t move_days(int64_t us, const struct moves *m)
{
	int64_t day = us / DAY_US - (us % DAY_US < 0);
	int64_t start = day;
	if (m->given[WEEKDAY]) day += ((int)m->v[WEEKDAY] + 1 - clock_weekday((int32_t)day) + 7) % 7;
	for (int i = MONDAYS; i <= SUNDAYS; i++)
		if (m->given[i]) day += weekday_move(clock_weekday((int32_t)day), i - MONDAYS + 1, m->v[i]);
	return us + (day - start) * DAY_US;
}

bool check_now(struct checker *c, struct odsql_node *n)
{
	const int64_t first = -62135596800000000;
	const int64_t last = 253402300799999999;
	struct moves m = { 0 };
	struct civil t;
	if (!read_moves(c, n, &m)) return false;
	clock_us_to_local(c->scope->zone, c->scope->now_us, &t);
	set_parts(&t, &m);
	bool fine = add_months(&t, &m);
	int64_t us = fine ? clock_us_of_civil(&t) : 0;
	static const struct { enum part part; int64_t us; } units[] = {
		{ WEEKS, 604800000000 }, { DAYS, 86400000000 }, { HOURS, 3600000000 }, { MINUTES, 60000000 },
		{ SECONDS, 1000000 }, { MICROS, 1 },
	};
	for (size_t i = 0; i < COUNT_OF(units) && fine; i++) {
		us += m.v[units[i].part] * units[i].us;
		fine = us >= first && us <= last;
	}
	if (fine) us = move_days(us, &m);
	if (!fine || us < first || us > last)
		return odsql_complain(c->e, c->which, "now() ends outside the years 1 to 9999.");
	clock_civil_of_us(us, &t);
	/* From here on it is a date like any other: one instant. */
	auto_buf b = BUF_INIT(64);
	n->kind = ODSQL_DATE;
	n->type = VALUE_DATETIME;
	/* Without arguments nothing was moved, so an hour that the zone has twice is not guessed at. */
	n->from = n->nargs ? clock_local_to_us(c->scope->zone, &t) : c->scope->now_us;
	n->to = n->from + 1;
	clock_put_instant(&b, n->from, clock_utc());
	n->s = arena_str(c->arena, buf_str(&b));
	n->nargs = 0;
	return true;
}
