/* A chunk's physical vectors as the columns of a batch. Fixed-width columns of the right type are
 * borrowed as they are; the rest is converted into buffers that are reused from chunk to chunk. */
#include "engine/inside.h"
#include <stdlib.h>

struct slot {
	struct column_type type;
	size_t first;               /* physical column */
	duckdb_type physical;
	uint8_t width, scale;       /* of decimals */
	duckdb_type internal;       /* of decimals and enums */
	duckdb_logical_type enum_type;
	void *room;                 /* converted values, LIMIT_BATCH_ROWS of them */
	void *bytes;                /* 16 bytes a row for HUGEINT as text */
	struct str *items;          /* list elements */
	size_t items_cap;
	uint64_t *valid;            /* points: both halves must have a value */
};

struct converter {
	struct slot *slots;
	struct column *columns;
	size_t n;
	bool looked;
};

struct converter *converter_new(const struct column_type *columns, size_t n)
{
	struct converter *k = calloc(1, sizeof *k);
	ensure(k != NULL);
	k->n = n;
	k->slots = calloc(n + 1, sizeof *k->slots);
	k->columns = calloc(n + 1, sizeof *k->columns);
	ensure(k->slots && k->columns);
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		k->slots[i].type = columns[i];
		k->slots[i].first = at;
		at += columns[i].type == VALUE_POINT ? 2 : 1;
	}
	return k;
}

void converter_free(struct converter *k)
{
	if (!k) return;
	for (size_t i = 0; i < k->n; i++) {
		struct slot *s = &k->slots[i];
		free(s->room);
		free(s->bytes);
		free(s->items);
		free(s->valid);
		if (s->enum_type) duckdb_destroy_logical_type(&s->enum_type);
	}
	free(k->slots);
	free(k->columns);
	free(k);
}

static bool misfit(struct err *e, const struct slot *s)
{
	err_set(e, ERR_DATABASE, "the data could not be read");
	return err_cause(e, "column %zu: physical type %d for %s", s->first, (int)s->physical,
	                 value_kind(s->type.type)->word);
}

static void look(struct slot *s, duckdb_vector v)
{
	duckdb_logical_type t = duckdb_vector_get_column_type(v);
	s->physical = duckdb_get_type_id(t);
	if (s->physical == DUCKDB_TYPE_DECIMAL) {
		s->scale = duckdb_decimal_scale(t);
		s->internal = duckdb_decimal_internal_type(t);
	}
	if (s->physical == DUCKDB_TYPE_ENUM) {
		s->internal = duckdb_enum_internal_type(t);
		s->enum_type = t;
		t = NULL;
	}
	s->room = calloc(LIMIT_BATCH_ROWS, sizeof(struct str));
	ensure(s->room != NULL);
	if (t) duckdb_destroy_logical_type(&t);
}

/* --- numbers ------------------------------------------------------------------------------------ */

static double of_hugeint(duckdb_hugeint h) { return (double)h.upper * 18446744073709551616.0 + (double)h.lower; }

/* Any whole or decimal vector as a double. False when it is neither. */
static bool number_at(duckdb_type t, const void *data, size_t i, double *out)
{
	switch ((int)t) {
	case DUCKDB_TYPE_TINYINT: *out = ((const int8_t *)data)[i]; return true;
	case DUCKDB_TYPE_SMALLINT: *out = ((const int16_t *)data)[i]; return true;
	case DUCKDB_TYPE_INTEGER: *out = ((const int32_t *)data)[i]; return true;
	case DUCKDB_TYPE_BIGINT: *out = (double)((const int64_t *)data)[i]; return true;
	case DUCKDB_TYPE_UTINYINT: *out = ((const uint8_t *)data)[i]; return true;
	case DUCKDB_TYPE_USMALLINT: *out = ((const uint16_t *)data)[i]; return true;
	case DUCKDB_TYPE_UINTEGER: *out = ((const uint32_t *)data)[i]; return true;
	case DUCKDB_TYPE_UBIGINT: *out = (double)((const uint64_t *)data)[i]; return true;
	case DUCKDB_TYPE_HUGEINT: *out = of_hugeint(((const duckdb_hugeint *)data)[i]); return true;
	case DUCKDB_TYPE_FLOAT: *out = (double)((const float *)data)[i]; return true;
	case DUCKDB_TYPE_DOUBLE: *out = ((const double *)data)[i]; return true;
	default: return false;
	}
}

