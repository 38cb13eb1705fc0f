/* Our functions inside the engine (the list stands in odsql/odsql.h): folding, zones, date patterns,
 * geometry. Each is a row of a table: name, argument types, result type, and a loop body that fills
 * one cell. A null argument gives null; nothing a row holds can fail a statement. */
#include "engine/inside.h"
#include "clock/clock.h"
#include "geo/geo.h"
#include "json/json.h"
#include "text/text.h"
#include <stdlib.h>

enum { CELL_BYTES = 64 << 20, ARGUMENTS = 6 };

/* What one call works with: up to a vector of rows. */
struct call {
	duckdb_vector args[ARGUMENTS];
	const void *data[ARGUMENTS];
	size_t nargs;
	duckdb_vector out;
	void *result;
	struct buf buf;              /* scratch for text */
	struct arena arena;
	struct geo *geo;             /* made at first use */
	struct str shape_bytes;      /* what `shape` was prepared from */
	struct geo_shape *shape;
	bool shape_bad;
	struct str zone_name;        /* the zone of the row before: nearly always the same */
	const struct clock_zone *zone;
	struct str stem_lang;        /* and the stemmer, likewise */
	struct text_stemmer *stemmer;
};

typedef bool cell_fn(struct call *c, size_t row); /* false: null */

static struct str text_arg(const struct call *c, size_t arg, size_t row)
{
	const duckdb_string_t *t = (const duckdb_string_t *)c->data[arg] + row;
	uint32_t n = t->value.inlined.length;
	return str_make(n <= 12 ? t->value.inlined.inlined : t->value.pointer.ptr, n);
}
static double double_arg(const struct call *c, size_t arg, size_t row) { return ((const double *)c->data[arg])[row]; }
static int64_t time_arg(const struct call *c, size_t arg, size_t row)
{
	return ((const duckdb_timestamp *)c->data[arg])[row].micros;
}

static bool give_text(struct call *c, size_t row)
{
	if (c->buf.over) return false;
	struct str s = buf_str(&c->buf);
	duckdb_vector_assign_string_element_len(c->out, row, s.p, s.n);
	return true;
}

static bool give_blob(struct call *c, size_t row, struct str s)
{
	duckdb_vector_assign_string_element_len(c->out, row, s.p, s.n);
	return true;
}

static struct geo *geo_of(struct call *c)
{
	if (!c->geo) c->geo = geo_new();
	return c->geo;
}

/* --- text and time ------------------------------------------------------------------------------ */

static bool fold(struct call *c, size_t row)
{
	text_fold(&c->buf, text_arg(c, 0, row));
	return give_text(c, row);
}

static struct text_stemmer *stemmer_of(struct call *c, struct str lang)
{
	if (c->stem_lang.p && str_eq(c->stem_lang, lang)) return c->stemmer;
	text_stemmer_done(c->stemmer);
	c->stem_lang = arena_str(&c->arena, lang);
	c->stemmer = text_stemmer_or_null(&c->arena, lang);
	return c->stemmer;
}

/* Whether some word of the text is within so many edits of the token, or another form of it. */
static bool has_word(struct call *c, size_t row, bool edits)
{
	struct str token = text_arg(c, 1, row);
	struct text_stemmer *s = stemmer_of(c, text_arg(c, 2, row));
	struct arena_mark m = arena_mark(&c->arena);
	struct str stem = s ? arena_str(&c->arena, text_stem(s, token)) : STR("");
	struct str beginning = s ? text_stem_beginning(s, token) : STR("");
	size_t most = edits ? text_edits_for(token) : 0;
	struct str word;
	bool found = false;
	text_fold(&c->buf, text_arg(c, 0, row));
	struct str all = buf_str(&c->buf);
	for (size_t at = 0; !found && !c->buf.over && text_next_token(all, &at, &word);)
		found = text_is_near(word, token, most) || (s && str_starts(word, beginning) && str_eq(text_stem(s, word), stem));
	arena_rewind(&c->arena, m);
	((bool *)c->result)[row] = found;
	return true;
}

static bool near(struct call *c, size_t row) { return has_word(c, row, true); }
static bool form(struct call *c, size_t row) { return has_word(c, row, false); }

