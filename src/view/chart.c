/* A chart where no script runs: its table with a bar beside each number, and its form. Bars are drawn in SVG, so that no style stands in
 * the page. */
#include "view/view.h"

#include <math.h>
#include "chart/chart.h"
#include "text/text.h"

enum { ROWS = 100, LINES = 12, BARS = 4 };

/* --- the table ------------------------------------------------------------------------------------------------------- */

static double greatest(const struct chart_line *l, size_t npoints)
{
	double most = 0;
	for (size_t i = 0; i < npoints; i++)
		if (!isnan(l->values[i]))
			most = fmax(most, l->values[i]);
	return most;
}

static void put_bar(struct html *h, double share)
{
	auto_buf b = BUF_INIT(64);
	text_put_double_plain(&b, round(share * 1000) / 10);
	html_lit(h, "<svg class=\"chart-bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"");
	html_text(h, buf_str(&b));
	html_lit(h, "\" height=\"8\"/></svg>");
}

static void put_cell(struct html *h, const struct chart_line *l, size_t point, double most)
{
	auto_buf b = BUF_INIT(512);
	for (size_t k = 0; k < l->numbers; k++) {
		double v = l->values[point * l->numbers + k];
		if (k)
			buf_lit(&b, " · ");
		if (isnan(v))
			buf_lit(&b, "–");
		chart_put_number(&b, l, v, h->lang, k + 1 == l->numbers);
	}
	html_lit(h, "<td class=\"number\">");
	if (most > 0 && l->values[point] > 0)
		put_bar(h, l->values[point] / most);
	html_lit(h, "<bdi>");
	html_text(h, buf_str(&b));
	html_lit(h, "</bdi></td>");
}

void view_put_chart_table(struct html *h, const struct chart *c, const struct chart_table *t)
{
	size_t nlines = num_min(t->nlines, (size_t)LINES);
	double most[LINES] = { 0 };
	for (size_t i = 0; i < nlines && t->nlines <= BARS; i++)
		most[i] = t->lines[i].numbers == 1 ? greatest(&t->lines[i], t->npoints) : 0;
	html_lit(h, "<div class=\"scroll chart-table\" role=\"region\" tabindex=\"0\" aria-label=\"");
	html_say(h, N_("Data of this chart"));
	html_lit(h, "\"><table>");
	if (c->title.n) {
		html_lit(h, "<caption><bdi>");
		html_text(h, c->title);
		html_lit(h, "</bdi></caption>");
	}
	html_lit(h, "<thead><tr><th scope=\"col\"><bdi>");
	html_text(h, t->x_label);
	html_lit(h, "</bdi></th>");
	for (size_t i = 0; i < nlines; i++) {
		html_lit(h, "<th scope=\"col\" class=\"number\"><bdi>");
		html_text(h, t->lines[i].label);
		html_lit(h, "</bdi></th>");
	}
	html_lit(h, "</tr></thead><tbody>");
	for (size_t p = 0; p < t->npoints && p < ROWS; p++) {
		html_lit(h, "<tr><th scope=\"row\"><bdi>");
		html_text(h, t->points[p].label);
		html_lit(h, "</bdi></th>");
		for (size_t i = 0; i < nlines; i++)
			put_cell(h, &t->lines[i], p, most[i]);
		html_lit(h, "</tr>");
	}
	html_lit(h, "</tbody></table></div>");
	for (size_t i = 0; i < t->nnotes; i++) {
		html_lit(h, "<p class=\"chart-note\">");
		html_reason(h, t->notes[i].text);
		html_lit(h, "</p>");
	}
}

/* --- the form -------------------------------------------------------------------------------------------------------- */

struct form {
	struct html *h;
	const struct dataset *dataset;
	size_t query, series;
	bool of_series;
};

static void put_name(struct form *f, const char *member)
{
	html_lit(f->h, "c.");
	html_int(f->h, (int64_t)f->query);
	html_lit(f->h, ".");
	if (f->of_series) {
		html_int(f->h, (int64_t)f->series);
		html_lit(f->h, ".");
	}
	html_text(f->h, str_of(member));
}

static void open_field(struct form *f, const char *label, const char *member)
{
	html_lit(f->h, "<label><span>");
	html_say(f->h, label);
	html_lit(f->h, "</span><select name=\"");
	put_name(f, member);
	html_lit(f->h, "\">");
}

static void put_option(struct form *f, struct str value, bool on, struct str label)
{
	html_lit(f->h, "<option value=\"");
	html_text(f->h, value);
	if (on)
		html_lit(f->h, "\" selected>");
	else
		html_lit(f->h, "\">");
	html_text(f->h, label);
	html_lit(f->h, "</option>");
}

static void close_field(struct form *f) { html_lit(f->h, "</select></label>"); }

static struct str said(const struct form *f, const char *message) { return i18n_text(f->h->lang, message); }

static void put_fields(struct form *f, const char *label, const char *member, struct str now, const char *nothing, bool numbers)
{
	open_field(f, label, member);
	if (nothing)
		put_option(f, STR(""), !now.n, said(f, nothing));
	for (size_t i = 0; i < f->dataset->schema.n; i++) {
		const struct field *one = &f->dataset->schema.fields[i];
		if ((one->flags & FIELD_HIDDEN) || (numbers ? !chart_takes_y(one, CHART_AVG) : !chart_takes_x(one)))
			continue;
		put_option(f, one->name, str_eq(one->name, now), one->label);
	}
	close_field(f);
}

static void put_scales(struct form *f, const char *member, enum chart_scale now)
{
	open_field(f, N_("Timescale"), member);
	for (size_t i = 0; i < CHART_SCALES; i++)
		put_option(f, str_of(chart_scales[i].word), i == now, said(f, chart_scales[i].label));
	close_field(f);
}

static void put_sort(struct form *f, const struct chart_query *q)
{
	static const struct { const char *value, *label; } orders[] = {
		{ "", N_("By the horizontal axis") }, { "-x", N_("By the horizontal axis, backwards") },
		{ "-serie1-1", N_("Greatest first") }, { "serie1-1", N_("Least first") },
	};
	struct str now = str_eq(q->sort, STR("x")) ? STR("") : str_eq(q->sort, STR("-y")) ? STR("-serie1-1") : str_eq(q->sort, STR("y")) ? STR("serie1-1") : q->sort;
	bool known = false;
	open_field(f, N_("Order"), "sort");
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		known = known || str_eq(now, str_of(orders[i].value));
		put_option(f, str_of(orders[i].value), str_eq(now, str_of(orders[i].value)), said(f, orders[i].label));
	}
	if (!known)
		put_option(f, now, true, now);
	close_field(f);
}

