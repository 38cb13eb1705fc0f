/* What the checking files share. Private. */
#ifndef ODSQL_CHECK_H
#define ODSQL_CHECK_H

#include "odsql/tree.h"

struct checker {
	struct arena *arena;
	const struct odsql_scope *scope;
	struct err *e;
	enum odsql_clause which;
	const struct odsql_items *keys; /* names mean these group keys; NULL: fields of rows */
	bool in_aggregate;
};

bool check_expr(struct checker *c, struct odsql_node *n) must_use;
bool check_condition(struct checker *c, struct odsql_node *n) must_use;
bool check_call(struct checker *c, struct odsql_node *n) must_use;
bool check_test(struct checker *c, struct odsql_node *n) must_use;
/* Makes two values of one kind: literals are read as the other side's type. */
bool check_pair(struct checker *c, struct odsql_node *x, struct odsql_node *y) must_use;
/* Reads a date literal, or a text as one, for comparison with a DATE or DATETIME. */
bool check_date(struct checker *c, struct odsql_node *n, enum value_type as) must_use;
bool check_now(struct checker *c, struct odsql_node *n) must_use;
bool check_range(struct checker *c, struct odsql_node *n) must_use;

static inline bool is_time(const struct odsql_node *n)
{
	return n->type == VALUE_DATE || n->type == VALUE_DATETIME;
}
static inline bool is_number(const struct odsql_node *n)
{
	return n->type == VALUE_INT || n->type == VALUE_DOUBLE;
}
static inline bool is_geo(const struct odsql_node *n)
{
	return n->type == VALUE_POINT || n->type == VALUE_SHAPE;
}
/* In columns and orders of a catalogue a settled field is its value in the caller's language, where there is one. */
void check_language(const struct checker *c, struct odsql_node *n);
/* The words of a node, for messages. */
struct str words_of(struct checker *c, const struct odsql_node *n);

#endif
