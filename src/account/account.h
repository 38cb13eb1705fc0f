/* People who may sign in to a portal: how they come (invited, signing up, through another provider), how they prove who they
 * are (password, codes, letters), what they may do (permissions of their own, of their role and of their groups), and the API
 * keys that act for them. Sessions are session/'s, cookies visitor/'s, pages gate/'s and back/'s: what is here is the same for
 * all of them. Refuses to know datasets but by number, and what anybody may see.
 *
 * What is kept: passwords as argon2id (PWD-3); keys as SHA-256 of 238 random bits; one-time secrets, in letters and between
 * two steps of a sign-in, as SHA-256 of 256 random bits, each consumed by one statement so that of two uses one succeeds
 * (RST-2); secrets of second factors sealed by the vault; recovery codes salted and hashed; failures under a key that
 * changes every day (AUT-2). Nothing here tells whether an address has an account: refusals are the same (AUT-1).
 *
 * Threads: any. Hashing a password takes about 100 ms and 64 MiB: functions marked "hashes" belong on the lane HTTPD_LANE_HASH. */
#ifndef ACCOUNT_ACCOUNT_H
#define ACCOUNT_ACCOUNT_H

#include "base/base.h"
#include "clock/clock.h"
#include "event/event.h"
#include "i18n/i18n.h"
#include "mail/mail.h"
#include "quota/quota.h"
#include "store/store.h"
#include "tenant/tenant.h"
#include "value/value.h"
#include "vault/vault.h"

struct accounts;

/* Where and for whom something is done; borrowed for the call. visitor_scene makes one of a visit. */
struct account_scene {
	struct accounts *as;
	struct vault *vault;
	struct events *events;      /* NULL: nothing is noted */
	struct mail *mail;          /* woken after letters were put; may be NULL */
	const struct tenant *tenant;
	struct str origin;          /* of links: from configuration, never from a request */
	const struct i18n_lang *lang; /* of the person who asks */
	struct str client;          /* address, for counts and the log; cut before it is kept */
	int64_t by;                 /* who does it; 0: nobody signed in, or the operator */
	struct arena *arena;
};

/* --- people.c: what an account is --------------------------------------------------------------------- */

enum account_state {
	ACCOUNT_ACTIVE,
	ACCOUNT_INVITED,    /* has not followed the invitation yet */
	ACCOUNT_UNVERIFIED, /* has not followed the letter of sign-up yet; forgotten after 7 days */
	ACCOUNT_WAITING,    /* signed up, waits for somebody's approval */
	ACCOUNT_DISABLED,
	ACCOUNT_LEAVING,    /* deleted by its owner, who may undo it for 7 days */
	ACCOUNT_STATES
};
const char *account_state_word(enum account_state s);     /* "active" */
const char *account_state_sentence(enum account_state s); /* English message: "Active" */

/* Bits of permissions; PERMISSION rows in order. */
enum account_permission {
#define PERMISSION(symbol, ...) ACCOUNT_MAY_##symbol,
#include "account/permissions.def"
#undef PERMISSION
	ACCOUNT_PERMISSIONS
};
#define ACCOUNT_BIT(permission) (UINT64_C(1) << (permission))
struct account_permission_row { const char *name, *family, *sentence; }; /* "edit_domain"; word; English message */
const struct account_permission_row *account_permission_row(enum account_permission p) __attribute__((returns_nonnull));
/* Comma list of names and its bits. ERR_PARAMETER names the word that is none. */
bool account_permissions_read(struct str words, uint64_t *out, struct err *e) must_use nonnull_all;
/* With what they bring along under another name. */
uint64_t account_permissions_whole(uint64_t bits);
struct str account_permissions_text(struct arena *a, uint64_t bits);
/* What a role brings with it: admin everything, publisher the work on one's own datasets, member nothing. */
uint64_t account_role_permissions(struct str role);
/* Roles that an account can have: "admin", "publisher", "member". */
bool account_role_ok(struct str role);

