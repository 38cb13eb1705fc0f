/* Ordered fields: reading the two spellings of a schema, writing the API's FieldObjects.
 * Frictionless Table Schema types map to ours; "geopoint" is read as "lon, lat" text by ingest. */
#include "value/value.h"
#include "json/json.h"
#include "text/text.h"

static int find_own(const struct schema *s, struct str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->fields[i].name, name)) return (int)i;
	return -1;
}

int schema_find(const struct schema *s, struct str name)
{
	int at = find_own(s, name);
	if (at >= 0) return at;
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->fields[i].naliases; k++)
			if (str_eq(s->fields[i].aliases[k], name)) return (int)i;
	return -1;
}

static struct str in_language(struct arena *a, struct str texts, struct str lang, struct str otherwise)
{
	auto_json *doc = NULL;
	struct err e = { 0 };
	if (texts.n == 0 || lang.n == 0 || !json_read(texts, &doc, &e)) return otherwise;
	struct str found = json_text(json_get(json_root(doc), arena_cstr(a, lang)));
	return found.n ? arena_str(a, found) : otherwise;
}

struct str field_label(const struct field *f, struct arena *a, struct str lang) { return in_language(a, f->labels, lang, f->label); }

struct str field_description(const struct field *f, struct arena *a, struct str lang)
{
	return in_language(a, f->descriptions, lang, f->description);
}

bool field_shown_in(const struct field *f, struct str lang)
{
	auto_arena a = ARENA_INIT;
	return !f->languages.n || !lang.n || str_find(f->languages, arena_printf(&a, "\"%.*s\"", STR_ARG(lang))) >= 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

static const struct { const char *word; enum value_type type; } frictionless[] = {
	{ "string", VALUE_TEXT }, { "integer", VALUE_INT }, { "number", VALUE_DOUBLE },
	{ "boolean", VALUE_BOOL }, { "date", VALUE_DATE }, { "datetime", VALUE_DATETIME },
	{ "time", VALUE_TEXT }, { "year", VALUE_INT }, { "yearmonth", VALUE_TEXT },
	{ "geopoint", VALUE_POINT }, { "geojson", VALUE_SHAPE }, { "object", VALUE_JSON },
	{ "array", VALUE_JSON }, { "duration", VALUE_TEXT }, { "any", VALUE_TEXT },
};

static const struct { const char *word; unsigned flag; } switches[] = {
	{ "facet", FIELD_FACET }, { "disjunctive", FIELD_DISJUNCTIVE }, { "sortable", FIELD_SORTABLE },
	{ "id", FIELD_ID }, { "timerangeFilter", FIELD_RANGE },
};

static bool read_type(struct str word, struct str field, enum value_type *out, struct err *e)
{
	if (value_type_of(word, out)) return true;
	for (size_t i = 0; i < COUNT_OF(frictionless); i++) {
		if (!str_eq(word, str_of(frictionless[i].word))) continue;
		*out = frictionless[i].type;
		return true;
	}
	return err_set(e, ERR_BAD_SOURCE,
	               "schema: field \"%.*s\" has the type \"%.*s\"; expected one of text, int, double, "
	               "boolean, date, datetime, geo_point_2d, geo_shape, file, json_blob",
	               STR_ARG(field), STR_ARG(word));
}

/* Annotations come as scalars (true, ",") or as arrays ([], [","]); both mean the same. */
static const struct json_node *scalar_of(const struct json_node *n)
{
	return json_kind(n) == JSON_ARRAY && json_count(n) > 0 ? json_at(n, 0) : n;
}

static bool is_on(const struct json_node *n)
{
	return json_kind(n) == JSON_ARRAY || json_bool(n, false) || json_text(n).n > 0;
}

static struct str text_of(struct arena *a, const struct json_node *n)
{
	return arena_str(a, json_text(scalar_of(n)));
}

static void read_annotations(struct arena *a, const struct json_node *an, struct field *f)
{
	for (size_t i = 0; i < COUNT_OF(switches); i++)
		if (is_on(json_get(an, switches[i].word))) f->flags |= switches[i].flag;
	const struct json_node *many = json_get(an, "multivalued");
	if (is_on(many)) {
		f->flags |= FIELD_MULTIVALUED;
		f->separator = text_of(a, many);
	}
	const struct json_node *levels = json_get(an, "hierarchical");
	if (is_on(levels)) {
		f->flags |= FIELD_HIERARCHICAL;
		f->hierarchy = text_of(a, levels);
		if (f->hierarchy.n == 0) f->hierarchy = STR("/");
	}
	f->facetsort = text_of(a, json_get(an, "facetsort"));
	f->unit = text_of(a, json_get(an, "unit"));
	f->timezone = text_of(a, json_get(an, "timezone"));
	f->precision = text_of(a, json_get(an, "timeserie_precision"));
	f->decimals = (int)json_int(scalar_of(json_get(an, "decimals")), -1);
}

/* Texts by language, kept as they are written. */
static struct str texts_of(struct arena *a, const struct json_node *n)
{
	if ((json_kind(n) != JSON_OBJECT && json_kind(n) != JSON_ARRAY) || json_count(n) == 0) return STR("");
	auto_buf b = BUF_INIT(1 << 20);
	json_put_node(&b, n);
	return b.over ? STR("") : arena_str(a, buf_str(&b));
}

static void read_aliases(struct arena *a, const struct json_node *list, struct field *f)
{
	size_t n = json_count(list);
	if (json_kind(list) != JSON_ARRAY || n == 0) return;
	f->aliases = arena_array(a, struct str, n);
	for (size_t i = 0; i < n; i++)
		if (json_text(json_at(list, i)).n) f->aliases[f->naliases++] = arena_str(a, json_text(json_at(list, i)));
}

static bool first_letter_ok(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

static bool name_ok(struct str s)
{
	if (s.n == 0 || s.n > 100 || !first_letter_ok(s.p[0])) return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!first_letter_ok(c) && !(c >= '0' && c <= '9') && c != '.' && c != '-') return false;
	}
	return true;
}

