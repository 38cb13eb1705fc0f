/* Numeric expressions of y.S.expr: sums, products, parentheses, fields, numbers and the functions listed below.
 * They become unsettled ODSQL trees. A few functions repeat their arguments in what the engine reads, so the
 * weight of a tree is bounded besides its height. */
#include "legacy/inside.h"
#include "text/text.h"

enum { HEIGHT = 64, WEIGHT = 4000 };

struct parser {
	struct v1_call *c;
	struct err *e;
	struct str parameter, text;
	size_t at;
	unsigned depth;
	int64_t weight;
};

static struct odsql_node *sum(struct parser *p);

static struct odsql_node *refuse(struct parser *p, size_t at)
{
	size_t end = at;
	if (at < p->text.n) (void)text_next(p->text, &end);
	struct str found = at < p->text.n ? str_sub(p->text, at, end - at) : STR("end of line");
	err_set(p->e, ERR_PARAMETER, "The expression of %.*s cannot be read: unexpected %.*s at position %zu in %.*s.",
	        STR_ARG(text_cut(p->parameter, 60)), STR_ARG(found), text_length(str_sub(p->text, 0, at)),
	        STR_ARG(text_cut(p->text, 120)));
	return NULL;
}

static char look(struct parser *p)
{
	while (p->at < p->text.n && (unsigned char)p->text.p[p->at] <= ' ') p->at++;
	return p->at < p->text.n ? p->text.p[p->at] : '\0';
}

static struct odsql_node *checked(struct parser *p, struct odsql_node *n)
{
	p->weight++;
	if (n->height <= HEIGHT && p->weight <= WEIGHT) return n;
	err_set(p->e, ERR_PARAMETER, "The expression of %.*s is too long or nested too deep.", STR_ARG(text_cut(p->parameter, 60)));
	return NULL;
}

/* --- functions ---------------------------------------------------------------------------------- */

static const struct function {
	const char *word; /* in any case; with a # it is ODSQL's */
	size_t args;
	int64_t times;    /* how often it repeats its arguments */
} functions[] = {
	{ "abs", 1, 1 }, { "acos", 1, 1 }, { "asin", 1, 1 }, { "atan", 1, 1 }, { "atan2", 2, 1 }, { "cbrt", 1, 1 },
	{ "ceil", 1, 1 }, { "cos", 1, 1 }, { "cosh", 1, 1 }, { "exp", 1, 1 }, { "floor", 1, 1 }, { "hypot", 2, 1 },
	{ "ieeeremainder", 2, 3 }, { "log", 1, 1 }, { "log10", 1, 1 }, { "max", 2, 3 }, { "min", 2, 3 }, { "pow", 2, 1 },
	{ "random", 0, 1 }, { "rint", 1, 1 }, { "round", 1, 1 }, { "signum", 1, 1 }, { "sin", 1, 1 }, { "sinh", 1, 1 },
	{ "sqrt", 1, 1 }, { "tan", 1, 1 }, { "tanh", 1, 1 }, { "time", 1, 1 }, { "todegrees", 1, 1 }, { "toradians", 1, 1 },
	{ "ulp", 1, 1 },
};

static const struct function *function_of(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(functions); i++)
		if (str_eq_nocase(word, str_of(functions[i].word))) return &functions[i];
	return NULL;
}

/* The reader stands behind the opening parenthesis. */
static struct odsql_node *call(struct parser *p, const struct function *f)
{
	struct odsql_node *args[2] = { 0 };
	int64_t before = p->weight;
	for (size_t i = 0; i < f->args; i++) {
		if (i && look(p) != ',') return refuse(p, p->at);
		if (i) p->at++;
		args[i] = sum(p);
		if (!args[i]) return NULL;
	}
	if (look(p) != ')') return refuse(p, p->at);
	p->at++;
	p->weight = before + (p->weight - before) * f->times;
	return checked(p, odsql_call(p->c->arena, ODSQL_SELECT, arena_printf(p->c->arena, "#%s", f->word).p, args, f->args));
}

