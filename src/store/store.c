/* SQLite behind the store: one pen, a few readers, statements prepared once a connection. Waiting for
 * the pen is bounded; readers are never blocked by it (write-ahead log). */
#include "store/inside.h"
#include "clock/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { READERS = 8, PEN_WAIT_MS = 10000, SETTLE_WAIT_MS = 500 };

struct store {
	struct lock lock; /* LOCK_STORE; guards `taken` of all connections */
	struct lock_bell freed;
	struct connection pen;
	struct connection readers[READERS];
	char kept[4200]; /* path of the copy that was made before steps were taken; empty: none */
};

struct store_rows {
	struct statement *cached_or_null; /* NULL: finalize at stop */
	sqlite3_stmt *stmt;
	sqlite3 *db;
};

struct migration { int number; const char *name, *text; };
static const struct migration migrations[] = {
#define STEP(number, name, text) { number, name, text },
#include "store/migrations.def"
#undef STEP
};

/* The shared index of the log is 32 KB, written in pages; with less room than that the store can be neither read nor written. */
enum { LEAST = 64 << 10 };

/* A limit on the size of files stops them like a full disk: whether it leaves one of the store's less than that to grow. */
static bool is_bounded(const char *name)
{
	static const char *const files[] = { "", "-wal", "-shm" };
	char path[4096];
	struct rlimit most;
	struct stat st;
	if (getrlimit(RLIMIT_FSIZE, &most) != 0 || most.rlim_cur == RLIM_INFINITY) return false;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		int n = snprintf(path, sizeof path, "%s%s", name, files[i]);
		uint64_t bytes = n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
		if (bytes + LEAST > most.rlim_cur) return true;
	}
	return false;
}

static bool is_full(sqlite3 *db)
{
	struct statvfs v;
	const char *name = sqlite3_db_filename(db, "main");
	int number = sqlite3_system_errno(db);
	if (number == ENOSPC || number == EDQUOT || number == EFBIG) return true;
	return name && ((statvfs(name, &v) == 0 && (uint64_t)v.f_bavail * v.f_frsize < LEAST) || is_bounded(name));
}

bool store_said(sqlite3 *db, struct err *e, const char *what)
{
	int code = sqlite3_errcode(db);
	/* A log of the store that cannot be made longer is told as a fault of reading or writing: ask whether it is for want of room. */
	if (code == SQLITE_FULL || ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && is_full(db)))
		err_set(e, ERR_DISK_FULL, "no space is left where the portal keeps its data");
	else if (code == SQLITE_BUSY)
		err_set(e, ERR_BUSY, "the portal's books are being written; please try again");
	else
		err_set(e, ERR_DATABASE, "the portal's books could not be %s", what);
	return err_cause(e, "sqlite %d: %s", sqlite3_extended_errcode(db), sqlite3_errmsg(db));
}

bool store_exec(sqlite3 *db, const char *text, struct err *e)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK) return true;
	return store_said(db, e, "changed");
}

/* --- opening ---------------------------------------------------------------------------------- */

