/* What the files of the room share. */
#ifndef LIVE_INSIDE_H
#define LIVE_INSIDE_H

#include "ingest/ingest.h"
#include "live/journal.h"
#include "live/live.h"
#include "pool/pool.h"

enum {
	APPLY_EVERY_MS = 200,      /* between two pictures of a dataset */
	RENEW_EVERY_MS = 5000,     /* between two reflections of the catalogue */
	STALE_MS = 60000,          /* how long a former version's pushed rows stay for who still reads it */
	RETRY_MS = 30000,          /* after a compaction that failed */
	REST_MS = 3600000,         /* without pushes: compact small versions */
	COMPACT_ROWS = 10000,
	SMALL_ROWS = 100000,
	TAKERS = 4,
};
#define COMPACT_BYTES ((int64_t)64 << 20)
#define KEEP_BYTES ((int64_t)256 << 20)
#define PENDING_BYTES ((size_t)64 << 20)

#define MS INT64_C(1000000)

/* The schema pushes are taken against, shared by whoever uses it; a new version has a new one. */
struct shape {
	struct arena arena;
	struct schema schema;
	struct str salt;           /* of the ids of records, see catalog_salt */
	bool keyed;                /* some field is part of the identity: a record replaces its like */
	uint32_t held;             /* guarded by the stream's lock */
	struct ingest_taker *idle[TAKERS];
	size_t nidle;
};

/* The pushed rows of a former version. */
struct stale { struct stale *next; struct engine_live *tables; int64_t number, drop_ns; };

/* One dataset that records are pushed to; never freed before the end. */
struct stream {
	struct stream *next;       /* guarded by live.lock */
	struct live *live;
	struct tenant_id tenant;
	int64_t dataset;
	struct arena arena;
	struct lock lock;          /* LOCK_LIVE; guards what follows */
	struct lock_bell bell;     /* something of it has changed */
	struct journal *journal;
	struct journal_frame *pending, **pending_end; /* on the disk, not let in yet */
	size_t pending_bytes;
	int64_t pending_rows, coming; /* records of those; of pushes that are being written */
	int64_t base;              /* the version pushes go onto; 0: none is loaded */
	int64_t also;              /* what it was made of by compaction: pushes onto that count too */
	struct version_ref at;     /* the picture readers have */
	struct shape *shape;
	int64_t base_rows, rows, waiting, bytes;
	int64_t applied;           /* the last push let in, or left behind */
	struct instant modified;   /* when that came */
	int64_t applied_ns, pushed_ns, renew_ns; /* monotonic; renew_ns 0: the reflection is as it should be */
	bool reload;               /* the dataset's version is another than base */
	uint64_t loads;            /* how often that was looked at */
	bool applying;             /* a thread works on the tables without the lock */
	bool frozen;               /* … the compacting one: the other leaves it alone */
	bool compacting;
	bool recovering;           /* the journal is read: nothing of it is deleted */
	int64_t retry_ns;          /* no compaction before */
	struct err trouble;        /* of the last one */
	struct stale *stale;
	struct engine_live *tables; /* of whoever is `applying` */
};

struct live {
	struct site *site;
	bool serves;
	struct lock lock;          /* LOCK_LIVE; guards the list and the flags */
	struct lock_bell work;     /* for the thread that lets pushes in */
	struct lock_bell compact;  /* for the other */
	struct stream *first;
	bool stop, something;
	bool making;               /* a stream is being made */
	struct cancel cancel;      /* fired at the end */
	pthread_t applier, compactor;
	bool has_applier, has_compactor;
};

/* --- stream.c --- */
/* The stream of a dataset, made when there is none yet. */
bool stream_of(struct live *l, struct tenant_id t, int64_t dataset, struct stream **out, struct err *e) must_use;
struct stream *stream_find_or_null(struct live *l, struct tenant_id t, int64_t dataset);
void stream_free(struct stream *s);
struct shape *shape_new(struct str schema_json, struct str salt, struct err *e) must_use;
struct shape *shape_hold(struct stream *s);                 /* with the lock */
void shape_release(struct stream *s, struct shape *p);      /* with the lock */
bool shape_borrow(struct stream *s, struct shape *p, struct ingest_taker **out, struct err *e) must_use; /* without */
void shape_return(struct stream *s, struct shape *p, struct ingest_taker *t);
void live_wake(struct live *l);

