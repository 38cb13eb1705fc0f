/* Basemaps: what lies under maps beside the house's own. Each is fetched by the portal itself, so that nobody else learns who looks at which
 * map, or, where a declared service covers it, by browsers of readers who allow that service. The list is the setting map.basemaps. */
#include "back/portal.h"
#include "atlas/atlas.h"
#include "json/json.h"

enum { LANGUAGES = 16, SEEN_Z = 5, SEEN_X = 16, SEEN_Y = 11 };
#define HOME "/backoffice/portal/basemaps/"

/* As it stands in fields: texts, so that what cannot be read is shown again. */
struct ground {
	struct str id, address, subdomains, layers, styles, format, attribution, least, most;
	struct str labels[LANGUAGES]; /* in the order of the portal's languages */
	bool wms, tms, direct;
};
struct grounds { struct ground *list; size_t n; };

/* --- from the setting ------------------------------------------------------------------------------------------------ */

static struct str text_of(struct arena *a, const struct json_node *n, const char *name) { return arena_str(a, json_text(json_get(n, name))); }

static struct str number_of(struct arena *a, const struct json_node *n, const char *name)
{
	const struct json_node *v = json_get(n, name);
	return json_kind(v) == JSON_NULL || json_kind(v) == JSON_ABSENT ? STR("") : arena_printf(a, "%lld", (long long)json_int(v, 0));
}

static void read_one(const struct visit *v, const struct json_node *n, struct ground *g)
{
	struct arena *a = v->arena;
	const struct tenant *t = v->at.tenant;
	const struct json_node *label = json_get(n, "label");
	*g = (struct ground){ .id = text_of(a, n, "id"), .wms = json_text(json_get(n, "wms")).n > 0, .subdomains = text_of(a, n, "subdomains"), .layers = text_of(a, n, "layers"),
		.styles = text_of(a, n, "styles"), .format = text_of(a, n, "format"), .attribution = text_of(a, n, "attribution"), .least = number_of(a, n, "minZoom"),
		.most = number_of(a, n, "maxZoom"), .tms = json_bool(json_get(n, "tms"), false), .direct = json_bool(json_get(n, "direct"), false) };
	g->address = text_of(a, n, g->wms ? "wms" : "tiles");
	for (size_t i = 0; i < t->nlanguages && i < LANGUAGES; i++)
		g->labels[i] = json_kind(label) == JSON_TEXT ? arena_str(a, json_text(label)) : text_of(a, label, arena_cstr(a, t->languages[i]));
}

static void read_setting(struct visit *v, struct grounds *out)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	struct str json = tenant_setting(v->at.tenant, "map.basemaps");
	out->list = arena_array(v->arena, struct ground, ATLAS_GROUNDS + 1);
	if (!str_trim(json).n || !json_read(json, &doc, &ignored))
		return;
	for (size_t i = 0; i < json_count(json_root(doc)) && i < ATLAS_GROUNDS; i++)
		read_one(v, json_at(json_root(doc), i), &out->list[out->n++]);
}

/* --- from a form --------------------------------------------------------------------------------------------------------- */

static struct str field(struct visit *v, const struct visitor_form *f, const char *what, struct str row)
{
	return str_trim(visitor_field(f, arena_printf(v->arena, "%s.%.*s", what, STR_ARG(row))));
}

static void read_form(struct visit *v, const struct visitor_form *f, struct grounds *out)
{
	const struct tenant *t = v->at.tenant;
	out->list = arena_array(v->arena, struct ground, ATLAS_GROUNDS + 1);
	for (size_t i = 0; i < f->n && out->n < ATLAS_GROUNDS; i++) {
		if (!str_eq(f->pairs[i].name, STR("row")))
			continue;
		struct str k = f->pairs[i].value;
		struct ground *g = &out->list[out->n++];
		*g = (struct ground){ .id = field(v, f, "id", k), .wms = str_eq(field(v, f, "kind", k), STR("wms")), .address = field(v, f, "address", k), .subdomains = field(v, f, "subdomains", k),
			.layers = field(v, f, "layers", k), .styles = field(v, f, "styles", k), .format = field(v, f, "format", k), .attribution = field(v, f, "attribution", k),
			.least = field(v, f, "least", k), .most = field(v, f, "most", k), .tms = field(v, f, "tms", k).n > 0, .direct = field(v, f, "direct", k).n > 0 };
		for (size_t l = 0; l < t->nlanguages && l < LANGUAGES; l++)
			g->labels[l] = field(v, f, arena_printf(v->arena, "label.%.*s", STR_ARG(k)).p, t->languages[l]);
	}
}

