/* The request that a program sends people with (RFC 6749 §4.1.1, RFC 7636 §4.3), and the answer they bring back. */
#include "oauth/inside.h"
#include "text/text.h"

bool oauth_ask_read(const struct httpd_pair *pairs, size_t n, struct oauth_ask *out, const char **why)
{
	struct str *const slots[] = { &out->client, &out->redirect, &out->state, &out->scope, &out->scope, &out->challenge, &out->method, &out->type, &out->mode };
	static const char *const names[] = { "client_id", "redirect_uri", "state", "scope", "scopes", "code_challenge", "code_challenge_method", "response_type", "response_mode" };
	bool seen[COUNT_OF(names)] = { 0 };
	*out = (struct oauth_ask){ 0 };
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < COUNT_OF(names); k++) {
			if (!str_eq(pairs[i].name, str_of(names[k]))) continue;
			if (seen[k]) {
				*why = N_("A parameter came twice.");
				return false;
			}
			seen[k] = true;
			if (pairs[i].value.n) *slots[k] = pairs[i].value;
		}
	return true;
}

static void refuse(struct oauth_checked *c, enum oauth_fault fault, const char *why)
{
	c->fault = fault;
	c->why = why;
}

/* 43 letters of base64url: what SHA-256 gives. */
static bool challenge_ok(struct str s)
{
	enum { S256 = 43 };
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_')) return false;
	}
	return s.n == S256;
}

static void check_scopes(const struct oauth_ask *ask, struct oauth_checked *c)
{
	struct str bad;
	uint64_t wanted = UINT64_MAX; /* "all", and none named: whatever it is registered for */
	if (!oauth_scopes_read(ask->scope, &wanted, &bad)) {
		refuse(c, OAUTH_INVALID_SCOPE, "A scope is not known: \"read\", \"all\" and the names of permissions are.");
		return;
	}
	c->scopes = wanted == UINT64_MAX ? c->program.scopes : wanted;
	if (c->scopes & ~c->program.scopes) refuse(c, OAUTH_INVALID_SCOPE, "The program is not registered for all of these scopes.");
}

/* Once it is known where the answer goes; what is wrong goes there, too. */
static void check_rest(const struct oauth_ask *ask, struct oauth_checked *c)
{
	enum { STATE = 2000 };
	if (!ask->type.n) refuse(c, OAUTH_INVALID_REQUEST, "response_type is missing; it is \"code\".");
	else if (!str_eq(ask->type, STR("code"))) refuse(c, OAUTH_RESPONSE_TYPE, "response_type is \"code\"; nothing else is given here.");
	else if (ask->mode.n && !str_eq(ask->mode, STR("query"))) refuse(c, OAUTH_INVALID_REQUEST, "response_mode is \"query\".");
	else if (ask->state.n > STATE) refuse(c, OAUTH_INVALID_REQUEST, "state has at most 2000 bytes.");
	else if (!c->program.secret && !ask->challenge.n) refuse(c, OAUTH_INVALID_REQUEST, "code_challenge is missing: programs without a secret prove themselves by PKCE (S256).");
	else if (ask->method.n && !ask->challenge.n) refuse(c, OAUTH_INVALID_REQUEST, "code_challenge is missing beside code_challenge_method.");
	else if (ask->challenge.n && !str_eq(ask->method, STR("S256"))) refuse(c, OAUTH_INVALID_REQUEST, "code_challenge_method is S256; plain is not taken.");
	else if (ask->challenge.n && !challenge_ok(ask->challenge)) refuse(c, OAUTH_INVALID_REQUEST, "code_challenge is the 43 letters of a SHA-256 in base64url.");
	else check_scopes(ask, c);
}

static struct str redirect_of(const struct oauth_ask *ask, const struct oauth_program *p)
{
	if (!ask->redirect.n) return p->nredirects == 1 ? p->redirects[0] : STR("");
	for (size_t i = 0; i < p->nredirects; i++)
		if (oauth_redirect_same(p->redirects[i], ask->redirect)) return ask->redirect;
	return STR("");
}

