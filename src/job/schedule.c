/* Schedules as rows, and the clock's part: what is due is put in the queue, and its next time is written down in the same
 * transaction, so that nothing is begun twice and a long stop of the server begins a thing once. */
#include "crypt/crypt.h"
#include "job/cron.h"
#include "job/inside.h"

enum { UID = 6, MOST = 20, DUE = 200, JUMP_S = 120, FAR_S = 3600 };

static struct str portal_zone(struct site *s, struct tenant_id id, struct arena *a, int64_t *least)
{
	struct str zone = STR("UTC");
	const struct tenant *t = tenants_hold_or_null(s->tenants, id);
	*least = 5;
	if (!t) return zone;
	zone = arena_str(a, tenant_setting(t, "timezone"));
	*least = tenant_number(t, "schedule.least_minutes");
	tenant_release(s->tenants, t);
	return zone;
}

static int64_t next_of(struct str cron, struct str zone, int64_t after)
{
	struct err ignored = { 0 };
	struct cron c;
	int64_t next;
	const struct clock_zone *z = clock_zone_or_null(zone);
	return cron_read(cron, &c, &ignored) && cron_next(&c, z ? z : clock_utc(), after, &next) ? next : 0;
}

/* --- rows ------------------------------------------------------------------------------------------------------ */

bool job_schedules(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct job_schedule **out, size_t *n, struct err *e)
{
	VEC(struct job_schedule) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	int64_t least;
	struct str zone = portal_zone(s, t, a, &least);
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &job_q[JOB_Q_schedules], t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) {
			struct job_schedule *x = vec_add(a, &list);
			*x = (struct job_schedule){ .uid = arena_str(a, store_text(r, 0)), .cron = arena_str(a, store_text(r, 1)), .timezone = arena_str(a, store_text(r, 2)),
				                    .next = { store_int(r, 3) }, .last = { store_int(r, 4) }, .failures = store_int(r, 5) };
			if (!x->timezone.n) x->timezone = zone;
		}
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

static bool check(struct str cron, struct str zone, int64_t least, int64_t *next, struct err *e)
{
	struct cron c;
	int64_t now = clock_now().us, minutes;
	const struct clock_zone *z = clock_zone_or_null(zone);
	if (!z) return err_set(e, ERR_PARAMETER, "There is no time zone \"%.*s\"; they are called as Europe/Paris is.", STR_ARG(str_sub(zone, 0, 60)));
	if (!cron_read(cron, &c, e)) return false;
	if (!cron_next(&c, z, now, next) || !cron_least_minutes(&c, now, &minutes)) return err_set(e, ERR_PARAMETER, "The schedule never comes: no month has such a day.");
	if (minutes < least)
		return err_set(e, ERR_PARAMETER, "The schedule comes every %lld minutes at its most frequent; this portal allows one every %lld minutes.", (long long)minutes, (long long)least);
	return true;
}

static struct str one_blank(struct arena *a, struct str cron)
{
	auto_buf b = BUF_INIT(1024);
	cron = str_trim(cron);
	for (size_t i = 0; i < cron.n; i++) {
		bool blank = cron.p[i] == ' ' || cron.p[i] == '\t';
		if (!blank || (b.n && b.p[b.n - 1] != ' ')) buf_put_char(&b, blank ? ' ' : cron.p[i]);
	}
	return arena_str(a, buf_str(&b));
}

bool job_schedule_write(struct site *s, struct tenant_id t, int64_t dataset, struct str uid, struct str cron, struct str timezone, int64_t who,
                        struct arena *a, struct job_schedule *out, struct err *e)
{
	struct store_tx *tx;
	int64_t least, next, now = clock_now().us;
	struct str portal = portal_zone(s, t, a, &least), zone = timezone.n ? timezone : portal;
	char random[UID + 1];
	if (!check(cron, zone, least, &next, e)) return false;
	crypt_random_base36(random, UID);
	struct str id = uid.n ? arena_str(a, uid) : arena_printf(a, "sc_%s", random), text = one_blank(a, cron);
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = uid.n ? store_run(tx, &job_q[JOB_Q_schedule_set], t,
	                            STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_TEXT(id), VALUE_OF_TEXT(text), VALUE_OF_TEXT(timezone), VALUE_OF_INT(next)), e) :
	                  store_run(tx, &job_q[JOB_Q_schedule_add], t,
	                            STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_TEXT(id), VALUE_OF_TEXT(text), VALUE_OF_TEXT(timezone), VALUE_OF_INT(next), VALUE_OF_INT(who),
	                                         VALUE_OF_INT(now), VALUE_OF_INT(MOST)), e);
	if (ok && store_changes(tx) == 0)
		ok = uid.n ? err_set(e, ERR_NOT_FOUND, "There is no schedule \"%.*s\" of this dataset.", STR_ARG(str_sub(uid, 0, 40))) :
		             err_set(e, ERR_CONFLICT, "A dataset has at most %d schedules.", MOST);
	if (!store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
	*out = (struct job_schedule){ .uid = id, .cron = text, .timezone = arena_str(a, zone), .next = { next } };
	jobs_tick(s);
	return true;
}

