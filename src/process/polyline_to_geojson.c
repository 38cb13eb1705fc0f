/* Google polyline to GeoJSON: an encoded line as a line. */
#include "process/place.h"

enum { FIELD, OUTPUT, REVERSE, DECIMALS };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ "reverse", PROCESS_BOOL, false, "true", NULL, N_("Reverse longitude and latitude"), N_("Encoded lines hold the latitude first; GeoJSON has the longitude first.") },
	{ "decimals", PROCESS_INT, false, "5", NULL, N_("Decimals"), N_("5, as Google writes them; some route planners write 6.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"polyline_to_geojson\",\"field\":\"route\",\"output_field\":\"shape\"}",
	  "[{\"route\":\"_p~iF~ps|U_ulLnnqC_mqNvxq`@\"},{\"route\":null},{\"route\":\"é\"}]",
	  "[{\"route\":\"_p~iF~ps|U_ulLnnqC_mqNvxq`@\",\"shape\":{\"coordinates\":[[-120.2,38.5],[-120.95,40.7],[-126.453,43.252]],\"type\":\"LineString\"}},"
	  "{\"route\":null,\"shape\":null},{\"route\":\"é\",\"shape\":null,\"!\":\"This is no encoded polyline, or it leaves the earth: try the other order, or another number of decimals.\"}]" },
	{ 0 }
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	place_open(s, sizeof(struct place));
	if (s->values[DECIMALS].whole < 1 || s->values[DECIMALS].whole > 8) process_step_fault(s, f, "decimals", "expected a number from 1 to 8; 5 is usual.");
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	struct cell c = process_get(r, s->values[FIELD].column);
	size_t output = s->values[OUTPUT].column;
	struct str wkb;
	if (process_is_null(c)) process_put_null(r, output);
	else if (geo_polyline(process_arena(s), c.text, (int)s->values[DECIMALS].whole, s->values[REVERSE].truth, &wkb)) place_put_shape(s, r, output, wkb);
	else process_tell(s, r, output, c.text, "This is no encoded polyline, or it leaves the earth: try the other order, or another number of decimals.");
	return true;
}

static const struct process_works works = { .open = open, .row = row, .close = place_close };
const struct processor process_polyline_to_geojson = {
	"polyline_to_geojson", "geo", N_("Google polyline to GeoJSON"), N_("Decodes a line as map services encode it."), 0, parameters, examples, &works };
