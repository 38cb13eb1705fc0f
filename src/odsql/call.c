/* Calls: the word, the rule its row asks for, and the kinds of literals that can be told without a
 * schema. An unknown word is a complaint about its parenthesis, as is a known one in a clause where
 * it may not stand. */
#include "odsql/tree.h"
#include "text/text.h"

#define S FN_S
#define W FN_W
#define O FN_O
#define G FN_G
#define AGG FN_AGG
#define PRED FN_PRED
#define WORDS FN_WORDS
#define NAMED FN_NAMED
#define RANGES FN_RANGES
#define COUNTS FN_COUNTS
#define NAMES FN_NAMES
static const struct odsql_fn functions[] = {
#define FN(symbol, word, takes, result, flags, duckdb) { word, takes, FN_##symbol, VALUE_##result, flags, duckdb },
#include "odsql/functions.def"
#undef FN
};
#undef S
#undef W
#undef O
#undef G
#undef AGG
#undef PRED
#undef WORDS
#undef NAMED
#undef RANGES
#undef COUNTS
#undef NAMES

struct args { VEC(struct odsql_node *) v; };

const struct odsql_fn *fn_of(enum fn_symbol symbol) { return &functions[symbol]; }

const struct odsql_fn *fn_find(struct str word, enum odsql_clause which)
{
	static const unsigned clause_flag[] = {
		[ODSQL_SELECT] = FN_S, [ODSQL_WHERE] = FN_W, [ODSQL_GROUP_BY] = FN_G, [ODSQL_ORDER_BY] = FN_O,
		[ODSQL_REFINE] = 0, [ODSQL_EXCLUDE] = 0, [ODSQL_FACET] = 0, [ODSQL_QV1] = 0,
	};
	for (size_t i = 0; i < COUNT_OF(functions); i++)
		if ((functions[i].flags & clause_flag[which]) && str_eq_nocase(word, str_of(functions[i].word)))
			return &functions[i];
	return NULL;
}

/* --- arguments by letter ------------------------------------------------------------------------ */

static struct odsql_node *parse_length(struct parser *p)
{
	static const struct { char word[3]; double metres; } units[] = {
		{ "mi", 1609.344 }, { "yd", 0.9144 }, { "ft", 0.3048 }, { "m", 1 },
		{ "cm", 0.01 }, { "km", 1000 }, { "mm", 0.001 },
	};
	bool number = p->tok.kind == TOKEN_INT || p->tok.kind == TOKEN_DOUBLE;
	if (!number) return complain_here(p);
	struct odsql_node *n = node_new(p, ODSQL_LENGTH, p->tok.at);
	n->d = p->tok.kind == TOKEN_INT ? (double)p->tok.i : p->tok.d;
	parser_step(p);
	if (p->tok.kind != TOKEN_NAME) return node_end(p, n, NULL, 0);
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (!str_eq(p->tok.value, str_of(units[i].word))) continue;
		n->d *= units[i].metres;
		parser_step(p);
		return node_end(p, n, NULL, 0);
	}
	return complain_here(p);
}

static struct odsql_node *parse_mode(struct parser *p)
{
	static const char *const modes[] = { "intersects", "disjoint", "within", "intersect" };
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		if (!parser_at_word(p, modes[i])) continue;
		struct odsql_node *n = node_new(p, ODSQL_MODE, p->tok.at);
		n->i = (int64_t)(i % 3);
		n->s = str_of(modes[i % 3]);
		parser_step(p);
		return node_end(p, n, NULL, 0);
	}
	return complain_here(p);
}

static bool literal_fits(char letter, const struct odsql_node *n)
{
	switch (letter) {
	case 's': return n->kind == ODSQL_TEXT;
	case 'k': return n->kind == ODSQL_TEXT || n->kind == ODSQL_NULL;
	case 'i': return n->kind == ODSQL_INT;
	case 'N': return n->kind == ODSQL_INT || n->kind == ODSQL_DOUBLE;
	case 'G': case 'P': return n->kind == ODSQL_GEOM;
	case 'f': case 'p': case 'g': case 'T': return n->kind == ODSQL_FIELD;
	default: return true;
	}
}

static struct odsql_node *parse_argument(struct parser *p, char letter)
{
	struct token start = p->tok;
	if (letter == 'm') return parse_length(p);
	if (letter == 'o') return parse_mode(p);
	struct odsql_node *n = parse_sum(p, false);
	if (!n) return NULL;
	return literal_fits(letter, n) ? n : complain_span(p, start.at, start.end);
}

