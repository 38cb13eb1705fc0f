/* GeoJSON (Explore API §12.6): the geometry is the first shape of the result, else its first point,
 * else null; what became the geometry is no property. */
#include "export/inside.h"
#include "text/text.h"

struct state {
	struct feature feature;
	struct str *keys; /* "key": */
	bool more;
};

static void put_geometry(struct export *x, struct state *s, const struct batch *b, size_t row)
{
	static const struct record_column shape = { .type = { VALUE_SHAPE, false } };
	struct record_style bare = { .zone = x->style.zone, .geometry_only = true };
	struct str wkb = feature_of(&s->feature, b, row);
	struct column one = { .type = { VALUE_SHAPE, false }, .texts = &wkb };
	if (wkb.n) record_put_json(&x->out, &shape, &one, 0, &bare);
	else buf_lit(&x->out, "null");
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
			if (i == s->feature.column) continue;
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
	struct state s = { .keys = arena_array(&x->arena, struct str, x->ncolumns) };
	bool ok = feature_open(&s.feature, x, true, e);
	auto_buf key = BUF_INIT(1 << 20);
	for (size_t i = 0; i < x->ncolumns; i++) {
		buf_clear(&key);
		text_put_json(&key, x->columns[i].key);
		buf_put_char(&key, ':');
		s.keys[i] = arena_str(&x->arena, buf_str(&key));
	}
	x->state = &s;
	x->style.epochs = x->job->options.epochs;
	buf_lit(&x->out, "{\"type\":\"FeatureCollection\",");
	/* RFC 7946 knows WGS 84 only; programs still read the member of the former specification. */
	if (ok && s.feature.transform)
		buf_printf(&x->out, "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::%d\"}},",
		           geo_transform_epsg(s.feature.transform));
	buf_lit(&x->out, "\"features\":[");
	ok = ok && export_batches(x, rows, e);
	buf_lit(&x->out, "]}");
	feature_close(&s.feature);
	return ok;
}

const struct export_format export_fmt_geojson = {
	"geojson", "application/json", "geojson", EXPORT_GEO | EXPORT_TAKES_EPSG, run,
};
