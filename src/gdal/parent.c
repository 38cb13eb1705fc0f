/* The server's end: starts the process, sends rows, hears how it went. */
#include "gdal/inside.h"
#include "child/child.h"
#include "json/json.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SEND_BYTES = 256 * 1024 };

struct gdal_writer {
	struct gdal_job job;
	struct child *child; /* NULL: it has ended */
	int fd; /* ours; -1: closed */
	struct buf out;
	bool failed; /* told to the caller already */
};

/* --- hearing ----------------------------------------------------------------------------------------- */

static void hear_error(struct str payload, struct err *e)
{
	struct err said;
	if (payload.n != sizeof said) {
		err_set(e, ERR_SYSTEM, "the file could not be written");
		return;
	}
	memcpy(&said, payload.p, sizeof said);
	said.where = __FILE__; /* it points into the other process */
	if (said.code <= ERR_NONE || said.code >= ERR_COUNT) said.code = ERR_SYSTEM;
	said.pub[sizeof said.pub - 1] = 0;
	said.priv[sizeof said.priv - 1] = 0;
	*e = said;
}

/* An abort is how the library's language says that there is no memory. */
static bool explain(enum child_way way, int code, struct err *e)
{
	bool hungry = way == CHILD_CPU || way == CHILD_KILLED || (way == CHILD_CRASHED && code == SIGABRT);
	if (hungry) err_set(e, ERR_TOO_LARGE, "the file needs more memory or time than is allowed");
	else err_set(e, ERR_SYSTEM, "the file could not be written");
	return err_cause(e, "converter ended in way %d, signal or code %d", (int)way, code);
}

/* Listens until the other end closes. True: it said that the files are whole. */
static bool listen_to(struct gdal_writer *w, struct err *e)
{
	bool done = false;
	bool told = false;
	struct str payload;
	uint8_t kind;
	for (;;) {
		if (w->job.cancel_or_null && cancel_fired(w->job.cancel_or_null)) {
			child_kill(w->child);
			return err_set(e, ERR_CANCELLED, "the export was stopped");
		}
		enum child_event event = child_next(w->child, 100, &kind, &payload);
		if (event == CHILD_CLOSED) break;
		if (event == CHILD_FRAME && kind == GDAL_FRAME_DONE) done = true;
		if (event == CHILD_FRAME && kind == GDAL_FRAME_ERROR && !told) {
			hear_error(payload, e);
			told = true;
		}
	}
	return done && !told;
}

static void hang_up(struct gdal_writer *w)
{
	if (w->fd >= 0) close(w->fd);
	w->fd = -1;
}

/* Everything was said. Hears the answer, and how the process ended. */
static bool hear_out(struct gdal_writer *w, struct err *e)
{
	int code;
	hang_up(w);
	bool ok = listen_to(w, e);
	enum child_way way = child_end(w->child, &code);
	w->child = NULL;
	return ok || (e->code != ERR_NONE ? false : explain(way, code, e));
}

void gdal_drop(struct gdal_writer *w)
{
	int code;
	if (!w) return;
	if (w->child) child_kill(w->child);
	hang_up(w);
	if (w->child) (void)child_end(w->child, &code);
	buf_done(&w->out);
	free(w);
}

/* --- saying ------------------------------------------------------------------------------------------ */

