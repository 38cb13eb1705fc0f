/* People, keys, roles and groups in memory: one book of all portals, read anew after each change and put in the place
 * of the former, so that a revoked key is no good from the next request on and no request asks the store. */
#include "account/inside.h"
#include "crypt/crypt.h"
#include <stdlib.h>

struct entry {
	struct tenant_id tenant;
	int64_t expires; /* microseconds; 0: never */
	struct str hash;
	struct account_who who;
};

/* An account as its sessions and keys need it. */
struct person {
	struct tenant_id tenant;
	int64_t epoch;
	int64_t expires; /* microseconds; 0: never */
	bool active;
	struct str name, language;
	struct account_who who;
};

struct accounts {
	struct lock lock; /* LOCK_ACCOUNT; guards what follows */
	struct lock_bell loaded;
	bool loading;     /* one thread reads the store at a time: what it puts in place is the newest */
	struct arena arena;
	struct map by_hash;
	struct person *people; /* in the order of their numbers */
	size_t npeople;
	struct store *store;
	void (*changed)(void *arg, struct tenant_id t);
	void *changed_arg;
	struct account_hashing hashing; /* set before any thread */
};

struct pair { int64_t of, what; };
struct pairs { VEC(struct pair) v; };

static bool read_pairs(struct store_tx *tx, const struct store_house_query *q, struct arena *a, struct pairs *out, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask_house(tx, q, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &out->v, (struct pair){ store_int(r, 0), store_int(r, 1) });
	store_stop(r);
	return step == STORE_DONE;
}

/* What belongs to a number; pairs are in order of it. */
static size_t find(const struct pairs *p, struct arena *a, int64_t of, const int64_t **out)
{
	size_t from = 0, to = p->v.n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (p->v.p[middle].of < of) from = middle + 1;
		else to = middle;
	}
	size_t n = 0;
	while (from + n < p->v.n && p->v.p[from + n].of == of) n++;
	int64_t *list = arena_array(a, int64_t, n + 1);
	for (size_t i = 0; i < n; i++) list[i] = p->v.p[from + i].what;
	*out = list;
	return n;
}

/* What groups bring their members, by group. */
struct grant { int64_t group; uint64_t bits; struct account_limits limits; };
struct grants { VEC(struct grant) v; };

static bool read_grants(struct store_tx *tx, struct arena *a, struct grants *out, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask_house(tx, ACCOUNT_H(grants_all), STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct grant *g = vec_add(a, &out->v);
		g->group = store_int(r, 0);
		g->bits = account_permissions_known(store_text(r, 1));
		account_limits_row(r, 2, &g->limits);
	}
	store_stop(r);
	return step == STORE_DONE;
}

static void add_grants(const struct grants *g, struct account_who *who)
{
	who->bounds.groups = (struct account_limits)ACCOUNT_LIMITS_UNSAID;
	for (size_t i = 0; i < who->ngroups; i++)
		for (size_t k = 0; k < g->v.n; k++) {
			if (g->v.p[k].group != who->groups[i]) continue;
			who->permissions |= g->v.p[k].bits;
			account_limits_join(&who->bounds.groups, &g->v.p[k].limits);
		}
}

struct people { VEC(struct person) v; };

static bool read_people(struct store_tx *tx, struct arena *a, struct people *out, struct err *e)
{
	auto_arena work = ARENA_INIT;
	struct pairs members = { 0 };
	struct grants grants = { 0 };
	struct store_rows *r;
	enum store_step step;
	if (!read_pairs(tx, ACCOUNT_H(members_all), &work, &members, e) || !read_grants(tx, &work, &grants, e) ||
	    !store_ask_house(tx, ACCOUNT_H(people_all), STORE_NONE, &r, e))
		return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct person *p = vec_add(a, &out->v);
		struct str role = store_text(r, 2);
		p->who.account = store_int(r, 0);
		p->tenant.v = store_int(r, 1);
		p->who.admin = str_eq(role, STR("admin"));
		p->who.calls_a_day = -1;
		p->who.ceiling = UINT64_MAX;
		p->who.ngroups = find(&members, a, p->who.account, &p->who.groups);
		p->who.permissions = account_role_permissions(role) | account_permissions_known(store_text(r, 3));
		add_grants(&grants, &p->who);
		p->who.permissions = account_permissions_whole(p->who.permissions);
		p->active = store_int(r, 4) == ACCOUNT_ACTIVE;
		p->expires = store_int(r, 5);
		p->epoch = store_int(r, 6);
		p->who.second_factor = store_int(r, 7) != 0;
		p->name = arena_str(a, store_text(r, 8).n ? store_text(r, 8) : store_text(r, 9));
		p->language = arena_str(a, store_text(r, 10));
		account_limits_row(r, 11, &p->who.bounds.own);
	}
	store_stop(r);
	return step == STORE_DONE;
}

