/* What the files of the room share: the layer being written, and lines in whole units. */
#ifndef TILE_INSIDE_H
#define TILE_INSIDE_H

#include "tile/tile.h"

struct tile_point { int32_t x, y; };
struct tile_points { VEC(struct tile_point) v; };

/* GeomType of the specification. */
enum tile_type { TILE_POINTS = 1, TILE_LINES = 2, TILE_POLYGONS = 3 };

/* One feature's geometry as it grows: commands of the specification, relative to a cursor. */
struct tile_pen {
	struct buf *out;
	struct tile_point at;
};
enum tile_command { TILE_MOVE = 1, TILE_LINE = 2, TILE_CLOSE = 7 };
void tile_put_varint(struct buf *b, uint64_t v);
void tile_put_command(struct tile_pen *p, enum tile_command c, uint32_t times);
void tile_put_point(struct tile_pen *p, struct tile_point to);

struct tile_layer {
	struct str name;
	struct tile_at at;
	size_t most, n;
	bool full;
	struct arena arena, scratch;
	struct buf features;   /* the members 2 of the layer */
	struct buf values;     /* the members 4 */
	struct map keys, known; /* places of keys; of values, by their bytes */
	struct buf one, tags, geometry;
};

/* Ends the feature whose geometry is in l->geometry. */
bool tile_add_feature(struct tile_layer *l, uint64_t id, enum tile_type type, const struct tile_member *m, size_t n);

#endif
