/* Letting pushes in: from the journal when a version is loaded, from memory while it is read. */
#include "json/json.h"
#include "live/inside.h"
#include <stdlib.h>

static void say(const struct stream *s, enum log_level level, const char *event, const struct err *e)
{
	if (s->live->site->log) log_failure(s->live->site->log, level, event, e);
}

/* --- entries into rows ---------------------------------------------------------------------------------- */

struct letting_in {
	struct engine_live *tables;
	struct ingest_taker *taker;
	bool keyed;
	size_t taken;             /* rows in the taker */
	int64_t last, last_us;    /* of the entries so far */
	int64_t lost;             /* records that no longer fit: never, unless somebody touched the journal */
	int64_t bytes;
};

static bool hand_over(struct letting_in *x, struct err *e)
{
	const uint8_t (*ids)[16];
	if (x->taken == 0) return true;
	const struct batch *b = ingest_taken(x->taker, &ids);
	bool ok = engine_live_rows(x->tables, b, ids, x->keyed, e);
	ingest_taker_clear(x->taker);
	x->taken = 0;
	return ok;
}

static bool let_in_records(struct letting_in *x, struct str lines, struct err *e)
{
	struct str line;
	while (str_cut(&lines, '\n', &line)) {
		auto_json *doc = NULL;
		struct err why = { 0 };
		if (!line.n) continue;
		if (!json_read(line, &doc, &why) || !ingest_take(x->taker, json_root(doc), &why)) {
			x->lost++;
			continue;
		}
		if (++x->taken == LIMIT_BATCH_ROWS && !hand_over(x, e)) return false;
	}
	return true;
}

static bool let_in(void *arg, const struct journal_entry *entry, struct err *e)
{
	struct letting_in *x = arg;
	bool ok = true;
	x->last = entry->seq;
	x->last_us = entry->at_us;
	x->bytes += (int64_t)entry->payload.n;
	if (entry->op == JOURNAL_PUT) return let_in_records(x, entry->payload, e);
	if (!hand_over(x, e)) return false;
	for (size_t at = 0; ok && at + 16 <= entry->payload.n; at += 16)
		ok = engine_live_end(x->tables, (const uint8_t *)entry->payload.p + at, e);
	return ok;
}

/* --- pictures ------------------------------------------------------------------------------------------- */

/* With the lock: forgets pushes that were let in already, and those made onto a version that has gone
 * (they stay in the journal). */
static void forget_pending(struct stream *s, int64_t upto)
{
	struct journal_frame **at = &s->pending;
	while (*at) {
		struct journal_frame *f = *at;
		if (f->entry.seq > upto && (f->base == s->base || f->base == s->also)) {
			at = &f->next;
			continue;
		}
		*at = f->next;
		s->pending_bytes -= f->entry.payload.n;
		s->pending_rows -= bound_rows(&f->entry);
		free(f);
	}
	s->pending_end = at;
}

/* With the lock: the counts after a change that holds from x->last on. */
static void count(struct stream *s, const struct letting_in *x, const struct engine_live_change *c)
{
	s->rows += c->added - c->live_ended - c->base_ended;
	s->waiting += c->added + c->base_ended;
	s->at.live = x->last;
	s->at.replaced |= c->base_ended > 0;
	s->modified.us = num_max(s->modified.us, x->last_us);
}

static void show(struct stream *s)
{
	lock_take(&s->lock);
	struct catalog_live now = { .at = s->at, .rows = s->rows, .modified = s->modified };
	lock_give(&s->lock);
	catalog_set_live(s->live->site->catalog, &now);
}

/* Ends with the change applied or abandoned. */
static bool finish(struct letting_in *x, struct engine_live_change *out, struct err *e)
{
	if (hand_over(x, e)) return engine_live_apply(x->tables, x->last, out, e);
	engine_live_abandon(x->tables);
	return false;
}

static bool apply_frames(struct stream *s, struct shape *shape, struct letting_in *x, const struct journal_frame *first,
                         struct engine_live_change *out, struct err *e)
{
	if (!shape_borrow(s, shape, &x->taker, e)) return false;
	bool ok = engine_live_begin(x->tables, e);
	if (ok) {
		for (const struct journal_frame *f = first; ok && f; f = f->next) ok = let_in(x, &f->entry, e);
		if (ok) ok = finish(x, out, e);
		else engine_live_abandon(x->tables);
	}
	shape_return(s, shape, x->taker);
	return ok;
}

static void free_frames(struct journal_frame *f)
{
	while (f) {
		struct journal_frame *next = f->next;
		free(f);
		f = next;
	}
}

