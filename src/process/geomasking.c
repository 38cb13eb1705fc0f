/* Geomasking: every place is moved by chance within a ring round it, so that nobody's home is shown. The move is drawn from the seed, which is
 * secret, and the place: the same place moves in the same way in every row and with every publication, so that neither many records at one address nor
 * many versions of one record can be averaged. */
#include <math.h>
#include "process/place.h"

enum { FIELD, LEAST, MOST };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "min_distance", PROCESS_DOUBLE, false, "1000", NULL, N_("Least distance"), N_("In metres.") },
	{ "max_distance", PROCESS_DOUBLE, false, "3000", NULL, N_("Greatest distance"), N_("In metres.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "[{\"type\":\"geomasking\",\"field\":\"home\",\"min_distance\":0,\"max_distance\":0}]",
	  "[{\"home\":\"48.85,2.35\"},{\"home\":\"90,0\"},{\"home\":null},{\"home\":\"1 Main Street\"}]",
	  "[{\"home\":\"48.85,2.35\"},{\"home\":\"90,0\"},{\"home\":null},{\"home\":null,\"!\":\"A geopoint (latitude,longitude in degrees) is expected.\"}]" },
	{ 0 }
};
static const double earth_m = 6371008.7714;
static const double degree = 3.14159265358979323846 / 180;

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	place_open(s, sizeof(struct place));
	double least = s->values[LEAST].real;
	double most = s->values[MOST].real;
	if (!(least >= 0 && least <= 1e6)) process_step_fault(s, f, "min_distance", "expected metres, from 0 to 1000000.");
	if (!(most >= least && most <= 1e6)) process_step_fault(s, f, "max_distance", "expected metres, not less than min_distance and at most 1000000.");
	return true;
}

static uint64_t mix(uint64_t x, uint64_t part)
{
	x = (x ^ part) + UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* From 0 to 1. */
static double share(uint64_t x) { return (double)(x >> 11) * 0x1p-53; }

/* A place, in steps of a millimetre. */
static uint64_t place_key(double lat, double lon)
{
	return mix((uint64_t)llround(lat * 1e8), (uint64_t)llround(lon * 1e8));
}

/* The point at a distance and bearing on the sphere: equal areas of the ring are equally likely. */
static void move(const struct process_step *s, double *lat, double *lon)
{
	double least = s->values[LEAST].real;
	double most = s->values[MOST].real;
	uint64_t draw = mix(mix(s->scene->seed, s->index), place_key(*lat, *lon));
	double d = sqrt(least * least + share(draw) * (most * most - least * least)) / earth_m;
	double bearing = 2 * 180 * degree * share(mix(draw, 1));
	double from = *lat * degree;
	if (!(d > 0)) return;
	double to = asin(fmax(-1, fmin(1, sin(from) * cos(d) + cos(from) * sin(d) * cos(bearing))));
	*lon += atan2(sin(bearing) * sin(d) * cos(from), cos(d) - sin(from) * sin(to)) / degree;
	*lat = to / degree;
	if (*lon > 180) *lon -= 360;
	if (*lon < -180) *lon += 360;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	size_t column = s->values[FIELD].column;
	struct cell c = process_get(r, column);
	double lat;
	double lon;
	if (process_is_null(c)) return true;
	if (!place_point(s, c, &lat, &lon)) {
		/* The value is not told: it may be what was to be hidden. */
		process_tell(s, r, column, (struct str){ 0 }, "A geopoint (latitude,longitude in degrees) is expected.");
		return true;
	}
	move(s, &lat, &lon);
	place_put_point(s, r, column, lat, lon);
	return true;
}

static const struct process_works works = { .open = open, .row = row, .close = place_close };
const struct processor process_geomasking = {
	"geomasking", "geo", N_("Geomasking"), N_("Moves every geopoint by chance, so that exact places stay private."), 0, parameters, examples, &works };
