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

void cookie_refused(struct httpd_reply *p, struct str name)
{
	vec_push(p->arena, &p->refused, arena_str(p->arena, str_sub(name, 0, HTTPD_COOKIE_NAME)));
}

static bool refuse(struct httpd_reply *p, struct str name, const char *why, struct err *e)
{
	cookie_refused(p, name);
	err_set(e, ERR_SYSTEM, "a cookie could not be written");
	return err_cause(e, "cookie %.*s: %s", STR_ARG(name), why);
}

struct str httpd_cookie_name(const struct httpd_reply *p, const struct httpd_cookie_spec *spec, bool other, char room[HTTPD_COOKIE_NAME])
{
	struct buf b = { .p = room, .cap = HTTPD_COOKIE_NAME, .max = HTTPD_COOKIE_NAME };
	buf_printf(&b, "%s%s", p->prefixed != other ? "__Host-" : "", spec->name);
	return buf_str(&b);
}

void httpd_cookie_prefix(struct httpd_reply *p, bool on)
{
	p->prefixed = on;
	if (on) p->insecure = false; /* browsers refuse the prefix without Secure, on loopback too */
}

void httpd_cookie_drop(struct httpd_reply *p, const struct httpd_cookie_spec *spec)
{
	size_t n = 0;
	for (size_t i = 0; i < p->cookies.n; i++)
		if (p->cookies.p[i].spec != spec) p->cookies.p[n++] = p->cookies.p[i];
	p->cookies.n = n;
}

bool httpd_cookie_given(const struct httpd_reply *p, const struct httpd_cookie_spec *spec)
{
	for (size_t i = 0; i < p->cookies.n; i++)
		if (p->cookies.p[i].spec == spec) return true;
	return false;
}

static void add_line(struct httpd_reply *p, const struct httpd_cookie_spec *spec, const struct buf *b)
{
	vec_push(p->arena, &p->cookies, (struct cookie_line){ spec, arena_str(p->arena, buf_str(b)) });
}

bool httpd_cookie_set(struct httpd_reply *p, const struct httpd_cookie_spec *spec, struct str value,
                      int64_t life_s, struct err *e)
{
	char room[HTTPD_COOKIE_NAME];
	struct str name = httpd_cookie_name(p, spec, false, room);
	if (!is_registered(p->specs, spec)) return refuse(p, name, "not in the registry", e);
	if (!is_cookie_text(value) || name.n + value.n > COOKIE_SIZE) return refuse(p, name, "value", e);
	if (life_s < 0 || life_s > spec->life_s) return refuse(p, name, "longer than declared", e);
	auto_buf b = BUF_INIT(4096);
	buf_printf(&b, "%.*s=%.*s; Path=/", STR_ARG(name), STR_ARG(value));
	if (life_s > 0) buf_printf(&b, "; Max-Age=%lld", (long long)life_s);
	put_attributes(&b, spec, p->insecure);
	add_line(p, spec, &b);
	return true;
}

#ifdef STOA_TEST_CONTROL
void httpd_cookie_raw(struct httpd_reply *p, struct str line)
{
	static const struct httpd_cookie_spec anything = { .name = "" };
	vec_push(p->arena, &p->cookies, (struct cookie_line){ &anything, arena_str(p->arena, line) });
}
#endif

static bool is_host(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) return false;
	}
	return s.n > 0 && s.n <= 253 && s.p[0] != '.';
}

/* A name that stands above the host: a cookie of it reaches both. */
static bool is_parent(struct str domain, struct str host)
{
	return is_host(domain) && host.n > domain.n && str_ends(host, domain) && host.p[host.n - domain.n - 1] == '.';
}

bool httpd_cookie_remove(struct httpd_reply *p, const struct httpd_cookie_spec *spec,
                         struct str domain, struct err *e)
{
	char room[HTTPD_COOKIE_NAME];
	struct str name = httpd_cookie_name(p, spec, false, room);
	if (!is_registered(p->specs, spec)) return refuse(p, name, "not in the registry", e);
	/* A name with this prefix has no domain: no browser keeps another's. */
	if (domain.n && (p->prefixed || !is_parent(domain, p->host))) return refuse(p, name, "domain", e);
	auto_buf b = BUF_INIT(4096);
	buf_printf(&b, "%.*s=; Path=/; Max-Age=0", STR_ARG(name));
	if (domain.n) buf_printf(&b, "; Domain=%.*s", STR_ARG(domain));
	put_attributes(&b, spec, p->insecure);
	add_line(p, spec, &b);
	return true;
}

