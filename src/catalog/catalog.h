/* What a portal has published: datasets, their metadata, their versions. Readers hold an immutable
 * view of a portal's catalogue, counted while used; a change makes a new view, so nobody sees half
 * of one. The catalogue is also written out as a small dataset of its own ("reflected"), so that
 * ODSQL over the catalogue is ODSQL over a dataset. Refuses to parse sources (ingest/).
 * Threads: all functions from any. */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include "base/base.h"
#include "clock/clock.h"
#include "engine/engine.h"
#include "store/store.h"
#include "value/value.h"

struct catalog;

/* One metadata value. `lang` is empty for values that do not depend on the language. */
struct meta {
	struct str template_; /* "default", "dcat", … */
	struct str name;      /* "title" */
	struct str lang;
	struct str json;      /* the value as JSON text */
};

/* What a rule allows to do with the dataset beside reading it. Whoever may explore sees all of it, whatever the rest says. */
enum rule_may { RULE_MAY_EXPLORE = 1u << 0, RULE_MAY_EDIT = 1u << 1, RULE_MAY_PUBLISH = 1u << 2, RULE_MAY_MANAGE = 1u << 3 };

/* What callers of one kind have of a dataset they may see. Who is of which kind is rights/'s to say. */
struct dataset_rule {
	int64_t account, group;      /* whose; both 0: everybody */
	unsigned permissions;        /* on this dataset, RULE_MAY_…; nobody's of everybody */
	struct str quota;            /* JSON {"unit","limit"}; empty: none */
	bool data_visible;           /* rows too, not only metadata */
	struct str row_filter;       /* ODSQL that their rows satisfy; empty: all rows */
	bool some_fields;            /* only those named here */
	const struct str *fields;
	size_t nfields;
	const bool *visible_or_null; /* the same as one flag a field of the schema; NULL: every field */
	struct dataset_memo *memo;
};
/* What was found out about a rule while its view stands; both begin at 0. */
struct dataset_memo {
	_Atomic(int64_t) rows; /* records that its row filter leaves, plus 1 */
	_Atomic(bool) told;    /* the log has it that the rule cannot be applied */
};

/* A file beside a dataset. Its content lies at catalog_file_path, under its hash. */
enum catalog_file_kind {
	CATALOG_ATTACHMENT, CATALOG_ALTERNATIVE, CATALOG_RECORD_FILE,
	CATALOG_PICTURE, /* one a dataset, to be known by in lists; its description is the text for who does not see it */
};
struct dataset_file {
	enum catalog_file_kind kind;
	struct str id;          /* in addresses: notice_pdf */
	struct str name;        /* of the file; the cells of records hold it */
	struct str title, description, mime, hash;
	int64_t bytes;
	int width, height;      /* of a picture, in pixels; else 0 */
	struct instant created;
};

/* A version that can be read, the present one included. */
struct dataset_version {
	int64_t number, rows;
	struct instant published;
};

/* A dataset that is another portal's of this server, as it stands there now (link.c). */
struct dataset_link {
	struct tenant_id origin;
	struct str host, slug;       /* of the portal, and of the dataset there */
	bool data;                   /* rows too: everybody may read them there; what of them, says schema.bound_or_null */
	struct str summary;          /* of the publication there */
	struct dataset_memo *memo;   /* of the rows that the bound leaves */
};
/* A dataset whose origin on another server is asked while it is read. */
struct dataset_far { bool live; struct instant good, failing; }; /* failing.us 0: the origin answers */

/* A dataset of a view tells the whole truth; what one caller has of it is a copy made by rights/. */
struct dataset {
	int64_t id;
	struct str slug;            /* public dataset_id */
	struct str uid;             /* da_xxxxxx, immutable */
	struct version_ref version; /* number 0: no data */
	struct schema schema;
	struct str schema_json;     /* array of FieldObjects, ready to print */
	int64_t rows, bytes, rejects; /* rows: -1 in a copy for somebody who may not know */
	struct instant created, modified, data_processed, metadata_processed;
	const struct meta *metas;
	size_t nmetas;
	const struct str *features; /* analyze, timeserie, geo, image … */
	size_t nfeatures;
	struct str source_name;     /* file name it was published from; not shown to visitors */
	struct str summary;         /* JSON: notes of the last publication */
	bool restricted;            /* only accounts and groups with a rule see it */
	bool data_visible;
	struct dataset_rule everybody;    /* of those without a rule of their own; no effect when restricted */
	const struct dataset_rule *rules; /* of accounts and groups */
	size_t nrules;
	const struct dataset_file *files; /* in order of kind, then of coming */
	size_t nfiles;
	struct map files_by_name;         /* those of records */
	const struct dataset_version *versions; /* newest first */
	size_t nversions;
	int64_t pushed;             /* the last push its version holds; 0: none */
	int64_t compacts;           /* the version its version is made of by compaction; 0: it came from a file */
	const struct dataset_link *link_or_null; /* `version` is another portal's */
	struct dataset_far far;
};

