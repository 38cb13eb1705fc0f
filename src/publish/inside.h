/* Inside of the room: one publication of a configuration on its way. */
#ifndef PUBLISH_INSIDE_H
#define PUBLISH_INSIDE_H

#include "config/config.h"
#include "crypt/crypt.h"
#include "fetch/fetch.h"
#include "json/json.h"
#include "publish/publish.h"
#include "rights/rights.h"

/* What the present version says of the publication it came from, in its summary. All empty when it came another way. */
struct publish_former {
	bool there;               /* the dataset is published */
	bool ours;                /* of a configuration */
	int64_t number, revision, rows;
	int64_t limited;          /* the limit of records that it was cut at; 0: it has all */
	struct str shape, look;   /* hashes of the configuration's halves */
	struct str supplies;      /* hash of what processors were handed */
	struct str columns, metadata;
	struct str types;         /* what it promised (ingest_job.types) */
	const struct json_node *sources;
	struct schema schema;
	struct str summary;
	bool linked, far;         /* it is another portal's of this server; its origin on another server is asked while it is read */
};

/* One source, brought. */
struct publish_source_file {
	struct str uid, name, mime, known, hash, metadata;
	int fd;
	int64_t bytes;
	const struct json_node *resource;
};

struct publish_road {
	struct site *site;
	struct tenant_id tenant;
	const struct publish_watch *watch;
	struct arena *a;
	unsigned flags;
	struct config config;
	const struct json_node *told; /* a later revision of which the metadata alone are published; NULL: none */
	struct publish_former former;
	VEC(struct publish_source_file) sources;
	struct str shape, look, supplies_hash;
	struct str fields;        /* operations, facets of the metadata among them; JSON array */
	bool preview, fresh;
	bool example;             /* the one source is an example of records that will be pushed: it says what fields there are */
	bool far;                 /* its source is to be asked while readers read */
	int64_t most;             /* records that it may have; 0: no limit */
	size_t skipped;           /* sources that were not brought, being what they were */
	int64_t who;              /* of a preview */
	int *supplies;
	size_t nsupplies;
	const char *phase;
	int64_t errors;
};

/* --- eyes.c: with whose rights ------------------------------------------------------------------------------ */

struct publish_eyes { struct site *site; int64_t who; };
/* Of one source: whoever looks at a preview, else whoever wrote it. ERR_FORBIDDEN: they may not use its connection. */
bool publish_eyes(const struct publish_road *r, const struct json_node *resource, struct publish_eyes *x, struct fetch_eyes *out, struct err *e) must_use;
/* Who changed an item (uid) or any item of a part of a configuration last; PUBLISH_AS_HOUSE: the command line. *known false: that is so long ago
 * that no version is kept, and it is who changed anything last. */
bool publish_answers(struct site *s, struct tenant_id t, const struct config *c, const char *section, struct str uid, int64_t *who, bool *known, struct err *e) must_use;
/* False: the account is not active. */
bool publish_caller(struct site *s, struct tenant_id t, int64_t who, struct arena *a, struct rights_caller *out) must_use;

/* --- sources.c ------------------------------------------------------------------------------------------ */

/* Brings the sources (one resource only, or all: SIZE_MAX). With IF_CHANGED what has not changed is not brought: *unchanged then. */
bool publish_bring(struct publish_road *r, size_t only, bool *unchanged, struct err *e) must_use;
void publish_bring_done(struct publish_road *r);
/* Content of the sources, as text. ERR_CANCELLED. */
bool publish_hash_sources(struct publish_road *r, struct err *e) must_use;

/* origin.c: what the portal that a copy comes from says of it, as fetch_result.metadata has it; empty: it is no copy. */
struct str publish_origin(const struct publish_road *r);
bool publish_origin_stands(const struct publish_road *r); /* the version that stands was told so, too */
void publish_put_origin(const struct publish_road *r, struct json_out *j, struct str origin); /* … of its fields: the first operation on them */
/* Metadata as an origin has them, of a source whose format says how it is shown (iCalendar: the calendar); empty: none. */
struct str publish_look_of_format(struct arena *a, struct str format, const struct schema *s);
/* The configuration with what the origin says where it says nothing. */
bool publish_merge_metadata(struct publish_road *r, struct str origin, struct config *out, struct err *e) must_use;
/* dataset.c: operations on fields (r->fields) from now on follow it. */
void publish_follow_origin(struct publish_road *r, struct str metadata);

/* files.c: the files that records name, wherever they are found. -1: there is none. */
struct publish_found { int (*open)(void *arg, struct arena *a, struct str name); void *arg; bool paths; };
bool publish_named(struct site *s, const struct publish_folder *p, const struct publish_found *from, struct arena *a, struct publish_folder_result *out, struct err *e) must_use;
/* beside.c: what lay in an archive beside its table, for the version that was just committed. The file goes in any case. */
void publish_beside(struct publish_road *r, struct str path);

/* --- dataset.c ------------------------------------------------------------------------------------------- */

/* Fills what the configuration says: hashes and operations on fields. */
void publish_halves(struct publish_road *r);
/* What stands now. */
bool publish_read_former(struct publish_road *r, struct err *e) must_use;
void publish_tell(struct publish_road *r, const char *phase, int64_t rows, int64_t total, int64_t part, int64_t whole, int from, int to);
void publish_say(const struct publish_road *r, int level, const char *fmt, ...) printf_like(3, 4);
bool publish_stopped(const struct publish_road *r, struct err *e);
/* Parts of a job, out of what was brought. */
struct ingest_part *publish_parts(struct publish_road *r, size_t *n);
/* Meets the needs of the first `steps` processors. */
bool publish_supply(struct publish_road *r, struct err *e) must_use;
void publish_supply_done(struct publish_road *r);

/* Metadata as the catalogue takes them, checked. */
bool publish_metas(struct publish_road *r, const struct config *c, struct meta_change **out, size_t *n, struct err *e) must_use;
bool publish_room_for_dataset(struct publish_road *r, struct publish_outcome *out, struct err *e) must_use;
int64_t publish_setting(struct publish_road *r, const char *name);

/* linked.c: the source that is shown live, or NULL. ERR_PARAMETER where it does not stand alone. */
bool publish_live_source(const struct publish_road *r, const struct json_node **out, struct err *e) must_use;
/* Publishes a dataset of another portal of this server as it stands there: no data are brought. */
bool publish_linked(struct publish_road *r, const struct fetch_there *there, struct publish_outcome *out, struct err *e) must_use;
/* What came of asking the origin on another server goes to readers and publishers; it fails nothing. */
void publish_far_told(struct publish_road *r, bool ok, const struct err *why);

/* publish.c: members of a summary that every publication has. */
void publish_put_notes(struct json_out *j, const struct ingest_result *r);
/* promised.c: the types that a version promises, as ingest_job.types; of one that was published before they were kept, by its fields. */
struct str publish_promised(struct arena *a, const struct json_node *summary_or_null, const struct schema *fields);
/* The same of the version that stands; empty: there is none. */
struct str publish_promised_by(struct site *s, struct tenant_id t, struct str slug, struct arena *a);
struct str publish_json_of(struct arena *a, const struct json_node *n);

#endif
