/* Several parts, and processors between them and the fields: a thread of its own reads the parts one after the other,
 * gives their rows to the line of processors, and puts what comes out into a file of rows (supply.h). The first pass proves
 * the columns on the blocks as they come, the second reads them from the file: so nothing is extracted or
 * processed twice, and two processors have work in the first pass. Seen from the passes it is a source like any other. */
#ifndef INGEST_MANY_H
#define INGEST_MANY_H

#include "ingest/fill.h"

struct many;
/* Makes l->source out of the job's parts and processors; the thread begins with the first row asked for. */
bool many_open(struct load *l, struct err *e) must_use;
/* After the first pass: waits for the thread; notes, names and record errors are then complete. */
bool many_settle(struct load *l, struct err *e) must_use;
/* Processors that delete records (PROCESS_STORED): a row that they take out deletes the rows before it, of all parts, that have its unique id.
 * Before the second pass; then of each of its rows in their order; then once. */
bool many_deletions(struct load *l, const struct plan *p, struct err *e) must_use;
bool many_is_deleted(struct load *l, const struct plan *p, const struct row *r);
void many_deleted_note(struct load *l);
/* Ends what was begun. The rejects go back to the load. */
void many_close(struct load *l);
/* Had the first part a column of this name? */
bool many_has_column(const struct many *m, struct str name);
/* How many rows the parts had, before the processors; after the first pass. */
int64_t many_taken(const struct many *m);
/* The dialect of the first part, a JSON object. */
struct str many_dialect(const struct many *m);
const char *many_format(const struct many *m);

#endif
