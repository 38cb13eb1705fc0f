/* Parquet through DuckDB's own reader, in the loading process only: the file is a stranger's. */
#include "engine/inside.h"
#include "geo/geo.h"
#include "text/text.h"
#include <stdlib.h>
#include <unistd.h>

/* A column of geometries: well-known binary, in degrees once it has been read. */
struct shapes {
	bool is, points;
	struct geo_transform *transform; /* from another system; NULL: it is in degrees */
	struct str *texts;               /* of a batch, transformed */
};

struct engine_parquet {
	duckdb_database db;
	duckdb_connection connection;
	duckdb_prepared_statement prepared;
	duckdb_result result;
	bool has_result, done;
	int64_t rows;
	duckdb_data_chunk chunk;
	struct converter *converter;
	struct shapes *shapes;      /* of each column */
	size_t n;
	struct arena moved;         /* bytes of a batch */
};
enum { TYPE_GEOMETRY = 40 };        /* of the library; its header knows no name for it yet */

static bool bad_file(struct err *e, const char *message)
{
	err_set(e, ERR_BAD_SOURCE, "the file cannot be read as Parquet: it is damaged or uses something unknown");
	return err_cause(e, "duckdb: %.400s", message ? message : "?");
}

/* How a Parquet column is read: its type here, and what it is cast to on the way. */
static void type_for(duckdb_logical_type t, struct column_type *out, const char **cast, struct shapes *shapes)
{
	*cast = NULL;
	*out = (struct column_type){ VALUE_TEXT, false };
	switch ((int)duckdb_get_type_id(t)) {
	case DUCKDB_TYPE_BOOLEAN: out->type = VALUE_BOOL; return;
	case DUCKDB_TYPE_TINYINT:
	case DUCKDB_TYPE_SMALLINT:
	case DUCKDB_TYPE_INTEGER:
	case DUCKDB_TYPE_BIGINT:
	case DUCKDB_TYPE_UTINYINT:
	case DUCKDB_TYPE_USMALLINT:
	case DUCKDB_TYPE_UINTEGER: out->type = VALUE_INT; return;
	case DUCKDB_TYPE_FLOAT:
	case DUCKDB_TYPE_DOUBLE:
	case DUCKDB_TYPE_UBIGINT:
	case DUCKDB_TYPE_HUGEINT:
	case DUCKDB_TYPE_UHUGEINT:
	case DUCKDB_TYPE_DECIMAL:
		out->type = VALUE_DOUBLE;
		*cast = "DOUBLE";
		return;
	case DUCKDB_TYPE_DATE: out->type = VALUE_DATE; return;
	case DUCKDB_TYPE_TIMESTAMP:
	case DUCKDB_TYPE_TIMESTAMP_S:
	case DUCKDB_TYPE_TIMESTAMP_MS:
	case DUCKDB_TYPE_TIMESTAMP_NS:
	case DUCKDB_TYPE_TIMESTAMP_TZ:
		out->type = VALUE_DATETIME;
		*cast = "TIMESTAMP";
		return;
	case TYPE_GEOMETRY: out->type = VALUE_SHAPE; shapes->is = true; return;
	case DUCKDB_TYPE_LIST: out->list = true; *cast = "VARCHAR[]"; return;
	case DUCKDB_TYPE_VARCHAR: return;
	default: *cast = "VARCHAR"; return; /* times, enums, structs as their text */
	}
}

static bool describe(struct engine_parquet *p, struct str path, struct arena *a, struct schema *out,
                     struct buf *text, struct column_type **types, struct err *e)
{
	auto_buf look = BUF_INIT(1 << 16);
	buf_lit(&look, "SELECT * FROM read_parquet(");
	engine_put_quoted(&look, path, '\'');
	buf_printf(&look, ") LIMIT 0%c", 0);
	duckdb_result r;
	if (duckdb_query(p->connection, look.p, &r) != DuckDBSuccess) {
		bad_file(e, duckdb_result_error(&r));
		duckdb_destroy_result(&r);
		return false;
	}
	size_t n = duckdb_column_count(&r);
	if (n == 0 || n > LIMIT_COLUMNS) {
		duckdb_destroy_result(&r);
		return err_set(e, ERR_BAD_SOURCE, "the Parquet file has %zu columns; 1 to %d are allowed", n, LIMIT_COLUMNS);
	}
	*out = (struct schema){ .fields = arena_array(a, struct field, n), .n = n };
	*types = arena_array(a, struct column_type, n);
	p->n = n;
	p->shapes = calloc(n, sizeof *p->shapes);
	ensure(p->shapes);
	buf_lit(text, "SELECT ");
	for (size_t i = 0; i < n; i++) {
		struct str name = arena_str(a, str_of(duckdb_column_name(&r, i)));
		duckdb_logical_type t = duckdb_column_logical_type(&r, i);
		const char *cast;
		type_for(t, &(*types)[i], &cast, &p->shapes[i]);
		duckdb_destroy_logical_type(&t);
		out->fields[i] = (struct field){ .name = name, .label = name, .type = (*types)[i].type, .decimals = -1,
		                                 .flags = (*types)[i].list ? FIELD_MULTIVALUED : 0 };
		if (i) buf_lit(text, ", ");
		if (cast) buf_lit(text, "CAST(");
		if (p->shapes[i].is) buf_lit(text, "ST_AsWKB(");
		engine_put_quoted(text, name, '"');
		if (cast) buf_printf(text, " AS %s)", cast);
		if (p->shapes[i].is) buf_put_char(text, ')');
	}
	duckdb_destroy_result(&r);
	buf_lit(text, " FROM read_parquet(");
	engine_put_quoted(text, path, '\'');
	buf_printf(text, ")%c", 0);
	return true;
}

