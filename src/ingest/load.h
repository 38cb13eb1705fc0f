/* The loading half, inside the cage: everything between a descriptor and a finished version. Kept
 * apart from processes, so that a test can run it with a sink of its own. */
#ifndef INGEST_LOAD_H
#define INGEST_LOAD_H

#include "engine/engine.h"
#include "ingest/source.h"

/* Where finished batches go; the engine's loader, or a test. */
struct load_sink {
	void *arg;
	bool (*begin)(void *arg, const struct schema *s, struct err *e);
	bool (*rows)(void *arg, const struct batch *b, const uint8_t (*ids)[16], struct err *e); /* another thread */
	bool (*end)(void *arg, enum load_end how, struct err *e);
};

/* Rows of several parts, numbered each in its own. */
enum { ROW_PART_SHIFT = 48 };
#define ROW_OF_PART(part, number) ((int64_t)(part) << ROW_PART_SHIFT | (number))
static inline size_t row_part(int64_t row) { return (size_t)(row >> ROW_PART_SHIFT); }
static inline int64_t row_number(int64_t row) { return row & (((int64_t)1 << ROW_PART_SHIFT) - 1); }

/* --- rejects.c ----------------------------------------------------------------------------------- */

struct rejects {
	struct arena *a;
	struct str path;
	int fd;              /* -1: none yet */
	struct buf out;
	int64_t count;
	VEC(struct ingest_reason) reasons;
	const struct ingest_part *parts; /* of several: rows are numbered by ROW_OF_PART, and the part is named */
	/* Where single records are taken: called instead of all of the above. NULL: not. */
	void (*tell)(void *arg, struct str field, struct str value, const char *reason);
	void *arg;
};
void rejects_init(struct rejects *r, struct arena *a, struct str path);
/* Notes one refusal; field empty: the whole row. Fails only when the file cannot be written. */
bool rejects_add(struct rejects *r, int64_t row, struct str field, struct str value, const char *reason,
                 struct err *e) must_use;
/* The same of a processor, by its uid. */
bool rejects_add_of(struct rejects *r, struct str processor, int64_t row, struct str field, struct str value, const char *reason,
                    struct err *e) must_use;
/* Writes what is left; keep false removes the file. */
bool rejects_end(struct rejects *r, bool keep, struct err *e) must_use;

/* --- one load ------------------------------------------------------------------------------------ */

struct load {
	struct ingest_job job;  /* its progress, arg, cancel and program are not used here */
	struct arena *a;
	struct load_sink sink;
	void (*tell)(void *arg, const struct ingest_progress *p);
	void *tell_arg;
	int64_t told_ns;
	struct source source;
	struct rejects rejects;
	VEC(struct str) notes;
	const struct json_node *fields; /* operations on fields (fields.h); NULL: none */
	const struct json_node *types;  /* of job.types; NULL: nothing was promised */
	struct many *many;      /* several parts, or processors: see many.h; NULL */
	bool limited;           /* there were more rows than job.most_rows */
	struct str zoneless;    /* label of a field with times that name no time zone and have none said */
	int64_t sample_bytes;   /* looked at, not loaded: what is packed is unpacked so far only; 0: all */
	int64_t unpacked;       /* bytes of the files of the present archive, in this pass over them */
	bool has_box;
	double west, south, east, north;
};

void load_note(struct load *l, const char *fmt, ...) printf_like(2, 3);
/* Says how far a phase is; drops most calls. */
void load_tell(struct load *l, enum ingest_phase phase, int64_t bytes, int64_t total, int64_t rows, bool sure);

/* Loads job.source into the sink and fills the result (in l->a). */
bool load_run(struct load *l, struct ingest_result *out, struct err *e) must_use nonnull_all;

/* open.c: finds the plain bytes and the format. source_open opens l->source: of the job's only part, or of
 * the job where it has none. Of several parts each is opened into a source of its own. Closing ends
 * what was begun, also half-way. */
bool source_open(struct load *l, struct err *e) must_use nonnull_all;
void source_close(struct load *l);
bool source_open_part(struct load *l, struct source *s, const struct ingest_part *part_or_null, struct err *e) must_use;
void source_close_part(struct source *s);
/* The engine's Parquet rows into the sink. */
bool load_parquet(struct load *l, struct ingest_result *out, struct err *e) must_use nonnull_all;

/* settings.c: jobs and results as JSON between the processes. */
void settings_put(struct buf *b, const struct ingest_job *job);
bool settings_read(struct arena *a, struct str json, struct ingest_job *out, struct err *e) must_use nonnull_all;
void result_put(struct buf *b, const struct ingest_result *r);
bool result_read(struct arena *a, struct str json, struct ingest_result *out, struct err *e) must_use nonnull_all;
void schema_put_own(struct buf *b, const struct schema *s); /* {"fields":[…]} */

#endif
