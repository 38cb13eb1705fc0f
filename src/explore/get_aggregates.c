/* GET …/aggregates and …/query of v2.0, which v2.1 took away: there, records and datasets with group_by do
 * their work. */
#include "explore/inside.h"

static bool run(struct call *c, struct err *e)
{
	(void)c;
	return err_set(e, ERR_NO_ROUTE, "The requested URI does not exist.");
}

EXPLORE_ENDPOINT(get_aggregates, "/catalog/datasets/{dataset}/aggregates", .name = "getRecordsAggregates",
                 .summary = "Aggregates records, in groups or all together.", .in = EXPLORE_IN_20,
                 .params = TAKES_PAGE, .answer = EXPLORE_AGGREGATES, .run = run);
EXPLORE_ENDPOINT(get_query, "/catalog/datasets/{dataset}/query", .name = "queryRecords",
                 .summary = "Gives a page of records, or groups of them.", .in = EXPLORE_IN_20,
                 .params = TAKES_PAGE | TAKES_LINKS, .answer = EXPLORE_RECORDS, .run = run);
EXPLORE_ENDPOINT(get_catalog_aggregates, "/catalog/aggregates", .name = "getDatasetsAggregates",
                 .summary = "Aggregates datasets, in groups or all together.", .in = EXPLORE_IN_20,
                 .params = TAKES_PAGE, .answer = EXPLORE_AGGREGATES, .run = run);
EXPLORE_ENDPOINT(get_catalog_query, "/catalog/query", .name = "queryDatasets",
                 .summary = "Gives a page of datasets, or groups of them.", .in = EXPLORE_IN_20,
                 .params = TAKES_PAGE | TAKES_LINKS, .answer = EXPLORE_DATASETS, .run = run);
