/* Figures as pictures: columns over time and lists with bars, drawn by the server as SVG. Letters stand outside of the
 * drawings, so that they keep their size on a narrow screen; each drawing has its table. */
#include "back/audience.h"

#define DAY_US INT64_C(86400000000)

void figures_day(struct html *h, int64_t day) { html_date(h, day * DAY_US, clock_utc(), false); }

/* The next round number, one whose half is round too. */
static int64_t nice(int64_t n)
{
	static const int64_t steps[] = { 1, 2, 3, 4, 6, 8 };
	for (int64_t unit = 1; unit < INT64_C(1000000000000000); unit *= 10)
		for (size_t i = 0; i < COUNT_OF(steps); i++)
			if (steps[i] * unit >= n) return num_max(steps[i] * unit, INT64_C(4));
	return n;
}

static void put_rect(struct html *h, bool views, int64_t i, int64_t value, int64_t top)
{
	int64_t tall = value * 1000 / top;
	if (value > 0) tall = num_max(tall, INT64_C(8));
	if (!tall) return;
	if (views) html_lit(h, "<rect class=\"views\" width=\"8\" x=\"");
	else html_lit(h, "<rect class=\"visitors\" width=\"4\" x=\"");
	html_int(h, i * 10 + (views ? 1 : 3));
	html_lit(h, "\" y=\"");
	html_int(h, 1000 - tall);
	html_lit(h, "\" height=\"");
	html_int(h, tall);
	html_lit(h, "\"/>");
}

static void put_time(struct html *h, const struct figures *f, int64_t i)
{
	int64_t at = f->span.from + i;
	if (!f->span.hours) {
		figures_day(h, at);
		return;
	}
	struct buf b = BUF_INIT(16);
	buf_printf(&b, "%02d:00", (int)(at % 24));
	html_text(h, buf_str(&b));
	buf_done(&b);
}

static void put_hidden(struct html *h, int64_t n)
{
	if (n < 5) html_text(h, STR("<5"));
	else html_say(h, N_("not shown"));
}

static void put_number(struct html *h, int64_t n, bool hidden)
{
	if (hidden) put_hidden(h, n);
	else html_count(h, n);
}

/* Which points of a series are not told to the public: small ones, and the next when there is one alone. */
static bool *hidden_of(const struct figures *f, const int64_t *by, int64_t n, bool for_public)
{
	bool *hidden = arena_array(f->arena, bool, (size_t)n);
	int64_t count = 0, next = -1;
	for (int64_t i = 0; for_public && i < n; i++) {
		hidden[i] = by[i] < 5;
		count += hidden[i];
		if (!hidden[i] && (next < 0 || by[i] < by[next])) next = i;
	}
	if (count == 1 && next >= 0) hidden[next] = true;
	return hidden;
}

static void put_series(struct html *h, const struct figures *f, const bool *less, const bool *fewer)
{
	int64_t n = f->span.to - f->span.from + 1;
	html_lit(h, "<details class=\"as-table\"><summary>");
	html_say(h, N_("Figures as a table"));
	html_lit(h, "</summary><div class=\"scrolls\" tabindex=\"0\"><table class=\"sums\"><caption class=\"visually-hidden\">");
	html_say(h, N_("Page views and visitors over time"));
	html_lit(h, "</caption><thead><tr><th scope=\"col\">");
	if (f->span.hours) html_say(h, N_("Hour"));
	else html_say(h, N_("Day"));
	html_lit(h, "</th><th scope=\"col\" class=\"number\">");
	html_say(h, N_("Page views"));
	html_lit(h, "</th>");
	if (!f->span.hours) {
		html_lit(h, "<th scope=\"col\" class=\"number\">");
		html_say(h, N_("Visitors of the day"));
		html_lit(h, "</th>");
	}
	html_lit(h, "</tr></thead><tbody>");
	for (int64_t i = n - 1; i >= 0; i--) {
		html_lit(h, "<tr><th scope=\"row\">");
		put_time(h, f, i);
		html_lit(h, "</th><td class=\"number\">");
		put_number(h, f->views_by[i], less[i]);
		html_lit(h, "</td>");
		if (!f->span.hours) {
			html_lit(h, "<td class=\"number\">");
			put_number(h, f->visitors_by[i], fewer[i]);
			html_lit(h, "</td>");
		}
		html_lit(h, "</tr>");
	}
	html_lit(h, "</tbody></table></div></details>");
}

void figures_chart(struct html *h, const struct figures *f, bool for_public)
{
	int64_t n = f->span.to - f->span.from + 1, top = 0;
	const bool *less = hidden_of(f, f->views_by, n, for_public), *fewer = f->span.hours ? less : hidden_of(f, f->visitors_by, n, for_public);
	for (int64_t i = 0; i < n; i++) top = num_max(top, less[i] ? 0 : f->views_by[i]);
	for (int64_t i = 0; i < n && !f->span.hours; i++) top = num_max(top, fewer[i] ? 0 : f->visitors_by[i]);
	top = nice(top);
	html_lit(h, "<figure class=\"chart\"><div class=\"plot\"><div class=\"scale\" aria-hidden=\"true\"><span>");
	html_count(h, top);
	html_lit(h, "</span><span>");
	html_count(h, top / 2);
	html_lit(h, "</span><span>");
	html_count(h, 0);
	html_lit(h, "</span></div><svg role=\"img\" preserveAspectRatio=\"none\" viewBox=\"0 0 ");
	html_int(h, n * 10);
	html_lit(h, " 1000\" aria-label=\"");
	html_say(h, N_("Page views and visitors over time"));
	html_lit(h, "\">");
	for (int64_t i = 0; i < 3; i++) {
		html_lit(h, "<path d=\"M0 ");
		html_int(h, i * 500);
		html_lit(h, "H");
		html_int(h, n * 10);
		html_lit(h, "\"/>");
	}
	for (int64_t i = 0; i < n; i++) {
		if (!less[i]) put_rect(h, true, i, f->views_by[i], top);
		if (!f->span.hours && !fewer[i]) put_rect(h, false, i, f->visitors_by[i], top);
	}
	html_lit(h, "</svg></div><div class=\"times\" aria-hidden=\"true\"><span>");
	put_time(h, f, 0);
	html_lit(h, "</span><span>");
	if (n > 2) put_time(h, f, n / 2);
	html_lit(h, "</span><span>");
	if (n > 1) put_time(h, f, n - 1);
	html_lit(h, "</span></div><figcaption><span class=\"views\">");
	html_say(h, N_("Page views"));
	html_lit(h, "</span>");
	if (!f->span.hours) {
		html_lit(h, "<span class=\"visitors\">");
		html_say(h, N_("Visitors of the day"));
		html_lit(h, "</span>");
	}
	html_lit(h, "</figcaption>");
	put_series(h, f, less, fewer);
	html_lit(h, "</figure>");
}

