/* Metadata at three levels. The API has one value a field; a configuration may have one a language: "value" is that of the portal's
 * language (or of the address's `lang`), "translations" has them all. Licence and themes stand in the template "default" by name;
 * "internal" shows them by id, and takes either. */
#include "manage/inside.h"
#include "template/template.h"

enum { BAD = 400 };

struct shelf {
	const struct template_set *sets;
	size_t n;
	const struct template_item *items[2]; /* by enum template_which */
	size_t nitems[2];
	bool linked;                  /* to a dataset of another portal */
	const struct json_node *remote; /* what is said of it there */
};

static struct shelf open_shelf(struct manage_call *c, const struct config *of)
{
	struct shelf s = { .linked = of->doc != NULL };
	s.n = template_list(c->tenant, i18n_english(), STR("en"), c->a, &s.sets);
	for (int w = TEMPLATE_LICENCES; w <= TEMPLATE_THEMES; w++)
		s.nitems[w] = template_items(c->tenant, (enum template_which)w, i18n_english(), STR("en"), c->a, &s.items[w]);
	s.linked = s.linked && manage_remote(c, of, &s.remote);
	return s;
}

/* internal.license_id and internal.theme_id are another spelling of what stands in default. */
static const struct alias { const char *name, *real; enum template_which which; bool list; } aliases[] = {
	{ "license_id", "license", TEMPLATE_LICENCES, false }, { "theme_id", "theme", TEMPLATE_THEMES, true } };

static const struct alias *alias_or_null(struct str template_, struct str name)
{
	for (size_t i = 0; str_eq(template_, STR("internal")) && i < COUNT_OF(aliases); i++)
		if (str_eq(name, str_of(aliases[i].name))) return &aliases[i];
	return NULL;
}

/* --- giving ------------------------------------------------------------------------------------------------------------ */

static const struct json_node *value_in(const struct json_node *langs, struct str lang)
{
	struct str key;
	const struct json_node *v, *plain = NULL, *any = NULL;
	for (size_t at = 0; json_each(langs, &at, &key, &v);) {
		if (lang.n && str_eq(key, lang)) return v;
		if (!key.n) plain = v;
		if (!any) any = v;
	}
	return plain ? plain : any;
}

static struct str wanted_language(const struct manage_call *c)
{
	struct str asked = manage_query(c, "lang");
	return asked.n ? asked : manage_language(c);
}

/* What stands here, or else what is said there. */
static const struct json_node *either(const struct shelf *s, const struct json_node *own, const struct json_node *remote)
{
	return !own && s->linked ? remote : own;
}

static void put_value(struct manage_call *c, const struct shelf *s, const struct json_node *own, const struct json_node *remote)
{
	const struct json_node *langs = either(s, own, remote);
	struct str key;
	const struct json_node *v;
	bool translated = false;
	for (size_t at = 0; json_each(langs, &at, &key, &v);) translated |= key.n != 0;
	json_open(&c->j, '{');
	manage_member_node(&c->j, "value", value_in(langs, wanted_language(c)));
	if (translated) manage_member_node(&c->j, "translations", langs);
	if (s->linked) {
		manage_member_node(&c->j, "remote_value", value_in(remote, wanted_language(c)));
		json_member_bool(&c->j, "override_remote_value", own != NULL);
	}
	json_close(&c->j, '}');
}

static struct str id_of(const struct shelf *s, const struct alias *a, struct str name)
{
	const struct template_item *item = template_item_or_null(s->items[a->which], s->nitems[a->which], name);
	return item ? item->id : name;
}

static void put_ids(struct manage_call *c, const struct shelf *s, const struct alias *a, const struct json_node *v)
{
	if (!a->list) {
		if (json_text(v).n) json_put(&c->j, id_of(s, a, json_text(v)));
		else json_put_null(&c->j);
	} else {
		json_open(&c->j, '[');
		if (json_kind(v) == JSON_TEXT) json_put(&c->j, id_of(s, a, json_text(v)));
		for (size_t i = 0; json_kind(v) == JSON_ARRAY && i < json_count(v); i++) json_put(&c->j, id_of(s, a, json_text(json_at(v, i))));
		json_close(&c->j, ']');
	}
}

