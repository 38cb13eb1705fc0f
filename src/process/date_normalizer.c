/* Normalize date: a date as a pattern of strptime describes it, written as ISO 8601. Names of months and days are English
 * ones, long or short. */
#include "process/inside.h"
#include "text/text.h"

enum { FIELD, PATTERN };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "pattern", PROCESS_TEXT, true, NULL, NULL, N_("Pattern"), N_("%d day, %m month, %Y year, %y year of two digits, %H %M %S time, %I %p hour with AM or PM, %b %B month by name, %a %A day by name, %j day of the year, %z offset.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"date_normalizer\",\"field\":\"day\",\"pattern\":\"%d/%m/%Y\"}",
	  "[{\"day\":\"31/12/2024\"},{\"day\":\"31/02/2024\"},{\"day\":\"soon\"},{\"day\":null}]",
	  "[{\"day\":\"2024-12-31\"},{\"day\":null,\"!\":\"February 2024 has no day 31.\"},{\"day\":null,\"!\":\"\\\"soon\\\" is not written as %d/%m/%Y: expected a day of the month at position 0.\"},{\"day\":null}]" },
	{ "{\"type\":\"date_normalizer\",\"field\":\"at\",\"pattern\":\"%b %d, %Y %I:%M %p\"}",
	  "[{\"at\":\"Mar 5, 2024 9:07 PM\"}]", "[{\"at\":\"2024-03-05T21:07:00\"}]" },
	{ 0 }
};

struct reading {
	struct str text;
	size_t at;
	const char *wanted;   /* what was expected at `at` */
	int year, month, day, hour, minute, second, micro;
	int weekday;          /* 0 Sunday … 6; -1 */
	int yearday, week, half; /* -1: not given; half: 0 AM, 1 PM */
	bool monday_weeks, two_digits, has_offset;
	int offset_s;
};

static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December" };
static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };

static bool digits(struct reading *g, size_t most, int low, int high, int *out, const char *wanted)
{
	size_t n = 0;
	int v = 0;
	g->wanted = wanted;
	while (n < most && g->at + n < g->text.n && g->text.p[g->at + n] >= '0' && g->text.p[g->at + n] <= '9') v = v * 10 + (g->text.p[g->at + n++] - '0');
	if (n == 0 || v < low || v > high) return false;
	g->at += n;
	*out = v;
	return true;
}

/* The long name where it stands, else the short one of three letters. */
static bool name(struct reading *g, const char *const *names, size_t n, int *out, const char *wanted)
{
	struct str left = str_from(g->text, g->at);
	g->wanted = wanted;
	for (int longer = 1; longer >= 0; longer--) {
		for (size_t i = 0; i < n; i++) {
			struct str whole = str_of(names[i]);
			struct str tried = longer ? whole : str_sub(whole, 0, 3);
			if (!str_eq_nocase(str_sub(left, 0, tried.n), tried)) continue;
			g->at += tried.n;
			*out = (int)i;
			return true;
		}
	}
	return false;
}

static bool half(struct reading *g)
{
	struct str two = str_sub(g->text, g->at, 2);
	g->wanted = "AM or PM";
	if (str_eq_nocase(two, STR("AM"))) g->half = 0;
	else if (str_eq_nocase(two, STR("PM"))) g->half = 1;
	else return false;
	g->at += 2;
	return true;
}

static bool micros(struct reading *g)
{
	size_t from = g->at;
	if (!digits(g, 6, 0, 999999, &g->micro, "a fraction of a second")) return false;
	for (size_t n = g->at - from; n < 6; n++) g->micro *= 10;
	return true;
}

