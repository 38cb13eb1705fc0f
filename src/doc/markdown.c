/* The Markdown that administrators may write: a small part of CommonMark, read line by line into blocks. What is not in
 * that part is text, never markup; what would fetch something, or lead somewhere we do not know, is refused by line. */
#include "doc/doc.h"

#include "text/text.h"

/* AHEAD: how far a mark looks for its partner, so that a text of marks alone takes no long time. */
enum { COLUMNS_MOST = 12, ROWS_MOST = 500, LINES_MOST = 4000, SPANS_MOST = 20000, AHEAD = 2000 };

struct reader {
	struct doc *doc;
	struct str *lines;
	size_t n, at;
	size_t line;            /* of what is being read, from 1 */
	size_t spans;
	struct err *e;
};

static bool refuse(struct reader *r, const char *why)
{
	return err_set(r->e, ERR_INVALID, "Line %zu: %s", r->line, why);
}

/* --- words within a block ---------------------------------------------------------------------------- */

static bool is_mark(char c)
{
	return c == '*' || c == '_' || c == '`' || c == '[' || c == ']' || c == '(' || c == ')' || c == '\\' || c == '#' ||
	       c == '|' || c == '!' || c == '-' || c == '+' || c == '.' || c == '<' || c == '>';
}

static bool is_word(struct str s, size_t i)
{
	unsigned char c = i < s.n ? (unsigned char)s.p[i] : ' ';
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool put(struct reader *r, struct doc_block *to, struct str text, unsigned look, const struct doc_link *link)
{
	if (!text.n)
		return true;
	if (++r->spans > SPANS_MOST)
		return refuse(r, "there is too much markup; use less");
	doc_put(r->doc, to, text, look)->link = link;
	return true;
}

static bool is_safe_url(struct str url)
{
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == '"' || url.p[i] == '<' || url.p[i] == '>' || url.p[i] == 0x7f)
			return false;
	return (str_starts(url, STR("https://")) && url.n > 8) || (str_starts(url, STR("http://")) && url.n > 7) ||
	       (str_starts(url, STR("mailto:")) && url.n > 7) ||
	       (str_starts(url, STR("/")) && !str_starts(url, STR("//")) && !str_starts(url, STR("/\\")));
}

static bool put_inline(struct reader *r, struct doc_block *to, struct str s, unsigned look, const struct doc_link *link, int depth);

/* Where a run that opens at `from` with this mark closes; -1: it is text. */
static ptrdiff_t closing(struct str s, size_t from, struct str mark)
{
	s = str_sub(s, 0, from + AHEAD);
	for (size_t i = from; i + mark.n <= s.n; i++) {
		if (s.p[i] == '\\') {
			i++;
			continue;
		}
		if (!str_starts(str_from(s, i), mark) || i == from || s.p[i - 1] == ' ')
			continue;
		if (mark.n == 1 && mark.p[0] != '`' && i + 1 < s.n && s.p[i + 1] == mark.p[0]) {
			i++;
			continue;
		}
		if (mark.p[0] == '_' && is_word(s, i + mark.n))
			continue;
		return (ptrdiff_t)i;
	}
	return -1;
}

/* "[words](address)" at *i: 1 and steps over it, 0 when it is not one, -1 when it is refused. */
static int put_link(struct reader *r, struct doc_block *to, struct str s, size_t *i, unsigned look, int depth)
{
	ptrdiff_t end = str_find(str_sub(s, *i, AHEAD), STR("]("));
	if (end < 2)
		return 0;
	size_t words_end = *i + (size_t)end;
	ptrdiff_t close = str_find_char(str_sub(s, words_end, AHEAD), ')');
	if (close < 0)
		return 0;
	struct str words = str_sub(s, *i + 1, words_end - *i - 1);
	struct str url = str_trim(str_sub(s, words_end + 2, (size_t)close - 2));
	if (!is_safe_url(url)) {
		(void)refuse(r, "a link leads to an address that is not https://, http://, mailto: or a path of this site");
		return -1;
	}
	struct doc_link *link = arena_new(r->doc->arena, struct doc_link);
	*link = (struct doc_link){ url, url };
	if (!put_inline(r, to, words, look, link, depth + 1))
		return -1;
	*i = words_end + (size_t)close + 1;
	return 1;
}

/* A run of emphasis or code at *i: as put_link. */
static int put_run(struct reader *r, struct doc_block *to, struct str s, size_t *i, unsigned look, const struct doc_link *link, int depth)
{
	static const struct { struct str mark; unsigned look; } runs[] = {
		{ { "**", 2 }, DOC_STRONG }, { { "__", 2 }, DOC_STRONG }, { { "*", 1 }, DOC_EMPHASIS }, { { "_", 1 }, DOC_EMPHASIS },
		{ { "`", 1 }, DOC_CODE },
	};
	for (size_t k = 0; k < COUNT_OF(runs); k++) {
		struct str mark = runs[k].mark;
		if (!str_starts(str_from(s, *i), mark))
			continue;
		size_t from = *i + mark.n;
		bool inside_word = mark.p[0] == '_' && *i > 0 && is_word(s, *i - 1);
		if (inside_word || from >= s.n || s.p[from] == ' ')
			return 0;
		ptrdiff_t end = closing(s, from, mark);
		if (end < 0)
			continue;
		struct str words = str_sub(s, from, (size_t)end - from);
		bool done = runs[k].look == DOC_CODE ? put(r, to, words, look | DOC_CODE, link)
		                                     : put_inline(r, to, words, look | runs[k].look, link, depth + 1);
		*i = (size_t)end + mark.n;
		return done ? 1 : -1;
	}
	return 0;
}

