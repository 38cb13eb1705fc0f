/* Create geopoint: a latitude and a longitude, or the two ordinates of another system, become one field. */
#include <math.h>
#include "process/place.h"

enum { LATITUDE, LONGITUDE, EPSG, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "latitude", PROCESS_FIELD, true, NULL, NULL, N_("Latitude"), N_("Or the northing (Y), in another system.") },
	{ "longitude", PROCESS_FIELD, true, NULL, NULL, N_("Longitude"), N_("Or the easting (X), in another system.") },
	{ "epsg", PROCESS_EPSG, false, "4326", NULL, N_("Coordinate system"), N_("EPSG code; 4326 is latitude and longitude in degrees.") },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"create_geopoint\",\"latitude\":\"lat\",\"longitude\":\"lon\",\"output_field\":\"place\"}",
	  "[{\"lat\":\"48.8566\",\"lon\":\"2.3522\"},{\"lat\":\"48,5\",\"lon\":\"-2\"},{\"lat\":\"\",\"lon\":\"2\"},{\"lat\":\"48°30'N\",\"lon\":\"2°30'O\"}]",
	  "[{\"lat\":\"48.8566\",\"lon\":\"2.3522\",\"place\":\"48.8566,2.3522\"},{\"lat\":\"48,5\",\"lon\":\"-2\",\"place\":\"48.5,-2\"},"
	  "{\"lat\":\"\",\"lon\":\"2\",\"place\":null},{\"lat\":\"48°30'N\",\"lon\":\"2°30'O\",\"place\":\"48.5,-2.5\"}]" },
	{ "{\"type\":\"create_geopoint\",\"latitude\":\"y\",\"longitude\":\"x\",\"epsg\":2154,\"output_field\":\"place\"}",
	  "[{\"x\":\"700000\",\"y\":\"6600000\"}]", "[{\"x\":\"700000\",\"y\":\"6600000\",\"place\":\"46.5,3\"}]" },
	{ "{\"type\":\"create_geopoint\",\"latitude\":\"lat\",\"longitude\":\"lon\",\"output_field\":\"place\"}",
	  "[{\"lat\":\"151.2\",\"lon\":\"-33.8\"},{\"lat\":\"90\",\"lon\":\"-180\"},{\"lat\":\"6862275\",\"lon\":\"652381\"}]",
	  "[{\"lat\":\"151.2\",\"lon\":\"-33.8\",\"place\":null,\"!\":\"The latitude is 151.2, which is beyond 90 degrees: are latitude and longitude swapped?\"},"
	  "{\"lat\":\"90\",\"lon\":\"-180\",\"place\":\"90,-180\"},"
	  "{\"lat\":\"6862275\",\"lon\":\"652381\",\"place\":null,\"!\":\"These are no degrees: name the coordinate system they are in by its EPSG code.\"}]" },
	{ 0 }
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	place_open(s, sizeof(struct place));
	place_system(s, f, EPSG);
	return true;
}

/* Degrees may also be spelled with minutes. */
static bool ordinate(const struct place *p, struct cell c, char wrong_axis, double *out)
{
	struct geo_degrees d;
	if (process_number(c, out)) return true;
	if (p->system || geo_degrees(c.text, &d) || d.n != 1 || d.axis == wrong_axis) return false;
	*out = d.lat;
	return true;
}

static void degrees(struct process_step *s, struct process_row *r, double lat, double lon)
{
	size_t output = s->values[OUTPUT].column;
	struct str value = process_get(r, s->values[LATITUDE].column).text;
	if (fabs(lat) <= 90 && fabs(lon) <= 180) place_put_point(s, r, output, lat, lon);
	else if (fabs(lat) > 360 || fabs(lon) > 360)
		process_tell(s, r, output, value, "These are no degrees: name the coordinate system they are in by its EPSG code.");
	else if (fabs(lat) > 90 && fabs(lat) <= 180 && fabs(lon) <= 90)
		process_tell(s, r, output, value, "The latitude is %.10g, which is beyond 90 degrees: are latitude and longitude swapped?", lat);
	else if (fabs(lat) > 90) process_tell(s, r, output, value, "The latitude is %.10g; it is from -90 to 90.", lat);
	else process_tell(s, r, output, process_get(r, s->values[LONGITUDE].column).text, "The longitude is %.10g; it is from -180 to 180.", lon);
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	const struct place *p = s->own;
	size_t output = s->values[OUTPUT].column;
	struct cell y = process_get(r, s->values[LATITUDE].column);
	struct cell x = process_get(r, s->values[LONGITUDE].column);
	double lat;
	double lon;
	if (process_is_null(x) || process_is_null(y)) process_put_null(r, output);
	else if (!ordinate(p, y, 'o', &lat)) process_tell(s, r, output, y.text, "The latitude is not a number.");
	else if (!ordinate(p, x, 'a', &lon)) process_tell(s, r, output, x.text, "The longitude is not a number.");
	else if (!p->system) degrees(s, r, lat, lon);
	else if (geo_transform_back(p->system, lon, lat, &lon, &lat)) place_put_point(s, r, output, lat, lon);
	else process_tell(s, r, output, y.text, "EPSG:%d has no place for these coordinates.", geo_transform_epsg(p->system));
	return true;
}

static const struct process_works works = { .open = open, .row = row, .close = place_close };
const struct processor process_create_geopoint = {
	"create_geopoint", "geo", N_("Create a geopoint"), N_("Makes one field of a latitude and a longitude, or of the coordinates of another system."),
	0, parameters, examples, &works };
