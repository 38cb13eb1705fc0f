/* The door to brotli: whole answers, quality 4, which costs about what gzip does and gives less. */
#include "httpd/inside.h"
#include <brotli/encode.h>

enum { QUALITY = 4 };

bool squeeze_brotli(struct buf *out, struct str in)
{
	size_t room = out->max - out->n;
	char *to = buf_room(out, room);
	if (!to || in.n == 0) return false;
	size_t n = room;
	if (!BrotliEncoderCompress(QUALITY, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, in.n,
	                           (const uint8_t *)in.p, &n, (uint8_t *)to))
		return false;
	out->n += n;
	return true;
}