/* --- operands ----------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_name_char(char c, bool first)
{
	unsigned char u = (unsigned char)c;
	bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || u >= 0x80;
	return letter || (!first && is_digit(c));
}

static struct odsql_node *number(struct parser *p)
{
	size_t from = p->at;
	while (p->at < p->text.n && (is_digit(p->text.p[p->at]) || p->text.p[p->at] == '.')) p->at++;
	if (p->at < p->text.n && (p->text.p[p->at] == 'e' || p->text.p[p->at] == 'E')) {
		p->at++;
		if (p->at < p->text.n && (p->text.p[p->at] == '-' || p->text.p[p->at] == '+')) p->at++;
		while (p->at < p->text.n && is_digit(p->text.p[p->at])) p->at++;
	}
	struct str s = str_sub(p->text, from, p->at - from);
	if (s.p[0] == '.') s = arena_join(p->c->arena, STR("0"), s);
	struct odsql_node *n = odsql_leaf(p->c->arena, ODSQL_INT, s);
	if (text_to_int(s, &n->i)) return checked(p, n);
	n->kind = ODSQL_DOUBLE;
	return text_to_double(s, &n->d) ? checked(p, n) : refuse(p, from);
}

static struct odsql_node *name(struct parser *p)
{
	size_t from = p->at;
	struct str s;
	if (look(p) == '`') {
		ptrdiff_t end = str_find_char(str_from(p->text, from + 1), '`');
		if (end < 0) return refuse(p, from);
		s = str_sub(p->text, from + 1, (size_t)end);
		p->at = from + (size_t)end + 2;
	} else {
		while (p->at < p->text.n && is_name_char(p->text.p[p->at], p->at == from)) p->at++;
		s = str_sub(p->text, from, p->at - from);
		if (!s.n) return refuse(p, from);
		if (look(p) == '(') {
			const struct function *f = function_of(s);
			if (!f) return refuse(p, p->at);
			p->at++;
			return call(p, f);
		}
	}
	if (v1_field_or_null(p->c, s)) return checked(p, odsql_leaf(p->c->arena, ODSQL_FIELD, s));
	err_set(p->e, ERR_PARAMETER, "The expression of %.*s names an unknown field: %.*s.", STR_ARG(text_cut(p->parameter, 60)),
	        STR_ARG(text_cut(s, 100)));
	return NULL;
}

static struct odsql_node *operand(struct parser *p)
{
	struct odsql_node *n;
	char k = look(p);
	if (++p->depth > HEIGHT) return refuse(p, p->at);
	if (k == '-' || k == '+') {
		p->at++;
		n = operand(p);
		if (n && k == '-') n = checked(p, odsql_test(p->c->arena, ODSQL_NEGATE, &n, 1));
	} else if (k == '(') {
		p->at++;
		n = sum(p);
		if (n && look(p) != ')') n = refuse(p, p->at);
		else p->at++;
	} else {
		n = is_digit(k) || k == '.' ? number(p) : name(p);
	}
	p->depth--;
	return n;
}

static struct odsql_node *joined(struct parser *p, struct odsql_node *x, char sign, struct odsql_node *y)
{
	enum odsql_kind kind = sign == '+' ? ODSQL_ADD : sign == '-' ? ODSQL_SUBTRACT : sign == '*' ? ODSQL_MULTIPLY : ODSQL_DIVIDE;
	struct odsql_node *const both[] = { x, y };
	return y ? checked(p, odsql_test(p->c->arena, kind, both, 2)) : NULL;
}

static struct odsql_node *product(struct parser *p)
{
	struct odsql_node *n = operand(p);
	while (n && (look(p) == '*' || look(p) == '/')) {
		char sign = p->text.p[p->at++];
		n = joined(p, n, sign, operand(p));
	}
	return n;
}

static struct odsql_node *sum(struct parser *p)
{
	struct odsql_node *n = product(p);
	while (n && (look(p) == '+' || look(p) == '-')) {
		char sign = p->text.p[p->at++];
		n = joined(p, n, sign, product(p));
	}
	return n;
}

struct odsql_node *v1_expression(struct v1_call *c, struct str parameter, struct str text, struct err *e)
{
	struct parser p = { .c = c, .e = e, .parameter = parameter, .text = text };
	struct odsql_node *n = sum(&p);
	if (n && look(&p)) return refuse(&p, p.at);
	return n;
}
