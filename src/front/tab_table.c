/* The table of a dataset: a page of rows as people read them. Sorting is links in the headings, paging is links below,
 * each row leads to its record; the same address always shows the same rows. */
#include "front/inside.h"

#include "text/text.h"

enum { ROWS = 50, SHORT = 28 };

struct table {
	struct front_dataset *d;
	struct front_records r;
	struct front_columns columns;
	struct query_plan plan;
	int64_t start, rows;
	bool descending;
	struct str sort;         /* as the address or the publisher says */
	struct str sorted_by;
	struct str carried;      /* "?…&at=" for links to records */
};

static bool is_number(const struct record_column *c)
{
	return !c->type.list && value_kind(c->type.type)->numeric;
}

static struct str name_of(const struct table *t, size_t c)
{
	return t->plan.fields[c] ? t->plan.fields[c]->name : t->plan.columns[c].key;
}

static void put_label(struct html *h, const struct table *t, size_t c)
{
	const struct field *f = t->plan.fields[c];
	html_lit(h, "<bdi>");
	html_text(h, f ? f->label : name_of(t, c));
	html_lit(h, "</bdi>");
}

/* What a field means: for a pointer as a title, for everyone else as a description. */
static void put_about(struct html *h, const struct field *f, size_t c)
{
	if (!f || !f->description.n)
		return;
	html_lit(h, "<span class=\"about\" id=\"about-");
	html_int(h, (int64_t)c);
	html_lit(h, "\" title=\"");
	html_text(h, f->description);
	html_lit(h, "\">");
	html_icon(h, ICON_INFO);
	html_lit(h, "<span class=\"visually-hidden\">");
	html_text(h, text_cut(f->description, 500));
	html_lit(h, "</span></span>");
}

static void put_heading(struct table *t, size_t c)
{
	struct html *h = &t->d->page.h;
	const struct field *f = t->plan.fields[c];
	struct str name = name_of(t, c);
	bool on = str_eq(t->sorted_by, name);
	bool sortable = f && !t->plan.columns[c].type.list && value_kind(f->type)->orders;
	html_put_literal(h, is_number(&t->plan.columns[c]) ? STR("<th scope=\"col\" class=\"number") : STR("<th scope=\"col\" class=\"text"));
	if (on)
		html_put_literal(h, t->descending ? STR("\" aria-sort=\"descending") : STR("\" aria-sort=\"ascending"));
	html_lit(h, "\"><div>");
	if (sortable) {
		bool plain = on && str_eq(t->sort, name);
		html_lit(h, "<a rel=\"nofollow\" href=\"");
		html_url(h, view_state_url(&t->d->state, STR("sort"), NULL, STR("sort"), plain ? arena_join(t->d->visit.arena, STR("-"), name) : name));
		html_lit(h, "\" data-focus=\"sort-");
		html_text(h, name);
		html_lit(h, "\">");
		put_label(h, t, c);
		if (on)
			html_icon(h, t->descending ? ICON_ARROW_DOWN : ICON_ARROW_UP);
		html_lit(h, "</a>");
	} else {
		put_label(h, t, c);
	}
	if (f && f->unit.n) {
		html_lit(h, " <span class=\"unit\">");
		html_text(h, f->unit);
		html_lit(h, "</span>");
	}
	put_about(h, f, c);
	html_lit(h, "</div></th>");
}

static void put_cell(struct html *h, const struct table *t, size_t c, const struct column *col, size_t row, const struct record_style *style, struct buf *scratch)
{
	const struct record_column *as = &t->plan.columns[c];
	bool brief = as->type.type == VALUE_POINT || (!as->type.list && as->type.type == VALUE_TEXT && column_has(col, row) && col->texts[row].n <= SHORT) ||
	             as->type.type == VALUE_DATE || as->type.type == VALUE_DATETIME || as->type.type == VALUE_BOOL;
	struct front_value_at at = { .as = as, .field_or_null = t->plan.fields[c], .column = col, .row = row };
	html_put_literal(h, is_number(as) ? STR("<td class=\"number\">") : brief ? STR("<td class=\"short\">") : STR("<td>"));
	front_cell(h, &at, style, scratch, false);
	html_lit(h, "</td>");
}

static void put_opener(struct html *h, const struct table *t, struct str id, int64_t number)
{
	html_lit(h, "<td class=\"open\"><a class=\"record\" rel=\"nofollow\" href=\"");
	html_url(h, t->d->url);
	html_lit(h, "record/");
	html_text(h, id);
	html_lit(h, "/");
	html_text(h, t->carried);
	html_int(h, number);
	html_lit(h, "\"><span class=\"visually-hidden\">");
	html_say_with(h, N_("Record {0}"), HTML_ARG_COUNT(number + 1));
	html_lit(h, "</span>");
	html_icon(h, ICON_NEXT);
	html_lit(h, "</a></td>");
}

static void put_rows(struct table *t, const struct batch *rows, int64_t number, struct buf *scratch)
{
	struct html *h = &t->d->page.h;
	struct record_style style = { .zone = t->d->visit.zone };
	for (size_t i = 0; i < rows->nrows; i++) {
		html_lit(h, "<tr>");
		if (t->plan.id_column >= 0)
			put_opener(h, t, rows->columns[t->plan.id_column].texts[i], number + (int64_t)i);
		for (size_t c = 0; c < t->plan.ncolumns; c++)
			put_cell(h, t, c, &rows->columns[c], i, &style, scratch);
		html_lit(h, "</tr>");
	}
}

