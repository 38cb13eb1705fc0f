/* Functions of expressions on dates. A date is an instant; one without a time is a day. Parts are read in UTC, or in the
 * zone that is given; a day has the same parts everywhere. */
#include <math.h>
#include "process/expression.h"
#include "text/text.h"

#define SECOND_US INT64_C(1000000)
#define DAY_US (86400 * SECOND_US)
#define FIRST_US (INT64_C(-62135596800) * SECOND_US) /* year 1 */
#define LAST_US (INT64_C(253402300800) * SECOND_US)  /* the end of 9999 */

static bool zone(struct xrun *x, const struct xvalue *named, const struct clock_zone **out)
{
	*out = clock_utc();
	if (named && named->text.n && !str_eq_nocase(named->text, STR("utc"))) *out = clock_zone_or_null(named->text);
	return *out || xfail(x, "There is no time zone \"%.*s\"; expected a name such as Europe/Paris.", STR_ARG(text_cut(named->text, 60)));
}

static bool civil(struct xrun *x, const struct xvalue *v, const struct xvalue *named, struct civil *out)
{
	const struct clock_zone *z;
	if (!zone(x, named, &z)) return false;
	if (v->day) clock_civil_of_us(v->us, out);
	else clock_us_to_local(z, v->us, out);
	return true;
}

#define PART(name, formula) \
	XCALL(name)         \
	{                   \
		struct civil c; \
		return civil(x, v, n > 1 ? &v[1] : NULL, &c) && xgive_number(x, out, formula); \
	}

static double week_of(const struct civil *c)
{
	int year, week;
	clock_iso_week(clock_days(c->year, c->month, c->day), &year, &week);
	return week;
}

PART(fn_year, c.year)
PART(fn_quarter, (c.month + 2) / 3)
PART(fn_month, c.month)
PART(fn_week, week_of(&c))
PART(fn_day, c.day)
PART(fn_dayofweek, clock_weekday(clock_days(c.year, c.month, c.day)))
PART(fn_hour, c.hour)
PART(fn_minute, c.minute)
PART(fn_second, c.second)

static bool give(struct xrun *x, struct xvalue *out, int64_t us, bool day)
{
	if (us < FIRST_US || us >= LAST_US) return xfail(x, "The date is not between the years 1 and 9999.");
	*out = (struct xvalue){ .kind = X_DATE, .us = us, .day = day };
	return true;
}

static bool add_months(struct xrun *x, const struct xvalue *v, double months, struct xvalue *out)
{
	struct civil c;
	if (fabs(months) > 120000) return xfail(x, "The date is not between the years 1 and 9999.");
	clock_civil_of_us(v->us, &c);
	int64_t all = (int64_t)c.year * 12 + c.month - 1 + (int64_t)months;
	if (all < 12 || all >= 120000) return xfail(x, "The date is not between the years 1 and 9999.");
	c.year = (int32_t)(all / 12);
	c.month = (int)(all % 12) + 1;
	c.day = num_min(c.day, clock_days_in_month(c.year, c.month));
	return give(x, out, clock_us_of_civil(&c), v->day);
}

static bool add_us(struct xrun *x, const struct xvalue *v, double units, int64_t unit, bool day, struct xvalue *out)
{
	if (fabs(units) * (double)unit > 4e17) return xfail(x, "The date is not between the years 1 and 9999.");
	return give(x, out, v->us + (int64_t)units * unit, day);
}

XCALL(fn_add_years) { (void)n; return add_months(x, v, v[1].number * 12, out); }
XCALL(fn_add_months) { (void)n; return add_months(x, v, v[1].number, out); }
XCALL(fn_add_weeks) { (void)n; return add_us(x, v, v[1].number, 7 * DAY_US, v->day, out); }
XCALL(fn_add_days) { (void)n; return add_us(x, v, v[1].number, DAY_US, v->day, out); }
XCALL(fn_add_hours) { (void)n; return add_us(x, v, v[1].number, 3600 * SECOND_US, false, out); }
XCALL(fn_add_minutes) { (void)n; return add_us(x, v, v[1].number, 60 * SECOND_US, false, out); }
XCALL(fn_add_seconds) { (void)n; return add_us(x, v, v[1].number, SECOND_US, false, out); }

XCALL(fn_fromtimestamp)
{
	(void)n;
	if (fabs(v->number) > 3e11) return xfail(x, "The date is not between the years 1 and 9999.");
	return give(x, out, (int64_t)floor(v->number * 1e6 + 0.5), false);
}