struct account {
	int64_t id;
	struct str email, name, role, language; /* language: code, or empty */
	enum account_state state;
	bool expired;            /* its day has come: it is as if it were disabled */
	bool must_change;        /* has a one-time password of the command line */
	bool has_password;       /* none: signs in through a provider, or not yet */
	bool second_factor;
	bool suspended;          /* AUT-3 */
	uint64_t own;            /* permissions given to the account itself; those of role and groups come on top */
	struct instant created, expires, leaves; /* 0: never */
	int64_t last_day;        /* days since 1970; -1: never signed in */
	struct str message;      /* of somebody waiting for approval */
	size_t recovery;         /* codes that are left; account_get only */
	const struct str *groups;/* names; account_get only */
	size_t ngroups;
};
/* ERR_NOT_FOUND. In the arena. */
bool account_get(struct accounts *as, struct tenant_id t, int64_t id, struct arena *a, struct account *out, struct err *e) must_use nonnull_all;
bool account_id(struct accounts *as, struct tenant_id t, struct str email, int64_t *out, struct err *e) must_use nonnull_all;
/* All accounts of a portal, by address, in the arena. */
bool account_list(struct store *s, struct tenant_id t, struct arena *a, struct account **out, size_t *n, struct err *e) must_use nonnull_all;

/* Makes an active account with a fresh one-time password, for the command line. ERR_CONFLICT when the address is taken,
 * ERR_PARAMETER when the address or the role cannot be. Hashes. */
enum { ACCOUNT_PASSWORD_TEXT = 24 + 1, ACCOUNT_NAME = 200, ACCOUNT_MESSAGE = 2000 };
bool account_add(struct accounts *as, struct tenant_id t, struct str email, struct str name, struct str role,
                 char password[ACCOUNT_PASSWORD_TEXT], struct err *e) must_use nonnull_all;
/* An active account with permissions of its own and a good password for work that ends soon, such as a crawl. ERR_CONFLICT. Hashes. */
bool account_temporary(struct accounts *as, struct tenant_id t, struct str email, struct str name, uint64_t own, struct instant expires,
                       char password[ACCOUNT_PASSWORD_TEXT], struct err *e) must_use nonnull_all;
/* A fresh one-time password in place of the former; ends its sessions and any suspension. ERR_NOT_FOUND. Hashes. */
bool account_password(struct accounts *as, struct tenant_id t, struct str email, char password[ACCOUNT_PASSWORD_TEXT],
                      struct err *e) must_use nonnull_all;

/* What an administrator or the owner changes; fields whose flag is not set stay. ERR_CONFLICT when it would leave the portal
 * without an administrator, ERR_NOT_FOUND, ERR_PARAMETER. Notes ACCOUNT_CHANGED. A change of role, permissions or groups that
 * gives administration is for the caller to follow with a renewal of the session (SES-6). */
enum account_change_flags {
	ACCOUNT_SET_NAME = 1u << 0, ACCOUNT_SET_LANGUAGE = 1u << 1, ACCOUNT_SET_ROLE = 1u << 2, ACCOUNT_SET_PERMISSIONS = 1u << 3,
	ACCOUNT_SET_EXPIRES = 1u << 4, ACCOUNT_SET_GROUPS = 1u << 5
};
struct account_change {
	unsigned flags;
	struct str name, language, role;
	uint64_t own;
	struct instant expires;         /* 0: never */
	const struct str *groups;       /* names: exactly these from now on */
	size_t ngroups;
};
bool account_change(const struct account_scene *s, int64_t id, const struct account_change *c, struct err *e) must_use nonnull_all;
/* Disabling ends all sessions and mutes keys at once; enabling brings keys back. ERR_CONFLICT: the last administrator. */
bool account_disable(const struct account_scene *s, int64_t id, struct err *e) must_use nonnull_all;
bool account_enable(const struct account_scene *s, int64_t id, struct err *e) must_use nonnull_all;
/* Gone at once, with keys, rules and memberships. ERR_CONFLICT: the last administrator. */
bool account_remove(const struct account_scene *s, int64_t id, struct err *e) must_use nonnull_all;
/* Takes the second factor and recovery codes away, for somebody who lost both; ends sessions, mails the owner. */
bool account_drop_factor(const struct account_scene *s, int64_t id, struct err *e) must_use nonnull_all;

/* --- admin.c: what administrators see ------------------------------------------------------------------- */

/* Other portals of this server where an active account has the same address, in the arena, at most ACCOUNT_PORTALS. Both
 * must have proved the address by a letter or the operator: whoever came by a provider without ever having chosen a password
 * is told of none and found by none. */
