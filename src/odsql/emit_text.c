/* Words: LIKE, bare strings, search(), suggest(), startswith(). Texts are folded to tokens with one
 * blank between; a whole token is found between blanks, a prefix after one. This is the place where
 * an index of tokens would be asked. */
#include "odsql/emit.h"
#include "text/text.h"

struct term {
	struct str token;
	bool prefix;
};
struct terms { VEC(struct term) v; };

static struct str folded(struct emitter *m, struct str s)
{
	auto_buf b = BUF_INIT(LIMIT_CLAUSE_BYTES * 8);
	text_fold(&b, s);
	return arena_str(m->q->arena, buf_str(&b));
}

static void add_tokens(struct emitter *m, struct terms *out, struct str s)
{
	struct str all = folded(m, s);
	struct str token;
	for (size_t at = 0; text_next_token(all, &at, &token);)
		vec_push(m->q->arena, &out->v, (struct term){ .token = token });
}

/* True when the text ends inside a word, so that a star after it asks for a prefix. */
static bool ends_in_word(struct emitter *m, struct str s)
{
	size_t last = s.n;
	while (last > 0 && ((unsigned char)s.p[last - 1] & 0xc0) == 0x80) last--;
	return last > 0 && folded(m, str_from(s, last - 1)).n > 0;
}

/* The tokens of a pattern; `word*` is a prefix. */
static struct terms pattern_terms(struct emitter *m, struct str s)
{
	struct terms out = { 0 };
	while (s.n) {
		ptrdiff_t star = str_find_char(s, '*');
		struct str part = star < 0 ? s : str_sub(s, 0, (size_t)star);
		add_tokens(m, &out, part);
		if (star < 0) break;
		if (out.v.n && ends_in_word(m, part)) out.v.p[out.v.n - 1].prefix = true;
		s = str_from(s, (size_t)star + 1);
	}
	return out;
}

/* --- what is searched ---------------------------------------------------------------------------- */

static bool is_text_field(const struct odsql_scope *s, size_t i)
{
	const struct field *f = &s->schema->fields[i];
	bool visible = !(f->flags & FIELD_HIDDEN) && (!s->visible_or_null || s->visible_or_null[i]);
	return f->type == VALUE_TEXT && visible;
}

static struct odsql_node field_node(const struct odsql_scope *s, size_t i)
{
	const struct field *f = &s->schema->fields[i];
	return (struct odsql_node){ .kind = ODSQL_FIELD, .field = (int)i, .type = VALUE_TEXT,
		.list = f->flags & FIELD_MULTIVALUED };
}

/* The fields of search(a, b, "…"), or all visible text fields; each as a node. */
struct fields { VEC(struct odsql_node) v; };
static struct fields searched(struct emitter *m, const struct odsql_node *n)
{
	struct fields out = { 0 };
	size_t named = n->kind == ODSQL_CALL ? n->nargs - 1 : 0;
	for (size_t i = 0; i < named; i++)
		if (n->args[i]->kind == ODSQL_FIELD) vec_push(m->q->arena, &out.v, *n->args[i]);
	if (out.v.n) return out;
	for (size_t i = 0; i < m->s->schema->n; i++)
		if (is_text_field(m->s, i)) vec_push(m->q->arena, &out.v, field_node(m->s, i));
	return out;
}

/* One folded text of several fields, with a blank at both ends. */
static void emit_folded(struct emitter *m, const struct fields *fields)
{
	lit(m, "(' ' || stoa_fold(concat_ws(' '");
	for (size_t i = 0; i < fields->v.n; i++) {
		lit(m, ", ");
		emit_joined(m, &fields->v.p[i]);
	}
	lit(m, ")) || ' ')");
}

static void emit_contains(struct emitter *m, const struct fields *fields, struct str needle)
{
	lit(m, "contains(");
	emit_folded(m, fields);
	lit(m, ", ");
	put_text(m, needle);
	lit(m, ")");
}

static struct str bounded(struct emitter *m, struct term t)
{
	return arena_printf(m->q->arena, t.prefix ? " %.*s" : " %.*s ", STR_ARG(t.token));
}

