/* Rows pushed onto a published version, in tables of the instance's own memory: live<version> holds the
 * rows with the numbers from and until which they hold, dead<version> the places of the file's rows that
 * hold no longer. A reader names a number (version_ref.live) and sees the rows of that number, whatever
 * comes after; sql/duckdb.c writes the question. Of a change the rows are staged first, in the order they
 * came; then, in one transaction, what they replace is ended and what is left of them is let in. The stage
 * is filled outside the transaction: only rows that are committed have places that tell their order. */
#include "engine/inside.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Until when a row holds that nothing has replaced. */
#define FOR_EVER "9223372036854775807"

struct engine_live {
	struct engine *engine;
	struct version_ref at;
	const struct schema *schema;
	char name[80];                /* of the version, as in its tables' names */
	duckdb_connection connection; /* of the change under way, or NULL */
	struct engine_load *stage;
	duckdb_appender ends;
	bool changing;                /* its transaction has begun */
	int64_t staged, ended;
};

/* Runs a statement made of a template whose %s are all the version's name; tells the rows it changed. */
static bool run(duckdb_connection c, int64_t *changed_or_null, struct err *e, const char *fmt, ...)
	printf_like(4, 5);
static bool run(duckdb_connection c, int64_t *changed, struct err *e, const char *fmt, ...)
{
	auto_buf text = BUF_INIT(1 << 20);
	duckdb_result r;
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	buf_put_char(&text, 0);
	bool ok = duckdb_query(c, text.p, &r) == DuckDBSuccess;
	if (!ok) engine_said(e, duckdb_result_error(&r));
	else if (changed) *changed = (int64_t)duckdb_rows_changed(&r);
	duckdb_destroy_result(&r);
	return ok;
}

bool engine_live_open(struct engine *g, struct version_ref v, const struct schema *s, struct engine_live **out, struct err *e)
{
	auto_buf columns = BUF_INIT(8 << 20);
	struct engine_live *l = calloc(1, sizeof *l);
	ensure(l != NULL);
	*l = (struct engine_live){ .engine = g, .at = v, .schema = s };
	snprintf(l->name, sizeof l->name, "%lld_%lld_%lld", (long long)v.tenant.v, (long long)v.dataset, (long long)v.number);
	duckdb_connection c = engine_take_connection(g, e);
	if (!c) {
		free(l);
		return false;
	}
	load_put_columns(&columns, s);
	bool ok = run(c, NULL, e, "CREATE OR REPLACE TABLE memory.main.live%s (%.*s, _from BIGINT, _until BIGINT)", l->name,
	              STR_ARG(buf_str(&columns))) &&
	          run(c, NULL, e, "CREATE OR REPLACE TABLE memory.main.dead%s (place BIGINT, _from BIGINT)", l->name);
	engine_give_connection(g, c);
	if (!ok) free(l);
	else *out = l;
	return ok;
}

/* --- one change -------------------------------------------------------------------------------------- */

static void put_away(struct engine_live *l)
{
	if (l->stage) load_leave(l->stage);
	if (l->ends) duckdb_appender_destroy(&l->ends);
	l->stage = NULL;
}

static bool stage(struct engine_live *l, struct err *e)
{
	auto_buf columns = BUF_INIT(8 << 20);
	char table[128];
	load_put_columns(&columns, l->schema);
	snprintf(table, sizeof table, "stage%s", l->name);
	if (!run(l->connection, NULL, e, "CREATE OR REPLACE TABLE memory.main.%s (%.*s)", table, STR_ARG(buf_str(&columns))) ||
	    !load_into(l->connection, table, l->schema, &l->stage, e))
		return false;
	snprintf(table, sizeof table, "ends%s", l->name);
	return run(l->connection, NULL, e, "CREATE OR REPLACE TABLE memory.main.%s (id HUGEINT, before BIGINT)", table) &&
	       (duckdb_appender_create(l->connection, NULL, table, &l->ends) == DuckDBSuccess || engine_said(e, "appender"));
}

bool engine_live_begin(struct engine_live *l, struct err *e)
{
	ensure(l->connection == NULL);
	l->staged = l->ended = 0;
	l->connection = engine_take_connection(l->engine, e);
	if (!l->connection) return false;
	if (stage(l, e)) return true;
	engine_live_abandon(l);
	return false;
}

static duckdb_hugeint number_of(const uint8_t id[16])
{
	uint64_t half[2];
	memcpy(half, id, 16);
	return (duckdb_hugeint){ .upper = (int64_t)__builtin_bswap64(half[0]), .lower = __builtin_bswap64(half[1]) };
}

