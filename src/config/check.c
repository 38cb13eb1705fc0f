/* Whether a document can be published one day: each part asked of the room that knows it, faults by place, with a sentence on what
 * was expected. A draft that has faults is not stored. */
#include "config/inside.h"
#include "ingest/ingest.h"
#include "fetch/fetch.h"
#include "registry/registry.h"
#include "template/template.h"

enum { MOST_RESOURCES = 200, MOST_PROCESSORS = 300, MOST_FIELD_ITEMS = 6000, MOST_META_BYTES = 1 << 20 };

static struct str at(const struct config_check *c, const char *part, size_t i, const char *member)
{
	return arena_printf(c->faults->arena, "%s/%zu%s%s", part, i, *member ? "/" : "", member);
}

/* --- sources -------------------------------------------------------------------------------------------------- */

static void check_file(const struct config_check *c, const struct json_node *source, struct str place)
{
	struct config_file f;
	struct str path, uid = json_text(json_get(json_get(source, "file"), "uid"));
	struct err why = { 0 };
	if (!uid.n) {
		process_fault(c->faults, place, "Say which file: {\"file\": {\"uid\": \"…\"}}, as the upload answered.");
		return;
	}
	if (!config_file_read(c->site, c->tenant, uid, c->faults->arena, &f, &path, &why)) {
		process_fault(c->faults, place, "There is no uploaded file \"%.*s\"; upload it first.", STR_ARG(str_sub(uid, 0, 120)));
		return;
	}
	if (!f.hash.n) process_fault(c->faults, place, "The upload of \"%.*s\" is not complete: %lld bytes have come.", STR_ARG(uid), (long long)f.bytes);
	/* A name can be guessed: one that was sent for another dataset is taken only where it stood before. */
	if (f.dataset && c->dataset && f.dataset != c->dataset && !config_names_file(c->was_or_null, uid))
		process_fault(c->faults, place, "The file \"%.*s\" was uploaded for another dataset; upload it for this one.", STR_ARG(uid));
}

/* An example of what will be pushed: JSON, as an object or a list of them, or a text of it. */
static void check_example(const struct config_check *c, const struct json_node *r, size_t i)
{
	const struct json_node *said = json_get(json_get(r, "params"), "bootstrap");
	struct err ignored = { 0 };
	struct str place = at(c, "resources", i, "params/bootstrap");
	if (json_kind(said) <= JSON_NULL || (json_kind(said) == JSON_TEXT && !str_trim(json_text(said)).n)) return;
	if (json_kind(said) == JSON_TEXT && !json_read_in(c->faults->arena, json_text(said), &said, &ignored)) {
		process_fault(c->faults, place, "The example is not JSON: %s", ignored.pub);
		return;
	}
	bool fine = json_kind(said) == JSON_OBJECT ? json_count(said) > 0 : json_kind(said) == JSON_ARRAY && json_count(said) > 0;
	for (size_t k = 0; fine && json_kind(said) == JSON_ARRAY && k < json_count(said); k++) fine = json_kind(json_at(said, k)) == JSON_OBJECT;
	if (!fine) process_fault(c->faults, place, "The example must be a record as a JSON object, such as {\"sensor\": 7, \"level\": 1.25}, or a list of them.");
}

static void check_extractor(const struct config_check *c, const struct json_node *r, size_t i)
{
	struct str type = json_text(json_get(r, "type"));
	auto_buf params = BUF_INIT(1 << 20);
	struct err why = { 0 };
	if (str_eq(type, STR("realtime"))) check_example(c, r, i);
	/* Without one, it is found out when the source is read; these two are read in one way. */
	if (!type.n || str_eq(type, STR("realtime")) || str_eq(type, STR("federated")) || str_eq(type, STR("file"))) return;
	const struct ingest_extractor *x = ingest_extractor_or_null(type);
	if (!x) {
		process_fault(c->faults, at(c, "resources", i, "type"), "There is no extractor \"%.*s\"; guess_extractors lists those that fit the source.", STR_ARG(str_sub(type, 0, 60)));
		return;
	}
	json_put_node(&params, json_get(r, "params"));
	if (!ingest_params_check(x, buf_str(&params), &why)) process_fault(c->faults, at(c, "resources", i, "params"), "%s", why.pub);
}

