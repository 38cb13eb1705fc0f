/* Version files, attached on demand and read-only; the least recently used ones are detached again.
 * The only code that opens or deletes such a file in the serving process. Attaching runs outside the
 * lock: the box is marked `changing` meanwhile, and others wait for the bell. */
#include "engine/inside.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct str engine_path(const struct engine *g, struct arena *a, struct version_ref v)
{
	return arena_printf(a, "%.*s/%lld/%lld/v%lld.duckdb", STR_ARG(g->folder), (long long)v.tenant.v,
	                    (long long)v.dataset, (long long)v.number);
}

static bool same(struct version_ref a, struct version_ref b)
{
	return a.tenant.v == b.tenant.v && a.dataset == b.dataset && a.number == b.number;
}

static struct box *find(struct engine *g, struct version_ref v)
{
	for (size_t i = 0; i < g->nboxes; i++)
		if (g->boxes[i].used && same(g->boxes[i].ref, v)) return &g->boxes[i];
	return NULL;
}

static void put_name(char *to, size_t size, struct version_ref v)
{
	snprintf(to, size, "v%lld_%lld_%lld", (long long)v.tenant.v, (long long)v.dataset, (long long)v.number);
}

struct box *box_of(struct engine *g, struct version_ref v)
{
	struct box *b = find(g, v);
	ensure(b != NULL && b->pins > 0);
	return b;
}

/* A count that cannot be had is one of a small version: only helpers go by it. */
static int64_t count_rows(duckdb_connection c, const char *name)
{
	char text[128];
	duckdb_result r;
	snprintf(text, sizeof text, "SELECT count(*) FROM %s.rows", name);
	int64_t n = duckdb_query(c, text, &r) == DuckDBSuccess ? duckdb_value_int64(&r, 0, 0) : 0;
	duckdb_destroy_result(&r);
	return n;
}

/* Both run without the lock, on the upkeep connection that the caller has taken. */
static bool attach(struct engine *g, struct version_ref v, int64_t *rows, struct err *e)
{
	auto_arena a = ARENA_INIT;
	char name[80];
	put_name(name, sizeof name, v);
	struct str path = engine_path(g, &a, v);
	auto_buf text = BUF_INIT(1 << 16);
	buf_lit(&text, "ATTACH '");
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '\'') buf_put_char(&text, '\'');
		buf_put_char(&text, path.p[i]);
	}
	buf_printf(&text, "' AS %s (READ_ONLY)%c", name, 0);
	if (!engine_run(g->upkeep, text.p, e)) return false;
	*rows = count_rows(g->upkeep, name);
	return true;
}

static bool detach(struct engine *g, struct version_ref v, struct err *e)
{
	char name[80], text[128];
	put_name(name, sizeof name, v);
	snprintf(text, sizeof text, "DETACH %s", name);
	return engine_run(g->upkeep, text, e);
}

static void take_upkeep(struct engine *g)
{
	while (g->upkeep_taken) lock_bell_wait(&g->bell, &g->lock);
	g->upkeep_taken = true;
}

static void give_upkeep(struct engine *g)
{
	g->upkeep_taken = false;
	lock_bell_ring_all(&g->bell);
}

static size_t count_used(const struct engine *g)
{
	size_t n = 0;
	for (size_t i = 0; i < g->nboxes; i++) n += g->boxes[i].used;
	return n;
}

static struct box *oldest_idle_or_null(struct engine *g)
{
	struct box *oldest = NULL;
	for (size_t i = 0; i < g->nboxes; i++) {
		struct box *b = &g->boxes[i];
		if (!b->used || b->pins || b->changing) continue;
		if (!oldest || b->last_use < oldest->last_use) oldest = b;
	}
	return oldest;
}

/* Called with the lock and the upkeep connection; gives the lock up while DuckDB works. */
static bool remove_box(struct engine *g, struct box *b, struct err *e)
{
	struct version_ref v = b->ref;
	b->changing = true;
	lock_give(&g->lock);
	bool ok = detach(g, v, e);
	lock_take(&g->lock);
	codings_free(g, b);
	*b = (struct box){ 0 };
	return ok;
}

