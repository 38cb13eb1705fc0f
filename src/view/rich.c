/* A publisher's markup, by allow-list. Nothing of the source is copied as markup: a tag that is known
 * is written again from a literal, every attribute but a checked link address is dropped, and what is
 * left open is closed. Text keeps its character references and is escaped otherwise. */
#include "view/view.h"

#include "text/text.h"

enum { NESTING = 24, TAG_BYTES = 4096 };

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

static void put_words(struct buf *b, struct str s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		size_t n = s.p[i] == '&' ? text_reference(str_from(s, i)) : 0;
		if (!n)
			continue;
		text_put_html(b, str_sub(s, from, i - from));
		buf_put(b, str_sub(s, i, n));
		i += n - 1;
		from = i + 1;
	}
	text_put_html(b, str_from(s, from));
}

/* The value of an attribute, as written; empty when absent. */
static struct str written(struct str tag, const char *wanted)
{
	enum { ATTRIBUTES = 24 };
	struct text_attribute all[ATTRIBUTES];
	size_t n = text_attributes(tag, all, ATTRIBUTES);
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(all[i].name, str_of(wanted)))
			return all[i].value;
	return STR("");
}

static void put_link(struct html *h, struct str tag)
{
	struct str url = str_trim(written(tag, "href"));
	bool web = str_starts(url, STR("https://")) || str_starts(url, STR("http://")) || str_starts(url, STR("mailto:"));
	if (!web) {
		html_lit(h, "<a>");
		return;
	}
	html_lit(h, "<a rel=\"noopener\" href=\"");
	put_words(&h->out, url);
	html_lit(h, "\">");
}

/* --- frames ------------------------------------------------------------------------------------------------ */

/* The value of an attribute with its references resolved; empty when absent. */
static struct str attribute(struct arena *a, struct str tag, const char *wanted)
{
	auto_buf b = BUF_INIT(2 * TAG_BYTES);
	text_put_resolved(&b, written(tag, wanted));
	return arena_str(a, buf_str(&b));
}

/* A frame of a service that is declared, or its place; of any other nothing stays. */
static void put_embed(struct view_page *p, struct str tag)
{
	struct arena *a = p->visit->arena;
	struct view_frame f = { .src = str_trim(attribute(a, tag, "src")), .title = str_trim(attribute(a, tag, "title")) };
	if (!str_to_int(attribute(a, tag, "width"), &f.width))
		f.width = 0;
	if (!str_to_int(attribute(a, tag, "height"), &f.height))
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
static size_t put_tag(struct html *h, struct view_page *page_or_null, struct stack *stack, struct str s, const struct text_tag *tag)
{
	size_t n = tag->n;
	const struct tag *t = find_tag(tag->name);
	if (!t)
		return n;
	if (t->skip && !tag->closing) {
		if (page_or_null && (!strcmp(t->name, "iframe") || !strcmp(t->name, "stoa-embed"))) {
			/* A frame stands between paragraphs. */
			while (stack->n > 0 && !holds_blocks(stack->open[stack->n - 1]))
				close_down_to(h, stack, stack->n - 1);
			put_embed(page_or_null, str_sub(s, 0, n));
			if (t->name[0] == 's' && str_ends(str_sub(s, 0, n), STR("/>")))
				return n;
		}
		return text_past_content(s, tag->name, n);
	}
	if (tag->closing) {
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
		if (stack->n > 0 && str_eq(str_of(stack->open[stack->n - 1]->name), STR("p")) && !str_eq(tag->name, STR("a")) &&
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
	struct text_tag tag;
	for (size_t i = 0; i + 2 < s.n; i++)
		if (s.p[i] == '<' && text_tag(str_from(s, i), TAG_BYTES, &tag))
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
		struct text_tag tag;
		if (s.p[i] != '<' || !text_tag(str_from(s, i), TAG_BYTES, &tag)) {
			i++;
			continue;
		}
		put_words(&h->out, str_sub(s, from, i - from));
		i += put_tag(h, page_or_null, &stack, str_from(s, i), &tag);
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
		struct text_tag tag;
		size_t n = 1;
		char c = s.p[i];
		if (c == '<' && text_tag(str_from(s, i), TAG_BYTES, &tag)) {
			const struct tag *t = find_tag(tag.name);
			n = t && t->skip && !tag.closing ? text_past_content(str_from(s, i), tag.name, tag.n) : tag.n;
			c = t && is_inline(t) ? '\0' : ' ';
		}
		if (str_starts(str_from(s, i), STR("&nbsp;"))) {
			c = ' ';
			n = STR("&nbsp;").n;
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
			i += text_put_reference(&b, str_from(s, i));
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