static bool read_field(struct arena *a, const struct json_node *n, size_t i, struct field *f,
                       struct err *e)
{
	*f = (struct field){ .decimals = -1 };
	f->name = arena_str(a, json_text(json_get(n, "name")));
	if (f->name.n == 0)
		return err_set(e, ERR_BAD_SOURCE, "schema: field number %zu has no \"name\"", i + 1);
	/* Frictionless names are headings as they stand in the file: they become names the same way. */
	struct str heading = f->name;
	if (!name_ok(f->name)) f->name = text_field_name(a, f->name);
	struct str type = json_text(json_get(n, "type"));
	if (!read_type(type.n ? type : STR("text"), f->name, &f->type, e)) return false;
	f->label = arena_str(a, json_text(json_get(n, "label")));
	if (f->label.n == 0) f->label = arena_str(a, json_text(json_get(n, "title")));
	if (f->label.n == 0) f->label = heading;
	f->description = arena_str(a, json_text(json_get(n, "description")));
	read_annotations(a, json_get(n, "annotations"), f);
	read_aliases(a, json_get(n, "aliases"), f);
	f->labels = texts_of(a, json_get(n, "labels"));
	f->descriptions = texts_of(a, json_get(n, "descriptions"));
	f->languages = texts_of(a, json_get(n, "languages"));
	if (json_bool(json_get(n, "unsearched"), false)) f->flags |= FIELD_UNREAD;
	f->weight = (int)num_max(INT64_C(0), num_min(json_int(json_get(n, "search_weight"), 0), (int64_t)SCHEMA_WEIGHT_MOST));
	if ((f->flags & (FIELD_MULTIVALUED | FIELD_HIERARCHICAL)) && f->type != VALUE_TEXT)
		return err_set(e, ERR_BAD_SOURCE,
		               "schema: field \"%.*s\" is %s; only text fields can be multivalued or "
		               "hierarchical", STR_ARG(f->name), value_kind(f->type)->word);
	return true;
}

