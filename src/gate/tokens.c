/* What scripts ask of the door: a token for the request they are about to send, and whether anybody is signed in. Pages that
 * everybody shares hold neither (JAR-5), so they are asked for at the moment of use. */
#include "gate/gate.h"
#include "json/json.h"
#include "visitor/visitor.h"

enum { BODY = 4096, FOUND = 302 };

static void answer(struct httpd_reply *p, struct buf *b)
{
	httpd_reply_type(p, STR("application/json"));
	httpd_reply_cache_control(p, STR("no-store"));
	httpd_reply_take(p, b);
}

static bool run_csrf(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct str site = httpd_header(r, STR("Sec-Fetch-Site"));
	if (str_eq(site, STR("cross-site")) || str_eq(site, STR("same-site")))
		return err_set(e, ERR_FORBIDDEN, "Tokens are given to pages of this portal only.");
	if (!visitor_enter_anyone(app, r, p, &v, e)) return false;
	struct buf b = BUF_INIT(BODY);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "csrf_token", visitor_token(&v));
	json_close(&j, '}');
	answer(p, &b);
	return true;
}

static bool run_session(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!visitor_enter_anyone(app, r, p, &v, e)) return false;
	struct buf b = BUF_INIT(BODY);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member_bool(&j, "authenticated", v.session != NULL);
	if (v.session) json_member_bool(&j, "fresh", session_is_fresh(v.at.tenant, v.session, clock_now()));
	json_close(&j, '}');
	answer(p, &b);
	return true;
}

/* Where browsers and password managers lead people who want another password. */
static bool run_change(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)r;
	(void)app;
	httpd_reply_cache_control(p, STR("public, max-age=3600"));
	return httpd_reply_redirect(p, FOUND, STR("/account/security/"), e);
}

const struct httpd_route gate_csrf = { .method = HTTPD_GET, .pattern = "/api/auth/csrf", .run = run_csrf };
const struct httpd_route gate_session = { .method = HTTPD_GET, .pattern = "/api/auth/session", .run = run_session };
const struct httpd_route gate_change_password = { .method = HTTPD_GET, .pattern = "/.well-known/change-password", .flags = HTTPD_INLINE, .run = run_change };