static bool offset(struct reading *g)
{
	int hours, minutes = 0;
	char c = g->at < g->text.n ? g->text.p[g->at] : 0;
	g->wanted = "an offset such as +0200";
	if (c == 'Z' || c == 'z') {
		g->at++;
		return g->has_offset = true;
	}
	if (c != '+' && c != '-') return false;
	g->at++;
	if (!digits(g, 2, 0, 14, &hours, g->wanted)) return false;
	if (g->at < g->text.n && g->text.p[g->at] == ':') g->at++;
	if (g->at < g->text.n && g->text.p[g->at] >= '0' && g->text.p[g->at] <= '9' && !digits(g, 2, 0, 59, &minutes, g->wanted)) return false;
	g->offset_s = (hours * 3600 + minutes * 60) * (c == '-' ? -1 : 1);
	return g->has_offset = true;
}

static bool directive(struct reading *g, char c)
{
	switch (c) {
	case 'Y': return digits(g, 4, 1, 9999, &g->year, "a year of four digits");
	case 'y': return g->two_digits = digits(g, 2, 0, 99, &g->year, "a year of two digits");
	case 'm': return digits(g, 2, 1, 12, &g->month, "a month from 1 to 12");
	case 'd': return digits(g, 2, 1, 31, &g->day, "a day of the month");
	case 'H': return digits(g, 2, 0, 23, &g->hour, "an hour from 0 to 23");
	case 'I': return digits(g, 2, 1, 12, &g->hour, "an hour from 1 to 12");
	case 'M': return digits(g, 2, 0, 59, &g->minute, "a minute");
	case 'S': return digits(g, 2, 0, 61, &g->second, "a second");
	case 'f': return micros(g);
	case 'j': return digits(g, 3, 1, 366, &g->yearday, "a day of the year");
	case 'U': case 'W':
		g->monday_weeks = c == 'W';
		return digits(g, 2, 0, 53, &g->week, "a week of the year");
	case 'w': return digits(g, 1, 0, 6, &g->weekday, "a weekday from 0 to 6");
	case 'b': case 'B': case 'h': {
		bool ok = name(g, months, 12, &g->month, "the English name of a month");
		g->month += ok;
		return ok;
	}
	case 'a': case 'A': return name(g, days, 7, &g->weekday, "the English name of a day");
	case 'p': return half(g);
	case 'z': return offset(g);
	default: return false;
	}
}

/* Whether c may follow %. */
static bool known(char c) { return c && strchr("YymdHIMSfjUWwbBhaApz%", c) != NULL; }
static bool is_time(char c) { return strchr("HIMSfpz", c) != NULL; }

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	struct str p = s->values[PATTERN].text;
	bool any = false;
	bool *time = arena_new(s->keep, bool);
	s->own = time;
	if (p.n > 200) process_step_fault(s, f, "pattern", "the pattern is too long: 200 characters are read.");
	for (size_t i = 0; i < p.n && p.n <= 200; i++) {
		if (p.p[i] != '%') continue;
		char c = ++i < p.n ? p.p[i] : 0;
		if (!known(c)) {
			process_step_fault(s, f, "pattern", "there is no %%%c (at position %zu); the pattern has %%a %%A %%w %%d %%b %%B %%m %%y %%Y %%H %%I %%p %%M %%S %%f %%j %%U %%W %%z.",
			                   c >= ' ' && c < 127 ? c : '?', text_length(str_sub(p, 0, i - 1)));
			return true;
		}
		any = any || c != '%';
		*time = *time || is_time(c);
	}
	if (!any) process_step_fault(s, f, "pattern", "expected a pattern such as %%d/%%m/%%Y.");
	return true;
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool follow(struct reading *g, struct str p)
{
	for (size_t i = 0; i < p.n; i++) {
		if (p.p[i] == '%' && i + 1 < p.n && p.p[i + 1] != '%') {
			if (!directive(g, p.p[++i])) return false;
		} else if (is_blank(p.p[i])) {
			while (g->at < g->text.n && is_blank(g->text.p[g->at])) g->at++;
		} else {
			g->wanted = "the next sign of the pattern";
			if (g->at >= g->text.n || g->text.p[g->at] != p.p[i]) return false;
			g->at++;
			i += p.p[i] == '%';
		}
	}
	g->wanted = "the end";
	return g->at == g->text.n;
}