enum { ACCOUNT_PORTALS = 50 };
bool account_portals(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a, struct tenant_id **out, size_t *n,
                     struct err *e) must_use nonnull_all;
/* How many wait for approval. */
bool account_waiting(struct accounts *as, struct tenant_id t, int64_t *n, struct err *e) must_use nonnull_all;

/* --- book.c: who stands behind a key or a session: memory only ------------------------------------------- */

/* Keys, roles, states and groups of all portals as they are now; read again after each change made below. */
struct account_settings {
	int64_t argon_kb, argon_passes;   /* 0: 65,536 and 3 (PWD-3); below the floor of PWD-3 is ERR_USAGE */
	struct str pepper_file;           /* empty: none. Lines of 64 hexadecimal digits, the last is the one to write with */
};
bool accounts_open(struct store *s, struct accounts **out, struct err *e) must_use nonnull_all;
bool accounts_settings(struct accounts *as, const struct account_settings *o, struct err *e) must_use nonnull_all; /* before any thread */
void accounts_close(struct accounts *as);
/* Called after each change with the portal's id: what its callers may see may have changed. */
void accounts_on_change(struct accounts *as, void (*changed)(void *arg, struct tenant_id t), void *arg);
/* Removes, in small batches, secrets and counts that are over, accounts that were never confirmed, deleted accounts whose time
 * has come; gives how many rows went. */
bool accounts_sweep(struct accounts *as, int64_t *n, struct err *e) must_use nonnull_all;
/* SES-14, after a backup was restored: every epoch grows, all one-time secrets and counts of failures are void. */
/* Reads who everybody is again, after rows came in that this room did not write: a portal that was taken in. */
bool accounts_reread(struct accounts *as, struct tenant_id t, struct err *e) must_use nonnull_all;
bool accounts_after_restore(struct accounts *as, struct err *e) must_use nonnull_all;

enum account_scope {
	ACCOUNT_READ = 1u << 0,   /* what the owner may see */
	ACCOUNT_LISTED = 1u << 1, /* … but only of the datasets listed */
	ACCOUNT_WRITE = 1u << 2,  /* what the key's permissions allow */
};
/* What an account, or each member of a group, is allowed. -1: nothing is said; 0: no limit. */
struct account_limits {
	int64_t calls;           /* of the API, in one period of `unit` */
	enum quota_unit unit;
	int64_t datasets;        /* that they made and are there */
	int64_t records;         /* of each of these */
};
#define ACCOUNT_LIMITS_UNSAID { .calls = -1, .unit = QUOTA_DAY, .datasets = -1, .records = -1 }
/* Of the account itself, and the largest of its groups. */
struct account_bounds { struct account_limits own, groups; };
struct account_who {
	int64_t account;
	bool admin;
	bool second_factor;      /* is enrolled */
	uint64_t permissions;    /* own, of role and of groups, bit by enum account_permission; an administrator has all. By key:
	                          * of these the ones that the key lists */
	uint64_t ceiling;        /* what a key lists, whatever its owner may: bounds permissions on single datasets, too. Without key all */
	const int64_t *groups;
	size_t ngroups;
	int64_t key;             /* 0: not by key; below 0: by an access token (oauth/) */
	unsigned scope;          /* of the key */
	const int64_t *datasets; /* with ACCOUNT_LISTED */
	size_t ndatasets;
	int64_t calls_a_day;     /* of the key; -1: as the portal says, 0: no limit */
	struct account_bounds bounds; /* of the account with all its keys */
};
/* Whose key this is, in the arena. False when no good key of that portal reads so: unknown, revoked, past its
 * time, of an account that is not active. The time this takes tells nothing about keys. */
bool accounts_key(struct accounts *as, struct tenant_id t, struct str key, struct instant now, struct arena *a,
                  struct account_who *out) must_use nonnull_all;
