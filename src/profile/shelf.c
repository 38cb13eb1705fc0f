/* Where finished profiles stand, and who makes them: a small dataset's is made by whoever asks first, a large one's by
 * a lane of its own, one at a time a dataset. What was asked for least lately goes first. */
#include "profile/inside.h"

#include <stdlib.h>

enum { KEPT = 96, MAKING = 16, CELLS_AT_ONCE = 200000, AT_ONCE_MS = 4000, LONGEST_S = 60, STILL_FRESH_S = 60 };

struct job {
	struct profiles *of;     /* NULL: free */
	struct version_ref at;
	struct tenant_id tenant; /* whose dataset it is; the version may be another portal's */
	struct str slug;
	struct cancel cancel;
	char room[LIMIT_URL_BYTES];
};
struct profiles {
	struct site *site;
	struct lane *lane;       /* of its own, so that exports need not wait for it */
	struct lock lock;        /* LOCK_PROFILE; guards all of the rest */
	struct kept *kept[KEPT];
	int64_t used_ns[KEPT];
	struct job jobs[MAKING];
	bool stopping;
};

bool profiles_open(struct site *s, struct err *e)
{
	struct lane_options o = { .name = "profile", .workers = 1, .queue = MAKING, .share = MAKING / 2 };
	struct profiles *p = calloc(1, sizeof *p);
	if (!p)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (!lane_open(&o, &p->lane, e)) {
		free(p);
		return false;
	}
	p->site = s;
	lock_init(&p->lock, LOCK_PROFILE);
	s->profiles = p;
	return true;
}

void profiles_stop(struct site *s)
{
	struct profiles *p = s->profiles;
	if (!p)
		return;
	struct cancel *running[MAKING];
	size_t n = 0;
	lock_take(&p->lock);
	p->stopping = true;
	for (size_t i = 0; i < MAKING; i++)
		if (p->jobs[i].of)
			running[n++] = &p->jobs[i].cancel;
	lock_give(&p->lock);
	/* Jobs free their places, never their memory, so that a token that is over may still be fired. */
	for (size_t i = 0; i < n; i++)
		cancel_fire(running[i]);
	lane_close(p->lane);
	p->lane = NULL;
}

void profiles_close(struct site *s)
{
	struct profiles *p = s->profiles;
	if (!p)
		return;
	if (p->lane)
		lane_close(p->lane);
	for (size_t i = 0; i < KEPT; i++)
		if (p->kept[i])
			kept_free(p->kept[i]);
	lock_done(&p->lock);
	free(p);
	s->profiles = NULL;
}

void profile_release(const struct profile *p)
{
	if (!p)
		return;
	struct kept *k = (struct kept *)(uintptr_t)p; /* the profile is its first member, and ours */
	if (!k->of) {
		kept_free(k);
		return;
	}
	struct profiles *of = k->of;
	lock_take(&of->lock);
	k->users--;
	bool gone = k->dropped && k->users == 0;
	lock_give(&of->lock);
	if (gone)
		kept_free(k);
}

const struct profile_field *profile_field_or_null(const struct profile *p, struct str name)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->fields[i].name, name))
			return &p->fields[i];
	return NULL;
}

static bool same(struct version_ref a, struct version_ref b)
{
	return a.tenant.v == b.tenant.v && a.dataset == b.dataset && a.number == b.number;
}

/* Of a version that records are pushed onto, what was found out a moment ago will do. */
static struct kept *find(struct profiles *p, struct version_ref at, struct str filter)
{
	int64_t now = clock_monotonic_ns();
	for (size_t i = 0; i < KEPT; i++) {
		struct kept *k = p->kept[i];
		if (!k || !same(k->at, at) || !str_eq(k->filter, filter) || (k->at.live != at.live && now - k->made_ns > (int64_t)STILL_FRESH_S * 1000000000))
			continue;
		p->used_ns[i] = now;
		return k;
	}
	return NULL;
}

/* Takes the profile; gives one that has to go now, or NULL. */
static struct kept *put(struct profiles *p, struct kept *k)
{
	size_t at = 0;
	for (size_t i = 0; i < KEPT; i++) {
		if (p->kept[i] && p->kept[i]->at.dataset == k->at.dataset && p->kept[i]->at.tenant.v == k->at.tenant.v && str_eq(p->kept[i]->filter, k->filter)) {
			at = i;
			break;
		}
		if (!p->kept[i] ? p->kept[at] != NULL : p->kept[at] && p->used_ns[i] < p->used_ns[at])
			at = i;
	}
	struct kept *old = p->kept[at];
	k->of = p;
	p->kept[at] = k;
	p->used_ns[at] = clock_monotonic_ns();
	if (!old)
		return NULL;
	old->dropped = true;
	return old->users ? NULL : old;
}

