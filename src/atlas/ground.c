/* Backgrounds of a portal: the list of its setting, and the addresses of their tiles. */
#include "atlas/inside.h"
#include "json/json.h"
#include "text/text.h"

#define OF struct atlas_ground
#define TEXT(n, m, most) { .name = n, .kind = MEMBER_TEXT, .at = offsetof(OF, m), .high = most },
#define WHOLE(n, m, l, h, o) { .name = n, .kind = MEMBER_WHOLE, .at = offsetof(OF, m), .low = l, .high = h, .otherwise = o },
#define FLAG(n, m) { .name = n, .kind = MEMBER_FLAG, .at = offsetof(OF, m) },
static const struct member members[] = {
	TEXT("id", id, 40) TEXT("tiles", tiles, 1000) TEXT("subdomains", subdomains, 100) TEXT("attribution", attribution, 500)
	TEXT("wms", wms, 1000) TEXT("layers", layers, 500) TEXT("styles", styles, 500) TEXT("format", format, 10)
	WHOLE("minZoom", zoom_min, 0, 24, 0) WHOLE("maxZoom", zoom_max, 0, 24, 19) FLAG("tms", tms) FLAG("direct", direct)
	{ .name = NULL }
};

static bool wrong(struct err *e, size_t i, const char *what)
{
	return err_set(e, ERR_PARAMETER, "basemaps[%zu].%s.", i, what);
}

static struct str label_of(struct arena *a, const struct json_node *n, struct str lang)
{
	struct str key;
	const struct json_node *value;
	struct str first = STR("");
	if (json_kind(n) == JSON_TEXT) return arena_str(a, json_text(n));
	for (size_t at = 0; json_kind(n) == JSON_OBJECT && json_each(n, &at, &key, &value);) {
		if (str_eq(key, lang)) return arena_str(a, json_text(value));
		if (!first.n) first = json_text(value);
	}
	return arena_str(a, first);
}

static bool is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) return false;
	}
	return s.n > 0 && !str_eq(s, STR("stoa"));
}

static bool check(const struct atlas_ground *g, size_t i, struct err *e)
{
	struct str url = g->wms.n ? g->wms : g->tiles;
	if (!is_id(g->id)) return wrong(e, i, "id: small letters, digits, _ and - are expected, and not the name stoa");
	if (!g->label.n) return wrong(e, i, "label: a text is expected, or one a language");
	if (!str_starts(url, STR("https://")) && (g->direct || !str_starts(url, STR("http://")))) return wrong(e, i, "tiles: an address is expected, https://tile.example/{z}/{x}/{y}.png (or wms)");
	if (g->wms.n && !g->layers.n) return wrong(e, i, "layers: a WMS needs the names of its layers");
	if (!g->wms.n && (str_find(url, STR("{z}")) < 0 || str_find(url, STR("{x}")) < 0 || str_find(url, STR("{y}")) < 0))
		return wrong(e, i, "tiles: {z}, {x} and {y} are expected in the address");
	if (str_find(url, STR("{s}")) >= 0 && !g->subdomains.n) return wrong(e, i, "subdomains: {s} in the address stands for one of them");
	if (g->format.n && !str_eq(g->format, STR("png")) && !str_eq(g->format, STR("jpeg"))) return wrong(e, i, "format: png or jpeg is expected");
	return g->zoom_min <= g->zoom_max || wrong(e, i, "minZoom: it may not be above maxZoom");
}

