/* One request from its text to a finished reply: reading, admission, routing, the handler, errors.
 * Knows no sockets, so that the loopback goes the same way as the wire. */
#include "httpd/inside.h"
#include "clock/clock.h"
#include <stdlib.h>

struct visit *visit_new(struct server *s)
{
	struct visit *v = calloc(1, sizeof *v);
	ensure(v != NULL);
	v->server = s;
	v->body = BUF_INIT(0);
	cancel_init(&v->cancel);
	reply_init(&v->reply, &v->arena, s->o->cookies, s->insecure);
	v->request.arena = &v->arena;
	v->request.cancel = &v->cancel;
	v->request.id = atomic_fetch_add_explicit(&s->ids, 1, memory_order_relaxed) + 1;
	v->request.started_ns = clock_monotonic_ns();
	return v;
}

void visit_free(struct visit *v)
{
	if (!v) return;
	reply_done(&v->reply);
	buf_done(&v->body);
	buf_done(&v->given);
	if (v->sift_or_null) sift_done(v->sift_or_null);
	free(v->sift_or_null);
	if (v->purse) atomic_fetch_sub_explicit(v->purse, v->held, memory_order_relaxed);
	cancel_done(&v->cancel);
	arena_done(&v->arena);
	free(v);
}

bool httpd_is_loopback(struct str host)
{
	return str_eq(host, STR("localhost")) || str_ends(host, STR(".localhost")) || str_eq(host, STR("127.0.0.1")) ||
	       str_eq(host, STR("[::1]"));
}

struct str httpd_header(const struct httpd_request *r, struct str name)
{
	for (size_t i = 0; i < r->nheaders; i++)
		if (str_eq_nocase(r->headers[i].name, name)) return r->headers[i].value;
	return str_make("", 0);
}

const struct str *httpd_query_or_null(const struct httpd_request *r, struct str name)
{
	for (size_t i = 0; i < r->nquery; i++)
		if (str_eq(r->query[i].name, name)) return &r->query[i].value;
	return NULL;
}

static bool read_host(struct httpd_request *r, struct err *e)
{
	size_t hosts = 0;
	struct str text = { 0 };
	for (size_t i = 0; i < r->nheaders; i++) {
		if (!str_eq_nocase(r->headers[i].name, STR("host"))) continue;
		text = r->headers[i].value;
		hosts++;
	}
	if (hosts != 1)
		return err_set(e, ERR_BAD_REQUEST,
		               "the request must have one Host field, it has %zu", hosts);
	if (!url_read_host(r->arena, str_trim(text), &r->host, &r->port))
		return err_set(e, ERR_BAD_REQUEST, "the Host field is not a host name");
	return true;
}

/* A length said twice, or beside chunks, is how requests are smuggled past a proxy. */
static bool check_length(const struct httpd_request *r, struct err *e)
{
	size_t lengths = 0, codings = 0;
	for (size_t i = 0; i < r->nheaders; i++) {
		if (str_eq_nocase(r->headers[i].name, STR("content-length"))) lengths++;
		if (!str_eq_nocase(r->headers[i].name, STR("transfer-encoding"))) continue;
		if (!str_eq_nocase(str_trim(r->headers[i].value), STR("chunked")))
			return err_set(e, ERR_BAD_REQUEST, "the body may come in chunks, or with its length; no other coding is understood");
		codings++;
	}
	if (lengths + codings > 1)
		return err_set(e, ERR_BAD_REQUEST,
		               "the length of the body is given more than once");
	return true;
}

static bool has_control(const struct httpd_request *r)
{
	for (size_t i = 0; i < r->nheaders; i++)
		for (size_t k = 0; k < r->headers[i].value.n; k++) {
			unsigned char c = (unsigned char)r->headers[i].value.p[k];
			if ((c < ' ' && c != '\t') || c == 0x7f) return true;
		}
	return false;
}

bool visit_read(struct visit *v, struct str target, const struct in6_addr *peer)
{
	struct httpd_request *r = &v->request;
	const struct httpd_pair *cookies;
	size_t n;
	r->target = STR("/");
	r->path = r->raw_path = url_plain_start(target); /* what an error's answer may look at */
	if (v->hides || has_control(r)) return err_set(&v->err, ERR_BAD_REQUEST, "a header field holds a control character, or has no name");
	if (!check_length(r, &v->err) || !read_host(r, &v->err)) return false;
	if (!proxies_apply(&v->server->proxies, peer, r, &v->err)) return false;
	v->reply.host = r->host;
	v->reply.insecure = v->server->insecure || (!r->https && httpd_is_loopback(r->host));
	if (!url_read_target(r->arena, target, r, &v->err)) return false;
	return httpd_cookies(r, &cookies, &n, &v->err);
}

/* --- answers of the server itself ------------------------------------------------------------- */

static void answer_health(struct visit *v, bool good)
{
	httpd_reply_status(&v->reply, good ? 200 : 503);
	httpd_reply_type(&v->reply, STR("text/plain; charset=utf-8"));
	httpd_reply_cache_control(&v->reply, STR("no-store"));
	httpd_reply_static(&v->reply, good ? STR("ok\n") : STR("not ready\n"));
}

static bool is_own_path(struct visit *v)
{
	const struct httpd_options *o = v->server->o;
	struct str path = v->request.raw_path;
	if (v->request.method != HTTPD_GET && v->request.method != HTTPD_HEAD) return false;
	if (str_eq(path, STR("/-/health"))) {
		answer_health(v, true);
		return true;
	}
	if (!str_eq(path, STR("/-/ready"))) return false;
	answer_health(v, !v->closing && (!o->hooks.ready || o->hooks.ready(o->app)));
	return true;
}

