/* What happened and what was found: versions of the policy, reports of browsers with the way to declare, results of crawls, and
 * the addresses that take forms without a token (CSR-13). */
#include "back/privacy.h"

enum { REPORT_DAYS = 30, REPORTS_SHOWN = 200, CRAWLS_SHOWN = 50 };

static void open_page(struct view_page *page, const char *path, const char *sentence, const struct httpd_request *r)
{
	view_office_open(page, VIEW_OFFICE_PRIVACY);
	html_heading_open(&page->h, page->title, sentence);
	html_heading_close(&page->h);
	back_privacy_tabs(&page->h, path);
	back_said(page, r);
}

/* --- history ------------------------------------------------------------------------------------------------------------- */

static void put_version(struct html *h, struct html_table *t, struct visit *v, const struct registry_version *x)
{
	html_row_open(h, t);
	html_cell_open(h, t);
	html_lit(h, "<a href=\"/terms/cookies-policy/v/");
	html_int(h, x->version);
	html_lit(h, "/\">");
	html_count(h, x->version);
	html_lit(h, "</a> ");
	if (x->in_force)
		html_badge(h, HTML_SUCCESS, N_("In force"));
	else if (x->replaced)
		html_badge(h, HTML_NEUTRAL, N_("Never in force"));
	else if (x->effective.us > clock_now().us)
		html_badge(h, HTML_INFO, N_("Waiting"));
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_date(h, x->effective.us, v->zone, true);
	html_cell_close(h, t);
	html_cell_text(h, t, str_eq(x->role, STR("system")) && str_eq(x->note, STR("settings changed")) ? i18n_text(v->lang, N_("Settings changed")) : x->note);
	html_cell_text(h, t, str_eq(x->role, STR("system")) ? i18n_text(v->lang, N_("The system")) : str_eq(x->role, STR("administrator")) ? i18n_text(v->lang, N_("An administrator")) : i18n_text(v->lang, N_("An editor")));
	html_cell_open(h, t);
	if (x->material)
		html_badge(h, HTML_WARNING, N_("Asked again"));
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (x->version > 1) {
		html_lit(h, "<a href=\"/terms/cookies-policy/diff/");
		html_int(h, x->version - 1);
		html_lit(h, "..");
		html_int(h, x->version);
		html_lit(h, "/\">");
		html_say(h, N_("Differences"));
		html_lit(h, "</a>");
	}
	html_cell_close(h, t);
	html_row_close(h, t);
}

