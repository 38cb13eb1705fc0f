/* Expressions by precedence: or, and, not, tests, sums, products, factors. Recursion is bounded by
 * LIMIT_ODSQL_DEPTH, and the height of a tree by TREE_HEIGHT, so that later walks are safe on small
 * thread stacks, here and in the engine, whose planning time grows with the square of the height. */
#include "odsql/tree.h"
#include "text/text.h"

enum { TREE_HEIGHT = 150 };

struct nodes { VEC(struct odsql_node *) v; };

bool parser_start(struct parser *p, struct arena *a, enum odsql_clause which, struct str text, struct err *e)
{
	*p = (struct parser){ .arena = a, .e = e, .text = text, .which = which };
	if (text.n > LIMIT_CLAUSE_BYTES)
		return odsql_complain(e, which, "The clause is longer than %d bytes.", LIMIT_CLAUSE_BYTES);
	if (!text_is_utf8(text)) return odsql_complain(e, which, "The clause is not UTF-8 text.");
	p->lexer = (struct lexer){ .arena = a, .text = text };
	p->tok = lex_next(&p->lexer);
	return true;
}

void parser_step(struct parser *p)
{
	p->last_end = p->tok.end;
	p->tok = lex_next(&p->lexer);
}

struct token parser_peek(const struct parser *p)
{
	struct lexer ahead = p->lexer;
	return lex_next(&ahead);
}

bool parser_at(const struct parser *p, char sign)
{
	return p->tok.kind == TOKEN_SIGN && p->tok.sign == sign;
}

bool parser_at_word(const struct parser *p, const char *word)
{
	return p->tok.kind == TOKEN_NAME && str_eq_nocase(p->tok.value, str_of(word));
}

bool parser_expect(struct parser *p, char sign)
{
	if (!parser_at(p, sign)) return complain_here(p) != NULL;
	parser_step(p);
	return true;
}

bool parser_deeper(struct parser *p)
{
	if (++p->depth <= LIMIT_ODSQL_DEPTH) return true;
	return odsql_complain(p->e, p->which, "Expressions are nested more than %d levels deep.", LIMIT_ODSQL_DEPTH);
}

static bool in_words(struct str word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(word, str_of(words[i]))) return true;
	return false;
}

bool is_keyword(struct str word)
{
	static const char *const words[] = { "and", "as", "asc", "by", "desc", "distinct", "false", "group",
		"not", "null", "or", "limit", "select", "true", "where" };
	return in_words(word, words, COUNT_OF(words));
}

bool is_reserved(struct str word)
{
	static const char *const words[] = { "avg", "count", "date_format", "day", "dayofweek", "equi", "hour",
		"ifnull", "lower", "max", "millisecond", "min", "minute", "month", "quarter", "range", "search",
		"second", "sum", "top", "upper", "year" };
	return is_keyword(word) || in_words(word, words, COUNT_OF(words));
}

struct odsql_node *node_new(struct parser *p, enum odsql_kind kind, uint32_t at)
{
	struct odsql_node *n = arena_new(p->arena, struct odsql_node);
	n->kind = kind;
	n->at = at;
	n->end = at;
	n->field = ODSQL_NO_FIELD;
	return n;
}

struct odsql_node *node_end(struct parser *p, struct odsql_node *n, struct odsql_node *const *args, size_t nargs)
{
	n->end = p->last_end;
	n->height = 1;
	if (nargs) n->args = arena_array(p->arena, struct odsql_node *, nargs);
	n->nargs = (uint32_t)nargs;
	for (size_t i = 0; i < nargs; i++) {
		n->args[i] = args[i];
		n->height = num_max(n->height, args[i]->height + 1);
	}
	if (n->height <= TREE_HEIGHT) return n;
	odsql_complain(p->e, p->which, "An expression joins more than %d operators.", TREE_HEIGHT);
	return NULL;
}

