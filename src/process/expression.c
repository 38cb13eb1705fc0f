/* Values of expressions: what a cell means, how one kind is read as another, operators, and the run through the tree. A null
 * operand makes arithmetic null; & takes it as an empty text; as a condition it is false. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "process/expression.h"
#include "text/text.h"

#define X_IT (SIZE_MAX - 1) /* the column that X means */

const struct xfunction expression_functions[] = {
#define FN(name, takes, call, says, example, gives) { name, takes, call, says, example, gives },
#include "process/functions.def"
#undef FN
	{ 0 }
};

const struct xfunction *expression_function_or_null(struct str name)
{
	for (const struct xfunction *f = expression_functions; f->name; f++)
		if (str_eq_nocase(name, str_of(f->name))) return f;
	return NULL;
}

/* --- compiling --------------------------------------------------------------------------------------- */

bool process_expression_new(struct str text, struct process_expression **out, struct err *e)
{
	struct process_expression *x = calloc(1, sizeof *x);
	ensure(x != NULL);
	x->text = arena_str(&x->arena, text_cut(text, EXPRESSION_MOST_BYTES + 4));
	if (!expression_parse(x, e)) {
		process_expression_free(x);
		return false;
	}
	*out = x;
	return true;
}

void process_expression_free(struct process_expression *x)
{
	if (!x) return;
	arena_done(&x->arena);
	free(x);
}

struct process_expression *expression_open(struct process_step *s, struct process_faults *f, size_t parameter)
{
	struct process_expression *x = NULL;
	struct err e = { 0 };
	if (process_expression_new(s->values[parameter].text, &x, &e)) return x;
	process_step_fault(s, f, s->kind->parameters[parameter].name, "%s", e.pub);
	return NULL;
}

static void bind(struct xnode *n, struct process_step *s, bool with_x)
{
	if (n->op == XO_FIELD) {
		n->column = process_column(s, n->name);
		if (with_x && str_eq(n->name, STR("X"))) n->column = X_IT;
		else if (n->column == PROCESS_NOWHERE) process_miss(s, n->name);
	}
	for (uint32_t i = 0; i < n->nargs; i++) bind(n->args[i], s, with_x);
}

void expression_bind(struct process_expression *x, struct process_step *s, bool with_x)
{
	if (x->whole) bind(x->whole, s, with_x);
	for (size_t i = 0; i < x->nparts; i++)
		if (x->parts[i].node) bind(x->parts[i].node, s, with_x);
}

/* --- kinds ------------------------------------------------------------------------------------------------ */

bool xfail(struct xrun *x, const char *fmt, ...)
{
	if (x->why[0]) return false;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(x->why, sizeof x->why, fmt, ap);
	va_end(ap);
	x->why[text_cut(str_of(x->why), sizeof x->why - 5).n] = 0;
	return false;
}

static struct str shown(const struct xvalue *v)
{
	switch (v->kind) {
	case X_NULL: return STR("nothing");
	case X_NUMBER: return v->text.n ? text_cut(v->text, 40) : STR("a number");
	case X_TEXT: return text_cut(v->text, 40);
	case X_TRUTH: return v->truth ? STR("true") : STR("false");
	case X_DATE: return STR("a date");
	}
	return STR("");
}

char *xbytes(struct xrun *x, size_t n)
{
	char *p = process_bytes(x->step, n);
	if (!p) (void)xfail(x, "The text that the expression makes is too large.");
	return p;
}

bool xgive_text(struct xrun *x, struct xvalue *out, const struct buf *b)
{
	char *p = b->over ? NULL : xbytes(x, b->n);
	if (!p) return xfail(x, "The text that the expression makes is too large.");
	if (b->n) memcpy(p, b->p, b->n);
	*out = (struct xvalue){ .kind = X_TEXT, .as = CELL_FREE, .text = str_make(p, b->n) };
	return true;
}

static struct xvalue value_of(struct cell c)
{
	if (process_is_null(c)) return (struct xvalue){ 0 };
	struct xvalue v = { .kind = X_TEXT, .as = c.kind, .text = c.text };
	if (c.kind == CELL_NUMBER && text_to_double(str_trim(c.text), &v.number)) v.kind = X_NUMBER;
	if (c.kind == CELL_TRUTH) v = (struct xvalue){ .kind = X_TRUTH, .truth = str_eq(c.text, STR("true")) };
	return v;
}

