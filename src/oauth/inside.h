/* What the files of the room share. */
#ifndef OAUTH_INSIDE_H
#define OAUTH_INSIDE_H

#include "crypt/crypt.h"
#include "oauth/oauth.h"

enum {
#define Q(name, text) OAUTH_Q_##name,
#define HOUSE(name, text)
#include "oauth/queries.def"
#undef Q
#undef HOUSE
};
enum {
#define Q(name, text)
#define HOUSE(name, text) OAUTH_H_##name,
#include "oauth/queries.def"
#undef Q
#undef HOUSE
};
extern const struct store_query oauth_queries[];
extern const struct store_house_query oauth_house_queries[];
#define OAUTH_Q(name) (&oauth_queries[OAUTH_Q_##name])
#define OAUTH_H(name) (&oauth_house_queries[OAUTH_H_##name])

#define OAUTH_SECOND_US INT64_C(1000000)
#define OAUTH_DAY_US (86400 * OAUTH_SECOND_US)
enum { OAUTH_HASH_TEXT = 2 * CRYPT_SHA256 + 1, OAUTH_GRANTS_EACH = 20, OAUTH_ACCESS_EACH = 20 };

void oauth_hash(struct str secret, char out[OAUTH_HASH_TEXT]);
/* A prefix lets those who look for secrets in what people publish find it. */
void oauth_secret(const char *prefix, char out[OAUTH_SECRET_TEXT]);

/* book.c */
struct oauth_good { struct tenant_id tenant; struct str hash; int64_t grant, account, expires; uint64_t scopes; };
struct store *oauth_store(struct oauth *o);
struct accounts *oauth_accounts(struct oauth *o);
void oauth_book_put(struct oauth *o, const struct oauth_good *g);
/* One token by its hash, or all of a grant. */
void oauth_book_drop(struct oauth *o, struct str hash_or_empty, int64_t grant);
void oauth_note(const struct oauth_scene *s, enum event_kind kind, int64_t account, const char *reason, struct str detail);

/* program.c */
bool oauth_program_find(struct store_tx *tx, const struct oauth_scene *s, struct str client, struct oauth_program *out, struct str *hash, struct err *e) must_use;
bool oauth_redirect_same(struct str known, struct str given);

/* grant.c: numbers of grants that a statement gives, in the arena */
struct oauth_ids { VEC(int64_t) list; };
bool oauth_grants(struct store_tx *tx, const struct oauth_scene *s, const struct store_query *q, const struct value *params, size_t n, struct oauth_ids *out, struct err *e) must_use;
bool oauth_grant_end(struct store_tx *tx, const struct oauth_scene *s, int64_t grant, const char *reason, struct err *e) must_use;
/* After the commit. */
void oauth_grants_forget(const struct oauth_scene *s, const struct oauth_ids *ids);
/* Whether the account may be acted for now. */
bool oauth_is_active(const struct oauth_scene *s, int64_t account);

#endif
