/* The other tabs of a page: who may read and edit it, how it is handed on, and what it said before. */
#include "back/page.h"

/* --- access ------------------------------------------------------------------------------------------------------------------- */

enum { RIGHTS = 200 };

struct access { struct account_group *groups; size_t ngroups; struct account *accounts; size_t naccounts; };

static bool read_people(struct visit *v, struct access *x, struct err *e)
{
	return account_group_list(v->at.site->accounts, v->at.tenant->id, v->arena, &x->groups, &x->ngroups, e) &&
	       account_list(v->at.site->store, v->at.tenant->id, v->arena, &x->accounts, &x->naccounts, e);
}

/* "none", "read" or "edit" of the group, or of the account. */
static struct str right_of(const struct page *p, int64_t account, int64_t group)
{
	for (size_t i = 0; i < p->nrights; i++)
		if (p->rights[i].account == account && p->rights[i].group == group)
			return p->rights[i].edits ? STR("edit") : STR("read");
	return STR("none");
}

static bool save_access(struct page_office *o, const struct visitor_form *f, const struct access *x, struct html_errors *errors, struct err *e)
{
	struct visit *v = &o->visit;
	struct page_right rights[RIGHTS];
	size_t n = 0;
	for (size_t i = 0; i < x->ngroups && n < RIGHTS; i++) {
		struct str s = visitor_field(f, arena_printf(v->arena, "group.%lld", (long long)x->groups[i].id));
		if (str_eq(s, STR("read")) || str_eq(s, STR("edit")))
			rights[n++] = (struct page_right){ 0, x->groups[i].id, str_eq(s, STR("edit")) };
	}
	for (size_t kind = 0; kind < 2; kind++) {
		struct str rest = visitor_field(f, kind ? STR("editors") : STR("readers")), address;
		while (back_next_word(&rest, &address)) {
			int64_t id = 0;
			for (size_t i = 0; i < x->naccounts && !id; i++)
				if (str_eq_nocase(x->accounts[i].email, address))
					id = x->accounts[i].id;
			if (!id)
				return html_complain_text(errors, kind ? STR("editors") : STR("readers"), arena_printf(v->arena, "%.*s %.*s",
					STR_ARG(i18n_text(v->lang, N_("This address has no account here:"))), STR_ARG(address)));
			if (n < RIGHTS)
				rights[n++] = (struct page_right){ id, 0, kind == 1 };
		}
	}
	return page_access(v->at.site->pages, v->at.tenant->id, o->page->id, str_eq(visitor_field(f, STR("open")), STR("yes")), rights, n, e) &&
	       back_done(v, arena_join(v->arena, o->path, STR("access/")), "saved", e);
}

static struct str people(struct visit *v, const struct page *p, const struct access *x, bool edits)
{
	auto_buf b = BUF_INIT(64 << 10);
	for (size_t i = 0; i < p->nrights; i++)
		for (size_t k = 0; k < x->naccounts; k++)
			if (p->rights[i].account && p->rights[i].account == x->accounts[k].id && p->rights[i].edits == edits) {
				buf_put(&b, x->accounts[k].email);
				buf_put_char(&b, '\n');
			}
	return arena_str(v->arena, buf_str(&b));
}

static void put_access(struct html *h, struct page_office *o, const struct access *x, const struct visitor_form *posted, const struct html_errors *errors)
{
	struct visit *v = &o->visit;
	struct html_option open[] = { { .value = STR("no"), .message = N_("Only those named here"), .hint = N_("… and everybody whose permissions say so: see all pages, edit all pages.") },
		{ .value = STR("yes"), .message = N_("Everybody"), .hint = N_("Data inside it keep their own rules: who may not see a dataset sees a sentence in its place.") } };
	struct html_option rights[] = { { .value = STR("none"), .message = N_("Nothing") }, { .value = STR("read"), .message = N_("Read") },
		{ .value = STR("edit"), .message = N_("Read and edit") } };
	html_form_open(h, &(struct html_form){ .visit = v, .action = arena_join(v->arena, o->path, STR("access/")), .posted = posted, .errors = errors });
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "open", .label = N_("Who may read the page"), .options = open, .noptions = 2,
		.value = o->page->open ? STR("yes") : STR("no") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "readers", .label = N_("People who may read it"), .rows = 2,
		.hint = N_("E-mail addresses of accounts of this portal, one on each line or with commas between them."), .value = people(v, o->page, x, false) });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "editors", .label = N_("People who may edit it"), .rows = 2,
		.value = people(v, o->page, x, true) });
	for (size_t i = 0; i < x->ngroups; i++)
		html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .label_text = x->groups[i].name, .options = rights, .noptions = 3,
			.name = arena_cstr(v->arena, arena_printf(v->arena, "group.%lld", (long long)x->groups[i].id)),
			.value = right_of(o->page, 0, x->groups[i].id) });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save") });
	html_buttons_close(h);
	html_form_close(h);
}

static bool run_access(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_page_office o = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct access x;
	bool taken;
	if (!page_office_enter(&o, r, p, app, e))
		return back_answered(p, e);
	struct visit *v = &o.visit;
	if (!content_may_manage(v, o.page))
		return err_set(e, ERR_FORBIDDEN, "Who may see this page is not this account's to decide.");
	if (!back_form_taken(v, &form, &errors, &taken, e) || !read_people(v, &x, e))
		return false;
	if (taken) {
		if (save_access(&o, &form, &x, &errors, e))
			return true;
		if (!errors.n)
			return false;
		back_refused(v);
	}
	auto_page page = { .visit = v, .title = o.title, .path = arena_join(v->arena, o.path, STR("access/")) };
	view_office_open(&page, VIEW_OFFICE_PAGES);
	page_office_head(&o, &page, PAGE_TAB_ACCESS);
	put_access(&page.h, &o, &x, r->method == HTTPD_POST ? &form : NULL, &errors);
	return view_close(&page, e);
}

