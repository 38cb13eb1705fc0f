/* What a dataset is made of before it is published: its configuration, one JSON document a dataset, in the shapes
 * of the management API. Publishing reads it; the back office and the API change it, through the same functions, so that
 * what one may do the other may. Knows no HTTP; who may change what is asked here, too (config_may).
 *
 * The document
 *	{ "resources":  [ {"uid":"re_…","type":"csvfile","title":"…","params":{…},"datasource":{"type":"…",…}} ],
 *	  "processors": [ {"uid":"pr_…","type":"…","label":"…", …parameters…} ],
 *	  "fields":     [ {"uid":"pr_…","type":"rename|type|annotate|description|order|delete", …} ],
 *	  "metadata":   { template: { name: { "": value, "fr": value } } } }
 * All four members are always there. A metadata value that does not depend on the language stands under "". Labels and
 * descriptions of fields may be objects by language: {"": "Name", "fr": "Nom"}. A resource's datasource of type "published" is the
 * data as they now stand (datasets that came by command line or push): kept as a snapshot when first needed.
 * Security, schedules, attachments, alternative exports are not part of it: they hold at once.
 *
 * Revisions: every change has the next number; a change names the one it was made upon and is refused with ERR_CONFLICT when
 * another came first, so that nothing is overwritten unseen. Every change is kept as a version with who, when and what (a
 * diff), CONFIG_VERSIONS of them; undo, redo and restore are changes like any other.
 *
 * A dataset that is deleted keeps everything for CONFIG_DAYS days. Threads: any. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/base.h"
#include "process/process.h"
#include "rights/rights.h"
#include "site/site.h"

enum { CONFIG_VERSIONS = 20, CONFIG_DAYS = 30 };

struct config {
	int64_t dataset;             /* of the catalogue */
	struct str slug, uid;
	int64_t revision;            /* of the draft */
	int64_t published_revision;  /* that the published version was made of; 0: none yet */
	bool published;              /* in the catalogue now */
	bool draft;                  /* the wizard is not finished: hidden from lists */
	struct instant created, changed, deleted; /* deleted.us 0: it is not */
	int64_t changed_by;          /* account; 0: the command line */
	struct str title;            /* in the portal's language, never empty */
	struct str json;             /* the document */
	const struct json_node *doc; /* the same, read; lives as long as the arena */
};

/* By uid ("da_…") or by identifier. A dataset that has none gets its configuration at first reading, made of what is
 * published. ERR_NOT_FOUND; deleted ones too unless asked for. */
bool config_read(struct site *s, struct tenant_id t, struct str which, struct arena *a, struct config *out, struct err *e) must_use nonnull_all;
bool config_read_deleted(struct site *s, struct tenant_id t, struct str which, struct arena *a, struct config *out, struct err *e) must_use nonnull_all;

/* By the catalogue's number; deleted ones too. */
bool config_of_dataset(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct config *out, struct err *e) must_use nonnull_all;
/* The document as it was at a revision. ERR_NOT_FOUND when it is not kept: the published revision's always is. */
bool config_at_revision(struct site *s, struct tenant_id t, int64_t dataset, int64_t revision, struct arena *a, struct str *json, struct err *e) must_use nonnull_all;

/* --- rights ----------------------------------------------------------------------------------------- */

/* What somebody wants to do with one dataset (management-api.md 2.2). */
enum config_deed { CONFIG_READ, CONFIG_EDIT, CONFIG_PUBLISH, CONFIG_SECURE, CONFIG_DELETE };
/* Of an account's own permissions and of the dataset's rules for it and its groups. */
bool config_may(struct site *s, struct tenant_id t, const struct rights_caller *who, int64_t dataset, enum config_deed deed) must_use nonnull_all;
/* Whether they may see lists of datasets at all, and make new ones. */
bool config_may_any(struct site *s, struct tenant_id t, const struct rights_caller *who) must_use nonnull_all;

