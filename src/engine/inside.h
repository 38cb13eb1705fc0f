/* What the files of the room share. The only header that includes duckdb.h. */
#ifndef ENGINE_INSIDE_H
#define ENGINE_INSIDE_H

#include "engine/engine.h"
#include <duckdb.h>

enum { CONNECTIONS = 64, CORES_MOST = 8 };

/* A thread that takes part in what others ask. */
struct engine_helper {
	struct engine *engine;
	pthread_t thread;
	int number;
};

/* One version's file, attached. Guarded by engine.lock. */
struct box {
	struct version_ref ref;
	bool used;       /* the slot holds a version */
	bool changing;   /* somebody attaches or detaches it: wait for the bell */
	bool doomed;     /* drop once unpinned */
	uint32_t pins;
	uint64_t last_use;
	int64_t rows;    /* of the table of rows */
	bool words_known, words; /* whether there is an index of words */
	struct coding *codings;  /* see coded.c */
};

struct engine {
	duckdb_database db;
	duckdb_connection upkeep; /* ATTACH and DETACH; used by whoever marked a box `changing` */
	struct arena arena;
	struct str folder;
	struct lock lock;         /* LOCK_ENGINE; guards everything below */
	struct lock_bell bell;    /* a box or the upkeep connection is free again */
	bool upkeep_taken;
	struct box *boxes;
	size_t nboxes, attached_most;
	uint64_t clock;
	duckdb_connection idle[CONNECTIONS];
	size_t nidle;
	struct word_set *sets;    /* those of the statements under way */
	struct engine_part *parts; /* of the Parquet files under way */
	int64_t last_set;         /* the last handle of a set or a part */
	struct lock_bell help;    /* a helper may be needed, or must go */
	struct engine_helper helpers[CORES_MOST];
	int nhelpers, cores;      /* cores: for one question that is alone; the one that asks is among them */
	int asking;               /* questions worth help that compute right now */
	bool helpers_tried, closing;
	size_t codings_bytes;     /* of all versions */
};

/* box.c */
/* Rows of the file, when it is asked for. */
bool engine_pin(struct engine *g, struct version_ref v, int64_t *rows_or_null, struct err *e) must_use;
void engine_unpin(struct engine *g, struct version_ref v);
/* With the lock: the slot of a version that is pinned. */
struct box *box_of(struct engine *g, struct version_ref v) must_use;

/* engine.c */
bool engine_settings(duckdb_config config, const char *name, struct str value, struct err *e) must_use;
void engine_put_quoted(struct buf *b, struct str s, char quote); /* quotes inside are doubled */
bool engine_run(duckdb_connection c, const char *text, struct err *e) must_use;
/* Notes a failed statement: interrupted, out of memory or disk, a total that does not fit, else ERR_DATABASE. Returns false. */
bool engine_said(struct err *e, const char *message);
duckdb_connection engine_take_connection(struct engine *g, struct err *e) must_use; /* NULL: failed */
void engine_give_connection(struct engine *g, duckdb_connection c);

/* help.c: around whatever computes; `big` is what is_big said of the version. */
enum { BIG_ROWS = 200000 };
static inline bool is_big(int64_t rows) { return rows >= BIG_ROWS; }
void help_begin(struct engine *g, bool big);
void help_end(struct engine *g, bool big);
void help_stop(struct engine *g);

/* A cell of a column of texts, borrowed from its chunk. */
static inline struct str vector_text(duckdb_vector v, size_t i)
{
	duckdb_string_t *t = (duckdb_string_t *)duckdb_vector_get_data(v) + i;
	return str_make(duckdb_string_t_data(t), duckdb_string_t_length(*t));
}

/* read.c: the next chunk as it is, borrowed until the next call; NULL is the end. */
bool engine_next_chunk(struct engine_cursor *k, duckdb_data_chunk *out, struct err *e) must_use;

/* The cursor forgets its cancel token: from now on it is stopped by whoever has its connection. All of it is borrowed until
 * engine_finish. */
void engine_adopt(struct engine_cursor *k, duckdb_connection *c, duckdb_result **r, bool *big);

/* parquet_write.c: the function that gives the rows of a part. */
bool parquet_functions(struct engine *g, duckdb_connection c, struct err *e) must_use;

/* footer.c: one footer made of those of several Parquet files. */
struct footer_field {
	int64_t id;
	int type;
	struct str bytes;
};
struct footers {
	VEC(struct footer_field) fields; /* of the first */
	struct buf groups;
	size_t ngroups;
	int64_t rows;
	struct arena arena;
};
enum { FOOTER_BYTES = 1 << 30 };
#define FOOTERS_INIT ((struct footers){ .groups = BUF_INIT(FOOTER_BYTES) })
/* The file's pages stand `by` bytes further on in the whole. Only the columns of the first are told: all have the same. */
bool footers_add(struct footers *f, struct str footer, int64_t by, struct err *e) must_use;
void footers_put(const struct footers *f, struct buf *b);
void footers_done(struct footers *f);

