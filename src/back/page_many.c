/* What is done to pages from their list, to one or to many at once: publish, take back, archive, take out of the archive, remove. What is removed comes back by
 * one press for 30 days. */
#include "back/page.h"

#define HOME "/backoffice/pages/"
enum { MANY = 200 };

static bool publish(struct pages *ps, struct tenant_id t, int64_t id, struct err *e) { return page_publish(ps, t, id, true, e); }
static bool unpublish(struct pages *ps, struct tenant_id t, int64_t id, struct err *e) { return page_publish(ps, t, id, false, e); }
static bool archive(struct pages *ps, struct tenant_id t, int64_t id, struct err *e) { return page_archive(ps, t, id, true, e); }
static bool unarchive(struct pages *ps, struct tenant_id t, int64_t id, struct err *e) { return page_archive(ps, t, id, false, e); }

static bool always(const struct page *p) { (void)p; return true; }
static bool is_hidden(const struct page *p) { return !p->archived && p->published != p->revision; }
static bool is_shown(const struct page *p) { return p->published > 0; }
static bool is_current(const struct page *p) { return !p->archived; }
static bool is_archived(const struct page *p) { return p->archived; }

static const struct page_deed deeds[] = {
	{ "publish", N_("Publish"), "pages-done", publish, is_hidden },
	{ "unpublish", N_("Unpublish"), "pages-done", unpublish, is_shown },
	{ "archive", N_("Archive"), "pages-done", archive, is_current },
	{ "unarchive", N_("Take it out of the archive"), "pages-done", unarchive, is_archived },
	{ "remove", N_("Delete"), NULL, page_remove, always },
};

const struct page_deed *page_deeds(size_t *n)
{
	*n = COUNT_OF(deeds);
	return deeds;
}

bool page_may(const struct visit *v, const struct page *p, const struct page_deed *d)
{
	return content_may_publish(v, p) || (d->act == page_remove && !p->published && content_may_edit(v, p));
}

/* All of them, or none: whether it may be done is asked before anything is. */
static bool act(struct visit *v, const struct page_view *view, const struct page_deed *d, const struct str *slugs, size_t n, struct str *removed, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct page *p = page_find_or_null(view, slugs[i]);
		if (!p || !content_may_edit(v, p))
			return err_set(e, ERR_NOT_FOUND, "There is no such page.");
		if (!page_may(v, p, d))
			return err_set(e, ERR_FORBIDDEN, "This account may not publish, take back, archive or remove this page.");
	}
	for (size_t i = 0; i < n; i++) {
		const struct page *p = page_find_or_null(view, slugs[i]);
		if (!d->fits(p))
			continue;
		if (!d->act(v->at.site->pages, v->at.tenant->id, p->id, e))
			return false;
		if (d->act == page_remove)
			*removed = arena_printf(v->arena, "%.*s%s%lld", STR_ARG(*removed), removed->n ? "," : "", (long long)p->id);
	}
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct str slugs[MANY], word, removed = STR("");
	const struct page_deed *d = NULL;
	const struct page_view *view = NULL;
	if (!back_enter(app, r, p, VIEW_OFFICE_PAGES, 0, &v, e))
		return back_answered(p, e);
	if (!back_form(&v, &form, e))
		return false;
	size_t n = back_chosen(&form, &word, slugs, COUNT_OF(slugs));
	for (size_t i = 0; i < COUNT_OF(deeds); i++)
		if (str_eq(word, str_of(deeds[i].word)))
			d = &deeds[i];
	if (!d)
		return err_set(e, ERR_BAD_REQUEST, "There is no such button.");
	struct str back = visitor_field(&form, STR("back"));
	if (!str_starts(back, STR(HOME)))
		back = STR(HOME);
	if (!n)
		return back_done(&v, back, "none-chosen", e);
	if (!pages_read(v.at.site->pages, v.at.tenant->id, &view, e))
		return false;
	bool ok = act(&v, view, d, slugs, n, &removed, e);
	pages_release(v.at.site->pages, view);
	if (!ok)
		return false;
	if (removed.n)
		return httpd_reply_redirect(p, 303, arena_printf(v.arena, "%.*s%cundo=%.*s", STR_ARG(back), str_find_char(back, '?') < 0 ? '?' : '&', STR_ARG(removed)), e);
	return back_done(&v, back, d->said ? d->said : "saved", e);
}

const struct httpd_route back_pages_do = { .method = HTTPD_POST, .pattern = HOME "do/", .body_max = 64 * 1024, .run = run };
