/* What the spellings share: the node being written and what is known of its parents. */
#ifndef RDF_INSIDE_H
#define RDF_INSIDE_H

#include "rdf/rdf.h"

enum { RDF_DEPTH = 8 };
#define RDF_NS "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define XSD_NS "http://www.w3.org/2001/XMLSchema#"

struct rdf_level {
	struct buf subject;  /* its IRI, or _:b7 */
	bool blank;
	bool more;           /* a statement was written */
	struct str name;     /* the property it is the value of */
	struct str type;
	struct str last;     /* property of the latest statement */
	struct buf *to;      /* where its statements go (Turtle) */
	struct buf side;     /* a named node inside another, until its parents are written (Turtle) */
	size_t value_at;     /* where the latest value begins (JSON-LD) … */
	bool array;          /* … and whether it is one of several already */
};

/* A value of a property, clean: lang and datatype exclude each other, a link has neither. */
struct rdf_value {
	bool link;
	struct str text;
	struct str lang;
	struct str datatype; /* as "prefix:local" */
};

struct rdf_spelling {
	void (*begin)(struct rdf *w);
	void (*end)(struct rdf *w);
	void (*open)(struct rdf *w, struct rdf_level *level, struct rdf_level *parent_or_null);
	void (*close)(struct rdf *w, struct rdf_level *level, struct rdf_level *parent_or_null);
	void (*put)(struct rdf *w, struct rdf_level *level, struct str name, const struct rdf_value *v);
};
extern const struct rdf_spelling rdf_turtle, rdf_ntriples, rdf_xml, rdf_jsonld;

struct rdf {
	struct arena arena;
	struct buf *out;
	const struct rdf_options *o;
	const struct rdf_spelling *how;
	struct rdf_level levels[RDF_DEPTH];
	int depth;            /* nodes open */
	struct buf value;     /* the value being written, cleaned */
	struct buf after;     /* nodes that follow the one being written (Turtle) */
	struct map typings;   /* the names whose datatype the context tells (JSON-LD) */
	struct rdf_options own;
	uint64_t blanks;
	bool vocabulary;      /* there is an empty prefix */
	bool more;            /* a node was written (JSON-LD) */
};

/* Cuts "prefix:local". */
void rdf_split(struct str name, struct str *prefix, struct str *local);
/* Appends the whole IRI of a name; its prefix must be known. */
void rdf_put_whole(const struct rdf *w, struct buf *b, struct str name);
/* Appends a quoted string of Turtle and N-Triples. */
void rdf_put_quoted(struct buf *b, struct str text);

#endif
