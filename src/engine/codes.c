/* Small numbers beside the texts of a version: every text column with few different values gets a column
 * of codes, and the table `codes` says what each stands for. Facets count codes, in one reading of the
 * rows for all of them, which is several times cheaper than grouping texts; the texts stay as they are
 * for everything else. A column whose values prove too many is given up while loading: its codes are
 * null from there on, the table has no row of it, and nobody reads it.
 *
 * Columns: f<i>_code USMALLINT, null where the text is; of a list a list of the codes of its different
 * elements, in the order of their first mention. Table: codes(field INTEGER, code INTEGER, value VARCHAR),
 * the values of a field in code-point order. */
#include "engine/inside.h"
#include <stdlib.h>

/* A field gives up beyond these; all fields together beyond the last. */
enum { CODES_MOST = 65000, VALUE_MOST_BYTES = 1000, WORDS_MOST_BYTES = 64 << 20 };

struct field_codes {
	size_t field;
	bool list, given_up;
	struct arena arena;      /* of this field, so that giving up gives the memory back */
	struct map values;       /* text to its code + 1 */
	uint32_t *seen_in;       /* per code: the last row (counted from 1) that mentioned it */
	uint32_t row;
	size_t bytes;            /* of its values */
};

struct codes {
	struct field_codes *p;
	size_t n;
	size_t bytes;
};

static bool is_coded(const struct field *f) { return f->type == VALUE_TEXT; }

struct codes *codes_new(const struct schema *s)
{
	struct codes *k = calloc(1, sizeof *k);
	ensure(k != NULL);
	k->p = calloc(s->n + 1, sizeof *k->p);
	ensure(k->p != NULL);
	for (size_t i = 0; i < s->n; i++)
		if (is_coded(&s->fields[i])) k->p[k->n++] = (struct field_codes){ .field = i, .list = s->fields[i].flags & FIELD_MULTIVALUED };
	return k;
}

static void give_up(struct codes *k, struct field_codes *f)
{
	f->given_up = true;
	k->bytes -= f->bytes;
	f->bytes = 0;
	arena_done(&f->arena);
	f->arena = ARENA_INIT;
	f->values = (struct map){ 0 };
	free(f->seen_in);
	f->seen_in = NULL;
}

void codes_free(struct codes *k)
{
	if (!k) return;
	for (size_t i = 0; i < k->n; i++) give_up(k, &k->p[i]);
	free(k->p);
	free(k);
}

void codes_put_columns(struct buf *b, const struct codes *k)
{
	for (size_t i = 0; i < k->n; i++) buf_printf(b, ", f%zu_code USMALLINT%s", k->p[i].field, k->p[i].list ? "[]" : "");
}

size_t codes_columns(const struct codes *k) { return k->n; }

void codes_types(const struct codes *k, duckdb_logical_type *out)
{
	for (size_t i = 0; i < k->n; i++) {
		out[i] = duckdb_create_logical_type(DUCKDB_TYPE_USMALLINT);
		if (!k->p[i].list) continue;
		duckdb_logical_type of = out[i];
		out[i] = duckdb_create_list_type(of);
		duckdb_destroy_logical_type(&of);
	}
}

/* --- rows ------------------------------------------------------------------------------------------- */

/* The code of a text, a new one if need be. False: the field is given up. */
static bool code_of(struct codes *k, struct field_codes *f, struct str text, uint16_t *out)
{
	uintptr_t known = (uintptr_t)map_get_or_null(&f->values, text);
	if (known) {
		*out = (uint16_t)(known - 1);
		return true;
	}
	if (f->values.n >= CODES_MOST || text.n > VALUE_MOST_BYTES || k->bytes + text.n > WORDS_MOST_BYTES) {
		give_up(k, f);
		return false;
	}
	f->bytes += text.n;
	k->bytes += text.n;
	*out = (uint16_t)f->values.n;
	map_put(&f->arena, &f->values, arena_str(&f->arena, text), (void *)(uintptr_t)(f->values.n + 1));
	return true;
}

static void fill_nothing(duckdb_vector v, size_t n)
{
	duckdb_vector_ensure_validity_writable(v);
	memset(duckdb_vector_get_validity(v), 0, (n + 63) / 64 * sizeof(uint64_t));
}

static void fill_codes(struct codes *k, struct field_codes *f, duckdb_vector v, const struct column *c, size_t n)
{
	uint16_t *to = duckdb_vector_get_data(v);
	if (c->valid) {
		duckdb_vector_ensure_validity_writable(v);
		memcpy(duckdb_vector_get_validity(v), c->valid, (n + 63) / 64 * sizeof(uint64_t));
	}
	for (size_t i = 0; i < n; i++) {
		if (!column_has(c, i) || code_of(k, f, c->texts[i], &to[i])) continue;
		fill_nothing(v, n);
		return;
	}
}

