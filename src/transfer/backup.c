/* Backups of one portal: ordered by a person or by the day, made one at a time by a thread, kept as tar files for so many days. */
#include "transfer/inside.h"
#include "clock/clock.h"
#include "crypt/crypt.h"
#include "io/io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MINUTE_NS INT64_C(60000000000)
#define DAY_US INT64_C(86400000000)
#define HOUR_US INT64_C(3600000000)
#define T(s) VALUE_OF_TEXT(s)
#define N(n) VALUE_OF_INT(n)
#define ASK(name) (&transfer_queries[TRANSFER_Q_##name])

/* --- the store --------------------------------------------------------------------------------------------------------- */

bool transfer_write(struct site *s, int query, struct tenant_id t, const struct value *with, size_t n, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, &transfer_queries[query], t, with, n, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

static struct transfer_backup backup_of(struct store_rows *r, struct arena *a)
{
	return (struct transfer_backup){ .id = store_int(r, 0), .tenant = { store_int(r, 1) }, .uid = arena_str(a, store_text(r, 2)), .who = store_int(r, 3),
		.state = arena_str(a, store_text(r, 4)), .queued = { store_int(r, 5) }, .started = { store_int(r, 6) }, .ended = { store_int(r, 7) },
		.file = arena_str(a, store_text(r, 8)), .bytes = store_int(r, 9), .datasets = store_int(r, 10), .digest = arena_str(a, store_text(r, 11)),
		.message = arena_str(a, store_text(r, 12)), .restores = str_eq(store_text(r, 13), STR("restore")), .source = arena_str(a, store_text(r, 14)),
		.safety = arena_str(a, store_text(r, 15)), .contents = arena_str(a, store_text(r, 16)) };
}

bool transfer_backups(struct site *s, struct tenant_id t, struct arena *a, struct transfer_backup **out, size_t *n, struct err *e)
{
	VEC(struct transfer_backup) list = { 0 };
	struct err ignored = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, ASK(backup_list), t, STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &list, backup_of(r, a));
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}

bool transfer_backup_find(struct site *s, struct tenant_id t, struct str uid, struct arena *a, struct transfer_backup *out, struct err *e)
{
	struct transfer_backup *list;
	size_t n;
	if (!transfer_backups(s, t, a, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(list[i].uid, uid)) continue;
		*out = list[i];
		return true;
	}
	return err_set(e, ERR_NOT_FOUND, "There is no such backup.");
}

bool transfer_is_busy(const struct transfer_backup *list, size_t n, struct str source)
{
	for (size_t i = 0; i < n; i++)
		if (!list[i].ended.us && (!source.n || str_eq(list[i].source, source))) return true;
	return false;
}

bool transfer_backup_add(struct site *s, struct tenant_id t, int64_t who, struct arena *a, struct str *uid, struct err *e)
{
	char word[12 + 1];
	crypt_random_base36(word, sizeof word - 1);
	*uid = arena_str(a, str_of(word));
	return transfer_write(s, TRANSFER_Q_backup_add, t, STORE_PARAMS(T(*uid), N(who), N(clock_now().us)), e);
}

/* The thread looks at once. */
static void wake(struct site *s)
{
	struct backups *b = s->backups;
	if (!b) return;
	lock_take(&b->lock);
	b->ordered = true;
	lock_bell_ring_all(&b->wake);
	lock_give(&b->lock);
}

bool transfer_backup_order(struct site *s, struct tenant_id t, int64_t who, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct transfer_backup *list;
	struct str uid;
	size_t n;
	if (!transfer_backups(s, t, &a, &list, &n, e)) return false;
	if (transfer_is_busy(list, n, STR(""))) return err_set(e, ERR_CONFLICT, "A backup of this portal is under way already.");
	if (!transfer_backup_add(s, t, who, &a, &uid, e)) return false;
	wake(s);
	return true;
}

