/* OpenID Connect: discovery, the way to the provider, the code turned into tokens, who it is. */
#include "crypt/crypt.h"
#include "net/net.h"
#include "sso/inside.h"
#include "text/text.h"

enum { CALL_MS = 10000, URL_BYTES = 16384, NAME_BYTES = 200 };

/* --- calls -------------------------------------------------------------------------------------------- */

static struct net_call call_to(const struct sso_scene *s, struct str url)
{
	return (struct net_call){ .url = url, .most = SSO_JSON_BYTES, .timeout_ms = CALL_MS, .flags = s->conf->call_private ? NET_PRIVATE | NET_NO_TLS : 0,
		                  .ca_file_or_empty = s->conf->ca_file, .cancel_or_null = s->cancel_or_null };
}

bool sso_fetch_json(const struct sso_scene *s, struct str url, struct str *out, struct err *e)
{
	struct net_header accept = { STR("Accept"), STR("application/json") };
	struct net_call c = call_to(s, url);
	struct net_answer got;
	auto_json *doc = NULL;
	struct err own = { 0 };
	c.headers = &accept;
	c.nheaders = 1;
	if (!net_call(&c, s->arena, &got, e)) return false;
	if (got.status != 200) return err_set(e, ERR_UPSTREAM, "The identity provider answered %d.", got.status);
	if (!json_read(got.body, &doc, &own) || json_kind(json_root(doc)) != JSON_OBJECT)
		return err_set(e, ERR_UPSTREAM, "The identity provider's answer cannot be read.");
	*out = got.body;
	return true;
}

/* --- discovery ------------------------------------------------------------------------------------------ */

void sso_oidc_done(struct sso_oidc *o)
{
	json_free(o->doc);
	*o = (struct sso_oidc){ 0 };
}

static bool cached_discovery(const struct sso_scene *s, struct str provider, bool any_age, struct str *out, struct err *e)
{
	struct store_tx *t;
	struct store_rows *r;
	*out = STR("");
	if (!store_begin(s->store, STORE_READ, &t, e)) return false;
	bool ok = store_ask(t, &sso_q[SSO_Q_cache], s->tenant->id, STORE_PARAMS(VALUE_OF_TEXT(provider)), &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		int64_t age = step == STORE_ROW ? clock_now().us - store_int(r, 1) : -1;
		if (step == STORE_ROW && (any_age || (age >= 0 && age < SSO_DAY_US))) *out = arena_str(s->arena, store_text(r, 0));
		ok = step != STORE_FAILED;
		store_stop(r);
	}
	return store_end(t, STORE_ROLLBACK, e) && ok;
}

/* An address of the document, which has to be one that may be called. */
static bool endpoint(const struct sso_scene *s, const struct json_node *doc, const char *name, bool needed, struct str *out, struct err *e)
{
	struct net_url u;
	*out = arena_str(s->arena, json_text(json_get(doc, name)));
	if (!out->n) return !needed || err_set(e, ERR_UPSTREAM, "The identity provider's discovery document has no %s.", name);
	if (!net_url(s->arena, *out, &u) || (str_eq(u.scheme, STR("http")) && !s->conf->call_private))
		return err_set(e, ERR_UPSTREAM, "The %s of the identity provider is not an https address.", name);
	return true;
}

static bool read_discovery(const struct sso_scene *s, const struct sso_provider *p, struct str text, struct sso_oidc *out, struct err *e)
{
	struct sso_oidc o = { 0 };
	if (!json_read(text, &o.doc, e)) return false;
	const struct json_node *d = json_root(o.doc);
	o.issuer = arena_str(s->arena, json_text(json_get(d, "issuer")));
	bool ok = str_eq(o.issuer, p->issuer) || err_set(e, ERR_UPSTREAM, "The discovery document is of another issuer.");
	ok = ok && endpoint(s, d, "authorization_endpoint", true, &o.authorization, e) && endpoint(s, d, "token_endpoint", true, &o.token, e) &&
	     endpoint(s, d, "jwks_uri", true, &o.jwks, e) && endpoint(s, d, "userinfo_endpoint", false, &o.userinfo, e) &&
	     endpoint(s, d, "end_session_endpoint", false, &o.end_session, e);
	if (!ok) {
		json_free(o.doc);
		return false;
	}
	*out = o;
	return true;
}

