/* GET /catalog/facets : values of the facets of the catalogue. */
#include "explore/inside.h"

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_call c;
	if (!call_enter(&c, r, p, app, e)) return false;
	call_catalogue(&c);
	return facets_answer(&c, link_to(&c, "/catalog/facets"), "source", link_to(&c, "/catalog"), e);
}

const struct httpd_route explore_get_catalog_facets = {
	.method = HTTPD_GET, .pattern = EXPLORE_PREFIX "/catalog/facets", .run = run,
};
