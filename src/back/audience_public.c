/* The figures for everybody, where a portal wishes it: days that are over, nothing that fewer than five stand behind, sums to the
 * next five (ANA-16). */
#include "back/audience.h"

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct figures f;
	const char *complaint = NULL;
	if (!visitor_enter(app, r, p, &v, e)) return false;
	if (!tenant_setting_on(v.at.tenant, "audience.public_dashboard")) return err_set(e, ERR_NOT_FOUND, "There is nothing at this address.");
	if (!figures_period(&v, &f, &complaint) || f.period == PERIOD_DAY || f.period == PERIOD_CUSTOM) {
		f.period = PERIOD_WEEK;
		f.last_day = audience_hour(v.at.tenant, clock_now()) / 24;
		f.first_day = f.last_day - 6;
	}
	/* The day that goes on is left out: looked at twice, it would tell of the time between. */
	f.first_day--;
	f.last_day--;
	f.one_day = false;
	f.span = (struct audience_span){ .from = f.first_day, .to = f.last_day };
	if (!figures_read(&v, &f, FIGURES_ROWS, true, e)) return false;
	figures_for_public(&f);
	auto_page page = { .visit = &v, .title = i18n_text(v.lang, N_("Audience")), .path = STR("/audience/"), .noindex = true };
	struct html_tab tabs[] = { { .url = STR("/audience/?period=7d"), .label = N_("7 days"), .current = f.period == PERIOD_WEEK },
		{ .url = STR("/audience/?period=30d"), .label = N_("30 days"), .current = f.period == PERIOD_MONTH },
		{ .url = STR("/audience/?period=12m"), .label = N_("12 months"), .current = f.period == PERIOD_YEAR } };
	view_open(&page);
	struct html *h = &page.h;
	html_lit(h, "<div class=\"audience-page\"><h1>");
	html_text(h, page.title);
	html_lit(h, "</h1><p class=\"audience-about\">");
	html_say(h, N_("How much this portal is read: sums only, nothing about anybody."));
	html_lit(h, " ");
	html_say(h, N_("Days that are over; numbers below five are not told, sums are rounded to five."));
	html_lit(h, "</p><div class=\"audience-period\">");
	html_tabs(h, N_("Period"), tabs, COUNT_OF(tabs));
	html_lit(h, "</div>");
	figures_summary(h, &f, true);
	figures_chart(h, &f, true);
	figures_lists(h, &f);
	html_lit(h, "<p class=\"audience-about\">");
	html_say(h, N_("The sum of daily visitors counts somebody who comes on three days three times: nobody is recognised from one day to the next."));
	html_lit(h, "</p></div>");
	visitor_cache_page(&v, 60);
	return view_close(&page, e);
}

const struct httpd_route back_audience_public = { .method = HTTPD_GET, .pattern = "/audience/", .run = run };
