/* People who may sign in to a portal, the groups they are in, and the API keys that act for them: made and
 * listed here, passwords as argon2id, keys as the SHA-256 of 238 random bits. Signing in itself comes with
 * the back office. A password made here is for one use: the account must change it at the first sign-in.
 * Refuses to know datasets but by number, and what anybody may see. Threads: any. Hashing a password takes
 * about 100 ms: never on the http thread. */
#ifndef ACCOUNT_ACCOUNT_H
#define ACCOUNT_ACCOUNT_H

#include "base/base.h"
#include "clock/clock.h"
#include "store/store.h"
#include "value/value.h"

struct account {
	int64_t id;
	struct str email, name, role;
	bool must_change;
	struct instant created;
};

/* Roles that an account can have: "admin", "publisher", "member". */
bool account_role_ok(struct str role);

enum { ACCOUNT_PASSWORD_TEXT = 24 + 1 };
/* Makes an account with a fresh one-time password. ERR_CONFLICT when the address is taken,
 * ERR_PARAMETER when the address or the role cannot be. */
bool account_add(struct store *s, struct tenant_id t, struct str email, struct str name, struct str role,
                 char password[ACCOUNT_PASSWORD_TEXT], struct err *e) must_use;
/* A fresh one-time password in place of the former. ERR_NOT_FOUND. */
bool account_password(struct store *s, struct tenant_id t, struct str email, char password[ACCOUNT_PASSWORD_TEXT],
                      struct err *e) must_use;
/* All accounts of a portal, by address, in the arena. */
bool account_list(struct store *s, struct tenant_id t, struct arena *a, struct account **out, size_t *n, struct err *e) must_use;

/* --- who stands behind a key: memory only ------------------------------------------------------- */

/* Keys, roles and groups of all portals as they are now; read again after each change made below. */
struct accounts;
bool accounts_open(struct store *s, struct accounts **out, struct err *e) must_use nonnull_all;
void accounts_close(struct accounts *as);
/* Called after each change with the portal's id: what its callers may see may have changed. */
void accounts_on_change(struct accounts *as, void (*changed)(void *arg, struct tenant_id t), void *arg);

enum account_scope {
	ACCOUNT_READ = 1u << 0,   /* what the owner may see */
	ACCOUNT_LISTED = 1u << 1, /* … but only of the datasets listed */
	ACCOUNT_WRITE = 1u << 2,  /* kept for what is to come */
};
/* Bits of permissions; PERMISSION rows in order. */
enum account_permission {
#define PERMISSION(symbol, ...) ACCOUNT_MAY_##symbol,
#include "account/permissions.def"
#undef PERMISSION
	ACCOUNT_PERMISSIONS
};
struct account_who {
	int64_t account;
	bool admin;
	uint64_t permissions;    /* own and of groups, bit by enum account_permission; an administrator has all */
	const int64_t *groups;
	size_t ngroups;
	int64_t key;             /* 0: not by key */
	unsigned scope;          /* of the key */
	const int64_t *datasets; /* with ACCOUNT_LISTED */
	size_t ndatasets;
	int64_t calls_a_day;     /* of the key; -1: as the portal says, 0: no limit */
};
/* Whose key this is, in the arena. False when no good key of that portal reads so: unknown, revoked, past its
 * time. The time this takes tells nothing about keys. */
bool accounts_key(struct accounts *as, struct tenant_id t, struct str key, struct instant now, struct arena *a,
                  struct account_who *out) must_use nonnull_all;
/* Notes that keys were used on a day (days since 1970). */
bool account_keys_used(struct store *s, struct tenant_id t, int64_t key, int64_t day, struct err *e) must_use;

/* --- keys ----------------------------------------------------------------------------------------- */

