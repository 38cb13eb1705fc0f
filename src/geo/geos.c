/* The door to GEOS: texts to geometries, predicates, hulls, nearest points. The library reports
 * failures by exceptions turned into NULL or 2, and a message for us to keep. */
#include <ctype.h>
#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "geo/wkb.h"

struct geo {
	GEOSContextHandle_t h;
	GEOSWKTReader *wkt;
	GEOSWKBReader *reader;
	GEOSWKBWriter *writer;
	char message[200];
};

struct geo_shape {
	struct geo *g;
	GEOSGeometry *geometry;
	const GEOSPreparedGeometry *prepared;
	struct geo_box box;
};

static void keep_message(const char *message, void *arg)
{
	struct geo *g = arg;
	snprintf(g->message, sizeof g->message, "%s", message);
}

struct geo *geo_new(void)
{
	struct geo *g = calloc(1, sizeof *g);
	ensure(g != NULL);
	g->h = GEOS_init_r();
	ensure(g->h != NULL);
	GEOSContext_setErrorMessageHandler_r(g->h, keep_message, g);
	g->wkt = GEOSWKTReader_create_r(g->h);
	g->reader = GEOSWKBReader_create_r(g->h);
	g->writer = GEOSWKBWriter_create_r(g->h);
	ensure(g->wkt && g->reader && g->writer);
	GEOSWKTReader_setFixStructure_r(g->h, g->wkt, 1);
	GEOSWKBReader_setFixStructure_r(g->h, g->reader, 1);
	GEOSWKBWriter_setByteOrder_r(g->h, g->writer, GEOS_WKB_NDR);
	GEOSWKBWriter_setOutputDimension_r(g->h, g->writer, 2);
	return g;
}

void geo_free(struct geo *g)
{
	if (!g) return;
	GEOSWKTReader_destroy_r(g->h, g->wkt);
	GEOSWKBReader_destroy_r(g->h, g->reader);
	GEOSWKBWriter_destroy_r(g->h, g->writer);
	GEOS_finish_r(g->h);
	free(g);
}

static bool to_wkb(struct geo *g, struct arena *a, const GEOSGeometry *geometry, struct str *out)
{
	size_t n = 0;
	unsigned char *bytes = GEOSWKBWriter_write_r(g->h, g->writer, geometry, &n);
	if (!bytes) return false;
	*out = arena_str(a, str_make((const char *)bytes, n));
	GEOSFree_r(g->h, bytes);
	return true;
}

static GEOSGeometry *from_wkb(struct geo *g, struct str wkb)
{
	/* Our own walk first: it bounds depth and counts before the library allocates by them. */
	struct geo_box box;
	if (!geo_box(g, wkb, &box)) return NULL;
	return GEOSWKBReader_read_r(g->h, g->reader, (const unsigned char *)wkb.p, wkb.n);
}

/* --- reading a literal ---------------------------------------------------------------------------- */

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isxdigit((unsigned char)s.p[i])) return false;
	return s.n >= 10 && s.n % 2 == 0;
}

static int digit_of(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

static GEOSGeometry *read_hex(struct geo *g, struct arena *a, struct str s)
{
	char *bytes = arena_bytes(a, s.n / 2);
	for (size_t i = 0; i < s.n / 2; i++) bytes[i] = (char)(digit_of(s.p[2 * i]) << 4 | digit_of(s.p[2 * i + 1]));
	return from_wkb(g, str_make(bytes, s.n / 2));
}

/* One outermost pair of parentheses that ends the text (the library would ignore what follows), and
 * no more nesting than its recursive reader should follow. */
static bool is_balanced(struct str s)
{
	int depth = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\0') return false;
		if (s.p[i] == '(') depth++;
		if (s.p[i] == ')' && --depth == 0) return i + 1 == s.n;
		if (depth < 0 || depth > WKB_DEPTH) return false;
	}
	return false;
}

static struct str without_srid(struct str s)
{
	if (!str_eq_nocase(str_sub(s, 0, 5), STR("SRID="))) return s;
	ptrdiff_t end = str_find_char(s, ';');
	return end < 0 ? s : str_trim(str_from(s, (size_t)end + 1));
}

