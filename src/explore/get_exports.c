/* GET …/exports : the formats a dataset can be had in. */
#include "explore/inside.h"
#include "export/export.h"

static bool run(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 16);
	if (!call_records(c, e)) return false;
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	for (const struct export_format *const *f = export_formats(); *f; f++) {
		if (!download_is_for(c, *f)) continue;
		rest_link(&j, str_of((*f)->name),
		          link_to(c, "/catalog/datasets/%.*s/exports/%s", STR_ARG(c->dataset->slug), (*f)->name));
	}
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_exports, "/catalog/datasets/{dataset}/exports", .name = "listDatasetExportFormats",
                 .summary = "Lists the formats a dataset can be had in.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_LINKS, .run = run);
