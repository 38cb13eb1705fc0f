/* The frame of every page: head, header, language picker, footer, and the headers that go with HTML.
 * Nothing here depends on who is reading but the language, so pages are shared between readers. */
#include "view/inside.h"

#include "asset/asset.h"

enum { POLICY_BYTES = 64 << 10 };

struct str view_portal_title(const struct visit *v)
{
	struct str title = tenant_text(v->at.tenant, "title", v->lang_code);
	return title.n ? title : v->at.tenant->host;
}

void view_security(struct httpd_reply *p, bool development)
{
	/* On loopback there is nothing to upgrade to. */
	if (development)
		httpd_reply_csp(p, STR("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
		                       "font-src 'self'; connect-src 'self'; media-src 'self'; frame-src 'self'; "
		                       "worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; "
		                       "form-action 'self'; frame-ancestors 'self'"));
	else
		httpd_reply_csp(p, STR("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
		                       "font-src 'self'; connect-src 'self'; media-src 'self'; frame-src 'self'; "
		                       "worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; "
		                       "form-action 'self'; frame-ancestors 'self'; upgrade-insecure-requests"));
}

static void put_language(struct html *h, const struct i18n_lang *l)
{
	html_lit(h, " lang=\"");
	html_text(h, l->code);
	html_lit(h, "\" dir=\"");
	if (l->rtl)
		html_lit(h, "rtl\"");
	else
		html_lit(h, "ltr\"");
}

static struct str with_flg(struct arena *a, struct str path, struct str lang)
{
	char join = str_find_char(path, '?') < 0 ? '?' : '&';
	return arena_printf(a, "%.*s%cflg=%.*s", STR_ARG(path), join, STR_ARG(lang));
}

static void put_alternates(struct view_page *p)
{
	struct html *h = &p->h;
	const struct visit *v = p->visit;
	const struct tenant *t = v->at.tenant;
	/* A page asked for in another language is another page to search engines: each names itself, and all of them each other. */
	bool chosen = t->nlanguages > 1 && httpd_query_or_null(v->request, STR("flg")) && !str_eq(v->lang_code, t->languages[0]);
	html_lit(h, "<link rel=\"canonical\" href=\"");
	html_text(h, v->origin);
	html_text(h, chosen ? with_flg(v->arena, p->path, v->lang_code) : p->path);
	html_lit(h, "\">");
	if (t->nlanguages > 1) {
		for (size_t i = 0; i < t->nlanguages; i++) {
			html_lit(h, "<link rel=\"alternate\" hreflang=\"");
			html_text(h, t->languages[i]);
			html_lit(h, "\" href=\"");
			html_text(h, v->origin);
			html_text(h, with_flg(v->arena, p->path, t->languages[i]));
			html_lit(h, "\">");
		}
	}
	if (t->nlanguages > 1) {
		/* Whoever is not told a language by the address gets the one they prefer. */
		html_lit(h, "<link rel=\"alternate\" hreflang=\"x-default\" href=\"");
		html_text(h, v->origin);
		html_text(h, p->path);
		html_lit(h, "\">");
	}
	if (p->json_alternate.n) {
		html_lit(h, "<link rel=\"alternate\" type=\"application/json\" href=\"");
		html_url(h, p->json_alternate);
		html_lit(h, "\">");
	}
}

/* A block of data, which no browser runs; "<" is spelled so that nothing in it can end the block. */
static void put_json_ld(struct html *h, struct str json)
{
	html_lit(h, "<script type=\"application/ld+json\">");
	for (size_t i = 0; i < json.n; i++) {
		if (json.p[i] == '<')
			buf_lit(&h->out, "\\u003c");
		else
			buf_put_char(&h->out, json.p[i]);
	}
	html_lit(h, "</script>");
}

/* What search engines and link previews read. */
static void put_previews(struct view_page *p)
{
	struct html *h = &p->h;
	html_lit(h, "<meta property=\"og:type\" content=\"website\"><meta property=\"og:url\" content=\"");
	html_text(h, p->visit->origin);
	html_text(h, p->path);
	html_lit(h, "\">");
	if (p->description.n) {
		html_lit(h, "<meta property=\"og:description\" content=\"");
		html_text(h, p->description);
		html_lit(h, "\">");
	}
	if (p->image.n) {
		html_lit(h, "<meta name=\"twitter:card\" content=\"summary_large_image\"><meta property=\"og:image\" content=\"");
		html_text(h, p->visit->origin);
		html_text(h, p->image);
		html_lit(h, "\"><meta property=\"og:image:width\" content=\"1200\"><meta property=\"og:image:height\" content=\"630\">");
	}
	for (size_t i = 0; i < p->nfeeds; i++) {
		html_lit(h, "<link rel=\"alternate\" type=\"");
		html_text(h, p->feeds[i].type);
		html_lit(h, "\" href=\"");
		html_url(h, p->feeds[i].url);
		html_lit(h, "\" title=\"");
		html_text(h, p->feeds[i].title);
		html_lit(h, "\">");
	}
	if (p->json_ld.n)
		put_json_ld(h, p->json_ld);
}

