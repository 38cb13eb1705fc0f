/* How programs reach a dataset: a form that asks it, its addresses with the filters of the page, and the
 * names of its fields. */
#include "front/inside.h"

#include "text/text.h"

static const struct { const char *path, *about; } endpoints[] = {
	{ "", N_("The dataset: metadata and fields") },
	{ "/records", N_("Records: search, filter, group, sort") },
	{ "/facets", N_("Values of the facets, counted") },
	{ "/exports/json", N_("Everything at once, as a stream") },
};

static struct str address(struct front_dataset *d, const char *path, struct str query)
{
	return arena_printf(d->visit.arena, "%.*s/api/explore/v2.1/catalog/datasets/%.*s%s%.*s", STR_ARG(d->visit.origin),
	                    STR_ARG(d->dataset->slug), path, STR_ARG(query));
}

static void put_endpoints(struct front_dataset *d, struct str filters)
{
	struct html *h = &d->page.h;
	html_lit(h, "<section aria-labelledby=\"addresses\"><h2 id=\"addresses\">");
	html_say(h, N_("Addresses"));
	html_lit(h, "</h2><p>");
	html_say(h, N_("The API answers JSON. The filters of this page are part of the addresses."));
	html_lit(h, "</p>");
	front_chips(h, &d->state, &d->dataset->schema, NULL);
	html_lit(h, "<ul class=\"endpoints\">");
	for (size_t i = 0; i < COUNT_OF(endpoints); i++) {
		struct str url = front_quotable(d->visit.arena, address(d, endpoints[i].path, i ? filters : STR("")));
		html_lit(h, "<li><h3>");
		html_say(h, endpoints[i].about);
		html_lit(h, "</h3><p><span class=\"method\">GET</span> <a dir=\"ltr\" translate=\"no\" rel=\"nofollow\" href=\"");
		html_url(h, url);
		html_lit(h, "\">");
		html_text(h, url);
		html_lit(h, "</a></p></li>");
	}
	html_lit(h, "</ul></section>");
}

static void put_names(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	const struct schema *s = &d->dataset->schema;
	html_lit(h, "<section><h2 id=\"names\">");
	html_say(h, N_("Fields"));
	html_lit(h, "</h2><div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"names\"><table class=\"fields\"><thead><tr>"
	            "<th scope=\"col\">");
	html_say(h, N_("Field name"));
	html_lit(h, "</th><th scope=\"col\">");
	html_say(h, N_("Type"));
	html_lit(h, "</th><th scope=\"col\">");
	html_say(h, N_("Label"));
	html_lit(h, "</th></tr></thead><tbody>");
	for (size_t i = 0; i < s->n; i++) {
		if (s->fields[i].flags & FIELD_HIDDEN)
			continue;
		html_lit(h, "<tr><th scope=\"row\"><code dir=\"ltr\" translate=\"no\">");
		html_text(h, s->fields[i].name);
		html_lit(h, "</code></th><td><code dir=\"ltr\" translate=\"no\">");
		html_text(h, str_of(value_kind(s->fields[i].type)->word));
		html_lit(h, "</code></td><td><bdi>");
		html_text(h, s->fields[i].label);
		html_lit(h, "</bdi></td></tr>");
	}
	html_lit(h, "</tbody></table></div></section>");
}

bool front_tab_api(struct front_dataset *d, struct err *e)
{
	(void)e;
	struct html *h = &d->page.h;
	struct str filters = front_filter_api(d->visit.arena, &d->state, &d->dataset->schema, false);
	html_lit(h, "<div class=\"wide api\">");
	const struct front_console console = {
		.visit = &d->visit, .dataset = d->dataset, .target = &d->own.target, .state_or_null = &d->state, .query = filters,
	};
	front_console_put(h, &console);
	put_endpoints(d, filters);
	put_names(d);
	html_lit(h, "</div>");
	return true;
}
