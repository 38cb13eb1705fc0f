/* FlatGeobuf 3 (Explore API §12.9), written as it grows: a head, then a feature a row, each a small
 * FlatBuffer of its own. No spatial index, which would have to stand before the first feature; a row
 * without geometry stays a feature without geometry. Dates are ISO texts in columns of the DateTime type;
 * columns of points are left out.
 *
 * A FlatBuffer is written forwards: a table is followed by what it points to, and the distances are filled
 * in when they are known. Distances are always positive; numbers are little-endian; doubles stand at
 * multiples of eight, counted from the length before the buffer. */
#include "export/inside.h"
#include "text/text.h"
#include <math.h>
#include <stdlib.h>

enum fgb_type { COLUMN_BOOL = 2, COLUMN_LONG = 7, COLUMN_DOUBLE = 10, COLUMN_STRING = 11, COLUMN_JSON = 12,
	COLUMN_DATETIME = 13, COLUMN_NONE = 255 };

static const char magic[8] = { 'f', 'g', 'b', 3, 'f', 'g', 'b', 1 };

/* --- one buffer -------------------------------------------------------------------------------------- */

static void put_u16(struct buf *b, uint16_t v)
{
	char bytes[2] = { (char)(v & 255), (char)(v >> 8) };
	buf_put(b, str_make(bytes, 2));
}

static void put_u32(struct buf *b, uint32_t v)
{
	char bytes[4] = { (char)(v & 255), (char)(v >> 8 & 255), (char)(v >> 16 & 255), (char)(v >> 24) };
	buf_put(b, str_make(bytes, 4));
}

static void put_u64(struct buf *b, uint64_t v)
{
	put_u32(b, (uint32_t)v);
	put_u32(b, (uint32_t)(v >> 32));
}

static void put_double(struct buf *b, double v)
{
	uint64_t bits;
	memcpy(&bits, &v, sizeof bits);
	put_u64(b, bits);
}

/* So that what follows `ahead` more bytes stands at a multiple of `size`. */
static void align(struct buf *b, size_t size, size_t ahead)
{
	while ((b->n + ahead) % size != 0) buf_put_char(b, 0);
}

static void set_u32(struct buf *b, size_t at, uint32_t v)
{
	char bytes[4] = { (char)(v & 255), (char)(v >> 8 & 255), (char)(v >> 16 & 255), (char)(v >> 24) };
	if (!b->over) memcpy(b->p + at, bytes, 4);
}

/* The hole at `at` points to the end of the buffer. */
static void point_here(struct buf *b, size_t at) { set_u32(b, at, (uint32_t)(b->n - at)); }

/* The list of where each field stands in its table (0: absent), then the head of the table. Gives the
 * place of the table. `size` counts the head. */
static size_t open_table(struct buf *b, const uint16_t *places, size_t n, uint16_t size)
{
	uint16_t bytes = (uint16_t)(4 + 2 * n);
	align(b, 4, bytes);
	put_u16(b, bytes);
	put_u16(b, size);
	for (size_t i = 0; i < n; i++) put_u16(b, places[i]);
	size_t table = b->n;
	put_u32(b, bytes);
	for (uint16_t i = 4; i < size; i++) buf_put_char(b, 0);
	return table;
}

static void put_string(struct buf *b, size_t hole, struct str s)
{
	align(b, 4, 0);
	point_here(b, hole);
	put_u32(b, (uint32_t)s.n);
	buf_put(b, s);
	buf_put_char(b, 0);
}

/* Length, then where the root is. */
static void open_buffer(struct buf *b)
{
	buf_clear(b);
	put_u64(b, 0);
}

static void close_buffer(struct buf *b, size_t root)
{
	set_u32(b, 4, (uint32_t)(root - 4));
	set_u32(b, 0, (uint32_t)(b->n - 4));
}

/* --- geometry ---------------------------------------------------------------------------------------- */

/* A part with positions or parts of its own; places are indexes into the lists of struct shape. */
struct part {
	enum geo_kind kind;
	size_t xy, nxy;     /* doubles */
	size_t ends, nends; /* where its lines end, counted in positions */
	size_t parent;
	uint32_t nparts;    /* of several polygons, and of collections */
};

struct shape {
	struct part *parts;
	size_t nparts, cap;
	struct buf xy;      /* doubles as bytes, little-endian */
	struct buf ends;
	size_t now;         /* the part that positions go to */
	size_t depth;       /* of points and lines inside many */
};
enum { NOWHERE = 0x7fffffff };

static struct part *present(struct shape *s) { return &s->parts[s->now]; }

