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
	/* A row that is declared, for as long as asked; twice when asked. */
	if (strcmp(wanted.through, "declared") == 0 || strcmp(wanted.through, "twice") == 0) {
		const struct httpd_cookie_spec *spec = registry_cookie_specs;
		while (spec->name && strcmp(spec->name, wanted.name) != 0) spec++;
		if (!spec->name) return err_set(e, ERR_PARAMETER, "no cookie is called %s", wanted.name);
		int64_t life;
		ptrdiff_t at = str_find_char(str_of(wanted.value), ' ');
		if (at < 0 || !str_to_int(str_from(str_of(wanted.value), (size_t)at + 1), &life)) return err_set(e, ERR_PARAMETER, "value: \"VALUE LIFE\"");
		struct str value = str_sub(str_of(wanted.value), 0, (size_t)at);
		bool once = httpd_cookie_set(p, spec, value, life, e);
		return once && (strcmp(wanted.through, "twice") != 0 || httpd_cookie_set(p, spec, value, life, e));
	}
	/* A line past the writer, for the filter alone. */
	if (strcmp(wanted.through, "raw") == 0) httpd_cookie_raw(p, str_of(wanted.value));
	return true;
}

static const struct httpd_route emit_page = { .method = HTTPD_GET, .pattern = "/-/emit", .run = run };
const struct httpd_route *const probe_routes[] = { &emit_page, NULL };
