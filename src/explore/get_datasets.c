/* GET /catalog/datasets : a page of datasets, chosen members of them, or groups; in v2.0 datasets only, each
 * in its envelope. */
#include "explore/inside.h"

static bool run(struct call *c, struct err *e) { return datasets_answer(c, c->version < 21, e); }

EXPLORE_ENDPOINT(get_datasets, "/catalog/datasets", .name = "getDatasets",
                 .summary = "Searches the datasets of the portal.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_PAGE | TAKES_LINKS, .answer = EXPLORE_DATASETS, .run = run);