bool sso_oidc_discover(const struct sso_scene *s, const struct sso_provider *p, struct sso_oidc *out, struct err *e)
{
	struct str text = p->discovery, base = p->issuer;
	if (text.n) return read_discovery(s, p, text, out, e);
	if (!cached_discovery(s, p->id, false, &text, e)) return false;
	if (text.n) return read_discovery(s, p, text, out, e);
	if (str_ends(base, STR("/"))) base = str_sub(base, 0, base.n - 1);
	if (!sso_fetch_json(s, arena_join(s->arena, base, STR("/.well-known/openid-configuration")), &text, e)) return false;
	if (!read_discovery(s, p, text, out, e)) return false;
	if (sso_write(s, SSO_Q_cache_discovery, STORE_PARAMS(VALUE_OF_TEXT(p->id), VALUE_OF_TEXT(text), VALUE_OF_INT(clock_now().us)), NULL, e)) return true;
	sso_oidc_done(out);
	return false;
}

bool sso_oidc_recall(const struct sso_scene *s, const struct sso_provider *p, struct sso_oidc *out, bool *known, struct err *e)
{
	struct str text = p->discovery;
	if (!text.n && !cached_discovery(s, p->id, true, &text, e)) return false;
	*known = text.n > 0;
	return !*known || read_discovery(s, p, text, out, e);
}

/* --- the way there ---------------------------------------------------------------------------------------- */

static void put_pair(struct buf *b, const char *name, struct str value)
{
	buf_printf(b, "&%s=", name);
	text_put_url(b, value);
}

static struct str redirect_uri(const struct sso_scene *s) { return arena_join(s->arena, s->origin, STR("/oidc/authenticate")); }

bool sso_oidc_begin(const struct sso_scene *s, const struct sso_provider *p, const struct sso_start *b, struct str *url, struct err *e)
{
	char state[SSO_STATE_TEXT], nonce[SSO_STATE_TEXT], verifier[SSO_STATE_TEXT];
	unsigned char digest[CRYPT_SHA256];
	struct sso_oidc o;
	auto_buf u = BUF_INIT(URL_BYTES), challenge = BUF_INIT(64);
	if (!sso_oidc_discover(s, p, &o, e)) return false;
	sso_random(nonce);
	sso_random(verifier);
	crypt_sha256(str_of(verifier), digest);
	crypt_put_base64url(&challenge, str_make((const char *)digest, sizeof digest));
	bool ok = sso_transaction_begin(s, b, str_of(nonce), str_of(verifier), state, e);
	buf_put(&u, o.authorization);
	buf_lit(&u, "?");
	if (str_find_char(o.authorization, '?') >= 0) u.p[u.n - 1] = '&';
	buf_lit(&u, "response_type=code");
	put_pair(&u, "client_id", p->client_id);
	put_pair(&u, "redirect_uri", redirect_uri(s));
	put_pair(&u, "scope", p->scopes);
	put_pair(&u, "state", str_of(state));
	put_pair(&u, "nonce", str_of(nonce));
	put_pair(&u, "code_challenge", buf_str(&challenge));
	put_pair(&u, "code_challenge_method", STR("S256"));
	if (b->lang.n) put_pair(&u, "ui_locales", b->lang);
	if (ok) *url = arena_str(s->arena, buf_str(&u));
	sso_oidc_done(&o);
	return ok && (!u.over || err_set(e, ERR_UPSTREAM, "The address of the identity provider is too long."));
}

/* --- the code turned into tokens ----------------------------------------------------------------------------- */

static bool offers(const struct sso_oidc *o, const char *list, const char *word)
{
	const struct json_node *n = json_get(json_root(o->doc), list);
	for (size_t i = 0; i < json_count(n); i++)
		if (str_eq(json_text(json_at(n, i)), str_of(word))) return true;
	return false;
}

/* client_secret_basic, which is the default, unless the provider names only client_secret_post. */
static bool as_basic(const struct sso_oidc *o)
{
	return !json_get(json_root(o->doc), "token_endpoint_auth_methods_supported") || offers(o, "token_endpoint_auth_methods_supported", "client_secret_basic") ||
	       !offers(o, "token_endpoint_auth_methods_supported", "client_secret_post");
}

static struct str basic(const struct sso_scene *s, struct str user, struct str password)
{
	auto_buf pair = BUF_INIT(8192), b = BUF_INIT(16384);
	text_put_url(&pair, user);
	buf_lit(&pair, ":");
	text_put_url(&pair, password);
	buf_lit(&b, "Basic ");
	crypt_put_base64(&b, buf_str(&pair));
	return arena_str(s->arena, buf_str(&b));
}

struct tokens { struct str id, access; };