static bool parse_plain(struct parser *p, const char *takes, struct args *out)
{
	bool optional = false;
	for (const char *letter = takes; *letter; letter++) {
		if (*letter == '?') {
			optional = true;
			continue;
		}
		if (out->v.n) {
			if (optional && parser_at(p, ')')) return true;
			if (!parser_expect(p, ',')) return false;
		}
		struct odsql_node *n = parse_argument(p, *letter);
		if (!n) return false;
		vec_push(p->arena, &out->v, n);
	}
	return true;
}

/* --- rules of their own ------------------------------------------------------------------------- */

static struct odsql_node *parse_star(struct parser *p)
{
	struct odsql_node *n = node_new(p, ODSQL_STAR, p->tok.at);
	parser_step(p);
	return node_end(p, n, NULL, 0);
}

/* [ "*", | field, { field, } ] string: the string comes last. */
static bool parse_words(struct parser *p, struct args *out)
{
	while (p->tok.kind != TOKEN_STRING) {
		struct odsql_node *n = parser_at(p, '*') && !out->v.n ? parse_star(p) : parse_name(p);
		if (!n || !parser_expect(p, ',')) return false;
		if (out->v.n && out->v.p[0]->kind == ODSQL_STAR) return complain_span(p, n->at, n->end) != NULL;
		vec_push(p->arena, &out->v, n);
	}
	struct odsql_node *text = parse_factor(p, false);
	if (!text) return false;
	vec_push(p->arena, &out->v, text);
	return true;
}

static bool parse_named(struct parser *p, struct args *out)
{
	if (parser_at(p, ')')) return true;
	for (;;) {
		if (p->tok.kind != TOKEN_NAME) return complain_here(p) != NULL;
		struct odsql_node *n = node_new(p, ODSQL_NAMED, p->tok.at);
		n->s = p->tok.value;
		parser_step(p);
		if (!parser_expect(p, '=')) return false;
		bool minus = parser_at(p, '-');
		if (minus || parser_at(p, '+')) parser_step(p);
		if (p->tok.kind != TOKEN_INT) return complain_here(p) != NULL;
		n->i = minus ? -p->tok.i : p->tok.i;
		parser_step(p);
		vec_push(p->arena, &out->v, node_end(p, n, NULL, 0));
		if (!parser_at(p, ',')) return true;
		parser_step(p);
	}
}

static bool parse_count(struct parser *p, struct odsql_node *call, struct args *out)
{
	struct odsql_node *n;
	if (parser_at(p, '*')) {
		n = parse_star(p);
	} else {
		if (parser_at_word(p, "distinct")) {
			call->flags |= ODSQL_DISTINCT;
			parser_step(p);
		}
		struct token start = p->tok;
		n = parse_factor(p, false);
		if (n && n->kind != ODSQL_FIELD && !is_fn(n, FN_IFNULL)) n = complain_span(p, start.at, start.end);
	}
	if (!n) return false;
	vec_push(p->arena, &out->v, n);
	return true;
}

/* name | name* | *, separated by commas. The star is kept in the name. */
static bool parse_patterns(struct parser *p, struct args *out)
{
	for (;;) {
		struct odsql_node *n = parser_at(p, '*') ? parse_star(p) : parse_name(p);
		if (!n) return false;
		if (n->kind == ODSQL_FIELD && parser_at(p, '*')) {
			n->flags |= ODSQL_OPEN_RIGHT;
			parser_step(p);
			n->end = p->last_end;
		}
		vec_push(p->arena, &out->v, n);
		if (!parser_at(p, ',')) return true;
		parser_step(p);
	}
}

