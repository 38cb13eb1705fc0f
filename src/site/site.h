/* Everything a request or command needs to reach, in one const struct handed down from the roof:
 * store, engine, portals, accounts, quotas, catalogue. No logic of its own. */
#ifndef SITE_SITE_H
#define SITE_SITE_H

#include "account/account.h"
#include "audience/audience.h"
#include "base/base.h"
#include "catalog/catalog.h"
#include "conf/conf.h"
#include "consent/consent.h"
#include "engine/engine.h"
#include "event/event.h"
#include "log/log.h"
#include "look/look.h"
#include "oauth/oauth.h"
#include "pool/pool.h"
#include "quota/quota.h"
#include "registry/registry.h"
#include "session/session.h"
#include "store/store.h"
#include "tenant/tenant.h"
#include "vault/vault.h"

struct live;
struct draw;
struct policy_shelf;
struct tile_shelf;
struct mail;
struct profiles;
struct pages;
struct jobs;
struct trace;
struct backups;

struct site {
	struct str folder; /* the data folder, absolute */
	struct store *store;
	struct engine *engine;
	struct tenants *tenants;
	struct accounts *accounts;
	struct quota *quota;
	struct catalog *catalog;
	struct vault *vault;
	struct events *events;
	struct sessions *sessions;
	struct oauth *oauth;
	struct registries *registries;
	struct consent *consent;
	struct audience *audience;
	struct looks *looks;
	struct pages *pages; /* page/ */
	struct mail *mail;
	struct draw *draw; /* pictures for link previews; nothing is read before the first */
	int listen_port;   /* 0 while no server runs */
	const struct conf *conf; /* settings of the server; NULL while none runs and no command needs them */
	struct log *log;   /* NULL while no server runs: saying is then nobody's */
	struct bell *bell; /* deadlines of long work; NULL while no server runs */
	struct lane *haul; /* long work, such as exports; NULL while no server runs */
	struct policy_shelf *shelf; /* finished PDF files; NULL while no server runs; policy/ */
	struct profiles *profiles; /* what columns hold; NULL while no server runs; profile/ sets it */
	struct tile_shelf *tiles; /* points that maps ask for; tile/ */
	void (*changed)(void *arg, struct tenant_id t); /* the server's ear for site_changed; NULL while none runs */
	void *changed_arg;
	/* Somebody reads a dataset of another server that is live; job/ sets it, NULL while no server runs. */
	void (*asked)(void *arg, struct tenant_id t, int64_t dataset);
	void *asked_arg;
	struct jobs *jobs; /* workers of the queue; NULL while no server runs; job/ sets it */
	struct trace *trace; /* acts, and sources of figures; NULL: nothing is written down; trace/ sets it */
	struct backups *backups; /* NULL while no server runs; transfer/ sets it */
	struct live *live; /* records that come one by one; live/ sets it */
};

/* Opens everything below a data folder (made when missing) and sweeps what a crash left behind. The
 * caller holds the folder's lock. */
struct site_options {
	int64_t memory_mb, temp_mb;
	int engine_threads;
	struct account_settings accounts;
	bool passing; /* only to be looked at, as a backup is: no file of keys is read or made */
};
bool site_open(struct str folder, const struct site_options *o, struct site **out, struct err *e) must_use nonnull_all;
void site_close(struct site *s);

/* What a server does by itself: every minute, and with `daily` also what is due once a day. False with the first failure; all
 * else was done. */
bool site_upkeep(struct site *s, bool daily, struct err *e) must_use nonnull_all;

/* SES-14: what a backup brought back must not open anything that was shut since: everybody signs in anew, and links in letters,
 * half-done sign-ins and counts of failures are void, and ledgers of consent whose head is not signed wait for an operator. */
bool site_after_restore(struct site *s, struct err *e) must_use nonnull_all;

/* What pages show of a portal has changed: finished answers are no longer given. */
void site_changed(struct site *s, struct tenant_id t) nonnull_all;

/* A portal and its catalogue, held together for one visit. */
struct site_visit {
	struct site *site;
	const struct tenant *tenant;
	const struct catalog_view *view;
};
/* False: ERR_NO_PORTAL, ERR_RESTORING, or what the store said. */
bool site_enter(struct site *s, struct str host, struct site_visit *out, struct err *e) must_use nonnull_all;
void site_leave(struct site_visit *v);

#endif
