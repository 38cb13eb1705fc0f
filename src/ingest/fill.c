/* Casting cells into columns. What a cell's text may be was decided before, so this only converts; a
 * conversion that fails is a reject, never a guess. */
#include "ingest/fill.h"
#include "clock/clock.h"
#include "text/text.h"
#include <math.h>
#include <stdlib.h>

/* --- text of a batch ------------------------------------------------------------------------------- */

enum { SLAB_BYTES = 256 * 1024 };

/* Blocks in a chain; the first is kept from batch to batch. Not an arena: nothing is zeroed. */
struct slab {
	struct slab *next;
	size_t used, cap;
	char bytes[];
};

static struct slab *slab_new(size_t cap)
{
	struct slab *s = malloc(sizeof *s + cap);
	ensure(s);
	s->next = NULL;
	s->used = 0;
	s->cap = cap;
	return s;
}

struct str fill_keep(struct fill *f, struct str s)
{
	struct slab *now = f->slab;
	if (now->cap - now->used < s.n) {
		struct slab *fresh = slab_new(num_max((size_t)SLAB_BYTES, s.n));
		fresh->next = now;
		f->slab = now = fresh;
	}
	char *to = now->bytes + now->used;
	if (s.n) memcpy(to, s.p, s.n);
	now->used += s.n;
	return str_make(to, s.n);
}

static void slab_clear(struct fill *f, bool all)
{
	struct slab *s = f->slab;
	while (s && (all || s->next)) {
		struct slab *next = s->next;
		free(s);
		s = next;
	}
	f->slab = s;
	if (s) s->used = 0;
}

/* --- one batch's memory ------------------------------------------------------------------------- */

static size_t cell_size(struct column_type t)
{
	if (t.list) return sizeof(struct list_span);
	switch (t.type) {
	case VALUE_INT:
	case VALUE_DATETIME: return sizeof(int64_t);
	case VALUE_DOUBLE:
	case VALUE_POINT: return sizeof(double);
	case VALUE_BOOL: return sizeof(bool);
	case VALUE_DATE: return sizeof(int32_t);
	case VALUE_TEXT:
	case VALUE_SHAPE:
	case VALUE_FILE:
	case VALUE_JSON:
	case VALUE_TYPES: return sizeof(struct str);
	}
	return sizeof(struct str);
}

struct fill *fill_new(const struct plan *plan)
{
	struct fill *f = calloc(1, sizeof *f);
	ensure(f);
	size_t n = plan->total;
	f->plan = plan;
	f->slab = slab_new(SLAB_BYTES);
	f->columns = arena_array(&f->fixed, struct fill_column, n);
	f->batch.columns = arena_array(&f->fixed, struct column, n);
	f->batch.ncolumns = plan->schema.n;
	f->ncolumns = n;
	f->ids = arena_bytes(&f->fixed, (size_t)LIMIT_BATCH_ROWS * RECORD_ID_BYTES);
	for (size_t i = 0; i < n; i++) {
		struct fill_column *c = &f->columns[i];
		const struct plan_column *p = &plan->columns[i];
		c->column.type = (struct column_type){ p->as.type, p->as.list };
		c->cells = arena_many(&f->fixed, cell_size(c->column.type), LIMIT_BATCH_ROWS);
		f->fixed_bytes += (cell_size(c->column.type) + (p->as.type == VALUE_POINT ? sizeof(double) : 0)) * LIMIT_BATCH_ROWS;
		if (p->as.type == VALUE_POINT) c->lons = arena_array(&f->fixed, double, LIMIT_BATCH_ROWS);
		c->column.valid = c->valid;
		c->column.ints = c->cells;
		c->column.lons = c->lons;
	}
	return f;
}

void fill_free(struct fill *f)
{
	if (!f) return;
	slab_clear(f, true);
	arena_done(&f->lists);
	arena_done(&f->fixed);
	free(f);
}

