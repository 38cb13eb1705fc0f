/* Pages of the portal: a list to search, narrow and sort, and the form that begins a new one. */
#include "back/page.h"

#include <stdlib.h>

#define HOME "/backoffice/pages/"

static const struct state { const char *word, *title; } states[] = {
	{ "published", N_("Published") }, { "draft", N_("Published, changed since") }, { "unpublished", N_("Not published") }, { "archived", N_("Archived") },
};

static size_t state_of(const struct page *p)
{
	if (p->archived)
		return 3;
	return !p->published ? 2 : p->published == p->revision ? 0 : 1;
}

void page_put_state(struct html *h, const struct page *p)
{
	static const enum html_tone tones[] = { HTML_SUCCESS, HTML_WARNING, HTML_NEUTRAL, HTML_NEUTRAL };
	size_t s = state_of(p);
	html_badge(h, tones[s], states[s].title);
}

struct row { const struct page *page; struct str title, key; };

static int by_title(const void *a, const void *b) { return str_cmp(((const struct row *)a)->key, ((const struct row *)b)->key); }
static int by_change(const void *a, const void *b)
{
	const struct page *x = ((const struct row *)a)->page, *y = ((const struct row *)b)->page;
	return (x->changed.us < y->changed.us) - (x->changed.us > y->changed.us);
}

static struct str folded(struct arena *a, struct str s)
{
	auto_buf b = BUF_INIT(64 << 10);
	text_fold(&b, s);
	return arena_str(a, buf_str(&b));
}

/* Tags are searched like titles. */
static bool matches(struct arena *a, const struct row *row, struct str words)
{
	const struct json_node *tags = json_get(row->page->root, "tags");
	if (!words.n || str_find(row->key, words) >= 0 || str_find(folded(a, row->page->slug), words) >= 0)
		return true;
	for (size_t i = 0; i < json_count(tags); i++)
		if (str_find(folded(a, json_text(json_at(tags, i))), words) >= 0)
			return true;
	return false;
}

static size_t collect(struct visit *v, const struct page_view *view, const struct view_state *s, struct row **out)
{
	struct row *rows = arena_array(v->arena, struct row, view->n + 1);
	struct str words = folded(v->arena, view_state_get(s, STR("q"))), state = view_state_get(s, STR("state")), sort = view_state_get(s, STR("sort"));
	size_t n = 0;
	for (size_t i = 0; i < view->n; i++) {
		const struct page *p = &view->pages[i];
		struct row row = { .page = p, .title = page_heading(p, v->lang_code, v->at.tenant->languages[0]) };
		if (!content_may_edit(v, p))
			continue;
		row.key = folded(v->arena, row.title);
		bool wanted = state.n ? str_eq(state, str_of(states[state_of(p)].word)) : !p->archived;
		if (wanted && matches(v->arena, &row, words))
			rows[n++] = row;
	}
	bool title = str_eq(sort, STR("title")) || str_eq(sort, STR("-title"));
	qsort(rows, n, sizeof *rows, title ? by_title : by_change);
	for (size_t i = 0; str_starts(sort, STR("-")) == title && title && i < n / 2; i++) {
		struct row kept = rows[i];
		rows[i] = rows[n - 1 - i];
		rows[n - 1 - i] = kept;
	}
	*out = rows;
	return n;
}

static void put_search(struct html *h, const struct view_state *s)
{
	struct html_option options[6] = { { .message = N_("All that are not archived") } };
	for (size_t i = 0; i < COUNT_OF(states); i++)
		options[i + 1] = (struct html_option){ .value = str_of(states[i].word), .message = states[i].title };
	html_form_open(h, &(struct html_form){ .action = STR("/backoffice/pages/"), .inline_ = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_SEARCH, .name = "q", .label = N_("Search"), .value = view_state_get(s, STR("q")), .most = 200 });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "state", .label = N_("State"), .options = options, .noptions = COUNT_OF(states) + 1,
		.value = view_state_get(s, STR("state")) });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show") });
	html_buttons_close(h);
	html_form_close(h);
}

static void put_bulk(struct html *h)
{
	size_t n;
	const struct page_deed *deeds = page_deeds(&n);
	html_lit(h, "<div class=\"bulk\"><span class=\"hint\">");
	html_say(h, N_("With those that are ticked:"));
	html_lit(h, "</span>");
	for (size_t i = 0; i < n; i++)
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = deeds[i].label, .name = "do", .value = str_of(deeds[i].word) });
	html_lit(h, "<span class=\"hint\">");
	html_say(h, N_("What is deleted can be brought back for 30 days."));
	html_lit(h, "</span></div>");
}

