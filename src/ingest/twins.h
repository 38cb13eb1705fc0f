/* Rows of one load that are the same record: of those with the same unique id the last one stands. */
#ifndef INGEST_TWINS_H
#define INGEST_TWINS_H

#include "ingest/survey.h"

struct twins {
	uint64_t *hashes;        /* of the identities that more than one row has, in their order */
	uint32_t *left;          /* how many rows of each are still to come */
	size_t n;
	int64_t passed;          /* rows that gave way to a later one */
};
/* The cells of the fields that make the identity of a record; false: there is no such field, or nothing in any of them. */
bool identity_of(const struct plan *p, const struct cell *cells, size_t n, struct buf *out);
/* One more pass over the source, where the plan has an identity. */
bool twins_find(struct load *l, const struct survey *v, const struct plan *p, struct twins *out, struct err *e) must_use;
/* Of each row in its order: does a later one take its place? */
bool twins_pass(struct twins *t, const struct plan *p, const struct row *r);
void twins_done(struct twins *t);

#endif
