/* Following a dataset: one click for who is signed in, an address and a letter for everybody else; the page behind that letter, which waits
 * for a click because programs open links, too; and the page behind the last line of every letter. */
#include "front/engage.h"

#include "front/card.h"

/* --- the page of a dataset ------------------------------------------------------------------------------- */

static void put_link(struct html *h, struct str url, enum view_icon icon, const char *label)
{
	html_lit(h, "<li><a href=\"");
	html_url(h, url);
	html_lit(h, "\">");
	html_icon(h, icon);
	html_lit(h, "<span>");
	html_say(h, label);
	html_lit(h, "</span></a></li>");
}

static void put_button(struct front_dataset *d, bool on)
{
	struct html *h = &d->page.h;
	html_lit(h, "<li>");
	html_form_open(h, &(struct html_form){ .visit = &d->visit, .action = arena_join(d->visit.arena, d->url, STR("follow/")), .plain = true });
	html_button(h, &(struct html_button){ .weight = on ? HTML_SECONDARY : HTML_PRIMARY, .label = on ? N_("Stop following") : N_("Follow this dataset"),
		.name = "do", .value = on ? STR("stop") : STR("follow"), .small = true });
	html_form_close(h);
	html_lit(h, "</li>");
}

void front_put_follow(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	struct visit *v = &d->visit;
	struct arena *a = v->arena;
	const struct tenant *t = v->at.tenant;
	struct engage_scene s = front_engage(v);
	struct err e = { 0 };
	bool on = false;
	if (v->foreign_frame)
		return;
	html_lit(h, "<ul class=\"engage-ways\">");
	if (tenant_setting_on(t, "follow")) {
		if (!s.by)
			put_link(h, arena_join(a, d->url, STR("follow/")), ICON_MAIL, N_("Follow this dataset"));
		else if (engage_is_following(&s, d->dataset->id, &on, &e))
			put_button(d, on);
		else
			log_failure(v->at.site->log, LOG_LEVEL_ERROR, "engage", &e);
	}
	if (tenant_setting_on(t, "feedback"))
		put_link(h, arena_join(a, d->url, STR("feedback/")), ICON_EDIT, N_("Write to the publisher"));
	if (!d->own.may_read && tenant_setting_on(t, "access.requests"))
		put_link(h, arena_printf(a, "/request-access/?dataset=%.*s", STR_ARG(d->dataset->slug)), ICON_KEY, N_("Ask for access to the data"));
	if (d->dataset->version.number > 0)
		put_link(h, arena_printf(a, "/feeds/dataset/%.*s.atom", STR_ARG(d->dataset->slug)), ICON_CLOCK, N_("Feed of publications (Atom)"));
	html_lit(h, "</ul>");
}

/* --- the form ---------------------------------------------------------------------------------------------- */

static bool obey(struct front_dataset *d, struct front_form *f, bool *answered, struct err *e)
{
	struct visit *v = &d->visit;
	struct engage_scene s = front_engage(v);
	*answered = true;
	if (s.by) {
		if (!engage_follow_set(&s, d->dataset->id, !str_eq(front_form_field(f, "do"), STR("stop")), e))
			return front_form_refused(f, v, "", e) && !(*answered = false);
		visitor_private(v);
		return httpd_reply_redirect(v->reply, 303, arena_join(v->arena, d->url, STR("information/")), e);
	}
	if (engage_follow_ask(&s, d->dataset, front_form_field(f, "email"), e))
		return front_form_done(v, arena_join(v->arena, d->url, STR("follow/")), e);
	*answered = false;
	return front_form_refused(f, v, "email", e);
}