/* Whether a token of the text is what a term asks for ("=whole", "^beginning", "~near", "$last"). */
static bool is_meant(struct text_stemmer *s, struct str found, struct str term, struct str stem)
{
	char how = term.p[0];
	struct str token = str_from(term, 1);
	if (how == '=') return str_eq(found, token);
	if (how != '~' && str_starts(found, token)) return true;
	if (how == '~' && text_is_near(found, token, text_edits_for(token))) return true;
	return s && how != '^' && str_starts(found, text_stem_beginning(s, token)) && str_eq(text_stem(s, found), stem);
}

/* One token of the text that some term means. */
struct meant { struct str token; size_t term, times; };
struct meant_list { VEC(struct meant) v; };

static void add_meant(struct call *c, struct meant_list *all, struct str token, size_t term)
{
	for (size_t i = 0; i < all->v.n; i++) {
		if (all->v.p[i].term != term || !str_eq(all->v.p[i].token, token)) continue;
		all->v.p[i].times++;
		return;
	}
	vec_push(&c->arena, &all->v, (struct meant){ token, term, 1 });
}

/* The score that the index would give (see words.c), of one text. */
static bool rank(struct call *c, size_t row)
{
	struct text_stemmer *s = stemmer_of(c, text_arg(c, 2, row));
	struct arena_mark m = arena_mark(&c->arena);
	struct str list = text_arg(c, 1, row);
	struct { VEC(struct str) v; } terms = { 0 }, stems = { 0 };
	struct meant_list found = { 0 };
	struct str token;
	for (size_t at = 0; text_next_token(list, &at, &token);) {
		vec_push(&c->arena, &terms.v, token);
		vec_push(&c->arena, &stems.v, s ? arena_str(&c->arena, text_stem(s, str_from(token, 1))) : STR(""));
	}
	text_fold(&c->buf, text_arg(c, 0, row));
	struct str all = buf_str(&c->buf);
	size_t length = 0;
	for (size_t at = 0; !c->buf.over && text_next_token(all, &at, &token); length++)
		for (size_t i = 0; i < terms.v.n; i++)
			if (is_meant(s, token, terms.v.p[i], stems.v.p[i])) add_meant(c, &found, token, i);
	int64_t score = 0;
	for (size_t i = 0; i < found.v.n; i++) {
		const struct meant *x = &found.v.p[i];
		score += (int64_t)words_worth(words_mark(x->times, length)) * words_fit(x->token, str_from(terms.v.p[x->term], 1));
	}
	arena_rewind(&c->arena, m);
	((int64_t *)c->result)[row] = score;
	return true;
}

static bool json_or_null(struct call *c, size_t row)
{
	struct json_doc *doc = NULL;
	struct err e = { 0 };
	struct str s = text_arg(c, 0, row);
	if (!json_read(s, &doc, &e)) return false;
	json_free(doc);
	buf_put(&c->buf, s);
	return give_text(c, row);
}

static const struct clock_zone *zone_of(struct call *c, struct str name)
{
	if (c->zone && str_eq(c->zone_name, name)) return c->zone;
	c->zone_name = arena_str(&c->arena, name);
	c->zone = clock_zone_or_null(name);
	return c->zone;
}

static bool local(struct call *c, size_t row)
{
	const struct clock_zone *z = zone_of(c, text_arg(c, 1, row));
	int64_t us = time_arg(c, 0, row);
	if (!z) return false;
	((duckdb_timestamp *)c->result)[row].micros = us + (int64_t)clock_offset_s(z, us) * 1000000;
	return true;
}

static bool utc(struct call *c, size_t row)
{
	const struct clock_zone *z = zone_of(c, text_arg(c, 1, row));
	if (!z) return false;
	struct civil wall;
	clock_civil_of_us(time_arg(c, 0, row), &wall);
	((duckdb_timestamp *)c->result)[row].micros = clock_local_to_us(z, &wall);
	return true;
}

static bool instant(struct call *c, size_t row)
{
	const struct clock_zone *z = zone_of(c, text_arg(c, 1, row));
	if (!z) return false;
	clock_put_instant(&c->buf, time_arg(c, 0, row), z);
	return give_text(c, row);
}

static bool date_format(struct call *c, size_t row)
{
	struct civil wall;
	struct err e = { 0 };
	clock_civil_of_us(time_arg(c, 0, row), &wall);
	return clock_format(&c->buf, &wall, text_arg(c, 1, row), text_arg(c, 2, row), &e) && give_text(c, row);
}

