/* One thing that a service stores or reads: its name, what for, how long, and its attributes. */
#include "back/privacy.h"

static const struct { const char *word, *name; int64_t seconds; } units[] = {
	{ "days", N_("days"), 86400 }, { "hours", N_("hours"), 3600 }, { "minutes", N_("minutes"), 60 }, { "seconds", N_("seconds"), 1 },
};

static const char *unit_of(int64_t seconds, int64_t *n)
{
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (seconds % units[i].seconds == 0) {
			*n = seconds / units[i].seconds;
			return units[i].word;
		}
	return "seconds";
}

static void put_lifetime(struct json_out *j, const struct visitor_form *f)
{
	bool persistent = str_eq(visitor_field(f, STR("life")), STR("persistent"));
	int64_t n = 0;
	int64_t unit = 1;
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (str_eq(visitor_field(f, STR("life_unit")), str_of(units[i].word)))
			unit = units[i].seconds;
	if (!str_to_int(str_trim(visitor_field(f, STR("lifetime_seconds"))), &n) || n < 0 || n > 1000000000 || num_mul(&n, n, unit))
		n = 0;
	json_open(j, '{');
	json_member(j, "type", persistent ? STR("persistent") : STR("session"));
	if (persistent) {
		json_member_int(j, "seconds", n);
		json_member(j, "refreshed", visitor_field_on(f, STR("refreshed")) ? STR("daily_while_used") : STR("never"));
	}
	json_close(j, '}');
}

static void put_attributes(struct json_out *j, const struct visitor_form *f)
{
	struct str domain = str_trim(visitor_field(f, STR("attributes_domain")));
	struct str path = str_trim(visitor_field(f, STR("attributes_path")));
	json_open(j, '{');
	json_key(j, STR("domain"));
	if (domain.n)
		json_put(j, domain);
	else
		json_put_null(j);
	json_member(j, "path", path.n ? path : STR("/"));
	privacy_put_member(j, f, "same_site", "same_site");
	json_member_bool(j, "secure", visitor_field_on(f, STR("secure")));
	json_member_bool(j, "http_only", visitor_field_on(f, STR("http_only")));
	json_member_bool(j, "partitioned", visitor_field_on(f, STR("partitioned")));
	json_close(j, '}');
}

static struct str item_json(struct visit *v, struct str id, const struct json_node *service, const struct visitor_form *f)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "id", id);
	json_member(&j, "service", json_text(json_get(service, "id")));
	privacy_put_member(&j, f, "kind", "kind");
	privacy_put_member(&j, f, "name", "name");
	json_member(&j, "match", visitor_field_on(f, STR("prefix")) ? STR("prefix") : STR("exact"));
	privacy_put_member(&j, f, "party", "party");
	privacy_put_member(&j, f, "category", "category");
	json_member(&j, "legal_basis", json_text(json_get(service, "legal_basis")));
	json_key(&j, STR("function"));
	privacy_put_texts(&j, v, f, "function");
	json_key(&j, STR("purpose"));
	privacy_put_texts(&j, v, f, "purpose");
	json_key(&j, STR("set_when"));
	privacy_put_texts(&j, v, f, "set_when");
	json_key(&j, STR("location"));
	json_open(&j, '[');
	if (visitor_field_on(f, STR("front")))
		json_put(&j, STR("front"));
	if (visitor_field_on(f, STR("back")))
		json_put(&j, STR("back"));
	json_close(&j, ']');
	json_key(&j, STR("lifetime"));
	put_lifetime(&j, f);
	json_key(&j, STR("attributes"));
	put_attributes(&j, f);
	json_member_bool(&j, "personal_data", visitor_field_on(f, STR("personal")));
	json_key(&j, STR("recipients"));
	privacy_put_lines(&j, visitor_field(f, STR("recipients")));
	privacy_put_member(&j, f, "transfer", "transfer");
	json_close(&j, '}');
	return arena_str(v->arena, buf_str(&b));
}

/* --- the form -------------------------------------------------------------------------------------------------------- */

static bool list_has(const struct json_node *list, const char *word)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_text(json_at(list, i)), str_of(word)))
			return true;
	return false;
}

static struct str or_else(struct str a, struct str b) { return a.n ? a : b; }