static struct query_target whole_target(const struct dataset *d)
{
	return (struct query_target){ .at = d->version, .schema = &d->schema, .dataset_id = d->slug, .record_timestamp_us = d->data_processed.us };
}

/* --- beside the pages -------------------------------------------------------------------------------------- */

static bool make(struct job *j, struct kept **out, struct err *e)
{
	struct site *s = j->of->site;
	const struct catalog_view *v;
	*out = NULL;
	if (!catalog_hold(s->catalog, j->tenant, &v, e))
		return false;
	const struct dataset *d = catalog_find_or_null(v, j->slug);
	bool ok = true;
	if (d && same(d->version, j->at)) {
		struct query_target t = whole_target(d);
		ok = profile_measure(s->engine, &t, clock_monotonic_ns() + (int64_t)LONGEST_S * 1000000000, &j->cancel, out, e);
	}
	catalog_release(s->catalog, v);
	return ok;
}

static void run(void *arg)
{
	struct job *j = arg;
	struct profiles *p = j->of;
	struct kept *k = NULL, *old = NULL;
	struct err e = { 0 };
	if (!make(j, &k, &e) && p->site->log)
		log_say(p->site->log, LOG_LEVEL_WARN, "profile", log_text("why", str_of(e.priv[0] ? e.priv : e.pub)));
	lock_take(&p->lock);
	if (k && !p->stopping) {
		old = put(p, k);
		k = NULL;
	}
	j->of = NULL;
	lock_give(&p->lock);
	if (k)
		kept_free(k);
	if (old)
		kept_free(old);
}

static bool begin(struct profiles *p, struct tenant_id tenant, const struct dataset *d)
{
	struct job *j = NULL;
	lock_take(&p->lock);
	for (size_t i = 0; i < MAKING; i++) {
		struct job *at = &p->jobs[i];
		if (at->of && same(at->at, d->version) && at->tenant.v == tenant.v && str_eq(at->slug, d->slug)) {
			lock_give(&p->lock);
			return true;
		}
		if (!at->of && !j)
			j = at;
	}
	if (j && !p->stopping && d->slug.n < sizeof j->room) {
		j->of = p;
		j->at = d->version;
		j->tenant = tenant;
		memcpy(j->room, d->slug.p, d->slug.n);
		j->slug = str_make(j->room, d->slug.n);
		cancel_init(&j->cancel);
	} else {
		j = NULL;
	}
	lock_give(&p->lock);
	if (!j)
		return false;
	if (lane_put(p->lane, tenant.v, run, j))
		return true;
	lock_take(&p->lock);
	j->of = NULL;
	lock_give(&p->lock);
	return false;
}

/* --- for a page -------------------------------------------------------------------------------------------- */

static bool is_small(int64_t rows, size_t fields)
{
	return rows >= 0 && rows * (int64_t)num_max(fields, (size_t)1) <= CELLS_AT_ONCE && fields <= 60;
}

static bool make_now(const struct profile_ask *q, const struct query_target *t, const struct profile **out, struct err *e)
{
	struct profiles *p = q->site->profiles;
	struct kept *k, *old;
	if (!profile_measure(q->site->engine, t, clock_monotonic_ns() + (int64_t)AT_ONCE_MS * 1000000, q->cancel, &k, e))
		return false;
	/* What was cut short is for this reader alone. */
	if (k->profile.whole) {
		lock_take(&p->lock);
		k->users = 1;
		old = put(p, k);
		lock_give(&p->lock);
		if (old)
			kept_free(old);
	}
	*out = &k->profile;
	return true;
}

bool profile_hold(const struct profile_ask *q, enum profile_state *state, const struct profile **out, struct err *e)
{
	struct profiles *p = q->site->profiles;
	const struct dataset *whole = catalog_find_or_null(q->view, q->target->dataset_id);
	*out = NULL;
	*state = PROFILE_NONE;
	if (!whole || !p)
		return true;
	struct query_target t = whole_target(whole);
	t.row_filter = str_trim(q->target->row_filter);
	auto_arena a = ARENA_INIT;
	struct str key = profile_key(&a, &t);
	lock_take(&p->lock);
	struct kept *k = find(p, whole->version, key);
	if (k)
		k->users++;
	lock_give(&p->lock);
	if (k) {
		*state = PROFILE_READY;
		*out = &k->profile;
		return true;
	}
	if (is_small(whole->rows, whole->schema.n)) {
		*state = PROFILE_READY;
		return make_now(q, &t, out, e);
	}
	if (!t.row_filter.n && begin(p, q->view->tenant, whole))
		*state = PROFILE_COMING;
	return true;
}
