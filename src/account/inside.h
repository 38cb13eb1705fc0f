/* What the files of the room share. */
#ifndef ACCOUNT_INSIDE_H
#define ACCOUNT_INSIDE_H

#include "account/account.h"
#include "crypt/crypt.h"

enum {
#define Q(name, text) ACCOUNT_Q_##name,
#define HOUSE(name, text)
#include "account/queries.def"
#undef Q
#undef HOUSE
	ACCOUNT_Q_COUNT
};
enum {
#define Q(name, text)
#define HOUSE(name, text) ACCOUNT_H_##name,
#include "account/queries.def"
#undef Q
#undef HOUSE
	ACCOUNT_H_COUNT
};
extern const struct store_query account_queries[];
extern const struct store_house_query account_house_queries[];
#define ACCOUNT_Q(name) (&account_queries[ACCOUNT_Q_##name])
#define ACCOUNT_H(name) (&account_house_queries[ACCOUNT_H_##name])

/* How passwords are hashed at this server. */
enum { ACCOUNT_PEPPERS = 8, ACCOUNT_PEPPER_ID = 8, ACCOUNT_HASH_TEXT = 192 };
struct account_pepper { char id[ACCOUNT_PEPPER_ID + 1]; unsigned char key[32]; };
struct account_hashing {
	struct crypt_cost cost;
	struct account_pepper peppers[ACCOUNT_PEPPERS]; /* the last is the one to write with */
	size_t npeppers;
};
struct account_hashing *accounts_hashing(struct accounts *as);
/* Bits of a comma list from the store; words that are none any more count for nothing. */
uint64_t account_permissions_known(struct str words);

struct store *accounts_store(struct accounts *as);
/* Reads everything again, then tells whoever listens. */
bool accounts_changed(struct accounts *as, struct tenant_id t, struct err *e) must_use;
/* Ends a change: commits or not, and on success accounts_changed. */
bool account_end(struct accounts *as, struct store_tx *tx, struct tenant_id t, bool ok, struct err *e) must_use;
/* A line of the portal's audit, for what the command line does. */
bool account_say(struct store_tx *tx, struct tenant_id t, const char *what, struct str subject, struct str detail,
                 struct err *e) must_use;
/* The one number a statement with one value gives; *out 0 when there is no row. */
bool account_number(struct store_tx *tx, const struct store_query *q, struct tenant_id t, struct value by, int64_t *out,
                    struct err *e) must_use;
/* "read,listed" and its bits. */
unsigned account_scope_of(struct str words);
struct str account_scope_text(struct arena *a, unsigned scope);

/* people.c */
#define ACCOUNT_SECOND_US INT64_C(1000000)
#define ACCOUNT_DAY_US (86400 * ACCOUNT_SECOND_US)
bool account_begin(const struct account_scene *s, struct store_tx **tx, struct err *e) must_use;
/* Commits or not; wakes the mail. The second one also reads the book anew. */
bool account_done(const struct account_scene *s, struct store_tx *tx, bool ok, struct err *e) must_use;
bool account_done_changed(const struct account_scene *s, struct store_tx *tx, bool ok, struct err *e) must_use;
void account_note(const struct account_scene *s, enum event_kind kind, int64_t account, struct str reason, struct str detail);
/* A statement whose only value is the account. */
bool account_run(struct store_tx *tx, const struct store_query *q, const struct account_scene *s, int64_t account, struct err *e) must_use;
/* An account is gone, and its address from the books. */
bool account_take_away(struct store_tx *tx, const struct account_scene *s, int64_t id, struct err *e) must_use;
bool account_read(struct store_tx *tx, struct tenant_id t, int64_t id, struct arena *a, struct account *out, struct err *e) must_use;
struct account_new {
	struct str email, name, role, language, message, hash;
	bool must_change;
	enum account_state state;
	uint64_t own;
	struct instant expires;
};
/* Brings the address into its form. */
bool account_new_check(struct arena *a, struct account_new *n, struct err *e) must_use;
bool account_insert(struct store_tx *tx, struct tenant_id t, const struct account_new *n, int64_t *out, struct err *e) must_use;
bool account_join_all(struct store_tx *tx, const struct account_scene *s, int64_t id, const struct str *groups, size_t n, struct err *e) must_use;
/* One line of UTF-8 without controls, at most so many bytes. */
bool account_text_ok(struct str s, size_t most) must_use;

