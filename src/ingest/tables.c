/* The list of source formats, from the words of meson.build. */
#include "ingest/source.h"

#define SOURCE(word) extern const struct source_format source_##word;
#include "ingest/sources.def"
#undef SOURCE

const struct source_format *const source_formats[] = {
#define SOURCE(word) &source_##word,
#include "ingest/sources.def"
#undef SOURCE
	NULL };
