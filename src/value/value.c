/* One typed value, or null; the table of field types. */
#include "value/value.h"

static const struct value_kind kinds[] = {
#define TYPE(symbol, word, duckdb, orders, numeric, sentence) { word, duckdb, orders, numeric, sentence },
#include "value/types.def"
#undef TYPE
};

const struct value_kind *value_kind(enum value_type t)
{
	ensure((size_t)t < COUNT_OF(kinds));
	return &kinds[t];
}

bool value_type_of(struct str word, enum value_type *out)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!str_eq(word, str_of(kinds[i].word))) continue;
		*out = (enum value_type)i;
		return true;
	}
	return false;
}

struct value column_value(const struct column *c, size_t row)
{
	struct value v = { .type = c->type.type };
	ensure(!c->type.list);
	if (!column_has(c, row)) return VALUE_NULL_OF(v.type);
	switch (v.type) {
	case VALUE_INT:
	case VALUE_DATETIME: v.i = c->ints[row]; break;
	case VALUE_DOUBLE: v.d = c->doubles[row]; break;
	case VALUE_BOOL: v.b = c->bools[row]; break;
	case VALUE_DATE: v.days = c->days[row]; break;
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_JSON:
	case VALUE_SHAPE: v.s = c->texts[row]; break;
	case VALUE_POINT:
		v.at.lat = c->lats[row];
		v.at.lon = c->lons[row];
		break;
	case VALUE_TYPES: ensure(!"a type"); break;
	}
	return v;
}
