/* The cancel token. The poke runs under the token's lock, so that cancel_unguard can promise
 * that it is over: what is poked may be freed right after. */
#include "pool/pool.h"
#include <stdatomic.h>

void cancel_init(struct cancel *c)
{
	*c = (struct cancel){ .poke = NULL };
	lock_init(&c->lock, LOCK_CANCEL);
}

void cancel_done(struct cancel *c) { lock_done(&c->lock); }

void cancel_fire(struct cancel *c)
{
	lock_take(&c->lock);
	/* release: whoever sees `fired` also sees what the firing thread did before */
	if (!atomic_exchange_explicit(&c->fired, true, memory_order_acq_rel) && c->poke) c->poke(c->arg);
	lock_give(&c->lock);
}

bool cancel_fired(const struct cancel *c)
{
	return atomic_load_explicit(&c->fired, memory_order_acquire);
}

bool cancel_guard(struct cancel *c, void (*poke)(void *arg), void *arg, struct err *e)
{
	lock_take(&c->lock);
	bool fired = cancel_fired(c);
	if (!fired) {
		c->poke = poke;
		c->arg = arg;
	}
	lock_give(&c->lock);
	return fired ? err_set(e, ERR_CANCELLED, "this took too long and was stopped") : true;
}

void cancel_unguard(struct cancel *c)
{
	lock_take(&c->lock);
	c->poke = NULL;
	c->arg = NULL;
	lock_give(&c->lock);
}
