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

/* The name under which engine/ attaches the version's file. */
static void relation(struct buf *out, struct version_ref v)
{
	buf_printf(out, "v%lld_%lld_%lld.rows", (long long)v.tenant.v, (long long)v.dataset,
	           (long long)v.number);
}

const struct sql_dialect sql_duckdb = { .name = "duckdb", .ident = ident, .hole = hole, .relation = relation };
