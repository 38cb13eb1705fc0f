/* Whether markup would make a browser fetch from a site that no service declares (REG-8). Every position that fetches is
 * looked at: attributes of addresses, sets of pictures, style sheets and url() anywhere, pages within attributes, refreshes,
 * links of SVG. A plain link to click on is always allowed. Where browsers forgive, this forgives alike; where it cannot tell,
 * it refuses. */
#include "registry/inside.h"
#include "text/text.h"
#include "xml/xml.h"

struct checking {
	const struct registry *g;
	struct arena *a;
	int depth;                /* of pages within attributes */
};

/* What a browser makes of an address: no blanks around, no tabs and line ends within, slashes for backslashes. */
static struct str as_browsers_read(struct arena *a, struct str url)
{
	char *copy = arena_bytes(a, url.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < url.n; i++) {
		unsigned char c = (unsigned char)url.p[i];
		if (c == '\t' || c == '\n' || c == '\r' || (n == 0 && c <= ' '))
			continue;
		copy[n++] = c == '\\' ? '/' : (char)c;
	}
	while (n && (unsigned char)copy[n - 1] <= ' ')
		n--;
	return str_make(copy, n);
}

static bool is_declared(const struct registry *g, const struct registry_url *u)
{
	if (str_eq_nocase(u->host, g->host))
		return true;
	for (size_t i = 0; i < g->nservices; i++)
		for (size_t d = 0; d < REGISTRY_DIRECTIVES; d++)
			for (size_t k = 0; k < g->services[i].norigins[d]; k++)
				if (registry_origin_holds(g->services[i].origins[d][k], u->scheme, u->host, u->port))
					return true;
	return false;
}

static bool check_url(struct checking *c, struct str element, struct str where, struct str given, struct err *e)
{
	struct str url = as_browsers_read(c->a, given);
	struct registry_url u;
	bool framed = str_eq(element, STR("iframe")) || str_eq(element, STR("frame")) || str_eq(element, STR("object")) || str_eq(element, STR("embed"));
	if (framed && str_starts(url, STR("data:")))
		return err_set(e, ERR_INVALID, "<%.*s> has a whole page in its attribute %.*s, which is not allowed", STR_ARG(element), STR_ARG(where));
	if (!registry_url_read(url, &u) || is_declared(c->g, &u))
		return true;
	const struct registry_known *known = registry_known_of_host(u.host);
	struct str shown = text_cut(url, 200);
	if (known)
		return err_set(e, ERR_INVALID, "<%.*s> would make browsers fetch %.*s (%.*s); declare the service %s first, under cookies & privacy", STR_ARG(element),
		               STR_ARG(shown), STR_ARG(where), known->name);
	return err_set(e, ERR_INVALID, "<%.*s> would make browsers fetch %.*s (%.*s); declare a service with the origin https://%.*s first, under cookies & privacy",
	               STR_ARG(element), STR_ARG(shown), STR_ARG(where), STR_ARG(text_cut(u.host, 100)));
}

/* --- style sheets -------------------------------------------------------------------------------------------------- */

/* Without comments, escapes resolved: "\75rl(" is "url(". */
static struct str plain_css(struct arena *a, struct str css)
{
	auto_buf b = BUF_INIT(XML_HTML_MOST * 2);
	for (size_t i = 0; i < css.n; i++) {
		if (css.p[i] == '/' && i + 1 < css.n && css.p[i + 1] == '*') {
			ptrdiff_t end = str_find(str_from(css, i + 2), STR("*/"));
			if (end < 0)
				break;
			i += (size_t)end + 3;
			continue;
		}
		if (css.p[i] != '\\') {
			buf_put_char(&b, css.p[i]);
			continue;
		}
		uint32_t code = 0;
		size_t digits = 0;
		while (digits < 6 && i + 1 < css.n && strchr("0123456789abcdefABCDEF", css.p[i + 1]) && css.p[i + 1]) {
			char d = css.p[++i];
			code = 16 * code + (uint32_t)(d <= '9' ? d - '0' : (d | 32) - 'a' + 10);
			digits++;
		}
		if (digits) {
			if (i + 1 < css.n && (css.p[i + 1] == ' ' || css.p[i + 1] == '\n' || css.p[i + 1] == '\t'))
				i++;
			text_put_codepoint(&b, code && code < 0x110000 && !(code >= 0xd800 && code < 0xe000) ? code : 0xfffd);
		} else if (i + 1 < css.n && css.p[i + 1] != '\n') {
			buf_put_char(&b, css.p[++i]);
		}
	}
	return arena_str(a, buf_str(&b));
}