void fill_clear(struct fill *f)
{
	slab_clear(f, false);
	arena_done(&f->lists);
	for (size_t i = 0; i < f->ncolumns; i++) {
		f->columns[i].items.p = NULL;
		f->columns[i].items.n = f->columns[i].items.cap = 0;
	}
	f->nrows = 0;
}

size_t fill_bytes(const struct fill *f)
{
	size_t n = f->fixed_bytes + sizeof *f->columns * f->ncolumns + (size_t)LIMIT_BATCH_ROWS * RECORD_ID_BYTES;
	for (const struct slab *s = f->slab; s; s = s->next) n += s->cap;
	for (size_t i = 0; i < f->ncolumns; i++) n += f->columns[i].items.cap * sizeof(struct str);
	return n;
}

static inline void set_valid(struct fill_column *c, size_t row) { c->valid[row / 64] |= (uint64_t)1 << (row % 64); }
static inline void set_null(struct fill_column *c, size_t row) { c->valid[row / 64] &= ~((uint64_t)1 << (row % 64)); }
static inline bool has(const struct fill_column *c, size_t row) { return c->valid[row / 64] >> (row % 64) & 1; }

/* --- facts --------------------------------------------------------------------------------------- */

static void widen(struct load *l, double x0, double y0, double x1, double y1)
{
	if (!l->has_box) {
		l->has_box = true;
		l->west = x0, l->south = y0, l->east = x1, l->north = y1;
		return;
	}
	if (x0 < l->west) l->west = x0;
	if (y0 < l->south) l->south = y0;
	if (x1 > l->east) l->east = x1;
	if (y1 > l->north) l->north = y1;
}

static void see_date(struct caster *c, size_t i, int64_t us)
{
	struct ingest_dates *d = &c->dates[i];
	if (!c->has_dates[i] || us < d->first_us) d->first_us = us;
	if (!c->has_dates[i] || us > d->last_us) d->last_us = us;
	c->has_dates[i] = true;
}

/* --- casts: NULL when done, else the reason --------------------------------------------------------- */

static const char *cast_int(const struct plan_column *p, struct fill_column *c, size_t row, struct str s)
{
	int64_t *to = (int64_t *)c->cells + row;
	if (spell_int(s, p->as.reading, to)) return NULL;
	if (spell_int(s, SPELL_INT, to)) return NULL;
	/* Marks of thousands that are never those of decimals go beside any others. */
	if (spell_int(s, SPELL_INT_BLANK, to) || spell_int(s, SPELL_INT_APOSTROPHE, to)) return NULL;
	/* "3.0" is whole; "3.7" would lose something. */
	double v;
	bool real = (1u << p->as.reading) & SPELL_REALS ? spell_real(s, p->as.reading, &v) : spell_real(s, SPELL_REAL, &v);
	/* Zeros in front keep a column text unless its publisher calls it a number. */
	if (!real && text_to_int(s, to)) return NULL;
	if (!real) return "not a whole number";
	if (p->truncate && fabs(v) <= 9e15) {
		*to = (int64_t)v;
		return NULL;
	}
	if (v != floor(v) || fabs(v) > 9e15) return "not a whole number: it has decimals";
	*to = (int64_t)v;
	return NULL;
}

static const char *cast_real(const struct plan_column *p, struct fill_column *c, size_t row, struct str s)
{
	double *to = (double *)c->cells + row;
	bool ok = ((1u << p->as.reading) & SPELL_REALS) && spell_real(s, p->as.reading, to);
	if (!ok && ((1u << p->as.reading) & SPELL_INTS)) {
		int64_t v;
		ok = spell_int(s, p->as.reading, &v);
		if (ok) *to = (double)v;
	}
	if (!ok && !((1u << p->as.reading) & SPELL(REAL_TH_POINT))) ok = spell_real(s, SPELL_REAL, to);
	int64_t whole;
	if (!ok && (spell_int(s, SPELL_INT_BLANK, &whole) || spell_int(s, SPELL_INT_APOSTROPHE, &whole))) *to = (double)whole, ok = true;
	/* Written by a program: every digit of a double, whatever its length; or with zeros in front. */
	if (!ok) ok = text_to_double(s, to);
	return ok ? NULL : "not a number";
}

