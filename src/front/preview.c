/* Pictures for link previews, drawn when they are asked for: of the portal, of a dataset, of a page. The address of a picture ends with a tag
 * of what is on it, so that who keeps it for long keeps the right one. What may not be seen has no picture. */
#include "front/engage.h"

#include "crypt/crypt.h"
#include "draw/draw.h"
#include "front/card.h"
#include "page/page.h"
#include "text/text.h"

enum { TAG = 16, CARD_BYTES = 16 << 10 };

/* The portal's own name in addresses goes without saying: it is in the address. */
static struct str said(const struct visit *v, struct str s) { return str_eq(s, v->at.tenant->host) ? STR("") : s; }

static struct str tag_of(const struct visit *v, const struct draw_card *c)
{
	struct str portal = said(v, c->portal), facts = said(v, c->facts), title = said(v, c->title);
	unsigned char digest[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	auto_buf b = BUF_INIT(CARD_BYTES);
	buf_printf(&b, "1\x1f%06x\x1f%.*s\x1f%.*s\x1f%.*s\x1f%.*s\x1f%.*s\x1f%.*s", c->accent, STR_ARG(portal), STR_ARG(c->kind), STR_ARG(title), STR_ARG(c->by),
	           STR_ARG(facts), STR_ARG(c->lang));
	crypt_sha256(buf_str(&b), digest);
	crypt_hex(digest, sizeof digest, hex);
	return arena_str(v->arena, str_make(hex, TAG));
}

static struct draw_card card_of(const struct visit *v)
{
	return (struct draw_card){ .portal = text_cut(view_portal_title(v), 300), .lang = v->lang->code, .accent = view_readable(view_accent(v->at.tenant), 0xffffff, 4.5) };
}

static struct draw_card portal_card(const struct visit *v)
{
	struct draw_card c = card_of(v);
	const struct dataset **seen;
	auto_buf b = BUF_INIT(256);
	size_t n = rights_datasets(&v->at, &v->who, v->arena, &seen);
	text_put_count(&b, (int64_t)n, v->lang->code);
	buf_put_char(&b, ' ');
	buf_put(&b, i18n_plural(v->lang, N2_("dataset", "datasets"), (int64_t)n));
	struct str provider = text_cut(tenant_setting(v->at.tenant, "provider"), 300);
	c.title = c.portal;
	c.portal = provider.n && !str_eq(provider, c.title) ? provider : v->at.tenant->host;
	c.by = view_plain(v->arena, tenant_text(v->at.tenant, "description", v->lang_code), 200);
	c.facts = arena_str(v->arena, buf_str(&b));
	return c;
}

static struct draw_card dataset_card(const struct visit *v, const struct dataset *d)
{
	struct draw_card c = card_of(v);
	auto_buf b = BUF_INIT(512);
	c.kind = i18n_text(v->lang, N_("Dataset"));
	c.title = text_cut(front_title(v, d), 600);
	c.by = text_cut(dataset_meta_text(d, v->arena, "publisher", v->lang_code), 300);
	if (d->version.number > 0 && d->rows >= 0) {
		text_put_count(&b, d->rows, v->lang->code);
		buf_put_char(&b, ' ');
		buf_put(&b, i18n_plural(v->lang, N2_("record", "records"), d->rows));
		buf_lit(&b, " · ");
	}
	clock_put_long(&b, d->modified.us, v->zone, v->lang->code, false);
	c.facts = arena_str(v->arena, buf_str(&b));
	return c;
}

static struct draw_card page_card(const struct visit *v, struct str title)
{
	struct draw_card c = card_of(v);
	c.title = text_cut(title, 600);
	c.facts = v->at.tenant->host;
	return c;
}

/* The picture; whoever holds it already is told so, without drawing it. */
static bool answer(struct visit *v, const struct draw_card *c, struct err *e)
{
	auto_buf b = BUF_INIT(DRAW_BYTES);
	struct httpd_reply *p = v->reply;
	struct str tag = tag_of(v, c);
	httpd_reply_type(p, STR("image/png"));
	httpd_reply_etag(p, tag);
	/* Other sites show it: that is what it is for. */
	httpd_reply_lit(p, "Cross-Origin-Resource-Policy", "cross-origin");
	if (visitor_is_nobody(v)) {
		httpd_reply_cache_control(p, STR("public, max-age=3600"));
		httpd_reply_vary(p, HTTPD_VARY_LANGUAGE);
		httpd_reply_cacheable(p, FRONT_CACHE_S);
	} else {
		httpd_reply_cache_control(p, STR("private, max-age=300"));
		httpd_reply_vary(p, HTTPD_VARY_COOKIE | HTTPD_VARY_LANGUAGE);
	}
	if (httpd_reply_is_fresh(v->request, tag))
		return true;
	if (!draw_card_put(v->at.site->draw, c, &b, e))
		return false;
	httpd_reply_take(p, &b);
	return true;
}

static struct str without_png(struct str name, struct err *e)
{
	if (!str_ends(name, STR(".png")))
		err_set(e, ERR_NOT_FOUND, "There is no such picture.");
	return str_ends(name, STR(".png")) ? str_sub(name, 0, name.n - 4) : STR("");
}

static bool run_portal(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!visitor_enter(app, r, p, &v, e))
		return false;
	struct draw_card c = portal_card(&v);
	return answer(&v, &c, e);
}

