/* Which fields are facets is said in two places: in the list asset_content_configuration.facets of the metadata, and (formerly) by the
 * annotations facet, facetsort, disjunctive and timerangeFilter of fields. Where the list is there, the two are kept the same: who writes
 * one of them has written the other. Where it is not, the annotations are shown as a list and what the sources say of themselves holds
 * beside them; a list that says what the annotations say already is not kept, so that sending back what was read changes nothing. */
#include "config/inside.h"

#define PLACE "metadata/asset_content_configuration/facets"

struct facet { struct str field, sort; bool on, disjunctive, range; };
struct facets { VEC(struct facet) v; };

static struct facet *facet_or_null(const struct facets *list, struct str field)
{
	for (size_t i = 0; i < list->v.n; i++)
		if (str_eq(list->v.p[i].field, field)) return &list->v.p[i];
	return NULL;
}

static struct facet *facet_of(struct arena *a, struct facets *list, struct str field)
{
	struct facet *f = facet_or_null(list, field);
	if (f) return f;
	vec_push(a, &list->v, (struct facet){ .field = field });
	return &list->v.p[list->v.n - 1];
}

/* "+count" is "count". */
static struct str sort_of(struct str s) { return str_starts(s, STR("+")) ? str_from(s, 1) : s; }

static bool same(const struct facet *x, const struct facet *y)
{
	bool xs = x && x->on, ys = y && y->on;
	if (!xs || !ys) return xs == ys;
	return x->disjunctive == y->disjunctive && x->range == y->range && str_eq(x->sort, y->sort);
}

static bool all_same(const struct facets *x, const struct facets *y)
{
	for (size_t i = 0; i < x->v.n; i++)
		if (!same(&x->v.p[i], facet_or_null(y, x->v.p[i].field))) return false;
	for (size_t i = 0; i < y->v.n; i++)
		if (!same(&y->v.p[i], facet_or_null(x, y->v.p[i].field))) return false;
	return true;
}

static bool is_mirrored(const struct json_node *item)
{
	static const char *const words[] = { "facet", "facetsort", "disjunctive", "timerangeFilter" };
	struct str what = json_text(json_get(item, "annotation"));
	if (!str_eq(json_text(json_get(item, "type")), STR("annotate"))) return false;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(what, str_of(words[i]))) return true;
	return false;
}

/* What the annotations come to, one after the other. */
static struct facets of_annotations(struct arena *a, const struct json_node *doc)
{
	struct facets out = { 0 };
	const struct json_node *list = json_get(doc, "fields");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *item = json_at(list, i), *args = json_get(item, "args");
		const struct json_node *arg = json_kind(args) == JSON_ARRAY ? json_at(args, 0) : args;
		struct str what = json_text(json_get(item, "annotation"));
		if (!is_mirrored(item)) continue;
		struct facet *f = facet_of(a, &out, json_text(json_get(item, "field")));
		bool on = json_bool(arg, true);
		if (str_eq(what, STR("facet"))) f->on = on;
		else if (str_eq(what, STR("disjunctive"))) f->disjunctive = on;
		else if (str_eq(what, STR("timerangeFilter"))) f->range = on;
		else f->sort = sort_of(json_text(arg));
	}
	return out;
}

static const struct json_node *list_or_null(const struct json_node *doc)
{
	const struct json_node *list = doc ? config_at_or_null(doc, STR(PLACE "/")) : NULL;
	return json_kind(list) == JSON_ARRAY ? list : NULL;
}

static struct facets of_list(struct arena *a, const struct json_node *list)
{
	struct facets out = { 0 };
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *one = json_at(list, i);
		struct facet *f = facet_of(a, &out, json_kind(one) == JSON_TEXT ? json_text(one) : json_text(json_get(one, "field_name")));
		f->on = true;
		f->disjunctive = json_bool(json_get(one, "disjunctive"), false);
		f->range = json_bool(json_get(one, "timerange_filter"), false);
		f->sort = sort_of(json_text(json_get(one, "facetsort")));
	}
	return out;
}

/* --- written ------------------------------------------------------------------------------------------------------ */

