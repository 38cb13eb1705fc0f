/* Addresses of other portals' pages that stand elsewhere here: rows of former.def, each of which leads on for good. */
#include "front/inside.h"

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app;
	struct str to = str_of(r->route_or_null->extra);
	return httpd_reply_redirect(p, 301, r->raw_query.n ? arena_printf(r->arena, "%.*s?%.*s", STR_ARG(to), STR_ARG(r->raw_query)) : to, e);
}

#define FORMER(symbol, pattern_, to) const struct httpd_route front_former_##symbol = { .method = HTTPD_GET, .pattern = pattern_, .run = run, .extra = to };
#include "front/former.def"
#undef FORMER
