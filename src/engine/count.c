/* Counting values of columns straight from the engine's vectors, one reading of the rows for all of them:
 * codes into an array, numbers into a small hash. This is what a page of facets costs, so that nothing
 * is copied and nothing is grouped. */
#include "engine/inside.h"
#include <stdlib.h>

enum { NUMBERS_MOST = 65536, NUMBERS_FIRST = 256 };

static const int64_t DAY_US = 86400000000;

/* One column being counted. */
struct counter {
	struct engine_tally *tally;
	struct arena *arena;
	int64_t *keys;          /* slots of the hash; cap is a power of two */
	uint64_t *counts;       /* 0: a free slot */
	size_t n, cap;
};

static size_t slot_of(const struct counter *k, int64_t key)
{
	size_t at = (size_t)((uint64_t)key * 0x9e3779b97f4a7c15u >> 32) & (k->cap - 1);
	while (k->counts[at] && k->keys[at] != key) at = (at + 1) & (k->cap - 1);
	return at;
}

static void grow(struct counter *k)
{
	struct counter old = *k;
	k->cap = old.cap ? old.cap * 4 : NUMBERS_FIRST;
	k->keys = calloc(k->cap, sizeof *k->keys);
	k->counts = calloc(k->cap, sizeof *k->counts);
	ensure(k->keys && k->counts);
	for (size_t i = 0; i < old.cap; i++) {
		if (!old.counts[i]) continue;
		size_t at = slot_of(k, old.keys[i]);
		k->keys[at] = old.keys[i];
		k->counts[at] = old.counts[i];
	}
	free(old.keys);
	free(old.counts);
}

static void add_number(struct counter *k, int64_t key)
{
	if (k->n * 2 >= k->cap) {
		if (k->n >= NUMBERS_MOST) k->tally->many = true;
		if (k->tally->many) return;
		grow(k);
	}
	size_t at = slot_of(k, key);
	k->keys[at] = key;
	k->n += k->counts[at]++ == 0;
}

static int64_t day_of(int64_t us) { return us / DAY_US - (us % DAY_US < 0); }

static bool number_at(duckdb_type t, const void *data, size_t i, int64_t *out)
{
	switch ((int)t) {
	case DUCKDB_TYPE_BOOLEAN: *out = ((const bool *)data)[i]; return true;
	case DUCKDB_TYPE_INTEGER:
	case DUCKDB_TYPE_DATE: *out = ((const int32_t *)data)[i]; return true;
	case DUCKDB_TYPE_BIGINT: *out = ((const int64_t *)data)[i]; return true;
	case DUCKDB_TYPE_TIMESTAMP: *out = day_of(((const int64_t *)data)[i]); return true;
	default: return false;
	}
}

static bool is_valid(const uint64_t *valid, size_t i) { return !valid || (valid[i / 64] >> (i % 64) & 1); }

static bool count_numbers(struct counter *k, duckdb_type t, duckdb_vector v, size_t n)
{
	const void *data = duckdb_vector_get_data(v);
	const uint64_t *valid = duckdb_vector_get_validity(v);
	for (size_t i = 0; i < n && !k->tally->many; i++) {
		int64_t key;
		if (!is_valid(valid, i)) continue;
		if (!number_at(t, data, i, &key)) return false;
		add_number(k, key);
	}
	return true;
}

static void count_codes(uint64_t *counts, duckdb_vector v, size_t n)
{
	const uint16_t *codes = duckdb_vector_get_data(v);
	const uint64_t *valid = duckdb_vector_get_validity(v);
	for (size_t i = 0; i < n; i++)
		if (is_valid(valid, i)) counts[codes[i]]++;
}

static void count_lists(uint64_t *counts, duckdb_vector v, size_t n)
{
	const duckdb_list_entry *entries = duckdb_vector_get_data(v);
	const uint16_t *codes = duckdb_vector_get_data(duckdb_list_vector_get_child(v));
	const uint64_t *valid = duckdb_vector_get_validity(v);
	for (size_t i = 0; i < n; i++) {
		if (!is_valid(valid, i)) continue;
		for (uint64_t x = 0; x < entries[i].length; x++) counts[codes[entries[i].offset + x]]++;
	}
}

static bool is_code_list(duckdb_vector v)
{
	duckdb_logical_type t = duckdb_vector_get_column_type(duckdb_list_vector_get_child(v));
	bool yes = duckdb_get_type_id(t) == DUCKDB_TYPE_USMALLINT;
	duckdb_destroy_logical_type(&t);
	return yes;
}

static bool count_column(struct counter *k, duckdb_vector v, size_t n)
{
	duckdb_logical_type logical = duckdb_vector_get_column_type(v);
	duckdb_type t = duckdb_get_type_id(logical);
	duckdb_destroy_logical_type(&logical);
	if (t != DUCKDB_TYPE_USMALLINT && t != DUCKDB_TYPE_LIST) return count_numbers(k, t, v, n);
	if (t == DUCKDB_TYPE_LIST && !is_code_list(v)) return false;
	if (!k->tally->by_code) k->tally->by_code = arena_array(k->arena, uint64_t, ENGINE_CODES);
	if (t == DUCKDB_TYPE_LIST) count_lists(k->tally->by_code, v, n);
	else count_codes(k->tally->by_code, v, n);
	return true;
}

