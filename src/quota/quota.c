/* Counts and buckets. */
#include "quota/quota.h"
#include "crypt/crypt.h"
#include <arpa/inet.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { KEPT = 1024, NETWORKS = 16384, PROBES = 8, SPREAD = 7919, SAVE_S = 60, MINUTE_MS = 60000, SALT = 32 };
#define DAY_US INT64_C(86400000000)

enum {
#define Q(name, text) Q_##name,
#define HOUSE(name, text)
#include "quota/queries.def"
#undef Q
#undef HOUSE
	Q_COUNT
};
enum {
#define Q(name, text)
#define HOUSE(name, text) H_##name,
#include "quota/queries.def"
#undef Q
#undef HOUSE
	H_COUNT
};
static const struct store_query queries[] = {
#define Q(name, text) [Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "quota/queries.def"
#undef Q
#undef HOUSE
};
static const struct store_house_query house_queries[] = {
#define Q(name, text)
#define HOUSE(name, text) [H_##name] = { #name, text },
#include "quota/queries.def"
#undef Q
#undef HOUSE
};

/* The calls of a day and the work of late. */
struct count {
	struct quota_purse of;
	int64_t calls;
	int64_t work_us;    /* in the bucket at `at_ns` */
	int64_t budget_ms;  /* as last asked for: how fast the bucket runs dry */
	int64_t at_ns;
	int64_t ends_us;    /* of the period of an account or a dataset; 0: none has begun */
	bool used;          /* since the last save */
	struct count *next; /* of portals and keys, in its chain */
};

struct quota {
	struct lock lock; /* LOCK_QUOTA; guards what follows */
	struct store *store;
	int64_t day;      /* since 1970, UTC */
	unsigned char salt[SALT];
	struct count *kept[KEPT]; /* portals (key 0, network 0), keys, accounts, datasets: chains by what they are of */
	struct count *networks; /* NETWORKS of them */
	bool (*used)(struct store *s, struct tenant_id t, int64_t key, int64_t day, struct err *e);
	_Atomic(int64_t) saved_ns;
	_Atomic(bool) saving;
};

/* --- finding ------------------------------------------------------------------------------------- */

static struct count **chain_of(struct quota *q, const struct quota_purse *p)
{
	uint64_t h = 0xcbf29ce484222325u;
	const int64_t parts[] = { p->tenant, p->key, p->account, p->dataset };
	for (size_t i = 0; i < COUNT_OF(parts); i++) h = (h ^ (uint64_t)parts[i]) * 0x9e3779b97f4a7c15u, h ^= h >> 29;
	return &q->kept[h % KEPT];
}

static struct count *kept_or_null(struct quota *q, const struct quota_purse *p)
{
	struct count *c = *chain_of(q, p);
	while (c && (c->of.tenant != p->tenant || c->of.key != p->key || c->of.account != p->account || c->of.dataset != p->dataset)) c = c->next;
	return c;
}

static struct count *kept_of(struct quota *q, const struct quota_purse *p)
{
	struct count **chain = chain_of(q, p), *c = kept_or_null(q, p);
	if (c) return c;
	c = calloc(1, sizeof *c);
	ensure(c != NULL);
	c->of = *p;
	c->next = *chain;
	return *chain = c;
}

/* One after the other, in no order; NULL first, NULL at the end. */
static struct count *next_kept(struct quota *q, const struct count *c)
{
	if (c && c->next) return c->next;
	for (size_t i = c ? (size_t)(chain_of(q, &c->of) - q->kept) + 1 : 0; i < KEPT; i++)
		if (q->kept[i]) return q->kept[i];
	return NULL;
}

static uint64_t network_of(const struct quota *q, int64_t tenant, struct str client)
{
	unsigned char text[SALT + sizeof tenant + 16] = { 0 };
	unsigned char hash[16];
	char address[64] = { 0 };
	uint64_t out;
	memcpy(text, q->salt, SALT);
	memcpy(text + SALT, &tenant, sizeof tenant);
	if (client.n < sizeof address) memcpy(address, client.p, client.n);
	unsigned char *room = text + SALT + sizeof tenant;
	/* Whoever has an IPv6 address has a /64 of them. */
	if (inet_pton(AF_INET, address, room) != 1 && inet_pton(AF_INET6, address, room) == 1) memset(room + 8, 0, 8);
	crypt_blake2b(str_make((const char *)text, sizeof text), hash, sizeof hash);
	memcpy(&out, hash, sizeof out);
	return out | 1; /* never the zero of a portal */
}

