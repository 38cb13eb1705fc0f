/* WKT, WKB and their extended forms to GeoJSON. A geometry that names its system by number is brought to WGS 84. */
#include "process/place.h"

enum { FIELD, OUTPUT, EPSG };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), N_("WKT, or WKB in hexadecimal.") },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ "epsg", PROCESS_EPSG, false, "4326", NULL, N_("Coordinate system"), N_("EPSG code of geometries that do not name theirs.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"wkt_to_geojson\",\"field\":\"geom\",\"output_field\":\"shape\"}",
	  "[{\"geom\":\"POINT(2.5 48.5)\"},{\"geom\":\"0101000000000000000000044000000000004048C0\"},{\"geom\":\"SRID=3857;POINT(0 0)\"},{\"geom\":null},{\"geom\":\"POINT(\"},{\"geom\":\"SRID=999;POINT(1 1)\"}]",
	  "[{\"geom\":\"POINT(2.5 48.5)\",\"shape\":{\"coordinates\":[2.5,48.5],\"type\":\"Point\"}},"
	  "{\"geom\":\"0101000000000000000000044000000000004048C0\",\"shape\":{\"coordinates\":[2.5,-48.5],\"type\":\"Point\"}},"
	  "{\"geom\":\"SRID=3857;POINT(0 0)\",\"shape\":{\"coordinates\":[0.0,0.0],\"type\":\"Point\"}},{\"geom\":null,\"shape\":null},"
	  "{\"geom\":\"POINT(\",\"shape\":null,\"!\":\"This is no geometry: GeoJSON, WKT or WKB in hexadecimal is expected, with the longitude first.\"},"
	  "{\"geom\":\"SRID=999;POINT(1 1)\",\"shape\":null,\"!\":\"The geometry is in EPSG:999, which is not known.\"}]" },
	{ 0 }
};

struct reader {
	struct place place;
	struct geo_transform *other; /* the last system that a geometry named */
	int unknown;                 /* the last that is not known */
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	place_open(s, sizeof(struct reader));
	place_system(s, f, EPSG);
	return true;
}

static bool system_of(struct reader *own, int srid, struct geo_transform **out)
{
	struct err e = { 0 };
	*out = own->place.system;
	if (srid == 0 || (own->place.system && geo_transform_epsg(own->place.system) == srid)) return true;
	*out = NULL;
	if (srid == GEO_WGS84) return true;
	if (srid == own->unknown) return false;
	if (!own->other || geo_transform_epsg(own->other) != srid) {
		geo_transform_close(own->other);
		own->other = NULL;
		if (!geo_transform_open(srid, &own->other, &e)) {
			own->unknown = srid;
			return false;
		}
	}
	*out = own->other;
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	struct reader *own = s->own;
	struct cell c = process_get(r, s->values[FIELD].column);
	size_t output = s->values[OUTPUT].column;
	struct geo_transform *system;
	auto_buf b = BUF_INIT(PROCESS_MOST_ROW);
	const char *why;
	struct str wkb;
	int srid = geo_srid(c.text);
	if (process_is_null(c)) process_put_null(r, output);
	else if (!place_shape(s, c, &wkb, &why)) process_tell(s, r, output, c.text, "%s", why);
	else if (!system_of(own, srid, &system)) process_tell(s, r, output, c.text, "The geometry is in EPSG:%d, which is not known.", srid);
	else if (!system) place_put_shape(s, r, output, wkb);
	else if (geo_transform_shape_back(system, wkb, &b)) place_put_shape(s, r, output, buf_str(&b));
	else process_tell(s, r, output, c.text, "EPSG:%d has no place for these coordinates.", geo_transform_epsg(system));
	return true;
}

static void close_reader(struct process_step *s)
{
	struct reader *own = s->own;
	if (own) geo_transform_close(own->other);
	place_close(s);
}

static const struct process_works works = { .open = open, .row = row, .close = close_reader };
const struct processor process_wkt_to_geojson = {
	"wkt_to_geojson", "geo", N_("WKT and WKB to GeoJSON"), N_("Reads geometries as databases write them."), 0, parameters, examples, &works };
