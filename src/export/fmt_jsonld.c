/* Records as JSON-LD. */
#include "export/triples.h"

static bool run(struct export *x, struct err *e) { return export_triples(x, RDF_JSONLD, e); }

const struct export_format export_fmt_jsonld = { "jsonld", "application/ld+json", "jsonld", EXPORT_IDS, run };
