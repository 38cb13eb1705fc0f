/* One part of a dataset as rows of cells, whatever its format: headings are taken off, columns have the names of fields. */
#ifndef INGEST_PARTS_H
#define INGEST_PARTS_H

#include "ingest/survey.h"

struct part {
	struct load load;        /* of its own: the source, its notes, the way it is read */
	VEC(struct heading) columns; /* so far; grows while rows come, for formats without headings */
	bool headed, skipped;    /* a first row of headings, and whether it was passed */
	/* Parquet */
	struct engine_parquet *file;
	struct geo *geo;
	struct batch batch;
	size_t at;               /* row of the batch */
	int64_t number;
	struct cell *cells;
	struct arena scratch;    /* of the row */
	struct arena_mark clear;
	bool small;              /* a sample only: nobody waits for a whole file to be read */
};
enum { PART_PEEK = 2000 };   /* rows by which headings are told */

/* Opens part number i of the job; everything lives in the arena, which is the caller's thread's own. `tell` of the load may be NULL. */
bool part_begin(struct part *p, struct arena *a, const struct ingest_job *job, size_t i, int64_t sample_rows, struct err *e) must_use;
/* The next row of data: borrowed until the next call; row.more false at the end. row.fault: it cannot be used. */
bool part_next(struct part *p, struct row *out, struct err *e) must_use;
int64_t part_place(const struct part *p);
void part_end(struct part *p);

/* parquet.c: a row of a batch as cells; shapes as GeoJSON where `geo` is given, else as they are stored. */
void parquet_row(const struct batch *b, size_t row, struct cell *cells, struct geo *geo_or_null, struct arena *a);

#endif
