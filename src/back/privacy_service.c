/* One service of a draft: who provides it, why, what it may load, and what it stores. What is saved is kept even while something
 * is missing; what is missing is said beside the fields. */
#include "back/privacy.h"

static const char *const directives[] = { "script", "style", "img", "font", "connect", "frame", "media", "worker" };

/* Criteria of registry_criteria, in words. */
static const char *const criteria[] = {
	N_("Its only purpose is to measure the audience of this portal."), N_("It produces anonymous statistics only."), N_("Its data are combined with no other processing."),
	N_("No data that are not anonymous are passed on."), N_("Nobody is followed across sites."), N_("Places are no finer than a city."),
	N_("People are informed."), N_("People can object, simply and free of charge."), N_("What identifies a browser lives 13 months at most."),
	N_("Data are kept 25 months at most."), N_("These periods are reviewed."), N_("A provider keeps the data of each publisher apart."),
};

/* "frame https://…" a line. */
static struct str origin_lines(struct arena *a, const struct json_node *s)
{
	struct str all = STR("");
	for (size_t d = 0; d < COUNT_OF(directives); d++) {
		const struct json_node *list = json_get(json_get(s, "origins"), directives[d]);
		for (size_t i = 0; i < json_count(list); i++)
			all = arena_printf(a, "%.*s%s%s %.*s", STR_ARG(all), all.n ? "\n" : "", directives[d], STR_ARG(json_text(json_at(list, i))));
	}
	return all;
}

static void put_origins(struct json_out *j, struct str lines)
{
	json_open(j, '{');
	for (size_t d = 0; d < COUNT_OF(directives); d++) {
		struct str rest = lines;
		struct str line;
		bool any = false;
		while (rest.n && str_cut(&rest, '\n', &line)) {
			line = str_trim(line);
			ptrdiff_t blank = str_find_char(line, ' ');
			if (blank < 0 || !str_eq(str_sub(line, 0, (size_t)blank), str_of(directives[d])))
				continue;
			if (!any) {
				json_key(j, str_of(directives[d]));
				json_open(j, '[');
			}
			any = true;
			json_put(j, str_trim(str_from(line, (size_t)blank)));
		}
		if (any)
			json_close(j, ']');
	}
	json_close(j, '}');
}

/* Lines that name no place for what is loaded would be lost silently. */
static bool check_origins(struct visit *v, struct str lines, struct html_errors *errors)
{
	struct str line;
	while (lines.n && str_cut(&lines, '\n', &line)) {
		line = str_trim(line);
		ptrdiff_t blank = str_find_char(line, ' ');
		bool good = !line.n;
		for (size_t d = 0; d < COUNT_OF(directives) && blank > 0; d++)
			good |= str_eq(str_sub(line, 0, (size_t)blank), str_of(directives[d]));
		if (!good)
			return html_complain(errors, v->lang, "origins", N_("Each line is a word (script, style, img, font, connect, frame, media, worker), a blank and an origin, as: frame https://video.example"));
	}
	return true;
}

/* The words of a list that were ticked, in its order. */
static void put_chosen(struct json_out *j, const struct visitor_form *f, const char *name, const char *const *words)
{
	json_open(j, '[');
	for (size_t i = 0; words[i]; i++)
		for (size_t k = 0; k < f->n; k++)
			if (str_eq(f->pairs[k].name, str_of(name)) && str_eq(f->pairs[k].value, str_of(words[i])))
				json_put(j, str_of(words[i]));
	json_close(j, ']');
}

static void put_attestation(struct json_out *j, const struct visitor_form *f)
{
	json_open(j, '{');
	privacy_put_member(j, f, "by", "attestation_by");
	privacy_put_member(j, f, "at", "attestation_at");
	privacy_put_member(j, f, "evidence", "attestation_evidence");
	json_key(j, STR("criteria"));
	put_chosen(j, f, "attestation_criteria", registry_criteria);
	json_close(j, '}');
}