static bool reads_as_number(const struct xvalue *v, double *out)
{
	if (v->kind == X_NUMBER) return *out = v->number, true;
	return v->kind == X_TEXT && v->text.n < 400 && process_number((struct cell){ v->text, CELL_FREE }, out);
}

bool xnumber(struct xrun *x, const struct xvalue *v, double *out)
{
	return reads_as_number(v, out) || xfail(x, "Expected a number, not \"%.*s\".", STR_ARG(shown(v)));
}

bool xtruth(struct xrun *x, const struct xvalue *v, bool *out)
{
	switch (v->kind) {
	case X_NULL: return *out = false, true;
	case X_TRUTH: return *out = v->truth, true;
	case X_NUMBER: return *out = v->number != 0, true;
	case X_DATE: break;
	case X_TEXT: {
		double d;
		if (str_eq_nocase(v->text, STR("true"))) return *out = true;
		if (v->text.n == 0 || str_eq_nocase(v->text, STR("false"))) return *out = false, true;
		if (reads_as_number(v, &d)) return *out = d != 0, true;
	}
	}
	return xfail(x, "Expected true or false, not \"%.*s\".", STR_ARG(shown(v)));
}

static bool reads_as_date(const struct xvalue *v, struct xvalue *out)
{
	struct clock_text t;
	if (v->kind == X_DATE) return *out = *v, true;
	if (v->kind == X_NUMBER || v->kind == X_TEXT) {
		struct str text = str_trim(v->text);
		if (text.n < 4 || text.n > 40 || !clock_parse(text, &t)) return false;
		*out = (struct xvalue){ .kind = X_DATE, .day = t.precision <= CLOCK_DAY && !t.has_offset };
		out->us = clock_us_of_civil(&t.civil) - (t.has_offset ? (int64_t)t.offset_s * 1000000 : 0);
		return true;
	}
	return false;
}

bool xdate(struct xrun *x, const struct xvalue *v, struct xvalue *out)
{
	if (v->kind == X_NUMBER && !v->text.n && v->number >= 1 && v->number <= 9999 && v->number == trunc(v->number)) { /* a year, computed */
		*out = (struct xvalue){ .kind = X_DATE, .day = true, .us = (int64_t)clock_days((int)v->number, 1, 1) * 86400000000 };
		return true;
	}
	return reads_as_date(v, out) || xfail(x, "Expected a date such as 2024-05-31, not \"%.*s\".", STR_ARG(shown(v)));
}

bool xtext(struct xrun *x, const struct xvalue *v, struct str *out)
{
	char spelled[64];
	size_t n = 0;
	switch (v->kind) {
	case X_NULL: return *out = (struct str){ "", 0 }, true;
	case X_TEXT: return *out = v->text, true;
	case X_TRUTH: return *out = v->truth ? STR("true") : STR("false"), true;
	case X_NUMBER:
		if (v->text.n) return *out = v->text, true;
		n = process_spell_number(spelled, v->number);
		break;
	case X_DATE: {
		auto_buf b = BUF_INIT(sizeof spelled);
		if (v->day) clock_put_date(&b, (int32_t)(v->us / 86400000000 - (v->us % 86400000000 < 0)));
		else clock_put_instant(&b, v->us, clock_utc());
		n = b.n;
		memcpy(spelled, b.p, n);
	}
	}
	char *p = xbytes(x, n);
	if (!p) return false;
	memcpy(p, spelled, n);
	*out = str_make(p, n);
	return true;
}

/* --- whole numbers -------------------------------------------------------------------------------------------- */

/* Doubles are whole and exact up to here; beyond, identifiers of 17 figures and more would become their neighbours. */
static bool beyond(double v) { return fabs(v) >= 0x1p53; }

/* A whole number beyond as it was written or computed; false for one that 64 bits do not hold. */
static bool reads_as_whole(const struct xvalue *v, double number, int64_t *out)
{
	if (!beyond(number)) return number == trunc(number) ? (*out = (int64_t)number, true) : false;
	return str_to_int(str_trim(v->text), out);
}

bool xwhole(const struct xvalue *v, int64_t *out) { return v->kind == X_NUMBER && reads_as_whole(v, v->number, out); }