static void put_list(struct json_out *j, const struct facets *list)
{
	json_open(j, '[');
	for (size_t i = 0; i < list->v.n; i++) {
		const struct facet *f = &list->v.p[i];
		if (!f->on) continue;
		json_open(j, '{');
		json_member(j, "field_name", f->field);
		if (f->sort.n) json_member(j, "facetsort", f->sort);
		json_member_bool(j, "disjunctive", f->disjunctive);
		json_member_bool(j, "timerange_filter", f->range);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_annotation(struct json_out *j, struct arena *a, struct str field, const char *word, struct str arg)
{
	json_open(j, '{');
	json_member(j, "uid", config_uid(a, "pr"));
	json_member(j, "type", STR("annotate"));
	json_member(j, "field", field);
	json_member(j, "annotation", str_of(word));
	json_key(j, STR("args"));
	json_open(j, '[');
	if (arg.n) json_put(j, arg);
	json_close(j, ']');
	json_close(j, '}');
}

/* The fields' items without those of facets, and these anew. */
static bool annotate(struct arena *a, const struct json_node *doc, const struct facets *list, struct str *json, struct err *e)
{
	auto_buf b = BUF_INIT(CONFIG_DOC_BYTES);
	struct json_out j = JSON_OUT(&b);
	const struct json_node *items = json_get(doc, "fields");
	json_open(&j, '[');
	for (size_t i = 0; i < json_count(items); i++) {
		if (is_mirrored(json_at(items, i))) continue;
		json_value(&j);
		json_put_node(&b, json_at(items, i));
	}
	for (size_t i = 0; i < list->v.n; i++) {
		const struct facet *f = &list->v.p[i];
		if (!f->on) continue;
		put_annotation(&j, a, f->field, "facet", STR(""));
		if (f->sort.n) put_annotation(&j, a, f->field, "facetsort", f->sort);
		if (f->disjunctive) put_annotation(&j, a, f->field, "disjunctive", STR(""));
		if (f->range) put_annotation(&j, a, f->field, "timerangeFilter", STR(""));
	}
	json_close(&j, ']');
	return config_put(a, *json, STR("fields"), buf_str(&b), json, e);
}

/* The list with what the annotations of a change say otherwise than before. */
static bool relist(struct arena *a, const struct facets *was, const struct facets *now, struct facets *list, struct str *json, struct err *e)
{
	const struct facets *const sides[] = { was, now };
	bool changed = false;
	for (size_t k = 0; k < COUNT_OF(sides); k++)
		for (size_t i = 0; i < sides[k]->v.n; i++) {
			struct str field = sides[k]->v.p[i].field;
			const struct facet *is = facet_or_null(now, field);
			if (same(is, facet_or_null(was, field)) || same(is, facet_or_null(list, field))) continue;
			*facet_of(a, list, field) = is ? *is : (struct facet){ .field = field };
			changed = true;
		}
	auto_buf b = BUF_INIT(CONFIG_DOC_BYTES);
	struct json_out j = JSON_OUT(&b);
	put_list(&j, list);
	return !changed || config_put(a, *json, STR(PLACE "/"), buf_str(&b), json, e);
}

bool config_mirror_facets(struct arena *a, const struct json_node *was_or_null, const struct json_node *doc, struct str *json, struct err *e)
{
	const struct json_node *before = list_or_null(was_or_null), *now = list_or_null(doc);
	struct facets none = { 0 }, listed = now ? of_list(a, now) : none, said = of_annotations(a, doc);
	struct facets said_before = was_or_null ? of_annotations(a, was_or_null) : none;
	if (!before && !now) return true;
	if (!now) return annotate(a, doc, &none, json, e);
	if (before && config_same(before, now)) return relist(a, &said_before, &said, &listed, json, e);
	if (!before && was_or_null && said_before.v.n && all_same(&listed, &said_before)) return config_put(a, *json, STR(PLACE), STR(""), json, e);
	return all_same(&listed, &said) || annotate(a, doc, &listed, json, e);
}

const struct json_node *config_metadata_shown(struct arena *a, const struct config *c)
{
	auto_buf b = BUF_INIT(CONFIG_DOC_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct facets said = of_annotations(a, c->doc);
	const struct json_node *metadata = json_get(c->doc, "metadata"), *out;
	struct str json;
	struct err ignored = { 0 };
	if (!said.v.n || config_at_or_null(c->doc, STR(PLACE))) return metadata;
	put_list(&j, &said);
	if (!config_put(a, c->json, STR(PLACE "/"), buf_str(&b), &json, &ignored) || !json_read_in(a, json, &out, &ignored)) return metadata;
	return json_get(out, "metadata");
}