static struct str service_json(struct visit *v, const struct json_node *before, const struct visitor_form *f)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "id", json_text(json_get(before, "id")));
	privacy_put_member(&j, f, "name", "name");
	json_key(&j, STR("provider"));
	json_open(&j, '{');
	privacy_put_member(&j, f, "name", "provider_name");
	privacy_put_member(&j, f, "country", "provider_country");
	privacy_put_member(&j, f, "url", "provider_url");
	json_close(&j, '}');
	privacy_put_member(&j, f, "category", "category");
	privacy_put_member(&j, f, "legal_basis", "legal_basis");
	privacy_put_member(&j, f, "loads", "loads");
	json_key(&j, STR("purpose"));
	privacy_put_texts(&j, v, f, "purpose");
	json_key(&j, STR("data_sent"));
	privacy_put_texts(&j, v, f, "data_sent");
	privacy_put_member(&j, f, "policy_url", "policy_url");
	privacy_put_member(&j, f, "retention", "retention");
	privacy_put_member(&j, f, "transfer", "transfer");
	json_key(&j, STR("recipients"));
	privacy_put_lines(&j, visitor_field(f, STR("recipients")));
	json_key(&j, STR("origins"));
	put_origins(&j, visitor_field(f, STR("origins")));
	if (visitor_field(f, STR("sandbox_asked")).n) {
		json_key(&j, STR("sandbox"));
		put_chosen(&j, f, "sandbox", registry_sandbox_words);
	}
	if (str_trim(visitor_field(f, STR("tag_url"))).n) {
		json_key(&j, STR("tag"));
		json_open(&j, '{');
		privacy_put_member(&j, f, "url", "tag_url");
		privacy_put_member(&j, f, "site", "tag_site");
		json_close(&j, '}');
	}
	if (str_eq(visitor_field(f, STR("legal_basis")), STR("audience_exemption"))) {
		json_key(&j, STR("attestation"));
		put_attestation(&j, f);
	}
	json_close(&j, '}');
	return arena_str(v->arena, buf_str(&b));
}

/* --- the form ------------------------------------------------------------------------------------------------------- */

static void put_provider(struct html *h, const struct json_node *s)
{
	const struct json_node *p = json_get(s, "provider");
	html_fieldset_open(h, N_("Service provider"), NULL);
	html_field(h, &(struct html_field){ .name = "provider_name", .label = N_("Name"), .value = json_text(json_get(p, "name")), .most = 200, .required = true });
	html_field(h, &(struct html_field){ .name = "provider_country", .label = N_("Country"), .hint = N_("Two letters, as FR."), .value = json_text(json_get(p, "country")), .most = 60, .narrow = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_URL, .name = "provider_url", .label = N_("Address of its site"), .value = json_text(json_get(p, "url")), .most = 500 });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_URL, .name = "policy_url", .label = N_("Address of its privacy policy"), .value = json_text(json_get(s, "policy_url")), .most = 500, .required = true });
	html_fieldset_close(h);
}

static void put_basis(struct html *h, const struct json_node *s, bool exempt)
{
	struct html_option categories[] = {
		{ .value = STR("statistical"), .message = privacy_category_name(REGISTRY_STATISTICAL) }, { .value = STR("internal"), .message = privacy_category_name(REGISTRY_INTERNAL) },
		{ .value = STR("third_party"), .message = privacy_category_name(REGISTRY_THIRD_PARTY) }, { .value = STR("necessary"), .message = privacy_category_name(REGISTRY_NECESSARY) },
	};
	struct html_option bases[] = {
		{ .value = STR("consent"), .message = privacy_basis_name(REGISTRY_BASIS_CONSENT) }, { .value = STR("necessary"), .message = privacy_basis_name(REGISTRY_BASIS_NECESSARY) },
		{ .value = STR("audience_exemption"), .message = privacy_basis_name(REGISTRY_BASIS_EXEMPTION) },
	};
	struct html_option loads[] = {
		{ .value = STR("embed"), .message = N_("Only on pages where somebody embedded it") }, { .value = STR("tag"), .message = N_("On every public page") },
	};
	html_choice(h, &(struct html_choice){ .name = "category", .label = N_("Kind"), .options = categories, .noptions = COUNT_OF(categories), .value = json_text(json_get(s, "category")) });
	html_choice(h, &(struct html_choice){ .name = "legal_basis", .label = N_("Legal basis"), .hint = N_("Visitors are asked before a service with the basis consent is loaded."), .options = bases,
	            .noptions = exempt ? 3 : 2, .value = json_text(json_get(s, "legal_basis")) });
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "loads", .label = N_("Where it is loaded"), .options = loads, .noptions = COUNT_OF(loads), .value = json_text(json_get(s, "loads")) });
}

static void put_sandbox(struct html *h, const struct json_node *s)
{
	static const char *const labels[] = { N_("Send forms"), N_("Open windows"), N_("Show themselves on another screen"), N_("Use cookies and storage of their own site"),
		N_("Run programs") };
	const struct json_node *list = json_get(s, "sandbox");
	struct html_option options[COUNT_OF(labels)];
	for (size_t i = 0; i < COUNT_OF(labels); i++) {
		options[i] = (struct html_option){ .value = str_of(registry_sandbox_words[i]), .message = labels[i], .on = !list && (REGISTRY_SANDBOX_USUAL >> i & 1) };
		for (size_t k = 0; k < json_count(list); k++)
			options[i].on |= str_eq(json_text(json_at(list, k)), options[i].value);
	}
	html_hidden(h, "sandbox_asked", STR("1"));
	html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .name = "sandbox", .label = N_("What its frames may do"), .options = options, .noptions = COUNT_OF(options),
		.hint = N_("As little as it works with. No frame may lead the page elsewhere or open dialogs over it.") });
}

