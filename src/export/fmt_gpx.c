/* GPX 1.1, always WGS 84: points become waypoints, lines and the rings of polygons become tracks; a row without
 * geometry has no place here. The format wants all waypoints before the first track, so where a result has
 * both its rows are asked for twice. */
#include "export/inside.h"
#include "text/text.h"
#include <ctype.h>
#include <math.h>

enum pass { PASS_POINTS, PASS_TRACKS };

struct state {
	struct feature feature;
	size_t naming;
	bool *described;     /* columns of <desc> */
	bool any_described;
	struct str *element; /* name of the column as an element; empty: not among the extensions */
	struct str words;    /* <name>, <desc>; of the present row, in `made` */
	struct str extra;    /* <extensions> */
	struct buf made, cell;
	enum pass pass;
	bool lines;          /* there is something for a second pass */
};

/* --- fields ------------------------------------------------------------------------------------------ */

static void put_description(struct export *x, struct state *s, const struct batch *b, size_t row)
{
	bool first = true;
	for (size_t i = 0; i < x->ncolumns; i++) {
		if (!s->described[i] || !column_has(&b->columns[i], row)) continue;
		buf_put(&s->made, first ? STR("<desc>") : STR("\n"));
		first = false;
		text_put_xml(&s->made, x->headings[i]);
		buf_lit(&s->made, ": ");
		text_put_xml(&s->made, export_text(x, &s->cell, i, &b->columns[i], row));
	}
	if (!first) buf_lit(&s->made, "</desc>");
}

static void put_extensions(struct export *x, struct state *s, const struct batch *b, size_t row)
{
	bool first = true;
	for (size_t i = 0; i < x->ncolumns; i++) {
		if (!s->element[i].n || !column_has(&b->columns[i], row)) continue;
		if (first) buf_lit(&s->made, "<extensions>");
		first = false;
		buf_lit(&s->made, "<field:");
		buf_put(&s->made, s->element[i]);
		buf_put_char(&s->made, '>');
		text_put_xml(&s->made, export_text(x, &s->cell, i, &b->columns[i], row));
		buf_lit(&s->made, "</field:");
		buf_put(&s->made, s->element[i]);
		buf_put_char(&s->made, '>');
	}
	if (!first) buf_lit(&s->made, "</extensions>");
}

/* The same for every waypoint and track of a row. */
static void make_words(struct export *x, struct state *s, const struct batch *b, size_t row)
{
	buf_clear(&s->made);
	if (s->naming < x->ncolumns && column_has(&b->columns[s->naming], row)) {
		buf_lit(&s->made, "<name>");
		text_put_xml(&s->made, export_text(x, &s->cell, s->naming, &b->columns[s->naming], row));
		buf_lit(&s->made, "</name>");
	}
	if (s->any_described) put_description(x, s, b, row);
	size_t n = s->made.n;
	put_extensions(x, s, b, row);
	s->words = str_sub(buf_str(&s->made), 0, n);
	s->extra = str_from(buf_str(&s->made), n);
}

/* --- geometry ---------------------------------------------------------------------------------------- */

struct shape {
	struct export *x;
	struct state *s;
	const struct batch *batch;
	size_t row;
	bool made;         /* the words of this row */
	bool track;        /* one is open */
	uint32_t depth;    /* of what is inside a track */
	uint32_t left;
	enum geo_kind kind;
};

static void make_once(struct shape *g)
{
	if (!g->made) make_words(g->x, g->s, g->batch, g->row);
	g->made = true;
}

static void put_place(struct buf *b, struct str element, double lon, double lat)
{
	buf_put_char(b, '<');
	buf_put(b, element);
	buf_lit(b, " lat=\"");
	text_put_double_plain(b, lat);
	buf_lit(b, "\" lon=\"");
	text_put_double_plain(b, lon);
	buf_lit(b, "\">");
}

static void open_part(void *arg, enum geo_kind kind, uint32_t parts)
{
	struct shape *g = arg;
	(void)parts;
	g->kind = kind;
	bool tracks = kind == GEO_LINE || kind == GEO_POLYGON || kind == GEO_LINES || kind == GEO_POLYGONS;
	if (tracks) g->s->lines = true;
	if (tracks && g->depth++ == 0 && g->s->pass == PASS_TRACKS) {
		make_once(g);
		buf_lit(&g->x->out, "<trk>");
		buf_put(&g->x->out, g->s->words);
		buf_put(&g->x->out, g->s->extra);
		g->track = true;
	}
}

static void open_line(void *arg, uint32_t positions)
{
	struct shape *g = arg;
	g->left = positions;
	if (g->track && positions) buf_lit(&g->x->out, "<trkseg>");
}