/* "Trees — City data"; with a prefix of the portal's own, "City | Trees". */
static void put_title(struct view_page *p)
{
	struct html *h = &p->h;
	const struct visit *v = p->visit;
	struct str prefix = look_say(&v->look->site.prefix, v->lang_code);
	if (p->title.n && prefix.n) {
		html_text(h, prefix);
		html_lit(h, " | ");
		html_text(h, p->title);
		return;
	}
	if (p->title.n) {
		html_text(h, p->title);
		html_lit(h, " — ");
	}
	html_text(h, view_portal_title(v));
}

void view_put_head(struct view_page *p)
{
	struct html *h = &p->h;
	struct visit *v = p->visit;
	html_lit(h, "<!DOCTYPE html>\n<html");
	put_language(h, v->lang);
	html_lit(h, "><head><meta charset=\"utf-8\">");
	if (p->framed) /* links that do not stay in the frame: the portal's other pages are not for frames */
		html_lit(h, "<base target=\"_blank\">");
	html_lit(h, "<title>");
	put_title(p);
	html_lit(h, "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	            "<meta name=\"color-scheme\" content=\"light dark\">");
	if (p->description.n) {
		html_lit(h, "<meta name=\"description\" content=\"");
		html_text(h, p->description);
		html_lit(h, "\">");
	}
	if (p->noindex || p->error || v->staged)
		html_lit(h, "<meta name=\"robots\" content=\"noindex\">");
	html_lit(h, "<link rel=\"stylesheet\" href=\"");
	html_url(h, asset_url(STR("style.css")));
	html_lit(h, "\"><link rel=\"stylesheet\" href=\"");
	html_url(h, v->look->url);
	if (v->stage_key.n) { /* letters and digits; the draft's stylesheet is shown to nobody without it */
		html_lit(h, "?stage_theme=true&amp;themeapikey=");
		html_text(h, v->stage_key);
	}
	view_put_either(h, v->look->favicon_url.n > 0, STR("\"><link rel=\"icon\" href=\""), STR("\"><link rel=\"icon\" type=\"image/svg+xml\" href=\""));
	html_url(h, v->look->favicon_url.n ? v->look->favicon_url : view_mark_url(v->arena, view_accent_of(v->look)));
	html_lit(h, "\"><script type=\"module\" src=\"");
	html_url(h, asset_url(STR("entry.js")));
	html_lit(h, "\"></script>");
	if (p->end) {
		html_lit(h, "<link rel=\"stylesheet\" href=\"");
		html_url(h, asset_url(STR("office.css")));
		html_lit(h, "\"><script type=\"module\" src=\"");
		html_url(h, asset_url(STR("office.js")));
		html_lit(h, "\"></script>");
	} else if (!p->error) {
		view_put_tags(p);
		put_alternates(p);
		html_lit(h, "<meta property=\"og:site_name\" content=\"");
		html_text(h, view_portal_title(v));
		html_lit(h, "\"><meta property=\"og:title\" content=\"");
		html_text(h, p->title.n ? p->title : view_portal_title(v));
		html_lit(h, "\">");
		put_previews(p);
	}
	html_lit(h, "</head>");
}

static void put_banner(struct view_page *p)
{
	const struct visit *v = p->visit;
	/* CON-1: what is asked is asked on pages of the front, and on none that is an answer to something gone wrong. */
	if (p->error || p->no_banner || v->foreign_frame || !v->registry || !v->consent.banner_due)
		return;
	view_put_banner(&p->h, v, view_back(v));
}

static void put_header(struct view_page *p)
{
	struct html *h = &p->h;
	view_put_either(h, p->visit->session != NULL, STR("<body class=\"signed-in\">"), STR("<body>"));
	html_lit(h, "<a class=\"skip\" href=\"#main\">");
	html_say(h, N_("Skip to the content"));
	html_lit(h, "</a>");
	put_banner(p);
	view_put_header(p);
	html_lit(h, "<main id=\"main\" tabindex=\"-1\">");
	const struct str *said = httpd_query_or_null(p->visit->request, STR("cookies"));
	if (said && !p->error)
		view_put_said(h, p->visit, *said);
}

