/* Tiles of the house's own basemap, the same for every portal and for pages of others: from memory, for ever. */
#include "front/inside.h"
#include "front/map.h"
#include "tile/tile.h"

static bool read_at(const struct httpd_request *r, struct tile_at *out)
{
	uint32_t *const to[] = { &out->z, &out->x, &out->y };
	for (size_t i = 0; i < COUNT_OF(to); i++) {
		int64_t v;
		if (!str_to_int(r->holes[i + 1], &v) || v < 0 || v > INT32_MAX) return false;
		*to[i] = (uint32_t)v;
	}
	return tile_is(*out) && out->z <= tile_world_deepest();
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct tile_at at;
	(void)app;
	if (!str_eq(r->holes[0], tile_world_tag()) || !read_at(r, &at)) {
		return err_set(e, ERR_NOT_FOUND, "There is no such tile of the basemap: /tiles/-/%.*s/z/x/y, z from 0 to %u.", STR_ARG(tile_world_tag()),
		               tile_world_deepest());
	}
	struct str bytes = tile_world(at);
	httpd_reply_type(p, STR("application/vnd.mapbox-vector-tile"));
	httpd_reply_cache_control(p, STR("public, max-age=31536000, immutable"));
	httpd_reply_etag(p, tile_world_tag());
	/* Everything that draws maps takes gzip; nothing else asks. */
	httpd_reply_static(p, bytes);
	if (bytes.n) httpd_reply_encoded(p, "gzip");
	return true;
}

const struct httpd_route front_basemap = { .method = HTTPD_GET, .pattern = "/tiles/-/{tag}/{z}/{x}/{y}", .run = run, .flags = HTTPD_INLINE };
