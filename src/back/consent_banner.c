/* How consent is asked for, as visitors meet it: the banner and the page of preferences in every language, and the two texts an
 * administrator may word (CON-10). Their words go into the draft of the registry and are published with it. */
#include "back/privacy.h"

static const char path[] = "/backoffice/privacy/banner/";

/* --- as visitors meet it --------------------------------------------------------------------------------------- */

/* The same visit in another language, of somebody who has not chosen. */
static void as_visitor(const struct visit *v, struct str lang, struct visit *out)
{
	*out = *v;
	if (i18n_find(v->at.tenant->languages, v->at.tenant->nlanguages, lang) >= 0) {
		const struct i18n_lang *l = i18n_lang_or_null(lang);
		out->lang_code = lang;
		out->lang = l ? l : i18n_english();
	}
	consent_read(v->at.site->consent, v->registry, NULL, 0, NULL, 0, NULL, 0, clock_now(), &out->consent);
}

static bool run_preview(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	if (!v.registry)
		return err_set(e, ERR_BUSY, "The register of cookies cannot be read at the moment.");
	const struct str *lang = httpd_query_or_null(r, STR("in"));
	struct visit as;
	as_visitor(&v, lang ? *lang : v.lang_code, &as);
	struct str html = str_eq(r->holes[0], STR("preferences")) ? view_preferences_proof(&as) : view_banner_proof(&as);
	httpd_reply_type(p, STR("text/html; charset=utf-8"));
	httpd_reply_csp(p, STR("default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"));
	httpd_reply_bytes(p, html);
	return true;
}

static void put_frame(struct html *h, const struct visit *v, size_t i, const char *what, const char *label)
{
	struct str code = v->at.tenant->languages[i];
	const struct i18n_lang *l = i18n_lang_or_null(code);
	html_lit(h, "<figure class=\"consent-preview\"><figcaption><bdi lang=\"");
	html_text(h, code);
	html_lit(h, "\">");
	html_text(h, l ? l->name : code);
	html_lit(h, "</bdi></figcaption><iframe loading=\"lazy\" sandbox=\"allow-same-origin\" title=\"");
	html_say(h, label);
	html_lit(h, ": ");
	html_text(h, l ? l->name : code);
	html_lit(h, "\" src=\"/backoffice/privacy/banner/preview/");
	html_text(h, str_of(what));
	html_lit(h, "?in=");
	html_text(h, code);
	html_lit(h, "\"></iframe></figure>");
}

static void put_previews(struct html *h, const struct visit *v)
{
	if (v->registry->needs_consent) {
		html_panel_open(h, "banner", N_("Banner"), N_("As it stands on the pages of the portal for who has not chosen yet."));
		for (size_t i = 0; i < v->at.tenant->nlanguages; i++)
			put_frame(h, v, i, "banner", N_("Banner"));
		html_panel_close(h);
	} else {
		html_notice(h, HTML_INFO, N_("No banner is shown: nothing that is declared needs consent."));
	}
	html_panel_open(h, "preferences", N_("Cookie preferences"), N_("The page that the footer leads to, as nobody has filled it in."));
	for (size_t i = 0; i < v->at.tenant->nlanguages; i++)
		put_frame(h, v, i, "preferences", N_("Cookie preferences"));
	html_panel_close(h);
}

/* --- the words -------------------------------------------------------------------------------------------------- */

static void put_member(struct json_out *j, const struct visit *v, const struct visitor_form *f, const char *name)
{
	const struct tenant *t = v->at.tenant;
	bool any = false;
	for (size_t i = 0; i < t->nlanguages; i++)
		any |= visitor_field(f, arena_printf(v->arena, "%s.%.*s", name, STR_ARG(t->languages[i]))).n > 0;
	if (!any)
		return;
	json_key(j, str_of(name));
	privacy_put_texts(j, v, f, name);
}

static bool save(struct privacy_draft *d, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = d->visit;
	auto_buf b = BUF_INIT(64 << 10);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	put_member(&j, v, f, "first");
	put_member(&j, v, f, "title");
	json_close(&j, '}');
	struct privacy_edit x = { .member = { "banner" }, .member_json = { buf_str(&b) } };
	return privacy_draft_save(d, privacy_edited(d, &x), e) && privacy_faults(d, STR("banner."), errors, e);
}

static void put_words(struct html *h, struct privacy_draft *d, const struct visitor_form *posted, const struct html_errors *errors)
{
	struct visit *v = d->visit;
	const struct json_node *banner = json_get(d->root, "banner");
	html_panel_open(h, "words", N_("Words"),
	                N_("Title and first sentence may be yours, in all languages or in none; empty ones are ours. Everything else is made of the register. Words that praise one answer are refused."));
	html_form_open(h, &(struct html_form){ .visit = v, .action = str_of(path), .posted = posted, .errors = errors });
	html_field_languages(h, &(struct html_field){ .name = "title", .label = N_("Title"), .most = 300 }, v->at.tenant, privacy_texts(v, banner, "title"));
	html_field_languages(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "first", .label = N_("First sentence"), .most = 300, .rows = 2 },
	                     v->at.tenant, privacy_texts(v, banner, "first"));
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Keep in the draft") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_privacy d = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	if (!v.registry)
		return err_set(e, ERR_BUSY, "The register of cookies cannot be read at the moment.");
	bool taken, posted = r->method == HTTPD_POST;
	if (!back_form_taken(&v, &form, &errors, &taken, e) || !privacy_draft_open(&v, &d, e))
		return false;
	if (posted) {
		if (taken && !save(&d, &form, &errors, e))
			return false;
		if (!errors.n)
			return back_done(&v, str_of(path), "saved", e);
		back_refused(&v);
	}
	auto_page page = back_page(&v, N_("Banner and preferences"), path);
	view_office_open(&page, VIEW_OFFICE_PRIVACY);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Refusing and accepting look alike; no setting changes that."));
	html_heading_close(h);
	back_privacy_tabs(h, path);
	back_said(&page, r);
	privacy_draft_notice(h, &d);
	put_words(h, &d, posted ? &form : NULL, &errors);
	put_previews(h, &v);
	return view_close(&page, e);
}

BACK_PAGE(privacy_banner, "/backoffice/privacy/banner/", run);
const struct httpd_route back_privacy_banner_preview = { .method = HTTPD_GET, .pattern = "/backoffice/privacy/banner/preview/{what}", .run = run_preview };
