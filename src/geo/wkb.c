/* Walks WKB without building anything: boxes, GeoJSON and WKT come straight from the bytes. Every
 * read is bounded, counts are believed only as far as bytes are left, nesting ends at WKB_DEPTH. */
#include <math.h>
#include "geo/wkb.h"
#include "text/text.h"

static bool take(struct wkb_reader *r, void *out, size_t n)
{
	if (r->bytes.n - r->at < n) return false;
	memcpy(out, r->bytes.p + r->at, n);
	r->at += n;
	return true;
}

static bool take_u32(struct wkb_reader *r, uint32_t *out)
{
	if (!take(r, out, 4)) return false;
	if (r->swap) *out = __builtin_bswap32(*out);
	return true;
}

static bool take_double(struct wkb_reader *r, double *out)
{
	uint64_t bits;
	if (!take(r, &bits, 8)) return false;
	if (r->swap) bits = __builtin_bswap64(bits);
	memcpy(out, &bits, 8);
	return true;
}

bool wkb_head(struct wkb_reader *r, enum wkb_type *type)
{
	uint8_t order;
	uint32_t code;
	uint32_t srid;
	if (!take(r, &order, 1) || order > 1) return false;
	r->swap = order == 0;
	if (!take_u32(r, &code)) return false;
	r->extra = (code >> 31) + (code >> 30 & 1);
	if ((code & 0x20000000u) && !take_u32(r, &srid)) return false;
	code &= 0x1fffffffu;
	/* The other spelling of Z, M and ZM adds 1000, 2000 or 3000. */
	if (code > 3999) return false;
	if (code >= 1000) r->extra = code >= 3000 ? 2 : 1;
	code %= 1000;
	if (code < WKB_POINT || code > WKB_COLLECTION) return false;
	*type = (enum wkb_type)code;
	return true;
}

bool wkb_count(struct wkb_reader *r, size_t least, uint32_t *n)
{
	return take_u32(r, n) && *n <= (r->bytes.n - r->at) / least;
}

bool wkb_point(struct wkb_reader *r, double *x, double *y)
{
	double extra;
	if (!take_double(r, x) || !take_double(r, y)) return false;
	for (unsigned i = 0; i < r->extra; i++)
		if (!take_double(r, &extra)) return false;
	return true;
}

void wkb_put_count(struct buf *b, uint32_t n)
{
	char bytes[4] = { (char)(n & 255), (char)(n >> 8 & 255), (char)(n >> 16 & 255), (char)(n >> 24) };
	buf_put(b, str_make(bytes, 4));
}

void wkb_put_head(struct buf *b, enum wkb_type type)
{
	buf_put_char(b, 1);
	wkb_put_count(b, type);
}

void wkb_put_double(struct buf *b, double v)
{
	uint64_t bits;
	memcpy(&bits, &v, 8);
	wkb_put_count(b, (uint32_t)bits);
	wkb_put_count(b, (uint32_t)(bits >> 32));
}

/* --- boxes --------------------------------------------------------------------------------------- */

static bool box_points(struct wkb_reader *r, uint32_t n, bool empty_allowed, struct geo_box *box)
{
	for (uint32_t i = 0; i < n; i++) {
		double x;
		double y;
		if (!wkb_point(r, &x, &y)) return false;
		/* An empty point is a pair of NaN and has no extent; nothing else may have such coordinates. */
		if (empty_allowed && isnan(x) && isnan(y)) continue;
		if (!isfinite(x) || !isfinite(y)) return false;
		box->x0 = fmin(box->x0, x);
		box->y0 = fmin(box->y0, y);
		box->x1 = fmax(box->x1, x);
		box->y1 = fmax(box->y1, y);
	}
	return true;
}

static bool box_of(struct wkb_reader *r, struct geo_box *box, int depth)
{
	enum wkb_type type;
	uint32_t n;
	uint32_t rings;
	if (depth > WKB_DEPTH || !wkb_head(r, &type)) return false;
	if (type == WKB_POINT) return box_points(r, 1, true, box);
	if (type == WKB_LINE) return wkb_count(r, 16, &n) && box_points(r, n, false, box);
	if (type == WKB_POLYGON) {
		if (!wkb_count(r, 4, &rings)) return false;
		for (uint32_t i = 0; i < rings; i++)
			if (!wkb_count(r, 16, &n) || !box_points(r, n, false, box)) return false;
		return true;
	}
	if (!wkb_count(r, 5, &n)) return false;
	for (uint32_t i = 0; i < n; i++)
		if (!box_of(r, box, depth + 1)) return false;
	return true;
}

bool geo_box(struct geo *g, struct str wkb, struct geo_box *out)
{
	(void)g;
	struct wkb_reader r = { .bytes = wkb };
	struct geo_box box = { INFINITY, INFINITY, -INFINITY, -INFINITY };
	if (!box_of(&r, &box, 0) || !(box.x0 <= box.x1) || !(box.y0 <= box.y1)) return false;
	*out = box;
	return true;
}

/* --- GeoJSON and WKT ----------------------------------------------------------------------------- */

struct writer {
	struct buf *b;
	struct wkb_reader r;
	bool json;
};

static void put_open(struct writer *w) { buf_put_char(w->b, w->json ? '[' : '('); }
static void put_close(struct writer *w) { buf_put_char(w->b, w->json ? ']' : ')'); }

static bool put_position(struct writer *w)
{
	double x;
	double y;
	if (!wkb_point(&w->r, &x, &y) || !isfinite(x) || !isfinite(y)) return false;
	if (w->json) buf_put_char(w->b, '[');
	text_put_double(w->b, x);
	buf_put(w->b, w->json ? STR(", ") : STR(" "));
	text_put_double(w->b, y);
	if (w->json) buf_put_char(w->b, ']');
	return true;
}

