/* GET /catalog/datasets/{id} : one DatasetObject. */
#include "explore/inside.h"

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_call c;
	auto_buf b = BUF_INIT(64 << 20);
	if (!call_enter(&c, r, p, app, e) || !call_dataset(&c, e)) return false;
	if (call_is_fresh(&c, STR("dataset"))) return true;
	dataset_put(&b, &c, c.dataset);
	return call_reply(&c, &b, e);
}

const struct httpd_route explore_get_dataset = {
	.method = HTTPD_GET, .pattern = EXPLORE_PREFIX "/catalog/datasets/{dataset}", .run = run,
};
