/* What programs ask for themselves, at /oauth2/: tokens, their end, what they are worth; and the description of it all (RFC 8414). Any page
 * may read the answers: who asks proves it by what is posted, never by a cookie. */
#include "gate/inside.h"

enum { BODY = 16384 };

static struct oauth_scene scene_of(const struct visit *v)
{
	return (struct oauth_scene){ .o = v->at.site->oauth, .t = v->at.tenant->id, .client = v->request->client, .arena = v->arena };
}

static bool send(struct visit *v, struct buf *b, int status, struct err *e)
{
	struct str whole;
	if (!buf_end(b, &whole, e)) return false;
	httpd_reply_status(v->reply, status);
	httpd_reply_type(v->reply, STR("application/json"));
	httpd_reply_cache_control(v->reply, STR("no-store"));
	httpd_reply_lit(v->reply, "Pragma", "no-cache");
	httpd_reply_lit(v->reply, "Access-Control-Allow-Origin", "*");
	httpd_reply_take(v->reply, b);
	return true;
}

/* RFC 6749 §5.2 */
static bool refuse(struct visit *v, const struct oauth_reply *x, struct err *e)
{
	auto_buf b = BUF_INIT(BODY);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "error", str_of(oauth_fault_word(x->fault)));
	if (x->why) json_member(&j, "error_description", str_of(x->why));
	json_close(&j, '}');
	if (x->fault == OAUTH_INVALID_CLIENT && x->basic) httpd_reply_lit(v->reply, "WWW-Authenticate", "Basic realm=\"OAuth\", charset=\"UTF-8\"");
	/* Without HTTP authentication a 401 would need a challenge that was not asked for. */
	return send(v, &b, x->fault == OAUTH_INVALID_CLIENT && !x->basic ? 400 : oauth_fault_status(x->fault), e);
}

/* The form of the request; false with *done: it was none, and the answer says so. */
static bool read_call(struct visit *v, struct oauth_call *c, bool *done, struct err *e)
{
	const struct httpd_request *r = v->request;
	struct err why = { 0 };
	struct oauth_reply bad = { .fault = OAUTH_INVALID_REQUEST, .why = "The request is a form: application/x-www-form-urlencoded." };
	bool form = str_starts(httpd_header(r, STR("Content-Type")), STR("application/x-www-form-urlencoded"));
	c->authorization = httpd_header(r, STR("Authorization"));
	*done = false;
	if (form && httpd_form(v->arena, r->body, &c->pairs, &c->n, &why)) return true;
	*done = refuse(v, &bad, e);
	return false;
}

static bool put_token(struct visit *v, const struct oauth_reply *x, struct err *e)
{
	auto_buf b = BUF_INIT(BODY);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "access_token", str_of(x->access));
	json_member(&j, "token_type", STR("Bearer"));
	json_member_int(&j, "expires_in", x->expires_s);
	if (x->refresh[0]) json_member(&j, "refresh_token", str_of(x->refresh));
	json_member(&j, "scope", oauth_scopes_text(v->arena, x->scopes));
	if (x->state.n) json_member(&j, "state", x->state);
	json_close(&j, '}');
	return send(v, &b, 200, e);
}

static bool put_nothing(struct visit *v, const struct oauth_reply *x, struct err *e)
{
	auto_buf b = BUF_INIT(BODY);
	(void)x;
	buf_lit(&b, "{}");
	return send(v, &b, 200, e);
}

/* RFC 7662; people are numbers here: who somebody is, is not what a program was let in for. */
static bool put_worth(struct visit *v, const struct oauth_reply *x, struct err *e)
{
	auto_buf b = BUF_INIT(BODY);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member_bool(&j, "active", x->active);
	if (x->active) {
		json_member(&j, "scope", oauth_scopes_text(v->arena, x->scopes));
		json_member(&j, "client_id", x->client);
		json_member(&j, "token_type", STR("Bearer"));
		json_member(&j, "sub", arena_printf(v->arena, "%lld", (long long)x->account));
		json_member_int(&j, "exp", x->expires_s);
		json_member_int(&j, "iat", x->issued_s);
		json_member(&j, "iss", v->origin);
	}
	json_close(&j, '}');
	return send(v, &b, 200, e);
}

