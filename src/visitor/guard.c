/* Unsafe requests: the decision procedure of chapter 3.2, its reasons, and tokens for forms. A request is refused at the first
 * step that fails; what is noted of it is the reason, the route and the host it came from, never a token. */
#include "visitor/inside.h"
#include "json/json.h"
#include "crypt/crypt.h"

const struct visitor_exemption visitor_exemptions[] = {
	{ "POST", "/set-language/", N_("The origin is checked; a token would need a second cookie."), false },
	{ "POST", "/cookies/preferences/", N_("The origin is checked; a token would need a second cookie."), false },
	{ "POST", "/cookies/embed/", N_("The origin is checked; a token would need a second cookie."), false },
	{ "POST", "/follow/off/{token}", N_("Sent by programs of mail services: carries a signed address and no cookie; it can only end letters."), true },
	{ "POST", "/csp-report/", N_("Sent by browsers by themselves; changes nothing but a count."), true },
	{ "POST", "/saml2/acs", N_("Sent by an identity provider: a signed assertion, for one use, bound to a sign-in that was begun here."), true },
	{ "POST", "/oidc/backchannel_logout", N_("Sent by an identity provider: a signed token; it can only end sessions."), true },
	{ "POST", "/oauth2/token", N_("Sent by programs: carries their name and secret, or what was given to them, and no cookie."), true },
	{ "POST", "/oauth2/revoke", N_("Sent by programs: carries their name and secret, or what was given to them, and no cookie."), true },
	{ "POST", "/oauth2/introspect", N_("Sent by programs: carries their name and secret, or what was given to them, and no cookie."), true },
	{ "POST", "/api/push/1.0/{dataset}/{resource}/…", N_("Carries its own key and no cookie."), true },
	{ "POST", "/api/management/1.0/domain_theme", N_("Carries its own key and no cookie."), true },
	{ NULL, NULL, NULL, false },
};

static const char ambiguous[] = N_("Two sessions came along at once. Please delete the cookies of this site, then sign in again.");

/* The sentence of ERR_CSRF, as a message to be translated. */
static const char refused[] = N_("The form could not be accepted: it did not come from this page, or has become too old. Please try again.");

static bool is_safe(enum httpd_method m) { return m == HTTPD_GET || m == HTTPD_HEAD || m == HTTPD_OPTIONS; }

/* --- what a request wants ------------------------------------------------------------------------------ */

static int quality(struct str accept, struct str type)
{
	enum { FULL = 1000 };
	struct str rest = accept, part;
	while (rest.n && str_cut(&rest, ',', &part)) {
		ptrdiff_t semi = str_find_char(part, ';');
		if (!str_eq_nocase(str_trim(semi < 0 ? part : str_sub(part, 0, (size_t)semi)), type)) continue;
		ptrdiff_t q = semi < 0 ? -1 : str_find(part, STR("q="));
		if (q < 0) return FULL;
		struct str number = str_trim(str_from(part, (size_t)q + 2));
		int v = number.n && number.p[0] == '1' ? FULL : 0, unit = FULL / 10;
		for (size_t i = 2; i < number.n && number.p[i] >= '0' && number.p[i] <= '9' && v < FULL; i++, unit /= 10) v += (number.p[i] - '0') * unit;
		return v;
	}
	return -1;
}

bool prefers_html(const struct httpd_request *r)
{
	struct str accept = httpd_header(r, STR("Accept"));
	int html = quality(accept, STR("text/html"));
	return html > 0 && html >= quality(accept, STR("application/json"));
}

bool visitor_wants_json(const struct httpd_request *r)
{
	static const struct str json = { "application/json", 16 };
	struct str type = httpd_header(r, STR("Content-Type"));
	if (str_starts(r->path, STR("/api/")) || str_starts(type, json)) return true;
	return str_find(httpd_header(r, STR("Accept")), json) >= 0 && !prefers_html(r);
}

/* --- refusing ------------------------------------------------------------------------------------------ */

static struct str host_of(struct str url)
{
	ptrdiff_t at = str_find(url, STR("://"));
	struct str rest = at < 0 ? url : str_from(url, (size_t)at + 3);
	size_t n = 0;
	while (n < rest.n && !strchr("/?#@", rest.p[n])) n++;
	return str_sub(rest, 0, n);
}

