/* Datasets of other servers that are live: while somebody reads one, its origin is asked at most every so many seconds (setting live_seconds) whether it
 * has changed, and if so the dataset is published anew, beside the readers. Whoever reads waits for nobody: they get what stands. A few
 * threads, of which one at a time asks any one server, so that a slow one keeps nobody waiting but those who read from it; what they know of
 * times is in memory, what readers are told of a silent origin in the store. */
#include "config/config.h"
#include "fetch/fetch.h"
#include "job/inside.h"
#include <errno.h>
#include <stdlib.h>

enum { ASKERS = 6, MOST = 10000, STACK = 1 << 20, UNSURE_S = 3600, SILENT_S = 600 };

struct one {
	struct tenant_id tenant;
	int64_t dataset;
	bool asked;          /* somebody read it since it was last looked at */
	bool open;           /* its time has come: whoever reads it next has it looked at; answers that are kept were dropped for that */
	int64_t due_ns;      /* not before */
	int fails;           /* in a row */
	uint64_t origin;     /* the server it comes from, hashed; 0: not known yet */
	bool busy;           /* that server is being asked */
};

struct asker {
	struct far *far;
	pthread_t thread;
	struct cancel cancel;
};

struct far {
	struct lock lock;    /* LOCK_FAR; guards what follows */
	struct lock_bell bell;
	struct one *list;
	size_t n, cap;
	bool stopping;
	struct site *site;
	int64_t every_ns;
	struct asker askers[ASKERS];
	size_t started;
};

static struct one *find_or_null(struct far *f, struct tenant_id t, int64_t dataset)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->list[i].dataset == dataset && f->list[i].tenant.v == t.v) return &f->list[i];
	return NULL;
}

static void asked(void *arg, struct tenant_id t, int64_t dataset)
{
	struct far *f = arg;
	lock_take(&f->lock);
	struct one *o = find_or_null(f, t, dataset);
	if (!o && f->n < MOST && !f->stopping) {
		if (f->n == f->cap) {
			f->cap = f->cap ? 2 * f->cap : 16;
			f->list = realloc(f->list, f->cap * sizeof *f->list);
			ensure(f->list != NULL);
		}
		o = &f->list[f->n++];
		*o = (struct one){ .tenant = t, .dataset = dataset, .open = true };
	}
	bool now = o && o->open && !o->asked;
	if (o) o->asked = true;
	if (now) lock_bell_ring(&f->bell);
	lock_give(&f->lock);
}

/* --- one dataset ------------------------------------------------------------------------------------------------- */

/* What the published configuration says of the source, and what was known of it when it was read. */
static bool read_source(struct site *s, const struct one *o, struct arena *a, const struct json_node **source, struct str *known, bool *live, struct err *e)
{
	struct config c;
	const struct json_node *told, *summary;
	const struct catalog_view *v;
	struct str text = STR("");
	*live = false;
	if (!config_of_dataset(s, o->tenant, o->dataset, a, &c, e) || !config_as_published(s, o->tenant, a, &c, &told, e)) return false;
	if (!catalog_hold(s->catalog, o->tenant, &v, e)) return false;
	const struct dataset *d = catalog_find_or_null(v, c.slug);
	if (d && d->far.live) {
		text = arena_str(a, d->summary);
		*live = true;
	}
	catalog_release(s->catalog, v);
	*source = json_get(json_at(json_get(c.doc, "resources"), 0), "datasource");
	*known = STR("");
	if (!*live || !fetch_is_live(*source)) return *live = false, true;
	if (json_read_in(a, text, &summary, &(struct err){ 0 })) *known = json_text(json_get(json_at(json_get(summary, "sources"), 0), "known"));
	return true;
}

static bool publish_again(struct site *s, const struct one *o, struct err *e)
{
	int64_t job;
	struct err own = { 0 };
	const struct job_order order = { .tenant = o->tenant, .dataset = o->dataset, .kind = JOB_PUBLISH, .if_changed = true };
	if (job_put(s, &order, &job, &own) || own.code == ERR_CONFLICT) return true;
	*e = own;
	return false;
}

struct seen { struct arena arena; const struct json_node *source; struct str known; bool live; uint64_t origin; };

/* Two ports of one machine are two servers. */
static uint64_t origin_of(const struct json_node *source)
{
	struct str url = json_text(json_get(source, "url"));
	ptrdiff_t scheme = str_find(url, STR("://"));
	struct str rest = scheme < 0 ? url : str_from(url, (size_t)scheme + 3);
	ptrdiff_t slash = str_find_char(rest, '/');
	return map_hash(slash < 0 ? rest : str_sub(rest, 0, (size_t)slash)) | 1;
}

static void see(struct site *s, const struct one *o, struct seen *out)
{
	struct err e = { 0 };
	if (!read_source(s, o, &out->arena, &out->source, &out->known, &out->live, &e)) {
		log_failure(s->log, LOG_LEVEL_WARN, "live.source", &e);
		out->live = false;
	}
	out->origin = out->live ? origin_of(out->source) : 0;
}

/* Seconds until it may be looked at again. */
static int64_t ask(struct asker *by, const struct one *o, const struct seen *seen, bool *failed)
{
	struct site *s = by->far->site;
	struct err e = { 0 }, own = { 0 };
	bool changed = false, sure = true;
	const struct fetch_request r = { .tenant = o->tenant, .dataset = o->dataset, .datasource = seen->source, .known = seen->known, .cancel_or_null = &by->cancel };
	*failed = !fetch_there_changed(s, &r, &changed, &sure, &e);
	if (cancel_fired(&by->cancel)) return 0;
	struct str fault = !*failed ? STR("") : str_of(e.pub[0] ? e.pub : err_kind(e.code)->sentence);
	if (*failed) log_failure(s->log, LOG_LEVEL_WARN, "live.ask", &e);
	/* What has changed is told by the publication that follows. */
	bool ok = changed ? publish_again(s, o, &own) : publish_far_note(s, o->tenant, o->dataset, fault, &own);
	if (!ok) log_failure(s->log, LOG_LEVEL_WARN, "live.note", &own);
	return sure ? 0 : UNSURE_S;
}

