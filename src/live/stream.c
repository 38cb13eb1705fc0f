/* Streams and the shapes their records are taken against. */
#include "live/inside.h"
#include <stdlib.h>

/* --- shapes ------------------------------------------------------------------------------------------- */

struct shape *shape_new(struct str schema_json, struct str salt, struct err *e)
{
	struct shape *p = calloc(1, sizeof *p);
	ensure(p);
	p->held = 1;
	if (!schema_from_json(&p->arena, arena_str(&p->arena, schema_json), &p->schema, e)) {
		arena_done(&p->arena);
		free(p);
		return NULL;
	}
	p->salt = arena_str(&p->arena, salt);
	for (size_t i = 0; i < p->schema.n; i++) p->keyed |= (p->schema.fields[i].flags & FIELD_ID) != 0;
	return p;
}

struct shape *shape_hold(struct stream *s)
{
	if (s->shape) s->shape->held++;
	return s->shape;
}

void shape_release(struct stream *s, struct shape *p)
{
	(void)s;
	if (!p) return;
	ensure(p->held > 0);
	if (--p->held) return;
	for (size_t i = 0; i < p->nidle; i++) ingest_taker_free(p->idle[i]);
	arena_done(&p->arena);
	free(p);
}

bool shape_borrow(struct stream *s, struct shape *p, struct ingest_taker **out, struct err *e)
{
	struct ingest_taker *t = NULL;
	lock_take(&s->lock);
	if (p->nidle) t = p->idle[--p->nidle];
	lock_give(&s->lock);
	if (!t && !ingest_taker_new(&p->schema, p->salt, &t, e)) return false;
	*out = t;
	return true;
}

void shape_return(struct stream *s, struct shape *p, struct ingest_taker *t)
{
	ingest_taker_clear(t);
	lock_take(&s->lock);
	bool keep = p->nidle < TAKERS;
	if (keep) p->idle[p->nidle++] = t;
	lock_give(&s->lock);
	if (!keep) ingest_taker_free(t);
}

/* --- streams ------------------------------------------------------------------------------------------ */

/* Called by the journal with the stream's lock. */
static void durable(void *arg, struct journal_frame *f)
{
	struct stream *s = arg;
	*s->pending_end = f;
	s->pending_end = &f->next;
	s->pending_bytes += f->entry.payload.n;
	s->pending_rows += bound_rows(&f->entry);
	s->bytes += (int64_t)f->entry.payload.n;
}

struct stream *stream_find_or_null(struct live *l, struct tenant_id t, int64_t dataset)
{
	lock_take(&l->lock);
	struct stream *s = l->first;
	while (s && (s->tenant.v != t.v || s->dataset != dataset)) s = s->next;
	lock_give(&l->lock);
	return s;
}

void stream_free(struct stream *s)
{
	struct journal_frame *f = s->pending;
	while (f) {
		struct journal_frame *next = f->next;
		free(f);
		f = next;
	}
	stream_drop_stale(s, INT64_MAX);
	engine_live_close(s->tables);
	shape_release(s, s->shape);
	journal_close(s->journal);
	lock_bell_done(&s->bell);
	lock_done(&s->lock);
	arena_done(&s->arena);
	free(s);
}

static bool stream_new(struct live *l, struct tenant_id t, int64_t dataset, struct stream **out, struct err *e)
{
	struct stream *s = calloc(1, sizeof *s);
	int64_t cut = 0;
	ensure(s);
	*s = (struct stream){ .live = l, .tenant = t, .dataset = dataset, .reload = true };
	s->pending_end = &s->pending;
	lock_init(&s->lock, LOCK_LIVE);
	lock_bell_init(&s->bell);
	struct journal_options o = { .lock = &s->lock, .bell = &s->bell, .durable = durable, .arg = s,
		.folder = arena_printf(&s->arena, "%.*s/push/%lld/%lld", STR_ARG(l->site->folder), (long long)t.v, (long long)dataset) };
	if (!journal_open(&o, &s->journal, &cut, e)) {
		stream_free(s);
		return false;
	}
	if (cut) log_say(l->site->log, LOG_LEVEL_WARN, "push.cut", log_int("portal", t.v), log_int("dataset", dataset), log_int("bytes", cut));
	*out = s;
	return true;
}

/* One at a time: opening a journal twice would cut what the other is just writing. */
bool stream_of(struct live *l, struct tenant_id t, int64_t dataset, struct stream **out, struct err *e)
{
	struct stream *s = stream_find_or_null(l, t, dataset);
	if (s) {
		*out = s;
		return true;
	}
	lock_take(&l->lock);
	while (l->making) lock_bell_wait(&l->work, &l->lock);
	l->making = true;
	lock_give(&l->lock);
	s = stream_find_or_null(l, t, dataset);
	bool fresh = !s;
	bool ok = !fresh || stream_new(l, t, dataset, &s, e);
	lock_take(&l->lock);
	if (ok && fresh) {
		s->next = l->first;
		l->first = s;
	}
	l->making = false;
	lock_bell_ring_all(&l->work);
	lock_give(&l->lock);
	if (ok) *out = s;
	return ok;
}

void live_wake(struct live *l)
{
	lock_take(&l->lock);
	l->something = true;
	lock_bell_ring_all(&l->work);
	lock_give(&l->lock);
}
