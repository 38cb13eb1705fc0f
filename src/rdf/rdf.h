/* Statements about things, written as they come: Turtle, N-Triples (which is N3 too), RDF/XML and
 * JSON-LD. One writer, four spellings, and the same graph in all of them: what one spelling cannot
 * carry (control characters, in XML) is left out of every one. Nothing is kept but the node being
 * written, so memory does not grow with the number of nodes. Refuses to know datasets.
 *
 * Names of properties, classes and datatypes are written "prefix:local" with prefixes of the table
 * given at the beginning; "rdf:" and "xsd:" are always known. The empty prefix (":area") is for names
 * that strangers chose: make their local part with rdf_put_name. Values of one property stand next to
 * each other: put them in a row. Texts must be UTF-8.
 *
 * The bytes are appended to a buf; the caller looks at its `over`, and empties it whenever no node is
 * open (RDF/XML and N-Triples: at any time). A writer belongs to one thread. */
#ifndef RDF_RDF_H
#define RDF_RDF_H

#include "base/base.h"

enum rdf_syntax { RDF_TURTLE, RDF_NTRIPLES, RDF_XML, RDF_JSONLD };

/* A prefix and what it stands for. With an empty prefix in the table JSON-LD keys of that namespace are
 * bare names, and everything else is spelt out, so that no field can be taken for a prefix. */
struct rdf_namespace {
	const char *prefix;
	struct str iri;
};
/* Says that values of a property have a datatype of their own, so that JSON-LD need not say so at each. */
struct rdf_typing {
	struct str name;
	struct str datatype;
};
struct rdf_options {
	enum rdf_syntax syntax;
	const struct rdf_namespace *namespaces;
	size_t nnamespaces;
	const struct rdf_typing *typings; /* may be none */
	size_t ntypings;
};

struct rdf;
/* Writes the heading. Keeps out, and borrows the tables until rdf_end. Gives a writer. */
struct rdf *rdf_begin(struct buf *out, const struct rdf_options *o) nonnull_all;
/* Writes the end and frees the writer; every node must be closed. NULL does nothing. */
void rdf_end(struct rdf *w);

/* Opens a node: the first by itself (name empty), one inside another as the value of a property. An empty
 * iri makes a node without a name; an empty type one without a class. At most 8 deep. Borrows name and type
 * until it is closed. Characters an IRI cannot hold are percent-encoded; the rest must be absolute. */
void rdf_open(struct rdf *w, struct str name, struct str iri, struct str type) nonnull_all;
void rdf_close(struct rdf *w) nonnull_all;
/* Statements about the open node; names are borrowed until it is closed. */
void rdf_link(struct rdf *w, struct str name, struct str iri) nonnull_all;
/* A text; lang may be empty, and what is no language tag counts as empty. */
void rdf_text(struct rdf *w, struct str name, struct str text, struct str lang) nonnull_all;
/* A literal of a datatype, written as that datatype wants it. */
void rdf_typed(struct rdf *w, struct str name, struct str text, struct str datatype) nonnull_all;

/* True when a text begins with a scheme and is not merely a word with a colon: "https://…", "mailto:…". */
bool rdf_is_absolute(struct str text);
/* Appends an IRI with what no IRI may hold percent-encoded: blanks, controls, <>"{}|^` and backslash. */
void rdf_put_iri(struct buf *b, struct str iri);
/* Appends any text as a local name that all four spellings accept: letters, digits, "_" and "-" as they
 * are, everything else as _xHHHH_ (the escape of ISO 9075-14), so different texts stay different. */
void rdf_put_name(struct buf *b, struct str text);

#endif
