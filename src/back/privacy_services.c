/* The services a portal declares: the list, adding one that is known by name or by hand, and the page of one. */
#include "back/privacy.h"

static const struct { enum registry_category c; const char *name; } categories[] = {
	{ REGISTRY_NECESSARY, N_("Necessary") }, { REGISTRY_STATISTICAL, N_("Statistical") }, { REGISTRY_INTERNAL, N_("Internal (first-party)") },
	{ REGISTRY_THIRD_PARTY, N_("Third-party") },
};
static const char *const bases[] = { [REGISTRY_BASIS_NECESSARY] = N_("Necessary for the service"), [REGISTRY_BASIS_EXEMPTION] = N_("Exempt from consent: anonymous statistics only"),
	[REGISTRY_BASIS_CONSENT] = N_("Consent") };

const char *privacy_category_name(enum registry_category c) { return categories[c < COUNT_OF(categories) ? c : 0].name; }
const char *privacy_basis_name(enum registry_basis b) { return bases[b]; }

static int word_index(const char *const *words, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(s, str_of(words[i])))
			return (int)i;
	return 0;
}

static const char *const category_words[] = { "necessary", "statistical", "internal", "third_party" };
static const char *const basis_words[] = { "necessary", "audience_exemption", "consent" };

/* --- the list ------------------------------------------------------------------------------------------------------ */

