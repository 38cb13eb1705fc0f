/* The audience of the portal for its people: figures over a period, what is measured and for how long, and the end of it. */
#include "back/audience.h"
#include "back/settings.h"

/* --- parts --------------------------------------------------------------------------------------------------------------- */

void figures_tabs(struct html *h, const struct visit *v, enum figures_tab at)
{
	struct html_tab tabs[] = {
		[FIGURES_TAB_ALL] = { .url = STR("/backoffice/audience/"), .label = N_("Figures") },
		[FIGURES_TAB_DATASETS] = { .url = STR("/backoffice/audience/datasets/"), .label = N_("Datasets") },
		[FIGURES_TAB_API] = { .url = STR("/backoffice/audience/api/"), .label = N_("API") },
		[FIGURES_TAB_PEOPLE] = { .url = STR("/backoffice/audience/people/"), .label = N_("People") },
		[FIGURES_TAB_STORAGE] = { .url = STR("/backoffice/audience/storage/"), .label = N_("Storage") },
		[FIGURES_TAB_OFFICE] = { .url = STR("/backoffice/audience/office/"), .label = N_("Back office") },
		[FIGURES_TAB_QUALITY] = { .url = STR("/backoffice/monitoring/quality/"), .label = N_("Quality") },
		[FIGURES_TAB_ASSESSMENT] = { .url = STR("/backoffice/audience/self-assessment/"), .label = N_("Self-assessment") },
		[FIGURES_TAB_SETTINGS] = { .url = STR("/backoffice/audience/settings/"), .label = N_("Measurement settings") },
	};
	tabs[at].current = true;
	html_tabs(h, N_("Audience"), tabs, rights_may(&v->who, ACCOUNT_MAY_EDIT_DOMAIN) ? COUNT_OF(tabs) : COUNT_OF(tabs) - 1);
}

static struct str iso(struct arena *a, int64_t day)
{
	struct civil c;
	clock_civil_of_days((int32_t)day, &c);
	return arena_printf(a, "%04d-%02d-%02d", (int)c.year, c.month, c.day);
}

struct str figures_query(const struct figures *f)
{
	static const char *const words[] = { [PERIOD_DAY] = "24h", [PERIOD_WEEK] = "7d", [PERIOD_MONTH] = "30d", [PERIOD_YEAR] = "12m", [PERIOD_CUSTOM] = "custom" };
	if (f->period != PERIOD_CUSTOM) return arena_printf(f->arena, "?period=%s", words[f->period]);
	return arena_printf(f->arena, "?period=custom&from=%.*s&to=%.*s", STR_ARG(iso(f->arena, f->first_day)), STR_ARG(iso(f->arena, f->last_day)));
}

void figures_put_period(struct html *h, const struct figures *f, const char *path)
{
	static const struct { const char *word, *label; } words[] = { { "24h", N_("24 hours") }, { "7d", N_("7 days") }, { "30d", N_("30 days") }, { "12m", N_("12 months") } };
	struct html_tab tabs[COUNT_OF(words)];
	for (size_t i = 0; i < COUNT_OF(words); i++)
		tabs[i] = (struct html_tab){ .url = arena_printf(f->arena, "%s?period=%s", path, words[i].word), .label = words[i].label, .current = i == (size_t)f->period };
	html_lit(h, "<div class=\"audience-period\">");
	html_tabs(h, N_("Period"), tabs, COUNT_OF(tabs));
	html_form_open(h, &(struct html_form){ .action = str_of(path), .label = N_("Other days"), .inline_ = true });
	html_hidden(h, "period", STR("custom"));
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_DATE, .name = "from", .label = N_("From"), .value = iso(f->arena, f->first_day), .required = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_DATE, .name = "to", .label = N_("To"), .value = iso(f->arena, f->last_day), .required = true });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show") });
	html_form_close(h);
	html_lit(h, "</div>");
}

static void about(struct html *h, const char *message)
{
	html_lit(h, "<p class=\"audience-about\">");
	html_say(h, message);
	html_lit(h, "</p>");
}

static void put_about(struct html *h, const struct visit *v, const struct figures *f)
{
	struct audience_state st;
	audience_state(v->at.site->audience, &st);
	if (!f->one_day && !f->span.hours)
		about(h, N_("The sum of daily visitors counts somebody who comes on three days three times: nobody is recognised from one day to the next."));
	if (f->span.hours) about(h, N_("Visitors are told by whole days only: choose a longer period to see them."));
	about(h, N_("When the server is started again, somebody who comes back on that day is counted twice. Visitors of the API, robots, signed-in administrators and everybody who objects are not in the figures."));
	if (!st.countries) about(h, N_("Countries are not told: no local database of countries is set up on this server."));
	if (!st.left_out) return;
	html_lit(h, "<p class=\"audience-about\">");
	html_say_plural(h, N2_("{0} answer could not be counted since the server was started.", "{0} answers could not be counted since the server was started."),
	                (int64_t)st.left_out);
	html_lit(h, "</p>");
}

