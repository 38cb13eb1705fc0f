/* The key by which a program sends a stylesheet into the draft: made and revoked here, its text shown once. */
#include "back/look.h"

#define HERE "/backoffice/look/key/"

static void put_deed(struct html *h, struct visit *v, const char *deed, const char *label, enum html_weight weight)
{
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR(HERE) });
	html_hidden(h, "do", str_of(deed));
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = weight, .label = label });
	html_buttons_close(h);
	html_form_close(h);
}

static void put_moment(struct html *h, const struct visit *v, const char *label, int64_t us, const char *otherwise)
{
	html_fact_open(h, label);
	if (us)
		html_date(h, us, v->zone, true);
	else
		html_say(h, otherwise);
	html_fact_close(h);
}

static void put_state(struct html *h, struct visit *v, const struct look_key *k)
{
	html_panel_open(h, "key", N_("Key"), NULL);
	html_facts_open(h);
	put_moment(h, v, N_("Made"), k->made_us, N_("None"));
	if (k->made_us)
		put_moment(h, v, N_("Last used"), k->pushed_us, N_("Never"));
	html_facts_close(h);
	if (k->made_us) {
		put_deed(h, v, "make", N_("Make a new key; the former is then good no longer"), HTML_SECONDARY);
		put_deed(h, v, "revoke", N_("Revoke the key"), HTML_DANGER);
	} else {
		put_deed(h, v, "make", N_("Make a key"), HTML_PRIMARY);
	}
	html_panel_close(h);
}

static bool show(struct visit *v, const char *key, const struct html_errors *errors, struct err *e)
{
	struct look_key now;
	if (!look_key_read(v->at.site->looks, v->at.tenant, &now, e))
		return false;
	auto_page page = back_page(v, N_("Stylesheets from a program"), HERE);
	view_office_open(&page, VIEW_OFFICE_LOOK);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("A program that has the key may replace the stylesheet of the draft and look at the result, and nothing else. Visitors see it once you make the draft live."));
	html_heading_close(h);
	back_said(&page, v->request);
	back_put_look_tabs(h, LOOK_TAB_CODE);
	for (size_t i = 0; i < errors->n; i++)
		html_notice_text(h, HTML_BAD, errors->items[i].text);
	if (key) {
		html_notice(h, HTML_WARNING, N_("Copy the key now: it is shown only this once."));
		view_code(h, "text", str_of(key));
	}
	struct str shown = key ? str_of(key) : STR("KEY");
	html_panel_open(h, "use", N_("How it is used"), NULL);
	html_facts_open(h);
	html_fact_open(h, N_("To send a stylesheet"));
	view_code(h, "shell", arena_printf(v->arena, "curl -X POST -H 'Content-Type: application/json' -d '{\"stylesheet\": \"main { max-width: 70rem }\"}' \\\n  '%.*s/api/management/1.0/domain_theme/?themeapikey=%.*s'",
		STR_ARG(v->origin), STR_ARG(shown)));
	html_fact_close(h);
	html_fact_open(h, N_("To look at it"));
	view_code(h, "text", arena_printf(v->arena, "%.*s/explore/?stage_theme=true&themeapikey=%.*s", STR_ARG(v->origin), STR_ARG(shown)));
	html_fact_close(h);
	html_facts_close(h);
	html_panel_close(h);
	put_state(h, v, &now);
	return view_close(&page, e);
}

static bool act(struct visit *v, const struct visitor_form *f, char key[LOOK_KEY + 1], struct err *e)
{
	struct looks *ls = v->at.site->looks;
	struct str what = visitor_field(f, STR("do"));
	bool makes = str_eq(what, STR("make"));
	if (!makes && !str_eq(what, STR("revoke")))
		return err_set(e, ERR_INVALID, "the form says nothing that can be done");
	if (makes ? !look_key_make(ls, v->at.tenant, key, e) : !look_key_revoke(ls, v->at.tenant, e))
		return false;
	visitor_note(v, makes ? EVENT_KEY_CREATED : EVENT_KEY_REVOKED, STR("themeapikey"), STR("look.stylesheet"));
	return makes || back_done(v, STR(HERE), "revoked", e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool taken;
	char key[LOOK_KEY + 1] = "";
	if (!back_enter(app, r, p, VIEW_OFFICE_LOOK, BACK_FRESH, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		if (act(&v, &form, key, e)) {
			if (!key[0])
				return true;
		} else if (back_complain(&v, &errors, "", e))
			return false;
		else
			back_refused(&v);
	}
	return show(&v, key[0] ? key : NULL, &errors, e);
}

BACK_PAGE(look_key, HERE, run);
