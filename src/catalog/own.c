/* Fields of the templates that a portal made for its readers: columns of the reflection beside the platform's own, and facets where they
 * are marked as filters. They are read with the view from the settings of the portal, so that a view and its templates are of one moment;
 * catalog_portal_changed makes the view anew when they have changed since. */
#include "catalog/inside.h"
#include "json/json.h"

/* Beyond these, marks count for nothing, and fields that are no facets have no column: every column is written with every change. */
enum { FACETS = 30, COLUMNS = 400 };

/* The types of template/, by what a column of theirs holds. Geometries are none: nobody looks for one by its text. */
static const struct shape { const char *word; enum value_type type; bool list, facet; } shapes[] = {
	{ "text", VALUE_TEXT, false, true }, { "longstring", VALUE_TEXT, false, true }, { "html", VALUE_TEXT, false, false },
	{ "enum", VALUE_TEXT, false, true }, { "uri_enum", VALUE_TEXT, false, true }, { "multitext", VALUE_TEXT, true, true },
	{ "list", VALUE_TEXT, true, true }, { "enumlist", VALUE_TEXT, true, true }, { "uri_enumlist", VALUE_TEXT, true, true },
	{ "geo_area", VALUE_TEXT, true, true }, { "boolean", VALUE_BOOL, false, true }, { "int", VALUE_INT, false, true },
	{ "double", VALUE_DOUBLE, false, true }, { "date", VALUE_DATE, false, true }, { "datetime", VALUE_DATETIME, false, true },
};

static const struct shape *shape_or_null(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(shapes); i++)
		if (str_eq(word, str_of(shapes[i].word))) return &shapes[i];
	return NULL;
}

static struct str node_text(struct arena *a, const struct json_node *n)
{
	auto_buf b = BUF_INIT(1 << 20);
	json_put_node(&b, n);
	return arena_str(a, buf_str(&b));
}

/* Whoever reads in another language is told in the portal's first, else in any. */
static void take_labels(const struct view_box *b, struct arena *a, const struct json_node *labels, struct own_field *f)
{
	struct str key;
	const struct json_node *v;
	f->labels = node_text(a, labels);
	f->label = arena_str(a, json_text(b->nlanguages ? json_get(labels, arena_cstr(a, b->languages[0])) : NULL));
	for (size_t at = 0; !f->label.n && json_each(labels, &at, &key, &v);) f->label = arena_str(a, json_text(v));
}

/* {"own": [{"name", "type", "is_active", "schema": [{"name", "type", "label", "is_filter", "i18n"}]}]}, as template/ keeps it. */
static void read_templates(struct view_box *b, const struct json_node *own)
{
	VEC(struct own_field) list = { 0 };
	size_t facets = 0, others = 0;
	for (size_t i = 0; i < json_count(own); i++) {
		const struct json_node *set = json_at(own, i), *schema = json_get(set, "schema");
		struct str name = json_text(json_get(set, "name"));
		if (!json_bool(json_get(set, "is_active"), true) || str_eq(json_text(json_get(set, "type")), STR("admin")) || meta_is_of_table(name)) continue;
		for (size_t k = 0; k < json_count(schema); k++) {
			const struct json_node *n = json_at(schema, k), *label = json_get(n, "label");
			const struct shape *s = shape_or_null(json_text(json_get(n, "type")));
			bool facet = s && s->facet && json_bool(json_get(n, "is_filter"), false) && facets < FACETS;
			if (!s || (!facet && others >= COLUMNS)) continue;
			facets += facet;
			others += !facet;
			struct own_field f = { .template_ = arena_cstr(&b->arena, name), .name = arena_cstr(&b->arena, json_text(json_get(n, "name"))),
				.label = arena_str(&b->arena, json_text(label)), .type = s->type, .list = s->list,
				.facet = facet, .i18n = facet && json_bool(json_get(n, "i18n"), false) };
			if (json_kind(label) == JSON_OBJECT) take_labels(b, &b->arena, label, &f);
			vec_push(&b->arena, &list, f);
		}
	}
	b->own = list.p;
	b->nown = list.n;
}

static void read_languages(struct view_box *b, struct str value)
{
	struct str part;
	VEC(struct str) list = { 0 };
	while (str_cut(&value, ',', &part))
		if (str_trim(part).n) vec_push(&b->arena, &list, arena_str(&b->arena, str_trim(part)));
	b->languages = list.p;
	b->nlanguages = list.n;
}

/* What the two settings say, and a mark that is another whenever one of them is. */
static bool read_settings(struct store_tx *tx, struct tenant_id t, struct arena *a, struct str *templates, struct str *languages, uint64_t *mark, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	*templates = *languages = STR("");
	if (!store_ask(tx, CATALOG_Q(own_settings), t, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct str *to = str_eq(store_text(r, 0), STR("languages")) ? languages : templates;
		*to = arena_str(a, store_text(r, 1));
	}
	store_stop(r);
	*mark = catalog_mix(catalog_mix(catalog_mix(CATALOG_MIX, templates->p, templates->n), "\n", 1), languages->p, languages->n);
	return step == STORE_DONE;
}

bool load_own(struct store_tx *tx, struct view_box *b, struct err *e)
{
	auto_arena work = ARENA_INIT;
	auto_json *doc = NULL;
	struct err unreadable = { 0 };
	struct str templates, languages;
	if (!read_settings(tx, b->view.tenant, &work, &templates, &languages, &b->own_mark, e)) return false;
	read_languages(b, languages);
	/* A setting that cannot be read is no template: so says template/, too. */
	if (templates.n && json_read(templates, &doc, &unreadable)) read_templates(b, json_get(json_root(doc), "own"));
	return true;
}

bool catalog_portal_changed(struct catalog *c, struct tenant_id t, struct err *e)
{
	auto_arena work = ARENA_INIT;
	struct store_tx *tx;
	struct err ignored = { 0 };
	struct str templates, languages;
	uint64_t mark = 0, shown = 0;
	lock_take(&c->lock);
	const struct view_box *b = catalog_newest_or_null(c, t);
	bool there = b != NULL;
	if (there) shown = b->own_mark;
	lock_give(&c->lock);
	if (!there) return true;
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	bool ok = read_settings(tx, t, &work, &templates, &languages, &mark, e);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	return ok && (mark == shown || catalog_remake(c, t, e));
}

/* --- values ------------------------------------------------------------------------------------------ */

struct str own_json(const struct view_box *b, const struct dataset *d, const struct own_field *f, struct str lang)
{
	struct str json = STR("");
	/* In its language, else in that of the portal, else in any. */
	for (size_t i = 0; i < d->nmetas && !json.n; i++) {
		const struct meta *m = &d->metas[i];
		struct str wanted = lang.n ? lang : b->nlanguages ? b->languages[0] : STR("");
		if (str_eq(m->lang, wanted) && str_eq(m->name, str_of(f->name)) && str_eq(m->template_, str_of(f->template_))) json = m->json;
	}
	if (json.n || !lang.n) return json.n ? json : dataset_meta_json(d, f->template_, f->name, STR(""));
	return own_json(b, d, f, STR(""));
}