/* Declared dates take every spelling that is not open to two readings. */
static const enum spell_bit sure_dates[] = { SPELL_TIME_YMD, SPELL_TIME_NAMED };

static const char *cast_date(struct caster *k, size_t i, struct fill_column *c, size_t row, struct str s)
{
	int32_t *to = (int32_t *)c->cells + row;
	bool ok = spell_date(s, k->plan->columns[i].as.reading, to);
	for (size_t t = 0; !ok && t < COUNT_OF(sure_dates); t++) ok = spell_date(s, sure_dates[t], to);
	if (ok) see_date(k, i, *to * INT64_C(86400000000));
	return ok ? NULL : "not a date";
}

static const char *cast_time(struct caster *k, size_t i, struct fill_column *c, size_t row, struct str s)
{
	const struct plan_column *p = &k->plan->columns[i];
	int64_t *to = (int64_t *)c->cells + row;
	bool local = false;
	bool ok = spell_time(s, p->as.reading, to, &local);
	for (size_t t = 0; !ok && t < COUNT_OF(sure_dates); t++) ok = spell_time(s, sure_dates[t], to, &local);
	if (!ok) return "not a date and time";
	if (local && p->zone) {
		struct civil civil;
		clock_civil_of_us(*to, &civil);
		*to = clock_local_to_us(p->zone, &civil);
	} else if (local && !k->load->zoneless.n && str_find_char(s, ':') >= 0) {
		k->load->zoneless = p->field->label;
	}
	see_date(k, i, *to);
	return NULL;
}

/* A point that came as a GeoJSON geometry. */
static bool point_geometry(struct caster *k, struct str s, double *lat, double *lon)
{
	struct arena_mark m = arena_mark(&k->scratch);
	struct str wkb;
	struct err e = { 0 };
	bool ok = geo_parse(k->geo, &k->scratch, s, &wkb, &e) && point_of_shape(wkb, lat, lon) && fabs(*lat) <= 90 &&
	          fabs(*lon) <= 180;
	arena_rewind(&k->scratch, m);
	return ok;
}

static const char *cast_point(struct caster *k, const struct plan_column *p, struct fill_column *c, size_t row, struct str s)
{
	double *lat = (double *)c->cells + row;
	if (s.p[0] == '{' || s.p[0] == 'P' || s.p[0] == 'p') {
		if (!point_geometry(k, s, lat, &c->lons[row])) return "not a point in degrees";
		widen(k->load, c->lons[row], *lat, c->lons[row], *lat);
		return NULL;
	}
	if (!spell_point(s, p->as.reading, lat, &c->lons[row])) return "not a place written as latitude,longitude";
	widen(k->load, c->lons[row], *lat, c->lons[row], *lat);
	return NULL;
}

/* Shapes that pass the date line go on beyond it. */
static bool in_degrees(const struct geo_box *b)
{
	const double lon = 360, lat = 90 + 1e-6;
	return b->x0 >= -lon && b->x1 <= lon && b->y0 >= -lat && b->y1 <= lat;
}

static const char *cast_shape(struct caster *k, struct fill *f, struct fill_column *c, size_t row, struct str s)
{
	struct arena_mark m = arena_mark(&k->scratch);
	struct str wkb;
	struct err e = { 0 };
	const char *reason = NULL;
	struct geo_box box;
	if (!geo_parse(k->geo, &k->scratch, s, &wkb, &e)) reason = "not a shape in GeoJSON or WKT";
	else if (wkb.n > LIMIT_CELL_BYTES) reason = "the shape is larger than 16 MB";
	else {
		bool some = geo_box(k->geo, wkb, &box);
		if (some && !in_degrees(&box)) {
			reason = "not a shape in degrees";
		} else {
			((struct str *)c->cells)[row] = fill_keep(f, wkb);
			if (some) widen(k->load, box.x0, box.y0, box.x1, box.y1);
		}
	}
	arena_rewind(&k->scratch, m);
	return reason;
}

