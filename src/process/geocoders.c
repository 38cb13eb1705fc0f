/* Geocoders: addresses to places by services that answer questions. Each is a row: which parameters make the question, and who is asked. The services
 * themselves (addresses, keys, forms of answers) are known to whoever answers; a row of the portal's operator is asked by `geocode`. Equal questions are
 * asked once. */
#include "process/place.h"
#include "text/text.h"

/* The end of every table. */
#define OUTPUTS                                                                                                                              \
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },                                                          \
	{ "score_field", PROCESS_OUTPUT, false, NULL, NULL, N_("Field for the score"), N_("How sure the service is; services count differently.") }, \
	{ "label_field", PROCESS_OUTPUT, false, NULL, NULL, N_("Field for the address found"), NULL },                                           \
	{ "min_score", PROCESS_DOUBLE, false, NULL, NULL, N_("Least score"), N_("What the service is less sure of is left empty.") },            \
	{ 0 }

static const struct process_parameter address_parameters[] = {
	{ "address", PROCESS_FIELD, true, NULL, NULL, N_("Address"), NULL },
	{ "postcode", PROCESS_FIELD, false, NULL, NULL, N_("Postcode"), NULL },
	{ "citycode", PROCESS_FIELD, false, NULL, NULL, N_("INSEE code"), NULL },
	{ "city", PROCESS_FIELD, false, NULL, NULL, N_("Town"), NULL },
	OUTPUTS
};
static const struct process_parameter world_parameters[] = {
	{ "address", PROCESS_FIELD, true, NULL, NULL, N_("Address"), NULL },
	{ "postcode", PROCESS_FIELD, false, NULL, NULL, N_("Postcode"), NULL },
	{ "city", PROCESS_FIELD, false, NULL, NULL, N_("Town"), NULL },
	{ "state", PROCESS_FIELD, false, NULL, NULL, N_("State or region"), NULL },
	{ "country", PROCESS_FIELD, false, NULL, NULL, N_("Country"), NULL },
	OUTPUTS
};
static const struct process_parameter fields_parameters[] = {
	{ "fields", PROCESS_FIELDS, true, NULL, NULL, N_("Fields of the address"), N_("In the order in which an address is written.") },
	{ "countrycodes", PROCESS_TEXT, false, NULL, NULL, N_("Countries"), N_("Two letters each, with commas between; empty: the whole world.") },
	OUTPUTS
};
static const struct process_parameter service_parameters[] = {
	{ "service", PROCESS_TEXT, true, NULL, NULL, N_("Service"), N_("As the operator of this server calls it.") },
	{ "fields", PROCESS_FIELDS, true, NULL, NULL, N_("Fields of the address"), N_("In the order in which an address is written.") },
	OUTPUTS
};
static const struct process_parameter field_parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	OUTPUTS
};

/* --- which there are ------------------------------------------------------------------------------------- */

/* Where a parameter goes: a member of the question; several of one member are joined by blanks. */
struct part { const char *parameter, *member; };
struct geocoder {
	const struct processor *kind;
	const char *service;      /* NULL: the parameter `service` names it */
	struct part parts[6];
	bool label;               /* what is wanted is the label */
	bool point;               /* the field is a geopoint */
};
static const struct geocoder geocoders[] = {
	{ &process_geocode_ban, "ban", { { "address", "q" }, { "city", "q" }, { "postcode", "postcode" }, { "citycode", "citycode" } }, false, false },
	{ &process_geocode_nominatim, "nominatim", { { "fields", "q" }, { "countrycodes", "countrycodes" } }, false, false },
	{ &process_geocode_arcgis, "arcgis", { { "address", "q" }, { "postcode", "q" }, { "city", "q" }, { "state", "q" }, { "country", "q" } }, false, false },
	{ &process_geocode_pdok, "pdok", { { "fields", "q" } }, false, false },
	{ &process_geocode_us_census, "us_census", { { "address", "q" }, { "city", "q" }, { "state", "q" }, { "postcode", "q" } }, false, false },
	{ &process_ip_to_coordinates, "ip", { { "field", "q" } }, false, false },
	{ &process_what3words_to_point, "what3words", { { "field", "q" } }, false, false },
	{ &process_point_to_what3words, "what3words_reverse", { { "field", "q" } }, true, true },
	{ &process_geocode, NULL, { { "fields", "q" } }, false, false },
};

