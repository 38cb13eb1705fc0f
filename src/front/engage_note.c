/* Messages: to the publisher of a dataset, about one of its records if need be; to the people of the portal; and to be let in. Asking
 * for access says the same whether what is asked for exists or not. */
#include "front/engage.h"

#include "text/text.h"

static bool send(struct front_form *f, struct visit *v, const struct dataset *d, struct engage_note *n, bool address_required, struct str path, struct err *e)
{
	struct engage_scene s = front_engage(v);
	n->name = front_form_field(f, "name");
	n->email = front_form_field(f, "email");
	if (!n->text.n)
		n->text = front_form_field(f, "text");
	if (!n->text.n || n->text.n > ENGAGE_TEXT)
		front_form_complain(f, v, "text", N_("Please write your message, of at most 4,000 characters."));
	if (!s.by && address_required && !n->email.n)
		front_form_complain(f, v, "email", N_("Please give an address that the answer can go to."));
	if (f->errors.n)
		return true;
	if (engage_note_put(&s, d, n, e))
		return front_form_done(v, path, e);
	return front_form_refused(f, v, s.by || e->code == ERR_FORBIDDEN ? "" : "email", e);
}

/* --- about a dataset ---------------------------------------------------------------------------------------- */

static void put_feedback(struct view_page *page, const struct visit *v)
{
	struct html *h = &page->h;
	const struct str *record = httpd_query_or_null(v->request, STR("record"));
	struct html_option options[3];
	for (size_t i = 0; i < COUNT_OF(options); i++)
		options[i] = (struct html_option){ .value = str_of(engage_categories[i][0]), .message = engage_categories[i][1] };
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "category", .label = N_("What it is about"), .options = options, .noptions = COUNT_OF(options), .value = STR("question") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "record", .label = N_("Record"), .hint = N_("If it is about one record: its identifier, or what tells it from the others."),
		.value = record ? text_cut(*record, ENGAGE_ABOUT) : STR(""), .most = ENGAGE_ABOUT });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "text", .label = N_("Message"), .rows = 7, .most = ENGAGE_TEXT, .required = true });
	front_form_person(page, false);
}

static bool feedback(struct front_dataset *d, struct front_form *f, struct err *e)
{
	struct visit *v = &d->visit;
	struct engage_note n = { .kind = ENGAGE_FEEDBACK, .category = front_form_field(f, "category"), .about = front_form_field(f, "record") };
	bool known = false;
	for (size_t i = 0; engage_categories[i][0]; i++)
		known |= str_eq(n.category, str_of(engage_categories[i][0]));
	if (!known)
		front_form_complain(f, v, "category", N_("Please choose one."));
	if (n.about.n > ENGAGE_ABOUT)
		front_form_complain(f, v, "record", N_("This is too long."));
	return send(f, v, d->dataset, &n, false, arena_join(v->arena, d->url, STR("feedback/")), e);
}

