/* The life of the server: addresses, the loop of the http thread, the sweep of slow clients,
 * drain. The loop waits for four things: libmicrohttpd's own epoll, the listeners, connections
 * whose client hung up while somebody works for it, and a bell rung by workers. */
#include "httpd/inside.h"
#include "clock/clock.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { EVENTS = 256, ACCEPTS = 64, TICK_MS = 1000, BACKLOG = 1024, SLOW_BODY_S = 60 };

/* --- other threads ---------------------------------------------------------------------------- */

void httpd_wake_loop(struct httpd *h)
{
	uint64_t one = 1;
	ssize_t n = write(h->wake.fd, &one, sizeof one);
	ensure(n == (ssize_t)sizeof one || errno == EAGAIN); /* a full counter wakes too */
}

void httpd_hand_back(struct visit *v)
{
	struct httpd *h = v->server->httpd_or_null;
	v->next = NULL;
	lock_take(&h->lock);
	bool first = !h->done;
	*h->done_end = v;
	h->done_end = &v->next;
	lock_give(&h->lock);
	if (first) httpd_wake_loop(h);
}

void httpd_forget(struct httpd *h, int64_t tenant)
{
	/* release: who sees the new generation sees what was published before it */
	if (tenant == 0) atomic_fetch_add_explicit(&h->epoch, 1, memory_order_acq_rel);
	else
		atomic_fetch_add_explicit(&h->generations[(uint64_t)tenant % GENERATIONS], 1,
		                          memory_order_acq_rel);
}

/* --- the loop --------------------------------------------------------------------------------- */

static void watch(struct httpd *h, struct source *s, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data = { .ptr = s } };
	(void)epoll_ctl(h->loop, EPOLL_CTL_ADD, s->fd, &ev);
}

void conn_watch(struct conn *c) { watch(c->h, &c->source, EPOLLRDHUP | EPOLLET); }

static void unwatch(struct httpd *h, struct source *s)
{
	(void)epoll_ctl(h->loop, EPOLL_CTL_DEL, s->fd, NULL);
}

void conn_unwatch(struct conn *c) { unwatch(c->h, &c->source); }

static void pause_listening(struct httpd *h, bool pause)
{
	if (h->paused == pause) return;
	h->paused = pause;
	for (size_t i = 0; i < h->nlisteners; i++) {
		if (h->listeners[i].kind == SOURCE_METRICS_LISTENER) continue;
		if (pause) unwatch(h, &h->listeners[i]);
		else watch(h, &h->listeners[i], EPOLLIN);
	}
}

static void accept_some(struct httpd *h, const struct source *s)
{
	for (int i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage from;
		socklen_t n = sizeof from;
		if (h->nconns >= h->most_conns && s->kind == SOURCE_LISTENER) {
			pause_listening(h, true);
			return;
		}
		int fd = accept4(s->fd, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
			    errno == ENOBUFS)
				pause_listening(h, true);
			return;
		}
		struct in6_addr peer;
		address_of_socket((struct sockaddr *)&from, &peer);
		h->accepting_metrics = s->kind == SOURCE_METRICS_LISTENER;
		if (!address_enter(h, &peer, &h->accepting_counted)) {
			atomic_fetch_add_explicit(&h->refused, 1, memory_order_relaxed);
			close(fd);
			continue;
		}
		/* It closes fd itself when it fails. */
		(void)MHD_add_connection(h->mhd, fd, (struct sockaddr *)&from, n);
	}
}

/* One at a time: a stream may be woken again while others are still being taken. */
static struct stream *next_woken(struct httpd *h)
{
	lock_take(&h->lock);
	struct stream *t = h->woken;
	if (t) {
		h->woken = t->next;
		t->queued = false;
	}
	lock_give(&h->lock);
	return t;
}

static void take_over(struct httpd *h)
{
	uint64_t rung;
	ssize_t n = read(h->wake.fd, &rung, sizeof rung);
	(void)n;
	lock_take(&h->lock);
	struct visit *done = h->done;
	h->done = NULL;
	h->done_end = &h->done;
	lock_give(&h->lock);
	for (struct stream *t; (t = next_woken(h)) != NULL;) stream_resume(t);
	while (done) {
		struct visit *v = done;
		done = v->next;
		visit_come_back(v);
	}
}

static const int64_t GRACE_NS = 2000000000; /* for the answers of handlers that were cancelled */

/* --- slow and idle clients -------------------------------------------------------------------- */

