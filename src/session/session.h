/* Sessions of people who signed in (SES-*, SID-*) and the tokens that guard their forms (CSR-*). A session is a row whose id
 * is known to the browser only: kept is SHA-256("sid1" 0x1F host 0x1F id). All live rows are in memory too, so that a check
 * costs no statement; last-seen is written at most once a minute. Refuses to know passwords, cookies' attributes and pages.
 * Threads: any. */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "account/account.h"
#include "base/base.h"
#include "clock/clock.h"
#include "event/event.h"
#include "store/store.h"
#include "tenant/tenant.h"
#include "value/value.h"
#include "vault/vault.h"

struct sessions;
bool sessions_open(struct store *s, struct accounts *as, struct events *es, struct sessions **out, struct err *e) must_use nonnull_all;
void sessions_close(struct sessions *ss);

enum session_factor { SESSION_PASSWORD = 1u << 0, SESSION_TOTP = 1u << 1, SESSION_RECOVERY = 1u << 2, SESSION_PROVIDER = 1u << 3 };
enum { SESSION_ID_TEXT = 32 + 1, SESSION_SALT_TEXT = 22 + 1 };

/* A live session, copied for one request. */
struct session {
	int64_t id;                 /* number of the row; never shown */
	int64_t account;
	char csrf_salt[SESSION_SALT_TEXT];
	struct instant created, authenticated, fresh, seen, issued; /* fresh: last time a secret was proved */
	bool remember;
	unsigned factors;
	bool renew;                 /* the id is due for renewal on an HTML navigation (SES-7) */
};

enum session_found { SESSION_NONE, SESSION_ONE, SESSION_AMBIGUOUS };
/* Looks up the distinct values of the cookie (PAR-7); n may be more than 4, of which no value is read. Values that mean
 * nothing are ignored. Marks it seen. */
enum session_found session_find(struct sessions *ss, const struct tenant *t, const struct str *values, size_t n, struct instant now,
                                struct str client, struct session *out) nonnull_all;

struct session_birth {
	int64_t account;
	unsigned factors;
	bool remember;
	struct str user_agent;      /* becomes "Firefox on Linux" and is forgotten */
	struct str country;         /* code, or empty */
	struct str client;          /* for the log, cut */
	struct str presented[4];    /* values of sessionid that came along; what they open is revoked, whoever's it was */
	size_t npresented;
};
/* A new session; id is given once. The least recently used of more than session.max_per_user goes. */
bool session_create(struct sessions *ss, const struct tenant *t, const struct session_birth *b, char id[SESSION_ID_TEXT],
                    struct session *out, struct err *e) must_use nonnull_all;
/* A new id for the same session; the former is good for 60 s. The id is empty when another request has renewed it just now,
 * or it has ended. */
bool session_renew(struct sessions *ss, const struct tenant *t, struct session *s, char id[SESSION_ID_TEXT], struct err *e) must_use nonnull_all;
/* After a change of password, factor or address made in it: takes the account's new epoch, a new id, a new salt. */
bool session_survive(struct sessions *ss, const struct tenant *t, struct session *s, char id[SESSION_ID_TEXT], struct err *e) must_use nonnull_all;
/* Notes that a secret was proved just now (SES-10); a new salt. */
bool session_freshen(struct sessions *ss, const struct tenant *t, struct session *s, struct err *e) must_use nonnull_all;
bool session_is_fresh(const struct tenant *t, const struct session *s, struct instant now) must_use;
bool session_revoke(struct sessions *ss, const struct tenant *t, int64_t account, int64_t id, struct err *e) must_use nonnull_all; /* ERR_NOT_FOUND */
/* All of an account but `keep` (0: all); account 0: everybody's at the portal. */
bool session_revoke_all(struct sessions *ss, const struct tenant *t, int64_t account, int64_t keep, int64_t *n, struct err *e) must_use nonnull_all;

struct session_line {
	int64_t id;
	struct str label, country;
	struct instant created, seen;
	unsigned factors;
	bool remember;
};
bool session_list(struct sessions *ss, const struct tenant *t, int64_t account, struct arena *a, struct session_line **out, size_t *n,
                  struct err *e) must_use nonnull_all;
/* Ends what is past its times at a portal; gives how many. sessions_upkeep removes them later. */
int64_t sessions_purge(struct sessions *ss, const struct tenant *t) nonnull_all;
/* Ends what belongs to no account any more, writes down last uses, and removes what has been over for a day, a small batch
 * at a time. Every minute while a server runs. */
bool sessions_upkeep(struct sessions *ss, struct err *e) must_use nonnull_all;

/* The formula of what is kept of an id, for test vectors (D.4). */
void session_hash(struct str host, struct str id, unsigned char out[32]);

/* --- csrf.c: tokens that need no row (CSR-1 … CSR-6) ---------------------------------------------------- */

enum { CSRF_TOKEN = 64, CSRF_MASKED = 128 };
/* binding: "a", or "s:" and the session's salt. */
bool csrf_make(struct vault *v, struct str host, struct str binding, struct instant now, char out[CSRF_TOKEN + 1]);
bool csrf_verify(struct vault *v, struct str host, struct str binding, struct instant now, struct str token) must_use;
void csrf_mask(struct str token, char out[CSRF_MASKED + 1]);
/* The 64 characters of a token given plain or masked; false: malformed. */
bool csrf_unmask(struct str given, char out[CSRF_TOKEN + 1]) must_use;
/* The formula with a key and nonce of one's own, for test vectors. */
void csrf_compose(const unsigned char key[VAULT_KEY], char kid, struct str host, struct str binding, struct str nonce, char out[CSRF_TOKEN + 1]);

#endif
