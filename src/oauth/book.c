/* Access tokens that are good, in memory: chains by the first bytes of their digest, so that a request finds its own without the
 * store, and a grant that has ended takes its tokens along at once. */
#include "oauth/inside.h"
#include <stdlib.h>

enum { CHAINS = 4096 };
struct entry {
	struct entry *next;
	struct tenant_id tenant;
	char hash[OAUTH_HASH_TEXT];
	int64_t grant, account, expires;
	uint64_t scopes;
};
struct oauth {
	struct lock lock; /* LOCK_OAUTH; guards the chains */
	struct entry *chains[CHAINS];
	struct store *store;
	struct accounts *accounts;
	struct events *events;
};

struct store *oauth_store(struct oauth *o) { return o->store; }
struct accounts *oauth_accounts(struct oauth *o) { return o->accounts; }

void oauth_note(const struct oauth_scene *s, enum event_kind kind, int64_t account, const char *reason, struct str detail)
{
	event_note(s->o->events, s->t, &(struct event){ .kind = kind, .account = account, .by = s->by == account ? 0 : s->by, .reason = str_of(reason), .detail = detail, .client = s->client });
}

/* Digests are as good as random: no keyed hash is needed. */
static struct entry **chain_of(struct oauth *o, struct str hash)
{
	enum { LETTERS = 3, RADIX = 16 };
	size_t at = 0;
	for (size_t i = 0; i < LETTERS; i++) at = at * RADIX + (size_t)(hash.p[i] <= '9' ? hash.p[i] - '0' : hash.p[i] - 'a' + 10);
	return &o->chains[at % CHAINS];
}

void oauth_book_put(struct oauth *o, const struct oauth_good *g)
{
	struct entry *n = calloc(1, sizeof *n);
	ensure(n && g->hash.n == sizeof n->hash - 1);
	*n = (struct entry){ .tenant = g->tenant, .grant = g->grant, .account = g->account, .expires = g->expires, .scopes = g->scopes };
	memcpy(n->hash, g->hash.p, g->hash.n);
	lock_take(&o->lock);
	struct entry **chain = chain_of(o, g->hash);
	n->next = *chain;
	*chain = n;
	lock_give(&o->lock);
}

/* Under the lock. */
static void drop(struct entry **at, bool (*goes)(const struct entry *n, const void *what), const void *what)
{
	while (*at) {
		struct entry *n = *at;
		if (!goes(n, what)) {
			at = &n->next;
			continue;
		}
		*at = n->next;
		free(n);
	}
}

static bool is_over(const struct entry *n, const void *now) { return n->expires <= *(const int64_t *)now; }
static bool is_of(const struct entry *n, const void *grant) { return n->grant == *(const int64_t *)grant; }
static bool reads(const struct entry *n, const void *hash) { return str_eq(str_of(n->hash), *(const struct str *)hash); }
static bool any(const struct entry *n, const void *what)
{
	(void)n;
	(void)what;
	return true;
}

static void drop_all(struct oauth *o, bool (*goes)(const struct entry *n, const void *what), const void *what)
{
	lock_take(&o->lock);
	for (size_t i = 0; i < CHAINS; i++) drop(&o->chains[i], goes, what);
	lock_give(&o->lock);
}

void oauth_book_drop(struct oauth *o, struct str hash_or_empty, int64_t grant)
{
	if (!hash_or_empty.n) {
		drop_all(o, is_of, &grant);
		return;
	}
	lock_take(&o->lock);
	drop(chain_of(o, hash_or_empty), reads, &hash_or_empty);
	lock_give(&o->lock);
}

bool oauth_who(struct oauth *o, struct tenant_id t, struct str token, struct instant now, struct arena *a, struct account_who *out)
{
	char hash[OAUTH_HASH_TEXT];
	struct entry found = { 0 };
	oauth_hash(token, hash);
	lock_take(&o->lock);
	for (const struct entry *n = *chain_of(o, str_of(hash)); n; n = n->next)
		if (n->tenant.v == t.v && n->expires > now.us && crypt_equal(str_of(n->hash), str_of(hash))) found = *n;
	lock_give(&o->lock);
	if (!found.grant || !accounts_who(o->accounts, t, found.account, a, out)) return false;
	out->key = -found.grant;
	out->ceiling = account_permissions_whole(found.scopes);
	out->permissions &= out->ceiling;
	out->admin = out->admin && found.scopes == UINT64_MAX;
	out->scope = ACCOUNT_READ | (found.scopes ? ACCOUNT_WRITE : 0);
	return true;
}

/* --- opening ---------------------------------------------------------------------------------------------- */

static bool load(struct oauth *o, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(o->store, STORE_READ, &tx, e)) return false;
	if (store_ask_house(tx, OAUTH_H(tokens_all), STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) {
			uint64_t scopes = 0;
			struct str bad;
			if (store_text(r, 1).n != OAUTH_HASH_TEXT - 1 || !oauth_scopes_read(store_text(r, 3), &scopes, &bad)) continue;
			oauth_book_put(o, &(struct oauth_good){ .tenant = { store_int(r, 0) }, .hash = store_text(r, 1), .grant = store_int(r, 2), .scopes = scopes,
			                                        .expires = store_int(r, 4), .account = store_int(r, 5) });
		}
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}

bool oauth_open(struct store *s, struct accounts *as, struct events *es, struct oauth **out, struct err *e)
{
	struct oauth *o = calloc(1, sizeof *o);
	ensure(o != NULL);
	o->store = s;
	o->accounts = as;
	o->events = es;
	lock_init(&o->lock, LOCK_OAUTH);
	if (!load(o, e)) {
		oauth_close(o);
		return false;
	}
	*out = o;
	return true;
}

void oauth_close(struct oauth *o)
{
	if (!o) return;
	drop_all(o, any, NULL);
	lock_done(&o->lock);
	free(o);
}

bool oauth_upkeep(struct oauth *o, struct err *e)
{
	struct store_tx *tx;
	int64_t now = clock_now().us, day = now - OAUTH_DAY_US;
	drop_all(o, is_over, &now);
	if (!store_begin(o->store, STORE_WRITE, &tx, e)) return false;
	/* A day longer than they are good, so that a second use of one is still known for what it is; those that were used a week ago are merely refused:
	 * a program that renews every hour would leave two thousand. */
	bool ok = store_run_house(tx, OAUTH_H(tokens_sweep), STORE_PARAMS(VALUE_OF_INT(day)), e) &&
	          store_run_house(tx, OAUTH_H(tokens_spent), STORE_PARAMS(VALUE_OF_INT(now - OAUTH_SPENT_DAYS * OAUTH_DAY_US)), e) &&
	          store_run_house(tx, OAUTH_H(grants_sweep), STORE_PARAMS(VALUE_OF_INT(day)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool oauth_after_restore(struct oauth *o, struct err *e)
{
	struct store_tx *tx;
	drop_all(o, any, NULL);
	if (!store_begin(o->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run_house(tx, OAUTH_H(tokens_void), STORE_NONE, e) && store_run_house(tx, OAUTH_H(grants_void), STORE_NONE, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}
