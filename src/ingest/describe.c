/* What field configurations say of a version that stands: labels, descriptions and annotations that leave the data as they are. */
#include "ingest/fields.h"
#include "ingest/spell.h"

/* The column a field of the version is made of; its own name where that is not known (a point made of two columns). */
static struct str column_of(const struct json_node *columns, struct str field)
{
	for (size_t i = 0; i < json_count(columns); i++)
		if (str_eq(json_text(json_get(json_at(columns, i), "field")), field)) return json_text(json_get(json_at(columns, i), "name"));
	return field;
}

static struct str label_of(const struct json_node *columns, const struct field *f)
{
	for (size_t i = 0; i < json_count(columns); i++) {
		const struct json_node *one = json_at(columns, i);
		if (str_eq(json_text(json_get(one, "field")), f->name) && json_text(json_get(one, "label")).n) return json_text(json_get(one, "label"));
	}
	return f->label;
}

static void take_look(struct field *to, const struct fate *from)
{
	static const unsigned looks = FIELD_DISJUNCTIVE | FIELD_SORTABLE | FIELD_RANGE | FIELD_UNREAD;
	unsigned mine = looks | (from->facet_said ? FIELD_FACET : 0);
	bool place = to->type == VALUE_POINT || to->type == VALUE_SHAPE;
	bool date = to->type == VALUE_DATE || to->type == VALUE_DATETIME;
	to->flags = (to->flags & ~mine) | (from->field.flags & mine);
	if (place) to->flags &= ~(unsigned)(FIELD_FACET | FIELD_DISJUNCTIVE);
	if (!date) to->flags &= ~(unsigned)FIELD_RANGE;
	to->label = from->field.label;
	to->labels = from->field.labels;
	to->description = from->field.description;
	to->descriptions = from->field.descriptions;
	to->languages = from->field.languages;
	to->facetsort = from->field.facetsort;
	to->unit = from->field.unit;
	to->precision = from->field.precision;
	to->decimals = from->field.decimals;
	to->weight = from->field.weight;
	if (to->type == VALUE_TEXT && from->field.flags & FIELD_HIERARCHICAL) {
		to->flags |= FIELD_HIERARCHICAL;
		to->hierarchy = from->field.hierarchy;
	} else {
		to->flags &= ~(unsigned)FIELD_HIERARCHICAL;
	}
}

bool ingest_fields_describe(struct arena *a, const struct schema *now, struct str columns, struct str operations, struct schema *out, struct err *e)
{
	const struct json_node *list = NULL;
	const struct json_node *ops = NULL;
	if ((columns.n && !json_read_in(a, columns, &list, e)) || (operations.n && !json_read_in(a, operations, &ops, e))) return false;
	struct fate *fates = arena_array(a, struct fate, now->n + 1);
	for (size_t i = 0; i < now->n; i++) {
		fates[i].from = i;
		fates[i].field = (struct field){ .name = column_of(list, now->fields[i].name), .label = label_of(list, &now->fields[i]), .decimals = -1,
			.type = now->fields[i].type };
	}
	if (!fields_apply(a, ops, false, fates, now->n, e)) return false;
	*out = (struct schema){ .fields = arena_array(a, struct field, now->n + 1), .n = now->n };
	for (size_t i = 0; i < now->n; i++) out->fields[i] = now->fields[i];
	for (size_t i = 0; i < now->n; i++)
		if (!fates[i].deleted) take_look(&out->fields[fates[i].from], &fates[i]);
	return true;
}

bool ingest_fields_looks(const struct json_node *o)
{
	static const char *const looks[] = { "facet", "facetsort", "disjunctive", "sortable", "timerangeFilter", "unit", "decimals",
		"timeserie_precision", "hierarchical" };
	struct str type = json_text(json_get(o, "type"));
	struct str what = json_text(json_get(o, "annotation"));
	if (str_eq(type, STR("description")) || str_eq(type, STR("facets"))) return true;
	if (str_eq(type, STR("rename"))) {
		struct str to = json_text(json_get(o, "to_name"));
		return to.n == 0 || str_eq(to, json_text(json_get(o, "from_name")));
	}
	for (size_t i = 0; i < COUNT_OF(looks) && str_eq(type, STR("annotate")); i++)
		if (str_eq(what, str_of(looks[i]))) return true;
	return false;
}
