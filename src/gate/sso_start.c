/* POST /login/sso/PROVIDER/: the visitor's click begins a sign-in (AUT-10), or, signed in, the linking of an identity. The answer is a
 * page that leads on by itself: a redirect after a form would be held up by form-action, which names this portal only. */
#include "gate/inside.h"

static bool lead_on(struct gate *g, const struct sso_provider *p, struct str url, struct err *e)
{
	struct visit *v = &g->v;
	if (!httpd_reply_header(v->reply, STR("Refresh"), arena_join(v->arena, STR("0; url="), url), e)) return false;
	gate_open(g, N_("On to the identity provider"));
	gate_paragraph(g, N_("You sign in there and come back here. If nothing happens, follow this link."));
	html_buttons_open(&g->page.h);
	html_button(&g->page.h, &(struct html_button){ .text = p->label, .href = url });
	html_buttons_close(&g->page.h);
	return gate_close(g, e);
}

static bool begin(struct gate *g, struct sso_start *b, struct err *e)
{
	struct visit *v = &g->v;
	struct sso_scene s = gate_sso_scene(v);
	struct sso_provider p;
	struct str url;
	if (!sso_provider_get(&s, b->provider, &p, e)) return false;
	if (sso_begin(&s, b, &url, e)) return lead_on(g, &p, url, e);
	bool there = e->code == ERR_UPSTREAM || e->code == ERR_CANCELLED || e->code == ERR_FORBIDDEN || e->code == ERR_TOO_LARGE || e->code == ERR_PARAMETER;
	if (!there) return false;
	log_say(v->at.site->log, LOG_LEVEL_WARN, "sso.unreachable", log_int("portal", v->at.tenant->id.v), log_text("provider", p.id), log_text("why", str_of(e->pub)));
	visitor_note(v, EVENT_SSO_REFUSED, STR("unreachable"), p.id);
	*e = (struct err){ 0 };
	return gate_sso_refused(g, "unreachable", e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	if (!gate_enter(&g, r, p, app, e)) return false;
	enum gate_posted how = gate_posted(&g, e);
	if (how == GATE_FAILED) return false;
	if (how == GATE_AGAIN) return gate_sso_refused(&g, "binding", e);
	struct sso_start b = { .provider = r->holes[0], .binding = gate_sso_binding(&g.v), .lang = g.v.lang->code, .next = gate_next(&g) };
	if (!b.binding.n) return gate_sso_refused(&g, "binding", e);
	if (visitor_field_on(&g.form, STR("link"))) {
		if (!visitor_signed_in(&g.v, e) || !visitor_fresh(&g.v, e)) return e->code == ERR_NONE;
		b.link = g.v.session->account;
		b.next = STR("/account/security/");
	}
	return begin(&g, &b, e);
}

const struct httpd_route gate_sso_start = { .method = HTTPD_POST, .pattern = "/login/sso/{provider}", .lane = HTTPD_LANE_CALL, .deadline_ms = 30000, .run = run };

/* --- an identity is linked no more ------------------------------------------------------------------------ */

/* Without a password the last identity is the only way in. */
static bool may_unlink(struct gate *g, bool *may, struct err *e)
{
	struct account a;
	struct account_identity *ids;
	size_t n;
	struct accounts *as = g->v.at.site->accounts;
	struct tenant_id t = g->v.at.tenant->id;
	if (!account_get(as, t, g->v.session->account, g->v.arena, &a, e) || !account_identities(as, t, g->v.session->account, g->v.arena, &ids, &n, e)) return false;
	*may = a.has_password || n > 1;
	return true;
}

static bool refuse_unlink(struct gate *g, struct err *e)
{
	httpd_reply_status(g->v.reply, 422);
	gate_open_own(g, N_("Security"), GATE_SECURITY);
	html_notice(&g->page.h, HTML_BAD, N_("This is the only way you can sign in. Choose a password first: \"I have forgotten my password\" on the sign-in page sends you a link."));
	gate_link(g, "/account/security/", N_("Go on"));
	return gate_close(g, e);
}

static bool unlink_identity(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	if (!gate_enter_own(&g, r, p, app, e)) return e->code == ERR_NONE;
	enum gate_posted how = gate_posted(&g, e);
	if (how == GATE_FAILED) return false;
	if (how == GATE_AGAIN) return gate_go(&g, STR("/account/security/"), NULL, e);
	if (!visitor_fresh(&g.v, e)) return e->code == ERR_NONE;
	bool may;
	if (!may_unlink(&g, &may, e)) return false;
	if (!may) return refuse_unlink(&g, e);
	if (!account_unlink(g.v.at.site->accounts, g.v.at.tenant->id, g.v.session->account, r->holes[0], e)) return false;
	visitor_note(&g.v, EVENT_ACCOUNT_CHANGED, STR("unlinked"), r->holes[0]);
	return gate_go(&g, STR("/account/security/"), "unlinked", e);
}

const struct httpd_route gate_sso_unlink = { .method = HTTPD_POST, .pattern = "/account/identities/{provider}", .run = unlink_identity };
