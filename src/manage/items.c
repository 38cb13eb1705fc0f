/* The lists of a configuration: fields, processors, sources. One item is read, put in its place, appended or taken away, by uid. */
#include "fetch/fetch.h"
#include "manage/inside.h"
#include "process/process.h"

enum { BAD = 400 };

struct list {
	const char *member;  /* of the configuration */
	const char *what;    /* in sentences */
	void (*put)(struct manage_call *c, const struct json_node *item);
};

static const struct json_node *find(struct manage_call *c, const struct list *l, struct str uid)
{
	const struct json_node *items = json_get(c->config.doc, l->member);
	for (size_t i = 0; i < json_count(items); i++)
		if (str_eq(json_text(json_get(json_at(items, i), "uid")), uid)) return json_at(items, i);
	return NULL;
}

static bool list_items(struct manage_call *c, const struct list *l, struct err *e)
{
	struct manage_page page;
	const struct json_node *items = json_get(c->config.doc, l->member);
	if (!manage_page(c, &page, e)) return false;
	size_t n = json_count(items);
	manage_page_begin(c, &page, (int64_t)n);
	for (size_t i = (size_t)page.offset; i < n && i < (size_t)(page.offset + page.limit); i++) l->put(c, json_at(items, i));
	manage_page_end(c);
	return true;
}

static bool read_item(struct manage_call *c, const struct list *l, struct err *e)
{
	const struct json_node *item = find(c, l, c->r->holes[1]);
	if (!item) return manage_none(l->what, c->r->holes[1], e);
	l->put(c, item);
	return true;
}

static bool needs_object(struct manage_call *c)
{
	return json_kind(c->body) == JSON_OBJECT || (manage_invalid_field(c, "non_field_errors", "Expected a JSON object."), false);
}

/* The uid of an item is not the body's to say. */
static bool append(struct manage_call *c, const struct list *l, struct str value, struct err *e)
{
	bool done;
	size_t n = json_count(json_get(c->config.doc, l->member));
	struct str without, json, place = arena_printf(c->a, "%s/%zu", l->member, n);
	if (!config_put(c->a, value, STR("uid"), STR(""), &without, e)) return false;
	if (!config_put(c->a, c->config.json, arena_printf(c->a, "%s/-", l->member), without, &json, e)) return false;
	if (!manage_write(c, json, place, &done, e)) return done;
	l->put(c, json_at(json_get(c->config.doc, l->member), n));
	return true;
}

static bool replace(struct manage_call *c, const struct list *l, struct str value, struct err *e)
{
	bool done;
	struct str uid = c->r->holes[1], json, own;
	const struct json_node *items = json_get(c->config.doc, l->member);
	size_t at = 0;
	while (at < json_count(items) && !str_eq(json_text(json_get(json_at(items, at), "uid")), uid)) at++;
	if (at == json_count(items)) return manage_none(l->what, uid, e);
	struct str place = arena_printf(c->a, "%s/%zu", l->member, at);
	if (!config_put(c->a, value, STR("uid"), arena_printf(c->a, "\"%.*s\"", STR_ARG(uid)), &own, e) || !config_put(c->a, c->config.json, place, own, &json, e)) return false;
	if (!manage_write(c, json, place, &done, e)) return done;
	l->put(c, json_at(json_get(c->config.doc, l->member), at));
	return true;
}

static bool take_away(struct manage_call *c, const struct list *l, struct err *e)
{
	bool done;
	struct str uid = c->r->holes[1];
	if (!find(c, l, uid)) return manage_none(l->what, uid, e);
	return manage_put(c, arena_printf(c->a, "%s/%.*s", l->member, STR_ARG(uid)), STR(""), &done, e) || done;
}

/* --- fields and processors -------------------------------------------------------------------------------------------- */

static void put_plain(struct manage_call *c, const struct json_node *item)
{
	json_value(&c->j);
	json_put_node(&c->out, item);
}

static const struct list fields = { "fields", "field configuration", put_plain };
static const struct list processors = { "processors", "processor", put_plain };

bool manage_list_fields(struct manage_call *c, struct err *e) { return list_items(c, &fields, e); }
bool manage_read_field(struct manage_call *c, struct err *e) { return read_item(c, &fields, e); }
bool manage_add_field(struct manage_call *c, struct err *e) { return !needs_object(c) || append(c, &fields, manage_node_text(c->a, c->body), e); }
bool manage_replace_field(struct manage_call *c, struct err *e) { return !needs_object(c) || replace(c, &fields, manage_node_text(c->a, c->body), e); }
bool manage_remove_field(struct manage_call *c, struct err *e) { return take_away(c, &fields, e); }

