/* Parts: opening, headings, rows. The headings of a file without a word about them are told by its first rows: a whole
 * pass would read everything twice. */
#include "ingest/parts.h"
#include "text/text.h"

/* --- columns ------------------------------------------------------------------------------------------ */

static void take_names(struct part *p, const struct str *labels, size_t n)
{
	struct survey v = { 0 }; /* without proofs: no notes */
	struct load *l = &p->load;
	headings_make(l, &v, labels, n);
	/* Names are made unique from the left, so those that were there stay. */
	for (size_t i = p->columns.n; i < n; i++) vec_push(l->a, &p->columns, v.headings.p[i]);
}

static bool begin_headed(struct part *p, struct err *e)
{
	struct survey v;
	if (!survey_peek(&p->load, &v, PART_PEEK, e)) return false;
	for (size_t i = 0; i < v.headings.n; i++) vec_push(p->load.a, &p->columns, v.headings.p[i]);
	p->headed = v.headed;
	return p->load.source.format->rewind(&p->load.source, e);
}

static bool begin_parquet(struct part *p, struct err *e)
{
	struct load *l = &p->load;
	struct schema found;
	struct str path = arena_printf(l->a, "/proc/self/fd/%d", l->source.fd);
	if (!engine_parquet_open(path, l->a, &found, &p->file, e)) return false;
	struct str *labels = arena_array(l->a, struct str, found.n + 1);
	for (size_t i = 0; i < found.n; i++) labels[i] = found.fields[i].label;
	take_names(p, labels, found.n);
	p->geo = geo_new();
	p->cells = arena_array(l->a, struct cell, found.n + 1);
	return true;
}

bool part_begin(struct part *p, struct arena *a, const struct ingest_job *job, size_t i, int64_t sample_rows, struct err *e)
{
	*p = (struct part){ .load = { .a = a, .job = *job } };
	struct load *l = &p->load;
	l->job.schema = NULL;
	l->job.plain = true;
	l->job.parts = &job->parts[i];
	l->job.nparts = 1;
	p->small = sample_rows > 0;
	if (sample_rows > 0) l->sample_bytes = (int64_t)4 << 20;
	rejects_init(&l->rejects, a, STR(""));
	arena_bytes(&p->scratch, 64); /* a block that stays */
	p->clear = arena_mark(&p->scratch);
	if (!source_open_part(l, &l->source, &job->parts[i], e)) return false;
	struct source *s = &l->source;
	if (s->format->flags & SOURCE_WHOLE) return begin_parquet(p, e);
	if (s->format->flags & SOURCE_HEADED) return begin_headed(p, e);
	if (!s->format->rewind(s, e)) return false;
	take_names(p, s->names.p, s->names.n);
	return true;
}

/* --- rows ----------------------------------------------------------------------------------------------- */

static bool next_parquet(struct part *p, struct row *out, struct err *e)
{
	if (p->at == p->batch.nrows) {
		p->at = 0;
		if (!engine_parquet_next(p->file, &p->batch, e)) return false;
	}
	*out = (struct row){ .number = ++p->number, .more = p->batch.nrows > 0 };
	if (!out->more) return true;
	arena_rewind(&p->scratch, p->clear);
	parquet_row(&p->batch, p->at++, p->cells, p->geo, &p->scratch);
	out->cells = p->cells;
	out->n = p->batch.ncolumns;
	return true;
}

bool part_next(struct part *p, struct row *out, struct err *e)
{
	struct source *s = &p->load.source;
	if (p->file) return next_parquet(p, out, e);
	if (!s->format->next(s, out, e)) return false;
	if (out->more && p->headed && !p->skipped) {
		p->skipped = true;
		if (!s->format->next(s, out, e)) return false;
	}
	if (!out->more) return true;
	if (s->format->flags & SOURCE_HEADED) {
		arena_rewind(&p->scratch, p->clear);
		out->fault = row_fault(out, p->columns.n, &p->scratch);
		if (!out->fault) out->n = num_min(out->n, p->columns.n);
	} else if (out->n > p->columns.n) {
		take_names(p, s->names.p, s->names.n);
	}
	return true;
}

int64_t part_place(const struct part *p)
{
	struct source *s = (struct source *)(uintptr_t)&p->load.source;
	if (!p->file) return s->format->place(s);
	int64_t rows = engine_parquet_rows(p->file);
	return rows > 0 ? (int64_t)((double)num_min(p->number, rows) / (double)rows * (double)s->bytes) : 0;
}

void part_end(struct part *p)
{
	if (p->file) engine_parquet_close(p->file);
	geo_free(p->geo);
	arena_done(&p->scratch);
	buf_done(&p->load.rejects.out);
	source_close(&p->load);
}
