/* Templates a portal made itself: stored as the objects of the management API, in one setting {"own": […], "off": […]}. */
#include "template/inside.h"
#include "text/text.h"

/* --- reading ------------------------------------------------------------------------------------------- */

static struct str text_of(struct arena *a, const struct json_node *n)
{
	auto_buf b = BUF_INIT(128 << 10);
	json_put_node(&b, n);
	return arena_str(a, buf_str(&b));
}

static void read_choices(const struct json_node *n, struct str code, struct arena *a, struct template_field *f)
{
	const struct json_node *list = json_get(n, "choices"), *labels = json_get(n, "labels");
	struct template_choice *choices = arena_array(a, struct template_choice, json_count(list) + 1);
	for (size_t i = 0; i < json_count(list); i++) {
		struct str value = arena_str(a, json_text(json_at(list, i)));
		struct str label = template_label(a, json_get(labels, arena_cstr(a, value)), code);
		choices[f->nchoices++] = (struct template_choice){ value, label.n ? label : value };
	}
	f->choices = choices;
}

static struct template_field read_field(const struct json_node *n, struct str code, struct arena *a)
{
	struct template_field f = { .name = arena_str(a, json_text(json_get(n, "name"))), .label = template_label(a, json_get(n, "label"), code),
		.help = template_label(a, json_get(n, "help_text"), code), .i18n = json_bool(json_get(n, "i18n"), false),
		.filter = json_bool(json_get(n, "is_filter"), false), .suggests = json_bool(json_get(n, "self_suggest"), false), .json = text_of(a, n) };
	struct str level = json_text(json_get(n, "requirement_level"));
	if (!template_kind_of(json_text(json_get(n, "type")), &f.kind)) f.kind = TEMPLATE_TEXT;
	f.level = str_eq(level, STR("mandatory")) ? TEMPLATE_MANDATORY : str_eq(level, STR("recommended")) ? TEMPLATE_RECOMMENDED : TEMPLATE_OPTIONAL;
	if (!f.label.n) f.label = f.name;
	read_choices(n, code, a, &f);
	return f;
}

struct template_set template_own_set(const struct json_node *n, struct str code, struct arena *a)
{
	const struct json_node *schema = json_get(n, "schema");
	struct template_field *fields = arena_array(a, struct template_field, json_count(schema) + 1);
	struct template_set s = { .name = arena_str(a, json_text(json_get(n, "name"))), .title = template_label(a, json_get(n, "title"), code),
		.type = str_eq(json_text(json_get(n, "type")), STR("admin")) ? TEMPLATE_ADMIN : TEMPLATE_BASIC,
		.active = json_bool(json_get(n, "is_active"), true), .fields = fields, .n = json_count(schema), .json = text_of(a, n) };
	for (size_t i = 0; i < s.n; i++) fields[i] = read_field(json_at(schema, i), code, a);
	if (!s.title.n) s.title = s.name;
	return s;
}

/* --- checking ------------------------------------------------------------------------------------------- */

static bool check_field(const struct json_node *n, size_t i, const struct template_set *former_or_null, struct err *e)
{
	enum template_kind kind;
	struct str name = json_text(json_get(n, "name")), level = json_text(json_get(n, "requirement_level"));
	if (!template_is_name(name)) return err_set(e, ERR_PARAMETER, "schema/%zu/name: expected letters, digits, - and _", i);
	if (!template_kind_of(json_text(json_get(n, "type")), &kind)) return err_set(e, ERR_PARAMETER, "schema/%zu/type: there is no such type", i);
	if (level.n && !str_eq(level, STR("optional")) && !str_eq(level, STR("recommended")) && !str_eq(level, STR("mandatory")))
		return err_set(e, ERR_PARAMETER, "schema/%zu/requirement_level: expected optional, recommended or mandatory", i);
	size_t choices = json_count(json_get(n, "choices"));
	if (template_is_choice(kind) && !choices) return err_set(e, ERR_PARAMETER, "schema/%zu/choices: a field to choose from needs at least one choice", i);
	if (json_bool(json_get(n, "is_filter"), false) && !template_is_filterable(kind))
		return err_set(e, ERR_PARAMETER, "schema/%zu/is_filter: readers cannot choose among values of the type %s; leave is_filter out, or make a field of another type", i, template_kind_word(kind));
	if (choices > TEMPLATE_CHOICES) return err_set(e, ERR_PARAMETER, "schema/%zu/choices: at most %d", i, TEMPLATE_CHOICES);
	const struct template_field *former = template_field_or_null(former_or_null, name);
	if (former && former->kind != kind)
		return err_set(e, ERR_PARAMETER, "schema/%zu/type: the type of a field stays %s; make a field of another name", i, template_kind_word(former->kind));
	return true;
}

static bool check_object(const struct json_node *o, const struct template_set *former, struct err *e)
{
	const struct json_node *schema = json_get(o, "schema");
	struct str type = json_text(json_get(o, "type"));
	if (!template_is_name(json_text(json_get(o, "name")))) return err_set(e, ERR_PARAMETER, "name: expected letters, digits, - and _");
	if (type.n && !str_eq(type, STR("basic")) && !str_eq(type, STR("admin"))) return err_set(e, ERR_PARAMETER, "type: expected basic or admin");
	if (schema && json_kind(schema) != JSON_ARRAY) return err_set(e, ERR_PARAMETER, "schema: expected a list of fields");
	if (json_count(schema) > TEMPLATE_FIELDS) return err_set(e, ERR_PARAMETER, "schema: at most %d fields", TEMPLATE_FIELDS);
	for (size_t i = 0; i < json_count(schema); i++) {
		if (!check_field(json_at(schema, i), i, former, e)) return false;
		for (size_t k = 0; k < i; k++)
			if (str_eq(json_text(json_get(json_at(schema, k), "name")), json_text(json_get(json_at(schema, i), "name"))))
				return err_set(e, ERR_PARAMETER, "schema/%zu/name: two fields of one name", i);
	}
	return true;
}

