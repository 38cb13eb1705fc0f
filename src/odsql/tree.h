/* What the files of the room share: the table of functions, the parser's state, complaints. Private. */
#ifndef ODSQL_TREE_H
#define ODSQL_TREE_H

#include "odsql/lex.h"

enum fn_symbol {
#define FN(symbol, word, takes, result, flags, duckdb) FN_##symbol,
#include "odsql/functions.def"
#undef FN
};

enum fn_flags {
	FN_S = 1u << 0, FN_W = 1u << 1, FN_O = 1u << 2, FN_G = 1u << 3,
	FN_AGG = 1u << 4,
	FN_PRED = 1u << 5,
	FN_WORDS = 1u << 6,  /* [fields or *,] string */
	FN_NAMED = 1u << 7,  /* name=int, … */
	FN_RANGES = 1u << 8,
	FN_COUNTS = 1u << 9, /* * or [distinct] expression */
	FN_NAMES = 1u << 10, /* field patterns */
};

struct odsql_fn {
	const char *word, *takes;
	enum fn_symbol symbol;
	enum value_type result;
	unsigned flags;
	const char *duckdb;
};

/* The function a word means in a clause, or NULL. */
const struct odsql_fn *fn_find(struct str word, enum odsql_clause which);
const struct odsql_fn *fn_of(enum fn_symbol symbol);

static inline bool is_fn(const struct odsql_node *n, enum fn_symbol s)
{
	return n->kind == ODSQL_CALL && n->fn->symbol == s;
}
static inline bool is_predicate(const struct odsql_node *n)
{
	return (n->kind >= ODSQL_EQ && n->kind <= ODSQL_OR) || (n->kind == ODSQL_CALL && (n->fn->flags & FN_PRED));
}

/* --- parser ------------------------------------------------------------------------------------ */

struct parser {
	struct arena *arena;
	struct err *e;
	struct str text;
	enum odsql_clause which;
	struct lexer lexer;
	struct token tok;     /* the token looked at */
	uint32_t last_end;    /* where the token before it ended */
	unsigned depth;
};

bool parser_start(struct parser *p, struct arena *a, enum odsql_clause which, struct str text, struct err *e);
void parser_step(struct parser *p);
/* The token after the current one. */
struct token parser_peek(const struct parser *p);
bool parser_at(const struct parser *p, char sign);
bool parser_at_word(const struct parser *p, const char *word);
/* Steps over a sign or complains. */
bool parser_expect(struct parser *p, char sign);
/* One more level of nesting, or the complaint that there are too many; leave with p->depth--. */
bool parser_deeper(struct parser *p);
bool is_reserved(struct str word);
/* Reserved for good: no field may be meant by it bare. */
bool is_keyword(struct str word);

struct odsql_node *node_new(struct parser *p, enum odsql_kind kind, uint32_t at);
/* Closes a node at the last token read and gives it its arguments. NULL when the tree is too high. */
struct odsql_node *node_end(struct parser *p, struct odsql_node *n, struct odsql_node *const *args, size_t nargs);

struct odsql_node *parse_or(struct parser *p);
/* A sum; `predicates` allows a parenthesised condition as its first operand. */
struct odsql_node *parse_sum(struct parser *p, bool predicates);
struct odsql_node *parse_factor(struct parser *p, bool predicates);
struct odsql_node *parse_name(struct parser *p);
struct odsql_node *parse_call(struct parser *p);

/* --- complaints -------------------------------------------------------------------------------- */

/* "unexpected TOKEN at position P in TEXT": about the current token, or a span. Gives NULL. */
struct odsql_node *complain_here(struct parser *p);
struct odsql_node *complain_span(struct parser *p, uint32_t at, uint32_t end);
const char *clause_word(enum odsql_clause which);

#endif
