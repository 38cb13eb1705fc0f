/* What the files of the room share. */
#ifndef CATALOG_INSIDE_H
#define CATALOG_INSIDE_H

#include "catalog/catalog.h"

enum {
#define Q(name, text) CATALOG_Q_##name,
#define HOUSE(name, text)
#include "catalog/queries.def"
#undef Q
#undef HOUSE
	CATALOG_Q_COUNT
};
enum {
#define Q(name, text)
#define HOUSE(name, text) CATALOG_H_##name,
#include "catalog/queries.def"
#undef Q
#undef HOUSE
	CATALOG_H_COUNT
};
extern const struct store_query catalog_queries[];
extern const struct store_house_query catalog_house_queries[];
#define CATALOG_Q(name) (&catalog_queries[CATALOG_Q_##name])

/* own.c: a field of a template that the portal made for its readers. */
struct own_field {
	const char *template_, *name;
	struct str label, labels; /* a text, or JSON by language */
	enum value_type type;
	bool list, facet, i18n; /* i18n: of a facet, whose values have a column in each language */
};

/* A view and what it lives in. */
struct view_box {
	struct catalog_view view;
	struct arena arena;
	struct schema reflected_schema;
	int64_t made;    /* not of the store: the number its reflection goes by; 0: the catalogue */
	int64_t changed; /* when the portal's catalogue last changed, microseconds */
	const struct own_field *own; /* of templates of the portal's own */
	size_t nown;
	const struct str *languages; /* of the portal, its first before all; none: not given */
	size_t nlanguages;
	uint64_t own_mark;           /* of the settings that these were read from */
	uint32_t held; /* guarded by catalog.lock; the table holds one, and so does each copy */
	struct view_box *origin; /* of a copy: the box its texts live in; NULL: it is its own */
	struct view_box *next;
};
struct busy {
	struct tenant_id tenant;
	bool passing;            /* a compaction: over soon, and waited for */
	char slug[104];
	struct busy *next;
};

struct catalog {
	struct store *store;
	struct engine *engine;
	struct lock lock;        /* LOCK_CATALOG; guards what follows */
	struct lock_bell loaded;
	struct view_box *views;  /* newest of each portal */
	bool loading;            /* one thread builds views at a time */
	struct busy *busy;       /* datasets being published */
	struct catalog_live *lives;
	size_t nlives;
	void (*changed)(void *arg, struct tenant_id t);
	void *changed_arg;
};

/* catalog.c: former identifiers beside the present ones, in a view nobody sees yet. */
void catalog_put_aliases(struct view_box *b);
/* live.c, with the lock: the numbers of pushed records in a view nobody sees yet. */
void live_fill(struct catalog *c, struct view_box *b);
/* A copy of a view for new numbers; it holds the box of the original. */
struct view_box *live_copy(struct view_box *b);
/* catalog.c, with the lock, given up meanwhile. */
void catalog_put_in_place(struct catalog *c, struct view_box *b);
/* With the lock: the portals whose newest view leads to another, in the arena. */
size_t catalog_followers(struct catalog *c, struct tenant_id origin, struct arena *a, struct tenant_id **out);
struct view_box *catalog_newest_or_null(struct catalog *c, struct tenant_id t);

/* made.c: takes away what belongs to a made view. Without the lock. */
void catalog_drop_made(struct catalog *c, const struct view_box *b);

/* own.c: reads what templates the portal made into a view that is being made; a value in a language (empty: the portal's), else in another. */
bool load_own(struct store_tx *tx, struct view_box *b, struct err *e) must_use;
struct str own_json(const struct view_box *b, const struct dataset *d, const struct own_field *f, struct str lang);
/* reflect.c: FNV-1a, begun with CATALOG_MIX: the same on every run and machine. */
#define CATALOG_MIX 0xcbf29ce484222325u
uint64_t catalog_mix(uint64_t h, const void *p, size_t n);
/* catalog.c: makes the newest view of a portal anew, or, when that fails, lets it be made when somebody asks. */
bool catalog_remake(struct catalog *c, struct tenant_id t, struct err *e) must_use;
/* metadata.c: whether a template is one of the platform's table. */
bool meta_is_of_table(struct str template_);

