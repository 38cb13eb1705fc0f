/* GET /swagger.json : this API described in the form of OpenAPI 3.1, made of the same rows that routes are
 * made of, so that it cannot say anything else than what is there. Beyond the form, `x-odsql` tells the
 * functions of the query language, for consoles that complete what one types. */
#include "explore/inside.h"
#include "dcat/dcat.h"
#include "export/export.h"

static const struct { const char *name, *schema; } schemas[] = {
#define SCHEMA(name, schema) { name, schema },
#include "explore/schemas.def"
#undef SCHEMA
};

static const char *const schema_of[EXPLORE_ANSWERS] = {
	[EXPLORE_LINKS] = "links", [EXPLORE_DATASETS] = "datasets", [EXPLORE_DATASET] = "dataset",
	[EXPLORE_RECORDS] = "records", [EXPLORE_RECORD] = "record", [EXPLORE_FACETS] = "facets",
};
static const char *const sentences[EXPLORE_ANSWERS] = {
#define ANSWER(symbol, sentence) [EXPLORE_##symbol] = sentence,
#include "explore/answers.def"
#undef ANSWER
};

/* What stands in the braces of a path. */
static const struct { const char *hole, *name, *sentence; } holes[] = {
	{ "dataset", "dataset_id", "Identifier of a dataset." },
	{ "record", "record_id", "Identifier of a record, 40 hexadecimal digits." },
	{ "attachment", "attachment_id", "Identifier of an attachment." },
	{ "file", "file_id", "Identifier of a file." },
	{ "format", "format", "Format of the file." },
	{ "type", "type", "Kind of metadata: basic, interop, extra or admin." },
	{ "name", "name", "Name of a metadata template." },
};

static size_t hole_of(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(holes); i++)
		if (str_eq(word, str_of(holes[i].hole))) return i;
	ensure(!"a hole that is described");
	return 0;
}

static void put_path(struct json_out *j, struct arena *a, const char *path)
{
	auto_buf b = BUF_INIT(1024);
	struct str rest = str_of(path), before;
	buf_put_char(&b, '/');
	if (rest.n) rest = str_from(rest, 1);
	while (str_cut(&rest, '{', &before)) {
		struct str word;
		buf_put(&b, before);
		if (!rest.n || !str_cut(&rest, '}', &word)) break;
		buf_printf(&b, "{%s}", holes[hole_of(word)].name);
	}
	json_key(j, arena_str(a, buf_str(&b)));
}

/* --- parameters ------------------------------------------------------------------------------------ */

static void put_words(struct json_out *j, const char *const *words)
{
	json_key(j, STR("enum"));
	json_open(j, '[');
	for (; *words; words++) json_put(j, str_of(*words));
	json_close(j, ']');
}

static void put_number_schema(struct json_out *j, const struct explore_param *p)
{
	json_member(j, "type", STR("integer"));
	json_member_int(j, "minimum", p->least);
	if (p->most < INT64_MAX) json_member_int(j, "maximum", p->most);
	int64_t otherwise;
	if (p->initial && str_to_int(str_of(p->initial), &otherwise)) json_member_int(j, "default", otherwise);
}

static void put_schema(struct json_out *j, const struct explore_param *p)
{
	bool number = p->is.kind == REST_INT || p->shape == EXPLORE_WHOLE;
	json_key(j, STR("schema"));
	json_open(j, '{');
	if (number) {
		put_number_schema(j, p);
	} else if (p->is.kind == REST_BOOL) {
		json_member(j, "type", STR("boolean"));
		json_member_bool(j, "default", p->is.number != 0);
	} else if (p->is.kind == REST_TEXTS) {
		json_member(j, "type", STR("array"));
		json_key(j, STR("items"));
		json_open(j, '{');
		json_member(j, "type", STR("string"));
		json_close(j, '}');
	} else {
		json_member(j, "type", STR("string"));
		if (p->is.words) put_words(j, p->is.words);
		if (p->shape == EXPLORE_LANGUAGE) put_words(j, explore_languages);
		if (p->initial && *p->initial) json_member(j, "default", str_of(p->initial));
	}
	json_close(j, '}');
}

static void put_param(struct json_out *j, const struct explore_param *p)
{
	json_open(j, '{');
	json_member(j, "name", str_of(p->is.name));
	json_member(j, "in", STR("query"));
	json_member(j, "description", str_of(p->sentence));
	put_schema(j, p);
	if (p->is.kind == REST_TEXTS) json_member_bool(j, "explode", true);
	json_close(j, '}');
}

