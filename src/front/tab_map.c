/* The map of a dataset: the element draws, the page says what of. Without script a sentence leads to the table. */
#include "atlas/atlas.h"
#include "front/inside.h"
#include "front/map.h"

bool front_has_map(const struct front_dataset *d)
{
	bool off = str_eq(front_meta(d, "visualization", "map_disabled"), STR("true"));
	return !off && d->own.may_read && d->dataset->version.number > 0 && atlas_places(&d->dataset->schema) >= 0;
}

/* Of the layer, as its publisher set it; what is not said is the element's to choose. */
static void put_chosen(struct front_dataset *d)
{
	static const struct { const char *meta, *attribute; } rows[] = {
		{ "map_basemap", "basemap" }, { "map_marker_color", "color" }, { "map_marker_picto", "icon" }, { "map_tooltip_title", "tooltip-title" },
		{ "map_tooltip_fields", "tooltip-fields" }, { "map_tooltip_sort_field", "tooltip-sort" } };
	struct html *h = &d->page.h;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str value = front_meta(d, "visualization", rows[i].meta);
		bool down = str_eq(str_of(rows[i].attribute), STR("tooltip-sort")) && str_eq(front_meta(d, "visualization", "map_tooltip_sort_direction"), STR("desc"));
		if (value.n && down)
			value = arena_join(d->visit.arena, STR("-"), value);
		if (!value.n)
			continue;
		html_lit(h, " ");
		html_put_literal(h, str_of(rows[i].attribute));
		html_lit(h, "=\"");
		html_text(h, value);
		html_lit(h, "\"");
	}
	bool icon = front_meta(d, "visualization", "map_marker_picto").n > 0, bare = str_eq(front_meta(d, "visualization", "map_marker_hidemarkershape"), STR("true"));
	if (icon || bare)
		html_put_literal(h, bare && !icon ? STR(" marker=\"dot\"") : bare ? STR(" marker=\"icon\"") : STR(" marker=\"pin\""));
	if (str_eq(front_meta(d, "visualization", "map_tooltip_html_enabled"), STR("true")) && front_meta(d, "visualization", "map_tooltip_html").n)
		html_lit(h, " tooltip-html");
	if (str_eq(front_meta(d, "visualization", "map_tooltip_disabled"), STR("true")))
		html_lit(h, " tooltip=\"false\"");
}

static void put_map(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	struct arena *a = d->visit.arena;
	struct str filters = view_state_filters(&d->state);
	struct str table = arena_printf(a, "%.*stable/%.*s", STR_ARG(d->url), STR_ARG(filters));
	html_lit(h, "<stoa-map class=\"tab\" data-keep=\"map\" urlsync legend search dataset=\"");
	html_text(h, d->dataset->slug);
	html_lit(h, "\" parameters=\"");
	html_text(h, filters.n ? str_from(filters, 1) : filters);
	html_lit(h, "\" table-href=\"");
	html_url(h, table);
	html_lit(h, "\"");
	view_put_basemaps(&d->page);
	put_chosen(d);
	if (d->still)
		html_lit(h, " static");
	if (d->embedded)
		html_put_literal(h, d->wheel ? STR(" scroll-wheel-zoom=\"true\"") : STR(" scroll-wheel-zoom=\"false\""));
	html_lit(h, "><p class=\"notice\">");
	html_say_with(h, N_("Maps are drawn by script in your browser. {0}The table{1} shows the same records."), HTML_ARG_OPEN(table), HTML_ARG_CLOSE);
	html_lit(h, "</p></stoa-map>");
}

bool front_tab_map(struct front_dataset *d, struct err *e)
{
	struct front_records r;
	if (!front_records_open(&r, d, N_("Map"), e))
		return false;
	if (r.ok)
		put_map(d);
	front_records_close(&r);
	return true;
}
