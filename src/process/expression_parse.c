/* Text to tree, by the precedence of the documentation: factorial, power, sign, //, products, sums, &, not, comparisons, and,
 * or, ? :. A complaint tells what was not expected, where (in characters from 0), and what was. */
#include <stdio.h>
#include "process/expression.h"
#include "text/text.h"

enum xtoken_kind { T_END, T_NAME, T_FIELD, T_TEXT, T_NUMBER, T_SIGN, T_BAD };
/* Signs of two characters are said by a letter. */
enum { S_WHOLE = 'W', S_AND = 'A', S_OR = 'O', S_EQ = 'E', S_NE = 'N', S_LE = 'L', S_GE = 'G', S_SHUT = 'S' };
struct xtoken {
	enum xtoken_kind kind;
	char sign;
	size_t at, end;
	struct str text;
	double number;
};
struct xparser {
	struct arena *arena;
	struct str text;
	size_t at;
	unsigned depth;
	bool failed;
	struct xtoken tok;
	struct err *e;
};

/* --- words and signs ---------------------------------------------------------------------------------- */

static unsigned char byte_at(const struct xparser *p, size_t i) { return i < p->text.n ? (unsigned char)p->text.p[i] : 0; }
static bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
static bool is_name(unsigned char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80 || (!first && is_digit(c));
}

static void quoted(struct xparser *p, enum xtoken_kind kind)
{
	struct xtoken *t = &p->tok;
	char quote = p->text.p[p->at];
	auto_buf b = BUF_INIT(EXPRESSION_MOST_BYTES * 2);
	for (size_t i = p->at + 1; i < p->text.n; i++) {
		char c = p->text.p[i];
		if (c == quote) {
			t->kind = kind;
			t->end = i + 1;
			t->text = arena_str(p->arena, buf_str(&b));
			return;
		}
		if (c == '\\' && i + 1 < p->text.n && quote != '`') {
			c = p->text.p[++i];
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
		}
		buf_put_char(&b, c);
	}
	t->kind = T_BAD;
	t->end = p->text.n;
}

static void number(struct xparser *p)
{
	size_t i = p->at;
	while (is_digit(byte_at(p, i))) i++;
	if (byte_at(p, i) == '.' && is_digit(byte_at(p, i + 1)))
		for (i++; is_digit(byte_at(p, i));) i++;
	size_t k = i;
	if (byte_at(p, k) == 'e' || byte_at(p, k) == 'E') {
		k++;
		if (byte_at(p, k) == '+' || byte_at(p, k) == '-') k++;
		if (is_digit(byte_at(p, k))) {
			while (is_digit(byte_at(p, k))) k++;
			i = k;
		}
	}
	struct xtoken *t = &p->tok;
	t->end = i;
	t->text = str_sub(p->text, p->at, i - p->at);
	struct str digits = t->text.p[0] == '.' ? arena_join(p->arena, STR("0"), t->text) : t->text;
	t->kind = text_to_double(digits, &t->number) ? T_NUMBER : T_BAD;
}

static void sign(struct xparser *p)
{
	static const struct { char text[3], sign; } pairs[] = {
		{ "//", S_WHOLE }, { "&&", S_AND }, { "||", S_OR }, { "==", S_EQ }, { "!=", S_NE }, { "<=", S_LE }, { ">=", S_GE }, { "}}", S_SHUT } };
	struct xtoken *t = &p->tok;
	char c = p->text.p[p->at];
	t->kind = T_SIGN;
	t->sign = c;
	t->end = p->at + 1;
	/* 3!==6 is the factorial of 3 compared with 6. */
	if (c == '!' && byte_at(p, p->at + 1) == '=' && byte_at(p, p->at + 2) == '=') return;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		if (pairs[i].text[0] != c || (unsigned char)pairs[i].text[1] != byte_at(p, p->at + 1)) continue;
		t->sign = pairs[i].sign;
		t->end++;
		return;
	}
	if (c == '=') t->sign = S_EQ;
	else if (!memchr("!^+-*/%&<>?:(),", c, 15)) t->kind = T_BAD;
}

