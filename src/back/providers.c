/* Identity providers: the list, one provider's fields (rows of sso/fields.def), trying what can be tried without a person. A
 * secret that was given is kept sealed and never shown again; an empty box leaves it as it is. */
#include "back/settings.h"

#include "sso/sso.h"

/* Trying a provider waits for its server. */
#define CALLS .body_max = 1 << 20, .lane = HTTPD_LANE_CALL, .deadline_ms = 60000

static struct sso_scene scene_of(struct visit *v)
{
	struct site *s = v->at.site;
	return (struct sso_scene){ .store = s->store, .vault = s->vault, .events = s->events, .conf = s->conf, .tenant = v->at.tenant, .origin = v->origin,
		.client = v->request->client, .cancel_or_null = v->request->cancel, .arena = v->arena };
}

static const char *kind_title(enum sso_kind k)
{
	return k == SSO_OIDC ? N_("OpenID Connect") : N_("SAML 2.0");
}

static void open_page(struct view_page *page, const struct html_errors *errors_or_null)
{
	view_office_open(page, VIEW_OFFICE_ACCESS);
	if (errors_or_null)
		back_put_stale(page, errors_or_null);
}

/* --- the list ---------------------------------------------------------------------------------------------- */

static void put_list(struct html *h, const struct sso_provider *list, size_t n)
{
	static const struct html_column columns[] = { { .title = N_("Name"), .main = true }, { .title = N_("Kind") }, { .title = N_("State") } };
	struct html_table t = { .caption = N_("Identity providers"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<a href=\"/backoffice/access/providers/");
		html_text(h, list[i].id);
		html_lit(h, "/\">");
		html_text(h, list[i].label.n ? list[i].label : list[i].id);
		html_lit(h, "</a>");
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_say(h, kind_title(list[i].kind));
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		if (list[i].enabled)
			html_badge(h, HTML_SUCCESS, N_("Offered"));
		else
			html_badge(h, HTML_NEUTRAL, N_("Switched off"));
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

/* What the other side asks for. */
static void put_about_us(struct html *h, const struct visit *v)
{
	html_panel_open(h, "us", N_("What a provider needs to know"), NULL);
	html_facts_open(h);
	html_fact_open(h, N_("OpenID Connect: redirect address"));
	html_lit(h, "<code dir=\"ltr\">");
	html_text(h, arena_join(v->arena, v->origin, STR("/oidc/authenticate")));
	html_lit(h, "</code>");
	html_fact_close(h);
	html_fact_open(h, N_("SAML: metadata of this portal"));
	html_lit(h, "<a href=\"/saml2/metadata.xml\"><code dir=\"ltr\">");
	html_text(h, arena_join(v->arena, v->origin, STR("/saml2/metadata.xml")));
	html_lit(h, "</code></a>");
	html_fact_close(h);
	html_facts_close(h);
	html_panel_close(h);
}

static bool run_list(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct sso_provider *list;
	size_t n;
	if (!back_enter(app, r, p, VIEW_OFFICE_ACCESS, 0, &v, e))
		return back_answered(p, e);
	struct sso_scene scene = scene_of(&v);
	if (!sso_provider_list(&scene, &list, &n, e))
		return false;
	auto_page page = back_page(&v, N_("Access and sign-in"), "/backoffice/access/providers/");
	open_page(&page, NULL);
	struct html *h = &page.h;
	html_heading_open(h, page.title, NULL);
	html_heading_close(h);
	back_put_access_tabs(h, ACCESS_PROVIDERS);
	back_said(&page, r);
	if (n)
		put_list(h, list, n);
	else
		html_empty(h, N_("No identity provider"), N_("With one, people sign in with the account they have at work."), NULL);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Add an OpenID Connect provider"), .icon = ICON_PLUS, .with_icon = true,
		.href = STR("/backoffice/access/providers/new/oidc/") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Add a SAML provider"), .icon = ICON_PLUS, .with_icon = true,
		.href = STR("/backoffice/access/providers/new/saml/") });
	html_buttons_close(h);
	put_about_us(h, &v);
	return view_close(&page, e);
}

