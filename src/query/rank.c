/* Relevance: a page of records found by words, without an order asked for, comes best first. Scores are
 * computed from the texts of the rows found, so that versions with and without an index of words rank
 * alike; reading many texts costs too much, and a word that thousands of rows have ranks nothing, so
 * beyond RANKED_ROWS rows they come in the order in which they stand. That is decided by how many rows
 * there are and not by the page, so offsets count in one order. Ties stand in insertion order. */
#include "query/inside.h"

enum { RANKED_ROWS = 2000, LIST_BYTES = 64 * 1024 };

/* --- planning ---------------------------------------------------------------------------------------- */

bool rank_applies(const struct rows *r)
{
	const struct query_request *q = r->scene.request;
	bool words = false;
	for (size_t i = 0; i < r->scene.nwhere && !words; i++) words = odsql_ranks(r->scene.where[i]);
	bool plain = !r->query.order_by.n && !r->query.grouped && !r->query.aggregated && !r->query.mixed;
	return words && plain && q->mode == QUERY_PAGE && !q->with_cursor;
}

static void put_best_first(struct sql *q, const struct rows *r)
{
	sql_lit(q, " ORDER BY ");
	odsql_emit_rank(q, &r->scene.scope, r->scene.where, r->scene.nwhere);
	sql_lit(q, " DESC, rowid");
}

static void put_ranked(struct sql *q, const struct rows *r)
{
	sql_lit(q, "SELECT ");
	rows_put_columns(q, r);
	sql_lit(q, " FROM ");
	sql_relation(q, r->scene.request->target->at);
	sql_lit(q, " WHERE rowid IN (SELECT rowid FROM ");
	sql_relation(q, r->scene.request->target->at);
	sql_lit(q, " WHERE rowid IN (SELECT unnest(CAST(string_split(CAST(");
	r->plan->ranked_hole = q->params.n;
	sql_param(q, VALUE_OF_TEXT(STR("")));
	sql_lit(q, " AS VARCHAR), ',') AS BIGINT[])))");
	put_best_first(q, r);
	rows_put_window(q, r);
	sql_lit(q, ")");
	put_best_first(q, r);
}

void rank_plan(struct rows *r)
{
	struct query_plan *p = r->plan;
	p->ranks = true;
	sql_init(&p->found, p->arena, &sql_duckdb);
	sql_lit(&p->found, "SELECT rowid");
	rows_put_from(&p->found, r);
	sql_lit(&p->found, " LIMIT ");
	sql_int(&p->found, RANKED_ROWS + 1);
	sql_init(&p->ranked, p->arena, &sql_duckdb);
	put_ranked(&p->ranked, r);
}

/* --- asking --------------------------------------------------------------------------------------------- */

/* The numbers of the rows found, apart by commas. */
static bool find(struct engine *g, const struct query_plan *p, struct cancel *c, struct buf *out, size_t *n, struct err *e)
{
	static const struct column_type type = { .type = VALUE_INT };
	const struct engine_query question = { .at = p->request->target->at, .sql = &p->found, .columns = &type, .ncolumns = 1 };
	struct engine_cursor *k = NULL;
	struct batch b;
	bool ok = engine_ask(g, &question, c, &k, e);
	*n = 0;
	while (ok && (ok = engine_next(k, &b, e)) && b.nrows) {
		for (size_t i = 0; i < b.nrows; i++) {
			if ((*n)++) buf_put_char(out, ',');
			buf_put_int(out, b.columns[0].ints[i]);
		}
	}
	engine_finish(k);
	return ok;
}

bool rank_question(struct engine *g, const struct query_plan *p, struct cancel *c, struct arena *a, const struct sql **out,
                   struct err *e)
{
	auto_buf list = BUF_INIT(LIST_BYTES);
	size_t n;
	if (!find(g, p, c, &list, &n, e)) return false;
	*out = &p->sql;
	if (n < 2 || n > RANKED_ROWS || list.over) return true;
	struct sql *ranked = arena_new(a, struct sql);
	*ranked = p->ranked;
	ranked->params.p = arena_array(a, struct value, p->ranked.params.n);
	memcpy(ranked->params.p, p->ranked.params.p, p->ranked.params.n * sizeof *ranked->params.p);
	ranked->params.p[p->ranked_hole] = VALUE_OF_TEXT(arena_str(a, buf_str(&list)));
	*out = ranked;
	return true;
}
