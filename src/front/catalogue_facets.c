/* What the catalogue's page can be narrowed by: a table of the platform's facets, then the fields that the portal marked. */
#include "front/inside.h"

#include "template/template.h"

static const struct row { const char *name, *heading; enum front_value kind; bool several; } rows[] = {
	{ "features", N_("View"), FRONT_VALUE_FEATURE, false },
	{ "theme", N_("Theme"), FRONT_VALUE_THEME, true },
	{ "publisher", N_("Publisher"), FRONT_VALUE_PLAIN, true },
	{ "keyword", N_("Keyword"), FRONT_VALUE_PLAIN, true },
	{ "modified", N_("Modified"), FRONT_VALUE_PLAIN, false },
	{ "territory", N_("Territory"), FRONT_VALUE_PLAIN, true },
	{ "language", N_("Language"), FRONT_VALUE_LANGUAGE, true },
	{ "license", N_("Licence"), FRONT_VALUE_PLAIN, true },
};

/* The column of a field: where it is told by language, that of the reader's, which has the portal's where nothing else is said. */
static struct str column_of(const struct visit *v, const struct template_field *f, struct str base)
{
	const struct tenant *t = v->at.tenant;
	bool first = !f->i18n || str_eq(v->lang_code, t->languages[0]) || !tenant_has_language(t, v->lang_code);
	return first ? base : arena_printf(v->arena, "%.*s.%.*s", STR_ARG(base), STR_ARG(v->lang_code));
}

static size_t add_own(const struct visit *v, const struct template_set *set, struct front_facet_kind *list)
{
	const struct schema *columns = v->at.view->reflected_schema;
	size_t n = 0;
	for (size_t i = 0; i < set->n; i++) {
		const struct template_field *f = &set->fields[i];
		bool yes = f->kind == TEMPLATE_BOOLEAN, when = f->kind == TEMPLATE_DATE || f->kind == TEMPLATE_DATETIME;
		struct str base = arena_printf(v->arena, "%.*s.%.*s", STR_ARG(set->name), STR_ARG(f->name)), name = column_of(v, f, base);
		/* The catalogue of this visit may be of a moment before the template. */
		int at = schema_find(columns, base);
		if (!f->filter || at < 0 || !(columns->fields[at].flags & FIELD_FACET) || schema_find(columns, name) < 0)
			continue;
		list[n++] = (struct front_facet_kind){ .name = name, .base = base, .heading = f->label, .field = f, .several = !yes && !when,
			.kind = yes ? FRONT_VALUE_YES_NO : FRONT_VALUE_PLAIN };
	}
	return n;
}

void front_facets_of(const struct visit *v, struct front_facets *out)
{
	const struct template_set *sets = NULL;
	bool any = tenant_setting(v->at.tenant, "metadata.templates").n && v->at.view->reflected.number;
	size_t nsets = any ? template_list(v->at.tenant, v->lang, v->lang_code, v->arena, &sets) : 0, n = COUNT_OF(rows), most = n;
	for (size_t i = 0; i < nsets; i++)
		most += sets[i].system ? 0 : sets[i].n;
	struct front_facet_kind *list = arena_array(v->arena, struct front_facet_kind, most);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct front_facet_kind){ .name = str_of(rows[i].name), .base = str_of(rows[i].name), .heading = i18n_text(v->lang, rows[i].heading),
			.kind = rows[i].kind, .several = rows[i].several };
	for (size_t i = 0; i < nsets; i++)
		if (!sets[i].system && sets[i].active && sets[i].type == TEMPLATE_BASIC)
			n += add_own(v, &sets[i], list + n);
	*out = (struct front_facets){ list, n };
}

const struct front_facet_kind *front_facet_or_null(const struct front_facets *all, struct str name)
{
	if (str_starts(name, STR("default.")))
		name = str_from(name, 8);
	for (size_t i = 0; i < all->n; i++) {
		struct str base = all->list[i].base;
		if (str_eq(name, base) || (all->list[i].field && str_starts(name, base) && name.p[base.n] == '.'))
			return &all->list[i];
	}
	return NULL;
}
