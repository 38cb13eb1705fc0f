/* A publisher's markup, by allow-list. Nothing of the source is copied as markup: a tag that is known
 * is written again from a literal, every attribute but a checked link address is dropped, and what is
 * left open is closed. Text keeps its character references and is escaped otherwise. */
#include "view/view.h"

#include "text/text.h"

enum { NESTING = 24, TAG_BYTES = 2048 };

/* `skip` drops the content too. Headings of a description stand below those of the page. */
static const struct tag {
	const char *name, *open, *close;
	bool empty, skip;
} tags[] = {
	{ "p", "<p>", "</p>", false, false },
	{ "br", "<br>", "", true, false },
	{ "ul", "<ul>", "</ul>", false, false },
	{ "ol", "<ol>", "</ol>", false, false },
	{ "li", "<li>", "</li>", false, false },
	{ "strong", "<strong>", "</strong>", false, false },
	{ "b", "<strong>", "</strong>", false, false },
	{ "em", "<em>", "</em>", false, false },
	{ "i", "<em>", "</em>", false, false },
	{ "code", "<code>", "</code>", false, false },
	{ "pre", "<pre>", "</pre>", false, false },
	{ "sub", "<sub>", "</sub>", false, false },
	{ "sup", "<sup>", "</sup>", false, false },
	{ "blockquote", "<blockquote>", "</blockquote>", false, false },
	{ "h1", "<h3>", "</h3>", false, false },
	{ "h2", "<h3>", "</h3>", false, false },
	{ "h3", "<h3>", "</h3>", false, false },
	{ "h4", "<h4>", "</h4>", false, false },
	{ "h5", "<h4>", "</h4>", false, false },
	{ "h6", "<h4>", "</h4>", false, false },
	{ "a", "", "</a>", false, false },
	{ "script", "", "", false, true },
	{ "style", "", "", false, true },
	{ "template", "", "", false, true },
	{ "iframe", "", "", false, true },
	{ "stoa-embed", "", "", false, true },
	{ "title", "", "", false, true },
	{ "textarea", "", "", false, true },
	{ "noscript", "", "", false, true },
};

static const struct tag *find_tag(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(tags); i++)
		if (str_eq_nocase(str_of(tags[i].name), name))
			return &tags[i];
	return NULL;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_name(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

/* Length of a character reference at the start of s, "&eacute;" or "&#233;", or 0. */
static size_t reference(struct str s)
{
	size_t i = 1;
	if (i < s.n && s.p[i] == '#')
		i++;
	size_t from = i;
	while (i < s.n && i < 12 && is_name(s.p[i]))
		i++;
	return i > from && i < s.n && s.p[i] == ';' ? i + 1 : 0;
}

static void put_words(struct buf *b, struct str s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		size_t n = s.p[i] == '&' ? reference(str_from(s, i)) : 0;
		if (!n)
			continue;
		text_put_html(b, str_sub(s, from, i - from));
		buf_put(b, str_sub(s, i, n));
		i += n - 1;
		from = i + 1;
	}
	text_put_html(b, str_from(s, from));
}

/* One tag at the start of s ('<'): its name, whether it closes, its length. False: it is text. */
static bool read_tag(struct str s, struct str *name, bool *closing, size_t *n)
{
	if (str_starts(s, STR("<!--"))) {
		ptrdiff_t end = str_find(s, STR("-->"));
		*name = STR("");
		*closing = false;
		*n = end < 0 ? s.n : (size_t)end + 3;
		return true;
	}
	size_t i = 1;
	*closing = i < s.n && s.p[i] == '/';
	i += *closing;
	size_t from = i;
	if (i >= s.n || (!is_letter(s.p[i]) && s.p[i] != '!' && s.p[i] != '?'))
		return false;
	while (i < s.n && (is_name(s.p[i]) || s.p[i] == '-'))
		i++;
	*name = str_sub(s, from, i - from);
	for (char quote = 0; i < s.n && i < TAG_BYTES; i++) {
		if (quote)
			quote = s.p[i] == quote ? 0 : quote;
		else if (s.p[i] == '"' || s.p[i] == '\'')
			quote = s.p[i];
		else if (s.p[i] == '>') {
			*n = i + 1;
			return true;
		}
	}
	return false;
}

/* The value of href in a tag, undecoded; empty when absent. */
static struct str href_of(struct str tag)
{
	for (size_t i = 1; i + 5 < tag.n; i++) {
		bool blank_before = tag.p[i - 1] == ' ' || tag.p[i - 1] == '\n' || tag.p[i - 1] == '\t' || tag.p[i - 1] == '"' || tag.p[i - 1] == '\'';
		if (!blank_before || !str_eq_nocase(str_sub(tag, i, 5), STR("href=")))
			continue;
		struct str rest = str_from(tag, i + 5);
		if (rest.p[0] == '"' || rest.p[0] == '\'') {
			ptrdiff_t end = str_find_char(str_from(rest, 1), rest.p[0]);
			return end < 0 ? STR("") : str_sub(rest, 1, (size_t)end);
		}
		size_t n = 0;
		while (n < rest.n && rest.p[n] != ' ' && rest.p[n] != '>')
			n++;
		return str_sub(rest, 0, n);
	}
	return STR("");
}

