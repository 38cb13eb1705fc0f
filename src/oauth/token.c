/* The requests of programs: codes and refresh tokens against tokens, revocation, introspection. What is used once is used by one statement
 * whose count says who was first; the second ends the grant (RFC 6749 §4.1.2, RFC 9700 §2.2.2). */
#include "oauth/inside.h"
#include "text/text.h"

/* --- parameters ---------------------------------------------------------------------------------------------- */

static bool refuse(struct oauth_reply *out, enum oauth_fault fault, const char *why)
{
	out->fault = fault;
	out->why = why;
	return true;
}

static struct str field(const struct oauth_call *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->pairs[i].name, str_of(name))) return c->pairs[i].value;
	return STR("");
}

static bool is_scope(struct str name) { return str_eq(name, STR("scope")) || str_eq(name, STR("scopes")); }

static bool repeats(const struct oauth_call *c)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = i + 1; k < c->n; k++)
			if (str_eq(c->pairs[i].name, c->pairs[k].name) || (is_scope(c->pairs[i].name) && is_scope(c->pairs[k].name))) return true;
	return false;
}

/* "Basic " and base64 of two parts, each written as in a form (RFC 6749 §2.3.1). */
static bool read_basic(struct arena *a, struct str text, struct oauth_credentials *out)
{
	struct str plain, left;
	char *url = arena_bytes(a, text.n + 1);
	size_t n = text.n;
	/* Padding is dropped and the two letters are those of URLs, so one decoder does. */
	while (n && text.p[n - 1] == '=') n--;
	for (size_t i = 0; i < n; i++) url[i] = text.p[i] == '+' ? '-' : text.p[i] == '/' ? '_' : text.p[i];
	if (!crypt_base64url_decode(a, str_make(url, n), &plain)) return false;
	ptrdiff_t colon = str_find_char(plain, ':');
	if (colon < 0) return false;
	left = str_sub(plain, 0, (size_t)colon);
	return text_url_decode(a, left, true, &out->client) && text_url_decode(a, str_from(plain, left.n + 1), true, &out->secret);
}

bool oauth_credentials_read(struct arena *a, const struct oauth_call *c, struct oauth_credentials *out, enum oauth_fault *fault, const char **why)
{
	struct str auth = str_trim(c->authorization), named = field(c, "client_id"), secret = field(c, "client_secret");
	*out = (struct oauth_credentials){ .client = named, .secret = secret };
	*fault = OAUTH_INVALID_REQUEST;
	*why = "A parameter came twice.";
	if (repeats(c)) return false;
	if (auth.n > 6 && str_eq_nocase(str_sub(auth, 0, 6), STR("Basic "))) {
		out->basic = true;
		*why = "A program says who it is in one way: HTTP Basic, or client_id and client_secret.";
		if (secret.n) return false;
		*fault = OAUTH_INVALID_CLIENT;
		*why = "The field Authorization cannot be read.";
		if (!read_basic(a, str_trim(str_from(auth, 6)), out)) return false;
		*why = "client_id is not the one of the field Authorization.";
		*fault = OAUTH_INVALID_REQUEST;
		if (named.n && !str_eq(named, out->client)) return false;
	}
	*fault = OAUTH_INVALID_CLIENT;
	*why = "client_id is missing.";
	return out->client.n > 0;
}

/* Who calls. *good false: the reply says what is wrong. */
static bool enter(struct store_tx *tx, const struct oauth_scene *s, const struct oauth_call *c, struct oauth_program *p, struct oauth_reply *out, bool *good, struct err *e)
{
	struct oauth_credentials who;
	struct str hash;
	char given[OAUTH_HASH_TEXT];
	*good = false;
	*out = (struct oauth_reply){ .state = field(c, "state") };
	bool read = oauth_credentials_read(s->arena, c, &who, &out->fault, &out->why);
	out->basic = who.basic;
	if (!read) return true;
	if (!oauth_program_find(tx, s, who.client, p, &hash, e)) {
		if (e->code != ERR_NOT_FOUND) return false;
		*e = (struct err){ 0 };
		return refuse(out, OAUTH_INVALID_CLIENT, "The program is not known, or its secret is not right.");
	}
	oauth_hash(who.secret, given);
	if (p->secret ? !crypt_equal(str_of(given), hash) : who.secret.n > 0) {
		oauth_note(s, EVENT_PROGRAM_REFUSED, 0, "invalid_client", p->client);
		return refuse(out, OAUTH_INVALID_CLIENT, "The program is not known, or its secret is not right.");
	}
	out->fault = OAUTH_FINE;
	out->why = NULL;
	*good = true;
	return true;
}

