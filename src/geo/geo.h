/* Geometry without drivers: the door to GEOS and to PROJ. Shapes are WKB bytes, WGS 84, x is longitude.
 * Source of formulas: haversine on the mean earth radius 6371008.7714 m (ODSQL §10.7).
 * Threads: a struct geo, and a struct geo_transform, belongs to one thread; make one per worker, job
 * or call. */
#ifndef GEO_GEO_H
#define GEO_GEO_H

#include "base/base.h"

struct geo;
struct geo *geo_new(void);
void geo_free(struct geo *g);

/* WKT (optional SRID=4326; prefix), hex WKB, or a GeoJSON geometry or Feature to WKB; open rings are
 * closed, altitudes dropped. Fails with ERR_ODSQL saying what was expected. */
bool geo_parse(struct geo *g, struct arena *a, struct str text, struct str *wkb, struct err *e) must_use nonnull_all;
bool geo_from_geojson(struct geo *g, struct arena *a, struct str json, struct str *wkb, struct err *e) must_use nonnull_all;
/* Appends a GeoJSON geometry, "lon, lat" order. False when the bytes are no geometry. */
bool geo_put_geojson(struct geo *g, struct buf *b, struct str wkb) must_use nonnull_all;
bool geo_put_wkt(struct geo *g, struct buf *b, struct str wkb) must_use nonnull_all;

struct geo_box { double x0, y0, x1, y1; };
bool geo_box(struct geo *g, struct str wkb, struct geo_box *out) must_use nonnull_all;
double geo_distance_m(double lat1, double lon1, double lat2, double lon2);
struct str geo_point_wkb(struct arena *a, double lat, double lon);
struct str geo_box_wkb(struct arena *a, struct geo_box b); /* a polygon; a point when it has no extent */
/* Convex hull of points, as WKB. False when a coordinate is not finite or there is none. */
bool geo_hull(struct geo *g, struct arena *a, const double *lats, const double *lons, size_t n,
              struct str *wkb) must_use nonnull_all;

/* Gathers weighted places into clusters: a place joins the nearest cluster whose first place is within
 * the radius on the map (Web Mercator metres), else it starts one. Given fullest first, fuller places
 * found clusters. Fills cluster[i] with the number of place i's cluster; the fullest cluster is 0. */
void geo_clusters(const double *lats, const double *lons, const double *counts, size_t n, double radius_m,
                  uint32_t *cluster) nonnull_all;

/* What of a shape lies in a box, in the arena, empty when there is nothing. Rings may touch themselves afterwards: for drawing. False when
 * the bytes are no geometry. */
bool geo_cut(struct geo *g, struct arena *a, struct str wkb, struct geo_box box, struct str *out) must_use nonnull_all;

/* What is drawn of a shape that crosses itself, as a shape that does not (GEOS, by structure: a ring that runs over another closes it out);
 * a valid one as it is. False when the bytes are no geometry, or nothing is left of it. */
bool geo_mend(struct geo *g, struct arena *a, struct str wkb, struct str *out) must_use nonnull_all;
/* With fewer positions: none is farther than `tolerance` (in the units of the positions) from what it was. Shapes are simplified one by one,
 * so neighbours may part. One that would vanish keeps as much as it needs to be there. False when the bytes are no geometry. */
bool geo_simplify(struct geo *g, struct arena *a, struct str wkb, double tolerance, struct str *out) must_use nonnull_all;

/* A shape that goes on beyond longitude ±180, as its parts on the map (longitude 181 is −179); every other one as it is (then `out` borrows wkb),
 * also one that goes beyond ±720. False when the bytes are no geometry. */
bool geo_wrap(struct geo *g, struct arena *a, struct str wkb, struct str *out) must_use nonnull_all;

/* Predicates against one prepared shape. */
struct geo_shape;
bool geo_prepare(struct geo *g, struct str wkb, struct geo_shape **out, struct err *e) must_use nonnull_all;
void geo_shape_free(struct geo_shape *s);
enum geo_relation { GEO_INTERSECTS, GEO_WITHIN, GEO_DISJOINT };
bool geo_test(struct geo_shape *s, enum geo_relation r, struct str wkb);
bool geo_test_point(struct geo_shape *s, enum geo_relation r, double lat, double lon);
/* Metres from a point to the nearest point of a shape, 0 inside; negative when the bytes are no shape. */
double geo_shape_distance_m(struct geo *g, struct str wkb, double lat, double lon);

/* --- walk.c: shapes for those who write them in their own way --------------------------------------- */

