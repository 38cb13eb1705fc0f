/* What libmicrohttpd calls: a connection begins and ends, a request arrives piece by piece. Answers
 * from the cache leave from here; everything else becomes a visit. Runs on the http thread, except
 * run_in_lane. */
#include "httpd/inside.h"
#include "clock/clock.h"
#include <stdlib.h>
#include <sys/socket.h>

enum { DISCARD = 8 << 20, LINE_MOST = 1 << 20 };

static bool is_draining(const struct httpd *h)
{
	return atomic_load_explicit(&h->drain_until_ns, memory_order_relaxed) != 0;
}

/* --- small answers ---------------------------------------------------------------------------- */

static void queue(struct conn *c, int status, struct MHD_Response *r)
{
	c->status = status;
	(void)MHD_queue_response(c->mhd, (unsigned)status, r);
}

static void respond(struct visit *v)
{
	struct conn *c = v->conn;
	if (!v->response) v->response = response_of(v);
	c->bytes = v->request.method == HTTPD_HEAD ? 0 : v->bytes;
	served_visit(c, v);
	queue(c, v->finished.status, v->response);
	MHD_destroy_response(v->response); /* the queue holds its own reference */
	v->response = NULL;
}

void visit_refuse(struct visit *v)
{
	visit_fail(v);
	visit_finish(v);
	respond(v);
}

/* --- the cache -------------------------------------------------------------------------------- */

uint64_t generation_of(const struct httpd *h, int64_t tenant)
{
	/* acquire: pairs with httpd_forget, whose caller published before */
	return atomic_load_explicit(&h->generations[(uint64_t)tenant % GENERATIONS], memory_order_acquire);
}

/* "Content-Length : 5" is a length to one reader and nothing to another, and the body then the next request. */
static bool is_odd_name(struct str name)
{
	return name.n == 0 || name.p[name.n - 1] == ' ' || name.p[name.n - 1] == '\t';
}

/* The library ends every value at its first NUL, and what follows would be lost without a word (PAR-4). Names and values are
 * views of the text as it was received, where two NULs have taken the place of the end of the line: what does not go on there
 * as it must hides something. */
static bool hides_bytes(struct look *l, const char *name, struct str value)
{
	bool hidden = l->line_end && name > l->line_end && name - l->line_end < LINE_MOST && name - l->line_end > 2;
	l->line_end = value.p ? value.p + value.n : NULL;
	/* After the last line stands an empty one; after any other, its name. */
	return hidden || (l->line_end && l->line_end[1] != '\0' && l->line_end[1] != '\n');
}

static enum MHD_Result look_at(void *arg, enum MHD_ValueKind kind, const char *name,
                               const char *value)
{
	struct look *l = arg;
	(void)kind;
	struct str n = str_of(name);
	struct str v = str_of(value);
	l->hides = hides_bytes(l, name, v) || is_odd_name(n) || l->hides;
	served_note(l, n, v);
	switch (n.n) {
	case 3:
		/* Any value but 1 is as if the field were absent (CON-14), for the kept answers too. */
		if (str_eq_nocase(n, STR("dnt")) && str_eq(str_trim(v), STR("1"))) l->key.flags |= CACHE_DNT;
		break;
	case 4:
		if (str_eq_nocase(n, STR("host"))) {
			l->key.host = v;
			l->hosts++;
		}
		break;
	case 6:
		if (str_eq_nocase(n, STR("cookie"))) l->barred = true;
		break;
	case 7:
		if (str_eq_nocase(n, STR("sec-gpc")) && str_eq(str_trim(v), STR("1"))) l->key.flags |= CACHE_GPC;
		break;
	case 9:
		if (str_eq_nocase(n, STR("forwarded"))) {
			l->barred = l->barred || l->forwarded.n; /* several fields are one list; that is read the long way */
			l->forwarded = v;
		}
		break;
	case 13:
		if (str_eq_nocase(n, STR("authorization"))) l->barred = true;
		if (str_eq_nocase(n, STR("if-none-match"))) l->if_none_match = v;
		break;
	case 14:
		if (str_eq_nocase(n, STR("content-length"))) l->has_body = !str_eq(v, STR("0"));
		break;
	case 15:
		if (str_eq_nocase(n, STR("accept-encoding"))) l->key.coding = coding_of(v);
		if (str_eq_nocase(n, STR("accept-language"))) l->key.language = v;
		break;
	case 16:
		if (str_eq_nocase(n, STR("x-forwarded-host"))) l->forwarded_host = v;
		break;
	case 17:
		if (str_eq_nocase(n, STR("x-forwarded-proto"))) l->forwarded_proto = v;
		if (str_eq_nocase(n, STR("transfer-encoding"))) l->has_body = true;
		break;
	default:
		break;
	}
	return MHD_YES;
}

