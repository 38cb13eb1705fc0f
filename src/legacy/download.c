/* records/1.0/download and the page's download address: everything, streamed. JSON and GeoJSON are v1's own
 * shapes; other formats are those of export/ with the options v1 has. */
#include "download/download.h"
#include "export/export.h"
#include "geo/geo.h"
#include "legacy/inside.h"
#include "text/text.h"

enum { CHUNK = 128 * 1024 };

struct writing {
	struct v1_rows rows;
	bool features;
	struct str callback;
	double tolerance; /* degrees that a shape may be off by; 0: shapes as they are */
};

/* --- v1's own shapes, on the writing thread ------------------------------------------------------- */

static bool send(struct buf *b, const struct export_sink *to, struct err *e)
{
	struct str bytes;
	if (!buf_end(b, &bytes, e) || (bytes.n && !to->write(to->to, bytes, e))) return false;
	buf_clear(b);
	return true;
}

static bool put_batch(struct buf *b, const struct writing *w, const struct batch *rows, bool first, const struct export_sink *to,
                      struct err *e)
{
	for (size_t i = 0; i < rows->nrows; i++) {
		if (!first || i) buf_put_char(b, ',');
		if (w->features) v1_put_feature(b, &w->rows, rows, i);
		else v1_put_record(b, &w->rows, rows, i);
		if (b->n >= CHUNK && !send(b, to, e)) return false;
	}
	return true;
}

/* Shapes with fewer positions, in a copy of the batch. What cannot be read as a shape stays. */
static void simplify(struct geo *g, const struct writing *w, struct arena *a, struct batch *rows)
{
	struct column *columns = arena_array(a, struct column, rows->ncolumns + 1);
	if (rows->nrows == 0) return;
	memcpy(columns, rows->columns, rows->ncolumns * sizeof *columns);
	for (size_t k = 0; k < rows->ncolumns; k++) {
		if (columns[k].type.type != VALUE_SHAPE) continue;
		struct str *texts = arena_array(a, struct str, rows->nrows);
		for (size_t i = 0; i < rows->nrows; i++) {
			if (!column_has(&columns[k], i)) continue;
			texts[i] = columns[k].texts[i];
			struct str less;
			if (geo_simplify(g, a, texts[i], w->tolerance, &less)) texts[i] = less;
		}
		columns[k].texts = texts;
	}
	rows->columns = columns;
}

static bool write_rows(const struct export_job *j, void *arg, const struct export_sink *to, int64_t *n, struct err *e)
{
	const struct writing *w = arg;
	auto_buf b = BUF_INIT(256 << 20);
	struct query_cursor *k;
	struct batch rows = { 0 };
	bool ok = true;
	if (w->callback.n) {
		buf_put(&b, w->callback);
		buf_put_char(&b, '(');
	}
	buf_put(&b, w->features ? STR("{\"type\":\"FeatureCollection\",\"features\":[") : STR("["));
	if (!query_open(j->engine, j->plan, j->cancel_or_null, &k, e)) return false;
	struct geo *g = w->tolerance > 0 ? geo_new() : NULL;
	do {
		auto_arena a = ARENA_INIT;
		ok = query_next(k, &rows, e);
		if (ok && g) simplify(g, w, &a, &rows);
		ok = ok && put_batch(&b, w, &rows, *n == 0, to, e);
		*n += ok ? (int64_t)rows.nrows : 0;
	} while (ok && rows.nrows > 0);
	geo_free(g);
	query_close(k);
	buf_put(&b, w->features ? STR("]}") : STR("]"));
	if (w->callback.n) buf_lit(&b, ");");
	return ok && send(&b, to, e);
}

/* --- options -------------------------------------------------------------------------------------- */

static bool read_separator(const struct v1_call *c, char *out, struct err *e)
{
	struct str s = v1_text(c, "csv_separator");
	*out = ';';
	if (!s.n) return true;
	if (str_eq(s, STR("\\t"))) s = STR("\t");
	bool fine = s.n == 1 && (s.p[0] == '\t' || (s.p[0] >= ' ' && s.p[0] < 127)) && s.p[0] != '"';
	if (!fine)
		return err_set(e, ERR_PARAMETER, "Invalid value for csv_separator parameter: %.*s was found but one ASCII character other "
		               "than a quote is expected.", STR_ARG(text_cut(s, 60)));
	*out = s.p[0];
	return true;
}

static bool read_options(struct v1_call *c, struct export_options *o, struct err *e)
{
	*o = export_defaults();
	o->with_bom = false;
	return v1_bool(c, "use_labels_for_header", &o->use_labels, e) && read_separator(c, &o->delimiter, e);
}

