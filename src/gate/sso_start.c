/* POST /login/sso/PROVIDER/: the visitor's click begins a sign-in (AUT-10), or, signed in, the linking of an identity. The answer is a
 * page that leads on by itself: a redirect after a form would be held up by form-action, which names this portal only. */
#include "gate/sso_common.h"

static bool lead_on(struct visit *v, const struct sso_provider *p, struct str url, struct err *e)
{
	auto_page page = { .visit = v, .title = i18n_text(v->lang, N_("On to the identity provider")), .path = STR("/login/") };
	struct html_button go = { .text = p->label, .href = url };
	visitor_private(v);
	if (!httpd_reply_header(v->reply, STR("Refresh"), arena_join(v->arena, STR("0; url="), url), e)) return false;
	view_gate_open(&page);
	html_lit(&page.h, "<p>");
	html_say(&page.h, N_("You sign in there and come back here. If nothing happens, follow this link."));
	html_lit(&page.h, "</p>");
	html_button(&page.h, &go);
	return view_close(&page, e);
}

static bool begin(struct visit *v, struct sso_start *b, struct err *e)
{
	struct sso_scene s = gate_sso_scene(v);
	struct sso_provider p;
	struct str url;
	if (!sso_provider_get(&s, b->provider, &p, e)) return false;
	if (sso_begin(&s, b, &url, e)) return lead_on(v, &p, url, e);
	bool there = e->code == ERR_UPSTREAM || e->code == ERR_CANCELLED || e->code == ERR_FORBIDDEN || e->code == ERR_TOO_LARGE || e->code == ERR_PARAMETER;
	if (!there) return false;
	log_say(v->at.site->log, LOG_LEVEL_WARN, "sso.unreachable", log_int("portal", v->at.tenant->id.v), log_text("provider", p.id), log_text("why", str_of(e->pub)));
	visitor_note(v, EVENT_SSO_REFUSED, STR("unreachable"), p.id);
	*e = (struct err){ 0 };
	return gate_sso_refused(v, "unreachable", e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	if (!visitor_enter_anyone(app, r, p, &v, e) || !visitor_form(&v, VISITOR_TOKEN, &form, e)) return false;
	struct sso_start b = { .provider = r->holes[0], .binding = gate_sso_binding(&v), .lang = v.lang->code,
		               .next = visitor_next(r, v.arena, v.origin, visitor_field(&form, STR("next"))) };
	if (!b.binding.n) return gate_sso_refused(&v, "binding", e);
	if (str_starts(b.next, STR("/login/"))) b.next = STR("/");
	if (visitor_field_on(&form, STR("link"))) {
		if (!visitor_signed_in(&v, e) || !visitor_fresh(&v, e)) return e->code == ERR_NONE;
		b.link = v.session->account;
	}
	return begin(&v, &b, e);
}

const struct httpd_route gate_sso_start = { .method = HTTPD_POST, .pattern = "/login/sso/{provider}", .lane = HTTPD_LANE_CALL, .deadline_ms = 30000, .run = run };

/* --- an identity is linked no more ------------------------------------------------------------------------ */

static bool unlink_identity(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	if (!visitor_enter(app, r, p, &v, e) || !visitor_form(&v, VISITOR_TOKEN, &form, e)) return false;
	if (!visitor_signed_in(&v, e) || !visitor_fresh(&v, e)) return e->code == ERR_NONE;
	if (!account_unlink(v.at.site->accounts, v.at.tenant->id, v.session->account, r->holes[0], e)) return false;
	return httpd_reply_redirect(p, 303, STR("/account/security/"), e);
}

const struct httpd_route gate_sso_unlink = { .method = HTTPD_POST, .pattern = "/account/identities/{provider}", .run = unlink_identity };