/* --- geometries ------------------------------------------------------------------------------------ */

/* The number of a system, by its last mention: a definition names those it is made of before its own. 0: degrees; -1: not known. */
static int epsg_of(struct str crs)
{
	ptrdiff_t at = -1;
	int64_t code = 0;
	for (struct str rest = crs; str_find(rest, STR("EPSG")) >= 0; rest = str_from(crs, (size_t)at)) at = (ptrdiff_t)(crs.n - rest.n) + str_find(rest, STR("EPSG")) + 4;
	if (at < 0) return crs.n == 0 || str_find(crs, STR("CRS84")) >= 0 ? 0 : -1;
	size_t i = (size_t)at;
	while (i < crs.n && !(crs.p[i] >= '0' && crs.p[i] <= '9')) i++;
	for (; i < crs.n && crs.p[i] >= '0' && crs.p[i] <= '9' && code < 10000000; i++) code = code * 10 + (crs.p[i] - '0');
	/* Systems of degrees that differ by centimetres. */
	return code == GEO_WGS84 || code == 4258 || code == 4979 ? 0 : code ? (int)code : -1;
}

/* Are all of them points, and where do they lie? */
static bool see_shapes(struct engine_parquet *p, struct str path, struct str name, struct shapes *to, struct err *e)
{
	auto_buf text = BUF_INIT(1 << 16);
	buf_lit(&text, "SELECT count(g) > 0 AND bool_and(hex(ST_AsWKB(g)[2:5]) IN ('01000000', 'E9030000', '01000080')), min(ST_CRS(g)) FROM (SELECT ");
	engine_put_quoted(&text, name, '"');
	buf_lit(&text, " AS g FROM read_parquet(");
	engine_put_quoted(&text, path, '\'');
	buf_printf(&text, "))%c", 0);
	duckdb_result r;
	int epsg = 0;
	if (duckdb_query(p->connection, text.p, &r) != DuckDBSuccess) {
		bad_file(e, duckdb_result_error(&r));
		duckdb_destroy_result(&r);
		return false;
	}
	duckdb_data_chunk chunk = duckdb_fetch_chunk(r);
	if (chunk && duckdb_data_chunk_get_size(chunk) == 1) {
		duckdb_vector points = duckdb_data_chunk_get_vector(chunk, 0), crs = duckdb_data_chunk_get_vector(chunk, 1);
		uint64_t *known = duckdb_vector_get_validity(crs);
		uint64_t *sure = duckdb_vector_get_validity(points);
		duckdb_string_t *s = duckdb_vector_get_data(crs);
		to->points = (!sure || duckdb_validity_row_is_valid(sure, 0)) && *(const bool *)duckdb_vector_get_data(points);
		if (!known || duckdb_validity_row_is_valid(known, 0)) epsg = epsg_of(str_make(duckdb_string_t_data(s), duckdb_string_t_length(*s)));
	}
	if (chunk) duckdb_destroy_data_chunk(&chunk);
	duckdb_destroy_result(&r);
	struct err ignored = { 0 };
	if (epsg == 0 || (epsg > 0 && geo_transform_open(epsg, &to->transform, &ignored))) return true;
	return err_set(e, ERR_BAD_SOURCE, "the coordinate system of the column “%.*s” of the Parquet file is not known; write it in degrees (WGS 84)", STR_ARG(name));
}

static bool see_all_shapes(struct engine_parquet *p, struct str path, const struct schema *s, struct err *e)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->shapes[i].is && !see_shapes(p, path, s->fields[i].name, &p->shapes[i], e)) return false;
	return true;
}

/* What cannot be turned has no place. */
static struct str turned(struct engine_parquet *p, struct geo_transform *t, struct str wkb)
{
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	return geo_transform_shape_back(t, wkb, &b) ? arena_str(&p->moved, buf_str(&b)) : STR("");
}

static void turn_shapes(struct engine_parquet *p, struct batch *b)
{
	arena_done(&p->moved);
	for (size_t i = 0; i < p->n; i++) {
		struct shapes *s = &p->shapes[i];
		if (!s->transform) continue;
		if (!s->texts) s->texts = calloc(LIMIT_BATCH_ROWS, sizeof *s->texts);
		ensure(s->texts);
		struct column *c = (struct column *)(uintptr_t)&b->columns[i];
		for (size_t row = 0; row < b->nrows; row++) s->texts[row] = column_has(c, row) ? turned(p, s->transform, c->texts[row]) : STR("");
		c->texts = s->texts;
	}
}

