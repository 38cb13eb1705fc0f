/* Writing a version's file, in the loading process: a DuckDB instance of its own, whose only file is
 * the new one. Batches are copied into data chunks and appended; text is checked to be UTF-8 first,
 * because the appender loses a whole batch over one bad byte without saying where. */
#include "engine/inside.h"
#include "geo/geo.h"
#include "text/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* What the engine may hold in memory meanwhile: a group of rows of every column, and room to pack it. */
enum { MEMORY_MB = 160, COLUMN_MB = 4, MEMORY_MOST_MB = 1024 };

struct engine_load {
	duckdb_database db;
	duckdb_connection connection;
	duckdb_appender appender;
	duckdb_data_chunk chunk;
	struct arena arena;
	struct str path;
	const struct schema *schema;
	struct geo *geo;
	struct codes *codes;
	struct postings *postings; /* until the first rows … */
	struct indexer *indexer;   /* … then this has it */
	bool words_however_few;
	int64_t rows;
};

void load_put_columns(struct buf *b, const struct schema *s)
{
	static const char *const box[] = { "_x0", "_y0", "_x1", "_y1" };
	buf_lit(b, "_id HUGEINT NOT NULL");
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		if (f->type == VALUE_POINT) {
			buf_printf(b, ", f%zu_lat DOUBLE, f%zu_lon DOUBLE", i, i);
			continue;
		}
		buf_printf(b, ", f%zu %s%s", i, value_kind(f->type)->duckdb,
		           f->flags & FIELD_MULTIVALUED ? "[]" : "");
		for (size_t k = 0; f->type == VALUE_SHAPE && k < COUNT_OF(box); k++)
			buf_printf(b, ", f%zu%s DOUBLE", i, box[k]);
	}
}

static duckdb_logical_type logical(const struct field *f)
{
	static const duckdb_type types[] = {
		[VALUE_TEXT] = DUCKDB_TYPE_VARCHAR, [VALUE_INT] = DUCKDB_TYPE_BIGINT,
		[VALUE_DOUBLE] = DUCKDB_TYPE_DOUBLE, [VALUE_BOOL] = DUCKDB_TYPE_BOOLEAN,
		[VALUE_DATE] = DUCKDB_TYPE_DATE, [VALUE_DATETIME] = DUCKDB_TYPE_TIMESTAMP,
		[VALUE_POINT] = DUCKDB_TYPE_DOUBLE, [VALUE_SHAPE] = DUCKDB_TYPE_BLOB,
		[VALUE_FILE] = DUCKDB_TYPE_VARCHAR, [VALUE_JSON] = DUCKDB_TYPE_VARCHAR,
	};
	duckdb_logical_type t = duckdb_create_logical_type(types[f->type]);
	if (!(f->flags & FIELD_MULTIVALUED)) return t;
	duckdb_logical_type list = duckdb_create_list_type(t);
	duckdb_destroy_logical_type(&t);
	return list;
}

static size_t width(const struct field *f)
{
	return f->type == VALUE_POINT ? 2 : f->type == VALUE_SHAPE ? 5 : 1;
}

static duckdb_data_chunk new_chunk(const struct schema *s, const struct codes *codes, struct arena *a)
{
	size_t n = 1 + (codes ? codes_columns(codes) : 0), at = 0;
	for (size_t i = 0; i < s->n; i++) n += width(&s->fields[i]);
	duckdb_logical_type *types = arena_array(a, duckdb_logical_type, n);
	types[at++] = duckdb_create_logical_type(DUCKDB_TYPE_HUGEINT);
	for (size_t i = 0; i < s->n; i++) {
		types[at++] = logical(&s->fields[i]);
		for (size_t k = 1; k < width(&s->fields[i]); k++) types[at++] = duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
	}
	if (codes) codes_types(codes, types + at);
	duckdb_data_chunk chunk = duckdb_create_data_chunk(types, n);
	for (size_t i = 0; i < n; i++) duckdb_destroy_logical_type(&types[i]);
	return chunk;
}