struct answer { double lat, lon, score; bool found, scored; struct str label, message; };
struct asking {
	struct place place;
	const struct geocoder *of;
	size_t output, score, label, least; /* numbers of parameters */
	struct map answers;
};

static size_t parameter_of(const struct process_step *s, const char *name)
{
	for (size_t i = 0; s->kind->parameters[i].name; i++)
		if (strcmp(s->kind->parameters[i].name, name) == 0) return i;
	return SIZE_MAX;
}

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	static const struct str columns[] = { { "lat", 3 }, { "lon", 3 }, { "score", 5 }, { "label", 5 }, { "message", 7 } };
	(void)f;
	(void)e;
	struct asking *own = place_open(s, sizeof *own);
	for (size_t i = 0; i < COUNT_OF(geocoders); i++)
		if (geocoders[i].kind == s->kind) own->of = &geocoders[i];
	ensure(own->of != NULL);
	own->output = parameter_of(s, "output_field");
	own->score = parameter_of(s, "score_field");
	own->label = parameter_of(s, "label_field");
	own->least = parameter_of(s, "min_score");
	struct str service = own->of->service ? str_of(own->of->service) : s->values[parameter_of(s, "service")].text;
	/* Files of addresses in records are another need, met in another way. */
	if (str_eq(service, STR("media"))) process_step_fault(s, f, "service", "there is no such service.");
	process_declare(s, PROCESS_NEEDS_ANSWERS, service, columns, COUNT_OF(columns), 0);
	return true;
}

/* --- questions ---------------------------------------------------------------------------------------------- */

/* Appends a text with single blanks, one before it when something stands there. */
static void put_words(struct buf *b, struct str text)
{
	bool blank = b->n > 0;
	for (size_t at = 0; at < text.n;) {
		size_t from = at;
		uint32_t c = text_next(text, &at);
		if (c <= 0x20 || c == 0xa0) {
			blank = b->n > 0;
			continue;
		}
		if (blank) buf_put_char(b, ' ');
		blank = false;
		buf_put(b, str_sub(text, from, at - from));
	}
}

static void put_parameter(const struct process_step *s, const struct process_row *r, const char *name, struct buf *b)
{
	size_t i = parameter_of(s, name);
	if (i == SIZE_MAX) return;
	const struct process_value *v = &s->values[i];
	enum process_parameter_kind kind = s->kind->parameters[i].kind;
	if (kind == PROCESS_TEXT) put_words(b, v->text);
	else if (kind == PROCESS_FIELD && v->text.n) put_words(b, process_get(r, v->column).text);
	for (size_t k = 0; kind == PROCESS_FIELDS && k < v->n; k++) put_words(b, process_get(r, v->columns[k]).text);
}

/* A geopoint is asked for in one spelling. False: it is none. */
static bool put_point(const struct process_step *s, const struct process_row *r, struct buf *b)
{
	double lat;
	double lon;
	struct cell c = process_get(r, s->values[0].column);
	if (!place_point(s, c, &lat, &lon)) return false;
	buf_printf(b, "%.6f,%.6f", lat, lon);
	return true;
}

/* The question of a row; empty when there is nothing to ask for. */
static struct str question_of(const struct process_step *s, const struct process_row *r)
{
	const struct asking *own = s->own;
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	bool any = false;
	json_open(&j, '{');
	for (size_t i = 0; i < COUNT_OF(own->of->parts) && own->of->parts[i].parameter; i++) {
		const char *member = own->of->parts[i].member;
		bool done = false;
		auto_buf text = BUF_INIT(4000);
		for (size_t k = 0; k < i; k++) done |= strcmp(own->of->parts[k].member, member) == 0;
		if (done) continue;
		if (own->of->point && !put_point(s, r, &text)) return STR("");
		for (size_t k = i; !own->of->point && k < COUNT_OF(own->of->parts) && own->of->parts[k].parameter; k++)
			if (strcmp(own->of->parts[k].member, member) == 0) put_parameter(s, r, own->of->parts[k].parameter, &text);
		if (text.over || !text_is_utf8(buf_str(&text))) return STR("");
		if (!text.n) continue;
		any |= strcmp(member, "q") == 0;
		json_key(&j, str_of(member));
		json_put(&j, buf_str(&text));
	}
	json_close(&j, '}');
	return any ? arena_str(process_arena(s), buf_str(&b)) : STR("");
}

