/* KML 2.2, always WGS 84: a Placemark a row, named by the first text; the other fields stand as they are in
 * CSV, with their labels beside them when these are asked for. A row without geometry is a Placemark without
 * one. */
#include "export/inside.h"
#include "text/text.h"
#include <math.h>

struct state {
	struct feature feature;
	size_t naming;
	struct str *opening; /* of a Data element, of each column */
	struct buf cell;
};

/* --- geometry ---------------------------------------------------------------------------------------- */

struct shape {
	struct buf *b;
	enum geo_kind kind; /* of the innermost part that is no collection */
	uint32_t rings;     /* met in the present polygon */
	uint32_t left;      /* positions still to come in the present list */
};

static const struct { const char *open, *close; } tags[] = {
	[GEO_POINT] = { "<Point><coordinates>", "</coordinates></Point>" },
	[GEO_LINE] = { "<LineString><coordinates>", "</coordinates></LineString>" },
	[GEO_POLYGON] = { "<Polygon>", "</Polygon>" },
	[GEO_POINTS] = { "<MultiGeometry>", "</MultiGeometry>" },
	[GEO_LINES] = { "<MultiGeometry>", "</MultiGeometry>" },
	[GEO_POLYGONS] = { "<MultiGeometry>", "</MultiGeometry>" },
	[GEO_COLLECTION] = { "<MultiGeometry>", "</MultiGeometry>" },
};

static void open_part(void *arg, enum geo_kind kind, uint32_t parts)
{
	struct shape *s = arg;
	(void)parts;
	s->kind = kind;
	s->rings = 0;
	s->left = 1;
	buf_put(s->b, str_of(tags[kind].open));
}

static void put_ring_end(struct shape *s)
{
	buf_put(s->b, s->rings == 1 ? STR("</coordinates></LinearRing></outerBoundaryIs>")
	                            : STR("</coordinates></LinearRing></innerBoundaryIs>"));
}

static void open_line(void *arg, uint32_t positions)
{
	struct shape *s = arg;
	s->left = positions;
	if (s->kind != GEO_POLYGON) return;
	buf_put(s->b, s->rings++ == 0 ? STR("<outerBoundaryIs><LinearRing><coordinates>")
	                              : STR("<innerBoundaryIs><LinearRing><coordinates>"));
	if (positions == 0) put_ring_end(s);
}

static void put_at(void *arg, double x, double y)
{
	struct shape *s = arg;
	bool last = --s->left == 0;
	if (isfinite(x) && isfinite(y)) {
		text_put_double_plain(s->b, x);
		buf_put_char(s->b, ',');
		text_put_double_plain(s->b, y);
		if (!last) buf_put_char(s->b, ' ');
	}
	if (last && s->kind == GEO_POLYGON) put_ring_end(s);
}

static void close_part(void *arg, enum geo_kind kind) { buf_put(((struct shape *)arg)->b, str_of(tags[kind].close)); }

static void put_geometry(struct buf *b, struct str wkb)
{
	static const struct geo_walker walker = { open_part, open_line, put_at, close_part };
	struct shape s = { .b = b };
	size_t start = b->n;
	if (wkb.n && !geo_walk(wkb, &walker, &s)) b->n = start;
}

/* --- placemarks -------------------------------------------------------------------------------------- */

static void put_row(struct export *x, struct state *s, const struct batch *b, size_t row)
{
	buf_lit(&x->out, "<Placemark>");
	if (s->naming < x->ncolumns && column_has(&b->columns[s->naming], row)) {
		buf_lit(&x->out, "<name>");
		text_put_xml(&x->out, export_text(x, &s->cell, s->naming, &b->columns[s->naming], row));
		buf_lit(&x->out, "</name>");
	}
	buf_lit(&x->out, "<ExtendedData>");
	for (size_t i = 0; i < x->ncolumns; i++) {
		if (i == s->feature.column || !column_has(&b->columns[i], row)) continue;
		buf_put(&x->out, s->opening[i]);
		text_put_xml(&x->out, export_text(x, &s->cell, i, &b->columns[i], row));
		buf_lit(&x->out, "</value></Data>");
	}
	buf_lit(&x->out, "</ExtendedData>");
	put_geometry(&x->out, feature_of(&s->feature, b, row));
	buf_lit(&x->out, "</Placemark>\n");
}

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	for (size_t row = 0; row < b->nrows; row++) {
		put_row(x, x->state, b, row);
		if (x->out.n >= EXPORT_CHUNK && !export_flush(x, false, e)) return false;
	}
	return true;
}

static struct str opening_of(struct export *x, size_t column)
{
	auto_buf b = BUF_INIT(1 << 20);
	buf_lit(&b, "<Data name=\"");
	text_put_xml(&b, x->columns[column].key);
	buf_lit(&b, "\">");
	if (x->job->options.use_labels) {
		buf_lit(&b, "<displayName>");
		text_put_xml(&b, x->headings[column]);
		buf_lit(&b, "</displayName>");
	}
	buf_lit(&b, "<value>");
	return arena_str(&x->arena, buf_str(&b));
}

static bool run(struct export *x, struct err *e)
{
	struct state s = { .naming = export_naming(x, STR("")), .opening = arena_array(&x->arena, struct str, x->ncolumns),
		           .cell = BUF_INIT((size_t)1 << 30) };
	bool ok = feature_open(&s.feature, x, false, e);
	for (size_t i = 0; i < x->ncolumns; i++) s.opening[i] = opening_of(x, i);
	x->state = &s;
	buf_lit(&x->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>");
	text_put_xml(&x->out, x->job->plan->request->target->dataset_id);
	buf_lit(&x->out, "</name>\n");
	ok = ok && export_batches(x, rows, e);
	buf_lit(&x->out, "</Document></kml>\n");
	feature_close(&s.feature);
	buf_done(&s.cell);
	return ok;
}

const struct export_format export_fmt_kml = {
	"kml", "application/vnd.google-earth.kml+xml", "kml", EXPORT_GEO | EXPORT_TAKES_LABELS | EXPORT_TAKES_LISTS, run,
};
