/* The grammar: alternatives of conditions of words, comparisons and #functions. Recursion is bounded by
 * LIMIT_ODSQL_DEPTH; junctions are flat, so trees stay as shallow as the text's parentheses. */
#include "qv1/inside.h"
#include "text/text.h"

struct nodes { VEC(struct odsql_node *) v; };

static struct odsql_node *read_alternatives(struct reader *r);

/* --- words -------------------------------------------------------------------------------------- */

static bool has_letters(struct str s)
{
	auto_buf b = BUF_INIT(LIMIT_CLAUSE_BYTES * 8);
	text_fold(&b, s);
	return buf_str(&b).n > 0;
}

/* Without the signs at the end: "film," starts like film. */
static struct str without_tail(struct str s)
{
	while (s.n) {
		size_t last = s.n - 1;
		while (last > 0 && ((unsigned char)s.p[last] & 0xc0) == 0x80) last--;
		if (has_letters(str_from(s, last))) break;
		s.n = last;
	}
	return s;
}

/* In quotes a star is a sign like others. */
static struct str without_stars(struct reader *r, struct str s)
{
	if (str_find_char(s, '*') < 0) return s;
	char *p = arena_bytes(r->arena, s.n);
	for (size_t i = 0; i < s.n; i++) p[i] = s.p[i] == '*' ? ' ' : s.p[i];
	return str_make(p, s.n);
}

/* Words as full text asks for them; an empty text where there is no letter. */
static struct odsql_node *words_of(struct reader *r, const struct piece *p)
{
	struct str s = p->quoted ? without_stars(r, p->text) : without_tail(p->text);
	if (!p->quoted && s.n) s = arena_join(r->arena, s, STR("*"));
	if (!has_letters(s)) s = STR("");
	if (!p->quoted && str_eq(p->text, STR("*"))) {
		struct odsql_node *all = odsql_leaf(r->arena, ODSQL_BOOL, STR(""));
		all->b = true;
		return all;
	}
	return odsql_leaf(r->arena, ODSQL_WORDS, s);
}

/* --- comparisons -------------------------------------------------------------------------------- */

static bool at_operator(const struct reader *r)
{
	char c = look(r);
	return c == ':' || c == '=' || c == '<' || c == '>';
}

/* : = == < <= > >=, and a colon before any of the last four. */
static enum odsql_kind read_operator(struct reader *r)
{
	char c = look(r);
	r->at++;
	if (c == ':' && (look(r) == '<' || look(r) == '>')) c = r->text.p[r->at++];
	bool or_equal = look(r) == '=' && c != ':';
	if (or_equal) r->at++;
	if (c == '<') return or_equal ? ODSQL_LE : ODSQL_LT;
	if (c == '>') return or_equal ? ODSQL_GE : ODSQL_GT;
	return ODSQL_EQ;
}

static bool at_now(const struct reader *r)
{
	size_t after = r->at + 4;
	if (!str_eq_nocase(str_sub(r->text, r->at, 4), STR("#now"))) return false;
	return after >= r->text.n || is_blank_at(r, after) || strchr("(),][", r->text.p[after]) != NULL;
}

/* A value: in quotes, #now(…), or bare. `p` tells the last two apart from a star and from words. */
static struct odsql_node *read_value(struct reader *r, const char *stops, struct piece *p)
{
	skip_blanks(r);
	*p = (struct piece){ .at = r->at, .end = r->at, .quoted = true };
	if (at_now(r)) {
		r->at += 4;
		return read_now(r);
	}
	if (look(r) == '"') {
		if (!read_quoted(r, p)) return NULL;
	} else {
		read_bare(r, stops, p);
		if (!p->text.n) return unexpected(r);
	}
	return odsql_leaf(r->arena, ODSQL_TEXT, p->text);
}

static struct odsql_node *pair(struct reader *r, enum odsql_kind kind, struct odsql_node *x, struct odsql_node *y)
{
	struct odsql_node *const both[] = { x, y };
	return odsql_test(r->arena, kind, both, 2);
}

static struct odsql_node *any_value(struct reader *r, struct odsql_node *field)
{
	struct odsql_node *n = pair(r, ODSQL_IS, field, odsql_leaf(r->arena, ODSQL_NULL, STR("")));
	n->flags = ODSQL_NEGATED;
	return n;
}

