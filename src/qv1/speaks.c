/* Tells a question of the language from words that somebody just types: "Paris: budget 2024" and "12:30" are words. */
#include "qv1/inside.h"

static bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || (unsigned char)c >= 0x80; }

static bool begins(struct str s, size_t at) { return at == 0 || s.p[at - 1] == ' ' || s.p[at - 1] == '(' || s.p[at - 1] == '\t'; }

static bool is_operator(struct str word) { return str_eq(word, STR("AND")) || str_eq(word, STR("OR")) || str_eq(word, STR("NOT")); }

/* A value follows at once, as in height>5 and species:Oak, or after an equals sign. */
static bool has_value(struct str s, size_t at)
{
	while (at < s.n && strchr(":=<>", s.p[at])) at++;
	return at < s.n && s.p[at] != ' ' && s.p[at] != '\t' && s.p[at] != '/';
}

bool qv1_speaks(const struct odsql_scope *s, struct str text)
{
	bool quoted = false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"') quoted = !quoted;
		if (quoted || !begins(text, i)) continue;
		size_t from = i + (text.p[i] == '#'), end = from;
		while (end < text.n && is_name(text.p[end])) end++;
		struct str word = str_sub(text, from, end - from);
		char next = '\0';
		if (end < text.n) next = text.p[end];
		if (!word.n) continue;
		if (from > i) {
			if (next == '(') return true;
			continue;
		}
		/* One that stands between words, or before one. */
		if (is_operator(word) && (next == ' ' || next == '(') && str_trim(str_from(text, end)).n && (i > 0 || str_eq(word, STR("NOT")))) return true;
		if (next && strchr(":=<>", next) && has_value(text, end) && odsql_field(s, word) != ODSQL_NO_FIELD) return true;
	}
	return false;
}
