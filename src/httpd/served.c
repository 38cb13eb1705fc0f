/* Tells whoever counts that an answer leaves. For answers from the cache nobody has read the headers but the look that found
 * them, so what counting needs is taken there; for the others it is in the request. Runs on the http thread. */
#include "httpd/inside.h"
#include "clock/clock.h"

/* A header that counting wants to know, from either side. */
void served_note(struct look *l, struct str name, struct str value)
{
	static const struct { struct str name; size_t at; } wanted[] = {
		{ { "user-agent", 10 }, offsetof(struct httpd_served, user_agent) }, { { "referer", 7 }, offsetof(struct httpd_served, referer) },
		{ { "accept", 6 }, offsetof(struct httpd_served, accept) }, { { "sec-fetch-dest", 14 }, offsetof(struct httpd_served, fetch_dest) },
		{ { "sec-purpose", 11 }, offsetof(struct httpd_served, purpose) }, { { "purpose", 7 }, offsetof(struct httpd_served, purpose) },
		{ { "x-moz", 5 }, offsetof(struct httpd_served, purpose) }, { { "sec-gpc", 7 }, offsetof(struct httpd_served, gpc) },
		{ { "dnt", 3 }, offsetof(struct httpd_served, dnt) }, { { "cookie", 6 }, offsetof(struct httpd_served, cookie) },
		{ { "authorization", 13 }, offsetof(struct httpd_served, authorization) },
	};
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (name.n == wanted[i].name.n && str_eq_nocase(name, wanted[i].name)) *(struct str *)(void *)((char *)&l->served + wanted[i].at) = value;
	if (name.n != 15 || !str_eq_nocase(name, STR("x-forwarded-for"))) return;
	/* Several fields are one list; that is read the long way. */
	if (l->forwarded_for.n) l->barred = true;
	l->forwarded_for = value;
}

static bool is_html(struct str type) { return str_starts(type, STR("text/html")); }

static void tell(const struct conn *c, struct httpd_served *s)
{
	const struct httpd_options *o = &c->h->o;
	s->us = (clock_monotonic_ns() - c->started_ns) / 1000;
	o->hooks.served(s, o->app);
}

void served_visit(const struct conn *c, const struct visit *v)
{
	if (!c->h->o.hooks.served || c->metrics || v->request.tenant == 0) return;
	const struct httpd_request *r = &v->request;
	struct look l = { 0 };
	struct in6_addr client = { 0 };
	for (size_t i = 0; i < r->nheaders; i++) served_note(&l, r->headers[i].name, r->headers[i].value);
	struct httpd_served *s = &l.served;
	s->tenant = r->tenant;
	s->route_or_null = r->route_or_null;
	s->method = r->method;
	s->status = v->finished.status;
	s->marks = v->reply.marks;
	s->host = r->host;
	s->target = r->target;
	/* A handler that finds the reader's copy fresh says nothing of its type. */
	s->html = is_html(v->reply.type) || (s->status == 304 && v->reply.type.n == 0);
	for (size_t i = 0; i < v->finished.headers.n; i++)
		if (str_eq_nocase(v->finished.headers.p[i].name, STR("content-language"))) s->language = v->finished.headers.p[i].value;
	if (address_parse(r->client, &client)) memcpy(s->client, &client, sizeof s->client);
	tell(c, s);
}

void served_kept(struct conn *c, const struct cache_answer *a, int status)
{
	if (!c->h->o.hooks.served || c->metrics || a->tenant == 0) return;
	struct look *l = &c->look;
	struct httpd_served *s = &l->served;
	struct in6_addr client;
	if (l->has_client) client = l->client;
	else proxies_client(&c->h->server.proxies, &c->peer, c->h->server.proxies.forwarded ? STR("") : l->forwarded_for, &client);
	memcpy(s->client, &client, sizeof s->client);
	s->tenant = a->tenant;
	s->route_or_null = a->route_or_null;
	s->method = l->get ? HTTPD_GET : HTTPD_HEAD;
	s->status = status;
	s->from_cache = true;
	s->host = l->key.host;
	ptrdiff_t port = s->host.n && s->host.p[0] == '[' ? -1 : str_rfind_char(s->host, ':');
	if (port >= 0) s->host = str_sub(s->host, 0, (size_t)port);
	s->target = l->key.target;
	s->html = a->html;
	s->marks = a->marks;
	s->language = str_of(a->language);
	tell(c, s);
}

void served_keep(const struct visit *v, struct cache_answer *a)
{
	a->route_or_null = v->request.route_or_null;
	a->html = is_html(v->reply.type);
	a->marks = v->reply.marks & HTTPD_MARK_NOTHING;
	for (size_t i = 0; i < v->finished.headers.n; i++) {
		struct str value = v->finished.headers.p[i].value;
		if (!str_eq_nocase(v->finished.headers.p[i].name, STR("content-language")) || value.n >= sizeof a->language) continue;
		memcpy(a->language, value.p, value.n);
		a->language[value.n] = '\0';
	}
}