enum { ACCOUNT_KEY_TEXT = 5 + 40 + 1, ACCOUNT_KEY_DATASETS = 200, ACCOUNT_KEY_NAME = 200 };
struct account_key {
	int64_t id;
	struct str email, name; /* the owner's address; what the key is for */
	struct str hint;        /* its first characters */
	unsigned scope;
	const int64_t *datasets;
	size_t ndatasets;
	int64_t calls_a_day;
	struct instant created, expires, revoked; /* 0: never */
	int64_t last_day;                         /* days since 1970; -1: not used yet */
};
/* Makes a key of an account from email, name, scope, datasets, calls_a_day and expires; its text is given
 * once and kept nowhere. ERR_NOT_FOUND when there is no such account. */
bool account_key_add(struct accounts *as, struct tenant_id t, const struct account_key *k, char text[ACCOUNT_KEY_TEXT],
                     struct err *e) must_use nonnull_all;
/* All keys of a portal, newest first, in the arena. */
bool account_key_list(struct accounts *as, struct tenant_id t, struct arena *a, struct account_key **out, size_t *n,
                      struct err *e) must_use nonnull_all;
/* From its return on no request is answered for that key. ERR_NOT_FOUND. */
bool account_key_revoke(struct accounts *as, struct tenant_id t, int64_t id, struct err *e) must_use nonnull_all;

/* --- groups --------------------------------------------------------------------------------------- */

struct account_group {
	int64_t id;
	struct str name;
	const struct str *members; /* addresses */
	size_t nmembers;
};
enum { ACCOUNT_GROUP_NAME = 100, ACCOUNT_GROUPS_EACH = 100 };
/* ERR_CONFLICT when the name is taken, ERR_PARAMETER when it cannot be one. */
bool account_group_add(struct accounts *as, struct tenant_id t, struct str name, struct err *e) must_use nonnull_all;
bool account_group_list(struct accounts *as, struct tenant_id t, struct arena *a, struct account_group **out, size_t *n,
                        struct err *e) must_use nonnull_all;
/* With all rules that were made for it. ERR_NOT_FOUND, as below. */
bool account_group_remove(struct accounts *as, struct tenant_id t, struct str name, struct err *e) must_use nonnull_all;
bool account_group_join(struct accounts *as, struct tenant_id t, struct str name, struct str email, struct err *e) must_use nonnull_all;
bool account_group_leave(struct accounts *as, struct tenant_id t, struct str name, struct str email, struct err *e) must_use nonnull_all;
/* The number of a group, or of an account by its address. ERR_NOT_FOUND. */
bool account_group_id(struct accounts *as, struct tenant_id t, struct str name, int64_t *out, struct err *e) must_use nonnull_all;
bool account_id(struct accounts *as, struct tenant_id t, struct str email, int64_t *out, struct err *e) must_use nonnull_all;


/* --- whom a session belongs to: memory only ---------------------------------------------------------- */

/* Rights of an account by its number, for sessions. False when it is gone, disabled, past its time or not active yet. */
bool accounts_who(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a, struct account_who *out) must_use nonnull_all;
/* Grows with each change that must end the account's sessions (SES-5); -1 when accounts_who is false. */
int64_t accounts_epoch(struct accounts *as, struct tenant_id t, int64_t account) nonnull_all;

/* --- identities of other providers (AUT-10): the key is provider and subject, never the address ------ */

struct account_identity { struct str provider, subject, email, name; };
/* The account that an identity is linked to. ERR_NOT_FOUND. */
bool account_by_identity(struct accounts *as, struct tenant_id t, const struct account_identity *i, int64_t *out, struct err *e) must_use nonnull_all;
/* Makes an account without password for an identity. An address that is taken already is not taken over: ERR_CONFLICT. */
bool account_provision(struct accounts *as, struct tenant_id t, const struct account_identity *i, struct str role, int64_t *out,
                       struct err *e) must_use nonnull_all;
bool account_link(struct accounts *as, struct tenant_id t, int64_t account, const struct account_identity *i, struct err *e) must_use nonnull_all;
bool account_unlink(struct accounts *as, struct tenant_id t, int64_t account, struct str provider, struct err *e) must_use nonnull_all;

#endif