/* Rights of an account by its number, for sessions. False when it is gone, disabled, past its time or not active yet. */
bool accounts_who(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a, struct account_who *out) must_use nonnull_all;
/* Grows with each change that must end the account's sessions (SES-5); -1 when accounts_who is false. */
int64_t accounts_epoch(struct accounts *as, struct tenant_id t, int64_t account) nonnull_all;
/* The name of an account, else its address, in the arena; empty when accounts_who is false. For headers of pages. */
struct str accounts_name(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a) nonnull_all;
/* The language its owner prefers, or empty. */
struct str accounts_language(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a) nonnull_all;
/* AUT-5: whether the portal asks this account for a second factor. */
bool account_needs_factor(const struct tenant *t, const struct account_who *who) must_use nonnull_all;
/* Notes that keys were used on a day (days since 1970). */
bool account_keys_used(struct store *s, struct tenant_id t, int64_t key, int64_t day, struct err *e) must_use;

/* --- password.c, common.c: which passwords are accepted (PWD-1, PWD-2) ------------------------------------- */

enum account_fault {
	ACCOUNT_FINE, ACCOUNT_SHORT, ACCOUNT_LONG, ACCOUNT_NOT_TEXT, ACCOUNT_COMMON, ACCOUNT_CONTEXT, ACCOUNT_REPEATED, ACCOUNT_FAULTS
};
enum { ACCOUNT_PASSWORD_BYTES = 1024 };
/* Why a password cannot be that of an account; email and name may be empty. */
enum account_fault account_password_fault(const struct tenant *t, struct str email, struct str name, bool second_factor, struct str password);
/* English message for it; {0} is the least number of characters. */
const char *account_fault_sentence(enum account_fault f);
int64_t account_password_least(const struct tenant *t, bool second_factor);
/* The form of Django's hashes, "pbkdf2_sha256$<iterations>$<salt>$<base64>"; false when it is not one, or asks for more than
 * 4 million iterations. Such a hash may stand in the store: it is verified, and replaced at sign-in (PWD-4). */
struct account_pbkdf2 { int iterations; size_t nsalt; char salt[128]; unsigned char hash[32]; };
bool account_pbkdf2_read(struct str stored, struct account_pbkdf2 *out) must_use nonnull_all;
/* True when the list of common and breached passwords has it, or a simple variant of one it has. */
bool account_password_common(struct str password) must_use;

/* --- signin.c: proving who one is ---------------------------------------------------------------------------- */

enum account_verdict {
	ACCOUNT_REFUSED,    /* whatever the reason: one answer (AUT-1) */
	ACCOUNT_THROTTLED,  /* not evaluated, not counted; wait_s */
	ACCOUNT_NEEDS_CODE, /* txn is for the hidden field of the next form */
	ACCOUNT_OVER,       /* the transaction is over or not this browser's: back to the password */
	ACCOUNT_MUST_CHANGE,/* a one-time password: txn is the token of a page to choose one (as of a reset) */
	ACCOUNT_PROVED      /* account and factors are good: make the session */
};
enum { ACCOUNT_TOKEN_TEXT = 43 + 1 };
struct account_attempt {
	struct str email, password;  /* of the first step */
	struct str txn, code;        /* of the second */
	struct str binding;          /* the nonce of the browser's csrftoken (AUT-6) */
	bool remember;
};
struct account_outcome {
	enum account_verdict verdict;
	int64_t account, wait_s;
	unsigned factors;            /* enum session_factor of session/: 1 password, 2 totp, 4 recovery */
	bool remember;
	char txn[ACCOUNT_TOKEN_TEXT];
	size_t recovery;             /* codes left, when one was used */
};
/* The first step: address and password. Hashes. */
bool account_sign_in(const struct account_scene *s, const struct account_attempt *a, struct account_outcome *out, struct err *e) must_use nonnull_all;
/* The second: a code of the authenticator or a recovery code. */
bool account_verify(const struct account_scene *s, const struct account_attempt *a, struct account_outcome *out, struct err *e) must_use nonnull_all;
/* Proving a secret again (SES-10): password or code of an account that is signed in. REFUSED, THROTTLED or PROVED. Hashes. */
bool account_confirm(const struct account_scene *s, int64_t account, const struct account_attempt *a, struct account_outcome *out,
                     struct err *e) must_use nonnull_all;
/* After the session was made: notes the day, and writes to the owner when label and country were not seen before (AUT-4). */
bool account_signed_in(const struct account_scene *s, int64_t account, struct str label, struct str country, struct err *e) must_use nonnull_all;
/* The same steps for somebody who proved an identity of another provider: ACCOUNT_NEEDS_CODE when a factor is enrolled and
 * `second` (the portal asks for it there, too), else ACCOUNT_PROVED. */