static void put_acts(struct html *h, struct visit *v, const struct page *p, struct str title)
{
	size_t n;
	const struct page_deed *deeds = page_deeds(&n);
	html_lit(h, "<details class=\"row-acts\"><summary>");
	html_say(h, N_("Actions"));
	html_lit(h, "<span class=\"visually-hidden\"> ");
	html_text(h, title);
	html_lit(h, "</span>");
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary><div>");
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Edit"), .small = true, .about = title, .href = arena_printf(v->arena, HOME "%lld/", (long long)p->id) });
	if (p->published && !p->archived)
		html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("See the page"), .small = true, .about = title, .href = arena_printf(v->arena, "/pages/%.*s/", STR_ARG(p->slug)) });
	for (size_t i = 0; i < n; i++)
		if (deeds[i].fits(p) && page_may(v, p, &deeds[i]))
			html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = deeds[i].label, .name = "do", .small = true, .about = title,
				.value = arena_printf(v->arena, "%s %.*s", deeds[i].word, STR_ARG(p->slug)) });
	html_lit(h, "</div></details>");
}

static void put_list(struct html *h, struct visit *v, const struct view_state *s, const struct row *rows, size_t n)
{
	static const struct html_column columns[] = { { .title = N_("Choose"), .hide_title = true }, { .title = N_("Title"), .sort = "title", .main = true }, { .title = N_("Address") },
		{ .title = N_("State") }, { .title = N_("Access") }, { .title = N_("Last change"), .sort = "changed" }, { .title = N_("Actions"), .hide_title = true } };
	struct html_table t = { .caption = N_("Pages"), .columns = columns, .ncolumns = COUNT_OF(columns), .state = s, .sorted = "changed" };
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR(HOME "do/"), .label = N_("Pages") });
	html_hidden(h, "back", view_state_here(s));
	put_bulk(h);
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		const struct page *p = rows[i].page;
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_pick(h, "uid", p->slug, rows[i].title);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<a href=\"/backoffice/pages/");
		html_int(h, p->id);
		html_lit(h, "/\"><bdi>");
		html_text(h, rows[i].title);
		html_lit(h, "</bdi></a>");
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<code>/pages/");
		html_text(h, p->slug);
		html_lit(h, "/</code>");
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		page_put_state(h, p);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_say(h, p->open ? N_("Everybody") : N_("Restricted"));
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_date(h, p->changed.us, v->zone, true);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		put_acts(h, v, p, rows[i].title);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
	html_form_close(h);
}

/* One of "7,9,12" at a time. */
static bool next_id(struct str *rest, int64_t *id)
{
	struct str part;
	return rest->n && str_cut(rest, ',', &part) && back_number(part, id);
}

/* After a removal: the way back. */
static void put_undo(struct html *h, struct visit *v)
{
	const struct str *undo = httpd_query_or_null(v->request, STR("undo"));
	struct str rest = undo ? *undo : STR("");
	int64_t id;
	if (!next_id(&rest, &id))
		return;
	html_notice_open(h, HTML_SUCCESS);
	html_lit(h, "<p>");
	html_say(h, rest.n ? N_("The pages are removed. For 30 days they can be brought back.") : N_("The page is removed. For 30 days it can be brought back."));
	html_lit(h, "</p>");
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR("/backoffice/pages/"), .plain = true });
	html_hidden(h, "undo", *undo);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = N_("Undo"), .name = "do", .value = STR("undo") });
	html_form_close(h);
	html_notice_close(h);
}

static bool undo(struct visit *v, struct err *e)
{
	struct visitor_form form;
	int64_t id, n = 0;
	if (!back_form(v, &form, e))
		return false;
	if (!rights_may(&v->who, ACCOUNT_MAY_EDIT_PAGE) && !rights_may(&v->who, ACCOUNT_MAY_CREATE_PAGE))
		return err_set(e, ERR_FORBIDDEN, "This account may not bring pages back.");
	for (struct str rest = visitor_field(&form, STR("undo")); next_id(&rest, &id); n++)
		if (!page_unremove(v->at.site->pages, v->at.tenant->id, id, e))
			return false;
	if (!n)
		return err_set(e, ERR_PARAMETER, "which page is to come back is missing");
	return back_done(v, n == 1 ? arena_printf(v->arena, HOME "%lld/", (long long)id) : STR(HOME), n == 1 ? "saved" : "pages-done", e);
}

static bool run_list(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const char *const names[] = { "q", "state", "sort" };
	auto_visit v = { 0 };
	struct site *site = app;
	const struct page_view *view = NULL;
	struct view_state state;
	struct row *rows;
	if (!back_enter(app, r, p, VIEW_OFFICE_PAGES, 0, &v, e))
		return back_answered(p, e);
	if (r->method == HTTPD_POST)
		return undo(&v, e);
	if (!back_list_state(&v, &state, &(struct back_list){ .list = "pages", .path = HOME, .names = names, .n = COUNT_OF(names) }, e) ||
	    !pages_read(site->pages, v.at.tenant->id, &view, e))
		return false;
	size_t n = collect(&v, view, &state, &rows);
	auto_page page = back_page(&v, N_("Pages"), "/backoffice/pages/");
	view_office_open(&page, VIEW_OFFICE_PAGES);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Texts, dashboards and stories of the portal, made of blocks or written as Markdown and HTML."));
	if (rights_may(&v.who, ACCOUNT_MAY_CREATE_PAGE) || rights_may(&v.who, ACCOUNT_MAY_EDIT_PAGE))
		html_button(h, &(struct html_button){ .label = N_("New page"), .href = STR("/backoffice/pages/new/"), .icon = ICON_PLUS, .with_icon = true });
	html_heading_close(h);
	back_said(&page, r);
	put_undo(h, &v);
	if (view->n)
		put_search(h, &state);
	back_put_left(h, &v, &state);
	if (n)
		put_list(h, &v, &state, rows, n);
	else
		html_empty(h, view->n ? N_("No page is like that") : N_("No pages yet"), N_("A page begins with a template: a first page, a dashboard, a story."), NULL);
	pages_release(site->pages, view);
	return view_close(&page, e);
}

