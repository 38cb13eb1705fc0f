/* The JSON of a chart, and its base64 in an address. Most members are rows of members.def and are read from the text of their
 * value, so that "50" and 50 are the same, as they are on the portals such charts come from; null is as if not said. */
#include <math.h>
#include <stdio.h>
#include "chart/inside.h"

#include "crypt/crypt.h"
#include "text/text.h"

struct reader {
	struct arena *arena;
	struct err *e;
	char place[64]; /* "queries[0].charts[1]." */
};

static bool wrong(const struct reader *r, const char *member, const char *expected)
{
	return err_set(r->e, ERR_PARAMETER, "%s%s: %s.", r->place, member, expected);
}

static bool is_silent(const struct json_node *n)
{
	return json_kind(n) == JSON_ABSENT || json_kind(n) == JSON_NULL;
}

/* A text, a number or a truth as text; false for what has an inside. */
static bool spelled(struct arena *a, const struct json_node *n, struct str *out)
{
	auto_buf b = BUF_INIT(64);
	enum json_kind kind = json_kind(n);
	if (kind == JSON_TEXT) {
		*out = json_text(n);
		return true;
	}
	if (kind == JSON_BOOL) buf_put(&b, json_bool(n, false) ? STR("true") : STR("false"));
	else if (kind == JSON_INT) buf_put_int(&b, json_int(n, 0));
	else if (kind == JSON_REAL) text_put_double_plain(&b, json_real(n, 0));
	else return false;
	*out = arena_str(a, buf_str(&b));
	return true;
}

static bool read_members(struct reader *r, enum chart_object part, const struct json_node *object, void *into)
{
	size_t n;
	const struct chart_member *members = chart_members(part, &n);
	for (size_t i = 0; i < n; i++) {
		const struct json_node *value = json_get(object, members[i].name);
		struct str text;
		if (is_silent(value) && members[i].other_or_null) value = json_get(object, members[i].other_or_null);
		if (is_silent(value)) continue;
		if (!spelled(r->arena, value, &text)) return wrong(r, members[i].name, "a text, a number, true or false is expected");
		const char *expected = chart_member_set(r->arena, &members[i], into, text);
		if (expected) return wrong(r, members[i].name, expected);
	}
	return true;
}

/* --- series ------------------------------------------------------------------------------------------------------ */

static bool read_thresholds(struct reader *r, const struct json_node *list, struct chart_series *s)
{
	if (is_silent(list)) return true;
	if (json_kind(list) != JSON_ARRAY || json_count(list) > CHART_THRESHOLDS)
		return wrong(r, "thresholds", "a list of at most 12 objects {\"value\", \"color\"} is expected");
	struct chart_threshold *out = arena_array(r->arena, struct chart_threshold, json_count(list) + 1);
	static const struct chart_member color = { "color", NULL, MEMBER_COLOR, offsetof(struct chart_threshold, color) };
	static const struct chart_member value = { "value", NULL, MEMBER_NUMBER, offsetof(struct chart_threshold, value) };
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *one = json_at(list, i);
		struct str text;
		if (!spelled(r->arena, json_get(one, "value"), &text) || !text.n || chart_member_set(r->arena, &value, &out[i], text))
			return wrong(r, "thresholds", "each needs a number as its value");
		if (!spelled(r->arena, json_get(one, "color"), &text) || chart_member_set(r->arena, &color, &out[i], text))
			return wrong(r, "thresholds", "each needs a colour, \"#rrggbb\"");
	}
	s->thresholds = out;
	s->nthresholds = json_count(list);
	return true;
}

/* The two ends of a range: "charts": [{"func": "MIN"}, {"func": "QUANTILES", "subsets": 90}]. */
static bool read_ends(struct reader *r, const struct json_node *ends, struct chart_series *s)
{
	if (json_kind(ends) != JSON_ARRAY || json_count(ends) != 2 || chart_types[s->type].numbers != 2) return true;
	struct chart_series both[2] = { chart_series_begin(), chart_series_begin() };
	for (size_t i = 0; i < 2; i++) {
		both[i].function = i ? CHART_MAX : CHART_MIN;
		both[i].y = s->y;
		if (!read_members(r, PART_SERIES, json_at(ends, i), &both[i])) return false;
	}
	if (!s->y.n) s->y = both[0].y;
	s->low = both[0].function;
	s->high = both[1].function;
	s->low_quantile = both[0].quantile;
	s->high_quantile = both[1].quantile;
	return true;
}