bool transfer_restore_order(struct site *s, const struct transfer_backup *b, int64_t who, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct transfer_backup *list;
	char uid[12 + 1];
	size_t n;
	if (!s->backups) return err_set(e, ERR_CONFLICT, "No server runs that could do it; `stoa portal import FILE.tar --replace` does.");
	if (!transfer_backups(s, b->tenant, &a, &list, &n, e)) return false;
	if (b->restores || !b->file.n) return err_set(e, ERR_CONFLICT, "This backup is not made yet, or failed: only one that is done can be brought back.");
	if (access(b->file.p, R_OK) != 0) return err_set(e, ERR_NOT_FOUND, "The file of this backup is not there any more.");
	if (transfer_is_busy(list, n, STR(""))) return err_set(e, ERR_CONFLICT, "A backup of this portal is being made or brought back. Wait until that is over.");
	crypt_random_base36(uid, sizeof uid - 1);
	if (!transfer_write(s, TRANSFER_Q_restore_add, b->tenant, STORE_PARAMS(T(str_of(uid)), N(who), N(clock_now().us), T(b->uid)), e)) return false;
	wake(s);
	return true;
}

static bool remove_one(struct site *s, const struct transfer_backup *b, struct err *e)
{
	if (b->file.n && unlink(b->file.p) != 0 && errno != ENOENT) return err_os(e, "remove a backup");
	return transfer_write(s, TRANSFER_Q_backup_drop, b->tenant, STORE_PARAMS(N(b->id)), e);
}

bool transfer_backup_remove(struct site *s, const struct transfer_backup *b, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct transfer_backup *list;
	size_t n;
	if (!transfer_backups(s, b->tenant, &a, &list, &n, e)) return false;
	if (transfer_is_busy(list, n, b->uid)) return err_set(e, ERR_CONFLICT, "This backup is being brought back. Wait until that is over.");
	return remove_one(s, b, e);
}

/* --- making ------------------------------------------------------------------------------------------------------------------ */

static struct str folder_of(struct site *s, struct arena *a)
{
	struct str own = s->conf ? str_of(s->conf->backup_folder) : STR("");
	if (!own.n) return arena_printf(a, "%.*s/backups", STR_ARG(s->folder));
	if (own.p[0] == '/') return arena_str(a, own);
	return arena_printf(a, "%.*s/%.*s", STR_ARG(s->folder), STR_ARG(own));
}

bool transfer_digest(struct str path, struct cancel *c, int64_t *bytes, char out[2 * CRYPT_SHA256 + 1], struct err *e)
{
	enum { PIECE = 64 * 1024 };
	auto_arena a = ARENA_INIT;
	char *room = arena_many(&a, 1, PIECE);
	struct crypt_sha256_state state;
	unsigned char hash[CRYPT_SHA256];
	ssize_t n;
	int fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return err_os(e, "read the backup");
	crypt_sha256_start(&state);
	*bytes = 0;
	while ((n = read(fd, room, PIECE)) > 0 && !cancel_fired(c)) {
		crypt_sha256_add(&state, str_make(room, (size_t)n));
		*bytes += n;
	}
	close(fd);
	if (n < 0) return err_os(e, "read the backup");
	if (n > 0) return err_set(e, ERR_CANCELLED, "interrupted");
	crypt_sha256_end(&state, hash);
	crypt_hex(hash, sizeof hash, out);
	return true;
}

static struct str file_of(struct site *s, const struct transfer_backup *b, struct str folder, struct arena *a)
{
	struct civil c;
	clock_civil_of_us(b->queued.us, &c);
	const struct tenant *t = tenants_hold_or_null(s->tenants, b->tenant);
	struct str host = t ? arena_str(a, t->host) : STR("portal");
	if (t) tenant_release(s->tenants, t);
	if (host.n && host.p[0] == '[') host = STR("portal");
	return arena_printf(a, "%.*s/%.*s-%04d-%02d-%02d-%.*s.tar", STR_ARG(folder), STR_ARG(host), (int)c.year, c.month, c.day, STR_ARG(b->uid));
}

