/* GET /catalog/exports : the formats the catalogue can be had in. */
#include "explore/inside.h"

static bool run(struct call *c, struct err *e)
{
	static const char *const formats[] = { "csv", "json", "xlsx" };
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		rest_link(&j, str_of(formats[i]), link_to(c, "/catalog/exports/%s", formats[i]));
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_catalog_exports, "/catalog/exports", .name = "listExportFormats",
                 .summary = "Lists the formats the catalogue can be had in.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_LINKS, .run = run);
