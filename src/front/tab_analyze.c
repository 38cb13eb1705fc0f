/* The Analyze tab: one chart of the records, in the address as dataChart. Its numbers are asked for once, here; <stoa-chart> draws
 * them, and without script they are a table with bars. The form below says a chart in plain parameters, which are folded into dataChart
 * by a redirect; with script <stoa-chart-editor> stands in its place. */
#include "front/charts.h"

#include "text/text.h"

enum { GIVEN_BYTES = 256 << 10, CONFIG_BYTES = 128 << 10 };

struct analysis {
	struct front_dataset *d;
	struct front_records records;
	struct chart chart;
	struct chart_table table;
	bool unread;             /* dataChart was not a chart: the first one is shown */
};

bool front_has_chart(const struct front_dataset *d)
{
	bool off = str_eq(front_meta(d, "visualization", "analyze_enabled"), STR("false")) || str_eq(front_meta(d, "visualization", "analyze_disabled"), STR("true"));
	return d->dataset->version.number > 0 && d->own.may_read && !off && chart_applies(d->dataset);
}

static struct str given_chart(const struct front_dataset *d)
{
	const struct str *given = httpd_query_or_null(d->visit.request, STR("dataChart"));
	return given ? *given : STR("");
}

/* A chart of the address is about this page's dataset, whatever it says of queries that name none. */
static void choose_chart(struct analysis *a)
{
	struct err why = { 0 };
	struct str given = given_chart(a->d);
	if (given.n && chart_read(a->d->visit.arena, given, &a->chart, &why))
		return;
	a->unread = given.n > 0;
	/* The chart that the publisher shows first. */
	struct str chosen = front_meta(a->d, "visualization", "analyze_default");
	if (chosen.n && chart_read(a->d->visit.arena, chosen, &a->chart, &why))
		return;
	chart_default(a->d->visit.arena, a->d->dataset, &a->chart);
}

/* Parameters of the form become dataChart. */
static bool fold(struct analysis *a, bool *done, struct err *e)
{
	struct front_dataset *d = a->d;
	const struct httpd_request *r = d->visit.request;
	*done = chart_form_read(d->visit.arena, r->query, r->nquery, &a->chart);
	if (!*done)
		return true;
	struct str address = chart_address(d->visit.arena, &a->chart);
	struct str to = view_state_url(&d->state, STR("dataChart"), NULL, STR("dataChart"), address);
	return httpd_reply_redirect(d->visit.reply, 303, to, e);
}

/* --- drawing ------------------------------------------------------------------------------------------------------------ */

static struct str json_of(struct analysis *a, bool table)
{
	auto_buf b = BUF_INIT(table ? GIVEN_BYTES : CONFIG_BYTES);
	struct json_out j = JSON_OUT(&b);
	if (table)
		chart_put_table(&j, &a->chart, &a->table);
	else
		chart_put_member(&j, &a->chart);
	return b.over ? STR("") : arena_str(a->d->visit.arena, buf_str(&b));
}

/* The filters of the page as an element's `parameters`: what stands behind the "?". */
static void put_element(struct analysis *a, const char *name)
{
	struct front_dataset *d = a->d;
	struct html *h = &d->page.h;
	struct str filters = view_state_filters(&d->state);
	html_lit(h, "<");
	html_text(h, str_of(name));
	html_lit(h, " dataset=\"");
	html_text(h, d->dataset->slug);
	html_lit(h, "\" parameters=\"");
	html_text(h, filters.n ? str_from(filters, 1) : filters);
	html_lit(h, "\" config=\"");
	html_text(h, json_of(a, false));
	html_lit(h, "\"");
}

static void put_chart(struct analysis *a)
{
	struct html *h = &a->d->page.h;
	struct str given = json_of(a, true);
	put_element(a, "stoa-chart");
	if (given.n) {
		html_lit(h, " data-table=\"");
		html_text(h, given);
		html_lit(h, "\"");
	}
	html_lit(h, ">");
	view_put_chart_table(h, &a->chart, &a->table);
	html_lit(h, "</stoa-chart>");
}

