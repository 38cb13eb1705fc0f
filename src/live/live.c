/* The two threads, the first reading of all journals, and the end. */
#include "live/inside.h"
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

/* With the lock: the stream after one, or the first. Streams are only ever added. */
static struct stream *next_of(struct live *l, const struct stream *s)
{
	lock_take(&l->lock);
	struct stream *next = s ? s->next : l->first;
	lock_give(&l->lock);
	return next;
}

static bool is_stopped(struct live *l)
{
	lock_take(&l->lock);
	bool stop = l->stop;
	lock_give(&l->lock);
	return stop;
}

static void *apply_run(void *arg)
{
	struct live *l = arg;
	while (!is_stopped(l)) {
		int64_t due = clock_monotonic_ns() + 1000 * MS;
		lock_take(&l->lock);
		l->something = false;
		lock_give(&l->lock);
		for (struct stream *s = next_of(l, NULL); s; s = next_of(l, s)) {
			int64_t next = stream_tick(s, clock_monotonic_ns());
			due = num_min(due, next);
		}
		lock_take(&l->lock);
		while (!l->stop && !l->something && lock_bell_wait_until(&l->work, &l->lock, due)) continue;
		/* Woken before anything is due: the pushes of a moment go in together. */
		lock_give(&l->lock);
	}
	return NULL;
}

static void *compact_run(void *arg)
{
	struct live *l = arg;
	while (!is_stopped(l)) {
		for (struct stream *s = next_of(l, NULL); s && !is_stopped(l); s = next_of(l, s)) {
			struct err e = { 0 };
			if (!stream_compact(s, &e) && l->site->log) log_failure(l->site->log, LOG_LEVEL_WARN, "push.compact", &e);
			stream_renew(s, clock_monotonic_ns());
		}
		lock_take(&l->lock);
		if (!l->stop) (void)lock_bell_wait_until(&l->compact, &l->lock, clock_monotonic_ns() + 1000 * MS);
		lock_give(&l->lock);
	}
	return NULL;
}

/* --- journals of datasets and portals that are gone ----------------------------------------------------- */

static void remove_folder(struct str folder)
{
	DIR *d = opendir(folder.p);
	if (!d) return;
	auto_arena a = ARENA_INIT;
	for (struct dirent *f; (f = readdir(d));)
		if (str_ends(str_of(f->d_name), STR(".log"))) unlink(arena_printf(&a, "%.*s/%s", STR_ARG(folder), f->d_name).p);
	closedir(d);
	rmdir(folder.p);
}

static bool is_known(int64_t (*pairs)[2], size_t n, int64_t tenant, int64_t dataset)
{
	for (size_t i = 0; i < n; i++)
		if (pairs[i][0] == tenant && pairs[i][1] == dataset) return true;
	return false;
}

static void sweep(struct live *l, int64_t (*pairs)[2], size_t n)
{
	auto_arena a = ARENA_INIT;
	struct str root = arena_printf(&a, "%.*s/push", STR_ARG(l->site->folder));
	DIR *d = opendir(root.p);
	for (struct dirent *f; d && (f = readdir(d));) {
		int64_t tenant;
		int64_t dataset;
		if (!str_to_int(str_of(f->d_name), &tenant)) continue;
		struct str portal = arena_printf(&a, "%.*s/%s", STR_ARG(root), f->d_name);
		DIR *p = opendir(portal.p);
		for (struct dirent *x; p && (x = readdir(p));) {
			if (!str_to_int(str_of(x->d_name), &dataset) || is_known(pairs, n, tenant, dataset)) continue;
			remove_folder(arena_printf(&a, "%.*s/%s", STR_ARG(portal), x->d_name));
		}
		if (p) closedir(p);
		rmdir(portal.p); /* only when nothing is left in it */
	}
	if (d) closedir(d);
}

/* --- opening and closing -------------------------------------------------------------------------------- */

/* Every dataset that may be pushed to, before the first question is answered. One that cannot be read
 * keeps the others from nothing: it is tried again, and refuses pushes meanwhile. `only` 0: of all portals. */
static bool load_all(struct live *l, struct tenant_id only, struct err *e)
{
	auto_arena a = ARENA_INIT;
	int64_t (*pairs)[2];
	size_t n;
	if (!access_all(l->site, &a, &pairs, &n, e)) return false;
	if (!only.v) sweep(l, pairs, n);
	for (size_t i = 0; i < n; i++) {
		if (only.v && pairs[i][0] != only.v) continue;
		struct err bad = { 0 };
		struct stream *s;
		bool ok = stream_of(l, (struct tenant_id){ pairs[i][0] }, pairs[i][1], &s, &bad) && stream_load(s, &bad);
		if (!ok && l->site->log) log_failure(l->site->log, LOG_LEVEL_ERROR, "push.load", &bad);
	}
	return true;
}

bool live_open(struct site *site, bool serves, struct err *e)
{
	struct live *l = calloc(1, sizeof *l);
	ensure(l);
	l->site = site;
	l->serves = serves;
	lock_init(&l->lock, LOCK_LIVE);
	lock_bell_init(&l->work);
	lock_bell_init(&l->compact);
	cancel_init(&l->cancel);
	site->live = l;
	bool ok = load_all(l, (struct tenant_id){ 0 }, e);
	if (ok && serves) {
		l->has_applier = pthread_create(&l->applier, NULL, apply_run, l) == 0;
		l->has_compactor = pthread_create(&l->compactor, NULL, compact_run, l) == 0;
		ok = (l->has_applier && l->has_compactor) || err_set(e, ERR_SYSTEM, "no thread for pushed records");
	}
	if (!ok) live_close(site);
	return ok;
}

bool live_take_up(struct site *site, struct tenant_id t, struct err *e) { return !site->live || load_all(site->live, t, e); }

void live_close(struct site *site)
{
	struct live *l = site ? site->live : NULL;
	if (!l) return;
	lock_take(&l->lock);
	l->stop = true;
	lock_bell_ring_all(&l->work);
	lock_bell_ring_all(&l->compact);
	lock_give(&l->lock);
	cancel_fire(&l->cancel);
	if (l->has_applier) pthread_join(l->applier, NULL);
	if (l->has_compactor) pthread_join(l->compactor, NULL);
	while (l->first) {
		struct stream *next = l->first->next;
		stream_free(l->first);
		l->first = next;
	}
	cancel_done(&l->cancel);
	lock_bell_done(&l->compact);
	lock_bell_done(&l->work);
	lock_done(&l->lock);
	free(l);
	site->live = NULL;
}
