/* Facet parameters: facet(name="…"), NAME:VALUE, and the predicate a value of a facet stands for. */
#include "odsql/check.h"

/* --- facet(…) ------------------------------------------------------------------------------------- */

static bool facet_flag(struct parser *p, bool *out)
{
	*out = parser_at_word(p, "true");
	if (!*out && !parser_at_word(p, "false")) return complain_here(p) != NULL;
	parser_step(p);
	return true;
}

static bool facet_text(struct parser *p, struct str *out)
{
	if (p->tok.kind != TOKEN_STRING) return complain_here(p) != NULL;
	*out = p->tok.value;
	parser_step(p);
	return true;
}

static bool facet_number(struct parser *p, int64_t *out)
{
	bool minus = parser_at(p, '-');
	if (minus) parser_step(p);
	if (p->tok.kind != TOKEN_INT) return complain_here(p) != NULL;
	*out = minus ? -p->tok.i : p->tok.i;
	parser_step(p);
	return true;
}

static bool facet_arg(struct parser *p, struct odsql_facet *out)
{
	static const char *const words[] = { "name", "disjunctive", "hierarchical", "separator", "sort", "limit" };
	size_t which = 0;
	while (which < COUNT_OF(words) && !parser_at_word(p, words[which])) which++;
	if (which == COUNT_OF(words)) return complain_here(p) != NULL;
	parser_step(p);
	if (!parser_expect(p, '=')) return false;
	if (which) out->given |= 1u << (which - 1);
	switch (which) {
	case 0: return facet_text(p, &out->name);
	case 1: return facet_flag(p, &out->disjunctive);
	case 2: return facet_flag(p, &out->hierarchical);
	case 3: return facet_text(p, &out->separator);
	case 4: return facet_text(p, &out->sort);
	default: return facet_number(p, &out->limit);
	}
}

bool odsql_parse_facet(struct arena *a, struct str text, struct odsql_facet *out, struct err *e)
{
	struct parser p;
	if (!parser_start(&p, a, ODSQL_FACET, text, e)) return false;
	*out = (struct odsql_facet){ .limit = LIMIT_FACET_VALUES };
	struct token next = parser_peek(&p);
	if (!parser_at_word(&p, "facet") || next.kind != TOKEN_SIGN || next.sign != '(') {
		out->name = str_trim(text);
		if (p.tok.kind != TOKEN_QUOTED) return true;
		struct odsql_node *n = parse_name(&p);
		if (!n) return false;
		out->name = n->s;
		return p.tok.kind == TOKEN_END || complain_here(&p) != NULL;
	}
	parser_step(&p);
	do {
		parser_step(&p);
		if (!facet_arg(&p, out)) return false;
	} while (parser_at(&p, ','));
	if (!parser_expect(&p, ')')) return false;
	if (p.tok.kind != TOKEN_END) return complain_here(&p) != NULL;
	return out->name.n || odsql_complain(e, ODSQL_FACET, "facet() needs name=\"…\".");
}

/* --- NAME:VALUE ------------------------------------------------------------------------------------ */

bool odsql_parse_refine(struct arena *a, enum odsql_clause which, struct str text, struct str *name,
                        struct str *value, struct err *e)
{
	struct parser p;
	struct lexer lexer;
	if (!parser_start(&p, a, which, text, e)) return false;
	/* A back-quoted name may have a colon of its own. */
	size_t from = p.tok.kind == TOKEN_QUOTED ? p.tok.end : 0;
	ptrdiff_t colon = str_find_char(str_from(text, from), ':');
	if (colon < 0)
		return odsql_complain(e, which, "'%.*s' is not of the form name:value.", STR_ARG(str_sub(text, 0, 100)));
	size_t at = from + (size_t)colon;
	*name = str_trim(str_sub(text, 0, at));
	*value = str_trim(str_from(text, at + 1));
	if (p.tok.kind == TOKEN_QUOTED) {
		struct odsql_node *n = parse_name(&p);
		if (!n) return false;
		*name = n->s;
	}
	/* Quotes are taken off only when they hold the whole value. */
	if (!value->n || (value->p[0] != '"' && value->p[0] != '\'')) return true;
	lexer = (struct lexer){ .arena = a, .text = *value };
	struct token t = lex_next(&lexer);
	if (t.kind == TOKEN_STRING && t.end == value->n) *value = t.value;
	return true;
}

