/* Processors: rows of cells in, rows of cells out, before types are proved. A line is a list of them,
 * compiled once from the "processors" of a dataset's configuration and then given row after row. Each
 * processor is one file, `struct processor process_<name>`, and a row of processors.def; its parameters
 * are a table, its examples are documentation and test in one. Refuses to know files, networks and
 * datasets: what a processor needs from elsewhere (rows of another dataset, boundaries, answers of a
 * geocoder) it declares as a need, and whoever runs the line hands it in as rows.
 *
 * Cells are text with a kind, as sources give them; names of columns are technical names of fields. A
 * line's columns only ever grow: input columns keep their place, what processors add comes after. A
 * processor that fails on a cell makes it null and tells; the row goes on (platform.md 4.5).
 *
 * The same row gives the same rows whenever it is run again: what is random is drawn from the seed and the row's
 * number, `now` is one instant a run. Threads: a line belongs to one thread; several lines of one configuration
 * may run beside each other. Memory: what a row makes lives in the line's arena until the next row. */
#ifndef PROCESS_PROCESS_H
#define PROCESS_PROCESS_H

#include "base/base.h"
#include "clock/clock.h"
#include "json/json.h"

/* --- rows --------------------------------------------------------------------------------------- */

/* What is known about a cell before its text is read. */
enum cell_kind {
	CELL_NONE,    /* null */
	CELL_FREE,    /* text that may spell anything (CSV) */
	CELL_STRING,  /* a string of a typed format: a date or place perhaps, never a number */
	CELL_NUMBER,  /* spelled with a point */
	CELL_TRUTH,   /* true or false */
	CELL_SHAPE,   /* GeoJSON geometry */
	CELL_NEST,    /* JSON object, or array of more than scalars */
	CELL_LIST     /* JSON array of scalars */
};
struct cell {
	struct str text;
	enum cell_kind kind;
};
struct process_row {
	struct cell *cells;   /* by column; columns past n are null */
	size_t n;
	int64_t number;       /* of the row in its source, from 1 */
};

/* --- the table of processors --------------------------------------------------------------------- */

enum process_parameter_kind {
	PROCESS_FIELD,        /* a column that is there */
	PROCESS_FIELDS,       /* several */
	PROCESS_OUTPUT,       /* a column that may be there or is made */
	PROCESS_TEXT, PROCESS_LONG_TEXT, PROCESS_REGEXP, PROCESS_EXPRESSION,
	PROCESS_BOOL, PROCESS_INT, PROCESS_DOUBLE,
	PROCESS_CHOICE,       /* one of `choices` */
	PROCESS_EPSG, PROCESS_ZONE,
	PROCESS_DATASET,      /* identifier of a dataset of the portal */
	PROCESS_REMOTE_FIELDS,/* fields of that dataset */
	PROCESS_GEOMETRY,     /* GeoJSON */
	PROCESS_LIST          /* texts */
};
struct process_parameter {
	const char *name;     /* in the configuration: "output_field" */
	enum process_parameter_kind kind;
	bool required;
	const char *otherwise;/* default as text; NULL: none */
	const char *choices;  /* separated by blanks; NULL */
	const char *label;    /* N_("…") */
	const char *help;     /* N_("…"), or NULL */
};
struct process_example { /* JSON: the processor, rows before, rows after; a record error is a member "!" with its sentence */
	const char *processor, *before, *after;
};
enum process_flags {
	PROCESS_MANY = 1u << 0,      /* may make several rows of one, or none */
	PROCESS_STORED = 1u << 1,    /* acts on records stored before, too (delete_record): no preview */
	PROCESS_OUTWARD = 1u << 2,   /* asks another server, by whoever runs the line */
};
struct processor {
	const char *type;     /* "string_replace" */
	const char *family;   /* "generic", "text", "date", "geo" */
	const char *label, *help; /* N_("…"): what it does in one sentence */
	unsigned flags;
	const struct process_parameter *parameters; /* ends with a NULL name */
	const struct process_example *examples;     /* ends with a NULL processor; at least one */
	const struct process_works *works;          /* see inside.h */
};
extern const struct processor *const process_table[]; /* in the order of the documentation; ends with NULL */
const struct processor *process_find_or_null(struct str type) nonnull_all;
/* Everyday words that somebody may look for process_table[i] by: a message, words with commas between them. */
const char *process_words(size_t i);

/* --- compiling ------------------------------------------------------------------------------------ */

/* What is wrong with a configuration, by place: "processors/2/regexp" and a sentence in English saying what was
 * expected. Shared by all who check configurations. */
struct process_fault { struct str path, message; };
struct process_faults { VEC(struct process_fault) list; struct arena *arena; };
void process_fault(struct process_faults *f, struct str path, const char *fmt, ...) printf_like(3, 4);