bool account_sign_in_by(const struct account_scene *s, int64_t account, bool second, struct str binding, struct account_outcome *out,
                        struct err *e) must_use nonnull_all;

/* --- factor.c: TOTP and recovery codes (AUT-7, AUT-8) --------------------------------------------------------- */

enum { ACCOUNT_TOTP_BYTES = 20, ACCOUNT_TOTP_TEXT = 32 + 1, ACCOUNT_RECOVERY_CODES = 10, ACCOUNT_RECOVERY_TEXT = 27 + 1 };
struct account_enrolment {
	char token[ACCOUNT_TOKEN_TEXT]; /* hidden field; good for 10 minutes */
	char secret[ACCOUNT_TOTP_TEXT]; /* base32 */
	struct str uri;                 /* otpauth://… */
};
/* A new secret that takes effect with account_enrol. */
bool account_enrol_begin(const struct account_scene *s, int64_t account, struct account_enrolment *out, struct err *e) must_use nonnull_all;
/* The same again, for a form that is shown again. ERR_GONE after 10 minutes. */
bool account_enrol_again(const struct account_scene *s, int64_t account, struct str token, struct account_enrolment *out, struct err *e) must_use nonnull_all;
/* Takes effect when the code is right: *good; then codes are the fresh recovery codes, and the epoch grows. ERR_GONE. */
bool account_enrol(const struct account_scene *s, int64_t account, struct str token, struct str code, bool *good,
                   char codes[ACCOUNT_RECOVERY_CODES][ACCOUNT_RECOVERY_TEXT], struct err *e) must_use nonnull_all;
/* Without a second factor from now on; the epoch grows. ERR_FORBIDDEN where the portal asks for one (AUT-5). */
bool account_unenrol(const struct account_scene *s, int64_t account, struct err *e) must_use nonnull_all;
bool account_recovery_renew(const struct account_scene *s, int64_t account,
                            char codes[ACCOUNT_RECOVERY_CODES][ACCOUNT_RECOVERY_TEXT], struct err *e) must_use nonnull_all;
/* RFC 6238 with SHA-1, 6 digits: the code of a step; and which of the steps now and before a code is, or -1. */
void account_totp_code(const unsigned char secret[ACCOUNT_TOTP_BYTES], int64_t step, char out[7]);
int64_t account_totp_step(const unsigned char secret[ACCOUNT_TOTP_BYTES], struct str code, struct instant now, int64_t last);
/* The dark squares of a QR code of a text, as the data of an SVG path in units of a square. False: too long. */
bool account_qr(struct str text, struct buf *path, int *side) must_use nonnull_all;

/* --- reset.c, signup.c: letters with links ------------------------------------------------------------------------ */

/* RST-1: always the same to the eye; *wait_s above 0: the network asked too often. */
bool account_reset_ask(const struct account_scene *s, struct str email, int64_t *wait_s, struct err *e) must_use nonnull_all;
/* RST-7: an administrator has the letter sent. ERR_NOT_FOUND. */
bool account_reset_send(const struct account_scene *s, int64_t account, struct err *e) must_use nonnull_all;

/* What the holder of a link may do; nothing is consumed by asking (RST-4). ERR_GONE when it is over, used or never was. */
enum account_pass { ACCOUNT_PASS_RESET, ACCOUNT_PASS_CONFIRM, ACCOUNT_PASS_INVITATION, ACCOUNT_PASS_EMAIL, ACCOUNT_PASS_EMAIL_UNDO,
	ACCOUNT_PASS_DELETE_UNDO, ACCOUNT_PASS_UNLOCK, ACCOUNT_PASSES };
struct account_bearer { int64_t account; struct str email, name, detail; bool second_factor, has_password; };
bool account_pass_read(const struct account_scene *s, enum account_pass kind, struct str token, struct account_bearer *out, struct err *e) must_use nonnull_all;
/* Consumes a link of RESET, CONFIRM or INVITATION with a password. *fault tells why the password cannot be, and then nothing
 * is consumed. Of a reset: all sessions end, the owner is told. Of a sign-up: *waits when somebody has to approve it. Hashes. */