bool manage_list_processors(struct manage_call *c, struct err *e) { return list_items(c, &processors, e); }
bool manage_read_processor(struct manage_call *c, struct err *e) { return read_item(c, &processors, e); }
bool manage_add_processor(struct manage_call *c, struct err *e) { return !needs_object(c) || append(c, &processors, manage_node_text(c->a, c->body), e); }
bool manage_replace_processor(struct manage_call *c, struct err *e) { return !needs_object(c) || replace(c, &processors, manage_node_text(c->a, c->body), e); }
bool manage_remove_processor(struct manage_call *c, struct err *e) { return take_away(c, &processors, e); }

static const char *const kinds[] = {
	[PROCESS_FIELD] = "field", [PROCESS_FIELDS] = "fields", [PROCESS_OUTPUT] = "output_field", [PROCESS_TEXT] = "text", [PROCESS_LONG_TEXT] = "long_text",
	[PROCESS_REGEXP] = "regexp", [PROCESS_EXPRESSION] = "expression", [PROCESS_BOOL] = "boolean", [PROCESS_INT] = "int", [PROCESS_DOUBLE] = "double",
	[PROCESS_CHOICE] = "choice", [PROCESS_EPSG] = "epsg", [PROCESS_ZONE] = "timezone", [PROCESS_DATASET] = "dataset", [PROCESS_REMOTE_FIELDS] = "remote_fields",
	[PROCESS_GEOMETRY] = "geometry", [PROCESS_LIST] = "list" };

static void put_choices(struct json_out *j, const char *choices)
{
	struct str rest = str_of(choices), word;
	json_key(j, STR("choices"));
	json_open(j, '[');
	while (rest.n && str_cut(&rest, ' ', &word))
		if (word.n) json_put(j, word);
	json_close(j, ']');
}

static void put_parameter(struct json_out *j, const struct process_parameter *x)
{
	json_open(j, '{');
	json_member(j, "name", str_of(x->name));
	json_member(j, "type", str_of(kinds[x->kind]));
	json_member_bool(j, "is_mandatory", x->required);
	if (x->otherwise) json_member(j, "default", str_of(x->otherwise));
	if (x->choices) put_choices(j, x->choices);
	json_member(j, "label", str_of(x->label));
	if (x->help) json_member(j, "description", str_of(x->help));
	json_close(j, '}');
}

bool manage_all_processors(struct manage_call *c, struct err *e)
{
	(void)e;
	struct json_out *j = &c->j;
	json_open(j, '[');
	for (const struct processor *const *p = process_table; *p; p++) {
		json_open(j, '{');
		json_member(j, "type", str_of((*p)->type));
		json_member(j, "name", str_of((*p)->type));
		json_member(j, "family", str_of((*p)->family));
		json_member(j, "label", str_of((*p)->label));
		json_member(j, "description", str_of((*p)->help));
		json_key(j, STR("parameters"));
		json_open(j, '[');
		for (const struct process_parameter *x = (*p)->parameters; x && x->name; x++) put_parameter(j, x);
		json_close(j, ']');
		json_close(j, '}');
	}
	json_close(j, ']');
	return true;
}

/* --- sources ------------------------------------------------------------------------------------------------------------- */

static const char *source_label(struct str type)
{
	for (const struct fetch_kind *k = fetch_kinds; k->type; k++)
		if (str_eq(type, str_of(k->type))) return k->label;
	return "";
}

/* With its uid, so that what is echoed stays the saved connection. */
static void put_whole(struct manage_call *c, const struct fetch_connection *x)
{
	const struct json_node *doc, *v;
	struct err ignored = { 0 };
	struct str key;
	if (!json_read_in(c->a, x->json, &doc, &ignored)) doc = NULL;
	json_open(&c->j, '{');
	json_member(&c->j, "uid", x->uid);
	for (size_t at = 0; json_each(doc, &at, &key, &v);) {
		if (str_eq(key, STR("uid"))) continue;
		json_key(&c->j, key);
		json_value(&c->j);
		json_put_node(&c->out, v);
	}
	json_close(&c->j, '}');
}

