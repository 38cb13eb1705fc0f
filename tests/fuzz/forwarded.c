/* What proxies write about their clients, in both families, from a trusted peer: the request is read or refused, the client
 * is an address, and the portal's host is told from configuration unless the proxy may say it. The first byte chooses. */
#include "httpd/httpd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app;
	(void)e;
	ensure(r->client.n > 0 && r->client.n < 64);
	for (size_t i = 0; i < r->client.n; i++) ensure(strchr("0123456789abcdef.:", r->client.p[i]) != NULL);
	ensure(r->host.n > 0);
	httpd_reply_bytes(p, STR("ok"));
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct httpd_route route = { .method = HTTPD_GET, .pattern = "/", .run = run };
	static const struct httpd_route *const routes[] = { &route, NULL };
	static const char *const trusted[] = { "127.0.0.0/8", "10.0.0.0/8", "::1/128", NULL };
	static const char *const names[] = { "Forwarded: ", "X-Forwarded-For: ", "X-Forwarded-Proto: ", "X-Forwarded-Host: " };
	auto_arena a = ARENA_INIT;
	auto_buf head = BUF_INIT(1 << 20);
	struct err e = { 0 };
	struct httpd_answer out;
	if (size < 1 || size > 1 << 16) return 0;
	struct httpd_options o = { .routes = routes, .trusted_proxies = trusted, .forwarded = (data[0] & 1) != 0, .trust_forwarded_host = (data[0] & 2) != 0 };
	struct str rest = str_make((const char *)data + 1, size - 1), line;
	buf_lit(&head, "Host: a.example\r\n");
	for (size_t i = 0; rest.n && str_cut(&rest, '\n', &line); i++) {
		buf_put(&head, str_of(names[o.forwarded ? 0 : 1 + i % 3]));
		buf_put(&head, line);
		buf_lit(&head, "\r\n");
	}
	if (!httpd_loopback(&o, &a, HTTPD_GET, STR("/"), buf_str(&head), STR(""), &out, &e)) return 0;
	ensure(out.status == 200 || out.status == 400 || out.status == 431 || out.status == 404);
	return 0;
}
