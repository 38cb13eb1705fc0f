/* What the portal is called, how it speaks and counts, what its first page is, and what new datasets begin with. */
#include "back/portal.h"
#include "dcat/dcat.h"
#include "i18n/i18n.h"
#include "mail/mail.h"
#include "page/page.h"
#include "template/template.h"

enum { LANGUAGES = 16 };

void back_put_portal_tabs(struct html *h, enum back_portal_tab tab)
{
	const struct html_tab tabs[] = {
		{ .url = STR("/backoffice/portal/"), .label = N_("Portal"), .current = tab == PORTAL_GENERAL },
		{ .url = STR("/backoffice/portal/limits/"), .label = N_("Quotas and limits"), .current = tab == PORTAL_LIMITS },
		{ .url = STR("/backoffice/portal/basemaps/"), .label = N_("Basemaps"), .current = tab == PORTAL_GROUNDS },
	};
	html_tabs(h, N_("Portal"), tabs, COUNT_OF(tabs));
}

static void put_tabs(struct html *h) { back_put_portal_tabs(h, PORTAL_GENERAL); }

/* --- languages ------------------------------------------------------------------------------------------------- */

/* The first one, then those that are ticked, in the order of the house. */
static void take_languages(struct back_settings *s, const struct visitor_form *f, struct html_errors *errors)
{
	const struct i18n_lang *all;
	size_t n = i18n_languages(&all), ticked = 0;
	struct str first = visitor_field(f, STR("language.first"));
	struct str list = first;
	bool known = false;
	for (size_t i = 0; i < n; i++) {
		known |= str_eq(all[i].code, first);
		if (!visitor_field_on(f, arena_printf(s->visit->arena, "language.%.*s", STR_ARG(all[i].code))))
			continue;
		ticked++;
		if (!str_eq(all[i].code, first))
			list = arena_printf(s->visit->arena, "%.*s,%.*s", STR_ARG(list), STR_ARG(all[i].code));
	}
	if (!known || !ticked)
		html_complain(errors, s->visit->lang, "language.first", N_("Tick at least one language."));
	else
		back_setting_put(s, STR("languages"), list);
}

static void put_languages(struct html *h, struct visit *v)
{
	const struct i18n_lang *all;
	const struct tenant *t = v->at.tenant;
	size_t n = i18n_languages(&all);
	struct html_option options[LANGUAGES];
	html_fieldset_open(h, N_("Languages"), N_("Readers choose among them. Titles, labels and descriptions are asked for in each."));
	html_lit(h, "<div class=\"check-columns\">");
	for (size_t i = 0; i < n && i < LANGUAGES; i++) {
		options[i] = (struct html_option){ .value = all[i].code, .text = all[i].name };
		html_check(h, &(struct html_check){ .name = arena_cstr(v->arena, arena_printf(v->arena, "language.%.*s", STR_ARG(all[i].code))), .label_text = all[i].name,
			.on = tenant_has_language(t, all[i].code) });
	}
	html_lit(h, "</div>");
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "language.first", .label = N_("First language"),
		.hint = N_("For readers whose browser asks for none of them."), .options = options, .noptions = num_min(n, (size_t)LANGUAGES), .value = t->languages[0] });
	html_fieldset_close(h);
}

/* --- pages as choices -------------------------------------------------------------------------------------------- */

struct choices { struct html_option *options; size_t n; };

/* Pages that everybody may read; those that only some may see stand among them, greyed out. */
static bool page_choices(struct visit *v, const struct html_option *before, size_t nbefore, struct choices *out, struct err *e)
{
	const struct page_view *view;
	if (!pages_hold(v->at.site->pages, v->at.tenant->id, &view, e))
		return false;
	out->options = arena_array(v->arena, struct html_option, view->n + nbefore);
	for (size_t i = 0; i < nbefore; i++)
		out->options[out->n++] = before[i];
	for (size_t i = 0; i < view->n; i++) {
		const struct page *p = &view->pages[i];
		struct str title = page_heading(p, v->lang_code, v->at.tenant->languages[0]);
		if (!p->archived)
			out->options[out->n++] = (struct html_option){ .value = arena_str(v->arena, p->slug), .disabled = !p->open,
				.text = arena_printf(v->arena, "%.*s (%.*s)", STR_ARG(title), STR_ARG(p->slug)) };
	}
	pages_release(v->at.site->pages, view);
	return true;
}