/* --- all of them ----------------------------------------------------------------------------------------------------- */

/* Answers that are kept ask nobody: they go once, when the time has come, so that the next reader is heard. With the lock, given up meanwhile. */
static void open_one(struct far *f, struct one *o)
{
	struct tenant_id t = o->tenant;
	o->open = true;
	lock_give(&f->lock);
	site_changed(f->site, t);
	lock_take(&f->lock);
}

static bool is_asked(const struct far *f, uint64_t origin)
{
	for (size_t i = 0; origin && i < f->n; i++)
		if (f->list[i].busy && f->list[i].origin == origin) return true;
	return false;
}

static void look_at(struct asker *by, struct one *o)
{
	struct far *f = by->far;
	struct one copy = *o;
	struct seen seen = { 0 };
	bool failed = false;
	int64_t wait_ns = 0;
	o->asked = o->open = false;
	o->due_ns = INT64_MAX;
	lock_give(&f->lock);
	see(f->site, &copy, &seen);
	lock_take(&f->lock);
	o = find_or_null(f, copy.tenant, copy.dataset);
	ensure(o != NULL);
	o->origin = seen.origin;
	if (is_asked(f, seen.origin)) { /* its turn comes when that one has been answered */
		o->asked = o->open = true;
		o->due_ns = 0;
		arena_done(&seen.arena);
		return;
	}
	if (seen.live) {
		o->busy = true;
		lock_give(&f->lock);
		wait_ns = ask(by, &copy, &seen, &failed) * JOB_SECOND_NS;
		lock_take(&f->lock);
		o = find_or_null(f, copy.tenant, copy.dataset);
		ensure(o != NULL);
		o->busy = false;
		lock_bell_ring_all(&f->bell);
	}
	arena_done(&seen.arena);
	wait_ns = num_max(wait_ns, f->every_ns);
	o->fails = failed ? num_min(o->fails + 1, 10) : 0;
	/* A dead origin is asked less and less often. */
	if (failed) wait_ns = num_max(wait_ns, num_min(f->every_ns << (o->fails - 1), SILENT_S * JOB_SECOND_NS));
	o->due_ns = clock_monotonic_ns() + wait_ns;
}

/* Whether there was something to do; else *until: when to look again. */
static bool turn(struct asker *by, int64_t *until)
{
	struct far *f = by->far;
	int64_t now = clock_monotonic_ns();
	*until = now + 3600 * JOB_SECOND_NS;
	for (size_t i = 0; i < f->n; i++) {
		struct one *o = &f->list[i];
		if (o->due_ns > now) *until = num_min(*until, o->due_ns);
		else if (is_asked(f, o->origin)) continue;
		else if (o->asked) return look_at(by, o), true;
		else if (!o->open) return open_one(f, o), true;
	}
	return false;
}

static void *run(void *arg)
{
	struct asker *by = arg;
	struct far *f = by->far;
	int64_t until;
	pthread_setname_np(pthread_self(), "live far");
	lock_take(&f->lock);
	while (!f->stopping)
		if (!turn(by, &until) && !f->stopping) (void)lock_bell_wait_until(&f->bell, &f->lock, until);
	lock_give(&f->lock);
	return NULL;
}

static void end(struct far *f)
{
	free(f->list);
	for (size_t i = 0; i < ASKERS; i++) cancel_done(&f->askers[i].cancel);
	lock_bell_done(&f->bell);
	lock_done(&f->lock);
	free(f);
}

static bool start(struct far *f, struct err *e)
{
	pthread_attr_t attributes;
	ensure(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, STACK) == 0);
	int failed = 0;
	while (!failed && f->started < ASKERS) {
		struct asker *by = &f->askers[f->started];
		failed = pthread_create(&by->thread, &attributes, run, by);
		f->started += !failed;
	}
	pthread_attr_destroy(&attributes);
	errno = failed;
	return !failed || err_os(e, "start the threads that ask other servers");
}

bool far_open(struct site *s, struct far **out, struct err *e)
{
	struct far *f = calloc(1, sizeof *f);
	ensure(f != NULL);
	f->site = s;
	f->every_ns = (s->conf ? s->conf->live_seconds : 60) * JOB_SECOND_NS;
	lock_init(&f->lock, LOCK_FAR);
	lock_bell_init(&f->bell);
	for (size_t i = 0; i < ASKERS; i++) {
		f->askers[i].far = f;
		cancel_init(&f->askers[i].cancel);
	}
	if (!start(f, e)) {
		far_stop(f);
		end(f);
		return false;
	}
	s->asked_arg = f;
	s->asked = asked;
	*out = f;
	return true;
}

void far_stop(struct far *f)
{
	if (!f) return;
	lock_take(&f->lock);
	f->stopping = true;
	lock_bell_ring_all(&f->bell);
	lock_give(&f->lock);
	for (size_t i = 0; i < f->started; i++) cancel_fire(&f->askers[i].cancel);
	for (size_t i = 0; i < f->started; i++) pthread_join(f->askers[i].thread, NULL);
}

/* Requests that are still answered reach it until the last of them has gone. */
void jobs_done(struct site *s)
{
	struct far *f = s->asked_arg;
	s->asked = NULL;
	s->asked_arg = NULL;
	if (f) end(f);
}
