/* Pages for what went wrong: plain words, a way on, the same for everything that is not to be seen. Made
 * from memory, since they may be needed when nothing else works. */
#include "front/inside.h"

#include "text/text.h"

static const struct lost { int status; const char *heading, *sentence; } losts[] = {
	{ 400, N_("The address cannot be read"), N_("Something in this request is not as it should be.") },
	{ 401, N_("Please sign in"), N_("This page is for people who are signed in.") },
	{ 403, N_("This is not allowed"), N_("You do not have permission to do this here. If you came from a form, go back, reload the page and try again.") },
	{ 404, N_("There is nothing at this address"), N_("The page may have moved, or the address may hold a mistake. The catalogue lists everything there is.") },
	{ 405, N_("This is not how this page works"), N_("The address exists, but it does not answer to this kind of request.") },
	{ 410, N_("This page is gone"), N_("It has been taken away on purpose and will not come back.") },
	{ 413, N_("This is too large"), N_("The request is larger than the portal accepts.") },
	{ 414, N_("This address is too long"), N_("Please use fewer filters at once.") },
	{ 431, N_("This request is too large"), N_("Your browser sent more headers than the portal accepts. Deleting the cookies of this site may help.") },
	{ 503, N_("The portal is busy"), N_("Too many people are asking at once. Please try again in a moment.") },
	{ 504, N_("This took too long"), N_("The question was stopped. Fewer records or filters may help.") },
	{ 500, N_("Something went wrong on our side"), N_("It has been noted. Please try again in a moment.") },
};

/* A form that was refused for its token or for where it came from, whatever else a 403 may be. */
static const struct lost refused_form = { 403, N_("The form could not be accepted"),
	N_("It did not come from this page, or had been open for too long, or you signed in or out elsewhere in between. Go back, reload the page and send it again.") };

/* A whole portal that answers nobody: what is shown has no way on, since nothing of it can be reached. */
static const struct lost closed = { 503, N_("This portal is closed for now"), N_("Whoever runs it has closed it. Nothing of it is lost; please come back later.") };
static const struct lost restoring = { 503, N_("This portal is being restored"), N_("A backup is being put in its place. Nothing has to be done: this page looks again by itself, until the portal is back.") };
static const struct lost taken_away = { 410, N_("This portal is closed"), N_("Whoever runs it has taken it away.") };

static const struct lost *find(int status)
{
	for (size_t i = 0; i + 1 < COUNT_OF(losts); i++)
		if (losts[i].status == status)
			return &losts[i];
	return &losts[COUNT_OF(losts) - 1];
}

/* Whoever was led to a dataset that is not theirs may ask for it: the same words for one that is there and one that is not. */
static void put_ask(struct html *h, const struct visit *v, int status)
{
	struct str rest = v->request->path, name = STR("");
	if ((status != 404 && status != 401) || !str_starts(rest, STR("/explore/dataset/")) || !tenant_setting_on(v->at.tenant, "access.requests"))
		return;
	rest = str_from(rest, sizeof "/explore/dataset/" - 1);
	if (!str_cut(&rest, '/', &name) || !name.n)
		return;
	auto_buf url = BUF_INIT(LIMIT_URL_BYTES);
	buf_lit(&url, "/request-access/?dataset=");
	text_put_url(&url, text_cut(name, 200));
	html_lit(h, "<p>");
	html_say_with(h, N_("If it is one that you have no access to, {0}ask for it{1}."), HTML_ARG_OPEN(buf_str(&url)), HTML_ARG_CLOSE);
	html_lit(h, "</p>");
}

/* Something may be here for who is known: said of every address alike, whether anything is there or not. */
static void put_way_in(struct html *h, const struct visit *v, const struct lost *lost)
{
	struct str values[RIGHTS_SESSIONS], path = v->request->path;
	bool pages = str_starts(path, STR("/explore/")) || str_starts(path, STR("/pages/")) || str_starts(path, STR("/p/"));
	if (lost->status != 404 || !pages || rights_session_values(v->at.tenant, v->request, values))
		return;
	auto_buf next = BUF_INIT(LIMIT_URL_BYTES);
	buf_lit(&next, "/login/?next=");
	text_put_url(&next, path);
	html_lit(h, "<p class=\"way-in\">");
	html_say_with(h, N_("Some things here are for members only. If you have an account, {0}sign in{1}."),
	              HTML_ARG_OPEN(buf_str(&next)), HTML_ARG_CLOSE);
	html_lit(h, "</p>");
}

