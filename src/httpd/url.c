/* Targets, queries and hosts: text from strangers into checked values, once. */
#include "httpd/inside.h"
#include "text/text.h"

static bool decode(struct arena *a, struct str s, bool plus_is_space, struct str *out)
{
	if (!text_url_decode(a, s, plus_is_space, out)) return false;
	return text_is_utf8(*out) && str_find_char(*out, '\0') < 0;
}

bool httpd_form(struct arena *a, struct str text, const struct httpd_pair **out, size_t *n,
                struct err *e)
{
	VEC(struct httpd_pair) pairs = { 0 };
	struct str rest = text.p ? text : str_make("", 0);
	struct str part;
	while (rest.n && str_cut(&rest, '&', &part)) {
		if (part.n == 0) continue;
		ptrdiff_t at = str_find_char(part, '=');
		struct str name = at < 0 ? part : str_sub(part, 0, (size_t)at);
		struct str value = at < 0 ? str_make("", 0) : str_from(part, (size_t)at + 1);
		struct httpd_pair p;
		if (!decode(a, name, true, &p.name) || !decode(a, value, true, &p.value))
			return err_set(e, ERR_BAD_REQUEST, "parameter %zu is not percent-encoded UTF-8", pairs.n + 1);
		*vec_add(a, &pairs) = p;
	}
	*out = pairs.p;
	*n = pairs.n;
	return true;
}

bool url_read_target(struct arena *a, struct str target, struct httpd_request *r, struct err *e)
{
	if (target.n > LIMIT_URL_BYTES)
		return err_set(e, ERR_URI_TOO_LONG, "the address is longer than %d bytes",
		               LIMIT_URL_BYTES);
	if (target.n == 0 || target.p[0] != '/')
		return err_set(e, ERR_BAD_REQUEST,
		               "the request target must be a path that starts with a slash");
	for (size_t i = 0; i < target.n; i++)
		if ((unsigned char)target.p[i] <= 0x20 || target.p[i] == 0x7f)
			return err_set(e, ERR_BAD_REQUEST, "the address holds a blank or control character");
	ptrdiff_t hash = str_find_char(target, '#');
	if (hash >= 0) return err_set(e, ERR_BAD_REQUEST, "the address holds a fragment");
	ptrdiff_t mark = str_find_char(target, '?');
	r->target = target;
	r->raw_path = mark < 0 ? target : str_sub(target, 0, (size_t)mark);
	r->raw_query = mark < 0 ? str_make("", 0) : str_from(target, (size_t)mark + 1);
	if (!decode(a, r->raw_path, false, &r->path))
		return err_set(e, ERR_BAD_REQUEST, "the path is not percent-encoded UTF-8");
	return httpd_form(a, r->raw_query, &r->query, &r->nquery, e);
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_';
}

struct str url_plain_start(struct str target)
{
	size_t n = 0;
	if (target.n == 0 || target.p[0] != '/') return STR("/");
	while (n < target.n && n < 256 && (is_name_char(target.p[n]) || target.p[n] == '/' || target.p[n] == '~')) n++;
	return str_sub(target, 0, n);
}

static bool read_port(struct str s, int *port)
{
	int64_t v;
	if (s.n == 0) {
		*port = 0;
		return true;
	}
	if (s.n > 5 || s.p[0] < '0' || s.p[0] > '9' || !str_to_int(s, &v) || v < 1 || v > 65535)
		return false;
	*port = (int)v;
	return true;
}

bool url_read_host(struct arena *a, struct str text, struct str *host, int *port)
{
	size_t end = 0;
	if (text.n && text.p[0] == '[') {
		struct in6_addr address;
		ptrdiff_t bracket = str_find_char(text, ']');
		if (bracket < 0 || !address_parse(str_sub(text, 1, (size_t)bracket - 1), &address)) return false;
		if (str_find_char(str_sub(text, 0, (size_t)bracket), '%') >= 0) return false;
		end = (size_t)bracket + 1;
	} else {
		while (end < text.n && is_name_char(text.p[end])) end++;
	}
	struct str name = str_sub(text, 0, end);
	struct str rest = str_from(text, end);
	*port = 0;
	if (rest.n && (rest.p[0] != ':' || !read_port(str_from(rest, 1), port))) return false;
	if (str_ends(name, STR("."))) name.n--;
	if (name.n == 0 || name.n > 253 || str_starts(name, STR(".")) ||
	    str_find(name, STR("..")) >= 0)
		return false;
	char *lower = arena_bytes(a, name.n + 1);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		lower[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	*host = str_make(lower, name.n);
	return true;
}
