/* The draft's metadata, as the catalogue takes them. */
#include "config/inside.h"
#include "template/template.h"

/* Rows that the catalogue knows and does not fill itself. */
static const struct meta_row *row_or_null(struct str template_, struct str name)
{
	for (size_t i = 0; i < catalog_meta_row_count(); i++) {
		const struct meta_row *r = &catalog_meta_rows[i];
		if (str_eq(str_of(r->template_), template_) && str_eq(str_of(r->name), name)) return r->automatic ? NULL : r;
	}
	return NULL;
}

/* A field that readers are shown: of the catalogue's table, the date of change that was set by hand, or of a template that the portal made for
 * everybody. */
static bool is_public(const struct template_set *list, size_t n, struct str template_, struct str name)
{
	const struct template_set *set = template_find_or_null(list, n, template_);
	if (set && !set->system) return set->type == TEMPLATE_BASIC && template_field_or_null(set, name);
	return row_or_null(template_, name) || (str_eq(template_, STR("default")) && str_eq(name, STR("modified")));
}

static struct str text_of(struct arena *a, const struct json_node *v)
{
	auto_buf b = BUF_INIT(2 << 20);
	if (json_kind(v) == JSON_TEXT) return json_text(v);
	json_put_node(&b, v);
	return arena_str(a, buf_str(&b));
}

size_t config_metas(struct site *s, struct tenant_id t, const struct config *c, struct arena *a, struct meta_change **out)
{
	const struct template_set *sets = NULL;
	const struct tenant *portal = tenants_hold_or_null(s->tenants, t);
	struct str first = portal ? arena_str(a, portal->languages[0]) : STR("");
	size_t nsets = portal ? template_list(portal, i18n_english(), STR("en"), a, &sets) : 0;
	tenant_release(s->tenants, portal);
	VEC(struct meta_change) list = { 0 };
	struct str template_, name, lang;
	const struct json_node *names, *langs, *v;
	/* First of all, everything goes: what the draft does not say is not published. */
	vec_push(a, &list, (struct meta_change){ STR("*"), STR("") });
	for (size_t i = 0; json_each(json_get(c->doc, "metadata"), &i, &template_, &names);)
		for (size_t j = 0; json_each(names, &j, &name, &langs);) {
			if (!is_public(sets, nsets, template_, name)) continue;
			for (size_t k = 0; json_each(langs, &k, &lang, &v);) {
				if (config_meta_outdated(a, c->doc, template_, name, lang, langs, first)) continue;
				struct str at = lang.n ? arena_printf(a, "%.*s.%.*s.%.*s", STR_ARG(template_), STR_ARG(name), STR_ARG(lang))
				                       : arena_printf(a, "%.*s.%.*s", STR_ARG(template_), STR_ARG(name));
				vec_push(a, &list, (struct meta_change){ at, text_of(a, v) });
			}
		}
	*out = list.p;
	return list.n;
}
