/* The editor of a page: its fields, checked and saved as a revision, published, taken back. Two people at once: who saves second is
 * shown so with everything they typed, and decides. */
#include "back/page.h"

void page_office_leave(struct page_office *o)
{
	if (o->view)
		pages_release(o->visit.at.site->pages, o->view);
	visitor_leave(&o->visit);
}

bool page_office_enter(struct page_office *o, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct site *site = app;
	int64_t id;
	if (!back_enter(site, r, p, VIEW_OFFICE_PAGES, 0, &o->visit, e))
		return false;
	struct visit *v = &o->visit;
	if (!pages_read(site->pages, v->at.tenant->id, &o->view, e))
		return false;
	o->page = back_number(r->holes[0], &id) ? page_of_id_or_null(o->view, id) : NULL;
	if (!o->page || !content_may_edit(v, o->page))
		return err_set(e, ERR_NOT_FOUND, "There is no page with this number.");
	o->path = arena_printf(v->arena, "/backoffice/pages/%lld/", (long long)id);
	o->title = page_heading(o->page, v->lang_code, v->at.tenant->languages[0]);
	return true;
}

void page_office_head(struct page_office *o, struct view_page *page, enum page_tab tab)
{
	struct html *h = &page->h;
	struct visit *v = &o->visit;
	struct arena *a = v->arena;
	const struct view_crumb crumbs[] = { { i18n_text(v->lang, N_("Pages")), STR("/backoffice/pages/") }, { o->title, STR("") } };
	const struct html_tab tabs[] = {
		{ .url = o->path, .label = N_("Content"), .current = tab == PAGE_TAB_CONTENT },
		{ .url = arena_join(a, o->path, STR("access/")), .label = N_("Access"), .current = tab == PAGE_TAB_ACCESS },
		{ .url = arena_join(a, o->path, STR("share/")), .label = N_("Share"), .current = tab == PAGE_TAB_SHARE },
		{ .url = arena_join(a, o->path, STR("history/")), .label = N_("History"), .current = tab == PAGE_TAB_HISTORY },
	};
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, o->title, NULL);
	page_put_state(h, o->page);
	if (!o->page->open)
		html_badge(h, HTML_NEUTRAL, N_("Restricted"));
	if (o->page->published && !o->page->archived)
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Open the page"), .icon = ICON_OUT, .with_icon = true,
			.href = arena_printf(a, "/pages/%.*s/", STR_ARG(o->page->slug)) });
	html_heading_close(h);
	html_tabs(h, N_("Page"), tabs, COUNT_OF(tabs));
	back_said(page, v->request);
}

struct edit {
	struct page_office office;
	struct html_errors errors;
	struct str doc;          /* what the form says, or the newest revision */
	int64_t base;            /* the revision it began from */
	bool changed;            /* blocks were moved; nothing is saved */
	bool conflict;
	bool for_all;            /* publishing opens it to everybody */
};

static void leave(struct edit *d) { page_office_leave(&d->office); }

static bool save(struct edit *d, const struct visitor_form *f, bool finished, int64_t *revision, struct err *e)
{
	struct visit *v = &d->office.visit;
	struct page_faults faults = { .n = 0 };
	int64_t id;
	if (!page_check(d->doc, finished, &faults, v->arena, e)) {
		back_complain(v, &d->errors, "", e);
		return false;
	}
	page_complain(v, &d->errors, &faults);
	if (faults.n)
		return false;
	struct page_put put = { .id = d->office.page->id, .base = d->base, .doc = d->doc, .author = v->who.account };
	if (str_eq(visitor_field(f, STR("do")), STR("save-over")))
		put.base = d->office.page->revision;
	if (page_put(v->at.site->pages, v->at.tenant->id, &put, &id, revision, e))
		return true;
	if (e->code == ERR_PRECONDITION) {
		*e = (struct err){ 0 };
		d->conflict = true;
		return html_complain(&d->errors, v->lang, "", N_("Somebody else has saved this page since you opened it. Nothing of yours is lost: it stands below."));
	}
	back_complain(v, &d->errors, "", e);
	return false;
}

