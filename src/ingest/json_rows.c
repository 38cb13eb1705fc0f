/* One JSON value becomes one row. Columns are found as keys appear, in their first order; a later row
 * may bring new ones. */
#include "ingest/json_rows.h"
#include "text/text.h"
#include <stdlib.h>

static const struct str GEOMETRY_KEY = { "\x01geometry", 9 }; /* no key of a file is spelled so by accident */

void json_rows_init(struct json_rows *r, struct source *s) { *r = (struct json_rows){ .s = s }; }

void json_rows_done(struct json_rows *r)
{
	json_free(r->doc);
	arena_done(&r->row);
	arena_done(&r->names);
	free(r->cells);
	*r = (struct json_rows){ 0 };
}

static struct cell *cell_for(struct json_rows *r, struct str key, struct str label)
{
	uintptr_t at = (uintptr_t)map_get_or_null(&r->columns, key);
	if (at == 0) {
		/* Far beyond what can be published the columns are only counted, by stopping there. */
		if (r->s->names.n > 2 * (size_t)LIMIT_COLUMNS) return NULL;
		struct str kept = arena_str(&r->names, key);
		vec_push(&r->names, &r->s->names, arena_str(&r->names, label));
		at = r->s->names.n;
		map_put(&r->names, &r->columns, kept, (void *)at);
	}
	if (at > r->ncells) {
		size_t n = num_max(r->ncells * 2, num_max(at, (size_t)32));
		r->cells = realloc(r->cells, n * sizeof *r->cells);
		ensure(r->cells);
		memset(r->cells + r->ncells, 0, (n - r->ncells) * sizeof *r->cells);
		r->ncells = n;
	}
	return &r->cells[at - 1];
}

static struct str as_text(struct json_rows *r, const struct json_node *n)
{
	auto_buf b = BUF_INIT(WINDOW_MAX);
	json_put_node(&b, n);
	return arena_str(&r->row, buf_str(&b));
}

/* --- what a value may be ------------------------------------------------------------------------- */

static bool all_scalars(const struct json_node *array)
{
	for (size_t i = 0; i < json_count(array); i++) {
		enum json_kind k = json_kind(json_at(array, i));
		if (k == JSON_OBJECT || k == JSON_ARRAY) return false;
	}
	return true;
}

/* {"lon":2.35,"lat":48.85}: how portals write a point. */
static bool lon_lat(struct json_rows *r, const struct json_node *n, struct cell *out)
{
	if (json_count(n) != 2) return false;
	const struct json_node *lat = json_get(n, "lat");
	const struct json_node *lon = json_get(n, "lon");
	if (!lon) lon = json_get(n, "lng");
	if (!lat || !lon) return false;
	enum json_kind a = json_kind(lat);
	enum json_kind b = json_kind(lon);
	if ((a != JSON_INT && a != JSON_REAL) || (b != JSON_INT && b != JSON_REAL)) return false;
	struct str x = as_text(r, lat);
	struct str y = as_text(r, lon);
	*out = (struct cell){ arena_printf(&r->row, "%.*s,%.*s", STR_ARG(x), STR_ARG(y)), CELL_STRING };
	return true;
}

static bool is_geometry(const struct json_node *n)
{
	static const char *const types[] = { "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon",
		"GeometryCollection" };
	struct str type = json_text(json_get(n, "type"));
	if (type.n == 0 || !(json_get(n, "coordinates") || json_get(n, "geometries"))) return false;
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(type, str_of(types[i]))) return true;
	return false;
}

static bool is_feature(const struct json_node *n)
{
	return str_eq(json_text(json_get(n, "type")), STR("Feature")) && json_get(n, "geometry") != NULL;
}

/* 1e22 as 1e+22: an exponent without sign reads as a code elsewhere. */
static struct str number_text(struct json_rows *r, const struct json_node *n)
{
	struct str s = as_text(r, n);
	ptrdiff_t at = str_find_char(s, 'e');
	if (at < 0 || (size_t)at + 1 >= s.n || s.p[at + 1] == '-' || s.p[at + 1] == '+') return s;
	return arena_printf(&r->row, "%.*s+%.*s", STR_ARG(str_sub(s, 0, (size_t)at + 1)), STR_ARG(str_from(s, (size_t)at + 1)));
}

