/* Two columns called latitude and longitude whose values are the other's: beyond what a latitude can be, or far from where the portal's places lie
 * while exchanged they are near. Where a portal's places lie: where its other datasets do, and round the town that its time zone is named after. */
#include "publish/advice.h"
#include "text/text.h"
#include "tile/tile.h"
#include <math.h>

enum { POLE = 90, TURN = 180, SURE = 95, LIKELY = 80, DATASETS = 200, TOWNS = 4 };
static const double round_lat = 15, round_lon = 25; /* degrees round the town of a zone: the countries that keep its time */
static const double beside = 2;                     /* degrees round the places of a dataset */

struct axis { struct str name; double least, most; };
struct usual { struct geo_box list[DATASETS + TOWNS]; size_t n; };

static bool axis_of(const struct json_node *fields, const char *words, struct axis *out)
{
	for (size_t i = 0; i < json_count(fields); i++) {
		const struct json_node *f = json_at(fields, i);
		struct str type = json_text(json_get(f, "type"));
		*out = (struct axis){ json_text(json_get(f, "name")), publish_number_of(json_get(f, "least")), publish_number_of(json_get(f, "most")) };
		if ((str_eq(type, STR("int")) || str_eq(type, STR("double"))) && publish_name_has(out->name, words)) return true;
	}
	return false;
}

static bool is_within(const struct axis *a, double most) { return a->least >= -most && a->most <= most; }

static void add_datasets(struct publish_road *r, struct usual *u)
{
	const struct catalog_view *view;
	struct err ignored = { 0 };
	if (!catalog_hold(r->site->catalog, r->tenant, &view, &ignored)) return;
	for (size_t i = 0; i < view->n && u->n < DATASETS; i++) {
		const struct dataset *d = &view->datasets[i];
		double at[4];
		if (d->id == r->config.dataset || d->restricted || !dataset_extent(d, at)) continue;
		u->list[u->n++] = (struct geo_box){ .x0 = at[0] - beside, .y0 = at[1] - beside, .x1 = at[2] + beside, .y1 = at[3] + beside };
	}
	catalog_release(r->site->catalog, view);
}

/* "Europe/Paris": the largest town of that name. */
static void add_zone(struct publish_road *r, struct usual *u)
{
	const struct tenant *t = tenants_hold_or_null(r->site->tenants, r->tenant);
	struct tile_place found[TOWNS];
	auto_buf folded = BUF_INIT(400);
	if (!t) return;
	struct str zone = tenant_setting(t, "timezone");
	ptrdiff_t slash = str_rfind_char(zone, '/');
	if (slash > 0) {
		char town[100];
		struct str last = text_cut(str_from(zone, (size_t)slash + 1), sizeof town);
		for (size_t i = 0; i < last.n; i++) town[i] = last.p[i] == '_' ? ' ' : last.p[i];
		text_fold(&folded, str_make(town, last.n));
	}
	tenant_release(r->site->tenants, t);
	size_t n = folded.n ? tile_places(buf_str(&folded), found, TOWNS) : 0;
	for (size_t i = 0; i < n; i++) {
		if (found[i].is_country) continue;
		const struct geo_box *b = &found[i].box;
		u->list[u->n++] = (struct geo_box){ .x0 = b->x0 - round_lon, .y0 = b->y0 - round_lat, .x1 = b->x1 + round_lon, .y1 = b->y1 + round_lat };
		return;
	}
}

static bool is_usual(const struct usual *u, double lat, double lon)
{
	for (size_t i = 0; i < u->n; i++)
		if (lon >= u->list[i].x0 && lon <= u->list[i].x1 && lat >= u->list[i].y0 && lat <= u->list[i].y1) return true;
	return false;
}

/* How sure it is that the two are swapped; 0: they are not. */
static int sure_of(struct publish_road *r, const struct axis *lat, const struct axis *lon)
{
	struct usual *u = arena_array(r->a, struct usual, 1);
	double y = (lat->least + lat->most) / 2, x = (lon->least + lon->most) / 2;
	if (!is_within(lon, POLE) || !is_within(lat, TURN)) return 0;
	if (!is_within(lat, POLE)) return SURE;
	*u = (struct usual){ .n = 0 };
	add_datasets(r, u);
	add_zone(r, u);
	return !is_usual(u, y, x) && is_usual(u, x, y) ? LIKELY : 0;
}

/* Somebody has exchanged them already. */
static bool is_exchanged(const struct publish_road *r, const struct axis *lon)
{
	const struct json_node *list = json_get(r->config.doc, "processors");
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_text(json_get(json_at(list, i), "latitude")), lon->name)) return true;
	return false;
}

static void put_place(struct json_out *j, const char *key, const struct axis *lat, const struct axis *lon)
{
	json_key(j, str_of(key));
	json_open(j, '[');
	json_put_real(j, round((lat->least + lat->most) * 500) / 1000);
	json_put_real(j, round((lon->least + lon->most) * 500) / 1000);
	json_close(j, ']');
}

void publish_advise_swapped(struct publish_road *r, const struct json_node *fields, struct json_out *j)
{
	struct axis lat, lon;
	if (!axis_of(fields, "latitude lat latitud latitudine breitengrad breite breedtegraad", &lat) ||
	    !axis_of(fields, "longitude lon lng long longitud longitudine laengengrad langengrad laenge lengtegraad", &lon) || is_exchanged(r, &lon))
		return;
	int sure = sure_of(r, &lat, &lon);
	if (!sure) return;
	json_open(j, '{');
	json_member(j, "kind", STR("swapped"));
	json_member_int(j, "confidence", sure);
	json_member(j, "latitude", lat.name);
	json_member(j, "longitude", lon.name);
	put_place(j, "given", &lat, &lon);
	put_place(j, "place", &lon, &lat);
	json_key(j, STR("processor"));
	json_open(j, '{');
	json_member(j, "type", STR("create_geopoint"));
	json_member(j, "latitude", lon.name);
	json_member(j, "longitude", lat.name);
	json_member(j, "output_field", STR("place"));
	json_close(j, '}');
	json_close(j, '}');
}
