/* A portal's own stylesheet, read leniently and written anew without what would fetch from elsewhere or run. It follows the tokens of
 * CSS Syntax 3 as far as an address can hide in them: strings, comments, escapes, functions, at-rules. Where something is left
 * out a blank stands, so that what was on both sides of it does not become one word. */
#include "look/inside.h"
#include "text/text.h"

enum { NAME_BYTES = 64, URL_BYTES = 300, PASSES = 8 };

struct css {
	struct str s;
	size_t i;
	struct buf *out;
	size_t dropped;
};

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }
/* Each of them is one to a browser, which ends a string there. */
static bool is_line_end(char c) { return c == '\n' || c == '\r' || c == '\f'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_name(char c) { return is_letter(c) || is_digit(c) || c == '-'; }

static int hex_of(char c)
{
	if (is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool at(const struct css *c, size_t i, char wanted) { return i < c->s.n && c->s.p[i] == wanted; }

static void drop(struct css *c)
{
	c->dropped++;
	buf_put_char(c->out, ' ');
}

/* An escape at a backslash: what it means goes to b, its length comes back. A line end after it means nothing. */
static size_t escape(struct str s, struct buf *b)
{
	size_t n = 1;
	uint32_t code = 0;
	while (n < s.n && n < 7 && hex_of(s.p[n]) >= 0)
		code = code << 4 | (uint32_t)hex_of(s.p[n++]);
	if (n > 1) {
		if (n < s.n && is_blank(s.p[n]))
			n++;
		text_put_codepoint(b, code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0xfffd : code);
		return n;
	}
	if (n < s.n && !is_line_end(s.p[n]))
		buf_put_char(b, s.p[n]);
	return num_min(n + 1, s.n);
}

static bool starts_name(const struct css *c, size_t i)
{
	if (i >= c->s.n)
		return false;
	return is_name(c->s.p[i]) || (c->s.p[i] == '\\' && i + 1 < c->s.n && !is_line_end(c->s.p[i + 1]));
}

/* A name at i, in small letters with escapes resolved (cut to what a known name may have); gives where it ends. */
static size_t read_name(const struct css *c, size_t i, char *room, struct str *name)
{
	struct buf b = { .p = room, .cap = NAME_BYTES, .max = NAME_BYTES };
	while (starts_name(c, i)) {
		if (c->s.p[i] == '\\')
			i += escape(str_from(c->s, i), &b);
		else
			buf_put_char(&b, c->s.p[i++]);
	}
	for (size_t k = 0; k < b.n; k++)
		if (room[k] >= 'A' && room[k] <= 'Z')
			room[k] = (char)(room[k] | 0x20);
	*name = b.over ? STR("") : buf_str(&b);
	return i;
}

/* A string at a quote; gives where it ends, and whether it has an end of its own. */
static size_t string_end(const struct css *c, size_t i, bool *whole)
{
	char quote = c->s.p[i++];
	*whole = false;
	while (i < c->s.n && !is_line_end(c->s.p[i])) {
		if (c->s.p[i] == quote) {
			*whole = true;
			return i + 1;
		}
		i += c->s.p[i] == '\\' ? 2 : 1;
	}
	return num_min(i, c->s.n);
}

static size_t comment_end(const struct css *c, size_t i)
{
	ptrdiff_t end = str_find(str_from(c->s, i + 2), STR("*/"));
	return end < 0 ? c->s.n : i + (size_t)end + 4;
}

/* Past a bracket that opens at i, whatever stands in it. */
static size_t bracket_end(const struct css *c, size_t i)
{
	size_t depth = 0;
	while (i < c->s.n) {
		char x = c->s.p[i];
		bool whole;
		if (x == '"' || x == '\'')
			i = string_end(c, i, &whole);
		else if (x == '/' && at(c, i + 1, '*'))
			i = comment_end(c, i);
		else if (x == '\\')
			i = num_min(i + 2, c->s.n);
		else {
			depth += x == '(' || x == '{' || x == '[';
			depth -= (x == ')' || x == '}' || x == ']') && depth > 0;
			i++;
			if (!depth)
				break;
		}
	}
	return i;
}

/* Past a statement: to its semicolon, its block, or the end of the block it stands in. */
static size_t statement_end(const struct css *c, size_t i)
{
	while (i < c->s.n) {
		char x = c->s.p[i];
		bool whole;
		if (x == ';')
			return i + 1;
		if (x == '}')
			return i;
		if (x == '{')
			return bracket_end(c, i);
		if (x == '(' || x == '[')
			i = bracket_end(c, i);
		else if (x == '"' || x == '\'')
			i = string_end(c, i, &whole);
		else if (x == '/' && at(c, i + 1, '*'))
			i = comment_end(c, i);
		else
			i += x == '\\' ? 2 : 1;
	}
	return c->s.n;
}

/* The portal's own files, and parts of the page itself. */
static bool is_own(struct str url)
{
	if (!str_starts(url, STR("/assets/")) && !str_starts(url, STR("#")))
		return false;
	for (size_t i = 0; i < url.n; i++) {
		char x = url.p[i];
		bool plain = (is_name(x) && (unsigned char)x < 0x80) || x == '/' || x == '.' || x == '?' || x == '=' || x == '&' || (x == '#' && i == 0);
		if (!plain || (x == '.' && i + 1 < url.n && url.p[i + 1] == '.'))
			return false;
	}
	return true;
}

/* url( … ): i is behind the bracket. */
static void put_url(struct css *c, size_t i)
{
	char room[URL_BYTES];
	struct buf url = { .p = room, .cap = sizeof room, .max = sizeof room };
	while (i < c->s.n && is_blank(c->s.p[i]))
		i++;
	char quote = at(c, i, '"') || at(c, i, '\'') ? c->s.p[i] : 0;
	i += quote != 0;
	while (i < c->s.n && c->s.p[i] != (quote ? quote : ')')) {
		if (quote && is_line_end(c->s.p[i]))
			break;
		if (c->s.p[i] == '\\')
			i += escape(str_from(c->s, i), &url);
		else
			buf_put_char(&url, c->s.p[i++]);
	}
	i += quote && i < c->s.n;
	while (i < c->s.n && c->s.p[i] != ')') {
		url.over |= !is_blank(c->s.p[i]);
		i++;
	}
	c->i = num_min(i + 1, c->s.n);
	struct str address = str_trim(buf_str(&url));
	if (url.over || !is_own(address)) {
		c->dropped++;
		buf_lit(c->out, "none");
		return;
	}
	buf_lit(c->out, "url(\"");
	buf_put(c->out, address);
	buf_lit(c->out, "\")");
}

/* A name as it was written. An escape at its end is closed, so that it does not take in what comes after something left out. */
static void put_raw(struct css *c, struct str raw)
{
	ptrdiff_t slash = str_rfind_char(raw, '\\');
	size_t digits = 0;
	buf_put(c->out, raw);
	while (slash >= 0 && (size_t)slash + 1 + digits < raw.n && hex_of(raw.p[(size_t)slash + 1 + digits]) >= 0)
		digits++;
	if (digits && digits <= 6 && (size_t)slash + 1 + digits == raw.n)
		buf_put_char(c->out, ' ');
}

static bool is_one_of(struct str name, const char *const *names)
{
	for (; *names; names++)
		if (str_eq(name, str_of(*names)))
			return true;
	return false;
}

/* Functions that fetch by a string, and those that once ran programs. */
static const char *const functions[] = { "src", "image", "image-set", "-webkit-image-set", "cross-fade", "-webkit-cross-fade", "expression", "url-prefix",
	"domain", "regexp", "-moz-element", NULL };
static const char *const rules[] = { "import", "charset", "namespace", "-moz-document", "document", NULL };
static const char *const properties[] = { "behavior", "-moz-binding", "-ms-behavior", NULL };

static void put_name(struct css *c)
{
	char room[NAME_BYTES];
	struct str name;
	size_t from = c->i;
	size_t end = read_name(c, from, room, &name);
	if (end == from)
		end++;
	c->i = end;
	if (at(c, end, '(') && (str_eq(name, STR("url")) || !name.n)) {
		put_url(c, end + 1);
		return;
	}
	if (at(c, end, '(') && is_one_of(name, functions)) {
		c->i = bracket_end(c, end);
		c->dropped++;
		buf_lit(c->out, "none");
		return;
	}
	size_t after = end;
	while (after < c->s.n && is_blank(c->s.p[after]))
		after++;
	if (at(c, after, ':') && is_one_of(name, properties)) {
		c->i = statement_end(c, after);
		drop(c);
		return;
	}
	put_raw(c, str_sub(c->s, from, end - from));
}

static void put_rule(struct css *c)
{
	char room[NAME_BYTES];
	struct str name;
	size_t end = read_name(c, c->i + 1, room, &name);
	if (is_one_of(name, rules) || (!name.n && end > c->i + 1)) {
		c->i = statement_end(c, end);
		drop(c);
		return;
	}
	put_raw(c, str_sub(c->s, c->i, end - c->i));
	c->i = end;
}

static void put_string(struct css *c)
{
	bool whole;
	size_t end = string_end(c, c->i, &whole);
	if (whole)
		buf_put(c->out, str_sub(c->s, c->i, end - c->i));
	else
		drop(c);
	c->i = end;
}

static size_t clean_once(struct buf *out, struct str css)
{
	struct css c = { .s = css, .out = out };
	while (c.i < css.n) {
		char x = css.p[c.i];
		if (x == '/' && at(&c, c.i + 1, '*')) {
			c.i = comment_end(&c, c.i);
			buf_put_char(out, ' ');
		} else if (x == '"' || x == '\'') {
			put_string(&c);
		} else if (x == '@') {
			put_rule(&c);
		} else if (starts_name(&c, c.i)) {
			put_name(&c);
		} else if ((unsigned char)x < ' ' && !is_blank(x)) {
			c.i++;
			drop(&c);
		} else if (x == '\\') {
			c.i++;
			drop(&c);
		} else {
			buf_put_char(out, x);
			c.i++;
		}
	}
	return c.dropped;
}

/* What is left out may bring what was apart together, so the result is read again until there is nothing more to leave out. */
void look_clean_css(struct buf *out, struct str css, size_t *dropped_or_null)
{
	struct buf now = BUF_INIT(4 * css.n + 4096);
	size_t dropped = clean_once(&now, css);
	bool settled = false;
	for (int i = 0; i < PASSES && !settled && !now.over; i++) {
		struct buf next = BUF_INIT(4 * css.n + 4096);
		dropped += clean_once(&next, buf_str(&now));
		settled = !next.over && str_eq(buf_str(&now), buf_str(&next));
		buf_done(&now);
		now = next;
	}
	if (settled)
		buf_put(out, buf_str(&now));
	buf_done(&now);
	if (dropped_or_null)
		*dropped_or_null = dropped;
}
