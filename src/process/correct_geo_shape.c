/* Correct geo shape: areas that cross themselves become areas that do not; altitudes go, so that none is mixed with positions that have none. */
#include "process/place.h"

enum { FIELD };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"correct_geo_shape\",\"field\":\"shape\"}",
	  "[{\"shape\":{\"type\":\"LineString\",\"coordinates\":[[0,0,5],[1,1]]}},{\"shape\":\"POLYGON((0 0,1 0,1 1,0 0,0 0))\"},{\"shape\":null},{\"shape\":\"POLYGON((0 0,1 1,2 2,0 0))\"}]",
	  "[{\"shape\":{\"coordinates\":[[0.0,0.0],[1.0,1.0]],\"type\":\"LineString\"}},"
	  "{\"shape\":{\"coordinates\":[[[0.0,0.0],[1.0,0.0],[1.0,1.0],[0.0,0.0],[0.0,0.0]]],\"type\":\"Polygon\"}},{\"shape\":null},"
	  "{\"shape\":null,\"!\":\"Nothing is left of this shape once it is corrected.\"}]" },
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
	const struct place *p = s->own;
	size_t column = s->values[FIELD].column;
	struct cell c = process_get(r, column);
	const char *why;
	struct str wkb;
	if (process_is_null(c)) return true;
	if (!place_shape(s, c, &wkb, &why)) process_tell(s, r, column, c.text, "%s", why);
	else if (geo_mend(p->geo, process_arena(s), wkb, &wkb)) place_put_shape(s, r, column, wkb);
	else process_tell(s, r, column, c.text, "Nothing is left of this shape once it is corrected.");
	return true;
}

static const struct process_works works = { .open = open, .row = row, .close = place_close };
const struct processor process_correct_geo_shape = {
	"correct_geo_shape", "geo", N_("Correct geo shape"), N_("Mends shapes that cross themselves and drops altitudes."), 0, parameters, examples, &works };
