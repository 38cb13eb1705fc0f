/* Bytes that claim to be a shape, drawn into tiles: nothing of them breaks a tile. The first byte chooses the tile. */
#include "tile/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct tile_at places[] = { { 0, 0, 0 }, { 1, 1, 0 }, { 5, 16, 11 }, { 14, 8298, 5636 }, { 24, 1, 1 } };
	auto_buf b = BUF_INIT(1 << 22);
	if (!n) return 0;
	struct geo *g = geo_new();
	struct tile_layer *l = tile_layer_new(STR("data"), places[data[0] % COUNT_OF(places)], 1 << 20);
	const struct tile_member m[] = { { STR("v"), TILE_VALUE_NUMBER(1.5) } };
	bool drawn = tile_add_shape(l, g, 0, str_make((const char *)data + 1, n - 1), m, 1);
	ensure(drawn == (tile_layer_count(l) == 1));
	(void)!tile_add_point(l, 1, 0, 0, NULL, 0);
	tile_put(&b, l);
	ensure(!b.over);
	tile_layer_free(l);
	geo_free(g);
	return 0;
}
