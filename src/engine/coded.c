/* Tests of texts by their codes. While a version is attached, what its codes stand for is kept in memory, a field at a
 * time and from the first question on; a statement's tests of texts against values become tests of small numbers. A
 * version without codes of a field, rows pushed onto a version (they have none), and values that would take too much
 * memory leave a test as it is spelled. */
#include "engine/inside.h"
#include <stdlib.h>

/* Of all versions together; of one field. */
enum { CODINGS_BYTES = 64 << 20, CODING_BYTES = 8 << 20, ENTRY_BYTES = 64 };

/* What the codes of a field are: text to its code + 1. Without any it says that the field has none. */
struct coding {
	struct coding *next;
	size_t field;
	struct arena arena;
	struct map codes;
	size_t bytes;
};

static void coding_free(struct coding *k)
{
	arena_done(&k->arena);
	free(k);
}

void codings_free(struct engine *g, struct box *b)
{
	while (b->codings) {
		struct coding *k = b->codings;
		b->codings = k->next;
		g->codings_bytes -= k->bytes;
		coding_free(k);
	}
}

static void forget(struct coding *k)
{
	arena_done(&k->arena);
	k->arena = ARENA_INIT;
	k->codes = (struct map){ 0 };
	k->bytes = 0;
}

static void take(struct coding *k, duckdb_data_chunk chunk)
{
	const int32_t *codes = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
	duckdb_vector values = duckdb_data_chunk_get_vector(chunk, 1);
	for (size_t i = 0; i < duckdb_data_chunk_get_size(chunk); i++) {
		struct str text = vector_text(values, i);
		k->bytes += text.n + ENTRY_BYTES;
		map_put(&k->arena, &k->codes, arena_str(&k->arena, text), (void *)(uintptr_t)(codes[i] + 1));
	}
}

static bool read_coding(duckdb_connection c, struct version_ref v, struct coding *k, struct err *e)
{
	duckdb_result r;
	duckdb_data_chunk chunk;
	auto_buf text = BUF_INIT(1 << 12);
	buf_printf(&text, "SELECT code, value FROM v%lld_%lld_%lld.codes WHERE field = %zu%c", (long long)v.tenant.v, (long long)v.dataset,
	           (long long)v.number, k->field, 0);
	bool ok = duckdb_query(c, text.p, &r) == DuckDBSuccess;
	/* Versions written before there were codes have no such table. */
	bool absent = !ok && duckdb_result_error_type(&r) == DUCKDB_ERROR_CATALOG;
	if (!ok && !absent) engine_said(e, duckdb_result_error(&r));
	while (ok && k->bytes <= CODING_BYTES && (chunk = duckdb_fetch_chunk(r)) != NULL) {
		take(k, chunk);
		duckdb_destroy_data_chunk(&chunk);
	}
	duckdb_destroy_result(&r);
	if (k->bytes > CODING_BYTES) forget(k);
	return ok || absent;
}

/* With the lock. */
static const struct coding *known_or_null(const struct box *b, size_t field)
{
	const struct coding *k = b->codings;
	while (k && k->field != field) k = k->next;
	return k;
}

/* With the lock: room for so many bytes, taken from versions that nobody reads. */
static bool make_room(struct engine *g, size_t bytes)
{
	for (size_t i = 0; i < g->nboxes && g->codings_bytes + bytes > CODINGS_BYTES; i++)
		if (g->boxes[i].used && !g->boxes[i].pins && !g->boxes[i].changing) codings_free(g, &g->boxes[i]);
	return g->codings_bytes + bytes <= CODINGS_BYTES;
}