static void put_what(struct html *h, struct visit *v, const struct json_node *item, const struct json_node *service)
{
	struct html_option kinds[] = { { .value = STR("cookie"), .message = N_("Cookie") }, { .value = STR("local_storage"), .message = N_("Local storage") },
		{ .value = STR("session_storage"), .message = N_("Session storage") }, { .value = STR("indexed_db"), .message = N_("Database in the browser") },
		{ .value = STR("cache_storage"), .message = N_("Cache in the browser") } };
	struct html_option parties[] = { { .value = STR("third"), .message = N_("Under the name of the provider (third party)") },
		{ .value = STR("first"), .message = N_("Under the name of this portal (first party)") } };
	struct html_option categories[] = {
		{ .value = STR("statistical"), .message = privacy_category_name(REGISTRY_STATISTICAL) }, { .value = STR("internal"), .message = privacy_category_name(REGISTRY_INTERNAL) },
		{ .value = STR("third_party"), .message = privacy_category_name(REGISTRY_THIRD_PARTY) }, { .value = STR("necessary"), .message = privacy_category_name(REGISTRY_NECESSARY) } };
	html_choice(h, &(struct html_choice){ .name = "kind", .label = N_("What it is"), .options = kinds, .noptions = COUNT_OF(kinds), .value = or_else(json_text(json_get(item, "kind")), STR("cookie")) });
	html_field(h, &(struct html_field){ .name = "name", .label = N_("Name"), .value = json_text(json_get(item, "name")), .most = 200, .required = true, .code = true });
	html_check(h, &(struct html_check){ .name = "prefix", .label = N_("All names that begin so"), .on = str_eq(json_text(json_get(item, "match")), STR("prefix")) });
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "party", .label = N_("Stored"), .options = parties, .noptions = COUNT_OF(parties),
	            .value = or_else(json_text(json_get(item, "party")), STR("third")) });
	html_choice(h, &(struct html_choice){ .name = "category", .label = N_("Kind of cookie"), .options = categories, .noptions = COUNT_OF(categories),
	            .value = or_else(json_text(json_get(item, "category")), json_text(json_get(service, "category"))) });
	html_field_languages(h, &(struct html_field){ .name = "function", .label = N_("Function"), .most = 200 }, v->at.tenant, privacy_texts(v, item, "function"));
	html_field_languages(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "purpose", .label = N_("Purpose"), .rows = 2, .most = 1000 }, v->at.tenant, privacy_texts(v, item, "purpose"));
	html_field_languages(h, &(struct html_field){ .name = "set_when", .label = N_("When it is set"), .most = 500 }, v->at.tenant, privacy_texts(v, item, "set_when"));
}

static void put_how(struct html *h, struct visit *v, const struct json_node *item)
{
	int64_t n = 0;
	const struct json_node *life = json_get(item, "lifetime");
	const struct json_node *attributes = json_get(item, "attributes");
	const char *unit = unit_of(json_int(json_get(life, "seconds"), 0), &n);
	struct html_option lives[] = { { .value = STR("session"), .message = N_("Until the browser is closed") }, { .value = STR("persistent"), .message = N_("For a time:") } };
	struct html_option spans[COUNT_OF(units)];
	struct html_option sites[] = { { .value = STR("Lax"), .text = STR("Lax") }, { .value = STR("None"), .text = STR("None") }, { .value = STR("Strict"), .text = STR("Strict") } };
	for (size_t i = 0; i < COUNT_OF(units); i++)
		spans[i] = (struct html_option){ .value = str_of(units[i].word), .message = units[i].name };
	html_fieldset_open(h, N_("Duration"), N_("400 days at most; 395 for statistics."));
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "life", .label = N_("It lives"), .options = lives, .noptions = COUNT_OF(lives), .value = or_else(json_text(json_get(life, "type")), STR("session")) });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "lifetime_seconds", .label = N_("How long"), .value = n ? arena_printf(v->arena, "%lld", (long long)n) : STR(""), .min = STR("1"), .narrow = true });
	html_choice(h, &(struct html_choice){ .name = "life_unit", .label = N_("Unit"), .options = spans, .noptions = COUNT_OF(spans), .value = str_of(unit) });
	html_check(h, &(struct html_check){ .name = "refreshed", .label = N_("Renewed daily while it is used"), .on = str_eq(json_text(json_get(life, "refreshed")), STR("daily_while_used")) });
	html_fieldset_close(h);
	html_fieldset_open(h, N_("Where and how"), NULL);
	html_check(h, &(struct html_check){ .name = "front", .label = N_("On public pages"), .on = !item || list_has(json_get(item, "location"), "front") });
	html_check(h, &(struct html_check){ .name = "back", .label = N_("In the back office"), .on = list_has(json_get(item, "location"), "back") });
	html_check(h, &(struct html_check){ .name = "personal", .label = N_("It is personal data"), .on = json_bool(json_get(item, "personal_data"), true) });
	html_field(h, &(struct html_field){ .name = "attributes_path", .label = N_("Path"), .value = or_else(json_text(json_get(attributes, "path")), STR("/")), .most = 200, .code = true, .narrow = true });
	html_field(h, &(struct html_field){ .name = "attributes_domain", .label = N_("Domain"), .hint = N_("For third parties only."), .value = json_text(json_get(attributes, "domain")), .most = 253, .code = true });
	html_choice(h, &(struct html_choice){ .name = "same_site", .label = N_("SameSite"), .options = sites, .noptions = COUNT_OF(sites), .value = or_else(json_text(json_get(attributes, "same_site")), STR("None")) });
	html_check(h, &(struct html_check){ .name = "secure", .label = N_("Secure"), .on = json_bool(json_get(attributes, "secure"), true) });
	html_check(h, &(struct html_check){ .name = "http_only", .label = N_("HttpOnly"), .on = json_bool(json_get(attributes, "http_only"), false) });
	html_check(h, &(struct html_check){ .name = "partitioned", .label = N_("Partitioned"), .on = json_bool(json_get(attributes, "partitioned"), false) });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "recipients", .label = N_("Other recipients"), .hint = N_("One a line."), .rows = 2, .value = privacy_lines(v->arena, json_get(item, "recipients")) });
	html_field(h, &(struct html_field){ .name = "transfer", .label = N_("Countries outside the area, and the safeguard"), .value = json_text(json_get(item, "transfer")), .most = 500 });
	html_fieldset_close(h);
}