static void next(struct xparser *p)
{
	while (p->at < p->text.n && (byte_at(p, p->at) <= ' ' || (byte_at(p, p->at) == 0xc2 && byte_at(p, p->at + 1) == 0xa0)))
		p->at += byte_at(p, p->at) == 0xc2 ? 2 : 1;
	if (p->at > p->text.n) p->at = p->text.n;
	p->tok = (struct xtoken){ .at = p->at, .end = p->at };
	unsigned char c = byte_at(p, p->at);
	if (p->at >= p->text.n) return;
	if (is_digit(c) || (c == '.' && is_digit(byte_at(p, p->at + 1)))) {
		number(p);
	} else if (c == '"' || c == '\'') {
		quoted(p, T_TEXT);
	} else if (c == '`') {
		quoted(p, T_FIELD);
	} else if (c == '$' || is_name(c, true)) {
		size_t i = p->at + (c == '$');
		while (is_name(byte_at(p, i), false)) i++;
		p->tok.kind = c != '$' ? T_NAME : i > p->at + 1 ? T_FIELD : T_BAD;
		p->tok.end = i;
		p->tok.text = str_sub(p->text, p->at + (c == '$'), i - p->at - (c == '$'));
	} else {
		sign(p);
	}
	p->at = p->tok.end;
}

/* --- complaints -------------------------------------------------------------------------------------------- */

static struct xnode *expected(struct xparser *p, const char *what)
{
	enum { SHOWN = 60 };
	if (p->failed) return NULL;
	p->failed = true;
	struct str token = text_cut(str_sub(p->text, p->tok.at, p->tok.end - p->tok.at), SHOWN);
	if (p->tok.kind == T_END) token = STR("end of the expression");
	size_t at = text_length(str_sub(p->text, 0, p->tok.at));
	if (p->tok.kind == T_BAD && (byte_at(p, p->tok.at) == '"' || byte_at(p, p->tok.at) == '\''))
		(void)err_set(p->e, ERR_PARAMETER, "unexpected %.*s at position %zu (the quote does not end): expected %s.", STR_ARG(token), at, what);
	else
		(void)err_set(p->e, ERR_PARAMETER, "unexpected %.*s at position %zu: expected %s.", STR_ARG(token), at, what);
	return NULL;
}

static struct xnode *refuse(struct xparser *p, size_t at, const char *fmt, ...) printf_like(3, 4);
static struct xnode *refuse(struct xparser *p, size_t at, const char *fmt, ...)
{
	char text[300];
	if (p->failed) return NULL;
	p->failed = true;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	(void)err_set(p->e, ERR_PARAMETER, "%.*s at position %zu.", STR_ARG(text_cut(str_of(text), sizeof text - 4)), text_length(str_sub(p->text, 0, at)));
	return NULL;
}

/* --- the tree ----------------------------------------------------------------------------------------------- */

static struct xnode *node(struct xparser *p, enum xop op, struct xnode **args, size_t n)
{
	struct xnode *x = arena_new(p->arena, struct xnode);
	x->op = op;
	x->nargs = (uint32_t)n;
	x->args = arena_array(p->arena, struct xnode *, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (!args[i]) return NULL;
		x->args[i] = args[i];
		x->height = num_max(x->height, args[i]->height + 1);
	}
	if (x->height > EXPRESSION_MOST_HEIGHT) return refuse(p, p->tok.at, "The expression is too long: %d operations can follow one another; stopped", EXPRESSION_MOST_HEIGHT);
	return x;
}

static struct xnode *one(struct xparser *p, enum xop op, struct xnode *a) { return node(p, op, &a, 1); }
static struct xnode *two(struct xparser *p, enum xop op, struct xnode *a, struct xnode *b)
{
	struct xnode *args[] = { a, b };
	return node(p, op, args, 2);
}
static struct xnode *value(struct xparser *p, struct xvalue v)
{
	struct xnode *x = node(p, XO_VALUE, NULL, 0);
	if (x) x->value = v;
	return x;
}
static struct xnode *text_value(struct xparser *p, struct str t) { return value(p, (struct xvalue){ .kind = X_TEXT, .quoted = true, .as = CELL_FREE, .text = t }); }
static struct xnode *field(struct xparser *p, struct str name)
{
	struct xnode *x = node(p, XO_FIELD, NULL, 0);
	if (x) x->name = arena_str(p->arena, str_trim(name)), x->column = PROCESS_NOWHERE;
	return x;
}