static bool add_box(struct engine *g, struct version_ref v, struct err *e)
{
	while (count_used(g) >= g->attached_most) {
		struct box *b = oldest_idle_or_null(g);
		if (!b) break;
		if (!remove_box(g, b, e)) return false;
	}
	struct box *room = NULL;
	for (size_t i = 0; i < g->nboxes && !room; i++)
		if (!g->boxes[i].used) room = &g->boxes[i];
	if (!room) return err_set(e, ERR_BUSY, "too many datasets are being read at once; please try again");
	*room = (struct box){ .ref = v, .used = true, .changing = true };
	lock_give(&g->lock);
	int64_t rows = 0;
	bool ok = attach(g, v, &rows, e);
	lock_take(&g->lock);
	room->rows = rows;
	if (ok) room->changing = false;
	else *room = (struct box){ 0 };
	return ok;
}

bool engine_pin(struct engine *g, struct version_ref v, int64_t *rows, struct err *e)
{
	bool ok = true;
	lock_take(&g->lock);
	for (;;) {
		struct box *b = find(g, v);
		if (b && !b->changing) {
			b->pins++;
			b->last_use = ++g->clock;
			if (rows) *rows = b->rows;
			break;
		}
		if (b || g->upkeep_taken) {
			lock_bell_wait(&g->bell, &g->lock);
			continue;
		}
		take_upkeep(g);
		ok = add_box(g, v, e);
		give_upkeep(g);
		if (!ok) break;
	}
	lock_give(&g->lock);
	return ok;
}

static void unlink_version(struct engine *g, struct version_ref v)
{
	auto_arena a = ARENA_INIT;
	struct str path = engine_path(g, &a, v);
	unlink(path.p);
	unlink(arena_printf(&a, "%.*s.rejects.jsonl", STR_ARG(path)).p);
}

void engine_unpin(struct engine *g, struct version_ref v)
{
	bool gone = false;
	lock_take(&g->lock);
	struct box *b = find(g, v);
	ensure(b != NULL && b->pins > 0);
	b->pins--;
	if (b->doomed && b->pins == 0) {
		take_upkeep(g);
		/* Waiting for the upkeep connection let others in: look again. */
		b = find(g, v);
		if (b && b->doomed && b->pins == 0 && !b->changing) {
			struct err ignored = { 0 };
			gone = remove_box(g, b, &ignored);
		}
		give_upkeep(g);
	}
	lock_give(&g->lock);
	if (gone) unlink_version(g, v);
}

bool engine_drop(struct engine *g, struct version_ref v, struct err *e)
{
	bool ok = true, pinned = false;
	lock_take(&g->lock);
	take_upkeep(g);
	struct box *b = find(g, v);
	if (b && b->pins) {
		b->doomed = true;
		pinned = true;
	} else if (b) {
		ok = remove_box(g, b, e);
	}
	give_upkeep(g);
	lock_give(&g->lock);
	if (ok && !pinned) unlink_version(g, v);
	return ok;
}

bool engine_verify(struct engine *g, struct version_ref v, int64_t *rows, struct err *e)
{
	if (!engine_pin(g, v, NULL, e)) return false;
	duckdb_connection c = engine_take_connection(g, e);
	bool ok = c != NULL;
	if (ok) {
		char name[80], text[160];
		put_name(name, sizeof name, v);
		/* hash() over whole rows reads every block, and every block carries a checksum. */
		snprintf(text, sizeof text, "SELECT count(*), bit_xor(hash(r)) FROM %s.rows r", name);
		duckdb_result r;
		ok = duckdb_query(c, text, &r) == DuckDBSuccess;
		if (!ok) engine_said(e, duckdb_result_error(&r));
		else *rows = duckdb_value_int64(&r, 0, 0);
		duckdb_destroy_result(&r);
		engine_give_connection(g, c);
	}
	engine_unpin(g, v);
	return ok;
}
