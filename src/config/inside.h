/* What the files of the room share. */
#ifndef CONFIG_INSIDE_H
#define CONFIG_INSIDE_H

#include "config/config.h"

enum config_q {
#define Q(name, text) CONFIG_Q_##name,
#include "config/queries.def"
#undef Q
};
extern const struct store_query config_queries[];
#define CONFIG_Q(name) (&config_queries[CONFIG_Q_##name])

enum { CONFIG_DOC_BYTES = 8 << 20, CONFIG_DIFF_BYTES = 256 << 10, CONFIG_SLUG = 100 };

/* A configuration as it is kept; revision 0: there is none yet. */
struct config_row {
	struct config head;       /* doc is not read */
	int64_t version, former;  /* of the catalogue; 0: none */
	int64_t stand, top;
	struct instant modified;  /* of the dataset */
	bool was_published;
};
/* By identifier or uid, or (which empty) by number. found false: no such dataset. */
bool config_row(struct store_tx *tx, struct tenant_id t, struct str which, int64_t id, struct arena *a, struct config_row *out, bool *found, struct err *e) must_use;
bool config_unknown(struct str which, struct err *e);
/* Fills a configuration from its row; deleted ones only when asked for. */
bool config_finish(struct arena *a, const struct config_row *row, struct config *out, struct err *e) must_use;

/* make.c: the document of a dataset that is published but has none; and a row for it. */
bool config_made(struct site *s, struct store_tx *tx, struct tenant_id t, const struct config_row *row, struct arena *a, struct str *json, struct err *e) must_use;
bool config_add(struct site *s, struct store_tx *tx, struct tenant_id t, const struct config_row *row, struct arena *a, struct err *e) must_use;
/* All that are missing on a portal. */
bool config_add_missing(struct site *s, struct tenant_id t, struct err *e) must_use;

/* normal.c: a document in its one form: members there, uids given (all anew with `fresh`), read-only members gone. */
bool config_normal(struct arena *a, const struct json_node *doc, bool fresh, struct str *out, struct err *e) must_use;
struct str config_uid(struct arena *a, const char *prefix);

/* What lists show of a document. */
struct config_gist { struct str title, folded, source; };
void config_gist(struct site *s, struct tenant_id t, struct arena *a, const struct json_node *doc, struct str slug, struct config_gist *out);

/* diff.c: whether two values are the same; what has changed, by section; both empty when nothing has. */
bool config_same(const struct json_node *x, const struct json_node *y);
void config_diff(struct arena *a, const struct json_node *was, const struct json_node *is, struct str *sections, struct str *diff);

/* write.c */
struct config_step {
	const char *action;
	int64_t who;
	int64_t stand, top;  /* 0: the new revision */
	const struct json_node *was; /* NULL: nothing */
	struct str json;
	const struct json_node *doc;
};
/* Stores the next revision of a row, its version, the audit; gives its number. */
bool config_store(struct site *s, struct store_tx *tx, struct tenant_id t, const struct config_row *row, const struct config_step *step, struct arena *a, int64_t *revision, struct err *e) must_use;
bool config_audit(struct store_tx *tx, struct tenant_id t, int64_t who, const char *what, struct str subject, struct str detail, struct err *e) must_use;
/* Says who changed what since a revision. */
bool config_conflict(struct site *s, struct store_tx *tx, struct tenant_id t, int64_t dataset, int64_t revision, struct err *e);

/* facets.c: the list of facets and the annotations of a document that is to be stored, made the same. */
bool config_mirror_facets(struct arena *a, const struct json_node *was_or_null, const struct json_node *doc, struct str *json, struct err *e) must_use;

/* check*.c */
struct config_check {
	struct site *site;
	struct tenant_id tenant;
	const struct tenant *portal_or_null;
	int64_t dataset;             /* 0: a new one */
	const struct json_node *was_or_null;
	struct process_faults *faults;
};
bool config_check_of(struct site *s, struct tenant_id t, int64_t dataset, const struct json_node *was, const struct json_node *doc, struct process_faults *faults, struct err *e) must_use;
bool config_names_file(const struct json_node *doc_or_null, struct str uid);
void config_check_fields(const struct config_check *c, const struct json_node *fields);
void config_check_names(const struct config_check *c, const struct json_node *doc); /* names.c */
void config_check_metas(const struct config_check *c, const struct json_node *metadata);

bool config_slug_ok(struct str s);
/* life.c: within a transaction. */
bool config_rename_alone(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct str slug, int64_t who, struct arena *a, struct err *e) must_use;
/* A free identifier like this one. */
bool config_free_slug(struct store_tx *tx, struct tenant_id t, struct arena *a, struct str like, struct str *out, struct err *e) must_use;

/* file.c */
bool config_sweep_files(struct site *s, struct tenant_id t, struct err *e) must_use;

#endif