static bool is_sign(const struct xparser *p, char c) { return p->tok.kind == T_SIGN && p->tok.sign == c; }
static bool is_word(const struct xparser *p, const char *w) { return p->tok.kind == T_NAME && str_eq_nocase(p->tok.text, str_of(w)); }
static bool take(struct xparser *p, char c)
{
	if (!is_sign(p, c)) return false;
	next(p);
	return true;
}

static struct xnode *choice(struct xparser *p);

/* --- calls --------------------------------------------------------------------------------------------------- */

static void counts(const char *takes, size_t *least, size_t *most)
{
	bool may = false;
	*least = *most = 0;
	for (; *takes; takes++) {
		if (*takes == '?') may = true;
		else if (*takes == '*') *most = EXPRESSION_MOST_ARGS;
		else (*most)++, *least += !may;
	}
}

static struct xnode *no_function(struct xparser *p, struct str name, size_t at)
{
	struct str words[200] = { 0 };
	size_t n = 0;
	for (; expression_functions[n].name && n < COUNT_OF(words); n++) words[n] = str_of(expression_functions[n].name);
	struct str near = process_nearest(name, words, n);
	if (near.n) return refuse(p, at, "There is no function %.*s (did you mean %.*s?)", STR_ARG(text_cut(name, 60)), STR_ARG(near));
	return refuse(p, at, "There is no function %.*s", STR_ARG(text_cut(name, 60)));
}

/* now(days=-1, hours=2): each pair is a text and a value. */
static struct xnode *named(struct xparser *p)
{
	struct xparser before = *p;
	struct str word = p->tok.text;
	if (p->tok.kind != T_NAME) return NULL;
	next(p);
	if (is_sign(p, S_EQ) && p->tok.end == p->tok.at + 1) {
		next(p);
		return text_value(p, word);
	}
	*p = before;
	return NULL;
}

static struct xnode *call(struct xparser *p, struct str name, size_t at)
{
	const struct xfunction *fn = expression_function_or_null(name);
	struct xnode *args[EXPRESSION_MOST_ARGS];
	size_t n = 0, least, most;
	if (!fn) return no_function(p, name, at);
	bool pairs = strcmp(fn->name, "now") == 0;
	if (!take(p, ')')) {
		do {
			if (n + 2 > EXPRESSION_MOST_ARGS) return refuse(p, p->tok.at, "More than %d arguments", EXPRESSION_MOST_ARGS - 2);
			struct xnode *label = pairs ? named(p) : NULL;
			if (pairs && !label) return expected(p, "a name such as days=-1");
			if (label) args[n++] = label;
			args[n] = choice(p);
			if (!args[n++]) return NULL;
		} while (take(p, ','));
		if (!take(p, ')')) return expected(p, "a comma or )");
	}
	counts(fn->takes, &least, &most);
	if (n < least || n > most) {
		if (least == most) return refuse(p, at, "The function %s takes %zu argument%s, not %zu", fn->name, least, least == 1 ? "" : "s", n);
		return refuse(p, at, "The function %s takes %zu to %zu arguments, not %zu", fn->name, least, most, n);
	}
	struct xnode *x = node(p, XO_CALL, args, n);
	if (x) x->fn = fn;
	return x;
}

/* --- levels of precedence -------------------------------------------------------------------------------------- */

static struct xnode *word(struct xparser *p)
{
	static const struct { const char *name; struct xvalue v; } words[] = {
		{ "true", { .kind = X_TRUTH, .truth = true } }, { "false", { .kind = X_TRUTH } }, { "null", { .kind = X_NULL } },
		{ "pi", { .kind = X_NUMBER, .number = 3.14159265358979323846 } }, { "e", { .kind = X_NUMBER, .number = 2.71828182845904523536 } },
	};
	struct xtoken t = p->tok;
	next(p);
	/* date'2024-01-31' of ODSQL: dates are texts here. */
	if (str_eq_nocase(t.text, STR("date")) && p->tok.kind == T_TEXT && p->tok.at == t.end) {
		struct str text = p->tok.text;
		next(p);
		return text_value(p, text);
	}
	if (take(p, '(')) return call(p, t.text, t.at);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(t.text, str_of(words[i].name))) return value(p, words[i].v);
	return field(p, t.text);
}