static uint64_t received(const struct conn *c)
{
	struct tcp_info info;
	socklen_t n = sizeof info;
	memset(&info, 0, sizeof info);
	if (getsockopt(c->source.fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0) return 0;
	return info.tcpi_bytes_received;
}

/* libmicrohttpd closes what is silent for too long; here end those that drip a byte now and
 * then. */
static void sweep_idle(struct conn *c)
{
	struct httpd *h = c->h;
	if (h->now_s - c->since_s < 2) return;
	uint64_t bytes = received(c);
	if (c->received_before == UINT64_MAX) c->received_before = bytes;
	if (bytes == c->received_before) return;
	if (!c->dripping_since_s) c->dripping_since_s = h->now_s - 2;
	if (h->now_s - c->dripping_since_s >= h->o.header_timeout_s) conn_shut(c);
}

/* The library may miss that a client hangs up in the middle of a body: it waits for an event that came while the connection rested. */
static bool is_hung(struct conn *c)
{
	if (!c->hung_up || !c->reading || c->suspended || !c->visit) return false;
	int64_t before = c->hung_taken;
	c->hung_taken = c->visit->taken;
	return before == c->hung_taken;
}

static void sweep(struct httpd *h)
{
	int64_t drain_ns = atomic_load_explicit(&h->drain_until_ns, memory_order_relaxed);
	int64_t late_ns = drain_ns ? clock_monotonic_ns() - drain_ns : -1;
	for (struct conn *c = h->conns, *after; c; c = after) {
		after = c->after;
		if (drain_ns && !c->busy) conn_shut(c);
		else if (late_ns >= 0) conn_cut(c, late_ns >= GRACE_NS);
		else if (!c->busy) sweep_idle(c);
		else if (is_hung(c) || (c->reading && h->now_s - c->since_s >= SLOW_BODY_S)) conn_shut(c);
	}
	if (h->paused && !drain_ns && h->nconns < h->most_conns) pause_listening(h, false);
}

static void remove_unix(int fd)
{
	struct sockaddr_un at = { 0 };
	socklen_t n = sizeof at - 1;
	if (getsockname(fd, (struct sockaddr *)&at, &n) == 0 && at.sun_family == AF_UNIX && at.sun_path[0]) (void)unlink(at.sun_path);
}

static void close_listeners(struct httpd *h)
{
	for (size_t i = 0; i < h->nlisteners; i++) {
		if (h->listeners[i].fd < 0) continue;
		unwatch(h, &h->listeners[i]);
		remove_unix(h->listeners[i].fd);
		close(h->listeners[i].fd);
		h->listeners[i].fd = -1;
	}
}

static bool is_conn(const struct epoll_event *ev) { return ((const struct source *)ev->data.ptr)->kind == SOURCE_CONN; }

static void handle_event(struct httpd *h, const struct epoll_event *ev)
{
	struct source *s = ev->data.ptr;
	switch (s->kind) {
	case SOURCE_CONN:
		conn_gone((struct conn *)(void *)s);
		break;
	case SOURCE_WAKE:
		take_over(h);
		break;
	case SOURCE_LISTENER:
	case SOURCE_METRICS_LISTENER:
		if (s->fd >= 0) accept_some(h, s);
		break;
	case SOURCE_MHD:
		break;
	}
}

static int patience(struct httpd *h)
{
	MHD_UNSIGNED_LONG_LONG ms;
	if (MHD_get_timeout(h->mhd, &ms) != MHD_YES || ms > TICK_MS) return TICK_MS;
	return (int)ms;
}

static void *serve(void *arg)
{
	struct httpd *h = arg;
	struct epoll_event events[EVENTS];
	sigset_t pipe;
	pthread_setname_np(pthread_self(), "http");
	/* A client that hangs up is an error of that send, not a signal. */
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, NULL);
	bool draining = false;
	int64_t swept_ns = 0;
	for (;;) {
		int n = epoll_wait(h->loop, events, EVENTS, patience(h));
		int64_t now = clock_monotonic_ns();
		h->now_s = now / 1000000000;
		/* Connections end inside the library only: in MHD_run, and where new ones are handed to it. So the events of living ones
		 * go first, and what is read of the others afterwards is no connection. */
		int others = 0;
		for (int i = 0; i < n; i++) {
			if (is_conn(&events[i])) handle_event(h, &events[i]);
			else events[others++] = events[i];
		}
		for (int i = 0; i < others; i++) handle_event(h, &events[i]);
		MHD_run(h->mhd);
		int64_t drain_ns = atomic_load_explicit(&h->drain_until_ns, memory_order_acquire);
		if (drain_ns && !draining) {
			draining = true;
			close_listeners(h);
			swept_ns = 0;
		}
		if (now - swept_ns >= (drain_ns ? 50000000 : (int64_t)TICK_MS * 1000000)) {
			swept_ns = now;
			sweep(h);
		}
		if (draining && h->nconns == 0) return NULL;
	}
}