static bool open_file(struct engine_load *l, struct err *e)
{
	duckdb_config cfg = NULL;
	char *message = NULL;
	ensure(duckdb_create_config(&cfg) == DuckDBSuccess);
	struct str memory = arena_printf(&l->arena, "%zuMB", num_min(MEMORY_MB + l->schema->n * COLUMN_MB, (size_t)MEMORY_MOST_MB));
	/* Words are committed a piece at a time; a checkpoint after each would write what stands before it anew. */
	bool ok = engine_settings(cfg, "threads", STR("1"), e) && engine_settings(cfg, "memory_limit", memory, e) &&
	          engine_settings(cfg, "wal_autocheckpoint", STR("1TB"), e) &&
	          engine_settings(cfg, "autoload_known_extensions", STR("false"), e) &&
	          engine_settings(cfg, "autoinstall_known_extensions", STR("false"), e) &&
	          engine_settings(cfg, "enable_external_access", STR("false"), e);
	if (ok && duckdb_open_ext(l->path.p, &l->db, cfg, &message) != DuckDBSuccess) ok = engine_said(e, message);
	duckdb_free(message);
	duckdb_destroy_config(&cfg);
	return ok && (duckdb_connect(l->db, &l->connection) == DuckDBSuccess || engine_said(e, "connect"));
}

static void shut(struct engine_load *l)
{
	struct err ignored = { 0 };
	if (l->indexer) (void)indexer_close(l->indexer, &ignored);
	l->indexer = NULL;
	postings_free(l->postings);
	l->postings = NULL;
	if (l->chunk) duckdb_destroy_data_chunk(&l->chunk);
	if (l->appender) duckdb_appender_destroy(&l->appender);
	if (l->connection) duckdb_disconnect(&l->connection);
	if (l->db) duckdb_close(&l->db);
}

void load_leave(struct engine_load *l)
{
	shut(l);
	geo_free(l->geo);
	codes_free(l->codes);
	arena_done(&l->arena);
	free(l);
}

bool engine_load_begin(struct str path, const struct schema *s, struct engine_load **out, struct err *e)
{
	struct engine_load *l = calloc(1, sizeof *l);
	ensure(l != NULL);
	l->path = arena_str(&l->arena, path);
	l->schema = s;
	l->geo = geo_new();
	l->codes = codes_new(s);
	l->postings = postings_new(s);
	auto_buf text = BUF_INIT(8 << 20);
	buf_lit(&text, "CREATE TABLE rows (");
	load_put_columns(&text, s);
	codes_put_columns(&text, l->codes);
	buf_printf(&text, ")%c", 0);
	bool ok = access(l->path.p, F_OK) != 0 || err_set(e, ERR_CONFLICT, "the version's file already exists");
	ok = ok && open_file(l, e) && engine_run(l->connection, text.p, e) &&
	     (duckdb_appender_create(l->connection, NULL, "rows", &l->appender) == DuckDBSuccess ||
	      engine_said(e, "appender"));
	if (!ok) {
		load_leave(l);
		return false;
	}
	l->chunk = new_chunk(s, l->codes, &l->arena);
	*out = l;
	return true;
}

bool load_into(duckdb_connection c, const char *table, const struct schema *s, struct engine_load **out, struct err *e)
{
	struct engine_load *l = calloc(1, sizeof *l);
	ensure(l != NULL);
	l->schema = s;
	l->geo = geo_new();
	if (duckdb_appender_create(c, NULL, table, &l->appender) != DuckDBSuccess) {
		load_leave(l);
		return engine_said(e, "appender");
	}
	l->chunk = new_chunk(s, NULL, &l->arena);
	*out = l;
	return true;
}

bool load_flush(struct engine_load *l, struct err *e)
{
	return duckdb_appender_close(l->appender) == DuckDBSuccess || engine_said(e, duckdb_appender_error(l->appender));
}

/* --- rows --------------------------------------------------------------------------------------- */

static void copy_validity(duckdb_vector v, const struct column *c, size_t n)
{
	if (!c->valid) return;
	duckdb_vector_ensure_validity_writable(v);
	memcpy(duckdb_vector_get_validity(v), c->valid, (n + 63) / 64 * sizeof(uint64_t));
}

