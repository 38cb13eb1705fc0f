/* Any text as a geometry literal, any bytes as WKB: read or refused, and what is read can be written,
 * boxed, tested and measured. */
#include <math.h>
#include "geo/geo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(struct geo *g, struct str wkb)
{
	auto_buf b = BUF_INIT(1 << 22);
	struct geo_box box;
	struct geo_shape *shape = NULL;
	struct err e = { 0 };
	bool boxed = geo_box(g, wkb, &box);
	if (boxed) ensure(box.x0 <= box.x1 && box.y0 <= box.y1);
	(void)!geo_put_geojson(g, &b, wkb);
	(void)!geo_put_wkt(g, &b, wkb);
	(void)geo_shape_distance_m(g, wkb, 48, 2);
	if (!geo_prepare(g, wkb, &shape, &e)) return;
	(void)geo_test(shape, GEO_INTERSECTS, wkb);
	(void)geo_test_point(shape, GEO_WITHIN, 48, 2);
	geo_shape_free(shape);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct geo *g = geo_new();
	struct str text = str_make((const char *)data, size);
	struct str wkb;
	struct err e = { 0 };
	if (size <= 1 << 16) {
		if (geo_parse(g, &a, text, &wkb, &e)) use(g, wkb);
		else ensure(e.code == ERR_ODSQL || e.code == ERR_TOO_LARGE);
		use(g, text);
	}
	geo_free(g);
	return 0;
}