static void put_exemption(struct html *h, struct visit *v, const struct json_node *s)
{
	const struct json_node *t = json_get(s, "attestation");
	struct html_option options[COUNT_OF(criteria)];
	for (size_t i = 0; i < COUNT_OF(criteria); i++) {
		options[i] = (struct html_option){ .value = str_of(registry_criteria[i]), .message = criteria[i] };
		for (size_t k = 0; k < json_count(json_get(t, "criteria")); k++)
			options[i].on |= str_eq(json_text(json_at(json_get(t, "criteria"), k)), options[i].value);
	}
	(void)v;
	html_fieldset_open(h, N_("Attestation"), N_("Only for the basis \"exempt from consent\": somebody answers for it that each of these is true."));
	html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .name = "attestation_criteria", .label = N_("Criteria"), .options = options, .noptions = COUNT_OF(options) });
	html_field(h, &(struct html_field){ .name = "attestation_by", .label = N_("Who attests"), .value = json_text(json_get(t, "by")), .most = 200 });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_DATE, .name = "attestation_at", .label = N_("Date"), .value = json_text(json_get(t, "at")), .narrow = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_URL, .name = "attestation_evidence", .label = N_("Address of the evidence"), .value = json_text(json_get(t, "evidence")), .most = 500 });
	html_fieldset_close(h);
}

static void put_form(struct html *h, struct privacy_draft *d, const struct json_node *s, const struct visitor_form *posted, const struct html_errors *errors)
{
	struct visit *v = d->visit;
	bool exempt = registry_known_or_null(json_text(json_get(s, "id"))) && registry_known_or_null(json_text(json_get(s, "id")))->exempt;
	html_form_open(h, &(struct html_form){ .visit = v, .posted = posted, .errors = errors });
	html_field(h, &(struct html_field){ .name = "name", .label = N_("Name"), .value = json_text(json_get(s, "name")), .most = 200, .required = true });
	put_basis(h, s, exempt);
	html_field_languages(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "purpose", .label = N_("Purpose"), .rows = 2, .most = 1000 }, v->at.tenant, privacy_texts(v, s, "purpose"));
	html_field_languages(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "data_sent", .label = N_("Data that are sent"), .rows = 2, .most = 1000 }, v->at.tenant, privacy_texts(v, s, "data_sent"));
	put_provider(h, s);
	html_fieldset_open(h, N_("Data"), NULL);
	html_field(h, &(struct html_field){ .name = "retention", .label = N_("Kept for"), .hint = N_("As: 13 months"), .value = json_text(json_get(s, "retention")), .most = 200, .required = true, .narrow = true });
	html_field(h, &(struct html_field){ .name = "transfer", .label = N_("Countries outside the area, and the safeguard"), .value = json_text(json_get(s, "transfer")), .most = 500 });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "recipients", .label = N_("Other recipients"), .hint = N_("One a line."), .rows = 2, .value = privacy_lines(v->arena, json_get(s, "recipients")) });
	html_fieldset_close(h);
	html_fieldset_open(h, N_("What browsers may load"), NULL);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "origins", .label = N_("Origins"), .hint = N_("One a line: a word (script, style, img, font, connect, frame, media, worker), a blank and an origin, as: frame https://video.example"),
	           .rows = 4, .code = true, .value = origin_lines(v->arena, s) });
	if (str_eq(json_text(json_get(s, "loads")), STR("embed")))
		put_sandbox(h, s);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_URL, .name = "tag_url", .label = N_("Address of the measuring program"), .hint = N_("For Matomo: where it is installed, as https://stats.example.org/"), .value = json_text(json_get(json_get(s, "tag"), "url")), .most = 500 });
	html_field(h, &(struct html_field){ .name = "tag_site", .label = N_("Number of the site there"), .value = json_text(json_get(json_get(s, "tag"), "site")), .most = 100, .narrow = true });
	html_fieldset_close(h);
	if (exempt)
		put_exemption(h, v, s);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Save in the draft") });
	html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Remove this service"), .name = "remove", .value = STR("on") });
	html_buttons_close(h);
	html_form_close(h);
}

