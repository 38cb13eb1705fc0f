/* A source becomes a published dataset: a draft from catalog/, read by ingest/ in its cage, then
 * committed. Also whole Frictionless data packages. Refuses to know who asks: the command line today,
 * the back office later. Blocks; any thread. */
#ifndef PUBLISH_PUBLISH_H
#define PUBLISH_PUBLISH_H

#include "base/base.h"
#include "ingest/ingest.h"
#include "site/site.h"

struct publish_request {
	struct tenant_id tenant;
	int source;                    /* open for reading; borrowed */
	struct str name;               /* file name as the person knows it */
	struct str id;                 /* dataset identifier; empty: made from the title or the name */
	struct str title;              /* empty: the former title, else made from the name */
	const struct schema *schema_or_null;
	const struct ingest_dialect *dialect_or_null;
	struct str format, inside, part; /* see ingest/ingest.h; empty: found out */
	const struct meta_change *metas;
	size_t nmetas;
	bool replace, strict;
	void (*progress)(void *arg, const struct ingest_progress *p); /* may be NULL */
	void *arg;
	struct cancel *cancel;         /* may be NULL */
};
struct publish_result {
	struct str id;
	int64_t version;
	struct ingest_result loaded;
};
/* Everything of the result lives in the arena. On failure the former version still stands. */
bool publish_source(struct site *s, const struct publish_request *r, struct arena *a, struct publish_result *out,
                    struct err *e) must_use nonnull_all;

/* --- files.c: what goes beside a dataset ------------------------------------------------------------ */

struct publish_file {
	struct tenant_id tenant;
	struct str dataset;
	enum catalog_file_kind kind;   /* attachment or alternative export */
	int fd;                        /* read to its end; borrowed */
	struct str name, title, description; /* title empty: the name */
};
/* Adds a file; its type is found out. Gives its id, in the arena. */
bool publish_file(struct site *s, const struct publish_file *f, struct arena *a, struct str *id, struct err *e) must_use nonnull_all;

struct publish_folder {
	struct tenant_id tenant;
	struct str dataset;
	struct str folder;             /* absolute */
	struct cancel *cancel;         /* may be NULL */
};
struct publish_folder_result {
	size_t stored, missing;
	struct str *first_missing;     /* the first of the missing, nfirst of them */
	size_t nfirst;
};
/* Stores the files of a folder that cells of the dataset's fields of type file name, as they are called. Cells that
 * name something else (an address, a JSON object) stay what they are. ERR_PARAMETER when there is no such field. */
bool publish_folder(struct site *s, const struct publish_folder *p, struct arena *a, struct publish_folder_result *out,
                    struct err *e) must_use nonnull_all;

#endif