static void put_link(struct html *h, struct str tag)
{
	struct str url = href_of(tag);
	bool web = str_starts(url, STR("https://")) || str_starts(url, STR("http://")) || str_starts(url, STR("mailto:"));
	if (!web) {
		html_lit(h, "<a>");
		return;
	}
	html_lit(h, "<a rel=\"noopener\" href=\"");
	put_words(&h->out, url);
	html_lit(h, "\">");
}

/* Turns the references that texts commonly hold back into characters. */
static size_t put_reference(struct buf *b, struct str s)
{
	static const struct { const char *name, *text; } known[] = {
		{ "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&#39;", "'" },
		{ "&apos;", "'" }, { "&nbsp;", " " }, { "&rsquo;", "’" }, { "&eacute;", "é" },
	};
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_starts(s, str_of(known[i].name))) {
			buf_put(b, str_of(known[i].text));
			return strlen(known[i].name);
		}
	buf_put_char(b, '&');
	return 1;
}

/* --- frames ------------------------------------------------------------------------------------------------ */

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

/* The value of an attribute of a tag with its references resolved; empty when absent. */
static struct str attribute(struct arena *a, struct str tag, struct str wanted)
{
	size_t i = 1;
	while (i < tag.n && !is_blank(tag.p[i]) && tag.p[i] != '>')
		i++;
	while (i < tag.n) {
		while (i < tag.n && (is_blank(tag.p[i]) || tag.p[i] == '/'))
			i++;
		size_t from = i;
		while (i < tag.n && !is_blank(tag.p[i]) && tag.p[i] != '=' && tag.p[i] != '>')
			i++;
		struct str name = str_sub(tag, from, i - from), value = STR("");
		if (i < tag.n && tag.p[i] == '=') {
			char quote = ++i < tag.n && (tag.p[i] == '"' || tag.p[i] == '\'') ? tag.p[i] : 0;
			from = i += quote != 0;
			while (i < tag.n && (quote ? tag.p[i] != quote : !is_blank(tag.p[i]) && tag.p[i] != '>'))
				i++;
			value = str_sub(tag, from, i - from);
			i += quote != 0;
		} else if (!name.n) {
			break;
		}
		if (!str_eq_nocase(name, wanted))
			continue;
		auto_buf b = BUF_INIT(TAG_BYTES);
		for (size_t k = 0; k < value.n;) {
			if (value.p[k] == '&')
				k += put_reference(&b, str_from(value, k));
			else
				buf_put_char(&b, value.p[k++]);
		}
		return arena_str(a, buf_str(&b));
	}
	return STR("");
}

/* A frame of a service that is declared, or its place; of any other nothing stays. */
static void put_embed(struct view_page *p, struct str tag)
{
	struct arena *a = p->visit->arena;
	struct view_frame f = { .src = str_trim(attribute(a, tag, STR("src"))), .title = str_trim(attribute(a, tag, STR("title"))) };
	if (!str_to_int(attribute(a, tag, STR("width")), &f.width))
		f.width = 0;
	if (!str_to_int(attribute(a, tag, STR("height")), &f.height))
		f.height = 0;
	bool declared = view_put_embed(p, &f);
	(void)declared;
}

struct stack { const struct tag *open[NESTING]; size_t n; };

static void close_down_to(struct html *h, struct stack *s, size_t depth)
{
	while (s->n > depth)
		html_put_literal(h, str_of(s->open[--s->n]->close));
}

static bool holds_blocks(const struct tag *t) { return !strcmp(t->name, "li") || !strcmp(t->name, "blockquote"); }

