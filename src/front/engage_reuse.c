/* Reuses: what somebody made of data. On the dataset, in a gallery, and the form by which they are told of. */
#include "front/engage.h"

#include "front/card.h"

enum { ON_DATASET = 6, IN_GALLERY = 24 };

/* --- one of them -------------------------------------------------------------------------------------------- */

/* The name in an address, as people read it. */
static struct str host_of(struct str url)
{
	ptrdiff_t at = str_find(url, STR("://"));
	struct str rest = at < 0 ? url : str_from(url, (size_t)at + 3);
	size_t n = 0;
	while (n < rest.n && !strchr("/?#", rest.p[n]))
		n++;
	return str_sub(rest, 0, n);
}

static void put_reuse(struct html *h, const struct visit *v, const struct engage_reuse *r, bool with_dataset, int level)
{
	html_lit(h, "<li class=\"reuse\">");
	if (r->pictured.us) {
		html_lit(h, "<img loading=\"lazy\" decoding=\"async\" alt=\"\" src=\"");
		html_url(h, engage_picture_path(v->arena, r));
		html_lit(h, "\" width=\"");
		html_int(h, r->width);
		html_lit(h, "\" height=\"");
		html_int(h, r->height);
		html_lit(h, "\">");
	}
	html_lit(h, "<p class=\"kind\">");
	html_say(h, engage_reuse_kind_sentence(r->kind));
	if (level == 2)
		html_lit(h, "</p><h2>");
	else
		html_lit(h, "</p><h3>");
	html_lit(h, "<a rel=\"nofollow noopener ugc\" href=\"");
	html_url(h, r->url);
	html_lit(h, "\"><bdi>");
	html_text(h, r->title);
	html_lit(h, "</bdi>");
	html_icon(h, ICON_OUT);
	if (level == 2)
		html_lit(h, "</a></h2>");
	else
		html_lit(h, "</a></h3>");
	html_lit(h, "<p dir=\"auto\">");
	html_text(h, r->description);
	html_lit(h, "</p><p class=\"by\"><bdi dir=\"ltr\">");
	html_text(h, host_of(r->url));
	html_lit(h, "</bdi>");
	if (r->first_name.n || r->last_name.n) {
		html_lit(h, " · <bdi>");
		html_text(h, r->first_name);
		if (r->first_name.n && r->last_name.n)
			html_lit(h, " ");
		html_text(h, r->last_name);
		html_lit(h, "</bdi>");
	}
	html_lit(h, " · ");
	html_date(h, r->created.us, v->zone, false);
	html_lit(h, "</p>");
	if (with_dataset) {
		const struct dataset *d = rights_dataset_or_null(&v->at, &v->who, v->arena, r->slug);
		html_lit(h, "<p class=\"made-of\"><a href=\"/explore/dataset/");
		html_text(h, r->slug);
		html_lit(h, "/\"><bdi>");
		html_text(h, d ? front_title(v, d) : r->slug);
		html_lit(h, "</bdi></a></p>");
	}
	html_lit(h, "</li>");
}

static bool may_tell(const struct visit *v)
{
	return v->session || tenant_setting_on(v->at.tenant, "reuses.anonymous");
}

