/* RecordV1: values without nulls, places as [lat, lon], lists as one text, a geometry beside the fields. */
#include "legacy/inside.h"
#include "text/text.h"
#include <math.h>

/* With six decimals of a second, always. */
static void put_timestamp(struct buf *b, int64_t us)
{
	struct civil t;
	clock_civil_of_us(us, &t);
	buf_printf(b, "%04d-%02d-%02dT%02d:%02d:%02d.%06d+00:00", (int)t.year, t.month, t.day, t.hour, t.minute, t.second, t.micro);
}

static size_t first_places(const struct query_plan *p)
{
	size_t i = 0;
	while (i < p->ncolumns && p->types[i].type != VALUE_POINT && p->types[i].type != VALUE_SHAPE) i++;
	return i;
}

struct v1_rows v1_rows_of(struct arena *a, const struct v1_call *c, const struct query_plan *p)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct v1_rows r = { .c = c, .plan = p, .keys = arena_array(a, struct str, p->ncolumns), .geometry = first_places(p),
		.zone = c->zone };
	for (size_t i = 0; i < p->ncolumns; i++) {
		buf_clear(&b);
		text_put_json(&b, p->columns[i].key);
		buf_put_char(&b, ':');
		r.keys[i] = arena_str(a, buf_str(&b));
	}
	buf_clear(&b);
	buf_lit(&b, "{\"datasetid\":");
	text_put_json(&b, c->target.dataset_id);
	buf_lit(&b, ",\"recordid\":\"");
	r.head = arena_str(a, buf_str(&b));
	buf_clear(&b);
	buf_lit(&b, ",\"record_timestamp\":\"");
	put_timestamp(&b, c->target.record_timestamp_us);
	buf_lit(&b, "\"}");
	r.tail = arena_str(a, buf_str(&b));
	return r;
}

static void put_real(struct buf *b, double v)
{
	if (isfinite(v)) text_put_double(b, v);
	else buf_lit(b, "null");
}

static void put_list(struct buf *b, const struct v1_rows *r, size_t column, const struct column *col, size_t row)
{
	struct list_span span = col->lists[row];
	const struct field *f = r->plan->fields[column];
	struct str between = f && f->separator.n ? f->separator : STR(",");
	auto_buf joined = BUF_INIT(256 << 20);
	for (uint32_t i = 0; i < span.n; i++) {
		if (i) buf_put(&joined, between);
		buf_put(&joined, col->items[span.from + i]);
	}
	text_put_json(b, buf_str(&joined));
}

static bool has_value(const struct column *col, size_t row)
{
	return column_has(col, row) && !(col->type.list && col->lists[row].n == 0);
}

static void put_value(struct buf *b, const struct v1_rows *r, size_t column, const struct column *col, size_t row)
{
	struct record_style style = { .zone = r->zone, .geometry_only = true };
	if (col->type.list) {
		put_list(b, r, column, col, row);
	} else if (col->type.type == VALUE_POINT) {
		buf_put_char(b, '[');
		put_real(b, col->lats[row]);
		buf_put_char(b, ',');
		put_real(b, col->lons[row]);
		buf_put_char(b, ']');
	} else {
		record_put_json(b, &r->plan->columns[column], col, row, &style);
	}
}

static void put_fields(struct buf *b, const struct v1_rows *r, const struct batch *rows, size_t row, bool but_geometry)
{
	bool more = false;
	for (size_t i = 0; i < r->plan->ncolumns; i++) {
		const struct column *col = &rows->columns[i];
		if (!has_value(col, row)) continue;
		if (but_geometry && i == r->geometry && col->type.type == VALUE_SHAPE) continue;
		if (more) buf_put_char(b, ',');
		more = true;
		buf_put(b, r->keys[i]);
		put_value(b, r, i, col, row);
	}
}

void v1_put_geometry(struct buf *b, const struct v1_rows *r, const struct batch *rows, size_t row)
{
	const struct column *col = r->geometry < r->plan->ncolumns ? &rows->columns[r->geometry] : NULL;
	struct record_style style = { .zone = r->zone, .geometry_only = true };
	if (!col || !column_has(col, row)) {
		buf_lit(b, "null");
	} else if (col->type.type == VALUE_SHAPE) {
		record_put_json(b, &r->plan->columns[r->geometry], col, row, &style);
	} else {
		buf_lit(b, "{\"type\":\"Point\",\"coordinates\":[");
		put_real(b, col->lons[row]);
		buf_put_char(b, ',');
		put_real(b, col->lats[row]);
		buf_lit(b, "]}");
	}
}

struct str v1_record_id(const struct v1_rows *r, const struct batch *rows, size_t row)
{
	return r->plan->id_column < 0 ? STR("") : rows->columns[r->plan->id_column].texts[row];
}

void v1_put_record(struct buf *b, const struct v1_rows *r, const struct batch *rows, size_t row)
{
	buf_put(b, r->head);
	buf_put(b, v1_record_id(r, rows, row));
	buf_lit(b, "\",\"fields\":{");
	put_fields(b, r, rows, row, false);
	buf_put_char(b, '}');
	if (r->geometry < r->plan->ncolumns && column_has(&rows->columns[r->geometry], row)) {
		buf_lit(b, ",\"geometry\":");
		v1_put_geometry(b, r, rows, row);
	}
	buf_put(b, r->tail);
}

void v1_put_feature(struct buf *b, const struct v1_rows *r, const struct batch *rows, size_t row)
{
	size_t from;
	buf_lit(b, "{\"type\":\"Feature\",\"geometry\":");
	v1_put_geometry(b, r, rows, row);
	buf_lit(b, ",\"properties\":{");
	from = b->n;
	put_fields(b, r, rows, row, true);
	if (b->n > from) buf_put_char(b, ',');
	buf_lit(b, "\"recordid\":\"");
	buf_put(b, v1_record_id(r, rows, row));
	buf_lit(b, "\"}}");
}

bool v1_each_row(const struct v1_call *c, const struct query_plan *p, struct cancel *cancel,
                 bool (*each)(void *arg, const struct batch *rows, size_t row, struct err *e), void *arg, int64_t *n,
                 struct err *e)
{
	struct query_cursor *k;
	struct batch rows;
	bool ok = true;
	*n = 0;
	if (p->empty || !v1_has_rows(c)) return true;
	if (!query_open(c->at.site->engine, p, cancel, &k, e)) return false;
	do {
		ok = query_next(k, &rows, e);
		for (size_t i = 0; ok && i < rows.nrows; i++) {
			ok = each(arg, &rows, i, e);
			(*n)++;
		}
	} while (ok && rows.nrows > 0);
	query_close(k);
	return ok;
}
