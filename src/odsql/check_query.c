/* The four clauses together: which columns come back, what is a group key, what may be ordered by. */
#include "odsql/check.h"

struct columns { VEC(struct odsql_item) v; };

/* --- where, group_by ------------------------------------------------------------------------------- */

static bool check_conditions(struct checker *c, struct odsql_query *q)
{
	c->which = ODSQL_WHERE;
	for (size_t i = 0; i < q->nwhere; i++) {
		if (!check_condition(c, q->where[i])) return false;
		q->full_text = q->full_text || odsql_is_full_text(q->where[i]);
	}
	return true;
}

static bool check_keys(struct checker *c, struct odsql_query *q)
{
	c->which = ODSQL_GROUP_BY;
	for (size_t i = 0; i < q->group_by.n; i++) {
		struct odsql_node *n = q->group_by.p[i].expr;
		if (!check_expr(c, n)) return false;
		if (is_geo(n))
			return odsql_complain(c->e, c->which, "Aggregation on geo point field is not possible. Use the "
			                      "geo_cluster(FIELD, int_precision) aggregation function instead.");
		if (n->kind == ODSQL_FIELD && (n->type == VALUE_FILE || n->type == VALUE_JSON))
			return odsql_complain(c->e, c->which, "Field %.*s is not allowed in the current clause.", STR_ARG(n->s));
	}
	return true;
}

/* --- select ---------------------------------------------------------------------------------------- */

/* A later column of the same key takes the place of the earlier one. */
static void add_column(struct checker *c, struct columns *out, struct odsql_item item)
{
	for (size_t i = 0; i < out->v.n; i++) {
		if (!str_eq(out->v.p[i].key, item.key)) continue;
		out->v.p[i] = item;
		return;
	}
	vec_push(c->arena, &out->v, item);
}

static struct odsql_item field_item(struct checker *c, size_t field)
{
	const struct field *f = &c->scope->schema->fields[field];
	struct odsql_node *n = arena_new(c->arena, struct odsql_node);
	*n = (struct odsql_node){ .kind = ODSQL_FIELD, .height = 1, .s = f->name, .field = (int)field, .type = f->type,
		.list = f->type == VALUE_TEXT && (f->flags & FIELD_MULTIVALUED), .varies = true };
	check_language(c, n);
	return (struct odsql_item){ .expr = n, .key = f->name, .place = -1 };
}

static bool is_shown(const struct checker *c, size_t i)
{
	const struct odsql_scope *s = c->scope;
	return !(s->schema->fields[i].flags & FIELD_HIDDEN) && (!s->visible_or_null || s->visible_or_null[i]);
}

static bool fits(const struct odsql_node *pattern, struct str name)
{
	return pattern->flags & ODSQL_OPEN_RIGHT ? str_starts(name, pattern->s) : str_eq(name, pattern->s);
}

static bool fits_pattern(const struct checker *c, const struct odsql_node *pattern, struct str name)
{
	const struct str basic = STR("default.");
	if (pattern->kind == ODSQL_STAR || fits(pattern, name)) return true;
	return c->scope->catalogue && str_starts(name, basic) && fits(pattern, str_from(name, basic.n));
}

static void add_fields(struct checker *c, struct columns *out, const struct odsql_node *pattern_or_null)
{
	for (size_t i = 0; i < c->scope->schema->n; i++)
		if (is_shown(c, i) && (!pattern_or_null || fits_pattern(c, pattern_or_null, c->scope->schema->fields[i].name)))
			add_column(c, out, field_item(c, i));
}

static void remove_fields(const struct checker *c, struct columns *out, const struct odsql_node *pattern)
{
	size_t kept = 0;
	for (size_t i = 0; i < out->v.n; i++) {
		struct odsql_item item = out->v.p[i];
		bool field = item.expr->kind == ODSQL_FIELD && !item.labelled;
		if (!field || !fits_pattern(c, pattern, item.key)) out->v.p[kept++] = item;
	}
	out->v.n = kept;
}

static bool is_names(const struct odsql_node *n, enum fn_symbol which)
{
	return n->kind == ODSQL_CALL && n->fn->symbol == which;
}

/* A pattern without a star is the name of a field, which must exist. */
static bool check_patterns(struct checker *c, const struct odsql_node *call)
{
	for (size_t i = 0; i < call->nargs; i++) {
		struct odsql_node *p = call->args[i];
		if (p->kind == ODSQL_STAR || (p->flags & ODSQL_OPEN_RIGHT)) continue;
		int field = odsql_field(c->scope, p->s);
		if (field < 0) return odsql_complain(c->e, c->which, "Unknown field: %.*s.", STR_ARG(p->s));
		p->s = c->scope->schema->fields[field].name;
	}
	return true;
}

