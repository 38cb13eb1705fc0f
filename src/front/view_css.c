/* The stylesheets of a publisher's own view and of a content page, as files of their own: cleaned, and nested below what they are of, so that
 * they change nothing else. One that would close that block and go on outside is not sent at all. */
#include "front/page.h"

#include "config/config.h"
#include "crypt/crypt.h"
#include "json/json.h"
#include "look/look.h"

enum { TAG_BYTES = 8 };

/* Whether every block that is closed was opened in it, and the other way round. */
static bool is_balanced(struct str css)
{
	size_t depth = 0;
	for (size_t i = 0; i < css.n; i++) {
		char c = css.p[i];
		if (c == '\\') {
			i++;
		} else if (c == '/' && i + 1 < css.n && css.p[i + 1] == '*') {
			ptrdiff_t end = str_find(str_from(css, i + 2), STR("*/"));
			if (end < 0)
				return false;
			i += (size_t)end + 3;
		} else if (c == '"' || c == '\'') {
			for (i++; i < css.n && css.p[i] != c; i++) {
				if (css.p[i] == '\n' || css.p[i] == '\r' || css.p[i] == '\f')
					return false;
				i += css.p[i] == '\\';
			}
			if (i >= css.n)
				return false;
		} else if (c == '{' || c == '(' || c == '[') {
			depth++;
		} else if (c == '}' || c == ')' || c == ']') {
			if (!depth--)
				return false;
		}
	}
	return depth == 0;
}

bool front_put_sheet(struct buf *out, const char *below, struct str css)
{
	auto_buf clean = BUF_INIT(2 * LOOK_CSS_BYTES);
	look_clean_css(&clean, css, NULL);
	if (clean.over || !is_balanced(buf_str(&clean)))
		return false;
	buf_printf(out, "%s {\n", below);
	buf_put(out, buf_str(&clean));
	buf_lit(out, "\n}\n");
	return true;
}

/* Left open after the address, which changes with the text. */
static void put_link(struct html *h, struct str url, struct str css)
{
	unsigned char hash[CRYPT_SHA256];
	crypt_sha256(css, hash);
	html_lit(h, "<link rel=\"stylesheet\" href=\"");
	html_url(h, url);
	html_lit(h, "?v=");
	for (size_t i = 0; i < TAG_BYTES; i++) {
		char two[3] = { "0123456789abcdef"[hash[i] >> 4], "0123456789abcdef"[hash[i] & 15], 0 };
		html_text(h, str_of(two));
	}
}

void front_put_custom_sheet(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	struct str css = front_meta(d, "visualization", "custom_view_css");
	if (!str_trim(css).n)
		return;
	put_link(h, arena_join(d->visit.arena, d->url, STR("view.css")), css);
	html_put_literal(h, d->draft ? STR("&amp;draft=1\">") : STR("\">"));
}

/* That of the draft, for whoever may read it. */
static bool read_draft(struct front_dataset *d, struct str *css, struct err *e)
{
	struct visit *v = &d->visit;
	struct config c;
	visitor_private(v);
	if (!config_may(v->at.site, v->at.tenant->id, &v->who, d->dataset->id, CONFIG_READ))
		return err_set(e, ERR_FORBIDDEN, "This account may not change this dataset.");
	if (!config_read(v->at.site, v->at.tenant->id, d->dataset->slug, v->arena, &c, e))
		return false;
	*css = json_text(json_get(json_get(json_get(json_get(c.doc, "metadata"), "visualization"), "custom_view_css"), ""));
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(front_dataset_leave) struct front_dataset d = { 0 };
	auto_buf b = BUF_INIT(4 * LOOK_CSS_BYTES);
	if (!front_dataset_enter(&d, app, r, p, r->holes[0], e))
		return false;
	struct str css = front_meta(&d, "visualization", "custom_view_css");
	bool draft = httpd_query_or_null(r, STR("draft")) != NULL;
	if (draft && !read_draft(&d, &css, e))
		return false;
	if (!str_trim(css).n)
		return err_set(e, ERR_NOT_FOUND, "This dataset has no view with a stylesheet.");
	if (!front_put_sheet(&b, ".own-view.own-view", css))
		buf_lit(&b, "/* The stylesheet of this view has a bracket or a quotation mark too many or too few. */\n");
	httpd_reply_type(p, STR("text/css; charset=utf-8"));
	if (!draft)
		visitor_cache_page(&d.visit, FRONT_CACHE_S);
	httpd_reply_take(p, &b);
	return true;
}

const struct httpd_route front_custom_sheet = { .method = HTTPD_GET, .pattern = "/explore/dataset/{dataset}/view.css", .run = run };

/* --- of a content page --------------------------------------------------------------------------------------------------- */

static struct str page_css(const struct visit *v, const struct page *p) { return page_text(json_get(p->root, "css"), v->lang_code, v->at.tenant->languages[0]); }

void front_put_page_sheet(struct view_page *page, const struct page *p)
{
	struct str css = page_css(page->visit, p);
	if (!str_trim(css).n)
		return;
	put_link(&page->h, arena_printf(page->visit->arena, "/pages/%.*s/page.css", STR_ARG(p->slug)), css);
	html_lit(&page->h, "&amp;flg=");
	html_text(&page->h, page->visit->lang_code);
	html_lit(&page->h, "\">");
}

static bool run_page(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_buf b = BUF_INIT(4 * LOOK_CSS_BYTES);
	struct site *site = app;
	const struct page_view *view = NULL;
	if (!visitor_enter(site, r, p, &v, e) || !pages_hold(site->pages, v.at.tenant->id, &view, e))
		return false;
	const struct page *found = page_find_or_null(view, r->holes[0]);
	bool open = found && found->open, ok = found && content_may_read(&v, found) && str_trim(page_css(&v, found)).n;
	if (ok && !front_put_sheet(&b, ".content-page.content-page", page_css(&v, found)))
		buf_lit(&b, "/* The stylesheet of this page has a bracket or a quotation mark too many or too few. */\n");
	pages_release(site->pages, view);
	if (!ok)
		return err_set(e, ERR_NOT_FOUND, "There is no page with a stylesheet here.");
	httpd_reply_type(p, STR("text/css; charset=utf-8"));
	if (open)
		visitor_cache_page(&v, FRONT_CACHE_S);
	else
		visitor_private(&v);
	httpd_reply_take(p, &b);
	return true;
}

const struct httpd_route front_page_sheet = { .method = HTTPD_GET, .pattern = "/pages/{slug}/page.css", .run = run_page };
