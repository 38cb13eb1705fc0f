/* Any request target, Host field and forwarding header: answered by some status, never by a crash. The
 * first line of the input is the target, the rest are header lines. */
#include "httpd/httpd.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool look(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app, (void)e;
	ensure(text_is_utf8(r->path) && str_find_char(r->path, '\0') < 0);
	for (size_t i = 0; i < HTTPD_HOLES; i++) ensure(text_is_utf8(r->holes[i]));
	for (size_t i = 0; i < r->nquery; i++) ensure(text_is_utf8(r->query[i].name) && text_is_utf8(r->query[i].value));
	for (size_t i = 0; i < r->host.n; i++) ensure(r->host.p[i] > ' ' && r->host.p[i] != '/' && r->host.p[i] != '@');
	httpd_reply_bytes(p, r->path);
	return true;
}

static const struct httpd_route r1 = { .pattern = "/a/{x}/b/{y}", .run = look }, r2 = { .pattern = "/{x}/{y}", .run = look },
	r3 = { .pattern = "/a/{rest...}", .run = look }, r4 = { .pattern = "/", .run = look };
static const struct httpd_route *const routes[] = { &r1, &r2, &r3, &r4, NULL };
static const char *const proxies[] = { "127.0.0.1", NULL };
static const struct httpd_options options = { .routes = routes, .trusted_proxies = proxies, .trust_forwarded_host = true };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct str text = str_make((const char *)data, size);
	ptrdiff_t line = str_find_char(text, '\n');
	struct str target = line < 0 ? text : str_sub(text, 0, (size_t)line);
	struct str head = line < 0 ? str_make("", 0) : str_from(text, (size_t)line + 1);
	struct httpd_answer answer = { 0 };
	struct err e = { 0 };
	if (!httpd_loopback(&options, &a, HTTPD_GET, target, head, str_make("", 0), &answer, &e)) return 0;
	ensure(answer.status == 200 || answer.status == 400 || answer.status == 404 || answer.status == 414 || answer.status == 431);
	return 0;
}