bool geo_parse(struct geo *g, struct arena *a, struct str text, struct str *wkb, struct err *e)
{
	struct str s = str_trim(text);
	struct geo_box box;
	if (s.n && s.p[0] == '{') return geo_from_geojson(g, a, s, wkb, e);
	s = without_srid(s);
	g->message[0] = '\0';
	GEOSGeometry *geometry = NULL;
	if (is_hex(s)) geometry = read_hex(g, a, s);
	else if (is_balanced(s)) geometry = GEOSWKTReader_read_r(g->h, g->wkt, arena_cstr(a, s));
	bool fine = geometry && to_wkb(g, a, geometry, wkb) && geo_box(g, *wkb, &box) && isfinite(box.x0)
	            && isfinite(box.y0) && isfinite(box.x1) && isfinite(box.y1);
	GEOSGeom_destroy_r(g->h, geometry);
	if (fine) return true;
	err_set(e, ERR_ODSQL, "This geometry cannot be read; WKT such as POINT(2.35 48.85), GeoJSON or WKB in hexadecimal is expected, longitude first.");
	return err_cause(e, "%s", g->message);
}

/* --- cutting --------------------------------------------------------------------------------------- */

static bool lies_in(struct geo_box in, struct geo_box b)
{
	return in.x0 >= b.x0 && in.x1 <= b.x1 && in.y0 >= b.y0 && in.y1 <= b.y1;
}

bool geo_cut(struct geo *g, struct arena *a, struct str wkb, struct geo_box box, struct str *out)
{
	struct geo_box whole;
	*out = STR("");
	if (!geo_box(g, wkb, &whole)) return false;
	if (!(whole.x0 <= box.x1 && whole.x1 >= box.x0 && whole.y0 <= box.y1 && whole.y1 >= box.y0)) return true;
	if (lies_in(whole, box)) {
		*out = arena_str(a, wkb);
		return true;
	}
	GEOSGeometry *now = GEOSWKBReader_read_r(g->h, g->reader, (const unsigned char *)wkb.p, wkb.n);
	if (!now) return false;
	/* What the library cannot cut is left whole: it is drawn over the edge. */
	GEOSGeometry *cut = GEOSClipByRect_r(g->h, now, box.x0, box.y0, box.x1, box.y1);
	if (cut) {
		GEOSGeom_destroy_r(g->h, now);
		now = cut;
	}
	bool fine = GEOSisEmpty_r(g->h, now) != 0 || to_wkb(g, a, now, out);
	GEOSGeom_destroy_r(g->h, now);
	return fine;
}

/* --- mending ----------------------------------------------------------------------------------------- */

static GEOSGeometry *make_valid(struct geo *g, const GEOSGeometry *shape)
{
	GEOSMakeValidParams *how = GEOSMakeValidParams_create_r(g->h);
	ensure(how != NULL);
	GEOSMakeValidParams_setMethod_r(g->h, how, GEOS_MAKE_VALID_STRUCTURE);
	GEOSMakeValidParams_setKeepCollapsed_r(g->h, how, 0);
	GEOSGeometry *made = GEOSMakeValidWithParams_r(g->h, shape, how);
	GEOSMakeValidParams_destroy_r(g->h, how);
	return made;
}

bool geo_mend(struct geo *g, struct arena *a, struct str wkb, struct str *out)
{
	GEOSGeometry *shape = from_wkb(g, wkb);
	GEOSGeometry *made = shape && GEOSisValid_r(g->h, shape) != 1 ? make_valid(g, shape) : shape;
	bool fine = made && GEOSisEmpty_r(g->h, made) == 0 && to_wkb(g, a, made, out);
	if (made != shape) GEOSGeom_destroy_r(g->h, made);
	GEOSGeom_destroy_r(g->h, shape);
	return fine;
}

