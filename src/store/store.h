/* Where everything that is not rows lives: the door to SQLite. Portals, accounts, the catalogue and
 * its versions, in one file, with one pen and several readers. Refuses statements made of runtime
 * text: every statement is a row of some room's queries.def.
 *
 * A statement is either of a portal (struct store_query: hole ?1 is always the portal, filled from
 * a mandatory argument) or of the house (struct store_house_query: start-up, host names, upkeep). The
 * types differ, so no caller can forget which portal it asks for; a test prepares all of them.
 *
 * Threads: a store is shared; a transaction and its rows belong to one thread. store_begin(WRITE)
 * waits for the pen, at most 10 s (ERR_BUSY). Reads see one snapshot. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/base.h"
#include "value/value.h"

struct store;
struct store_tx;
struct store_rows;

struct store_query { const char *name, *text; };
struct store_house_query { const char *name, *text; };

enum store_mode { STORE_READ, STORE_WRITE };
enum store_end { STORE_COMMIT, STORE_ROLLBACK };
enum store_step { STORE_ROW, STORE_DONE, STORE_FAILED };

/* Opens (and makes) the file at path and brings its tables up to date, each step in a transaction of
 * its own. A file made by a newer version is refused. Before the first step a copy of the file as it was is kept beside it: store_kept. */
bool store_open(struct str path, struct store **out, struct err *e) must_use nonnull_all;
/* Where the file as it was before it was brought up to date lies, when that was done just now; else empty. It is nobody's to remove but the operator's. */
struct str store_kept(const struct store *s);
#define STORE_KEPT ".format-" /* between the name of the file and the former format */
/* The format of a file that was never opened by this version, and the one that store_open would bring it to; 0 when there is no file, or an empty one. Changes
 * nothing. */
bool store_format(struct str path, int *now, int *newest, struct err *e) must_use nonnull_all;
void store_close(struct store *s);

bool store_begin(struct store *s, enum store_mode m, struct store_tx **out, struct err *e) must_use nonnull_all;
/* Takes the transaction whatever it answers. */
bool store_end(struct store_tx *t, enum store_end how, struct err *e) must_use nonnull_all;

/* Starts a statement; holes ?2 … are filled with params in order. Ended by store_stop. */
bool store_ask(struct store_tx *t, const struct store_query *q, struct tenant_id tenant,
               const struct value *params, size_t n, struct store_rows **out, struct err *e) must_use;
bool store_ask_house(struct store_tx *t, const struct store_house_query *q, const struct value *params,
                     size_t n, struct store_rows **out, struct err *e) must_use; /* holes from ?1 */
enum store_step store_step(struct store_rows *r, struct err *e) must_use nonnull_all;
/* Cells of the current row; text borrows until the next step. NULL gives 0 or empty text. */
int64_t store_int(struct store_rows *r, int col);
struct str store_text(struct store_rows *r, int col);
bool store_is_null(struct store_rows *r, int col);
void store_stop(struct store_rows *r);

/* A statement without rows. */
bool store_run(struct store_tx *t, const struct store_query *q, struct tenant_id tenant,
               const struct value *params, size_t n, struct err *e) must_use;
bool store_run_house(struct store_tx *t, const struct store_house_query *q, const struct value *params,
                     size_t n, struct err *e) must_use;
int64_t store_last_id(struct store_tx *t); /* of the last insert */
int64_t store_changes(struct store_tx *t); /* rows touched by the last statement */

#define STORE_PARAMS(...) (const struct value[]){ __VA_ARGS__ }, COUNT_OF(((const struct value[]){ __VA_ARGS__ }))
#define STORE_NONE NULL, 0

/* Copies the whole store to a new file while others read and write. */
bool store_backup(struct store *s, struct str path, struct err *e) must_use nonnull_all;
/* --- portal.c: one portal as a store of its own ---------------------------------------------------- */

/* Writes a new file that holds one portal alone, without what is of the moment (sign-ins, letters, counters). */
bool store_portal_out(struct store *s, struct tenant_id t, struct str path, struct err *e) must_use nonnull_all;
/* Takes such a file in as a new portal that answers nowhere yet: it is suspended, under a name of its own that ends in ".invalid". All
 * its numbers are made anew. `replaced` (0: none) is the portal whose place it is to take: keys of both are its own, once tenant_open has done so. The file is brought up to date and changed: give a copy. ERR_BAD_SOURCE when it is none. */
bool store_portal_in(struct store *s, struct str path, struct tenant_id replaced, struct tenant_id *out, struct err *e) must_use nonnull_all;

/* What was overwritten and deleted also leaves the log beside the file, which is emptied. Nothing happens while somebody reads or writes: the next
 * call does it (upkeep calls every minute; so does whatever removes people or data for good). */
bool store_settle(struct store *s, struct err *e) must_use nonnull_all;
/* Integrity check; false with the first fault found. */
bool store_check(struct store *s, struct err *e) must_use nonnull_all;
struct str store_library_version(void);
int store_schema_version(struct store *s);

/* For the test that prepares every statement of every room. */
bool store_prepare_test(struct store *s, const char *text, struct err *e) must_use nonnull_all;

#endif
