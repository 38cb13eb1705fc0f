/* The list of pages; a page is one file and one row of routes.def. */
#include "studio/inside.h"

const struct httpd_route *const studio_routes[] = {
#define ROUTE(symbol) &studio_map_##symbol, &studio_chart_##symbol,
#define ROUTE_ONE(symbol) &studio_##symbol,
#include "studio/routes.def"
#undef ROUTE
#undef ROUTE_ONE
	NULL,
};