/* A dataset that is to be shown live from another portal of this server, whether it can be or not. */
enum catalog_link_state { CATALOG_LINK_SHOWN, CATALOG_LINK_NO_DATA, CATALOG_LINK_NO_PORTAL, CATALOG_LINK_CLOSED, CATALOG_LINK_NO_DATASET,
	CATALOG_LINK_RESTRICTED, CATALOG_LINK_CHAIN };
struct catalog_link {
	int64_t dataset;
	struct tenant_id origin;        /* 0: no portal has the name */
	struct str host, slug;
	enum catalog_link_state state;  /* beyond CATALOG_LINK_NO_DATA it is not in the view: readers have no such dataset */
};

/* The published catalogue of one portal. */
struct catalog_alias { struct str slug; int64_t dataset; };
struct catalog_view {
	struct tenant_id tenant;
	const struct dataset *datasets; /* modified descending, then slug */
	size_t n;
	struct map by_slug;             /* slug → struct dataset *; and former ones that no other dataset has */
	const struct catalog_alias *aliases; /* those */
	size_t naliases;
	/* The catalogue as a dataset, and its fields: datasetid, default.title … What it tells of a dataset
	 * is what all who may see that dataset may know. The hidden field CATALOG_READERS lists who may. */
	struct version_ref reflected;
	const struct schema *reflected_schema;
	bool restricted;                /* some dataset is */
	const struct catalog_link *links; /* published ones, those that cannot be shown too */
	size_t nlinks;
};
/* Where a dataset lies, degrees; hidden fields of the reflection, null where it is not known or not everybody's to know. */
#define CATALOG_WEST "stoa_west"
#define CATALOG_SOUTH "stoa_south"
#define CATALOG_EAST "stoa_east"
#define CATALOG_NORTH "stoa_north"
#define CATALOG_READERS "stoa_readers" /* "all", or "a12" (account) and "g5" (group) */

bool catalog_open(struct store *s, struct engine *g, struct catalog **out, struct err *e) must_use nonnull_all;
void catalog_close(struct catalog *c);

/* The view of a portal, held until catalog_release. Loads it at first use. */
bool catalog_hold(struct catalog *c, struct tenant_id t, const struct catalog_view **out, struct err *e) must_use;
void catalog_release(struct catalog *c, const struct catalog_view *v);
/* A view of other datasets than those that were published, made of what `fill` gives: id (beyond every dataset's of the store), slug, uid, version
 * (its file is there), schema, rows, bytes, times, metas, filter and fields of everybody's rule; the rest is found out. Held once; left by catalog_release, and the last to leave takes the files of its versions
 * along. `reflection`: the number that its catalogue is kept under, beyond every dataset's. */
typedef bool catalog_fill(void *arg, struct arena *a, struct dataset **list, size_t *n, struct err *e);
bool catalog_made(struct catalog *c, struct tenant_id t, int64_t reflection, catalog_fill *fill, void *arg, const struct catalog_view **out, struct err *e) must_use nonnull_all;
/* Holds a view that somebody holds once more. */
void catalog_hold_too(struct catalog *c, const struct catalog_view *v) nonnull_all;
/* A dataset a visitor may see, or NULL. */
const struct dataset *catalog_find_or_null(const struct catalog_view *v, struct str slug);

/* A metadata value in a language with fallback (lang, then any language), as JSON; empty when unset. */
struct str dataset_meta_json(const struct dataset *d, const char *template_, const char *name, struct str lang);
/* The same as plain text: a string's content, a list's elements joined by ", "; in the arena. */
struct str dataset_meta_text(const struct dataset *d, struct arena *a, const char *name, struct str lang);
/* Elements of a list value (or the one string), in the arena. */
size_t dataset_meta_list(const struct dataset *d, struct arena *a, const char *name, struct str lang, struct str **out);

/* Leaves a copy of a dataset only some of its fields: the others are flagged FIELD_HIDDEN and gone from
 * schema_json and features. One flag a field. */
void dataset_narrow(struct dataset *copy, struct arena *a, const bool *visible) nonnull_all;

