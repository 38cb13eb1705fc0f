/* Where dataset rows live: the door to DuckDB. One immutable file per published version, attached
 * read-only on demand; the engine is the only opener. Refuses SQL that does not come from sql/.
 *
 * Threads: an engine is shared by all threads; a cursor and a loader belong to one. Cancelling: give
 * a cancel token; a fired token makes the call under way fail with ERR_CANCELLED. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/base.h"
#include "pool/pool.h"
#include "sql/sql.h"
#include "value/value.h"

struct engine;
struct engine_cursor;
struct engine_load;

struct engine_options {
	struct str folder;        /* absolute; versions are <folder>/<tenant>/<dataset>/v<n>.duckdb */
	int64_t memory_mb;        /* 0: a quarter of the machine, at most 4 GiB */
	int64_t temp_mb;          /* spill space; 0: 4096 */
	int threads;              /* cores for a question that is alone; 0: those of the machine, at most 4 */
	int attached;             /* versions kept attached; 0: 200 */
};

bool engine_open(const struct engine_options *o, struct engine **out, struct err *e) must_use nonnull_all;
void engine_close(struct engine *g);

/* A finished question. `columns` says how the physical result columns make logical ones, in order: a
 * POINT takes two DOUBLE columns (lat, lon), everything else one. */
struct engine_query {
	struct version_ref at;
	const struct sql *sql;
	const struct column_type *columns;
	size_t ncolumns;
	bool stream; /* true: rows are produced as they are asked for; false: computed at once */
};

/* Gives a cursor to be ended by engine_finish; the version is pinned until then. Borrows q until
 * engine_finish. */
bool engine_ask(struct engine *g, const struct engine_query *q, struct cancel *c_or_null,
                struct engine_cursor **out, struct err *e) must_use;
/* At most LIMIT_BATCH_ROWS rows, borrowed until the next call; zero rows is the end. */
bool engine_next(struct engine_cursor *k, struct batch *out, struct err *e) must_use nonnull_all;
void engine_finish(struct engine_cursor *k);

/* --- counting: what facets are made of ----------------------------------------------------------- */

/* What the codes of a text field stand for (see codes.c), in code-point order of the values. n 0: the
 * version has no codes for the field (too many different values, or none). */
struct engine_codes {
	size_t n;
	uint16_t *codes;
	struct str *values;
};
/* Fills out[i] for fields[i]; all of it in the arena. */
bool engine_codes(struct engine *g, struct version_ref v, struct arena *a, const size_t *fields, size_t n,
                  struct engine_codes *out, struct err *e) must_use;

/* How often each value of a column came. A column of codes (or of lists of them) fills by_code, indexed
 * by code; one of whole numbers, booleans or dates (as days since 1970; instants count as their day)
 * fills numbers and counts, in no order. `many`: there were too many different numbers, nothing is
 * told. Null counts nowhere. */
struct engine_tally {
	uint64_t *by_code;   /* ENGINE_CODES of them, or NULL */
	int64_t *numbers;
	uint64_t *counts;
	size_t n;
	bool many;
};
enum { ENGINE_CODES = 65536 };
/* Reads all rows of a question once and counts every column; columns and ncolumns of q are not read:
 * every physical column of the result is counted, and there must be n of them. Memory of the tallies
 * is the arena's. */
bool engine_count(struct engine *g, const struct engine_query *q, struct arena *a, struct cancel *c_or_null,
                  struct engine_tally *out, size_t n, struct err *e) must_use;

/* --- loading: runs in the loading process, never in the server (see ingest/) ------------------- */

enum load_end { LOAD_COMMIT, LOAD_ABANDON };

/* Starts a new version file at path (must not exist). The loader opens an engine of its own. */
bool engine_load_begin(struct str path, const struct schema *s, struct engine_load **out,
                       struct err *e) must_use nonnull_all;
/* Appends rows: columns of the batch follow the schema; ids are 16 bytes a row, the record identity
 * (see record/record.h). Text is checked to be UTF-8. */
bool engine_load_rows(struct engine_load *l, const struct batch *b, const uint8_t (*ids)[16],
                      struct err *e) must_use nonnull_all;
/* The index of words is made where there are rows enough for it to be of use. Said before the first row:
 * make it in any case, or never; and after how many bytes in memory a part of it is written out (0: the
 * usual many). Questions get the same rows whatever is said. */
