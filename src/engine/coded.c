/* Tests of texts by their codes, and groups of them. While a version is attached, what its codes stand for is kept in memory, a field at a
 * time and from the first question on; a statement's tests of texts against values become tests of small numbers, and
 * what it groups by texts is grouped by such numbers, whose texts stoa_text gives once a group. A version without codes of a field, rows pushed onto a version (they have none), and values that would take too much
 * memory leave a test as it is spelled. */
#include "engine/inside.h"
#include <stdlib.h>

/* Of all versions together; of one field. */
enum { CODINGS_BYTES = 64 << 20, CODING_BYTES = 8 << 20, ENTRY_BYTES = 80 };

/* What the codes of a field are: text to its code + 1, and code to its text. Without any it says that the field has
 * none. Statements find it by its handle. */
struct coding {
	struct coding *next;
	int64_t handle;
	size_t field;
	struct arena arena;
	struct map codes;
	VEC(struct str) texts;
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
	k->texts.p = NULL;
	k->texts.n = k->texts.cap = 0;
	k->bytes = 0;
}

static void note_text(struct coding *k, size_t code, struct str text)
{
	while (k->texts.n <= code) vec_push(&k->arena, &k->texts, STR(""));
	k->texts.p[code] = text;
}

static void take(struct coding *k, duckdb_data_chunk chunk)
{
	const int32_t *codes = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
	duckdb_vector values = duckdb_data_chunk_get_vector(chunk, 1);
	for (size_t i = 0; i < duckdb_data_chunk_get_size(chunk); i++) {
		struct str text = arena_str(&k->arena, vector_text(values, i));
		k->bytes += text.n + ENTRY_BYTES;
		map_put(&k->arena, &k->codes, text, (void *)(uintptr_t)(codes[i] + 1));
		note_text(k, (size_t)codes[i], text);
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
		k->handle = ++g->last_set;
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

static void put_key(struct buf *b, const struct sql_coded *c)
{
	if (c->list) buf_printf(b, "unnest(CASE WHEN len(f%zu_code) > 0 THEN f%zu_code ELSE [CAST(NULL AS USMALLINT)] END)", c->field, c->field);
	else buf_printf(b, "f%zu_code", c->field);
}

bool coded_put(struct engine *g, duckdb_connection c, const struct engine_query *q, const struct sql_coded *test, struct buf *out, struct err *e)
{
	const struct coding *k = NULL;
	auto_arena a = ARENA_INIT;
	size_t n = 0;
	if (!q->at.live && !(k = coding_of(g, c, q->at, test->field, e))) return false;
	struct str spelled = str_sub(buf_str(&q->sql->text), test->from, test->to - test->from);
	if (!k || !k->codes.n) {
		buf_put(out, spelled);
		return true;
	}
	if (test->how == SQL_CODED_KEY) {
		put_key(out, test);
		return true;
	}
	if (test->how == SQL_CODED_NAME) {
		buf_printf(out, "stoa_text(%.*s, %lld)", STR_ARG(spelled), (long long)k->handle);
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

/* --- stoa_text(code, coding) ---------------------------------------------------------------------- */

/* Those of a statement stay while it runs: it has the version pinned. */
static const struct coding *coding_by_handle_or_null(struct engine *g, int64_t handle)
{
	const struct coding *found = NULL;
	lock_take(&g->lock);
	for (size_t i = 0; i < g->nboxes && !found; i++) {
		found = g->boxes[i].codings;
		while (found && found->handle != handle) found = found->next;
	}
	lock_give(&g->lock);
	return found;
}

static void text_of(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
	size_t n = duckdb_data_chunk_get_size(in);
	duckdb_vector given = duckdb_data_chunk_get_vector(in, 0);
	const uint16_t *codes = duckdb_vector_get_data(given);
	uint64_t *valid = duckdb_vector_get_validity(given);
	const int64_t *handles = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 1));
	const struct coding *k = n ? coding_by_handle_or_null(duckdb_scalar_function_get_extra_info(info), handles[0]) : NULL;
	for (size_t i = 0; i < n; i++) {
		if (valid && !duckdb_validity_row_is_valid(valid, i)) {
			duckdb_vector_ensure_validity_writable(out);
			duckdb_validity_set_row_invalid(duckdb_vector_get_validity(out), i);
			continue;
		}
		if (k && codes[i] < k->texts.n) duckdb_vector_assign_string_element_len(out, i, k->texts.p[codes[i]].p, k->texts.p[codes[i]].n);
		else duckdb_scalar_function_set_error(info, "a code stands for nothing");
	}
}

bool coded_functions(struct engine *g, duckdb_connection c, struct err *e)
{
	static const duckdb_type types[] = { DUCKDB_TYPE_USMALLINT, DUCKDB_TYPE_BIGINT };
	duckdb_scalar_function f = duckdb_create_scalar_function();
	duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
	duckdb_scalar_function_set_name(f, "stoa_text");
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		duckdb_logical_type type = duckdb_create_logical_type(types[i]);
		duckdb_scalar_function_add_parameter(f, type);
		duckdb_destroy_logical_type(&type);
	}
	duckdb_scalar_function_set_return_type(f, text);
	duckdb_scalar_function_set_extra_info(f, g, NULL);
	duckdb_scalar_function_set_function(f, text_of);
	bool ok = duckdb_register_scalar_function(c, f) == DuckDBSuccess;
	duckdb_destroy_logical_type(&text);
	duckdb_destroy_scalar_function(&f);
	return ok || engine_said(e, "stoa_text");
}
