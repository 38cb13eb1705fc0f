/* A typed growable array living in an arena: declare with VEC(type), add with vec_add. Growing
 * leaves the former copy to the arena, so views of elements taken earlier stay readable but stale. */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/arena.h"

#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *p;                                                                           \
		size_t n, cap;                                                                     \
	}

/* Adds one zeroed element and gives a pointer to it. */
#define vec_add(arena, v)                                                                          \
	(((v)->n == (v)->cap                                                                       \
	      ? (void)((v)->p = vec_grow((arena), (v)->p, sizeof *(v)->p, (v)->n, &(v)->cap))      \
	      : (void)0),                                                                          \
	 &(v)->p[(v)->n++])
#define vec_push(arena, v, ...) ((void)(*vec_add(arena, v) = __VA_ARGS__))

void *vec_grow(struct arena *a, const void *old, size_t size, size_t n, size_t *cap);

#endif
