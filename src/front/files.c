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

static void put_robots(struct buf *b, const struct visit *v)
{
	buf_lit(b, "User-agent: *\nDisallow: /api/\nDisallow: /*refine.\nDisallow: /*exclude.\nDisallow: /*sort=\nAllow: /\n\nSitemap: ");
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

static void put_address(struct buf *b, const struct visit *v, struct str path, int64_t changed_us)
{
	buf_lit(b, "<url><loc>");
	text_put_xml(b, v->origin);
	text_put_xml(b, path);
	buf_lit(b, "</loc>");
	if (changed_us) {
		buf_lit(b, "<lastmod>");
		clock_put_instant(b, changed_us - changed_us % 1000000, clock_utc());
		buf_lit(b, "</lastmod>");
	}
	buf_lit(b, "</url>\n");
}

static bool run_sitemap(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!visitor_enter(app, r, p, &v, e))
		return false;
	auto_buf b = BUF_INIT(FILE_BYTES);
	buf_lit(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
	put_address(&b, &v, STR("/"), 0);
	put_address(&b, &v, STR("/explore/"), 0);
	put_address(&b, &v, STR("/terms/cookies-policy/"), 0);
	const struct dataset **seen;
	size_t n = rights_datasets(&v.at, &v.who, r->arena, &seen);
	for (size_t i = 0; i < n; i++) {
		const struct dataset *d = seen[i];
		struct arena_mark mark = arena_mark(r->arena);
		put_address(&b, &v, arena_printf(r->arena, "/explore/dataset/%.*s/information/", STR_ARG(d->slug)), d->modified.us);
		arena_rewind(r->arena, mark);
	}
	buf_lit(&b, "</urlset>\n");
	struct str whole;
	if (!buf_end(&b, &whole, e))
		return false;
	httpd_reply_type(p, STR("application/xml; charset=utf-8"));
	if (visitor_is_nobody(&v)) {
		httpd_reply_cache_control(p, STR("public, max-age=0, s-maxage=60"));
		httpd_reply_cacheable(p, FRONT_CACHE_S);
	} else {
		httpd_reply_cache_control(p, STR("private, no-store"));
	}
	httpd_reply_take(p, &b);
	return true;
}

const struct httpd_route front_assets = { .method = HTTPD_GET, .pattern = "/assets/{name}", .flags = HTTPD_INLINE | HTTPD_ANY_HOST, .run = run_asset };
const struct httpd_route front_favicon = { .method = HTTPD_GET, .pattern = "/favicon.ico", .run = run_favicon };
const struct httpd_route front_robots = { .method = HTTPD_GET, .pattern = "/robots.txt", .run = run_robots };
const struct httpd_route front_sitemap = { .method = HTTPD_GET, .pattern = "/sitemap.xml", .run = run_sitemap };
