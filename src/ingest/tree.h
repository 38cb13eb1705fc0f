/* Small trees of elements, one a record: what XML, feeds and RDF share, and how a tree becomes a row. */
#ifndef INGEST_TREE_H
#define INGEST_TREE_H

#include "ingest/load.h"
#include "xml/xml.h"

struct tree_attribute { struct str name, value; };
struct tree {
	struct str name, text;
	VEC(struct tree_attribute) attributes;
	struct tree *first, *last, *next;  /* children, and the one after this */
};
enum { TREE_BYTES = 64 << 20, TREE_DEPTH = 48 };

/* Adds a child, an attribute. */
struct tree *tree_add(struct arena *a, struct tree *parent, struct str name);
struct str tree_attribute_of(const struct tree *t, const char *name); /* empty: none */
const struct tree *tree_child_or_null(const struct tree *t, const char *name);
/* The element just opened in x, to its end. ERR_TOO_LARGE beyond TREE_BYTES, ERR_BAD_SOURCE beyond TREE_DEPTH. */
bool tree_read(struct xml *x, struct arena *a, struct tree **out, struct err *e) must_use;

/* Rows with columns as they appear. */
struct tree_rows {
	struct source *s;
	struct arena names, row;
	struct map columns;
	struct cell *cells;
	size_t ncells;
	bool has_subject;
};
void tree_rows_init(struct tree_rows *r, struct source *s);
void tree_rows_done(struct tree_rows *r);
void tree_rows_begin(struct tree_rows *r);   /* a new row; what the arena `row` had is gone */
void tree_rows_put(struct tree_rows *r, struct str name, struct cell cell); /* a second value of a name is passed over */
void tree_rows_put_subject(struct tree_rows *r, struct cell cell); /* what the record is about: a column "id"; a property of that name is "id (2)" */
/* Attributes and children of a record as columns; what is nested is JSON with "@attribute" and "#text". */
void tree_rows_put_all(struct tree_rows *r, const struct tree *t);
/* The children of one name as one cell: a text, a list, or JSON. */
struct cell tree_cell(struct tree_rows *r, const struct tree *parent, struct str name);
void tree_rows_end(struct tree_rows *r, struct row *out);

#endif