static void open_part(void *arg, enum geo_kind kind, uint32_t parts)
{
	struct shape *s = arg;
	(void)parts;
	bool inside = s->now != NOWHERE && (present(s)->kind == GEO_POINTS || present(s)->kind == GEO_LINES);
	if (inside) {
		s->depth++;
		return;
	}
	if (s->nparts == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 16;
		s->parts = realloc(s->parts, s->cap * sizeof *s->parts);
		ensure(s->parts != NULL);
	}
	if (s->now != NOWHERE) present(s)->nparts++;
	s->parts[s->nparts] = (struct part){ .kind = kind, .xy = s->xy.n, .ends = s->ends.n, .parent = s->now };
	s->now = s->nparts++;
}

static void open_line(void *arg, uint32_t positions)
{
	struct shape *s = arg;
	struct part *p = present(s);
	if (p->kind == GEO_LINE) return;
	put_u32(&s->ends, (uint32_t)(p->nxy / 2) + positions);
	p->nends++;
}

static void put_at(void *arg, double x, double y)
{
	struct shape *s = arg;
	if (!isfinite(x) || !isfinite(y)) return; /* an empty point */
	put_double(&s->xy, x);
	put_double(&s->xy, y);
	present(s)->nxy += 2;
}

static void close_part(void *arg, enum geo_kind kind)
{
	struct shape *s = arg;
	(void)kind;
	if (s->depth > 0) s->depth--;
	else s->now = present(s)->parent;
}

static void put_part(struct buf *b, const struct shape *s, size_t at, size_t hole)
{
	const struct part *p = &s->parts[at];
	bool many = p->kind == GEO_POLYGONS || p->kind == GEO_COLLECTION;
	bool ended = p->nends > 1 || (p->kind == GEO_LINES && p->nends == 1);
	/* ends, xy, z, m, t, tm, type, parts */
	const uint16_t places[] = { ended ? 4 : 0, many ? 0 : 8, 0, 0, 0, 0, 16, many ? 12 : 0 };
	size_t table = open_table(b, places, COUNT_OF(places), 20);
	set_u32(b, hole, (uint32_t)(table - hole));
	if (!b->over) b->p[table + 16] = (char)p->kind;
	if (ended) {
		point_here(b, table + 4);
		put_u32(b, (uint32_t)p->nends);
		buf_put(b, str_sub(buf_str(&s->ends), p->ends, p->nends * 4));
	}
	if (!many) {
		align(b, 8, 4);
		point_here(b, table + 8);
		put_u32(b, (uint32_t)p->nxy);
		buf_put(b, str_sub(buf_str(&s->xy), p->xy, p->nxy * 8));
		return;
	}
	point_here(b, table + 12);
	put_u32(b, p->nparts);
	size_t holes = b->n;
	for (uint32_t i = 0; i < p->nparts; i++) put_u32(b, 0);
	for (size_t i = at + 1, k = 0; k < p->nparts && i < s->nparts; i++)
		if (s->parts[i].parent == at) put_part(b, s, i, holes + 4 * k++);
}

static bool read_shape(struct shape *s, struct str wkb)
{
	static const struct geo_walker walker = { open_part, open_line, put_at, close_part };
	s->nparts = 0;
	s->now = NOWHERE;
	s->depth = 0;
	buf_clear(&s->xy);
	buf_clear(&s->ends);
	return wkb.n && geo_walk(wkb, &walker, s) && !s->xy.over && !s->ends.over;
}

/* --- features ---------------------------------------------------------------------------------------- */

struct state {
	struct feature feature;
	struct shape shape;
	uint8_t *type;      /* of each column; COLUMN_NONE: left out */
	uint16_t *number;   /* of each column among those that are written */
	struct buf one;     /* the present feature */
	struct buf cell;
};

static void put_text(struct buf *b, struct str s)
{
	put_u32(b, (uint32_t)s.n);
	buf_put(b, s);
}

static void put_property(struct export *x, struct state *s, size_t i, const struct column *c, size_t row)
{
	struct buf *b = &s->one;
	if (s->type[i] == COLUMN_DOUBLE && !isfinite(c->doubles[row])) return;
	put_u16(b, s->number[i]);
	if (s->type[i] == COLUMN_LONG) {
		put_u64(b, (uint64_t)c->ints[row]);
	} else if (s->type[i] == COLUMN_DOUBLE) {
		put_double(b, c->doubles[row]);
	} else if (s->type[i] == COLUMN_BOOL) {
		buf_put_char(b, c->bools[row]);
	} else if (c->type.type == VALUE_DATE) {
		buf_clear(&s->cell);
		clock_put_date(&s->cell, c->days[row]); /* whole, whatever its precision: readers parse it */
		put_text(b, buf_str(&s->cell));
	} else {
		put_text(b, export_text(x, &s->cell, i, c, row));
	}
}

