/* The one spelling of a tree: what cache keys and tests are made of. */
#include "odsql/tree.h"
#include "text/text.h"

static void put_quoted(struct buf *b, struct str s, char quote)
{
	buf_put_char(b, quote);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == quote || s.p[i] == '\\') buf_put_char(b, '\\');
		buf_put_char(b, s.p[i]);
	}
	buf_put_char(b, quote);
}

static void put_name(struct buf *b, struct str name, bool is_label)
{
	bool bare = name.n > 0 && !(name.p[0] >= '0' && name.p[0] <= '9');
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bare = bare && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_');
	}
	if (bare && !is_reserved(name) && !is_label) buf_put(b, name);
	else put_quoted(b, name, '`');
}

static void put_args(struct buf *b, const struct odsql_node *n, size_t from, const char *between)
{
	for (size_t i = from; i < n->nargs; i++) {
		if (i > from) buf_put(b, str_of(between));
		odsql_put(b, n->args[i]);
	}
}

static void put_range_call(struct buf *b, const struct odsql_node *n)
{
	bool bracketed = n->flags & ODSQL_BRACKETED;
	buf_lit(b, "range(");
	odsql_put(b, n->args[0]);
	buf_lit(b, ", ");
	if (bracketed) buf_put_char(b, n->flags & ODSQL_OPEN_LEFT ? ']' : '[');
	else if (n->flags & ODSQL_OPEN_LEFT) buf_lit(b, "*, ");
	put_args(b, n, 1, ", ");
	if (bracketed) buf_put_char(b, n->flags & ODSQL_OPEN_RIGHT ? '[' : ']');
	else if (n->flags & ODSQL_OPEN_RIGHT) buf_lit(b, ", *");
	buf_put_char(b, ')');
}

static void put_call(struct buf *b, const struct odsql_node *n)
{
	if (n->fn->symbol == FN_RANGE) {
		put_range_call(b, n);
		return;
	}
	buf_put(b, str_of(n->fn->word));
	buf_put_char(b, '(');
	if (n->flags & ODSQL_DISTINCT) buf_lit(b, "distinct ");
	put_args(b, n, 0, ", ");
	buf_put_char(b, ')');
}

static void put_constant(struct buf *b, const struct odsql_node *n)
{
	if (n->kind == ODSQL_BOOL) buf_put(b, n->b ? STR("true") : STR("false"));
	else if (n->kind == ODSQL_STAR) buf_put_char(b, '*');
	else buf_lit(b, "null");
}

static void put_text(struct buf *b, const struct odsql_node *n) { put_quoted(b, n->s, '"'); }

static void put_number(struct buf *b, const struct odsql_node *n)
{
	if (n->kind == ODSQL_INT) buf_put_int(b, n->i);
	else text_put_double(b, n->d);
}

static void put_prefixed(struct buf *b, const struct odsql_node *n)
{
	buf_put(b, n->kind == ODSQL_DATE ? STR("date") : STR("geom"));
	put_quoted(b, n->s, '\'');
}

static void put_interval(struct buf *b, const struct odsql_node *n)
{
	static const char *const units[] = { "ms", "s", "m", "h", "d", "w", "M", "q", "y" };
	buf_put_int(b, n->i);
	buf_put(b, str_of(units[n->unit]));
}

static void put_named(struct buf *b, const struct odsql_node *n)
{
	buf_put(b, n->s);
	if (n->kind != ODSQL_NAMED) return;
	buf_put_char(b, '=');
	buf_put_int(b, n->i);
}

static void put_field(struct buf *b, const struct odsql_node *n)
{
	put_name(b, n->s, false);
	if (n->flags & ODSQL_OPEN_RIGHT) buf_put_char(b, '*');
}

static void put_wrapped(struct buf *b, const struct odsql_node *n)
{
	buf_put(b, n->kind == ODSQL_NOT ? STR("not (") : STR("-("));
	odsql_put(b, n->args[0]);
	buf_put_char(b, ')');
}

