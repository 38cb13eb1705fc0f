/* The map of a portal for search engines: every page that is worth finding, when it last changed, and in which languages. One file
 * while it is small; else an index of parts, since a file may hold 50,000 addresses and 50 MB. */
#include "front/inside.h"

#include "page/page.h"
#include "text/text.h"

enum { SITEMAP_BYTES = 64 << 20, PART = 10000 };

struct place { struct str path; int64_t changed_us; };
struct places {
	struct arena *arena;
	VEC(struct place) list;
};

static void add(struct places *p, struct str path, int64_t changed_us)
{
	struct place one = { path, changed_us };
	vec_push(p->arena, &p->list, one);
}

static bool add_pages(struct places *p, const struct visit *v, struct err *e)
{
	const struct page_view *pages;
	if (!v->at.site->pages)
		return true;
	if (!pages_hold(v->at.site->pages, v->at.tenant->id, &pages, e))
		return false;
	for (size_t i = 0; i < pages->n; i++)
		if (pages->pages[i].open && !pages->pages[i].archived)
			add(p, arena_printf(p->arena, "/pages/%.*s/", STR_ARG(pages->pages[i].slug)), pages->pages[i].published_at.us);
	pages_release(v->at.site->pages, pages);
	return true;
}

static bool collect(struct places *p, const struct visit *v, struct err *e)
{
	const struct dataset **seen;
	size_t n = rights_datasets(&v->at, &v->who, p->arena, &seen);
	int64_t newest = 0;
	for (size_t i = 0; i < n; i++)
		newest = num_max(newest, seen[i]->modified.us);
	add(p, STR("/"), newest);
	add(p, STR("/explore/"), newest);
	add(p, STR("/terms/cookies-policy/"), 0);
	if (!add_pages(p, v, e))
		return false;
	for (size_t i = 0; i < n; i++)
		add(p, arena_printf(p->arena, "/explore/dataset/%.*s/information/", STR_ARG(seen[i]->slug)), seen[i]->modified.us);
	return true;
}

static void put_changed(struct buf *b, int64_t us)
{
	if (!us)
		return;
	buf_lit(b, "<lastmod>");
	clock_put_instant(b, us - us % 1000000, clock_utc());
	buf_lit(b, "</lastmod>");
}

static void put_alternate(struct buf *b, const struct visit *v, struct str path, struct str lang, bool said)
{
	buf_lit(b, "<xhtml:link rel=\"alternate\" hreflang=\"");
	buf_put(b, lang);
	buf_lit(b, "\" href=\"");
	text_put_xml(b, v->origin);
	text_put_xml(b, path);
	if (said) {
		buf_lit(b, "?flg=");
		buf_put(b, lang);
	}
	buf_lit(b, "\"/>");
}

static void put_place(struct buf *b, const struct visit *v, const struct place *p)
{
	const struct tenant *t = v->at.tenant;
	buf_lit(b, "<url><loc>");
	text_put_xml(b, v->origin);
	text_put_xml(b, p->path);
	buf_lit(b, "</loc>");
	put_changed(b, p->changed_us);
	for (size_t i = 0; t->nlanguages > 1 && i < t->nlanguages; i++)
		put_alternate(b, v, p->path, t->languages[i], true);
	if (t->nlanguages > 1)
		put_alternate(b, v, p->path, STR("x-default"), false);
	buf_lit(b, "</url>\n");
}

static void put_places(struct buf *b, const struct visit *v, const struct place *list, size_t n)
{
	buf_lit(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" "
	           "xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n");
	for (size_t i = 0; i < n; i++)
		put_place(b, v, &list[i]);
	buf_lit(b, "</urlset>\n");
}

static void put_index(struct buf *b, const struct visit *v, const struct places *p)
{
	buf_lit(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
	for (size_t from = 0, part = 1; from < p->list.n; from += PART, part++) {
		int64_t newest = 0;
		for (size_t i = from; i < p->list.n && i < from + PART; i++)
			newest = num_max(newest, p->list.p[i].changed_us);
		buf_lit(b, "<sitemap><loc>");
		text_put_xml(b, v->origin);
		buf_printf(b, "/sitemap/%zu.xml</loc>", part);
		put_changed(b, newest);
		buf_lit(b, "</sitemap>\n");
	}
	buf_lit(b, "</sitemapindex>\n");
}

static bool answer(struct visit *v, struct buf *b, struct err *e)
{
	struct httpd_reply *p = v->reply;
	struct str whole;
	if (!buf_end(b, &whole, e))
		return false;
	httpd_reply_type(p, STR("application/xml; charset=utf-8"));
	if (visitor_is_nobody(v)) {
		httpd_reply_cache_control(p, STR("public, max-age=0, s-maxage=60"));
		httpd_reply_cacheable(p, FRONT_CACHE_S);
	} else {
		httpd_reply_cache_control(p, STR("private, no-store"));
	}
	httpd_reply_take(p, b);
	return true;
}

static bool run_whole(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct places all = { .arena = r->arena };
	auto_buf b = BUF_INIT(SITEMAP_BYTES);
	if (!visitor_enter(app, r, p, &v, e) || !collect(&all, &v, e))
		return false;
	if (all.list.n > PART)
		put_index(&b, &v, &all);
	else
		put_places(&b, &v, all.list.p, all.list.n);
	return answer(&v, &b, e);
}

static bool run_part(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct places all = { .arena = r->arena };
	auto_buf b = BUF_INIT(SITEMAP_BYTES);
	struct str name = r->holes[0];
	int64_t part;
	if (!visitor_enter(app, r, p, &v, e) || !collect(&all, &v, e))
		return false;
	if (!str_ends(name, STR(".xml")) || !str_to_int(str_sub(name, 0, name.n - 4), &part) || part < 1 || part > 100000 ||
	    (size_t)(part - 1) * PART >= all.list.n)
		return err_set(e, ERR_NOT_FOUND, "There is no such part of the map.");
	size_t from = (size_t)(part - 1) * PART;
	put_places(&b, &v, all.list.p + from, num_min(all.list.n - from, (size_t)PART));
	return answer(&v, &b, e);
}

const struct httpd_route front_sitemap = { .method = HTTPD_GET, .pattern = "/sitemap.xml", .run = run_whole };
const struct httpd_route front_sitemap_part = { .method = HTTPD_GET, .pattern = "/sitemap/{part}", .run = run_part };
