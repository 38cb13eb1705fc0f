/* The portals that are run from this one: what there is of them, making one, its names, what it may hold, closing it for a while and taking it
 * away. Who may do so has the permission manage_subdomains here; portals that are not this one's are not there for them. */
#include "back/portal.h"
#include "back/people.h"
#include "mail/mail.h"
#include "transfer/transfer.h"

#define HOME "/backoffice/portals/"
enum { SECONDS_A_DAY = 86400 };

struct one {
	struct visit *visit;
	const struct tenant *tenant; /* held */
	struct str path, title;
};

static void one_done(struct one *o)
{
	if (o->tenant)
		tenant_release(o->visit->at.site->tenants, o->tenant);
	o->tenant = NULL;
}
#define auto_one auto_with(one_done) struct one

static struct str title_of(const struct visit *v, const struct tenant *t)
{
	struct str title = tenant_text(t, "title", v->lang_code);
	return title.n ? title : t->host;
}

static bool find(struct visit *v, struct str number, struct one *out, struct err *e)
{
	int64_t id = 0;
	*out = (struct one){ .visit = v };
	if (back_number(number, &id))
		out->tenant = tenants_hold_or_null(v->at.site->tenants, (struct tenant_id){ id });
	if (!out->tenant || out->tenant->parent.v != v->at.tenant->id.v) {
		one_done(out);
		return err_set(e, ERR_NOT_FOUND, "This portal runs no such portal.");
	}
	out->path = arena_printf(v->arena, HOME "%lld/", (long long)id);
	out->title = title_of(v, out->tenant);
	return true;
}

static void note(struct visit *v, const char *reason, struct str host)
{
	visitor_note(v, EVENT_SETTINGS_CHANGED, str_of(reason), host);
}

/* --- what there is ------------------------------------------------------------------------------------------------- */

struct use { int64_t datasets, records, bytes, calls; };

static bool measure(struct visit *v, const struct tenant *t, struct use *out, struct err *e)
{
	const struct catalog_view *view;
	*out = (struct use){ .calls = tenant_limit(t, "quota.portal", "ceiling.calls") > 0 ? quota_used(v->at.site->quota, t->id, 0, clock_now()) : -1 };
	if (!catalog_hold(v->at.site->catalog, t->id, &view, e))
		return false;
	out->datasets = (int64_t)view->n;
	for (size_t i = 0; i < view->n; i++) {
		out->records += view->datasets[i].rows;
		out->bytes += view->datasets[i].bytes;
	}
	catalog_release(v->at.site->catalog, view);
	return true;
}

static void put_state(struct html *h, const struct tenant *t)
{
	if (t->removed.us)
		html_badge(h, HTML_BAD, N_("Removed"));
	else if (t->suspended)
		html_badge(h, HTML_WARNING, N_("Closed for now"));
	else
		html_badge(h, HTML_SUCCESS, N_("Open"));
}

static bool put_row(struct html *h, struct html_table *t, struct visit *v, const struct tenant *p, struct err *e)
{
	struct use use;
	if (!measure(v, p, &use, e))
		return false;
	html_row_open(h, t);
	html_cell_open(h, t);
	html_lit(h, "<a href=\"" HOME);
	html_int(h, p->id.v);
	html_lit(h, "/\"><bdi>");
	html_text(h, title_of(v, p));
	html_lit(h, "</bdi></a><small><bdi dir=\"ltr\">");
	html_text(h, p->host);
	html_lit(h, "</bdi></small>");
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_state(h, p);
	html_cell_close(h, t);
	html_cell_count(h, t, use.datasets);
	html_cell_count(h, t, use.records);
	html_cell_open(h, t);
	html_bytes(h, use.bytes);
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (use.calls < 0)
		html_say(h, N_("Not counted"));
	else
		html_count(h, use.calls);
	html_cell_close(h, t);
	html_row_close(h, t);
	return true;
}