bool xgive_whole(struct xrun *x, struct xvalue *out, int64_t v)
{
	*out = (struct xvalue){ .kind = X_NUMBER, .number = (double)v };
	if (!beyond(out->number)) return true;
	auto_buf b = BUF_INIT(24);
	buf_put_int(&b, v);
	char *p = xbytes(x, b.n);
	if (!p) return false;
	memcpy(p, b.p, b.n);
	out->text = str_make(p, b.n);
	return true;
}

/* As integers where 64 bits hold both and the result; *done: *out is it. */
static bool exactly(struct xrun *x, enum xop op, int64_t a, int64_t b, bool *done, struct xvalue *out)
{
	int64_t r = 0;
	bool over = true;
	switch (op) {
	case XO_MINUS: over = __builtin_sub_overflow((int64_t)0, a, &r); break;
	case XO_PLUS: r = a, over = false; break;
	case XO_TIMES: over = __builtin_mul_overflow(a, b, &r); break;
	case XO_ADD: over = __builtin_add_overflow(a, b, &r); break;
	case XO_SUBTRACT: over = __builtin_sub_overflow(a, b, &r); break;
	case XO_WHOLE: case XO_REST:
		if (b == -1) { /* the one quotient that can leave the range */
			over = op == XO_WHOLE && __builtin_sub_overflow((int64_t)0, a, &r);
			break;
		}
		over = false;
		r = a % b;
		if (r && (r < 0) != (b < 0)) r += b;
		if (op == XO_WHOLE) r = a / b - (a % b != 0 && (a < 0) != (b < 0));
		break;
	case XO_FACTORIAL: case XO_POWER: case XO_DIVIDE: case XO_VALUE: case XO_FIELD: case XO_CALL: case XO_JOIN: case XO_NOT: case XO_EQ:
	case XO_NE: case XO_LT: case XO_LE: case XO_GT: case XO_GE: case XO_IS_NULL: case XO_IN: case XO_AND: case XO_OR: case XO_CHOOSE:
		break;
	}
	*done = !over;
	return over || xgive_whole(x, out, r);
}

/* Both beyond and the same as doubles: -1, 0, 1 by what was written. */
static int nearer(const struct xvalue *a, const struct xvalue *b, double both)
{
	int64_t i, k;
	if (!beyond(both) || !reads_as_whole(a, both, &i) || !reads_as_whole(b, both, &k)) return 0;
	return (i > k) - (i < k);
}

/* --- comparing ------------------------------------------------------------------------------------------------ */

static bool nothing(const struct xvalue *v) { return v->kind == X_NULL || (v->kind == X_TEXT && v->text.n == 0); }

bool xequal(struct xrun *x, const struct xvalue *a, const struct xvalue *b, bool *out)
{
	double p, q;
	struct xvalue c, d;
	struct str s, t;
	*out = false;
	if (nothing(a) || nothing(b)) return *out = nothing(a) && nothing(b), true;
	if (a->kind == X_TRUTH || b->kind == X_TRUTH) {
		if (!xtext(x, a, &s) || !xtext(x, b, &t)) return false;
		return *out = str_eq_nocase(s, t), true;
	}
	/* A text in quotes is compared letter by letter: '01' is not 1 there. */
	bool letters = (a->kind == X_TEXT && a->quoted) || (b->kind == X_TEXT && b->quoted);
	if (!letters && reads_as_number(a, &p) && reads_as_number(b, &q)) return *out = p == q && nearer(a, b, p) == 0, true;
	if ((a->kind == X_DATE || b->kind == X_DATE) && reads_as_date(a, &c) && reads_as_date(b, &d)) return *out = c.us == d.us, true;
	if (!xtext(x, a, &s) || !xtext(x, b, &t)) return false;
	*out = str_eq(s, t);
	return true;
}