static bool date_format_at(struct call *c, size_t row)
{
	struct err e = { 0 };
	const struct clock_zone *z = zone_of(c, text_arg(c, 3, row));
	return z && clock_format_at(&c->buf, time_arg(c, 0, row), z, text_arg(c, 1, row), text_arg(c, 2, row), &e) && give_text(c, row);
}

/* --- geometry ----------------------------------------------------------------------------------- */

/* The shape is a constant of the statement: prepared once a call, again only when it differs. */
static struct geo_shape *shape_of(struct call *c, struct str wkb)
{
	if (c->shape_bytes.p && str_eq(c->shape_bytes, wkb)) return c->shape_bad ? NULL : c->shape;
	geo_shape_free(c->shape);
	c->shape = NULL;
	c->shape_bytes = arena_str(&c->arena, wkb);
	struct err e = { 0 };
	c->shape_bad = !geo_prepare(geo_of(c), wkb, &c->shape, &e);
	return c->shape_bad ? NULL : c->shape;
}

static bool relation_of(const struct call *c, size_t arg, size_t row, enum geo_relation *out)
{
	int32_t r = ((const int32_t *)c->data[arg])[row];
	if (r < GEO_INTERSECTS || r > GEO_DISJOINT) return false;
	*out = (enum geo_relation)r;
	return true;
}

static bool point_test(struct call *c, size_t row)
{
	enum geo_relation r;
	struct geo_shape *s = shape_of(c, text_arg(c, 2, row));
	if (!s || !relation_of(c, 3, row, &r)) return false;
	((bool *)c->result)[row] = geo_test_point(s, r, double_arg(c, 0, row), double_arg(c, 1, row));
	return true;
}

static bool shape_test(struct call *c, size_t row)
{
	enum geo_relation r;
	struct geo_shape *s = shape_of(c, text_arg(c, 1, row));
	if (!s || !relation_of(c, 2, row, &r)) return false;
	((bool *)c->result)[row] = geo_test(s, r, text_arg(c, 0, row));
	return true;
}

static bool shape_distance(struct call *c, size_t row)
{
	double m = geo_shape_distance_m(geo_of(c), text_arg(c, 0, row), double_arg(c, 1, row), double_arg(c, 2, row));
	((double *)c->result)[row] = m;
	return m >= 0;
}

/* The doubles of a list argument; lists of this call share one child vector. */
static const double *list_of(const struct call *c, size_t arg, size_t row, size_t *n)
{
	const duckdb_list_entry *entry = (const duckdb_list_entry *)c->data[arg] + row;
	const double *all = duckdb_vector_get_data(duckdb_list_vector_get_child(c->args[arg]));
	*n = entry->length;
	return all + entry->offset;
}

static bool hull(struct call *c, size_t row)
{
	size_t nlat, nlon;
	const double *lats = list_of(c, 0, row, &nlat), *lons = list_of(c, 1, row, &nlon);
	struct str wkb;
	if (nlat == 0 || nlat != nlon || !geo_hull(geo_of(c), &c->arena, lats, lons, nlat, &wkb)) return false;
	return give_blob(c, row, wkb);
}

static bool quantile(struct call *c, size_t row)
{
	const duckdb_list_entry *entry = (const duckdb_list_entry *)c->data[0] + row;
	duckdb_vector child = duckdb_list_vector_get_child(c->args[0]);
	return quantile_of(&c->arena, duckdb_vector_get_data(child), duckdb_vector_get_validity(child), entry->offset, entry->length,
	                   double_arg(c, 1, row), (double *)c->result + row);
}

/* A cell of places with its mean and how many it stands for. */
struct cell_mean {
	int64_t cell;
	double lat, lon, count;
};

/* Fuller cells found clusters first; equal ones in the order of their numbers. */
static int fuller_first(const void *a, const void *b)
{
	const struct cell_mean *x = a;
	const struct cell_mean *y = b;
	if (x->count != y->count) return x->count > y->count ? -1 : 1;
	return (x->cell > y->cell) - (x->cell < y->cell);
}

