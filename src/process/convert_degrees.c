/* Convert degrees: coordinates with minutes and seconds, in all the ways they are written, become "lat,lon". */
#include "process/place.h"

enum { FIELD, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"convert_degrees\",\"field\":\"at\",\"output_field\":\"place\"}",
	  "[{\"at\":\"48°51'24\\\"N 2°21'9\\\"E\"},{\"at\":\"N 48 30, O 2 30\"},{\"at\":\"45^30'0'' Sud / 2*15'0'' Ouest\"},{\"at\":\"-33,85;151,2\"},{\"at\":null}]",
	  "[{\"at\":\"48°51'24\\\"N 2°21'9\\\"E\",\"place\":\"48.8566667,2.3525\"},{\"at\":\"N 48 30, O 2 30\",\"place\":\"48.5,-2.5\"},"
	  "{\"at\":\"45^30'0'' Sud / 2*15'0'' Ouest\",\"place\":\"-45.5,-2.25\"},{\"at\":\"-33,85;151,2\",\"place\":\"-33.85,151.2\"},{\"at\":null,\"place\":null}]" },
	{ "{\"type\":\"convert_degrees\",\"field\":\"lat\",\"output_field\":\"lat\"}",
	  "[{\"lat\":\"48°30'N\"},{\"lat\":\"north of the river\"},{\"lat\":\"95° 0' N\"}]",
	  "[{\"lat\":48.5},{\"lat\":null,\"!\":\"This cannot be read as degrees: there is a word in it that is no hemisphere.\"},"
	  "{\"lat\":null,\"!\":\"This cannot be read as degrees: a latitude is from -90 to 90.\"}]" },
	{ 0 }
};

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	size_t output = s->values[OUTPUT].column;
	struct cell c = process_get(r, s->values[FIELD].column);
	struct geo_degrees d;
	if (process_is_null(c)) {
		process_put_null(r, output);
		return true;
	}
	const char *why = geo_degrees(c.text, &d);
	if (why) process_tell(s, r, output, c.text, "This cannot be read as degrees: %s%s", why, why[strlen(why) - 1] == '?' ? "" : ".");
	else if (d.n == 1) process_put_number(s, r, output, d.lat);
	else place_put_point(s, r, output, d.lat, d.lon);
	return true;
}

static const struct process_works works = { .row = row };
const struct processor process_convert_degrees = {
	"convert_degrees", "geo", N_("Convert degrees"), N_("Reads coordinates written in degrees, minutes and seconds; one alone becomes a number."),
	0, parameters, examples, &works };
