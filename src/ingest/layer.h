/* What all formats share, between a format and those who read rows. */
#ifndef INGEST_LAYER_H
#define INGEST_LAYER_H

#include "ingest/load.h"

/* Opens the format of s with the layer around it: several files as one table, the column of file names, rows of headings
 * joined, totals left out, the end of a sample. Formats that the engine reads whole stay as they are. */
bool layer_open(struct load *l, struct source *s, struct err *e) must_use;
/* The source that has the format's state. */
struct source *layer_inner(struct source *s);
/* Members of the parameters as they are used, for a guess. */
void layer_used(struct source *s, struct json_out *j, bool headed);

/* open.c: opens the plain bytes of s->fd as s->format; ends what was begun, but for the parameters. */
bool source_begin(struct load *l, struct source *s, struct err *e) must_use;
void source_end(struct source *s);
/* The beginning of the plain bytes of l->source, and what an archive as a whole is; source_close ends it. */
bool source_peek(struct load *l, const struct ingest_part *part, struct str *head, const char **hint, struct err *e) must_use;
void source_close_file(struct source_file *f);
/* True when the name says that it is something else than a table, and its beginning does not say better. */
bool format_is_stranger(const struct source_format *f, struct str name, struct str head);
unsigned format_sniff(const struct source_format *f, struct str name, struct str head);

/* heading.c: rows of headings. */
struct sampled { struct cell *cells; size_t n; int64_t number; };
struct heading_guess {
	size_t rows;          /* of headings; 1 where nothing says more */
	bool *full;           /* columns that no sampled record leaves empty; ncolumns */
	size_t ncolumns;
};
void heading_guess(struct arena *a, const struct sampled *rows, size_t n, struct heading_guess *out);
/* The texts of n rows joined into one heading for each column; `spread`: merged cells were filled. */
void heading_join(struct arena *a, const struct sampled *rows, size_t n, bool spread, struct str *out, size_t columns);
/* A title above the table is a row of few cells; the headings are the first row with at least half as many as the widest. How many rows of the
 * file to pass over: of the n that were looked at, how many cells are filled and which number each has. */
int64_t heading_skip(const size_t *filled, const int64_t *numbers, size_t n);
/* A row of sums between the records: it calls itself a total, lacks what every record has, and has numbers only. */
bool heading_is_total(const struct row *r, const struct heading_guess *g);
/* Does a row at the end look like a total, a footnote or nothing? */
bool heading_is_closing(const struct row *r, const struct heading_guess *g);

#endif