static bool put_list(struct html *h, struct visit *v, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Portal"), .main = true }, { .title = N_("State") }, { .title = N_("Datasets"), .number = true },
		{ .title = N_("Records"), .number = true }, { .title = N_("Size"), .number = true }, { .title = N_("Calls today"), .number = true } };
	struct html_table t = { .caption = N_("Other portals"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	struct tenant_id *ids;
	size_t n = tenants_list(v->at.site->tenants, v->arena, &ids), shown = 0;
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		const struct tenant *p = tenants_hold_or_null(v->at.site->tenants, ids[i]);
		if (p && p->parent.v == v->at.tenant->id.v) {
			if (shown++ == 0)
				html_table_open(h, &t);
			ok = put_row(h, &t, v, p, e);
		}
		tenant_release(v->at.site->tenants, p);
	}
	if (ok && shown)
		html_table_close(h, &t);
	else if (ok)
		html_empty(h, N_("No other portals"), N_("A portal made here has its own name, people, look and datasets; what it may hold is set here."), NULL);
	return ok;
}

static bool run_list(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!back_enter(app, r, p, VIEW_OFFICE_PORTALS, 0, &v, e))
		return back_answered(p, e);
	auto_page page = back_page(&v, N_("Other portals"), HOME);
	view_office_open(&page, VIEW_OFFICE_PORTALS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Portals of this server that are run from here."));
	if (!v.at.tenant->parent.v)
		html_button(h, &(struct html_button){ .label = N_("New portal"), .href = STR(HOME "new/"), .icon = ICON_PLUS, .with_icon = true });
	html_heading_close(h);
	back_said(&page, r);
	if (v.at.tenant->parent.v)
		html_notice(h, HTML_INFO, N_("This portal is run from another one, and cannot run portals itself."));
	return put_list(h, &v, e) && view_close(&page, e);
}

const struct httpd_route back_portals = { .method = HTTPD_GET, .pattern = HOME, .run = run_list };

/* --- limits ---------------------------------------------------------------------------------------------------------------- */

static const struct ceiling { const char *name, *label; } ceilings[] = {
	{ "ceiling.calls", N_("Calls of the API a day, at most") },
	{ "ceiling.datasets", N_("Published datasets, at most") },
	{ "ceiling.records", N_("Records of one dataset, at most") },
};

static void put_ceilings(struct html *h, const struct tenant *t_or_null)
{
	for (size_t i = 0; i < COUNT_OF(ceilings); i++)
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = ceilings[i].name, .label = ceilings[i].label, .hint = N_("0: no limit."), .narrow = true, .min = STR("0"),
			.value = t_or_null ? tenant_setting(t_or_null, ceilings[i].name) : STR("0") });
}

static size_t take_ceilings(struct visit *v, const struct visitor_form *f, struct tenant_setting_value *out, struct html_errors *errors)
{
	for (size_t i = 0; i < COUNT_OF(ceilings); i++) {
		struct str text = str_trim(visitor_field(f, str_of(ceilings[i].name)));
		int64_t n;
		if (text.n && (!str_to_int(text, &n) || n < 0))
			html_complain(errors, v->lang, ceilings[i].name, N_("Please give a whole number, 0 or more."));
		out[i] = (struct tenant_setting_value){ str_of(ceilings[i].name), text };
	}
	return COUNT_OF(ceilings);
}

/* --- a new one ---------------------------------------------------------------------------------------------------------------- */

static struct str first_language(struct visit *v, const struct visitor_form *f)
{
	struct str given = visitor_field(f, STR("language"));
	return i18n_lang_or_null(given) ? given : v->lang_code;
}

static bool make(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct tenant_id *id, struct err *e)
{
	struct tenant_setting_value values[COUNT_OF(ceilings)];
	size_t n = take_ceilings(v, f, values, errors);
	struct str host = str_trim(visitor_field(f, STR("host"))), title = str_trim(visitor_field(f, STR("title"))), email = str_trim(visitor_field(f, STR("email"))), address;
	struct err why = { 0 };
	if (!title.n)
		html_complain(errors, v->lang, "title", N_("The portal needs a name."));
	if (!tenant_host_ok(host, &why))
		html_complain(errors, v->lang, "host", N_("A host name has small letters, digits, points and hyphens, such as data.example.org."));
	if (!mail_address(v->arena, email, &address, &why))
		html_complain(errors, v->lang, "email", N_("This is not an e-mail address."));
	if (errors->n || !back_fresh_form(v, errors))
		return false;
	struct account_scene scene = back_scene(v);
	const struct transfer_new made = { .parent = v->at.tenant->id, .host = host, .title = title, .language = first_language(v, f), .email = address, .limits = values, .nlimits = n };
	bool stranded;
	if (transfer_found(v->at.site, &scene, &made, id, &stranded, e))
		return true;
	if (!stranded && e->code == ERR_FORBIDDEN)
		return html_complain(errors, v->lang, "", N_("No more portals can be made here: whoever runs the server sets how many."));
	if (!stranded && e->code == ERR_CONFLICT)
		return html_complain(errors, v->lang, "host", N_("Another portal has this name already."));
	back_complain(v, errors, stranded ? "email" : "host", e);
	return false;
}

