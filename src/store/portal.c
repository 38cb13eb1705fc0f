/* One portal as a store of its own: written out for a backup or another server, and taken in again under new numbers. Every table of
 * a portal begins with its tenant, so tables are found by that column and not listed; what refers to what is read from the foreign
 * keys, and from portal.def where there is none. The names in the statements made here are those of our own tables. */
#include "store/inside.h"
#include "clock/clock.h"
#include <unistd.h>

static const char *const moments[] = {
#define MOMENT(table) table,
#define REFERENCE(table, column, to)
#include "store/portal.def"
#undef MOMENT
#undef REFERENCE
};
static const struct { const char *table, *column, *to; } references[] = {
#define MOMENT(table)
#define REFERENCE(table, column, to) { table, column, to },
#include "store/portal.def"
#undef MOMENT
#undef REFERENCE
};

enum { TEXT_MAX = 1 << 16, DEEP = 4 };

static bool run(sqlite3 *db, struct buf *text, struct err *e)
{
	buf_put(text, str_make("", 1)); /* ends the text */
	ensure(!text->over);
	bool ok = store_exec(db, text->p, e);
	buf_clear(text);
	return ok;
}

/* The first column of the first row; otherwise when there is none. */
static bool number(sqlite3 *db, const char *text, const char *name_or_null, int64_t *out, struct err *e)
{
	sqlite3_stmt *q = NULL;
	if (sqlite3_prepare_v2(db, text, -1, &q, NULL) != SQLITE_OK) return store_said(db, e, "read");
	if (name_or_null) sqlite3_bind_text(q, 1, name_or_null, -1, SQLITE_STATIC);
	int code = sqlite3_step(q);
	if (code == SQLITE_ROW) *out = sqlite3_column_int64(q, 0);
	bool ok = code == SQLITE_ROW || code == SQLITE_DONE || store_said(db, e, "read");
	sqlite3_finalize(q);
	return ok;
}

/* Texts of the first column, in the arena. */
struct names { VEC(struct str) list; };
static bool texts(sqlite3 *db, struct arena *a, const char *text, const char *name_or_null, struct names *out, struct err *e)
{
	sqlite3_stmt *q = NULL;
	int code;
	*out = (struct names){ 0 };
	if (sqlite3_prepare_v2(db, text, -1, &q, NULL) != SQLITE_OK) return store_said(db, e, "read");
	if (name_or_null) sqlite3_bind_text(q, 1, name_or_null, -1, SQLITE_STATIC);
	while ((code = sqlite3_step(q)) == SQLITE_ROW) vec_push(a, &out->list, arena_str(a, str_of((const char *)sqlite3_column_text(q, 0))));
	bool ok = code == SQLITE_DONE || store_said(db, e, "read");
	sqlite3_finalize(q);
	return ok;
}

static bool tables(sqlite3 *db, struct arena *a, struct names *out, struct err *e)
{
	return texts(db, a, "select m.name from main.sqlite_master m where m.type = 'table' and exists (select 1 from pragma_table_info(m.name) c where c.name = 'tenant') order by m.rowid",
	             NULL, out, e);
}

static bool is_moment(struct str table)
{
	for (size_t i = 0; i < COUNT_OF(moments); i++)
		if (str_eq(table, str_of(moments[i]))) return true;
	return false;
}

/* --- out -------------------------------------------------------------------------------------------------- */

static bool keep_only(sqlite3 *db, struct tenant_id t, struct err *e)
{
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(TEXT_MAX);
	struct names all;
	if (!tables(db, &a, &all, e)) return false;
	buf_printf(&b, "pragma secure_delete=on; delete from tenant where id <> %lld;", (long long)t.v);
	for (size_t i = 0; i < all.list.n; i++) {
		struct str name = all.list.p[i];
		if (is_moment(name)) buf_printf(&b, "delete from \"%.*s\";", STR_ARG(name));
		else buf_printf(&b, "delete from \"%.*s\" where tenant <> %lld;", STR_ARG(name), (long long)t.v);
	}
	return run(db, &b, e) && store_exec(db, "vacuum; pragma journal_mode=delete", e);
}

bool store_portal_out(struct store *s, struct tenant_id t, struct str path, struct err *e)
{
	struct connection c = { 0 };
	if (!store_backup(s, path, e)) return false;
	bool ok = store_connect(path, true, &c, e) && keep_only(c.db, t, e);
	store_disconnect(&c);
	return ok;
}

/* --- in --------------------------------------------------------------------------------------------------- */