static bool refuse(struct visit *v, const char *reason, struct err *e)
{
	const struct httpd_request *r = v->request;
	struct str origin = httpd_header(r, STR("Origin"));
	struct str from = host_of(origin.n ? origin : httpd_header(r, STR("Referer")));
	const char *route = r->route_or_null ? r->route_or_null->pattern : "-";
	visitor_note(v, EVENT_CSRF_REJECTED, str_of(reason), arena_printf(v->arena, "%s from %.*s", route, STR_ARG(from)));
	if (v->after) v->after->reason = reason;
	return err_set(e, ERR_CSRF, "%s", err_kind(ERR_CSRF)->sentence);
}

static bool is_about_token(const char *reason) { return str_starts(str_of(reason), STR("token_")) || str_starts(str_of(reason), STR("cookie_")); }

bool visitor_may_retry(const struct visit *v, const struct err *e)
{
	return e->code == ERR_CSRF && v->after && v->after->reason && is_about_token(v->after->reason);
}

bool visitor_guard_problem(const struct httpd_request *r, struct httpd_reply *p, struct site *s, const struct err *e)
{
	enum { BODY = 2048 };
	const struct visitor_after *after = r->note;
	if (!after || !after->reason || !visitor_wants_json(r)) return false;
	const struct tenant *t = tenants_hold_or_null(s->tenants, after->tenant);
	if (!t) return false;
	const struct i18n_lang *lang = visitor_language(r, registry_prefixed(t), t);
	struct buf b = BUF_INIT(BODY);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "error_code", str_of(err_kind(e->code)->word));
	json_member(&j, "reason", str_of(after->reason));
	json_member(&j, "message", i18n_text(lang, e->code == ERR_CSRF ? refused : ambiguous));
	json_member_bool(&j, "retry", e->code == ERR_CSRF && is_about_token(after->reason));
	json_close(&j, '}');
	tenant_release(s->tenants, t);
	httpd_reply_type(p, STR("application/json; charset=utf-8"));
	httpd_reply_cache_control(p, STR("no-store"));
	httpd_reply_take(p, &b);
	return true;
}

/* --- tokens -------------------------------------------------------------------------------------------- */

struct str csrf_binding(struct arena *a, const struct session *s)
{
	return s ? arena_printf(a, "s:%s", s->csrf_salt) : STR("a");
}

struct str good_token(const struct site *s, const struct tenant *t, const struct httpd_request *r, const struct httpd_reply *p,
                      const struct session *session)
{
	struct cookie_seen seen;
	seen_cookie(r, p, REGISTRY_CSRF, false, &seen);
	struct str binding = csrf_binding(r->arena, session);
	for (size_t i = 0; i < num_min(seen.n, (size_t)VALUES); i++)
		if (csrf_verify(s->vault, t->host, binding, clock_now(), seen.values[i])) return seen.values[i];
	return STR("");
}

struct str visitor_token(struct visit *v)
{
	struct err e = { 0 };
	visitor_private(v);
	if (!v->csrf[0]) {
		const struct tenant *t = v->at.tenant;
		struct str good = good_token(v->at.site, t, v->request, v->reply, v->session);
		if (good.n) memcpy(v->csrf, good.p, CSRF_TOKEN);
		else if (!csrf_make(v->at.site->vault, t->host, csrf_binding(v->arena, v->session), clock_now(), v->csrf) ||
		         !visitor_set_cookie(v, REGISTRY_CSRF, str_of(v->csrf), 0, &e))
			return STR(""); /* the form will be refused as one without a token, which says what to do */
	}
	char *masked = arena_bytes(v->arena, CSRF_MASKED + 1);
	csrf_mask(str_of(v->csrf), masked);
	return str_make(masked, CSRF_MASKED);
}

static bool check_token(struct visit *v, struct str given, struct err *e)
{
	struct cookie_seen seen;
	char token[CSRF_TOKEN + 1];
	const struct tenant *t = v->at.tenant;
	struct str binding = csrf_binding(v->arena, v->session);
	seen_cookie(v->request, v->reply, REGISTRY_CSRF, false, &seen);
	if (!seen.n) return refuse(v, "cookie_missing", e);
	struct str good[VALUES];
	size_t n = 0;
	for (size_t i = 0; i < num_min(seen.n, (size_t)VALUES); i++)
		if (csrf_verify(v->at.site->vault, t->host, binding, clock_now(), seen.values[i])) good[n++] = seen.values[i];
	if (!n) return refuse(v, "cookie_invalid", e);
	if (!given.n) return refuse(v, "token_missing", e);
	if (!csrf_unmask(given, token)) return refuse(v, "token_malformed", e);
	bool same = false;
	for (size_t i = 0; i < n; i++) same |= crypt_equal(str_of(token), good[i]);
	return same || refuse(v, "token_mismatch", e);
}

