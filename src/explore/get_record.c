/* GET /catalog/datasets/{id}/records/{record} : one record, flat; in v2.0 in its envelope. */
#include "explore/inside.h"

static void plan_done(struct query_plan *p) { query_plan_done(p); }

static bool not_there(struct str id, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "The requested record %.*s does not exist.", STR_ARG(str_sub(id, 0, 200)));
}

static bool run(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(256 << 20);
	auto_with(plan_done) struct query_plan plan = { 0 };
	uint8_t id[RECORD_ID_BYTES];
	int64_t n;
	struct str wanted = c->r->holes[1];
	if (!call_records(c, e)) return false;
	if (!call_has_rows(c) || !record_id_parse(wanted, id)) return not_there(wanted, e);
	struct query_request q = call_question(c, QUERY_RECORD);
	q.record_id = wanted;
	q.group_by = q.order_by = q.limit = q.offset = STR("");
	q.with_id = c->version < 21;
	if (!query_plan_rows(c->arena, &q, &plan, e)) return false;
	call_planned(c);
	if (!records_put(&b, c, &plan, c->version >= 21 ? RECORDS_BARE : RECORDS_ENVELOPE, &n, NULL, e)) return false;
	if (n == 0) return not_there(wanted, e);
	if (call_is_fresh(c, plan.canonical)) return true;
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_record, "/catalog/datasets/{dataset}/records/{record}", .name = "getRecord",
                 .summary = "Gives one record by its identifier.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS | TAKES(SELECT) | TAKES(AS_OF), .answer = EXPLORE_RECORD, .run = run);