/* --- text, lists, JSON ------------------------------------------------------------------------------ */

static void add_item(struct fill *f, struct fill_column *c, struct list_span *span, struct str item)
{
	item = str_trim(item);
	if (item.n == 0) return;
	vec_push(&f->lists, &c->items, fill_keep(f, item));
	span->n++;
}

static void add_node(struct fill *f, struct fill_column *c, struct list_span *span, const struct json_node *n)
{
	if (json_kind(n) == JSON_NULL) return;
	if (json_kind(n) == JSON_TEXT) {
		add_item(f, c, span, json_text(n));
		return;
	}
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	json_put_node(&b, n);
	add_item(f, c, span, buf_str(&b));
}

static const char *cast_list(struct fill *f, const struct plan_column *p, struct fill_column *c, size_t row,
                             const struct cell *cell)
{
	struct list_span span = { .from = (uint32_t)c->items.n };
	if (cell->kind == CELL_LIST) {
		auto_json *doc = NULL;
		struct err e = { 0 };
		if (!json_read(cell->text, &doc, &e)) return "not a list";
		for (size_t i = 0; i < json_count(json_root(doc)); i++) add_node(f, c, &span, json_at(json_root(doc), i));
	} else if (p->field->separator.n) {
		struct str rest = cell->text;
		ptrdiff_t at;
		while ((at = str_find(rest, p->field->separator)) >= 0) {
			add_item(f, c, &span, str_sub(rest, 0, (size_t)at));
			rest = str_from(rest, (size_t)at + p->field->separator.n);
		}
		add_item(f, c, &span, rest);
	} else {
		add_item(f, c, &span, cell->text);
	}
	/* The column's pointer moves as its items grow. */
	c->column.items = c->items.p;
	((struct list_span *)c->cells)[row] = span;
	if (span.n == 0) set_null(c, row);
	return NULL;
}

static const char *cast_json(struct fill *f, struct fill_column *c, size_t row, const struct cell *cell)
{
	struct str *to = (struct str *)c->cells + row;
	if (cell->kind == CELL_STRING) {
		auto_buf b = BUF_INIT(4 * (size_t)LIMIT_CELL_BYTES);
		text_put_json(&b, cell->text);
		*to = fill_keep(f, buf_str(&b));
		return NULL;
	}
	if (cell->kind == CELL_FREE) {
		auto_json *doc = NULL;
		struct err e = { 0 };
		if (!json_read(cell->text, &doc, &e)) return "not JSON";
	}
	*to = fill_keep(f, cell->text);
	return NULL;
}

/* A number with the sign of another unit, or with none where all others are percentages, is another number. */
static const char *sign_fault(const struct plan_column *p, struct str s)
{
	enum spell_sign sign;
	struct str bare = spell_bare(s, &sign);
	if (sign == SPELL_SIGN_NONE) return p->as.sign_needed && !str_eq(bare, STR("0")) ? "a number without a percent sign among percentages" : NULL;
	enum spell_sign own = p->as.sign ? p->as.sign : spell_unit_sign(p->field->unit);
	return sign == own ? NULL : "a number with a sign that is not its column's";
}

