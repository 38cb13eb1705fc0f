/* One load from its descriptor to its last row. */
#include "ingest/fields.h"
#include "ingest/load.h"
#include "ingest/many.h"
#include "ingest/survey.h"
#include "ingest/twins.h"
#include "clock/clock.h"
#include <stdlib.h>

enum { NOTES = 100 };

void load_note(struct load *l, const char *fmt, ...)
{
	if (l->notes.n >= NOTES) return;
	auto_buf b = BUF_INIT(2000);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	/* What is noted while a source is opened would be noted again whenever it begins anew. */
	for (size_t i = 0; i < l->notes.n; i++)
		if (str_eq(l->notes.p[i], buf_str(&b))) return;
	vec_push(l->a, &l->notes, arena_str(l->a, buf_str(&b)));
}

void load_tell(struct load *l, enum ingest_phase phase, int64_t bytes, int64_t total, int64_t rows, bool sure)
{
	if (!l->tell) return;
	int64_t now = clock_monotonic_ns();
	if (!sure && now - l->told_ns < 100000000) return;
	l->told_ns = now;
	/* While columns are proved another thread may be counting. */
	int64_t errors = phase == INGEST_LOADING || phase == INGEST_FINISHING ? l->rejects.count : 0;
	l->tell(l->tell_arg, &(struct ingest_progress){ phase, bytes, total, rows, errors });
}

/* --- the second pass ------------------------------------------------------------------------------- */

struct second {
	struct survey *survey;
	const struct plan *plan;
	struct caster caster;
	struct twins twins;
	int64_t seen, kept;
};

static bool take(struct load *l, struct second *p, struct feed *feed, struct fill **fill, const struct row *r, struct err *e)
{
	bool headed = l->source.format->flags & SOURCE_HEADED;
	struct arena_mark m = arena_mark(&p->caster.scratch);
	if (l->job.most_rows > 0 && p->kept == l->job.most_rows) {
		l->limited = true;
		return true;
	}
	const char *fault = headed ? row_fault(r, p->survey->proofs.n, &p->caster.scratch) : r->fault;
	if (fault) {
		bool ok = rejects_add(&l->rejects, r->number, STR(""), row_words(r, &p->caster.scratch), fault, e);
		arena_rewind(&p->caster.scratch, m);
		return ok;
	}
	p->seen++;
	if (l->job.example || many_is_deleted(l, p->plan, r) || twins_pass(&p->twins, p->plan, r)) return true;
	bool kept;
	if (!fill_row(*fill, &p->caster, r, &kept, e)) return false;
	p->kept += kept;
	if ((*fill)->nrows < LIMIT_BATCH_ROWS) return true;
	feed_give(feed, *fill);
	*fill = feed_take(feed);
	return *fill != NULL;
}

static bool pour(struct load *l, struct second *p, struct feed *feed, struct err *e)
{
	struct source *s = &l->source;
	struct fill *fill = feed_take(feed);
	if (!s->format->rewind(s, e)) return false;
	bool skip = p->survey->headed;
	for (int64_t i = 0;; i++) {
		struct row r;
		if (!s->format->next(s, &r, e)) return false;
		if (!r.more) break;
		if (skip) {
			skip = false;
			continue;
		}
		if (!take(l, p, feed, &fill, &r, e)) return false;
		if (l->limited && !l->many) break;
		if (i % 4096 == 0) load_tell(l, INGEST_LOADING, s->format->place(s), s->bytes, p->seen, false);
	}
	feed_give(feed, fill);
	if (l->limited && !l->many) return true;
	if (p->seen == p->survey->rows && s->format->place(s) == p->survey->bytes) return true;
	return err_set(e, ERR_BAD_SOURCE, "the file changed while it was read; publish it again once it is complete");
}

static bool strict_error(const struct load *l, struct err *e)
{
	const struct ingest_reason *r = l->rejects.reasons.p;
	if (!r->field.n)
		return err_set(e, ERR_BAD_SOURCE, "nothing was published: row %lld, the row: %s (%lld refusals in all)", (long long)r->first_row, r->reason.p,
		               (long long)l->rejects.count);
	return err_set(e, ERR_BAD_SOURCE, "nothing was published: row %lld, field “%.*s”: %s (%lld refusals in all)", (long long)r->first_row,
	               STR_ARG(r->field), r->reason.p, (long long)l->rejects.count);
}

static void gather_result(struct load *l, const struct plan *plan, const struct second *p, struct ingest_result *out)
{
	out->schema = plan->schema;
	out->rows = p->kept;
	out->dates = arena_array(l->a, struct ingest_dates, plan->schema.n + 1);
	for (size_t i = 0; i < plan->schema.n; i++) {
		if (!p->caster.has_dates[i]) continue;
		out->dates[out->ndates] = p->caster.dates[i];
		out->dates[out->ndates++].field = plan->schema.fields[i].name;
	}
}

