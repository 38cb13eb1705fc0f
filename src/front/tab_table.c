/* The table of a dataset: a page of rows as people read them, with filters beside it. Sorting is links in
 * the headings, paging is links below; the same address always shows the same rows. */
#include "front/inside.h"

#include "text/text.h"

enum { ROWS = 50, CELL = 300, SHORT = 28 };

struct table {
	struct front_dataset *d;
	struct front_filter filter;
	int64_t start, rows, total;
	bool descending;
	struct str sorted_by;
	struct query_facets facets;
	struct err complaint;
};

static bool is_number(const struct record_column *c)
{
	return !c->type.list && value_kind(c->type.type)->numeric;
}

static void put_heading(struct table *t, const struct record_column *c, const struct field *f)
{
	struct html *h = &t->d->page.h;
	bool on = str_eq(t->sorted_by, c->key);
	bool sortable = f && !c->type.list && value_kind(f->type)->orders;
	html_lit(h, "<th scope=\"col\" class=\"");
	html_text(h, is_number(c) ? STR("number") : STR("text"));
	if (on && t->descending)
		html_lit(h, "\" aria-sort=\"descending");
	else if (on)
		html_lit(h, "\" aria-sort=\"ascending");
	html_lit(h, "\">");
	if (sortable) {
		struct str turned = arena_join(t->d->visit.arena, STR("-"), c->key);
		bool plain = on && str_eq(view_state_get(&t->d->state, STR("sort")), c->key);
		html_lit(h, "<a rel=\"nofollow\" href=\"");
		html_url(h, view_state_url(&t->d->state, STR("sort"), NULL, STR("sort"), plain ? turned : c->key));
		html_lit(h, "\" data-focus=\"sort-");
		html_text(h, c->key);
		html_lit(h, "\"><bdi>");
		html_text(h, f->label);
		html_lit(h, "</bdi>");
		if (on)
			html_icon(h, t->descending ? ICON_ARROW_DOWN : ICON_ARROW_UP);
		html_lit(h, "</a>");
	} else {
		html_lit(h, "<bdi>");
		html_text(h, f ? f->label : c->key);
		html_lit(h, "</bdi>");
	}
	if (f && f->unit.n) {
		html_lit(h, " <span class=\"unit\">");
		html_text(h, f->unit);
		html_lit(h, "</span>");
	}
	html_lit(h, "</th>");
}

/* A cell; long texts are cut, the whole value stays one click away in the export. */
static void put_cell(struct html *h, const struct record_column *c, const struct field *f, const struct column *col,
                     size_t row, const struct record_style *style, struct buf *scratch)
{
	if (!column_has(col, row)) {
		html_put_literal(h, is_number(c) ? STR("<td class=\"number\">") : STR("<td>"));
		html_lit(h, "<span class=\"none\"><span aria-hidden=\"true\">–</span><span class=\"visually-hidden\">");
		html_say(h, N_("no value"));
		html_lit(h, "</span></span></td>");
		return;
	}
	buf_clear(scratch);
	front_put_reading(scratch, c, f, col, row, style, h->lang->code);
	struct str text = buf_str(scratch);
	/* Short values stay on one line, so that rows are low and columns as wide as they need. */
	if (is_number(c))
		html_lit(h, "<td class=\"number\">");
	else if (text.n <= SHORT || c->type.type == VALUE_POINT)
		html_lit(h, "<td class=\"short\"><bdi>");
	else
		html_lit(h, "<td><bdi>");
	bool link = !c->type.list && (c->type.type == VALUE_TEXT || c->type.type == VALUE_FILE) && text.n < 2000 &&
	            (str_starts(text, STR("https://")) || str_starts(text, STR("http://")) ||
	             (c->type.type == VALUE_FILE && str_starts(text, STR("/api/")))) && str_find_char(text, ' ') < 0;
	if (link) {
		html_lit(h, "<a rel=\"noopener nofollow\" href=\"");
		html_url(h, text);
		html_lit(h, "\">");
	}
	if (text.n > CELL) {
		html_text(h, text_cut(text, CELL));
		html_lit(h, "…");
	} else {
		html_text(h, text);
	}
	if (link)
		html_lit(h, "</a>");
	if (!is_number(c))
		html_lit(h, "</bdi>");
	html_lit(h, "</td>");
}

