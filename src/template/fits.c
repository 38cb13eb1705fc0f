/* Whether values fit the fields they are meant for. What a form asks for and what the API refuses is the same. */
#include "template/inside.h"
#include "clock/clock.h"
#include "text/text.h"

static bool expected(struct buf *why, const char *what)
{
	buf_printf(why, "expected %s", what);
	return false;
}

static bool is_one(const struct template_field *f, const struct json_node *v, struct buf *why)
{
	if (json_kind(v) != JSON_TEXT) return expected(why, "a text");
	if (!template_is_choice(f->kind) || !f->nchoices || f->open || !json_text(v).n) return true;
	for (size_t i = 0; i < f->nchoices; i++)
		if (str_eq(f->choices[i].value, json_text(v))) return true;
	buf_printf(why, "\"%.*s\" is not one of its choices", STR_ARG(str_sub(json_text(v), 0, 100)));
	return false;
}

/* Whoever reads the address from here may make a link of it: what a browser would run is none. Browsers pass over blanks and control characters
 * before and in a scheme. */
static bool acts(struct str s)
{
	static const char *const schemes[] = { "javascript:", "vbscript:", "data:" };
	enum { LONGEST = 12 };
	char head[LONGEST];
	size_t n = 0;
	for (size_t i = 0; i < s.n && n < sizeof head; i++)
		if ((unsigned char)s.p[i] > ' ') head[n++] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 'a' - 'A') : s.p[i];
	for (size_t i = 0; i < COUNT_OF(schemes); i++)
		if (str_starts(str_make(head, n), str_of(schemes[i]))) return true;
	return false;
}

bool template_is_web(struct str s)
{
	size_t scheme = str_starts(s, STR("https://")) ? 8 : str_starts(s, STR("http://")) ? 7 : 0;
	if (!scheme || s.n == scheme || s.p[scheme] == '/' || s.p[scheme] == '.') return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || strchr("<>\"\\", s.p[i])) return false;
	return true;
}

static bool is_when(const struct json_node *v)
{
	struct clock_text when;
	return json_kind(v) == JSON_TEXT && (!json_text(v).n || clock_parse(json_text(v), &when));
}

static bool is_number(const struct json_node *v, bool whole)
{
	double d;
	int64_t i;
	enum json_kind k = json_kind(v);
	if (k == JSON_TEXT) return !json_text(v).n || (whole ? text_to_int(json_text(v), &i) : text_to_double(json_text(v), &d));
	return k == JSON_INT || (k == JSON_REAL && !whole);
}

static bool is_list(const struct template_field *f, const struct json_node *v, struct buf *why)
{
	if (json_kind(v) == JSON_TEXT) return is_one(f, v, why);
	if (json_kind(v) != JSON_ARRAY) return expected(why, "a list of texts");
	for (size_t i = 0; i < json_count(v); i++)
		if (!is_one(f, json_at(v, i), why)) return false;
	return true;
}

bool template_fits(const struct template_field *f, const struct json_node *v, struct buf *why)
{
	enum json_kind k = json_kind(v);
	if (k == JSON_ABSENT || k == JSON_NULL || f->any) return true;
	if (template_is_list(f->kind)) return is_list(f, v, why);
	switch (f->kind) {
	case TEMPLATE_BOOLEAN:
		return k == JSON_BOOL || str_eq(json_text(v), STR("true")) || str_eq(json_text(v), STR("false")) || expected(why, "true or false");
	case TEMPLATE_INT: return is_number(v, true) || expected(why, "a whole number");
	case TEMPLATE_DOUBLE: return is_number(v, false) || expected(why, "a number");
	case TEMPLATE_DATE:
	case TEMPLATE_DATETIME: return is_when(v) || expected(why, "a date as 2026-11-22");
	case TEMPLATE_GEO_SHAPE: return k == JSON_OBJECT || k == JSON_TEXT || expected(why, "a GeoJSON geometry");
	case TEMPLATE_TEXT:
	case TEMPLATE_LONGSTRING:
	case TEMPLATE_HTML:
	case TEMPLATE_ENUM:
	case TEMPLATE_URI_ENUM:
	case TEMPLATE_GEO_AREA:
	case TEMPLATE_MULTITEXT:
	case TEMPLATE_LIST:
	case TEMPLATE_ENUMLIST:
	case TEMPLATE_URI_ENUMLIST:
	case TEMPLATE_KINDS: break;
	}
	if (!is_one(f, v, why)) return false;
	if (f->address && acts(json_text(v))) return expected(why, "the address of a page, as https://data.example.org/about");
	return !f->zone || !json_text(v).n || clock_zone_or_null(json_text(v)) || expected(why, "a time zone as Europe/Paris");
}

static void check_field(const struct tenant *t, const struct template_field *f, const struct json_node *values, struct str place,
                        void (*fault)(void *arg, struct str place, struct str sentence), void *arg)
{
	auto_arena a = ARENA_INIT;
	struct str lang;
	const struct json_node *v;
	(void)t;
	if (json_kind(values) != JSON_OBJECT) {
		fault(arg, place, STR("expected an object by language, as {\"\": value}"));
		return;
	}
	for (size_t at = 0; json_each(values, &at, &lang, &v);) {
		auto_buf why = BUF_INIT(1000);
		struct str here = lang.n ? arena_printf(&a, "%.*s/%.*s", STR_ARG(place), STR_ARG(lang)) : place;
		if (lang.n && !f->i18n) fault(arg, here, STR("this value is the same in every language"));
		else if (!template_fits(f, v, &why)) fault(arg, here, buf_str(&why));
	}
}

void template_check(const struct tenant *t, const struct json_node *metadata, void (*fault)(void *arg, struct str place, struct str sentence), void *arg)
{
	auto_arena a = ARENA_INIT;
	const struct template_set *list;
	size_t n = template_list(t, i18n_english(), STR("en"), &a, &list);
	struct str name, field;
	const struct json_node *set, *values;
	for (size_t at = 0; json_each(metadata, &at, &name, &set);) {
		const struct template_set *known = template_find_or_null(list, n, name);
		if (!known) {
			fault(arg, arena_printf(&a, "metadata/%.*s", STR_ARG(name)), STR("there is no template of this name"));
			continue;
		}
		for (size_t k = 0; json_each(set, &k, &field, &values);) {
			struct str place = arena_printf(&a, "metadata/%.*s/%.*s", STR_ARG(name), STR_ARG(field));
			const struct template_field *f = template_field_or_null(known, field);
			if (f) check_field(t, f, values, place, fault, arg);
			else fault(arg, place, STR("the template has no such field"));
		}
	}
}
