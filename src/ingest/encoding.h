/* What bytes of a text are written in. */
#ifndef INGEST_ENCODING_H
#define INGEST_ENCODING_H

#include "ingest/load.h"

/* Reads the whole file once: is it UTF-8, and if not, what? Where it is not, makes a UTF-8 copy (a file
 * without a name beside the version) and makes it the source's descriptor.
 * Sets s->encoding, s->nuls, s->start and s->bytes. */
bool encoding_settle(struct load *l, struct source *s, struct err *e) must_use nonnull_all;
/* What bytes that are not UTF-8 are likeliest written in; "utf-8" when they are. */
const char *encoding_guess(struct str bytes);
/* The converter's name of what a person or another program calls it ("1252", "ANSI 1252", "latin1", "UTF8"). */
struct str encoding_name(struct arena *a, struct str word);
/* A file without a name in the folder of the new version, for bytes that must be read twice. */
int spool_open(struct load *l, struct err *e);
bool spool_put(int fd, struct str bytes, struct err *e) must_use;

#endif
