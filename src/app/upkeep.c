/* One thread that wakes every minute: site_upkeep, and what is due once a day at its first turn and every day after. */
#include "app/inside.h"
#include "clock/clock.h"
#include "config/config.h"
#include "engage/engage.h"
#include "fetch/fetch.h"
#include "log/log.h"
#include "publish/publish.h"
#include "saved/saved.h"
#include "sso/sso.h"
#include "trace/trace.h"
#include <errno.h>
#include <stdlib.h>

#define MINUTE_NS INT64_C(60000000000)
enum { DAY_S = 86400 };

struct upkeep {
	struct lock lock; /* LOCK_UPKEEP; guards stopping */
	struct lock_bell wake;
	bool stopping;
	struct site *site;
	pthread_t thread;
	bool started;
	uint64_t lost;    /* lines of the security log that were told to be lost */
};

static void turn(struct upkeep *u, bool daily)
{
	struct err e = { 0 };
	if (!site_upkeep(u->site, daily, &e)) log_failure(u->site->log, LOG_LEVEL_ERROR, "upkeep", &e);
	e = (struct err){ 0 };
	if (daily && !sso_sweep(u->site->store, &e)) log_failure(u->site->log, LOG_LEVEL_ERROR, "upkeep", &e);
	e = (struct err){ 0 };
	if (!engage_upkeep(u->site, daily, &e)) log_failure(u->site->log, LOG_LEVEL_ERROR, "upkeep", &e);
	e = (struct err){ 0 };
	if (daily && !saved_sweep(u->site->store, clock_now(), &e)) log_failure(u->site->log, LOG_LEVEL_ERROR, "upkeep", &e);
	e = (struct err){ 0 };
	if (daily && !fetch_sweep(u->site, &e)) log_failure(u->site->log, LOG_LEVEL_ERROR, "upkeep", &e);
	e = (struct err){ 0 };
	if (daily && !publish_supply_sweep(u->site, &e)) log_failure(u->site->log, LOG_LEVEL_ERROR, "upkeep", &e);
	e = (struct err){ 0 };
	if (daily && !config_sweep(u->site, &e)) log_failure(u->site->log, LOG_LEVEL_ERROR, "upkeep", &e);
	publish_seen_sweep(u->site, false);
	e = (struct err){ 0 };
	if (daily && !trace_sweep(u->site, &e)) log_failure(u->site->log, LOG_LEVEL_ERROR, "upkeep", &e);
	e = (struct err){ 0 };
	if (!trace_flush(u->site, &e)) log_failure(u->site->log, LOG_LEVEL_ERROR, "upkeep", &e);
	if (daily && u->site->conf) event_addresses_sweep(u->site->folder, u->site->conf->address_log_days, clock_now());
	e = (struct err){ 0 };
	if (!store_settle(u->site->store, &e)) log_failure(u->site->log, LOG_LEVEL_ERROR, "upkeep", &e);
	uint64_t lost = event_lost(u->site->events);
	if (lost != u->lost) log_say(u->site->log, LOG_LEVEL_ERROR, "events.lost", log_int("lines", (int64_t)lost));
	u->lost = lost;
}

static void *work(void *arg)
{
	struct upkeep *u = arg;
	int64_t day = -1;
	lock_take(&u->lock);
	while (!u->stopping) {
		lock_bell_wait_until(&u->wake, &u->lock, clock_monotonic_ns() + MINUTE_NS);
		if (u->stopping) break;
		lock_give(&u->lock);
		int64_t today = clock_now().us / 1000000 / DAY_S;
		turn(u, today != day);
		day = today;
		lock_take(&u->lock);
	}
	lock_give(&u->lock);
	return NULL;
}

bool upkeep_open(struct site *s, struct upkeep **out, struct err *e)
{
	struct upkeep *u = calloc(1, sizeof *u);
	ensure(u != NULL);
	u->site = s;
	lock_init(&u->lock, LOCK_UPKEEP);
	lock_bell_init(&u->wake);
	errno = pthread_create(&u->thread, NULL, work, u);
	u->started = errno == 0;
	*out = u;
	return u->started || err_os(e, "start the thread of upkeep");
}

void upkeep_close(struct upkeep *u)
{
	if (!u) return;
	lock_take(&u->lock);
	u->stopping = true;
	lock_bell_ring_all(&u->wake);
	lock_give(&u->lock);
	if (u->started) pthread_join(u->thread, NULL);
	lock_bell_done(&u->wake);
	lock_done(&u->lock);
	free(u);
}