static bool make(struct backups *k, struct transfer_backup *b, struct arena *a, struct err *e)
{
	struct site *s = k->site;
	struct str folder = folder_of(s, a), work = arena_printf(a, "%.*s/.%.*s", STR_ARG(folder), STR_ARG(b->uid));
	struct transfer_out how = { .tenant = b->tenant, .folder = work, .cancel_or_null = &k->cancel };
	struct transfer_told told;
	char digest[2 * CRYPT_SHA256 + 1];
	b->file = file_of(s, b, folder, a);
	struct str part = arena_printf(a, "%.*s.part", STR_ARG(b->file));
	/* What an attempt before this one left. */
	(void)io_remove_tree(work.p);
	(void)io_remove_tree(arena_printf(a, "%.*s.part", STR_ARG(work)).p);
	unlink(part.p);
	/* What is noted before is in it; what comes in between is in it, too, and said to be not. */
	if (!io_make_folders(folder.p, e) || !transfer_contents_note(s, b->tenant, a, &b->contents, e)) return false;
	bool ok = transfer_out(s, &how, a, &told, e) && transfer_pack(work, part, &k->cancel, e) && transfer_digest(part, &k->cancel, &b->bytes, digest, e);
	if (ok && rename(part.p, b->file.p) != 0) ok = err_os(e, "rename the backup");
	bool named = ok;
	ok = ok && io_sync_folder(folder.p, e);
	(void)io_remove_tree(work.p);
	if (!ok) {
		unlink(named ? b->file.p : part.p);
		return false;
	}
	b->datasets = (int64_t)told.datasets;
	b->digest = arena_str(a, str_of(digest));
	return true;
}

static bool is_there(struct site *s, struct tenant_id t)
{
	const struct tenant *p = tenants_hold_or_null(s->tenants, t);
	if (p) tenant_release(s->tenants, p);
	return p != NULL;
}

bool transfer_backup_make(struct backups *k, struct transfer_backup *b, struct arena *a, bool *made, struct err *why, struct err *e)
{
	struct site *s = k->site;
	*made = false;
	if (!transfer_write(s, TRANSFER_Q_backup_start, b->tenant, STORE_PARAMS(N(b->id), N(clock_now().us)), e)) return false;
	bool ok = *made = make(k, b, a, why);
	/* Cut off by the end of the server: it is begun again at the next start. */
	if (!ok && cancel_fired(&k->cancel)) return true;
	if (!ok) log_failure(s->log, LOG_LEVEL_ERROR, "backup", why);
	/* The portal went for good meanwhile, and its rows with it: nobody would remove the file. */
	if (ok && !is_there(s, b->tenant)) {
		unlink(b->file.p);
		return true;
	}
	struct str message = ok ? STR("") : str_of(why->pub[0] ? why->pub : err_kind(why->code)->sentence);
	return transfer_write(s, TRANSFER_Q_backup_contents, b->tenant, STORE_PARAMS(N(b->id), T(ok ? b->contents : STR(""))), e) &&
	       transfer_write(s, TRANSFER_Q_backup_end, b->tenant,
	                      STORE_PARAMS(N(b->id), T(ok ? STR("done") : STR("error")), N(clock_now().us), T(ok ? b->file : STR("")), N(ok ? b->bytes : 0), N(b->datasets), T(b->digest), T(message)), e);
}

/* Does one; false when none waits. */
static bool do_next(struct backups *k, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct err ignored = { 0 }, why = { 0 };
	struct transfer_backup b = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	bool made;
	if (!store_begin(k->site->store, STORE_READ, &tx, e)) return false;
	if (store_ask_house(tx, &transfer_house_queries[TRANSFER_H_backup_next], STORE_NONE, &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) b = backup_of(r, &a);
		store_stop(r);
	}
	if (!store_end(tx, STORE_ROLLBACK, &ignored) || step != STORE_ROW) return false;
	return b.restores ? transfer_restore(k, &b, &a, e) : transfer_backup_make(k, &b, &a, &made, &why, e);
}

