/* The list of this room's routes, made of the rows of routes.def. */
#include "back/back.h"

#define ROUTE(symbol) extern const struct httpd_route back_##symbol;
#include "back/routes.def"
#undef ROUTE

const struct httpd_route *const back_routes[] = {
#define ROUTE(symbol) &back_##symbol,
#include "back/routes.def"
#undef ROUTE
	NULL,
};
