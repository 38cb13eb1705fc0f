/* Terms of use and the privacy policy: texts the portal keeps, in Markdown, or addresses elsewhere; one for each language. What is missing in
 * a language is said until it is there. */
#include "back/look.h"

static const struct { const char *title, *sentence; } words[LOOK_LEGALS] = {
	[LOOK_TERMS] = { N_("Terms and conditions"), N_("What may be done with the portal and its data, and who answers for it.") },
	[LOOK_PRIVACY] = { N_("Privacy policy"), N_("What the portal does with personal data. Cookies have a page of their own, which writes itself.") },
};

static void put_missing(struct html *h, struct visit *v, const struct look_legal *l)
{
	const struct tenant *t = v->at.tenant;
	const struct str *texts = back_text_values(v, &l->text);
	const struct str *urls = back_text_values(v, &l->url);
	struct str missing = STR("");
	size_t n = 0;
	for (size_t i = 0; i < t->nlanguages; i++) {
		const struct i18n_lang *lang = i18n_lang_or_null(t->languages[i]);
		if (texts[i].n || urls[i].n)
			continue;
		missing = arena_printf(v->arena, "%.*s%s%.*s", STR_ARG(missing), n++ ? ", " : "", STR_ARG(lang ? lang->name : t->languages[i]));
	}
	if (!n)
		return;
	html_notice_open(h, HTML_WARNING);
	html_lit(h, "<p>");
	html_say_with(h, N_("Nothing is given in: {0}. Readers of these languages get the first text there is, and none when there is none."), HTML_ARG_TEXT(missing));
	html_lit(h, "</p>");
	html_notice_close(h);
}

static bool show(struct visit *v, const struct visitor_form *posted, const struct html_errors *errors, struct err *e)
{
	auto_page page = back_page(v, N_("Navigation"), "/backoffice/navigation/legal/");
	view_office_open(&page, VIEW_OFFICE_NAVIGATION);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Links of these texts stand at the foot of every page."));
	html_heading_close(h);
	back_said(&page, v->request);
	back_put_navigation_tabs(h, NAVIGATION_LEGAL);
	html_form_open(h, &(struct html_form){ .visit = v, .posted = posted, .errors = errors });
	for (int k = 0; k < LOOK_LEGALS; k++) {
		const struct look_legal *l = &v->look->site.legal[k];
		html_panel_open(h, look_legal_words[k], words[k].title, words[k].sentence);
		put_missing(h, v, l);
		html_field_languages(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = arena_printf(v->arena, "%s.text", look_legal_words[k]).p, .label = N_("Text"),
			.hint = N_("Markdown: headings, lists, links, tables. Headings begin with ###."), .rows = 8 }, v->at.tenant, back_text_values(v, &l->text));
		html_field_languages(h, &(struct html_field){ .name = arena_printf(v->arena, "%s.url", look_legal_words[k]).p, .label = N_("Or an address elsewhere"),
			.hint = N_("Then the link leads there, and the text is not shown."), .code = true, .most = 2000 }, v->at.tenant, back_text_values(v, &l->url));
		html_panel_close(h);
	}
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Save") });
	html_buttons_close(h);
	html_form_close(h);
	return view_close(&page, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool taken;
	if (!back_enter(app, r, p, VIEW_OFFICE_NAVIGATION, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		struct look_site site = v.look->site;
		for (int k = 0; k < LOOK_LEGALS; k++) {
			site.legal[k].text = back_take_text(&v, &form, arena_printf(v.arena, "%s.text", look_legal_words[k]), &v.look->site.legal[k].text);
			site.legal[k].url = back_take_text(&v, &form, arena_printf(v.arena, "%s.url", look_legal_words[k]), &v.look->site.legal[k].url);
		}
		if (look_save_site(v.at.site->looks, v.at.tenant, &site, e)) {
			visitor_note(&v, EVENT_SETTINGS_CHANGED, STR(""), STR("legal texts"));
			return back_done(&v, STR("/backoffice/navigation/legal/"), "saved", e);
		}
		if (back_complain(&v, &errors, "", e))
			return false;
		back_refused(&v);
	}
	return show(&v, r->method == HTTPD_POST ? &form : NULL, errors.n ? &errors : NULL, e);
}

const struct httpd_route back_navigation_legal = { .method = HTTPD_GET, .pattern = "/backoffice/navigation/legal/", .run = run };
const struct httpd_route back_navigation_legal_post = { .method = HTTPD_POST, .pattern = "/backoffice/navigation/legal/", .body_max = 2 << 20, .run = run };