void front_put_reuses(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	struct visit *v = &d->visit;
	struct engage_scene s = front_engage(v);
	struct engage_reuse_ask q = { .state = ENGAGE_APPROVED, .datasets = &d->dataset->id, .ndatasets = 1, .rows = ON_DATASET };
	struct engage_reuse *list;
	size_t n;
	int64_t all;
	struct err e = { 0 };
	if (!tenant_setting_on(v->at.tenant, "reuses") || v->foreign_frame)
		return;
	if (!engage_reuses(&s, &q, &list, &n, &all, &e)) {
		log_failure(v->at.site->log, LOG_LEVEL_ERROR, "engage", &e);
		return;
	}
	if (!n && !may_tell(v))
		return;
	html_lit(h, "<section class=\"reuses\" aria-labelledby=\"reuses\"><h2 id=\"reuses\">");
	html_say(h, N_("Reuses"));
	html_lit(h, "</h2>");
	if (n) {
		html_lit(h, "<ul class=\"reuse-list\">");
		for (size_t i = 0; i < n; i++)
			put_reuse(h, v, &list[i], false, 3);
		html_lit(h, "</ul>");
	} else {
		html_lit(h, "<p class=\"none\">");
		html_say(h, N_("Nobody has told of a reuse of these data yet."));
		html_lit(h, "</p>");
	}
	html_buttons_open(h);
	if (may_tell(v))
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Tell of a reuse"), .href = arena_join(v->arena, d->url, STR("reuse/")) });
	if (all > (int64_t)n)
		html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("All reuses of this dataset"), .href = arena_printf(v->arena, "/reuses/?dataset=%.*s", STR_ARG(d->dataset->slug)) });
	html_buttons_close(h);
	html_lit(h, "</section>");
}

/* --- its picture ------------------------------------------------------------------------------------------- */

/* Shown with the reuse: to who may see the dataset once it is approved, to who reviews or sent it before. */
static bool may_see(const struct visit *v, const struct engage_reuse *r)
{
	return (v->session && v->session->account == r->account) || rights_may(&v->who, ACCOUNT_MAY_EDIT_REUSE) ||
	       (r->state == ENGAGE_APPROVED && tenant_setting_on(v->at.tenant, "reuses") && rights_dataset_or_null(&v->at, &v->who, v->arena, r->slug));
}

static bool run_picture(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct engage_reuse reuse;
	struct engage_picture picture;
	int64_t id;
	if (!visitor_enter(app, r, p, &v, e))
		return false;
	struct engage_scene s = front_engage(&v);
	if (!str_to_int(r->holes[0], &id) || id <= 0)
		return err_set(e, ERR_NOT_FOUND, "This reuse has no picture.");
	if (!engage_reuse_get(&s, id, &reuse, e) || !may_see(&v, &reuse))
		return e->code && e->code != ERR_NOT_FOUND ? false : err_set(e, ERR_NOT_FOUND, "This reuse has no picture.");
	if (!engage_picture_get(&s, id, &picture, e))
		return false;
	auto_buf b = BUF_INIT(ENGAGE_PICTURE_BYTES + 1);
	struct str whole;
	buf_put(&b, picture.bytes);
	if (!buf_end(&b, &whole, e))
		return false;
	httpd_reply_type(p, picture.type);
	httpd_reply_csp(p, STR("default-src 'none'; sandbox"));
	httpd_reply_cache_control(p, visitor_is_nobody(&v) ? STR("public, max-age=300") : STR("private, max-age=300"));
	httpd_reply_take(p, &b);
	return true;
}

const struct httpd_route front_reuse_picture = { .method = HTTPD_GET, .pattern = "/reuses/{reuse}/picture", .run = run_picture };

/* --- the form ---------------------------------------------------------------------------------------------- */

static bool mended(struct front_form *f, struct visit *v, const char *field, const char *message, struct err *e)
{
	front_form_complain(f, v, field, message);
	*e = (struct err){ 0 };
	return true;
}