static bool run_history(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Version"), .main = true }, { .title = N_("In force from") }, { .title = N_("Note") }, { .title = N_("By") },
		{ .title = N_("Consequence") }, { .title = N_("Differences"), .hide_title = true } };
	struct html_table t = { .caption = N_("Versions of the cookie policy"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	auto_visit v = { 0 };
	struct registry_version *list;
	size_t n;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	if (!registry_versions(v.at.site->registries, v.at.tenant->id, v.arena, &list, &n, e))
		return false;
	auto_page page = back_page(&v, N_("History of the policy"), "/backoffice/privacy/history/");
	open_page(&page, "/backoffice/privacy/history/", N_("Versions are never changed or deleted."), r);
	html_table_open(&page.h, &t);
	for (size_t i = n; i > 0; i--)
		put_version(&page.h, &t, &v, &list[i - 1]);
	html_table_close(&page.h, &t);
	return view_close(&page, e);
}

const struct httpd_route back_privacy_history = { .method = HTTPD_GET, .pattern = "/backoffice/privacy/history/", .run = run_history };

/* --- reports of browsers ----------------------------------------------------------------------------------------------------- */

static struct str host_of(struct str origin)
{
	ptrdiff_t at = str_find(origin, STR("://"));
	struct str host = at < 0 ? STR("") : str_from(origin, (size_t)at + 3);
	ptrdiff_t colon = str_rfind_char(host, ':');
	return colon > 0 ? str_sub(host, 0, (size_t)colon) : host;
}

static void put_way(struct html *h, struct visit *v, const struct registry_report *x)
{
	const struct registry_known *k = registry_known_of_host(host_of(x->origin));
	struct buf url = BUF_INIT(2000);
	buf_lit(&url, "/backoffice/privacy/services/");
	if (!k && str_starts(x->origin, STR("https://"))) {
		buf_lit(&url, "?origin=");
		text_put_url(&url, x->origin);
	}
	if (k || str_starts(x->origin, STR("https://"))) {
		html_lit(h, "<a href=\"");
		html_url(h, buf_str(&url));
		if (k)
			html_lit(h, "#known\">");
		else
			html_lit(h, "#new\">");
		if (k)
			html_say_with(h, N_("Declare {0}"), HTML_ARG_TEXT(str_of(k->name)));
		else
			html_say(h, N_("Declare a service"));
		html_lit(h, "</a> ");
	}
	buf_done(&url);
	html_form_open(h, &(struct html_form){ .visit = v, .plain = true });
	html_hidden(h, "forget", x->origin);
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Forget"), .about = x->origin, .small = true });
	html_form_close(h);
}

static bool run_csp(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Blocked"), .main = true }, { .title = N_("As") }, { .title = N_("On the page") }, { .title = N_("Times"), .number = true },
		{ .title = N_("Last day") }, { .title = N_("Actions"), .hide_title = true } };
	struct html_table t = { .caption = N_("Reports of browsers"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	auto_visit v = { 0 };
	struct visitor_form form;
	struct registry_report *list;
	size_t n;
	bool posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	struct registries *rs = v.at.site->registries;
	if (posted)
		return back_form(&v, &form, e) && registry_reports_forget(rs, v.at.tenant->id, visitor_field(&form, STR("forget")), e) &&
		       back_done(&v, STR("/backoffice/privacy/csp/"), "removed", e);
	if (!registry_reports(rs, v.at.tenant->id, REPORT_DAYS, REPORTS_SHOWN, v.arena, &list, &n, e))
		return false;
	auto_page page = back_page(&v, N_("Reports of browsers"), "/backoffice/privacy/csp/");
	struct html *h = &page.h;
	open_page(&page, "/backoffice/privacy/csp/", N_("What pages tried to load from sites that are not declared, and browsers stopped, in the last 30 days. Nothing is kept of who sent a report."), r);
	if (!n)
		html_empty(h, N_("No reports"), N_("No browser has stopped anything."), NULL);
	else
		html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<code dir=\"ltr\" translate=\"no\">");
		html_text(h, list[i].origin);
		html_lit(h, "</code>");
		html_cell_close(h, &t);
		html_cell_text(h, &t, list[i].directive);
		html_cell_text(h, &t, list[i].path);
		html_cell_count(h, &t, list[i].n);
		html_cell_open(h, &t);
		html_date(h, list[i].last_day * INT64_C(86400000000), clock_utc(), false);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		put_way(h, &v, &list[i]);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	if (n)
		html_table_close(h, &t);
	return view_close(&page, e);
}

BACK_PAGE(privacy_csp, "/backoffice/privacy/csp/", run_csp);

/* --- crawls -------------------------------------------------------------------------------------------------------------------- */

static void put_crawl(struct html *h, struct html_table *t, struct visit *v, const struct registry_attestation *x, struct str now_hash)
{
	html_row_open(h, t);
	html_cell_open(h, t);
	html_date(h, x->at.us, v->zone, true);
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (!x->genuine)
		html_badge(h, HTML_BAD, N_("Altered after it was signed"));
	else if (x->passed)
		html_badge(h, HTML_SUCCESS, N_("Passed"));
	else
		html_badge(h, HTML_BAD, N_("Failed"));
	html_cell_close(h, t);
	html_cell_count(h, t, x->pages);
	html_cell_text(h, t, str_eq(x->hash, now_hash) ? i18n_text(v->lang, N_("the one in force")) : i18n_text(v->lang, N_("an earlier one")));
	html_cell_open(h, t);
	html_lit(h, "<details><summary>");
	html_say(h, N_("Details"));
	html_lit(h, "</summary>");
	view_code(h, "json", text_cut(x->json, 20000));
	html_lit(h, "</details>");
	html_cell_close(h, t);
	html_row_close(h, t);
}

static bool run_crawl(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("When"), .main = true }, { .title = N_("Result") }, { .title = N_("Pages"), .number = true }, { .title = N_("Register") },
		{ .title = N_("Details"), .hide_title = true } };
	struct html_table t = { .caption = N_("Results of crawls"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	auto_visit v = { 0 };
	struct registry_attestation *list;
	const struct registry *g;
	size_t n;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	struct registries *rs = v.at.site->registries;
	if (!registry_attestations(rs, v.at.tenant, CRAWLS_SHOWN, v.arena, &list, &n, e) || !registry_hold(rs, v.at.tenant, &g, e))
		return false;
	struct str hash = arena_str(v.arena, g->hash);
	registry_release(rs, g);
	auto_page page = back_page(&v, N_("Results of crawls"), "/backoffice/privacy/crawl/");
	struct html *h = &page.h;
	open_page(&page, "/backoffice/privacy/crawl/", N_("Real browsers go through the portal in every state of consent and compare what they hold with the register. Results are signed."), r);
	if (!n) {
		html_empty(h, N_("No crawl yet"), N_("Run `stoa crawl` on the server."), NULL);
		return view_close(&page, e);
	}
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++)
		put_crawl(h, &t, &v, &list[i], hash);
	html_table_close(h, &t);
	return view_close(&page, e);
}

const struct httpd_route back_privacy_crawl = { .method = HTTPD_GET, .pattern = "/backoffice/privacy/crawl/", .run = run_crawl };

/* --- exemptions ------------------------------------------------------------------------------------------------------------------ */

static bool run_exemptions(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Address"), .main = true }, { .title = N_("Checked") }, { .title = N_("Why") } };
	struct html_table t = { .caption = N_("Forms without token"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	auto_visit v = { 0 };
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	auto_page page = back_page(&v, N_("Forms without token"), "/backoffice/privacy/exemptions/");
	struct html *h = &page.h;
	open_page(&page, "/backoffice/privacy/exemptions/", N_("Every other request that changes something needs a token of this portal. The list is part of the program."), r);
	html_table_open(h, &t);
	for (const struct visitor_exemption *x = visitor_exemptions; x->pattern; x++) {
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<code dir=\"ltr\" translate=\"no\">");
		html_text(h, str_of(x->method));
		html_lit(h, " ");
		html_text(h, str_of(x->pattern));
		html_lit(h, "</code>");
		html_cell_close(h, &t);
		html_cell_text(h, &t, i18n_text(v.lang, x->wholly ? N_("by its own rules") : N_("origin of the request")));
		html_cell_text(h, &t, i18n_text(v.lang, x->reason));
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
	return view_close(&page, e);
}

const struct httpd_route back_privacy_exemptions = { .method = HTTPD_GET, .pattern = "/backoffice/privacy/exemptions/", .run = run_exemptions };