static bool is_offered(const struct export_format *f, enum explore_answer answer)
{
	if (f->flags & EXPORT_LEGACY) return false;
	return answer == EXPLORE_RECORD_FILE || (f->flags & EXPORT_CATALOGUE) || strcmp(f->name, "json") == 0;
}

static void put_formats(struct json_out *j, enum explore_answer answer)
{
	json_key(j, STR("enum"));
	json_open(j, '[');
	for (const struct export_format *const *f = export_formats(); *f; f++)
		if (is_offered(*f, answer)) json_put(j, str_of((*f)->name));
	for (const struct dcat_document *const *d = dcat_documents(); answer == EXPLORE_CATALOGUE_FILE && *d; d++) json_put(j, str_of(dcat_name(*d)));
	json_close(j, ']');
}

static void put_hole(struct json_out *j, const struct explore_endpoint *x, size_t i)
{
	json_open(j, '{');
	json_member(j, "name", str_of(holes[i].name));
	json_member(j, "in", STR("path"));
	json_member_bool(j, "required", true);
	json_member(j, "description", str_of(holes[i].sentence));
	json_key(j, STR("schema"));
	json_open(j, '{');
	json_member(j, "type", STR("string"));
	if (str_eq(str_of(holes[i].hole), STR("format"))) put_formats(j, x->answer);
	json_close(j, '}');
	json_close(j, '}');
}

static void put_parameters(struct json_out *j, const struct explore_endpoint *x, int version)
{
	struct str rest = str_of(x->path), word;
	json_key(j, STR("parameters"));
	json_open(j, '[');
	while (str_cut(&rest, '{', &word) && rest.n && str_cut(&rest, '}', &word)) put_hole(j, x, hole_of(word));
	for (size_t i = 0; i < CALL_PARAMS; i++)
		if (explore_takes(x, version) >> i & 1) put_param(j, &explore_params[i]);
	json_close(j, ']');
}

/* --- answers --------------------------------------------------------------------------------------- */

static void put_content(struct json_out *j, const char *type, const char *schema_or_null)
{
	json_key(j, str_of(type));
	json_open(j, '{');
	if (schema_or_null) {
		auto_buf ref = BUF_INIT(200);
		buf_printf(&ref, "#/components/schemas/%s", schema_or_null);
		json_key(j, STR("schema"));
		json_open(j, '{');
		json_member(j, "$ref", buf_str(&ref));
		json_close(j, '}');
	}
	json_close(j, '}');
}

struct media { const char *p[64]; size_t n; };

static void add_media(struct media *m, const char *mime)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->p[i], mime) == 0) return;
	if (m->n < COUNT_OF(m->p)) m->p[m->n++] = mime;
}

/* Each media type once, although several formats may share it. */
static void put_media(struct json_out *j, enum explore_answer answer)
{
	struct media m = { 0 };
	for (const struct export_format *const *f = export_formats(); *f; f++)
		if (is_offered(*f, answer)) add_media(&m, (*f)->mime);
	for (const struct dcat_document *const *d = dcat_documents(); answer == EXPLORE_CATALOGUE_FILE && *d; d++) add_media(&m, dcat_mime(*d));
	for (size_t i = 0; i < m.n; i++) put_content(j, m.p[i], NULL);
}

static void put_good(struct json_out *j, const struct explore_endpoint *x, int version)
{
	json_key(j, STR("200"));
	json_open(j, '{');
	json_member(j, "description", str_of(sentences[x->answer]));
	json_key(j, STR("content"));
	json_open(j, '{');
	if (x->answer == EXPLORE_RECORD_FILE || x->answer == EXPLORE_CATALOGUE_FILE) put_media(j, x->answer);
	else if (x->answer == EXPLORE_FILE) put_content(j, "*/*", NULL); /* each has its own */
	else put_content(j, "application/json; charset=utf-8", version == 21 && schema_of[x->answer] ? schema_of[x->answer] : "object");
	json_close(j, '}');
	json_close(j, '}');
}

static void put_bad(struct json_out *j, const char *status, const char *sentence, const char *schema)
{
	json_key(j, str_of(status));
	json_open(j, '{');
	json_member(j, "description", str_of(sentence));
	json_key(j, STR("content"));
	json_open(j, '{');
	put_content(j, "application/json", schema);
	json_close(j, '}');
	json_close(j, '}');
}

