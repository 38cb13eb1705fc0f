/* GET /catalog/datasets/{id} : one DatasetObject. */
#include "explore/inside.h"

static bool run(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(64 << 20);
	if (!call_dataset(c, e)) return false;
	if (call_is_fresh(c, STR("dataset"))) return true;
	dataset_put(&b, c, c->dataset);
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_dataset, "/catalog/datasets/{dataset}", .name = "getDataset",
                 .summary = "Tells everything about one dataset.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS | TAKES(SELECT) | TAKES_LINKS, .answer = EXPLORE_DATASET, .run = run);