static void check_resource(const struct config_check *c, const struct json_node *r, size_t i)
{
	const struct json_node *source = json_get(r, "datasource");
	struct str kind = json_text(json_get(source, "type")), place = at(c, "resources", i, "datasource");
	if (json_text(json_get(r, "title")).n > 600) process_fault(c->faults, at(c, "resources", i, "title"), "A title has 600 bytes at most.");
	check_extractor(c, r, i);
	if (json_kind(source) == JSON_ABSENT || json_kind(source) == JSON_NULL) {
		if (!str_eq(json_text(json_get(r, "type")), STR("realtime")))
			process_fault(c->faults, place, "Say where the data come from: an object with a \"type\", such as {\"type\": \"http\", …}.");
	} else if (str_eq(kind, STR("uploaded_file"))) {
		check_file(c, source, place);
	} else if (!str_eq(kind, STR("published"))) {
		fetch_check(c->site, c->tenant, source, place, c->faults);
	}
}

bool config_names_file(const struct json_node *doc_or_null, struct str uid)
{
	const struct json_node *list = json_get(doc_or_null, "resources");
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_text(json_get(json_get(json_get(json_at(list, i), "datasource"), "file"), "uid")), uid)) return true;
	return false;
}

/* --- fields ------------------------------------------------------------------------------------------------------ */

static size_t count_types(const struct json_node *fields, const char *type)
{
	size_t n = 0;
	for (size_t i = 0; i < json_count(fields); i++) {
		const struct json_node *f = json_at(fields, i);
		n += str_eq(json_text(json_get(f, "type")), STR("type")) && (!type || str_eq(json_text(json_get(f, "type_param")), str_of(type)));
	}
	return n;
}

/* "fields/16/args": whether that very item was in the former list. */
static bool stood_before(const struct json_node *fields, const struct json_node *was, struct str path)
{
	int64_t i;
	struct str rest = path, word;
	if (!str_cut(&rest, '/', &word) || !str_cut(&rest, '/', &word) || !str_to_int(word, &i) || i < 0) return false;
	const struct json_node *item = json_at(fields, (size_t)i);
	for (size_t k = 0; k < json_count(was); k++)
		if (config_same(json_at(was, k), item)) return true;
	return false;
}

/* A dataset that came by another way may be wider than what can be made here: it may be edited, but not become wider. */
void config_check_fields(const struct config_check *c, const struct json_node *fields)
{
	static const struct { const char *type; size_t most; } caps[] = {
		{ "text", 150 }, { "double", 150 }, { "int", 100 }, { "date", 100 }, { "datetime", 100 }, { "geo_shape", 50 }, { "geo_point_2d", 50 } };
	const struct json_node *was = json_get(c->was_or_null, "fields");
	if (json_count(fields) > MOST_FIELD_ITEMS) process_fault(c->faults, STR("fields"), "There are more than %d field configurations.", MOST_FIELD_ITEMS);
	size_t n = count_types(fields, NULL);
	if (n > LIMIT_FIELDS && n > count_types(was, NULL)) process_fault(c->faults, STR("fields"), "A dataset has %d fields at most; this one would have %zu.", LIMIT_FIELDS, n);
	for (size_t i = 0; i < COUNT_OF(caps); i++) {
		n = count_types(fields, caps[i].type);
		if (n > caps[i].most && n > count_types(was, caps[i].type))
			process_fault(c->faults, STR("fields"), "A dataset has %zu fields of type %s at most; this one would have %zu.", caps[i].most, caps[i].type, n);
	}
	/* What stood there before is not looked at again, as with metadata. */
	struct process_faults found = { .arena = c->faults->arena };
	ingest_fields_check(fields, &found);
	for (size_t i = 0; i < found.list.n; i++)
		if (!stood_before(fields, was, found.list.p[i].path)) process_fault(c->faults, found.list.p[i].path, "%.*s", STR_ARG(found.list.p[i].message));
}

/* --- metadata ---------------------------------------------------------------------------------------------------- */

static void note_meta(void *arg, struct str place, struct str sentence)
{
	const struct config_check *c = arg;
	bool placed = str_starts(place, STR("metadata"));
	process_fault(c->faults, placed ? arena_str(c->faults->arena, place) : arena_printf(c->faults->arena, "metadata/%.*s", STR_ARG(place)), "%.*s", STR_ARG(sentence));
}

