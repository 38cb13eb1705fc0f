/* Printing a map: what is as it would be anyway is left out. */
#include <string.h>
#include "atlas/inside.h"
#include "json/json.h"
#include "text/text.h"

static void put_number(struct json_out *j, double v)
{
	json_value(j);
	text_put_double_plain(j->b, v);
}

static void put_numbers(struct json_out *j, const double *p, size_t n)
{
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) put_number(j, p[i]);
	json_close(j, ']');
}

static void put_texts(struct json_out *j, const struct str *p, size_t n)
{
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) json_put(j, p[i]);
	json_close(j, ']');
}

static void put_categories(struct json_out *j, const struct atlas_color *p, size_t n)
{
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		json_member(j, "value", p[i].value);
		json_member(j, "color", p[i].color);
		if (p[i].icon.n) json_member(j, "icon", p[i].icon);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static bool is_first(const struct atlas_parameter *p, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(p[k].name, p[i].name)) return false;
	return true;
}

/* Values of one name together, a list where there are several. */
static void put_parameters(struct json_out *j, const struct atlas_parameter *p, size_t n)
{
	json_open(j, '{');
	for (size_t i = 0; i < n; i++) {
		size_t same = 0;
		if (!is_first(p, i)) continue;
		for (size_t k = i; k < n; k++) same += str_eq(p[k].name, p[i].name);
		json_key(j, p[i].name);
		if (same > 1) json_open(j, '[');
		for (size_t k = i; k < n; k++)
			if (str_eq(p[k].name, p[i].name)) json_put(j, p[k].value);
		if (same > 1) json_close(j, ']');
	}
	json_close(j, '}');
}

static void put_list(struct json_out *j, const struct member *m, const void *list, size_t n)
{
	if (!n) return;
	json_key(j, str_of(m->name));
	if (m->kind == MEMBER_NUMBERS) put_numbers(j, list, n);
	else if (m->kind == MEMBER_CATEGORIES) put_categories(j, list, n);
	else if (m->kind == MEMBER_PARAMETERS) put_parameters(j, list, n);
	else put_texts(j, list, n);
}

static void put_scalar(struct json_out *j, const struct member *m, double v)
{
	if (v == m->otherwise) return;
	json_key(j, str_of(m->name));
	if (m->kind == MEMBER_FLAG) json_put_bool(j, v != 0);
	else if (m->kind == MEMBER_WORD) json_put(j, str_of(m->words[(int)v]));
	else put_number(j, v);
}

static void put_member(struct json_out *j, const struct member *m, const char *object)
{
	const void *at = object + m->at;
	const void *list;
	switch (m->kind) {
	case MEMBER_TEXT: case MEMBER_COLOR:
		if (!((const struct str *)at)->n) return;
		json_key(j, str_of(m->name));
		json_put(j, *(const struct str *)at);
		return;
	case MEMBER_NUMBER: put_scalar(j, m, *(const double *)at); return;
	case MEMBER_WHOLE: case MEMBER_WORD: put_scalar(j, m, *(const int *)at); return;
	case MEMBER_FLAG: put_scalar(j, m, *(const bool *)at); return;
	case MEMBER_RANGE: case MEMBER_NUMBERS: case MEMBER_TEXTS: case MEMBER_COLORS: case MEMBER_CATEGORIES: case MEMBER_PARAMETERS:
		memcpy(&list, at, sizeof list);
		if (m->kind != MEMBER_RANGE) {
			put_list(j, m, list, *(const size_t *)(const void *)(object + m->count_at));
		} else if (list) {
			json_key(j, str_of(m->name));
			put_numbers(j, list, 2);
		}
	}
}

static void put_members(struct json_out *j, const struct member *rows, const void *object)
{
	for (const struct member *m = rows; m->name; m++) put_member(j, m, object);
}

static bool has_default_controls(const struct atlas *m)
{
	struct atlas fresh;
	atlas_init(&fresh);
	return memcmp(&fresh.controls, &m->controls, sizeof fresh.controls) == 0;
}

void atlas_put_json(struct buf *b, const struct atlas *m)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	put_members(&j, atlas_members, m);
	if (m->has_location) {
		json_key(&j, STR("location"));
		json_open(&j, '{');
		json_key(&j, STR("zoom"));
		put_number(&j, m->zoom);
		json_key(&j, STR("lat"));
		put_number(&j, m->lat);
		json_key(&j, STR("lon"));
		put_number(&j, m->lon);
		json_close(&j, '}');
	}
	if (!has_default_controls(m)) {
		json_key(&j, STR("controls"));
		json_open(&j, '{');
		put_members(&j, atlas_control_members, m);
		json_close(&j, '}');
	}
	if (m->ngroups) {
		json_key(&j, STR("groups"));
		json_open(&j, '[');
		for (size_t i = 0; i < m->ngroups; i++) {
			json_open(&j, '{');
			put_members(&j, atlas_group_members, &m->groups[i]);
			json_close(&j, '}');
		}
		json_close(&j, ']');
	}
	json_key(&j, STR("layers"));
	json_open(&j, '[');
	for (size_t i = 0; i < m->nlayers; i++) {
		json_open(&j, '{');
		put_members(&j, atlas_layer_members, &m->layers[i]);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
}

struct str atlas_parameters(struct arena *a, const struct atlas_layer *l)
{
	auto_buf b = BUF_INIT(ATLAS_BYTES * 4);
	for (size_t i = 0; i < l->nparameters; i++) {
		if (i) buf_put_char(&b, '&');
		text_put_url(&b, l->parameters[i].name);
		buf_put_char(&b, '=');
		text_put_url(&b, l->parameters[i].value);
	}
	return arena_str(a, buf_str(&b));
}
