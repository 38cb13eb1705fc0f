/* How much a portal is read (ANA-*): sums made by the server while it answers, and nothing about anybody. Nothing is stored
 * on a device, nothing but what every request carries is looked at, and no row is ever about one reader: what is kept are
 * counters by hour and day, and numbers of distinct visitors by day.
 *
 * A visitor is 8 bytes of an HMAC over address and User-Agent under a salt of the portal's day (ANA-5, ANA-6). Salts live in locked
 * memory that no core dump holds; they are overwritten at the portal's midnight and at every start, so that yesterday's
 * visitors mean nothing today, to nobody. Addresses and User-Agents are overwritten once counted, within a few seconds.
 *
 * audience_count is called by the http thread for every answer: it copies what is needed into a ring and returns; a thread
 * of the room does the rest. When the ring is full a hit is left out, and audience_state says how many were.
 * Memory of a portal is bounded (below 1 MiB): beyond the bounds names fold into "other".
 *
 * Distinct counting: exactly up to 1,024, then HyperLogLog (Flajolet et al. 2007, with linear counting for small ranges) with 2^12
 * registers for a path or a dataset (standard error 1.04/sqrt(4096) = 1.6 %) and 2^14 for the portal (0.8 %): so that a
 * million is told within 3 % always, and not only fifteen times in sixteen.
 * Refuses to know pages; patterns of routes are texts to it (kinds.def). The door to libmaxminddb. */
#ifndef AUDIENCE_AUDIENCE_H
#define AUDIENCE_AUDIENCE_H

#include "base/base.h"
#include "clock/clock.h"
#include "log/log.h"
#include "store/store.h"
#include "tenant/tenant.h"
#include "value/value.h"

struct audience;

/* Nothing is counted before audience_start. */
bool audience_open(struct store *s, struct tenants *ts, struct audience **out, struct err *e) must_use nonnull_all;
/* Starts the thread. `geoip` is the path of a local database of countries (.mmdb), or empty: then no country is known. `centres` is
 * that of a list of networks whose page views are robots', or empty. Fails with ERR_USAGE when one cannot be read. Keeps the log. */
bool audience_start(struct audience *a, const char *geoip, const char *centres, struct log *log_or_null, struct err *e) must_use;
/* Writes down what is counted, then frees. */
void audience_close(struct audience *a);

/* --- counting --------------------------------------------------------------------------------------------------- */

enum audience_method { AUDIENCE_GET, AUDIENCE_POST, AUDIENCE_OTHER };
enum { AUDIENCE_ADDRESS = 16 };
/* One answer. Views are needed during the call only. */
struct audience_hit {
	int64_t tenant;
	struct instant at;              /* 0: now */
	enum audience_method method;
	const char *pattern_or_null;    /* of the route, for ever; NULL: no such address */
	struct str target;              /* as sent */
	int status;
	int64_t us;                     /* until the answer was made */
	bool html;                      /* the resource is a page */
	bool uncounted;                 /* a signal, an objection, an administrator, a prefetch: nothing is noted */
	bool found_nothing;             /* a search without a result */
	bool with_key;                  /* an API key or an account came along */
	unsigned char client[AUDIENCE_ADDRESS]; /* IPv4 as mapped */
	struct str host, user_agent, referer, accept, fetch_dest, language;
};
/* Any one thread (the http thread); never waits. */
void audience_count(struct audience *a, const struct audience_hit *h) nonnull_all;
/* Whether these fields of a request say that it is not to be counted (ANA-2, ANA-6.5): values of Sec-GPC, DNT, Sec-Purpose, Purpose,
 * X-moz, Cookie. An objection is believed as it stands: what is not signed can only lower the count. */
enum audience_field { AUDIENCE_GPC, AUDIENCE_DNT, AUDIENCE_PURPOSE, AUDIENCE_COOKIE };
bool audience_declines(enum audience_field f, struct str value) must_use;
/* Writes down everything counted so far. Any thread; waits for the store. */
bool audience_flush(struct audience *a, struct err *e) must_use nonnull_all;
/* What a server does once a day: closes days that are over, removes what is past its time (ANA-14). Also done by the thread. */
bool audience_upkeep(struct audience *a, struct err *e) must_use nonnull_all;
/* Removes everything counted for a portal (ANA-17). */
bool audience_erase(struct audience *a, struct tenant_id t, struct err *e) must_use nonnull_all;

struct audience_state {
	bool running;
	bool locked;           /* salts are in memory that is never swapped out */
	bool countries;        /* a database of countries is read */
	uint64_t left_out;     /* hits that found the ring full */
	struct instant flushed; /* last time something was written down; 0: not yet */
};
void audience_state(struct audience *a, struct audience_state *out) nonnull_all;

/* --- what is kept ------------------------------------------------------------------------------------------------ */

/* Dimensions: rows of dimensions.def. Pairs have keys of two parts with 0x1F between. */
enum audience_dimension {
#define DIM(symbol, ...) AUDIENCE_##symbol,
#include "audience/dimensions.def"
#undef DIM
	AUDIENCE_DIMENSIONS
};
const char *audience_dimension_name(enum audience_dimension d) __attribute__((returns_nonnull));

/* A span of a portal's local days [from, to]; or, with hours, of local hours [from, to]. Both numbered from 1970. */
struct audience_span { bool hours; int64_t from, to; };
struct audience_cell { struct str key; int64_t n, us; }; /* us: microseconds, summed, where they are kept */
/* The greatest cells of a dimension over a span, at most `most`; *total is the sum over all of them. */
bool audience_top(struct audience *a, struct tenant_id t, enum audience_dimension d, struct audience_span span, size_t most, struct arena *ar,
                  struct audience_cell **out, size_t *n, int64_t *total, struct err *e) must_use;
