/* A version and what was pushed onto it become one new version, written beside while both are read and
 * pushed to. Only for the moment in which it takes the place nothing is let in; what came meanwhile is
 * read from the journal again, onto the new one. */
#include "live/inside.h"
#include "record/record.h"
#include <stdlib.h>
#include <unistd.h>

int64_t stream_most_waiting(const struct stream *s) { return num_max((int64_t)COMPACT_ROWS, s->base_rows / 10); }

bool stream_wants_compaction(const struct stream *s, int64_t now)
{
	if (s->base == 0 || s->compacting || !s->at.live || now < s->retry_ns) return false;
	if (s->waiting > stream_most_waiting(s) || s->bytes > COMPACT_BYTES) return true;
	bool cheap = s->base_rows <= SMALL_ROWS || s->waiting > s->base_rows / 100;
	return s->waiting > 0 && cheap && now - s->pushed_ns > REST_MS * MS;
}

/* --- writing ------------------------------------------------------------------------------------------ */

/* What is to become a version. */
struct picture { struct version_ref at; int64_t applied, rows; struct instant modified; struct shape *shape; };

static void put_question(struct sql *q, const struct picture *p, struct column_type *types)
{
	const struct schema *s = &p->shape->schema;
	sql_lit(q, "SELECT ");
	for (size_t i = 0; i < s->n; i++) {
		bool point = s->fields[i].type == VALUE_POINT;
		types[i] = (struct column_type){ s->fields[i].type, s->fields[i].flags & FIELD_MULTIVALUED };
		sql_column(q, i, point ? SQL_LAT : SQL_MAIN);
		if (point) sql_lit(q, ", "), sql_column(q, i, SQL_LON);
		sql_lit(q, ", ");
	}
	types[s->n] = (struct column_type){ .type = VALUE_TEXT };
	sql_lit(q, "lower(lpad(to_hex(_id), 32, '0')) FROM ");
	sql_relation(q, p->at);
}

static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

static bool pour(struct engine_cursor *k, struct engine_load *l, size_t nfields, struct cancel *c, int64_t *rows, struct err *e)
{
	uint8_t (*ids)[RECORD_ID_BYTES] = calloc(LIMIT_BATCH_ROWS, sizeof *ids);
	struct batch b;
	bool ok;
	ensure(ids);
	*rows = 0;
	while ((ok = engine_next(k, &b, e)) && b.nrows) {
		for (size_t i = 0; i < b.nrows; i++) {
			struct str hex = b.columns[nfields].texts[i];
			ensure(hex.n == (size_t)2 * RECORD_ID_BYTES);
			for (size_t x = 0; x < RECORD_ID_BYTES; x++) ids[i][x] = (uint8_t)(digit(hex.p[2 * x]) << 4 | digit(hex.p[2 * x + 1]));
		}
		b.ncolumns = nfields;
		*rows += (int64_t)b.nrows;
		ok = engine_load_rows(l, &b, (const uint8_t (*)[RECORD_ID_BYTES])ids, e);
		if (ok && cancel_fired(c)) ok = err_set(e, ERR_CANCELLED, "the server is being stopped");
		if (!ok) break;
	}
	free(ids);
	return ok;
}

static bool write_version(struct stream *s, const struct picture *p, struct str path, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct engine_load *l;
	struct engine_cursor *k = NULL;
	struct sql q;
	int64_t rows = 0;
	size_t n = p->shape->schema.n;
	struct column_type *types = arena_array(&a, struct column_type, n + 1);
	if (!engine_load_begin(path, &p->shape->schema, &l, e)) return false;
	sql_init(&q, &a, &sql_duckdb);
	put_question(&q, p, types);
	const struct engine_query ask = { .at = p->at, .sql = &q, .columns = types, .ncolumns = n + 1, .stream = true };
	bool ok = engine_ask(s->live->site->engine, &ask, &s->live->cancel, &k, e) && pour(k, l, n, &s->live->cancel, &rows, e);
	engine_finish(k);
	sql_done(&q);
	if (ok && rows != p->rows)
		ok = err_set(e, ERR_DATABASE, "%lld rows were written, %lld are shown", (long long)rows, (long long)p->rows);
	return engine_load_end(l, ok ? LOAD_COMMIT : LOAD_ABANDON, e) && ok;
}

/* --- taking the place ----------------------------------------------------------------------------------- */

/* What the new version inherits, and the dataset's name. */
static bool describe(struct stream *s, const struct picture *p, struct arena *a, struct catalog_loaded *out, struct str *slug, struct err *e)
{
	const struct catalog_view *v;
	bool found = false;
	if (!catalog_hold(s->live->site->catalog, s->tenant, &v, e)) return false;
	for (size_t i = 0; i < v->n; i++) {
		const struct dataset *d = &v->datasets[i];
		if (d->id != s->dataset || d->version.number != p->at.number) continue;
		found = true;
		*slug = arena_str(a, d->slug);
		*out = (struct catalog_loaded){ .schema = p->shape->schema, .rows = p->rows, .rejects = d->rejects,
			.source_name = arena_str(a, d->source_name), .summary = arena_str(a, d->summary), .compacts = p->at.number,
			.pushed = p->applied, .modified = p->modified };
	}
	catalog_release(s->live->site->catalog, v);
	return found || err_set(e, ERR_CONFLICT, "the dataset was published again meanwhile");
}

