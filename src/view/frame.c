/* A page for frames of other sites (FRM-1 … FRM-3): what it shows and one line that says whose it is. Nothing of the reader is looked at
 * but the language of their browser, so the same bytes go to everyone, signed in at the portal or not (JAR-T12). */
#include "view/inside.h"

void view_frame_open(struct view_page *p, const struct view_whole *whole)
{
	p->h = (struct html){ .out = BUF_INIT(VIEW_PAGE_BYTES), .lang = p->visit->lang, .visit = p->visit };
	p->framed = whole;
	p->noindex = true;
	p->no_banner = true;
	view_put_head(p);
	html_put_literal(&p->h, whole->still ? STR("<body class=\"frame still\">") : STR("<body class=\"frame\">"));
	html_lit(&p->h, "<main id=\"main\" tabindex=\"-1\">");
}

/* Links of a frame open a page of their own: the portal's pages are not for frames. */
static void put_link(struct html *h, struct str url, struct str text)
{
	html_lit(h, "<a target=\"_blank\" rel=\"noopener\" href=\"");
	html_url(h, url);
	html_lit(h, "\"><bdi>");
	html_text(h, text);
	html_lit(h, "</bdi></a>");
}

void view_put_frame_end(struct view_page *p)
{
	struct html *h = &p->h;
	const struct view_whole *w = p->framed;
	struct str portal = view_portal_title(p->visit);
	html_lit(h, "</main><footer class=\"frame");
	if (w->card)
		html_lit(h, " with-card");
	html_lit(h, "\"><p class=\"what\">");
	if (w->title.n && w->url.n)
		put_link(h, w->url, w->title);
	if (w->card && w->note.n) {
		html_lit(h, "<span class=\"note\">");
		html_text(h, w->note);
		html_lit(h, "</span>");
	}
	html_lit(h, "</p><p class=\"whose\">");
	put_link(h, STR("/"), portal);
	html_lit(h, "</p></footer></body></html>\n");
}

void view_frame_refuse(struct view_page *p, const char *heading, const char *sentence)
{
	struct html *h = &p->h;
	html_lit(h, "<div class=\"refused\" role=\"alert\"><h1>");
	html_say(h, heading);
	html_lit(h, "</h1><p>");
	html_say(h, sentence);
	html_lit(h, "</p></div>");
}

/* The list of origins of the setting as a policy has it; empty: any. */
static struct str ancestors(const struct view_page *p)
{
	struct str rest = tenant_setting(p->visit->at.tenant, "embed.ancestors"), part;
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	while (rest.n && str_cut(&rest, ',', &part)) {
		part = str_trim(part);
		if (!part.n)
			continue;
		buf_put(&b, b.n ? STR(" ") : STR("'self' "));
		buf_put(&b, part);
	}
	return arena_str(p->visit->arena, buf_str(&b));
}

bool view_put_frame_policy(struct view_page *p, struct err *e)
{
	enum { POLICY = 64 << 10 };
	struct visit *v = p->visit;
	struct str who = ancestors(p);
	auto_buf b = BUF_INIT(POLICY);
	struct str policy;
	if (v->registry)
		registry_put_csp(&b, v->registry, p->used, p->nused, true, who);
	else
		buf_printf(&b, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
		           "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors %.*s", STR_ARG(who.n ? who : STR("*")));
	if (!buf_end(&b, &policy, e))
		return false;
	httpd_reply_csp(v->reply, policy);
	buf_clear(&b);
	if (v->registry)
		registry_put_reporting(&b, v->registry);
	if (b.n && !httpd_reply_header(v->reply, STR("Reporting-Endpoints"), buf_str(&b), e))
		return false;
	return httpd_reply_header(v->reply, STR("Cross-Origin-Resource-Policy"), STR("cross-origin"), e);
}