static bool send(struct front_dataset *d, struct front_form *f, struct err *e)
{
	struct visit *v = &d->visit;
	struct engage_scene s = front_engage(v);
	struct engage_reuse r = { .title = front_form_field(f, "title"), .description = front_form_field(f, "description"), .url = front_form_field(f, "url"),
		.first_name = front_form_field(f, "first_name"), .last_name = front_form_field(f, "last_name"), .email = front_form_field(f, "email"), .kind = ENGAGE_REUSE_OTHER };
	if (!r.title.n || r.title.n > ENGAGE_TITLE)
		front_form_complain(f, v, "title", N_("Please give it a title, of at most one line."));
	if (!r.description.n || r.description.n > ENGAGE_TEXT)
		front_form_complain(f, v, "description", N_("Please say in a few sentences what it is."));
	if (!str_starts(r.url, STR("https://")) && !str_starts(r.url, STR("http://")))
		front_form_complain(f, v, "url", N_("Please give an address that begins with https://."));
	if (!engage_reuse_kind_of(front_form_field(f, "kind"), &r.kind))
		front_form_complain(f, v, "kind", N_("Please choose one."));
	if (!s.by && !r.email.n)
		front_form_complain(f, v, "email", N_("Please give an address that the answer can go to."));
	const struct httpd_part *sent = visitor_file_or_null(&f->posted, STR("picture"));
	struct engage_picture picture;
	if (f->errors.n)
		return true;
	if (sent && engage_picture_make(&s, sent, &picture, e))
		r.picture_or_null = &picture;
	else if (sent && e->code == ERR_TOO_LARGE)
		return mended(f, v, "picture", N_("This picture is too large: at most 10 MB and 64 million pixels."), e);
	else if (sent)
		return e->code == ERR_PARAMETER && mended(f, v, "picture", N_("Please choose a picture: PNG, JPEG, GIF or WebP."), e);
	if (engage_reuse_put(&s, d->dataset, &r, e))
		return front_form_done(v, arena_join(v->arena, d->url, STR("reuse/")), e);
	return front_form_refused(f, v, str_find(str_of(e->pub), STR("address begins")) >= 0 ? "url" : s.by ? "" : "email", e);
}

static void put_fields(struct view_page *page, const struct visit *v)
{
	struct html *h = &page->h;
	struct html_option kinds[ENGAGE_REUSE_KINDS];
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		kinds[i] = (struct html_option){ .value = str_of(engage_reuse_kind_word((enum engage_reuse_kind)i)), .message = engage_reuse_kind_sentence((enum engage_reuse_kind)i) };
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "title", .label = N_("Title"), .most = ENGAGE_TITLE, .required = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_URL, .name = "url", .label = N_("Address"), .placeholder = "https://", .most = 2000, .required = true });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "kind", .label = N_("What it is"), .options = kinds, .noptions = COUNT_OF(kinds), .value = STR("application") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "description", .label = N_("Description"), .hint = N_("What it does and what the data are used for."),
		.most = ENGAGE_TEXT, .rows = 5, .required = true });
	html_file(h, "picture", N_("Picture"), N_("May stay empty. PNG, JPEG, GIF or WebP, at most 10 MB; where it was taken is not kept."), "image/png,image/jpeg,image/gif,image/webp");
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "first_name", .label = N_("First name"), .hint = N_("Names are shown beside the reuse; they may stay empty."),
		.autocomplete = "given-name", .most = ENGAGE_NAME });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "last_name", .label = N_("Last name"), .autocomplete = "family-name", .most = ENGAGE_NAME });
	if (!v->session)
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_EMAIL, .name = "email", .label = N_("Your e-mail address"), .autocomplete = "email",
			.hint = N_("Used to tell you whether it is shown, then erased."), .most = 254, .required = true });
}