bool account_pass_password(const struct account_scene *s, enum account_pass kind, struct str token, struct str name, struct str password,
                           enum account_fault *fault, bool *waits, struct err *e) must_use nonnull_all;
/* Changing one's own password in a session: the epoch grows, the owner is told. Hashes. */
bool account_password_change(const struct account_scene *s, int64_t account, struct str password, enum account_fault *fault,
                             struct err *e) must_use nonnull_all;

enum account_signup { ACCOUNT_SIGNUP_CLOSED, ACCOUNT_SIGNUP_OPEN, ACCOUNT_SIGNUP_APPROVAL };
enum account_signup account_signup_mode(const struct tenant *t); /* setting access.signup */
/* RST-5: the same to the eye for every address. ERR_FORBIDDEN when closed, ERR_PARAMETER for an address that cannot be. */
bool account_sign_up(const struct account_scene *s, struct str email, struct str name, struct str message, int64_t *wait_s,
                     struct err *e) must_use nonnull_all;
/* A request that waits: the answer goes by letter; default permissions (setting access.permissions) and group come with a yes. */
bool account_decide(const struct account_scene *s, int64_t account, bool yes, struct err *e) must_use nonnull_all;

/* Invitations (7 days): one letter each. An address that has an account already is ERR_CONFLICT. */
struct account_invitation { struct str email, name, role, language; uint64_t own; struct instant expires; const struct str *groups; size_t ngroups; };
bool account_invite(const struct account_scene *s, const struct account_invitation *i, int64_t *account, struct err *e) must_use nonnull_all;
/* A new letter in place of the former, whose link is void. ERR_CONFLICT unless invited. */
bool account_invite_again(const struct account_scene *s, int64_t account, struct err *e) must_use nonnull_all;

/* --- owner.c: what owners do with their account ---------------------------------------------------------------------- */

/* RST-4: a letter to the new address; the change is made by account_pass_apply of EMAIL. Same to the eye when it is taken. */
bool account_email_ask(const struct account_scene *s, int64_t account, struct str email, struct err *e) must_use nonnull_all;
/* Consumes a link of EMAIL, EMAIL_UNDO, DELETE_UNDO or UNLOCK. ERR_GONE. */
bool account_pass_apply(const struct account_scene *s, enum account_pass kind, struct str token, struct err *e) must_use nonnull_all;
/* SES-15: everything the portal keeps about an account, as JSON; what session/ and others keep is the caller's to add:
 * `more` are further members of the object, as they stand between its braces. */
bool account_export(const struct account_scene *s, int64_t account, struct buf *out, struct str more, struct err *e) must_use nonnull_all;
/* SES-15: sessions, keys, identities and memberships end at once; the rest after 7 days unless undone. ERR_CONFLICT: the last administrator. */
bool account_leave(const struct account_scene *s, int64_t account, struct err *e) must_use nonnull_all;
/* Tells the owner that sessions were ended by somebody (AUT-4). */
bool account_tell_sessions(const struct account_scene *s, int64_t account, int64_t n, struct err *e) must_use nonnull_all;

/* --- keys.c -------------------------------------------------------------------------------------------------------------- */

enum { ACCOUNT_KEY_TEXT = 5 + 40 + 1, ACCOUNT_KEY_DATASETS = 200, ACCOUNT_KEY_NAME = 200 };
struct account_key {
	int64_t id, account;    /* account: of lists */
	struct str email, name; /* the owner's address; what the key is for */
	struct str hint;        /* its first characters */
	unsigned scope;
	bool listed_permissions; /* the next is a list; otherwise a key that writes has its owner's, one that reads those to see */
	uint64_t permissions;
	const int64_t *datasets;
	size_t ndatasets;
	int64_t calls_a_day;
	struct instant created, expires, revoked; /* 0: never */
	struct str reason;      /* why it was revoked */
	int64_t last_day;       /* days since 1970; -1: not used yet */
};
/* Makes a key of an account from email, name, scope, permissions, datasets, calls_a_day and expires; its text is given
 * once and kept nowhere. ERR_NOT_FOUND when there is no such account. */
bool account_key_add(struct accounts *as, struct tenant_id t, const struct account_key *k, char text[ACCOUNT_KEY_TEXT],
                     struct err *e) must_use nonnull_all;