static void hand_over(struct counter *k)
{
	struct engine_tally *t = k->tally;
	t->numbers = arena_array(k->arena, int64_t, k->n + 1);
	t->counts = arena_array(k->arena, uint64_t, k->n + 1);
	for (size_t i = 0; i < k->cap && !t->many; i++) {
		if (!k->counts[i]) continue;
		t->numbers[t->n] = k->keys[i];
		t->counts[t->n++] = k->counts[i];
	}
	free(k->keys);
	free(k->counts);
}

static bool count_all(struct engine_cursor *cursor, struct counter *counters, size_t n, struct err *e)
{
	duckdb_data_chunk chunk;
	for (;;) {
		if (!engine_next_chunk(cursor, &chunk, e)) return false;
		if (!chunk) return true;
		size_t rows = duckdb_data_chunk_get_size(chunk);
		bool fits = duckdb_data_chunk_get_column_count(chunk) == n;
		for (size_t i = 0; i < n && fits; i++) fits = count_column(&counters[i], duckdb_data_chunk_get_vector(chunk, i), rows);
		if (!fits) return err_set(e, ERR_DATABASE, "the data could not be counted");
	}
}

bool engine_count(struct engine *g, const struct engine_query *q, struct arena *a, struct cancel *c,
                  struct engine_tally *out, size_t n, struct err *e)
{
	struct engine_cursor *cursor = NULL;
	struct engine_query ask = *q;
	struct counter *counters = arena_array(a, struct counter, n);
	ask.columns = NULL;
	ask.ncolumns = 0;
	ask.stream = true;
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct engine_tally){ 0 };
		counters[i] = (struct counter){ .tally = &out[i], .arena = a };
	}
	bool ok = engine_ask(g, &ask, c, &cursor, e) && count_all(cursor, counters, n, e);
	engine_finish(cursor);
	for (size_t i = 0; i < n; i++) hand_over(&counters[i]);
	return ok;
}

/* --- what codes stand for ------------------------------------------------------------------------------ */

static size_t place_of(const size_t *fields, size_t n, int32_t field)
{
	for (size_t i = 0; i < n; i++)
		if (fields[i] == (size_t)field) return i;
	return n;
}

/* One field's codes while they are read. */
struct reading {
	VEC(uint16_t) codes;
	VEC(struct str) values;
};

static void take_codes(duckdb_data_chunk chunk, struct arena *a, const size_t *fields, size_t n, struct reading *out)
{
	size_t rows = duckdb_data_chunk_get_size(chunk);
	const int32_t *field = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
	const int32_t *code = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1));
	duckdb_vector value = duckdb_data_chunk_get_vector(chunk, 2);
	for (size_t i = 0; i < rows; i++) {
		size_t at = place_of(fields, n, field[i]);
		if (at == n) continue;
		vec_push(a, &out[at].codes, (uint16_t)code[i]);
		vec_push(a, &out[at].values, arena_str(a, vector_text(value, i)));
	}
}

static void put_question(struct buf *b, struct version_ref v, const size_t *fields, size_t n)
{
	buf_printf(b, "SELECT field, code, value FROM v%lld_%lld_%lld.codes WHERE field IN (", (long long)v.tenant.v,
	           (long long)v.dataset, (long long)v.number);
	for (size_t i = 0; i < n; i++) buf_printf(b, "%s%zu", i ? ", " : "", fields[i]);
	buf_printf(b, ") ORDER BY rowid%c", 0);
}

bool engine_codes(struct engine *g, struct version_ref v, struct arena *a, const size_t *fields, size_t n,
                  struct engine_codes *out, struct err *e)
{
	duckdb_connection c = NULL;
	duckdb_result r;
	duckdb_data_chunk chunk;
	auto_buf text = BUF_INIT(1 << 16);
	struct reading *readings = arena_array(a, struct reading, n + 1);
	for (size_t i = 0; i < n; i++) out[i] = (struct engine_codes){ 0 };
	/* Pushed rows have no codes. */
	if (n == 0 || v.live) return true;
	if (!engine_pin(g, v, NULL, e)) return false;
	put_question(&text, v, fields, n);
	bool ok = (c = engine_take_connection(g, e)) != NULL;
	if (ok) {
		ok = duckdb_query(c, text.p, &r) == DuckDBSuccess;
		/* Versions written before there were codes have no such table; their facets group texts. */
		bool absent = !ok && duckdb_result_error_type(&r) == DUCKDB_ERROR_CATALOG;
		if (!ok && !absent) engine_said(e, duckdb_result_error(&r));
		while (ok && (chunk = duckdb_fetch_chunk(r)) != NULL) {
			take_codes(chunk, a, fields, n, readings);
			duckdb_destroy_data_chunk(&chunk);
		}
		ok = ok || absent;
		duckdb_destroy_result(&r);
		engine_give_connection(g, c);
	}
	engine_unpin(g, v);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct engine_codes){ .n = readings[i].codes.n, .codes = readings[i].codes.p, .values = readings[i].values.p };
	return ok;
}
