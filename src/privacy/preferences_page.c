/* The page around the form of preferences: what was chosen when, which signal is honoured, what went wrong. */
#include "privacy/inside.h"

/* --- what is so at present ------------------------------------------------------------------------------------------- */

static void put_account(struct html *h, const struct visit *v)
{
	if (!v->account_choices)
		return;
	html_lit(h, "<p>");
	view_say_account_choices(h);
	html_lit(h, "</p>");
}

static void put_present(struct html *h, const struct visit *v)
{
	const struct consent_state *st = &v->consent;
	int64_t days = registry_item(v->registry, REGISTRY_PREFERENCES)->life_s / 86400;
	if (!st->stored)
		return;
	html_lit(h, "<div class=\"present\"><p>");
	html_say_with(h, N_("You chose on {0}. Your choice is kept until {1}."), HTML_ARG_DATE(st->day * INT64_C(86400000000), clock_utc()),
	              HTML_ARG_DATE((st->day + days) * INT64_C(86400000000), clock_utc()));
	html_lit(h, "</p>");
	if (st->receipt[0]) {
		html_lit(h, "<p>");
		html_say_with(h, N_("The number of your receipt is {0}."), HTML_ARG_CODE(str_of(st->receipt)));
		html_lit(h, " <button type=\"button\" hidden class=\"button quiet\" data-copy-receipt=\"");
		html_text(h, str_of(st->receipt));
		html_lit(h, "\" data-done=\"");
		html_say(h, N_("Copied"));
		html_lit(h, "\">");
		html_say(h, N_("Copy"));
		html_lit(h, "</button> <a href=\"/cookies/preferences/receipt/");
		html_text(h, str_of(st->receipt));
		html_lit(h, "\">");
		html_say(h, N_("See what is recorded"));
		html_lit(h, "</a></p>");
	}
	html_lit(h, "</div>");
}

static void put_signal(struct html *h, const struct visit *v)
{
	const struct consent_state *st = &v->consent;
	if (!st->signal || !v->registry->needs_consent)
		return;
	html_lit(h, "<div class=\"present\"><p><strong>");
	html_say(h, N_("Privacy signal honoured"));
	html_lit(h, "</strong> – ");
	html_say(h, N_("Your browser asks sites not to follow you, so nothing that needs consent is used."));
	html_lit(h, " ");
	if (st->chosen_under_signal && st->any_granted)
		html_say(h, N_("What you allowed below while it was on goes before it."));
	else
		html_say(h, N_("If you allow a service below all the same, that choice goes before the signal."));
	html_lit(h, "</p></div>");
}

bool privacy_put_preferences(const struct privacy_preferences *p, struct err *e)
{
	struct visit *v = p->visit;
	auto_page page = { .visit = v, .title = i18n_text(v->lang, N_("Cookie preferences")), .path = STR("/cookies/preferences/"), .noindex = true,
		           .no_banner = true };
	view_open(&page);
	struct html *h = &page.h;
	html_lit(h, "<div class=\"preferences\"><div><h1>");
	html_say(h, N_("Cookie preferences"));
	html_lit(h, "</h1><p>");
	html_say_with(h, N_("Refusing has no effect on your access to this site. Everything that is stored is explained in the {0}cookies policy{1}."),
	              HTML_ARG_OPEN(STR("/terms/cookies-policy/")), HTML_ARG_CLOSE);
	html_lit(h, "</p></div>");
	if (!v->registry) {
		html_notice(h, HTML_WARNING, N_("Choices cannot be read at the moment. Until they can, nothing that needs consent is used."));
	} else {
		if (p->stale)
			html_notice(h, HTML_BAD, N_("What is asked has changed since the page was shown. Nothing was allowed; please look again."));
		if (p->conflict)
			html_notice(h, HTML_WARNING, N_("Your browser sends a privacy signal, so accepting all at once was not taken as your choice. You may allow services one by one."));
		put_signal(h, v);
		put_account(h, v);
		put_present(h, v);
		view_put_preferences(h, v, p->back);
	}
	html_lit(h, "</div>");
	visitor_cache_page(v, 0);
	if (p->status != 200 || p->stale)
		httpd_reply_cache_control(v->reply, STR("no-store"));
	httpd_reply_status(v->reply, p->status);
	return view_close(&page, e);
}
