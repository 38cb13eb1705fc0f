/* Reading a map: every member is looked up in the rows of its object, checked, and named when it is wrong. */
#include <math.h>
#include <string.h>
#include "atlas/inside.h"
#include "json/json.h"
#include "text/text.h"

enum { PLACE_BYTES = 120, SHOWN = 60 };

struct reader {
	struct arena *arena;
	struct err *e;
};

static bool wrong(const struct reader *r, const char *place, const char *expected)
{
	return err_set(r->e, ERR_PARAMETER, "%s: %s.", place, expected);
}

static bool is_color(struct str s)
{
	if ((s.n != 4 && s.n != 7) || s.p[0] != '#') return false;
	for (size_t i = 1; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) return false;
	}
	return true;
}

static struct str place_in(struct arena *a, const char *place, const char *name)
{
	return arena_printf(a, "%s%s%s", place, place[0] ? "." : "", name);
}

static bool read_text(const struct reader *r, const char *place, const struct json_node *n, size_t most, struct str *out)
{
	if (json_kind(n) != JSON_TEXT) return wrong(r, place, "a text is expected");
	if (json_text(n).n > most)
		return err_set(r->e, ERR_PARAMETER, "%s: at most %zu bytes are expected, and there are %zu.", place, most, json_text(n).n);
	*out = arena_str(r->arena, json_text(n));
	return true;
}

static bool read_color(const struct reader *r, const char *place, const struct json_node *n, struct str *out)
{
	struct str s = json_text(n);
	if (json_kind(n) != JSON_TEXT || (s.n && !is_color(s))) return wrong(r, place, "a colour is expected, \"#rrggbb\"");
	*out = arena_str(r->arena, s);
	return true;
}

static bool is_number(const struct json_node *n)
{
	return (json_kind(n) == JSON_INT || json_kind(n) == JSON_REAL) && isfinite(json_real(n, NAN));
}

static bool read_bounded(const struct reader *r, const char *place, const struct member *m, const struct json_node *n, double *out)
{
	bool whole = m->kind == MEMBER_WHOLE;
	*out = json_real(n, NAN);
	if (is_number(n) && *out >= m->low && *out <= m->high && (!whole || *out == floor(*out))) return true;
	return err_set(r->e, ERR_PARAMETER, "%s: a %snumber from %g to %g is expected.", place, whole ? "whole " : "", m->low, m->high);
}

static bool read_word(const struct reader *r, const char *place, const struct member *m, const struct json_node *n, int *out)
{
	auto_buf b = BUF_INIT(400);
	for (int i = 0; m->words[i]; i++) {
		if (json_kind(n) == JSON_TEXT && str_eq(json_text(n), str_of(m->words[i]))) {
			*out = i;
			return true;
		}
		buf_printf(&b, "%s\"%s\"", i ? ", " : "", m->words[i]);
	}
	return err_set(r->e, ERR_PARAMETER, "%s: one of %.*s is expected.", place, STR_ARG(buf_str(&b)));
}

/* --- lists ------------------------------------------------------------------------------------------- */

static bool is_list(const struct reader *r, const char *place, const struct member *m, const struct json_node *n)
{
	if (json_kind(n) != JSON_ARRAY) return wrong(r, place, "a list is expected");
	if ((double)json_count(n) <= m->high) return true;
	return err_set(r->e, ERR_PARAMETER, "%s: at most %.0f are expected, and there are %zu.", place, m->high, json_count(n));
}

static bool read_numbers(const struct reader *r, const char *place, const struct json_node *n, const double **out, size_t *count)
{
	double *p = arena_array(r->arena, double, json_count(n) + 1);
	for (size_t i = 0; i < json_count(n); i++) {
		p[i] = json_real(json_at(n, i), NAN);
		if (!is_number(json_at(n, i)) || (i && p[i] <= p[i - 1])) return wrong(r, place, "numbers are expected, each above the one before");
	}
	*out = p;
	*count = json_count(n);
	return true;
}

static bool read_texts(const struct reader *r, const char *place, const struct json_node *n, bool colors, const struct str **out, size_t *count)
{
	struct str *p = arena_array(r->arena, struct str, json_count(n) + 1);
	for (size_t i = 0; i < json_count(n); i++) {
		const char *at = arena_printf(r->arena, "%s[%zu]", place, i).p;
		if (colors ? !read_color(r, at, json_at(n, i), &p[i]) : !read_text(r, at, json_at(n, i), 200, &p[i])) return false;
		if (!p[i].n) return wrong(r, at, colors ? "a colour is expected, \"#rrggbb\"" : "it may not be empty");
	}
	*out = p;
	*count = json_count(n);
	return true;
}

