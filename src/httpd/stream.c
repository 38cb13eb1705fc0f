/* Replies as libmicrohttpd wants them, and spools on their way to a socket: what is there is sent,
 * a connection that has caught up is parked, the next write of the worker wakes it. */
#include "httpd/inside.h"
#include <stdlib.h>

enum { PIECE = 32 * 1024 };

/* The writer's thread, holding the spool's lock: only note who is awake. */
static void wake(void *arg)
{
	struct stream *t = arg;
	struct httpd *h = t->h;
	lock_take(&h->lock);
	if (!t->queued) {
		t->queued = true;
		t->next = h->woken;
		h->woken = t;
	}
	lock_give(&h->lock);
	httpd_wake_loop(h);
}

/* What was noted at the end goes behind the last chunk; where the length was known from the start there
 * are no chunks, and it stands among the headers already. */
static void add_trailers(struct stream *t)
{
	struct io_note notes[IO_NOTES];
	size_t n = t->chunked ? io_reader_notes(t->reader, notes) : 0;
	for (size_t i = 0; i < n; i++) (void)MHD_add_response_footer(t->response, notes[i].name, notes[i].value);
}

/* The http thread, inside libmicrohttpd. */
static ssize_t send_piece(void *arg, uint64_t at, char *to, size_t n)
{
	struct stream *t = arg;
	size_t got;
	(void)at;
	if (t->gone) return MHD_CONTENT_READER_END_WITH_ERROR;
	switch (io_reader_read(t->reader, to, n, &got)) {
	case IO_BYTES:
		t->conn->bytes += (int64_t)got;
		return (ssize_t)got;
	case IO_WAIT:
		t->parked = true;
		t->conn->suspended = true;
		MHD_suspend_connection(t->conn->mhd);
		return 0;
	case IO_END:
		add_trailers(t);
		return MHD_CONTENT_READER_END_OF_STREAM;
	case IO_FAILED:
		break;
	}
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void end(void *arg)
{
	struct stream *t = arg;
	struct httpd *h = t->h;
	io_reader_close(t->reader); /* from here on nobody wakes it */
	lock_take(&h->lock);
	struct stream **at = &h->woken;
	while (*at && *at != t) at = &(*at)->next;
	if (*at) *at = t->next;
	lock_give(&h->lock);
	if (t->conn) t->conn->stream = NULL;
	free(t);
}

void stream_resume(struct stream *t)
{
	if (!t->parked) return;
	t->parked = false;
	t->conn->suspended = false;
	MHD_resume_connection(t->conn->mhd);
}

static struct MHD_Response *stream_open(struct visit *v)
{
	struct stream *t = calloc(1, sizeof *t);
	ensure(t != NULL);
	t->h = v->server->httpd_or_null;
	t->conn = v->conn;
	t->reader = v->reply.reader;
	v->reply.reader = NULL;
	v->conn->stream = t;
	int64_t length = io_reader_length(t->reader);
	uint64_t size = length < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)length;
	struct MHD_Response *r = MHD_create_response_from_callback(size, PIECE, send_piece, t, end);
	ensure(r != NULL);
	t->response = r;
	t->chunked = length < 0;
	struct io_note notes[IO_NOTES];
	size_t n = t->chunked ? 0 : io_reader_notes(t->reader, notes);
	for (size_t i = 0; i < n; i++) (void)MHD_add_response_header(r, notes[i].name, notes[i].value);
	io_reader_watch(t->reader, wake, t);
	return r;
}

static struct MHD_Response *of_buf(struct visit *v)
{
	struct buf *b = &v->reply.buf;
	size_t n = b->n;
	char *p = b->p;
	if (n == 0) return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (b->cap - n > n / 4) {
		char *less = realloc(p, n); /* a kept answer should weigh what it is */
		if (less) p = less;
	}
	*b = BUF_INIT(b->max);
	v->bytes = (int64_t)n;
	return MHD_create_response_from_buffer(n, p, MHD_RESPMEM_MUST_FREE);
}

static struct MHD_Response *of_static(struct visit *v)
{
	char *p;
	memcpy(&p, &v->reply.fixed.p, sizeof p); /* the library promises not to write there */
	v->bytes = (int64_t)v->reply.fixed.n;
	return MHD_create_response_from_buffer(v->reply.fixed.n, p, MHD_RESPMEM_PERSISTENT);
}

static ssize_t nothing(void *arg, uint64_t at, char *to, size_t n)
{
	(void)arg, (void)at, (void)to, (void)n;
	return MHD_CONTENT_READER_END_OF_STREAM;
}

/* The answer to HEAD where the body was not made: how long it would be is not known, and 0 would say that it is empty. */
static struct MHD_Response *of_unmade(const struct visit *v)
{
	int64_t length = v->reply.body == BODY_SPOOL && v->reply.reader ? io_reader_length(v->reply.reader) : -1;
	struct MHD_Response *r = MHD_create_response_from_callback(length < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)length, PIECE, nothing, NULL, NULL);
	/* The library would end a body of unknown length by its last chunk, which a client reads as the beginning of the next answer. */
	if (r && length < 0 && MHD_set_response_options(r, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END) != MHD_YES) {
		MHD_destroy_response(r);
		return NULL;
	}
	return r;
}

static struct MHD_Response *of_body(struct visit *v)
{
	struct httpd_reply *p = &v->reply;
	int status = v->finished.status;
	bool empty = v->finished.not_modified || status == 204 || status == 304, head = v->request.method == HTTPD_HEAD;
	if (!empty && head && status == 200 && (p->body == BODY_SPOOL || p->body == BODY_NONE)) return of_unmade(v);
	switch (empty ? BODY_NONE : p->body) {
	case BODY_BUF:
		return of_buf(v);
	case BODY_STATIC:
		return of_static(v);
	case BODY_FILE: {
		int fd = p->fd;
		p->fd = -1;
		v->bytes = p->fd_size;
		return MHD_create_response_from_fd64((uint64_t)p->fd_size, fd);
	}
	case BODY_SPOOL:
		if (!head) return stream_open(v);
		break;
	case BODY_NONE:
		break;
	}
	return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
}

struct MHD_Response *response_of(struct visit *v)
{
	struct MHD_Response *r = of_body(v);
	ensure(r != NULL);
	for (size_t i = 0; i < v->finished.headers.n; i++) {
		const struct httpd_pair *h = &v->finished.headers.p[i];
		(void)MHD_add_response_header(r, h->name.p, h->value.p);
	}
	return r;
}

struct MHD_Response *response_fresh_of(struct visit *v)
{
	if (v->reply.etag.n == 0 || v->finished.status != 200) return NULL;
	struct MHD_Response *r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	ensure(r != NULL);
	for (size_t i = 0; i < v->finished.headers.n; i++) {
		const struct httpd_pair *h = &v->finished.headers.p[i];
		if (str_eq_nocase(h->name, STR("content-type")) ||
		    str_eq_nocase(h->name, STR("content-encoding")))
			continue;
		(void)MHD_add_response_header(r, h->name.p, h->value.p);
	}
	return r;
}
