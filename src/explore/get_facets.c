/* GET /catalog/datasets/{id}/facets : values of the facets of the records. */
#include "explore/inside.h"

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_call c;
	if (!call_enter(&c, r, p, app, e) || !call_records(&c, e)) return false;
	return facets_answer(&c, link_dataset(&c, c.dataset->slug, "/facets"), "dataset",
	                     link_dataset(&c, c.dataset->slug, ""), e);
}

const struct httpd_route explore_get_facets = {
	.method = HTTPD_GET, .pattern = EXPLORE_PREFIX "/catalog/datasets/{dataset}/facets", .run = run,
};