static bool read_categories(const struct reader *r, const char *place, const struct json_node *n, const struct atlas_color **out, size_t *count)
{
	struct atlas_color *p = arena_array(r->arena, struct atlas_color, json_count(n) + 1);
	for (size_t i = 0; i < json_count(n); i++) {
		const char *at = arena_printf(r->arena, "%s[%zu]", place, i).p;
		const struct json_node *one = json_at(n, i);
		const struct json_node *icon = json_get(one, "icon");
		bool has_icon = json_kind(icon) != JSON_ABSENT;
		if (json_kind(one) != JSON_OBJECT || json_count(one) != (has_icon ? 3 : 2))
			return wrong(r, at, "{\"value\": …, \"color\": \"#rrggbb\"} is expected, and an \"icon\" if need be");
		if (!read_text(r, place_in(r->arena, at, "value").p, json_get(one, "value"), 500, &p[i].value) ||
		    !read_color(r, place_in(r->arena, at, "color").p, json_get(one, "color"), &p[i].color) ||
		    (has_icon && !read_text(r, place_in(r->arena, at, "icon").p, icon, 60, &p[i].icon)))
			return false;
	}
	*out = p;
	*count = json_count(n);
	return true;
}

struct parameters { VEC(struct atlas_parameter) v; };

static bool read_parameters(const struct reader *r, const char *place, const struct member *m, const struct json_node *n,
                            const struct atlas_parameter **out, size_t *count)
{
	struct parameters all = { 0 };
	struct str key;
	const struct json_node *value;
	if (json_kind(n) != JSON_OBJECT) return wrong(r, place, "an object is expected, {\"refine.city\": \"Paris\"}");
	for (size_t at = 0; json_each(n, &at, &key, &value);) {
		bool many = json_kind(value) == JSON_ARRAY;
		const char *where = arena_printf(r->arena, "%s.%.*s", place, STR_ARG(text_cut(key, SHOWN))).p;
		for (size_t i = 0; i < (many ? json_count(value) : 1); i++) {
			struct atlas_parameter p = { .name = arena_str(r->arena, key) };
			if (!read_text(r, where, many ? json_at(value, i) : value, 4000, &p.value)) return false;
			vec_push(r->arena, &all.v, p);
		}
		if ((double)all.v.n > m->high) return err_set(r->e, ERR_PARAMETER, "%s: at most %.0f values are expected.", place, m->high);
	}
	*out = all.v.p;
	*count = all.v.n;
	return true;
}

/* --- objects ----------------------------------------------------------------------------------------- */

static bool read_list(const struct reader *r, const char *place, const struct member *m, const struct json_node *n, char *object)
{
	void *at = object + m->at;
	size_t *count = (void *)(object + m->count_at);
	if (m->kind == MEMBER_PARAMETERS) return read_parameters(r, place, m, n, at, count);
	if (!is_list(r, place, m, n)) return false;
	if (m->kind == MEMBER_NUMBERS) return read_numbers(r, place, n, at, count);
	if (m->kind == MEMBER_CATEGORIES) return read_categories(r, place, n, at, count);
	return read_texts(r, place, n, m->kind == MEMBER_COLORS, at, count);
}

static bool read_range(const struct reader *r, const char *place, const struct json_node *n, char *object, const struct member *m)
{
	size_t count = 0;
	const double *p = NULL;
	if (json_kind(n) != JSON_ARRAY || json_count(n) != 2) return wrong(r, place, "two numbers are expected, [low, high]");
	if (!read_numbers(r, place, n, &p, &count)) return false;
	memcpy(object + m->at, &p, sizeof p);
	return true;
}

static bool read_member(const struct reader *r, const char *place, const struct member *m, const struct json_node *n, char *object)
{
	void *at = object + m->at;
	double number;
	switch (m->kind) {
	case MEMBER_TEXT: return read_text(r, place, n, (size_t)m->high, at);
	case MEMBER_COLOR: return read_color(r, place, n, at);
	case MEMBER_WORD: return read_word(r, place, m, n, at);
	case MEMBER_NUMBER: return read_bounded(r, place, m, n, at);
	case MEMBER_WHOLE:
		if (!read_bounded(r, place, m, n, &number)) return false;
		*(int *)at = (int)number;
		return true;
	case MEMBER_FLAG:
		if (json_kind(n) != JSON_BOOL) return wrong(r, place, "true or false is expected");
		*(bool *)at = json_bool(n, false);
		return true;
	case MEMBER_RANGE: return read_range(r, place, n, object, m);
	case MEMBER_NUMBERS: case MEMBER_TEXTS: case MEMBER_COLORS: case MEMBER_CATEGORIES: case MEMBER_PARAMETERS:
		return read_list(r, place, m, n, object);
	}
	return false;
}

/* `more`: names of members that are read elsewhere, ending with NULL. */
static bool read_object(const struct reader *r, const char *place, const struct member *rows, const char *const *more,
                        const struct json_node *n, void *object)
{
	struct str key;
	const struct json_node *value;
	if (json_kind(n) != JSON_OBJECT) return wrong(r, place[0] ? place : "the map", "an object is expected");
	member_init(rows, object);
	for (size_t at = 0; json_each(n, &at, &key, &value);) {
		const struct member *m = rows;
		bool known = false;
		while (m->name && !str_eq(key, str_of(m->name))) m++;
		for (size_t i = 0; more && more[i]; i++) known |= str_eq(key, str_of(more[i]));
		if (known || (m->name && json_kind(value) == JSON_NULL)) continue;
		const char *where = place_in(r->arena, place, arena_cstr(r->arena, text_cut(key, SHOWN))).p;
		if (!m->name) return wrong(r, where, "there is no such member");
		if (!read_member(r, where, m, value, object)) return false;
	}
	return true;
}