const struct httpd_route back_providers = { .method = HTTPD_GET, .pattern = "/backoffice/access/providers/", .run = run_list };

/* --- one provider ---------------------------------------------------------------------------------------------- */

struct one {
	struct visit *visit;
	struct sso_scene scene;
	struct sso_provider provider;
	bool fresh;                       /* not saved yet */
	struct str path;
	const struct sso_finding *findings;
	size_t nfindings;
	bool tried;
};

static bool is_long(struct str name)
{
	return str_eq(name, STR("metadata")) || str_eq(name, STR("discovery"));
}

static bool is_address(struct str name)
{
	return str_eq(name, STR("issuer")) || str_eq(name, STR("profile_url"));
}

static void put_role(struct html *h, const struct sso_field *f)
{
	static const struct html_option roles[] = { { .value = { "member", 6 }, .message = N_("Member") }, { .value = { "publisher", 9 }, .message = N_("Publisher") } };
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = f->name, .label = f->sentence, .options = roles, .noptions = COUNT_OF(roles),
		.value = f->value });
}

static void put_fields(struct html *h, const struct one *o)
{
	struct sso_field f;
	bool oidc = o->provider.kind == SSO_OIDC;
	if (o->fresh)
		html_field(h, &(struct html_field){ .name = "id", .label = N_("Short name"), .required = true, .most = 32, .code = true, .narrow = true,
			.hint = N_("Small letters, digits and hyphens. It stands in addresses and stays for ever.") });
	for (size_t i = 0; sso_field(i, &o->provider, &f); i++) {
		struct str name = str_of(f.name);
		if (oidc ? !f.oidc : !f.saml)
			continue;
		if (f.is_switch)
			html_check(h, &(struct html_check){ .name = f.name, .label = f.sentence, .on = str_eq(f.value, STR("true")), .as_switch = true });
		else if (str_eq(name, STR("role")))
			put_role(h, &f);
		else
			html_field(h, &(struct html_field){ .kind = is_long(name) ? HTML_FIELD_AREA : is_address(name) ? HTML_FIELD_URL : HTML_FIELD_TEXT,
				.name = f.name, .label = f.sentence, .value = f.value, .rows = 6, .code = is_long(name) });
		if (str_eq(name, STR("client_id")))
			html_field(h, &(struct html_field){ .kind = HTML_FIELD_PASSWORD, .name = "secret", .label = N_("Client secret"), .autocomplete = "new-password",
				.hint = o->provider.has_secret ? N_("One is kept. Leave this empty to keep it.") : NULL });
	}
}

/* "Issuer, an https address: must begin with https://", beside the field. */
static bool complain_fault(const struct visit *v, struct html_errors *errors, const struct sso_fault *fault)
{
	const char *label = strcmp(fault->field, "id") == 0 ? N_("Short name") : N_("Client secret");
	struct sso_field f;
	for (size_t i = 0; sso_field(i, NULL, &f); i++)
		if (strcmp(f.name, fault->field) == 0)
			label = f.sentence;
	auto_buf b = BUF_INIT(4000);
	buf_put(&b, i18n_text(v->lang, label));
	buf_lit(&b, ": ");
	i18n_put_filled(&b, i18n_text(v->lang, fault->sentence), &fault->arg, 1);
	return html_complain_text(errors, str_of(fault->field), arena_str(v->arena, buf_str(&b)));
}

/* Reads the form into the provider; what cannot be is said beside its field. */
static void read_fields(struct one *o, const struct visitor_form *form, struct html_errors *errors)
{
	struct sso_field f;
	struct visit *v = o->visit;
	if (o->fresh)
		o->provider.id = str_trim(visitor_field(form, STR("id")));
	for (size_t i = 0; sso_field(i, NULL, &f); i++) {
		struct sso_fault why;
		struct str name = str_of(f.name);
		if (o->provider.kind == SSO_OIDC ? !f.oidc : !f.saml)
			continue;
		struct str value = f.is_switch ? (visitor_field_on(form, name) ? STR("true") : STR("false")) : str_trim(visitor_field(form, name));
		if (!sso_field_put(v->arena, &o->provider, name, value, &why))
			complain_fault(v, errors, &why);
	}
}