static bool is_path(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == ';') return false;
	return s.n > 0 && s.p[0] == '/';
}

bool httpd_cookie_sweep(struct httpd_reply *p, struct str name, struct str path, struct str domain, struct err *e)
{
	if (!is_token(name) || name.n > 256) return refuse(p, name, "name", e);
	if (!is_path(path) || (domain.n && !str_eq(domain, p->host) && !is_parent(domain, p->host))) return refuse(p, name, "where", e);
	auto_buf b = BUF_INIT(4096);
	buf_printf(&b, "%.*s=; Path=%.*s; Max-Age=0", STR_ARG(name), STR_ARG(path));
	if (domain.n) buf_printf(&b, "; Domain=%.*s", STR_ARG(domain));
	if (!p->insecure) buf_lit(&b, "; Secure");
	buf_lit(&b, "; SameSite=Lax");
	add_line(p, NULL, &b);
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

/* Reads "; Domain=…" if it is there; false when it may not be. */
static bool take_domain(struct str *s, struct str host, bool own_too)
{
	if (!take(s, STR("; Domain="))) return true;
	ptrdiff_t stop = str_find_char(*s, ';');
	struct str domain = stop < 0 ? STR("") : str_sub(*s, 0, (size_t)stop);
	*s = str_from(*s, domain.n);
	return is_parent(domain, host) || (own_too && domain.n && str_eq(domain, host));
}

static const struct httpd_cookie_spec *spec_of(const struct httpd_reply *p, struct str name)
{
	char room[HTTPD_COOKIE_NAME];
	for (const struct httpd_cookie_spec *spec = p->specs; spec && spec->name; spec++)
		if (str_eq(httpd_cookie_name(p, spec, false, room), name)) return spec;
	return NULL;
}

bool cookie_line_allowed(const struct httpd_reply *p, struct str line)
{
	struct str name = cookie_line_name(line);
	const struct httpd_cookie_spec *spec = spec_of(p, name);
	if (!spec || name.n == line.n) return false;
	struct str rest = str_from(line, name.n + 1);
	ptrdiff_t end = str_find_char(rest, ';');
	if (end < 0) return false;
	struct str value = str_sub(rest, 0, (size_t)end);
	rest = str_from(rest, (size_t)end);
	if (!is_cookie_text(value) || name.n + value.n > COOKIE_SIZE) return false;
	if (!take(&rest, STR("; Path=/"))) return false;
	int64_t age = take_age(&rest);
	if (age == -2 || age > spec->life_s) return false;
	bool removal = age == 0 && value.n == 0;
	if (age == 0 && !removal) return false;
	if (removal && !p->prefixed && !take_domain(&rest, p->host, false)) return false;
	if ((spec->flags & HTTPD_COOKIE_SECURE) && !p->insecure && !take(&rest, STR("; Secure"))) return false;
	if ((spec->flags & HTTPD_COOKIE_HTTP_ONLY) && !take(&rest, STR("; HttpOnly"))) return false;
	return str_eq(rest, STR("; SameSite=Lax"));
}

bool cookie_sweep_allowed(const struct httpd_reply *p, struct str line)
{
	struct str name = cookie_line_name(line);
	struct str rest = str_from(line, name.n);
	if (!is_token(name) || !take(&rest, STR("=; Path="))) return false;
	ptrdiff_t end = str_find_char(rest, ';');
	if (end < 0 || !is_path(str_sub(rest, 0, (size_t)end))) return false;
	rest = str_from(rest, (size_t)end);
	if (!take(&rest, STR("; Max-Age=0")) || !take_domain(&rest, p->host, true)) return false;
	return (p->insecure || take(&rest, STR("; Secure"))) && str_eq(rest, STR("; SameSite=Lax"));
}