/* Less, equal, greater as -1, 0, 1. Both are something. */
bool xorder(struct xrun *x, const struct xvalue *a, const struct xvalue *b, int *out)
{
	double p, q;
	struct xvalue c, d;
	if (reads_as_number(a, &p) && reads_as_number(b, &q)) return *out = p == q ? nearer(a, b, p) : p > q ? 1 : -1, true;
	if (a->kind == X_DATE || b->kind == X_DATE) {
		if (!xdate(x, a, &c) || !xdate(x, b, &d)) return false;
		return *out = (c.us > d.us) - (c.us < d.us), true;
	}
	if (a->kind == X_TEXT && b->kind == X_TEXT) {
		if (reads_as_date(a, &c) && reads_as_date(b, &d)) return *out = (c.us > d.us) - (c.us < d.us), true;
		int order = str_cmp(a->text, b->text);
		return *out = (order > 0) - (order < 0), true;
	}
	return xfail(x, "\"%.*s\" and \"%.*s\" cannot be compared by size.", STR_ARG(shown(a)), STR_ARG(shown(b)));
}

/* --- operators ---------------------------------------------------------------------------------------------------- */

static bool run(struct xrun *x, const struct xnode *n, struct xvalue *out);

static bool factorial(struct xrun *x, double v, struct xvalue *out)
{
	enum { MOST = 170 };
	if (v != trunc(v) || v < 0 || v > MOST) return xfail(x, "The factorial is that of a whole number from 0 to %d.", MOST);
	double product = 1;
	for (double k = 2; k <= v; k++) product *= k;
	return xgive_number(x, out, product);
}

static bool arithmetic(struct xrun *x, const struct xnode *n, struct xvalue *out)
{
	struct xvalue v[2];
	double a = 0, b = 0;
	for (uint32_t i = 0; i < n->nargs; i++)
		if (!run(x, n->args[i], &v[i])) return false;
	*out = (struct xvalue){ 0 };
	for (uint32_t i = 0; i < n->nargs; i++)
		if (nothing(&v[i])) return true;
	if (!reads_as_number(&v[0], &a) || (n->nargs == 2 && !reads_as_number(&v[1], &b))) {
		if (n->op == XO_ADD) return xfail(x, "Expected numbers to add, not \"%.*s\" and \"%.*s\"; texts are joined by &.", STR_ARG(shown(&v[0])), STR_ARG(shown(&v[1])));
		return xnumber(x, &v[0], &a) && xnumber(x, &v[1], &b);
	}
	bool by_nothing = n->nargs == 2 && b == 0 && (n->op == XO_DIVIDE || n->op == XO_WHOLE || n->op == XO_REST);
	if (by_nothing) return true; /* as ODSQL: null */
	int64_t i, k = 0;
	bool done = false;
	if ((beyond(a) || beyond(b) || beyond(n->op == XO_TIMES ? a * b : fabs(a) + fabs(b))) && reads_as_whole(&v[0], a, &i) &&
	    (n->nargs < 2 || reads_as_whole(&v[1], b, &k)) && (!exactly(x, n->op, i, k, &done, out) || done))
		return done;
	switch (n->op) {
	case XO_FACTORIAL: return factorial(x, a, out);
	case XO_POWER: return xgive_number(x, out, pow(a, b));
	case XO_MINUS: return xgive_number(x, out, a == 0 ? 0 : -a);
	case XO_PLUS: return xgive_number(x, out, a);
	case XO_WHOLE: return xgive_number(x, out, floor(a / b));
	case XO_TIMES: return xgive_number(x, out, a * b);
	case XO_DIVIDE: return xgive_number(x, out, a / b);
	case XO_REST: return xgive_number(x, out, a - b * floor(a / b));
	case XO_ADD: return xgive_number(x, out, a + b);
	case XO_SUBTRACT: return xgive_number(x, out, a - b);
	case XO_VALUE: case XO_FIELD: case XO_CALL: case XO_JOIN: case XO_NOT: case XO_EQ: case XO_NE: case XO_LT: case XO_LE:
	case XO_GT: case XO_GE: case XO_IS_NULL: case XO_IN: case XO_AND: case XO_OR: case XO_CHOOSE: break;
	}
	return false;
}