static bool show_form(struct front_dataset *d, struct front_form *f, struct err *e)
{
	struct html *h = &d->page.h;
	struct visit *v = &d->visit;
	struct view_crumb crumbs[] = { { i18n_text(v->lang, N_("Catalogue")), STR("/explore/") }, { d->title, d->url }, { i18n_text(v->lang, N_("Follow")), STR("") } };
	struct engage_scene s = front_engage(v);
	bool on = false;
	d->page.visit = v;
	d->page.title = i18n_text(v->lang, N_("Follow this dataset"));
	d->page.path = arena_join(v->arena, d->url, STR("follow/"));
	d->page.place = VIEW_CATALOGUE;
	d->page.noindex = true;
	if (!engage_is_following(&s, d->dataset->id, &on, e))
		return false;
	front_engage_open(&d->page, crumbs, COUNT_OF(crumbs), N_("A letter when new data were published: at most one a day, and each says how to end it."));
	if (front_form_is_done(v)) {
		html_notice(h, HTML_SUCCESS, N_("If that address can receive letters, one is on its way. Open the link in it within a day, and you follow the dataset."));
	} else {
		front_form_open(&d->page, f, d->page.path);
		if (s.by)
			html_hidden(h, "do", on ? STR("stop") : STR("follow"));
		else
			html_field(h, &(struct html_field){ .kind = HTML_FIELD_EMAIL, .name = "email", .label = N_("Your e-mail address"), .autocomplete = "email", .most = 254,
				.required = true, .hint = N_("Kept encrypted for these letters alone, and erased when you end them.") });
		html_buttons_open(h);
		html_button(h, &(struct html_button){ .label = on ? N_("Stop following") : N_("Follow this dataset") });
		html_buttons_close(h);
		html_form_close(h);
	}
	visitor_private(v);
	return front_engage_close(&d->page, e);
}

static bool run_form(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(front_dataset_leave) struct front_dataset d = { 0 };
	struct front_form f = { .name = "follow" };
	bool good, answered = false;
	if (!front_dataset_enter(&d, app, r, p, r->holes[0], e))
		return false;
	if (!tenant_setting_on(d.visit.at.tenant, "follow"))
		return err_set(e, ERR_NOT_FOUND, "Datasets of this portal cannot be followed.");
	if (!front_form_take(&f, &d.visit, &good, e) || (good && !obey(&d, &f, &answered, e)))
		return false;
	return answered || show_form(&d, &f, e);
}

const struct httpd_route front_follow = { .method = HTTPD_GET, .pattern = "/explore/dataset/{dataset}/follow/", .run = run_form };
const struct httpd_route front_follow_post = { .method = HTTPD_POST, .pattern = "/explore/dataset/{dataset}/follow/", .run = run_form };

/* --- the pages behind letters --------------------------------------------------------------------------------- */

static struct view_page letter_page(struct visit *v, const char *title)
{
	visitor_private(v);
	return (struct view_page){ .visit = v, .title = i18n_text(v->lang, title), .path = STR("/explore/"), .noindex = true, .secret_address = true };
}

