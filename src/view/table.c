/* Lists of things: tables whose rows become cards on a narrow screen, names with values, tabs, steps, and the state of a
 * list in its address. Roles are said outright, because a row that is laid out as a card loses them otherwise. */
#include "view/inside.h"

/* --- tables ------------------------------------------------------------------------------------------ */

/* The order a table is in: "sort=name" or "sort=-name". */
static struct str sort_of(const struct html_table *t, bool *descending)
{
	struct str sort = t->state ? view_state_get(t->state, STR("sort")) : STR("");
	if (!sort.n)
		sort = str_of(t->sorted);
	*descending = str_starts(sort, STR("-"));
	return *descending ? str_from(sort, 1) : sort;
}

static void put_sorting(struct html *h, const struct html_table *t, const struct html_column *c)
{
	bool descending;
	bool current = str_eq(sort_of(t, &descending), str_of(c->sort));
	struct str next = current && !descending ? arena_join(t->state->arena, STR("-"), str_of(c->sort)) : str_of(c->sort);
	html_lit(h, "<a class=\"sort\" href=\"");
	html_url(h, view_state_url(t->state, STR("sort"), NULL, STR("sort"), next));
	html_lit(h, "\">");
	html_say(h, c->title);
	if (current)
		html_icon(h, descending ? ICON_ARROW_DOWN : ICON_ARROW_UP);
	html_lit(h, "</a>");
}

static void put_head(struct html *h, const struct html_table *t, const struct html_column *c)
{
	html_lit(h, "<th role=\"columnheader\" scope=\"col\"");
	if (c->number)
		html_lit(h, " class=\"number\"");
	bool descending;
	if (c->sort && t->state && str_eq(sort_of(t, &descending), str_of(c->sort)))
		view_put_either(h, descending, STR(" aria-sort=\"descending\""), STR(" aria-sort=\"ascending\""));
	html_lit(h, ">");
	if (c->sort && t->state) {
		put_sorting(h, t, c);
	} else {
		view_put_either(h, c->hide_title, STR("<span class=\"visually-hidden\">"), STR("<span>"));
		html_say(h, c->title);
		html_lit(h, "</span>");
	}
	html_lit(h, "</th>");
}

void html_table_open(struct html *h, struct html_table *t)
{
	html_lit(h, "<div class=\"list\"><table role=\"table\"><caption class=\"visually-hidden\">");
	html_say(h, t->caption);
	html_lit(h, "</caption><thead role=\"rowgroup\"><tr role=\"row\">");
	for (size_t i = 0; i < t->ncolumns; i++)
		put_head(h, t, &t->columns[i]);
	html_lit(h, "</tr></thead><tbody role=\"rowgroup\">");
}

void html_row_open(struct html *h, struct html_table *t)
{
	t->at = 0;
	html_lit(h, "<tr role=\"row\">");
}

void html_cell_open(struct html *h, struct html_table *t)
{
	ensure(t->at < t->ncolumns);
	const struct html_column *c = &t->columns[t->at];
	view_put_either(h, c->main, STR("<th role=\"rowheader\" scope=\"row\""), STR("<td role=\"cell\""));
	if (c->number)
		html_lit(h, " class=\"number\"");
	else if (c->hide_title)
		html_lit(h, " class=\"bare\"");
	if (!c->hide_title && !c->main) {
		html_lit(h, " data-label=\"");
		html_say(h, c->title);
		html_lit(h, "\"");
	}
	/* What a cell holds is one thing beside its heading on a narrow screen. */
	view_put_either(h, c->main || c->hide_title, STR(">"), STR("><div>"));
}

void html_cell_close(struct html *h, struct html_table *t)
{
	const struct html_column *c = &t->columns[t->at];
	if (c->main)
		html_lit(h, "</th>");
	else
		view_put_either(h, c->hide_title, STR("</td>"), STR("</div></td>"));
	t->at++;
}

void html_cell_text(struct html *h, struct html_table *t, struct str s)
{
	html_cell_open(h, t);
	html_text(h, s);
	html_cell_close(h, t);
}

