/* Both ends of a small copy: the parent that starts a caged child and takes its answer, and the child. */
#include "child/child.h"
#include "clock/clock.h"
#include "image/inside.h"
#include "image/library.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { MEMORY_MB = 1024, CPU_S = 10, WAIT_MS = 12000, THUMBNAIL_BYTES = 24 << 20 };

/* --- the child -------------------------------------------------------------------------------------- */

static void be_quiet(int priority, const char *format, va_list args)
{
	(void)priority;
	(void)format;
	(void)args;
}

static bool read_picture(struct buf *in, struct err *e)
{
	enum { STEP = 256 * 1024 };
	for (;;) {
		char *room = buf_room(in, STEP);
		if (!room) return err_set(e, ERR_TOO_LARGE, "the picture has too many bytes");
		ssize_t n = pread(CHILD_FD, room, STEP, (off_t)in->n);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_os(e, "read of a picture");
		if (n == 0) return true;
		in->n += (size_t)n;
	}
}

static bool work(struct buf *out, struct err *e)
{
	static const int picture[] = { CHILD_FD };
	auto_arena a = ARENA_INIT;
	struct buf in = BUF_INIT(IMAGE_FILE_BYTES + (1 << 20)); /* ends with the process */
	struct child_cage cage = { .memory_mb = MEMORY_MB, .cpu_s = CPU_S, .file_mb = 1, .read_fds = picture, .nread_fds = 1 };
	struct image_library gd;
	struct image_facts f;
	struct str settings;
	int64_t side;
	unsigned parts;
	if (!child_begin(e) || !child_settings(&a, &settings, e)) return false;
	if (!str_to_int(settings, &side) || side < 1 || side > IMAGE_THUMBNAIL) return err_set(e, ERR_PARAMETER, "a small picture has 1 to %d pixels", IMAGE_THUMBNAIL);
	if (clearenv() != 0) return err_os(e, "clearenv");
	/* The library comes in before the cage shuts; the picture after. */
	if (!image_library(&gd, e) || !child_cage(&cage, &parts, e) || !read_picture(&in, e)) return false;
	gd.gdSetErrorMethod(be_quiet);
	if (!image_sniff(str_sub(buf_str(&in), 0, IMAGE_HEAD_BYTES), &f) && (!image_sniff_drawable(buf_str(&in), &f) || !f.width)) return err_set(e, ERR_BAD_SOURCE, "this is no picture that can be made smaller");
	if ((int64_t)f.width * f.height > IMAGE_PIXELS)
		return err_set(e, ERR_TOO_LARGE, "the picture has %d by %d pixels, more than can be made smaller here", f.width, f.height);
	return image_shrink(&gd, buf_str(&in), &f, (int)side, out, e);
}

int image_child_main(void)
{
	struct buf out = BUF_INIT(THUMBNAIL_BYTES);
	struct err e = { 0 };
	bool told = work(&out, &e) ? child_send(IMAGE_FRAME_DONE, buf_str(&out)) : child_send(IMAGE_FRAME_ERROR, str_make((const char *)&e, sizeof e));
	/* No destructors: the leak checker would trace this process, which the cage forbids. */
	_exit(told ? 0 : 1);
}

/* --- the parent -------------------------------------------------------------------------------------- */

static bool hear_error(struct str payload, struct err *e)
{
	struct err said;
	if (payload.n != sizeof said) return err_set(e, ERR_SYSTEM, "the reader of pictures made no sense");
	memcpy(&said, payload.p, sizeof said);
	/* Codes and ends of text of another process are not to be trusted. */
	said.pub[sizeof said.pub - 1] = said.priv[sizeof said.priv - 1] = 0;
	bool known = said.code == ERR_BAD_SOURCE || said.code == ERR_TOO_LARGE;
	err_set(e, known ? said.code : ERR_SYSTEM, "%s", said.pub);
	return err_cause(e, "%s", said.priv);
}

static bool take(struct child *c, struct buf *out, struct err *e)
{
	int64_t until = clock_monotonic_ns() + (int64_t)WAIT_MS * 1000000;
	for (;;) {
		uint8_t kind;
		struct str payload;
		int64_t left = (until - clock_monotonic_ns()) / 1000000;
		enum child_event what = left > 0 ? child_next(c, (int)left, &kind, &payload) : CHILD_NOTHING;
		if (what == CHILD_FRAME && kind == IMAGE_FRAME_ERROR) return hear_error(payload, e);
		if (what == CHILD_FRAME && kind == IMAGE_FRAME_DONE) {
			buf_put(out, payload);
			return !out->over || err_set(e, ERR_TOO_LARGE, "the small picture is too large");
		}
		if (what == CHILD_FRAME) continue;
		return err_set(e, ERR_TOO_LARGE, "the picture made its reader stop: it is damaged, or takes more time or memory than is allowed");
	}
}

/* The first bytes tell what the child's answer will be. */
static bool sniff_fd(int fd, struct image_facts *out, struct err *e)
{
	auto_buf head = BUF_INIT(IMAGE_HEAD_BYTES);
	char *room = buf_room(&head, IMAGE_HEAD_BYTES);
	ssize_t n = room ? pread(fd, room, IMAGE_HEAD_BYTES, 0) : 0;
	if (n < 0) return err_os(e, "read of a picture");
	return image_sniff_drawable(str_make(room, (size_t)n), out) || err_set(e, ERR_BAD_SOURCE, "this is no picture that can be made smaller");
}

bool image_thumbnail(int fd, int side, struct buf *out, const char **mime, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct image_facts f;
	struct child *c;
	int code;
	if (!sniff_fd(fd, &f, e)) return false;
	struct child_start how = { .role = IMAGE_ROLE, .fds = &fd, .nfds = 1, .settings = arena_printf(&a, "%d", side) };
	if (!child_start(&how, &c, e)) return false;
	bool ok = take(c, out, e);
	if (!ok) child_kill(c);
	(void)child_end(c, &code);
	*mime = f.kind == IMAGE_JPEG ? "image/jpeg" : "image/png";
	return ok;
}
