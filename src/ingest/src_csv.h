/* Text in rows and cells. */
#ifndef INGEST_SRC_CSV_H
#define INGEST_SRC_CSV_H

#include "ingest/load.h"

struct csv_dialect {
	char delimiter;
	char quote;       /* 0: none */
	char escape;      /* before a quote or itself, inside quotes; 0: none */
	bool cr_ends;     /* rows end with CR alone: the beginning has no LF */
	size_t columns;   /* most usual number of cells a row */
	int skip;         /* rows before the headings */
	bool headed;      /* its first row has that number of cells, and none is empty */
	bool sealed;      /* one column, of cells that are quoted because of what is in them */
	double score;
};
enum { CSV_DIALECTS = 10 };

/* One row out of bytes. */
struct csv_parse {
	char delimiter, quote, escape;
	bool cr_ends;
	bool stop[256];
	size_t columns;    /* of the dialect; 0: not known yet */
	struct cell *cells;
	uint8_t *quoted;   /* 1: was quoted; 2: holds doubled quotes */
	size_t n, cap;
	size_t used;       /* bytes of the row with its line end */
	bool open_quote;   /* it ended inside a quote */
};
void csv_parse_init(struct csv_parse *c, const struct csv_dialect *d);
void csv_parse_done(struct csv_parse *c);
/* Parses the row at p. False: the bytes end before the row does, and more may come (`last` false). */
bool csv_parse_row(struct csv_parse *c, const char *p, size_t n, bool last) must_use;

extern const struct source_format source_csv;

/* dialect.c: ways to read a beginning, best first; gives how many. */
size_t csv_dialects(struct str head, bool whole, const struct ingest_dialect *given, struct csv_dialect *out);

#endif
