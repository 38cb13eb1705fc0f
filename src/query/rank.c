/* Relevance: a page of records found by words, without an order asked for, comes best first. The rows
 * found are asked for with their scores, which are the same whether an index of words tells them or the
 * texts are read; the page is then read by the numbers of its rows. A word that very many rows have ranks
 * little and would cost much, so beyond RANKED_ROWS rows they come in the order in which they stand. That
 * is decided by how many rows there are and not by the page, so offsets count in one order. Ties stand in
 * insertion order. */
#include "query/inside.h"

#include <stdlib.h>

enum { RANKED_ROWS = 20000, LIST_BYTES = 64 * 1024 };

/* --- planning ---------------------------------------------------------------------------------------- */

bool rank_applies(const struct rows *r)
{
	const struct query_request *q = r->scene.request;
	bool words = false;
	for (size_t i = 0; i < r->scene.nwhere && !words; i++) words = odsql_ranks(r->scene.where[i]);
	bool plain = !r->query.order_by.n && !r->query.grouped && !r->query.aggregated && !r->query.mixed;
	return words && plain && q->mode == QUERY_PAGE && !q->with_cursor;
}

/* The rows of a page, their numbers in a hole of the statement, in the order of the list. */
static void put_ranked(struct sql *q, const struct rows *r)
{
	size_t *holes = r->plan->ranked_holes;
	sql_lit(q, "SELECT ");
	rows_put_columns(q, r);
	sql_lit(q, " FROM ");
	sql_relation(q, r->scene.request->target->at);
	for (int turn = 0; turn < 2; turn++) {
		sql_put_literal(q, turn ? STR(" ORDER BY list_position(CAST(string_split(CAST(") : STR(" WHERE rowid IN (SELECT unnest(CAST(string_split(CAST("));
		holes[turn] = q->params.n;
		sql_param(q, VALUE_OF_TEXT(STR("")));
		sql_put_literal(q, turn ? STR(" AS VARCHAR), ',') AS BIGINT[]), rowid)") : STR(" AS VARCHAR), ',') AS BIGINT[])))"));
	}
}

void rank_plan(struct rows *r)
{
	struct query_plan *p = r->plan;
	p->ranks = true;
	sql_init(&p->found, p->arena, &sql_duckdb);
	sql_lit(&p->found, "SELECT count(*) FROM (SELECT 1");
	rows_put_from(&p->found, r);
	sql_lit(&p->found, " LIMIT ");
	sql_int(&p->found, RANKED_ROWS + 1);
	sql_lit(&p->found, ")");
	sql_init(&p->scored, p->arena, &sql_duckdb);
	sql_lit(&p->scored, "SELECT rowid, ");
	odsql_emit_rank(&p->scored, &r->scene.scope, r->scene.where, r->scene.nwhere);
	rows_put_from(&p->scored, r);
	sql_init(&p->ranked, p->arena, &sql_duckdb);
	put_ranked(&p->ranked, r);
}

/* --- asking --------------------------------------------------------------------------------------------- */

struct ranked { int64_t row, score; };

static int best_first(const void *a, const void *b)
{
	const struct ranked *x = a;
	const struct ranked *y = b;
	if (x->score != y->score) return x->score > y->score ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Scores of very many rows are not even asked for. */
static bool count(struct engine *g, const struct query_plan *p, struct cancel *c, size_t *n, struct err *e)
{
	static const struct column_type type = { .type = VALUE_INT };
	const struct engine_query question = { .at = p->request->target->at, .sql = &p->found, .columns = &type, .ncolumns = 1 };
	struct engine_cursor *k = NULL;
	struct batch b;
	bool ok = engine_ask(g, &question, c, &k, e) && engine_next(k, &b, e);
	*n = ok && b.nrows ? (size_t)b.columns[0].ints[0] : 0;
	engine_finish(k);
	return ok;
}

/* The rows found, `most` of them. */
static bool find(struct engine *g, const struct query_plan *p, struct cancel *c, struct arena *a, size_t most,
                 struct ranked **out, size_t *n, struct err *e)
{
	static const struct column_type types[] = { { .type = VALUE_INT }, { .type = VALUE_INT } };
	const struct engine_query question = { .at = p->request->target->at, .sql = &p->scored, .columns = types,
		.ncolumns = COUNT_OF(types), .stream = true };
	struct engine_cursor *k = NULL;
	struct batch b;
	*out = arena_array(a, struct ranked, most + 1);
	*n = 0;
	bool ok = engine_ask(g, &question, c, &k, e);
	while (ok && (ok = engine_next(k, &b, e)) && b.nrows)
		for (size_t i = 0; i < b.nrows && *n < most; i++)
			(*out)[(*n)++] = (struct ranked){ b.columns[0].ints[i], b.columns[1].ints[i] };
	engine_finish(k);
	return ok;
}

bool rank_question(struct engine *g, const struct query_plan *p, struct cancel *c, struct arena *a, const struct sql **out,
                   int64_t *found, struct err *e)
{
	auto_arena scratch = ARENA_INIT;
	auto_buf list = BUF_INIT(LIST_BYTES);
	struct ranked *rows;
	size_t n;
	*out = &p->sql;
	if (!count(g, p, c, &n, e)) return false;
	*found = n > RANKED_ROWS ? -1 : (int64_t)n;
	if (!n) *out = NULL;
	if (n < 2 || n > RANKED_ROWS) return true;
	if (!find(g, p, c, &scratch, n, &rows, &n, e)) return false;
	qsort(rows, n, sizeof *rows, best_first);
	size_t from = num_min((size_t)p->offset, n);
	size_t to = p->limit < 0 ? n : num_min(from + (size_t)p->limit, n);
	for (size_t i = from; i < to; i++) buf_printf(&list, "%s%lld", i > from ? "," : "", (long long)rows[i].row);
	if (from == to) buf_lit(&list, "-1");
	if (list.over) return err_set(e, ERR_TOO_LARGE, "This page is too large; ask for fewer records.");
	struct sql *ranked = arena_new(a, struct sql);
	*ranked = p->ranked;
	ranked->params.p = arena_array(a, struct value, p->ranked.params.n);
	memcpy(ranked->params.p, p->ranked.params.p, p->ranked.params.n * sizeof *ranked->params.p);
	for (size_t i = 0; i < COUNT_OF(p->ranked_holes); i++)
		ranked->params.p[p->ranked_holes[i]] = VALUE_OF_TEXT(arena_str(a, buf_str(&list)));
	*out = ranked;
	return true;
}