static struct count *network_count(struct quota *q, const struct quota_purse *p)
{
	struct count *idlest = NULL;
	for (size_t i = 0; i < PROBES; i++) {
		struct count *c = &q->networks[(p->network + (uint64_t)p->dataset * SPREAD + i) % NETWORKS];
		if (c->of.network == p->network && c->of.tenant == p->tenant && c->of.dataset == p->dataset) return c;
		if (!idlest || c->calls < idlest->calls || (c->calls == idlest->calls && c->at_ns < idlest->at_ns)) idlest = c;
	}
	*idlest = (struct count){ .of = *p };
	return idlest;
}

static struct count *count_of(struct quota *q, const struct quota_purse *p)
{
	return p->network ? network_count(q, p) : kept_of(q, p);
}

/* --- periods ------------------------------------------------------------------------------------- */

const char *const quota_unit_words[QUOTA_UNITS] = { "second", "minute", "hour", "day", "month", "year" };

bool quota_unit_read(struct str word, enum quota_unit *out)
{
	for (unsigned i = 0; i < QUOTA_UNITS; i++) {
		if (!str_eq(word, str_of(quota_unit_words[i]))) continue;
		*out = (enum quota_unit)i;
		return true;
	}
	return false;
}

double quota_per_day(int64_t calls, enum quota_unit unit)
{
	static const double a_day[QUOTA_UNITS] = { [QUOTA_SECOND] = 86400, [QUOTA_MINUTE] = 1440, [QUOTA_HOUR] = 24, [QUOTA_DAY] = 1, [QUOTA_MONTH] = 1.0 / 30, [QUOTA_YEAR] = 1.0 / 365 };
	return calls ? (double)calls * a_day[unit] : HUGE_VAL;
}

/* When the period ends that a moment is in. */
static int64_t end_of(enum quota_unit unit, int64_t us)
{
	static const int64_t lengths[QUOTA_UNITS] = { [QUOTA_SECOND] = 1000000, [QUOTA_MINUTE] = 60000000, [QUOTA_HOUR] = INT64_C(3600000000), [QUOTA_DAY] = DAY_US };
	struct civil c;
	if (lengths[unit]) return (us / lengths[unit] + 1) * lengths[unit];
	clock_civil_of_us(us, &c);
	if (unit == QUOTA_YEAR) return clock_days(c.year + 1, 1, 1) * DAY_US;
	return clock_days(c.month == 12 ? c.year + 1 : c.year, c.month == 12 ? 1 : c.month + 1, 1) * DAY_US;
}

/* --- counting ------------------------------------------------------------------------------------ */

static void begin_day(struct quota *q, int64_t day)
{
	if (q->day == day) return;
	q->day = day;
	crypt_random(q->salt, sizeof q->salt);
	memset(q->networks, 0, NETWORKS * sizeof *q->networks);
	for (size_t i = 0; i < KEPT; i++) {
		for (struct count **at = &q->kept[i]; *at;) {
			struct count *c = *at;
			bool over = (c->of.dataset || c->of.account) && c->ends_us <= day * DAY_US;
			if (!c->of.dataset && !c->of.account) c->calls = 0;
			if (!over) {
				at = &c->next;
				continue;
			}
			*at = c->next;
			free(c);
		}
	}
}

/* What is in the bucket now. */
static void run_dry(struct count *c, int64_t now_ns)
{
	int64_t ms = (now_ns - c->at_ns) / 1000000;
	int64_t gone = c->budget_ms > 0 && ms < MINUTE_MS * 4 ? c->budget_ms * ms * 1000 / MINUTE_MS : c->work_us;
	c->work_us = gone >= c->work_us ? 0 : c->work_us - gone;
	c->at_ns = now_ns;
}

