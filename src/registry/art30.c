/* The record of processing activities (GDPR article 30), made of what is declared and of what the platform itself does: one
 * activity a service, and signing in, language, forms, proof of consent, measurement, the security log. */
#include "registry/inside.h"
#include "text/text.h"

struct activity {
	const char *id, *name, *purpose, *basis, *data, *people, *measures;
	enum { UNTIL_DAYS, UNTIL_MONTHS, UNTIL_CLOSED, UNTIL_DELETED, UNTIL_ENDED } until;
	int64_t keep;             /* days or months */
};

static const char measures[] = N_("Encrypted connections, keys apart from the data, access by role, a log of security events.");

enum { ACTIVITIES = 11 };
static size_t activities(const struct registry *g, const struct tenant *t, struct activity out[ACTIVITIES])
{
	size_t n = 0;
	out[n++] = (struct activity){ "sign_in", N_("Signing in"), N_("Lets people with an account sign in and stay signed in."), N_("Performance of a task or contract"),
		N_("E-mail address, name, password as an irreversible value, time of last use, kind of browser."), N_("People with an account"), measures, UNTIL_DELETED, 0 };
	if (g->nlanguages > 1)
		out[n++] = (struct activity){ "language", N_("Language"), N_("Remembers the language you chose."), N_("Expressly asked for by the person"),
			N_("Code of a language, on the person's own device."), N_("Visitors"), measures, UNTIL_DAYS, 365 };
	out[n++] = (struct activity){ "anti_forgery", N_("Protection of forms"), N_("Prevents other sites from sending forms in somebody's name."), N_("Security of the service"),
		N_("Random token without meaning, on the person's own device."), N_("People who open a form"), measures, UNTIL_CLOSED, 0 };
	out[n++] = (struct activity){ "consent_proof", N_("Proof of consent"), N_("Shows that a consent was given, and when it was withdrawn."), N_("Legal obligation (GDPR article 7)"),
		N_("Random receipt, choices, time to the minute, language and version of the policy; no address, no name."), N_("Visitors who agreed to a service"), measures,
		UNTIL_MONTHS, tenant_number(t, "consent.proof_months") };
	if (g->audience)
		out[n++] = (struct activity){ "audience_measurement", N_("Audience measurement"), N_("Counts what is read, to improve the portal."), N_("Exempt from consent: anonymous statistics only"),
			N_("Totals by hour and day; network address and browser are used in memory for a day's count and never kept."), N_("Visitors"), measures,
			UNTIL_DAYS, g->audience_days };
	out[n++] = (struct activity){ "security_log", N_("Security log"), N_("Finds and proves attacks and misuse."), N_("Security of the service"),
		N_("Kind of event, number of the account, shortened network address."), N_("People with an account, senders of refused requests"), measures, UNTIL_MONTHS,
		tenant_number(t, "log.event_months") };
	out[n++] = (struct activity){ "activity_log", N_("Activity log"), N_("Shows who changed what on the portal, so that mistakes can be found and undone."), N_("Security of the service"),
		N_("Number of the account, what it changed, when, and by which page, program or command; no network address."), N_("People who run the portal"), measures, UNTIL_MONTHS,
		tenant_number(t, "log.activity_months") };
	out[n++] = (struct activity){ "api_use", N_("Use of the API"), N_("Keeps quotas and shares the server fairly."), N_("Security of the service"),
		N_("Counts by key and day; counts by hour with the network cut short, the family of the program and the host of the page, for 90 days."), N_("Users of the API"), measures, UNTIL_DAYS, 90 };
	out[n++] = (struct activity){ "programs", N_("Programs let in"), N_("Lets programs work in the name of people who allowed it."), N_("Expressly asked for by the person"),
		N_("Number of the account, the program, what was allowed, day of the last use; codes and tokens as irreversible values."), N_("People who let a program in"), measures, UNTIL_ENDED, 0 };
	if (tenant_setting_on(t, "follow"))
		out[n++] = (struct activity){ "subscriptions", N_("Following datasets"), N_("Tells people by letter when data that they follow were published."), N_("Expressly asked for by the person"),
			N_("E-mail address, encrypted, or number of the account; datasets followed; day of the last letter."), N_("People who follow a dataset"), measures, UNTIL_ENDED, 0 };
	if (tenant_setting_on(t, "feedback") || tenant_setting_on(t, "contact.form") || tenant_setting_on(t, "access.requests") || tenant_setting_on(t, "reuses"))
		out[n++] = (struct activity){ "messages", N_("Messages and reuses"), N_("Answers what people write to the portal, and shows what they made of the data."), N_("Expressly asked for by the person"),
			N_("E-mail address, name and words, encrypted; of an approved reuse the name that was given for it, public."), N_("People who write to the portal"), measures, UNTIL_MONTHS,
			tenant_number(t, "engage.months") };
	return n;
}

static struct str say(const struct i18n_lang *l, const char *message) { return message[0] ? i18n_text(l, message) : STR(""); }

