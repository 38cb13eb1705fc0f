/* The cookie policy. Every fact on it comes from the registry of the portal, the same that the cookie
 * writer and the JSON read; every sentence is a message of its own, so that facts and languages stay in
 * step. */
#include "front/inside.h"

enum { DAY = 86400, MONTHS_FROM = 365 };

struct policy {
	struct visit visit;
	struct view_page page;
	const struct registry *registry;
	size_t lang;              /* of its texts */
	bool with_address;
};

static void heading(struct html *h, const char *id, const char *message)
{
	html_lit(h, "<h2 id=\"");
	html_text(h, str_of(id));
	html_lit(h, "\">");
	html_say(h, message);
	html_lit(h, "</h2>");
}

static void paragraph(struct html *h, const char *message)
{
	html_lit(h, "<p>");
	html_say(h, message);
	html_lit(h, "</p>");
}

/* A language's name in the reader's language. */
static struct str name_of(const struct i18n_lang *reader, struct str code)
{
	static const struct { const char *code, *name; } names[] = {
		{ "en", N_("English") }, { "fr", N_("French") }, { "de", N_("German") }, { "es", N_("Spanish") },
		{ "it", N_("Italian") }, { "nl", N_("Dutch") }, { "pt", N_("Portuguese") }, { "ca", N_("Catalan") },
		{ "eu", N_("Basque") }, { "sv", N_("Swedish") }, { "ar", N_("Arabic") },
	};
	const struct i18n_lang *l = i18n_lang_or_null(code);
	for (size_t i = 0; l && i < COUNT_OF(names); i++)
		if (str_eq(l->code, str_of(names[i].code)))
			return i18n_text(reader, names[i].name);
	return code;
}

/* The notices above the heading: translation, and a language that is not offered. */
static void put_notices(struct policy *p)
{
	struct html *h = &p->page.h;
	const struct visit *v = &p->visit;
	struct str authority = tenant_setting(v->at.tenant, "policy.authoritative");
	if (v->lang_wanted.n) {
		html_lit(h, "<p class=\"notice\">");
		html_say_with(h, N_("This page is not available in the language asked for. You are reading it in {0}."),
		              HTML_ARG_TEXT(name_of(v->lang, v->lang->code)));
		html_lit(h, "</p>");
	}
	if (!authority.n || str_eq(authority, v->lang_code))
		return;
	html_lit(h, "<p class=\"notice\">");
	html_say_with(h, N_("Translated to {0}."), HTML_ARG_TEXT(name_of(v->lang, v->lang->code)));
	html_lit(h, " ");
	html_say_with(h, N_("The authoritative text is {0}the one in {1}{2}."),
	              HTML_ARG_OPEN(arena_printf(v->arena, "/terms/cookies-policy/?flg=%.*s", STR_ARG(authority))),
	              HTML_ARG_TEXT(name_of(v->lang, authority)), HTML_ARG_CLOSE);
	html_lit(h, "</p>");
}

static void put_explanations(struct policy *p)
{
	static const struct { const char *name, *about; } kinds[] = {
		{ N_("Necessary cookies"),
		  N_("They come from the site itself and are kept between visits, so that it can keep you signed in, hold a basket or respect your preferences. They need no consent, because the site could not do what you ask of it without them.") },
		{ N_("Statistical cookies"),
		  N_("They follow what is done on a site in order to count and improve it. They need no consent only as long as they are strictly limited to anonymous audience statistics.") },
		{ N_("Internal cookies (first-party)"),
		  N_("They are set by the site you are visiting and may serve more than what is necessary for it to work. They need your consent.") },
		{ N_("Third-party cookies"),
		  N_("They are set by, or for, another site than the one you are visiting, and let that other site learn about your visit. They need your consent.") },
	};
	struct html *h = &p->page.h;
	heading(h, "cookie", N_("What is a cookie?"));
	paragraph(h, N_("A cookie is a small piece of data with a name, which a site may ask your browser to keep for some time and to send back on later visits. Sites use cookies to recognise people who sign in, to remember a basket or a preference, to make statistics, or to show advertisements."));
	paragraph(h, N_("What this page says of cookies also holds for similar techniques that store or read something on your device. This site uses none of them."));
	heading(h, "kinds", N_("Kinds of cookies"));
	html_lit(h, "<dl class=\"kinds\">");
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		html_lit(h, "<div><dt>");
		html_say(h, kinds[i].name);
		html_lit(h, "</dt><dd>");
		html_say(h, kinds[i].about);
		html_lit(h, "</dd></div>");
	}
	html_lit(h, "</dl>");
	if (p->with_address) {
		html_lit(h, "<p>");
		html_say_with(h, N_("The cookies that {0}{1}{2} uses are listed below, kind by kind."), HTML_ARG_OPEN(p->visit.origin),
		              HTML_ARG_TEXT(p->visit.origin), HTML_ARG_CLOSE);
		html_lit(h, "</p>");
	}
}