static bool show_new(struct visit *v, const struct visitor_form *posted, const struct html_errors *errors, struct err *e)
{
	const struct i18n_lang *all;
	struct html_option languages[16];
	size_t n = num_min(i18n_languages(&all), COUNT_OF(languages));
	auto_page page = back_page(v, N_("New portal"), HOME "new/");
	view_office_open(&page, VIEW_OFFICE_PORTALS);
	struct html *h = &page.h;
	const struct view_crumb crumbs[] = { { i18n_text(v->lang, N_("Other portals")), STR(HOME) }, { page.title, STR("") } };
	for (size_t i = 0; i < n; i++)
		languages[i] = (struct html_option){ .value = all[i].code, .text = all[i].name };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, page.title, N_("It answers as soon as it is made; whoever runs the server sees to it that its name leads here."));
	html_heading_close(h);
	back_put_stale(&page, errors);
	html_panel_open(h, NULL, NULL, NULL);
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR(HOME "new/"), .posted = posted, .errors = errors });
	html_field(h, &(struct html_field){ .name = "title", .label = N_("Name of the portal"), .required = true, .most = 200 });
	html_field(h, &(struct html_field){ .name = "host", .label = N_("Host name"), .hint = N_("Where it answers, such as data.example.org."), .required = true, .code = true, .most = 253 });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "language", .label = N_("First language"), .options = languages, .noptions = n, .value = v->lang_code });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_EMAIL, .name = "email", .label = N_("Its administrator"), .hint = N_("Gets a letter with an invitation that is good for 7 days."), .required = true,
		.most = MAIL_ADDRESS_BYTES });
	put_ceilings(h, NULL);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Make the portal") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Cancel"), .href = STR(HOME) });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
	return view_close(&page, e);
}

static bool run_new(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct tenant_id id;
	bool posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, VIEW_OFFICE_PORTALS, 0, &v, e))
		return back_answered(p, e);
	if (posted) {
		if (back_form_kept(&v, &form, &errors, e) && make(&v, &form, &errors, &id, e)) {
			note(&v, "portal.created", visitor_field(&form, STR("host")));
			return back_done(&v, arena_printf(v.arena, HOME "%lld/", (long long)id.v), "portal-made", e);
		}
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	return show_new(&v, posted ? &form : NULL, &errors, e);
}

BACK_PAGE(portals_new, HOME "new/", run_new);

/* --- one ---------------------------------------------------------------------------------------------------------------------- */

static struct str names_of(struct arena *a, const struct tenant *t)
{
	struct str all = t->host;
	for (size_t i = 0; i < t->naliases; i++)
		all = arena_printf(a, "%.*s\n%.*s", STR_ARG(all), STR_ARG(t->aliases[i]));
	return all;
}

static bool save_names(struct one *o, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = o->visit;
	struct str hosts[TENANT_HOSTS + 1], rest = visitor_field(f, STR("hosts")), line;
	size_t n = 0;
	/* A line with a blank in it is one name that cannot be, not two. */
	while (n < COUNT_OF(hosts) && str_cut(&rest, '\n', &line))
		if (str_trim(line).n)
			hosts[n++] = str_trim(line);
	if (!back_fresh_form(v, errors))
		return false;
	if (transfer_rename(v->at.site, o->tenant->id, hosts, n, e)) {
		note(v, "portal.named", hosts[0]);
		return back_done(v, o->path, "saved", e);
	}
	if (e->code == ERR_CONFLICT)
		return html_complain(errors, v->lang, "hosts", N_("Another portal has one of these names already."));
	back_complain(v, errors, "hosts", e);
	return false;
}