static bool ask(struct process_step *s, size_t i, const struct process_row *r, struct err *e)
{
	return process_ask(s, i, question_of(s, r), e);
}

/* --- answers -------------------------------------------------------------------------------------------------- */

static struct cell cell_named(const struct process_supply *rows, const struct process_row *r, const char *name)
{
	for (size_t i = 0; i < rows->ncolumns; i++)
		if (str_eq(rows->columns[i], str_of(name))) return process_get(r, i);
	return (struct cell){ 0 };
}

static bool meet(struct process_step *s, size_t i, const struct process_supply *rows, struct err *e)
{
	(void)i;
	struct asking *own = s->own;
	for (struct process_row r;;) {
		bool more;
		if (!rows->next(rows->arg, &r, &more, e)) return false;
		if (!more) return true;
		struct answer *a = arena_new(s->keep, struct answer);
		a->found = process_number(cell_named(rows, &r, "lat"), &a->lat) && process_number(cell_named(rows, &r, "lon"), &a->lon);
		a->scored = process_number(cell_named(rows, &r, "score"), &a->score);
		a->label = arena_str(s->keep, cell_named(rows, &r, "label").text);
		a->message = arena_str(s->keep, cell_named(rows, &r, "message").text);
		map_put(s->keep, &own->answers, arena_str(s->keep, cell_named(rows, &r, "question").text), a);
	}
}

static void put_answer(struct process_step *s, struct process_row *r, const struct answer *a, struct str question)
{
	const struct asking *own = s->own;
	size_t output = s->values[own->output].column;
	const struct process_value *least = &s->values[own->least];
	if (a && a->message.n) process_tell(s, r, output, question, "%.*s", STR_ARG(a->message));
	else if (!a || !a->found) process_tell(s, r, output, question, "The service knows no such place.");
	else if (least->given && a->scored && a->score < least->real) process_tell(s, r, output, question, "The service is not sure enough: the score is %.3g.", a->score);
	else if (own->of->label) process_put(r, output, a->label, CELL_STRING);
	else place_put_point(s, r, output, a->lat, a->lon);
	if (!a || !a->found) return;
	if (a->scored) process_put_number(s, r, s->values[own->score].column, a->score);
	if (a->label.n) process_put(r, s->values[own->label].column, a->label, CELL_STRING);
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	const struct asking *own = s->own;
	size_t output = s->values[own->output].column;
	struct str question = question_of(s, r);
	const struct answer *a = question.n ? map_get_or_null(&own->answers, question) : NULL;
	struct cell first = own->of->point ? process_get(r, s->values[0].column) : (struct cell){ 0 };
	if (!process_is_null(first) && !question.n) {
		process_tell(s, r, output, first.text, "A geopoint (latitude,longitude in degrees) is expected.");
		return true;
	}
	process_put_null(r, s->values[own->score].column);
	process_put_null(r, s->values[own->label].column);
	if (question.n) put_answer(s, r, a, question);
	else process_put_null(r, output);
	return true;
}

static const struct process_works works = { .open = open, .row = row, .close = place_close, .meet = meet, .ask = ask };

/* --- examples -------------------------------------------------------------------------------------------------- */

#define BEFORE "[{\"street\":\" 8  bd du Port\",\"town\":\"Amiens\"},{\"street\":\"nowhere\",\"town\":null},{\"street\":null,\"town\":null}]"
#define AFTER(none)                                                                                                                          \
	"[{\"street\":\" 8  bd du Port\",\"town\":\"Amiens\",\"place\":\"49.9,2.29\",\"sure\":0.95},"                                               \
	"{\"street\":\"nowhere\",\"town\":null,\"place\":null,\"sure\":null,\"!\":\"" none "\"},{\"street\":null,\"town\":null,\"place\":null,\"sure\":null}]"