/* What a processor needs from elsewhere, to be handed in as rows. */
enum process_need_kind {
	PROCESS_NEEDS_DATASET,   /* rows of a dataset of the portal: `columns` of `dataset`, as the public API spells cells */
	PROCESS_NEEDS_PLACES,    /* boundaries: `dataset` names a set the portal holds: code, name, level, GeoJSON geometry */
	PROCESS_NEEDS_ANSWERS    /* rows (question, answer…) for the distinct questions that a collecting run gave */
};
struct process_need {
	size_t step;                    /* of the list of processors */
	enum process_need_kind kind;
	struct str dataset;             /* identifier; for ANSWERS the service: "nominatim", "ban", … */
	struct str *columns;            /* wanted */
	size_t ncolumns;
	struct str parameters;          /* JSON: the processor, for who answers */
	size_t most;                    /* rows it takes at most; more is an error said by whoever runs the line */
};
/* Rows handed in for a need. */
struct process_supply {
	void *arg;
	struct str *columns;
	size_t ncolumns;
	bool (*next)(void *arg, struct process_row *out, bool *more, struct err *e); /* borrowed until the next call */
};

struct process_scene {
	uint64_t seed;
	struct instant now;
	struct str language;            /* of the dataset, for words in dates: empty: "en" */
	const struct map *labels;       /* of fields, by technical name (values: struct str *); NULL: none. Borrowed by the line */
};
struct process_line;
/* Compiles the array of processors (NULL: none). Faults are noted, one for each that is found, and then false with
 * ERR_PARAMETER. The line borrows the nodes. */
bool process_line_new(const struct json_node *processors, const struct process_scene *scene, struct process_faults *faults,
                      struct process_line **out, struct err *e) must_use;
void process_line_free(struct process_line *l_or_null);
/* What the line needs; borrowed from it. Every need must be met by process_supply before the first row, except in a
 * collecting run, where those from the collecting step on stay unmet. */
size_t process_needs(const struct process_line *l, const struct process_need **out) nonnull_all;
bool process_meet(struct process_line *l, size_t need, const struct process_supply *rows, struct err *e) must_use nonnull_all;

/* --- running -------------------------------------------------------------------------------------- */

/* The names of the input columns; called again, with more, when a source finds more of them. */
bool process_columns(struct process_line *l, const struct str *names, size_t n, struct err *e) must_use;
/* The names after `steps` processors (all of them: SIZE_MAX); borrowed until the next process_columns. Names that a processor
 * finds out while rows come are added at the end. */
size_t process_names(const struct process_line *l, size_t steps, const struct str **out) nonnull_all;
/* A column that a processor removed keeps its place, with null cells, and has an empty name from then on. */
/* Fields that processors address and that no column so far has: rows run on, reading null. For a word in the log and in
 * previews, once all columns are known; borrowed until the next process_columns. */
struct process_absence { size_t step; struct str field; struct str meant; /* a name that is near; or empty */ };
size_t process_absent(const struct process_line *l, const struct process_absence **out) nonnull_all;
size_t process_steps(const struct process_line *l) nonnull_all;

struct process_sink {
	void *arg;
	bool (*row)(void *arg, const struct process_row *row, struct err *e); /* borrowed until it returns */
	/* A record error: the step, the field (may be empty), the cell, a sentence in English. */
	void (*tell)(void *arg, size_t step, int64_t row, struct str field, struct str value, const char *message);
	/* Rows as they stand after a step, for previews; may be NULL. step 0: as they came. */
	void (*watch)(void *arg, size_t step, const struct process_row *row);
	/* Collecting runs only: a question for the need of the collecting step. */
	bool (*ask)(void *arg, size_t need, struct str question, struct err *e);
	/* Processors of PROCESS_STORED: this row stays out, and records stored before with its identity are to be deleted. The row
	 * is as that step has it. NULL: it stays out, no more. */
	bool (*drop)(void *arg, size_t step, const struct process_row *row, struct err *e);
};
/* Gives one row to the line; the sink gets what comes out. */
bool process_run(struct process_line *l, const struct process_row *row, const struct process_sink *out, struct err *e) must_use nonnull_all;
/* From now on rows end at the need's step, which asks its questions of the sink. */
void process_collect(struct process_line *l, size_t need) nonnull_all;

/* --- expressions (expression.c): platform.md 4.6 ---------------------------------------------------- */

struct process_expression;
/* "=…" is evaluated, "…{{ }}…" is text with parts evaluated, anything else is text. */
bool process_expression_new(struct str text, struct process_expression **out, struct err *e) must_use nonnull_all;
void process_expression_free(struct process_expression *x_or_null);

#endif
