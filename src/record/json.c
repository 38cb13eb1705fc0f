/* Records as JSON (Explore API §17). */
#include "record/inside.h"
#include "text/text.h"
#include <math.h>

void date_put(struct buf *b, int32_t days, struct str precision)
{
	size_t from = b->n;
	clock_put_date(b, days);
	if (b->over) return;
	if (str_eq(precision, STR("year"))) b->n = from + 4;
	else if (str_eq(precision, STR("month"))) b->n = from + 7;
}

static void put_real(struct buf *b, double v)
{
	if (isfinite(v)) text_put_double(b, v);
	else buf_lit(b, "null");
}

static void put_point(struct buf *b, double lat, double lon)
{
	buf_lit(b, "{\"lon\":");
	put_real(b, lon);
	buf_lit(b, ",\"lat\":");
	put_real(b, lat);
	buf_put_char(b, '}');
}

static void put_list(struct buf *b, const struct column *col, size_t row)
{
	struct list_span span = col->lists[row];
	if (span.n == 0) {
		buf_lit(b, "null");
		return;
	}
	for (uint32_t i = 0; i < span.n; i++) {
		buf_put_char(b, i ? ',' : '[');
		text_put_json(b, col->items[span.from + i]);
	}
	buf_put_char(b, ']');
}

static void put_shape(struct buf *b, struct str wkb, const struct record_style *style)
{
	if (style->geometry_only) {
		shape_put(b, wkb, false);
		return;
	}
	buf_lit(b, "{\"type\":\"Feature\",\"geometry\":");
	shape_put(b, wkb, false);
	buf_lit(b, ",\"properties\":{}}");
}

/* Text that holds JSON goes in as it stands, but on one line: between its tokens a line end is a blank
 * like any other, and JSON Lines has no room for it. */
static void put_raw(struct buf *b, struct str json)
{
	size_t from = b->n;
	buf_put(b, json.n ? json : STR("null"));
	if (b->over || (str_find_char(json, '\n') < 0 && str_find_char(json, '\r') < 0)) return;
	for (size_t i = from; i < b->n; i++)
		if (b->p[i] == '\n' || b->p[i] == '\r') b->p[i] = ' ';
}

/* A file is shown as the object it was given as, or as one with its address. */
static void put_file(struct buf *b, struct str cell)
{
	if (cell.n > 0 && cell.p[0] == '{') {
		put_raw(b, cell);
		return;
	}
	struct str path = cell;
	ptrdiff_t query = str_find_char(path, '?');
	if (query >= 0) path = str_sub(path, 0, (size_t)query);
	ptrdiff_t slash = str_rfind_char(path, '/');
	struct str name = str_from(path, (size_t)(slash + 1));
	ptrdiff_t dot = str_rfind_char(name, '.');
	buf_lit(b, "{\"thumbnail\":false,\"filename\":");
	text_put_json(b, name);
	buf_lit(b, ",\"format\":");
	text_put_json(b, dot < 0 ? STR("") : str_from(name, (size_t)dot + 1));
	buf_lit(b, ",\"url\":");
	text_put_json(b, cell);
	buf_put_char(b, '}');
}

void record_put_json(struct buf *b, const struct record_column *c, const struct column *col, size_t row,
                     const struct record_style *style)
{
	if (!column_has(col, row)) {
		buf_lit(b, "null");
		return;
	}
	if (col->type.list) {
		put_list(b, col, row);
		return;
	}
	switch (col->type.type) {
	case VALUE_TEXT:
		if (c->json_text) put_raw(b, col->texts[row]);
		else text_put_json(b, col->texts[row]);
		break;
	case VALUE_INT: buf_put_int(b, col->ints[row]); break;
	case VALUE_DOUBLE: put_real(b, col->doubles[row]); break;
	case VALUE_BOOL: buf_put(b, col->bools[row] ? STR("true") : STR("false")); break;
	case VALUE_DATE:
		buf_put_char(b, '"');
		date_put(b, col->days[row], c->precision);
		buf_put_char(b, '"');
		break;
	case VALUE_DATETIME:
		if (style->epochs) {
			buf_put_int(b, col->ints[row] / 1000);
			break;
		}
		buf_put_char(b, '"');
		clock_put_instant(b, col->ints[row], style->zone);
		buf_put_char(b, '"');
		break;
	case VALUE_POINT: put_point(b, col->lats[row], col->lons[row]); break;
	case VALUE_SHAPE: put_shape(b, col->texts[row], style); break;
	case VALUE_FILE: put_file(b, col->texts[row]); break;
	case VALUE_JSON: put_raw(b, col->texts[row]); break;
	case VALUE_TYPES: ensure(false && "a type");
	}
}

struct record_keys {
	const struct record_column *columns;
	struct str *keys; /* {"a":   ,"b":   … with what stands before them */
	size_t n;
};

struct record_keys *record_keys(struct arena *a, const struct record_column *columns, size_t n)
{
	auto_buf b = BUF_INIT(SIZE_MAX);
	struct record_keys *k = arena_new(a, struct record_keys);
	*k = (struct record_keys){ columns, arena_array(a, struct str, n), n };
	for (size_t i = 0; i < n; i++) {
		buf_clear(&b);
		buf_put_char(&b, i ? ',' : '{');
		text_put_json(&b, columns[i].key);
		buf_put_char(&b, ':');
		k->keys[i] = arena_str(a, buf_str(&b));
	}
	return k;
}

void record_put_object(struct buf *b, const struct record_keys *keys, const struct batch *rows, size_t row,
                       const struct record_style *style)
{
	ensure(rows->ncolumns >= keys->n);
	if (keys->n == 0) buf_put_char(b, '{');
	for (size_t i = 0; i < keys->n; i++) {
		buf_put(b, keys->keys[i]);
		record_put_json(b, &keys->columns[i], &rows->columns[i], row, style);
	}
	buf_put_char(b, '}');
}
