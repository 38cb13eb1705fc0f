/* The query language of the v1 APIs: words as one types them into a search box, with field:value,
 * comparisons, ranges, #functions, NOT before AND before OR. It becomes a settled ODSQL predicate, so that
 * filters, rights and the engine know one language only. Refuses to know parameters and datasets.
 *
 *   film "road movie"        words: unquoted ones start a word, quoted ones are whole words; all must be found
 *   field:word field=word    whole words of a text field; the value of any other field; field:* has any value
 *   field>n >= < <=          numbers and dates; a date stands for its whole year, month or day
 *   field:[a TO b]           both ends included; ]a TO b[ excludes them; * is an open end
 *   #now(…)                  a date wherever a value may stand
 *   #null(f) #exact(f,"v") #search([f,…,]"v") #startswith([f,…,]"v") #distance([f,]"lat,lon",metres)
 *   #polygon([f,]"(lat,lon),…") #bbox([f,]"lat,lon,lat,lon") #geometry(f,"polygon")
 *   #digest([f,]"…")         shapes with the digest that previews tell
 *
 * Operators are written in capitals, so that "and" in a text is a word. Signs without a letter or digit are
 * passed over; a lone * is everything. Places without a field are looked for in the first geographic field.
 *
 * The tree lives in the arena and borrows the text. Any thread. Errors: ERR_ODSQL_SYNTAX and ERR_ODSQL, in
 * the words of odsql/ about the clause "q". Ceilings: LIMIT_CLAUSE_BYTES, LIMIT_ODSQL_DEPTH, and
 * LIMIT_ODSQL_IN_ITEMS words and tests together. */
#ifndef QV1_QV1_H
#define QV1_QV1_H

#include "base/base.h"
#include "odsql/odsql.h"

/* Reads and settles one query. A blank text gives *out = NULL. */
bool qv1_where(struct arena *a, const struct odsql_scope *s, struct str text, struct odsql_node **out,
               struct err *e) must_use nonnull_all;
/* Whether a text from a search box uses the language: AND, OR or NOT in capitals, a #function, or a field of the scope before one of
 * : = < >. Whatever else is typed is words, and may hold any sign. */
bool qv1_speaks(const struct odsql_scope *s, struct str text) must_use nonnull_all;

#endif