static bool show_gone(struct visit *v, struct err *e)
{
	auto_page page = letter_page(v, N_("This link is no longer good"));
	*e = (struct err){ 0 };
	httpd_reply_status(v->reply, 410);
	front_engage_open(&page, NULL, 0, NULL);
	html_lit(&page.h, "<p>");
	html_say(&page.h, N_("It works once and for one day. Go back to the dataset and ask for another one."));
	html_lit(&page.h, "</p>");
	html_button(&page.h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Go to the catalogue"), .href = STR("/explore/") });
	return front_engage_close(&page, e);
}

/* The title, when whoever holds the link may see the dataset; else its name in addresses, which the letter said. */
static struct str title_of(struct visit *v, struct str slug)
{
	const struct dataset *d = rights_dataset_or_null(&v->at, &v->who, v->arena, slug);
	return d ? front_title(v, d) : slug;
}

static bool run_confirm(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct front_form f = { .name = "confirm" };
	struct engage_follow who;
	bool confirmed = false;
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	struct engage_scene s = front_engage(&v);
	if (!engage_follow_read(&s, r->holes[0], &who, e))
		return e->code == ERR_GONE && show_gone(&v, e);
	if (r->method == HTTPD_POST) {
		f.was_posted = true;
		confirmed = visitor_form(&v, VISITOR_TOKEN, &f.posted, e);
		if (!confirmed && !visitor_may_retry(&v, e))
			return false;
		*e = (struct err){ 0 };
		if (confirmed && !engage_follow_confirm(&s, r->holes[0], &who, e))
			return e->code == ERR_GONE && show_gone(&v, e);
	}
	auto_page page = letter_page(&v, confirmed ? N_("You follow this dataset") : N_("Confirm that you follow a dataset"));
	struct html *h = &page.h;
	struct str title = title_of(&v, who.slug);
	front_engage_open(&page, NULL, 0, NULL);
	html_lit(h, "<p>");
	if (confirmed) {
		html_say_with(h, N_("Letters about {0} go to {1} from now on, at most one a day. Each says how to end them."), HTML_ARG_STRONG(title), HTML_ARG_TEXT(who.address));
		html_lit(h, "</p>");
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Go to the dataset"), .href = arena_printf(v.arena, "/explore/dataset/%.*s/", STR_ARG(who.slug)) });
		return front_engage_close(&page, e);
	}
	html_say_with(h, N_("{1} is to receive a letter when new data were published for {0}."), HTML_ARG_STRONG(title), HTML_ARG_TEXT(who.address));
	html_lit(h, "</p>");
	html_form_open(h, &(struct html_form){ .visit = &v, .action = r->path });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Yes, follow it") });
	html_buttons_close(h);
	html_form_close(h);
	return front_engage_close(&page, e);
}

const struct httpd_route front_follow_confirm = { .method = HTTPD_GET, .pattern = "/follow/confirm/{token}", .run = run_confirm };
const struct httpd_route front_follow_confirm_post = { .method = HTTPD_POST, .pattern = "/follow/confirm/{token}", .run = run_confirm };

static bool show_off(struct visit *v, struct str token, const struct engage_follow *list, size_t n, bool done, struct err *e)
{
	auto_page page = letter_page(v, done || !n ? N_("You receive no more of these letters") : N_("End these letters"));
	struct html *h = &page.h;
	size_t shown = token.p[0] == 'a' ? n : num_min(n, (size_t)1);
	front_engage_open(&page, NULL, 0, NULL);
	if (done || !n) {
		html_notice(h, HTML_SUCCESS, N_("It is done; your address was erased with it."));
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Go to the catalogue"), .href = STR("/explore/") });
		return front_engage_close(&page, e);
	}
	html_lit(h, "<p>");
	html_say(h, N_("You follow:"));
	html_lit(h, "</p><ul>");
	for (size_t i = 0; i < shown; i++) {
		html_lit(h, "<li><bdi>");
		html_text(h, title_of(v, list[i].slug));
		html_lit(h, "</bdi></li>");
	}
	html_lit(h, "</ul><form class=\"form\" method=\"post\" action=\"");
	html_url(h, v->request->path);
	html_lit(h, "\">");
	if (n > shown)
		html_check(h, &(struct html_check){ .name = "all", .label = N_("Also end the letters about everything else I follow here") });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("End these letters") });
	html_buttons_close(h);
	html_lit(h, "</form>");
	return front_engage_close(&page, e);
}

/* The address is the proof: a program of a mail service posts here without any cookie (RFC 8058), and so may anybody who has the letter.
 * All it can do is end letters. */
static bool run_off(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct engage_follow *list;
	struct visitor_form form = { 0 };
	size_t n;
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	struct engage_scene s = front_engage(&v);
	if (!engage_off_read(&s, r->holes[0], &list, &n, e))
		return e->code == ERR_GONE && show_gone(&v, e);
	if (r->method != HTTPD_POST)
		return show_off(&v, r->holes[0], list, n, false, e);
	struct err ignored = { 0 };
	/* Whatever else is posted, or in whatever form: who posts here wants it to end. */
	if (!httpd_form(v.arena, r->body, &form.pairs, &form.n, &ignored))
		form.n = 0;
	return engage_off(&s, r->holes[0], visitor_field_on(&form, STR("all")), e) && show_off(&v, r->holes[0], NULL, 0, true, e);
}

const struct httpd_route front_follow_off = { .method = HTTPD_GET, .pattern = "/follow/off/{token}", .run = run_off };
const struct httpd_route front_follow_off_post = { .method = HTTPD_POST, .pattern = "/follow/off/{token}", .run = run_off };