/* now(days=-1): pairs of a name and a number. */
XCALL(fn_now)
{
	static const struct { const char *name; double months; int64_t us; } units[] = {
		{ "years", 12, 0 }, { "months", 1, 0 }, { "weeks", 0, 7 * DAY_US }, { "days", 0, DAY_US },
		{ "hours", 0, 3600 * SECOND_US }, { "minutes", 0, 60 * SECOND_US }, { "seconds", 0, SECOND_US } };
	*out = (struct xvalue){ .kind = X_DATE, .us = x->step->scene->now.us };
	for (size_t u = 0; u < COUNT_OF(units); u++) {
		for (size_t i = 0; i + 1 < n; i += 2) {
			double by;
			if (!str_eq_nocase(v[i].text, str_of(units[u].name))) continue;
			if (!xnumber(x, &v[i + 1], &by)) return false;
			struct xvalue from = *out;
			if (!(units[u].months > 0 ? add_months(x, &from, by * units[u].months, out) : add_us(x, &from, by, units[u].us, false, out))) return false;
		}
	}
	for (size_t i = 0; i + 1 < n; i += 2) {
		bool known = false;
		for (size_t u = 0; u < COUNT_OF(units); u++) known |= str_eq_nocase(v[i].text, str_of(units[u].name));
		if (!known) return xfail(x, "now() is moved by years, months, weeks, days, hours, minutes or seconds, not by \"%.*s\".", STR_ARG(text_cut(v[i].text, 40)));
	}
	return true;
}

XCALL(fn_quarter_range)
{
	(void)n;
	struct str t = str_trim(v->text);
	int64_t year;
	if (t.n != 6 || (t.p[4] != 'Q' && t.p[4] != 'q') || t.p[5] < '1' || t.p[5] > '4' || !str_to_int(str_sub(t, 0, 4), &year) || year < 1)
		return xfail(x, "Expected a quarter such as 2014Q2, not \"%.*s\".", STR_ARG(text_cut(t, 40)));
	int first = (t.p[5] - '1') * 3 + 1;
	auto_buf b = BUF_INIT(64);
	clock_put_date(&b, clock_days((int)year, first, 1));
	buf_put_char(&b, '/');
	clock_put_date(&b, clock_days((int)year, first + 2, clock_days_in_month((int)year, first + 2)));
	return xgive_text(x, out, &b);
}

/* Whole months from a to b. */
static double months_between(const struct xvalue *a, const struct xvalue *b)
{
	struct civil c, d;
	clock_civil_of_us(a->us, &c);
	clock_civil_of_us(b->us, &d);
	int64_t months = ((int64_t)d.year - c.year) * 12 + d.month - c.month;
	struct civil moved = c;
	int64_t all = (int64_t)c.year * 12 + c.month - 1 + months;
	moved.year = (int32_t)(all / 12);
	moved.month = (int)(all % 12) + 1;
	moved.day = num_min(c.day, clock_days_in_month(moved.year, moved.month));
	int64_t at = clock_us_of_civil(&moved);
	if (months > 0 && at > b->us) months--;
	if (months < 0 && at < b->us) months++;
	return (double)months;
}

XCALL(fn_datediff)
{
	static const struct { const char *name; int months; int64_t us; } units[] = {
		{ "year", 12, 0 }, { "quarter", 3, 0 }, { "month", 1, 0 }, { "week", 0, 7 * DAY_US }, { "day", 0, DAY_US },
		{ "hour", 0, 3600 * SECOND_US }, { "minute", 0, 60 * SECOND_US }, { "second", 0, SECOND_US } };
	struct str unit = n > 2 ? str_trim(v[2].text) : STR("day");
	if (unit.n > 1 && (unit.p[unit.n - 1] == 's' || unit.p[unit.n - 1] == 'S')) unit.n--;
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (!str_eq_nocase(unit, str_of(units[i].name))) continue;
		if (units[i].months) return xgive_number(x, out, trunc(months_between(&v[0], &v[1]) / units[i].months) + 0.0);
		return xgive_number(x, out, (double)((v[1].us - v[0].us) / units[i].us));
	}
	return xfail(x, "Expected a unit: year, quarter, month, week, day, hour, minute or second, not \"%.*s\".", STR_ARG(text_cut(unit, 40)));
}

XCALL(fn_date_format)
{
	struct civil c;
	const struct clock_zone *z;
	struct err e = { 0 };
	struct str lang = x->step->scene->language;
	if (v[1].text.n > 1000) return xfail(x, "The pattern is too long: 1000 bytes are read.");
	if (!zone(x, n > 2 ? &v[2] : NULL, &z)) return false;
	auto_buf b = BUF_INIT(64 << 10);
	clock_civil_of_us(v->us, &c);
	if (!(v->day ? clock_format(&b, &c, v[1].text, lang, &e) : clock_format_at(&b, v->us, z, v[1].text, lang, &e))) return xfail(x, "The pattern of the date cannot be read: %s", e.pub);
	return xgive_text(x, out, &b);
}