/* --- opening ---------------------------------------------------------------------------------- */

static bool resolve(const char *text, int port, struct sockaddr_storage *out, socklen_t *n,
                    struct err *e)
{
	struct in6_addr a;
	if (!address_parse(str_of(text), &a))
		return err_set(
			e, ERR_USAGE,
			"\"%s\" is not an address to listen on; 127.0.0.1, ::1 or 0.0.0.0 are",
			text);
	memset(out, 0, sizeof *out);
	if (IN6_IS_ADDR_V4MAPPED(&a)) {
		struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
		memcpy(&in.sin_addr, a.s6_addr + 12, 4);
		memcpy(out, &in, sizeof in);
		*n = sizeof in;
	} else {
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
			                    .sin6_port = htons((uint16_t)port),
			                    .sin6_addr = a };
		memcpy(out, &in6, sizeof in6);
		*n = sizeof in6;
	}
	return true;
}

static int bound_port(int fd)
{
	struct sockaddr_storage at;
	socklen_t n = sizeof at;
	if (getsockname(fd, (struct sockaddr *)&at, &n) != 0) return -1;
	if (at.ss_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, &at, sizeof in6);
		return ntohs(in6.sin6_port);
	}
	struct sockaddr_in in;
	memcpy(&in, &at, sizeof in);
	return ntohs(in.sin_port);
}

/* A socket of this machine, for a proxy beside: anybody here may speak to it, as with loopback. What a former server left is in the way. */
static bool listen_unix(struct httpd *h, const char *path, struct err *e)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct stat s;
	if (h->nlisteners == LISTENERS) return err_set(e, ERR_USAGE, "more than %d addresses to listen on", LISTENERS);
	if (path[0] != '/' || strlen(path) >= sizeof at.sun_path) return err_set(e, ERR_USAGE, "listen: a path of 2 to 107 bytes that begins with / must follow \"unix:\"");
	memcpy(at.sun_path, path, strlen(path) + 1);
	if (lstat(path, &s) == 0 && S_ISSOCK(s.st_mode)) (void)unlink(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) return err_os(e, "socket for %s", path);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || chmod(path, 0666) != 0 || listen(fd, BACKLOG) != 0) {
		err_set(e, ERR_SYSTEM, "the socket of `listen` cannot be made: is its folder there and writable?");
		err_cause(e, "%s: errno %d", path, errno);
		close(fd);
		return false;
	}
	h->listeners[h->nlisteners++] = (struct source){ SOURCE_LISTENER, fd };
	return true;
}

static bool listen_on(struct httpd *h, const char *address, int port, enum source_kind kind,
                      int *got, struct err *e)
{
	struct sockaddr_storage at;
	socklen_t n = 0;
	if (h->nlisteners == LISTENERS)
		return err_set(e, ERR_USAGE, "more than %d addresses to listen on", LISTENERS);
	if (!resolve(address, port, &at, &n, e)) return false;
	int fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 && errno == EAFNOSUPPORT && at.ss_family == AF_INET6)
		return true; /* a machine without IPv6 */
	if (fd < 0) return err_os(e, "socket for %s", address);
	int on = 1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (at.ss_family == AF_INET6) (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&at, n) != 0 || listen(fd, BACKLOG) != 0) {
		int why = errno;
		close(fd);
		if (why == EADDRNOTAVAIL && at.ss_family == AF_INET6 && h->nlisteners) return true;
		return err_set(e, ERR_SYSTEM,
		               why == EADDRINUSE      ? "port %d of %s is in use by another program: stop it, or choose another port with --port"
		               : why == EACCES        ? "port %d of %s may not be used by this account: take one above 1023, with a proxy before it"
		               : why == EADDRNOTAVAIL ? "port %d of %s cannot be listened on: this machine has no such address"
		                                      : "port %d of %s cannot be listened on",
		               port, address);
	}
	h->listeners[h->nlisteners++] = (struct source){ kind, fd };
	*got = bound_port(fd);
	return true;
}

static size_t raise_file_limit(void)
{
	struct rlimit l;
	if (getrlimit(RLIMIT_NOFILE, &l) != 0) return 1024;
	if (l.rlim_cur < l.rlim_max) {
		l.rlim_cur = l.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &l);
		(void)getrlimit(RLIMIT_NOFILE, &l);
	}
	return l.rlim_cur > 1000000 ? 1000000 : (size_t)l.rlim_cur;
}

