/* A stylesheet that is sent from outside becomes that of the draft, which visitors do not see. The key is in the address, as in the contract;
 * it opens nothing else, and no cookie is looked at. */
#include "event/event.h"
#include "json/json.h"
#include "look/look.h"
#include "push/inside.h"
#include "rest/rest.h"
#include "site/site.h"

enum { THEME_BODY = 1 << 20, ANSWER = 4096, BAD = 400, TOO_LARGE = 413 };

static bool take(struct httpd_request *r, struct str *css, struct err *e)
{
	static const char shape[] = "Expected a JSON object with the member \"stylesheet\", a text of CSS.";
	const struct json_node *root;
	struct err why = { 0 };
	if (!json_read_in(r->arena, r->body, &root, &why)) return err_set(e, ERR_INVALID, "%s %s", shape, why.pub);
	const struct json_node *sheet = json_get(root, "stylesheet");
	if (!sheet || json_kind(sheet) != JSON_TEXT) return err_set(e, ERR_INVALID, "%s", shape);
	*css = json_text(sheet);
	return true;
}

/* 400 as the rest of this API says it: by field, with the line. */
static bool refuse(struct httpd_reply *p, const struct err *why, struct err *e)
{
	auto_buf b = BUF_INIT(ANSWER);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "error_code", STR("validation_error"));
	json_member(&j, "message", str_of(why->pub));
	json_key(&j, STR("detail"));
	json_open(&j, '{');
	json_key(&j, STR("stylesheet"));
	json_open(&j, '[');
	json_put(&j, str_of(why->pub));
	json_close(&j, ']');
	json_close(&j, '}');
	json_close(&j, '}');
	if (!rest_json(p, &b, STR(""), e)) return false;
	httpd_reply_status(p, why->code == ERR_TOO_LARGE ? TOO_LARGE : BAD);
	return true;
}

static bool answer(struct httpd_reply *p, struct str css, struct err *e)
{
	auto_buf b = BUF_INIT(ANSWER);
	auto_buf clean = BUF_INIT(8 * LOOK_CSS_BYTES);
	struct json_out j = JSON_OUT(&b);
	size_t dropped = 0;
	look_clean_css(&clean, css, &dropped);
	json_open(&j, '{');
	json_member(&j, "status", STR("OK"));
	json_member_int(&j, "left_out", (int64_t)dropped);
	json_member(&j, "preview", STR("/explore/?stage_theme=true"));
	json_close(&j, '}');
	return rest_json(p, &b, STR(""), e);
}

static bool give(struct site *s, const struct tenant *t, struct httpd_request *r, struct httpd_reply *p, struct err *e)
{
	const struct str *key = httpd_query_or_null(r, STR("themeapikey"));
	struct str css;
	struct err why = { 0 };
	bool fits;
	if (!look_key_fits(s->looks, t, key ? *key : STR(""), &fits, e)) return false;
	if (!fits) return err_set(e, ERR_UNAUTHENTICATED, key ? "The themeapikey is not the one of this portal." : "The parameter themeapikey is missing.");
	if (!take(r, &css, &why) || !look_push_css(s->looks, t, css, &why)) {
		if (why.code == ERR_INVALID || why.code == ERR_TOO_LARGE) return refuse(p, &why, e);
		*e = why;
		return false;
	}
	event_note(s->events, t->id, &(struct event){ .kind = EVENT_SETTINGS_CHANGED, .reason = STR("themeapikey"), .detail = STR("look.stylesheet"), .client = r->client });
	return answer(p, css, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct site *s = app;
	const struct tenant *t = tenants_find_or_null(s->tenants, r->host);
	if (!t) return err_set(e, ERR_NO_PORTAL, "no portal answers at this address");
	bool ok = give(s, t, r, p, e);
	tenant_release(s->tenants, t);
	if (ok) httpd_reply_cache_control(p, STR("private, no-store"));
	return ok;
}

const struct httpd_route push_theme = { .method = HTTPD_POST, .pattern = "/api/management/1.0/domain_theme", .body_max = THEME_BODY, .run = run };
