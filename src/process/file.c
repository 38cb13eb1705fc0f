/* File: addresses of pictures and documents become files of the dataset. They are brought by whoever runs the line, before the rows; here each cell learns
 * whether its file is there, and, when it is asked for, what the camera wrote into the picture. */
#include "process/inside.h"
#include "text/text.h"

enum { FIELD, EXIF };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field with addresses"), N_("They begin with http:// or https://.") },
	{ "extract_exif", PROCESS_BOOL, false, "false", NULL, N_("Add what the camera wrote"), N_("Date, place, orientation and camera, as fields of their own.") },
	{ "keep_place", PROCESS_BOOL, false, "false", NULL, N_("Keep the place in pictures"), N_("Otherwise the copies that readers get do not say where a picture was taken.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"file\",\"field\":\"photo\",\"extract_exif\":true,\"!supplies\":[["
	  "{\"question\":\"https://a.example/1.jpg\",\"state\":\"there\",\"message\":null,\"date\":\"2024-05-01T12:30:00\",\"place\":\"48.5,2.5\",\"orientation\":6,\"camera\":\"Box 1\"},"
	  "{\"question\":\"https://a.example/2.jpg\",\"state\":\"missing\",\"message\":\"This file could not be fetched: the other server answered with status 404.\"}]]}",
	  "[{\"photo\":\" https://a.example/1.jpg \"},{\"photo\":\"https://a.example/2.jpg\"},{\"photo\":\"1.jpg\"},{\"photo\":null}]",
	  "[{\"photo\":\"https://a.example/1.jpg\",\"photo_date\":\"2024-05-01T12:30:00\",\"photo_place\":\"48.5,2.5\",\"photo_orientation\":6,\"photo_camera\":\"Box 1\"},"
	  "{\"photo\":null,\"photo_date\":null,\"photo_place\":null,\"photo_orientation\":null,\"photo_camera\":null,\"!\":\"This file could not be fetched: the other server answered with status 404.\"},"
	  "{\"photo\":null,\"photo_date\":null,\"photo_place\":null,\"photo_orientation\":null,\"photo_camera\":null,\"!\":\"An address that begins with http:// or https:// is expected.\"},"
	  "{\"photo\":null,\"photo_date\":null,\"photo_place\":null,\"photo_orientation\":null,\"photo_camera\":null}]" },
	{ 0 }
};

enum { DATE, PLACE, ORIENTATION, CAMERA, FACTS };
static const char *const facts[FACTS] = { "date", "place", "orientation", "camera" };
struct answer {
	bool missing;
	struct str message;
	struct cell facts[FACTS];
};
struct files {
	struct map by_url;
	size_t columns[FACTS];
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	static const struct str columns[] = { { "state", 5 }, { "message", 7 }, { "date", 4 }, { "place", 5 }, { "orientation", 11 }, { "camera", 6 } };
	(void)f;
	(void)e;
	s->own = arena_new(s->keep, struct files);
	process_declare(s, PROCESS_NEEDS_ANSWERS, STR("media"), columns, COUNT_OF(columns), 0);
	return true;
}

static bool bind(struct process_step *s, struct err *e)
{
	(void)e;
	struct files *own = s->own;
	for (size_t i = 0; i < FACTS; i++)
		own->columns[i] = s->values[EXIF].truth ? process_make(s, arena_printf(s->bound, "%.*s_%s", STR_ARG(s->values[FIELD].text), facts[i])) : PROCESS_NOWHERE;
	return true;
}

/* http(s), a host, and no blanks or controls. */
static bool address_of(struct cell c, struct str *out)
{
	struct str t = str_trim(c.text);
	size_t scheme = str_eq_nocase(str_sub(t, 0, 8), STR("https://")) ? 8 : str_eq_nocase(str_sub(t, 0, 7), STR("http://")) ? 7 : 0;
	if (!scheme || t.n <= scheme || t.p[scheme] == '/') return false;
	for (size_t i = 0; i < t.n; i++)
		if ((unsigned char)t.p[i] <= 0x20 || t.p[i] == 0x7f) return false;
	*out = t;
	return true;
}

static size_t column_there(const struct process_supply *rows, const char *name)
{
	for (size_t i = 0; i < rows->ncolumns; i++)
		if (str_eq(rows->columns[i], str_of(name))) return i;
	return SIZE_MAX;
}

static bool meet(struct process_step *s, size_t i, const struct process_supply *rows, struct err *e)
{
	(void)i;
	struct files *own = s->own;
	size_t question = column_there(rows, "question");
	size_t state = column_there(rows, "state");
	size_t message = column_there(rows, "message");
	for (struct process_row r;;) {
		bool more;
		if (!rows->next(rows->arg, &r, &more, e)) return false;
		if (!more) return true;
		struct answer *a = arena_new(s->keep, struct answer);
		a->missing = str_eq(process_get(&r, state).text, STR("missing"));
		a->message = arena_str(s->keep, process_get(&r, message).text);
		for (size_t k = 0; k < FACTS; k++) {
			struct cell c = process_get(&r, column_there(rows, facts[k]));
			if (!process_is_null(c)) a->facts[k] = (struct cell){ arena_str(s->keep, c.text), c.kind };
		}
		map_put(s->keep, &own->by_url, arena_str(s->keep, process_get(&r, question).text), a);
	}
}

static bool ask(struct process_step *s, size_t i, const struct process_row *r, struct err *e)
{
	struct str url;
	return !address_of(process_get(r, s->values[FIELD].column), &url) || process_ask(s, i, url, e);
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	const struct files *own = s->own;
	size_t column = s->values[FIELD].column;
	struct cell c = process_get(r, column);
	struct str url = { 0 };
	for (size_t i = 0; i < FACTS; i++) process_put_null(r, own->columns[i]);
	if (process_is_null(c)) return true;
	if (!address_of(c, &url)) {
		process_tell(s, r, column, c.text, "An address that begins with http:// or https:// is expected.");
		return true;
	}
	const struct answer *a = map_get_or_null(&own->by_url, url);
	if (a && a->missing) {
		process_tell(s, r, column, url, "%.*s", STR_ARG(a->message));
		return true;
	}
	process_put(r, column, url, CELL_STRING);
	for (size_t i = 0; a && i < FACTS; i++) process_put(r, own->columns[i], a->facts[i].text, a->facts[i].kind);
	return true;
}

static const struct process_works works = { .open = open, .bind = bind, .row = row, .meet = meet, .ask = ask };
const struct processor process_file = {
	"file", "generic", N_("File"), N_("Fetches the pictures and documents that a field names, so that the portal shows them."), PROCESS_OUTWARD, parameters, examples, &works };
