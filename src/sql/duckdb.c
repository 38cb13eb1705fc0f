/* How DuckDB spells identifiers, holes and the table of a version. */
#include "sql/sql.h"

static void ident(struct buf *out, struct str name)
{
	buf_put_char(out, '"');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"') buf_put_char(out, '"');
		buf_put_char(out, name.p[i]);
	}
	buf_put_char(out, '"');
}

static void hole(struct buf *out, uint32_t index)
{
	buf_put_char(out, '$');
	buf_put_int(out, index);
}

/* v<portal>_<dataset>_<number>, with another letter in front. */
static void put_name(struct buf *out, const char *before, struct version_ref v, const char *after)
{
	buf_printf(out, "%s%lld_%lld_%lld%s", before, (long long)v.tenant.v, (long long)v.dataset, (long long)v.number, after);
}

/* The name under which engine/ attaches the version's file. What was pushed onto it stands in two tables
 * of the engine's own memory (engine/live.c): rows with the numbers from and until which they hold, and
 * places of the file's rows that hold no longer. Pushed rows come last, in their order. */
static void relation(struct buf *out, struct version_ref v)
{
	if (!v.live) {
		put_name(out, "v", v, ".rows");
		return;
	}
	put_name(out, "(SELECT *, rowid FROM v", v, ".rows");
	if (v.replaced) {
		put_name(out, " WHERE rowid NOT IN (SELECT place FROM memory.main.dead", v, "");
		buf_printf(out, " WHERE _from <= %lld)", (long long)v.live);
	}
	put_name(out, " UNION ALL BY NAME SELECT * EXCLUDE (_from, _until), rowid + 1099511627776 AS rowid FROM memory.main.live", v, "");
	buf_printf(out, " WHERE _from <= %lld AND _until > %lld)", (long long)v.live, (long long)v.live);
}

const struct sql_dialect sql_duckdb = { .name = "duckdb", .ident = ident, .hole = hole, .relation = relation };