static const struct person *person_or_null(const struct person *people, size_t n, int64_t account)
{
	size_t from = 0, to = n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (people[middle].who.account < account) from = middle + 1;
		else to = middle;
	}
	return from < n && people[from].who.account == account ? &people[from] : NULL;
}

/* A key without a list has what its scope says: to write, all that its owner may; to read, what is only for seeing. */
static uint64_t key_permissions(struct store_rows *r, unsigned scope)
{
	if (!store_is_null(r, 6)) return account_permissions_known(store_text(r, 6));
	if (scope & ACCOUNT_WRITE) return UINT64_MAX;
	return ACCOUNT_BIT(ACCOUNT_MAY_EXPLORE_RESTRICTED) | ACCOUNT_BIT(ACCOUNT_MAY_BROWSE_PAGE) | ACCOUNT_BIT(ACCOUNT_MAY_MONITORING);
}

static bool read_keys(struct store_tx *tx, struct arena *a, const struct people *people, struct map *by_hash, struct err *e)
{
	auto_arena work = ARENA_INIT;
	struct pairs listed = { 0 };
	struct store_rows *r;
	enum store_step step;
	if (!read_pairs(tx, ACCOUNT_H(listed_all), &work, &listed, e) || !store_ask_house(tx, ACCOUNT_H(keys_all), STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		const struct person *p = person_or_null(people->v.p, people->v.n, store_int(r, 2));
		if (!p) continue;
		struct entry *k = arena_new(a, struct entry);
		k->tenant.v = store_int(r, 1);
		k->who = p->who;
		k->who.key = store_int(r, 0);
		k->hash = arena_str(a, store_text(r, 3));
		k->who.scope = account_scope_of(store_text(r, 4));
		k->who.calls_a_day = store_is_null(r, 5) ? -1 : store_int(r, 5);
		k->who.ceiling = account_permissions_whole(key_permissions(r, k->who.scope));
		k->who.permissions &= k->who.ceiling;
		k->expires = store_int(r, 7);
		k->who.ndatasets = find(&listed, a, k->who.key, &k->who.datasets);
		map_put(a, by_hash, k->hash, k);
	}
	store_stop(r);
	return step == STORE_DONE;
}

static bool load_alone(struct accounts *as, struct err *e)
{
	struct store_tx *tx;
	struct arena arena = ARENA_INIT;
	struct map by_hash = { 0 };
	struct people people = { 0 };
	struct err ignored = { 0 };
	if (!store_begin(as->store, STORE_READ, &tx, e)) return false;
	bool ok = read_people(tx, &arena, &people, e) && read_keys(tx, &arena, &people, &by_hash, e);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	if (ok) {
		lock_take(&as->lock);
		struct arena former = as->arena;
		as->arena = arena;
		as->by_hash = by_hash;
		as->people = people.v.p;
		as->npeople = people.v.n;
		lock_give(&as->lock);
		arena = former;
	}
	arena_done(&arena);
	return ok;
}

bool accounts_changed(struct accounts *as, struct tenant_id t, struct err *e)
{
	lock_take(&as->lock);
	while (as->loading) lock_bell_wait(&as->loaded, &as->lock);
	as->loading = true;
	lock_give(&as->lock);
	bool ok = load_alone(as, e);
	lock_take(&as->lock);
	as->loading = false;
	lock_bell_ring_all(&as->loaded);
	void (*changed)(void *, struct tenant_id) = as->changed;
	void *arg = as->changed_arg;
	lock_give(&as->lock);
	if (changed && t.v) changed(arg, t);
	return ok;
}

void accounts_on_change(struct accounts *as, void (*changed)(void *arg, struct tenant_id t), void *arg)
{
	lock_take(&as->lock);
	as->changed = changed;
	as->changed_arg = arg;
	lock_give(&as->lock);
}

static void copy_out(struct arena *a, const struct account_who *from, struct account_who *to)
{
	*to = *from;
	int64_t *groups = arena_array(a, int64_t, from->ngroups + 1);
	int64_t *datasets = arena_array(a, int64_t, from->ndatasets + 1);
	if (from->ngroups) memcpy(groups, from->groups, from->ngroups * sizeof *groups);
	if (from->ndatasets) memcpy(datasets, from->datasets, from->ndatasets * sizeof *datasets);
	to->groups = groups;
	to->datasets = datasets;
}

/* Under the lock: somebody whose sessions and keys are good now. */
static const struct person *active_or_null(const struct accounts *as, struct tenant_id t, int64_t account, struct instant now)
{
	const struct person *p = person_or_null(as->people, as->npeople, account);
	return p && p->tenant.v == t.v && p->active && (!p->expires || now.us < p->expires) ? p : NULL;
}

bool accounts_key(struct accounts *as, struct tenant_id t, struct str key, struct instant now, struct arena *a, struct account_who *out)
{
	unsigned char digest[CRYPT_SHA256];
	char hash[2 * CRYPT_SHA256 + 1];
	/* What is looked up is the digest, which says nothing about how much of a guess was right. */
	crypt_sha256(key, digest);
	crypt_hex(digest, sizeof digest, hash);
	lock_take(&as->lock);
	const struct entry *k = map_get_or_null(&as->by_hash, str_of(hash));
	bool good = k && k->tenant.v == t.v && crypt_equal(k->hash, str_of(hash)) && (!k->expires || now.us < k->expires) &&
	            active_or_null(as, t, k->who.account, now);
	if (good) copy_out(a, &k->who, out);
	lock_give(&as->lock);
	return good;
}

bool accounts_who(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a, struct account_who *out)
{
	struct instant now = clock_now();
	lock_take(&as->lock);
	const struct person *p = active_or_null(as, t, account, now);
	if (p) copy_out(a, &p->who, out);
	lock_give(&as->lock);
	return p != NULL;
}

int64_t accounts_epoch(struct accounts *as, struct tenant_id t, int64_t account)
{
	struct instant now = clock_now();
	lock_take(&as->lock);
	const struct person *p = active_or_null(as, t, account, now);
	int64_t epoch = p ? p->epoch : -1;
	lock_give(&as->lock);
	return epoch;
}

struct str accounts_name(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a)
{
	struct instant now = clock_now();
	lock_take(&as->lock);
	const struct person *p = active_or_null(as, t, account, now);
	struct str name = p ? arena_str(a, p->name) : STR("");
	lock_give(&as->lock);
	return name;
}

struct str accounts_language(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a)
{
	struct instant now = clock_now();
	lock_take(&as->lock);
	const struct person *p = active_or_null(as, t, account, now);
	struct str language = p ? arena_str(a, p->language) : STR("");
	lock_give(&as->lock);
	return language;
}

bool account_needs_factor(const struct tenant *t, const struct account_who *who)
{
	/* What only lets somebody read or fill in opens nothing of the back office. */
	uint64_t reads = ACCOUNT_BIT(ACCOUNT_MAY_EXPLORE_RESTRICTED) | ACCOUNT_BIT(ACCOUNT_MAY_BROWSE_PAGE) | ACCOUNT_BIT(ACCOUNT_MAY_SUBMIT_FORM);
	struct str asked = tenant_setting(t, "second_factor.required");
	return who->admin || (who->permissions & ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DOMAIN)) || str_eq(asked, STR("everyone")) ||
	       (str_eq(asked, STR("office")) && (who->permissions & ~reads));
}

struct account_hashing *accounts_hashing(struct accounts *as) { return &as->hashing; }
struct store *accounts_store(struct accounts *as) { return as->store; }

bool accounts_open(struct store *s, struct accounts **out, struct err *e)
{
	struct accounts *as = calloc(1, sizeof *as);
	ensure(as != NULL);
	as->store = s;
	lock_init(&as->lock, LOCK_ACCOUNT);
	lock_bell_init(&as->loaded);
	if (!accounts_changed(as, (struct tenant_id){ 0 }, e)) {
		accounts_close(as);
		return false;
	}
	*out = as;
	return true;
}

void accounts_close(struct accounts *as)
{
	if (!as) return;
	arena_done(&as->arena);
	lock_bell_done(&as->loaded);
	lock_done(&as->lock);
	free(as);
}