bool geo_simplify(struct geo *g, struct arena *a, struct str wkb, double tolerance, struct str *out)
{
	GEOSGeometry *shape = from_wkb(g, wkb);
	GEOSGeometry *made = shape ? GEOSSimplify_r(g->h, shape, tolerance) : NULL;
	if (shape && (!made || GEOSisEmpty_r(g->h, made) != 0)) {
		GEOSGeom_destroy_r(g->h, made);
		made = GEOSTopologyPreserveSimplify_r(g->h, shape, tolerance);
	}
	bool fine = made && GEOSisEmpty_r(g->h, made) == 0 && to_wkb(g, a, made, out);
	GEOSGeom_destroy_r(g->h, made);
	GEOSGeom_destroy_r(g->h, shape);
	return fine;
}

/* --- beyond the ends of the map --------------------------------------------------------------------- */

static int turn_back(double *x, double *y, void *by)
{
	(void)y;
	*x -= *(const double *)by;
	return 1;
}

/* What of a shape lies some turns away, where that is on the map. */
static GEOSGeometry *part_at(struct geo *g, const GEOSGeometry *shape, double by)
{
	GEOSGeometry *moved = GEOSGeom_transformXY_r(g->h, shape, turn_back, &by);
	GEOSGeometry *map = GEOSGeom_createRectangle_r(g->h, -180, -90, 180, 90);
	GEOSGeometry *part = moved && map ? GEOSIntersection_r(g->h, moved, map) : NULL;
	GEOSGeom_destroy_r(g->h, moved);
	GEOSGeom_destroy_r(g->h, map);
	return part;
}

static GEOSGeometry *wrapped(struct geo *g, const GEOSGeometry *shape, struct geo_box box)
{
	enum { TURN = 360, HALF = 180 };
	GEOSGeometry *all = NULL;
	for (double turn = floor((box.x0 + HALF) / TURN); turn * TURN - HALF < box.x1; turn++) {
		GEOSGeometry *part = part_at(g, shape, turn * TURN), *before = all;
		all = before && part ? GEOSUnion_r(g->h, before, part) : part;
		if (all != part) GEOSGeom_destroy_r(g->h, part);
		GEOSGeom_destroy_r(g->h, before);
		if (!all) break;
	}
	return all;
}

bool geo_wrap(struct geo *g, struct arena *a, struct str wkb, struct str *out)
{
	enum { FARTHEST = 720 };
	struct geo_box box;
	*out = wkb;
	if (!geo_box(g, wkb, &box)) return false;
	if ((box.x0 >= -180 && box.x1 <= 180) || box.x0 < -FARTHEST || box.x1 > FARTHEST) return true;
	GEOSGeometry *shape = from_wkb(g, wkb);
	GEOSGeometry *fine = shape && GEOSisValid_r(g->h, shape) != 1 ? make_valid(g, shape) : shape;
	GEOSGeometry *all = fine ? wrapped(g, fine, box) : NULL;
	bool ok = all && to_wkb(g, a, all, out);
	GEOSGeom_destroy_r(g->h, all);
	if (fine != shape) GEOSGeom_destroy_r(g->h, fine);
	GEOSGeom_destroy_r(g->h, shape);
	return ok;
}

/* --- predicates ------------------------------------------------------------------------------------ */

bool geo_prepare(struct geo *g, struct str wkb, struct geo_shape **out, struct err *e)
{
	struct geo_box box;
	GEOSGeometry *geometry = geo_box(g, wkb, &box) ? from_wkb(g, wkb) : NULL;
	const GEOSPreparedGeometry *prepared = geometry ? GEOSPrepare_r(g->h, geometry) : NULL;
	if (!prepared) {
		GEOSGeom_destroy_r(g->h, geometry);
		err_set(e, ERR_ODSQL, "This geometry cannot be used.");
		return err_cause(e, "%s", g->message);
	}
	struct geo_shape *s = calloc(1, sizeof *s);
	ensure(s != NULL);
	*s = (struct geo_shape){ .g = g, .geometry = geometry, .prepared = prepared, .box = box };
	*out = s;
	return true;
}

void geo_shape_free(struct geo_shape *s)
{
	if (!s) return;
	GEOSPreparedGeom_destroy_r(s->g->h, s->prepared);
	GEOSGeom_destroy_r(s->g->h, s->geometry);
	free(s);
}