/* What cannot be read, or names another host, is for the long way to tell. */
static void look_forwarded(const struct proxies *x, const struct conn *c, struct look *l)
{
	auto_arena a = ARENA_INIT;
	struct forwarded f = { .client = c->peer };
	struct err e = { 0 };
	if (!l->forwarded.n) return;
	if (!forwarded_read(x, &a, l->forwarded, &f, &e) || f.host.n) {
		l->barred = true;
		return;
	}
	l->client = f.client;
	l->has_client = true;
	if (f.https) l->key.flags |= CACHE_HTTPS;
}

static void look(struct conn *c, struct str method)
{
	const struct proxies *x = &c->h->server.proxies;
	struct look *l = &c->look;
	bool get = str_eq(method, STR("GET"));
	*l = (struct look){ .key = { .target = buf_str(&c->target) },
		            .get = get,
		            .reads = get || str_eq(method, STR("HEAD")) };
	MHD_get_connection_values(c->mhd, MHD_HEADER_KIND, look_at, l);
	if (x->n == 0 || !proxies_trust(x, &c->peer)) return;
	if (x->forwarded) {
		look_forwarded(x, c, l);
		return;
	}
	if (!l->forwarded_proto.n && !l->forwarded_host.n) return;
	if (str_eq(l->forwarded_proto, STR("https"))) l->key.flags |= CACHE_HTTPS;
	else if (l->forwarded_proto.n && !str_eq(l->forwarded_proto, STR("http"))) l->barred = true;
	if (x->trust_host && l->forwarded_host.n) l->key.host = l->forwarded_host;
}

/* The times of an answer are those of its making; given again it would tell what is not so. All answers are
 * sent by this thread, so one that is kept may lose a field. */
static void forget_timing(struct MHD_Response *r)
{
	static const char name[] = "Server-Timing";
	const char *value = MHD_get_response_header(r, name);
	if (value) (void)MHD_del_response_header(r, name, value);
}

static bool answer_from_cache(struct conn *c, const struct look *l)
{
	struct httpd *h = c->h;
	if (!h->cache_or_null || is_draining(h) || !l->reads || l->barred || l->has_body ||
	    l->hosts != 1)
		return false;
	const struct cache_answer *a = cache_find(h->cache_or_null, &l->key, h, h->now_s);
	atomic_fetch_add_explicit(a ? &h->hits : &h->misses, 1, memory_order_relaxed);
	if (!a) return false;
	bool fresh = a->fresh_or_null && l->if_none_match.n && etag_matches(l->if_none_match, a->etag);
	forget_timing(fresh ? a->fresh_or_null : a->response);
	c->from_cache = true;
	c->bytes = fresh ? 0 : (int64_t)a->bytes;
	served_kept(c, a, fresh ? 304 : a->status);
	queue(c, fresh ? 304 : a->status, fresh ? a->fresh_or_null : a->response);
	return true;
}

