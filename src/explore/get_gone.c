/* Endpoints that v2.1 took away: their work is done by records and datasets with group_by. */
#include "explore/inside.h"

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)r;
	(void)p;
	(void)app;
	return err_set(e, ERR_GONE, "This endpoint is not part of v2.1. Use records or datasets with select and group_by.");
}

#define GONE(symbol, path)                                                                              \
	const struct httpd_route explore_get_##symbol = {                                               \
		.method = HTTPD_GET, .pattern = EXPLORE_PREFIX path, .flags = HTTPD_INLINE, .run = run, \
	};
GONE(gone_catalog_aggregates, "/catalog/aggregates")
GONE(gone_catalog_query, "/catalog/query")
GONE(gone_aggregates, "/catalog/datasets/{dataset}/aggregates")
GONE(gone_query, "/catalog/datasets/{dataset}/query")
