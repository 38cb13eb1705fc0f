/* Growing bytes: doubling, ceiling at birth, overflow remembered. */
#include "base/base.h"
#include <stdio.h>
#include <stdlib.h>

void buf_done(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
}

char *buf_room(struct buf *b, size_t n)
{
	size_t need;
	if (b->over || num_add(&need, b->n, n) || need > b->max) {
		b->over = true;
		return NULL;
	}
	if (need > b->cap) {
		size_t cap = b->cap ? b->cap : 256;
		while (cap < need) cap = cap > SIZE_MAX / 2 ? need : cap * 2;
		char *p = realloc(b->p, cap);
		if (!p) {
			fputs("stoa: out of memory\n", stderr);
			abort();
		}
		b->p = p;
		b->cap = cap;
	}
	return b->p + b->n;
}

void buf_put(struct buf *b, struct str s)
{
	if (s.n == 0) return;
	char *to = buf_room(b, s.n);
	if (!to) return;
	memcpy(to, s.p, s.n);
	b->n += s.n;
}

void buf_put_char(struct buf *b, char c)
{
	char *to = buf_room(b, 1);
	if (!to) return;
	*to = c;
	b->n++;
}

void buf_put_int(struct buf *b, int64_t v)
{
	char digits[24];
	char *p = digits + sizeof digits;
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	do *--p = (char)('0' + u % 10); while (u /= 10);
	if (v < 0) *--p = '-';
	buf_put(b, str_make(p, (size_t)(digits + sizeof digits - p)));
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	ensure(n >= 0);
	char *to = buf_room(b, (size_t)n + 1);
	if (to) {
		vsnprintf(to, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

bool buf_end(struct buf *b, struct str *out, struct err *e)
{
	if (b->over) return err_set(e, ERR_TOO_LARGE, "more than %zu bytes", b->max);
	*out = buf_str(b);
	return true;
}
