/* Hidden rows and columns of spreadsheets are working columns, old figures and names of people as often as not: nobody who looks at the sheet
 * sees them, and nobody expects them in public. They are left out, and it is said. */
#include "ingest/hidden.h"
#include <stdlib.h>

#define TAKE_THEM "choose “Hidden rows, columns and sheets too” to take them."

enum { MOST_COLUMNS = 16384, SHOWN = 0, HIDDEN = 1, HELD = 2 };

void hidden_begin(struct hidden *h, const struct source *s) { *h = (struct hidden){ .take = param_bool(s, "hidden", false) }; }

void hidden_clear(struct hidden *h)
{
	free(h->columns);
	*h = (struct hidden){ .take = h->take, .told = h->told };
}

void hidden_done(struct hidden *h) { hidden_clear(h); }

void hidden_columns(struct hidden *h, size_t from, size_t to)
{
	to = num_min(to, (size_t)MOST_COLUMNS - 1);
	if (h->take || from > to) return;
	if (!h->columns) h->columns = calloc(MOST_COLUMNS, 1);
	ensure(h->columns);
	for (size_t i = from; i <= to; i++) h->columns[i] |= HIDDEN;
	h->end = num_max(h->end, to + 1);
}

size_t hidden_squeeze(struct hidden *h, struct cell *cells, size_t n)
{
	size_t to = 0;
	if (h->end == 0) return n;
	for (size_t i = 0; i < n; i++) {
		if (i < h->end && h->columns[i] != SHOWN) {
			if (cells[i].kind != CELL_NONE) h->columns[i] |= HELD;
			continue;
		}
		cells[to++] = cells[i];
	}
	while (to > 0 && cells[to - 1].kind == CELL_NONE) to--;
	return to;
}

/* 27 is AB. */
static void put_letters(struct buf *b, size_t column)
{
	if (column >= 26) put_letters(b, column / 26 - 1);
	buf_put_char(b, (char)('A' + column % 26));
}

void hidden_note(struct hidden *h, struct load *l, struct str sheets)
{
	auto_buf letters = BUF_INIT(4096);
	size_t n = 0;
	if (h->take || h->told) return;
	h->told = true;
	for (size_t i = 0; i < h->end; i++) {
		if (!(h->columns[i] & HELD)) continue;
		if (n++ < 20) {
			if (n > 1) buf_lit(&letters, ", ");
			put_letters(&letters, i);
		}
	}
	if (n > 20) buf_lit(&letters, " …");
	if (sheets.n) load_note(l, "Hidden sheets were passed over (%.*s); " TAKE_THEM, STR_ARG(sheets));
	if (n) load_note(l, "Hidden columns of the sheet were left out (%.*s); " TAKE_THEM, STR_ARG(buf_str(&letters)));
	if (h->rows) load_note(l, "Hidden rows of the sheet were left out (%lld); " TAKE_THEM, (long long)h->rows);
}
