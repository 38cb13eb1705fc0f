/* GET /catalog/datasets/{id}/records : a page of records, or groups of them. */
#include "explore/inside.h"

static void plan_done(struct query_plan *p) { query_plan_done(p); }

/* With include_links a record also tells its id, age and links, before its own members. */
static void put_linked(struct buf *b, const struct call *c, struct str id, struct str object)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_key(&j, STR("_links"));
	json_open(&j, '[');
	rest_link(&j, STR("self"), link_to(c, "/catalog/datasets/%.*s/records/%.*s", STR_ARG(c->dataset->slug), STR_ARG(id)));
	rest_link(&j, STR("datasets"), link_to(c, "/catalog/datasets"));
	rest_link(&j, STR("dataset"), link_dataset(c, c->dataset->slug, ""));
	json_close(&j, ']');
	json_member(&j, "_id", id);
	json_key(&j, STR("_timestamp"));
	json_value(&j);
	buf_put_char(b, '"');
	clock_put_instant(b, c->dataset->data_processed.us, c->zone);
	buf_put_char(b, '"');
	json_member_int(&j, "_size", (int64_t)object.n);
	if (object.n > 2) buf_put_char(b, ',');
	buf_put(b, str_from(object, 1));
}

static void put_batch(struct buf *b, const struct call *c, const struct query_plan *p, struct record_keys *keys,
                      const struct batch *rows, bool first)
{
	struct record_style style = { .zone = c->zone };
	auto_buf object = BUF_INIT(256 << 20);
	for (size_t i = 0; i < rows->nrows; i++) {
		if (!first || i > 0) buf_put_char(b, ',');
		if (p->id_column < 0) {
			record_put_object(b, keys, rows, i, &style);
			continue;
		}
		buf_clear(&object);
		record_put_object(&object, keys, rows, i, &style);
		put_linked(b, c, rows->columns[p->id_column].texts[i], buf_str(&object));
	}
}

static bool put_rows(struct buf *b, const struct call *c, const struct query_plan *p, int64_t *n, struct err *e)
{
	struct query_cursor *k;
	struct batch rows;
	bool ok = true;
	*n = 0;
	if (p->empty || !call_has_rows(c)) return true;
	struct record_keys *keys = record_keys(c->arena, p->columns, p->ncolumns);
	if (!query_open(c->at.site->engine, p, c->r->cancel, &k, e)) return false;
	do {
		ok = query_next(k, &rows, e);
		if (!ok) break;
		put_batch(b, c, p, keys, &rows, *n == 0);
		*n += (int64_t)rows.nrows;
	} while (rows.nrows > 0);
	query_close(k);
	return ok;
}

static void put_head(struct buf *b, const struct call *c, const struct query_plan *p, int64_t total)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	if (!p->grouped) json_member_int(&j, "total_count", total);
	if (c->links) {
		json_key(&j, STR("_links"));
		json_open(&j, '[');
		link_pages(&j, c, p, total);
		rest_link(&j, STR("dataset"), link_dataset(c, c->dataset->slug, ""));
		rest_link(&j, STR("catalog"), link_to(c, "/catalog"));
		json_close(&j, ']');
	}
	json_key(&j, STR("results"));
	buf_put_char(b, '[');
}

static bool run(struct call *c, struct err *e)
{
	auto_buf rows = BUF_INIT(256 << 20);
	auto_buf b = BUF_INIT(260 << 20);
	auto_with(plan_done) struct query_plan plan = { 0 };
	int64_t shown;
	int64_t total;
	if (!call_records(c, e)) return false;
	struct query_request q = call_question(c, QUERY_PAGE);
	q.with_id = c->links;
	if (!query_plan_rows(c->arena, &q, &plan, e)) return false;
	if (call_is_fresh(c, plan.canonical)) return true;
	if (!put_rows(&rows, c, &plan, &shown, e) || !call_total(c, &q, &plan, shown, &total, e)) return false;
	if (rows.over) return err_set(e, ERR_TOO_LARGE, "This page is too large; ask for fewer records or fields.");
	put_head(&b, c, &plan, total);
	buf_put(&b, buf_str(&rows));
	buf_lit(&b, "]}");
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_records, "/catalog/datasets/{dataset}/records", .name = "getRecords",
                 .summary = "Gives a page of records, or groups of them.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_PAGE | TAKES_LINKS, .answer = EXPLORE_RECORDS, .run = run);