static void put_rows(struct table *t, const struct query_plan *plan, const struct batch *rows, struct buf *scratch)
{
	struct html *h = &t->d->page.h;
	struct record_style style = { .zone = t->d->visit.zone };
	for (size_t i = 0; i < rows->nrows; i++) {
		html_lit(h, "<tr>");
		for (size_t c = 0; c < plan->ncolumns; c++)
			put_cell(h, &plan->columns[c], plan->fields[c], &rows->columns[c], i, &style, scratch);
		html_lit(h, "</tr>");
	}
}

static bool put_table(struct table *t, struct err *e)
{
	struct front_dataset *d = t->d;
	struct html *h = &d->page.h;
	struct query_plan plan;
	if (!query_plan_rows(d->visit.arena, &t->filter.request, &plan, e))
		return false;
	struct query_cursor *cursor;
	if (!query_open(d->site->engine, &plan, d->visit.request->cancel, &cursor, e)) {
		query_plan_done(&plan);
		return false;
	}
	html_lit(h, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"caption\"><table><caption id=\"caption\" "
	            "class=\"visually-hidden\"><bdi>");
	html_text(h, d->title);
	html_lit(h, "</bdi></caption><thead><tr>");
	for (size_t c = 0; c < plan.ncolumns; c++)
		put_heading(t, &plan.columns[c], plan.fields[c]);
	html_lit(h, "</tr></thead><tbody>");
	auto_buf scratch = BUF_INIT(LIMIT_CELL_BYTES);
	struct batch rows;
	bool ok;
	while ((ok = query_next(cursor, &rows, e)) && rows.nrows)
		put_rows(t, &plan, &rows, &scratch);
	html_lit(h, "</tbody></table></div>");
	query_close(cursor);
	query_plan_done(&plan);
	return ok;
}

static void put_bar(struct table *t)
{
	struct html *h = &t->d->page.h;
	html_lit(h, "<div class=\"bar\"><p class=\"total\" role=\"status\">");
	html_say_plural(h, N2_("{0} record", "{0} records"), t->total);
	html_lit(h, "</p>");
	if (t->facets.n) {
		html_lit(h, "<a class=\"button quiet to-filters\" href=\"#filters\">");
		html_icon(h, ICON_FILTER);
		html_lit(h, "<span>");
		html_say(h, N_("Filters"));
		html_lit(h, "</span></a>");
	}
	html_lit(h, "<form class=\"search small\" role=\"search\" action=\"");
	html_url(h, t->d->state.path);
	html_lit(h, "\"><label class=\"visually-hidden\" for=\"q\">");
	html_say(h, N_("Search the records"));
	html_lit(h, "</label>");
	html_icon(h, ICON_SEARCH);
	html_lit(h, "<input id=\"q\" type=\"search\" name=\"q\" maxlength=\"500\" placeholder=\"");
	html_say(h, N_("Search the records"));
	html_lit(h, "\" value=\"");
	html_text(h, view_state_get(&t->d->state, STR("q")));
	html_lit(h, "\">");
	view_state_inputs(h, &t->d->state, STR("q"));
	html_lit(h, "<button class=\"button\">");
	html_say(h, N_("Search"));
	html_lit(h, "</button></form></div>");
}

static void put_filters(struct table *t)
{
	struct html *h = &t->d->page.h;
	if (!t->facets.n)
		return;
	html_lit(h, "<aside class=\"filters\" id=\"filters\" aria-label=\"");
	html_say(h, N_("Filters"));
	html_lit(h, "\"><p class=\"close\"><a class=\"button quiet\" href=\"#results\">");
	html_icon(h, ICON_CLOSE);
	html_lit(h, "<span>");
	html_say(h, N_("Close the filters"));
	html_lit(h, "</span></a></p>");
	for (size_t i = 0; i < t->facets.n; i++) {
		const struct query_facet *f = &t->facets.facets[i];
		front_facet(h, &t->d->state, f, arena_join(t->d->visit.arena, STR("refine."), f->field->name),
		            f->field->label, FRONT_VALUE_PLAIN, i < FRONT_FACETS_OPEN);
	}
	html_lit(h, "</aside>");
}