/* --- writing --------------------------------------------------------------------------------------------- */

/* The stored list with one object put in the place of its name, at the end, or (NULL) taken out. */
static bool rewrite(struct tenants *ts, const struct tenant *t, struct str name, const struct json_node *put_or_null, struct err *e)
{
	auto_json *doc = template_setting(t, "metadata.templates");
	const struct json_node *own = doc ? json_get(json_root(doc), "own") : NULL, *off = doc ? json_get(json_root(doc), "off") : NULL;
	auto_buf b = BUF_INIT(250 << 10);
	struct json_out j = JSON_OUT(&b);
	bool done = !put_or_null;
	json_open(&j, '{');
	json_key(&j, STR("own"));
	json_open(&j, '[');
	for (size_t i = 0; i <= json_count(own); i++) {
		const struct json_node *o = json_at(own, i);
		bool here = o && str_eq(json_text(json_get(o, "name")), name);
		if (here || (!o && !done)) o = put_or_null;
		done |= here;
		if (!o) continue;
		json_value(&j);
		json_put_node(&b, o);
	}
	json_close(&j, ']');
	if (off) {
		json_key(&j, STR("off"));
		json_value(&j);
		json_put_node(&b, off);
	}
	json_close(&j, '}');
	return template_store(ts, t, "metadata.templates", &b, e);
}

static const struct template_set *find(const struct tenant *t, struct arena *a, struct str name, size_t *own)
{
	const struct template_set *list;
	size_t n = template_list(t, i18n_english(), STR("en"), a, &list);
	*own = 0;
	for (size_t i = 0; i < n; i++) *own += !list[i].system;
	return template_find_or_null(list, n, name);
}

/* Every filter is counted for every reader of the catalogue. */
static bool check_filters(const struct tenant *t, struct arena *a, const struct json_node *object, struct err *e)
{
	const struct template_set *list;
	const struct json_node *schema = json_get(object, "schema");
	struct str name = json_text(json_get(object, "name"));
	size_t n = template_list(t, i18n_english(), STR("en"), a, &list), filters = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; !list[i].system && !str_eq(list[i].name, name) && k < list[i].n; k++) filters += list[i].fields[k].filter;
	for (size_t i = 0; i < json_count(schema); i++) {
		filters += json_bool(json_get(json_at(schema, i), "is_filter"), false);
		if (filters > TEMPLATE_FILTERS)
			return err_set(e, ERR_PARAMETER, "schema/%zu/is_filter: at most %d fields of a portal can be filters of its catalogue; take the mark from another one first", i, TEMPLATE_FILTERS);
	}
	return true;
}

bool template_write(struct tenants *ts, const struct tenant *t, const struct json_node *object, bool fresh, struct err *e)
{
	auto_arena a = ARENA_INIT;
	size_t own;
	struct str name = json_text(json_get(object, "name"));
	const struct template_set *former = find(t, &a, name, &own);
	if (former && (fresh || former->system)) return err_set(e, ERR_CONFLICT, "name: there is a template of this name already");
	if (!former && own >= TEMPLATE_OWN) return err_set(e, ERR_CONFLICT, "a portal has at most %d templates of its own", TEMPLATE_OWN);
	return check_object(object, former, e) && check_filters(t, &a, object, e) && rewrite(ts, t, name, object, e);
}

bool template_remove(struct tenants *ts, const struct tenant *t, struct str name, struct err *e)
{
	auto_arena a = ARENA_INIT;
	size_t own;
	const struct template_set *former = find(t, &a, name, &own);
	if (!former) return err_set(e, ERR_NOT_FOUND, "There is no template of this name.");
	if (former->system) return err_set(e, ERR_CONFLICT, "Templates of the platform cannot be deleted; they can be switched off.");
	return rewrite(ts, t, name, NULL, e);
}

bool template_activate(struct tenants *ts, const struct tenant *t, struct str name, bool on, struct err *e)
{
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(250 << 10);
	struct json_out j = JSON_OUT(&b);
	auto_json *doc = template_setting(t, "metadata.templates");
	const struct json_node *own = doc ? json_get(json_root(doc), "own") : NULL, *off = doc ? json_get(json_root(doc), "off") : NULL;
	size_t nown;
	const struct template_set *former = find(t, &a, name, &nown);
	if (!former || !former->system) return err_set(e, ERR_NOT_FOUND, "There is no template of the platform of this name.");
	if (former->always && !on) return err_set(e, ERR_CONFLICT, "This template is always there.");
	json_open(&j, '{');
	if (own) {
		json_key(&j, STR("own"));
		json_value(&j);
		json_put_node(&b, own);
	}
	json_key(&j, STR("off"));
	json_open(&j, '[');
	for (size_t i = 0; i < json_count(off); i++)
		if (!str_eq(json_text(json_at(off, i)), name)) json_put(&j, json_text(json_at(off, i)));
	if (!on) json_put(&j, name);
	json_close(&j, ']');
	json_close(&j, '}');
	return template_store(ts, t, "metadata.templates", &b, e);
}