static bool read_series(struct reader *r, const struct json_node *object, struct chart_series *s)
{
	*s = chart_series_begin();
	if (json_kind(object) != JSON_OBJECT) return wrong(r, "", "an object is expected");
	if (!read_members(r, PART_SERIES, object, s)) return false;
	if (str_eq(json_text(json_get(object, "scale")), STR("logarithmic"))) s->logarithmic = true;
	if (s->type == CHART_PIE && s->hole > 0) s->type = CHART_DONUT;
	return read_thresholds(r, json_get(object, "thresholds"), s) && read_ends(r, json_get(object, "charts"), s);
}

/* --- queries ----------------------------------------------------------------------------------------------------- */

struct filters { VEC(struct chart_filter) v; };

static bool add_filter(struct reader *r, struct filters *out, struct str name, const struct json_node *value)
{
	struct str text;
	if (is_silent(value)) return true;
	if (!spelled(r->arena, value, &text) || text.n > 4000 || name.n > 200)
		return wrong(r, "config.options", "names and texts, or lists of texts, are expected");
	if (out->v.n >= CHART_FILTERS) return wrong(r, "config.options", "at most 60 filters are expected");
	vec_push(r->arena, &out->v, (struct chart_filter){ arena_str(r->arena, name), arena_str(r->arena, text) });
	return true;
}

static bool read_filters(struct reader *r, const struct json_node *options, struct chart_query *q)
{
	struct filters all = { 0 };
	struct str name;
	const struct json_node *value;
	if (is_silent(options) || (json_kind(options) == JSON_ARRAY && !json_count(options))) return true;
	if (json_kind(options) != JSON_OBJECT) return wrong(r, "config.options", "an object is expected");
	for (size_t at = 0; json_each(options, &at, &name, &value);) {
		if (str_eq(name, STR("apikey"))) continue; /* a secret is nobody's filter, and is not handed on */
		if (json_kind(value) != JSON_ARRAY) {
			if (!add_filter(r, &all, name, value)) return false;
			continue;
		}
		for (size_t i = 0; i < json_count(value); i++)
			if (!add_filter(r, &all, name, json_at(value, i))) return false;
	}
	q->filters = all.v.p;
	q->nfilters = all.v.n;
	return true;
}

static bool read_query(struct reader *r, const struct json_node *object, size_t place, struct chart_query *q)
{
	*q = chart_query_begin();
	(void)snprintf(r->place, sizeof r->place, "queries[%zu].", place);
	if (json_kind(object) != JSON_OBJECT) return wrong(r, "", "an object is expected");
	const struct json_node *config = json_get(object, "config"), *charts = json_get(object, "charts");
	struct str dataset = json_text(json_get(config, "dataset"));
	if (!is_silent(config) && json_kind(config) != JSON_OBJECT) return wrong(r, "config", "an object is expected");
	if (!read_members(r, PART_QUERY, object, q) || !read_filters(r, json_get(config, "options"), q)) return false;
	if (dataset.n > 200) return wrong(r, "config.dataset", "the id of a dataset is expected");
	q->dataset = arena_str(r->arena, dataset);
	if (json_kind(charts) != JSON_ARRAY || !json_count(charts) || json_count(charts) > CHART_SERIES)
		return wrong(r, "charts", "a list of 1 to 12 series is expected");
	struct chart_series *series = arena_array(r->arena, struct chart_series, json_count(charts));
	for (size_t i = 0; i < json_count(charts); i++) {
		(void)snprintf(r->place, sizeof r->place, "queries[%zu].charts[%zu].", place, i);
		if (!read_series(r, json_at(charts, i), &series[i])) return false;
	}
	q->series = series;
	q->nseries = json_count(charts);
	return true;
}

static bool read_chart(struct reader *r, const struct json_node *root, struct chart *out)
{
	struct chart c = { 0 };
	const struct json_node *queries = json_get(root, "queries");
	if (json_kind(root) != JSON_OBJECT) return wrong(r, "", "The chart is not a JSON object");
	if (!read_members(r, PART_CHART, root, &c)) return false;
	if (str_eq(json_text(json_get(root, "singleAxisScale")), STR("logarithmic"))) c.logarithmic = true;
	if (json_kind(queries) != JSON_ARRAY || !json_count(queries) || json_count(queries) > CHART_QUERIES)
		return wrong(r, "queries", "a list of 1 to 8 queries is expected");
	struct chart_query *all = arena_array(r->arena, struct chart_query, json_count(queries));
	for (size_t i = 0; i < json_count(queries); i++)
		if (!read_query(r, json_at(queries, i), i, &all[i])) return false;
	c.queries = all;
	c.nqueries = json_count(queries);
	*out = c;
	return true;
}