static const char *operator_of(enum odsql_kind kind)
{
	static const char *const words[] = {
		[ODSQL_ADD] = " + ", [ODSQL_SUBTRACT] = " - ", [ODSQL_MULTIPLY] = " * ", [ODSQL_DIVIDE] = " / ",
		[ODSQL_EQ] = " = ", [ODSQL_NE] = " != ", [ODSQL_LT] = " < ", [ODSQL_LE] = " <= ",
		[ODSQL_GT] = " > ", [ODSQL_GE] = " >= ", [ODSQL_AND] = " and ", [ODSQL_OR] = " or ",
	};
	return words[kind];
}

static void put_joined(struct buf *b, const struct odsql_node *n)
{
	bool parens = n->kind <= ODSQL_DIVIDE || n->kind == ODSQL_OR;
	if (parens) buf_put_char(b, '(');
	put_args(b, n, 0, operator_of(n->kind));
	if (parens) buf_put_char(b, ')');
}

static void put_in_list(struct buf *b, const struct odsql_node *n)
{
	odsql_put(b, n->args[0]);
	buf_lit(b, " in (");
	put_args(b, n, 1, ", ");
	buf_put_char(b, ')');
}

static void put_in_range(struct buf *b, const struct odsql_node *n)
{
	odsql_put(b, n->args[0]);
	buf_put(b, n->flags & ODSQL_OPEN_LEFT ? STR(" in ]") : STR(" in ["));
	put_args(b, n, 1, " to ");
	buf_put_char(b, n->flags & ODSQL_OPEN_RIGHT ? '[' : ']');
}

static void put_word_test(struct buf *b, const struct odsql_node *n)
{
	bool not = n->flags & ODSQL_NEGATED;
	struct str word = n->kind == ODSQL_LIKE ? STR(" like ") : n->kind == ODSQL_IN_FIELD ? STR(" in ") : STR(" is ");
	odsql_put(b, n->args[0]);
	buf_put(b, word);
	if (not) buf_lit(b, "not ");
	odsql_put(b, n->args[1]);
}

void odsql_put(struct buf *b, const struct odsql_node *n)
{
	static void (*const put[])(struct buf *b, const struct odsql_node *n) = {
		[ODSQL_NULL] = put_constant, [ODSQL_TEXT] = put_text, [ODSQL_INT] = put_number,
		[ODSQL_DOUBLE] = put_number, [ODSQL_BOOL] = put_constant, [ODSQL_DATE] = put_prefixed,
		[ODSQL_GEOM] = put_prefixed, [ODSQL_FIELD] = put_field, [ODSQL_STAR] = put_constant,
		[ODSQL_CALL] = put_call, [ODSQL_NEGATE] = put_wrapped, [ODSQL_ADD] = put_joined,
		[ODSQL_SUBTRACT] = put_joined, [ODSQL_MULTIPLY] = put_joined, [ODSQL_DIVIDE] = put_joined,
		[ODSQL_EQ] = put_joined, [ODSQL_NE] = put_joined, [ODSQL_LT] = put_joined, [ODSQL_LE] = put_joined,
		[ODSQL_GT] = put_joined, [ODSQL_GE] = put_joined, [ODSQL_LIKE] = put_word_test,
		[ODSQL_IN_LIST] = put_in_list, [ODSQL_IN_RANGE] = put_in_range, [ODSQL_IN_FIELD] = put_word_test,
		[ODSQL_IS] = put_word_test, [ODSQL_WORDS] = put_text, [ODSQL_NOT] = put_wrapped,
		[ODSQL_AND] = put_joined, [ODSQL_OR] = put_joined, [ODSQL_LENGTH] = put_number,
		[ODSQL_INTERVAL] = put_interval, [ODSQL_NAMED] = put_named, [ODSQL_MODE] = put_named,
	};
	put[n->kind](b, n);
}

void odsql_put_items(struct buf *b, const struct odsql_items *items, bool with_keys)
{
	for (size_t i = 0; i < items->n; i++) {
		const struct odsql_item *item = &items->p[i];
		if (i) buf_lit(b, ", ");
		odsql_put(b, item->expr);
		/* A key that is the source text tells two spellings apart, as the answer does. */
		if (with_keys && item->key.n) {
			buf_lit(b, " as ");
			put_name(b, item->key, true);
		}
		if (item->descending) buf_lit(b, " desc");
	}
}
