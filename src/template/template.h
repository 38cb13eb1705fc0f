/* What datasets can be described with: templates of metadata, those of the platform (rows of fields.def) and those a portal made
 * itself, and the lists its publishers choose from, licences and themes. Forms, checks and the management API are all made of
 * these. What a portal says of its own lies in its settings "metadata.templates", "catalogue.licences", "catalogue.themes": JSON, so
 * that asking costs no question to the store. Refuses to know datasets and pages.
 *
 * A licence or theme is kept in a dataset by its name, in words ("Health", "CC BY 4.0"), which never changes; labels by language
 * are what readers see. One that is taken off the list stays what it is where it is used.
 *
 * A list is made for one language and lives in the arena it is given. Threads: any; all functions but the writers are pure. */
#ifndef TEMPLATE_TEMPLATE_H
#define TEMPLATE_TEMPLATE_H

#include "base/base.h"
#include "httpd/httpd.h"
#include "i18n/i18n.h"
#include "json/json.h"
#include "tenant/tenant.h"

/* As the management API spells them (template_kind_word). */
enum template_kind {
	TEMPLATE_TEXT, TEMPLATE_DATE, TEMPLATE_DATETIME, TEMPLATE_GEO_SHAPE, TEMPLATE_GEO_AREA, TEMPLATE_HTML, TEMPLATE_MULTITEXT,
	TEMPLATE_BOOLEAN, TEMPLATE_INT, TEMPLATE_DOUBLE, TEMPLATE_LONGSTRING, TEMPLATE_ENUM, TEMPLATE_LIST, TEMPLATE_ENUMLIST,
	TEMPLATE_URI_ENUM, TEMPLATE_URI_ENUMLIST, TEMPLATE_KINDS
};
const char *template_kind_word(enum template_kind k);  /* "longstring" */
const char *template_kind_label(enum template_kind k); /* English message: "Long text" */
bool template_kind_of(struct str word, enum template_kind *out) must_use;
/* Values are lists; values are chosen among `choices`. */
bool template_is_list(enum template_kind k);
bool template_is_choice(enum template_kind k);
/* Whether readers can choose among its values in the catalogue: neither markup nor geometries. */
bool template_is_filterable(enum template_kind k);

enum template_level { TEMPLATE_OPTIONAL, TEMPLATE_RECOMMENDED, TEMPLATE_MANDATORY };
const char *template_level_word(enum template_level l); /* "recommended" */
/* BASIC and INTEROP are shown to readers, ADMIN never, EXTRA steers the platform. */
enum template_type { TEMPLATE_BASIC, TEMPLATE_INTEROP, TEMPLATE_ADMIN, TEMPLATE_EXTRA };
const char *template_type_word(enum template_type t);

struct template_choice { struct str value, label; };
struct template_field {
	struct str name, label, help;
	enum template_kind kind;
	enum template_level level;
	const struct template_choice *choices; /* of choice kinds; a kind without choices takes any value */
	size_t nchoices;
	bool i18n;                  /* a value a language */
	bool filter;                /* a facet of the catalogue */
	bool hidden;                /* not in forms: pages of their own set it */
	bool automatic;             /* the platform fills it */
	bool suggests;              /* what other datasets of the portal say is offered */
	bool open;                  /* a choice may be something else as well: other values are kept */
	bool zone, any, address;    /* a time zone; any JSON; of a page: none that would act */
	bool web;                   /* an address of the web, see template_is_web */
	struct str json;            /* of a portal's own: as stored, with labels by language; else empty */
};
struct template_set {
	struct str name, title;
	enum template_type type;
	bool system, always, active;
	const struct template_field *fields;
	size_t n;
	struct str json;            /* of a portal's own: as stored */
};
/* All templates, the platform's first; gives how many. `l` and `code` are the language of labels, as the product and as the portal call it. */
size_t template_list(const struct tenant *t, const struct i18n_lang *l, struct str code, struct arena *a, const struct template_set **out) nonnull_all;
const struct template_set *template_find_or_null(const struct template_set *list, size_t n, struct str name);
const struct template_field *template_field_or_null(const struct template_set *set_or_null, struct str name);
/* Whether a JSON value (one language of it, when the field has several) fits a field; null fits. False: `why` gets a sentence in English
 * that says what was expected. */