static bool refuse(struct quota_answer *out, enum quota_verdict why, int64_t limit, enum quota_unit unit, struct instant now, int64_t reset_us)
{
	out->verdict = why;
	out->unit = unit;
	out->limit = limit;
	out->remaining = 0;
	out->reset.us = reset_us;
	out->wait_s = num_max((reset_us - now.us + 999999) / 1000000, (int64_t)1);
	return false;
}

static bool has_work_left(struct count *c, const struct quota_ask *a, struct instant now, struct quota_answer *out)
{
	if (a->budget_ms <= 0) return true;
	run_dry(c, clock_monotonic_ns());
	c->budget_ms = a->budget_ms;
	int64_t over = c->work_us - a->budget_ms * 1000;
	if (over < 0) return true;
	int64_t until = (over / a->budget_ms + 1) * MINUTE_MS;
	return refuse(out, QUOTA_WORK, a->budget_ms, QUOTA_MINUTE, now, now.us + until);
}

static void tell(struct quota_answer *out, int64_t limit, int64_t calls, enum quota_unit unit, int64_t ends_us)
{
	int64_t left = limit - calls;
	if (limit <= 0 || (out->limited && left >= out->remaining)) return;
	out->limited = true;
	out->limit = limit;
	out->remaining = left;
	out->unit = unit;
	out->reset.us = ends_us;
}

static int64_t used_now(struct quota *q, const struct quota_purse *p, struct instant now)
{
	lock_take(&q->lock);
	begin_day(q, now.us / DAY_US);
	const struct count *c = kept_or_null(q, p);
	int64_t calls = c && (!p->account || c->ends_us > now.us) ? c->calls : 0;
	lock_give(&q->lock);
	return calls;
}

int64_t quota_used(struct quota *q, struct tenant_id t, int64_t key, struct instant now)
{
	return used_now(q, &(struct quota_purse){ .tenant = t.v, .key = key }, now);
}

int64_t quota_used_by(struct quota *q, struct tenant_id t, int64_t account, struct instant now)
{
	return used_now(q, &(struct quota_purse){ .tenant = t.v, .account = account }, now);
}

size_t quota_accounts(struct quota *q, struct tenant_id t, struct arena *a, struct instant now, struct quota_use **out)
{
	VEC(struct quota_use) list = { 0 };
	lock_take(&q->lock);
	begin_day(q, now.us / DAY_US);
	for (const struct count *c = NULL; (c = next_kept(q, c));)
		if (c->of.tenant == t.v && c->of.account && !c->of.key && !c->of.dataset && c->calls && c->ends_us > now.us) vec_push(a, &list, ((struct quota_use){ c->of.account, c->calls }));
	lock_give(&q->lock);
	*out = list.p;
	return list.n;
}

/* A period is known by its last day. */
bool quota_told(struct store_tx *tx, struct tenant_id t, int64_t account, enum quota_unit unit, struct instant now, int percent, bool *fresh, struct err *e)
{
	struct value day = VALUE_OF_INT((end_of(unit, now.us) - 1) / DAY_US);
	bool ok = store_run(tx, &queries[Q_told_put], t, STORE_PARAMS(VALUE_OF_INT(account), day, VALUE_OF_INT(percent)), e);
	*fresh = ok && store_changes(tx) == 1;
	return ok;
}

void quota_begin_anew(struct quota *q, struct tenant_id t, int64_t account)
{
	lock_take(&q->lock);
	struct count *c = kept_or_null(q, &(struct quota_purse){ .tenant = t.v, .account = account });
	if (c) {
		c->calls = 0;
		c->used = true;
	}
	lock_give(&q->lock);
}

/* A period that is over, or one of another length since the limit was changed, begins anew. */
static void begin_period(struct count *c, struct instant now, int64_t ends)
{
	if (c->ends_us <= now.us || c->ends_us > ends) c->calls = 0;
	c->ends_us = ends;
}