/* --- apply.c --- */
/* Looks which version the dataset has and reads the pushes made onto it. By whoever is `applying`. */
bool stream_load(struct stream *s, struct err *e) must_use;
/* The same with a version that the view of the catalogue does not show yet. Takes the shape. */
struct present { struct version_ref at; int64_t pushed, bases[2], rows; struct shape *shape; };
bool stream_take_up(struct stream *s, struct present *p, struct err *e) must_use;
/* What is due; gives when the next thing is. */
int64_t stream_tick(struct stream *s, int64_t now);
/* The reflection of the catalogue, when it is time. */
void stream_renew(struct stream *s, int64_t now);
/* Pushed rows of former versions that nobody needs any more. */
void stream_drop_stale(struct stream *s, int64_t now);

/* --- push.c --- */
/* Waits a moment for a version to be loaded; true: its shape is held. */
bool stream_is_ready(struct stream *s, int64_t number, struct shape **out) must_use;
/* Adds an entry of records taken against a shape; *again: the dataset has another by now. ERR_BUSY: there is no room at the moment; ERR_TOO_LARGE: by `bound`. */
struct bound;
bool stream_write_down(struct stream *s, const struct shape *shape, enum journal_op op, struct str payload, const struct bound *bound_or_null, bool *again, struct err *e) must_use;

/* --- bound.c: as many records as the dataset may have --- */
struct bound { int64_t most, news; bool keyed; }; /* most 0: no limit; news: records that a push would add */
/* What a push of so many records adds; ids: of keyed ones, 16 bytes each. Asks the engine only near the limit. Without the lock. */
bool bound_of(struct stream *s, const struct shape *shape, int64_t most, size_t taken, struct str ids, struct bound *out, struct err *e) must_use;
bool bound_holds(const struct stream *s, const struct bound *b, struct err *e) must_use; /* with the lock */
int64_t bound_rows(const struct journal_entry *entry);      /* that it adds at most */

/* --- compact.c --- */
bool stream_wants_compaction(const struct stream *s, int64_t now); /* with the lock */
bool stream_compact(struct stream *s, struct err *e) must_use;
int64_t stream_most_waiting(const struct stream *s);

/* --- files.c: contents in records --- */
struct pushed_file { struct str bytes, name, mime; int width, height; };
struct json_doc;
struct json_node;
struct pushed_files {
	VEC(struct pushed_file) list;
	struct json_doc *doc;  /* the records with names instead of contents; NULL: there were none */
};
bool pushed_files_take(struct pushed_files *x, const struct schema *s, const struct json_node *root, struct arena *a, struct err *e) must_use;
/* Whether what a record says of its fields of type file can be given to readers as a link: an address of http or https, or the plain name of a
 * file of the dataset. */
bool pushed_links_ok(const struct schema *s, const struct json_node *record, struct err *why) must_use;
/* Puts them among the files of the dataset. */
bool pushed_files_store(struct pushed_files *x, struct site *s, struct tenant_id t, struct str slug, struct arena *a, struct err *e) must_use;
void pushed_files_done(struct pushed_files *x);

/* --- keys.c --- */
struct access { bool found, enabled; struct str resource, salt, key; int64_t created; };
bool access_read(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct access *out, struct err *e) must_use;
bool nothing_here(struct err *e);
bool access_check(const struct access *x, struct str resource, struct str key, struct err *e) must_use;
/* Datasets that have one, whatever their portal. */
bool access_all(struct site *s, struct arena *a, int64_t (**pairs)[2], size_t *n, struct err *e) must_use;

#endif
