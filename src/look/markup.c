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

/* Text as it is, references kept. In an attribute nothing stays a placeholder. */
static void put_words(struct buf *b, struct str s, bool attribute)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		size_t n = s.p[i] == '&' ? text_reference(str_from(s, i)) : 0;
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
static bool put_checked(struct buf *b, struct str tag, const struct text_attribute *a)
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

static size_t put_open(struct buf *b, const char *name, struct str tag)
{
	struct text_attribute attributes[ATTRIBUTES];
	size_t dropped = 0;
	size_t n = text_attributes(tag, attributes, ATTRIBUTES);
	bool alt = false;
	buf_put_char(b, '<');
	buf_put(b, str_of(name));
	for (size_t i = 0; i < n; i++) {
		bool written = put_checked(b, str_of(name), &attributes[i]);
		alt |= written && str_eq_nocase(attributes[i].name, STR("alt"));
		dropped += !written;
	}
	if (!alt && str_eq(str_of(name), STR("img")))
		buf_lit(b, " alt=\"\"");
	buf_put_char(b, '>');
	return dropped;
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

/* The tag at the start of s; gives how many bytes were used. */
static size_t put_tag(struct writing *w, struct str s, const struct text_tag *tag)
{
	bool closing = tag->closing;
	size_t n = tag->n;
	struct str name = tag->name;
	const char *known;
	if (is_one_of(name, swallowed, &known)) {
		w->dropped++;
		return closing ? n : text_past_content(s, name, n);
	}
	if (is_one_of(name, empties, &known)) {
		if (!closing)
			w->dropped += put_open(w->out, known, str_sub(s, 0, n));
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
		w->dropped += put_open(w->out, known, str_sub(s, 0, n));
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
		struct text_tag tag;
		if (html.p[i] != '<' || !text_tag(str_from(html, i), TAG_BYTES, &tag)) {
			i++;
			continue;
		}
		put_words(out, str_sub(html, from, i - from), false);
		i += put_tag(&w, str_from(html, i), &tag);
		from = i;
	}
	put_words(out, str_from(html, from), false);
	close_to(&w, 0);
	if (dropped_or_null)
		*dropped_or_null = w.dropped;
}

/* --- placeholders ------------------------------------------------------------------------------------------ */

int look_next_hole(struct str *rest, const char *const *names, struct str *before)
{
	for (size_t i = 0; i + 1 < rest->n; i++) {
		if (rest->p[i] != '#' || rest->p[i + 1] != '#')
			continue;
		struct str after = str_from(*rest, i + 2);
		for (int k = 0; names[k]; k++) {
			struct str name = str_of(names[k]);
			if (!str_starts(after, name) || !str_starts(str_from(after, name.n), STR("##")))
				continue;
			*before = str_sub(*rest, 0, i);
			*rest = str_from(after, name.n + 2);
			return k;
		}
	}
	*before = *rest;
	*rest = STR("");
	return -1;
}