/* "add", or "up", "down", "remove" and a point and a position; false: nothing of the kind, the form is to be saved. */
static bool obey(struct grounds *g, struct str what)
{
	struct str verb;
	int64_t at;
	if (str_eq(what, STR("add"))) {
		if (g->n < ATLAS_GROUNDS)
			g->list[g->n++] = (struct ground){ 0 };
		return true;
	}
	if (!str_cut(&what, '.', &verb) || !str_to_int(what, &at) || at < 0 || at >= (int64_t)g->n)
		return false;
	bool up = str_eq(verb, STR("up")), down = str_eq(verb, STR("down"));
	size_t i = (size_t)at, other = up && i ? i - 1 : down && i + 1 < g->n ? i + 1 : i;
	struct ground moved = g->list[i];
	if (up || down) {
		g->list[i] = g->list[other];
		g->list[other] = moved;
	} else {
		memmove(&g->list[i], &g->list[i + 1], (g->n - i - 1) * sizeof moved);
		g->n--;
	}
	return true;
}

/* --- saving ------------------------------------------------------------------------------------------------------------------ */

static void put_some(struct json_out *j, const char *name, struct str value)
{
	if (!value.n)
		return;
	json_key(j, str_of(name));
	json_put(j, value);
}

static void put_whole(struct json_out *j, const char *name, struct str value)
{
	int64_t n;
	if (!str_to_int(value, &n))
		return;
	json_key(j, str_of(name));
	json_put_int(j, n);
}

static struct str id_of(struct visit *v, const struct grounds *all, size_t i)
{
	struct str id = all->list[i].id;
	for (int64_t k = (int64_t)i + 1; !id.n; k++) {
		id = arena_printf(v->arena, "basemap-%lld", (long long)k);
		for (size_t o = 0; o < all->n; o++)
			if (str_eq(all->list[o].id, id))
				id = STR("");
	}
	return id;
}

static void put_json(struct visit *v, struct buf *b, struct grounds *all)
{
	const struct tenant *t = v->at.tenant;
	struct json_out j = JSON_OUT(b);
	json_open(&j, '[');
	for (size_t i = 0; i < all->n; i++) {
		struct ground *g = &all->list[i];
		g->id = id_of(v, all, i);
		json_open(&j, '{');
		json_member(&j, "id", g->id);
		json_key(&j, STR("label"));
		json_open(&j, '{');
		for (size_t l = 0; l < t->nlanguages && l < LANGUAGES; l++) {
			json_key(&j, t->languages[l]);
			json_put(&j, g->labels[l]);
		}
		json_close(&j, '}');
		put_some(&j, g->wms ? "wms" : "tiles", g->address);
		put_some(&j, "subdomains", g->wms ? STR("") : g->subdomains);
		put_some(&j, "layers", g->wms ? g->layers : STR(""));
		put_some(&j, "styles", g->wms ? g->styles : STR(""));
		put_some(&j, "format", g->wms ? g->format : STR(""));
		put_some(&j, "attribution", g->attribution);
		put_whole(&j, "minZoom", g->least);
		put_whole(&j, "maxZoom", g->most);
		if (g->tms && !g->wms)
			json_member_bool(&j, "tms", true);
		if (g->direct)
			json_member_bool(&j, "direct", true);
		json_close(&j, '}');
	}
	json_close(&j, ']');
}

static bool is_zoom(struct str s)
{
	int64_t n;
	return !s.n || (str_to_int(s, &n) && n >= 0 && n <= 24);
}

static void complain(struct visit *v, struct html_errors *errors, const char *what, size_t i, const char *message)
{
	html_complain(errors, v->lang, arena_printf(v->arena, "%s.%zu", what, i).p, message);
}

