/* Markup of strangers that others will put into pages of their own: it stays markup, and nothing in it acts. Elements that run, load or replace
 * something go with their content; comments go; of attributes those stay that say how text is arranged and where a link leads, and addresses
 * are of the web. What has no tag at all stays byte for byte. */
#include "text/text.h"

enum { ATTRIBUTES = 64 };

static bool is_one(const char *const *list, struct str name)
{
	for (; *list; list++)
		if (str_eq_nocase(str_of(*list), name)) return true;
	return false;
}

/* Their content is not markup, or is markup by other rules. */
static const char *const gone[] = { "script", "style", "template", "object", "applet", "svg", "math", "noscript", "noembed", "noframes", "frameset", "title", "textarea", "select", "xmp",
	"plaintext", "portal", NULL };
static const char *const bare[] = { "base", "meta", "link", "embed", "frame", "input", "button", "form", "html", "head", "body", "param", "dialog", NULL };
static const char *const kept[] = { "alt", "title", "width", "height", "colspan", "rowspan", "scope", "lang", "dir", "start", "type", "reversed", "datetime", "open", "align", "valign",
	"abbr", "span", "value", "class", "border", "allowfullscreen", "frameborder", NULL };
static const char *const addresses[] = { "href", "src", "cite", NULL };

/* As a browser reads a scheme: blanks and controls in it do not count. */
static bool is_safe(struct arena *a, struct str url, bool picture)
{
	static const char *const schemes[] = { "http", "https", "mailto", "tel", "ftp", NULL };
	static const char *const pictures[] = { "image/png", "image/jpeg", "image/gif", "image/webp", NULL };
	char *p = arena_array(a, char, url.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] > ' ' && url.p[i] != 0x7f) p[n++] = url.p[i];
	struct str s = { p, n };
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '/' || p[i] == '?' || p[i] == '#') return true;
		if (p[i] != ':') continue;
		struct str scheme = str_sub(s, 0, i), rest = str_from(s, i + 1);
		bool shown = false;
		for (size_t k = 0; picture && pictures[k]; k++) shown |= str_starts(rest, str_of(pictures[k]));
		return is_one(schemes, scheme) || (shown && str_eq_nocase(scheme, STR("data")));
	}
	return true;
}

static void put_attributes(struct buf *out, struct str tag, struct str name)
{
	struct text_attribute all[ATTRIBUTES];
	size_t n = text_attributes(tag, all, ATTRIBUTES);
	auto_arena a = ARENA_INIT;
	for (size_t i = 0; i < n; i++) {
		bool address = is_one(addresses, all[i].name), picture = str_eq_nocase(name, STR("img")) && str_eq_nocase(all[i].name, STR("src"));
		if (!address && !is_one(kept, all[i].name)) continue;
		auto_buf value = BUF_INIT(8 << 20);
		text_put_resolved(&value, all[i].value);
		if (address && !is_safe(&a, buf_str(&value), picture)) continue;
		buf_put_char(out, ' ');
		buf_put(out, all[i].name);
		buf_lit(out, "=\"");
		text_put_html(out, buf_str(&value));
		buf_put_char(out, '"');
	}
}

/* One tag that s begins with; gives how many bytes were read. */
static size_t put_tag(struct buf *out, struct str s, const struct text_tag *tag)
{
	struct str name = tag->name;
	if (is_one(gone, name)) return tag->closing ? tag->n : text_past_content(s, name, tag->n);
	if (!name.n || is_one(bare, name)) return tag->n;
	/* A name goes on until a blank for browsers; where it does, it is none that is known. */
	char next = s.p[(tag->closing ? 2u : 1u) + name.n];
	if (next != '>' && next != '/' && next != ' ' && next != '\n' && next != '\t' && next != '\r' && next != '\f') return tag->n;
	bool frame = str_eq_nocase(name, STR("iframe"));
	if (frame && tag->closing) return tag->n;
	buf_lit(out, "<");
	if (tag->closing) buf_put_char(out, '/');
	buf_put(out, name);
	if (!tag->closing) put_attributes(out, str_sub(s, 0, tag->n), name);
	buf_put_char(out, '>');
	if (!frame) return tag->n;
	buf_lit(out, "</iframe>");
	return text_past_content(s, name, tag->n);
}

void text_disarm(struct buf *out, struct str s)
{
	size_t from = 0, i = 0;
	while (i < s.n) {
		struct text_tag tag;
		if (s.p[i] != '<') {
			i++;
			continue;
		}
		buf_put(out, str_sub(s, from, i - from));
		bool whole = text_tag(str_from(s, i), s.n, &tag);
		/* A tag that never ends would take in what an embedder writes behind it; nothing after it is one. */
		bool open = !whole && (tag.name.n || i + 1 == s.n || s.p[i + 1] == '!' || s.p[i + 1] == '?' || s.p[i + 1] == '/');
		if (open) {
			text_put_html(out, str_from(s, i));
			return;
		}
		if (!whole) buf_put_char(out, s.p[i]);
		i += whole ? put_tag(out, str_from(s, i), &tag) : 1;
		from = i = num_min(i, s.n);
	}
	buf_put(out, str_from(s, from));
}
