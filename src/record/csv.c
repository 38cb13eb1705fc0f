/* Values as CSV cells (Explore API §12.4). */
#include "record/inside.h"
#include "json/json.h"
#include "text/text.h"
#include <math.h>

/* Cells that can hold no quote and no line end go out as they are, unless the delimiter is among
 * their own characters. */
static void put_made(struct buf *b, size_t from, char delimiter, bool quote)
{
	if (b->over) return;
	struct str made = str_make(b->p + from, b->n - from);
	if (!quote && str_find_char(made, delimiter) < 0 && str_find_char(made, '"') < 0 &&
	    str_find_char(made, '\n') < 0 && str_find_char(made, '\r') < 0) return;
	auto_buf copy = BUF_INIT(made.n + 1);
	buf_put(&copy, made);
	b->n = from;
	text_put_csv(b, buf_str(&copy), delimiter, true);
}

static void put_real(struct buf *b, double v)
{
	if (isfinite(v)) text_put_double_plain(b, v);
}

static void put_point(struct buf *b, double lat, double lon, char delimiter)
{
	size_t from = b->n;
	put_real(b, lat);
	buf_lit(b, ", ");
	put_real(b, lon);
	put_made(b, from, delimiter, false);
}

static void put_list(struct buf *b, const struct column *col, size_t row, const struct record_csv *csv)
{
	struct list_span span = col->lists[row];
	size_t from = b->n;
	for (uint32_t i = 0; i < span.n; i++) {
		if (i) buf_put(b, csv->list_separator);
		buf_put(b, col->items[span.from + i]);
	}
	put_made(b, from, csv->delimiter, csv->quote_all);
}

struct str file_url(struct arena *a, struct str cell)
{
	struct err e = { 0 };
	auto_json *doc = NULL;
	if (cell.n == 0 || cell.p[0] != '{' || !json_read(cell, &doc, &e)) return cell;
	struct str url = json_text(json_get(json_root(doc), "url"));
	return url.n ? arena_str(a, url) : cell;
}

static void put_file(struct buf *b, struct str cell, const struct record_csv *csv)
{
	auto_arena a = ARENA_INIT;
	text_put_csv(b, file_url(&a, cell), csv->delimiter, csv->quote_all);
}

void record_put_csv(struct buf *b, const struct record_column *c, const struct column *col, size_t row,
                    const struct record_style *style, const struct record_csv *csv)
{
	size_t from = b->n;
	if (!column_has(col, row)) return;
	if (col->type.list) {
		put_list(b, col, row, csv);
		return;
	}
	switch (col->type.type) {
	case VALUE_TEXT:
	case VALUE_JSON: text_put_csv(b, col->texts[row], csv->delimiter, csv->quote_all); break;
	case VALUE_INT: buf_put_int(b, col->ints[row]); break;
	case VALUE_DOUBLE: put_real(b, col->doubles[row]); break;
	case VALUE_BOOL: buf_put(b, col->bools[row] ? STR("True") : STR("False")); break;
	case VALUE_DATE: date_put(b, col->days[row], c->precision); break;
	case VALUE_DATETIME: clock_put_instant(b, col->ints[row], style->zone); break;
	case VALUE_POINT: put_point(b, col->lats[row], col->lons[row], csv->delimiter); break;
	case VALUE_SHAPE:
		shape_put(b, col->texts[row], true);
		put_made(b, from, csv->delimiter, csv->quote_all);
		break;
	case VALUE_FILE: put_file(b, col->texts[row], csv); break;
	case VALUE_TYPES: ensure(false && "a type");
	}
}
