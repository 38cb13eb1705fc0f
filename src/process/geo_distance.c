/* Compute geo distance: kilometres between two places on the sphere, as distance() of the query language measures; from a point to a shape to
 * its nearest edge. */
#include "process/place.h"

enum { FIRST, SECOND, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "point_a", PROCESS_FIELD, true, NULL, NULL, N_("From"), N_("A geopoint, or a shape when the other is a point.") },
	{ "point_b", PROCESS_FIELD, true, NULL, NULL, N_("To"), NULL },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), N_("The distance in kilometres.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"geo_distance\",\"point_a\":\"home\",\"point_b\":\"school\",\"output_field\":\"km\"}",
	  "[{\"home\":\"0,0\",\"school\":\"0,0\"},{\"home\":\"90,0\",\"school\":\"90,120\"},{\"home\":\"1,1\",\"school\":null},{\"home\":\"1,1\",\"school\":\"far\"}]",
	  "[{\"home\":\"0,0\",\"school\":\"0,0\",\"km\":0},{\"home\":\"90,0\",\"school\":\"90,120\",\"km\":0},{\"home\":\"1,1\",\"school\":null,\"km\":null},"
	  "{\"home\":\"1,1\",\"school\":\"far\",\"km\":null,\"!\":\"A geopoint (latitude,longitude in degrees) is expected.\"}]" },
	{ "{\"type\":\"geo_distance\",\"point_a\":\"a\",\"point_b\":\"b\",\"output_field\":\"km\"}",
	  "[{\"a\":\"0,179.5\",\"b\":\"0,-179.5\"},{\"a\":\"0,0\",\"b\":{\"type\":\"Polygon\",\"coordinates\":[[[-1,-1],[1,-1],[1,1],[-1,1],[-1,-1]]]}}]",
	  "[{\"a\":\"0,179.5\",\"b\":\"0,-179.5\",\"km\":111.195},{\"a\":\"0,0\",\"b\":{\"type\":\"Polygon\",\"coordinates\":[[[-1,-1],[1,-1],[1,1],[-1,1],[-1,-1]]]},\"km\":0}]" },
	{ 0 }
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)f;
	(void)e;
	place_open(s, sizeof(struct place));
	return true;
}

/* To the metre: more would be invented by the sphere. */
static void put_km(struct process_step *s, struct process_row *r, double metres)
{
	process_put_number(s, r, s->values[OUTPUT].column, (double)(int64_t)(metres + 0.5) / 1000);
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	const struct place *p = s->own;
	struct cell a = process_get(r, s->values[FIRST].column);
	struct cell b = process_get(r, s->values[SECOND].column);
	const char *why;
	struct str wkb;
	double at[4];
	if (process_is_null(a) || process_is_null(b)) {
		process_put_null(r, s->values[OUTPUT].column);
		return true;
	}
	bool first = place_point(s, a, &at[0], &at[1]);
	bool second = place_point(s, b, &at[2], &at[3]);
	if (first && second) put_km(s, r, geo_distance_m(at[0], at[1], at[2], at[3]));
	else if ((first || second) && place_shape(s, first ? b : a, &wkb, &why)) {
		double metres = geo_shape_distance_m(p->geo, wkb, first ? at[0] : at[2], first ? at[1] : at[3]);
		if (metres >= 0) put_km(s, r, metres);
		else process_tell(s, r, s->values[OUTPUT].column, first ? b.text : a.text, "There is no way to measure the distance to this shape.");
	} else process_tell(s, r, s->values[OUTPUT].column, first ? b.text : a.text, "A geopoint (latitude,longitude in degrees) is expected.");
	return true;
}

static const struct process_works works = { .open = open, .row = row, .close = place_close };
const struct processor process_geo_distance = {
	"geo_distance", "geo", N_("Compute geo distance"), N_("Measures the distance between two geopoints, in kilometres."), 0, parameters, examples, &works };
