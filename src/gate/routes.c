/* The list of this room's routes, made of the rows of routes.def. */
#include "gate/gate.h"

#define ROUTE(symbol) extern const struct httpd_route gate_##symbol;
#include "gate/routes.def"
#undef ROUTE

const struct httpd_route *const gate_routes[] = {
#define ROUTE(symbol) &gate_##symbol,
#include "gate/routes.def"
#undef ROUTE
	NULL,
};