static bool save_limits(struct one *o, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = o->visit;
	struct tenant_setting_value values[COUNT_OF(ceilings)];
	size_t n = take_ceilings(v, f, values, errors);
	if (errors->n || !back_fresh_form(v, errors))
		return false;
	if (!tenant_set(v->at.site->tenants, o->tenant->id, values, n, e)) {
		back_complain(v, errors, "", e);
		return false;
	}
	note(v, "portal.limited", o->tenant->host);
	return back_done(v, o->path, "saved", e);
}

static bool suspend(struct one *o, bool closed, struct err *e)
{
	struct visit *v = o->visit;
	if (!back_fresh(v, e) || !tenant_suspend(v->at.site->tenants, o->tenant->id, closed, e))
		return false;
	note(v, closed ? "portal.suspended" : "portal.resumed", o->tenant->host);
	return back_done(v, o->path, closed ? "portal-closed" : "portal-opened", e);
}

static bool bring_back(struct one *o, struct err *e)
{
	struct visit *v = o->visit;
	if (!back_fresh(v, e) || !tenant_put_away(v->at.site->tenants, o->tenant->id, false, e))
		return false;
	note(v, "portal.restored", o->tenant->host);
	return back_done(v, o->path, "portal-back", e);
}

static bool act(struct one *o, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct str what = visitor_field(f, STR("do"));
	if (str_eq(what, STR("hosts")))
		return save_names(o, f, errors, e);
	if (str_eq(what, STR("limits")))
		return save_limits(o, f, errors, e);
	if (str_eq(what, STR("suspend")) || str_eq(what, STR("resume")))
		return suspend(o, str_eq(what, STR("suspend")), e);
	if (str_eq(what, STR("restore")))
		return bring_back(o, e);
	return err_set(e, ERR_BAD_REQUEST, "The form asks for nothing that can be done here.");
}

static bool put_facts(struct html *h, struct one *o, struct err *e)
{
	struct use use;
	const struct tenant *t = o->tenant;
	if (!measure(o->visit, t, &use, e))
		return false;
	html_facts_open(h);
	html_fact_open(h, N_("State"));
	put_state(h, t);
	html_fact_close(h);
	html_fact_open(h, N_("Address"));
	html_lit(h, "<a dir=\"ltr\" href=\"");
	html_url(h, visitor_origin(o->visit->arena, t->host, o->visit->at.site->listen_port));
	html_lit(h, "/\">");
	html_text(h, t->host);
	html_lit(h, "</a>");
	html_fact_close(h);
	html_fact_open(h, N_("Made"));
	html_date(h, t->created.us, o->visit->zone, false);
	html_fact_close(h);
	html_fact_open(h, N_("Datasets"));
	html_count(h, use.datasets);
	html_fact_close(h);
	html_fact_open(h, N_("Size"));
	html_bytes(h, use.bytes);
	html_fact_close(h);
	html_facts_close(h);
	return true;
}

static void put_button(struct html *h, struct one *o, const char *word, const char *label)
{
	html_form_open(h, &(struct html_form){ .visit = o->visit, .action = o->path, .plain = true });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = label, .name = "do", .value = str_of(word) });
	html_form_close(h);
}

static void put_end(struct html *h, struct one *o)
{
	const struct tenant *t = o->tenant;
	html_panel_open(h, "end", N_("Closing it"), NULL);
	if (t->removed.us) {
		html_lit(h, "<p>");
		html_say_with(h, N_("It is removed, and goes for good on {0}. Until then it can be brought back as it was."),
			HTML_ARG_DATE(t->removed.us + (int64_t)TENANT_KEPT_DAYS * SECONDS_A_DAY * 1000000, o->visit->zone));
		html_lit(h, "</p>");
		html_buttons_open(h);
		put_button(h, o, "restore", N_("Bring it back"));
	} else {
		html_lit(h, "<p>");
		html_say(h, N_("While it is closed, everybody gets a page that says so, and nobody can sign in. Nothing of it is lost."));
		html_lit(h, "</p>");
		html_buttons_open(h);
		put_button(h, o, t->suspended ? "resume" : "suspend", t->suspended ? N_("Open it again") : N_("Close it for now"));
		html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Remove it …"), .href = arena_printf(o->visit->arena, "%.*sremove/", STR_ARG(o->path)) });
	}
	html_buttons_close(h);
	html_panel_close(h);
}

