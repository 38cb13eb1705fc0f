/* Simplify geo shape: fewer positions, so that maps and exports are light. Neighbours are simplified apart from each other. */
#include "process/place.h"

enum { FIELD, TOLERANCE };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "tolerance", PROCESS_DOUBLE, true, NULL, NULL, N_("Tolerance"), N_("In degrees: try 0.0001, then ten times more until it is light enough.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"simplify_geo_shape\",\"field\":\"shape\",\"tolerance\":0.001}",
	  "[{\"shape\":{\"type\":\"LineString\",\"coordinates\":[[0,0],[1,0.0001],[2,0]]}},{\"shape\":\"POINT(1 2)\"},{\"shape\":\"no\"},{\"shape\":null}]",
	  "[{\"shape\":{\"coordinates\":[[0.0,0.0],[2.0,0.0]],\"type\":\"LineString\"}},{\"shape\":{\"coordinates\":[1.0,2.0],\"type\":\"Point\"}},"
	  "{\"shape\":null,\"!\":\"This is no geometry: GeoJSON, WKT or WKB in hexadecimal is expected, with the longitude first.\"},{\"shape\":null}]" },
	{ 0 }
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	place_open(s, sizeof(struct place));
	if (!(s->values[TOLERANCE].real >= 0 && s->values[TOLERANCE].real <= 90)) process_step_fault(s, f, "tolerance", "expected degrees, from 0 to 90, such as 0.0001.");
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	const struct place *p = s->own;
	size_t column = s->values[FIELD].column;
	struct cell c = process_get(r, column);
	const char *why;
	struct str wkb;
	if (process_is_null(c)) return true;
	if (!place_shape(s, c, &wkb, &why)) process_tell(s, r, column, c.text, "%s", why);
	else if (geo_simplify(p->geo, process_arena(s), wkb, s->values[TOLERANCE].real, &wkb)) place_put_shape(s, r, column, wkb);
	else process_tell(s, r, column, c.text, "This shape cannot be simplified; correct it first.");
	return true;
}

static const struct process_works works = { .open = open, .row = row, .close = place_close };
const struct processor process_simplify_geo_shape = {
	"simplify_geo_shape", "geo", N_("Simplify geo shape"), N_("Draws lines and areas with fewer points."), 0, parameters, examples, &works };
