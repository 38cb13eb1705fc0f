/* GET /catalog : what can be asked of the catalogue. */
#include "explore/inside.h"

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct { const char *rel, *path; } links[] = {
		{ "self", "/catalog" }, { "datasets", "/catalog/datasets" },
		{ "exports", "/catalog/exports" }, { "facets", "/catalog/facets" },
	};
	auto_call c;
	auto_buf b = BUF_INIT(1 << 16);
	if (!call_enter(&c, r, p, app, e)) return false;
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	for (size_t i = 0; i < COUNT_OF(links); i++) rest_link(&j, str_of(links[i].rel), link_to(&c, "%s", links[i].path));
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(&c, &b, e);
}

const struct httpd_route explore_get_catalog = { .method = HTTPD_GET, .pattern = EXPLORE_PREFIX "/catalog", .run = run };