/* The codes of a field of a version that the caller has pinned; borrowed as long as it is. */
static const struct coding *coding_of(struct engine *g, duckdb_connection c, struct version_ref v, size_t field, struct err *e)
{
	lock_take(&g->lock);
	const struct coding *known = known_or_null(box_of(g, v), field);
	lock_give(&g->lock);
	if (known) return known;
	struct coding *k = calloc(1, sizeof *k);
	ensure(k != NULL);
	k->field = field;
	if (!read_coding(c, v, k, e)) {
		coding_free(k);
		return NULL;
	}
	lock_take(&g->lock);
	struct box *b = box_of(g, v);
	known = known_or_null(b, field);
	if (!known) {
		if (!make_room(g, k->bytes)) forget(k);
		g->codings_bytes += k->bytes;
		k->next = b->codings;
		b->codings = k;
		known = k;
	}
	lock_give(&g->lock);
	if (known != k) coding_free(k);
	return known;
}

/* --- spelling ------------------------------------------------------------------------------------- */

static void put_code(struct buf *b, uintptr_t found) { buf_printf(b, "CAST(%llu AS USMALLINT)", (unsigned long long)found - 1); }

static void put_one_text(struct buf *b, const struct sql_coded *c, const uintptr_t *found, size_t n)
{
	bool not = c->how == SQL_CODED_NOT;
	if (n == 0) {
		if (not) buf_printf(b, "(f%zu_code IS NOT NULL)", c->field);
		else buf_lit(b, "FALSE");
		return;
	}
	if (n == 1) buf_printf(b, "(f%zu_code %s ", c->field, not ? "<>" : "=");
	else buf_printf(b, "(f%zu_code%s IN (", c->field, not ? " NOT" : "");
	for (size_t i = 0; i < n; i++) {
		if (i) buf_lit(b, ", ");
		put_code(b, found[i]);
	}
	buf_put(b, n == 1 ? STR(")") : STR("))"));
}

static void put_list_of_texts(struct buf *b, const struct sql_coded *c, const uintptr_t *found, size_t n)
{
	bool not = c->how == SQL_CODED_NOT;
	if (not) buf_printf(b, "(len(f%zu_code) > 0 AND NOT ", c->field);
	if (n == 0) buf_lit(b, "FALSE");
	else if (n == 1) buf_printf(b, "list_contains(f%zu_code, ", c->field);
	else buf_printf(b, "list_has_any(f%zu_code, [", c->field);
	for (size_t i = 0; i < n; i++) {
		if (i) buf_lit(b, ", ");
		put_code(b, found[i]);
	}
	if (n) buf_put(b, n == 1 ? STR(")") : STR("])"));
	if (not) buf_lit(b, ")");
}

static void put_presence(struct buf *b, const struct sql_coded *c)
{
	bool none = c->how == SQL_CODED_NONE;
	if (c->list) buf_printf(b, "(coalesce(len(f%zu_code), 0) %s 0)", c->field, none ? "=" : ">");
	else buf_printf(b, "(f%zu_code IS %s)", c->field, none ? "NULL" : "NOT NULL");
}

bool coded_put(struct engine *g, duckdb_connection c, const struct engine_query *q, const struct sql_coded *test, struct buf *out, struct err *e)
{
	const struct coding *k = NULL;
	auto_arena a = ARENA_INIT;
	size_t n = 0;
	if (!q->at.live && !(k = coding_of(g, c, q->at, test->field, e))) return false;
	if (!k || !k->codes.n) {
		buf_put(out, str_sub(buf_str(&q->sql->text), test->from, test->to - test->from));
		return true;
	}
	uintptr_t *found = arena_array(&a, uintptr_t, test->n + 1);
	for (size_t i = 0; i < test->n; i++) {
		found[n] = (uintptr_t)map_get_or_null(&k->codes, test->values[i]);
		n += found[n] != 0;
	}
	bool holes = test->first_hole <= test->last_hole;
	if (holes) buf_lit(out, "(");
	if (test->how == SQL_CODED_NONE || test->how == SQL_CODED_SOME) put_presence(out, test);
	else if (test->list) put_list_of_texts(out, test, found, n);
	else put_one_text(out, test, found, n);
	if (holes) unused_put(out, test->first_hole, test->last_hole);
	if (holes) buf_lit(out, ")");
	return true;
}
