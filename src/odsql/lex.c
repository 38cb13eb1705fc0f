/* Bytes to tokens. A token never fails: what starts none becomes TOKEN_BAD, and the parser complains
 * about it like about any other token that it did not expect. */
#include "odsql/lex.h"
#include "text/text.h"

static unsigned char byte_at(const struct lexer *l, size_t i)
{
	return i < l->text.n ? (unsigned char)l->text.p[i] : 0;
}

static bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }

/* Length of the blank at i, 0 when there is none. No-break space is two bytes. */
static uint32_t blank_at(const struct lexer *l, size_t i)
{
	unsigned char c = byte_at(l, i);
	if (i >= l->text.n) return 0;
	if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
	return c == 0xc2 && byte_at(l, i + 1) == 0xa0 ? 2 : 0;
}

/* Length of the name character at i. Beyond ASCII everything counts as a letter but blanks and
 * general punctuation: an odd symbol then reads as an unknown field, which is clear enough. */
static uint32_t name_char_at(const struct lexer *l, size_t i, bool first)
{
	unsigned char c = byte_at(l, i);
	if (i >= l->text.n) return 0;
	if (c < 0x80) {
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		return letter || (!first && is_digit(c)) ? 1 : 0;
	}
	if (blank_at(l, i)) return 0;
	size_t at = i;
	uint32_t point = text_next(l->text, &at);
	bool refused = point == 0xfffd || point == 0xfeff || (point >= 0x2000 && point <= 0x206f);
	return refused ? 0 : (uint32_t)(at - i);
}