static bool save(struct one *o, const struct visitor_form *form, struct html_errors *errors, struct err *e)
{
	struct visit *v = o->visit;
	struct sso_provider other;
	struct err ignored = { 0 };
	if (o->fresh && sso_provider_get(&o->scene, o->provider.id, &other, &ignored))
		return html_complain(errors, v->lang, "id", N_("There is a provider of this short name already."));
	struct sso_fault fault;
	if (!sso_provider_check(&o->scene, &o->provider, visitor_field(form, STR("secret")), &fault))
		return complain_fault(v, errors, &fault);
	if (!back_fresh_form(v, errors))
		return false;
	if (sso_provider_put(&o->scene, &o->provider, visitor_field(form, STR("secret")), e)) {
		visitor_note(v, EVENT_SETTINGS_CHANGED, o->fresh ? STR("provider_added") : STR("provider_changed"), o->provider.id);
		return back_done(v, arena_printf(v->arena, "/backoffice/access/providers/%.*s/", STR_ARG(o->provider.id)), "saved", e);
	}
	back_complain(v, errors, "", e);
	return false;
}

/* Tries what the form says, saved or not. Asks other servers, so the reader must have proved who they are. */
static bool try_it(struct one *o, const struct visitor_form *form, struct html_errors *errors, struct err *e)
{
	struct sso_finding *findings;
	struct sso_fault fault;
	if (!sso_provider_check(&o->scene, &o->provider, visitor_field(form, STR("secret")), &fault))
		return complain_fault(o->visit, errors, &fault);
	if (!back_fresh_form(o->visit, errors) || !sso_provider_test(&o->scene, &o->provider, &findings, &o->nfindings, e)) {
		if (e->code)
			back_complain(o->visit, errors, "", e);
		return false;
	}
	o->findings = findings;
	o->tried = true;
	return true;
}

static void put_findings(struct html *h, const struct one *o)
{
	if (!o->tried)
		return;
	bool all = true;
	for (size_t i = 0; i < o->nfindings; i++)
		all &= o->findings[i].good;
	html_notice_open(h, all ? HTML_SUCCESS : HTML_BAD);
	html_lit(h, "<h2>");
	html_say(h, all ? N_("Everything that can be tried without a person works") : N_("Something does not work yet"));
	html_lit(h, "</h2><ul>");
	for (size_t i = 0; i < o->nfindings; i++) {
		html_lit(h, "<li>");
		html_icon(h, o->findings[i].good ? ICON_CHECK : ICON_CLOSE);
		html_lit(h, " ");
		html_text(h, sso_finding_text(&o->findings[i], h->lang, o->visit->arena));
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul>");
	html_notice_close(h);
}

static bool show(struct one *o, const struct httpd_request *r, const struct visitor_form *posted, const struct html_errors *errors, struct err *e)
{
	struct visit *v = o->visit;
	struct str title = o->fresh ? i18n_text(v->lang, N_("A new identity provider")) : o->provider.label.n ? o->provider.label : o->provider.id;
	auto_page page = { .visit = v, .title = title, .path = o->path };
	open_page(&page, errors);
	struct html *h = &page.h;
	const struct view_crumb crumbs[] = { { i18n_text(v->lang, N_("Identity providers")), STR("/backoffice/access/providers/") }, { title, STR("") } };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, title, kind_title(o->provider.kind));
	if (!o->fresh)
		html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Remove"), .icon = ICON_TRASH, .with_icon = true,
			.href = arena_join(v->arena, o->path, STR("remove/")) });
	html_heading_close(h);
	back_said(&page, r);
	put_findings(h, o);
	html_panel_open(h, NULL, NULL, NULL);
	html_form_open(h, &(struct html_form){ .visit = v, .action = o->path, .posted = posted, .errors = errors });
	put_fields(h, o);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save"), .name = "do", .value = STR("save") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Try it"), .name = "do", .value = STR("try") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
	return view_close(&page, e);
}

