/* Bump memory for one visit, one parse, one job. Nothing is freed alone: arena_rewind gives back
 * everything taken since a mark, arena_done everything. Never returns NULL: out of memory ends the
 * process, and what a stranger can enlarge is bounded before it gets here. One thread at a time. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include "base/attr.h"
#include "base/str.h"

struct arena_block;
struct arena {
	struct arena_block *last;
	size_t used; /* bytes used in `last` */
};
struct arena_mark {
	struct arena_block *block;
	size_t used;
};

#define ARENA_INIT ((struct arena){ 0 })

void arena_done(struct arena *a);
struct arena_mark arena_mark(struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);

/* Zeroed memory, aligned for any type. */
void *arena_bytes(struct arena *a, size_t n) nonnull_all __attribute__((returns_nonnull, malloc));
#define arena_new(a, type) ((type *)arena_bytes((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_many((a), sizeof(type), (n)))
void *arena_many(struct arena *a, size_t size, size_t n) nonnull_all __attribute__((returns_nonnull));

/* A copy that ends with a NUL beyond its n bytes, so that doors may pass p to libraries. */
struct str arena_str(struct arena *a, struct str s);
const char *arena_cstr(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...) printf_like(2, 3);
/* Joins two views. */
struct str arena_join(struct arena *a, struct str x, struct str y);

#define auto_arena auto_with(arena_done) struct arena

#endif