static void emit_all_terms(struct emitter *m, const struct fields *fields, const struct terms *terms)
{
	if (!terms->v.n || !fields->v.n) {
		lit(m, "FALSE");
		return;
	}
	lit(m, "(");
	for (size_t i = 0; i < terms->v.n; i++) {
		if (i) lit(m, " AND ");
		emit_contains(m, fields, bounded(m, terms->v.p[i]));
	}
	lit(m, ")");
}

void emit_like(struct emitter *m, const struct odsql_node *n)
{
	struct terms terms = pattern_terms(m, n->args[1]->s);
	struct fields fields = { 0 };
	vec_push(m->q->arena, &fields.v, *n->args[0]);
	emit_all_terms(m, &fields, &terms);
}

void emit_words(struct emitter *m, const struct odsql_node *n)
{
	struct terms terms = pattern_terms(m, n->s);
	struct fields fields = searched(m, n);
	emit_all_terms(m, &fields, &terms);
}

/* --- search, suggest, startswith ----------------------------------------------------------------- */

/* A token of the fields within so many edits of a term. */
static void emit_near(struct emitter *m, const struct fields *fields, struct str token)
{
	size_t length = text_length(token);
	int64_t edits = length > 5 ? 2 : length > 2 ? 1 : 0;
	if (!edits) {
		emit_contains(m, fields, bounded(m, (struct term){ .token = token }));
		return;
	}
	lit(m, "(len(list_filter(string_split(");
	emit_folded(m, fields);
	lit(m, ", ' '), lambda x: length(x) BETWEEN ");
	sql_int(m->q, (int64_t)length - edits);
	lit(m, " AND ");
	sql_int(m->q, (int64_t)length + edits);
	lit(m, " AND damerau_levenshtein(x, ");
	put_text(m, token);
	lit(m, ") <= ");
	sql_int(m->q, edits);
	lit(m, ")) > 0)");
}

static void emit_search(struct emitter *m, const struct fields *fields, struct str text)
{
	struct terms terms = { 0 };
	add_tokens(m, &terms, text);
	if (!terms.v.n || !fields->v.n) {
		lit(m, "FALSE");
		return;
	}
	lit(m, "(");
	for (size_t i = 0; i + 1 < terms.v.n; i++) {
		emit_near(m, fields, terms.v.p[i].token);
		lit(m, " AND ");
	}
	emit_contains(m, fields, arena_printf(m->q->arena, " %.*s", STR_ARG(terms.v.p[terms.v.n - 1].token)));
	lit(m, ")");
}

/* Words in a row, the last one as a prefix, inside one element of one field. */
static void emit_suggest_in(struct emitter *m, const struct odsql_node *field, struct str text)
{
	struct str needle = arena_printf(m->q->arena, " %.*s", STR_ARG(folded(m, text)));
	if (needle.n == 1) {
		lit(m, "FALSE");
		return;
	}
	sql_put_literal(m->q, field->list ? STR("(len(list_filter(") : STR("contains(' ' || stoa_fold("));
	emit(m, field);
	sql_put_literal(m->q, field->list ? STR(", lambda x: contains(' ' || stoa_fold(x), ") : STR("), "));
	put_text(m, needle);
	sql_put_literal(m->q, field->list ? STR("))) > 0)") : STR(")"));
}

static void emit_startswith_in(struct emitter *m, const struct odsql_node *field, struct str text)
{
	sql_put_literal(m->q, field->list ? STR("(len(list_filter(") : STR("starts_with("));
	emit(m, field);
	sql_put_literal(m->q, field->list ? STR(", lambda x: starts_with(x, ") : STR(", "));
	put_text(m, text);
	sql_put_literal(m->q, field->list ? STR("))) > 0)") : STR(")"));
}

void emit_word_call(struct emitter *m, const struct odsql_node *n)
{
	struct str text = n->args[n->nargs - 1]->s;
	struct fields fields = searched(m, n);
	if (n->fn->symbol == FN_SEARCH) {
		emit_search(m, &fields, text);
		return;
	}
	lit(m, "(");
	for (size_t i = 0; i < fields.v.n; i++) {
		if (i) lit(m, " OR ");
		if (n->fn->symbol == FN_SUGGEST) emit_suggest_in(m, &fields.v.p[i], text);
		else emit_startswith_in(m, &fields.v.p[i], text);
	}
	if (!fields.v.n) lit(m, "FALSE");
	lit(m, ")");
}