static void put_lost(struct html *h, const struct visit *v, const struct lost *lost, const struct err *e)
{
	html_lit(h, "<div class=\"lost\"><p class=\"status\" aria-hidden=\"true\">");
	html_int(h, lost->status);
	html_lit(h, "</p><h1>");
	html_say(h, lost->heading);
	html_lit(h, "</h1><p>");
	html_say(h, lost->sentence);
	html_lit(h, "</p>");
	if (lost->status == 400 && e->pub[0]) {
		html_lit(h, "<p class=\"particular\" dir=\"auto\">");
		html_reason(h, str_of(e->pub));
		html_lit(h, "</p>");
	}
	if (lost->status != 401) {
		html_lit(h, "<p><a class=\"button\" href=\"/explore/\">");
		html_say(h, N_("Go to the catalogue"));
		html_lit(h, "</a></p>");
	}
	put_ask(h, v, lost->status);
	put_way_in(h, v, lost);
	html_lit(h, "</div>");
}

/* An address without a portal says nothing about whose server this is. */
static void answer_bare(const struct httpd_request *r, struct httpd_reply *p, const struct lost *lost, const struct tenant *t_or_null)
{
	struct html h = { .out = BUF_INIT(VIEW_PAGE_BYTES),
		.lang = visitor_language(r, t_or_null && registry_prefixed(t_or_null), t_or_null) };
	view_bare_error(&h, lost->status, lost->heading,
	                lost->status == 404 ? N_("No portal answers at this address.") : lost->sentence);
	httpd_reply_type(p, STR("text/html; charset=utf-8"));
	view_security(p, true);
	httpd_reply_take(p, &h.out);
}

/* In a frame of another site: a box that says as much as a stranger may know. */
static void put_framed(struct view_page *page, const struct lost *lost)
{
	static const struct view_whole nothing = { 0 };
	view_frame_open(page, &nothing);
	if (lost->status == 401 || lost->status == 403 || lost->status == 404)
		view_frame_refuse(page, N_("This cannot be shown"), N_("It is not public, or is not there any more."));
	else
		view_frame_refuse(page, lost->heading, lost->sentence);
}

void front_error(const struct httpd_request *r, struct httpd_reply *p, void *app, const struct err *e)
{
	struct site *site = app;
	const struct lost *lost = e->code == ERR_CSRF ? &refused_form : find(err_kind(e->code)->status);
	const struct tenant *t = e->code == ERR_NO_PORTAL ? NULL : tenants_find_or_null(site->tenants, r->host);
	httpd_reply_cache_control(p, STR("no-store"));
	if (!t) {
		answer_bare(r, p, lost, NULL);
		return;
	}
	if (t->suspended) {
		bool back_soon = t->restoring.us && !t->removed.us;
		if (back_soon && r->method == HTTPD_GET) httpd_reply_literal(p, STR("Refresh"), STR("10"));
		answer_bare(r, p, t->removed.us ? &taken_away : back_soon ? &restoring : &closed, t);
		tenant_release(site->tenants, t);
		return;
	}
	struct visit v = { .request = r, .reply = p, .arena = r->arena, .at = { .tenant = t }, .zone = clock_utc() };
	v.look = look_hold(site->looks, t);
	v.lang = visitor_language(r, registry_prefixed(t), t);
	v.lang_code = v.lang->code;
	v.origin = visitor_origin(r->arena, t->host, site->listen_port);
	struct view_page page = {
		.visit = &v,
		.title = i18n_text(v.lang, lost->heading),
		.path = STR("/"),
		.error = true,
	};
	if (rights_foreign_frame(r)) {
		put_framed(&page, lost);
	} else {
		view_open(&page);
		put_lost(&page.h, &v, lost, e);
	}
	struct err ignored = { 0 };
	if (!view_close(&page, &ignored))
		answer_bare(r, p, lost, t);
	httpd_reply_vary(p, HTTPD_VARY_COOKIE | HTTPD_VARY_LANGUAGE);
	look_release(site->looks, v.look);
	tenant_release(site->tenants, t);
}