static bool read_tokens(const struct sso_scene *s, const struct net_answer *got, struct tokens *out, const char **reason, struct str provider, struct err *e)
{
	auto_json *doc = NULL;
	struct err own = { 0 };
	if (!json_read(got->body, &doc, &own)) return sso_refuse(s, provider, "token_endpoint", reason, e);
	const struct json_node *n = json_root(doc);
	*out = (struct tokens){ arena_str(s->arena, json_text(json_get(n, "id_token"))), arena_str(s->arena, json_text(json_get(n, "access_token"))) };
	if (got->status == 200 && out->id.n) return true;
	struct str word = json_text(json_get(n, "error"));
	sso_refuse(s, provider, str_eq(word, STR("invalid_client")) ? "client_secret" : "code", reason, e);
	return err_cause(e, "token endpoint: %d %.*s", got->status, STR_ARG(str_sub(word, 0, 80)));
}

static bool redeem(const struct sso_scene *s, const struct sso_provider *p, const struct sso_oidc *o, struct str code, struct str verifier, struct tokens *out,
                   const char **reason, struct err *e)
{
	struct net_call c = call_to(s, o->token);
	struct net_header headers[3] = { { STR("Accept"), STR("application/json") }, { STR("Content-Type"), STR("application/x-www-form-urlencoded") } };
	struct net_answer got;
	struct str secret;
	auto_buf body = BUF_INIT(URL_BYTES);
	if (!sso_secret(s, p, &secret, e)) return false;
	buf_lit(&body, "grant_type=authorization_code");
	put_pair(&body, "code", code);
	put_pair(&body, "redirect_uri", redirect_uri(s));
	put_pair(&body, "code_verifier", verifier);
	c.nheaders = 2;
	if (secret.n && as_basic(o)) {
		headers[c.nheaders++] = (struct net_header){ STR("Authorization"), basic(s, p->client_id, secret) };
	} else {
		put_pair(&body, "client_id", p->client_id);
		if (secret.n) put_pair(&body, "client_secret", secret);
	}
	if (body.over) return sso_refuse(s, p->id, "code", reason, e);
	c.method = "POST";
	c.headers = headers;
	c.body = buf_str(&body);
	return net_call(&c, s->arena, &got, e) && read_tokens(s, &got, out, reason, p->id, e);
}

/* --- who it is ---------------------------------------------------------------------------------------------- */

struct gathering {
	const struct sso_scene *scene;
	const struct sso_provider *provider;
	struct sso_claim *claims;
	size_t n;
};

static void add_claim(struct gathering *g, struct str name, struct str value)
{
	if (!value.n || value.n > SSO_CLAIM_BYTES || !sso_is_word(value) || g->n == SSO_CLAIMS) return;
	g->claims[g->n++] = (struct sso_claim){ arena_str(g->scene->arena, name), arena_str(g->scene->arena, value) };
}

static struct str scalar(struct arena *a, const struct json_node *n)
{
	auto_buf b = BUF_INIT(SSO_CLAIM_BYTES);
	if (json_kind(n) == JSON_TEXT) return json_text(n);
	if (json_kind(n) != JSON_INT && json_kind(n) != JSON_BOOL) return STR("");
	json_put_node(&b, n);
	return arena_str(a, buf_str(&b));
}

/* A claim and, of a list, each of its values; "a.b" is member b of claim a. */
static void gather(struct gathering *g, const struct json_node *from, struct str name)
{
	const struct json_node *n = json_get(from, arena_cstr(g->scene->arena, name));
	ptrdiff_t dot = str_find_char(name, '.');
	if (!n && dot > 0) n = json_get(json_get(from, arena_cstr(g->scene->arena, str_sub(name, 0, (size_t)dot))), arena_cstr(g->scene->arena, str_from(name, (size_t)dot + 1)));
	if (json_kind(n) != JSON_ARRAY) {
		add_claim(g, name, scalar(g->scene->arena, n));
		return;
	}
	for (size_t i = 0; i < json_count(n) && i < SSO_CLAIMS; i++) add_claim(g, name, scalar(g->scene->arena, json_at(n, i)));
}

static bool has_claim(const struct gathering *g, struct str name)
{
	for (size_t i = 0; i < g->n; i++)
		if (str_eq(g->claims[i].name, name)) return true;
	return false;
}

/* The claims that are wanted and not there yet. */
static void gather_wanted(struct gathering *g, const struct json_node *from)
{
	struct str rest = g->provider->claims, name;
	if (g->provider->condition_claim.n && !has_claim(g, g->provider->condition_claim)) gather(g, from, g->provider->condition_claim);
	while (rest.n && str_cut(&rest, ' ', &name))
		if (name.n && !has_claim(g, name)) gather(g, from, name);
}

