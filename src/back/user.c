/* One account: who it is, what it may do by itself and through its groups, where it is signed in, what happened to it, and
 * what an administrator can do for it. Nobody changes their own role or takes their own rights away, and administrators are
 * changed by administrators only; the last one stays. */
#include "back/people.h"
#include "back/portal.h"

enum { USER_EVENTS = 20 };

struct one {
	struct visit *visit;
	struct account account;
	struct account_group *groups;
	size_t ngroups;
	struct back_profile profile;
	bool own;    /* it is the reader's */
	bool may;    /* the reader may change it */
	struct str path;
};

static bool read_one(struct one *o, struct httpd_request *r, struct err *e)
{
	struct visit *v = o->visit;
	int64_t id;
	if (!back_number(r->holes[0], &id))
		return err_set(e, ERR_NOT_FOUND, "There is no account with this number.");
	if (!account_get(v->at.site->accounts, v->at.tenant->id, id, v->arena, &o->account, e) ||
	    !account_group_list(v->at.site->accounts, v->at.tenant->id, v->arena, &o->groups, &o->ngroups, e))
		return false;
	const struct account *a = &o->account;
	o->profile = (struct back_profile){ .name = a->name, .role = a->role, .expires = a->expires, .own = a->own, .groups = a->groups,
		.ngroups = a->ngroups };
	o->own = id == v->who.account;
	o->may = back_may_change(v, a);
	o->path = arena_printf(v->arena, "/backoffice/users/%lld/", (long long)id);
	return true;
}

/* --- doing ------------------------------------------------------------------------------------------------- */

/* Somebody who becomes an administrator, or may change the portal, begins anew with fresh sessions (SES-6). */
static bool renew_sessions(struct one *o, const struct back_profile *now, struct err *e)
{
	uint64_t strong = ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DOMAIN);
	uint64_t was = o->account.own | account_role_permissions(o->account.role);
	uint64_t is = now->own | account_role_permissions(now->role);
	for (size_t i = 0; i < o->ngroups; i++) {
		for (size_t k = 0; k < o->profile.ngroups; k++)
			if (str_eq(o->profile.groups[k], o->groups[i].name))
				was |= o->groups[i].permissions;
		for (size_t k = 0; k < now->ngroups; k++)
			if (str_eq(now->groups[k], o->groups[i].name))
				is |= o->groups[i].permissions;
	}
	int64_t n;
	return !(is & strong & ~was) || session_revoke_all(o->visit->at.site->sessions, o->visit->at.tenant, o->account.id, 0, &n, e);
}

/* True: saved, the reply is set. False: shown again when errors has any, else *e. */
static bool save(struct one *o, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = o->visit;
	struct account_scene scene = back_scene(v);
	struct back_profile now;
	struct account_change change = { .flags = ACCOUNT_SET_NAME };
	struct back_limits limits;
	(void)back_read_limits(v, f, &limits, errors); /* it says so beside the field */
	back_read_profile(v, f, &o->profile, o->groups, o->ngroups, &now, errors);
	if (!o->own)
		change.flags |= ACCOUNT_SET_ROLE | ACCOUNT_SET_PERMISSIONS | ACCOUNT_SET_EXPIRES | ACCOUNT_SET_GROUPS;
	change.name = now.name;
	change.role = now.role;
	change.own = now.own;
	change.expires = now.expires;
	change.groups = now.groups;
	change.ngroups = now.ngroups;
	if (errors->n || !back_fresh_form(v, errors))
		return false;
	if (!account_change(&scene, o->account.id, &change, e)) {
		back_complain(v, errors, "role", e);
		return false;
	}
	return (o->own || (renew_sessions(o, &now, e) && back_write_limits(v, o->account.id, 0, &limits, e))) && back_done(v, o->path, "saved", e);
}

static bool end_sessions(struct one *o, const struct account_scene *s, struct err *e)
{
	int64_t n = 0;
	struct visit *v = o->visit;
	int64_t keep = o->own ? v->session->id : 0;
	return session_revoke_all(v->at.site->sessions, v->at.tenant, o->account.id, keep, &n, e) &&
	       (n == 0 || account_tell_sessions(s, o->account.id, n, e));
}

