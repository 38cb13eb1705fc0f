/* What the preview proposes so that a dataset gets its map (publish_preview): coordinates of a national grid as points, names of places as boundaries that
 * the portal holds, latitude and longitude exchanged where they are swapped. Offered before the first publication; the choice becomes the processor that anybody could have added. */
#include "back/dataset_inside.h"

/* Systems that are offered besides those whose land the numbers lie on. */
static const struct grid { int epsg; const char *name; } grids[] = {
	{ 2154, "RGF93 / Lambert-93" }, { 27572, "NTF / Lambert zone II étendu" }, { 2056, "CH1903+ / LV95" }, { 28992, "Amersfoort / RD New" },
	{ 31370, "BD72 / Lambert 72" }, { 3763, "ETRS89 / PT-TM06" }, { 3006, "SWEREF99 TM" }, { 25830, "ETRS89 / UTM 30N" }, { 25831, "ETRS89 / UTM 31N" },
	{ 25832, "ETRS89 / UTM 32N" }, { 25833, "ETRS89 / UTM 33N" }, { 3035, "ETRS89 / LAEA Europe" }, { 27700, "OSGB36 / British National Grid" },
	{ 3857, "WGS 84 / Web Mercator" },
};
enum { SURE = 70, CERTAIN = 90, MOST_OPTIONS = 32 };

static const struct json_node *proposal_or_null(const struct back_preview *p, const char *kind)
{
	const struct json_node *all = p->root ? json_get(p->root, "proposals") : NULL;
	for (size_t i = 0; i < json_count(all); i++)
		if (str_eq(json_text(json_get(json_at(all, i), "kind")), str_of(kind)))
			return json_at(all, i);
	return NULL;
}

static bool is_option(const struct html_option *o, size_t n, struct str value)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(o[i].value, value))
			return true;
	return false;
}

/* "RGF93 / Lambert-93 (EPSG:2154) – 48.16, -0.4 – 85 %": how sure it is, and where the places would lie. */
static struct html_option option_of(struct visit *v, const struct json_node *choice)
{
	const struct json_node *place = json_get(choice, "place");
	int64_t epsg = json_int(json_get(choice, "epsg"), 0);
	struct str name = json_text(json_get(choice, "name"));
	struct str at = json_count(place) == 2 ? arena_printf(v->arena, " – %.2f, %.2f", json_real(json_at(place, 0), 0), json_real(json_at(place, 1), 0)) : STR("");
	return (struct html_option){ .value = arena_printf(v->arena, "%lld", (long long)epsg), .text = arena_printf(v->arena, "%.*s (EPSG:%lld)%.*s – %lld %%", STR_ARG(name),
		(long long)epsg, STR_ARG(at), (long long)json_int(json_get(choice, "confidence"), 0)) };
}

static void put_grid(struct html *h, struct visit *v, const struct json_node *p)
{
	struct html_option options[MOST_OPTIONS] = { { .message = N_("These are no places") } };
	size_t n = 1;
	const struct json_node *choices = json_get(p, "choices");
	struct str x = json_text(json_get(p, "x")), y = json_text(json_get(p, "y"));
	for (size_t i = 0; i < json_count(choices) && n < MOST_OPTIONS; i++)
		options[n++] = option_of(v, json_at(choices, i));
	/* What only the numbers say is not chosen for anybody. */
	bool chosen = json_bool(json_get(p, "named"), false) && json_int(json_get(p, "confidence"), 0) >= SURE && n > 1;
	struct str value = chosen ? options[1].value : STR("");
	for (size_t i = 0; i < COUNT_OF(grids) && n < MOST_OPTIONS; i++) {
		struct str code = arena_printf(v->arena, "%d", grids[i].epsg);
		if (!is_option(options, n, code))
			options[n++] = (struct html_option){ .value = code, .text = arena_printf(v->arena, "%s (EPSG:%d)", grids[i].name, grids[i].epsg) };
	}
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "grid", .options = options, .noptions = n,
		.label_text = arena_printf(v->arena, "%.*s (%.*s, %.*s)", STR_ARG(i18n_text(v->lang, N_("Coordinates of a national grid"))), STR_ARG(x), STR_ARG(y)),
		.value = value, .hint = N_("They become points, and the dataset gets a map.") });
	html_hidden(h, "grid.x", x);
	html_hidden(h, "grid.y", y);
}

static void put_boundaries(struct html *h, struct visit *v, const struct json_node *p)
{
	const struct json_node *processor = json_get(p, "processor");
	struct str field = json_text(json_get(p, "field"));
	html_check(h, &(struct html_check){ .name = "bounds", .label_text = arena_printf(v->arena, "%.*s (%.*s)",
		STR_ARG(i18n_text(v->lang, N_("Draw the boundaries of these places on the map"))), STR_ARG(field)),
		.hint_text = arena_printf(v->arena, "%.*s: %lld / %lld", STR_ARG(json_text(json_get(p, "label"))), (long long)json_int(json_get(p, "matched"), 0),
			(long long)json_int(json_get(p, "values"), 0)) });
	html_hidden(h, "bounds.field", field);
	html_hidden(h, "bounds.country", json_text(json_get(processor, "country")));
	html_hidden(h, "bounds.repository", json_text(json_get(processor, "repository")));
}