static void keep_answer(struct visit *v)
{
	struct httpd *h = v->conn->h;
	const struct httpd_reply *p = &v->reply;
	int s = v->finished.status;
	bool kind = s == 200 || s == 301 || s == 308 || s == 404 || s == 410;
	bool body = p->body == BODY_BUF || p->body == BODY_STATIC || p->body == BODY_NONE;
	if (!h->cache_or_null || !v->may_cache || p->cacheable_s <= 0 || !kind || !body) return;
	if (p->cookies.n || v->closing || v->request.method != HTTPD_GET) return;
	if (!(p->vary & HTTPD_VARY_SIGNALS)) v->key.flags &= CACHE_HTTPS;
	struct cache_answer a = { .response = v->response,
		                  .status = s,
		                  .etag = p->etag,
		                  .bytes = (size_t)v->bytes,
		                  .tenant = v->request.tenant,
		                  .generation = v->generation,
		                  .epoch = v->epoch,
		                  .by_language = p->vary & HTTPD_VARY_LANGUAGE,
		                  .until_s = h->now_s + p->cacheable_s };
	if (a.generation != generation_of(h, a.tenant)) return;
	a.fresh_or_null = response_fresh_of(v);
	served_keep(v, &a);
	cache_store(h->cache_or_null, &v->key, &a);
	v->response = NULL; /* the cache has it */
	uint64_t bytes, entries;
	cache_sizes(h->cache_or_null, &bytes, &entries);
	atomic_store_explicit(&h->cache_bytes, bytes, memory_order_relaxed);
	atomic_store_explicit(&h->cache_entries, entries, memory_order_relaxed);
}

/* --- visits ----------------------------------------------------------------------------------- */

static void run_in_lane(void *arg)
{
	struct visit *v = arg;
	struct bell *bell = v->server->o->bell;
	if (body_last(v)) {
		visit_run(v);
	} else {
		visit_fail(v);
		visit_finish(v);
	}
	bell_unset(bell, &v->alarm);
	if (v->reply.body != BODY_SPOOL) v->response = response_of(v);
	httpd_hand_back(v);
}

static void fire(struct visit *v, enum why why)
{
	int none = WHY_NOT;
	atomic_compare_exchange_strong(&v->why, &none, (int)why);
	cancel_fire(&v->cancel);
}

static void ring(void *arg) { fire(arg, WHY_DEADLINE); }

void visit_start(struct visit *v)
{
	struct conn *c = v->conn;
	struct httpd *h = c->h;
	const struct httpd_route *route = v->request.route_or_null;
	v->generation = generation_of(h, v->request.tenant);
	v->epoch = atomic_load_explicit(&h->epoch, memory_order_acquire);
	v->closing = v->closing || is_draining(h);
	if (route->flags & HTTPD_INLINE) {
		visit_run(v);
		v->response = response_of(v);
		visit_come_back(v);
		return;
	}
	int ms = route->deadline_ms ? route->deadline_ms : h->o.deadline_ms;
	v->alarm = (struct bell_alarm){ .ring = ring, .arg = v };
	bell_set(h->o.bell, &v->alarm, clock_monotonic_ns() + (int64_t)ms * 1000000);
	v->in_lane = true;
	if (!lane_put(h->o.lanes[route->lane], v->request.tenant, run_in_lane, v)) {
		v->in_lane = false;
		bell_unset(h->o.bell, &v->alarm);
		err_set(&v->err, ERR_BUSY, "%s", err_kind(ERR_BUSY)->sentence);
		visit_refuse(v);
		return;
	}
	h->in_lanes++;
	atomic_store_explicit(&h->in_flight, h->in_lanes, memory_order_relaxed);
	c->suspended = true;
	MHD_suspend_connection(c->mhd);
}

void visit_come_back(struct visit *v)
{
	struct conn *c = v->conn;
	struct httpd *h = c->h;
	if (v->pieces) {
		body_back(v);
		return;
	}
	if (v->in_lane) {
		v->in_lane = false;
		h->in_lanes--;
		atomic_store_explicit(&h->in_flight, h->in_lanes, memory_order_relaxed);
	}
	if (!v->response) v->response = response_of(v);
	if (!v->closing && is_draining(h)) {
		v->closing = true;
		(void)MHD_add_response_header(v->response, "Connection", "close");
	}
	c->bytes = v->request.method == HTTPD_HEAD ? 0 : v->bytes;
	served_visit(c, v);
	queue(c, v->finished.status, v->response);
	keep_answer(v);
	if (v->response) MHD_destroy_response(v->response);
	v->response = NULL;
	if (!c->suspended) return;
	c->suspended = false;
	MHD_resume_connection(c->mhd);
}

