/* Retrieve administrative divisions: which division of a level a place lies in, its name, code and boundary. */
#include "process/keys.h"

enum { FIELD, COUNTRY, LEVEL, NAME, CODE, SHAPE, TOLERANCE };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), N_("A geopoint.") },
	{ "country", PROCESS_TEXT, true, NULL, NULL, N_("Country"), N_("Two letters such as fr, or world.") },
	{ "level", PROCESS_INT, true, NULL, NULL, N_("Level"), N_("1 is the largest, 7 the smallest; of world there is 1, countries.") },
	{ "output_name", PROCESS_OUTPUT, false, NULL, NULL, N_("Output field for the name"), NULL },
	{ "output_code", PROCESS_OUTPUT, false, NULL, NULL, N_("Output field for the code"), NULL },
	{ "output_shape", PROCESS_OUTPUT, false, NULL, NULL, N_("Output field for the boundary"), NULL },
	{ "tolerance", PROCESS_DOUBLE, false, "0", NULL, N_("Tolerance"), N_("Kilometres a place may lie outside every boundary, as harbours do where coasts are drawn coarsely.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"retrieve_administrative_divisions\",\"field\":\"place\",\"country\":\"world\",\"level\":1,\"output_name\":\"country\",\"output_code\":\"code\",\"tolerance\":20,\"!supplies\":[["
	  "{\"code\":\"AA\",\"name\":\"Outer\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[10,0],[10,10],[0,10],[0,0]]]}},"
	  "{\"code\":\"BB\",\"name\":\"Enclave\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[4,4],[6,4],[6,6],[4,6],[4,4]]]}}]]}",
	  "[{\"place\":\"1,1\"},{\"place\":\"5,5\"},{\"place\":\"10.1,5\"},{\"place\":\"-80,0\"},{\"place\":null},{\"place\":\"no\"}]",
	  "[{\"place\":\"1,1\",\"country\":\"Outer\",\"code\":\"AA\"},{\"place\":\"5,5\",\"country\":\"Enclave\",\"code\":\"BB\"},{\"place\":\"10.1,5\",\"country\":\"Outer\",\"code\":\"AA\"},"
	  "{\"place\":\"-80,0\",\"country\":null,\"code\":null,\"!\":\"This place lies in no division of level 1.\"},{\"place\":null,\"country\":null,\"code\":null},"
	  "{\"place\":\"no\",\"country\":null,\"code\":null,\"!\":\"A geopoint (latitude,longitude in degrees) is expected.\"}]" },
	{ 0 }
};

struct divisions {
	struct place place;
	struct bounds *bounds;
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	auto_arena a = ARENA_INIT;
	place_open(s, sizeof(struct divisions));
	if (s->values[LEVEL].whole < 1 || s->values[LEVEL].whole > 7) process_step_fault(s, f, "level", "expected a number from 1 to 7.");
	if (!(s->values[TOLERANCE].real >= 0 && s->values[TOLERANCE].real <= 1000)) process_step_fault(s, f, "tolerance", "expected kilometres, from 0 to 1000.");
	if (!s->values[NAME].text.n && !s->values[CODE].text.n && !s->values[SHAPE].text.n) process_step_fault(s, f, "output_name", "expected a field for the name, the code or the boundary.");
	bounds_declare(s, s->values[COUNTRY].text, arena_printf(&a, "%lld", (long long)s->values[LEVEL].whole));
	return true;
}

static bool meet(struct process_step *s, size_t i, const struct process_supply *rows, struct err *e)
{
	(void)i;
	return bounds_read(s, rows, true, &((struct divisions *)s->own)->bounds, e);
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	const struct divisions *own = s->own;
	struct cell c = process_get(r, s->values[FIELD].column);
	const struct bound *found = NULL;
	double lat;
	double lon;
	process_put_null(r, s->values[NAME].column);
	process_put_null(r, s->values[CODE].column);
	process_put_null(r, s->values[SHAPE].column);
	if (process_is_null(c)) return true;
	if (!place_point(s, c, &lat, &lon)) process_tell(s, NULL, s->values[FIELD].column, c.text, "A geopoint (latitude,longitude in degrees) is expected.");
	else if (!(found = bounds_at_or_null(s, own->bounds, lat, lon, s->values[TOLERANCE].real)))
		process_tell(s, NULL, s->values[FIELD].column, c.text, "This place lies in no division of level %lld.", (long long)s->values[LEVEL].whole);
	if (!found) return true;
	process_put(r, s->values[NAME].column, found->name, CELL_STRING);
	process_put(r, s->values[CODE].column, found->code, CELL_STRING);
	process_put(r, s->values[SHAPE].column, found->json, CELL_SHAPE);
	return true;
}

static void close_divisions(struct process_step *s)
{
	if (s->own) bounds_close(((struct divisions *)s->own)->bounds);
	place_close(s);
}

static const struct process_works works = { .open = open, .row = row, .close = close_divisions, .meet = meet };
const struct processor process_retrieve_administrative_divisions = {
	"retrieve_administrative_divisions", "geo", N_("Retrieve administrative divisions"), N_("Tells which country, region or town a geopoint lies in."),
	0, parameters, examples, &works };