static struct str keep(struct arena *a, const struct i18n_lang *l, const struct activity *x)
{
	if (x->until == UNTIL_CLOSED)
		return i18n_text(l, N_("Until you close the browser"));
	if (x->until == UNTIL_DELETED)
		return i18n_text(l, N_("Until the account is deleted"));
	if (x->until == UNTIL_ENDED)
		return i18n_text(l, N_("Until the person ends it"));
	struct str form = x->until == UNTIL_DAYS ? i18n_plural(l, N2_("{0} day", "{0} days"), x->keep) : i18n_plural(l, N2_("{0} month", "{0} months"), x->keep);
	ptrdiff_t at = str_find(form, STR("{0}"));
	if (at < 0)
		return form;
	return arena_printf(a, "%.*s%lld%.*s", (int)at, form.p, (long long)x->keep, STR_ARG(str_from(form, (size_t)at + 3)));
}

/* One activity as named texts, whatever it is written as. */
struct line { struct str id, name, purpose, basis, data, people, recipients, transfer, retention, security; };

static struct str joined(struct arena *a, const struct str *of, size_t n)
{
	struct str s = STR("");
	for (size_t i = 0; i < n; i++)
		s = arena_printf(a, "%.*s%s%.*s", STR_ARG(s), i ? "; " : "", STR_ARG(of[i]));
	return s;
}

static size_t lines(struct arena *a, const struct registry *g, const struct tenant *t, struct str lang, struct line **out)
{
	const struct i18n_lang *found = i18n_lang_or_null(lang);
	const struct i18n_lang *l = found ? found : i18n_english();
	struct activity all[ACTIVITIES];
	size_t n = activities(g, t, all);
	struct line *to = arena_array(a, struct line, n + g->nservices);
	for (size_t i = 0; i < n; i++)
		to[i] = (struct line){ str_of(all[i].id), say(l, all[i].name), say(l, all[i].purpose), say(l, all[i].basis), say(l, all[i].data), say(l, all[i].people),
			STR(""), STR(""), keep(a, l, &all[i]), say(l, all[i].measures) };
	size_t at = registry_language(g, lang);
	for (size_t i = 0; i < g->nservices; i++) {
		const struct registry_service *s = &g->services[i];
		struct str others = joined(a, s->recipients, s->nrecipients);
		struct str recipients = others.n ? arena_printf(a, "%.*s; %.*s", STR_ARG(s->provider.name), STR_ARG(others)) : s->provider.name;
		to[n++] = (struct line){ s->id, s->name, s->purpose.of ? s->purpose.of[at] : STR(""),
			i18n_text(l, s->basis == REGISTRY_BASIS_CONSENT ? N_("Consent") : s->basis == REGISTRY_BASIS_EXEMPTION ? N_("Exempt from consent: anonymous statistics only") : N_("Necessary for the service")),
			s->data_sent.of ? s->data_sent.of[at] : STR(""), i18n_text(l, N_("Visitors")), recipients, registry_said_in(l, a, s->transfer), registry_said_in(l, a, s->retention), i18n_text(l, measures) };
	}
	*out = to;
	return n;
}

void registry_put_art30_json(struct buf *b, const struct registry *g, const struct tenant *t, struct str lang)
{
	auto_arena a = ARENA_INIT;
	struct line *all;
	size_t n = lines(&a, g, t, lang, &all);
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_key(&j, STR("controller"));
	json_open(&j, '{');
	json_member(&j, "name", g->controller);
	json_member(&j, "contact", g->contact);
	json_member(&j, "data_protection", g->protection_contact);
	json_close(&j, '}');
	json_member(&j, "portal", g->origin);
	json_member_int(&j, "policy_version", g->version);
	json_member(&j, "registry_hash", g->hash);
	json_key(&j, STR("activities"));
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&j, '{');
		json_member(&j, "id", all[i].id);
		json_member(&j, "name", all[i].name);
		json_member(&j, "purpose", all[i].purpose);
		json_member(&j, "legal_basis", all[i].basis);
		json_member(&j, "data", all[i].data);
		json_member(&j, "people", all[i].people);
		json_member(&j, "recipients", all[i].recipients);
		json_member(&j, "transfers", all[i].transfer);
		json_member(&j, "retention", all[i].retention);
		json_member(&j, "security", all[i].security);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
}

void registry_put_art30_csv(struct buf *b, const struct registry *g, const struct tenant *t, struct str lang)
{
	auto_arena a = ARENA_INIT;
	struct line *all;
	size_t n = lines(&a, g, t, lang, &all);
	buf_lit(b, "\xef\xbb\xbf" "controller;id;name;purpose;legal_basis;data;people;recipients;transfers;retention;security\r\n");
	for (size_t i = 0; i < n; i++) {
		const struct str cells[] = { g->controller, all[i].id, all[i].name, all[i].purpose, all[i].basis, all[i].data, all[i].people, all[i].recipients,
			all[i].transfer, all[i].retention, all[i].security };
		for (size_t k = 0; k < COUNT_OF(cells); k++) {
			if (k)
				buf_put_char(b, ';');
			/* A cell that a spreadsheet would take for a formula is shown as text. */
			bool formula = cells[k].n && strchr("=+-@", cells[k].p[0]);
			struct str cell = formula ? arena_join(&a, STR("'"), cells[k]) : cells[k];
			text_put_csv(b, cell, ';', false);
		}
		buf_lit(b, "\r\n");
	}
}