static void put_list(struct html *h, struct privacy_draft *d)
{
	static const struct html_column columns[] = { { .title = N_("Service"), .main = true }, { .title = N_("Service provider") }, { .title = N_("Kind") },
		{ .title = N_("Legal basis") }, { .title = N_("Cookies and the like"), .number = true } };
	struct html_table t = { .caption = N_("Services of others"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	const struct json_node *list = json_get(d->root, "services");
	const struct json_node *items = json_get(d->root, "items");
	if (!json_count(list)) {
		html_empty(h, N_("No services of others"), N_("This portal loads nothing from other sites and asks nobody for consent. Add a service before you embed a video or measure with somebody else's program."), NULL);
		return;
	}
	html_table_open(h, &t);
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *s = json_at(list, i);
		struct str id = json_text(json_get(s, "id"));
		int64_t n = 0;
		for (size_t k = 0; k < json_count(items); k++)
			n += str_eq(json_text(json_get(json_at(items, k), "service")), id);
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<a href=\"/backoffice/privacy/services/");
		html_text(h, id);
		html_lit(h, "/\">");
		html_text(h, json_text(json_get(s, "name")));
		html_lit(h, "</a>");
		html_cell_close(h, &t);
		html_cell_text(h, &t, json_text(json_get(json_get(s, "provider"), "name")));
		html_cell_text(h, &t, i18n_text(h->lang, categories[word_index(category_words, 4, json_text(json_get(s, "category")))].name));
		html_cell_text(h, &t, i18n_text(h->lang, bases[word_index(basis_words, 3, json_text(json_get(s, "legal_basis")))]));
		html_cell_count(h, &t, n);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

static void put_known(struct html *h, struct privacy_draft *d, const struct visitor_form *posted, const struct html_errors *errors)
{
	static const struct html_column columns[] = { { .title = N_("Service"), .main = true }, { .title = N_("Service provider") }, { .title = N_("Kind") },
		{ .title = N_("Actions"), .hide_title = true } };
	struct html_table t = { .caption = N_("Known services"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_panel_open(h, "known", N_("Add a known service"), N_("What is known of it is filled in; check it against what you have agreed with the provider."));
	html_table_open(h, &t);
	for (const struct registry_known *k = registry_known_services; k->id; k++) {
		if (privacy_find(d, "services", str_of(k->id)))
			continue;
		bool asks = strchr(k->origins, '$') != NULL;
		bool mine = posted && str_eq(visitor_field(posted, STR("known")), str_of(k->id));
		html_row_open(h, &t);
		html_cell_text(h, &t, str_of(k->name));
		html_cell_text(h, &t, k->provider[0] ? str_of(k->provider) : i18n_text(h->lang, N_("your own server")));
		html_cell_text(h, &t, i18n_text(h->lang, privacy_category_name(k->category)));
		html_cell_open(h, &t);
		html_form_open(h, &(struct html_form){ .visit = d->visit, .posted = mine ? posted : NULL, .errors = mine ? errors : NULL, .label = k->name, .inline_ = asks, .plain = !asks });
		html_hidden(h, "known", str_of(k->id));
		if (asks)
			html_field(h, &(struct html_field){ .name = "host", .label = N_("Host name of your own server"), .placeholder = "stats.example.org", .code = true, .most = 253 });
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Add"), .about = str_of(k->name), .small = true });
		html_form_close(h);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
	html_panel_close(h);
}

static void put_new(struct html *h, struct privacy_draft *d, const struct visitor_form *posted, const struct html_errors *errors, struct str origin)
{
	bool mine = posted && visitor_field(posted, STR("id")).n;
	html_panel_open(h, "new", N_("Add another service"), NULL);
	if (origin.n)
		html_notice_text(h, HTML_INFO, origin);
	html_form_open(h, &(struct html_form){ .visit = d->visit, .posted = mine ? posted : NULL, .errors = mine ? errors : NULL });
	html_hidden(h, "origin", origin);
	html_field(h, &(struct html_field){ .name = "name", .label = N_("Name"), .most = 200, .required = true });
	html_field(h, &(struct html_field){ .name = "id", .label = N_("Short name"), .hint = N_("Small letters, digits and _; it appears in the choices that visitors store and cannot be changed later."), .most = 32, .required = true, .code = true, .narrow = true });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Add") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static bool is_host(struct str s)
{
	bool ok = s.n > 2 && s.n <= 253 && str_find_char(s, '.') > 0;
	for (size_t i = 0; ok && i < s.n; i++)
		ok = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' || s.p[i] == '-' || s.p[i] == ':';
	return ok;
}

static bool add_known(struct privacy_draft *d, const struct visitor_form *f, struct html_errors *errors, struct str *id, struct err *e)
{
	struct visit *v = d->visit;
	const struct registry_known *k = registry_known_or_null(visitor_field(f, STR("known")));
	struct str host = str_trim(visitor_field(f, STR("host")));
	if (!k || privacy_find(d, "services", str_of(k->id)))
		return html_complain(errors, v->lang, "", N_("This service cannot be added: it is there already, or not known."));
	if (str_starts(host, STR("https://")))
		host = str_from(host, 8);
	if (host.n && host.p[host.n - 1] == '/')
		host.n--;
	if (strchr(k->origins, '$') && !is_host(host))
		return html_complain(errors, v->lang, "host", N_("Give the name of the server, as stats.example.org."));
	auto_buf b = BUF_INIT(1 << 20);
	auto_json *doc = NULL;
	registry_put_known(&b, d->now, k, host);
	if (!json_read(buf_str(&b), &doc, e))
		return false;
	auto_buf s = BUF_INIT(1 << 20);
	json_put_node(&s, json_get(json_root(doc), "service"));
	struct privacy_edit x = { .service = str_of(k->id), .service_json = buf_str(&s), .more_items = json_get(json_root(doc), "items") };
	*id = str_of(k->id);
	return privacy_draft_save(d, privacy_edited(d, &x), e);
}

static bool is_id(struct str s)
{
	bool ok = s.n >= 1 && s.n <= 32 && s.p[0] >= 'a' && s.p[0] <= 'z';
	for (size_t i = 0; ok && i < s.n; i++)
		ok = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_';
	return ok;
}

static bool add_own(struct privacy_draft *d, const struct visitor_form *f, struct html_errors *errors, struct str *id, struct err *e)
{
	struct visit *v = d->visit;
	struct str given = str_trim(visitor_field(f, STR("id")));
	struct str name = str_trim(visitor_field(f, STR("name")));
	struct str origin = str_trim(visitor_field(f, STR("origin")));
	if (!name.n)
		html_complain(errors, v->lang, "name", N_("The service needs a name."));
	if (!is_id(given))
		return html_complain(errors, v->lang, "id", N_("A small letter, then at most 31 small letters, digits and _."));
	if (privacy_find(d, "services", given))
		return html_complain(errors, v->lang, "id", N_("There is a service of this short name already."));
	if (errors->n)
		return false;
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "id", given);
	json_member(&j, "name", name);
	json_member(&j, "category", STR("third_party"));
	json_member(&j, "legal_basis", STR("consent"));
	json_member(&j, "loads", STR("embed"));
	if (origin.n) {
		json_key(&j, STR("origins"));
		json_open(&j, '{');
		json_key(&j, STR("frame"));
		json_open(&j, '[');
		json_put(&j, origin);
		json_close(&j, ']');
		json_close(&j, '}');
	}
	json_close(&j, '}');
	struct privacy_edit x = { .service = given, .service_json = buf_str(&b) };
	*id = given;
	return privacy_draft_save(d, privacy_edited(d, &x), e);
}

static bool run_list(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_privacy d = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct str id;
	bool taken, posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e) || !privacy_draft_open(&v, &d, e))
		return false;
	if (posted) {
		bool known = visitor_field(&form, STR("known")).n > 0;
		if (taken && (known ? add_known(&d, &form, &errors, &id, e) : add_own(&d, &form, &errors, &id, e)))
			return back_done(&v, arena_printf(v.arena, "/backoffice/privacy/services/%.*s/", STR_ARG(id)), "added", e);
		if (!errors.n)
			return false;
		back_refused(&v);
	}
	auto_page page = back_page(&v, N_("Services of others"), "/backoffice/privacy/services/");
	view_office_open(&page, VIEW_OFFICE_PRIVACY);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("What pages of this portal may load from other sites, and only after visitors agreed."));
	html_heading_close(h);
	back_privacy_tabs(h, "/backoffice/privacy/services/");
	back_said(&page, r);
	privacy_draft_notice(h, &d);
	put_list(h, &d);
	const struct str *origin = httpd_query_or_null(r, STR("origin"));
	put_known(h, &d, posted ? &form : NULL, &errors);
	put_new(h, &d, posted ? &form : NULL, &errors, origin && origin->n < 300 && str_starts(*origin, STR("https://")) ? *origin : STR(""));
	return view_close(&page, e);
}

BACK_PAGE(privacy_services, "/backoffice/privacy/services/", run_list);
