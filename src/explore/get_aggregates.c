/* GET …/aggregates and …/query of v2.0, which v2.1 took away: there, records and datasets with group_by do
 * their work. Aggregations come as a list: one element without group_by, else one a group. */
#include "explore/inside.h"

static void plan_done(struct query_plan *p) { query_plan_done(p); }

static bool answer(struct call *c, struct str self, struct err *e)
{
	auto_buf b = BUF_INIT(256 << 20);
	auto_with(plan_done) struct query_plan plan = { 0 };
	int64_t n;
	struct query_request q = call_question(c, QUERY_PAGE);
	if (!query_plan_rows(c->arena, &q, &plan, e)) return false;
	if (!plan.grouped && !plan.aggregated)
		return err_set(e, ERR_ODSQL, "ODSQL query is malformed: select must be an aggregation, such as count(*), or "
		               "group_by be given. Clause(s) containing the error(s): select.");
	if (call_is_fresh(c, plan.canonical)) return true;
	call_planned(c);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	rest_link(&j, STR("self"), self);
	json_close(&j, ']');
	json_key(&j, STR("aggregations"));
	buf_put_char(&b, '[');
	if (!records_put(&b, c, &plan, RECORDS_BARE, &n, NULL, e)) return false;
	if (b.over) return err_set(e, ERR_TOO_LARGE, "These are too many groups; ask for fewer.");
	buf_lit(&b, "]}");
	return call_reply(c, &b, e);
}

static bool of_records(struct call *c, struct err *e)
{
	return call_records(c, e) && answer(c, link_dataset(c, c->dataset->slug, "/aggregates"), e);
}

static bool of_datasets(struct call *c, struct err *e)
{
	call_catalogue(c);
	return answer(c, link_to(c, "/catalog/aggregates"), e);
}

static bool query_records(struct call *c, struct err *e) { return records_answer(c, RECORDS_BARE, e); }
static bool query_datasets(struct call *c, struct err *e) { return datasets_answer(c, false, e); }

EXPLORE_ENDPOINT(get_aggregates, "/catalog/datasets/{dataset}/aggregates", .name = "getRecordsAggregates",
                 .summary = "Aggregates records, in groups or all together.", .in = EXPLORE_IN_20,
                 .params = TAKES_PAGE, .answer = EXPLORE_AGGREGATES, .run = of_records);
EXPLORE_ENDPOINT(get_query, "/catalog/datasets/{dataset}/query", .name = "queryRecords",
                 .summary = "Gives a page of flat records, or groups of them.", .in = EXPLORE_IN_20,
                 .params = TAKES_PAGE | TAKES_LINKS, .answer = EXPLORE_RECORDS, .run = query_records);
EXPLORE_ENDPOINT(get_catalog_aggregates, "/catalog/aggregates", .name = "getDatasetsAggregates",
                 .summary = "Aggregates datasets, in groups or all together.", .in = EXPLORE_IN_20,
                 .params = TAKES_PAGE, .answer = EXPLORE_AGGREGATES, .run = of_datasets);
EXPLORE_ENDPOINT(get_catalog_query, "/catalog/query", .name = "queryDatasets",
                 .summary = "Gives a page of flat datasets, or groups of them.", .in = EXPLORE_IN_20,
                 .params = TAKES_PAGE | TAKES_LINKS, .answer = EXPLORE_DATASETS, .run = query_datasets);