static struct odsql_node *two(struct parser *p, enum odsql_kind kind, struct odsql_node *x, struct odsql_node *y)
{
	if (!x || !y) return NULL;
	struct odsql_node *const args[] = { x, y };
	return node_end(p, node_new(p, kind, x->at), args, 2);
}

struct odsql_node *parse_name(struct parser *p)
{
	struct odsql_node *n = node_new(p, ODSQL_FIELD, p->tok.at);
	n->s = STR("");
	for (;;) {
		bool bare = p->tok.kind == TOKEN_NAME;
		if (!bare && p->tok.kind != TOKEN_QUOTED) return complain_here(p);
		if (bare && n->s.n == 0 && is_keyword(p->tok.value)) return complain_here(p);
		n->s = n->s.n ? arena_printf(p->arena, "%.*s.%.*s", STR_ARG(n->s), STR_ARG(p->tok.value))
		              : p->tok.value;
		parser_step(p);
		if (!parser_at(p, '.')) return node_end(p, n, NULL, 0);
		parser_step(p);
	}
}

static struct odsql_node *parse_signed(struct parser *p)
{
	uint32_t at = p->tok.at;
	bool minus = parser_at(p, '-');
	parser_step(p);
	/* One sign only: `--` starts a comment elsewhere and nothing here. */
	if (parser_at(p, '-') || parser_at(p, '+')) return complain_here(p);
	bool number = p->tok.kind == TOKEN_INT || p->tok.kind == TOKEN_DOUBLE;
	struct odsql_node *n = parse_factor(p, false);
	if (!n || !minus) return n;
	if (!number) return node_end(p, node_new(p, ODSQL_NEGATE, at), &n, 1);
	n->at = at;
	n->i = -n->i;
	n->d = -n->d;
	return n;
}

static struct odsql_node *parse_literal(struct parser *p)
{
	static const enum odsql_kind kinds[] = {
		[TOKEN_STRING] = ODSQL_TEXT, [TOKEN_INT] = ODSQL_INT, [TOKEN_DOUBLE] = ODSQL_DOUBLE,
		[TOKEN_DATE] = ODSQL_DATE, [TOKEN_GEOM] = ODSQL_GEOM,
	};
	struct odsql_node *n = node_new(p, kinds[p->tok.kind], p->tok.at);
	n->s = p->tok.value;
	n->i = p->tok.i;
	n->d = p->tok.d;
	parser_step(p);
	return node_end(p, n, NULL, 0);
}

/* true, false, null; NULL without a complaint when the token is none of them. */
static struct odsql_node *parse_constant_or_null(struct parser *p)
{
	bool yes = parser_at_word(p, "true");
	bool no = parser_at_word(p, "false");
	if (!yes && !no && !parser_at_word(p, "null")) return NULL;
	struct odsql_node *n = node_new(p, yes || no ? ODSQL_BOOL : ODSQL_NULL, p->tok.at);
	n->b = yes;
	parser_step(p);
	return node_end(p, n, NULL, 0);
}

static struct odsql_node *parse_parens(struct parser *p, bool predicates)
{
	uint32_t at = p->tok.at;
	if (!parser_deeper(p)) return NULL;
	parser_step(p);
	struct odsql_node *n = predicates ? parse_or(p) : parse_sum(p, false);
	if (!n || !parser_expect(p, ')')) return NULL;
	p->depth--;
	n->at = at;
	n->end = p->last_end;
	return n;
}

struct odsql_node *parse_factor(struct parser *p, bool predicates)
{
	switch (p->tok.kind) {
	case TOKEN_STRING: case TOKEN_INT: case TOKEN_DOUBLE: case TOKEN_DATE: case TOKEN_GEOM:
		return parse_literal(p);
	case TOKEN_SIGN:
		if (p->tok.sign == '(') return parse_parens(p, predicates);
		if (p->tok.sign == '-' || p->tok.sign == '+') return parse_signed(p);
		return complain_here(p);
	case TOKEN_QUOTED:
		return parse_name(p);
	case TOKEN_NAME: {
		struct odsql_node *n = parse_constant_or_null(p);
		if (n) return n;
		struct token next = parser_peek(p);
		bool call = next.kind == TOKEN_SIGN && next.sign == '(' && !is_keyword(p->tok.value);
		return call ? parse_call(p) : parse_name(p);
	}
	case TOKEN_END: case TOKEN_BAD:
		return complain_here(p);
	}
	return complain_here(p);
}