static bool put_positions(struct writer *w)
{
	uint32_t n;
	if (!wkb_count(&w->r, 16, &n)) return false;
	put_open(w);
	for (uint32_t i = 0; i < n; i++) {
		if (i) buf_lit(w->b, ", ");
		if (!put_position(w)) return false;
	}
	put_close(w);
	return true;
}

static bool put_rings(struct writer *w)
{
	uint32_t n;
	if (!wkb_count(&w->r, 4, &n)) return false;
	put_open(w);
	for (uint32_t i = 0; i < n; i++) {
		if (i) buf_lit(w->b, ", ");
		if (!put_positions(w)) return false;
	}
	put_close(w);
	return true;
}

static bool put_point(struct writer *w)
{
	if (!w->json) put_open(w);
	if (!put_position(w)) return false;
	if (!w->json) put_close(w);
	return true;
}

static bool put_simple(struct writer *w, enum wkb_type type)
{
	if (type == WKB_POINT) return put_point(w);
	return type == WKB_LINE ? put_positions(w) : put_rings(w);
}

static bool put_parts(struct writer *w, enum wkb_type part)
{
	uint32_t n;
	enum wkb_type type;
	if (!wkb_count(&w->r, 5, &n)) return false;
	put_open(w);
	for (uint32_t i = 0; i < n; i++) {
		if (i) buf_lit(w->b, ", ");
		if (!wkb_head(&w->r, &type) || type != part || !put_simple(w, part)) return false;
	}
	put_close(w);
	return true;
}

static bool put_geometry(struct writer *w, int depth);

static bool put_members(struct writer *w, int depth)
{
	uint32_t n;
	if (!wkb_count(&w->r, 5, &n)) return false;
	put_open(w);
	for (uint32_t i = 0; i < n; i++) {
		if (i) buf_lit(w->b, ", ");
		if (!put_geometry(w, depth + 1)) return false;
	}
	put_close(w);
	return true;
}

static bool put_geometry(struct writer *w, int depth)
{
	static const struct { const char *json, *wkt; } names[] = { { "", "" },
		{ "Point", "POINT" }, { "LineString", "LINESTRING" }, { "Polygon", "POLYGON" },
		{ "MultiPoint", "MULTIPOINT" }, { "MultiLineString", "MULTILINESTRING" },
		{ "MultiPolygon", "MULTIPOLYGON" }, { "GeometryCollection", "GEOMETRYCOLLECTION" } };
	enum wkb_type type;
	bool fine;
	if (depth > WKB_DEPTH || !wkb_head(&w->r, &type)) return false;
	if (w->json) {
		buf_put(w->b, type == WKB_COLLECTION ? STR("{\"geometries\": ") : STR("{\"coordinates\": "));
	} else {
		buf_put(w->b, str_of(names[type].wkt));
		buf_put_char(w->b, ' ');
	}
	if (type <= WKB_POLYGON) fine = put_simple(w, type);
	else if (type == WKB_COLLECTION) fine = put_members(w, depth);
	else fine = put_parts(w, (enum wkb_type)(type - 3));
	if (!fine) return false;
	if (w->json) buf_printf(w->b, ", \"type\": \"%s\"}", names[type].json);
	return true;
}

static bool put_whole(struct buf *b, struct str wkb, bool json)
{
	struct writer w = { .b = b, .r = { .bytes = wkb }, .json = json };
	size_t start = b->n;
	if (put_geometry(&w, 0)) return true;
	/* A half-written geometry would be worse than none. */
	b->n = start;
	return false;
}

bool geo_put_geojson(struct geo *g, struct buf *b, struct str wkb)
{
	(void)g;
	return put_whole(b, wkb, true);
}

bool geo_put_wkt(struct geo *g, struct buf *b, struct str wkb)
{
	(void)g;
	return put_whole(b, wkb, false);
}

/* --- making -------------------------------------------------------------------------------------- */

struct str geo_point_wkb(struct arena *a, double lat, double lon)
{
	auto_buf b = BUF_INIT(64);
	wkb_put_head(&b, WKB_POINT);
	wkb_put_double(&b, lon);
	wkb_put_double(&b, lat);
	return arena_str(a, buf_str(&b));
}

struct str geo_box_wkb(struct arena *a, struct geo_box box)
{
	if (box.x0 >= box.x1 && box.y0 >= box.y1) return geo_point_wkb(a, box.y0, box.x0);
	const double corners[5][2] = { { box.x0, box.y0 }, { box.x1, box.y0 }, { box.x1, box.y1 },
		{ box.x0, box.y1 }, { box.x0, box.y0 } };
	auto_buf b = BUF_INIT(256);
	wkb_put_head(&b, WKB_POLYGON);
	wkb_put_count(&b, 1);
	wkb_put_count(&b, 5);
	for (size_t i = 0; i < 5; i++) {
		wkb_put_double(&b, corners[i][0]);
		wkb_put_double(&b, corners[i][1]);
	}
	return arena_str(a, buf_str(&b));
}

double geo_distance_m(double lat1, double lon1, double lat2, double lon2)
{
	const double degree = 3.14159265358979323846 / 180;
	double p1 = lat1 * degree;
	double p2 = lat2 * degree;
	double dp = sin((p2 - p1) / 2);
	double dl = sin((lon2 * degree - lon1 * degree) / 2);
	double h = dp * dp + cos(p1) * cos(p2) * dl * dl;
	return 2 * 6371008.7714 * asin(sqrt(fmin(h, 1)));
}
