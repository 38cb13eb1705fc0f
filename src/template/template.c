/* The table of the platform's templates as a list in one language, with what a portal added to it and switched off. */
#include "template/inside.h"

enum choice_set { SET_NONE, SET_THEMES, SET_LICENCES, SET_LANGUAGES, SET_FREQUENCY, SET_ACCESS, SET_PUBLISHER, SET_HVD, SET_INSPIRE_TYPE, SET_DIRECTION };
enum { I = 1, F = 2, H = 4, A = 8, S = 16, O = 32, Z = 64, J = 128, U = 256, W = 512 };

static const struct row {
	const char *set, *name;
	enum template_kind kind;
	enum template_level level;
	unsigned flags;
	enum choice_set choices;
	const char *label, *help;
} rows[] = {
#define FIELD(set, name, kind, level, flags, choices, label, help) { set, name, TEMPLATE_##kind, TEMPLATE_##level, flags, SET_##choices, label, help },
#include "template/fields.def"
#undef FIELD
};

static const struct set { const char *name; enum template_type type; bool always; const char *title; } sets[] = {
#define SET(name, type, always, title) { name, TEMPLATE_##type, always, title },
#include "template/sets.def"
#undef SET
};

static const struct choice { enum choice_set set; const char *value, *label; } choices[] = {
#define CHOICE(set, value, label) { SET_##set, value, label },
#include "template/choices.def"
#undef CHOICE
};

/* --- words ------------------------------------------------------------------------------------------ */

static const struct { const char *word, *label; bool list, choice; } kinds[TEMPLATE_KINDS] = {
	[TEMPLATE_TEXT] = { "text", N_("Text"), false, false },
	[TEMPLATE_DATE] = { "date", N_("Date"), false, false },
	[TEMPLATE_DATETIME] = { "datetime", N_("Date and time"), false, false },
	[TEMPLATE_GEO_SHAPE] = { "geo_shape", N_("Geometry (GeoJSON)"), false, false },
	[TEMPLATE_GEO_AREA] = { "geo_area", N_("Places"), true, false },
	[TEMPLATE_HTML] = { "html", N_("Text with markup (HTML)"), false, false },
	[TEMPLATE_MULTITEXT] = { "multitext", N_("Several texts"), true, false },
	[TEMPLATE_BOOLEAN] = { "boolean", N_("Yes or no"), false, false },
	[TEMPLATE_INT] = { "int", N_("Whole number"), false, false },
	[TEMPLATE_DOUBLE] = { "double", N_("Number"), false, false },
	[TEMPLATE_LONGSTRING] = { "longstring", N_("Long text"), false, false },
	[TEMPLATE_ENUM] = { "enum", N_("One of a list"), false, true },
	[TEMPLATE_LIST] = { "list", N_("List of words"), true, false },
	[TEMPLATE_ENUMLIST] = { "enumlist", N_("Several of a list"), true, true },
	[TEMPLATE_URI_ENUM] = { "uri_enum", N_("One of a list of addresses"), false, true },
	[TEMPLATE_URI_ENUMLIST] = { "uri_enumlist", N_("Several of a list of addresses"), true, true },
};

const char *template_kind_word(enum template_kind k) { return kinds[k].word; }
const char *template_kind_label(enum template_kind k) { return kinds[k].label; }
bool template_is_list(enum template_kind k) { return kinds[k].list; }
bool template_is_choice(enum template_kind k) { return kinds[k].choice; }

bool template_is_filterable(enum template_kind k) { return k != TEMPLATE_HTML && k != TEMPLATE_GEO_SHAPE; }

bool template_kind_of(struct str word, enum template_kind *out)
{
	for (size_t i = 0; i < TEMPLATE_KINDS; i++) {
		if (!str_eq(word, str_of(kinds[i].word))) continue;
		*out = (enum template_kind)i;
		return true;
	}
	return false;
}

const char *template_level_word(enum template_level l)
{
	static const char *const words[] = { "optional", "recommended", "mandatory" };
	return words[l];
}

const char *template_type_word(enum template_type t)
{
	static const char *const words[] = { "basic", "interop", "admin", "extra" };
	return words[t];
}

bool template_is_name(struct str s)
{
	bool fine = s.n > 0 && s.n <= 100;
	for (size_t i = 0; fine && i < s.n; i++) {
		char c = s.p[i];
		fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (i && (c == '-' || c == '_'));
	}
	return fine;
}

struct str template_label(struct arena *a, const struct json_node *label, struct str code)
{
	struct str key, any = STR("");
	const struct json_node *v;
	if (json_kind(label) != JSON_OBJECT) return arena_str(a, json_text(label));
	struct str own = json_text(json_get(label, arena_cstr(a, code)));
	if (!own.n) own = json_text(json_get(label, "en"));
	for (size_t at = 0; !own.n && json_each(label, &at, &key, &v);)
		if (!any.n) any = json_text(v);
	return arena_str(a, own.n ? own : any);
}

