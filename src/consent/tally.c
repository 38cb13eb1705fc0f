/* Counts of what leaves no entry: refusals, signals, single showings. In memory until upkeep, so that a storm of refusals costs
 * the store nothing; a crash loses a minute of them at most. */
#include "consent/inside.h"

static bool copy_word(char to[16], struct str from)
{
	size_t n = num_min(from.n, (size_t)15);
	memcpy(to, from.p ? from.p : "", n);
	to[n] = '\0';
	return n == from.n;
}

void consent_count(struct consent *c, struct tenant_id t, struct str what, struct str lang, int64_t version, struct instant now)
{
	struct consent_tallied x = { .tenant = t, .day = now.us / CONSENT_DAY_US, .version = version, .n = 1 };
	if (!copy_word(x.what, what) || !copy_word(x.lang, lang)) return;
	lock_take(&c->lock);
	for (size_t i = 0; i < c->ntallies; i++) {
		struct consent_tallied *y = &c->tallies[i];
		if (y->tenant.v == t.v && y->day == x.day && y->version == version && !strcmp(y->what, x.what) && !strcmp(y->lang, x.lang)) {
			y->n++;
			lock_give(&c->lock);
			return;
		}
	}
	bool full = c->ntallies == CONSENT_TALLIES;
	if (!full) c->tallies[c->ntallies++] = x;
	lock_give(&c->lock);
	struct err ignored = { 0 };
	/* Many portals in one minute: written down early, then counted. */
	if (full && consent_tally_flush(c, &ignored)) consent_count(c, t, what, lang, version, now);
}

static bool add(struct store_tx *tx, const struct consent_tallied *x, struct err *e)
{
	return store_run(tx, CONSENT_Q(tally_add), x->tenant,
	                 STORE_PARAMS(VALUE_OF_INT(x->day), VALUE_OF_TEXT(str_of(x->what)), VALUE_OF_INT(x->version), VALUE_OF_TEXT(str_of(x->lang)),
	                              VALUE_OF_INT(x->n)), e);
}

bool consent_tally_flush(struct consent *c, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	struct err ignored = { 0 };
	lock_take(&c->lock);
	size_t n = c->ntallies;
	struct consent_tallied *mine = arena_array(&a, struct consent_tallied, n + 1);
	memcpy(mine, c->tallies, n * sizeof *mine);
	c->ntallies = 0;
	lock_give(&c->lock);
	if (!n) return true;
	bool ok = store_begin(c->store, STORE_WRITE, &tx, e);
	if (ok) {
		for (size_t i = 0; ok && i < n; i++) {
			/* A portal that was removed takes its counts along. */
			const struct tenant *t = tenants_hold_or_null(c->tenants, mine[i].tenant);
			if (!t) continue;
			tenant_release(c->tenants, t);
			ok = add(tx, &mine[i], e);
		}
		bool ended = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored);
		ok = ok && ended;
	}
	if (ok) return true;
	lock_take(&c->lock);
	for (size_t i = 0; i < n && c->ntallies < CONSENT_TALLIES; i++) c->tallies[c->ntallies++] = mine[i];
	lock_give(&c->lock);
	return false;
}

bool consent_tallies(struct consent *c, struct tenant_id t, int64_t from_day, struct arena *a, struct consent_tally **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	struct err ignored = { 0 };
	VEC(struct consent_tally) v = { 0 };
	if (!consent_tally_flush(c, e) || !store_begin(c->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, CONSENT_Q(tally_list), t, STORE_PARAMS(VALUE_OF_INT(from_day)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(a, &v, (struct consent_tally){ .day = store_int(r, 0), .version = store_int(r, 1), .what = arena_str(a, store_text(r, 2)),
			                                        .lang = arena_str(a, store_text(r, 3)), .n = store_int(r, 4) });
		store_stop(r);
	}
	bool ended = store_end(tx, STORE_ROLLBACK, &ignored);
	*out = v.p;
	*n = v.n;
	return step == STORE_DONE && ended;
}
