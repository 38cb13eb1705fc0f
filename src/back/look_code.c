/* The stylesheet, the header, the footer and the cards of the draft as their authors write them, with what the house leaves out of them. */
#include "back/look.h"

struct placeholder { const char *name, *meaning; };
static const struct placeholder placeholders[] = {
	{ "##menu##", N_("the menu, folded away on phones") },
	{ "##logo##", N_("the logo, a link to the first page") },
	{ "##brand##", N_("the portal's name, likewise") },
	{ "##language##", N_("the choice of a language") },
	{ "##secondary-menu##", N_("signing in, or the person who is") },
	{ "##legal##", N_("in the footer: terms, privacy, cookies, contact") },
	{ "##manage-cookies##", N_("in the footer: choices about cookies; added by itself when it is missing") },
	{ "##ods-logo##", N_("in the footer: the mark of the software") },
	{ "class=\"if-signed-in\"", N_("of an element: only people who are signed in see it") },
	{ "class=\"if-signed-out\"", N_("only readers who are not signed in see it") },
	{ "class=\"if-lang-fr\"", N_("only who reads in French sees it; likewise with the code of any language") },
};

static const struct placeholder on_cards[] = {
	{ "##title##", N_("the title, a link to the dataset; added by itself when it is missing") },
	{ "##description##", N_("the beginning of the description") },
	{ "##theme-icon##", N_("the theme with its pictogram") },
	{ "##picture##", N_("the picture of the dataset") },
	{ "##keywords##", N_("the keywords, links to the catalogue") },
	{ "##visualizations##", N_("links to the table, the map and what else there is") },
	{ "##facts##", N_("publisher, records, date and licence together") },
	{ "##publisher## ##license## ##language## ##references## ##modified## ##records_count##", N_("one of these with its name, nothing where it is empty") },
};

static void put_placeholders(struct html *h, const struct placeholder *list, size_t n)
{
	html_lit(h, "<dl class=\"placeholders\">");
	for (size_t i = 0; i < n; i++) {
		html_lit(h, "<div><dt><code>");
		html_text(h, str_of(list[i].name));
		html_lit(h, "</code></dt><dd>");
		html_say(h, list[i].meaning);
		html_lit(h, "</dd></div>");
	}
	html_lit(h, "</dl>");
}

/* What of a text does not reach pages. */
static void put_dropped(struct html *h, struct str text, bool css)
{
	size_t n = 0;
	auto_buf out = BUF_INIT(16 * LOOK_CSS_BYTES);
	if (css)
		look_clean_css(&out, text, &n);
	else
		look_clean_html(&out, text, &n);
	if (!n)
		return;
	html_notice_open(h, HTML_WARNING);
	html_lit(h, "<p>");
	if (css)
		html_say_plural(h, N2_("{0} part of the stylesheet is left out: rules that import others, and addresses of files that are not the portal's own.",
		                       "{0} parts of the stylesheet are left out: rules that import others, and addresses of files that are not the portal's own."), (int64_t)n);
	else
		html_say_plural(h, N2_("{0} element or attribute is left out: programs, styles within elements, and pictures that are not the portal's own have no place here.",
		                       "{0} elements or attributes are left out: programs, styles within elements, and pictures that are not the portal's own have no place here."), (int64_t)n);
	html_lit(h, "</p>");
	html_notice_close(h);
}

static bool put_page(struct visit *v, const struct look *draft, const struct visitor_form *posted, const struct html_errors *errors, struct err *e)
{
	auto_page page = back_page(v, N_("Look and feel"), "/backoffice/look/code/");
	view_office_open(&page, VIEW_OFFICE_LOOK);
	struct html *h = &page.h;
	const struct look_theme *t = &draft->theme;
	html_heading_open(h, page.title, N_("For who knows HTML and CSS. What is left empty is as the house has it."));
	html_heading_close(h);
	back_said(&page, v->request);
	back_put_look_tabs(h, LOOK_TAB_CODE);
	back_put_draft_bar(&page, draft);
	html_form_open(h, &(struct html_form){ .visit = v, .posted = posted, .errors = errors });
	html_panel_open(h, "stylesheet", N_("Stylesheet"), N_("It comes last and wins. Colours of the theme are there by name: var(--highlight), var(--text), var(--links) …"));
	put_dropped(h, t->css, true);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "css", .label = N_("Rules (CSS)"), .value = t->css, .rows = 14, .code = true });
	html_panel_close(h);
	html_panel_open(h, "markup", N_("Header and footer"), N_("HTML with these placeholders:"));
	put_placeholders(h, placeholders, COUNT_OF(placeholders));
	put_dropped(h, t->header, false);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "header", .label = N_("Header"), .value = t->header, .rows = 8, .code = true });
	put_dropped(h, t->footer, false);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "footer", .label = N_("Footer"), .value = t->footer, .rows = 8, .code = true });
	html_panel_close(h);
	html_panel_open(h, "card", N_("Card of a dataset"), N_("How a dataset stands in lists: HTML with these placeholders. Empty: as the house has it."));
	put_placeholders(h, on_cards, COUNT_OF(on_cards));
	put_dropped(h, t->card, false);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "card", .label = N_("Card"), .value = t->card, .rows = 8, .code = true });
	html_panel_close(h);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Save the draft") });
	html_buttons_close(h);
	html_form_close(h);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Stylesheets from a program"), .href = STR("/backoffice/look/key/") });
	html_buttons_close(h);
	return view_close(&page, e);
}

/* Lines as everybody else ends them; browsers send CR LF. */
static struct str take(struct visit *v, const struct visitor_form *f, struct str name)
{
	struct str given = visitor_field(f, name);
	char *copy = arena_bytes(v->arena, given.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < given.n; i++)
		if (given.p[i] != '\r')
			copy[n++] = given.p[i];
	struct str text = str_make(copy, n);
	return str_trim(text).n ? text : STR("");
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool taken;
	const struct look *draft;
	if (!back_enter(app, r, p, VIEW_OFFICE_LOOK, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e) || !back_hold_draft(&v, &draft, e))
		return false;
	bool ok = true;
	bool shown = !taken;
	if (taken) {
		struct look_theme theme = draft->theme;
		theme.css = take(&v, &form, STR("css"));
		theme.header = take(&v, &form, STR("header"));
		theme.footer = take(&v, &form, STR("footer"));
		theme.card = take(&v, &form, STR("card"));
		if (look_save_draft(v.at.site->looks, v.at.tenant, &theme, e))
			ok = back_done(&v, STR("/backoffice/look/code/"), "draft", e);
		else
			ok = shown = !back_complain(&v, &errors, "", e);
	}
	if (errors.n)
		back_refused(&v);
	if (shown)
		ok = put_page(&v, draft, v.request->method == HTTPD_POST ? &form : NULL, errors.n ? &errors : NULL, e);
	look_release(v.at.site->looks, draft);
	return ok;
}

const struct httpd_route back_look_code = { .method = HTTPD_GET, .pattern = "/backoffice/look/code/", .run = run };
const struct httpd_route back_look_code_post = { .method = HTTPD_POST, .pattern = "/backoffice/look/code/", .body_max = 1 << 20, .run = run };