bool atlas_grounds(struct arena *a, struct str json, struct str lang, const struct atlas_ground **out, size_t *n, struct err *e)
{
	static const char *const more[] = { "label", NULL };
	auto_json *doc = NULL;
	*n = 0;
	*out = NULL;
	if (!str_trim(json).n) return true;
	if (json.n > ATLAS_GROUNDS_BYTES) return err_set(e, ERR_PARAMETER, "basemaps: at most %d bytes are expected.", ATLAS_GROUNDS_BYTES);
	if (!json_read(json, &doc, e)) return false;
	const struct json_node *root = json_root(doc);
	if (json_kind(root) != JSON_ARRAY || json_count(root) > ATLAS_GROUNDS)
		return err_set(e, ERR_PARAMETER, "basemaps: a list of at most %d is expected.", ATLAS_GROUNDS);
	struct atlas_ground *all = arena_array(a, struct atlas_ground, json_count(root) + 1);
	for (size_t i = 0; i < json_count(root); i++) {
		const char *place = arena_printf(a, "basemaps[%zu]", i).p;
		if (!member_read(a, place, members, more, json_at(root, i), &all[i], e)) return false;
		all[i].label = label_of(a, json_get(json_at(root, i), "label"), lang);
		if (!check(&all[i], i, e)) return false;
		for (size_t k = 0; k < i; k++)
			if (str_eq(all[k].id, all[i].id)) return wrong(e, i, "id: it stands twice");
	}
	*out = all;
	*n = json_count(root);
	return true;
}

/* --- addresses --------------------------------------------------------------------------------------- */

static struct str replaced(struct arena *a, struct str s, struct str what, struct str by)
{
	ptrdiff_t at = str_find(s, what);
	if (at < 0) return s;
	return arena_join(a, arena_join(a, str_sub(s, 0, (size_t)at), by), str_from(s, (size_t)at + what.n));
}

static struct str wms_address(struct arena *a, const struct atlas_ground *g, struct str bbox)
{
	auto_buf b = BUF_INIT(8000);
	struct str format = g->format.n ? g->format : STR("png");
	buf_put(&b, g->wms);
	buf_put_char(&b, str_find_char(g->wms, '?') < 0 ? '?' : '&');
	buf_lit(&b, "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&CRS=EPSG:3857&WIDTH=256&HEIGHT=256&TRANSPARENT=true&FORMAT=image/");
	buf_put(&b, format);
	buf_lit(&b, "&LAYERS=");
	text_put_url(&b, g->layers);
	buf_lit(&b, "&STYLES=");
	text_put_url(&b, g->styles);
	buf_lit(&b, "&BBOX=");
	buf_put(&b, bbox);
	return arena_str(a, buf_str(&b));
}

/* The i-th of the names between commas. */
static struct str subdomain(struct str all, size_t i)
{
	struct str part;
	while (str_cut(&all, ',', &part))
		if (i-- == 0) return str_trim(part);
	return STR("");
}

static size_t subdomains(const struct atlas_ground *g)
{
	size_t n = 1;
	if (str_find(g->tiles, STR("{s}")) < 0) return 1;
	for (size_t i = 0; i < g->subdomains.n; i++) n += g->subdomains.p[i] == ',';
	return n;
}

struct str atlas_ground_tile(struct arena *a, const struct atlas_ground *g, uint32_t z, uint32_t x, uint32_t y)
{
	static const double HALF_M = 20037508.342789244;
	if (g->wms.n) {
		double side = 2 * HALF_M / (double)(UINT64_C(1) << z);
		double west = -HALF_M + x * side;
		double north = HALF_M - y * side;
		return wms_address(a, g, arena_printf(a, "%.6f,%.6f,%.6f,%.6f", west, north - side, west + side, north));
	}
	uint32_t row = g->tms ? (uint32_t)((UINT64_C(1) << z) - 1 - y) : y;
	struct str s = replaced(a, g->tiles, STR("{s}"), subdomain(g->subdomains, (x + y) % subdomains(g)));
	s = replaced(a, s, STR("{z}"), arena_printf(a, "%u", z));
	s = replaced(a, s, STR("{x}"), arena_printf(a, "%u", x));
	return replaced(a, s, STR("{y}"), arena_printf(a, "%u", row));
}

size_t atlas_ground_templates(struct arena *a, const struct atlas_ground *g, struct str **out)
{
	size_t n = subdomains(g);
	*out = arena_array(a, struct str, n);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = g->wms.n ? wms_address(a, g, STR("{bbox-epsg-3857}")) : replaced(a, g->tiles, STR("{s}"), subdomain(g->subdomains, i));
	return n;
}
