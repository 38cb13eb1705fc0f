/* What the files of the room share: the reader of one text. Private. */
#ifndef QV1_INSIDE_H
#define QV1_INSIDE_H

#include "qv1/qv1.h"

struct reader {
	struct arena *arena;
	const struct odsql_scope *scope;
	struct err *e;
	struct str text;
	size_t at;
	unsigned depth;
	size_t terms;
};

/* One argument of a #function, or a value. */
struct piece {
	struct str text;   /* unescaped */
	bool quoted;
	size_t at, end;    /* bytes of the query */
};
struct pieces { VEC(struct piece) v; };

/* --- scan.c ------------------------------------------------------------------------------------- */

void skip_blanks(struct reader *r);
/* The byte at the reader, 0 at the end. */
char look(const struct reader *r);
bool is_blank_at(const struct reader *r, size_t at);
/* Reads a text in quotes. False (with a complaint) when it does not end. */
bool read_quoted(struct reader *r, struct piece *out) must_use;
/* Reads on until a blank or one of `stops`; what is in parentheses of its own belongs to it. */
void read_bare(struct reader *r, const char *stops, struct piece *out);
/* Reads "(", arguments apart by commas, ")". */
bool read_arguments(struct reader *r, struct pieces *out) must_use;
/* Complains about what stands at the reader. Gives NULL. */
struct odsql_node *unexpected(struct reader *r);
struct odsql_node *unexpected_piece(struct reader *r, const struct piece *p);
/* Counts one more word or test. */
bool one_more(struct reader *r) must_use;

/* --- forms.c ------------------------------------------------------------------------------------ */

/* A #function that is a condition; the reader stands behind its word. */
struct odsql_node *read_form(struct reader *r, const struct piece *word);
/* #now(…) as a value; the reader stands behind the word. */
struct odsql_node *read_now(struct reader *r);

static inline struct odsql_node *field_named(struct reader *r, struct str name)
{
	return odsql_leaf(r->arena, ODSQL_FIELD, name);
}

#endif
