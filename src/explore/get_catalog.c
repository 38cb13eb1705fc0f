/* GET /catalog : what can be asked of the catalogue. */
#include "explore/inside.h"

static bool run(struct call *c, struct err *e)
{
	static const struct { const char *rel, *path; } links[] = {
		{ "self", "/catalog" }, { "datasets", "/catalog/datasets" },
		{ "exports", "/catalog/exports" }, { "facets", "/catalog/facets" },
		{ "metadata_templates", "/catalog/metadata_templates" },
	};
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	for (size_t i = 0; i < COUNT_OF(links); i++) rest_link(&j, str_of(links[i].rel), link_to(c, "%s", links[i].path));
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_catalog, "/catalog", .name = "getCatalog",
                 .summary = "Lists what can be asked of the catalogue.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_LINKS, .run = run);
