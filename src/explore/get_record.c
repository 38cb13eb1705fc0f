/* GET /catalog/datasets/{id}/records/{record} : one flat record. */
#include "explore/inside.h"

static void plan_done(struct query_plan *p) { query_plan_done(p); }

static bool not_there(struct str id, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "The requested record %.*s does not exist.", STR_ARG(str_sub(id, 0, 200)));
}

static bool put_record(struct buf *b, struct call *c, const struct query_plan *p, bool *found, struct err *e)
{
	struct query_cursor *k;
	struct batch rows;
	struct record_style style = { .zone = c->zone };
	if (!query_open(c->at.site->engine, p, c->r->cancel, &k, e)) return false;
	bool ok = query_next(k, &rows, e);
	*found = ok && rows.nrows > 0;
	if (*found) record_put_object(b, record_keys(c->arena, p->columns, p->ncolumns), &rows, 0, &style);
	query_close(k);
	return ok;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_call c;
	auto_buf b = BUF_INIT(256 << 20);
	auto_with(plan_done) struct query_plan plan = { 0 };
	uint8_t id[RECORD_ID_BYTES];
	bool found;
	if (!call_enter(&c, r, p, app, e) || !call_records(&c, e)) return false;
	if (!call_has_rows(&c) || !record_id_parse(r->holes[1], id)) return not_there(r->holes[1], e);
	struct query_request q = call_question(&c, QUERY_RECORD);
	q.record_id = r->holes[1];
	q.group_by = q.order_by = q.limit = q.offset = STR("");
	if (!query_plan_rows(c.arena, &q, &plan, e)) return false;
	if (!put_record(&b, &c, &plan, &found, e)) return false;
	if (!found) return not_there(r->holes[1], e);
	if (call_is_fresh(&c, plan.canonical)) return true;
	return call_reply(&c, &b, e);
}

const struct httpd_route explore_get_record = {
	.method = HTTPD_GET, .pattern = EXPLORE_PREFIX "/catalog/datasets/{dataset}/records/{record}", .run = run,
};