static void put_alias(struct manage_call *c, const struct shelf *s, const struct alias *a, const struct json_node *own)
{
	const struct json_node *remote = json_get(json_get(s->remote, "default"), a->real);
	json_open(&c->j, '{');
	json_key(&c->j, STR("value"));
	put_ids(c, s, a, value_in(either(s, own, remote), STR("")));
	if (s->linked) {
		json_key(&c->j, STR("remote_value"));
		put_ids(c, s, a, value_in(remote, STR("")));
		json_member_bool(&c->j, "override_remote_value", own != NULL);
	}
	json_close(&c->j, '}');
}

static void put_template(struct manage_call *c, const struct shelf *s, const struct json_node *metadata, const struct template_set *set)
{
	const struct json_node *values = json_get(metadata, arena_cstr(c->a, set->name));
	const struct json_node *theirs = json_get(s->remote, arena_cstr(c->a, set->name));
	json_open(&c->j, '{');
	for (size_t i = 0; i < set->n; i++) {
		const struct template_field *f = &set->fields[i];
		const struct alias *a = alias_or_null(set->name, f->name);
		json_key(&c->j, f->name);
		if (a) put_alias(c, s, a, json_get(json_get(metadata, "default"), a->real));
		else put_value(c, s, json_get(values, arena_cstr(c->a, f->name)), json_get(theirs, arena_cstr(c->a, f->name)));
	}
	json_close(&c->j, '}');
}

void manage_put_metadata(struct manage_call *c, const struct config *of)
{
	struct shelf s = open_shelf(c, of);
	const struct json_node *metadata = config_metadata_shown(c->a, of);
	json_open(&c->j, '{');
	for (size_t i = 0; i < s.n; i++) {
		const char *name = arena_cstr(c->a, s.sets[i].name);
		bool says = json_count(json_get(metadata, name)) > 0 || json_count(json_get(s.remote, name)) > 0;
		if (!says && !s.sets[i].always) continue;
		json_key(&c->j, s.sets[i].name);
		put_template(c, &s, metadata, &s.sets[i]);
	}
	json_close(&c->j, '}');
}

/* --- taking ------------------------------------------------------------------------------------------------------------- */

/* The value object, or the bare value that older clients send. */
static const struct json_node *bare(const struct json_node *given)
{
	bool object = json_kind(given) == JSON_OBJECT && (json_get(given, "value") || json_get(given, "translations"));
	return object ? json_get(given, "value") : given;
}

/* That a value stands before the origin's, but not which. */
static bool lacks_value(const struct json_node *given)
{
	return json_kind(given) == JSON_OBJECT && json_get(given, "override_remote_value") && !json_get(given, "value") && !json_get(given, "translations");
}

/* Whether the value object leaves it to the origin, so that nothing stands here. */
static bool leaves(const struct shelf *s, const struct json_node *given)
{
	const struct json_node *own = json_kind(given) == JSON_OBJECT ? json_get(given, "override_remote_value") : NULL;
	return s->linked && json_kind(own) == JSON_BOOL && !json_bool(own, true);
}

static void put_langs(struct manage_call *c, struct json_out *j, const struct template_field *f, const struct json_node *given)
{
	struct str lang;
	const struct json_node *v, *translations = json_kind(given) == JSON_OBJECT ? json_get(given, "translations") : NULL;
	bool many = f->i18n && c->tenant->nlanguages > 1, plain = json_get(translations, "") != NULL;
	struct str own = many && !plain ? wanted_language(c) : STR("");
	json_open(j, '{');
	json_key(j, own);
	json_value(j);
	json_put_node(j->b, bare(given));
	for (size_t at = 0; f->i18n && json_each(translations, &at, &lang, &v);) {
		if (str_eq(lang, own)) continue;
		json_key(j, lang);
		json_value(j);
		json_put_node(j->b, v);
	}
	json_close(j, '}');
}

/* Whether a value stands in the dataset as it is: what was taken off a list stays where it is used. */
static bool stands(struct manage_call *c, const struct alias *a, struct str name)
{
	const struct json_node *v = value_in(json_get(json_get(json_get(c->config.doc, "metadata"), "default"), a->real), STR(""));
	bool same = json_kind(v) == JSON_TEXT && str_eq(json_text(v), name);
	for (size_t i = 0; json_kind(v) == JSON_ARRAY && i < json_count(v); i++) same |= str_eq(json_text(json_at(v, i)), name);
	return same;
}