static bool ends_address(char c) { return c == '"' || c == '\'' || c == ')' || c == '(' || c == ';' || c == ',' || (unsigned char)c <= ' '; }

/* Every address in a style sheet is taken to be fetched. */
static bool check_css(struct checking *c, struct str element, struct str where, struct str given, struct err *e)
{
	struct str css = plain_css(c->a, given);
	size_t from = 0;
	for (size_t i = 0; i <= css.n; i++) {
		if (i < css.n && !ends_address(css.p[i]))
			continue;
		struct str part = str_sub(css, from, i - from);
		from = i + 1;
		/* "background:https://…" is no address, but "@import https://…" in some old browser is. */
		ptrdiff_t slashes = str_find(as_browsers_read(c->a, part), STR("//"));
		if (slashes >= 0 && !check_url(c, element, where, part, e))
			return false;
	}
	return true;
}

/* --- attributes ------------------------------------------------------------------------------------------------------ */

/* "a.png 1x, https://b/c.png 2x": addresses end at blanks, entries at commas after a blank. */
static bool check_set(struct checking *c, struct str element, struct str where, struct str set, struct err *e)
{
	size_t i = 0;
	while (i < set.n) {
		while (i < set.n && ((unsigned char)set.p[i] <= ' ' || set.p[i] == ','))
			i++;
		size_t from = i;
		while (i < set.n && (unsigned char)set.p[i] > ' ')
			i++;
		struct str url = str_sub(set, from, i - from);
		while (url.n && url.p[url.n - 1] == ',')
			url.n--;
		/* One without a blank after its comma may hide another; each part is looked at. */
		struct str rest = url;
		struct str part;
		while (url.n && str_cut(&rest, ',', &part))
			if (!check_url(c, element, where, part, e))
				return false;
		while (i < set.n && set.p[i] != ',')
			i++;
	}
	return true;
}

static bool harmless_link(const struct xml_html_attribute *a, size_t n)
{
	static const char *const allowed[] = { "canonical", "alternate", "license", "licence" };
	struct str rel = STR("");
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(a[i].name, STR("rel")))
			rel = a[i].value;
	bool any = false;
	for (size_t i = 0; i < rel.n;) {
		while (i < rel.n && (unsigned char)rel.p[i] <= ' ')
			i++;
		size_t from = i;
		while (i < rel.n && (unsigned char)rel.p[i] > ' ')
			i++;
		struct str word = str_sub(rel, from, i - from);
		bool good = !word.n;
		for (size_t k = 0; k < COUNT_OF(allowed); k++)
			good |= str_eq_nocase(word, str_of(allowed[k]));
		if (!good)
			return false;
		any |= word.n > 0;
	}
	return any;
}

static bool check_refresh(struct checking *c, struct str content, struct err *e)
{
	size_t i = 0;
	while (i < content.n && content.p[i] != ';' && content.p[i] != ',')
		i++;
	struct str rest = str_trim(str_from(content, num_min(i + 1, content.n)));
	if (rest.n > 3 && str_eq_nocase(str_sub(rest, 0, 3), STR("url"))) {
		struct str after = str_trim(str_from(rest, 3));
		if (after.n && after.p[0] == '=')
			rest = str_trim(str_from(after, 1));
	}
	if (rest.n && (rest.p[0] == '"' || rest.p[0] == '\''))
		rest = str_from(rest, 1);
	return check_url(c, STR("meta"), STR("refresh"), rest, e);
}

static bool check_html(struct checking *c, struct str html, struct err *e);

enum position { NOWHERE, ADDRESS, ADDRESSES, SET, CSS, PAGE, LINK };

