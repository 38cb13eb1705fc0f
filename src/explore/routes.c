/* The table of endpoints. */
#include "explore/explore.h"

#define ENDPOINT(name) extern const struct httpd_route explore_##name;
#include "explore/endpoints.def"
#undef ENDPOINT

const struct httpd_route *const explore_routes[] = {
#define ENDPOINT(name) &explore_##name,
#include "explore/endpoints.def"
#undef ENDPOINT
	NULL
};