void quota_take(struct quota *q, const struct quota_ask *a, struct instant now, struct quota_answer *out)
{
	int64_t midnight = (now.us / DAY_US + 1) * DAY_US, ends = end_of(a->account_unit, now.us);
	*out = (struct quota_answer){ .unit = QUOTA_DAY, .reset = { midnight } };
	lock_take(&q->lock);
	begin_day(q, now.us / DAY_US);
	out->purse = (struct quota_purse){ .tenant = a->tenant.v, .key = a->key };
	if (!a->key) out->purse.account = a->account;
	if (!a->key && !a->account) out->purse.network = network_of(q, a->tenant.v, a->client);
	struct count *portal = kept_of(q, &(struct quota_purse){ .tenant = a->tenant.v });
	struct count *caller = count_of(q, &out->purse);
	struct count *person = a->account && a->account_calls > 0 ? kept_of(q, &(struct quota_purse){ .tenant = a->tenant.v, .account = a->account }) : NULL;
	if (person) begin_period(person, now, ends);
	bool fine = has_work_left(caller, a, now, out);
	if (fine && a->caller_calls > 0 && caller->calls >= a->caller_calls)
		fine = refuse(out, QUOTA_CALLER_CALLS, a->caller_calls, QUOTA_DAY, now, midnight);
	if (fine && person && person->calls >= a->account_calls)
		fine = refuse(out, QUOTA_ACCOUNT_CALLS, a->account_calls, a->account_unit, now, ends);
	if (fine && a->portal_calls > 0 && portal->calls >= a->portal_calls)
		fine = refuse(out, QUOTA_PORTAL_CALLS, a->portal_calls, QUOTA_DAY, now, midnight);
	if (fine) {
		/* What has no limit is not counted, so nothing is written down for it. */
		portal->calls += a->portal_calls > 0;
		caller->calls += a->caller_calls > 0;
		portal->used |= a->portal_calls > 0;
		caller->used = true;
		if (person) {
			person->calls++;
			person->used = true;
			tell(out, a->account_calls, person->calls, a->account_unit, ends);
		}
		tell(out, a->caller_calls, caller->calls, QUOTA_DAY, midnight);
		tell(out, a->portal_calls, portal->calls, QUOTA_DAY, midnight);
	}
	lock_give(&q->lock);
}

/* --- one dataset ---------------------------------------------------------------------------------- */

void quota_take_dataset(struct quota *q, const struct quota_dataset *a, struct instant now, struct quota_answer *out)
{
	int64_t ends = end_of(a->unit, now.us);
	*out = (struct quota_answer){ .reset = { ends }, .purse = { .tenant = a->tenant.v, .account = a->account, .dataset = a->dataset } };
	lock_take(&q->lock);
	begin_day(q, now.us / DAY_US);
	if (!a->account) out->purse.network = network_of(q, a->tenant.v, a->client);
	struct count *c = count_of(q, &out->purse);
	begin_period(c, now, ends);
	bool fine = c->calls < a->calls || refuse(out, QUOTA_DATASET_CALLS, a->calls, a->unit, now, ends);
	if (fine) {
		c->calls++;
		c->used = true;
		tell(out, a->calls, c->calls, a->unit, ends);
	}
	lock_give(&q->lock);
}

void quota_charge(struct quota *q, const struct quota_purse *p, int64_t us)
{
	if (!p->tenant || us <= 0) return;
	lock_take(&q->lock);
	struct count *c = count_of(q, p);
	if (c->budget_ms > 0) {
		run_dry(c, clock_monotonic_ns());
		c->work_us = num_min(c->work_us + us, 2 * c->budget_ms * 1000);
	}
	lock_give(&q->lock);
}

/* --- keeping ------------------------------------------------------------------------------------- */

struct noted { VEC(struct count) v; };

static struct noted take_used(struct quota *q, struct arena *a, int64_t *day)
{
	struct noted list = { 0 };
	lock_take(&q->lock);
	*day = q->day;
	for (struct count *c = NULL; (c = next_kept(q, c));) {
		if (!c->used) continue;
		c->used = false;
		vec_push(a, &list.v, *c);
	}
	lock_give(&q->lock);
	return list;
}

