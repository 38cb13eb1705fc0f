/* What dashboards ask: sums out of the store. And how often each key was used, counted in memory for a minute at most. */
#include "trace/inside.h"

#define T(s) VALUE_OF_TEXT(s)
#define N(n) VALUE_OF_INT(n)
#define DAY_US INT64_C(86400000000)

/* One letter a column: t text, n number. */
static const struct { int query; const char *columns; } tables[] = {
	[TRACE_DATASETS] = { TRACE_Q_datasets, "ttnnnnnnnnnnnnnntttn" }, [TRACE_BY_DAY] = { TRACE_Q_by_day, "nnn" }, [TRACE_BY_PLACE] = { TRACE_Q_by_place, "ttnnn" },
	[TRACE_BY_STATUS] = { TRACE_Q_by_status, "tn" }, [TRACE_KEYS] = { TRACE_Q_keys, "ntttn" }, [TRACE_GROUPS] = { TRACE_Q_groups, "tnnnnn" },
	[TRACE_BY_PROGRAM] = { TRACE_Q_by_program, "tnn" }, [TRACE_BY_SITE] = { TRACE_Q_by_site, "tnn" }, [TRACE_BY_COUNTRY] = { TRACE_Q_by_country, "tnn" },
	[TRACE_ACTS_BY_KIND] = { TRACE_Q_acts_by_kind, "tnnnnn" }, [TRACE_ACTS_BY_HOUR] = { TRACE_Q_acts_by_hour, "nnn" },
	[TRACE_ACTS_BY_OBJECT] = { TRACE_Q_acts_by_object, "ttnnn" }, [TRACE_ACTS_BY_PERSON] = { TRACE_Q_acts_by_person, "tnnn" } };

static void take(struct trace_row *row, const char *columns, struct store_rows *r, struct arena *a)
{
	int col = 0;
	for (const char *c = columns; *c; c++) {
		struct value *v = &row->cells[col];
		*v = *c == 't' ? T(arena_str(a, store_text(r, col))) : N(store_int(r, col));
		v->null = store_is_null(r, col);
		col++;
	}
}

bool trace_rows(struct site *s, const struct tenant *t, enum trace_table what, int64_t from, int64_t to, struct str lang, struct arena *a, struct trace_row **out, size_t *n, struct err *e)
{
	VEC(struct trace_row) list = { 0 };
	struct err ignored = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	const struct value with[] = { N(from), N(to), T(lang), T(t->languages[0]) };
	if (!audience_flush(s->audience, e) || !trace_flush(s, e) || !store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &trace_queries[tables[what].query], t->id, with, what == TRACE_DATASETS ? COUNT_OF(with) : 2, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) take(vec_add(a, &list), tables[what].columns, r, a);
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}

/* --- keys ------------------------------------------------------------------------------------------------------------- */

void trace_used(struct site *s, struct tenant_id t, int64_t key)
{
	struct trace *tr = s->trace;
	int64_t day = clock_now().us / DAY_US;
	size_t i = 0;
	if (!tr) return;
	lock_take(&tr->lock);
	while (i < tr->nused && (tr->used[i].key != key || tr->used[i].tenant != t.v || tr->used[i].day != day)) i++;
	if (i == tr->nused && i < USED) tr->used[tr->nused++] = (struct used){ .tenant = t.v, .key = key, .day = day };
	if (i < tr->nused) tr->used[i].n++;
	lock_give(&tr->lock);
}

bool trace_flush(struct site *s, struct err *e)
{
	struct trace *tr = s->trace;
	struct store_tx *tx;
	auto_arena a = ARENA_INIT;
	if (!tr) return true;
	lock_take(&tr->lock);
	size_t n = tr->nused;
	struct used *list = arena_array(&a, struct used, n + 1);
	memcpy(list, tr->used, n * sizeof *list);
	tr->nused = 0;
	lock_give(&tr->lock);
	if (!n) return true;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) ok = store_run(tx, TRACE_ASK(key_used), (struct tenant_id){ list[i].tenant }, STORE_PARAMS(N(list[i].key), N(list[i].day), N(list[i].n)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}
