/* Publishers' HTML by allow-list. Nothing of the source is copied as markup: a tag that is known is written anew from its row, its
 * attributes are decoded, checked and escaped again, and what is left open is closed. So whatever a browser would make of the
 * source, it reads only what stands in these tables. No script, no style, no form, no picture of another site; frames are a matter
 * of declared services (view_put_embed). Own ids get a lead, so that they cannot be taken for the page's. */
#include "content/inside.h"
#include "text/text.h"

/* FAILED: tags that never end are looked for so often and no more, so that a text of them is not read over and over. */
enum { NESTING = 60, TAG_BYTES = 64 << 10, ATTRIBUTES = 40, FAILED = 500 };

enum kind { PLAIN, BLOCK, EMPTY, SKIP, FRAME, TABLE, OWN };
static const struct tag { const char *name, *out; enum kind kind; const char *attributes; } tags[] = {
	/* The page's own title is the <h1>. */
	{ "h1", "h2", BLOCK, "" }, { "h2", "h2", BLOCK, "" }, { "h3", "h3", BLOCK, "" }, { "h4", "h4", BLOCK, "" }, { "h5", "h5", BLOCK, "" }, { "h6", "h6", BLOCK, "" },
	{ "p", "p", BLOCK, "" }, { "div", "div", BLOCK, "" }, { "section", "section", BLOCK, "" }, { "article", "article", BLOCK, "" },
	{ "header", "div", BLOCK, "" }, { "footer", "div", BLOCK, "" }, { "main", "div", BLOCK, "" }, { "aside", "div", BLOCK, "" }, { "nav", "nav", BLOCK, "" },
	{ "address", "address", BLOCK, "" }, { "figure", "figure", BLOCK, "" }, { "figcaption", "figcaption", BLOCK, "" },
	{ "ul", "ul", BLOCK, "" }, { "ol", "ol", BLOCK, "start reversed" }, { "li", "li", BLOCK, "value" }, { "dl", "dl", BLOCK, "" }, { "dt", "dt", BLOCK, "" },
	{ "dd", "dd", BLOCK, "" }, { "blockquote", "blockquote", BLOCK, "" }, { "pre", "pre", BLOCK, "" }, { "details", "details", BLOCK, "open" },
	{ "summary", "summary", BLOCK, "" }, { "hr", "hr", EMPTY, "" }, { "br", "br", EMPTY, "" }, { "wbr", "wbr", EMPTY, "" },
	{ "table", "table", TABLE, "" }, { "caption", "caption", BLOCK, "" }, { "thead", "thead", BLOCK, "" }, { "tbody", "tbody", BLOCK, "" },
	{ "tfoot", "tfoot", BLOCK, "" }, { "tr", "tr", BLOCK, "" }, { "th", "th", BLOCK, "scope colspan rowspan align" }, { "td", "td", BLOCK, "colspan rowspan align" },
	{ "a", "a", PLAIN, "href" }, { "img", "img", EMPTY, "src alt width height" }, { "strong", "strong", PLAIN, "" }, { "b", "strong", PLAIN, "" },
	{ "em", "em", PLAIN, "" }, { "i", "em", PLAIN, "" }, { "u", "u", PLAIN, "" }, { "s", "s", PLAIN, "" }, { "del", "del", PLAIN, "" }, { "ins", "ins", PLAIN, "" },
	{ "mark", "mark", PLAIN, "" }, { "small", "small", PLAIN, "" }, { "sub", "sub", PLAIN, "" }, { "sup", "sup", PLAIN, "" }, { "abbr", "abbr", PLAIN, "" },
	{ "cite", "cite", PLAIN, "" }, { "q", "q", PLAIN, "" }, { "code", "code", PLAIN, "" }, { "kbd", "kbd", PLAIN, "" }, { "samp", "samp", PLAIN, "" },
	{ "time", "time", PLAIN, "datetime" }, { "bdi", "bdi", PLAIN, "" }, { "bdo", "bdo", PLAIN, "" }, { "span", "span", PLAIN, "" },
	{ "iframe", "", FRAME, "" }, { "stoa-embed", "", FRAME, "" },
	/* Their content is no text for readers. */
	{ "script", "", SKIP, "" }, { "style", "", SKIP, "" }, { "template", "", SKIP, "" }, { "noscript", "", SKIP, "" }, { "title", "", SKIP, "" },
	{ "textarea", "", SKIP, "" }, { "select", "", SKIP, "" }, { "svg", "", SKIP, "" }, { "math", "", SKIP, "" }, { "object", "", SKIP, "" },
	{ "head", "", SKIP, "" }, { "xmp", "", SKIP, "" }, { "noembed", "", SKIP, "" }, { "noframes", "", SKIP, "" },
};

