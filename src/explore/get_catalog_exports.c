/* GET /catalog/exports : the formats the catalogue can be had in. */
#include "explore/inside.h"

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const char *const formats[] = { "csv", "json", "xlsx" };
	auto_call c;
	auto_buf b = BUF_INIT(1 << 16);
	if (!call_enter(&c, r, p, app, e)) return false;
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		rest_link(&j, str_of(formats[i]), link_to(&c, "/catalog/exports/%s", formats[i]));
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(&c, &b, e);
}

const struct httpd_route explore_get_catalog_exports = {
	.method = HTTPD_GET, .pattern = EXPLORE_PREFIX "/catalog/exports", .run = run,
};
