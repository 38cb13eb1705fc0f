/* The basemap of the house, as scripts/basemap.mjs made it. */
#include "tile/basemap.h"
#include "tile/tile.h"

static uint32_t key_of(struct tile_at t)
{
	return ((UINT32_C(1) << (2 * t.z)) - 1) / 3 + (t.x << t.z) + t.y;
}

struct str tile_world(struct tile_at t)
{
	size_t low = 0;
	size_t high = COUNT_OF(world_tiles);
	if (t.z > WORLD_DEEPEST || !tile_is(t)) return STR("");
	uint32_t key = key_of(t);
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (world_tiles[middle].key < key) low = middle + 1;
		else high = middle;
	}
	if (low == COUNT_OF(world_tiles) || world_tiles[low].key != key) return STR("");
	return str_make(world_bytes + world_tiles[low].from, world_tiles[low].n);
}

uint32_t tile_world_deepest(void) { return WORLD_DEEPEST; }
struct str tile_world_tag(void) { return str_of((const char *)world_tag); }