/* An id or a name of the list, as it is kept; anything else is a fault at `place`. */
static void put_name(struct manage_call *c, const struct shelf *s, struct json_out *j, const struct alias *a, const struct json_node *given, struct str place)
{
	const struct template_item *item = template_item_or_null(s->items[a->which], s->nitems[a->which], json_text(given));
	if (!item && !(json_kind(given) == JSON_TEXT && stands(c, a, json_text(given))))
		process_fault(&c->faults, place, "The portal has no %s \"%.*s\". Give one of its list, by id or by name.", a->which == TEMPLATE_LICENCES ? "licence" : "theme",
		              STR_ARG(str_sub(json_text(given), 0, 80)));
	json_put(j, item ? item->name : json_text(given));
}

/* Its faults are for the caller to see. */
static void put_real(struct manage_call *c, const struct shelf *s, struct json_out *j, const struct alias *a, const struct json_node *given, struct str place)
{
	const struct json_node *v = bare(given);
	bool list = json_kind(v) == JSON_ARRAY, text = json_kind(v) == JSON_TEXT && json_text(v).n;
	if (json_kind(v) > JSON_NULL && json_kind(v) != JSON_TEXT && !(list && a->list)) process_fault(&c->faults, place, a->list ? "Expected a list of texts." : "Expected a text.");
	json_open(j, '{');
	json_key(j, STR(""));
	if (!a->list) {
		if (text) put_name(c, s, j, a, v, place);
		else json_put(j, STR(""));
	} else {
		json_open(j, '[');
		if (text) put_name(c, s, j, a, v, place);
		for (size_t i = 0; list && i < json_count(v); i++) put_name(c, s, j, a, json_at(v, i), place);
		json_close(j, ']');
	}
	json_close(j, '}');
}

/* The date of change is the publisher's, unless a flag beside it says that the portal follows changes. */
static bool is_filled(const struct template_set *set, const struct template_field *f, const struct json_node *values)
{
	static const char *const flags[] = { "modified_updates_on_metadata_change", "modified_updates_on_data_change" };
	if (!f->automatic || !str_eq(set->name, STR("default")) || !str_eq(f->name, STR("modified"))) return f->automatic;
	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		/* As it is given, or as it is kept: by language. */
		const struct json_node *flag = json_get(values, flags[i]);
		if (json_bool(bare(flag), false) || (json_kind(flag) == JSON_OBJECT && json_bool(json_get(flag, ""), false))) return true;
	}
	return false;
}

struct taking { struct manage_call *c; const struct shelf *s; struct json_out *j; const struct json_node *all; };

static bool take_template(struct taking *t, const struct template_set *set, const struct json_node *given)
{
	struct str name;
	const struct json_node *v;
	bool ok = true;
	json_key(t->j, set->name);
	json_open(t->j, '{');
	for (size_t at = 0; json_each(given, &at, &name, &v);) {
		const struct template_field *f = template_field_or_null(set, name);
		if (!f) {
			process_fault(&t->c->faults, arena_printf(t->c->a, "metadata/%.*s/%.*s", STR_ARG(set->name), STR_ARG(name)), "The template has no such field.");
			ok = false;
			continue;
		}
		if (is_filled(set, f, given) || (f->automatic && json_kind(bare(v)) == JSON_NULL) || alias_or_null(set->name, name) || leaves(t->s, v)) continue;
		if (lacks_value(v)) process_fault(&t->c->faults, arena_printf(t->c->a, "metadata/%.*s/%.*s", STR_ARG(set->name), STR_ARG(name)), "Expected {\"value\": …}.");
		json_key(t->j, name);
		manage_check_codes(t->c, set->name, name, bare(v), arena_printf(t->c->a, "metadata/%.*s/%.*s", STR_ARG(set->name), STR_ARG(name)));
		put_langs(t->c, t->j, f, v);
	}
	/* What "internal" says of licence and themes stands in default, unless default says it itself. */
	for (size_t i = 0; str_eq(set->name, STR("default")) && i < COUNT_OF(aliases); i++) {
		const struct json_node *other = json_get(json_get(t->all, "internal"), aliases[i].name);
		enum json_kind kind = json_kind(bare(other));
		if (!other || kind == JSON_NULL || kind == JSON_ABSENT || json_get(given, aliases[i].real) || leaves(t->s, other)) continue;
		json_key(t->j, str_of(aliases[i].real));
		put_real(t->c, t->s, t->j, &aliases[i], other, arena_printf(t->c->a, "metadata/internal/%s", aliases[i].name));
	}
	json_close(t->j, '}');
	return ok && !t->c->faults.list.n;
}