/* Deals with one tag; gives how many bytes of s were used. */
static size_t put_tag(struct html *h, struct view_page *page_or_null, struct stack *stack, struct str s, struct str name, bool closing, size_t n)
{
	const struct tag *t = find_tag(name);
	if (!t)
		return n;
	if (t->skip && !closing) {
		if (page_or_null && (!strcmp(t->name, "iframe") || !strcmp(t->name, "stoa-embed"))) {
			/* A frame stands between paragraphs. */
			while (stack->n > 0 && !holds_blocks(stack->open[stack->n - 1]))
				close_down_to(h, stack, stack->n - 1);
			put_embed(page_or_null, str_sub(s, 0, n));
			if (t->name[0] == 's' && str_ends(str_sub(s, 0, n), STR("/>")))
				return n;
		}
		/* Up to its own end tag, or everything. */
		for (size_t i = n; i < s.n; i++) {
			struct str other;
			bool ends;
			size_t m;
			if (s.p[i] == '<' && read_tag(str_from(s, i), &other, &ends, &m) && ends && str_eq_nocase(other, name))
				return i + m;
		}
		return s.n;
	}
	if (closing) {
		for (size_t d = stack->n; d > 0; d--)
			if (stack->open[d - 1] == t) {
				close_down_to(h, stack, d - 1);
				break;
			}
		return n;
	}
	if (t->empty) {
		html_put_literal(h, str_of(t->open));
	} else if (!t->skip && stack->n < NESTING) {
		/* A paragraph ends where the next block begins. */
		if (stack->n > 0 && str_eq(str_of(stack->open[stack->n - 1]->name), STR("p")) && !str_eq(name, STR("a")) &&
		    (t->open[1] == 'p' || t->open[1] == 'u' || t->open[1] == 'o' || t->open[1] == 'h' || !strcmp(t->name, "blockquote")))
			close_down_to(h, stack, stack->n - 1);
		stack->open[stack->n++] = t;
		if (t->open[0])
			html_put_literal(h, str_of(t->open));
		else
			put_link(h, str_sub(s, 0, n));
	}
	return n;
}

/* Text without any tag: blank lines divide paragraphs. */
static void put_paragraphs(struct html *h, struct str s)
{
	while (s.n) {
		ptrdiff_t end = str_find(s, STR("\n\n"));
		struct str part = str_trim(end < 0 ? s : str_sub(s, 0, (size_t)end));
		s = end < 0 ? STR("") : str_from(s, (size_t)end + 2);
		if (!part.n)
			continue;
		html_lit(h, "<p>");
		put_words(&h->out, part);
		html_lit(h, "</p>");
	}
}

static bool has_markup(struct str s)
{
	for (size_t i = 0; i + 2 < s.n; i++)
		if (s.p[i] == '<' && (is_letter(s.p[i + 1]) || s.p[i + 1] == '/' || s.p[i + 1] == '!'))
			return true;
	return false;
}

static void put_rich(struct html *h, struct view_page *page_or_null, struct str s)
{
	if (!has_markup(s)) {
		put_paragraphs(h, s);
		return;
	}
	struct stack stack = { .n = 0 };
	size_t from = 0;
	size_t i = 0;
	while (i < s.n) {
		struct str name;
		bool closing;
		size_t n;
		if (s.p[i] != '<' || !read_tag(str_from(s, i), &name, &closing, &n)) {
			i++;
			continue;
		}
		put_words(&h->out, str_sub(s, from, i - from));
		i += put_tag(h, page_or_null, &stack, str_from(s, i), name, closing, n);
		from = i;
	}
	put_words(&h->out, str_from(s, from));
	close_down_to(h, &stack, 0);
}

void html_rich(struct html *h, struct str s) { put_rich(h, NULL, s); }
void view_rich(struct view_page *p, struct str s) { put_rich(&p->h, p, s); }

/* Marks of emphasis and links stand within words; everything else parts them. */
static bool is_inline(const struct tag *t)
{
	static const char *const names[] = { "a", "b", "i", "em", "strong", "code", "sub", "sup" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!strcmp(t->name, names[i]))
			return true;
	return false;
}

struct str view_plain(struct arena *a, struct str s, size_t max)
{
	auto_buf b = BUF_INIT(max + 64);
	bool blank = true;
	for (size_t i = 0; i < s.n && b.n < max;) {
		struct str name;
		bool closing;
		size_t n = 1;
		char c = s.p[i];
		if (c == '<' && read_tag(str_from(s, i), &name, &closing, &n)) {
			const struct tag *t = find_tag(name);
			struct stack stack = { .n = 0 };
			if (t && t->skip && !closing) {
				struct html nothing = { .out = BUF_INIT(1), .lang = i18n_english() };
				n = put_tag(&nothing, NULL, &stack, str_from(s, i), name, closing, n);
				buf_done(&nothing.out);
			}
			c = t && is_inline(t) ? '\0' : ' ';
		}
		if (!c) {
			i += n;
			continue;
		}
		if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
			if (!blank)
				buf_put_char(&b, ' ');
			blank = true;
			i += n;
			continue;
		}
		blank = false;
		if (c == '&')
			i += put_reference(&b, str_from(s, i));
		else
			buf_put_char(&b, s.p[i++]);
	}
	struct str text = str_trim(buf_str(&b));
	if (b.n < max)
		return arena_str(a, text);
	/* Bytes were counted, so the last letter may have lost its end. */
	ptrdiff_t broken = text_utf8_error(text);
	if (broken >= 0)
		text = str_sub(text, 0, (size_t)broken);
	ptrdiff_t space = str_rfind_char(text, ' ');
	if (space > 0)
		text = str_sub(text, 0, (size_t)space);
	return arena_join(a, text, STR("…"));
}
