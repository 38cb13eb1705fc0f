/* A request with no socket: the same reading, routing and finishing as on the wire. Parked
 * bodies are read to their end, so the writer must run on another thread or be done. */
#include "httpd/inside.h"
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static bool read_heads(struct visit *v, struct str head, struct err *e)
{
	VEC(struct httpd_pair) list = { 0 };
	struct str line;
	bool host = false;
	while (head.n && str_cut(&head, '\n', &line)) {
		line = str_trim(line);
		if (line.n == 0) continue;
		ptrdiff_t at = str_find_char(line, ':');
		if (at <= 0) return err_set(e, ERR_BAD_REQUEST, "a header line has no colon");
		struct httpd_pair p = { str_sub(line, 0, (size_t)at), str_trim(str_from(line, (size_t)at + 1)) };
		host = host || str_eq_nocase(p.name, STR("host"));
		*vec_add(&v->arena, &list) = p;
	}
	if (!host) vec_push(&v->arena, &list, (struct httpd_pair){ STR("Host"), STR("localhost") });
	v->request.headers = list.p;
	v->request.nheaders = list.n;
	return true;
}

static bool drain_spool(struct io_reader *r, struct buf *out)
{
	for (;;) {
		char piece[16384];
		size_t got;
		switch (io_reader_read(r, piece, sizeof piece, &got)) {
		case IO_BYTES:
			buf_put(out, str_make(piece, got));
			break;
		case IO_WAIT:
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
			break;
		case IO_END:
			return true;
		case IO_FAILED:
			return false;
		}
	}
}

static bool read_body(struct visit *v, struct buf *out, struct err *e)
{
	struct httpd_reply *p = &v->reply;
	if (v->finished.not_modified || v->request.method == HTTPD_HEAD) return true;
	switch (p->body) {
	case BODY_NONE:
		break;
	case BODY_BUF:
		buf_put(out, buf_str(&p->buf));
		break;
	case BODY_STATIC:
		buf_put(out, p->fixed);
		break;
	case BODY_FILE: {
		size_t size = (size_t)p->fd_size;
		char *to = buf_room(out, size);
		ssize_t n = to ? pread(p->fd, to, size, 0) : -1;
		if (n != p->fd_size) return err_set(e, ERR_SYSTEM, "a file ended early");
		out->n += size;
		break;
	}
	case BODY_SPOOL:
		if (!drain_spool(p->reader, out)) return err_set(e, ERR_SYSTEM, "the body was cut short");
		break;
	}
	return true;
}

static bool answer(struct visit *v, struct arena *a, struct httpd_answer *out, struct err *e)
{
	auto_buf head = BUF_INIT(1 << 20);
	auto_buf body = BUF_INIT((size_t)1 << 32);
	if (!read_body(v, &body, e)) return false;
	for (size_t i = 0; i < v->finished.headers.n; i++) {
		const struct httpd_pair *h = &v->finished.headers.p[i];
		buf_printf(&head, "%.*s: %.*s\r\n", STR_ARG(h->name), STR_ARG(h->value));
	}
	out->status = v->finished.status;
	out->headers = arena_str(a, buf_str(&head));
	out->body = arena_str(a, buf_str(&body));
	return true;
}

bool httpd_loopback(const struct httpd_options *o, struct arena *a, enum httpd_method method,
                    struct str target, struct str head, struct str body,
                    struct httpd_answer *out, struct err *e)
{
	struct server s = { .o = o, .insecure = o->insecure_cookies };
	struct in6_addr peer;
	if (!address_parse(STR("127.0.0.1"), &peer) ||
	    !proxies_read(a, o->trusted_proxies, &s.proxies, e))
		return false;
	s.proxies.trust_host = o->trust_forwarded_host;
	s.proxies.forwarded = o->forwarded;
	if (!router_new(a, o->routes, &s.router, e)) return false;
	struct visit *v = visit_new(&s);
	v->request.method = method;
	v->request.body = body;
	bool good = read_heads(v, head, e);
	if (good) {
		if (!visit_read(v, arena_str(&v->arena, target), &peer)) {
			visit_fail(v);
			visit_finish(v);
		} else if (visit_route(v)) {
			visit_run(v);
		} else {
			visit_finish(v);
		}
		good = answer(v, a, out, e);
	}
	visit_free(v);
	return good;
}