static bool is_choice(const struct choices *c, struct str value)
{
	for (size_t i = 0; i < c->n; i++)
		if (!c->options[i].disabled && str_eq(c->options[i].value, value))
			return true;
	return false;
}

static bool first_pages(struct visit *v, struct choices *out, struct err *e)
{
	static const struct html_option own[] = { { .value = { "", 0 }, .message = N_("The house's first page") }, { .value = { "catalogue", 9 }, .message = N_("The catalogue") } };
	return page_choices(v, own, COUNT_OF(own), out, e);
}

static bool landing_pages(struct visit *v, struct choices *out, struct err *e)
{
	static const struct html_option own[] = { { .value = { "", 0 }, .message = N_("The sign-in page") } };
	return page_choices(v, own, COUNT_OF(own), out, e);
}

static bool take_page(struct back_settings *s, const struct visitor_form *f, const char *name, const struct choices *c, struct html_errors *errors)
{
	struct str value = visitor_field(f, str_of(name));
	const struct tenant *t = s->visit->at.tenant;
	if (!is_choice(c, value) && !str_eq(value, tenant_setting(t, name)))
		return html_complain(errors, s->visit->lang, name, N_("This page is not there, or not everybody may read it."));
	back_setting_put(s, str_of(name), value);
	return true;
}

/* --- saving -------------------------------------------------------------------------------------------------------- */

static void take_address(struct back_settings *s, const struct visitor_form *f, const char *name, struct html_errors *errors)
{
	struct err own = { 0 };
	struct str given = str_trim(visitor_field(f, str_of(name))), address = given;
	if (given.n && !mail_address(s->visit->arena, given, &address, &own))
		html_complain(errors, s->visit->lang, name, N_("This is not an e-mail address."));
	else
		back_setting_put(s, str_of(name), address);
}

/* Words with commas or lines between them become a comma list. */
static struct str listed(struct visit *v, struct str text)
{
	auto_buf b = BUF_INIT(16 << 10);
	struct str one;
	while (back_next_word(&text, &one)) {
		if (b.n)
			buf_put_char(&b, ',');
		buf_put(&b, one);
	}
	return arena_str(v->arena, buf_str(&b));
}

/* None is a word, too, and stands alone. */
static void take_profiles(struct back_settings *s, const struct visitor_form *f, struct html_errors *errors)
{
	struct str list = listed(s->visit, visitor_field(f, STR("dcat.profiles"))), rest = list, one;
	bool none = !list.n || str_eq(list, STR("none"));
	while (!none && rest.n && str_cut(&rest, ',', &one))
		if (!dcat_is_profile(one)) {
			html_complain(errors, s->visit->lang, "dcat.profiles", N_("One of these is no profile: give some of benap, ch, de, it, se, sp, vl; or none."));
			return;
		}
	back_setting_put(s, STR("dcat.profiles"), none ? STR("none") : list);
}

static void take_addresses(struct back_settings *s, const struct visitor_form *f, const char *name, struct html_errors *errors)
{
	struct str list = listed(s->visit, visitor_field(f, str_of(name))), rest = list, one, address;
	struct err own = { 0 };
	while (rest.n && str_cut(&rest, ',', &one))
		if (!mail_address(s->visit->arena, one, &address, &own)) {
			html_complain(errors, s->visit->lang, name, N_("One of these is not an e-mail address."));
			return;
		}
	back_setting_put(s, str_of(name), list);
}

static bool save(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	static const char *const names[] = { "provider", "timezone", "csv.separator", "dataset.tab", "catalogue.place.usual", "datasets.licence", "datasets.territory", "dcat.contributor" };
	struct back_settings s = { .visit = v };
	struct choices first = { 0 }, landing = { 0 };
	if (!first_pages(v, &first, e) || !landing_pages(v, &landing, e))
		return false;
	back_setting_take_languages(&s, f, "title");
	back_setting_take_languages(&s, f, "description");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		back_setting_take(&s, f, str_of(names[i]));
	take_address(&s, f, "contact", errors);
	take_address(&s, f, "protection_contact", errors);
	take_addresses(&s, f, "report.recipients", errors);
	take_languages(&s, f, errors);
	(void)(take_page(&s, f, "root.page", &first, errors) & take_page(&s, f, "access.landing", &landing, errors)); /* errors stand beside the fields */
	back_setting_put(&s, STR("datasets.restricted"), visitor_field_on(f, STR("datasets.restricted")) ? STR("on") : STR("off"));
	back_setting_put(&s, STR("catalogue.place"), visitor_field_on(f, STR("catalogue.place")) ? STR("on") : STR("off"));
	back_setting_put(&s, STR("catalogue.place.applied"), visitor_field_on(f, STR("catalogue.place.applied")) ? STR("on") : STR("off"));
	back_setting_put(&s, STR("catalogue.place.larger"), visitor_field_on(f, STR("catalogue.place.larger")) ? STR("on") : STR("off"));
	back_setting_put(&s, STR("embed.card"), visitor_field_on(f, STR("embed.card")) ? STR("on") : STR("off"));
	back_setting_put(&s, STR("embed.ancestors"), listed(v, visitor_field(f, STR("embed.ancestors"))));
	take_profiles(&s, f, errors);
	if (!clock_zone_or_null(str_trim(visitor_field(f, STR("timezone")))))
		html_complain(errors, v->lang, "timezone", N_("Please give a time zone such as Europe/Paris."));
	return back_settings_save(&s, STR("/backoffice/portal/"), errors, e);
}

