/* Records as statements; private to the four formats that spell them. */
#ifndef EXPORT_TRIPLES_H
#define EXPORT_TRIPLES_H

#include "export/inside.h"
#include "rdf/rdf.h"

/* Writes all records: a record is a subject, a field a property, a value a literal. */
bool export_triples(struct export *x, enum rdf_syntax syntax, struct err *e) must_use;

#endif