static bool load_rows(struct load *l, struct ingest_result *out, struct err *e)
{
	struct survey survey;
	struct plan plan;
	if (!survey_run(l, &survey, e) || !many_settle(l, e) || !plan_make(l, &survey, &plan, e)) return false;
	if (!drift_check(l, &survey, &plan, out, e)) return false;
	if (!l->sink.begin(l->sink.arg, &plan.schema, e)) return false;
	struct second p = { .survey = &survey, .plan = &plan };
	p.caster = (struct caster){ .load = l, .plan = &plan, .geo = geo_new(),
		.dates = arena_array(l->a, struct ingest_dates, plan.total + 1),
		.has_dates = arena_array(l->a, bool, plan.total + 1) };
	struct feed *feed = feed_open(l, &plan, e);
	bool ok = feed != NULL && many_deletions(l, &plan, e) && twins_find(l, &survey, &plan, &p.twins, e) && pour(l, &p, feed, e);
	many_deleted_note(l);
	if (l->zoneless.n)
		load_note(l, "The times of “%.*s” have no time zone and were read as UTC. If they are meant in another zone, say so at the field (“Time zone of the source”).",
		          STR_ARG(l->zoneless));
	if (p.twins.passed) load_note(l, "Rows with the unique id of a later row: %lld; the last of each stands.", (long long)p.twins.passed);
	twins_done(&p.twins);
	if (feed && !feed_close(feed, e)) ok = false;
	geo_free(p.caster.geo);
	arena_done(&p.caster.scratch);
	if (ok) gather_result(l, &plan, &p, out);
	return ok;
}

/* --- the whole -------------------------------------------------------------------------------------- */

static void describe(struct load *l, struct ingest_result *out)
{
	auto_buf b = BUF_INIT(64 * 1024);
	struct json_out j = JSON_OUT(&b);
	const struct source_format *f = l->source.format;
	json_open(&j, '{');
	if (l->source.encoding.n) json_member(&j, "encoding", l->source.encoding);
	if (l->source.inside.n) json_member(&j, "inside", l->source.inside);
	if (f->describe) f->describe(&l->source, &j);
	json_close(&j, '}');
	out->dialect = arena_str(l->a, l->many ? many_dialect(l->many) : buf_str(&b));
	out->format = str_of(l->many ? many_format(l->many) : f->name);
	out->limited = l->limited;
	out->bytes = l->source.bytes;
	out->rejects = l->rejects.count;
	out->reasons = l->rejects.reasons.p;
	out->nreasons = l->rejects.reasons.n;
	out->notes = l->notes.p;
	out->nnotes = l->notes.n;
	out->has_box = l->has_box;
	out->west = l->west, out->south = l->south, out->east = l->east, out->north = l->north;
}

/* Is there more between the source and its fields than a source by itself? */
static bool is_many(const struct load *l, const struct json_node *processors)
{
	return l->job.nparts > 1 || json_count(processors) > 0;
}

static bool is_whole(const struct load *l) { return !l->many && (l->source.format->flags & SOURCE_WHOLE); }

/* Opens what there is to read: a source alone, or several parts and processors. */
static bool open_any(struct load *l, struct err *e)
{
	const struct json_node *processors = NULL;
	if (l->job.fields.n && !json_read_in(l->a, l->job.fields, &l->fields, e)) return false;
	if (l->job.types.n && !l->job.schema && !json_read_in(l->a, l->job.types, &l->types, e)) return false;
	if (json_count(l->fields) == 0) l->fields = NULL;
	if (l->job.processors.n && !json_read_in(l->a, l->job.processors, &processors, e)) return false;
	if (l->job.nparts && is_many(l, processors)) return many_open(l, e);
	if (!source_open(l, e)) return false;
	if (!is_whole(l) || !fields_recast(l->fields)) return true;
	/* Typed columns pass as they are; where types are to change, every cell is looked at. */
	source_close(l);
	return many_open(l, e);
}

bool load_run(struct load *l, struct ingest_result *out, struct err *e)
{
	*out = (struct ingest_result){ 0 };
	rejects_init(&l->rejects, l->a, l->job.rejects_path);
	bool ok = open_any(l, e);
	if (ok) ok = is_whole(l) ? load_parquet(l, out, e) : load_rows(l, out, e);
	if (ok && l->job.strict && l->rejects.count > 0) ok = strict_error(l, e);
	load_tell(l, INGEST_FINISHING, 0, 0, out->rows, true);
	ok = rejects_end(&l->rejects, ok, e) && ok;
	struct err ending = { 0 };
	if (!l->sink.end(l->sink.arg, ok ? LOAD_COMMIT : LOAD_ABANDON, ok ? e : &ending)) ok = false;
	if (ok) describe(l, out);
	if (l->many) many_close(l);
	else source_close(l);
	if (ok && out->reasons) out->reasons = l->rejects.reasons.p;
	return ok;
}
