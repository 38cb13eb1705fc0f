/* The control server itself. */
#include "probe/probe.h"
#include "clock/clock.h"
#include "engage/engage.h"
#include "event/event.h"
#include "io/io.h"
#include "probe/inside.h"
#include <stdlib.h>

struct probe { struct httpd *httpd; };

enum { ANSWER_BYTES = 8 << 20, FIXTURE_BYTES = 4 << 20 };

static bool answer(struct httpd_reply *p, struct buf *b, struct err *e)
{
	struct str whole;
	if (!buf_end(b, &whole, e)) return false;
	httpd_reply_type(p, STR("application/json"));
	httpd_reply_take(p, b);
	return true;
}

static bool say_clock(struct httpd_reply *p, struct err *e)
{
	auto_buf b = BUF_INIT(ANSWER_BYTES);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member_int(&j, "unix", clock_now().us / 1000000);
	json_close(&j, '}');
	return answer(p, &b, e);
}

static bool run_clock(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app;
	auto_json *doc = NULL;
	if (!json_read(r->body, &doc, e)) return false;
	const struct json_node *at = json_get(json_root(doc), "unix");
	if (!at) return err_set(e, ERR_PARAMETER, "unix: seconds since 1970 are expected");
	clock_set_ahead(clock_ahead() + json_int(at, 0) * 1000000 - clock_now().us);
	return say_clock(p, e);
}

static bool run_advance(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app;
	auto_json *doc = NULL;
	if (!json_read(r->body, &doc, e)) return false;
	clock_set_ahead(clock_ahead() + json_int(json_get(json_root(doc), "seconds"), 0) * 1000000);
	return say_clock(p, e);
}

static bool run_fixture(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_json *doc = NULL;
	if (!json_read(r->body, &doc, e)) return false;
	auto_buf b = BUF_INIT(ANSWER_BYTES);
	struct json_out j = JSON_OUT(&b);
	return probe_fixture(app, json_root(doc), r->arena, &j, e) && answer(p, &b, e);
}

static bool run_emit(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app;
	auto_json *doc = NULL;
	if (!json_read(r->body, &doc, e)) return false;
	probe_emit(json_root(doc));
	httpd_reply_status(p, 204);
	return true;
}

static bool run_events(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct site *s = app;
	const struct str *host = httpd_query_or_null(r, STR("host"));
	const struct tenant *t = host ? tenants_find_or_null(s->tenants, *host) : NULL;
	if (!t) return err_set(e, ERR_PARAMETER, "host: a portal is expected");
	struct event_line *lines;
	size_t n;
	bool ok = event_flush(s->events, e) && event_list(s->events, t->id, 0, 10000, r->arena, &lines, &n, e);
	tenant_release(s->tenants, t);
	if (!ok) return false;
	auto_buf b = BUF_INIT(ANSWER_BYTES);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&j, '{');
		json_member(&j, "kind", str_of(event_name(lines[i].kind)));
		json_member_int(&j, "account", lines[i].account);
		json_member(&j, "reason", lines[i].reason);
		json_member(&j, "detail", lines[i].detail);
		json_member(&j, "network", lines[i].network);
		json_member_int(&j, "at", lines[i].at.us / 1000000);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	return answer(p, &b, e);
}

/* Everything counted so far is written, days that are over are closed, what is past its time goes. */
static bool run_audience(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct site *s = app;
	(void)r;
	httpd_reply_status(p, 204);
	return audience_upkeep(s->audience, e);
}

static bool run_upkeep(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)r;
	httpd_reply_status(p, 204);
	return site_upkeep(app, true, e) && engage_upkeep(app, true, e);
}

static bool run_work(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_json *doc = NULL;
	auto_buf b = BUF_INIT(ANSWER_BYTES);
	struct json_out j = JSON_OUT(&b);
	if (!json_read(r->body, &doc, e) || !probe_work(app, json_root(doc), r->arena, &j, e)) return false;
	return answer(p, &b, e);
}

static const struct httpd_route work_route = { .method = HTTPD_POST, .pattern = "/work", .body_max = FIXTURE_BYTES, .deadline_ms = 60000, .run = run_work };
static const struct httpd_route upkeep_route = { .method = HTTPD_POST, .pattern = "/upkeep", .deadline_ms = 60000, .run = run_upkeep };
static const struct httpd_route clock_route = { .method = HTTPD_POST, .pattern = "/clock", .run = run_clock };
static const struct httpd_route advance_route = { .method = HTTPD_POST, .pattern = "/clock/advance", .run = run_advance };
static const struct httpd_route fixture_route = { .method = HTTPD_POST, .pattern = "/fixture", .body_max = FIXTURE_BYTES, .deadline_ms = 60000, .run = run_fixture };
static const struct httpd_route emit_route = { .method = HTTPD_POST, .pattern = "/emit", .run = run_emit };
static const struct httpd_route events_route = { .method = HTTPD_GET, .pattern = "/events", .run = run_events };
static const struct httpd_route audience_route = { .method = HTTPD_POST, .pattern = "/audience/flush", .run = run_audience };
static const struct httpd_route *const control_routes[] = { &clock_route, &advance_route, &fixture_route, &emit_route, &events_route, &audience_route, &upkeep_route, &work_route, NULL };

static void say_error(const struct httpd_request *r, struct httpd_reply *p, void *app, const struct err *e)
{
	(void)r;
	(void)app;
	httpd_reply_bytes(p, str_of(e->priv[0] ? e->priv : e->pub));
}

bool probe_open(struct site *s, struct lane *const lanes[HTTPD_LANES], struct bell *b, struct probe **out, struct err *e)
{
	static const char *const listen[] = { "127.0.0.1", NULL };
	struct probe *p = calloc(1, sizeof *p);
	ensure(p != NULL);
	struct httpd_options o = { .listen = listen, .metrics_port = -1, .routes = control_routes, .app = s, .hooks = { .error = say_error }, .bell = b };
	for (size_t i = 0; i < HTTPD_LANES; i++) o.lanes[i] = lanes[i];
	if (!httpd_open(&o, &p->httpd, e)) {
		free(p);
		return false;
	}
	auto_arena a = ARENA_INIT;
	struct str port = arena_printf(&a, "%d\n", httpd_port(p->httpd));
	if (!io_replace(arena_printf(&a, "%.*s/probe.port", STR_ARG(s->folder)).p, port, 0600, e)) {
		probe_close(p);
		return false;
	}
	*out = p;
	return true;
}

void probe_close(struct probe *p)
{
	if (!p) return;
	httpd_close(p->httpd);
	free(p);
}
