/* What stands above and below the list of datasets: orders, shapes of the list, the list as data, and what is said
 * when nothing was found. */
#include "front/catalogue.h"

#include "text/text.h"

/* --- orders ------------------------------------------------------------------------------------------------ */

static const struct order { const char *sort, *field, *label; bool down; } orders[] = {
	{ "modified", "default.modified", N_("Modified"), true },
	{ "explore.popularity_score", "explore.popularity_score", N_("Popular"), true },
	{ "title", "default.title", N_("A to Z"), false },
	{ "records_count", "default.records_count", N_("Records"), true },
	{ "explore.download_count", "explore.download_count", N_("Downloads"), true },
};
enum { QUICK = 3 };

static void put_order(struct catalogue *c, const struct order *o)
{
	struct html *h = &c->page.h;
	bool on = str_eq(c->sorted_by, str_of(o->field));
	/* The one that is on turns round. */
	bool turn = on && c->descending == o->down;
	struct str sort = turn ? arena_printf(c->visit.arena, "-%s", o->sort) : str_of(o->sort);
	html_lit(h, "<a rel=\"nofollow\" href=\"");
	html_url(h, view_state_url(&c->state, STR("sort"), NULL, STR("sort"), sort));
	html_lit(h, "\" data-focus=\"sort-");
	html_text(h, str_of(o->sort));
	if (on)
		html_lit(h, "\" aria-current=\"true\">");
	else
		html_lit(h, "\">");
	html_say(h, o->label);
	if (on) {
		html_lit(h, "<span class=\"visually-hidden\"> (");
		html_say(h, c->descending ? N_("descending") : N_("ascending"));
		html_lit(h, ")</span>");
		html_icon(h, c->descending ? ICON_ARROW_DOWN : ICON_ARROW_UP);
	}
	html_lit(h, "</a>");
}

static void put_shape(struct catalogue *c, bool lines, enum view_icon icon, const char *label)
{
	struct html *h = &c->page.h;
	html_lit(h, "<a rel=\"nofollow\" class=\"shape\" href=\"");
	html_url(h, view_state_url(&c->state, STR("layout"), NULL, lines ? STR("layout") : STR(""), STR("list")));
	html_lit(h, "\" data-focus=\"layout-");
	html_int(h, lines);
	if (lines == c->lines)
		html_lit(h, "\" aria-current=\"true\">");
	else
		html_lit(h, "\">");
	html_icon(h, icon);
	html_lit(h, "<span class=\"visually-hidden\">");
	html_say(h, label);
	html_lit(h, "</span></a>");
}

void front_catalogue_sorts(struct catalogue *c)
{
	struct html *h = &c->page.h;
	bool more = false;
	for (size_t i = QUICK; i < COUNT_OF(orders); i++)
		more |= str_eq(c->sorted_by, str_of(orders[i].field));
	html_lit(h, "<nav class=\"sorts\" aria-label=\"");
	html_say(h, N_("Sort by"));
	html_lit(h, "\"><span>");
	html_say(h, N_("Sort by"));
	html_lit(h, "</span>");
	for (size_t i = 0; i < QUICK; i++)
		put_order(c, &orders[i]);
	if (more)
		html_lit(h, "<details class=\"more-sorts\" open><summary>");
	else
		html_lit(h, "<details class=\"more-sorts\"><summary>");
	html_say(h, N_("More"));
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary><span>");
	for (size_t i = QUICK; i < COUNT_OF(orders); i++)
		put_order(c, &orders[i]);
	html_lit(h, "</span></details></nav><nav class=\"shapes\" aria-label=\"");
	html_say(h, N_("Shape of the list"));
	html_lit(h, "\">");
	put_shape(c, false, ICON_TABLE, N_("Cards"));
	put_shape(c, true, ICON_LIST, N_("List"));
	html_lit(h, "</nav>");
}

/* --- the list as data -------------------------------------------------------------------------------------- */