/* --- the page ------------------------------------------------------------------------------------------------------------ */

struct one { struct str id; const struct json_node *item, *service; bool fresh; };

/* The id of a new item is made of its name: letters, digits and _. */
static struct str new_id(struct privacy_draft *d, struct str service, struct str name)
{
	struct arena *a = d->visit->arena;
	char *copy = arena_bytes(a, name.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < name.n && n < 60; i++) {
		char c = name.p[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (good || (n && copy[n - 1] != '_'))
			copy[n++] = good ? c : '_';
	}
	while (n && copy[n - 1] == '_')
		n--;
	struct str id = arena_printf(a, "%.*s.%.*s", STR_ARG(service), STR_ARG(n ? str_make(copy, n) : STR("item")));
	struct str free_id = id;
	for (int i = 2; privacy_find(d, "items", free_id); i++)
		free_id = arena_printf(a, "%.*s_%d", STR_ARG(id), i);
	return free_id;
}

static bool read_one(struct privacy_draft *d, struct one *o, struct err *e)
{
	const struct httpd_request *r = d->visit->request;
	const struct str *service = httpd_query_or_null(r, STR("service"));
	o->fresh = str_eq(r->holes[0], STR("new"));
	o->id = r->holes[0];
	o->item = o->fresh ? NULL : privacy_find(d, "items", o->id);
	struct str owner = o->item ? json_text(json_get(o->item, "service")) : service ? *service : STR("");
	o->service = privacy_find(d, "services", owner);
	return (o->service && (o->item || o->fresh)) || err_set(e, ERR_NOT_FOUND, "There is nothing of this name in the draft that could be edited.");
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_privacy d = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct one o;
	bool taken, posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e) || !privacy_draft_open(&v, &d, e) || !read_one(&d, &o, e))
		return false;
	struct str owner = arena_str(v.arena, json_text(json_get(o.service, "id")));
	struct str up = arena_printf(v.arena, "/backoffice/privacy/services/%.*s/", STR_ARG(owner));
	if (taken) {
		bool remove = visitor_field_on(&form, STR("remove"));
		if (o.fresh)
			o.id = new_id(&d, owner, str_trim(visitor_field(&form, STR("name"))));
		struct privacy_edit x = { .item = o.id };
		if (!remove)
			x.item_json = item_json(&v, o.id, o.service, &form);
		if (!privacy_draft_save(&d, privacy_edited(&d, &x), e))
			return false;
		if (remove)
			return back_done(&v, up, "removed", e);
		o.item = privacy_find(&d, "items", o.id);
		o.service = privacy_find(&d, "services", owner);
	}
	if (d.changed && o.item && (taken || !posted) && !privacy_faults(&d, arena_printf(v.arena, "items.%.*s.", STR_ARG(o.id)), &errors, e))
		return false;
	if (posted && !errors.n)
		return back_done(&v, up, "saved-draft", e);
	if (posted)
		back_refused(&v);
	auto_page page = back_page(&v, N_("Cookie or the like"), "/backoffice/privacy/services/");
	if (o.item && json_text(json_get(o.item, "name")).n)
		page.title = arena_str(v.arena, json_text(json_get(o.item, "name")));
	view_office_open(&page, VIEW_OFFICE_PRIVACY);
	struct html *h = &page.h;
	html_heading_open(h, page.title, NULL);
	html_heading_close(h);
	back_privacy_tabs(h, "/backoffice/privacy/services/");
	view_crumbs(h, (const struct view_crumb[]){ { i18n_text(v.lang, N_("Services of others")), STR("/backoffice/privacy/services/") }, { json_text(json_get(o.service, "name")), up } }, 2);
	if (taken)
		html_notice(h, HTML_INFO, N_("What you wrote is kept in the draft; the fields below need a correction before it can be published."));
	struct str action = o.fresh && !o.item ? arena_printf(v.arena, "/backoffice/privacy/items/new/?service=%.*s", STR_ARG(owner)) : arena_printf(v.arena, "/backoffice/privacy/items/%.*s/", STR_ARG(o.id));
	html_form_open(h, &(struct html_form){ .visit = &v, .action = action, .posted = posted ? &form : NULL, .errors = &errors });
	put_what(h, &v, o.item, o.service);
	put_how(h, &v, o.item);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Save in the draft") });
	if (o.item)
		html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Remove"), .name = "remove", .value = STR("on") });
	html_buttons_close(h);
	html_form_close(h);
	return view_close(&page, e);
}

BACK_PAGE(privacy_item, "/backoffice/privacy/items/{item}/", run);
