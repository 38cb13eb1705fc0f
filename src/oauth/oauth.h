/* Programs that people let in, and the tokens they come with: OAuth 2.0 (RFC 6749) as its best practice has it today (RFC 9700), with
 * proof keys (RFC 7636), revocation (7009), introspection (7662) and the issuer in answers (9207). Pages and addresses are gate/'s and
 * back/'s; that a token is obeyed by the APIs is rights/'s. Refuses to know requests and pages: what comes in are pairs of a form.
 *
 * A *program* is registered by those who run a portal, with the exact addresses that answers go to. A *grant* is one yes of one
 * person; what comes of it (a code, then access tokens and refresh tokens) hangs on it and ends with it. A program that keeps a secret
 * may also work by itself (client credentials), in the name of the one person who said so when registering it. A token never allows
 * more than the person may at that moment, and of that only its scopes.
 *
 * What is kept of codes, tokens and secrets is SHA-256 of 238 random bits. A code and a refresh token are good once: a second use ends
 * the grant with everything that came of it, since one of the two was a thief. Access tokens that are good stand in memory as well, so
 * that no request asks the store.
 *
 * Scopes: "read" (what is shown to the person anyway; in every token), the names of permissions.def, and "all" for all of them.
 *
 * Threads: any. */
#ifndef OAUTH_OAUTH_H
#define OAUTH_OAUTH_H

#include "account/account.h"
#include "base/base.h"
#include "clock/clock.h"
#include "event/event.h"
#include "httpd/httpd.h"
#include "store/store.h"
#include "value/value.h"

struct oauth;
bool oauth_open(struct store *s, struct accounts *as, struct events *es, struct oauth **out, struct err *e) must_use nonnull_all;
void oauth_close(struct oauth *o_or_null);
/* Forgets what is over. */
bool oauth_upkeep(struct oauth *o, struct err *e) must_use nonnull_all;
/* After a backup was restored, whose tokens may have been ended since: all are void. */
bool oauth_after_restore(struct oauth *o, struct err *e) must_use nonnull_all;

/* Seconds of life; a refresh token lives so long after its grant was last used. */
enum { OAUTH_CODE_S = 120, OAUTH_ACCESS_S = 3600, OAUTH_REFRESH_S = 90 * 86400, OAUTH_SPENT_DAYS = 7 };
enum { OAUTH_CLIENT = 20, OAUTH_SECRET = 40, OAUTH_CLIENT_TEXT = OAUTH_CLIENT + 1, OAUTH_SECRET_TEXT = 5 + OAUTH_SECRET + 1 };

/* --- scopes: bits by enum account_permission; UINT64_MAX is "all" --------------------------------------------- */

/* Words with blanks between. False: one of them is none, *bad says which. An empty text leaves *out alone. */
bool oauth_scopes_read(struct str words, uint64_t *out, struct str *bad) must_use nonnull_all;
struct str oauth_scopes_text(struct arena *a, uint64_t scopes) nonnull_all;

/* --- who comes with a token: memory only --------------------------------------------------------------------- */

/* Whose access token this is, in the arena: `key` is minus the number of its grant, permissions and ceiling are cut to its scopes. False
 * when no good token of that portal reads so, or its person is not active. */
bool oauth_who(struct oauth *o, struct tenant_id t, struct str token, struct instant now, struct arena *a, struct account_who *out) must_use nonnull_all;

/* --- program.c ------------------------------------------------------------------------------------------------ */

enum { OAUTH_NAME = 100, OAUTH_ABOUT = 300, OAUTH_URL = 500, OAUTH_REDIRECTS = 20, OAUTH_PROGRAMS = 200 };
struct oauth_program {
	int64_t id;
	struct str client;              /* client_id */
	struct str name, about, site;   /* site: address of a page about it; may be empty */
	bool secret;                    /* it can keep one (confidential); else it runs on people's devices */
	struct str hint;                /* first characters of the secret */
	const struct str *redirects;
	size_t nredirects;
	uint64_t scopes;                /* what it may ask for at most */
	int64_t alone;                  /* the account in whose name it works by itself; 0: it does not */
	struct instant created;
	int64_t people, last_day;       /* how many let it in now, and the last day a token was given (-1: never); of lists */
};
struct oauth_scene { struct oauth *o; struct tenant_id t; struct str client; int64_t by; struct arena *arena; }; /* client: address, for the log */

/* By name, in the arena. */
bool oauth_program_list(const struct oauth_scene *s, struct oauth_program **out, size_t *n, struct err *e) must_use nonnull_all;
/* ERR_NOT_FOUND. */
bool oauth_program_get(const struct oauth_scene *s, int64_t id, struct oauth_program *out, struct err *e) must_use nonnull_all;
/* Why an address cannot be one to answer to (an English message), or NULL. https; or http to this machine alone, any port; or, for
 * programs without a secret, a scheme of their own with a dot in it. */
