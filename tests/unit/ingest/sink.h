/* A sink for tests: the rows that a load would write, as one JSON array a line. */
#ifndef TESTS_INGEST_SINK_H
#define TESTS_INGEST_SINK_H

#include "clock/clock.h"
#include "geo/geo.h"
#include "ingest/load.h"
#include "text/text.h"

struct text_sink {
	struct buf out;
	struct schema schema;
	struct geo *geo;
	bool begun, committed;
	int64_t rows;
};

static bool text_sink_begin(void *arg, const struct schema *s, struct err *e)
{
	(void)e;
	struct text_sink *k = arg;
	k->schema = *s;
	k->begun = true;
	k->geo = geo_new();
	return true;
}

static void text_sink_cell(struct text_sink *k, struct json_out *j, const struct column *c, size_t row)
{
	if (!column_has(c, row)) {
		json_put_null(j);
		return;
	}
	if (c->type.list) {
		json_open(j, '[');
		for (uint32_t i = 0; i < c->lists[row].n; i++) json_put(j, c->items[c->lists[row].from + i]);
		json_close(j, ']');
		return;
	}
	struct value v = column_value(c, row);
	auto_buf b = BUF_INIT(64 << 20);
	switch (v.type) {
	case VALUE_INT: json_put_int(j, v.i); return;
	case VALUE_DOUBLE: json_put_real(j, v.d); return;
	case VALUE_BOOL: json_put_bool(j, v.b); return;
	case VALUE_DATE: clock_put_date(&b, v.days); break;
	case VALUE_DATETIME: clock_put_instant(&b, v.i, clock_utc()); break;
	case VALUE_POINT:
		text_put_double_plain(&b, v.at.lat);
		buf_lit(&b, ",");
		text_put_double_plain(&b, v.at.lon);
		break;
	case VALUE_SHAPE: (void)!geo_put_geojson(k->geo, &b, v.s); break;
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_JSON: buf_put(&b, v.s); break;
	case VALUE_TYPES: break;
	}
	json_put(j, buf_str(&b));
}

static bool text_sink_rows(void *arg, const struct batch *b, const uint8_t (*ids)[16], struct err *e)
{
	(void)ids;
	(void)e;
	struct text_sink *k = arg;
	for (size_t row = 0; row < b->nrows; row++) {
		struct json_out j = JSON_OUT(&k->out);
		json_open(&j, '[');
		for (size_t i = 0; i < b->ncolumns; i++) text_sink_cell(k, &j, &b->columns[i], row);
		json_close(&j, ']');
		buf_put_char(&k->out, '\n');
	}
	k->rows += (int64_t)b->nrows;
	return true;
}

static bool text_sink_end(void *arg, enum load_end how, struct err *e)
{
	(void)e;
	struct text_sink *k = arg;
	k->committed = k->begun && how == LOAD_COMMIT;
	geo_free(k->geo);
	k->geo = NULL;
	return true;
}

#endif