/* The format by its v1 name. NULL with a complaint. */
static const struct export_format *format_of(const struct v1_call *c, struct err *e)
{
	struct str name = str_eq(c->format, STR("xls")) ? STR("xlsx") : c->format;
	const struct export_format *f = export_format_or_null(name);
	if (!f)
		err_set(e, ERR_PARAMETER, "Invalid value for format parameter: %.*s was found but csv, json, jsonp, geojson, geojsonp, xls, shp, "
		        "kml or another format of exports is expected.", STR_ARG(text_cut(c->format, 60)));
	return f;
}

static bool is_own(struct str format)
{
	return str_eq(format, STR("json")) || str_eq(format, STR("jsonp")) || str_eq(format, STR("geojson"))
	       || str_eq(format, STR("geojsonp"));
}

/* A word of these needs a callback; any other is looked for among the formats of exports. */
static bool read_format(struct v1_call *c, struct err *e)
{
	static const char *const own[] = { "csv", "json", "jsonp", "geojson", "geojsonp", NULL };
	struct str wanted = v1_text(c, "format");
	if (!wanted.n || is_own(wanted)) return v1_format(c, own, e);
	c->format = wanted;
	return true;
}

/* geo_simplify, geo_simplify_zoom: shapes as a map of that zoom shows them, off by a pixel at most (256 pixels a tile). The published
 * calls name no zoom of their own: without one it is that of a town, 12. */
static bool read_simplify(const struct v1_call *c, double *tolerance, struct err *e)
{
	bool wanted;
	int64_t zoom;
	*tolerance = 0;
	if (!v1_bool(c, "geo_simplify", &wanted, e) || !v1_int(c, "geo_simplify_zoom", 0, 22, -1, &zoom, e)) return false;
	if (wanted || zoom >= 0) *tolerance = 360.0 / 256 / (double)(INT64_C(1) << (zoom >= 0 ? zoom : 12));
	return true;
}

static struct download_writer own_writer(struct v1_call *c, struct download *d, double tolerance)
{
	struct writing *w = arena_new(download_arena(d), struct writing);
	*w = (struct writing){ .rows = v1_rows_of(download_arena(d), c, download_question(d)), .tolerance = tolerance,
		.features = str_starts(c->format, STR("geojson")), .callback = arena_str(download_arena(d), c->callback) };
	return (struct download_writer){ .write = write_rows, .arg = w };
}

static bool start(struct v1_call *c, struct download **d, const struct download_writer *w, struct str type, struct str suffix,
                  struct err *e)
{
	rest_download(c->p, type, arena_printf(c->arena, "%.*s.%.*s", STR_ARG(c->own.dataset->slug), STR_ARG(suffix)));
	if (c->r->method == HTTPD_HEAD) return true;
	return download_start(d, c->r, c->p, &c->at, w, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_v1 c;
	auto_download *d = NULL;
	struct query_request q;
	struct export_options o;
	double tolerance;
	if (!v1_enter(&c, r, p, app, e) || !read_format(&c, e) || !v1_records(&c, e) || !read_options(&c, &o, e) ||
	    !read_simplify(&c, &tolerance, e))
		return false;
	if (!v1_has_rows(&c)) return err_set(e, ERR_NOT_FOUND, "The dataset %.*s has no records.", STR_ARG(c.own.dataset->slug));
	if (!v1_question(&c, &q, e) || !v1_page(&c, &q, -1, 0, e)) return false;
	const struct export_format *f = is_own(c.format) ? NULL : format_of(&c, e);
	if (!f && !is_own(c.format)) return false;
	q.with_id = !f || (f->flags & EXPORT_IDS);
	q.default_order = download_order(c.arena, c.own.dataset, q.target);
	if (!download_plan(&q, &d, e)) return false;
	if (!f) {
		struct download_writer w = own_writer(&c, d, tolerance);
		bool script = c.callback.n > 0;
		return start(&c, &d, &w, script ? STR("application/javascript; charset=utf-8") : STR("application/json; charset=utf-8"),
		             script ? STR("js") : c.format, e);
	}
	struct export_job job = { .engine = c.at.site->engine, .plan = download_question(d), .options = o };
	if (!export_check(&job, f, e)) return false;
	struct download_writer w = { .format = f, .options = o };
	return start(&c, &d, &w, export_mime(f, &o), export_suffix(c.arena, f, &o), e);
}

V1_RECORDS(download, run);
V1_ROUTES(page_download, "/explore/dataset/{dataset}/download", run);
