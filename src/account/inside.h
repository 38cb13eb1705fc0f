/* What the files of the room share. */
#ifndef ACCOUNT_INSIDE_H
#define ACCOUNT_INSIDE_H

#include "account/account.h"

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

struct store *accounts_store(struct accounts *as);
/* Reads everything again, then tells whoever listens. */
bool accounts_changed(struct accounts *as, struct tenant_id t, struct err *e) must_use;
/* Ends a change: commits or not, and on success accounts_changed. */
bool account_end(struct accounts *as, struct store_tx *tx, struct tenant_id t, bool ok, struct err *e) must_use;
/* A line of the portal's audit. */
bool account_say(struct store_tx *tx, struct tenant_id t, const char *what, struct str subject, struct str detail,
                 struct err *e) must_use;
/* The one number a statement with a text gives; *out 0 when there is no row. */
bool account_number(struct store_tx *tx, const struct store_query *q, struct tenant_id t, struct value by, int64_t *out,
                    struct err *e) must_use;
/* "read,listed" and its bits. */
unsigned account_scope_of(struct str words);
struct str account_scope_text(struct arena *a, unsigned scope);

#endif