/* Either alphabet, padded or not; a "+" that an address turned into a blank is a "+". */
static bool decode(struct arena *a, struct str text, struct str *out)
{
	auto_buf b = BUF_INIT(4 * CHART_JSON_BYTES);
	while (str_ends(text, STR("="))) text.n--;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		buf_put_char(&b, c == '+' || c == ' ' ? '-' : c == '/' ? '_' : c);
	}
	return !b.over && crypt_base64url_decode(a, buf_str(&b), out);
}

bool chart_read(struct arena *a, struct str text, struct chart *out, struct err *e)
{
	struct reader r = { .arena = a, .e = e };
	struct str json = str_trim(text);
	auto_json *doc = NULL;
	struct err broken = { 0 };
	if (!str_starts(json, STR("{")) && !decode(a, json, &json))
		return err_set(e, ERR_PARAMETER, "The chart is neither JSON nor base64 of JSON.");
	if (json.n > CHART_JSON_BYTES) return err_set(e, ERR_PARAMETER, "The chart is longer than %d bytes.", CHART_JSON_BYTES);
	if (!text_is_utf8(json)) return err_set(e, ERR_PARAMETER, "The chart is not UTF-8.");
	if (!json_read(json, &doc, &broken)) {
		/* What it quotes of the text may end within a character. */
		struct str why = str_of(broken.pub);
		ptrdiff_t bad = text_utf8_error(why);
		why = text_cut(bad < 0 ? why : str_sub(why, 0, (size_t)bad), 300);
		return err_set(e, ERR_PARAMETER, "The chart is not JSON: %.*s", STR_ARG(why));
	}
	return read_chart(&r, json_root(doc), out);
}

/* --- printing ------------------------------------------------------------------------------------------------------ */

static void put_number(struct json_out *j, const char *name, double v)
{
	json_key(j, str_of(name));
	json_value(j);
	text_put_double_plain(j->b, isfinite(v) ? v : 0);
}

static void put_word(struct json_out *j, const char *name, struct str word)
{
	json_key(j, str_of(name));
	json_put(j, word);
}

static void put_member(struct json_out *j, const struct chart_member *m, const char *at, const char *first)
{
	struct str text = STR("");
	bool flag;
	int64_t whole;
	double number;
	switch (m->kind) {
	case MEMBER_TEXT:
	case MEMBER_SORT:
	case MEMBER_COLOR:
		memcpy(&text, at, sizeof text);
		if (text.n) put_word(j, m->name, text);
		return;
	case MEMBER_FLAG:
	case MEMBER_UNLESS:
		memcpy(&flag, at, sizeof flag);
		if (!flag) return;
		json_key(j, str_of(m->name));
		json_put_bool(j, m->kind == MEMBER_FLAG);
		return;
	case MEMBER_NUMBER:
	case MEMBER_PERCENT:
	case MEMBER_GIVEN:
		memcpy(&number, at, sizeof number);
		if (memcmp(at, first, sizeof number) != 0) put_number(j, m->name, number);
		return;
	case MEMBER_WHOLE:
	case MEMBER_POINTS:
	case MEMBER_BINS:
	case MEMBER_HOLE:
		memcpy(&whole, at, sizeof whole);
		if (memcmp(at, first, sizeof whole) == 0) return;
		json_key(j, str_of(m->name));
		json_put_int(j, whole);
		return;
	case MEMBER_TYPE: put_word(j, m->name, str_of(chart_types[*(const enum chart_type *)(const void *)at].word)); return;
	case MEMBER_FUNCTION: put_word(j, m->name, str_of(chart_functions[*(const enum chart_function *)(const void *)at].word)); return;
	case MEMBER_SCALE:
		text = str_of(chart_scales[*(const enum chart_scale *)(const void *)at].word);
		if (text.n) put_word(j, m->name, text);
		return;
	case MEMBER_STACK:
		text = str_of(chart_stack_words[*(const enum chart_stack *)(const void *)at]);
		if (text.n) put_word(j, m->name, text);
		return;
	}
}

