/* Terms of use and the privacy policy, where a portal keeps their texts itself: Markdown as a document. Everyone may read them, at a
 * private portal too. */
#include "front/inside.h"

#include "doc/doc.h"
#include "look/look.h"

/* The text in the page's language; else the first there is, and which language that is. */
static struct str text_of(const struct visit *v, const struct look_text *t, struct str *lang)
{
	struct str text = look_say(t, v->lang_code);
	for (size_t i = 0; i < t->n; i++)
		if (t->p[i].text.p == text.p)
			*lang = t->p[i].lang;
	return text;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, enum look_legal_kind kind, const char *title, struct err *e)
{
	auto_visit v = { 0 };
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	const struct look_legal *l = &v.look->site.legal[kind];
	struct str elsewhere = look_say(&l->url, v.lang_code);
	if (elsewhere.n)
		return httpd_reply_redirect(p, 302, elsewhere, e);
	struct str lang = v.lang_code;
	struct str text = text_of(&v, &l->text, &lang);
	if (!text.n)
		return err_set(e, ERR_NOT_FOUND, "There is no such page.");
	const struct i18n_lang *spoken = i18n_lang_or_null(lang);
	struct doc *d = doc_new(v.arena, i18n_text(v.lang, title), lang, spoken && spoken->rtl);
	if (!doc_markdown(d, &d->root, text, e))
		return false;
	auto_page page = { .visit = &v, .title = d->title, .path = str_of(look_legal_paths[kind]) };
	view_open(&page);
	struct html *h = &page.h;
	html_lit(h, "<article class=\"legal wide\"><h1>");
	html_text(h, d->title);
	html_lit(h, "</h1><div class=\"legal-text\" lang=\"");
	html_text(h, lang);
	if (spoken && spoken->rtl)
		html_lit(h, "\" dir=\"rtl\">");
	else
		html_lit(h, "\" dir=\"ltr\">");
	html_document(h, d);
	html_lit(h, "</div></article>");
	visitor_cache_page(&v, FRONT_CACHE_S);
	return view_close(&page, e);
}

static bool run_terms(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return run(r, p, app, LOOK_TERMS, N_("Terms and conditions"), e);
}

static bool run_privacy(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return run(r, p, app, LOOK_PRIVACY, N_("Privacy policy"), e);
}

const struct httpd_route front_terms = { .method = HTTPD_GET, .pattern = "/terms/terms-and-conditions/", .run = run_terms };
const struct httpd_route front_privacy_policy = { .method = HTTPD_GET, .pattern = "/terms/privacy-policy/", .run = run_privacy };