/* --- showing ------------------------------------------------------------------------------------------------------------ */

static void put_text(struct html *h, const struct tenant *t, enum html_kind kind, const char *name, const char *label, const char *hint)
{
	html_field(h, &(struct html_field){ .kind = kind, .name = name, .label = label, .hint = hint, .value = tenant_setting(t, name), .most = 2000 });
}

static void put_words(struct html *h, struct visit *v)
{
	const struct tenant *t = v->at.tenant;
	html_field_languages(h, &(struct html_field){ .name = "title", .label = N_("Name of the portal"), .hint = N_("In the header, in letters, and in search engines."), .most = 200 }, t,
		back_setting_languages(v, "title"));
	html_field_languages(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "description", .label = N_("Description"), .hint = N_("One or two sentences, for the first page, search engines and link previews."),
		.rows = 2, .most = 2000 }, t, back_setting_languages(v, "description"));
	put_text(h, t, HTML_FIELD_TEXT, "provider", N_("Organisation that runs the portal"), N_("Empty: the name of the portal."));
	put_text(h, t, HTML_FIELD_EMAIL, "contact", N_("E-mail address of the people behind it"), NULL);
	put_text(h, t, HTML_FIELD_EMAIL, "protection_contact", N_("E-mail address for questions of data protection"), N_("Shown on the cookie policy."));
	put_text(h, t, HTML_FIELD_TEXT, "report.recipients", N_("The daily report also goes to"), N_("E-mail addresses, separated by commas. People with an account choose it there for themselves."));
	put_languages(h, v);
}

static void put_region(struct html *h, struct visit *v)
{
	static const struct html_option separators[] = { { .value = { "semicolon", 9 }, .message = N_("Semicolon ( ; )") }, { .value = { "comma", 5 }, .message = N_("Comma ( , )") } };
	const struct tenant *t = v->at.tenant;
	html_fieldset_open(h, N_("Region"), NULL);
	back_put_zones(h);
	html_field(h, &(struct html_field){ .name = "timezone", .label = N_("Time zone"), .hint = N_("Of dates on pages, in letters and of schedules, such as Europe/Paris."), .value = tenant_setting(t, "timezone"),
		.list = STR("zones"), .code = true, .required = true, .most = 60 });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "csv.separator", .label = N_("Between the columns of CSV files"),
		.hint = N_("Of files that pages offer; programs that ask the API say what they want."), .options = separators, .noptions = COUNT_OF(separators), .value = tenant_setting(t, "csv.separator") });
	html_fieldset_close(h);
}

