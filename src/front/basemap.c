/* What lies under maps: the house's own world, the same for every portal and for pages of others, from memory and for ever; and
 * backgrounds of a portal (setting map.basemaps) that the server fetches itself, so that whose map a reader looks at is told to nobody:
 * no header, address or cookie of theirs goes along (EMB-5). */
#include "atlas/atlas.h"
#include "front/inside.h"
#include "front/map.h"
#include "json/json.h"
#include "net/net.h"
#include "rest/rest.h"
#include "text/text.h"
#include "tile/tile.h"

enum { PICTURE_BYTES = 2 << 20, PICTURE_MS = 8000, KEPT_S = 86400, OK = 200, NO_CONTENT = 204, LEAST_HOLES = 3 };

/* z, x and y are the last three holes. */
static bool read_at(const struct httpd_request *r, size_t first, struct tile_at *out)
{
	uint32_t *const to[] = { &out->z, &out->x, &out->y };
	for (size_t i = 0; i < LEAST_HOLES; i++) {
		int64_t v;
		if (!str_to_int(r->holes[first + i], &v) || v < 0 || v > INT32_MAX) return false;
		*to[i] = (uint32_t)v;
	}
	return tile_is(*out);
}

static bool run_tile(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct tile_at at;
	(void)app;
	if (!str_eq(r->holes[0], tile_world_tag()) || !read_at(r, 1, &at) || at.z > tile_world_deepest())
		return err_set(e, ERR_NOT_FOUND, "There is no such tile of the basemap: /tiles/-/%.*s/z/x/y, z from 0 to %u.", STR_ARG(tile_world_tag()),
		               tile_world_deepest());
	struct str bytes = tile_world(at);
	httpd_reply_type(p, STR("application/vnd.mapbox-vector-tile"));
	httpd_reply_cache_control(p, STR("public, max-age=31536000, immutable"));
	httpd_reply_etag(p, tile_world_tag());
	/* Everything that draws maps takes gzip; nothing else asks. */
	httpd_reply_static(p, bytes);
	if (bytes.n) httpd_reply_encoded(p, "gzip");
	return true;
}

static bool run_world(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_buf b = BUF_INIT(1000);
	(void)r;
	(void)app;
	buf_printf(&b, "{\"tag\":\"%.*s\",\"deepest\":%u}", STR_ARG(tile_world_tag()), tile_world_deepest());
	if (!rest_json(p, &b, STR(""), e)) return false;
	httpd_reply_cache_control(p, STR("public, max-age=3600"));
	return true;
}

enum { PLACES = 8, NAME_BYTES = 200 };

/* Places of the world by name: ?q=, for the search boxes of maps. */
static bool run_places(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_buf b = BUF_INIT(16 << 10);
	auto_buf folded = BUF_INIT(NAME_BYTES * 4);
	struct json_out j = JSON_OUT(&b);
	const struct str *q = httpd_query_or_null(r, STR("q"));
	struct tile_place found[PLACES];
	(void)app;
	if (q) text_fold(&folded, text_cut(*q, NAME_BYTES));
	size_t n = tile_places(buf_str(&folded), found, PLACES);
	json_open(&j, '{');
	json_key(&j, STR("places"));
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		const struct geo_box *at = &found[i].box;
		const double corners[] = { at->x0, at->y0, at->x1, at->y1 };
		json_open(&j, '{');
		json_member(&j, "name", found[i].name);
		json_member(&j, "code", found[i].country);
		json_member(&j, "kind", found[i].is_country ? STR("country") : STR("town"));
		if (found[i].people) json_member_int(&j, "people", found[i].people);
		json_key(&j, STR("bounds"));
		json_open(&j, '[');
		for (size_t k = 0; k < COUNT_OF(corners); k++) json_put_real(&j, corners[k]);
		json_close(&j, ']');
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
	if (!rest_json(p, &b, STR(""), e)) return false;
	httpd_reply_cache_control(p, STR("public, max-age=3600"));
	return true;
}

static const struct atlas_ground *ground_or_null(const struct visit *v, struct str id, struct err *e)
{
	const struct atlas_ground *all;
	size_t n;
	if (!atlas_grounds(v->arena, tenant_setting(v->at.tenant, "map.basemaps"), v->lang_code, &all, &n, e)) return NULL;
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i].id, id) && !all[i].direct) return &all[i];
	(void)err_set(e, ERR_NOT_FOUND, "The portal has no background of this name that it fetches itself.");
	return NULL;
}

static bool fetch(const struct visit *v, const struct atlas_ground *g, struct tile_at at, struct net_answer *out, struct err *e)
{
	static const struct net_header headers[] = { { { "User-Agent", 10 }, { "Stoa", 4 } } };
	struct net_call call = { .url = atlas_ground_tile(v->arena, g, at.z, at.x, at.y), .headers = headers, .nheaders = COUNT_OF(headers),
		.flags = v->at.site->conf && v->at.site->conf->call_private ? NET_PRIVATE | NET_NO_TLS : 0, .most = PICTURE_BYTES, .timeout_ms = PICTURE_MS, .redirects = 2, .cancel_or_null = v->request->cancel };
	return net_call(&call, v->arena, out, e);
}

static bool run_ground(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct tile_at at;
	struct net_answer answer;
	if (!visitor_enter(app, r, p, &v, e)) return false;
	const struct atlas_ground *g = ground_or_null(&v, r->holes[0], e);
	if (!g) return false;
	if (!read_at(r, 1, &at) || at.z > (uint32_t)g->zoom_max || at.z < (uint32_t)g->zoom_min)
		return err_set(e, ERR_NOT_FOUND, "There is no such tile of this background: z goes from %d to %d.", g->zoom_min, g->zoom_max);
	if (!fetch(&v, g, at, &answer, e)) return false;
	bool picture = str_eq(answer.type, STR("image/png")) || str_eq(answer.type, STR("image/jpeg")) || str_eq(answer.type, STR("image/webp"));
	if (answer.status == NO_CONTENT || answer.status == 404) {
		httpd_reply_status(p, NO_CONTENT);
		return true;
	}
	if (answer.status != OK || !picture) return err_set(e, ERR_UPSTREAM, "The service of this background did not give a picture.");
	httpd_reply_type(p, answer.type);
	httpd_reply_bytes(p, answer.body);
	httpd_reply_cache_control(p, STR("public, max-age=86400"));
	httpd_reply_cacheable(p, KEPT_S);
	return true;
}

const struct httpd_route front_basemap = { .method = HTTPD_GET, .pattern = "/tiles/-/{tag}/{z}/{x}/{y}", .run = run_tile, .flags = HTTPD_INLINE };
const struct httpd_route front_world = { .method = HTTPD_GET, .pattern = "/tiles/-/world", .run = run_world, .flags = HTTPD_INLINE };
const struct httpd_route front_places = { .method = HTTPD_GET, .pattern = "/tiles/-/places", .run = run_places };
const struct httpd_route front_ground = { .method = HTTPD_GET, .pattern = "/tiles/-/ground/{ground}/{z}/{x}/{y}", .run = run_ground, .lane = HTTPD_LANE_CALL };
