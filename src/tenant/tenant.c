/* Portals in memory: a table from host name to an immutable, counted snapshot, rebuilt from the
 * store after each change. Finding a portal takes one short lock and no database. */
#include "tenant/inside.h"
#include "clock/clock.h"
#include <stdlib.h>

struct box {
	struct tenant tenant;
	struct arena arena;
	uint32_t held;        /* guarded by tenants.lock; the table itself holds one */
	uint64_t generation;  /* newest; the snapshot's own stays as it was */
	struct box *next;
};

struct tenants {
	struct lock lock; /* LOCK_TENANT; guards everything below */
	struct lock_bell loaded;
	bool loading;     /* one thread reads the store at a time: what it puts in place is the newest */
	struct store *store;
	struct arena arena;  /* of the map and its keys */
	struct map by_host;
	struct box *first, *last;
	void (*changed)(void *arg, struct tenant_id t);
	void *changed_arg;
};

const struct store_query tenant_queries[] = {
#define Q(name, text) [TENANT_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "tenant/queries.def"
#undef Q
#undef HOUSE
};
const struct store_house_query tenant_house_queries[] = {
#define Q(name, text)
#define HOUSE(name, text) [TENANT_H_##name] = { #name, text },
#include "tenant/queries.def"
#undef Q
#undef HOUSE
};

/* --- loading ------------------------------------------------------------------------------------ */

static void box_free(struct box *b)
{
	arena_done(&b->arena);
	free(b);
}

static void let_go(struct box *b)
{
	ensure(b->held > 0);
	if (--b->held == 0) box_free(b);
}

static struct box *box_of(struct box *first, int64_t id)
{
	for (struct box *b = first; b; b = b->next)
		if (b->tenant.id.v == id) return b;
	return NULL;
}

static bool load_tenants(struct store_tx *t, struct box **first, struct err *e)
{
	struct store_rows *r;
	if (!store_ask_house(t, &tenant_house_queries[TENANT_H_tenants_all], STORE_NONE, &r, e)) return false;
	struct box **tail = first;
	enum store_step step;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct box *b = calloc(1, sizeof *b);
		ensure(b != NULL);
		b->held = 1;
		b->tenant.id.v = store_int(r, 0);
		b->tenant.host = arena_str(&b->arena, store_text(r, 1));
		b->tenant.suspended = store_int(r, 2) != 0;
		b->generation = b->tenant.generation = (uint64_t)store_int(r, 3);
		b->tenant.removed.us = store_int(r, 4);
		b->tenant.suspended |= b->tenant.removed.us != 0;
		b->tenant.created.us = store_int(r, 5);
		b->tenant.parent.v = store_int(r, 6);
		b->tenant.restoring.us = store_int(r, 7);
		b->tenant.suspended |= b->tenant.restoring.us != 0;
		*tail = b;
		tail = &b->next;
	}
	store_stop(r);
	return step == STORE_DONE;
}

static bool load_hosts(struct store_tx *t, struct box *first, struct err *e)
{
	struct store_rows *r;
	if (!store_ask_house(t, &tenant_house_queries[TENANT_H_hosts_all], STORE_NONE, &r, e)) return false;
	enum store_step step;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct box *b = box_of(first, store_int(r, 1));
		if (!b || store_int(r, 2) == 0) continue;
		struct str *more = arena_array(&b->arena, struct str, b->tenant.naliases + 1);
		if (b->tenant.naliases) memcpy(more, b->tenant.aliases, b->tenant.naliases * sizeof *more);
		more[b->tenant.naliases++] = arena_str(&b->arena, store_text(r, 0));
		b->tenant.aliases = more;
	}
	store_stop(r);
	return step == STORE_DONE;
}

static bool load_settings(struct store_tx *t, struct box *first, struct err *e)
{
	struct store_rows *r;
	if (!store_ask_house(t, &tenant_house_queries[TENANT_H_settings_all], STORE_NONE, &r, e)) return false;
	enum store_step step;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct box *b = box_of(first, store_int(r, 0));
		if (!b) continue;
		struct str *value = arena_new(&b->arena, struct str);
		*value = arena_str(&b->arena, store_text(r, 2));
		map_put(&b->arena, &b->tenant.settings, arena_str(&b->arena, store_text(r, 1)), value);
	}
	store_stop(r);
	return step == STORE_DONE;
}

static void split_languages(struct box *b)
{
	struct str rest = tenant_setting(&b->tenant, "languages"), part;
	VEC(struct str) list = { 0 };
	while (str_cut(&rest, ',', &part))
		if (str_trim(part).n) vec_push(&b->arena, &list, str_trim(part));
	if (!list.n) vec_push(&b->arena, &list, STR("en"));
	b->tenant.languages = list.p;
	b->tenant.nlanguages = list.n;
}

static void free_all(struct box *first)
{
	while (first) {
		struct box *next = first->next;
		first->next = NULL;
		let_go(first);
		first = next;
	}
}

static void put_host(struct tenants *ts, struct str host, struct box *b)
{
	map_put(&ts->arena, &ts->by_host, arena_str(&ts->arena, host), b);
}