const struct content_element content_elements[] = {
#define ELEMENT(name, attributes) { name, attributes },
#include "content/elements.def"
#undef ELEMENT
	{ NULL, NULL },
};

struct cleaner {
	struct view_page *page;
	struct html *h;
	const struct content_census *census;
	struct arena *arena;
	struct { const struct tag *tag; const char *out; } open[NESTING];
	size_t n;
};

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_name(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; }
static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

static bool in_words(const char *words, struct str name)
{
	struct str rest = str_of(words), word;
	while (rest.n && str_cut(&rest, ' ', &word))
		if (str_eq_nocase(word, name))
			return true;
	return false;
}

/* --- text ------------------------------------------------------------------------------------------------------------ */

/* What stands for a name in double braces; false: nothing does. */
static bool put_value(struct cleaner *c, struct str name)
{
	const struct visit *v = c->page->visit;
	const struct content_census *k = c->census;
	if (str_eq(name, STR("portal.title")))
		html_text(c->h, view_portal_title(v));
	else if (str_eq(name, STR("portal.description")))
		html_text(c->h, tenant_text(v->at.tenant, "description", v->lang_code));
	else if (k && str_eq(name, STR("count.datasets")))
		html_count(c->h, (int64_t)k->ndatasets);
	else if (k && str_eq(name, STR("count.records")))
		html_count(c->h, k->records);
	else if (k && str_eq(name, STR("count.themes")))
		html_count(c->h, (int64_t)k->nthemes);
	else if (k && str_eq(name, STR("count.publishers")))
		html_count(c->h, (int64_t)k->npublishers);
	else
		return false;
	return true;
}

static void put_words(struct cleaner *c, struct str s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		size_t n = s.p[i] == '&' ? text_reference(str_from(s, i)) : 0;
		if (!n && s.p[i] == '{' && i + 1 < s.n && s.p[i + 1] == '{') {
			ptrdiff_t end = str_find(str_sub(s, i, 60), STR("}}"));
			if (end < 0)
				continue;
			text_put_html(&c->h->out, str_sub(s, from, i - from));
			from = i;
			if (put_value(c, str_trim(str_sub(s, i + 2, (size_t)end - 2))))
				from = i + (size_t)end + 2;
			i += (size_t)end + 1;
			continue;
		}
		if (!n)
			continue;
		text_put_html(&c->h->out, str_sub(s, from, i - from));
		buf_put(&c->h->out, str_sub(s, i, n));
		i += n - 1;
		from = i + 1;
	}
	text_put_html(&c->h->out, str_from(s, from));
}

/* --- attributes -------------------------------------------------------------------------------------------------------- */

struct attribute { struct str name, value; };

static struct str decoded(struct cleaner *c, struct str value)
{
	if (str_find_char(value, '&') < 0)
		return value;
	auto_buf b = BUF_INIT(2 * TAG_BYTES);
	text_put_resolved(&b, value);
	return arena_str(c->arena, buf_str(&b));
}

static size_t read_attributes(struct cleaner *c, struct str tag, struct attribute *out)
{
	struct text_attribute all[ATTRIBUTES];
	size_t n = text_attributes(tag, all, ATTRIBUTES);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct attribute){ all[i].name, decoded(c, all[i].value) };
	return n;
}