static bool run_feedback(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(front_dataset_leave) struct front_dataset d = { 0 };
	struct front_form f = { .name = "feedback" };
	bool good;
	if (!front_dataset_enter(&d, app, r, p, r->holes[0], e))
		return false;
	struct visit *v = &d.visit;
	if (!tenant_setting_on(v->at.tenant, "feedback"))
		return err_set(e, ERR_NOT_FOUND, "This portal takes no messages about datasets.");
	if (!front_form_take(&f, v, &good, e))
		return false;
	if (good && (!feedback(&d, &f, e) || !f.errors.n))
		return e->code == ERR_NONE;
	struct view_crumb crumbs[] = { { i18n_text(v->lang, N_("Catalogue")), STR("/explore/") }, { d.title, d.url }, { i18n_text(v->lang, N_("Write to the publisher")), STR("") } };
	d.page.visit = v;
	d.page.title = i18n_text(v->lang, N_("Write to the publisher"));
	d.page.path = arena_join(v->arena, d.url, STR("feedback/"));
	d.page.place = VIEW_CATALOGUE;
	d.page.noindex = true;
	front_engage_open(&d.page, crumbs, COUNT_OF(crumbs), N_("A question, a mistake you found, an idea: it goes to whoever publishes these data."));
	if (front_form_is_done(v)) {
		html_notice(&d.page.h, HTML_SUCCESS, N_("Thank you, your message is on its way."));
		html_button(&d.page.h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Go to the dataset"), .href = d.url });
	} else {
		front_form_open(&d.page, &f, d.page.path);
		put_feedback(&d.page, v);
		front_form_close(&d.page, N_("Send"));
	}
	visitor_private(v);
	return front_engage_close(&d.page, e);
}

const struct httpd_route front_feedback = { .method = HTTPD_GET, .pattern = "/explore/dataset/{dataset}/feedback/", .run = run_feedback };
const struct httpd_route front_feedback_post = { .method = HTTPD_POST, .pattern = "/explore/dataset/{dataset}/feedback/", .run = run_feedback };

/* --- to the portal ------------------------------------------------------------------------------------------- */

/* For who would rather write a letter of their own. */
static void put_address(struct html *h, struct str contact, struct arena *a)
{
	if (str_find_char(contact, '@') <= 0)
		return;
	html_lit(h, "<p>");
	html_say(h, N_("Or by e-mail:"));
	html_lit(h, " <a dir=\"ltr\" href=\"");
	html_url(h, arena_join(a, STR("mailto:"), contact));
	html_lit(h, "\">");
	html_text(h, contact);
	html_lit(h, "</a></p>");
}

/* What this portal asks for besides. */
struct extras { struct engage_extra items[ENGAGE_EXTRAS]; size_t n; };
static const char *const extra_names[ENGAGE_EXTRAS] = { "extra.1", "extra.2", "extra.3", "extra.4", "extra.5", "extra.6", "extra.7", "extra.8", "extra.9", "extra.10" };

static void read_extras(const struct visit *v, struct extras *out)
{
	/* Checked when it was set; whatever could not be read is not asked for. */
	(void)engage_extras(tenant_text(v->at.tenant, "contact.fields", v->lang_code), out->items, &out->n);
}

static void put_extras(struct html *h, const struct extras *x)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct engage_extra *one = &x->items[i];
		struct html_option options[ENGAGE_CHOICES + 1] = { { .value = STR(""), .message = N_("Please choose") } };
		for (size_t k = 0; k < one->nchoices; k++)
			options[k + 1] = (struct html_option){ .value = one->choices[k], .text = one->choices[k] };
		if (one->nchoices)
			html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = extra_names[i], .label_text = one->label, .options = options, .noptions = one->nchoices + 1,
				.required = one->required });
		else
			html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = extra_names[i], .label_text = one->label, .most = ENGAGE_EXTRA_TEXT, .required = one->required });
	}
}

static bool is_choice(const struct engage_extra *x, struct str value)
{
	for (size_t k = 0; k < x->nchoices; k++)
		if (str_eq(x->choices[k], value))
			return true;
	return !x->nchoices;
}

/* They stand above the message, a line each: whoever reads it needs no more than that. */
static struct str with_extras(struct front_form *f, struct visit *v, const struct extras *x, struct str text)
{
	auto_buf b = BUF_INIT(ENGAGE_EXTRAS * (ENGAGE_NAME + ENGAGE_EXTRA_TEXT + 4) + 1);
	for (size_t i = 0; i < x->n; i++) {
		struct str value = front_form_field(f, extra_names[i]);
		if (!value.n && x->items[i].required)
			front_form_complain(f, v, extra_names[i], N_("This is needed."));
		else if (value.n > ENGAGE_EXTRA_TEXT || (value.n && !is_choice(&x->items[i], value)))
			front_form_complain(f, v, extra_names[i], x->items[i].nchoices ? N_("Please choose one.") : N_("This is too long."));
		else if (value.n)
			buf_printf(&b, "%.*s: %.*s\n", STR_ARG(x->items[i].label), STR_ARG(value));
	}
	return b.n && !b.over ? arena_printf(v->arena, "%.*s\n%.*s", STR_ARG(buf_str(&b)), STR_ARG(text)) : text;
}

static bool contact(struct front_form *f, struct visit *v, const struct extras *x, struct err *e)
{
	struct engage_note n = { .kind = ENGAGE_CONTACT, .about = front_form_field(f, "subject") };
	if (n.about.n > ENGAGE_ABOUT)
		front_form_complain(f, v, "subject", N_("This is too long."));
	n.text = front_form_field(f, "text");
	if (n.text.n)
		n.text = with_extras(f, v, x, n.text);
	return send(f, v, NULL, &n, true, STR("/contact/"), e);
}

