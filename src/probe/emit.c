/* The dummy page: tries to set a cookie the way POST /emit said, so that tests see what the writer and the wire refuse. */
#include "probe/inside.h"
#include <string.h>

enum { PART = 4096 };
/* What is to be sent; one test at a time. */
static struct {
	char through[16], name[PART], value[PART];
} wanted;

static void keep(char *to, struct str s)
{
	size_t n = num_min(s.n, (size_t)PART - 1);
	memcpy(to, s.p, n);
	to[n] = 0;
}

void probe_emit(const struct json_node *root)
{
	struct str through = json_text(json_get(root, "through"));
	size_t n = num_min(through.n, sizeof wanted.through - 1);
	memcpy(wanted.through, through.p, n);
	wanted.through[n] = 0;
	keep(wanted.name, json_text(json_get(root, "name")));
	keep(wanted.value, json_text(json_get(root, "value")));
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)r;
	(void)app;
	struct httpd_cookie_spec stray = { .name = wanted.name, .life_s = 60, .flags = HTTPD_COOKIE_SECURE };
	httpd_reply_type(p, STR("text/plain"));
	httpd_reply_bytes(p, STR("emitted\n"));
	if (strcmp(wanted.through, "header") == 0) return httpd_reply_header(p, str_of(wanted.name), str_of(wanted.value), e);
	if (strcmp(wanted.through, "cookie") == 0) return httpd_cookie_set(p, &stray, str_of(wanted.value), 60, e);
	return true;
}

static const struct httpd_route emit_page = { .method = HTTPD_GET, .pattern = "/-/emit", .run = run };
const struct httpd_route *const probe_routes[] = { &emit_page, NULL };