static bool whole_at(duckdb_type t, const void *data, size_t i, int64_t *out)
{
	switch ((int)t) {
	case DUCKDB_TYPE_TINYINT: *out = ((const int8_t *)data)[i]; return true;
	case DUCKDB_TYPE_SMALLINT: *out = ((const int16_t *)data)[i]; return true;
	case DUCKDB_TYPE_INTEGER: *out = ((const int32_t *)data)[i]; return true;
	case DUCKDB_TYPE_UTINYINT: *out = ((const uint8_t *)data)[i]; return true;
	case DUCKDB_TYPE_USMALLINT: *out = ((const uint16_t *)data)[i]; return true;
	case DUCKDB_TYPE_UINTEGER: *out = ((const uint32_t *)data)[i]; return true;
	case DUCKDB_TYPE_UBIGINT: *out = (int64_t)((const uint64_t *)data)[i]; return true;
	case DUCKDB_TYPE_HUGEINT: *out = (int64_t)((const duckdb_hugeint *)data)[i].lower; return true;
	default: return false;
	}
}

static bool convert_int(struct slot *s, const void *data, size_t n, struct column *c, struct err *e)
{
	int64_t *to = s->room;
	c->ints = to;
	if (s->physical == DUCKDB_TYPE_BIGINT) {
		c->ints = data;
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		double d;
		if (whole_at(s->physical, data, i, &to[i])) continue;
		if (!number_at(s->physical, data, i, &d)) return misfit(e, s);
		to[i] = (int64_t)d;
	}
	return true;
}

static bool convert_double(struct slot *s, const void *data, size_t n, struct column *c, struct err *e)
{
	double *to = s->room;
	c->doubles = to;
	if (s->physical == DUCKDB_TYPE_DOUBLE) {
		c->doubles = data;
		return true;
	}
	bool decimal = s->physical == DUCKDB_TYPE_DECIMAL;
	double unit = 1;
	for (int i = 0; decimal && i < s->scale; i++) unit *= 10;
	for (size_t i = 0; i < n; i++) {
		if (!number_at(decimal ? s->internal : s->physical, data, i, &to[i])) return misfit(e, s);
		to[i] /= unit;
	}
	return true;
}

/* --- text --------------------------------------------------------------------------------------- */

static inline struct str view(const duckdb_string_t *t)
{
	uint32_t n = t->value.inlined.length;
	return str_make(n <= 12 ? t->value.inlined.inlined : t->value.pointer.ptr, n);
}

static void convert_enum(struct slot *s, const void *data, size_t n, struct column *c)
{
	/* The dictionary is read once and kept as views into one block. */
	if (!s->items) {
		uint32_t size = duckdb_enum_dictionary_size(s->enum_type);
		s->items = calloc(size + 1, sizeof *s->items);
		size_t bytes = 0;
		for (int pass = 0; pass < 2; pass++) {
			char *to = s->bytes;
			for (uint32_t i = 0; i < size; i++) {
				char *word = duckdb_enum_dictionary_value(s->enum_type, i);
				size_t len = strlen(word);
				if (pass == 0) bytes += len;
				else s->items[i] = str_make(memcpy(to, word, len), len), to += len;
				duckdb_free(word);
			}
			if (pass == 0) s->bytes = malloc(bytes + 1);
			ensure(s->items && s->bytes);
		}
	}
	struct str *to = s->room;
	for (size_t i = 0; i < n; i++) {
		if (!column_has(c, i)) continue;
		int64_t at = 0;
		(void)whole_at(s->internal, data, i, &at);
		to[i] = s->items[at];
	}
	c->texts = to;
}

/* A record's identity: 16 bytes, most significant first. */
static void convert_identity(struct slot *s, const duckdb_hugeint *data, size_t n, struct column *c)
{
	if (!s->bytes) s->bytes = malloc(LIMIT_BATCH_ROWS * 16);
	ensure(s->bytes != NULL);
	struct str *to = s->room;
	uint8_t *p = s->bytes;
	for (size_t i = 0; i < n; i++, p += 16) {
		uint64_t hi = __builtin_bswap64((uint64_t)data[i].upper);
		uint64_t lo = __builtin_bswap64(data[i].lower);
		memcpy(p, &hi, 8);
		memcpy(p + 8, &lo, 8);
		to[i] = str_make((const char *)p, 16);
	}
	c->texts = to;
}

static bool convert_text(struct slot *s, const void *data, size_t n, struct column *c, struct err *e)
{
	switch ((int)s->physical) {
	case DUCKDB_TYPE_ENUM: convert_enum(s, data, n, c); return true;
	case DUCKDB_TYPE_HUGEINT: convert_identity(s, data, n, c); return true;
	case DUCKDB_TYPE_VARCHAR:
	case DUCKDB_TYPE_BLOB: break;
	default: return misfit(e, s);
	}
	const duckdb_string_t *from = data;
	struct str *to = s->room;
	for (size_t i = 0; i < n; i++) to[i] = column_has(c, i) ? view(&from[i]) : (struct str){ 0 };
	c->texts = to;
	return true;
}