bool manage_metadata_of(struct manage_call *c, const struct json_node *given, struct str *json, struct err *e)
{
	auto_buf b = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&b);
	struct shelf s = open_shelf(c, &c->config);
	struct taking t = { c, &s, &j, given };
	struct str name, text;
	const struct json_node *v;
	bool ok = json_kind(given) == JSON_OBJECT || json_kind(given) == JSON_ABSENT || json_kind(given) == JSON_NULL;
	if (!ok) process_fault(&c->faults, STR("metadata"), "Expected an object by template.");
	json_open(&j, '{');
	if (!json_get(given, "default") && json_get(given, "internal")) ok = take_template(&t, template_find_or_null(s.sets, s.n, STR("default")), NULL) && ok;
	for (size_t at = 0; json_each(given, &at, &name, &v);) {
		const struct template_set *set = template_find_or_null(s.sets, s.n, name);
		if (set && json_kind(v) == JSON_OBJECT) {
			ok = take_template(&t, set, v) && ok;
			continue;
		}
		if (set) {
			process_fault(&c->faults, arena_printf(c->a, "metadata/%.*s", STR_ARG(name)), "Expected an object by field.");
			ok = false;
			continue;
		}
		process_fault(&c->faults, arena_printf(c->a, "metadata/%.*s", STR_ARG(name)), "There is no template of this name.");
		ok = false;
	}
	json_close(&j, '}');
	if (!ok) {
		manage_invalid(c, STR(""));
		return false;
	}
	if (!buf_end(&b, &text, e)) return false;
	*json = arena_str(c->a, text);
	return true;
}

/* --- operations ------------------------------------------------------------------------------------------------------------ */

bool manage_read_metadata(struct manage_call *c, struct err *e)
{
	(void)e;
	manage_put_metadata(c, &c->config);
	return true;
}

bool manage_replace_metadata(struct manage_call *c, struct err *e)
{
	struct str json;
	bool done;
	if (!manage_metadata_of(c, c->body, &json, e)) return c->status == BAD;
	if (!manage_put(c, STR("metadata"), json, &done, e)) return done;
	return manage_read_metadata(c, e);
}

/* The template and the field of the address, as far as it has them. */
static bool find(struct manage_call *c, const struct shelf *s, const struct template_set **set, const struct template_field **field, struct err *e)
{
	*set = template_find_or_null(s->sets, s->n, c->r->holes[1]);
	if (!*set) return manage_none("template", c->r->holes[1], e);
	if (!field) return true;
	*field = template_field_or_null(*set, c->r->holes[2]);
	return *field || manage_none("field of this template", c->r->holes[2], e);
}

bool manage_read_template_values(struct manage_call *c, struct err *e)
{
	struct shelf s = open_shelf(c, &c->config);
	const struct template_set *set;
	if (!find(c, &s, &set, NULL, e)) return false;
	put_template(c, &s, config_metadata_shown(c->a, &c->config), set);
	return true;
}

bool manage_replace_template_values(struct manage_call *c, struct err *e)
{
	struct shelf s = open_shelf(c, &c->config);
	const struct template_set *set;
	struct str json;
	const struct json_node *whole, *made;
	bool done;
	if (!find(c, &s, &set, NULL, e)) return false;
	struct str text = manage_node_text(c->a, c->body);
	if (!json_read_in(c->a, arena_printf(c->a, "{\"%.*s\":%.*s}", STR_ARG(set->name), STR_ARG(text)), &whole, e)) return false;
	if (!manage_metadata_of(c, whole, &json, e)) return c->status == BAD;
	if (!json_read_in(c->a, json, &made, e)) return false;
	json = c->config.json;
	struct str name;
	const struct json_node *v;
	if (!config_put(c->a, json, arena_printf(c->a, "metadata/%.*s", STR_ARG(set->name)), manage_node_text(c->a, json_get(made, arena_cstr(c->a, set->name))), &json, e)) return false;
	/* Those that stand in default under another name. */
	for (size_t at = 0; str_eq(set->name, STR("internal")) && json_each(json_get(made, "default"), &at, &name, &v);)
		if (!config_put(c->a, json, arena_printf(c->a, "metadata/default/%.*s", STR_ARG(name)), manage_node_text(c->a, v), &json, e)) return false;
	if (!manage_write(c, json, arena_printf(c->a, "metadata/%.*s", STR_ARG(set->name)), &done, e)) return done;
	put_template(c, &s, config_metadata_shown(c->a, &c->config), set);
	return true;
}

