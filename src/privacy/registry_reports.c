/* Reports of browsers about what the Content-Security-Policy stopped (REG-21). Nothing is kept of who sent one, and the answer is
 * the same for all: 204. Reports of pages that are not this portal's, and what cannot be read, are passed over. */
#include "json/json.h"
#include "privacy/privacy.h"
#include "site/site.h"
#include "text/text.h"

enum { BODY_MOST = 16 * 1024, REPORTS_MOST = 20, TEXT_MOST = 200 };

static const char *const directives[] = { "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr", "img-src",
	"font-src", "connect-src", "frame-src", "media-src", "worker-src", "child-src", "object-src", "manifest-src", "base-uri", "form-action", "default-src",
	"prefetch-src", "frame-ancestors" };

/* "https://host:port" of an address; its word when it has none ("inline", "data"). */
static struct str origin_of(struct arena *a, struct str url)
{
	ptrdiff_t at = str_find(url, STR("://"));
	if (at < 0) {
		size_t n = 0;
		while (n < url.n && url.p[n] >= 'a' && url.p[n] <= 'z')
			n++;
		return arena_str(a, str_sub(url, 0, num_min(n, (size_t)20)));
	}
	size_t end = (size_t)at + 3;
	while (end < url.n && !strchr("/?#@ \\\"<>", url.p[end]))
		end++;
	struct str origin = str_sub(url, 0, end);
	if (origin.n > TEXT_MOST || !text_is_utf8(origin))
		return STR("");
	for (size_t i = 0; i < origin.n; i++)
		if ((unsigned char)origin.p[i] < 0x21 || (unsigned char)origin.p[i] > 0x7e)
			return STR("");
	return arena_str(a, origin);
}

/* The path of a page of this portal; empty when it is another's. */
static struct str path_of(struct arena *a, struct str url, struct str host)
{
	ptrdiff_t at = str_find(url, STR("://"));
	if (at < 0)
		return STR("");
	struct str rest = str_from(url, (size_t)at + 3);
	size_t end = 0;
	while (end < rest.n && !strchr("/?#", rest.p[end]))
		end++;
	struct str authority = str_sub(rest, 0, end);
	ptrdiff_t colon = str_rfind_char(authority, ':');
	bool same = str_eq_nocase(authority, host) || (colon > 0 && str_eq_nocase(str_sub(authority, 0, (size_t)colon), host));
	if (!same)
		return STR("");
	struct str path = str_from(rest, end);
	size_t n = 0;
	while (n < path.n && path.p[n] != '?' && path.p[n] != '#')
		n++;
	path = text_cut(str_sub(path, 0, n), TEXT_MOST);
	return path.n ? arena_str(a, path) : STR("/");
}

static bool read_one(struct arena *a, const struct json_node *body, struct str host, struct registry_report *out)
{
	struct str blocked = json_text(json_get(body, json_kind(json_get(body, "blockedURL")) == JSON_TEXT ? "blockedURL" : "blocked-uri"));
	struct str page = json_text(json_get(body, json_kind(json_get(body, "documentURL")) == JSON_TEXT ? "documentURL" : "document-uri"));
	struct str directive = json_text(json_get(body, "effectiveDirective"));
	if (!directive.n)
		directive = json_text(json_get(body, "effective-directive"));
	if (!directive.n)
		directive = json_text(json_get(body, "violated-directive"));
	ptrdiff_t blank = str_find_char(directive, ' ');
	if (blank > 0)
		directive = str_sub(directive, 0, (size_t)blank);
	*out = (struct registry_report){ .origin = origin_of(a, blocked), .path = path_of(a, page, host), .n = 1 };
	for (size_t i = 0; i < COUNT_OF(directives); i++)
		if (str_eq(directive, str_of(directives[i])))
			out->directive = str_of(directives[i]);
	return out->origin.n && out->path.n && out->directive.n;
}

static size_t read_reports(struct arena *a, const struct json_node *root, struct str host, struct registry_report out[REPORTS_MOST])
{
	size_t n = 0;
	if (json_kind(root) == JSON_OBJECT)
		return read_one(a, json_get(root, "csp-report"), host, &out[0]);
	for (size_t i = 0; i < json_count(root) && n < REPORTS_MOST; i++) {
		const struct json_node *one = json_at(root, i);
		if (str_eq(json_text(json_get(one, "type")), STR("csp-violation")))
			n += read_one(a, json_get(one, "body"), host, &out[n]);
	}
	return n;
}

static bool run(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	struct site *site = app;
	struct site_visit at;
	struct registry_report list[REPORTS_MOST];
	struct err ignored = { 0 };
	auto_json *doc = NULL;
	if (!site_enter(site, r->host, &at, e))
		return false;
	httpd_reply_cache_control(reply, STR("no-store"));
	bool admitted = registry_report_admit(site->registries, at.tenant->id);
	httpd_reply_status(reply, admitted ? 204 : 429);
	struct str type = httpd_header(r, STR("Content-Type"));
	bool ours = str_starts(type, STR("application/csp-report")) || str_starts(type, STR("application/reports+json"));
	if (!admitted) {
		httpd_reply_lit(reply, "Retry-After", "1");
	} else if (ours && json_read(r->body, &doc, &ignored)) {
		size_t n = read_reports(r->arena, json_root(doc), at.tenant->host, list);
		/* A report that cannot be written down is lost: its sender could do nothing about it. */
		if (!registry_report(site->registries, at.tenant->id, list, n, &ignored) && site->log)
			log_failure(site->log, LOG_LEVEL_WARN, "csp report", &ignored);
	}
	site_leave(&at);
	return true;
}

const struct httpd_route privacy_csp_report = { .method = HTTPD_POST, .pattern = "/csp-report/", .body_max = BODY_MOST, .run = run };
