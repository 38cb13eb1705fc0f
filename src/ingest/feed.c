/* Two threads, one line: the reader fills batches, the sink's thread writes them. Three fills go round,
 * so neither waits while the other is merely uneven. */
#include "ingest/fill.h"
#include <stdlib.h>

enum { FILLS = 3 };

struct feed {
	struct load *load;
	const struct schema *schema;
	struct fill *fills[FILLS];
	struct lock lock;          /* LOCK_FEED; guards what follows */
	struct lock_bell bell;
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
		bool ok = skip || write_one(f, next);
		lock_take(&f->lock);
		if (!ok) f->failed = true;
		f->free[f->nfree++] = next;
		lock_bell_ring_all(&f->bell);
	}
	lock_give(&f->lock);
	return NULL;
}

static void feed_free(struct feed *f)
{
	for (size_t i = 0; i < FILLS; i++) fill_free(f->fills[i]);
	lock_bell_done(&f->bell);
	lock_done(&f->lock);
	free(f);
}

struct feed *feed_open(struct load *l, const struct plan *plan, struct err *e)
{
	struct feed *f = calloc(1, sizeof *f);
	ensure(f);
	f->load = l;
	f->schema = &plan->schema;
	lock_init(&f->lock, LOCK_FEED);
	lock_bell_init(&f->bell);
	for (size_t i = 0; i < FILLS; i++) f->free[i] = f->fills[i] = fill_new(plan);
	f->nfree = FILLS;
	if (pthread_create(&f->thread, NULL, work, f) == 0) return f;
	feed_free(f);
	err_set(e, ERR_SYSTEM, "a thread could not be started");
	return NULL;
}

struct fill *feed_take(struct feed *f)
{
	struct fill *got = NULL;
	lock_take(&f->lock);
	while (f->nfree == 0) lock_bell_wait(&f->bell, &f->lock);
	if (!f->failed) got = f->free[--f->nfree];
	lock_give(&f->lock);
	if (got) fill_clear(got);
	return got;
}

/* The reader is the one with time: rows are told apart here and not by the thread that writes them. */
void feed_give(struct feed *f, struct fill *full)
{
	for (size_t i = 0; i < full->batch.ncolumns; i++) full->batch.columns[i] = full->columns[i].column;
	full->batch.nrows = full->nrows;
	if (full->nrows > 0) record_ids(f->schema, &full->batch, full->ids);
	lock_take(&f->lock);
	if (full->nrows > 0) f->full[f->nfull++] = full;
	else f->free[f->nfree++] = full;
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