/* A dimension's cell of that key by hour or day; one number for each from `from` to `to`. Empty key: all cells. */
bool audience_series(struct audience *a, struct tenant_id t, enum audience_dimension d, struct str key, struct audience_span span,
                     struct arena *ar, int64_t **out, struct err *e) must_use;

/* Distinct visitors of single days: whom, by day. */
enum audience_scope { AUDIENCE_OF_PORTAL, AUDIENCE_OF_PATH, AUDIENCE_OF_DATASET };
bool audience_visitors(struct audience *a, struct tenant_id t, int64_t from_day, int64_t to_day, struct arena *ar, int64_t **out,
                       struct err *e) must_use nonnull_all;
/* Sums of daily visitors by path or dataset, greatest first. */
bool audience_visitors_of(struct audience *a, struct tenant_id t, enum audience_scope s, int64_t from_day, int64_t to_day, size_t most,
                          struct arena *ar, struct audience_cell **out, size_t *n, struct err *e) must_use nonnull_all;
/* Words searched for by at least five visitors of a day (ANA-3). `in_vain`: those of them that found nothing, and
 * how often. */
bool audience_terms(struct audience *a, struct tenant_id t, int64_t from_day, int64_t to_day, bool in_vain, size_t most, struct arena *ar,
                    struct audience_cell **out, size_t *n, struct err *e) must_use nonnull_all;

/* Use of the APIs (LOG-3): a processing of its own, for quotas and operation, never joined with the above. */
struct audience_call { struct str version, endpoint, dataset, format, caller, error; int64_t n; };
enum audience_call_by { AUDIENCE_BY_VERSION = 1u << 0, AUDIENCE_BY_ENDPOINT = 1u << 1, AUDIENCE_BY_DATASET = 1u << 2, AUDIENCE_BY_FORMAT = 1u << 3,
	AUDIENCE_BY_CALLER = 1u << 4, AUDIENCE_BY_ERROR = 1u << 5 };
/* Sums grouped by the fields named, others empty. */
bool audience_calls(struct audience *a, struct tenant_id t, struct audience_span span, unsigned by, size_t most, struct arena *ar,
                    struct audience_call **out, size_t *n, int64_t *total, struct err *e) must_use;

/* What was removed when (ANA-14), newest first. */
struct audience_removal { struct instant at; struct str what; int64_t rows, before_day; };
bool audience_removals(struct audience *a, struct tenant_id t, size_t most, struct arena *ar, struct audience_removal **out, size_t *n,
                       struct err *e) must_use nonnull_all;
/* The first day anything is kept of; today when nothing is. */
bool audience_first_day(struct audience *a, struct tenant_id t, int64_t *out, struct err *e) must_use nonnull_all;

/* --- the portal's clock and settings ------------------------------------------------------------------------------- */

enum { AUDIENCE_DAYS = 760, AUDIENCE_DAYS_LEAST = 30, AUDIENCE_HOURLY_DAYS = 90 };
bool audience_is_on(const struct tenant *t) must_use nonnull_all;
int64_t audience_days(const struct tenant *t) nonnull_all;        /* retention of daily counters */
int64_t audience_hourly_days(const struct tenant *t) nonnull_all; /* of hourly ones */
int64_t audience_hour(const struct tenant *t, struct instant at) nonnull_all; /* local hour since 1970; the day is a 24th of it */

/* --- formulas, for tests --------------------------------------------------------------------------------------------- */

enum { AUDIENCE_SALT = 32 };
/* ANA-5. */
uint64_t audience_visitor(const unsigned char salt[AUDIENCE_SALT], const unsigned char client[AUDIENCE_ADDRESS], struct str user_agent);
/* Distinct counting alone. */
struct audience_set;
/* With 2^bits registers beyond 1,024 members. */
enum { AUDIENCE_SET_NAME = 12, AUDIENCE_SET_PORTAL = 14 };
struct audience_set *audience_set_new(unsigned bits) __attribute__((returns_nonnull));
void audience_set_add(struct audience_set *s, uint64_t member) nonnull_all;
int64_t audience_set_count(const struct audience_set *s) nonnull_all;
size_t audience_set_bytes(const struct audience_set *s) nonnull_all;
void audience_set_free(struct audience_set *s);
/* What a User-Agent says; texts live for ever. */
struct audience_agent { const char *device, *browser, *os, *robot_or_null; int major; bool library; };
void audience_agent(struct str user_agent, struct audience_agent *out) nonnull_all;
/* The host of a Referer, "internal" for one's own, the name of a search engine; empty when there is none worth naming; NULL-view
 * and *spam for hosts that only want to be seen in statistics. `room` holds what is given. */
enum { AUDIENCE_HOST_TEXT = 128 };
struct str audience_referrer(struct str referer, struct str own_host, char room[AUDIENCE_HOST_TEXT], bool *spam) nonnull_all;
/* Bytes that a portal's counters take at this moment; 0: nothing counted. */
size_t audience_bytes(struct audience *a, struct tenant_id t) nonnull_all;
/* Takes what waits in the ring and counts it, without writing. */
void audience_drain(struct audience *a) nonnull_all;

/* --- places of IP addresses (place.c): the one door to such databases -------------------------------------------- */

/* Reads a local database of places (.mmdb). ERR_USAGE when it cannot be read. Gives what audience_places_close ends. */
struct audience_places;
bool audience_places_open(const char *path, struct audience_places **out, struct err *e) must_use nonnull_all;
void audience_places_close(struct audience_places *p_or_null);
/* Latitude and longitude of an IPv4 or IPv6 address; false when it is none, or is not in the database. */
bool audience_places_find(const struct audience_places *p, struct str address, double *lat, double *lon) must_use nonnull_all;

#endif