BACK_PAGE(page_access, "/backoffice/pages/{id}/access/", run_access);

/* --- sharing -------------------------------------------------------------------------------------------------------------------- */

static bool run_share(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_page_office o = { 0 };
	if (!page_office_enter(&o, r, p, app, e))
		return back_answered(p, e);
	struct visit *v = &o.visit;
	struct str path = arena_printf(v->arena, "/pages/%.*s/", STR_ARG(o.page->slug));
	struct str url = arena_join(v->arena, v->origin, path);
	struct str frame = arena_printf(v->arena, "<iframe src=\"%.*s/pages/embed/%.*s/\" width=\"800\" height=\"600\" loading=\"lazy\"></iframe>",
	                                STR_ARG(v->origin), STR_ARG(o.page->slug));
	auto_page page = { .visit = v, .title = o.title, .path = arena_join(v->arena, o.path, STR("share/")) };
	view_office_open(&page, VIEW_OFFICE_PAGES);
	struct html *h = &page.h;
	page_office_head(&o, &page, PAGE_TAB_SHARE);
	if (!o.page->published || !o.page->open)
		html_notice(h, HTML_WARNING, N_("The page is not published and open to everybody yet: others will not see it at these addresses."));
	html_panel_open(h, "link", N_("Link"), NULL);
	view_code(h, N_("Copy the link"), url);
	html_panel_close(h);
	html_panel_open(h, "frame", N_("Frame"), N_("For pages of other sites."));
	view_code(h, N_("Copy the code"), frame);
	html_panel_close(h);
	html_panel_open(h, "first", N_("First page"), NULL);
	html_lit(h, "<p>");
	html_say_with(h, N_("To make it the first page of the portal, choose it {0}among the portal's settings{1}."), HTML_ARG_OPEN(STR("/backoffice/portal/")), HTML_ARG_CLOSE);
	html_lit(h, "</p>");
	html_panel_close(h);
	return view_close(&page, e);
}

const struct httpd_route back_page_share = { .method = HTTPD_GET, .pattern = "/backoffice/pages/{id}/share/", .run = run_share };

/* --- history ---------------------------------------------------------------------------------------------------------------------- */

static bool restore(struct page_office *o, const struct visitor_form *f, struct err *e)
{
	struct visit *v = &o->visit;
	struct page_put put = { .id = o->page->id, .base = o->page->revision, .author = v->who.account };
	int64_t number, id, revision;
	if (!back_number(visitor_field(f, STR("number")), &number))
		return err_set(e, ERR_PARAMETER, "which revision is to come back is missing");
	return page_revision_doc(v->at.site->pages, v->at.tenant->id, o->page->id, number, v->arena, &put.doc, e) &&
	       page_put(v->at.site->pages, v->at.tenant->id, &put, &id, &revision, e) && back_done(v, o->path, "page-restored", e);
}

static void put_revision(struct html *h, struct html_table *t, struct page_office *o, const struct page_revision *r)
{
	struct visit *v = &o->visit;
	struct str who = r->author ? accounts_name(v->at.site->accounts, v->at.tenant->id, r->author, v->arena) : STR("");
	html_row_open(h, t);
	html_cell_open(h, t);
	html_date(h, r->at.us, v->zone, true);
	html_cell_close(h, t);
	html_cell_text(h, t, who.n ? who : STR("–"));
	html_cell_open(h, t);
	if (r->number == o->page->published)
		html_badge(h, HTML_SUCCESS, N_("Published"));
	if (r->number == o->page->revision)
		html_badge(h, HTML_INFO, N_("Newest"));
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (r->number != o->page->revision) {
		html_form_open(h, &(struct html_form){ .visit = v, .action = arena_join(v->arena, o->path, STR("history/")), .plain = true });
		html_hidden(h, "number", arena_printf(v->arena, "%lld", (long long)r->number));
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = N_("Bring back"),
			.about = arena_printf(v->arena, "%lld", (long long)r->number) });
		html_form_close(h);
	}
	html_cell_close(h, t);
	html_row_close(h, t);
}

static bool run_history(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Saved"), .main = true }, { .title = N_("By") }, { .title = N_("State") },
		{ .title = N_("Actions"), .hide_title = true } };
	auto_page_office o = { 0 };
	struct visitor_form form;
	struct page_revision *list;
	size_t n;
	if (!page_office_enter(&o, r, p, app, e))
		return back_answered(p, e);
	struct visit *v = &o.visit;
	if (r->method == HTTPD_POST)
		return back_form(v, &form, e) && restore(&o, &form, e);
	if (!page_revisions(v->at.site->pages, v->at.tenant->id, o.page->id, v->arena, &list, &n, e))
		return false;
	struct html_table t = { .caption = N_("History"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	auto_page page = { .visit = v, .title = o.title, .path = arena_join(v->arena, o.path, STR("history/")) };
	view_office_open(&page, VIEW_OFFICE_PAGES);
	page_office_head(&o, &page, PAGE_TAB_HISTORY);
	html_table_open(&page.h, &t);
	for (size_t i = 0; i < n; i++)
		put_revision(&page.h, &t, &o, &list[i]);
	html_table_close(&page.h, &t);
	return view_close(&page, e);
}

BACK_PAGE(page_history, "/backoffice/pages/{id}/history/", run_history);
