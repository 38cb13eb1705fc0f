/* The table of the extractors, and parameters checked against it. */
#include "geo/geo.h"
#include "i18n/i18n.h"
#include "ingest/encoding.h"
#include "ingest/unpack.h"
#include "text/text.h"

#define EXTRACTOR(type, label, suffixes, formats) static const struct ingest_parameter type##_parameters[] = {
#define PARAMETER(name, kind, otherwise, choices, guessed, label, help) { name, kind, otherwise, choices, guessed, label, help },
#define END { 0 } };
#include "ingest/extractors.def"
#undef EXTRACTOR
#undef PARAMETER
#undef END

const struct ingest_extractor ingest_extractors[] = {
#define EXTRACTOR(type, label, suffixes, formats) { #type, label, suffixes, formats, type##_parameters },
#define PARAMETER(name, kind, otherwise, choices, guessed, label, help)
#define END
#include "ingest/extractors.def"
#undef EXTRACTOR
#undef PARAMETER
#undef END
	{ 0 } };

const struct ingest_extractor *ingest_extractor_or_null(struct str type)
{
	for (const struct ingest_extractor *x = ingest_extractors; x->type; x++)
		if (str_eq(str_of(x->type), type)) return x;
	return NULL;
}

const struct ingest_extractor *ingest_extractor_called(struct str word)
{
	const struct ingest_extractor *found = ingest_extractor_or_null(word);
	for (const struct ingest_extractor *x = ingest_extractors; x->type && !found; x++)
		if (has_word(x->formats, word)) found = x;
	for (const struct ingest_extractor *x = ingest_extractors; x->type && !found; x++)
		if (!str_eq(word, STR("zip")) && has_word(x->suffixes, word)) found = x;
	return found;
}

const struct ingest_extractor *extractor_of_format(const char *format)
{
	for (const struct ingest_extractor *x = ingest_extractors; x->type; x++)
		if (has_word(x->formats, str_of(format))) return x;
	return NULL;
}

/* --- checking --------------------------------------------------------------------------------------- */

static bool unknown(const struct ingest_extractor *x, struct str name, struct err *e)
{
	auto_buf list = BUF_INIT(400);
	for (const struct ingest_parameter *p = x->parameters; p->name; p++) buf_printf(&list, "%s%s", list.n ? ", " : "", p->name);
	return err_set(e, ERR_PARAMETER, "“%s” has no parameter “%.*s”; it has %.*s", x->type, STR_ARG(text_cut(name, 60)),
	               STR_ARG(list.n ? buf_str(&list) : STR("none")));
}

static struct str spelled(struct buf *b, const struct json_node *v)
{
	if (json_kind(v) == JSON_TEXT) return json_text(v);
	json_put_node(b, v);
	return buf_str(b);
}

static bool is_truth(struct str s)
{
	static const char *const words[] = { "true", "false", "1", "0", "yes", "no" };
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq_nocase(s, str_of(words[i]))) return true;
	return false;
}

/* A separator may be spelled as a person would say it. */
static bool is_choice(const struct ingest_parameter *p, struct str s)
{
	if (has_word(p->choices, s)) return true;
	return strcmp(p->name, "separator") == 0 && (s.n == 1 || str_eq(s, STR("tab")));
}

static bool is_encoding(struct str s)
{
	auto_arena a = ARENA_INIT;
	auto_buf none = BUF_INIT(16);
	struct err ignored = { 0 };
	return text_from_encoding(&none, STR(""), arena_cstr(&a, encoding_name(&a, s)), &ignored);
}

static bool is_system(struct str s)
{
	struct geo_transform *t;
	struct err ignored = { 0 };
	int64_t n;
	if (!text_to_int(s, &n) || n <= 0 || n > INT32_MAX || !geo_transform_open((int)n, &t, &ignored)) return false;
	geo_transform_close(t);
	return true;
}

static bool is_one_sign(struct str s) { return s.n == 1; }

/* What a value must be besides, by the name that the parameter has in every extractor. */
static const struct { const char *name; bool (*fits)(struct str s); const char *expected; } meanings[] = {
	{ "encoding", is_encoding, "an encoding that is known, such as utf-8, windows-1252 or iso-8859-1" },
	{ "epsg", is_system, "the EPSG number of a coordinate system, such as 4326 or 2154" },
	{ "escapechar", is_one_sign, "one sign, such as \\" } };

static bool check_one(const struct ingest_extractor *x, const struct ingest_parameter *p, const struct json_node *v, struct err *e)
{
	auto_buf b = BUF_INIT(4096);
	int64_t n;
	struct str s = spelled(&b, v);
	struct str kind = str_of(p->kind);
	bool list = json_kind(v) == JSON_ARRAY && str_eq(kind, STR("list"));
	if (json_kind(v) == JSON_NULL || s.n == 0 || list) return true;
	if (json_kind(v) == JSON_ARRAY || json_kind(v) == JSON_OBJECT)
		return err_set(e, ERR_PARAMETER, "“%s” of “%s” must be one value", p->name, x->type);
	if (str_eq(kind, STR("int")) && (!text_to_int(s, &n) || n < 0 || n > 1000000000))
		return err_set(e, ERR_PARAMETER, "“%s” of “%s” must be a whole number, not “%.*s”", p->name, x->type, STR_ARG(text_cut(s, 60)));
	if (str_eq(kind, STR("bool")) && !is_truth(s))
		return err_set(e, ERR_PARAMETER, "“%s” of “%s” must be true or false, not “%.*s”", p->name, x->type, STR_ARG(text_cut(s, 60)));
	if (str_eq(kind, STR("choice")) && !is_choice(p, s))
		return err_set(e, ERR_PARAMETER, "“%s” of “%s” must be one of %s, not “%.*s”", p->name, x->type, p->choices,
		               STR_ARG(text_cut(s, 60)));
	for (size_t i = 0; i < COUNT_OF(meanings); i++)
		if (strcmp(meanings[i].name, p->name) == 0 && !meanings[i].fits(s))
			return err_set(e, ERR_PARAMETER, "“%s” of “%s” must be %s, not “%.*s”", p->name, x->type, meanings[i].expected, STR_ARG(text_cut(s, 60)));
	return true;
}

bool ingest_params_check(const struct ingest_extractor *x, struct str params, struct err *e)
{
	auto_json *doc = NULL;
	struct err inner = { 0 };
	if (str_trim(params).n == 0) return true;
	if (!json_read(params, &doc, &inner) || json_kind(json_root(doc)) != JSON_OBJECT)
		return err_set(e, ERR_PARAMETER, "the parameters of “%s” must be a JSON object", x->type);
	size_t at = 0;
	struct str name;
	const struct json_node *value;
	while (json_each(json_root(doc), &at, &name, &value)) {
		const struct ingest_parameter *p = x->parameters;
		while (p->name && !str_eq(str_of(p->name), name)) p++;
		if (!p->name) return unknown(x, name, e);
		if (!check_one(x, p, value, e)) return false;
	}
	return true;
}