/* --- the procedure ------------------------------------------------------------------------------------- */

bool visitor_guard(struct visit *v, enum visitor_guard how, struct str token, struct err *e)
{
	const struct httpd_request *r = v->request;
	const char *reason;
	if (is_safe(r->method)) return true;
	if (httpd_query_or_null(r, STR("apikey"))) return refuse(v, "apikey_in_url", e);
	if (httpd_query_or_null(r, STR("access_token"))) return refuse(v, "access_token_in_url", e);
	if (v->who.key) return true; /* no cookie was looked at */
	if (!visitor_same_origin(r, v->at.tenant, v->origin, &reason)) return refuse(v, reason, e);
	if (v->who.ambiguous) {
		if (v->after) v->after->reason = "cookie_ambiguous";
		return err_set(e, ERR_BAD_REQUEST, "%s", ambiguous);
	}
	if (how == VISITOR_TOKEN_FREE) return true;
	struct str header = str_trim(httpd_header(r, STR("X-CSRFToken")));
	return check_token(v, header.n ? header : token, e);
}

/* --- bodies -------------------------------------------------------------------------------------------- */

enum { TOKEN_WITHIN = 64 << 10 };

static struct str media_type(const struct httpd_request *r)
{
	struct str type = httpd_header(r, STR("Content-Type"));
	ptrdiff_t semi = str_find_char(type, ';');
	return str_trim(semi < 0 ? type : str_sub(type, 0, (size_t)semi));
}

/* Fields as pairs, files beside them. The token counts as the first part only, near the beginning (CSR-3): what is refused need
 * not be read to its end. */
static bool read_parts(struct visit *v, struct visitor_form *f, struct str *token, struct err *e)
{
	const struct httpd_part *parts;
	size_t n;
	if (!httpd_parts(v->request, v->arena, &parts, &n, e)) return false;
	struct httpd_pair *pairs = arena_array(v->arena, struct httpd_pair, n + 1);
	struct httpd_part *files = arena_array(v->arena, struct httpd_part, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (!parts[i].is_file) pairs[f->n++] = (struct httpd_pair){ parts[i].name, parts[i].bytes };
		else if (parts[i].filename.n && parts[i].size) files[f->nfiles++] = parts[i];
	}
	f->pairs = pairs;
	f->files = files;
	bool first = n && !parts[0].is_file && str_eq(parts[0].name, STR("csrfmiddlewaretoken")) &&
	             (size_t)(parts[0].bytes.p - v->request->body.p) <= TOKEN_WITHIN;
	*token = first ? parts[0].bytes : STR("");
	return true;
}

bool visitor_form(struct visit *v, enum visitor_guard how, struct visitor_form *out, struct err *e)
{
	const struct httpd_request *r = v->request;
	struct visitor_form f = { 0 };
	struct str type = media_type(r), token = { 0 };
	bool parts = r->body.n && str_eq_nocase(type, STR("multipart/form-data"));
	if (r->body.n && !parts && !str_eq_nocase(type, STR("application/x-www-form-urlencoded")))
		return err_set(e, ERR_MEDIA_TYPE, "This address takes forms (application/x-www-form-urlencoded, multipart/form-data).");
	if (parts && !read_parts(v, &f, &token, e)) return false;
	if (!parts && !httpd_form(v->arena, r->body, &f.pairs, &f.n, e)) return false;
	*out = f; /* what was filled in, for a form that is shown again */
	return visitor_guard(v, how, parts ? token : visitor_field(&f, STR("csrfmiddlewaretoken")), e);
}

bool visitor_json(struct visit *v, enum visitor_guard how, struct str *body, struct err *e)
{
	const struct httpd_request *r = v->request;
	if (r->body.n && !str_eq_nocase(media_type(r), STR("application/json")))
		return err_set(e, ERR_MEDIA_TYPE, "The body must be JSON, with the field Content-Type: application/json.");
	if (!visitor_guard(v, how, STR(""), e)) return false;
	*body = r->body;
	return true;
}

const struct httpd_part *visitor_file_or_null(const struct visitor_form *f, struct str name)
{
	for (size_t i = 0; i < f->nfiles; i++)
		if (str_eq(f->files[i].name, name)) return &f->files[i];
	return NULL;
}

struct str visitor_field(const struct visitor_form *f, struct str name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, name)) return f->pairs[i].value;
	return STR("");
}

bool visitor_field_on(const struct visitor_form *f, struct str name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, name)) return !str_eq(f->pairs[i].value, STR("off"));
	return false;
}
