/* How programs reach a dataset: its addresses with the filters of the page, and code to start from. */
#include "front/inside.h"

#include "text/text.h"

static const struct { const char *path, *about; } endpoints[] = {
	{ "", N_("The dataset: metadata and fields") },
	{ "/records", N_("Records: search, filter, group, sort") },
	{ "/facets", N_("Values of the facets, counted") },
	{ "/exports/json", N_("Everything at once, as a stream") },
};

static const struct { const char *language, *title, *before, *after; } snippets[] = {
	{ "bash", "curl", "curl '", "'\n" },
	{ "javascript", "JavaScript", "const answer = await fetch('", "')\nconst { total_count, results } = await answer.json()\n" },
	{ "python", "Python", "import requests\n\nanswer = requests.get('", "')\nresults = answer.json()['results']\n" },
	{ "r", "R", "library(jsonlite)\n\nanswer <- fromJSON('", "')\nanswer$results\n" },
};

static struct str address(struct front_dataset *d, const char *path, struct str query)
{
	return arena_printf(d->visit.arena, "%.*s/api/explore/v2.1/catalog/datasets/%.*s%s%.*s", STR_ARG(d->visit.origin),
	                    STR_ARG(d->dataset->slug), path, STR_ARG(query));
}

/* Fits between single quotes in all four languages: an apostrophe is percent-encoded. */
static struct str quotable(struct arena *a, struct str url)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES * 3);
	for (size_t i = 0; i < url.n; i++) {
		if (url.p[i] == '\'')
			buf_lit(&b, "%27");
		else if (url.p[i] == ' ')
			buf_lit(&b, "%20");
		else
			buf_put_char(&b, url.p[i]);
	}
	return arena_str(a, buf_str(&b));
}

static void put_endpoints(struct front_dataset *d, struct str filters)
{
	struct html *h = &d->page.h;
	html_lit(h, "<section aria-labelledby=\"addresses\"><h2 id=\"addresses\">");
	html_say(h, N_("Addresses"));
	html_lit(h, "</h2><p>");
	html_say(h, N_("The API needs no key and answers JSON. The filters of this page are part of the addresses."));
	html_lit(h, "</p>");
	front_chips(h, &d->state, &d->dataset->schema, false);
	html_lit(h, "<ul class=\"endpoints\">");
	for (size_t i = 0; i < COUNT_OF(endpoints); i++) {
		struct str url = quotable(d->visit.arena, address(d, endpoints[i].path, i ? filters : STR("")));
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

static void put_snippets(struct front_dataset *d, struct str filters)
{
	struct html *h = &d->page.h;
	struct str query = filters.n ? arena_join(d->visit.arena, filters, STR("&limit=20")) : STR("?limit=20");
	struct str url = quotable(d->visit.arena, address(d, "/records", query));
	html_lit(h, "<section aria-labelledby=\"code\"><h2 id=\"code\">");
	html_say(h, N_("Code to start from"));
	html_lit(h, "</h2>");
	for (size_t i = 0; i < COUNT_OF(snippets); i++) {
		html_lit(h, "<h3 translate=\"no\">");
		html_text(h, str_of(snippets[i].title));
		html_lit(h, "</h3>");
		view_code(h, snippets[i].language,
		          arena_printf(d->visit.arena, "%s%.*s%s", snippets[i].before, STR_ARG(url), snippets[i].after));
	}
	html_lit(h, "</section>");
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
	put_endpoints(d, filters);
	put_snippets(d, filters);
	put_names(d);
	html_lit(h, "</div>");
	return true;
}