/* With the lock, as whoever is applying; gives it up meanwhile. */
static void apply(struct stream *s, int64_t now)
{
	struct err e = { 0 };
	struct engine_live_change change = { 0 };
	forget_pending(s, s->applied);
	if (!s->pending) return;
	struct journal_frame *first = s->pending, **end = s->pending_end;
	size_t bytes = s->pending_bytes;
	int64_t rows = s->pending_rows;
	struct shape *shape = shape_hold(s);
	struct letting_in x = { .tables = s->tables, .keyed = shape->keyed };
	s->pending = NULL;
	s->pending_end = &s->pending;
	s->applied_ns = now;
	lock_give(&s->lock);
	bool ok = apply_frames(s, shape, &x, first, &change, &e);
	lock_take(&s->lock);
	shape_release(s, shape);
	if (ok) {
		s->pending_bytes -= bytes;
		s->pending_rows -= rows;
		s->applied = x.last;
		s->pushed_ns = now;
		count(s, &x, &change);
		if (!s->renew_ns) s->renew_ns = now + RENEW_EVERY_MS * MS;
	} else {
		/* Back to the front of the queue; tried again a little later. */
		*end = s->pending;
		if (!s->pending) s->pending_end = end;
		s->pending = first;
		s->applied_ns = now + 5 * APPLY_EVERY_MS * MS;
	}
	lock_give(&s->lock);
	if (ok) {
		free_frames(first);
		show(s);
	} else {
		say(s, LOG_LEVEL_ERROR, "push.apply", &e);
	}
	lock_take(&s->lock);
}

/* --- loading -------------------------------------------------------------------------------------------- */

static bool count_rows(struct engine *g, struct version_ref v, int64_t *out, struct err *e)
{
	static const struct column_type type = { .type = VALUE_INT };
	auto_arena a = ARENA_INIT;
	struct engine_cursor *k = NULL;
	struct batch b;
	struct sql q;
	sql_init(&q, &a, &sql_duckdb);
	sql_lit(&q, "SELECT count(*) FROM ");
	sql_relation(&q, v);
	const struct engine_query ask = { .at = v, .sql = &q, .columns = &type, .ncolumns = 1 };
	bool ok = engine_ask(g, &ask, NULL, &k, e) && engine_next(k, &b, e);
	if (ok) *out = b.columns[0].ints[0];
	engine_finish(k);
	sql_done(&q);
	return ok;
}

static bool look(struct stream *s, struct present *out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str salt;
	const struct catalog_view *v;
	*out = (struct present){ 0 };
	if (!catalog_hold(s->live->site->catalog, s->tenant, &v, e)) return false;
	bool ok = true;
	for (size_t i = 0; ok && i < v->n; i++) {
		const struct dataset *d = &v->datasets[i];
		if (d->id != s->dataset || d->version.number == 0) continue;
		*out = (struct present){ .at = { .tenant = s->tenant, .dataset = d->id, .number = d->version.number },
			.pushed = d->pushed, .bases = { d->version.number, d->compacts ? d->compacts : d->version.number } };
		ok = catalog_salt(s->live->site->catalog, out->at, &a, &salt, e) && (out->shape = shape_new(d->schema_json, salt, e)) != NULL;
	}
	catalog_release(s->live->site->catalog, v);
	return ok && (!out->at.number || count_rows(s->live->site->engine, out->at, &out->rows, e));
}

/* With the lock: what is shown no longer stays a while for those who still look at it. */
static void retire_tables(struct stream *s, int64_t now)
{
	if (!s->tables) return;
	struct stale *old = calloc(1, sizeof *old);
	ensure(old);
	*old = (struct stale){ s->stale, s->tables, s->at.number, now + STALE_MS * MS };
	s->stale = old;
	s->tables = NULL;
}

/* Those whose time has come, and those of a version. */
static void drop_stale(struct stream *s, int64_t now, int64_t number)
{
	for (struct stale **at = &s->stale; *at;) {
		struct stale *old = *at;
		if (old->drop_ns > now && old->number != number) {
			at = &old->next;
			continue;
		}
		*at = old->next;
		engine_live_close(old->tables);
		free(old);
	}
}

void stream_drop_stale(struct stream *s, int64_t now) { drop_stale(s, now, 0); }

static bool replay(struct stream *s, const struct present *p, int64_t upto, struct engine_live *tables, struct letting_in *x,
                   struct engine_live_change *change, struct err *e)
{
	*x = (struct letting_in){ .tables = tables, .keyed = p->shape->keyed };
	if (!ingest_taker_new(&p->shape->schema, p->shape->salt, &x->taker, e)) return false;
	bool ok = engine_live_begin(tables, e);
	if (ok) {
		ok = journal_replay(s->journal, p->bases, p->pushed, upto, let_in, x, e);
		if (!ok) engine_live_abandon(tables);
		else if (x->last) ok = finish(x, change, e);
		else engine_live_abandon(tables);
	}
	ingest_taker_free(x->taker);
	return ok;
}


