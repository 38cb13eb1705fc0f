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

static bool run(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(256 << 20);
	auto_with(plan_done) struct query_plan plan = { 0 };
	uint8_t id[RECORD_ID_BYTES];
	bool found;
	if (!call_records(c, e)) return false;
	if (!call_has_rows(c) || !record_id_parse(c->r->holes[1], id)) return not_there(c->r->holes[1], e);
	struct query_request q = call_question(c, QUERY_RECORD);
	q.record_id = c->r->holes[1];
	q.group_by = q.order_by = q.limit = q.offset = STR("");
	if (!query_plan_rows(c->arena, &q, &plan, e)) return false;
	if (!put_record(&b, c, &plan, &found, e)) return false;
	if (!found) return not_there(c->r->holes[1], e);
	if (call_is_fresh(c, plan.canonical)) return true;
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_record, "/catalog/datasets/{dataset}/records/{record}", .name = "getRecord",
                 .summary = "Gives one record by its identifier.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS | TAKES(SELECT), .answer = EXPLORE_RECORD, .run = run);