void view_open(struct view_page *p)
{
	p->h = (struct html){ .out = BUF_INIT(VIEW_PAGE_BYTES), .lang = p->visit->lang, .visit = p->visit };
	view_put_head(p);
	put_header(p);
}

/* Pages that belong to one person. */
static bool put_privacy(const struct view_page *p, struct err *e)
{
	struct httpd_reply *reply = p->visit->reply;
	httpd_reply_cache_control(reply, STR("private, no-store"));
	return httpd_reply_header(reply, STR("Referrer-Policy"), p->secret_address ? STR("no-referrer") : STR("same-origin"), e) &&
	       httpd_reply_header(reply, STR("Cross-Origin-Resource-Policy"), STR("same-origin"), e) &&
	       httpd_reply_header(reply, STR("X-Robots-Tag"), STR("noindex"), e);
}

/* The policy of a front page: the base, and what is granted and used on it (EMB-6). */
static bool put_policy(struct view_page *p, struct err *e)
{
	struct visit *v = p->visit;
	if (p->framed)
		return view_put_frame_policy(p, e);
	if (!v->registry) {
		view_security(v->reply, str_starts(v->origin, STR("http://")));
		return true;
	}
	auto_buf b = BUF_INIT(POLICY_BYTES);
	struct str policy;
	registry_put_csp(&b, v->registry, p->used, p->end ? 0 : p->nused, false, STR(""));
	if (!buf_end(&b, &policy, e))
		return false;
	httpd_reply_csp(v->reply, policy);
	auto_buf reporting = BUF_INIT(POLICY_BYTES);
	registry_put_reporting(&reporting, v->registry);
	if (!httpd_reply_header(v->reply, STR("Reporting-Endpoints"), buf_str(&reporting), e))
		return false;
	if (v->registry->needs_consent && !p->end) {
		httpd_reply_vary(v->reply, HTTPD_VARY_SIGNALS);
		if (v->consent.signal && v->navigation)
			consent_count(v->at.site->consent, v->at.tenant->id, STR("signal"), v->lang_code, v->registry->version, clock_now());
	}
	return true;
}

bool view_close(struct view_page *p, struct err *e)
{
	struct visit *v = p->visit;
	if (p->end)
		p->end(p);
	else if (p->framed)
		view_put_frame_end(p);
	else
		view_put_footer(p);
	struct str whole;
	if (!buf_end(&p->h.out, &whole, e)) {
		buf_done(&p->h.out);
		return false;
	}
	httpd_reply_type(v->reply, STR("text/html; charset=utf-8"));
	if (!httpd_reply_header(v->reply, STR("Content-Language"), v->lang->code, e) || (p->end && !put_privacy(p, e)) || !put_policy(p, e)) {
		buf_done(&p->h.out);
		return false;
	}
	if (v->staged && (!httpd_reply_header(v->reply, STR("X-Robots-Tag"), STR("noindex"), e))) {
		buf_done(&p->h.out);
		return false;
	}
	if (p->once_used || v->staged || httpd_query_or_null(v->request, STR("cookies"))) {
		httpd_reply_cache_control(v->reply, STR("no-store"));
		httpd_reply_cacheable(v->reply, 0);
	}
	httpd_reply_take(v->reply, &p->h.out);
	return true;
}

void view_drop(struct view_page *p)
{
	buf_done(&p->h.out);
}

void view_bare_error(struct html *h, int status, const char *heading, const char *sentence)
{
	html_lit(h, "<!DOCTYPE html>\n<html");
	put_language(h, h->lang);
	html_lit(h, "><head><meta charset=\"utf-8\"><title>");
	html_int(h, status);
	html_lit(h, " — ");
	html_say(h, heading);
	html_lit(h, "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" "
	            "content=\"light dark\"><meta name=\"robots\" content=\"noindex\"><link rel=\"stylesheet\" href=\"");
	html_url(h, asset_url(STR("style.css")));
	html_lit(h, "\"></head><body><main class=\"lost\"><p class=\"status\">");
	html_int(h, status);
	html_lit(h, "</p><h1>");
	html_say(h, heading);
	html_lit(h, "</h1><p>");
	html_say(h, sentence);
	html_lit(h, "</p></main></body></html>\n");
}
