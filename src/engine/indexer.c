/* The index of words is made beside the rows: its lists are grown by a thread of its own, so that the one
 * that writes the rows need not wait for them. What the index reads of a batch is copied into a parcel,
 * for the batch is its filler's again at once; parcels stand in line up to LINE_BYTES, enough to go on
 * with while the engine packs a group of rows. */
#include "base/lock.h"
#include "engine/inside.h"
#include <stdlib.h>

static const size_t LINE_BYTES = (size_t)32 << 20;

struct parcel {
	struct parcel *next;
	struct arena arena;      /* all that follows */
	struct batch batch;      /* columns of texts whole, others by their type alone */
	int64_t first;
	size_t bytes;
};

struct indexer {
	struct postings *postings;
	duckdb_connection connection;
	struct lock lock;        /* LOCK_FEED; guards what follows */
	struct lock_bell bell;
	struct parcel *head, *tail;
	size_t bytes;            /* in line, that in hand included */
	bool closing, failed;
	int64_t rows;            /* of the table that is to be written at the end; none below 0 */
	bool however_few;
	struct err failure;
	pthread_t thread;
};

static void parcel_free(struct parcel *p)
{
	arena_done(&p->arena);
	free(p);
}

static struct str copy(struct parcel *p, struct str s)
{
	p->bytes += s.n + sizeof s;
	return arena_str(&p->arena, s);
}

static void copy_texts(struct parcel *p, const struct column *c, struct column *to, size_t n)
{
	struct str *texts = arena_array(&p->arena, struct str, n);
	for (size_t i = 0; i < n; i++)
		if (column_has(c, i)) texts[i] = copy(p, c->texts[i]);
	to->texts = texts;
}

static void copy_lists(struct parcel *p, const struct column *c, struct column *to, size_t n)
{
	struct list_span *lists = arena_array(&p->arena, struct list_span, n);
	size_t total = 0, at = 0;
	for (size_t i = 0; i < n; i++) total += column_has(c, i) ? c->lists[i].n : 0;
	struct str *items = arena_array(&p->arena, struct str, total + 1);
	for (size_t i = 0; i < n; i++) {
		if (!column_has(c, i)) continue;
		lists[i] = (struct list_span){ .from = (uint32_t)at, .n = c->lists[i].n };
		for (uint32_t k = 0; k < c->lists[i].n; k++) items[at++] = copy(p, c->items[c->lists[i].from + k]);
	}
	to->lists = lists;
	to->items = items;
}

static struct parcel *pack(const struct batch *b, int64_t first)
{
	struct parcel *p = calloc(1, sizeof *p);
	ensure(p != NULL);
	p->first = first;
	p->batch = (struct batch){ .columns = arena_array(&p->arena, struct column, b->ncolumns), .ncolumns = b->ncolumns, .nrows = b->nrows };
	for (size_t f = 0; f < b->ncolumns; f++) {
		const struct column *c = &b->columns[f];
		struct column *to = &p->batch.columns[f];
		to->type = c->type;
		if (c->type.type != VALUE_TEXT) continue;
		if (c->valid) {
			size_t n = (b->nrows + 63) / 64;
			uint64_t *valid = arena_array(&p->arena, uint64_t, n);
			memcpy(valid, c->valid, n * sizeof *valid);
			to->valid = valid;
		}
		if (c->type.list) copy_lists(p, c, to, b->nrows);
		else copy_texts(p, c, to, b->nrows);
	}
	return p;
}

static void *work(void *arg)
{
	struct indexer *x = arg;
	lock_take(&x->lock);
	for (;;) {
		while (!x->head && !x->closing) lock_bell_wait(&x->bell, &x->lock);
		struct parcel *p = x->head;
		if (!p) break;
		x->head = p->next;
		if (!x->head) x->tail = NULL;
		bool skip = x->failed;
		lock_give(&x->lock);
		bool ok = skip || postings_add(x->postings, x->connection, &p->batch, p->first, &x->failure);
		size_t done = p->bytes;
		parcel_free(p);
		lock_take(&x->lock);
		if (!ok) x->failed = true;
		x->bytes -= done;
		lock_bell_ring_all(&x->bell);
	}
	bool finish = !x->failed && x->rows >= 0;
	lock_give(&x->lock);
	/* Nobody else looks at the failure until this has ended. */
	if (finish && !postings_finish(x->postings, x->connection, x->rows, x->however_few, &x->failure)) x->failed = true;
	return NULL;
}

bool indexer_open(duckdb_database db, struct postings *w, struct indexer **out, struct err *e)
{
	struct indexer *x = calloc(1, sizeof *x);
	ensure(x != NULL);
	x->postings = w;
	x->rows = -1;
	lock_init(&x->lock, LOCK_FEED);
	lock_bell_init(&x->bell);
	bool ok = duckdb_connect(db, &x->connection) == DuckDBSuccess || engine_said(e, "connect");
	if (ok && pthread_create(&x->thread, NULL, work, x) != 0) ok = err_set(e, ERR_SYSTEM, "a thread could not be started");
	if (ok) {
		*out = x;
		return true;
	}
	if (x->connection) duckdb_disconnect(&x->connection);
	lock_bell_done(&x->bell);
	lock_done(&x->lock);
	free(x);
	return false;
}

bool indexer_add(struct indexer *x, const struct batch *b, int64_t first, struct err *e)
{
	struct parcel *p = pack(b, first);
	lock_take(&x->lock);
	while (x->bytes > LINE_BYTES && !x->failed) lock_bell_wait(&x->bell, &x->lock);
	bool ok = !x->failed;
	if (!ok) {
		*e = x->failure;
	} else {
		if (x->tail) x->tail->next = p;
		else x->head = p;
		x->tail = p;
		x->bytes += p->bytes;
		lock_bell_ring_all(&x->bell);
	}
	lock_give(&x->lock);
	if (!ok) parcel_free(p);
	return ok;
}

void indexer_end(struct indexer *x, int64_t rows, bool however_few)
{
	lock_take(&x->lock);
	x->closing = true;
	x->rows = rows;
	x->however_few = however_few;
	lock_bell_ring_all(&x->bell);
	lock_give(&x->lock);
}

bool indexer_close(struct indexer *x, struct err *e)
{
	if (!x->closing) indexer_end(x, -1, false); /* only this thread says so */
	pthread_join(x->thread, NULL);
	bool ok = !x->failed;
	if (!ok && e->code == ERR_NONE) *e = x->failure;
	postings_free(x->postings);
	duckdb_disconnect(&x->connection);
	lock_bell_done(&x->bell);
	lock_done(&x->lock);
	free(x);
	return ok;
}
