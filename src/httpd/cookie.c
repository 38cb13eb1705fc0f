/* Cookies: the Cookie field as it is, nothing decoded or unquoted; Set-Cookie only from a row
 * of the registry, in one fixed form, and a filter that reads the line again before it leaves. */
#include "httpd/inside.h"

/* --- reading ---------------------------------------------------------------------------------- */

static struct str trim_blanks(struct str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) s = str_from(s, 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t')) s.n--;
	return s;
}

bool httpd_cookies_parse(struct arena *a, struct str field, const struct httpd_pair **out,
                         size_t *n, struct err *e)
{
	if (field.n > COOKIE_BYTES)
		return err_set(e, ERR_HEADERS_TOO_LARGE, "cookies larger than %d bytes",
		               COOKIE_BYTES);
	for (size_t i = 0; i < field.n; i++) {
		unsigned char c = (unsigned char)field.p[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return err_set(e, ERR_BAD_REQUEST, "the Cookie field holds a control character");
	}
	VEC(struct httpd_pair) pairs = { 0 };
	struct str rest = field.p ? field : str_make("", 0);
	struct str part;
	size_t seen = 0;
	while (rest.n && str_cut(&rest, ';', &part)) {
		if (trim_blanks(part).n == 0) continue;
		if (++seen > COOKIE_PAIRS)
			return err_set(e, ERR_HEADERS_TOO_LARGE, "more than %d cookies",
			               COOKIE_PAIRS);
		ptrdiff_t at = str_find_char(part, '=');
		if (at < 0) continue;
		struct str name = trim_blanks(str_sub(part, 0, (size_t)at));
		if (name.n == 0) continue;
		vec_push(a, &pairs, (struct httpd_pair){ name, trim_blanks(str_from(part, (size_t)at + 1)) });
	}
	*out = pairs.p;
	*n = pairs.n;
	return true;
}

bool httpd_cookies(const struct httpd_request *r, const struct httpd_pair **out, size_t *n,
                   struct err *e)
{
	struct str joined = { 0 };
	for (size_t i = 0; i < r->nheaders; i++) {
		if (!str_eq_nocase(r->headers[i].name, STR("cookie"))) continue;
		if (joined.n) joined = arena_join(r->arena, joined, STR("; "));
		joined = joined.n ? arena_join(r->arena, joined, r->headers[i].value) : r->headers[i].value;
	}
	return httpd_cookies_parse(r->arena, joined, out, n, e);
}

size_t httpd_cookie_values(const struct httpd_pair *cookies, size_t n, struct str name,
                           struct str *out, size_t max)
{
	size_t found = 0;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(cookies[i].name, name)) continue;
		bool again = false;
		for (size_t k = 0; k < i && !again; k++)
			again = str_eq(cookies[k].name, name) && str_eq(cookies[k].value, cookies[i].value);
		if (again) continue;
		if (found < max) out[found] = cookies[i].value;
		found++;
	}
	return found;
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool is_cookie_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c <= 0x20 || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\') return false;
	}
	return true;
}

static bool is_registered(const struct httpd_cookie_spec *specs,
                          const struct httpd_cookie_spec *spec)
{
	for (; specs && specs->name; specs++)
		if (specs == spec) return true;
	return false;
}

static void put_attributes(struct buf *b, const struct httpd_cookie_spec *spec, bool insecure)
{
	if ((spec->flags & HTTPD_COOKIE_SECURE) && !insecure) buf_lit(b, "; Secure");
	if (spec->flags & HTTPD_COOKIE_HTTP_ONLY) buf_lit(b, "; HttpOnly");
	buf_lit(b, "; SameSite=Lax");
}

static bool refuse(struct err *e, const struct httpd_cookie_spec *spec, const char *why)
{
	err_set(e, ERR_SYSTEM, "a cookie could not be written");
	return err_cause(e, "cookie %s: %s", spec->name, why);
}

