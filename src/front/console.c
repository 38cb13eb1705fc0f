/* The API console: a form that asks the Explore API, of one dataset or of the catalogue. Without script its
 * buttons lead to the answers; with it, <stoa-console> shows them in the page, completes what one types, and
 * keeps address and code in step. One form for the console's own page and the API tab of datasets. */
#include "front/inside.h"

#include "front/card.h"
#include "json/json.h"
#include "text/text.h"

static const struct { const char *language, *title, *before, *after; } snippets[] = {
	{ "bash", "curl", "curl '", "'\n" },
	{ "javascript", "JavaScript", "const answer = await fetch('", "')\nconst { total_count, results } = await answer.json()\n" },
	{ "python", "Python", "import requests\n\nanswer = requests.get('", "')\nresults = answer.json()['results']\n" },
	{ "r", "R", "library(jsonlite)\n\nanswer <- fromJSON('", "')\nanswer$results\n" },
};

/* A clause is a text of its own, completed as one types; the rest are small fields. */
static const struct { const char *name, *about, *initial; char clause; int rows; } fields[] = {
	{ "where", N_("Condition"), "", 'w', 2 },
	{ "select", N_("What each result holds"), "", 's', 1 },
	{ "group_by", N_("Groups"), "", 'g', 1 },
	{ "order_by", N_("Order"), "", 'o', 1 },
	{ "refine", N_("Facet value, as name:value"), "", 'r', 1 },
	{ "limit", N_("How many"), "20", 0, 0 },
	{ "offset", N_("Skip"), "", 0, 0 },
	{ "timezone", N_("Time zone"), "", 0, 0 },
};

static const struct { const char *below, *word; bool shown; } buttons[] = {
	{ "", N_("Show results"), true },
	{ "facets", N_("Count facet values"), true },
	{ "exports/csv", N_("Download as CSV"), false },
	{ "exports/json", N_("Download as JSON"), false },
};

/* The address a button leads to, without the portal. */
static struct str path_of(const struct front_console *c, const char *below)
{
	struct arena *a = c->visit->arena;
	struct str base = STR("/api/explore/v2.1/catalog/");
	if (c->dataset) base = arena_printf(a, "%.*sdatasets/%.*s/", STR_ARG(base), STR_ARG(c->dataset->slug));
	return arena_printf(a, "%.*s%s", STR_ARG(base), *below ? below : c->dataset ? "records" : "datasets");
}

/* Fits between single quotes in all four languages: an apostrophe is percent-encoded. */
struct str front_quotable(struct arena *a, struct str url)
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

/* The fields as the reader may see them; a target's own schema has them all. */
static const struct schema *seen_schema(const struct front_console *c)
{
	return c->dataset ? &c->dataset->schema : c->target->schema;
}

static void put_field(struct html *h, const struct front_console *c, size_t i)
{
	struct str name = str_of(fields[i].name);
	bool filtered = c->state_or_null && str_eq(name, STR("where"));
	struct str value = filtered ? front_filter_where(c->visit->arena, c->state_or_null, seen_schema(c)) : str_of(fields[i].initial);
	html_put_literal(h, fields[i].clause ? STR("<p class=\"clause\"><label for=\"ask-") : STR("<p><label for=\"ask-"));
	html_text(h, name);
	html_lit(h, "\"><code dir=\"ltr\" translate=\"no\">");
	html_text(h, name);
	html_lit(h, "</code> ");
	html_say(h, fields[i].about);
	html_put_literal(h, fields[i].clause ? STR("</label><textarea autocomplete=\"off\" autocapitalize=\"none\" id=\"ask-")
	                                     : STR("</label><input autocomplete=\"off\" id=\"ask-"));
	html_text(h, name);
	html_lit(h, "\" name=\"");
	html_text(h, name);
	html_lit(h, "\" dir=\"ltr\" spellcheck=\"false\" ");
	if (!fields[i].clause) {
		html_lit(h, "value=\"");
		html_text(h, value);
		html_lit(h, "\"></p>");
		return;
	}
	html_lit(h, "data-clause=\"");
	html_text(h, str_make(&fields[i].clause, 1));
	html_lit(h, "\" rows=\"");
	html_int(h, fields[i].rows);
	html_lit(h, "\">");
	html_text(h, value);
	html_lit(h, "</textarea></p>");
}

static void put_buttons(struct html *h, const struct front_console *c)
{
	html_lit(h, "<p class=\"buttons\">");
	for (size_t i = 0; i < COUNT_OF(buttons); i++) {
		html_put_literal(h, i ? STR("<button type=\"submit\" class=\"button quiet\" formaction=\"")
		                      : STR("<button type=\"submit\" class=\"button\" formaction=\""));
		html_url(h, path_of(c, buttons[i].below));
		if (buttons[i].shown) html_lit(h, "\" data-shown=\"");
		html_lit(h, "\">");
		html_say(h, buttons[i].word);
		html_lit(h, "</button> ");
	}
	html_lit(h, "</p>");
}

/* Names and types for completion. */
static void put_schema(struct html *h, const struct front_console *c)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	const struct schema *s = c->target->schema;
	json_open(&j, '[');
	for (size_t i = 0; s && i < s->n; i++) {
		bool hidden = (s->fields[i].flags & FIELD_HIDDEN) || (c->target->visible_or_null && !c->target->visible_or_null[i]);
		if (hidden || b.over) continue;
		json_open(&j, '[');
		json_put(&j, s->fields[i].name);
		json_put(&j, str_of(value_kind(s->fields[i].type)->word));
		json_put(&j, str_eq(s->fields[i].label, s->fields[i].name) ? STR("") : s->fields[i].label);
		json_close(&j, ']');
	}
	json_close(&j, ']');
	html_text(h, b.over ? STR("[]") : buf_str(&b));
}