static void answer_methods(struct visit *v, unsigned methods)
{
	auto_buf allow = BUF_INIT(200);
	const struct httpd_options *o = v->server->o;
	allow_put(&allow, methods);
	if (v->request.method == HTTPD_OPTIONS) {
		if (o->hooks.options) {
			o->hooks.options(&v->request, &v->reply, o->app, buf_str(&allow));
			return;
		}
		httpd_reply_status(&v->reply, 204);
	} else {
		err_set(&v->err, ERR_METHOD, "this address answers to %.*s", STR_ARG(buf_str(&allow)));
		visit_fail(v);
	}
	struct err e = { 0 };
	bool good = httpd_reply_header(&v->reply, STR("Allow"), buf_str(&allow), &e);
	ensure(good);
}

bool visit_route(struct visit *v)
{
	const struct httpd_options *o = v->server->o;
	struct httpd_request *r = &v->request;
	struct match m;
	if (is_own_path(v)) return false;
	router_find(v->server->router, r->arena, r->raw_path, r->method, &m);
	bool open = m.route_or_null && (m.route_or_null->flags & HTTPD_ANY_HOST);
	if (!open && o->hooks.admit && !o->hooks.admit(r, &v->reply, o->app, &v->err)) {
		if (v->err.code != ERR_NONE) visit_fail(v);
		return false;
	}
	if (m.route_or_null) {
		r->route_or_null = m.route_or_null;
		memcpy(r->holes, m.holes, sizeof r->holes);
		return true;
	}
	if (m.methods || r->method == HTTPD_METHODS) {
		answer_methods(v, m.methods);
		return false;
	}
	err_set(&v->err, ERR_NO_ROUTE, "%s", err_kind(ERR_NO_ROUTE)->sentence);
	visit_fail(v);
	return false;
}

/* --- running ---------------------------------------------------------------------------------- */

static void log_failed(struct visit *v, int status)
{
	const struct httpd_route *route = v->request.route_or_null;
	struct str where = route ? str_of(route->label ? route->label : route->pattern) : STR("-");
	if (status < 500 || v->err.code == ERR_BUSY) return;
	log_say(v->server->o->log_or_null, LOG_LEVEL_ERROR, "request_failed",
	        log_int("request", (int64_t)v->request.id), log_int("portal", v->request.tenant),
	        log_text("route", where), log_text("error", str_of(err_kind(v->err.code)->word)),
	        log_text("where", str_of(v->err.where)), log_text("message", str_of(v->err.pub)),
	        log_text("cause", str_of(v->err.priv)));
}

void visit_fail(struct visit *v)
{
	const struct httpd_options *o = v->server->o;
	int why = atomic_load_explicit(&v->why, memory_order_acquire);
	int status = err_kind(v->err.code)->status;
	if (v->err.code == ERR_CANCELLED && why == WHY_DRAIN) status = 503;
	if (why == WHY_GONE) status = 499; /* nobody reads it; the counters should not blame us */
	httpd_reply_reset(&v->reply);
	httpd_reply_status(&v->reply, status);
	if (v->err.code == ERR_RESTORING) httpd_reply_lit(&v->reply, "Retry-After", "20");
	else if (status == 503) httpd_reply_lit(&v->reply, "Retry-After", "2");
	if (why != WHY_GONE) log_failed(v, status);
	if (o->hooks.error) {
		o->hooks.error(&v->request, &v->reply, o->app, &v->err);
		return;
	}
	httpd_reply_type(&v->reply, STR("text/plain; charset=utf-8"));
	struct str said = str_of(status >= 500 || !v->err.pub[0] ? err_kind(v->err.code)->sentence
	                                                         : v->err.pub);
	httpd_reply_bytes(&v->reply, arena_join(&v->arena, said, STR("\n")));
}

static void tell_refused(struct visit *v)
{
	const struct httpd_options *o = v->server->o;
	struct httpd *h = v->server->httpd_or_null;
	const struct httpd_route *route = v->request.route_or_null;
	for (size_t i = 0; i < v->reply.refused.n; i++) {
		if (h) metrics_refused_cookie(h->metrics);
		if (o->hooks.refused) o->hooks.refused(&v->request, o->app, v->reply.refused.p[i]);
	}
	log_say(o->log_or_null, LOG_LEVEL_ERROR, "cookie.undeclared", log_int("request", (int64_t)v->request.id),
	        log_text("route", route ? str_of(route->label ? route->label : route->pattern) : STR("-")),
	        log_int("cookies", (int64_t)v->reply.refused.n));
}

void visit_finish(struct visit *v)
{
	const struct httpd_options *o = v->server->o;
	if (o->hooks.finish) o->hooks.finish(&v->request, &v->reply, o->app);
	finish(&v->request, &v->reply, v->closing, &v->finished);
	if (!v->reply.refused.n) return;
	tell_refused(v);
#ifdef STOA_TEST_CONTROL
	if (v->finished.status == 500) return;
	httpd_reply_reset(&v->reply);
	httpd_reply_status(&v->reply, 500);
	httpd_reply_bytes(&v->reply, STR("a cookie was refused\n"));
	finish(&v->request, &v->reply, v->closing, &v->finished);
#endif
}

void visit_run(struct visit *v)
{
	const struct httpd_route *route = v->request.route_or_null;
	struct err *e = &v->err;
	v->request.run_ns = clock_monotonic_ns();
	bool good = !cancel_fired(&v->cancel) && route->run(&v->request, &v->reply, v->server->o->app, e);
	if (!good && e->code == ERR_NONE) {
		if (cancel_fired(&v->cancel)) err_set(e, ERR_CANCELLED, "%s", err_kind(ERR_CANCELLED)->sentence);
		else err_set(e, ERR_SYSTEM, "the answer is missing");
	}
	if (!good) visit_fail(v);
	visit_finish(v);
}