/* An address without the letters that browsers leave out, when it is of a kind that may be linked to; else empty. */
static struct str address(struct cleaner *c, struct str url, bool picture)
{
	auto_buf b = BUF_INIT(2 * TAG_BYTES);
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] >= 0x20 && url.p[i] != 0x7f)
			buf_put_char(&b, url.p[i]);
	struct str s = arena_str(c->arena, str_trim(buf_str(&b)));
	struct str origin = c->page->visit->origin;
	if (s.n && s.p[0] == '/' && (s.n == 1 || (s.p[1] != '/' && s.p[1] != '\\')))
		return s;
	if (picture) {
		static const char *const data[] = { "data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;", "data:image/svg+xml" };
		for (size_t i = 0; i < COUNT_OF(data); i++)
			if (str_starts(s, str_of(data[i])))
				return s;
		return origin.n && str_starts(s, origin) && s.n > origin.n && s.p[origin.n] == '/' ? str_from(s, origin.n) : STR("");
	}
	if (str_starts(s, STR("https://")) || str_starts(s, STR("http://")) || str_starts(s, STR("mailto:")) || str_starts(s, STR("tel:")) || str_starts(s, STR("?")))
		return s;
	if (str_starts(s, STR("#")) && s.n > 1)
		return arena_join(c->arena, STR("#p-"), str_from(s, 1));
	return STR("");
}

static void put_attribute(struct cleaner *c, const char *name, struct str value)
{
	html_lit(c->h, " ");
	html_put_literal(c->h, str_of(name));
	html_lit(c->h, "=\"");
	html_text(c->h, value);
	html_lit(c->h, "\"");
}

/* Names of one's own begin with "page-" or "c-": those of the house would let a page dress up as something else. */
static void put_classes(struct cleaner *c, struct str value, struct str align)
{
	auto_buf b = BUF_INIT(4096);
	size_t i = 0;
	while (i < value.n) {
		while (i < value.n && is_blank(value.p[i]))
			i++;
		size_t from = i;
		bool good = true;
		for (; i < value.n && !is_blank(value.p[i]); i++)
			good = good && is_name(value.p[i]);
		struct str word = str_sub(value, from, i - from);
		if (good && (str_starts(word, STR("page-")) || str_starts(word, STR("c-")))) {
			buf_put(&b, b.n ? STR(" ") : STR(""));
			buf_put(&b, word);
		}
	}
	if (str_eq(align, STR("right")) || str_eq(align, STR("center"))) {
		buf_put(&b, b.n ? STR(" ") : STR(""));
		buf_put(&b, str_eq(align, STR("right")) ? STR("page-number") : STR("page-center"));
	}
	if (b.n)
		put_attribute(c, "class", buf_str(&b));
}

static struct str value_of(const struct attribute *all, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(all[i].name, str_of(name)))
			return all[i].value;
	return STR("");
}

/* What every element may have. */
static void put_common(struct cleaner *c, const struct attribute *all, size_t n, const char *own)
{
	struct str id = value_of(all, n, "id"), lang = value_of(all, n, "lang"), dir = value_of(all, n, "dir"), title = value_of(all, n, "title");
	struct str label = value_of(all, n, "aria-label");
	bool ok = id.n > 0 && id.n < 100, spoken = lang.n > 0 && lang.n < 20;
	for (size_t i = 0; i < id.n; i++)
		ok = ok && is_name(id.p[i]);
	for (size_t i = 0; i < lang.n; i++)
		spoken = spoken && is_name(lang.p[i]);
	put_classes(c, value_of(all, n, "class"), in_words(own, STR("align")) ? value_of(all, n, "align") : STR(""));
	if (ok)
		put_attribute(c, "id", arena_join(c->arena, STR("p-"), id));
	if (spoken)
		put_attribute(c, "lang", lang);
	if (str_eq(dir, STR("ltr")) || str_eq(dir, STR("rtl")) || str_eq(dir, STR("auto")))
		put_attribute(c, "dir", dir);
	if (title.n)
		put_attribute(c, "title", title);
	if (label.n)
		put_attribute(c, "aria-label", label);
}

static bool is_number(struct str s)
{
	int64_t v;
	return str_to_int(s, &v) && v >= 0 && v <= 10000;
}

