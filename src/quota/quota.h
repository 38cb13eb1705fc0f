/* How often callers call and how long the server works for them: counts of a day (of an account, of the period its limit
 * is for), and a bucket of work that runs dry by itself. In memory, one short lock; the counts of portals and keys are written down once a
 * minute and at the end, so that a restart does not begin the day anew.
 *
 * Refuses to know who people are: a caller without a key is a keyed hash of the network they come from (an
 * IPv4 address, the first 64 bits of an IPv6 one) under a salt that is drawn each day and never stored, so
 * the counts of one day cannot be joined to those of another, nor to an address. At most 16,384 such callers
 * are remembered; beyond that the idlest make room.
 *
 * Periods begin and end by the clock of UTC: a day at 00:00, a month and a year with their first day. Threads: any; quota_save waits for the store, the others never wait. */
#ifndef QUOTA_QUOTA_H
#define QUOTA_QUOTA_H

#include "base/base.h"
#include "clock/clock.h"
#include "store/store.h"
#include "value/value.h"

struct quota;
bool quota_open(struct store *s, struct quota **out, struct err *e) must_use nonnull_all;
/* Writes the counts down, then frees. */
void quota_close(struct quota *q);

/* Who pays; zero: nobody. */
struct quota_purse {
	int64_t tenant, key, account; /* neither: by network, or the portal as a whole */
	int64_t dataset;              /* 0: the calls of all */
	uint64_t network;
};

/* The periods that calls are counted in. */
enum quota_unit { QUOTA_SECOND, QUOTA_MINUTE, QUOTA_HOUR, QUOTA_DAY, QUOTA_MONTH, QUOTA_YEAR, QUOTA_UNITS,
	QUOTA_RULE_UNITS = QUOTA_YEAR }; /* a dataset's rules know the ones before */
extern const char *const quota_unit_words[QUOTA_UNITS]; /* "second" … */
/* False: no unit is called so. */
bool quota_unit_read(struct str word, enum quota_unit *out) must_use nonnull_all;
/* What so many calls a unit come to in a day, to tell which of two limits is the larger; 0 calls, which are no limit, are the most. */
double quota_per_day(int64_t calls, enum quota_unit unit);

/* One call that asks to be let in; limits of 0 are none. */
struct quota_ask {
	struct tenant_id tenant;
	int64_t key;
	int64_t account;        /* whose key it is, or who is signed in; 0: nobody known */
	struct str client;      /* address as text, when key and account are 0 */
	int64_t portal_calls;   /* a day, all callers together */
	int64_t caller_calls;   /* a day, this key or address */
	int64_t account_calls;  /* in the period below, this account with all its keys */
	enum quota_unit account_unit;
	int64_t budget_ms;      /* work a minute, this caller */
};
enum quota_verdict { QUOTA_FINE, QUOTA_PORTAL_CALLS, QUOTA_CALLER_CALLS, QUOTA_ACCOUNT_CALLS, QUOTA_DATASET_CALLS, QUOTA_WORK };
struct quota_answer {
	enum quota_verdict verdict;
	bool limited;               /* a limit of calls applies: the three below are of the one that is nearest */
	int64_t limit, remaining;
	enum quota_unit unit;       /* what the limit is for */
	struct instant reset;       /* the end of that period, or when the bucket has room again */
	int64_t wait_s;             /* of a refusal: seconds until then, at least 1 */
	struct quota_purse purse;
};
/* Counts the call, unless it is refused. */
void quota_take(struct quota *q, const struct quota_ask *a, struct instant now, struct quota_answer *out) nonnull_all;
/* The calls of a dataset by one caller within a unit of time; one who is not known is forgotten at the end of the day, whatever the unit. */
struct quota_dataset { struct tenant_id tenant; int64_t account, dataset, calls; enum quota_unit unit; struct str client; };
void quota_take_dataset(struct quota *q, const struct quota_dataset *a, struct instant now, struct quota_answer *out) nonnull_all;
/* Calls of an account in the present period, where it has a quota. */
int64_t quota_used_by(struct quota *q, struct tenant_id t, int64_t account, struct instant now) nonnull_all;
/* Accounts that called in the present period, where they have a quota; in the arena. */
struct quota_use { int64_t account, calls; };
size_t quota_accounts(struct quota *q, struct tenant_id t, struct arena *a, struct instant now, struct quota_use **out) nonnull_all;
/* Notes that somebody is told within this period of having used so many percent (account 0: of the portal's calls); *fresh: nobody was before. In the
 * transaction that posts the letters, so that who is noted as told has been. */
bool quota_told(struct store_tx *tx, struct tenant_id t, int64_t account, enum quota_unit unit, struct instant now, int percent, bool *fresh, struct err *e) must_use nonnull_all;
/* Begins an account's count anew, since its quota was changed. */
void quota_begin_anew(struct quota *q, struct tenant_id t, int64_t account) nonnull_all;
/* Calls of a key, or of the portal as a whole (key 0), on the day of `now`. */
int64_t quota_used(struct quota *q, struct tenant_id t, int64_t key, struct instant now) nonnull_all;
/* Adds microseconds of work to a caller's bucket, which holds at most twice its budget: nobody waits longer
 * than a minute. */
void quota_charge(struct quota *q, const struct quota_purse *p, int64_t us) nonnull_all;
/* Writes down what changed, and which keys were used today (key_used, for whom these are), when a minute has
 * passed since the last time or `now` is set. One thread does it, others go on. */
bool quota_save(struct quota *q, bool now, struct err *e) must_use nonnull_all;
/* What quota_save calls for each key that was used since. */
void quota_on_used(struct quota *q, bool (*used)(struct store *s, struct tenant_id t, int64_t key, int64_t day, struct err *e));

#endif
