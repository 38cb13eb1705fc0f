/* What the files of the room share. A snapshot is a box: the registry, the memory of its texts, and what an editor of it
 * starts from. JSON is read by read.c in two moods: strict for what an administrator sends (every fault is noted, by
 * field and language) and lenient for what was published before. */
#ifndef REGISTRY_INSIDE_H
#define REGISTRY_INSIDE_H

#include "i18n/i18n.h"
#include "json/json.h"
#include "registry/registry.h"
#include "vault/vault.h"

enum { REGISTRY_JSON_BYTES = 8 << 20, REGISTRY_SERVICES_MOST = 64, REGISTRY_ITEMS_MOST = 256, REGISTRY_TEXT_MOST = 20000 };
enum { REGISTRY_DAY = 86400, REGISTRY_LIFE_MOST = 400 * REGISTRY_DAY, REGISTRY_LIFE_STATISTICAL = 395 * REGISTRY_DAY };

/* --- statements ------------------------------------------------------------------------------------------- */

enum {
#define Q(name, text) REGISTRY_Q_##name,
#define HOUSE(name, text)
#include "registry/queries.def"
#undef Q
#undef HOUSE
	REGISTRY_Q_COUNT
};
extern const struct store_query registry_queries[];

/* --- words of the JSON, by enum --------------------------------------------------------------------------- */

extern const char *const registry_kind_words[];      /* REGISTRY_COOKIE … REGISTRY_CACHE_STORAGE */
extern const char *const registry_category_words[];
extern const char *const registry_basis_words[];
extern const char *const registry_directive_words[];
extern const char *const registry_trigger_words[];   /* by enum registry_cookie */
enum { REGISTRY_KINDS = REGISTRY_CACHE_STORAGE + 1, REGISTRY_BASES = REGISTRY_BASIS_CONSENT + 1 };

/* --- a snapshot being made --------------------------------------------------------------------------------- */

/* What an editor wrote of the registry's own fields; empty: as the settings say. */
struct registry_own { struct str controller, contact, protection_contact; };
struct registry_box {
	struct registry g;        /* first, so that one is the other */
	struct arena arena;
	struct registry_own own;
	uint32_t held;            /* guarded by registries.lock */
	uint64_t generation;      /* of the portal when this was made */
	int64_t until;            /* microseconds: another version comes into force then; INT64_MAX: none waits */
};

struct registry_notes {
	struct arena *a;
	struct str lead;          /* of the fields of what is read: "services.matomo." */
	VEC(struct registry_fault) faults;
	bool strict;
};
/* An English message; {0}, {1} … of it are the texts that follow. */
void registry_note(struct registry_notes *n, struct str field, const char *sentence) nonnull_all;
void registry_note_args(struct registry_notes *n, struct str field, const char *sentence, const struct str *args, size_t nargs);
#define registry_note_with(n, field, sentence, ...) \
	registry_note_args((n), (field), (sentence), (const struct str[]){ __VA_ARGS__ }, COUNT_OF(((const struct str[]){ __VA_ARGS__ })))
struct str registry_count(struct registry_notes *n, size_t count) nonnull_all;

/* platform.c: what settings and cookies.def say. Fills everything but services, versions and texts of the editor. */
void registry_from_settings(struct registry_box *b, const struct tenant *t, int port) nonnull_all;
bool registry_is_loopback(struct str host) must_use;
/* The four items (three where there is one language) at g->items; own words of the editor are already known. */
size_t registry_platform_items(struct registry_box *b, struct registry_item *out, int64_t since) nonnull_all;
/* Finds which cookie of the platform a published item was, and gives it the words for when it is set. */
void registry_recognise(struct registry_box *b, struct registry_item *item) nonnull_all;

/* read.c. `source` is the editable form; what it says replaces g's services, items, banner, additions and own words. */
void registry_read_editable(struct registry_box *b, const struct json_node *root, struct registry_notes *n) nonnull_all;
/* The canonical form of a version that was published. False when it is not one. */
bool registry_read_frozen(struct registry_box *b, struct str doc, struct err *e) must_use nonnull_all;
/* One item as the editable form has it, for comparing those of the platform. */
bool registry_json_same(const struct json_node *a, const struct json_node *b) must_use;

/* check.c: what a whole registry must obey beyond the shape of its parts (REG-6, REG-7, POL-14). */
void registry_check(const struct registry *g, struct registry_notes *n) nonnull_all;
/* texts.c: lints of one text (POL-14, CON-10). */
void registry_check_texts(const struct registry *g, struct registry_notes *n) nonnull_all;
/* language.c: the language, among a list, that a text is most likely in; -1 when it does not say. */
ptrdiff_t registry_guess_language(struct str text, const struct str *languages, size_t n) must_use;
/* origins.c: an origin as REG-7 allows it; else why not, in *why: a message of which {0} is the origin. */
bool registry_origin_ok(const struct registry *g, struct str origin, enum registry_directive d, const char **why) must_use nonnull_all;
/* True when an address ("https://host/…") is of an origin of the list's form. */
bool registry_origin_holds(struct str origin, struct str scheme, struct str host, int port) must_use;