enum geo_kind { GEO_POINT = 1, GEO_LINE, GEO_POLYGON, GEO_POINTS, GEO_LINES, GEO_POLYGONS, GEO_COLLECTION };
/* What is met, in order: open, then the positions (each line and each ring is announced by `line` with
 * its length) or the parts of many, then close. An empty point has positions NaN. */
struct geo_walker {
	void (*open)(void *arg, enum geo_kind kind, uint32_t parts); /* parts: rings of a polygon, members of many */
	void (*line)(void *arg, uint32_t positions);
	void (*at)(void *arg, double x, double y);
	void (*close)(void *arg, enum geo_kind kind);
};
/* False when the bytes are no geometry; the walker may have heard a part of it by then. */
bool geo_walk(struct str wkb, const struct geo_walker *w, void *arg) must_use;
void geo_put_point(struct buf *b, double x, double y); /* appends a point as WKB */

/* --- spell.c: places as people and programs spell them ------------------------------------------------- */

/* Degrees, minutes and seconds as they are written on maps and signs: 48°51'24"N 2°21'7"E, N 48 51.4 E 2 21.1, 48.85;-2.35 … Marks
 * ° ^ * ' ′ " ″, hemispheres N S E W O and their words in six languages (Nord, Ouest …), before or behind; signs; parts between blanks, commas,
 * semicolons or slashes; a decimal comma. The longitude may come first where hemispheres say so. One coordinate alone is read, too. */
struct geo_degrees {
	int n;            /* coordinates: 1 or 2 */
	double lat, lon;  /* n 1: both are that one */
	char axis;        /* n 1: 'a' latitude, 'o' longitude, 0 not told */
};
/* NULL when it was read, else why not, in English. */
const char *geo_degrees(struct str text, struct geo_degrees *out) must_use nonnull_all;
/* "lat,lon" in decimal degrees, or a GeoJSON or WKT point, or an object with members lat and lon (or latitude, longitude, lng). In range. */
bool geo_spelled_point(struct geo *g, struct str text, double *lat, double *lon) must_use nonnull_all;
/* The cell of a geohash, one letter to twelve, any case. */
bool geo_geohash(struct str text, struct geo_box *out) must_use nonnull_all;
/* Positions of an encoded polyline (5 decimals: Google; 6: OSRM), as WKB: a line, or a point when there is but one. The first ordinate is the
 * latitude; with `reverse` false it is the longitude. False when the text is none, or leaves the earth. */
bool geo_polyline(struct arena *a, struct str text, int decimals, bool reverse, struct str *wkb) must_use nonnull_all;
/* The system that a text of EWKT ("SRID=2154;…") or EWKB in hexadecimal names; 0: none. */
int geo_srid(struct str text);

/* --- unroll.c --------------------------------------------------------------------------------------- */

/* A shape that passes the date line as a collection whose lines go on beyond ±180, with their copies a turn away; a ring
 * round a pole is closed along it; every other shape as it is (then `out` borrows wkb). For drawing. False when the bytes are no geometry. */
bool geo_unroll(struct arena *a, struct str wkb, struct str *out) must_use nonnull_all;

/* --- transform.c: into other coordinate systems ------------------------------------------------------ */

enum { GEO_WGS84 = 4326 };
struct geo_transform;
/* From WGS 84 to a projected or geographic system in two dimensions by its EPSG code; always x (east,
 * longitude) first, whatever the order the authority prefers. Takes some milliseconds. Gives one to be
 * ended by geo_transform_close. Fails with ERR_PARAMETER when the code is not known. */
bool geo_transform_open(int epsg, struct geo_transform **out, struct err *e) must_use nonnull_all;
void geo_transform_close(struct geo_transform *t_or_null);
int geo_transform_epsg(const struct geo_transform *t);
/* False where the projection has no place for the point. */
bool geo_transform_point(struct geo_transform *t, double lon, double lat, double *x, double *y) must_use;
/* Appends the shape with all its positions transformed; false, and nothing appended, when the bytes are
 * no geometry or one position has no place. */
bool geo_transform_shape(struct geo_transform *t, struct str wkb, struct buf *out) must_use;
/* The other way: from that system to WGS 84. False also where the place would not be on the earth. */
bool geo_transform_back(struct geo_transform *t, double x, double y, double *lon, double *lat) must_use;
bool geo_transform_shape_back(struct geo_transform *t, struct str wkb, struct buf *out) must_use;
/* The system in PROJJSON, borrowed until the next call or the end; empty when it has none. */
struct str geo_transform_projjson(struct geo_transform *t);

#endif
