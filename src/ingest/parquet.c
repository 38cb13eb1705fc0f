/* Parquet into the sink: the engine reads typed batches, and here they get names, a point from their
 * degrees, ids, and the types of a given schema. Where a type must change a cell goes through its text,
 * so that rejects are the same as everywhere. */
#include "clock/clock.h"
#include "ingest/parts.h"
#include "ingest/survey.h"
#include "text/text.h"
#include <stdio.h>

struct reading {
	struct load *load;
	struct schema found;        /* as the file has it */
	struct survey survey;       /* headings only */
	struct plan plan;
	bool *copied;               /* a field of the plan that takes its column unchanged */
	struct pledge **watched;    /* by column of the file; NULL: not */
	struct caster caster;
	struct engine_parquet *file;
	int64_t row;
};

/* --- the plan --------------------------------------------------------------------------------------- */

static void name_columns(struct reading *r)
{
	struct load *l = r->load;
	struct str *labels = arena_array(l->a, struct str, r->found.n + 1);
	for (size_t i = 0; i < r->found.n; i++) labels[i] = r->found.fields[i].label;
	for (size_t i = 0; i < r->found.n; i++) {
		struct proof *p = vec_add(l->a, &r->survey.proofs);
		const struct field *declared = NULL;
		proof_init(p, l->a, declared, !l->job.schema && !l->job.plain);
		enum value_type t = r->found.fields[i].type;
		/* Types are known; what is proved is only what a plan asks. */
		p->filled = 1;
		p->kinds = 1u << CELL_FREE;
		p->mask = t == VALUE_TEXT || t == VALUE_FILE ? 0 : t == VALUE_INT ? SPELL(INT) : t == VALUE_DOUBLE ? SPELL(REAL)
		        : t == VALUE_BOOL ? SPELL(BOOL) : t == VALUE_DATE ? SPELL(DATE_YMD) : t == VALUE_DATETIME ? SPELL(TIME_YMD)
		        : t == VALUE_POINT ? SPELL(POINT) : t == VALUE_SHAPE ? SPELL(SHAPE_JSON) : 0;
		p->only_points = t == VALUE_SHAPE && engine_parquet_points(r->file, i);
		if (t == VALUE_SHAPE) p->kinds = 1u << CELL_SHAPE;
		if (t == VALUE_JSON) p->kinds = 1u << CELL_NEST;
		if (r->found.fields[i].flags & FIELD_MULTIVALUED) p->kinds = 1u << CELL_LIST;
	}
	headings_make(l, &r->survey, labels, r->found.n);
	for (size_t i = 0; i < r->found.n && !l->job.schema; i++)
		r->survey.proofs.p[i].pledge = pledge_of(l->a, l->types, r->survey.headings.p[i].name);
}

/* Columns that are published as another type than the file's: what does not fit is counted while they are turned into it. */
static void watch_pledges(struct reading *r)
{
	r->watched = arena_array(r->load->a, struct pledge *, r->found.n + 1);
	for (size_t i = 0; i < r->plan.schema.n; i++) {
		const struct plan_column *p = &r->plan.columns[i];
		struct pledge *g = p->from >= 0 && !r->copied[i] ? r->survey.proofs.p[p->from].pledge : NULL;
		if (!g || g->way != PLEDGE_KEPT || g->now == g->type || p->as.type != g->type || !pledge_counts(g)) continue;
		g->counting = true;
		r->watched[p->from] = g;
	}
}

static void mark_copies(struct reading *r)
{
	r->copied = arena_array(r->load->a, bool, r->plan.schema.n + 1);
	for (size_t i = 0; i < r->plan.schema.n; i++) {
		const struct plan_column *p = &r->plan.columns[i];
		if (p->from < 0) continue;
		const struct field *f = &r->found.fields[p->from];
		bool list = f->flags & FIELD_MULTIVALUED;
		/* A stranger's geometry is looked at. */
		r->copied[i] = f->type == p->as.type && f->type != VALUE_SHAPE && list == p->as.list && !p->zone;
	}
}

/* --- cells -------------------------------------------------------------------------------------------- */

