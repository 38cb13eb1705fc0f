/* The tables of words: types, functions, timescales and members, one row of a .def each; and what a word means. */
#include "chart/inside.h"

#include "text/text.h"

const struct chart_type_row chart_types[CHART_TYPES] = {
#define CHART_TYPE(symbol, word, label, family, numbers) [CHART_##symbol] = { word, label, CHART_##family, numbers },
#include "chart/types.def"
#undef CHART_TYPE
};

const struct chart_function_row chart_functions[CHART_FUNCTIONS] = {
#define CHART_FUNCTION(symbol, word, label, takes_field) [CHART_##symbol] = { word, label, takes_field },
#include "chart/functions.def"
#undef CHART_FUNCTION
};

const struct chart_scale_row chart_scales[CHART_SCALES] = {
#define CHART_SCALE(symbol, word, other, label, cycle) [CHART_SCALE_##symbol] = { word, other, label, cycle },
#include "chart/scales.def"
#undef CHART_SCALE
};

const char *const chart_stack_words[] = { "", "normal", "percent" };

static const struct chart_member of_chart[] = {
#define CHART_MEMBER_OF_CHART(name, other, kind, member) { name, other, MEMBER_##kind, offsetof(struct chart, member) },
#include "chart/members.def"
};
static const struct chart_member of_query[] = {
#define CHART_MEMBER_OF_QUERY(name, other, kind, member) { name, other, MEMBER_##kind, offsetof(struct chart_query, member) },
#include "chart/members.def"
};
static const struct chart_member of_series[] = {
#define CHART_MEMBER_OF_SERIES(name, other, kind, member) { name, other, MEMBER_##kind, offsetof(struct chart_series, member) },
#include "chart/members.def"
};

const struct chart_member *chart_members(enum chart_object part, size_t *n)
{
	static const struct { const struct chart_member *p; size_t n; } parts[CHART_PARTS] = {
		[PART_CHART] = { of_chart, COUNT_OF(of_chart) },
		[PART_QUERY] = { of_query, COUNT_OF(of_query) },
		[PART_SERIES] = { of_series, COUNT_OF(of_series) },
	};
	*n = parts[part].n;
	return parts[part].p;
}

bool *chart_given(struct chart_series *s, const struct chart_member *m)
{
	if (m->at == offsetof(struct chart_series, min)) return &s->has_min;
	return m->at == offsetof(struct chart_series, max) ? &s->has_max : &s->has_step;
}

/* --- words --------------------------------------------------------------------------------------------------- */

bool chart_type_of(struct str word, enum chart_type *out)
{
	for (size_t i = 0; i < CHART_TYPES; i++)
		if (str_eq_nocase(word, str_of(chart_types[i].word))) {
			*out = (enum chart_type)i;
			return true;
		}
	return false;
}

bool chart_function_of(struct str word, enum chart_function *out)
{
	for (size_t i = 0; i < CHART_FUNCTIONS; i++)
		if (str_eq_nocase(word, str_of(chart_functions[i].word))) {
			*out = (enum chart_function)i;
			return true;
		}
	return false;
}

bool chart_scale_of(struct str word, enum chart_scale *out)
{
	for (size_t i = 0; i < CHART_SCALES; i++)
		if (str_eq_nocase(word, str_of(chart_scales[i].word)) ||
		    (chart_scales[i].other && str_eq_nocase(word, str_of(chart_scales[i].other)))) {
			*out = (enum chart_scale)i;
			return true;
		}
	return false;
}

bool chart_stack_of(struct str word, enum chart_stack *out)
{
	static const struct { const char *word; enum chart_stack is; } words[] = {
		{ "", CHART_UNSTACKED }, { "none", CHART_UNSTACKED }, { "null", CHART_UNSTACKED }, { "false", CHART_UNSTACKED },
		{ "normal", CHART_STACKED }, { "true", CHART_STACKED }, { "percent", CHART_PERCENT },
	};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq_nocase(word, str_of(words[i].word))) {
			*out = words[i].is;
			return true;
		}
	return false;
}

/* --- values -------------------------------------------------------------------------------------------------- */

static bool is_color(struct str s)
{
	if (s.n > 60) return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!word && !(c == '#' && i == 0) && !(strchr("-_.", c) && i > 0)) return false;
	}
	return true;
}

/* "x", "-y", "serie1-2", "x.day.month": letters, digits and what field names are made of. */
static bool is_sort(struct str s)
{
	struct str bare = str_starts(s, STR("-")) ? str_from(s, 1) : s;
	if (!s.n || str_eq(bare, STR("x")) || str_eq(bare, STR("y"))) return true;
	if (str_starts(bare, STR("x."))) return true;
	if (!str_starts(bare, STR("serie"))) return false;
	ptrdiff_t dash = str_find_char(bare, '-');
	int64_t n, m;
	return dash > 0 && str_to_int(str_sub(bare, 5, (size_t)dash - 5), &n) && str_to_int(str_from(bare, (size_t)dash + 1), &m) && n > 0 && m > 0;
}

