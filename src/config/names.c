/* Names that would stand twice: a field renamed to what another field is called is told when it is given, not when the source has been read
 * again. What columns there are is known of what is published, as long as sources and processors are those it was made of; of a source that was
 * never read, only what the list itself says. */
#include "config/inside.h"

struct names { struct arena *a; VEC(struct str) v; };

static struct str *find(const struct names *n, struct str name)
{
	for (size_t i = 0; i < n->v.n; i++)
		if (str_eq(n->v.p[i], name)) return &n->v.p[i];
	return NULL;
}

static struct str text(const struct json_node *o, const char *member) { return str_trim(json_text(json_get(o, member))); }

static bool is(const struct json_node *o, const char *type) { return str_eq(text(o, "type"), str_of(type)); }

/* The column that a field of this name is made of. */
static struct str origin(const struct json_node *fields, struct str name)
{
	for (size_t i = json_count(fields); i > 0; i--) {
		const struct json_node *o = json_at(fields, i - 1);
		if (is(o, "rename") && str_eq(text(o, "to_name"), name) && text(o, "from_name").n) name = text(o, "from_name");
	}
	return name;
}

static void add_columns(const struct config_check *c, const struct json_node *doc, struct names *out)
{
	struct config now;
	struct str json;
	const struct json_node *made;
	const struct catalog_view *view;
	struct err ignored = { 0 };
	if (!c->dataset || !config_of_dataset(c->site, c->tenant, c->dataset, out->a, &now, &ignored) || !now.published || !now.published_revision) return;
	if (!config_at_revision(c->site, c->tenant, c->dataset, now.published_revision, out->a, &json, &ignored) || !json_read_in(out->a, json, &made, &ignored)) return;
	if (!config_same(json_get(made, "resources"), json_get(doc, "resources")) || !config_same(json_get(made, "processors"), json_get(doc, "processors"))) return;
	if (!catalog_hold(c->site->catalog, c->tenant, &view, &ignored)) return;
	const struct dataset *d = catalog_find_or_null(view, now.slug);
	for (size_t i = 0; d && i < d->schema.n; i++) vec_push(out->a, &out->v, arena_str(out->a, origin(json_get(made, "fields"), d->schema.fields[i].name)));
	catalog_release(c->site->catalog, view);
}

static bool stood(const struct json_node *was, const struct json_node *o)
{
	for (size_t i = 0; i < json_count(was); i++)
		if (config_same(json_at(was, i), o)) return true;
	return false;
}

void config_check_names(const struct config_check *c, const struct json_node *doc)
{
	const struct json_node *fields = json_get(doc, "fields"), *was = json_get(c->was_or_null, "fields");
	struct names n = { .a = c->faults->arena };
	bool any = false;
	for (size_t i = 0; i < json_count(fields) && !any; i++)
		any = is(json_at(fields, i), "rename") && !str_eq(text(json_at(fields, i), "from_name"), text(json_at(fields, i), "to_name")) && !stood(was, json_at(fields, i));
	if (!any) return;
	add_columns(c, doc, &n);
	for (size_t i = 0; i < json_count(fields); i++) {
		const struct json_node *o = json_at(fields, i);
		struct str from = text(o, is(o, "delete") ? "field" : "from_name"), to = text(o, "to_name");
		bool renames = is(o, "rename") && from.n && to.n && !str_eq(from, to);
		struct str *column = find(&n, from);
		if (is(o, "delete") && column) *column = STR("");
		if (!renames) continue;
		if (find(&n, to) && !stood(was, o))
			process_fault(c->faults, arena_printf(n.a, "fields/%zu/to_name", i), "Another field is called \"%.*s\" already: rename or delete that one first, or choose another name.", STR_ARG(str_sub(to, 0, 60)));
		if (column) *column = to;
		else vec_push(n.a, &n.v, to);
	}
}
