/* What readers may tell the portal, who is told of it, and how pages are handed on. */
#include "back/settings.h"
#include "engage/engage.h"
#include "mail/mail.h"

static const char *const switches[] = { "follow", "feedback", "contact.form", "access.requests", "reuses", "reuses.anonymous", "reuses.recipients_only" };
static const char *const networks[][2] = { { "email", N_("E-mail") }, { "bluesky", "Bluesky" }, { "linkedin", "LinkedIn" }, { "facebook", "Facebook" }, { "x", "X" } };

/* Addresses as they are kept; false, with an error beside the field, for one that is none. */
static bool take_addresses(struct back_settings *s, const struct visitor_form *f, const char *name, struct html_errors *errors)
{
	struct visit *v = s->visit;
	auto_buf b = BUF_INIT(16 << 10);
	struct str rest = visitor_field(f, str_of(name)), part, address;
	while (back_next_word(&rest, &part)) {
		struct err own = { 0 };
		if (!mail_address(v->arena, part, &address, &own))
			return html_complain(errors, v->lang, name, N_("One of these is not an e-mail address."));
		if (b.n)
			buf_put_char(&b, ',');
		buf_put(&b, address);
	}
	back_setting_put(s, str_of(name), arena_str(v->arena, buf_str(&b)));
	return true;
}

/* In each language of the portal, the same number of fields. */
static void take_extras(struct back_settings *s, const struct visitor_form *f, struct html_errors *errors)
{
	struct visit *v = s->visit;
	const struct tenant *t = v->at.tenant;
	struct engage_extra extras[ENGAGE_EXTRAS];
	size_t n, first = 0;
	for (size_t i = 0; i < t->nlanguages; i++) {
		const char *name = arena_cstr(v->arena, arena_printf(v->arena, "contact.fields.%.*s", STR_ARG(t->languages[i])));
		const char *wrong = engage_extras(visitor_field(f, str_of(name)), extras, &n);
		if (!i)
			first = n;
		if (wrong)
			html_complain(errors, v->lang, name, wrong);
		else if (n != first)
			html_complain(errors, v->lang, name, N_("There are as many fields in every language, in the same order."));
	}
	back_setting_take_languages(s, f, "contact.fields");
}

static bool listed(struct str list, const char *word)
{
	struct str rest = list, part;
	while (rest.n && str_cut(&rest, ',', &part))
		if (str_eq(str_trim(part), str_of(word)))
			return true;
	return false;
}

static bool save(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct back_settings s = { .visit = v };
	auto_buf b = BUF_INIT(400);
	for (size_t i = 0; i < COUNT_OF(switches); i++)
		back_setting_put(&s, str_of(switches[i]), visitor_field_on(f, str_of(switches[i])) ? STR("on") : STR("off"));
	(void)(take_addresses(&s, f, "reuses.recipients", errors) & take_addresses(&s, f, "contact.recipients", errors)); /* errors stand beside the fields */
	take_extras(&s, f, errors);
	back_setting_take(&s, f, STR("engage.months"));
	for (size_t i = 0; i < COUNT_OF(networks); i++) {
		if (!visitor_field_on(f, arena_printf(v->arena, "share.%s", networks[i][0])))
			continue;
		if (b.n)
			buf_put_char(&b, ',');
		buf_put(&b, str_of(networks[i][0]));
	}
	/* An empty value would be the default again. */
	back_setting_put(&s, STR("share.networks"), b.n ? arena_str(v->arena, buf_str(&b)) : STR("none"));
	return back_settings_save(&s, STR("/backoffice/engagement/"), errors, e);
}

static void put_switch(struct html *h, const struct tenant *t, const char *name, const char *label, const char *hint)
{
	html_check(h, &(struct html_check){ .name = name, .label = label, .hint = hint, .on = tenant_setting_on(t, name), .as_switch = true });
}

static void put_addresses(struct html *h, const struct tenant *t, const char *name, const char *label, const char *hint)
{
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = name, .label = label, .hint = hint, .value = tenant_setting(t, name), .most = 2000 });
}

static void put_fields(struct html *h, struct visit *v)
{
	const struct tenant *t = v->at.tenant;
	struct str shared = tenant_setting(t, "share.networks");
	html_fieldset_open(h, N_("What readers can do"), NULL);
	put_switch(h, t, "follow", N_("Follow a dataset"), N_("A letter when new data were published, at most one a day. An address counts once its owner has confirmed it."));
	put_switch(h, t, "feedback", N_("Write to the publisher of a dataset"), N_("It goes to the contact in the dataset's metadata, else to the addresses below."));
	put_switch(h, t, "contact.form", N_("Write to the portal"), N_("At /contact/."));
	put_switch(h, t, "access.requests", N_("Ask for access to what they may not see"), NULL);
	put_addresses(h, t, "contact.recipients", N_("Messages go to"), N_("E-mail addresses, separated by commas. Empty: the contact of the portal, else its administrators."));
	html_field_languages(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "contact.fields", .label = N_("What the form at /contact/ asks for besides"), .rows = 3, .most = 4000,
		.hint = N_("A line for each field: its name; after a colon its choices with | between them; * at the end when it is needed. Such as: Department: Roads | Water | Other *") },
		t, back_setting_languages(v, "contact.fields"));
	html_fieldset_close(h);
	html_fieldset_open(h, N_("Reuses"), NULL);
	put_switch(h, t, "reuses", N_("Readers tell of reuses, and pages show them"), N_("Each is looked at by somebody before it is shown."));
	put_switch(h, t, "reuses.anonymous", N_("Without signing in, too"), NULL);
	put_addresses(h, t, "reuses.recipients", N_("Also tell these addresses of a new reuse"), N_("E-mail addresses, separated by commas."));
	put_switch(h, t, "reuses.recipients_only", N_("Tell only those, and not everybody who may review reuses"), NULL);
	html_fieldset_close(h);
	html_fieldset_open(h, N_("Sharing a page"), N_("Plain links: nothing is loaded from these sites, and nobody is told before the reader follows one."));
	for (size_t i = 0; i < COUNT_OF(networks); i++)
		html_check(h, &(struct html_check){ .name = arena_cstr(v->arena, arena_printf(v->arena, "share.%s", networks[i][0])), .label = networks[i][1], .on = listed(shared, networks[i][0]) });
	html_fieldset_close(h);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "engage.months", .label = N_("Kept after a matter is closed"), .unit = N_("months"), .narrow = true,
		.hint = N_("Messages that were archived and reuses that were declined are erased then."), .value = arena_printf(v->arena, "%lld", (long long)tenant_number(t, "engage.months")), .min = STR("1"), .max = STR("60") });
}

static bool put(struct html *h, struct visit *v, struct err *e)
{
	(void)e;
	put_fields(h, v);
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct back_settings_page page = { .section = VIEW_OFFICE_ENGAGEMENT, .title = N_("Readers"), .path = "/backoffice/engagement/",
		.sentence = N_("What readers may tell the portal, who is told of it, and how pages are shared."), .save = save, .put = put };
	return back_settings_run(&page, r, p, app, e);
}

BACK_PAGE(engagement, "/backoffice/engagement/", run);