static void put_value(struct buf *b, const struct value *v)
{
	switch (v->type) {
	case VALUE_INT: buf_put_int(b, v->i); break;
	case VALUE_DOUBLE: text_put_double_plain(b, v->d); break;
	case VALUE_BOOL: buf_put(b, v->b ? STR("true") : STR("false")); break;
	case VALUE_DATE: clock_put_date(b, v->days); break;
	/* Without its offset: a schema's time zone says what the local time meant. */
	case VALUE_DATETIME: clock_put_instant(b, v->i, clock_utc()); b->n = num_min(b->n, b->n > 6 ? b->n - 6 : 0); break;
	case VALUE_POINT: text_put_double_plain(b, v->at.lat); buf_put_char(b, ','); text_put_double_plain(b, v->at.lon); break;
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_JSON:
	case VALUE_SHAPE: buf_put(b, v->s); break;
	case VALUE_TYPES: break;
	}
}

static void put_list(struct buf *b, const struct column *c, size_t row)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '[');
	for (uint32_t i = 0; i < c->lists[row].n; i++) json_put(&j, c->items[c->lists[row].from + i]);
	json_close(&j, ']');
}

static enum cell_kind kind_of(const struct column *c)
{
	switch (c->type.type) {
	case VALUE_INT:
	case VALUE_DOUBLE: return CELL_NUMBER;
	case VALUE_BOOL: return CELL_TRUTH;
	case VALUE_SHAPE:
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_DATE:
	case VALUE_DATETIME:
	case VALUE_POINT: return CELL_STRING;
	case VALUE_JSON: return CELL_NEST;
	case VALUE_TYPES: break;
	}
	return CELL_STRING;
}

void parquet_row(const struct batch *b, size_t row, struct cell *cells, struct geo *geo, struct arena *a)
{
	for (size_t i = 0; i < b->ncolumns; i++) {
		const struct column *c = &b->columns[i];
		cells[i] = (struct cell){ .kind = CELL_NONE };
		if (!column_has(c, row)) continue;
		auto_buf text = BUF_INIT(WINDOW_MAX);
		struct value v = c->type.list ? (struct value){ .type = VALUE_TYPES } : column_value(c, row);
		if (c->type.list) put_list(&text, c, row);
		else if (!geo || v.type != VALUE_SHAPE || !geo_put_geojson(geo, &text, v.s)) put_value(&text, &v);
		cells[i].text = arena_str(a, buf_str(&text));
		cells[i].kind = c->type.list ? CELL_LIST : kind_of(c);
		if (geo && c->type.type == VALUE_SHAPE) cells[i].kind = CELL_SHAPE;
		if (cells[i].text.n == 0) cells[i].kind = CELL_NONE;
	}
}

/* --- batches ------------------------------------------------------------------------------------------ */

static void see_values(struct reading *r, const struct batch *b)
{
	for (size_t i = 0; i < b->ncolumns; i++) {
		struct proof *p = &r->survey.proofs.p[i];
		const struct column *c = &b->columns[i];
		if (p->many || c->type.type != VALUE_TEXT || c->type.list) continue;
		for (size_t row = 0; row < b->nrows && !p->many; row++) {
			if (!column_has(c, row)) continue;
			struct cell cell = { c->texts[row], CELL_FREE };
			proof_cell(p, r->load->a, &cell, 0);
		}
	}
}

static void see_dates(struct reading *r, size_t i, const struct column *c, size_t n)
{
	struct ingest_dates *d = &r->caster.dates[i];
	bool days = c->type.type == VALUE_DATE;
	if (!days && c->type.type != VALUE_DATETIME) return;
	for (size_t row = 0; row < n; row++) {
		if (!column_has(c, row)) continue;
		int64_t us = days ? c->days[row] * INT64_C(86400000000) : c->ints[row];
		bool first = !r->caster.has_dates[i];
		if (first || us < d->first_us) d->first_us = us;
		if (first || us > d->last_us) d->last_us = us;
		r->caster.has_dates[i] = true;
	}
}

static bool number_at(const struct column *c, size_t row, double *out)
{
	if (!column_has(c, row)) return false;
	*out = c->type.type == VALUE_INT ? (double)c->ints[row] : c->doubles[row];
	return true;
}

