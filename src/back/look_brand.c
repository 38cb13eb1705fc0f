/* What all versions of the theme have in common: logos, the name beside them, titles of pages, the colours of charts. It
 * holds as soon as it is saved. */
#include "back/look.h"

struct names { struct html_option *options; size_t n; };

/* Pictures of the portal, to choose one. */
static struct names pictures(struct visit *v, const struct look_file *files, size_t n)
{
	struct names out = { .options = arena_array(v->arena, struct html_option, n + 1) };
	out.options[out.n++] = (struct html_option){ .value = STR(""), .message = N_("None: the house's mark") };
	for (size_t i = 0; i < n; i++)
		if (!files[i].is_font)
			out.options[out.n++] = (struct html_option){ .value = files[i].name, .text = files[i].name };
	return out;
}

static struct str palette_text(struct visit *v, const struct look_site *s)
{
	struct str text = STR("");
	for (size_t i = 0; i < s->npalette; i++)
		text = arena_printf(v->arena, "%.*s%s%.*s", STR_ARG(text), i ? "\n" : "", STR_ARG(back_colour(v->arena, s->palette[i])));
	return text;
}

static bool show(struct visit *v, const struct visitor_form *posted, const struct html_errors *errors, struct err *e)
{
	struct look_file *files;
	size_t n;
	if (!look_files(v->at.site->looks, v->at.tenant->id, v->arena, &files, &n, e))
		return false;
	struct names names = pictures(v, files, n);
	const struct look_site *s = &v->look->site;
	auto_page page = back_page(v, N_("Look and feel"), "/backoffice/look/branding/");
	view_office_open(&page, VIEW_OFFICE_LOOK);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Branding holds for every version of the look, and as soon as it is saved."));
	html_heading_close(h);
	back_said(&page, v->request);
	back_put_look_tabs(h, LOOK_TAB_BRAND);
	html_form_open(h, &(struct html_form){ .visit = v, .posted = posted, .errors = errors });
	html_panel_open(h, "marks", N_("Marks"), N_("Pictures are chosen among those of the portal: add yours under Pictures and fonts first."));
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "logo", .label = N_("Logo in the header"), .hint = N_("Shown at most 40 pixels high."),
		.options = names.options, .noptions = names.n, .value = s->logo });
	html_check(h, &(struct html_check){ .name = "hide_brand", .label = N_("The logo says the portal's name"), .hint = N_("Then the name is not written beside it."), .on = s->hide_brand });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "login_logo", .label = N_("Logo of the sign-in page"), .hint = N_("Shown at most 450 pixels wide."),
		.options = names.options, .noptions = names.n, .value = s->login_logo });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "favicon", .label = N_("Icon of browser tabs"), .hint = N_("A square; SVG looks best."),
		.options = names.options, .noptions = names.n, .value = s->favicon });
	html_panel_close(h);
	html_panel_open(h, "words", N_("Words"), NULL);
	html_field_languages(h, &(struct html_field){ .name = "brand", .label = N_("Name in the header"), .hint = N_("Empty: the portal's title."), .most = 200 }, v->at.tenant,
		back_text_values(v, &s->brand));
	html_field_languages(h, &(struct html_field){ .name = "prefix", .label = N_("Before titles of pages"), .hint = N_("In browser tabs and search engines. Empty: the portal's title stands behind them."), .most = 200 },
		v->at.tenant, back_text_values(v, &s->prefix));
	html_panel_close(h);
	html_panel_open(h, "charts", N_("Charts"), NULL);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "palette", .label = N_("Colours of charts, in order"),
		.hint = N_("One a line, such as #1f5a7a; at most 24. Empty: the house's eight."), .value = palette_text(v, s), .rows = 8, .code = true });
	html_panel_close(h);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Save") });
	html_buttons_close(h);
	html_form_close(h);
	return view_close(&page, e);
}

static void take_palette(struct visit *v, const struct visitor_form *f, struct look_site *s, struct html_errors *errors)
{
	struct str rest = visitor_field(f, STR("palette"));
	struct str word;
	s->npalette = 0;
	while (back_next_word(&rest, &word)) {
		if (s->npalette == LOOK_PALETTE || !look_colour_parse(word, &s->palette[s->npalette])) {
			html_complain(errors, v->lang, "palette", N_("The colours of charts are at most 24, each # and six digits, such as #1f5a7a."));
			return;
		}
		s->npalette++;
	}
}

static void take(struct visit *v, const struct visitor_form *f, struct look_site *s, struct html_errors *errors)
{
	const struct look_site *former = &v->look->site;
	s->logo = visitor_field(f, STR("logo"));
	s->login_logo = visitor_field(f, STR("login_logo"));
	s->favicon = visitor_field(f, STR("favicon"));
	s->hide_brand = visitor_field_on(f, STR("hide_brand"));
	s->brand = back_take_text(v, f, STR("brand"), &former->brand);
	s->prefix = back_take_text(v, f, STR("prefix"), &former->prefix);
	take_palette(v, f, s, errors);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool taken;
	if (!back_enter(app, r, p, VIEW_OFFICE_LOOK, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		struct look_site site = v.look->site;
		take(&v, &form, &site, &errors);
		if (!errors.n && look_save_site(v.at.site->looks, v.at.tenant, &site, e)) {
			visitor_note(&v, EVENT_SETTINGS_CHANGED, STR(""), STR("branding"));
			return back_done(&v, STR("/backoffice/look/branding/"), "saved", e);
		}
		if (!errors.n && back_complain(&v, &errors, "", e))
			return false;
		back_refused(&v);
	}
	return show(&v, r->method == HTTPD_POST ? &form : NULL, errors.n ? &errors : NULL, e);
}

BACK_PAGE(look_brand, "/backoffice/look/branding/", run);