static struct odsql_node *parse_product(struct parser *p, bool predicates)
{
	struct odsql_node *n = parse_factor(p, predicates);
	while (n && !is_predicate(n) && (parser_at(p, '*') || parser_at(p, '/'))) {
		enum odsql_kind kind = parser_at(p, '*') ? ODSQL_MULTIPLY : ODSQL_DIVIDE;
		parser_step(p);
		n = two(p, kind, n, parse_factor(p, false));
	}
	return n;
}

struct odsql_node *parse_sum(struct parser *p, bool predicates)
{
	struct odsql_node *n = parse_product(p, predicates);
	while (n && !is_predicate(n) && (parser_at(p, '+') || parser_at(p, '-'))) {
		enum odsql_kind kind = parser_at(p, '+') ? ODSQL_ADD : ODSQL_SUBTRACT;
		struct token next = parser_peek(p);
		if (kind == ODSQL_SUBTRACT && next.kind == TOKEN_SIGN && next.sign == '-' && next.at == p->tok.end)
			return complain_span(p, next.at, next.end);
		parser_step(p);
		n = two(p, kind, n, parse_product(p, false));
	}
	return n;
}

/* --- tests --------------------------------------------------------------------------------------- */

static struct odsql_node *parse_bound(struct parser *p)
{
	struct token start = p->tok;
	struct odsql_node *n = parse_factor(p, false);
	if (!n) return NULL;
	bool fits = n->kind == ODSQL_INT || n->kind == ODSQL_DOUBLE || n->kind == ODSQL_DATE
	            || n->kind == ODSQL_TEXT || is_fn(n, FN_NOW);
	return fits ? n : complain_span(p, start.at, start.end);
}

static struct odsql_node *parse_range(struct parser *p, struct odsql_node *left)
{
	struct odsql_node *n = node_new(p, ODSQL_IN_RANGE, left->at);
	if (parser_at(p, ']')) n->flags |= ODSQL_OPEN_LEFT;
	parser_step(p);
	struct odsql_node *low = parse_bound(p);
	if (!low) return NULL;
	if (!parser_at(p, SIGN_DOTS) && !parser_at_word(p, "to")) return complain_here(p);
	parser_step(p);
	struct odsql_node *high = parse_bound(p);
	if (!high) return NULL;
	if (!parser_at(p, ']') && !parser_at(p, '[')) return complain_here(p);
	if (parser_at(p, '[')) n->flags |= ODSQL_OPEN_RIGHT;
	parser_step(p);
	struct odsql_node *const args[] = { left, low, high };
	return node_end(p, n, args, 3);
}

static bool is_literal(const struct odsql_node *n) { return n->kind <= ODSQL_GEOM; }

static struct odsql_node *parse_list(struct parser *p, struct odsql_node *left)
{
	struct nodes args = { 0 };
	vec_push(p->arena, &args.v, left);
	do {
		parser_step(p);
		struct token start = p->tok;
		struct odsql_node *item = parse_factor(p, false);
		if (!item) return NULL;
		if (!is_literal(item) && !is_fn(item, FN_NOW)) return complain_span(p, start.at, start.end);
		vec_push(p->arena, &args.v, item);
	} while (parser_at(p, ','));
	if (!parser_expect(p, ')')) return NULL;
	if (args.v.n - 1 > LIMIT_ODSQL_IN_ITEMS) {
		odsql_complain(p->e, p->which, "IN is followed by more than %d values.", LIMIT_ODSQL_IN_ITEMS);
		return NULL;
	}
	return node_end(p, node_new(p, ODSQL_IN_LIST, left->at), args.v.p, args.v.n);
}