static void fill_code_lists(struct codes *k, struct field_codes *f, duckdb_vector v, const struct column *c, size_t n)
{
	duckdb_list_entry *entries = duckdb_vector_get_data(v);
	size_t total = 0;
	size_t at = 0;
	for (size_t i = 0; i < n; i++) total += column_has(c, i) ? c->lists[i].n : 0;
	duckdb_list_vector_reserve(v, total);
	duckdb_list_vector_set_size(v, total);
	uint16_t *to = duckdb_vector_get_data(duckdb_list_vector_get_child(v));
	if (c->valid) {
		duckdb_vector_ensure_validity_writable(v);
		memcpy(duckdb_vector_get_validity(v), c->valid, (n + 63) / 64 * sizeof(uint64_t));
	}
	if (!f->seen_in) f->seen_in = calloc(CODES_MOST, sizeof *f->seen_in);
	ensure(f->seen_in != NULL);
	for (size_t i = 0; i < n; i++) {
		uint32_t count = column_has(c, i) ? c->lists[i].n : 0;
		size_t from = at;
		f->row++;
		for (uint32_t x = 0; x < count; x++) {
			uint16_t code = 0;
			if (!code_of(k, f, c->items[c->lists[i].from + x], &code)) {
				duckdb_list_vector_set_size(v, 0);
				memset(entries, 0, n * sizeof *entries);
				fill_nothing(v, n);
				return;
			}
			if (f->seen_in[code] == f->row) continue;
			f->seen_in[code] = f->row;
			to[at++] = code;
		}
		entries[i] = (duckdb_list_entry){ from, at - from };
	}
	duckdb_list_vector_set_size(v, at);
}

void codes_fill(struct codes *k, duckdb_data_chunk chunk, size_t first, const struct batch *b)
{
	for (size_t i = 0; i < k->n; i++) {
		struct field_codes *f = &k->p[i];
		duckdb_vector v = duckdb_data_chunk_get_vector(chunk, first + i);
		if (f->given_up) fill_nothing(v, b->nrows);
		else if (f->list) fill_code_lists(k, f, v, &b->columns[f->field], b->nrows);
		else fill_codes(k, f, v, &b->columns[f->field], b->nrows);
	}
}

/* --- the table -------------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
	const struct map_entry *x = *(struct map_entry *const *)a;
	const struct map_entry *y = *(struct map_entry *const *)b;
	int order = memcmp(x->key.p, y->key.p, x->key.n < y->key.n ? x->key.n : y->key.n);
	return order ? order : (x->key.n > y->key.n) - (x->key.n < y->key.n);
}

static bool append_field(duckdb_appender to, const struct field_codes *f)
{
	bool ok = true;
	size_t n = f->values.n;
	const struct map_entry **sorted = calloc(n + 1, sizeof(struct map_entry *));
	ensure(sorted != NULL);
	for (size_t i = 0; i < n; i++) sorted[i] = &f->values.entries[i];
	qsort(sorted, n, sizeof(struct map_entry *), by_text);
	for (size_t i = 0; i < n && ok; i++)
		ok = duckdb_append_int32(to, (int32_t)f->field) == DuckDBSuccess &&
		     duckdb_append_int32(to, (int32_t)((uintptr_t)sorted[i]->value - 1)) == DuckDBSuccess &&
		     duckdb_append_varchar_length(to, sorted[i]->key.p, sorted[i]->key.n) == DuckDBSuccess &&
		     duckdb_appender_end_row(to) == DuckDBSuccess;
	free(sorted);
	return ok;
}

bool codes_finish(struct codes *k, duckdb_connection c, struct err *e)
{
	duckdb_appender to = NULL;
	if (!engine_run(c, "CREATE TABLE codes (field INTEGER, code INTEGER, value VARCHAR)", e)) return false;
	bool ok = duckdb_appender_create(c, NULL, "codes", &to) == DuckDBSuccess;
	for (size_t i = 0; i < k->n && ok; i++)
		if (!k->p[i].given_up) ok = append_field(to, &k->p[i]);
	ok = ok && duckdb_appender_close(to) == DuckDBSuccess;
	if (!ok) engine_said(e, to ? duckdb_appender_error(to) : "appender of codes");
	if (to) duckdb_appender_destroy(&to);
	return ok;
}