static bool bad_text(struct engine_load *l, size_t field, size_t row, struct err *e)
{
	return err_set(e, ERR_BAD_SOURCE, "row %lld, field \"%.*s\": the text is not valid UTF-8",
	               (long long)(l->rows + (int64_t)row + 1), STR_ARG(l->schema->fields[field].name));
}

static bool fill_texts(struct engine_load *l, size_t field, duckdb_vector v, const struct column *c,
                       size_t n, struct err *e)
{
	bool blob = c->type.type == VALUE_SHAPE;
	for (size_t i = 0; i < n; i++) {
		if (!column_has(c, i)) continue;
		if (!blob && !text_is_utf8(c->texts[i])) return bad_text(l, field, i, e);
		duckdb_vector_assign_string_element_len(v, i, c->texts[i].p ? c->texts[i].p : "", c->texts[i].n);
	}
	return true;
}

static bool fill_lists(struct engine_load *l, size_t field, duckdb_vector v, const struct column *c,
                       size_t n, struct err *e)
{
	duckdb_list_entry *entries = duckdb_vector_get_data(v);
	duckdb_vector child = duckdb_list_vector_get_child(v);
	size_t total = 0, at = 0;
	for (size_t i = 0; i < n; i++) total += column_has(c, i) ? c->lists[i].n : 0;
	duckdb_list_vector_reserve(v, total);
	duckdb_list_vector_set_size(v, total);
	child = duckdb_list_vector_get_child(v);
	for (size_t i = 0; i < n; i++) {
		uint32_t count = column_has(c, i) ? c->lists[i].n : 0;
		entries[i] = (duckdb_list_entry){ at, count };
		for (uint32_t k = 0; k < count; k++, at++) {
			struct str s = c->items[c->lists[i].from + k];
			if (!text_is_utf8(s)) return bad_text(l, field, i, e);
			duckdb_vector_assign_string_element_len(child, at, s.p ? s.p : "", s.n);
		}
	}
	return true;
}

/* The box columns of a shape follow it. A shape that is no geometry has been refused by ingest. */
static void fill_boxes(struct engine_load *l, size_t first, const struct column *c, size_t n)
{
	double *side[4];
	duckdb_vector v[4];
	for (size_t k = 0; k < 4; k++) {
		v[k] = duckdb_data_chunk_get_vector(l->chunk, first + k);
		side[k] = duckdb_vector_get_data(v[k]);
	}
	for (size_t i = 0; i < n; i++) {
		struct geo_box b;
		if (column_has(c, i) && geo_box(l->geo, c->texts[i], &b)) {
			side[0][i] = b.x0;
			side[1][i] = b.y0;
			side[2][i] = b.x1;
			side[3][i] = b.y1;
			continue;
		}
		for (size_t k = 0; k < 4; k++) {
			duckdb_vector_ensure_validity_writable(v[k]);
			duckdb_validity_set_row_invalid(duckdb_vector_get_validity(v[k]), i);
		}
	}
}

static bool fill(struct engine_load *l, size_t field, size_t at, const struct column *c, size_t n, struct err *e)
{
	duckdb_vector v = duckdb_data_chunk_get_vector(l->chunk, at);
	void *to = duckdb_vector_get_data(v);
	copy_validity(v, c, n);
	if (c->type.list) return fill_lists(l, field, v, c, n, e);
	switch (c->type.type) {
	case VALUE_INT:
	case VALUE_DATETIME: memcpy(to, c->ints, n * sizeof *c->ints); return true;
	case VALUE_DOUBLE: memcpy(to, c->doubles, n * sizeof *c->doubles); return true;
	case VALUE_BOOL: memcpy(to, c->bools, n * sizeof *c->bools); return true;
	case VALUE_DATE: memcpy(to, c->days, n * sizeof *c->days); return true;
	case VALUE_POINT: {
		duckdb_vector lon = duckdb_data_chunk_get_vector(l->chunk, at + 1);
		copy_validity(lon, c, n);
		memcpy(to, c->lats, n * sizeof *c->lats);
		memcpy(duckdb_vector_get_data(lon), c->lons, n * sizeof *c->lons);
		return true;
	}
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_JSON: return fill_texts(l, field, v, c, n, e);
	case VALUE_SHAPE:
		if (!fill_texts(l, field, v, c, n, e)) return false;
		fill_boxes(l, at + 1, c, n);
		return true;
	case VALUE_TYPES: break;
	}
	ensure(!"a type");
	return false;
}

