/* From a request to a visit: portal, language, zone, origin. Reads cookies by name only where a rule
 * asks for one; unknown ones are never looked at. */
#include "visitor/visitor.h"

enum { LANGUAGE_VALUES = 4 };

static bool is_loopback(struct str host)
{
	return str_eq(host, STR("localhost")) || str_ends(host, STR(".localhost")) ||
	       str_eq(host, STR("127.0.0.1")) || str_eq(host, STR("[::1]"));
}

struct str visitor_origin(struct arena *a, struct str host, int port)
{
	if (!is_loopback(host))
		return arena_join(a, STR("https://"), host);
	if (port == 0 || port == 80)
		return arena_join(a, STR("http://"), host);
	return arena_printf(a, "http://%.*s:%d", STR_ARG(host), port);
}

/* The language's place in the list; cookies are those of the request. */
static size_t choose(const struct httpd_request *r, const struct str *offered, size_t n,
                     const struct httpd_pair *cookies, size_t ncookies)
{
	struct str values[LANGUAGE_VALUES];
	size_t nvalues = httpd_cookie_values(cookies, ncookies, STR("django_language"), values, LANGUAGE_VALUES);
	const struct str *flg = httpd_query_or_null(r, STR("flg"));
	struct i18n_wish w = {
		.flg = flg ? *flg : STR(""),
		.cookies = values,
		.ncookies = num_min(nvalues, (size_t)LANGUAGE_VALUES),
		.accept = httpd_header(r, STR("Accept-Language")),
		.offered = offered,
		.noffered = n,
	};
	return i18n_choose(&w);
}

static const struct i18n_lang *words_of(struct str code)
{
	const struct i18n_lang *l = i18n_lang_or_null(code);
	return l ? l : i18n_english();
}

const struct i18n_lang *visitor_language(const struct httpd_request *r, const struct str *offered, size_t n)
{
	struct err e = { 0 };
	const struct httpd_pair *cookies = NULL;
	size_t ncookies = 0;
	if (!httpd_cookies(r, &cookies, &ncookies, &e))
		ncookies = 0;
	return words_of(offered[choose(r, offered, n, cookies, ncookies)]);
}

static bool enter(struct site *s, struct httpd_request *r, struct httpd_reply *p, bool anyone, struct visit *out, struct err *e)
{
	const struct httpd_pair *cookies;
	size_t ncookies;
	if (!httpd_cookies(r, &cookies, &ncookies, e))
		return false;
	*out = (struct visit){ .request = r, .reply = p, .arena = r->arena };
	if (!site_enter(s, r->host, &out->at, e))
		return false;
	/* What every reader may have is given to whoever asks, whatever they show of themselves. */
	if (!anyone && !rights_caller(&out->at, r, &out->who, e))
		return false;
	const struct tenant *t = out->at.tenant;
	size_t chosen = choose(r, t->languages, t->nlanguages, cookies, ncookies);
	out->lang_code = t->languages[chosen];
	out->lang = words_of(out->lang_code);
	const struct str *flg = httpd_query_or_null(r, STR("flg"));
	if (flg && flg->n && i18n_find_flg(t->languages, t->nlanguages, *flg) < 0)
		out->lang_wanted = *flg;
	const struct clock_zone *zone = clock_zone_or_null(tenant_setting(t, "timezone"));
	out->zone = zone ? zone : clock_utc();
	out->origin = visitor_origin(r->arena, t->host, s->listen_port);
	for (const struct httpd_cookie_spec *spec = registry_cookie_specs; spec->name; spec++) {
		struct str value;
		if (httpd_cookie_values(cookies, ncookies, str_of(spec->name), &value, 1) > 0) {
			out->has_cookies = true;
			out->has_session |= spec == &registry_cookie_specs[REGISTRY_SESSION];
		}
	}
	return true;
}

bool visitor_enter(struct site *s, struct httpd_request *r, struct httpd_reply *p, struct visit *out, struct err *e)
{
	return enter(s, r, p, false, out, e);
}

bool visitor_enter_anyone(struct site *s, struct httpd_request *r, struct httpd_reply *p, struct visit *out, struct err *e)
{
	return enter(s, r, p, true, out, e);
}

bool visitor_is_nobody(const struct visit *v) { return v->who.account == 0 && v->who.key == 0; }

void visitor_leave(struct visit *v)
{
	if (v->at.site)
		site_leave(&v->at);
	v->at.site = NULL;
}

void visitor_cache_page(const struct visit *v, int seconds)
{
	httpd_reply_vary(v->reply, HTTPD_VARY_COOKIE | HTTPD_VARY_LANGUAGE);
	if (v->has_session || !visitor_is_nobody(v))
		httpd_reply_cache_control(v->reply, STR("private, no-store"));
	else if (v->has_cookies)
		httpd_reply_cache_control(v->reply, STR("private, max-age=0, must-revalidate"));
	else {
		httpd_reply_cache_control(v->reply, STR("public, max-age=0, s-maxage=60"));
		httpd_reply_cacheable(v->reply, seconds);
	}
}
