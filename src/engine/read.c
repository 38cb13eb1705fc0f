/* Questions and their cursors. A cursor pins the version, holds one connection, and converts one
 * chunk at a time. The streaming calls, which DuckDB marks as deprecated, stand only in this file. */
#include "engine/inside.h"
#include <stdlib.h>

struct engine_cursor {
	struct engine *engine;
	struct version_ref at;
	duckdb_connection connection;
	duckdb_prepared_statement prepared;
	duckdb_result result;
	bool has_result;
	duckdb_data_chunk chunk;
	struct words_answer words;
	struct converter *converter;
	struct cancel *cancel;
	bool done, big;
};

static void poke(void *arg) { duckdb_interrupt((duckdb_connection)arg); }

static bool guard(struct engine_cursor *k, struct err *e)
{
	if (k->cancel && !cancel_guard(k->cancel, poke, k->connection, e)) return false;
	help_begin(k->engine, k->big);
	return true;
}

static void unguard(struct engine_cursor *k)
{
	help_end(k->engine, k->big);
	if (k->cancel) cancel_unguard(k->cancel);
}

static duckdb_value to_duckdb(const struct value *v)
{
	if (v->null) return duckdb_create_null_value();
	switch (v->type) {
	case VALUE_INT: return duckdb_create_int64(v->i);
	case VALUE_DATETIME: return duckdb_create_timestamp((duckdb_timestamp){ v->i });
	case VALUE_DATE: return duckdb_create_date((duckdb_date){ v->days });
	case VALUE_DOUBLE: return duckdb_create_double(v->d);
	case VALUE_BOOL: return duckdb_create_bool(v->b);
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_JSON: return duckdb_create_varchar_length(v->s.p ? v->s.p : "", v->s.n);
	case VALUE_SHAPE: return duckdb_create_blob((const uint8_t *)(v->s.p ? v->s.p : ""), v->s.n);
	case VALUE_POINT:
	case VALUE_TYPES: break;
	}
	return NULL;
}

static bool bind(duckdb_prepared_statement s, size_t hole, duckdb_value v, struct err *e)
{
	return (v && duckdb_bind_value(s, hole, v) == DuckDBSuccess) || engine_said(e, "a parameter cannot be bound");
}

static bool bind_all(struct engine_cursor *k, const struct sql *q, struct err *e)
{
	bool ok = true;
	for (size_t i = 0; i < q->params.n && ok; i++) {
		duckdb_value v = to_duckdb(&q->params.p[i]);
		ok = bind(k->prepared, i + 1, v, e);
		if (v) duckdb_destroy_value(&v);
	}
	for (size_t i = 0; i < k->words.lists.n && ok; i++) ok = bind(k->prepared, q->params.n + i + 1, k->words.lists.p[i], e);
	return ok;
}

static bool start(struct engine_cursor *k, const struct engine_query *q, struct err *e)
{
	if (!guard(k, e)) return false;
	bool ok = words_answer(&k->words, k->engine, k->connection, q, e);
	if (ok && (q->sql->text.over || k->words.text.over)) ok = err_set(e, ERR_TOO_LARGE, "this question is too long");
	if (ok && duckdb_prepare(k->connection, k->words.text.p, &k->prepared) != DuckDBSuccess) {
		ok = engine_said(e, duckdb_prepare_error(k->prepared));
		err_cause(e, "%.200s", k->words.text.p);
	}
	ok = ok && bind_all(k, q->sql, e);
	if (ok) {
		duckdb_state s = q->stream ? duckdb_execute_prepared_streaming(k->prepared, &k->result)
		                           : duckdb_execute_prepared(k->prepared, &k->result);
		k->has_result = true;
		if (s != DuckDBSuccess) ok = engine_said(e, duckdb_result_error(&k->result));
	}
	unguard(k);
	return ok;
}

bool engine_ask(struct engine *g, const struct engine_query *q, struct cancel *c_or_null,
                struct engine_cursor **out, struct err *e)
{
	int64_t rows;
	if (!engine_pin(g, q->at, &rows, e)) return false;
	struct engine_cursor *k = calloc(1, sizeof *k);
	ensure(k != NULL);
	*k = (struct engine_cursor){ .engine = g, .at = q->at, .cancel = c_or_null, .big = is_big(rows) };
	k->connection = engine_take_connection(g, e);
	if (!k->connection || !start(k, q, e)) {
		engine_finish(k);
		return false;
	}
	k->converter = converter_new(q->columns, q->ncolumns);
	*out = k;
	return true;
}

void engine_adopt(struct engine_cursor *k, duckdb_connection *c, duckdb_result **r, bool *big)
{
	k->cancel = NULL;
	*c = k->connection;
	*r = &k->result;
	*big = k->big;
}

bool engine_next_chunk(struct engine_cursor *k, duckdb_data_chunk *out, struct err *e)
{
	*out = NULL;
	if (k->chunk) duckdb_destroy_data_chunk(&k->chunk);
	if (k->done) return true;
	if (!guard(k, e)) return false;
	k->chunk = duckdb_fetch_chunk(k->result);
	unguard(k);
	if (!k->chunk) {
		const char *message = duckdb_result_error(&k->result);
		if (message && *message) return engine_said(e, message);
		/* An interrupted stream must not pass for one that came to its end. */
		if (k->cancel && cancel_fired(k->cancel)) return err_set(e, ERR_CANCELLED, "this took too long and was stopped");
	}
	k->done = !k->chunk || duckdb_data_chunk_get_size(k->chunk) == 0;
	if (!k->done) *out = k->chunk;
	return true;
}

bool engine_next(struct engine_cursor *k, struct batch *out, struct err *e)
{
	duckdb_data_chunk chunk;
	*out = (struct batch){ 0 };
	if (!engine_next_chunk(k, &chunk, e)) return false;
	return !chunk || converter_batch(k->converter, chunk, out, e);
}

void engine_finish(struct engine_cursor *k)
{
	if (!k) return;
	if (k->chunk) duckdb_destroy_data_chunk(&k->chunk);
	if (k->has_result) duckdb_destroy_result(&k->result);
	if (k->prepared) duckdb_destroy_prepare(&k->prepared);
	words_done(&k->words);
	if (k->connection) engine_give_connection(k->engine, k->connection);
	converter_free(k->converter);
	engine_unpin(k->engine, k->at);
	free(k);
}
