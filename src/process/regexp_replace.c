/* Replace via regexp: what a pattern finds, by a text that may repeat its groups (\\1, \\g<name>). */
#include "process/inside.h"
#include "process/regexp.h"
#include "text/text.h"

enum { FIELD, ALL, REGEXP, NEW, IGNORE_CASE, MULTILINE, DOT_ALL };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, false, NULL, NULL, N_("Field"), N_("Not needed when all fields are searched.") },
	{ "all_fields", PROCESS_BOOL, false, "false", NULL, N_("In all fields"), NULL },
	{ "regexp", PROCESS_REGEXP, true, NULL, NULL, N_("Regular expression"), N_("As Python writes it.") },
	{ "new", PROCESS_TEXT, false, "", NULL, N_("New text"), N_("\\1 and \\g<name> stand for the groups of the expression.") },
	{ "ignore_case", PROCESS_BOOL, false, "false", NULL, N_("Small and capital letters are the same"), NULL },
	{ "multiline", PROCESS_BOOL, false, "false", NULL, N_("^ and $ at every line"), NULL },
	{ "dot_all", PROCESS_BOOL, false, "false", NULL, N_("The dot stands for line breaks, too"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"regexp_replace\",\"field\":\"day\",\"regexp\":\"(\\\\d+)\\\\.(\\\\d+)\\\\.(\\\\d{4})\",\"new\":\"\\\\3-\\\\2-\\\\1\"}",
	  "[{\"day\":\"31.12.2024\"},{\"day\":\"unknown\"},{\"day\":null}]", "[{\"day\":\"2024-12-31\"},{\"day\":\"unknown\"},{\"day\":null}]" },
	{ "{\"type\":\"regexp_replace\",\"all_fields\":true,\"regexp\":\"\\\\s+\",\"new\":\" \"}",
	  "[{\"a\":\"x   y\",\"b\":[\"p  q\"]}]", "[{\"a\":\"x y\",\"b\":[\"p q\"]}]" },
	{ 0 }
};

struct part { struct str text; int group; }; /* group -1: the text */
struct replacement {
	struct process_regexp *x;
	VEC(struct part) parts;
};

static void part_fault(struct process_step *s, struct process_faults *f, struct str name)
{
	process_step_fault(s, f, "new", "the regular expression has no group \"%.*s\".", STR_ARG(name));
}

/* One reference that begins at the backslash t.p[i]; how many bytes it has, 0: none. */
static size_t reference(struct process_step *s, struct process_faults *f, const struct process_regexp *x, struct str t, size_t i, int *group)
{
	size_t end = i + 1;
	struct str name;
	if (end < t.n && t.p[end] == 'g' && end + 1 < t.n && t.p[end + 1] == '<') {
		ptrdiff_t close = str_find_char(str_from(t, end + 2), '>');
		if (close < 0) return 0;
		name = str_sub(t, end + 2, (size_t)close);
		end += 3 + (size_t)close;
	} else {
		while (end < t.n && end < i + 3 && t.p[end] >= '0' && t.p[end] <= '9') end++;
		name = str_sub(t, i + 1, end - i - 1);
		if (name.n == 0) return 0;
	}
	int64_t number;
	*group = str_to_int(name, &number) && number >= 0 && (size_t)number <= regexp_groups(x) ? (int)number : regexp_group(x, name);
	if (*group < 0) part_fault(s, f, name);
	return end - i;
}

static void read_new(struct process_step *s, struct process_faults *f, struct replacement *m)
{
	struct str t = s->values[NEW].text;
	auto_buf b = BUF_INIT(1 << 20);
	for (size_t i = 0; i < t.n;) {
		int group = -1;
		size_t n = t.p[i] == '\\' ? reference(s, f, m->x, t, i, &group) : 0;
		if (n == 0 && t.p[i] == '\\' && i + 1 < t.n) {
			char c = t.p[i + 1];
			buf_put_char(&b, c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
			i += 2;
			continue;
		}
		if (n == 0) {
			buf_put_char(&b, t.p[i++]);
			continue;
		}
		if (b.n) vec_push(s->keep, &m->parts, (struct part){ arena_str(s->keep, buf_str(&b)), -1 });
		buf_clear(&b);
		if (group >= 0) vec_push(s->keep, &m->parts, (struct part){ .group = group });
		i += n;
	}
	if (b.n) vec_push(s->keep, &m->parts, (struct part){ arena_str(s->keep, buf_str(&b)), -1 });
}

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	struct replacement *m = arena_new(s->keep, struct replacement);
	s->own = m;
	process_need_field(s, f, FIELD, ALL);
	m->x = process_regexp_open(s, f, REGEXP, (s->values[IGNORE_CASE].truth ? REGEXP_IGNORE_CASE : 0u) |
	                           (s->values[MULTILINE].truth ? REGEXP_MULTILINE : 0u) | (s->values[DOT_ALL].truth ? REGEXP_DOT_ALL : 0u));
	if (m->x) read_new(s, f, m);
	return true;
}

static void put_new(struct buf *b, const struct replacement *m, struct str in)
{
	for (size_t i = 0; i < m->parts.n; i++) {
		const struct part *p = &m->parts.p[i];
		size_t from, to;
		if (p->group < 0) buf_put(b, p->text);
		else if (regexp_span(m->x, (size_t)p->group, &from, &to)) buf_put(b, str_sub(in, from, to - from));
	}
}

static bool replace(struct process_step *s, void *arg, struct process_row *r, size_t column, struct str in, struct str *out)
{
	struct replacement *m = arg;
	size_t at = 0, copied = 0, from, to;
	enum regexp_end end = regexp_search(m->x, in, 0);
	*out = in;
	if (end == REGEXP_NONE) return true;
	struct buf *b = process_scratch(s);
	for (; end == REGEXP_FOUND && regexp_span(m->x, 0, &from, &to) && from >= copied && !b->over; end = regexp_search(m->x, in, at)) {
		buf_put(b, str_sub(in, copied, from - copied));
		put_new(b, m, in);
		copied = to;
		at = to;
		if (to > from) continue;
		/* Nothing was found here: go on with the next character. */
		if (at >= in.n) {
			end = REGEXP_NONE;
			break;
		}
		at++;
		while (at < in.n && ((unsigned char)in.p[at] & 0xc0) == 0x80) at++;
	}
	if (end == REGEXP_LIMIT || end == REGEXP_LONG) {
		process_tell(s, r, column, text_cut(in, 200), "%s", regexp_why(end));
		return false;
	}
	buf_put(b, str_from(in, copied));
	return process_give_buf(s, r, column, b, out);
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	process_change_field_or_all(s, r, FIELD, ALL, replace, s->own);
	return true;
}

static void shut(struct process_step *s)
{
	struct replacement *m = s->own;
	if (m) regexp_free(m->x);
}

static const struct process_works works = { .open = open, .row = row, .close = shut };
const struct processor process_regexp_replace = {
	"regexp_replace", "text", N_("Replace via regexp"), N_("Replaces what a regular expression finds."), 0, parameters, examples, &works };
