/* What was left behind when a source was published is pushed again. Which pushes these are: those onto versions that lie before the newest one
 * of a source (JOURNAL_FROM), or after the present one when an older version came back. With keys all are repeated in their order, those that
 * readers see, too, so that the last word of each record is the last that was said. */
#include "json/json.h"
#include "live/inside.h"
#include "text/text.h"

enum { WAIT_MS = 200, WAITS = 150, TRIES = 10, NOTED_EVERY = 1000 };

struct again {
	struct stream *stream;
	struct shape *shape;
	struct ingest_taker *taker;
	struct cancel *cancel;
	struct live_recovered *out;
	int64_t entries, last;
};

/* Waits while records come faster than they can be let in. */
static bool put(struct again *x, enum journal_op op, struct str payload, struct err *e)
{
	struct stream *s = x->stream;
	bool changed = false;
	for (int i = 0; i < WAITS; i++) {
		struct err why = { 0 };
		if (cancel_fired(x->cancel)) return err_set(e, ERR_CANCELLED, "Stopped.");
		if (stream_write_down(s, x->shape, op, payload, NULL, &changed, &why)) return true;
		if (changed) return err_set(e, ERR_CONFLICT, "the dataset is being published; please push again in a moment");
		if (why.code != ERR_BUSY || i + 1 == WAITS) {
			*e = why;
			return false;
		}
		live_wake(s->live);
		lock_take(&s->lock);
		lock_bell_wait_until(&s->bell, &s->lock, clock_monotonic_ns() + WAIT_MS * MS);
		lock_give(&s->lock);
	}
	return false;
}

/* The records of an entry that fit the fields of today. */
static void keep_good(struct again *x, struct str lines, struct buf *good)
{
	struct str line;
	size_t taken = 0;
	while (lines.n && str_cut(&lines, '\n', &line)) {
		auto_json *doc = NULL;
		struct err why = { 0 };
		if (!line.n) continue;
		if (!json_read(line, &doc, &why) || !ingest_take(x->taker, json_root(doc), &why)) {
			x->out->lost++;
			continue;
		}
		buf_put(good, line);
		buf_put_char(good, '\n');
		x->out->taken++;
		if (++taken % LIMIT_BATCH_ROWS == 0) ingest_taker_clear(x->taker);
	}
	ingest_taker_clear(x->taker);
}

static bool look(void *arg, const struct journal_entry *entry, struct err *e)
{
	struct again *x = arg;
	(void)entry;
	(void)e;
	x->entries++;
	return true;
}

static bool repeat(void *arg, const struct journal_entry *entry, struct err *e)
{
	struct again *x = arg;
	bool ok = true;
	if (entry->op == JOURNAL_DELETE) {
		ok = put(x, JOURNAL_DELETE, entry->payload, e);
	} else {
		auto_buf good = BUF_INIT(JOURNAL_PAYLOAD_BYTES);
		keep_good(x, entry->payload, &good);
		ok = good.n == 0 || put(x, JOURNAL_PUT, buf_str(&good), e);
	}
	if (!ok) return false;
	x->last = entry->seq;
	/* What was repeated is not repeated once more when the rest fails. */
	return ++x->entries % NOTED_EVERY != 0 || journal_set_number(x->stream->journal, JOURNAL_RECOVERED, x->last, e);
}

static bool replay(struct again *x, int64_t number, struct err *e)
{
	struct journal *j = x->stream->journal;
	int64_t after = journal_number(j, JOURNAL_RECOVERED), from = journal_number(j, JOURNAL_FROM), upto;
	if (!from || from > number) from = number;
	lock_take(&x->stream->lock);
	upto = journal_last(j, 0);
	lock_give(&x->stream->lock);
	if (!journal_replay_outside(j, from, number, after, upto, look, x, e)) return false;
	if (!x->entries) return true;
	x->entries = 0;
	bool all = x->shape->keyed;
	bool ok = journal_replay_outside(j, all ? 1 : from, all ? 0 : number, after, upto, repeat, x, e);
	struct err worse = { 0 };
	if (x->last && !journal_set_number(j, JOURNAL_RECOVERED, ok ? upto : x->last, ok ? e : &worse)) ok = false;
	return ok;
}

static bool find(struct live *l, struct tenant_id t, int64_t dataset, struct again *x, int64_t *number, struct err *e)
{
	for (int i = 0; i < TRIES; i++) {
		const struct catalog_view *v;
		if (!catalog_hold(l->site->catalog, t, &v, e)) return false;
		*number = 0;
		for (size_t k = 0; k < v->n; k++)
			if (v->datasets[k].id == dataset) *number = v->datasets[k].version.number;
		catalog_release(l->site->catalog, v);
		if (!*number) return err_set(e, ERR_NOT_FOUND, "The dataset is not published.");
		if (!stream_of(l, t, dataset, &x->stream, e)) return false;
		if (stream_is_ready(x->stream, *number, &x->shape)) return true;
	}
	return err_set(e, ERR_BUSY, "the dataset is being published; please push again in a moment");
}

bool live_recover(struct site *s, struct tenant_id t, int64_t dataset, struct cancel *c, struct live_recovered *out, struct err *e)
{
	struct again x = { .cancel = c, .out = out };
	int64_t number;
	*out = (struct live_recovered){ 0 };
	if (!s->live || !s->live->serves) return err_set(e, ERR_BUSY, "records are pushed to a running server");
	if (!find(s->live, t, dataset, &x, &number, e)) return false;
	lock_take(&x.stream->lock);
	bool busy = x.stream->recovering;
	x.stream->recovering = true;
	lock_give(&x.stream->lock);
	bool ok = !busy || err_set(e, ERR_CONFLICT, "the records that were pushed are being worked on; try again in a moment");
	ok = ok && ingest_taker_new(&x.shape->schema, x.shape->salt, &x.taker, e) && replay(&x, number, e);
	if (x.taker) ingest_taker_free(x.taker);
	lock_take(&x.stream->lock);
	if (!busy) x.stream->recovering = false;
	shape_release(x.stream, x.shape);
	lock_give(&x.stream->lock);
	return ok;
}
