/* What a server does by itself, for all portals: every minute what people would notice the lack of, and once a day what is due
 * to be forgotten. Each thing is tried even when another failed. */
#include "site/site.h"
#include "page/page.h"

#define DAY_US INT64_C(86400000000)
enum { DAYS_OF_MONTH = 30 };

/* The first failure is told; the rest goes on. */
static bool note(bool ok, struct err *own, struct err *e)
{
	if (!ok && e->code == ERR_NONE) *e = *own;
	*own = (struct err){ 0 };
	return ok;
}

static bool of_portal(struct site *s, const struct tenant *t, bool daily, struct err *e)
{
	struct err own = { 0 };
	int64_t n;
	sessions_purge(s->sessions, t);
	if (!daily) return true;
	struct instant before = { clock_now().us - tenant_number(t, "log.event_months") * DAYS_OF_MONTH * DAY_US };
	return note(event_sweep(s->events, t->id, before, &n, &own), &own, e);
}

bool site_upkeep(struct site *s, bool daily, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct err own = { 0 };
	struct tenant_id *ids;
	bool ok = true;
	size_t n = tenants_list(s->tenants, &a, &ids);
	for (size_t i = 0; i < n; i++) {
		const struct tenant *t = tenants_hold_or_null(s->tenants, ids[i]);
		if (!t) continue;
		ok = of_portal(s, t, daily, e) && ok;
		tenant_release(s->tenants, t);
	}
	ok = note(sessions_upkeep(s->sessions, &own), &own, e) && ok;
	ok = note(consent_upkeep(s->consent, clock_now(), &own), &own, e) && ok;
	if (!daily) return ok;
	int64_t gone;
	ok = note(tenants_sweep(s->tenants, clock_now(), &own), &own, e) && ok;
	ok = note(oauth_upkeep(s->oauth, &own), &own, e) && ok;
	ok = note(pages_sweep(s->pages, &own), &own, e) && ok;
	return note(accounts_sweep(s->accounts, &gone, &own), &own, e) && ok;
}

bool site_after_restore(struct site *s, struct err *e)
{
	/* Sessions of an older epoch are over; upkeep says so in the log and forgets them. */
	return accounts_after_restore(s->accounts, e) && oauth_after_restore(s->oauth, e) && sessions_upkeep(s->sessions, e) && consent_after_restore(s->consent, e);
}