static void put_duration(struct html *h, const struct registry_item *item)
{
	int64_t s = item->life_s;
	if (s == 0) {
		html_say(h, N_("Until you close the browser"));
		return;
	}
	html_lit(h, "<data value=\"");
	html_int(h, s);
	html_lit(h, "\">");
	int64_t days = s / DAY;
	if (days >= MONTHS_FROM)
		html_say_plural(h, N2_("{0} month", "{0} months"), days * 12 / 365);
	else
		html_say_plural(h, N2_("{0} day", "{0} days"), days);
	html_lit(h, "</data>");
}

static void put_location(struct html *h, unsigned location)
{
	if (location == (REGISTRY_FRONT | REGISTRY_BACK))
		html_say(h, N_("(front and back office)"));
	else if (location == REGISTRY_FRONT)
		html_say(h, N_("(front office)"));
	else
		html_say(h, N_("(back office)"));
}

static void put_item(struct policy *p, const struct registry_item *item)
{
	struct html *h = &p->page.h;
	html_lit(h, "<tr><td>");
	html_text(h, item->provider.name);
	html_lit(h, "</td><td>");
	html_text(h, item->function.of[p->lang]);
	html_lit(h, " <span class=\"location\">");
	put_location(h, item->location);
	html_lit(h, "</span></td><th scope=\"row\"><code translate=\"no\" dir=\"ltr\">");
	html_text(h, item->name);
	html_lit(h, "</code></th><td>");
	html_text(h, item->purpose.of[p->lang]);
	html_lit(h, "</td><td>");
	put_duration(h, item);
	html_lit(h, "</td></tr><tr class=\"detail\"><td colspan=\"5\">");
	html_say(h, N_("Set:"));
	html_lit(h, " ");
	html_text(h, item->set_when.of[p->lang]);
	html_lit(h, " ");
	if (item->cookie == REGISTRY_SESSION) {
		html_say(h, N_("Renewed daily while you use it."));
		html_lit(h, " ");
	}
	html_say(h, N_("No other recipients, no transfer."));
	html_lit(h, " <code translate=\"no\" dir=\"ltr\">Path=/; SameSite=Lax");
	if (item->secure)
		html_lit(h, "; Secure");
	if (item->http_only)
		html_lit(h, "; HttpOnly");
	html_lit(h, "</code></td></tr>");
}