bool engine_parquet_points(const struct engine_parquet *p, size_t column) { return p->shapes[column].points; }

/* --- counting --------------------------------------------------------------------------------------- */

/* The sum is there without reading a row. A file whose metadata cannot be asked has no count, and whether
 * it can be read is said by reading it. */
static int64_t count_rows(struct engine_parquet *p, struct str path)
{
	auto_buf text = BUF_INIT(1 << 16);
	buf_lit(&text, "SELECT CAST(sum(num_rows) AS BIGINT) FROM parquet_file_metadata(");
	engine_put_quoted(&text, path, '\'');
	buf_printf(&text, ")%c", 0);
	duckdb_result r;
	int64_t rows = 0;
	if (duckdb_query(p->connection, text.p, &r) == DuckDBSuccess) {
		duckdb_data_chunk chunk = duckdb_fetch_chunk(r);
		if (chunk && duckdb_data_chunk_get_size(chunk) == 1) {
			duckdb_vector v = duckdb_data_chunk_get_vector(chunk, 0);
			uint64_t *valid = duckdb_vector_get_validity(v);
			if (!valid || duckdb_validity_row_is_valid(valid, 0)) rows = *(const int64_t *)duckdb_vector_get_data(v);
		}
		if (chunk) duckdb_destroy_data_chunk(&chunk);
	}
	duckdb_destroy_result(&r);
	return num_max(rows, INT64_C(0));
}

static bool open_reader(struct engine_parquet *p, struct str path, struct err *e)
{
	duckdb_config cfg = NULL;
	char *message = NULL;
	ensure(duckdb_create_config(&cfg) == DuckDBSuccess);
	bool ok = engine_settings(cfg, "threads", STR("1"), e) && engine_settings(cfg, "memory_limit", STR("1GB"), e);
	if (ok && duckdb_open_ext(":memory:", &p->db, cfg, &message) != DuckDBSuccess) ok = engine_said(e, message);
	duckdb_free(message);
	duckdb_destroy_config(&cfg);
	if (!ok) return false;
	if (duckdb_connect(p->db, &p->connection) != DuckDBSuccess) return engine_said(e, "connect");
	auto_buf text = BUF_INIT(1 << 16);
	buf_lit(&text, "SET allowed_paths=[");
	engine_put_quoted(&text, path, '\'');
	buf_printf(&text, "]; SET enable_external_access=false; SET lock_configuration=true%c", 0);
	return engine_run(p->connection, text.p, e);
}

bool engine_parquet_open(struct str path, struct arena *a, struct schema *out, struct engine_parquet **to, struct err *e)
{
	struct engine_parquet *p = calloc(1, sizeof *p);
	ensure(p != NULL);
	auto_buf text = BUF_INIT(1 << 20);
	struct column_type *types = NULL;
	bool ok = open_reader(p, path, e) && describe(p, path, a, out, &text, &types, e) && see_all_shapes(p, path, out, e);
	if (ok) p->rows = count_rows(p, path);
	if (ok && duckdb_prepare(p->connection, text.p, &p->prepared) != DuckDBSuccess)
		ok = bad_file(e, duckdb_prepare_error(p->prepared));
	if (ok) {
		p->has_result = true;
		if (duckdb_execute_prepared_streaming(p->prepared, &p->result) != DuckDBSuccess)
			ok = bad_file(e, duckdb_result_error(&p->result));
	}
	if (!ok) {
		engine_parquet_close(p);
		return false;
	}
	p->converter = converter_new(types, out->n);
	*to = p;
	return true;
}

bool engine_parquet_next(struct engine_parquet *p, struct batch *out, struct err *e)
{
	*out = (struct batch){ 0 };
	if (p->chunk) duckdb_destroy_data_chunk(&p->chunk);
	if (p->done) return true;
	p->chunk = duckdb_fetch_chunk(p->result);
	if (!p->chunk || duckdb_data_chunk_get_size(p->chunk) == 0) {
		const char *message = duckdb_result_error(&p->result);
		if (message && *message) return bad_file(e, message);
		p->done = true;
		return true;
	}
	if (!converter_batch(p->converter, p->chunk, out, e)) return false;
	turn_shapes(p, out);
	return true;
}

int64_t engine_parquet_rows(const struct engine_parquet *p) { return p->rows; }

void engine_parquet_close(struct engine_parquet *p)
{
	if (!p) return;
	if (p->chunk) duckdb_destroy_data_chunk(&p->chunk);
	if (p->has_result) duckdb_destroy_result(&p->result);
	if (p->prepared) duckdb_destroy_prepare(&p->prepared);
	if (p->connection) duckdb_disconnect(&p->connection);
	if (p->db) duckdb_close(&p->db);
	converter_free(p->converter);
	for (size_t i = 0; i < p->n; i++) {
		geo_transform_close(p->shapes[i].transform);
		free(p->shapes[i].texts);
	}
	free(p->shapes);
	arena_done(&p->moved);
	free(p);
}