static bool run_form(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(front_dataset_leave) struct front_dataset d = { 0 };
	struct front_form f = { .name = "reuse", .files = true };
	bool good;
	if (!front_dataset_enter(&d, app, r, p, r->holes[0], e))
		return false;
	struct visit *v = &d.visit;
	if (!tenant_setting_on(v->at.tenant, "reuses"))
		return err_set(e, ERR_NOT_FOUND, "This portal takes no reuses.");
	if (!may_tell(v))
		return visitor_signed_in(v, e);
	if (!front_form_take(&f, v, &good, e))
		return false;
	if (good && (!send(&d, &f, e) || !f.errors.n))
		return e->code == ERR_NONE;
	struct view_crumb crumbs[] = { { i18n_text(v->lang, N_("Catalogue")), STR("/explore/") }, { d.title, d.url }, { i18n_text(v->lang, N_("Tell of a reuse")), STR("") } };
	d.page.visit = v;
	d.page.title = i18n_text(v->lang, N_("Tell of a reuse"));
	d.page.path = arena_join(v->arena, d.url, STR("reuse/"));
	d.page.place = VIEW_CATALOGUE;
	d.page.noindex = true;
	front_engage_open(&d.page, crumbs, COUNT_OF(crumbs), N_("What did you make of these data? It is shown here once somebody of the portal has looked at it."));
	if (front_form_is_done(v)) {
		html_notice(&d.page.h, HTML_SUCCESS, N_("Thank you. Somebody looks at it, and the answer comes by letter."));
		html_button(&d.page.h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Go to the dataset"), .href = d.url });
	} else {
		front_form_open(&d.page, &f, d.page.path);
		put_fields(&d.page, v);
		front_form_close(&d.page, N_("Send"));
	}
	visitor_private(v);
	return front_engage_close(&d.page, e);
}

const struct httpd_route front_reuse = { .method = HTTPD_GET, .pattern = "/explore/dataset/{dataset}/reuse/", .run = run_form };
const struct httpd_route front_reuse_post = { .method = HTTPD_POST, .pattern = "/explore/dataset/{dataset}/reuse/", .flags = HTTPD_SPILLS, .body_max = ENGAGE_UPLOAD, .run = run_form };

/* --- the gallery --------------------------------------------------------------------------------------------- */

static bool run_gallery(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const char *const known[] = { "dataset", "start", "flg" };
	auto_visit v = { 0 };
	struct engage_reuse *list;
	size_t n;
	int64_t all, start = 0;
	if (!visitor_enter(app, r, p, &v, e))
		return false;
	if (!tenant_setting_on(v.at.tenant, "reuses"))
		return err_set(e, ERR_NOT_FOUND, "This portal shows no reuses.");
	struct view_state state = { .arena = v.arena };
	view_state_only(&state, r, STR("/reuses/"), known, COUNT_OF(known));
	struct str only = view_state_get(&state, STR("dataset"));
	struct engage_reuse_ask q = { .state = ENGAGE_APPROVED, .rows = IN_GALLERY };
	if (str_to_int(view_state_get(&state, STR("start")), &start) && start > 0 && start < LIMIT_WINDOW_ROWS)
		q.start = start;
	q.ndatasets = front_engage_datasets(&v, only, &q.datasets);
	struct engage_scene s = front_engage(&v);
	if (!engage_reuses(&s, &q, &list, &n, &all, e))
		return false;
	auto_page page = { .visit = &v, .title = i18n_text(v.lang, N_("Reuses")), .place = VIEW_CATALOGUE };
	page.path = view_state_url(&state, STR("flg"), NULL, STR(""), STR(""));
	page.image = front_preview_portal(&v);
	struct view_feed feed = { .url = STR("/feeds/reuses.atom"), .type = STR("application/atom+xml"), .title = page.title };
	page.feeds = &feed;
	page.nfeeds = 1;
	struct html *h = &page.h;
	front_engage_open(&page, NULL, 0, N_("What people and organisations made of the data of this portal."));
	if (n) {
		html_lit(h, "<ul class=\"reuse-list\">");
		for (size_t i = 0; i < n; i++)
			put_reuse(h, &v, &list[i], true, 2);
		html_lit(h, "</ul>");
		view_pager(h, &state, q.start, IN_GALLERY, all, LIMIT_WINDOW_ROWS);
	} else {
		html_empty(h, N_("No reuses yet"), N_("Whoever made something of a dataset tells of it on the dataset's page."),
		           &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Go to the catalogue"), .href = STR("/explore/") });
	}
	visitor_cache_page(&v, FRONT_CACHE_S);
	return front_engage_close(&page, e);
}

const struct httpd_route front_reuses = { .method = HTTPD_GET, .pattern = "/reuses/", .run = run_gallery };