static void put_forms(struct html *h, struct one *o, const struct visitor_form *posted, const struct html_errors *errors)
{
	struct str what = posted ? visitor_field(posted, STR("do")) : STR("");
	bool names = str_eq(what, STR("hosts")), limits = str_eq(what, STR("limits"));
	html_panel_open(h, "names", N_("Names"), N_("The first is its own; links to the others lead there. To rename it, put the new name first and leave the former one below it."));
	html_form_open(h, &(struct html_form){ .visit = o->visit, .action = o->path, .posted = names ? posted : NULL, .errors = names ? errors : NULL });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "hosts", .label = N_("Host names, one a line"), .value = names_of(o->visit->arena, o->tenant), .rows = 3, .code = true, .required = true,
		.most = 6000 });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save the names"), .name = "do", .value = STR("hosts") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
	html_panel_open(h, "limits", N_("What it may hold"), N_("Its own people set limits of their own, but none above these."));
	html_form_open(h, &(struct html_form){ .visit = o->visit, .action = o->path, .posted = limits ? posted : NULL, .errors = limits ? errors : NULL });
	put_ceilings(h, o->tenant);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save the limits"), .name = "do", .value = STR("limits") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static bool run_one(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_one o = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, VIEW_OFFICE_PORTALS, 0, &v, e))
		return back_answered(p, e);
	if (!find(&v, r->holes[0], &o, e))
		return false;
	if (posted) {
		if (back_form_kept(&v, &form, &errors, e) && act(&o, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	auto_page page = { .visit = &v, .title = o.title, .path = o.path };
	view_office_open(&page, VIEW_OFFICE_PORTALS);
	struct html *h = &page.h;
	const struct view_crumb crumbs[] = { { i18n_text(v.lang, N_("Other portals")), STR(HOME) }, { page.title, STR("") } };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, page.title, NULL);
	html_heading_close(h);
	back_said(&page, r);
	back_put_stale(&page, &errors);
	if (!put_facts(h, &o, e))
		return false;
	put_forms(h, &o, posted ? &form : NULL, &errors);
	put_end(h, &o);
	return view_close(&page, e);
}

BACK_PAGE(portals_one, HOME "{portal}/", run_one);

/* --- taking one away ------------------------------------------------------------------------------------------------------------ */

static bool take_away(struct one *o, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = o->visit;
	if (!str_eq(str_trim(visitor_field(f, STR("name"))), o->tenant->host))
		return html_complain(errors, v->lang, "name", N_("This is not its host name."));
	if (!back_fresh_form(v, errors) || !tenant_put_away(v->at.site->tenants, o->tenant->id, true, e))
		return false;
	note(v, "portal.removed", o->tenant->host);
	return back_done(v, o->path, "portal-removed", e);
}

static bool run_remove(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_one o = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	if (!back_enter(app, r, p, VIEW_OFFICE_PORTALS, 0, &v, e))
		return back_answered(p, e);
	if (!find(&v, r->holes[0], &o, e))
		return false;
	if (r->method == HTTPD_POST) {
		if (back_form_kept(&v, &form, &errors, e) && take_away(&o, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	auto_page page = back_page(&v, N_("Remove a portal"), HOME);
	view_office_open(&page, VIEW_OFFICE_PORTALS);
	struct html *h = &page.h;
	const struct view_crumb crumbs[] = { { i18n_text(v.lang, N_("Other portals")), STR(HOME) }, { o.title, o.path }, { page.title, STR("") } };
	const struct html_field name = { .name = "name", .label = N_("Type its host name"), .hint_text = o.tenant->host, .required = true, .code = true, .most = 253 };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, page.title, NULL);
	html_heading_close(h);
	back_put_stale(&page, &errors);
	html_confirm(h, &(struct html_confirm){ .visit = &v, .action = arena_printf(v.arena, "%.*sremove/", STR_ARG(o.path)), .back = o.path, .button = N_("Remove the portal"), .field = &name, .errors = &errors,
		.sentence = i18n_text(v.lang, N_("Its pages, datasets and accounts are gone for everybody at once, and for good 30 days later. Until then it can be brought back here.")) });
	return view_close(&page, e);
}

BACK_PAGE(portals_remove, HOME "{portal}/remove/", run_remove);