/* Builds the newest view of a portal and puts it in place; tells whoever listens. */
bool catalog_refresh(struct catalog *c, struct tenant_id t, struct err *e) must_use;
/* Writes the view's datasets as a dataset of its own, unless that very content exists already. `alone`:
 * no view of the portal is held yet, so reflections of former catalogues can go. */
bool catalog_reflect(struct catalog *c, struct view_box *b, bool alone, struct err *e) must_use;
/* rules.c: reads who may see what into the datasets of a view that is being made. */
bool load_rules(struct store_tx *tx, struct view_box *b, struct err *e) must_use;
/* The flags of a rule's fields; names that the schema does not have show nothing: a rule never grows by a publication. */
void rule_resolve(struct arena *a, const struct schema *s, struct dataset_rule *r);
/* link.c: datasets of other portals in a view that is being made, after what is its own and before its rules; then their versions. */
bool load_links(struct store_tx *tx, struct view_box *b, struct err *e) must_use;
void link_versions(struct view_box *b);
/* Whether a view shows, or would show, something of a portal. */
bool link_leads_to(const struct catalog_view *v, struct tenant_id origin);
/* catalog.c: a row of datasets_published; and the date that a publisher set. */
bool catalog_read_dataset(struct arena *a, struct store_rows *r, struct tenant_id t, struct dataset *d, struct err *e) must_use;
void take_modified(struct dataset *d);
/* catalog.c: a value of the metadata, in the arena, without what acts in its markup. */
struct str meta_disarmed(struct arena *a, struct str template_, struct str name, struct str json);
/* A list of names as JSON, or nothing when every field is meant. */
/* Within a transaction: a change of one rule, and all rules of a dataset. */
bool rule_put(struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t dataset, const struct rule_change *c, struct err *e) must_use;
bool rules_read(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct arena *a, struct catalog_rules *out, struct err *e) must_use;
/* follow.c: before the version shown gives way to one of these fields, rules go with their columns. ERR_PARAMETER where a filter cannot. */
bool rules_follow(struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t dataset, const struct schema *now, struct err *e) must_use;
bool rule_fields(struct arena *a, struct str json, struct dataset_rule *out, struct err *e) must_use;
/* What the dataset's features are when only some fields count. */
void find_features(struct arena *a, struct dataset *d);
/* dataset.c: the dataset as all who may see it may know it: what its reflection says. */
struct dataset dataset_common(struct arena *a, const struct dataset *d);

/* files.c: what stands beside the datasets of a view that is being made: files and older versions. */
bool load_files(struct store_tx *tx, struct view_box *b, struct err *e) must_use;
/* Hashes of all contents of a portal, as keys. */
bool files_known(struct store_tx *tx, struct tenant_id t, struct arena *a, struct map *out, struct err *e) must_use;

/* What change.c lends. */
struct dataset_row { int64_t id, version, former, last; bool found; };
bool find_row(struct store_tx *tx, struct tenant_id t, struct str slug, struct dataset_row *out, struct err *e) must_use;
bool unknown_dataset(struct str slug, struct err *e);
/* `who` is an account's number; 0: the command line. */
bool say_audit_of(struct store_tx *tx, struct tenant_id t, int64_t who, const char *what, struct str subject, struct str detail, struct err *e) must_use;
bool say_audit(struct store_tx *tx, struct tenant_id t, const char *what, struct str subject, struct str detail, struct err *e) must_use;

/* Checks a change of metadata and finds its row. */
/* row NULL: of a template that a portal made itself; kept and shown as JSON. */
struct meta_place { const struct meta_row *row; struct str template_, name, lang; };
bool meta_place_of(struct str name, struct meta_place *out, struct err *e) must_use;
/* The value as JSON text, checked for its row. */
bool meta_to_json(struct arena *a, const struct meta_place *at, struct str value, struct str *out, struct err *e) must_use;
/* Values the platform fills itself: as JSON in the arena; empty when the row is not automatic. */
struct str meta_automatic(const struct dataset *d, struct arena *a, const struct meta_row *row);

#endif
