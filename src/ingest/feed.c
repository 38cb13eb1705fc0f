/* Two threads, one line: the reader fills batches, the sink's thread writes them. The engine takes most batches at once and
 * then packs a whole group of rows, so the line is long enough to go on with meanwhile, as far as its bytes allow: wide
 * tables and long cells make it shorter, down to three. */
#include "ingest/fill.h"
#include <stdlib.h>

enum { FILLS_FEWEST = 3, FILLS = 96, LINE_BYTES = 48 << 20 };

struct feed {
	struct load *load;
	const struct plan *plan;
	struct fill *fills[FILLS]; /* the reader's: made when they are first needed */
	size_t nfills;
	struct lock lock;          /* LOCK_FEED; guards what follows */
	struct lock_bell bell;
	size_t bytes;              /* of those that are full */
	struct fill *free[FILLS];
	size_t nfree;
	struct fill *full[FILLS];  /* oldest first */
	size_t nfull;
	bool closing, failed;
	struct err failure;        /* of the thread; read after it ended */
	pthread_t thread;
};

static bool write_one(struct feed *f, struct fill *full)
{
	return f->load->sink.rows(f->load->sink.arg, &full->batch, (const uint8_t (*)[16])full->ids, &f->failure);
}

static void *work(void *arg)
{
	struct feed *f = arg;
	lock_take(&f->lock);
	for (;;) {
		while (f->nfull == 0 && !f->closing) lock_bell_wait(&f->bell, &f->lock);
		if (f->nfull == 0) break;
		struct fill *next = f->full[0];
		f->nfull--;
		memmove(f->full, f->full + 1, f->nfull * sizeof *f->full);
		bool skip = f->failed;
		lock_give(&f->lock);
		size_t bytes = fill_bytes(next);
		bool ok = skip || write_one(f, next);
		fill_clear(next);
		lock_take(&f->lock);
		f->bytes -= bytes;
		if (!ok) f->failed = true;
		f->free[f->nfree++] = next;
		lock_bell_ring_all(&f->bell);
	}
	lock_give(&f->lock);
	return NULL;
}

static void feed_free(struct feed *f)
{
	for (size_t i = 0; i < f->nfills; i++) fill_free(f->fills[i]);
	lock_bell_done(&f->bell);
	lock_done(&f->lock);
	free(f);
}

struct feed *feed_open(struct load *l, const struct plan *plan, struct err *e)
{
	struct feed *f = calloc(1, sizeof *f);
	ensure(f);
	f->load = l;
	f->plan = plan;
	lock_init(&f->lock, LOCK_FEED);
	lock_bell_init(&f->bell);
	if (pthread_create(&f->thread, NULL, work, f) == 0) return f;
	feed_free(f);
	err_set(e, ERR_SYSTEM, "a thread could not be started");
	return NULL;
}

/* With the lock: may another fill be under way beside those that are full? */
static bool is_room(const struct feed *f)
{
	return f->nfills - f->nfree < FILLS_FEWEST || (f->bytes < LINE_BYTES && (f->nfree || f->nfills < FILLS));
}

struct fill *feed_take(struct feed *f)
{
	struct fill *got = NULL;
	lock_take(&f->lock);
	while (!is_room(f) && !f->failed) lock_bell_wait(&f->bell, &f->lock);
	bool failed = f->failed;
	if (!failed && f->nfree) got = f->free[--f->nfree];
	lock_give(&f->lock);
	if (!failed && !got) got = f->fills[f->nfills++] = fill_new(f->plan);
	return got;
}

/* The reader is the one with time: rows are told apart here and not by the thread that writes them. */
void feed_give(struct feed *f, struct fill *full)
{
	for (size_t i = 0; i < full->batch.ncolumns; i++) full->batch.columns[i] = full->columns[i].column;
	full->batch.nrows = full->nrows;
	if (full->nrows > 0) record_ids(&f->plan->schema, f->load->job.salt, &full->batch, full->ids);
	lock_take(&f->lock);
	if (full->nrows > 0) {
		f->full[f->nfull++] = full;
		f->bytes += fill_bytes(full);
	} else {
		fill_clear(full);
		f->free[f->nfree++] = full;
	}
	lock_bell_ring_all(&f->bell);
	lock_give(&f->lock);
}

bool feed_close(struct feed *f, struct err *e)
{
	lock_take(&f->lock);
	f->closing = true;
	lock_bell_ring_all(&f->bell);
	lock_give(&f->lock);
	pthread_join(f->thread, NULL);
	bool ok = !f->failed;
	if (!ok && e->code == ERR_NONE) *e = f->failure;
	feed_free(f);
	return ok;
}
