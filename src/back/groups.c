/* Groups: people who have something in common, and what their membership allows. A group that allows more than the reader has
 * is shown, not changed. */
#include "back/people.h"
#include "back/portal.h"

static uint64_t mine(const struct visit *v)
{
	return v->who.who.admin ? ~UINT64_C(0) : v->who.who.permissions;
}

static void note(struct visit *v, const char *reason, struct str group)
{
	visitor_note(v, EVENT_GROUP_CHANGED, str_of(reason), group);
}

static void put_new(struct html *h, struct visit *v, const struct visitor_form *posted, const struct html_errors *errors)
{
	html_panel_open(h, "new", N_("A new group"), NULL);
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR("/backoffice/groups/"), .posted = posted, .errors = errors });
	html_field(h, &(struct html_field){ .name = "name", .label = N_("Name"), .required = true, .most = ACCOUNT_GROUP_NAME });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Make the group"), .icon = ICON_PLUS, .with_icon = true });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static void put_list(struct html *h, const struct account_group *groups, size_t n)
{
	static const struct html_column columns[] = {
		{ .title = N_("Name"), .main = true }, { .title = N_("Members"), .number = true }, { .title = N_("Permissions"), .number = true } };
	struct html_table t = { .caption = N_("Groups"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<a href=\"/backoffice/groups/");
		html_int(h, groups[i].id);
		html_lit(h, "/\"><bdi>");
		html_text(h, groups[i].name);
		html_lit(h, "</bdi></a>");
		if (groups[i].description.n) {
			html_lit(h, "<small>");
			html_text(h, groups[i].description);
			html_lit(h, "</small>");
		}
		html_cell_close(h, &t);
		html_cell_count(h, &t, (int64_t)groups[i].nmembers);
		html_cell_count(h, &t, (int64_t)__builtin_popcountll(groups[i].permissions));
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

static bool add(struct visit *v, const struct visitor_form *f, struct html_errors *errors, int64_t *id, struct err *e)
{
	struct str name = str_trim(visitor_field(f, STR("name")));
	if (!name.n)
		return html_complain(errors, v->lang, "name", N_("The group needs a name."));
	if (!back_fresh_form(v, errors))
		return false;
	if (!account_group_add(v->at.site->accounts, v->at.tenant->id, name, v->who.account, e)) {
		if (e->code == ERR_CONFLICT)
			return html_complain(errors, v->lang, "name", N_("There is a group of this name already."));
		back_complain(v, errors, "name", e);
		return false;
	}
	note(v, "added", name);
	return account_group_id(v->at.site->accounts, v->at.tenant->id, name, id, e);
}

static bool run_list(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct account_group *groups;
	size_t n;
	int64_t id;
	bool posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, VIEW_OFFICE_GROUPS, 0, &v, e))
		return back_answered(p, e);
	if (posted) {
		if (back_form_kept(&v, &form, &errors, e) && add(&v, &form, &errors, &id, e))
			return back_done(&v, arena_printf(v.arena, "/backoffice/groups/%lld/", (long long)id), "added", e);
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	if (!account_group_list(v.at.site->accounts, v.at.tenant->id, v.arena, &groups, &n, e))
		return false;
	auto_page page = back_page(&v, N_("Groups"), "/backoffice/groups/");
	view_office_open(&page, VIEW_OFFICE_GROUPS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Members share a group's permissions, and what datasets show to it."));
	html_heading_close(h);
	back_said(&page, r);
	back_put_stale(&page, &errors);
	if (n)
		put_list(h, groups, n);
	else
		html_empty(h, N_("No groups yet"), N_("A group spares you from giving the same permission to many people one by one."), NULL);
	put_new(h, &v, posted ? &form : NULL, &errors);
	return view_close(&page, e);
}

BACK_PAGE(groups, "/backoffice/groups/", run_list);

/* --- one group -------------------------------------------------------------------------------------------- */

struct one {
	struct visit *visit;
	struct account_group group;
	struct str path;
	bool may;
};

static bool read_one(struct one *o, struct httpd_request *r, struct err *e)
{
	struct visit *v = o->visit;
	struct account_group *groups;
	size_t n;
	int64_t id;
	if (!back_number(r->holes[0], &id))
		return err_set(e, ERR_NOT_FOUND, "There is no group with this number.");
	if (!account_group_list(v->at.site->accounts, v->at.tenant->id, v->arena, &groups, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (groups[i].id != id)
			continue;
		o->group = groups[i];
		o->may = (groups[i].permissions & ~mine(v)) == 0;
		o->path = arena_printf(v->arena, "/backoffice/groups/%lld/", (long long)id);
		return true;
	}
	return err_set(e, ERR_NOT_FOUND, "There is no group with this number.");
}

/* Nobody takes their own rights away: the permission to be here must come from elsewhere when it leaves this group. */
static bool keeps_own(const struct one *o, uint64_t permissions, bool member)
{
	const struct visit *v = o->visit;
	uint64_t needed = ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DOMAIN);
	if (v->who.who.admin || !(o->group.permissions & needed) || (member && permissions & needed))
		return true;
	for (size_t i = 0; i < v->who.who.ngroups; i++)
		if (v->who.who.groups[i] == o->group.id)
			return false;
	return true;
}

/* Whoever comes to change the portal by this group begins anew with fresh sessions (SES-6); the reader may do so already. */
static bool renew_sessions(struct one *o, struct str address, struct err *e)
{
	struct visit *v = o->visit;
	int64_t id, n;
	if (!account_id(v->at.site->accounts, v->at.tenant->id, address, &id, e))
		return false;
	return id == v->who.account || session_revoke_all(v->at.site->sessions, v->at.tenant, id, 0, &n, e);
}

static bool is_strong(uint64_t permissions)
{
	return (permissions & ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DOMAIN)) != 0;
}

static bool save(struct one *o, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = o->visit;
	struct account_group now = { .id = o->group.id, .name = str_trim(visitor_field(f, STR("name"))),
		.description = str_trim(visitor_field(f, STR("description"))), .permissions = back_read_permissions(v, f, o->group.permissions) };
	struct back_limits limits;
	if (!now.name.n)
		return html_complain(errors, v->lang, "name", N_("The group needs a name."));
	if (!back_read_limits(v, f, &limits, errors))
		return false;
	if (!keeps_own(o, now.permissions, true))
		return html_complain(errors, v->lang, "", N_("You would take the permission to be here away from yourself."));
	if (!back_fresh_form(v, errors))
		return false;
	if (account_group_change(v->at.site->accounts, v->at.tenant->id, &now, v->who.account, e)) {
		note(v, "changed", now.name);
		for (size_t i = 0; is_strong(now.permissions & ~o->group.permissions) && i < o->group.nmembers; i++)
			if (!renew_sessions(o, o->group.members[i], e))
				return false;
		return back_write_limits(v, 0, o->group.id, &limits, e) && back_done(v, o->path, "saved", e);
	}
	if (e->code == ERR_CONFLICT)
		return html_complain(errors, v->lang, "name", N_("There is a group of this name already."));
	back_complain(v, errors, "name", e);
	return false;
}

/* Everybody who can be found joins; addresses without an account stay in the box with the reason. */
static bool join(struct one *o, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = o->visit;
	struct str rest = visitor_field(f, STR("addresses")), address, unknown = STR("");
	size_t n = 0;
	if (!back_fresh_form(v, errors))
		return false;
	while (back_next_word(&rest, &address)) {
		struct err why = { 0 };
		if (str_find_char(address, '@') < 0)
			continue;
		n++;
		if (account_group_join(v->at.site->accounts, v->at.tenant->id, o->group.name, address, &why)) {
			if (is_strong(o->group.permissions) && !renew_sessions(o, address, e))
				return false;
			continue;
		}
		if (why.code != ERR_NOT_FOUND && why.code != ERR_PARAMETER) {
			*e = why;
			return false;
		}
		unknown = arena_printf(v->arena, "%.*s%s%.*s", STR_ARG(unknown), unknown.n ? ", " : "", STR_ARG(address));
	}
	if (!n)
		return html_complain(errors, v->lang, "addresses", N_("Give at least one e-mail address."));
	note(v, "joined", o->group.name);
	if (!unknown.n)
		return back_done(v, o->path, "saved", e);
	return html_complain_text(errors, STR("addresses"), arena_printf(v->arena, "%.*s %.*s", STR_ARG(i18n_text(v->lang,
		N_("These have no account here and were left out; the others joined:"))), STR_ARG(unknown)));
}

static bool leave(struct one *o, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = o->visit;
	struct str address = visitor_field(f, STR("address"));
	int64_t id;
	if (account_id(v->at.site->accounts, v->at.tenant->id, address, &id, e) && id == v->who.account && !keeps_own(o, 0, false))
		return html_complain(errors, v->lang, "", N_("You would take the permission to be here away from yourself."));
	*e = (struct err){ 0 };
	if (!back_fresh(v, e))
		return false;
	if (account_group_leave(v->at.site->accounts, v->at.tenant->id, o->group.name, address, e)) {
		note(v, "left", o->group.name);
		return back_done(v, o->path, "saved", e);
	}
	back_complain(v, errors, "", e);
	return false;
}

static void put_members(struct html *h, struct one *o, const struct visitor_form *posted, const struct html_errors *errors)
{
	static const struct html_column columns[] = { { .title = N_("E-mail address"), .main = true }, { .title = N_("Actions"), .hide_title = true } };
	struct html_table t = { .caption = N_("Members"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_panel_open(h, "members", N_("Members"), NULL);
	if (o->group.nmembers)
		html_table_open(h, &t);
	for (size_t i = 0; i < o->group.nmembers; i++) {
		struct str address = o->group.members[i];
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<bdi>");
		html_text(h, address);
		html_lit(h, "</bdi>");
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		if (o->may) {
			html_form_open(h, &(struct html_form){ .visit = o->visit, .action = o->path, .plain = true });
			html_hidden(h, "address", address);
			html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = N_("Take out"), .about = address, .name = "do",
				.value = STR("leave") });
			html_form_close(h);
		}
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	if (o->group.nmembers)
		html_table_close(h, &t);
	if (o->may) {
		html_form_open(h, &(struct html_form){ .visit = o->visit, .action = o->path, .posted = posted, .errors = errors });
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "addresses", .label = N_("Add members"), .rows = 2,
			.hint = N_("E-mail addresses of accounts of this portal, one on each line or with commas between them.") });
		html_buttons_open(h);
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Add"), .name = "do", .value = STR("join"), .icon = ICON_PLUS,
			.with_icon = true });
		html_buttons_close(h);
		html_form_close(h);
	}
	html_panel_close(h);
}

