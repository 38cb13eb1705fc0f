/* Readers of a dataset: who follows it, what they wrote about it, what they made of it; and how much it is used. Each leads to where it is worked on. */
#include "back/dataset.h"
#include "back/engage.h"

enum { NOTES = 20, DAYS = 30, TOP = 10, MANY = 5000 };

static void put_number(struct html *h, const char *label, int64_t n)
{
	html_lit(h, "<div class=\"tile\"><dt>");
	html_say(h, label);
	html_lit(h, "</dt><dd>");
	html_count(h, n);
	html_lit(h, "</dd></div>");
}

/* --- readers ------------------------------------------------------------------------------------------------------- */

static bool put_notes(struct html *h, struct visit *v, const struct config *c, const struct engage_scene *s, struct err *e)
{
	struct engage_note *notes;
	size_t n, shown = 0;
	int64_t all;
	if (!engage_notes(s, ENGAGE_FEEDBACK, -1, 0, 500, &notes, &n, &all, e))
		return false;
	html_panel_open(h, "notes", N_("What they wrote about it"), NULL);
	for (size_t i = 0; i < n && shown < NOTES; i++) {
		if (notes[i].dataset != c->dataset)
			continue;
		html_put_literal(h, shown++ ? STR("<li>") : STR("<ul class=\"notes\"><li>"));
		html_lit(h, "<a href=\"/backoffice/messages/");
		html_int(h, notes[i].id);
		html_lit(h, "/\"><bdi>");
		html_text(h, text_cut(notes[i].text, 200));
		html_lit(h, "</bdi></a> ");
		html_badge(h, notes[i].state == ENGAGE_OPEN ? HTML_WARNING : HTML_NEUTRAL, engage_note_state_sentence(notes[i].state));
		html_lit(h, " ");
		html_date(h, notes[i].created.us, v->zone, false);
		html_lit(h, "</li>");
	}
	html_put_literal(h, shown ? STR("</ul>") : STR(""));
	if (!shown)
		html_say(h, N_("Nobody has written about it yet."));
	html_panel_close(h);
	return true;
}

static bool run_feedback(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c;
	struct engage_follow *followers;
	struct engage_reuse *reuses;
	size_t n;
	int64_t nfollowers, nreuses;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
		return back_answered(p, e);
	struct engage_scene s = back_engage(&v);
	const struct engage_reuse_ask ask = { .state = ENGAGE_APPROVED, .datasets = &c.dataset, .ndatasets = 1, .rows = 1 };
	if (!engage_followers(&s, c.dataset, 1, &followers, &n, &nfollowers, e) || !engage_reuses(&s, &ask, &reuses, &n, &nreuses, e))
		return false;
	auto_page page = { .visit = &v };
	if (!back_dataset_open(&page, &c, DATASET_TAB_FEEDBACK, e))
		return false;
	struct html *h = &page.h;
	html_lit(h, "<dl class=\"tiles\">");
	put_number(h, N_("Followers"), nfollowers);
	put_number(h, N_("Reuses"), nreuses);
	html_lit(h, "</dl>");
	html_buttons_open(h);
	if (c.published && view_section_open(&v, VIEW_OFFICE_FOLLOWERS))
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Followers, and a letter to them"), .href = arena_printf(v.arena, "/backoffice/followers/%.*s/", STR_ARG(c.slug)) });
	if (view_section_open(&v, VIEW_OFFICE_REUSES))
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Reuses"), .href = STR("/backoffice/reuses/") });
	html_buttons_close(h);
	if (view_section_open(&v, VIEW_OFFICE_MESSAGES) && !put_notes(h, &v, &c, &s, e))
		return false;
	return view_close(&page, e);
}

const struct httpd_route back_dataset_feedback = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/feedback/", .run = run_feedback };

/* --- use ------------------------------------------------------------------------------------------------------------ */

static void put_days(struct html *h, const int64_t *days, size_t n, int64_t first, const char *caption)
{
	int64_t most = 1;
	for (size_t i = 0; i < n; i++)
		most = num_max(most, days[i]);
	html_lit(h, "<table class=\"days\"><caption>");
	html_say(h, caption);
	html_lit(h, "</caption><thead><tr><th scope=\"col\">");
	html_say(h, N_("Day"));
	html_lit(h, "</th><th scope=\"col\">");
	html_say(h, N_("Number"));
	html_lit(h, "</th></tr></thead><tbody>");
	for (size_t i = 0; i < n; i++) {
		html_lit(h, "<tr><th scope=\"row\">");
		back_put_day(h, first + (int64_t)i);
		html_lit(h, "</th><td><meter aria-hidden=\"true\" min=\"0\" max=\"");
		html_int(h, most);
		html_lit(h, "\" value=\"");
		html_int(h, days[i]);
		html_lit(h, "\"></meter> ");
		html_count(h, days[i]);
		html_lit(h, "</td></tr>");
	}
	html_lit(h, "</tbody></table>");
}