/* --- the predicate ---------------------------------------------------------------------------------- */

struct odsql_node *odsql_field_node(struct arena *a, const struct odsql_scope *s, int field)
{
	const struct field *f = &s->schema->fields[field];
	struct odsql_node *n = arena_new(a, struct odsql_node);
	*n = (struct odsql_node){ .kind = ODSQL_FIELD, .height = 1, .s = f->name, .field = field, .type = f->type,
		.list = f->type == VALUE_TEXT && (f->flags & FIELD_MULTIVALUED), .varies = true };
	return n;
}

static struct odsql_node *text_node(struct arena *a, struct str s)
{
	struct odsql_node *n = arena_new(a, struct odsql_node);
	*n = (struct odsql_node){ .kind = ODSQL_TEXT, .height = 1, .s = s, .field = ODSQL_NO_FIELD };
	return n;
}

struct odsql_node *odsql_join(struct arena *a, enum odsql_kind kind, struct odsql_node *const *nodes, size_t n)
{
	if (n == 1 && kind != ODSQL_NOT) return nodes[0];
	struct odsql_node *join = arena_new(a, struct odsql_node);
	*join = (struct odsql_node){ .kind = kind, .type = VALUE_BOOL, .nargs = (uint32_t)n, .varies = true };
	join->args = arena_array(a, struct odsql_node *, n);
	for (size_t i = 0; i < n; i++) {
		join->args[i] = nodes[i];
		join->height = num_max(join->height, nodes[i]->height + 1);
	}
	return join;
}

static struct odsql_node *equals(struct arena *a, struct odsql_node *field, struct str value)
{
	struct odsql_node *n = arena_new(a, struct odsql_node);
	*n = (struct odsql_node){ .kind = ODSQL_EQ, .nargs = 2, .height = 2 };
	n->args = arena_array(a, struct odsql_node *, 2);
	n->args[0] = field;
	n->args[1] = text_node(a, value);
	return n;
}

static struct odsql_node *below(struct arena *a, struct odsql_node *field, struct str path)
{
	struct odsql_node *n = arena_new(a, struct odsql_node);
	*n = (struct odsql_node){ .kind = ODSQL_CALL, .fn = fn_of(FN_STARTSWITH), .nargs = 2, .height = 2, .type = VALUE_BOOL };
	n->args = arena_array(a, struct odsql_node *, 2);
	n->args[0] = field;
	n->args[1] = text_node(a, path);
	return n;
}

/* 2020-1-5 as 2020/1/5: the parts of a date facet may go without padding. */
static struct str with_slashes(struct arena *a, struct str s)
{
	char *p = arena_bytes(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) p[i] = s.p[i] == '-' ? '/' : s.p[i];
	return str_make(p, s.n);
}

bool odsql_facet_test(struct arena *a, const struct odsql_scope *s, enum odsql_clause which, int field,
                      struct str value, struct str separator, struct odsql_node **out, struct err *e)
{
	struct checker c = { .arena = a, .scope = s, .e = e, .which = which };
	struct odsql_node *f = odsql_field_node(a, s, field);
	if (is_geo(f) || f->type == VALUE_FILE || f->type == VALUE_JSON)
		return odsql_complain(e, which, "Field %.*s is not allowed in the current clause.", STR_ARG(f->s));
	if (is_time(f) && value.n <= 10) value = with_slashes(a, value);
	struct odsql_node *test = equals(a, f, value);
	if (!check_condition(&c, test)) return false;
	*out = test;
	if (f->type != VALUE_TEXT || !separator.n) return true;
	struct odsql_node *const both[] = { test, below(a, f, arena_join(a, value, separator)) };
	*out = odsql_join(a, ODSQL_OR, both, 2);
	return true;
}