static void put_profile(struct html *h, struct one *o, const struct visitor_form *posted, const struct html_errors *errors)
{
	html_panel_open(h, "profile", N_("The group"), NULL);
	html_form_open(h, &(struct html_form){ .visit = o->visit, .action = o->path, .posted = posted, .errors = errors });
	html_field(h, &(struct html_field){ .name = "name", .label = N_("Name"), .value = o->group.name, .required = true, .most = ACCOUNT_GROUP_NAME });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "description", .label = N_("Description"), .value = o->group.description,
		.rows = 2, .most = 1000 });
	html_fieldset_open(h, N_("Permissions of the members"), NULL);
	back_put_permissions(h, o->visit, o->group.permissions);
	html_fieldset_close(h);
	struct account_bounds now;
	struct err ignored = { 0 };
	/* One that went away meanwhile has no limits to show. */
	if (account_bounds(o->visit->at.site->accounts, o->visit->at.tenant->id, 0, o->group.id, &now, &ignored))
		back_put_limits(h, o->visit, &now, true);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save"), .name = "do", .value = STR("save") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static bool post(struct one *o, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct str what = visitor_field(f, STR("do"));
	if (!o->may)
		return err_set(e, ERR_FORBIDDEN, "This group allows more than you may give.");
	if (str_eq(what, STR("join")))
		return join(o, f, errors, e);
	if (str_eq(what, STR("leave")))
		return leave(o, f, errors, e);
	return save(o, f, errors, e);
}