static void put_datasource(struct manage_call *c, const struct json_node *source)
{
	struct str key;
	const struct json_node *v;
	struct fetch_connection full;
	struct err ignored = { 0 };
	bool expand = str_find(manage_query(c, "expand"), STR("datasource.connection")) >= 0;
	json_open(&c->j, '{');
	for (size_t at = 0; json_each(source, &at, &key, &v);) {
		bool connection = expand && str_eq(key, STR("connection")) && json_text(json_get(v, "uid")).n;
		json_key(&c->j, key);
		if (connection && fetch_connection_read(c->s, c->t, json_text(json_get(v, "uid")), c->a, &full, &ignored)) {
			put_whole(c, &full);
			continue;
		}
		json_value(&c->j);
		json_put_node(&c->out, v);
	}
	json_close(&c->j, '}');
}

static void put_resource(struct manage_call *c, const struct json_node *r)
{
	struct str key;
	const struct json_node *v;
	struct str type = json_text(json_get(r, "type")), source = json_text(json_get(json_get(r, "datasource"), "type"));
	json_open(&c->j, '{');
	for (size_t at = 0; json_each(r, &at, &key, &v);) {
		json_key(&c->j, key);
		if (str_eq(key, STR("datasource")) && json_kind(v) == JSON_OBJECT) {
			put_datasource(c, v);
			continue;
		}
		json_value(&c->j);
		json_put_node(&c->out, v);
	}
	struct str title = json_text(json_get(r, "title"));
	json_member(&c->j, "display_name", title.n ? title : type.n ? type : source);
	json_key(&c->j, STR("extraction_infos"));
	if (type.n) {
		json_open(&c->j, '{');
		json_member(&c->j, "label", type);
		json_member(&c->j, "type", type);
		json_close(&c->j, '}');
	} else {
		json_put_null(&c->j);
	}
	json_key(&c->j, STR("origin"));
	json_open(&c->j, '{');
	json_member(&c->j, "label", source.n ? str_of(source_label(source)) : type);
	json_member(&c->j, "type", source.n ? source : type);
	json_close(&c->j, '}');
	(void)manage_put_push(c, r, STR(""));
	manage_member_time(&c->j, "updated_at", c->config.changed);
	json_close(&c->j, '}');
}

static const struct list resources = { "resources", "resource", put_resource };

/* A connection that stands in the body with its secrets is saved as one of its own: configurations hold none. */
static bool settled(struct manage_call *c, struct str *value, struct str *made, bool *done, struct err *e)
{
	const struct json_node *source = json_get(c->body, "datasource"), *now;
	struct str text;
	*done = false;
	*made = STR("");
	*value = manage_node_text(c->a, c->body);
	if (json_kind(source) != JSON_OBJECT) return true;
	if (!fetch_settle_datasource(c->s, c->t, source, c->who->account, c->a, &text, &c->faults, e)) {
		if (!c->faults.list.n) return false;
		*e = (struct err){ 0 };
		*done = manage_invalid(c, STR(""));
		return false;
	}
	if (!json_read_in(c->a, text, &now, e)) return false;
	if (!json_text(json_get(json_get(source, "connection"), "uid")).n) *made = json_text(json_get(json_get(now, "connection"), "uid"));
	return config_put(c->a, *value, STR("datasource"), text, value, e);
}

/* What was refused leaves no connection behind that was saved for it. */
static bool unsettled(struct manage_call *c, bool ok, struct str made)
{
	struct err ignored = { 0 };
	if (made.n && (!ok || c->status >= BAD) && !fetch_connection_remove(c->s, c->t, made, &ignored)) log_failure(c->s->log, LOG_LEVEL_ERROR, "a connection of nothing", &ignored);
	return ok;
}

bool manage_list_resources(struct manage_call *c, struct err *e) { return list_items(c, &resources, e); }
bool manage_read_resource(struct manage_call *c, struct err *e) { return read_item(c, &resources, e); }
bool manage_remove_resource(struct manage_call *c, struct err *e) { return take_away(c, &resources, e); }

bool manage_add_resource(struct manage_call *c, struct err *e)
{
	struct str value, made;
	bool done;
	if (!needs_object(c)) return true;
	if (!settled(c, &value, &made, &done, e)) return done;
	return unsettled(c, append(c, &resources, value, e), made);
}

bool manage_replace_resource(struct manage_call *c, struct err *e)
{
	struct str value, made;
	bool done;
	if (!needs_object(c)) return true;
	if (!settled(c, &value, &made, &done, e)) return done;
	return unsettled(c, replace(c, &resources, value, e), made);
}

bool manage_clean_cache(struct manage_call *c, struct err *e)
{
	return (find(c, &resources, c->r->holes[1]) || manage_none("resource", c->r->holes[1], e)) && fetch_forget(c->s, c->t, c->config.dataset, e);
}