void html_cell_reason(struct html *h, struct html_table *t, struct str english)
{
	html_cell_open(h, t);
	html_reason(h, english);
	html_cell_close(h, t);
}

void html_cell_count(struct html *h, struct html_table *t, int64_t n)
{
	html_cell_open(h, t);
	html_count(h, n);
	html_cell_close(h, t);
}

void html_row_close(struct html *h, struct html_table *t)
{
	ensure(t->at == t->ncolumns);
	html_lit(h, "</tr>");
}

void html_table_close(struct html *h, struct html_table *t)
{
	t->at = 0;
	html_lit(h, "</tbody></table></div>");
}

void html_pick(struct html *h, const char *name, struct str value, struct str about)
{
	html_lit(h, "<label class=\"pick\"><input type=\"checkbox\" name=\"");
	html_text(h, str_of(name));
	html_lit(h, "\" value=\"");
	html_text(h, value);
	html_lit(h, "\"><span class=\"visually-hidden\">");
	html_say_with(h, N_("Choose {0}"), HTML_ARG_TEXT(about));
	html_lit(h, "</span></label>");
}

/* --- names and values ---------------------------------------------------------------------------------- */

void html_facts_open(struct html *h)
{
	html_lit(h, "<dl class=\"values\">");
}

void html_fact_open(struct html *h, const char *label)
{
	html_lit(h, "<div><dt>");
	html_say(h, label);
	html_lit(h, "</dt><dd>");
}

void html_fact_close(struct html *h)
{
	html_lit(h, "</dd></div>");
}

void html_fact(struct html *h, const char *label, struct str value)
{
	html_fact_open(h, label);
	html_text(h, value);
	html_fact_close(h);
}

void html_facts_close(struct html *h)
{
	html_lit(h, "</dl>");
}

/* --- tabs and steps -------------------------------------------------------------------------------------- */

void html_tabs(struct html *h, const char *label, const struct html_tab *tabs, size_t n)
{
	html_lit(h, "<nav class=\"tabs-of\" aria-label=\"");
	html_say(h, label);
	html_lit(h, "\"><ul>");
	for (size_t i = 0; i < n; i++) {
		html_lit(h, "<li><a href=\"");
		html_url(h, tabs[i].url);
		view_put_either(h, tabs[i].current, STR("\" aria-current=\"page\">"), STR("\">"));
		view_put_words(h, tabs[i].label, tabs[i].text);
		if (tabs[i].with_count) {
			html_lit(h, " <span class=\"count\">");
			html_count(h, tabs[i].count);
			html_lit(h, "</span>");
		}
		html_lit(h, "</a></li>");
	}
	html_lit(h, "</ul></nav>");
}

void html_steps(struct html *h, const char *const *steps, size_t n, size_t at)
{
	html_lit(h, "<ol class=\"steps\">");
	for (size_t i = 0; i < n; i++) {
		view_put_either(h, i == at, STR("<li aria-current=\"step\">"), STR("<li>"));
		if (i < at) {
			html_icon(h, ICON_CHECK);
			html_lit(h, "<span class=\"visually-hidden\">");
			html_say(h, N_("Done:"));
			html_lit(h, " </span>");
		}
		html_lit(h, "<span>");
		html_say(h, steps[i]);
		html_lit(h, "</span></li>");
	}
	html_lit(h, "</ol>");
}

/* --- the state of a list ----------------------------------------------------------------------------------- */

void view_state_only(struct view_state *s, const struct httpd_request *r, struct str path, const char *const *names, size_t n)
{
	struct httpd_pair *pairs = arena_array(r->arena, struct httpd_pair, n + 1);
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		const struct str *value = httpd_query_or_null(r, str_of(names[i]));
		if (value && value->n)
			pairs[kept++] = (struct httpd_pair){ .name = str_of(names[i]), .value = *value };
	}
	*s = (struct view_state){ .arena = r->arena, .path = path, .pairs = pairs, .n = kept };
}
