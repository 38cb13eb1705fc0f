/* Places and tiles, by the formulas of tile.h. */
#include <math.h>
#include "tile/tile.h"

static const double PI = 3.14159265358979323846;
static const double NORTH = 85.05112877980659;

bool tile_is(struct tile_at t)
{
	return t.z <= TILE_ZOOM_MOST && t.x < UINT32_C(1) << t.z && t.y < UINT32_C(1) << t.z;
}

/* Units of a tile's side in the whole world's. */
static double world_of(struct tile_at t)
{
	return ldexp((double)TILE_SIDE, (int)t.z);
}

void tile_of(struct tile_at t, double lon, double lat, double *x, double *y)
{
	double clamped = fmax(-NORTH, fmin(NORTH, lat)) * PI / 180;
	double world = world_of(t);
	*x = (lon + 180) / 360 * world - (double)t.x * TILE_SIDE;
	*y = (0.5 - log(tan(PI / 4 + clamped / 2)) / (2 * PI)) * world - (double)t.y * TILE_SIDE;
}

void tile_place(struct tile_at t, double x, double y, double *lon, double *lat)
{
	double world = world_of(t);
	double fx = fmax(0, fmin(1, (x + (double)t.x * TILE_SIDE) / world));
	double fy = fmax(0, fmin(1, (y + (double)t.y * TILE_SIDE) / world));
	*lon = fx * 360 - 180;
	*lat = atan(sinh(PI * (1 - 2 * fy))) * 180 / PI;
}

struct geo_box tile_box(struct tile_at t, double margin)
{
	struct geo_box b;
	tile_place(t, -margin, TILE_SIDE + margin, &b.x0, &b.y0);
	tile_place(t, TILE_SIDE + margin, -margin, &b.x1, &b.y1);
	return b;
}