bool template_fits(const struct template_field *f, const struct json_node *value, struct buf *why) nonnull_all;
/* An address that leads somewhere on the web: http or https, a host, no blanks. What a field `web` is set to has to be one; what stood in it
 * before that was asked may stay. */
bool template_is_web(struct str s);
/* The same for a whole member "metadata" of a configuration: {template: {name: {lang: value}}}; says each fault through `fault`. Templates
 * that are not there are faults, too. */
void template_check(const struct tenant *t, const struct json_node *metadata, void (*fault)(void *arg, struct str place, struct str sentence), void *arg);

/* --- forms: form.c ---------------------------------------------------------------------------------------------- */

/* Values of a form whose hidden field "names" says which fields it is about, with blanks between them ("!map_disabled": the box says the opposite).
 * Boxes are called "v.NAME", "v.NAME.fr" for what is said by language; lists are boxes of one name, ordered by the numbers "at.NAME.VALUE". JSON is
 * empty where there is no value. In the arena; gives how many. */
struct template_value { struct str name, lang, json; };
size_t template_form(const struct template_set *set, const struct httpd_pair *pairs, size_t npairs, const struct str *languages, size_t nlanguages,
                     struct arena *a, struct template_value **out) nonnull_all;

/* --- a portal's own templates: own.c ------------------------------------------------------------------------- */

enum { TEMPLATE_OWN = 40, TEMPLATE_FIELDS = 80, TEMPLATE_CHOICES = 300, TEMPLATE_FILTERS = 30 /* of all templates of a portal together */ };
/* Stores one: the object of the management API with "name", "title" (a text, or texts by language), "type" (basic, admin), "is_active" and
 * "schema". What is there keeps its name and the types of its fields. ERR_PARAMETER with the place; `fresh`: ERR_CONFLICT when the name is taken. */
bool template_write(struct tenants *ts, const struct tenant *t, const struct json_node *object, bool fresh, struct err *e) must_use nonnull_all;
/* ERR_CONFLICT for the platform's. What datasets say in it is left where it is, and comes back with the template. */
bool template_remove(struct tenants *ts, const struct tenant *t, struct str name, struct err *e) must_use nonnull_all;
/* Those of the platform that may be switched off. */
bool template_activate(struct tenants *ts, const struct tenant *t, struct str name, bool on, struct err *e) must_use nonnull_all;

/* --- licences and themes: lists.c ------------------------------------------------------------------------------ */

struct template_item {
	struct str id;              /* opaque, as the management API has it: license_id, theme_id */
	struct str name;            /* as datasets keep it */
	struct str label;           /* in the language asked for */
	struct str url;             /* of a licence, in the language asked for */
	struct str colour, mark;    /* of a theme: "#1f5a7a", a pictogram's word; may be empty */
	struct str json;            /* {"id","name","labels":{lang},"urls":{lang},"colour","mark"} */
};
enum template_which { TEMPLATE_LICENCES, TEMPLATE_THEMES };
enum { TEMPLATE_ITEMS = 200 };
/* What a portal offers, in its order: its own list, else the platform's. */
size_t template_items(const struct tenant *t, enum template_which w, const struct i18n_lang *l, struct str code, struct arena *a, const struct template_item **out) nonnull_all;
const struct template_item *template_item_or_null(const struct template_item *list, size_t n, struct str name_or_id);
/* Stores the list (a JSON array of such objects; names and ids that are missing are made). ERR_PARAMETER with the place. */
bool template_items_write(struct tenants *ts, const struct tenant *t, enum template_which w, const struct json_node *array, struct err *e) must_use nonnull_all;
/* What readers see for the name of a theme; the name itself when it is not on the list. In the arena. */
struct str template_theme_label(const struct tenant *t, const struct i18n_lang *l, struct str code, struct arena *a, struct str name) nonnull_all;

#endif
