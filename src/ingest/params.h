/* The beginning of a source: what was asked of it. */
#ifndef INGEST_PARAMS_H
#define INGEST_PARAMS_H

#include "ingest/load.h"

/* Fills s from the part, or from the job where there is none. source_close_part frees it. */
bool source_ask(struct load *l, struct source *s, const struct ingest_part *part, struct err *e) must_use;

#endif
