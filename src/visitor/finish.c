/* Cookies at the end of an answer. Only a page that was navigated to and is really shown renews, completes or cleans the jar:
 * an id changed for an answer that fails would sign its owner out. */
#include "visitor/inside.h"
#include "crypt/crypt.h"

void seen_cookie(const struct httpd_request *r, const struct httpd_reply *p, enum registry_cookie c, bool other, struct cookie_seen *out)
{
	const struct httpd_pair *cookies;
	size_t n;
	struct err e = { 0 };
	char room[HTTPD_COOKIE_NAME];
	out->n = 0;
	if (!httpd_cookies(r, &cookies, &n, &e)) return; /* checked when the request was read */
	out->n = httpd_cookie_values(cookies, n, httpd_cookie_name(p, &registry_cookie_specs[c], other, room), out->values, VALUES);
}

enum { SEE_OTHER = 303 };

struct ending {
	struct site *site;
	const struct tenant *tenant;
	const struct httpd_request *r;
	struct httpd_reply *p;
	const struct visitor_after *after;
	bool languages;                 /* the portal has more than one */
};

static void set(struct ending *x, enum registry_cookie c, struct str value, int64_t life_s)
{
	struct err e = { 0 };
	httpd_cookie_drop(x->p, &registry_cookie_specs[c]);
	if (!httpd_cookie_set(x->p, &registry_cookie_specs[c], value, life_s, &e)) log_failure(x->site->log, LOG_LEVEL_ERROR, "cookie.set", &e);
}

/* True when the handler has said something about it already, or says nothing may be said. */
static bool is_worth_something(struct ending *x, enum registry_cookie c, const struct cookie_seen *seen)
{
	switch (c) {
	case REGISTRY_SESSION: return x->after->session || x->after->ambiguous;
	case REGISTRY_CSRF: return true; /* one that does not verify is replaced or harmless */
	case REGISTRY_LANGUAGE:
		for (size_t i = 0; i < num_min(seen->n, (size_t)VALUES); i++)
			if (i18n_find(x->tenant->languages, x->tenant->nlanguages, seen->values[i]) >= 0) return true;
		return false;
	case REGISTRY_PREFERENCES:
	case REGISTRY_COOKIES: break;
	}
	return true;
}

/* Whoever set a cookie for a name above ours is not asked: browsers keep those apart from ours, and so do removals. */
static void clean_parents(struct ending *x, enum registry_cookie c)
{
	struct str host = x->tenant->host, top = registry_registrable(host);
	struct err e = { 0 };
	if (!top.n || top.n >= host.n) return;
	for (struct str parent = host; parent.n > top.n;) {
		ptrdiff_t dot = str_find_char(parent, '.');
		if (dot < 0) return;
		parent = str_from(parent, (size_t)dot + 1);
		if (parent.n < top.n) return;
		if (!httpd_cookie_remove(x->p, &registry_cookie_specs[c], parent, &e)) return; /* with the prefix there are none */
	}
}

static void clean(struct ending *x, enum registry_cookie c)
{
	struct cookie_seen seen, other;
	struct err e = { 0 };
	char room[HTTPD_COOKIE_NAME];
	seen_cookie(x->r, x->p, c, false, &seen);
	seen_cookie(x->r, x->p, c, true, &other);
	bool tossed = seen.n > 1;
	bool void_session = c == REGISTRY_SESSION && seen.n > 0 && !x->after->session && !x->after->ambiguous;
	if (tossed) {
		struct str name = httpd_cookie_name(x->p, &registry_cookie_specs[c], false, room);
		event_note(x->site->events, x->tenant->id, &(struct event){ .kind = EVENT_COOKIE_TOSSED, .detail = name, .client = x->r->client,
			.account = x->after->session ? x->after->session->account : 0 });
		clean_parents(x, c);
	}
	if ((void_session || (tossed && !is_worth_something(x, c, &seen))) && !httpd_cookie_remove(x->p, &registry_cookie_specs[c], STR(""), &e))
		log_failure(x->site->log, LOG_LEVEL_ERROR, "cookie.remove", &e);
	/* The published name on a portal with prefixes; the other way round, what a portal had before it gave prefixes up. */
	if (other.n && !httpd_cookie_sweep(x->p, httpd_cookie_name(x->p, &registry_cookie_specs[c], true, room), STR("/"), STR(""), &e))
		log_failure(x->site->log, LOG_LEVEL_ERROR, "cookie.sweep", &e);
}

static void renew(struct ending *x)
{
	char id[SESSION_ID_TEXT];
	struct err e = { 0 };
	struct session s = *x->after->session;
	if (!session_renew(x->site->sessions, x->tenant, &s, id, &e)) {
		log_failure(x->site->log, LOG_LEVEL_ERROR, "session.renew", &e);
		return;
	}
	if (!id[0]) return;
	int64_t life = num_min(registry_cookie_specs[REGISTRY_SESSION].life_s, tenant_number(x->tenant, "session.idle"));
	set(x, REGISTRY_SESSION, str_of(id), s.remember ? life : 0);
	crypt_wipe(id, sizeof id);
}

static void complete_token(struct ending *x)
{
	char token[CSRF_TOKEN + 1];
	struct cookie_seen seen;
	seen_cookie(x->r, x->p, REGISTRY_CSRF, false, &seen);
	struct str binding = csrf_binding(x->r->arena, x->after->session);
	if (good_token(x->site, x->tenant, x->r, x->p, x->after->session).n) return;
	if (csrf_make(x->site->vault, x->tenant->host, binding, clock_now(), token)) set(x, REGISTRY_CSRF, str_of(token), 0);
}

bool visitor_asked(const struct httpd_request *r, int64_t *account, int64_t *key)
{
	const struct visitor_after *after = r->note;
	if (!after) return false;
	*account = after->account;
	*key = after->key;
	return true;
}

void visitor_finish(struct site *s, const struct httpd_request *r, struct httpd_reply *p)
{
	const struct visitor_after *after = r->note;
	if (!after || !after->navigation || after->signed_out || r->method != HTTPD_GET) return;
	/* A page of sign-in leads on whoever is signed in: strangers' cookies that are sent there only are seen on the way. */
	bool page = httpd_reply_is_page(p);
	if (!page && httpd_reply_get_status(p) != SEE_OTHER) return;
	struct ending x = { .site = s, .r = r, .p = p, .after = after, .tenant = tenants_hold_or_null(s->tenants, after->tenant) };
	if (!x.tenant) return;
	for (int c = 0; c < REGISTRY_COOKIES; c++) clean(&x, (enum registry_cookie)c);
	if (after->session && page) {
		if (after->session->renew) renew(&x);
		if (!httpd_cookie_given(p, &registry_cookie_specs[REGISTRY_CSRF])) complete_token(&x);
	}
	tenant_release(s->tenants, x.tenant);
}