bool store_connect(struct str path, bool write, struct connection *out, struct err *e)
{
	char name[4096];
	if (path.n >= sizeof name) return err_set(e, ERR_SYSTEM, "the data folder's name is too long");
	memcpy(name, path.p, path.n);
	name[path.n] = 0;
	/* Passwords' hashes live here: a fresh file is ours alone, and SQLite gives its logs the same mode. */
	int fresh = write ? open(name, O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
	if (fresh >= 0) close(fresh);
	int flags = (write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
	            SQLITE_OPEN_NOMUTEX;
	if (sqlite3_open_v2(name, &out->db, flags, NULL) != SQLITE_OK) {
		store_said(out->db, e, "opened");
		sqlite3_close(out->db);
		out->db = NULL;
		return false;
	}
	sqlite3_busy_timeout(out->db, PEN_WAIT_MS);
	return store_exec(out->db, "pragma foreign_keys=on; pragma trusted_schema=off", e) &&
	       (!write || store_exec(out->db, "pragma journal_mode=wal; pragma synchronous=full; pragma secure_delete=on", e));
}

void store_disconnect(struct connection *c)
{
	for (size_t i = 0; i < STORE_CACHED; i++) sqlite3_finalize(c->cache[i].stmt);
	sqlite3_close(c->db);
}

static int user_version(sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	int v = -1;
	if (sqlite3_prepare_v2(db, "pragma user_version", -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		v = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return v;
}

bool store_migrate(sqlite3 *db, struct err *e)
{
	int at = user_version(db);
	int newest = migrations[COUNT_OF(migrations) - 1].number;
	if (at < 0) return store_said(db, e, "read");
	if (at > newest)
		return err_set(e, ERR_DATABASE,
		               "the data folder was last used by a newer version of stoa (format %d, this "
		               "one knows %d); install that version again", at, newest);
	for (size_t i = 0; i < COUNT_OF(migrations); i++) {
		const struct migration *m = &migrations[i];
		if (m->number <= at) continue;
		char mark[64];
		sqlite3_snprintf(sizeof mark, mark, "pragma user_version=%d", m->number);
		if (!store_exec(db, "begin immediate", e)) return false;
		if (!store_exec(db, m->text, e) || !store_exec(db, mark, e) || !store_exec(db, "commit", e)) {
			sqlite3_exec(db, "rollback", NULL, NULL, NULL);
			return err_cause(e, "migration %d %s", m->number, m->name);
		}
	}
	return true;
}

/* Whole, or not there under that name: a copy that was interrupted is made anew. */
static bool copy_to(sqlite3 *from, struct str path, struct err *e)
{
	struct connection to = { 0 };
	auto_arena a = ARENA_INIT;
	struct str tmp = arena_printf(&a, "%.*s.tmp", STR_ARG(path));
	unlink(tmp.p);
	bool ok = store_connect(tmp, true, &to, e);
	if (ok) {
		sqlite3_backup *b = sqlite3_backup_init(to.db, "main", from, "main");
		ok = b && sqlite3_backup_step(b, -1) == SQLITE_DONE;
		ok = sqlite3_backup_finish(b) == SQLITE_OK && ok;
		if (!ok) store_said(to.db, e, "copied");
		ok = ok && store_exec(to.db, "pragma journal_mode=delete", e);
	}
	store_disconnect(&to);
	if (ok && rename(tmp.p, arena_cstr(&a, path)) != 0) ok = err_os(e, "rename of the store's copy");
	if (!ok) unlink(tmp.p);
	return ok;
}

/* Whoever tries a new version can go back to the one before. */
static bool keep_former(struct store *s, struct str path, struct err *e)
{
	int at = user_version(s->pen.db), newest = migrations[COUNT_OF(migrations) - 1].number;
	if (at <= 0 || at >= newest) return true;
	sqlite3_snprintf(sizeof s->kept, s->kept, "%.*s" STORE_KEPT "%d", (int)path.n, path.p, at);
	if (copy_to(s->pen.db, str_of(s->kept), e)) return true;
	return err_cause(e, "copy of the store before it is brought from format %d to %d", at, newest);
}

struct str store_kept(const struct store *s) { return str_of(s->kept); }

bool store_format(struct str path, int *now, int *newest, struct err *e)
{
	struct connection c = { 0 };
	auto_arena a = ARENA_INIT;
	*now = 0;
	*newest = migrations[COUNT_OF(migrations) - 1].number;
	if (access(arena_cstr(&a, path), F_OK) != 0) return true;
	bool ok = store_connect(path, false, &c, e);
	if (ok) *now = user_version(c.db);
	if (ok && *now < 0) ok = store_said(c.db, e, "read");
	store_disconnect(&c);
	return ok;
}

bool store_open(struct str path, struct store **out, struct err *e)
{
	struct store *s = calloc(1, sizeof *s);
	ensure(s != NULL);
	lock_init(&s->lock, LOCK_STORE);
	lock_bell_init(&s->freed);
	bool ok = store_connect(path, true, &s->pen, e) && keep_former(s, path, e) && store_migrate(s->pen.db, e);
	for (size_t i = 0; ok && i < READERS; i++) ok = store_connect(path, false, &s->readers[i], e);
	if (!ok) {
		store_close(s);
		return false;
	}
	*out = s;
	return true;
}

void store_close(struct store *s)
{
	if (!s) return;
	for (size_t i = 0; i < READERS; i++) store_disconnect(&s->readers[i]);
	store_disconnect(&s->pen);
	lock_bell_done(&s->freed);
	lock_done(&s->lock);
	free(s);
}

/* --- transactions ------------------------------------------------------------------------------ */

static struct connection *free_or_null(struct store *s, enum store_mode m)
{
	if (m == STORE_WRITE) return s->pen.taken ? NULL : &s->pen;
	for (size_t i = 0; i < READERS; i++)
		if (!s->readers[i].taken) return &s->readers[i];
	return NULL;
}

bool store_begin(struct store *s, enum store_mode m, struct store_tx **out, struct err *e)
{
	int64_t until = clock_monotonic_ns() + (int64_t)PEN_WAIT_MS * 1000000;
	struct connection *c;
	lock_take(&s->lock);
	while (!(c = free_or_null(s, m)))
		if (!lock_bell_wait_until(&s->freed, &s->lock, until)) break;
	if (c) c->taken = true;
	lock_give(&s->lock);
	if (!c) return err_set(e, ERR_BUSY, "the portal's books are being written; please try again");
	struct store_tx *t = calloc(1, sizeof *t);
	ensure(t != NULL);
	*t = (struct store_tx){ s, c };
	if (!store_exec(c->db, m == STORE_WRITE ? "begin immediate" : "begin", e)) {
		struct err ignored = { 0 };
		bool ended = store_end(t, STORE_ROLLBACK, &ignored);
		return ended && false;
	}
	*out = t;
	return true;
}

bool store_end(struct store_tx *t, enum store_end how, struct err *e)
{
	struct connection *c = t->at;
	bool ok = true;
	if (!sqlite3_get_autocommit(c->db)) {
		if (how == STORE_COMMIT) ok = store_exec(c->db, "commit", e);
		if (how == STORE_ROLLBACK || !ok) sqlite3_exec(c->db, "rollback", NULL, NULL, NULL);
	}
	lock_take(&t->store->lock);
	c->taken = false;
	lock_bell_ring_all(&t->store->freed);
	lock_give(&t->store->lock);
	free(t);
	return ok;
}

/* --- statements -------------------------------------------------------------------------------- */

static bool prepare(struct connection *c, const void *key, const char *text, struct store_rows *r,
                    struct err *e)
{
	size_t i = ((uintptr_t)key >> 4) % STORE_CACHED;
	struct statement *s = &c->cache[i];
	r->db = c->db;
	if (s->key == key && !s->busy) {
		s->busy = true;
		r->cached_or_null = s;
		r->stmt = s->stmt;
		return true;
	}
	if (sqlite3_prepare_v3(c->db, text, -1, SQLITE_PREPARE_PERSISTENT, &r->stmt, NULL) != SQLITE_OK)
		return store_said(c->db, e, "asked");
	if (!s->key) {
		*s = (struct statement){ key, r->stmt, true };
		r->cached_or_null = s;
	}
	return true;
}

static int bind(sqlite3_stmt *s, int at, const struct value *v)
{
	if (v->null) return sqlite3_bind_null(s, at);
	switch (v->type) {
	case VALUE_INT:
	case VALUE_DATETIME: return sqlite3_bind_int64(s, at, v->i);
	case VALUE_DATE: return sqlite3_bind_int64(s, at, v->days);
	case VALUE_BOOL: return sqlite3_bind_int64(s, at, v->b);
	case VALUE_DOUBLE: return sqlite3_bind_double(s, at, v->d);
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_JSON:
		return sqlite3_bind_text64(s, at, v->s.p ? v->s.p : "", v->s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
	case VALUE_SHAPE: return sqlite3_bind_blob64(s, at, v->s.p ? v->s.p : "", v->s.n, SQLITE_TRANSIENT);
	case VALUE_POINT:
	case VALUE_TYPES: break;
	}
	return SQLITE_MISUSE;
}

static bool start(struct store_tx *t, const void *key, const char *text, const struct value *first_or_null,
                  const struct value *params, size_t n, struct store_rows **out, struct err *e)
{
	struct store_rows *r = calloc(1, sizeof *r);
	ensure(r != NULL);
	if (!prepare(t->at, key, text, r, e)) {
		free(r);
		return false;
	}
	int at = 1, code = SQLITE_OK;
	if (first_or_null) code = bind(r->stmt, at++, first_or_null);
	for (size_t i = 0; code == SQLITE_OK && i < n; i++) code = bind(r->stmt, at++, &params[i]);
	ensure(sqlite3_bind_parameter_count(r->stmt) == at - 1 || code != SQLITE_OK);
	if (code != SQLITE_OK) {
		store_said(t->at->db, e, "asked");
		store_stop(r);
		return false;
	}
	*out = r;
	return true;
}

bool store_ask(struct store_tx *t, const struct store_query *q, struct tenant_id tenant,
               const struct value *params, size_t n, struct store_rows **out, struct err *e)
{
	struct value first = VALUE_OF_INT(tenant.v);
	return start(t, q, q->text, &first, params, n, out, e);
}

bool store_ask_house(struct store_tx *t, const struct store_house_query *q, const struct value *params,
                     size_t n, struct store_rows **out, struct err *e)
{
	return start(t, q, q->text, NULL, params, n, out, e);
}

enum store_step store_step(struct store_rows *r, struct err *e)
{
	int code = sqlite3_step(r->stmt);
	if (code == SQLITE_ROW) return STORE_ROW;
	if (code == SQLITE_DONE) return STORE_DONE;
	if (sqlite3_extended_errcode(r->db) == SQLITE_CONSTRAINT_UNIQUE ||
	    sqlite3_extended_errcode(r->db) == SQLITE_CONSTRAINT_PRIMARYKEY)
		err_set(e, ERR_CONFLICT, "this already exists");
	store_said(r->db, e, "asked");
	return STORE_FAILED;
}

int64_t store_int(struct store_rows *r, int col) { return sqlite3_column_int64(r->stmt, col); }

struct str store_text(struct store_rows *r, int col)
{
	const char *p = (const char *)sqlite3_column_text(r->stmt, col);
	return str_make(p ? p : "", p ? (size_t)sqlite3_column_bytes(r->stmt, col) : 0);
}

bool store_is_null(struct store_rows *r, int col)
{
	return sqlite3_column_type(r->stmt, col) == SQLITE_NULL;
}

void store_stop(struct store_rows *r)
{
	if (!r) return;
	if (r->cached_or_null) {
		sqlite3_reset(r->stmt);
		sqlite3_clear_bindings(r->stmt);
		r->cached_or_null->busy = false;
	} else {
		sqlite3_finalize(r->stmt);
	}
	free(r);
}

static bool drain(struct store_rows *r, struct err *e)
{
	enum store_step s;
	do s = store_step(r, e); while (s == STORE_ROW);
	store_stop(r);
	return s == STORE_DONE;
}

bool store_run(struct store_tx *t, const struct store_query *q, struct tenant_id tenant,
               const struct value *params, size_t n, struct err *e)
{
	struct store_rows *r;
	return store_ask(t, q, tenant, params, n, &r, e) && drain(r, e);
}

bool store_run_house(struct store_tx *t, const struct store_house_query *q, const struct value *params,
                     size_t n, struct err *e)
{
	struct store_rows *r;
	return store_ask_house(t, q, params, n, &r, e) && drain(r, e);
}

int64_t store_last_id(struct store_tx *t) { return sqlite3_last_insert_rowid(t->at->db); }
int64_t store_changes(struct store_tx *t) { return sqlite3_changes64(t->at->db); }

/* --- upkeep ------------------------------------------------------------------------------------ */

bool store_backup(struct store *s, struct str path, struct err *e)
{
	struct connection to = { 0 };
	struct store_tx *t;
	if (!store_begin(s, STORE_READ, &t, e)) return false;
	bool ok = store_connect(path, true, &to, e);
	if (ok) {
		sqlite3_backup *b = sqlite3_backup_init(to.db, "main", t->at->db, "main");
		ok = b && sqlite3_backup_step(b, -1) == SQLITE_DONE;
		ok = sqlite3_backup_finish(b) == SQLITE_OK && ok;
		if (!ok) store_said(to.db, e, "copied");
	}
	store_disconnect(&to);
	struct err ignored = { 0 };
	return store_end(t, STORE_ROLLBACK, &ignored) && ok;
}

bool store_settle(struct store *s, struct err *e)
{
	bool free_now;
	lock_take(&s->lock);
	free_now = !s->pen.taken;
	if (free_now) s->pen.taken = true;
	lock_give(&s->lock);
	if (!free_now) return true;
	sqlite3_busy_timeout(s->pen.db, SETTLE_WAIT_MS);
	int code = sqlite3_wal_checkpoint_v2(s->pen.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	bool ok = code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED || store_said(s->pen.db, e, "changed");
	sqlite3_busy_timeout(s->pen.db, PEN_WAIT_MS);
	lock_take(&s->lock);
	s->pen.taken = false;
	lock_bell_ring_all(&s->freed);
	lock_give(&s->lock);
	return ok;
}

bool store_check(struct store *s, struct err *e)
{
	struct store_tx *t;
	if (!store_begin(s, STORE_READ, &t, e)) return false;
	sqlite3_stmt *q = NULL;
	bool ok = sqlite3_prepare_v2(t->at->db, "pragma integrity_check(1)", -1, &q, NULL) == SQLITE_OK &&
	          sqlite3_step(q) == SQLITE_ROW;
	if (!ok) {
		store_said(t->at->db, e, "checked");
	} else {
		struct str word = str_of((const char *)sqlite3_column_text(q, 0));
		ok = str_eq(word, STR("ok"));
		if (!ok) err_set(e, ERR_DATABASE, "the portal's books are damaged: %.*s", STR_ARG(word));
	}
	sqlite3_finalize(q);
	struct err ignored = { 0 };
	return store_end(t, STORE_ROLLBACK, &ignored) && ok;
}

struct str store_library_version(void) { return str_of(sqlite3_libversion()); }

int store_schema_version(struct store *s)
{
	struct err ignored = { 0 };
	struct store_tx *t;
	if (!store_begin(s, STORE_READ, &t, &ignored)) return -1;
	int v = user_version(t->at->db);
	return store_end(t, STORE_ROLLBACK, &ignored) ? v : -1;
}

bool store_prepare_test(struct store *s, const char *text, struct err *e)
{
	struct store_tx *t;
	if (!store_begin(s, STORE_READ, &t, e)) return false;
	sqlite3_stmt *q = NULL;
	bool ok = sqlite3_prepare_v2(t->at->db, text, -1, &q, NULL) == SQLITE_OK || store_said(t->at->db, e, "asked");
	sqlite3_finalize(q);
	struct err ignored = { 0 };
	return store_end(t, STORE_ROLLBACK, &ignored) && ok;
}