static struct odsql_node *parse_in(struct parser *p, struct odsql_node *left)
{
	parser_step(p);
	if (parser_at(p, '(')) return parse_list(p, left);
	if (parser_at(p, '[') || parser_at(p, ']')) return parse_range(p, left);
	if (!is_literal(left)) return complain_here(p);
	return two(p, ODSQL_IN_FIELD, left, parse_name(p));
}

static struct odsql_node *parse_like(struct parser *p, struct odsql_node *left)
{
	parser_step(p);
	if (p->tok.kind != TOKEN_STRING) return complain_here(p);
	return two(p, ODSQL_LIKE, left, parse_literal(p));
}

static struct odsql_node *parse_is(struct parser *p, struct odsql_node *left)
{
	struct odsql_node *n = node_new(p, ODSQL_IS, left->at);
	parser_step(p);
	if (parser_at_word(p, "not")) {
		n->flags |= ODSQL_NEGATED;
		parser_step(p);
	}
	struct odsql_node *what = parse_constant_or_null(p);
	if (!what) return complain_here(p);
	struct odsql_node *const args[] = { left, what };
	return node_end(p, n, args, 2);
}

/* What follows an operand; a bare string alone looks for words. */
static struct odsql_node *parse_test(struct parser *p)
{
	static const struct { char sign; enum odsql_kind kind; } signs[] = {
		{ '=', ODSQL_EQ }, { ':', ODSQL_EQ }, { SIGN_NE, ODSQL_NE }, { '<', ODSQL_LT },
		{ SIGN_LE, ODSQL_LE }, { '>', ODSQL_GT }, { SIGN_GE, ODSQL_GE },
	};
	struct odsql_node *n = parse_sum(p, true);
	if (!n || is_predicate(n)) return n;
	if (parser_at_word(p, "in")) return parse_in(p, n);
	if (parser_at_word(p, "like")) return parse_like(p, n);
	if (parser_at_word(p, "is")) return parse_is(p, n);
	for (size_t i = 0; i < COUNT_OF(signs); i++) {
		if (!parser_at(p, signs[i].sign)) continue;
		parser_step(p);
		if (signs[i].sign == ':' && (parser_at(p, '[') || parser_at(p, ']'))) return parse_range(p, n);
		return two(p, signs[i].kind, n, parse_sum(p, false));
	}
	if (n->kind == ODSQL_TEXT) n->kind = ODSQL_WORDS;
	return n;
}

static struct odsql_node *parse_not(struct parser *p)
{
	if (!parser_at_word(p, "not")) return parse_test(p);
	uint32_t at = p->tok.at;
	if (!parser_deeper(p)) return NULL;
	parser_step(p);
	struct odsql_node *n = parse_not(p);
	p->depth--;
	return n ? node_end(p, node_new(p, ODSQL_NOT, at), &n, 1) : NULL;
}

/* A run of operands joined by one word becomes one node, so that long filters stay low trees. */
static struct odsql_node *parse_run(struct parser *p, const char *word, enum odsql_kind kind,
                                    struct odsql_node *(*operand)(struct parser *p))
{
	struct nodes args = { 0 };
	struct odsql_node *n = operand(p);
	if (!n || !parser_at_word(p, word)) return n;
	vec_push(p->arena, &args.v, n);
	while (parser_at_word(p, word)) {
		parser_step(p);
		n = operand(p);
		if (!n) return NULL;
		vec_push(p->arena, &args.v, n);
	}
	return node_end(p, node_new(p, kind, args.v.p[0]->at), args.v.p, args.v.n);
}

static struct odsql_node *parse_and(struct parser *p) { return parse_run(p, "and", ODSQL_AND, parse_not); }

struct odsql_node *parse_or(struct parser *p) { return parse_run(p, "or", ODSQL_OR, parse_and); }