static bool interval_unit(struct str word, enum odsql_unit *out)
{
	static const struct { const char *word; enum odsql_unit unit; } units[] = {
		{ "ms", ODSQL_MS }, { "millisecond", ODSQL_MS }, { "milliseconds", ODSQL_MS },
		{ "s", ODSQL_S }, { "second", ODSQL_S }, { "seconds", ODSQL_S },
		{ "m", ODSQL_MIN }, { "minute", ODSQL_MIN }, { "minutes", ODSQL_MIN },
		{ "h", ODSQL_H }, { "hour", ODSQL_H }, { "hours", ODSQL_H },
		{ "d", ODSQL_D }, { "day", ODSQL_D }, { "days", ODSQL_D },
		{ "w", ODSQL_W }, { "week", ODSQL_W }, { "weeks", ODSQL_W },
		{ "M", ODSQL_MONTH }, { "month", ODSQL_MONTH }, { "months", ODSQL_MONTH },
		{ "q", ODSQL_QUARTER }, { "quarter", ODSQL_QUARTER }, { "quarters", ODSQL_QUARTER },
		{ "y", ODSQL_YEAR }, { "year", ODSQL_YEAR }, { "years", ODSQL_YEAR },
	};
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (!str_eq(word, str_of(units[i].word))) continue;
		*out = units[i].unit;
		return true;
	}
	return false;
}

static struct odsql_node *parse_step(struct parser *p)
{
	struct token start = p->tok;
	struct odsql_node *n = parse_factor(p, false);
	if (!n) return NULL;
	bool fits = n->kind == ODSQL_INT || n->kind == ODSQL_DOUBLE || n->kind == ODSQL_DATE || n->kind == ODSQL_TEXT;
	if (!fits) return complain_span(p, start.at, start.end);
	if (n->kind != ODSQL_INT || p->tok.kind != TOKEN_NAME) return n;
	if (!interval_unit(p->tok.value, &n->unit)) return complain_here(p);
	n->kind = ODSQL_INTERVAL;
	parser_step(p);
	n->end = p->last_end;
	return n;
}

/* field, ( interval | [*,] step {, step} [, *] | [steps] ): stars become flags of the call. */
static bool parse_ranges(struct parser *p, struct odsql_node *call, struct args *out)
{
	struct odsql_node *n = parse_name(p);
	if (!n || !parser_expect(p, ',')) return false;
	vec_push(p->arena, &out->v, n);
	bool bracketed = parser_at(p, '[') || parser_at(p, ']');
	bool star = parser_at(p, '*');
	if (bracketed) call->flags |= ODSQL_BRACKETED;
	if (star || parser_at(p, ']')) call->flags |= ODSQL_OPEN_LEFT;
	if (star || bracketed) parser_step(p);
	if (star && !parser_expect(p, ',')) return false;
	for (;;) {
		struct token start = p->tok;
		n = parse_step(p);
		if (!n) return false;
		if (n->kind == ODSQL_INTERVAL && (out->v.n > 1 || star || bracketed))
			return complain_span(p, start.at, start.end) != NULL;
		vec_push(p->arena, &out->v, n);
		if (n->kind == ODSQL_INTERVAL || !parser_at(p, ',')) break;
		parser_step(p);
		if (parser_at(p, '*') && !bracketed) {
			call->flags |= ODSQL_OPEN_RIGHT;
			parser_step(p);
			break;
		}
	}
	if (!bracketed) return true;
	if (!parser_at(p, ']') && !parser_at(p, '[')) return complain_here(p) != NULL;
	if (parser_at(p, '[')) call->flags |= ODSQL_OPEN_RIGHT;
	parser_step(p);
	return true;
}

struct odsql_node *parse_call(struct parser *p)
{
	struct odsql_node *n = node_new(p, ODSQL_CALL, p->tok.at);
	n->fn = fn_find(p->tok.value, p->which);
	parser_step(p);
	if (!n->fn) return complain_here(p);
	if (!parser_deeper(p)) return NULL;
	parser_step(p);
	struct args args = { 0 };
	bool fine;
	if (n->fn->flags & FN_WORDS) fine = parse_words(p, &args);
	else if (n->fn->flags & FN_NAMED) fine = parse_named(p, &args);
	else if (n->fn->flags & FN_COUNTS) fine = parse_count(p, n, &args);
	else if (n->fn->flags & FN_NAMES) fine = parse_patterns(p, &args);
	else if (n->fn->flags & FN_RANGES) fine = parse_ranges(p, n, &args);
	else fine = parse_plain(p, n->fn->takes, &args);
	if (!fine || !parser_expect(p, ')')) return NULL;
	p->depth--;
	/* Two arguments measure, three test. */
	if (n->fn->symbol == FN_DISTANCE_TEST && args.v.n == 2) n->fn = fn_of(FN_DISTANCE);
	return node_end(p, n, args.v.p, args.v.n);
}
