/* Merged cells of a sheet. Publishers mean the value for every row that it covers, and in headings for every column: it
 * stands in all of them, but for a row that holds nothing else (a title, the name of a section). */
#ifndef INGEST_MERGE_H
#define INGEST_MERGE_H

#include "ingest/load.h"

struct merge { uint32_t row, column, last_row, last_column; struct str text; enum cell_kind kind; };
struct merges {
	struct arena arena, texts;
	VEC(struct merge) list;   /* by row */
	size_t next;              /* the first that has not begun */
	VEC(size_t) open;         /* those that go on below the present row */
};
/* Finds them in the XML of a sheet, which names them behind its rows, and counts its rows that are hidden and hold something. Nothing is found
 * where there is no such part. */
bool merges_read(struct merges *m, int64_t *hidden, int zip, struct str path, struct err *e) must_use;
void merges_add(struct merges *m, struct merge one);
void merges_sort(struct merges *m); /* by row, after they were added in any order */
void merges_rewind(struct merges *m);
void merges_done(struct merges *m);
/* Fills the cells of a row, numbered from 1; rows come in their order. Gives how many cells it has then. */
size_t merges_fill(struct merges *m, int64_t row, struct cell *cells, size_t n, size_t most);

#endif