static void see_box(struct load *l, double lat, double lon)
{
	bool first = !l->has_box;
	l->has_box = true;
	if (first || lon < l->west) l->west = lon;
	if (first || lon > l->east) l->east = lon;
	if (first || lat < l->south) l->south = lat;
	if (first || lat > l->north) l->north = lat;
}

/* The point of two columns of degrees; a row whose numbers are none has no point. */
static void join_degrees(struct reading *r, struct fill *f, size_t i, size_t n)
{
	const struct plan_column *p = &r->plan.columns[i];
	struct fill_column *to = &f->columns[i];
	memset(to->valid, 0, sizeof to->valid);
	for (size_t row = 0; row < n; row++) {
		double lat;
		double lon;
		bool ok = number_at(&f->columns[p->lat].column, row, &lat) && number_at(&f->columns[p->lon].column, row, &lon) &&
		          lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180;
		((double *)to->cells)[row] = ok ? lat : 0;
		to->lons[row] = ok ? lon : 0;
		if (!ok) continue;
		to->valid[row / 64] |= (uint64_t)1 << (row % 64);
		see_box(r->load, lat, lon);
	}
}

/* All columns unchanged: the batch passes as it is. */
static bool pass_batch(struct reading *r, struct fill *f, const struct batch *b, struct err *e)
{
	for (size_t i = 0; i < r->plan.schema.n; i++) {
		if (r->plan.columns[i].from < 0) continue;
		f->columns[i].column = b->columns[r->plan.columns[i].from];
		see_dates(r, i, &f->columns[i].column, b->nrows);
	}
	for (size_t i = 0; i < r->plan.schema.n; i++)
		if (r->plan.columns[i].from < 0 && r->plan.columns[i].lat >= 0) join_degrees(r, f, i, b->nrows);
	for (size_t i = 0; i < r->plan.schema.n; i++) f->batch.columns[i] = f->columns[i].column;
	f->batch.nrows = b->nrows;
	record_ids(&r->plan.schema, r->load->job.salt, &f->batch, f->ids);
	r->row += (int64_t)b->nrows;
	return r->load->sink.rows(r->load->sink.arg, &f->batch, (const uint8_t (*)[16])f->ids, e);
}

/* Parquet as it is written here has JSON as text: where it is to be JSON again, what it says is no string. */
static void open_json(const struct reading *r, struct cell *cells)
{
	for (size_t i = 0; i < r->plan.schema.n; i++) {
		auto_json *doc = NULL;
		struct err ignored = { 0 };
		const struct plan_column *p = &r->plan.columns[i];
		struct cell *c = p->from >= 0 && p->as.type == VALUE_JSON ? &cells[p->from] : NULL;
		if (c && c->kind == CELL_STRING && json_read(c->text, &doc, &ignored)) c->kind = CELL_NEST;
	}
}

static bool cast_batch(struct reading *r, struct fill *f, const struct batch *b, int64_t *kept_rows, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct cell *cells = arena_array(&a, struct cell, b->ncolumns);
	fill_clear(f);
	for (size_t row = 0; row < b->nrows; row++) {
		struct arena_mark m = arena_mark(&a);
		parquet_row(b, row, cells, r->caster.geo, &a);
		open_json(r, cells);
		for (size_t i = 0; i < b->ncolumns; i++)
			if (r->watched[i] && cells[i].kind != CELL_NONE) pledge_cell(r->watched[i], r->load->a, &cells[i], r->row + 1, 0, 0, 0, SPELL_SIGN_NONE);
		struct row line = { .cells = cells, .n = b->ncolumns, .number = ++r->row, .more = true };
		bool kept;
		bool ok = fill_row(f, &r->caster, &line, &kept, e);
		arena_rewind(&a, m);
		if (!ok) return false;
		*kept_rows += kept;
	}
	for (size_t i = 0; i < r->plan.schema.n; i++) f->batch.columns[i] = f->columns[i].column;
	f->batch.nrows = f->nrows;
	record_ids(&r->plan.schema, r->load->job.salt, &f->batch, f->ids);
	return f->nrows == 0 || r->load->sink.rows(r->load->sink.arg, &f->batch, (const uint8_t (*)[16])f->ids, e);
}

