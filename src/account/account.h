/* People who may sign in to a portal: made and listed here, passwords as argon2id. Signing in itself
 * comes with the back office. A password made here is for one use: the account must change it at the
 * first sign-in. Threads: any. Hashing takes about 100 ms: never on the http thread. */
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

#endif
