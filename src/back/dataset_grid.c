/* Coordinates of a national grid: two columns of numbers that are called as such and lie where a known system has its land are offered as points
 * on the map, before the first publication. The choice becomes the processor that anybody could have added. */
#include "back/dataset_inside.h"

/* Where the ordinates of a system lie on its own land, metres; none overlaps another. 0: offered, never guessed. */
static const struct grid { int epsg; const char *name; double x0, x1, y0, y1; } grids[] = {
	{ 2154, "RGF93 / Lambert-93", 80000, 1300000, 6000000, 7200000 },
	{ 27572, "NTF / Lambert zone II étendu", 0, 1250000, 1600000, 2720000 },
	{ 2056, "CH1903+ / LV95", 2480000, 2850000, 1070000, 1310000 },
	{ 28992, "Amersfoort / RD New", 0, 285000, 300000, 630000 },
	{ 31370, "BD72 / Lambert 72", 14000, 300000, 20000, 250000 },
	{ 3763, "ETRS89 / PT-TM06", -130000, 170000, -305000, 285000 },
	{ 3006, "SWEREF99 TM", 260000, 930000, 6120000, 7680000 },
	{ 25830, "ETRS89 / UTM 30N", 0, 0, 0, 0 }, { 25831, "ETRS89 / UTM 31N", 0, 0, 0, 0 }, { 25832, "ETRS89 / UTM 32N", 0, 0, 0, 0 }, { 25833, "ETRS89 / UTM 33N", 0, 0, 0, 0 },
	{ 3035, "ETRS89 / LAEA Europe", 0, 0, 0, 0 }, { 27700, "OSGB36 / British National Grid", 0, 0, 0, 0 }, { 3857, "WGS 84 / Web Mercator", 0, 0, 0, 0 },
};
enum { DEGREES = 360 };

/* Bounds come as text, as the source spells them: a comma may be the mark of decimals. */
static double number(const struct json_node *n)
{
	char room[64];
	double d = 0;
	struct str t = str_trim(json_text(n));
	if (json_kind(n) != JSON_TEXT)
		return json_real(n, 0);
	if (!t.n || t.n >= sizeof room)
		return 0;
	for (size_t i = 0; i < t.n; i++)
		room[i] = t.p[i] == ',' ? '.' : t.p[i];
	return text_to_double(str_make(room, t.n), &d) ? d : 0;
}

static bool is_wide(const struct json_node *f)
{
	struct str type = json_text(json_get(f, "type"));
	double least = number(json_get(f, "least")), most = number(json_get(f, "most"));
	bool numeric = str_eq(type, STR("int")) || str_eq(type, STR("double"));
	/* Degrees, and numbers of rows, are no metres. */
	return numeric && (most > DEGREES * 10 || least < -DEGREES * 10);
}

/* Whether a name is that of an easting (x) or of a northing: a word of its own in it, "coord_x", "X_L93". */
static bool is_called(struct str name, bool east)
{
	static const char *const easts[] = { "x", "xl93", "easting", "est", "oost", "xcoord", "coordx", "lambx" };
	static const char *const norths[] = { "y", "yl93", "northing", "nord", "noord", "ycoord", "coordy", "lamby" };
	struct str rest = name, word;
	for (size_t i = 0; i < COUNT_OF(easts); i++)
		for (rest = name; rest.n && str_cut(&rest, '_', &word);)
			if (str_eq_nocase(word, str_of(east ? easts[i] : norths[i])))
				return true;
	return false;
}

static const struct json_node *last_step(const struct back_preview *p)
{
	size_t n = back_preview_steps(p);
	return n ? back_preview_step_or_null(p, n - 1) : NULL;
}

bool dataset_grid_find(const struct back_preview *p, struct dataset_grid *out)
{
	const struct json_node *fields = json_get(last_step(p), "fields"), *x = NULL, *y = NULL;
	*out = (struct dataset_grid){ 0 };
	for (size_t i = 0; i < json_count(fields); i++) {
		const struct json_node *f = json_at(fields, i);
		struct str name = json_text(json_get(f, "name"));
		/* One that has its places needs no others. */
		if (str_starts(json_text(json_get(f, "type")), STR("geo_")))
			return false;
		if (!x && is_wide(f) && is_called(name, true))
			x = f;
		else if (!y && is_wide(f) && is_called(name, false))
			y = f;
	}
	if (!x || !y)
		return false;
	double x0 = number(json_get(x, "least")), x1 = number(json_get(x, "most")), y0 = number(json_get(y, "least")), y1 = number(json_get(y, "most"));
	for (size_t i = 0; i < COUNT_OF(grids) && !out->epsg; i++)
		if (grids[i].x1 > grids[i].x0 && x0 >= grids[i].x0 && x1 <= grids[i].x1 && y0 >= grids[i].y0 && y1 <= grids[i].y1)
			out->epsg = grids[i].epsg;
	out->x = json_text(json_get(x, "name"));
	out->y = json_text(json_get(y, "name"));
	return true;
}

void dataset_put_grid(struct html *h, struct visit *v, const struct back_preview *p)
{
	struct dataset_grid g;
	struct html_option options[COUNT_OF(grids) + 1] = { { .message = N_("These are no places") } };
	if (!dataset_grid_find(p, &g))
		return;
	for (size_t i = 0; i < COUNT_OF(grids); i++)
		options[i + 1] = (struct html_option){ .value = arena_printf(v->arena, "%d", grids[i].epsg), .text = arena_printf(v->arena, "%s (EPSG:%d)", grids[i].name, grids[i].epsg) };
	html_lit(h, "<div class=\"either\">");
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "grid", .options = options, .noptions = COUNT_OF(grids) + 1,
		.label_text = arena_printf(v->arena, "%.*s (%.*s, %.*s)", STR_ARG(i18n_text(v->lang, N_("Coordinates of a national grid"))), STR_ARG(g.x), STR_ARG(g.y)),
		.value = g.epsg ? arena_printf(v->arena, "%d", g.epsg) : STR(""), .hint = N_("They become points, and the dataset gets a map.") });
	html_hidden(h, "grid.x", g.x);
	html_hidden(h, "grid.y", g.y);
	html_lit(h, "</div>");
}

struct str dataset_read_grid(struct visit *v, const struct visitor_form *f, const struct json_node *processors)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	int64_t epsg;
	bool known = false;
	struct str x = visitor_field(f, STR("grid.x")), y = visitor_field(f, STR("grid.y"));
	if (!str_to_int(visitor_field(f, STR("grid")), &epsg) || !x.n || !y.n)
		return STR("");
	for (size_t i = 0; i < COUNT_OF(grids); i++)
		known |= grids[i].epsg == epsg;
	if (!known)
		return STR("");
	json_open(&j, '[');
	for (size_t i = 0; i < json_count(processors); i++) {
		/* Asked again on the same page: the choice takes the place of the one before. */
		if (str_eq(json_text(json_get(json_at(processors, i), "type")), STR("create_geopoint")))
			continue;
		json_value(&j);
		json_put_node(&b, json_at(processors, i));
	}
	json_open(&j, '{');
	json_member(&j, "type", STR("create_geopoint"));
	json_member(&j, "latitude", y);
	json_member(&j, "longitude", x);
	json_member_int(&j, "epsg", epsg);
	json_member(&j, "output_field", STR("place"));
	json_close(&j, '}');
	json_close(&j, ']');
	return arena_str(v->arena, buf_str(&b));
}