/* What is wrong, beside the field; what a page cannot tell is told by the reader of the setting. */
static void check(struct visit *v, const struct grounds *all, struct html_errors *errors)
{
	const struct tenant *t = v->at.tenant;
	for (size_t i = 0; i < all->n; i++) {
		const struct ground *g = &all->list[i];
		bool holes = str_find(g->address, STR("{z}")) >= 0 && str_find(g->address, STR("{x}")) >= 0 && str_find(g->address, STR("{y}")) >= 0;
		for (size_t l = 0; l < t->nlanguages && l < LANGUAGES; l++)
			if (!g->labels[l].n)
				html_complain(errors, v->lang, arena_printf(v->arena, "label.%zu.%.*s", i, STR_ARG(t->languages[l])).p, N_("Every basemap needs a label in every language of the portal."));
		if (!str_starts(g->address, STR("https://")) && (g->direct || !str_starts(g->address, STR("http://"))))
			complain(v, errors, "address", i, N_("An address that begins with https:// is expected."));
		else if (!g->wms && !holes)
			complain(v, errors, "address", i, N_("{z}, {x} and {y} are expected in the address: they stand for the tile."));
		if (!g->wms && str_find(g->address, STR("{s}")) >= 0 && !g->subdomains.n)
			complain(v, errors, "subdomains", i, N_("{s} in the address stands for one of these: name at least one."));
		if (g->wms && !g->layers.n)
			complain(v, errors, "layers", i, N_("A WMS needs the names of its layers."));
		if (!is_zoom(g->least) || !is_zoom(g->most))
			complain(v, errors, is_zoom(g->least) ? "most" : "least", i, N_("Zooms go from 0 to 24."));
	}
}

/* Addresses that browsers ask themselves belong to services of the register, so that policy and headers follow (REG-8). */
static void check_direct(struct visit *v, const struct atlas_ground *list, size_t n, struct html_errors *errors)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].direct && !view_basemap_declared(v, &list[i]))
			complain(v, errors, "direct", i, N_("No service of the register covers this address: declare it under Cookies and privacy first, or let the portal fetch it."));
}

static bool save(struct visit *v, struct grounds *all, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	auto_buf b = BUF_INIT(ATLAS_GROUNDS_BYTES);
	struct back_settings s = { .visit = v };
	const struct atlas_ground *list;
	struct err why = { 0 };
	size_t n;
	check(v, all, errors);
	put_json(v, &b, all);
	struct str json = arena_str(v->arena, buf_str(&b));
	if (!errors->n && !atlas_grounds(v->arena, json, v->lang_code, &list, &n, &why))
		html_complain_text(errors, STR(""), arena_str(v->arena, str_of(why.pub)));
	if (!errors->n)
		check_direct(v, list, n, errors);
	back_setting_put(&s, STR("map.basemaps"), all->n ? json : STR(""));
	struct str place = str_trim(visitor_field(f, STR("map.place")));
	double at[3];
	if (place.n && !tenant_place(place, at))
		html_complain(errors, v->lang, "map.place", N_("Please give zoom, latitude and longitude with commas between them, such as 11,48.85,2.35."));
	back_setting_put(&s, STR("map.place"), place);
	back_setting_put(&s, STR("map.first"), visitor_field_on(f, STR("map.first")) ? STR("on") : STR("off"));
	return back_settings_save(&s, STR(HOME), errors, e);
}

/* --- showing --------------------------------------------------------------------------------------------------------------- */

static void put_verb(struct html *h, struct visit *v, const char *verb, size_t i, const char *label, enum view_icon icon, bool disabled)
{
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = label, .about = arena_printf(v->arena, "%zu", i + 1), .icon = icon, .with_icon = true, .small = true, .name = "do",
		.value = arena_printf(v->arena, "%s.%zu", verb, i), .disabled = disabled });
}

static void put_text(struct html *h, struct visit *v, const char *what, size_t i, const char *label, const char *hint, struct str value, bool code)
{
	html_field(h, &(struct html_field){ .name = arena_printf(v->arena, "%s.%zu", what, i).p, .label = label, .hint = hint, .value = value, .code = code, .most = 1000 });
}

