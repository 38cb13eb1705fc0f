/* Places: distances and relations. A test on plain coordinate or box columns comes first, so that the
 * engine skips what is far away; the exact test follows on what is left. */
#include <math.h>
#include "geo/geo.h"
#include "odsql/emit.h"

bool point_of(const struct odsql_node *geom, double *lat, double *lon)
{
	struct geo_box box;
	struct geo *g = geo_new();
	bool fine = geo_box(g, geom->args[0]->s, &box);
	geo_free(g);
	if (!fine) return false;
	*lat = (box.y0 + box.y1) / 2;
	*lon = (box.x0 + box.x1) / 2;
	return true;
}

static struct geo_box box_of(const struct odsql_node *geom)
{
	struct geo_box box = { 0 };
	struct geo *g = geo_new();
	/* Checked geometries have a box. */
	ensure(geo_box(g, geom->args[0]->s, &box));
	geo_free(g);
	return box;
}

static void column(struct emitter *m, size_t field, enum sql_part part) { sql_column(m->q, field, part); }

/* Haversine, in the order of operations of geo_distance_m. */
void emit_distance(struct emitter *m, size_t field, double lat, double lon)
{
	const double degree = 3.14159265358979323846 / 180;
	/* least() passes over null, so null is asked for first. */
	lit(m, "CASE WHEN ");
	column(m, field, SQL_LAT);
	lit(m, " IS NOT NULL THEN (2 * CAST(6371008.7714 AS DOUBLE) * asin(sqrt(least(pow(sin((");
	put_double(m, lat * degree);
	lit(m, " - radians(");
	column(m, field, SQL_LAT);
	lit(m, ")) / 2), 2) + cos(radians(");
	column(m, field, SQL_LAT);
	lit(m, ")) * ");
	put_double(m, cos(lat * degree));
	lit(m, " * pow(sin((");
	put_double(m, lon * degree);
	lit(m, " - radians(");
	column(m, field, SQL_LON);
	lit(m, ")) / 2), 2), 1)))) END");
}

static void between(struct emitter *m, size_t field, enum sql_part low, enum sql_part high, double from, double to)
{
	column(m, field, high);
	lit(m, " >= ");
	put_double(m, from);
	lit(m, " AND ");
	column(m, field, low);
	lit(m, " <= ");
	put_double(m, to);
}

/* Coordinates, or a box, that reach into a box. */
static void emit_box(struct emitter *m, const struct odsql_node *f, struct geo_box box)
{
	size_t i = (size_t)f->field;
	bool point = f->type == VALUE_POINT;
	between(m, i, point ? SQL_LAT : SQL_Y0, point ? SQL_LAT : SQL_Y1, box.y0, box.y1);
	lit(m, " AND ");
	between(m, i, point ? SQL_LON : SQL_X0, point ? SQL_LON : SQL_X1, box.x0, box.x1);
}

static void emit_relation(struct emitter *m, const struct odsql_node *f, struct str wkb, enum geo_relation r)
{
	size_t i = (size_t)f->field;
	bool point = f->type == VALUE_POINT;
	sql_put_literal(m->q, point ? STR("stoa_point_test(") : STR("stoa_shape_test("));
	column(m, i, point ? SQL_LAT : SQL_MAIN);
	if (point) {
		lit(m, ", ");
		column(m, i, SQL_LON);
	}
	lit(m, ", ");
	put_blob(m, wkb);
	lit(m, ", CAST(");
	sql_int(m->q, (int64_t)r);
	lit(m, " AS INTEGER))");
}

static void emit_meeting(struct emitter *m, const struct odsql_node *f, const struct odsql_node *geom, enum geo_relation r)
{
	lit(m, "(");
	if (r != GEO_DISJOINT) {
		emit_box(m, f, box_of(geom));
		lit(m, " AND ");
	}
	emit_relation(m, f, geom->args[0]->s, r);
	lit(m, ")");
}

/* The box around a circle; the whole turn of longitudes near a pole or the antimeridian. */
static struct geo_box around(double lat, double lon, double metres)
{
	double dlat = metres / 6371008.7714 * 180 / 3.14159265358979323846 * 1.000001 + 1e-9;
	struct geo_box box = { -INFINITY, lat - dlat, INFINITY, lat + dlat };
	if (box.y0 <= -89.9 || box.y1 >= 89.9) return box;
	double widest = fmax(fabs(box.y0), fabs(box.y1));
	double dlon = dlat / cos(widest * 3.14159265358979323846 / 180);
	if (lon - dlon <= -180 || lon + dlon >= 180) return box;
	box.x0 = lon - dlon;
	box.x1 = lon + dlon;
	return box;
}

