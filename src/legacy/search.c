/* records/1.0/search, multimedia and lookup: pages of records in six shapes, and one record. */
#include "legacy/inside.h"
#include "text/text.h"

enum { WINDOW = 10000 };

struct page {
	struct v1_call *c;
	struct v1_rows rows;
	struct buf *b;
	struct v1_feed feed;
	bool features, more;
	size_t naming;      /* column that names a record in a feed */
	struct str address; /* of the dataset's page */
};

static bool put_json_row(void *arg, const struct batch *rows, size_t row, struct err *e)
{
	struct page *p = arg;
	if (p->more) buf_put_char(p->b, ',');
	p->more = true;
	if (p->features) v1_put_feature(p->b, &p->rows, rows, row);
	else v1_put_record(p->b, &p->rows, rows, row);
	if (!p->b->over) return true;
	return err_set(e, ERR_TOO_LARGE, "This page is too large; ask for fewer records or fields.");
}

/* --- feeds -------------------------------------------------------------------------------------- */

static size_t naming_column(const struct query_plan *plan)
{
	size_t i = 0;
	while (i < plan->ncolumns && (plan->types[i].type != VALUE_TEXT || plan->types[i].list)) i++;
	return i;
}

/* Fields as a list of labels and values. */
static void put_table(struct buf *b, const struct page *p, const struct batch *rows, size_t row)
{
	struct record_style style = { .zone = p->c->zone };
	auto_buf cell = BUF_INIT(1 << 20);
	buf_lit(b, "<dl>");
	for (size_t i = 0; i < p->rows.plan->ncolumns; i++) {
		const struct field *f = p->rows.plan->fields[i];
		if (!column_has(&rows->columns[i], row) || rows->columns[i].type.type == VALUE_SHAPE) continue;
		buf_clear(&cell);
		record_put_reading(&cell, &p->rows.plan->columns[i], f, &rows->columns[i], row, &style, p->c->lang);
		buf_lit(b, "<dt>");
		text_put_html(b, f ? f->label : p->rows.plan->columns[i].key);
		buf_lit(b, "</dt><dd>");
		text_put_html(b, buf_str(&cell));
		buf_lit(b, "</dd>");
	}
	buf_lit(b, "</dl>");
}

static bool put_feed_row(void *arg, const struct batch *rows, size_t row, struct err *e)
{
	struct page *p = arg;
	auto_buf text = BUF_INIT(4 << 20);
	struct str id = v1_record_id(&p->rows, rows, row);
	size_t places = p->rows.geometry;
	struct v1_feed_item item = { .title = id, .changed_us = p->c->target.record_timestamp_us };
	if (p->naming < p->rows.plan->ncolumns && column_has(&rows->columns[p->naming], row))
		item.title = rows->columns[p->naming].texts[row];
	put_table(&text, p, rows, row);
	item.text = buf_str(&text);
	item.address = arena_printf(p->c->arena, "%.*s/records/%.*s/", STR_ARG(p->address), STR_ARG(id));
	item.id = item.address;
	if (places < p->rows.plan->ncolumns && rows->columns[places].type.type == VALUE_POINT
	    && column_has(&rows->columns[places], row)) {
		item.placed = true;
		item.lat = rows->columns[places].lats[row];
		item.lon = rows->columns[places].lons[row];
	}
	v1_feed_put(&p->feed, &item);
	if (!p->b->over) return true;
	return err_set(e, ERR_TOO_LARGE, "This feed is too large; ask for fewer records.");
}

static bool answer_feed(struct page *p, const struct query_plan *plan, struct err *e)
{
	struct v1_call *c = p->c;
	bool rss = str_eq(c->format, STR("rss"));
	int64_t n;
	p->feed = (struct v1_feed){ p->b, rss ? FEED_RSS : FEED_ATOM };
	p->naming = naming_column(plan);
	/* The address that tells one record as JSON; the page of the dataset is the feed's own. */
	p->address = rest_base(c->r, arena_printf(c->arena, "/api/datasets/1.0/%.*s", STR_ARG(c->own.dataset->slug)));
	struct str home = rest_base(c->r, arena_printf(c->arena, "/explore/dataset/%.*s/", STR_ARG(c->own.dataset->slug)));
	v1_feed_open(&p->feed, c, dataset_meta_text(c->own.dataset, c->arena, "title", c->lang), home);
	if (!v1_each_row(c, plan, c->r->cancel, put_feed_row, p, &n, e)) return false;
	v1_feed_close(&p->feed);
	return v1_answer_as(c, p->b, rss ? STR("text/xml; charset=utf-8") : STR("application/atom+xml; charset=utf-8"), e);
}

/* --- pages -------------------------------------------------------------------------------------- */

static bool answer_geojson(struct page *p, const struct query_plan *plan, struct err *e)
{
	int64_t n;
	p->features = true;
	buf_lit(p->b, "{\"type\":\"FeatureCollection\",\"features\":[");
	if (!v1_each_row(p->c, plan, p->c->r->cancel, put_json_row, p, &n, e)) return false;
	buf_lit(p->b, "]}");
	return v1_answer(p->c, p->b, e);
}

static bool total_of(struct v1_call *c, const struct query_request *q, const struct query_plan *plan, int64_t shown,
                     int64_t *total, struct err *e)
{
	*total = plan->offset + shown;
	if (!v1_has_rows(c)) return true;
	if (!plan->empty && shown < plan->limit && (shown > 0 || plan->offset == 0)) return true;
	return query_count(c->at.site->engine, c->arena, q, c->r->cancel, total, e);
}