struct kind {
	bool (*ask)(const struct oauth_scene *s, const struct oauth_call *c, struct oauth_reply *out, struct err *e);
	bool (*put)(struct visit *v, const struct oauth_reply *x, struct err *e);
};
static const struct kind token_kind = { oauth_token, put_token };
static const struct kind revoke_kind = { oauth_revoke, put_nothing };
static const struct kind introspect_kind = { oauth_introspect, put_worth };

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	const struct kind *kind = r->route_or_null->extra;
	struct oauth_call c = { 0 };
	struct oauth_reply x;
	bool done;
	if (!visitor_enter_anyone(app, r, p, &v, e)) return false;
	struct oauth_scene s = scene_of(&v);
	if (!read_call(&v, &c, &done, e)) return done;
	if (!kind->ask(&s, &c, &x, e)) return false;
	return x.fault == OAUTH_FINE ? kind->put(&v, &x, e) : refuse(&v, &x, e);
}

const struct httpd_route gate_oauth_token = { .method = HTTPD_POST, .pattern = "/oauth2/token", .run = run, .extra = &token_kind };
const struct httpd_route gate_oauth_revoke = { .method = HTTPD_POST, .pattern = "/oauth2/revoke", .run = run, .extra = &revoke_kind };
const struct httpd_route gate_oauth_introspect = { .method = HTTPD_POST, .pattern = "/oauth2/introspect", .run = run, .extra = &introspect_kind };

/* --- the description ------------------------------------------------------------------------------------------------ */

static void put_words(struct json_out *j, const char *name, struct str words)
{
	struct str word;
	json_key(j, str_of(name));
	json_open(j, '[');
	while (str_cut(&words, ' ', &word)) json_put(j, word);
	json_close(j, ']');
}

static void put_address(struct json_out *j, struct visit *v, const char *name, const char *path)
{
	json_key(j, str_of(name));
	json_put(j, arena_join(v->arena, v->origin, str_of(path)));
}

static bool run_description(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct str ways = { "client_secret_basic client_secret_post none", 43 };
	auto_visit v = { 0 };
	auto_buf b = BUF_INIT(BODY);
	struct json_out j = JSON_OUT(&b);
	if (!visitor_enter_anyone(app, r, p, &v, e)) return false;
	json_open(&j, '{');
	json_member(&j, "issuer", v.origin);
	put_address(&j, &v, "authorization_endpoint", "/oauth2/authorize/");
	put_address(&j, &v, "token_endpoint", "/oauth2/token/");
	put_address(&j, &v, "revocation_endpoint", "/oauth2/revoke/");
	put_address(&j, &v, "introspection_endpoint", "/oauth2/introspect/");
	put_words(&j, "response_types_supported", STR("code"));
	put_words(&j, "response_modes_supported", STR("query"));
	put_words(&j, "grant_types_supported", STR("authorization_code refresh_token client_credentials"));
	put_words(&j, "token_endpoint_auth_methods_supported", ways);
	put_words(&j, "revocation_endpoint_auth_methods_supported", ways);
	put_words(&j, "introspection_endpoint_auth_methods_supported", STR("client_secret_basic client_secret_post"));
	put_words(&j, "code_challenge_methods_supported", STR("S256"));
	/* Every bit but the last is no "all": the names are written out. */
	put_words(&j, "scopes_supported", arena_join(v.arena, STR("all "), oauth_scopes_text(v.arena, ACCOUNT_BIT(ACCOUNT_PERMISSIONS) - 1)));
	json_member_bool(&j, "authorization_response_iss_parameter_supported", true);
	json_close(&j, '}');
	if (!send(&v, &b, 200, e)) return false;
	httpd_reply_cache_control(p, STR("public, max-age=300"));
	return true;
}

const struct httpd_route gate_oauth_description = { .method = HTTPD_GET, .pattern = "/.well-known/oauth-authorization-server", .run = run_description };
