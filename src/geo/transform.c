/* The door to PROJ: coordinates of the house (WGS 84, longitude first) into another system. A context
 * of the library is not shared between threads, so each transform has its own. Grids that are not on
 * the machine are never fetched: the best operation that needs none is taken. */
#include <math.h>
#include <proj.h>
#include <stdlib.h>
#include "geo/wkb.h"

struct geo_transform {
	PJ_CONTEXT *context;
	PJ *target, *operation;
	int epsg;
};

static PJ *crs(struct geo_transform *t, int epsg)
{
	auto_arena a = ARENA_INIT;
	return proj_create(t->context, arena_printf(&a, "EPSG:%d", epsg).p);
}

static bool is_flat(const PJ *p)
{
	PJ_TYPE type = p ? proj_get_type(p) : PJ_TYPE_UNKNOWN;
	return type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_PROJECTED_CRS;
}

static bool prepare(struct geo_transform *t)
{
	PJ *source = crs(t, GEO_WGS84);
	PJ *raw = source ? proj_create_crs_to_crs_from_pj(t->context, source, t->target, NULL, NULL) : NULL;
	t->operation = raw ? proj_normalize_for_visualization(t->context, raw) : NULL;
	proj_destroy(raw);
	proj_destroy(source);
	return t->operation != NULL;
}

bool geo_transform_open(int epsg, struct geo_transform **out, struct err *e)
{
	struct geo_transform *t = calloc(1, sizeof *t);
	ensure(t != NULL);
	*t = (struct geo_transform){ .context = proj_context_create(), .epsg = epsg };
	ensure(t->context != NULL);
	proj_context_set_enable_network(t->context, 0);
	proj_log_level(t->context, PJ_LOG_NONE);
	t->target = crs(t, epsg);
	bool known = is_flat(t->target);
	if (known && prepare(t)) {
		*out = t;
		return true;
	}
	if (known) err_set(e, ERR_PARAMETER, "Invalid value for epsg API parameter: there is no way from WGS 84 to EPSG:%d.", epsg);
	else err_set(e, ERR_PARAMETER, "Invalid value for epsg API parameter: %d was found but the EPSG code of a projected or "
	             "geographic coordinate system is expected, such as 4326, 3857 or 2154.", epsg);
	geo_transform_close(t);
	return false;
}

void geo_transform_close(struct geo_transform *t)
{
	if (!t) return;
	proj_destroy(t->operation);
	proj_destroy(t->target);
	proj_context_destroy(t->context);
	free(t);
}

int geo_transform_epsg(const struct geo_transform *t) { return t->epsg; }

struct str geo_transform_projjson(struct geo_transform *t)
{
	static const char *const options[] = { "MULTILINE=NO", NULL };
	return str_of(proj_as_projjson(t->context, t->target, options));
}

bool geo_transform_point(struct geo_transform *t, double lon, double lat, double *x, double *y)
{
	PJ_COORD to = proj_trans(t->operation, PJ_FWD, proj_coord(lon, lat, 0, HUGE_VAL));
	if (!isfinite(to.xy.x) || !isfinite(to.xy.y)) return false;
	*x = to.xy.x;
	*y = to.xy.y;
	return true;
}

bool geo_transform_back(struct geo_transform *t, double x, double y, double *lon, double *lat)
{
	PJ_COORD to = proj_trans(t->operation, PJ_INV, proj_coord(x, y, 0, HUGE_VAL));
	if (!isfinite(to.xy.x) || !isfinite(to.xy.y) || fabs(to.xy.y) > 90 || fabs(to.xy.x) > 180) return false;
	*lon = to.xy.x;
	*lat = to.xy.y;
	return true;
}

/* --- shapes -------------------------------------------------------------------------------------- */

struct copy {
	struct geo_transform *t;
	struct buf *out;
	bool back, bad;
};

static void open_part(void *arg, enum geo_kind kind, uint32_t parts)
{
	struct copy *c = arg;
	wkb_put_head(c->out, (enum wkb_type)kind);
	if (kind >= GEO_POLYGON) wkb_put_count(c->out, parts);
}

static void open_line(void *arg, uint32_t positions) { wkb_put_count(((struct copy *)arg)->out, positions); }

static void put_at(void *arg, double x, double y)
{
	struct copy *c = arg;
	/* An empty point is a pair of NaN, and stays one. */
	bool empty = isnan(x) && isnan(y);
	if (!empty && !(c->back ? geo_transform_back : geo_transform_point)(c->t, x, y, &x, &y)) c->bad = true;
	wkb_put_double(c->out, x);
	wkb_put_double(c->out, y);
}

static void close_part(void *arg, enum geo_kind kind)
{
	(void)arg;
	(void)kind;
}

static bool put_shape(struct geo_transform *t, struct str wkb, bool back, struct buf *out)
{
	static const struct geo_walker walker = { open_part, open_line, put_at, close_part };
	struct copy c = { t, out, back, false };
	size_t start = out->n;
	if (geo_walk(wkb, &walker, &c) && !c.bad && !out->over) return true;
	out->n = start;
	return false;
}

bool geo_transform_shape(struct geo_transform *t, struct str wkb, struct buf *out) { return put_shape(t, wkb, false, out); }
bool geo_transform_shape_back(struct geo_transform *t, struct str wkb, struct buf *out) { return put_shape(t, wkb, true, out); }