static bool put_pages(struct html *h, struct visit *v, struct err *e)
{
	static const struct html_option tabs[] = { { .value = { "table", 5 }, .message = N_("Table") }, { .value = { "information", 11 }, .message = N_("Information") } };
	const struct tenant *t = v->at.tenant;
	struct choices first = { 0 }, landing = { 0 };
	if (!first_pages(v, &first, e) || !landing_pages(v, &landing, e))
		return false;
	html_fieldset_open(h, N_("Pages"), NULL);
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "root.page", .label = N_("First page"), .hint = N_("Pages that not everybody may read cannot be the first one."), .options = first.options,
		.noptions = first.n, .value = tenant_setting(t, "root.page") });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "access.landing", .label = N_("While the portal is private, strangers get"),
		.hint = N_("A page is shown to them without any data it holds."), .options = landing.options, .noptions = landing.n, .value = tenant_setting(t, "access.landing") });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "dataset.tab", .label = N_("A dataset opens with"), .options = tabs, .noptions = COUNT_OF(tabs),
		.value = tenant_setting(t, "dataset.tab") });
	html_check(h, &(struct html_check){ .name = "catalogue.place", .label = N_("Readers may narrow the catalogue to a place"), .hint = N_("By a small map beside it: datasets whose coverage meets the place."),
		.on = tenant_setting_on(t, "catalogue.place"), .as_switch = true });
	html_field(h, &(struct html_field){ .name = "catalogue.place.usual", .label = N_("The usual place"), .value = tenant_setting(t, "catalogue.place.usual"), .code = true, .most = 100,
		.hint = N_("South, west, north and east in degrees, with commas between them: choose a place in the catalogue and copy what its address has after geofilter.bbox=. Empty: none.") });
	html_check(h, &(struct html_check){ .name = "catalogue.place.applied", .label = N_("Whoever comes to the catalogue sees what is about the usual place"), .hint = N_("Until they choose another place, or all."),
		.on = tenant_setting_on(t, "catalogue.place.applied"), .as_switch = true });
	html_check(h, &(struct html_check){ .name = "catalogue.place.larger", .label = N_("… and get datasets about larger territories too"), .hint = N_("Readers can choose otherwise."),
		.on = tenant_setting_on(t, "catalogue.place.larger"), .as_switch = true });
	html_fieldset_close(h);
	return true;
}

static void put_datasets(struct html *h, struct visit *v)
{
	const struct tenant *t = v->at.tenant;
	const struct template_item *items;
	size_t n = template_items(t, TEMPLATE_LICENCES, v->lang, v->lang_code, v->arena, &items);
	struct str now = tenant_setting(t, "datasets.licence");
	struct html_option *options = arena_array(v->arena, struct html_option, n + 2);
	size_t k = 0;
	options[k++] = (struct html_option){ .value = STR(""), .message = N_("None") };
	for (size_t i = 0; i < n; i++)
		options[k++] = (struct html_option){ .value = items[i].name, .text = items[i].label };
	if (now.n && !template_item_or_null(items, n, now))
		options[k++] = (struct html_option){ .value = now, .text = now };
	html_fieldset_open(h, N_("New datasets"), N_("What they begin with; each can be changed."));
	html_check(h, &(struct html_check){ .name = "datasets.restricted", .label = N_("Seen by nobody at first"), .hint = N_("Until somebody is named under Security, or everybody is let in."),
		.on = tenant_setting_on(t, "datasets.restricted"), .as_switch = true });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "datasets.licence", .label = N_("Licence"), .options = options, .noptions = k, .value = now });
	put_text(h, t, HTML_FIELD_TEXT, "datasets.territory", N_("Places they are about"), N_("With commas between them, such as the name of your town."));
	html_fieldset_close(h);
}

static void put_elsewhere(struct html *h, struct visit *v)
{
	const struct tenant *t = v->at.tenant;
	html_fieldset_open(h, N_("On other sites"), NULL);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "embed.ancestors", .label = N_("Sites that may show frames of this portal"), .hint = N_("One a line, such as https://www.example.org. Empty: any site."),
		.value = tenant_setting(t, "embed.ancestors"), .rows = 2, .most = 4000, .code = true });
	html_check(h, &(struct html_check){ .name = "embed.card", .label = N_("Every frame names the dataset and its publisher"), .on = tenant_setting_on(t, "embed.card"), .as_switch = true });
	put_text(h, t, HTML_FIELD_TEXT, "dcat.profiles", N_("National profiles of the catalogue as DCAT"), N_("With commas between them: benap, ch, de, it, se, sp, vl; or none."));
	put_text(h, t, HTML_FIELD_URL, "dcat.contributor", N_("Address that names the portal in DCAT-AP.de"), NULL);
	html_fieldset_close(h);
}

static bool put(struct html *h, struct visit *v, struct err *e)
{
	put_words(h, v);
	put_region(h, v);
	if (!put_pages(h, v, e))
		return false;
	put_datasets(h, v);
	put_elsewhere(h, v);
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct back_settings_page page = { .section = VIEW_OFFICE_PORTAL, .title = N_("Portal"), .path = "/backoffice/portal/",
		.sentence = N_("What it is called, how it speaks, and what new datasets begin with."), .save = save, .tabs = put_tabs, .put = put };
	return back_settings_run(&page, r, p, app, e);
}

BACK_PAGE(portal, "/backoffice/portal/", run);