/* The text in the reader's language, or in the portal's first one. */
static struct str in_words_of(const struct visit *v, const struct str *texts)
{
	for (size_t i = 0; i < v->at.tenant->nlanguages; i++)
		if (str_eq(v->at.tenant->languages[i], v->lang->code) && texts[i].n)
			return texts[i];
	return texts[0];
}

static void put_items(struct html *h, struct privacy_draft *d, struct str service)
{
	static const struct html_column columns[] = { { .title = N_("Name"), .main = true }, { .title = N_("Function") }, { .title = N_("Duration") } };
	struct html_table t = { .caption = N_("Cookies and the like"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	struct visit *v = d->visit;
	const struct json_node *items = json_get(d->root, "items");
	html_panel_open(h, "items", N_("What it stores on devices"), NULL);
	bool any = false;
	for (size_t i = 0; i < json_count(items); i++) {
		const struct json_node *one = json_at(items, i);
		if (!str_eq(json_text(json_get(one, "service")), service))
			continue;
		if (!any)
			html_table_open(h, &t);
		any = true;
		int64_t s = json_int(json_get(json_get(one, "lifetime"), "seconds"), 0);
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<a href=\"/backoffice/privacy/items/");
		html_text(h, json_text(json_get(one, "id")));
		html_lit(h, "/\"><code dir=\"ltr\" translate=\"no\">");
		html_text(h, json_text(json_get(one, "name")));
		if (str_eq(json_text(json_get(one, "match")), STR("prefix")))
			html_lit(h, "*");
		html_lit(h, "</code></a>");
		html_cell_close(h, &t);
		html_cell_text(h, &t, in_words_of(v, privacy_texts(v, one, "function")));
		html_cell_open(h, &t);
		if (!s)
			html_say(h, N_("Until you close the browser"));
		else if (s >= 86400)
			html_say_plural(h, N2_("{0} day", "{0} days"), s / 86400);
		else
			html_say_plural(h, N2_("{0} minute", "{0} minutes"), (s + 59) / 60);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	if (any)
		html_table_close(h, &t);
	else
		html_notice(h, HTML_NEUTRAL, N_("Nothing is declared: whatever it stores would be undeclared."));
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Add a cookie or the like"), .href = arena_printf(v->arena, "/backoffice/privacy/items/new/?service=%.*s", STR_ARG(service)) });
	html_buttons_close(h);
	html_panel_close(h);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_privacy d = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool taken, posted = r->method == HTTPD_POST;
	struct str id = r->holes[0];
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e) || !privacy_draft_open(&v, &d, e))
		return false;
	const struct json_node *s = privacy_find(&d, "services", id);
	if (!s)
		return err_set(e, ERR_NOT_FOUND, "There is no service of this name in the draft.");
	struct str path = arena_printf(v.arena, "/backoffice/privacy/services/%.*s/", STR_ARG(id));
	if (taken) {
		bool remove = visitor_field_on(&form, STR("remove"));
		struct privacy_edit x = { .service = id };
		if (!remove)
			x.service_json = service_json(&v, s, &form);
		bool good = remove || check_origins(&v, visitor_field(&form, STR("origins")), &errors);
		if (good && !privacy_draft_save(&d, privacy_edited(&d, &x), e))
			return false;
		if (remove)
			return back_done(&v, STR("/backoffice/privacy/services/"), "removed", e);
		s = privacy_find(&d, "services", id);
	}
	if (d.changed && (taken || !posted) && !privacy_faults(&d, arena_printf(v.arena, "services.%.*s.", STR_ARG(id)), &errors, e))
		return false;
	if (posted && !errors.n)
		return back_done(&v, path, "saved-draft", e);
	if (posted)
		back_refused(&v);
	auto_page page = back_page(&v, N_("Services of others"), "/backoffice/privacy/services/");
	page.title = arena_str(v.arena, json_text(json_get(s, "name")));
	page.path = path;
	view_office_open(&page, VIEW_OFFICE_PRIVACY);
	struct html *h = &page.h;
	html_heading_open(h, page.title, NULL);
	html_heading_close(h);
	back_privacy_tabs(h, "/backoffice/privacy/services/");
	back_said(&page, r);
	if (taken)
		html_notice(h, HTML_INFO, N_("What you wrote is kept in the draft; the fields below need a correction before it can be published."));
	else
		privacy_draft_notice(h, &d);
	put_items(h, &d, id);
	put_form(h, &d, s, posted ? &form : NULL, &errors);
	return view_close(&page, e);
}

BACK_PAGE(privacy_service, "/backoffice/privacy/services/{service}/", run);