/* lent.c. Whether they may use a connection: it is for everybody, or their own, or shared with them, or they may edit all datasets. A key that
 * lists datasets uses none that its datasets do not use already. */
bool config_may_connect(struct site *s, struct tenant_id t, const struct rights_caller *who, struct str uid, bool *may, struct err *e) must_use nonnull_all;
/* What the sources and processors of a document name — files that were sent, connections, datasets of this portal — must be the writer's to
 * use; what stands in `was` already is not asked about. Faults by place, in the words of what is not there. */
bool config_check_lent(struct site *s, struct tenant_id t, int64_t dataset, const struct rights_caller *who, const struct json_node *was_or_null,
                       const struct json_node *doc, struct process_faults *faults, struct err *e) must_use;

/* --- changes ------------------------------------------------------------------------------------------ */

struct config_change {
	struct tenant_id tenant;
	int64_t dataset;
	int64_t revision;       /* it was made upon; -1: whatever it is */
	int64_t who;            /* account */
	const struct rights_caller *caller_or_null; /* what sources and processors name must be theirs to use; NULL: the house's own hand */
	struct str json;        /* the whole document; uids that are missing are given */
	struct str slug;        /* another identifier, in one with it (ERR_CONFLICT as config_rename has it); empty: it stays */
};
/* Checks the whole (faults by place, ERR_PARAMETER), stores it as a draft. What readers see stays. */
bool config_write(struct site *s, const struct config_change *c, struct arena *a, struct config *out, struct process_faults *faults,
                  struct err *e) must_use nonnull_all;
/* A text of the document with the value at a place replaced, put in, or (empty value) taken out. "metadata/default/title/fr",
 * "processors/2", "fields/-" (append), "resources/re_k2j4/params/separator" (by uid). "metadata/default/title/", which
 * ends in a slash, is the value that does not depend on the language. ERR_PARAMETER when there is no such place. */
bool config_put(struct arena *a, struct str json, struct str place, struct str value_json, struct str *out, struct err *e) must_use nonnull_all;
/* The node at a place; NULL when there is none. */
const struct json_node *config_at_or_null(const struct json_node *doc, struct str place) nonnull_all;
/* Checks a document without storing it. */
bool config_check(struct site *s, struct tenant_id t, const struct json_node *doc, struct process_faults *faults, struct err *e) must_use nonnull_all;

struct config_new {
	struct tenant_id tenant;
	int64_t who;
	const struct rights_caller *caller_or_null; /* as with a change */
	struct str slug;        /* empty: made of the title */
	bool strict;            /* a slug that is taken is refused, else it gets a number */
	struct str title;
	struct str json;        /* empty: nothing in it */
	bool restricted, draft;
	bool open;              /* not restricted, whatever the portal usually does */
};
/* ERR_TOO_LARGE when whoever makes it has as many datasets as they may (account_datasets_of); so config_copy, config_settle. */
bool config_create(struct site *s, const struct config_new *n, struct arena *a, struct config *out, struct process_faults *faults, struct err *e) must_use nonnull_all;
/* Who made a dataset: their limits are the dataset's, whoever works on it. 0: the command line, or it is deleted. */
bool config_maker(struct site *s, struct tenant_id t, int64_t dataset, int64_t *out, struct err *e) must_use nonnull_all;
/* The wizard's end: a draft becomes a dataset. */
bool config_settle(struct site *s, struct tenant_id t, int64_t dataset, struct err *e) must_use nonnull_all;
/* Another identifier; ERR_CONFLICT when it is published or the name is taken (pub proposes one). */
bool config_rename(struct site *s, struct tenant_id t, int64_t dataset, struct str slug, int64_t who, struct err *e) must_use nonnull_all;
bool config_copy(struct site *s, struct tenant_id t, int64_t dataset, int64_t who, struct arena *a, struct config *out, struct err *e) must_use nonnull_all;
/* Off the portal at once, gone after CONFIG_DAYS. */
bool config_delete(struct site *s, struct tenant_id t, int64_t dataset, int64_t who, struct err *e) must_use nonnull_all;
/* Back, and not published: what was deleted may have been for what readers saw. */
bool config_undelete(struct site *s, struct tenant_id t, int64_t dataset, int64_t who, struct err *e) must_use nonnull_all;
/* What is deleted for longer than its days goes for good, and so do drafts of the wizard that nobody touched for as long; once a day. */
bool config_sweep(struct site *s, struct err *e) must_use nonnull_all;
/* The published version is made of this revision (publish/ says so). */
bool config_published(struct site *s, struct tenant_id t, int64_t dataset, int64_t revision, struct err *e) must_use nonnull_all;
/* Its metadata and what fields are called are those of this revision, the data not. */
bool config_told(struct site *s, struct tenant_id t, int64_t dataset, int64_t revision, struct err *e) must_use nonnull_all;
/* The configuration as readers see it instead of the draft: what a clock publishes. *told: a later revision whose metadata alone were
 * published; NULL: none. One that was never published stays what it is. */
