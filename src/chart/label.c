/* What points and series are called: keys for machines, which sort as time goes, and labels in the reader's language. Wall time is
 * passed as if it were UTC. */
#include "chart/inside.h"

#include "text/text.h"

/* {0} and {1} of a message, filled. */
static struct str fill(struct arena *a, struct str message, struct str first, struct str second)
{
	auto_buf b = BUF_INIT(4096);
	for (size_t i = 0; i < message.n; i++) {
		bool hole = message.p[i] == '{' && i + 2 < message.n && message.p[i + 2] == '}' && (message.p[i + 1] == '0' || message.p[i + 1] == '1');
		if (!hole) {
			buf_put_char(&b, message.p[i]);
			continue;
		}
		buf_put(&b, message.p[i + 1] == '0' ? first : second);
		i += 2;
	}
	return arena_str(a, buf_str(&b));
}

static struct str formatted(struct arena *a, const struct civil *c, struct str pattern, struct str lang)
{
	auto_buf b = BUF_INIT(256);
	struct err e = { 0 };
	/* Patterns are ours: one that is none is a broken promise. */
	if (!clock_format(&b, c, pattern, lang, &e))
		ensure(!"a pattern of dates");
	return arena_str(a, buf_str(&b));
}

static struct str long_date(struct arena *a, int64_t us, struct str lang, bool with_time)
{
	auto_buf b = BUF_INIT(256);
	clock_put_long(&b, us, clock_utc(), lang, with_time);
	return arena_str(a, buf_str(&b));
}

void chart_time_point(struct arena *a, enum chart_scale s, int64_t us, const struct i18n_lang *l, struct chart_point *out)
{
	struct civil c;
	clock_civil_of_us(us, &c);
	int week_year, week;
	struct str year = arena_printf(a, "%04d", c.year);
	*out = (struct chart_point){ .at = (double)us };
	switch (s) {
	case CHART_SCALE_YEAR:
		out->key = year;
		out->label = year;
		return;
	case CHART_SCALE_QUARTER:
		out->key = arena_printf(a, "%04d-Q%d", c.year, (c.month + 2) / 3);
		out->label = fill(a, i18n_text(l, N_("Q{0} {1}")), str_from(out->key, out->key.n - 1), year);
		return;
	case CHART_SCALE_MONTH:
		out->key = arena_printf(a, "%04d-%02d", c.year, c.month);
		out->label = formatted(a, &c, STR("MMMM yyyy"), l->code);
		return;
	case CHART_SCALE_WEEK:
		clock_iso_week(clock_days(c.year, c.month, c.day), &week_year, &week);
		out->key = arena_printf(a, "%04d-W%02d", week_year, week);
		out->label = fill(a, i18n_text(l, N_("Week {0}, {1}")), arena_printf(a, "%d", week), arena_printf(a, "%d", week_year));
		return;
	case CHART_SCALE_HOUR:
		out->key = arena_printf(a, "%04d-%02d-%02dT%02d", c.year, c.month, c.day, c.hour);
		out->label = long_date(a, us, l->code, true);
		return;
	case CHART_SCALE_MINUTE:
		out->key = arena_printf(a, "%04d-%02d-%02dT%02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
		out->label = long_date(a, us, l->code, true);
		return;
	case CHART_SCALE_NONE:
	case CHART_SCALE_DAY:
	case CHART_SCALE_IN_YEAR:
	case CHART_SCALE_IN_MONTH:
	case CHART_SCALE_IN_WEEK:
	case CHART_SCALE_IN_DAY:
	case CHART_SCALES:
		out->key = arena_printf(a, "%04d-%02d-%02d", c.year, c.month, c.day);
		out->label = long_date(a, us, l->code, false);
		return;
	}
}

void chart_cycle_point(struct arena *a, enum chart_scale s, int64_t n, const struct i18n_lang *l, struct chart_point *out)
{
	/* The first of January 2024 was a Monday. */
	struct civil c = { .year = 2024, .month = 1, .day = 1 };
	struct str label = arena_printf(a, "%lld", (long long)n);
	if (s == CHART_SCALE_IN_WEEK) {
		c.day = (int)n;
		label = formatted(a, &c, STR("EEEE"), l->code);
	} else if (s == CHART_SCALE_IN_YEAR) {
		c.month = (int)n;
		label = formatted(a, &c, STR("MMMM"), l->code);
	} else if (s == CHART_SCALE_IN_DAY) {
		label = arena_printf(a, "%02d:00", (int)n);
	}
	*out = (struct chart_point){ .key = arena_printf(a, "%lld", (long long)n), .label = label, .at = (double)n };
}

struct str chart_series_label(struct arena *a, const struct chart_series *s, const struct field *y, const struct i18n_lang *l)
{
	if (s->label.n) return s->label;
	struct str function = i18n_text(l, chart_functions[s->function].label);
	if (!y) return function;
	if (chart_types[s->type].numbers > 1) return y->label;
	if (s->function == CHART_QUANTILES) {
		auto_buf b = BUF_INIT(64);
		text_put_number(&b, s->quantile, 2, l->code);
		function = arena_printf(a, "%.*s %.*s", STR_ARG(function), STR_ARG(buf_str(&b)));
	}
	return arena_printf(a, "%.*s (%.*s)", STR_ARG(y->label), STR_ARG(function));
}

void chart_note(struct arena *a, struct chart_table *t, const struct i18n_lang *l, enum chart_note what, int64_t n)
{
	static const char *const sentences[CHART_NOTES] = {
		[CHART_NOTE_POINTS] = N_("Only the first {0} points are shown."),
		[CHART_NOTE_GROUPS] = N_("Only the {0} groups with the most records are shown."),
		[CHART_NOTE_ROWS] = N_("There are too many points to show them all."),
		[CHART_NOTE_DEFAULT] = N_("The chart of this link could not be read. Another one is shown in its place."),
	};
	for (size_t i = 0; i < t->nnotes; i++)
		if (t->notes[i].what == what) return;
	auto_buf b = BUF_INIT(64);
	text_put_count(&b, n, l->code);
	t->notes[t->nnotes].what = what;
	t->notes[t->nnotes].n = n;
	t->notes[t->nnotes++].text = fill(a, i18n_text(l, sentences[what]), buf_str(&b), STR(""));
}
