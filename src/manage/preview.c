/* What would become of a source: its first records, extractors that fit it, their parameters as they would be found out. */
#include "fetch/fetch.h"
#include "ingest/ingest.h"
#include "manage/inside.h"
#include "publish/publish.h"

enum { ROWS = 20, BAD = 400, OURS = 500 };

/* What is wrong with a source is the caller's to mend: 400, in words. */
static bool failed(struct manage_call *c, struct err *e)
{
	if (err_kind(e->code)->status >= OURS && e->code != ERR_UPSTREAM) return false;
	struct str said = arena_str(c->a, str_of(e->pub));
	*e = (struct err){ 0 };
	if (c->faults.list.n) return manage_invalid(c, STR("resources/0"));
	return manage_refused(c, BAD, "bad_source", said);
}

static bool look(struct manage_call *c, const struct json_node *doc, struct str resource, const struct json_node **out, struct err *e)
{
	struct str json;
	struct publish_preview p = { .tenant = c->t, .dataset = c->config.dataset, .doc = doc, .resource = resource, .rows = ROWS, .who = c->who->account, .caller_or_null = c->who, .cancel = c->r->cancel };
	return publish_preview(c->s, &p, c->a, &json, e) && json_read_in(c->a, json, out, e);
}

/* A configuration with the one resource of the body. */
static bool unsaved(struct manage_call *c, const struct json_node **doc, struct err *e)
{
	struct str text, json = STR("{\"resources\":[{}],\"processors\":[],\"fields\":[],\"metadata\":{}}");
	const struct json_node *source = json_get(c->body, "datasource");
	if (json_kind(source) != JSON_OBJECT) {
		process_fault(&c->faults, STR("resources/0/datasource"), "Expected an object with the source's type and where it is.");
		return err_set(e, ERR_PARAMETER, "no datasource");
	}
	return fetch_settle_datasource(c->s, c->t, source, c->who->account, c->a, &text, &c->faults, e) &&
	       config_put(c->a, json, STR("resources/0"), manage_node_text(c->a, c->body), &json, e) && config_put(c->a, json, STR("resources/0/datasource"), text, &json, e) &&
	       config_put(c->a, json, STR("resources/0/uid"), STR("\"re_0\""), &json, e) && json_read_in(c->a, json, doc, e);
}

static bool saved(struct manage_call *c, struct str uid, const struct json_node **resource, struct err *e)
{
	*resource = config_at_or_null(c->config.doc, arena_printf(c->a, "resources/%.*s", STR_ARG(uid)));
	return (*resource && json_get(*resource, "uid")) || manage_none("resource", uid, e);
}

/* The first step is the source itself: what is wrong with it is that it cannot be read. */
static bool give_preview(struct manage_call *c, const struct json_node *seen)
{
	const struct json_node *steps = json_get(seen, "steps"), *step = json_at(steps, 0), *fault = json_at(json_get(step, "faults"), 0);
	if (fault) return manage_refused(c, BAD, "bad_source", json_text(json_get(fault, "message")));
	const struct json_node *list = json_get(step, "fields");
	json_open(&c->j, '{');
	json_key(&c->j, STR("fields"));
	json_open(&c->j, '[');
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *f = json_at(list, i);
		json_open(&c->j, '{');
		manage_member_node(&c->j, "name", json_get(f, "name"));
		manage_member_node(&c->j, "label", json_get(f, "label"));
		manage_member_node(&c->j, "type", json_get(f, "type"));
		json_key(&c->j, STR("annotations"));
		json_open(&c->j, '[');
		json_close(&c->j, ']');
		json_close(&c->j, '}');
	}
	json_close(&c->j, ']');
	json_key(&c->j, STR("records"));
	json_value(&c->j);
	if (json_get(step, "records")) json_put_node(&c->out, json_get(step, "records"));
	else buf_lit(&c->out, "[]");
	json_close(&c->j, '}');
	return true;
}

bool manage_preview_resource(struct manage_call *c, struct err *e)
{
	const struct json_node *resource, *seen;
	if (!saved(c, c->r->holes[1], &resource, e)) return false;
	if (!look(c, c->config.doc, c->r->holes[1], &seen, e)) return failed(c, e);
	return give_preview(c, seen);
}

bool manage_preview_unsaved(struct manage_call *c, struct err *e)
{
	const struct json_node *doc, *seen;
	if (!unsaved(c, &doc, e) || !look(c, doc, STR("re_0"), &seen, e)) return failed(c, e);
	return give_preview(c, seen);
}

/* --- extractors -------------------------------------------------------------------------------------------------------- */

