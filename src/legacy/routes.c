/* The table of endpoints. */
#include "legacy/legacy.h"

#define ENDPOINT(name) extern const struct httpd_route legacy_##name##_get, legacy_##name##_post;
#include "legacy/endpoints.def"
#undef ENDPOINT

const struct httpd_route *const legacy_routes[] = {
#define ENDPOINT(name) &legacy_##name##_get, &legacy_##name##_post,
#include "legacy/endpoints.def"
#undef ENDPOINT
	NULL
};