static struct cell cell_of(struct json_rows *r, const struct json_node *n)
{
	struct cell c = { .kind = CELL_NONE };
	switch (json_kind(n)) {
	case JSON_ABSENT:
	case JSON_NULL: return c;
	case JSON_BOOL: return (struct cell){ json_bool(n, false) ? STR("true") : STR("false"), CELL_TRUTH };
	case JSON_INT:
	case JSON_REAL: return (struct cell){ number_text(r, n), CELL_NUMBER };
	case JSON_TEXT:
		c.text = str_trim(json_text(n));
		c.kind = c.text.n ? CELL_STRING : CELL_NONE;
		return c;
	case JSON_ARRAY:
		if (json_count(n) == 0) return c;
		return (struct cell){ as_text(r, n), all_scalars(n) ? CELL_LIST : CELL_NEST };
	case JSON_OBJECT:
		if (json_count(n) == 0) return c;
		if (lon_lat(r, n, &c)) return c;
		if (is_geometry(n)) return (struct cell){ as_text(r, n), CELL_SHAPE };
		if (is_feature(n)) {
			const struct json_node *g = json_get(n, "geometry");
			return is_geometry(g) ? (struct cell){ as_text(r, g), CELL_SHAPE } : c;
		}
		return (struct cell){ as_text(r, n), CELL_NEST };
	}
	return c;
}

/* --- rows ------------------------------------------------------------------------------------------ */

static void put(struct json_rows *r, struct str key, struct str label, const struct json_node *n)
{
	struct cell *c = cell_for(r, key, label);
	if (c) *c = cell_of(r, n);
}

static void put_members(struct json_rows *r, const struct json_node *object)
{
	size_t at = 0;
	struct str key;
	const struct json_node *value;
	while (json_each(object, &at, &key, &value)) put(r, key, key, value);
}

static void put_feature(struct json_rows *r, const struct json_node *n)
{
	const struct json_node *id = json_get(n, "id");
	const struct json_node *properties = json_get(n, "properties");
	enum json_kind k = json_kind(id);
	if ((k == JSON_TEXT || k == JSON_INT) && !json_get(properties, "id")) put(r, STR("id"), STR("id"), id);
	put_members(r, properties);
	put(r, GEOMETRY_KEY, STR("geo_shape"), json_get(n, "geometry"));
}

static void put_items(struct json_rows *r, const struct json_node *array)
{
	size_t n = num_min(json_count(array), 2 * (size_t)LIMIT_COLUMNS);
	for (size_t i = 0; i < n; i++) {
		struct str key = arena_printf(&r->row, "Column %zu", i + 1);
		put(r, key, key, json_at(array, i));
	}
}

void json_rows_first(struct json_rows *r, struct str label) { cell_for(r, STR("\x02" "key"), label); }

void json_rows_name(struct json_rows *r, const struct json_node *headings)
{
	size_t n = num_min(json_count(headings), 2 * (size_t)LIMIT_COLUMNS);
	for (size_t i = 0; i < n; i++) {
		struct str key = arena_printf(&r->row, "Column %zu", i + 1);
		struct str label = str_trim(json_text(json_at(headings, i)));
		cell_for(r, key, label.n ? label : key);
	}
}

bool json_rows_read(struct json_rows *r, struct str text, struct row *out, struct err *e)
{
	json_free(r->doc);
	r->doc = NULL;
	arena_done(&r->row);
	if (!json_read_digits(text, &r->doc, e)) return false;
	const struct json_node *root = json_root(r->doc);
	struct str rest = r->object;
	struct str key;
	while (rest.n && root && str_cut(&rest, '.', &key)) root = json_get(root, arena_cstr(&r->row, key));
	if (r->object.n && json_kind(root) != JSON_OBJECT) root = NULL;
	json_rows_take(r, root, out);
	return true;
}

void json_rows_take(struct json_rows *r, const struct json_node *root, struct row *out)
{
	arena_done(&r->row);
	if (r->ncells) memset(r->cells, 0, r->ncells * sizeof *r->cells);
	if (!root) out->n = 0;
	else if (json_kind(root) == JSON_ARRAY) put_items(r, root);
	else if (json_kind(root) != JSON_OBJECT) put(r, STR("value"), STR("value"), root);
	else if (is_feature(root)) put_feature(r, root);
	else if (is_geometry(root)) put(r, GEOMETRY_KEY, STR("geo_shape"), root);
	else put_members(r, root);
	out->cells = r->cells;
	out->n = r->s->names.n;
	for (size_t i = 0; i < out->n; i++)
		if (out->cells[i].text.n > LIMIT_CELL_BYTES) out->fault = "a cell is larger than 16 MB";
}
