/* Well-known binary by hand: walking what we wrote, and writing it. Private to the room. */
#ifndef GEO_WKB_H
#define GEO_WKB_H

#include "geo/geo.h"

enum wkb_type { WKB_POINT = 1, WKB_LINE, WKB_POLYGON, WKB_MULTI_POINT, WKB_MULTI_LINE, WKB_MULTI_POLYGON, WKB_COLLECTION };
enum { WKB_DEPTH = 32 };

/* Reading: a place in the bytes. Both byte orders, extra dimensions skipped. */
struct wkb_reader {
	struct str bytes;
	size_t at;
	bool swap;
	unsigned extra; /* ordinates of a point beyond x and y */
};
/* Reads the head of a geometry: its type. False when the bytes are no geometry. */
bool wkb_head(struct wkb_reader *r, enum wkb_type *type) must_use;
/* A count of things that take at least `least` bytes each, which must still be there. */
bool wkb_count(struct wkb_reader *r, size_t least, uint32_t *n) must_use;
bool wkb_point(struct wkb_reader *r, double *x, double *y) must_use;

/* Writing, little-endian. */
void wkb_put_head(struct buf *b, enum wkb_type type);
void wkb_put_count(struct buf *b, uint32_t n);
void wkb_put_double(struct buf *b, double v);

#endif