static void put_own_attributes(struct cleaner *c, const struct tag *t, const struct attribute *all, size_t n)
{
	static const char *const numbers[] = { "width", "height", "colspan", "rowspan", "start", "value" };
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (in_words(t->attributes, str_of(numbers[i])) && is_number(value_of(all, n, numbers[i])))
			put_attribute(c, numbers[i], value_of(all, n, numbers[i]));
	if (!strcmp(t->name, "a")) {
		struct str url = address(c, value_of(all, n, "href"), false);
		if (url.n)
			put_attribute(c, "href", url);
		if (str_starts(url, STR("http")))
			put_attribute(c, "rel", STR("noopener"));
	} else if (!strcmp(t->name, "img")) {
		put_attribute(c, "src", address(c, value_of(all, n, "src"), true));
		put_attribute(c, "alt", value_of(all, n, "alt"));
		put_attribute(c, "loading", STR("lazy"));
	} else if (!strcmp(t->name, "time") && value_of(all, n, "datetime").n) {
		put_attribute(c, "datetime", value_of(all, n, "datetime"));
	} else if (!strcmp(t->name, "th")) {
		struct str scope = value_of(all, n, "scope");
		put_attribute(c, "scope", str_eq(scope, STR("row")) ? scope : STR("col"));
	}
	for (size_t i = 0; i < n; i++)
		if ((str_eq_nocase(all[i].name, STR("open")) && !strcmp(t->name, "details")) ||
		    (str_eq_nocase(all[i].name, STR("reversed")) && !strcmp(t->name, "ol")))
			put_attribute(c, !strcmp(t->name, "ol") ? "reversed" : "open", STR(""));
}

/* --- tags --------------------------------------------------------------------------------------------------------------- */

static void close_one(struct cleaner *c)
{
	const char *out = c->open[--c->n].out;
	html_lit(c->h, "</");
	html_put_literal(c->h, str_of(out));
	html_lit(c->h, ">");
	if (c->open[c->n].tag && c->open[c->n].tag->kind == TABLE)
		html_lit(c->h, "</div>");
}

static void close_down_to(struct cleaner *c, size_t depth)
{
	while (c->n > depth)
		close_one(c);
}

static bool top_is(const struct cleaner *c, const char *out) { return c->n && !strcmp(c->open[c->n - 1].out, out); }

/* A paragraph ends where a block begins; an item where the next one does. */
static void make_room(struct cleaner *c, const char *out)
{
	size_t d = c->n;
	while (d > 0 && c->open[d - 1].tag && c->open[d - 1].tag->kind == PLAIN)
		d--;
	if (d > 0 && !strcmp(c->open[d - 1].out, "p"))
		close_down_to(c, d - 1);
	if ((!strcmp(out, "li") && top_is(c, "li")) || (!strcmp(out, "tr") && top_is(c, "tr")) ||
	    ((!strcmp(out, "dt") || !strcmp(out, "dd")) && (top_is(c, "dt") || top_is(c, "dd"))))
		close_one(c);
	if ((!strcmp(out, "td") || !strcmp(out, "th")) && (top_is(c, "td") || top_is(c, "th")))
		close_one(c);
}

static void open_tag(struct cleaner *c, const struct tag *t, const char *out, struct str source)
{
	struct attribute all[ATTRIBUTES];
	size_t n = read_attributes(c, source, all);
	if (t->kind != PLAIN && t->kind != EMPTY)
		make_room(c, out);
	if (!strcmp(t->name, "img") && !address(c, value_of(all, n, "src"), true).n) {
		/* A picture of another site: what it shows stays. */
		html_text(c->h, value_of(all, n, "alt"));
		return;
	}
	if (t->kind != EMPTY && c->n >= NESTING)
		return;
	if (t->kind == TABLE) {
		html_lit(c->h, "<div class=\"page-scroll\" role=\"group\" tabindex=\"0\" aria-label=\"");
		html_say(c->h, N_("Table"));
		html_lit(c->h, "\">");
	}
	html_lit(c->h, "<");
	html_put_literal(c->h, str_of(out));
	put_common(c, all, n, t->attributes);
	put_own_attributes(c, t, all, n);
	html_lit(c->h, ">");
	if (t->kind != EMPTY) {
		c->open[c->n].tag = t;
		c->open[c->n++].out = out;
	}
}

static const struct tag element_tag = { "stoa-element", "", OWN, "" };