static bool answer_json(struct page *p, const struct query_request *q, const struct query_plan *plan, struct err *e)
{
	auto_buf rows = BUF_INIT(256 << 20);
	struct buf *b = p->b;
	int64_t n;
	int64_t total;
	p->b = &rows;
	if (!v1_each_row(p->c, plan, p->c->r->cancel, put_json_row, p, &n, e) || !total_of(p->c, q, plan, n, &total, e)) return false;
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_member_int(&j, "nhits", total);
	v1_echo(&j, p->c);
	json_key(&j, STR("records"));
	json_value(&j);
	buf_put_char(b, '[');
	buf_put(b, buf_str(&rows));
	buf_put_char(b, ']');
	if (!v1_facets(&j, p->c, q, e)) return false;
	json_close(&j, '}');
	return v1_answer(p->c, b, e);
}

static bool answer_csv(struct v1_call *c, const struct query_plan *plan, struct buf *b, struct err *e);

static bool answer_page(struct v1_call *c, struct query_request *q, struct err *e)
{
	auto_buf b = BUF_INIT(260 << 20);
	auto_plan plan = { 0 };
	q->with_id = true;
	if (!query_plan_rows(c->arena, q, &plan, e)) return false;
	struct page p = { .c = c, .b = &b, .rows = v1_rows_of(c->arena, c, &plan) };
	if (str_eq(c->format, STR("rss")) || str_eq(c->format, STR("atom"))) return answer_feed(&p, &plan, e);
	if (str_eq(c->format, STR("csv"))) return answer_csv(c, &plan, &b, e);
	if (str_starts(c->format, STR("geojson"))) return answer_geojson(&p, &plan, e);
	return answer_json(&p, q, &plan, e);
}

/* The cells of a page; downloads have options of their own. */
struct cells { struct v1_call *c; const struct query_plan *plan; struct buf *b; };
static bool put_csv_row(void *arg, const struct batch *rows, size_t row, struct err *e)
{
	const struct cells *x = arg;
	struct record_style style = { .zone = x->c->zone };
	struct record_csv csv = { ';', STR(","), false };
	for (size_t i = 0; i < x->plan->ncolumns; i++) {
		if (i) buf_put_char(x->b, ';');
		record_put_csv(x->b, &x->plan->columns[i], &rows->columns[i], row, &style, &csv);
	}
	buf_lit(x->b, "\r\n");
	return !x->b->over || err_set(e, ERR_TOO_LARGE, "This page is too large; ask for fewer records or fields.");
}

static bool answer_csv(struct v1_call *c, const struct query_plan *plan, struct buf *b, struct err *e)
{
	struct cells x = { c, plan, b };
	int64_t n;
	for (size_t i = 0; i < plan->ncolumns; i++) {
		if (i) buf_put_char(b, ';');
		text_put_csv(b, plan->columns[i].key, ';', false);
	}
	buf_lit(b, "\r\n");
	if (!v1_each_row(c, plan, c->r->cancel, put_csv_row, &x, &n, e)) return false;
	return v1_answer_as(c, b, STR("text/csv; charset=utf-8"), e);
}

static const char *const formats[] = { "json", "jsonp", "geojson", "geojsonp", "csv", "rss", "atom", NULL };

static bool run_search(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_v1 c;
	struct query_request q;
	if (!v1_enter(&c, r, p, app, e) || !v1_format(&c, formats, e) || !v1_records(&c, e)) return false;
	return v1_question(&c, &q, e) && v1_page(&c, &q, 10, WINDOW, e) && answer_page(&c, &q, e);
}

/* Records with a file: the first field of files that the caller sees must hold one. */
static bool run_multimedia(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_v1 c;
	struct query_request q;
	struct str where = STR("false");
	if (!v1_enter(&c, r, p, app, e) || !v1_format(&c, formats, e) || !v1_records(&c, e)) return false;
	if (!v1_question(&c, &q, e) || !v1_page(&c, &q, 10, WINDOW, e)) return false;
	for (size_t i = c.target.schema->n; i-- > 0;) {
		const struct field *f = &c.target.schema->fields[i];
		if (f->type == VALUE_FILE && v1_field_or_null(&c, f->name) == f)
			where = arena_join(c.arena, v1_named(&c, f->name), STR(" is not null"));
	}
	/* Without such a field no record has one. */
	if (str_eq(where, STR("false"))) where = STR("recordid is null");
	q.where = &where;
	q.nwhere = 1;
	return answer_page(&c, &q, e);
}

/* --- one record --------------------------------------------------------------------------------- */

static bool run_record(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const char *const shapes[] = { "json", "jsonp", NULL };
	auto_v1 c;
	auto_plan plan = { 0 };
	auto_buf b = BUF_INIT(64 << 20);
	int64_t n;
	if (!v1_enter(&c, r, p, app, e) || !v1_format(&c, shapes, e) || !v1_records(&c, e)) return false;
	struct str id = r->holes[1].n ? r->holes[1] : v1_text(&c, "recordid");
	if (!id.n) return v1_missing(e, "recordid");
	struct query_request q = { .target = &c.target, .mode = QUERY_RECORD, .record_id = id, .with_id = true,
		.zone_or_null = c.zone, .lang = c.lang, .now_us = clock_now().us };
	if (!query_plan_rows(c.arena, &q, &plan, e)) return false;
	struct page page = { .c = &c, .b = &b, .rows = v1_rows_of(c.arena, &c, &plan) };
	if (!v1_each_row(&c, &plan, r->cancel, put_json_row, &page, &n, e)) return false;
	if (n == 0) return err_set(e, ERR_NOT_FOUND, "The requested record %.*s does not exist.", STR_ARG(text_cut(id, 200)));
	return v1_answer(&c, &b, e);
}

V1_RECORDS(search, run_search);
V1_RECORDS(multimedia, run_multimedia);
V1_RECORDS(lookup, run_record);
V1_ROUTES(record, "/api/datasets/1.0/{dataset}/records/{record}", run_record);
