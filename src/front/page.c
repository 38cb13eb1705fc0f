/* Content pages: /pages/{slug}/, its short form /p/{slug}/, the same for frames of others, and what an editor sees before saving. A page
 * that its reader may not see is answered like one that never was. */
#include "front/page.h"

#include "text/text.h"

static void tell_trouble(const struct visit *v, const struct err *trouble)
{
	if (trouble->code != ERR_NONE && v->at.site->log)
		log_failure(v->at.site->log, LOG_LEVEL_WARN, "page_block", trouble);
}

static void put_title(struct view_page *page, const struct json_node *root, struct str title)
{
	struct html *h = &page->h;
	const struct visit *v = page->visit;
	struct str about = page_text(json_get(root, "description"), v->lang_code, v->at.tenant->languages[0]);
	html_lit(h, "<div class=\"page-head\"><div class=\"wide\"><h1>");
	html_text(h, title);
	html_lit(h, "</h1>");
	if (about.n) {
		html_lit(h, "<p class=\"lead\">");
		html_text(h, about);
		html_lit(h, "</p>");
	}
	html_lit(h, "</div></div>");
}

static void put_share(struct view_page *page, const struct page *p, struct str title)
{
	const struct visit *v = page->visit;
	struct view_share s = { .title = title, .path = page->path };
	if (!p->open)
		return;
	s.frame = arena_printf(v->arena, "/pages/embed/%.*s/", STR_ARG(p->slug));
	html_lit(&page->h, "<div class=\"wide page-share\">");
	view_put_share(page, &s);
	if (content_may_edit(v, p)) {
		html_lit(&page->h, "<p><a class=\"button outline\" href=\"/backoffice/pages/");
		html_int(&page->h, p->id);
		html_lit(&page->h, "/\">");
		html_say(&page->h, N_("Edit this page"));
		html_lit(&page->h, "</a></p>");
	}
	html_lit(&page->h, "</div>");
}

bool front_page_show(struct visit *v, const struct page *p, struct str path, bool root, struct err *e)
{
	struct err trouble = { 0 };
	struct str other = v->at.tenant->languages[0], title = page_heading(p, v->lang_code, other);
	auto_page page = { .visit = v, .title = root ? STR("") : title, .path = path, .noindex = !p->open };
	page.description = page_text(json_get(p->root, "description"), v->lang_code, other);
	page.image = json_text(json_get(p->root, "image"));
	if (!page.image.n && p->open)
		page.image = root ? front_preview_portal(v) : front_preview_page(v, p->slug, title);
	view_open(&page);
	front_put_page_sheet(&page, p);
	html_lit(&page.h, "<article class=\"content-page\">");
	put_title(&page, p->root, title);
	content_put(&page, p, &front_shelf, &trouble);
	html_lit(&page.h, "</article>");
	if (!root)
		put_share(&page, p, title);
	tell_trouble(v, &trouble);
	if (!p->open)
		visitor_private(v);
	else if (trouble.code == ERR_NONE)
		visitor_cache_page(v, FRONT_CACHE_S);
	return view_close(&page, e);
}

static bool missing(struct str slug, struct err *e) { return err_set(e, ERR_NOT_FOUND, "There is no page \"%.*s\" here.", STR_ARG(slug)); }

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct site *site = app;
	const struct page_view *view = NULL;
	if (!visitor_enter(site, r, p, &v, e) || !pages_hold(site->pages, v.at.tenant->id, &view, e))
		return false;
	const struct page *found = page_find_or_null(view, r->holes[0]);
	bool ok = found && content_may_read(&v, found) ? front_page_show(&v, found, arena_printf(v.arena, "/pages/%.*s/", STR_ARG(found->slug)), false, e)
	                                               : missing(r->holes[0], e);
	pages_release(site->pages, view);
	return ok;
}

const struct httpd_route front_page_route = { .method = HTTPD_GET, .pattern = "/pages/{slug}/", .run = run };