/* What a button of the form does. True: the reply leads on. */
static bool post(struct edit *d, const struct visitor_form *f, struct err *e)
{
	struct visit *v = &d->office.visit;
	struct pages *ps = v->at.site->pages;
	struct str what = visitor_field(f, STR("do"));
	const struct page *p = d->office.page;
	int64_t revision;
	d->doc = page_form_doc(v, p, f);
	if (!str_to_int(visitor_field(f, STR("base")), &d->base))
		d->base = p->revision;
	bool publish = str_eq(what, STR("publish"));
	d->for_all = str_eq(visitor_field(f, STR("for_all")), STR("on"));
	if (str_find_char(what, ':') >= 0 || str_eq(what, STR("add-section")) || str_eq(what, STR("check"))) {
		struct page_faults faults = { .n = 0 };
		if (str_eq(what, STR("check")) && page_check(d->doc, true, &faults, v->arena, e))
			page_complain(v, &d->errors, &faults);
		d->changed = true;
		return false;
	}
	if (publish && !content_may_publish(v, p))
		return html_complain(&d->errors, v->lang, "", N_("This account may write pages, and not publish this one: ask somebody who may."));
	if (!save(d, f, publish, &revision, e))
		return false;
	if (!publish)
		return back_done(v, d->office.path, "saved", e);
	bool opened = d->for_all && !p->open && content_may_manage(v, p);
	if (opened && !page_access(ps, v->at.tenant->id, p->id, true, p->rights, p->nrights, e))
		return false;
	if (!page_publish(ps, v->at.tenant->id, p->id, true, e))
		return false;
	return back_done(v, d->office.path, p->open || opened ? "page-published" : "page-published-few", e);
}

static void put_conflict(struct html *h, struct edit *d)
{
	struct visit *v = &d->office.visit;
	html_notice_open(h, HTML_WARNING);
	html_lit(h, "<p>");
	html_say(h, N_("Look at what is saved now in another tab, copy from it what you need, then save yours over it. The other version stays in the history."));
	html_lit(h, "</p><p><a target=\"_blank\" rel=\"noopener\" href=\"");
	html_url(h, d->office.path);
	html_lit(h, "\">");
	html_say(h, N_("What is saved now"));
	html_lit(h, "</a> · <a target=\"_blank\" rel=\"noopener\" href=\"");
	html_url(h, arena_join(v->arena, d->office.path, STR("history/")));
	html_lit(h, "\">");
	html_say(h, N_("History"));
	html_lit(h, "</a></p>");
	html_notice_close(h);
}

static void put_buttons(struct html *h, struct edit *d)
{
	const struct page *p = d->office.page;
	bool publishes = content_may_publish(&d->office.visit, p) && !d->conflict;
	if (publishes && !p->open && content_may_manage(&d->office.visit, p))
		html_check(h, &(struct html_check){ .name = "for_all", .label = N_("Everybody may read this page once it is published"), .on = d->for_all,
			.hint = N_("Otherwise only those who are named under Access may.") });
	html_buttons_open(h);
	if (d->conflict)
		html_button(h, &(struct html_button){ .label = N_("Save mine over it"), .name = "do", .value = STR("save-over") });
	else
		html_button(h, &(struct html_button){ .label = N_("Save"), .name = "do", .value = STR("save") });
	if (publishes)
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Save and publish"), .name = "do", .value = STR("publish") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Check"), .name = "do", .value = STR("check") });
	html_buttons_close(h);
}

/* The document goes to the front office as it stands in the form and comes back as a page in a frame. */
static void put_preview(struct html *h, struct edit *d)
{
	html_lit(h, "<section class=\"page-preview\" id=\"preview\"><h2>");
	html_say(h, N_("Preview"));
	html_lit(h, "</h2><stoa-page-preview>");
	html_form_open(h, &(struct html_form){ .visit = &d->office.visit, .action = STR("/pages/preview/"), .plain = true, .id = "page-preview-form" });
	html_hidden(h, "doc", d->doc);
	html_lit(h, "<p class=\"moves\"><button class=\"button outline small\" formtarget=\"page-preview\">");
	html_say(h, N_("Show the preview"));
	html_lit(h, "</button> <button class=\"button outline small\" formtarget=\"_blank\">");
	html_say(h, N_("In a tab of its own"));
	html_lit(h, "</button></p>");
	html_form_close(h);
	html_lit(h, "<p class=\"hint\">");
	html_say(h, N_("It shows what was last saved or checked."));
	html_lit(h, "</p><fieldset class=\"preview-width\" hidden><legend class=\"visually-hidden\">");
	html_say(h, N_("Width of the preview"));
	html_lit(h, "</legend><label><input type=\"radio\" name=\"width\" value=\"wide\" checked> ");
	html_say(h, N_("Desktop"));
	html_lit(h, "</label> <label><input type=\"radio\" name=\"width\" value=\"phone\"> ");
	html_say(h, N_("Phone"));
	html_lit(h, "</label></fieldset><iframe name=\"page-preview\" title=\"");
	html_say(h, N_("Preview"));
	html_lit(h, "\"></iframe></stoa-page-preview></section>");
}

