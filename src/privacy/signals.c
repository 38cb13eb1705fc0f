/* Small files that machines look for: that privacy signals are honoured, and whom to tell of a weakness. */
#include "privacy/inside.h"

#include "json/json.h"

/* The day since which signals are honoured as they are; not a day of a portal's own. */
static bool run_gpc(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)r, (void)app, (void)e;
	httpd_reply_type(p, STR("application/json"));
	httpd_reply_cache_control(p, STR("public, max-age=86400"));
	httpd_reply_lit(p, "Access-Control-Allow-Origin", "*");
	httpd_reply_static(p, STR("{\"gpc\":true,\"lastUpdate\":\"2026-11-22\"}\n"));
	return true;
}

/* RFC 9116. It expires within a year, on a date that stays the same for half of one. */
static bool run_security(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	struct str contact = tenant_setting(v.at.tenant, "contact");
	if (str_find_char(contact, '@') <= 0)
		return err_set(e, ERR_NOT_FOUND, "This portal names no contact.");
	struct civil now;
	clock_civil_of_us(clock_now().us, &now);
	httpd_reply_type(p, STR("text/plain; charset=utf-8"));
	httpd_reply_cache_control(p, STR("public, max-age=86400"));
	httpd_reply_bytes(p, arena_printf(v.arena, "Contact: mailto:%.*s\nExpires: %04d-%s-01T00:00:00Z\nCanonical: %.*s/.well-known/security.txt\n", STR_ARG(contact),
	                                  (int)now.year + (now.month > 6), now.month > 6 ? "07" : "12", STR_ARG(v.origin)));
	return true;
}

const struct httpd_route privacy_gpc = { .method = HTTPD_GET, .pattern = "/.well-known/gpc.json", .run = run_gpc };
const struct httpd_route privacy_security_txt = { .method = HTTPD_GET, .pattern = "/.well-known/security.txt", .run = run_security };