/* The dataset with the labels and descriptions of its fields in a language, where they have any: the same, or a copy in the arena. */
const struct dataset *dataset_told(const struct dataset *d, struct arena *a, struct str lang) nonnull_all;

/* West, south, east, north in degrees: as the publisher states it (INSPIRE), else as measured at publication. Of a copy whose rows
 * or geometries are not all to be seen, only what is stated; false: not known. The caller whose rows are filtered must not ask
 * for a copy that hides this: rows is -1 in what is common to all. */
bool dataset_extent(const struct dataset *d, double out[4]) must_use nonnull_all;
/* The limit of records that the published version was cut at; 0: it has all of its sources. */
int64_t dataset_cut_at(const struct dataset *d) must_use nonnull_all;

/* The DatasetObject of the Explore API (§10): metas of all templates, in a language, instants in a zone; those of applications
 * (how the pages show the data) only when asked for. */
void dataset_put_json(struct buf *b, const struct dataset *d, struct str lang, const struct clock_zone *zone, bool apps);
/* Whether a template says how pages show the data, and not what the data are. */
bool catalog_template_of_apps(struct str template_);
/* The files of a kind, as they stand in a DatasetObject: an array. */
struct json_out;
void dataset_put_files(struct json_out *j, const struct dataset *d, enum catalog_file_kind kind);

/* The metadata a dataset can have: rows of metadata.def, in order. */
enum meta_kind { META_TEXT, META_LANG_TEXT, META_LANG_HTML, META_LIST, META_LANG_LIST, META_DATETIME, META_BOOL, META_INT, META_JSON };
struct meta_row { const char *template_, *name; enum meta_kind kind; bool facet, automatic; const char *label; };
extern const struct meta_row catalog_meta_rows[];
size_t catalog_meta_row_count(void);

/* --- changes ----------------------------------------------------------------------------------- */

/* A publication under way: one per dataset at a time (ERR_CONFLICT for the second). */
struct catalog_draft {
	struct tenant_id tenant;
	int64_t dataset;
	int64_t number;       /* of the version being made */
	bool fresh;           /* the dataset did not exist */
	struct str slug;
	struct str file;      /* final path; write to <file>.tmp */
	struct str rejects;   /* final path of the rejects; write to <rejects>.tmp */
	struct str salt;      /* of the ids of its records, see record/; empty: none */
};
struct meta_change { struct str name; struct str value; }; /* "title", "title.fr", "dcat.creator"; text or JSON. "*": all that came before goes */

/* Begins: finds or makes the dataset row (unpublished until committed) and its folder. With
 * `replace` false an existing dataset is refused (ERR_CONFLICT) with a word on what to do. */
bool catalog_draft_begin(struct catalog *c, struct tenant_id t, struct str slug, bool replace,
                         struct arena *a, struct catalog_draft *out, struct err *e) must_use;
/* The same for a compaction, see catalog_loaded.compacts: a publication that comes meanwhile waits for it. */
bool catalog_compact_begin(struct catalog *c, struct tenant_id t, struct str slug, struct arena *a, struct catalog_draft *out,
                           struct err *e) must_use;
struct catalog_loaded {
	struct schema schema;
	int64_t rows, rejects;
	struct str source_name, summary;
	int64_t keep;            /* how many versions stay readable, this one included; 0: 2 */
	/* A version made of the present one and what was pushed onto it takes its quiet place: what can be
	 * rolled back to stays, and the view stays until catalog_renew. ERR_CONFLICT when the present one is
	 * another by now. The version it replaces keeps its file until the next commit. */
	int64_t compacts;        /* number of the present version; 0: from a file */
	int64_t pushed;          /* with compacts: the last push it holds … */
	struct instant modified; /* … and when that came */
	const struct catalog_link_new *link_or_null; /* no file was written: the data are another portal's */
};
/* The version is what a portal of this server publishes now and later, as far as everybody may see it there: see link.c. */
struct catalog_link_new {
	struct str host, slug;
	struct str filter;       /* ODSQL: what is shown of it here; empty: all */
	struct str told;         /* names of fields that are told in own words, a JSON list; how stands in the schema of the version */
};
/* Renames the finished .tmp files, moves the pointer, refreshes the view and its reflection. Takes
 * the draft. On failure readers still see the former version; when only the refresh failed (a full disk), the
 * new one is kept and seen from the next change or start on. */
bool catalog_draft_commit(struct catalog *c, struct catalog_draft *d, const struct catalog_loaded *l,
                          const struct meta_change *metas, size_t nmetas, struct err *e) must_use;
