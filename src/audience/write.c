/* From lines to tables, one transaction at a time: what was counted, days that are over, what is past its time. */
#include "audience/inside.h"

static const struct { const char *name; enum { ONE, PAIR, DAILY } kind; } dims[] = {
#define DIM(symbol, name, kind, most) { name, kind },
#include "audience/dimensions.def"
#undef DIM
};

const struct store_query audience_queries[] = {
#define Q(name, text) { "audience." #name, text },
#include "audience/queries.def"
#undef Q
};

#define ASK(name) (&audience_queries[AUDIENCE_Q_##name])
#define T(s) VALUE_OF_TEXT(s)
#define N(n) VALUE_OF_INT(n)

void gather_done(struct gather *g)
{
	if (g) arena_done(&g->arena);
}

static bool close_day(struct store_tx *tx, struct tenant_id t, int64_t day, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(dims); i++) {
		const struct value with[] = { T(str_of(dims[i].name)), N(day), N(PAIR_LEAST) };
		if (dims[i].kind == DAILY) continue;
		if (!store_run(tx, ASK(close_sum), t, with, 2, e)) return false;
		if (dims[i].kind != PAIR) continue;
		if (!store_run(tx, ASK(fold_hours), t, with, 3, e) || !store_run(tx, ASK(fold_hours_end), t, with, 3, e) ||
		    !store_run(tx, ASK(fold_day), t, with, 3, e) || !store_run(tx, ASK(fold_day_end), t, with, 3, e))
			return false;
	}
	return store_run(tx, ASK(close_note), t, STORE_PARAMS(N(day)), e);
}

static bool write_line(struct store_tx *tx, const struct line *l, struct err *e)
{
	struct tenant_id t = { l->tenant };
	switch (l->table) {
	case LINE_HOUR:
		return store_run(tx, ASK(hour_add), t, STORE_PARAMS(T(str_of(dims[l->kind].name)), N(l->slot), T(l->key), N(l->n), N(l->us)), e);
	case LINE_DAY:
		return store_run(tx, ASK(day_add), t, STORE_PARAMS(T(str_of(dims[l->kind].name)), N(l->slot), T(l->key), N(l->n), N(l->us)), e);
	case LINE_VISITORS: return store_run(tx, ASK(visitors_add), t, STORE_PARAMS(N(l->kind), N(l->slot), T(l->key), N(l->n)), e);
	case LINE_TERM: return store_run(tx, ASK(term_add), t, STORE_PARAMS(N(l->slot), T(l->key), N(l->n), N(l->us)), e);
	case LINE_CALL:
		return store_run(tx, ASK(call_add), t,
		                 STORE_PARAMS(N(l->slot / 24), N(l->slot % 24), T(l->key), T(l->endpoint), T(l->dataset), T(l->format), T(l->caller), T(l->error), N(l->n)), e);
	case LINE_USE:
		return store_run(tx, ASK(use_add), t,
		                 STORE_PARAMS(N(l->slot), T(l->key), T(l->endpoint), T(l->dataset), T(l->format), T(l->caller), T(l->error), T(l->network), T(l->agent), T(l->referrer),
		                              T(l->country), N(l->n), N(l->us)), e);
	case LINE_CLOSE: return close_day(tx, t, l->slot, e);
	}
	return true;
}

bool gather_write(struct store *s, const struct gather *g, struct err *e)
{
	struct store_tx *tx;
	if (!g->lines.n) return true;
	if (!store_begin(s, STORE_WRITE, &tx, e)) return false;
	bool good = true;
	for (size_t i = 0; good && i < g->lines.n; i++) {
		const struct line *l = &g->lines.p[i], *before = i ? l - 1 : NULL;
		bool another = !before || before->table != l->table || before->tenant != l->tenant || before->slot != l->slot;
		if (l->table == LINE_HOUR && another) good = store_run(tx, ASK(reopen), (struct tenant_id){ l->tenant }, STORE_PARAMS(N(l->slot / 24)), e);
		good = good && write_line(tx, l, e);
	}
	return store_end(tx, good ? STORE_COMMIT : STORE_ROLLBACK, e) && good;
}

/* --- upkeep ------------------------------------------------------------------------------------------------------------- */

static bool run_counted(struct store_tx *tx, const struct store_query *q, struct tenant_id t, const struct value *with, size_t n, int64_t *rows,
                        struct err *e)
{
	if (!store_run(tx, q, t, with, n, e)) return false;
	*rows += store_changes(tx);
	return true;
}

static bool note(struct store_tx *tx, struct tenant_id t, struct instant now, struct str what, int64_t rows, int64_t before_day, struct err *e)
{
	return rows == 0 || store_run(tx, ASK(removed_note), t, STORE_PARAMS(N(now.us), T(what), N(rows), N(before_day)), e);
}

