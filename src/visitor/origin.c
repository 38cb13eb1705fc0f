/* Tells requests of our own pages from those of others (rule CSR-9), and checks where a form may lead
 * to (LNG-4). The portal's configured origin is compared, never the Host field alone. */
#include "visitor/inside.h"

#include "text/text.h"

/* Scheme and authority of an absolute address; empty when it has none. */
static struct str origin_of(struct str url)
{
	ptrdiff_t scheme = str_find(url, STR("://"));
	if (scheme <= 0)
		return STR("");
	struct str rest = str_from(url, (size_t)scheme + 3);
	size_t n = 0;
	while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?' && rest.p[n] != '#')
		n++;
	return n ? str_sub(url, 0, (size_t)scheme + 3 + n) : STR("");
}

/* On loopback the portal may be reached by any of its names and ports; the name in the request was
 * matched with a portal before it got here. */
static bool is_ours(const struct httpd_request *r, struct str origin, struct str theirs)
{
	if (str_eq_nocase(theirs, origin))
		return true;
	if (!str_starts(origin, STR("http://")))
		return false;
	struct str direct = r->port ? arena_printf(r->arena, "http://%.*s:%d", STR_ARG(r->host), r->port)
	                            : arena_join(r->arena, STR("http://"), r->host);
	return str_eq_nocase(theirs, direct);
}

/* An origin the portal trusts: as it is listed, or one below the name after "*.". */
static bool is_trusted(const struct tenant *t, struct str theirs)
{
	struct str rest = tenant_setting(t, "trusted_origins"), part;
	while (rest.n && str_cut(&rest, ',', &part)) {
		part = str_trim(part);
		if (!str_starts(part, STR("https://*."))) {
			if (str_eq_nocase(part, theirs)) return true;
			continue;
		}
		struct str below = str_from(part, 9); /* ".host" */
		if (str_starts(theirs, STR("https://")) && theirs.n > 8 + below.n &&
		    str_eq_nocase(str_from(theirs, theirs.n - below.n), below)) return true;
	}
	return false;
}

/* The one Origin field; *n tells how many there are. */
static struct str origin_field(const struct httpd_request *r, size_t *n)
{
	struct str found = STR("");
	*n = 0;
	for (size_t i = 0; i < r->nheaders; i++) {
		if (!str_eq_nocase(r->headers[i].name, STR("Origin"))) continue;
		found = str_trim(r->headers[i].value);
		(*n)++;
	}
	return found;
}

static bool check_referer(const struct httpd_request *r, const struct tenant *t, struct str origin, const char **reason)
{
	struct str referer = str_trim(httpd_header(r, STR("Referer")));
	*reason = "referer_missing";
	if (!referer.n) return false;
	struct str theirs = origin_of(referer);
	*reason = "referer_malformed";
	if (!theirs.n || str_find_char(theirs, '@') >= 0) return false;
	*reason = "referer_insecure";
	if (str_starts(origin, STR("https://")) && !str_starts(theirs, STR("https://"))) return false;
	*reason = "referer";
	return is_ours(r, origin, theirs) || is_trusted(t, theirs);
}

bool visitor_same_origin(const struct httpd_request *r, const struct tenant *t, struct str origin, const char **reason)
{
	size_t n;
	struct str from = origin_field(r, &n);
	struct str site = httpd_header(r, STR("Sec-Fetch-Site"));
	if (str_eq(site, STR("same-origin"))) return true;
	*reason = "fetch_site";
	if (str_eq(site, STR("cross-site")) || str_eq(site, STR("same-site"))) return n == 1 && is_trusted(t, from);
	*reason = "origin";
	if (n) return n == 1 && (is_ours(r, origin, from) || is_trusted(t, from));
	return check_referer(r, t, origin, reason);
}

static bool is_local_path(struct str s)
{
	if (!s.n || s.n > LIMIT_URL_BYTES || s.p[0] != '/' || (s.n > 1 && (s.p[1] == '/' || s.p[1] == '\\')))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f || s.p[i] == '\\')
			return false;
	return true;
}

/* Before and after decoding once, so that an encoded trick is seen too. */
static bool is_safe(struct arena *a, struct str s)
{
	struct str decoded;
	if (!is_local_path(s) || !text_url_decode(a, s, false, &decoded))
		return false;
	/* A blank may well stand in a decoded query; everything else may not. */
	if (decoded.n < 1 || decoded.p[0] != '/' || (decoded.n > 1 && (decoded.p[1] == '/' || decoded.p[1] == '\\')))
		return false;
	for (size_t i = 0; i < decoded.n; i++)
		if ((unsigned char)decoded.p[i] < ' ' || decoded.p[i] == 0x7f || decoded.p[i] == '\\')
			return false;
	return true;
}

struct str visitor_next(const struct httpd_request *r, struct arena *a, struct str origin, struct str next)
{
	if (is_safe(a, next))
		return next;
	struct str referer = httpd_header(r, STR("Referer"));
	struct str theirs = origin_of(referer);
	if (theirs.n && is_ours(r, origin, theirs)) {
		struct str path = str_from(referer, theirs.n);
		ptrdiff_t hash = str_find_char(path, '#');
		if (hash >= 0)
			path = str_sub(path, 0, (size_t)hash);
		if (is_safe(a, path))
			return path;
	}
	return STR("/");
}

struct str visitor_with_said(struct arena *a, struct str back, const char *what)
{
	ptrdiff_t hash = str_find_char(back, '#');
	struct str path = hash < 0 ? back : str_sub(back, 0, (size_t)hash), rest = hash < 0 ? STR("") : str_from(back, (size_t)hash);
	return arena_printf(a, "%.*s%ccookies=%s%.*s", STR_ARG(path), str_find_char(path, '?') < 0 ? '?' : '&', what, STR_ARG(rest));
}
