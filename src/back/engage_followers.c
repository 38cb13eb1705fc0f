/* Who follows a dataset, and a letter to all of them. Addresses that were given without an account are shown masked: they were given for the
 * letters alone. */
#include "back/engage.h"

enum { SHOWN = 200 };

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Dataset"), .main = true }, { .title = N_("Followers"), .number = true } };
	struct html_table t = { .caption = N_("Followers"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	auto_visit v = { 0 };
	struct engage_count *list;
	size_t n;
	if (!back_enter(app, r, p, VIEW_OFFICE_FOLLOWERS, 0, &v, e))
		return back_answered(p, e);
	struct engage_scene s = back_engage(&v);
	if (!engage_follower_counts(&s, &list, &n, e))
		return false;
	auto_page page = back_page(&v, N_("Followers"), "/backoffice/followers/");
	view_office_open(&page, VIEW_OFFICE_FOLLOWERS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Who asked to be told when a dataset changes. A letter goes out by itself when data were published."));
	html_heading_close(h);
	back_said(&page, r);
	if (!n)
		html_empty(h, N_("Nobody follows a dataset yet"), N_("On the page of a dataset there is a button for it."), NULL);
	else
		html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		const struct dataset *d = rights_dataset_or_null(&v.at, &v.who, v.arena, list[i].slug);
		struct str title = d ? dataset_meta_text(d, v.arena, "title", v.lang_code) : STR("");
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<a href=\"/backoffice/followers/");
		html_text(h, list[i].slug);
		html_lit(h, "/\"><bdi>");
		html_text(h, title.n ? title : list[i].slug);
		html_lit(h, "</bdi></a>");
		html_cell_close(h, &t);
		html_cell_count(h, &t, list[i].n);
		html_row_close(h, &t);
	}
	if (n)
		html_table_close(h, &t);
	return view_close(&page, e);
}

const struct httpd_route back_followers = { .method = HTTPD_GET, .pattern = "/backoffice/followers/", .run = run };

/* --- of one dataset ------------------------------------------------------------------------------------------ */

static bool obey(struct visit *v, const struct dataset *d, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct engage_scene s = back_engage(v);
	struct str here = arena_printf(v->arena, "/backoffice/followers/%.*s/", STR_ARG(d->slug)), subject = str_trim(visitor_field(f, STR("subject"))), text = visitor_field(f, STR("text"));
	int64_t id, n;
	if (back_number(visitor_field(f, STR("follower")), &id))
		return engage_follower_drop(&s, d->id, id, e) && back_done(v, here, "removed", e);
	if (!subject.n || subject.n > ENGAGE_SUBJECT)
		html_complain(errors, v->lang, "subject", N_("Please write a subject of one line."));
	if (!str_trim(text).n || text.n > ENGAGE_TEXT / 2)
		html_complain(errors, v->lang, "text", N_("Please write your message, of at most 2,000 characters."));
	if (errors->n)
		return false;
	if (engage_write(&s, d, subject, text, &n, e))
		return back_engage_noted(v, EVENT_FOLLOWERS_WRITTEN, "", d->id) && back_done(v, here, "followers-written", e);
	back_complain(v, errors, "text", e);
	return false;
}

static void put_list(struct html *h, struct visit *v, const struct engage_follow *list, size_t n)
{
	static const struct html_column columns[] = { { .title = N_("E-mail address"), .main = true }, { .title = N_("Since") }, { .title = N_("Actions"), .hide_title = true } };
	struct html_table t = { .caption = N_("Followers"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<bdi>");
		html_text(h, list[i].address);
		html_lit(h, "</bdi>");
		if (list[i].account) {
			html_lit(h, "<small>");
			html_say(h, N_("Account of this portal"));
			html_lit(h, "</small>");
		}
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_date(h, list[i].since.us, v->zone, false);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_form_open(h, &(struct html_form){ .visit = v, .plain = true });
		html_hidden(h, "follower", arena_printf(v->arena, "%lld", (long long)list[i].id));
		html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Remove"), .about = list[i].address, .small = true });
		html_form_close(h);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

static void put_posts(struct html *h, struct visit *v, const struct engage_post *posts, size_t n)
{
	html_panel_open(h, "written", N_("Written before"), NULL);
	html_lit(h, "<ul>");
	for (size_t i = 0; i < n; i++) {
		html_lit(h, "<li><bdi>");
		html_text(h, posts[i].subject);
		html_lit(h, "</bdi> <small>");
		html_date(h, posts[i].created.us, v->zone, true);
		html_lit(h, " · ");
		html_say_plural(h, N2_("{0} letter", "{0} letters"), posts[i].readers);
		html_lit(h, "</small></li>");
	}
	html_lit(h, "</ul>");
	html_panel_close(h);
}

static bool run_one(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	struct rights_dataset own;
	struct engage_follow *list;
	struct engage_post *posts;
	size_t n, nposts;
	int64_t all;
	if (!back_enter(app, r, p, VIEW_OFFICE_FOLLOWERS, 0, &v, e))
		return back_answered(p, e);
	if (!rights_find(&v.at, &v.who, v.arena, r->holes[0], &own, e))
		return false;
	struct engage_scene s = back_engage(&v);
	if (r->method == HTTPD_POST) {
		if (back_form_kept(&v, &form, &errors, e) && obey(&v, own.dataset, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	if (!engage_followers(&s, own.dataset->id, SHOWN, &list, &n, &all, e) || !engage_posts(&s, own.dataset->id, &posts, &nposts, e))
		return false;
	struct str title = dataset_meta_text(own.dataset, v.arena, "title", v.lang_code);
	auto_page page = back_page(&v, N_("Followers"), "/backoffice/followers/");
	page.title = title.n ? title : own.dataset->slug;
	view_office_open(&page, VIEW_OFFICE_FOLLOWERS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, NULL);
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("All followed datasets"), .href = STR("/backoffice/followers/") });
	html_heading_close(h);
	back_said(&page, r);
	html_panel_open(h, "write", N_("Write to followers"), N_("Such as a change of the fields, or the end of a series. Everybody gets a letter of their own, which says how to end them."));
	html_form_open(h, &(struct html_form){ .visit = &v, .posted = form.n ? &form : NULL, .errors = &errors });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "subject", .label = N_("Subject"), .most = ENGAGE_SUBJECT, .required = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "text", .label = N_("Message"), .rows = 6, .most = ENGAGE_TEXT / 2, .required = true });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Send"), .disabled = !all });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
	html_panel_open(h, "followers", NULL, NULL);
	html_lit(h, "<p>");
	html_say_plural(h, N2_("{0} follower", "{0} followers"), all);
	html_lit(h, "</p>");
	if (n)
		put_list(h, &v, list, n);
	html_panel_close(h);
	if (nposts)
		put_posts(h, &v, posts, nposts);
	return view_close(&page, e);
}

BACK_PAGE(followers_of, "/backoffice/followers/{dataset}/", run_one);