static enum position position_of(struct str element, struct str name)
{
	static const struct { const char *element, *name; enum position position; } rows[] = {
		{ "*", "src", ADDRESS }, { "*", "poster", ADDRESS }, { "*", "background", ADDRESS }, { "*", "data", ADDRESS }, { "*", "lowsrc", ADDRESS },
		{ "*", "dynsrc", ADDRESS }, { "*", "action", ADDRESS }, { "*", "formaction", ADDRESS }, { "*", "manifest", ADDRESS }, { "*", "codebase", ADDRESS },
		{ "*", "code", ADDRESS }, { "*", "classid", ADDRESS }, { "*", "icon", ADDRESS }, { "*", "profile", ADDRESS }, { "*", "archive", ADDRESSES }, { "*", "ping", ADDRESSES },
		{ "*", "srcset", SET }, { "*", "imagesrcset", SET }, { "*", "style", CSS }, { "*", "srcdoc", PAGE }, { "param", "value", ADDRESS },
		{ "a", "href", NOWHERE }, { "a", "xlink:href", NOWHERE }, { "area", "href", NOWHERE }, { "link", "href", LINK }, { "*", "href", ADDRESS },
		{ "*", "xlink:href", ADDRESS }, { "animate", "to", ADDRESS }, { "animate", "from", ADDRESS }, { "animate", "values", CSS }, { "set", "to", ADDRESS },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (str_eq_nocase(name, str_of(rows[i].name)) && (rows[i].element[0] == '*' || str_eq_nocase(element, str_of(rows[i].element))))
			return rows[i].position;
	return NOWHERE;
}

static bool check_attribute(struct checking *c, struct str element, const struct xml_html_attribute *all, size_t n, const struct xml_html_attribute *a,
                            struct err *e)
{
	struct str rest = a->value;
	struct str part;
	switch (position_of(element, a->name)) {
	case ADDRESS: return check_url(c, element, a->name, a->value, e);
	case ADDRESSES:
		while (rest.n && str_cut(&rest, ' ', &part))
			if (!check_url(c, element, a->name, part, e))
				return false;
		return true;
	case SET: return check_set(c, element, a->name, a->value, e);
	case CSS: return check_css(c, element, a->name, a->value, e);
	case PAGE:
		if (c->depth >= 3)
			return err_set(e, ERR_INVALID, "<%.*s> has pages within pages, deeper than is looked at", STR_ARG(element));
		c->depth++;
		bool ok = check_html(c, a->value, e);
		c->depth--;
		return ok;
	case LINK: return harmless_link(all, n) || check_url(c, element, a->name, a->value, e);
	case NOWHERE: break;
	}
	/* fill="url(https://…)" and all its kin in SVG */
	auto_buf folded = BUF_INIT(XML_HTML_MOST);
	for (size_t i = 0; i < a->value.n; i++)
		buf_put_char(&folded, (char)(a->value.p[i] >= 'A' && a->value.p[i] <= 'Z' ? a->value.p[i] + 32 : a->value.p[i]));
	bool paints = str_find(buf_str(&folded), STR("url(")) >= 0;
	return !paints || check_css(c, element, a->name, a->value, e);
}

static bool see(void *arg, struct str element, const struct xml_html_attribute *a, size_t n, struct str text, struct err *e)
{
	struct checking *c = arg;
	bool refresh = false;
	for (size_t i = 0; i < n; i++)
		refresh |= str_eq_nocase(element, STR("meta")) && str_eq_nocase(a[i].name, STR("http-equiv")) && str_eq_nocase(str_trim(a[i].value), STR("refresh"));
	for (size_t i = 0; i < n; i++) {
		if (refresh && str_eq_nocase(a[i].name, STR("content")) && !check_refresh(c, a[i].value, e))
			return false;
		if (!check_attribute(c, element, a, n, &a[i], e))
			return false;
	}
	return !text.n || check_css(c, element, STR("content"), text, e);
}

static bool check_html(struct checking *c, struct str html, struct err *e) { return xml_html_walk(html, see, c, e); }

bool registry_check_markup(const struct registry *g, struct str html, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct checking c = { .g = g, .a = &a };
	return check_html(&c, html, e);
}
