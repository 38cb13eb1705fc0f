/* The table of endpoints, and the one handler behind all their routes: which endpoint, in which version
 * of the API, for which caller. */
#include "explore/inside.h"

#define ENDPOINT(name) extern const struct explore_endpoint explore_##name;
#include "explore/endpoints.def"
#undef ENDPOINT

const struct explore_base explore_bases[EXPLORE_BASES] = {
	[EXPLORE_AT_V21] = { EXPLORE_PREFIX, 21 },
	[EXPLORE_AT_V20] = { EXPLORE_PREFIX_20, 20 },
	[EXPLORE_AT_V2] = { EXPLORE_PREFIX_2, 20 },
};

const struct explore_endpoint *const explore_endpoints[] = {
#define ENDPOINT(name) &explore_##name,
#include "explore/endpoints.def"
#undef ENDPOINT
	NULL
};

const struct httpd_route *const explore_routes[] = {
#define ENDPOINT(name) &explore_##name.routes[0], &explore_##name.routes[1], &explore_##name.routes[2],
#include "explore/endpoints.def"
#undef ENDPOINT
	NULL
};

bool explore_run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	const struct explore_endpoint *x = r->route_or_null->extra;
	const struct explore_base *base = &explore_bases[r->route_or_null - x->routes];
	unsigned in = base->version == 21 ? EXPLORE_IN_21 : EXPLORE_IN_20;
	if (!(x->in & in) && base->version == 21)
		return err_set(e, ERR_GONE, "This endpoint is not part of v2.1. Use records or datasets with select and group_by.");
	if (!(x->in & in)) return err_set(e, ERR_NO_ROUTE, "The requested URI does not exist.");
	auto_call c;
	return call_enter(&c, x, base, r, p, app, e) && x->run(&c, e);
}