static void put_at(void *arg, double lon, double lat)
{
	struct shape *g = arg;
	struct buf *b = &g->x->out;
	if (g->kind == GEO_POINT) {
		if (g->s->pass != PASS_POINTS || !isfinite(lon) || !isfinite(lat)) return;
		make_once(g);
		put_place(b, STR("wpt"), lon, lat);
		buf_put(b, g->s->words);
		buf_put(b, g->s->extra);
		buf_lit(b, "</wpt>\n");
	} else if (g->track) {
		put_place(b, STR("trkpt"), lon, lat);
		buf_put(b, --g->left == 0 ? STR("</trkpt></trkseg>") : STR("</trkpt>"));
	}
}

static void close_part(void *arg, enum geo_kind kind)
{
	struct shape *g = arg;
	bool tracks = kind == GEO_LINE || kind == GEO_POLYGON || kind == GEO_LINES || kind == GEO_POLYGONS;
	if (!tracks || --g->depth > 0) return;
	if (g->track) buf_lit(&g->x->out, "</trk>\n");
	g->track = false;
}

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	static const struct geo_walker walker = { open_part, open_line, put_at, close_part };
	struct state *s = x->state;
	for (size_t row = 0; row < b->nrows; row++) {
		struct shape g = { .x = x, .s = s, .batch = b, .row = row };
		struct str wkb = feature_of(&s->feature, b, row);
		size_t start = x->out.n;
		if (wkb.n && !geo_walk(wkb, &walker, &g)) x->out.n = start;
		if (x->out.n >= EXPORT_CHUNK && !export_flush(x, false, e)) return false;
	}
	return true;
}

/* --- the file ---------------------------------------------------------------------------------------- */

static bool is_listed(struct str list, struct str key)
{
	struct str name;
	while (list.n && str_cut(&list, ',', &name))
		if (str_eq(str_trim(name), key)) return true;
	return false;
}

/* A key as the name of an element: letters, digits and "_", not beginning with a digit. */
static struct str element_of(struct arena *a, struct str key)
{
	auto_buf b = BUF_INIT(4096);
	if (key.n == 0 || isdigit((unsigned char)key.p[0])) buf_put_char(&b, '_');
	for (size_t i = 0; i < key.n && i < 200; i++)
		buf_put_char(&b, isalnum((unsigned char)key.p[i]) ? key.p[i] : '_');
	return arena_str(a, buf_str(&b));
}

/* Fields listed for the description stand there; the others stand in the extensions or, when these are
 * not wanted and nothing is listed, in the description too. */
static void share_out(struct export *x, struct state *s)
{
	const struct export_options *o = &x->job->options;
	s->described = arena_array(&x->arena, bool, x->ncolumns);
	s->element = arena_array(&x->arena, struct str, x->ncolumns);
	for (size_t i = 0; i < x->ncolumns; i++) {
		struct str key = x->columns[i].key;
		if (i == s->feature.column) continue;
		s->described[i] = o->description_field_list.n ? is_listed(o->description_field_list, key)
		                                              : !o->use_extension && i != s->naming;
		s->any_described |= s->described[i];
		if (o->use_extension && !s->described[i]) s->element[i] = element_of(&x->arena, key);
	}
}

static bool second_pass(struct export *x, struct state *s, struct err *e)
{
	int64_t *count = x->job->rows_or_null;
	int64_t counted = count ? *count : 0;
	s->pass = PASS_TRACKS;
	bool ok = export_batches(x, rows, e);
	if (count) *count = counted;
	return ok;
}

static bool run(struct export *x, struct err *e)
{
	struct state s = { .naming = export_naming(x, x->job->options.name_field), .made = BUF_INIT((size_t)1 << 30),
		           .cell = BUF_INIT((size_t)1 << 30) };
	bool ok = feature_open(&s.feature, x, false, e);
	share_out(x, &s);
	x->state = &s;
	buf_lit(&x->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx version=\"1.1\" creator=\"Stoa\" "
	        "xmlns=\"http://www.topografix.com/GPX/1/1\" xmlns:field=\"urn:x-stoa:field\"><metadata><name>");
	text_put_xml(&x->out, x->job->plan->request->target->dataset_id);
	buf_lit(&x->out, "</name></metadata>\n");
	ok = ok && export_batches(x, rows, e);
	if (ok && s.lines) ok = second_pass(x, &s, e);
	buf_lit(&x->out, "</gpx>\n");
	feature_close(&s.feature);
	buf_done(&s.made);
	buf_done(&s.cell);
	return ok;
}

const struct export_format export_fmt_gpx = {
	"gpx", "application/gpx+xml", "gpx",
	EXPORT_GEO | EXPORT_NEEDS | EXPORT_TAKES_NAME | EXPORT_TAKES_GPX | EXPORT_TAKES_LABELS | EXPORT_TAKES_LISTS, run,
};
