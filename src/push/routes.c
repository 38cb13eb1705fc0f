/* The three endpoints: the request into a call of live/, its report into an answer. */
#include "json/json.h"
#include "live/live.h"
#include "publish/publish.h"
#include "push/inside.h"
#include "rest/rest.h"
#include "site/site.h"

#define PREFIX "/api/push/1.0/{dataset}/{resource}"

static bool answer(struct httpd_reply *p, struct str message, struct err *e)
{
	auto_buf b = BUF_INIT(16384);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "status", STR("OK"));
	if (message.n) json_member(&j, "message", message);
	json_close(&j, '}');
	return rest_json(p, &b, STR(""), e);
}

static bool understand(struct httpd_request *r, const struct site *s, struct live_call *out, struct err *e)
{
	const struct str *key = httpd_query_or_null(r, STR("pushkey"));
	if (!s->live) return err_set(e, ERR_BUSY, "nothing can be pushed yet");
	*out = (struct live_call){ .tenant = { r->tenant }, .slug = r->holes[0], .resource = r->holes[1], .body = r->body };
	if (key) out->key = *key;
	return true;
}

static bool push(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct site *s = app;
	struct live_call c;
	struct live_report report;
	return understand(r, s, &c, e) && publish_most_pushed(s, c.tenant, c.slug, &c.most, e) && live_push(s->live, &c, r->arena, &report, e) && answer(p, report.message, e);
}

static bool delete_values(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct site *s = app;
	struct live_call c;
	struct live_report report;
	return understand(r, s, &c, e) && live_delete(s->live, &c, r->arena, &report, e) && answer(p, report.message, e);
}

static bool delete_id(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct site *s = app;
	struct live_call c;
	/* The contract deletes by GET; asking only for the head of the answer must not. */
	if (r->method == HTTPD_HEAD) return err_set(e, ERR_METHOD, "HEAD does not delete; use GET.");
	return understand(r, s, &c, e) && live_delete_id(s->live, &c, r->holes[2], e) && answer(p, STR(""), e);
}

static const struct httpd_route post_push = { .method = HTTPD_POST, .pattern = PREFIX "/push", .body_max = PUSH_BODY_BYTES, .run = push };
static const struct httpd_route post_delete = { .method = HTTPD_POST, .pattern = PREFIX "/delete", .body_max = PUSH_BODY_BYTES, .run = delete_values };
static const struct httpd_route get_delete = { .method = HTTPD_GET, .pattern = PREFIX "/{record}/delete", .run = delete_id };

const struct httpd_route *const push_routes[] = { &post_push, &post_delete, &get_delete, &push_theme, NULL };
