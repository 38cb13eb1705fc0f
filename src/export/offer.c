/* Which formats a dataset can be had in, by what a caller may see of it: one rule for lists of the APIs,
 * for documents of harvesters and for pages. */
#include "export/export.h"

static bool has_field(const struct query_target *t, enum value_type one, enum value_type other)
{
	for (size_t i = 0; i < t->schema->n; i++) {
		const struct field *f = &t->schema->fields[i];
		bool seen = !(f->flags & FIELD_HIDDEN) && (!t->visible_or_null || t->visible_or_null[i]);
		if (seen && (f->type == one || f->type == other)) return true;
	}
	return false;
}

bool export_offered(const struct query_target *t, const struct export_format *f)
{
	if (t->at.number == 0 || (f->flags & EXPORT_LEGACY)) return false;
	if ((f->flags & EXPORT_GEO) && !has_field(t, VALUE_POINT, VALUE_SHAPE)) return false;
	return !(f->flags & EXPORT_DATES) || has_field(t, VALUE_DATE, VALUE_DATETIME);
}