/* "48.86, 2.35" */
static struct str spot(struct arena *a, const struct json_node *place)
{
	return arena_printf(a, "%.2f, %.2f", json_real(json_at(place, 0), 0), json_real(json_at(place, 1), 0));
}

static void put_swapped(struct html *h, struct visit *v, const struct json_node *p)
{
	struct str lat = json_text(json_get(p, "latitude")), lon = json_text(json_get(p, "longitude"));
	struct str said[] = { spot(v->arena, json_get(p, "given")), spot(v->arena, json_get(p, "place")) };
	auto_buf hint = BUF_INIT(4096);
	i18n_put_filled(&hint, i18n_text(v->lang, N_("As they stand, the places lie round {0}; exchanged, round {1} (latitude, longitude).")), said, COUNT_OF(said));
	html_check(h, &(struct html_check){ .name = "swap", .on = json_int(json_get(p, "confidence"), 0) >= CERTAIN, .hint_text = arena_str(v->arena, buf_str(&hint)),
		.label_text = arena_printf(v->arena, "%.*s (%.*s, %.*s)", STR_ARG(i18n_text(v->lang, N_("Latitude and longitude seem to be swapped: exchange them"))), STR_ARG(lat), STR_ARG(lon)) });
	html_hidden(h, "swap.latitude", lon);
	html_hidden(h, "swap.longitude", lat);
}

void dataset_put_grid(struct html *h, struct visit *v, const struct back_preview *p)
{
	const struct json_node *grid = proposal_or_null(p, "grid"), *boundaries = proposal_or_null(p, "boundaries"), *swapped = proposal_or_null(p, "swapped");
	if (!grid && !boundaries && !swapped)
		return;
	html_lit(h, "<div class=\"either words\">");
	if (swapped)
		put_swapped(h, v, swapped);
	if (grid)
		put_grid(h, v, grid);
	if (boundaries)
		put_boundaries(h, v, boundaries);
	html_lit(h, "</div>");
}

/* The processor that was chosen, or nothing. */
static bool put_points(const struct visitor_form *f, struct json_out *j)
{
	int64_t epsg;
	struct str x = visitor_field(f, STR("grid.x")), y = visitor_field(f, STR("grid.y"));
	if (!str_to_int(visitor_field(f, STR("grid")), &epsg) || epsg < 1 || epsg > INT32_MAX || !x.n || !y.n)
		return false;
	json_open(j, '{');
	json_member(j, "type", STR("create_geopoint"));
	json_member(j, "latitude", y);
	json_member(j, "longitude", x);
	json_member_int(j, "epsg", epsg);
	json_member(j, "output_field", STR("place"));
	json_close(j, '}');
	return true;
}

static bool put_exchanged(const struct visitor_form *f, struct json_out *j)
{
	struct str lat = visitor_field(f, STR("swap.latitude")), lon = visitor_field(f, STR("swap.longitude"));
	if (!visitor_field(f, STR("swap")).n || !lat.n || !lon.n)
		return false;
	json_open(j, '{');
	json_member(j, "type", STR("create_geopoint"));
	json_member(j, "latitude", lat);
	json_member(j, "longitude", lon);
	json_member(j, "output_field", STR("place"));
	json_close(j, '}');
	return true;
}

static bool put_shapes(const struct visitor_form *f, struct json_out *j)
{
	static const char *const members[][2] = { { "local_key", "bounds.field" }, { "country", "bounds.country" }, { "repository", "bounds.repository" } };
	if (!visitor_field(f, STR("bounds")).n)
		return false;
	json_open(j, '{');
	json_member(j, "type", STR("geojoin"));
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		json_key(j, str_of(members[i][0]));
		json_put(j, visitor_field(f, str_of(members[i][1])));
	}
	json_member(j, "output_field", STR("boundary"));
	json_close(j, '}');
	return true;
}

struct str dataset_read_grid(struct visit *v, const struct visitor_form *f, const struct json_node *processors)
{
	auto_buf b = BUF_INIT(1 << 20);
	auto_buf made = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b), one = JSON_OUT(&made);
	const char *type = put_points(f, &one) || put_exchanged(f, &one) ? "create_geopoint" : put_shapes(f, &one) ? "geojoin" : NULL;
	if (!type)
		return STR("");
	json_open(&j, '[');
	for (size_t i = 0; i < json_count(processors); i++) {
		/* Asked again on the same page: the choice takes the place of the one before. */
		if (str_eq(json_text(json_get(json_at(processors, i), "type")), str_of(type)))
			continue;
		json_value(&j);
		json_put_node(&b, json_at(processors, i));
	}
	json_value(&j);
	buf_put(&b, buf_str(&made));
	json_close(&j, ']');
	return arena_str(v->arena, buf_str(&b));
}
