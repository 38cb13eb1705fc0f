/* Where people come back to from an identity provider: /oidc/authenticate by GET, /saml2/acs by POST and from there, on our own
 * account, by GET, because the cookie that binds a sign-in to its browser does not come with another site's POST (CSR-13). */
#include "gate/inside.h"

static struct str parameter(const struct httpd_request *r, struct str name)
{
	const struct str *s = httpd_query_or_null(r, name);
	return s ? *s : STR("");
}

/* Nobody is signed in; the page says why as far as it helps. */
static bool not_let_in(struct gate *g, const char *reason, struct err *e)
{
	struct visit *v = &g->v;
	if (!*reason) {
		bool there = e->code == ERR_UPSTREAM || e->code == ERR_CANCELLED || e->code == ERR_FORBIDDEN || e->code == ERR_TOO_LARGE || e->code == ERR_BAD_REQUEST ||
		             e->code == ERR_PARAMETER;
		if (!there) return false;
		log_say(v->at.site->log, LOG_LEVEL_WARN, "sso.unreachable", log_int("portal", v->at.tenant->id.v), log_text("why", str_of(e->pub)));
		visitor_note(v, EVENT_SSO_REFUSED, STR("unreachable"), STR(""));
		reason = "unreachable";
	} else {
		log_say(v->at.site->log, LOG_LEVEL_INFO, "sso.refused", log_int("portal", v->at.tenant->id.v), log_text("reason", str_of(reason)), log_text("cause", str_of(e->priv)));
	}
	*e = (struct err){ 0 };
	return gate_sso_refused(g, reason, e);
}

static bool oidc(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct sso_identity who;
	const char *reason = "";
	/* A sign-in is used up by its answer; asking for the head of it must not. */
	if (r->method == HTTPD_HEAD) return err_set(e, ERR_METHOD, "HEAD does not sign in; use GET.");
	if (!gate_enter(&g, r, p, app, e)) return false;
	/* The address holds what the provider gave: pages tell it to nobody. */
	g.secret = r->target;
	struct sso_scene s = gate_sso_scene(&g.v);
	struct sso_return back = { parameter(r, STR("state")), parameter(r, STR("code")), parameter(r, STR("error")), parameter(r, STR("iss")) };
	if (!sso_oidc_finish(&s, &back, gate_sso_binding(&g.v), &who, &reason, e)) return not_let_in(&g, reason, e);
	return gate_sso_enter(&g, &who, e);
}

const struct httpd_route gate_sso_oidc = { .method = HTTPD_GET, .pattern = "/oidc/authenticate", .lane = HTTPD_LANE_CALL, .deadline_ms = 40000, .run = oidc };

static struct str field(const struct httpd_pair *pairs, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(pairs[i].name, name)) return pairs[i].value;
	return STR("");
}

static bool saml_posted(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	const struct httpd_pair *pairs;
	size_t n;
	auto_buf to = BUF_INIT(1024);
	if (!gate_enter(&g, r, p, app, e) || !httpd_form(g.v.arena, r->body, &pairs, &n, e)) return false;
	struct sso_scene s = gate_sso_scene(&g.v);
	struct str relay = field(pairs, n, STR("RelayState"));
	if (relay.n != SSO_STATE_TEXT - 1 || !sso_saml_park(&s, relay, field(pairs, n, STR("SAMLResponse")), e)) {
		if (relay.n == SSO_STATE_TEXT - 1 && e->code != ERR_GONE && e->code != ERR_TOO_LARGE) return false;
		*e = (struct err){ 0 };
		return gate_sso_refused(&g, "state", e);
	}
	buf_lit(&to, "/saml2/acs?relay=");
	buf_put(&to, relay);
	return httpd_reply_redirect(p, 303, buf_str(&to), e);
}

static bool saml(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct sso_identity who;
	const char *reason = "";
	if (r->method == HTTPD_HEAD) return err_set(e, ERR_METHOD, "HEAD does not sign in; use GET.");
	if (!gate_enter(&g, r, p, app, e)) return false;
	g.secret = r->target;
	struct sso_scene s = gate_sso_scene(&g.v);
	if (!sso_saml_finish(&s, parameter(r, STR("relay")), gate_sso_binding(&g.v), &who, &reason, e)) return not_let_in(&g, reason, e);
	return gate_sso_enter(&g, &who, e);
}

enum { POSTED_BYTES = 3 * SSO_RESPONSE_BYTES / 2 };
const struct httpd_route gate_sso_saml_posted = { .method = HTTPD_POST, .pattern = "/saml2/acs", .body_max = POSTED_BYTES, .run = saml_posted };
const struct httpd_route gate_sso_saml = { .method = HTTPD_GET, .pattern = "/saml2/acs", .lane = HTTPD_LANE_CALL, .deadline_ms = 30000, .run = saml };

/* --- a provider says that somebody left --------------------------------------------------------------------- */

static bool left(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	const struct httpd_pair *pairs;
	size_t n;
	int64_t account, ended;
	if (!gate_enter(&g, r, p, app, e) || !httpd_form(g.v.arena, r->body, &pairs, &n, e)) return false;
	struct sso_scene s = gate_sso_scene(&g.v);
	httpd_reply_cache_control(p, STR("no-store"));
	if (sso_oidc_left(&s, g.v.at.site->accounts, field(pairs, n, STR("logout_token")), &account, e))
		return session_revoke_all(g.v.at.site->sessions, g.v.at.tenant, account, 0, &ended, e);
	/* Of somebody who never came there is nothing to end. */
	if (e->code == ERR_NOT_FOUND) {
		*e = (struct err){ 0 };
		return true;
	}
	if (e->code != ERR_FORBIDDEN && e->code != ERR_UPSTREAM && e->code != ERR_BAD_REQUEST && e->code != ERR_CANCELLED) return false;
	*e = (struct err){ 0 };
	httpd_reply_status(p, 400);
	httpd_reply_type(p, STR("application/json"));
	httpd_reply_bytes(p, STR("{\"error\":\"invalid_request\"}"));
	return true;
}

const struct httpd_route gate_sso_left = { .method = HTTPD_POST, .pattern = "/oidc/backchannel_logout", .body_max = 128 * 1024, .lane = HTTPD_LANE_CALL,
	.deadline_ms = 30000, .run = left };