static const char *cast(struct fill *f, struct caster *k, size_t i, const struct cell *cell)
{
	const struct plan_column *p = &f->plan->columns[i];
	struct fill_column *c = &f->columns[i];
	size_t row = f->nrows;
	if (cell->text.n > LIMIT_CELL_BYTES) return "the cell is larger than 16 MB";
	if (p->as.list) return cast_list(f, p, c, row, cell);
	const char *sign = p->as.type == VALUE_INT || p->as.type == VALUE_DOUBLE ? sign_fault(p, cell->text) : NULL;
	if (sign) return sign;
	switch (p->as.type) {
	case VALUE_INT: return cast_int(p, c, row, cell->text);
	case VALUE_DOUBLE: return cast_real(p, c, row, cell->text);
	case VALUE_BOOL: return spell_bool(cell->text, (bool *)c->cells + row) ? NULL : "not true or false";
	case VALUE_DATE: return cast_date(k, i, c, row, cell->text);
	case VALUE_DATETIME: return cast_time(k, i, c, row, cell->text);
	case VALUE_POINT: return cast_point(k, p, c, row, cell->text);
	case VALUE_SHAPE: return cast_shape(k, f, c, row, cell->text);
	case VALUE_JSON: return cast_json(f, c, row, cell);
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_TYPES: break;
	}
	((struct str *)c->cells)[row] = fill_keep(f, cell->text);
	return NULL;
}

/* --- derived fields ------------------------------------------------------------------------------- */

static bool number_at(const struct fill *f, int column, size_t row, double *out)
{
	const struct fill_column *c = &f->columns[column];
	if (!has(c, row)) return false;
	*out = c->column.type.type == VALUE_INT ? (double)c->column.ints[row] : c->column.doubles[row];
	return true;
}

static void derive(struct fill *f, struct caster *k, size_t i)
{
	const struct plan_column *p = &f->plan->columns[i];
	struct fill_column *c = &f->columns[i];
	size_t row = f->nrows;
	double lat = 0;
	double lon = 0;
	bool ok = false;
	if (p->shape >= 0) ok = has(&f->columns[p->shape], row) && point_of_shape(f->columns[p->shape].column.texts[row], &lat, &lon);
	else if (p->lat >= 0) ok = number_at(f, p->lat, row, &lat) && number_at(f, p->lon, row, &lon);
	if (!ok || !(fabs(lat) <= 90) || !(fabs(lon) <= 180)) return;
	((double *)c->cells)[row] = lat;
	c->lons[row] = lon;
	set_valid(c, row);
	if (p->lat >= 0) widen(k->load, lon, lat, lon, lat);
}

/* --- a row ----------------------------------------------------------------------------------------- */

static bool typed_null(const struct plan_column *p, const struct cell *cell)
{
	if (cell->kind != CELL_FREE && cell->kind != CELL_STRING) return false;
	bool typed = p->as.type != VALUE_TEXT && p->as.type != VALUE_FILE && p->as.type != VALUE_JSON;
	return typed && spell_is_null_word(cell->text);
}

/* Without a cell, or, where a point may be either, with an empty one. */
static bool is_derived(const struct fill *f, size_t i)
{
	const struct plan_column *p = &f->plan->columns[i];
	return p->from < 0 || ((p->shape >= 0 || p->lat >= 0) && !has(&f->columns[i], f->nrows));
}

bool fill_row(struct fill *f, struct caster *k, const struct row *r, bool *kept, struct err *e)
{
	size_t row = f->nrows;
	*kept = true;
	for (size_t i = 0; i < f->ncolumns; i++) {
		const struct plan_column *p = &f->plan->columns[i];
		struct fill_column *c = &f->columns[i];
		set_null(c, row);
		if (p->from < 0 || (size_t)p->from >= r->n) continue;
		const struct cell *cell = &r->cells[p->from];
		if (cell->kind == CELL_NONE || typed_null(p, cell)) continue;
		set_valid(c, row);
		const char *reason = cast(f, k, i, cell);
		if (!reason) continue;
		set_null(c, row);
		if (!rejects_add(&k->load->rejects, r->number, p->field->name, cell->text, reason, e)) return false;
		if (p->identity) *kept = false;
	}
	if (!*kept) return true;
	for (size_t i = 0; i < f->plan->schema.n; i++)
		if (is_derived(f, i)) derive(f, k, i);
	f->nrows++;
	return true;
}