static void put_stack(struct form *f, enum chart_stack now)
{
	static const struct { const char *value, *label; } stacks[] = {
		[CHART_UNSTACKED] = { "none", N_("None") }, [CHART_STACKED] = { "normal", N_("Stacked") }, [CHART_PERCENT] = { "percent", N_("In percent") },
	};
	open_field(f, N_("Stacking"), "stacked");
	for (size_t i = 0; i < COUNT_OF(stacks); i++)
		put_option(f, str_of(stacks[i].value), i == now, said(f, stacks[i].label));
	close_field(f);
}

static void put_points(struct form *f, int64_t now)
{
	html_lit(f->h, "<label><span>");
	html_say(f->h, N_("Most points"));
	html_lit(f->h, "</span><input type=\"number\" min=\"0\" max=\"5000\" name=\"");
	put_name(f, "maxpoints");
	html_lit(f->h, "\" value=\"");
	html_int(f->h, now);
	html_lit(f->h, "\"></label>");
}

static void put_series(struct form *f, const struct chart_series *s, bool removable)
{
	struct html *h = f->h;
	html_lit(h, "<fieldset><legend>");
	html_say_with(h, N_("Series {0}"), HTML_ARG_COUNT((int64_t)f->series + 1));
	html_lit(h, "</legend>");
	open_field(f, N_("Type"), "type");
	for (size_t i = 0; i < CHART_TYPES; i++)
		put_option(f, str_of(chart_types[i].word), i == s->type, said(f, chart_types[i].label));
	close_field(f);
	open_field(f, N_("Calculation"), "func");
	for (size_t i = 0; i < CHART_FUNCTIONS; i++)
		put_option(f, str_of(chart_functions[i].word), i == s->function, said(f, chart_functions[i].label));
	close_field(f);
	put_fields(f, N_("Field"), "yAxis", s->y, N_("Nothing"), s->function != CHART_DISTINCT);
	if (removable) {
		html_lit(h, "<label class=\"tick\"><input type=\"checkbox\" value=\"1\" name=\"");
		put_name(f, "remove");
		html_lit(h, "\"><span>");
		html_say(h, N_("Remove this series"));
		html_lit(h, "</span></label>");
	}
	html_lit(h, "</fieldset>");
}

void view_put_chart_form(struct html *h, const struct chart *c, size_t query, const struct dataset *d)
{
	const struct chart_query *q = &c->queries[query];
	struct form f = { .h = h, .dataset = d, .query = query };
	html_lit(h, "<fieldset class=\"chart-query\"><legend class=\"visually-hidden\">");
	html_say_with(h, N_("Query {0}"), HTML_ARG_COUNT((int64_t)query + 1));
	html_lit(h, "</legend>");
	put_fields(&f, N_("Horizontal axis"), "xAxis", q->x, NULL, false);
	put_scales(&f, "timescale", q->scale);
	put_sort(&f, q);
	put_points(&f, q->points);
	put_fields(&f, N_("Break down by"), "seriesBreakdown", q->breakdown, N_("Nothing"), false);
	put_stack(&f, q->stack);
	html_lit(h, "</fieldset>");
	f.of_series = true;
	for (f.series = 0; f.series < q->nseries; f.series++)
		put_series(&f, &q->series[f.series], q->nseries > 1);
	f.of_series = false;
	html_lit(h, "<label class=\"tick\"><input type=\"checkbox\" value=\"1\" name=\"");
	put_name(&f, "add");
	html_lit(h, "\"><span>");
	html_say(h, N_("Add a series"));
	html_lit(h, "</span></label>");
}
