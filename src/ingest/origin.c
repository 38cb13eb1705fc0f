/* Fields of a copy, as the portal that it comes from tells them: labels and descriptions in its languages, annotations, and (where the records are what
 * they are there) types, lists and ids. What cannot be read of a field is left out, and its data are taken as they are. */
#include "ingest/fields.h"

static struct fate *find(struct fate *columns, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (!columns[i].deleted && str_eq(columns[i].field.name, name)) return &columns[i];
	return NULL;
}

static bool read(struct arena *a, const struct json_node *one, struct field *out)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct schema s;
	struct err ignored = { 0 };
	buf_put_char(&b, '[');
	json_put_node(&b, one);
	buf_put_char(&b, ']');
	if (!schema_from_json(a, arena_str(a, buf_str(&b)), &s, &ignored)) return false;
	*out = s.fields[0];
	return true;
}

static void tell(struct fate *c, const struct field *there, bool labelled)
{
	static const unsigned told = FIELD_FACET | FIELD_DISJUNCTIVE | FIELD_SORTABLE | FIELD_RANGE | FIELD_HIERARCHICAL | FIELD_UNREAD;
	struct field *f = &c->field;
	f->flags = (f->flags & ~told) | (there->flags & told);
	c->facet_said = true;
	if (labelled) {
		f->label = there->label;
		f->labels = there->labels;
		c->labelled = true;
	}
	f->description = there->description;
	f->descriptions = there->descriptions;
	f->languages = there->languages;
	f->hierarchy = there->hierarchy;
	f->facetsort = there->facetsort;
	f->unit = there->unit;
	f->precision = there->precision;
	f->weight = there->weight;
	f->decimals = there->decimals >= 0 && there->decimals <= 20 ? there->decimals : -1;
}

static void make(struct fate *c, const struct field *there)
{
	struct field *f = &c->field;
	c->typed = true;
	f->type = there->type;
	f->flags = (f->flags & ~(unsigned)FIELD_ID) | (there->flags & FIELD_ID);
	if (there->flags & FIELD_MULTIVALUED) {
		f->flags |= FIELD_MULTIVALUED;
		f->separator = there->separator;
		c->listed = true;
	}
	f->timezone = there->timezone;
	c->moments = true;
}

void fields_origin(struct arena *a, const struct json_node *operation, struct fate *columns, size_t n)
{
	const struct json_node *list = json_get(operation, "fields");
	bool exact = json_bool(json_get(operation, "exact"), false);
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *one = json_at(list, i);
		struct fate *c = find(columns, n, json_text(json_get(one, "name")));
		struct field there;
		if (!c || !read(a, one, &there)) continue;
		tell(c, &there, json_text(json_get(one, "label")).n != 0);
		if (exact) make(c, &there);
	}
}
