/* Extract HTML: the text of a piece of HTML. Tags go, blocks are parted by a blank, entities become characters. */
#include "process/inside.h"
#include "text/text.h"

enum { FIELD };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"extract_html\",\"field\":\"text\"}",
	  "[{\"text\":\"<p>Open <b>all</b> day</p><p>Caf&eacute; &amp; bar</p>\"},{\"text\":\"1 < 2\"},{\"text\":null}]",
	  "[{\"text\":\"Open all day Café & bar\"},{\"text\":\"1 < 2\"},{\"text\":null}]" },
	{ 0 }
};

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/* Whether a tag, comment or declaration begins at s.p[i]. */
static bool begins_tag(struct str s, size_t i)
{
	if (i + 1 >= s.n || s.p[i] != '<') return false;
	char c = s.p[i + 1];
	return is_letter(c) || c == '!' || c == '?' || (c == '/' && i + 2 < s.n && is_letter(s.p[i + 2]));
}

static size_t tag_end(struct str s, size_t i)
{
	if (str_starts(str_from(s, i), STR("<!--"))) {
		ptrdiff_t end = str_find(str_from(s, i + 4), STR("-->"));
		return end < 0 ? s.n : i + 4 + (size_t)end + 3;
	}
	char quote = 0;
	for (i++; i < s.n; i++) {
		char c = s.p[i];
		if (quote) quote = c == quote ? 0 : quote;
		else if ((c == '"' || c == '\'') && i && s.p[i - 1] == '=') quote = c;
		else if (c == '>') return i + 1;
	}
	return s.n;
}

static struct str tag_name(struct str s, size_t i)
{
	size_t from = i + 1 + (i + 1 < s.n && s.p[i + 1] == '/');
	size_t to = from;
	while (to < s.n && (is_letter(s.p[to]) || (s.p[to] >= '0' && s.p[to] <= '9'))) to++;
	return str_sub(s, from, to - from);
}

/* Elements inside a line: all others part words. */
static bool is_inline(struct str name)
{
	static const char *const names[] = { "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "ins", "del", "kbd", "mark", "q", "s", "samp",
		"small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq_nocase(name, str_of(names[i]))) return true;
	return name.n == 0;
}

/* Past </script> of a script, so that its words do not come in. */
static size_t past_content(struct str s, size_t i, struct str name)
{
	for (;;) {
		ptrdiff_t next = str_find(str_from(s, i), STR("</"));
		if (next < 0) return s.n;
		i += (size_t)next;
		if (str_eq_nocase(str_sub(s, i + 2, name.n), name)) return tag_end(s, i);
		i += 2;
	}
}

static bool strip(struct process_step *s, void *arg, struct process_row *r, size_t column, struct str in, struct str *out)
{
	(void)arg;
	*out = in;
	if (str_find_char(in, '<') < 0 && str_find_char(in, '&') < 0) return true;
	struct buf *b = process_scratch(s);
	bool gap = false;
	for (size_t i = 0; i < in.n;) {
		if (begins_tag(in, i)) {
			struct str name = tag_name(in, i);
			bool closing = in.p[i + 1] == '/';
			gap |= !is_inline(name);
			i = tag_end(in, i);
			if (!closing && (str_eq_nocase(name, STR("script")) || str_eq_nocase(name, STR("style")))) i = past_content(in, i, name);
			continue;
		}
		if (is_blank(in.p[i])) {
			gap = true;
			i++;
			continue;
		}
		if (gap && b->n) buf_put_char(b, ' ');
		gap = false;
		uint32_t first, second;
		size_t n = in.p[i] == '&' ? text_entity(str_from(in, i), &first, &second) : 0;
		if (n) {
			text_put_codepoint(b, first);
			if (second) text_put_codepoint(b, second);
		} else {
			buf_put_char(b, in.p[i]);
		}
		i += n ? n : 1;
	}
	return process_give_buf(s, r, column, b, out);
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	process_change_cell(s, r, s->values[FIELD].column, strip, NULL);
	return true;
}

static const struct process_works works = { .row = row };
const struct processor process_extract_html = { "extract_html", "text", N_("Extract HTML"), N_("Keeps the text of a piece of HTML."), 0, parameters, examples, &works };