static bool do_reset(struct one *o, const struct account_scene *s, struct err *e) { return account_reset_send(s, o->account.id, e); }
static bool do_disable(struct one *o, const struct account_scene *s, struct err *e) { return account_disable(s, o->account.id, e); }
static bool do_enable(struct one *o, const struct account_scene *s, struct err *e) { return account_enable(s, o->account.id, e); }
static bool do_factor(struct one *o, const struct account_scene *s, struct err *e) { return account_drop_factor(s, o->account.id, e); }
static bool do_invite(struct one *o, const struct account_scene *s, struct err *e) { return account_invite_again(s, o->account.id, e); }

/* What the buttons of the page do; those not for oneself would shut the reader out. */
static const struct deed {
	const char *word, *said;
	bool (*run)(struct one *o, const struct account_scene *s, struct err *e);
	bool not_oneself;
} deeds[] = {
	{ "reset", "reset", do_reset, false },
	{ "disable", "disabled", do_disable, true },
	{ "enable", "enabled", do_enable, true },
	{ "factor", "factor", do_factor, true },
	{ "invite", "invited-again", do_invite, true },
	{ "sessions", "sessions", end_sessions, false },
};

static bool act(struct one *o, const struct deed *d, struct html_errors *errors, struct err *e)
{
	struct visit *v = o->visit;
	struct account_scene scene = back_scene(v);
	if (d->not_oneself && o->own)
		return html_complain(errors, v->lang, "", N_("This cannot be done to one's own account."));
	if (!back_fresh(v, e))
		return false;
	if (d->run(o, &scene, e))
		return back_done(v, o->path, d->said, e);
	back_complain(v, errors, "", e);
	return false;
}

static bool post(struct one *o, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct str what = visitor_field(f, STR("do"));
	if (!o->may)
		return err_set(e, ERR_FORBIDDEN, "Administrators are changed by administrators only.");
	for (size_t i = 0; i < COUNT_OF(deeds); i++)
		if (str_eq(what, str_of(deeds[i].word)))
			return act(o, &deeds[i], errors, e);
	return save(o, f, errors, e);
}

/* --- showing ----------------------------------------------------------------------------------------------- */

static void put_deed(struct html *h, struct one *o, const char *word, const char *label, enum html_weight weight)
{
	html_form_open(h, &(struct html_form){ .visit = o->visit, .action = o->path, .plain = true });
	html_button(h, &(struct html_button){ .weight = weight, .label = label, .name = "do", .value = str_of(word) });
	html_form_close(h);
}

static void put_state(struct html *h, struct one *o)
{
	const struct account *a = &o->account;
	html_panel_open(h, "state", N_("The account"), NULL);
	html_facts_open(h);
	html_fact(h, N_("E-mail address"), a->email);
	html_fact_open(h, N_("State"));
	back_put_status(h, a);
	if (a->suspended) {
		html_lit(h, " ");
		html_badge(h, HTML_BAD, N_("Suspended after too many wrong passwords"));
	}
	html_fact_close(h);
	html_fact_open(h, N_("Joined"));
	html_date(h, a->created.us, o->visit->zone, false);
	html_fact_close(h);
	html_fact_open(h, N_("Last sign-in"));
	back_put_day(h, a->last_day);
	html_fact_close(h);
	html_fact_open(h, N_("Password"));
	html_say(h, a->must_change ? N_("For one use: must be changed at the next sign-in") : a->has_password ? N_("Has one") : N_("Has none"));
	html_fact_close(h);
	html_fact_open(h, N_("Second factor"));
	if (a->second_factor)
		html_badge(h, HTML_SUCCESS, N_("Enrolled"));
	else
		html_badge(h, str_eq(a->role, STR("admin")) ? HTML_WARNING : HTML_NEUTRAL, N_("None"));
	html_fact_close(h);
	html_facts_close(h);
	if (o->may && a->state != ACCOUNT_LEAVING) {
		html_buttons_open(h);
		if (a->state == ACCOUNT_INVITED)
			put_deed(h, o, "invite", N_("Send the invitation again"), HTML_SECONDARY);
		if (a->state == ACCOUNT_ACTIVE)
			put_deed(h, o, "reset", N_("Send a link for a new password"), HTML_SECONDARY);
		if (a->second_factor && !o->own)
			put_deed(h, o, "factor", N_("Take the second factor away"), HTML_SECONDARY);
		if (a->state == ACCOUNT_DISABLED && !o->own)
			put_deed(h, o, "enable", N_("Enable the account"), HTML_SECONDARY);
		else if (a->state == ACCOUNT_ACTIVE && !o->own)
			put_deed(h, o, "disable", N_("Disable the account"), HTML_DANGER);
		html_buttons_close(h);
	}
	html_panel_close(h);
}

