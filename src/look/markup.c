/* The markup of a portal's header and footer, by allow-list. Nothing of the source is copied as markup: a tag that is known is written
 * again from its name, attributes are checked and escaped one by one, what is left open is closed. Placeholders (##menu##) stand in text
 * only: within an attribute they lose their meaning. */
#include "look/inside.h"
#include "text/text.h"

enum { NESTING = 32, TAG_BYTES = 4096, VALUE_BYTES = 2048, ATTRIBUTES = 16 };

static const char *const containers[] = { "div", "span", "p", "a", "ul", "ol", "li", "nav", "section", "strong", "em", "b", "i", "small", "h2", "h3", "h4", "h5", "h6",
	"abbr", "address", "details", "summary", "figure", "figcaption", "form", "button", "label", "dl", "dt", "dd", "sub", "sup", "bdi", NULL };
static const char *const empties[] = { "br", "hr", "img", "input", NULL };
static const char *const swallowed[] = { "script", "style", "template", "iframe", "object", "embed", "svg", "math", "noscript", "textarea", "title", "select", "head",
	"video", "audio", "canvas", "frameset", "noembed", "noframes", "xmp", "plaintext", NULL };
static const char *const plain_attributes[] = { "class", "title", "lang", "dir", "role", "alt", "width", "height", "open", "placeholder", "name", "value",
	"aria-label", "aria-hidden", "aria-labelledby", "aria-describedby", "aria-current", "loading", NULL };

static bool is_one_of(struct str name, const char *const *names, const char **found)
{
	for (; *names; names++)
		if (str_eq_nocase(name, str_of(*names))) {
			*found = *names;
			return true;
		}
	return false;
}

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* Length of a character reference at the start of s, "&eacute;" or "&#233;", or 0. */
static size_t reference(struct str s)
{
	size_t i = 1;
	if (i < s.n && s.p[i] == '#')
		i++;
	size_t from = i;
	while (i < s.n && i < 12 && (is_letter(s.p[i]) || (s.p[i] >= '0' && s.p[i] <= '9')))
		i++;
	return i > from && i < s.n && s.p[i] == ';' ? i + 1 : 0;
}

/* Text as it is, references kept. In an attribute nothing stays a placeholder. */
static void put_words(struct buf *b, struct str s, bool attribute)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		size_t n = s.p[i] == '&' ? reference(str_from(s, i)) : 0;
		bool hash = attribute && s.p[i] == '#' && i + 1 < s.n && s.p[i + 1] == '#';
		if (!n && !hash)
			continue;
		text_put_html(b, str_sub(s, from, i - from));
		if (hash)
			buf_lit(b, "&#35;");
		else
			buf_put(b, str_sub(s, i, n));
		i += n ? n - 1 : 0;
		from = i + 1;
	}
	text_put_html(b, str_from(s, from));
}

/* An address in which no reference hides what it is. */
static bool is_address(struct str url, bool picture)
{
	if (picture)
		return str_starts(url, STR("/assets/")) && str_find(url, STR("..")) < 0;
	bool local = str_starts(url, STR("/")) && !str_starts(url, STR("//")) && !str_starts(url, STR("/\\"));
	bool web = str_starts(url, STR("https://")) || str_starts(url, STR("http://")) || str_starts(url, STR("mailto:")) || str_starts(url, STR("tel:"));
	if (!local && !web && !str_starts(url, STR("#")))
		return false;
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] < ' ')
			return false;
	return true;
}

struct attribute { struct str name, value; };

/* What stands between the name of a tag and its end. */
static size_t read_attributes(struct str tag, size_t i, struct attribute *out)
{
	size_t n = 0;
	while (i < tag.n && n < ATTRIBUTES) {
		while (i < tag.n && (is_blank(tag.p[i]) || tag.p[i] == '/'))
			i++;
		size_t from = i;
		while (i < tag.n && !is_blank(tag.p[i]) && tag.p[i] != '=' && tag.p[i] != '>' && tag.p[i] != '/')
			i++;
		struct attribute a = { .name = str_sub(tag, from, i - from) };
		while (i < tag.n && is_blank(tag.p[i]))
			i++;
		if (i < tag.n && tag.p[i] == '=') {
			i++;
			while (i < tag.n && is_blank(tag.p[i]))
				i++;
			char quote = i < tag.n && (tag.p[i] == '"' || tag.p[i] == '\'') ? tag.p[i] : 0;
			from = i += quote != 0;
			while (i < tag.n && (quote ? tag.p[i] != quote : !is_blank(tag.p[i]) && tag.p[i] != '>'))
				i++;
			a.value = str_sub(tag, from, i - from);
			i += quote != 0;
		} else if (!a.name.n) {
			break;
		}
		out[n++] = a;
	}
	return n;
}

static void put_attribute(struct buf *b, const char *name, struct str value)
{
	buf_put_char(b, ' ');
	buf_put(b, str_of(name));
	buf_lit(b, "=\"");
	put_words(b, value, true);
	buf_put_char(b, '"');
}

static bool is_type(struct str tag, struct str value)
{
	if (str_eq(tag, STR("button")))
		return str_eq(value, STR("submit"));
	return str_eq(value, STR("search")) || str_eq(value, STR("text")) || str_eq(value, STR("hidden")) || str_eq(value, STR("submit"));
}

