/* Normalize projection: points written "Y,X" in another system, or whole geometries in it, become WGS 84. */
#include "process/place.h"

enum { FIELD, EPSG, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), N_("Points as northing, easting (Y,X), or geometries.") },
	{ "epsg", PROCESS_EPSG, true, NULL, NULL, N_("Coordinate system"), N_("EPSG code of the system the field is in, such as 2154.") },
	{ "output_field", PROCESS_OUTPUT, false, NULL, NULL, N_("Output field"), N_("Empty: the field itself.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"transform_coordinates\",\"field\":\"at\",\"epsg\":2154}",
	  "[{\"at\":\"6600000,700000\"},{\"at\":\"6600000.0; 700000.0\"},{\"at\":null},{\"at\":\"nowhere\"}]",
	  "[{\"at\":\"46.5,3\"},{\"at\":\"46.5,3\"},{\"at\":null},{\"at\":null,\"!\":\"Two numbers are expected, northing and easting (Y,X), or a geometry.\"}]" },
	{ "{\"type\":\"transform_coordinates\",\"field\":\"shape\",\"epsg\":3857,\"output_field\":\"world\"}",
	  "[{\"shape\":{\"type\":\"Point\",\"coordinates\":[0,0]}},{\"shape\":\"POINT(0 0)\"}]",
	  "[{\"shape\":{\"type\":\"Point\",\"coordinates\":[0,0]},\"world\":{\"coordinates\":[0.0,0.0],\"type\":\"Point\"}},"
	  "{\"shape\":\"POINT(0 0)\",\"world\":{\"coordinates\":[0.0,0.0],\"type\":\"Point\"}}]" },
	{ 0 }
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	place_open(s, sizeof(struct place));
	place_system(s, f, EPSG);
	return true;
}

static size_t output_of(const struct process_step *s)
{
	return s->values[OUTPUT].text.n ? s->values[OUTPUT].column : s->values[FIELD].column;
}

/* "Y,X" with a comma, a semicolon or blanks between; a decimal comma where something else parts them. */
static bool pair(struct str s, double *y, double *x)
{
	static const char marks[] = { ';', ' ', ',' };
	s = str_trim(s);
	for (size_t i = 0; i < sizeof marks; i++) {
		ptrdiff_t at = str_find_char(s, marks[i]);
		if (at <= 0) continue;
		struct str first = str_trim(str_sub(s, 0, (size_t)at));
		struct str second = str_trim(str_from(s, (size_t)at + 1));
		if (marks[i] == ' ' && first.p[first.n - 1] == ',') first.n--;
		return process_number((struct cell){ first, CELL_FREE }, y) && process_number((struct cell){ second, CELL_FREE }, x);
	}
	return false;
}

static bool put_shape(struct process_step *s, struct process_row *r, struct str wkb)
{
	const struct place *p = s->own;
	auto_buf b = BUF_INIT(PROCESS_MOST_ROW);
	if (!p->system) buf_put(&b, wkb);
	else if (!geo_transform_shape_back(p->system, wkb, &b)) return false;
	place_put_shape(s, r, output_of(s), buf_str(&b));
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	const struct place *p = s->own;
	struct cell c = process_get(r, s->values[FIELD].column);
	size_t output = output_of(s);
	const char *why;
	struct str wkb;
	double lat;
	double lon;
	if (process_is_null(c)) {
		process_put_null(r, output);
		return true;
	}
	bool numbers = pair(c.text, &lat, &lon);
	if (!numbers && !place_shape(s, c, &wkb, &why)) {
		process_tell(s, r, output, c.text, "Two numbers are expected, northing and easting (Y,X), or a geometry.");
		return true;
	}
	bool fine = numbers ? !p->system ? lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180 : geo_transform_back(p->system, lon, lat, &lon, &lat)
	                    : put_shape(s, r, wkb);
	if (!fine) process_tell(s, r, output, c.text, "EPSG:%lld has no place for these coordinates; they are given as northing, easting (Y,X).", (long long)s->values[EPSG].whole);
	else if (numbers) place_put_point(s, r, output, lat, lon);
	return true;
}

static const struct process_works works = { .open = open, .row = row, .close = place_close };
const struct processor process_transform_coordinates = {
	"transform_coordinates", "geo", N_("Normalize projection"), N_("Turns coordinates of another system into latitude and longitude (WGS 84)."),
	0, parameters, examples, &works };
