/* Geographic coverage that is found out: the smallest division that holds the places of a dataset, of those the portal knows: the countries of
 * the world, and below them what it registered in geo.repositories. Codes are those of metadata: world, world_fr, fr_40_93. Places on the
 * open sea count for nothing; a division is taken for all of them when it holds 98 of 100, for boundaries are drawn coarser than places. */
#include "publish/coverage.h"

#include "geo/geo.h"
#include "publish/need.h"
#include "query/query.h"
#include <math.h>

enum { PLACES = 20000, ROWS = 1000000, SHAPES = 60000, SHARE = 98 };

struct spot { double lat, lon; int division; }; /* -1: of none yet */
struct coverage {
	struct site *site;
	struct geo *geo;
	struct arena *a;
	struct map known;         /* cells of a hundredth of a degree that have a place */
	VEC(struct spot) spots;
	VEC(struct str) codes;    /* of divisions that hold some */
	VEC(size_t) hits;
};

/* --- where the data are ------------------------------------------------------------------------------------ */

static void add(struct coverage *c, double lat, double lon)
{
	if (!(fabs(lat) <= 90) || !(fabs(lon) <= 180) || c->spots.n == PLACES) return;
	struct str cell = arena_printf(c->a, "%.2f,%.2f", lat, lon);
	if (map_get_or_null(&c->known, cell)) return;
	map_put(c->a, &c->known, cell, c);
	vec_push(c->a, &c->spots, (struct spot){ lat, lon, -1 });
}

static void add_row(struct coverage *c, const struct column *col, size_t row)
{
	struct geo_box box;
	if (!column_has(col, row)) return;
	if (col->type.type == VALUE_POINT) add(c, col->lats[row], col->lons[row]);
	else if (geo_box(c->geo, col->texts[row], &box)) add(c, (box.y0 + box.y1) / 2, (box.x0 + box.x1) / 2);
}

typedef bool take_rows(void *arg, const struct batch *b, struct err *e);

static bool read_fields(struct coverage *c, const struct dataset *d, struct str select, int64_t most, take_rows *take, void *arg, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct query_plan plan;
	struct query_cursor *k;
	struct batch b = { 0 };
	const struct query_target t = { .at = d->version, .schema = &d->schema, .dataset_id = d->slug };
	const struct query_request q = { .target = &t, .mode = QUERY_EXPORT, .select = select, .limit = arena_printf(&a, "%lld", (long long)most),
		.now_us = clock_now().us };
	if (!query_plan_rows(&a, &q, &plan, e)) return false;
	bool ok = query_open(c->site->engine, &plan, NULL, &k, e);
	if (ok) {
		do ok = query_next(k, &b, e) && (!b.nrows || take(arg, &b, e));
		while (ok && b.nrows);
		query_close(k);
	}
	query_plan_done(&plan);
	return ok;
}

static bool take_places(void *arg, const struct batch *b, struct err *e)
{
	struct coverage *c = arg;
	(void)e;
	for (size_t i = 0; i < b->nrows && c->spots.n < PLACES; i++) add_row(c, &b->columns[0], i);
	return true;
}

static const struct field *place_or_null(const struct schema *s)
{
	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < s->n; i++)
			if (s->fields[i].type == (turn ? VALUE_SHAPE : VALUE_POINT)) return &s->fields[i];
	return NULL;
}

/* --- which division they lie in ------------------------------------------------------------------------------- */

static void hold(struct coverage *c, struct str code, struct str wkb)
{
	struct geo_box box;
	struct geo_shape *shape = NULL;
	struct err ignored = { 0 };
	size_t found = 0;
	if (!geo_box(c->geo, wkb, &box)) return;
	for (size_t i = 0; i < c->spots.n; i++) {
		struct spot *s = &c->spots.p[i];
		if (s->division >= 0 || s->lon < box.x0 || s->lon > box.x1 || s->lat < box.y0 || s->lat > box.y1) continue;
		if (!shape && !geo_prepare(c->geo, wkb, &shape, &ignored)) return;
		if (!geo_test_point(shape, GEO_INTERSECTS, s->lat, s->lon)) continue;
		s->division = (int)c->codes.n;
		found++;
	}
	geo_shape_free(shape);
	if (!found) return;
	vec_push(c->a, &c->codes, arena_str(c->a, code));
	vec_push(c->a, &c->hits, found);
}

static bool take_country(void *arg, const struct json_node *country, int64_t number, struct err *e)
{
	struct coverage *c = arg;
	auto_arena a = ARENA_INIT;
	auto_buf geometry = BUF_INIT(4 << 20);
	struct err ignored = { 0 };
	struct str wkb;
	(void)number;
	(void)e;
	json_put_node(&geometry, json_get(country, "geometry"));
	if (geo_parse(c->geo, &a, buf_str(&geometry), &wkb, &ignored)) hold(c, json_text(json_get(country, "code")), wkb);
	return true;
}