/* The file as it came is a stranger's: nothing but tables and indexes, whole, of one portal, brought up to date. */
static bool prepare_file(struct str path, struct err *e)
{
	struct connection c = { 0 };
	int64_t others = 0, portals = 0;
	auto_arena a = ARENA_INIT;
	struct names fault;
	bool ok = store_connect(path, true, &c, e) &&
	          number(c.db, "select count(*) from sqlite_master where type not in ('table', 'index')", NULL, &others, e) &&
	          texts(c.db, &a, "pragma quick_check(1)", NULL, &fault, e);
	if (ok && (others != 0 || fault.list.n != 1 || !str_eq(fault.list.p[0], STR("ok"))))
		ok = err_set(e, ERR_BAD_SOURCE, "portal.db is damaged, or was not written by stoa");
	ok = ok && store_migrate(c.db, e) && number(c.db, "select count(*) from tenant", NULL, &portals, e);
	if (ok && portals != 1) ok = err_set(e, ERR_BAD_SOURCE, "portal.db holds %lld portals, 1 was expected; a backup of a whole server is for `stoa restore`", (long long)portals);
	ok = ok && store_exec(c.db, "pragma journal_mode=delete", e);
	int code = c.db ? sqlite3_errcode(c.db) : SQLITE_OK;
	if (!ok && (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)) {
		*e = (struct err){ 0 };
		err_set(e, ERR_BAD_SOURCE, "portal.db is damaged, or was not written by stoa");
	}
	store_disconnect(&c);
	return ok;
}

static bool has_id(sqlite3 *db, const char *table, struct err *e, bool *out)
{
	int64_t n = 0;
	bool ok = number(db, "select count(*) from pragma_table_info(?1) where name = 'id' and pk = 1 and lower(type) = 'integer'", table, &n, e);
	*out = n == 1;
	return ok;
}

/* The table whose ids a column holds; empty when they are no ids. */
static bool refers(sqlite3 *db, struct arena *a, struct str table, struct str column, int deep, struct str *out, struct err *e)
{
	auto_buf b = BUF_INIT(TEXT_MAX);
	struct names to;
	*out = STR("");
	for (size_t i = 0; i < COUNT_OF(references); i++)
		if (str_eq(table, str_of(references[i].table)) && str_eq(column, str_of(references[i].column))) {
			*out = str_of(references[i].to);
			return true;
		}
	buf_printf(&b, "select \"table\" || '.' || \"to\" from pragma_foreign_key_list('%.*s') where \"from\" = '%.*s'%c", STR_ARG(table), STR_ARG(column), 0);
	if (!texts(db, a, b.p, NULL, &to, e) || to.list.n == 0) return to.list.n == 0 && e->code == ERR_NONE;
	ptrdiff_t dot = str_find_char(to.list.p[0], '.');
	struct str target = str_sub(to.list.p[0], 0, (size_t)dot), key = str_from(to.list.p[0], (size_t)dot + 1);
	if (str_eq(key, STR("id"))) {
		*out = target;
		return true;
	}
	return deep > DEEP || refers(db, a, target, key, deep + 1, out, e);
}

/* By how much the numbers of a table move: beyond all that were ever given. */
static bool offset_of(sqlite3 *db, struct arena *a, struct str table, int64_t *out, struct err *e)
{
	int64_t given = 0, most = 0;
	*out = 0;
	const char *name = arena_printf(a, "%.*s", STR_ARG(table)).p;
	bool ok = number(db, "select seq from main.sqlite_sequence where name = ?1", name, &given, e) &&
	          number(db, arena_printf(a, "select coalesce(max(id), 0) from main.\"%s\"", name).p, NULL, &most, e);
	*out = given > most ? given : most;
	return ok;
}

/* What stands in the place of a column: a number moved with the table it belongs to, or the value itself. */
static bool put_expression(sqlite3 *db, struct arena *a, struct buf *b, struct str table, struct str column, bool own_id, struct tenant_id t, struct err *e)
{
	struct str to = own_id && str_eq(column, STR("id")) ? table : STR("");
	int64_t by;
	bool is = to.n != 0;
	if (str_eq(column, STR("tenant"))) {
		buf_printf(b, "%lld", (long long)t.v);
		return true;
	}
	if (!is && !refers(db, a, table, column, 0, &to, e)) return false;
	if (to.n == 0) {
		buf_printf(b, "\"%.*s\"", STR_ARG(column));
		return true;
	}
	if (!has_id(db, arena_printf(a, "%.*s", STR_ARG(to)).p, e, &is)) return false;
	if (!is) { /* its key is a text */
		buf_printf(b, "\"%.*s\"", STR_ARG(column));
		return true;
	}
	if (!offset_of(db, a, to, &by, e)) return false;
	buf_printf(b, "case when \"%.*s\" > 0 then \"%.*s\" + %lld else \"%.*s\" end", STR_ARG(column), STR_ARG(column), (long long)by, STR_ARG(column));
	return true;
}