/* `first` is the struct before anything is said: what is as there is left out. */
static void put_members(struct json_out *j, enum chart_object part, const void *from, const void *first)
{
	size_t n;
	const struct chart_member *members = chart_members(part, &n);
	for (size_t i = 0; i < n; i++) {
		const char *at = (const char *)from + members[i].at;
		if (members[i].kind == MEMBER_GIVEN) {
			const struct chart_series *s = from;
			bool given = members[i].at == offsetof(struct chart_series, min) ? s->has_min
				: members[i].at == offsetof(struct chart_series, max) ? s->has_max : s->has_step;
			double v;
			memcpy(&v, at, sizeof v);
			if (given) put_number(j, members[i].name, v);
			continue;
		}
		put_member(j, &members[i], at, (const char *)first + members[i].at);
	}
}

static void put_end(struct json_out *j, enum chart_function f, double quantile)
{
	json_open(j, '{');
	put_word(j, "func", str_of(chart_functions[f].word));
	if (f == CHART_QUANTILES) put_number(j, "subsets", quantile);
	json_close(j, '}');
}

static void put_series(struct json_out *j, const struct chart_series *s)
{
	struct chart_series first = chart_series_begin();
	json_open(j, '{');
	put_members(j, PART_SERIES, s, &first);
	if (s->nthresholds) {
		json_key(j, STR("thresholds"));
		json_open(j, '[');
		for (size_t i = 0; i < s->nthresholds; i++) {
			json_open(j, '{');
			put_number(j, "value", s->thresholds[i].value);
			put_word(j, "color", s->thresholds[i].color);
			json_close(j, '}');
		}
		json_close(j, ']');
	}
	if (chart_types[s->type].numbers == 2) {
		json_key(j, STR("charts"));
		json_open(j, '[');
		put_end(j, s->low, s->low_quantile);
		put_end(j, s->high, s->high_quantile);
		json_close(j, ']');
	}
	json_close(j, '}');
}

/* Names that stand several times become a list; they need not stand together. */
static void put_filters(struct json_out *j, const struct chart_query *q)
{
	json_open(j, '{');
	for (size_t i = 0; i < q->nfilters; i++) {
		size_t same = 0;
		bool before = false;
		for (size_t k = 0; k < q->nfilters; k++) {
			bool is = str_eq(q->filters[k].name, q->filters[i].name);
			same += is;
			before = before || (is && k < i);
		}
		if (before) continue;
		json_key(j, q->filters[i].name);
		if (same > 1) json_open(j, '[');
		for (size_t k = i; k < q->nfilters; k++)
			if (str_eq(q->filters[k].name, q->filters[i].name)) json_put(j, q->filters[k].value);
		if (same > 1) json_close(j, ']');
	}
	json_close(j, '}');
}

static void put_query(struct json_out *j, const struct chart_query *q)
{
	struct chart_query first = chart_query_begin();
	json_open(j, '{');
	json_key(j, STR("config"));
	json_open(j, '{');
	put_word(j, "dataset", q->dataset);
	json_key(j, STR("options"));
	put_filters(j, q);
	json_close(j, '}');
	put_members(j, PART_QUERY, q, &first);
	json_key(j, STR("charts"));
	json_open(j, '[');
	for (size_t i = 0; i < q->nseries; i++) put_series(j, &q->series[i]);
	json_close(j, ']');
	json_close(j, '}');
}

void chart_put_member(struct json_out *j, const struct chart *c)
{
	struct chart first = { 0 };
	json_open(j, '{');
	json_key(j, STR("queries"));
	json_open(j, '[');
	for (size_t i = 0; i < c->nqueries; i++) put_query(j, &c->queries[i]);
	json_close(j, ']');
	put_members(j, PART_CHART, c, &first);
	json_close(j, '}');
}

void chart_put_json(struct buf *b, const struct chart *c)
{
	struct json_out j = JSON_OUT(b);
	chart_put_member(&j, c);
}

struct str chart_address(struct arena *a, const struct chart *c)
{
	auto_buf json = BUF_INIT(4 * CHART_JSON_BYTES);
	auto_buf out = BUF_INIT(8 * CHART_JSON_BYTES);
	chart_put_json(&json, c);
	crypt_put_base64url(&out, buf_str(&json));
	return arena_str(a, buf_str(&out));
}
