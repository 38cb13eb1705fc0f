/* Acts as they are kept: written one at a time, listed, and removed when their time is over; and what of a portal's settings has changed
 * since they were last looked at, so that no page that changes one has to tell. */
#include "trace/inside.h"
#include "json/json.h"
#include <stdlib.h>

enum { DIFF_BYTES = 4000, DAYS_OF_MONTH = 30 };
#define DAY_US INT64_C(86400000000)

const struct store_query trace_queries[] = {
#define Q(name, text) [TRACE_Q_##name] = { #name, text },
#include "trace/queries.def"
#undef Q
};

#define T(s) VALUE_OF_TEXT(s)
#define N(n) VALUE_OF_INT(n)

bool act_write(struct site *s, struct tenant_id t, const struct trace_act *x, struct err *e)
{
	struct store_tx *tx;
	struct str diff = x->diff.n <= DIFF_BYTES ? x->diff : STR("");
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, TRACE_ASK(act_add), t,
	                    STORE_PARAMS(N(x->at.us), N(x->who), N(x->key), T(x->origin), T(x->action), T(x->kind), T(x->object), N(x->account), T(x->place), T(diff)), e);
	if (!store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
	lock_take(&s->trace->lock);
	for (struct kept_view *k = s->trace->views; k; k = k->next)
		if (k->tenant == t.v) k->behind = true;
	lock_give(&s->trace->lock);
	return true;
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

static struct trace_act act_of(struct store_rows *r, struct arena *a)
{
	return (struct trace_act){ .id = store_int(r, 0), .at = { store_int(r, 1) }, .who = store_int(r, 2), .key = store_int(r, 3),
		.origin = arena_str(a, store_text(r, 4)), .action = arena_str(a, store_text(r, 5)), .kind = arena_str(a, store_text(r, 6)),
		.object = arena_str(a, store_text(r, 7)), .account = store_int(r, 8), .place = arena_str(a, store_text(r, 9)), .diff = arena_str(a, store_text(r, 10)) };
}

bool trace_acts(struct site *s, struct tenant_id t, const struct trace_filter *f, struct arena *a, struct trace_act **out, size_t *n, int64_t *total,
                struct err *e)
{
	const struct value with[] = { N(f->who), T(f->kind), N(f->from.us), N(f->to.us), N(f->limit), N(f->offset) };
	VEC(struct trace_act) list = { 0 };
	struct err ignored = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, TRACE_ASK(act_list), t, with, COUNT_OF(with), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &list, act_of(r, a));
		store_stop(r);
	}
	if (step == STORE_DONE) {
		step = STORE_FAILED;
		if (store_ask(tx, TRACE_ASK(act_count), t, with, 4, &r, e)) {
			step = store_step(r, e);
			if (step == STORE_ROW) *total = store_int(r, 0);
			store_stop(r);
		}
	}
	if (!store_end(tx, STORE_ROLLBACK, &ignored) || step == STORE_FAILED) return false;
	*out = list.p;
	*n = list.n;
	return true;
}

