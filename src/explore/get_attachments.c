/* GET …/attachments : files beside the data. None can be uploaded yet, so the list is empty. */
#include "explore/inside.h"

static bool run(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 16);
	if (!call_dataset(c, e)) return false;
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	rest_link(&j, STR("self"), link_dataset(c, c->dataset->slug, "/attachments"));
	rest_link(&j, STR("dataset"), link_dataset(c, c->dataset->slug, ""));
	json_close(&j, ']');
	json_key(&j, STR("attachments"));
	json_open(&j, '[');
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_attachments, "/catalog/datasets/{dataset}/attachments", .name = "getDatasetAttachments",
                 .summary = "Lists the files beside a dataset.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_ATTACHMENTS, .run = run);
