/* The key by which programs push records to a dataset: made, renewed and switched off here, its text shown once. */
#include "back/dataset_inside.h"
#include "live/live.h"

static void put_deed(struct html *h, struct visit *v, const struct config *c, const char *deed, const char *label, enum html_weight weight)
{
	html_form_open(h, &(struct html_form){ .visit = v, .action = arena_printf(v->arena, "/backoffice/datasets/%.*s/push/", STR_ARG(c->uid)) });
	html_hidden(h, "do", str_of(deed));
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = weight, .label = label });
	html_buttons_close(h);
	html_form_close(h);
}

static struct str address(struct visit *v, const struct config *c, const struct live_status *now)
{
	return arena_printf(v->arena, "%.*s/api/push/1.0/%.*s/%.*s/push/", STR_ARG(v->origin), STR_ARG(c->slug), STR_ARG(now->resource.n ? now->resource : STR("realtime")));
}

static struct live_status status_of(struct visit *v, const struct config *c)
{
	struct live_status now;
	struct err none = { 0 }; /* of a dataset that never took any, nothing is known */
	return live_status(v->at.site, v->at.tenant->id, c->slug, v->arena, &now, &none) ? now : (struct live_status){ 0 };
}

void dataset_put_push_key(struct html *h, struct visit *v, const struct config *c)
{
	struct live_status now = status_of(v, c);
	html_panel_open(h, "push-key", N_("Key for pushing records"), NULL);
	if (!c->published) {
		html_notice(h, HTML_INFO, N_("Publish the dataset once: then a key can be made here."));
		html_panel_close(h);
		return;
	}
	html_facts_open(h);
	html_fact_open(h, N_("State"));
	html_say(h, now.enabled ? N_("Pushed records are taken") : N_("Pushed records are refused"));
	html_fact_close(h);
	if (now.key_made.us) {
		html_fact_open(h, N_("Key made"));
		html_date(h, now.key_made.us, v->zone, true);
		html_fact_close(h);
	}
	html_facts_close(h);
	if (!back_dataset_may(v, c, CONFIG_EDIT)) {
		html_panel_close(h);
		return;
	}
	if (!now.resource.n)
		put_deed(h, v, c, "on", N_("Make a key"), HTML_PRIMARY);
	else if (!now.enabled)
		put_deed(h, v, c, "on", N_("Take pushed records again"), HTML_PRIMARY);
	if (now.resource.n)
		put_deed(h, v, c, "renew", N_("Make a new key; the former is then good no longer"), HTML_SECONDARY);
	if (now.enabled)
		put_deed(h, v, c, "off", N_("Refuse pushed records"), HTML_DANGER);
	html_panel_close(h);
}

static bool act(struct visit *v, const struct config *c, const struct visitor_form *f, struct live_key *key, struct err *e)
{
	struct site *s = v->at.site;
	struct tenant_id t = v->at.tenant->id;
	struct str what = visitor_field(f, STR("do"));
	bool off = str_eq(what, STR("off"));
	bool ok = off                           ? live_disable(s, t, c->slug, e)
	          : str_eq(what, STR("on"))     ? live_enable(s, t, c->slug, STR(""), key, e)
	          : str_eq(what, STR("renew"))  ? live_new_key(s, t, c->slug, key, e)
	                                        : err_set(e, ERR_INVALID, "the form says nothing that can be done");
	if (!ok)
		return false;
	if (off || key->text[0])
		visitor_note(v, off ? EVENT_KEY_REVOKED : EVENT_KEY_CREATED, STR("push"), c->slug);
	return key->text[0] || back_done(v, back_dataset_path(v, c, DATASET_TAB_SOURCES), "saved", e);
}

static bool show(struct visit *v, struct config *c, const struct live_key *key, const struct html_errors *errors, struct err *e)
{
	auto_page page = { .visit = v };
	struct live_status now = status_of(v, c);
	if (!back_dataset_open(&page, c, DATASET_TAB_SOURCES, e))
		return false;
	struct html *h = &page.h;
	for (size_t i = 0; i < errors->n; i++)
		html_notice_text(h, HTML_BAD, errors->items[i].text);
	if (key->text[0]) {
		html_notice(h, HTML_WARNING, N_("Copy the key now: it is shown only this once."));
		view_code(h, "text", str_of(key->text));
		html_lit(h, "<h2>");
		html_say(h, N_("How it is used"));
		html_lit(h, "</h2>");
		view_code(h, "shell", arena_printf(v->arena, "curl -X POST -H 'Content-Type: application/json' -d '[{\"…\": …}]' \\\n  '%.*s?pushkey=%s'",
			STR_ARG(address(v, c, &now)), key->text));
	}
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Sources"), .href = back_dataset_path(v, c, DATASET_TAB_SOURCES) });
	html_buttons_close(h);
	dataset_put_push_key(h, v, c);
	return view_close(&page, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c;
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct live_key key = { "" };
	bool taken;
	if (!back_dataset_enter(app, r, p, CONFIG_EDIT, &v, &c, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		if (act(&v, &c, &form, &key, e)) {
			if (!key.text[0])
				return true;
		} else if (back_complain(&v, &errors, "", e))
			return false;
		else
			back_refused(&v);
	}
	return show(&v, &c, &key, &errors, e);
}

const struct httpd_route back_dataset_push_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/push/", .body_max = 16 * 1024, .run = run };
