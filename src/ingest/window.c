/* A window over a file: big reads, one copy, no mapping. */
#include "ingest/source.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { WINDOW_FIRST = 1 << 20 };

void window_init(struct window *w, int fd, int64_t start)
{
	*w = (struct window){ .fd = fd, .start = start, .cap = WINDOW_FIRST };
	w->p = malloc(w->cap);
	ensure(w->p);
}

void window_done(struct window *w)
{
	free(w->p);
	*w = (struct window){ 0 };
}

bool window_rewind(struct window *w, struct err *e)
{
	w->at = 0;
	w->to = 0;
	w->end = false;
	w->taken = 0;
	return lseek(w->fd, w->start, SEEK_SET) >= 0 || err_os(e, "seek in a source");
}

/* Makes room behind the unread bytes: first by moving them to the front, then by growing. */
static bool make_room(struct window *w, struct err *e)
{
	size_t kept = w->to - w->at;
	if (w->at > 0) {
		memmove(w->p, w->p + w->at, kept);
		w->taken += (int64_t)w->at;
		w->at = 0;
		w->to = kept;
	}
	if (w->cap - w->to >= w->cap / 2) return true;
	if (w->cap >= WINDOW_MAX)
		return err_set(e, ERR_TOO_LARGE, "one row or value of the file is larger than %d MB", WINDOW_MAX >> 20);
	w->cap *= 2;
	w->p = realloc(w->p, w->cap);
	ensure(w->p);
	return true;
}

bool window_more(struct window *w, bool *more, struct err *e)
{
	*more = false;
	if (w->end) return true;
	if (!make_room(w, e)) return false;
	for (;;) {
		ssize_t got = read(w->fd, w->p + w->to, w->cap - w->to);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return err_os(e, "read of a source");
		w->end = got == 0;
		w->to += (size_t)got;
		*more = got > 0;
		return true;
	}
}
