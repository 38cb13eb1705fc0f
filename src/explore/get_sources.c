/* GET / : the sources of the API. */
#include "explore/inside.h"

static bool run(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	rest_link(&j, STR("self"), c->base);
	rest_link(&j, STR("source"), link_to(c, "/catalog"));
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_sources, "", .name = "getSources",
                 .summary = "Lists the sources of the API.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_LINKS, .run = run);
