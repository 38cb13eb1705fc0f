/* Inside the room: what a processor's file is made of. One file a processor:
 *
 *	enum { FIELD, OLD, NEW };                                  places in the table of parameters
 *	static const struct process_parameter parameters[] = { … , { 0 } };
 *	static const struct process_example examples[] = { … , { 0 } };
 *	static bool row(struct process_step *s, struct process_row *r, struct err *e) { … }
 *	static const struct process_works works = { .row = row };
 *	const struct processor process_<type> = { … };             and PROCESSOR(<type>, words) in processors.def
 *
 * The core reads parameters by the table (faults said by place), finds and makes columns, keeps the rows'
 * memory, and calls the hooks. A hook returns false only for what ends the whole run (e is filled); what is wrong
 * with one cell is said by process_tell, the output cell is made null, and the row goes on. */
#ifndef PROCESS_INSIDE_H
#define PROCESS_INSIDE_H

#include "i18n/i18n.h"
#include "process/process.h"

/* A column that no source has so far: reading it gives null, writing it does nothing. */
#define PROCESS_NOWHERE SIZE_MAX

enum {
	PROCESS_MOST_STEPS = 200,            /* processors of one line */
	PROCESS_MOST_CELL = LIMIT_CELL_BYTES,
	PROCESS_MOST_ROW = 64 << 20,         /* bytes that all processors together may make of one row */
	PROCESS_MOST_COPIES = 256 << 20,     /* bytes of the cells of all rows that come of one, copies too */
	PROCESS_MOST_ROWS = 100000           /* rows that may come of one */
};

/* One parameter as it was given, or its `otherwise`. Which members are filled goes by kind. */
struct process_value {
	bool given;                    /* in the configuration, and not null */
	struct str text;               /* all but lists: trimmed for names, as it is for texts; GEOMETRY: JSON */
	struct str *list;              /* FIELDS, REMOTE_FIELDS, LIST */
	size_t n;
	bool truth;                    /* BOOL */
	int64_t whole;                 /* INT, EPSG; CHOICE: which of `choices`, from 0 */
	double real;                   /* DOUBLE, INT */
	const struct clock_zone *zone; /* ZONE */
	const struct json_node *node;  /* as written; NULL when it was not */
	size_t column;                 /* FIELD, OUTPUT; after bind; may be PROCESS_NOWHERE for a FIELD */
	size_t *columns;               /* FIELDS: n of them; after bind; may be PROCESS_NOWHERE */
};

struct process_regexp;

struct process_step {
	size_t index;                  /* in the list of processors */
	const struct processor *kind;
	const struct process_value *values; /* one for each row of the table of parameters */
	const struct process_scene *scene;
	const struct json_node *node;  /* the processor */
	struct arena *keep;            /* lives as long as the line: for what open and meet make */
	struct arena *bound;           /* lives until the next bind: for what bind makes */
	void *own;                     /* what open made */
	struct process_line *line;     /* the core's */
};

struct process_works {
	/* After the parameters were read without fault: checks what the table cannot say (process_step_fault, then still
	 * true), makes s->own, declares needs. May be NULL. */
	bool (*open)(struct process_step *s, struct process_faults *f, struct err *e);
	/* Columns are known (again and again, as sources find more): values[].column(s) are settled; makes further columns.
	 * May be NULL. */
	bool (*bind)(struct process_step *s, struct err *e);
	/* One row, changed in place. Processors of PROCESS_MANY call process_pass for each row that goes on, and only those
	 * go on; all others go on by themselves. */
	bool (*row)(struct process_step *s, struct process_row *r, struct err *e);
	/* Frees what is not in s->keep. May be NULL. */
	void (*close)(struct process_step *s);
	/* The rows of its need number i (in the order of process_declare). NULL when it has no needs. */
	bool (*meet)(struct process_step *s, size_t i, const struct process_supply *rows, struct err *e);
	/* Collecting runs: gives the questions of this row to process_ask. NULL when it asks nothing. */
	bool (*ask)(struct process_step *s, size_t i, const struct process_row *r, struct err *e);
};

/* --- the core (line.c, cells.c) ------------------------------------------------------------------------ */

/* A fault at a parameter of this processor; `parameter` NULL: at the processor itself. */
void process_step_fault(const struct process_step *s, struct process_faults *f, const char *parameter, const char *fmt, ...) printf_like(4, 5);
/* In open: declares a need; its number (from 0) is what meet and ask get. Text is copied. */
size_t process_declare(struct process_step *s, enum process_need_kind kind, struct str dataset, const struct str *columns, size_t n, size_t most);
/* In bind: the column of a name, PROCESS_NOWHERE when there is none. */
size_t process_column(const struct process_step *s, struct str name);
/* In bind: the same, made when there is none. */
size_t process_make(struct process_step *s, struct str name);
/* In bind: the column is no more: its name goes, its cells must be made null by row. */
void process_drop(struct process_step *s, size_t column);
/* In bind: tells that a field is addressed which no column has (FIELD and FIELDS do this by themselves). */
void process_miss(struct process_step *s, struct str name);
/* In bind: columns there are so far, made ones too; names of them (empty: dropped). */
size_t process_width(const struct process_step *s, const struct str **names);

/* In row. The arena of the row: gone with the next one (for rows passed on: when process_pass returns). */
struct arena *process_arena(const struct process_step *s);
/* An empty buf whose memory stays from row to row, for texts that are made and handed over at once: calls that may
 * use it themselves (changes of cells, passing on) end its content. */