static void name_person(const struct sso_scene *s, const struct json_node *c, struct account_identity *who)
{
	struct str name = str_trim(json_text(json_get(c, "name"))), given = json_text(json_get(c, "given_name")), family = json_text(json_get(c, "family_name"));
	if (!name.n && (given.n || family.n)) name = str_trim(arena_printf(s->arena, "%.*s %.*s", STR_ARG(given), STR_ARG(family)));
	if (!name.n) name = json_text(json_get(c, "preferred_username"));
	if (!who->name.n && name.n && sso_is_word(name)) who->name = arena_str(s->arena, text_cut(name, NAME_BYTES));
	/* An address that the provider has not verified is as good as none. */
	if (!who->email.n && json_bool(json_get(c, "email_verified"), true)) who->email = arena_str(s->arena, json_text(json_get(c, "email")));
}

/* What the token leaves out, the userinfo endpoint may know; its subject must be the same. */
static bool ask_userinfo(const struct sso_scene *s, const struct sso_oidc *o, struct str access, struct gathering *g, struct account_identity *who,
                         const char **reason, struct err *e)
{
	struct net_header headers[] = { { STR("Authorization"), arena_join(s->arena, STR("Bearer "), access) }, { STR("Accept"), STR("application/json") } };
	struct net_call c = call_to(s, o->userinfo);
	struct net_answer got;
	auto_json *doc = NULL;
	struct err own = { 0 };
	c.headers = headers;
	c.nheaders = COUNT_OF(headers);
	if (!sso_is_word(access)) return sso_refuse(s, who->provider, "userinfo", reason, e);
	if (!net_call(&c, s->arena, &got, e)) return false;
	if (got.status != 200 || !json_read(got.body, &doc, &own) || !str_eq(json_text(json_get(json_root(doc), "sub")), who->subject))
		return sso_refuse(s, who->provider, "userinfo", reason, e);
	name_person(s, json_root(doc), who);
	gather_wanted(g, json_root(doc));
	return true;
}

static bool lacks_something(const struct gathering *g, const struct account_identity *who)
{
	struct str rest = g->provider->claims, name;
	if (!who->email.n || !who->name.n) return true;
	if (g->provider->condition_claim.n && !has_claim(g, g->provider->condition_claim)) return true;
	while (rest.n && str_cut(&rest, ' ', &name))
		if (name.n && !has_claim(g, name)) return true;
	return false;
}

static bool identify(const struct sso_scene *s, const struct sso_provider *p, const struct sso_oidc *o, const struct tokens *t, const struct sso_transaction *tx,
                     struct sso_identity *out, const char **reason, struct err *e)
{
	struct sso_expect x = { .nonce = tx->nonce, .access_token = t->access };
	struct json_doc *claims = NULL;
	struct gathering g = { s, p, arena_array(s->arena, struct sso_claim, SSO_CLAIMS), 0 };
	struct account_identity who = { .provider = p->id };
	if (!sso_id_token(s, p, o, t->id, &x, &claims, reason, e)) return false;
	who.subject = arena_str(s->arena, json_text(json_get(json_root(claims), "sub")));
	name_person(s, json_root(claims), &who);
	gather_wanted(&g, json_root(claims));
	json_free(claims);
	if (o->userinfo.n && t->access.n && lacks_something(&g, &who) && !ask_userinfo(s, o, t->access, &g, &who, reason, e)) return false;
	*out = (struct sso_identity){ .provider = *p, .who = who, .claims = g.claims, .nclaims = g.n, .next = tx->next, .link = tx->link };
	return true;
}

bool sso_oidc_finish(const struct sso_scene *s, const struct sso_return *r, struct str binding, struct sso_identity *out, const char **reason, struct err *e)
{
	struct sso_transaction tx;
	struct sso_provider p;
	struct sso_oidc o;
	struct tokens t;
	*reason = "";
	if (!sso_transaction_end(s, r->state, binding, &tx, reason, e) || !sso_provider_get(s, tx.provider, &p, e)) return false;
	if (p.kind != SSO_OIDC || !p.enabled) return sso_refuse(s, tx.provider, "provider", reason, e);
	/* RFC 9207: an answer that tells its issuer must tell this one. */
	if (r->issuer.n && !str_eq(r->issuer, p.issuer)) return sso_refuse(s, p.id, "issuer", reason, e);
	if (r->error.n) return sso_refuse(s, p.id, str_eq(r->error, STR("access_denied")) ? "access_denied" : "error", reason, e);
	if (!r->code.n) return sso_refuse(s, p.id, "code", reason, e);
	if (!sso_oidc_discover(s, &p, &o, e)) return false;
	bool told = r->issuer.n || !json_bool(json_get(json_root(o.doc), "authorization_response_iss_parameter_supported"), false);
	bool ok = (told || sso_refuse(s, p.id, "issuer", reason, e)) && redeem(s, &p, &o, r->code, tx.verifier, &t, reason, e) &&
	          identify(s, &p, &o, &t, &tx, out, reason, e);
	sso_oidc_done(&o);
	return ok;
}
