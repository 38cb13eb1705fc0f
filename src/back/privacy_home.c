/* The first page of cookies and privacy: what is declared, what is in force, what waits, what was proved, what browsers said; and
 * the tabs above all pages of this part. */
#include "back/privacy.h"

enum { REPORT_DAYS = 30, REPORTS_SHOWN = 200 };

void back_privacy_tabs(struct html *h, const char *path)
{
	static const struct { const char *path, *label; } rows[] = {
#define TAB(path_, label_) { path_, label_ },
#include "back/privacy_tabs.def"
#undef TAB
	};
	struct html_tab tabs[COUNT_OF(rows)];
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		tabs[i] = (struct html_tab){ .url = str_of(rows[i].path), .label = rows[i].label, .current = strcmp(rows[i].path, path) == 0 };
	html_tabs(h, N_("Cookies and privacy"), tabs, COUNT_OF(tabs));
}

static void put_policy(struct html *h, struct visit *v, const struct registry *g, const struct registry_version *versions, size_t n)
{
	html_panel_open(h, "policy", N_("The cookie policy"), NULL);
	html_facts_open(h);
	html_fact_open(h, N_("In force"));
	html_say_with(h, N_("Version {0}, since {1}"), HTML_ARG_COUNT(g->version), HTML_ARG_DATE(g->effective.us, v->zone));
	html_fact_close(h);
	for (size_t i = 0; i < n; i++) {
		if (versions[i].in_force || versions[i].replaced || versions[i].effective.us <= clock_now().us)
			continue;
		html_fact_open(h, N_("Waiting"));
		html_say_with(h, N_("Version {0}, from {1} on"), HTML_ARG_COUNT(versions[i].version), HTML_ARG_DATE(versions[i].effective.us, v->zone));
		html_fact_close(h);
	}
	html_fact(h, N_("Controller"), g->controller);
	if (g->contact.n)
		html_fact(h, N_("Contact"), g->contact);
	html_fact(h, N_("Data protection contact"), g->protection_contact.n ? g->protection_contact : i18n_text(v->lang, N_("not given")));
	html_fact_open(h, N_("Fingerprint"));
	html_lit(h, "<code class=\"office-hash\" dir=\"ltr\" translate=\"no\">");
	html_text(h, g->hash);
	html_lit(h, "</code>");
	html_fact_close(h);
	html_facts_close(h);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Read the policy"), .href = STR("/terms/cookies-policy/") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Registry for machines"), .href = STR("/.well-known/cookies.json") });
	html_buttons_close(h);
	html_panel_close(h);
}

static void put_declared(struct html *h, const struct registry *g)
{
	int64_t asked = 0;
	int64_t platform = 0;
	for (size_t i = 0; i < g->nservices; i++)
		asked += g->services[i].basis == REGISTRY_BASIS_CONSENT;
	for (size_t i = 0; i < g->nitems; i++)
		platform += g->items[i].cookie != REGISTRY_COOKIES;
	html_panel_open(h, "declared", N_("What is declared"), NULL);
	html_facts_open(h);
	html_fact_open(h, N_("Cookies of the platform"));
	html_count(h, platform);
	html_fact_close(h);
	html_fact_open(h, N_("Services of others"));
	html_count(h, (int64_t)g->nservices);
	html_fact_close(h);
	html_fact_open(h, N_("Of these, with consent"));
	html_count(h, asked);
	html_fact_close(h);
	html_fact_open(h, N_("Banner"));
	html_say(h, asked ? N_("shown until a visitor answers") : N_("never shown: there is nothing to ask"));
	html_fact_close(h);
	html_fact_open(h, N_("Audience measurement"));
	html_say(h, g->audience ? N_("on, without cookies or identifiers") : N_("off"));
	html_fact_close(h);
	html_fact_open(h, N_("Names of cookies"));
	html_say(h, g->prefix_mode ? N_("with the prefix __Host-") : N_("as published"));
	html_fact_close(h);
	html_facts_close(h);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Add a service"), .href = STR("/backoffice/privacy/services/") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Texts and contacts"), .href = STR("/backoffice/privacy/registry/") });
	html_buttons_close(h);
	html_panel_close(h);
}

