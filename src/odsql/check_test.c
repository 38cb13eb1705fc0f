/* Types of comparisons, memberships and other tests. A literal bends to what it is compared with: a
 * quoted number to a number, a number to text, a text to a date; nothing else bends. */
#include "odsql/check.h"
#include "text/text.h"

static bool is_literal(const struct odsql_node *n) { return n->kind <= ODSQL_BOOL && !(n->flags & ODSQL_KEY); }

bool check_date(struct checker *c, struct odsql_node *n, enum value_type as)
{
	int64_t from;
	int64_t to;
	if (!odsql_period(c->scope, n->s, as, &from, &to))
		return odsql_complain(c->e, c->which,
		                      "'%.*s' is not a date; write it as 2024, 2024-01, 2024-01-31 or 2024-01-31T12:00:00.",
		                      STR_ARG(text_cut(n->s, 60)));
	n->kind = ODSQL_DATE;
	n->type = as;
	n->from = from;
	n->to = to;
	return true;
}

static bool read_number(struct checker *c, struct odsql_node *n)
{
	n->type = VALUE_INT;
	n->kind = ODSQL_INT;
	if (text_to_int(n->s, &n->i)) return true;
	n->type = VALUE_DOUBLE;
	n->kind = ODSQL_DOUBLE;
	if (text_to_double(n->s, &n->d)) return true;
	return odsql_complain(c->e, c->which, "'%.*s' is not a number.", STR_ARG(text_cut(n->s, 60)));
}

/* The digits as they were written. */
static void number_as_text(struct checker *c, struct odsql_node *n)
{
	bool minus = n->kind == ODSQL_INT ? n->i < 0 : n->d < 0;
	n->s = minus ? arena_join(c->arena, STR("-"), n->s) : n->s;
	n->kind = ODSQL_TEXT;
	n->type = VALUE_TEXT;
}

static bool read_bool(struct odsql_node *n)
{
	bool yes = str_eq_nocase(n->s, STR("true"));
	if (!yes && !str_eq_nocase(n->s, STR("false"))) return false;
	n->kind = ODSQL_BOOL;
	n->type = VALUE_BOOL;
	n->b = yes;
	return true;
}

/* Reads literal y as the type of x; true when nothing more is to be said. */
static bool bend(struct checker *c, const struct odsql_node *x, struct odsql_node *y, bool *failed)
{
	*failed = false;
	if (y->kind == ODSQL_DATE && is_time(x) && !(y->flags & ODSQL_KEY)) {
		if (x->type != y->type && !is_fn(y, FN_NOW) && y->s.n) *failed = !check_date(c, y, x->type);
		return true;
	}
	if (!is_literal(y)) return false;
	if (y->kind == ODSQL_TEXT && is_time(x)) *failed = !check_date(c, y, x->type);
	else if (y->kind == ODSQL_TEXT && is_number(x)) *failed = !read_number(c, y);
	else if (y->kind == ODSQL_TEXT && x->type == VALUE_BOOL) return read_bool(y);
	else if (is_number(y) && x->type == VALUE_TEXT) number_as_text(c, y);
	else return false;
	return true;
}

bool check_pair(struct checker *c, struct odsql_node *x, struct odsql_node *y)
{
	bool failed = false;
	if (x->untyped) x->type = y->type;
	if (y->untyped) y->type = x->type;
	if (bend(c, x, y, &failed) || failed || bend(c, y, x, &failed) || failed) return !failed;
	bool same = x->type == y->type || (is_number(x) && is_number(y)) || (is_time(x) && is_time(y));
	if (same) return true;
	return odsql_complain(c->e, c->which, "%.*s (%s) and %.*s (%s) cannot be compared.",
	                      STR_ARG(words_of(c, x)), value_kind(x->type)->word,
	                      STR_ARG(words_of(c, y)), value_kind(y->type)->word);
}

static bool refuse_unordered(struct checker *c, const struct odsql_node *n)
{
	if (value_kind(n->type)->orders && n->kind != ODSQL_GEOM) return true;
	return odsql_complain(c->e, c->which, "Field %.*s is not allowed in the current clause: a %s can only be compared with null.",
	                      STR_ARG(words_of(c, n)), value_kind(n->type)->word);
}

static enum odsql_kind mirrored(enum odsql_kind kind)
{
	if (kind == ODSQL_LT) return ODSQL_GT;
	if (kind == ODSQL_LE) return ODSQL_GE;
	if (kind == ODSQL_GT) return ODSQL_LT;
	return kind == ODSQL_GE ? ODSQL_LE : kind;
}

/* Literals and plain values go to the right, where the emitter looks for periods and list elements. */
static void turn_round(struct odsql_node *n)
{
	struct odsql_node *x = n->args[0];
	struct odsql_node *y = n->args[1];
	bool date = x->kind == ODSQL_DATE && y->kind != ODSQL_DATE;
	if (!date && !(y->list && !x->list)) return;
	n->args[0] = y;
	n->args[1] = x;
	n->kind = mirrored(n->kind);
}

static bool check_comparison(struct checker *c, struct odsql_node *n)
{
	struct odsql_node *x = n->args[0];
	struct odsql_node *y = n->args[1];
	if (!refuse_unordered(c, x) || !refuse_unordered(c, y)) return false;
	if (x->list && y->list)
		return odsql_complain(c->e, c->which, "%.*s and %.*s have several values each and cannot be compared.",
		                      STR_ARG(words_of(c, x)), STR_ARG(words_of(c, y)));
	if (!check_pair(c, x, y)) return false;
	turn_round(n);
	return true;
}

static bool check_members(struct checker *c, struct odsql_node *n)
{
	if (!refuse_unordered(c, n->args[0])) return false;
	for (size_t i = 1; i < n->nargs; i++)
		if (!refuse_unordered(c, n->args[i]) || !check_pair(c, n->args[0], n->args[i])) return false;
	return true;
}

static bool check_in_field(struct checker *c, struct odsql_node *n)
{
	struct odsql_node *literal = n->args[0];
	n->args[0] = n->args[1];
	n->args[1] = literal;
	/* From here on it reads "field holds literal", which is equality. */
	n->kind = ODSQL_EQ;
	return check_comparison(c, n);
}

static bool check_like(struct checker *c, struct odsql_node *n)
{
	if (n->args[0]->type == VALUE_TEXT && !n->args[0]->untyped) return true;
	return odsql_complain(c->e, c->which, "LIKE needs a text field; %.*s is %s.", STR_ARG(words_of(c, n->args[0])),
	                      value_kind(n->args[0]->type)->word);
}

static bool check_is(struct checker *c, struct odsql_node *n)
{
	if (n->args[1]->kind == ODSQL_NULL || n->args[0]->type == VALUE_BOOL) return true;
	return odsql_complain(c->e, c->which, "%.*s is not a boolean.", STR_ARG(words_of(c, n->args[0])));
}

bool check_test(struct checker *c, struct odsql_node *n)
{
	for (size_t i = 0; i < n->nargs; i++)
		if (!check_expr(c, n->args[i])) return false;
	n->type = VALUE_BOOL;
	n->varies = true;
	if (n->kind <= ODSQL_GE) return check_comparison(c, n);
	if (n->kind == ODSQL_LIKE) return check_like(c, n);
	if (n->kind == ODSQL_IN_FIELD) return check_in_field(c, n);
	if (n->kind == ODSQL_IS) return check_is(c, n);
	return check_members(c, n);
}