static void emit_within_distance(struct emitter *m, const struct odsql_node *n)
{
	const struct odsql_node *f = n->args[0];
	double lat = 0;
	double lon = 0;
	(void)point_of(n->args[1], &lat, &lon);
	struct geo_box box = around(lat, lon, n->args[2]->d);
	bool point = f->type == VALUE_POINT;
	lit(m, "(");
	between(m, (size_t)f->field, point ? SQL_LAT : SQL_Y0, point ? SQL_LAT : SQL_Y1, box.y0, box.y1);
	if (isfinite(box.x0)) {
		lit(m, " AND ");
		between(m, (size_t)f->field, point ? SQL_LON : SQL_X0, point ? SQL_LON : SQL_X1, box.x0, box.x1);
	}
	lit(m, " AND ");
	if (point) {
		emit_distance(m, (size_t)f->field, lat, lon);
	} else {
		lit(m, "stoa_shape_distance(");
		column(m, (size_t)f->field, SQL_MAIN);
		lit(m, ", ");
		put_double(m, lat);
		lit(m, ", ");
		put_double(m, lon);
		lit(m, ")");
	}
	lit(m, " <= ");
	put_double(m, n->args[2]->d);
	lit(m, ")");
}

static void emit_one_box(struct emitter *m, const struct odsql_node *f, struct geo_box box)
{
	lit(m, "(");
	emit_box(m, f, box);
	if (f->type == VALUE_SHAPE) {
		lit(m, " AND ");
		emit_relation(m, f, geo_box_wkb(m->q->arena, box), GEO_INTERSECTS);
	}
	lit(m, ")");
}

/* A box whose west is east of its east crosses the antimeridian: two boxes. */
static void emit_in_bbox(struct emitter *m, const struct odsql_node *f, double lat1, double lon1, double lat2, double lon2)
{
	double south = fmin(lat1, lat2);
	double north = fmax(lat1, lat2);
	if (lon1 <= lon2) {
		emit_one_box(m, f, (struct geo_box){ lon1, south, lon2, north });
		return;
	}
	lit(m, "(");
	emit_one_box(m, f, (struct geo_box){ lon1, south, 180, north });
	lit(m, " OR ");
	emit_one_box(m, f, (struct geo_box){ -180, south, lon2, north });
	lit(m, ")");
}

static double number(const struct odsql_node *n) { return n->kind == ODSQL_INT ? (double)n->i : n->d; }

static void emit_corners(struct emitter *m, const struct odsql_node *n)
{
	double lat1 = 0;
	double lon1 = 0;
	double lat2 = 0;
	double lon2 = 0;
	(void)point_of(n->args[1], &lat1, &lon1);
	(void)point_of(n->args[2], &lat2, &lon2);
	emit_in_bbox(m, n->args[0], lat1, lon1, lat2, lon2);
}

void emit_geo_test(struct emitter *m, const struct odsql_node *n)
{
	static const enum geo_relation modes[] = { GEO_INTERSECTS, GEO_DISJOINT, GEO_WITHIN };
	const struct odsql_node *f = n->args[0];
	switch ((int)n->fn->symbol) {
	case FN_WITHIN_DISTANCE: case FN_DISTANCE_TEST: emit_within_distance(m, n); break;
	case FN_IN_BBOX:
		emit_in_bbox(m, f, number(n->args[1]), number(n->args[2]), number(n->args[3]), number(n->args[4]));
		break;
	case FN_BBOX_TEST: emit_corners(m, n); break;
	case FN_DISJOINT: emit_meeting(m, f, n->args[1], GEO_DISJOINT); break;
	case FN_WITHIN: case FN_POLYGON: emit_meeting(m, f, n->args[1], GEO_WITHIN); break;
	case FN_GEOMETRY: emit_meeting(m, f, n->args[1], modes[n->nargs > 2 ? n->args[2]->i : 0]); break;
	default: emit_meeting(m, f, n->args[1], GEO_INTERSECTS); break;
	}
}