void front_catalogue_exports(struct catalogue *c)
{
	static const struct { const char *format, *title; } formats[] = {
		{ "csv", "CSV" }, { "xlsx", "Excel" }, { "json", "JSON" }, { "rdf", "DCAT RDF/XML" }, { "ttl", "DCAT Turtle" },
		{ "data.json", "data.json" },
	};
	static const struct { const char *format, *title; } feeds[] = { { "rss", "RSS" }, { "atom", "Atom" } };
	struct html *h = &c->page.h;
	struct str filters = str_from(view_state_url(&c->asked, STR("flg"), NULL, STR(""), STR("")), c->state.path.n);
	struct str query = front_filter_api(c->visit.arena, &c->asked, c->visit.at.view->reflected_schema, true);
	html_lit(h, "<div class=\"take\"><h2>");
	html_say(h, N_("This list as data:"));
	html_lit(h, "</h2><ul>");
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		html_lit(h, "<li><a rel=\"nofollow\" href=\"/api/explore/v2.1/catalog/exports/");
		html_text(h, str_of(formats[i].format));
		html_text(h, query);
		html_text(h, front_csv_comma(&c->visit, formats[i].format, query));
		html_lit(h, "\" translate=\"no\">");
		html_text(h, str_of(formats[i].title));
		html_lit(h, "</a></li>");
	}
	for (size_t i = 0; i < COUNT_OF(feeds); i++) {
		html_lit(h, "<li><a rel=\"nofollow\" href=\"/feeds/catalogue.");
		html_text(h, str_of(feeds[i].format));
		html_text(h, filters);
		html_lit(h, "\" translate=\"no\">");
		html_text(h, str_of(feeds[i].title));
		html_lit(h, "</a></li>");
	}
	html_lit(h, "<li><a rel=\"nofollow\" href=\"/api/explore/v2.1/catalog/datasets");
	html_text(h, query);
	html_lit(h, "\">");
	html_say(h, N_("API"));
	html_lit(h, "</a></li></ul></div>");
}

/* --- nothing found ----------------------------------------------------------------------------------------- */

static void put_near(struct catalogue *c, struct str words)
{
	struct html *h = &c->page.h;
	struct front_near near;
	front_near(&c->visit, words, &near);
	if (near.words.n) {
		struct str url = view_state_url(&c->state, STR("q"), NULL, STR("q"), near.words);
		html_lit(h, "<p class=\"meant\">");
		html_say_with(h, N_("Did you mean {0}{1}{2}?"), HTML_ARG_OPEN(url), HTML_ARG_STRONG(near.words), HTML_ARG_CLOSE);
		html_lit(h, "</p>");
	}
	if (!near.n)
		return;
	html_lit(h, "<h3>");
	html_say(h, N_("Perhaps one of these:"));
	html_lit(h, "</h3><ul>");
	for (size_t i = 0; i < near.n; i++) {
		html_lit(h, "<li><a href=\"/explore/dataset/");
		html_text(h, near.list[i]->slug);
		html_lit(h, "/\"><bdi>");
		html_text(h, front_title(&c->visit, near.list[i]));
		html_lit(h, "</bdi></a></li>");
	}
	html_lit(h, "</ul>");
}

void front_catalogue_nothing(struct catalogue *c)
{
	struct html *h = &c->page.h;
	html_lit(h, "<div class=\"empty\">");
	if (front_is_filtered(&c->state)) {
		struct str words = str_trim(view_state_get(&c->state, STR("q")));
		html_lit(h, "<h2>");
		html_say(h, N_("No dataset matches your search."));
		html_lit(h, "</h2>");
		if (words.n)
			put_near(c, words);
		html_lit(h, "<p>");
		html_say(h, N_("Try fewer or other words, or take a filter away."));
		html_lit(h, "</p><p><a class=\"button\" href=\"");
		html_url(h, arena_join(c->visit.arena, c->state.path, c->state.bare));
		html_lit(h, "\">");
		html_say(h, N_("Show all datasets"));
		html_lit(h, "</a></p>");
	} else {
		html_lit(h, "<h2>");
		html_say(h, N_("Nothing has been published here yet."));
		html_lit(h, "</h2><p>");
		html_say(h, N_("Datasets will appear on this page as soon as the first one is published."));
		html_lit(h, "</p>");
	}
	html_lit(h, "</div>");
}