/* --- sums ------------------------------------------------------------------------------------------------------------- */

void figures_tile(struct html *h, const char *label, int64_t n, const char *unit_or_null)
{
	html_lit(h, "<div><dt>");
	html_say(h, label);
	html_lit(h, "</dt><dd>");
	html_count(h, n);
	if (unit_or_null) html_text(h, str_of(unit_or_null));
	html_lit(h, "</dd></div>");
}

void figures_summary(struct html *h, const struct figures *f, bool for_public)
{
	html_lit(h, "<dl class=\"tiles\">");
	figures_tile(h, N_("Page views"), f->views, NULL);
	if (f->one_day) {
		figures_tile(h, N_("Unique visitors of the day"), f->visitors, NULL);
	} else if (!f->span.hours) {
		figures_tile(h, N_("Sum of daily visitors"), f->visitors, NULL);
		figures_tile(h, N_("Average daily visitors"), f->days ? (f->visitors + f->days / 2) / f->days : 0, NULL);
	}
	figures_tile(h, N_("Exports and downloads"), f->exports + f->downloads, NULL);
	figures_tile(h, N_("API calls"), f->calls, NULL);
	figures_tile(h, N_("Searches"), f->searches, NULL);
	if (!for_public) {
		figures_tile(h, N_("Searches that found nothing"), f->in_vain, NULL);
		if (!f->span.hours) figures_tile(h, N_("Visits of one page only"), f->visits ? f->bounces * 100 / f->visits : 0, " %");
		figures_tile(h, N_("Pages not found"), f->not_found, NULL);
		figures_tile(h, N_("Share of robots"), f->robots + f->views ? f->robots * 100 / (f->robots + f->views) : 0, " %");
	}
	html_lit(h, "</dl>");
}

/* --- lists ------------------------------------------------------------------------------------------------------------- */

void figures_bar(struct html *h, int64_t n, int64_t most)
{
	html_lit(h, "<svg class=\"bar-of\" aria-hidden=\"true\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\"><rect height=\"10\" width=\"");
	html_int(h, most > 0 && n > 0 ? num_max(n * 1000 / most, INT64_C(4)) : 0);
	html_lit(h, "\"/></svg>");
}

static void put_list(struct html *h, const struct figures *f, enum figures_table t)
{
	const struct figures_list *l = &f->lists[t];
	int64_t shown = 0, most = l->n ? l->cells[0].n : 0;
	html_lit(h, "<section class=\"panel sums-panel\" id=\"");
	html_text(h, str_of(figures_id(t)));
	html_lit(h, "\"><h3>");
	html_say(h, figures_title(t));
	html_lit(h, "</h3><table class=\"sums\"><caption class=\"visually-hidden\">");
	html_say(h, figures_title(t));
	html_lit(h, "</caption><thead><tr><th scope=\"col\">");
	html_say(h, figures_column(t));
	html_lit(h, "</th><th scope=\"col\" class=\"number\">");
	html_say(h, figures_number(t));
	html_lit(h, "</th></tr></thead><tbody>");
	for (size_t i = 0; i < l->n; i++) {
		html_lit(h, "<tr><th scope=\"row\"><span dir=\"auto\">");
		html_text(h, l->cells[i].label);
		html_lit(h, "</span>");
		if (!l->cells[i].hidden) figures_bar(h, l->cells[i].n, most);
		html_lit(h, "</th><td class=\"number\">");
		put_number(h, l->cells[i].n, l->cells[i].hidden);
		html_lit(h, "</td></tr>");
		shown += l->cells[i].n;
	}
	html_lit(h, "</tbody>");
	if (l->total > shown && l->n >= FIGURES_ROWS) {
		html_lit(h, "<tfoot><tr><th scope=\"row\">");
		html_say(h, N_("All together"));
		html_lit(h, "</th><td class=\"number\">");
		html_count(h, l->total);
		html_lit(h, "</td></tr></tfoot>");
	}
	html_lit(h, "</table></section>");
}

void figures_lists(struct html *h, const struct figures *f)
{
	const char *group = NULL;
	for (size_t t = 0; t < FIGURES_TABLES; t++) {
		const char *own = figures_group((enum figures_table)t);
		if (!f->lists[t].n) continue;
		if (!group || strcmp(own, group) != 0) {
			if (group) html_lit(h, "</div>");
			html_lit(h, "<h2 class=\"sums-of\">");
			html_say(h, own);
			html_lit(h, "</h2><div class=\"sums-panels\">");
			group = own;
		}
		put_list(h, f, (enum figures_table)t);
	}
	if (group) html_lit(h, "</div>");
}