static struct xnode *primary(struct xparser *p)
{
	struct xtoken t = p->tok;
	int64_t whole;
	switch (t.kind) {
	case T_NUMBER:
		next(p);
		/* One that a double rounds keeps its figures. */
		return value(p, (struct xvalue){ .kind = X_NUMBER, .number = t.number, .text = t.number >= 0x1p53 && str_to_int(t.text, &whole) ? t.text : STR("") });
	case T_TEXT:
		next(p);
		return text_value(p, t.text);
	case T_FIELD:
		next(p);
		return field(p, t.text);
	case T_NAME: return word(p);
	case T_SIGN:
		if (take(p, '(')) {
			struct xnode *x = choice(p);
			if (x && !take(p, ')')) return expected(p, "an operator or )");
			return x;
		}
		break;
	case T_END: case T_BAD: break;
	}
	return expected(p, "a number, a text in quotes, a field or a function");
}

static struct xnode *factorial(struct xparser *p)
{
	struct xnode *x = primary(p);
	while (x && take(p, '!')) x = one(p, XO_FACTORIAL, x);
	return x;
}

static struct xnode *signed_one(struct xparser *p);

static struct xnode *power(struct xparser *p)
{
	struct xnode *x = factorial(p);
	if (x && take(p, '^')) return two(p, XO_POWER, x, signed_one(p)); /* 2^3^2 is 2^9, 2^-1 is ½ */
	return x;
}

static struct xnode *signed_one(struct xparser *p)
{
	if (++p->depth > EXPRESSION_MOST_DEPTH) return refuse(p, p->tok.at, "Brackets and calls are nested too deep: %d levels are read; stopped", EXPRESSION_MOST_DEPTH);
	struct xnode *x;
	if (take(p, '-')) x = one(p, XO_MINUS, signed_one(p));
	else if (take(p, '+')) x = one(p, XO_PLUS, signed_one(p));
	else if (take(p, '!')) x = one(p, XO_NOT, signed_one(p));
	else x = power(p);
	p->depth--;
	return x;
}

struct level { char sign; enum xop op; };
static struct xnode *chain(struct xparser *p, struct xnode *(*below)(struct xparser *), const struct level *ops, size_t nops)
{
	struct xnode *x = below(p);
	while (x) {
		size_t i = 0;
		while (i < nops && !is_sign(p, ops[i].sign)) i++;
		if (i == nops) break;
		next(p);
		x = two(p, ops[i].op, x, below(p));
	}
	return x;
}

static struct xnode *whole(struct xparser *p)
{
	static const struct level ops[] = { { S_WHOLE, XO_WHOLE } };
	return chain(p, signed_one, ops, COUNT_OF(ops));
}
static struct xnode *product(struct xparser *p)
{
	static const struct level ops[] = { { '*', XO_TIMES }, { '/', XO_DIVIDE }, { '%', XO_REST } };
	return chain(p, whole, ops, COUNT_OF(ops));
}
static struct xnode *sum(struct xparser *p)
{
	static const struct level ops[] = { { '+', XO_ADD }, { '-', XO_SUBTRACT } };
	return chain(p, product, ops, COUNT_OF(ops));
}
static struct xnode *joined(struct xparser *p)
{
	static const struct level ops[] = { { '&', XO_JOIN } };
	return chain(p, sum, ops, COUNT_OF(ops));
}

static struct xnode *negation(struct xparser *p)
{
	if (!is_sign(p, '!') && !is_word(p, "not")) return joined(p);
	if (++p->depth > EXPRESSION_MOST_DEPTH) return refuse(p, p->tok.at, "Brackets and calls are nested too deep: %d levels are read; stopped", EXPRESSION_MOST_DEPTH);
	next(p);
	struct xnode *x = one(p, XO_NOT, negation(p));
	p->depth--;
	return x;
}

static struct xnode *in_list(struct xparser *p, struct xnode *x)
{
	struct xnode *args[EXPRESSION_MOST_ARGS] = { x };
	size_t n = 1;
	if (!take(p, '(')) return expected(p, "( after in");
	do {
		if (n == EXPRESSION_MOST_ARGS) return refuse(p, p->tok.at, "More than %d values", EXPRESSION_MOST_ARGS - 1);
		args[n] = choice(p);
		if (!args[n++]) return NULL;
	} while (take(p, ','));
	if (!take(p, ')')) return expected(p, "a comma or )");
	return node(p, XO_IN, args, n);
}

