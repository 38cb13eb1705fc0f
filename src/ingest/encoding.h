/* What bytes of a text are written in. */
#ifndef INGEST_ENCODING_H
#define INGEST_ENCODING_H

#include "ingest/load.h"

/* Reads the whole file once: is it UTF-8, and if not, what? Where it is not, makes a UTF-8 copy (a file
 * without a name beside the version) and makes it the source's descriptor.
 * Sets s->encoding, s->nuls, s->start and s->bytes. */
bool encoding_settle(struct load *l, struct source *s, struct err *e) must_use nonnull_all;
/* A file without a name in the folder of the new version, for bytes that must be read twice. */
int spool_open(struct load *l, struct err *e);
bool spool_put(int fd, struct str bytes, struct err *e) must_use;

#endif