bool member_read(struct arena *a, const char *place, const struct member *rows, const char *const *more, const struct json_node *n, void *object,
                 struct err *e)
{
	struct reader r = { .arena = a, .e = e };
	return read_object(&r, place, rows, more, n, object);
}

static bool read_layer(const struct reader *r, const struct atlas *m, const char *place, const struct json_node *n, struct atlas_layer *out)
{
	if (!read_object(r, place, atlas_layer_members, NULL, n, out)) return false;
	if (!out->dataset.n) return wrong(r, place_in(r->arena, place, "dataset").p, "the id of a dataset is expected");
	if (out->source.n && !str_starts(out->source, STR("https://")) && !str_starts(out->source, STR("http://")))
		return wrong(r, place_in(r->arena, place, "source").p, "an origin is expected, \"https://data.example\"");
	if (out->group >= (int)m->ngroups) return wrong(r, place_in(r->arena, place, "group").p, "the place of one of groups is expected, from 0");
	if (out->zoom_min > out->zoom_max) return wrong(r, place_in(r->arena, place, "zoomMin").p, "it may not be above zoomMax");
	if (out->size_min > out->size_max) return wrong(r, place_in(r->arena, place, "sizeMin").p, "it may not be above sizeMax");
	return out->scale != ATLAS_CUSTOM || out->nbounds ||
	       wrong(r, place_in(r->arena, place, "bounds").p, "the scale \"custom\" needs bounds between classes");
}

static bool read_location(const struct reader *r, const struct json_node *n, struct atlas *m)
{
	static const struct { const char *name; double low, high; } rows[] = { { "zoom", 0, 22 }, { "lat", -90, 90 }, { "lon", -180, 180 } };
	double *const out[] = { &m->zoom, &m->lat, &m->lon };
	if (json_kind(n) == JSON_ABSENT || json_kind(n) == JSON_NULL) return true;
	if (json_kind(n) != JSON_OBJECT || json_count(n) != 3) return wrong(r, "location", "{\"zoom\": …, \"lat\": …, \"lon\": …} is expected");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct member bounds = { .kind = MEMBER_NUMBER, .low = rows[i].low, .high = rows[i].high };
		if (!read_bounded(r, place_in(r->arena, "location", rows[i].name).p, &bounds, json_get(n, rows[i].name), out[i])) return false;
	}
	m->has_location = true;
	return true;
}

/* The list called `name`, or nothing when it is not given. */
static bool count_list(const struct reader *r, const struct json_node *root, const char *name, size_t most, size_t *n)
{
	const struct json_node *list = json_get(root, name);
	const struct member bounds = { .high = (double)most };
	*n = json_count(list);
	return json_kind(list) == JSON_ABSENT || is_list(r, name, &bounds, list);
}

static bool read_map(const struct reader *r, const struct json_node *root, struct atlas *m)
{
	static const char *const more[] = { "location", "controls", "groups", "layers", NULL };
	const struct json_node *controls = json_get(root, "controls");
	if (!read_object(r, "", atlas_members, more, root, m) || !read_location(r, json_get(root, "location"), m)) return false;
	if (controls && !read_object(r, "controls", atlas_control_members, NULL, controls, m)) return false;
	if (!count_list(r, root, "groups", ATLAS_GROUPS, &m->ngroups) || !count_list(r, root, "layers", ATLAS_LAYERS, &m->nlayers)) return false;
	m->groups = arena_array(r->arena, struct atlas_group, m->ngroups + 1);
	m->layers = arena_array(r->arena, struct atlas_layer, m->nlayers + 1);
	for (size_t i = 0; i < m->ngroups; i++) {
		const char *place = arena_printf(r->arena, "groups[%zu]", i).p;
		if (!read_object(r, place, atlas_group_members, NULL, json_at(json_get(root, "groups"), i), &m->groups[i])) return false;
	}
	for (size_t i = 0; i < m->nlayers; i++) {
		const char *place = arena_printf(r->arena, "layers[%zu]", i).p;
		if (!read_layer(r, m, place, json_at(json_get(root, "layers"), i), &m->layers[i])) return false;
	}
	return true;
}

bool atlas_read(struct arena *a, struct str json, struct atlas *out, struct err *e)
{
	auto_json *doc = NULL;
	struct reader r = { .arena = a, .e = e };
	atlas_init(out);
	if (json.n > ATLAS_BYTES) return err_set(e, ERR_PARAMETER, "A map has at most %d bytes; this one has %zu.", ATLAS_BYTES, json.n);
	return json_read(json, &doc, e) && read_map(&r, json_root(doc), out);
}