static void put_operation(struct json_out *j, const struct explore_endpoint *x, int version)
{
	json_key(j, STR("get"));
	json_open(j, '{');
	json_member(j, "operationId", str_of(x->name));
	json_member(j, "summary", str_of(x->summary));
	json_key(j, STR("tags"));
	json_open(j, '[');
	json_put(j, str_find(str_of(x->path), STR("{dataset}/")) >= 0 ? STR("Dataset") : STR("Catalog"));
	json_close(j, ']');
	put_parameters(j, x, version);
	json_key(j, STR("responses"));
	json_open(j, '{');
	put_good(j, x, version);
	put_bad(j, "400", "A parameter cannot be used; the message says which and why.", "error");
	put_bad(j, "401", "The key is not known, or this portal needs one.", "error");
	put_bad(j, "403", "The records of this dataset are not for this caller.", "error");
	put_bad(j, "404", "There is no such thing, or not for this caller.", "error");
	put_bad(j, "429", "The calls of this period are used up; Retry-After says when to come back.", "quota");
	put_bad(j, "500", "Something went wrong on the portal's side.", "error");
	json_close(j, '}');
	json_close(j, '}');
}

/* --- the document ---------------------------------------------------------------------------------- */

static void put_info(struct json_out *j, const struct call *c)
{
	json_member(j, "openapi", STR("3.1.0"));
	json_key(j, STR("info"));
	json_open(j, '{');
	json_member(j, "title", STR("Explore API"));
	json_member(j, "version", c->version == 21 ? STR("v2.1") : STR("v2.0"));
	json_member(j, "summary", STR("Reads the datasets of a portal: their metadata, records, facets and files."));
	json_close(j, '}');
	json_key(j, STR("servers"));
	json_open(j, '[');
	json_open(j, '{');
	json_member(j, "url", c->base);
	json_close(j, '}');
	json_close(j, ']');
	json_key(j, STR("security"));
	json_value(j);
	buf_lit(j->b, "[{},{\"apikey\":[]},{\"apikey_header\":[]},{\"bearer\":[]}]");
	json_key(j, STR("tags"));
	json_value(j);
	buf_lit(j->b, "[{\"name\":\"Catalog\",\"description\":\"Datasets and their metadata\"},"
	              "{\"name\":\"Dataset\",\"description\":\"Records of one dataset\"}]");
}

static void put_components(struct json_out *j)
{
	json_key(j, STR("components"));
	json_open(j, '{');
	json_key(j, STR("securitySchemes"));
	json_value(j);
	buf_lit(j->b, "{\"apikey\":{\"type\":\"apiKey\",\"in\":\"query\",\"name\":\"apikey\"},"
	              "\"apikey_header\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"Authorization\","
	              "\"description\":\"Apikey, a blank, and the key.\"},"
	              "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"}}");
	json_key(j, STR("schemas"));
	json_open(j, '{');
	for (size_t i = 0; i < COUNT_OF(schemas); i++) {
		json_key(j, str_of(schemas[i].name));
		json_value(j);
		buf_put(j->b, str_of(schemas[i].schema));
	}
	json_close(j, '}');
	json_close(j, '}');
}

static void put_language(struct json_out *j)
{
	size_t n;
	const struct odsql_help *h = odsql_help(&n);
	json_key(j, STR("x-odsql"));
	json_open(j, '{');
	json_key(j, STR("functions"));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		json_member(j, "name", str_of(h[i].word));
		json_member(j, "clauses", str_of(h[i].clauses));
		json_member(j, "spelling", str_of(h[i].spelling));
		json_member(j, "description", str_of(h[i].sentence));
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static bool run(struct call *c, struct err *e)
{
	unsigned in = c->version == 21 ? EXPLORE_IN_21 : EXPLORE_IN_20;
	auto_buf b = BUF_INIT(4 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	put_info(&j, c);
	json_key(&j, STR("paths"));
	json_open(&j, '{');
	for (const struct explore_endpoint *const *x = explore_endpoints; *x; x++) {
		if (!((*x)->in & in)) continue;
		put_path(&j, c->arena, (*x)->path);
		json_open(&j, '{');
		put_operation(&j, *x, c->version);
		json_close(&j, '}');
	}
	json_close(&j, '}');
	put_components(&j);
	put_language(&j);
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_description, "/swagger.json", .name = "getDescription",
                 .summary = "Describes this API in the form of OpenAPI.", .in = EXPLORE_IN_BOTH, .params = 0,
                 .answer = EXPLORE_DESCRIPTION, .run = run);
