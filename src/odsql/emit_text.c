/* Words: LIKE, bare strings, search(), suggest(), startswith(). Texts are folded to tokens with one
 * blank between; a whole token is found between blanks, a prefix after one. What is written reads every
 * row; around it stands what an index of words may be asked instead (sql/sql.h), which gives the same. */
#include "odsql/emit.h"
#include "text/text.h"

struct terms { VEC(struct sql_word) v; };

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
		vec_push(m->q->arena, &out->v, (struct sql_word){ .token = token });
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
		if (out.v.n && ends_in_word(m, part)) out.v.p[out.v.n - 1].how = SQL_WORD_BEGINS;
		s = str_from(s, (size_t)star + 1);
	}
	return out;
}

/* --- what is searched ---------------------------------------------------------------------------- */

static bool is_text_field(const struct odsql_scope *s, size_t i)
{
	const struct field *f = &s->schema->fields[i];
	bool visible = s->everything || (!(f->flags & FIELD_HIDDEN) && (!s->visible_or_null || s->visible_or_null[i]));
	return f->type == VALUE_TEXT && visible;
}

size_t odsql_text_fields(const struct odsql_scope *s)
{
	size_t many = 0;
	for (size_t i = 0; i < s->schema->n; i++) many += is_text_field(s, i) && !(s->schema->fields[i].flags & FIELD_UNREAD);
	return many;
}

static struct odsql_node field_node(const struct odsql_scope *s, size_t i)
{
	const struct field *f = &s->schema->fields[i];
	return (struct odsql_node){ .kind = ODSQL_FIELD, .field = (int)i, .type = VALUE_TEXT,
		.list = f->flags & FIELD_MULTIVALUED };
}

/* The fields of search(a, b, "…"), or all visible text fields; each as a node. */
struct fields { VEC(struct odsql_node) v; };
static bool has_field(const struct fields *fields, int field)
{
	for (size_t i = 0; i < fields->v.n; i++)
		if (fields->v.p[i].field == field) return true;
	return false;
}

static struct fields searched(struct emitter *m, const struct odsql_node *n)
{
	struct fields out = { 0 };
	size_t named = n->kind == ODSQL_CALL ? n->nargs - 1 : 0;
	for (size_t i = 0; i < named; i++)
		if (n->args[i]->kind == ODSQL_FIELD && !has_field(&out, n->args[i]->field)) vec_push(m->q->arena, &out.v, *n->args[i]);
	if (out.v.n) return out;
	for (size_t i = 0; i < m->s->schema->n; i++)
		if (is_text_field(m->s, i) && !(m->s->schema->fields[i].flags & FIELD_UNREAD)) vec_push(m->q->arena, &out.v, field_node(m->s, i));
	return out;
}

/* --- what an index may be asked ------------------------------------------------------------------- */

/* Only columns that are texts of the version are in its index. */
static bool describe_words(struct emitter *m, struct sql_words *w, const struct fields *fields, const struct terms *terms, bool sure)
{
	size_t *numbers = arena_array(m->q->arena, size_t, fields->v.n + 1);
	for (size_t i = 0; i < fields->v.n; i++) {
		const struct odsql_node *n = &fields->v.p[i];
		if (n->kind != ODSQL_FIELD || n->flags & ODSQL_KEY || n->field < 0 || n->type != VALUE_TEXT) return false;
		numbers[i] = (size_t)n->field;
	}
	*w = (struct sql_words){ .fields = numbers, .nfields = fields->v.n, .words = terms->v.p, .nwords = terms->v.n,
		.lang = m->s->text_lang, .sure = sure };
	return terms->v.n > 0 && fields->v.n > 0;
}

/* Begins a condition that an index may answer. */
static bool begin_words(struct emitter *m, struct sql_words *w, const struct fields *fields, const struct terms *terms, bool sure)
{
	if (!describe_words(m, w, fields, terms, sure)) return false;
	sql_words_begin(m->q, w);
	return true;
}

/* --- whole words and beginnings -------------------------------------------------------------------- */

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

static struct str bounded(struct emitter *m, struct sql_word t)
{
	return arena_printf(m->q->arena, t.how == SQL_WORD_WHOLE ? " %.*s " : " %.*s", STR_ARG(t.token));
}

