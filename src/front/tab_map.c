/* The map of a dataset: the element draws, the page says what of. Without script a sentence leads to the table. */
#include "atlas/atlas.h"
#include "front/inside.h"
#include "front/map.h"

bool front_has_map(const struct front_dataset *d)
{
	return d->own.may_read && d->dataset->version.number > 0 && atlas_places(&d->dataset->schema) >= 0;
}

static void put_map(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	struct arena *a = d->visit.arena;
	struct str filters = view_state_filters(&d->state);
	auto_buf basemaps = BUF_INIT(LIMIT_CELL_BYTES);
	struct str table = arena_printf(a, "%.*stable/%.*s", STR_ARG(d->url), STR_ARG(filters));
	html_lit(h, "<stoa-map class=\"tab\" data-keep=\"map\" urlsync legend dataset=\"");
	html_text(h, d->dataset->slug);
	html_lit(h, "\" parameters=\"");
	html_text(h, filters.n ? str_from(filters, 1) : filters);
	html_lit(h, "\" table-href=\"");
	html_url(h, table);
	if (view_basemaps(&d->page, &basemaps)) {
		html_lit(h, "\" basemaps=\"");
		html_text(h, buf_str(&basemaps));
	}
	html_lit(h, "\"");
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