static bool take_divisions(void *arg, const struct batch *b, struct err *e)
{
	struct coverage *c = arg;
	(void)e;
	for (size_t i = 0; i < b->nrows; i++)
		if (column_has(&b->columns[0], i) && column_has(&b->columns[1], i) && b->columns[0].type.type == VALUE_TEXT && b->columns[1].type.type == VALUE_SHAPE)
			hold(c, b->columns[0].texts[i], b->columns[1].texts[i]);
	return true;
}

static void begin(struct coverage *c)
{
	for (size_t i = 0; i < c->spots.n; i++) c->spots.p[i].division = -1;
	c->codes.n = c->hits.n = 0;
}

/* The division that holds them all; empty: no single one does. */
static struct str whole(const struct coverage *c, size_t *located)
{
	size_t best = 0;
	*located = 0;
	for (size_t i = 0; i < c->hits.n; i++) {
		*located += c->hits.p[i];
		if (c->hits.p[i] > c->hits.p[best]) best = i;
	}
	return *located && c->hits.p[best] * 100 >= *located * SHARE ? c->codes.p[best] : STR("");
}

/* --- the code --------------------------------------------------------------------------------------------------- */

/* Divisions of a country, from the largest down, as far as one holds everything. */
static bool narrow(struct coverage *c, struct tenant_id t, const struct catalog_view *view, struct str country, struct str *code, struct err *e)
{
	struct publish_places *places;
	size_t n;
	int deepest = 1;
	if (!publish_places(c->site, t, c->a, &places, &n, e)) return false;
	for (size_t i = 0; i < n; i++) {
		const struct dataset *d = places[i].dataset.n && str_eq_nocase(places[i].country, country) ? catalog_find_or_null(view, places[i].dataset) : NULL;
		size_t located;
		struct err why = { 0 };
		if (!d || places[i].level <= deepest) continue;
		begin(c);
		/* A registered dataset whose fields are called otherwise tells nothing. */
		if (!read_fields(c, d, arena_printf(c->a, "`%.*s`, `%.*s`", STR_ARG(places[i].code), STR_ARG(places[i].geometry)), SHAPES, take_divisions, c, &why)) continue;
		struct str one = whole(c, &located);
		if (!one.n) continue;
		deepest = places[i].level;
		*code = arena_printf(c->a, "%.*s_%d_%.*s", STR_ARG(country), deepest, STR_ARG(one));
	}
	return true;
}

static bool find(struct coverage *c, struct tenant_id t, const struct catalog_view *view, const struct dataset *d, struct str *code, struct err *e)
{
	const struct field *f = place_or_null(&d->schema);
	size_t located;
	*code = STR("");
	if (!f || !d->version.number) return true;
	if (!read_fields(c, d, arena_printf(c->a, "`%.*s`", STR_ARG(f->name)), ROWS, take_places, c, e)) return false;
	begin(c);
	if (!c->spots.n || !need_world(c->site, take_country, c, e)) return c->spots.n == 0;
	auto_buf small = BUF_INIT(64);
	text_put_lower(&small, whole(c, &located));
	struct str country = arena_str(c->a, buf_str(&small));
	if (!located) return true;
	*code = country.n ? arena_printf(c->a, "world_%.*s", STR_ARG(country)) : STR("world");
	return !country.n || narrow(c, t, view, country, code, e);
}

bool publish_coverage(struct site *s, struct tenant_id t, struct str slug, const struct config *told, struct err *e)
{
	auto_arena a = ARENA_INIT;
	const struct catalog_view *view;
	struct coverage c = { .site = s, .a = &a };
	struct str code;
	if (!json_bool(json_get(json_get(json_get(json_get(told->doc, "metadata"), "default"), "geographic_reference_auto"), ""), false)) return true;
	if (!catalog_hold(s->catalog, t, &view, e)) return false;
	const struct dataset *d = catalog_find_or_null(view, slug);
	c.geo = geo_new();
	bool ok = !d || find(&c, t, view, d, &code, e);
	geo_free(c.geo);
	catalog_release(s->catalog, view);
	if (!ok || !d || !code.n) return ok;
	auto_buf json = BUF_INIT(LIMIT_CELL_BYTES);
	struct json_out j = JSON_OUT(&json);
	json_open(&j, '[');
	json_put(&j, code); /* of a portal's own dataset, so any text */
	json_close(&j, ']');
	const struct meta_change change = { STR("default.geographic_reference"), buf_str(&json) };
	return catalog_set_metas(s->catalog, t, slug, &change, 1, e);
}