/* Rows of the index; its thread begins with the first of them. */
static bool index_rows(struct engine_load *l, const struct batch *b, struct err *e)
{
	if (l->postings && !l->indexer) {
		if (!indexer_open(l->db, l->postings, &l->indexer, e)) return false;
		l->postings = NULL;
	}
	return !l->indexer || indexer_add(l->indexer, b, l->rows, e);
}

static bool index_end(struct engine_load *l, struct err *e)
{
	if (!l->indexer) return !l->postings || postings_finish(l->postings, l->connection, l->rows, l->words_however_few, e);
	bool ok = indexer_close(l->indexer, e);
	l->indexer = NULL;
	return ok;
}

bool engine_load_rows(struct engine_load *l, const struct batch *b, const uint8_t (*ids)[16], struct err *e)
{
	ensure(b->ncolumns == l->schema->n && b->nrows <= LIMIT_BATCH_ROWS);
	if (b->nrows == 0) return true;
	duckdb_data_chunk_reset(l->chunk);
	duckdb_hugeint *id = duckdb_vector_get_data(duckdb_data_chunk_get_vector(l->chunk, 0));
	for (size_t i = 0; i < b->nrows; i++) {
		uint64_t half[2];
		memcpy(half, ids[i], 16);
		id[i] = (duckdb_hugeint){ .upper = (int64_t)__builtin_bswap64(half[0]), .lower = __builtin_bswap64(half[1]) };
	}
	size_t at = 1;
	for (size_t i = 0; i < b->ncolumns; i++) {
		const struct field *f = &l->schema->fields[i];
		ensure(b->columns[i].type.type == f->type);
		if (!fill(l, i, at, &b->columns[i], b->nrows, e)) return false;
		at += width(f);
	}
	if (l->codes) codes_fill(l->codes, l->chunk, at, b);
	if (!index_rows(l, b, e)) return false;
	duckdb_data_chunk_set_size(l->chunk, b->nrows);
	l->rows += (int64_t)b->nrows;
	if (duckdb_append_data_chunk(l->appender, l->chunk) == DuckDBSuccess) return true;
	return engine_said(e, duckdb_appender_error(l->appender));
}

void engine_load_words(struct engine_load *l, bool however_few, size_t part_bytes)
{
	l->words_however_few = however_few;
	if (however_few) {
		postings_part(l->postings, part_bytes);
		return;
	}
	postings_free(l->postings);
	l->postings = NULL;
}

/* --- the end ------------------------------------------------------------------------------------ */

static bool sync_file(struct str path, struct err *e)
{
	int fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return err_os(e, "open the new version");
	bool ok = fsync(fd) == 0 || err_os(e, "fsync the new version");
	close(fd);
	return ok;
}

bool engine_load_end(struct engine_load *l, enum load_end how, struct err *e)
{
	bool ok = how == LOAD_COMMIT;
	/* The last rows and the last words are written side by side. */
	if (ok && l->indexer) indexer_end(l->indexer, l->rows, l->words_however_few);
	if (ok && duckdb_appender_close(l->appender) != DuckDBSuccess) ok = engine_said(e, duckdb_appender_error(l->appender));
	ok = ok && index_end(l, e);
	ok = ok && codes_finish(l->codes, l->connection, e) && engine_run(l->connection, "CHECKPOINT", e);
	shut(l);
	ok = ok && sync_file(l->path, e);
	if (!ok) {
		unlink(l->path.p);
		unlink(arena_printf(&l->arena, "%.*s.wal", STR_ARG(l->path)).p);
	}
	load_leave(l);
	return ok || how == LOAD_ABANDON;
}