void catalog_draft_abandon(struct catalog *c, struct catalog_draft *d);
/* What the ids of a version's records were made with, in the arena. A dataset has one salt from its first publication on, so that
 * records keep their ids from one version to the next; a copy of it is another dataset. Empty of versions that were made before datasets
 * had any, and of all versions of a dataset that records were pushed to by then: what was deleted by its id is found by it. */
bool catalog_salt(struct catalog *c, struct version_ref at, struct arena *a, struct str *out, struct err *e) must_use;

/* Back to the version published before. */
bool catalog_rollback(struct catalog *c, struct tenant_id t, struct str slug, int64_t *number, struct err *e) must_use;
/* Removes the versions before the present one for good, files and all; of a dataset that is not published, those before the one that would come
 * back. Nobody reads them by as_of or goes back to them any more. Gives how many there were. A file that is being read goes when that is over. */
bool catalog_forget(struct catalog *c, struct tenant_id t, struct str slug, int64_t by, size_t *n, struct err *e) must_use nonnull_all;
/* Off the portal; data and metadata stay and come back with the next publication. */
bool catalog_unpublish(struct catalog *c, struct tenant_id t, struct str slug, struct err *e) must_use;
bool catalog_set_metas(struct catalog *c, struct tenant_id t, struct str slug, const struct meta_change *metas,
                       size_t nmetas, struct err *e) must_use;
/* The same, and the fields of the present version told anew: labels, descriptions, annotations; as many as there are, in their order. */
bool catalog_describe(struct catalog *c, struct tenant_id t, struct str slug, const struct schema *fields, const struct meta_change *metas,
                      size_t nmetas, struct err *e) must_use;
/* Settings of a portal have changed: its view is made anew when its templates of metadata or its languages are among them. */
bool catalog_portal_changed(struct catalog *c, struct tenant_id t, struct err *e) must_use nonnull_all;

/* --- live datasets: link.c ------------------------------------------------------------------------- */

/* Another portal's settings or name have changed, or it is gone: views that show datasets of it are made anew. */
bool catalog_origin_changed(struct catalog *c, struct tenant_id origin, struct err *e) must_use nonnull_all;
/* Whether a dataset of another server is live. What readers are told follows with the next view. */
bool catalog_far_set(struct catalog *c, struct tenant_id t, int64_t dataset, bool live, struct err *e) must_use nonnull_all;
/* Its origin was asked: `message` empty, and what stands here is what it has; else why it could not be. */
bool catalog_far_note(struct catalog *c, struct tenant_id t, int64_t dataset, struct str message, struct err *e) must_use nonnull_all;
struct catalog_far { int64_t dataset; struct instant good, failing; struct str message; };
bool catalog_far(struct catalog *c, struct tenant_id t, struct arena *a, struct catalog_far **out, size_t *n, struct err *e) must_use nonnull_all;

/* --- rules: rules.c -------------------------------------------------------------------------------- */

/* Who sees a dataset, as one change. Whether a filter means anything is the caller's to check. */
enum rule_parts { RULE_RESTRICTED = 1u << 0, RULE_DATA = 1u << 1, RULE_FILTER = 1u << 2, RULE_FIELDS = 1u << 3, RULE_REMOVE = 1u << 4,
	RULE_PERMISSIONS = 1u << 5, RULE_QUOTA = 1u << 6 };
struct rule_change {
	int64_t account, group;  /* whose rule; both 0: everybody's */
	unsigned parts;          /* which of the following are given; a new rule begins without bounds */
	bool restricted;         /* of the dataset, with everybody's rule */
	bool data_visible;
	struct str row_filter;   /* empty: none */
	bool all_fields;
	const struct str *fields;
	size_t nfields;
	unsigned permissions;    /* RULE_MAY_…; not of everybody */
	struct str quota;        /* JSON; empty: none */
	int64_t by;              /* who does it, for the audit; 0: the command line */
	/* RULE_REMOVE takes the rule away; everybody's goes back to no bounds, on a dataset that stays restricted if
	 * it was. */
};
/* The rules as they are kept, of a dataset that is published or not: everybody's first, then those of accounts and groups. Texts in
 * the arena; visible_or_null and memo are not filled. */
struct catalog_rules { bool restricted; struct dataset_rule everybody; struct dataset_rule *list; size_t n; };
bool catalog_rules(struct catalog *c, struct tenant_id t, int64_t dataset, struct arena *a, struct catalog_rules *out, struct err *e) must_use nonnull_all;
/* The words of permissions, by comma, and back; words that are none are passed over. */
struct str rule_may_text(struct arena *a, unsigned may) nonnull_all;
unsigned rule_may_read(struct str words);
bool catalog_rule_set(struct catalog *c, struct tenant_id t, struct str slug, const struct rule_change *r, struct err *e) must_use nonnull_all;