/* No text may make readers' browsers fetch from a site that no service declares (REG-8). */
static void check_markup(const struct config_check *c, const struct registry *g, const struct json_node *metadata)
{
	struct str template_, name, lang;
	const struct json_node *names, *langs, *v;
	for (size_t i = 0; json_each(metadata, &i, &template_, &names);)
		for (size_t j = 0; json_each(names, &j, &name, &langs);)
			for (size_t k = 0; json_each(langs, &k, &lang, &v);) {
				struct err why = { 0 };
				struct str text = json_text(v);
				struct str place = arena_printf(c->faults->arena, "metadata/%.*s/%.*s/%.*s", STR_ARG(template_), STR_ARG(name), STR_ARG(lang));
				if (text.n > MOST_META_BYTES) process_fault(c->faults, place, "A text has %d bytes at most.", MOST_META_BYTES);
				else if (str_find_char(text, '<') >= 0 && !registry_check_markup(g, text, &why)) process_fault(c->faults, place, "%s", why.pub);
			}
}

/* What stood there before is not looked at again: what came by another way must not stop an edit of something else. */
static const struct json_node *changed_metas(const struct config_check *c, const struct json_node *metadata)
{
	struct arena *a = c->faults->arena;
	auto_buf b = BUF_INIT(CONFIG_DOC_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct str template_, name;
	const struct json_node *names, *langs, *out;
	struct err ignored = { 0 };
	json_open(&j, '{');
	for (size_t i = 0; json_each(metadata, &i, &template_, &names);) {
		bool open = false;
		const struct json_node *was = json_get(json_get(c->was_or_null, "metadata"), arena_cstr(a, template_));
		for (size_t k = 0; json_each(names, &k, &name, &langs);) {
			if (config_same(json_get(was, arena_cstr(a, name)), langs)) continue;
			if (!open) {
				json_key(&j, template_);
				json_open(&j, '{');
			}
			open = true;
			json_key(&j, name);
			json_value(&j);
			json_put_node(&b, langs);
		}
		if (open) json_close(&j, '}');
	}
	json_close(&j, '}');
	return json_read_in(a, buf_str(&b), &out, &ignored) ? out : metadata;
}

void config_check_metas(const struct config_check *c, const struct json_node *all)
{
	const struct registry *g;
	struct err why = { 0 };
	if (!c->portal_or_null) return;
	const struct json_node *metadata = changed_metas(c, all);
	if (!json_count(metadata)) return;
	template_check(c->portal_or_null, metadata, note_meta, (void *)(uintptr_t)c);
	if (!registry_hold(c->site->registries, c->portal_or_null, &g, &why)) {
		process_fault(c->faults, STR("metadata"), "%s", why.pub);
		return;
	}
	check_markup(c, g, metadata);
	registry_release(c->site->registries, g);
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static void check_processors(const struct config_check *c, const struct json_node *doc)
{
	const struct json_node *list = json_get(doc, "processors");
	struct process_line *line = NULL;
	struct err why = { 0 };
	struct process_scene scene = { .now = clock_now() };
	if (json_count(list) > MOST_PROCESSORS) {
		process_fault(c->faults, STR("processors"), "A dataset has %d processors at most.", MOST_PROCESSORS);
		return;
	}
	size_t before = c->faults->list.n;
	if (!process_line_new(list, &scene, c->faults, &line, &why) && c->faults->list.n == before) process_fault(c->faults, STR("processors"), "%s", why.pub);
	process_line_free(line);
}

bool config_check_of(struct site *s, struct tenant_id t, int64_t dataset, const struct json_node *was, const struct json_node *doc, struct process_faults *faults, struct err *e)
{
	const struct tenant *portal = tenants_hold_or_null(s->tenants, t);
	struct config_check c = { .site = s, .tenant = t, .portal_or_null = portal, .dataset = dataset, .was_or_null = was, .faults = faults };
	size_t before = faults->list.n;
	const struct json_node *resources = json_get(doc, "resources");
	if (json_count(resources) > MOST_RESOURCES) process_fault(faults, STR("resources"), "A dataset has %d sources at most.", MOST_RESOURCES);
	else for (size_t i = 0; i < json_count(resources); i++) check_resource(&c, json_at(resources, i), i);
	check_processors(&c, doc);
	config_check_fields(&c, json_get(doc, "fields"));
	config_check_names(&c, doc);
	config_check_metas(&c, json_get(doc, "metadata"));
	if (portal) tenant_release(s->tenants, portal);
	if (faults->list.n == before) return true;
	const struct process_fault *first = &faults->list.p[before];
	return err_set(e, ERR_PARAMETER, "%.*s: %.*s", STR_ARG(first->path), STR_ARG(first->message));
}

bool config_check(struct site *s, struct tenant_id t, const struct json_node *doc, struct process_faults *faults, struct err *e)
{
	return config_check_of(s, t, 0, NULL, doc, faults, e);
}
