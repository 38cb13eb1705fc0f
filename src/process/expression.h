/* Inside of expressions: the tree, its values and the table of functions. A tree is compiled once; a run makes nothing but
 * texts in the row's memory. */
#ifndef PROCESS_EXPRESSION_H
#define PROCESS_EXPRESSION_H

#include "process/inside.h"

enum {
	EXPRESSION_MOST_BYTES = LIMIT_CLAUSE_BYTES,
	EXPRESSION_MOST_DEPTH = 64,     /* of brackets and nested calls: the parser's recursion */
	EXPRESSION_MOST_HEIGHT = 400,   /* of the tree: the recursion of a run */
	EXPRESSION_MOST_ARGS = 100,
	EXPRESSION_MOST_PAD = 10000     /* characters that ljust, rjust and center fill up to */
};

enum xkind { X_NULL, X_NUMBER, X_TEXT, X_TRUTH, X_DATE };
/* Numbers keep the text they were written with, so that 1.50 stays 1.50 and big numbers stay whole. */
struct xvalue {
	enum xkind kind;
	bool quoted;         /* a text that the expression itself gives: compared as text */
	bool truth;
	bool day;            /* a date without a time */
	enum cell_kind as;   /* of a text: what the cell was */
	double number;
	int64_t us;          /* UTC */
	struct str text;
};

enum xop {
	XO_VALUE, XO_FIELD, XO_CALL,
	XO_FACTORIAL, XO_POWER, XO_MINUS, XO_PLUS, XO_WHOLE, XO_TIMES, XO_DIVIDE, XO_REST, XO_ADD, XO_SUBTRACT, XO_JOIN, XO_NOT,
	XO_EQ, XO_NE, XO_LT, XO_LE, XO_GT, XO_GE, XO_IS_NULL, XO_IN, XO_AND, XO_OR, XO_CHOOSE
};
struct xfunction;
struct xnode {
	enum xop op;
	uint32_t height, nargs;
	struct xnode **args;
	const struct xfunction *fn;
	struct xvalue value;
	struct str name;     /* of a field */
	size_t column;       /* of a field, once bound */
};

/* What a run hands down. `why` is filled by what fails. */
struct xrun {
	struct process_step *step;
	const struct process_row *row;
	const struct cell *it;      /* what X means; NULL: nothing */
	char why[300];
};
/* A function: its arguments are what its row of the table says, null ones only where it takes them. */
typedef bool xcall(struct xrun *x, const struct xvalue *v, size_t n, struct xvalue *out);
struct xfunction {
	const char *name;
	/* A letter each: t text, n number, i whole number, d date, z name of a time zone, a anything; a capital takes null, too. `?` comes
	 * before those that may be left out, `*` repeats the last. */
	const char *takes;
	xcall *call;
	const char *says;    /* for the documentation: one sentence, then an example */
	const char *example, *gives;
};
extern const struct xfunction expression_functions[]; /* ends with a NULL name */
const struct xfunction *expression_function_or_null(struct str name);

struct xpart { struct str text; struct xnode *node; }; /* node NULL: the text itself */
struct process_expression {
	struct arena arena;
	struct str text;
	struct xnode *whole;         /* of "=…"; NULL: a text with parts */
	struct xpart *parts;
	size_t nparts;
};

/* expression_parse.c */
bool expression_parse(struct process_expression *x, struct err *e) must_use;

/* For processors: finds the columns; X means the cell given to a run where `with_x`. */
void expression_bind(struct process_expression *x, struct process_step *s, bool with_x);
/* False: *why tells, and nothing was written. */
bool expression_cell(struct process_expression *x, struct process_step *s, const struct process_row *r, const struct cell *it, struct cell *out, struct str *why) must_use;
/* The same as a condition: null is false. */
bool expression_truth(struct process_expression *x, struct process_step *s, const struct process_row *r, bool *out, struct str *why) must_use;
/* A fault at a parameter when the text cannot be compiled; NULL then. */
struct process_expression *expression_open(struct process_step *s, struct process_faults *f, size_t parameter);

/* expression.c, for the functions. Each false fills x->why. */
bool xfail(struct xrun *x, const char *fmt, ...) printf_like(2, 3);
bool xnumber(struct xrun *x, const struct xvalue *v, double *out);
/* Numbers that are whole, exact to 64 bits where doubles are not; false: not whole, or larger. */
bool xwhole(const struct xvalue *v, int64_t *out);
bool xgive_whole(struct xrun *x, struct xvalue *out, int64_t v);
bool xtruth(struct xrun *x, const struct xvalue *v, bool *out);
bool xdate(struct xrun *x, const struct xvalue *v, struct xvalue *out);
bool xtext(struct xrun *x, const struct xvalue *v, struct str *out);
char *xbytes(struct xrun *x, size_t n);          /* NULL: too large, said */
bool xgive_text(struct xrun *x, struct xvalue *out, const struct buf *b);
bool xequal(struct xrun *x, const struct xvalue *a, const struct xvalue *b, bool *out);
bool xorder(struct xrun *x, const struct xvalue *a, const struct xvalue *b, int *out);
static inline bool xgive_number(struct xrun *x, struct xvalue *out, double v)
{
	if (!__builtin_isfinite(v)) return xfail(x, "The result is not a number that can be written.");
	*out = (struct xvalue){ .kind = X_NUMBER, .number = v };
	return true;
}
static inline bool xgive_truth(struct xvalue *out, bool v)
{
	*out = (struct xvalue){ .kind = X_TRUTH, .truth = v };
	return true;
}

#define XCALL(name) bool name(struct xrun *x, const struct xvalue *v, size_t n, struct xvalue *out)
#define FN(name, takes, call, says, example, gives) xcall call;
#include "process/functions.def"
#undef FN

#endif
