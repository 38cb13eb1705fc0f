/* What a spreadsheet hides: rows, columns and sheets that its author does not show are not published unless the publisher asks for them. */
#ifndef INGEST_HIDDEN_H
#define INGEST_HIDDEN_H

#include "ingest/load.h"

struct hidden {
	bool take;                 /* the publisher wants what is hidden too */
	size_t end;                /* columns from here on are shown */
	unsigned char *columns;    /* one a column up to the end: HIDDEN_… */
	int64_t rows;              /* of the sheet that hold something */
	bool told;
};
/* What the parameter “hidden” says; nothing is hidden yet. */
void hidden_begin(struct hidden *h, const struct source *s);
/* Another sheet: nothing of it is known. */
void hidden_clear(struct hidden *h);
void hidden_done(struct hidden *h);
/* Columns from … to, counted from 0, both of them, are hidden. */
void hidden_columns(struct hidden *h, size_t from, size_t to);
/* Takes the hidden columns out of a row; gives how many cells are left. */
size_t hidden_squeeze(struct hidden *h, struct cell *cells, size_t n);
/* Is this row to be passed over? */
static inline bool hidden_skips(const struct hidden *h, bool row_is_hidden) { return row_is_hidden && !h->take; }
/* Says what was left out, once a source. `sheets`: names of hidden sheets, separated by commas; or empty. */
void hidden_note(struct hidden *h, struct load *l, struct str sheets);

#endif