static bool test(struct geo_shape *s, enum geo_relation r, const GEOSGeometry *other)
{
	if (!other) return false;
	/* 2 is the library's exception: no answer is "no". Covers counts the boundary as inside. */
	if (r == GEO_WITHIN) return GEOSPreparedCovers_r(s->g->h, s->prepared, other) == 1;
	char meets = GEOSPreparedIntersects_r(s->g->h, s->prepared, other);
	return r == GEO_INTERSECTS ? meets == 1 : meets == 0;
}

static bool apart(struct geo_box a, struct geo_box b)
{
	return a.x1 < b.x0 || b.x1 < a.x0 || a.y1 < b.y0 || b.y1 < a.y0;
}

bool geo_test(struct geo_shape *s, enum geo_relation r, struct str wkb)
{
	struct geo_box box;
	if (!geo_box(s->g, wkb, &box)) return false;
	if (apart(s->box, box)) return r == GEO_DISJOINT;
	GEOSGeometry *other = from_wkb(s->g, wkb);
	bool answer = test(s, r, other);
	GEOSGeom_destroy_r(s->g->h, other);
	return answer;
}

bool geo_test_point(struct geo_shape *s, enum geo_relation r, double lat, double lon)
{
	if (!isfinite(lat) || !isfinite(lon)) return false;
	if (apart(s->box, (struct geo_box){ lon, lat, lon, lat })) return r == GEO_DISJOINT;
	GEOSGeometry *point = GEOSGeom_createPointFromXY_r(s->g->h, lon, lat);
	bool answer = test(s, r, point);
	GEOSGeom_destroy_r(s->g->h, point);
	return answer;
}

/* --- hull, distance -------------------------------------------------------------------------------- */

static bool hull_of(struct geo *g, struct arena *a, const double *lats, const double *lons, size_t n, struct str *wkb)
{
	GEOSCoordSequence *seq = GEOSCoordSeq_create_r(g->h, (unsigned)n, 2);
	for (size_t i = 0; seq && i < n; i++) {
		if (isfinite(lats[i]) && isfinite(lons[i]) && GEOSCoordSeq_setXY_r(g->h, seq, (unsigned)i, lons[i], lats[i]))
			continue;
		GEOSCoordSeq_destroy_r(g->h, seq);
		seq = NULL;
	}
	if (!seq) return false;
	/* A line needs two positions; one point is its own hull. */
	GEOSGeometry *points = n == 1 ? GEOSGeom_createPoint_r(g->h, seq) : GEOSGeom_createLineString_r(g->h, seq);
	GEOSGeometry *hull = points ? GEOSConvexHull_r(g->h, points) : NULL;
	bool fine = hull && to_wkb(g, a, hull, wkb);
	GEOSGeom_destroy_r(g->h, hull);
	GEOSGeom_destroy_r(g->h, points);
	return fine;
}

/* Points well inside the octagon of the eight outermost ones are no corners of a hull. With many points
 * hardly any other is left, and the library is asked about those only. */
enum { OCTAGON = 8, MANY_POINTS = 1000 };

static double reach(size_t side, double x, double y)
{
	static const double dx[OCTAGON] = { 1, 1, 0, -1, -1, -1, 0, 1 };
	static const double dy[OCTAGON] = { 0, 1, 1, 1, 0, -1, -1, -1 };
	return dx[side] * x + dy[side] * y;
}

static bool is_inside(const size_t *corners, const double *lats, const double *lons, size_t i, double margin)
{
	bool enclosed = false;
	for (size_t side = 0; side < OCTAGON; side++) {
		size_t p = corners[side];
		size_t q = corners[(side + 1) % OCTAGON];
		enclosed |= p != q;
		double cross = (lons[q] - lons[p]) * (lats[i] - lats[p]) - (lats[q] - lats[p]) * (lons[i] - lons[p]);
		if (p != q && !(cross > margin)) return false; /* also where it is not a number */
	}
	return enclosed;
}