static bool is_open_end(const struct piece *p) { return !p->quoted && str_eq(p->text, STR("*")); }

static bool at_to(struct reader *r)
{
	skip_blanks(r);
	if (!str_eq(str_sub(r->text, r->at, 2), STR("TO"))) return false;
	if (r->at + 2 < r->text.n && !is_blank_at(r, r->at + 2)) return false;
	r->at += 2;
	return true;
}

/* [a TO b]; the reader stands at the bracket. */
static struct odsql_node *read_range(struct reader *r, struct odsql_node *field)
{
	struct piece p;
	struct piece q;
	unsigned flags = 0;
	if (r->text.p[r->at++] == ']') flags |= ODSQL_OPEN_LEFT;
	struct odsql_node *low = read_value(r, "[]()\"", &p);
	if (!low) return NULL;
	if (!at_to(r)) return unexpected(r);
	struct odsql_node *high = read_value(r, "[]()\"", &q);
	if (!high) return NULL;
	skip_blanks(r);
	if (look(r) != ']' && look(r) != '[') return unexpected(r);
	if (r->text.p[r->at++] == '[') flags |= ODSQL_OPEN_RIGHT;
	if (is_open_end(&p) && is_open_end(&q)) return any_value(r, field);
	if (is_open_end(&p)) return pair(r, flags & ODSQL_OPEN_RIGHT ? ODSQL_LT : ODSQL_LE, field, high);
	if (is_open_end(&q)) return pair(r, flags & ODSQL_OPEN_LEFT ? ODSQL_GT : ODSQL_GE, field, low);
	struct odsql_node *const args[] = { field, low, high };
	struct odsql_node *n = odsql_test(r->arena, ODSQL_IN_RANGE, args, 3);
	n->flags = flags;
	return n;
}

/* Words are looked for in texts of people; the id of a dataset or record is one word whatever is in it. */
static bool holds_words(const struct reader *r, struct str name)
{
	int i = odsql_field(r->scope, name);
	if (i < 0 || r->scope->schema->fields[i].type != VALUE_TEXT) return false;
	return !str_eq(r->scope->schema->fields[i].name, STR("datasetid"));
}

static struct odsql_node *read_comparison(struct reader *r, struct str name)
{
	struct piece p;
	struct odsql_node *field = field_named(r, name);
	enum odsql_kind kind = read_operator(r);
	if (!one_more(r)) return NULL;
	skip_blanks(r);
	if (kind == ODSQL_EQ && (look(r) == '[' || look(r) == ']')) return read_range(r, field);
	struct odsql_node *value = read_value(r, "()\"", &p);
	if (!value) return NULL;
	if (kind != ODSQL_EQ) return pair(r, kind, field, value);
	if (is_open_end(&p)) return any_value(r, field);
	if (value->kind != ODSQL_TEXT || !holds_words(r, name) || !has_letters(p.text)) return pair(r, kind, field, value);
	if (p.quoted) value->s = without_stars(r, value->s);
	return pair(r, ODSQL_LIKE, field, value);
}

/* --- conditions --------------------------------------------------------------------------------- */

static struct odsql_node *read_nested(struct reader *r)
{
	if (++r->depth > LIMIT_ODSQL_DEPTH) {
		(void)odsql_complain(r->e, ODSQL_QV1, "Parentheses are nested more than %d levels deep.", LIMIT_ODSQL_DEPTH);
		return NULL;
	}
	r->at++;
	struct odsql_node *n = read_alternatives(r);
	if (!n) return NULL;
	if (look(r) != ')') return unexpected(r);
	r->at++;
	r->depth--;
	return n;
}

static struct odsql_node *read_function(struct reader *r)
{
	struct piece word;
	r->at++;
	read_bare(r, "(),\":=<>[]", &word);
	return one_more(r) ? read_form(r, &word) : NULL;
}

static bool starts_function(const struct reader *r)
{
	char c = r->at + 1 < r->text.n ? r->text.p[r->at + 1] : '\0';
	return look(r) == '#' && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
}

