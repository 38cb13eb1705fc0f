/* A posted form as values of a template: the page that saves them and the one that only shows them read the same. */
#include "template/inside.h"
#include <stdlib.h>

struct form { const struct httpd_pair *pairs; size_t n; struct arena *arena; };

static struct str value_or_none(const struct form *f, struct str name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, name)) return f->pairs[i].value;
	return STR("");
}

/* Boxes of one name that are kept as one text: with commas between. */
static struct str joined(const struct form *f, struct str name)
{
	struct str all = STR("");
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, name)) all = all.n ? arena_printf(f->arena, "%.*s,%.*s", STR_ARG(all), STR_ARG(f->pairs[i].value)) : f->pairs[i].value;
	return all;
}

static bool is_there(const struct form *f, struct str name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, name)) return true;
	return false;
}

/* One value of a list and where the form wants it. */
struct placed { struct str value; int64_t at; size_t came; };

static int by_place(const void *x, const void *y)
{
	const struct placed *a = x, *b = y;
	return a->at != b->at ? (a->at < b->at ? -1 : 1) : a->came < b->came ? -1 : 1;
}

/* Ticked boxes, ordered by the numbers beside them ("at.NAME.VALUE"), or one text with commas. */
static void put_list(struct json_out *j, const struct form *f, struct str name, struct str box, size_t *count)
{
	struct placed *list = arena_array(f->arena, struct placed, f->n + 500);
	struct str part;
	size_t n = 0;
	for (size_t i = 0; i < f->n; i++) {
		if (!str_eq(f->pairs[i].name, box)) continue;
		for (struct str rest = f->pairs[i].value; rest.n && n < f->n + 499 && str_cut(&rest, ',', &part);) {
			struct placed *p = &list[n];
			if (!str_trim(part).n) continue;
			*p = (struct placed){ str_trim(part), INT64_MAX, n };
			if (!str_to_int(value_or_none(f, arena_printf(f->arena, "at.%.*s.%.*s", STR_ARG(name), STR_ARG(p->value))), &p->at)) p->at = INT64_MAX;
			n++;
		}
	}
	qsort(list, n, sizeof *list, by_place);
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) json_put(j, list[i].value);
	json_close(j, ']');
	*count = n;
}

static bool put_value(struct buf *b, const struct form *f, const struct template_field *field, struct str box, bool inverted)
{
	struct json_out j = JSON_OUT(b);
	struct str text = value_or_none(f, box);
	size_t n = 0;
	if (field->kind == TEMPLATE_BOOLEAN) {
		bool on = is_there(f, box) && !str_eq(text, STR("off")) && !str_eq(text, STR("false"));
		if (on == inverted) return false;
		json_put_bool(&j, true);
		return true;
	}
	if (template_is_list(field->kind)) {
		put_list(&j, f, field->name, box, &n);
		return n > 0;
	}
	if (field->kind == TEMPLATE_TEXT) text = joined(f, box);
	if (!str_trim(text).n) return false;
	json_put(&j, field->kind == TEMPLATE_HTML || field->kind == TEMPLATE_LONGSTRING ? text : str_trim(text));
	return true;
}

size_t template_form(const struct template_set *set, const struct httpd_pair *pairs, size_t npairs, const struct str *languages, size_t nlanguages,
                     struct arena *a, struct template_value **out)
{
	const struct form f = { pairs, npairs, a };
	struct str words = value_or_none(&f, STR("names")), word;
	VEC(struct template_value) list = { 0 };
	while (words.n && str_cut(&words, ' ', &word)) {
		bool inverted = str_starts(word, STR("!"));
		const struct template_field *field = template_field_or_null(set, inverted ? str_from(word, 1) : word);
		if (!field) continue;
		bool many = field->i18n && nlanguages > 1;
		for (size_t i = 0; i < (many ? nlanguages : 1); i++) {
			auto_buf b = BUF_INIT(1 << 20);
			struct str lang = field->i18n ? languages[i] : STR("");
			struct str box = many ? arena_printf(a, "v.%.*s.%.*s", STR_ARG(field->name), STR_ARG(lang)) : arena_printf(a, "v.%.*s", STR_ARG(field->name));
			bool some = put_value(&b, &f, field, box, inverted);
			vec_push(a, &list, (struct template_value){ field->name, lang, some ? arena_str(a, buf_str(&b)) : STR("") });
		}
		if (field->i18n) vec_push(a, &list, (struct template_value){ field->name, STR(""), STR("") });
	}
	*out = list.p;
	return list.n;
}