/* The same by a reader of the store: whoever is nobody never holds the pen. */
static bool knock(const struct oauth_scene *s, const struct oauth_call *c, struct oauth_program *p, struct oauth_reply *out, bool *good, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(oauth_store(s->o), STORE_READ, &tx, e)) return false;
	bool ok = enter(tx, s, c, p, out, good, e);
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

/* --- a code or token as it is kept ------------------------------------------------------------------------------- */

struct kept {
	bool there, used, ended, alone;
	char hash[OAUTH_HASH_TEXT];
	struct str kind, redirect, challenge;
	int64_t grant, program, account, created, expires;
	uint64_t scopes, granted;
};

static bool keep(struct store_tx *tx, const struct oauth_scene *s, struct str text, struct kept *out, struct err *e)
{
	struct store_rows *r;
	struct str bad;
	*out = (struct kept){ 0 };
	oauth_hash(text, out->hash);
	if (!store_ask(tx, OAUTH_Q(token_get), s->t, STORE_PARAMS(VALUE_OF_TEXT(str_of(out->hash))), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) {
		out->there = true;
		out->kind = arena_str(s->arena, store_text(r, 0));
		out->grant = store_int(r, 1);
		out->created = store_int(r, 3);
		out->expires = store_int(r, 4);
		out->used = !store_is_null(r, 5);
		out->redirect = arena_str(s->arena, store_text(r, 6));
		out->challenge = arena_str(s->arena, store_text(r, 7));
		out->program = store_int(r, 8);
		out->account = store_int(r, 9);
		out->ended = !store_is_null(r, 10);
		out->alone = store_int(r, 12) != 0;
		if (!oauth_scopes_read(store_text(r, 2), &out->scopes, &bad)) out->scopes = 0;
		if (!oauth_scopes_read(store_text(r, 11), &out->granted, &bad)) out->granted = 0;
	}
	store_stop(r);
	return step != STORE_FAILED;
}

/* Somebody has what was somebody else's, or a program is broken: everything of this yes is over. */
static bool end_family(struct store_tx *tx, const struct oauth_scene *s, const struct kept *k, const char *reason, struct oauth_reply *out, struct oauth_ids *ended, struct err *e)
{
	if (!oauth_grant_end(tx, s, k->grant, reason, e)) return false;
	vec_push(s->arena, &ended->list, k->grant);
	oauth_note(s, EVENT_PROGRAM_REFUSED, k->account, reason, STR(""));
	return refuse(out, OAUTH_INVALID_GRANT, "This was used already; everything that came of it has ended.");
}

/* --- giving ------------------------------------------------------------------------------------------------------ */

static bool put_token(struct store_tx *tx, const struct oauth_scene *s, const char *kind, int64_t grant, uint64_t scopes, int64_t life_s, char text[OAUTH_SECRET_TEXT], struct err *e)
{
	char hash[OAUTH_HASH_TEXT];
	int64_t now = clock_now().us;
	oauth_secret(strcmp(kind, "access") == 0 ? "stot_" : "stor_", text);
	oauth_hash(str_of(text), hash);
	return store_run(tx, OAUTH_Q(token_insert), s->t, STORE_PARAMS(VALUE_OF_TEXT(str_of(hash)), VALUE_OF_TEXT(str_of(kind)), VALUE_OF_INT(grant),
	                 VALUE_OF_TEXT(oauth_scopes_text(s->arena, scopes)), VALUE_OF_INT(now), VALUE_OF_INT(now + life_s * OAUTH_SECOND_US), VALUE_OF_TEXT(STR("")), VALUE_OF_TEXT(STR(""))), e);
}

/* A yes has so many access tokens at once: the oldest are good no longer, in memory neither. */
static bool end_oldest(struct store_tx *tx, const struct oauth_scene *s, struct value grant, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(tx, OAUTH_Q(tokens_over), s->t, STORE_PARAMS(grant, VALUE_OF_INT(OAUTH_ACCESS_EACH)), &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) oauth_book_drop(s->o, store_text(r, 0), 0);
	store_stop(r);
	return step == STORE_DONE && store_run(tx, OAUTH_Q(tokens_many), s->t, STORE_PARAMS(grant, VALUE_OF_INT(OAUTH_ACCESS_EACH)), e);
}

struct giving { int64_t grant, account; uint64_t scopes, refresh; bool with_refresh; };

static bool give(struct store_tx *tx, const struct oauth_scene *s, const struct giving *g, struct oauth_reply *out, struct err *e)
{
	struct value grant = VALUE_OF_INT(g->grant);
	out->scopes = g->scopes;
	out->expires_s = OAUTH_ACCESS_S;
	return put_token(tx, s, "access", g->grant, g->scopes, OAUTH_ACCESS_S, out->access, e) &&
	       (!g->with_refresh || put_token(tx, s, "refresh", g->grant, g->refresh, OAUTH_REFRESH_S, out->refresh, e)) &&
	       end_oldest(tx, s, grant, e) &&
	       store_run(tx, OAUTH_Q(grant_used), s->t, STORE_PARAMS(grant, VALUE_OF_INT(clock_now().us / OAUTH_DAY_US)), e);
}

static void remember(const struct oauth_scene *s, const struct giving *g, const struct oauth_reply *out)
{
	char hash[OAUTH_HASH_TEXT];
	oauth_hash(str_of(out->access), hash);
	oauth_book_put(s->o, &(struct oauth_good){ .tenant = s->t, .hash = str_of(hash), .grant = g->grant, .account = g->account, .scopes = g->scopes,
	                                           .expires = clock_now().us + OAUTH_ACCESS_S * OAUTH_SECOND_US });
}

static void forget(const struct oauth_scene *s, const struct oauth_reply *out)
{
	char hash[OAUTH_HASH_TEXT];
	oauth_hash(str_of(out->access), hash);
	oauth_book_drop(s->o, str_of(hash), 0);
}

/* The scopes asked for now: of what was granted. False: the reply says why. */
static bool narrow(const struct oauth_call *c, uint64_t granted, uint64_t *scopes, struct oauth_reply *out)
{
	struct str bad, words = field(c, "scope").n ? field(c, "scope") : field(c, "scopes");
	uint64_t wanted = UINT64_MAX;
	if (!oauth_scopes_read(words, &wanted, &bad)) {
		refuse(out, OAUTH_INVALID_SCOPE, "A scope is not known: \"read\", \"all\" and the names of permissions are.");
		return false;
	}
	*scopes = wanted == UINT64_MAX ? granted : wanted;
	if (*scopes & ~granted) refuse(out, OAUTH_INVALID_SCOPE, "More than was granted is asked for.");
	return !(*scopes & ~granted);
}

/* --- the three ways ------------------------------------------------------------------------------------------------ */

static bool verifier_ok(struct arena *a, struct str verifier, struct str challenge)
{
	enum { LEAST = 43, MOST = 128, S256 = 64 };
	unsigned char digest[CRYPT_SHA256];
	auto_buf b = BUF_INIT(S256);
	(void)a;
	if (verifier.n < LEAST || verifier.n > MOST) return false;
	crypt_sha256(verifier, digest);
	crypt_put_base64url(&b, str_make((const char *)digest, sizeof digest));
	return crypt_equal(buf_str(&b), challenge);
}

struct work { struct store_tx *tx; const struct oauth_scene *s; const struct oauth_call *c; struct oauth_program program; struct giving give; struct oauth_ids ended; bool given; };

/* Consumes; *first false: somebody was before. */
static bool use(struct work *w, const struct kept *k, bool *first, struct err *e)
{
	if (!store_run(w->tx, OAUTH_Q(token_use), w->s->t, STORE_PARAMS(VALUE_OF_TEXT(str_of(k->hash)), VALUE_OF_INT(clock_now().us)), e)) return false;
	*first = store_changes(w->tx) == 1;
	return true;
}

static bool by_code(struct work *w, struct oauth_reply *out, struct err *e)
{
	struct kept k;
	struct str verifier = field(w->c, "code_verifier"), code = field(w->c, "code");
	bool first;
	if (!code.n) return refuse(out, OAUTH_INVALID_REQUEST, "code is missing.");
	if (!keep(w->tx, w->s, code, &k, e)) return false;
	if (!k.there || !str_eq(k.kind, STR("code")) || k.program != w->program.id) return refuse(out, OAUTH_INVALID_GRANT, "The code is not good.");
	if (!use(w, &k, &first, e)) return false;
	if (!first) return end_family(w->tx, w->s, &k, "code_reused", out, &w->ended, e);
	/* From here on the code is used up, whatever comes of it: who guesses has one try. */
	if (k.ended || k.expires <= clock_now().us || !oauth_is_active(w->s, k.account)) return refuse(out, OAUTH_INVALID_GRANT, "The code is not good any more.");
	if (!str_eq(k.redirect, field(w->c, "redirect_uri"))) return refuse(out, OAUTH_INVALID_GRANT, "redirect_uri is not the one that the code was asked for with.");
	if (k.challenge.n ? !verifier_ok(w->s->arena, verifier, k.challenge) : verifier.n > 0)
		return refuse(out, OAUTH_INVALID_GRANT, k.challenge.n ? "code_verifier does not fit the code_challenge." : "There is a code_verifier, but the code was asked for without code_challenge.");
	w->give = (struct giving){ k.grant, k.account, k.granted, k.granted, true };
	if (!narrow(w->c, k.granted, &w->give.scopes, out)) return true;
	w->given = true;
	return give(w->tx, w->s, &w->give, out, e);
}

static bool by_refresh(struct work *w, struct oauth_reply *out, struct err *e)
{
	struct kept k;
	bool first;
	struct str token = field(w->c, "refresh_token");
	if (!token.n) return refuse(out, OAUTH_INVALID_REQUEST, "refresh_token is missing.");
	if (!keep(w->tx, w->s, token, &k, e)) return false;
	if (!k.there || !str_eq(k.kind, STR("refresh")) || k.program != w->program.id || k.ended || k.expires <= clock_now().us || !oauth_is_active(w->s, k.account))
		return refuse(out, OAUTH_INVALID_GRANT, "The refresh token is not good.");
	w->give = (struct giving){ k.grant, k.account, k.granted, k.granted, true };
	/* Asking for too much is a mistake that can be mended: the token stays good. */
	if (!k.used && !narrow(w->c, k.granted, &w->give.scopes, out)) return true;
	if (!use(w, &k, &first, e)) return false;
	if (!first) return end_family(w->tx, w->s, &k, "refresh_reused", out, &w->ended, e);
	w->given = true;
	return give(w->tx, w->s, &w->give, out, e);
}

static bool by_itself(struct work *w, struct oauth_reply *out, struct err *e)
{
	const struct oauth_program *p = &w->program;
	struct oauth_ids ids = { 0 };
	int64_t now = clock_now().us;
	struct value words = VALUE_OF_TEXT(oauth_scopes_text(w->s->arena, p->scopes));
	if (!p->secret || !p->alone) return refuse(out, OAUTH_UNAUTHORIZED, "The program is not registered for working by itself (client_credentials).");
	if (!oauth_is_active(w->s, p->alone)) return refuse(out, OAUTH_UNAUTHORIZED, "The person in whose name the program works is not active.");
	w->give = (struct giving){ 0, p->alone, p->scopes, 0, false };
	if (!narrow(w->c, p->scopes, &w->give.scopes, out)) return true;
	if (!oauth_grants(w->tx, w->s, OAUTH_Q(grant_alone), STORE_PARAMS(VALUE_OF_INT(p->id), VALUE_OF_INT(p->alone)), &ids, e)) return false;
	if (!ids.list.n && !store_run(w->tx, OAUTH_Q(grant_insert), w->s->t, STORE_PARAMS(VALUE_OF_INT(p->id), VALUE_OF_INT(p->alone), words, VALUE_OF_INT(1), VALUE_OF_INT(now),
	                              VALUE_OF_INT(now / OAUTH_DAY_US)), e))
		return false;
	w->give.grant = ids.list.n ? ids.list.p[0] : store_last_id(w->tx);
	w->given = true;
	return give(w->tx, w->s, &w->give, out, e);
}

static bool dispatch(struct work *w, struct oauth_reply *out, struct err *e)
{
	struct str type = field(w->c, "grant_type");
	if (!type.n) return refuse(out, OAUTH_INVALID_REQUEST, "grant_type is missing.");
	if (str_eq(type, STR("authorization_code"))) return by_code(w, out, e);
	if (str_eq(type, STR("refresh_token"))) return by_refresh(w, out, e);
	if (str_eq(type, STR("client_credentials"))) return by_itself(w, out, e);
	return refuse(out, OAUTH_GRANT_TYPE, "grant_type is authorization_code, refresh_token or client_credentials.");
}

bool oauth_token(const struct oauth_scene *s, const struct oauth_call *c, struct oauth_reply *out, struct err *e)
{
	struct work w = { .s = s, .c = c };
	bool good;
	if (!knock(s, c, &w.program, out, &good, e)) return false;
	if (!good) return true;
	if (!store_begin(oauth_store(s->o), STORE_WRITE, &w.tx, e)) return false;
	/* Asked again with the pen: it may have been changed or removed since, and what it may ask for with it. */
	bool ok = enter(w.tx, s, c, &w.program, out, &good, e) && (!good || dispatch(&w, out, e));
	/* Noted before the end: whoever takes the yes back after it finds the token there. */
	bool given = ok && w.given && out->fault == OAUTH_FINE;
	if (given) remember(s, &w.give, out);
	ok = store_end(w.tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (!ok && given) forget(s, out);
	if (!ok) return false;
	oauth_grants_forget(s, &w.ended);
	return true;
}

/* --- revocation and introspection -------------------------------------------------------------------------------- */

bool oauth_revoke(const struct oauth_scene *s, const struct oauth_call *c, struct oauth_reply *out, struct err *e)
{
	struct store_tx *tx;
	struct oauth_program p;
	struct oauth_ids ended = { 0 };
	struct kept k = { 0 };
	bool good;
	if (!knock(s, c, &p, out, &good, e)) return false;
	if (!good) return true;
	if (!field(c, "token").n) return refuse(out, OAUTH_INVALID_REQUEST, "token is missing.");
	if (!store_begin(oauth_store(s->o), STORE_WRITE, &tx, e)) return false;
	bool ok = keep(tx, s, field(c, "token"), &k, e);
	/* A token of another program, or of nobody, is as good as revoked (RFC 7009 §2.2). */
	bool own = ok && k.there && k.program == p.id && !k.ended;
	bool whole = own && str_eq(k.kind, STR("refresh"));
	if (whole) {
		ok = oauth_grant_end(tx, s, k.grant, "revoked_by_program", e);
		vec_push(s->arena, &ended.list, k.grant);
	} else if (own && str_eq(k.kind, STR("access"))) {
		ok = store_run(tx, OAUTH_Q(token_drop), s->t, STORE_PARAMS(VALUE_OF_TEXT(str_of(k.hash))), e);
	}
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (!ok) return false;
	if (own && !whole && str_eq(k.kind, STR("access"))) oauth_book_drop(s->o, str_of(k.hash), 0);
	oauth_grants_forget(s, &ended);
	if (whole) oauth_note(s, EVENT_PROGRAM_ENDED, k.account, "revoked_by_program", p.client);
	return true;
}

bool oauth_introspect(const struct oauth_scene *s, const struct oauth_call *c, struct oauth_reply *out, struct err *e)
{
	struct store_tx *tx;
	struct oauth_program p;
	struct kept k = { 0 };
	struct err ignored = { 0 };
	bool good;
	if (!store_begin(oauth_store(s->o), STORE_READ, &tx, e)) return false;
	bool ok = enter(tx, s, c, &p, out, &good, e);
	if (ok && good && !p.secret) {
		refuse(out, OAUTH_INVALID_CLIENT, "Only a program that keeps a secret may ask about tokens.");
		good = false;
	}
	ok = ok && (!good || keep(tx, s, field(c, "token"), &k, e));
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	if (!ok || !good) return ok;
	out->active = k.there && k.program == p.id && !k.ended && !k.used && !str_eq(k.kind, STR("code")) && k.expires > clock_now().us && oauth_is_active(s, k.account);
	out->scopes = k.scopes;
	out->client = p.client;
	out->account = k.account;
	out->expires_s = k.expires / OAUTH_SECOND_US;
	out->issued_s = k.created / OAUTH_SECOND_US;
	return true;
}