struct buf *process_scratch(const struct process_step *s);
/* n bytes of it; NULL when a cell of n bytes is too large or the row has grown too much: then the hook
 * calls process_too_large and goes on. */
char *process_bytes(struct process_step *s, size_t n);
/* Chance: of the seed, the row's number, the step and how often it was asked for the row. */
uint64_t process_draw(struct process_step *s);
/* A record error: field is the column's name; a sentence in English. Makes the cell of `column` null when r is not NULL. */
void process_tell(struct process_step *s, struct process_row *r, size_t column, struct str value, const char *fmt, ...) printf_like(5, 6);
void process_too_large(struct process_step *s, struct process_row *r, size_t column);
/* PROCESS_MANY: gives a row on. Copies the cells first, so r stays as it is. */
bool process_pass(struct process_step *s, const struct process_row *r, struct err *e) must_use;
/* PROCESS_STORED: the row stays out, and what was stored of it before goes, too. */
bool process_delete(struct process_step *s, const struct process_row *r, struct err *e) must_use;
/* In ask. Empty questions are not asked. */
bool process_ask(struct process_step *s, size_t i, struct str question, struct err *e) must_use;

static inline struct cell process_get(const struct process_row *r, size_t column)
{
	return column < r->n ? r->cells[column] : (struct cell){ 0 };
}
static inline void process_put(struct process_row *r, size_t column, struct str text, enum cell_kind kind)
{
	if (column < r->n) r->cells[column] = (struct cell){ text, kind };
}
static inline void process_put_null(struct process_row *r, size_t column)
{
	if (column < r->n) r->cells[column] = (struct cell){ 0 };
}
/* Nothing, or an empty text as CSV gives it. */
static inline bool process_is_null(struct cell c)
{
	return c.kind == CELL_NONE || (c.kind == CELL_FREE && c.text.n == 0);
}

/* --- shared by processors (cells.c) ---------------------------------------------------------------------- */

/* Makes another text of one: true and *out (in memory of the row, or a view of `in`), or false when told. */
typedef bool process_change(struct process_step *s, void *arg, struct process_row *r, size_t column, struct str in, struct str *out);
/* Changes the text of a cell by `change`, of a list each item. Null stays null, shapes and objects are changed as their text. A
 * cell that is not changed keeps its kind, a changed one is CELL_FREE (CELL_LIST stays). */
void process_change_cell(struct process_step *s, struct process_row *r, size_t column, process_change *change, void *arg);
/* The cell of `from` into `to` in the same way; the kind comes along. */
void process_change_into(struct process_step *s, struct process_row *r, size_t from, size_t to, process_change *change, void *arg);
/* For processors with `field` and `all_fields` (their places in the table): a fault when neither is given; the cell of the
 * field, or all cells that are text, changed. */
void process_need_field(const struct process_step *s, struct process_faults *f, size_t field, size_t all);
void process_change_field_or_all(struct process_step *s, struct process_row *r, size_t field, size_t all, process_change *change, void *arg);
/* The items of a cell: of a list as JSON, else of the text at `separator` (blanks around items trimmed; empty ones left out). False: told. */
bool process_items(struct process_step *s, struct process_row *r, size_t column, struct str separator, struct cell **out, size_t *n);
/* Items as one cell: a list in JSON, or a text with separators; no items: null. */
void process_put_items(struct process_step *s, struct process_row *r, size_t column, const struct cell *items, size_t n, struct str separator, bool as_list);
/* The text of a buf into the column; too large is told. */
void process_put_buf(struct process_step *s, struct process_row *r, size_t column, const struct buf *b, enum cell_kind kind);
/* The same as a changed text, for process_change. */
bool process_give_buf(struct process_step *s, struct process_row *r, size_t column, const struct buf *b, struct str *out);
/* JSON of a cell: *doc to be freed, or NULL when the cell is null (true) or is not JSON (told, false). */
bool process_json(struct process_step *s, struct process_row *r, size_t from, size_t column, struct json_doc **doc);
/* What a path "a.b.item.c" leads to; "item" goes through an array, unless a member is called so. Nothing: n is 0. */
struct process_nodes { VEC(const struct json_node *) list; struct arena *arena; };
void process_path(const struct json_node *root, struct str path, struct process_nodes *out);
/* Compiles a REGEXP parameter; a fault and NULL when it cannot be read. */
struct process_regexp *process_regexp_open(struct process_step *s, struct process_faults *f, size_t parameter, unsigned flags);
/* A cell of a JSON value: views into the document's text do not last, so it is copied. False: too large, told. */
bool process_cell_of_node(struct process_step *s, struct process_row *r, size_t column, const struct json_node *node, struct cell *out);
/* A number as text reads it: blanks at the ends go, a decimal comma is a point. */
bool process_number(struct cell c, double *out);
/* Shortest spelling, as CELL_NUMBER. */
void process_put_number(struct process_step *s, struct process_row *r, size_t column, double v);
/* "true", "1", "yes", "oui", "ja"…, by the words that types read. */
bool process_truth(struct cell c, bool *out);

/* "12.5": the shortest spelling, at most 40 bytes; how many. */
size_t process_spell_number(char *to, double v);
/* The word of `words` that is nearest to `given`, or an empty text: for "did you mean". */
struct str process_nearest(struct str given, const struct str *words, size_t n);

#define PROCESSOR(type, ...) extern const struct processor process_##type;
#include "process/processors.def"
#undef PROCESSOR

#endif