void conn_gone(struct conn *c)
{
	c->hung_up = true;
	c->hung_taken = -1;
	if (c->visit && c->visit->in_lane) fire(c->visit, WHY_GONE);
	if (c->stream) {
		c->stream->gone = true;
		stream_resume(c->stream);
	}
}

void conn_cut(struct conn *c, bool at_once)
{
	if (c->visit && c->visit->in_lane) fire(c->visit, WHY_DRAIN);
	if (c->stream || at_once || c->reading) conn_shut(c);
}

void conn_shut(struct conn *c)
{
	if (c->stream) {
		c->stream->gone = true;
		stream_resume(c->stream);
	}
	shutdown(c->source.fd, SHUT_RDWR);
}

/* --- reading a request ------------------------------------------------------------------------ */

struct heads {
	struct visit *v;
	VEC(struct httpd_pair) list;
};

static enum MHD_Result take_head(void *arg, enum MHD_ValueKind kind, const char *name, size_t nname,
                                 const char *value, size_t nvalue)
{
	struct heads *t = arg;
	struct arena *a = &t->v->arena;
	(void)kind;
	struct str text = value ? str_make(value, nvalue) : str_make("", 0);
	vec_push(a, &t->list,
	         (struct httpd_pair){ arena_str(a, str_make(name, nname)), arena_str(a, text) });
	return MHD_YES;
}

/* A visit from what libmicrohttpd has read. */
static struct visit *begin_visit(struct conn *c, struct str method)
{
	struct visit *v = visit_new(&c->h->server);
	struct heads t = { .v = v };
	MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, take_head, &t);
	v->request.headers = t.list.p;
	v->request.nheaders = t.list.n;
	v->request.method = method_of(method);
	v->request.started_ns = c->started_ns;
	v->conn = c;
	c->visit = v;
	return v;
}

/* Everything that can be said before a body is read. */
static void arrive(struct conn *c, struct str method)
{
	struct httpd *h = c->h;
	const struct look *l = &c->look;
	if (!l->hides && answer_from_cache(c, l)) return;
	struct visit *v = begin_visit(c, method);
	v->hides = l->hides;
	struct str target = arena_str(&v->arena, buf_str(&c->target));
	v->may_cache = l->get && !l->barred && !l->has_body && l->hosts == 1;
	v->key = l->key;
	v->key.host = arena_str(&v->arena, l->key.host);
	v->key.language = arena_str(&v->arena, l->key.language);
	v->key.target = target;
	v->closing = is_draining(h);
	if (!visit_read(v, target, &c->peer)) {
		visit_refuse(v);
	} else if (c->metrics ? !metrics_route(h, v) : !visit_route(v)) {
		visit_finish(v);
		respond(v);
	} else if (!body_begin(v)) {
		visit_refuse(v);
	} else if (l->has_body) {
		if (!body_asks(v)) c->reading = true;
	} else {
		visit_start(v);
	}
}

static enum MHD_Result more(struct conn *c, const char *bytes, size_t *n)
{
	struct visit *v = c->visit;
	if (*n) {
		body_take(v, str_make(bytes, *n));
		*n = 0;
		return c->discarded > DISCARD ? MHD_NO : MHD_YES;
	}
	/* Called again for its headers, after a worker has looked at them. */
	if (v->taken == 0 && v->folder.n) return MHD_YES;
	c->reading = false;
	if (v->crowded) {
		if (v->err.code == ERR_NONE) err_set(&v->err, ERR_BUSY, "as much is being sent to this server as it can hold; please try again in a minute");
		visit_refuse(v);
		return MHD_YES;
	}
	if (v->body.over) {
		err_set(&v->err, ERR_TOO_LARGE, "the body has more than %zu bytes", v->body.max);
		visit_refuse(v);
		return MHD_YES;
	}
	if (v->sift_or_null) buf_put(&v->given, buf_str(&v->body));
	v->request.body = buf_str(&v->body);
	visit_start(v);
	return MHD_YES;
}

