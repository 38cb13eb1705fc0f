/* GeoJSON to WKB: a geometry, or a Feature around one. Rings are closed, altitudes dropped, numbers
 * must be finite. What is wrong is said with the member it is about. */
#include <math.h>
#include "geo/wkb.h"
#include "json/json.h"

enum { SHAPE_BYTES = 64 << 20 };

static bool refuse(struct err *e, const char *what)
{
	return err_set(e, ERR_ODSQL, "This GeoJSON cannot be read: %s.", what);
}

static bool position(const struct json_node *n, double *x, double *y, struct err *e)
{
	enum json_kind kx = json_kind(json_at(n, 0));
	enum json_kind ky = json_kind(json_at(n, 1));
	if (json_kind(n) != JSON_ARRAY || json_count(n) < 2 || (kx != JSON_INT && kx != JSON_REAL)
	    || (ky != JSON_INT && ky != JSON_REAL))
		return refuse(e, "a position is [longitude, latitude]");
	*x = json_real(json_at(n, 0), 0);
	*y = json_real(json_at(n, 1), 0);
	return (isfinite(*x) && isfinite(*y)) || refuse(e, "a coordinate is not a finite number");
}

static bool put_position(struct buf *b, const struct json_node *n, struct err *e)
{
	double x;
	double y;
	if (!position(n, &x, &y, e)) return false;
	wkb_put_double(b, x);
	wkb_put_double(b, y);
	return true;
}

static bool put_line(struct buf *b, const struct json_node *n, size_t least, bool ring, struct err *e)
{
	size_t count = json_count(n);
	if (json_kind(n) != JSON_ARRAY || count < least)
		return refuse(e, ring ? "a ring has three positions or more" : "a line has two positions or more");
	double x0;
	double y0;
	double x1;
	double y1;
	if (!position(json_at(n, 0), &x0, &y0, e) || !position(json_at(n, count - 1), &x1, &y1, e)) return false;
	bool open = ring && (x0 < x1 || x0 > x1 || y0 < y1 || y0 > y1);
	if (ring && !open && count < 4) return refuse(e, "a ring has three positions or more");
	wkb_put_count(b, (uint32_t)(count + open));
	for (size_t i = 0; i < count; i++)
		if (!put_position(b, json_at(n, i), e)) return false;
	if (open) {
		wkb_put_double(b, x0);
		wkb_put_double(b, y0);
	}
	return true;
}

static bool put_polygon(struct buf *b, const struct json_node *n, struct err *e)
{
	if (json_kind(n) != JSON_ARRAY || json_count(n) == 0) return refuse(e, "a polygon has one ring or more");
	wkb_put_count(b, (uint32_t)json_count(n));
	for (size_t i = 0; i < json_count(n); i++)
		if (!put_line(b, json_at(n, i), 3, true, e)) return false;
	return true;
}

static bool put_simple(struct buf *b, enum wkb_type type, const struct json_node *n, struct err *e)
{
	wkb_put_head(b, type);
	if (type == WKB_POINT) return put_position(b, n, e);
	return type == WKB_LINE ? put_line(b, n, 2, false, e) : put_polygon(b, n, e);
}

static bool put_geometry(struct buf *b, const struct json_node *n, int depth, struct err *e);

static bool put_members(struct buf *b, const struct json_node *n, int depth, struct err *e)
{
	const struct json_node *list = json_get(n, "geometries");
	if (json_kind(list) != JSON_ARRAY) return refuse(e, "a GeometryCollection needs \"geometries\"");
	wkb_put_head(b, WKB_COLLECTION);
	wkb_put_count(b, (uint32_t)json_count(list));
	for (size_t i = 0; i < json_count(list); i++)
		if (!put_geometry(b, json_at(list, i), depth + 1, e)) return false;
	return true;
}

static bool put_geometry(struct buf *b, const struct json_node *n, int depth, struct err *e)
{
	static const char *const names[] = { "", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString",
		"MultiPolygon", "GeometryCollection" };
	struct str word = json_text(json_get(n, "type"));
	if (depth > WKB_DEPTH) return refuse(e, "collections are nested too deep");
	size_t type = WKB_POINT;
	while (type < COUNT_OF(names) && !str_eq(word, str_of(names[type]))) type++;
	if (type == COUNT_OF(names)) return refuse(e, "\"type\" is not that of a geometry");
	if (type == WKB_COLLECTION) return put_members(b, n, depth, e);
	const struct json_node *at = json_get(n, "coordinates");
	if (json_kind(at) != JSON_ARRAY) return refuse(e, "a geometry needs \"coordinates\"");
	if (type <= WKB_POLYGON) return put_simple(b, (enum wkb_type)type, at, e);
	wkb_put_head(b, (enum wkb_type)type);
	wkb_put_count(b, (uint32_t)json_count(at));
	for (size_t i = 0; i < json_count(at); i++)
		if (!put_simple(b, (enum wkb_type)(type - 3), json_at(at, i), e)) return false;
	return true;
}

bool geo_from_geojson(struct geo *g, struct arena *a, struct str json, struct str *wkb, struct err *e)
{
	(void)g;
	struct err bad = { 0 };
	auto_json *doc = NULL;
	auto_buf b = BUF_INIT(SHAPE_BYTES);
	if (!json_read(json, &doc, &bad)) return refuse(e, bad.pub);
	const struct json_node *n = json_root(doc);
	if (json_kind(n) != JSON_OBJECT) return refuse(e, "it is not an object");
	if (str_eq(json_text(json_get(n, "type")), STR("Feature"))) {
		n = json_get(n, "geometry");
		if (json_kind(n) != JSON_OBJECT) return refuse(e, "the Feature has no geometry");
	}
	struct str bytes;
	if (!put_geometry(&b, n, 0, e) || !buf_end(&b, &bytes, e)) return false;
	*wkb = arena_str(a, bytes);
	return true;
}