static bool put_inline(struct reader *r, struct doc_block *to, struct str s, unsigned look, const struct doc_link *link, int depth)
{
	size_t from = 0;
	if (depth > DOC_MARKDOWN_DEPTH)
		return put(r, to, s, look, link);
	for (size_t i = 0; i < s.n;) {
		int said = 0;
		if (s.p[i] == '\\' && i + 1 < s.n && is_mark(s.p[i + 1])) {
			if (!put(r, to, str_sub(s, from, i - from), look, link) || !put(r, to, str_sub(s, i + 1, 1), look, link))
				return false;
			i += 2;
			from = i;
			continue;
		}
		if (s.p[i] == '!' && i + 1 < s.n && s.p[i + 1] == '[' && str_find(str_sub(s, i, AHEAD), STR("](")) > 0)
			return refuse(r, "pictures are not accepted here; put a link to it instead");
		if (s.p[i] == '*' || s.p[i] == '_' || s.p[i] == '`' || (s.p[i] == '[' && !link)) {
			if (!put(r, to, str_sub(s, from, i - from), look, link))
				return false;
			from = i;
			said = s.p[i] == '[' ? put_link(r, to, s, &i, look, depth) : put_run(r, to, s, &i, look, link, depth);
			if (said < 0)
				return false;
		}
		if (said > 0)
			from = i;
		else
			i++;
	}
	return put(r, to, str_from(s, from), look, link);
}

/* --- lines ---------------------------------------------------------------------------------------------- */

static size_t indent_of(struct str line)
{
	size_t n = 0;
	while (n < line.n && line.p[n] == ' ')
		n++;
	return n;
}

static bool is_blank(struct str line)
{
	return indent_of(line) == line.n;
}

static int heading_of(struct str line, struct str *text)
{
	int level = 0;
	while ((size_t)level < line.n && line.p[level] == '#')
		level++;
	if (level == 0 || level > 6 || (size_t)level >= line.n || line.p[level] != ' ')
		return 0;
	*text = str_trim(str_from(line, (size_t)level));
	return level;
}

/* The bytes of "- ", "* ", "+ " or "12. "; 0: it is no item. */
static size_t marker_of(struct str rest, bool *ordered)
{
	*ordered = false;
	if (rest.n >= 2 && (rest.p[0] == '-' || rest.p[0] == '*' || rest.p[0] == '+') && rest.p[1] == ' ')
		return 2;
	size_t n = 0;
	while (n < rest.n && n < 4 && rest.p[n] >= '0' && rest.p[n] <= '9')
		n++;
	*ordered = true;
	return n > 0 && n + 1 < rest.n && (rest.p[n] == '.' || rest.p[n] == ')') && rest.p[n + 1] == ' ' ? n + 2 : 0;
}

static bool is_item(struct str line)
{
	bool ordered;
	return marker_of(str_from(line, indent_of(line)), &ordered) > 0;
}

static bool is_rule_of_table(struct str line)
{
	bool dash = false;
	if (str_find_char(line, '|') < 0)
		return false;
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '-')
			dash = true;
		else if (line.p[i] != '|' && line.p[i] != ':' && line.p[i] != ' ')
			return false;
	}
	return dash;
}

static bool starts_table(const struct reader *r)
{
	return r->at + 1 < r->n && str_find_char(r->lines[r->at], '|') >= 0 && is_rule_of_table(r->lines[r->at + 1]);
}

static bool starts_block(const struct reader *r)
{
	struct str text;
	struct str line = r->lines[r->at];
	return is_blank(line) || heading_of(line, &text) || is_item(line) || starts_table(r);
}

/* Lines up to the next block, joined by blanks. */
static struct str gather(struct reader *r, struct str first)
{
	struct arena *a = r->doc->arena;
	auto_buf b = BUF_INIT(DOC_MARKDOWN_BYTES + 1);
	buf_put(&b, str_trim(first));
	while (r->at < r->n && !starts_block(r)) {
		buf_put_char(&b, ' ');
		buf_put(&b, str_trim(r->lines[r->at++]));
	}
	return arena_str(a, buf_str(&b));
}