static bool join(struct xrun *x, const struct xnode *n, struct xvalue *out)
{
	/* a & b & c … is one joining: each part is copied once. */
	struct str few[8];
	struct str *texts = few;
	size_t count = 1, bytes = 0;
	for (const struct xnode *left = n; left->op == XO_JOIN; left = left->args[0]) count++;
	if (count > COUNT_OF(few)) texts = (struct str *)(void *)xbytes(x, count * sizeof *texts);
	if (!texts) return false;
	for (size_t i = 0; i < count; i++) {
		const struct xnode *part = i + 1 < count ? n->args[1] : n;
		struct xvalue v;
		if (!run(x, part, &v) || !xtext(x, &v, &texts[i])) return false;
		bytes += texts[i].n;
		if (i + 1 < count) n = n->args[0];
	}
	char *p = xbytes(x, bytes);
	if (!p) return false;
	*out = (struct xvalue){ .kind = X_TEXT, .as = CELL_FREE, .text = str_make(p, bytes) };
	for (size_t i = count; i-- > 0;) {
		if (texts[i].n) memcpy(p, texts[i].p, texts[i].n);
		p += texts[i].n;
	}
	return true;
}

static bool compare(struct xrun *x, const struct xnode *n, struct xvalue *out)
{
	struct xvalue a, b;
	bool same;
	int order;
	if (!run(x, n->args[0], &a) || !run(x, n->args[1], &b)) return false;
	if (n->op == XO_EQ || n->op == XO_NE) return xequal(x, &a, &b, &same) && xgive_truth(out, same == (n->op == XO_EQ));
	if (nothing(&a) || nothing(&b)) return xgive_truth(out, false);
	if (!xorder(x, &a, &b, &order)) return false;
	return xgive_truth(out, n->op == XO_LT ? order < 0 : n->op == XO_LE ? order <= 0 : n->op == XO_GT ? order > 0 : order >= 0);
}

static bool is_in(struct xrun *x, const struct xnode *n, struct xvalue *out)
{
	struct xvalue a, b;
	bool same = false;
	if (!run(x, n->args[0], &a)) return false;
	for (uint32_t i = 1; i < n->nargs && !same; i++)
		if (!run(x, n->args[i], &b) || !xequal(x, &a, &b, &same)) return false;
	return xgive_truth(out, same);
}

static bool logic(struct xrun *x, const struct xnode *n, struct xvalue *out)
{
	struct xvalue v;
	bool truth;
	if (!run(x, n->args[0], &v) || !xtruth(x, &v, &truth)) return false;
	if (n->op == XO_NOT) return xgive_truth(out, !truth);
	if (n->op == XO_CHOOSE) {
		*out = (struct xvalue){ 0 };
		return truth ? run(x, n->args[1], out) : n->nargs < 3 || run(x, n->args[2], out);
	}
	if (truth == (n->op == XO_OR)) return xgive_truth(out, truth);
	return run(x, n->args[1], &v) && xtruth(x, &v, &truth) && xgive_truth(out, truth);
}

/* An argument as the function's row of the table wants it; *null: the call gives null. */
static bool argument(struct xrun *x, char wanted, struct xvalue *v, bool *null)
{
	bool takes_null = wanted >= 'A' && wanted <= 'Z';
	struct str t;
	if (v->kind == X_NULL) {
		*null |= !takes_null;
		return true;
	}
	switch (wanted) {
	case 't': case 'T': case 'z':
		if (v->kind == X_TEXT) return true;
		if (!xtext(x, v, &t)) return false;
		*v = (struct xvalue){ .kind = X_TEXT, .as = CELL_FREE, .text = t };
		return true;
	case 'd': return xdate(x, v, v);
	case 'n': case 'i': {
		double d;
		if (v->kind == X_TEXT && v->text.n == 0) return *null = true;
		if (!xnumber(x, v, &d)) return false;
		if (wanted == 'i' && (d != trunc(d) || fabs(d) > 9e15)) return xfail(x, "Expected a whole number, not \"%.*s\".", STR_ARG(shown(v)));
		*v = (struct xvalue){ .kind = X_NUMBER, .number = d, .text = beyond(d) ? v->text : STR("") };
		return true;
	}
	default: return true;
	}
}

static bool call(struct xrun *x, const struct xnode *n, struct xvalue *out)
{
	struct xvalue few[4];
	struct xvalue *v = few;
	bool null = false;
	if (n->nargs > COUNT_OF(few)) {
		v = (struct xvalue *)(void *)xbytes(x, n->nargs * sizeof *v);
		if (!v) return false;
	}
	char wanted = 'A';
	const char *takes = n->fn->takes;
	for (uint32_t i = 0; i < n->nargs; i++) {
		if (*takes == '?') takes++;
		if (*takes && *takes != '*') wanted = *takes++;
		if (!run(x, n->args[i], &v[i]) || !argument(x, wanted, &v[i], &null)) return false;
	}
	*out = (struct xvalue){ 0 };
	if (null || n->fn->call(x, v, n->nargs, out)) return true;
	return xfail(x, "The function %s cannot be computed.", n->fn->name);
}

