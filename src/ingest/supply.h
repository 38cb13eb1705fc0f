/* Rows of cells in a file: what is handed in for the needs of processors (see process_need), what a collecting
 * run asks, and what processed rows wait in between the two passes of a load. Not a format for people: written and
 * read by this program alone, on one machine, of one release.
 *
 * The file: eight bytes of mark, then blocks, each its length (32 bits, the machine's order) and whole records: names
 * of columns (with a label), rows, and one end that says how many rows there are, so that a file cut short is told.
 * Names stand at the beginning; more may come between rows. Threads: one at a time. */
#ifndef INGEST_SUPPLY_H
#define INGEST_SUPPLY_H

#include "base/base.h"
#include "process/process.h"

/* --- writing --------------------------------------------------------------------------------------- */

struct supply_out {
	int fd;            /* -1: blocks go to `give` */
	bool (*give)(void *arg, struct str block, struct err *e); /* borrowed until it returns */
	void *arg;
	struct buf block;
	size_t names;      /* written */
	int64_t rows;
};
/* Writes from where the descriptor stands; it stays the caller's. */
void supply_begin(struct supply_out *w, int fd);
/* A column; label empty: the name. Those a row has cells for must come before it. */
bool supply_name(struct supply_out *w, struct str name, struct str label, struct err *e) must_use;
bool supply_row(struct supply_out *w, const struct process_row *row, struct err *e) must_use;
/* The end. Puts the descriptor back to its beginning, ready to be read. */
bool supply_end(struct supply_out *w, struct err *e) must_use;
/* Frees; also after a failure. */
void supply_done(struct supply_out *w);

/* --- reading --------------------------------------------------------------------------------------- */

struct supply_in;
/* From the descriptor's beginning, with reads of its own place; it stays the caller's. ERR_BAD_SOURCE when it is no such file. */
bool supply_open(int fd, struct supply_in **out, struct err *e) must_use nonnull_all;
void supply_close(struct supply_in *r_or_null);
/* The columns so far: those written before the first row at once, later ones once their row was read. Borrowed until the next row. */
size_t supply_columns(const struct supply_in *r, const struct str **names, const struct str **labels) nonnull_all;
/* The next row, borrowed until the next call; *more false at the end. */
bool supply_next(struct supply_in *r, struct process_row *out, bool *more, struct err *e) must_use nonnull_all;
bool supply_rewind(struct supply_in *r, struct err *e) must_use nonnull_all;
/* As process_meet takes it. */
struct process_supply supply_of(struct supply_in *r) nonnull_all;

/* --- blocks by hand: what comes from another thread ------------------------------------------------- */

/* A reader without a file: `take` gives the next block, borrowed until the next call; empty: there is none any more. */
struct supply_in *supply_from(bool (*take)(void *arg, struct str *block, struct err *e), void *arg) nonnull_all;
/* From now on blocks come out of this file, from its beginning. */
void supply_from_file(struct supply_in *r, int fd) nonnull_all;

#endif