static void put_words(struct json_out *j, const char *words)
{
	struct str rest = str_of(words), word;
	json_open(j, '[');
	while (rest.n && str_cut(&rest, ' ', &word))
		if (word.n) json_put(j, word);
	json_close(j, ']');
}

static void put_extractor(struct manage_call *c, const struct ingest_extractor *x, int confidence)
{
	json_open(&c->j, '{');
	json_member(&c->j, "type", str_of(x->type));
	json_member(&c->j, "label", str_of(x->label));
	if (confidence >= 0) json_member_int(&c->j, "confidence", confidence);
	json_key(&c->j, STR("parameters"));
	json_open(&c->j, '[');
	for (const struct ingest_parameter *p = x->parameters; p && p->name; p++) {
		json_open(&c->j, '{');
		json_member(&c->j, "name", str_of(p->name));
		json_member(&c->j, "type", str_of(p->kind));
		json_member_bool(&c->j, "is_mandatory", false);
		json_member(&c->j, "label", str_of(p->label));
		if (p->otherwise) json_member(&c->j, "default", str_of(p->otherwise));
		if (p->help) json_member(&c->j, "description", str_of(p->help));
		json_member_bool(&c->j, "impacts_guessed_parameters", p->guessed);
		if (p->choices) {
			json_key(&c->j, STR("choices"));
			put_words(&c->j, p->choices);
		}
		json_close(&c->j, '}');
	}
	json_close(&c->j, ']');
	json_close(&c->j, '}');
}

bool manage_list_extractors(struct manage_call *c, struct err *e)
{
	(void)e;
	json_open(&c->j, '[');
	for (const struct ingest_extractor *x = ingest_extractors; x->type; x++) put_extractor(c, x, -1);
	json_close(&c->j, ']');
	return true;
}

static bool give_guesses(struct manage_call *c, const struct json_node *seen)
{
	const struct json_node *list = json_get(json_get(seen, "source"), "guesses");
	json_open(&c->j, '[');
	for (size_t i = 0; i < json_count(list); i++) {
		const struct ingest_extractor *x = ingest_extractor_or_null(json_text(json_get(json_at(list, i), "type")));
		if (x) put_extractor(c, x, (int)json_int(json_get(json_at(list, i), "confidence"), 0));
	}
	json_close(&c->j, ']');
	return true;
}

bool manage_guess_saved(struct manage_call *c, struct err *e)
{
	const struct json_node *resource, *seen;
	if (!saved(c, c->r->holes[1], &resource, e)) return false;
	if (!look(c, c->config.doc, c->r->holes[1], &seen, e)) return failed(c, e);
	return give_guesses(c, seen);
}

bool manage_guess_unsaved(struct manage_call *c, struct err *e)
{
	const struct json_node *doc, *seen;
	if (!unsaved(c, &doc, e) || !look(c, doc, STR("re_0"), &seen, e)) return failed(c, e);
	return give_guesses(c, seen);
}

static bool give_params(struct manage_call *c, const struct json_node *seen)
{
	const struct json_node *source = json_get(seen, "source");
	const struct ingest_extractor *x = ingest_extractor_or_null(json_text(json_get(source, "type")));
	json_open(&c->j, '{');
	json_key(&c->j, STR("extractor"));
	if (x) json_put(&c->j, str_of(x->type));
	else json_put_null(&c->j);
	manage_member_node(&c->j, "params", json_get(source, "params"));
	json_close(&c->j, '}');
	return true;
}

bool manage_params_saved(struct manage_call *c, struct err *e)
{
	const struct json_node *resource, *seen;
	if (!saved(c, c->r->holes[1], &resource, e)) return false;
	if (!look(c, c->config.doc, c->r->holes[1], &seen, e)) return failed(c, e);
	return give_params(c, seen);
}

bool manage_params_unsaved(struct manage_call *c, struct err *e)
{
	const struct json_node *doc, *seen;
	if (!unsaved(c, &doc, e) || !look(c, doc, STR("re_0"), &seen, e)) return failed(c, e);
	return give_params(c, seen);
}

/* --- processors ---------------------------------------------------------------------------------------------------------- */

/* What fits a parameter that takes a field: types by blanks, the first of them best, and parts of names. The first row
 * whose parameter and family are these; "" is any. */