static void put_feature(struct export *x, struct state *s, const struct batch *rows, size_t row)
{
	struct buf *b = &s->one;
	bool shaped = read_shape(&s->shape, feature_of(&s->feature, rows, row));
	const uint16_t places[] = { shaped ? 4 : 0, 8 };
	open_buffer(b);
	size_t table = open_table(b, places, COUNT_OF(places), 12);
	point_here(b, table + 8);
	size_t length = b->n;
	put_u32(b, 0);
	for (size_t i = 0; i < x->ncolumns; i++)
		if (s->type[i] != COLUMN_NONE && column_has(&rows->columns[i], row)) put_property(x, s, i, &rows->columns[i], row);
	set_u32(b, length, (uint32_t)(b->n - length - 4));
	if (shaped) put_part(b, &s->shape, 0, table + 4);
	close_buffer(b, table);
	if (b->over) x->out.over = true;
	else buf_put(&x->out, buf_str(b));
}

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	for (size_t row = 0; row < b->nrows; row++) {
		put_feature(x, x->state, b, row);
		if (x->out.n >= EXPORT_CHUNK && !export_flush(x, false, e)) return false;
	}
	return true;
}

/* --- the head ---------------------------------------------------------------------------------------- */

static uint8_t type_of(const struct export *x, const struct state *s, size_t i)
{
	struct column_type t = x->columns[i].type;
	if (i == s->feature.column || t.type == VALUE_POINT) return COLUMN_NONE;
	if (t.list) return COLUMN_STRING;
	switch (t.type) {
	case VALUE_INT: return COLUMN_LONG;
	case VALUE_DOUBLE: return COLUMN_DOUBLE;
	case VALUE_BOOL: return COLUMN_BOOL;
	case VALUE_DATE:
	case VALUE_DATETIME: return COLUMN_DATETIME;
	case VALUE_SHAPE:
	case VALUE_JSON: return COLUMN_JSON;
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_POINT:
	case VALUE_TYPES: break;
	}
	return COLUMN_STRING;
}

static void put_columns(struct buf *b, const struct export *x, const struct state *s, uint32_t n)
{
	/* name, type, title */
	static const uint16_t places[] = { 4, 12, 8 };
	put_u32(b, n);
	size_t hole = b->n;
	for (uint32_t i = 0; i < n; i++) put_u32(b, 0);
	for (size_t i = 0; i < x->ncolumns; i++) {
		if (s->type[i] == COLUMN_NONE) continue;
		size_t table = open_table(b, places, COUNT_OF(places), 16);
		set_u32(b, hole, (uint32_t)(table - hole));
		hole += 4;
		if (!b->over) b->p[table + 12] = (char)s->type[i];
		put_string(b, table + 4, x->columns[i].key);
		put_string(b, table + 8, export_label(x, i));
	}
}

static void put_crs(struct buf *b, size_t hole, int epsg)
{
	static const uint16_t places[] = { 4, 8 }; /* organisation, code */
	size_t table = open_table(b, places, COUNT_OF(places), 12);
	set_u32(b, hole, (uint32_t)(table - hole));
	set_u32(b, table + 8, (uint32_t)epsg);
	put_string(b, table + 4, STR("EPSG"));
}

static void put_head(struct export *x, struct state *s)
{
	/* name, envelope, geometry type, four flags, columns, number of features, node size of the index, crs */
	static const uint16_t places[] = { 4, 0, 18, 0, 0, 0, 0, 8, 0, 16, 12 };
	struct buf *b = &s->one;
	uint32_t n = 0;
	for (size_t i = 0; i < x->ncolumns; i++) {
		s->type[i] = type_of(x, s, i);
		if (s->type[i] != COLUMN_NONE) s->number[i] = (uint16_t)n++;
	}
	open_buffer(b);
	size_t table = open_table(b, places, COUNT_OF(places), 20);
	if (!b->over) b->p[table + 18] = s->feature.point ? GEO_POINT : 0;
	put_string(b, table + 4, STR("Layer1"));
	align(b, 4, 0);
	point_here(b, table + 8);
	put_columns(b, x, s, n);
	put_crs(b, table + 12, x->job->options.epsg);
	close_buffer(b, table);
	buf_put(&x->out, str_make(magic, sizeof magic));
	buf_put(&x->out, buf_str(b));
}

static bool run(struct export *x, struct err *e)
{
	struct state s = { .type = arena_array(&x->arena, uint8_t, x->ncolumns), .number = arena_array(&x->arena, uint16_t, x->ncolumns) };
	s.one = s.cell = s.shape.xy = s.shape.ends = BUF_INIT((size_t)1 << 30);
	bool ok = feature_open(&s.feature, x, true, e);
	x->state = &s;
	if (ok) put_head(x, &s);
	ok = ok && export_batches(x, rows, e);
	feature_close(&s.feature);
	free(s.shape.parts);
	buf_done(&s.shape.xy);
	buf_done(&s.shape.ends);
	buf_done(&s.one);
	buf_done(&s.cell);
	return ok;
}

const struct export_format export_fmt_fgb = {
	"fgb", "application/octet-stream", "fgb", EXPORT_PACKED | EXPORT_TAKES_EPSG | EXPORT_TAKES_LISTS, run,
};