static void put_removals(struct html *h, const struct visit *v, const struct audience_removal *list, size_t n)
{
	static const struct { const char *what, *message; } words[] = {
		{ "hourly", N_("Figures by hour, past their time") }, { "daily", N_("Figures by day, past their time") }, { "calls", N_("API calls, past their time") },
		{ "erased", N_("Everything, on request") } };
	static const struct html_column columns[] = { { .title = N_("When"), .main = true }, { .title = N_("What") }, { .title = N_("Rows"), .number = true } };
	if (!n) {
		about(h, N_("Nothing had to be removed yet."));
		return;
	}
	struct html_table t = { .caption = N_("What was removed"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_date(h, list[i].at.us, v->zone, true);
		html_cell_close(h, &t);
		struct str what = list[i].what;
		for (size_t k = 0; k < COUNT_OF(words); k++)
			if (str_eq(what, str_of(words[k].what))) what = i18n_text(v->lang, words[k].message);
		html_cell_text(h, &t, what);
		html_cell_count(h, &t, list[i].rows);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

/* --- figures ---------------------------------------------------------------------------------------------------------------- */

static bool run_figures(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct figures f;
	const char *complaint = NULL;
	if (!back_enter(app, r, p, VIEW_OFFICE_AUDIENCE, 0, &v, e)) return back_answered(p, e);
	bool good = figures_period(&v, &f, &complaint);
	if (!audience_flush(v.at.site->audience, e) || !figures_read(&v, &f, FIGURES_ROWS, false, e)) return false;
	auto_page page = back_page(&v, N_("Audience"), "/backoffice/audience/");
	view_office_open(&page, VIEW_OFFICE_AUDIENCE);
	struct html *h = &page.h;
	struct str query = figures_query(&f);
	html_heading_open(h, page.title, N_("How much this portal is read: sums only, nothing about anybody."));
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("CSV"), .icon = ICON_DOWNLOAD, .with_icon = true, .href = arena_join(v.arena, STR("/backoffice/audience/export.csv"), query) });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("JSON"), .icon = ICON_DOWNLOAD, .with_icon = true, .href = arena_join(v.arena, STR("/backoffice/audience/export.json"), query) });
	html_heading_close(h);
	figures_tabs(h, &v, FIGURES_TAB_ALL);
	back_said(&page, r);
	if (!audience_is_on(v.at.tenant)) html_notice(h, HTML_WARNING, N_("Measurement is switched off: nothing is counted. What is shown was counted before."));
	if (!good) {
		html_notice(h, HTML_BAD, complaint);
		httpd_reply_status(p, 422);
	}
	figures_put_period(h, &f, "/backoffice/audience/");
	figures_summary(h, &f, false);
	figures_chart(h, &f, false);
	figures_lists(h, &f);
	put_about(h, &v, &f);
	return view_close(&page, e);
}

/* --- settings ------------------------------------------------------------------------------------------------------------------ */

static const char *const setting_names[] = { "audience.retention_days", "audience.hourly_days", "audience.excluded_networks" };
static const char *const switch_names[] = { "audience.enabled", "audience.public_dashboard" };

static bool save(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct back_settings s = { .visit = v };
	for (size_t i = 0; i < COUNT_OF(setting_names); i++)
		back_setting_take(&s, f, str_of(setting_names[i]));
	for (size_t i = 0; i < COUNT_OF(switch_names); i++)
		back_setting_put(&s, str_of(switch_names[i]), visitor_field_on(f, str_of(switch_names[i])) ? STR("on") : STR("off"));
	return back_settings_save(&s, STR("/backoffice/audience/settings/"), errors, e);
}

