/* A page asked for by the handler of another, for what it writes aside: its reply is thrown away, and no hook hears of it. */
#include "httpd/inside.h"

bool httpd_aside(const struct httpd_request *r, const struct httpd_reply *p, const struct httpd_route *route, struct str path, struct str raw_query, void *app, void *aside, struct err *e)
{
	struct httpd_request ask = *r;
	struct httpd_reply thrown;
	ask.method = HTTPD_GET;
	ask.route_or_null = route;
	ask.path = ask.raw_path = path;
	ask.raw_query = raw_query;
	ask.body = STR("");
	ask.form_or_null = NULL;
	ask.note = NULL;
	ask.aside = aside;
	if (!httpd_form(r->arena, raw_query, &ask.query, &ask.nquery, e))
		return false;
	reply_init(&thrown, r->arena, p->specs, p->insecure);
	thrown.prefixed = p->prefixed;
	thrown.host = p->host;
	bool shown = route->run(&ask, &thrown, app, e);
	reply_done(&thrown);
	return shown;
}