/* True when it was written. */
static bool put_checked(struct buf *b, struct str tag, const struct attribute *a)
{
	const char *name;
	struct str value = str_trim(a->value);
	if (a->value.n > VALUE_BYTES)
		return false;
	if (is_one_of(a->name, plain_attributes, &name)) {
		put_attribute(b, name, a->value);
		return true;
	}
	if (str_eq_nocase(a->name, STR("id")) && !str_eq(value, STR("main"))) {
		put_attribute(b, "id", value);
		return true;
	}
	bool link = str_eq(tag, STR("a")) && str_eq_nocase(a->name, STR("href")) && is_address(value, false);
	bool picture = str_eq(tag, STR("img")) && str_eq_nocase(a->name, STR("src")) && is_address(value, true);
	bool action = str_eq(tag, STR("form")) && str_eq_nocase(a->name, STR("action")) && str_starts(value, STR("/")) && is_address(value, false);
	if (link || picture || action) {
		put_attribute(b, link ? "href" : picture ? "src" : "action", value);
		return true;
	}
	if (str_eq(tag, STR("a")) && str_eq_nocase(a->name, STR("target")) && str_eq(value, STR("_blank"))) {
		buf_lit(b, " target=\"_blank\" rel=\"noopener\"");
		return true;
	}
	if ((str_eq(tag, STR("input")) || str_eq(tag, STR("button"))) && str_eq_nocase(a->name, STR("type")) && is_type(tag, value)) {
		put_attribute(b, "type", value);
		return true;
	}
	return false;
}

static size_t put_open(struct buf *b, const char *name, struct str tag, size_t from)
{
	struct attribute attributes[ATTRIBUTES];
	size_t dropped = 0;
	size_t n = read_attributes(tag, from, attributes);
	bool alt = false;
	buf_put_char(b, '<');
	buf_put(b, str_of(name));
	for (size_t i = 0; i < n; i++) {
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again |= str_eq_nocase(attributes[i].name, attributes[k].name);
		bool written = !again && put_checked(b, str_of(name), &attributes[i]);
		alt |= written && str_eq_nocase(attributes[i].name, STR("alt"));
		dropped += !written && attributes[i].name.n;
	}
	if (!alt && str_eq(str_of(name), STR("img")))
		buf_lit(b, " alt=\"\"");
	buf_put_char(b, '>');
	return dropped;
}

/* The end of a tag that begins at s, quotes respected; 0: it is text. */
static size_t tag_end(struct str s)
{
	if (str_starts(s, STR("<!--"))) {
		ptrdiff_t end = str_find(s, STR("-->"));
		return end < 0 ? s.n : (size_t)end + 3;
	}
	size_t i = s.n > 1 && s.p[1] == '/' ? 2 : 1;
	if (i >= s.n || (!is_letter(s.p[i]) && s.p[i] != '!' && s.p[i] != '?'))
		return 0;
	for (char quote = 0; i < s.n && i < TAG_BYTES; i++) {
		if (quote)
			quote = s.p[i] == quote ? 0 : quote;
		else if (s.p[i] == '"' || s.p[i] == '\'')
			quote = s.p[i];
		else if (s.p[i] == '>')
			return i + 1;
	}
	return 0;
}

struct writing {
	struct buf *out;
	const char *open[NESTING];
	size_t depth, dropped;
};

static void close_to(struct writing *w, size_t depth)
{
	while (w->depth > depth) {
		buf_lit(w->out, "</");
		buf_put(w->out, str_of(w->open[--w->depth]));
		buf_put_char(w->out, '>');
	}
}

/* Past the end tag of an element whose content is dropped, too. */
static size_t swallow(struct str s, size_t n, struct str name)
{
	for (size_t i = n; i + name.n + 2 < s.n; i++)
		if (s.p[i] == '<' && s.p[i + 1] == '/' && str_eq_nocase(str_sub(s, i + 2, name.n), name)) {
			ptrdiff_t end = str_find_char(str_from(s, i), '>');
			return end < 0 ? s.n : i + (size_t)end + 1;
		}
	return s.n;
}

/* One tag of n bytes at the start of s; gives how many were used. */
static size_t put_tag(struct writing *w, struct str s, size_t n)
{
	bool closing = s.p[1] == '/';
	size_t from = 1 + (size_t)closing;
	size_t end = from;
	while (end < n && (is_letter(s.p[end]) || (s.p[end] >= '0' && s.p[end] <= '9') || s.p[end] == '-'))
		end++;
	struct str name = str_sub(s, from, end - from);
	const char *known;
	if (is_one_of(name, swallowed, &known)) {
		w->dropped++;
		return closing ? n : swallow(s, n, name);
	}
	if (is_one_of(name, empties, &known)) {
		if (!closing)
			w->dropped += put_open(w->out, known, str_sub(s, 0, n), end);
		return n;
	}
	if (!is_one_of(name, containers, &known)) {
		w->dropped += name.n > 0;
		return n;
	}
	if (closing) {
		for (size_t d = w->depth; d > 0; d--)
			if (w->open[d - 1] == known) {
				close_to(w, d - 1);
				break;
			}
	} else if (w->depth < NESTING) {
		w->dropped += put_open(w->out, known, str_sub(s, 0, n), end);
		w->open[w->depth++] = known;
	}
	return n;
}

void look_clean_html(struct buf *out, struct str html, size_t *dropped_or_null)
{
	struct writing w = { .out = out };
	size_t from = 0;
	size_t i = 0;
	while (i < html.n) {
		size_t n = html.p[i] == '<' ? tag_end(str_from(html, i)) : 0;
		if (!n) {
			i++;
			continue;
		}
		put_words(out, str_sub(html, from, i - from), false);
		i += put_tag(&w, str_from(html, i), n);
		from = i;
	}
	put_words(out, str_from(html, from), false);
	close_to(&w, 0);
	if (dropped_or_null)
		*dropped_or_null = w.dropped;
}
