/* GET /catalog/datasets/{id} : one DatasetObject, or chosen members of it. */
#include "explore/inside.h"

static void plan_done(struct query_plan *p) { query_plan_done(p); }

/* The catalogue is asked for the one row of the dataset. */
static bool put_selected(struct buf *b, struct call *c, struct err *e)
{
	auto_with(plan_done) struct query_plan plan = { 0 };
	struct selection s;
	int64_t n;
	struct str only = arena_printf(c->arena, "datasetid = \"%.*s\"", STR_ARG(c->dataset->slug));
	call_catalogue(c);
	struct query_request q = call_question(c, QUERY_PAGE);
	if (!selection_read(c, q.select, &s, e)) return false;
	q.select = s.select;
	q.where = &only;
	q.nwhere = 1;
	if (!query_plan_rows(c->arena, &q, &plan, e)) return false;
	call_planned(c);
	return selection_put(b, c, &plan, &s, c->version < 21, &n, e) &&
	       (n == 1 || err_set(e, ERR_NOT_FOUND, "The requested dataset %.*s does not exist.", STR_ARG(c->dataset->slug)));
}

static bool run(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(64 << 20);
	if (!call_dataset(c, e)) return false;
	if (call_is_fresh(c, STR("dataset"))) return true;
	if (!str_trim(c->v[CALL_SELECT].text).n) dataset_put(&b, c, c->dataset);
	else if (!put_selected(&b, c, e)) return false;
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_dataset, "/catalog/datasets/{dataset}", .name = "getDataset",
                 .summary = "Tells everything about one dataset.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS | TAKES(SELECT) | TAKES_LINKS, .answer = EXPLORE_DATASET, .run = run);