static void forget_version(struct stream *s, int64_t now)
{
	lock_take(&s->lock);
	retire_tables(s, now);
	s->base = s->also = 0;
	s->reload = false;
	s->loads++;
	forget_pending(s, INT64_MAX);
	lock_bell_ring_all(&s->bell);
	lock_give(&s->lock);
}

static void loaded(struct stream *s, struct present *p)
{
	lock_take(&s->lock);
	shape_release(s, p->shape);
	s->reload = s->base != p->at.number;
	s->loads++;
	lock_bell_ring_all(&s->bell);
	lock_give(&s->lock);
}

bool stream_load(struct stream *s, struct err *e)
{
	struct present p;
	if (!look(s, &p, e)) return false;
	if (p.at.number) return stream_take_up(s, &p, e);
	forget_version(s, clock_monotonic_ns());
	return true;
}

bool stream_take_up(struct stream *s, struct present *p, struct err *e)
{
	struct engine_live *tables;
	struct letting_in x = { 0 };
	struct engine_live_change change = { 0 };
	int64_t now = clock_monotonic_ns();
	if (p->at.number == s->base) {
		loaded(s, p);
		return true;
	}
	/* A version that comes back has tables of the same name. */
	drop_stale(s, now, p->at.number);
	if (!engine_live_open(s->live->site->engine, p->at, &p->shape->schema, &tables, e)) {
		loaded(s, p);
		return false;
	}
	lock_take(&s->lock);
	int64_t upto = journal_last(s->journal, p->pushed);
	lock_give(&s->lock);
	bool ok = replay(s, p, upto, tables, &x, &change, e);
	if (!ok) engine_live_close(tables);
	/* Of a source: what was pushed onto versions before is in none of what readers see from now on. */
	struct err unkept = { 0 };
	if (ok && p->bases[0] == p->bases[1] && !journal_set_number(s->journal, JOURNAL_FROM, p->at.number, &unkept)) say(s, LOG_LEVEL_ERROR, "push.from", &unkept);
	lock_take(&s->lock);
	if (ok) {
		retire_tables(s, now);
		shape_release(s, s->shape);
		s->tables = tables;
		s->shape = p->shape;
		p->shape = NULL;
		s->base = p->at.number;
		s->also = p->bases[1];
		s->at = p->at;
		s->base_rows = s->rows = p->rows;
		s->waiting = 0;
		s->bytes = x.bytes;
		if (x.last) count(s, &x, &change);
		forget_pending(s, upto);
		s->applied = upto;
		s->pushed_ns = now;
	}
	lock_give(&s->lock);
	loaded(s, p);
	if (ok && x.lost) log_say(s->live->site->log, LOG_LEVEL_ERROR, "push.lost", log_int("dataset", s->dataset), log_int("records", x.lost));
	if (ok) show(s);
	return ok;
}

/* --- a turn --------------------------------------------------------------------------------------------- */

static void reload(struct stream *s, int64_t now)
{
	struct err e = { 0 };
	bool ok = stream_load(s, &e);
	if (!ok) say(s, LOG_LEVEL_ERROR, "push.load", &e);
	lock_take(&s->lock);
	if (ok) s->renew_ns = now + RENEW_EVERY_MS * MS;
	else s->applied_ns = now + 5 * APPLY_EVERY_MS * MS;
	lock_give(&s->lock);
}

void stream_renew(struct stream *s, int64_t now)
{
	struct err e = { 0 };
	lock_take(&s->lock);
	bool due = s->renew_ns && now >= s->renew_ns;
	if (due) s->renew_ns = 0;
	lock_give(&s->lock);
	if (due && !catalog_renew(s->live->site->catalog, s->tenant, &e)) say(s, LOG_LEVEL_WARN, "push.renew", &e);
}

/* With the lock. */
static int64_t next_due(const struct stream *s, int64_t now)
{
	int64_t due = now + 1000 * MS;
	if (s->pending || s->reload) due = num_min(due, num_max(now, s->applied_ns + APPLY_EVERY_MS * MS));
	return due;
}

int64_t stream_tick(struct stream *s, int64_t now)
{
	lock_take(&s->lock);
	if (s->frozen) {
		lock_give(&s->lock);
		return now + 1000 * MS;
	}
	s->applying = true;
	bool due = now >= s->applied_ns + APPLY_EVERY_MS * MS;
	bool load = s->reload && due;
	if (!load && s->base && s->pending && due) apply(s, now);
	lock_give(&s->lock);
	if (load) reload(s, now);
	stream_drop_stale(s, now);
	lock_take(&s->lock);
	s->applying = false;
	int64_t next = next_due(s, now);
	bool compact = stream_wants_compaction(s, now) || (s->renew_ns && now >= s->renew_ns);
	lock_bell_ring_all(&s->bell);
	lock_give(&s->lock);
	if (compact) {
		lock_take(&s->live->lock);
		lock_bell_ring_all(&s->live->compact);
		lock_give(&s->live->lock);
	}
	return next;
}