static struct cell_mean *cells_of(struct call *c, size_t row, size_t *n)
{
	const double *parts[4];
	size_t sizes[4];
	for (size_t i = 0; i < 4; i++) parts[i] = list_of(c, i, row, &sizes[i]);
	*n = sizes[0];
	if (*n == 0 || sizes[1] != *n || sizes[2] != *n || sizes[3] != *n) return NULL;
	struct cell_mean *cells = arena_array(&c->arena, struct cell_mean, *n);
	for (size_t i = 0; i < *n; i++)
		cells[i] = (struct cell_mean){ ((const int64_t *)(const void *)parts[0])[i], parts[1][i], parts[2][i], parts[3][i] };
	qsort(cells, *n, sizeof *cells, fuller_first);
	return cells;
}

/* Numbers of clusters by cell, and in place of each cell's mean that of its cluster. */
static uint32_t *cluster_cells(struct call *c, struct cell_mean *cells, size_t n, double metres)
{
	double *lats = arena_array(&c->arena, double, n);
	double *lons = arena_array(&c->arena, double, n);
	double *counts = arena_array(&c->arena, double, n);
	uint32_t *numbers = arena_array(&c->arena, uint32_t, n);
	struct cell_mean *sums = arena_array(&c->arena, struct cell_mean, n);
	for (size_t i = 0; i < n; i++) {
		lats[i] = cells[i].lat;
		lons[i] = cells[i].lon;
		counts[i] = cells[i].count;
	}
	geo_clusters(lats, lons, counts, n, metres, numbers);
	for (size_t i = 0; i < n; i++) {
		struct cell_mean *sum = &sums[numbers[i]];
		sum->lat += cells[i].lat * cells[i].count;
		sum->lon += cells[i].lon * cells[i].count;
		sum->count += cells[i].count;
	}
	for (size_t i = 0; i < n; i++) {
		cells[i].lat = sums[numbers[i]].lat / sums[numbers[i]].count;
		cells[i].lon = sums[numbers[i]].lon / sums[numbers[i]].count;
	}
	return numbers;
}

static bool clusters(struct call *c, size_t row)
{
	size_t n;
	struct cell_mean *cells = cells_of(c, row, &n);
	if (!cells) return false;
	uint32_t *numbers = cluster_cells(c, cells, n, double_arg(c, 4, row));
	size_t at = duckdb_list_vector_get_size(c->out);
	duckdb_list_vector_reserve(c->out, at + n);
	duckdb_list_vector_set_size(c->out, at + n);
	duckdb_vector child = duckdb_list_vector_get_child(c->out);
	int64_t *cell = duckdb_vector_get_data(duckdb_struct_vector_get_child(child, 0));
	int64_t *cluster = duckdb_vector_get_data(duckdb_struct_vector_get_child(child, 1));
	double *lat = duckdb_vector_get_data(duckdb_struct_vector_get_child(child, 2));
	double *lon = duckdb_vector_get_data(duckdb_struct_vector_get_child(child, 3));
	for (size_t i = 0; i < n; i++) {
		cell[at + i] = cells[i].cell;
		cluster[at + i] = numbers[i];
		lat[at + i] = cells[i].lat;
		lon[at + i] = cells[i].lon;
	}
	((duckdb_list_entry *)c->result)[row] = (duckdb_list_entry){ at, n };
	return true;
}

static bool point(struct call *c, size_t row)
{
	return give_blob(c, row, geo_point_wkb(&c->arena, double_arg(c, 0, row), double_arg(c, 1, row)));
}

static bool box(struct call *c, size_t row)
{
	struct geo_box b = { double_arg(c, 0, row), double_arg(c, 1, row), double_arg(c, 2, row), double_arg(c, 3, row) };
	return give_blob(c, row, geo_box_wkb(&c->arena, b));
}

/* --- the table ---------------------------------------------------------------------------------- */

/* Types by letter: t text, b blob, d double, i integer, l long integer, s timestamp, ? boolean, D list of doubles,
 * B list of whole numbers, C list of clusters. */
