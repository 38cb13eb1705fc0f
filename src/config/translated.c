/* Translations whose original was changed after they were made: they stay in the draft, marked, until somebody looks at them; readers see the original
 * meanwhile. What the original was is kept as a mark of it, in the metadata "internal"."translations": {key: mark}. */
#include "config/inside.h"

static uint64_t hash_of(struct str s)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
	return h;
}

struct str config_text_mark(struct arena *a, struct str original, struct str translation)
{
	return arena_printf(a, "%016llx-%016llx", (unsigned long long)hash_of(original), (unsigned long long)hash_of(translation));
}

bool config_text_outdated(struct str mark, struct str original, struct str translation)
{
	auto_arena a = ARENA_INIT;
	ptrdiff_t at = str_find_char(mark, '-');
	struct str now = config_text_mark(&a, original, translation);
	if (!mark.n || !original.n || str_starts(mark, str_sub(now, 0, 16))) return false;
	/* A translation that was written anew since, on another page or by a program, was made of what is said now. */
	return at < 0 || str_eq(str_from(mark, (size_t)at), str_from(now, 16));
}

struct str config_text_key(struct arena *a, enum config_text where, struct str template_, struct str name, struct str lang)
{
	static const char *const words[] = { "", "label.", "description." };
	return arena_printf(a, "%s%.*s.%.*s.%.*s", words[where], STR_ARG(template_), STR_ARG(name), STR_ARG(lang));
}

struct str config_text_shown(struct arena *a, const struct json_node *n)
{
	auto_buf b = BUF_INIT(1 << 20);
	if (json_kind(n) == JSON_TEXT) return json_text(n);
	if (json_kind(n) != JSON_ARRAY && json_kind(n) > JSON_NULL) json_put_node(&b, n);
	for (size_t i = 0; json_kind(n) == JSON_ARRAY && i < json_count(n); i++) {
		if (i) buf_lit(&b, ", ");
		if (json_kind(json_at(n, i)) == JSON_TEXT) buf_put(&b, json_text(json_at(n, i)));
		else json_put_node(&b, json_at(n, i));
	}
	return arena_str(a, buf_str(&b));
}

static const struct json_node *marks_of(const struct json_node *doc)
{
	return json_get(json_get(json_get(json_get(doc, "metadata"), "internal"), "translations"), "");
}

static struct str original_of(struct arena *a, const struct json_node *texts, struct str first)
{
	struct str said = config_text_shown(a, json_get(texts, arena_cstr(a, first)));
	return said.n ? said : config_text_shown(a, json_get(texts, ""));
}

/* Is what `texts` say in a language a translation of what they said once? One without a mark was never compared to its original. */
static bool is_outdated(struct arena *a, const struct json_node *marks, enum config_text where, struct str template_, struct str name, struct str lang,
                        const struct json_node *texts, struct str first)
{
	if (!lang.n || str_eq(lang, first)) return false;
	struct str mark = json_text(json_get(marks, arena_cstr(a, config_text_key(a, where, template_, name, lang))));
	return mark.n && config_text_outdated(mark, original_of(a, texts, first), config_text_shown(a, json_get(texts, arena_cstr(a, lang))));
}

bool config_meta_outdated(struct arena *a, const struct json_node *doc, struct str template_, struct str name, struct str lang, const struct json_node *texts, struct str first)
{
	return is_outdated(a, marks_of(doc), CONFIG_TEXT_META, template_, name, lang, texts, first);
}

static void put_texts(struct json_out *j, struct arena *a, const struct json_node *marks, enum config_text where, struct str name, const struct json_node *texts, struct str first)
{
	struct str lang;
	const struct json_node *v;
	json_open(j, '{');
	for (size_t at = 0; json_each(texts, &at, &lang, &v);) {
		if (is_outdated(a, marks, where, STR(""), name, lang, texts, first)) continue;
		json_key(j, lang);
		json_value(j);
		json_put_node(j->b, v);
	}
	json_close(j, '}');
}

void config_put_field(struct json_out *j, struct arena *a, const struct json_node *doc, const struct json_node *operation, struct str first)
{
	struct str key, name = json_text(json_get(operation, "to_name"));
	const struct json_node *v;
	if (!name.n) name = json_text(json_get(operation, json_get(operation, "from_name") ? "from_name" : "field"));
	json_open(j, '{');
	for (size_t at = 0; json_each(operation, &at, &key, &v);) {
		bool label = str_eq(key, STR("field_label"));
		json_key(j, key);
		if (json_kind(v) == JSON_OBJECT && (label || str_eq(key, STR("description")))) {
			put_texts(j, a, marks_of(doc), label ? CONFIG_TEXT_LABEL : CONFIG_TEXT_DESCRIPTION, name, v, first);
			continue;
		}
		json_value(j);
		json_put_node(j->b, v);
	}
	json_close(j, '}');
}
