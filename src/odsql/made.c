/* Trees that another language makes (v1), and its complaints: the same nodes as the parser's, unsettled. */
#include "odsql/check.h"

struct odsql_node *odsql_leaf(struct arena *a, enum odsql_kind kind, struct str s)
{
	struct odsql_node *n = arena_new(a, struct odsql_node);
	*n = (struct odsql_node){ .kind = kind, .height = 1, .s = s, .field = ODSQL_NO_FIELD };
	return n;
}

static void adopt(struct arena *a, struct odsql_node *n, struct odsql_node *const *args, size_t nargs)
{
	n->args = arena_array(a, struct odsql_node *, nargs);
	n->nargs = (uint32_t)nargs;
	for (size_t i = 0; i < nargs; i++) {
		n->args[i] = args[i];
		n->height = num_max(n->height, args[i]->height + 1);
	}
}

struct odsql_node *odsql_test(struct arena *a, enum odsql_kind kind, struct odsql_node *const *args, size_t nargs)
{
	struct odsql_node *n = odsql_leaf(a, kind, STR(""));
	adopt(a, n, args, nargs);
	return n;
}

struct odsql_node *odsql_call(struct arena *a, enum odsql_clause which, const char *word, struct odsql_node *const *args, size_t nargs)
{
	struct odsql_node *n = odsql_leaf(a, ODSQL_CALL, STR(""));
	n->fn = fn_find(str_of(word), which);
	ensure(n->fn != NULL);
	adopt(a, n, args, nargs);
	return n;
}

bool odsql_check_as(struct arena *a, const struct odsql_scope *s, enum odsql_clause which, struct odsql_node *n, struct err *e)
{
	struct checker c = { .arena = a, .scope = s, .e = e, .which = which };
	return check_condition(&c, n);
}
