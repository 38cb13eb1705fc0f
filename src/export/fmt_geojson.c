/* GeoJSON (Explore API §12.6): the geometry is the first shape of the result, else its first point,
 * else null; what became the geometry is no property. */
#include "export/inside.h"
#include "text/text.h"

struct state {
	size_t geometry;  /* column, or ncolumns */
	struct str *keys; /* "key": */
	bool more;
};

static size_t find(const struct export *x, enum value_type t)
{
	size_t i = 0;
	while (i < x->ncolumns && x->columns[i].type.type != t) i++;
	return i;
}

static void put_geometry(struct export *x, const struct state *s, const struct batch *b, size_t row)
{
	const struct column *c = s->geometry < x->ncolumns ? &b->columns[s->geometry] : NULL;
	struct record_style bare = { x->style.zone, true };
	if (!c || !column_has(c, row)) {
		buf_lit(&x->out, "null");
	} else if (c->type.type == VALUE_SHAPE) {
		record_put_json(&x->out, &x->columns[s->geometry], c, row, &bare);
	} else {
		buf_lit(&x->out, "{\"type\":\"Point\",\"coordinates\":[");
		text_put_double_plain(&x->out, c->lons[row]);
		buf_put_char(&x->out, ',');
		text_put_double_plain(&x->out, c->lats[row]);
		buf_lit(&x->out, "]}");
	}
}

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	struct state *s = x->state;
	for (size_t row = 0; row < b->nrows; row++) {
		bool first = true;
		if (s->more) buf_put_char(&x->out, ',');
		s->more = true;
		buf_lit(&x->out, "{\"type\":\"Feature\",\"geometry\":");
		put_geometry(x, s, b, row);
		buf_lit(&x->out, ",\"properties\":{");
		for (size_t i = 0; i < x->ncolumns; i++) {
			if (i == s->geometry) continue;
			if (!first) buf_put_char(&x->out, ',');
			first = false;
			buf_put(&x->out, s->keys[i]);
			record_put_json(&x->out, &x->columns[i], &b->columns[i], row, &x->style);
		}
		buf_lit(&x->out, "}}");
		if (x->out.n >= EXPORT_CHUNK && !export_flush(x, false, e)) return false;
	}
	return true;
}

static bool run(struct export *x, struct err *e)
{
	struct state s = { .geometry = find(x, VALUE_SHAPE), .keys = arena_array(&x->arena, struct str, x->ncolumns) };
	if (s.geometry == x->ncolumns) s.geometry = find(x, VALUE_POINT);
	auto_buf key = BUF_INIT(1 << 20);
	for (size_t i = 0; i < x->ncolumns; i++) {
		buf_clear(&key);
		text_put_json(&key, x->columns[i].key);
		buf_put_char(&key, ':');
		s.keys[i] = arena_str(&x->arena, buf_str(&key));
	}
	x->state = &s;
	buf_lit(&x->out, "{\"type\":\"FeatureCollection\",\"features\":[");
	bool ok = export_batches(x, rows, e);
	buf_lit(&x->out, "]}");
	return ok;
}

const struct export_format export_fmt_geojson = { "geojson", "application/json", "geojson", EXPORT_GEO, run };