static void emit_all_terms(struct emitter *m, const struct fields *fields, const struct terms *terms)
{
	if (!terms->v.n || !fields->v.n) {
		lit(m, "FALSE");
		return;
	}
	struct sql_words w;
	bool indexed = begin_words(m, &w, fields, terms, true);
	lit(m, "(");
	for (size_t i = 0; i < terms->v.n; i++) {
		if (i) lit(m, " AND ");
		emit_contains(m, fields, bounded(m, terms->v.p[i]));
	}
	lit(m, ")");
	if (indexed) sql_words_end(m->q, &w);
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

/* Some word of the fields is like the token: by so many edits, or as another form of it. */
static void emit_like_word(struct emitter *m, const struct fields *fields, struct str token, bool edits)
{
	sql_put_literal(m->q, edits ? STR("stoa_near(concat_ws(' '") : STR("stoa_form(concat_ws(' '"));
	for (size_t i = 0; i < fields->v.n; i++) {
		lit(m, ", ");
		emit_joined(m, &fields->v.p[i]);
	}
	lit(m, "), ");
	put_text(m, token);
	lit(m, ", ");
	put_text(m, m->s->text_lang);
	lit(m, ")");
}

/* The words of search(): the last one may go on, the others may have typing errors. */
static struct terms search_terms(struct emitter *m, struct str text)
{
	struct terms terms = { 0 };
	add_tokens(m, &terms, text);
	for (size_t i = 0; i < terms.v.n; i++) terms.v.p[i].how = i + 1 < terms.v.n ? SQL_WORD_NEAR : SQL_WORD_LAST;
	return terms;
}

static void emit_search(struct emitter *m, const struct fields *fields, struct str text)
{
	struct terms terms = search_terms(m, text);
	struct sql_words w;
	if (!terms.v.n || !fields->v.n) {
		lit(m, "FALSE");
		return;
	}
	bool indexed = begin_words(m, &w, fields, &terms, true);
	lit(m, "(");
	for (size_t i = 0; i + 1 < terms.v.n; i++) {
		emit_like_word(m, fields, terms.v.p[i].token, true);
		lit(m, " AND ");
	}
	const struct sql_word *last = &terms.v.p[terms.v.n - 1];
	lit(m, "(");
	emit_contains(m, fields, bounded(m, *last));
	if (m->s->text_lang.n) {
		lit(m, " OR ");
		emit_like_word(m, fields, last->token, false);
	}
	lit(m, "))");
	if (indexed) sql_words_end(m->q, &w);
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

/* Whole words and the beginning of one more: what a text holds that has these words in a row, or that
 * begins with these characters. */
static struct terms row_terms(struct emitter *m, struct str text)
{
	struct terms terms = { 0 };
	add_tokens(m, &terms, text);
	if (terms.v.n) terms.v.p[terms.v.n - 1].how = SQL_WORD_BEGINS;
	return terms;
}

void emit_word_call(struct emitter *m, const struct odsql_node *n)
{
	struct str text = n->args[n->nargs - 1]->s;
	struct fields fields = searched(m, n);
	if (n->fn->symbol == FN_SEARCH) {
		emit_search(m, &fields, text);
		return;
	}
	struct terms terms = row_terms(m, text);
	struct sql_words w;
	bool suggest = n->fn->symbol == FN_SUGGEST;
	bool indexed = begin_words(m, &w, &fields, &terms, suggest && terms.v.n == 1);
	lit(m, "(");
	for (size_t i = 0; i < fields.v.n; i++) {
		if (i) lit(m, " OR ");
		if (suggest) emit_suggest_in(m, &fields.v.p[i], text);
		else emit_startswith_in(m, &fields.v.p[i], text);
	}
	if (!fields.v.n) lit(m, "FALSE");
	lit(m, ")");
	if (indexed) sql_words_end(m->q, &w);
}

/* --- relevance ------------------------------------------------------------------------------------ */

static struct terms leaf_terms(struct emitter *m, const struct odsql_node *n)
{
	struct str text = n->kind == ODSQL_WORDS ? n->s : n->args[n->nargs - 1]->s;
	if (n->kind == ODSQL_WORDS || n->kind == ODSQL_LIKE) return pattern_terms(m, text);
	return n->fn->symbol == FN_SEARCH ? search_terms(m, text) : row_terms(m, text);
}

/* Of the catalogue, a word of the title says more than one of the description; of records, publishers say what counts more. */
static int64_t weight_of(const struct emitter *m, int field)
{
	if (field < 0) return 1;
	if (!m->s->catalogue) return num_max(1, m->s->schema->fields[field].weight);
	struct str name = m->s->schema->fields[field].name;
	if (str_starts(name, STR("default.title"))) return 6;
	return str_starts(name, STR("default.keyword")) || str_starts(name, STR("default.theme")) ? 3 : 1;
}

struct conditions { VEC(struct sql_words) v; };

static void emit_leaf_rank(struct emitter *m, const struct odsql_node *n, struct conditions *all, bool *known)
{
	static const char marks[] = { [SQL_WORD_WHOLE] = '=', [SQL_WORD_BEGINS] = '^', [SQL_WORD_NEAR] = '~', [SQL_WORD_LAST] = '$' };
	struct terms terms = leaf_terms(m, n);
	struct fields fields = { 0 };
	if (n->kind == ODSQL_LIKE) vec_push(m->q->arena, &fields.v, *n->args[0]);
	else fields = searched(m, n);
	if (!terms.v.n || !fields.v.n) return;
	struct sql_words *w = vec_add(m->q->arena, &all->v);
	*known = describe_words(m, w, &fields, &terms, true) && *known;
	auto_buf list = BUF_INIT(LIMIT_CLAUSE_BYTES * 16);
	for (size_t i = 0; i < terms.v.n; i++) buf_printf(&list, "%s%c%.*s", i ? " " : "", marks[terms.v.p[i].how], STR_ARG(terms.v.p[i].token));
	for (size_t i = 0; i < fields.v.n; i++) {
		lit(m, " + coalesce(stoa_rank(");
		emit_joined(m, &fields.v.p[i]);
		lit(m, ", ");
		put_text(m, buf_str(&list));
		lit(m, ", ");
		put_text(m, m->s->text_lang);
		lit(m, "), 0) * ");
		sql_int(m->q, weight_of(m, fields.v.p[i].field));
	}
}

static bool is_words(const struct odsql_node *n)
{
	return n->kind == ODSQL_WORDS || n->kind == ODSQL_LIKE || (n->kind == ODSQL_CALL && n->fn->flags & FN_WORDS);
}

/* What a row must not have says nothing of how well it fits. */
static void emit_rank_of(struct emitter *m, const struct odsql_node *n, struct conditions *all, bool *known)
{
	if (is_words(n)) emit_leaf_rank(m, n, all, known);
	if (n->kind != ODSQL_AND && n->kind != ODSQL_OR) return;
	for (size_t i = 0; i < n->nargs; i++) emit_rank_of(m, n->args[i], all, known);
}

bool odsql_ranks(const struct odsql_node *n)
{
	bool any = is_words(n);
	for (size_t i = 0; !any && i < n->nargs && (n->kind == ODSQL_AND || n->kind == ODSQL_OR); i++) any = odsql_ranks(n->args[i]);
	return any;
}

void odsql_emit_rank(struct sql *q, const struct odsql_scope *s, struct odsql_node *const *where, size_t n)
{
	struct emitter m = { .q = q, .s = s };
	struct conditions all = { 0 };
	bool known = true;
	struct sql_rank *r = arena_new(q->arena, struct sql_rank);
	int64_t *weights = arena_array(q->arena, int64_t, s->schema->n + 1);
	for (size_t i = 0; i < s->schema->n; i++) weights[i] = weight_of(&m, (int)i);
	sql_rank_begin(q, r);
	lit(&m, "(0");
	for (size_t i = 0; i < n; i++) emit_rank_of(&m, where[i], &all, &known);
	lit(&m, ")");
	r->conditions = all.v.p;
	r->n = all.v.n;
	r->weights = weights;
	if (known) sql_rank_end(q, r);
}
