/* The small files beside the pages: styles and scripts, the portal's colours and mark, what robots read. */
#include "front/inside.h"

#include "text/text.h"

enum { FILE_BYTES = 64 << 20 };

static bool run_asset(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app;
	struct str name = r->holes[0];
	const struct asset *a = asset_find_or_null(name);
	httpd_reply_cache_control(p, STR("public, max-age=31536000, immutable"));
	/* Pages of others load the elements from here, as modules, which are asked for by CORS. */
	httpd_reply_lit(p, "Access-Control-Allow-Origin", "*");
	httpd_reply_lit(p, "Cross-Origin-Resource-Policy", "cross-origin");
	if (!a) {
		auto_buf b = BUF_INIT(FILE_BYTES);
		struct str type;
		if (!view_mark_file(name, &b, &type)) {
			httpd_reply_cache_control(p, STR("no-store"));
			return err_set(e, ERR_NOT_FOUND, "No such file.");
		}
		httpd_reply_type(p, type);
		httpd_reply_take(p, &b);
		return true;
	}
	httpd_reply_type(p, a->type);
	httpd_reply_etag(p, a->tag);
	if (a->br.n && httpd_accepts(r, "br")) {
		httpd_reply_static(p, a->br);
		httpd_reply_encoded(p, "br");
	} else if (a->gzip.n && httpd_accepts(r, "gzip")) {
		httpd_reply_static(p, a->gzip);
		httpd_reply_encoded(p, "gzip");
	} else {
		httpd_reply_static(p, a->bytes);
	}
	return true;
}

static bool run_favicon(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	httpd_reply_cache_control(p, STR("public, max-age=3600"));
	return httpd_reply_redirect(p, 302, v.look->favicon_url.n ? v.look->favicon_url : view_mark_url(r->arena, view_accent_of(v.look)), e);
}

/* What is a filtered or sorted view of a page that is itself indexed, or a question rather than a page, is not to be crawled. */
static void put_robots(struct buf *b, const struct visit *v)
{
	static const char *const left_out[] = { "/api/", "/backoffice/", "/account/", "/login", "/signup", "/*?*q=", "/*refine.", "/*exclude.", "/*disjunctive.",
		"/*sort=", "/*layout=", "/*geofilter.", "/*as_of=", "/*/history/?", "/*/citation/" };
	buf_lit(b, "User-agent: *\nAllow: /api/explore/v2.1/catalog/exports/rss\n");
	for (size_t i = 0; i < COUNT_OF(left_out); i++) {
		buf_lit(b, "Disallow: ");
		buf_put(b, str_of(left_out[i]));
		buf_put_char(b, '\n');
	}
	buf_lit(b, "Allow: /\n\nSitemap: ");
	buf_put(b, v->origin);
	buf_lit(b, "/sitemap.xml\n");
}

static bool run_robots(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	auto_buf b = BUF_INIT(FILE_BYTES);
	if (str_eq(tenant_setting(v.at.tenant, "access"), STR("private")))
		buf_lit(&b, "User-agent: *\nDisallow: /\n");
	else
		put_robots(&b, &v);
	httpd_reply_type(p, STR("text/plain; charset=utf-8"));
	httpd_reply_cache_control(p, STR("public, max-age=3600"));
	httpd_reply_take(p, &b);
	return true;
}

const struct httpd_route front_assets = { .method = HTTPD_GET, .pattern = "/assets/{name}", .flags = HTTPD_INLINE | HTTPD_ANY_HOST, .run = run_asset };
const struct httpd_route front_favicon = { .method = HTTPD_GET, .pattern = "/favicon.ico", .run = run_favicon };
const struct httpd_route front_robots = { .method = HTTPD_GET, .pattern = "/robots.txt", .run = run_robots };