bool job_schedule_remove(struct site *s, struct tenant_id t, int64_t dataset, struct str uid, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, &job_q[JOB_Q_schedule_drop], t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_TEXT(uid)), e);
	if (ok && store_changes(tx) == 0) ok = err_set(e, ERR_NOT_FOUND, "There is no schedule \"%.*s\" of this dataset.", STR_ARG(str_sub(uid, 0, 40)));
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* --- the clock ------------------------------------------------------------------------------------------------------ */

struct due { int64_t id, dataset; struct tenant_id tenant; struct str cron, zone; bool published; };

static bool read_due(struct site *s, struct arena *a, const struct store_house_query *q, int64_t at, struct due **out, size_t *n, struct err *e)
{
	VEC(struct due) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask_house(tx, q, STORE_PARAMS(VALUE_OF_INT(at)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW && list.n < DUE)
			vec_push(a, &list, (struct due){ .id = store_int(r, 0), .tenant = { store_int(r, 1) }, .dataset = store_int(r, 2), .cron = arena_str(a, store_text(r, 3)),
			                                 .zone = arena_str(a, store_text(r, 4)), .published = store_int(r, 5) != 0 });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

static bool note_next(struct site *s, const struct due *d, int64_t last, struct arena *a, struct err *e)
{
	struct store_tx *tx;
	int64_t least, now = clock_now().us;
	struct str zone = d->zone.n ? d->zone : portal_zone(s, d->tenant, a, &least);
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run_house(tx, &job_h[JOB_H_schedule_next], STORE_PARAMS(VALUE_OF_INT(d->id), VALUE_OF_INT(next_of(d->cron, zone, now)), VALUE_OF_INT(last)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

static bool is_suspended(struct site *s, struct tenant_id id)
{
	const struct tenant *t = tenants_hold_or_null(s->tenants, id);
	bool suspended = !t || t->suspended;
	if (t) tenant_release(s->tenants, t);
	return suspended;
}

/* A dataset that is not published is not published by a clock, and nothing is of a portal that is suspended: what comes due meanwhile is left
 * out. One that is busy is begun anew by what waits already. */
static bool begin(struct site *s, const struct due *d, struct arena *a, struct err *e)
{
	int64_t job, now = clock_now().us;
	struct err own = { 0 };
	const struct job_order o = { .tenant = d->tenant, .dataset = d->dataset, .kind = JOB_PUBLISH, .if_changed = true };
	bool due = d->published && !is_suspended(s, d->tenant);
	if (!note_next(s, d, due ? now : 0, a, e)) return false;
	if (!due || job_put(s, &o, &job, &own) || own.code == ERR_CONFLICT) return true;
	*e = own;
	return false;
}

/* The wall clock went back: what was to come in what is now a far future is reckoned anew, and nothing waits for it. */
static bool set_right(struct site *s, struct arena *a, struct err *e)
{
	struct due *list;
	struct store_tx *tx;
	size_t n;
	int64_t now = clock_now().us;
	if (!read_due(s, a, &job_h[JOB_H_schedules_all], 0, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (!note_next(s, &list[i], 0, a, e)) return false;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run_house(tx, &job_h[JOB_H_wait_no_more], STORE_PARAMS(VALUE_OF_INT(now + (int64_t)FAR_S * JOB_SECOND_US)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool job_schedules_turn(struct jobs *j, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct due *list;
	size_t n;
	int64_t now = clock_now().us, before = j->looked_us;
	j->looked_us = now;
	if (before && now < before - (int64_t)JUMP_S * JOB_SECOND_US && !set_right(j->site, &a, e)) return false;
	if (!read_due(j->site, &a, &job_h[JOB_H_due], now, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (!begin(j->site, &list[i], &a, e)) return false;
	return true;
}
