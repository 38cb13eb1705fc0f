/* GET / : the sources of the API. */
#include "explore/inside.h"

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_call c;
	auto_buf b = BUF_INIT(1 << 16);
	if (!call_enter(&c, r, p, app, e)) return false;
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	rest_link(&j, STR("self"), c.base);
	rest_link(&j, STR("source"), link_to(&c, "/catalog"));
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(&c, &b, e);
}

const struct httpd_route explore_get_sources = { .method = HTTPD_GET, .pattern = EXPLORE_PREFIX, .run = run };
