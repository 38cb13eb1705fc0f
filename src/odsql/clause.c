/* The four clauses: lists of items with labels and directions, and the condition. */
#include "odsql/tree.h"

struct list { VEC(struct odsql_item) v; };

static bool parse_label(struct parser *p, struct odsql_item *item)
{
	item->labelled = false;
	if (!parser_at_word(p, "as")) return true;
	parser_step(p);
	bool quoted = p->tok.kind == TOKEN_QUOTED;
	if (!quoted && p->tok.kind != TOKEN_NAME) return complain_here(p) != NULL;
	if (!quoted && (parser_at_word(p, "asc") || parser_at_word(p, "desc"))) return complain_here(p) != NULL;
	item->key = p->tok.value;
	item->labelled = true;
	parser_step(p);
	return true;
}

/* Sets the key of an item without a label: the name of a field, else the source text. */
static void name_item(struct parser *p, struct odsql_item *item, uint32_t at)
{
	if (item->expr->kind == ODSQL_FIELD && p->text.p[at] != '(') item->key = item->expr->s;
	else item->key = str_make(p->text.p + at, p->last_end - at);
}

static bool parse_select_item(struct parser *p, struct odsql_item *item)
{
	uint32_t at = p->tok.at;
	if (parser_at(p, '*')) {
		item->expr = node_new(p, ODSQL_STAR, at);
		parser_step(p);
		item->expr = node_end(p, item->expr, NULL, 0);
		return item->expr != NULL;
	}
	item->expr = parse_sum(p, false);
	if (!item->expr) return false;
	if (item->expr->kind == ODSQL_CALL && (item->expr->fn->flags & FN_NAMES)) return true;
	name_item(p, item, at);
	return parse_label(p, item);
}

static bool parse_group_item(struct parser *p, struct odsql_item *item)
{
	struct token start = p->tok;
	item->expr = parse_factor(p, false);
	if (!item->expr) return false;
	if (item->expr->kind != ODSQL_FIELD && item->expr->kind != ODSQL_CALL)
		return complain_span(p, start.at, start.end) != NULL;
	name_item(p, item, start.at);
	return parse_label(p, item);
}

static bool parse_order_item(struct parser *p, struct odsql_item *item)
{
	bool minus = parser_at(p, '-');
	if (minus) parser_step(p);
	uint32_t at = p->tok.at;
	item->expr = parse_sum(p, false);
	if (!item->expr) return false;
	name_item(p, item, at);
	item->descending = minus;
	if (parser_at_word(p, "asc")) {
		parser_step(p);
	} else if (parser_at_word(p, "desc")) {
		item->descending = !minus;
		parser_step(p);
	}
	return true;
}

static bool parse_item(struct parser *p, struct odsql_item *item)
{
	switch (p->which) {
	case ODSQL_SELECT: return parse_select_item(p, item);
	case ODSQL_GROUP_BY: return parse_group_item(p, item);
	case ODSQL_ORDER_BY: return parse_order_item(p, item);
	case ODSQL_WHERE: case ODSQL_REFINE: case ODSQL_EXCLUDE: case ODSQL_FACET: case ODSQL_QV1: break;
	}
	return complain_here(p) != NULL;
}

bool odsql_parse_items(struct arena *a, enum odsql_clause which, struct str text, struct odsql_items *out,
                       struct err *e)
{
	struct parser p;
	struct list list = { 0 };
	if (!parser_start(&p, a, which, text, e)) return false;
	*out = (struct odsql_items){ 0 };
	if (p.tok.kind == TOKEN_END) return true;
	for (;;) {
		struct odsql_item *item = vec_add(a, &list.v);
		item->place = -1;
		if (!parse_item(&p, item)) return false;
		if (!parser_at(&p, ',')) break;
		parser_step(&p);
	}
	if (p.tok.kind != TOKEN_END) return complain_here(&p) != NULL;
	*out = (struct odsql_items){ list.v.p, list.v.n };
	return true;
}

bool odsql_parse_where(struct arena *a, struct str text, struct odsql_node **out, struct err *e)
{
	struct parser p;
	if (!parser_start(&p, a, ODSQL_WHERE, text, e)) return false;
	*out = NULL;
	if (p.tok.kind == TOKEN_END) return true;
	struct odsql_node *n = parse_or(&p);
	if (!n) return false;
	if (p.tok.kind != TOKEN_END) return complain_here(&p) != NULL;
	*out = n;
	return true;
}
