/* Backgrounds of maps beside the house's own. A portal fetches their tiles itself (EMB-5); one that has browsers ask for them
 * declares the service they come from, and is then not asked before a reader has allowed it. */
#include "view/inside.h"

#include "atlas/atlas.h"
#include "json/json.h"
#include "net/net.h"

/* A host by itself, or everything below one (the star), as services declare their origins. */
static bool covers(struct str declared, struct str host)
{
	struct str name = str_starts(declared, STR("https://")) ? str_from(declared, 8) : STR("");
	if (!str_starts(name, STR("*.")))
		return name.n && str_eq(name, host);
	struct str tail = str_from(name, 1);
	return host.n > tail.n && str_ends(host, tail);
}

static const struct registry_service *service_or_null(const struct registry *g, struct str host, size_t *place)
{
	for (size_t i = 0; g && i < g->nservices && i < CONSENT_SERVICES; i++)
		for (size_t k = 0; k < g->services[i].norigins[REGISTRY_CONNECT]; k++)
			if (covers(g->services[i].origins[REGISTRY_CONNECT][k], host)) {
				*place = i;
				return &g->services[i];
			}
	return NULL;
}

static void put_common(struct json_out *j, const struct atlas_ground *g)
{
	json_open(j, '{');
	json_member(j, "id", g->id);
	json_member(j, "label", g->label);
	json_member(j, "attribution", g->attribution);
	json_member_int(j, "minzoom", g->zoom_min);
	json_member_int(j, "maxzoom", g->zoom_max);
}

static void put_tiles(struct json_out *j, const struct str *tiles, size_t n)
{
	json_key(j, STR("tiles"));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++)
		json_put(j, tiles[i]);
	json_close(j, ']');
}

/* True when the reader's browser may ask for it: all of its origins belong to one service, which is allowed. *ask: it would have to be
 * allowed first. */
static bool is_direct(struct view_page *p, const struct str *tiles, size_t n, bool *ask)
{
	const struct visit *v = p->visit;
	struct net_url url;
	size_t place = 0;
	*ask = false;
	for (size_t i = 0; i < n; i++) {
		if (!net_url(v->arena, tiles[i], &url) || !service_or_null(v->registry, url.host, &place))
			return false;
		if (!v->consent.granted[place]) {
			*ask = true;
			return false;
		}
		view_use(p, &v->registry->services[place]);
	}
	return true;
}

static bool put_ground(struct json_out *j, struct view_page *p, const struct atlas_ground *g)
{
	struct arena *a = p->visit->arena;
	struct str *tiles;
	bool ask;
	if (!g->direct) {
		struct str own = arena_printf(a, "%.*s/tiles/-/ground/%.*s/{z}/{x}/{y}", STR_ARG(p->visit->origin), STR_ARG(g->id));
		put_common(j, g);
		put_tiles(j, &own, 1);
		json_close(j, '}');
		return true;
	}
	size_t n = atlas_ground_templates(a, g, &tiles);
	bool may = is_direct(p, tiles, n, &ask);
	if (!may && !ask)
		return false;
	put_common(j, g);
	if (may)
		put_tiles(j, tiles, n);
	else
		json_member(j, "ask", STR("/cookies/preferences/"));
	if (may && g->tms && !g->wms.n)
		json_member_bool(j, "tms", true);
	json_close(j, '}');
	return true;
}

bool view_basemap_declared(const struct visit *v, const struct atlas_ground *g)
{
	struct str *tiles;
	struct net_url url;
	size_t place;
	size_t n = atlas_ground_templates(v->arena, g, &tiles);
	for (size_t i = 0; i < n; i++)
		if (!net_url(v->arena, tiles[i], &url) || !service_or_null(v->registry, url.host, &place))
			return false;
	return n > 0;
}

void view_put_basemaps(struct view_page *p)
{
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	if (!view_basemaps(p, &b))
		return;
	html_lit(&p->h, " basemaps=\"");
	html_text(&p->h, buf_str(&b));
	html_lit(&p->h, "\"");
	if (tenant_setting_on(p->visit->at.tenant, "map.first"))
		html_lit(&p->h, " basemap-first");
}

bool view_basemaps(struct view_page *p, struct buf *json)
{
	const struct visit *v = p->visit;
	const struct atlas_ground *grounds;
	struct err ignored = { 0 };
	size_t n;
	size_t put = 0;
	if (!atlas_grounds(v->arena, tenant_setting(v->at.tenant, "map.basemaps"), v->lang_code, &grounds, &n, &ignored) || !n)
		return false;
	size_t from = json->n;
	struct json_out j = JSON_OUT(json);
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++)
		put += put_ground(&j, p, &grounds[i]);
	json_close(&j, ']');
	if (!put)
		json->n = from;
	return put > 0;
}
