/* What the registry says besides services: who answers for it, words of the portal's own before and after the policy, and on
 * the banner; the platform's own items, which nobody changes. */
#include "back/privacy.h"

static void put_platform(struct html *h, const struct registry *g, const struct visit *v)
{
	static const struct html_column columns[] = { { .title = N_("Name"), .main = true }, { .title = N_("Function") }, { .title = N_("Purpose") } };
	struct html_table t = { .caption = N_("Cookies of the platform"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	size_t lang = registry_language(g, v->lang_code);
	html_panel_open(h, "platform", N_("Cookies of the platform"), N_("They are the same on every portal and cannot be changed here."));
	html_table_open(h, &t);
	for (size_t i = 0; i < g->nitems; i++) {
		if (g->items[i].cookie == REGISTRY_COOKIES)
			continue;
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<code dir=\"ltr\" translate=\"no\">");
		html_text(h, g->items[i].name);
		html_lit(h, "</code>");
		html_cell_close(h, &t);
		html_cell_text(h, &t, g->items[i].function.of[lang]);
		html_cell_text(h, &t, g->items[i].purpose.of[lang]);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
	html_panel_close(h);
}

static void put_form(struct html *h, struct privacy_draft *d, const struct visitor_form *posted, const struct html_errors *errors)
{
	struct visit *v = d->visit;
	const struct json_node *c = json_get(d->root, "controller");
	const struct json_node *a = json_get(d->root, "additions");
	const struct json_node *b = json_get(d->root, "banner");
	html_form_open(h, &(struct html_form){ .visit = v, .posted = posted, .errors = errors });
	html_fieldset_open(h, N_("Who answers for it"), N_("Left empty, the portal's settings say it."));
	html_field(h, &(struct html_field){ .name = "controller.name", .label = N_("Controller"), .hint = N_("The organisation that decides why and how data are processed. A change asks everybody again."),
	           .value = json_text(json_get(c, "name")), .most = 200 });
	html_field(h, &(struct html_field){ .name = "controller.contact", .label = N_("Contact"), .value = json_text(json_get(c, "contact")), .most = 254 });
	html_field(h, &(struct html_field){ .name = "controller.data_protection", .label = N_("Data protection contact"), .value = json_text(json_get(c, "data_protection")), .most = 254 });
	html_fieldset_close(h);
	html_fieldset_open(h, N_("Words of your own on the cookie policy"), N_("Markdown: headings from ###, paragraphs, lists, links, emphasis and tables. They stand before or after what the platform writes and cannot change it."));
	html_field_languages(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "before", .label = N_("Before"), .rows = 5 }, v->at.tenant, privacy_texts(v, a, "before"));
	html_field_languages(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "after", .label = N_("After"), .rows = 5 }, v->at.tenant, privacy_texts(v, a, "after"));
	html_fieldset_close(h);
	html_fieldset_open(h, N_("Words of your own on the banner"), N_("Up to 300 characters each, and neutral: words that praise one answer are refused. What the buttons mean cannot be changed."));
	html_field_languages(h, &(struct html_field){ .name = "title", .label = N_("Title"), .most = 300 }, v->at.tenant, privacy_texts(v, b, "title"));
	html_field_languages(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "first", .label = N_("First sentence"), .rows = 2, .most = 300 }, v->at.tenant, privacy_texts(v, b, "first"));
	html_fieldset_close(h);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Save in the draft") });
	html_buttons_close(h);
	html_form_close(h);
}

static struct str pair_json(struct visit *v, const struct visitor_form *f, const char *x, const char *y)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, str_of(x));
	privacy_put_texts(&j, v, f, x);
	json_key(&j, str_of(y));
	privacy_put_texts(&j, v, f, y);
	json_close(&j, '}');
	return arena_str(v->arena, buf_str(&b));
}

static struct str controller_json(struct visit *v, const struct visitor_form *f)
{
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	privacy_put_member(&j, f, "name", "controller.name");
	privacy_put_member(&j, f, "contact", "controller.contact");
	privacy_put_member(&j, f, "data_protection", "controller.data_protection");
	json_close(&j, '}');
	return arena_str(v->arena, buf_str(&b));
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_privacy d = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool taken, posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e) || !privacy_draft_open(&v, &d, e))
		return false;
	if (taken) {
		struct privacy_edit x = { .member = { "controller", "additions", "banner" } };
		x.member_json[0] = controller_json(&v, &form);
		x.member_json[1] = pair_json(&v, &form, "before", "after");
		x.member_json[2] = pair_json(&v, &form, "title", "first");
		if (!privacy_draft_save(&d, privacy_edited(&d, &x), e))
			return false;
	}
	if (d.changed && (taken || !posted) && (!privacy_faults(&d, STR("banner."), &errors, e) || !privacy_faults(&d, STR("additions."), &errors, e)))
		return false;
	if (posted && !errors.n)
		return back_done(&v, STR("/backoffice/privacy/registry/"), "saved-draft", e);
	if (posted)
		back_refused(&v);
	auto_page page = back_page(&v, N_("Texts and contacts"), "/backoffice/privacy/registry/");
	view_office_open(&page, VIEW_OFFICE_PRIVACY);
	struct html *h = &page.h;
	html_heading_open(h, page.title, NULL);
	html_heading_close(h);
	back_privacy_tabs(h, "/backoffice/privacy/registry/");
	back_said(&page, r);
	if (taken)
		html_notice(h, HTML_INFO, N_("What you wrote is kept in the draft; the fields below need a correction before it can be published."));
	else
		privacy_draft_notice(h, &d);
	put_form(h, &d, posted ? &form : NULL, &errors);
	put_platform(h, d.now, &v);
	return view_close(&page, e);
}

BACK_PAGE(privacy_registry, "/backoffice/privacy/registry/", run);
