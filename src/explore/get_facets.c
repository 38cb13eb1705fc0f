/* GET /catalog/datasets/{id}/facets : values of the facets of the records. */
#include "explore/inside.h"

static bool run(struct call *c, struct err *e)
{
	if (!call_records(c, e)) return false;
	return facets_answer(c, link_dataset(c, c->dataset->slug, "/facets"), "dataset",
	                     link_dataset(c, c->dataset->slug, ""), e);
}

EXPLORE_ENDPOINT(get_facets, "/catalog/datasets/{dataset}/facets", .name = "getRecordsFacets",
                 .summary = "Counts the values of the facets of the records.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS | TAKES_FILTERS | TAKES(AS_OF), .answer = EXPLORE_FACETS, .run = run);