static void put_doings(struct html *h, struct edit *d)
{
	struct visit *v = &d->office.visit;
	const struct page *p = d->office.page;
	html_panel_open(h, "do", N_("State and address"), NULL);
	html_form_open(h, &(struct html_form){ .visit = v, .action = arena_join(v->arena, d->office.path, STR("do/")) });
	if (!p->published) {
		html_field(h, &(struct html_field){ .name = "slug", .label = N_("Address"), .value = p->slug, .code = true, .most = PAGE_SLUG });
		html_buttons_open(h);
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Change the address"), .name = "do", .value = STR("rename") });
	} else {
		html_buttons_open(h);
		if (content_may_publish(v, p))
			html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Take the page back"), .name = "do", .value = STR("unpublish") });
	}
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = p->archived ? N_("Take it out of the archive") : N_("Archive"), .name = "do",
		.value = p->archived ? STR("unarchive") : STR("archive") });
	html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Remove"), .name = "do", .value = STR("remove"), .icon = ICON_TRASH, .with_icon = true });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static bool show(struct edit *d, struct err *e)
{
	struct visit *v = &d->office.visit;
	auto_json *doc = NULL;
	if (!json_read(d->doc, &doc, e))
		return false;
	auto_page page = { .visit = v, .title = d->office.title, .path = d->office.path };
	view_office_open(&page, VIEW_OFFICE_PAGES);
	struct html *h = &page.h;
	page_office_head(&d->office, &page, PAGE_TAB_CONTENT);
	if (d->conflict)
		put_conflict(h, d);
	else if (d->changed && !d->errors.n)
		html_notice(h, HTML_INFO, N_("This is not saved yet."));
	html_form_open(h, &(struct html_form){ .visit = v, .action = d->office.path, .errors = &d->errors, .id = "page-form" });
	/* Enter in a field saves: the first button of a form is the one it presses. */
	html_lit(h, "<button class=\"visually-hidden\" tabindex=\"-1\" aria-hidden=\"true\" name=\"do\" value=\"save\"></button>");
	html_hidden(h, "base", arena_printf(v->arena, "%lld", (long long)d->base));
	html_form_held(h);
	page_put_fields(h, v, d->office.page, json_root(doc));
	put_buttons(h, d);
	html_form_close(h);
	put_preview(h, d);
	put_doings(h, d);
	return view_close(&page, e);
}

static bool run_edit(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(leave) struct edit d = { 0 };
	struct visitor_form form;
	bool taken;
	if (!page_office_enter(&d.office, r, p, app, e))
		return back_answered(p, e);
	d.doc = d.office.page->doc;
	d.base = d.office.page->revision;
	if (!back_form_taken(&d.office.visit, &form, &d.errors, &taken, e))
		return false;
	if (taken) {
		if (post(&d, &form, e))
			return true;
		if (e->code != ERR_NONE && !d.errors.n)
			return false;
		*e = (struct err){ 0 };
		if (d.errors.n)
			back_refused(&d.office.visit);
	} else if (r->method == HTTPD_POST) {
		d.doc = page_form_doc(&d.office.visit, d.office.page, &form);
	}
	return show(&d, e);
}

const struct httpd_route back_page_edit = { .method = HTTPD_GET, .pattern = "/backoffice/pages/{id}/", .run = run_edit };
const struct httpd_route back_page_edit_post = { .method = HTTPD_POST, .pattern = "/backoffice/pages/{id}/", .body_max = BACK_PAGE_BODY, .run = run_edit };

/* --- one button ----------------------------------------------------------------------------------------------------------------- */

static bool run_do(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_page_office o = { 0 };
	struct visitor_form f;
	if (!page_office_enter(&o, r, p, app, e))
		return back_answered(p, e);
	struct visit *v = &o.visit;
	if (!back_form(v, &f, e))
		return false;
	struct pages *ps = v->at.site->pages;
	struct tenant_id t = v->at.tenant->id;
	int64_t id = o.page->id;
	struct str what = visitor_field(&f, STR("do"));
	if (!content_may_publish(v, o.page) && !(str_eq(what, STR("rename")) || (str_eq(what, STR("remove")) && !o.page->published)))
		return err_set(e, ERR_FORBIDDEN, "This account may not publish, take back, archive or remove this page.");
	if (str_eq(what, STR("rename")))
		return page_rename(ps, t, id, str_trim(visitor_field(&f, STR("slug"))), e) && back_done(v, o.path, "saved", e);
	if (str_eq(what, STR("unpublish")))
		return page_publish(ps, t, id, false, e) && back_done(v, o.path, "page-hidden", e);
	if (str_eq(what, STR("archive")) || str_eq(what, STR("unarchive")))
		return page_archive(ps, t, id, str_eq(what, STR("archive")), e) && back_done(v, o.path, "saved", e);
	if (str_eq(what, STR("remove")))
		return page_remove(ps, t, id, e) && httpd_reply_redirect(p, 303, arena_printf(v->arena, "/backoffice/pages/?undo=%lld", (long long)id), e);
	return err_set(e, ERR_PARAMETER, "what is to be done is not known");
}

const struct httpd_route back_page_do = { .method = HTTPD_POST, .pattern = "/backoffice/pages/{id}/do/", .body_max = 64 * 1024, .run = run_do };