/* The other end closes early only when it has failed. */
static bool send_all(struct gdal_writer *w, struct err *e)
{
	struct str rest = buf_str(&w->out);
	while (rest.n > 0) {
		if (w->job.cancel_or_null && cancel_fired(w->job.cancel_or_null))
			return err_set(e, ERR_CANCELLED, "the export was stopped");
		struct pollfd p = { .fd = w->fd, .events = POLLOUT };
		if (poll(&p, 1, 100) <= 0) continue;
		ssize_t n = send(w->fd, rest.p, rest.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
		if (n < 0) return hear_out(w, e) ? err_set(e, ERR_SYSTEM, "the file could not be written") : false;
		rest = str_from(rest, (size_t)n);
	}
	buf_clear(&w->out);
	return true;
}

static void put(struct buf *b, const void *bytes, size_t n) { buf_put(b, str_make(bytes, n)); }

static void put_value(struct gdal_writer *w, const struct value *v)
{
	struct buf *b = &w->out;
	uint32_t n = (uint32_t)v->s.n;
	buf_put_char(b, !v->null);
	if (v->null) return;
	switch (v->type) {
	case VALUE_INT:
	case VALUE_DATETIME: put(b, &v->i, sizeof v->i); return;
	case VALUE_DOUBLE: put(b, &v->d, sizeof v->d); return;
	case VALUE_BOOL: buf_put_char(b, v->b); return;
	case VALUE_DATE: put(b, &v->days, sizeof v->days); return;
	case VALUE_TEXT:
		put(b, &n, sizeof n);
		buf_put(b, v->s);
		return;
	case VALUE_POINT:
	case VALUE_SHAPE:
	case VALUE_FILE:
	case VALUE_JSON:
	case VALUE_TYPES: break;
	}
	ensure(false && "a type of a field");
}

bool gdal_row(struct gdal_writer *w, struct str wkb, const struct value *values, struct err *e)
{
	size_t start = w->out.n;
	uint32_t n = (uint32_t)wkb.n;
	put(&w->out, &n, sizeof n); /* room for the length of the row */
	put(&w->out, &n, sizeof n);
	buf_put(&w->out, wkb);
	for (size_t i = 0; i < w->job.nfields; i++) put_value(w, &values[i]);
	if (w->out.over) return err_set(e, ERR_TOO_LARGE, "one record of the export is too large");
	n = (uint32_t)(w->out.n - start - sizeof n);
	memcpy(w->out.p + start, &n, sizeof n);
	if (w->out.n < SEND_BYTES) return true;
	w->failed = !send_all(w, e);
	return !w->failed;
}

/* --- life -------------------------------------------------------------------------------------------- */

static void put_settings(struct buf *b, const struct gdal_job *j)
{
	struct json_out o = JSON_OUT(b);
	json_open(&o, '{');
	json_member_int(&o, "driver", (int64_t)j->driver);
	json_member(&o, "folder", str_of(j->folder));
	json_member(&o, "name", j->name);
	json_member_int(&o, "epsg", j->epsg);
	json_member_bool(&o, "points", j->points);
	json_key(&o, STR("fields"));
	json_open(&o, '[');
	for (size_t i = 0; i < j->nfields; i++) {
		json_open(&o, '{');
		json_member(&o, "name", j->fields[i].name);
		json_member_int(&o, "type", (int64_t)j->fields[i].type);
		json_close(&o, '}');
	}
	json_close(&o, ']');
	json_close(&o, '}');
}

bool gdal_begin(const struct gdal_job *j, struct gdal_writer **out, struct err *e)
{
	int ends[2];
	auto_buf settings = BUF_INIT(16 << 20);
	put_settings(&settings, j);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) return err_os(e, "socketpair to a converter");
	struct gdal_writer *w = calloc(1, sizeof *w);
	ensure(w != NULL);
	*w = (struct gdal_writer){ .job = *j, .fd = ends[0], .out = BUF_INIT((size_t)GDAL_ROW_BYTES + SEND_BYTES) };
	const struct child_start how = { .role = GDAL_ROLE, .fds = &ends[1], .nfds = 1, .settings = buf_str(&settings) };
	bool ok = child_start(&how, &w->child, e);
	close(ends[1]);
	if (ok) *out = w;
	else gdal_drop(w);
	return ok;
}

bool gdal_end(struct gdal_writer *w, struct err *e)
{
	bool ok = w->failed ? err_set(e, ERR_SYSTEM, "the file could not be written") : send_all(w, e) && hear_out(w, e);
	gdal_drop(w);
	return ok;
}
