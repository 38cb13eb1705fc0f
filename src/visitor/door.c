/* Who comes in and goes out: sessions and the two cookies that go with them, made and taken back together. */
#include "visitor/inside.h"
#include "crypt/crypt.h"
#include "text/text.h"

bool visitor_set_cookie(struct visit *v, enum registry_cookie c, struct str value, int64_t life_s, struct err *e)
{
	const struct httpd_cookie_spec *spec = &registry_cookie_specs[c];
	httpd_cookie_drop(v->reply, spec);
	return httpd_cookie_set(v->reply, spec, value, life_s, e);
}

bool visitor_remove_cookie(struct visit *v, enum registry_cookie c, struct err *e)
{
	const struct httpd_cookie_spec *spec = &registry_cookie_specs[c];
	httpd_cookie_drop(v->reply, spec);
	return httpd_cookie_remove(v->reply, spec, STR(""), e);
}

void visitor_private(const struct visit *v)
{
	httpd_reply_vary(v->reply, HTTPD_VARY_COOKIE | HTTPD_VARY_LANGUAGE);
	httpd_reply_cache_control(v->reply, STR("private, no-store"));
	httpd_reply_cacheable(v->reply, 0);
}

void visitor_note(const struct visit *v, enum event_kind kind, struct str reason, struct str detail)
{
	event_note(v->at.site->events, v->at.tenant->id,
	           &(struct event){ .kind = kind, .account = v->who.account, .reason = reason, .detail = detail, .client = v->request->client });
}

/* How long the browser keeps the id; the server's own limits are what counts. */
static int64_t cookie_life(const struct tenant *t, bool remember)
{
	int64_t declared = registry_cookie_specs[REGISTRY_SESSION].life_s;
	return remember ? num_min(declared, tenant_number(t, "session.idle")) : 0;
}

static bool new_token(struct visit *v, struct err *e)
{
	const struct tenant *t = v->at.tenant;
	if (!csrf_make(v->at.site->vault, t->host, csrf_binding(v->arena, v->session), clock_now(), v->csrf))
		return err_set(e, ERR_SYSTEM, "%s", err_kind(ERR_SYSTEM)->sentence);
	return visitor_set_cookie(v, REGISTRY_CSRF, str_of(v->csrf), 0, e);
}

/* The visit is from here on that of the session. */
static bool take_session(struct visit *v, const struct session *s, const char *id, struct err *e)
{
	struct session *own = arena_new(v->arena, struct session);
	*own = *s;
	own->renew = false;
	v->session = v->who.session = own;
	v->who.account = s->account;
	v->who.by_session = true;
	if (v->after) v->after->session = own;
	if (id && !visitor_set_cookie(v, REGISTRY_SESSION, str_of(id), cookie_life(v->at.tenant, s->remember), e)) return false;
	visitor_private(v);
	return new_token(v, e);
}

bool visitor_sign_in(struct visit *v, int64_t account, unsigned factors, bool remember, struct err *e)
{
	char id[SESSION_ID_TEXT];
	struct session s;
	struct session_birth b = { .account = account, .factors = factors, .remember = remember, .client = v->request->client,
	                           .user_agent = httpd_header(v->request, STR("User-Agent")) };
	b.npresented = num_min(rights_session_values(v->at.tenant, v->request, b.presented), (size_t)RIGHTS_SESSIONS);
	if (!session_create(v->at.site->sessions, v->at.tenant, &b, id, &s, e)) return false;
	if (!accounts_who(v->at.site->accounts, v->at.tenant->id, account, v->arena, &v->who.who)) v->who.who = (struct account_who){ 0 };
	bool ok = take_session(v, &s, id, e);
	crypt_wipe(id, sizeof id);
	return ok;
}

bool visitor_sign_out(struct visit *v, struct err *e)
{
	if (v->session && !session_revoke(v->at.site->sessions, v->at.tenant, v->session->account, v->session->id, e)) {
		if (e->code != ERR_NOT_FOUND) return false;
		*e = (struct err){ 0 }; /* it has just ended by itself: what was wanted */
	}
	v->session = v->who.session = NULL;
	v->who = (struct rights_caller){ 0 };
	v->csrf[0] = '\0';
	if (v->after) v->after->session = NULL;
	if (v->after) v->after->signed_out = true;
	visitor_private(v);
	return visitor_remove_cookie(v, REGISTRY_SESSION, e) && visitor_remove_cookie(v, REGISTRY_CSRF, e);
}

bool visitor_survive(struct visit *v, struct err *e)
{
	char id[SESSION_ID_TEXT];
	if (!v->session) return err_set(e, ERR_UNAUTHENTICATED, "%s", err_kind(ERR_UNAUTHENTICATED)->sentence);
	struct session s = *v->session;
	if (!session_survive(v->at.site->sessions, v->at.tenant, &s, id, e)) return false;
	bool ok = take_session(v, &s, id, e);
	crypt_wipe(id, sizeof id);
	return ok;
}

bool visitor_freshen(struct visit *v, struct err *e)
{
	if (!v->session) return err_set(e, ERR_UNAUTHENTICATED, "%s", err_kind(ERR_UNAUTHENTICATED)->sentence);
	struct session s = *v->session;
	return session_freshen(v->at.site->sessions, v->at.tenant, &s, e) && take_session(v, &s, NULL, e);
}

bool visitor_signed_in(struct visit *v, struct err *e)
{
	/* Why a form was refused is told before that nobody is signed in: from elsewhere, no session counts at all. */
	if (!v->session && !visitor_guard(v, VISITOR_TOKEN_FREE, STR(""), e)) return false;
	return v->session || err_set(e, ERR_UNAUTHENTICATED, "%s", err_kind(ERR_UNAUTHENTICATED)->sentence);
}

bool visitor_fresh(struct visit *v, struct err *e)
{
	if (!visitor_signed_in(v, e)) return false;
	if (session_is_fresh(v->at.tenant, v->session, clock_now())) return true;
	return err_set(e, ERR_NOT_FRESH, "%s", err_kind(ERR_NOT_FRESH)->sentence);
}

/* An unsafe request is not repeated by a redirect: it leads back to the page that it came from. */
static struct str back_to(const struct httpd_request *r)
{
	if (r->method == HTTPD_GET || r->method == HTTPD_HEAD) return r->target;
	struct str referer = httpd_header(r, STR("Referer"));
	ptrdiff_t at = str_find(referer, STR("://"));
	struct str rest = at < 0 ? STR("") : str_from(referer, (size_t)at + 3);
	ptrdiff_t slash = str_find_char(rest, '/');
	/* The host is compared with the request's, which is this portal's: `next` is checked again before it is used. */
	bool ours = slash > 0 && str_starts(rest, r->host);
	return ours ? str_from(rest, (size_t)slash) : STR("/account/");
}

struct str visitor_lead(const struct httpd_request *r, const struct err *e)
{
	const char *to = e->code == ERR_UNAUTHENTICATED ? "/login/" : e->code == ERR_NOT_FRESH ? "/account/confirm/" :
	                 e->code == ERR_NO_FACTOR ? "/login/enrol/" : NULL;
	if (!to || rights_foreign_frame(r) || visitor_wants_json(r) || httpd_header(r, STR("Authorization")).n || httpd_query_or_null(r, STR("apikey")) || httpd_query_or_null(r, STR("access_token"))) return STR("");
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES * 4);
	buf_printf(&b, "%s?next=", to);
	text_put_url(&b, back_to(r));
	return arena_str(r->arena, buf_str(&b));
}
