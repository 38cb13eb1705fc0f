/* Who may enter the portal and how people become members: open or private, sign-up, the words and terms shown there, what new
 * members may do. */
#include "back/settings.h"

static bool is_address(struct str s)
{
	return !s.n || str_starts(s, STR("https://")) || (str_starts(s, STR("/")) && !str_starts(s, STR("//")));
}

/* What new members may do; words that are none any more count for nothing. */
static uint64_t usual(const struct tenant *t)
{
	struct err ignored = { 0 };
	uint64_t bits;
	return account_permissions_read(tenant_setting(t, "access.permissions"), &bits, &ignored) ? bits : 0;
}

static bool save(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	static const char *const names[] = { "access", "access.signup", "access.message" };
	struct back_settings s = { .visit = v };
	const struct tenant *t = v->at.tenant;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		back_setting_take(&s, f, str_of(names[i]));
	back_setting_take_languages(&s, f, "access.disclaimer");
	back_setting_take_languages(&s, f, "access.terms");
	for (size_t i = 0; i < t->nlanguages; i++) {
		struct str name = arena_printf(v->arena, "access.terms.%.*s", STR_ARG(t->languages[i]));
		if (!is_address(str_trim(visitor_field(f, name))))
			html_complain_text(errors, name, i18n_text(v->lang, N_("The terms must be an address: https://… or a path of this portal such as /pages/terms/.")));
	}
	uint64_t former = usual(t);
	back_setting_put(&s, STR("access.permissions"), account_permissions_text(v->arena, back_read_permissions(v, f, former)));
	return back_settings_save(&s, STR("/backoffice/access/"), errors, e);
}

static void put_portal(struct html *h, const struct tenant *t)
{
	static const struct html_option access[] = {
		{ .value = { "open", 4 }, .message = N_("Open"), .hint = N_("Everybody may read; datasets may still be kept for some.") },
		{ .value = { "private", 7 }, .message = N_("Private"), .hint = N_("Only who signs in, or shows an API key, may read anything.") },
	};
	static const struct html_option signup[] = {
		{ .value = { "closed", 6 }, .message = N_("Closed"), .hint = N_("Accounts are made by invitation.") },
		{ .value = { "approval", 8 }, .message = N_("With approval"), .hint = N_("Everybody may ask; somebody says yes or no under Requests for access.") },
		{ .value = { "open", 4 }, .message = N_("Open"), .hint = N_("Everybody may make an account.") },
	};
	static const struct html_option message[] = {
		{ .value = { "none", 4 }, .message = N_("Not asked for") },
		{ .value = { "optional", 8 }, .message = N_("May be given") },
		{ .value = { "required", 8 }, .message = N_("Must be given") },
	};
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "access", .label = N_("Who may enter the portal"), .options = access,
		.noptions = COUNT_OF(access), .value = tenant_setting(t, "access") });
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "access.signup", .label = N_("Sign-up"), .options = signup,
		.noptions = COUNT_OF(signup), .value = tenant_setting(t, "access.signup") });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "access.message", .label = N_("A message with the request"),
		.options = message, .noptions = COUNT_OF(message), .value = tenant_setting(t, "access.message") });
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
		if (back_form_kept(&v, &form, &errors, e) && save(&v, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	const struct tenant *t = v.at.tenant;
	auto_page page = back_page(&v, N_("Access and sign-in"), "/backoffice/access/");
	view_office_open(&page, VIEW_OFFICE_ACCESS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, NULL);
	html_heading_close(h);
	back_put_access_tabs(h, ACCESS_PORTAL);
	back_said(&page, r);
	back_put_stale(&page, &errors);
	html_panel_open(h, NULL, NULL, NULL);
	html_form_open(h, &(struct html_form){ .visit = &v, .action = STR("/backoffice/access/"), .posted = posted ? &form : NULL, .errors = &errors });
	put_portal(h, t);
	html_field_languages(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "access.disclaimer", .label = N_("Words for who signs up"),
		.hint = N_("Shown above the form, such as what the portal is for and what becomes of the data given."), .rows = 2, .most = 2000 },
		t, back_setting_languages(&v, "access.disclaimer"));
	html_field_languages(h, &(struct html_field){ .kind = HTML_FIELD_URL, .name = "access.terms", .label = N_("Terms that must be accepted"),
		.hint = N_("The address of a page with your terms. Without one, nothing needs to be accepted."), .most = 500 }, t,
		back_setting_languages(&v, "access.terms"));
	html_fieldset_open(h, N_("Permissions of new members"), N_("Of accounts that were made by signing up; whoever is invited has what the invitation says."));
	back_put_permissions(h, &v, usual(t));
	html_fieldset_close(h);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
	return view_close(&page, e);
}

BACK_PAGE(access, "/backoffice/access/", run);
