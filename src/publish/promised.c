/* What readers of a version were promised: the types of its fields, by the columns they came of. */
#include "publish/inside.h"

/* The column that a field was made of; its own name where nobody wrote it down. */
static struct str column_of(const struct json_node *columns, struct str field)
{
	for (size_t i = 0; i < json_count(columns); i++)
		if (str_eq(json_text(json_get(json_at(columns, i), "field")), field)) return json_text(json_get(json_at(columns, i), "name"));
	return field;
}

/* Versions of before types were kept have fields and columns. Points may have been a geometry or made of two columns: those are found out as before. */
static struct str by_fields(struct arena *a, const struct json_node *columns, const struct schema *fields)
{
	auto_buf b = BUF_INIT(4 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t i = 0; i < fields->n; i++) {
		const struct field *f = &fields->fields[i];
		bool list = f->flags & FIELD_MULTIVALUED;
		if (f->type == VALUE_POINT || f->type == VALUE_FILE || (list && f->separator.n)) continue;
		json_open(&j, '{');
		json_member(&j, "column", column_of(columns, f->name));
		json_member(&j, "type", str_of(value_kind(f->type)->word));
		if (list) json_member_bool(&j, "list", true);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	return b.over ? STR("") : arena_str(a, buf_str(&b));
}

struct str publish_promised(struct arena *a, const struct json_node *summary, const struct schema *fields)
{
	const struct json_node *types = json_get(summary, "types");
	return types ? publish_json_of(a, types) : by_fields(a, json_get(summary, "columns"), fields);
}

struct str publish_promised_by(struct site *s, struct tenant_id t, struct str slug, struct arena *a)
{
	const struct catalog_view *v;
	const struct json_node *summary = NULL;
	struct err ignored = { 0 };
	struct str out = STR("");
	if (!catalog_hold(s->catalog, t, &v, &ignored)) return out;
	const struct dataset *d = catalog_find_or_null(v, slug);
	if (d && d->version.number > 0) {
		if (!json_read_in(a, d->summary, &summary, &ignored)) summary = NULL;
		out = publish_promised(a, summary, &d->schema);
	}
	catalog_release(s->catalog, v);
	return out;
}