/* Reads all portals again and puts them in place of the former table. */
static bool reload_alone(struct tenants *ts, struct err *e)
{
	struct store_tx *t;
	struct box *first = NULL;
	struct err ignored = { 0 };
	if (!store_begin(ts->store, STORE_READ, &t, e)) return false;
	bool ok = load_tenants(t, &first, e) && load_hosts(t, first, e) && load_settings(t, first, e);
	ok = store_end(t, STORE_ROLLBACK, &ignored) && ok;
	if (!ok) {
		free_all(first);
		return false;
	}
	for (struct box *b = first; b; b = b->next) split_languages(b);
	lock_take(&ts->lock);
	struct box *former = ts->first;
	for (struct box *b = first; b; b = b->next) {
		/* A view of a change must never carry an older number than what was given before it. */
		struct box *old = box_of(former, b->tenant.id.v);
		if (old && b->generation <= old->generation) b->generation = old->generation + 1;
		b->tenant.generation = b->generation;
	}
	ts->first = first;
	arena_done(&ts->arena);
	ts->by_host = (struct map){ 0 };
	for (struct box *b = first; b; b = b->next) {
		put_host(ts, b->tenant.host, b);
		for (size_t i = 0; i < b->tenant.naliases; i++) put_host(ts, b->tenant.aliases[i], b);
	}
	free_all(former);
	lock_give(&ts->lock);
	return true;
}

static bool reload(struct tenants *ts, struct err *e)
{
	lock_take(&ts->lock);
	while (ts->loading) lock_bell_wait(&ts->loaded, &ts->lock);
	ts->loading = true;
	lock_give(&ts->lock);
	bool ok = reload_alone(ts, e);
	lock_take(&ts->lock);
	ts->loading = false;
	lock_bell_ring_all(&ts->loaded);
	lock_give(&ts->lock);
	return ok;
}

bool tenants_changed(struct tenants *ts, struct tenant_id id, struct err *e)
{
	bool ok = reload(ts, e);
	lock_take(&ts->lock);
	void (*changed)(void *, struct tenant_id) = ts->changed;
	void *arg = ts->changed_arg;
	lock_give(&ts->lock);
	if (changed) changed(arg, id);
	return ok;
}

void tenants_on_change(struct tenants *ts, void (*changed)(void *arg, struct tenant_id t), void *arg)
{
	lock_take(&ts->lock);
	ts->changed = changed;
	ts->changed_arg = arg;
	lock_give(&ts->lock);
}

struct store *tenants_store(struct tenants *ts) { return ts->store; }

bool tenants_open(struct store *s, struct tenants **out, struct err *e)
{
	struct tenants *ts = calloc(1, sizeof *ts);
	ensure(ts != NULL);
	ts->store = s;
	lock_init(&ts->lock, LOCK_TENANT);
	lock_bell_init(&ts->loaded);
	if (!reload(ts, e)) {
		tenants_close(ts);
		return false;
	}
	*out = ts;
	return true;
}

void tenants_close(struct tenants *ts)
{
	if (!ts) return;
	free_all(ts->first);
	arena_done(&ts->arena);
	lock_bell_done(&ts->loaded);
	lock_done(&ts->lock);
	free(ts);
}

/* --- finding ------------------------------------------------------------------------------------ */

/* Lower case, without port: "Example.org:8080" and "[::1]:80" name "example.org" and "[::1]". */
static struct str host_key(struct str host, char *room, size_t size)
{
	ptrdiff_t close = str_find_char(host, ']');
	ptrdiff_t colon = close >= 0 ? str_find_char(str_from(host, (size_t)close), ':') : str_rfind_char(host, ':');
	if (colon >= 0) host.n = (size_t)colon + (close >= 0 ? (size_t)close : 0);
	if (host.n && host.p[host.n - 1] == '.') host.n--;
	if (host.n > size) return (struct str){ 0 };
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		room[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	return str_make(room, host.n);
}

const struct tenant *tenants_find_or_null(struct tenants *ts, struct str host)
{
	char room[256];
	struct str key = host_key(host, room, sizeof room);
	lock_take(&ts->lock);
	struct box *b = map_get_or_null(&ts->by_host, key);
	if (b) b->held++;
	lock_give(&ts->lock);
	return b ? &b->tenant : NULL;
}

const struct tenant *tenants_hold_or_null(struct tenants *ts, struct tenant_id id)
{
	lock_take(&ts->lock);
	struct box *b = box_of(ts->first, id.v);
	if (b) b->held++;
	lock_give(&ts->lock);
	return b ? &b->tenant : NULL;
}

void tenant_release(struct tenants *ts, const struct tenant *t)
{
	if (!t) return;
	/* The snapshot is the first member of its box, and was made writable. */
	struct box *b = (struct box *)(uintptr_t)t;
	lock_take(&ts->lock);
	let_go(b);
	lock_give(&ts->lock);
}

bool tenant_is_alone(struct tenants *ts, const struct tenant *t)
{
	const struct box *b = (const struct box *)(uintptr_t)t;
	lock_take(&ts->lock);
	bool alone = b->held == 1;
	lock_give(&ts->lock);
	return alone;
}

size_t tenants_list(struct tenants *ts, struct arena *a, struct tenant_id **out)
{
	VEC(struct tenant_id) list = { 0 };
	lock_take(&ts->lock);
	for (struct box *b = ts->first; b; b = b->next) vec_push(a, &list, b->tenant.id);
	lock_give(&ts->lock);
	*out = list.p;
	return list.n;
}

uint64_t tenants_generation(struct tenants *ts, struct tenant_id id)
{
	lock_take(&ts->lock);
	struct box *b = box_of(ts->first, id.v);
	uint64_t g = b ? b->generation : 0;
	lock_give(&ts->lock);
	return g;
}

void tenants_bump(struct tenants *ts, struct tenant_id id)
{
	lock_take(&ts->lock);
	struct box *b = box_of(ts->first, id.v);
	if (b) b->generation++;
	lock_give(&ts->lock);
}
