/* The measurement held against the criteria under which it needs no consent (ANA-18): each with how it is met here, looked up in
 * the settings in force whenever the page is read. A statement of the operator about itself, not a certificate. */
#include "back/audience.h"
#include <assert.h>

struct facts { const struct visit *v; struct audience_state state; int64_t days, hourly, first_day, today; bool informed; };

static bool always(const struct facts *f)
{
	(void)f;
	return true;
}
static bool locked(const struct facts *f) { return f->state.locked || !f->state.running; }
static bool informed(const struct facts *f) { return f->informed; }
static bool kept_short(const struct facts *f) { return f->days >= AUDIENCE_DAYS_LEAST && f->days <= AUDIENCE_DAYS && f->hourly <= AUDIENCE_HOURLY_DAYS; }
static bool removed(const struct facts *f) { return f->today - f->first_day <= AUDIENCE_DAYS + 1; }

/* Criterion, how it is met, whether it is, and what to do when it is not. {0} and {1} are the days of retention. */
static const struct criterion { const char *title, *how; bool (*met)(const struct facts *f); const char *otherwise; } criteria[] = {
	{ N_("Only to measure the audience, for the publisher alone"), N_("The figures serve to see what is read, what is missing and what is slow. There is no other use of them in this program."), always, NULL },
	{ N_("Anonymous statistics only"), N_("What is written down are sums by hour and day. No row is about one person, no order of pages, no identifier."), always, NULL },
	{ N_("No recognition beyond the day"), N_("Visitors of a day are told apart in memory, with a secret that is overwritten at midnight and never written down."), locked, N_("The memory of the secret can be swapped out: allow the service to lock memory (RLIMIT_MEMLOCK).") },
	{ N_("Not combined with other processing"), N_("The figures are not joined with accounts, consent, the security log or the use of the API, which is counted apart."), always, NULL },
	{ N_("Nothing handed to others"), N_("The portal's own server counts. Nothing is sent anywhere."), always, NULL },
	{ N_("No following across sites"), N_("Each portal has a secret and figures of its own; of the site a reader comes from only the host is kept."), always, NULL },
	{ N_("Place no finer than a city"), N_("Only the country is kept, found in a database on this server with an address cut short; without that database not even it."), always, NULL },
	{ N_("Nothing stored on the device"), N_("No cookie, no pixel, no script, no reading of screen, fonts or storage."), always, NULL },
	{ N_("People are told"), N_("The cookie policy describes the measurement with the settings in force."), informed, N_("The cookie policy in force does not say what the setting says: publish a new version of it.") },
	{ N_("People can object, easily and free of charge"), N_("One click on the page Manage cookies, with or without script; Global Privacy Control and Do Not Track count as well. It works at once."), always, NULL },
	{ N_("No tracker beyond 13 months"), N_("There is none on the device; the secret lives one day."), always, NULL },
	{ N_("Figures kept 25 months at most"), N_("Figures by day are kept {0} days (760 at most), by hour {1} days (90 at most)."), kept_short, N_("The time in force is outside of what the exemption allows: correct it under Measurement settings.") },
	{ N_("Times are kept to"), N_("What is past its time is removed daily, and the settings page lists what was removed."), removed, N_("Figures older than 25 months are still there: the daily removal does not work.") },
	{ N_("Separate for each publisher"), N_("Storage, secrets and pages are the portal's own. Rare combinations are folded together when the day is over."), always, NULL },
};
static_assert(COUNT_OF(criteria) == 14, "the published criteria are fourteen");

static void put_criterion(struct html *h, const struct criterion *c, const struct facts *f, bool met)
{
	if (met) html_lit(h, "<li><div><h2>");
	else html_lit(h, "<li class=\"fails\"><div><h2>");
	html_say(h, c->title);
	html_lit(h, "</h2><p>");
	html_say_with(h, c->how, HTML_ARG_COUNT(f->days), HTML_ARG_COUNT(f->hourly));
	html_lit(h, "</p>");
	if (!met) {
		html_lit(h, "<p><strong>");
		html_say(h, c->otherwise);
		html_lit(h, "</strong></p>");
	}
	html_lit(h, "</div>");
	if (met) html_badge(h, HTML_SUCCESS, N_("Met"));
	else html_badge(h, HTML_BAD, N_("Not met"));
	html_lit(h, "</li>");
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	size_t failing = 0;
	if (!back_enter(app, r, p, VIEW_OFFICE_AUDIENCE, 0, &v, e)) return back_answered(p, e);
	const struct tenant *t = v.at.tenant;
	int64_t today = audience_hour(t, clock_now()) / 24;
	struct facts f = { .v = &v, .days = audience_days(t), .hourly = audience_hourly_days(t), .first_day = today, .today = today };
	f.informed = v.registry && v.registry->audience == audience_is_on(t);
	audience_state(v.at.site->audience, &f.state);
	if (!audience_first_day(v.at.site->audience, t->id, &f.first_day, e)) return false;
	for (size_t i = 0; i < COUNT_OF(criteria); i++) failing += !criteria[i].met(&f);
	auto_page page = back_page(&v, N_("Self-assessment"), "/backoffice/audience/self-assessment/");
	view_office_open(&page, VIEW_OFFICE_AUDIENCE);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("The measurement held against the fourteen criteria of the French authority (July 2025), with the settings in force now."));
	html_heading_close(h);
	figures_tabs(h, &v, FIGURES_TAB_ASSESSMENT);
	if (!audience_is_on(t)) html_notice(h, HTML_INFO, N_("Measurement is switched off: nothing is counted."));
	if (failing) html_notice(h, HTML_BAD, N_("With these settings the measurement is outside of the exemption: at least one criterion is not met."));
	else html_notice(h, HTML_SUCCESS, N_("All criteria are met with the settings in force."));
	html_lit(h, "<ol class=\"criteria\">");
	for (size_t i = 0; i < COUNT_OF(criteria); i++) put_criterion(h, &criteria[i], &f, criteria[i].met(&f));
	html_lit(h, "</ol><p class=\"audience-about\">");
	html_say(h, N_("This is a statement of the portal about itself. It is no certificate, and no authority has examined it."));
	html_lit(h, "</p>");
	return view_close(&page, e);
}

const struct httpd_route back_audience_assess = { .method = HTTPD_GET, .pattern = "/backoffice/audience/self-assessment/", .run = run };