static void put_settings(struct html *h, const struct tenant *t)
{
	html_check(h, &(struct html_check){ .name = "audience.enabled", .label = N_("Measure the audience"), .as_switch = true, .on = audience_is_on(t),
		.hint = N_("Without cookies and identifiers. The cookie policy says so; switching it off makes a new version of it and stops counting at once.") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "audience.retention_days", .label = N_("Keep figures by day for"), .unit = N_("days"),
		.value = tenant_setting(t, "audience.retention_days"), .min = STR("30"), .max = STR("760"), .required = true, .narrow = true, .hint = N_("30 to 760, which is 25 months.") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "audience.hourly_days", .label = N_("Keep figures by hour for"), .unit = N_("days"),
		.value = tenant_setting(t, "audience.hourly_days"), .min = STR("1"), .max = STR("90"), .required = true, .narrow = true, .hint = N_("1 to 90.") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "audience.excluded_networks", .label = N_("Networks that are not counted"), .code = true, .rows = 2,
		.value = tenant_setting(t, "audience.excluded_networks"), .hint = N_("Such as your own offices: addresses or blocks like 192.0.2.0/24, with commas between.") });
	html_check(h, &(struct html_check){ .name = "audience.public_dashboard", .label = N_("Show the figures to everybody"), .as_switch = true,
		.on = tenant_setting_on(t, "audience.public_dashboard"),
		.hint = N_("At /audience/: only days that are over; numbers below five are not told, sums are rounded to five.") });
}

static bool run_settings(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct audience_removal *removals;
	size_t n;
	bool posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, VIEW_OFFICE_AUDIENCE, 0, &v, e)) return back_answered(p, e);
	if (!rights_may(&v.who, ACCOUNT_MAY_EDIT_DOMAIN)) return err_set(e, ERR_FORBIDDEN, "This account has no permission for this part of the back office.");
	if (posted) {
		if (back_form_kept(&v, &form, &errors, e) && save(&v, &form, &errors, e)) return true;
		if (!errors.n) return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	if (!audience_removals(v.at.site->audience, v.at.tenant->id, 20, v.arena, &removals, &n, e)) return false;
	auto_page page = back_page(&v, N_("Measurement settings"), "/backoffice/audience/settings/");
	view_office_open(&page, VIEW_OFFICE_AUDIENCE);
	struct html *h = &page.h;
	html_heading_open(h, page.title, NULL);
	html_heading_close(h);
	figures_tabs(h, &v, FIGURES_TAB_SETTINGS);
	back_said(&page, r);
	back_put_stale(&page, &errors);
	html_panel_open(h, NULL, NULL, NULL);
	html_form_open(h, &(struct html_form){ .visit = &v, .action = STR("/backoffice/audience/settings/"), .posted = posted ? &form : NULL, .errors = &errors });
	put_settings(h, v.at.tenant);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
	html_panel_open(h, "removed", N_("What was removed"), N_("Figures past their time are removed once a day."));
	put_removals(h, &v, removals, n);
	html_panel_close(h);
	html_panel_open(h, "erase", N_("Past figures"), N_("Everything counted so far can be removed, for instance after switching measurement off."));
	html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Remove past figures…"), .href = STR("/backoffice/audience/erase/") });
	html_panel_close(h);
	return view_close(&page, e);
}

static bool run_erase(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	if (!back_enter(app, r, p, VIEW_OFFICE_AUDIENCE, BACK_FRESH, &v, e)) return back_answered(p, e);
	if (!rights_may(&v.who, ACCOUNT_MAY_EDIT_DOMAIN)) return err_set(e, ERR_FORBIDDEN, "This account has no permission for this part of the back office.");
	if (r->method == HTTPD_POST) {
		if (!back_form(&v, &form, e) || !audience_erase(v.at.site->audience, v.at.tenant->id, e)) return false;
		visitor_note(&v, EVENT_SETTINGS_CHANGED, STR("erased"), STR("audience"));
		return back_done(&v, STR("/backoffice/audience/settings/"), "removed", e);
	}
	auto_page page = back_page(&v, N_("Remove past figures"), "/backoffice/audience/erase/");
	view_office_open(&page, VIEW_OFFICE_AUDIENCE);
	html_heading_open(&page.h, page.title, NULL);
	html_heading_close(&page.h);
	html_confirm(&page.h, &(struct html_confirm){ .visit = &v, .action = STR("/backoffice/audience/erase/"), .back = STR("/backoffice/audience/settings/"),
		.sentence = i18n_text(v.lang, N_("All figures of the audience and of the use of the API are removed for good. This cannot be undone.")), .button = N_("Remove") });
	return view_close(&page, e);
}

const struct httpd_route back_audience = { .method = HTTPD_GET, .pattern = "/backoffice/audience/", .run = run_figures };
BACK_PAGE(audience_settings, "/backoffice/audience/settings/", run_settings);
BACK_PAGE(audience_erase, "/backoffice/audience/erase/", run_erase);