static int hex_of(unsigned char c)
{
	if (is_digit(c)) return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

/* Four hexadecimal digits at i, or -1. */
static int32_t unit_at(const struct lexer *l, size_t i)
{
	int32_t v = 0;
	for (size_t k = 0; k < 4; k++) {
		int h = i + k < l->text.n ? hex_of(byte_at(l, i + k)) : -1;
		if (h < 0) return -1;
		v = v * 16 + h;
	}
	return v;
}

/* Reads \uXXXX (and the second half of a pair) whose digits start at *i. */
static uint32_t unicode_escape(const struct lexer *l, size_t *i)
{
	int32_t high = unit_at(l, *i);
	*i += 4;
	if (high < 0xd800 || high > 0xdfff) return (uint32_t)high;
	int32_t low = byte_at(l, *i) == '\\' && byte_at(l, *i + 1) == 'u' ? unit_at(l, *i + 2) : -1;
	if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) return 0xfffd;
	*i += 6;
	return 0x10000 + (((uint32_t)high - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
}

static char plain_escape(char c)
{
	switch (c) {
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	case 'b': return '\b';
	case 'f': return '\f';
	default: return c;
	}
}

/* Reads a quoted text whose opening quote is at `open`. False when it does not end. */
static bool quoted(struct lexer *l, size_t open, struct str *value, uint32_t *end)
{
	char quote = l->text.p[open];
	size_t i = open + 1;
	while (i < l->text.n && l->text.p[i] != quote && l->text.p[i] != '\\') i++;
	if (i < l->text.n && l->text.p[i] == quote) {
		*value = str_make(l->text.p + open + 1, i - open - 1);
		*end = (uint32_t)i + 1;
		return true;
	}
	auto_buf b = BUF_INIT(LIMIT_CLAUSE_BYTES * 2);
	for (i = open + 1; i < l->text.n;) {
		char c = l->text.p[i++];
		if (c == quote) {
			*value = arena_str(l->arena, buf_str(&b));
			*end = (uint32_t)i;
			return true;
		}
		if (c != '\\') {
			buf_put_char(&b, c);
			continue;
		}
		if (i == l->text.n) break;
		c = l->text.p[i++];
		if (quote != '`' && c == 'u' && unit_at(l, i) >= 0)
			text_put_codepoint(&b, unicode_escape(l, &i));
		else
			buf_put_char(&b, quote == '`' ? c : plain_escape(c));
	}
	return false;
}

static struct token bad(struct lexer *l, size_t n)
{
	struct token t = { .kind = TOKEN_BAD, .at = l->at, .end = (uint32_t)(l->at + n) };
	l->at = t.end;
	return t;
}

static struct token quoted_token(struct lexer *l, enum token_kind kind, size_t open)
{
	struct token t = { .kind = kind, .at = l->at };
	if (!quoted(l, open, &t.value, &t.end)) return bad(l, open + 1 - l->at);
	l->at = t.end;
	return t;
}

static struct token number(struct lexer *l)
{
	size_t i = l->at;
	bool whole = true;
	while (is_digit(byte_at(l, i))) i++;
	/* The first dot of `1..10` is not the number's. */
	if (byte_at(l, i) == '.' && is_digit(byte_at(l, i + 1))) {
		whole = false;
		for (i++; is_digit(byte_at(l, i));) i++;
	}
	size_t e = i;
	if (byte_at(l, e) == 'e' || byte_at(l, e) == 'E') {
		e++;
		if (byte_at(l, e) == '+' || byte_at(l, e) == '-') e++;
		if (is_digit(byte_at(l, e))) {
			whole = false;
			while (is_digit(byte_at(l, e))) e++;
			i = e;
		}
	}
	struct token t = { .kind = TOKEN_INT, .at = l->at, .end = (uint32_t)i };
	t.value = str_make(l->text.p + t.at, t.end - t.at);
	if (!whole || !str_to_int(t.value, &t.i)) {
		t.kind = TOKEN_DOUBLE;
		struct str digits = t.value;
		if (digits.p[0] == '.') digits = arena_join(l->arena, STR("0"), digits);
		if (!text_to_double(digits, &t.d)) t.kind = TOKEN_BAD;
	}
	l->at = t.end;
	return t;
}

static struct token sign(struct lexer *l)
{
	static const struct { char text[3]; char sign; } pairs[] = {
		{ "..", SIGN_DOTS }, { "!=", SIGN_NE }, { "<=", SIGN_LE }, { ">=", SIGN_GE },
	};
	char c = l->text.p[l->at];
	char next = (char)byte_at(l, l->at + 1);
	struct token t = { .kind = TOKEN_SIGN, .at = l->at, .end = l->at + 1, .sign = c };
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		if (pairs[i].text[0] != c || pairs[i].text[1] != next) continue;
		t.sign = pairs[i].sign;
		t.end++;
		l->at = t.end;
		return t;
	}
	if (memchr("()[],.*/+-=:<>", c, 14)) {
		l->at = t.end;
		return t;
	}
	size_t end = l->at;
	(void)text_next(l->text, &end);
	return bad(l, end - l->at);
}

struct token lex_next(struct lexer *l)
{
	uint32_t n;
	while ((n = blank_at(l, l->at)) != 0) l->at += n;
	if (l->at >= l->text.n)
		return (struct token){ .kind = TOKEN_END, .at = (uint32_t)l->text.n, .end = (uint32_t)l->text.n };
	unsigned char c = byte_at(l, l->at);
	if (is_digit(c) || (c == '.' && is_digit(byte_at(l, l->at + 1)))) return number(l);
	if (c == '"' || c == '\'') return quoted_token(l, TOKEN_STRING, l->at);
	if (c == '`') return quoted_token(l, TOKEN_QUOTED, l->at);
	size_t i = l->at;
	while ((n = name_char_at(l, i, i == l->at)) != 0) i += n;
	if (i == l->at) return sign(l);
	struct str word = str_make(l->text.p + l->at, i - l->at);
	unsigned char after = byte_at(l, i);
	if (after == '"' || after == '\'') {
		if (str_eq_nocase(word, STR("date"))) return quoted_token(l, TOKEN_DATE, i);
		if (str_eq_nocase(word, STR("geom"))) return quoted_token(l, TOKEN_GEOM, i);
	}
	struct token t = { .kind = TOKEN_NAME, .at = l->at, .end = (uint32_t)i, .value = word };
	l->at = t.end;
	return t;
}