static bool run_contact(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct front_form f = { .name = "contact" };
	bool good;
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	if (!tenant_setting_on(v.at.tenant, "contact.form"))
		return err_set(e, ERR_NOT_FOUND, "This portal has no contact form.");
	if (!front_form_take(&f, &v, &good, e))
		return false;
	struct extras extras;
	read_extras(&v, &extras);
	if (good && (!contact(&f, &v, &extras, e) || !f.errors.n))
		return e->code == ERR_NONE;
	auto_page page = { .visit = &v, .title = i18n_text(v.lang, N_("Contact")), .path = STR("/contact/") };
	struct html *h = &page.h;
	front_engage_open(&page, NULL, 0, N_("Write to the people behind this portal."));
	if (front_form_is_done(&v)) {
		html_notice(h, HTML_SUCCESS, N_("Thank you, your message is on its way."));
	} else {
		front_form_open(&page, &f, page.path);
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "subject", .label = N_("Subject"), .most = ENGAGE_ABOUT });
		put_extras(h, &extras);
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "text", .label = N_("Message"), .rows = 7, .most = ENGAGE_TEXT, .required = true });
		front_form_person(&page, true);
		front_form_close(&page, N_("Send"));
		put_address(h, tenant_setting(v.at.tenant, "contact"), v.arena);
	}
	visitor_private(&v);
	return front_engage_close(&page, e);
}

const struct httpd_route front_contact = { .method = HTTPD_GET, .pattern = "/contact/", .run = run_contact };
const struct httpd_route front_contact_post = { .method = HTTPD_POST, .pattern = "/contact/", .run = run_contact };

/* --- to be let in ---------------------------------------------------------------------------------------------- */

static bool ask(struct front_form *f, struct visit *v, struct err *e)
{
	struct engage_note n = { .kind = ENGAGE_ACCESS, .about = front_form_field(f, "about") };
	if (!n.about.n || n.about.n > ENGAGE_ABOUT)
		front_form_complain(f, v, "about", N_("Please say what you would like to see."));
	/* Which dataset it is, is looked up by whoever reads it: here nothing may depend on whether there is one. */
	return send(f, v, NULL, &n, true, STR("/request-access/"), e);
}

static bool run_access(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct front_form f = { .name = "access" };
	bool good;
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	if (!tenant_setting_on(v.at.tenant, "access.requests"))
		return err_set(e, ERR_NOT_FOUND, "This portal takes no requests for access.");
	if (!front_form_take(&f, &v, &good, e))
		return false;
	if (good && (!ask(&f, &v, e) || !f.errors.n))
		return e->code == ERR_NONE;
	const struct str *what = httpd_query_or_null(r, STR("dataset"));
	auto_page page = { .visit = &v, .title = i18n_text(v.lang, N_("Ask for access")), .path = STR("/request-access/"), .noindex = true };
	struct html *h = &page.h;
	front_engage_open(&page, NULL, 0, N_("If there is something you may not see, say what and why. The people of the portal decide, and answer by letter."));
	if (front_form_is_done(&v)) {
		html_notice(h, HTML_SUCCESS, N_("Thank you, your message is on its way."));
	} else {
		front_form_open(&page, &f, page.path);
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "about", .label = N_("What you would like to see"), .hint = N_("The name or the address of a dataset or a page."),
			.value = what ? text_cut(*what, ENGAGE_ABOUT) : STR(""), .most = ENGAGE_ABOUT, .required = true });
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "text", .label = N_("What you need it for"), .rows = 5, .most = ENGAGE_TEXT, .required = true });
		front_form_person(&page, true);
		front_form_close(&page, N_("Send"));
	}
	visitor_private(&v);
	return front_engage_close(&page, e);
}

const struct httpd_route front_access = { .method = HTTPD_GET, .pattern = "/request-access/", .run = run_access };
const struct httpd_route front_access_post = { .method = HTTPD_POST, .pattern = "/request-access/", .run = run_access };
