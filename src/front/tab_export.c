/* Ways to take the data away: every format, the whole dataset or what the filters leave. */
#include "front/inside.h"

static const struct { const char *name, *title, *about; bool needs_geo; } formats[] = {
	{ "csv", "CSV", N_("Text with separators; opens in every spreadsheet."), false },
	{ "xlsx", "Excel", N_("A workbook for spreadsheets, with types kept."), false },
	{ "json", "JSON", N_("One list of objects, for programs."), false },
	{ "jsonl", "JSON Lines", N_("One object a line, for large data."), false },
	{ "geojson", "GeoJSON", N_("Points and shapes for maps."), true },
	{ "parquet", "Parquet", N_("Compact columns for data science."), false },
};

static bool has_geo(const struct schema *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!(s->fields[i].flags & FIELD_HIDDEN) && (s->fields[i].type == VALUE_POINT || s->fields[i].type == VALUE_SHAPE))
			return true;
	return false;
}

static void put_link(struct front_dataset *d, const char *format, struct str query, const char *label, bool main)
{
	struct html *h = &d->page.h;
	html_lit(h, "<a rel=\"nofollow\" download class=\"button");
	if (!main)
		html_lit(h, " quiet");
	html_lit(h, "\" href=\"/api/explore/v2.1/catalog/datasets/");
	html_text(h, d->dataset->slug);
	html_lit(h, "/exports/");
	html_text(h, str_of(format));
	html_text(h, query);
	html_lit(h, "\">");
	html_icon(h, ICON_DOWNLOAD);
	html_lit(h, "<span>");
	html_say(h, label);
	html_lit(h, "</span><span class=\"visually-hidden\"> ");
	html_text(h, str_of(format));
	html_lit(h, "</span></a>");
}

static void put_format(struct front_dataset *d, size_t i, struct str filtered)
{
	struct html *h = &d->page.h;
	html_lit(h, "<li class=\"format\"><h3>");
	html_text(h, str_of(formats[i].title));
	html_lit(h, "</h3><p>");
	html_say(h, formats[i].about);
	html_lit(h, "</p><p class=\"actions\">");
	if (filtered.n)
		put_link(d, formats[i].name, filtered, N_("Filtered records"), true);
	put_link(d, formats[i].name, STR(""), N_("Whole dataset"), !filtered.n);
	html_lit(h, "</p></li>");
}

/* The options of CSV as a form, so that they work without script. */
static void put_options(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	html_lit(h, "<section class=\"options\" aria-labelledby=\"options\"><h2 id=\"options\">");
	html_say(h, N_("CSV with options"));
	html_lit(h, "</h2><form action=\"/api/explore/v2.1/catalog/datasets/");
	html_text(h, d->dataset->slug);
	html_lit(h, "/exports/csv\">");
	front_filter_inputs(h, d->visit.arena, &d->state, &d->dataset->schema, true);
	html_lit(h, "<p><label for=\"delimiter\">");
	html_say(h, N_("Separator"));
	html_lit(h, "</label><select id=\"delimiter\" name=\"delimiter\"><option value=\";\">;</option><option value=\",\">,</option>"
	            "<option value=\"|\">|</option><option value=\"&#9;\">");
	html_say(h, N_("Tab"));
	html_lit(h, "</option></select></p><p><label><input type=\"checkbox\" "
	            "name=\"use_labels\" value=\"true\"> <span>");
	html_say(h, N_("Headings people can read instead of field names"));
	html_lit(h, "</span></label></p><p><label><input type=\"checkbox\" name=\"compressed\" value=\"true\"> <span>");
	html_say(h, N_("Compressed (gzip)"));
	html_lit(h, "</span></label></p><p><button class=\"button\">");
	html_icon(h, ICON_DOWNLOAD);
	html_lit(h, "<span>");
	html_say(h, N_("Download"));
	html_lit(h, "</span></button></p></form></section>");
}

bool front_tab_export(struct front_dataset *d, struct err *e)
{
	(void)e;
	struct html *h = &d->page.h;
	struct str filtered = front_is_filtered(&d->state) ? front_filter_api(d->visit.arena, &d->state, &d->dataset->schema, true) : STR("");
	html_lit(h, "<div class=\"wide export\"><section aria-labelledby=\"formats\"><h2 id=\"formats\">");
	html_say(h, N_("Download"));
	html_lit(h, "</h2>");
	if (d->dataset->rows >= 0) {
		html_lit(h, "<p>");
		html_say_plural(h, N2_("The whole dataset has {0} record.", "The whole dataset has {0} records."), d->dataset->rows);
		html_lit(h, "</p>");
	}
	front_chips(h, &d->state, &d->dataset->schema, false);
	html_lit(h, "<ul class=\"formats\">");
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (!formats[i].needs_geo || has_geo(&d->dataset->schema))
			put_format(d, i, filtered);
	html_lit(h, "</ul></section>");
	put_options(d);
	html_lit(h, "</div>");
	return true;
}