static void put_proof(struct html *h, struct visit *v, const struct registry *g, size_t n)
{
	html_panel_open(h, "proof", N_("Proof"), NULL);
	if (!g->verification.last.us)
		html_notice(h, HTML_NEUTRAL, N_("No browser has gone through this portal yet to compare its jar with this register: run `stoa crawl`."));
	else if (g->verification.last_passed)
		html_notice(h, HTML_SUCCESS, N_("The last crawl found exactly what is declared."));
	else
		html_notice(h, HTML_BAD, N_("The last crawl found a difference: the policy does not claim to be verified since."));
	html_facts_open(h);
	if (g->verification.passed.us) {
		html_fact_open(h, N_("Last verified"));
		html_date(h, g->verification.passed.us, v->zone, true);
		html_fact_close(h);
	}
	html_fact_open(h, N_("Undeclared third parties that browsers stopped"));
	html_count(h, (int64_t)n);
	html_fact_close(h);
	html_facts_close(h);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Results of crawls"), .href = STR("/backoffice/privacy/crawl/") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Reports of browsers"), .href = STR("/backoffice/privacy/csp/") });
	html_buttons_close(h);
	html_panel_close(h);
}

static void put_warnings(struct html *h, const struct registry *g)
{
	struct str parent = registry_registrable(g->host);
	if (parent.n && !str_eq(parent, g->host) && !g->prefix_mode && !g->development)
		html_notice(h, HTML_INFO, N_("This portal shares its registered domain with other sites, which could set cookies for it. Give it a domain of its own, or switch cookie names to the prefix __Host- (setting cookie_prefix)."));
}

static void put_records(struct html *h)
{
	html_panel_open(h, "records", N_("Record of processing"), N_("One entry for each service and for what the platform does itself (GDPR, article 30)."));
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("As a table (CSV)"), .href = STR("/backoffice/privacy/art30.csv") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("As JSON"), .href = STR("/backoffice/privacy/art30.json") });
	html_buttons_close(h);
	html_panel_close(h);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_privacy d = { 0 };
	struct registry_version *versions;
	struct registry_report *reports;
	size_t nversions;
	size_t nreports;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	struct registries *rs = v.at.site->registries;
	if (!privacy_draft_open(&v, &d, e) || !registry_versions(rs, v.at.tenant->id, v.arena, &versions, &nversions, e) ||
	    !registry_reports(rs, v.at.tenant->id, REPORT_DAYS, REPORTS_SHOWN, v.arena, &reports, &nreports, e))
		return false;
	auto_page page = back_page(&v, N_("Cookies and privacy"), "/backoffice/privacy/");
	view_office_open(&page, VIEW_OFFICE_PRIVACY);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("One register says everything that may be stored on a visitor's device. The policy, the banner, the limits for browsers and the server itself follow it."));
	html_heading_close(h);
	back_privacy_tabs(h, "/backoffice/privacy/");
	back_said(&page, r);
	privacy_draft_notice(h, &d);
	put_warnings(h, d.now);
	put_declared(h, d.now);
	put_policy(h, &v, d.now, versions, nversions);
	put_proof(h, &v, d.now, nreports);
	put_records(h);
	return view_close(&page, e);
}

const struct httpd_route back_privacy_home = { .method = HTTPD_GET, .pattern = "/backoffice/privacy/", .run = run };

/* --- art. 30 ------------------------------------------------------------------------------------------------------------ */

static bool run_art30(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	const struct registry *g;
	bool csv = r->route_or_null && r->route_or_null->extra != NULL;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	if (!registry_hold(v.at.site->registries, v.at.tenant, &g, e))
		return false;
	auto_buf b = BUF_INIT(8 << 20);
	if (csv)
		registry_put_art30_csv(&b, g, v.at.tenant, v.lang_code);
	else
		registry_put_art30_json(&b, g, v.at.tenant, v.lang_code);
	struct str name = arena_printf(v.arena, "attachment; filename=\"processing-%.*s-v%lld.%s\"", STR_ARG(g->host), (long long)g->version, csv ? "csv" : "json");
	registry_release(v.at.site->registries, g);
	httpd_reply_type(p, csv ? STR("text/csv; charset=utf-8") : STR("application/json"));
	visitor_private(&v);
	if (csv && !httpd_reply_header(p, STR("Content-Disposition"), name, e))
		return false;
	httpd_reply_take(p, &b);
	return true;
}

const struct httpd_route back_privacy_art30_json = { .method = HTTPD_GET, .pattern = "/backoffice/privacy/art30.json", .run = run_art30 };
const struct httpd_route back_privacy_art30_csv = { .method = HTTPD_GET, .pattern = "/backoffice/privacy/art30.csv", .run = run_art30, .extra = "csv" };
