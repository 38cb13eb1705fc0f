/* Open data may be read from any page: no credentials, any origin. */
#include "rest/rest.h"

void rest_cors(struct httpd_reply *p)
{
	httpd_reply_lit(p, "Access-Control-Allow-Origin", "*");
	httpd_reply_lit(p, "Access-Control-Allow-Methods", "POST, GET, OPTIONS");
	httpd_reply_lit(p, "Access-Control-Max-Age", "1000");
	httpd_reply_lit(p, "Access-Control-Allow-Headers",
	                "Authorization, X-Requested-With, Origin, ODS-API-Analytics-App, "
	                "ODS-API-Analytics-Embed-Type, "
	                "ODS-API-Analytics-Embed-Referrer, ODS-Widgets-Version, Accept");
	httpd_reply_lit(p, "Access-Control-Expose-Headers",
	                "ODS-Explore-API-Deprecation, Link, X-RateLimit-Remaining, "
	                "X-RateLimit-Limit, X-RateLimit-Reset, "
	                "X-RateLimit-dataset-Remaining, X-RateLimit-dataset-Limit, "
	                "X-RateLimit-dataset-Reset, Content-Digest, Content-Disposition, "
	                "Retry-After, Server-Timing, Stoa-Rows, Stoa-Tile, Stoa-Version");
}

void rest_options(struct httpd_reply *p, struct str allow)
{
	struct err e = { 0 };
	bool good = httpd_reply_header(p, STR("Allow"), allow, &e);
	ensure(good);
	httpd_reply_status(p, 204);
}
