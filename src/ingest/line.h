/* Rows of parts through the line of processors, under the names of the first part: shared by loading and by previews. */
#ifndef INGEST_LINE_H
#define INGEST_LINE_H

#include "ingest/parts.h"
#include "ingest/supply.h"

struct line_sink {
	void *arg;
	/* What comes out; *enough set: no more is wanted. */
	bool (*row)(void *arg, const struct process_row *row, bool *enough, struct err *e);
	/* A row that cannot be used (processor and field empty), or a record error. */
	bool (*fault)(void *arg, struct str processor, int64_t row, struct str field, struct str value, const char *message, struct err *e);
	void (*watch)(void *arg, size_t step, const struct process_row *row); /* as process_sink; may be NULL */
	bool (*ask)(void *arg, size_t need, struct str question, struct err *e); /* may be NULL */
	bool (*drop)(void *arg, const struct process_row *row, struct err *e);   /* as process_sink; may be NULL */
};

struct line {
	struct arena *a;
	const struct ingest_job *job;
	struct line_sink sink;
	const struct json_node *processors;  /* NULL: none */
	struct process_line *process;        /* NULL: none */
	struct supply_in **supplies;         /* one a need that is met */
	size_t nsupplies;
	VEC(struct heading) first;           /* columns of the first part */
	VEC(struct heading) out;             /* after processors */
	struct map labels;                   /* name → struct str *, for the processors */
	size_t named;                        /* of `first`, known to the processors */
	size_t *to;                          /* of a later part: place + 1 of each of its columns; 0: none */
	size_t nto;
	struct cell *cells;                  /* of a row of a later part */
	size_t ignored;                      /* of its columns */
	bool *enough;
	size_t telling;                      /* the step whose record error is being told */
	struct err failure;                  /* of a tell, which cannot fail itself */
	bool failed;
	VEC(struct str) notes;
};

/* Compiles the job's processors and meets their needs by its supplies. ERR_PARAMETER with the first fault. */
bool line_open(struct line *n, struct arena *a, const struct ingest_job *job, const struct line_sink *sink, struct err *e) must_use;
/* Part number i begins. */
bool line_part(struct line *n, struct part *p, size_t i, struct err *e) must_use;
bool line_row(struct line *n, struct part *p, size_t i, const struct row *r, bool *enough, struct err *e) must_use;
/* ERR_BAD_SOURCE when none of its columns is among those of the first. */
bool line_part_end(struct line *n, struct part *p, size_t i, struct err *e) must_use;
/* Columns after the processors; a name may be empty: that column is no more. */
size_t line_columns(struct line *n, const struct heading **out);
/* Notes of the whole: fields that processors address and no source has. */
void line_notes(struct line *n, struct load *l);
void line_close(struct line *n);

#endif
