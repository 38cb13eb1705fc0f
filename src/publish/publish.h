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
	struct str processors, fields; /* JSON arrays as in a configuration; empty: none. Processors that need other datasets are refused */
	struct str extractor, params;  /* a row of extractors.def and its parameters as JSON; empty: found out */
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

/* forget.c. catalog_forget; files that were sent and that no source names any more, previews, and the files that no record of the version shown names go, too. Pushed records count: live_open
 * comes before, in a server and in a command. */
struct publish_forgotten { size_t versions, files; };
bool publish_forget(struct site *s, struct tenant_id t, struct str slug, int64_t by, struct publish_forgotten *out, struct err *e) must_use nonnull_all;
/* Clears away previews that are kept for some minutes: those past their time (the server's upkeep), or all. */
void publish_seen_sweep(struct site *s, bool all) nonnull_all;

/* --- dataset.c: a dataset made of its configuration --------------------------------------------------- */

struct publish_progress {
	const char *phase;             /* "fetching", "reading", "processing", "loading", "finishing" */
	int64_t rows, total, errors;   /* total 0: not known */
	int permille;
};
struct publish_watch {             /* any of them may be NULL; the caller's thread */
	void (*progress)(void *arg, const struct publish_progress *p);
	void (*say)(void *arg, int level, struct str text); /* 0 information, 1 warning, 2 fault */
	void *arg;
	struct cancel *cancel;
};
enum publish_flags {
	PUBLISH_IF_CHANGED = 1u << 0,  /* unchanged sources and configuration: nothing is done */
	PUBLISH_METADATA = 1u << 1,    /* only metadata, labels, descriptions, facets, views; the data stay */
	PUBLISH_STANDING = 1u << 2,    /* of the configuration that was published last, not of the draft: nobody has asked for that yet */
};
struct publish_outcome {
	enum { PUBLISH_DONE, PUBLISH_UNCHANGED, PUBLISH_LIMITED } how;
	int64_t version, revision, rows, errors;
	struct str limit;              /* JSON {limit_type, limit, value}; of UNCHANGED: that it was cut at before */
	struct str summary;            /* notes, as kept with the version */
};
/* Fetches the sources, meets the needs of the processors, reads in the cage, commits. On failure the former version stands. Data are not
 * read again when only what PUBLISH_METADATA names has changed since the published revision and sources that lie elsewhere have nothing new. */
bool publish_dataset(struct site *s, struct tenant_id t, int64_t dataset, unsigned flags, const struct publish_watch *w, struct arena *a,
                     struct publish_outcome *out, struct err *e) must_use nonnull_all;

/* What the portal lets a dataset have of records, and whoever made it: the smaller; 0: no limit. False: it cannot be found out. */
bool publish_most_records(struct site *s, struct tenant_id t, int64_t dataset, int64_t *out, struct err *e) must_use nonnull_all;
/* The same of a dataset by the name that programs push to; one that is not there is not bounded, since pushing to it has its own answer. */
bool publish_most_pushed(struct site *s, struct tenant_id t, struct str slug, int64_t *out, struct err *e) must_use nonnull_all;

/* A dataset of another server that is live (catalog_far): its origin was asked. `fault` empty: what stands here is what it has. Readers are told when
 * it falls silent, and when it speaks again. */
bool publish_far_note(struct site *s, struct tenant_id t, int64_t dataset, struct str fault, struct err *e) must_use nonnull_all;

/* --- preview.c: what would become of it ---------------------------------------------------------------- */

struct rights_caller;
struct publish_preview {
	struct tenant_id tenant;
	int64_t dataset;               /* 0: none yet */
	const struct json_node *doc;   /* a configuration, stored or not */
	struct str resource;           /* uid or number of the one to read; empty: the first */
	int rows;                      /* records shown a step; 0: 20 */
	bool fresh;                    /* fetch again */
	int64_t who;                   /* account that looks: joins show what they may read; 0: what everybody may */
	const struct rights_caller *caller_or_null; /* the same, whole: what the document names beyond what is stored must be theirs to use (config_check_lent) */
	struct cancel *cancel;
};
/* Gives JSON:
 *	{ "source":  {"name","bytes","type" (extractor used),"params" (all of them, as used),"guesses":[{"type","label","confidence" (0–100)}]},
 *	  "steps":   [ {"uid" ("" for the source, "fields" for the last), "label",
 *	                "fields":[{"name","label","type","empty" (share of the sample),"distinct","least","most","top":[[value, count]]}],
 *	                "records":[{name: value}], "errors":[{"row","field","value","message"}], "faults":[{"path","message"}]} ],
 *	  "dates":   [ {"field","sample":[texts],"day_first":[ISO],"month_first":[ISO],"chosen":"day|month|"} ],
 *	  "marks":   [ {"field","label","mark" ("." or ",": of thousands or of decimals),"type" (with thousands),"sample":[texts],"thousands":[numbers],"decimals":[numbers],
 *	                "chosen":"thousands|decimals|"} ],
 *	  "mixed":   [ {"field","label","type" (most values are),"unit","fit","misfit","sample":[values that do not fit],"chosen" (type it is read as)} ],
 *	  "drift":   [ {"field","label","published" (type),"found" (what it looks like now),"values","misfit","value" (the first),"row","refused" (too many:
 *	                it will not be published)} ],
 *	  "proposals": [ {"kind":"grid","confidence","x","y","named","choices":[{"epsg","name","confidence","place":[lat, lon]}],"processor":{…}},
 *	                 {"kind":"boundaries","confidence","field","label","matched","values","processor":{…}},
 *	                 {"kind":"swapped","confidence","latitude","longitude" (columns by their names),"given","place" ([lat, lon] as it stands, and
 *	                  exchanged),"processor":{…}} ],
 *	  "notes":   [ texts ], "rows": how many rows the sample had, "whole": whether that was all }
 * A step that cannot be compiled has its faults and no records; those before it are shown. Reads the beginning of the source only. */
bool publish_preview(struct site *s, const struct publish_preview *p, struct arena *a, struct str *json, struct err *e) must_use nonnull_all;

/* What processors need from elsewhere: a part of this manual. */
#include "publish/supply.h"

#endif