static void open_element(struct cleaner *c, const struct content_element *x, struct str source)
{
	static const char common[] = "context dataset source parameters where sort";
	struct attribute all[ATTRIBUTES];
	size_t n = read_attributes(c, source, all);
	make_room(c, x->name);
	if (c->n >= NESTING)
		return;
	html_lit(c->h, "<");
	html_put_literal(c->h, str_of(x->name));
	put_common(c, all, n, "");
	for (size_t i = 0; i < n; i++) {
		bool ours = in_words(common, all[i].name) || in_words(x->attributes, all[i].name);
		/* Its id got a lead, so its name has it, too. */
		struct str value = str_eq_nocase(all[i].name, STR("context")) ? arena_join(c->arena, STR("p-"), all[i].value) : all[i].value;
		if (!ours)
			continue;
		html_lit(c->h, " ");
		html_text(c->h, all[i].name);
		html_lit(c->h, "=\"");
		html_text(c->h, value);
		html_lit(c->h, "\"");
	}
	html_lit(c->h, ">");
	c->open[c->n].tag = &element_tag;
	c->open[c->n++].out = x->name;
}

static void put_frame(struct cleaner *c, struct str tag)
{
	struct attribute all[ATTRIBUTES];
	size_t n = read_attributes(c, tag, all);
	struct view_frame f = { .src = str_trim(value_of(all, n, "src")), .title = str_trim(value_of(all, n, "title")) };
	if (!str_to_int(value_of(all, n, "width"), &f.width))
		f.width = 0;
	if (!str_to_int(value_of(all, n, "height"), &f.height))
		f.height = 0;
	make_room(c, "div");
	bool declared = view_put_embed(c->page, &f);
	if (!declared && f.title.n) {
		html_lit(c->h, "<p>");
		html_text(c->h, f.title);
		html_lit(c->h, "</p>");
	}
}

static void close_tag(struct cleaner *c, const char *out)
{
	for (size_t d = c->n; d > 0; d--)
		if (!strcmp(c->open[d - 1].out, out)) {
			close_down_to(c, d - 1);
			return;
		}
}

/* Deals with one tag; gives how many bytes of s were used. */
static size_t put_tag(struct cleaner *c, struct str s, const struct text_tag *tag)
{
	struct str name = tag->name;
	bool closing = tag->closing;
	size_t n = tag->n;
	const struct tag *t = NULL;
	for (size_t i = 0; i < COUNT_OF(tags) && !t; i++)
		if (str_eq_nocase(str_of(tags[i].name), name))
			t = &tags[i];
	const struct content_element *x = content_elements;
	while (!t && x->name && !str_eq_nocase(str_of(x->name), name))
		x++;
	if (!t && x->name) {
		if (closing)
			close_tag(c, x->name);
		else
			open_element(c, x, str_sub(s, 0, n));
		return n;
	}
	if (!t)
		return n;
	if (t->kind == SKIP || t->kind == FRAME) {
		if (closing)
			return n;
		if (t->kind == FRAME)
			put_frame(c, str_sub(s, 0, n));
		bool whole = t->kind == FRAME && t->name[0] == 's' && n > 1 && s.p[n - 2] == '/';
		return whole ? n : text_past_content(s, name, n);
	}
	if (closing) {
		close_tag(c, t->out);
		return n;
	}
	open_tag(c, t, t->out, str_sub(s, 0, n));
	return n;
}

void content_put_html(struct view_page *page, const struct content_census *census, struct str s)
{
	struct cleaner c = { .page = page, .h = &page->h, .census = census, .arena = page->visit->arena };
	size_t from = 0, i = 0, failed = 0;
	while (i < s.n && failed < FAILED) {
		struct text_tag tag;
		if (s.p[i] != '<' || !text_tag(str_from(s, i), TAG_BYTES, &tag)) {
			failed += s.p[i++] == '<';
			continue;
		}
		put_words(&c, str_sub(s, from, i - from));
		i += put_tag(&c, str_from(s, i), &tag);
		from = i;
	}
	put_words(&c, str_from(s, from));
	close_down_to(&c, 0);
}

bool content_put_markdown(struct view_page *page, const struct content_census *census, struct str markdown, struct err *e)
{
	auto_buf b = BUF_INIT(4 * PAGE_DOC_BYTES);
	if (!page_markdown(page->visit->at.site->pages, markdown, &b, e))
		return false;
	content_put_html(page, census, arena_str(page->visit->arena, buf_str(&b)));
	return true;
}