bool httpd_cookie_set(struct httpd_reply *p, const struct httpd_cookie_spec *spec, struct str value,
                      int64_t life_s, struct err *e)
{
	if (!is_registered(p->specs, spec)) return refuse(e, spec, "not in the registry");
	if (!is_cookie_text(value) || strlen(spec->name) + value.n > COOKIE_SIZE)
		return refuse(e, spec, "value");
	if (life_s < 0 || life_s > spec->life_s) return refuse(e, spec, "longer than declared");
	auto_buf b = BUF_INIT(4096);
	buf_printf(&b, "%s=%.*s; Path=/", spec->name, STR_ARG(value));
	if (life_s > 0) buf_printf(&b, "; Max-Age=%lld", (long long)life_s);
	put_attributes(&b, spec, p->insecure);
	vec_push(p->arena, &p->cookies, arena_str(p->arena, buf_str(&b)));
	return true;
}

static bool is_host(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) return false;
	}
	return s.n > 0 && s.n <= 253;
}

bool httpd_cookie_remove(struct httpd_reply *p, const struct httpd_cookie_spec *spec,
                         struct str domain, struct err *e)
{
	if (!is_registered(p->specs, spec)) return refuse(e, spec, "not in the registry");
	if (domain.n && !is_host(domain)) return refuse(e, spec, "domain");
	auto_buf b = BUF_INIT(4096);
	buf_printf(&b, "%s=; Path=/; Max-Age=0", spec->name);
	if (domain.n) buf_printf(&b, "; Domain=%.*s", STR_ARG(domain));
	put_attributes(&b, spec, p->insecure);
	vec_push(p->arena, &p->cookies, arena_str(p->arena, buf_str(&b)));
	return true;
}

/* --- the wire filter -------------------------------------------------------------------------- */

struct str cookie_line_name(struct str line)
{
	ptrdiff_t at = str_find_char(line, '=');
	return at < 0 ? line : str_sub(line, 0, (size_t)at);
}

static bool take(struct str *s, struct str what)
{
	if (!str_starts(*s, what)) return false;
	*s = str_from(*s, what.n);
	return true;
}

/* Reads "; Max-Age=…" if it is there. -1: absent, -2: malformed. */
static int64_t take_age(struct str *s)
{
	if (!take(s, STR("; Max-Age="))) return -1;
	size_t n = 0;
	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9') n++;
	int64_t v;
	if (!str_to_int(str_sub(*s, 0, n), &v)) return -2;
	*s = str_from(*s, n);
	return v;
}

bool cookie_line_allowed(const struct httpd_cookie_spec *specs, bool insecure, struct str line)
{
	struct str name = cookie_line_name(line);
	const struct httpd_cookie_spec *spec = specs;
	while (spec && spec->name && !str_eq(str_of(spec->name), name)) spec++;
	if (!spec || !spec->name || name.n == line.n) return false;
	struct str rest = str_from(line, name.n + 1);
	ptrdiff_t end = str_find_char(rest, ';');
	if (end < 0) return false;
	struct str value = str_sub(rest, 0, (size_t)end);
	rest = str_from(rest, (size_t)end);
	if (!is_cookie_text(value) || name.n + value.n > COOKIE_SIZE) return false;
	if (!take(&rest, STR("; Path=/"))) return false;
	int64_t age = take_age(&rest);
	if (age == -2 || age > spec->life_s) return false;
	if (take(&rest, STR("; Domain="))) {
		ptrdiff_t stop = str_find_char(rest, ';');
		if (age != 0 || stop < 0 || !is_host(str_sub(rest, 0, (size_t)stop))) return false;
		rest = str_from(rest, (size_t)stop);
	}
	if (age == 0 && value.n) return false;
	if ((spec->flags & HTTPD_COOKIE_SECURE) && !insecure && !take(&rest, STR("; Secure")))
		return false;
	if ((spec->flags & HTTPD_COOKIE_HTTP_ONLY) && !take(&rest, STR("; HttpOnly"))) return false;
	return str_eq(rest, STR("; SameSite=Lax"));
}
