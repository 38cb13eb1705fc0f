/* Whether a stylesheet is one from end to end, for who sends it from a program and sees no page: brackets that close, strings and comments
 * that end, declarations with a colon, rules with a block. Browsers would go on after a mistake, and lose what stands behind it
 * without a word. What is left out of a stylesheet is look_clean_css's to say; names and values are the browser's. */
#include "look/inside.h"
#include "text/text.h"

enum { DEEP = 64, SHOWN = 40 };

struct lint {
	struct str s;
	size_t i;
	size_t opened[DEEP]; /* where each bracket that is open stands */
	size_t depth;
	size_t from;         /* where the statement begins; its first blank is not it */
	bool colon;          /* it has one outside of brackets of its own */
	struct err *e;
};

static size_t line_of(const struct lint *l, size_t at)
{
	size_t line = 1;
	for (size_t i = 0; i < at && i < l->s.n; i++)
		line += l->s.p[i] == '\n' || l->s.p[i] == '\f' || (l->s.p[i] == '\r' && !(i + 1 < l->s.n && l->s.p[i + 1] == '\n'));
	return line;
}

/* The first words from a place, on one line, for the message. */
static struct str words_at(const struct lint *l, size_t at)
{
	struct str rest = str_from(l->s, num_min(at, l->s.n));
	size_t n = 0;
	while (n < rest.n && (unsigned char)rest.p[n] >= ' ' && rest.p[n] != '{' && rest.p[n] != '}')
		n++;
	return str_trim(text_cut(str_sub(rest, 0, n), SHOWN));
}

static bool bad(struct lint *l, size_t at, const char *what)
{
	struct str near = words_at(l, at);
	if (!near.n) return err_set(l->e, ERR_INVALID, "line %zu: %s", line_of(l, at), what);
	return err_set(l->e, ERR_INVALID, "line %zu: %s: \"%.*s\"", line_of(l, at), what, STR_ARG(near));
}

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }
static bool is_at(const struct lint *l, size_t i, char c) { return i < l->s.n && l->s.p[i] == c; }

static bool skip_comment(struct lint *l)
{
	size_t from = l->i;
	ptrdiff_t end = str_find(str_from(l->s, from + 2), STR("*/"));
	if (end < 0)
		return bad(l, from, "this comment has no end (*/)");
	l->i = from + (size_t)end + 4;
	return true;
}

static bool skip_string(struct lint *l)
{
	size_t from = l->i++;
	while (l->i < l->s.n && !is_at(l, l->i, l->s.p[from])) {
		char c = l->s.p[l->i];
		if (c == '\n' || c == '\r' || c == '\f')
			break;
		l->i += c == '\\' ? 2 : 1;
	}
	if (l->i >= l->s.n || !is_at(l, l->i, l->s.p[from]))
		return bad(l, from, "this text in quotation marks has no end");
	l->i++;
	return true;
}

/* The address in url( … ) without quotation marks is no part of the grammar of the rest. */
static bool skip_address(struct lint *l)
{
	size_t from = l->i;
	size_t i = from + 4;
	while (i < l->s.n && is_blank(l->s.p[i]))
		i++;
	if (is_at(l, i, '"') || is_at(l, i, '\'')) {
		l->i = from + 3;
		return true;
	}
	while (i < l->s.n && l->s.p[i] != ')' && l->s.p[i] != '\n')
		i += l->s.p[i] == '\\' ? 2 : 1;
	if (!is_at(l, i, ')'))
		return bad(l, from, "this address has no end ())");
	l->i = i + 1;
	return true;
}

static char closing_of(char open) { return open == '(' ? ')' : open == '[' ? ']' : '}'; }

/* Whether the innermost open bracket is a block of a rule, or none is open: only there do statements end. */
static bool in_block(const struct lint *l) { return !l->depth || l->s.p[l->opened[l->depth - 1]] == '{'; }

static void begin_statement(struct lint *l)
{
	l->from = SIZE_MAX;
	l->colon = false;
}

static bool end_statement(struct lint *l)
{
	bool something = l->from != SIZE_MAX;
	bool rule = something && l->s.p[l->from] == '@';
	size_t from = l->from;
	bool colon = l->colon;
	begin_statement(l);
	if (!something || rule)
		return true;
	if (!l->depth)
		return bad(l, from, "expected a rule with a block in { }");
	return colon || bad(l, from, "expected a property, a colon and a value");
}

static bool open_bracket(struct lint *l, char c)
{
	if (c == '{' && in_block(l)) {
		if (l->from == SIZE_MAX)
			return bad(l, l->i, "a block needs a selector in front of it");
		begin_statement(l);
	} else if (c == '{' && !l->colon) {
		return bad(l, l->opened[l->depth - 1], "this bracket is not closed before the block");
	}
	if (l->depth == DEEP)
		return bad(l, l->i, "brackets are nested too deeply here");
	l->opened[l->depth++] = l->i++;
	return true;
}

static bool close_bracket(struct lint *l, char c)
{
	if (!l->depth)
		return bad(l, l->i, c == '}' ? "this } closes nothing" : "this bracket closes nothing");
	size_t from = l->opened[l->depth - 1];
	if (closing_of(l->s.p[from]) != c)
		return bad(l, from, "this bracket is not closed before the next one is");
	if (c == '}' && !end_statement(l))
		return false;
	l->depth--;
	l->i++;
	return true;
}

static bool step(struct lint *l)
{
	char c = l->s.p[l->i];
	if (c == '/' && is_at(l, l->i + 1, '*'))
		return skip_comment(l);
	if (is_blank(c)) {
		l->i++;
		return true;
	}
	if (c == '{' || c == '(' || c == '[') {
		if (l->from == SIZE_MAX && c != '{')
			l->from = l->i;
		return open_bracket(l, c);
	}
	if (c == '}' || c == ')' || c == ']')
		return close_bracket(l, c);
	if (c == ';' && in_block(l)) {
		l->i++;
		return end_statement(l);
	}
	if (l->from == SIZE_MAX)
		l->from = l->i;
	if (c == '"' || c == '\'')
		return skip_string(l);
	if (str_eq_nocase(str_sub(l->s, l->i, 4), STR("url(")))
		return skip_address(l);
	if (!(unsigned char)c)
		return bad(l, l->i, "there is a NUL here");
	l->colon |= c == ':' && in_block(l);
	l->i = num_min(l->i + (c == '\\' ? 2 : 1), l->s.n);
	return true;
}

bool look_check_css(struct str css, struct err *e)
{
	struct lint l = { .s = css, .from = SIZE_MAX, .e = e };
	ptrdiff_t wrong = text_utf8_error(css);
	if (wrong >= 0)
		return err_set(e, ERR_INVALID, "line %zu: this is not UTF-8", line_of(&l, (size_t)wrong));
	if (css.n > LOOK_CSS_BYTES)
		return err_set(e, ERR_TOO_LARGE, "the stylesheet has %zu bytes; at most %d are kept", css.n, LOOK_CSS_BYTES);
	while (l.i < l.s.n)
		if (!step(&l))
			return false;
	if (l.depth)
		return bad(&l, l.opened[l.depth - 1], l.s.p[l.opened[l.depth - 1]] == '{' ? "this block is not closed (})" : "this bracket is not closed");
	return end_statement(&l);
}
