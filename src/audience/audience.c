/* The room's thread: empties the ring, turns hours and days over, writes down what was counted every two minutes, and once a day
 * removes what is past its time. Statements run without the lock: what was gathered is handed to one writer, and kept until
 * the store has taken it. */
#include "audience/inside.h"
#include <stdlib.h>

enum { FLUSH_S = 120, LOOK_MS = 200, AT_ONCE = 256 };
#define DAY_US INT64_C(86400000000)

bool audience_open(struct store *s, struct tenants *ts, struct audience **out, struct err *e)
{
	struct audience *a = calloc(1, sizeof *a);
	ensure(a != NULL);
	if (!ring_open(&a->ring, e)) {
		free(a);
		return false;
	}
	a->store = s;
	a->tenants = ts;
	a->upkeep_day = INT64_MIN;
	a->locked = true;
	lock_init(&a->lock, LOCK_AUDIENCE);
	lock_bell_init(&a->bell);
	*out = a;
	return true;
}

void audience_count(struct audience *a, const struct audience_hit *h)
{
	/* What is not to be counted never reaches memory of ours. */
	if (h->uncounted || !a->running) return;
	if (h->at.us) {
		ring_put(&a->ring, h);
		return;
	}
	struct audience_hit now = *h;
	now.at = clock_now();
	ring_put(&a->ring, &now);
}

/* --- under the lock ------------------------------------------------------------------------------------------------ */

static struct gather *gather_of(struct audience *a)
{
	if (a->batch) return a->batch;
	a->batch = calloc(1, sizeof *a->batch);
	ensure(a->batch != NULL);
	return a->batch;
}

static struct portal *portal_of(struct audience *a, int64_t tenant)
{
	struct portal *p = a->portals;
	while (p && p->tenant != tenant) p = p->next;
	if (p) return p;
	p = portal_new(tenant);
	p->next = a->portals;
	a->portals = p;
	a->locked = a->locked && p->locked;
	return p;
}

static const struct audience_agent *agent_of(struct audience *a, struct str user_agent)
{
	uint64_t hash = map_hash(user_agent) | 1; /* 0: an empty place */
	struct agent_memo *m = &a->agents[hash / 2 % AGENTS];
	if (m->hash != hash) {
		audience_agent(user_agent, &m->agent);
		m->hash = hash;
	}
	return &m->agent;
}

static void count_one(struct audience *a, const struct audience_hit *h)
{
	struct portal *p = portal_of(a, h->tenant);
	if (!portal_refresh(p, a->tenants)) return;
	portal_turn(p, h->at, gather_of(a));
	portal_count(p, h, agent_of(a, h->user_agent), a->place, a->centres);
}

/* True when more waits. */
static bool drain_some(struct audience *a)
{
	struct audience_hit h;
	for (int i = 0; i < AT_ONCE; i++) {
		if (!ring_peek(&a->ring, &h)) return false;
		count_one(a, &h);
		ring_drop(&a->ring);
	}
	explicit_bzero(&h, sizeof h);
	return true;
}

static void turn_all(struct audience *a, struct instant now)
{
	for (struct portal *p = a->portals; p; p = p->next) {
		if (p->hour == INT64_MIN) continue;
		portal_turn(p, now, gather_of(a));
		int64_t before = now.us / 1000000 - VISIT_GAP_S;
		if (before > 0) people_end_visits(&p->people, &p->daily, (uint32_t)before);
	}
}

static void drain_all(struct audience *a)
{
	bool more = true;
	while (more) {
		lock_take(&a->lock);
		more = drain_some(a);
		lock_give(&a->lock);
	}
}

void audience_drain(struct audience *a)
{
	drain_all(a);
	lock_take(&a->lock);
	turn_all(a, clock_now());
	lock_give(&a->lock);
}

/* --- writing ---------------------------------------------------------------------------------------------------------- */

bool audience_flush(struct audience *a, struct err *e)
{
	audience_drain(a);
	lock_take(&a->lock);
	while (a->writing) lock_bell_wait(&a->bell, &a->lock);
	a->writing = true;
	bool good = true;
	/* First what the store refused before, then what came since. */
	for (int round = 0; good && round < 2; round++) {
		if (!a->pending) {
			for (struct portal *p = a->portals; p; p = p->next) portal_collect(p, gather_of(a));
			a->pending = a->batch;
			a->batch = NULL;
			round = 1;
		}
		struct gather *g = a->pending;
		if (!g) break;
		lock_give(&a->lock);
		good = gather_write(a->store, g, e);
		lock_take(&a->lock);
		if (!good) break;
		a->pending = NULL;
		gather_done(g);
		free(g);
	}
	if (good) a->flushed = clock_now();
	a->writing = false;
	lock_bell_ring_all(&a->bell);
	lock_give(&a->lock);
	return good;
}

