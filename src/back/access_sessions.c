/* How long people stay signed in, who needs a second factor, how long passwords are, which other sites may send forms here.
 * Spans of time are chosen from a list, so that nobody has to know how they are spelt; a value that the command line set is
 * on the list, too. SES-3, SES-4, Appendix C. */
#include "back/settings.h"

struct span_option { const char *value, *title; };
static const struct span_option times[] = {
	{ "1min", N_("1 minute") }, { "5min", N_("5 minutes") }, { "15min", N_("15 minutes") }, { "30min", N_("30 minutes") },
	{ "60min", N_("60 minutes") }, { "1h", N_("1 hour") }, { "4h", N_("4 hours") }, { "8h", N_("8 hours") }, { "12h", N_("12 hours") },
	{ "24h", N_("24 hours") }, { "7d", N_("7 days") }, { "14d", N_("14 days") }, { "30d", N_("30 days") }, { "90d", N_("90 days") },
};

/* One setting, with what may be chosen for it, between blanks. */
static const struct span { const char *name, *label, *hint, *offered; } spans[] = {
	{ "session.idle", N_("Without a visit, kept signed in"), N_("For those who ticked “keep me signed in”."), " 5min 15min 30min 1h 4h 12h 24h 7d 14d " },
	{ "session.idle_unremembered", N_("Without a visit, otherwise"), NULL, " 5min 15min 30min 1h 4h 12h 24h " },
	{ "session.absolute", N_("In any case, kept signed in"), N_("After so long everybody signs in again, however active."), " 1h 8h 12h 24h 7d 14d 30d 90d " },
	{ "session.absolute_unremembered", N_("In any case, otherwise"), NULL, " 1h 4h 8h 12h 24h " },
	{ "session.fresh", N_("Proof is good for"), N_("Changing users, keys or providers asks for the password or a code again when the last proof is older."),
	  " 1min 5min 15min 30min 60min " },
};

static bool is_offered(const char *offered, const char *value)
{
	char word[16];
	struct buf b = { .p = word, .cap = sizeof word, .max = sizeof word };
	buf_printf(&b, " %s ", value);
	return str_find(str_of(offered), buf_str(&b)) >= 0;
}

static void put_span(struct html *h, const struct tenant *t, const struct span *s)
{
	struct html_option options[COUNT_OF(times) + 1];
	size_t n = 0;
	struct str now = tenant_setting(t, s->name);
	bool found = false;
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		if (!is_offered(s->offered, times[i].value))
			continue;
		found |= str_eq(now, str_of(times[i].value));
		options[n++] = (struct html_option){ .value = str_of(times[i].value), .message = times[i].title };
	}
	if (!found)
		options[n++] = (struct html_option){ .value = now, .text = now };
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = s->name, .label = s->label, .hint = s->hint, .options = options, .noptions = n,
		.value = now });
}

/* --- saving ------------------------------------------------------------------------------------------------ */

/* The values of NIST SP 800-63B-4 at its second level: a day in all, an hour without a sign of life (SES-4). */
static void put_preset(struct back_settings *s)
{
	static const char *const preset[][2] = { { "session.idle", "1h" }, { "session.idle_unremembered", "1h" }, { "session.absolute", "24h" },
		{ "session.absolute_unremembered", "24h" } };
	for (size_t i = 0; i < COUNT_OF(preset); i++)
		back_setting_put(s, str_of(preset[i][0]), str_of(preset[i][1]));
}

static void check_number(struct visit *v, const struct visitor_form *f, const char *name, int64_t least, int64_t most, const char *sentence,
                         struct html_errors *errors)
{
	int64_t n;
	if (!str_to_int(str_trim(visitor_field(f, str_of(name))), &n) || n < least || n > most)
		html_complain(errors, v->lang, name, sentence);
}

static struct str origins_of(struct visit *v, const struct visitor_form *f)
{
	struct str rest = visitor_field(f, STR("trusted_origins")), one, all = STR("");
	while (back_next_word(&rest, &one))
		all = arena_printf(v->arena, "%.*s%s%.*s", STR_ARG(all), all.n ? "," : "", STR_ARG(one));
	return all;
}

static bool save(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	static const char *const names[] = { "second_factor.required", "password.min_single", "password.min_with_2fa", "session.max_per_user", "log.event_months", "log.activity_months" };
	struct back_settings s = { .visit = v };
	if (str_eq(visitor_field(f, STR("do")), STR("restricted"))) {
		put_preset(&s);
		return back_settings_save(&s, STR("/backoffice/access/sessions/"), errors, e);
	}
	for (size_t i = 0; i < COUNT_OF(spans); i++)
		back_setting_take(&s, f, str_of(spans[i].name));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		back_setting_take(&s, f, str_of(names[i]));
	back_setting_put(&s, STR("trusted_origins"), origins_of(v, f));
	check_number(v, f, "password.min_single", 12, 64, N_("Passwords that are used alone have at least 12 to 64 characters."), errors);
	check_number(v, f, "password.min_with_2fa", 8, 64, N_("Passwords beside a second factor have at least 8 to 64 characters."), errors);
	check_number(v, f, "session.max_per_user", 1, 100, N_("The places where one can be signed in at once are 1 to 100."), errors);
	if (visitor_field(f, STR("log.activity_months")).n) check_number(v, f, "log.activity_months", 3, 24, N_("The log of activity is kept for 3 to 24 months."), errors);
	check_number(v, f, "log.event_months", 1, 24, N_("The security log is kept for 1 to 24 months."), errors);
	if (back_settings_save(&s, STR("/backoffice/access/sessions/"), errors, e))
		return true;
	/* Lists of spans hold good values only: what is left to be wrong is an origin. */
	if (e->code == ERR_PARAMETER) {
		errors->n = 0;
		html_complain(errors, v->lang, "trusted_origins", N_("Each origin must be https://host or https://*.host, without a path."));
	}
	return false;
}