/* How far by rows, as a part of the file's bytes; nothing is claimed when the file does not say its rows
 * or says fewer than it has. */
static void tell(struct reading *r)
{
	int64_t rows = engine_parquet_rows(r->file);
	int64_t total = rows > 0 && r->row <= rows ? r->load->source.bytes : 0;
	double part = total ? (double)r->row / (double)rows : 0;
	load_tell(r->load, INGEST_LOADING, (int64_t)(part * (double)total), total, r->row, false);
}

/* Cuts the batch where the dataset may have no more rows; false: nothing is left of it. */
static bool within_limit(struct reading *r, struct batch *b)
{
	int64_t most = r->load->job.most_rows;
	if (most <= 0 || r->row + (int64_t)b->nrows <= most) return true;
	r->load->limited = true;
	b->nrows = most > r->row ? (size_t)(most - r->row) : 0;
	return b->nrows > 0;
}

static bool pour(struct reading *r, struct ingest_result *out, struct err *e)
{
	bool all = true;
	for (size_t i = 0; i < r->plan.schema.n; i++) {
		const struct plan_column *p = &r->plan.columns[i];
		if (p->from >= 0 ? !r->copied[i] : p->lat < 0) all = false;
	}
	struct fill *f = fill_new(&r->plan);
	bool ok = true;
	while (ok) {
		struct batch b;
		ok = engine_parquet_next(r->file, &b, e);
		if (!ok || b.nrows == 0) break;
		if (!within_limit(r, &b)) break;
		see_values(r, &b);
		if (!all) {
			ok = cast_batch(r, f, &b, &out->rows, e);
		} else {
			ok = pass_batch(r, f, &b, e);
			out->rows += (int64_t)b.nrows;
		}
		tell(r);
	}
	fill_free(f);
	return ok;
}

/* --- the whole ---------------------------------------------------------------------------------------- */

static void gather(struct reading *r, struct ingest_result *out)
{
	struct load *l = r->load;
	out->schema = r->plan.schema;
	out->dates = arena_array(l->a, struct ingest_dates, r->plan.schema.n + 1);
	for (size_t i = 0; i < r->plan.schema.n; i++) {
		const struct plan_column *p = &r->plan.columns[i];
		const struct proof *proof = p->from >= 0 ? &r->survey.proofs.p[p->from] : NULL;
		struct field *f = &r->plan.schema.fields[i];
		bool text = f->type == VALUE_TEXT && !(f->flags & FIELD_MULTIVALUED);
		if (!l->job.schema && !l->job.plain && !p->facet_said && proof && text) {
			bool facet = !proof->many && proof->nvalues >= 2 && proof->filled >= 2 * (int64_t)proof->nvalues;
			f->flags = facet ? f->flags | FIELD_FACET : f->flags & ~(unsigned)FIELD_FACET;
		}
		if (!r->caster.has_dates[i]) continue;
		out->dates[out->ndates] = r->caster.dates[i];
		out->dates[out->ndates++].field = f->name;
	}
}

bool load_parquet(struct load *l, struct ingest_result *out, struct err *e)
{
	struct reading r = { .load = l };
	struct str path = arena_printf(l->a, "/proc/self/fd/%d", l->source.fd);
	if (!engine_parquet_open(path, l->a, &r.found, &r.file, e)) return false;
	name_columns(&r);
	bool ok = plan_make(l, &r.survey, &r.plan, e) && drift_check(l, &r.survey, &r.plan, out, e);
	if (ok) {
		mark_copies(&r);
		watch_pledges(&r);
		r.caster = (struct caster){ .load = l, .plan = &r.plan, .geo = geo_new(),
			.dates = arena_array(l->a, struct ingest_dates, r.plan.schema.n + 1),
			.has_dates = arena_array(l->a, bool, r.plan.schema.n + 1) };
		ok = l->sink.begin(l->sink.arg, &r.plan.schema, e) && pour(&r, out, e) && pledge_settle(l, &r.survey, &r.plan, e);
		geo_free(r.caster.geo);
		arena_done(&r.caster.scratch);
	}
	if (ok) gather(&r, out);
	engine_parquet_close(r.file);
	return ok;
}
