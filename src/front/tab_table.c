/* The table of a dataset: a page of rows as people read them, with filters beside it. Sorting is links in
 * the headings, paging is links below; the same address always shows the same rows. */
#include "front/inside.h"

#include "text/text.h"

enum { ROWS = 50, CELL = 300, SHORT = 28 };

struct table {
	struct front_dataset *d;
	struct front_records r;
	int64_t start, rows;
	bool descending;
	struct str sorted_by;
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
	if (!query_plan_rows(d->visit.arena, &t->r.filter.request, &plan, e))
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

static void order(struct table *t)
{
	struct front_dataset *d = t->d;
	struct arena *a = d->visit.arena;
	struct query_request *r = &t->r.filter.request;
	front_filter_page(&d->state, ROWS, &t->start, &t->rows);
	r->order_by = front_filter_order(a, &d->dataset->schema, view_state_get(&d->state, STR("sort")), &t->descending, &t->sorted_by);
	r->limit = arena_printf(a, "%lld", (long long)t->rows);
	r->offset = arena_printf(a, "%lld", (long long)t->start);
}

static void put_pager(struct table *t)
{
	struct front_dataset *d = t->d;
	struct html *h = &d->page.h;
	view_pager(h, &d->state, t->start, t->rows, t->r.total, LIMIT_WINDOW_ROWS);
	if (t->r.total <= LIMIT_WINDOW_ROWS)
		return;
	html_lit(h, "<p class=\"take\">");
	html_say_with(h, N_("Pages end at {0} records. {1}Export the data{2} to have them all."), HTML_ARG_COUNT(LIMIT_WINDOW_ROWS),
	              HTML_ARG_OPEN(arena_printf(d->visit.arena, "%.*sexport/%.*s", STR_ARG(d->url), STR_ARG(view_state_filters(&d->state)))),
	              HTML_ARG_CLOSE);
	html_lit(h, "</p>");
}

bool front_tab_table(struct front_dataset *d, struct err *e)
{
	struct table t = { .d = d };
	if (!front_records_open(&t.r, d, N_("Table"), e))
		return false;
	if (t.r.ok && t.r.total) {
		struct err why = { 0 };
		order(&t);
		if (put_table(&t, &why))
			put_pager(&t);
		else if (!front_records_complain(&t.r, &why, e))
			return false;
	}
	front_records_close(&t.r);
	return true;
}