static void put_word(struct html *h, const char *attribute, const char *message)
{
	html_lit(h, "\" data-");
	html_text(h, str_of(attribute));
	html_lit(h, "=\"");
	html_say(h, message);
}

static void put_snippets(struct html *h, const struct front_console *c)
{
	struct arena *a = c->visit->arena;
	struct str query = c->query.n ? arena_join(a, c->query, STR("&limit=20")) : STR("?limit=20");
	struct str whole = arena_printf(a, "%.*s%.*s%.*s", STR_ARG(c->visit->origin), STR_ARG(path_of(c, "")), STR_ARG(query));
	struct str url = front_quotable(a, whole);
	html_lit(h, "<section aria-labelledby=\"code\"><h2 id=\"code\">");
	html_say(h, N_("Code to start from"));
	html_lit(h, "</h2>");
	for (size_t i = 0; i < COUNT_OF(snippets); i++) {
		html_lit(h, "<h3 translate=\"no\">");
		html_text(h, str_of(snippets[i].title));
		html_lit(h, "</h3><div class=\"snippet\" data-before=\"");
		html_text(h, str_of(snippets[i].before));
		html_lit(h, "\" data-after=\"");
		html_text(h, str_of(snippets[i].after));
		html_lit(h, "\">");
		view_code(h, snippets[i].language, arena_printf(a, "%s%.*s%s", snippets[i].before, STR_ARG(url), snippets[i].after));
		html_lit(h, "</div>");
	}
	html_lit(h, "</section>");
}

void front_console_put(struct html *h, const struct front_console *c)
{
	html_lit(h, "<stoa-console data-fields=\"");
	put_schema(h, c);
	html_lit(h, "\" data-origin=\"");
	html_text(h, c->visit->origin);
	html_lit(h, "\" data-path=\"");
	html_text(h, path_of(c, ""));
	put_word(h, "address", N_("Address"));
	put_word(h, "answer", N_("Answer"));
	put_word(h, "silent", N_("No answer came from the portal. Please try again."));
	put_word(h, "suggestions", N_("Suggestions"));
	html_lit(h, "\"><section aria-labelledby=\"ask\"><h2 id=\"ask\">");
	html_say(h, N_("Ask a question"));
	html_lit(h, "</h2><form class=\"console\" method=\"get\" action=\"");
	html_url(h, path_of(c, ""));
	html_lit(h, "\">");
	if (c->state_or_null) front_filter_inputs(h, c->visit->arena, c->state_or_null, seen_schema(c), false);
	for (size_t i = 0; i < COUNT_OF(fields); i++) put_field(h, c, i);
	put_buttons(h, c);
	html_lit(h, "</form></section>");
	put_snippets(h, c);
	html_lit(h, "</stoa-console>");
}

/* --- the page ---------------------------------------------------------------------------------------- */

static void put_option(struct html *h, struct str value, struct str text, bool chosen)
{
	html_lit(h, "<option value=\"");
	html_text(h, value);
	html_put_literal(h, chosen ? STR("\" selected>") : STR("\">"));
	html_text(h, text);
	html_lit(h, "</option>");
}

static void put_choice(struct html *h, const struct front_console *c)
{
	struct visit *v = c->visit;
	html_lit(h, "<form class=\"choose\" method=\"get\" action=\"/api-console/explore/v2.1/\"><p><label for=\"dataset\">");
	html_say(h, N_("Dataset"));
	html_lit(h, "</label> <select id=\"dataset\" name=\"dataset\">");
	put_option(h, STR(""), i18n_text(v->lang, N_("The catalogue")), !c->dataset);
	const struct dataset **seen;
	size_t n = rights_datasets(&v->at, &v->who, v->arena, &seen);
	for (size_t i = 0; i < n; i++) put_option(h, seen[i]->slug, front_title(v, seen[i]), c->dataset && seen[i]->id == c->dataset->id);
	html_lit(h, "</select> <button type=\"submit\" class=\"button quiet\">");
	html_say(h, N_("Choose"));
	html_lit(h, "</button></p></form>");
}

static void put_head(struct html *h, const struct front_console *c, struct str title)
{
	html_lit(h, "<div class=\"wide api\"><h1>");
	html_text(h, title);
	html_lit(h, "</h1><p class=\"lead\">");
	html_say_with(h, N_("Every page of this portal stands on its API. Programs find it described in {0}OpenAPI{1}."),
	              HTML_ARG_OPEN(STR("/api/explore/v2.1/swagger.json")), HTML_ARG_CLOSE);
	html_lit(h, "</p>");
	put_choice(h, c);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_page page = { .visit = &v };
	struct rights_dataset own = { 0 };
	struct query_target catalogue;
	if (!visitor_enter(app, r, p, &v, e)) return false;
	const struct str *id = httpd_query_or_null(r, STR("dataset"));
	if (id && id->n && !rights_find(&v.at, &v.who, v.arena, *id, &own, e)) return false;
	if (own.dataset && !rights_read(&own, e)) return false;
	rights_catalogue(&v.at, &v.who, v.arena, &catalogue);
	struct front_console c = { .visit = &v, .dataset = own.dataset, .target = own.dataset ? &own.target : &catalogue };
	page.title = i18n_text(v.lang, N_("API console"));
	page.path = STR("/api-console/explore/v2.1/");
	page.noindex = own.dataset != NULL;
	view_open(&page);
	put_head(&page.h, &c, page.title);
	front_console_put(&page.h, &c);
	html_lit(&page.h, "</div>");
	visitor_cache_page(&v, FRONT_CACHE_S);
	return view_close(&page, e);
}

const struct httpd_route front_api_console = { .method = HTTPD_GET, .pattern = "/api-console/explore/v2.1", .run = run };