/* secrets.c: one-time secrets. Kinds are those of enum account_pass and two more. */
enum { ACCOUNT_SECRET_STEP = ACCOUNT_PASSES, ACCOUNT_SECRET_ENROL, ACCOUNT_SECRETS };
struct account_secret { int64_t account, tries; struct str detail; };
/* account 0: of nobody. */
bool account_secret_put(struct store_tx *tx, const struct account_scene *s, int kind, int64_t account, int64_t life_us, struct str detail,
                        char token[ACCOUNT_TOKEN_TEXT], struct err *e) must_use;
/* ERR_GONE. */
bool account_secret_get(struct store_tx *tx, const struct account_scene *s, int kind, struct str token, struct account_secret *out,
                        struct err *e) must_use;
/* The same, and nobody gets it again. */
bool account_secret_use(struct store_tx *tx, const struct account_scene *s, int kind, struct str token, struct account_secret *out,
                        struct err *e) must_use;
bool account_secret_try(struct store_tx *tx, const struct account_scene *s, struct str token, struct err *e) must_use;
bool account_secret_void(struct store_tx *tx, const struct account_scene *s, int64_t account, int kind, struct err *e) must_use;

/* What of an account only signing in reads. */
struct account_private {
	int64_t id; /* 0: no such account */
	struct str hash, totp, email, name, language;
	enum account_state state;
	bool expired, must_change, suspended;
	int64_t step, failures;
};
bool account_private_of(struct store_tx *tx, const struct account_scene *s, struct str email, struct account_private *out, struct err *e) must_use;
bool account_private_by(struct store_tx *tx, const struct account_scene *s, int64_t id, struct account_private *out, struct err *e) must_use;

/* password.c */
bool account_hash(struct accounts *as, struct str password, char out[ACCOUNT_HASH_TEXT], struct err *e) must_use;
/* *old: it was made in a way of former times, or elsewhere. An empty hash costs the same and is never right. */
bool account_hash_verify(struct accounts *as, struct str stored, struct str password, bool *old) must_use;

/* throttle.c */
/* Only tells. */
bool account_throttled(struct store_tx *tx, const struct account_scene *s, enum account_count kind, struct str who, int64_t *wait_s, struct err *e) must_use;
/* Takes one attempt back; of SIGN_IN all of them. */
bool account_unthrottle(struct store_tx *tx, const struct account_scene *s, enum account_count kind, struct str who, struct err *e) must_use;
/* An attempt has ended in failure: waiting begins now, however long the work took. */
bool account_throttle_touch(struct store_tx *tx, const struct account_scene *s, enum account_count kind, struct str who, struct err *e) must_use;

/* factor.c: whether a code is good, in the transaction of a sign-in; gives SESSION_TOTP or SESSION_RECOVERY, or 0. */
bool account_code_check(struct store_tx *tx, const struct account_scene *s, const struct account_private *p, struct str code,
                        unsigned *factor, size_t *left, struct err *e) must_use;

/* letters.c: each puts one letter as part of the transaction. */
const struct i18n_lang *account_letter_lang(const struct account_scene *s, struct str language);
bool account_letter_link(struct store_tx *tx, const struct account_scene *s, enum account_pass kind, struct str to, struct str language,
                         const char *token, struct err *e) must_use;
bool account_letter_leave(struct store_tx *tx, const struct account_scene *s, const struct account *who, const char *token, struct err *e) must_use;
/* {0} of the subject and the text is the portal's name. */
bool account_letter_notice(struct store_tx *tx, const struct account_scene *s, const struct account *who, const char *subject,
                           const char *text, struct err *e) must_use;
bool account_letter_plain(struct store_tx *tx, const struct account_scene *s, enum mail_kind kind, struct str to, struct str language,
                          const char *subject, const char *text, const char *path_or_null, struct err *e) must_use;
bool account_letter_client(struct store_tx *tx, const struct account_scene *s, struct str to, struct str language, struct str label, struct err *e) must_use;
bool account_letter_request(struct store_tx *tx, const struct account_scene *s, struct str to, struct str language, struct str who, struct str message,
                            struct err *e) must_use;

/* quotas.c: limits as four columns of a row say them: calls, their unit, datasets, records. */
void account_limits_row(struct store_rows *r, int from, struct account_limits *out);

#endif
