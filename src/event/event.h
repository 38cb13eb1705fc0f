/* The security log of each portal (LOG-1): what happened to accounts, sessions, keys, cookies and registers, as rows of
 * events.def. Holds no clear address (IPv4 cut to /24, IPv6 to /48), no secret, no name: accounts by number. Kept 12 months,
 * then swept. Refuses to be waited for: event_note puts a line in memory, a thread of the room writes it down; when the
 * buffer is full the oldest is written by the caller. Threads: any. */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include "base/base.h"
#include "clock/clock.h"
#include "store/store.h"
#include "value/value.h"
#include "vault/vault.h"

struct events;
bool events_open(struct store *s, struct events **out, struct err *e) must_use nonnull_all;
void events_close(struct events *es); /* writes down what is left */

enum event_kind {
#define EVENT(symbol, name) EVENT_##symbol,
#include "event/events.def"
#undef EVENT
	EVENT_KINDS
};
const char *event_name(enum event_kind k);

struct event {
	enum event_kind kind;
	int64_t account;      /* whom it happened to; 0: nobody known */
	int64_t by;           /* who did it, when another; 0: the same */
	struct str reason;    /* a word such as "token_mismatch"; may be empty */
	struct str detail;    /* what it was about: name of a cookie, pattern of a route; never a value */
	struct str client;    /* address in text; cut before it is kept */
};
void event_note(struct events *es, struct tenant_id t, const struct event *ev) nonnull_all;
/* Writes down what was noted so far. */
bool event_flush(struct events *es, struct err *e) must_use nonnull_all;

/* How many lines the store has refused since the start. */
uint64_t event_lost(struct events *es) nonnull_all;

/* Newest first: of an account (0: all), at most n. */
struct event_line {
	struct instant at;
	enum event_kind kind;
	int64_t account, by;
	struct str reason, detail, network;
};
bool event_list(struct events *es, struct tenant_id t, int64_t account, size_t n, struct arena *a, struct event_line **out,
                size_t *count, struct err *e) must_use nonnull_all;

/* Removes what is older, a small batch at a time; gives how many went. How long a portal keeps it is the caller's to say. */
bool event_sweep(struct events *es, struct tenant_id t, struct instant before, int64_t *n, struct err *e) must_use nonnull_all;
/* --- addresses.c: whole addresses, for who runs the server and nobody else ------------------------------------ */

/* From now on, sealed, in files of a day below folder/operator. Before the first note; keeps both. */
void event_addresses_keep(struct events *es, struct vault *v, struct str folder) nonnull_all;
/* Removes what is older than so many days; 0: all of it. */
void event_addresses_sweep(struct str folder, int64_t days, struct instant now);
/* The lines of a day ("2026-11-02"), opened. ERR_NOT_FOUND. */
bool event_addresses_read(struct vault *v, struct str folder, struct str day, struct arena *a, struct str **lines, size_t *n, struct err *e) must_use nonnull_all;

/* An address as it may be kept: 203.0.113.0/24, 2001:db8:1::/48; empty when it is none. */
enum { EVENT_NETWORK_TEXT = 52 };
void event_network(struct str client, char out[EVENT_NETWORK_TEXT]);

#endif
