/* How a set lies in memory. Private to the room. */
#ifndef TILE_SET_H
#define TILE_SET_H

#include "tile/tile.h"

enum { TILE_SET_SIDE = 256 };

struct tile_columns {
	uint32_t *x, *y;   /* parts of the world; y to the south */
	double *values;    /* or NULL */
	uint16_t *words;   /* or NULL */
};

struct tile_set {
	struct tile_columns of;
	size_t n, room;
	bool with_values, with_words, sealed, cut;
	double *table;     /* of latitudes; until sealed */
	struct arena arena;
	struct map words;  /* word → its number */
	/* sealed: square (column, row) holds points from[row * SIDE + column] to the next */
	uint32_t x0, y0;
	unsigned shift;
	uint32_t *from;
};

#endif
