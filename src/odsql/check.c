/* Names and types of expressions. The tree is settled in place: fields get their numbers, literals
 * the type of what they meet, now() its instant. */
#include "odsql/check.h"
#include "geo/geo.h"

struct str words_of(struct checker *c, const struct odsql_node *n)
{
	auto_buf b = BUF_INIT(LIMIT_CLAUSE_BYTES * 4);
	odsql_put(&b, n);
	struct str s = arena_str(c->arena, buf_str(&b));
	return s.n > 80 ? arena_join(c->arena, str_sub(s, 0, 80), STR("…")) : s;
}

/* --- names --------------------------------------------------------------------------------------- */

static int visible_field(const struct odsql_scope *s, struct str name)
{
	int i = schema_find(s->schema, name);
	if (i < 0 || s->everything) return i;
	if (s->schema->fields[i].flags & FIELD_HIDDEN) return ODSQL_NO_FIELD;
	return s->visible_or_null && !s->visible_or_null[i] ? ODSQL_NO_FIELD : i;
}

int odsql_field(const struct odsql_scope *s, struct str name)
{
	char longer[256];
	int i = visible_field(s, name);
	if (i >= 0) return i;
	if (s->catalogue && str_eq(name, STR("dataset_id"))) return odsql_field(s, STR("datasetid"));
	if (s->catalogue && name.n + 8 < sizeof longer) {
		memcpy(longer, "default.", 8);
		if (name.n) memcpy(longer + 8, name.p, name.n);
		return visible_field(s, str_make(longer, name.n + 8));
	}
	if (s->catalogue) return ODSQL_NO_FIELD;
	if (str_eq(name, STR("datasetid"))) return ODSQL_DATASETID;
	if (str_eq(name, STR("recordid"))) return ODSQL_RECORDID;
	if (str_eq(name, STR("record_timestamp"))) return ODSQL_RECORD_TIMESTAMP;
	if (str_eq(name, STR("record_size"))) return ODSQL_RECORD_SIZE;
	return ODSQL_NO_FIELD;
}

static bool same_tree(const struct odsql_node *x, const struct odsql_node *y)
{
	auto_buf bx = BUF_INIT(1 << 20);
	auto_buf by = BUF_INIT(1 << 20);
	odsql_put(&bx, x);
	odsql_put(&by, y);
	return str_eq(buf_str(&bx), buf_str(&by));
}

static void become_key(struct odsql_node *n, const struct odsql_node *key, size_t place)
{
	struct column_type t = odsql_shown_type(key);
	n->flags |= ODSQL_KEY;
	n->field = (int)place;
	n->key = key;
	n->type = t.type;
	n->list = false;
}

/* In a grouped query: the key that an expression repeats, or that its name is the label of. */
static bool find_key(struct checker *c, struct odsql_node *n)
{
	if (!c->keys || c->in_aggregate) return false;
	for (size_t i = 0; i < c->keys->n; i++) {
		const struct odsql_item *key = &c->keys->p[i];
		bool label = n->kind == ODSQL_FIELD && str_eq(n->s, key->key);
		bool field = n->kind == ODSQL_FIELD && key->expr->kind == ODSQL_FIELD
		             && odsql_field(c->scope, n->s) == key->expr->field
		             && key->expr->field != ODSQL_NO_FIELD;
		if (!label && !field && (n->kind != ODSQL_CALL || !same_tree(n, key->expr))) continue;
		become_key(n, key->expr, i);
		return true;
	}
	return false;
}

static bool check_field(struct checker *c, struct odsql_node *n)
{
	if (find_key(c, n)) return true;
	n->field = odsql_field(c->scope, n->s);
	if (n->field == ODSQL_NO_FIELD && c->scope->catalogue && str_eq(n->s, STR("data_visible")))
		return odsql_complain(c->e, c->which, "Field %.*s is not allowed in the current clause.", STR_ARG(n->s));
	if (n->field == ODSQL_NO_FIELD)
		return odsql_complain(c->e, c->which, "Unknown field: %.*s.", STR_ARG(n->s));
	if (c->keys && !c->in_aggregate)
		return odsql_complain(c->e, c->which, "Field %.*s is neither grouped by nor aggregated.", STR_ARG(n->s));
	n->varies = true;
	if (n->field < 0) {
		n->type = n->field == ODSQL_RECORD_TIMESTAMP ? VALUE_DATETIME : n->field == ODSQL_RECORD_SIZE ? VALUE_INT : VALUE_TEXT;
		return true;
	}
	const struct field *f = &c->scope->schema->fields[n->field];
	n->type = f->type;
	n->list = f->type == VALUE_TEXT && (f->flags & FIELD_MULTIVALUED);
	check_language(c, n);
	return true;
}

void check_language(const struct checker *c, struct odsql_node *n)
{
	const struct odsql_scope *s = c->scope;
	if (!s->catalogue || c->keys || (c->which != ODSQL_SELECT && c->which != ODSQL_ORDER_BY)) return;
	auto_buf name = BUF_INIT(512);
	buf_put(&name, s->schema->fields[n->field].name);
	buf_put_char(&name, '.');
	buf_put(&name, s->lang);
	ptrdiff_t other = name.over ? -1 : schema_find(s->schema, buf_str(&name));
	if (other >= 0 && s->schema->fields[other].type == n->type) n->translated = (int)other + 1;
}

/* --- values -------------------------------------------------------------------------------------- */