/* All keys of a portal, newest first, in the arena. */
bool account_key_list(struct accounts *as, struct tenant_id t, struct arena *a, struct account_key **out, size_t *n,
                      struct err *e) must_use nonnull_all;
/* Name, scope and listed permissions of k->id, of the account k->account, while it is good. ERR_NOT_FOUND, ERR_PARAMETER. */
bool account_key_change(struct accounts *as, struct tenant_id t, const struct account_key *k, struct err *e) must_use nonnull_all;
/* From its return on no request is answered for that key. ERR_NOT_FOUND. */
bool account_key_revoke(struct accounts *as, struct tenant_id t, int64_t id, struct err *e) must_use nonnull_all;
/* The same with a reason that its owner reads, of one account (0: whoever's). */
bool account_key_revoke_for(struct accounts *as, struct tenant_id t, int64_t account, int64_t id, struct str reason, struct err *e) must_use nonnull_all;
/* The number of the key that reads so, revoked ones too. ERR_NOT_FOUND. */
bool account_key_find(struct accounts *as, struct tenant_id t, struct str key, int64_t *id, struct err *e) must_use nonnull_all;

/* --- groups.c ------------------------------------------------------------------------------------------------------------- */

struct account_group {
	int64_t id;
	struct str name, description;
	uint64_t permissions;
	const struct str *members; /* addresses */
	size_t nmembers;
	struct instant created, updated;
	struct str created_by, updated_by; /* addresses; empty: not known, or gone */
};
enum { ACCOUNT_GROUP_NAME = 100, ACCOUNT_GROUPS_EACH = 100 };
/* ERR_CONFLICT when the name is taken, ERR_PARAMETER when it cannot be one. `who` is the account that does it, 0: none. */
bool account_group_add(struct accounts *as, struct tenant_id t, struct str name, int64_t who, struct err *e) must_use nonnull_all;
/* Name, description and permissions of g->id from now on. ERR_NOT_FOUND, and as above. */
bool account_group_change(struct accounts *as, struct tenant_id t, const struct account_group *g, int64_t who, struct err *e) must_use nonnull_all;
bool account_group_list(struct accounts *as, struct tenant_id t, struct arena *a, struct account_group **out, size_t *n,
                        struct err *e) must_use nonnull_all;
/* With all rules that were made for it. ERR_NOT_FOUND, as below. */
bool account_group_remove(struct accounts *as, struct tenant_id t, struct str name, struct err *e) must_use nonnull_all;
bool account_group_join(struct accounts *as, struct tenant_id t, struct str name, struct str email, struct err *e) must_use nonnull_all;
bool account_group_leave(struct accounts *as, struct tenant_id t, struct str name, struct str email, struct err *e) must_use nonnull_all;
/* The number of a group. ERR_NOT_FOUND. */
bool account_group_id(struct accounts *as, struct tenant_id t, struct str name, int64_t *out, struct err *e) must_use nonnull_all;

/* --- quotas.c: what people are allowed, and which letters they want ---------------------------------------------------------- */

/* What an account has of its own and by its groups; of a group (account 0) what its members have, as `own`. ERR_NOT_FOUND. */
bool account_bounds(struct accounts *as, struct tenant_id t, int64_t account, int64_t group, struct account_bounds *out, struct err *e) must_use nonnull_all;
bool account_limits_set(struct accounts *as, struct tenant_id t, int64_t account, int64_t group, const struct account_limits *l, struct err *e) must_use nonnull_all;
/* The larger of each limit of two. */
void account_limits_join(struct account_limits *into, const struct account_limits *other) nonnull_all;
/* The quota of calls that holds for somebody: their own, else the largest of their groups, else the portal's a day (setting quota.user). */
struct account_calls { int64_t calls; enum quota_unit unit; }; /* calls 0: none */
struct account_calls account_calls_of(const struct tenant *t, const struct account_bounds *b) must_use nonnull_all;
/* How many datasets somebody may make, and how many records each may have: the larger of their own and their groups'. 0: no limit. */
int64_t account_datasets_of(const struct account_bounds *b) must_use nonnull_all;
int64_t account_records_of(const struct account_bounds *b) must_use nonnull_all;

