/* Geojoin: a code, or a name, becomes the boundary of what it names, out of a set that the portal holds. */
#include "process/keys.h"

enum { COUNTRY, REPOSITORY, KEY, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "country", PROCESS_TEXT, true, NULL, NULL, N_("Country"), N_("Two letters such as fr, or world.") },
	{ "repository", PROCESS_TEXT, true, NULL, NULL, N_("Set of boundaries"), N_("As the portal calls it: countries (of world) is always there.") },
	{ "local_key", PROCESS_FIELD, true, NULL, NULL, N_("Field with the code"), N_("A code, or a name when only one boundary has it.") },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
#define BOUNDS "[{\"code\":\"FR\",\"name\":\"France\",\"aliases\":\"FRA|250\",\"geometry\":{\"coordinates\":[[[0.0,45.0],[5.0,45.0],[5.0,50.0],[0.0,45.0]]],\"type\":\"Polygon\"}},{\"code\":\"01262\",\"name\":\"Montluel\",\"geometry\":{\"coordinates\":[5.0,45.9],\"type\":\"Point\"}}]"
static const struct process_example examples[] = {
	{ "{\"type\":\"geojoin\",\"country\":\"world\",\"repository\":\"countries\",\"local_key\":\"country\",\"output_field\":\"shape\",\"!supplies\":[" BOUNDS "]}",
	  "[{\"country\":\"fr\"},{\"country\":\"250\"},{\"country\":\"FRANCE\"},{\"country\":\"1262.0\"},{\"country\":null},{\"country\":\"Atlantis\"}]",
	  "[{\"country\":\"fr\",\"shape\":{\"coordinates\":[[[0.0,45.0],[5.0,45.0],[5.0,50.0],[0.0,45.0]]],\"type\":\"Polygon\"}},"
	  "{\"country\":\"250\",\"shape\":{\"coordinates\":[[[0.0,45.0],[5.0,45.0],[5.0,50.0],[0.0,45.0]]],\"type\":\"Polygon\"}},"
	  "{\"country\":\"FRANCE\",\"shape\":{\"coordinates\":[[[0.0,45.0],[5.0,45.0],[5.0,50.0],[0.0,45.0]]],\"type\":\"Polygon\"}},"
	  "{\"country\":\"1262.0\",\"shape\":{\"coordinates\":[5.0,45.9],\"type\":\"Point\"}},{\"country\":null,\"shape\":null},"
	  "{\"country\":\"Atlantis\",\"shape\":null,\"!\":\"There is no boundary of this code or name in world/countries.\"}]" },
	{ 0 }
};

struct join {
	struct place place;
	struct bounds *bounds;
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)f;
	(void)e;
	place_open(s, sizeof(struct join));
	bounds_declare(s, s->values[COUNTRY].text, s->values[REPOSITORY].text);
	return true;
}

static bool meet(struct process_step *s, size_t i, const struct process_supply *rows, struct err *e)
{
	(void)i;
	return bounds_read(s, rows, false, &((struct join *)s->own)->bounds, e);
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	const struct join *own = s->own;
	struct cell c = process_get(r, s->values[KEY].column);
	size_t output = s->values[OUTPUT].column;
	const struct bound *found = bounds_find_or_null(own->bounds, process_arena(s), c);
	if (found) process_put(r, output, found->json, CELL_SHAPE);
	else if (process_is_null(c)) process_put_null(r, output);
	else process_tell(s, r, output, c.text, "There is no boundary of this code or name in %.*s/%.*s.", STR_ARG(s->values[COUNTRY].text), STR_ARG(s->values[REPOSITORY].text));
	return true;
}

static void close_join(struct process_step *s)
{
	if (s->own) bounds_close(((struct join *)s->own)->bounds);
	place_close(s);
}

static const struct process_works works = { .open = open, .row = row, .close = close_join, .meet = meet };
const struct processor process_geojoin = {
	"geojoin", "geo", N_("Geojoin"), N_("Finds the boundary that belongs to a code."), 0, parameters, examples, &works };