bool oauth_ask_check(const struct oauth_scene *s, const struct oauth_ask *ask, struct oauth_checked *out, struct err *e)
{
	struct store_tx *tx;
	struct str hash;
	struct err ignored = { 0 };
	*out = (struct oauth_checked){ 0 };
	if (!ask->client.n || ask->client.n > OAUTH_URL) {
		refuse(out, OAUTH_INVALID_CLIENT, N_("The program did not say who it is (client_id)."));
		return true;
	}
	if (!store_begin(oauth_store(s->o), STORE_READ, &tx, e)) return false;
	bool ok = oauth_program_find(tx, s, ask->client, &out->program, &hash, e);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	if (!ok && e->code != ERR_NOT_FOUND) return false;
	if (!ok) {
		*e = (struct err){ 0 };
		refuse(out, OAUTH_INVALID_CLIENT, N_("No program of this portal has this number (client_id)."));
		return true;
	}
	out->redirect = redirect_of(ask, &out->program);
	if (!out->redirect.n) refuse(out, OAUTH_INVALID_REQUEST, N_("The program wants the answer sent to an address that is not registered for it (redirect_uri)."));
	else check_rest(ask, out);
	return true;
}

static void put(struct buf *b, bool *more, const char *name, struct str value)
{
	if (!value.n) return;
	buf_put_char(b, *more ? '&' : '?');
	*more = true;
	buf_put(b, str_of(name));
	buf_put_char(b, '=');
	text_put_url(b, value);
}

struct str oauth_answer_url(struct arena *a, const struct oauth_ask *ask, const struct oauth_checked *c, struct str code, struct str issuer)
{
	enum { MOST = 16384 };
	auto_buf b = BUF_INIT(MOST);
	bool more = str_find_char(c->redirect, '?') >= 0;
	buf_put(&b, c->redirect);
	put(&b, &more, "code", code);
	if (!code.n) {
		put(&b, &more, "error", str_of(oauth_fault_word(c->fault)));
		put(&b, &more, "error_description", str_of(c->why));
	}
	if (ask->state.n * 3 < MOST / 2) put(&b, &more, "state", ask->state);
	put(&b, &more, "iss", issuer);
	ensure(!b.over);
	return arena_str(a, buf_str(&b));
}

/* --- yes ------------------------------------------------------------------------------------------------------- */

/* A yes a device; of too many the oldest end. */
static bool make_room(struct store_tx *tx, const struct oauth_scene *s, int64_t program, int64_t account, struct oauth_ids *ended, struct err *e)
{
	bool ok = oauth_grants(tx, s, OAUTH_Q(grants_many), STORE_PARAMS(VALUE_OF_INT(program), VALUE_OF_INT(account), VALUE_OF_INT(OAUTH_GRANTS_EACH)), ended, e);
	for (size_t i = 0; ok && i < ended->list.n; i++) ok = oauth_grant_end(tx, s, ended->list.p[i], "too_many", e);
	return ok;
}

bool oauth_grant(const struct oauth_scene *s, const struct oauth_ask *ask, const struct oauth_checked *c, int64_t account, char code[OAUTH_SECRET_TEXT], struct err *e)
{
	struct store_tx *tx;
	struct oauth_ids ended = { 0 };
	char hash[OAUTH_HASH_TEXT];
	int64_t now = clock_now().us;
	struct value words = VALUE_OF_TEXT(oauth_scopes_text(s->arena, c->scopes));
	ensure(c->fault == OAUTH_FINE && account);
	oauth_secret("", code);
	oauth_hash(str_of(code), hash);
	if (!store_begin(oauth_store(s->o), STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, OAUTH_Q(grant_insert), s->t, STORE_PARAMS(VALUE_OF_INT(c->program.id), VALUE_OF_INT(account), words, VALUE_OF_INT(0), VALUE_OF_INT(now), VALUE_OF_INT(now / OAUTH_DAY_US)), e);
	struct value grant = VALUE_OF_INT(ok ? store_last_id(tx) : 0);
	ok = ok && store_run(tx, OAUTH_Q(token_insert), s->t, STORE_PARAMS(VALUE_OF_TEXT(str_of(hash)), VALUE_OF_TEXT(STR("code")), grant, words, VALUE_OF_INT(now),
	                     VALUE_OF_INT(now + OAUTH_CODE_S * OAUTH_SECOND_US), VALUE_OF_TEXT(ask->redirect), VALUE_OF_TEXT(ask->challenge)), e) &&
	     make_room(tx, s, c->program.id, account, &ended, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (!ok) return false;
	oauth_grants_forget(s, &ended);
	oauth_note(s, EVENT_PROGRAM_LET_IN, account, "", c->program.client);
	return true;
}