bool audience_upkeep(struct audience *a, struct err *e)
{
	auto_arena arena = ARENA_INIT;
	struct tenant_id *ids;
	if (!audience_flush(a, e)) return false;
	size_t n = tenants_list(a->tenants, &arena, &ids);
	for (size_t i = 0; i < n; i++) {
		const struct tenant *t = tenants_hold_or_null(a->tenants, ids[i]);
		if (!t) continue;
		bool good = write_upkeep(a->store, t, clock_now(), e);
		tenant_release(a->tenants, t);
		if (!good) return false;
	}
	return true;
}

bool audience_erase(struct audience *a, struct tenant_id t, struct err *e)
{
	/* What is counted so far is written first, so that it goes with the rest. */
	if (!audience_flush(a, e)) return false;
	lock_take(&a->lock);
	for (struct portal **p = &a->portals; *p; p = &(*p)->next) {
		if ((*p)->tenant != t.v) continue;
		struct portal *gone = *p;
		*p = gone->next;
		portal_free(gone);
		break;
	}
	lock_give(&a->lock);
	return write_erase(a->store, t, clock_now(), e);
}

void audience_state(struct audience *a, struct audience_state *out)
{
	lock_take(&a->lock);
	*out = (struct audience_state){ .running = a->running, .locked = a->locked, .countries = a->place != NULL, .flushed = a->flushed,
		                        .left_out = atomic_load_explicit(&a->ring.left_out, memory_order_relaxed) };
	lock_give(&a->lock);
}

size_t audience_bytes(struct audience *a, struct tenant_id t)
{
	lock_take(&a->lock);
	const struct portal *p = a->portals;
	while (p && p->tenant != t.v) p = p->next;
	size_t n = p ? portal_bytes(p) : 0;
	lock_give(&a->lock);
	return n;
}

/* --- the thread --------------------------------------------------------------------------------------------------------- */

static void complain(struct audience *a, const struct err *e)
{
	if (a->log) log_say(a->log, LOG_LEVEL_WARN, "the audience could not be written down; it is tried again", log_text("cause", str_of(e->priv)));
}

static void work(struct audience *a, int64_t *flush_due_ns)
{
	struct err e = { 0 };
	int64_t now_ns = clock_monotonic_ns(), day = clock_now().us / DAY_US;
	audience_drain(a);
	lock_take(&a->lock);
	bool over = a->batch != NULL && a->batch->lines.n > 0;
	lock_give(&a->lock);
	bool daily = day != a->upkeep_day;
	if (!over && !daily && now_ns < *flush_due_ns) return;
	*flush_due_ns = now_ns + FLUSH_S * INT64_C(1000000000);
	if (daily ? audience_upkeep(a, &e) : audience_flush(a, &e)) a->upkeep_day = day;
	else complain(a, &e);
}

static void *run(void *arg)
{
	struct audience *a = arg;
	int64_t flush_due_ns = clock_monotonic_ns() + FLUSH_S * INT64_C(1000000000);
	bool stop = false;
	while (!stop) {
		work(a, &flush_due_ns);
		lock_take(&a->lock);
		if (!a->stop && !ring_is_filling(&a->ring)) (void)lock_bell_wait_until(&a->bell, &a->lock, clock_monotonic_ns() + LOOK_MS * INT64_C(1000000));
		stop = a->stop;
		lock_give(&a->lock);
	}
	return NULL;
}

bool audience_start(struct audience *a, const char *geoip, const char *centres, struct log *log, struct err *e)
{
	if (geoip && *geoip && !audience_place_open(geoip, &a->place, e)) return false;
	if (centres && *centres && !centres_open(centres, &a->centres, e)) return false;
	a->log = log;
	a->running = true;
	if (pthread_create(&a->thread, NULL, run, a) == 0) return true;
	a->running = false;
	return err_set(e, ERR_SYSTEM, "the thread that counts the audience cannot be started");
}

void audience_close(struct audience *a)
{
	struct err e = { 0 };
	if (!a) return;
	if (a->running) {
		lock_take(&a->lock);
		a->stop = true;
		lock_bell_ring_all(&a->bell);
		lock_give(&a->lock);
		pthread_join(a->thread, NULL);
		lock_take(&a->lock);
		for (struct portal *p = a->portals; p; p = p->next) people_end_visits(&p->people, &p->daily, UINT32_MAX);
		lock_give(&a->lock);
		if (!audience_flush(a, &e)) complain(a, &e);
		a->running = false;
	}
	while (a->portals) {
		struct portal *next = a->portals->next;
		portal_free(a->portals);
		a->portals = next;
	}
	struct gather *const left[] = { a->batch, a->pending };
	for (size_t i = 0; i < COUNT_OF(left); i++) {
		gather_done(left[i]);
		free(left[i]);
	}
	audience_place_close(a->place);
	centres_close(a->centres);
	ring_close(&a->ring);
	lock_bell_done(&a->bell);
	lock_done(&a->lock);
	free(a);
}