static void put_inherited(struct html *h, struct one *o)
{
	uint64_t by_role = account_role_permissions(o->account.role);
	html_panel_open(h, "inherited", N_("Permissions through role and groups"),
	                N_("They are changed where they come from."));
	bool any = by_role != 0;
	html_facts_open(h);
	if (by_role) {
		html_fact_open(h, back_role_title(o->account.role));
		back_put_permission_list(h, by_role);
		html_fact_close(h);
	}
	for (size_t i = 0; i < o->ngroups; i++)
		for (size_t k = 0; k < o->profile.ngroups; k++) {
			if (!str_eq(o->profile.groups[k], o->groups[i].name) || !o->groups[i].permissions)
				continue;
			any = true;
			html_lit(h, "<div><dt>");
			html_text(h, o->groups[i].name);
			html_lit(h, "</dt><dd>");
			back_put_permission_list(h, o->groups[i].permissions);
			html_lit(h, "</dd></div>");
		}
	html_facts_close(h);
	if (!any) {
		html_lit(h, "<p class=\"none\">");
		html_say(h, N_("None."));
		html_lit(h, "</p>");
	}
	html_panel_close(h);
}

static void put_limits(struct html *h, struct one *o)
{
	struct visit *v = o->visit;
	struct account_bounds now;
	struct err ignored = { 0 };
	/* One that went away meanwhile has no limits to show. */
	if (account_bounds(v->at.site->accounts, v->at.tenant->id, o->account.id, 0, &now, &ignored))
		back_put_limits(h, v, &now, false);
}

static void put_profile(struct html *h, struct one *o, const struct visitor_form *posted, const struct html_errors *errors)
{
	html_panel_open(h, "profile", N_("What the account may do"), NULL);
	html_form_open(h, &(struct html_form){ .visit = o->visit, .action = o->path, .posted = posted, .errors = errors });
	html_field(h, &(struct html_field){ .name = "name", .label = N_("Name"), .value = o->account.name, .most = ACCOUNT_NAME });
	if (o->own)
		html_notice(h, HTML_NEUTRAL, N_("This is your own account: its role, permissions and groups are changed by another administrator."));
	else
		back_put_profile(h, o->visit, &o->profile, o->groups, o->ngroups);
	if (!o->own)
		put_limits(h, o);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save"), .name = "do", .value = STR("save") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

/* To the hour: when exactly somebody was there is theirs (SES-12). */
static int64_t to_the_hour(int64_t us)
{
	return us - us % INT64_C(3600000000);
}

static void put_factors(struct html *h, unsigned factors)
{
	static const struct { unsigned bit; const char *word; } words[] = {
		{ SESSION_PASSWORD, N_("Password") }, { SESSION_TOTP, N_("Authenticator") }, { SESSION_RECOVERY, N_("Recovery code") },
		{ SESSION_PROVIDER, N_("Identity provider") } };
	bool any = false;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (!(factors & words[i].bit))
			continue;
		if (any)
			html_lit(h, ", ");
		any = true;
		html_say(h, words[i].word);
	}
}