/* How often something happened to this dataset; pairs below five a day are not kept by dataset. */
static bool sum_of(struct visit *v, const struct config *c, struct audience_span span, const char *event, int64_t *out, struct err *e)
{
	int64_t *by;
	if (!audience_series(v->at.site->audience, v->at.tenant->id, AUDIENCE_EVENT_DATASET, arena_printf(v->arena, "%s\x1f%.*s", event, STR_ARG(c->slug)), span, v->arena, &by, e))
		return false;
	for (int64_t i = 0; i <= span.to - span.from; i++)
		*out += by[i];
	return true;
}

static bool visitors_of(struct visit *v, const struct config *c, struct audience_span span, int64_t *out, struct err *e)
{
	struct audience_cell *cells;
	size_t n;
	if (!audience_visitors_of(v->at.site->audience, v->at.tenant->id, AUDIENCE_OF_DATASET, span.from, span.to, MANY, v->arena, &cells, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		*out += str_eq(cells[i].key, c->slug) ? cells[i].n : 0;
	return true;
}

static bool put_use(struct html *h, struct visit *v, const struct config *c, struct err *e)
{
	struct audience *a = v->at.site->audience;
	struct civil local;
	clock_us_to_local(v->zone, clock_now().us, &local);
	int64_t today = clock_us_of_civil(&local) / INT64_C(86400000000), *views;
	struct audience_span span = { .from = today - DAYS + 1, .to = today };
	struct audience_call *calls;
	size_t n;
	int64_t total, sum = 0, api = 0, records = 0, visitors = 0, taken = 0, searches = 0, in_vain = 0;
	if (!audience_series(a, v->at.tenant->id, AUDIENCE_DATASET, c->slug, span, v->arena, &views, e) ||
	    !audience_calls(a, v->at.tenant->id, span, AUDIENCE_BY_DATASET | AUDIENCE_BY_ENDPOINT, 2000, v->arena, &calls, &n, &total, e) ||
	    !visitors_of(v, c, span, &visitors, e) || !sum_of(v, c, span, "export", &taken, e) ||
	    !sum_of(v, c, span, "download", &taken, e) || !sum_of(v, c, span, "search", &searches, e) || !sum_of(v, c, span, "search_in_vain", &in_vain, e))
		return false;
	for (size_t i = 0; i < DAYS; i++)
		sum += views[i];
	for (size_t i = 0; i < n; i++)
		if (str_eq(calls[i].dataset, c->slug)) {
			api += calls[i].n;
			records += str_ends(calls[i].endpoint, STR("/records")) ? calls[i].n : 0;
		}
	html_lit(h, "<p>");
	html_say(h, N_("The last 30 days. Days are those of the portal."));
	html_lit(h, "</p><dl class=\"tiles\">");
	put_number(h, N_("Views of its pages"), sum);
	put_number(h, N_("Sum of daily visitors"), visitors);
	put_number(h, N_("Exports and downloads"), taken);
	put_number(h, N_("Searches of its records"), searches);
	put_number(h, N_("Searches that found nothing"), in_vain);
	put_number(h, N_("Calls of the API"), api);
	put_number(h, N_("Searches of records by the API"), records);
	html_lit(h, "</dl>");
	if (api) {
		static const struct html_column columns[] = { { .title = N_("Call"), .main = true }, { .title = N_("Number"), .number = true } };
		struct html_table t = { .caption = N_("Calls of the API"), .columns = columns, .ncolumns = COUNT_OF(columns) };
		size_t shown = 0;
		html_table_open(h, &t);
		for (size_t i = 0; i < n && shown < TOP; i++) {
			if (!str_eq(calls[i].dataset, c->slug))
				continue;
			html_row_open(h, &t);
			html_cell_text(h, &t, calls[i].endpoint);
			html_cell_count(h, &t, calls[i].n);
			html_row_close(h, &t);
			shown++;
		}
		html_table_close(h, &t);
	}
	put_days(h, views, DAYS, span.from, N_("Views of its pages"));
	return true;
}

static bool run_monitor(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
		return back_answered(p, e);
	auto_page page = { .visit = &v };
	if (!back_dataset_open(&page, &c, DATASET_TAB_MONITORING, e))
		return false;
	struct html *h = &page.h;
	if (!audience_is_on(v.at.tenant))
		html_empty(h, N_("This portal does not count its use"), N_("It can be switched on under Audience."), NULL);
	else if (!put_use(h, &v, &c, e))
		return false;
	return view_close(&page, e);
}

const struct httpd_route back_dataset_monitoring = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/monitoring/", .run = run_monitor };