struct json_doc *template_setting(const struct tenant *t, const char *name)
{
	struct json_doc *doc = NULL;
	struct err ignored = { 0 };
	struct str text = tenant_setting(t, name);
	return text.n && json_read(text, &doc, &ignored) ? doc : NULL;
}

/* --- choices ----------------------------------------------------------------------------------------- */

struct scene {
	const struct tenant *tenant;
	const struct i18n_lang *lang;
	struct str code;
	struct arena *arena;
};

static void take_items(const struct scene *s, enum template_which w, struct template_field *f)
{
	const struct template_item *items;
	size_t n = template_items(s->tenant, w, s->lang, s->code, s->arena, &items);
	struct template_choice *list = arena_array(s->arena, struct template_choice, n + 1);
	for (size_t i = 0; i < n; i++) list[i] = (struct template_choice){ items[i].name, items[i].label };
	f->choices = list;
	f->nchoices = n;
}

static void take_languages(const struct scene *s, struct template_field *f)
{
	const struct i18n_lang *all;
	size_t n = i18n_languages(&all);
	struct template_choice *list = arena_array(s->arena, struct template_choice, n + 1);
	for (size_t i = 0; i < n; i++) list[i] = (struct template_choice){ all[i].code, all[i].name };
	f->choices = list;
	f->nchoices = n;
}

static void take_choices(const struct scene *s, enum choice_set set, struct template_field *f)
{
	size_t n = 0;
	if (set == SET_THEMES || set == SET_LICENCES) {
		take_items(s, set == SET_THEMES ? TEMPLATE_THEMES : TEMPLATE_LICENCES, f);
		return;
	}
	if (set == SET_LANGUAGES) {
		take_languages(s, f);
		return;
	}
	struct template_choice *list = arena_array(s->arena, struct template_choice, COUNT_OF(choices));
	for (size_t i = 0; set != SET_NONE && i < COUNT_OF(choices); i++)
		if (choices[i].set == set) list[n++] = (struct template_choice){ str_of(choices[i].value), i18n_text(s->lang, choices[i].label) };
	f->choices = list;
	f->nchoices = n;
}

static void put_field(const struct scene *s, const struct row *r, struct template_field *f)
{
	*f = (struct template_field){
		.name = str_of(r->name), .label = i18n_text(s->lang, r->label), .help = r->help ? i18n_text(s->lang, r->help) : STR(""),
		.kind = r->kind, .level = r->level, .i18n = r->flags & I, .filter = r->flags & F, .hidden = r->flags & H,
		.automatic = r->flags & A, .suggests = r->flags & S, .open = r->flags & O, .zone = r->flags & Z, .any = r->flags & J, .address = r->flags & U, .web = r->flags & W,
	};
	take_choices(s, r->choices, f);
}

/* --- the list ---------------------------------------------------------------------------------------- */

static bool is_off(const struct json_node *off, struct str name)
{
	for (size_t i = 0; i < json_count(off); i++)
		if (str_eq(json_text(json_at(off, i)), name)) return true;
	return false;
}

size_t template_list(const struct tenant *t, const struct i18n_lang *l, struct str code, struct arena *a, const struct template_set **out)
{
	const struct scene s = { t, l, code, a };
	auto_json *doc = template_setting(t, "metadata.templates");
	const struct json_node *own = doc ? json_get(json_root(doc), "own") : NULL, *off = doc ? json_get(json_root(doc), "off") : NULL;
	size_t nown = json_count(own), n = 0;
	struct template_set *list = arena_array(a, struct template_set, COUNT_OF(sets) + nown);
	for (size_t i = 0; i < COUNT_OF(sets); i++) {
		struct template_field *fields = arena_array(a, struct template_field, COUNT_OF(rows));
		struct template_set *set = &list[n++];
		*set = (struct template_set){ .name = str_of(sets[i].name), .title = i18n_text(l, sets[i].title), .type = sets[i].type, .system = true,
			.always = sets[i].always, .active = sets[i].always || !is_off(off, str_of(sets[i].name)), .fields = fields };
		for (size_t k = 0; k < COUNT_OF(rows); k++)
			if (strcmp(rows[k].set, sets[i].name) == 0) put_field(&s, &rows[k], &fields[set->n++]);
	}
	for (size_t i = 0; i < nown; i++) list[n++] = template_own_set(json_at(own, i), code, a);
	*out = list;
	return n;
}

const struct template_set *template_find_or_null(const struct template_set *list, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].name, name)) return &list[i];
	return NULL;
}

const struct template_field *template_field_or_null(const struct template_set *set, struct str name)
{
	for (size_t i = 0; set && i < set->n; i++)
		if (str_eq(set->fields[i].name, name)) return &set->fields[i];
	return NULL;
}