/* Nobody lets anything in from here on. */
static void freeze(struct stream *s)
{
	lock_take(&s->lock);
	s->frozen = true;
	while (s->applying) lock_bell_wait(&s->bell, &s->lock);
	lock_give(&s->lock);
}

static void thaw(struct stream *s)
{
	lock_take(&s->lock);
	s->frozen = false;
	s->loads++;
	lock_bell_ring_all(&s->bell);
	lock_give(&s->lock);
	live_wake(s->live);
}

static bool make_version(struct stream *s, const struct picture *p, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct catalog_loaded loaded;
	struct catalog_draft draft;
	struct str slug;
	struct catalog *c = s->live->site->catalog;
	if (!describe(s, p, &a, &loaded, &slug, e) || !catalog_compact_begin(c, s->tenant, slug, &a, &draft, e)) return false;
	if (!write_version(s, p, arena_printf(&a, "%.*s.tmp", STR_ARG(draft.file)), e)) {
		catalog_draft_abandon(c, &draft);
		return false;
	}
	/* The refusals of the file it came from stay with it; a file system without links loses them. */
	struct str former = arena_printf(&a, "%.*s.rejects.jsonl", STR_ARG(engine_path(s->live->site->engine, &a, p->at)));
	if (loaded.rejects && link(former.p, arena_printf(&a, "%.*s.tmp", STR_ARG(draft.rejects)).p) != 0) loaded.rejects = 0;
	freeze(s);
	/* Readers keep the former picture until the new one has everything that was let in meanwhile. */
	struct present now = { .at = { .tenant = s->tenant, .dataset = s->dataset, .number = draft.number }, .pushed = p->applied,
		.bases = { draft.number, p->at.number }, .rows = p->rows };
	bool ok = catalog_draft_commit(c, &draft, &loaded, NULL, 0, e);
	if (ok) {
		lock_take(&s->lock);
		p->shape->held++;
		lock_give(&s->lock);
		now.shape = p->shape;
		ok = stream_take_up(s, &now, e) && catalog_renew(c, s->tenant, e);
	}
	/* Not before the view shows the new version: pushes go onto the one that is shown. */
	thaw(s);
	return ok;
}

bool stream_compact(struct stream *s, struct err *e)
{
	int64_t started = clock_monotonic_ns();
	lock_take(&s->lock);
	bool due = stream_wants_compaction(s, started);
	struct picture p = { s->at, s->applied, s->rows, s->modified, NULL };
	if (due) {
		s->compacting = true;
		p.shape = shape_hold(s);
	}
	lock_give(&s->lock);
	if (!due) return true;
	bool ok = make_version(s, &p, e);
	lock_take(&s->lock);
	shape_release(s, p.shape);
	s->compacting = false;
	s->trouble = ok ? (struct err){ 0 } : *e;
	s->retry_ns = ok ? 0 : clock_monotonic_ns() + RETRY_MS * MS;
	bool trims = ok && !s->recovering;
	lock_give(&s->lock);
	if (trims) journal_trim(s->journal, p.applied, KEEP_BYTES);
	if (ok && s->live->site->log)
		log_say(s->live->site->log, LOG_LEVEL_INFO, "push.compacted", log_int("portal", s->tenant.v), log_int("dataset", s->dataset),
		        log_int("rows", p.rows), log_ms("time", (clock_monotonic_ns() - started) / 1000));
	return ok;
}

bool live_forget(struct site *s, struct tenant_id t, struct str slug, struct err *e)
{
	const struct catalog_view *v;
	if (!catalog_hold(s->catalog, t, &v, e)) return false;
	const struct dataset *d = catalog_find_or_null(v, slug);
	int64_t id = d ? d->id : 0;
	const int64_t bases[2] = { d ? d->version.number : 0, d && d->compacts ? d->compacts : d ? d->version.number : 0 };
	catalog_release(s->catalog, v);
	if (!bases[0]) return err_set(e, ERR_NOT_FOUND, "there is no published dataset %.*s on this portal", STR_ARG(slug));
	struct stream *stream = s->live ? stream_find_or_null(s->live, t, id) : NULL;
	if (!stream) return true;
	/* Nobody reads the journal meanwhile: neither the thread that lets pushes in nor the one that compacts. */
	lock_take(&stream->lock);
	bool busy = stream->frozen || stream->compacting || stream->recovering;
	if (!busy) stream->compacting = true;
	lock_give(&stream->lock);
	if (busy) return err_set(e, ERR_CONFLICT, "the records that were pushed are being worked on; try again in a moment");
	freeze(stream);
	journal_forget(stream->journal, bases);
	thaw(stream);
	lock_take(&stream->lock);
	stream->compacting = false;
	lock_give(&stream->lock);
	return true;
}