#define ANSWERS "\"!supplies\":[[{\"question\":\"{\\\"q\\\":\\\"8 bd du Port Amiens\\\"}\",\"lat\":49.9,\"lon\":2.29,\"score\":0.95},{\"question\":\"{\\\"q\\\":\\\"nowhere\\\"}\",\"lat\":null}]]"
#define ADDRESS(type) { "{\"type\":\"" type "\",\"address\":\"street\",\"city\":\"town\",\"output_field\":\"place\",\"score_field\":\"sure\"," ANSWERS "}", BEFORE, AFTER("The service knows no such place.") }
#define PARTS(type, more) { "{\"type\":\"" type "\",\"fields\":[\"street\",\"town\"]," more "\"output_field\":\"place\",\"score_field\":\"sure\"," ANSWERS "}", BEFORE, AFTER("The service knows no such place.") }
static const struct process_example ban_examples[] = { ADDRESS("geocode_ban"), { 0 } };
static const struct process_example arcgis_examples[] = { ADDRESS("geocode_arcgis"), { 0 } };
static const struct process_example census_examples[] = { ADDRESS("geocode_us_census"), { 0 } };
static const struct process_example nominatim_examples[] = { PARTS("geocode_nominatim", ""), { 0 } };
static const struct process_example pdok_examples[] = { PARTS("geocode_pdok", ""), { 0 } };
static const struct process_example service_examples[] = { PARTS("geocode", "\"service\":\"town_hall\","), { 0 } };
static const struct process_example ip_examples[] = {
	{ "{\"type\":\"ip_to_coordinates\",\"field\":\"ip\",\"output_field\":\"place\",\"!supplies\":[[{\"question\":\"{\\\"q\\\":\\\"192.0.2.1\\\"}\",\"lat\":1.5,\"lon\":2.5}]]}",
	  "[{\"ip\":\"192.0.2.1\"},{\"ip\":\"-\"}]", "[{\"ip\":\"192.0.2.1\",\"place\":\"1.5,2.5\"},{\"ip\":\"-\",\"place\":null,\"!\":\"The service knows no such place.\"}]" },
	{ 0 }
};
static const struct process_example words_examples[] = {
	{ "{\"type\":\"what3words_to_point\",\"field\":\"words\",\"output_field\":\"place\",\"!supplies\":[[{\"question\":\"{\\\"q\\\":\\\"filled.count.soap\\\"}\",\"lat\":51.520847,\"lon\":-0.195521}]]}",
	  "[{\"words\":\"filled.count.soap\"}]", "[{\"words\":\"filled.count.soap\",\"place\":\"51.520847,-0.195521\"}]" },
	{ 0 }
};
static const struct process_example point_examples[] = {
	{ "{\"type\":\"point_to_what3words\",\"field\":\"at\",\"output_field\":\"words\",\"!supplies\":[[{\"question\":\"{\\\"q\\\":\\\"51.520847,-0.195521\\\"}\",\"lat\":51.5,\"lon\":-0.1,\"label\":\"filled.count.soap\"}]]}",
	  "[{\"at\":\"51.520847,-0.195521\"},{\"at\":\"?\"}]",
	  "[{\"at\":\"51.520847,-0.195521\",\"words\":\"filled.count.soap\"},{\"at\":\"?\",\"words\":null,\"!\":\"A geopoint (latitude,longitude in degrees) is expected.\"}]" },
	{ 0 }
};

#define GEOCODER(name, label, help, parameters, examples) \
	const struct processor process_##name = { #name, "geo", label, help, PROCESS_OUTWARD, parameters, examples, &works }
GEOCODER(geocode_ban, N_("Geocode with BAN"), N_("Finds French addresses in the Base Adresse Nationale."), address_parameters, ban_examples);
GEOCODER(geocode_nominatim, N_("Geocode with Nominatim"), N_("Finds addresses with the geocoder of this server."), fields_parameters, nominatim_examples);
GEOCODER(geocode_arcgis, N_("Geocode with ArcGIS"), N_("Finds addresses with ArcGIS; the operator of this server needs a key."), world_parameters, arcgis_examples);
GEOCODER(geocode_pdok, N_("Geocode with PDOK"), N_("Finds Dutch addresses with PDOK."), fields_parameters, pdok_examples);
GEOCODER(geocode_us_census, N_("Geocode with US Census"), N_("Finds addresses of the United States."), world_parameters, census_examples);
GEOCODER(ip_to_coordinates, N_("IP address to coordinates"), N_("Tells where an IP address is likely to be, by a database on this server."), field_parameters, ip_examples);
GEOCODER(what3words_to_point, N_("what3words to geopoint"), N_("Turns three words into the place they name."), field_parameters, words_examples);
GEOCODER(point_to_what3words, N_("Geopoint to what3words"), N_("Turns a place into its three words."), field_parameters, point_examples);
GEOCODER(geocode, N_("Geocode with another service"), N_("Finds addresses with a service that the operator of this server described."), service_parameters, service_examples);
