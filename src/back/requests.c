/* Who asks to be let in where sign-up needs an approval: each with what they wrote. The answer goes by letter; a yes brings the
 * portal's default permissions. */
#include "back/people.h"

struct page_of {
	struct visit *visit;
	struct account *waiting;
	size_t n;
};

static bool read_waiting(struct page_of *p, struct err *e)
{
	struct visit *v = p->visit;
	struct account *all;
	size_t n;
	if (!account_list(v->at.site->store, v->at.tenant->id, v->arena, &all, &n, e))
		return false;
	p->waiting = arena_array(v->arena, struct account, n + 1);
	for (size_t i = 0; i < n; i++)
		if (all[i].state == ACCOUNT_WAITING)
			p->waiting[p->n++] = all[i];
	return true;
}

static bool decide(struct page_of *p, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = p->visit;
	struct account_scene scene = back_scene(v);
	bool yes = str_eq(visitor_field(f, STR("do")), STR("approve"));
	int64_t id;
	if (!yes && !str_eq(visitor_field(f, STR("do")), STR("reject")))
		return html_complain(errors, v->lang, "", N_("Choose whether to approve or to decline."));
	if (!back_number(visitor_field(f, STR("account")), &id))
		return html_complain(errors, v->lang, "", N_("This request is not waiting any more."));
	if (!back_fresh(v, e))
		return false;
	if (account_decide(&scene, id, yes, e))
		return back_done(v, STR("/backoffice/requests/"), yes ? "approved" : "rejected", e);
	if (e->code == ERR_NOT_FOUND || e->code == ERR_CONFLICT)
		return html_complain(errors, v->lang, "", N_("This request is not waiting any more."));
	return false;
}

static void put_answer(struct html *h, struct visit *v, const struct account *a, const char *word, const char *label, enum html_weight weight)
{
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR("/backoffice/requests/"), .plain = true });
	html_hidden(h, "account", arena_printf(v->arena, "%lld", (long long)a->id));
	html_button(h, &(struct html_button){ .weight = weight, .label = label, .about = a->email, .name = "do", .value = str_of(word), .small = true });
	html_form_close(h);
}

static void put_list(struct html *h, struct page_of *p)
{
	static const struct html_column columns[] = {
		{ .title = N_("Who"), .main = true }, { .title = N_("Message") }, { .title = N_("Since") }, { .title = N_("Actions"), .hide_title = true } };
	struct html_table t = { .caption = N_("Requests for access"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < p->n; i++) {
		const struct account *a = &p->waiting[i];
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<bdi>");
		html_text(h, a->name.n ? a->name : a->email);
		html_lit(h, "</bdi>");
		if (a->name.n) {
			html_lit(h, "<small><bdi>");
			html_text(h, a->email);
			html_lit(h, "</bdi></small>");
		}
		html_cell_close(h, &t);
		html_cell_text(h, &t, a->message.n ? a->message : STR("–"));
		html_cell_open(h, &t);
		html_date(h, a->created.us, p->visit->zone, false);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		put_answer(h, p->visit, a, "approve", N_("Approve"), HTML_PRIMARY);
		put_answer(h, p->visit, a, "reject", N_("Decline"), HTML_SECONDARY);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct page_of o = { .visit = &v };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	if (!back_enter(app, r, p, VIEW_OFFICE_REQUESTS, 0, &v, e))
		return back_answered(p, e);
	if (r->method == HTTPD_POST) {
		if (!back_form(&v, &form, e))
			return false;
		if (decide(&o, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	if (!read_waiting(&o, e))
		return false;
	auto_page page = back_page(&v, N_("Requests for access"), "/backoffice/requests/");
	view_office_open(&page, VIEW_OFFICE_REQUESTS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("People who signed up and wait for an answer. It goes to them by letter."));
	html_heading_close(h);
	back_said(&page, r);
	if (errors.n)
		html_notice_text(h, HTML_BAD, errors.items[0].text);
	if (o.n)
		put_list(h, &o);
	else
		html_empty(h, N_("Nobody waits"), account_signup_mode(v.at.tenant) == ACCOUNT_SIGNUP_APPROVAL
			? N_("Whoever signs up from now on is listed here.")
			: N_("Sign-up with approval is off; it is chosen under Access and sign-in."),
			&(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Access and sign-in"), .href = STR("/backoffice/access/") });
	return view_close(&page, e);
}

BACK_PAGE(requests, "/backoffice/requests/", run);
