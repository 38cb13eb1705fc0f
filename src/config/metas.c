/* The draft's metadata, as the catalogue takes them. */
#include "config/inside.h"

/* Rows that the catalogue knows and does not fill itself. */
static const struct meta_row *row_or_null(struct str template_, struct str name)
{
	for (size_t i = 0; i < catalog_meta_row_count(); i++) {
		const struct meta_row *r = &catalog_meta_rows[i];
		if (str_eq(str_of(r->template_), template_) && str_eq(str_of(r->name), name)) return r->automatic ? NULL : r;
	}
	return NULL;
}

static struct str text_of(struct arena *a, const struct json_node *v)
{
	auto_buf b = BUF_INIT(2 << 20);
	if (json_kind(v) == JSON_TEXT) return json_text(v);
	json_put_node(&b, v);
	return arena_str(a, buf_str(&b));
}

size_t config_metas(const struct config *c, struct arena *a, struct meta_change **out)
{
	VEC(struct meta_change) list = { 0 };
	struct str template_, name, lang;
	const struct json_node *names, *langs, *v;
	/* First of all, everything goes: what the draft does not say is not published. */
	vec_push(a, &list, (struct meta_change){ STR("*"), STR("") });
	for (size_t i = 0; json_each(json_get(c->doc, "metadata"), &i, &template_, &names);)
		for (size_t j = 0; json_each(names, &j, &name, &langs);) {
			if (!row_or_null(template_, name)) continue;
			for (size_t k = 0; json_each(langs, &k, &lang, &v);) {
				struct str at = lang.n ? arena_printf(a, "%.*s.%.*s.%.*s", STR_ARG(template_), STR_ARG(name), STR_ARG(lang))
				                       : arena_printf(a, "%.*s.%.*s", STR_ARG(template_), STR_ARG(name));
				vec_push(a, &list, (struct meta_change){ at, text_of(a, v) });
			}
		}
	*out = list.p;
	return list.n;
}