static bool put_sessions(struct html *h, struct one *o, struct err *e)
{
	static const struct html_column columns[] = {
		{ .title = N_("Browser"), .main = true }, { .title = N_("Country") }, { .title = N_("Since") }, { .title = N_("Last seen") },
		{ .title = N_("Proved by") } };
	struct session_line *lines;
	size_t n;
	const struct visit *v = o->visit;
	if (!session_list(v->at.site->sessions, v->at.tenant, o->account.id, v->arena, &lines, &n, e))
		return false;
	html_panel_open(h, "sessions", N_("Where it is signed in"), NULL);
	struct html_table t = { .caption = N_("Sessions"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	if (n)
		html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		html_row_open(h, &t);
		html_cell_text(h, &t, lines[i].label);
		html_cell_text(h, &t, lines[i].country.n ? lines[i].country : STR("–"));
		html_cell_open(h, &t);
		html_date(h, to_the_hour(lines[i].created.us), v->zone, true);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_date(h, to_the_hour(lines[i].seen.us), v->zone, true);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		put_factors(h, lines[i].factors);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	if (n) {
		html_table_close(h, &t);
		if (o->may) {
			html_buttons_open(h);
			put_deed(h, o, "sessions", o->own ? N_("Sign out everywhere else") : N_("End all sessions"), HTML_DANGER);
			html_buttons_close(h);
		}
	} else {
		html_lit(h, "<p class=\"none\">");
		html_say(h, N_("Nowhere."));
		html_lit(h, "</p>");
	}
	html_panel_close(h);
	return true;
}

static bool put_events(struct html *h, struct one *o, struct err *e)
{
	struct event_line *lines;
	struct account *people;
	size_t n, npeople;
	struct visit *v = o->visit;
	if (!event_list(v->at.site->events, v->at.tenant->id, o->account.id, USER_EVENTS, v->arena, &lines, &n, e) ||
	    !account_list(v->at.site->store, v->at.tenant->id, v->arena, &people, &npeople, e))
		return false;
	html_panel_open(h, "events", N_("What happened lately"), NULL);
	if (n) {
		back_put_events(h, v, lines, n, people, npeople);
		html_buttons_open(h);
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("The whole security log"),
			.href = arena_printf(v->arena, "/backoffice/events/?account=%lld", (long long)o->account.id) });
		html_buttons_close(h);
	} else {
		html_lit(h, "<p class=\"none\">");
		html_say(h, N_("Nothing that the security log keeps."));
		html_lit(h, "</p>");
	}
	html_panel_close(h);
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct one o = { .visit = &v };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, VIEW_OFFICE_USERS, 0, &v, e))
		return back_answered(p, e);
	if (!read_one(&o, r, e))
		return false;
	if (posted) {
		if (back_form_kept(&v, &form, &errors, e) && post(&o, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	struct str name = o.account.name.n ? o.account.name : o.account.email;
	auto_page page = { .visit = &v, .title = name, .path = o.path };
	view_office_open(&page, VIEW_OFFICE_USERS);
	struct html *h = &page.h;
	const struct view_crumb crumbs[] = { { i18n_text(v.lang, N_("Users")), STR("/backoffice/users/") }, { name, STR("") } };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, name, NULL);
	if (o.may && !o.own)
		html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Remove"), .icon = ICON_TRASH, .with_icon = true,
			.href = arena_join(v.arena, o.path, STR("remove/")) });
	html_heading_close(h);
	back_said(&page, r);
	back_put_stale(&page, &errors);
	put_state(h, &o);
	if (o.may)
		put_profile(h, &o, posted ? &form : NULL, &errors);
	else
		html_notice(h, HTML_NEUTRAL, N_("Administrators are changed by administrators only."));
	put_inherited(h, &o);
	return put_sessions(h, &o, e) && put_events(h, &o, e) && view_close(&page, e);
}

BACK_PAGE(user, "/backoffice/users/{id}/", run);

/* --- removing ------------------------------------------------------------------------------------------------ */

static bool run_remove(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct one o = { .visit = &v };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	if (!back_enter(app, r, p, VIEW_OFFICE_USERS, BACK_FRESH, &v, e))
		return back_answered(p, e);
	if (!read_one(&o, r, e))
		return false;
	if (!o.may || o.own)
		return err_set(e, ERR_FORBIDDEN, "This account is not yours to remove.");
	if (r->method == HTTPD_POST) {
		struct account_scene scene = back_scene(&v);
		if (!back_form(&v, &form, e))
			return false;
		if (account_remove(&scene, o.account.id, e))
			return back_done(&v, STR("/backoffice/users/"), "user-removed", e);
		if (back_complain(&v, &errors, "", e))
			return false;
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	auto_page page = back_page(&v, N_("Remove an account"), "/backoffice/users/");
	view_office_open(&page, VIEW_OFFICE_USERS);
	html_heading_open(&page.h, page.title, NULL);
	html_heading_close(&page.h);
	html_confirm(&page.h, &(struct html_confirm){ .visit = &v, .action = arena_join(v.arena, o.path, STR("remove/")), .back = o.path,
		.sentence = arena_join(v.arena, arena_join(v.arena, o.account.email, STR(": ")),
		                       i18n_text(v.lang, N_("this account, its API keys, its memberships and the rules made for it go at once and do not come back. Datasets stay."))),
		.button = N_("Remove the account"), .errors = &errors });
	return view_close(&page, e);
}

BACK_PAGE(user_remove, "/backoffice/users/{id}/remove/", run_remove);
