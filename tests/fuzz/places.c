/* Any text as degrees, a geohash, an encoded line, a geometry of another system: read or refused with a reason, and what is read lies on the earth; any
 * bytes as what a camera wrote. */
#include <math.h>
#include "geo/geo.h"
#include "image/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_earth(double lat, double lon) { ensure(fabs(lat) <= 90 && fabs(lon) <= 180); }

static void line(struct geo *g, struct str text)
{
	auto_arena a = ARENA_INIT;
	struct str wkb;
	struct geo_box box;
	for (int decimals = 5; decimals <= 6; decimals++)
		for (int reverse = 0; reverse < 2; reverse++) {
			if (!geo_polyline(&a, text, decimals, reverse, &wkb)) continue;
			ensure(geo_box(g, wkb, &box));
			on_earth(box.y0, box.x0);
			on_earth(box.y1, box.x1);
		}
}

static void mend(struct geo *g, struct str text)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct str wkb;
	struct str out;
	struct geo_box box;
	ensure(geo_srid(text) >= 0);
	if (!geo_parse(g, &a, text, &wkb, &e)) return;
	if (geo_mend(g, &a, wkb, &out)) (void)!geo_box(g, out, &box);
	if (geo_simplify(g, &a, wkb, 0.5, &out)) (void)!geo_box(g, out, &box);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct geo_degrees d;
	struct geo_box box;
	struct image_exif x;
	double lat;
	double lon;
	if (size > 1 << 14) return 0;
	struct geo *g = geo_new();
	const char *why = geo_degrees(text, &d);
	if (why) ensure(why[0] != '\0');
	else {
		ensure(d.n == 1 || d.n == 2);
		if (d.n == 2) on_earth(d.lat, d.lon);
	}
	if (geo_geohash(text, &box)) ensure(box.x0 < box.x1 && box.y0 < box.y1);
	if (geo_spelled_point(g, text, &lat, &lon)) on_earth(lat, lon);
	line(g, text);
	mend(g, text);
	if (image_exif(text, &x)) ensure(!x.has_place || (fabs(x.lat) <= 90 && fabs(x.lon) <= 180));
	geo_free(g);
	return 0;
}