static bool run_dataset(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct rights_dataset own;
	if (!visitor_enter(app, r, p, &v, e))
		return false;
	struct str id = without_png(r->holes[0], e);
	if (!id.n || !rights_find(&v.at, &v.who, v.arena, id, &own, e))
		return false;
	struct draw_card c = dataset_card(&v, own.dataset);
	return answer(&v, &c, e);
}

/* Of pages that everybody may read: whose page has readers of its own is told to nobody by a picture. */
static bool run_page(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	const struct page_view *pages = NULL;
	if (!visitor_enter(app, r, p, &v, e))
		return false;
	struct str slug = without_png(r->holes[0], e);
	if (!slug.n || !pages_hold(v.at.site->pages, v.at.tenant->id, &pages, e))
		return false;
	const struct page *page = page_find_or_null(pages, slug);
	bool ok = page && page->open && page->published && !page->archived;
	struct str title = ok ? arena_str(v.arena, page_heading(page, v.lang_code, v.at.tenant->languages[0])) : STR("");
	pages_release(v.at.site->pages, pages);
	if (!ok)
		return err_set(e, ERR_NOT_FOUND, "There is no such picture.");
	struct draw_card c = page_card(&v, title);
	return answer(&v, &c, e);
}

const struct httpd_route front_preview_page_png = { .method = HTTPD_GET, .pattern = "/preview/page/{picture}", .lane = HTTPD_LANE_HAUL, .run = run_page };
const struct httpd_route front_preview_portal_png = { .method = HTTPD_GET, .pattern = "/preview/portal.png", .lane = HTTPD_LANE_HAUL, .run = run_portal };
const struct httpd_route front_preview_dataset_png = { .method = HTTPD_GET, .pattern = "/preview/dataset/{picture}", .lane = HTTPD_LANE_HAUL, .run = run_dataset };

/* --- addresses -------------------------------------------------------------------------------------------------- */

static struct str address(const struct visit *v, struct str path, const struct draw_card *c)
{
	struct str tag = tag_of(v, c);
	return arena_printf(v->arena, "%.*s?flg=%.*s&v=%.*s", STR_ARG(path), STR_ARG(v->lang_code), STR_ARG(tag));
}

struct str front_preview_portal(const struct visit *v)
{
	struct draw_card c = portal_card(v);
	return address(v, STR("/preview/portal.png"), &c);
}

struct str front_preview_dataset(const struct visit *v, const struct dataset *d)
{
	struct str own = front_picture_url(v, d);
	if (own.n)
		return own;
	struct draw_card c = dataset_card(v, d);
	return address(v, arena_printf(v->arena, "/preview/dataset/%.*s.png", STR_ARG(d->slug)), &c);
}

struct str front_preview_page(const struct visit *v, struct str slug, struct str title)
{
	struct draw_card c = page_card(v, title);
	return address(v, arena_printf(v->arena, "/preview/page/%.*s.png", STR_ARG(slug)), &c);
}
