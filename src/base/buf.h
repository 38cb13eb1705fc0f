/* Growing bytes with a ceiling given at birth. Past `max`, writes do nothing and `over` stays set,
 * so a writer asks once, at the end. The bytes are heap memory owned by the buf; buf_done frees
 * them and accepts zero. One thread at a time. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/attr.h"
#include "base/str.h"
#include "base/err.h"

struct buf {
	char *p;
	size_t n, cap, max;
	bool over;
};

#define BUF_INIT(most) ((struct buf){ .max = (most) })

void buf_done(struct buf *b);
void buf_clear(struct buf *b);                   /* forgets the content, keeps the memory */
void buf_put(struct buf *b, struct str s);
void buf_put_char(struct buf *b, char c);
void buf_put_int(struct buf *b, int64_t v);      /* decimal */
void buf_printf(struct buf *b, const char *fmt, ...) printf_like(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) printf_like(2, 0);
#define buf_lit(b, lit) buf_put((b), STR(lit))
/* Room for n more bytes to be written by hand at the returned place; add what was used to b->n.
 * NULL when that would pass the ceiling (and `over` is set). */
char *buf_room(struct buf *b, size_t n);
static inline struct str buf_str(const struct buf *b) { return str_make(b->p ? b->p : "", b->n); }
/* Ends a text: a view of it (valid until the buf changes), or ERR_TOO_LARGE when it ran over. */
bool buf_end(struct buf *b, struct str *out, struct err *e) must_use nonnull_all;

#define auto_buf auto_with(buf_done) struct buf

#endif