static void put_head(struct table *t)
{
	struct html *h = &t->d->page.h;
	html_lit(h, "<stoa-rows data-close=\"");
	html_say(h, N_("Close"));
	html_lit(h, "\" data-failed=\"");
	html_say(h, N_("No answer came from the portal. Please try again."));
	html_lit(h, "\"><div class=\"scroll");
	if (t->columns.compact)
		html_lit(h, " compact");
	if (t->columns.pinned)
		html_lit(h, " pinned");
	html_lit(h, "\" role=\"region\" tabindex=\"0\" aria-labelledby=\"caption\"><table><caption id=\"caption\" class=\"visually-hidden\"><bdi>");
	html_text(h, t->d->title);
	html_lit(h, "</bdi></caption><thead><tr>");
	if (t->plan.id_column >= 0) {
		html_lit(h, "<th scope=\"col\" class=\"open\"><span class=\"visually-hidden\">");
		html_say(h, N_("Record"));
		html_lit(h, "</span></th>");
	}
	for (size_t c = 0; c < t->plan.ncolumns; c++)
		put_heading(t, c);
	html_lit(h, "</tr></thead><tbody>");
}

static bool put_table(struct table *t, struct err *e)
{
	struct front_dataset *d = t->d;
	struct html *h = &d->page.h;
	struct query_cursor *cursor;
	if (!query_plan_rows(d->visit.arena, &t->r.filter.request, &t->plan, e))
		return false;
	if (!query_open(d->site->engine, &t->plan, d->visit.request->cancel, &cursor, e)) {
		query_plan_done(&t->plan);
		return false;
	}
	put_head(t);
	auto_buf scratch = BUF_INIT(LIMIT_CELL_BYTES);
	struct batch rows;
	int64_t number = t->start;
	bool ok;
	while ((ok = query_next(cursor, &rows, e)) && rows.nrows) {
		put_rows(t, &rows, number, &scratch);
		number += (int64_t)rows.nrows;
	}
	html_lit(h, "</tbody></table></div></stoa-rows>");
	query_close(cursor);
	query_plan_done(&t->plan);
	return ok;
}

struct str front_records_sort(const struct front_dataset *d)
{
	struct str asked = view_state_get(&d->state, STR("sort"));
	struct str chosen = front_meta(d, "visualization", "table_default_sort_field");
	if (asked.n || !chosen.n)
		return asked;
	/* The order of the address turns numbers and dates downwards; what a publisher says is what happens. */
	int at = schema_find(&d->dataset->schema, chosen);
	bool down = str_eq(front_meta(d, "visualization", "table_default_sort_direction"), STR("desc"));
	bool natural = at >= 0 && d->dataset->schema.fields[at].type != VALUE_TEXT && d->dataset->schema.fields[at].type != VALUE_BOOL;
	return down == natural ? chosen : arena_join(d->visit.arena, STR("-"), chosen);
}

struct str front_records_order(const struct front_records *r, bool *descending, struct str *field)
{
	const struct query_target *t = &r->filter.target;
	struct str sort = front_records_sort(r->d);
	int at = schema_find(t->schema, str_starts(sort, STR("-")) ? str_from(sort, 1) : sort);
	/* A field one may not see sorts like one that is not there. */
	if (at < 0 || (t->visible_or_null && !t->visible_or_null[at]))
		return STR("");
	return front_filter_order(r->d->visit.arena, t->schema, sort, descending, field);
}

static void order(struct table *t)
{
	struct front_dataset *d = t->d;
	struct arena *a = d->visit.arena;
	struct query_request *r = &t->r.filter.request;
	front_filter_page(&d->state, ROWS, &t->start, &t->rows);
	t->sort = front_records_sort(d);
	r->order_by = front_records_order(&t->r, &t->descending, &t->sorted_by);
	r->limit = arena_printf(a, "%lld", (long long)t->rows);
	r->offset = arena_printf(a, "%lld", (long long)t->start);
	r->select = front_columns_select(a, &t->columns);
	r->with_id = !d->embedded;
	t->carried = arena_printf(a, "%.*s%sat=", STR_ARG(view_state_filters(&d->state)), view_state_filters(&d->state).n ? "&" : "?");
}

static void put_tools(struct table *t)
{
	struct html *h = &t->d->page.h;
	html_lit(h, "<div class=\"tools\">");
	if (t->columns.all > t->columns.n && t->columns.n >= FRONT_COLUMNS && !t->columns.chosen) {
		html_lit(h, "<p>");
		html_say_with(h, N_("The first {0} columns are shown. “Choose columns” has the others."), HTML_ARG_COUNT((int64_t)t->columns.n));
		html_lit(h, "</p>");
	}
	front_columns_put(h, &t->r, &t->columns);
	html_lit(h, "</div>");
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
		front_columns_choose(&t.columns, &t.r);
		order(&t);
		put_tools(&t);
		if (put_table(&t, &why))
			put_pager(&t);
		else if (!front_records_complain(&t.r, &why, e))
			return false;
	}
	front_records_close(&t.r);
	return true;
}
