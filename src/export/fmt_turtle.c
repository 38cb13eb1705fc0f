/* Records as Turtle. */
#include "export/triples.h"

static bool run(struct export *x, struct err *e) { return export_triples(x, RDF_TURTLE, e); }

const struct export_format export_fmt_turtle = { "turtle", "text/turtle", "ttl", EXPORT_IDS, run };