static bool run_short(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	struct str url;
	if (!visitor_enter(app, r, p, &v, e))
		return false;
	buf_lit(&b, "/pages/");
	text_put_url(&b, r->holes[0]);
	buf_printf(&b, "/%s%.*s", r->raw_query.n ? "?" : "", STR_ARG(r->raw_query));
	return buf_end(&b, &url, e) && httpd_reply_redirect(p, 301, url, e);
}

const struct httpd_route front_page_short = { .method = HTTPD_GET, .pattern = "/p/{slug}/", .run = run_short };

/* --- frames of others ------------------------------------------------------------------------------------------------ */

static bool draw_frame(struct visit *v, const struct page *p, struct err *e)
{
	struct err trouble = { 0 };
	struct str title = page_heading(p, v->lang_code, v->at.tenant->languages[0]);
	struct view_whole whole = { .title = title, .url = arena_printf(v->arena, "/pages/%.*s/", STR_ARG(p->slug)) };
	/* Filters stay in the frame. */
	auto_page page = { .visit = v, .title = title, .path = arena_printf(v->arena, "/pages/embed/%.*s/", STR_ARG(p->slug)) };
	view_frame_open(&page, &whole);
	front_put_page_sheet(&page, p);
	html_lit(&page.h, "<article class=\"content-page\"><h1 class=\"visually-hidden\">");
	html_text(&page.h, title);
	html_lit(&page.h, "</h1>");
	content_put(&page, p, &front_shelf, &trouble);
	html_lit(&page.h, "</article>");
	tell_trouble(v, &trouble);
	if (trouble.code == ERR_NONE)
		visitor_cache_page(v, FRONT_CACHE_S);
	return view_close(&page, e);
}

static bool run_frame(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct site *site = app;
	const struct page_view *view = NULL;
	if (!visitor_enter(site, r, p, &v, e) || !pages_hold(site->pages, v.at.tenant->id, &view, e))
		return false;
	const struct page *found = page_find_or_null(view, r->holes[0]);
	bool ok;
	if (found && found->open) {
		ok = draw_frame(&v, found, e);
	} else {
		struct view_whole whole = { .title = STR(""), .url = STR("") };
		auto_page page = { .visit = &v, .title = i18n_text(v.lang, N_("This page is not open to everybody.")), .path = STR("/") };
		httpd_reply_status(p, 404);
		view_frame_open(&page, &whole);
		view_frame_refuse(&page, N_("This page cannot be shown here."), N_("It is gone, or not open to everybody."));
		ok = view_close(&page, e);
	}
	pages_release(site->pages, view);
	return ok;
}

const struct httpd_route front_page_frame = { .method = HTTPD_GET, .pattern = "/pages/embed/{slug}/", .run = run_frame };

/* --- before saving ------------------------------------------------------------------------------------------------------ */

/* What the editor holds, as readers would see it; kept nowhere. Only for those who may write pages. */
static bool run_preview(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct err trouble = { 0 };
	if (!visitor_enter(app, r, p, &v, e) || !visitor_signed_in(&v, e))
		return false;
	if (!visitor_form(&v, VISITOR_TOKEN, &form, e))
		return false;
	visitor_private(&v);
	struct str doc = visitor_field(&form, STR("doc"));
	struct page_faults faults = { .n = 0 };
	auto_json *read = NULL;
	if (!page_check(doc, false, &faults, v.arena, e) || !json_read(doc, &read, e))
		return false;
	struct str title = page_text(json_get(json_root(read), "title"), v.lang_code, v.at.tenant->languages[0]);
	auto_page page = { .visit = &v, .title = title, .path = STR("/pages/preview/"), .noindex = true };
	view_open(&page);
	html_lit(&page.h, "<article class=\"content-page\">");
	put_title(&page, json_root(read), title);
	if (!content_put_doc(&page, doc, &front_shelf, &trouble, e))
		return false;
	html_lit(&page.h, "</article>");
	tell_trouble(&v, &trouble);
	return view_close(&page, e);
}

const struct httpd_route front_page_preview = { .method = HTTPD_POST, .pattern = "/pages/preview/", .body_max = 4 * PAGE_DOC_BYTES, .run = run_preview };