static bool check_geom(struct checker *c, struct odsql_node *n)
{
	struct geo *g = geo_new();
	struct err e = { 0 };
	struct str wkb;
	bool fine = geo_parse(g, c->arena, n->s, &wkb, &e);
	if (fine && !geo_wrap(g, c->arena, wkb, &wkb)) fine = err_set(&e, ERR_ODSQL, "this geometry cannot be laid on the map");
	geo_free(g);
	if (!fine) return odsql_complain(c->e, c->which, "%s", e.pub);
	/* The text stays for the one spelling; the bytes are what the engine gets. */
	n->args = arena_new(c->arena, struct odsql_node *);
	n->args[0] = arena_new(c->arena, struct odsql_node);
	*n->args[0] = (struct odsql_node){ .kind = ODSQL_TEXT, .s = wkb, .type = VALUE_SHAPE };
	n->type = VALUE_SHAPE;
	return true;
}

static bool check_literal(struct checker *c, struct odsql_node *n)
{
	static const enum value_type types[] = {
		[ODSQL_NULL] = VALUE_TEXT, [ODSQL_TEXT] = VALUE_TEXT, [ODSQL_INT] = VALUE_INT,
		[ODSQL_DOUBLE] = VALUE_DOUBLE, [ODSQL_BOOL] = VALUE_BOOL,
	};
	if (n->kind == ODSQL_DATE) return check_date(c, n, VALUE_DATETIME);
	if (n->kind == ODSQL_GEOM) return check_geom(c, n);
	n->type = types[n->kind];
	n->untyped = n->kind == ODSQL_NULL;
	return true;
}

static bool check_args(struct checker *c, struct odsql_node *n)
{
	for (size_t i = 0; i < n->nargs; i++) {
		if (!check_expr(c, n->args[i])) return false;
		n->aggregate = n->aggregate || n->args[i]->aggregate;
		n->varies = n->varies || n->args[i]->varies;
	}
	return true;
}

static bool check_arithmetic(struct checker *c, struct odsql_node *n)
{
	if (!check_args(c, n)) return false;
	n->type = n->kind == ODSQL_DIVIDE ? VALUE_DOUBLE : VALUE_INT;
	for (size_t i = 0; i < n->nargs; i++) {
		struct odsql_node *x = n->args[i];
		if (x->untyped) x->type = VALUE_INT;
		if (!is_number(x) || x->list)
			return odsql_complain(c->e, c->which, "%.*s is not a number.", STR_ARG(words_of(c, x)));
		if (x->type == VALUE_DOUBLE) n->type = VALUE_DOUBLE;
	}
	return true;
}

static bool check_junction(struct checker *c, struct odsql_node *n)
{
	for (size_t i = 0; i < n->nargs; i++)
		if (!check_condition(c, n->args[i])) return false;
	n->type = VALUE_BOOL;
	n->varies = true;
	return true;
}

static bool check_words(struct checker *c, struct odsql_node *n)
{
	(void)c;
	n->type = VALUE_BOOL;
	n->varies = true;
	return true;
}

/* A star, a length or a mode where only an expression makes sense. */
static bool check_misplaced(struct checker *c, struct odsql_node *n)
{
	return odsql_complain(c->e, c->which, "%.*s has no meaning here.", STR_ARG(words_of(c, n)));
}

bool check_expr(struct checker *c, struct odsql_node *n)
{
	static bool (*const checks[])(struct checker *c, struct odsql_node *n) = {
		[ODSQL_NULL] = check_literal, [ODSQL_TEXT] = check_literal, [ODSQL_INT] = check_literal,
		[ODSQL_DOUBLE] = check_literal, [ODSQL_BOOL] = check_literal, [ODSQL_DATE] = check_literal,
		[ODSQL_GEOM] = check_literal, [ODSQL_FIELD] = check_field, [ODSQL_STAR] = check_misplaced,
		[ODSQL_CALL] = check_call, [ODSQL_NEGATE] = check_arithmetic, [ODSQL_ADD] = check_arithmetic,
		[ODSQL_SUBTRACT] = check_arithmetic, [ODSQL_MULTIPLY] = check_arithmetic,
		[ODSQL_DIVIDE] = check_arithmetic, [ODSQL_EQ] = check_test, [ODSQL_NE] = check_test,
		[ODSQL_LT] = check_test, [ODSQL_LE] = check_test, [ODSQL_GT] = check_test, [ODSQL_GE] = check_test,
		[ODSQL_LIKE] = check_test, [ODSQL_IN_LIST] = check_test, [ODSQL_IN_RANGE] = check_test,
		[ODSQL_IN_FIELD] = check_test, [ODSQL_IS] = check_test, [ODSQL_WORDS] = check_words,
		[ODSQL_NOT] = check_junction, [ODSQL_AND] = check_junction, [ODSQL_OR] = check_junction,
		[ODSQL_LENGTH] = check_misplaced, [ODSQL_INTERVAL] = check_misplaced,
		[ODSQL_NAMED] = check_misplaced, [ODSQL_MODE] = check_misplaced,
	};
	if (n->kind == ODSQL_CALL && find_key(c, n)) return true;
	return checks[n->kind](c, n);
}

bool check_condition(struct checker *c, struct odsql_node *n)
{
	if (!check_expr(c, n)) return false;
	if (n->type == VALUE_BOOL && !n->list) return true;
	return odsql_complain(c->e, c->which, "%.*s is not a condition.", STR_ARG(words_of(c, n)));
}

bool odsql_check_where(struct arena *a, const struct odsql_scope *s, struct odsql_node *n, struct err *e)
{
	return odsql_check_as(a, s, ODSQL_WHERE, n, e);
}

bool odsql_is_full_text(const struct odsql_node *n)
{
	if (n->kind == ODSQL_WORDS || is_fn(n, FN_SEARCH)) return true;
	for (size_t i = 0; i < n->nargs; i++)
		if (odsql_is_full_text(n->args[i])) return true;
	return false;
}