static struct xnode *comparison(struct xparser *p)
{
	static const struct level ops[] = { { S_EQ, XO_EQ }, { S_NE, XO_NE }, { '<', XO_LT }, { S_LE, XO_LE }, { '>', XO_GT }, { S_GE, XO_GE } };
	struct xnode *x = negation(p);
	for (size_t i = 0; x && i < COUNT_OF(ops); i++) {
		if (!is_sign(p, ops[i].sign)) continue;
		next(p);
		x = two(p, ops[i].op, x, negation(p));
		for (size_t k = 0; x && k < COUNT_OF(ops); k++)
			if (is_sign(p, ops[k].sign)) return expected(p, "one comparison only, as in a < b and b < c");
		return x;
	}
	if (x && is_word(p, "in")) {
		next(p);
		return in_list(p, x);
	}
	if (x && is_word(p, "is")) {
		next(p);
		bool not = is_word(p, "not");
		if (not) next(p);
		if (!is_word(p, "null")) return expected(p, not ? "null" : "null or not null");
		next(p);
		x = one(p, XO_IS_NULL, x);
		if (x && not) x = one(p, XO_NOT, x);
	}
	return x;
}

static struct xnode *conjunction(struct xparser *p)
{
	struct xnode *x = comparison(p);
	while (x && (is_word(p, "and") || is_sign(p, S_AND))) {
		next(p);
		x = two(p, XO_AND, x, comparison(p));
	}
	return x;
}

static struct xnode *disjunction(struct xparser *p)
{
	struct xnode *x = conjunction(p);
	while (x && (is_word(p, "or") || is_sign(p, S_OR))) {
		next(p);
		x = two(p, XO_OR, x, conjunction(p));
	}
	return x;
}

static struct xnode *choice(struct xparser *p)
{
	if (++p->depth > EXPRESSION_MOST_DEPTH) return refuse(p, p->tok.at, "Brackets and calls are nested too deep: %d levels are read; stopped", EXPRESSION_MOST_DEPTH);
	struct xnode *x = disjunction(p);
	if (x && take(p, '?')) {
		struct xnode *args[3] = { x, choice(p), NULL };
		size_t n = 2;
		if (args[1] && take(p, ':')) args[n++] = choice(p);
		x = node(p, XO_CHOOSE, args, n);
	}
	p->depth--;
	return x;
}

/* --- a whole text --------------------------------------------------------------------------------------------------- */

static bool parts(struct process_expression *x, struct xparser *p)
{
	VEC(struct xpart) list = { 0 };
	size_t at = 0;
	for (;;) {
		ptrdiff_t open = str_find(str_from(p->text, at), STR("{{"));
		size_t end = open < 0 ? p->text.n : at + (size_t)open;
		if (end > at) vec_push(&x->arena, &list, (struct xpart){ .text = str_sub(p->text, at, end - at) });
		if (open < 0) break;
		p->at = end + 2;
		p->depth = 0;
		next(p);
		struct xpart part = { .node = choice(p) };
		if (!part.node) return false;
		if (!is_sign(p, S_SHUT)) return expected(p, "an operator or }}") != NULL;
		vec_push(&x->arena, &list, part);
		at = p->tok.end;
	}
	x->parts = list.p;
	x->nparts = list.n;
	return true;
}

bool expression_parse(struct process_expression *x, struct err *e)
{
	struct xparser p = { .arena = &x->arena, .text = x->text, .e = e };
	if (!text_is_utf8(x->text)) return err_set(e, ERR_PARAMETER, "the expression is not UTF-8.");
	if (x->text.n > EXPRESSION_MOST_BYTES) return err_set(e, ERR_PARAMETER, "the expression is too long: %d bytes are read.", EXPRESSION_MOST_BYTES);
	if (x->text.n == 0 || x->text.p[0] != '=') return parts(x, &p);
	p.at = 1;
	next(&p);
	x->whole = choice(&p);
	if (x->whole && p.tok.kind != T_END) x->whole = expected(&p, "an operator, or the end of the expression");
	return x->whole != NULL;
}
