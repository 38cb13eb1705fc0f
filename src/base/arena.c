/* Bump memory in blocks that double up to 1 MiB; a big request gets a block of its own. */
#include "base/base.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct arena_block {
	struct arena_block *before;
	size_t size;
	size_t used_before; /* `used` of the block before, to rewind into it */
	_Alignas(max_align_t) char bytes[];
};

void base_broken(const char *what, const char *file, int line)
{
	fprintf(stderr, "stoa: broken promise: %s (%s:%d)\n", what, file, line);
	abort();
}

static struct arena_block *block_new(struct arena *a, size_t need)
{
	size_t size = a->last ? num_min(a->last->size * 2, (size_t)1 << 20) : 4096;
	if (size < need) size = need;
	struct arena_block *b = malloc(sizeof *b + size);
	if (!b) {
		fputs("stoa: out of memory\n", stderr);
		abort();
	}
	b->before = a->last;
	b->size = size;
	b->used_before = a->used;
	a->last = b;
	a->used = 0;
	return b;
}

void *arena_bytes(struct arena *a, size_t n)
{
	ensure(n < SIZE_MAX / 4);
	size_t step = (n + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (step == 0) step = sizeof(max_align_t);
	struct arena_block *b = a->last;
	if (!b || b->size - a->used < step) b = block_new(a, step);
	char *p = b->bytes + a->used;
	a->used += step;
	memset(p, 0, step);
	return p;
}

void *arena_many(struct arena *a, size_t size, size_t n)
{
	size_t bytes;
	ensure(!num_mul(&bytes, size, n));
	return arena_bytes(a, bytes);
}

struct arena_mark arena_mark(struct arena *a) { return (struct arena_mark){ a->last, a->used }; }

void arena_rewind(struct arena *a, struct arena_mark m)
{
	while (a->last != m.block) {
		struct arena_block *b = a->last;
		ensure(b != NULL);
		a->last = b->before;
		a->used = b->used_before;
		free(b);
	}
	a->used = m.used;
}

void arena_done(struct arena *a) { arena_rewind(a, (struct arena_mark){ 0 }); }

struct str arena_str(struct arena *a, struct str s)
{
	char *p = arena_bytes(a, s.n + 1);
	if (s.n) memcpy(p, s.p, s.n);
	return str_make(p, s.n);
}

const char *arena_cstr(struct arena *a, struct str s) { return arena_str(a, s).p; }

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	ensure(n >= 0);
	char *p = arena_bytes(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return str_make(p, (size_t)n);
}

struct str arena_join(struct arena *a, struct str x, struct str y)
{
	char *p = arena_bytes(a, x.n + y.n + 1);
	if (x.n) memcpy(p, x.p, x.n);
	if (y.n) memcpy(p + x.n, y.p, y.n);
	return str_make(p, x.n + y.n);
}