static void put_one(struct manage_call *c, const struct shelf *s, const struct template_set *set, const struct template_field *f)
{
	const struct alias *a = alias_or_null(set->name, f->name);
	const struct json_node *metadata = config_metadata_shown(c->a, &c->config);
	if (a) put_alias(c, s, a, json_get(json_get(metadata, "default"), a->real));
	else put_value(c, s, json_get(json_get(metadata, arena_cstr(c->a, set->name)), arena_cstr(c->a, f->name)),
	               json_get(json_get(s->remote, arena_cstr(c->a, set->name)), arena_cstr(c->a, f->name)));
}

static struct str place_of(struct manage_call *c, const struct template_set *set, const struct template_field *f)
{
	const struct alias *a = alias_or_null(set->name, f->name);
	if (a) return arena_printf(c->a, "metadata/default/%s", a->real);
	return arena_printf(c->a, "metadata/%.*s/%.*s", STR_ARG(set->name), STR_ARG(f->name));
}

bool manage_read_value(struct manage_call *c, struct err *e)
{
	struct shelf s = open_shelf(c, &c->config);
	const struct template_set *set;
	const struct template_field *f;
	if (!find(c, &s, &set, &f, e)) return false;
	put_one(c, &s, set, f);
	return true;
}

bool manage_set_value(struct manage_call *c, struct err *e)
{
	struct shelf s = open_shelf(c, &c->config);
	const struct template_set *set;
	const struct template_field *f;
	auto_buf b = BUF_INIT(4 << 20);
	struct json_out j = JSON_OUT(&b);
	bool done;
	if (!find(c, &s, &set, &f, e)) return false;
	if (is_filled(set, f, config_at_or_null(c->config.doc, STR("metadata/default")))) return manage_invalid_field(c, "value", "The portal fills this value itself.");
	bool nothing = json_kind(c->body) <= JSON_NULL || (json_kind(c->body) == JSON_ARRAY && !json_count(c->body)) || (json_kind(c->body) == JSON_OBJECT && !json_count(c->body));
	if (nothing) return manage_invalid_field(c, "value", "Expected {\"value\": …}.");
	const struct alias *a = alias_or_null(set->name, f->name);
	manage_check_codes(c, set->name, f->name, bare(c->body), STR("value"));
	if (c->faults.list.n) return manage_invalid(c, STR(""));
	struct str place = place_of(c, set, f);
	if (leaves(&s, c->body)) {
		if (!manage_put(c, place, STR(""), &done, e)) return done;
		put_one(c, &s, set, f);
		return true;
	}
	if (lacks_value(c->body)) return manage_invalid_field(c, "value", "Expected {\"value\": …}.");
	const struct json_node *now = config_at_or_null(c->config.doc, place);
	struct str lang;
	const struct json_node *v;
	if (a) {
		put_real(c, &s, &j, a, c->body, STR("value"));
		if (c->faults.list.n) return manage_invalid(c, STR(""));
	} else if (json_get(c->body, "translations") || !f->i18n || !json_count(now)) {
		put_langs(c, &j, f, c->body);
	} else {
		/* One language is set, the others stay. */
		struct str own = json_get(now, "") ? STR("") : wanted_language(c);
		json_open(&j, '{');
		for (size_t at = 0; json_each(now, &at, &lang, &v);) {
			if (str_eq(lang, own)) continue;
			json_key(&j, lang);
			json_value(&j);
			json_put_node(&b, v);
		}
		json_key(&j, own);
		json_value(&j);
		json_put_node(&b, bare(c->body));
		json_close(&j, '}');
	}
	struct str json;
	if (!config_put(c->a, c->config.json, place, buf_str(&b), &json, e)) return false;
	if (!manage_write(c, json, place, &done, e)) return done;
	put_one(c, &s, set, f);
	return true;
}

bool manage_reset_value(struct manage_call *c, struct err *e)
{
	struct shelf s = open_shelf(c, &c->config);
	const struct template_set *set;
	const struct template_field *f;
	bool done;
	return find(c, &s, &set, &f, e) && (manage_put(c, place_of(c, set, f), STR(""), &done, e) || done);
}