static bool run(struct xrun *x, const struct xnode *n, struct xvalue *out)
{
	switch (n->op) {
	case XO_VALUE: *out = n->value; return true;
	case XO_FIELD:
		*out = value_of(n->column == X_IT && x->it ? *x->it : process_get(x->row, n->column));
		return true;
	case XO_CALL: return call(x, n, out);
	case XO_FACTORIAL: case XO_POWER: case XO_MINUS: case XO_PLUS: case XO_WHOLE: case XO_TIMES: case XO_DIVIDE: case XO_REST:
	case XO_ADD: case XO_SUBTRACT: return arithmetic(x, n, out);
	case XO_JOIN: return join(x, n, out);
	case XO_EQ: case XO_NE: case XO_LT: case XO_LE: case XO_GT: case XO_GE: return compare(x, n, out);
	case XO_IS_NULL: {
		struct xvalue v;
		return run(x, n->args[0], &v) && xgive_truth(out, v.kind == X_NULL);
	}
	case XO_IN: return is_in(x, n, out);
	case XO_NOT: case XO_AND: case XO_OR: case XO_CHOOSE: return logic(x, n, out);
	}
	return false;
}

/* --- for processors ----------------------------------------------------------------------------------------------------- */

static bool cell_of(struct xrun *x, const struct xvalue *v, struct cell *out)
{
	struct str t;
	if (!xtext(x, v, &t)) return false;
	switch (v->kind) {
	case X_NULL: *out = (struct cell){ 0 }; return true;
	case X_NUMBER: *out = (struct cell){ t, CELL_NUMBER }; return true;
	case X_TRUTH: *out = (struct cell){ t, CELL_TRUTH }; return true;
	case X_TEXT: *out = (struct cell){ t, v->as == CELL_NONE ? CELL_FREE : v->as }; return true;
	case X_DATE: *out = (struct cell){ t, CELL_FREE }; return true;
	}
	return false;
}

static bool fill(struct xrun *x, const struct process_expression *e, struct cell *out)
{
	auto_buf b = BUF_INIT(PROCESS_MOST_CELL);
	for (size_t i = 0; i < e->nparts; i++) {
		struct xvalue v = { .kind = X_TEXT, .text = e->parts[i].text };
		struct str t;
		if (e->parts[i].node && !run(x, e->parts[i].node, &v)) return false;
		if (!xtext(x, &v, &t)) return false;
		buf_put(&b, t);
	}
	struct xvalue all;
	if (!xgive_text(x, &all, &b)) return false;
	*out = (struct cell){ all.text, CELL_FREE };
	return true;
}

bool expression_cell(struct process_expression *x, struct process_step *s, const struct process_row *r, const struct cell *it, struct cell *out, struct str *why)
{
	struct xrun xr;
	xr.step = s;
	xr.row = r;
	xr.it = it;
	xr.why[0] = 0;
	struct xvalue v;
	bool ok = true;
	if (x->whole) ok = run(&xr, x->whole, &v) && cell_of(&xr, &v, out);
	else if (x->nparts == 0) *out = (struct cell){ { "", 0 }, CELL_FREE };
	else if (x->nparts == 1 && !x->parts[0].node) *out = (struct cell){ x->parts[0].text, CELL_FREE };
	else ok = fill(&xr, x, out);
	if (!ok) *why = arena_str(process_arena(s), str_of(xr.why));
	return ok;
}

bool expression_truth(struct process_expression *x, struct process_step *s, const struct process_row *r, bool *out, struct str *why)
{
	struct xrun xr = { .step = s, .row = r };
	struct xvalue v = { .kind = X_TEXT, .text = x->text };
	if ((!x->whole || run(&xr, x->whole, &v)) && xtruth(&xr, &v, out)) return true;
	*why = arena_str(process_arena(s), str_of(xr.why));
	return false;
}