static bool select_rows(struct checker *c, struct odsql_query *q, struct columns *out)
{
	bool listed = false;
	for (size_t i = 0; i < q->select.n; i++) listed = listed || !is_names(q->select.p[i].expr, FN_EXCLUDE);
	if (!listed) add_fields(c, out, NULL);
	for (size_t i = 0; i < q->select.n; i++) {
		struct odsql_item *item = &q->select.p[i];
		if (item->expr->kind == ODSQL_STAR) {
			add_fields(c, out, NULL);
		} else if (is_names(item->expr, FN_INCLUDE) || is_names(item->expr, FN_EXCLUDE)) {
			if (!check_patterns(c, item->expr)) return false;
			for (size_t k = 0; is_names(item->expr, FN_INCLUDE) && k < item->expr->nargs; k++)
				add_fields(c, out, item->expr->args[k]);
		} else {
			if (!check_expr(c, item->expr)) return false;
			add_column(c, out, *item);
		}
	}
	for (size_t i = 0; i < q->select.n; i++)
		for (size_t k = 0; is_names(q->select.p[i].expr, FN_EXCLUDE) && k < q->select.p[i].expr->nargs; k++)
			remove_fields(c, out, q->select.p[i].expr->args[k]);
	return out->v.n || odsql_complain(c->e, c->which, "No field is left to select.");
}

static void classify_rows(struct odsql_query *q)
{
	bool aggregates = false;
	bool varies = false;
	for (size_t i = 0; i < q->columns.n; i++) {
		aggregates = aggregates || q->columns.p[i].expr->aggregate;
		varies = varies || q->columns.p[i].expr->varies;
	}
	q->aggregated = aggregates && !varies;
	q->mixed = aggregates && varies;
}

static struct odsql_item key_item(struct checker *c, const struct odsql_query *q, size_t i)
{
	struct odsql_node *n = arena_new(c->arena, struct odsql_node);
	*n = *q->group_by.p[i].expr;
	n->flags |= ODSQL_KEY;
	n->field = (int)i;
	n->key = q->group_by.p[i].expr;
	n->type = odsql_shown_type(q->group_by.p[i].expr).type;
	n->list = false;
	return (struct odsql_item){ .expr = n, .key = q->group_by.p[i].key, .place = -1 };
}

static bool select_groups(struct checker *c, struct odsql_query *q, struct columns *out)
{
	struct columns rest = { 0 };
	for (size_t i = 0; i < q->select.n; i++) {
		struct odsql_item *item = &q->select.p[i];
		if (item->expr->kind == ODSQL_STAR) continue;
		if (is_names(item->expr, FN_INCLUDE) || is_names(item->expr, FN_EXCLUDE))
			return odsql_complain(c->e, c->which, "%s() has no meaning with group_by.", item->expr->fn->word);
		if (!check_expr(c, item->expr)) return false;
		add_column(c, &rest, *item);
	}
	for (size_t k = 0; k < q->group_by.n; k++) {
		bool listed = false;
		for (size_t i = 0; i < rest.v.n; i++) {
			const struct odsql_node *n = rest.v.p[i].expr;
			listed = listed || ((n->flags & ODSQL_KEY) && n->field == (int)k);
		}
		if (!listed) add_column(c, out, key_item(c, q, k));
	}
	for (size_t i = 0; i < rest.v.n; i++) add_column(c, out, rest.v.p[i]);
	return true;
}

/* --- order_by -------------------------------------------------------------------------------------- */

static int column_named(const struct odsql_query *q, const struct odsql_item *item)
{
	if (item->expr->kind != ODSQL_FIELD) return -1;
	for (size_t i = 0; i < q->columns.n; i++)
		if (q->columns.p[i].labelled && str_eq(q->columns.p[i].key, item->expr->s)) return (int)i;
	return -1;
}

static bool check_order_item(struct checker *c, struct odsql_query *q, struct odsql_item *item)
{
	int column = column_named(q, item);
	if (column >= 0) {
		item->place = column;
		item->expr = q->columns.p[column].expr;
	} else if (!check_expr(c, item->expr)) {
		return false;
	}
	struct odsql_node *n = item->expr;
	if (n->aggregate && !q->grouped && !q->aggregated && item->place < 0)
		return odsql_complain(c->e, c->which, "%.*s can only be ordered by in a query with group_by.",
		                      STR_ARG(words_of(c, n)));
	if (value_kind(n->type)->orders || is_fn(n, FN_RANDOM)) return true;
	return odsql_complain(c->e, c->which, "Field %.*s is not allowed in the current clause.", STR_ARG(words_of(c, n)));
}

static bool check_order(struct checker *c, struct odsql_query *q)
{
	bool field_seen = false;
	for (size_t i = 0; i < q->order_by.n; i++) {
		struct odsql_item *item = &q->order_by.p[i];
		if (!check_order_item(c, q, item)) return false;
		bool aggregate = item->expr->aggregate;
		if (q->grouped && aggregate && field_seen)
			return odsql_complain(c->e, c->which, "Aggregations must come before fields.");
		field_seen = field_seen || !aggregate;
	}
	return true;
}

bool odsql_check(struct arena *a, const struct odsql_scope *s, struct odsql_query *q, struct err *e)
{
	struct checker c = { .arena = a, .scope = s, .e = e };
	struct columns columns = { 0 };
	q->grouped = q->group_by.n > 0;
	if (!check_conditions(&c, q) || !check_keys(&c, q)) return false;
	if (q->grouped) c.keys = &q->group_by;
	c.which = ODSQL_SELECT;
	if (q->grouped ? !select_groups(&c, q, &columns) : !select_rows(&c, q, &columns)) return false;
	q->columns = (struct odsql_items){ columns.v.p, columns.v.n };
	if (!q->grouped) classify_rows(q);
	c.which = ODSQL_ORDER_BY;
	return check_order(&c, q);
}
