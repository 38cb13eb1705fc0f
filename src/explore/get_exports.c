/* GET …/exports : the formats a dataset can be had in. */
#include "explore/inside.h"
#include "export/export.h"

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_call c;
	auto_buf b = BUF_INIT(1 << 16);
	if (!call_enter(&c, r, p, app, e) || !call_records(&c, e)) return false;
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	for (const struct export_format *const *f = export_formats(); *f; f++) {
		if (!download_offered(c.dataset, *f)) continue;
		rest_link(&j, str_of((*f)->name),
		          link_to(&c, "/catalog/datasets/%.*s/exports/%s", STR_ARG(c.dataset->slug), (*f)->name));
	}
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(&c, &b, e);
}

const struct httpd_route explore_get_exports = {
	.method = HTTPD_GET, .pattern = EXPLORE_PREFIX "/catalog/datasets/{dataset}/exports", .run = run,
};