static void put_zoom(struct html *h, struct visit *v, const char *what, size_t i, const char *label, struct str value)
{
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = arena_printf(v->arena, "%s.%zu", what, i).p, .label = label, .value = value, .min = STR("0"), .max = STR("24"), .narrow = true });
}

static void put_check(struct html *h, struct visit *v, const char *what, size_t i, const char *label, const char *hint, bool on)
{
	html_check(h, &(struct html_check){ .name = arena_printf(v->arena, "%s.%zu", what, i).p, .label = label, .hint = hint, .on = on });
}

/* One tile as readers get it: of a town, when the basemap goes so far. */
static void put_seen(struct html *h, const struct visit *v, const struct ground *g)
{
	const struct atlas_ground *list;
	struct err ignored = { 0 };
	size_t n;
	if (!g->id.n || g->direct || !atlas_grounds(v->arena, tenant_setting(v->at.tenant, "map.basemaps"), v->lang_code, &list, &n, &ignored))
		return;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(list[i].id, g->id) || list[i].direct)
			continue;
		int z = num_max(list[i].zoom_min, num_min(list[i].zoom_max, (int)SEEN_Z)), by = z > SEEN_Z ? z - SEEN_Z : SEEN_Z - z;
		html_lit(h, "<p class=\"basemap-seen\"><img width=\"128\" height=\"128\" loading=\"lazy\" src=\"/tiles/-/ground/");
		html_text(h, g->id);
		html_text(h, arena_printf(v->arena, "/%d/%d/%d", z, z > SEEN_Z ? SEEN_X << by : SEEN_X >> by, z > SEEN_Z ? SEEN_Y << by : SEEN_Y >> by));
		html_lit(h, "\" alt=\"");
		html_say(h, N_("One tile, as readers get it"));
		html_lit(h, "\"></p>");
	}
}

static void put_source(struct html *h, struct visit *v, const struct ground *g, size_t i)
{
	static const struct html_option kinds[] = { { .value = { "xyz", 3 }, .message = N_("Tiles (XYZ)") }, { .value = { "wms", 3 }, .message = N_("WMS") } };
	static const struct html_option formats[] = { { .value = { "", 0 }, .message = N_("PNG") }, { .value = { "jpeg", 4 }, .message = N_("JPEG") } };
	struct arena *a = v->arena;
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = arena_printf(a, "kind.%zu", i).p, .label = N_("Kind"), .options = kinds, .noptions = COUNT_OF(kinds), .value = g->wms ? STR("wms") : STR("xyz") });
	put_text(h, v, "address", i, N_("Address"), N_("Of tiles: https://tile.example/{z}/{x}/{y}.png; of a WMS: https://maps.example/wms."), g->address, true);
	put_text(h, v, "attribution", i, N_("Credit"), N_("Whose map it is, as its terms ask for it."), g->attribution, false);
	html_lit(h, "<details class=\"more\"");
	if (g->wms || g->subdomains.n || g->tms || g->direct || g->least.n || g->most.n)
		html_lit(h, " open");
	html_lit(h, "><summary>");
	html_say(h, N_("More about it"));
	html_lit(h, "</summary>");
	put_text(h, v, "subdomains", i, N_("Of tiles: names for {s}"), N_("With commas between them, such as a,b,c."), g->subdomains, true);
	put_text(h, v, "layers", i, N_("Of a WMS: layers"), NULL, g->layers, true);
	put_text(h, v, "styles", i, N_("Of a WMS: styles"), NULL, g->styles, true);
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = arena_printf(a, "format.%zu", i).p, .label = N_("Of a WMS: pictures as"), .options = formats, .noptions = COUNT_OF(formats),
		.value = str_eq(g->format, STR("jpeg")) ? g->format : STR("") });
	put_zoom(h, v, "least", i, N_("Smallest zoom"), g->least);
	put_zoom(h, v, "most", i, N_("Largest zoom"), g->most);
	put_check(h, v, "tms", i, N_("Rows count from the south (TMS)"), NULL, g->tms);
	put_check(h, v, "direct", i, N_("Browsers of readers ask for it themselves"), N_("Only for a service that is declared, and once a reader has allowed it. Otherwise the portal fetches it, and nobody learns who looks."), g->direct);
	html_lit(h, "</details>");
}