static const char *set_text(struct arena *a, const struct chart_member *m, struct str *into, struct str text)
{
	if (text.n > 500) return "a text of at most 500 bytes is expected";
	if (m->kind == MEMBER_COLOR && !is_color(text)) return "a colour is expected: \"#rrggbb\", or range- and the name of a palette";
	if (m->kind == MEMBER_SORT && !is_sort(text)) return "x, -x, y, -y, serie1-1, -serie1-1 or x.<field>.<precision> is expected";
	*into = arena_str(a, text);
	return NULL;
}

static const char *set_number(const struct chart_member *m, char *into, struct str text)
{
	double d;
	if (!text_to_double(text, &d)) return "a number is expected";
	if (m->kind == MEMBER_PERCENT && !(d >= 0 && d <= 100)) return "a number from 0 to 100 is expected";
	if (m->kind == MEMBER_GIVEN) *chart_given((struct chart_series *)(void *)(into - m->at), m) = true;
	*(double *)(void *)into = d;
	return NULL;
}

static const char *set_whole(const struct chart_member *m, int64_t *into, struct str text)
{
	static const struct { enum chart_member_kind kind; int64_t most; const char *expected; } bounds[] = {
		{ MEMBER_POINTS, 1000000, "a whole number is expected, 0 for all" },
		{ MEMBER_BINS, 200, "a whole number from 0 to 200 is expected" },
		{ MEMBER_HOLE, 95, "a whole number from 0 to 95 is expected" },
		{ MEMBER_WHOLE, 1000, "a whole number from 0 to 1000 is expected" },
	};
	if (m->kind == MEMBER_HOLE && str_ends(text, STR("%"))) text = str_sub(text, 0, text.n - 1);
	for (size_t i = 0; i < COUNT_OF(bounds); i++) {
		int64_t v;
		if (bounds[i].kind != m->kind) continue;
		if (!str_to_int(text, &v) || v < 0 || v > bounds[i].most) return bounds[i].expected;
		*into = v;
	}
	return NULL;
}

static const char *set_flag(const struct chart_member *m, bool *into, struct str text)
{
	bool on = str_eq(text, STR("true")) || str_eq(text, STR("1")) || str_eq(text, STR("on"));
	if (!on && text.n && !str_eq(text, STR("false")) && !str_eq(text, STR("0"))) return "true or false is expected";
	*into = m->kind == MEMBER_UNLESS ? !on : on;
	return NULL;
}

const char *chart_member_set(struct arena *a, const struct chart_member *m, void *part, struct str text)
{
	char *into = (char *)part + m->at;
	text = str_trim(text);
	switch (m->kind) {
	case MEMBER_TEXT:
	case MEMBER_SORT:
	case MEMBER_COLOR: return set_text(a, m, (struct str *)(void *)into, text);
	case MEMBER_FLAG:
	case MEMBER_UNLESS: return set_flag(m, (bool *)(void *)into, text);
	case MEMBER_NUMBER:
	case MEMBER_PERCENT:
	case MEMBER_GIVEN: return text.n ? set_number(m, into, text) : NULL;
	case MEMBER_WHOLE:
	case MEMBER_POINTS:
	case MEMBER_BINS:
	case MEMBER_HOLE: return text.n ? set_whole(m, (int64_t *)(void *)into, text) : NULL;
	case MEMBER_TYPE:
		return !text.n || chart_type_of(text, (enum chart_type *)(void *)into) ? NULL : "a type of chart is expected, such as line, column or pie";
	case MEMBER_FUNCTION:
		return !text.n || chart_function_of(text, (enum chart_function *)(void *)into)
			? NULL : "COUNT, AVG, SUM, MIN, MAX, MEDIAN, QUANTILES, STDDEV, DISTINCT or CONSTANT is expected";
	case MEMBER_SCALE:
		return chart_scale_of(text, (enum chart_scale *)(void *)into)
			? NULL : "year, quarter, month, week, day, hour, minute, month_of_year, day_of_month, weekday or hour_of_day is expected";
	case MEMBER_STACK: return chart_stack_of(text, (enum chart_stack *)(void *)into) ? NULL : "none, normal or percent is expected";
	}
	return NULL;
}

struct chart_query chart_query_begin(void)
{
	return (struct chart_query){ .x = STR(""), .points = CHART_POINTS };
}

struct chart_series chart_series_begin(void)
{
	return (struct chart_series){ .type = CHART_COLUMN, .function = CHART_COUNT, .quantile = 50, .low = CHART_MIN, .high = CHART_MAX,
		.low_quantile = 25, .high_quantile = 75 };
}