/* Called when the headers are there, for every piece of a body, and at the end of the request. An
 * answer given at the first call would close the connection, so only what has a body is looked at
 * then: its length may already be too much. */
static enum MHD_Result handle(void *arg, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version, const char *bytes, size_t *n,
                              void **context)
{
	(void)arg, (void)mhd, (void)url, (void)version;
	struct conn *c = *context;
	if (c->reading) return more(c, bytes, n);
	if (c->arrived) {
		*n = 0;
		return MHD_YES;
	}
	if (!c->busy) {
		c->busy = true;
		c->since_s = c->h->now_s;
		c->status = 0;
		c->bytes = 0;
		c->discarded = 0;
		c->from_cache = false;
		look(c, str_of(method));
		if (!c->look.has_body) return MHD_YES;
	}
	c->arrived = true;
	arrive(c, str_of(method));
	return MHD_YES;
}

/* Before the target is cut up and the headers are read. */
static void *note_target(void *arg, const char *target, struct MHD_Connection *mhd)
{
	(void)arg;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct conn *c = info->socket_context;
	buf_clear(&c->target);
	buf_put(&c->target, str_of(target));
	/* The library would now make a table of the parameters that url.c reads anyway, out of the
	 * connection's memory: several hundred of them and it hangs up without a word. The text is the
	 * library's own buffer, not a constant; cut behind the question mark there is nothing to parse. */
	char *question = (char *)(uintptr_t)strchr(target, '?');
	if (question) question[1] = '\0';
	c->started_ns = clock_monotonic_ns();
	return c;
}

/* --- the end of a request --------------------------------------------------------------------- */

static void say(struct conn *c, int64_t us)
{
	const struct visit *v = c->visit;
	struct log *log = c->h->o.log_or_null;
	if (!log_wants(log, c->from_cache ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO)) return;
	if (!v) {
		log_say(log, LOG_LEVEL_DEBUG, "request", log_text("route", STR("cache")),
		        log_int("status", c->status), log_int("bytes", c->bytes), log_ms("ms", us));
		return;
	}
	const struct httpd_route *route = v->request.route_or_null;
	log_say(log, LOG_LEVEL_INFO, "request", log_int("request", (int64_t)v->request.id),
	        log_int("portal", v->request.tenant), log_text("method", method_name(v->request.method)),
	        log_text("route", route ? str_of(route->label ? route->label : route->pattern) : STR("-")),
	        log_int("status", c->status), log_int("bytes", c->bytes), log_ms("ms", us));
}

static void completed(void *arg, struct MHD_Connection *mhd, void **context,
                      enum MHD_RequestTerminationCode how)
{
	(void)arg, (void)mhd, (void)how;
	struct conn *c = *context;
	if (!c || !c->busy) return;
	int64_t us = (clock_monotonic_ns() - c->started_ns) / 1000;
	if (!c->metrics) {
		metrics_request(c->h->metrics, c->status, us, c->bytes, c->from_cache);
		say(c, us);
	}
	if (c->visit) {
		ensure(!c->visit->in_lane);
		visit_free(c->visit);
		c->visit = NULL;
	}
	c->busy = c->reading = c->arrived = false;
	c->since_s = c->h->now_s;
	c->received_before = UINT64_MAX;
	c->dripping_since_s = 0;
	if (c->target.cap > 4096) buf_done(&c->target);
}

/* --- connections ------------------------------------------------------------------------------ */

static struct address_count **count_of(struct httpd *h, const struct in6_addr *a)
{
	struct str key = str_make((const char *)a->s6_addr, sizeof a->s6_addr);
	struct address_count **at = &h->addresses[map_hash(key) % ADDRESSES];
	while (*at && memcmp(&(*at)->address, a, sizeof *a) != 0) at = &(*at)->next;
	return at;
}