static const struct likeness { const char *parameter, *family, *types, *names; } likenesses[] = {
	{ "latitude", "", "double int text", "lat northing coord_y y" },
	{ "longitude", "", "double int text", "lon lng easting coord_x x" },
	{ "point_a", "", "geo_point_2d geo_shape", "" },
	{ "point_b", "", "geo_point_2d geo_shape", "" },
	{ "address", "", "text", "addr adr street rue stra calle via" },
	{ "postcode", "", "text int", "post zip plz cap code" },
	{ "citycode", "", "text int", "insee code com" },
	{ "city", "", "text", "city town commune ville stadt ort gemeinde ciudad" },
	{ "state", "", "text", "state region province land canton" },
	{ "country", "", "text", "country pays land pais paese" },
	{ "json_array_field", "", "text", "json list array" },
	{ "", "geo", "geo_point_2d geo_shape text", "geo point shape coord wkt wkb geom" },
	{ "", "date", "date datetime text int", "date time day jour datum fecha data" },
	{ "", "text", "text", "" },
	{ "", "", "", "" },
};

static const struct likeness *likeness_of(const struct process_parameter *p, const char *family)
{
	for (size_t i = 0;; i++) {
		const struct likeness *l = &likenesses[i];
		bool parameter = !*l->parameter || str_eq(str_of(l->parameter), str_of(p->name));
		if (parameter && (!*l->family || str_eq(str_of(l->family), str_of(family)))) return l;
	}
}

/* The place of a type in a list, from 1; 0: it is not in it. Of no list every type is. */
static int rank_of(const char *types, struct str type)
{
	struct str rest = str_of(types), word;
	int at = 1;
	for (; rest.n && str_cut(&rest, ' ', &word); at++)
		if (str_eq(word, type)) return at;
	return *types ? 0 : 1;
}

/* "x" and "y" are whole names or ends of names; longer parts stand anywhere. */
static bool is_called(struct str name, const char *names)
{
	struct str rest = str_of(names), word;
	while (rest.n && str_cut(&rest, ' ', &word))
		if (word.n > 1 ? str_find(name, word) >= 0 : str_eq(name, word) || (name.n > 2 && name.p[name.n - 2] == '_' && name.p[name.n - 1] == word.p[0])) return true;
	return false;
}

/* Those that are called so come first, then by type, then as the fields stand. */
static void put_candidates(struct manage_call *c, const struct likeness *l, const struct json_node *fields)
{
	enum { TYPES = 16 };
	json_open(&c->j, '[');
	for (int called = 1; called >= 0; called--)
		for (int rank = 1; rank <= TYPES; rank++)
			for (size_t i = 0; i < json_count(fields); i++) {
				struct str name = json_text(json_get(json_at(fields, i), "name"));
				if (rank_of(l->types, json_text(json_get(json_at(fields, i), "type"))) == rank && is_called(name, l->names) == called) json_put(&c->j, name);
			}
	json_close(&c->j, ']');
}

/* The fields as the processors that are there leave them: what another one would be given. */
bool manage_guess_processor(struct manage_call *c, struct err *e)
{
	const struct json_node *seen;
	struct str name = json_text(json_get(c->body, "name"));
	if (!name.n) name = json_text(json_get(c->body, "type"));
	if (!name.n) return manage_invalid_field(c, "name", "This is missing: the type of a processor, such as string_replace; /processors/ lists them.");
	const struct processor *p = process_find_or_null(name);
	if (!p) return manage_invalid_field(c, "name", "There is no processor \"%.*s\"; /processors/ lists them.", STR_ARG(str_sub(name, 0, 60)));
	if (!json_count(json_get(c->config.doc, "resources"))) return manage_invalid_field(c, "non_field_errors", "The dataset has no source yet, and so no fields: add a resource first.");
	if (!look(c, c->config.doc, STR(""), &seen, e)) return failed(c, e);
	const struct json_node *steps = json_get(seen, "steps"), *fields = NULL;
	/* A step that cannot be compiled has none; the operations on fields come after all processors. */
	for (size_t i = 0; i < json_count(steps); i++) {
		const struct json_node *step = json_at(steps, i);
		if (!str_eq(json_text(json_get(step, "uid")), STR("fields")) && json_count(json_get(step, "fields"))) fields = json_get(step, "fields");
	}
	json_open(&c->j, '{');
	json_member(&c->j, "processor", str_of(p->type));
	json_key(&c->j, STR("params"));
	json_open(&c->j, '{');
	for (const struct process_parameter *q = p->parameters; q->name; q++) {
		if (q->kind != PROCESS_FIELD && q->kind != PROCESS_FIELDS) continue;
		json_key(&c->j, str_of(q->name));
		put_candidates(c, likeness_of(q, p->family), fields);
	}
	json_close(&c->j, '}');
	json_close(&c->j, '}');
	return true;
}