/* A word, or the name of a field that is compared. */
static struct odsql_node *read_word(struct reader *r)
{
	struct piece p;
	bool name = look(r) == '`';
	if (name) {
		if (!read_quoted(r, &p)) return NULL;
	} else {
		read_bare(r, "()\":=<>[]", &p);
		if (!p.text.n) return unexpected(r);
	}
	size_t after = r->at;
	skip_blanks(r);
	if (at_operator(r)) return read_comparison(r, p.text);
	r->at = after;
	if (name) return unexpected_piece(r, &p);
	return one_more(r) ? words_of(r, &p) : NULL;
}

static struct odsql_node *read_condition(struct reader *r)
{
	struct piece p;
	skip_blanks(r);
	if (look(r) == '(') return read_nested(r);
	if (starts_function(r)) return read_function(r);
	if (look(r) != '"') return read_word(r);
	if (!read_quoted(r, &p) || !one_more(r)) return NULL;
	return words_of(r, &p);
}

/* Steps over an operator in capitals that stands as a word of its own. */
static bool take(struct reader *r, struct str word)
{
	skip_blanks(r);
	size_t end = r->at + word.n;
	if (!str_eq(str_sub(r->text, r->at, word.n), word)) return false;
	if (end < r->text.n && !is_blank_at(r, end) && !strchr("(\"#`", r->text.p[end])) return false;
	size_t from = r->at;
	r->at = end;
	skip_blanks(r);
	/* OR:5 and AND=x compare fields of these names. */
	if (!at_operator(r)) return true;
	r->at = from;
	return false;
}

static struct odsql_node *read_negation(struct reader *r)
{
	bool not = false;
	while (take(r, STR("NOT"))) not = !not;
	struct odsql_node *n = read_condition(r);
	return n && not ? odsql_test(r->arena, ODSQL_NOT, &n, 1) : n;
}

/* Words that stand together are asked for together; those without a letter are passed over. */
static void add_condition(struct reader *r, struct nodes *all, struct odsql_node *n)
{
	struct odsql_node *last = all->v.n ? all->v.p[all->v.n - 1] : NULL;
	if (last && last->kind == ODSQL_WORDS && (n->kind == ODSQL_WORDS || !last->s.n)) {
		if (!last->s.n) all->v.p[all->v.n - 1] = n;
		else if (n->s.n) last->s = arena_join(r->arena, arena_join(r->arena, last->s, STR(" ")), n->s);
	} else if (!last || n->kind != ODSQL_WORDS || n->s.n) {
		vec_push(r->arena, &all->v, n);
	}
}

static bool at_end(struct reader *r)
{
	skip_blanks(r);
	return r->at >= r->text.n || look(r) == ')';
}

static struct odsql_node *read_conjunction(struct reader *r)
{
	struct nodes all = { 0 };
	for (;;) {
		struct odsql_node *n = read_negation(r);
		if (!n) return NULL;
		add_condition(r, &all, n);
		if (take(r, STR("AND"))) continue;
		size_t here = r->at;
		bool or = take(r, STR("OR"));
		r->at = here;
		if (or || at_end(r)) break;
	}
	return all.v.n == 1 ? all.v.p[0] : odsql_test(r->arena, ODSQL_AND, all.v.p, all.v.n);
}

static struct odsql_node *read_alternatives(struct reader *r)
{
	struct nodes all = { 0 };
	do {
		struct odsql_node *n = read_conjunction(r);
		if (!n) return NULL;
		vec_push(r->arena, &all.v, n);
	} while (take(r, STR("OR")));
	return all.v.n == 1 ? all.v.p[0] : odsql_test(r->arena, ODSQL_OR, all.v.p, all.v.n);
}

bool qv1_where(struct arena *a, const struct odsql_scope *s, struct str text, struct odsql_node **out, struct err *e)
{
	struct reader r = { .arena = a, .scope = s, .e = e, .text = text };
	*out = NULL;
	if (text.n > LIMIT_CLAUSE_BYTES)
		return odsql_complain(e, ODSQL_QV1, "The query is longer than %d bytes.", LIMIT_CLAUSE_BYTES);
	if (!text_is_utf8(text)) return odsql_complain(e, ODSQL_QV1, "The query is not UTF-8 text.");
	skip_blanks(&r);
	if (r.at >= text.n) return true;
	struct odsql_node *n = read_alternatives(&r);
	if (!n) return false;
	if (r.at < text.n) return unexpected(&r) != NULL;
	if (!odsql_check_as(a, s, ODSQL_QV1, n, e)) return false;
	*out = n;
	return true;
}