static bool close_due(struct store_tx *tx, struct tenant_id t, int64_t today, struct err *e)
{
	auto_arena a = ARENA_INIT;
	VEC(int64_t) days = { 0 };
	struct store_rows *rows;
	enum store_step step = STORE_DONE;
	for (size_t i = 0; i < COUNT_OF(dims); i++) {
		if (dims[i].kind == DAILY) continue;
		if (!store_ask(tx, ASK(close_due), t, STORE_PARAMS(T(str_of(dims[i].name)), N(today)), &rows, e)) return false;
		while ((step = store_step(rows, e)) == STORE_ROW) {
			int64_t day = store_int(rows, 0);
			bool known = false;
			for (size_t k = 0; k < days.n; k++) known = known || days.p[k] == day;
			if (!known) vec_push(&a, &days, day);
		}
		store_stop(rows);
		if (step == STORE_FAILED) return false;
	}
	for (size_t i = 0; i < days.n; i++)
		if (!close_day(tx, t, days.p[i], e)) return false;
	return true;
}

static bool keep_times(struct store_tx *tx, const struct tenant *t, int64_t today, struct instant now, struct err *e)
{
	int64_t hours = 0, days = 0, calls = 0, none = 0;
	int64_t first_hourly = today - num_min(audience_hourly_days(t), (int64_t)AUDIENCE_HOURLY_DAYS);
	int64_t first_day = today - num_min(audience_days(t), (int64_t)AUDIENCE_DAYS);
	for (size_t i = 0; i < COUNT_OF(dims); i++) {
		struct value dim = T(str_of(dims[i].name));
		if (!run_counted(tx, ASK(old_hours), t->id, STORE_PARAMS(dim, N(first_hourly * 24)), &hours, e) ||
		    !run_counted(tx, ASK(old_days), t->id, STORE_PARAMS(dim, N(first_day)), &days, e))
			return false;
	}
	return run_counted(tx, ASK(old_visitors), t->id, STORE_PARAMS(N(first_day)), &days, e) &&
	       run_counted(tx, ASK(old_terms), t->id, STORE_PARAMS(N(first_day)), &days, e) &&
	       run_counted(tx, ASK(old_closed), t->id, STORE_PARAMS(N(first_day)), &none, e) &&
	       run_counted(tx, ASK(sum_calls), t->id, STORE_PARAMS(N(today - AUDIENCE_HOURLY_DAYS)), &none, e) &&
	       run_counted(tx, ASK(sum_calls_end), t->id, STORE_PARAMS(N(today - AUDIENCE_HOURLY_DAYS)), &none, e) &&
	       run_counted(tx, ASK(old_uses), t->id, STORE_PARAMS(N(now.us / INT64_C(3600000000) - AUDIENCE_HOURLY_DAYS * 24)), &calls, e) &&
	       run_counted(tx, ASK(old_calls), t->id, STORE_PARAMS(N(first_day)), &calls, e) && note(tx, t->id, now, STR("hourly"), hours, first_hourly, e) &&
	       note(tx, t->id, now, STR("daily"), days, first_day, e) && note(tx, t->id, now, STR("calls"), calls, first_day, e) &&
	       store_run(tx, ASK(removed_old), t->id, STORE_PARAMS(N(now.us - INT64_C(86400000000) * AUDIENCE_DAYS)), e);
}

bool write_upkeep(struct store *s, const struct tenant *t, struct instant now, struct err *e)
{
	struct store_tx *tx;
	int64_t today = audience_hour(t, now) / 24;
	if (!store_begin(s, STORE_WRITE, &tx, e)) return false;
	bool good = close_due(tx, t->id, today, e) && keep_times(tx, t, today, now, e);
	return store_end(tx, good ? STORE_COMMIT : STORE_ROLLBACK, e) && good;
}

bool write_erase(struct store *s, struct tenant_id t, struct instant now, struct err *e)
{
	static const struct store_query *const all[] = { ASK(erase_hours), ASK(erase_days), ASK(erase_visitors), ASK(erase_terms), ASK(erase_calls),
		                                         ASK(erase_closed), ASK(erase_uses) };
	struct store_tx *tx;
	int64_t rows = 0;
	bool good = true;
	if (!store_begin(s, STORE_WRITE, &tx, e)) return false;
	for (size_t i = 0; good && i < COUNT_OF(all); i++) good = run_counted(tx, all[i], t, STORE_NONE, &rows, e);
	good = good && note(tx, t, now, STR("erased"), rows, 0, e);
	return store_end(tx, good ? STORE_COMMIT : STORE_ROLLBACK, e) && good;
}
