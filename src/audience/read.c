/* What dashboards ask: sums, never rows about anybody, since there are none. */
#include "audience/inside.h"

#define ASK(name) (&audience_queries[AUDIENCE_Q_##name])
#define T(s) VALUE_OF_TEXT(s)
#define N(n) VALUE_OF_INT(n)

/* Runs a statement of the reading kind and hands each row to `take`. */
static bool ask(struct audience *a, const struct store_query *q, struct tenant_id t, const struct value *with, size_t n,
                void (*take)(struct store_rows *r, void *arg), void *arg, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *rows;
	enum store_step step = STORE_FAILED;
	if (!store_begin(a->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, q, t, with, n, &rows, e)) {
		while ((step = store_step(rows, e)) == STORE_ROW) take(rows, arg);
		store_stop(rows);
	}
	return store_end(tx, STORE_ROLLBACK, e) && step == STORE_DONE;
}

struct cells { struct arena *arena; VEC(struct audience_cell) list; };

static void take_cell(struct store_rows *r, void *arg)
{
	struct cells *c = arg;
	struct audience_cell *x = vec_add(c->arena, &c->list);
	x->key = arena_str(c->arena, store_text(r, 0));
	x->n = store_int(r, 1);
	x->us = store_int(r, 2);
}

static void take_int(struct store_rows *r, void *arg) { *(int64_t *)arg = store_int(r, 0); }

bool audience_top(struct audience *a, struct tenant_id t, enum audience_dimension d, struct audience_span s, size_t most, struct arena *ar,
                  struct audience_cell **out, size_t *n, int64_t *total, struct err *e)
{
	struct cells c = { .arena = ar };
	const struct value with[] = { T(str_of(audience_dimension_name(d))), N(s.from), N(s.to), N((int64_t)most) };
	if (!ask(a, s.hours ? ASK(top_hours) : ASK(top_days), t, with, 4, take_cell, &c, e)) return false;
	if (!ask(a, s.hours ? ASK(total_hours) : ASK(total_days), t, with, 3, take_int, total, e)) return false;
	*out = c.list.p;
	*n = c.list.n;
	return true;
}

struct series { int64_t from, to, *out; };

static void take_point(struct store_rows *r, void *arg)
{
	struct series *s = arg;
	int64_t at = store_int(r, 0);
	if (at >= s->from && at <= s->to) s->out[at - s->from] += store_int(r, 1);
}

bool audience_series(struct audience *a, struct tenant_id t, enum audience_dimension d, struct str key, struct audience_span span, struct arena *ar,
                     int64_t **out, struct err *e)
{
	struct series s = { span.from, span.to, arena_array(ar, int64_t, (size_t)(span.to - span.from + 1)) };
	if (!ask(a, span.hours ? ASK(series_hours) : ASK(series_days), t,
	         STORE_PARAMS(T(str_of(audience_dimension_name(d))), N(span.from), N(span.to), T(key)), take_point, &s, e))
		return false;
	*out = s.out;
	return true;
}

bool audience_visitors(struct audience *a, struct tenant_id t, int64_t from, int64_t to, struct arena *ar, int64_t **out, struct err *e)
{
	struct series s = { from, to, arena_array(ar, int64_t, (size_t)(to - from + 1)) };
	if (!ask(a, ASK(visitors), t, STORE_PARAMS(N(from), N(to)), take_point, &s, e)) return false;
	*out = s.out;
	return true;
}

bool audience_visitors_of(struct audience *a, struct tenant_id t, enum audience_scope scope, int64_t from, int64_t to, size_t most, struct arena *ar,
                          struct audience_cell **out, size_t *n, struct err *e)
{
	struct cells c = { .arena = ar };
	if (!ask(a, ASK(visitors_of), t, STORE_PARAMS(N((int64_t)scope), N(from), N(to), N((int64_t)most)), take_cell, &c, e)) return false;
	*out = c.list.p;
	*n = c.list.n;
	return true;
}

bool audience_terms(struct audience *a, struct tenant_id t, int64_t from, int64_t to, bool in_vain, size_t most, struct arena *ar, struct audience_cell **out,
                    size_t *n, struct err *e)
{
	struct cells c = { .arena = ar };
	if (!ask(a, in_vain ? ASK(terms_in_vain) : ASK(terms), t, STORE_PARAMS(N(from), N(to), N((int64_t)most)), take_cell, &c, e)) return false;
	*out = c.list.p;
	*n = c.list.n;
	return true;
}

struct call_list { struct arena *arena; VEC(struct audience_call) list; };

static void take_call(struct store_rows *r, void *arg)
{
	struct call_list *c = arg;
	struct audience_call *x = vec_add(c->arena, &c->list);
	struct str *const fields[] = { &x->version, &x->endpoint, &x->dataset, &x->format, &x->caller, &x->error };
	for (size_t i = 0; i < COUNT_OF(fields); i++) *fields[i] = arena_str(c->arena, store_text(r, (int)i));
	x->n = store_int(r, (int)COUNT_OF(fields));
}

bool audience_calls(struct audience *a, struct tenant_id t, struct audience_span span, unsigned by, size_t most, struct arena *ar,
                    struct audience_call **out, size_t *n, int64_t *total, struct err *e)
{
	struct call_list c = { .arena = ar };
	int64_t from = span.hours ? span.from : span.from * 24, to = span.hours ? span.to : span.to * 24 + 23;
	if (!ask(a, ASK(calls), t, STORE_PARAMS(N(from), N(to), N((int64_t)by), N((int64_t)most)), take_call, &c, e)) return false;
	if (!ask(a, ASK(calls_total), t, STORE_PARAMS(N(from), N(to)), take_int, total, e)) return false;
	*out = c.list.p;
	*n = c.list.n;
	return true;
}

struct removal_list { struct arena *arena; VEC(struct audience_removal) list; };

static void take_removal(struct store_rows *r, void *arg)
{
	struct removal_list *c = arg;
	struct audience_removal *x = vec_add(c->arena, &c->list);
	x->at.us = store_int(r, 0);
	x->what = arena_str(c->arena, store_text(r, 1));
	x->rows = store_int(r, 2);
	x->before_day = store_int(r, 3);
}

bool audience_removals(struct audience *a, struct tenant_id t, size_t most, struct arena *ar, struct audience_removal **out, size_t *n, struct err *e)
{
	struct removal_list c = { .arena = ar };
	if (!ask(a, ASK(removals), t, STORE_PARAMS(N((int64_t)most)), take_removal, &c, e)) return false;
	*out = c.list.p;
	*n = c.list.n;
	return true;
}

struct first { int64_t day; bool known; };

static void take_first(struct store_rows *r, void *arg)
{
	struct first *f = arg;
	f->known = !store_is_null(r, 0);
	f->day = store_int(r, 0);
}

bool audience_first_day(struct audience *a, struct tenant_id t, int64_t *out, struct err *e)
{
	struct first f = { 0 };
	if (!ask(a, ASK(first_day), t, STORE_NONE, take_first, &f, e)) return false;
	if (f.known) *out = f.day;
	return true;
}
