/* Extract HTML: the text of a piece of HTML. Tags go, blocks are parted by a blank, entities become characters. */
#include "process/inside.h"
#include "text/text.h"

enum { FIELD, TAG_BYTES = 64 << 10 };
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

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/* Elements inside a line: all others part words. */
static bool is_inline(struct str name)
{
	static const char *const names[] = { "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "ins", "del", "kbd", "mark", "q", "s", "samp",
		"small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq_nocase(name, str_of(names[i]))) return true;
	return name.n == 0;
}

static bool strip(struct process_step *s, void *arg, struct process_row *r, size_t column, struct str in, struct str *out)
{
	(void)arg;
	*out = in;
	if (str_find_char(in, '<') < 0 && str_find_char(in, '&') < 0) return true;
	struct buf *b = process_scratch(s);
	bool gap = false;
	for (size_t i = 0; i < in.n;) {
		struct text_tag tag;
		bool begun = in.p[i] == '<';
		bool whole = begun && text_tag(str_from(in, i), TAG_BYTES, &tag);
		if (begun && !whole && tag.name.n) break; /* a tag that never ends hides what follows, as in browsers */
		if (whole) {
			bool silent = !tag.closing && (str_eq_nocase(tag.name, STR("script")) || str_eq_nocase(tag.name, STR("style")));
			gap |= !is_inline(tag.name);
			i += silent ? text_past_content(str_from(in, i), tag.name, tag.n) : tag.n;
			continue;
		}
		if (is_blank(in.p[i])) {
			gap = true;
			i++;
			continue;
		}
		if (gap && b->n) buf_put_char(b, ' ');
		gap = false;
		if (in.p[i] == '&') i += text_put_reference(b, str_from(in, i));
		else buf_put_char(b, in.p[i++]);
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