static bool run_one(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct one o = { .visit = &v };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	const struct html_errors none = { 0 };
	bool posted = r->method == HTTPD_POST, of_members = false;
	if (!back_enter(app, r, p, VIEW_OFFICE_GROUPS, 0, &v, e))
		return back_answered(p, e);
	if (!read_one(&o, r, e))
		return false;
	if (posted) {
		bool taken = back_form_kept(&v, &form, &errors, e);
		of_members = str_eq(visitor_field(&form, STR("do")), STR("join"));
		if (taken && post(&o, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
		/* Those that joined are members now. */
		if (of_members && !read_one(&o, r, e))
			return false;
	}
	auto_page page = { .visit = &v, .title = o.group.name, .path = o.path };
	view_office_open(&page, VIEW_OFFICE_GROUPS);
	struct html *h = &page.h;
	const struct view_crumb crumbs[] = { { i18n_text(v.lang, N_("Groups")), STR("/backoffice/groups/") }, { o.group.name, STR("") } };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, o.group.name, NULL);
	if (o.may)
		html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Remove"), .icon = ICON_TRASH, .with_icon = true,
			.href = arena_join(v.arena, o.path, STR("remove/")) });
	html_heading_close(h);
	back_said(&page, r);
	back_put_stale(&page, &errors);
	if (!o.may)
		html_notice(h, HTML_NEUTRAL, N_("This group allows more than you may give, so it is changed by administrators only."));
	put_members(h, &o, posted && of_members ? &form : NULL, of_members ? &errors : &none);
	if (o.may)
		put_profile(h, &o, posted && !of_members ? &form : NULL, of_members ? &none : &errors);
	return view_close(&page, e);
}