/* Letters that people may choose (rows of wishes.def): in the words of account.letters, a comma list of "+word" and "-word". */
enum account_wish {
#define WISH(symbol, ...) ACCOUNT_WISH_##symbol,
#include "account/wishes.def"
#undef WISH
	ACCOUNT_WISHES
};
struct account_wish_row { const char *word, *label, *hint; bool usual; uint64_t permissions; /* of any of these; 0: everybody */ };
const struct account_wish_row *account_wish_row(enum account_wish w) __attribute__((returns_nonnull));
/* Whether a text of account.letters asks for a letter, or leaves it as usual. */
bool account_wish_in(struct str text, enum account_wish w) must_use;
/* What an account wants, bit by enum account_wish. */
bool account_wishes(struct accounts *as, struct tenant_id t, int64_t account, uint64_t *out, struct err *e) must_use nonnull_all;
bool account_wishes_set(struct accounts *as, struct tenant_id t, int64_t account, uint64_t wishes, struct err *e) must_use nonnull_all;
/* False when they said that they do not want it; true when they were not asked and it is usual, and when it cannot be found out. */
bool account_wants(struct accounts *as, struct tenant_id t, int64_t account, enum account_wish w) nonnull_all;

/* --- lists.c: what lists of the back office were narrowed and sorted by when somebody left them ------------------------------ */

struct account_list_left { struct str list, query; }; /* "datasets", "status=error&sort=title" */
bool account_list_kept(struct accounts *as, struct tenant_id t, int64_t account, struct str list, struct arena *a, struct str *out, struct err *e) must_use nonnull_all;
bool account_lists_left(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a, struct account_list_left *out, size_t most, size_t *n,
                        struct err *e) must_use nonnull_all;
/* An empty query forgets it. */
bool account_list_keep(struct accounts *as, struct tenant_id t, int64_t account, struct str list, struct str query, struct err *e) must_use nonnull_all;

/* --- identity.c: identities of other providers (AUT-10): the key is provider and subject, never the address ---------------- */

struct account_identity { struct str provider, subject, email, name; };
/* The account that an identity is linked to. ERR_NOT_FOUND. */
bool account_by_identity(struct accounts *as, struct tenant_id t, const struct account_identity *i, int64_t *out, struct err *e) must_use nonnull_all;
/* Makes an account without password for an identity. An address that is taken already is not taken over: ERR_CONFLICT. */
bool account_provision(struct accounts *as, struct tenant_id t, const struct account_identity *i, struct str role, int64_t *out,
                       struct err *e) must_use nonnull_all;
bool account_link(struct accounts *as, struct tenant_id t, int64_t account, const struct account_identity *i, struct err *e) must_use nonnull_all;
bool account_unlink(struct accounts *as, struct tenant_id t, int64_t account, struct str provider, struct err *e) must_use nonnull_all;
/* Identities of an account, in the arena. */
bool account_identities(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a, struct account_identity **out, size_t *n,
                        struct err *e) must_use nonnull_all;

/* --- throttle.c: counts under keys that say nothing and change every day ----------------------------------------------- */

enum account_count {
	ACCOUNT_COUNT_SIGN_IN = 'a', ACCOUNT_COUNT_NETWORK = 'n', ACCOUNT_COUNT_CODE = 'c', ACCOUNT_COUNT_LETTER = 'l', ACCOUNT_COUNT_ASKED = 'r',
	ACCOUNT_COUNT_FORM = 'f',   /* forms that anybody may send: 10 an hour */
	ACCOUNT_COUNT_FOLLOW = 'w', /* letters to one address that somebody else may have typed: 3 an hour */
};
/* How long to wait, in seconds (0: go on); counts the attempt when it may go on. */
bool account_throttle(struct store_tx *tx, const struct account_scene *s, enum account_count kind, struct str who, int64_t *wait_s, struct err *e) must_use;
/* "192.0.2" or "2001:db8:1:200": what is counted as one network (IPv4 /24, IPv6 /56). */
struct str account_network(struct arena *a, struct str client);

#ifdef STOA_TEST_CONTROL
/* For fixtures: an active account with that password and, unless empty, that TOTP secret (base32); changes one that is there. */
bool account_plant(const struct account_scene *s, struct str email, struct str name, struct str role, struct str password, struct str totp,
                   struct err *e) must_use nonnull_all;
#endif

#endif