/* False when this address has its share of connections already. */
bool address_enter(struct httpd *h, const struct in6_addr *a, bool *counted)
{
	struct in6_addr loop;
	*counted = false;
	bool v4_loop = IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127;
	bool known = address_parse(STR("::1"), &loop);
	if (v4_loop || (known && memcmp(a, &loop, sizeof loop) == 0) ||
	    proxies_trust(&h->server.proxies, a))
		return true;
	struct address_count **at = count_of(h, a);
	if (!*at) {
		*at = calloc(1, sizeof **at);
		ensure(*at != NULL);
		(*at)->address = *a;
	}
	if ((*at)->n >= h->o.connections_per_address) return false;
	(*at)->n++;
	*counted = true;
	return true;
}

static void address_leave(struct httpd *h, const struct in6_addr *a)
{
	struct address_count **at = count_of(h, a);
	struct address_count *x = *at;
	if (--x->n > 0) return;
	*at = x->next;
	free(x);
}

static void conn_begin(struct httpd *h, struct MHD_Connection *mhd, void **context)
{
	struct conn *c = calloc(1, sizeof *c);
	ensure(c != NULL);
	c->h = h;
	c->mhd = mhd;
	c->source.kind = SOURCE_CONN;
	c->source.fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	address_of_socket(
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
		&c->peer);
	c->metrics = h->accepting_metrics;
	c->counted = h->accepting_counted;
	c->target = BUF_INIT(LIMIT_URL_BYTES * 4);
	c->since_s = h->now_s;
	c->after = h->conns;
	if (h->conns) h->conns->before = c;
	h->conns = c;
	h->nconns++;
	conn_watch(c);
	*context = c;
}

static void conn_end(struct conn *c)
{
	struct httpd *h = c->h;
	conn_unwatch(c);
	*(c->before ? &c->before->after : &h->conns) = c->after;
	if (c->after) c->after->before = c->before;
	h->nconns--;
	if (c->counted) address_leave(h, &c->peer);
	ensure(!c->visit);
	if (c->stream) c->stream->conn = NULL;
	buf_done(&c->target);
	free(c);
}

static void connection(void *arg, struct MHD_Connection *mhd, void **context,
                       enum MHD_ConnectionNotificationCode what)
{
	struct httpd *h = arg;
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		conn_begin(h, mhd, context);
	} else if (*context) {
		conn_end(*context);
		*context = NULL;
	}
	atomic_store_explicit(&h->open_conns, h->nconns, memory_order_relaxed);
}

/* --- the daemon ------------------------------------------------------------------------------- */

static size_t as_it_is(void *arg, struct MHD_Connection *c, char *s)
{
	(void)arg, (void)c;
	return strlen(s); /* decoding is url.c's work */
}

static void swallow(void *arg, const char *fmt, va_list ap) { (void)arg, (void)fmt, (void)ap; }

bool daemon_start(struct httpd *h, struct err *e)
{
	h->mhd = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
			MHD_USE_ERROR_LOG,
		0, NULL, NULL, handle, h, MHD_OPTION_EXTERNAL_LOGGER, swallow, NULL,
		MHD_OPTION_URI_LOG_CALLBACK, note_target, h, MHD_OPTION_UNESCAPE_CALLBACK, as_it_is,
		NULL, MHD_OPTION_NOTIFY_COMPLETED, completed, h, MHD_OPTION_NOTIFY_CONNECTION,
		connection, h, MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_SIGPIPE_HANDLED_BY_APP,
		1, MHD_OPTION_CONNECTION_MEMORY_LIMIT, h->o.connection_bytes,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)h->most_conns + 64,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)h->o.idle_timeout_s, MHD_OPTION_END);
	if (!h->mhd) return err_set(e, ERR_SYSTEM, "the HTTP library could not start");
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	h->mhd_source = (struct source){ SOURCE_MHD, info->epoll_fd };
	return true;
}