/* catalogue.c: whether a service can be within the exemption for audience measurement (EMB-9). */
bool registry_known_exempt(struct str id) must_use;

/* url.c: an absolute address, or one without a scheme ("//host/x"); views into it. False for all others. */
struct registry_url { struct str scheme, host; int port; };
bool registry_url_read(struct str url, struct registry_url *out) must_use;

/* write.c. With `only`, one language. `whole`: with hash and verification. */
void registry_put_doc(struct buf *b, const struct registry *g, struct str only, bool whole);
/* The same without what differs from version to version: for telling whether anything was changed. */
void registry_put_content(struct buf *b, const struct registry *g);
void registry_put_item_json(struct json_out *j, const struct registry *g, struct str only, const struct registry_item *item);
void registry_put_sandbox(struct json_out *j, unsigned sandbox);
/* Hash and JSON of a snapshot whose every other field is set. */
bool registry_seal(struct registry_box *b, struct err *e) must_use nonnull_all;
/* Whether a text is given in a language, or borrowed from the default one. */
bool registry_text_given(const struct registry_texts *t, size_t lang) must_use;

/* compare.c: notes in after's services in which epoch each was last to be asked about; gives whether anything is material. */
bool registry_settle_epochs(const struct registry *before, struct registry_box *after, int64_t epochs_so_far,
                            const struct json_node *declared_or_null);
/* registry_compare with what the author says is material: a list of ids of services. */
void registry_compare_declared(const struct registry *before, const struct registry *after, const struct json_node *declared_or_null,
                               struct arena *a, struct registry_difference **out, size_t *n);

struct registry_box *registry_box_new(void) __attribute__((returns_nonnull));
void registry_box_free(struct registry_box *b);
void registry_box_free_at(struct registry_box **b);
#define auto_box auto_with(registry_box_free_at) struct registry_box

/* --- versions (versions.c) ------------------------------------------------------------------------------------ */

/* A row of the store, in an arena. */
struct registry_row {
	int64_t version, epoch, replaced;
	struct instant made, effective;
	struct str role, note, hash, source, doc;
	bool material;
};
/* The row in force at an instant, and the time at which another will be (INT64_MAX). *found false: there is none. */
bool registry_row_in_force(struct store_tx *x, struct tenant_id t, struct instant now, struct arena *a, struct registry_row *out, bool *found,
                           int64_t *until, struct err *e) must_use nonnull_all;
bool registry_row_get(struct store_tx *x, struct tenant_id t, int64_t version, struct arena *a, struct registry_row *out, struct err *e)
	must_use nonnull_all;
bool registry_row_put(struct store_tx *x, struct tenant_id t, const struct registry_row *row, struct err *e) must_use nonnull_all;
/* The highest numbers used so far. */
bool registry_numbers(struct store_tx *x, struct tenant_id t, int64_t *version, int64_t *epoch, struct err *e) must_use nonnull_all;
/* The last crawl and the last that passed, their signatures verified: what does not verify is not told of (REG-20). */
bool registry_read_verification(struct store_tx *x, struct vault *v, struct registry_box *b, struct err *e) must_use nonnull_all;

/* Portals that fall into one bucket share it. */
enum { REGISTRY_BUCKETS = 256 };
struct registry_place { int64_t tenant; struct registry_box *box; }; /* box NULL: none is made yet */
struct registry_bucket { int64_t tokens, at_ms; };
struct registries {
	struct lock lock;         /* LOCK_REGISTRY; guards what follows */
	struct lock_bell made;
	bool making;              /* one thread makes snapshots at a time */
	struct map boxes;         /* of struct registry_place, by the number of the portal; places stay */
	struct arena places;
	int port;
	struct registry_bucket buckets[REGISTRY_BUCKETS]; /* of reports; thousandths of a report */
	struct store *store;
	struct tenants *tenants;
	struct vault *vault;
	void (*changed)(void *arg, struct tenant_id t);
	void *changed_arg;
};
/* Finished answers of the portal are no longer good. */
void registry_tell(struct registries *rs, struct tenant_id t) nonnull_all;
/* Between these two nobody else makes snapshots or versions. Forgetting makes the next registry_hold read again. */
void registry_alone(struct registries *rs) nonnull_all;
void registry_alone_done(struct registries *rs, struct tenant_id forget) nonnull_all;
/* What an editable text gives under the present settings; no numbers are set. With `strict` faults go to *notes. */
bool registry_make(struct registries *rs, const struct tenant *t, const struct json_node *source, struct registry_notes *notes,
                   struct registry_box **out, struct err *e) must_use nonnull_all;
/* What is in force, numbered; makes a version when settings say something else by now. */
bool registry_make_in_force(struct registries *rs, const struct tenant *t, struct store_tx *x, struct registry_box **out, struct err *e) must_use nonnull_all;
/* Items and services keep the numbers they had. */
void registry_carry(const struct registry *before, struct registry_box *after, int64_t version) nonnull_all;
/* Gives a snapshot the numbers of a new version, puts it in the store and fills *row. */
bool registry_number(struct registries *rs, struct store_tx *x, struct registry_box *box, struct registry_row *row, struct err *e) must_use nonnull_all;

#endif
