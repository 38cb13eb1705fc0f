/* Records as RDF/XML. */
#include "export/triples.h"

static bool run(struct export *x, struct err *e) { return export_triples(x, RDF_XML, e); }

const struct export_format export_fmt_rdfxml = { "rdfxml", "application/rdf+xml", "rdf", EXPORT_IDS, run };