BACK_PAGE(pages, "/backoffice/pages/", run_list);

/* --- a new one --------------------------------------------------------------------------------------------------------------- */

static bool make(struct visit *v, const struct visitor_form *f, struct html_errors *errors, int64_t *id, struct err *e)
{
	struct str title = str_trim(visitor_field(f, STR("title"))), slug = str_trim(visitor_field(f, STR("slug"))), word = visitor_field(f, STR("template"));
	const struct content_template *t = content_templates;
	int64_t revision;
	while (t->word && !str_eq(word, str_of(t->word)))
		t++;
	if (!title.n)
		return html_complain(errors, v->lang, "title", N_("The page needs a title."));
	if (!slug.n)
		slug = text_slug(v->arena, title);
	if (!t->word)
		return html_complain(errors, v->lang, "template", N_("Please choose what to begin with."));
	if (!page_slug_ok(slug))
		return html_complain(errors, v->lang, "slug", N_("Small letters, digits, - and _ only, at most 100 of them."));
	struct page_put put = { .slug = slug, .author = v->who.account,
		.doc = content_template_doc(t, v->arena, title, v->at.tenant->languages[0], i18n_lang_or_null(v->at.tenant->languages[0]) ? i18n_lang_or_null(v->at.tenant->languages[0]) : v->lang) };
	if (page_put(v->at.site->pages, v->at.tenant->id, &put, id, &revision, e))
		return true;
	if (e->code == ERR_CONFLICT)
		return html_complain_text(errors, STR("slug"), arena_printf(v->arena, "%.*s %.*s-2", STR_ARG(i18n_text(v->lang,
			N_("There is a page at this address already. Try:"))), STR_ARG(slug)));
	back_complain(v, errors, "slug", e);
	return false;
}

static void put_new(struct html *h, struct visit *v, const struct visitor_form *posted, const struct html_errors *errors)
{
	struct html_option options[20];
	size_t n = 0;
	for (const struct content_template *t = content_templates; t->word && n < COUNT_OF(options); t++)
		options[n++] = (struct html_option){ .value = str_of(t->word), .message = t->title, .hint = t->sentence };
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR("/backoffice/pages/new/"), .posted = posted, .errors = errors });
	html_field(h, &(struct html_field){ .name = "title", .label = N_("Title"), .required = true, .most = PAGE_TITLE });
	html_field(h, &(struct html_field){ .name = "slug", .label = N_("Address"), .code = true, .most = PAGE_SLUG,
		.hint = N_("What stands after /pages/: small letters, digits, - and _. Made of the title when left empty; it cannot change while the page is published.") });
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "template", .label = N_("Begin with"), .options = options, .noptions = n,
		.value = STR("dashboard"), .columns = true });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Make the page"), .icon = ICON_PLUS, .with_icon = true });
	html_buttons_close(h);
	html_form_close(h);
}

static bool run_new(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool taken;
	int64_t id;
	if (!back_enter(app, r, p, VIEW_OFFICE_PAGES, 0, &v, e))
		return back_answered(p, e);
	if (!rights_may(&v.who, ACCOUNT_MAY_CREATE_PAGE) && !rights_may(&v.who, ACCOUNT_MAY_EDIT_PAGE))
		return err_set(e, ERR_FORBIDDEN, "This account may not make pages.");
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		if (make(&v, &form, &errors, &id, e))
			return back_done(&v, arena_printf(v.arena, "/backoffice/pages/%lld/", (long long)id), "added", e);
		if (!errors.n)
			return false;
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	auto_page page = back_page(&v, N_("New page"), "/backoffice/pages/new/");
	view_office_open(&page, VIEW_OFFICE_PAGES);
	const struct view_crumb crumbs[] = { { i18n_text(v.lang, N_("Pages")), STR("/backoffice/pages/") }, { page.title, STR("") } };
	view_crumbs(&page.h, crumbs, COUNT_OF(crumbs));
	html_heading_open(&page.h, page.title, N_("Nobody but you sees it until it is published and opened."));
	html_heading_close(&page.h);
	put_new(&page.h, &v, r->method == HTTPD_POST ? &form : NULL, &errors);
	return view_close(&page, e);
}

BACK_PAGE(page_new, "/backoffice/pages/new/", run_new);
