/* The tags of HTML as strangers write it, cut as browsers cut them: a quote begins a value only where a value may begin. */
#include "text/text.h"

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_name(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; }
static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

/* The attribute at *i, stepped over; false: the tag ends there, or its text does. */
static bool next_attribute(struct str s, size_t *i, struct text_attribute *out)
{
	size_t k = *i;
	while (k < s.n && (is_blank(s.p[k]) || s.p[k] == '/')) k++;
	size_t from = k;
	while (k < s.n && !is_blank(s.p[k]) && s.p[k] != '>' && s.p[k] != '/' && (s.p[k] != '=' || k == from)) k++;
	*out = (struct text_attribute){ .name = str_sub(s, from, k - from) };
	size_t after = k;
	while (after < s.n && is_blank(s.p[after])) after++;
	if (out->name.n && after < s.n && s.p[after] == '=') {
		k = after + 1;
		while (k < s.n && is_blank(s.p[k])) k++;
		char quote = k < s.n && (s.p[k] == '"' || s.p[k] == '\'') ? s.p[k] : 0;
		from = k += quote != 0;
		while (k < s.n && (quote ? s.p[k] != quote : !is_blank(s.p[k]) && s.p[k] != '>')) k++;
		out->value = str_sub(s, from, k - from);
		k += quote && k < s.n;
	}
	*i = k;
	return out->name.n > 0;
}

bool text_tag(struct str s, size_t most, struct text_tag *out)
{
	struct text_attribute ignored;
	*out = (struct text_tag){ .n = s.n };
	if (str_starts(s, STR("<!--"))) {
		ptrdiff_t end = str_find(s, STR("-->"));
		if (end >= 0) out->n = (size_t)end + 3;
		return true;
	}
	size_t i = 1;
	out->closing = s.n > 1 && s.p[1] == '/';
	i += out->closing;
	if (i >= s.n || (!is_letter(s.p[i]) && s.p[i] != '!' && s.p[i] != '?')) return false;
	size_t from = i;
	while (i < s.n && is_name(s.p[i])) i++;
	out->name = str_sub(s, from, i - from);
	s = str_sub(s, 0, most);
	if (!out->name.n)
		while (i < s.n && s.p[i] != '>') i++;
	while (i < s.n && next_attribute(s, &i, &ignored)) continue;
	out->n = i + 1;
	return i < s.n && s.p[i] == '>';
}

size_t text_attributes(struct str tag, struct text_attribute *out, size_t most)
{
	struct text_attribute one;
	size_t n = 0;
	size_t i = 1;
	while (i < tag.n && is_name(tag.p[i])) i++;
	while (n < most && next_attribute(tag, &i, &one)) {
		bool again = false;
		for (size_t k = 0; k < n && !again; k++) again = str_eq_nocase(out[k].name, one.name);
		if (!again) out[n++] = one;
	}
	return n;
}

size_t text_past_content(struct str s, struct str name, size_t n)
{
	struct text_tag end;
	for (size_t i = n; i + 1 < s.n; i++)
		if (s.p[i] == '<' && s.p[i + 1] == '/' && str_eq_nocase(str_sub(s, i + 2, name.n), name) && text_tag(str_from(s, i), s.n, &end) && str_eq_nocase(end.name, name))
			return i + end.n;
	return s.n;
}

size_t text_reference(struct str s)
{
	size_t i = s.n > 1 && s.p[1] == '#' ? 2 : 1;
	size_t from = i;
	while (i < s.n && i < 12 && (is_letter(s.p[i]) || (s.p[i] >= '0' && s.p[i] <= '9'))) i++;
	return i > from && i < s.n && s.p[i] == ';' ? i + 1 : 0;
}
