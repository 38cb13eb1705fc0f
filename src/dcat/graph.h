/* Pieces of the DCAT graph that graph.c puts together; private to the two files. */
#ifndef DCAT_GRAPH_H
#define DCAT_GRAPH_H

#include "dcat/inside.h"

#define EU "http://publications.europa.eu/resource/authority/"
/* rdf calls with literal names. */
#define NODE(k, name, iri, type) rdf_open((k)->rdf, STR(name), (iri), STR(type))
#define CLOSE(k) rdf_close((k)->rdf)
#define LINK(k, name, iri) rdf_link((k)->rdf, STR(name), (iri))
#define TEXT(k, name, text, lang) rdf_text((k)->rdf, STR(name), (text), (lang))
#define TIME(k, name, text) rdf_typed((k)->rdf, STR(name), (text), STR("xsd:dateTime"))

static inline bool is_ap(const struct dcat *k) { return k->document->profile != NULL; }

/* A second class of the open node, where the profile has its own: "Dataset", "Agent" … */
void graph_own_class(struct dcat *k, const char *class_);
/* A node known by its address alone. */
void graph_named(struct dcat *k, struct str name, struct str iri, struct str type);
/* A foaf:Agent as the value of a property; an empty iri makes it nameless. */
void graph_agent(struct dcat *k, struct str name, struct str iri, struct str label, struct str kind);
void graph_people(struct dcat *k, const struct dcat_facts *f);
void graph_contact(struct dcat *k, struct str name, struct str mail);
/* Licence and rights, of a dataset or of a distribution. */
void graph_license(struct dcat *k, const struct dcat_facts *f);
void graph_language(struct dcat *k, struct str lang, const char *eu_code);
void graph_themes(struct dcat *k, const struct dcat_facts *f);
void graph_frequency(struct dcat *k, const struct dcat_facts *f);
void graph_access(struct dcat *k, const struct dcat_facts *f);
void graph_places(struct dcat *k, const struct dcat_facts *f);
void graph_period(struct dcat *k, const struct dcat_facts *f);

#endif