static bool everybody_out(struct visit *v, struct err *e)
{
	int64_t n;
	if (!back_fresh(v, e) || !session_revoke_all(v->at.site->sessions, v->at.tenant, 0, v->session->id, &n, e))
		return false;
	visitor_note(v, EVENT_SESSION_REVOKED, STR("everybody"), STR(""));
	return back_done(v, STR("/backoffice/access/sessions/"), "everybody", e);
}

/* --- showing ------------------------------------------------------------------------------------------------- */

static void put_form(struct html *h, struct visit *v, const struct visitor_form *posted, const struct html_errors *errors)
{
	static const struct html_option who[] = {
		{ .value = { "administrators", 14 }, .message = N_("Those who may change the portal") },
		{ .value = { "office", 6 }, .message = N_("Everybody who works in the back office") },
		{ .value = { "everyone", 8 }, .message = N_("Everybody with an account") },
	};
	const struct tenant *t = v->at.tenant;
	struct buf origins = BUF_INIT(16384);
	struct str rest = tenant_setting(t, "trusted_origins"), one;
	while (back_next_word(&rest, &one)) {
		buf_put(&origins, one);
		buf_put_char(&origins, '\n');
	}
	html_panel_open(h, NULL, NULL, NULL);
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR("/backoffice/access/sessions/"), .posted = posted, .errors = errors });
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "second_factor.required", .label = N_("Who needs a second factor"),
		.options = who, .noptions = COUNT_OF(who), .value = tenant_setting(t, "second_factor.required") });
	html_fieldset_open(h, N_("People are signed out"), NULL);
	for (size_t i = 0; i < COUNT_OF(spans); i++)
		put_span(h, t, &spans[i]);
	html_fieldset_close(h);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "session.max_per_user", .label = N_("Places signed in at once"),
		.hint = N_("The one unused for longest ends when there are more."), .value = tenant_setting(t, "session.max_per_user"), .narrow = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "password.min_single", .label = N_("Least length of a password"),
		.hint = N_("In characters; 12 or more."), .value = tenant_setting(t, "password.min_single") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "password.min_with_2fa", .label = N_("The same beside a second factor"),
		.hint = N_("In characters; 8 or more."), .value = tenant_setting(t, "password.min_with_2fa") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "log.event_months", .label = N_("The security log is kept for"),
		.hint = N_("At most 24 months."), .value = tenant_setting(t, "log.event_months"), .unit = N_("months") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "log.activity_months", .label = N_("The log of activity is kept for"),
		.hint = N_("3 to 24 months."), .value = tenant_setting(t, "log.activity_months"), .unit = N_("months") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "trusted_origins", .label = N_("Other sites that may send forms here"), .code = true,
		.hint = N_("One on each line, such as https://map.example. Leave it empty unless you know that you need it."), .value = buf_str(&origins), .rows = 2 });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save"), .name = "do", .value = STR("save") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Use the values for restricted portals"), .name = "do",
		.value = STR("restricted") });
	html_buttons_close(h);
	html_lit(h, "<p class=\"hint\">");
	html_say(h, N_("For portals whose data is not public: signed out after 1 hour without a visit, and after 24 hours in any case."));
	html_lit(h, "</p>");
	html_form_close(h);
	html_panel_close(h);
	buf_done(&origins);
}

static void put_everybody(struct html *h, struct visit *v)
{
	html_panel_open(h, "everybody", N_("Sign everybody out"), N_("When something is wrong: all sessions at this portal end now, but the one you are reading in."));
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR("/backoffice/access/sessions/"), .label = N_("Sign everybody out") });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Sign everybody else out"), .name = "do", .value = STR("everybody") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, VIEW_OFFICE_ACCESS, 0, &v, e))
		return back_answered(p, e);
	if (posted) {
		bool taken = back_form_kept(&v, &form, &errors, e);
		if (taken && str_eq(visitor_field(&form, STR("do")), STR("everybody")))
			return everybody_out(&v, e) || back_answered(p, e);
		if (taken && save(&v, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	auto_page page = back_page(&v, N_("Access and sign-in"), "/backoffice/access/sessions/");
	view_office_open(&page, VIEW_OFFICE_ACCESS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, NULL);
	html_heading_close(h);
	back_put_access_tabs(h, ACCESS_SESSIONS);
	back_said(&page, r);
	back_put_stale(&page, &errors);
	put_form(h, &v, posted ? &form : NULL, &errors);
	put_everybody(h, &v);
	return view_close(&page, e);
}

BACK_PAGE(access_sessions, "/backoffice/access/sessions/", run);