bool trace_each_act(struct site *s, struct tenant_id t, const struct trace_filter *f, bool (*take)(void *arg, const struct trace_act *x, struct err *e), void *arg,
                    struct err *e)
{
	const struct value with[] = { N(f->who), T(f->kind), N(f->from.us), N(f->to.us), N(-1), N(f->offset) };
	auto_arena a = ARENA_INIT;
	struct err ignored = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	bool ok = false;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, TRACE_ASK(act_list), t, with, COUNT_OF(with), &r, e)) {
		enum store_step step;
		struct arena_mark mark = arena_mark(&a);
		ok = true;
		while (ok && (step = store_step(r, e)) != STORE_DONE) {
			struct trace_act x = step == STORE_ROW ? act_of(r, &a) : (struct trace_act){ 0 };
			ok = step == STORE_ROW && take(arg, &x, e);
			arena_rewind(&a, mark);
		}
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

static bool sweep_one(struct site *s, struct tenant_id t, int64_t before, struct err *e)
{
	int64_t gone;
	do {
		struct store_tx *tx;
		if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
		bool ok = store_run(tx, TRACE_ASK(act_sweep), t, STORE_PARAMS(N(before)), e);
		gone = ok ? store_changes(tx) : 0;
		if (!store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
	} while (gone);
	return true;
}

static bool drop_old_keys(struct site *s, struct tenant_id t, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, TRACE_ASK(key_old), t, STORE_PARAMS(N(clock_now().us / DAY_US - AUDIENCE_DAYS)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool trace_sweep(struct site *s, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct tenant_id *ids;
	bool ok = true;
	size_t n = tenants_list(s->tenants, &a, &ids);
	for (size_t i = 0; ok && i < n; i++) {
		const struct tenant *t = tenants_hold_or_null(s->tenants, ids[i]);
		if (!t) continue;
		int64_t before = clock_now().us - tenant_number(t, "log.activity_months") * DAYS_OF_MONTH * DAY_US;
		tenant_release(s->tenants, t);
		ok = sweep_one(s, ids[i], before, e) && drop_old_keys(s, ids[i], e);
	}
	return ok;
}

/* --- settings ----------------------------------------------------------------------------------------------------------- */

static void learn(struct known *k, const struct tenant *t)
{
	arena_done(&k->arena);
	k->arena = (struct arena){ 0 };
	k->settings = (struct map){ 0 };
	k->generation = t->generation;
	for (size_t i = 0; i < t->settings.n; i++) {
		struct str *value = arena_new(&k->arena, struct str);
		*value = arena_str(&k->arena, *(const struct str *)t->settings.entries[i].value);
		map_put(&k->arena, &k->settings, arena_str(&k->arena, t->settings.entries[i].key), value);
	}
}

static struct known *known_of(struct trace *tr, const struct tenant *t)
{
	struct known *k = tr->known;
	while (k && k->tenant != t->id.v) k = k->next;
	if (k) return k;
	k = calloc(1, sizeof *k);
	ensure(k != NULL);
	k->tenant = t->id.v;
	k->next = tr->known;
	tr->known = k;
	learn(k, t);
	return k;
}

static void put_change(struct json_out *j, struct str name, const struct str *was, const struct str *is)
{
	json_open(j, '{');
	json_key(j, STR("path"));
	json_open(j, '[');
	json_put(j, name);
	json_close(j, ']');
	json_key(j, STR("old_value"));
	if (was) json_put(j, *was);
	else json_put_null(j);
	json_key(j, STR("new_value"));
	if (is) json_put(j, *is);
	else json_put_null(j);
	json_member(j, "operation_type", !was ? STR("create") : !is ? STR("delete") : STR("update"));
	json_close(j, '}');
}

static struct str compare(const struct map *was, const struct map *is, struct arena *a)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	size_t n = 0;
	json_open(&j, '{');
	json_key(&j, STR("settings"));
	json_open(&j, '[');
	for (size_t i = 0; i < is->n; i++) {
		const struct str *now = is->entries[i].value, *former = map_get_or_null(was, is->entries[i].key);
		if (former && str_eq(*former, *now)) continue;
		put_change(&j, is->entries[i].key, former, now);
		n++;
	}
	for (size_t i = 0; i < was->n; i++) {
		if (map_get_or_null(is, was->entries[i].key)) continue;
		put_change(&j, was->entries[i].key, was->entries[i].value, NULL);
		n++;
	}
	json_close(&j, ']');
	json_close(&j, '}');
	return n && !b.over ? arena_str(a, buf_str(&b)) : STR("");
}

struct str settings_changed(struct trace *tr, struct tenant_id id, struct arena *a)
{
	const struct tenant *t = tenants_hold_or_null(tr->site->tenants, id);
	struct str diff = STR("");
	if (!t) return diff;
	lock_take(&tr->lock);
	struct known *k = known_of(tr, t);
	if (k->generation != t->generation) {
		diff = compare(&k->settings, &t->settings, a);
		learn(k, t);
	}
	lock_give(&tr->lock);
	tenant_release(tr->site->tenants, t);
	return diff;
}

/* --- life ------------------------------------------------------------------------------------------------------------------ */

bool trace_open(struct site *s, struct err *e)
{
	(void)e;
	auto_arena a = ARENA_INIT;
	struct tenant_id *ids;
	struct trace *tr = calloc(1, sizeof *tr);
	ensure(tr != NULL);
	tr->site = s;
	lock_init(&tr->lock, LOCK_TRACE);
	lock_bell_init(&tr->made);
	s->trace = tr;
	size_t n = tenants_list(s->tenants, &a, &ids);
	for (size_t i = 0; i < n; i++) (void)settings_changed(tr, ids[i], &a);
	return true;
}

void trace_close(struct site *s)
{
	struct trace *tr = s ? s->trace : NULL;
	if (!tr) return;
	struct err e = { 0 };
	if (!trace_flush(s, &e)) log_failure(s->log, LOG_LEVEL_ERROR, "calls of keys", &e);
	views_close(tr);
	while (tr->known) {
		struct known *next = tr->known->next;
		arena_done(&tr->known->arena);
		free(tr->known);
		tr->known = next;
	}
	lock_bell_done(&tr->made);
	lock_done(&tr->lock);
	free(tr);
	s->trace = NULL;
}
