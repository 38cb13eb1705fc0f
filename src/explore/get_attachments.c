/* GET …/attachments : files beside the data. None can be uploaded yet, so the list is empty. */
#include "explore/inside.h"

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_call c;
	auto_buf b = BUF_INIT(1 << 16);
	if (!call_enter(&c, r, p, app, e) || !call_dataset(&c, e)) return false;
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	rest_link(&j, STR("self"), link_dataset(&c, c.dataset->slug, "/attachments"));
	rest_link(&j, STR("dataset"), link_dataset(&c, c.dataset->slug, ""));
	json_close(&j, ']');
	json_key(&j, STR("attachments"));
	json_open(&j, '[');
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(&c, &b, e);
}

const struct httpd_route explore_get_attachments = {
	.method = HTTPD_GET, .pattern = EXPLORE_PREFIX "/catalog/datasets/{dataset}/attachments", .run = run,
};
