/* What a portal says of one of its datasets, as a copy takes it along: metadata by template and language, and its fields with their labels and
 * annotations. Another server is asked once a language, since its answers are in one each. */
#include "fetch/inside.h"

enum { DATASET_BYTES = 8 << 20 };

static const struct meta_row *row_or_null(struct str template_, struct str name)
{
	for (size_t i = 0; i < catalog_meta_row_count(); i++)
		if (str_eq(template_, str_of(catalog_meta_rows[i].template_)) && str_eq(name, str_of(catalog_meta_rows[i].name))) return &catalog_meta_rows[i];
	return NULL;
}

static const struct json_node *meta_in(struct arena *a, const struct fetch_told *t, struct str template_, struct str name)
{
	return json_get(json_get(json_get(t->dataset, "metas"), arena_cstr(a, template_)), arena_cstr(a, name));
}

static bool same(const struct json_node *x, const struct json_node *y)
{
	auto_buf a = BUF_INIT(DATASET_BYTES), b = BUF_INIT(DATASET_BYTES);
	json_put_node(&a, x);
	json_put_node(&b, y);
	return str_eq(buf_str(&a), buf_str(&b));
}

static bool says(const struct json_node *v) { return json_kind(v) > JSON_NULL && (json_kind(v) != JSON_TEXT || json_text(v).n); }

/* --- metadata ---------------------------------------------------------------------------------------------------- */

/* A language that says the same as the first says nothing of its own. */
static void put_value(struct json_out *j, struct arena *a, const struct fetch_told *list, size_t n, const struct meta_row *row, const struct json_node *first)
{
	bool by_language = row->kind == META_LANG_TEXT || row->kind == META_LANG_HTML || row->kind == META_LANG_LIST;
	json_open(j, '{');
	json_key(j, by_language ? list[0].lang : STR(""));
	json_value(j);
	json_put_node(j->b, first);
	for (size_t i = 1; by_language && i < n; i++) {
		const struct json_node *v = meta_in(a, &list[i], str_of(row->template_), str_of(row->name));
		if (!says(v) || same(v, first)) continue;
		json_key(j, list[i].lang);
		json_value(j);
		json_put_node(j->b, v);
	}
	json_close(j, '}');
}

static void put_template(struct json_out *j, struct arena *a, const struct fetch_told *list, size_t n, struct str template_, const struct json_node *values)
{
	struct str name;
	const struct json_node *v;
	json_open(j, '{');
	for (size_t at = 0; json_each(values, &at, &name, &v);) {
		const struct meta_row *row = row_or_null(template_, name);
		if (!row || row->automatic || json_kind(v) == JSON_NULL) continue;
		json_key(j, name);
		put_value(j, a, list, n, row, v);
	}
	json_close(j, '}');
}

/* --- fields ------------------------------------------------------------------------------------------------------- */

static const struct json_node *field_of(const struct fetch_told *t, struct str name)
{
	const struct json_node *fields = json_get(t->dataset, "fields");
	for (size_t i = 0; i < json_count(fields); i++)
		if (str_eq(json_text(json_get(json_at(fields, i), "name")), name)) return json_at(fields, i);
	return NULL;
}

/* {lang: text} of the languages that say it in words of their own; nothing where none does. */
static void put_texts(struct json_out *j, const struct fetch_told *list, size_t n, const struct json_node *field, const char *one, const char *many)
{
	bool any = false;
	for (size_t i = 1; i < n; i++) {
		const struct json_node *v = json_get(field_of(&list[i], json_text(json_get(field, "name"))), one);
		if (json_kind(v) != JSON_TEXT || !json_text(v).n || str_eq(json_text(v), json_text(json_get(field, one)))) continue;
		if (!any) {
			json_key(j, str_of(many));
			json_open(j, '{');
		}
		any = true;
		json_key(j, list[i].lang);
		json_put(j, json_text(v));
	}
	if (any) json_close(j, '}');
}

/* What a portal like this one says by language is whole already. */
static void put_field(struct json_out *j, const struct fetch_told *list, size_t n, const struct json_node *field)
{
	struct str name;
	const struct json_node *v;
	json_open(j, '{');
	for (size_t at = 0; json_each(field, &at, &name, &v);) {
		if (str_eq(name, STR("aliases"))) continue; /* former names are the origin's own history */
		json_key(j, name);
		json_value(j);
		json_put_node(j->b, v);
	}
	if (!json_get(field, "labels")) put_texts(j, list, n, field, "label", "labels");
	if (!json_get(field, "descriptions")) put_texts(j, list, n, field, "description", "descriptions");
	json_close(j, '}');
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

struct str fetch_told_language(const struct json_node *dataset)
{
	const struct json_node *basic = json_get(json_get(dataset, "metas"), "default");
	struct str lang = json_text(json_at(json_get(basic, "metadata_languages"), 0));
	if (!lang.n) lang = json_text(json_get(basic, "language"));
	return lang.n > 3 || !lang.n ? STR("en") : lang;
}

struct str fetch_told_text(const struct fetch_told *list, size_t n, bool fields)
{
	struct arena *a = list[0].arena;
	const struct json_node *dataset = list[0].dataset, *all = json_get(dataset, "fields"), *v;
	auto_buf b = BUF_INIT(DATASET_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct str template_;
	json_open(&j, '{');
	for (size_t at = 0; json_each(json_get(dataset, "metas"), &at, &template_, &v);) {
		if (json_kind(v) != JSON_OBJECT || str_eq(template_, STR("fields"))) continue;
		json_key(&j, template_);
		put_template(&j, a, list, n, template_, v);
	}
	json_key(&j, STR("fields"));
	json_open(&j, '[');
	for (size_t i = 0; fields && i < json_count(all); i++) put_field(&j, list, n, json_at(all, i));
	json_close(&j, ']');
	json_close(&j, '}');
	return arena_str(a, buf_str(&b));
}

size_t fetch_told_others(const struct fetching *f, const struct str *theirs, size_t ntheirs, struct str first, struct str *out)
{
	const struct tenant *own = tenants_hold_or_null(f->site->tenants, f->r->tenant);
	size_t n = 0;
	for (size_t i = 0; own && i < own->nlanguages; i++)
		for (size_t k = 0; k < ntheirs && n < FETCH_LANGUAGES; k++)
			if (str_eq(theirs[k], own->languages[i]) && !str_eq(theirs[k], first)) out[n++] = arena_str(f->a, theirs[k]);
	if (own) tenant_release(f->site->tenants, own);
	return n;
}