static const struct str *name_facets(struct table *t, size_t *n)
{
	const struct schema *s = &t->d->dataset->schema;
	struct arena *a = t->d->visit.arena;
	struct str *out = arena_array(a, struct str, s->n + 1);
	*n = 0;
	for (size_t i = 0; i < s->n; i++)
		if ((s->fields[i].flags & FIELD_FACET) && !(s->fields[i].flags & FIELD_HIDDEN))
			out[(*n)++] = front_facet_spec(a, &t->d->state, s->fields[i].name);
	return out;
}

static bool ask(struct table *t, struct err *e)
{
	struct front_dataset *d = t->d;
	struct visit *v = &d->visit;
	struct query_request *r = &t->filter.request;
	if (!query_count(d->site->engine, v->arena, r, v->request->cancel, &t->total, e))
		return false;
	struct query_request counts = *r;
	counts.facet = name_facets(t, &counts.nfacet);
	if (counts.nfacet && !query_facets(d->site->engine, v->arena, &counts, v->request->cancel, &t->facets, e))
		return false;
	r->order_by = front_filter_order(v->arena, &d->dataset->schema, view_state_get(&d->state, STR("sort")), &t->descending, &t->sorted_by);
	r->limit = arena_printf(v->arena, "%lld", (long long)t->rows);
	r->offset = arena_printf(v->arena, "%lld", (long long)t->start);
	return true;
}

static void put_empty(struct table *t)
{
	struct html *h = &t->d->page.h;
	html_lit(h, "<div class=\"empty\"><h2>");
	if (front_is_filtered(&t->d->state))
		html_say(h, N_("No record matches your filters."));
	else
		html_say(h, N_("This dataset has no records."));
	html_lit(h, "</h2></div>");
}

bool front_tab_table(struct front_dataset *d, struct err *e)
{
	struct table t = { .d = d };
	struct html *h = &d->page.h;
	t.filter.target = d->own.target;
	front_filter_make(&t.filter, &d->state, &d->visit);
	front_filter_page(&d->state, ROWS, &t.start, &t.rows);
	html_lit(h, "<stoa-live class=\"wide columns table\" data-path=\"");
	html_text(h, d->state.path);
	html_lit(h, "\"><section class=\"results\" id=\"results\" tabindex=\"-1\" aria-label=\"");
	html_say(h, N_("Table"));
	html_lit(h, "\">");
	bool ok = ask(&t, &t.complaint);
	if (ok) {
		put_bar(&t);
		front_chips(h, &d->state, &d->dataset->schema, false);
		if (t.total == 0)
			put_empty(&t);
		else
			ok = put_table(&t, &t.complaint);
	}
	if (!ok && !front_is_complaint(&t.complaint)) {
		*e = t.complaint;
		return false;
	}
	if (ok) {
		view_pager(h, &d->state, t.start, t.rows, t.total, LIMIT_WINDOW_ROWS);
		if (t.total > LIMIT_WINDOW_ROWS) {
			html_lit(h, "<p class=\"take\">");
			html_say_with(h, N_("Pages end at {0} records. {1}Export the data{2} to have them all."), HTML_ARG_COUNT(LIMIT_WINDOW_ROWS),
			              HTML_ARG_OPEN(arena_printf(d->visit.arena, "%.*sexport/%.*s", STR_ARG(d->url), STR_ARG(view_state_filters(&d->state)))),
			              HTML_ARG_CLOSE);
			html_lit(h, "</p>");
		}
	} else {
		front_complaint(h, &d->state, &t.complaint);
		httpd_reply_status(d->visit.reply, 400);
	}
	html_lit(h, "</section>");
	put_filters(&t);
	html_lit(h, "</stoa-live>");
	return true;
}