static void put_category(struct policy *p, enum registry_category category, const char *name)
{
	static const char *const headings[] = {
		N_("Service provider"), N_("Function and location"), N_("Cookie name(s)"), N_("Purposes"), N_("Duration"),
	};
	struct html *h = &p->page.h;
	size_t n = 0;
	html_lit(h, "<h3>");
	html_say(h, name);
	html_lit(h, "</h3>");
	for (size_t i = 0; i < p->registry->nitems; i++) {
		if (p->registry->items[i].category != category)
			continue;
		if (n++ == 0) {
			html_lit(h, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
			html_say(h, name);
			html_lit(h, "\"><table class=\"cookies\"><caption class=\"visually-hidden\">");
			html_say(h, name);
			html_lit(h, "</caption><thead><tr>");
			for (size_t k = 0; k < COUNT_OF(headings); k++) {
				html_lit(h, "<th scope=\"col\">");
				html_say(h, headings[k]);
				html_lit(h, "</th>");
			}
			html_lit(h, "</tr></thead><tbody>");
		}
		put_item(p, &p->registry->items[i]);
	}
	if (n)
		html_lit(h, "</tbody></table></div>");
	else
		paragraph(h, N_("None."));
}

static void put_cookies(struct policy *p)
{
	struct html *h = &p->page.h;
	html_lit(h, "<h2 id=\"cookies\">");
	if (p->with_address)
		html_say_with(h, N_("Cookies used on {0}"), HTML_ARG_TEXT(p->visit.origin));
	else
		html_say(h, N_("Cookies used on this site"));
	html_lit(h, "</h2>");
	static const char *const names[REGISTRY_CATEGORIES] = {
		[REGISTRY_NECESSARY] = N_("Necessary cookies"),
		[REGISTRY_STATISTICAL] = N_("Statistical cookies"),
		[REGISTRY_INTERNAL] = N_("Internal cookies (first-party)"),
		[REGISTRY_THIRD_PARTY] = N_("Third-party cookies"),
	};
	for (size_t i = 0; i < REGISTRY_CATEGORIES; i++)
		put_category(p, (enum registry_category)i, names[i]);
}

static void put_choices(struct policy *p)
{
	static const struct { const char *name, *url; } browsers[] = {
		{ "Firefox", "https://support.mozilla.org/kb/cookies-information-websites-store-on-your-computer" },
		{ "Chrome", "https://support.google.com/chrome/answer/95647" },
		{ "Safari", "https://support.apple.com/guide/safari/manage-cookies-sfri11471/mac" },
		{ "Edge", "https://support.microsoft.com/microsoft-edge/delete-cookies-in-microsoft-edge-63947406-40ac-c3b8-57b9-2a946a29ae09" },
	};
	struct html *h = &p->page.h;
	heading(h, "measurement", N_("Audience measurement"));
	if (p->registry->audience) {
		paragraph(h, N_("Where this site counts its audience, its own server does so while it answers: no cookie, nothing stored on or read from your device, no identifier, no other company involved. Only totals are kept, for example how often a page or a dataset was asked for."));
	} else {
		paragraph(h, N_("This site does not measure its audience."));
	}
	heading(h, "choices", N_("Your choices"));
	paragraph(h, N_("Nothing on this site needs your consent, so you are not asked for it. Reading, searching and downloading work without a single cookie; each cookie above is set only on the occasion given in the table."));
	paragraph(h, N_("You may refuse or delete these cookies in your browser at any time. What depends on them, such as staying signed in, then no longer works; everything else does."));
	heading(h, "browser", N_("Configuring your browser"));
	paragraph(h, N_("Every browser shows the cookies it keeps and lets you delete or refuse them, usually in its settings under privacy or security. These pages of their makers explain how:"));
	html_lit(h, "<ul class=\"plain\">");
	for (size_t i = 0; i < COUNT_OF(browsers); i++) {
		html_lit(h, "<li><a rel=\"noopener noreferrer\" href=\"");
		html_url(h, str_of(browsers[i].url));
		html_lit(h, "\">");
		html_text(h, str_of(browsers[i].name));
		html_lit(h, "</a></li>");
	}
	html_lit(h, "</ul>");
}

static void put_end(struct policy *p)
{
	struct html *h = &p->page.h;
	heading(h, "changes", N_("Changes to this policy"));
	html_lit(h, "<p>");
	html_say_with(h, N_("This page is generated from the register of cookies that the server obeys: a cookie that is not on it cannot be set. The {0}same register for machines{1} carries the fingerprint {2}."),
	              HTML_ARG_OPEN(STR("/.well-known/cookies.json")), HTML_ARG_CLOSE, HTML_ARG_CODE(p->registry->hash));
	html_lit(h, "</p>");
	heading(h, "contact", N_("Contact"));
	html_lit(h, "<p>");
	html_say_with(h, N_("This site is run by {0}."), HTML_ARG_STRONG(p->registry->controller));
	struct str contact = p->registry->contact;
	if (contact.n && str_find_char(contact, '@') > 0) {
		html_lit(h, " ");
		html_say_with(h, N_("Write to {0}{1}{2} with any question about this page."),
		              HTML_ARG_OPEN(arena_join(p->visit.arena, STR("mailto:"), contact)), HTML_ARG_TEXT(contact), HTML_ARG_CLOSE);
	}
	html_lit(h, "</p>");
}

static void put_since(struct policy *p)
{
	struct html *h = &p->page.h;
	html_lit(h, "<p class=\"since\">");
	html_say_with(h, N_("In force since {0}."), HTML_ARG_DATE(p->registry->effective.us, clock_utc()));
	html_lit(h, "</p>");
}

static void drop(struct policy *p)
{
	view_drop(&p->page);
	if (p->registry)
		registry_release(p->visit.at.site->registries, p->registry);
	visitor_leave(&p->visit);
}

static bool run(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	auto_with(drop) struct policy p = { .with_address = true };
	if (!visitor_enter_anyone(app, r, reply, &p.visit, e))
		return false;
	const struct tenant *t = p.visit.at.tenant;
	if (!registry_hold(p.visit.at.site->registries, t, &p.registry, e))
		return false;
	p.lang = registry_language(p.registry, p.visit.lang_code);
	p.with_address = tenant_setting_on(t, "policy.heading_address");
	p.page.visit = &p.visit;
	p.page.title = i18n_text(p.visit.lang, N_("Cookies policy"));
	p.page.path = STR("/terms/cookies-policy/");
	p.page.place = VIEW_POLICY;
	p.page.json_alternate = STR("/.well-known/cookies.json");
	view_open(&p.page);
	struct html *h = &p.page.h;
	html_lit(h, "<article class=\"wide legal\">");
	put_notices(&p);
	html_lit(h, "<h1>");
	html_text(h, p.page.title);
	html_lit(h, "</h1>");
	put_since(&p);
	html_lit(h, "<p class=\"lead\">");
	if (p.registry->audience)
		html_say(h, N_("This site uses cookies so that it works properly and for web analytics."));
	else
		html_say(h, N_("This site uses cookies so that it works properly."));
	html_lit(h, "</p>");
	put_explanations(&p);
	put_cookies(&p);
	put_choices(&p);
	put_end(&p);
	html_lit(h, "</article>");
	visitor_cache_page(&p.visit, FRONT_CACHE_S);
	return view_close(&p.page, e);
}

static bool run_old(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	(void)app;
	struct str query = r->raw_query.n ? arena_join(r->arena, STR("?"), r->raw_query) : STR("");
	return httpd_reply_redirect(reply, 301, arena_join(r->arena, STR("/terms/cookies-policy/"), query), e);
}

const struct httpd_route front_policy = { .method = HTTPD_GET, .pattern = "/terms/cookies-policy/", .run = run };
const struct httpd_route front_policy_old = { .method = HTTPD_GET, .pattern = "/terms/cookies-information", .run = run_old };