static void put_form(struct analysis *a)
{
	struct front_dataset *d = a->d;
	struct html *h = &d->page.h;
	if (!a->chart.nqueries)
		return;
	html_lit(h, "<details class=\"chart-edit\" data-key=\"chart-edit\"><summary class=\"button quiet\">");
	html_icon(h, ICON_EDIT);
	html_lit(h, "<span>");
	html_say(h, N_("Edit the chart"));
	html_lit(h, "</span></summary>");
	put_element(a, "stoa-chart-editor");
	html_lit(h, "><form class=\"chart-form\" action=\"");
	html_url(h, d->state.path);
	html_lit(h, "\">");
	view_state_inputs(h, &d->state, STR("dataChart"));
	html_lit(h, "<input type=\"hidden\" name=\"dataChart\" value=\"");
	html_text(h, chart_address(d->visit.arena, &a->chart));
	html_lit(h, "\">");
	for (size_t i = 0; i < a->chart.nqueries; i++) {
		const struct chart_query *q = &a->chart.queries[i];
		if (!q->dataset.n || str_eq(q->dataset, d->dataset->slug))
			view_put_chart_form(h, &a->chart, i, d->dataset);
	}
	html_lit(h, "<p><button class=\"button\">");
	html_say(h, N_("Show the chart"));
	html_lit(h, "</button></p></form></stoa-chart-editor></details>");
}

static void put_unread(struct analysis *a)
{
	struct html *h = &a->d->page.h;
	if (!a->unread)
		return;
	html_lit(h, "<p class=\"notice\" role=\"status\">");
	html_say(h, N_("The chart of this link could not be read. Another one is shown in its place."));
	html_lit(h, "</p>");
}

static bool draw(struct analysis *a, struct err *why)
{
	struct front_chart_source source = { a->d, &a->records.filter };
	struct chart_question q = front_chart_question(&source, &a->chart);
	if (!chart_run(&q, a->d->visit.arena, &a->table, why))
		return false;
	put_unread(a);
	html_lit(&a->d->page.h, "<div class=\"chart-tab\">");
	put_chart(a);
	if (!a->d->still)
		put_form(a);
	html_lit(&a->d->page.h, "</div>");
	return true;
}

/* A link may name a field that is gone: the chart that always works stands in its place. */
static bool draw_or_default(struct analysis *a, struct err *e)
{
	struct err why = { 0 };
	if (draw(a, &why))
		return true;
	bool theirs = given_chart(a->d).n && !a->unread, chosen = !theirs && front_meta(a->d, "visualization", "analyze_default").n;
	if (why.code == ERR_PARAMETER && (theirs || chosen)) {
		struct html *h = &a->d->page.h;
		html_lit(h, "<p class=\"notice\" role=\"status\">");
		/* What the publisher's chart is about may not be this reader's to know. */
		if (theirs)
			html_reason(h, str_of(why.pub));
		else
			html_say(h, N_("The chart that its publisher chose is about fields that are not there, or not open to you. Another one is shown in its place."));
		html_lit(h, "</p>");
		a->unread = true;
		chart_default(a->d->visit.arena, a->d->dataset, &a->chart);
		why = (struct err){ 0 };
		if (draw(a, &why))
			return true;
	}
	return front_records_complain(&a->records, &why, e);
}

bool front_tab_analyze(struct front_dataset *d, struct err *e)
{
	struct analysis a = { .d = d };
	bool folded;
	choose_chart(&a);
	if (!fold(&a, &folded, e))
		return false;
	if (folded)
		return true;
	if (!front_records_open(&a.records, d, N_("Analyze"), e))
		return false;
	if (a.records.ok && a.records.total > 0 && !draw_or_default(&a, e))
		return false;
	front_records_close(&a.records);
	return true;
}