void engine_load_words(struct engine_load *l, bool however_few, size_t part_bytes) nonnull_all;
/* Takes the loader whatever it answers. After LOAD_COMMIT the file is complete, checkpointed and
 * synced, and never changes; otherwise nothing is left. */
bool engine_load_end(struct engine_load *l, enum load_end how, struct err *e) must_use nonnull_all;

/* Reads a Parquet file as batches (in the loading process only; external access is limited to this
 * one path). Fills the schema found; next as in engine_next. */
struct engine_parquet;
bool engine_parquet_open(struct str path, struct arena *a, struct schema *out, struct engine_parquet **p,
                         struct err *e) must_use nonnull_all;
bool engine_parquet_next(struct engine_parquet *p, struct batch *out, struct err *e) must_use nonnull_all;
/* A column of geometries (GeoParquet, or the type GEOMETRY) is one of shapes in degrees; is each of them a point? */
bool engine_parquet_points(const struct engine_parquet *p, size_t column) must_use nonnull_all;
/* How many rows the file says it has, 0 when it does not say: for showing progress, not to be relied on. */
int64_t engine_parquet_rows(const struct engine_parquet *p) must_use nonnull_all;
void engine_parquet_close(struct engine_parquet *p);

/* How a Parquet file is written. */
struct engine_parquet_how {
	struct str compression; /* "snappy" or "zstd" */
	int epsg;               /* coordinate system of points and shapes; 0: as they are stored (WGS 84) */
	struct str geo;         /* the text of the key "geo" (GeoParquet); empty: none */
};
struct engine_output {
	bool (*write)(void *to, struct str bytes, struct err *e);
	void *to;
};
/* Writes the rows of a question as Parquet, points and shapes as WKB, a group of rows after the other as they
 * are ready; what was written before a failure is no valid file. Column names as given. Beside `path` (below the engine's
 * folder) there are files meanwhile whose names begin like it and end with ".tmp". */
bool engine_write_parquet(struct engine *g, const struct engine_query *q, const struct str *names, struct str path,
                          const struct engine_parquet_how *how, const struct engine_output *to, int64_t *rows_or_null,
                          struct cancel *c_or_null, struct err *e) must_use;
/* The same into a fresh file at path; nothing is left of it on failure. */
bool engine_write_parquet_file(struct engine *g, const struct engine_query *q, const struct str *names, struct str path,
                               const struct engine_parquet_how *how, struct cancel *c_or_null, struct err *e) must_use;

/* --- what is pushed onto a version (see live/) -------------------------------------------------------- */

/* Rows in memory beside a version's file. A question about {version, live, replaced} sees the file and
 * what was applied up to the number `live`, and never changes. One thread at a time changes; any number
 * ask meanwhile. */
struct engine_live;
/* Fresh and empty. Keeps the schema. */
bool engine_live_open(struct engine *g, struct version_ref v, const struct schema *s, struct engine_live **out,
                      struct err *e) must_use nonnull_all;
/* Takes the rows away; questions under way end well, later ones fail. NULL does nothing. */
void engine_live_close(struct engine_live *l);
/* A change: begin, rows and ends in the order they came, then apply or abandon. With `replace` a row ends
 * those before it with the same id. */
bool engine_live_begin(struct engine_live *l, struct err *e) must_use nonnull_all;
bool engine_live_rows(struct engine_live *l, const struct batch *b, const uint8_t (*ids)[16], bool replace,
                      struct err *e) must_use nonnull_all;
bool engine_live_end(struct engine_live *l, const uint8_t id[16], struct err *e) must_use nonnull_all;
struct engine_live_change {
	int64_t added;                  /* rows let in */
	int64_t live_ended, base_ended; /* rows that hold no longer: pushed ones, the file's */
};
/* Everything of the change holds from `number` on, which is higher than any before. On failure nothing
 * has changed and the change is abandoned. */
bool engine_live_apply(struct engine_live *l, int64_t number, struct engine_live_change *out, struct err *e) must_use nonnull_all;
void engine_live_abandon(struct engine_live *l);

/* --- versions ---------------------------------------------------------------------------------- */

/* Path of a version's file, in the arena. */
struct str engine_path(const struct engine *g, struct arena *a, struct version_ref v);
/* Checks that a version opens and reads whole. */
bool engine_verify(struct engine *g, struct version_ref v, int64_t *rows, struct err *e) must_use;
/* Deletes a version once nobody reads it. */
bool engine_drop(struct engine *g, struct version_ref v, struct err *e) must_use;
struct str engine_library_version(void);

#endif