bool schema_from_json(struct arena *a, struct str json, struct schema *out, struct err *e)
{
	auto_json *doc = NULL;
	if (!json_read(json, &doc, e)) return false;
	const struct json_node *root = json_root(doc);
	const struct json_node *list = json_kind(root) == JSON_ARRAY ? root : json_get(root, "fields");
	size_t n = json_count(list);
	if (json_kind(list) != JSON_ARRAY || n == 0)
		return err_set(e, ERR_BAD_SOURCE, "schema: expected an object with a list named \"fields\"");
	if (n > LIMIT_COLUMNS)
		return err_set(e, ERR_BAD_SOURCE, "schema: %zu fields; at most %d are allowed", n, LIMIT_COLUMNS);
	struct schema s = { .fields = arena_array(a, struct field, n), .n = n };
	for (size_t i = 0; i < n; i++) {
		if (!read_field(a, json_at(list, i), i, &s.fields[i], e)) return false;
		struct schema before = { .fields = s.fields, .n = i };
		if (find_own(&before, s.fields[i].name) >= 0)
			return err_set(e, ERR_BAD_SOURCE, "schema: the field name \"%.*s\" stands twice",
			               STR_ARG(s.fields[i].name));
	}
	*out = s;
	return true;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void put_text_member(struct json_out *j, const char *key, struct str s)
{
	if (s.n == 0) return;
	json_key(j, str_of(key));
	json_put(j, s);
}

static void put_raw_member(struct json_out *j, const char *key, struct str json)
{
	if (json.n == 0) return;
	json_key(j, str_of(key));
	json_value(j);
	buf_put(j->b, json);
}

static void put_field(struct json_out *j, const struct field *f)
{
	json_open(j, '{');
	json_member(j, "name", f->name);
	json_key(j, STR("description"));
	if (f->description.n) json_put(j, f->description);
	else json_put_null(j);
	json_key(j, STR("annotations"));
	json_open(j, '{');
	for (size_t i = 0; i < COUNT_OF(switches); i++) {
		if (!(f->flags & switches[i].flag)) continue;
		json_key(j, str_of(switches[i].word));
		json_put_bool(j, true);
	}
	if (f->flags & FIELD_MULTIVALUED) json_member(j, "multivalued", f->separator.n ? f->separator : STR(","));
	if (f->flags & FIELD_HIERARCHICAL) json_member(j, "hierarchical", f->hierarchy);
	put_text_member(j, "facetsort", f->facetsort);
	put_text_member(j, "unit", f->unit);
	put_text_member(j, "timezone", f->timezone);
	put_text_member(j, "timeserie_precision", f->precision);
	if (f->decimals >= 0) json_member_int(j, "decimals", f->decimals);
	json_close(j, '}');
	json_member(j, "label", f->label);
	json_member(j, "type", str_of(value_kind(f->type)->word));
	put_raw_member(j, "labels", f->labels);
	put_raw_member(j, "descriptions", f->descriptions);
	put_raw_member(j, "languages", f->languages);
	if (f->flags & FIELD_UNREAD) {
		json_key(j, STR("unsearched"));
		json_put_bool(j, true);
	}
	if (f->weight > 1) json_member_int(j, "search_weight", f->weight);
	if (f->naliases) {
		json_key(j, STR("aliases"));
		json_open(j, '[');
		for (size_t i = 0; i < f->naliases; i++) json_put(j, f->aliases[i]);
		json_close(j, ']');
	}
	json_close(j, '}');
}

void schema_put_json(struct buf *b, const struct schema *s)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '[');
	for (size_t i = 0; i < s->n; i++)
		if (!(s->fields[i].flags & FIELD_HIDDEN)) put_field(&j, &s->fields[i]);
	json_close(&j, ']');
}
