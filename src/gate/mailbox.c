/* GET /-/mail/: the letters of a demonstration, for whoever tries it out on their own machine. There only while letters go to a
 * folder and the portal's name is one of this machine; elsewhere the address does not exist. */
#include "gate/gate.h"
#include "mail/mail.h"
#include "view/view.h"
#include "visitor/visitor.h"

enum { SHOWN = 50 };

static bool is_local(struct str host)
{
	return str_eq(host, STR("localhost")) || str_ends(host, STR(".localhost")) || str_starts(host, STR("127.")) || str_eq(host, STR("[::1]"));
}

static void put_text(struct html *h, struct str text)
{
	struct str line;
	html_lit(h, "<p>");
	while (text.n && str_cut(&text, '\n', &line)) {
		bool link = str_starts(line, STR("https://")) || str_starts(line, STR("http://"));
		if (link) {
			html_lit(h, "<a href=\"");
			html_url(h, line);
			html_lit(h, "\">");
		}
		html_text(h, line);
		if (link) html_lit(h, "</a>");
		html_lit(h, "<br>");
	}
	html_lit(h, "</p>");
}

static void put_letter(struct view_page *p, const struct mail_boxed *m)
{
	struct html *h = &p->h;
	html_lit(h, "<article class=\"letter\"><h2>");
	html_text(h, m->subject);
	html_lit(h, "</h2><p>");
	html_say_with(h, N_("To {0}, {1}"), HTML_ARG_TEXT(m->to), HTML_ARG_DATE(m->at.us, p->visit->zone));
	html_lit(h, "</p>");
	put_text(h, m->text);
	html_lit(h, "</article>");
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct site *s = app;
	auto_visit v = { 0 };
	auto_page page = { 0 };
	struct mail_boxed *letters;
	size_t n;
	if (!visitor_enter_anyone(s, r, p, &v, e)) return false;
	if (!is_local(v.at.tenant->host) || !mail_has_box(s->mail)) return err_set(e, ERR_NO_ROUTE, "there is nothing at this address");
	if (!mail_box(s->mail, v.at.tenant->id, SHOWN, v.arena, &letters, &n, e)) return false;
	page = (struct view_page){ .visit = &v, .title = i18n_text(v.lang, N_("Letters of this demonstration")), .path = STR("/-/mail/"), .noindex = true };
	view_open(&page);
	html_lit(&page.h, "<h1>");
	html_text(&page.h, page.title);
	html_lit(&page.h, "</h1><p>");
	html_say(&page.h, N_("Nothing is sent from here. What the portal would have sent by mail is shown below, newest first."));
	html_lit(&page.h, "</p>");
	if (!n) {
		html_lit(&page.h, "<p>");
		html_say(&page.h, N_("There is no letter yet."));
		html_lit(&page.h, "</p>");
	}
	for (size_t i = 0; i < n; i++) put_letter(&page, &letters[i]);
	httpd_reply_cache_control(p, STR("private, no-store"));
	return view_close(&page, e);
}

const struct httpd_route gate_mailbox = { .method = HTTPD_GET, .pattern = "/-/mail", .label = "/-/mail/", .run = run };
