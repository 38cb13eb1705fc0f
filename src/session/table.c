/* Sessions in memory, found by the hash of their id, of the id before, and by their account. */
#include "session/inside.h"
#include <stdlib.h>

enum { FIRST_SIZE = 256 };

static size_t place(const struct table *t, const struct digest *d)
{
	size_t v;
	memcpy(&v, d->b, sizeof v); /* a digest is spread evenly already */
	return v & (t->size - 1);
}

static size_t place_account(const struct table *t, struct tenant_id tenant, int64_t account)
{
	uint64_t v = ((uint64_t)tenant.v << 40 ^ (uint64_t)account) * UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(v >> 20) & (t->size - 1);
}

static bool same(const struct digest *a, const struct digest *b)
{
	return crypt_equal(str_make((const char *)a->b, sizeof a->b), str_make((const char *)b->b, sizeof b->b));
}

static void link_row(struct table *t, struct live *l)
{
	size_t h = place(t, &l->hash), a = place_account(t, l->tenant, l->s.account);
	l->next_hash = t->by_hash[h];
	t->by_hash[h] = l;
	l->next_account = t->by_account[a];
	t->by_account[a] = l;
	l->next_former = NULL;
	if (!l->former_until) return;
	size_t f = place(t, &l->former);
	l->next_former = t->by_former[f];
	t->by_former[f] = l;
}

static void unlink_row(struct table *t, struct live *l)
{
	struct live **at = &t->by_hash[place(t, &l->hash)];
	while (*at != l) at = &(*at)->next_hash;
	*at = l->next_hash;
	at = &t->by_account[place_account(t, l->tenant, l->s.account)];
	while (*at != l) at = &(*at)->next_account;
	*at = l->next_account;
	if (!l->former_until) return;
	at = &t->by_former[place(t, &l->former)];
	while (*at != l) at = &(*at)->next_former;
	*at = l->next_former;
}

static void resize(struct table *t, size_t size)
{
	struct table bigger = { .n = t->n, .size = size };
	bigger.by_hash = calloc(size, sizeof(struct live *));
	bigger.by_former = calloc(size, sizeof(struct live *));
	bigger.by_account = calloc(size, sizeof(struct live *));
	ensure(bigger.by_hash && bigger.by_former && bigger.by_account);
	for (size_t i = 0; i < t->size; i++) {
		struct live *next;
		for (struct live *l = t->by_hash[i]; l; l = next) {
			next = l->next_hash;
			link_row(&bigger, l);
		}
	}
	free(t->by_hash);
	free(t->by_former);
	free(t->by_account);
	*t = bigger;
}

void table_done(struct table *t)
{
	for (size_t i = 0; i < t->size; i++) {
		struct live *next;
		for (struct live *l = t->by_hash[i]; l; l = next) {
			next = l->next_hash;
			free(l);
		}
	}
	free(t->by_hash);
	free(t->by_former);
	free(t->by_account);
	*t = (struct table){ 0 };
}

void table_put(struct table *t, struct live *l)
{
	if (t->n >= t->size) resize(t, t->size ? 2 * t->size : FIRST_SIZE);
	link_row(t, l);
	t->n++;
}

void table_drop(struct table *t, struct live *l)
{
	unlink_row(t, l);
	t->n--;
	crypt_wipe(l, sizeof *l);
	free(l);
}

struct live *table_find(const struct table *t, const struct digest *hash)
{
	struct live *l = t->size ? t->by_hash[place(t, hash)] : NULL;
	while (l && !same(&l->hash, hash)) l = l->next_hash;
	return l;
}

struct live *table_find_former(const struct table *t, const struct digest *hash)
{
	struct live *l = t->size ? t->by_former[place(t, hash)] : NULL;
	while (l && !same(&l->former, hash)) l = l->next_former;
	return l;
}

struct live *table_account(const struct table *t, struct tenant_id tenant, int64_t account)
{
	return t->size ? t->by_account[place_account(t, tenant, account)] : NULL;
}

struct live *table_find_row(const struct table *t, struct tenant_id tenant, int64_t account, int64_t id)
{
	struct live *l = table_account(t, tenant, account);
	while (l && !(l->s.id == id && l->tenant.v == tenant.v && l->s.account == account)) l = l->next_account;
	return l;
}

void table_rename(struct table *t, struct live *l, const struct digest *hash, int64_t former_until)
{
	unlink_row(t, l);
	l->former = l->hash;
	l->former_until = former_until;
	l->hash = *hash;
	link_row(t, l);
}
