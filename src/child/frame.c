/* Frames from a child to its parent. The child may be in the hands of a hostile file, so a length that
 * no honest child sends closes the conversation. */
#include "child/frame.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

struct child *child_frames_new(pid_t pid, int fd)
{
	struct child *c = calloc(1, sizeof *c);
	ensure(c);
	*c = (struct child){ .pid = pid, .fd = fd, .in = BUF_INIT(FRAME_MAX + FRAME_HEAD + 65536) };
	return c;
}

void child_frames_free(struct child *c)
{
	close(c->fd);
	buf_done(&c->in);
	free(c);
}

/* A whole frame among the bytes that came? */
static bool take(struct child *c, uint8_t *kind, struct str *payload)
{
	struct str have = str_from(buf_str(&c->in), c->used);
	if (have.n < FRAME_HEAD) return false;
	uint32_t n;
	memcpy(&n, have.p, sizeof n);
	if (n > FRAME_MAX) {
		c->closed = true;
		return false;
	}
	if (have.n - FRAME_HEAD < n) return false;
	*kind = (uint8_t)have.p[4];
	*payload = str_sub(have, FRAME_HEAD, n);
	c->used += FRAME_HEAD + n;
	return true;
}

static void compact(struct child *c)
{
	if (c->used == 0) return;
	memmove(c->in.p, c->in.p + c->used, c->in.n - c->used);
	c->in.n -= c->used;
	c->used = 0;
}

enum child_event child_next(struct child *c, int timeout_ms, uint8_t *kind, struct str *payload)
{
	for (;;) {
		if (take(c, kind, payload)) return CHILD_FRAME;
		if (c->closed) return CHILD_CLOSED;
		compact(c);
		struct pollfd p = { .fd = c->fd, .events = POLLIN };
		int said = poll(&p, 1, timeout_ms);
		if (said == 0 || (said < 0 && errno == EINTR)) return CHILD_NOTHING;
		char *room = buf_room(&c->in, 65536);
		ssize_t got = room ? read(c->fd, room, 65536) : 0;
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0) c->closed = true;
		else c->in.n += (size_t)got;
	}
}

static bool send_all(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(CHILD_FRAMES, p, n);
		if (w < 0 && errno == EINTR) continue;
		if (w <= 0) return false;
		p += w;
		n -= (size_t)w;
	}
	return true;
}

bool child_send(uint8_t kind, struct str payload)
{
	if (payload.n > FRAME_MAX) return false;
	char head[FRAME_HEAD];
	uint32_t n = (uint32_t)payload.n;
	memcpy(head, &n, sizeof n);
	head[4] = (char)kind;
	return send_all(head, sizeof head) && send_all(payload.p, payload.n);
}
