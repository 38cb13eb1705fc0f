/* Records as N3, in its plainest form: N-Triples, one statement a line. */
#include "export/triples.h"

static bool run(struct export *x, struct err *e) { return export_triples(x, RDF_NTRIPLES, e); }

const struct export_format export_fmt_n3 = { "n3", "text/n3", "n3", EXPORT_IDS, run };