bool config_as_published(struct site *s, struct tenant_id t, struct arena *a, struct config *io, const struct json_node **told, struct err *e) must_use nonnull_all;
/* A dataset's data (`data`) or metadata were changed by another way than its configuration: by `stoa publish --replace`, `stoa
 * rollback`, `stoa meta`. Then what stands is the truth: the draft takes it over as a change by the command line, which can be undone
 * like any other: sources become one of type "published", processors and fields those of the published schema; of metadata only what
 * that other way changed is taken. Nothing happens where there is no configuration yet. */
bool config_follow(struct site *s, struct tenant_id t, struct str slug, bool data, struct err *e) must_use nonnull_all;
/* The draft's metadata as changes of the catalogue, what is missing in it being taken away there. */
/* Of the portal's own templates those that readers may see; what steers the platform (internal) and what is for publishers only stays here. */
/* A translation whose original was changed after it waits in the draft until somebody confirms it; readers see the original. */
size_t config_metas(struct site *s, struct tenant_id t, const struct config *c, struct arena *a, struct meta_change **out) nonnull_all;
/* translated.c. The mark of a translation and its original, and under which key it is kept in the metadata "internal"."translations" (template_
 * empty: of a field). */
enum config_text { CONFIG_TEXT_META, CONFIG_TEXT_LABEL, CONFIG_TEXT_DESCRIPTION };
struct str config_text_mark(struct arena *a, struct str original, struct str translation);
/* Was the original changed since, and the translation not? */
bool config_text_outdated(struct str mark, struct str original, struct str translation);
struct str config_text_key(struct arena *a, enum config_text where, struct str template_, struct str name, struct str lang);
/* A value as the text that is translated: a list with commas. */
struct str config_text_shown(struct arena *a, const struct json_node *value_or_null);
/* `texts`: a value by language; `first`: the portal's first one. */
bool config_meta_outdated(struct arena *a, const struct json_node *doc, struct str template_, struct str name, struct str lang, const struct json_node *texts, struct str first);
/* Writes an operation on fields as readers are to see it: without the texts that wait. */
void config_put_field(struct json_out *j, struct arena *a, const struct json_node *doc, const struct json_node *operation, struct str first);

/* The draft's metadata with the facets that its fields' annotations come to, where no list of them is kept. */
const struct json_node *config_metadata_shown(struct arena *a, const struct config *c) nonnull_all;

/* --- history -------------------------------------------------------------------------------------------- */

struct config_version {
	struct str uid;              /* ch_… */
	int64_t revision;            /* it led to */
	struct str sections;         /* "resources processors fields metadata", those that changed */
	struct str action;           /* edit, undo, redo, restore, create, copy, … */
	int64_t who;
	struct instant at;
	struct str diff;             /* JSON {section: [{path, old_value, new_value, operation_type}]} */
	bool can_restore;            /* older than what stands, and the files of its sources are there */
};
bool config_versions(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct config_version **out, size_t *n, struct err *e) must_use nonnull_all;
bool config_restore(struct site *s, struct tenant_id t, int64_t dataset, struct str version, int64_t who, struct arena *a, struct config *out, struct err *e) must_use nonnull_all;
/* One step back or forth; ERR_NOT_FOUND when there is none. */
bool config_undo(struct site *s, struct tenant_id t, int64_t dataset, int64_t who, bool redo, struct arena *a, struct config *out, struct err *e) must_use nonnull_all;

