/* Polygon filtering: only records whose place lies in an area go on; shapes go on where they touch it. */
#include "process/place.h"

enum { FIELD, POLYGON };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), N_("A geopoint or a shape.") },
	{ "polygon", PROCESS_GEOMETRY, true, NULL, NULL, N_("Area"), N_("GeoJSON: a polygon, several, or a feature that is one.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"polygon_filtering\",\"field\":\"place\",\"polygon\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[10,0],[10,10],[0,10],[0,0]]]}}",
	  "[{\"place\":\"5,5\"},{\"place\":\"50,5\"},{\"place\":\"10,10\"},{\"place\":null},{\"place\":\"here\"},{\"place\":\"LINESTRING(9 9,20 20)\"}]",
	  "[{\"place\":\"5,5\"},{\"place\":\"10,10\"},{\"!\":\"A geopoint or a geometry is expected; the record is left out.\"},{\"place\":\"LINESTRING(9 9,20 20)\"}]" },
	{ 0 }
};

struct filter {
	struct place place;
	struct geo_shape *shape;
};

/* A feature, the only one of a collection, or a geometry. */
static const struct json_node *geometry_of(const struct json_node *n)
{
	if (str_eq(json_text(json_get(n, "type")), STR("FeatureCollection")) && json_count(json_get(n, "features")) == 1) n = json_at(json_get(n, "features"), 0);
	return n;
}

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	auto_arena a = ARENA_INIT;
	auto_json *doc = NULL;
	auto_buf b = BUF_INIT(16 << 20);
	struct filter *own = place_open(s, sizeof *own);
	struct err why = { 0 };
	struct str wkb;
	struct geo_box box;
	if (json_read(s->values[POLYGON].text, &doc, &why)) json_put_node(&b, geometry_of(json_root(doc)));
	else buf_put(&b, s->values[POLYGON].text); /* WKT does, too */
	if (!geo_parse(own->place.geo, &a, buf_str(&b), &wkb, &why)) process_step_fault(s, f, "polygon", "expected a GeoJSON polygon. %s", why.pub);
	else if (!geo_box(own->place.geo, wkb, &box) || !(box.x1 > box.x0) || !(box.y1 > box.y0)) process_step_fault(s, f, "polygon", "expected an area, which a point or a straight line is not.");
	else if (!geo_mend(own->place.geo, &a, wkb, &wkb) || !geo_prepare(own->place.geo, wkb, &own->shape, &why)) process_step_fault(s, f, "polygon", "this polygon crosses itself and cannot be mended.");
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	const struct filter *own = s->own;
	struct cell c = process_get(r, s->values[FIELD].column);
	const char *why;
	struct str wkb;
	double lat;
	double lon;
	bool inside = false;
	if (process_is_null(c)) return true;
	if (place_point(s, c, &lat, &lon)) inside = geo_test_point(own->shape, GEO_INTERSECTS, lat, lon);
	else if (place_shape(s, c, &wkb, &why)) inside = geo_test(own->shape, GEO_INTERSECTS, wkb);
	else process_tell(s, NULL, s->values[FIELD].column, c.text, "A geopoint or a geometry is expected; the record is left out.");
	return !inside || process_pass(s, r, e);
}

static void close_filter(struct process_step *s)
{
	struct filter *own = s->own;
	if (own && own->shape) geo_shape_free(own->shape);
	place_close(s);
}

static const struct process_works works = { .open = open, .row = row, .close = close_filter };
const struct processor process_polygon_filtering = {
	"polygon_filtering", "geo", N_("Polygon filtering"), N_("Keeps only the records that lie in an area."), PROCESS_MANY, parameters, examples, &works };
