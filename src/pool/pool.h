/* Workers, cancelling and deadlines. A lane is a bounded queue with its workers and a share per
 * portal; a cancel token is carried by every visit and job; the bell fires deadlines. */
#ifndef POOL_POOL_H
#define POOL_POOL_H

#include "base/base.h"

/* --- cancel.c: fired once; what runs registers how to be poked ---------------------------------- */
struct cancel {
	_Atomic(bool) fired;
	struct lock lock;         /* LOCK_CANCEL; guards the two below */
	void (*poke)(void *arg);  /* interrupts what runs now; NULL when nothing does */
	void *arg;
};
void cancel_init(struct cancel *c);
void cancel_done(struct cancel *c);
void cancel_fire(struct cancel *c);               /* any thread; later calls do nothing */
bool cancel_fired(const struct cancel *c);
/* Registers what runs now; false (and err ERR_CANCELLED) when already fired. Ended by cancel_unguard,
 * after which poke is never called again. */
bool cancel_guard(struct cancel *c, void (*poke)(void *arg), void *arg, struct err *e) must_use;
void cancel_unguard(struct cancel *c);

/* --- lane.c ------------------------------------------------------------------------------------- */
struct lane;
struct lane_options {
	const char *name;   /* in thread names and metrics */
	int workers;
	size_t queue;       /* most tasks waiting */
	size_t share;       /* most tasks of one portal, waiting or running; 0: no share */
	size_t stack_bytes; /* 0: 1 MiB */
};
bool lane_open(const struct lane_options *o, struct lane **out, struct err *e) must_use nonnull_all;
/* Puts work in the queue. False when the queue or the portal's share is full: answer 503. */
bool lane_put(struct lane *l, int64_t tenant, void (*run)(void *arg), void *arg) must_use;
size_t lane_depth(struct lane *l);
/* Runs what is queued to its end, then stops the workers and frees the lane. */
void lane_close(struct lane *l);

/* --- bell.c: one thread, one heap --------------------------------------------------------------- */
struct bell;
struct bell_alarm {          /* embedded in its owner; zero is "not set" */
	int64_t at_ns;
	size_t place;        /* index + 1 in the heap */
	void (*ring)(void *arg); /* short: fire a token, drop a task in a lane */
	void *arg;
};
bool bell_open(struct bell **out, struct err *e) must_use nonnull_all;
void bell_close(struct bell *b);
void bell_set(struct bell *b, struct bell_alarm *a, int64_t at_monotonic_ns);
/* After it returns the alarm does not ring and is not ringing. */
void bell_unset(struct bell *b, struct bell_alarm *a);

#endif
