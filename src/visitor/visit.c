/* From a request to a visit: portal, language, zone, origin. Reads cookies by name only where a rule
 * asks for one; unknown ones are never looked at. */
#include "visitor/inside.h"

struct str visitor_origin(struct arena *a, struct str host, int port)
{
	if (!httpd_is_loopback(host))
		return arena_join(a, STR("https://"), host);
	if (port == 0 || port == 80)
		return arena_join(a, STR("http://"), host);
	return arena_printf(a, "http://%.*s:%d", STR_ARG(host), port);
}

/* The language's place in the list; values are those of the language's cookie. */
static size_t choose(const struct httpd_request *r, const struct str *offered, size_t n, const struct cookie_seen *seen, struct str prefers)
{
	const struct str *flg = httpd_query_or_null(r, STR("flg"));
	struct i18n_wish w = {
		.flg = flg ? *flg : STR(""),
		.cookies = seen->values,
		.ncookies = num_min(seen->n, (size_t)VALUES),
		.account = prefers,
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

const struct i18n_lang *visitor_language(const struct httpd_request *r, bool prefixed, const struct tenant *t_or_null)
{
	static const struct str english[] = { { "en", 2 } };
	const struct str *offered = t_or_null ? t_or_null->languages : english;
	size_t n = t_or_null ? t_or_null->nlanguages : 1;
	struct err e = { 0 };
	const struct httpd_pair *cookies;
	size_t ncookies;
	struct cookie_seen seen = { 0 };
	if (!rights_foreign_frame(r) && httpd_cookies(r, &cookies, &ncookies, &e)) 
		seen.n = httpd_cookie_values(cookies, ncookies, prefixed ? STR("__Host-django_language") : STR("django_language"), seen.values, VALUES);
	return words_of(offered[choose(r, offered, n, &seen, STR(""))]);
}

/* A page that a person goes to, by a link, an address or a form with GET; what only scripts fetch is none. */
static bool is_navigation(const struct httpd_request *r)
{
	if (r->method != HTTPD_GET || str_starts(r->path, STR("/api/"))) return false;
	struct str dest = httpd_header(r, STR("Sec-Fetch-Dest"));
	return dest.n ? str_eq(dest, STR("document")) : prefers_html(r);
}

static void read_cookies(struct visit *v)
{
	struct cookie_seen seen;
	for (int c = 0; c < REGISTRY_COOKIES && !v->foreign_frame; c++) {
		seen_cookie(v->request, v->reply, (enum registry_cookie)c, false, &seen);
		v->has_cookies |= seen.n > 0;
		v->has_session |= seen.n > 0 && c == REGISTRY_SESSION;
	}
}

static void leave_note(struct visit *v, struct httpd_request *r)
{
	struct visitor_after *after = arena_new(v->arena, struct visitor_after);
	/* Cookies that were not looked at are left alone. */
	*after = (struct visitor_after){ .tenant = v->at.tenant->id, .session = v->session, .account = v->who.account, .key = v->who.key, .ambiguous = v->who.ambiguous,
	                                 .navigation = v->navigation && !v->foreign_frame && rights_reads_cookies(r) };
	v->after = after;
	r->note = after;
}

/* What the portal looks like: as everybody sees it, or, for who may edit it, the draft (true) or a version that was live. */
static void read_look(struct visit *v)
{
	struct site *s = v->at.site;
	struct err ignored = { 0 };
	const struct str *stage = httpd_query_or_null(v->request, STR("stage_theme"));
	int64_t version = 0;
	if (stage && str_eq(*stage, STR("true")))
		version = LOOK_DRAFT;
	else if (stage && (!str_to_int(*stage, &version) || version < 1))
		version = 0;
	bool may = version && (rights_may(&v->who, ACCOUNT_MAY_EDIT_THEME) || rights_may(&v->who, ACCOUNT_MAY_EDIT_DOMAIN));
	const struct str *key = version == LOOK_DRAFT && !may ? httpd_query_or_null(v->request, STR("themeapikey")) : NULL;
	if (key && look_key_fits(s->looks, v->at.tenant, *key, &may, &ignored) && may) v->stage_key = *key;
	v->staged = may && look_hold_version(s->looks, v->at.tenant, version, &v->look, &ignored);
	if (!v->staged) v->look = look_hold(s->looks, v->at.tenant);
}

static bool enter(struct site *s, struct httpd_request *r, struct httpd_reply *p, bool anyone, struct visit *out, struct err *e)
{
	struct cookie_seen seen = { 0 };
	struct err ignored = { 0 };
	*out = (struct visit){ .request = r, .reply = p, .arena = r->arena, .navigation = is_navigation(r), .foreign_frame = rights_foreign_frame(r) };
	if (!site_enter(s, r->host, &out->at, e)) return false;
	/* What every reader may have is given to whoever asks, whatever they show of themselves. */
	if (anyone) rights_person(&out->at, r, &out->who);
	else if (!rights_caller(&out->at, r, &out->who, e)) return false;
	out->session = out->who.session;
	const struct tenant *t = out->at.tenant;
	if (!out->foreign_frame) seen_cookie(r, p, REGISTRY_LANGUAGE, false, &seen);
	struct str prefers = out->session ? accounts_language(s->accounts, t->id, out->session->account, r->arena) : STR("");
	out->lang_code = t->languages[choose(r, t->languages, t->nlanguages, &seen, prefers)];
	out->lang = words_of(out->lang_code);
	const struct str *flg = httpd_query_or_null(r, STR("flg"));
	if (flg && flg->n && i18n_find_flg(t->languages, t->nlanguages, *flg) < 0)
		out->lang_wanted = *flg;
	const struct clock_zone *zone = clock_zone_or_null(tenant_setting(t, "timezone"));
	out->zone = zone ? zone : clock_utc();
	out->origin = visitor_origin(r->arena, t->host, s->listen_port);
	read_look(out);
	read_cookies(out);
	leave_note(out, r);
	/* Without it pages go out as if all consent were refused (CON-22). */
	if (s->registries && !registry_hold(s->registries, t, &out->registry, &ignored)) out->registry = NULL;
	choices_read(out);
	/* For those who count answers: who objects, and who runs the portal, is not of the audience (ANA-2). */
	if (out->consent.objects || (out->who.by_session && out->who.who.admin)) httpd_reply_mark(p, HTTPD_MARK_UNCOUNTED);
	if (out->who.by_session || out->who.key) httpd_reply_mark(p, HTTPD_MARK_SIGNED_IN);
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
	visitor_turn_give(v->turn);
	v->turn = 0;
	if (v->at.site && v->registry) registry_release(v->at.site->registries, v->registry);
	v->registry = NULL;
	if (v->at.site) look_release(v->at.site->looks, v->look);
	v->look = NULL;
	if (v->at.site)
		site_leave(&v->at);
	v->at.site = NULL;
}

void visitor_cache_page(const struct visit *v, int seconds)
{
	httpd_reply_vary(v->reply, HTTPD_VARY_COOKIE | HTTPD_VARY_LANGUAGE);
	if (v->registry && v->registry->needs_consent) httpd_reply_vary(v->reply, HTTPD_VARY_SIGNALS);
	if (v->has_session || v->staged || !visitor_is_nobody(v))
		httpd_reply_cache_control(v->reply, STR("private, no-store"));
	else if (v->has_cookies)
		httpd_reply_cache_control(v->reply, STR("private, max-age=0, must-revalidate"));
	else {
		httpd_reply_cache_control(v->reply, STR("public, max-age=0, s-maxage=60"));
		httpd_reply_cacheable(v->reply, seconds);
	}
}
