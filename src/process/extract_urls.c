/* Extract URLs: the links of a text, parted by blanks. */
#include "process/inside.h"

enum { FIELD, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"extract_urls\",\"field\":\"note\",\"output_field\":\"links\"}",
	  "[{\"note\":\"See https://example.org/a?b=1, and (http://example.com/x_(y)).\"},{\"note\":\"none\"}]",
	  "[{\"note\":\"See https://example.org/a?b=1, and (http://example.com/x_(y)).\",\"links\":\"https://example.org/a?b=1 http://example.com/x_(y)\"},{\"note\":\"none\",\"links\":null}]" },
	{ 0 }
};

static bool ends_link(char c) { return (unsigned char)c <= ' ' || strchr("<>\"'`{}|\\^", c) != NULL; }

/* Bytes of "http://" or "https://" that s begins with. */
static size_t scheme(struct str s)
{
	if (str_eq_nocase(str_sub(s, 0, 7), STR("http://"))) return 7;
	return str_eq_nocase(str_sub(s, 0, 8), STR("https://")) ? 8 : 0;
}

/* The signs that end a sentence or a bracket are not of the link, unless the bracket was opened in it. */
static struct str trimmed(struct str link)
{
	while (link.n) {
		char last = link.p[link.n - 1];
		bool off = strchr(".,;:!?", last) != NULL;
		if (last == ')' || last == ']') {
			size_t open = 0, shut = 0;
			for (size_t i = 0; i < link.n; i++) {
				open += link.p[i] == (last == ')' ? '(' : '[');
				shut += link.p[i] == last;
			}
			off = shut > open;
		}
		if (!off) break;
		link.n--;
	}
	return link;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	enum { LONGEST = 8192 };
	(void)e;
	size_t output = s->values[OUTPUT].column;
	struct cell c = process_get(r, s->values[FIELD].column);
	struct buf *b = process_scratch(s);
	for (size_t i = 0; i < c.text.n;) {
		size_t head = c.text.p[i] == 'h' || c.text.p[i] == 'H' ? scheme(str_from(c.text, i)) : 0;
		if (!head) {
			i++;
			continue;
		}
		size_t end = i + head;
		while (end < c.text.n && end < i + LONGEST && !ends_link(c.text.p[end])) end++;
		struct str link = trimmed(str_sub(c.text, i, end - i));
		if (link.n > head) {
			if (b->n) buf_put_char(b, ' ');
			buf_put(b, link);
		}
		i = end;
	}
	if (b->n) process_put_buf(s, r, output, b, CELL_FREE);
	else process_put_null(r, output);
	return true;
}

static const struct process_works works = { .row = row };
const struct processor process_extract_urls = { "extract_urls", "text", N_("Extract URLs"), N_("Finds the links in a text."), 0, parameters, examples, &works };