static void put_ground(struct html *h, struct visit *v, const struct grounds *all, size_t i)
{
	const struct ground *g = &all->list[i];
	struct arena *a = v->arena;
	html_lit(h, "<li class=\"menu-item\">");
	html_hidden(h, "row", arena_printf(a, "%zu", i));
	html_hidden(h, arena_printf(a, "id.%zu", i).p, g->id);
	html_field_languages(h, &(struct html_field){ .name = arena_printf(a, "label.%zu", i).p, .label = N_("Label"), .most = 200 }, v->at.tenant, g->labels);
	put_source(h, v, g, i);
	put_seen(h, v, g);
	html_lit(h, "<div class=\"row-buttons\">");
	put_verb(h, v, "up", i, N_("Move up"), ICON_ARROW_UP, i == 0);
	put_verb(h, v, "down", i, N_("Move down"), ICON_ARROW_DOWN, i + 1 == all->n);
	put_verb(h, v, "remove", i, N_("Remove"), ICON_TRASH, false);
	html_lit(h, "</div></li>");
}

static bool show(struct visit *v, const struct grounds *all, bool unsaved, bool first, struct str place, const struct html_errors *errors, struct err *e)
{
	auto_page page = back_page(v, N_("Basemaps"), HOME);
	view_office_open(&page, VIEW_OFFICE_PORTAL);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("What lies under maps, beside the house's own plain map. Readers choose among them."));
	html_heading_close(h);
	back_put_portal_tabs(h, PORTAL_GROUNDS);
	back_said(&page, v->request);
	back_put_stale(&page, errors);
	if (unsaved && !errors->n)
		html_notice(h, HTML_INFO, N_("Not saved yet: maps stay as they were until you save."));
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR(HOME), .errors = errors, .rebuilt = unsaved });
	/* Enter in a field saves, and does not move the first one. */
	html_lit(h, "<button hidden name=\"do\" value=\"save\"></button>");
	html_lit(h, "<stoa-sort><ol class=\"menu-items\">");
	for (size_t i = 0; i < all->n; i++)
		put_ground(h, v, all, i);
	html_lit(h, "</ol></stoa-sort>");
	if (!all->n)
		html_empty(h, N_("No basemaps"), N_("Maps have the house's own plain map, and nothing is fetched from elsewhere."), NULL);
	html_check(h, &(struct html_check){ .name = "map.first", .label = N_("Maps open with the first of these"), .hint = N_("Otherwise with the house's own plain map."), .on = first, .as_switch = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "map.place", .label = N_("Where a new map begins"), .placeholder = "11,48.85,2.35", .value = place, .most = 60, .narrow = true,
		.hint = N_("Zoom, latitude and longitude, as the address of a dataset's map has them (location=…). Empty: the whole world.") });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save"), .name = "do", .value = STR("save") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Add a basemap"), .icon = ICON_PLUS, .with_icon = true, .name = "do", .value = STR("add") });
	html_buttons_close(h);
	html_form_close(h);
	return view_close(&page, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct grounds all = { 0 };
	bool taken;
	if (!back_enter(app, r, p, VIEW_OFFICE_PORTAL, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (r->method != HTTPD_POST) {
		read_setting(&v, &all);
		return show(&v, &all, false, tenant_setting_on(v.at.tenant, "map.first"), tenant_setting(v.at.tenant, "map.place"), &errors, e);
	}
	read_form(&v, &form, &all);
	if (taken && !obey(&all, visitor_field(&form, STR("do")))) {
		if (save(&v, &all, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	return show(&v, &all, true, visitor_field_on(&form, STR("map.first")), visitor_field(&form, STR("map.place")), &errors, e);
}

const struct httpd_route back_portal_grounds = { .method = HTTPD_GET, .pattern = HOME, .run = run };
const struct httpd_route back_portal_grounds_post = { .method = HTTPD_POST, .pattern = HOME, .body_max = 512 * 1024, .run = run };