BACK_PAGE(group, "/backoffice/groups/{id}/", run_one);

static bool run_remove(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct one o = { .visit = &v };
	struct visitor_form form;
	if (!back_enter(app, r, p, VIEW_OFFICE_GROUPS, BACK_FRESH, &v, e))
		return back_answered(p, e);
	if (!read_one(&o, r, e))
		return false;
	if (!o.may || !keeps_own(&o, 0, false))
		return err_set(e, ERR_FORBIDDEN, "This group is not yours to remove.");
	if (r->method == HTTPD_POST) {
		if (!back_form(&v, &form, e) || !account_group_remove(v.at.site->accounts, v.at.tenant->id, o.group.name, e))
			return false;
		note(&v, "removed", o.group.name);
		return back_done(&v, STR("/backoffice/groups/"), "removed", e);
	}
	auto_page page = back_page(&v, N_("Remove a group"), "/backoffice/groups/");
	view_office_open(&page, VIEW_OFFICE_GROUPS);
	html_heading_open(&page.h, page.title, NULL);
	html_heading_close(&page.h);
	html_confirm(&page.h, &(struct html_confirm){ .visit = &v, .action = arena_join(v.arena, o.path, STR("remove/")), .back = o.path,
		.sentence = arena_printf(v.arena, "%.*s: %.*s", STR_ARG(o.group.name), STR_ARG(i18n_text(v.lang,
			N_("this group and the rules made for it go at once. Its members keep their accounts.")))), .button = N_("Remove the group") });
	return view_close(&page, e);
}

BACK_PAGE(group_remove, "/backoffice/groups/{id}/remove/", run_remove);