/* udf.c: our functions, seen on every connection of the instance. */
bool engine_functions(duckdb_connection c, struct err *e) must_use;
/* quantile.c: the value at a fraction (0 … 1) of the order of values[from … from + n), linear between neighbours; false
 * when there are none but nulls. */
bool quantile_of(struct arena *scratch, const double *values, const uint64_t *has_or_null, size_t from, size_t n, double fraction, double *out);
/* project.c: one more of them. */
bool engine_project_function(duckdb_connection c, struct err *e) must_use;

/* load.c: rows into a table of another's connection, whose columns are those of load_put_columns; no codes.
 * What was given to engine_load_rows is in the table after load_flush; then load_leave. */
void load_put_columns(struct buf *b, const struct schema *s);
bool load_into(duckdb_connection c, const char *table, const struct schema *s, struct engine_load **out, struct err *e) must_use;
bool load_flush(struct engine_load *l, struct err *e) must_use;
void load_leave(struct engine_load *l);

/* codes.c: columns of small numbers beside texts, written while loading (in the loading process only). */
struct codes;
struct codes *codes_new(const struct schema *s);
void codes_free(struct codes *k);
void codes_put_columns(struct buf *b, const struct codes *k);         /* the rest of CREATE TABLE rows */
size_t codes_columns(const struct codes *k);
void codes_types(const struct codes *k, duckdb_logical_type *out);    /* one a column, to be destroyed */
void codes_fill(struct codes *k, duckdb_data_chunk chunk, size_t first, const struct batch *b);
bool codes_finish(struct codes *k, duckdb_connection c, struct err *e) must_use;

/* coded.c: a test of texts, by codes where there are any. */
bool coded_put(struct engine *g, duckdb_connection c, const struct engine_query *q, const struct sql_coded *test, struct buf *out,
               struct err *e) must_use;
bool coded_functions(struct engine *g, duckdb_connection c, struct err *e) must_use;
void codings_free(struct engine *g, struct box *b); /* with the lock */

/* postings.c: the index of words of the rows being loaded. */
enum { WORD_BYTES = 255, WORDS_FEWEST_ROWS = 5000 };
struct postings;
struct postings *postings_new(const struct schema *s);
void postings_free(struct postings *w);
void postings_part(struct postings *w, size_t bytes_or_0);
/* Rows numbered from `first` on; all text of them is UTF-8. */
bool postings_add(struct postings *w, duckdb_connection c, const struct batch *b, int64_t first, struct err *e) must_use;
/* Writes the table unless there are too few rows for it to be of use. */
bool postings_finish(struct postings *w, duckdb_connection c, int64_t rows, bool however_few, struct err *e) must_use;

/* indexer.c: the same, beside the thread that writes the rows. */
struct indexer;
/* Takes the postings once it gives an indexer. */
bool indexer_open(duckdb_database db, struct postings *w, struct indexer **out, struct err *e) must_use;
bool indexer_add(struct indexer *x, const struct batch *b, int64_t first, struct err *e) must_use;
/* No more come: its thread writes the table of so many rows and ends. */
void indexer_end(struct indexer *x, int64_t rows, bool however_few);
/* Waits for the end and frees it; nothing is written when nobody said how it ends. */
bool indexer_close(struct indexer *x, struct err *e);

/* words.c: a statement with its conditions on words answered from the index. */
struct word_set {
	struct word_set *next, *mine; /* of the engine; of the statement */
	int64_t handle;
	uint64_t *bits;               /* bit i of word i/64: row i is in */
	size_t n;                     /* words */
	uint32_t *scores;             /* of a ranking: one a row, in place of the bits */
	size_t nscores;
};
/* A word that stands so many times among so many of a field, as a byte; and what it is worth. */
unsigned char words_mark(size_t times, size_t length);
uint32_t words_worth(unsigned char mark);
/* How well a token found fits the word asked for: whole words best. */
uint32_t words_fit(struct str found, struct str asked);
struct words_answer {
	struct engine *engine;
	struct arena arena;
	struct buf text;              /* the statement, ended by a zero byte */
	VEC(duckdb_value) lists;      /* values of the holes after those of the statement */
	struct word_set *sets;
};
/* To be ended by words_done once the statement's rows have been read, whatever this says. */
bool words_answer(struct words_answer *w, struct engine *g, duckdb_connection c, const struct engine_query *q,
                  struct err *e) must_use;
void words_done(struct words_answer *w);
/* A statement may not have holes missing: those of what stands no longer in it go where they change nothing. */
void unused_put(struct buf *b, size_t first, size_t last);
bool words_functions(struct engine *g, duckdb_connection c, struct err *e) must_use;

/* convert.c: physical vectors of a chunk as a batch. Owned buffers are reused from chunk to chunk. */
struct converter;
struct converter *converter_new(const struct column_type *columns, size_t n);
void converter_free(struct converter *k);
/* Fails when the result's physical columns do not fit the logical ones. */
bool converter_batch(struct converter *k, duckdb_data_chunk chunk, struct batch *out, struct err *e) must_use;

#endif
