/* What a format sees of the run it is part of. */
#ifndef EXPORT_INSIDE_H
#define EXPORT_INSIDE_H

#include "export/export.h"

struct export {
	const struct export_job *job;
	const struct export_sink *to;
	struct arena arena;           /* ends with the run */
	struct buf out;               /* text on its way; export_flush sends it */
	struct record_style style;
	struct str *headings;         /* keys, or labels when asked for */
	const struct record_column *columns;
	size_t ncolumns;
	void *state;                  /* the format's own */
};

/* Sends `out` when it is worth a write. Call after every row or so. */
enum { EXPORT_CHUNK = 128 * 1024 };
bool export_flush(struct export *x, bool all, struct err *e) must_use;
/* Sends bytes that need not be copied; what is in `out` goes first. */
bool export_put(struct export *x, struct str bytes, struct err *e) must_use;
/* Calls `each` for every batch of the plan's rows. */
bool export_batches(struct export *x, bool (*each)(struct export *x, const struct batch *rows, struct err *e),
                    struct err *e) must_use;

#endif