static bool put_count(struct store_tx *tx, const struct count *c, int64_t day, struct err *e)
{
	struct tenant_id t = { c->of.tenant };
	struct value calls = VALUE_OF_INT(c->calls);
	/* Of a period that is over nothing is worth keeping: a second's seldom is. */
	if (c->of.account && (c->calls == 0 || c->ends_us <= clock_now().us)) return store_run(tx, &queries[Q_tally_remove], t, STORE_PARAMS(VALUE_OF_INT(c->of.account), VALUE_OF_INT(c->of.dataset)), e);
	if (c->of.account)
		return store_run(tx, &queries[Q_tally_put], t, STORE_PARAMS(VALUE_OF_INT(c->of.account), VALUE_OF_INT(c->of.dataset), VALUE_OF_INT(c->ends_us), calls), e);
	return c->calls == 0 || store_run(tx, &queries[Q_count_put], t, STORE_PARAMS(VALUE_OF_INT(c->of.key), VALUE_OF_INT(day), calls), e);
}

static bool write_down(struct quota *q, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	int64_t day;
	struct noted list = take_used(q, &a, &day);
	if (!list.v.n) return true;
	if (!store_begin(q->store, STORE_WRITE, &tx, e)) return false;
	bool ok = true;
	for (size_t i = 0; ok && i < list.v.n; i++) ok = put_count(tx, &list.v.p[i], day, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	for (size_t i = 0; ok && q->used && i < list.v.n; i++)
		if (list.v.p[i].of.key) ok = q->used(q->store, (struct tenant_id){ list.v.p[i].of.tenant }, list.v.p[i].of.key, day, e);
	return ok;
}

bool quota_save(struct quota *q, bool now, struct err *e)
{
	int64_t ns = clock_monotonic_ns();
	if (!now && ns - atomic_load_explicit(&q->saved_ns, memory_order_relaxed) < INT64_C(1000000000) * SAVE_S) return true;
	if (atomic_exchange_explicit(&q->saving, true, memory_order_acquire)) return true;
	atomic_store_explicit(&q->saved_ns, ns, memory_order_relaxed);
	bool ok = write_down(q, e);
	atomic_store_explicit(&q->saving, false, memory_order_release);
	return ok;
}

void quota_on_used(struct quota *q, bool (*used)(struct store *, struct tenant_id, int64_t, int64_t, struct err *))
{
	q->used = used;
}

/* Rows of tenant, key, account, dataset, calls, end. */
static bool read_counts(struct quota *q, struct store_tx *tx, int query, int64_t after, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask_house(tx, &house_queries[query], STORE_PARAMS(VALUE_OF_INT(after)), &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct quota_purse p = { .tenant = store_int(r, 0), .key = store_int(r, 1), .account = store_int(r, 2), .dataset = store_int(r, 3) };
		struct count *c = kept_of(q, &p);
		c->calls = store_int(r, 4);
		c->ends_us = store_int(r, 5);
	}
	store_stop(r);
	return step == STORE_DONE;
}

static bool read_today(struct quota *q, struct err *e)
{
	struct store_tx *tx;
	int64_t now = clock_now().us;
	if (!store_begin(q->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run_house(tx, &house_queries[H_counts_old], STORE_PARAMS(VALUE_OF_INT(q->day)), e) &&
	          store_run_house(tx, &house_queries[H_tallies_old], STORE_PARAMS(VALUE_OF_INT(now)), e) &&
	          read_counts(q, tx, H_counts_of, q->day, e) && read_counts(q, tx, H_tallies_of, now, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool quota_open(struct store *s, struct quota **out, struct err *e)
{
	struct quota *q = calloc(1, sizeof *q);
	ensure(q != NULL);
	q->store = s;
	q->networks = calloc(NETWORKS, sizeof *q->networks);
	ensure(q->networks != NULL);
	lock_init(&q->lock, LOCK_QUOTA);
	atomic_init(&q->saved_ns, clock_monotonic_ns());
	begin_day(q, clock_now().us / DAY_US);
	if (!read_today(q, e)) {
		quota_close(q);
		return false;
	}
	*out = q;
	return true;
}

void quota_close(struct quota *q)
{
	if (!q) return;
	struct err ignored = { 0 };
	/* What cannot be written now is lost with the process: a minute of counting. */
	if (!quota_save(q, true, &ignored)) ignored.code = ERR_NONE;
	for (size_t i = 0; i < KEPT; i++) {
		while (q->kept[i]) {
			struct count *next = q->kept[i]->next;
			free(q->kept[i]);
			q->kept[i] = next;
		}
	}
	free(q->networks);
	lock_done(&q->lock);
	free(q);
}
