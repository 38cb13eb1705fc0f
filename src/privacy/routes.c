/* The list of this room's routes, made of the rows of routes.def. */
#include "privacy/privacy.h"

#define ROUTE(symbol) extern const struct httpd_route privacy_##symbol;
#include "privacy/routes.def"
#undef ROUTE

const struct httpd_route *const privacy_routes[] = {
#define ROUTE(symbol) &privacy_##symbol,
#include "privacy/routes.def"
#undef ROUTE
	NULL,
};