static bool convert_list(struct slot *s, duckdb_vector v, size_t n, struct column *c, struct err *e)
{
	if (s->physical != DUCKDB_TYPE_LIST) return misfit(e, s);
	duckdb_vector child = duckdb_list_vector_get_child(v);
	size_t size = duckdb_list_vector_get_size(v);
	const duckdb_list_entry *entries = duckdb_vector_get_data(v);
	const duckdb_string_t *texts = duckdb_vector_get_data(child);
	uint64_t *has = duckdb_vector_get_validity(child);
	if (size > s->items_cap) {
		free(s->items);
		s->items = calloc(size, sizeof *s->items);
		ensure(s->items != NULL);
		s->items_cap = size;
	}
	for (size_t i = 0; i < size; i++)
		s->items[i] = !has || duckdb_validity_row_is_valid(has, i) ? view(&texts[i]) : STR("");
	struct list_span *to = s->room;
	for (size_t i = 0; i < n; i++) {
		bool some = column_has(c, i);
		to[i] = (struct list_span){ some ? (uint32_t)entries[i].offset : 0, some ? (uint32_t)entries[i].length : 0 };
	}
	c->lists = to;
	c->items = s->items;
	return true;
}

/* --- the batch ---------------------------------------------------------------------------------- */

static bool convert_point(struct slot *s, duckdb_data_chunk chunk, size_t n, struct column *c, struct err *e)
{
	duckdb_vector lat = duckdb_data_chunk_get_vector(chunk, s->first);
	duckdb_vector lon = duckdb_data_chunk_get_vector(chunk, s->first + 1);
	if (s->physical != DUCKDB_TYPE_DOUBLE) return misfit(e, s);
	uint64_t *a = duckdb_vector_get_validity(lat), *b = duckdb_vector_get_validity(lon);
	c->lats = duckdb_vector_get_data(lat);
	c->lons = duckdb_vector_get_data(lon);
	c->valid = a ? a : b;
	if (!a || !b) return true;
	size_t words = (n + 63) / 64;
	if (!s->valid) s->valid = calloc(LIMIT_BATCH_ROWS / 64, sizeof *s->valid);
	ensure(s->valid != NULL);
	for (size_t i = 0; i < words; i++) s->valid[i] = a[i] & b[i];
	c->valid = s->valid;
	return true;
}

/* A column of a constant null has no type of its own. */
static void convert_nothing(struct slot *s, struct column *c)
{
	if (!s->valid) s->valid = calloc(LIMIT_BATCH_ROWS / 64, sizeof *s->valid);
	ensure(s->valid != NULL);
	c->valid = s->valid;
	c->texts = s->room;
}

static bool convert(struct slot *s, duckdb_data_chunk chunk, size_t n, struct column *c, struct err *e)
{
	duckdb_vector v = duckdb_data_chunk_get_vector(chunk, s->first);
	const void *data = duckdb_vector_get_data(v);
	c->type = s->type;
	c->valid = duckdb_vector_get_validity(v);
	if (s->physical == DUCKDB_TYPE_SQLNULL) {
		convert_nothing(s, c);
		return true;
	}
	if (s->type.list) return convert_list(s, v, n, c, e);
	switch (s->type.type) {
	case VALUE_INT: return convert_int(s, data, n, c, e);
	case VALUE_DOUBLE: return convert_double(s, data, n, c, e);
	case VALUE_BOOL:
		c->bools = data;
		return s->physical == DUCKDB_TYPE_BOOLEAN || misfit(e, s);
	case VALUE_DATE:
		c->days = data;
		return s->physical == DUCKDB_TYPE_DATE || misfit(e, s);
	case VALUE_DATETIME:
		c->ints = data;
		return s->physical == DUCKDB_TYPE_TIMESTAMP || s->physical == DUCKDB_TYPE_TIMESTAMP_TZ || misfit(e, s);
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_JSON:
	case VALUE_SHAPE: return convert_text(s, data, n, c, e);
	case VALUE_POINT: return convert_point(s, chunk, n, c, e);
	case VALUE_TYPES: break;
	}
	return misfit(e, s);
}

bool converter_batch(struct converter *k, duckdb_data_chunk chunk, struct batch *out, struct err *e)
{
	size_t n = duckdb_data_chunk_get_size(chunk), physical = duckdb_data_chunk_get_column_count(chunk);
	for (size_t i = 0; i < k->n; i++) {
		struct slot *s = &k->slots[i];
		if (s->first + (s->type.type == VALUE_POINT ? 1 : 0) >= physical) return misfit(e, s);
		if (!k->looked) look(s, duckdb_data_chunk_get_vector(chunk, s->first));
		k->columns[i] = (struct column){ 0 };
		if (!convert(s, chunk, n, &k->columns[i], e)) return false;
	}
	k->looked = true;
	*out = (struct batch){ .columns = k->columns, .ncolumns = k->n, .nrows = n };
	return true;
}