/* The day that year and week, or year and day of the year, mean. */
static int32_t day_of(const struct reading *g)
{
	int32_t first = clock_days(g->year, 1, 1);
	if (g->yearday > 0) return first + g->yearday - 1;
	int weekday = clock_weekday(first) % 7;              /* of 1 January: 0 Sunday */
	int wanted = g->weekday;
	if (g->monday_weeks) {
		weekday = (weekday + 6) % 7;
		wanted = (wanted + 6) % 7;
	}
	int32_t week_one = first + (7 - weekday) % 7;        /* the first Sunday (or Monday) begins week 1 */
	return week_one + (g->week - 1) * 7 + wanted;
}

static bool settle(struct process_step *s, struct reading *g, struct process_row *r, size_t column)
{
	if (g->two_digits) g->year += g->year < 69 ? 2000 : 1900;
	if (g->half >= 0) g->hour = g->hour % 12 + 12 * g->half;
	g->second = num_min(g->second, 59);
	if (g->yearday > 0 || (g->week >= 0 && g->weekday >= 0)) {
		struct civil c;
		clock_civil_of_days(day_of(g), &c);
		g->year = c.year;
		g->month = c.month;
		g->day = c.day;
	}
	if (g->year < 1 || g->year > 9999) g->year = 1900;
	if (g->day <= clock_days_in_month(g->year, g->month)) return true;
	process_tell(s, r, column, g->text, "%s %d has no day %d.", months[g->month - 1], g->year, g->day);
	return false;
}

static void put_two(struct buf *b, char before, int v)
{
	buf_put_char(b, before);
	buf_put_char(b, (char)('0' + v / 10));
	buf_put_char(b, (char)('0' + v % 10));
}

static void put_time(struct buf *b, const struct civil *c)
{
	put_two(b, 'T', c->hour);
	put_two(b, ':', c->minute);
	put_two(b, ':', c->second);
	if (c->micro) buf_printf(b, ".%06d", c->micro);
}

static bool normalize(struct process_step *s, void *arg, struct process_row *r, size_t column, struct str in, struct str *out)
{
	const bool *time = arg;
	struct str pattern = s->values[PATTERN].text;
	struct reading g = { .text = str_trim(in), .year = 1900, .month = 1, .day = 1, .weekday = -1, .yearday = -1, .week = -1, .half = -1 };
	*out = in;
	if (g.text.n == 0) return true;
	if (!follow(&g, str_trim(pattern))) {
		process_tell(s, r, column, text_cut(in, 200), "\"%.*s\" is not written as %.*s: expected %s at position %zu.", STR_ARG(text_cut(g.text, 60)),
		             STR_ARG(text_cut(pattern, 60)), g.wanted, text_length(str_sub(g.text, 0, g.at)));
		return false;
	}
	if (!settle(s, &g, r, column)) return false;
	struct civil c = { g.year, g.month, g.day, g.hour, g.minute, g.second, g.micro };
	struct buf *b = process_scratch(s);
	if (g.has_offset) {
		clock_put_instant(b, clock_us_of_civil(&c) - (int64_t)g.offset_s * 1000000, clock_utc());
		return process_give_buf(s, r, column, b, out);
	}
	clock_put_date(b, clock_days(c.year, c.month, c.day));
	if (*time) put_time(b, &c);
	return process_give_buf(s, r, column, b, out);
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	process_change_cell(s, r, s->values[FIELD].column, normalize, s->own);
	return true;
}

static const struct process_works works = { .open = open, .row = row };
const struct processor process_date_normalizer = {
	"date_normalizer", "date", N_("Normalize date"), N_("Reads dates that are written in a way of their own."), 0, parameters, examples, &works };