static void set_defaults(struct httpd *h)
{
	struct httpd_options *o = &h->o;
	if (!o->deadline_ms) o->deadline_ms = 15000;
	if (!o->header_timeout_s) o->header_timeout_s = 10;
	if (!o->idle_timeout_s) o->idle_timeout_s = 30;
	if (!o->connections_per_address) o->connections_per_address = 512;
	if (!o->connection_bytes) o->connection_bytes = 40 * 1024;
	if (!o->bodies_bytes) o->bodies_bytes = (size_t)512 << 20;
	size_t files = raise_file_limit();
	size_t most = files > 1024 ? files - 512 : files / 2; /* the engine and the store open files too */
	h->most_conns = o->connections ? num_min((size_t)o->connections, most)
	                               : num_min((size_t)16000, most);
}

static bool open_all(struct httpd *h, struct err *e)
{
	const struct httpd_options *o = &h->o;
	h->loop = epoll_create1(EPOLL_CLOEXEC);
	h->wake = (struct source){ SOURCE_WAKE, eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
	if (h->loop < 0 || h->wake.fd < 0) return err_os(e, "make the loop");
	if (!proxies_read(&h->arena, o->trusted_proxies, &h->server.proxies, e)) return false;
	h->server.proxies.trust_host = o->trust_forwarded_host;
	h->server.proxies.forwarded = o->forwarded;
	if (!router_new(&h->arena, o->routes, &h->server.router, e)) return false;
	h->port = o->port;
	h->metrics_port = -1;
	for (const char *const *a = o->listen; a && *a; a++) {
		static const struct str local = { "unix:", 5 };
		if (str_starts(str_of(*a), local)) {
			if (!listen_unix(h, *a + local.n, e)) return false;
			continue;
		}
		if (!listen_on(h, *a, h->port, SOURCE_LISTENER, &h->port, e)) return false;
	}
	if (h->nlisteners == 0) return err_set(e, ERR_USAGE, "there is no address to listen on");
	if (o->metrics_port >= 0 && !listen_on(h, "127.0.0.1", o->metrics_port,
	                                       SOURCE_METRICS_LISTENER, &h->metrics_port, e))
		return false;
	if (o->cache_bytes) h->cache_or_null = cache_new(o->cache_bytes);
	if (!daemon_start(h, e)) return false;
	watch(h, &h->wake, EPOLLIN);
	watch(h, &h->mhd_source, EPOLLIN);
	for (size_t i = 0; i < h->nlisteners; i++) watch(h, &h->listeners[i], EPOLLIN);
	h->now_s = clock_monotonic_ns() / 1000000000;
	int failed = pthread_create(&h->thread, NULL, serve, h);
	errno = failed;
	if (failed) return err_os(e, "start the http thread");
	h->started = true;
	return true;
}

bool httpd_open(const struct httpd_options *o, struct httpd **out, struct err *e)
{
	struct httpd *h = calloc(1, sizeof *h);
	ensure(h != NULL);
	h->o = *o;
	h->server = (struct server){ .o = &h->o, .httpd_or_null = h, .insecure = o->insecure_cookies };
	h->loop = h->wake.fd = -1;
	h->done_end = &h->done;
	h->metrics = metrics_new();
	lock_init(&h->lock, LOCK_HTTPD);
	set_defaults(h);
	if (!open_all(h, e)) {
		httpd_close(h);
		return false;
	}
	*out = h;
	return true;
}

int httpd_port(const struct httpd *h) { return h->port; }
int httpd_metrics_port(const struct httpd *h) { return h->metrics_port; }

void httpd_drain(struct httpd *h, int seconds)
{
	if (!h->started) return;
	int64_t until = clock_monotonic_ns() + (int64_t)seconds * 1000000000;
	atomic_store_explicit(&h->drain_until_ns, until, memory_order_release);
	httpd_wake_loop(h);
	pthread_join(h->thread, NULL);
	h->started = false;
}

void httpd_close(struct httpd *h)
{
	if (!h) return;
	httpd_drain(h, 0);
	close_listeners(h);
	if (h->mhd) MHD_stop_daemon(h->mhd);
	cache_free(h->cache_or_null);
	if (h->wake.fd >= 0) close(h->wake.fd);
	if (h->loop >= 0) close(h->loop);
	metrics_free(h->metrics);
	lock_done(&h->lock);
	arena_done(&h->arena);
	free(h);
}
