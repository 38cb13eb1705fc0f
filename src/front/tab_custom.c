/* A view that the publisher of a dataset made: cleaned HTML whose elements show the records that the page's filters leave. Its
 * name and its address are the publisher's. */
#include "front/inside.h"

#include "content/content.h"

bool front_has_custom(const struct front_dataset *d)
{
	return d->dataset->version.number > 0 && d->own.may_read && str_eq(front_meta(d, "visualization", "custom_view_enabled"), STR("true")) &&
	       front_meta(d, "visualization", "custom_view_html").n;
}

/* A slug that another tab has, or that is none, is not taken. */
struct str front_custom_slug(const struct front_dataset *d)
{
	static const char *const taken[] = { "information", "table", "map", "analyze", "images", "calendar", "export", "api", "history", "record", "download",
		"files" };
	struct str slug = front_meta(d, "visualization", "custom_view_slug");
	bool fine = slug.n > 0 && slug.n <= 100;
	for (size_t i = 0; i < slug.n; i++)
		fine = fine && ((slug.p[i] >= 'a' && slug.p[i] <= 'z') || (slug.p[i] >= '0' && slug.p[i] <= '9') || slug.p[i] == '-' || slug.p[i] == '_');
	for (size_t i = 0; i < COUNT_OF(taken); i++)
		fine = fine && !str_eq(slug, str_of(taken[i]));
	return fine ? slug : STR("custom");
}

struct str front_custom_title(const struct front_dataset *d)
{
	struct str title = front_meta(d, "visualization", "custom_view_title");
	return title.n ? title : i18n_text(d->visit.lang, N_("Custom view"));
}

/* Names of Font Awesome 4.7 that publishers are used to, as pictograms of the house; any other is the house's own for a view. */
enum view_icon front_custom_icon(const struct front_dataset *d)
{
	static const struct { const char *name; enum view_icon icon; } rows[] = {
		{ "map", ICON_MAP }, { "map-o", ICON_MAP }, { "map-marker", ICON_MAP }, { "globe", ICON_GLOBE }, { "bar-chart", ICON_CHART }, { "line-chart", ICON_CHART }, { "pie-chart", ICON_CHART },
		{ "area-chart", ICON_CHART }, { "table", ICON_TABLE }, { "calendar", ICON_CALENDAR }, { "clock-o", ICON_CLOCK }, { "picture-o", ICON_IMAGE }, { "image", ICON_IMAGE },
		{ "camera", ICON_IMAGE }, { "info", ICON_INFO }, { "info-circle", ICON_INFO }, { "list", ICON_LIST }, { "users", ICON_USERS }, { "user", ICON_USER }, { "home", ICON_HOME },
		{ "link", ICON_LINK }, { "search", ICON_SEARCH }, { "filter", ICON_FILTER }, { "tag", ICON_TAG }, { "tags", ICON_TAG }, { "balance-scale", ICON_SCALES }, { "shield", ICON_SHIELD },
		{ "cog", ICON_GEAR }, { "cogs", ICON_GEAR }, { "lock", ICON_LOCK }, { "envelope", ICON_MAIL }, { "code", ICON_CODE }, { "download", ICON_DOWNLOAD } };
	struct str name = front_meta(d, "visualization", "custom_view_icon");
	if (str_starts(name, STR("fa-")))
		name = str_from(name, 3);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (str_eq(name, str_of(rows[i].name)))
			return rows[i].icon;
	return ICON_ROWS;
}

bool front_tab_custom(struct front_dataset *d, struct err *e)
{
	struct front_records r;
	struct html *h = &d->page.h;
	if (!front_records_open(&r, d, N_("Custom view"), e))
		return false;
	if (r.ok) {
		struct str filters = view_state_filters(&d->state);
		front_put_custom_sheet(d);
		html_lit(h, "<stoa-context id=\"ctx\" urlsync dataset=\"");
		html_text(h, d->dataset->slug);
		html_lit(h, "\" parameters=\"");
		html_text(h, filters.n ? str_from(filters, 1) : filters);
		html_lit(h, "\"><div class=\"prose custom own-view\">");
		content_put_html(&d->page, NULL, front_meta(d, "visualization", "custom_view_html"));
		html_lit(h, "</div></stoa-context>");
	}
	front_records_close(&r);
	return true;
}