static bool put_table(sqlite3 *db, struct arena *a, struct buf *b, struct str table, struct tenant_id t, struct err *e)
{
	const char *name = arena_printf(a, "%.*s", STR_ARG(table)).p;
	struct names columns;
	bool own_id;
	if (!texts(db, a, "select name from pragma_table_info(?1)", name, &columns, e) || !has_id(db, name, e, &own_id)) return false;
	buf_printf(b, "insert into main.\"%s\" (", name);
	for (size_t i = 0; i < columns.list.n; i++) buf_printf(b, "%s\"%.*s\"", i ? ", " : "", STR_ARG(columns.list.p[i]));
	buf_lit(b, ") select ");
	for (size_t i = 0; i < columns.list.n; i++) {
		if (i) buf_lit(b, ", ");
		if (!put_expression(db, a, b, table, columns.list.p[i], own_id, t, e)) return false;
	}
	buf_printf(b, " from taken.\"%s\";\n", name);
	return true;
}

/* A key is told by its hash on the whole server: one that is there already (the portal it was copied from) stays with that. Those of the portal
 * that is replaced come in under a mark, which tenant_open takes away with that portal; one that was revoked since stays revoked. */
static bool settle_keys(sqlite3 *db, struct buf *b, struct tenant_id replaced, struct err *e)
{
	long long of = (long long)replaced.v;
	buf_printf(b, "delete from taken.api_key where hash in (select hash from main.api_key where tenant <> %lld);"
	              "update taken.api_key set revoked = m.revoked, reason = m.reason from main.api_key m where m.tenant = %lld and m.hash = taken.api_key.hash and m.revoked is not null;"
	              "update taken.api_key set hash = 'taken:' || hash where hash in (select hash from main.api_key where tenant = %lld);", of, of, of);
	return run(db, b, e);
}

static bool take(sqlite3 *db, struct tenant_id replaced, struct tenant_id *t, struct err *e)
{
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(1 << 20);
	struct names all;
	if (!store_exec(db, "pragma defer_foreign_keys=on", e) || !settle_keys(db, &b, replaced, e) || !tables(db, &a, &all, e)) return false;
	buf_printf(&b, "insert into main.tenant (host, created, suspended, generation) select 'taken-in-' || hex(randomblob(8)) || '.invalid', %lld, 1, 1", (long long)clock_now().us);
	if (!run(db, &b, e)) return false;
	t->v = sqlite3_last_insert_rowid(db);
	/* Every statement is made before the first is run: they move numbers by what was there before. */
	for (size_t i = 0; i < all.list.n; i++) {
		struct str name = all.list.p[i];
		if (str_eq(name, STR("tenant_host")) || is_moment(name)) continue;
		if (!put_table(db, &a, &b, name, *t, e)) return false;
	}
	return run(db, &b, e);
}

bool store_portal_in(struct store *s, struct str path, struct tenant_id replaced, struct tenant_id *out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	sqlite3_stmt *q = NULL;
	if (!prepare_file(path, e) || !store_begin(s, STORE_WRITE, &tx, e)) return false;
	sqlite3 *db = tx->at->db;
	/* Other files come in between transactions only. */
	bool ok = store_exec(db, "rollback", e);
	ok = ok && (sqlite3_prepare_v2(db, "attach ?1 as taken", -1, &q, NULL) == SQLITE_OK || store_said(db, e, "read"));
	if (ok) {
		sqlite3_bind_text(q, 1, path.p, (int)path.n, SQLITE_STATIC);
		ok = sqlite3_step(q) == SQLITE_DONE || store_said(db, e, "read");
	}
	sqlite3_finalize(q);
	bool attached = ok;
	ok = ok && store_exec(db, "begin immediate", e) && take(db, replaced, out, e) && store_exec(db, "commit", e);
	if (!ok && !sqlite3_get_autocommit(db)) sqlite3_exec(db, "rollback", NULL, NULL, NULL);
	if (attached) sqlite3_exec(db, "detach taken", NULL, NULL, NULL);
	bool ended = store_end(tx, STORE_COMMIT, &ignored);
	return ok && ended;
}
