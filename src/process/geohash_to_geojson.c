/* GeoHash to GeoJSON: the cell that a geohash names, as an area. */
#include "process/place.h"

enum { FIELD, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"geohash_to_geojson\",\"field\":\"hash\",\"output_field\":\"cell\"}",
	  "[{\"hash\":\"s\"},{\"hash\":\"S0\"},{\"hash\":null},{\"hash\":\"abc\"}]",
	  "[{\"hash\":\"s\",\"cell\":{\"coordinates\":[[[0.0,0.0],[45.0,0.0],[45.0,45.0],[0.0,45.0],[0.0,0.0]]],\"type\":\"Polygon\"}},"
	  "{\"hash\":\"S0\",\"cell\":{\"coordinates\":[[[0.0,0.0],[11.25,0.0],[11.25,5.625],[0.0,5.625],[0.0,0.0]]],\"type\":\"Polygon\"}},"
	  "{\"hash\":null,\"cell\":null},{\"hash\":\"abc\",\"cell\":null,\"!\":\"This is no geohash: 1 to 12 digits and letters without a, i, l and o are expected.\"}]" },
	{ 0 }
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)f;
	(void)e;
	place_open(s, sizeof(struct place));
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	struct cell c = process_get(r, s->values[FIELD].column);
	size_t output = s->values[OUTPUT].column;
	struct geo_box box;
	if (process_is_null(c)) process_put_null(r, output);
	else if (geo_geohash(c.text, &box)) place_put_shape(s, r, output, geo_box_wkb(process_arena(s), box));
	else process_tell(s, r, output, c.text, "This is no geohash: 1 to 12 digits and letters without a, i, l and o are expected.");
	return true;
}

static const struct process_works works = { .open = open, .row = row, .close = place_close };
const struct processor process_geohash_to_geojson = {
	"geohash_to_geojson", "geo", N_("GeoHash to GeoJSON"), N_("Turns a geohash into the area it names."), 0, parameters, examples, &works };
