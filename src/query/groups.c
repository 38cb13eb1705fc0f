/* The statement of a grouped query: keys are computed row by row inside, aggregates outside. A
 * geo_cluster() key needs a look at all its points first: they are gathered into small cells, the
 * cells merged into clusters by one function of the engine, and the rows joined to their cluster. */
#include "query/inside.h"

static const struct odsql_node *cluster_of(const struct rows *r, size_t i, struct odsql_cluster *out)
{
	const struct odsql_node *n = r->query.group_by.p[i].expr;
	return odsql_cluster(n, out) ? n : NULL;
}

static void put_numbered(struct sql *q, const char *before, size_t i, const char *after)
{
	sql_put_literal(q, str_of(before));
	sql_int(q, (int64_t)i);
	sql_put_literal(q, str_of(after));
}

/* The cells that have points, each with their mean and their number. */
static void put_cells(struct sql *q, const struct rows *r, const struct odsql_node *n)
{
	sql_lit(q, "(SELECT ");
	odsql_emit_key(q, &r->scene.scope, n);
	sql_lit(q, " AS cell, avg(");
	odsql_emit_part(q, &r->scene.scope, n->args[0], SQL_LAT);
	sql_lit(q, ") AS lat, avg(");
	odsql_emit_part(q, &r->scene.scope, n->args[0], SQL_LON);
	sql_lit(q, ") AS lon, count(*) AS n");
	rows_put_from(q, r);
	sql_lit(q, " GROUP BY 1) WHERE cell IS NOT NULL");
}

/* c<i>: the cluster of each cell, with its centre, the mean of all its points. */
static void put_clusters(struct sql *q, const struct rows *r, size_t i, const struct odsql_node *n, const struct odsql_cluster *c)
{
	put_numbered(q, "c", i, " AS MATERIALIZED (SELECT s.cell AS c");
	put_numbered(q, "", i, "_cell, s.cluster AS c");
	put_numbered(q, "", i, ", s.lat AS c");
	put_numbered(q, "", i, "_lat, s.lon AS c");
	put_numbered(q, "", i, "_lon FROM (SELECT unnest(found) AS s FROM (SELECT stoa_clusters(list(cell), list(lat), list(lon), "
	             "list(CAST(n AS DOUBLE)), CAST(");
	sql_param(q, VALUE_OF_DOUBLE(c->radius_m));
	sql_lit(q, " AS DOUBLE)) AS found FROM ");
	put_cells(q, r, n);
	sql_lit(q, ")))");
}

static void put_with(struct sql *q, const struct rows *r)
{
	bool first = true;
	for (size_t i = 0; i < r->query.group_by.n; i++) {
		struct odsql_cluster c;
		const struct odsql_node *n = cluster_of(r, i, &c);
		if (!n) continue;
		sql_put_literal(q, first ? STR("WITH ") : STR(", "));
		put_clusters(q, r, i, n, &c);
		first = false;
	}
	if (!first) sql_lit(q, " ");
}

/* Lists that one SELECT unnests go side by side, element for element; every further list among the keys
 * is therefore unnested around the ones before, so that each of its elements meets each of theirs. */
static bool comes_later(const struct rows *r, size_t i)
{
	const struct odsql_items *keys = &r->query.group_by;
	bool earlier = false;
	for (size_t k = 0; k < i; k++) earlier |= keys->p[k].expr->list;
	return earlier && keys->p[i].expr->list;
}

static void put_inside(struct sql *q, const struct rows *r)
{
	const struct odsql_items *keys = &r->query.group_by;
	struct odsql_cluster c;
	for (size_t i = keys->n; i-- > 0;) {
		if (!comes_later(r, i)) continue;
		sql_lit(q, "(SELECT *, ");
		odsql_emit_group(q, &r->scene.scope, keys->p[i].expr);
		sql_lit(q, " AS ");
		rows_put_key(q, i);
		sql_lit(q, " FROM ");
	}
	sql_lit(q, "(SELECT *");
	for (size_t i = 0; i < keys->n; i++) {
		if (comes_later(r, i)) continue;
		sql_lit(q, ", ");
		if (cluster_of(r, i, &c)) put_numbered(q, "c", i, "");
		else odsql_emit_group(q, &r->scene.scope, keys->p[i].expr);
		sql_lit(q, " AS ");
		rows_put_key(q, i);
	}
	sql_lit(q, " FROM ");
	sql_relation(q, r->scene.request->target->at);
	for (size_t i = 0; i < keys->n; i++) {
		const struct odsql_node *n = cluster_of(r, i, &c);
		if (!n) continue;
		put_numbered(q, " JOIN c", i, " ON c");
		put_numbered(q, "", i, "_cell = ");
		odsql_emit_key(q, &r->scene.scope, n);
	}
	(void)scene_put_where(q, &r->scene, -1, NULL);
	sql_lit(q, ")");
	for (size_t i = 0; i < keys->n; i++)
		if (comes_later(r, i)) sql_lit(q, ")");
}

static void put_defined(struct sql *q, const struct rows *r)
{
	const struct odsql_items *keys = &r->query.group_by;
	bool first = true;
	for (size_t i = 0; i < keys->n; i++) {
		if (!r->scene.request->legacy && !odsql_key_skips_null(keys->p[i].expr)) continue;
		sql_put_literal(q, first ? STR(" WHERE ") : STR(" AND "));
		rows_put_key(q, i);
		sql_lit(q, " IS NOT NULL");
		first = false;
	}
}

void rows_put_groups(struct sql *q, const struct rows *r)
{
	const struct odsql_items *keys = &r->query.group_by;
	put_with(q, r);
	sql_lit(q, "SELECT ");
	rows_put_columns(q, r);
	sql_lit(q, " FROM ");
	put_inside(q, r);
	put_defined(q, r);
	for (size_t i = 0; i < keys->n; i++) {
		sql_put_literal(q, i ? STR(", ") : STR(" GROUP BY "));
		rows_put_key(q, i);
	}
	if (r->query.order_by.n) rows_put_order(q, r);
	for (size_t i = 0; i < keys->n; i++) {
		sql_put_literal(q, i || r->query.order_by.n ? STR(", ") : STR(" ORDER BY "));
		odsql_emit_group_name(q, keys->p[i].expr, i);
		sql_lit(q, " ASC NULLS FIRST");
	}
	rows_put_window(q, r);
}