const char *oauth_redirect_fault(struct str redirect, bool secret) nonnull_all;
/* Makes one of name, about, site, secret, redirects, scopes and alone; its id and client are filled in. The secret is told once. */
bool oauth_program_add(const struct oauth_scene *s, struct oauth_program *p, char secret[OAUTH_SECRET_TEXT], struct err *e) must_use nonnull_all;
/* The same of one that is there, but for `secret`. What it may ask for no longer ends grants that hold it. ERR_NOT_FOUND. */
bool oauth_program_change(const struct oauth_scene *s, const struct oauth_program *p, struct err *e) must_use nonnull_all;
/* A new secret; the former is good no longer. A program that works in the name of another than who does this works by itself no longer. */
bool oauth_program_renew(const struct oauth_scene *s, int64_t id, char secret[OAUTH_SECRET_TEXT], struct err *e) must_use nonnull_all;
/* With every grant. */
bool oauth_program_remove(const struct oauth_scene *s, int64_t id, struct err *e) must_use nonnull_all;

/* --- ask.c: the request at the authorisation endpoint ------------------------------------------------------------ */

/* The words of RFC 6749 for what is wrong; OAUTH_FINE: nothing. */
enum oauth_fault {
#define FAULT(symbol, word, status) OAUTH_##symbol,
#include "oauth/faults.def"
#undef FAULT
	OAUTH_FAULTS
};
const char *oauth_fault_word(enum oauth_fault f); /* "invalid_request" */
int oauth_fault_status(enum oauth_fault f);

struct oauth_ask { struct str client, redirect, state, scope, challenge, method, type, mode; };
/* Picks the parameters. False: one came twice, *why says which. */
bool oauth_ask_read(const struct httpd_pair *pairs, size_t n, struct oauth_ask *out, const char **why) must_use;
struct oauth_checked {
	struct oauth_program program;
	struct str redirect;            /* where the answer goes; empty: nowhere, the person is told */
	uint64_t scopes;
	enum oauth_fault fault;
	const char *why;                /* an English sentence for whoever wrote the program */
};
/* Who asks for what, and whether it can be. */
bool oauth_ask_check(const struct oauth_scene *s, const struct oauth_ask *ask, struct oauth_checked *out, struct err *e) must_use nonnull_all;
/* The person says yes: a grant, and the code of it. */
bool oauth_grant(const struct oauth_scene *s, const struct oauth_ask *ask, const struct oauth_checked *c, int64_t account, char code[OAUTH_SECRET_TEXT],
                 struct err *e) must_use nonnull_all;
/* The address to lead the browser to, with a code, or with what is wrong. */
struct str oauth_answer_url(struct arena *a, const struct oauth_ask *ask, const struct oauth_checked *c, struct str code, struct str issuer) nonnull_all;

/* --- token.c: requests of programs ------------------------------------------------------------------------------- */

struct oauth_call {                     /* a form that a program posted */
	const struct httpd_pair *pairs;
	size_t n;
	struct str authorization;       /* the field, or empty */
};
struct oauth_reply {
	enum oauth_fault fault;
	const char *why;
	bool basic;                     /* the program used HTTP Basic: a refusal says so */
	char access[OAUTH_SECRET_TEXT], refresh[OAUTH_SECRET_TEXT]; /* refresh: "" when none */
	uint64_t scopes;
	struct str state;
	/* Of introspection. */
	bool active;
	struct str client;
	int64_t account, expires_s, issued_s;
};
/* False only when the store fails. */
bool oauth_token(const struct oauth_scene *s, const struct oauth_call *c, struct oauth_reply *out, struct err *e) must_use nonnull_all;
bool oauth_revoke(const struct oauth_scene *s, const struct oauth_call *c, struct oauth_reply *out, struct err *e) must_use nonnull_all;
bool oauth_introspect(const struct oauth_scene *s, const struct oauth_call *c, struct oauth_reply *out, struct err *e) must_use nonnull_all;

/* Name and secret of a program in a form or a field Authorization. False: *fault and *why; for the parser's test, too. */
struct oauth_credentials { struct str client, secret; bool basic; };
bool oauth_credentials_read(struct arena *a, const struct oauth_call *c, struct oauth_credentials *out, enum oauth_fault *fault, const char **why) must_use nonnull_all;

/* --- grant.c: what people let in ------------------------------------------------------------------------------------ */

struct oauth_let { struct oauth_program program; uint64_t scopes; struct instant since; int64_t last_day; };
/* The programs that an account lets in now, once each, newest first. */
bool oauth_let_list(const struct oauth_scene *s, int64_t account, struct oauth_let **out, size_t *n, struct err *e) must_use nonnull_all;
/* Takes it back: of one program (0: all), with everything that came of it. */
bool oauth_take_back(const struct oauth_scene *s, int64_t account, int64_t program, const char *reason, struct err *e) must_use nonnull_all;

#endif