static const struct function { const char *name, *args; char result; cell_fn *cell; } functions[] = {
	{ "stoa_fold", "t", 't', fold },
	{ "stoa_near", "ttt", '?', near },
	{ "stoa_form", "ttt", '?', form },
	{ "stoa_rank", "ttt", 'l', rank },
	{ "stoa_json", "t", 't', json_or_null },
	{ "stoa_local", "st", 's', local },
	{ "stoa_utc", "st", 's', utc },
	{ "stoa_instant", "st", 't', instant },
	{ "stoa_date_format", "stt", 't', date_format },
	{ "stoa_date_format_at", "sttt", 't', date_format_at },
	{ "stoa_point_test", "ddbi", '?', point_test },
	{ "stoa_shape_test", "bbi", '?', shape_test },
	{ "stoa_shape_distance", "bdd", 'd', shape_distance },
	{ "stoa_hull", "DD", 'b', hull },
	{ "stoa_clusters", "BDDDd", 'C', clusters },
	{ "stoa_quantile", "Dd", 'd', quantile },
	{ "stoa_point", "dd", 'b', point },
	{ "stoa_box", "dddd", 'b', box },
};

static duckdb_logical_type clusters_type(void)
{
	const char *names[] = { "cell", "cluster", "lat", "lon" };
	duckdb_logical_type types[COUNT_OF(names)];
	for (size_t i = 0; i < COUNT_OF(names); i++)
		types[i] = duckdb_create_logical_type(i < 2 ? DUCKDB_TYPE_BIGINT : DUCKDB_TYPE_DOUBLE);
	duckdb_logical_type whole = duckdb_create_struct_type(types, names, COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++) duckdb_destroy_logical_type(&types[i]);
	return whole;
}

static duckdb_logical_type type_of(char letter)
{
	duckdb_logical_type of;
	duckdb_logical_type list;
	switch (letter) {
	case 't': return duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
	case 'b': return duckdb_create_logical_type(DUCKDB_TYPE_BLOB);
	case 'd': return duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
	case 'l': return duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
	case 'i': return duckdb_create_logical_type(DUCKDB_TYPE_INTEGER);
	case 's': return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP);
	case '?': return duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
	case 'C': of = clusters_type(); break;
	case 'B': of = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT); break;
	default: of = duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE); break;
	}
	list = duckdb_create_list_type(of);
	duckdb_destroy_logical_type(&of);
	return list;
}

static void run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
	const struct function *f = duckdb_scalar_function_get_extra_info(info);
	size_t n = duckdb_data_chunk_get_size(in);
	struct call c = { .out = out, .nargs = strlen(f->args), .buf = BUF_INIT(CELL_BYTES) };
	uint64_t *has[ARGUMENTS];
	for (size_t a = 0; a < c.nargs; a++) {
		c.args[a] = duckdb_data_chunk_get_vector(in, a);
		c.data[a] = duckdb_vector_get_data(c.args[a]);
		has[a] = duckdb_vector_get_validity(c.args[a]);
	}
	c.result = duckdb_vector_get_data(out);
	for (size_t row = 0; row < n; row++) {
		bool null = false;
		for (size_t a = 0; a < c.nargs; a++) null |= has[a] && !duckdb_validity_row_is_valid(has[a], row);
		buf_clear(&c.buf);
		if (!null && f->cell(&c, row)) continue;
		duckdb_vector_ensure_validity_writable(out);
		duckdb_validity_set_row_invalid(duckdb_vector_get_validity(out), row);
	}
	geo_shape_free(c.shape);
	geo_free(c.geo);
	text_stemmer_done(c.stemmer);
	arena_done(&c.arena);
	buf_done(&c.buf);
}

static bool add(duckdb_connection c, const struct function *f, struct err *e)
{
	duckdb_scalar_function s = duckdb_create_scalar_function();
	duckdb_scalar_function_set_name(s, f->name);
	for (const char *a = f->args; *a; a++) {
		duckdb_logical_type t = type_of(*a);
		duckdb_scalar_function_add_parameter(s, t);
		duckdb_destroy_logical_type(&t);
	}
	duckdb_logical_type t = type_of(f->result);
	duckdb_scalar_function_set_return_type(s, t);
	duckdb_destroy_logical_type(&t);
	/* The row of the table is constant; DuckDB hands the pointer back untouched. */
	duckdb_scalar_function_set_extra_info(s, (void *)(uintptr_t)f, NULL);
	duckdb_scalar_function_set_function(s, run);
	bool ok = duckdb_register_scalar_function(c, s) == DuckDBSuccess;
	duckdb_destroy_scalar_function(&s);
	return ok || engine_said(e, f->name);
}

bool engine_functions(duckdb_connection c, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(functions); i++)
		if (!add(c, &functions[i], e)) return false;
	return engine_project_function(c, e);
}
