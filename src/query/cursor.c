/* Running plans: batches as the engine gives them, record ids completed by their check digits. */
#include <stdlib.h>
#include "query/inside.h"

enum { NEXT_BYTES = 1 << 20 };

struct query_cursor {
	const struct query_plan *plan;
	struct engine_query question;
	struct engine_cursor *engine; /* NULL when there is nothing to ask */
	struct column *columns;
	struct arena ids;
	int64_t given;                /* rows so far; with a cursor one more than is shown is asked for */
	bool ended;                   /* the page is full */
	struct buf last, next;        /* the cursor of the last row; the same once more rows were seen */
};

bool query_open(struct engine *g, const struct query_plan *p, struct cancel *c, struct query_cursor **out, struct err *e)
{
	struct query_cursor *k = calloc(1, sizeof *k);
	ensure(k != NULL);
	k->plan = p;
	k->last = BUF_INIT(NEXT_BYTES);
	k->next = BUF_INIT(NEXT_BYTES);
	size_t n = p->ncolumns + (p->id_column >= 0) + p->nhidden;
	k->question = (struct engine_query){ .at = p->request->target->at, .sql = &p->sql, .columns = p->types,
		.ncolumns = n, .stream = p->request->mode == QUERY_EXPORT };
	if (!p->empty && !engine_ask(g, &k->question, c, &k->engine, e)) {
		free(k);
		return false;
	}
	*out = k;
	return true;
}

static int hex_of(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/* The engine gives 32 digits; the check digits are the record room's. */
static struct str whole_id(struct arena *a, struct str hex)
{
	uint8_t id[RECORD_ID_BYTES];
	if (hex.n != 2 * RECORD_ID_BYTES) return hex;
	for (size_t i = 0; i < RECORD_ID_BYTES; i++)
		id[i] = (uint8_t)(hex_of(hex.p[2 * i]) << 4 | hex_of(hex.p[2 * i + 1]));
	auto_buf b = BUF_INIT(64);
	record_id_put(&b, id);
	return arena_str(a, buf_str(&b));
}

static void complete_ids(struct query_cursor *k, struct batch *b)
{
	bool any = false;
	for (size_t i = 0; i < b->ncolumns; i++) any = any || k->plan->ids[i];
	if (!any) return;
	arena_done(&k->ids);
	k->ids = ARENA_INIT;
	k->columns = arena_array(&k->ids, struct column, b->ncolumns);
	memcpy(k->columns, b->columns, b->ncolumns * sizeof *k->columns);
	for (size_t i = 0; i < b->ncolumns; i++) {
		if (!k->plan->ids[i]) continue;
		struct str *texts = arena_array(&k->ids, struct str, b->nrows);
		for (size_t row = 0; row < b->nrows; row++)
			if (column_has(&b->columns[i], row)) texts[row] = whole_id(&k->ids, b->columns[i].texts[row]);
		k->columns[i].texts = texts;
	}
	b->columns = k->columns;
}

/* Cuts what is more than the page, and notes how to go on from its last row. */
static bool note_next(struct query_cursor *k, struct batch *b, struct err *e)
{
	const struct query_plan *p = k->plan;
	int64_t room = p->limit - k->given;
	if (!b->nrows) return true;
	bool more = (int64_t)b->nrows > room;
	const struct column *hidden = b->columns + b->ncolumns - p->nhidden;
	if (more) b->nrows = (size_t)room;
	k->given += (int64_t)b->nrows;
	if (b->nrows) {
		k->ended = k->given == p->limit;
		buf_clear(&k->last);
		keyset_put(&k->last, p->question, hidden, p->nhidden, b->nrows - 1);
	}
	b->ncolumns -= b->nrows ? p->nhidden : 0;
	if (!more || !k->ended) return true;
	if (!k->last.n) return err_set(e, ERR_TOO_LARGE, "The values that order_by sorts by are too long for a cursor; sort by shorter ones.");
	buf_put(&k->next, buf_str(&k->last));
	return true;
}

bool query_next(struct query_cursor *k, struct batch *out, struct err *e)
{
	struct batch b = { 0 };
	if (k->engine && !engine_next(k->engine, &b, e)) return false;
	if (k->plan->nhidden && !note_next(k, &b, e)) return false;
	if (b.nrows) complete_ids(k, &b);
	*out = b;
	return true;
}

struct str query_next_cursor(const struct query_cursor *k) { return buf_str(&k->next); }

void query_close(struct query_cursor *k)
{
	if (!k) return;
	engine_finish(k->engine);
	arena_done(&k->ids);
	buf_done(&k->last);
	buf_done(&k->next);
	free(k);
}

bool query_count(struct engine *g, struct arena *a, const struct query_request *r, struct cancel *c, int64_t *out, struct err *e)
{
	static const struct column_type type = { .type = VALUE_INT };
	struct scene s;
	struct sql q;
	struct batch b;
	struct engine_cursor *k = NULL;
	if (!scene_open(a, r, true, &s, e)) return false;
	sql_init(&q, a, &sql_duckdb);
	sql_lit(&q, "SELECT count(*) FROM ");
	sql_relation(&q, r->target->at);
	(void)scene_put_where(&q, &s, -1, NULL);
	const struct engine_query question = { .at = r->target->at, .sql = &q, .columns = &type, .ncolumns = 1 };
	bool fine = engine_ask(g, &question, c, &k, e) && engine_next(k, &b, e);
	if (fine && b.nrows != 1) fine = err_set(e, ERR_DATABASE, "The count gave no row.");
	if (fine) *out = b.columns[0].ints[0];
	engine_finish(k);
	sql_done(&q);
	return fine;
}