static bool handle(struct one *o, struct httpd_request *r, struct httpd_reply *p, struct err *e)
{
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool posted = r->method == HTTPD_POST;
	if (posted) {
		bool taken = back_form_kept(o->visit, &form, &errors, e);
		if (!taken && !errors.n)
			return false;
		bool trying = str_eq(visitor_field(&form, STR("do")), STR("try"));
		if (taken)
			read_fields(o, &form, &errors);
		if (!errors.n && !trying && save(o, &form, &errors, e))
			return true;
		if (!errors.n && trying && !try_it(o, &form, &errors, e) && !errors.n)
			return back_answered(p, e);
		if (!errors.n && !trying)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		if (errors.n)
			back_refused(o->visit);
	}
	return show(o, r, posted ? &form : NULL, &errors, e);
}

static bool run_new(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct one o = { .visit = &v, .fresh = true };
	bool oidc = str_eq(r->holes[0], STR("oidc"));
	if (!back_enter(app, r, p, VIEW_OFFICE_ACCESS, 0, &v, e))
		return back_answered(p, e);
	if (!oidc && !str_eq(r->holes[0], STR("saml")))
		return err_set(e, ERR_NOT_FOUND, "Providers are oidc or saml.");
	o.scene = scene_of(&v);
	o.path = oidc ? STR("/backoffice/access/providers/new/oidc/") : STR("/backoffice/access/providers/new/saml/");
	sso_provider_new(&o.provider, STR(""), oidc ? SSO_OIDC : SSO_SAML);
	return handle(&o, r, p, e);
}

const struct httpd_route back_provider_new = { .method = HTTPD_GET, .pattern = "/backoffice/access/providers/new/{kind}/", .run = run_new };
const struct httpd_route back_provider_new_post = { .method = HTTPD_POST, .pattern = "/backoffice/access/providers/new/{kind}/", CALLS, .run = run_new };

static bool run_one(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct one o = { .visit = &v };
	if (!back_enter(app, r, p, VIEW_OFFICE_ACCESS, 0, &v, e))
		return back_answered(p, e);
	o.scene = scene_of(&v);
	if (!sso_provider_get(&o.scene, r->holes[0], &o.provider, e))
		return false;
	o.path = arena_printf(v.arena, "/backoffice/access/providers/%.*s/", STR_ARG(o.provider.id));
	return handle(&o, r, p, e);
}

const struct httpd_route back_provider = { .method = HTTPD_GET, .pattern = "/backoffice/access/providers/{id}/", .run = run_one };
const struct httpd_route back_provider_post = { .method = HTTPD_POST, .pattern = "/backoffice/access/providers/{id}/", CALLS, .run = run_one };

static bool run_remove(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct sso_provider provider;
	struct visitor_form form;
	if (!back_enter(app, r, p, VIEW_OFFICE_ACCESS, BACK_FRESH, &v, e))
		return back_answered(p, e);
	struct sso_scene scene = scene_of(&v);
	if (!sso_provider_get(&scene, r->holes[0], &provider, e))
		return false;
	if (r->method == HTTPD_POST) {
		if (!back_form(&v, &form, e) || !sso_provider_remove(&scene, provider.id, e))
			return false;
		visitor_note(&v, EVENT_SETTINGS_CHANGED, STR("provider_removed"), provider.id);
		return back_done(&v, STR("/backoffice/access/providers/"), "removed", e);
	}
	auto_page page = back_page(&v, N_("Remove an identity provider"), "/backoffice/access/providers/");
	view_office_open(&page, VIEW_OFFICE_ACCESS);
	html_heading_open(&page.h, page.title, NULL);
	html_heading_close(&page.h);
	html_confirm(&page.h, &(struct html_confirm){ .visit = &v, .action = r->path,
		.back = arena_printf(v.arena, "/backoffice/access/providers/%.*s/", STR_ARG(provider.id)),
		.sentence = arena_printf(v.arena, "%.*s: %.*s", STR_ARG(provider.label.n ? provider.label : provider.id), STR_ARG(i18n_text(v.lang,
			N_("nobody signs in by this provider any more. Accounts stay; those without a password need a letter to choose one.")))),
		.button = N_("Remove the provider") });
	return view_close(&page, e);
}

BACK_PAGE(provider_remove, "/backoffice/access/providers/{id}/remove/", run_remove);