/* --- lists ------------------------------------------------------------------------------------------------ */

struct config_query {
	struct str search;           /* in title and identifier */
	enum { CONFIG_ANY, CONFIG_PUBLISHED, CONFIG_UNPUBLISHED, CONFIG_DELETED } which;
	int restricted;              /* -1: either */
	struct str status;           /* idle, error …; empty: any (job/ keeps it in the store) */
	struct str source;           /* type of a datasource ("portal": "federated" too, which is the same by another name); empty: any */
	struct str slug;             /* exactly */
	struct str sort;             /* "-modified", "title", "dataset_id", "created_at", "updated_at" */
	int64_t limit, offset;
};
struct config_item {
	struct config head;          /* without json and doc */
	bool restricted;
	int64_t rows;                /* of the published version; -1: none */
	struct str status, message;  /* see job/ */
	struct str source;           /* type of the first datasource */
};
/* Those that the caller may edit. */
bool config_list(struct site *s, struct tenant_id t, const struct rights_caller *who, const struct config_query *q, struct arena *a,
                 struct config_item **out, size_t *n, int64_t *total, struct err *e) must_use nonnull_all;

/* --- files that were sent for datasets ------------------------------------------------------------------------- */

/* An uploaded source file: kept while a configuration or a version of one names it, and a day. */
struct config_file {
	struct str uid, name, mime;
	struct str hash;          /* empty while it is being sent */
	int64_t bytes;            /* that are there */
	int64_t dataset;          /* it was sent for; 0: none yet */
	int64_t who;              /* account that sent it */
	struct instant created;
};
/* Complete, and readable at `path`, once as many bytes have come as some piece has said there are. Takes bytes piece by piece, so that an upload can be resumed: `offset` is where they go and must be where the file ends now
 * (ERR_CONFLICT says where that is). Begun with uid empty. `total` -1: not known. ERR_TOO_LARGE past the portal's limit. */
struct config_piece { struct tenant_id tenant; int64_t dataset, who; struct str uid, name, mime; int64_t offset, total; int fd_or_minus; struct str bytes; };
bool config_file_put(struct site *s, const struct config_piece *p, struct arena *a, struct config_file *out, struct err *e) must_use nonnull_all;
/* The folder where sent files of a portal lie; it may not be there yet. */
struct str config_sources(struct site *s, struct arena *a, struct tenant_id t) nonnull_all;
/* The most bytes a source file of a portal may have (setting files.most_mb). */
int64_t config_file_most(struct site *s, struct tenant_id t) nonnull_all;
/* Those that were sent whole for a dataset. */
bool config_files(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct config_file **out, size_t *n, struct err *e) must_use nonnull_all;
/* Those that no source names any more, neither in the draft nor as published: they are there for versions of the configuration that could be
 * brought back. What was sent within the hour and never used may be about to be, and is none of them. */
bool config_files_spare(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct config_file **out, size_t *n, struct err *e) must_use nonnull_all;
/* Removes those for good, bytes and all, and gives how many there were; versions that name one can then not be brought back (ERR_CONFLICT). */
bool config_files_forget(struct site *s, struct tenant_id t, struct str slug, size_t *n, struct err *e) must_use nonnull_all;
/* `path` is empty, and `bytes` says where the next piece goes, while it is being sent. */
bool config_file_read(struct site *s, struct tenant_id t, struct str uid, struct arena *a, struct config_file *out, struct str *path, struct err *e) must_use nonnull_all;

#endif
