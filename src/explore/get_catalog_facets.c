/* GET /catalog/facets : values of the facets of the catalogue. */
#include "explore/inside.h"

static bool run(struct call *c, struct err *e)
{
	call_catalogue(c);
	return facets_answer(c, link_to(c, "/catalog/facets"), "source", link_to(c, "/catalog"), e);
}

EXPLORE_ENDPOINT(get_catalog_facets, "/catalog/facets", .name = "getDatasetsFacets",
                 .summary = "Counts the values of the facets of the catalogue.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS | TAKES_FILTERS, .answer = EXPLORE_FACETS, .run = run);