static bool read_list(struct reader *r, struct doc_block *under, size_t indent, int depth)
{
	bool ordered;
	if (depth > DOC_MARKDOWN_DEPTH)
		return refuse(r, "lists are nested too deep; four levels are the most");
	marker_of(str_from(r->lines[r->at], indent_of(r->lines[r->at])), &ordered);
	struct doc_block *list = doc_add(r->doc, under, DOC_LIST);
	list->ordered = ordered;
	while (r->at < r->n && !is_blank(r->lines[r->at])) {
		struct str line = r->lines[r->at];
		size_t at = indent_of(line);
		bool kind;
		size_t mark = marker_of(str_from(line, at), &kind);
		r->line = r->at + 1;
		if (!mark || at < indent)
			return true;
		if (at >= indent + 2) {
			if (list->last ? !read_list(r, list->last, at, depth + 1) : true)
				return list->last ? false : refuse(r, "a list begins deeper than it goes on");
			continue;
		}
		if (kind != ordered)
			return true;
		r->at++;
		struct doc_block *item = doc_add(r->doc, list, DOC_ITEM);
		if (!put_inline(r, item, gather(r, str_from(line, at + mark)), 0, NULL, 0))
			return false;
	}
	return true;
}

static bool read_row(struct reader *r, struct doc_block *table, struct str line, bool head)
{
	struct str rest = str_trim(line);
	struct str part;
	if (str_starts(rest, STR("|")))
		rest = str_from(rest, 1);
	if (str_ends(rest, STR("|")) && !str_ends(rest, STR("\\|")))
		rest = str_sub(rest, 0, rest.n - 1);
	struct doc_block *row = doc_add(r->doc, table, DOC_ROW);
	row->head = head;
	int n = 0;
	while (rest.p && str_cut(&rest, '|', &part)) {
		if (head && n == COLUMNS_MOST)
			return refuse(r, "a table has too many columns; twelve are the most");
		if (!head && n == table->columns)
			return refuse(r, "a row of a table has more cells than its head");
		n++;
		if (!put_inline(r, doc_cell(r->doc, row, head, 1), str_trim(part), 0, NULL, 0))
			return false;
	}
	if (head)
		table->columns = num_max(n, 1);
	for (; n < table->columns; n++)
		doc_cell(r->doc, row, head, 1);
	return true;
}

static bool read_table(struct reader *r, struct doc_block *under)
{
	struct doc_block *table = doc_add(r->doc, under, DOC_TABLE);
	size_t rows = 0;
	r->line = r->at + 1;
	if (!read_row(r, table, r->lines[r->at], true))
		return false;
	for (r->at += 2; r->at < r->n && str_find_char(r->lines[r->at], '|') >= 0; r->at++) {
		r->line = r->at + 1;
		if (++rows > ROWS_MOST)
			return refuse(r, "a table has too many rows; 500 are the most");
		if (!read_row(r, table, r->lines[r->at], false))
			return false;
	}
	return true;
}

static bool read_blocks(struct reader *r, struct doc_block *under)
{
	int above = 2; /* headings go on from level 3, and never skip one */
	while (r->at < r->n) {
		struct str line = r->lines[r->at];
		struct str text;
		r->line = r->at + 1;
		int level = heading_of(line, &text);
		if (is_blank(line)) {
			r->at++;
		} else if (level) {
			r->at++;
			level = num_min(num_max(level, 3), above + 1);
			above = level;
			if (!put_inline(r, doc_heading(r->doc, under, level, STR("")), text, 0, NULL, 0))
				return false;
		} else if (is_item(line)) {
			if (!read_list(r, under, indent_of(line), 1))
				return false;
		} else if (starts_table(r)) {
			if (!read_table(r, under))
				return false;
		} else {
			r->at++;
			struct doc_block *p = doc_add(r->doc, under, DOC_PARAGRAPH);
			if (!put_inline(r, p, gather(r, line), 0, NULL, 0))
				return false;
		}
	}
	return true;
}

bool doc_markdown(struct doc *d, struct doc_block *under, struct str text, struct err *e)
{
	struct reader r = { .doc = d, .e = e, .line = 1 };
	VEC(struct str) lines = { 0 };
	struct str rest = text;
	struct str line;
	if (text.n > DOC_MARKDOWN_BYTES)
		return err_set(e, ERR_INVALID, "The text is longer than %d bytes; shorten it.", (int)DOC_MARKDOWN_BYTES);
	if (!text_is_utf8(text))
		return err_set(e, ERR_INVALID, "The text is not UTF-8.");
	while (rest.p && str_cut(&rest, '\n', &line)) {
		if (str_ends(line, STR("\r")))
			line.n--;
		if (lines.n == LINES_MOST)
			return err_set(e, ERR_INVALID, "The text has more than %d lines; shorten it.", (int)LINES_MOST);
		vec_push(d->arena, &lines, line);
	}
	r.lines = lines.p;
	r.n = lines.n;
	struct doc_block whole = { .kind = DOC_SECTION };
	if (!read_blocks(&r, &whole) || !whole.first)
		return !e->code;
	if (under->last)
		under->last->next = whole.first;
	else
		under->first = whole.first;
	under->last = whole.last;
	return true;
}

bool doc_markdown_check(struct str text, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct doc *d = doc_new(&a, STR(""), STR("en"), false);
	return doc_markdown(d, &d->root, text, e);
}
