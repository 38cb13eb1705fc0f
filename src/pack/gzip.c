/* Gzip, in and out, through zlib. Several members in a row are one stream, as gzip itself has it;
 * zero bytes after the last member are padding, anything else there is damage. */
#include "pack/reader.h"
#include <stdlib.h>
#include <zlib.h>

struct gzip {
	struct pack_reader base;
	z_stream z;
	bool inside;   /* between a member's head and its checksum */
	bool ended;    /* the packed bytes are used up */
	bool members;  /* one member was read whole */
	unsigned char in[64 * 1024];
};

static bool refill(struct gzip *g, struct err *e)
{
	if (g->z.avail_in > 0 || g->ended) return true;
	size_t got;
	if (!pack_fill(g->base.fd, (char *)g->in, sizeof g->in, &got, e)) return false;
	g->z.next_in = g->in;
	g->z.avail_in = (uInt)got;
	g->base.packed += (int64_t)got;
	g->ended = got == 0;
	return true;
}

/* Between members: skips padding, starts the next member. False at the end and on failure. */
static bool next_member(struct gzip *g, bool *more, struct err *e)
{
	for (;;) {
		if (!refill(g, e)) return false;
		if (g->ended) break;
		if (g->members && *g->z.next_in == 0) {
			g->z.next_in++;
			g->z.avail_in--;
			continue;
		}
		*more = true;
		g->inside = true;
		if (inflateReset(&g->z) != Z_OK) return err_set(e, ERR_SYSTEM, "unpacking failed");
		return true;
	}
	*more = false;
	return true;
}

static bool gzip_read(struct pack_reader *r, char *to, size_t n, size_t *got, struct err *e)
{
	struct gzip *g = (struct gzip *)r;
	size_t want = n < (1u << 30) ? n : 1u << 30;
	g->z.next_out = (unsigned char *)to;
	g->z.avail_out = (uInt)want;
	while (g->z.avail_out > 0) {
		bool more = true;
		if (!g->inside && !next_member(g, &more, e)) return false;
		if (!more) break;
		if (!refill(g, e)) return false;
		if (g->ended)
			return err_set(e, ERR_BAD_SOURCE,
			               "the gzip file is cut short: it ends in the middle of its data; send it again");
		int said = inflate(&g->z, Z_NO_FLUSH);
		if (said == Z_STREAM_END) {
			g->inside = false;
			g->members = true;
		} else if (said != Z_OK && said != Z_BUF_ERROR) {
			err_set(e, ERR_BAD_SOURCE, "the gzip file is damaged and cannot be unpacked");
			return err_cause(e, "inflate: %s", g->z.msg ? g->z.msg : "no message");
		}
	}
	*got = want - g->z.avail_out;
	return true;
}

static void gzip_close(struct pack_reader *r)
{
	struct gzip *g = (struct gzip *)r;
	inflateEnd(&g->z);
	free(g);
}

bool pack_open_gzip(int fd, const struct pack_limits *l, struct pack_reader **out, struct err *e)
{
	struct gzip *g = calloc(1, sizeof *g);
	ensure(g);
	g->base = (struct pack_reader){ .read = gzip_read, .close = gzip_close, .fd = fd,
		.limits = pack_limits_of(l) };
	if (inflateInit2(&g->z, 15 + 16) != Z_OK) {
		free(g);
		return err_set(e, ERR_SYSTEM, "unpacking failed");
	}
	*out = &g->base;
	return true;
}

static bool deflate_all(struct buf *out, struct str in, int level, int window_bits)
{
	z_stream z = { 0 };
	if (deflateInit2(&z, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) return false;
	bool ok = false;
	for (;;) {
		size_t part = num_min(in.n, (size_t)1 << 30);
		char *room = buf_room(out, 16 * 1024);
		if (!room) break;
		/* zlib's input pointer lacks const in this version of its header; it is only read. */
		z.next_in = (unsigned char *)(uintptr_t)in.p;
		z.avail_in = (uInt)part;
		z.next_out = (unsigned char *)room;
		z.avail_out = 16 * 1024;
		int said = deflate(&z, part == in.n ? Z_FINISH : Z_NO_FLUSH);
		out->n += 16 * 1024 - z.avail_out;
		in = str_from(in, part - z.avail_in);
		if (said == Z_STREAM_END) {
			ok = true;
			break;
		}
		if (said != Z_OK && said != Z_BUF_ERROR) break;
	}
	deflateEnd(&z);
	return ok;
}

uint32_t pack_crc32(struct str s) { return (uint32_t)crc32_z(0, (const unsigned char *)s.p, s.n); }

bool pack_gzip(struct buf *out, struct str in, int level)
{
	return deflate_all(out, in, level, 15 + 16);
}

bool pack_deflate(struct buf *out, struct str in)
{
	return deflate_all(out, in, 6, 15);
}

/* --- a stream that grows --------------------------------------------------------------------------- */

enum { GZIPPED = 64 * 1024 };

struct pack_gzipper {
	z_stream z;
	pack_sink *sink;
	void *arg;
	char out[GZIPPED];
};

void pack_gzipper_open(int level, pack_sink *sink, void *arg, struct pack_gzipper **out)
{
	struct pack_gzipper *g = calloc(1, sizeof *g);
	ensure(g != NULL);
	g->sink = sink;
	g->arg = arg;
	ensure(deflateInit2(&g->z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	g->z.next_out = (unsigned char *)g->out;
	g->z.avail_out = GZIPPED;
	*out = g;
}

static bool hand_over(struct pack_gzipper *g, struct err *e)
{
	size_t n = GZIPPED - g->z.avail_out;
	g->z.next_out = (unsigned char *)g->out;
	g->z.avail_out = GZIPPED;
	return n == 0 || g->sink(g->arg, str_make(g->out, n), e);
}

static bool push(struct pack_gzipper *g, struct str bytes, int how, struct err *e)
{
	int said = Z_OK;
	do {
		size_t part = num_min(bytes.n, (size_t)1 << 30);
		/* As above: only read. */
		g->z.next_in = (unsigned char *)(uintptr_t)bytes.p;
		g->z.avail_in = (uInt)part;
		said = deflate(&g->z, part == bytes.n ? how : Z_NO_FLUSH);
		if (said == Z_STREAM_ERROR) return err_set(e, ERR_SYSTEM, "zlib refused to go on");
		bytes = str_from(bytes, part - g->z.avail_in);
		if (g->z.avail_out == 0 && !hand_over(g, e)) return false;
	} while (bytes.n > 0 || (how == Z_FINISH && said != Z_STREAM_END));
	return true;
}

bool pack_gzipper_put(struct pack_gzipper *g, struct str bytes, struct err *e)
{
	return bytes.n == 0 || push(g, bytes, Z_NO_FLUSH, e);
}

bool pack_gzipper_end(struct pack_gzipper *g, struct err *e)
{
	bool ok = push(g, STR(""), Z_FINISH, e) && hand_over(g, e);
	pack_gzipper_drop(g);
	return ok;
}

void pack_gzipper_drop(struct pack_gzipper *g)
{
	if (!g) return;
	deflateEnd(&g->z);
	free(g);
}