/* --- files and older versions: files.c -------------------------------------------------------------- */

#define CATALOG_FILE_BYTES ((int64_t)1 << 30)
struct catalog_file_new {
	enum catalog_file_kind kind;
	int fd;                 /* read to its end; borrowed */
	struct str name;        /* as records name it; attachments: the file's own */
	struct str title;       /* never empty */
	struct str description, mime;
	int width, height;
	bool keep_place;        /* else a picture of a record loses where it was taken: nobody has said that it is to be told */
};
/* Adds files to a dataset, all or none; gives their ids (n of them) in the arena. One content is kept once
 * whatever it is called; a record's file replaces the one of its name. ERR_TOO_LARGE past CATALOG_FILE_BYTES. */
bool catalog_files_put(struct catalog *c, struct tenant_id t, struct str slug, const struct catalog_file_new *files, size_t n,
                       struct arena *a, struct str *ids, struct err *e) must_use;
/* All files of a dataset, published or not, in the arena. */
bool catalog_files_of(struct catalog *c, struct tenant_id t, int64_t dataset, struct arena *a, struct dataset_file **out, size_t *n, struct err *e) must_use nonnull_all;
/* Another title and description. ERR_NOT_FOUND. */
bool catalog_file_describe(struct catalog *c, struct tenant_id t, struct str slug, struct str id, struct str title, struct str description, struct err *e) must_use nonnull_all;
bool catalog_file_remove(struct catalog *c, struct tenant_id t, struct str slug, struct str id, struct err *e) must_use;
/* By id, and, for files of records, by name. NULL when there is none. */
const struct dataset_file *dataset_file_or_null(const struct dataset *d, enum catalog_file_kind kind, struct str id);
const struct dataset_file *dataset_picture_or_null(const struct dataset *d);
const struct dataset_file *dataset_file_named_or_null(const struct dataset *d, struct str name);
/* Leaves a copy of a dataset without its alternative exports: files that hold every row and field. */
void dataset_withhold_files(struct dataset *copy, struct arena *a) nonnull_all;
/* Where a content lies, and where all of a portal do; in the arena. */
struct str catalog_file_path(const struct catalog *c, struct arena *a, struct tenant_id t, struct str hash);
struct str catalog_files_folder(const struct catalog *c, struct arena *a, struct tenant_id t);
/* Hashes of all contents of a portal. */
bool catalog_files(struct catalog *c, struct tenant_id t, struct arena *a, struct str **hashes, size_t *n, struct err *e) must_use;
/* The fields that a version had. ERR_NOT_FOUND when it is gone. */
bool catalog_version_schema(struct catalog *c, const struct dataset *d, int64_t number, struct arena *a, struct schema *out,
                            struct err *e) must_use;
/* Identifier, version and schema of a dataset, and no more of it: of one that is not published, those it had last. ERR_NOT_FOUND when nothing is
 * kept of it. Borrows slug. */
bool catalog_kept(struct catalog *c, struct tenant_id t, struct str slug, struct arena *a, struct dataset *out, struct err *e) must_use;

/* Deletes what no pointer reaches: .tmp files, versions older than the one to roll back to, folders
 * of datasets that are gone. Run at start. */
bool catalog_sweep(struct catalog *c, struct err *e) must_use;
/* Every version of a portal that has a file: those being served and those to roll back to. */
bool catalog_versions(struct catalog *c, struct tenant_id t, struct arena *a, struct version_ref **out, size_t *n,
                      struct err *e) must_use;
/* --- pushes (see live/) --------------------------------------------------------------------------- */

/* What readers see of a dataset while records are pushed onto its version. */
struct catalog_live {
	struct version_ref at;
	int64_t rows;
	struct instant modified;
};
/* From now on, for views made later too: as long as the dataset's version is that one. Cheap: the view
 * is copied, the reflected catalogue stays as it is until catalog_renew. */
void catalog_set_live(struct catalog *c, const struct catalog_live *l);
/* Makes the view of a portal anew, and its reflection. */
bool catalog_renew(struct catalog *c, struct tenant_id t, struct err *e) must_use;

/* Called after each change with the portal's id (finished answers are void). */
void catalog_on_change(struct catalog *c, void (*changed)(void *arg, struct tenant_id t), void *arg);

#endif