bool engine_live_end(struct engine_live *l, const uint8_t id[16], struct err *e)
{
	l->ended++;
	if (duckdb_append_hugeint(l->ends, number_of(id)) == DuckDBSuccess &&
	    duckdb_append_int64(l->ends, l->staged) == DuckDBSuccess && duckdb_appender_end_row(l->ends) == DuckDBSuccess)
		return true;
	return engine_said(e, duckdb_appender_error(l->ends));
}

bool engine_live_rows(struct engine_live *l, const struct batch *b, const uint8_t (*ids)[16], bool replace, struct err *e)
{
	int64_t first = l->staged;
	for (size_t i = 0; replace && i < b->nrows; i++, l->staged++)
		if (!engine_live_end(l, ids[i], e)) return false;
	l->staged = first + (int64_t)b->nrows;
	return engine_load_rows(l->stage, b, ids, e);
}

/* Rows that hold no longer: pushed ones, and those of the file. */
static bool end_former(struct engine_live *l, int64_t number, struct engine_live_change *out, struct err *e)
{
	const char *n = l->name;
	if (!l->ended) return true;
	return run(l->connection, &out->live_ended, e, "UPDATE memory.main.live%s SET _until = %lld WHERE _until = " FOR_EVER
	           " AND _id IN (SELECT id FROM memory.main.ends%s)", n, (long long)number, n) &&
	       run(l->connection, &out->base_ended, e, "INSERT INTO memory.main.dead%s SELECT rowid, %lld FROM v%s.rows WHERE _id IN "
	           "(SELECT id FROM memory.main.ends%s) AND rowid NOT IN (SELECT place FROM memory.main.dead%s)", n,
	           (long long)number, n, n, n);
}

/* Of the staged rows those that none after them replaces. */
static bool let_in(struct engine_live *l, int64_t number, struct engine_live_change *out, struct err *e)
{
	const char *n = l->name;
	if (!l->staged) return true;
	if (!l->ended)
		return run(l->connection, &out->added, e, "INSERT INTO memory.main.live%s SELECT *, %lld, " FOR_EVER
		           " FROM memory.main.stage%s", n, (long long)number, n);
	return run(l->connection, &out->added, e, "INSERT INTO memory.main.live%s SELECT s.*, %lld, " FOR_EVER " FROM memory.main.stage%s s "
	           "LEFT JOIN (SELECT id, max(before) AS last FROM memory.main.ends%s GROUP BY id) x ON x.id = s._id "
	           "WHERE x.last IS NULL OR x.last <= s.rowid ORDER BY s.rowid", n, (long long)number, n, n);
}

bool engine_live_apply(struct engine_live *l, int64_t number, struct engine_live_change *out, struct err *e)
{
	struct engine_live_change change = { 0 };
	ensure(l->connection != NULL);
	if (!engine_pin(l->engine, l->at, NULL, e)) {
		engine_live_abandon(l);
		return false;
	}
	bool ok = load_flush(l->stage, e) &&
	          (duckdb_appender_close(l->ends) == DuckDBSuccess || engine_said(e, duckdb_appender_error(l->ends)));
	put_away(l);
	if (ok) {
		ok = run(l->connection, NULL, e, "BEGIN TRANSACTION");
		l->changing = ok;
		ok = ok && end_former(l, number, &change, e) && let_in(l, number, &change, e) && run(l->connection, NULL, e, "COMMIT");
		l->changing = l->changing && !ok;
	}
	engine_unpin(l->engine, l->at);
	engine_live_abandon(l); /* of an applied change only the stage is left */
	if (ok) *out = change;
	return ok;
}

void engine_live_abandon(struct engine_live *l)
{
	struct err ignored = { 0 };
	put_away(l);
	if (!l->connection) return;
	bool fine = (!l->changing || run(l->connection, NULL, &ignored, "ROLLBACK")) &&
	            run(l->connection, NULL, &ignored, "DROP TABLE IF EXISTS memory.main.stage%s; DROP TABLE IF EXISTS memory.main.ends%s", l->name, l->name);
	/* A connection whose transaction does not end is of no further use. */
	if (fine) engine_give_connection(l->engine, l->connection);
	else duckdb_disconnect(&l->connection);
	l->connection = NULL;
	l->changing = false;
}

void engine_live_close(struct engine_live *l)
{
	struct err ignored = { 0 };
	if (!l) return;
	engine_live_abandon(l);
	duckdb_connection c = engine_take_connection(l->engine, &ignored);
	if (c) {
		/* What cannot be dropped now goes with the process. */
		(void)run(c, NULL, &ignored, "DROP TABLE IF EXISTS memory.main.live%s; DROP TABLE IF EXISTS memory.main.dead%s", l->name, l->name);
		engine_give_connection(l->engine, c);
	}
	free(l);
}
