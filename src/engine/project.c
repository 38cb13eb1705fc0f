/* stoa_project(shape, epsg): a shape in another coordinate system, for files that the engine writes itself. Looking a
 * system up takes milliseconds and a call sees two thousand rows, so what was looked up stays with the statement;
 * it belongs to one thread at a time, and a call that finds it busy looks up its own. */
#include "engine/inside.h"
#include "geo/geo.h"
#include <stdatomic.h>
#include <stdlib.h>

enum { SHAPE_BYTES = 1 << 30 };

struct kept {
	atomic_bool busy;
	struct geo_transform *transform; /* NULL: none yet, or an unknown system */
	int epsg;                        /* what it is for; 0: nothing yet */
};

static void *kept_new(void)
{
	struct kept *k = calloc(1, sizeof *k);
	ensure(k != NULL);
	return k;
}

/* A statement that is copied starts anew. */
static void *kept_copy(void *from)
{
	(void)from;
	return kept_new();
}

static void kept_free(void *p)
{
	struct kept *k = p;
	geo_transform_close(k->transform);
	free(k);
}

static void bind(duckdb_bind_info info)
{
	duckdb_scalar_function_set_bind_data(info, kept_new(), kept_free);
	duckdb_scalar_function_set_bind_data_copy(info, kept_copy);
}

static struct geo_transform *transform_for(struct kept *k, int epsg)
{
	struct err ignored = { 0 };
	if (k->epsg == epsg) return k->transform;
	geo_transform_close(k->transform);
	k->transform = NULL;
	k->epsg = epsg;
	return geo_transform_open(epsg, &k->transform, &ignored) ? k->transform : NULL;
}

static bool project(struct kept *k, const duckdb_string_t *cell, int epsg, struct buf *out)
{
	uint32_t n = cell->value.inlined.length;
	struct geo_transform *t = transform_for(k, epsg);
	buf_clear(out);
	return t && geo_transform_shape(t, str_make(n <= 12 ? cell->value.inlined.inlined : cell->value.pointer.ptr, n), out);
}

static void run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
	struct kept *shared = duckdb_scalar_function_get_bind_data(info);
	/* acquire and release: what the thread before wrote into it is seen */
	bool ours = !atomic_exchange_explicit(&shared->busy, true, memory_order_acquire);
	struct kept *k = ours ? shared : kept_new();
	duckdb_vector shapes = duckdb_data_chunk_get_vector(in, 0);
	duckdb_vector codes = duckdb_data_chunk_get_vector(in, 1);
	const duckdb_string_t *cells = duckdb_vector_get_data(shapes);
	const int32_t *epsg = duckdb_vector_get_data(codes);
	uint64_t *has = duckdb_vector_get_validity(shapes);
	auto_buf b = BUF_INIT(SHAPE_BYTES);
	for (idx_t row = 0; row < duckdb_data_chunk_get_size(in); row++) {
		if ((!has || duckdb_validity_row_is_valid(has, row)) && project(k, cells + row, epsg[row], &b)) {
			duckdb_vector_assign_string_element_len(out, row, b.p, b.n);
			continue;
		}
		duckdb_vector_ensure_validity_writable(out);
		duckdb_validity_set_row_invalid(duckdb_vector_get_validity(out), row);
	}
	if (ours) atomic_store_explicit(&shared->busy, false, memory_order_release);
	else kept_free(k);
}

bool engine_project_function(duckdb_connection c, struct err *e)
{
	duckdb_scalar_function s = duckdb_create_scalar_function();
	duckdb_logical_type blob = duckdb_create_logical_type(DUCKDB_TYPE_BLOB);
	duckdb_logical_type code = duckdb_create_logical_type(DUCKDB_TYPE_INTEGER);
	duckdb_scalar_function_set_name(s, "stoa_project");
	duckdb_scalar_function_add_parameter(s, blob);
	duckdb_scalar_function_add_parameter(s, code);
	duckdb_scalar_function_set_return_type(s, blob);
	duckdb_scalar_function_set_bind(s, bind);
	duckdb_scalar_function_set_function(s, run);
	bool ok = duckdb_register_scalar_function(c, s) == DuckDBSuccess;
	duckdb_destroy_logical_type(&blob);
	duckdb_destroy_logical_type(&code);
	duckdb_destroy_scalar_function(&s);
	return ok || engine_said(e, "stoa_project");
}