bool transfer_backups_remove(struct site *s, struct tenant_id t, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct transfer_backup *list;
	size_t n;
	bool ok = transfer_backups(s, t, &a, &list, &n, e);
	for (size_t i = 0; ok && i < n; i++)
		if (list[i].ended.us) ok = remove_one(s, &list[i], e);
	return ok;
}

/* One that was removed is backed up no more; what there is goes an hour before the portal does (tenants_sweep), and its rows with it. */
static bool is_going(struct site *s, struct tenant_id t, int64_t now, bool *soon)
{
	const struct tenant *p = tenants_hold_or_null(s->tenants, t);
	int64_t removed = p ? p->removed.us : now;
	if (p) tenant_release(s->tenants, p);
	*soon = p && removed && removed < now - TENANT_KEPT_DAYS * DAY_US + HOUR_US;
	return removed != 0;
}

/* What is due by the day: one of each portal when the operator has named a folder, and the end of what is old. */
static bool of_the_day(struct backups *k, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct site *s = k->site;
	struct tenant_id *ids;
	int64_t now = clock_now().us, day = now / DAY_US;
	int64_t kept = s->conf ? s->conf->backup_days : 7;
	size_t n = tenants_list(s->tenants, &a, &ids);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		struct transfer_backup *list;
		size_t count;
		bool soon, today = is_going(s, ids[i], now, &soon);
		if (soon && !transfer_backups_remove(s, ids[i], e)) return false;
		if (!transfer_backups(s, ids[i], &a, &list, &count, e)) return false;
		for (size_t b = 0; ok && b < count; b++) {
			today = today || (!list[b].who && !list[b].restores && list[b].queued.us / DAY_US == day) || !list[b].ended.us;
			bool needed = transfer_is_busy(list, count, list[b].uid);
			if (list[b].ended.us && list[b].ended.us < now - kept * DAY_US && !needed) ok = remove_one(s, &list[b], e);
		}
		if (ok && !today && s->conf && s->conf->backup_folder[0]) ok = transfer_backup_order(s, ids[i], 0, e);
	}
	return ok;
}

static void turn(struct backups *k)
{
	struct err e = { 0 };
	if (!of_the_day(k, &e)) log_failure(k->site->log, LOG_LEVEL_ERROR, "backup", &e);
	e = (struct err){ 0 };
	while (!cancel_fired(&k->cancel) && do_next(k, &e)) continue;
	if (e.code) log_failure(k->site->log, LOG_LEVEL_ERROR, "backup", &e);
}

static void *work(void *arg)
{
	struct backups *k = arg;
	lock_take(&k->lock);
	while (!k->stopping) {
		k->ordered = false;
		lock_give(&k->lock);
		turn(k);
		lock_take(&k->lock);
		if (!k->stopping && !k->ordered) (void)lock_bell_wait_until(&k->wake, &k->lock, clock_monotonic_ns() + MINUTE_NS);
	}
	lock_give(&k->lock);
	return NULL;
}

bool transfer_backups_open(struct site *s, transfer_still *still, struct err *e)
{
	struct backups *k = calloc(1, sizeof *k);
	ensure(k != NULL);
	k->site = s;
	k->still = still;
	lock_init(&k->lock, LOCK_BACKUP);
	lock_bell_init(&k->wake);
	cancel_init(&k->cancel);
	s->backups = k;
	errno = pthread_create(&k->thread, NULL, work, k);
	k->started = errno == 0;
	return k->started || err_os(e, "start the thread of backups");
}

void transfer_backups_close(struct site *s)
{
	struct backups *k = s ? s->backups : NULL;
	if (!k) return;
	cancel_fire(&k->cancel);
	lock_take(&k->lock);
	k->stopping = true;
	lock_bell_ring_all(&k->wake);
	lock_give(&k->lock);
	if (k->started) pthread_join(k->thread, NULL);
	s->backups = NULL;
	cancel_done(&k->cancel);
	lock_bell_done(&k->wake);
	lock_done(&k->lock);
	free(k);
}