/* Fills `kept` with the numbers of the points that may be corners; what is not finite is kept. */
static size_t keep_outer(const double *lats, const double *lons, size_t n, uint32_t *kept)
{
	size_t corners[OCTAGON] = { 0 };
	size_t many = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t side = 0; side < OCTAGON; side++)
			if (reach(side, lons[i], lats[i]) > reach(side, lons[corners[side]], lats[corners[side]])) corners[side] = i;
	double width = lons[corners[0]] - lons[corners[4]];
	double height = lats[corners[2]] - lats[corners[6]];
	double margin = 1e-9 * (width * width + height * height);
	for (size_t i = 0; i < n; i++)
		if (!is_inside(corners, lats, lons, i, margin)) kept[many++] = (uint32_t)i;
	return many;
}

static bool hull_of_many(struct geo *g, struct arena *a, const double *lats, const double *lons, size_t n, struct str *wkb)
{
	uint32_t *kept = arena_array(a, uint32_t, n);
	size_t many = keep_outer(lats, lons, n, kept);
	double *some_lats = arena_array(a, double, many);
	double *some_lons = arena_array(a, double, many);
	for (size_t i = 0; i < many; i++) {
		some_lats[i] = lats[kept[i]];
		some_lons[i] = lons[kept[i]];
	}
	return hull_of(g, a, some_lats, some_lons, many, wkb);
}

bool geo_hull(struct geo *g, struct arena *a, const double *lats, const double *lons, size_t n, struct str *wkb)
{
	if (n == 0 || n > UINT32_MAX / 2) return false;
	return n > MANY_POINTS ? hull_of_many(g, a, lats, lons, n, wkb) : hull_of(g, a, lats, lons, n, wkb);
}
static int squeeze(double *x, double *y, void *arg)
{
	(void)y;
	*x *= *(const double *)arg;
	return 1;
}

struct nearest { const GEOSGeometry *to; double lat, lon, scale, metres; };

/* Part by part, empty ones left out: an empty point inside a collection makes the library read at no
 * address. The depth of a shape is bounded when its WKB is read. */
static void nearest_part(struct geo *g, const GEOSGeometry *shape, struct nearest *n)
{
	double x;
	double y;
	if (GEOSisEmpty_r(g->h, shape) != 0) return;
	if (GEOSGeomTypeId_r(g->h, shape) >= GEOS_MULTIPOINT) {
		for (int i = 0; i < GEOSGetNumGeometries_r(g->h, shape); i++)
			nearest_part(g, GEOSGetGeometryN_r(g->h, shape, i), n);
		return;
	}
	GEOSCoordSequence *near = GEOSNearestPoints_r(g->h, shape, n->to);
	if (near && GEOSCoordSeq_getXY_r(g->h, near, 0, &x, &y)) {
		double metres = geo_distance_m(n->lat, n->lon, y, x / n->scale);
		if (n->metres < 0 || metres < n->metres) n->metres = metres;
	}
	GEOSCoordSeq_destroy_r(g->h, near);
}

/* The nearest point is found on a plane squeezed by the cosine of the latitude, which keeps angles
 * around the point; the distance to it is then measured on the sphere. */
double geo_shape_distance_m(struct geo *g, struct str wkb, double lat, double lon)
{
	double scale = fmax(cos(lat * 3.14159265358979323846 / 180), 1e-6);
	GEOSGeometry *shape = from_wkb(g, wkb);
	GEOSGeometry *flat = shape ? GEOSGeom_transformXY_r(g->h, shape, squeeze, &scale) : NULL;
	GEOSGeometry *point = isfinite(lat) && isfinite(lon) ? GEOSGeom_createPointFromXY_r(g->h, lon * scale, lat) : NULL;
	struct nearest n = { .to = point, .lat = lat, .lon = lon, .scale = scale, .metres = -1 };
	if (flat && point) nearest_part(g, flat, &n);
	GEOSGeom_destroy_r(g->h, point);
	GEOSGeom_destroy_r(g->h, flat);
	GEOSGeom_destroy_r(g->h, shape);
	return n.metres;
}
